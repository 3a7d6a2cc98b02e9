"""A roster as a folder: what it was made from, its tables, the workbook, pictures, calendars."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd

from callplan import tables as floor
from callplan.errors import Refused
from callplan.intervals import local_day
from reporting.calendars import write_calendars
from reporting.figures import plot_coverage
from reporting.folder import SUMMARY, apart_from, move_into, write_lines
from reporting.gantt import plot_day
from reporting.parts import INPUTS, ROSTER, by_queue, present
from reporting.people_sheets import KINDS
from reporting.pictures import save_picture
from reporting.roster_workbook import write_roster_workbook

WORKBOOK, COVERAGE, GANTT, CALENDARS = "roster.xlsx", "coverage.png", "gantt.png", "calendars"
_PARTS = ROSTER | INPUTS
# A folder that holds all of these was written by a roster.
_MARKS = (WORKBOOK, SUMMARY, COVERAGE)
# What it may hold beside those and its settings, as patterns.
OWN = [*(f"{name}.csv" for name in _PARTS), f"{CALENDARS}/*.ics"]


def write_roster_folder(
    tables: Mapping[str, pd.DataFrame],
    folder: str | Path,
    *,
    title: str,
    summary: Sequence[str],
    settings: Mapping[str, bytes],
    kinds: Mapping[str, str] = KINDS,
    now: datetime | None = None,
) -> None:
    """Write a roster and what it was made from to a folder: all of it, or nothing where a part fails.

    `tables` are those of the roster and its inputs, called as in `reporting.parts`; `settings` the files
    of the site by name, as they are. The Gantt shows the first day with a shift. With `now` there is a
    calendar for each person, stamped with it. A roster that the folder holds already is replaced, and
    those of its tables and calendars that the new one lacks are set aside as NAME.old.csv, NAME.old.ics.
    """
    with apart_from(folder) as new:
        fill_roster(tables, new, title=title, summary=summary, settings=settings, kinds=kinds, now=now)
        move_into(new, Path(folder), _MARKS, OWN)


def fill_roster(
    tables: Mapping[str, pd.DataFrame],
    new: Path,
    *,
    title: str,
    summary: Sequence[str],
    settings: Mapping[str, bytes],
    kinds: Mapping[str, str] = KINDS,
    now: datetime | None = None,
) -> None:
    """Write the files of `write_roster_folder` into an empty folder."""
    tables = present(tables, _PARTS)
    for name, table in tables.items():
        floor.write(table, new / f"{name}.csv")
    for name, content in settings.items():
        (new / name).parent.mkdir(parents=True, exist_ok=True)
        (new / name).write_bytes(content)
    write_lines(new / SUMMARY, summary)
    found = {name: table for name, table in tables.items() if name in ROSTER}
    write_roster_workbook(found, new / WORKBOOK, title=title, summary=summary, kinds=kinds)
    shifts, activities = tables["shifts"], tables["activities"]
    _draw_coverage(tables["coverage"], new / COVERAGE)
    first = local_day(shifts["start"]).min().date()
    save_picture(plot_day(shifts, activities, first).figure, new / GANTT)
    if now is not None:
        write_calendars(shifts, activities, new / CALENDARS, now=now)


def check_folder(folder: str | Path) -> None:
    """Refuse, before a search begins, a folder to which no roster could be written."""
    folder = Path(folder)
    with apart_from(folder):
        pass
    if all((folder / name).is_file() for name in _MARKS):
        return
    for name in (WORKBOOK, SUMMARY, COVERAGE, GANTT, *(f"{part}.csv" for part in _PARTS)):
        if (folder / name).exists():
            raise Refused(str(folder / name), "a file that no roster has written", "name another folder")


def _draw_coverage(coverage: pd.DataFrame, path: Path) -> None:
    """Draw what is needed and staffed, a row for each queue."""
    from matplotlib.figure import Figure

    queues = by_queue({"coverage": coverage})
    figure = Figure(figsize=(7.6, 3.1 * len(queues)), layout="constrained")
    rows = figure.subplots(len(queues), squeeze=False)[:, 0]
    for ax, parts in zip(rows, queues.values(), strict=True):
        plot_coverage(parts["coverage"], ax=ax)
    save_picture(figure, path)
