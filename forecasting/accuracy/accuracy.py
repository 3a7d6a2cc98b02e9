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

from callplan.errors import Refused, Remark, nearest
from callplan.intervals import first_instants, local_day
from callplan.tables import ACCURACY, ERRORS, FORECAST, HISTORY, check
from forecasting.accuracy import noise, verdicts
from forecasting.accuracy.levels import LEVELS, local_period, weeks_ahead
from forecasting.calendar.calendar import Calendar

# A forecast that says so much of a week, month or quarter says it wholly.
_WHOLE = 0.9


def errors(
    history: pd.DataFrame,
    forecast: pd.DataFrame,
    *,
    by: str = "interval",
    tolerance: float = 0.05,
    calendar: Calendar | None = None,
) -> pd.DataFrame:
    """Return each forecast beside what came (table `ERRORS`), summed to the level `by`.

    Only intervals that were both forecast and counted are compared; a remark counts the others. Weeks
    begin on Monday. `tolerance` is the share of the actual within which a forecast counts as a hit, so
    where nothing came only a forecast of 0 is one. Of several cutoffs as many days back (weeks, by week
    and longer), the latest speaks.

    `floor` is the mean absolute error of a perfect forecast, one that knows the mean of each Poisson
    count, and `own_floor` that of counts which scatter as the history's own weeks did before the first
    cutoff (`noise.own_dispersion`; empty where those are too few). The mean is nobody's to know: it is
    what came, drawn to the forecast where calls are few (`noise.likely_mean`).
    `verdict` says what kind of miss it was, see `forecasting.verdicts`; with a calendar it names holidays
    and events.

    >>> start = pd.date_range("2024-05-06 09:00", periods=2, freq="h", tz="Europe/Paris")
    >>> history = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "offered": [100.0, 200.0]})
    >>> forecast = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "model": "m",
    ...     "cutoff": start[0], "calls": [102.0, 150.0], "calls_lo": 0.0, "calls_hi": 300.0, "level": 0.8,
    ...     "aht_s": 240.0})
    >>> errors(history, forecast)[["error", "within", "verdict"]]
       error  within           verdict
    0    2.0       1  within tolerance
    1  -50.0       0    under-forecast
    """
    rows, beside = _compared(history, forecast, by, tolerance)
    scored = _scored(rows, by, tolerance, calendar, noise.own_dispersion(beside, by))
    return check(scored[ERRORS.names()], ERRORS)


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
    that of repeating the same weekday of the week before, measured before the first cutoff [1]_; months
    and quarters have none, for no two hold the same weekdays. `hit_rate` is the share of rows within
    the tolerance: where nothing came only a forecast of 0 is.

    Beside them stands what a perfect forecast would have, one that knows the mean of each count:
    `noise_floor` is its WAPE and `attainable` its hit rate if counts are Poisson, `own_noise_floor` and
    `own_attainable` if they scatter as the history's own weeks did before the first cutoff (empty where
    those are too few). `verdict` says what kind of miss it was: see `forecasting.verdicts`. Where no
    call came at all, shares of calls are empty.

    >>> start = pd.date_range("2024-05-06 09:00", periods=6, freq="D", tz="Europe/Paris")
    >>> history = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60,
    ...     "offered": [3601.0, 2544, 2723, 3111, 3078, 1103]})
    >>> forecast = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "model": "m",
    ...     "cutoff": start[0], "calls": [3533.0, 2455, 2611, 2990, 2935, 1028], "calls_lo": 0.0,
    ...     "calls_hi": 9999.0, "level": 0.8, "aht_s": 240.0})
    >>> accuracy(history, forecast, by="day")[["wape", "bias", "noise_floor", "verdict"]].round(4)
         wape    bias  noise_floor                     verdict
    0  0.0376 -0.0376       0.0152  bias: under on 6 of 6 days
    """
    rows, beside = _compared(history, forecast, by, tolerance)
    scored = _scored(rows, by, tolerance, calendar, noise.own_dispersion(beside, by))
    mean, phi = scored["mean"].to_numpy(), scored["phi"].to_numpy()
    scored["attainable"] = noise.share_within(mean, np.zeros(len(mean)), tolerance)
    scored["own_attainable"] = noise.share_within(mean, phi, tolerance)
    scored["absolute"] = scored["error"].abs()
    groups = scored.groupby(verdicts.SERIES)
    result = groups[["offered", "error", "absolute", "floor", "own_floor"]].sum(min_count=1)
    result["n"] = groups.size()
    share = 1 / result["offered"].where(result["offered"] > 0)
    result["wape"], result["bias"] = result["absolute"] * share, result["error"] * share
    result["noise_floor"], result["own_noise_floor"] = result["floor"] * share, result["own_floor"] * share
    result["hit_rate"] = groups["within"].mean()
    for name in ("attainable", "own_attainable"):
        result[name] = groups[name].mean().where(share.notna())
    result["verdict"] = verdicts.judge(scored, rows[rows["offered"].notna()])
    result = result.reset_index().assign(by=by)
    scale = result["queue"].map(noise.naive_error(beside, by)).astype(float)
    result["mase"] = result["absolute"] / result["n"] / scale.where(scale > 0)
    result["lead_days"] = 7 * result["weeks"]
    return check(result[ACCURACY.names()], ACCURACY)


def _compared(
    history: pd.DataFrame, forecast: pd.DataFrame, by: str, tolerance: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return each interval that speaks at a level with its count, and the past to measure noise by.

    The first has queue, model, cutoff, start, calls, offered (NaN where nobody counted), lead_days,
    weeks, day and span; the second is `noise.beside_weeks` before the first cutoff.
    """
    history, forecast = check(history, HISTORY), check(forecast, FORECAST)
    if by not in LEVELS:
        raise Refused("by", f"unknown level {by!r}", nearest(by, LEVELS))
    if not 0 < tolerance < 1:
        raise Refused("tolerance", f"found {tolerance:g}", "a share between 0 and 1: 5% is 0.05")
    rows = forecast[["queue", "model", "cutoff", "start", "calls"]].merge(
        history[["queue", "start", "offered"]], on=["queue", "start"], how="left"
    )
    left_out = int(rows["offered"].isna().sum())
    if left_out == len(rows):
        raise Refused("forecast and history", "no interval in both", "give the history of the days forecast")
    if left_out:
        warnings.warn(
            f"{left_out:,} of {len(rows):,} forecast intervals have no count, and are not compared",
            Remark,
            stacklevel=3,
        )
    rows["day"], rows["span"] = local_day(rows["start"]), local_period(rows["start"], by)
    seen = local_day(rows["cutoff"] - pd.Timedelta(microseconds=1))
    rows["lead_days"] = (rows["day"] - seen).dt.days
    if by not in ("interval", "day"):
        rows = _by_whole_spans(rows)
    rows["weeks"] = weeks_ahead(rows["lead_days"])
    if by not in ("interval", "day"):
        rows["lead_days"] = 7 * rows["weeks"]
    if (rows["cutoff"] != rows["cutoff"].iloc[0]).any():
        rows = rows.sort_values("cutoff", kind="stable")
        rows = rows.drop_duplicates(["queue", "start", "model", "lead_days"], keep="last")
    return rows, noise.beside_weeks(history[history["start"] < forecast["cutoff"].min()])


def _by_whole_spans(rows: pd.DataFrame) -> pd.DataFrame:
    """Give a week, month or quarter that one forecast says wholly the lead of its first day.

    Where it takes several forecasts to say it, those of the same week of lead add up.
    """
    span = ["queue", "model", "span"]
    intervals = rows.groupby(span)["start"].transform("nunique")
    of_cutoff = rows.groupby([*span, "cutoff"])
    whole = of_cutoff["start"].transform("size") >= _WHOLE * intervals
    lead_days = of_cutoff["lead_days"].transform("min").where(whole, rows["lead_days"])
    some = whole.groupby([rows[name] for name in span]).transform("any")
    return rows.assign(lead_days=lead_days)[whole | ~some].reset_index(drop=True)


def _scored(
    rows: pd.DataFrame, by: str, tolerance: float, calendar: Calendar | None, dispersion: pd.Series
) -> pd.DataFrame:
    """Return errors with all that is known of each: table `ERRORS`, and weeks, span, mean, phi and kind."""
    if calendar is not None:
        Calendar.expect(calendar, "calendar")
    counted = rows[rows["offered"].notna()].copy()
    counted["outage"] = verdicts.outage_lengths(rows)[rows["offered"].notna()]
    counted["name"] = verdicts.named_days(counted, calendar)
    keys = ["queue", "model", "lead_days", "span"]
    groups = counted.groupby([*keys, "start"] if by == "interval" else keys)
    row = groups.ngroup().to_numpy()
    scored = groups[["calls", "offered"]].sum().reset_index()
    if by != "interval":
        scored["start"] = first_instants(scored["span"], rows["start"].dt.tz)
    scored["by"], scored["weeks"] = by, weeks_ahead(scored["lead_days"])
    scored["error"] = scored["calls"] - scored["offered"]
    scored["within"] = (scored["error"].abs() <= tolerance * scored["offered"]).astype(int)
    scored["mean"] = noise.likely_mean(scored["offered"], scored["calls"])
    scored["phi"] = scored["queue"].map(dispersion).astype(float)
    mean, phi = scored["mean"].to_numpy(), scored["phi"].to_numpy()
    scored["floor"] = noise.mean_deviation(mean, np.zeros(len(mean)))
    scored["own_floor"] = noise.mean_deviation(mean, phi)
    gap = np.full(len(scored), "", dtype=object)
    if len(counted) < len(rows):
        texts = verdicts.gaps(rows, tolerance)
        gap = scored.merge(texts, on=keys, how="left")["gap"]
        gap = gap.astype(object).where(gap.notna(), "").to_numpy()
    scored["kind"], scored["verdict"] = verdicts.judge_rows(scored, counted, row, gap)
    return scored
