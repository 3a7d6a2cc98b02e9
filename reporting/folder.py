"""A plan as a folder: a CSV file a table, the summary, the workbook, the report."""

import filecmp
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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
    inputs: Mapping[str, bytes] | None = None,
    currency: str = "",
) -> None:
    """Write a plan to a folder: all of it, or nothing where a part fails.

    `inputs` are files that the plan was made from, by name, as they are.
    Everything is built apart first, then moved file by file. A plan that the folder holds already
    is replaced, and those of its tables that the new one lacks are set aside as NAME.old.csv. Files of
    other names are left alone; a file that has one of our names but comes from no plan is never overwritten.
    """
    with apart_from(folder) as new:
        for name, table in present(tables).items():
            floor.write(table, new / f"{name}.csv")
        write_lines(new / SUMMARY, summary)
        if remarks:
            write_lines(new / REMARKS, remarks)
        if site_toml is not None:
            (new / SITE).write_bytes(site_toml.encode())
        for name, content in (inputs or {}).items():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).write_bytes(content)
        write_workbook(tables, new / WORKBOOK, title=title, summary=summary, currency=currency)
        write_report(
            tables,
            new / REPORT,
            title=title,
            summary=summary,
            remarks=remarks,
            goal=goal,
            tolerance=tolerance,
        )
        replaced = move_into(new, Path(folder), _MARKS, [f"{part}.csv" for part in PARTS])
    if replaced and not remarks:
        (Path(folder) / REMARKS).unlink(missing_ok=True)


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


@contextmanager
def apart_from(folder: str | Path) -> Iterator[Path]:
    """Give a folder to build in before the files are moved: on the same disk, and gone afterwards."""
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise Refused(str(folder), "a file, not a folder", "name another")
    # Where the folder exists, inside it: that is on the same disk for sure.
    home = folder if folder.is_dir() else folder.parent
    if not home.is_dir():
        raise Refused(str(folder), f"there is no folder {home}", "make it first")
    with tempfile.TemporaryDirectory(prefix=".plan-", dir=home) as apart:
        yield Path(apart)


def move_into(new: Path, folder: Path, marks: Sequence[str], own: Sequence[str]) -> bool:
    """Put new files in their place; return whether they replace older ones of their kind.

    A folder that holds all of `marks` was written by us: its files are replaced, and those of `own`
    (patterns) that the new ones lack are set aside as NAME.old.SUFFIX.
    """
    # The workbook first: Windows refuses where Excel has it open, and then nothing has changed yet.
    files = [path.relative_to(new) for path in new.rglob("*") if path.is_file()]
    files.sort(key=lambda name: (name.as_posix() not in marks, name))
    replaced = all((folder / name).is_file() for name in marks)
    if not replaced:
        for name in files:
            there = folder / name
            if there.exists() and not filecmp.cmp(new / name, there, shallow=False):
                raise Refused(str(there), "a file that no plan has written", "name another folder")
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        try:
            os.replace(new / name, folder / name)
        except PermissionError:
            raise Refused(str(folder / name), "cannot be replaced", "close it where it is open") from None
    if replaced:
        older = {path for pattern in own for path in folder.glob(pattern)} - {folder / name for name in files}
        for path in older:
            if not path.stem.endswith(".old"):
                path.replace(path.with_suffix(f".old{path.suffix}"))
    return replaced


def write_lines(path: Path, lines: Sequence[str]) -> None:
    """Write a text line by line, whatever ends lines inside it."""
    text = "".join(" ".join(line.splitlines()) + "\n" for line in lines)
    path.write_bytes(text.encode())


def _read_lines(path: Path) -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8").splitlines()) if path.is_file() else ()
