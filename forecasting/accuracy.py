"""How near a forecast came: errors one by one, and their summary beside what chance alone leaves.

Error is forecast - actual: + is over-forecast. Every figure names its level (interval, day, week,
month, quarter): a forecast that is 3% off by week may well be 8% off by interval.

References
----------
.. [1] R. J. Hyndman, A. B. Koehler (2006), Another look at measures of forecast accuracy,
   International Journal of Forecasting 22(4): MASE.
"""

import warnings

import numpy as np
import pandas as pd
from scipy.stats import binomtest, norm

from callplan.errors import Refused, Remark, nearest
from callplan.intervals import first_instants, local_day
from callplan.tables import ACCURACY, ERRORS, FORECAST, HISTORY, check
from forecasting.calendar import Calendar

# The calendar periods that a level sums to; an interval stays as it is.
_PERIODS = {"interval": "", "day": "D", "week": "W-SUN", "month": "M", "quarter": "Q"}
LEVELS = tuple(_PERIODS)


def errors(
    history: pd.DataFrame,
    forecast: pd.DataFrame,
    *,
    by: str = "interval",
    tolerance: float = 0.05,
    calendar: Calendar | None = None,
) -> pd.DataFrame:
    """Return each forecast beside what came (table `ERRORS`), summed to the level `by`.

    Only intervals that were both forecast and counted are compared; weeks begin on Monday.
    `tolerance` is the share of the actual within which a forecast counts as a hit. With a calendar
    a miss on a public holiday says so.
    """
    history, forecast = check(history, HISTORY), check(forecast, FORECAST)
    if by not in _PERIODS:
        raise Refused("by", f"unknown level {by!r}", nearest(by, _PERIODS))
    if not 0 < tolerance < 1:
        raise Refused("tolerance", f"found {tolerance:g}", "a share between 0 and 1: 5% is 0.05")
    counted = history.loc[history["offered"].notna(), ["queue", "start", "offered"]]
    rows = forecast.merge(counted, on=["queue", "start"])
    if rows.empty:
        raise Refused("forecast and history", "no interval in both", "give the history of the days forecast")
    left_out = len(forecast) - len(rows)
    if left_out:
        warnings.warn(
            f"{left_out:,} of {len(forecast):,} forecast intervals have no count, and are not compared",
            Remark,
            stacklevel=2,
        )
    seen = local_day(rows["cutoff"] - pd.Timedelta(microseconds=1))
    rows["lead_days"] = (local_day(rows["start"]) - seen).dt.days
    if by not in ("interval", "day"):
        rows["lead_days"] = 7 * _weeks_ahead(rows)
    # Where several cutoffs lie as far back, the latest one speaks.
    rows = rows.sort_values("cutoff").drop_duplicates(["queue", "start", "model", "lead_days"], keep="last")
    if by != "interval":
        rows["start"] = _period_starts(rows["start"], by)
    result = rows.groupby(["queue", "start", "model", "lead_days"], as_index=False)[
        ["calls", "offered"]
    ].sum()
    result["by"] = by
    result["error"] = result["calls"] - result["offered"]
    result["floor"] = np.sqrt(2 * result["offered"] / np.pi)
    hit = result["error"].abs() <= tolerance * result["offered"]
    result["within"] = hit.astype(int)
    result["verdict"] = _verdicts(result, hit, by, calendar)
    return check(result[ERRORS.names()], ERRORS)


def accuracy(
    history: pd.DataFrame,
    forecast: pd.DataFrame,
    *,
    by: str = "interval",
    tolerance: float = 0.05,
    calendar: Calendar | None = None,
) -> pd.DataFrame:
    """Return how good each model was (table `ACCURACY`), by weeks of lead, at the level `by`.

    WAPE is Σ|error| / Σ actual, bias Σ error / Σ actual. MASE divides the mean absolute error by
    that of repeating the same weekday of the week before, measured before the first cutoff [1]_.
    The noise floor is the WAPE that chance alone leaves to a perfect forecast (Poisson),
    `attainable` the share of hits that such a forecast would have. Where no call came at all, shares
    of calls are empty.
    """
    history, forecast = check(history, HISTORY), check(forecast, FORECAST)
    each = errors(history, forecast, by=by, tolerance=tolerance, calendar=calendar)
    daily = each if by == "day" else errors(history, forecast, by="day", tolerance=tolerance)
    before = history[history["start"] < forecast["cutoff"].min()]
    rows = []
    for (queue, model, weeks), group in each.groupby(["queue", "model", _weeks_ahead(each)]):
        same = (daily["queue"] == queue) & (daily["model"] == model) & (_weeks_ahead(daily) == weeks)
        total, absolute = group["offered"].sum(), group["error"].abs()
        share = (1 / total) if total > 0 else np.nan
        scale = _naive_error(before[before["queue"] == queue], by)
        rows.append(
            {
                "queue": queue,
                "by": by,
                "model": model,
                "lead_days": 7 * int(weeks),
                "n": len(group),
                "wape": absolute.sum() * share,
                "bias": group["error"].sum() * share,
                "mase": absolute.mean() / scale if scale > 0 else np.nan,
                "hit_rate": group["within"].mean(),
                "noise_floor": group["floor"].sum() * share,
                "attainable": _attainable(group["offered"], tolerance) if total > 0 else np.nan,
                "verdict": _verdict(group, daily[same]),
            }
        )
    return check(pd.DataFrame(rows)[ACCURACY.names()], ACCURACY)


def _period_starts(starts: pd.Series, by: str) -> pd.Series:
    """Return the instant at which each interval's local day, week, month or quarter begins."""
    begins = local_day(starts).dt.to_period(_PERIODS[by]).dt.start_time
    return first_instants(begins, starts.dt.tz)


def _weeks_ahead(each: pd.DataFrame) -> pd.Series:
    return (-(-each["lead_days"] // 7)).clip(lower=1)


def _naive_error(before: pd.DataFrame, by: str) -> float:
    """Return the mean absolute error of repeating the period a week ago; 0 where there is none."""
    if by not in ("interval", "day", "week") or before.empty:
        return 0.0
    key = (
        before["start"].dt.tz_localize(None)
        if by == "interval"
        else _period_starts(before["start"], by).dt.tz_localize(None)
    )
    counts = before["offered"].groupby(key).sum(min_count=1)
    a_week_ago = counts.copy()
    a_week_ago.index = a_week_ago.index + pd.Timedelta(weeks=1)
    return float(np.nan_to_num((counts - a_week_ago).abs().mean()))


def _attainable(offered: pd.Series, tolerance: float) -> float:
    """Return the hit rate of a forecast that knows the mean of each Poisson count (normal approximation)."""
    return float((2 * norm.cdf(tolerance * np.sqrt(offered)) - 1).mean())


def _verdicts(each: pd.DataFrame, hit: pd.Series, by: str, calendar: Calendar | None) -> np.ndarray:
    """Say of each error what kind it is; 1.96 standard deviations of a Poisson count are noise."""
    noise = each["error"].abs() <= 1.96 * np.sqrt(each["offered"])
    kinds = np.select(
        [hit, noise, each["error"] > 0],
        ["within tolerance", "within noise", "over-forecast"],
        "under-forecast",
    ).astype(object)
    if calendar is not None and by in ("interval", "day"):
        day = local_day(each["start"])
        named = calendar.holidays(day.min().date(), day.max().date())
        for i in np.flatnonzero(~hit & ~noise & day.dt.date.isin(list(named))):
            kinds[i] = f"event: {named[day.iloc[i].date()]}"
    return kinds


def _verdict(group: pd.DataFrame, daily: pd.DataFrame) -> str:
    """Say what kind of miss a model's errors show together, if they are one: noise, bias, or more."""
    if group["within"].all():
        return "within tolerance"
    chance = group["floor"].sum()
    # |error| of a Poisson count has variance (1 - 2/π) × mean; two deviations allow for chance.
    allowance = 2 * np.sqrt(((1 - 2 / np.pi) * group["offered"]).sum())
    if group["error"].abs().sum() <= chance + allowance:
        return "within noise"
    signs = np.sign(daily["error"])
    over, under = int((signs > 0).sum()), int((signs < 0).sum())
    days = over + under
    if days >= 5 and binomtest(max(over, under), days).pvalue < 0.07:
        return f"bias: {'over' if over > under else 'under'} on {max(over, under)} of {days} days"
    return "beyond noise, no steady bias"
