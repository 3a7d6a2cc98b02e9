"""What a day offers: each offer is taken and judged; hand-made days; what is refused."""

from datetime import date, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Refused
from callplan.tables import ACTIVITIES, SHIFTS
from scheduling.changes import Change
from scheduling.roster import search
from scheduling.roster.offers import offers, take
from scheduling.roster.reschedule import reschedule
from scheduling.rules import Rules
from scheduling.schedule import schedule
from scheduling.verify import verify

ZONE = "Europe/Paris"
MONDAY = date(2024, 5, 6)
TUESDAY, WEDNESDAY = (str(MONDAY + timedelta(days=step)) for step in (1, 2))


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(text).tz_localize(ZONE)


def need(heads: Any = 0, *, days: int = 7) -> pd.DataFrame:
    """Return a requirement of the hours from 08:00 to 18:00; `heads` is a number, or one an interval."""
    starts = [
        at(f"{MONDAY + timedelta(days=day)}") + pd.Timedelta(hours=8, minutes=30 * step)
        for day in range(days)
        for step in range(20)
    ]
    return pd.DataFrame({"queue": "sales", "start": starts, "minutes": 30, "rostered": heads})


def monday(**heads: int) -> pd.DataFrame:
    """Return a requirement of heads on Monday in the hours named, as in h8=2, and of nobody otherwise."""
    table = need()
    for hour, count in heads.items():
        on = (table["start"].dt.hour == int(hour[1:])) & (table["start"].dt.date == MONDAY)
        table.loc[on, "rostered"] = count
    return table


def team(*names: str, **cells: Any) -> pd.DataFrame:
    return pd.DataFrame({"person": names, "contract": "FT", "skills": "sales", **cells})


def rules_of(roster: dict | None = None, **shifts: Any) -> Rules:
    plain = {"wish_cost": 0.0, "fair_cost": 0.0, **(roster or {})}
    return Rules(
        **{
            "meal_min": 0,
            "over_cost_per_h": 1.0,
            "contracts": {"FT": {"lengths_h": [5]}},
            "roster": plain,
            **shifts,
        }
    )


def worked(*entries: tuple[str, str]) -> SimpleNamespace:
    """Return shifts of 5 hours, by person and start."""
    rows = [
        {"person": person, "start": at(start), "end": at(start) + pd.Timedelta(hours=5)}
        for person, start in entries
    ]
    shifts = pd.DataFrame(rows)
    return SimpleNamespace(
        shifts=shifts.assign(shift="5h", paid_h=5.0)[SHIFTS.names()],
        activities=shifts.assign(activity="work", queue="sales")[ACTIVITIES.names()],
    )


def told(table: pd.DataFrame) -> list[tuple]:
    """Return offers as (kind, person, from, to, hours, gain)."""
    return [
        (row.kind, row.person, f"{row.start:%H:%M}", f"{row.end:%H:%M}", row.hours, row.gain_h)
        for row in table.itertuples()
    ]


def test_overtime_mends_a_shortage_after_the_shift_and_before_it():
    roster = worked(("Ann", f"{MONDAY} 10:00"))
    found = offers(
        roster, MONDAY, monday(h9=1, h10=1, h11=1, h12=1, h13=1, h14=1, h15=1), rules_of(), team("Ann")
    )
    assert told(found) == [
        ("overtime", "Ann", "09:00", "10:00", 1.0, 1.0),
        ("overtime", "Ann", "15:00", "16:00", 1.0, 1.0),
    ] or told(found)[:1] == [("overtime", "Ann", "09:00", "10:00", 1.0, 1.0)]
    assert found["cost"].iloc[0] == 1.0
    assert set(found["kind"]) == {"overtime"}


@pytest.mark.parametrize(
    ("roster", "shifts", "cells"),
    [
        ({"rest_h": 18.0}, {}, {}),  # 13:00 to 08:00 is 19 h, an hour later 18, two hours 17
        ({}, {}, {"available": ["00:00-14:00"]}),
        ({}, {"contracts": {"FT": {"lengths_h": [5], "hours_per_week_max": 11}}}, {}),
        ({}, {"contracts": {"FT": {"lengths_h": [5], "latest": "14:00"}}}, {}),
    ],
)
def test_overtime_goes_as_far_as_the_rules_do(roster, shifts, cells):
    published = worked(("Ann", f"{MONDAY} 08:00"), ("Ann", f"{TUESDAY} 08:00"))
    demand, table = monday(**{f"h{hour}": 1 for hour in range(8, 15)}), team("Ann", **cells)
    longest = offers(published, MONDAY, demand, rules_of(), team("Ann"))["hours"].max()
    assert longest == 2.0
    found = offers(published, MONDAY, demand, rules_of(roster, **shifts), table)
    assert told(found) == [("overtime", "Ann", "13:00", "14:00", 1.0, 1.0)]


def test_time_off_leaves_no_shortage():
    roster = worked(("Ann", f"{MONDAY} 08:00"), ("Bo", f"{MONDAY} 08:00"))
    found = offers(roster, MONDAY, monday(h8=2, h9=2, h10=1, h11=1, h12=1), rules_of(), team("Ann", "Bo"))
    assert set(found["kind"]) == {"time off"}
    assert told(found)[0] == ("time off", "Ann", "10:00", "13:00", -3.0, 3.0)
    assert found["hours"].min() == -3.0
    assert (found["cost"] == found["hours"]).all()
    whole = offers(
        roster, MONDAY, monday(**{f"h{hour}": 1 for hour in range(8, 13)}), rules_of(), team("Ann", "Bo")
    )
    assert told(whole)[0] == ("time off", "Ann", "08:00", "13:00", -5.0, 5.0)
    floor = rules_of(heads_at_least=2)
    assert offers(roster, MONDAY, need(), floor, team("Ann", "Bo")).empty


def test_an_extra_shift_is_offered_to_who_may_work_it():
    roster = worked(("Ann", f"{MONDAY} 13:00"), ("Dan", f"{TUESDAY} 08:00"))
    cells = {"leave": [None, None, str(MONDAY), None], "mon": [None, "08:00-14:00", None, None]}
    crew = team("Ann", "Bo", "Cy", "Dan", **cells)
    demand = monday(**{f"h{hour}": 1 for hour in range(8, 18)})
    found = offers(roster, MONDAY, demand, rules_of({"rest_h": 20}), crew)
    assert [row for row in told(found) if row[0] == "extra shift"] == [
        ("extra shift", "Bo", "08:00", "13:00", 5.0, 5.0)
    ]
    rested = offers(roster, MONDAY, demand, rules_of({"rest_h": 11}), crew)
    assert {row[1] for row in told(rested) if row[0] == "extra shift"} == {"Bo", "Dan"}


def test_swaps_take_the_shift_or_exchange_days():
    roster = worked(("Ann", f"{MONDAY} 13:00"), ("Bo", f"{TUESDAY} 08:00"), ("Dan", f"{MONDAY} 08:00"))
    crew = team("Ann", "Bo", "Cy", "Dan", "Eve", leave=[None, None, None, None, str(MONDAY)])
    at_least = {"contracts": {"FT": {"lengths_h": [5], "hours_per_week_min": 5}}}
    crew["hours_per_week_min"] = [5, 5, 0, 5, 0]
    found = offers(roster, MONDAY, need(), rules_of(**at_least), crew, swap_for="Ann")
    swaps = found[found["kind"] == "swap"]
    # Ann owes 5 hours: Cy has none to give in exchange, and Dan and Eve cannot on Monday.
    assert list(swaps["person"]) == ["Bo"]
    assert swaps["in_exchange"].tolist() == [f"{TUESDAY} 08:00-13:00"]
    assert swaps["with"].tolist() == ["Ann"]
    assert swaps["start"].tolist() == [at(f"{MONDAY} 13:00")]
    crew["hours_per_week_min"] = [0, 5, 0, 5, 0]
    free = offers(roster, MONDAY, need(), rules_of(**at_least), crew, swap_for="Ann")
    assert set(free.loc[free["kind"] == "swap", "person"]) == {"Bo", "Cy"}
    tired = offers(roster, MONDAY, need(), rules_of({"rest_h": 15}, **at_least), crew, swap_for="Ann")
    # From Monday 18:00 to Tuesday 08:00 are 14 h: Bo can exchange, not add.
    assert tired.set_index("person").loc["Bo", "in_exchange"] == f"{TUESDAY} 08:00-13:00"


def test_the_best_saves_most():
    roster = worked(("Ann", f"{MONDAY} 08:00"), ("Bo", f"{MONDAY} 08:00"))
    crew = team("Ann", "Bo", "Cy")
    demand = monday(**{f"h{hour}": 2 for hour in range(8, 13)}, h13=1, h14=1)
    found = offers(roster, MONDAY, demand, rules_of(), crew)
    hours_over = found["hours"] - found["gain_h"]
    saved = 10 * found["gain_h"] - found["cost"] - hours_over
    assert saved.is_monotonic_decreasing
    assert told(found)[0] == ("overtime", "Ann", "13:00", "15:00", 2.0, 2.0)


@cache
def made() -> tuple[Any, pd.DataFrame, Rules, pd.DataFrame]:
    """Return a roster of two queues with meals and rests, short here and with too many there."""
    waves = 2 + np.round(2 * np.sin(np.arange(140) / 5)).astype(int)
    demand = pd.concat([need(waves), need(1).assign(queue="support")], ignore_index=True)
    rules = Rules(
        lengths_h=[4, 8.5],
        rests_h=[[1, 3]],
        over_cost_per_h=1.0,
        contracts={"FT": {}, "PT": {"lengths_h": [4], "hours_per_week_max": 20}},
        roster={"days_in_a_row": 5, "starts_within_min": 180, "days_off_joined": 2},
    )
    skills = ["sales", "support", "sales|support", "sales|support:2", "sales"] * 2
    crew = pd.DataFrame(
        {"person": [f"P{n}" for n in range(10)], "contract": ["FT", "PT"] * 5, "skills": skills}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "LEVELS", 4)
        roster = schedule(demand, rules, crew, seed=1)
    # Another demand than that of the roster: short here, too many there.
    later = demand.assign(rostered=[*np.roll(waves, 9), *np.repeat([0, 2], 70)])
    return roster, later, rules, crew


def test_every_offer_that_is_taken_keeps_the_rules_and_gives_what_it_says():
    kinds: set[str] = set()
    for day in range(7):
        take_each(day, kinds)
    assert kinds == {"overtime", "time off", "extra shift", "swap"}


def take_nothing(roster: Any, demand: pd.DataFrame, rules: Rules, crew: pd.DataFrame) -> Any:
    """Return the roster as it covers another demand."""
    locked = Change(locked_people=list(crew["person"]))
    return reschedule(roster, locked, demand, rules, crew, now=at("2024-05-01")).schedule


def take_each(day: int, kinds: set[str]) -> None:
    roster, demand, rules, crew = made()
    on = MONDAY + timedelta(days=day)
    someone = roster.shifts.loc[roster.shifts["start"].dt.date == on, "person"].iloc[0]
    found = offers(roster, on, demand, rules, crew, swap_for=someone)
    kinds.update(found["kind"])
    # With overtime and time off a shift may have any length.
    lengths = [step / 2 for step in range(1, 25)]
    any_length = rules.replace(
        contracts={n: c.replace(lengths_h=lengths) for n, c in rules.contracts.items()}
    )
    covered = take_nothing(roster, demand, rules, crew)
    before = verify(covered, crew, rules, requirement=demand)
    for offer in found.groupby("kind").head(2).to_dict("records"):
        after = take(roster, offer, demand, rules, crew)
        verdict = verify(after, crew, any_length, requirement=demand)
        assert verdict.hard == 0, (offer, verdict.broken)
        short, surplus = (
            (after.coverage[name] - covered.coverage[name]).sum() / 2 for name in ("under", "over")
        )
        assert offer["gain_h"] == pytest.approx(-surplus if offer["kind"] == "time off" else -short), offer
        assert short <= 1e-9 or offer["kind"] == "swap"
        hours = [
            table.loc[table["person"] == offer["person"], "paid_h"].sum()
            for table in (after.shifts, roster.shifts)
        ]
        assert offer["hours"] == pytest.approx(hours[0] - hours[1])
        own = [
            sum(costs.costs[name] for name in ("paid", "broken", "wishes", "fairness"))
            for costs in (verdict, before)
        ]
        assert offer["cost"] == pytest.approx(own[0] - own[1]), offer


def test_nothing_to_mend_is_nothing_to_offer():
    roster = worked(("Ann", f"{MONDAY} 08:00"))
    found = offers(
        roster, MONDAY, monday(**{f"h{hour}": 1 for hour in range(8, 13)}), rules_of(), team("Ann", "Bo")
    )
    assert found.empty


@pytest.mark.parametrize(
    ("day", "swap_for", "says"),
    [
        ("2024-05-20", None, "day: 2024-05-20 is outside the roster; it runs from 2024-05-06 to 2024-05-12"),
        ("Monday", None, "day: found 'Monday'"),
        (MONDAY, "Anne", "swap_for: unknown person 'Anne'; did you mean Ann"),
        (WEDNESDAY, "Ann", "swap_for: Ann has no shift on 2024-05-08"),
    ],
)
def test_bad_input_is_refused_in_one_line(day, swap_for, says):
    with pytest.raises(Refused, match=says) as refusal:
        offers(worked(("Ann", f"{MONDAY} 08:00")), day, need(), rules_of(), team("Ann"), swap_for=swap_for)
    assert "\n" not in str(refusal.value)


def test_an_offer_of_another_day_is_refused():
    offer = {
        "person": "Ann",
        "start": at(f"{MONDAY} 08:00"),
        "end": at(f"{MONDAY} 09:00"),
        "kind": "overtime",
    }
    with pytest.raises(Refused, match="overtime of Ann is none"):
        take(worked(("Ann", f"{MONDAY} 08:00")), offer, need(), rules_of(), team("Ann"))
