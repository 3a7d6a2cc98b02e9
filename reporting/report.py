"""The plan as one HTML page that needs nothing else: it is mailed, opened offline and printed."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from callplan.files import replacing
from callplan.intervals import local_day
from reporting.parts import Goal, present
from reporting.sections import MOST_DAYS, sections
from reporting.words import day


def write_report(
    tables: Mapping[str, pd.DataFrame],
    path: str | Path,
    *,
    title: str,
    summary: Sequence[str],
    remarks: Sequence[str] = (),
    goal: Goal = None,
    tolerance: float = 0.05,
) -> None:
    """Write a plan as one self-contained HTML file; the same input gives the same bytes.

    `tables` are any of a plan's tables by name (`reporting.parts`), of one queue or several.
    `summary` stands first, line by line, and `remarks` below it. `goal` is the service level to
    meet, for all queues or by queue; `tolerance` the share of the actual that a forecast may miss.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    tables = present(tables)
    folder = FileSystemLoader(Path(__file__).parent)
    page = Environment(
        loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).get_template("report.html.j2")
    text = page.render(
        title=title,
        period=_period(tables),
        summary=summary,
        remarks=remarks,
        sections=sections(tables, goal, tolerance),
        names=list(tables),
        tolerance=tolerance,
        most_days=MOST_DAYS,
    )
    with replacing(path) as part:
        part.write_bytes(text.encode())


def _period(tables: Mapping[str, pd.DataFrame]) -> str:
    """Say which days the plan is for, and in which time zone."""
    for name in ("days", "forecast", "requirement", "coverage", "shift_plan", "actual", "ledger"):
        if name in tables:
            rows = tables[name]
            # A month of a ledger begins before the days that were scored.
            starts = rows.loc[rows["by"] == "interval", "start"] if name == "ledger" else rows["start"]
            days = local_day(starts)
            first, last = days.min(), days.max()
            span = day(last) if first == last else f"{day(first)} to {day(last)}"
            return f"{span} {last.year}, {starts.dt.tz}"
    return ""
