"""Which costs a roster can have at all: people work whole shifts, and are short by whole heads."""

from math import ceil, inf

import numpy as np

from scheduling.roster.problem import Problem

# Of sums of money, and of hours: less is no difference.
SAME = 1e-6


def next_attainable(p: Problem, minutes: int, cost: float) -> float:
    """Return the least cost of any roster that is not below `cost`, or `cost` itself where none is known.

    Where every paid hour costs the same and is worked, in queues of one price, hours too many are those paid
    less those needed, plus those short. So the cost follows from the hours paid, which come in steps of
    what all shifts have in common, and the hours short, which come in slots.
    """
    queue, shift, hours = p.demand.queue, p.shift, minutes / 60
    # Contracts whose hours are all outside the opening hours leave no shift at all.
    if not len(shift):
        return cost
    worked = (shift["last"] - shift["first"] - _break_slots(shift)) * hours
    per_h = shift["cost"] / shift["paid_h"]
    alike = np.ptp(per_h) < SAME and np.ptp(queue["under"]) < SAME and np.ptp(queue["over"]) < SAME
    whole = (p.demand.need % 1 == 0).all() and not queue["square"].any()
    if not (alike and whole and np.allclose(worked, shift["paid_h"])):
        return cost
    needed = p.demand.need.sum() * hours
    step = np.gcd.reduce(np.round(shift["paid_h"] * 60).astype(int)) / 60
    under, over, paid = queue["under"][0] / hours, queue["over"][0] / hours, per_h[0]
    if paid + over <= 0 or cost <= 0:
        return cost
    best, short = inf, 0.0
    while (paid * max(0.0, needed - short) + under * short) < best and short <= needed:
        least = max(needed - short, (cost + over * needed - (under + over) * short) / (paid + over), 0.0)
        hours_paid = ceil(least / step - SAME) * step
        best = min(best, (paid + over) * hours_paid - over * needed + (under + over) * short)
        short += hours
    return float(max(cost, best))


def _break_slots(shift: np.ndarray) -> np.ndarray:
    """Return the slots of each shift's breaks together."""
    places = np.arange(shift["length"].shape[1]) < shift["breaks"][:, None]
    return (shift["length"] * places).sum(axis=1)
