"""Pictures of teams: what each agent brings, and what a simulation says of a day."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reporting.axis import OpenTime
from reporting.dress import BLACK, BLUE, GREY, ORANGE, SKY, VERMILION, axes, dress
from reporting.figures import one_queue

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARGINAL = {
    "service_level": (BLUE, "answered in time"),
    "occupancy": (GREY, "occupancy"),
    "abandoned": (VERMILION, "hang up"),
    "blocked": (ORANGE, "blocked"),
}
# From so many intervals on, points are small.
_MANY = 120


def plot_marginal(
    rows: Sequence[Mapping[str, Any]],
    answer: Mapping[str, Any] | None = None,
    ax: "Axes | None" = None,
    *,
    title: str = "what each agent brings",
) -> "Axes":
    """Draw service level, occupancy and lost calls against agents, as `erlang.marginal` returns them.

    `answer` is what `erlang.require_one` says to the same case: its team and its goal are marked.
    """
    from matplotlib.ticker import MaxNLocator

    ax = axes(ax)
    number = [row["agents"] for row in rows]
    for column, (colour, label) in _MARGINAL.items():
        values = [row[column] for row in rows]
        # Who never hangs up needs no line.
        if column == "service_level" or any(values):
            ax.plot(number, values, "o-", color=colour, markersize=3, linewidth=1.2, label=label)
    if answer is not None:
        goal, agents = answer["service_goal"], answer["agents"]
        ax.axhline(goal, color=BLACK, linewidth=0.9, linestyle="--", label=f"goal {goal:.0%}")
        ax.axvspan(agents - 0.5, agents + 0.5, color=SKY, alpha=0.3, linewidth=0, label=f"{agents} agents")
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter("{x:.0%}")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.tick_params("x", labelsize=8)
    ax.set_xlabel("agents on the phones", fontsize=8, color=GREY)
    first = rows[0]
    return dress(ax, title, f"share (within {first['within_s']:g} s, {first['convention']})")


def plot_simulation(
    played: pd.DataFrame, ax: "Axes | None" = None, *, goal: float | None = None, title: str | None = None
) -> "Axes":
    """Draw the service level that a simulation finds, with its 95% limits, and the expected one if stated."""
    rows = one_queue(played, "simulation")
    time, ax = OpenTime(rows), axes(ax)
    x, low = time.points(rows, "service_level_lo")
    _, high = time.points(rows, "service_level_hi")
    ax.fill_between(x, low, high, step="mid", color=SKY, alpha=0.5, linewidth=0, label="95% limits")
    found = time.points(rows, "service_level")
    ax.plot(*found, "o", color=BLACK, markersize=2.4 if len(rows) < _MANY else 1.2, label="simulated")
    if "expected" in rows:
        expected = time.steps(rows, "expected")
        ax.stairs(expected, time.edges, baseline=None, color=BLUE, linewidth=1.2, label="expected")
    if goal is not None:
        ax.axhline(goal, color=VERMILION, linewidth=1, linestyle="--", label=f"goal {goal:.0%}")
    time.draw(ax)
    ax.set_ylim(max(0.0, np.floor(10 * rows["service_level_lo"].min() - 1) / 10), 1.01)
    ax.yaxis.set_major_formatter("{x:.0%}")
    unit = "share answered in time"
    if "within_s" in rows:
        unit = f"answered within {rows['within_s'].iloc[0]:g} s ({rows['convention'].iloc[0]})"
    return dress(ax, title or f"{rows['queue'].iloc[0]}: service level, expected and simulated", unit)
