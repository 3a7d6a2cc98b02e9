"""Closing the gap week by week: what heads, overtime and overflow make of a need, and at what cost.

All is in FTE: heads under a contract count by their share of full work, their hours of a full-time week,
and by what leave and absence spare. The need of a week is what is required, less the gap that is allowed.
"""

from dataclasses import dataclass, field

import numpy as np

from scheduling.hiring.crew import Crew
from scheduling.hiring.heads import Heads, Intake
from scheduling.hiring.week import Cut


@dataclass(frozen=True, eq=False)
class Prices:
    """What an FTE costs in a week, from elsewhere than people's own pay; the arrays are by contract."""

    overtime: np.ndarray
    overflow: float | None  # None: none can be bought
    short: float  # what one FTE missing costs, for comparison: nobody pays it


@dataclass(frozen=True, eq=False)
class Gap:
    """The weeks to cover."""

    need: np.ndarray  # FTE required, less the gap allowed, never below 0
    each: np.ndarray = field(repr=False)  # FTE that one productive head gives: contracts x weeks
    overtime_most: float  # as a share of the FTE available
    prices: Prices

    def covered(self, intake: Intake, heads: Heads) -> "Covered":
        """Return what heads make of the weeks: the cheapest overtime first, then overflow, if it pays."""
        available = self.each * heads.productive
        missing = np.maximum(self.need - available.sum(axis=0), 0.0)
        outside = np.inf if self.prices.overflow is None else self.prices.overflow
        overtime = np.zeros_like(available)
        for row in np.argsort(self.prices.overtime, kind="stable"):
            if self.prices.overtime[row] < min(outside, self._dearest):
                left = missing - overtime.sum(axis=0)
                overtime[row] = np.clip(left, 0.0, self.overtime_most * available[row])
        left = np.maximum(missing - overtime.sum(axis=0), 0.0)
        buys = self.prices.overflow is not None
        return Covered(
            available.sum(axis=0),
            overtime.sum(axis=0),
            left if buys else np.zeros_like(left),
            np.zeros_like(left) if buys else left,
            intake.cost(heads).sum(axis=0),
            self.prices.overtime @ overtime,
            left * (self.prices.overflow or 0.0),
        )

    def cuts(self, week: int) -> list[Cut]:
        """Return what a week costs beyond its people at least; the largest is what it does cost.

        The week is a linear program of one row, so its dual has one price λ of an FTE, and is concave
        and straight between the prices of overtime: the largest is at one of those, at 0 or at the most.
        """
        most = self._dearest if self.prices.overflow is None else self.prices.overflow
        prices = {0.0, most, *(float(price) for price in self.prices.overtime if price < most)}
        each = self.each[:, week]
        return [
            Cut(
                np.array([[price]]),
                each * (price + self.overtime_most * np.maximum(price - self.prices.overtime, 0.0)),
            )
            for price in sorted(prices)
        ]

    @property
    def _dearest(self) -> float:
        """Where nothing can be bought outside, the gap is kept whatever hires and overtime cost."""
        return _KEPT_AT_ANY * max(self.prices.short, *self.prices.overtime)


_KEPT_AT_ANY = 100.0


@dataclass(frozen=True, eq=False)
class Covered:
    """What the weeks come to: FTE, and money, by week."""

    available: np.ndarray
    overtime: np.ndarray
    overflow: np.ndarray
    short: np.ndarray  # beyond the gap allowed
    people_cost: np.ndarray
    overtime_cost: np.ndarray
    overflow_cost: np.ndarray

    @property
    def paid(self) -> float:
        """All that is paid."""
        return float((self.people_cost + self.overtime_cost + self.overflow_cost).sum())


def one_slot(name: str, week_h: float, cost_per_h: float) -> Crew:
    """Return a contract whose week is one shift of all its hours."""
    one = np.ones(1)
    return Crew(
        name,
        (0,),
        one[:, None],
        np.zeros(1, dtype=int),
        week_h * one,
        0 * one,
        1,
        least_h=week_h,
        most_h=week_h,
        cost_per_h=cost_per_h,
    )
