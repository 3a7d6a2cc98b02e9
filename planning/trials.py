"""Bands of weeks held against forecasts of past weeks, and widened to what those missed by."""

import warnings
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

import forecasting
from callplan.errors import Remark
from callplan.intervals import local_day
from callplan.tables import TRIED, check
from planning.site import Site

# Weeks ahead that are judged together, the last of each.
_REACHES = (13, 26, 52)
# A forecast of the past must have seen so many days, and so few weeks tell nothing of a band.
_LEAST_SEEN, _LEAST_TRIED = 182, 8
# So many past forecasts are made at most, and so many weeks apart at least.
_ORIGINS, _APART = 6, 4


def past_weeks(
    history: pd.DataFrame, site: Site, queues: Sequence[str], first: date, weeks: int, seed: int
) -> pd.DataFrame:
    """Return forecasts of past weeks beside what came, as far ahead as there is history before a Monday.

    Columns: queue, weeks_ahead, calls (forecast), offered.
    """
    return pd.concat([_of_queue(history, site, name, first, weeks, seed) for name in queues])


def _of_queue(
    history: pd.DataFrame, site: Site, name: str, first: date, weeks: int, seed: int
) -> pd.DataFrame:
    rows = history[(history["queue"] == name) & (local_day(history["start"]) < pd.Timestamp(first))]
    begin, end = local_day(rows["start"]).min(), pd.Timestamp(first)
    last = end - pd.Timedelta(weeks=2)
    earliest = begin + pd.Timedelta(days=_LEAST_SEEN)
    earliest += pd.Timedelta(days=-earliest.day_of_week % 7)
    step = max(_APART, -(-int((last - earliest).days // 7 + 1) // _ORIGINS)) if last >= earliest else _APART
    origins = pd.date_range(earliest, last, freq=f"{7 * step}D")
    parts = []
    for origin in origins:
        days = min(7 * weeks, (end - origin).days)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Remark)
            past = forecasting.forecast(
                rows,
                days=days,
                start=origin.date(),
                model=site.model,
                calendar=site.calendar_of(name),
                level=site.level,
                seed=seed,
            )
            parts.append(_errors(rows, past, origin))
    found = (
        pd.concat(parts) if parts else pd.DataFrame(columns=["weeks_ahead", "calls", "offered"], dtype=float)
    )
    return found.assign(queue=name)


def _errors(rows: pd.DataFrame, past: pd.DataFrame, origin: pd.Timestamp) -> pd.DataFrame:
    """Return the weeks that were counted nearly whole: forecast and count of the intervals in both."""
    both = past[["start", "calls"]].merge(rows[["start", "offered"]], on="start", how="left")
    both["weeks_ahead"] = (local_day(both["start"]) - origin).dt.days // 7 + 1
    counted = both["offered"].notna()
    whole = counted.groupby(both["weeks_ahead"]).transform("mean") >= 0.9
    weeks = both[whole & counted].groupby("weeks_ahead")[["calls", "offered"]].sum()
    return weeks[weeks["offered"] > 0].reset_index()


def widened(table: pd.DataFrame, errors: pd.DataFrame, level: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Widen the band of weeks (queue, calls, calls_lo, calls_hi) to what the misses of past weeks call for.

    Returns the weeks, and what was tried (table `TRIED`).
    """
    tried = _laid(errors, table, level)
    low, high = (
        table["calls"] * (1 + side * _least(table, tried, end)) for side, end in ((-1, "down"), (1, "up"))
    )
    wide = table.assign(
        calls_lo=np.minimum(table["calls_lo"], low).clip(0), calls_hi=np.maximum(table["calls_hi"], high)
    )
    return wide, check(tried[TRIED.names()], TRIED)


def _laid(errors: pd.DataFrame, table: pd.DataFrame, level: float) -> pd.DataFrame:
    """Sum the trials up by reach (table `TRIED`), with how far the misses of each lay the band at least.

    Down and up are those ends of what came, as a share of the forecast, between which `level` of it lies;
    a band never grows narrower with the weeks ahead.
    """
    rows = []
    for name, weeks in table.groupby("queue"):
        calls = weeks["calls"].where(weeks["calls"] > 0)
        own = {"down": 1 - weeks["calls_lo"] / calls, "up": weeks["calls_hi"] / calls - 1}
        least, near = dict.fromkeys(own, 0.0), 1
        for until in (reach for reach in _REACHES if near <= len(weeks)):
            found = errors[(errors["queue"] == name) & errors["weeks_ahead"].between(near, until)]
            missed = found["offered"] / found["calls"].where(found["calls"] > 0) - 1
            enough = len(found) >= _LEAST_TRIED
            band = {end: float(share.iloc[near - 1 : until].median()) for end, share in own.items()}
            if enough:
                least["down"] = max(least["down"], -float(missed.quantile((1 - level) / 2)))
                least["up"] = max(least["up"], float(missed.quantile((1 + level) / 2)))
            total = found["offered"].sum() if enough else np.nan
            rows.append(
                {
                    "queue": name,
                    "weeks_ahead": near,
                    "until": min(until, len(weeks)),
                    "n": len(found),
                    "wape": (found["calls"] - found["offered"]).abs().sum() / total,
                    "bias": (found["calls"] - found["offered"]).sum() / total,
                    "held": float(missed.between(-band["down"], band["up"]).mean()) if enough else np.nan,
                    **{f"band_{end}": max(least[end], band[end]) for end in least},
                    **{f"least_{end}": least[end] for end in least},
                }
            )
            near = until + 1
    return pd.DataFrame(rows)


def _least(table: pd.DataFrame, tried: pd.DataFrame, end: str) -> np.ndarray:
    """Return how far each week's band reaches at least, as a share of its calls."""
    ahead = table.groupby("queue").cumcount() + 1
    result = np.zeros(len(table))
    for row in tried.to_dict("records"):
        here = (table["queue"] == row["queue"]) & (ahead >= row["weeks_ahead"])
        result[here.to_numpy()] = row[f"least_{end}"]
    return result
