"""Moving a finished folder in: who is killed at any step leaves all of the old files or all of the new."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from callplan.errors import Refused
from reporting.folder import apart_from, move_into, settle

MARKS = ("book.xlsx", "summary.txt")
OWN = ["*.csv", "roster"]
OLD = {"book.xlsx": "old", "summary.txt": "old", "calls.csv": "old", "roster/shifts.csv": "old"}
NEW = {"book.xlsx": "new", "summary.txt": "new", "days.csv": "new", "sub/more.txt": "new"}
ASIDE = {"calls.old.csv": "old", "roster.old/shifts.csv": "old"}
MINE = {"notes.txt": "mine"}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def read(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*") if p.is_file()}


def run(folder: Path, files: dict[str, str]) -> None:
    with apart_from(folder) as new:
        write(new, files)
        move_into(new, folder, MARKS, OWN)


def die_at(step: int) -> None:
    """End this process, as a kill does, at the so-manieth rename of a file or folder."""
    steps = iter(range(step))

    def dying(move: Callable[..., None]) -> Callable[..., None]:
        def one(*where: object, **more: object) -> None:
            if next(steps, None) is None:
                os._exit(9)
            move(*where, **more)

        return one

    os.replace, os.rename = dying(os.replace), dying(os.rename)


def killed_at(step: int, folder: Path, files: dict[str, str]) -> bool:
    """Run in a process of its own; tell whether it was killed before it was done."""
    child = os.fork()
    if child == 0:
        die_at(step)
        run(folder, files)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
@pytest.mark.parametrize("before", [{}, OLD], ids=["a new folder", "an older plan"])
def test_a_run_killed_at_any_step_leaves_all_the_old_or_all_the_new(
    tmp_path: Path, before: dict[str, str]
) -> None:
    old, new = before | MINE, NEW | MINE | (ASIDE if before else {})
    found = []
    step = 0
    while True:
        folder = tmp_path / f"{step}"
        write(folder, old)
        if not killed_at(step, folder, NEW):
            break
        settle(folder)
        left = {name: text for name, text in read(folder).items() if not name.startswith(".plan-")}
        assert left in (old, new), step
        found.append(left == new)
        # The next run is as if nothing had been.
        run(folder, NEW)
        assert read(folder) == new
        step += 1
    # One rename decides; before it all is old, and each file's own comes after it.
    assert found == sorted(found)
    assert not found[0]
    assert found.count(True) >= len(NEW)
    assert read(folder) == new


def test_what_is_open_elsewhere_is_refused_before_anything_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows refuses to rename a file that Excel has open; the last file shows that all are tried first."""
    write(tmp_path, OLD)
    rename = os.rename

    def in_use(path: Path, there: Path) -> None:
        if Path(path) == tmp_path / "roster" / "shifts.csv":
            raise PermissionError
        rename(path, there)

    monkeypatch.setattr("os.rename", in_use)
    with pytest.raises(Refused, match=r"shifts\.csv: cannot be replaced; close it where it is open"):
        run(tmp_path, NEW)
    assert read(tmp_path) == OLD


def test_a_folder_or_file_in_the_way_is_refused(tmp_path: Path) -> None:
    write(tmp_path, OLD | {"sub": "a file"})
    with pytest.raises(Refused, match="no plan has written"):
        run(tmp_path, NEW)
    (tmp_path / "sub").unlink()
    (tmp_path / "days.csv").mkdir()
    with pytest.raises(Refused, match="no plan has written"):
        run(tmp_path, NEW)
    assert read(tmp_path) == OLD


def test_what_was_set_aside_before_gives_way(tmp_path: Path) -> None:
    write(tmp_path, OLD | {"roster.old/activities.csv": "older", "calls.old.csv": "older"})
    run(tmp_path, NEW)
    assert read(tmp_path) == NEW | ASIDE
