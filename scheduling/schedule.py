"""A requirement in, a schedule out: how many work which shift, or, where people are given, who."""

import warnings

import pandas as pd

from callplan import arguments
from callplan.errors import Refused, Remark
from callplan.tables import SHIFTS, check
from scheduling.people import DEMAND
from scheduling.results import Schedule
from scheduling.roster.roster import Progress, make_roster
from scheduling.rules import Rules
from scheduling.shift_plan import plan_shifts

# Seconds that a search may take where nobody says: for each queue of a plan, for a roster, and for each
# person of a roster. Guards alone: on an ordinary laptop neither needs them.
PLAN_S, ROSTER_S, PERSON_S = 60.0, 60.0, 0.3


def schedule(
    requirement: pd.DataFrame,
    rules: Rules,
    people: pd.DataFrame | None = None,
    *,
    previous: pd.DataFrame | None = None,
    service: pd.DataFrame | None = None,
    seed: int = 0,
    time_limit_s: float | None = None,
    progress: Progress | None = None,
) -> Schedule:
    """Cover every queue's `rostered` heads at least cost: hours paid, hours short, and what people mind.

    Without `people` the result is a shift plan, how many work which shift (`plan_shifts`, which reads
    `service` where the rules cover days). With a table `PEOPLE` it is a roster: everyone's shifts, what
    they do in them, what is covered, and what is asked of each (`duties`). `previous` is a table `SHIFTS`
    of the weeks before, so that rules hold across the border.

    A roster's search takes a number of steps set by its size, so that the same seed gives the same
    roster; `time_limit_s` is a guard (left out: a minute, and for a roster 0.3 s a person more), and
    what it cuts short says `stopped_by` clock and breaks no hard rule either. Every roster is judged by
    `verify` before it is returned.

    Raises `Refused` for tables or rules that do not fit together, `Infeasible` where hard rules cannot be
    kept.

    >>> start = pd.date_range("2024-05-06 08:00", periods=20, freq="30min", tz="Europe/Paris")
    >>> requirement = pd.DataFrame({"queue": "sales", "start": start, "minutes": 30, "rostered": 1})
    >>> people = pd.DataFrame({"person": ["Ann", "Bo"], "contract": "FT", "skills": "sales"})
    >>> rules = Rules(contracts={"FT": {"lengths_h": [5]}})
    >>> roster = schedule(requirement, rules, people)
    >>> roster.shifts[["person", "start", "paid_h"]]
      person                     start  paid_h
    0    Ann 2024-05-06 08:00:00+02:00     5.0
    1     Bo 2024-05-06 13:00:00+02:00     5.0
    >>> roster.outcome[0].status, roster.outcome[0].cost
    ('optimal', 10.0)
    """
    rules, seed = Rules.expect(rules, "rules"), arguments.seed(seed)
    if time_limit_s is not None and not (isinstance(time_limit_s, int | float) and time_limit_s > 0):
        raise Refused("time_limit_s", f"found {time_limit_s!r}", "give some seconds, more than 0")
    if people is not None and not isinstance(people, pd.DataFrame):
        raise Refused("people", f"found a {type(people).__name__}", "give a table of people")
    if people is None:
        if previous is not None:
            raise Refused("previous", "shifts of the weeks before, without people", "give people too")
        limit_s = time_limit_s or PLAN_S
        return plan_shifts(requirement, rules, service=service, seed=seed, time_limit_s=limit_s)
    if rules.cover == "day":
        warnings.warn('cover = "day" is of shift plans; a roster covers every interval', Remark, stacklevel=2)
    demand = check(requirement, DEMAND)[DEMAND.names()]
    return make_roster(
        demand,
        rules,
        people,
        previous=None if previous is None else check(previous, SHIFTS, "previous"),
        seed=seed,
        time_limit_s=time_limit_s or ROSTER_S + PERSON_S * len(people),
        progress=progress,
    )
