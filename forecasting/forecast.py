"""The forecast of a history, its bands, and the forecasts it would have got in the past."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from callplan import arguments
from callplan.errors import Refused, Remark, nearest
from callplan.intervals import local_day
from callplan.tables import BANDS, FORECAST, HISTORY, check, remark_on_parts
from forecasting.accuracy.levels import LEVELS
from forecasting.calendar.calendar import Calendar
from forecasting.doubt.spans import span_bands
from forecasting.doubt.trials import LEAST_DAYS
from forecasting.models import AUTO, MODELS
from forecasting.outlook import Outlook, Task, look_ahead

# Called with a line that says what has been done so far.
Progress = Callable[[str], None]


def known_model(name: str, where: str = "model") -> str:
    """Return the name of a model, or refuse one that is unknown with the nearest there is.

    >>> known_model("mean_of_8")
    'mean_of_8'
    """
    if name not in MODELS:
        raise Refused(where, f"unknown model {name!r}", nearest(str(name), MODELS))
    return name


@dataclass(frozen=True)
class _Wanted:
    """What all forecasts of one call have in common."""

    days: int
    calendar: Calendar | None
    seed: int
    clean: bool
    progress: Progress | None
    executor: Executor | None

    def __post_init__(self) -> None:
        arguments.whole("days", self.days, 1)
        arguments.seed(self.seed)
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
    clean: bool = True,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Return the forecast (table `FORECAST`) of the `days` local days that follow the history's last day.

    With `start` they are the days from that one on, and rows from then on are not looked at. Only
    open intervals have rows: as the calendar says, or for want of that as the history shows.
    `model` is one of `MODELS`; `auto` weighs several by what the weeks before have taught. `level` is
    the share of counts that the band is to hold: it comes from a negative binomial whose
    over-dispersion fits the errors of those weeks, by lead (`forecasting/doubt/`). `clean=False`
    learns from the history as it is, outages and outliers included (see `repairs`). Queues are
    forecast one after the other, or by an `executor` of processes (`concurrent.futures`); the result is
    the same. One that cannot be is left out with a remark, unless there is no other.

    Raises `Refused` where no history is long enough, or the model is unknown.

    >>> start = pd.date_range("2024-05-06 09:00", periods=28, freq="D", tz="Europe/Paris")
    >>> history = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "offered": 40.0})
    >>> forecast(history, days=1, model="mean_of_4")[["start", "calls"]]
                          start  calls
    0 2024-06-03 09:00:00+02:00   40.0
    """
    wanted = _Wanted(days, calendar, seed, clean, progress, executor)
    _refuse_level("level", level)
    seen, first = _seen(history, start)
    outlooks = _outlooks(seen, [(first, known_model(model))], wanted)
    return _table([_rows(task, outlook, level) for task, outlook in _remarked(outlooks)])


def bands(
    history: pd.DataFrame,
    days: int,
    *,
    spans: Sequence[str] = ("interval", "day", "week"),
    quantiles: Sequence[float] = (0.1, 0.5, 0.9),
    start: date | str | None = None,
    model: str = AUTO,
    calendar: Calendar | None = None,
    seed: int = 0,
    clean: bool = True,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Return quantiles of the forecast calls (table `BANDS`) by interval, day, week or month.

    A day's band is not the sum of its intervals' bands, nor a week's that of its days: errors of one
    day go together, those of several days in part. A week (from Monday) or a month stands for those
    of its days that are forecast. Other arguments are those of `forecast`.
    """
    wanted = _Wanted(days, calendar, seed, clean, progress, executor)
    for span in spans:
        if span not in LEVELS:
            raise Refused("spans", f"unknown span {span!r}", nearest(str(span), LEVELS))
    for share in quantiles:
        _refuse_level("quantiles", share)
    if len(set(quantiles)) < len(quantiles) or len(set(spans)) < len(spans):
        raise Refused("spans and quantiles", "one is given twice", "name each once")
    seen, first = _seen(history, start)
    outlooks = _outlooks(seen, [(first, known_model(model))], wanted)
    parts = [
        part.assign(queue=task.queue, model=model, cutoff=task.cutoff)
        for task, outlook in _remarked(outlooks)
        for part in span_bands(outlook, spans, quantiles, task.first)
    ]
    return check(pd.concat(parts, ignore_index=True)[BANDS.names()], BANDS)


def backtest(
    history: pd.DataFrame,
    days: int,
    *,
    origins: int | Sequence[date | str],
    models: Sequence[str] = (AUTO,),
    calendar: Calendar | None = None,
    level: float = 0.8,
    seed: int = 0,
    clean: bool = True,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Return what each model would have forecast at each origin (table `FORECAST`, a cutoff an origin).

    An origin is the first day to forecast, and only what came before it is used. `origins` are such
    days, or how many: then weekly, the last so that its `days` days end with the history. Other
    arguments are those of `forecast`.
    """
    wanted = _Wanted(days, calendar, seed, clean, progress, executor)
    _refuse_level("level", level)
    if not models:
        raise Refused("models", "found none", nearest("", MODELS))
    for model in models:
        known_model(model, "models")
    history = check(history, HISTORY)
    remark_on_parts(history, HISTORY)
    day = local_day(history["start"])
    firsts = _first_days(day, days, origins)
    cases = [(first, model) for first in firsts for model in models]
    return _table([_rows(task, outlook, level) for task, outlook in _outlooks(history, cases, wanted)])


def _refuse_level(where: str, share: float) -> None:
    if not 0 < share < 1:
        raise Refused(where, f"found {share:g}", "a share between 0 and 1: 80% is 0.8")


def _seen(history: pd.DataFrame, start: date | str | None) -> tuple[pd.DataFrame, pd.Timestamp]:
    """Return what of a history may be looked at, and the first day to forecast."""
    history = check(history, HISTORY)
    day = local_day(history["start"])
    after = day.max() + pd.Timedelta(days=1)
    first = after if start is None else pd.Timestamp(arguments.day("start", start))
    seen = history[day < first]
    if seen.empty:
        found = f"the history begins on {day.min():%Y-%m-%d}"
        raise Refused(f"start {first:%Y-%m-%d}", found, "choose a later day")
    remark_on_parts(seen, HISTORY)
    return seen, first


def _first_days(day: pd.Series, days: int, origins: int | Sequence[date | str]) -> list[pd.Timestamp]:
    """Return the origins of a backtest, each with enough history before it."""
    if isinstance(origins, int | float | np.number):
        last = day.max() - pd.Timedelta(days=days - 1)
        count = arguments.whole("origins", origins, 1)
        firsts = [last - pd.Timedelta(weeks=step) for step in reversed(range(count))]
    else:
        firsts = [pd.Timestamp(arguments.day("origins", origin)) for origin in origins]
    for first in firsts:
        before = (first - day.min()).days
        if before < LEAST_DAYS:
            raise Refused(
                f"origin {first:%Y-%m-%d}",
                f"{max(before, 0)} days of history before it",
                f"choose fewer or later origins: {LEAST_DAYS} days are needed",
            )
    return firsts


def _outlooks(
    history: pd.DataFrame, cases: Sequence[tuple[pd.Timestamp, str]], wanted: _Wanted
) -> Iterator[tuple[Task, Outlook]]:
    """Look ahead for every queue of every case (the first day, the model), in their order.

    A queue that cannot be forecast is left out with a remark, unless there is no other.
    """
    tasks = _tasks(history, cases, wanted)
    run = map if wanted.executor is None else wanted.executor.map
    of = len(cases) * history["queue"].nunique()
    fault, done = None, False
    for place, (task, outlook) in enumerate(run(_tried, tasks)):
        if wanted.progress:
            said = f"{task.queue}: {task.model} from {task.first:%Y-%m-%d}"
            wanted.progress(f"{said}, {place + 1} of {of}")
        if isinstance(outlook, Refused):
            fault = fault or outlook
            warnings.warn(f"left out: {outlook}", Remark, stacklevel=3)
            continue
        done = True
        yield task, outlook
    if fault is not None and not done:
        raise fault


def _tasks(
    history: pd.DataFrame, cases: Sequence[tuple[pd.Timestamp, str]], wanted: _Wanted
) -> Iterator[Task]:
    """Make the tasks one after the other: each holds the rows that its queue had before the first day."""
    day = local_day(history["start"])
    ends = history["start"] + pd.to_timedelta(history["minutes"], unit="min")
    queues = [(rows, day.loc[rows.index].to_numpy()) for _, rows in history.groupby("queue")]
    for first, model in cases:
        before = day < first
        for rows, days in queues:
            # Rows are sorted by time, so what came before is a slice, and takes no memory.
            seen = rows.iloc[: days.searchsorted(first.to_datetime64())]
            if len(seen):
                yield Task(
                    rows=seen,
                    last=day[before].max(),
                    first=first,
                    days=wanted.days,
                    cutoff=ends[before].max(),
                    model=model,
                    calendar=wanted.calendar or Calendar(),
                    seed=wanted.seed,
                    clean=wanted.clean,
                )


def _tried(task: Task) -> tuple[Task, Outlook | Refused]:
    try:
        return task, look_ahead(task)
    except Refused as fault:
        return task, fault


def _remarked(outlooks: Iterator[tuple[Task, Outlook]]) -> Iterator[tuple[Task, Outlook]]:
    for task, outlook in outlooks:
        for text in outlook.remarks:
            warnings.warn(text, Remark, stacklevel=4)
        yield task, outlook


def _rows(task: Task, outlook: Outlook, level: float) -> pd.DataFrame:
    """Return one queue's rows of a forecast."""
    rows = pd.DataFrame(
        {
            "queue": task.queue,
            "start": outlook.horizon.starts,
            "minutes": outlook.horizon.minutes,
            "calls": outlook.calls,
            "calls_lo": outlook.quantile((1 - level) / 2),
            "calls_hi": outlook.quantile((1 + level) / 2),
            "aht_s": outlook.aht_s,
            "model": task.model,
            "cutoff": task.cutoff,
            "level": level,
        }
    )
    return rows[local_day(rows["start"]) >= task.first]


def _table(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the parts as one forecast, or refuse where nothing is open."""
    result = pd.concat(parts, ignore_index=True)
    if result.empty:
        raise Refused("forecast", "no interval is open on the days to forecast", "see the opening hours")
    return check(result[FORECAST.names()], FORECAST)
