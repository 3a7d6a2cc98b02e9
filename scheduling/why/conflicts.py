"""The table of conflicts: what is in the way, and what would mend it at least cost."""

from collections.abc import Callable

import pandas as pd

from callplan import arguments
from callplan.errors import Refused
from callplan.tables import CONFLICTS, SHIFTS, check
from scheduling.people import DEMAND
from scheduling.results import Schedule, no_rows
from scheduling.rules import Rules
from scheduling.why.plans import short_plans
from scheduling.why.rosters import short_rosters
from scheduling.why.work import Work


def why(
    requirement: pd.DataFrame,
    rules: Rules,
    people: pd.DataFrame | None = None,
    *,
    previous: pd.DataFrame | None = None,
    schedule: Schedule | None = None,
    seed: int = 0,
    time_limit_s: float = 60.0,
    progress: Callable[[str], None] | None = None,
    windows: int = 5,
    ways: int = 4,
) -> pd.DataFrame:
    """Return a table `CONFLICTS`: where a schedule is short or cannot be, why, and the cheapest ways out.

    First come people whose own hard rules conflict, each with a set of rules of which none could be spared;
    then the worst `windows` of shortage, below hard floors before others, of `schedule` or of one that is
    made. Every way out, at most `ways` for each, was tried: `mends_h` are the hours of one agent that are
    missing fewer at any time, everyone else's weeks as they are. They are ranked by cost for each hour.

    `cost` is that of the paid hours that come with it; an extra day has the `overtime_surcharge` on all of
    its hours, and training costs one training day. With `people` a way out is tried on the best week of
    each person; without, on a new plan of the days about the window. `previous` is a table `SHIFTS` of the
    weeks before. `time_limit_s` is a guard: what it leaves no time for is not tried.

    Raises `Refused` for tables or rules that do not fit together.

    >>> start = pd.date_range("2024-05-07 08:00", periods=22, freq="30min", tz="Europe/Paris")
    >>> requirement = pd.DataFrame({"queue": "sales", "start": start, "minutes": 30, "rostered": 1})
    >>> found = why(requirement, Rules(lengths_h=(4,), latest_start="14:00"))
    >>> print(found["because"][0])
    Tuesday 2024-05-07 18:00 to 19:00 sales is short by 1 of 1; because of latest_start (14:00)
    >>> print(found["way_out"][0])
    let shifts begin until 15:00 (mends all of it)
    """
    rules, seed = Rules.expect(rules, "rules"), arguments.seed(seed)
    if not time_limit_s > 0:
        raise Refused("time_limit_s", f"found {time_limit_s:g}", "give some seconds, more than 0")
    demand = check(requirement, DEMAND)[DEMAND.names()]
    work = Work(seed, time_limit_s, progress)
    if people is None:
        found = short_plans(demand, rules, schedule, work, windows)
    else:
        past = None if previous is None else check(previous, SHIFTS, "previous")
        found = short_rosters(demand, rules, people, past, schedule, work, windows)
    rows = [row for number, trouble in enumerate(found, 1) for row in trouble.rows(number, ways)]
    return check(pd.DataFrame(rows), CONFLICTS) if rows else no_rows(CONFLICTS)
