"""Seats, hours and people of a quote: the published example, brute force, and arithmetic done by hand."""

import datetime as dt
import math
import time
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import erlang
from callplan.errors import Refused
from callplan.tables import QUOTE_MONTHS, QUOTE_REQUIREMENT, QUOTE_WEEK, check
from quoting import Terms
from quoting.outbound import outbound_plan
from quoting.sizing import (
    agents_by_volume,
    conventions,
    efficiency,
    month_factors,
    people,
    requirement,
    size,
    typical_week,
)
from quoting.sizing.people import begins_anew, seats_of
from quoting.sizing.teams import hanging_up
from quoting.terms.factors import Standard, Term, TimeBand
from quoting.terms.staff import Staff
from quoting.terms.template import DEMO_OUTBOUND, DEMO_QUOTE
from quoting.terms.traffic import Traffic, Workload

# The published day, in percent from midnight.
DAY = (
    0.5, 0.4, 0.3, 0.3, 0.4, 0.6, 1.2, 2.8, 6, 9, 10, 8.6,
    6.4, 6.8, 8.2, 8.4, 7.6, 6.2, 4.8, 4, 3.2, 2.2, 1.3, 0.8,
)  # fmt: skip
TRAFFIC = Traffic(calls=2000, per="day", within="all_hours", aht_s=240, profile=DAY, minutes=60)
STAFF = Staff(
    shrinkage=0.3,
    full_time_h=40,
    schedule_efficiency=1.0,
    attrition=0.24,
    attrition_per="year",
    leader_span=12,
    support_span=40,
)
QUOTE = Terms.from_toml(DEMO_QUOTE).replace(
    term=Term(kind="long", start=dt.date(2027, 1, 1), months=12),
    time_band=TimeBand(kind="office", hours={"mon-sun": "08:00-20:00"}),
    traffic=TRAFFIC,
    standard=Standard(service_level=0.8, within_s=20),
    staff=STAFF,
)
ROUND_THE_CLOCK = TimeBand(kind="7x24")
EVERY_GOAL = Standard(service_level=0.85, within_s=15, asa_s=20, abandoned=0.03, occupancy=0.8)


# ── the published example ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("band", "goal", "seats", "fte"),
    [
        (QUOTE.time_band, (0.8, 20), 17, 39.5),
        (ROUND_THE_CLOCK, (0.8, 20), 17, 50.0),
        (QUOTE.time_band, (0.98, 15), 22, 50.75),
        (ROUND_THE_CLOCK, (0.98, 15), 22, 66.75),
    ],
)
def test_two_thousand_calls_a_day(band: TimeBand, goal: tuple[float, float], seats: int, fte: float) -> None:
    standard = Standard(service_level=goal[0], within_s=goal[1])
    month = size(QUOTE.replace(time_band=band, standard=standard)).months.iloc[0]
    assert month["seats"] == seats
    assert month["fte"] == pytest.approx(fte, abs=1e-9)


def test_why_ours_may_say_something_else() -> None:
    def fte(**changes: object) -> float:
        return float(size(QUOTE.replace(traffic=TRAFFIC.replace(**changes))).months["fte"].iloc[0])

    # Half hours of a profile by the hour are alike; calls that all come in the open hours are more.
    assert fte(minutes=30) == pytest.approx(39.5)
    assert fte(within="open_hours") == pytest.approx(44.75)
    measured = efficiency(QUOTE.replace(staff=STAFF.replace(schedule_efficiency="measured")))
    assert measured.share == pytest.approx(0.97, abs=0.01)
    assert size(QUOTE, measured).months["fte"].iloc[0] == pytest.approx(40.6, abs=0.05)
    said = " ".join((conventions.__doc__ or "").split())
    for number in ("17 seats", "39.5 FTE", "50.0 FTE", "20 seats and 44.75 FTE", "97%", "40.6"):
        assert number in said


# ── agents ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("patience_s", [None, 90.0])
def test_each_interval_has_the_smallest_team_that_meets_every_goal(patience_s: float | None) -> None:
    standard = EVERY_GOAL if patience_s else EVERY_GOAL.replace(abandoned=None)
    terms = QUOTE.replace(traffic=TRAFFIC.replace(patience_s=patience_s), standard=standard)

    def meets(agents: int, load: float) -> bool:
        found = erlang.performance(agents, load, 240, 15, patience_s=patience_s)
        return bool(
            found.service_level >= 0.85
            and found.asa_s <= 20
            and found.occupancy <= 0.8
            and (patience_s is None or found.abandoned <= 0.03)
        )

    monday = requirement(terms).iloc[:12]
    for row in monday.to_dict("records"):
        load = 2000 * DAY[row["minute"] // 60] / 100 * 240 / 3600
        assert row["agents"] == next(n for n in range(1, 60) if meets(n, load))
        assert row["load"] == pytest.approx(load)
    assert set(monday["set_by"]) & {"occupancy", "service_level", "abandoned"}


def test_goals_without_a_service_level_leave_it_empty() -> None:
    week = requirement(QUOTE.replace(standard=Standard(asa_s=15), sla=None))
    assert week["service_level"].isna().all()
    assert (week["asa_s"] <= 15).all()
    assert set(week["set_by"]) == {"asa_s"}


def test_the_world_class_is_held_by_all_its_goals() -> None:
    terms = QUOTE.replace(
        standard=Standard(preset="world_class", within_s=15), traffic=TRAFFIC.replace(patience_s=90)
    )
    week = requirement(terms)
    assert (week["service_level"] >= 0.98).all()
    assert (week["asa_s"] <= 15).all()
    assert (week["abandoned"] <= 0.02).all()
    # One agent fewer breaks one of them everywhere.
    fewer = erlang.performance(week["agents"] - 1, week["load"], 240, 15, patience_s=90)
    assert ((fewer.service_level < 0.98) | (fewer.asa_s > 15) | (fewer.abandoned > 0.02)).all()


def test_minimum_agents_sit_in_every_open_hour_and_say_so() -> None:
    week = requirement(QUOTE.replace(time_band=ROUND_THE_CLOCK, staff=STAFF.replace(minimum_agents=5)))
    assert week["agents"].min() == 5
    quiet = week[week["minute"] == 180]
    assert set(quiet["set_by"]) == {"minimum_agents"}
    assert set(week.loc[week["agents"] > 5, "set_by"]) == {"service_level"}


def test_a_month_is_365_84ths_of_the_intervals_of_its_week() -> None:
    terms = QUOTE.replace(
        traffic=TRAFFIC.replace(patience_s=120, growth_a_year=0.2, peak_month=12, peak_month_factor=1.5),
        time_band=ROUND_THE_CLOCK,
    )
    sized = agents_by_volume(terms, [-0.2, 0.0, 0.1])
    for row, change in enumerate((-0.2, 0.0, 0.1)):
        for month, factor in enumerate(month_factors(terms)):
            week = requirement(terms, (1 + change) * factor)
            agent_h = week["agents"].sum() * 365 / 84
            assert sized.agents[row, month] == week["agents"].max()
            assert sized.agent_h[row, month] == pytest.approx(agent_h)
            handled = (week["calls"] * (1 - week["abandoned"])).sum() * 365 / 84
            assert sized.handled[row, month] == pytest.approx(handled, rel=1e-9)
            assert sized.calls[row, month] == pytest.approx(week["calls"].sum() * 365 / 84)
            assert sized.handling_h[row, month] == pytest.approx(handled * 240 / 3600, rel=1e-9)
            night = week.loc[(week["minute"] >= 1320) | (week["minute"] < 360), "agents"].sum()
            assert sized.night_share[row, month] == pytest.approx(night / week["agents"].sum())
            weekend = week.loc[week["weekday"] >= 5, "agents"].sum()
            assert sized.weekend_share[row, month] == pytest.approx(weekend / week["agents"].sum())


def test_a_night_that_begins_within_an_interval_takes_its_part_of_it() -> None:
    band = TimeBand(kind="office", hours={"mon": "20:00-24:00"}, night=("22:30", "24:00"))
    sized = agents_by_volume(QUOTE.replace(time_band=band, staff=STAFF.replace(minimum_agents=20)))
    assert sized.night_share[0, 0] == pytest.approx(1.5 / 4)


@settings(max_examples=25, deadline=None)
@given(
    changes=st.lists(st.floats(-0.9, 2.0), min_size=2, max_size=4),
    patience_s=st.sampled_from([None, 60.0]),
    aht_change=st.floats(0, 0.5),
    above=st.sampled_from([None, 30.0]),
)
def test_more_calls_or_longer_ones_never_need_fewer_agents(
    changes: list[float], patience_s: float | None, aht_change: float, above: float | None
) -> None:
    band = (
        QUOTE.time_band
        if above is None
        else TimeBand(kind="overflow", hours=QUOTE.time_band.hours, above_calls=above)
    )
    terms = QUOTE.replace(time_band=band, traffic=TRAFFIC.replace(patience_s=patience_s))
    sized = agents_by_volume(terms, sorted(changes))
    longer = agents_by_volume(terms, sorted(changes), aht_change=aht_change)
    for name in ("agents", "agent_h", "calls", "handling_h"):
        assert (np.diff(getattr(sized, name), axis=0) >= -1e-9).all()
    # Longer calls of others block earlier, but a goal is met by more agents.
    assert (longer.agents >= sized.agents).all()


def test_three_years_at_sixty_one_volumes_take_a_second_or_two() -> None:
    terms = QUOTE.replace(
        term=Term(kind="long", start=dt.date(2027, 1, 1), months=36),
        time_band=ROUND_THE_CLOCK,
        traffic=TRAFFIC.replace(patience_s=120, minutes=30, growth_a_year=0.1),
        standard=EVERY_GOAL,
    )
    begun = time.perf_counter()
    sized = agents_by_volume(terms, np.linspace(-0.3, 0.3, 61))
    assert sized.agents.shape == (61, 36)
    assert time.perf_counter() - begun < 5


@settings(max_examples=30, deadline=None)
@given(
    most=st.floats(0.5, 300),
    patience_s=st.floats(10, 900),
    seed=st.integers(0, 1000),
    least=st.sampled_from([1, 8]),
)
def test_hang_ups_read_between_nodes_are_those_of_the_formula(
    most: float, patience_s: float, seed: int, least: int
) -> None:
    load = np.random.default_rng(seed).random((3, 40)) * most
    target = erlang.Target(service_level=0.8, within_s=20)
    agents = np.maximum(erlang.required_agents(load, 240, target, patience_s=patience_s), least)
    exact = erlang.abandonment(agents, load, 240, patience_s=patience_s)
    assert hanging_up(agents, load, 240, patience_s) == pytest.approx(exact, abs=1e-6)


def test_no_calls_leave_the_minimum_and_fewer_than_none_are_refused() -> None:
    assert set(agents_by_volume(QUOTE, -1).agents[0]) == {1}
    with pytest.raises(Refused, match=r"changes: found -30; a change is at least -1: 30% less is -0\.3"):
        agents_by_volume(QUOTE, [0.0, -30])
    with pytest.raises(Refused, match="aht_change: found nan"):
        agents_by_volume(QUOTE, aht_change=np.nan)


# ── months and people ─────────────────────────────────────────────────────────────────────────────


def test_growth_compounds_from_the_start_and_a_season_has_mean_one() -> None:
    term = Term(kind="intermittent", start=dt.date(2026, 11, 1), months=15, active_months=(11, 12, 1))
    months = (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3)
    terms = QUOTE.replace(term=term, traffic=TRAFFIC.replace(growth_a_year=0.21, months=months))
    mean = 15 / 12
    yearly = [2 / mean, 3 / mean * 1.21 ** (1 / 12), 1 / mean * 1.21 ** (2 / 12)]
    assert month_factors(terms) == pytest.approx([*yearly, *(1.21 * share for share in yearly)])
    peak = TRAFFIC.replace(peak_month=3, peak_month_factor=1.55)
    factors = month_factors(QUOTE.replace(traffic=peak))
    assert factors[2] == pytest.approx(1.55)
    assert np.delete(factors, 2) == pytest.approx(0.95)
    assert factors.mean() == pytest.approx(1)


def test_people_by_hand() -> None:
    staff = STAFF.replace(
        attrition=0.1,
        attrition_per="month",
        training_passed=0.8,
        training_weeks=2,
        ramp_weeks=4,
        ramp_share=0.75,
        spare_seats=0.1,
        support_span=30,
    )
    terms = QUOTE.replace(
        term=Term(kind="short", start=dt.date(2027, 1, 1), months=3),
        staff=staff,
        other=QUOTE.other.replace(special_training_h=5),
        time_band=QUOTE.time_band.replace(holidays_a_year=7.3),
    )
    month_h = 40 * Fraction(365, 84)
    fte = [Fraction(20), Fraction(30), Fraction(24)]
    agent_h = [float(share * month_h * Fraction(7, 10) * Fraction(9, 10)) for share in fte]
    table = people(agent_h, [10, 20, 11], terms, 0.9)
    assert table.columns.tolist() == QUOTE_MONTHS.names()
    assert table["fte"].to_numpy() == pytest.approx([20, 30, 24])
    assert table["seats"].tolist() == [11, 22, 13]
    leavers = [Fraction(2), Fraction(5, 2), Fraction(27, 10)]
    gained = [20 + leavers[0], 10 + leavers[1], Fraction(0)]  # six fewer, and 2.7 leave by themselves
    hires = [float(heads / Fraction(8, 10)) for heads in gained]
    assert table["leavers"].to_numpy() == pytest.approx([float(left) for left in leavers])
    assert table["hires"].to_numpy() == pytest.approx(hires)
    assert table["training_h"].to_numpy() == pytest.approx([n * (2 * 40 + 5) for n in hires])
    assert table["ramp_lost_h"].to_numpy() == pytest.approx([n * 0.8 * 4 * 40 * 0.25 for n in hires])
    assert table["leaders"].tolist() == [2, 3, 2]
    assert table["support"].tolist() == [1, 1, 1]
    assert table["holiday_share"].to_numpy() == pytest.approx([0.02] * 3)
    assert table["start"].dt.strftime("%Y-%m-%d").tolist() == ["2027-01-01", "2027-02-01", "2027-03-01"]


def test_after_months_that_are_not_worked_the_team_begins_anew() -> None:
    staff = STAFF.replace(attrition=0.1, attrition_per="month", training_weeks=2, training_passed=0.8)
    term = Term(kind="intermittent", start=dt.date(2027, 1, 1), months=24, active_months=(1, 6, 7, 12))
    terms = QUOTE.replace(term=term, staff=staff, other=QUOTE.other.replace(special_training_h=0))
    assert begins_anew(term).tolist() == [True, True, False, True, False, True, False, True]
    month_h = float(40 * Fraction(365, 84) * Fraction(7, 10))
    table = people([10 * month_h] * 8, [5] * 8, terms, 1.0)
    assert table["begins_anew"].tolist() == [1, 1, 0, 1, 0, 1, 0, 1]
    # December goes on into January; everybody of a month that begins anew is hired, and one more.
    hires = [(1 if on else 11) / 0.8 for on in (False, False, True, False, True, False, True, False)]
    assert table["leavers"].to_numpy() == pytest.approx([1.0] * 8)
    assert table["hires"].to_numpy() == pytest.approx(hires)
    assert table["training_h"].to_numpy() == pytest.approx([80 * n for n in hires])
    said = " ".join(conventions(terms, efficiency(terms)))
    assert "the team begins anew: everybody is hired and trained again" in said
    assert "begins anew" not in " ".join(conventions(QUOTE, efficiency(QUOTE)))


@pytest.mark.parametrize(("weeks", "day"), [(0, "2027-03-01"), (2, "2027-02-15"), (1.5, "2027-02-18")])
def test_a_class_begins_its_training_before_the_month_of_its_hires(weeks: float, day: str) -> None:
    # A week and a half is 10.5 days: it begins 11 days before.
    terms = QUOTE.replace(staff=STAFF.replace(training_weeks=weeks))
    table = people([700.0] * 12, [5] * 12, terms, 1.0)
    assert table["class_begins"].dt.strftime("%Y-%m-%d").iloc[2] == day
    said = " ".join(conventions(terms, efficiency(terms)))
    assert f"begins {weeks:g} weeks before that month" in said
    assert "A fall of heads costs nothing" in said


def test_heads_are_people_of_their_contracts_and_fte_full_time_weeks() -> None:
    # 24 of 40 h: five heads for three FTE; the same hours are learnt, and as many lost in the ramp.
    given = {"attrition": 0.0, "training_weeks": 3, "ramp_weeks": 4, "ramp_share": 0.5}
    full, part = STAFF.replace(**given), STAFF.replace(**given, contract_h=24)
    agent_h = [float(30 * 40 * Fraction(365, 84) * Fraction(7, 10))] * 12
    terms = QUOTE.replace(other=QUOTE.other.replace(special_training_h=0))
    one, other = (people(agent_h, [30] * 12, terms.replace(staff=staff), 1.0) for staff in (full, part))
    assert one["heads"].tolist() == one["fte"].tolist() == other["fte"].tolist()
    assert other["heads"].to_numpy() == pytest.approx([50] * 12)
    assert other["hires"].to_numpy() == pytest.approx([50] + [0] * 11)
    for name in ("paid_h", "training_h", "ramp_lost_h", "leaders", "support", "seats"):
        assert other[name].to_numpy() == pytest.approx(one[name].to_numpy()), name
    assert other["training_h"].iloc[0] == pytest.approx(30 * 3 * 40)
    assert "of contracts of 24 h a week" in " ".join(
        conventions(QUOTE.replace(staff=part), efficiency(QUOTE))
    )


def test_yearly_attrition_is_made_monthly_by_its_convention() -> None:
    def leavers(convention: str) -> float:
        staff = STAFF.replace(attrition=0.36, attrition_convention=convention)
        return float(people([700.0] * 12, [1] * 12, QUOTE.replace(staff=staff), 1.0)["leavers"].iloc[5])

    heads = 1000 / (40 * 365 / 84)
    assert leavers("simple") == pytest.approx(0.03 * heads)
    assert leavers("compound") == pytest.approx((1 - 0.64 ** (1 / 12)) * heads)


@given(agents=st.integers(0, 5000), spare=st.integers(0, 100))
def test_seats_are_rounded_up_as_decimals_say(agents: int, spare: int) -> None:
    staff = STAFF.replace(spare_seats=spare / 100)
    assert seats_of(agents, staff) == math.ceil(agents * (1 + Fraction(spare, 100)))


def test_leaders_are_rounded_up_as_decimals_say() -> None:
    # 36 FTE to a span of 12, made of 36 × 173.8095... h × 0.7: in doubles a little more than 3.
    agent_h = [36 * 40 * 365 / 84 * (1 - 0.3)] * 12
    assert set(people(agent_h, [30] * 12, QUOTE, 1.0)["leaders"]) == {3}


def test_people_at_another_volume_carry_its_calls() -> None:
    sized = agents_by_volume(QUOTE, [-0.3, 0.0])
    fewer = people(sized.agent_h[0], sized.agents[0], QUOTE, 1.0, sized.carried(0))
    same = people(sized.agent_h[1], sized.agents[1], QUOTE, 1.0)
    assert fewer["calls"].sum() == pytest.approx(0.7 * same["calls"].sum())
    assert same["calls"].sum() == pytest.approx(2000 * 365 * 0.86)
    with pytest.raises(Refused, match="give one number for each of 12 months"):
        people([100.0], [1], QUOTE, 1.0)


# ── the whole ─────────────────────────────────────────────────────────────────────────────────────


def test_a_sizing_is_whole_and_of_one_piece() -> None:
    terms = QUOTE.replace(
        traffic=TRAFFIC.replace(
            growth_a_year=0.1,
            workload=Workload(escalated=0.1, escalation_aht_s=600, transferred=0.2, transfer_aht_s=120),
        )
    )
    sized = size(terms)
    assert len(check(sized.week, QUOTE_WEEK)) == len(check(sized.requirement, QUOTE_REQUIREMENT)) == 84
    last = sized.months.iloc[-1]
    assert last["agents"] == sized.requirement["agents"].max() == sized.by_volume.agents[30, -1]
    assert last["agent_h"] == pytest.approx(sized.requirement["agents"].sum() * 365 / 84)
    assert sized.by_volume.changes[30] == 0
    # Handling is that of both legs and both tiers, by handled call.
    a_call = (240 + 0.2 * 120 + 0.1 * 600) / 1.2
    assert last["aht_s"] == pytest.approx(a_call)
    assert sized.week["aht_s"].to_numpy() == pytest.approx((240 + 0.2 * 120) / 1.2)
    pd.testing.assert_frame_equal(size(terms).months, sized.months)


def test_the_second_tier_is_a_team_of_its_own() -> None:
    tiers = Workload(escalated=0.1, escalation_aht_s=600)
    week = requirement(QUOTE.replace(traffic=TRAFFIC.replace(workload=tiers)))
    alone = requirement(QUOTE)
    for row, first in zip(week.to_dict("records"), alone.to_dict("records"), strict=True):
        load = first["calls"] * 0.1 * 600 / 3600
        second = int(erlang.required_agents(load, 600, QUOTE.standard.target))
        assert row["second_tier"] == second
        assert row["agents"] == first["agents"] + second
        assert row["service_level"] == first["service_level"]


def test_an_outbound_quote_has_agents_for_its_hours() -> None:
    terms = Terms.from_toml(DEMO_OUTBOUND)
    terms = terms.replace(staff=terms.staff.replace(schedule_efficiency=0.9))
    plan, sized = outbound_plan(terms), size(terms)
    assert set(sized.requirement["agents"]) == {plan.agents}
    assert set(sized.requirement["set_by"]) == {"occupancy"}
    assert sized.months["calls"].to_numpy() == pytest.approx(plan.records)
    work_h = plan.hours * terms.standard.target.occupancy
    assert (sized.months["handled"] * sized.months["aht_s"]).to_numpy() / 3600 == pytest.approx(work_h)
    assert len(sized.figures) == 2
    assert agents_by_volume(terms, 0.5).agents[0, 0] == math.ceil(
        1.5 * sized.requirement["load"].max() / 0.85
    )


def test_the_calls_of_a_week_are_those_of_the_profile() -> None:
    week = typical_week(QUOTE)
    monday = week[week["weekday"] == 0]
    assert monday["calls"].to_numpy() == pytest.approx([20 * share for share in DAY[8:20]])
    assert monday["minute"].tolist() == list(range(480, 1200, 60))


def test_a_what_if_holds_the_efficiency() -> None:
    found = efficiency(QUOTE)
    held = replace(found, share=0.8)
    assert size(QUOTE, held).months["fte"].iloc[0] == pytest.approx(39.5 / 0.8)
    with pytest.raises(Refused, match="give Terms"):
        size(None)  # type: ignore[arg-type]
