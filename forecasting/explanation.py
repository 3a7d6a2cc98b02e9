"""How a forecast came about: what level, weekday, holiday and the rest made of a day, effect by effect."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from callplan import arguments
from callplan.errors import Refused
from callplan.intervals import local_day
from callplan.tables import HISTORY, check
from forecasting.calendar.calendar import Calendar
from forecasting.doubt.trials import forecast_and_try
from forecasting.forecast import known_model
from forecasting.models import AUTO
from forecasting.models.gaussian_process import effects_on
from forecasting.outlook import Task, linear_algebra, prepared

# A factor nearer to 1 is not worth a line; but what is left in the end, until it is none.
_WORTH_SAYING, _EXACT = 0.0005, 1e-9


@dataclass(frozen=True)
class Effect:
    """One effect on a day: its name, its factor, and the day's calls once it has been applied."""

    name: str
    factor: float
    calls: float


def explain(
    history: pd.DataFrame,
    queue: str,
    day: date | str,
    *,
    model: str = AUTO,
    calendar: Calendar | None = None,
    seed: int = 0,
) -> tuple[Effect, ...]:
    """Return the effects whose product is the forecast of one day after the history, level first.

    The first effect's factor is 1, its calls the level: what a middling day has. Each further one is a
    factor on what stands before it, as the Gaussian process sees it; the last brings its total to that of
    the `model`, where that is another. The last calls are the day's in `forecast` of the same history.

    >>> start = pd.date_range("2024-05-06 09:00", periods=56, freq="D", tz="Europe/Paris")
    >>> calls = [90.0 if when.day_of_week == 0 else 60.0 for when in start]
    >>> history = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "offered": calls})
    >>> monday = explain(history, "sales", "2024-07-01", model="gaussian_process")
    >>> [(effect.name, round(effect.calls)) for effect in monday][:2]
    [('level', 63), ('weekday', 90)]
    """
    known_model(model)
    history = check(history, HISTORY)
    rows = history[history["queue"] == queue]
    if rows.empty:
        raise Refused(f"queue {queue}", "not in this history", "name one that is")
    last, asked = local_day(history["start"]).max(), pd.Timestamp(arguments.day("day", day))
    if asked <= last:
        raise Refused(f"day {asked:%Y-%m-%d}", f"the history ends on {last:%Y-%m-%d}", "name a later day")
    task = Task(rows, last, asked, 1, asked, model, calendar or Calendar(), seed, clean=True)
    with linear_algebra().limit(limits=1):
        panel, horizon = prepared(task)
        mean, _ = forecast_and_try(panel, model, task.span, seed)
        ahead = task.reach - 1
        effects = effects_on(panel, panel.past + ahead)
    open_slots = horizon.slot[horizon.day == ahead]
    if not len(open_slots):
        raise Refused(f"day {asked:%Y-%m-%d}", f"queue {queue} is closed", "name a day on which it is open")
    known = float(panel.book.effect[panel.past + ahead])
    return _product(effects, known, float(mean[ahead, open_slots].sum()) * known, model)


def _product(effects: dict[str, float], known: float, total: float, model: str) -> tuple[Effect, ...]:
    """Return the effects one after the other, up to the model's total."""
    calls = float(np.exp(effects.pop("level")))
    result = [Effect("level", 1.0, calls)]
    factors = {name: float(np.exp(log)) for name, log in effects.items()}
    factors["event of known effect"] = known
    for name, factor in factors.items():
        if abs(factor - 1) > _WORTH_SAYING:
            calls *= factor
            result.append(Effect(name, factor, calls))
    if calls > 0 and abs(total / calls - 1) > _EXACT:
        result.append(Effect(f"opening hours, and what {model} adds", total / calls, total))
    return tuple(result)
