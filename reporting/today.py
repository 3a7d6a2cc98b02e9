"""A day so far and to come in one picture, and the sentence that says the same."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reporting.axis import OpenTime
from reporting.dress import BLACK, BLUE, GREY, PALE, SKY, VERMILION, count, dress
from reporting.figures import one_queue
from reporting.words import moment

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_today(intervals: pd.DataFrame, now: pd.Timestamp) -> "Axes":
    """Draw a table `today`: above the calls that came and are expected, below the heads needed and present.

    Returns the lower axes; their figure holds both.
    """
    from matplotlib.figure import Figure

    rows = one_queue(intervals, "today")
    time = OpenTime(rows)
    figure = Figure(figsize=(7.6, 5.2), layout="constrained")
    above, below = figure.subplots(2, 1, height_ratios=(1, 1.15))
    x, low = time.points(rows, "calls_lo")
    _, high = time.points(rows, "calls_hi")
    above.fill_between(x, low, high, color=SKY, alpha=0.4, linewidth=0, label="band")
    above.plot(*time.points(rows, "morning"), color=GREY, linewidth=1, linestyle="--", label="this morning")
    ahead = rows.assign(calls=rows["calls"].where(rows["state"] == "to come"))
    above.plot(*time.points(ahead, "calls"), color=BLUE, linewidth=1.4, label="expected now")
    above.plot(*time.points(rows, "came"), "o", color=BLACK, markersize=3, label="what came")
    needed, present = time.steps(rows, "needed"), time.steps(rows, "present")
    both = np.minimum(needed, present)
    below.stairs(present, time.edges, fill=True, color=PALE, label="present")
    below.stairs(present, time.edges, baseline=both, fill=True, color=SKY, label="spare")
    below.stairs(needed, time.edges, baseline=both, fill=True, color=VERMILION, label="short")
    below.stairs(needed, time.edges, baseline=None, color=BLACK, linewidth=1.1, label="needed")
    for ax in (above, below):
        ax.axvline(_place(time, rows, now), color=BLACK, linewidth=0.9, linestyle=":")
        time.draw(ax)
        ax.set_ylim(bottom=0)
        count(ax)
    above.set_xlabel("")
    queue = rows["queue"].iloc[0]
    dress(
        above,
        f"{queue}: calls so far and to come, at {moment(now)}",
        f"calls in {rows['minutes'].iloc[0]} min",
    )
    return dress(below, "heads needed and present", "heads")


def _place(time: OpenTime, rows: pd.DataFrame, now: pd.Timestamp) -> float:
    """Return where a moment lies on the axis."""
    at = int(np.clip(rows["start"].searchsorted(now, side="right") - 1, 0, len(rows) - 1))
    minutes = (now - rows["start"].iloc[at]) / pd.Timedelta(minutes=1)
    return float(time.lefts[at] + np.clip(minutes, 0, rows["minutes"].iloc[at]))


def describe_today(intervals: pd.DataFrame, now: pd.Timestamp) -> str:
    """Say what the picture of a day shows."""
    over = intervals["state"] != "to come"
    ahead = intervals[~over]
    came, due = intervals.loc[over, "came"].sum(), intervals.loc[over, "morning"].sum()
    text = (
        f"At {moment(now)} {came:,.0f} calls had come where {due:,.0f} were forecast; "
        f"{ahead['calls'].sum():,.0f} more are expected"
    )
    if ahead["short"].max() > 0:
        worst = ahead.loc[ahead["short"].idxmax()]
        return f"{text}. At most {worst['short']:,.1f} heads are short, at {moment(worst['start'])}."
    return f"{text}. No interval to come is short of heads."
