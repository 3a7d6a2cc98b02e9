"""People over the weeks: hired, learning, in full work, leaving, and what they cost.

A week in this order: on Monday people are dismissed and classes begin, then all work, then some leave.
Hires and dismissals are whole people, all other heads are means, for those who leave are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from scheduling.hiring.crew import Crew
from scheduling.hiring.terms import Terms


@dataclass(frozen=True, eq=False)
class Heads:
    """Heads of every crew in every week; arrays are crews x weeks."""

    hires: np.ndarray
    dismissed: np.ndarray
    employed: np.ndarray = field(repr=False)  # learners too
    in_training: np.ndarray = field(repr=False)
    productive: np.ndarray = field(repr=False)  # counted by their share of full work
    leavers: np.ndarray = field(repr=False)  # at the week's end; those dismissed not counted


@dataclass(frozen=True, eq=False)
class Intake:
    """What is decided on: terms and crews, side by side, and the heads who are there now."""

    terms: Sequence[Terms]
    crews: Sequence[Crew]
    headcount: Sequence[float]  # in full work
    weeks: int

    def follow(self, hires: np.ndarray, dismissed: np.ndarray) -> Heads:
        """Return what becomes of hires and dismissals, given by crew and week."""
        employed, in_training, productive = (np.zeros(hires.shape) for _ in range(3))
        for crew, (terms, now) in enumerate(zip(self.terms, self.headcount, strict=True)):
            stay = 1 - terms.weekly_attrition
            age = np.arange(self.weeks)
            trained = age >= terms.training_weeks
            work = np.ones(self.weeks)
            learned = [0.0] * terms.training_weeks + list(terms.ramp)
            work[: len(learned)] = learned[: self.weeks]
            for week in range(self.weeks):
                # Those of each class, the latest first, who are still there.
                classes = hires[crew, week::-1] * stay ** age[: week + 1]
                old = now * stay**week - dismissed[crew, week::-1] @ stay ** age[: week + 1]
                employed[crew, week] = classes.sum() + old
                in_training[crew, week] = classes[~trained[: week + 1]].sum()
                productive[crew, week] = classes @ work[: week + 1] + old
        attrition = np.array([[terms.weekly_attrition] for terms in self.terms])
        return Heads(hires, dismissed, employed, in_training, productive, employed * attrition)

    def cost(self, heads: Heads) -> np.ndarray:
        """Return what the people cost, by crew and week: pay of the full week, hiring, leaving."""
        rows = [
            week_pay(terms, crew) * heads.employed[row]
            + terms.cost_per_hire * heads.hires[row]
            + (terms.dismissal_cost or 0.0) * heads.dismissed[row]
            for row, (terms, crew) in enumerate(zip(self.terms, self.crews, strict=True))
        ]
        return np.array(rows)


def week_pay(terms: Terms, crew: Crew) -> float:
    """Return what a head costs in a week: its pay, and what it costs that some leave."""
    return crew.cost_per_h * crew.least_h + terms.leaving_cost * terms.weekly_attrition
