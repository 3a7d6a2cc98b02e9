"""Pictures of what a week promises: service by day with its band, and scenarios side by side."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reporting.dress import BLACK, BLUE, ORANGE, PALE, SKY, VERMILION, axes, dress
from reporting.figures import name_days, one_queue
from reporting.words import day

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLANNED, ANEW = "as planned", "planned anew"


def levels_by_day(promise: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a promise that say a day's service level, where calls are expected."""
    rows = promise[(promise["by"] == "day") & (promise["measure"] == "service_level")]
    return rows[rows["expected"].notna()]


def plot_promise(promise: pd.DataFrame, ax: "Axes | None" = None) -> "Axes":
    """Draw the service level that each day will give: the mean, and the band that holds 8 of 10 such days."""
    rows = one_queue(levels_by_day(promise), "promise by day")
    place, ax = np.arange(len(rows)), axes(ax)
    band = rows["p90"] - rows["p10"]
    ax.bar(place, band, bottom=rows["p10"], width=0.5, color=SKY, alpha=0.6, label="8 of 10 such days")
    ax.hlines(rows["p50"], place - 0.25, place + 0.25, color=BLUE, linewidth=1.4, label="the middle one")
    ax.plot(place, rows["expected"], "o", color=BLACK, markersize=4.5, label="over all calls")
    _goal(ax, rows["limit"])
    name_days(ax, _named(rows))
    return _shares(ax, rows, "service level that the schedule will give, by day")


def _named(rows: pd.DataFrame) -> list[str]:
    """Name the days, each with its chance to meet the goal."""
    return [
        day(start) if pd.isna(chance) else f"{day(start)}\n{chance:.0%} chance"
        for start, chance in zip(rows["start"], rows["chance"], strict=True)
    ]


def plot_scenarios(scenarios: pd.DataFrame, ax: "Axes | None" = None) -> "Axes":
    """Draw the service level of each scenario with its band, as planned and planned anew, side by side."""
    rows = by_scenario(scenarios)
    names = list(rows["scenario"].unique())
    ax = axes(ax, height=1.3 + 0.5 * len(names))
    for roster, colour, off in ((PLANNED, BLUE, -0.14), (ANEW, ORANGE, 0.14)):
        own = rows[rows["roster"] == roster]
        place = np.array([names.index(name) for name in own["scenario"]]) + off
        ax.hlines(place, own["p10"], own["p90"], color=colour, linewidth=5, alpha=0.45)
        ax.plot(own["service_level"], place, "o", color=colour, markersize=5, label=roster)
        for x, y, paid in zip(own["p90"], place, own["paid_h"], strict=True):
            ax.text(x + 0.01, y, f"{paid:,.0f} h", fontsize=7, va="center")
    goal = rows["service_goal"].dropna()
    if len(goal):
        ax.axvline(
            goal.iloc[0], color=VERMILION, linewidth=1, linestyle="--", label=f"goal {goal.iloc[0]:.0%}"
        )
    ax.set_yticks(range(len(names)), names, fontsize=8)
    for label in ax.get_yticklabels():
        label.set_parse_math(False)
    ax.set_ylim(len(names) - 0.5, -0.5)
    # Room for the hours beside a band, though no mark beyond 100%.
    left, right = ax.get_xlim()
    right += 0.12 * (right - left)
    ax.set_xlim(left, right)
    ax.set_xticks([share for share in ax.get_xticks() if left <= share <= min(right, 1)])
    ax.xaxis.set_major_formatter("{x:.0%}")
    ax.tick_params("x", labelsize=8)
    title = f"{rows['queue'].iloc[0]}: what if; the bars hold 8 of 10 weeks, and the paid hours"
    dress(ax, title, "")
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", color=PALE, linewidth=0.6)
    return ax


def by_scenario(scenarios: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that a picture shows: the plan first, the others in their order."""
    rows = scenarios[scenarios["roster"].isin([PLANNED, ANEW]) & scenarios["service_level"].notna()]
    later = rows["scenario"] != "the plan"
    return rows.assign(later=later).sort_values(["later", "scenario", "roster"], ignore_index=True)


def describe_promise(promise: pd.DataFrame) -> str:
    """Say how the days' service levels lie, and which is the weakest."""
    rows = levels_by_day(promise)
    worst = rows.loc[rows["expected"].idxmin()]
    text = (
        f"The days will give {rows['expected'].min():.0%} to {rows['expected'].max():.0%} of calls an answer "
        f"in time; the weakest, {day(worst['start'])}, in 8 of 10 cases {worst['p10']:.0%} to "
        f"{worst['p90']:.0%}"
    )
    if rows["chance"].isna().all():
        return f"{text}."
    # Not always the weakest day: a small one scatters more.
    least = rows.loc[rows["chance"].idxmin()]
    return f"{text}; least likely to meet the goal is {day(least['start'])}, {least['chance']:.0%}."


def describe_scenarios(scenarios: pd.DataFrame) -> str:
    """Say the service level and the paid hours of each scenario."""
    said = [
        f"{row['scenario']}, {row['roster']}: {row['service_level']:.0%} for {row['paid_h']:,.0f} paid hours"
        for row in by_scenario(scenarios).to_dict("records")
    ]
    return "; ".join(said) + "."


def _goal(ax: "Axes", limits: pd.Series) -> None:
    known = limits.dropna()
    if len(known):
        ax.axhline(
            known.iloc[0], color=VERMILION, linewidth=1, linestyle="--", label=f"goal {known.iloc[0]:.0%}"
        )


def _shares(ax: "Axes", rows: pd.DataFrame, title: str) -> "Axes":
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter("{x:.0%}")
    return dress(ax, f"{rows['queue'].iloc[0]}: {title}", "share answered in time")
