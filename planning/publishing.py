"""A forecast published: frozen as the one that the roster was made from, with all that tells how it came."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

from callplan.errors import Refused, Remark
from callplan.intervals import first_instants, grid, local_day, observed_hours
from callplan.tables import FORECAST, HISTORY, REQUIREMENT, STEPS, TABLES, check
from planning import overrides
from planning.site import Site
from planning.steps import forecast_site

if TYPE_CHECKING:
    from callplan.store import Store

NAIVE, STATISTICAL, OVERRIDE, PUBLISHED = "naive", "statistical", "override", "published"
# What a forecast went through, in order.
CHAIN = (NAIVE, STATISTICAL, OVERRIDE, PUBLISHED)
# The tables of a schedule that a version keeps beside its forecast.
SCHEDULE = ("shifts", "shift_plan", "activities", "coverage", "people")
# The yardstick looks back so far: last week, and enough before it to tell a holiday or an outage in it.
_NAIVE_WEEKS = 26
_KEY = ["queue", "start"]


def publish(
    store: Store,
    site: Site,
    forecast: pd.DataFrame,
    *,
    who: str,
    now: datetime,
    requirement: pd.DataFrame | None = None,
    schedule: Mapping[str, pd.DataFrame] | None = None,
    final: pd.DataFrame | None = None,
    replace: bool = False,
    seed: int = 0,
) -> int:
    """Keep a forecast (table `FORECAST`) in the store as the one that is used, and return its version.

    Kept are its cutoff and model, the site's settings as JSON (without `store`), the digest of the history
    that it saw (`input_digest`), and its steps (table `STEPS`): `naive`, the same weekday again, forecast
    from the store's history at the same cutoff; `statistical`, the forecast as it was given; `override`,
    with the overrides of the store that stand; `published`, the same, or `final`: the forecast as a planner
    edited it by hand. A `requirement`, and the tables of a `schedule` (`SCHEDULE`), are kept beside it.

    Raises `Refused` where the forecast has several models or cutoffs for a queue, a queue that the site
    does not know, or a cutoff after its first day began: it saw its own days; or where it lacks intervals,
    after the cutoff, in which a queue is open between its first day and its last. Where site.toml states no
    hours they are read off the store's history, and the lack is remarked. A queue and day that were
    published before are refused by the store, who says by whom and when, unless `replace`. Publishing
    after the first day began is remarked.
    """
    _refuse_nameless(who, now)
    forecast = _one_forecast(forecast, site)
    day, cutoff = local_day(forecast["start"]), forecast["cutoff"].max()
    _remark_if_late(forecast, day, now)
    queues = sorted(forecast["queue"].unique())
    history = store.history(queues, until=cutoff, zone=site.zone)
    for name in queues:
        _refuse_holes(forecast[forecast["queue"] == name], history[history["queue"] == name], site)
    layered = overrides.apply(forecast, store.overrides())
    _remark_on_layer(forecast, layered)
    published = layered if final is None else _edited(final, layered, site)
    steps = {
        NAIVE: _naive(history, site, forecast, seed),
        STATISTICAL: forecast,
        OVERRIDE: layered,
        PUBLISHED: published,
    }
    tables = {
        "steps": _steps(steps),
        "forecast": published,
        **_needed(requirement, published, site),
        **_scheduled(schedule or {}, published, site),
    }
    version = {
        "queues": queues,
        "first": day.min().date(),
        "last": day.max().date(),
        "model": forecast["model"].iloc[0],
        "cutoff": cutoff,
        # The address of a store may hold a password, and no number comes of it.
        "settings": site.model_dump_json(exclude={"store"}),
        "input": input_digest(history),
        "who": who,
        "at": now,
    }
    return store.publish(version, tables, replace=replace)


def input_digest(history: pd.DataFrame) -> str:
    r"""Return the SHA-256 of a history in a canonical form: the same rows, however they came, give the same.

    It is that of CSV text: a header, then the rows by queue and start, starts in UTC as
    2024-05-06T07:00:00Z, numbers as short as tells them apart, columns as in `callplan columns
    history`; columns without any value are left out.

    >>> start = pd.to_datetime(["2024-05-06 09:00"]).tz_localize("Europe/Paris")
    >>> history = pd.DataFrame({"queue": "sales", "start": start, "minutes": 30, "offered": [12.0]})
    >>> text = "queue,start,minutes,offered\nsales,2024-05-06T07:00:00Z,30,12.0\n"
    >>> input_digest(history) == hashlib.sha256(text.encode()).hexdigest()
    True
    """
    known = [name for name in HISTORY.names() if name in history and history[name].notna().any()]
    rows = history[known].sort_values(_KEY) if len(history) else history[known]
    if "start" in rows:
        rows = rows.assign(start=rows["start"].dt.tz_convert("UTC"))
    text = rows.to_csv(index=False, date_format="%Y-%m-%dT%H:%M:%SZ", lineterminator="\n")
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_nameless(who: str, now: datetime) -> None:
    if not who.strip():
        raise Refused("who", "nobody", "say who publishes: others will ask")
    if now.tzinfo is None:
        raise Refused("now", f"{now} without a time zone", "give it with one")


def _one_forecast(forecast: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Return a forecast checked and in the site's zone; refuse one that cannot be published."""
    forecast = check(forecast, FORECAST, zone=site.zone)
    for name in forecast["queue"].unique():
        site.queue(str(name))
    models = sorted(forecast["model"].unique())
    if len(models) > 1:
        found = f"{len(models)} models ({', '.join(models)})"
        raise Refused("forecast", found, "keep one: forecast with --model NAME, or keep its rows alone")
    cutoffs = forecast.groupby("queue")["cutoff"].nunique()
    if (cutoffs > 1).any():
        found = f"{cutoffs.max()} cutoffs, as a backtest has"
        raise Refused(f"forecast, queue {cutoffs.idxmax()}", found, "keep the rows of one cutoff")
    seen = forecast["start"] < forecast["cutoff"]
    if seen.any():
        row = forecast[seen].iloc[0]
        raise Refused(
            f"forecast, queue {row['queue']}",
            f"made from history up to {row['cutoff']:%Y-%m-%d %H:%M}, though it begins at "
            f"{row['start']:%Y-%m-%d %H:%M}: it saw what it forecasts",
            "forecast the days after its cutoff",
        )
    lengths = forecast["minutes"].unique()
    if any(length != site.minutes for length in lengths):
        found = f"intervals of {lengths[lengths != site.minutes][0]} minutes, the site has {site.minutes}"
        raise Refused("forecast", found, "forecast with this site")
    return forecast


def _refuse_holes(forecast: pd.DataFrame, history: pd.DataFrame, site: Site) -> None:
    """Refuse one queue's forecast with holes in the hours that the site states; remark them in others."""
    name, day = str(forecast["queue"].iloc[0]), local_day(forecast["start"])
    stated = site.calendar_of(name).hours
    if stated is None and history.empty:
        return
    hours = observed_hours(history) if stated is None else stated
    due = grid(day.min().date(), day.max().date(), site.minutes, site.zone, hours)
    due = due[due >= forecast["cutoff"].iloc[0]]
    lacking = due[~due.isin(forecast["start"])]
    if lacking.empty:
        return
    days, first = local_day(lacking).nunique(), lacking.iloc[0]
    found = (
        f"lacks {len(lacking):,} of {len(due):,} open intervals, on {days} day{'s' if days > 1 else ''}; "
        f"the first at {first:%Y-%m-%d %H:%M}"
    )
    if stated is not None:
        do = "forecast whole days, or say in site.toml that it is closed then"
        raise Refused(f"forecast, queue {name}", found, do)
    text = f"{name}: the forecast {found}; calls that come then are held against nothing"
    warnings.warn(text, Remark, stacklevel=3)


def _remark_if_late(forecast: pd.DataFrame, day: pd.Series, now: datetime) -> None:
    first = first_instants(day, forecast["start"].dt.tz).min()
    if now > first:
        text = (
            f"published after its first day, {first:%Y-%m-%d}, began: the days until then are scored by what "
            "stood when each began, where anything did"
        )
        warnings.warn(text, Remark, stacklevel=3)


def _remark_on_layer(forecast: pd.DataFrame, layered: pd.DataFrame) -> None:
    """Say what the overrides change: a forecast that had them already would get them twice."""
    if not layered["calls"].equals(forecast["calls"]):
        before, after = forecast["calls"].sum(), layered["calls"].sum()
        text = f"the overrides that stand make {after:,.0f} calls of the {before:,.0f} forecast"
        warnings.warn(text, Remark, stacklevel=3)


def _naive(history: pd.DataFrame, site: Site, forecast: pd.DataFrame, seed: int) -> pd.DataFrame | None:
    """Return the same weekday again, forecast at the same cutoff; None where the store has too little."""
    day = local_day(forecast["start"])
    first, days = day.min(), (day.max() - day.min()).days + 1
    own = site.only(forecast["queue"].unique()).replace(model="seasonal_naive")
    lately = history[history["start"] >= forecast["cutoff"].max() - pd.Timedelta(weeks=_NAIVE_WEEKS)]
    try:
        if lately.empty:
            raise Refused("history", "none before the cutoff", "import it first")
        with warnings.catch_warnings():
            # It is a yardstick: what it remarks was remarked of the forecast itself.
            warnings.simplefilter("ignore", Remark)
            naive = forecast_site(lately, own, days=days, start=first.date(), seed=seed)
    except Refused as fault:
        text = f"no naive forecast stands beside this one, so its value added is not told ({fault})"
        warnings.warn(text, Remark, stacklevel=3)
        return None
    return naive.merge(forecast[_KEY], on=_KEY)


def _edited(final: pd.DataFrame, layered: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Return the forecast as a planner edited it, or refuse one of other intervals."""
    final = check(final, FORECAST, "final", zone=site.zone)
    both = layered[_KEY].merge(final[_KEY], on=_KEY, how="outer", indicator=True)
    apart = both[both["_merge"] != "both"]
    if len(apart):
        row = apart.iloc[0]
        lacks = "lacks" if row["_merge"] == "left_only" else "has besides"
        found = f"{lacks} {row['queue']} at {row['start']:%Y-%m-%d %H:%M} ({len(apart):,} such intervals)"
        raise Refused("final", found, "give the same intervals as the forecast: edit its calls alone")
    return layered.drop(columns=["calls", "calls_lo", "calls_hi", "level", "aht_s"]).merge(
        final[[*_KEY, "calls", "calls_lo", "calls_hi", "level", "aht_s"]], on=_KEY
    )


def _steps(steps: Mapping[str, pd.DataFrame | None]) -> pd.DataFrame:
    """Return the steps as one table, but for the version, which the store gives."""
    columns = [*_KEY, "minutes", "calls", "aht_s"]
    parts = [rows[columns].assign(step=step) for step, rows in steps.items() if rows is not None]
    return check(pd.concat(parts).assign(version=0), STEPS).drop(columns="version")


def _needed(requirement: pd.DataFrame | None, published: pd.DataFrame, site: Site) -> dict[str, pd.DataFrame]:
    """Return the requirement, checked against what is published; none where none is given."""
    if requirement is None:
        return {}
    requirement = check(requirement, REQUIREMENT, zone=site.zone)
    _refuse_others("requirement", requirement, published)
    both = published.merge(requirement[[*_KEY, "calls"]], on=_KEY, suffixes=("", "_staffed"))
    off = both["calls_staffed"].sum() - both["calls"].sum()
    if abs(off) > max(0.5, 0.001 * both["calls"].sum()):
        text = (
            f"the requirement was made for {both['calls_staffed'].sum():,.0f} calls, and "
            f"{both['calls'].sum():,.0f} are published for the same intervals: staff the published forecast"
        )
        warnings.warn(text, Remark, stacklevel=3)
    return {"requirement": requirement}


def _scheduled(
    schedule: Mapping[str, pd.DataFrame], published: pd.DataFrame, site: Site
) -> dict[str, pd.DataFrame]:
    """Return the tables of a schedule that have rows, checked."""
    kept = {}
    for name, rows in schedule.items():
        if name not in SCHEDULE:
            raise Refused("schedule", f"a table {name!r}", f"give any of {', '.join(SCHEDULE)}")
        if len(rows):
            table = TABLES[name]
            timed = any(column.dtype == "instant" for column in table.columns)
            kept[name] = check(rows, table, zone=site.zone if timed else None)
    if "coverage" in kept:
        _refuse_others("coverage", kept["coverage"], published)
    return kept


def _refuse_others(name: str, rows: pd.DataFrame, published: pd.DataFrame) -> None:
    """Refuse a table that has intervals which are not forecast: it belongs to other days or queues."""
    known = rows[_KEY].merge(published[_KEY], on=_KEY, how="left", indicator=True)
    strange = known[known["_merge"] != "both"]
    if len(strange):
        row = strange.iloc[0]
        found = (
            f"{row['queue']} at {row['start']:%Y-%m-%d %H:%M} is not forecast ({len(strange):,} such rows)"
        )
        raise Refused(name, found, "give the one made from this forecast")
