"""The forecast of a history, and the forecasts it would have got in the past."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from callplan import arguments
from callplan.errors import Refused, Remark, nearest
from callplan.intervals import local_day
from callplan.tables import FORECAST, HISTORY, check, remark_on_parts
from forecasting.calendar import Calendar
from forecasting.handling import forecast_aht_s
from forecasting.models import MODELS
from forecasting.panel import Horizon, Panel, build_panel
from forecasting.trials import LEAST_DAYS, Trial, count_quantile, run_trials

AUTO = "auto"
KNOWN_MODELS = (AUTO, *MODELS)

# Called with a line that says what has been done so far.
Progress = Callable[[str], None]


def known_model(name: str, where: str = "model") -> str:
    """Return the name of a model, or refuse one that is unknown with the nearest there is.

    >>> known_model("mean_of_8")
    'mean_of_8'
    """
    if name not in KNOWN_MODELS:
        raise Refused(where, f"unknown model {name!r}", nearest(str(name), KNOWN_MODELS))
    return name


@dataclass(frozen=True)
class _Task:
    """What all forecasts of one call have in common."""

    days: int
    calendar: Calendar | None
    level: float
    seed: int
    progress: Progress | None

    def __post_init__(self) -> None:
        arguments.whole("days", self.days, 1)
        arguments.seed(self.seed)
        if not 0 < self.level < 1:
            raise Refused("level", f"found {self.level:g}", "a share between 0 and 1: 80% is 0.8")
        if self.calendar is not None:
            Calendar.expect(self.calendar, "calendar")


def forecast(
    history: pd.DataFrame,
    days: int,
    *,
    start: date | str | None = None,
    model: str = AUTO,
    calendar: Calendar | None = None,
    level: float = 0.8,
    seed: int = 0,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Return the forecast (table `FORECAST`) of the `days` local days that follow the history's last day.

    With `start` they are the days from that one on, and rows from then on are not looked at. Only
    open intervals have rows: as the calendar says, or for want of that as the history shows.
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
    task = _Task(days, calendar, level, seed, progress)
    known_model(model)
    history = check(history, HISTORY)
    day = local_day(history["start"])
    first = (
        pd.Timestamp(arguments.day("start", start)) if start is not None else day.max() + pd.Timedelta(days=1)
    )
    seen = history[day < first]
    if seen.empty:
        raise Refused(
            f"start {first:%Y-%m-%d}", f"the history begins on {day.min():%Y-%m-%d}", "choose a later day"
        )
    remark_on_parts(seen, HISTORY)
    return _forecast(seen, first, model, task)


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
    task = _Task(days, calendar, level, seed, progress)
    if not models:
        raise Refused("models", "found none", nearest("", KNOWN_MODELS))
    for model in models:
        known_model(model, "models")
    history = check(history, HISTORY)
    day = local_day(history["start"])
    if isinstance(origins, int | float | np.number):
        last = day.max() - pd.Timedelta(days=task.days - 1)
        count = arguments.whole("origins", origins, 1)
        first_days = [last - pd.Timedelta(weeks=step) for step in reversed(range(count))]
    else:
        first_days = [pd.Timestamp(arguments.day("origins", origin)) for origin in origins]
    remark_on_parts(history, HISTORY)
    parts = []
    for first in first_days:
        before = (first - day.min()).days
        if before < LEAST_DAYS:
            raise Refused(
                f"origin {first:%Y-%m-%d}",
                f"{max(before, 0)} days of history before it",
                f"choose fewer or later origins: {LEAST_DAYS} days are needed",
            )
        seen = history[day < first]
        parts += [_forecast(seen, first, model, task) for model in models]
    return check(pd.concat(parts, ignore_index=True), FORECAST)


def _forecast(seen: pd.DataFrame, first: pd.Timestamp, model: str, task: _Task) -> pd.DataFrame:
    """Forecast the task's days from the day `first` on, from a checked history that ends before it."""
    cutoff = (seen["start"] + pd.to_timedelta(seen["minutes"], unit="min")).max()
    last = local_day(seen["start"]).max()
    # A history may end some days before the first day to forecast, as it does before a weekend.
    reach = (first - last).days - 1 + task.days
    parts = []
    for queue, rows in seen.groupby("queue"):
        if task.progress:
            task.progress(f"{queue}: {model} from {first:%Y-%m-%d}")
        panel, horizon = build_panel(rows, last, reach, task.calendar or Calendar())
        parts.append(_forecast_queue(rows, panel, horizon, model, task))
    ahead = pd.concat(parts, ignore_index=True)
    result = ahead[local_day(ahead["start"]) >= first].assign(model=model, cutoff=cutoff, level=task.level)
    if result.empty:
        end = first + pd.Timedelta(days=task.days - 1)
        raise Refused(
            "forecast", f"no interval is open {first:%Y-%m-%d} to {end:%Y-%m-%d}", "see the opening hours"
        )
    return check(result[FORECAST.names()], FORECAST)


def _forecast_queue(
    rows: pd.DataFrame, panel: Panel, horizon: Horizon, model: str, task: _Task
) -> pd.DataFrame:
    """Forecast one queue: mean, band and handling time of each interval."""
    queue = rows["queue"].iloc[0]
    if len(panel.days) < 7:
        raise Refused(f"queue {queue}", f"{len(panel.days)} days of history", "give two weeks or more")
    if not np.isfinite(panel.counts).any():
        raise Refused(
            f"queue {queue}", "no interval with a count", "see that `minutes` and the counts are right"
        )
    trials = run_trials(panel, list(MODELS) if model == AUTO else [model], task.seed)
    chosen = min(trials, key=Trial.wape)
    if not len(chosen.actual):
        _remark(
            f"{queue}: {len(panel.days)} days of history are too few to try models; bands hold chance alone"
        )
        chosen = replace(chosen, model="mean_of_4" if model == AUTO else model)
    elif model == AUTO:
        ranked = ", ".join(f"{trial.model} {trial.wape():.1%}" for trial in sorted(trials, key=Trial.wape))
        _remark(
            f"{queue}: auto took {chosen.model} after {panel.days[-1]:%Y-%m-%d} (last weeks' WAPE: {ranked})"
        )
    _remark_on_days(queue, panel, horizon, chosen.model)
    calls = MODELS[chosen.model](panel, task.seed)[horizon.day, horizon.slot]
    spread = chosen.over_dispersion()
    return pd.DataFrame(
        {
            "queue": queue,
            "start": horizon.starts,
            "minutes": horizon.minutes,
            "calls": calls,
            "calls_lo": count_quantile(calls, spread, (1 - task.level) / 2),
            "calls_hi": count_quantile(calls, spread, (1 + task.level) / 2),
            "aht_s": forecast_aht_s(rows, horizon),
        }
    )


def _remark_on_days(queue: str, panel: Panel, horizon: Horizon, model: str) -> None:
    """Say of which days to come the history cannot teach: new opening hours, and public holidays."""
    unseen = ~panel.seen()[panel.future_weekdays()[horizon.day], horizon.slot]
    if unseen.any():
        _remark(
            f"{queue}: {unseen.sum()} intervals lie at times of the week without any history (first "
            f"{horizon.starts[unseen].iloc[0]:%a %Y-%m-%d %H:%M}); their calls are guessed from other days"
        )
    if model == "prophet":  # which has learned what holidays do
        return
    for day in np.unique(horizon.day):
        if panel.future_holidays[day]:
            date, name = panel.future_days[day], panel.future_holidays[day]
            _remark(f"{queue}: {date:%Y-%m-%d} is {name}, forecast like any {date:%A}; close it if it is")


def _remark(text: str) -> None:
    warnings.warn(text, Remark, stacklevel=4)
