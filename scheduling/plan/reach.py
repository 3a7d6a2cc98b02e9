"""What no shift reaches, and which hard rules cannot be kept together."""

import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from callplan.errors import Infeasible, Remark
from scheduling.plan.axis import Axis, Demand
from scheduling.plan.model import Model, build
from scheduling.plan.reading import staffed
from scheduling.plan.search import Found, search
from scheduling.plan.teams import Crew
from scheduling.rules import Rules


def check_reach(model: Model, stacklevel: int) -> None:
    """Raise `Infeasible` where no shift fits at all, or none reaches a hard floor; remark on other demand."""
    for number, demand in enumerate(model.demands):
        reached = _reached(model, number)
        if not reached.any():
            raise Infeasible(_nothing_fits(model, number))
        unreached = demand.is_open & ~reached
        floor = demand.rules.heads_at_least or 0
        if floor and unreached.any():
            raise Infeasible(
                f"{_where(model.axis, demand, unreached)}: heads_at_least is {floor}, and no shift can be "
                "at work there; allow shorter shifts, or earlier or later starts, or lower heads_at_least"
            )
        missed = np.where(unreached, demand.need, 0)
        if missed.any():
            warnings.warn(
                f"{_where(model.axis, demand, missed > 0)}: {demand.queue} has "
                f"{missed.sum() * model.axis.step_min / 60:g} agent-hours where no shift can be at work; "
                "they stay uncovered unless shifts may be shorter or begin more often",
                Remark,
                stacklevel=stacklevel + 1,
            )


def _reached(model: Model, queue: int) -> np.ndarray:
    """Return the slots of a queue in which some shift can be at work."""
    reached, step = np.zeros(len(model.axis), bool), model.axis.step_min
    for shift in model.shifts:
        if queue not in model.crews[shift.crew].queues:
            continue
        at_work = np.ones(shift.shape.length_min // step, bool)
        for pause in shift.shape.breaks:
            # A break that can hardly move is always there.
            at_work[pause.latest_min // step : (pause.earliest_min + pause.length_min) // step] = False
        reached[(shift.slot + np.flatnonzero(at_work)) % len(model.axis)] = True
    return reached & model.demands[queue].is_open


def _nothing_fits(model: Model, queue: int) -> str:
    demand, axis = model.demands[queue], model.axis
    crews = [crew for crew in model.crews if queue in crew.queues]
    longest = max(int(crew.openings(axis).max()) for crew in crews) * axis.step_min / 60
    shortest = min(model.rules.lengths_min()) / 60
    if longest < shortest:
        return (
            f"{_where(axis, demand, demand.is_open)}: its longest opening lasts {longest:g} h, and the "
            f"shortest shift {shortest:g} h; add a shorter one to lengths_h"
        )
    return (
        f"{_where(axis, demand, demand.is_open)}: no shift fits its opening hours; allow other starts "
        "(earliest_start, latest_start, start_every_min, overnight) or shorter shifts"
    )


def _where(axis: Axis, demand: Demand, slots: np.ndarray) -> str:
    return f"{demand.queue}, {axis.starts[slots].iloc[0]:%Y-%m-%d %H:%M}"


def conflict(model: Model, *, seed: int, time_limit_s: float) -> str:
    """Say which hard floor cannot be kept, and which rules are in its way.

    Floors are the only hard rule that asks for heads: each of the others is left out in turn, to see
    whether it is the one.
    """
    rules, unlimited = model.rules, [replace(crew, heads_at_most=None) for crew in model.crews]
    others = {"heads_at_most of the shared teams": (rules, unlimited)}
    if rules.starts_at_most is not None:
        name = f"starts_at_most = {rules.starts_at_most}"
        others[name] = (rules.replace(starts_at_most=None), list(model.crews))
    short = _short(model, rules, model.crews, seed, time_limit_s)
    if short is None:
        return f"{model.demands[0].queue}: the hard rules cannot be kept together"
    queue, slots, missing = short
    to_blame = [name for name, other in others.items() if not _short(model, *other, seed, time_limit_s)]
    demand = model.demands[queue]
    return (
        f"{_where(model.axis, demand, slots)}: heads_at_least is {demand.rules.heads_at_least}, and "
        f"{missing:g} of them cannot be there under {' or '.join(to_blame or others)}; "
        "raise that, or lower heads_at_least"
    )


def _short(
    model: Model, rules: Rules, crews: Sequence[Crew], seed: int, time_limit_s: float
) -> tuple[int, np.ndarray, float] | None:
    """Return a queue, slots and the most heads by which floors are missed at best; None if they are not."""
    demands = [
        replace(
            demand,
            need=np.where(demand.is_open, demand.rules.heads_at_least or 0, 0),
            rules=demand.rules.replace(heads_at_least=0, under_cost_per_h=1000 * rules.under_cost_per_h),
        )
        for demand in model.demands
    ]
    eased = build(model.axis, demands, crews, rules, {})
    found = search(
        eased.program,
        60 / model.axis.step_min,
        cyclic=model.axis.cyclic,
        seed=seed,
        time_limit_s=time_limit_s,
    )
    if not isinstance(found, Found):
        return None
    for number, (demand, heads) in enumerate(zip(demands, staffed(eased, found.values), strict=True)):
        missing = np.maximum(demand.need - heads, 0)
        if missing.any():
            return number, missing > 0, float(missing.max())
    return None
