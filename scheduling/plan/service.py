"""Covering to the day's service level: what each head more in an interval is worth to its day."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

from callplan.errors import Refused
from scheduling.plan.axis import Axis, Demand
from scheduling.plan.program import Builder, Part
from scheduling.rules import Rules

# Heads beyond this service level are of no use.
FULL = 0.9995


@dataclass(frozen=True, eq=False)
class DayService:
    """What one queue's heads give its callers, by slot: from the floor on, each head more serves more calls.

    The service level of a day is its slots' own, weighted by calls. It grows ever more slowly with the
    heads; where it does not, its least concave majorant stands in for it, and `missed` looks what that hid.
    """

    base: np.ndarray  # heads of the floor
    most: np.ndarray  # heads beyond which nothing is gained
    calls: np.ndarray
    levels: dict[int, np.ndarray] = field(repr=False)  # by slot with calls: the level of 0, 1, 2 ... heads
    days: np.ndarray
    goal: float
    short_cost: float  # of one call too few answered in time

    def draw(self, builder: Builder) -> dict[int, list[int]]:
        """Draw the heads above the floor by what they gain, and the day's goal; return those by slot."""
        extra: dict[int, list[int]] = {}
        gained: dict[int, list[tuple[int, float]]] = {int(day): [] for day in np.unique(self.days)}
        owed = dict.fromkeys(gained, 0.0)
        for slot, level in self.levels.items():
            day, base = int(self.days[slot]), int(self.base[slot])
            owed[day] += self.calls[slot] * (self.goal - level[base])
            extra[slot] = []
            for heads, gain in concave_steps(level[base:]):
                column = builder.column(Part.SERVING, slot, upper=heads)
                extra[slot].append(column)
                gained[day].append((column, self.calls[slot] * gain))
        for day, terms in gained.items():
            if terms:
                last = int(np.flatnonzero(self.days == day)[-1])
                short = builder.column(Part.AMOUNT, last, cost=self.short_cost)
                builder.row([*terms, (short, 1.0)], last, least=owed[day])
        return extra

    def answered(self, staffed: np.ndarray) -> np.ndarray:
        """Return the share of each day's calls answered in time, by the levels themselves; or NaN."""
        served = np.zeros(len(self.calls))
        for slot, level in self.levels.items():
            served[slot] = self.calls[slot] * level[min(int(staffed[slot]), len(level) - 1)]
        totals = np.bincount(self.days, self.calls)
        with np.errstate(invalid="ignore"):
            return np.bincount(self.days, served, len(totals)) / np.where(totals > 0, totals, np.nan)


def concave_steps(level: np.ndarray) -> list[tuple[int, float]]:
    """Return the least concave function above some points 1 apart, as steps: how wide, and how steep.

    >>> concave_steps(np.array([0.5, 0.6, 0.8, 0.85]))
    [(2, 0.15), (1, 0.05)]
    """
    hull = [0]
    for point in range(1, len(level)):
        while len(hull) > 1 and _slope(level, hull[-2], hull[-1]) <= _slope(level, hull[-1], point):
            hull.pop()
        hull.append(point)
    steps = [(right - left, round(_slope(level, left, right), 12)) for left, right in pairwise(hull)]
    return [step for step in steps if step[1] > 0]


def _slope(level: np.ndarray, left: int, right: int) -> float:
    return float(level[right] - level[left]) / (right - left)


def day_service(demand: Demand, service: pd.DataFrame, axis: Axis, rules: Rules) -> DayService:
    """Put a queue's rows of the table `SERVICE` on the grid."""
    where = f"requirement, queue {demand.queue}"
    for column in ("calls", "service_goal"):
        if column not in demand.rows or demand.rows[column].isna().any():
            raise Refused(
                where, f"no {column}", 'cover = "day" needs calls and a goal of service: staff it again'
            )
    n = len(axis)
    base, most, calls = np.zeros(n, int), np.zeros(n, int), np.zeros(n)
    levels: dict[int, np.ndarray] = {}
    tables = dict(list(service[service["queue"] == demand.queue].groupby("start")))
    for start, slot, offered in zip(
        demand.rows["start"], demand.slots.tolist(), demand.rows["calls"], strict=True
    ):
        if offered <= 0:
            continue
        if start not in tables:
            raise Refused(
                f"service, {start:%Y-%m-%d %H:%M}", f"no row for {demand.queue}", "make the table anew"
            )
        level = _by_heads(tables[start])
        for part in range(slot, slot + demand.parts):
            levels[part], calls[part] = level, offered / demand.parts
            floor = max(int(np.searchsorted(level, rules.day_floor)), demand.rules.heads_at_least or 0)
            base[part] = min(floor, len(level) - 1)
            most[part] = len(level) - 1
    # A call too few answered in time costs as much as a head missing for an interval: the goal is met
    # wherever heads can meet it.
    price = (demand.rules.under_cost_per_h or 0.0) * demand.parts * axis.step_min / 60
    goal = float(demand.rows["service_goal"].iloc[0])
    return DayService(base, most, calls, levels, axis.days, goal, price)


def _by_heads(rows: pd.DataFrame) -> np.ndarray:
    """Return the level of 0, 1, 2 ... heads up to where it is full; it never falls with more of them."""
    rows = rows.sort_values("heads")
    heads, level = rows["heads"].to_numpy(), np.maximum.accumulate(rows["service_level"].to_numpy())
    full = int(np.searchsorted(level, FULL))
    last = int(heads[min(full, len(heads) - 1)])
    return np.interp(np.arange(last + 1), heads, level, left=0.0)
