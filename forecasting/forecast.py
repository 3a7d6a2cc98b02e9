"""The forecast of a history, and the forecasts it would have got in the past."""

import warnings
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import pandas as pd
from scipy.stats import nbinom, poisson

from callplan.errors import Refused, Remark, nearest
from callplan.intervals import local_day
from callplan.tables import FORECAST, HISTORY, check
from forecasting.calendar import Calendar
from forecasting.handling import forecast_aht_s
from forecasting.models import MODELS
from forecasting.panel import Panel, build_panel

AUTO = "auto"

# A model is judged, and its band drawn, by what it would have said in the last weeks.
_ROLLING_WEEKS = 4
_LEAST_DAYS = 14

# Called with a line that says what has been done so far.
Progress = Callable[[str], None]


def forecast(
    history: pd.DataFrame,
    days: int,
    *,
    model: str = AUTO,
    calendar: Calendar | None = None,
    level: float = 0.8,
    seed: int = 0,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Return the forecast (table `FORECAST`) of the `days` local days that follow the history's last day.

    Only open intervals have rows: as the calendar says, or for want of that as the history shows.
    `model` is one of `MODELS`, or `auto`: for each queue the one whose forecasts of the last four
    weeks came nearest. `level` is the share of counts that the band is to hold; it is drawn by a
    negative binomial whose over-dispersion fits the errors of those weeks.

    Raises `Refused` where the history is too short or the model unknown.

    >>> start = pd.date_range("2024-05-06 09:00", periods=28, freq="D", tz="Europe/Paris")
    >>> history = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "offered": 40.0})
    >>> forecast(history, days=1, model="mean_of_4")[["start", "calls", "calls_lo", "calls_hi"]]
                          start  calls  calls_lo  calls_hi
    0 2024-06-03 09:00:00+02:00   40.0      32.0      48.0
    """
    history = check(history, HISTORY)
    if days < 1:
        raise Refused("days", f"found {days}", "forecast at least 1 day")
    if not 0 < level < 1:
        raise Refused("level", f"found {level:g}", "a share between 0 and 1: 80% is 0.8")
    if model != AUTO and model not in MODELS:
        raise Refused("model", f"unknown model {model!r}", nearest(model, [AUTO, *MODELS]))
    last_day = local_day(history["start"]).max()
    cutoff = (history["start"] + pd.to_timedelta(history["minutes"], unit="min")).max()
    parts = []
    for queue, rows in history.groupby("queue"):
        if progress:
            progress(f"forecast of {queue}")
        part = _forecast_queue(rows, last_day, days, model, calendar or Calendar(), level, seed)
        parts.append(part.assign(queue=queue, model=model, cutoff=cutoff, level=level))
    return check(pd.concat(parts)[FORECAST.names()], FORECAST)


def backtest(
    history: pd.DataFrame,
    days: int,
    *,
    origins: int | Sequence[date | str],
    models: Sequence[str] = (AUTO,),
    calendar: Calendar | None = None,
    level: float = 0.8,
    seed: int = 0,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Return what each model would have forecast at each origin (table `FORECAST`, a cutoff an origin).

    An origin is the first day to forecast, and only what came before it is used. `origins` are such
    days, or how many: then weekly, the last so that its `days` days end with the history.
    """
    history = check(history, HISTORY)
    day = local_day(history["start"])
    if isinstance(origins, int):
        if origins < 1:
            raise Refused("origins", f"found {origins}", "test at least 1")
        last = day.max() - pd.Timedelta(days=days - 1)
        first_days = [last - pd.Timedelta(weeks=step) for step in reversed(range(origins))]
    else:
        first_days = [pd.Timestamp(origin) for origin in origins]
    parts = []
    for first in first_days:
        seen = history[day < first]
        if seen.empty or (first - day.min()).days < _LEAST_DAYS:
            raise Refused(
                f"origin {first:%Y-%m-%d}",
                f"{max((first - day.min()).days, 0)} days of history before it",
                f"choose fewer or later origins: {_LEAST_DAYS} days are needed",
            )
        for model in models:
            if progress:
                progress(f"{model} from {first:%Y-%m-%d}")
            parts.append(_from_origin(seen, first, days, model, calendar, level, seed))
    return check(pd.concat(parts, ignore_index=True), FORECAST)


def _forecast_queue(
    rows: pd.DataFrame,
    last_day: pd.Timestamp,
    days: int,
    model: str,
    calendar: Calendar,
    level: float,
    seed: int,
) -> pd.DataFrame:
    """Forecast one queue: mean, band and handling time of each interval."""
    panel, horizon = build_panel(rows, last_day, days, calendar)
    if len(panel.days) < 7:
        raise Refused(
            f"queue {rows['queue'].iloc[0]}", f"{len(panel.days)} days of history", "give two weeks or more"
        )
    candidates = list(MODELS) if model == AUTO else [model]
    tried = {name: _past_weeks(panel, name, seed) for name in candidates}
    actual, _ = tried[candidates[0]]
    if not len(actual):
        warnings.warn(
            f"{rows['queue'].iloc[0]}: {len(panel.days)} days of history are too few to compare models; "
            "the band holds chance alone",
            Remark,
            stacklevel=3,
        )
    chosen = min(candidates, key=lambda name: np.abs(tried[name][0] - tried[name][1]).sum())
    if model == AUTO and not len(actual):
        chosen = "mean_of_4"
    calls = MODELS[chosen](panel, seed)[horizon.day, horizon.slot]
    spread = _over_dispersion(*tried[chosen])
    return pd.DataFrame(
        {
            "start": horizon.starts,
            "minutes": horizon.minutes,
            "calls": calls,
            "calls_lo": _quantile(calls, spread, (1 - level) / 2),
            "calls_hi": _quantile(calls, spread, (1 + level) / 2),
            "aht_s": forecast_aht_s(rows, horizon),
        }
    )


def _past_weeks(panel: Panel, model: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what came in the last weeks, and what the model would have said, interval by interval."""
    weeks = min(_ROLLING_WEEKS, (len(panel.days) - _LEAST_DAYS) // 7)
    actual, said = [np.empty(0)], [np.empty(0)]
    for week in range(1, weeks + 1):
        then, came = panel.ago(back=7 * week, days=7)
        known = np.isfinite(came)
        actual.append(came[known])
        said.append(MODELS[model](then, seed)[known])
    return np.concatenate(actual), np.concatenate(said)


def _over_dispersion(actual: np.ndarray, mean: np.ndarray) -> float:
    """Return φ of a variance mean + φ mean², by moments; 0 where chance alone explains the errors."""
    squares = (mean**2).sum()
    return max(0.0, float((((actual - mean) ** 2) - mean).sum() / squares)) if squares > 0 else 0.0


def _quantile(mean: np.ndarray, spread: float, share: float) -> np.ndarray:
    """Return a quantile of counts with that mean: negative binomial, Poisson without over-dispersion."""
    if spread < 1e-9:
        return poisson.ppf(share, mean)
    return nbinom.ppf(share, 1 / spread, 1 / (1 + spread * mean))


def _from_origin(
    seen: pd.DataFrame,
    first: pd.Timestamp,
    days: int,
    model: str,
    calendar: Calendar | None,
    level: float,
    seed: int,
) -> pd.DataFrame:
    """Forecast the `days` days from `first` on; the history may end days before, as before a weekend."""
    last = local_day(seen["start"]).max()
    reach = (first - last).days - 1 + days
    ahead = forecast(seen, reach, model=model, calendar=calendar, level=level, seed=seed)
    return ahead[local_day(ahead["start"]).between(first, first + pd.Timedelta(days=days - 1))]
