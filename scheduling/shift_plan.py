"""A requirement in, a shift plan out: how many work which shift, nobody named."""

import warnings
from dataclasses import replace
from math import gcd
from typing import Any, Literal

import pandas as pd

from callplan import arguments
from callplan.errors import Infeasible, Refused, Remark
from callplan.intervals import one_grid
from callplan.tables import COVERAGE, REQUIREMENT, SERVICE, SHIFT_PLAN, check
from scheduling.plan.axis import Axis, Demand
from scheduling.plan.model import Model, build
from scheduling.plan.reach import check_reach, conflict
from scheduling.plan.reading import coverage, remark_on_service, shift_rows, staffed
from scheduling.plan.search import GAP, Found, search
from scheduling.plan.service import day_service
from scheduling.plan.teams import crews, groups
from scheduling.results import Outcome, Schedule
from scheduling.rules import Rules
from scheduling.shapes import step_min
from scheduling.solver import SAME


def _columns_of_requirement(*names: str) -> Any:
    return replace(
        REQUIREMENT, columns=tuple(column for column in REQUIREMENT.columns if column.name in names)
    )


# All that a plan needs to know; the queue's own mathematics stay where they were done.
_DEMAND = _columns_of_requirement("queue", "start", "minutes", "rostered")
_DAY_DEMAND = _columns_of_requirement("queue", "start", "minutes", "calls", "rostered", "service_goal")


def plan_shifts(
    requirement: pd.DataFrame,
    rules: Rules,
    *,
    service: pd.DataFrame | None = None,
    seed: int = 0,
    time_limit_s: float = 60.0,
) -> Schedule:
    """Cover every queue's `rostered` heads at least cost in paid hours and hours of shortfall.

    Of the requirement the columns queue, start, minutes and rostered are read. A queue is open where
    it has rows; shifts lie inside the unbroken opening of the queues that their team serves, across
    midnight where it does, and hours are elapsed ones. `time_limit_s` guards each queue; unless it
    strikes, the same input gives the same plan, and where it does the best plan found is returned.

    With `cover = "day"` in the rules, each day as a whole meets its service level. The requirement's
    columns calls and service_goal are read too, and `service`, a table `SERVICE`, says what any number
    of heads would give.

    Demand that no shift reaches is counted as `under`, with a remark. Raises `Refused` for a
    requirement or rules that do not fit together, `Infeasible` where no shift fits a queue's opening,
    or hard rules cannot be kept.

    >>> start = pd.date_range("2024-05-06 08:00", periods=12, freq="30min", tz="Europe/Paris")
    >>> requirement = pd.DataFrame({"queue": "sales", "start": start, "minutes": 30,
    ...                             "rostered": [3, 3, 5, 5, 6, 6, 6, 6, 4, 4, 2, 2]})
    >>> plan = plan_shifts(requirement, Rules(lengths_h=(4, 5)))
    >>> plan.shift_plan[["start", "shift", "heads", "paid_h"]]
                          start shift  heads  paid_h
    0 2024-05-06 08:00:00+02:00    4h      2     4.0
    1 2024-05-06 08:00:00+02:00    5h      1     5.0
    2 2024-05-06 09:00:00+02:00    4h      1     4.0
    3 2024-05-06 09:00:00+02:00    5h      1     5.0
    4 2024-05-06 10:00:00+02:00    4h      1     4.0
    >>> plan.outcome[0].status, plan.outcome[0].cost
    ('optimal', 26.0)
    """
    rules, seed = Rules.expect(rules, "rules"), arguments.seed(seed)
    if not time_limit_s > 0:
        raise Refused("time_limit_s", f"found {time_limit_s:g}", "give some seconds, more than 0")
    table = _DEMAND if rules.cover == "interval" else _DAY_DEMAND
    demand = check(requirement, table)
    demand = demand[[name for name in table.names() if name in demand]]
    if rules.cover == "day":
        if service is None:
            raise Refused("service", 'cover = "day" without a table of service', "give the table `service`")
        service = check(service, SERVICE)
    _remark_on_names(rules, set(demand["queue"]))
    plans = []
    for group in groups(demand["queue"].unique(), rules):
        model = _model(demand[demand["queue"].isin(group)], rules, service)
        plans.append(_plan(model, seed, time_limit_s * len(group)))
    return Schedule(
        _shift_table([row for rows, _, _ in plans for row in rows], demand["start"].dtype),
        check(pd.concat([covered for _, covered, _ in plans]), COVERAGE),
        tuple(outcome for _, _, outcome in plans),
    )


def _remark_on_names(rules: Rules, queues: set[str]) -> None:
    """Remark on queues that the rules name and the requirement does not: they may be misspelt."""
    named = {f"shifts.queues.{name}": {name} for name in rules.queues}
    named |= {f"shifts.teams.{name}": set(team.queues) for name, team in rules.teams.items()}
    for where, names in named.items():
        if not names & queues:
            warnings.warn(f"{where}: no such queue in the requirement", Remark, stacklevel=3)


def _model(rows: pd.DataFrame, rules: Rules, service: pd.DataFrame | None) -> Model:
    """Put the queues of one group on one grid, and into one program."""
    queues = [part for _, part in rows.groupby("queue")]
    axis = Axis.of(rows, gcd(*(step_min(rules, one_grid(part)) for part in queues)), rules.cyclic)
    demands = [Demand.of(part, axis, rules.queue(part["queue"].iloc[0])) for part in queues]
    services = {}
    if service is not None and rules.cover == "day":
        services = {
            number: day_service(demand, service, axis, rules) for number, demand in enumerate(demands)
        }
    return build(axis, demands, crews(demands, rules), rules, services)


def _plan(model: Model, seed: int, time_limit_s: float) -> tuple[list[dict[str, Any]], pd.DataFrame, Outcome]:
    """Search for the plan of one group of queues, and read it."""
    check_reach(model, stacklevel=3)
    options: dict[str, Any] = {
        "cyclic": model.axis.cyclic,
        "seed": seed,
        "time_limit_s": time_limit_s,
    }
    found = search(model.program, 60 / model.axis.step_min, **options)
    name = ", ".join(demand.queue for demand in model.demands)
    if not isinstance(found, Found):
        if found.proven:
            raise Infeasible(conflict(model, seed=seed, time_limit_s=time_limit_s))
        raise Infeasible(
            f"{name}: the solver found no plan in {time_limit_s:.3g} s; "
            "give it more time, or fewer lengths and starts of shifts"
        )
    heads = staffed(model, found.values)
    remark_on_service(model, heads, stacklevel=3)
    return shift_rows(model, found.values), coverage(model, heads), _outcome(name, found)


def _outcome(name: str, found: Found) -> Outcome:
    # Sums of many hours: what a computer's numbers leave behind the ninth place is no cost.
    cost = round(found.cost, 9)
    bound = min(cost, found.bound)
    if cost - bound <= SAME * max(1.0, cost):
        return Outcome(name, "optimal", cost, cost, 0.0, "optimal", found.solver, found.seconds)
    stopped_by: Literal["gap", "clock", "days"] = "gap"
    if cost - bound > GAP * cost and (found.timed_out or found.days_apart):
        stopped_by = "clock" if found.timed_out else "days"
    return Outcome(
        name,
        status="feasible",
        cost=cost,
        bound=bound,
        gap=(cost - bound) / cost,
        stopped_by=stopped_by,
        solver=found.solver,
        seconds=found.seconds,
    )


def _shift_table(shifts: list[dict[str, Any]], instant: Any) -> pd.DataFrame:
    """Make the shift plan; without demand it is empty, and its columns are of their types all the same."""
    types = {"instant": instant, "whole": "int64", "number": "float64"}
    table = pd.DataFrame(
        {
            column.name: pd.Series([shift[column.name] for shift in shifts], dtype=types.get(column.dtype))
            for column in SHIFT_PLAN.columns
        }
    )
    return check(table, SHIFT_PLAN) if shifts else table
