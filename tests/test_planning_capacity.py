"""The year: every figure of a hand-made plan again, the cheapest of all hires, the conventions."""

import itertools
import math
import time
import warnings
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused, Remark
from callplan.intervals import grid
from callplan.tables import BALANCE, HIRING, LATE, NEED, TRIED, WAYS, check
from planning import Site
from planning.capacity import (
    Capacity,
    CapacityPlan,
    Season,
    capacity,
    estimate_season,
    monthly_attrition,
    yearly_attrition,
)
from planning.capacity.closing import Gap, Prices, one_slot
from planning.capacity.hires import plan_hires
from planning.capacity.season import away_by_week
from scheduling.hiring.heads import Intake

ZONE = "Europe/Paris"
# Percent of a day's calls by hour from midnight.
_NIGHT, _MORNING = [0.5, 0.4, 0.3, 0.3, 0.4, 0.6], [1.2, 2.8, 6, 9, 10, 8.6]
PROFILE = (*_NIGHT, *_MORNING, 6.4, 6.8, 8.2, 8.4, 7.6, 6.2, 4.8, 4, 3.2, 2.2, 1.3, 0.8)


def site_of(
    *, hours: str = "09:00-17:00", days: str = "mon-fri", hiring: dict | None = None, **shifts
) -> Site:
    settings = {
        "zone": ZONE,
        "minutes": 60,
        "model": "mean_of_4",
        "queues": {
            "sales": {"service_level": 0.8, "within_s": 20, "shrinkage": 0.3, "aht_s": 240, "lag": False}
        },
        "calendar": {"hours": {days: hours}},
        "shifts": {"cost_per_h": 20.0, "under_cost_per_h": 90.0, "contracts": {"FT": {"lengths_h": [8.5]}}},
    }
    settings["shifts"] |= shifts
    if hiring is not None:
        settings["hiring"] = {"contracts": hiring}
    return Site.from_dict(settings, "site.toml")


def history_of(site: Site, calls, first=date(2024, 1, 1), last=date(2024, 3, 31)) -> pd.DataFrame:
    start = grid(first, last, 60, ZONE, site.calendar.hours)
    offered = [float(calls(time)) for time in start]
    return pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "offered": offered})


TERMS = {"monthly_attrition": 0.04, "training_weeks": 2, "ramp": (0.5,), "class_least": 2, "class_most": 6}


def small(terms: Capacity, weeks: int = 8, **hiring) -> CapacityPlan:
    site = site_of(hiring={"FT": {**TERMS, "cost_per_hire": 500.0, **hiring}})
    history = history_of(site, lambda _: 100)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Remark)
        return capacity(history, site, terms, weeks=weeks)


@pytest.mark.parametrize(("hours", "fte"), [("08:00-20:00", 39.5), ("00:00-24:00", 50.0)])
def test_fte_are_those_of_the_definitions(hours, fte):
    """2,000 calls a day, seven days, 80/20, AHT 240 s, shrinkage 30%, 40 h, sized hour by hour."""
    site = site_of(hours=hours, days="mon-sun")
    history = history_of(site, lambda time: 20 * PROFILE[time.hour])
    with pytest.warns(Remark, match="no \\[hiring\\]"):
        found = capacity(history, site, Capacity(full_time_h=40), weeks=2)
    assert found.balance is None
    need = check(found.need, NEED)
    assert need["required_fte"].tolist() == pytest.approx([fte, fte])
    assert need["required_h"].tolist() == pytest.approx([40 * fte, 40 * fte])
    assert need["open_days"].tolist() == [7, 7]
    assert (need["aht_s"] == 240).all()
    assert list(found.tables()) == ["need", "tried"]


def test_attrition_by_both_conventions():
    assert yearly_attrition(0.03, "simple") == pytest.approx(0.36)
    assert yearly_attrition(0.03, "compound") == pytest.approx(1 - 0.97**12)
    for kind, yearly in itertools.product(("simple", "compound"), (0.1, 0.36, 0.8)):
        assert yearly_attrition(monthly_attrition(yearly, kind), kind) == pytest.approx(yearly)
    said = {}
    for kind in ("simple", "compound"):
        plan = small(Capacity(headcount={"FT": 20}, attrition={"FT": 0.36}, convention=kind))
        said[kind] = plan.balance
        assert f"given as 0.36 a year, {kind}" in plan.conventions[1]
        # In one week leaves 1 - (1 - m)^(7 / 30.4375) of those there.
        month = 0.03 if kind == "simple" else 1 - 0.64 ** (1 / 12)
        share = 1 - (1 - month) ** (7 / (365.25 / 12))
        assert plan.balance["leavers"].iloc[0] == pytest.approx(plan.balance["heads"].iloc[0] * share)
    assert said["compound"]["leavers"].iloc[0] > said["simple"]["leavers"].iloc[0]
    with pytest.raises(Refused, match='below 1, or say convention = "simple"'):
        Capacity(attrition={"FT": 1.2})
    assert Capacity(attrition={"FT": 1.2}, convention="simple").attrition == {"FT": 1.2}


def test_every_figure_again():
    terms = Capacity(
        headcount={"FT": 14},
        gap_at_most=0.5,
        overtime_most=0.1,
        overflow_per_h=90.0,
        season=Season(leave={"apr": 0.05, "may": 0.15}, absence={"mon": 0.08}, absence_season={"may": 1.5}),
    )
    plan = small(terms, weeks=16)
    balance = check(plan.balance, BALANCE)
    hired = check(plan.hires, HIRING)["hires"].tolist()
    assert sum(hired) > 0
    stay = (1 - 0.04) ** (7 / (365.25 / 12))
    classes, old, costs = [], 14.0, []
    for week, row in enumerate(balance.to_dict("records")):
        classes = [(begun, people * stay) for begun, people in classes] + [(week, float(hired[week]))]
        old = old * stay if week else old
        heads = old + sum(people for _, people in classes)
        learning = sum(people for begun, people in classes if week - begun < 2)
        working = old + sum(p * (0 if week - b < 2 else 0.5 if week - b == 2 else 1) for b, p in classes)
        days = pd.date_range(row["start"].tz_localize(None), periods=5)
        leave = np.mean([{4: 0.05, 5: 0.15}.get(day.month, 0) for day in days])
        spared = [1 - {4: 0.05, 5: 0.15}.get(day.month, 0) for day in days]
        away = [0.08 * (1.5 if day.month == 5 else 1) * (day.day_of_week == 0) for day in days]
        absence = np.dot(spared, away) / np.sum(spared)
        available = working * (1 - leave) * (1 - absence)
        missing = max(0.0, row["required_fte"] - 0.5 - available)
        # An hour of overtime costs 30, one bought outside 90: overtime comes first.
        overtime = min(missing, 0.1 * available)
        overflow = missing - overtime
        people = 800 * heads + 500 * hired[week]
        cost = people + 40 * 30 * overtime + 40 * 90 * overflow
        again = {
            "heads": heads, "in_training": learning, "leavers": heads * (1 - stay), "leave": leave,
            "absence": absence, "productive_fte": working, "available_fte": available,
            "gap_fte": available - row["required_fte"], "overtime_fte": overtime, "overflow_fte": overflow,
            "short_fte": 0.0, "people_cost": people, "cost": cost,
        }  # fmt: skip
        for name, value in again.items():
            assert row[name] == pytest.approx(value, abs=1e-9), (week, name)
        costs.append(cost)
    ways = check(plan.ways, WAYS).set_index("way")
    assert ways.loc["as planned", "cost"] == pytest.approx(sum(costs))
    assert ways["cost"].min() == pytest.approx(sum(costs))
    assert f"Cost {sum(costs):,.0f}, the least possible." in plan.summary


def problem(required, terms: Capacity, **hiring):
    site = site_of(hiring={"FT": {**TERMS, **hiring}})
    spared = np.ones(len(required))
    return plan_hires(
        site, site.hiring, terms, np.array(required, float), spared, ["sales"], 40.0, seed=0, time_limit_s=20
    )


def test_the_hires_are_the_cheapest_of_all():
    required = [10, 10.5, 12, 13, 13, 12.2]
    terms = Capacity(headcount={"FT": 10}, overtime_most=0.05, overflow_per_h=60, gap_at_most=0.2)
    limits = {"training_weeks": 1, "ramp": (), "class_least": 2, "class_most": 3, "class_every_weeks": 2}
    found = problem(required, terms, **limits, cost_per_hire=300.0)
    best = math.inf
    for hires in itertools.product((0, 2, 3), repeat=6):
        if any(one and other for one, other in itertools.pairwise(hires)):
            continue
        heads = found.intake.follow(np.array([hires], float), np.zeros((1, 6)))
        best = min(best, found.gap.covered(found.intake, heads).paid)
    assert found.covered.paid == pytest.approx(best, rel=1e-4)
    assert found.heads.hires.sum() > 0
    assert found.bound <= best + 1e-6


def test_without_overflow_the_gap_is_kept_wherever_a_class_can_be_ready():
    required = [10, 10, 14, 14, 14, 14, 14, 14]
    found = problem(required, Capacity(headcount={"FT": 10}, gap_at_most=0.5), recruiting_weeks=2, ramp=())
    # A class of week 2 works from week 4 on: two weeks before stay short, whatever is done.
    assert np.flatnonzero(found.covered.short > 1e-6).tolist() == [2, 3]
    assert (found.covered.available[4:] >= 13.5 - 1e-6).all()
    # Dear as hiring is, the gap is kept.
    dear = problem(
        required,
        Capacity(headcount={"FT": 10}, gap_at_most=0.5),
        recruiting_weeks=2,
        ramp=(),
        cost_per_hire=1e5,
    )
    assert np.flatnonzero(dear.covered.short > 1e-6).tolist() == [2, 3]


@given(
    need=st.floats(0, 40),
    heads=st.lists(st.floats(0, 20), min_size=2, max_size=2),
    overtime=st.floats(0, 0.3),
    prices=st.lists(st.floats(100, 3000), min_size=2, max_size=2),
    overflow=st.floats(100, 4000),
)
def test_the_cuts_of_a_week_are_what_it_costs(need, heads, overtime, prices, overflow):
    from scheduling.hiring.terms import Terms

    terms = [Terms(monthly_attrition=0.0) for _ in range(2)]
    crews = [one_slot(name, 40.0, 0.0) for name in ("A", "B")]
    intake = Intake(terms, crews, heads, 1)
    people = intake.follow(np.zeros((2, 1)), np.zeros((2, 1)))
    each = np.array([[1.0], [0.5]])
    gap = Gap(np.array([need]), each, overtime, Prices(np.array(prices), overflow, 1000.0))
    by_cuts = max(cut.least(np.array([[need]]), people.productive[:, 0]) for cut in gap.cuts(0))
    assert gap.covered(intake, people).paid == pytest.approx(by_cuts, abs=1e-6)


def test_lateness_costs_what_the_plan_costs_more():
    plan = small(Capacity(headcount={"FT": 14}, overflow_per_h=70.0))
    late = check(plan.late, LATE)
    assert late["weeks_late"].unique().tolist() == [1, 2, 4]
    assert (late["cost"] >= -1e-4 * plan.balance["cost"].sum()).all()
    row = late[late["weeks_late"] == 1].iloc[0]
    hires = plan.hires.set_index("start")["hires"]
    begins = list(plan.balance["start"]).index(row["start"])
    moved = hires.to_numpy(float).copy()
    moved[begins + 1] += moved[begins]
    moved[begins] = 0
    found = problem(
        plan.balance["required_fte"], Capacity(headcount={"FT": 14}, overflow_per_h=70.0), cost_per_hire=500.0
    )
    heads = found.intake.follow(moved[None, :], np.zeros((1, len(moved))))
    assert row["paid_more"] == pytest.approx(
        found.gap.covered(found.intake, heads).paid - plan.balance["cost"].sum()
    )
    assert row["short_more"] == 0
    assert row["cost"] == row["paid_more"]


def test_hours_short_are_priced_where_nothing_can_be_bought():
    plan = small(Capacity(headcount={"FT": 12}))
    row = plan.late[plan.late["weeks_late"] == 2].iloc[0]
    assert row["short_more"] > 0
    assert row["cost"] == pytest.approx(row["paid_more"] + row["short_more"] * 40 * 90.0)
    assert any("stay short beyond" in line for line in plan.summary)


def test_nobody_is_hired_where_enough_are_there():
    plan = small(Capacity(headcount={"FT": 60}))
    assert plan.hires["hires"].sum() == 0
    assert "late" not in plan.tables()
    assert "Nobody is to be hired." in plan.summary


def test_weeks_away_are_weighted_by_the_hours_needed():
    season = Season(leave={"apr": 0.1}, absence={"mon": 0.2}, absence_season={"may": 0.5})
    days = pd.Series(0.0, pd.date_range("2024-04-29", periods=14))
    # Monday and Tuesday in April, Wednesday in May; then a week without need.
    days.iloc[:3] = [30.0, 10.0, 60.0]
    found = away_by_week(season, days)
    assert found["leave"].iloc[0] == pytest.approx(0.1 * 40 / 100)
    assert found["absence"].iloc[0] == pytest.approx(30 * 0.9 * 0.2 / (40 * 0.9 + 60))
    assert found["absence"].iloc[1] == pytest.approx(0.2 * 0.5 / 7)


def test_season_is_read_from_records():
    days = pd.date_range("2023-01-01", "2023-12-31", tz=ZONE)
    planned = np.full(len(days), 200.0)
    leave = planned * np.where(days.month == 8, 0.2, 0.05)
    weekday, month = np.where(days.day_of_week == 0, 0.1, 0.04), np.where(days.month == 1, 1.5, 1.0)
    rows = pd.DataFrame(
        {
            "start": days,
            "planned_h": planned,
            "leave_h": leave,
            "absent_h": (planned - leave) * weekday * month,
        }
    )
    season = estimate_season(rows)
    assert season.leave["aug"] == pytest.approx(0.2)
    assert season.leave["feb"] == pytest.approx(0.05)
    assert season.absence["mon"] / season.absence["tue"] == pytest.approx(2.5, rel=0.02)
    assert season.absence_season["jan"] / season.absence_season["feb"] == pytest.approx(1.5, rel=0.02)
    lost = sum(
        season.absence[day] * season.absence_season[name]
        for day, name in zip(
            days.day_of_week.map(dict(enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun")))),
            days.strftime("%b").str.lower(),
            strict=True,
        )
    )
    assert lost * 200 == pytest.approx((rows["absent_h"] / (1 - leave / planned)).sum(), rel=0.01)
    with pytest.warns(Remark, match="no day in feb, mar"):
        few = estimate_season(rows[rows["start"].dt.month.isin([1, 8])])
    assert few.leave["jun"] == pytest.approx(0.125)
    with pytest.raises(Refused, match="more hours lost than planned"):
        estimate_season(rows.assign(absent_h=300.0))


def test_the_band_is_never_narrower_than_the_misses_so_far_ahead():
    site = site_of()
    rng = np.random.default_rng(0)
    level = {week: rng.choice([0.7, 1.0, 1.3]) for week in range(60)}
    first = pd.Timestamp("2023-01-02", tz=ZONE)
    history = history_of(
        site, lambda t: rng.poisson(80 * level[(t - first).days // 7]), date(2023, 1, 2), date(2024, 1, 28)
    )
    with pytest.warns(Remark):
        found = capacity(history, site, Capacity(), weeks=30)
    tried = check(found.tried, TRIED)
    assert tried["weeks_ahead"].tolist() == [1, 14, 27]
    assert (tried[["band_down", "band_up"]].diff().dropna() >= -0.02).all(axis=None)
    assert (tried["n"].iloc[:2] >= 8).all()
    need = found.need
    half = np.minimum(need["calls_hi"] / need["calls"] - 1, 1 - need["calls_lo"] / need["calls"])
    missed = 0.2
    assert (half.iloc[:26] > missed).all()
    assert (need["required_fte_lo"] < need["required_fte"]).all()
    assert (need["required_fte"] < need["required_fte_hi"]).all()
    assert "each week of the year was seen once" in found.summary[0]
    assert "WAPE" in found.summary[1]


def test_what_a_short_history_cannot_say_is_said():
    plan = small(Capacity(headcount={"FT": 14}), weeks=20)
    assert "no week of the year was seen before" in plan.summary[0]
    assert "0 past weeks could be tried" in plan.summary[1]
    assert plan.tried["wape"].isna().all()


def test_weeks_begin_on_monday_after_the_history():
    site = site_of(hiring={"FT": TERMS})
    history = history_of(site, lambda _: 30, last=date(2024, 4, 3))
    given = {"site": site, "terms": Capacity(headcount={"FT": 9}), "weeks": 2}
    assert capacity(history, **given).balance["start"].iloc[0] == pd.Timestamp("2024-04-08", tz=ZONE)
    later = capacity(history, **given, start="2024-04-10")
    assert later.balance["start"].iloc[0] == pd.Timestamp("2024-04-15", tz=ZONE)
    with pytest.raises(Refused, match="the history begins on 2024-01-01"):
        capacity(history, **given, start="2023-12-25")
    with pytest.raises(Refused, match="weeks: found 0"):
        capacity(history, **{**given, "weeks": 0})


def test_bad_terms_are_refused():
    with pytest.raises(Refused, match="no contract 'FULL' in \\[hiring\\]"):
        small(Capacity(headcount={"FULL": 3}))
    with pytest.raises(Refused, match="unknown weekday 'monday'; did you mean mon"):
        Season(absence={"monday": 0.1})
    with pytest.raises(Refused, match="an absence of 120% on some day"):
        Season(absence={"mon": 0.8}, absence_season={"jan": 1.5})
    two = site_of(hiring={"FT": {**TERMS, "queues": ["sales"]}})
    both = two.replace(queues={**two.queues, "help": two.queue("sales")})
    history = history_of(both, lambda _: 30)
    history = pd.concat([history, history.assign(queue="help")])
    with pytest.raises(
        Refused, match="it serves sales of help, sales; plan queues with people of their own apart"
    ):
        capacity(history, both, Capacity(), weeks=2)


def test_queues_share_one_pool():
    site = site_of(hiring={"FT": TERMS})
    both = site.replace(queues={**site.queues, "help": site.queue("sales")})
    history = history_of(both, lambda _: 30)
    history = pd.concat([history, history.assign(queue="help")])
    plan = capacity(history, both, Capacity(headcount={"FT": 20}), weeks=3)
    need = plan.need.groupby("start")["required_fte"].sum()
    assert plan.balance["required_fte"].tolist() == pytest.approx(need.tolist())
    assert len(plan.need) == 6


def test_a_year_of_one_queue_takes_less_than_a_minute():
    site = site_of(hiring={"FT": {**TERMS, "class_every_weeks": 2}}).replace(model="auto")
    rng = np.random.default_rng(1)
    history = history_of(
        site,
        lambda t: rng.poisson(90 + 20 * np.sin(2 * np.pi * t.day_of_year / 365)),
        date(2022, 1, 3),
        date(2023, 12, 31),
    )
    began = time.perf_counter()
    plan = capacity(history, site, Capacity(headcount={"FT": 15}, overflow_per_h=70.0), weeks=52)
    assert time.perf_counter() - began < 60
    assert len(plan.balance) == 52
    again = capacity(history, site, Capacity(headcount={"FT": 15}, overflow_per_h=70.0), weeks=52)
    for name, table in plan.tables().items():
        pd.testing.assert_frame_equal(table, again.tables()[name])
