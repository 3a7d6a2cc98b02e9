"""Pictures of the tables, one queue to a picture, in colours that colour-blind eyes tell apart.

Each function draws into `ax`, or into a figure of its own, and returns the axes; with
`ax.figure.savefig(path)` the picture is written. `reporting.captions` says the same in a sentence.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from callplan.errors import Refused
from callplan.intervals import local_day
from reporting.axis import OpenTime, draw_clock
from reporting.dress import BLACK, BLUE, GREEN, GREY, ORANGE, PALE, PURPLE, SKY, VERMILION, axes, count, dress
from reporting.parts import busiest_day
from reporting.words import day, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Beyond so many days intervals cannot be told apart.
_MOST_DAYS = 28
# Beyond so many intervals a line is drawn fine.
_MOST_STEPS = 500
_SHIFT_COLOURS = (SKY, ORANGE, GREEN, PURPLE, PALE, BLUE)


def plot_forecast(
    forecast: pd.DataFrame,
    actual: pd.DataFrame | None = None,
    history: pd.DataFrame | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the forecast and its band, what then came, and as many days of history before it.

    More than four weeks are drawn as day totals, and without a band, for bands do not add up.
    """
    forecast = one_queue(forecast, "forecast")
    if local_day(forecast["start"]).nunique() > _MOST_DAYS:
        return _plot_day_totals(forecast, actual, history, axes(ax))
    tables = [forecast]
    if history is not None:
        days = local_day(forecast["start"]).nunique()
        tables.append(history := _last_days(one_queue(history, "history"), days))
    if actual is not None:
        tables.append(actual := one_queue(actual, "actual"))
    time, ax = OpenTime(*tables), axes(ax)
    if forecast["calls_lo"].notna().any():
        x, low = time.points(forecast, "calls_lo")
        _, high = time.points(forecast, "calls_hi")
        label = f"band that holds {forecast['level'].iloc[0]:.0%}"
        ax.fill_between(x, low, high, color=SKY, alpha=0.4, linewidth=0, label=label)
    ax.plot(*time.points(forecast, "calls"), color=BLUE, linewidth=1.4, label="forecast")
    if history is not None:
        ax.plot(*time.points(history, "offered"), color=GREY, linewidth=1, label="history")
    if actual is not None:
        ax.plot(*time.points(actual, "offered"), "o", color=BLACK, markersize=1.8, label="what came")
    time.draw(ax)
    ax.set_ylim(bottom=0)
    title = "calls forecast" if actual is None else "calls forecast and calls that came"
    count(ax)
    return _dress(ax, forecast, title, f"calls in {forecast['minutes'].iloc[0]} minutes")


def _plot_day_totals(
    forecast: pd.DataFrame, actual: pd.DataFrame | None, history: pd.DataFrame | None, ax: "Axes"
) -> "Axes":
    """Draw the calls of each day, forecast and counted; days without a count leave a gap."""
    days = local_day(forecast["start"]).nunique()
    before = None if history is None else _last_days(one_queue(history, "history"), days)
    for table, column, colour, label in (
        (before, "offered", GREY, "history"),
        (forecast, "calls", BLUE, "forecast"),
        (actual, "offered", BLACK, "what came"),
    ):
        if table is not None:
            totals = table.groupby(local_day(table["start"]))[column].sum(min_count=1)
            ax.plot(totals.asfreq("D"), ".-", color=colour, linewidth=0.8, markersize=2.5, label=label)
    ax.set_ylim(bottom=0)
    ax.tick_params("x", labelsize=8)
    count(ax)
    return _dress(ax, forecast, "calls forecast by day", "calls a day")


def plot_requirement(requirement: pd.DataFrame, ax: "Axes | None" = None) -> "Axes":
    """Draw the load, the agents on the phones that it needs, and the heads to roster for them."""
    rows = one_queue(requirement, "requirement")
    time, ax = OpenTime(rows), axes(ax)
    ax.stairs(time.steps(rows, "agents"), time.edges, fill=True, color=SKY, alpha=0.5, label="on the phones")
    ax.stairs(
        time.steps(rows, "rostered"), time.edges, baseline=None, color=BLACK, linewidth=1.1, label="rostered"
    )
    ax.plot(*time.points(rows, "load"), color=VERMILION, linewidth=1.1, label="load in erlangs")
    time.draw(ax)
    count(ax)
    return _dress(ax, rows, "heads that the calls need", "heads")


def plot_coverage(coverage: pd.DataFrame, ax: "Axes | None" = None) -> "Axes":
    """Draw the heads needed and the heads at work, over and under coloured."""
    rows = one_queue(coverage, "coverage")
    time, ax = OpenTime(rows), axes(ax)
    edges, needed, staffed = time.edges, time.steps(rows, "needed"), time.steps(rows, "staffed")
    both = np.minimum(needed, staffed)
    ax.stairs(staffed, edges, fill=True, color=PALE, label="staffed")
    ax.stairs(staffed, edges, baseline=both, fill=True, color=SKY, label="over")
    ax.stairs(needed, edges, baseline=both, fill=True, color=VERMILION, label="under")
    # Over weeks a full line would hide what is over and under.
    width = 1 if len(rows) <= _MOST_STEPS else 0.3
    ax.stairs(needed, edges, baseline=None, color=BLACK, linewidth=width, label="needed")
    time.draw(ax)
    count(ax)
    return _dress(ax, rows, "heads needed and heads at work", "heads")


def plot_service_level(
    coverage: pd.DataFrame,
    delivered: pd.DataFrame | None = None,
    goal: float | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the service level of each interval as planned, and as the calls that came would have had it."""
    rows = one_queue(coverage, "coverage")
    tables = [rows]
    if delivered is not None:
        tables.append(delivered := one_queue(delivered, "delivered"))
    if not all("service_level" in table for table in tables):
        raise Refused("coverage", "no column 'service_level'", "plan with a service goal")
    time, ax = OpenTime(*tables), axes(ax)
    planned = time.steps(rows, "service_level")
    ax.stairs(planned, time.edges, baseline=None, color=BLUE, linewidth=1.3, label="planned")
    if delivered is not None:
        points = time.points(delivered, "service_level")
        ax.plot(*points, "o", color=BLACK, markersize=2.2, label="delivered")
    if goal is not None:
        ax.axhline(goal, color=VERMILION, linewidth=1, linestyle="--", label=f"goal {goal:.0%}")
    time.draw(ax)
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter("{x:.0%}")
    return _dress(ax, rows, "service level by interval", "share answered in time")


def plot_errors(errors: pd.DataFrame, tolerance: float = 0.05, ax: "Axes | None" = None) -> "Axes":
    """Draw each day's error in percent of what came, beside the tolerance and what chance alone leaves."""
    rows = one_queue(errors[errors["by"] == "day"], "errors by day")
    offered = rows["offered"].where(rows["offered"] > 0)
    error, floor = rows["error"] / offered, rows["floor"] / offered
    place, ax = np.arange(len(rows)), axes(ax)
    ax.axhspan(-tolerance, tolerance, color=GREEN, alpha=0.15, linewidth=0, label=f"within ±{tolerance:.0%}")
    ax.bar(place, error.where(error.abs() <= tolerance), width=0.5, color=BLUE, label="error within it")
    ax.bar(place, error.where(error.abs() > tolerance), width=0.5, color=VERMILION, label="error beyond it")
    left, right = place - 0.36, place + 0.36
    ax.hlines(floor, left, right, color=BLACK, linewidth=1, linestyle=":", label="noise floor")
    ax.hlines(-floor, left, right, color=BLACK, linewidth=1, linestyle=":")
    ax.axhline(0, color=BLACK, linewidth=0.8)
    name_days(ax, [day(start) for start in rows["start"]])
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:+.0%}".replace("-", "−").replace("+0%", "0%"))
    return _dress(ax, rows, "forecast error by day", "forecast − what came")


def plot_shift_plan(shift_plan: pd.DataFrame, ax: "Axes | None" = None) -> "Axes":
    """Draw who works when on the busiest day: each shift a bar as high as its heads, open at the meal."""
    rows = busiest_day(one_queue(shift_plan, "shift_plan", key=("start", "shift")))
    ax, first = axes(ax, height=3.8), rows["start"].iloc[0]
    zero = first - pd.Timedelta(minutes=first.minute)
    lengths = sorted(rows["paid_h"].unique(), reverse=True)
    colour = {length: _SHIFT_COLOURS[i % len(_SHIFT_COLOURS)] for i, length in enumerate(lengths)}
    total = rows["heads"].sum()
    for row, top in zip(rows.to_dict("records"), rows["heads"].cumsum() - rows["heads"], strict=True):
        spans = [(_hours(begin - zero), _hours(end - begin)) for begin, end in _at_work(row)]
        bar = (top, row["heads"])
        ax.broken_barh(spans, bar, color=colour[row["paid_h"]], edgecolor="white", linewidth=0.6)
        if row["heads"] >= 0.03 * total:
            ax.text(spans[0][0] + 0.1, top + row["heads"] / 2, str(row["heads"]), fontsize=7, va="center")
    for length in lengths:
        ax.bar(0, 0, color=colour[length], label=f"{length:g} h paid")
    end = _hours(rows["end"].max() - zero)
    draw_clock(ax, zero, _hours(first - zero), end)
    ax.set_ylim(total, 0)
    count(ax)
    return _dress(ax, rows, f"heads at work on {day(first)}", "heads, the first to start on top")


def plot_days(days: pd.DataFrame, ax: "Axes | None" = None) -> "Axes":
    """Draw the hours that each day needs, has at work and pays; its service level stands below it."""
    rows = one_queue(days, "days")
    place, ax = np.arange(len(rows)), axes(ax)
    ax.bar(place - 0.16, rows["staffed_h"], width=0.3, color=SKY, label="at work")
    ax.bar(place + 0.16, rows["paid_h"], width=0.3, color=ORANGE, label="paid")
    ax.hlines(rows["needed_h"], place - 0.36, place + 0.36, color=BLACK, linewidth=1.4, label="needed")
    names = [day(start) for start in rows["start"]]
    for column, word in (("service_level", "planned"), ("delivered", "delivered")):
        if column in rows:
            levels = shown(list(rows[column]), "share")
            names = [f"{name}\n{level} {word}" for name, level in zip(names, levels, strict=True)]
    name_days(ax, names)
    count(ax)
    return _dress(ax, rows, "hours needed, at work and paid, and the service level, by day", "hours")


def one_queue(table: pd.DataFrame, name: str, key: Sequence[str] = ("start",)) -> pd.DataFrame:
    """Return the rows in the order of time, or refuse what one picture cannot show."""
    if table.empty:
        raise Refused(name, "no rows", "there is nothing to draw")
    queues = sorted(table["queue"].unique())
    if len(queues) > 1:
        found = ", ".join(queues[:5])
        raise Refused(name, f"several queues ({found})", "draw one: table[table['queue'] == name]")
    if table.duplicated(list(key)).any():
        raise Refused(name, "several rows for one start", "choose one model and one cutoff or lead")
    return table.sort_values("start", ignore_index=True)


def _last_days(history: pd.DataFrame, count: int) -> pd.DataFrame:
    days = local_day(history["start"])
    return history[days.isin(days.unique()[-count:])]


def _at_work(shift: dict) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Return when a shift is at work: all of it, or before and after its meal."""
    if pd.isna(shift.get("meal_start")):
        return [(shift["start"], shift["end"])]
    return [(shift["start"], shift["meal_start"]), (shift["meal_end"], shift["end"])]


def _hours(span: pd.Timedelta) -> float:
    return span / pd.Timedelta(hours=1)


def name_days(ax: "Axes", names: list[str]) -> None:
    """Name the days below their bars, as many as fit."""
    every = -(-len(names) // 10)
    ax.set_xticks(range(0, len(names), every), names[::every], fontsize=8)
    ax.tick_params("x", length=0)


def _dress(ax: "Axes", rows: pd.DataFrame, title: str, unit: str) -> "Axes":
    return dress(ax, f"{rows['queue'].iloc[0]}: {title}", unit)
