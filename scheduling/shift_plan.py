"""A requirement in, a shift plan out: how many work which shift, nobody named."""

import warnings
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from callplan import arguments
from callplan.errors import Infeasible, Refused, Remark
from callplan.intervals import minute_of_day, one_grid
from callplan.tables import COVERAGE, REQUIREMENT, SHIFT_PLAN, check
from scheduling.covering import GAP, Cover, Place, Span, cover, worked
from scheduling.rules import Rules, Shape
from scheduling.solver import SAME

# All that a plan needs to know; the queue's own mathematics stay where they were done.
_DEMAND = replace(
    REQUIREMENT,
    columns=tuple(
        column for column in REQUIREMENT.columns if column.name in ("queue", "start", "minutes", "rostered")
    ),
)


@dataclass(frozen=True)
class Outcome:
    """How good one queue's plan is, and why the solver stopped there."""

    queue: str
    status: Literal["optimal", "feasible"]  # proven to be the cheapest, or a plan without that proof
    cost: float  # paid hours and hours of shortfall, each at its price
    bound: float  # no plan under these rules costs less
    gap: float  # (cost - bound) / cost: the share that a better plan could save at most
    # optimal: proven; gap: near enough to the bound; clock: time was up; days: planned one day after
    # the other, nearly as cheap as the bound
    stopped_by: Literal["optimal", "gap", "clock", "days"]
    solver: str
    seconds: float = field(compare=False)

    def __str__(self) -> str:
        return (
            f"{self.queue}: {self.status}, cost {self.cost:,.1f}; no plan costs less than {self.bound:,.1f} "
            f"(gap {self.gap:.2%}, stopped by {self.stopped_by}, {self.solver}, {self.seconds:.1f} s)"
        )


@dataclass(frozen=True, eq=False)
class Schedule:
    """Shifts and the heads on them, what they cover, and one outcome for each queue."""

    shift_plan: pd.DataFrame = field(repr=False)
    coverage: pd.DataFrame = field(repr=False)
    outcome: tuple[Outcome, ...]


def schedule(
    requirement: pd.DataFrame, rules: Rules, *, seed: int = 0, time_limit_s: float = 60.0
) -> Schedule:
    """Cover every queue's `rostered` heads at least cost in paid hours and hours of shortfall.

    Of the requirement the columns queue, start, minutes and rostered are read. A queue is open where
    it has rows; shifts lie inside its unbroken spans of opening, across midnight where the span
    does, and hours are elapsed ones. `time_limit_s` guards each queue; unless it strikes, the same
    input gives the same plan.

    Demand that no shift reaches is counted as `under`, with a remark. Raises `Refused` for a
    requirement or rules that do not fit together, `Infeasible` where no shift fits a queue's opening.

    >>> start = pd.date_range("2024-05-06 08:00", periods=12, freq="30min", tz="Europe/Paris")
    >>> requirement = pd.DataFrame({"queue": "sales", "start": start, "minutes": 30,
    ...                             "rostered": [3, 3, 5, 5, 6, 6, 6, 6, 4, 4, 2, 2]})
    >>> plan = schedule(requirement, Rules(lengths_h=(4, 5)))
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
    demand = check(requirement, _DEMAND)[_DEMAND.names()]
    if not time_limit_s > 0:
        raise Refused("time_limit_s", f"found {time_limit_s:g}", "give some seconds, more than 0")
    plans = [_plan(rows, rules, seed, time_limit_s) for _, rows in demand.groupby("queue")]
    return Schedule(
        _shift_table([shift for plan in plans for shift in plan.shifts], demand["start"].dtype),
        check(pd.concat([plan.coverage for plan in plans]), COVERAGE),
        tuple(plan.outcome for plan in plans),
    )


@dataclass(frozen=True)
class _Plan:
    """One queue's part of a schedule; the shifts are rows of the shift plan."""

    shifts: list[dict[str, Any]]
    coverage: pd.DataFrame
    outcome: Outcome


def _plan(rows: pd.DataFrame, rules: Rules, seed: int, time_limit_s: float) -> _Plan:
    """Plan one queue, each unbroken span of its opening for itself: no shift joins two of them."""
    queue, minutes = rows["queue"].iloc[0], one_grid(rows)
    step = pd.Timedelta(minutes=minutes)
    pieces = [piece for _, piece in rows.groupby((rows["start"].diff() != step).cumsum())]
    spans = [_span(piece, rules, minutes) for piece in pieces]
    places = [span.places(rules.shapes(minutes)) for span in spans]
    _check_reach(queue, rules, spans, places)
    covers: list[Cover] = []
    for span, possible in zip(spans, places, strict=True):
        left_s = time_limit_s - sum(done.seconds for done in covers)
        share_s = left_s / (len(spans) - len(covers))
        covers.append(cover(span, possible, rules, seed=seed, time_limit_s=share_s))
    shifts = [
        _shift(queue, piece["start"].iloc[place[0]], place[1], heads)
        for piece, done in zip(pieces, covers, strict=True)
        for place, heads in done.heads.items()
    ]
    staffed = [
        heads for span, done in zip(spans, covers, strict=True) for heads in _staffed(span, done.heads)
    ]
    coverage = rows[["queue", "start", "minutes"]].assign(
        needed=rows["rostered"],
        staffed=staffed,
        over=lambda table: (table["staffed"] - table["needed"]).clip(lower=0),
        under=lambda table: (table["needed"] - table["staffed"]).clip(lower=0),
    )
    return _Plan(shifts, coverage, _outcome(queue, covers))


def _span(piece: pd.DataFrame, rules: Rules, minutes: int) -> Span:
    begins = minute_of_day(piece["start"]) % rules.start_every_min == 0
    # A queue that opens beside the steps has a shift from the first minute on all the same.
    begins.iloc[0] = True
    where = f"{piece['queue'].iloc[0]}, opening of {piece['start'].iloc[0]:%Y-%m-%d %H:%M}"
    return Span(where, minutes, piece["rostered"].tolist(), begins.tolist())


def _check_reach(queue: str, rules: Rules, spans: list[Span], places: list[list[Place]]) -> None:
    """Raise `Infeasible` where no shift fits at all; remark on demand that none of them reaches."""
    unreached, first = 0, ""
    for span, possible in zip(spans, places, strict=True):
        reached = {interval for place in possible for interval in worked(place, span.minutes)}
        missed = sum(need for interval, need in enumerate(span.need) if interval not in reached)
        unreached += missed
        first = first or (span.where if missed else "")
    if not unreached:
        return
    if not any(places):
        longest = max(spans, key=lambda span: len(span.need))
        raise Infeasible(
            f"{longest.where}: it lasts {len(longest.need) * longest.minutes / 60:g} h, no other of the "
            f"queue longer, and the shortest shift {min(rules.lengths_h):g} h; add a shorter one to lengths_h"
        )
    warnings.warn(
        f"{first}: {queue} has {unreached * spans[0].minutes / 60:g} agent-hours where no shift can be "
        "at work; they stay uncovered unless shifts may be shorter or begin more often",
        Remark,
        stacklevel=4,
    )


def _shift(queue: str, start: pd.Timestamp, shape: Shape, heads: int) -> dict[str, Any]:
    """Return a row of the shift plan. Minutes are added as elapsed time, whatever the clock does."""
    meal_start = start + pd.Timedelta(minutes=shape.meal_after_min) if shape.meal_min else pd.NaT
    return {
        "queue": queue,
        "start": start,
        "shift": shape.name,
        "end": start + pd.Timedelta(minutes=shape.length_min),
        "heads": heads,
        "paid_h": shape.paid_h,
        "meal_start": meal_start,
        "meal_end": meal_start + pd.Timedelta(minutes=shape.meal_min),
    }


def _staffed(span: Span, heads: dict[Place, int]) -> list[int]:
    staffed = [0] * len(span.need)
    for place, count in heads.items():
        for interval in worked(place, span.minutes):
            staffed[interval] += count
    return staffed


def _outcome(queue: str, covers: list[Cover]) -> Outcome:
    """Add the spans up: no plan of the queue costs less than their bounds together."""
    cost = sum(done.cost for done in covers)
    bound = min(cost, sum(done.bound for done in covers))
    stopped_by: Literal["optimal", "gap", "clock", "days"]
    if cost - bound <= SAME * max(1.0, cost):
        bound, stopped_by = cost, "optimal"
    elif any(done.timed_out for done in covers):
        stopped_by = "clock"
    else:
        stopped_by = "gap" if cost - bound <= GAP * cost else "days"
    return Outcome(
        queue,
        status="optimal" if stopped_by == "optimal" else "feasible",
        cost=cost,
        bound=bound,
        gap=(cost - bound) / cost if cost else 0.0,
        stopped_by=stopped_by,
        solver=covers[0].solver,
        seconds=sum(done.seconds for done in covers),
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
