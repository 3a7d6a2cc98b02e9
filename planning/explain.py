"""How one interval's calls became erlangs, agents and rostered heads: every step with its formula."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from scipy.special import ndtri

from callplan.errors import Refused
from callplan.tables import FORECAST, check
from erlang import erlang_c, offered_load, performance, rate_quantile
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
    return list(_steps(rows.reset_index(drop=True), needed, at, settings))


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
    if queue.confidence is not None:
        yield _doubt(ahead, row, queue.confidence)
    if queue.lag:
        yield _lag(forecast, needed, at, queue)
    yield from _team(row, queue)
    exactly = row["agents"] / (1 - queue.shrinkage)
    yield Step(
        "rostered",
        f"{row['agents']} / (1 - {queue.shrinkage:g}) = {exactly:,.2f}, rounded up: {row['rostered']} heads",
        "shrinkage divides, and rounding comes last",
    )
    yield from _service(ahead, row, queue)


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


def _lag(ahead: pd.DataFrame, needed: pd.DataFrame, at: int, queue: Queue) -> Step:
    row = needed.iloc[at]
    name = "lag of one handle time (Green, Kolesar and Soares 2001)"
    before = needed.iloc[at - 1] if at else None
    if before is None or before["start"] + pd.Timedelta(minutes=before["minutes"]) != row["start"]:
        how = f"nothing is known of the interval before, so its own load stands for it: {_sized(row)}"
        return Step("lag", how, name)
    minutes = row["aht_s"] / 60
    if minutes > row["minutes"]:
        how = f"the load as it was {minutes:,.5g} minutes earlier: {_sized(row)}"
        return Step("lag", how, name)
    load = [_load_of(ahead.iloc[place], needed.iloc[place], queue) for place in (at - 1, at)]
    own = row["minutes"] - minutes
    how = (
        f"a call lasts {minutes:,.5g} minutes, and for so long the load is still that of before: "
        f"({minutes:,.5g} × {load[0]:,.6g} + {own:,.5g} × {load[1]:,.6g}) / {row['minutes']} = {_sized(row)}"
    )
    return Step("lag", how, name)


def _load_of(ahead: pd.Series, row: pd.Series, queue: Queue) -> float:
    """Return the load of an interval by itself that a team is sized for."""
    if queue.confidence is None or row["calls"] == 0:
        return float(row["load"])
    rate = rate_quantile(ahead["calls"], ahead["calls_hi"], ahead["level"], queue.confidence)
    return float(offered_load(rate, row["aht_s"], row["minutes"]))


def _sized(row: pd.Series) -> str:
    return f"{row['sized_load']:,.5g} erlangs"


def _team(row: pd.Series, queue: Queue) -> Iterator[Step]:
    """Show that the team meets every goal, and that one agent fewer does not."""
    model = _model(queue)
    for agents in range(max(row["agents"] - 1, 1), row["agents"] + 1):
        reached = _reached(row, agents, queue)
        said = ", ".join(_said(goal, value, queue) for goal, value in reached.items())
        said += _chance(row, agents, queue)
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


def _chance(row: pd.Series, agents: int, queue: Queue) -> str:
    """Write out Erlang C's service level, which a pocket calculator can follow."""
    plain = queue.patience_s is None and queue.lines is None and queue.service_level is not None
    if not plain or agents <= row["sized_load"]:
        return ""
    chance = float(erlang_c(agents, row["sized_load"]))
    spare = f"({agents} - {row['sized_load']:,.5g}) × {queue.within_s:g} / {row['aht_s']:,.6g}"
    return f" (1 - C e^-[{spare}], C = {chance:.5g} the chance to wait)"


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
