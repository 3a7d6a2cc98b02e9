"""How one interval's calls became erlangs, agents and rostered heads: every step with its formula."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

import forecasting
from callplan.errors import Refused
from callplan.intervals import local_day
from callplan.tables import FORECAST, check
from erlang import Swing, erlang_c, offered_load, performance, rate_quantile, service_level, swing_of
from planning.site import Queue, Site
from planning.steps import at_site, staff_site

_GOALS = {
    "asa_s": "average speed of answer",
    "abandoned": "hang up",
    "occupancy": "occupancy",
    "p_wait": "have to wait",
}


@dataclass(frozen=True)
class Step:
    """One step: what it gives, the arithmetic with its numbers, and the formula's name."""

    what: str
    how: str
    formula: str


def explain(
    forecast: pd.DataFrame,
    site: Site,
    queue: str,
    start: datetime,
    *,
    history: pd.DataFrame | None = None,
    seed: int = 0,
) -> list[Step]:
    """Return the steps from the calls of the interval that begins at `start` to its heads to roster.

    `start` is local time of the site, or time-zone aware. The numbers are those of `staff_site` for
    the same forecast and site. With the `history` that the forecast was made from (and its seed) the
    steps begin before that: with what made the day's calls.
    """
    settings = site.queue(queue)
    forecast = check(forecast, FORECAST)
    rows = forecast[forecast["queue"] == queue]
    if rows.empty:
        raise Refused(f"queue {queue}", "not in this forecast", "name one that is")
    needed = staff_site(rows, site)
    at = _place(needed["start"], start, queue)
    rows = rows.reset_index(drop=True)
    origin = [] if history is None else list(_origin(rows, at, site, history, seed))
    return [*origin, *_steps(rows, needed, at, settings)]


def _origin(forecast: pd.DataFrame, at: int, site: Site, history: pd.DataFrame, seed: int) -> Iterator[Step]:
    """Show how level, weekday, holiday and the rest made the day, and what share of it the interval has."""
    row = forecast.iloc[at]
    queue, day, model = str(row["queue"]), local_day(forecast["start"]), str(row["model"])
    seen = at_site(history, site)
    seen = seen[seen["start"] < row["cutoff"]]
    if seen.empty:
        found, do = f"no row before {row['cutoff']}", "give the history that the forecast was made from"
        raise Refused("history", found, do)
    if model not in forecasting.MODELS:
        raise Refused("forecast", f"of {model!r}, which no model made", "leave out the history")
    calendar = site.calendar_of(queue)
    level, *effects = forecasting.explain(
        seen, queue, day.iloc[at], model=model, calendar=calendar, seed=seed
    )
    said = f"{level.calls:,.0f} calls on a middling day"
    said += "".join(f" × {effect.factor:.3f} {effect.name}" for effect in effects)
    total = effects[-1].calls if effects else level.calls
    yield Step("day", f"{said} = {total:,.6g}", "a Gaussian process of the logarithms of day totals")
    stated = forecast.loc[day == day.iloc[at], "calls"].sum()
    if abs(stated - total) > 1e-6 * max(total, 1):
        found = f"the forecast says {stated:,.6g} calls on the day, this history {total:,.6g}"
        raise Refused("history", found, "give the history and the settings that the forecast was made with")
    yield Step(
        "share",
        f"{row['calls'] / total:.3%} of {total:,.6g} calls" if total > 0 else "none of no calls",
        "the shape of the day, regressed on the same calendar",
    )


def _place(starts: pd.Series, start: datetime, queue: str) -> int:
    """Return the position of the interval that begins at that time, or refuse with the nearest ones."""
    clock = starts if start.tzinfo else starts.dt.tz_localize(None)
    found = (clock == pd.Timestamp(start)).to_numpy().nonzero()[0]
    if len(found) == 1:
        return int(found[0])
    near = found if len(found) else (clock - pd.Timestamp(start)).abs().to_numpy().argsort()[:2]
    written = [f"{starts.iloc[at].isoformat(timespec='minutes')}" for at in sorted(near)]
    what = "two intervals begin" if len(found) else "no interval begins"
    raise Refused(f"queue {queue}", f"{what} at {start:%Y-%m-%d %H:%M}", f"try {' or '.join(written)}")


def _steps(forecast: pd.DataFrame, needed: pd.DataFrame, at: int, queue: Queue) -> Iterator[Step]:
    ahead, row = forecast.iloc[at], needed.iloc[at]
    seconds = 60 * row["minutes"]
    band = (
        f"; {ahead['level']:.0%} of counts fall between {ahead['calls_lo']:,.5g} and {ahead['calls_hi']:,.5g}"
    )
    end = row["start"] + pd.Timedelta(minutes=row["minutes"])
    yield Step(
        "interval",
        f"{row['queue']}, {row['start']:%a %Y-%m-%d %H:%M} to {end:%H:%M}, UTC{row['start']:%z}",
        f"local time, {row['start'].tz}",
    )
    yield Step(
        "calls",
        f"{row['calls']:,.6g} in {row['minutes']} minutes" + (band if pd.notna(ahead["calls_lo"]) else ""),
        f"forecast, model {ahead['model']}",
    )
    if row["calls"] == 0:
        yield Step("agents", "0: no call is due", "no formula")
        return
    yield Step(
        "load",
        f"{row['calls']:,.6g} calls × {row['aht_s']:,.6g} s / {seconds:,} s = {row['load']:,.5g} erlangs",
        "offered load: calls × AHT / seconds of the interval",
    )
    swing = _swing(forecast, needed, queue)
    if queue.confidence is not None:
        yield _doubt(ahead, row, queue.confidence)
    if queue.lag:
        yield _lag(swing, row, at)
    yield from _team(swing, row, at, queue)
    exactly = row["agents"] / (1 - queue.shrinkage)
    yield Step(
        "rostered",
        f"{row['agents']} / (1 - {queue.shrinkage:g}) = {exactly:,.2f}, rounded up: {row['rostered']} heads",
        "shrinkage divides, and rounding comes last",
    )
    yield from _service(ahead, row, queue)


def _swing(forecast: pd.DataFrame, needed: pd.DataFrame, queue: Queue) -> Swing:
    """Return the loads that the teams of a queue are sized for."""
    calls = forecast["calls"].to_numpy()
    if queue.confidence is not None:
        calls = rate_quantile(calls, forecast["calls_hi"], forecast["level"], queue.confidence)
    return swing_of(needed, calls, queue.lag)


def _doubt(ahead: pd.Series, row: pd.Series, confidence: float) -> Step:
    rate = rate_quantile(ahead["calls"], ahead["calls_hi"], ahead["level"], confidence)
    load = offered_load(rate, row["aht_s"], row["minutes"])
    high, mean, times = ahead["calls_hi"], ahead["calls"], ndtri((1 + ahead["level"]) / 2)
    of_counts = (high - mean) / times
    of_rate = max(of_counts**2 - mean, 0.0) ** 0.5
    return Step(
        "doubt",
        f"counts deviate by ({high:,.6g} - {mean:,.6g}) / {times:.4g} = {of_counts:,.5g}, of which "
        f"√({of_counts:,.5g}² - {mean:,.6g}) = {of_rate:,.5g} is the rate's own: "
        f"on {confidence:.0%} of days it is at most {rate:,.6g} calls, {load:,.5g} erlangs",
        "gamma distributed rate, Poisson calls around it (Jongbloed and Koole 2001)",
    )


def _lag(swing: Swing, row: pd.Series, at: int) -> Step:
    """Say which load is still that of before, and for how long."""
    name = "lag of one handle time (Green, Kolesar and Soares 2001)"
    before, own, share = swing.before[at], swing.own[at], swing.share[at]
    minutes = row["aht_s"] / 60
    if before == own and share < 1:
        how = (
            f"its own load stands for that of before, which is none, the same or unknown: {own:,.5g} erlangs"
        )
    elif share == 1:
        how = f"the load as it was {minutes:,.5g} minutes earlier: {swing.mean[at]:,.5g} erlangs"
    else:
        rest = row["minutes"] - minutes
        how = (
            f"a call lasts {minutes:,.5g} minutes, and for so long the load is still that of before, "
            f"{before:,.5g} erlangs; then it is its own, {own:,.5g} erlangs, for {rest:,.5g} minutes"
        )
    return Step("lag", how, name)


def _team(swing: Swing, row: pd.Series, at: int, queue: Queue) -> Iterator[Step]:
    """Show that the team meets every goal, and that one agent fewer does not."""
    model = _model(queue)
    for agents in range(max(row["agents"] - 1, 1), row["agents"] + 1):
        reached = _reached(swing, row, at, agents, queue)
        said = ", ".join(_said(goal, value, queue) for goal, value in reached.items())
        said += _apart(swing, row, at, agents, queue)
        fewer = agents < row["agents"]
        verdict = "not enough" if fewer else f"the fewest that meet {row['goal']}; set by {row['set_by']}"
        yield Step("too few" if fewer else "agents", f"{agents} agents: {said}: {verdict}", model)


def _reached(swing: Swing, row: pd.Series, at: int, agents: int, queue: Queue) -> dict[str, float]:
    """Return what a team reaches of each goal: the service level under both loads, others at their mean."""
    callers: dict[str, Any] = {"patience_s": queue.patience_s, "lines": queue.lines}
    result = performance(agents, swing.mean[at], row["aht_s"], 0.0, **callers)
    reached = {goal: getattr(result, goal) for goal in queue.target.goals() if goal != "service_level"}
    if queue.service_level is not None:
        aht_s = np.full(len(swing.mean), row["aht_s"])
        here = slice(at, at + 1)
        level = swing.service_level(agents, aht_s, queue.target, rows=here, **callers)[0]
        reached = {"service_level": level, **reached}
    return {goal: float(value) for goal, value in reached.items()}


def _apart(swing: Swing, row: pd.Series, at: int, agents: int, queue: Queue) -> str:
    """Write out the service level under both loads; for Erlang C as a pocket calculator can follow."""
    share, before, own = swing.share[at], swing.before[at], swing.own[at]
    if queue.service_level is None or share in (0, 1) or before == own:
        return _chance(row, own, agents, queue)
    level = [
        float(
            service_level(
                agents,
                load,
                row["aht_s"],
                queue.within_s or 0.0,
                patience_s=queue.patience_s,
                lines=queue.lines,
                convention=queue.convention,
            )
        )
        for load in (before, own)
    ]
    parts = f"{share:.2%} × {level[0]:.2%} under the load of before + {1 - share:.2%} × {level[1]:.2%}"
    return f" ({parts} under its own{_chance(row, own, agents, queue)})"


def _model(queue: Queue) -> str:
    name = "Erlang C (Erlang 1917)"
    if queue.patience_s is not None:
        name = f"Erlang A (Palm 1957), patience {queue.patience_s:g} s"
    return name if queue.lines is None else f"{name}, {queue.lines} lines"


def _chance(row: pd.Series, load: float, agents: int, queue: Queue) -> str:
    plain = queue.patience_s is None and queue.lines is None and queue.service_level is not None
    if not plain or agents <= load:
        return ""
    chance = float(erlang_c(agents, load))
    spare = f"({agents} - {load:,.5g}) × {queue.within_s:g} / {row['aht_s']:,.6g}"
    return f", which is 1 - C e^-[{spare}] with C = {chance:.5g}, the chance to wait"


def _said(goal: str, value: float, queue: Queue) -> str:
    if goal == "service_level":
        return f"{value:.1%} answered within {queue.within_s:g} s"
    return f"{_GOALS[goal]} {value:,.1f} s" if goal == "asa_s" else f"{value:.1%} {_GOALS[goal]}"


def _service(ahead: pd.Series, row: pd.Series, queue: Queue) -> Iterator[Step]:
    """Say what the forecast's mean and its band come to with that team."""
    lost = "nobody is taken to hang up" if queue.patience_s is None else f"{row['abandoned']:.1%} hang up"
    if queue.lines is not None:
        lost += f", {row['blocked']:.1%} find no line"
    yield Step(
        "service",
        f"if {row['calls']:,.6g} calls come, as in the whole forecast: {row['service_level']:.1%} in time, "
        f"average speed of answer {row['asa_s']:,.1f} s, occupancy {row['occupancy']:.1%}, {lost}",
        "the same formulas at the forecast's mean",
    )
    if pd.notna(row["service_level_lo"]) and pd.notna(row["service_level_hi"]):
        yield Step(
            "band",
            f"{row['service_level_hi']:.1%} if all intervals come as few as here {ahead['calls_lo']:,.5g}, "
            f"{row['service_level_lo']:.1%} if all come as many as here {ahead['calls_hi']:,.5g}",
            "the same formulas at the ends of the band",
        )
