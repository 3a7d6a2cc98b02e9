"""What becomes of calls before agents handle them: each factor against a loop, a sum or a hand's count."""

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from callplan.errors import Refused
from callplan.tables import QUOTE_WORKLOAD, check
from quoting import Terms
from quoting.sizing import agents_by_volume, requirement, size, typical_week, workload
from quoting.sizing.arrivals import arrivals
from quoting.sizing.people import seats_of
from quoting.sizing.workload import excess, off_peak, reaching
from quoting.terms.factors import Standard, Term, TimeBand
from quoting.terms.staff import Staff
from quoting.terms.template import DEMO_OUTBOUND, DEMO_QUOTE
from quoting.terms.traffic import Traffic, Workload

HOURS = {"mon-fri": "08:00-20:00"}
TRAFFIC = Traffic(
    calls=2000, per="day", within="open_hours", aht_s=240, profile="service", weekdays=(1,) * 7, minutes=60
)
QUOTE = Terms.from_toml(DEMO_QUOTE).replace(
    term=Term(kind="long", start=dt.date(2027, 1, 1), months=6),
    time_band=TimeBand(kind="office", hours=HOURS),
    traffic=TRAFFIC,
    standard=Standard(service_level=0.8, within_s=20),
    staff=Staff(
        shrinkage=0.3,
        full_time_h=40,
        schedule_efficiency=1.0,
        attrition=0.2,
        attrition_per="year",
        leader_span=12,
        support_span=40,
        spare_seats=0.05,
    ),
)


def quote(above_calls: float | None = None, **factors: float) -> Terms:
    band = QUOTE.time_band
    if above_calls is not None:
        band = TimeBand(kind="overflow", hours=HOURS, above_calls=above_calls)
    return QUOTE.replace(time_band=band, traffic=TRAFFIC.replace(workload=Workload(**factors)))


# ── overflow ──────────────────────────────────────────────────────────────────────────────────────


@given(mean=st.floats(0, 400), above=st.floats(0.01, 300))
def test_the_excess_of_a_poisson_count_is_its_sum(mean: float, above: float) -> None:
    counts = np.arange(0, 1500)
    chance = poisson.pmf(counts, mean)
    summed = math.fsum(np.maximum(counts - above, 0) * chance)
    assert excess(np.array(mean), above) == pytest.approx(summed, rel=1e-9, abs=1e-10)


def test_the_excess_of_a_simulated_count() -> None:
    counts = np.random.default_rng(4).poisson(120, 200_000)
    assert excess(np.array(120.0), 130.5) == pytest.approx(np.maximum(counts - 130.5, 0).mean(), rel=0.02)


def test_an_overflow_has_what_comes_above_the_threshold_at_every_volume() -> None:
    whole, above = typical_week(quote()), 150.0
    ours = typical_week(quote(above_calls=above))
    assert ours["calls"].to_numpy() == pytest.approx(excess(whole["calls"].to_numpy(), above))
    # A tenth more calls are far more than a tenth more overflow.
    sized = agents_by_volume(quote(above_calls=above), [0.0, 0.1])
    for row, factor in enumerate((1.0, 1.1)):
        expected = excess(factor * whole["calls"].to_numpy(), above).sum() * 365 / 84
        assert sized.calls[row, 0] == pytest.approx(expected)
    assert sized.calls[1, 0] > 1.3 * sized.calls[0, 0]


def test_a_threshold_that_nothing_reaches_leaves_the_minimum() -> None:
    week = requirement(quote(above_calls=5000.0))
    assert week["calls"].max() < 1e-9
    assert set(week["agents"]) == {1}


# ── the chain ─────────────────────────────────────────────────────────────────────────────────────


def test_repeats_are_a_geometric_series() -> None:
    again, calls, volume = (1 - 0.7) * 0.6, 1.0, 0.0
    for _ in range(200):
        volume, calls = volume + calls, calls * again
    assert reaching(Workload(first_call_resolution=0.7, repeating=0.6)) == pytest.approx(volume)


def test_what_was_counted_got_through() -> None:
    came = 1000.0
    counted = came * (1 - 0.08)
    assert counted * reaching(Workload(blocked=0.08)) == pytest.approx(came)
    assert counted * reaching(Workload(blocked=0.08, ivr_contained=0.25)) == pytest.approx(0.75 * came)


def test_transfers_are_legs_of_the_same_team() -> None:
    week, plain = typical_week(quote(transferred=0.15, transfer_aht_s=100)), typical_week(quote())
    assert week["calls"].to_numpy() == pytest.approx(1.15 * plain["calls"].to_numpy())
    seconds = week["calls"] * week["aht_s"]
    assert seconds.to_numpy() == pytest.approx((plain["calls"] * (240 + 15)).to_numpy())


@settings(deadline=None)
@given(called_back=st.floats(0.01, 0.9), seed=st.integers(0, 100))
def test_callbacks_move_calls_to_later_room_of_the_same_day(called_back: float, seed: int) -> None:
    came = arrivals(QUOTE)
    calls = np.random.default_rng(seed).gamma(2.0, 50, (2, len(came.calls)))
    moved = off_peak(came, calls.copy(), called_back)
    for day in range(5):
        rows = came.weekday == day
        for before, after in zip(calls[:, rows], moved[:, rows], strict=True):
            assert after.sum() == pytest.approx(before.sum())
            busy = before > before.mean()
            assert (after[busy] >= np.maximum(before.mean(), (1 - called_back) * before[busy]) - 1e-9).all()
            assert (after[busy] <= before[busy] + 1e-9).all()
            assert (after[~busy] >= before[~busy] - 1e-9).all()
            assert (after[~busy] <= before.mean() + 1e-9).all()
            # None is called back before calling.
            assert (np.cumsum(after) <= np.cumsum(before) + 1e-6).all()


def test_callbacks_of_a_small_day_by_hand() -> None:
    day = QUOTE.replace(
        time_band=TimeBand(kind="office", hours={"mon": "08:00-12:00"}),
        traffic=TRAFFIC.replace(
            calls=400, profile=tuple([0.0] * 8 + [0.15, 0.4, 0.25, 0.2] + [0.0] * 12),
            workload=Workload(called_back=0.2),
        ),
    )  # fmt: skip
    # 60, 160, 100, 80: of the 160 a fifth is called back, and only the last hour is below the mean of 100.
    assert typical_week(day)["calls"].to_numpy() == pytest.approx([60, 140, 100, 100])


# ── its effect ────────────────────────────────────────────────────────────────────────────────────

FACTORS = {
    "ivr_contained": 0.2,
    "blocked": 0.05,
    "first_call_resolution": 0.7,
    "repeating": 0.5,
    "transferred": 0.15,
    "transfer_aht_s": 180.0,
    "called_back": 0.2,
    "escalated": 0.1,
    "escalation_aht_s": 500.0,
}
NAMED = {
    "blocked": ("blocked",),
    "contained": ("ivr_contained",),
    "repeats": ("first_call_resolution", "repeating"),
    "transfers": ("transferred", "transfer_aht_s"),
    "callbacks": ("called_back",),
    "escalations": ("escalated", "escalation_aht_s"),
}


def test_each_factor_with_and_without() -> None:
    terms = quote(**FACTORS)
    table = check(workload(terms), QUOTE_WORKLOAD)
    assert table["line"].iloc[0] == "calls as given"
    assert len(table) == 1 + len(NAMED)
    with_all = agents_by_volume(terms)
    for word, names in NAMED.items():
        row = table[table["line"].str.contains(word)].iloc[0]
        rest = {name: value for name, value in FACTORS.items() if name not in names}
        without = agents_by_volume(quote(**rest))
        assert row["agent_h"] == pytest.approx(with_all.agent_h.mean() - without.agent_h.mean())
        seats = (int(seats_of(sized.agents.max(), terms.staff)) for sized in (with_all, without))
        assert row["seats"] == next(seats) - next(seats)
    signs = np.sign(table["agent_h"].to_numpy()[1:])
    assert signs.tolist()[:4] == [1, -1, 1, 1]
    assert table.loc[table["line"].str.contains("callbacks"), "seats"].item() < 0


def test_the_chain_ends_in_the_typical_week() -> None:
    terms = quote(above_calls=40.0, **FACTORS)
    last, week = workload(terms).iloc[-1], typical_week(terms)
    assert last["calls"] == pytest.approx(week["calls"].sum() * 365 / 84)
    first = workload(terms).iloc[0]
    assert first["calls"] == pytest.approx(2000 * 5 * 365 / 84)
    assert workload(terms)["line"].str.startswith("overflow").sum() == 1
    months = size(terms).months
    assert last["aht_s"] == pytest.approx(months["aht_s"].iloc[0])


def test_no_factor_no_step() -> None:
    assert workload(quote())["line"].tolist() == ["calls as given"]
    assert len(workload(Terms.from_toml(DEMO_OUTBOUND))) == 1
    lost = QUOTE.replace(traffic=TRAFFIC.replace(within="all_hours"))
    assert workload(lost)["line"].tolist() == ["calls as given, 14.0% outside the opening hours left out"]


@settings(max_examples=30, deadline=None)
@given(
    blocked=st.floats(0, 0.5), repeating=st.floats(0.01, 0.9), solved=st.floats(0.3, 0.99),
    contained=st.floats(0, 0.8), more=st.floats(0, 0.1),
)  # fmt: skip
def test_more_blocked_or_unsolved_is_never_less_work(
    blocked: float, repeating: float, solved: float, contained: float, more: float
) -> None:
    def agent_h(**changes: float) -> float:
        given = {"blocked": blocked, "repeating": repeating, "first_call_resolution": solved}
        return float(agents_by_volume(quote(**given | {"ivr_contained": contained} | changes)).agent_h[0, 0])

    whole = agent_h()
    assert agent_h(blocked=blocked + more) >= whole
    assert agent_h(first_call_resolution=solved - more) >= whole
    assert agent_h(ivr_contained=contained + more) <= whole


def test_the_table_is_the_same_each_time() -> None:
    pd.testing.assert_frame_equal(workload(quote(**FACTORS)), workload(quote(**FACTORS)))


@pytest.mark.parametrize("above", [300.0, 50_000.0])
def test_a_threshold_that_no_call_passes_is_refused_by_its_key(above: float) -> None:
    # The busiest hour has 10% of 2,000 calls: nothing to speak of comes above either threshold.
    busiest = typical_week(quote())["calls"].max()
    with pytest.raises(Refused) as fault:
        size(quote(above_calls=above))
    assert fault.value.where == "time_band.above_calls"
    assert f"the busiest interval has {busiest:,.4g} on average" in fault.value.found
    assert size(quote(above_calls=busiest)).months["calls"].min() > 1


def test_a_term_without_calls_in_any_month_is_refused_by_its_key() -> None:
    # The term runs from January to June.
    late = QUOTE.replace(traffic=TRAFFIC.replace(months=(0,) * 6 + (1,) * 6))
    with pytest.raises(Refused, match=r"^traffic.months: no call comes in any active month"):
        size(late)
    december = QUOTE.replace(traffic=TRAFFIC.replace(peak_month=12, peak_month_factor=12))
    with pytest.raises(Refused, match=r"^traffic.peak_month_factor: no call comes in any active month"):
        size(december)
