"""Pictures of teams: what each agent brings, and what a simulation says of a day."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from reporting.axis import OpenTime
from reporting.dress import BLACK, BLUE, GREY, SKY, VERMILION, axes, dress
from reporting.figures import one_queue

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_marginal(
    rows: Sequence[Mapping[str, Any]],
    ax: "Axes | None" = None,
    *,
    goal: float | None = None,
    agents: int | None = None,
    title: str = "what each agent brings",
) -> "Axes":
    """Draw service level, occupancy and hang-ups against the number of agents, the team chosen marked."""
    from matplotlib.ticker import MaxNLocator

    ax = axes(ax)
    number = [row["agents"] for row in rows]
    lines = {
        "service_level": (BLUE, "answered in time"),
        "occupancy": (GREY, "occupancy"),
        "abandoned": (VERMILION, "hang up"),
    }
    for column, (colour, label) in lines.items():
        ax.plot(
            number,
            [row[column] for row in rows],
            "o-",
            color=colour,
            markersize=3,
            linewidth=1.2,
            label=label,
        )
    if goal is not None:
        ax.axhline(goal, color=BLACK, linewidth=0.9, linestyle="--", label=f"goal {goal:.0%}")
    if agents is not None:
        ax.axvspan(agents - 0.5, agents + 0.5, color=SKY, alpha=0.3, linewidth=0, label=f"{agents} agents")
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter("{x:.0%}")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.tick_params("x", labelsize=8)
    ax.set_xlabel("agents on the phones", fontsize=8, color=GREY)
    return dress(ax, title, "share")


def plot_simulation(played: pd.DataFrame, ax: "Axes | None" = None, *, goal: float | None = None) -> "Axes":
    """Draw the service level that a simulation finds, with its limits, over the expected one if stated."""
    rows = one_queue(played, "simulation")
    time, ax = OpenTime(rows), axes(ax)
    if "expected" in rows:
        expected = time.steps(rows, "expected")
        ax.stairs(expected, time.edges, baseline=None, color=BLUE, linewidth=1.2, label="expected")
    x, low = time.points(rows, "service_level_lo")
    _, high = time.points(rows, "service_level_hi")
    ax.vlines(x, low, high, color=BLACK, linewidth=1)
    ax.plot(
        *time.points(rows, "service_level"), "o", color=BLACK, markersize=2.4, label="simulated, 95% limits"
    )
    if goal is not None:
        ax.axhline(goal, color=VERMILION, linewidth=1, linestyle="--", label=f"goal {goal:.0%}")
    time.draw(ax)
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter("{x:.0%}")
    return dress(
        ax, f"{rows['queue'].iloc[0]}: service level, expected and simulated", "share answered in time"
    )
