"""What a page says of a promise and of scenarios: pictures and grids, nothing computed."""

from collections.abc import Mapping

import pandas as pd

from reporting import weekly
from reporting.grids import Grid, by_row
from reporting.pictures import Picture, drawn
from reporting.words import day, heading, moment

Block = Picture | Grid
_LEVELS = ("expected", "p10", "p50", "p90", "limit")


def promise_blocks(parts: Mapping[str, pd.DataFrame]) -> list[Block]:
    """Show what the schedule will give, with its band, and where it is weakest."""
    if "promise" not in parts:
        return []
    rows = parts["promise"]
    blocks: list[Block] = []
    if len(weekly.levels_by_day(rows)):
        blocks.append(drawn(weekly.plot_promise(rows), weekly.describe_promise(rows)))
    service_first = sorted(rows["measure"].unique(), key=lambda name: (name != "service_level", name))
    for measure in service_first:
        own = rows[rows["measure"] == measure]
        # Seconds of waiting are no share.
        units = {} if measure == "asa_s" else dict.fromkeys(_LEVELS, "share")
        own = own.sort_values(["by", "start"])
        named = own["start"].map(day)
        dated = own.assign(start=named.where(own["by"] == "day", "Week from " + named))
        columns = ["start", "calls", *_LEVELS, "chance"]
        caption = f"{heading(measure)}, by day and week"
        blocks.append(by_row(dated, columns, caption, {"start": "Day"}, units))
    return [*blocks, *_at_risk(parts)]


def _at_risk(parts: Mapping[str, pd.DataFrame]) -> list[Block]:
    if "at_risk" not in parts:
        return []
    rows = parts["at_risk"].sort_values("rank")
    columns = ["start", "calls", "staffed", "service_level", "chance", "late", "one_more", "one_fewer"]
    return [by_row(rows.assign(start=rows["start"].map(moment)), columns, "The intervals most at risk")]


def what_if_blocks(parts: Mapping[str, pd.DataFrame]) -> list[Block]:
    """Show what the days come to if things were otherwise."""
    if "scenarios" not in parts:
        return []
    rows = parts["scenarios"]
    blocks: list[Block] = []
    if (rows["scenario"] != "the plan").any() and rows["service_level"].notna().any():
        blocks.append(drawn(weekly.plot_scenarios(rows), weekly.describe_scenarios(rows)))
    columns = ["scenario", "roster", "calls", "aht_s", "staffed_h", "paid_h", "cost"]
    columns += ["service_level", "p10", "p90", "chance", "abandoned"]
    return [*blocks, by_row(rows, columns, "Side by side", {}, {"p10": "share", "p90": "share"})]
