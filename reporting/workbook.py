"""The plan as an Excel workbook: a sheet a table, real dates, headings for people, native charts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from callplan.errors import Refused
from callplan.files import replacing
from callplan.tables import Column, Table
from reporting.charts import draw_charts
from reporting.parts import PARTS, present
from reporting.words import decimals, heading, missing, unit

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_MOST_ROWS = 1_048_575
# Text stays text: a queue may be called =1+1.
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_RED = {"font_color": "#9C0006", "bg_color": "#FFC7CE"}
_BLUE = {"bg_color": "#DDEFFA"}


@dataclass(frozen=True)
class _Strip:
    """One column of a sheet."""

    name: str
    heading: str
    values: Sequence[Any]
    width: float
    format: dict[str, Any] = field(default_factory=dict)
    comment: str = ""


def write_workbook(
    tables: Mapping[str, pd.DataFrame], path: str | Path, *, title: str, summary: Sequence[str]
) -> None:
    """Write a plan as one Excel workbook; the same input gives the same bytes.

    Excel knows no time zones: a cell holds the local time, and the column after it the offset from
    UTC. The first sheet holds the summary and the assumptions, the second the charts.
    """
    import xlsxwriter

    tables = present(tables)
    with replacing(path) as part, xlsxwriter.Workbook(part, _OPTIONS) as book:
        # One date for every workbook, and without a zone, for Excel has none.
        book.set_properties({"title": title, "created": datetime(2000, 1, 1)})  # noqa: DTZ001
        _write_summary(book, title, summary, tables.pop("assumptions", None))
        charted = [name for name in ("forecast", "coverage") if name in tables]
        charts = book.add_worksheet("Charts") if charted else None
        if "forecast" in tables and "actual" in tables:
            came = tables["actual"][["queue", "start", "offered"]]
            tables["forecast"] = tables["forecast"].merge(came, on=["queue", "start"], how="left")
        places = {name: _write_table(book, name, table) for name, table in tables.items()}
        if charts is not None:
            draw_charts(book, charts, {name: tables[name] for name in charted}, places)


def _write_summary(
    book: "Workbook", title: str, summary: Sequence[str], assumptions: pd.DataFrame | None
) -> None:
    sheet = book.add_worksheet("Summary")
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 15}))
    for row, line in enumerate(summary, start=2):
        sheet.write_string(row, 0, line)
    if assumptions is not None:
        below = len(summary) + 3
        sheet.write_string(below, 0, "Assumptions", book.add_format({"bold": True, "font_size": 12}))
        _write_strips(book, sheet, _strips(assumptions, PARTS["assumptions"].table), below + 1)
    _on_paper(sheet)


def _write_table(book: "Workbook", name: str, table: pd.DataFrame) -> dict[str, int]:
    """Write a table to a sheet of its own; return the place of each column."""
    if len(table) > _MOST_ROWS:
        raise Refused(name, f"{len(table):,} rows do not fit a sheet", "leave it out of the workbook")
    sheet = book.add_worksheet(PARTS[name].title)
    strips = _strips(table, PARTS[name].table)
    _write_strips(book, sheet, strips, 0)
    places = {strip.name: place for place, strip in enumerate(strips)}
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(table), len(strips) - 1)
    sheet.repeat_rows(0)
    for column, rule, value, dress in (
        ("under", ">", 0, _RED),
        ("over", ">", 0, _BLUE),
        ("within", "==", 0, _RED),
    ):
        if column in places:
            place = places[column]
            condition = {"type": "cell", "criteria": rule, "value": value, "format": book.add_format(dress)}
            sheet.conditional_format(1, place, len(table), place, condition)
    _on_paper(sheet)
    return places


def _strips(table: pd.DataFrame, of: Table) -> list[_Strip]:
    """Return what a table becomes on a sheet, column by column."""
    known = {column.name: column for part in PARTS.values() for column in part.table.columns}
    known |= {column.name: column for column in of.columns}
    strips = []
    for name in table.columns:
        column, values = known.get(name), table[name]
        if isinstance(values.dtype, pd.DatetimeTZDtype):
            strips += _times(name, values, column)
            continue
        said = heading(name)
        cells = [None if missing(value) else value for value in values.tolist()]
        if pd.api.types.is_numeric_dtype(values):
            named = unit(name, table.columns)
            said += f" ({named})" if named not in ("", "share", "0 or 1") else ""
            places = decimals([value for value in cells if value is not None])
            form = {
                "num_format": "0.0%" if named == "share" else "#,##0" + (f".{'0' * places}" if places else "")
            }
            strips.append(_Strip(name, said, cells, max(10, len(said) * 0.7), form, _comment(column)))
        else:
            longest = max((len(str(cell)) for cell in set(cells)), default=0)
            strips.append(_Strip(name, said, cells, min(60, max(10, longest + 2)), {}, _comment(column)))
    return strips


def _times(name: str, instants: pd.Series, column: Column | None) -> list[_Strip]:
    """Split instants into the local time, which Excel can hold, and its offset from UTC."""
    times = [None if missing(time) else time.to_pydatetime() for time in instants]
    local = [time and time.replace(tzinfo=None) for time in times]
    offsets = [time and time.isoformat()[-6:] for time in times]
    days_only = all(time is None or (time.hour, time.minute) == (0, 0) for time in local)
    form = {"num_format": "ddd d mmm yyyy" if days_only else "ddd d mmm yyyy hh:mm", "align": "right"}
    said = f"How far the clock is from UTC at {heading(name).lower()}: it tells a doubled hour apart."
    return [
        _Strip(name, heading(name), local, 16 if days_only else 22, form, _comment(column)),
        _Strip(f"{name} offset", f"{heading(name)}: UTC offset", offsets, 10, {}, said),
    ]


def _comment(column: Column | None) -> str:
    """Say what a column holds, and what it is called in the CSV file."""
    if column is None:
        return ""
    named = f", {column.unit}" if column.unit else ""
    return f"{column.meaning[:1].upper()}{column.meaning[1:]}.\n(In CSV: {column.name}{named})"


def _write_strips(book: "Workbook", sheet: "Worksheet", strips: Sequence[_Strip], row: int) -> None:
    """Write columns side by side, their headings in that row."""
    sheet.set_row(row, 32)
    for place, strip in enumerate(strips):
        top = {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1}
        if strip.format:
            top["align"] = "right"
        sheet.write_string(row, place, strip.heading, book.add_format(top))
        sheet.write_column(row + 1, place, strip.values, book.add_format(strip.format))
        sheet.set_column(place, place, strip.width)
        if strip.comment:
            sheet.write_comment(row, place, strip.comment, {"x_scale": 2, "author": ""})


def _on_paper(sheet: "Worksheet") -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
