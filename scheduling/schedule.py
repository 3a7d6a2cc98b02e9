"""From a requirement to a schedule: the shifts of every queue, and what they cover."""

import dataclasses
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from callplan.errors import Infeasible, Remark
from callplan.intervals import minute_of_day, one_grid
from callplan.tables import COVERAGE, REQUIREMENT, SHIFT_PLAN, check
from scheduling.cover import Begun, cover
from scheduling.rules import Rules, Shape
from scheduling.solver import Solution

# A plan is good enough once it is proven to cost at most this share more than the cheapest.
GAP = 0.005

# All that a schedule needs to know of a requirement.
_NEEDED = dataclasses.replace(
    REQUIREMENT,
    columns=tuple(c for c in REQUIREMENT.columns if c.name in ("queue", "start", "minutes", "rostered")),
)


@dataclass(frozen=True)
class Outcome:
    """How a queue's shifts were found: `optimal` to the gap of 0.5%, or `feasible` when the clock ran out."""

    queue: str
    status: str
    cost: float
    bound: float
    gap: float
    solver: str
    stopped_by: str

    def __str__(self) -> str:
        return (
            f"{self.queue}: {self.status}, cost {self.cost:,.1f}, no plan costs less than {self.bound:,.1f} "
            f"(gap {self.gap:.2%}, {self.solver}, stopped by {self.stopped_by})"
        )


@dataclass(frozen=True)
class Schedule:
    """Shifts (table `SHIFT_PLAN`), what they cover (table `COVERAGE`), and an outcome for each queue."""

    shift_plan: pd.DataFrame
    coverage: pd.DataFrame
    outcome: tuple[Outcome, ...]


def schedule(requirement: pd.DataFrame, rules: Rules, *, seed: int = 0, time_limit_s: float = 60) -> Schedule:
    """Return the shifts that cover a requirement's `rostered` heads at the least cost.

    Each queue has shifts of its own, which begin and end inside its open spans; where a queue never
    closes they run over midnight. Hours are hours that pass, also on days when the clock changes.
    `time_limit_s` guards the search of each queue; within it, the same input gives the same plan.

    Raises `Infeasible` where no kind of shift fits into any open span of a queue.

    >>> start = pd.date_range("2024-05-06 09:00", periods=8, freq="30min", tz="Europe/Paris")
    >>> need = pd.DataFrame({"queue": "sales", "start": start, "minutes": 30, "rostered": 3})
    >>> found = schedule(need, Rules(lengths_h=(4.0,)))
    >>> found.shift_plan[["shift", "heads", "paid_h"]].to_dict("records")
    [{'shift': '4 h', 'heads': 3, 'paid_h': 4.0}]
    >>> found.outcome[0].status, found.outcome[0].cost
    ('optimal', 12.0)
    """
    needed = check(requirement, _NEEDED, "requirement")
    parts = [
        _schedule_queue(str(queue), rows.reset_index(drop=True), rules, seed, time_limit_s)
        for queue, rows in needed.groupby("queue")
    ]
    shift_plan = pd.concat([part[0] for part in parts], ignore_index=True)
    coverage = pd.concat([part[1] for part in parts], ignore_index=True)
    return Schedule(
        check(shift_plan, SHIFT_PLAN) if len(shift_plan) else shift_plan,
        check(coverage, COVERAGE),
        tuple(part[2] for part in parts),
    )


def _schedule_queue(
    queue: str, rows: pd.DataFrame, rules: Rules, seed: int, time_limit_s: float
) -> tuple[pd.DataFrame, pd.DataFrame, Outcome]:
    """Cover one queue, open span by open span: what no shift can join is solved apart."""
    minutes = one_grid(rows)
    shapes = rules.shapes(minutes)
    spans = _open_spans(rows["start"], minutes)
    fitting = [span for span in spans if len(span) >= shapes[0].slots]
    heads_needed = rows["rostered"].to_numpy()
    _refuse_if_nothing_fits(queue, heads_needed, spans, fitting, shapes, minutes)
    may_begin = (minute_of_day(rows["start"]) % rules.start_every_min == 0).to_numpy()
    staffed = np.zeros(len(rows), dtype=int)
    shifts, solutions = [], []
    for span in fitting:
        begun, solution = cover(
            heads_needed[span],
            list(np.flatnonzero(may_begin[span])),
            shapes,
            minutes,
            rules,
            gap=GAP,
            time_limit_s=time_limit_s / len(fitting),
            seed=seed,
        )
        solutions.append(solution)
        for shift in begun:
            working = [slot for slot in range(shift.shape.slots) if shift.shape.works(slot)]
            staffed[span[0] + shift.first + np.array(working)] += shift.heads
            shifts.append(_shift_row(queue, rows["start"].iloc[span[0] + shift.first], shift, minutes))
    coverage = rows[["queue", "start", "minutes"]].assign(
        needed=heads_needed,
        staffed=staffed,
        over=np.maximum(staffed - heads_needed, 0),
        under=np.maximum(heads_needed - staffed, 0),
    )
    unreached = sum(heads_needed[span].sum() for span in spans if len(span) < shapes[0].slots)
    unreached_cost = float(unreached) * minutes / 60 * rules.under_cost_per_h
    return (
        pd.DataFrame(shifts, columns=SHIFT_PLAN.names()),
        coverage,
        _outcome(queue, solutions, unreached_cost),
    )


def _open_spans(starts: pd.Series, minutes: int) -> list[np.ndarray]:
    """Return the row numbers of each run of intervals without a gap between them."""
    breaks = np.flatnonzero(starts.diff().iloc[1:] != pd.Timedelta(minutes=minutes)) + 1
    return np.split(np.arange(len(starts)), breaks)


def _refuse_if_nothing_fits(
    queue: str,
    needed: np.ndarray,
    spans: list[np.ndarray],
    fitting: list[np.ndarray],
    shapes: list[Shape],
    minutes: int,
) -> None:
    longest, shortest = max(map(len, spans)) * minutes / 60, shapes[0].slots * minutes / 60
    if needed.any() and not fitting:
        raise Infeasible(
            f"queue {queue}: open for {longest:g} h at a stretch, and the shortest shift is {shortest:g} h; "
            "add a shorter one to lengths_h"
        )
    out_of_reach = sum(needed[span].sum() for span in spans) - sum(needed[span].sum() for span in fitting)
    if out_of_reach:
        warnings.warn(
            f"queue {queue}: {out_of_reach * minutes / 60:,.1f} rostered hours lie in open spans shorter than "
            f"the shortest shift, {shortest:g} h, and stay uncovered",
            Remark,
            stacklevel=4,
        )


def _shift_row(queue: str, start: pd.Timestamp, shift: Begun, minutes: int) -> dict[str, object]:
    """Return one row of the shift plan."""
    step, shape = pd.Timedelta(minutes=minutes), shift.shape
    meal_start = start + shape.meal_after * step if shape.meal_slots else pd.NaT
    return {
        "queue": queue,
        "start": start,
        "shift": shape.name(minutes),
        "end": start + shape.slots * step,
        "heads": shift.heads,
        "paid_h": shape.paid_slots() * minutes / 60,
        "meal_start": meal_start,
        "meal_end": meal_start + shape.meal_slots * step,
    }


def _outcome(queue: str, solutions: list[Solution], unreached_cost: float) -> Outcome:
    """Add the spans up: costs and bounds are sums, and the plan is proven only if every span is."""
    cost = sum(solution.cost for solution in solutions) + unreached_cost
    bound = min(sum(solution.bound for solution in solutions) + unreached_cost, cost)
    proven = all(solution.proven for solution in solutions)
    return Outcome(
        queue=queue,
        status="optimal" if proven else "feasible",
        cost=cost,
        bound=bound,
        gap=(cost - bound) / cost if cost > 0 else 0.0,
        solver=solutions[0].solver if solutions else "none needed",
        stopped_by="gap" if proven else "clock",
    )
