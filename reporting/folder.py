"""A plan as a folder: a CSV file a table, the summary, the workbook, the report."""

import filecmp
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from callplan import tables as floor
from callplan.errors import Refused
from reporting.parts import PARTS, Goal, present
from reporting.report import write_report
from reporting.workbook import write_workbook

SUMMARY, REMARKS, SITE = "summary.txt", "remarks.txt", "site.toml"
WORKBOOK, REPORT = "plan.xlsx", "report.html"

# A folder that holds all of these was written by a plan.
_MARKS = (WORKBOOK, REPORT, SUMMARY)


def write_folder(
    tables: Mapping[str, pd.DataFrame],
    folder: str | Path,
    *,
    title: str,
    summary: Sequence[str],
    remarks: Sequence[str] = (),
    site_toml: str | None = None,
    goal: Goal = None,
    tolerance: float = 0.05,
) -> None:
    """Write a plan to a folder: all of it, or nothing where a part fails.

    Everything is built apart first, then moved file by file. A plan that the folder holds already
    is replaced, and those of its tables that the new one lacks are set aside as NAME.old.csv. Files of
    other names are left alone; a file that has one of our names but comes from no plan is never overwritten.
    """
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise Refused(str(folder), "a file, not a folder", "name another")
    # Where the folder exists, inside it: that is on the same disk for sure.
    home = folder if folder.is_dir() else folder.parent
    if not home.is_dir():
        raise Refused(str(folder), f"there is no folder {home}", "make it first")
    with tempfile.TemporaryDirectory(prefix=".plan-", dir=home) as apart:
        new = Path(apart)
        for name, table in present(tables).items():
            floor.write(table, new / f"{name}.csv")
        _write_lines(new / SUMMARY, summary)
        if remarks:
            _write_lines(new / REMARKS, remarks)
        if site_toml is not None:
            (new / SITE).write_bytes(site_toml.encode())
        write_workbook(tables, new / WORKBOOK, title=title, summary=summary)
        write_report(
            tables,
            new / REPORT,
            title=title,
            summary=summary,
            remarks=remarks,
            goal=goal,
            tolerance=tolerance,
        )
        _move(new, folder)


def read_folder(
    folder: str | Path, zone: str
) -> tuple[dict[str, pd.DataFrame], tuple[str, ...], tuple[str, ...]]:
    """Read back a plan's tables by name, its summary and its remarks; `zone` is the site's."""
    folder = Path(folder)
    paths = {name: folder / f"{name}.csv" for name in PARTS}
    tables = {
        name: floor.read(path, PARTS[name].table, zone) for name, path in paths.items() if path.is_file()
    }
    if not tables:
        raise Refused(str(folder), "no table of a plan", "name a folder that `callplan plan` has written")
    return tables, _read_lines(folder / SUMMARY), _read_lines(folder / REMARKS)


def _move(new: Path, folder: Path) -> None:
    """Put the new files in their place, and set tables of an older plan aside."""
    # The workbook first: Windows refuses where Excel has it open, and then nothing has changed yet.
    names = sorted((path.name for path in new.iterdir()), key=lambda name: (name not in _MARKS, name))
    replaced = all((folder / name).is_file() for name in _MARKS)
    if not replaced:
        for name in names:
            there = folder / name
            if there.exists() and not filecmp.cmp(new / name, there, shallow=False):
                raise Refused(str(there), "a file that no plan has written", "name another folder")
    folder.mkdir(exist_ok=True)
    for name in names:
        try:
            os.replace(new / name, folder / name)
        except PermissionError:
            raise Refused(str(folder / name), "cannot be replaced", "close it where it is open") from None
    if replaced:
        if REMARKS not in names:
            (folder / REMARKS).unlink(missing_ok=True)
        for part in PARTS:
            older = folder / f"{part}.csv"
            if older.name not in names and older.exists():
                older.replace(folder / f"{part}.old.csv")


def _write_lines(path: Path, lines: Sequence[str]) -> None:
    text = "".join(" ".join(line.splitlines()) + "\n" for line in lines)
    path.write_bytes(text.encode())


def _read_lines(path: Path) -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8").splitlines()) if path.is_file() else ()
