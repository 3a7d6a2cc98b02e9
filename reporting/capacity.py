"""A capacity plan: its picture, the sentence that says the same, and its workbook, weeks across."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from callplan.errors import Refused
from callplan.intervals import local_day
from callplan.tables import BALANCE, HIRING, LATE, NEED, TRIED, WAYS
from reporting.dress import BLACK, GREY, ORANGE, PALE, SKY, VERMILION, axes, count, dress
from reporting.forecasting import dates, name_months
from reporting.parts import Part
from reporting.sheets import Formats, new_book, on_paper, write_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_PARTS = {
    "need": Part(NEED, "Need"),
    "balance": Part(BALANCE, "Balance"),
    "hires": Part(HIRING, "Hiring"),
    "late": Part(LATE, "Late"),
    "ways": Part(WAYS, "Ways"),
    "tried": Part(TRIED, "Tried"),
}
# Row, column of the table, number format.
_NEED_ROWS = (
    ("Forecast calls", "calls", "#,##0"),
    ("Band from", "calls_lo", "#,##0"),
    ("Band to", "calls_hi", "#,##0"),
    ("AHT, s", "aht_s", "0"),
    ("Agent hours", "agent_h", "#,##0"),
    ("Required hours", "required_h", "#,##0"),
    ("Required FTE", "required_fte", "0.0"),
    ("Required FTE, band from", "required_fte_lo", "0.0"),
    ("Required FTE, band to", "required_fte_hi", "0.0"),
)
_BALANCE_ROWS = (
    ("Required FTE", "required_fte", "0.0"),
    ("Headcount", "heads", "0.0"),
    ("Class starts", "hires", "0;-0;"),
    ("In training", "in_training", "0.0"),
    ("Attrition", "leavers", "0.0"),
    ("Productive FTE", "productive_fte", "0.0"),
    ("Leave", "leave", "0.0%"),
    ("Absence", "absence", "0.0%"),
    ("Available FTE", "available_fte", "0.0"),
    ("Gap", "gap_fte", "+0.0;-0.0;0.0"),
    ("Overtime FTE", "overtime_fte", "0.0"),
    ("Overflow FTE", "overflow_fte", "0.0"),
    ("Still short FTE", "short_fte", "0.0"),
    ("Cost: people", "people_cost", "#,##0"),
    ("Cost: overtime", "overtime_cost", "#,##0"),
    ("Cost: overflow", "overflow_cost", "#,##0"),
    ("Cost", "cost", "#,##0"),
)


def plot_capacity(
    balance: pd.DataFrame, need: pd.DataFrame | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Draw the FTE required by week, and those available, with overtime and overflow above them.

    With `need` of a single queue the band of its requirement is drawn too. Classes that begin are marked.
    """
    if balance.empty:
        raise Refused("balance", "no rows", "there is nothing to draw")
    ax, x = axes(ax, height=3.6), dates(local_day(balance["start"]))
    base = np.zeros(len(balance))
    for column, colour, label in (
        ("available_fte", SKY, "available"),
        ("overtime_fte", ORANGE, "overtime"),
        ("overflow_fte", PALE, "overflow"),
        ("short_fte", VERMILION, "short"),
    ):
        height = balance[column].to_numpy()
        if height.any():
            ax.bar(x, height, 6.2, bottom=base, color=colour, label=label, linewidth=0)
        base = base + height
    if need is not None and len(need["queue"].unique()) == 1:
        low, high = (need[f"required_fte_{end}"].to_numpy() for end in ("lo", "hi"))
        at = dates(local_day(need["start"]))
        ax.plot(
            at, low, color=BLACK, linewidth=0.8, linestyle=":", label=f"band, {need['level'].iloc[0]:.0%}"
        )
        ax.plot(at, high, color=BLACK, linewidth=0.8, linestyle=":")
    ax.plot(x, balance["required_fte"], color=BLACK, linewidth=1.5, label="required")
    for place, row in zip(x, balance.to_dict("records"), strict=True):
        if row["hires"]:
            ax.annotate(
                f"+{row['hires']:.0f}",
                (place, 0),
                xytext=(0, 3),
                textcoords="offset points",
                ha="center",
                fontsize=7.5,
            )
    ax.set_ylim(bottom=0)
    name_months(ax, pd.DatetimeIndex(local_day(balance["start"])))
    count(ax)
    ax.set_xlabel("weeks; +n: a class of n begins", fontsize=8, color=GREY)
    return dress(ax, "FTE required and available, by week", "FTE")


def describe_capacity(balance: pd.DataFrame) -> str:
    """Say what the picture of a capacity plan shows: the need, the widest gap, the classes."""
    first, last = balance["start"].iloc[0], balance["start"].iloc[-1]
    worst = balance.loc[balance["gap_fte"].idxmin()]
    classes = balance[balance["hires"] > 0]
    hires = ", ".join(f"{row.hires:.0f} on {row.start:%Y-%m-%d}" for row in classes.itertuples()) or "nobody"
    return (
        f"From the week of {first:%Y-%m-%d} to that of {last:%Y-%m-%d} between "
        f"{balance['required_fte'].min():,.1f} and {balance['required_fte'].max():,.1f} FTE are required; "
        f"the gap, before overtime and overflow, is widest in the week of {worst['start']:%Y-%m-%d}, "
        f"at {worst['gap_fte']:+,.1f} FTE. "
        f"Hired: {hires}."
    )


def write_capacity_workbook(
    tables: Mapping[str, pd.DataFrame],
    path: str | Path,
    *,
    title: str,
    summary: Sequence[str],
    conventions: Sequence[str],
) -> None:
    """Write a capacity plan as a workbook: weeks across, then its tables; the same input, the same bytes.

    The rows are those of capacity planners: forecast calls, AHT, required hours and FTE, headcount, in
    training, attrition, available FTE, gap, overtime and overflow FTE, cost.
    """
    for name in tables:
        if name not in _PARTS:
            raise Refused("tables", f"unknown table {name!r}", "give those of a capacity plan")
    with new_book(path, title) as book:
        sheet = book.add_worksheet("Capacity")
        _weeks_across(book, sheet, tables, title)
        notes = book.add_worksheet("Notes")
        notes.set_column(0, 0, 120, book.add_format({"text_wrap": True}))
        notes.write_column(0, 0, [*summary, "", *conventions])
        on_paper(notes)
        for name, part in _PARTS.items():
            if name in tables:
                write_table(book, part, tables[name])


def _weeks_across(
    book: "Workbook", sheet: "Worksheet", tables: Mapping[str, pd.DataFrame], title: str
) -> None:
    """Write every measure as a row, every week as a column."""
    formats, need = Formats(book), tables["need"]
    weeks = need["start"].drop_duplicates().sort_values(ignore_index=True)
    sheet.write_string(0, 0, title, formats(bold=True, font_size=14))
    sheet.write_string(1, 0, "Week of", formats(bold=True, bottom=1))
    for place, week in enumerate(weeks, start=1):
        day = week.to_pydatetime().replace(tzinfo=None)
        sheet.write_datetime(
            1, place, day, formats(num_format="d mmm yy", bold=True, bottom=1, align="right")
        )
    row = 2
    for queue, rows in need.groupby("queue"):
        row = _block(sheet, formats, row, str(queue), rows, weeks, _NEED_ROWS)
    if "balance" in tables:
        top = row + 1
        row = _block(sheet, formats, row, "All queues", tables["balance"], weeks, _BALANCE_ROWS)
        _chart(book, sheet, top, len(weeks), row + 1, tables["balance"])
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, len(weeks), 10)
    sheet.freeze_panes(2, 1)
    on_paper(sheet)
    # A quarter a page, each with the names of the rows.
    sheet.repeat_columns(0)
    sheet.fit_to_pages(-(-len(weeks) // 13), 1)


def _block(
    sheet: "Worksheet",
    formats: Formats,
    row: int,
    name: str,
    table: pd.DataFrame,
    weeks: pd.Series,
    rows: Sequence[tuple[str, str, str]],
) -> int:
    """Write one block of rows below its name; return the row after it."""
    sheet.write_string(row, 0, name, formats(bold=True, bg_color="#EEF1F5"))
    by_week = table.set_index("start").reindex(pd.DatetimeIndex(weeks))
    for step, (said, column, form) in enumerate(rows, start=1):
        dress: dict[str, Any] = {"num_format": form}
        if said in ("Gap", "Cost", "Required FTE"):
            dress["bold"] = True
        sheet.write_string(row + step, 0, said, formats(bold="bold" in dress))
        cells = [None if pd.isna(value) else float(value) for value in by_week[column]]
        sheet.write_row(row + step, 1, cells, formats(**dress))
    return row + len(rows) + 2


def _chart(
    book: "Workbook", sheet: "Worksheet", top: int, weeks: int, below: int, balance: pd.DataFrame
) -> None:
    """Draw Excel's own chart of required and available FTE below the rows."""
    place = {column: top + step for step, (_, column, _) in enumerate(_BALANCE_ROWS)}

    def series(column: str, name: str, **dress: Any) -> dict[str, Any]:
        at = place[column]
        return {
            "name": name,
            "categories": ["Capacity", 1, 1, 1, weeks],
            "values": ["Capacity", at, 1, at, weeks],
            **dress,
        }

    chart = book.add_chart({"type": "column", "subtype": "stacked"})
    for column, name, colour in (
        ("available_fte", "available", "#56B4E9"),
        ("overtime_fte", "overtime", "#E69F00"),
        ("overflow_fte", "overflow", "#D9DCE1"),
        ("short_fte", "short", "#D55E00"),
    ):
        chart.add_series(series(column, name, fill={"color": colour}, gap=20))
    line = book.add_chart({"type": "line"})
    line.add_series(series("required_fte", "required", line={"color": "#000000", "width": 1.75}))
    chart.combine(line)
    chart.set_title({"name": "FTE required and available", "name_font": {"size": 12}})
    chart.set_x_axis({"text_axis": True, "num_format": "d mmm yy", "num_font": {"rotation": -45, "size": 8}})
    chart.set_legend({"position": "top"})
    chart.set_size({"width": 1180, "height": 360})
    sheet.insert_chart(below, 0, chart, {"description": describe_capacity(balance)})
