"""The steps of the chain with a site's settings: each queue with its own hours, goals and shrinkage."""

import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pandas as pd

import erlang
import forecasting
from callplan import arguments
from callplan.errors import Refused, Remark
from callplan.intervals import aggregate, local_day
from callplan.plausible import refuse_odd_aht
from callplan.tables import BANDS, FORECAST, HISTORY, REPAIRS, REQUIREMENT, check, read
from forecasting import Calendar
from planning.repair import repaired
from planning.site import Queue, Site

# Called with a line that says what is being done.
Progress = Callable[[str], None]

# What a planner has without any method: a backtest shows what a model adds to it.
PLAIN_MODELS = ("seasonal_naive", "mean_of_8")


def read_history(path: str | Path, site: Site) -> pd.DataFrame:
    """Read a history in the site's zone; shorter intervals are summed to the site's."""
    return _on_grid(read(path, HISTORY, site.zone, site.dst), site, str(path))


def at_site(history: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Return a history as the site keeps time: in its zone, shorter intervals summed to its own.

    Raises `Refused` where it cannot be: intervals are longer than the site's, or cut across them, as
    those of a zone that is half an hour off do.
    """
    Site.expect(site, "site")
    return _on_grid(check(history, HISTORY, zone=site.zone), site, HISTORY.name)


def _on_grid(history: pd.DataFrame, site: Site, source: str) -> pd.DataFrame:
    if (history["minutes"] == site.minutes).all():
        return history
    longest = history["minutes"].max()
    if longest > site.minutes:
        found = f"intervals of {longest} minutes, where the site has minutes = {site.minutes}"
        raise Refused(source, found, "set minutes to what there is: calls cannot be split")
    summed = _by_calendar(history, site, lambda rows, calendar: aggregate(rows, site.minutes, calendar.hours))
    warnings.warn(f"intervals are summed to {site.minutes} minutes, the site's", Remark, stacklevel=3)
    return check(summed, HISTORY)


def _by_calendar(history: pd.DataFrame, site: Site, step: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    """Take one step for every queue of a history, those that share a calendar together."""
    shared: dict[Calendar, list[str]] = {}
    for name in history["queue"].unique():
        shared.setdefault(site.calendar_of(name), []).append(name)
    return pd.concat(
        [step(history[history["queue"].isin(names)], calendar=calendar) for calendar, names in shared.items()]
    )


def first_day(history: pd.DataFrame, start: date | str | None) -> date:
    """Return the day to begin with: the one named, or that after the history's last."""
    if start is not None:
        return arguments.day("start", start)
    return (local_day(history["start"]).max() + pd.Timedelta(days=1)).date()


def forecast_site(
    history: pd.DataFrame,
    site: Site,
    *,
    days: int,
    start: date | str | None = None,
    seed: int = 0,
    clean: bool = True,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Forecast every queue of a history by the site's model, each in its own opening hours.

    The days are those from `start` on, or that follow the history's last day. A handling time that
    the history lacks comes from the queue's settings. The history is brought to the site's zone and
    intervals first (`at_site`). Other arguments are those of `forecasting.forecast`.
    """
    rows, first = _to_forecast(history, site, days, start)
    step = partial(
        forecasting.forecast,
        days=days,
        start=first,
        model=site.model,
        level=site.level,
        seed=seed,
        clean=clean,
        progress=progress,
        executor=executor,
    )
    return _with_handling_time(_by_calendar(rows, site, step), site)


def bands_site(
    history: pd.DataFrame,
    site: Site,
    *,
    days: int,
    spans: Sequence[str],
    quantiles: Sequence[float],
    start: date | str | None = None,
    seed: int = 0,
    clean: bool = True,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Return quantiles of what `forecast_site` forecasts (table `BANDS`), by interval, day, week or month."""
    rows, first = _to_forecast(history, site, days, start)
    step = partial(
        forecasting.bands,
        days=days,
        spans=spans,
        quantiles=quantiles,
        start=first,
        model=site.model,
        seed=seed,
        clean=clean,
        progress=progress,
        executor=executor,
    )
    return check(_by_calendar(rows, site, step), BANDS)


def repairs_site(history: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Return what of a history a forecast does not learn from, or learns apart (table `REPAIRS`)."""
    found = _by_calendar(at_site(history, site), site, forecasting.repairs)
    # A history without a fault has no repairs, which no table of rows could say.
    return found if found.empty else check(found, REPAIRS)


def _to_forecast(
    history: pd.DataFrame, site: Site, days: int, start: date | str | None
) -> tuple[pd.DataFrame, date]:
    """Return the rows of the queues to forecast, seen before and open then, and the first of the days."""
    history = at_site(history, site)
    days, first = arguments.whole("days", days, 1), first_day(history, start)
    seen = history.loc[local_day(history["start"]) < pd.Timestamp(first), "queue"]
    # Where no queue is seen before, the forecast refuses, and says when the history begins.
    history = history if seen.empty else history[history["queue"].isin(seen.unique())]
    _remark_on_queues(history, site)
    closed = _closed_queues(history, site, first, days)
    history = history[~history["queue"].isin(closed)]
    return history[~history["queue"].isin(_new_queues(history, first))], first


def _new_queues(history: pd.DataFrame, first: date) -> set[str]:
    """Return the queues with too few days before the first to forecast, each remarked; none where all are."""
    day = local_day(history["start"])
    days = (pd.Timestamp(first) - day.groupby(history["queue"]).min()).dt.days
    new = set(days.index[days < forecasting.LEAST_DAYS])
    # Where nothing else is to be forecast, the forecast refuses, and says what is needed.
    if new == set(days.index):
        return set()
    for name in sorted(new):
        warnings.warn(
            f"queue {name} has {days[name]} days of history, and is left out until it has "
            f"{forecasting.LEAST_DAYS}; `callplan estimate` forecasts it until then",
            Remark,
            stacklevel=4,
        )
    return new


def _remark_on_queues(history: pd.DataFrame, site: Site) -> None:
    """Refuse a queue that the site does not know, and remark on one that the history does not."""
    for name in history["queue"].unique():
        site.queue(name)
    for name in sorted(set(site.queues) - set(history["queue"])):
        warnings.warn(f"queue {name} of the site has no history, and is left out", Remark, stacklevel=4)


def _closed_queues(history: pd.DataFrame, site: Site, first: date, days: int) -> set[str]:
    """Return the queues that are closed all the days through, each remarked; refuse where all are."""
    closed = set()
    for name in history["queue"].unique():
        hours = site.calendar_of(name).hours
        if hours is not None and not any(hours.on(first + timedelta(days=step)) for step in range(days)):
            closed.add(name)
            warnings.warn(
                f"queue {name} is closed on the days to forecast, and is left out", Remark, stacklevel=4
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
    clean: bool = True,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Forecast the last weeks of every queue with each model, by default the site's and two plain ones."""
    step = partial(
        forecasting.backtest,
        days=days,
        origins=origins,
        models=models or tuple(dict.fromkeys([site.model, *PLAIN_MODELS])),
        level=site.level,
        seed=seed,
        clean=clean,
        progress=progress,
        executor=executor,
    )
    return _with_handling_time(_by_calendar(at_site(history, site), site, step), site)


def _with_handling_time(forecast: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Fill in the queue's own handling time where the history has none; times come to the site's zone."""
    stated = forecast["queue"].map({name: queue.aht_s for name, queue in site.queues.items()}).astype(float)
    return check(forecast.assign(aht_s=forecast["aht_s"].fillna(stated)), FORECAST, zone=site.zone)


def as_staffed(site: Site, requirement: pd.DataFrame) -> Site:
    """Return the site with the goals, callers and shrinkage that each queue's requirement was made with.

    A requirement of one's own may leave these columns out: there the site's settings stay.
    """
    queues = dict(site.queues)
    for name, rows in requirement.groupby("queue"):
        row, queue = rows.iloc[0], site.queue(str(name))
        if "convention" not in row or pd.isna(row["convention"]):
            continue
        columns = ("within_s", "convention", "patience_s", "lines", "shrinkage")
        made_with = {
            column: None if pd.isna(row[column]) else row[column] for column in columns if column in row
        }
        if "service_goal" in row:
            made_with["service_level"] = None if pd.isna(row["service_goal"]) else row["service_goal"]
        queues[str(name)] = queue.replace(**made_with)
    return site.replace(queues=queues)


def staff_site(
    forecast: pd.DataFrame, site: Site, *, repair: bool = False, progress: Progress | None = None
) -> pd.DataFrame:
    """Return the requirement of every queue of a forecast, by its own goals, callers and shrinkage.

    With `repair` single agents are moved until every interval of the day as a whole is near its goal.
    A handling time below 10 s or above 4 h is refused, unless the queue's settings say `aht_as_given`.
    """
    forecast = _with_handling_time(forecast, site)
    parts = []
    for name, rows in forecast.groupby("queue"):
        queue = site.queue(str(name))
        needed = _staff_queue(rows, str(name), queue)
        if repair:
            if progress:
                progress(f"{name}: day check")
            needed = repaired(needed, rows, queue)
        parts.append(needed)
    return check(pd.concat(parts), REQUIREMENT)


def _staff_queue(forecast: pd.DataFrame, name: str, queue: Queue) -> pd.DataFrame:
    """Return the requirement of one queue."""
    where = f"queue {name}"
    if forecast["aht_s"].isna().any():
        do = "set aht_s for it in site.toml, or give --aht"
        raise Refused(where, "neither the forecast nor the site has a handling time", do)
    if not queue.aht_as_given:
        for aht_s in forecast.loc[forecast["calls"] > 0, "aht_s"].agg(["min", "max"]).dropna():
            refuse_odd_aht(aht_s, f"{where}, column aht_s", "or set aht_as_given = true (--aht-as-given)")
    try:
        return erlang.require(
            forecast,
            queue.target,
            shrinkage=queue.shrinkage,
            patience_s=queue.patience_s,
            lines=queue.lines,
            lag=queue.lag,
            confidence=queue.confidence,
        )
    except Refused as fault:
        raise Refused(f"{where}, {fault.where}", fault.found, fault.do) from None
