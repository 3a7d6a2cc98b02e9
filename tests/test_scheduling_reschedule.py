"""A published roster after a change: least changes, what stands, absences, swaps, and what is refused."""

from datetime import date, timedelta
from functools import cache
from itertools import pairwise, product
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callplan import tables
from callplan.errors import Infeasible, Refused
from callplan.tables import ACTIVITIES, SHIFTS
from scheduling.changes import Change
from scheduling.roster import search
from scheduling.roster.reschedule import Rescheduled, reschedule
from scheduling.rules import Rules
from scheduling.schedule import schedule
from scheduling.verify import verify

ZONE = "Europe/Paris"
MONDAY = date(2024, 5, 6)
TUESDAY, WEDNESDAY, THURSDAY = (str(MONDAY + timedelta(days=step)) for step in (1, 2, 3))
PLAIN = {"wish_cost": 0.0, "fair_cost": 0.0}


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(text).tz_localize(ZONE)


LONG_BEFORE = at("2024-05-01")


def need(
    heads: Any = 1, *, days: int = 7, opens: int = 8, closes: int = 18, queue: str = "sales"
) -> pd.DataFrame:
    """Return a requirement; `heads` is a number, or one for each interval."""
    starts = [
        at(f"{MONDAY + timedelta(days=day)}") + pd.Timedelta(hours=opens, minutes=30 * step)
        for day in range(days)
        for step in range(2 * (closes - opens))
    ]
    return pd.DataFrame({"queue": queue, "start": starts, "minutes": 30, "rostered": heads})


def team(*names: str, **cells: Any) -> pd.DataFrame:
    return pd.DataFrame({"person": names, "contract": "FT", "skills": "sales", **cells})


def settings_of(roster: dict | None = None, contract: dict | None = None, **shifts: Any) -> Rules:
    """Return rules of shifts of 5 hours without a meal."""
    terms = {"lengths_h": [5], **(contract or {})}
    return Rules(
        **{"meal_min": 0, "contracts": {"FT": terms}, "roster": {**PLAIN, **(roster or {})}, **shifts}
    )


def published(*entries: tuple, queue: str = "sales") -> SimpleNamespace:
    """Return shifts (person, start, hours) as tables; from 6 hours on with a meal half an hour after 4."""
    shifts, activities = [], []
    for person, start, hours in entries:
        begin, end = at(start), at(start) + pd.Timedelta(hours=hours)
        edges = (
            [begin, end] if hours < 6 else [begin, *(begin + pd.Timedelta(hours=h) for h in (4, 4.5)), end]
        )
        for kind, one, other in zip(["work", "meal", "work"], edges, edges[1:], strict=False):
            row = {"person": person, "start": one, "end": other, "activity": kind}
            activities.append({**row, "queue": queue if kind == "work" else None})
        paid = hours if hours < 6 else hours - 0.5
        shifts.append({"person": person, "start": begin, "end": end, "shift": f"{hours:g}h", "paid_h": paid})
    return SimpleNamespace(
        shifts=pd.DataFrame(shifts, columns=SHIFTS.names()),
        activities=pd.DataFrame(activities, columns=ACTIVITIES.names()),
    )


def sick(person: str, first: str, last: str | None = None, reason: str = "sick") -> dict:
    return {"person": person, "from": first, "until": last or first, "reason": reason}


def words(result: Rescheduled) -> list[tuple]:
    """Return the changes as (person, day, before, after, reason)."""
    rows = result.changes.itertuples(index=False)
    return [(row.person, f"{row.start:%a}", row.before, row.after, row.reason) for row in rows]


# Tiny: three people, three days, each off, 08:00-12:00 or 12:00-16:00.

STARTS = (None, 8, 12)
ROWS = list(product(range(3), repeat=3))
NAMES = ("Ann", "Bo", "Cy")
TINY = settings_of({"rest_h": 18}, {"lengths_h": [4], "days_per_week": 2}, start_every_min=240)


def may(row: tuple[int, ...], away: set[int] = frozenset()) -> bool:
    """Two days at most, one fewer for each day away, and not early after late: 16 h of rest."""
    worked = {day for day in range(3) if row[day]}
    rested = all(pair != (2, 1) for pair in pairwise(row))
    return rested and not worked & away


def brute_force(heads: np.ndarray, was: tuple, away: set[int], change_cost: float) -> float:
    """Return the least cost of any roster, Ann away on some days; heads are by day and half day."""
    fallen = sum(was[0][day] > 0 for day in away)
    options = [
        [
            row
            for row in ROWS
            if may(row, away if place == 0 else set()) and sum(map(bool, row)) <= 2 - fallen * (place == 0)
        ]
        for place in range(3)
    ]
    best = np.inf
    for rows in product(*options):
        table = np.array(rows)
        at_work = np.stack([(table == 1).sum(axis=0), (table == 2).sum(axis=0)], axis=1)
        missing = np.maximum(heads - at_work, 0).sum()
        changes = (table != np.array(was)).sum()
        best = min(best, 4.0 * (table > 0).sum() + 40.0 * missing + change_cost * changes)
    return best


@cache
def sound() -> list[tuple[int, ...]]:
    return [row for row in ROWS if may(row) and sum(map(bool, row)) <= 2]


@settings(max_examples=16)
@given(
    heads=st.lists(st.integers(0, 2), min_size=6, max_size=6),
    picks=st.tuples(*[st.integers(0, 1000)] * 3),
    away=st.sets(st.integers(0, 2), max_size=2),
    change_cost=st.sampled_from([0.0, 3.0, 10.0, 30.0, 100.0]),
)
def test_tiny_rosters_change_as_little_as_brute_force_does(heads, picks, away, change_cost):
    was = tuple(sound()[pick % len(sound())] for pick in picks)
    days = [MONDAY + timedelta(days=day) for day in range(3)]
    entries = [
        (name, f"{days[day]} {STARTS[kind]:02}:00", 4)
        for name, row in zip(NAMES, was, strict=True)
        for day, kind in enumerate(row)
        if kind
    ]
    demand = need(np.repeat(heads, 8), days=3, closes=16)
    change = Change(absences=[sick("Ann", str(days[day])) for day in away], change_cost=change_cost)
    result = reschedule(published(*entries), change, demand, TINY, team(*NAMES), now=LONG_BEFORE)
    cost = result.schedule.outcome[0].cost + change_cost * len(result.changes)
    expected = brute_force(np.array(heads).reshape(3, 2), was, away, change_cost)
    assert cost == pytest.approx(expected, abs=1e-6)


# What stands.


def test_without_a_change_nothing_changes_and_breaks_stay():
    rules = settings_of(contract={"lengths_h": [8.5]}, meal_min=30)
    roster = published(("Ann", "2024-05-06 08:00", 8.5), ("Bo", "2024-05-07 09:00", 8.5))
    change = Change(change_cost=1000)
    result = reschedule(roster, change, need(), rules, team("Ann", "Bo"), now=LONG_BEFORE)
    assert result.changes.empty
    columns = ["person", "start", "end", "activity"]
    after, before = (found.activities[columns].to_dict("records") for found in (result.schedule, roster))
    assert after == before


def test_what_began_before_now_stands_and_the_rest_is_mended():
    roster = published(("Ann", "2024-05-06 08:00", 5), ("Ann", "2024-05-07 08:00", 5))
    demand = need(np.tile([0] * 10 + [1] * 10, 7))  # the afternoons alone
    now = at("2024-05-07 07:59")
    rules = settings_of(over_cost_per_h=5.0)
    result = reschedule(roster, Change(change_cost=1), demand, rules, team("Ann"), now=now)
    shifts = result.schedule.shifts
    assert list(shifts["start"].iloc[:2]) == [at("2024-05-06 08:00"), at("2024-05-07 13:00")]
    assert words(result)[0] == ("Ann", "Tue", "08:00-13:00", "13:00-18:00", "cover")
    later = reschedule(
        roster, Change(change_cost=1), demand, rules, team("Ann"), now=now + timedelta(minutes=2)
    )
    assert later.schedule.shifts["start"].iloc[1] == at("2024-05-07 08:00")
    # Nobody comes before now: on Wednesday at noon the morning is over, the afternoon is not.
    noon = reschedule(roster, Change(change_cost=1), demand, rules, team("Ann"), now=at("2024-05-08 12:30"))
    assert list(noon.schedule.shifts["start"].iloc[:3].dt.hour) == [8, 8, 13]


def test_locked_people_and_days_stay():
    roster = published(("Ann", f"{MONDAY} 08:00", 5), ("Bo", f"{TUESDAY} 08:00", 5))
    demand = need(np.tile([0] * 10 + [1] * 10, 7))
    rules, crew = settings_of(over_cost_per_h=5.0), team("Ann", "Bo")
    change = Change(change_cost=0, locked_people=["Ann"], locked_days=[TUESDAY])
    result = reschedule(roster, change, demand, rules, crew, now=LONG_BEFORE)
    shifts = result.schedule.shifts
    assert list(shifts.loc[shifts["person"] == "Ann", "start"]) == [at(f"{MONDAY} 08:00")]
    assert at(f"{TUESDAY} 08:00") in set(shifts["start"])
    assert set(result.changes["person"]) == {"Bo"}
    assert TUESDAY not in set(result.changes["start"].dt.strftime("%Y-%m-%d"))


def test_a_shift_is_changed_only_where_it_saves_more_than_the_price():
    roster = published(("Ann", f"{MONDAY} 08:00", 5), ("Ann", f"{TUESDAY} 13:00", 5))
    demand = need(np.concatenate([[1] * 10 + [0] * 10, [1] * 10 + [0] * 10, [0] * 100]))
    rules = settings_of(over_cost_per_h=1.0)
    # Tuesday 13:00 to 08:00 saves 5 h missing at 10 and 5 h too many at 1.
    for price, kept in ((54.9, False), (55.1, True)):
        change = Change(change_cost=price, locked_days=[MONDAY])
        result = reschedule(roster, change, demand, rules, team("Ann"), now=LONG_BEFORE)
        assert result.changes.empty is kept


def test_the_price_left_out_is_an_hour_of_a_head_missing():
    roster = published(("Ann", f"{MONDAY} 08:00", 5))
    crew, rules = team("Ann", "Bo", fixed=[None, f"{MONDAY} 08:00-13:00"]), settings_of()
    for missing, kept in ((1, True), (4, False)):
        heads = np.zeros(140)
        heads[:10], heads[20 : 20 + missing] = 2, 1
        roster = published(("Ann", f"{MONDAY} 08:00", 5), ("Bo", f"{MONDAY} 08:00", 5))
        result = reschedule(roster, Change(), need(heads), rules, crew, now=LONG_BEFORE)
        assert result.changes.empty is kept, missing


# Absences.


def test_a_sick_person_is_away_and_another_covers():
    crew = team("Ann", "Bo", "Cy", leave=[None, None, "2024-05-07"])
    roster = published(*(("Ann", f"{day} 08:00", 5) for day in (MONDAY, TUESDAY, WEDNESDAY)))
    heads = np.zeros(140)
    heads[:10] = heads[20:30] = heads[40:50] = 1
    change = Change(absences=[sick("Ann", TUESDAY, "2024-05-20")])
    result = reschedule(roster, change, need(heads), settings_of(), crew, now=at("2024-05-06 20:00"))
    after = words(result)
    assert after[:2] == [
        ("Ann", "Tue", "08:00-13:00", "off", "sick"),
        ("Ann", "Wed", "08:00-13:00", "off", "sick"),
    ]
    assert ("Bo", "Tue", "off", "08:00-13:00", "cover") in after
    assert len(after) == 4
    done = result.schedule.activities
    leave = done[(done["activity"] == "leave") & (done["person"] == "Ann")]
    assert list(leave["start"]) == [at(TUESDAY), at(WEDNESDAY)]  # days off stay days off


def test_who_goes_in_the_middle_of_a_shift_keeps_it_and_is_not_counted():
    rules = settings_of(contract={"lengths_h": [8.5]}, meal_min=30)
    roster = published(("Ann", f"{MONDAY} 08:00", 8.5))
    demand, crew = need(np.r_[[1] * 20, [0] * 120]), team("Ann")
    result = reschedule(
        roster, Change(absences=[sick("Ann", str(MONDAY))]), demand, rules, crew, now=at(f"{MONDAY} 10:10")
    )
    assert words(result) == [
        ("Ann", "Mon", "08:00-16:30, meal 12:00", "08:00-16:30, leave from 10:30", "sick")
    ]
    done = result.schedule.activities
    assert list(done["activity"]) == ["work", "leave"]
    assert list(done["start"]) == [at(f"{MONDAY} 08:00"), at(f"{MONDAY} 10:30")]
    assert result.schedule.shifts["paid_h"].tolist() == [8.0]
    assert result.schedule.coverage["staffed"].sum() == 5
    # It is read back as it was written, and a later change does not judge it anew.
    again = reschedule(result.schedule, Change(), demand, rules, crew, now=at(f"{MONDAY} 12:00"))
    assert again.changes.empty
    pd.testing.assert_frame_equal(again.schedule.activities, done)


def test_a_night_that_reaches_into_the_absence_falls_and_earlier_ones_stand():
    rules = settings_of(contract={"lengths_h": [8]}, cost_per_h=0.1)
    nights = [("Ann", f"{MONDAY + timedelta(days=day)} 22:00", 8) for day in range(3)]
    roster = published()
    roster = published(*((person, start, hours) for person, start, hours in nights))
    roster.activities = roster.shifts[["person", "start", "end"]].assign(activity="work", queue="sales")
    roster.shifts["paid_h"] = 8.0
    demand = need(0, opens=0, closes=24)
    change = Change(absences=[sick("Ann", WEDNESDAY)])
    result = reschedule(roster, change, demand, rules, team("Ann"), now=LONG_BEFORE)
    kept = set(result.schedule.shifts["start"])
    assert at(f"{MONDAY} 22:00") in kept
    assert not {at(f"{TUESDAY} 22:00"), at(f"{WEDNESDAY} 22:00")} & kept
    assert dict(zip(result.changes["start"].dt.strftime("%a"), result.changes["reason"], strict=True)) == {
        "Tue": "sick",
        "Wed": "sick",
    }


def test_nobody_makes_up_the_least_hours_of_a_week_away():
    rules = settings_of(contract={"hours_per_week_min": 10})
    roster = published(("Ann", f"{MONDAY} 08:00", 5), ("Ann", f"{TUESDAY} 08:00", 5))
    crew = team("Ann", wed=["off"], thu=["off"], fri=["off"], sat=["off"], sun=["off"])
    away = Change(absences=[sick("Ann", TUESDAY)])
    result = reschedule(roster, away, need(), rules, crew, now=LONG_BEFORE)
    assert result.schedule.shifts["start"].tolist() == [at(f"{MONDAY} 08:00")]
    asked = Change(days_off=[{"person": "Ann", "day": TUESDAY}])
    with pytest.raises(Infeasible, match=r"hours_per_week_min \(Ann"):
        reschedule(roster, asked, need(), rules, crew, now=LONG_BEFORE)


def test_leave_and_hours_available_written_into_people_count_too():
    roster = published(*(("Ann", f"{day} 08:00", 5) for day in (MONDAY, TUESDAY, WEDNESDAY)))
    crew = team("Ann", leave=[TUESDAY], wed=["off"])
    result = reschedule(roster, Change(), need(), settings_of({"days_in_a_row": 1}), crew, now=LONG_BEFORE)
    said = {row[1]: row[-1] for row in words(result)}
    assert said["Tue"] == "leave"
    assert said["Wed"] == "not available"


def test_a_fixed_shift_falls_with_the_absence_and_stands_otherwise():
    roster = published(("Ann", f"{MONDAY} 08:00", 5), ("Ann", f"{WEDNESDAY} 08:00", 5))
    crew = team("Ann", fixed=[f"{MONDAY} 08:00-13:00|{WEDNESDAY} 08:00-13:00"])
    change = Change(absences=[sick("Ann", str(MONDAY))], change_cost=0)
    result = reschedule(roster, change, need(0), settings_of(), crew, now=LONG_BEFORE)
    assert result.schedule.shifts["start"].tolist() == [at(f"{WEDNESDAY} 08:00")]


# Swaps and days off.

PAIR = (("Ann", f"{MONDAY} 08:00", 5), ("Bo", f"{WEDNESDAY} 13:00", 5))


def swap(**entry: Any) -> Change:
    return Change(swaps=[{"person": "Ann", "day": MONDAY, "with": "Bo", **entry}])


def test_a_swap_of_two_days_touches_nobody_else():
    roster = published(*PAIR, ("Cy", f"{TUESDAY} 08:00", 5))
    crew = team("Ann", "Bo", "Cy")
    result = reschedule(roster, swap(their_day=WEDNESDAY), need(3), settings_of(), crew, now=LONG_BEFORE)
    assert words(result) == [
        ("Ann", "Mon", "08:00-13:00", "off", "swap with Bo"),
        ("Ann", "Wed", "off", "13:00-18:00", "swap with Bo"),
        ("Bo", "Mon", "off", "08:00-13:00", "swap with Ann"),
        ("Bo", "Wed", "13:00-18:00", "off", "swap with Ann"),
    ]


def test_a_swap_of_one_day_exchanges_what_both_have():
    roster = published(PAIR[0], ("Bo", f"{MONDAY} 13:00", 5), ("Bo", f"{TUESDAY} 13:00", 5))
    result = reschedule(roster, swap(), need(3), settings_of(), team("Ann", "Bo"), now=LONG_BEFORE)
    assert [row[:4] for row in words(result)] == [
        ("Ann", "Mon", "08:00-13:00", "13:00-18:00"),
        ("Bo", "Mon", "13:00-18:00", "08:00-13:00"),
    ]


@pytest.mark.parametrize(
    ("rule", "roster", "cells", "more"),
    [
        ("rest", {"rest_h": 20}, {}, [("Bo", f"{TUESDAY} 08:00", 5)]),
        ("leave", {}, {"leave": [None, str(MONDAY)]}, []),
        ("availability", {}, {"available": [None, "12:00-20:00"]}, []),
        ("shape", {}, {"contract": ["FT", "PT"]}, []),
        ("days_in_a_row", {"days_in_a_row": 1}, {}, [("Bo", f"{TUESDAY} 13:00", 5)]),
        ("fixed", {}, {"fixed": [f"{MONDAY} 08:00-13:00", None]}, []),
    ],
)
def test_a_swap_that_a_rule_forbids_is_refused_by_its_name(rule, roster, cells, more):
    tables_of = published(PAIR[0], *more)
    crew = team("Ann", "Bo", **cells)
    rules = settings_of(roster, contracts={"FT": {"lengths_h": [5]}, "PT": {"lengths_h": [4]}})
    with pytest.raises(Refused, match=rf"swap of Ann with Bo: it breaks .*{rule} \(") as refusal:
        reschedule(tables_of, swap(), need(), rules, crew, now=LONG_BEFORE)
    assert "\n" not in str(refusal.value)


def test_a_day_off_that_is_asked_for_is_given_and_covered():
    roster = published(("Ann", f"{MONDAY} 08:00", 5))
    heads = np.r_[[1] * 10, [0] * 130]
    change = Change(days_off=[{"person": "Ann", "day": MONDAY}])
    result = reschedule(roster, change, need(heads), settings_of(), team("Ann", "Bo"), now=LONG_BEFORE)
    assert words(result) == [
        ("Ann", "Mon", "08:00-13:00", "off", "day off asked for"),
        ("Bo", "Mon", "off", "08:00-13:00", "cover"),
    ]
    assert "leave" not in set(result.schedule.activities["activity"])


# The whole of it.


def two_queues() -> tuple[pd.DataFrame, Rules, pd.DataFrame]:
    """Return a demand, rules and people of two queues, with a meal and rests."""
    waves = 2 + np.round(2 * np.sin(np.arange(140) / 7)).astype(int)
    demand = pd.concat([need(waves), need(1, queue="support")], ignore_index=True)
    rules = Rules(
        lengths_h=[4, 8.5],
        rests_h=[[1, 3]],
        contracts={"FT": {}, "PT": {"lengths_h": [4], "hours_per_week_max": 20}},
        roster={"days_in_a_row": 5, "starts_within_min": 180, "days_off_joined": 2},
    )
    names = [f"P{number}" for number in range(10)]
    skills = ["sales", "support", "sales|support", "sales|support:2", "sales"] * 2
    crew = pd.DataFrame({"person": names, "contract": ["FT", "PT"] * 5, "skills": skills})
    return demand, rules, crew


@cache
def made() -> Any:
    """Return a roster of theirs; a tenth of the search will do."""
    demand, rules, crew = two_queues()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "LEVELS", 8)
        return schedule(demand, rules, crew)


@settings(max_examples=10)
@given(
    away=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 6), st.integers(0, 3)), max_size=3),
    hour=st.integers(-5, 150),
    price=st.sampled_from([None, 0.0, 2.0]),
)
def test_every_mended_roster_keeps_the_rules_and_what_has_begun(away, hour, price):
    demand, rules, crew = two_queues()
    days = [MONDAY + timedelta(days=step) for step in range(11)]
    absences = [sick(f"P{person}", str(days[day]), str(days[day + more])) for person, day, more in away]
    now = at(str(MONDAY)) + pd.Timedelta(hours=hour)
    before, change = made(), Change(absences=absences, change_cost=price)
    result = reschedule(before, change, demand, rules, crew, now=now)
    after = result.schedule
    # Judged with the leave that the tables tell of: a shift cut is the one thing that no contract has.
    hard = hard_rules(after, demand, rules, crew)
    assert set(hard["rule"]) <= {"shape", "leave"}
    assert (hard["start"] < now).all()
    assert all("leave" in found for found in hard["found"])
    done = after.activities
    for absence, (_, day, more) in zip(absences, away, strict=True):
        first, last = (at(str(days[place])) for place in (day, day + more + 1))
        work = done[(done["person"] == absence["person"]) & (done["activity"] != "leave")]
        late = work["end"] > max(first, now + pd.Timedelta(minutes=30))
        assert not (late & (work["start"] < last)).any(), absence
    # What began stands, and what was done before now stays to the minute, queues too.
    one, other = (begun(found.shifts, now).drop(columns="shift") for found in (after, before))
    pd.testing.assert_frame_equal(one, other)
    one, other = (over(found.activities, now) for found in (after, before))
    pd.testing.assert_frame_equal(one, other)
    told = set(zip(result.changes["person"], result.changes["start"].dt.date, strict=True))
    assert told == differing_days(before, after)


def hard_rules(after: Any, demand: pd.DataFrame, rules: Rules, crew: pd.DataFrame) -> pd.DataFrame:
    """Return the hard rules broken, with every whole day of leave in the people's table."""
    leave = after.activities[(after.activities["activity"] == "leave")]
    cells = {name: [] for name in crew["person"]}
    for person, start, end in leave[["person", "start", "end"]].itertuples(index=False):
        if end - start > pd.Timedelta(hours=20):
            cells[person].append(str(start.date()))
    people = crew.assign(leave=["|".join(days) or None for days in cells.values()])
    broken = verify(after, people, rules, requirement=demand).broken
    return broken[broken["price"].isna()]


def begun(table: pd.DataFrame, now: pd.Timestamp) -> pd.DataFrame:
    return table[table["start"] < now].reset_index(drop=True)


def over(table: pd.DataFrame, now: pd.Timestamp) -> pd.DataFrame:
    """Return what was done by then; days of leave aside."""
    rows = table[(table["start"] < now) & (table["activity"] != "leave")].reset_index(drop=True)
    return rows.assign(end=rows["end"].clip(upper=now), queue=rows["queue"].astype(object).fillna("-"))


def differing_days(before: Any, after: Any) -> set[tuple[str, date]]:
    """Return who has another shift, or other breaks, on which day."""

    def days(found: Any) -> dict[tuple[str, date], set]:
        rows: dict[tuple[str, date], set] = {}
        starts = found.shifts[["person", "start", "end"]].itertuples(index=False)
        for person, start, end in starts:
            rows[person, start.date()] = {(start, end)}
        for row in found.activities.itertuples():
            if row.activity in ("meal", "rest") or (row.activity == "leave" and row.start.hour):
                rows.setdefault((row.person, row.start.date()), set()).add((row.start, row.end, row.activity))
        return rows

    one, other = days(before), days(after)
    return {place for place in one.keys() | other.keys() if one.get(place) != other.get(place)}


def test_the_same_input_gives_the_same_answer():
    demand, rules, crew = two_queues()
    change = Change(absences=[sick("P2", str(MONDAY), "2024-05-12"), sick("P3", TUESDAY)])
    one, other = (
        reschedule(made(), change, demand, rules, crew, now=at(str(MONDAY)), seed=3) for _ in range(2)
    )
    pd.testing.assert_frame_equal(one.schedule.activities, other.schedule.activities)
    pd.testing.assert_frame_equal(one.changes, other.changes)
    assert one.schedule.outcome == other.schedule.outcome


def test_new_demand_is_mended_from_tables_read_from_files(tmp_path):
    demand, rules, crew = two_queues()
    read = SimpleNamespace()
    for name in ("shifts", "activities"):
        table = getattr(made(), name)
        tables.write(table, tmp_path / f"{name}.csv")
        setattr(read, name, tables.read(tmp_path / f"{name}.csv", getattr(tables, name.upper()), zone=ZONE))
    more = demand.assign(rostered=demand["rostered"] + 2 * (demand["start"].dt.day == 10))
    results = [
        reschedule(found, Change(change_cost=0.5), more, rules, crew, now=at(TUESDAY))
        for found in (made(), read)
    ]
    pd.testing.assert_frame_equal(results[0].schedule.shifts, results[1].schedule.shifts)
    short = [found.schedule.coverage["under"].sum() for found in results]
    still = reschedule(made(), Change(change_cost=1e6), more, rules, crew, now=at(TUESDAY))
    assert still.changes.empty
    assert short[0] < still.schedule.coverage["under"].sum()


def test_overtime_that_was_published_does_not_stand_in_the_way():
    roster = published(("Ann", f"{MONDAY} 08:00", 5.5), ("Bo", f"{MONDAY} 08:00", 5))
    crew, demand = team("Ann", "Bo"), need(np.r_[[2] * 11, [0] * 129])
    change = Change(absences=[sick("Bo", str(MONDAY))])
    result = reschedule(roster, change, demand, settings_of(), crew, now=LONG_BEFORE)
    assert result.schedule.shifts["paid_h"].tolist() == [5.5]


def test_a_clock_that_runs_out_leaves_a_roster_that_keeps_the_rules():
    demand, rules, crew = two_queues()
    shifts = made().shifts
    somebody = shifts.loc[shifts["start"].dt.date.astype(str) == str(MONDAY), "person"].iloc[0]
    change = Change(absences=[sick(somebody, str(MONDAY))])
    result = reschedule(made(), change, demand, rules, crew, now=LONG_BEFORE, time_limit_s=1e-3)
    assert result.schedule.outcome[0].stopped_by == "clock"
    assert somebody in set(result.changes["person"])


# Refusals.


@pytest.mark.parametrize(
    ("change", "now", "says"),
    [
        (
            Change(absences=[sick("Anne", str(MONDAY))]),
            LONG_BEFORE,
            r"absences\.0\.person: unknown person 'Anne'; did you mean Ann",
        ),
        (
            Change(absences=[sick("Ann", "2024-06-01")]),
            LONG_BEFORE,
            r"absences\.0.*2024-06-01 is outside the roster",
        ),
        (
            Change(absences=[sick("Ann", "2024-04-01")]),
            LONG_BEFORE,
            r"absences\.0.*2024-04-01 is outside the roster",
        ),
        (Change(locked_people=["Zed"]), LONG_BEFORE, "locked_people: unknown person 'Zed'"),
        (Change(locked_days=["2024-06-01"]), LONG_BEFORE, "locked_days: 2024-06-01 is outside"),
        (
            Change(days_off=[{"person": "Ann", "day": "2024-05-20"}]),
            LONG_BEFORE,
            r"days_off\.0\.day: 2024-05-20",
        ),
        (Change(days_off=[{"person": "Ann", "day": MONDAY}]), at(TUESDAY), r"Ann's 2024-05-06 is over"),
        (swap(day=THURSDAY), LONG_BEFORE, "Ann has no shift on 2024-05-09"),
        (swap(their_day=THURSDAY), LONG_BEFORE, "Bo has no shift on 2024-05-09"),
        (swap(), at(f"{MONDAY} 08:30"), "Ann's 2024-05-06 is over, or has begun"),
        (Change(), at("2024-05-13"), "now: 2024-05-13 .* is after the end of the roster"),
        (Change(), pd.Timestamp("2024-05-06"), "now: found .* give an instant with its zone"),
        (None, LONG_BEFORE, "change: found None"),
    ],
)
def test_bad_input_is_refused_in_one_line(change, now, says):
    with pytest.raises(Refused, match=says) as refusal:
        reschedule(published(*PAIR), change, need(), settings_of(), team("Ann", "Bo"), now=now)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ([("Zed", f"{MONDAY} 08:00", 5)], "published, person: 'Zed' is not in people"),
        (
            [("Ann", "2024-05-20 08:00", 5)],
            "published shifts, Ann, 2024-05-20 08:00: outside the requirement's days",
        ),
        ([("Ann", f"{MONDAY} 08:07", 5)], "published .*08:07: not on steps of 30 minutes"),
        ([("Ann", f"{MONDAY} 08:00", 5), ("Ann", f"{MONDAY} 13:00", 5)], "a second shift of one day"),
    ],
)
def test_a_published_roster_that_does_not_fit_is_refused(entries, says):
    with pytest.raises(Refused, match=says):
        reschedule(published(*entries), Change(), need(), settings_of(), team("Ann", "Bo"), now=LONG_BEFORE)


def test_a_published_queue_that_is_not_required_is_refused():
    with pytest.raises(Refused, match="unknown queue 'chat'"):
        reschedule(
            published(*PAIR, queue="chat"),
            Change(),
            need(),
            settings_of(),
            team("Ann", "Bo"),
            now=LONG_BEFORE,
        )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            '[[absences]]\nperson = "Ann"\nfrom = 2024-05-07\nuntil = 2024-05-06',
            "change.toml, absences.0.until: 2024-05-06 is before",
        ),
        (
            '[[absences]]\nperson = "Ann"\nfrom = 2024-05-07\nuntil = 2024-05-07\nreason = "ill"',
            "change.toml, absences.0.reason",
        ),
        (
            '[[swaps]]\nperson = "Ann"\nday = 2024-05-07\nwith = "Ann"',
            "change.toml, swaps.0.with: Ann swaps with nobody else",
        ),
        ("change_cost = -1", "change.toml, change_cost"),
        ('[[absence]]\nperson = "Ann"', "did you mean absences"),
    ],
)
def test_a_change_file_is_refused_by_its_key(a_file, content, says):
    with pytest.raises(Refused, match=says):
        Change.from_toml(a_file("change.toml", content))


def test_a_change_is_read_from_toml(a_file):
    text = (
        'change_cost = 5\nlocked_people = ["Bo"]\nlocked_days = [2024-05-07]\n'
        '[[absences]]\nperson = "Ann"\nfrom = 2024-05-06\nuntil = "2024-05-07"\nreason = "leave"\n'
        '[[swaps]]\nperson = "Ann"\nday = 2024-05-08\nwith = "Bo"\ntheir_day = 2024-05-09\n'
        '[[days_off]]\nperson = "Ann"\nday = 2024-05-10\n'
    )
    change = Change.from_toml(a_file("change.toml", text))
    assert change == Change(
        change_cost=5.0,
        locked_people=["Bo"],
        locked_days=[TUESDAY],
        absences=[sick("Ann", str(MONDAY), TUESDAY, "leave")],
        swaps=[{"person": "Ann", "day": WEDNESDAY, "with": "Bo", "their_day": THURSDAY}],
        days_off=[{"person": "Ann", "day": "2024-05-10"}],
    )


def test_a_time_limit_of_nothing_is_refused():
    with pytest.raises(Refused, match="time_limit_s: found 0"):
        reschedule(
            published(*PAIR),
            Change(),
            need(),
            settings_of(),
            team("Ann", "Bo"),
            now=LONG_BEFORE,
            time_limit_s=0,
        )
