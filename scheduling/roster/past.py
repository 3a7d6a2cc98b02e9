"""What the weeks before the horizon leave each person with: rows of days, weekends, hours, the last shift."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from callplan.intervals import local_day
from scheduling.clock import between, minute, minutes_of
from scheduling.people import Person
from scheduling.roster.grid import Grid, NDArray
from scheduling.roster.problem import NEVER, WEEK
from scheduling.rules import Rules

LATE, NIGHT = 2, 3
_QUARTER = pd.Timedelta(minutes=15)


def part_of(start_min: int, rules: Rules) -> int:
    """Return whether a start is early (0), mid (1) or late (2)."""
    if start_min < minute(rules.roster.early_before):
        return 0
    return LATE if start_min >= minute(rules.roster.late_from) else 1


def read_past(
    previous: pd.DataFrame | None, grid: Grid, crew: Sequence[Person], rules: Rules
) -> dict[str, NDArray]:
    """Return the `past_` fields of PERSON from the shifts of the weeks before; without any all are idle."""
    people, periods = len(crew), rules.roster.period_weeks
    past: dict[str, NDArray] = {
        "past_run": np.zeros(people, np.int64),
        "past_nights": np.zeros(people, np.int64),
        "past_end": np.full(people, NEVER),
        "past_kind": np.full(people, -1),
        "past_weekends": np.zeros((people, 3), np.int64),
        "past_weekend_now": np.zeros(people, np.int64),
        "past_days_now": np.zeros(people, np.int64),
        "past_hours": np.zeros((people, periods - 1)),
        "past_hours_now": np.zeros(people),
        "past_clocks": np.full((people, WEEK), -1),
    }
    if previous is None or previous.empty:
        return past
    zone = grid.starts.dt.tz
    shifts = previous.assign(
        start=previous["start"].dt.tz_convert(zone), end=previous["end"].dt.tz_convert(zone)
    )
    shifts["day"] = [(day.date() - grid.days[0]).days for day in local_day(shifts["start"])]
    number = {person.name: place for place, person in enumerate(crew)}
    shifts = shifts[(shifts["day"] < 0) & shifts["person"].isin(list(number))].sort_values("start")
    for name, own in shifts.groupby("person"):
        _read_one(past, number[str(name)], own, grid, rules)
    return past


def _read_one(past: dict[str, NDArray], i: int, own: pd.DataFrame, grid: Grid, rules: Rules) -> None:
    """Write one person's past, from shifts in order of time."""
    worked = own[["day", "start", "end"]].itertuples(index=False)
    kinds = {int(day): _kind(start, end, rules) for day, start, end in worked}
    past["past_end"][i] = grid.slot(own["end"].iloc[-1])
    past["past_kind"][i] = kinds.get(-1, -1)
    past["past_run"][i] = _run(set(kinds))
    past["past_nights"][i] = _run({day for day, kind in kinds.items() if kind == NIGHT})
    into = grid.days[0].weekday()  # days of the first week that lie before the horizon
    now = own[own["day"] >= -into]
    past["past_days_now"][i] = len(now)
    past["past_hours_now"][i] = now["paid_h"].sum()
    past["past_clocks"][i, : len(now)] = [start.hour * 60 + start.minute for start in now["start"]]
    weekend = own["start"].dt.day_of_week >= 5
    week = (own["day"] + into) // WEEK  # -1 is the last whole week
    past["past_weekend_now"][i] = (weekend & (week == 0)).any()
    for back in range(1, 4):
        past["past_weekends"][i, 3 - back] = (weekend & (week == -back)).any()
    periods = past["past_hours"].shape[1]
    for back in range(1, periods + 1):
        past["past_hours"][i, periods - back] = own.loc[week == -back, "paid_h"].sum()


def _run(days: set[int]) -> int:
    """Return how many days in a row up to the horizon are among these."""
    run = 0
    while -run - 1 in days:
        run += 1
    return run


def _kind(start: pd.Timestamp, end: pd.Timestamp, rules: Rules) -> int:
    roster = rules.roster
    begun = pd.date_range(start, end - _QUARTER, freq=_QUARTER)
    night = sum(between(at.hour * 60 + at.minute, roster.night_from, roster.night_to) for at in begun)
    if night * 15 >= minutes_of(roster.night_h):
        return NIGHT
    return part_of(start.hour * 60 + start.minute, rules)
