"""A plan as a folder: a CSV file a table, the summary, the workbook, the report."""

import filecmp
import glob
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
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

# What is being built, its files and what is to be done with them; and what is built and only to be moved.
_APART, _NEW, _TODO, _READY = ".plan-", "new", "todo.json", ".ready-plan"


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
    inputs: Mapping[str, bytes | None] | None = None,
    currency: str = "",
    fill_more: Callable[[Path], None] | None = None,
    own: Sequence[str] = (),
) -> None:
    """Write a plan to a folder: all of it, or nothing where a part fails.

    `inputs` are files that the plan was made from, by name, as they are; None is one that it could have
    had. `fill_more` puts further files into the folder that it is given, of the patterns `own`.
    Everything is built apart first, then moved. A plan that the folder holds already is replaced, and
    those of its tables and inputs that the new one lacks are set aside as NAME.old.csv. Files of other
    names are left alone; a file that has one of our names but comes from no plan is never overwritten.
    """
    inputs = inputs or {}
    with apart_from(folder) as new:
        for name, table in present(tables).items():
            floor.write(table, new / f"{name}.csv")
        write_lines(new / SUMMARY, summary)
        if remarks:
            write_lines(new / REMARKS, remarks)
        if site_toml is not None:
            (new / SITE).write_bytes(site_toml.encode())
        for name, content in inputs.items():
            if content is not None:
                if (new / name).exists():
                    raise Refused(name, "the plan has a file of that name", "rename yours")
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
        if fill_more is not None:
            fill_more(new)
        tables_of_before = [REMARKS, *(f"{part}.csv" for part in PARTS)]
        move_into(new, Path(folder), _MARKS, [*tables_of_before, *map(glob.escape, inputs), *own])


def read_folder(
    folder: str | Path, zone: str
) -> tuple[dict[str, pd.DataFrame], tuple[str, ...], tuple[str, ...]]:
    """Read back a plan's tables by name, its summary and its remarks; `zone` is the site's."""
    settle(folder)
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
    """Give a folder to build in before the files are moved: inside the other, and gone afterwards.

    What runs that were killed have left there is finished (`settle`) or cleared away first.
    """
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise Refused(str(folder), "a file, not a folder", "name another")
    if not folder.absolute().parent.is_dir():
        raise Refused(str(folder), f"there is no folder {folder.parent}", "make it first")
    settle(folder)
    first = not folder.exists()
    folder.mkdir(exist_ok=True)
    for left in folder.glob(f"{_APART}*"):
        shutil.rmtree(left)
    # Inside it: that is on the same disk for sure.
    apart = Path(tempfile.mkdtemp(prefix=_APART, dir=folder))
    try:
        (apart / _NEW).mkdir()
        yield apart / _NEW
    finally:
        shutil.rmtree(apart, ignore_errors=True)
        if first and not any(folder.iterdir()):
            folder.rmdir()


def move_into(new: Path, folder: Path, marks: Sequence[str], own: Sequence[str]) -> None:
    """Put new files, built in `apart_from(folder)`, in their place: all of them, or none.

    A folder that holds all of `marks` was written by us: its files are replaced, and those of `own`
    (patterns, of folders too) that the new ones lack are set aside as NAME.old.SUFFIX. One rename says that
    all is built and nothing stands in the way; who is killed before it leaves the old files, and what is
    killed after it the next run finishes (`settle`).
    """
    # The workbook first: it is the one that Excel may have open.
    files = [path.relative_to(new) for path in new.rglob("*") if path.is_file()]
    files.sort(key=lambda name: (name.as_posix() not in marks, name))
    replaced = all((folder / name).is_file() for name in marks)
    for name in files:
        _refuse_if_in_the_way(folder / name, new / name, replaced)
    older = (
        {path.relative_to(folder) for pattern in own for path in folder.glob(pattern)} if replaced else set()
    )
    aside = sorted(path for path in older - set(files) if not path.stem.endswith(".old"))
    for path in (folder / name for name in [*files, *aside]):
        _refuse_if_open(path)
    plan = {"aside": [name.as_posix() for name in aside], "move": [name.as_posix() for name in files]}
    (new.parent / _TODO).write_text(json.dumps(plan), encoding="utf-8")
    os.replace(new.parent, folder / _READY)
    settle(folder)


def settle(folder: str | Path) -> None:
    """Finish the move of a run that was killed in the middle of it; without one nothing is done."""
    folder = Path(folder)
    ready = folder / _READY
    if not ready.is_dir():
        return
    todo = json.loads((ready / _TODO).read_text(encoding="utf-8"))
    for name in todo["aside"]:
        if (folder / name).exists():
            _set_aside(folder / name)
    for name in todo["move"]:
        if (ready / _NEW / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            _replace(ready / _NEW / name, folder / name)
    # No longer to be done: what is left of it may be cleared away half.
    done = folder / f"{_APART}done"
    os.replace(ready, done)
    shutil.rmtree(done)


def _set_aside(path: Path) -> None:
    old = path.with_name(f"{path.stem}.old{path.suffix}")
    if old.is_dir():
        shutil.rmtree(old)
    _replace(path, old)


def _replace(path: Path, there: Path) -> None:
    try:
        os.replace(path, there)
    except PermissionError:
        raise Refused(str(there), "cannot be replaced", "close it where it is open, and run again") from None


def _refuse_if_in_the_way(there: Path, new: Path, replaced: bool) -> None:
    """Refuse to replace what no plan has written; a file that is the same may stay."""
    ours = there.is_file() and (replaced or filecmp.cmp(new, there, shallow=False))
    above = there.parent
    if (there.exists() and not ours) or (above.exists() and not above.is_dir()):
        raise Refused(str(there), "a file that no plan has written", "name another folder")


def _refuse_if_open(path: Path) -> None:
    """Refuse a file or folder that Windows would not let us move, as where Excel has it open."""
    for part in [path, *path.rglob("*")] if path.exists() else []:
        try:
            os.rename(part, part)
        except PermissionError:
            raise Refused(str(part), "cannot be replaced", "close it where it is open") from None


def write_lines(path: Path, lines: Sequence[str]) -> None:
    """Write a text line by line, whatever ends lines inside it."""
    text = "".join(" ".join(line.splitlines()) + "\n" for line in lines)
    path.write_bytes(text.encode())


def _read_lines(path: Path) -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8").splitlines()) if path.is_file() else ()
