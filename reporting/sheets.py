"""Sheets of a workbook: tables with headings for people, real dates, notes on what a column holds."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from callplan.errors import Refused
from callplan.files import replacing
from callplan.tables import Column, Table
from reporting.parts import PARTS, Part
from reporting.words import decimals, heading, missing, unit

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_MOST_ROWS = 1_048_575
_A4, A3 = 9, 8  # as Excel numbers them
# Text stays text: a queue may be called =1+1.
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
RED = {"font_color": "#9C0006", "bg_color": "#FFC7CE"}
BLUE = {"bg_color": "#DDEFFA"}


@dataclass(frozen=True)
class _Strip:
    """One column of a sheet."""

    name: str
    heading: str
    values: Sequence[Any]
    width: float
    format: dict[str, Any] = field(default_factory=dict)
    comment: str = ""


class Formats:
    """The formats of a workbook, each made once however many cells have it."""

    def __init__(self, book: "Workbook") -> None:
        self._book = book
        self._made: dict[tuple, Any] = {}

    def __call__(self, **dress: Any) -> "Format":
        """Return the format of that dress."""
        key = tuple(sorted(dress.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(dress)
        return self._made[key]


@contextmanager
def new_book(path: str | Path, title: str) -> "Iterator[Workbook]":
    """Open a workbook that takes its place when all is written; the same sheets give the same bytes."""
    import xlsxwriter

    with replacing(path) as part, xlsxwriter.Workbook(part, _OPTIONS) as book:
        # One date for every workbook, and without a zone, for Excel has none.
        book.set_properties({"title": title, "created": datetime(2000, 1, 1)})  # noqa: DTZ001
        yield book


def write_summary(
    book: "Workbook", title: str, lines: Sequence[str], part: Part, table: pd.DataFrame | None
) -> None:
    """Write the first sheet: the title, the summary line by line, and one table below it."""
    sheet = book.add_worksheet("Summary")
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 15}))
    for row, line in enumerate(lines, start=2):
        sheet.write_string(row, 0, line)
    if table is not None:
        below = len(lines) + 3
        sheet.write_string(below, 0, part.title, book.add_format({"bold": True, "font_size": 12}))
        _write_strips(book, sheet, _strips(table, part.table), below + 1)
    on_paper(sheet)


def write_table(book: "Workbook", part: Part, table: pd.DataFrame, currency: str = "") -> dict[str, int]:
    """Write a table to a sheet of its own, its costs in that currency; return the place of each column."""
    if len(table) > _MOST_ROWS:
        raise Refused(
            part.table.name, f"{len(table):,} rows do not fit a sheet", "leave it out of the workbook"
        )
    sheet = book.add_worksheet(part.title)
    strips = _strips(table, part.table, currency)
    _write_strips(book, sheet, strips, 0)
    places = {strip.name: place for place, strip in enumerate(strips)}
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(table), len(strips) - 1)
    sheet.repeat_rows(0)
    for column, rule, value, dress in (
        ("under", ">", 0, RED),
        ("over", ">", 0, BLUE),
        ("within", "==", 0, RED),
    ):
        if column in places:
            place = places[column]
            condition = {"type": "cell", "criteria": rule, "value": value, "format": book.add_format(dress)}
            sheet.conditional_format(1, place, len(table), place, condition)
    on_paper(sheet)
    return places


def _strips(table: pd.DataFrame, of: Table, currency: str = "") -> list[_Strip]:
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
        if pd.api.types.is_datetime64_dtype(values):
            form = {"num_format": "ddd d mmm yyyy", "align": "right"}
            strips.append(_Strip(name, said, cells, 16, form, _comment(column)))
        elif pd.api.types.is_numeric_dtype(values):
            named = unit(name, table.columns)
            named = currency if named == "money" else named
            said += f" ({named})" if named not in ("", "share", "0 or 1", said.lower()) else ""
            places = decimals([value for value in cells if value is not None])
            # 1 and 0 stay numbers, and read yes and no.
            special = {"share": "0.0%", "0 or 1": '"yes";;"no"'}
            form = {"num_format": special.get(named, "#,##0" + (f".{'0' * places}" if places else ""))}
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


def on_paper(sheet: "Worksheet", paper: int = _A4) -> None:
    """Print a sheet as wide as a page, on its side."""
    sheet.set_landscape()
    sheet.set_paper(paper)
    sheet.fit_to_pages(1, 0)
