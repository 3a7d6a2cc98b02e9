"""One queue's days to come: mean calls, their doubt, and the handling time. Pure, so it may run anywhere."""

import warnings
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd
from threadpoolctl import ThreadpoolController

from callplan.errors import Refused, Remark
from forecasting.calendar.calendar import Calendar
from forecasting.calendar.daybook import remark_on_events
from forecasting.doubt.doubt import Doubt, measure_doubt
from forecasting.doubt.trials import Trials, forecast_and_try
from forecasting.history.cleaning import clean
from forecasting.history.handling import forecast_aht_s
from forecasting.history.panel import Horizon, Panel, build_panel
from forecasting.models import AUTO, HOLIDAY_BLIND
from forecasting.models.ensemble import MEMBERS, member_weights

# With less than a week some weekday has not been seen at all.
LEAST_DAYS = 7
# After so many days without a count a queue may have ended.
_STALE_DAYS = 28


@dataclass(frozen=True)
class Task:
    """What is asked of one queue: rows of its history, and how to forecast which days after it."""

    rows: pd.DataFrame
    last: pd.Timestamp
    """The day that the history ends with, a naive midnight."""
    first: pd.Timestamp
    """The first day to forecast; the history may end some days before, as it does before a weekend."""
    days: int
    cutoff: pd.Timestamp
    model: str
    calendar: Calendar
    seed: int
    clean: bool

    @property
    def queue(self) -> str:
        """The queue that the rows are of."""
        return str(self.rows["queue"].iloc[0])

    @property
    def reach(self) -> int:
        """How many days after the history the last day to forecast lies."""
        return (self.first - self.last).days - 1 + self.days

    @property
    def span(self) -> int:
        """How many days are forecast: a whole week at least, so that every weekday is tried."""
        return max(self.reach, 7)


@dataclass(frozen=True, eq=False)
class Outlook:
    """What is expected of the days after a history, open intervals only."""

    horizon: Horizon
    calls: np.ndarray
    """Mean calls of each interval."""
    doubt: Doubt
    aht_s: np.ndarray
    remarks: tuple[str, ...]

    def quantile(self, share: float) -> np.ndarray:
        """Return a quantile of the calls of each interval."""
        return self.doubt.of_intervals(self.calls, self.horizon.day, share)


def look_ahead(task: Task) -> Outlook:
    """Forecast one queue. What a planner should know comes as remarks, for a warning ends at its process."""
    with warnings.catch_warnings(record=True) as caught, linear_algebra().limit(limits=1):
        warnings.simplefilter("always", Remark)
        outlook = _look_ahead(task)
    remarks = tuple(str(warning.message) for warning in caught if issubclass(warning.category, Remark))
    return replace(outlook, remarks=remarks)


@lru_cache(maxsize=1)
def linear_algebra() -> ThreadpoolController:
    """Return the switch of the threads of linear algebra.

    A queue's matrices are small: more threads than one only wait for each other, at many times the cost.
    """
    return ThreadpoolController()


def prepared(task: Task) -> tuple[Panel, Horizon]:
    """Return the panel that models learn from, and the intervals they are asked for."""
    panel, horizon = build_panel(task.rows, task.last, task.reach, task.span, task.calendar)
    if panel.past < LEAST_DAYS:
        do = f"give {LEAST_DAYS} days at least, better two weeks"
        raise Refused(f"queue {task.queue}", f"{panel.past} days of history", do)
    if not np.isfinite(panel.counts).any():
        advice = "see that `minutes` and the counts are right"
        raise Refused(f"queue {task.queue}", "no interval with a count", advice)
    return (clean(panel)[0] if task.clean else panel), horizon


def _look_ahead(task: Task) -> Outlook:
    panel, horizon = prepared(task)
    mean, trials = forecast_and_try(panel, task.model, task.span, task.seed)
    doubt = measure_doubt(panel, trials, task.span)
    effect = panel.book.effect[panel.past :]
    _remark_on_history(panel, task)
    _remark_on_trials(panel, trials, task)
    _remark_on_days(panel, horizon, task)
    remark_on_events(task.queue, panel.book[: panel.past], panel.book[panel.past : panel.past + task.reach])
    return Outlook(
        horizon=horizon,
        calls=(mean * effect[:, None])[horizon.day, horizon.slot],
        doubt=doubt,
        aht_s=forecast_aht_s(task.rows, horizon),
        remarks=(),
    )


def _remark_on_history(panel: Panel, task: Task) -> None:
    """Say that a history is all zeros, has ended before, or is short beside what is asked of it."""
    counted = np.flatnonzero(np.isfinite(panel.counts).any(axis=1))
    last = panel.book.days[counted[-1]]
    if not (panel.counts > 0).any():
        _remark(f"{task.queue}: every count is 0, and so is the forecast")
    if panel.past - 1 - counted[-1] >= _STALE_DAYS:
        _remark(f"{task.queue}: the last count is of {last:%Y-%m-%d}; does the queue still exist?")
    if task.reach > panel.past:
        _remark(f"{task.queue}: {task.reach} days ahead are forecast from {panel.past} days of history alone")


def _remark_on_trials(panel: Panel, trials: Trials, task: Task) -> None:
    """Say how auto weighs its models, or that nothing could be tried."""
    if not len(trials.origins):
        _remark(
            f"{task.queue}: {panel.past} days of history are too few to try models; bands are a first guess"
        )
    elif task.model == AUTO:
        origins = np.append(trials.origins, panel.past)
        weights = member_weights(panel, origins, task.span, task.seed)[-1]
        said = ", ".join(f"{name} {weight:.0%}" for name, weight in zip(MEMBERS, weights, strict=True))
        tried = len(trials.origins)
        _remark(f"{task.queue}: auto weighs {said}, as the last {tried} week{'s' * (tried > 1)} taught")


def _remark_on_days(panel: Panel, horizon: Horizon, task: Task) -> None:
    """Say of which days to come the history cannot teach: new opening hours, and public holidays."""
    ahead = panel.weekday[panel.past :]
    unseen = ~panel.seen[ahead[horizon.day], horizon.slot]
    if unseen.any():
        _remark(
            f"{task.queue}: {unseen.sum()} intervals lie at times of the week without any history (first "
            f"{horizon.starts[unseen].iloc[0]:%a %Y-%m-%d %H:%M}); their calls are guessed from other days"
        )
    counted = np.isfinite(panel.usable).any(axis=1)
    learned = set(panel.book.holiday[: panel.past][counted]) - {""}
    if task.model in HOLIDAY_BLIND:
        learned = set()
    for day in np.unique(horizon.day[horizon.day >= task.reach - task.days]):
        name, date = panel.book.holiday[panel.past + day], panel.book.days[panel.past + day]
        if name and name not in learned:
            like = "the holidays counted so far" if learned else f"any {date:%A}"
            _remark(f"{task.queue}: {date:%Y-%m-%d} is {name}, forecast like {like}; close it if it is")


def _remark(text: str) -> None:
    warnings.warn(text, Remark, stacklevel=1)
