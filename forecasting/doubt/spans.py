"""Quantiles of an outlook's calls, by interval, day, week or month."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from callplan.intervals import first_instants, local_day
from forecasting.accuracy.levels import local_period
from forecasting.outlook import Outlook


def span_bands(
    outlook: Outlook, spans: Sequence[str], quantiles: Sequence[float], first: pd.Timestamp
) -> Iterator[pd.DataFrame]:
    """Return span, start, quantile and calls of each span and quantile, from the day `first` on."""
    starts = outlook.horizon.starts
    asked = (local_day(starts) >= first).to_numpy()
    for span in spans:
        for share in quantiles:
            if span == "interval":
                begins, calls = starts[asked], outlook.quantile(share)[asked]
            else:
                begins, calls = _sums(outlook, span, share, asked)
            yield pd.DataFrame({"span": span, "start": begins, "quantile": share, "calls": calls})


def _sums(outlook: Outlook, span: str, share: float, asked: np.ndarray) -> tuple[pd.Series, np.ndarray]:
    """Return when each day, week or month with an open interval asked for begins, and its quantile."""
    starts, horizon = outlook.horizon.starts, outlook.horizon
    begins = local_period(starts[asked], span)
    codes, periods = pd.factorize(begins)
    day = horizon.day[asked]
    by_day = np.bincount(day, outlook.calls[asked], minlength=len(outlook.doubt.covariance))
    group = np.full(len(by_day), -1)
    group[day] = codes
    instants = first_instants(pd.Series(pd.DatetimeIndex(periods)), starts.dt.tz)
    return instants, outlook.doubt.of_sums("day" if span == "day" else "week", by_day, group, share)
