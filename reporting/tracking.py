"""Pictures of the ledger: the errors of published forecasts over time, and what each step added."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from callplan.errors import Refused
from callplan.intervals import local_day
from reporting.dress import BLACK, BLUE, GREEN, GREY, ORANGE, PALE, VERMILION, axes, dress
from reporting.figures import one_queue
from reporting.forecasting import dates, name_months

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STEPS = ("naive", "statistical", "override", "published")
# Of a normal error with that mean absolute deviation, 95 of 100 lie within so many of it.
_OF_FLOOR = 1.96 * np.sqrt(np.pi / 2)


def attainable(rows: pd.DataFrame) -> pd.Series:
    """Return the share of the actual within which 95 of 100 errors of a perfect forecast lie.

    It knows the mean of each count, which scatters as the queue's own history does, or else as Poisson does.
    """
    own = rows["own_floor"] if "own_floor" in rows else pd.Series(np.nan, rows.index)
    return _OF_FLOOR * own.fillna(rows["floor"]) / rows["offered"].where(rows["offered"] > 0)


def plot_control_chart(
    ledger: pd.DataFrame, alarms: pd.DataFrame | None = None, by: str = "day", ax: "Axes | None" = None
) -> "Axes":
    """Draw each day's error (or each week's, month's) in percent of what came, inside two bands.

    One is the tolerance, the other what a perfect forecast would stay within (`attainable`). Spans in
    which the forecast drifts are shaded, and marked where the alarm came. What is far beyond the
    others is drawn at the edge, as a triangle.
    """
    rows = one_queue(ledger[ledger["by"] == by], f"ledger by {by}")
    ax, x = axes(ax), dates(local_day(rows["start"]))
    share, tolerance = rows["error"] / rows["offered"].where(rows["offered"] > 0), rows["tolerance"].iloc[0]
    noise = attainable(rows)
    edge = _edge(share, noise, tolerance)
    ax.axhspan(-tolerance, tolerance, color=GREEN, alpha=0.15, linewidth=0, label=f"±{tolerance:.0%}")
    ax.plot(x, noise, color=BLACK, linewidth=0.8, linestyle=":", label="perfect forecast, 19 of 20")
    ax.plot(x, -noise, color=BLACK, linewidth=0.8, linestyle=":")
    ax.axhline(0, color=BLACK, linewidth=0.8)
    inside = share.abs() <= edge
    size = 3 if len(rows) > 120 else 4.5
    for which, colour, label in (
        (rows["within"] == 1, BLUE, "within"),
        (rows["within"] == 0, VERMILION, "beyond"),
    ):
        here = (which & inside).to_numpy()
        ax.plot(x[here], share[here], "o", color=colour, markersize=size, label=label)
    for far, marker in ((share > edge, "^"), (share < -edge, "v")):
        at = np.full(int(far.sum()), edge * (1 if marker == "^" else -1))
        ax.plot(x[far.to_numpy()], at, marker, color=VERMILION, markersize=size + 1, clip_on=False)
    if alarms is not None:
        own = alarms[alarms["queue"] == rows["queue"].iloc[0]]
        _draw_alarms(ax, own, np.asarray(x, dtype=float), by, edge)
    ax.set_ylim(-edge, edge)
    ax.yaxis.set_major_formatter(lambda value, _: _percent(value))
    name_months(ax, pd.DatetimeIndex(local_day(rows["start"])))
    title = f"{rows['queue'].iloc[0]}: error of the published forecast by {by}"
    return dress(ax, title, "forecast − what came")


def _edge(share: pd.Series, noise: pd.Series, tolerance: float) -> float:
    """Return how far up and down the chart goes: as far as nearly all errors do, and the usual of chance."""
    size = share.abs().fillna(0.0)
    usual = noise.median() if noise.notna().any() else 0.0
    return max(2 * tolerance, 1.05 * min(1.5 * size.quantile(0.95), size.max()), 1.1 * usual)


def _percent(share: float) -> str:
    return f"{100 * share:+.3g}%".replace("-", "−") if round(share, 9) else "0%"


def _draw_alarms(ax: "Axes", alarms: pd.DataFrame, drawn: np.ndarray, by: str, edge: float) -> None:
    """Shade the days of each drift that are drawn, and mark that on which its alarm came."""
    for place, alarm in enumerate(alarms.to_dict("records")):
        days = pd.Series([alarm["since"], alarm["until"], alarm["start"]])
        since, until, shown = dates(local_day(days))
        runs = _runs(drawn[(drawn >= since) & (drawn <= until)]) if by == "day" else [(since, until)]
        for first, last in runs:
            ax.axvspan(first - 0.5, last + 0.5, color=ORANGE, alpha=0.22, linewidth=0)
        ax.plot(
            [shown],
            [edge * 0.93],
            "D",
            color=ORANGE,
            markeredgecolor=BLACK,
            markersize=6,
            label=None if place else "drift",
        )


def _runs(days: np.ndarray) -> list[tuple[float, float]]:
    """Return the first and last of each run of days in a row.

    >>> _runs(np.array([3.0, 4.0, 7.0]))
    [(3.0, 4.0), (7.0, 7.0)]
    """
    days = np.sort(days)
    runs = np.split(days, np.flatnonzero(np.diff(days) > 1) + 1)
    return [(float(run[0]), float(run[-1])) for run in runs if len(run)]


def plot_value_added(value_added: pd.DataFrame, by: str = "day", ax: "Axes | None" = None) -> "Axes":
    """Draw the error (WAPE) of each step of the forecast, and by how many points it beats the last."""
    rows = value_added[value_added["by"] == by]
    if rows.empty:
        raise Refused(f"value added by {by}", "no rows", "there is nothing to draw")
    if len(rows["queue"].unique()) > 1:
        raise Refused("value added", "several queues", "draw one: table[table['queue'] == name]")
    rows = rows.set_index("step").reindex([step for step in STEPS if step in set(rows["step"])])
    ax, place = axes(ax, height=2.6), np.arange(len(rows))
    colours = [GREY if step == "naive" else BLUE if step == "published" else PALE for step in rows.index]
    ax.barh(place, rows["wape"], color=colours, height=0.6)
    known = rows["wape"].notna().to_numpy()
    for at, wape, added in zip(place[known], rows["wape"][known], rows["added"][known], strict=True):
        change = (
            "" if np.isnan(added) else f", {'better' if added > 0 else 'worse'} by {abs(added) * 100:.1f}"
        )
        same = not np.isnan(added) and abs(added) < 0.0005
        said = f"{wape:.1%}{', the same' if same else change}"
        ax.annotate(said, (wape, at), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8)
    ax.set_yticks(place, list(rows.index), fontsize=8.5)
    ax.invert_yaxis()
    most = rows["wape"].max()
    ax.set_xlim(0, 1.3 * most if most > 0 else 1)
    ax.xaxis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
    ax.tick_params("x", labelsize=8, length=0)
    dress(ax, f"{value_added['queue'].iloc[0]}: error by {by}, step by step", "")
    ax.grid(axis="y", visible=False)
    ax.set_xlabel("Σ|error| / Σ calls (WAPE); better and worse in points", fontsize=8, color=GREY)
    return ax
