"""When queues are open, one of several at least."""

from bisect import bisect_right
from functools import cache

import pandas as pd

from scheduling.verify.facts import Span, minutes_since


class Openings:
    """When at least one of several queues is open, in minutes since 1970."""

    def __init__(self, requirement: pd.DataFrame) -> None:
        at = minutes_since(requirement["start"], "UTC")
        self._rows = sorted(
            zip(at, requirement["minutes"].tolist(), requirement["queue"].tolist(), strict=True)
        )
        self.spans = cache(self._spans)

    def _spans(self, queues: frozenset[str]) -> tuple[list[float], list[float]]:
        """Return the starts and the ends of the unbroken spans."""
        starts: list[float] = []
        ends: list[float] = []
        for at, minutes, queue in self._rows:
            if queue not in queues:
                continue
            if ends and at <= ends[-1]:
                ends[-1] = max(ends[-1], at + minutes)
            else:
                starts.append(at)
                ends.append(at + minutes)
        return starts, ends

    def hold(self, queues: frozenset[str], span: Span) -> bool:
        """Say whether a span lies inside one of them."""
        starts, ends = self.spans(queues)
        place = bisect_right(starts, span.at) - 1
        return place >= 0 and span.end_at <= ends[place]

    def begin(self, queues: frozenset[str], span: Span) -> bool:
        """Say whether a span begins with one of them."""
        return span.at in self.spans(queues)[0]
