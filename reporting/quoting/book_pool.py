"""The sheet of a portfolio: several clients on shared agents."""

from collections.abc import Mapping

import pandas as pd

from callplan.tables import TABLES, Table
from reporting.quoting.book_page import Column, Ledger, Page
from reporting.quoting.book_volume import on_the_clock

# How numbers of each unit are written; those of others as they are.
_KINDS = {
    "share": "share", "money": "money", "money or h": "fine", "h": "fine", "erlangs": "fine", "s": "mean",
    "agents": "count", "calls": "count", "day": "text", "min": "text",
}  # fmt: skip
# Units that a column's name does not tell.
_TOLD = ("share", "money", "money or h", "erlangs")


def write_pool(ledger: Ledger, pool: Mapping[str, pd.DataFrame]) -> None:
    """Write the tables of a portfolio below each other, each with its description."""
    lead = "As at hand-over: worked out and simulated by the program, and held."
    page = Page(ledger, "Portfolio", lead, {0: 26} | dict.fromkeys(range(1, 17), 16.0))
    for name, frame in pool.items():
        table = TABLES[name]
        page.head(table.meaning)
        page.table(on_the_clock(frame) if "minute" in frame else frame, _columns(table))


def _columns(table: Table) -> list[Column]:
    return [
        Column(
            column.name,
            column.name.replace("_", " ").capitalize() + (f", {column.unit}" if column.unit in _TOLD else ""),
            "text" if column.dtype == "text" else _KINDS.get(column.unit, "number"),
        )
        for column in table.columns
    ]
