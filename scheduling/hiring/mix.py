"""How many people of which contract, hired when, cover the coming weeks at least cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from numbers import Real

import numpy as np
import pandas as pd

from callplan import arguments
from callplan.errors import Refused, nearest
from callplan.intervals import first_instants, local_day, minute_of_day, one_grid
from callplan.schema import CAPACITY, HIRING, REQUIREMENT
from callplan.tables import check
from scheduling.clock import DAY_MIN
from scheduling.hiring.crew import WEEK_MIN, crew
from scheduling.hiring.heads import Intake
from scheduling.hiring.search import Found, search
from scheduling.hiring.terms import Hiring
from scheduling.hiring.week import Demand
from scheduling.results import Outcome
from scheduling.rules import Rules
from scheduling.solver import SAME

_COLUMNS = ("queue", "start", "minutes", "rostered")
_DEMAND = replace(
    REQUIREMENT, columns=tuple(column for column in REQUIREMENT.columns if column.name in _COLUMNS)
)


@dataclass(frozen=True, eq=False)
class HiringPlan:
    """Whom to hire when (table `hiring`), what that covers by week (`capacity`), how near to the cheapest."""

    hires: pd.DataFrame = field(repr=False)
    coverage: pd.DataFrame = field(repr=False)
    outcome: Outcome
    conventions: tuple[str, ...]  # what each contract's attrition means


def hiring_mix(
    requirement: pd.DataFrame,
    rules: Rules,
    hiring: Hiring,
    *,
    headcount: Mapping[str, float] | None = None,
    seed: int = 0,
    time_limit_s: float = 60.0,
) -> HiringPlan:
    """Choose hires by week and contract so that pay, hiring, leaving and shortfall together cost least.

    Of the requirement the columns queue, start, minutes and rostered are read, over as many weeks as
    it has; what is not there needs nobody. Shrinkage is inside `rostered`. `headcount` are the people
    there now, by contract, all in full work. A contract and its shifts stand in `rules.contracts`, its
    hiring terms in `hiring`; every head is paid the contract's full week, or `hours_per_week_min` where
    it has one and the hours worked beyond it, learners as well. Shortfall costs `under_cost_per_h`.

    Each week's curve is covered by the contracts' shifts, in fractions of heads: at most one a day and
    `days_per_week` a week. Meals and rests are spread evenly over their windows, the week comes round, and
    the hour that a clock change drops or doubles counts once. Queues served by the same contracts are
    one pool, their needs added up; rest between shifts, rows of days and prices of too many heads are
    left to the roster. Nothing is worth anything after the last week: give weeks enough.

    Raises `Refused` for input that does not fit together, `Infeasible` where no plan keeps the terms.

    Eight weeks of a desk that needs 6 people from 9:00 to 17:00 on weekdays, and 10 from the fifth week on;
    6 are there. Training takes two weeks, so the class begins in the third.

    >>> days = pd.bdate_range("2024-05-06", periods=40, tz="Europe/Paris")
    >>> start = pd.DatetimeIndex([day + pd.Timedelta(hours=hour) for day in days for hour in range(9, 17)])
    >>> requirement = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60,
    ...                             "rostered": np.repeat([6, 10], 160)})
    >>> rules = Rules(meal_min=0, contracts={"FT": {"lengths_h": (8,)}})
    >>> hiring = Hiring(contracts={"FT": {"monthly_attrition": 0, "training_weeks": 2, "cost_per_hire": 100}})
    >>> plan = hiring_mix(requirement, rules, hiring, headcount={"FT": 6})
    >>> plan.hires[["start", "hires", "heads", "in_training", "productive", "cost"]].iloc[1:5]
                          start  hires  heads  in_training  productive   cost
    1 2024-05-13 00:00:00+02:00      0    6.0          0.0         6.0  240.0
    2 2024-05-20 00:00:00+02:00      4   10.0          4.0         6.0  800.0
    3 2024-05-27 00:00:00+02:00      0   10.0          4.0         6.0  400.0
    4 2024-06-03 00:00:00+02:00      0   10.0          0.0        10.0  400.0
    >>> plan.outcome.status, plan.outcome.cost
    ('optimal', 3280.0)
    """
    rules, hiring = Rules.expect(rules, "rules"), Hiring.expect(hiring, "hiring")
    seed = arguments.seed(seed)
    if not time_limit_s > 0:
        raise Refused("time_limit_s", f"found {time_limit_s:g}", "give some seconds, more than 0")
    rows = check(requirement, _DEMAND)[list(_COLUMNS)]
    demand, intake = _problem(rows, rules, hiring, _counted(headcount or {}, hiring))
    found = search(demand, intake, seed=seed, time_limit_s=time_limit_s)
    mondays = _mondays(rows, intake.weeks)
    return HiringPlan(
        _hires(intake, found, mondays),
        _coverage(demand, intake, found, mondays),
        _outcome(", ".join(rows["queue"].unique()), found),
        tuple(f"{name}: {terms.convention}" for name, terms in hiring.contracts.items()),
    )


def _counted(headcount: Mapping[str, float], hiring: Hiring) -> list[float]:
    """Return the heads there now, in the order of the contracts."""
    for name, heads in headcount.items():
        if name not in hiring.contracts:
            raise Refused("headcount", f"no contract {name!r}", nearest(str(name), hiring.contracts))
        if not isinstance(heads, Real) or not 0 <= heads < np.inf:
            raise Refused(f"headcount, {name}", f"found {heads!r}", "give a number of people, 0 or more")
        most = hiring.contracts[name].heads_at_most
        if most is not None and heads > most:
            raise Refused(
                f"headcount, {name}",
                f"{heads:g} people are above heads_at_most, {most:g}",
                "raise that limit",
            )
    return [float(headcount.get(name, 0.0)) for name in hiring.contracts]


def _problem(
    rows: pd.DataFrame, rules: Rules, hiring: Hiring, headcount: list[float]
) -> tuple[Demand, Intake]:
    """Lay the requirement out by pool, week and slot of the week, and the crews beside it."""
    minutes, queues = one_grid(rows), list(rows["queue"].unique())
    serving = _serving(queues, hiring)
    prices = {queue: rules.queue(queue).under_cost_per_h for queue in queues}
    pools = sorted({(serving[queue], prices[queue]) for queue in queues})
    need, is_open = _by_slot(rows, [pools.index((serving[queue], prices[queue])) for queue in queues], rules)
    crews = []
    for name, terms in hiring.contracts.items():
        own = tuple(number for number, (names, _) in enumerate(pools) if name in names)
        crews.append(crew(name, terms, rules, np.logical_or.reduce(is_open[list(own)]), own))
    demand = Demand(need, np.array([price for _, price in pools]), minutes)
    return demand, Intake(tuple(hiring.contracts.values()), crews, headcount, need.shape[1])


def _serving(queues: list[str], hiring: Hiring) -> dict[str, tuple[str, ...]]:
    """Return the contracts whose people serve each queue."""
    for name, terms in hiring.contracts.items():
        for queue in terms.queues:
            if queue not in queues:
                where = f"hiring.contracts.{name}.queues"
                raise Refused(where, f"no queue {queue!r} in the requirement", nearest(queue, queues))
    serving = {
        queue: tuple(name for name, terms in hiring.contracts.items() if queue in (terms.queues or queues))
        for queue in queues
    }
    for queue, names in serving.items():
        if not names:
            raise Refused(
                f"queue {queue}", "no contract serves it", "add it to a contract's queues in [hiring]"
            )
    return serving


def _by_slot(rows: pd.DataFrame, pool_of: list[int], rules: Rules) -> tuple[np.ndarray, np.ndarray]:
    """Return heads needed by pool, week and slot, and which slots of the week are ever open, by pool."""
    minutes, days = one_grid(rows), local_day(rows["start"])
    week = ((days - _monday(days.min())).dt.days // 7).to_numpy()
    slot = ((days.dt.day_of_week * DAY_MIN + minute_of_day(rows["start"])) // minutes).to_numpy()
    need = np.zeros((max(pool_of) + 1, week.max() + 1, WEEK_MIN // minutes))
    is_open = np.zeros((need.shape[0], need.shape[2]), dtype=bool)
    for pool, (queue, own) in zip(pool_of, rows.groupby("queue", sort=False).indices.items(), strict=True):
        least = rules.queue(queue).heads_at_least or 0
        heads = np.zeros(need.shape[1:])
        # An hour that the clock shows twice counts once, at its higher need.
        np.maximum.at(heads, (week[own], slot[own]), rows["rostered"].to_numpy()[own].clip(least))
        need[pool] += heads
        is_open[pool, slot[own]] = True
    return need, is_open


def _monday(day: pd.Timestamp) -> pd.Timestamp:
    return day - pd.Timedelta(days=day.day_of_week)


def _mondays(rows: pd.DataFrame, weeks: int) -> pd.Series:
    """Return the first instant of each week."""
    first = _monday(local_day(rows["start"]).min())
    return first_instants(pd.Series(pd.date_range(first, periods=weeks, freq="7D")), rows["start"].dt.tz)


def _hires(intake: Intake, found: Found, mondays: pd.Series) -> pd.DataFrame:
    """Return the table of people, each contract's weeks one after the other."""
    heads = found.heads
    extra = np.array([week.extra for week in found.weeks]).T
    names = [crew.name for crew in intake.crews]
    table = pd.DataFrame(
        {
            "contract": np.repeat(names, intake.weeks),
            "start": pd.concat([mondays] * len(names), ignore_index=True),
            "hires": heads.hires.ravel(),
            "dismissed": heads.dismissed.ravel(),
            "heads": heads.employed.ravel(),
            "in_training": heads.in_training.ravel(),
            "productive": heads.productive.ravel(),
            "leavers": heads.leavers.ravel(),
            "cost": (intake.cost(heads) + extra).ravel(),
        }
    )
    return check(table, HIRING)


def _coverage(demand: Demand, intake: Intake, found: Found, mondays: pd.Series) -> pd.DataFrame:
    """Return the table of weeks: hours needed, to be had, short and beyond the need."""
    needed_h = demand.need.sum(axis=(0, 2)) * demand.minutes / 60
    full_h = np.array([crew.full_week_h(demand.minutes) for crew in intake.crews])
    productive_h = full_h @ found.heads.productive
    short_h = np.array([week.short_h for week in found.weeks])
    table = pd.DataFrame(
        {
            "start": mondays,
            "needed_h": needed_h,
            "productive_h": productive_h,
            "short_h": short_h,
            "over_h": np.maximum(productive_h - (needed_h - short_h), 0.0),
            "cost": intake.cost(found.heads).sum(axis=0) + [week.cost for week in found.weeks],
        }
    )
    return check(table, CAPACITY)


def _outcome(queues: str, found: Found) -> Outcome:
    bound = min(found.bound, found.cost)
    proven = found.cost - bound <= SAME * max(1.0, found.cost)
    return Outcome(
        queues,
        status="optimal" if proven else "feasible",
        cost=found.cost,
        bound=found.cost if proven else bound,
        gap=0.0 if proven else (found.cost - bound) / found.cost,
        stopped_by="optimal" if proven else "clock" if found.timed_out else "gap",
        solver=found.solver,
        seconds=found.seconds,
    )
