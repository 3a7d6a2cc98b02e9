"""Ways of billing, each by hand; the published vectors; the rate that earns a price."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from callplan.errors import Refused
from callplan.money import cents
from quoting.billing import (
    WAYS,
    Usage,
    base_plus_overage,
    commission,
    commission_spread,
    dead_band,
    fees,
    fte_month,
    handling_minute,
    hourly,
    margin_of,
    minimum_volume,
    per_call,
    per_call_minimum,
    per_seat_month,
    productive_hour,
    project,
    rate_for,
    seat_rental,
    settle,
)
from quoting.terms.money import Billing, Price, Sla

COST, MARKED_UP, WITH_MARGIN = 194_887.34, 233_864.81, 243_609.18


def usage(**by_month: list[float]) -> Usage:
    """Return two months, or as many as are given, with what is not given at 0."""
    size = len(next(iter(by_month.values()), [0, 0]))
    names = Usage.__dataclass_fields__
    return Usage(**{name: np.array(by_month.get(name, [0.0] * size), dtype=float) for name in names})


# ── published vectors ─────────────────────────────────────────────────────────────────────────────


def test_a_profit_of_20_percent_is_a_markup_or_a_margin() -> None:
    assert cents(Price(basis="markup", rate=0.2).of(COST)) == MARKED_UP
    assert cents(Price(basis="margin", rate=0.2).of(COST)) == WITH_MARGIN
    marked_up, with_margin = margin_of(MARKED_UP, COST), margin_of(WITH_MARGIN, COST)
    assert marked_up.markup == pytest.approx(0.2, abs=1e-7)
    assert marked_up.margin == pytest.approx(1 / 6, abs=1e-7)
    assert with_margin.margin == pytest.approx(0.2, abs=1e-7)
    assert with_margin.profit == pytest.approx(48_721.84, abs=0.005)


def test_the_vectors_to_the_cent() -> None:
    # 150 people of 176 h a month: 10.3% and 14% of the time away, 76.86% of the rest with a call.
    productive_h = 176 * 0.897 * 0.86
    assert round(productive_h, 2) == 135.77
    month = usage(
        fte=[150],
        seats=[125],
        paid_h=[150 * 176],
        productive_h=[150 * productive_h],
        handling_min=[150 * productive_h * 0.7686 * 60],
    )

    def rate(method: str) -> float:
        return rate_for(Billing(method=method), month, MARKED_UP)

    assert cents(rate("fte_month")) == 1559.10
    assert cents(rate("per_seat_month")) == 1870.92
    assert cents(rate("productive_hour")) == 11.48
    assert cents(rate("handling_minute") * 60) == 14.94
    assert rate("hourly") == pytest.approx(1559.10 / 176, abs=1e-4)


def test_dead_band_of_a_thousand_tickets() -> None:
    came = usage(calls=[0, 899, 900, 1000, 1100, 1101, 2000])
    charged = dead_band(came, rate=50_000, baseline=1000, band=0.1, additional=40, reduced=60)
    by_hand = [0, 49_940, 50_000, 50_000, 50_000, 50_040, 86_000]
    np.testing.assert_allclose(charged, by_hand, atol=1e-8)


def test_a_dead_band_without_rates_of_its_own_takes_that_of_the_baseline() -> None:
    came = usage(calls=[800, 1000, 1200])
    charged = dead_band(came, rate=50_000, baseline=1000, band=0.1)
    np.testing.assert_allclose(charged, [45_000, 50_000, 55_000])


@given(st.integers(-(10**11), 10**11), st.integers(0, 9))
def test_cents_are_those_of_decimal_arithmetic(whole: int, thousandth: int) -> None:
    amount = whole / 100 + (thousandth / 1000 if whole >= 0 else -thousandth / 1000)
    away = (1 if whole >= 0 else -1) * (thousandth >= 5)
    assert cents(amount) == (whole + away) / 100


# ── each method by hand ───────────────────────────────────────────────────────────────────────────


def test_each_method_by_hand() -> None:
    two = usage(
        seats=[10, 30],
        calls=[1100, 3300],
        handled=[1000, 3000],
        paid_h=[500, 1500],
        productive_h=[400, 1200],
        handling_min=[4000, 12_000],
        fte=[3, 9],
        successes=[20, 60],
    )
    cases = [
        (per_seat_month(two, rate=100), [1000, 3000]),
        (per_seat_month(two, rate=100, minimum=20), [2000, 3000]),
        (base_plus_overage(two, rate=2, base=1500, included=2000), [1500, 3500]),
        (per_call(two, rate=2), [2000, 6000]),
        (per_call(two, rate=2, base=500), [2500, 6500]),
        (per_call_minimum(two, rate=2, minimum=4000), [4000, 6000]),
        (commission(two, rate=50), [1000, 3000]),
        (commission(two, rate=50, success=0.1), [5000, 15_000]),
        (seat_rental(two, rate=80), [800, 2400]),
        (hourly(two, rate=20), [10_000, 30_000]),
        (fte_month(two, rate=2000), [6000, 18_000]),
        (project(two, rate=9000), [4500, 4500]),
        (productive_hour(two, rate=25), [10_000, 30_000]),
        (handling_minute(two, rate=0.5), [2000, 6000]),
        (dead_band(two, rate=5000, baseline=2000, band=0.1, additional=2, reduced=1), [4300, 7200]),
        (minimum_volume(two, rate=2, minimum=1500), [3000, 6000]),
    ]
    for charged, by_hand in cases:
        np.testing.assert_allclose(charged, by_hand)


def test_a_project_is_spread_over_the_months_of_each_future() -> None:
    futures = Usage(*[np.ones((5, 4))] * 8)
    assert project(futures, rate=100).tolist() == [[25.0] * 4] * 5


def test_a_commission_without_a_chance_of_success_is_refused() -> None:
    with pytest.raises(Refused, match="give success"):
        commission(usage(handled=[100]), rate=5)


# ── the spread of a commission ────────────────────────────────────────────────────────────────────


def test_the_spread_of_a_commission_is_that_of_successes_drawn_call_by_call() -> None:
    months = usage(handled=[300, 500])
    spread = commission_spread(months, rate=20, success=0.15)
    assert spread.mean == pytest.approx(20 * 800 * 0.15)
    assert spread.sd == pytest.approx(20 * (800 * 0.15 * 0.85) ** 0.5)
    drawn = 20 * (np.random.default_rng(0).random((20_000, 800)) < 0.15).sum(axis=1)
    assert drawn.mean() == pytest.approx(spread.mean, rel=0.005)
    assert drawn.std() == pytest.approx(spread.sd, rel=0.02)
    np.testing.assert_allclose(
        np.quantile(drawn, [0.1, 0.5, 0.9]), [spread.p10, spread.p50, spread.p90], atol=20
    )


def test_two_calls_succeed_as_two_coins_fall() -> None:
    spread = commission_spread(usage(handled=[2]), rate=10, success=0.5)
    assert (spread.mean, spread.p10, spread.p50, spread.p90) == (10, 0, 10, 20)
    assert spread.sd == pytest.approx(10 * 0.5**0.5)


def test_a_funnel_without_calls_has_no_spread() -> None:
    spread = commission_spread(usage(handled=[0]), rate=10, success=0.5)
    assert (spread.mean, spread.sd) == (0, 0)


# ── credits and bonus ─────────────────────────────────────────────────────────────────────────────

SLA = Sla(
    credits=[{"below": 0.8, "share": 0.05}, {"below": 0.7, "share": 0.2}],
    bonuses=[{"above": 0.9, "share": 0.02}],
    cap=0.1,
)


@pytest.mark.parametrize(
    ("level", "credit", "bonus"),
    [(0.95, 0, 20), (0.9, 0, 0), (0.8, 0, 0), (0.7999, 50, 0), (0.7, 50, 0), (0.6, 100, 0), (np.nan, 0, 0)],
)
def test_credits_and_bonus_of_a_month_of_1000(level: float, credit: float, bonus: float) -> None:
    owed, earned = settle(np.array([1000.0]), np.array([level]), SLA)
    assert (owed[0], earned[0]) == pytest.approx((credit, bonus))


@given(level=st.floats(0, 1), fee=st.floats(0, 1e9))
def test_neither_credit_nor_bonus_passes_the_cap(level: float, fee: float) -> None:
    owed, earned = settle(np.array([fee]), np.array([level]), SLA)
    assert 0 <= owed[0] <= 0.1 * fee
    assert 0 <= earned[0] <= 0.1 * fee
    assert owed[0] * earned[0] == 0


# ── the rate that earns a price ───────────────────────────────────────────────────────────────────


def test_the_rate_finds_the_piece_on_which_the_price_lies() -> None:
    months = usage(handled=[100, 300])
    # Only the second month passes its minimum: 500 + 300 × rate.
    assert rate_for(Billing(method="per_call_minimum", minimum=500), months, 1500) == pytest.approx(10 / 3)
    # Both do: 400 × rate.
    assert rate_for(Billing(method="per_call_minimum", minimum=500), months, 4000) == pytest.approx(10)
    overage = Billing(method="base_plus_overage", base=200, included=250)
    assert rate_for(overage, months, 1000) == pytest.approx(12)


def test_a_rate_of_0_earns_what_the_base_earns() -> None:
    billing = Billing(method="per_call", base=500)
    assert rate_for(billing, usage(handled=[10, 10]), 1000) == 0


@pytest.mark.parametrize(
    ("billing", "words"),
    [
        (Billing(method="per_call", base=600), "earns 1,200.00 over the term at a rate of 0"),
        (Billing(method="per_call_minimum", minimum=501), "lower its base or minimum"),
        (Billing(method="base_plus_overage", base=100, included=1000), "no rate earns the price of 1,000.00"),
        (Billing(method="productive_hour"), "choose another method"),
    ],
)
def test_a_price_that_no_rate_earns_is_refused(billing: Billing, words: str) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        rate_for(billing, usage(handled=[100, 300]), 1000)
    assert billing.method in str(refusal.value)


amounts = st.floats(0, 1e5)
positive = st.floats(1, 1e5)
FIGURES = {
    "per_seat_month": st.fixed_dictionaries({}, optional={"minimum": amounts}),
    "base_plus_overage": st.fixed_dictionaries({"base": amounts, "included": amounts}),
    "per_call": st.fixed_dictionaries({}, optional={"base": amounts}),
    "per_call_minimum": st.fixed_dictionaries({"minimum": amounts}),
    "commission": st.fixed_dictionaries({"success": st.floats(0.01, 1)}),
    "dead_band": st.fixed_dictionaries(
        {"baseline": positive, "band": st.floats(0.01, 0.9)},
        optional={"additional": amounts, "reduced": amounts},
    ),
    "minimum_volume": st.fixed_dictionaries({"minimum": amounts}),
}


@st.composite
def billings(draw: st.DrawFn) -> Billing:
    method = draw(st.sampled_from(sorted(WAYS)))
    return Billing(method=method, **draw(FIGURES.get(method, st.just({}))))


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    months = draw(st.integers(1, 6))
    return Usage(*(np.array(draw(st.lists(amounts, min_size=months, max_size=months))) for _ in range(8)))


@given(billings(), usages(), st.floats(1, 1e7))
def test_the_solved_rate_earns_the_price(billing: Billing, months: Usage, revenue: float) -> None:
    try:
        rate = rate_for(billing, months, revenue)
    except Refused:
        # Then no rate of any size does.
        least, most = fees(billing, months, 0).sum(), fees(billing, months, 1e14).sum()
        assert least > revenue or most < revenue
        return
    assert fees(billing, months, rate).sum() == pytest.approx(revenue, rel=1e-9)


@given(billings(), usages(), st.floats(0, 1e4), st.floats(0, 1e4))
def test_fees_are_never_negative_and_never_fall_as_the_rate_rises(
    billing: Billing, months: Usage, one: float, other: float
) -> None:
    assume(one <= other)
    low, high = fees(billing, months, one), fees(billing, months, other)
    assert (low >= 0).all()
    assert (high >= low - 1e-9 * np.abs(low)).all()


def test_margins_of_nothing_are_not_known() -> None:
    earned = margin_of(np.array([0.0, 100.0]), np.array([50.0, 0.0]))
    np.testing.assert_array_equal(earned.profit, [-50, 100])
    np.testing.assert_array_equal(earned.margin, [np.nan, 1])
    np.testing.assert_array_equal(earned.markup, [-1, np.nan])


def test_every_method_of_the_terms_has_its_way() -> None:
    methods = Billing.model_fields["method"].annotation.__args__
    assert set(methods) == set(WAYS)
