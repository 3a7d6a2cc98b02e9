"""The suggestions in their order, and the day in words."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from callplan.tables import SUGGESTIONS, check
from planning.today.day import QueueDay

# A smaller gain than a twentieth of a point nobody would notice.
_LEAST_GAIN = 5e-4


def ranked(ideas: list[dict[str, Any]], most: int) -> pd.DataFrame:
    """Return the table, the best first: one of a kind for each person, and at most so many of a kind."""
    if not ideas:
        return pd.DataFrame(columns=SUGGESTIONS.names())
    table = pd.DataFrame(ideas)
    table["after"] = table["after"].clip(0.0, 1.0)
    table["gain"] = table["after"] - table["before"]
    # Nobody is sent home from a day that would miss its goal then.
    free = (table["kind"] == "time off") & (table["after"] >= table["goal"])
    table = table[(table["gain"] > _LEAST_GAIN) | free]
    if table.empty:
        return pd.DataFrame(columns=SUGGESTIONS.names())
    best = table.assign(order=-table["gain"].round(9), person=table["person"].astype(object))
    best = best.sort_values(["order", "cost", "kind", "what"], kind="stable")
    again = best["person"].notna() & best.duplicated(["kind", "person"])
    best = best[~again]
    best = best[best.groupby("kind").cumcount() < most]
    return check(best.assign(rank=np.arange(1, len(best) + 1))[SUGGESTIONS.names()], SUGGESTIONS)


def in_words(days: Mapping[str, QueueDay], at: pd.Timestamp, suggestions: pd.DataFrame) -> Iterator[str]:
    """Yield how each queue stands, then each suggestion with what it does."""
    for name, day in days.items():
        counted = day.rows[day.rows["came"].notna()]
        level, goal = day.level(), day.queue.service_level or 0.0
        gap = day.rows["present"] - day.rows["needed"]
        ahead = day.rows.assign(gap=gap)[day.ahead]
        came, due = counted["came"].sum(), counted["morning"].sum()
        so_far = f"{came:,.0f} calls came, {due:,.0f} were forecast" if len(counted) else "nothing is counted"
        text = f"{name} at {at:%H:%M}: {so_far}; "
        text += (
            f"{ahead['calls'].sum():,.0f} are expected still, {ahead['morning'].sum():,.0f} were forecast. "
        )
        text += f"The day's service level is to be {level:.1%}, the goal is {goal:.0%}; "
        short = ahead[ahead["gap"] < 0]
        if short.empty:
            text += "nothing is short."
        else:
            worst = short.loc[short["gap"].idxmin()]
            text += (
                f"{len(short)} intervals are short, most {worst['start']:%H:%M}: {-worst['gap']:.1f} heads."
            )
        yield text
    for row in suggestions.to_dict("records"):
        cost = f", cost {row['cost']:,.2f}" if row["cost"] else ""
        yield (
            f"{row['rank']}. {row['what']} ({row['queue']} {row['before']:.1%} to {row['after']:.1%}{cost})."
        )
