"""The sheets of volume and requirement: calls by month, the typical week, and hours at every volume."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from reporting.quoting.book_page import FIRST, TOTAL, Column, Ledger, Page

BY_VOLUME = "Requirement by volume"
# What was sized at each volume: what it is, its unit, how it is written, what it comes to over the term.
_BLOCKS = {
    "agent_h": ("Hours on the phones", "h", "mean", "SUM"),
    "agents": ("Agents at the peak", "agents", "count", "MAX"),
    "calls": ("Calls that reach the team", "calls", "mean", "SUM"),
    "handled": ("Calls handled", "calls", "mean", "SUM"),
    "handling_h": ("Hours of handling calls", "h", "mean", "SUM"),
    "night_share": ("Hours on the phones at night", "share", "share", ""),
    "weekend_share": ("Hours on the phones on Saturdays and Sundays", "share", "share", ""),
}
_REQUIREMENT = (
    Column("weekday", "Weekday"),
    Column("minute", "From"),
    Column("minutes", "Length, min", "count"),
    Column("calls", "Calls", "mean"),
    Column("aht_s", "Handling time, s", "mean"),
    Column("load", "Load, erlangs", "fine"),
    Column("agents", "Agents", "count"),
    Column("second_tier", "Of them second tier", "count"),
    Column("service_level", "Service level", "share"),
    Column("asa_s", "Speed of answer, s", "mean"),
    Column("occupancy", "Occupancy", "share"),
    Column("abandoned", "Abandoned", "share"),
    Column("set_by", "Set by"),
)
_WORKLOAD = (
    Column("line", "Step"),
    Column("calls", "Calls a month", "mean"),
    Column("aht_s", "Handling time, s", "mean"),
    Column("agent_h", "Adds hours on the phones", "mean"),
    Column("seats", "Adds seats", "fine"),
)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def write_volume(
    ledger: Ledger, months: pd.DataFrame, by_volume: Mapping[str, np.ndarray], workload: pd.DataFrame
) -> None:
    """Write calls and hours by month, at the volume that the Summary asks for."""
    page = Page(ledger, "Volume", "Calls that come and are handled, at the volume change set on the Summary.")
    page.months()
    quoted = _at_quote(by_volume)
    rows = {}
    for name, (label, unit, kind, total) in _BLOCKS.items():
        values = by_volume[name][quoted]
        formula = f"=INDEX({name}_at_volumes,volume_row)"
        rows[name] = page.line(label, unit, values, formula, name=name, kind=kind, total=total)
    formula = '=IF(handled>0,handling_h*3600/handled,"")'
    page.line("Handling time of a handled call", "s", months["aht_s"], formula, kind="mean")
    columns, hours = ledger.book.add_chart({"type": "column"}), ledger.book.add_chart({"type": "line"})
    columns.add_series(page.series("Calls", rows["calls"], fill={"color": "#9CCFEF"}, gap=40))
    black = {"color": "#000000", "width": 1.75}
    hours.add_series(page.series("Hours on the phones (right)", rows["agent_h"], line=black, y2_axis=True))
    columns.combine(hours)
    hours.set_y2_axis({"name": "h", "num_format": "#,##0", "min": 0})
    most, least = (months["calls"].max(), months["calls"].min())
    text = f"Calls by month, {least:,.0f} to {most:,.0f}, and hours of agents on the phones."
    page.chart(columns, "Calls, and hours of agents on the phones", "calls", text)
    page.head("What becomes of a month's calls, step by step (mean month, before growth; held)")
    page.table(workload, _WORKLOAD)


def write_requirement(ledger: Ledger, requirement: pd.DataFrame) -> None:
    """Write the typical week of the peak month, interval by interval."""
    lead = "Agents in a typical week of the busiest month, and the goal that fixed each number. Held."
    page = Page(ledger, "Requirement", lead, dict.fromkeys(range(12), 12.0) | {12: 24})
    shown = on_the_clock(requirement.assign(set_by=requirement["set_by"].str.replace("_", " ")))
    top = page.row
    first, last = page.table(shown, _REQUIREMENT)
    page.sheet.freeze_panes(first, 2)
    page.sheet.autofilter(top, 0, last, sum(column.name in shown for column in _REQUIREMENT) - 1)
    page.sheet.repeat_rows(top)


def on_the_clock(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its weekdays and minutes of the day as people write them.

    >>> on_the_clock(pd.DataFrame({"weekday": [6], "minute": [570]})).to_numpy().tolist()
    [['Sun', '09:30']]
    """
    return table.assign(
        weekday=[_DAYS[day] for day in table["weekday"]],
        minute=[f"{minute // 60:02d}:{minute % 60:02d}" for minute in table["minute"]],
    )


def write_by_volume(ledger: Ledger, by_volume: Mapping[str, np.ndarray]) -> None:
    """Write what was sized for each change of the volume by month, and the row that counts now."""
    lead = "Each volume was sized anew, interval by interval; the efficiency of the schedule is held."
    page = Page(ledger, BY_VOLUME, lead)
    quoted = _at_quote(by_volume) + 1
    page.cell(0, "Row of the volume that is set on the Summary")
    page.cell(TOTAL, quoted, "count", "=MATCH(ROUND(volume_change,2),volume_changes,0)")
    page.name("volume_row", page.row, TOTAL, quoted)
    page.row += 2
    page.months("Volume", "")
    for name, (label, unit, kind, _) in _BLOCKS.items():
        page.say(f"{label}, {unit}", bold=True)
        first = page.row + 1
        for change, values in zip(by_volume["changes"], by_volume[name], strict=True):
            page.cell(TOTAL, round(float(change), 4), "change")
            for column, value in enumerate(values, FIRST):
                page.cell(column, float(value), kind)
            page.row += 1
        ledger.book.define_name(f"{name}_at_volumes", f"='{BY_VOLUME}'!A${first}:A${page.row}")
        if name == "agent_h":
            ledger.book.define_name("volume_changes", f"='{BY_VOLUME}'!$C${first}:$C${page.row}")


def _at_quote(by_volume: Mapping[str, np.ndarray]) -> int:
    """Return the row of the volume that is quoted."""
    return int(np.argmin(np.abs(by_volume["changes"])))
