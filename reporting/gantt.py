"""A day of a roster, person by person: who is at work when, for which queue, and when they pause."""

import itertools
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from callplan.errors import Refused
from reporting.axis import draw_clock
from reporting.dress import BLACK, BLUE, GREEN, ORANGE, PALE, PURPLE, SKY, VERMILION, axes, dress
from reporting.roster import AWAY, PAUSES, at_work, away, day_bounds, labels
from reporting.words import day

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_QUEUE_COLOURS = (SKY, ORANGE, GREEN, PURPLE, BLUE, VERMILION)
_PAUSE_COLOURS = {"meal": PALE, "rest": BLACK}
# Beyond so many people a name would be smaller than print.
_MOST_NAMES = 80
_HOUR = pd.Timedelta(hours=1)


def plot_day(shifts: pd.DataFrame, activities: pd.DataFrame, on: date, ax: "Axes | None" = None) -> "Axes":
    """Draw who does what on a local day, the first to start on top.

    Shifts that begin on the day are drawn to their end, those of the night before from midnight.
    Leave and training are counted in the title; up to 80 people are named.
    """
    first, last = day_bounds(on, shifts["start"])
    rows = at_work(shifts, activities, first, last)
    if rows.empty:
        raise Refused("shifts", f"nobody works on {on}", "choose another day")
    people = list(dict.fromkeys(rows["person"]))
    named = len(people) <= _MOST_NAMES
    left, right = ((rows[edge].clip(lower=first) - first) / _HOUR for edge in ("start", "end"))
    rows = rows.assign(left=left, width=right - left, place=pd.Index(people).get_indexer(rows["person"]))
    ax = axes(ax, height=min(12.0, 1.6 + 0.15 * len(people)))
    for label, colour, bars in _kinds(rows, labels(activities)):
        # Between bars thinner than a few dots a gap would flicker.
        height = 0.84 if named else 1.0
        ax.barh(bars["place"], bars["width"], height, bars["left"], color=colour, label=label)
    ax.set_ylim(len(people) - 0.4, -0.6)
    ax.set_yticks(range(len(people)) if named else [], people if named else [], parse_math=False)
    title = ", ".join([f"{day(first)}: {len(people):,} at work", *away(activities, first, last)])
    dress(ax, title, f"{len(people):,} people, the first to start on top" if not named else "")
    draw_clock(ax, first, left.min(), right.max())
    ax.grid(axis="x", visible=True, color=PALE, linewidth=0.6)
    ax.grid(axis="y", visible=False)
    ax.tick_params("y", labelsize=7)
    return ax


def _kinds(rows: pd.DataFrame, said: pd.Series) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield what is done, each with its colour and rows; a queue has its colour on every day."""
    queues = sorted(set(said) - {*PAUSES, *AWAY})
    colours = dict(zip(queues, itertools.cycle(_QUEUE_COLOURS), strict=False)) | _PAUSE_COLOURS
    for label, colour in colours.items():
        if (here := rows["label"] == label).any():
            yield label, colour, rows[here]
