"""The witness: for every rule a roster broken by hand, hard and at a price, beside one that is sound."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused
from callplan.tables import ACTIVITIES, BROKEN, DUTIES, SHIFTS, check
from scheduling.contracts import PRICEABLE
from scheduling.rules import Rules
from scheduling.verify import Verdict, verify

ZONE = "Europe/Paris"
MONDAY = date(2024, 5, 6)
CONTRACTS = {
    "FT": {"lengths_h": [8.5]},
    "PT": {"lengths_h": [4.0]},
    "ANY": {"lengths_h": [4.0, 8.5], "days_per_week": 7},
}
# Prices of wishes and fairness at nought, so that every other cost stands alone.
PLAIN = {"wish_cost": 0.0, "fair_cost": 0.0}


def settings(roster: dict | None = None, contract: dict | None = None, **shifts: Any) -> Rules:
    """Return rules; `contract` changes the terms of ANY, which is Ann's."""
    contracts = {**CONTRACTS, "ANY": {**CONTRACTS["ANY"], **(contract or {})}}
    return Rules.from_dict(
        {"contracts": contracts, "roster": {**PLAIN, **(roster or {})}, **shifts}, "site.toml"
    )


def requirement(
    *, days: int = 7, heads: int = 0, first: str = "2024-05-06", queue: str = "sales"
) -> pd.DataFrame:
    start = pd.date_range(first, pd.Timestamp(first) + timedelta(days=days), freq="30min", tz=ZONE)[:-1]
    return pd.DataFrame({"queue": queue, "start": start.as_unit("us"), "minutes": 30, "rostered": heads})


def people(**cells: Any) -> pd.DataFrame:
    """Return Ann, of contract ANY, who serves sales."""
    return pd.DataFrame([{"person": "Ann", "contract": "ANY", "skills": "sales", **cells}])


@dataclass(frozen=True, eq=False)
class Made:
    shifts: pd.DataFrame
    activities: pd.DataFrame
    coverage: pd.DataFrame
    duties: pd.DataFrame


def instant(text: str) -> pd.Timestamp:
    return pd.Timestamp(text).tz_localize(ZONE)


def shift_rows(entries: list[tuple]) -> tuple[list[dict], list[dict]]:
    """Return shifts and activities of (start, hours, queue, person); the meal is half an hour after 4 h."""
    shifts, activities = [], []
    for start, hours, *rest in entries:
        queue, person = [*rest, *("sales", "Ann")[len(rest) :]]
        begin = instant(start)
        end = begin + pd.Timedelta(hours=hours)
        edges = (
            [begin, end] if hours < 6 else [begin, *(begin + pd.Timedelta(hours=h) for h in (4, 4.5)), end]
        )
        kinds = ["work", "meal", "work"]
        for kind, one, other in zip(kinds, edges, edges[1:], strict=False):
            row = {"person": person, "start": one, "end": other, "activity": kind}
            activities.append({**row, "queue": queue if kind == "work" else None})
        paid = hours if hours < 6 else hours - 0.5
        shifts.append({"person": person, "start": begin, "end": end, "shift": f"{hours:g}h", "paid_h": paid})
    return shifts, activities


def absence_rows(table: pd.DataFrame) -> list[dict]:
    rows = []
    for person in table.to_dict("records"):
        for kind in ("leave", "training"):
            for day in str(person.get(kind) or "").split("|"):
                if day:
                    end = instant(str(date.fromisoformat(day) + timedelta(days=1)))
                    row = {"person": person["person"], "start": instant(day), "end": end}
                    rows.append({**row, "activity": kind, "queue": None})
    return rows


def covered(need: pd.DataFrame, activities: pd.DataFrame) -> pd.DataFrame:
    """Count heads minute by minute."""
    parts = []
    for queue, rows in need.groupby("queue"):
        first, length = rows["start"].iloc[0], int(rows["minutes"].iloc[0])
        spread = (rows["start"] - first) // pd.Timedelta(minutes=1)
        heads = np.zeros(int(spread.max()) + 10 * 1440)
        for part in activities[activities["queue"] == queue].itertuples():
            one, other = (round((edge - first) / pd.Timedelta(minutes=1)) for edge in (part.start, part.end))
            heads[max(0, one) : max(0, other)] += 1
        minutes = heads[spread.to_numpy()[:, None] + np.arange(length)]
        missing = rows["rostered"].to_numpy()[:, None] - minutes
        parts.append(
            rows.drop(columns="rostered").assign(
                needed=rows["rostered"],
                staffed=minutes.mean(axis=1),
                over=np.maximum(-missing, 0).mean(axis=1),
                under=np.maximum(missing, 0).mean(axis=1),
            )
        )
    return pd.concat(parts)


def made(entries: list[tuple], need: pd.DataFrame, table: pd.DataFrame, **duties: int) -> Made:
    """Return the tables of a roster, true to its entries; wishes in `duties` are Ann's, none left out."""
    rows, parts = shift_rows(entries)
    shifts = pd.DataFrame(rows, columns=SHIFTS.names())
    activities = pd.DataFrame([*parts, *absence_rows(table)], columns=ACTIVITIES.names())
    counts = [
        {**counted(shifts[shifts["person"] == person]), "person": person, "contract": contract, **duties}
        for person, contract in zip(table["person"], table["contract"], strict=True)
    ]
    return Made(shifts, activities, covered(need, activities), pd.DataFrame(counts)[DUTIES.names()])


def counted(shifts: pd.DataFrame) -> dict:
    """Count duties with pandas' own calendar, minute by minute; wishes apart."""
    rows = list(shifts.itertuples())
    minutes = [pd.date_range(row.start, row.end, freq="min", inclusive="left") for row in rows]
    late = [row.end.date() > row.start.date() or (row.end.hour, row.end.minute) > (20, 0) for row in rows]
    return {
        "shifts": len(rows),
        "paid_h": float(shifts["paid_h"].sum()),
        "nights": sum(int(((one.hour >= 23) | (one.hour < 6)).sum() >= 180) for one in minutes),
        "weekends": len({row.start.isocalendar()[:2] for row in rows if row.start.weekday() >= 5}),
        "late_ends": sum(late),
        "wishes": 0,
        "wishes_met": 0,
    }


def judged(
    entries: list[tuple],
    rules: Rules,
    need: pd.DataFrame | None = None,
    table: pd.DataFrame | None = None,
    *,
    previous: list[tuple] | None = None,
    change: Callable[[Made], Made] = lambda found: found,
    **duties: int,
) -> Verdict:
    """Judge a roster whose tables are true to its entries, unless `change` makes them otherwise."""
    need, table = requirement() if need is None else need, people() if table is None else table
    before = None if previous is None else pd.DataFrame(shift_rows(previous)[0])
    found = change(made(entries, need, table, **duties))
    return verify(found, table, rules, requirement=need, previous=before)


def week_of(*clocks: str, hours: float = 8.5, first: date = MONDAY) -> list[tuple]:
    """Return a shift a day from a Monday on, at these clock times; `-` is off."""
    return [
        (f"{first + timedelta(days=place)} {clock}", hours)
        for place, clock in enumerate(clocks)
        if clock != "-"
    ]


def rules_in(verdict: Verdict) -> set[str]:
    return set(verdict.broken["rule"])


NINE = "09:00"
PREVIOUS = MONDAY - timedelta(days=7)


@dataclass(frozen=True)
class Case:
    """A rule: a roster that keeps it, one that breaks it so many times, and the settings that matter."""

    rule: str
    sound: list[tuple]
    broken: list[tuple]
    times: float = 1.0
    roster: dict | None = None
    contract: dict | None = None
    previous: list[tuple] | None = None
    cells: dict | None = None
    days: int = 7

    def judge(self, entries: list[tuple], price: float | None = None) -> Verdict:
        roster = {**(self.roster or {}), **({"prices": {self.rule: price}} if price is not None else {})}
        rules = settings(roster, self.contract)
        need = requirement(days=self.days)
        return judged(entries, rules, need, people(**(self.cells or {})), previous=self.previous)


PRICED = {
    "rest": Case("rest", week_of("13:00", "08:30"), week_of("13:00", "08:00")),
    "rest over the border": Case(
        "rest", week_of("08:30"), week_of("08:00"), previous=week_of(*"------", "13:00", first=PREVIOUS)
    ),
    "rest of the contract": Case(
        "rest", week_of("13:00", "09:30"), week_of("13:00", "09:00"), contract={"rest_h": 12.0}
    ),
    "days in a row": Case(
        "days_in_a_row", week_of(*[NINE] * 4), week_of(*[NINE] * 6), times=2, roster={"days_in_a_row": 4}
    ),
    "days in a row over the border": Case(
        "days_in_a_row",
        week_of(NINE),
        week_of(NINE, NINE),
        previous=week_of("-", *[NINE] * 6, first=PREVIOUS),
        roster={"days_in_a_row": 7},
        contract={"days_in_a_row": 7},
    ),
    "days in a row with training": Case(
        "days_in_a_row",
        week_of(NINE, NINE, "-", "-", NINE),
        week_of(NINE, NINE, "-", NINE),
        contract={"days_in_a_row": 3},
        cells={"training": "2024-05-08"},
    ),
    "days off joined": Case(
        "days_off_joined",
        week_of(NINE, NINE, NINE, NINE, NINE),
        week_of(NINE, "-", NINE, NINE, NINE, "-", NINE),
        roster={"days_off_joined": 2},
    ),
    "weekends in four": Case(
        "weekends_in_four",
        week_of(*"-----", NINE) + week_of(*"------", NINE, first=MONDAY + timedelta(7)),
        [e for w in range(3) for e in week_of(*"-----", NINE, first=MONDAY + timedelta(7 * w))],
        # The windows that end with the third and the fourth week.
        times=2,
        roster={"weekends_in_four": 2},
        days=28,
    ),
    "weekends in four over the border": Case(
        "weekends_in_four",
        week_of(NINE),
        week_of(*"------", NINE),
        roster={"weekends_in_four": 3},
        previous=[e for w in (1, 2, 3) for e in week_of(*"-----", NINE, first=MONDAY - timedelta(7 * w))],
    ),
    "starts within": Case(
        "starts_within",
        week_of("09:00", "10:00", "09:30"),
        week_of("09:00", "10:30"),
        roster={"starts_within_min": 60},
    ),
    "starts within, round midnight": Case(
        "starts_within",
        week_of("-", "23:30", "-", "00:30", hours=4),
        week_of("-", "23:30", "-", "01:00", hours=4),
        roster={"starts_within_min": 60},
    ),
    "nights in a row": Case(
        "nights_in_a_row",
        week_of("22:00", "22:00", "-", "22:00"),
        week_of(*["22:00"] * 4),
        times=2,
        roster={"nights_in_a_row": 2},
    ),
    "hours per week": Case(
        "hours_per_week",
        week_of(NINE, NINE, NINE),
        week_of(*[NINE] * 4),
        times=2,
        contract={"hours_per_week_max": 30},
    ),
    "hours per week with training": Case(
        "hours_per_week",
        week_of(NINE, NINE),
        week_of(NINE, NINE, NINE),
        times=4,
        contract={"hours_per_week_max": 24},
        cells={"training": "2024-05-10"},
    ),
    "least hours per week": Case(
        "hours_per_week_min",
        week_of(NINE, NINE, NINE),
        week_of(NINE, NINE),
        times=8,
        contract={"hours_per_week_min": 24},
    ),
    "least hours per week, leave taken off": Case(
        # Two days of seven on leave: 21 hours become 15.
        "hours_per_week_min",
        week_of(NINE, NINE),
        week_of(NINE),
        times=7,
        contract={"hours_per_week_min": 21},
        cells={"leave": "2024-05-11|2024-05-12"},
    ),
    "hours per period": Case(
        "hours_per_period",
        week_of(NINE) + week_of(NINE, first=MONDAY + timedelta(7)),
        week_of(NINE, NINE) + week_of(NINE, first=MONDAY + timedelta(7)),
        times=8,
        days=14,
        roster={"hours_per_period": 16.0, "period_weeks": 2},
    ),
    "hours per period over the border": Case(
        "hours_per_period",
        week_of(NINE),
        week_of(NINE, NINE),
        times=8,
        previous=week_of(NINE, first=PREVIOUS),
        roster={"hours_per_period": 16.0, "period_weeks": 2},
    ),
    "days per week": Case(
        "days_per_week", week_of(*[NINE] * 4), week_of(*[NINE] * 6), times=2, contract={"days_per_week": 4}
    ),
    "days per week, leave taken off": Case(
        "days_per_week",
        week_of(NINE, NINE, NINE),
        week_of(*[NINE] * 4),
        cells={"leave": "2024-05-10|2024-05-11"},
        contract={"days_per_week": 5},
    ),
    "days per week with training": Case(
        "days_per_week",
        week_of(NINE, NINE),
        week_of(NINE, NINE, NINE),
        cells={"training": "2024-05-10"},
        contract={"days_per_week": 3},
    ),
    "least days per week": Case(
        "days_per_week_min",
        week_of(*[NINE] * 4),
        week_of(NINE, NINE),
        times=2,
        contract={"days_per_week": 5, "days_per_week_min": 4},
    ),
    "least days per week, leave taken off": Case(
        # Four of five days, one on leave: 3.2, which is 3.
        "days_per_week_min",
        week_of(NINE, NINE, NINE),
        week_of(NINE, NINE),
        cells={"leave": "2024-05-10"},
        contract={"days_per_week": 5, "days_per_week_min": 4},
    ),
    "forbidden": Case(
        "forbidden",
        week_of("12:00", "-", "08:00", hours=4),
        week_of("12:00", "08:00", hours=4),
        roster={"forbidden": [["late", "early"]]},
    ),
    "forbidden after a night": Case(
        # By its start alone it would be late.
        "forbidden",
        week_of("20:00", "21:00", hours=4),
        week_of("23:00", "21:00", hours=4),
        roster={"forbidden": [["night", "late"]]},
    ),
    "fixed": Case("fixed", week_of(NINE), week_of("-", NINE), cells={"fixed": "2024-05-06 09:00-17:30"}),
}


@pytest.mark.parametrize("case", PRICED.values(), ids=PRICED)
def test_a_rule_that_may_have_a_price(case: Case) -> None:
    sound = case.judge(case.sound)
    assert rules_in(sound) == set()
    assert sound.hard == 0

    hard = case.judge(case.broken)
    assert rules_in(hard) == {case.rule}
    assert hard.broken["price"].isna().all()
    assert (hard.hard, hard.costs["broken"]) == (len(hard.broken), 0)

    priced = case.judge(case.broken, price=7.0)
    assert rules_in(priced) == {case.rule}
    assert priced.hard == 0
    assert priced.broken["price"].sum() == pytest.approx(7 * case.times)
    assert priced.cost - hard.cost == pytest.approx(7 * case.times)
    assert case.judge(case.sound, price=7.0).costs["broken"] == 0


def test_no_code_is_shared_with_the_solver() -> None:
    known = {"scheduling.contracts", "scheduling.people", "scheduling.rules"}
    for path in (Path(__file__).parents[1] / "scheduling" / "verify").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        ours = {name for name in names if name.startswith("scheduling") and name.count("verify") == 0}
        assert ours <= known, path.name


def test_every_rule_that_may_have_a_price_is_tested() -> None:
    assert {case.rule for case in PRICED.values()} | {"floor"} == set(PRICEABLE)


def test_breaks_that_the_weeks_before_made_alone_are_not_counted() -> None:
    sunday = week_of(*[NINE] * 7, first=PREVIOUS)
    rules = settings({"days_in_a_row": 6, "hours_per_period": 48.0, "period_weeks": 2, "weekends_in_four": 0})
    assert rules_in(judged([], rules, previous=sunday)) == set()
    # The week goes on: Monday is the eighth day, and eight hours more.
    found = judged(week_of(NINE), rules, previous=sunday).broken
    assert found["rule"].tolist() == ["days_in_a_row", "hours_per_period"]
    assert found["found"].tolist() == ["day worked number 8 in a row, of 6", "64 h in 2 weeks, not 48"]


CUT = requirement(days=4, first="2024-05-09")
THURSDAY = [("2024-05-09 13:00", 8.5)]


@pytest.mark.parametrize(
    ("rule", "roster", "contract", "previous", "times"),
    [
        ("days_per_week", {}, {"days_per_week": 2}, week_of(NINE, NINE, NINE), 1),
        ("hours_per_week", {}, {"hours_per_week_max": 20}, week_of(NINE, NINE, NINE), 8),
        ("starts_within", {"starts_within_min": 60}, {}, week_of(NINE, "11:00"), 1),
        ("rest", {"rest_h": 16.5}, {}, week_of(NINE, "08:00", "13:00"), 1),
        ("forbidden", {"forbidden": [["late", "late"]]}, {}, week_of("-", "13:00", "13:00"), 1),
    ],
)
def test_what_the_days_before_the_horizon_break_in_its_week_is_not_counted_again(
    rule: str, roster: dict, contract: dict, previous: list[tuple], times: int
) -> None:
    alone = judged([], settings(roster, contract), CUT, previous=previous)
    assert rules_in(alone) == set()
    priced = settings({**roster, "prices": {rule: 1.0}}, contract)
    found = judged(THURSDAY, priced, CUT, previous=previous)
    assert found.broken["rule"].tolist() == [rule]
    assert found.costs["broken"] == times


def test_weekends_that_were_too_many_before_the_horizon_are_not_counted_again() -> None:
    rules = settings({"weekends_in_four": 1, "prices": {"weekends_in_four": 1.0}})
    before = [e for w in (1, 2) for e in week_of(*"-----", NINE, first=MONDAY - timedelta(7 * w))]
    assert judged([], rules, previous=before).costs["broken"] == 0
    assert judged(week_of(*"-----", NINE), rules, previous=before).costs["broken"] == 1
    # Two weeks and a day: the weekend after that Monday is not of this horizon.
    two = week_of(*"-----", NINE) + week_of(*"-----", NINE, first=MONDAY + timedelta(7))
    assert judged(two, rules, requirement(days=15)).costs["broken"] == 1


def test_training_counts_in_the_hours_of_a_period() -> None:
    rules = settings({"hours_per_period": 16.0, "period_weeks": 2, "prices": {"hours_per_period": 1.0}})
    # The shortest shift has 4 paid hours.
    table = people(training="2024-05-14")
    assert judged(week_of(NINE), rules, requirement(days=14), table).costs["broken"] == 0
    assert judged(week_of(NINE, NINE), rules, requirement(days=14), table).costs["broken"] == 4


def test_of_the_weeks_before_only_what_lies_before_the_horizon_counts() -> None:
    # The former roster went on into these weeks, where this one takes its place.
    former = week_of(NINE, "18:00", NINE)
    rules = settings({"days_in_a_row": 2})
    assert rules_in(judged(week_of(NINE, NINE), rules, previous=former)) == set()


def test_a_week_that_the_horizon_cuts() -> None:
    rules = settings(
        {"days_off_joined": 6}, {"hours_per_week_min": 20, "days_per_week_min": 3, "days_per_week": 3}
    )
    wednesday = requirement(days=4, first="2024-05-08")
    early = week_of(NINE, NINE, first=MONDAY)
    # Neither the least days and hours nor the days off joined can be asked of a part of a week.
    assert rules_in(judged([("2024-05-08 09:00", 8.5)], rules, wednesday, previous=early)) == set()
    assert rules_in(judged([], rules, wednesday)) == set()
    two = judged([("2024-05-08 09:00", 8.5), ("2024-05-10 09:00", 8.5)], rules, wednesday, previous=early)
    assert rules_in(two) == {"days_per_week"}


NEVER_PRICED = {
    "two shifts a day": (
        "one_shift_a_day", week_of(NINE), [("2024-05-06 00:00", 4.0), ("2024-05-06 16:00", 4.0)], {}, {},
    ),
    "leave": ("leave", week_of("-", NINE), week_of(NINE), {"leave": "2024-05-06"}, {}),
    "leave begun by a night": (
        "leave", [("2024-05-06 20:00", 4.0)], [("2024-05-06 20:30", 4.0)], {"leave": "2024-05-07"}, {},
    ),
    "training": ("leave", week_of("-", NINE), week_of(NINE), {"training": "2024-05-06"}, {}),
    "availability of the weekday": (
        "availability", week_of("-", NINE), week_of(NINE), {"mon": "10:00-20:00"}, {},
    ),
    "end of availability": (
        "availability", week_of("08:30"), week_of(NINE), {"available": "07:00-17:00"}, {},
    ),
    "a day off": ("availability", week_of("-", NINE), week_of(NINE), {"mon": "off"}, {}),
    "a night into a day off": (
        "availability", [("2024-05-06 20:00", 4.0)], [("2024-05-06 20:30", 4.0)], {"tue": "off"}, {},
    ),
    "limits": ("limits", week_of("11:00"), week_of("12:00"), {}, {"earliest": "06:00", "latest": "20:00"}),
    "begin of the limits": ("limits", week_of("06:00"), week_of("05:30"), {}, {"earliest": "06:00"}),
    "no nights": ("limits", [("2024-05-06 21:30", 4.0)], [("2024-05-06 22:00", 4.0)], {}, {"nights": False}),
}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "sound", "broken", "cells", "contract"), NEVER_PRICED.values(), ids=NEVER_PRICED
)
def test_a_rule_that_is_always_hard(
    rule: str, sound: list[tuple], broken: list[tuple], cells: dict, contract: dict
) -> None:
    # Whoever begins twice a day has 11 hours of rest between here.
    rules, table = settings(contract=contract), people(**cells)
    assert rules_in(judged(sound, rules, table=table)) == set()
    found = judged(broken, rules, table=table)
    # A day of leave worked in is told apart from the row of leave that then overlaps.
    assert rule in rules_in(found) <= {rule, "shape"}
    assert found.broken.loc[found.broken["rule"] == rule, "price"].isna().all()


def with_rows(name: str, at: int, **cells: Any) -> Callable[[Made], Made]:
    """Return what puts cells into row `at` of one of the tables."""

    def change(found: Made) -> Made:
        table = getattr(found, name).copy()
        for column, value in cells.items():
            table.loc[table.index[at], column] = value
        return replace(found, **{name: table})

    return change


def recovered(need: pd.DataFrame, change: Callable[[Made], Made]) -> Callable[[Made], Made]:
    """Return the same change, with the coverage counted anew after it."""

    def both(found: Made) -> Made:
        changed = change(found)
        return replace(changed, coverage=covered(need, changed.activities))

    return both


# A shift of Monday 09:00 to 17:30 with its meal at 13:00: activities 0 work, 1 meal, 2 work.
TIMES = {
    clock: instant(f"2024-05-06 {clock}") for clock in ("09:00", "10:00", "12:30", "13:00", "13:15", "17:00")
}
MISSHAPEN = {
    "a gap": (with_rows("activities", 1, start=TIMES["13:15"]), "gap before 13:15-13:30"),
    "an overlap": (with_rows("activities", 1, start=TIMES["12:30"]), "overlap at 12:30-13:30"),
    "an end too early": (with_rows("activities", 2, end=TIMES["17:00"]), "end beside its end"),
    "no length": (with_rows("activities", 1, end=TIMES["13:00"]), "activity without length at 13:00-13:00"),
    "no meal": (with_rows("activities", 1, activity="work", queue="sales"), "has 0 meals, not 1"),
    "two meals": (with_rows("activities", 2, activity="meal", queue=None), "has 2 meals, not 1"),
    "an activity of no shift": (with_rows("activities", 2, activity="training"), "has training in it"),
    "work for nobody": (with_rows("activities", 0, queue=None), "works for no queue at 09:00-13:00"),
    "pay": (with_rows("shifts", 0, paid_h=8.5), "has 8.5 paid hours, not 8"),
    "a rest that is not due": (with_rows("activities", 1, activity="rest"), "has 1 rests, not 0"),
}


@pytest.mark.parametrize(("change", "found"), MISSHAPEN.values(), ids=MISSHAPEN)
def test_a_shift_whose_tables_do_not_fit_together(change: Callable[[Made], Made], found: str) -> None:
    need = requirement()
    broken = judged(week_of(NINE), settings(), need, change=recovered(need, change)).broken
    assert "shape" in set(broken["rule"])
    assert found in " ".join(broken["found"])
    assert broken["price"].isna().all()


@pytest.mark.parametrize(
    ("entries", "shifts", "found"),
    [
        ([("2024-05-06 09:00", 5.0)], {}, "09:00-14:00 lasts 5 h"),
        ([("2024-05-06 09:10", 4.0)], {}, "begins beside the steps of 30 minutes"),
        ([("2024-05-06 09:30", 4.0)], {"start_every_min": 60}, "begins beside the steps of 60 minutes"),
        ([("2024-05-06 05:30", 4.0)], {"earliest_start": "06:00"}, "begins outside earliest_start"),
        ([("2024-05-06 16:30", 4.0)], {"latest_start": "16:00"}, "begins outside earliest_start"),
        ([("2024-05-06 20:30", 4.0)], {"overnight": False}, "ends after midnight"),
        ([("2024-05-06 09:00", 8.5)], {"meal_latest_h": 3.5}, "has its meal after 4 h"),
        ([("2024-05-06 09:00", 8.5)], {"meal_earliest_h": 4.5}, "has its meal after 4 h"),
        ([("2024-05-06 09:00", 8.5)], {"meal_min": 60}, "has a meal of 30 min, not 60"),
        ([("2024-05-06 09:00", 8.5)], {"meal_from_h": 9.0}, "has 1 meals, not 0"),
        ([("2024-05-06 09:00", 4.0)], {"meal_from_h": 4.0, "meal_latest_h": 3.0}, "has 0 meals, not 1"),
        ([("2024-05-06 09:00", 8.5)], {"meal_paid": True}, "has 8 paid hours, not 8.5"),
        ([("2024-05-12 21:00", 4.0)], {}, "is not within an opening of sales"),
        ([("2024-05-05 22:00", 4.0)], {}, "begins outside the horizon"),
        ([("2024-05-06 09:00", 4.0)], {"rests_h": [[1, 2]], "rests_from_h": 4.0}, "has 0 rests, not 1"),
    ],
)
def test_a_shift_that_the_contract_has_not(entries: list[tuple], shifts: dict, found: str) -> None:
    broken = judged(entries, settings(**shifts)).broken
    assert rules_in(judged(week_of("10:00", hours=4.0), settings())) == set()
    assert set(broken["rule"]) == {"shape"}
    assert found in " ".join(broken["found"])


def test_a_shift_does_not_end_with_its_meal() -> None:
    def change(found: Made) -> Made:
        edges = {"start": [instant(f"2024-05-06 {clock}") for clock in ("09:00", "17:00")]}
        edges["end"] = [instant(f"2024-05-06 {clock}") for clock in ("17:00", "17:30")]
        return replace(found, activities=found.activities.iloc[:2].assign(**edges))

    need, rules = requirement(), settings(meal_latest_h=8.0)
    broken = judged(week_of(NINE), rules, need, change=recovered(need, change)).broken
    assert broken["found"].tolist() == ["09:00-17:30 ends with its meal"]


def rested(*clocks: str, minutes: int = 15) -> Callable[[Made], Made]:
    """Return what puts rests at these times of Monday into the first shift's work."""

    def change(found: Made) -> Made:
        rows = found.activities.to_dict("records")
        for clock in clocks:
            one = instant(f"2024-05-06 {clock}")
            other = one + pd.Timedelta(minutes=minutes)
            inside = next(row for row in rows if row["start"] <= one and other <= row["end"])
            rows.remove(inside)
            rows += [{**inside, "end": one}, {**inside, "start": other}]
            rows.append({**inside, "start": one, "end": other, "activity": "rest", "queue": None})
        kept = [row for row in rows if row["start"] < row["end"]]
        return replace(found, activities=pd.DataFrame(kept))

    return change


@pytest.mark.parametrize(
    ("clocks", "minutes", "found"),
    [
        (("10:30", "15:45"), 15, set()),
        (("10:00", "16:30"), 15, set()),
        (("09:45", "15:45"), 15, {"09:00-17:30 has its rest after 0.75 h"}),
        (("10:30", "16:45"), 15, {"09:00-17:30 has its rest after 7.75 h"}),
        (("10:30", "14:15"), 15, {"09:00-17:30 has its rest after 5.25 h"}),
        (("10:30",), 15, {"09:00-17:30 has 1 rests, not 2"}),
        (("10:30", "15:45"), 30, {"09:00-17:30 has a rest of 30 min, not 15"}),
    ],
)
def test_rests_are_short_and_in_their_windows(clocks: tuple, minutes: int, found: set) -> None:
    need = requirement(heads=1)
    rules = settings(rests_h=[[1, 3], [-3, -1]])
    change = recovered(need, rested(*clocks, minutes=minutes))
    broken = judged(week_of(NINE), rules, need, change=change).broken
    assert {text for texts in broken["found"] for text in texts.split("; ")} == found


def test_a_rest_of_half_an_interval_leaves_half_a_head() -> None:
    need = requirement(heads=1)
    change = recovered(need, rested("10:30", "15:45"))
    verdict = judged(week_of(NINE), settings(rests_h=[[1, 3], [-3, -1]]), need, change=change)
    # 8 paid hours of which half an hour is rest; a week has 168.
    assert verdict.costs["under"] == pytest.approx(10 * (168 - 7.5))


def test_fixed_shifts_by_name() -> None:
    rules = Rules.from_dict(
        {
            "contracts": {"ANY": {"templates": ["E1", "N"]}},
            "templates": {"E1": "09:00-13:00,13:30-17:30", "N": "22:00-26:00,26:30-30:30"},
            "roster": PLAIN,
            # Templates keep neither of these.
            "start_every_min": 60, "meal_earliest_h": 3.0, "meal_latest_h": 3.0,
        },
        "site.toml",
    )  # fmt: skip
    assert rules_in(judged(week_of(NINE, "22:00"), rules)) == set()
    for wrong in (week_of("10:00", hours=4.0), week_of("10:00")):
        broken = judged(wrong, rules).broken
        assert "is none of E1, N" in broken["found"].iloc[0]


def test_a_queue_that_opens_beside_the_steps_has_a_shift_from_then_on() -> None:
    need = requirement(first="2024-05-06 08:30", days=1).assign(rostered=0).iloc[:16]
    rules = settings(start_every_min=60)
    assert rules_in(judged(week_of("08:30", hours=4), rules, need)) == set()
    assert rules_in(judged(week_of("09:30", hours=4), rules, need)) == {"shape"}


TWO = pd.concat([requirement(), requirement(queue="support")], ignore_index=True)
BOTH = pd.DataFrame({"person": ["Ann", "Bob"], "contract": "ANY", "skills": ["sales:2|support", "support"]})


def test_one_queue_at_a_time_and_only_with_the_skill() -> None:
    entries = [("2024-05-06 09:00", 8.5, "sales", "Ann"), ("2024-05-06 09:00", 4.0, "support", "Bob")]
    assert rules_in(judged(entries, settings(), TWO, BOTH)) == set()
    changed = recovered(TWO, with_rows("activities", 2, queue="support"))
    assert rules_in(judged(entries, settings(), TWO, BOTH, change=changed)) == set()
    # Bob on sales; Ann's level is one too low for support.
    entries[1] = ("2024-05-06 09:00", 4.0, "sales", "Bob")
    broken = judged(entries, settings(), TWO, BOTH).broken
    assert broken[["rule", "person", "queue"]].to_numpy().tolist() == [["skill", "Bob", "sales"]]
    rules = settings(queues={"sales": {"least_level": 2}, "support": {"least_level": 2}})
    levels = BOTH.assign(skills=["sales:2|support", "support:2"])
    entries = [("2024-05-06 09:00", 4.0, "support", "Ann")]
    broken = judged(entries, rules, TWO, levels).broken
    assert broken[["rule", "person", "queue"]].to_numpy().tolist() == [["skill", "Ann", "support"]]


def test_work_for_a_queue_that_is_closed() -> None:
    short = requirement(queue="support", first="2024-05-06 09:00", days=1).iloc[:6]
    need = pd.concat([requirement(), short], ignore_index=True)
    entries = [("2024-05-06 09:00", 4.0, "support", "Ann")]
    broken = judged(entries, settings(), need, BOTH).broken
    assert broken["rule"].tolist() == ["shape"]
    assert broken["found"].iloc[0] == "09:00-13:00 works for support at 09:00-13:00, when that is closed"


def test_rows_of_leave_and_training() -> None:
    table = people(leave="2024-05-06", training="2024-05-07")
    rules, need = settings(), requirement()
    assert rules_in(judged([], rules, need, table)) == set()
    for change, found in (
        (lambda made: replace(made, activities=made.activities.iloc[1:]), "no row of leave"),
        (lambda made: replace(made, activities=made.activities.iloc[:1]), "no row of training"),
        (
            with_rows("activities", 0, end=instant("2024-05-06 20:00")),
            "leave 00:00-20:00 that was not asked for",
        ),
        (with_rows("activities", 0, activity="training"), "training 00:00-00:00 that was not asked for"),
        (with_rows("activities", 1, activity="meal"), "meal 00:00-00:00 outside any shift"),
    ):
        broken = judged([], rules, need, table, change=change).broken
        assert found in "; ".join(broken["found"])


def test_somebody_whom_nobody_knows() -> None:
    found = judged([("2024-05-06 09:00", 4.0, "sales", "Zoe")], settings()).broken
    assert set(found["rule"]) == {"skill"}
    assert set(found["person"]) == {"Zoe"}


def test_the_floor() -> None:
    day = requirement(days=1)
    shifts = [(f"2024-05-06 {4 * part:02}:00", 4.0, "sales", name) for part, name in enumerate("abcdef")]
    table = pd.DataFrame({"person": list("abcdef"), "contract": "ANY", "skills": "sales"})
    assert rules_in(judged(shifts, settings(heads_at_least=1), day, table)) == set()
    hard = judged(shifts[1:], settings(heads_at_least=1), day, table)
    assert rules_in(hard) == {"floor"}
    assert len(hard.broken) == hard.hard == 8
    assert hard.broken["found"].unique().tolist() == ["0 of 1 heads"]
    two = settings({"prices": {"floor": 3.0}}, queues={"sales": {"heads_at_least": 2}})
    # Eight half-hours lack two heads, forty lack one.
    assert judged(shifts[1:], two, day, table).costs["broken"] == 3.0 * (8 * 2 + 40)


def test_the_floor_counts_the_worst_moment() -> None:
    need = requirement(days=1).iloc[18:35]  # 09:00 to 17:30
    rules = settings(heads_at_least=1, rests_h=[[1, 3], [-3, -1]])
    broken = judged(week_of(NINE), rules, need, change=recovered(need, rested("10:30", "15:45"))).broken
    assert [str(start)[11:16] for start in broken["start"]] == ["10:30", "13:00", "15:30"]


def test_coverage_that_says_something_else() -> None:
    for column in ("needed", "staffed", "over", "under"):
        broken = judged(week_of(NINE), settings(), change=with_rows("coverage", 20, **{column: 5})).broken
        assert broken["rule"].tolist() == ["coverage"]
        assert broken["found"].iloc[0].startswith(f"{column} 5, not ")
    fewer = judged(
        week_of(NINE), settings(), change=lambda m: replace(m, coverage=m.coverage.iloc[1:])
    ).broken
    assert (fewer["rule"].tolist(), str(fewer["start"].iloc[0])) == (
        ["coverage"],
        "2024-05-06 00:00:00+02:00",
    )
    beside = with_rows("coverage", 0, start=instant("2024-05-01"))
    assert judged([], settings(), change=beside).broken["rule"].tolist() == ["coverage", "coverage"]


def test_duties_that_say_something_else() -> None:
    for column in DUTIES.names()[2:]:
        broken = judged(week_of(NINE), settings(), change=with_rows("duties", 0, **{column: 5})).broken
        assert broken["rule"].tolist() == ["duties"]
        assert broken["found"].iloc[0].startswith(f"{column} 5")
    broken = judged([], settings(), change=with_rows("duties", 0, person="Zoe")).broken
    assert broken[["rule", "person"]].to_numpy().tolist() == [["duties", "Ann"], ["duties", "Zoe"]]


def test_what_paid_hours_cost() -> None:
    band = {"name": "night", "from": "22:00", "to": "06:00", "surcharge": 0.25}
    weekend = {"name": "weekend", "from": "00:00", "to": "24:00", "days": ["sat", "sun"], "surcharge": 0.5}
    # Friday 18:30 to 03:00, the meal from 22:30 to 23:00: 4.5 h late, 2.5 of them before 22:00's band.
    friday = [("2024-05-10 18:30", 8.5)]
    cost = {
        "plain": settings(),
        "dear": settings(contract={"cost_per_h": 2.0}),
        "night": settings(bands=[band]),
        "both": settings(bands=[band, weekend]),
        "overtime": settings(overtime_from_h=6.0, overtime_surcharge=0.5),
    }
    found = {name: judged(friday, rules).costs["paid"] for name, rules in cost.items()}
    # Paid inside 22:00-06:00: 22:00-22:30 and 23:00-03:00; on Saturday: 00:00-03:00.
    assert found == pytest.approx(
        {"plain": 8, "dear": 16, "night": 8 + 0.25 * 4.5, "both": 8 + 0.25 * 4.5 + 0.5 * 3, "overtime": 9}
    )


def test_bands_and_hours_when_the_clock_goes_back() -> None:
    # On 2024-10-27 the hour from 02:00 comes twice.
    need = requirement(days=3, first="2024-10-25")
    band = {"name": "two", "from": "02:00", "to": "03:00", "surcharge": 1.0}
    night = [("2024-10-27 00:00", 4.0)]
    verdict = judged(night, settings(bands=[band]), need)
    assert rules_in(verdict) == set()
    assert verdict.costs["paid"] == pytest.approx(4 + 2)
    # Rest is of hours that pass: by the clock these two are eleven hours apart, and again ten.
    two = [("2024-10-26 18:00", 4.0), ("2024-10-27 08:00", 4.0)]
    assert rules_in(judged(two, settings({"rest_h": 11.0}), need)) == set()
    assert rules_in(judged(two, settings({"rest_h": 11.5}), need)) == {"rest"}


def test_what_cover_costs() -> None:
    need = requirement(days=1, heads=2)
    rules = settings(queues={"sales": {"under_cost_per_h": 20.0, "over_cost_per_h": 3.0}})
    table = pd.DataFrame({"person": list("abc"), "contract": "ANY", "skills": "sales"})
    verdict = judged([("2024-05-06 08:00", 4.0, "sales", name) for name in "abc"], rules, need, table)
    assert verdict.costs == pytest.approx(
        {
            "paid": 12,
            "under": 20 * 2 * 20,
            "over": 4 * 3,
            "uneven": 0,
            "broken": 0,
            "wishes": 0,
            "fairness": 0,
        }
    )
    assert verdict.cost == pytest.approx(824)


def test_what_wishes_and_unevenness_cost() -> None:
    rules = settings({"wish_cost": 0.5, "fair_cost": 0.1})
    # Wished off: Monday, Tuesday and the weekend, but Tuesday is leave. Early: before 09:00.
    table = people(days_off="mon|2024-05-07|sat|sun", prefers="early", leave="2024-05-07")
    entries = [
        ("2024-05-06 08:30", 4.0),  # no day off, but early
        ("2024-05-08 09:00", 4.0),  # mid
        ("2024-05-09 23:00", 4.0),  # late by its start, a night, and ends late
        ("2024-05-11 16:30", 4.0),  # late, ends late, on a weekend, no day off
    ]
    verdict = judged(entries, rules, table=table, wishes=7, wishes_met=2)
    assert rules_in(verdict) == set()
    assert verdict.costs["wishes"] == pytest.approx(0.5 * 5)
    assert verdict.costs["fairness"] == pytest.approx(0.1 * (1 + 1 + 2**2 + 5**2))


def test_who_works_until_eight_has_no_late_end() -> None:
    rules = settings({"fair_cost": 1.0})
    assert judged([("2024-05-06 16:00", 4.0)], rules).costs["fairness"] == 0
    assert judged([("2024-05-06 16:30", 4.0)], rules).costs["fairness"] == 1
    midnight = settings({"fair_cost": 1.0, "late_end": "24:00"})
    assert judged([("2024-05-06 20:00", 4.0)], midnight).costs["fairness"] == 0
    assert judged([("2024-05-06 20:30", 4.0)], midnight).costs["fairness"] == 1


def test_the_table_of_what_is_broken() -> None:
    rules = settings({"prices": {"rest": 2.0}})
    found = judged([*week_of("13:00", "08:00"), ("2024-05-09 09:10", 5.0)], rules).broken
    pd.testing.assert_frame_equal(check(found, BROKEN)[list(found)], found)
    assert found["rule"].tolist() == ["rest", "shape"]
    assert found["found"].iloc[0] == "10.5 h of rest before 08:00-16:30, not 11"
    assert "; " in found["found"].iloc[1], "all that is wrong with one shift stands in one row"
    none = judged([], rules).broken
    assert list(none) == BROKEN.names()
    assert none.empty
    assert none.dtypes["start"] == found.dtypes["start"]


def test_bad_input_is_refused_as_everywhere() -> None:
    with pytest.raises(
        Refused, match="people, row 0, column contract: unknown contract 'AN'; did you mean ANY"
    ):
        judged([], settings(), table=people(contract="AN"))
    with pytest.raises(Refused, match="no column 'rostered'"):
        verify(
            made([], requirement(), people()),
            people(),
            settings(),
            requirement=requirement().drop(columns="rostered"),
        )


@given(
    clocks=st.lists(st.tuples(st.integers(0, 47), st.sampled_from([4.0, 8.5])), min_size=7, max_size=7),
    rest_h=st.sampled_from([8.0, 11.0, 14.0]),
    within=st.sampled_from([0, 60, 300]),
    most=st.integers(1, 6),
)
def test_rules_between_shifts_equal_a_plain_retelling(
    clocks: list[tuple[int, float]], rest_h: float, within: int, most: int
) -> None:
    """Draw a shift for each day of a week, and tell again in another way which of them break what."""
    entries = [
        (f"{MONDAY + timedelta(days=day)} {half // 2:02}:{half % 2 * 30:02}", hours)
        for day, (half, hours) in enumerate(clocks)
    ]
    need = requirement(days=9)  # so that Sunday's shift may run into the next week
    rules = settings({"rest_h": rest_h, "days_in_a_row": most, "starts_within_min": within})
    broken = judged(entries, rules, need).broken
    hours = [(24 * day + half / 2, 24 * day + half / 2 + length) for day, (half, length) in enumerate(clocks)]
    rests = sum(later[0] - earlier[1] < rest_h for earlier, later in pairwise(hours))
    # Turn the clock until all starts are as near as they get.
    spread = min(
        max((30 * half - turn) % 1440 for half, _ in clocks)
        - min((30 * half - turn) % 1440 for half, _ in clocks)
        for turn in range(0, 1440, 30)
    )
    expected = {"rest": rests, "days_in_a_row": 7 - most, "starts_within": int(spread > within)}
    counts = broken["rule"].value_counts().to_dict()
    assert {rule: counts.get(rule, 0) for rule in expected} == expected
