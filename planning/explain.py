"""How one interval's calls became erlangs, agents and rostered heads: every step with its formula."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from callplan.errors import Refused
from callplan.tables import FORECAST, check
from erlang import offered_load, performance, rate_quantile
from planning.site import Queue, Site
from planning.steps import staff_site

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


def explain(forecast: pd.DataFrame, site: Site, queue: str, start: datetime) -> list[Step]:
    """Return the steps from the calls of the interval that begins at `start` to its heads to roster.

    `start` is local time of the site, or time-zone aware. The numbers are those of `staff_site` for
    the same forecast and site.
    """
    settings = site.queue(queue)
    forecast = check(forecast, FORECAST)
    rows = forecast[forecast["queue"] == queue]
    if rows.empty:
        raise Refused(f"queue {queue}", "not in this forecast", "name one that is")
    needed = staff_site(rows, site)
    at = _place(needed["start"], start, queue)
    return list(_steps(rows.iloc[at], needed, at, settings))


def _place(starts: pd.Series, start: datetime, queue: str) -> int:
    """Return the position of the interval that begins at that time, or refuse with the nearest ones."""
    clock = starts if start.tzinfo else starts.dt.tz_localize(None)
    found = (clock == pd.Timestamp(start)).to_numpy().nonzero()[0]
    if not len(found):
        near = sorted(clock.iloc[(clock - pd.Timestamp(start)).abs().argsort()[:2]])
        meant = " or ".join(f"{time:%Y-%m-%d %H:%M}" for time in near)
        raise Refused(f"queue {queue}", f"no interval begins at {start:%Y-%m-%d %H:%M}", f"try {meant}")
    return int(found[0])


def _steps(ahead: pd.Series, needed: pd.DataFrame, at: int, queue: Queue) -> Iterator[Step]:
    row = needed.iloc[at]
    seconds = 60 * row["minutes"]
    band = (
        f"; {ahead['level']:.0%} of counts fall between {ahead['calls_lo']:,.0f} and {ahead['calls_hi']:,.0f}"
    )
    yield Step(
        "calls",
        f"{row['calls']:,.1f} in {row['minutes']} minutes" + (band if pd.notna(ahead["calls_lo"]) else ""),
        f"forecast, model {ahead['model']}",
    )
    if row["calls"] == 0:
        yield Step("agents", "0: no call is due", "no formula")
        return
    yield Step(
        "load",
        f"{row['calls']:,.1f} calls × {row['aht_s']:,.1f} s / {seconds:,} s = {row['load']:,.2f} erlangs",
        "offered load: calls × AHT / seconds of the interval",
    )
    if queue.confidence is not None:
        yield _doubt(ahead, row, queue.confidence)
    if queue.lag:
        yield _lag(needed, at, queue)
    yield from _team(row, queue)
    exactly = row["agents"] / (1 - queue.shrinkage)
    yield Step(
        "rostered",
        f"{row['agents']} / (1 - {queue.shrinkage:g}) = {exactly:,.2f}, rounded up: {row['rostered']} heads",
        "shrinkage divides, and rounding comes last",
    )
    yield from _service(ahead, row)


def _doubt(ahead: pd.Series, row: pd.Series, confidence: float) -> Step:
    rate = rate_quantile(ahead["calls"], ahead["calls_hi"], ahead["level"], confidence)
    load = offered_load(rate, row["aht_s"], row["minutes"])
    return Step(
        "doubt",
        f"on {confidence:.0%} of days calls come at a rate of at most {rate:,.1f}: {load:,.2f} erlangs",
        "gamma distributed rate, Poisson calls around it (Jongbloed and Koole 2001)",
    )


def _lag(needed: pd.DataFrame, at: int, queue: Queue) -> Step:
    row = needed.iloc[at]
    name = "lag of one handle time (Green, Kolesar and Soares 2001)"
    before = needed.iloc[at - 1] if at else None
    if before is None or before["start"] + pd.Timedelta(minutes=before["minutes"]) != row["start"]:
        return Step("lag", f"the first interval after closed hours keeps its own load: {_sized(row)}", name)
    minutes = row["aht_s"] / 60
    if minutes > row["minutes"] or queue.confidence is not None:
        how = f"the load as it was {minutes:,.1f} minutes earlier: {_sized(row)}"
    else:
        own = row["minutes"] - minutes
        how = (
            f"a call lasts {minutes:,.1f} minutes, and for so long the load is still that of before: "
            f"({minutes:,.1f} × {before['load']:,.2f} + {own:,.1f} × {row['load']:,.2f}) / {row['minutes']}"
            f" = {_sized(row)}"
        )
    return Step("lag", how, name)


def _sized(row: pd.Series) -> str:
    return f"{row['sized_load']:,.2f} erlangs"


def _team(row: pd.Series, queue: Queue) -> Iterator[Step]:
    """Show that the team meets every goal, and that one agent fewer does not."""
    model = _model(queue)
    for agents in (row["agents"] - 1, row["agents"]):
        reached = _reached(row, agents, queue)
        said = ", ".join(_said(goal, value, queue) for goal, value in reached.items())
        fewer = agents < row["agents"]
        verdict = "not enough" if fewer else f"the fewest that meet {row['goal']}; set by {row['set_by']}"
        yield Step("too few" if fewer else "agents", f"{agents} agents: {said}: {verdict}", model)


def _reached(row: pd.Series, agents: int, queue: Queue) -> dict[str, float]:
    """Return what a team reaches of each goal, under the load that it is sized for."""
    result = performance(
        agents,
        row["sized_load"],
        row["aht_s"],
        queue.within_s or 0.0,
        patience_s=queue.patience_s,
        lines=queue.lines,
        convention=queue.convention,
    )
    return {goal: float(getattr(result, goal)) for goal in queue.target.goals()}


def _model(queue: Queue) -> str:
    name = "Erlang C (Erlang 1917)"
    if queue.patience_s is not None:
        name = f"Erlang A (Palm 1957), patience {queue.patience_s:g} s"
    return name if queue.lines is None else f"{name}, {queue.lines} lines"


def _said(goal: str, value: float, queue: Queue) -> str:
    if goal == "service_level":
        return f"{value:.1%} answered within {queue.within_s:g} s"
    return f"{_GOALS[goal]} {value:,.1f} s" if goal == "asa_s" else f"{value:.1%} {_GOALS[goal]}"


def _service(ahead: pd.Series, row: pd.Series) -> Iterator[Step]:
    """Say what the forecast's mean and its band come to with that team."""
    yield Step(
        "service",
        f"if {row['calls']:,.1f} calls come: {row['service_level']:.1%} in time, "
        f"average speed of answer {row['asa_s']:,.1f} s, occupancy {row['occupancy']:.1%}, "
        f"{row['abandoned']:.1%} hang up",
        "the same formulas at the forecast's mean",
    )
    if pd.notna(row["service_level_lo"]) and pd.notna(row["service_level_hi"]):
        yield Step(
            "band",
            f"{row['service_level_hi']:.1%} if {ahead['calls_lo']:,.0f} calls come, "
            f"{row['service_level_lo']:.1%} if {ahead['calls_hi']:,.0f} do",
            "the same formulas at the ends of the band",
        )
