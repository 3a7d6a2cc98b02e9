"""Excel's own charts of a workbook: they stay tied to the cells they show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from callplan.intervals import local_day
from reporting.captions import describe_coverage, describe_forecast
from reporting.parts import PARTS, by_queue
from reporting.words import day, heading

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.chart import Chart
    from xlsxwriter.worksheet import Worksheet

_ROWS_PER_CHART = 18
_SIZE = {"width": 1180, "height": 340}


@dataclass(frozen=True)
class _Rows:
    """The rows of one queue on the sheet of one table."""

    sheet: str
    places: Mapping[str, int]
    first: int
    last: int

    def series(self, column: str, **dress: Any) -> dict[str, Any]:
        """Return a column as a series over the local time."""
        time, place = self.places["start"], self.places[column]
        return {
            "name": heading(column),
            "categories": [self.sheet, self.first, time, self.last, time],
            "values": [self.sheet, self.first, place, self.last, place],
            **dress,
        }


def draw_charts(
    book: "Workbook",
    sheet: "Worksheet",
    tables: Mapping[str, pd.DataFrame],
    places: Mapping[str, Mapping[str, int]],
) -> None:
    """Draw each queue's forecast and what came, and its heads needed and at work.

    `tables` lie on sheets of their own, a heading above the rows, each column at its place.
    """
    _on_screen(sheet)
    row = 0
    for queue, parts in by_queue(tables).items():
        for name, table in parts.items():
            at = np.flatnonzero(tables[name]["queue"] == queue) + 1
            rows = _Rows(PARTS[name].title, places[name], int(at[0]), int(at[-1]))
            if name == "forecast":
                chart, title, axis = _forecast_chart(book, rows), "calls forecast", "calls"
                text = describe_forecast(table, table if "offered" in table else None)
            else:
                chart, title, axis = _coverage_chart(book, rows), "heads needed and heads at work", "heads"
                text = describe_coverage(table)
            _dress(chart, f"{queue}: {title}", axis, len(table))
            sheet.insert_chart(row, 0, chart, {"description": text})
            row += _ROWS_PER_CHART


def draw_weeks(
    book: "Workbook", sheet: "Worksheet", coverage: pd.DataFrame, places: Mapping[str, int]
) -> None:
    """Draw each queue's heads needed and at work, a chart a week.

    `coverage` lies on a sheet of its own, as `draw_charts` has it.
    """
    _on_screen(sheet)
    weeks = local_day(coverage["start"]).dt.to_period("W-SUN")
    for number, ((queue, week), table) in enumerate(coverage.groupby(["queue", weeks])):
        at = coverage.index.get_indexer(table.index) + 1
        rows = _Rows(PARTS["coverage"].title, places, int(at[0]), int(at[-1]))
        chart = _coverage_chart(book, rows)
        title = f"{queue}: heads needed and heads at work, week of {day(week.start_time)}"
        _dress(chart, title, "heads", len(table))
        sheet.insert_chart(number * _ROWS_PER_CHART, 0, chart, {"description": describe_coverage(table)})


def _on_screen(sheet: "Worksheet") -> None:
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _forecast_chart(book: "Workbook", rows: _Rows) -> "Chart":
    chart = book.add_chart({"type": "line"})
    chart.add_series(rows.series("calls", line={"color": "#0072B2", "width": 1.75}))
    if "offered" in rows.places:
        chart.add_series(
            rows.series("offered", line={"color": "#000000", "width": 1, "dash_type": "round_dot"})
        )
    return chart


def _coverage_chart(book: "Workbook", rows: _Rows) -> "Chart":
    chart = book.add_chart({"type": "column"})
    chart.add_series(rows.series("staffed", fill={"color": "#9CCFEF"}, gap=0))
    needed = book.add_chart({"type": "line"})
    needed.add_series(rows.series("needed", line={"color": "#000000", "width": 1.5}))
    chart.combine(needed)
    return chart


def _dress(chart: "Chart", title: str, axis: str, intervals: int) -> None:
    step = max(1, intervals // 20)
    chart.set_title({"name": title, "name_font": {"size": 12}, "overlay": False})
    chart.set_x_axis(
        {
            # Text, not dates: closed nights take no room.
            "text_axis": True,
            "num_format": "ddd hh:mm",
            "interval_unit": step,
            "interval_tick": step,
            "num_font": {"rotation": -45, "size": 8},
        }
    )
    chart.set_y_axis(
        {
            "name": axis,
            "num_format": "#,##0",
            "major_gridlines": {"visible": True, "line": {"color": "#D9DCE1"}},
        }
    )
    chart.set_legend({"position": "top"})
    chart.set_size(_SIZE)
