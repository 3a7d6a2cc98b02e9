"""One trouble and its ways out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

# Hours, or heads: less is nothing.
NOTHING = 1e-6
NONE = "none of the ways that were tried mends it"


@dataclass(frozen=True)
class Way:
    """One way out, and what it mends and costs."""

    text: str
    mends_h: float  # hours of one agent missing fewer
    cost: float

    @property
    def rate(self) -> float:
        """Cost of one hour mended; what mends none comes last."""
        return self.cost / self.mends_h if self.mends_h > 0 else float("inf")


@dataclass(frozen=True)
class Trouble:
    """What is wrong from when to when, why, and what would mend it."""

    queue: str
    person: str | None
    start: pd.Timestamp
    end: pd.Timestamp
    short: float | None  # heads; None where people are in conflict with themselves
    because: str
    ways: tuple[Way, ...]

    def rows(self, number: int, at_most: int) -> Iterator[dict[str, Any]]:
        """Give the rows of the table `conflicts` of this trouble, the cheapest way for each hour first."""
        ranked = sorted(self.ways, key=lambda way: (way.rate, way.cost, -way.mends_h))
        for rank, way in enumerate(ranked[:at_most] or [Way(NONE, 0.0, 0.0)], start=1):
            yield {
                "trouble": number,
                "queue": self.queue,
                "person": self.person,
                "start": self.start,
                "rank": rank,
                "end": self.end,
                "short": self.short,
                "because": self.because,
                "way_out": way.text,
                "mends_h": round(way.mends_h, 6),
                "cost": round(way.cost, 6),
            }
