"""How far each week of a history can be trusted, in one picture."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from callplan.errors import Refused
from callplan.intervals import local_day
from reporting.dress import BLACK, BLUE, GREEN, ORANGE, PALE, PURPLE, SKY, VERMILION, axes, count, dress
from reporting.words import day

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# From what needs no look to what needs one; their lightness tells them apart without colour.
_GRADES = {"A": PALE, "B": SKY, "C": ORANGE, "D": BLACK}
_MEANING = {"A": "sound", "B": "usable", "C": "doubtful", "D": "not to be used"}
_REASONS = {
    "missing": ("missing", BLUE),
    "zeros": ("zeros", VERMILION),
    "handled_above": ("handled above offered", PURPLE),
    "aht_outliers": ("handling time", GREEN),
}
# Beyond so many queues a name would be smaller than print.
_MOST_NAMES = 80
_MOST_DATES = 7


def plot_quality(quality: pd.DataFrame, ax: "Axes | None" = None) -> "Axes":
    """Draw the grade of every queue and week; of one queue also how many intervals are at fault, and why.

    A week before a queue's first or after its last stays white.
    """
    if quality.empty:
        raise Refused("quality", "no rows", "there is nothing to draw")
    if quality.duplicated(["queue", "start"]).any():
        raise Refused("quality", "several rows for one queue and week", "draw one table of quality")
    monday = local_day(quality["start"])
    weeks = pd.date_range(monday.min(), monday.max(), freq="7D")
    at = weeks.get_indexer(pd.DatetimeIndex(monday))
    queues = sorted(quality["queue"].unique())
    if len(queues) == 1:
        ax = _plot_reasons(quality, at, axes(ax))
    else:
        ax = _plot_grades(quality, at, queues, axes(ax, height=min(12.0, 1.4 + 0.22 * len(queues))))
    every = -(-len(weeks) // _MOST_DATES)
    named = [f"{day(week).removeprefix('Mon ')} {week.year}" for week in weeks[::every]]
    ax.set_xticks(np.arange(0, len(weeks), every) + 0.5, named, fontsize=8)
    ax.tick_params("x", length=2)
    ax.set_xlim(0, len(weeks))
    return ax


def _plot_grades(quality: pd.DataFrame, at: np.ndarray, queues: list[str], ax: "Axes") -> "Axes":
    """Draw queues under each other, a week a cell."""
    from matplotlib.colors import ListedColormap

    grade, row = (
        pd.Index(list(_GRADES)).get_indexer(quality["grade"]),
        pd.Index(queues).get_indexer(quality["queue"]),
    )
    cells = np.full((len(queues), at.max() + 1), np.nan)
    cells[row, at] = grade
    ax.pcolormesh(
        np.ma.masked_invalid(cells), cmap=ListedColormap(list(_GRADES.values())), vmin=-0.5, vmax=3.5
    )
    ax.hlines(range(1, len(queues)), 0, at.max() + 1, color="white", linewidth=min(3.0, 120 / len(queues)))
    for place, (letter, colour) in enumerate(_GRADES.items()):
        ax.bar(0, 0, color=colour, label=f"{letter} {_MEANING[letter]}, {np.mean(grade == place):.0%}")
    ax.set_ylim(len(queues), 0)
    named = len(queues) <= _MOST_NAMES
    places = np.arange(len(queues)) + 0.5
    ax.set_yticks(places if named else [], queues if named else [], parse_math=False)
    dress(ax, "How far each week's calls can be trusted", "" if named else f"{len(queues):,} queues")
    ax.grid(visible=False)
    return ax


def _plot_reasons(quality: pd.DataFrame, at: np.ndarray, ax: "Axes") -> "Axes":
    """Draw the intervals at fault as bars, and the grades as a strip below them."""
    top = np.zeros(len(quality))
    for column, (name, colour) in _REASONS.items():
        if quality[column].any():
            ax.bar(at + 0.5, quality[column], 0.86, top, color=colour, label=name)
            top = top + quality[column].to_numpy()
    strip = 0.07 * max(top.max(), 4)
    for grade, colour in _GRADES.items():
        if (cells := (quality["grade"] == grade).to_numpy()).any():
            label = f"{grade} {_MEANING[grade]}"
            ax.bar(at[cells] + 0.5, -strip, 1.0, -0.3 * strip, color=colour, label=label)
    count(ax)
    title = f"{quality['queue'].iloc[0]}: intervals at fault, and the grade of each week"
    dress(ax, title, "intervals", beside=True)
    ax.set_ylim(-1.3 * strip, 1.05 * max(top.max(), 4))
    ax.set_yticks([tick for tick in ax.get_yticks() if 0 <= tick <= 1.05 * max(top.max(), 4)])
    ax.spines["bottom"].set_visible(False)
    return ax
