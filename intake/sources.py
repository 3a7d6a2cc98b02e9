"""Files as batches of rows: text, workbooks, Parquet. What they say is left as it stands."""

import csv
import io
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from callplan.errors import Refused
from callplan.files import first_bytes
from intake.cells import Cells, of_values
from intake.headers import LINES, Header, Wanted

BATCH_ROWS = 100_000


@dataclass(frozen=True)
class Misfit:
    """A row that is no row of the table: its number, and what is wrong with it."""

    row: int
    found: str
    is_line: bool
    """Only one cell is filled: a title or a footer."""


@dataclass(frozen=True)
class Batch:
    """Some rows of a file."""

    rows: np.ndarray
    """Their numbers, as an editor or Excel counts them: the first is 1."""
    cells: dict[str, Cells]
    misfits: tuple[Misfit, ...] = ()


class Source(Protocol):
    """A file that can be read more than once."""

    path: Path
    header: Header
    remarks: tuple[str, ...]
    separator: str
    """What parts its cells; empty where numbers come as numbers."""

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """Give the rows below the header, of the columns named."""


def open_source(path: Path, wanted: Wanted, encoding: str | None) -> Source:
    """Return what reads a file, by its first bytes: names of exports often lie."""
    head = first_bytes(path, 8)
    try:
        if head.startswith(b"PAR1"):
            from intake.parquet import ParquetSource

            return ParquetSource(path, wanted)
        if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            return Workbook(path, wanted)
        from intake.text import TextSource

        return TextSource(path, wanted, encoding)
    except Refused as fault:
        if fault.where == "columns":
            raise Refused(path.name, fault.found, fault.do) from None
        raise


class Workbook:
    """An Excel workbook, .xlsx, .xlsb or .xls: the first sheet that has the header."""

    separator = ""

    def __init__(self, path: Path, wanted: Wanted) -> None:
        import python_calamine

        self.path = path
        try:
            self._book = python_calamine.load_workbook(str(path))
            names = self._book.sheet_names
        except Exception as fault:  # calamine has an exception for each way to fail
            raise Refused(path.name, f"not an Excel workbook ({fault})", "save it anew as .xlsx") from None
        faults = []
        for self._sheet in names:
            head = list(itertools.islice(self._rows(), LINES))
            try:
                self.header = wanted.header(
                    [["" if cell is None else str(cell) for cell in row] for row in head]
                )
            except Refused as fault:
                faults.append((len(head), fault))
            else:
                break
        else:
            raise max(faults, key=lambda found: found[0])[1]
        of = f" of {len(names)}" if len(names) > 1 else ""
        self.remarks: tuple[str, ...] = (f"read from the sheet {self._sheet!r}{of}",) if of else ()

    def _rows(self) -> Iterator[list[Any]]:
        """Give the cells of each row of the sheet, from its first row and column on."""
        sheet = self._book.get_sheet_by_name(self._sheet)
        first = sheet.start or (0, 0)
        yield from itertools.repeat([], first[0])
        for row in sheet.iter_rows():
            yield [""] * first[1] + row

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """Give the rows below the header, of the columns named."""
        places = {name: self.header.columns.index(name) for name in columns}
        numbered = enumerate(itertools.islice(self._rows(), self.header.row, None), start=self.header.row + 1)
        while some := list(itertools.islice(numbered, BATCH_ROWS)):
            filled = [sum(cell not in (None, "") for cell in row) for _, row in some]
            table = [row for row, cells in zip(some, filled, strict=True) if cells > 1 or len(row[1]) == 1]
            lines = [row for row, cells in zip(some, filled, strict=True) if cells == 1 < len(row[1])]
            yield Batch(
                np.array([number for number, _ in table], dtype=np.int64),
                {name: of_values([row[place] for _, row in table]) for name, place in places.items()},
                tuple(Misfit(number, _first(row), is_line=True) for number, row in lines),
            )


def _first(row: Sequence[Any]) -> str:
    return next(str(cell) for cell in row if cell not in (None, ""))


def split(text: str, separator: str) -> list[list[str]]:
    """Return the cells of some lines of text."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:  # a cell without end
        return []
