"""Hiring mix: brute force over tiny cases, closed forms, the books balanced anew, and what is refused."""

import itertools
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from callplan.errors import Infeasible, Refused
from callplan.tables import CAPACITY, HIRING, check
from scheduling import solver
from scheduling.hiring import Hiring, HiringPlan, Terms, hiring_mix
from scheduling.hiring.crew import Crew, crew
from scheduling.hiring.search import GAP, _Rounds
from scheduling.hiring.week import Demand, cover_week, cut_at
from scheduling.rules import Rules

ZONE = "Europe/Paris"
DESK = Rules(meal_min=0, contracts={"FT": {"lengths_h": (8,)}, "PT": {"lengths_h": (4,)}})


def desk(
    weeks: list[list[float]],
    *,
    days: int = 5,
    queue: str = "sales",
    opens: int = 8,
    first: str = "2024-05-06",
) -> pd.DataFrame:
    """Return a requirement: the need of each hour of the day, the same on all days of a week."""
    rows = [
        (pd.Timestamp(first, tz=ZONE) + pd.DateOffset(days=7 * week + day, hours=opens + hour), need)
        for week, curve in enumerate(weeks)
        for day in range(days)
        for hour, need in enumerate(curve)
    ]
    start, need = zip(*rows, strict=True)
    return pd.DataFrame({"queue": queue, "start": start, "minutes": 60, "rostered": need})


def around_the_clock(weeks: int, heads: float = 1.0, *, first: str = "2024-05-06") -> pd.DataFrame:
    start = pd.date_range(
        first, pd.Timestamp(first) + pd.Timedelta(weeks=weeks), freq="h", tz=ZONE, inclusive="left"
    )
    return pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "rostered": heads})


def mix(need: pd.DataFrame, rules: Rules = DESK, *, headcount: Any = None, **contracts: dict) -> HiringPlan:
    terms = {name: {"monthly_attrition": 0.0, **own} for name, own in contracts.items()}
    return hiring_mix(need, rules, Hiring(contracts=terms), headcount=headcount)


def hired(plan: HiringPlan) -> dict[str, list[int]]:
    return {str(name): rows["hires"].tolist() for name, rows in plan.hires.groupby("contract")}


# Brute force: every plan of hires, each week's shifts chosen by another program in another form.


def cheapest_week(
    curve: list[float], lengths: dict[str, int], heads: dict[str, float], under: float
) -> float:
    """Cover a day of a desk open on 5 days, heads present on all of them: alike days need one program."""
    columns = [(name, begin) for name, hours in lengths.items() for begin in range(len(curve) - hours + 1)]
    work = np.array(
        [[begin <= hour < begin + lengths[name] for name, begin in columns] for hour in range(len(curve))],
        dtype=float,
    )
    limit = np.array([[float(name == other) for name, _ in columns] for other in lengths])
    answer = linprog(
        np.r_[np.zeros(len(columns)), np.full(len(curve), under)],
        A_ub=np.block([[-work, -np.eye(len(curve))], [limit, np.zeros((len(lengths), len(curve)))]]),
        b_ub=np.r_[-np.array(curve), [heads[name] for name in lengths]],
    )
    return 5 * float(answer.fun)


def brute_force(
    weeks: list[list[float]],
    lengths: dict[str, int],
    terms: dict[str, Terms],
    now: dict[str, float],
    most: int,
) -> float:
    """Return the least cost over every number of people, up to `most`, hired in every week."""
    names, best = list(terms), np.inf
    prices: dict[tuple, float] = {}
    for plan in itertools.product(range(most + 1), repeat=len(names) * len(weeks)):
        hires = {name: plan[place :: len(names)] for place, name in enumerate(names)}
        if not all(allowed(terms[name], hires[name]) for name in names):
            continue
        cost = 0.0
        for week, curve in enumerate(weeks):
            heads = {}
            for name in names:
                own, stay = terms[name], 1 - terms[name].weekly_attrition
                cohorts = [
                    (hires[name][begun] * stay ** (week - begun), week - begun) for begun in range(week + 1)
                ]
                employed = now[name] * stay**week + sum(size for size, _ in cohorts)
                cost += employed * 5 * lengths[name] + hires[name][week] * own.cost_per_hire
                cost += employed * own.weekly_attrition * own.leaving_cost
                heads[name] = now[name] * stay**week + sum(size * share(own, age) for size, age in cohorts)
            key = (week, *heads.values())
            if key not in prices:
                prices[key] = cheapest_week(curve, lengths, heads, DESK.under_cost_per_h)
            cost += prices[key]
        best = min(best, cost)
    return best


def allowed(terms: Terms, hires: tuple[int, ...]) -> bool:
    begun = [week for week, people in enumerate(hires) if people]
    return all(
        terms.class_least <= hires[week] <= terms.class_most and week >= terms.recruiting_weeks
        for week in begun
    ) and all(later - earlier >= terms.class_every_weeks for earlier, later in itertools.pairwise(begun))


def share(terms: Terms, age: int) -> float:
    learned = [0.0] * terms.training_weeks + list(terms.ramp)
    return learned[age] if age < len(learned) else 1.0


BUSY = [1, 2, 2, 1, 1, 2, 3, 3]


@pytest.mark.parametrize(
    ("weeks", "terms"),
    [
        ([BUSY] * 3, {"FT": {"cost_per_hire": 30}, "PT": {"cost_per_hire": 10, "monthly_attrition": 0.2}}),
        (
            [[1] * 8, BUSY, BUSY],
            {"FT": {"training_weeks": 1, "leaving_cost": 50, "monthly_attrition": 0.3}, "PT": {}},
        ),
        (
            [[1] * 8, [2] * 8, [3] * 8, [3] * 8],
            {"FT": {"class_least": 2, "class_every_weeks": 2, "ramp": (0.5,)}},
        ),
        (
            [[3] * 8, [3] * 8, [1] * 8, [1] * 8],
            {"FT": {"recruiting_weeks": 1, "class_most": 2, "cost_per_hire": 70}},
        ),
    ],
)
def test_tiny_plans_equal_brute_force(weeks: list[list[float]], terms: dict[str, dict]) -> None:
    own = {name: Terms(**{"monthly_attrition": 0.0, **given}) for name, given in terms.items()}
    lengths, now = {name: {"FT": 8, "PT": 4}[name] for name in own}, {"FT": 1.0, "PT": 0.0}
    best = brute_force(weeks, lengths, own, now, most=3)
    plan = hiring_mix(desk(weeks), DESK, Hiring(contracts=own), headcount={name: now[name] for name in own})
    assert plan.outcome.bound <= best + 1e-6 <= plan.outcome.cost + 2e-6
    assert plan.outcome.cost <= best * (1 + GAP) + 1e-6


# Closed forms.


def test_a_steady_desk_hires_those_who_leave() -> None:
    plan = mix(
        desk([[400] * 8] * 26), headcount={"FT": 400}, FT={"monthly_attrition": 0.04, "class_most": 40}
    )
    weekly = 1 - 0.96 ** (7 * 12 / 365.25)
    hires = plan.hires["hires"]
    assert hires.sum() == pytest.approx(weekly * 400 * 25, rel=0.02)
    assert plan.hires["heads"].to_numpy() == pytest.approx(np.full(26, 400), abs=4)
    assert plan.coverage["short_h"].sum() < 0.001 * plan.coverage["needed_h"].sum()


def test_part_timers_come_for_the_peak() -> None:
    plan = mix(desk([[10] * 4 + [2] * 4] * 4), FT={"cost_per_hire": 100}, PT={"cost_per_hire": 100})
    assert hired(plan) == {"FT": [2, 0, 0, 0], "PT": [8, 0, 0, 0]}
    assert plan.outcome.cost == pytest.approx(10 * 100 + 4 * (2 * 40 + 8 * 20))


def test_the_curve_is_covered_and_not_its_total() -> None:
    # 200 h a week would be 5 full-timers; the 10 at once are 10.
    plan = mix(desk([[0] * 2 + [10] * 4 + [0] * 2] * 8), FT={})
    assert hired(plan)["FT"] == [10] + [0] * 7
    assert plan.coverage["over_h"].tolist() == [200.0] * 8


def test_days_off_ask_for_more_people() -> None:
    # 5 heads on 7 days are 35 shifts, of which each person works 5.
    assert hired(mix(desk([[5] * 8] * 4, days=7), FT={}))["FT"] == [7, 0, 0, 0]


@pytest.mark.parametrize("first", ["2024-05-06", "2024-03-25", "2024-10-21"])
def test_a_week_comes_round_on_any_clock(first: str) -> None:
    # 21 shifts of 8 h, 5 a head: the one that begins on Sunday at 22:00 is at work on Monday too.
    rules = DESK.replace(start_every_min=120, earliest_start="06:00", latest_start="22:00")
    plan = mix(around_the_clock(2, first=first), rules, headcount={"FT": 4.2}, FT={"class_most": 1})
    assert plan.coverage["short_h"].sum() == pytest.approx(0, abs=1e-6)
    assert plan.outcome.cost == pytest.approx(2 * 4.2 * 40)
    # An hour that the clock leaves out is not needed, one that it shows twice is needed once.
    assert plan.coverage["needed_h"].tolist() == [167.0 if first == "2024-03-25" else 168.0, 168.0]


def test_a_shift_ends_by_midnight_where_none_is_overnight() -> None:
    rules = DESK.replace(overnight=False, earliest_start="06:00")
    plan = mix(around_the_clock(1), rules, headcount={"FT": 50}, FT={"class_most": 1})
    assert plan.coverage["short_h"].tolist() == [7 * 6.0]


def test_hours_beyond_the_least_are_paid_as_they_are_worked() -> None:
    contracts = {"FT": {"lengths_h": (8,), "hours_per_week_min": 16, "hours_per_week_max": 32}}
    plan = mix(
        desk([[0] * 8, [2] * 8]),
        DESK.replace(contracts=contracts),
        headcount={"FT": 2},
        FT={"class_most": 1, "cost_per_hire": 9e3},
    )
    # Two heads give 64 of the 80 hours; the 16 missing cost 10 each. The first week is paid with 16 h each.
    assert plan.coverage["short_h"].tolist() == pytest.approx([0, 16])
    assert plan.hires["cost"].tolist() == pytest.approx([32, 64])
    assert plan.outcome.cost == pytest.approx(32 + 64 + 160)


def test_nights_and_overtime_cost_their_surcharge() -> None:
    bands = [{"name": "late", "from": "15:00", "to": "24:00", "surcharge": 0.5}]
    rules = DESK.replace(bands=bands, overtime_from_h=7.0, overtime_surcharge=0.25)
    plan = mix(desk([[1] * 8]), rules, headcount={"FT": 1}, FT={"class_most": 1})
    assert plan.outcome.cost == pytest.approx(40 + 5 * (0.5 + 0.25))


def test_an_unpaid_meal_has_no_surcharge() -> None:
    always = [{"name": "all", "from": "00:00", "to": "24:00", "surcharge": 0.5}]
    rules = Rules(meal_min=60, bands=always, contracts={"FT": {"lengths_h": (9,)}})
    plan = mix(
        desk([[0] * 9, [1] * 9]), rules, headcount={"FT": 1}, FT={"class_most": 1, "cost_per_hire": 9e3}
    )
    assert plan.hires["cost"].tolist() == pytest.approx([40, 40 + 20])


def test_a_meal_leaves_its_share_of_the_window_uncovered() -> None:
    # 9 h with an hour's meal after 3, 4 or 5: each of those hours lacks a third of a head.
    rules = Rules(meal_min=60, contracts={"FT": {"lengths_h": (9,)}})
    plan = mix(desk([[6] * 9]), rules, headcount={"FT": 6}, FT={"class_most": 1, "cost_per_hire": 9e3})
    assert plan.coverage["short_h"].tolist() == pytest.approx([5 * 6.0])
    assert mix(desk([[6, 6, 6, 4, 4, 4, 6, 6, 6]]), rules, headcount={"FT": 6}, FT={}).coverage[
        "short_h"
    ].sum() == pytest.approx(0, abs=1e-6)


def test_people_with_two_skills_serve_both_queues_but_one_at_a_time() -> None:
    both = pd.concat([desk([[4] * 4 + [0] * 4]), desk([[0] * 4 + [4] * 4], queue="help")])
    apart = {"A": {"contract": "FT", "queues": ("sales",)}, "B": {"contract": "FT", "queues": ("help",)}}
    assert {name: sum(people) for name, people in hired(mix(both, **apart)).items()} == {"A": 4, "B": 4}
    shared = apart | {"AB": {"contract": "FT", "queues": ("sales", "help")}}
    assert {name: sum(people) for name, people in hired(mix(both, **shared)).items()} == {
        "A": 0,
        "B": 0,
        "AB": 4,
    }
    at_once = pd.concat([desk([[4] * 8]), desk([[4] * 8], queue="help")])
    assert sum(map(sum, hired(mix(at_once, **shared)).values())) == 8


def test_queues_of_the_same_contracts_are_pooled() -> None:
    need = pd.concat([desk([[3] * 8]), desk([[2] * 8], queue="help")])
    assert hired(mix(need, FT={})) == {"FT": [5]}


def test_shares_and_most_heads_are_kept() -> None:
    plan = mix(desk([[10] * 8] * 4), FT={}, PT={"share_least": 0.5, "cost_per_hire": 50})
    assert hired(plan) == {"FT": [6, 0, 0, 0], "PT": [8, 0, 0, 0]}
    limited = mix(desk([[10] * 8] * 4), FT={"heads_at_most": 3}, PT={"cost_per_hire": 1})
    assert hired(limited) == {"FT": [3, 0, 0, 0], "PT": [14, 0, 0, 0]}


def test_nobody_is_dismissed_unless_it_has_a_price() -> None:
    need = desk([[4] * 8] * 2 + [[1] * 8] * 4)
    kept = mix(need, headcount={"FT": 4}, FT={})
    assert kept.hires["dismissed"].sum() == 0
    assert kept.outcome.cost == pytest.approx(6 * 4 * 40)
    cut = mix(need, headcount={"FT": 4}, FT={"dismissal_cost": 100})
    assert cut.hires["dismissed"].tolist() == [0, 0, 3, 0, 0, 0]
    assert cut.outcome.cost == pytest.approx(2 * 160 + 3 * 100 + 4 * 40)


def test_floors_and_prices_of_a_queue_hold() -> None:
    rules = DESK.replace(queues={"sales": {"heads_at_least": 2, "under_cost_per_h": 3.0}})
    plan = mix(desk([[1] * 8]), rules, FT={"cost_per_hire": 1000})
    assert plan.coverage["needed_h"].tolist() == [80.0]
    assert plan.outcome.cost == pytest.approx(3 * 80)


# The books, balanced anew from the tables.

TERMS = st.fixed_dictionaries(
    {
        "monthly_attrition": st.sampled_from([0.0, 0.02, 0.3]),
        "recruiting_weeks": st.integers(0, 2),
        "training_weeks": st.integers(0, 3),
        "ramp": st.lists(st.sampled_from([0.0, 0.5, 0.8]), max_size=2).map(tuple),
        "class_least": st.integers(1, 3),
        "class_most": st.integers(3, 8),
        "class_every_weeks": st.integers(1, 3),
        "cost_per_hire": st.sampled_from([0.0, 80.0]),
        "leaving_cost": st.sampled_from([0.0, 30.0]),
        "dismissal_cost": st.sampled_from([None, 60.0]),
    }
)
CURVES = st.lists(st.lists(st.integers(0, 9), min_size=8, max_size=8), min_size=3, max_size=7)


@settings(max_examples=15)
@given(weeks=CURVES, ft=TERMS, pt=TERMS, now=st.integers(0, 6))
def test_every_plan_keeps_its_books(weeks: list[list[float]], ft: dict, pt: dict, now: int) -> None:
    need = desk(weeks)
    plan = mix(need, headcount={"FT": now}, FT=ft, PT=pt)
    pd.testing.assert_frame_equal(check(plan.hires, HIRING), plan.hires)
    pd.testing.assert_frame_equal(check(plan.coverage, CAPACITY), plan.coverage)
    paid = 0.0
    for name, terms, week_h, before in (("FT", Terms(**ft), 40, now), ("PT", Terms(**pt), 20, 0)):
        rows = plan.hires[plan.hires["contract"] == name].reset_index(drop=True)
        assert allowed(terms, tuple(rows["hires"]))
        for week in rows.itertuples():
            assert week.heads == pytest.approx(before + week.hires - week.dismissed, abs=1e-6)
            assert week.leavers == pytest.approx(week.heads * terms.weekly_attrition, abs=1e-9)
            assert -1e-9 <= week.productive <= week.heads - week.in_training + 1e-9
            cost = week.heads * week_h + week.hires * terms.cost_per_hire + week.leavers * terms.leaving_cost
            assert week.cost == pytest.approx(cost + week.dismissed * (terms.dismissal_cost or 0.0))
            before = week.heads - week.leavers
            paid += week.cost
        if terms.dismissal_cost is None:
            assert rows["dismissed"].sum() == 0
    cover = plan.coverage
    assert cover["needed_h"].tolist() == [5 * sum(curve) for curve in weeks]
    assert cover["cost"].sum() == pytest.approx(paid + 10 * cover["short_h"].sum())
    assert cover["cost"].sum() == pytest.approx(plan.outcome.cost)
    assert (cover["productive_h"] - cover["over_h"]).to_numpy() == pytest.approx(
        cover["needed_h"] - cover["short_h"], abs=1e-6
    )
    assert plan.outcome.bound <= plan.outcome.cost + 1e-9
    assert plan.outcome.gap <= GAP + 1e-9


@settings(max_examples=6)
@given(less=st.floats(0, 0.15), more=st.floats(0, 0.15), growth=st.integers(0, 10))
def test_more_attrition_never_costs_less_where_nobody_is_too_many(
    less: float, more: float, growth: int
) -> None:
    need = desk([[300 + growth * week] * 8 for week in range(8)])
    low, high = (
        mix(
            need,
            headcount={"FT": 300},
            FT={"monthly_attrition": share, "class_most": 60, "training_weeks": 1},
        )
        for share in sorted((less, more))
    )
    # A person is whole and the need is not: an idle part of one may leave at a gain.
    assert high.outcome.cost >= low.outcome.bound - 40


@settings(max_examples=8)
@given(weeks=CURVES, hour=st.integers(0, 7))
def test_more_demand_never_costs_less(weeks: list[list[float]], hour: int) -> None:
    more = [[need + (place == hour) for place, need in enumerate(curve)] for curve in weeks]
    terms = {"monthly_attrition": 0.1, "training_weeks": 1}
    assert (
        mix(desk(more), FT=terms, PT=terms).outcome.cost
        >= mix(desk(weeks), FT=terms, PT=terms).outcome.bound - 1e-6
    )


# The week's program.


def two_crews() -> list[Crew]:
    hours = np.arange(168)
    is_open = (hours % 24 >= 8) & (hours % 24 < 20) & (hours < 144)
    rules = Rules(
        contracts={
            "FT": {"lengths_h": (8.5, 9.0)},
            "PT": {"lengths_h": (4,), "days_per_week": 6, "hours_per_week_min": 8},
        }
    )
    return [crew(name, Terms(monthly_attrition=0), rules, is_open, (0,)) for name in ("FT", "PT")]


CREWS = two_crews()


def week_of(need: list[int]) -> Demand:
    slots = np.zeros(168)
    for day in range(6):
        slots[day * 24 + 8 : day * 24 + 20] = need
    return Demand(slots[None, None], np.array([10.0]), 60)


@settings(max_examples=30)
@given(
    need=st.lists(st.integers(0, 9), min_size=12, max_size=12),
    heads=st.tuples(st.floats(0, 9), st.floats(0, 9)),
    other=st.tuples(st.floats(0, 9), st.floats(0, 9)),
    prices=st.lists(st.floats(0, 10), min_size=168, max_size=168),
    hour_price=st.floats(0, 5),
)
def test_a_cut_is_below_every_week_and_touches_its_own(
    need: list[int], heads: tuple, other: tuple, prices: list[float], hour_price: float
) -> None:
    demand = week_of(need)
    here, there = (
        cover_week(demand, 0, np.array(counts), CREWS, seed=0, time_limit_s=10) for counts in (heads, other)
    )
    slots = demand.need[:, 0]
    assert here.cut.least(slots, np.array(heads)) == pytest.approx(here.cost, abs=1e-5)
    assert here.cut.least(slots, np.array(other)) <= there.cost + 1e-5
    drawn = cut_at(np.array([prices]), [hour_price] * 2, CREWS)
    assert drawn.least(slots, np.array(heads)) <= here.cost + 1e-5


@settings(max_examples=10)
@given(need=st.lists(st.integers(0, 9), min_size=12, max_size=12))
def test_spread_meals_are_a_plan_that_the_rules_allow(need: list[int]) -> None:
    # The same week with each meal a column of its own: it may be cheaper, and never dearer.
    rules = Rules(meal_min=60, contracts={"FT": {"lengths_h": (9,)}})
    hours = np.arange(168)
    spread = crew("FT", Terms(monthly_attrition=0), rules, (hours % 24 >= 8) & (hours % 24 < 20), (0,))
    found = cover_week(week_of(need), 0, np.array([6.0]), [spread], seed=0, time_limit_s=10)
    columns = [(day, begin, meal) for day in range(7) for begin in range(8, 12) for meal in (3, 4, 5)]
    work = np.zeros((168, len(columns)))
    for column, (day, begin, meal) in enumerate(columns):
        work[[day * 24 + begin + hour for hour in range(9) if hour != meal], column] = 1
    of_day = np.array([[own == day for own, _, _ in columns] for day in range(7)] + [[True] * len(columns)])
    answer = linprog(
        np.r_[np.zeros(len(columns)), np.full(168, 10.0)],
        A_ub=np.block([[-work, -np.eye(168)], [of_day, np.zeros((8, 168))]]),
        b_ub=np.r_[-week_of(need).need[0, 0], [6.0] * 7, 30.0],
    )
    assert answer.fun <= found.cost + 1e-6


def test_minors_and_templates_work_when_they_may() -> None:
    rules = Rules(
        templates={"E": "08:00-12:00,13:00-17:00"},
        contracts={
            "young": {"lengths_h": (4,), "earliest": "09:00", "latest": "18:00"},
            "fixed": {"templates": ("E",)},
        },
    )
    is_open = np.ones(168, dtype=bool)
    young, fixed = (
        crew(name, Terms(monthly_attrition=0), rules, is_open, (0,)) for name in ("young", "fixed")
    )
    present = young.at_work.any(axis=0).reshape(7, 24)
    assert present.any(axis=0).nonzero()[0].tolist() == list(range(9, 18))
    assert fixed.at_work.sum(axis=1).tolist() == [8.0] * 7
    assert fixed.at_work[2].nonzero()[0].tolist() == [48 + hour for hour in (8, 9, 10, 11, 13, 14, 15, 16)]
    assert fixed.most_h == 40.0


# What is said.


def test_settings_load_from_toml_and_say_what_attrition_means(tmp_path: Path) -> None:
    file = tmp_path / "hiring.toml"
    file.write_text("[contracts.FT]\nmonthly_attrition = 0.03\nramp = [0.5, 0.8]\n", encoding="utf-8")
    hiring = Hiring.from_toml(file)
    assert hiring.contracts["FT"].ramp == (0.5, 0.8)
    plan = hiring_mix(desk([[1] * 8]), DESK, hiring)
    assert plan.conventions == (
        "FT: 3% of those employed when a month begins have left when it ends: 0.698% in each week",
    )
    assert (1 - hiring.contracts["FT"].weekly_attrition) ** (365.25 / 12 / 7) == pytest.approx(0.97)


def test_the_same_input_gives_the_same_plan() -> None:
    need = desk([BUSY] * 6)
    plans = [mix(need, FT={"monthly_attrition": 0.1}, PT={}) for _ in range(2)]
    pd.testing.assert_frame_equal(plans[0].hires, plans[1].hires)
    assert plans[0].outcome == plans[1].outcome


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: Hiring(contracts={}), "contracts: it is empty; add a [contracts.NAME] table"),
        (lambda: Hiring(contracts={"FT": {}}), "contracts.FT.monthly_attrition: this key is missing"),
        (
            lambda: Hiring(contracts={"FT": {"monthly_attrition": 30}}),
            "contracts.FT.monthly_attrition: found 30; it must be less than 1: 30% is 0.3",
        ),
        (
            lambda: mix(desk([BUSY]), FT={"class_least": 9, "class_most": 4}),
            "contracts.FT.class_least: 9 is above class_most, 4; lower it, or raise the other",
        ),
        (
            lambda: mix(desk([BUSY]), FT={"share_least": 0.7}, PT={"share_least": 0.6}),
            "contracts: shares of at least 1.3 together; lower one: all is 1",
        ),
        (
            lambda: mix(desk([BUSY]), FT={"share_most": 0.7}),
            "contracts: shares of at most 0.7 together; raise one: all is 1",
        ),
        (
            lambda: mix(desk([BUSY]), FTT={}),
            "hiring.contracts.FTT: no contract 'FTT' in [shifts.contracts]; did you mean FT?",
        ),
        (
            lambda: mix(desk([BUSY]), Rules(), FT={}),
            "hiring.contracts.FT: no contract 'FT' in [shifts.contracts]; add [shifts.contracts.NAME]",
        ),
        (
            lambda: mix(desk([BUSY]), headcount={"FTT": 1}, FT={}),
            "headcount: no contract 'FTT'; did you mean FT?",
        ),
        (
            lambda: mix(desk([BUSY]), headcount={"FT": -1}, FT={}),
            "headcount, FT: found -1; give a number of people, 0 or more",
        ),
        (
            lambda: mix(desk([BUSY]), headcount={"FT": "12"}, FT={}),
            "headcount, FT: found '12'; give a number of people, 0 or more",
        ),
        (
            lambda: mix(desk([BUSY]), headcount={"FT": 12}, FT={"heads_at_most": 8}),
            "headcount, FT: 12 people are above heads_at_most, 8; raise that limit",
        ),
        (
            lambda: mix(desk([BUSY]), FT={"queues": ("sale",)}),
            "hiring.contracts.FT.queues: no queue 'sale' in the requirement; did you mean sales?",
        ),
        (
            lambda: mix(pd.concat([desk([BUSY]), desk([BUSY], queue="help")]), FT={"queues": ("sales",)}),
            "queue help: no contract serves it; add it to a contract's queues in [hiring]",
        ),
        (lambda: hiring_mix(desk([BUSY]), DESK, None), "hiring: found None; give Hiring(...)"),
        (
            lambda: hiring_mix(
                desk([BUSY]), DESK, Hiring(contracts={"FT": {"monthly_attrition": 0}}), time_limit_s=0
            ),
            "time_limit_s: found 0; give some seconds, more than 0",
        ),
    ],
)
def test_bad_input_is_refused_in_one_line(call: Any, said: str) -> None:
    with pytest.raises(Refused, match=re.escape(said)) as refusal:
        call()
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda: mix(desk([[3] * 3]), FT={}),
            "hiring.contracts.FT: no shift of the contract fits the opening",
        ),
        (
            lambda: mix(desk([BUSY]), headcount={"FT": 40}, FT={}, PT={"share_least": 0.5, "class_most": 2}),
            "no hires keep heads_at_most, shares and class sizes together",
        ),
    ],
)
def test_what_cannot_be_is_said(call: Any, said: str) -> None:
    with pytest.raises(Infeasible, match=re.escape(said)):
        call()


def test_a_plan_cut_by_the_clock_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Rounds, "seconds", property(lambda _: 1e9))
    weeks = np.random.default_rng(0).integers(0, 9, (12, 8)).tolist()
    outcome = mix(desk(weeks), FT={"monthly_attrition": 0.2}, PT={"cost_per_hire": 20}).outcome
    assert (outcome.status, outcome.stopped_by) == ("feasible", "clock")
    assert outcome.bound < outcome.cost
    monkeypatch.setattr(_Rounds, "decide", lambda *_, **__: None)
    with pytest.raises(Infeasible, match="no plan found in 60 s; give it more time"):
        mix(desk([BUSY]), FT={})


@pytest.mark.filterwarnings("ignore::DeprecationWarning:pulp")
def test_both_solvers_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    if solver._cbc_class() is None:
        pytest.skip("no CBC here: PuLP 3 brings it, for PuLP 4 install coinor-cbc")
    need, terms = desk([BUSY] * 4), {"monthly_attrition": 0.1, "class_least": 2}
    first = mix(need, FT=terms, PT={}).outcome
    monkeypatch.setattr(solver, "_installed", lambda: "CBC")
    second = mix(need, FT=terms, PT={}).outcome
    assert (first.solver, second.solver) == ("HiGHS", "CBC")
    assert second.cost == pytest.approx(first.cost, rel=GAP)
    assert max(first.bound, second.bound) <= min(first.cost, second.cost) + 1e-6
