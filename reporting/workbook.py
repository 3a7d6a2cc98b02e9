"""The plan as an Excel workbook: a sheet a table, real dates, headings for people, native charts."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from reporting.charts import draw_charts
from reporting.parts import PARTS, present
from reporting.sheets import new_book, write_summary, write_table


def write_workbook(
    tables: Mapping[str, pd.DataFrame],
    path: str | Path,
    *,
    title: str,
    summary: Sequence[str],
    currency: str = "",
) -> None:
    """Write a plan as one Excel workbook; the same input gives the same bytes.

    Excel knows no time zones: a cell holds the local time, and the column after it the offset from
    UTC. The first sheet holds the summary and the assumptions, the second the charts. A ledger's intervals
    are left to its CSV file: they are too many for a sheet that is read.
    """
    tables = present(tables)
    if "ledger" in tables:
        tables["ledger"] = tables["ledger"][tables["ledger"]["by"] != "interval"]
    with new_book(path, title) as book:
        write_summary(book, title, summary, PARTS["assumptions"], tables.pop("assumptions", None))
        charted = [name for name in ("forecast", "coverage") if name in tables]
        charts = book.add_worksheet("Charts") if charted else None
        if "forecast" in tables and "actual" in tables:
            came = tables["actual"][["queue", "start", "offered"]]
            tables["forecast"] = tables["forecast"].merge(came, on=["queue", "start"], how="left")
        places = {name: write_table(book, PARTS[name], table, currency) for name, table in tables.items()}
        if charts is not None:
            draw_charts(book, charts, {name: tables[name] for name in charted}, places)
