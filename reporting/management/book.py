"""A report as a workbook: a sheet a section, the same tables and formulas, charts tied to the cells."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from callplan.errors import Refused
from reporting.languages import Language, language
from reporting.management.parts import Chart, Document, Heat, Listing, Saying, Section
from reporting.management.pictures import alt
from reporting.sheets import Formats, new_book, on_paper
from reporting.words import missing

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_MOST_ROWS = 1_000_000
_NUMBERS = {
    "count": "#,##0",
    "mean": "#,##0.0",
    "share": "0.0%",
    "change": "+0.0%;-0.0%;0.0%",
    "seconds": "#,##0.0",
    "money": "#,##0.00",
    "points": "0.0",
    "number": "General",
}
_CHART_ROWS = 15
# Excel forbids these in the name of a sheet, and more than 31 letters.
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def write_management_workbook(document: Document, path: str | Path) -> None:
    """Write a document as an Excel workbook; the same input gives the same bytes."""
    words = language(document.language)
    with new_book(path, document.title) as book:
        formats = Formats(book)
        _summary(book, formats, document, words)
        for section in [*document.sections, *document.sheets]:
            _Writer(book, formats, section, words).write()


def _summary(book: "Workbook", formats: Formats, document: Document, words: Language) -> None:
    sheet = book.add_worksheet(words.say("page", "summary"))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 110)
    wrapped = formats(text_wrap=True, valign="top")
    sheet.write_string(0, 0, document.title, formats(bold=True, font_size=15))
    sheet.write_string(1, 0, document.period)
    lines = [*document.summary, "", *document.notes, "", words.say("page", "footer")]
    for row, line in enumerate(lines, start=3):
        sheet.write_string(row, 0, line, wrapped)
    on_paper(sheet)


class _Writer:
    """Writes the blocks of a section below each other on a sheet of its own."""

    def __init__(self, book: "Workbook", formats: Formats, section: Section, words: Language) -> None:
        self.book, self.formats, self.section, self.words = book, formats, section, words
        self.name = section.tab.translate(_FORBIDDEN)[:31].strip()
        self.sheet: Worksheet = book.add_worksheet(self.name)
        self.row = 0
        self.widths: dict[int, float] = {}

    def write(self) -> None:
        """Write title, lead, and every block."""
        self._line(self.section.title, bold=True, font_size=13)
        if self.section.lead:
            self._line(self.section.lead, font_color="#5A616B")
        for name, blocks in self.section.blocks.items():
            self.row += 1
            if name and len(self.section.blocks) > 1:
                self._line(name, bold=True, font_size=12, font_color="#0072B2")
            for block in blocks:
                self._line(block.text) if isinstance(block, Saying) else self._listing(block)
        for column, width in self.widths.items():
            self.sheet.set_column(column, column, width)
        self.sheet.hide_gridlines(2)
        on_paper(self.sheet)

    def _line(self, text: str, **dress: Any) -> None:
        self.sheet.write_string(self.row, 0, text, self.formats(**dress))
        self.row += 1

    def _listing(self, listing: Listing) -> None:
        if len(listing.rows) > _MOST_ROWS:
            raise Refused(
                self.name, f"{len(listing.rows):,} rows do not fit a sheet", "take a shorter period"
            )
        self._line(listing.caption, bold=True)
        self.sheet.set_row(self.row, 32)
        for place, column in enumerate(listing.columns):
            side = "left" if column.kind == "word" or not place else "right"
            dress = {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1, "align": side}
            self.sheet.write_string(self.row, place, column.heading, self.formats(**dress))
            self.widths[place] = max(self.widths.get(place, 12.0), min(22.0, _letters(column.heading)))
        first = self.row + 1
        for number, row in enumerate(listing.rows, start=first):
            bold = (
                {"bold": True, "top": 1} if listing.total and number == first + len(listing.rows) - 1 else {}
            )
            for place, cell in enumerate(row):
                self._cell(number, place, cell, listing.columns[place].kind, bold)
        self.row = first + len(listing.rows)
        last = self.row - 1 - listing.total
        if listing.rows and any(isinstance(chart, Heat) for chart in listing.charts):
            scale = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": "#56B4E9"}
            self.sheet.conditional_format(first, 1, last, len(listing.columns) - 1, scale)
        for line in listing.formulas:
            self._line(line, italic=True, font_color="#5A616B")
        for chart in listing.charts:
            if isinstance(chart, Chart) and last >= first:
                self._chart(listing, chart, first, last)
        self.row += 1

    def _cell(self, row: int, place: int, cell: Any, kind: str, bold: dict[str, Any]) -> None:
        width, sheet = 12.0, self.sheet
        if missing(cell):
            sheet.write_string(row, place, "–", self.formats(align="right", **bold))
        elif isinstance(cell, str):
            sheet.write_string(row, place, cell, self.formats(**bold))
            width = min(60.0, max(12.0, _letters(cell)))
        elif isinstance(cell, date):
            form = self.words.texts["dates"][_DATES.get(kind, "excel_day")]
            local = _naive(cell)
            sheet.write_datetime(row, place, local, self.formats(num_format=form, align="left", **bold))
            width = 24.0 if kind == "moment" else 17.0
        else:
            sheet.write_number(
                row, place, float(cell), self.formats(num_format=_NUMBERS.get(kind, "General"), **bold)
            )
        self.widths[place] = max(self.widths.get(place, 0.0), width)

    def _chart(self, listing: Listing, chart: Chart, first: int, last: int) -> None:
        """Draw an Excel chart of the cells below the list; the ends of a band are lines."""
        drawn = self.book.add_chart({"type": "column" if chart.series[0].style == "bar" else "line"})
        lines = self.book.add_chart({"type": "line"}) if chart.series[0].style == "bar" else drawn
        for one in chart.series:
            series: dict[str, Any] = {
                "name": listing.columns[one.column].heading,
                "categories": [self.name, first, 0, last, 0],
                "values": [self.name, first, one.column, last, one.column],
            }
            series |= _DRESS[one.style]
            (drawn if one.style == "bar" else lines).add_series(series)
        if lines is not drawn and any(one.style != "bar" for one in chart.series):
            drawn.combine(lines)
        drawn.set_title(
            {"name": self.words.say("charts", chart.title), "name_font": {"size": 11}, "overlay": False}
        )
        short = self.words.texts["dates"]["excel_short"]
        drawn.set_x_axis({"text_axis": True, "num_format": short, "num_font": {"rotation": -45, "size": 8}})
        drawn.set_y_axis(
            {
                **({"min": 0} if chart.series[0].style == "bar" else {}),
                "num_format": _NUMBERS[chart.kind],
                "major_gridlines": {"visible": True, "line": {"color": "#D9DCE1"}},
            }
        )
        drawn.set_legend({"position": "top"} if len(chart.series) > 1 else {"none": True})
        drawn.set_size({"width": 720, "height": 280})
        self.row += 1
        self.sheet.insert_chart(self.row, 0, drawn, {"description": alt(listing, chart, self.words)})
        self.row += _CHART_ROWS


_DATES = {"moment": "excel_moment", "month": "excel_month"}
_DRESS: dict[str, dict[str, Any]] = {
    "bar": {"fill": {"color": "#9CCFEF"}, "gap": 40},
    "line": {"line": {"color": "#000000", "width": 1.5}},
    "goal": {"line": {"color": "#D55E00", "width": 1.25, "dash_type": "dash"}},
    "lo": {"line": {"color": "#0072B2", "width": 1, "dash_type": "round_dot"}},
    "hi": {"line": {"color": "#0072B2", "width": 1, "dash_type": "round_dot"}},
}


def _letters(text: str) -> float:
    """Return how wide a text is in letters of a cell; a Chinese one is as wide as two."""
    return 2.0 + sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)


def _naive(moment: date) -> datetime:
    """Return a local time as Excel can hold it: without a zone."""
    return pd.Timestamp(moment).tz_localize(None).to_pydatetime()
