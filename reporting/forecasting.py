"""Pictures of forecasting: what was repaired, bands inside bands, when calls come, how near models came."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from callplan.errors import Refused
from callplan.intervals import local_day, minute_of_day
from reporting.axis import OpenTime
from reporting.dress import BLACK, BLUE, GREEN, GREY, ORANGE, PALE, PURPLE, SKY, VERMILION, axes, count, dress
from reporting.figures import name_days, one_queue
from reporting.words import day

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_REASONS = {
    "gap": GREY,
    "outage": VERMILION,
    "outlier": ORANGE,
    "holiday": GREEN,
    "bridge day": PURPLE,
    "event": BLUE,
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LEVELS = ("interval", "day", "week", "month", "quarter")
_COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
_MARKERS = ("o", "s", "^", "D")
# From the widest band to the narrowest.
_FAN = ("#d3e8f6", "#9fcdec", SKY)
# Intervals of up to so many days are drawn one by one; beyond, whole days are.
_MOST_DAYS = 8


def plot_repairs(history: pd.DataFrame, repairs: pd.DataFrame, ax: "Axes | None" = None) -> "Axes":
    """Draw the calls of each day; where a day has repairs, by reason, also what is usual instead."""
    rows, ax = one_queue(history, "history"), axes(ax)
    came = rows.groupby(local_day(rows["start"]))["offered"].sum(min_count=1)
    repaired = _repaired_days(rows, came, repairs[repairs["queue"] == rows["queue"].iloc[0]])
    plain = came[~came.index.isin(repaired["day"])]
    ax.plot(dates(plain.index), plain, "o", color=GREY, markersize=1.8, alpha=0.7, label="a day's calls")
    for reason, days in repaired.groupby("reason", sort=False):
        x, colour, style = dates(days["day"]), _REASONS[reason], ":" if reason == "gap" else "-"
        ax.vlines(x, days["came"].fillna(0), days["usual"], color=colour, linewidth=0.8, linestyle=style)
        ax.plot(x, days["came"], "o", color=colour, markersize=3.5, label=f"{reason}: {_days(len(days))}")
        ax.plot(x, days["usual"], "_", color=colour, markersize=6, markeredgewidth=1.2)
    if len(repaired):
        ax.plot([], [], "_", color=BLACK, markersize=6, markeredgewidth=1.2, label="usual instead")
    name_months(ax, came.index)
    ax.set_ylim(bottom=0)
    count(ax)
    return dress(
        ax, f"{rows['queue'].iloc[0]}: history by day, and what is repaired", "calls a day", beside=True
    )


def _repaired_days(rows: pd.DataFrame, came: pd.Series, repairs: pd.DataFrame) -> pd.DataFrame:
    """Return the days with repairs: what came, what is usual instead, and the reason of the greatest."""
    repairs = repairs.sort_values("start", ignore_index=True)
    at = repairs["start"].searchsorted(rows["start"], side="right") - 1
    inside = (at >= 0) & (rows["start"] < repairs["end"].reindex(at).set_axis(rows.index))
    kept = rows[~inside].groupby(local_day(rows["start"]))["offered"].sum()
    last = local_day(repairs["end"] - pd.Timedelta(microseconds=1))
    days = [pd.date_range(*span, unit="us") for span in zip(local_day(repairs["start"]), last, strict=True)]
    parts = repairs.assign(stretch=repairs.index, day=pd.Series(days, dtype=object)).explode("day")
    parts["day"] = pd.to_datetime(parts["day"])
    # What is usual in a stretch of several days is shared as their weekdays usually do.
    weight = parts["day"].dt.day_of_week.map(kept.groupby(kept.index.day_of_week).mean()).fillna(0)
    parts["usual"] *= weight / weight.groupby(parts["stretch"]).transform("sum")
    # "holiday: Easter Monday" and "after a holiday" are of one kind.
    kinds = parts["reason"].str.split(":").str[0]
    parts["reason"] = [next(kind for kind in _REASONS if kind in said) for said in kinds]
    parts = parts[parts["usual"] != 0].sort_values("usual", kind="stable")
    usual = parts.groupby("day")["usual"].sum(min_count=1) + kept.reindex(parts["day"].unique(), fill_value=0)
    found = parts.drop_duplicates("day", keep="last")[["day", "reason"]].sort_values("day")
    return found.assign(came=found["day"].map(came), usual=found["day"].map(usual))


def plot_bands(
    bands: pd.DataFrame,
    actual: pd.DataFrame | None = None,
    ax: "Axes | None" = None,
    *,
    span: str | None = None,
) -> "Axes":
    """Draw bands one inside the other, with the median, and what then came in the days forecast.

    `span` is drawn; left out, intervals of up to 8 days, or else the shortest span there is.
    """
    rows = bands[bands["span"] == (span := span or _span_to_draw(bands))]
    rows, ax = one_queue(rows, f"bands by {span}", key=("start", "quantile")), axes(ax)
    wide = rows.pivot_table("calls", "start", "quantile")
    came = None if actual is None else _came(one_queue(actual, "actual"), wide.index, span)
    (_fan_of_intervals if span == "interval" else _fan_of_spans)(ax, wide, came, span)
    ax.set_ylim(bottom=0)
    count(ax)
    unit = {"interval": "calls an interval", "day": "calls a day"}.get(span, f"calls a {span}, days forecast")
    return dress(ax, f"{rows['queue'].iloc[0]}: calls by {span}, and how sure they are", unit)


def _span_to_draw(bands: pd.DataFrame) -> str:
    there = [level for level in _LEVELS if (bands["span"] == level).any()]
    if not there:
        raise Refused("bands", "no rows", "there is nothing to draw")
    many = local_day(bands["start"]).nunique() > _MOST_DAYS
    return there[1] if many and there[0] == "interval" and len(there) > 1 else there[0]


def _pairs(quantiles: Sequence[float]) -> list[tuple[float, float, str]]:
    """Return the quantiles as bands from the widest on: lower, upper, and the share that lies between."""
    known = {round(share, 6): share for share in quantiles}
    lower = sorted(share for share in known if share < 0.5 and round(1 - share, 6) in known)
    if not lower and 0.5 not in known:
        raise Refused("bands", "no two quantiles make a band", "give a pair, such as 0.1 and 0.9")
    return [(known[low], known[round(1 - low, 6)], f"{1 - 2 * low:.0%} of counts") for low in lower]


def _shades(count: int) -> Sequence[str]:
    return _FAN[len(_FAN) - count :] if count <= len(_FAN) else [_FAN[0]] * (count - len(_FAN)) + list(_FAN)


def _came(actual: pd.DataFrame, starts: pd.DatetimeIndex, span: str) -> np.ndarray:
    """Return what came in each span."""
    if span == "interval":
        return actual.set_index("start")["offered"].reindex(starts).to_numpy()
    codes = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q"}
    begins = local_day(actual["start"]).dt.to_period(codes[span]).dt.start_time
    return actual.groupby(begins)["offered"].sum(min_count=1).reindex(starts.tz_localize(None)).to_numpy()


def _fan_of_intervals(ax: "Axes", wide: pd.DataFrame, came: np.ndarray | None, _span: str) -> None:
    """Draw bands as areas over the open time."""
    rows = wide.rename(columns=str).reset_index()
    rows["minutes"] = rows["start"].diff().min() // pd.Timedelta(minutes=1) if len(rows) > 1 else 30
    time, pairs = OpenTime(rows), _pairs(wide.columns)
    for (low, high, label), colour in zip(pairs, _shades(len(pairs)), strict=True):
        x, bottom = time.points(rows, str(low))
        ax.fill_between(x, bottom, time.points(rows, str(high))[1], color=colour, linewidth=0, label=label)
    if 0.5 in wide.columns:
        ax.plot(*time.points(rows, "0.5"), color=BLUE, linewidth=1.1, label="median")
    if came is not None:
        points = time.points(rows.assign(came=came), "came")
        ax.plot(*points, "o", color=BLACK, markersize=1.8, label="what came")
    time.draw(ax)


def _fan_of_spans(ax: "Axes", wide: pd.DataFrame, came: np.ndarray | None, span: str) -> None:
    """Draw bands as boxes inside boxes, one for each day, week or month."""
    place, pairs = np.arange(len(wide)), _pairs(wide.columns)
    for (low, high, label), colour in zip(pairs, _shades(len(pairs)), strict=True):
        height = (wide[high] - wide[low]).to_numpy()
        ax.bar(place, height, bottom=wide[low], width=0.6, color=colour, label=label)
    if 0.5 in wide.columns:
        ax.hlines(wide[0.5], place - 0.3, place + 0.3, color=BLUE, linewidth=1.6, label="median")
    if came is not None:
        ax.plot(place, came, "o", color=BLACK, markersize=3.5, label="what came")
    of_week = span == "day" and len(wide) > _MOST_DAYS
    names = ["" if of_week and start.weekday() else day(start) for start in wide.index]
    if of_week:
        mondays = np.flatnonzero(wide.index.day_of_week == 0)
        ax.set_xticks(mondays, [names[at] for at in mondays], fontsize=8)
    else:
        name_days(
            ax, names if span in ("day", "week") else [f"{_MONTHS[s.month - 1]} {s.year}" for s in wide.index]
        )


def plot_profile(table: pd.DataFrame, ax: "Axes | None" = None) -> "Axes":
    """Draw when calls come: their mean by weekday and time of day, of a history or a forecast."""
    column = "calls" if "calls" in table else "offered"
    rows, ax = one_queue(table, "forecast" if column == "calls" else "history"), axes(ax)
    minutes = int(rows["minutes"].iloc[0])
    keys = [local_day(rows["start"]).dt.day_of_week.to_numpy(), minute_of_day(rows["start"]).to_numpy()]
    mean = rows[column].groupby(keys).mean().unstack()  # noqa: PD010
    clock = np.arange(mean.columns.min(), mean.columns.max() + minutes, minutes)
    weekdays = range(mean.index.min(), mean.index.max() + 1)
    mean = mean.reindex(index=weekdays, columns=clock)
    edges = np.append(clock, clock[-1] + minutes) / 60
    mesh = ax.pcolormesh(
        edges, range(len(mean) + 1), mean, cmap="YlGnBu", vmin=0, edgecolor="white", linewidth=0.3
    )
    dress(ax, f"{rows['queue'].iloc[0]}: when calls {'are forecast' if column == 'calls' else 'came'}", "")
    ax.grid(visible=False)
    ax.set_yticks(np.arange(len(mean)) + 0.5, [_WEEKDAYS[at] for at in weekdays])
    ax.set_ylim(len(mean), 0)
    hours = np.arange(np.ceil(edges[0]), edges[-1] + 0.01, 1 if np.ptp(edges) <= 15 else 2)
    ax.set_xticks(hours, [f"{int(hour):02d}" for hour in hours], fontsize=8)
    ax.set_xlabel(f"local time, {rows['start'].dt.tz}", fontsize=8, color=GREY)
    bar = ax.figure.colorbar(mesh, ax=ax, pad=0.01, aspect=18)
    bar.set_label(f"mean calls in {minutes} minutes", fontsize=8, color=GREY)
    bar.ax.tick_params(labelsize=8, length=0)
    bar.ax.yaxis.set_major_formatter("{x:,g}")
    bar.outline.set_visible(False)
    return ax


def plot_accuracy(accuracy: pd.DataFrame, ax: "Axes | None" = None) -> "Axes":
    """Draw each model's error by level, and by weeks of lead inside it, above what chance alone leaves.

    The floor is that of Poisson counts, and where the table has it that of counts which scatter as the
    history's own do.
    """
    from matplotlib.ticker import MaxNLocator

    if accuracy.empty:
        raise Refused("accuracy", "no rows", "there is nothing to draw")
    if len(accuracy["queue"].unique()) > 1:
        raise Refused("accuracy", "several queues", "draw one: table[table['queue'] == name]")
    ax, levels = axes(ax), [level for level in _LEVELS if (accuracy["by"] == level).any()]
    weeks = sorted(accuracy["lead_days"].unique() // 7)
    place = {
        (by, week): at * (len(weeks) + 1) + i for at, by in enumerate(levels) for i, week in enumerate(weeks)
    }
    rows = accuracy.assign(
        x=[place[by, lead // 7] for by, lead in zip(accuracy["by"], accuracy["lead_days"], strict=True)]
    )
    _draw_models(ax, rows, levels)
    floors = rows.assign(own=rows.get("own_noise_floor", np.nan)).groupby("x")[["noise_floor", "own"]].mean()
    ax.bar(floors.index, floors["noise_floor"], width=0.9, color=PALE, label="chance (Poisson)")
    if (own := floors["own"].dropna()).size:
        ends = own.index - 0.45, own.index + 0.45
        ax.hlines(own, *ends, color=BLACK, linewidth=1, linestyle=":", label="scatter of past weeks")
    _name_levels(ax, levels, weeks)
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
    title = f"{rows['queue'].iloc[0]}: forecast error by level" + (" and lead" if len(weeks) > 1 else "")
    return dress(ax, title, "Σ|error| / Σ calls (WAPE)", beside=True)


def _draw_models(ax: "Axes", rows: pd.DataFrame, levels: Sequence[str]) -> None:
    """Draw a line for each model, the best first in the legend, side by side at each place."""
    models = rows.groupby("model")["wape"].mean().sort_values().index
    aside = np.linspace(-0.3, 0.3, len(models)) if len(models) > 1 else [0.0]
    for i, model in enumerate(models):
        colour, marker = _COLOURS[i % len(_COLOURS)], _MARKERS[i // len(_COLOURS) % len(_MARKERS)]
        own = rows[rows["model"] == model]
        for level in levels:
            line = own[own["by"] == level].sort_values("x")
            ax.plot(
                line["x"] + aside[i],
                line["wape"],
                marker=marker,
                color=colour,
                markersize=4.5,
                linewidth=1,
                label=model if level == levels[0] else None,
            )


def _name_levels(ax: "Axes", levels: Sequence[str], weeks: Sequence[int]) -> None:
    """Name the weeks of lead below the places, and the levels below them."""
    first = np.arange(len(levels)) * (len(weeks) + 1)
    if len(weeks) > 1:
        places = [(at + i, str(week)) for at in first for i, week in enumerate(weeks)]
        ax.set_xticks(*zip(*places, strict=True), minor=True)
        ax.set_xlabel("weeks of lead, and the level", fontsize=8, color=GREY)
    ax.xaxis.remove_overlapping_locs = False
    ax.set_xticks(first + (len(weeks) - 1) / 2, [f"by {level}" for level in levels], fontsize=8.5)
    ax.tick_params("x", which="minor", length=0, labelsize=7.5, labelcolor=GREY)
    ax.tick_params("x", which="major", length=0, pad=16 if len(weeks) > 1 else 5)


def dates(days: "pd.Series | pd.DatetimeIndex") -> np.ndarray:
    """Return days as matplotlib counts them: from 1970 on."""
    return np.asarray(days, dtype="datetime64[D]").astype(int)


def name_months(ax: "Axes", days: pd.DatetimeIndex) -> None:
    """Name the months below an axis of days, or so many weeks as fit, or every so many months."""
    first, last = days.min(), days.max()
    if (last - first).days < 70:
        ticks = pd.date_range(first, last, freq="W-MON")
        names = [day(tick) for tick in ticks]
    else:
        ticks = pd.date_range(first, last, freq="MS")
        every = next(step for step in (1, 2, 3, 6, 12, 24, 60) if len(ticks) / step <= 14)
        ticks = ticks[(ticks.month - 1 + 12 * ticks.year) % every == 0]
        names = [
            _MONTHS[t.month - 1] + (f"\n{t.year}" if t.month <= every or t == ticks[0] else "") for t in ticks
        ]
    ax.set_xticks(dates(ticks), names, fontsize=8)
    ax.tick_params("x", length=2, color=GREY)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
