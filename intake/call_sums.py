"""Sums that grow batch by batch and stay as small as their keys."""

from collections.abc import Sequence

import pandas as pd

# So many rows may wait before they are summed: some ten megabytes.
_PENDING = 200_000


class Sums:
    """The sums of the columns of many frames by a key, held in the memory that the sums need."""

    def __init__(self, key: Sequence[str]) -> None:
        self._key = list(key)
        self._parts: list[pd.DataFrame] = []
        self._pending = 0

    def add(self, frame: pd.DataFrame) -> None:
        """Add a frame: the key, and columns of numbers."""
        self._parts.append(self._summed(frame))
        self._pending += len(self._parts[-1])
        # As much again as is summed already, so that each row is summed a few times only.
        if self._pending > max(_PENDING, len(self._parts[0])):
            self.total()

    def total(self) -> pd.DataFrame:
        """Return the sums so far, sorted by the key; without any frame there is no column."""
        if not self._parts:
            return pd.DataFrame()
        if len(self._parts) > 1:
            self._parts = [self._summed(pd.concat(self._parts, ignore_index=True))]
        self._pending = 0
        return self._parts[0]

    def _summed(self, frame: pd.DataFrame) -> pd.DataFrame:
        # An empty key is a key: a wait that nobody wrote down.
        return frame.groupby(self._key, dropna=False, as_index=False, observed=True).sum()
