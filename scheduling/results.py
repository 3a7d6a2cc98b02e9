"""What a schedule is, and how good it is proven to be."""

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from callplan.tables import ACTIVITIES, DUTIES, SHIFTS, Table


@dataclass(frozen=True)
class Outcome:
    """How good the plan of one queue is, or of several with a team in common, and why the search stopped."""

    queue: str  # several are parted by commas
    status: Literal["optimal", "feasible"]  # proven to be the cheapest, or a plan without that proof
    cost: float  # paid hours and hours of shortfall, each at its price
    bound: float  # no plan under these rules costs less
    gap: float  # (cost - bound) / cost: the share that a better plan could save at most
    # optimal: proven; gap: near enough to the bound; clock: time was up; days: planned one day after
    # the other, nearly as cheap as the bound; steps: a roster's search came to its end
    stopped_by: Literal["optimal", "gap", "clock", "days", "steps"]
    solver: str
    seconds: float = field(compare=False)

    def __str__(self) -> str:
        return (
            f"{self.queue}: {self.status}, cost {self.cost:,.1f}; no plan costs less than {self.bound:,.1f} "
            f"(gap {self.gap:.2%}, stopped by {self.stopped_by}, {self.solver}, {self.seconds:.1f} s)"
        )


@dataclass(frozen=True, eq=False)
class Schedule:
    """Shifts and the heads on them, what they cover, and one outcome for each group of queues.

    The last three tables are of named people, and without rows where nobody is named.
    """

    shift_plan: pd.DataFrame = field(repr=False)
    coverage: pd.DataFrame = field(repr=False)
    outcome: tuple[Outcome, ...]
    shifts: pd.DataFrame = field(repr=False, default_factory=lambda: no_rows(SHIFTS))
    activities: pd.DataFrame = field(repr=False, default_factory=lambda: no_rows(ACTIVITIES))
    duties: pd.DataFrame = field(repr=False, default_factory=lambda: no_rows(DUTIES))


def no_rows(table: Table) -> pd.DataFrame:
    """Return a table without rows, its columns of their types.

    >>> len(no_rows(SHIFTS)), no_rows(SHIFTS)["paid_h"].dtype
    (0, dtype('float64'))
    """
    types = {"text": "str", "instant": "datetime64[us, UTC]", "whole": "int64", "number": "float64"}
    return pd.DataFrame({column.name: pd.Series(dtype=types.get(column.dtype)) for column in table.columns})
