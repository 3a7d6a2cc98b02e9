"""The bands of a plan's forecast, by interval, day and week: what its promise is drawn from."""

import warnings

import numpy as np
import pandas as pd

from callplan.errors import Remark
from callplan.intervals import first_instants, local_day
from callplan.tables import BANDS, check
from planning.draws import QUANTILES, SPANS
from planning.plan import Plan
from planning.steps import bands_site, forecast_site


def bands_of(planned: Plan, days: int, seed: int) -> pd.DataFrame:
    """Return the bands (table `BANDS`) of a plan's forecast, moved by overrides as its means are."""
    site = planned.site.only(planned.forecast["queue"].unique())
    history = planned.history[planned.history["queue"].isin(site.queues)]
    with warnings.catch_warnings():
        # The forecast has said all this before.
        warnings.simplefilter("ignore", Remark)
        bands = bands_site(
            history, site, days=days, spans=SPANS, quantiles=QUANTILES, start=planned.start, seed=seed
        )
        plain = forecast_site(history, site, days=days, start=planned.start, seed=seed)
    return check(moved(bands, plain, planned.forecast), BANDS)


def moved(bands: pd.DataFrame, plain: pd.DataFrame, layered: pd.DataFrame) -> pd.DataFrame:
    """Return bands by the factor that overrides have moved the calls of their spans by.

    `plain` is the forecast that the bands are of, `layered` the same with overrides.
    """
    both = plain.merge(layered[["queue", "start", "calls"]], on=["queue", "start"], suffixes=("", "_new"))
    parts = []
    for span, rows in bands.groupby("span"):
        sums = both.groupby(["queue", _begins(both["start"], str(span))])[["calls", "calls_new"]].sum()
        found = sums.reindex(pd.MultiIndex.from_arrays([rows["queue"], _begins(rows["start"], str(span))]))
        before, after = found["calls"].to_numpy(), found["calls_new"].to_numpy()
        factor = np.divide(after, before, out=np.ones_like(before), where=before > 0)
        parts.append(rows.assign(calls=rows["calls"] * factor))
    return pd.concat(parts)


def _begins(starts: pd.Series, span: str) -> pd.Series:
    """Return when the interval, day or week (from Monday) that holds an instant begins."""
    if span == "interval":
        return starts
    day = local_day(starts)
    first = day if span == "day" else day - pd.to_timedelta(day.dt.day_of_week, unit="D")
    return first_instants(first, starts.dt.tz)
