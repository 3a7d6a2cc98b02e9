"""What every peer is given: one queue's days before an origin, as days × slots, and the days to come."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Past:
    """One queue's history before an origin: no day and no holiday is hidden from any peer."""

    days: pd.DatetimeIndex
    """All calendar days from the first to the last before the origin."""
    counts: np.ndarray
    """Calls, days × slots, NaN where there is no row."""
    ahead: pd.DatetimeIndex
    holidays: dict[date, str]
    """The country's public holidays, past and to come."""

    def recent(self, days: int) -> "Past":
        """Return the past as if it had begun so many days before the origin."""
        return replace(self, days=self.days[-days:], counts=self.counts[-days:])

    def weekday_means(self, k: int = 8) -> np.ndarray:
        """Return for each weekday × slot the mean of the last `k` such weekdays with a row; else 0."""
        means = np.zeros((7, self.counts.shape[1]))
        there = np.isfinite(self.counts).any(axis=1)
        for weekday in range(7):
            rows = self.counts[there & (self.days.day_of_week == weekday)][-k:]
            known = np.isfinite(rows)
            means[weekday] = np.where(known, rows, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        return means

    def open_weekdays(self) -> np.ndarray:
        """Return the weekdays on which calls come: more than a hundredth of the busiest day's."""
        totals = self.weekday_means().sum(axis=1)
        return np.flatnonzero(totals > 0.01 * totals.max())

    def day_totals(self) -> tuple[pd.DatetimeIndex, np.ndarray]:
        """Return the days with a row, on weekdays on which calls come, and their calls."""
        due = np.isin(self.days.day_of_week, self.open_weekdays()) & np.isfinite(self.counts).any(axis=1)
        return self.days[due], np.nansum(self.counts[due], axis=1)

    def spread(self, totals: np.ndarray) -> np.ndarray:
        """Return totals of the open days to come as days × slots: by the last eight such weekdays' shape."""
        means = self.weekday_means()
        shape = means / np.maximum(means.sum(axis=1, keepdims=True), 1e-9)
        result = np.zeros((len(self.ahead), self.counts.shape[1]))
        due = self.open_ahead()
        result[due] = np.maximum(totals, 0)[:, None] * shape[self.ahead.day_of_week[due]]
        return result

    def open_ahead(self) -> np.ndarray:
        """Tell which days to come lie on weekdays on which calls come."""
        return np.isin(self.ahead.day_of_week, self.open_weekdays())

    def filled(self) -> np.ndarray:
        """Return the open weekdays' counts, what is missing taken from the week before, or after."""
        frame = pd.DataFrame(self.counts, self.days)[np.isin(self.days.day_of_week, self.open_weekdays())]
        weeks = frame.groupby(frame.index.day_of_week)
        return weeks.ffill().fillna(weeks.bfill()).fillna(0).sort_index().to_numpy()
