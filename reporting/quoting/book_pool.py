"""The sheet of a portfolio: several clients on shared agents."""

from collections.abc import Mapping

import pandas as pd

from callplan.tables import TABLES
from reporting.quoting.book_page import Column, Ledger, Page
from reporting.quoting.book_volume import on_the_clock

# What is written of each table: its columns, their headings ({money} is the currency, {paid} that or hours
# where clients have no costs), and how their cells are written.
_COLUMNS = {
    "pool_saving": (
        ("by", "Worked out by", "text"),
        ("way", "Way", "text"),
        ("agents", "Most agents at once", "count"),
        ("staffed_h", "Hours a week", "mean"),
        ("cost", "Cost a week, {money}", "money"),
        ("agents_saved", "Agents saved", "count"),
        ("staffed_h_saved", "Hours saved a week", "mean"),
        ("cost_saved", "Saved a week, {money}", "money"),
        ("saved", "Hours saved, share", "share"),
        ("sized_for", "Sized for", "text"),
    ),
    "pool_clients": (
        ("client", "Client", "text"),
        ("calls", "Calls a week", "count"),
        ("aht_s", "Handling time, seconds", "mean"),
        ("goals", "Promised", "text"),
        ("weekday", "Busiest day", "text"),
        ("minute", "Busiest from", "text"),
        ("load", "Load then, erlangs", "fine"),
        ("agents", "Own team, by formula", "count"),
        ("agents_simulated", "Own team, simulated", "count"),
        ("staffed_h", "Own team, hours a week", "mean"),
        ("cost", "Own team a week, {money}", "money"),
        ("alone", "Service level, own team, busiest", "share"),
        ("shared", "Service level, shared team, busiest", "share"),
        ("shared_lo", "at least (95% sure)", "share"),
        ("shared_hi", "at most (95% sure)", "share"),
        ("week", "Service level, shared team, week", "share"),
        ("by_formula", "Goals in a shared team by formula", "text"),
    ),
    "pool_split": (
        ("client", "Client", "text"),
        ("alone", "Own team a week, {paid}", "money"),
        ("load_share", "Part of all load", "share"),
        ("by_load", "Pays by load, {paid}", "money"),
        ("by_load_saves", "Saves by load, {paid}", "money"),
        ("shapley", "Pays by Shapley value, {paid}", "money"),
        ("shapley_saves", "Saves by Shapley value, {paid}", "money"),
    ),
    "pool_week": (
        ("weekday", "Day", "text"),
        ("minute", "From", "text"),
        ("load", "Load of all, erlangs", "fine"),
        ("separate", "Agents, separate teams", "count"),
        ("shared", "Agents, shared team by formula", "count"),
        ("simulated", "Agents, shared team simulated", "count"),
    ),
    "pool_aht": (
        ("goals", "Goals' seconds", "text"),
        ("ratio", "Longest over shortest", "mean"),
        ("shortest_s", "Shortest, seconds", "mean"),
        ("longest_s", "Longest, seconds", "mean"),
        ("separate", "Agents, separate teams", "count"),
        ("shared", "Agents, shared team by formula", "count"),
        ("simulated", "Agents, shared team simulated", "count"),
        ("saved", "Agents saved by formula", "count"),
        ("saved_simulated", "Agents saved, simulated", "count"),
    ),
    "pool_correlation": (
        ("correlation", "Correlation", "fine"),
        ("separate", "Agents, separate teams", "count"),
        ("shared", "Agents, shared team", "count"),
        ("saved", "Agents saved", "count"),
        ("separate_h", "Hours a week, separate teams", "mean"),
        ("shared_h", "Hours a week, shared team", "mean"),
        ("saved_h", "Hours saved a week", "mean"),
        ("doubt_separate_h", "For doubt, separate teams, hours", "mean"),
        ("doubt_shared_h", "For doubt, shared team, hours", "mean"),
        ("doubt_saved", "Saved of that for doubt", "share"),
    ),
    "pool_overflow": (
        ("client", "Client", "text"),
        ("above_calls", "Own team takes, calls an interval", "mean"),
        ("overflow", "Its calls that flow over", "share"),
        ("own", "Agents, own team", "count"),
        ("pool", "Agents, the others' team", "count"),
        ("staffed_h", "Hours a week, both", "mean"),
        ("saved_h", "Hours saved a week", "mean"),
        ("pooled_h", "Saved if all were shared", "mean"),
    ),
}


def write_pool(ledger: Ledger, pool: Mapping[str, pd.DataFrame]) -> None:
    """Write the tables of a portfolio below each other, each with its description.

    A frame may say the currency of its money (`attrs["currency"]`), else it is the quote's.
    """
    lead = "As at hand-over: worked out and simulated by the program, and held."
    page = Page(ledger, "Portfolio", lead, {0: 26, 1: 30} | dict.fromkeys(range(2, 17), 16.0))
    priced = any("cost" in frame and frame["cost"].notna().any() for frame in pool.values())
    for name, frame in pool.items():
        page.head(TABLES[name].meaning)
        money = frame.attrs.get("currency", ledger.currency)
        paid = money if priced else "hours"
        columns = [
            Column(column, heading.format(money=money, paid=paid), kind)
            for column, heading, kind in _COLUMNS[name]
            if priced or "{money}" not in heading
        ]
        page.table(_as_read(frame), columns)


def _as_read(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table by the clock as people write it, without the intervals in which nothing happens."""
    if "minute" not in frame:
        return frame
    return on_the_clock(frame[(frame["load"] > 0) | (frame["shared"] > 0)])
