"""What is said of a schedule that is short or cannot be, and that the ways out mend what they claim."""

import re
from itertools import pairwise, product

import numpy as np
import pandas as pd
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callplan.errors import Infeasible, Refused
from callplan.tables import ACTIVITIES, CONFLICTS, COVERAGE, SHIFT_PLAN, SHIFTS, check
from scheduling.people import crew, horizon
from scheduling.results import Schedule, no_rows
from scheduling.roster.build import build
from scheduling.roster.grid import lay
from scheduling.roster.problem import HARD, OFF
from scheduling.rules import Rules
from scheduling.schedule import schedule
from scheduling.solver import solve
from scheduling.why import why
from scheduling.why.alone import alone
from scheduling.why.easing import strains
from scheduling.why.hard import irreducible
from scheduling.why.trouble import NONE
from scheduling.why.windows import windows

ZONE = "Europe/Paris"
WEEK = pd.date_range("2024-05-06", periods=7).strftime("%Y-%m-%d").tolist()  # Monday to Sunday
RULES = Rules(
    over_cost_per_h=1.0,
    meal_min=0,
    contracts={"FT": {"lengths_h": [8]}, "PT": {"lengths_h": [4]}},
)


# Enough to see that somebody's own rules cannot be kept.
QUICK_S = 1.0


def needed(queue, days, heads):
    """Return an hourly requirement; `heads` is by hour."""
    rows = [(queue, f"{day} {hour:02}:00", 60, count) for day in days for hour, count in heads.items()]
    table = pd.DataFrame(rows, columns=["queue", "start", "minutes", "rostered"])
    return table.assign(start=pd.to_datetime(table["start"]).dt.tz_localize(ZONE))


def hours(first, last, heads=1):
    return dict.fromkeys(range(first, last), heads)


def team(**columns):
    return pd.DataFrame({"person": ["Ann", "Ben", "Cid"], "contract": "FT", "skills": "sales", **columns})


def roster(demand, people, rules=RULES):
    """Return the cheapest roster of whole hours without breaks, by a program of its own.

    It keeps contracts, skills, availability, leave, days a week and 11 hours of rest.
    """
    first = demand["start"].min().normalize()
    need = {
        (row.queue, round((row.start - first) / pd.Timedelta(hours=1))): row.rostered
        for row in demand.itertuples()
    }
    ends = {t for _, t in need}
    program, x, serves = pulp.LpProblem("roster", pulp.LpMinimize), {}, {key: [] for key in need}
    everyone = crew(people, rules, queues=sorted({q for q, _ in need}), days=horizon(demand))
    for person in everyone:
        own = {}
        for day, length in product(range(len(horizon(demand))), person.terms.lengths_h):
            date, window = horizon(demand)[day], person.windows[day % 7]
            for begin in range(24 * day, 24 * day + 24):
                slots = range(begin, begin + int(length))
                open_to = all(any((q, t) in need for q in person.skills) for t in slots)
                away = date in person.leave | person.training
                low, high = window or (0, 0)
                if open_to and not away and low <= 60 * (begin - 24 * day) <= high - 60 * length:
                    own[day, begin, int(length)] = program.add_variable(
                        f"x{len(x) + len(own)}", 0, 1, cat="Integer"
                    )
        for day in range(len(horizon(demand))):
            program += pulp.lpSum(v for (d, _, _), v in own.items() if d == day) <= 1
        program += pulp.lpSum(own.values()) <= person.terms.days_per_week
        for (d, b, n), (e, c, _) in product(own, own):
            if d < e and c < b + n + 11:
                program += own[d, b, n] + own[e, c, _] <= 1
        for t in sorted(ends):
            here = [v for (_, b, n), v in own.items() if b <= t < b + n]
            doing = [q for q in person.skills if (q, t) in need]
            parts = {q: yes_or_no(program, f"z{person.name}{t}{q}") for q in doing}
            program += pulp.lpSum(here) == pulp.lpSum(parts.values())
            for q, part in parts.items():
                serves[q, t].append((person.name, part))
        x |= {(person.name, *key): v for key, v in own.items()}
    costs = [n * v for (_, _, _, n), v in x.items()]
    for key, parts in serves.items():
        under, over = (program.add_variable(f"{side}{key[0]}{key[1]}", 0) for side in ("u", "o"))
        program += pulp.lpSum(part for _, part in parts) + under - over == need[key]
        costs += [rules.under_cost_per_h * under, rules.over_cost_per_h * over]
    program += pulp.lpSum(costs)
    found = solve(program, gap=0.0, seed=0, time_limit_s=20).values
    return tables(first, need, found, x, serves)


def tables(first, need, found, x, serves):
    """Return a solved program as a schedule."""
    at = lambda t: first + pd.Timedelta(hours=t)  # noqa: E731
    shifts = [
        {"person": name, "start": at(b), "end": at(b + n), "shift": f"{n}h", "paid_h": float(n)}
        for (name, _, b, n), v in x.items()
        if found[v.name] > 0.5
    ]
    working = [
        {"person": name, "start": at(t), "end": at(t + 1), "activity": "work", "queue": q}
        for (q, t), parts in serves.items()
        for name, part in parts
        if found[part.name] > 0.5
    ]
    busy = pd.DataFrame(working, columns=["person", "start", "end", "activity", "queue"])
    covered = pd.DataFrame(
        [{"queue": q, "start": at(t), "minutes": 60, "needed": heads} for (q, t), heads in need.items()]
    )
    there = busy.groupby(["queue", "start"]).size()
    covered["staffed"] = [
        float(there.get(key, 0)) for key in zip(covered["queue"], covered["start"], strict=True)
    ]
    spare = covered["staffed"] - covered["needed"]
    covered = covered.assign(over=spare.clip(lower=0), under=(-spare).clip(lower=0))
    return Schedule(
        no_rows(SHIFT_PLAN),
        check(covered, COVERAGE),
        (),
        shifts=check(pd.DataFrame(shifts), SHIFTS) if shifts else no_rows(SHIFTS),
        activities=check(busy, ACTIVITIES) if working else no_rows(ACTIVITIES),
    )


def yes_or_no(program, name):
    return program.add_variable(name, 0, 1, cat="Integer")


def short_h(made):
    return (made.coverage["under"] * made.coverage["minutes"]).sum() / 60


def one(found, way):
    """Return the row whose way out begins so."""
    rows = found[found["way_out"].str.startswith(way)]
    assert len(rows) == 1, found["way_out"].tolist()
    return rows.iloc[0]


# --- The first worked case: nobody with the skill may work in the evening.

EVENING = pd.concat(
    [
        needed("support", [WEEK[0], *WEEK[2:5]], hours(9, 17)),
        needed("support", WEEK[1:2], {**hours(9, 17), 17: 0, **hours(18, 20, 3)}),
        needed("sales", WEEK[:5], hours(9, 20)),
    ]
)
EVENING_TEAM = pd.DataFrame(
    {
        "person": ["Ann", "Ben", "Cid", "Dot", "Eve", "Fay"],
        "contract": "FT",
        "skills": ["support", "support", "sales|support", "sales", "sales", "sales"],
        "available": ["08:00-17:00"] * 3 + [None] * 3,
    }
)


@pytest.fixture(scope="module")
def evening():
    return why(EVENING, RULES, EVENING_TEAM, schedule=roster(EVENING, EVENING_TEAM), ways=6)


def test_the_evening_is_named_with_its_cause(evening):
    assert evening["because"][0] == (
        "Tuesday 2024-05-07 18:00 to 20:00 support is short by 3 of 3: "
        "no one with the skill support may work after 17:00"
    )
    assert evening["start"][0] == pd.Timestamp("2024-05-07 18:00", tz=ZONE)
    assert evening["short"][0] == 3.0


def test_ways_out_are_ranked_by_the_cost_of_an_hour(evening):
    for _, rows in evening.groupby("trouble"):
        rates = (rows["cost"] / rows["mends_h"]).tolist()
        assert rates == sorted(rates)
    hired = one(evening[evening["trouble"] == 1], "add 3 people of PT")
    assert (hired["rank"], hired["mends_h"], hired["cost"]) == (1, 6.0, 12.0)  # one shift of 4 h each
    assert len(check(evening, CONFLICTS)) == len(evening) >= 4


def hire(people, way):
    count, contract = re.search(r"add (\d+) p\w+ of (\w+)", way["way_out"]).groups()
    new = pd.DataFrame(
        {
            "person": [f"New {number}" for number in range(int(count))],
            "contract": contract,
            "skills": way["queue"],
        }
    )
    return pd.concat([people, new], ignore_index=True)


def open_up(people, way):
    names = re.findall(r"(\w+) \(\d", way["way_out"])
    return people.assign(tue=[None if name not in names else "00:00-24:00" for name in people["person"]])


def teach(people, way):
    names = re.search(r"train \d+ in \w+: ([^(]+) \(", way["way_out"])[1].split(" and ")
    extra = f"|{way['queue']}"
    return people.assign(
        skills=[
            skills + extra * (name in names)
            for name, skills in zip(people["person"], people["skills"], strict=True)
        ]
    )


@pytest.mark.parametrize(
    ("way", "applied"),
    [("add 3 people of PT", hire), ("add 3 people of FT", hire), ("let ", open_up), ("train 1", teach)],
)
def test_a_way_out_that_is_taken_mends_what_it_claims(evening, way, applied):
    row = one(evening[evening["trouble"] == 1], way)
    before, after = roster(EVENING, EVENING_TEAM), roster(EVENING, applied(EVENING_TEAM, row))
    assert row["mends_h"] > 0
    # The others may move too, once there is somebody more: that can only mend more.
    assert short_h(before) - short_h(after) >= row["mends_h"] - 1e-6


# --- The second: one person's rules cannot be kept together.

DAYTIME = needed("sales", WEEK[:5], hours(9, 17, 2))


def test_least_hours_that_leave_and_availability_do_not_give():
    people = team(
        hours_per_week_min=[40, 0, 0], leave=["2024-05-08", None, None], fri=["off", None, None],
        sat=["off", None, None], sun=["off", None, None],
    )  # fmt: skip
    with pytest.raises(Infeasible, match="hours_per_week_min"):
        schedule(DAYTIME, RULES, people, time_limit_s=QUICK_S)
    found = why(DAYTIME, RULES, people, time_limit_s=QUICK_S)
    mine = found[found["person"] == "Ann"]
    assert set(mine["because"]) == {
        "Ann, week of Monday 2024-05-06: hours_per_week_min (32 h), availability (the hours available) and "
        "leave (days of leave and training) cannot be kept together"
    }
    assert mine["way_out"].tolist() == [
        "leave out availability (the hours available) on Friday 2024-05-10",
        "leave out leave (days of leave and training) on Wednesday 2024-05-08",
        "lower hours_per_week_min to 24 h",
    ]
    # Each of them is enough, and less is not: nobody is said to be in conflict then.
    for change, conflict in (
        ({"fri": None}, False),
        ({"leave": None, "hours_per_week_min": [24, 0, 0]}, False),
        ({"hours_per_week_min": [30, 0, 0]}, False),  # 24 of 30, one day of five on leave
        ({"hours_per_week_min": [31, 0, 0]}, True),
    ):
        again = why(DAYTIME, RULES, people.assign(**change), time_limit_s=QUICK_S)
        assert ("Ann" in again["person"].tolist()) == conflict


def test_fixed_shifts_that_leave_no_rest():
    late = needed("sales", WEEK[:5], hours(6, 23))
    people = team(fixed=["2024-05-06 15:00-23:00|2024-05-07 06:00-14:00", None, None])
    found = why(late, RULES, people, time_limit_s=QUICK_S)
    mine = found[found["person"] == "Ann"]
    assert mine["because"].iloc[0] == (
        "Ann, week of Monday 2024-05-06: the fixed shift Monday 2024-05-06 15:00 to 23:00, the fixed shift "
        "Tuesday 2024-05-07 06:00 to 14:00 and rest (11 h between shifts) cannot be kept together"
    )
    assert "drop the fixed shift Tuesday 2024-05-07 06:00 to 14:00" in mine["way_out"].tolist()


def test_people_in_the_same_plight_are_told_of_once():
    people = team(hours_per_week_min=40, mon="off", tue="off", sat="off", sun="off")
    found = why(DAYTIME, RULES, people, time_limit_s=QUICK_S)
    assert found["person"].dropna().unique().tolist() == ["Ann, Ben and Cid"]
    assert "lower hours_per_week_min to 24 h each" in found["way_out"].tolist()


def test_a_conflict_across_weeks_is_told_of_both():
    two = needed("sales", [*WEEK, "2024-05-13"], hours(9, 17, 2))
    fixed = "|".join(f"{day} 09:00-17:00" for day in ("2024-05-10", "2024-05-11", "2024-05-12", "2024-05-13"))
    rules = RULES.replace(roster={"days_in_a_row": 3})
    found = why(two, rules, team(fixed=[fixed, None, None]), time_limit_s=QUICK_S)
    because = found.loc[found["person"] == "Ann", "because"].iloc[0]
    assert because.startswith("Ann, Monday 2024-05-06 to Monday 2024-05-13: the fixed shift Friday")
    assert because.endswith("and days_in_a_row (at most 3) cannot be kept together")


def test_the_weeks_before_count():
    before = pd.DataFrame(
        {
            "person": "Ann",
            "start": pd.to_datetime(["2024-05-05 15:00"]).tz_localize(ZONE),
            "end": pd.to_datetime(["2024-05-05 23:00"]).tz_localize(ZONE),
            "shift": "8h",
            "paid_h": 8.0,
        }
    )
    people = team(fixed=["2024-05-06 09:00-17:00", None, None])
    assert why(DAYTIME, RULES, people, time_limit_s=QUICK_S)["person"].isna().all()
    found = why(DAYTIME, RULES, people, previous=before, time_limit_s=QUICK_S)
    assert "rest (11 h between shifts)" in found.loc[found["person"] == "Ann", "because"].iloc[0]


# --- The third: a plan whose shifts do not reach, or whose floors nobody may meet.


def test_a_floor_that_no_team_may_meet():
    rules = Rules(
        lengths_h=(4,),
        heads_at_least=3,
        queues={"sales": {"dedicated": False}},
        teams={"pool": {"queues": ("sales",), "heads_at_most": 2}},
    )
    demand = needed("sales", WEEK[:1], hours(8, 16, 0))
    with pytest.raises(Infeasible):
        schedule(demand, rules)
    found = why(demand, rules)
    assert set(found["because"]) == {
        "Monday 2024-05-06 08:00 to 16:00 sales is short by 1 of 3, 3 being the least that must be there; "
        "because of dedicated = false of sales or heads_at_most of pool (2)"
    }
    assert found["way_out"].tolist() == [
        "give sales heads of its own (mends all of it)",
        "raise heads_at_most of pool to 3 (mends all of it)",
        "lower heads_at_least of sales to 2 then",
    ]
    schedule(demand, rules.replace(teams={"pool": {"queues": ("sales",), "heads_at_most": 3}}))
    schedule(demand, rules.replace(heads_at_least=2))


def test_an_opening_shorter_than_any_shift():
    demand = pd.concat([needed("sales", WEEK[:1], hours(9, 11, 2)), needed("sales", WEEK[1:2], hours(8, 20))])
    found = why(demand, Rules(lengths_h=(4, 8)))
    row = found.iloc[0]
    assert row["because"] == (
        "Monday 2024-05-06 09:00 to 11:00 sales is short by 2 of 2; because of the shift lengths (4 or 8 h)"
    )
    assert row["way_out"] == "allow shifts of 2 h (mends all of it)"
    after = schedule(demand, Rules(lengths_h=(2, 4, 8)))
    assert short_h(schedule(demand, Rules(lengths_h=(4, 8)))) - short_h(after) == row["mends_h"] == 4.0


@pytest.mark.parametrize(
    ("rules", "eased", "because", "way_out"),
    [
        (
            {"latest_start": "12:00"},
            {"latest_start": "16:00"},
            "latest_start (12:00)",
            "let shifts begin until 16:00",
        ),
        (
            {"earliest_start": "10:00"},
            {"earliest_start": None},
            "earliest_start (10:00)",
            "let shifts begin from 08:00",
        ),
        ({"starts_at_most": 2}, {"starts_at_most": 3}, "starts_at_most (2)", "allow 3 start times"),
    ],
)
def test_rules_of_starts(rules, eased, because, way_out):
    demand = needed("sales", WEEK[:1], hours(8, 20))
    narrow = Rules(lengths_h=(4,), meal_min=0, **rules)
    row = one(why(demand, narrow, windows=1), way_out)
    assert because in row["because"]
    after = schedule(demand, narrow.replace(**eased))
    assert short_h(schedule(demand, narrow)) - short_h(after) == pytest.approx(row["mends_h"])


def test_shifts_that_end_at_midnight():
    demand = pd.concat([needed("sales", WEEK[:1], hours(16, 24)), needed("sales", WEEK[1:2], hours(0, 4))])
    rules = Rules(lengths_h=(8,), meal_min=0, overnight=False)
    row = one(why(demand, rules), "let shifts go on after midnight")
    assert "Tuesday 2024-05-07 00:00 to 04:00" in row["because"]
    after = schedule(demand, rules.replace(overnight=True))
    assert short_h(schedule(demand, rules)) - short_h(after) == row["mends_h"] == 4.0


def test_a_shortage_that_is_cheaper_than_a_shift():
    demand = needed("sales", WEEK[:1], {**hours(8, 16), 12: 2})
    rules = Rules(lengths_h=(8,), meal_min=0, under_cost_per_h=2.0)
    row = one(why(demand, rules), "raise under_cost_per_h of sales")
    assert "under_cost_per_h (2)" in row["because"]
    after = schedule(demand, rules.replace(under_cost_per_h=20.0))
    assert short_h(schedule(demand, rules)) - short_h(after) == row["mends_h"] == 1.0
    assert row["cost"] == 8.0


# --- Named people: each rule that stands in the way, and demand that nothing mends.


@pytest.mark.parametrize(
    ("people", "monday", "tuesday", "because", "way_out"),
    [
        ({"days_per_week": 1}, 9, 9, "3 with all their days of the week worked", "an extra day on"),
        ({"leave": WEEK[1]}, 9, 9, "3 on leave or training (Ann, Ben and Cid)", "add 1 person of FT"),
        ({"training": WEEK[1]}, 9, 9, "3 on leave or training (Ann, Ben and Cid)", "add 1 person of FT"),
        ({}, 15, 6, "3 with too little rest before or after it (Ann, Ben and Cid)", "leave out rest on"),
        ({"tue": "off"}, 9, 9, "no one with the skill sales may work that day", "let "),
    ],
)
def test_each_rule_in_the_way_is_named(people, monday, tuesday, because, way_out):
    # All are on Monday, when each mends 8 hours; on Tuesday one would mend 7.
    demand = pd.concat(
        [
            needed("sales", WEEK[:1], hours(monday, monday + 8, 3)),
            needed("sales", WEEK[1:2], {**hours(tuesday, tuesday + 8), tuesday: 0}),
        ]
    )
    found = why(demand, RULES, team(**people), schedule=roster(demand, team(**people)))
    row = found[found["start"].dt.strftime("%Y-%m-%d") == WEEK[1]]
    assert because in row["because"].iloc[0]
    assert row["way_out"].str.startswith(way_out).any(), row["way_out"].tolist()


def test_an_extra_day_costs_overtime_and_mends_what_it_says():
    demand = needed("sales", WEEK[:2], hours(9, 17, 3))
    people = team(days_per_week=1)
    before = roster(demand, people)
    row = one(why(demand, RULES, people, schedule=before, windows=1), "an extra day on")
    names = re.findall(r"(\w+) \(09:00 to 17:00\)", row["way_out"])
    after = roster(demand, people.assign(days_per_week=[1 + (p in names) for p in people["person"]]))
    assert short_h(before) - short_h(after) == row["mends_h"] == 8 * len(names) > 0
    assert row["cost"] == 1.5 * 8 * len(names)


def test_a_shorter_shift_where_hours_available_hold_none():
    demand = needed("sales", WEEK[:1], hours(9, 13))
    people = team(available="09:00-13:00")
    row = one(
        why(demand, RULES, people, schedule=roster(demand, people), ways=9), "give FT shifts of 4 h too"
    )
    assert row["mends_h"] == 4.0
    assert row["cost"] == 4.0
    longer = RULES.replace(contracts={"FT": {"lengths_h": [4, 8]}})
    assert short_h(roster(demand, people, longer)) == 0


def test_a_hard_floor_below_which_a_roster_falls():
    rules = RULES.replace(heads_at_least=2)
    people = team(mon=["off", "off", None])
    made = roster(DAYTIME, people)  # which knows no floor
    found = why(DAYTIME, rules, people, schedule=made)
    assert "2 being the least that must be there" in found["because"][0]
    assert found["because"][0].startswith("Monday 2024-05-06 09:00 to 17:00 sales is short by 1 of 2")
    assert found["way_out"].str.startswith("lower heads_at_least of sales to 1").any()
    row = found[found["way_out"].str.startswith("let ")].iloc[0]
    assert "outside their hours available" in row["way_out"]
    assert row["mends_h"] == 8.0


def test_demand_that_nothing_mends_is_shown():
    # Two people, no contract that might be hired reaches the night.
    rules = Rules(over_cost_per_h=1.0, meal_min=0, contracts={"FT": {"lengths_h": [8], "latest": "20:00"}})
    demand = pd.concat([needed("sales", WEEK[:1], hours(9, 17)), needed("sales", WEEK[1:2], hours(0, 3))])
    found = why(demand, rules, team(), schedule=roster(demand, team(), rules))
    assert found["way_out"].tolist() == [NONE]
    assert found["mends_h"].tolist() == [0.0]
    assert "3 whose contract has no shift that reaches then" in found["because"][0]


def test_a_schedule_without_shortage_has_no_conflicts():
    assert why(DAYTIME, RULES, team(), schedule=roster(DAYTIME, team())).empty
    assert why(needed("sales", WEEK[:1], hours(8, 16)), Rules(lengths_h=(4,))).empty


def test_a_given_schedule_is_judged_as_it_is():
    made = roster(EVENING, EVENING_TEAM)
    found = why(EVENING, RULES, EVENING_TEAM, schedule=made, windows=1)
    assert "Tuesday 2024-05-07 18:00 to 20:00 support" in found["because"][0]
    with pytest.raises(Refused, match="no shift of these people"):
        why(EVENING, RULES, EVENING_TEAM[EVENING_TEAM["person"] != made.shifts["person"][0]], schedule=made)
    with pytest.raises(Refused, match="another requirement"):
        why(EVENING.iloc[1:], RULES, EVENING_TEAM, schedule=made)


def test_it_tells_how_far_it_is_and_stops_in_time():
    said = []
    found = why(EVENING, RULES, EVENING_TEAM, time_limit_s=1e-6, progress=said.append)
    assert any("shortage 1 of" in line for line in said)
    assert any(line.startswith("time is up") for line in said)
    assert len(found)  # what is short is shown all the same
    with pytest.raises(Refused):
        why(EVENING, RULES, EVENING_TEAM, time_limit_s=0)


# --- Second witnesses.


@given(st.lists(st.integers(0, 6), min_size=1, max_size=30))
@settings(max_examples=80)
def test_windows_hold_every_hour_that_is_missing_once(missing):
    start = pd.date_range("2024-05-06", periods=len(missing), freq="30min", tz=ZONE)
    coverage = pd.DataFrame({"queue": "sales", "start": start, "minutes": 30})
    coverage = coverage.assign(needed=9.0, staffed=9.0 - np.array(missing), under=np.array(missing, float))
    found = windows(coverage, Rules(), 99)
    assert sum(window.hours for window in found) == pytest.approx(sum(missing) / 2)
    for one_, other in pairwise(sorted(found, key=lambda window: window.start)):
        assert one_.end <= other.start
    assert [window.hours for window in found] == sorted((window.hours for window in found), reverse=True)


TWO = Rules(
    meal_min=0,
    templates={"E": "06:00-14:00", "L": "14:00-22:00"},
    contracts={"X": {"templates": ["E", "L"], "days_per_week": 7}},
)


@st.composite
def plights(draw):
    """Return a person who may have no week, and the roster's rules."""
    days = draw(st.lists(st.sampled_from([None, "off", "06:00-14:00"]), min_size=7, max_size=7))
    cells = dict(zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), days, strict=True))
    shift = {"E": "06:00-14:00", "L": "14:00-22:00"}
    fixed = [
        f"{WEEK[d]} {shift[kind]}"
        for d, kind in draw(st.dictionaries(st.integers(0, 6), st.sampled_from("EL"), max_size=3)).items()
        if cells[("mon", "tue", "wed", "thu", "fri", "sat", "sun")[d]] is None
    ]
    roster = draw(
        st.fixed_dictionaries(
            {
                "days_in_a_row": st.integers(2, 6),
                "starts_within_min": st.sampled_from([None, 60]),
                "days_off_joined": st.sampled_from([None, 2, 3]),
                "weekends_in_four": st.sampled_from([None, 0]),
                "forbidden": st.sampled_from([(), (("early", "late"),)]),
            }
        )
    )
    least = draw(st.sampled_from([0, 24, 32, 40]))
    most = draw(st.integers(max(3, least // 8), 7))
    person = {"hours_per_week_min": least, "days_per_week": most, "fixed": "|".join(fixed) or None}
    return {**cells, **person}, roster


@given(plights())
@settings(max_examples=25, deadline=None)
def test_a_person_alone_equals_brute_force_and_its_conflict_is_minimal(plight):
    cells, roster = plight
    rules = TWO.replace(roster=roster)
    people = pd.DataFrame([{"person": "Ann", "contract": "X", "skills": "sales", **cells}])
    demand = needed("sales", WEEK, hours(6, 22))
    everyone = crew(people, rules, queues=["sales"], days=horizon(demand))
    built = build(lay(demand, rules, everyone), everyone, rules)
    own = alone(built, 0, rules, None)
    possible = own.answer(own.hard) is not None
    assert possible == _brute(built)
    if not possible:
        core = irreducible(own)
        assert own.answer(core) is None
        for rule in core:
            assert own.answer([other for other in core if other != rule]) is not None


def _brute(built):
    """Say whether any of all rows of shifts breaks no hard rule."""
    p = built.problem
    choices = []
    for d in range(7):
        own = range(*p.offered[p.person["menu"][0], d])
        record = p.day[0, d]
        inside = [
            n for n in own if record["first"] <= p.shift["first"][n] and p.shift["last"][n] <= record["last"]
        ]
        choices.append([OFF, *inside])
    rows = np.array(list(product(*choices)))
    return bool((strains(p, np.zeros(len(rows), int), rows) < HARD).any())
