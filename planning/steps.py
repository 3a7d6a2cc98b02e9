"""The steps of the chain with a site's settings: each queue with its own hours, goals and shrinkage."""

import warnings
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

import erlang
import forecasting
from callplan.errors import Refused, Remark
from callplan.intervals import aggregate, local_day
from callplan.tables import FORECAST, HISTORY, REQUIREMENT, check, read
from planning.site import Site

# Called with a line that says what is being done.
Progress = Callable[[str], None]


def read_history(path: str | Path, site: Site) -> pd.DataFrame:
    """Read a history in the site's zone; shorter intervals are summed to the site's."""
    history = read(path, HISTORY, site.zone, site.dst)
    if (history["minutes"] == site.minutes).all():
        return history
    if history["minutes"].max() > site.minutes:
        found = (
            f"intervals of {history['minutes'].max()} minutes, where site.toml has minutes = {site.minutes}"
        )
        raise Refused(str(path), found, "set minutes in site.toml to what there is: calls cannot be split")
    parts = [
        aggregate(rows, site.minutes, site.calendar_of(str(name)).hours)
        for name, rows in history.groupby("queue")
    ]
    warnings.warn(f"intervals are summed to {site.minutes} minutes, as site.toml says", Remark, stacklevel=2)
    return check(pd.concat(parts), HISTORY)


def forecast_site(
    history: pd.DataFrame,
    site: Site,
    *,
    days: int,
    start: date | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Forecast every queue of a history by the site's model, each in its own opening hours.

    The days are those from `start` on, or that follow the history's last day. A handling time that
    the history lacks comes from the queue's settings.
    """
    first = start or (local_day(history["start"]).max() + pd.Timedelta(days=1)).date()
    _remark_on_queues(history, site)
    closed = _closed_queues(history, site, first, days)
    parts = [
        forecasting.forecast(
            rows,
            days,
            start=first,
            model=site.model,
            calendar=site.calendar_of(str(name)),
            level=site.level,
            seed=seed,
            progress=progress,
        )
        for name, rows in history.groupby("queue")
        if name not in closed
    ]
    return _with_handling_time(pd.concat(parts), site)


def _remark_on_queues(history: pd.DataFrame, site: Site) -> None:
    """Refuse a queue that the site does not know, and remark on one that the history does not."""
    for name in history["queue"].unique():
        site.queue(name)
    for name in sorted(set(site.queues) - set(history["queue"])):
        warnings.warn(f"queue {name} of site.toml has no history, and is left out", Remark, stacklevel=3)


def _closed_queues(history: pd.DataFrame, site: Site, first: date, days: int) -> set[str]:
    """Return the queues that are closed all the days through, each remarked; refuse where all are."""
    closed = set()
    for name in history["queue"].unique():
        hours = site.calendar_of(name).hours
        if hours is not None and not any(hours.on(first + timedelta(days=step)) for step in range(days)):
            closed.add(name)
            warnings.warn(
                f"queue {name} is closed on the days to forecast, and is left out", Remark, stacklevel=3
            )
    if closed and closed == set(history["queue"]):
        raise Refused(f"start {first}", f"no queue is open in {days} days", "see the opening hours")
    return closed


def backtest_site(
    history: pd.DataFrame,
    site: Site,
    *,
    days: int,
    origins: int,
    models: Sequence[str] = (),
    seed: int = 0,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Forecast the last weeks of every queue with each model, by default every one there is."""
    parts = [
        forecasting.backtest(
            rows,
            days,
            origins=origins,
            models=models or [forecasting.AUTO, *forecasting.MODELS],
            calendar=site.calendar_of(str(name)),
            level=site.level,
            seed=seed,
            progress=progress,
        )
        for name, rows in history.groupby("queue")
    ]
    return _with_handling_time(pd.concat(parts), site)


def _with_handling_time(forecast: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Fill in the queue's own handling time where the history has none."""
    stated = forecast["queue"].map({name: queue.aht_s for name, queue in site.queues.items()}).astype(float)
    return check(forecast.assign(aht_s=forecast["aht_s"].fillna(stated)), FORECAST)


def staff_site(forecast: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Return the requirement of every queue of a forecast, by its own goals, patience and shrinkage."""
    forecast = _with_handling_time(forecast, site)
    parts = []
    for name, rows in forecast.groupby("queue"):
        queue = site.queue(str(name))
        if rows["aht_s"].isna().any():
            do = f"set aht_s in [queues.{name}] of site.toml"
            raise Refused(f"queue {name}", "neither history nor site.toml has a handling time", do)
        parts.append(
            erlang.require(rows, queue.target, shrinkage=queue.shrinkage, patience_s=queue.patience_s)
        )
    return check(pd.concat(parts), REQUIREMENT)
