"""Sheets of a roster by person and day: the times of the shifts, their paid hours and the sums of these."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from xlsxwriter.utility import xl_range

from callplan.intervals import local_day, minute_of_day
from reporting.roster import AWAY
from reporting.sheets import A3, Formats, on_paper
from reporting.words import day

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

# When each kind of shift begins, by the clock; the last kind lasts over midnight to the first.
KINDS: Mapping[str, str] = {"early": "04:00", "mid": "09:00", "late": "12:00", "night": "20:00"}

_KIND_DRESSES: tuple[dict[str, Any], ...] = (
    {"bg_color": "#FCE8B2"},
    {"bg_color": "#BFE3F7"},
    {"bg_color": "#F6C1A0"},
    {"bg_color": "#3B4A7A", "font_color": "#FFFFFF"},
    {"bg_color": "#BEE5D3"},
    {"bg_color": "#E6CDE0"},
)
_AWAY_DRESSES: dict[str, dict[str, Any]] = {
    "training": {"bg_color": "#00795A", "font_color": "#FFFFFF"},
    "leave": {"bg_color": "#BFC4CC", "italic": True},
}
_WEEKEND = {"bg_color": "#ECEEF1"}
_CELL = {"align": "center", "font_size": 9, "border": 1, "border_color": "#FFFFFF"}
_TOTAL = {"align": "center", "font_color": "#5F6670"}

_FIRST_ROW, _FIRST_COLUMN = 4, 3


def write_people(
    book: "Workbook",
    shifts: pd.DataFrame,
    activities: pd.DataFrame,
    people: Sequence[str],
    days: Sequence[date],
    kinds: Mapping[str, str] = KINDS,
) -> None:
    """Write who works when on one sheet and the paid hours of the shifts on the next.

    A day's heading leads to the sheet of that day. Shifts are coloured by the clock time they begin at.
    """
    cells = pd.DataFrame([*_shift_cells(shifts, kinds), *_away_cells(activities)])
    cells["row"] = pd.Index(people).get_indexer(cells["person"]) + _FIRST_ROW
    cells["column"] = pd.Index(days).get_indexer(cells["day"]) + _FIRST_COLUMN
    dresses = dict(zip(kinds, itertools.cycle(_KIND_DRESSES), strict=False)) | _AWAY_DRESSES
    grid, hours = book.add_worksheet("People"), book.add_worksheet("Hours")
    formats = Formats(book)
    for cell in cells.itertuples():
        grid.write_string(cell.row, cell.column, cell.text, formats(**_CELL, **dresses[cell.kind]))
    worked = cells[cells["paid_h"].notna()]
    for cell in worked.itertuples():
        hours.write_number(cell.row, cell.column, cell.paid_h, formats(align="center", num_format="0.##"))
    paid = np.full((len(people), len(days)), np.nan)
    paid[worked["row"] - _FIRST_ROW, worked["column"] - _FIRST_COLUMN] = worked["paid_h"]
    grid.write_string(0, 0, "Who works when", formats(bold=True, font_size=13))
    hours.write_string(0, 0, "Paid hours of the shifts", formats(bold=True, font_size=13))
    for sheet, counting in ((grid, 'COUNTIF({},"*:*")'), (hours, "COUNT({})")):
        _write_frame(sheet, formats, people, days)
        _write_totals(sheet, formats, counting, paid)
    legend = {f"{kind}, from {clock}": dresses[kind] for kind, clock in kinds.items()}
    for place, (text, dress) in enumerate({**legend, **_AWAY_DRESSES, "weekend": _WEEKEND}.items()):
        left = _FIRST_COLUMN + 2 * place
        grid.merge_range(0, left, 0, left + 1, text, formats(**_CELL, **dress))


def _shift_cells(shifts: pd.DataFrame, kinds: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what a person's cell of a day says, the kind that colours it, and the hours paid."""
    names, clocks = list(kinds), [int(clock[:2]) * 60 + int(clock[3:]) for clock in kinds.values()]
    kind = np.searchsorted(clocks, minute_of_day(shifts["start"]), side="right") - 1
    rows = shifts.assign(
        day=local_day(shifts["start"]).dt.date,
        text=shifts["start"].dt.strftime("%H:%M") + "–" + shifts["end"].dt.strftime("%H:%M"),
        kind=[names[place] for place in kind],
    )
    by_day = rows.sort_values("start").groupby(["person", "day"])
    return by_day.agg({"text": ", ".join, "kind": "first", "paid_h": "sum"}).reset_index().to_dict("records")


def _away_cells(activities: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the same of each day of training or leave; a span may be several days long."""
    return [
        {"person": row.person, "day": on.date(), "text": row.activity, "kind": row.activity, "paid_h": np.nan}
        for row in activities[activities["activity"].isin(AWAY)].itertuples()
        for on in pd.date_range(row.start.date(), row.end.date(), inclusive="left")
    ]


def _write_frame(sheet: "Worksheet", formats: Formats, people: Sequence[str], days: Sequence[date]) -> None:
    """Write the names of people and days round the cells, and shade the weekends."""
    head = {"bold": True, "align": "center", "bottom": 1}
    for column, text in enumerate(("Person", "Days", "Hours")):
        sheet.write_string(1, column, text, formats(bold=True, bottom=1))
    sheet.write_column(_FIRST_ROW, 0, people)
    sheet.set_column(0, 0, min(30, max(11, 2 + max(map(len, people)))))
    sheet.set_column(1, 2, 8)
    for column, on in enumerate(days, start=_FIRST_COLUMN):
        shade = _WEEKEND if on.weekday() >= 5 else {}
        sheet.set_column(column, column, 11.5, formats(**shade))
        sheet.write_url(1, column, f"internal:'{day(on)}'!A1", formats(**head, **shade), day(on))
    sheet.freeze_panes(_FIRST_ROW, _FIRST_COLUMN)
    sheet.repeat_rows(0, _FIRST_ROW - 1)
    on_paper(sheet, A3)


def _write_totals(sheet: "Worksheet", formats: Formats, counting: str, paid: np.ndarray) -> None:
    """Write formulas that count shifts and sum hours, by person and by day.

    `paid` (people by days, empty where nobody works) gives what stands there until they are worked out.
    """
    last_row, last_column = _FIRST_ROW + paid.shape[0] - 1, _FIRST_COLUMN + paid.shape[1] - 1
    shifts, hours = (formats(**_TOTAL, num_format=form) for form in ("#,##0", "#,##0.0"))
    for row, values in enumerate(paid, start=_FIRST_ROW):
        span = xl_range(row, _FIRST_COLUMN, row, last_column)
        sheet.write_formula(row, 1, f"={counting.format(span)}", shifts, np.isfinite(values).sum())
        sheet.write_formula(row, 2, f"=SUM(Hours!{span})", hours, np.nansum(values))
    for column, values in enumerate(paid.T, start=_FIRST_COLUMN):
        span = xl_range(_FIRST_ROW, column, last_row, column)
        sheet.write_formula(2, column, f"={counting.format(span)}", shifts, np.isfinite(values).sum())
        sheet.write_formula(3, column, f"=SUM(Hours!{span})", hours, np.nansum(values))
    for row, column, text, form, value in (
        (2, 1, "Shifts", shifts, np.isfinite(paid).sum()),
        (3, 2, "Paid hours", hours, np.nansum(paid)),
    ):
        sheet.write_string(row, 0, text, formats(font_color="#5F6670"))
        span = xl_range(_FIRST_ROW, column, last_row, column)
        sheet.write_formula(row, column, f"=SUM({span})", form, value)
