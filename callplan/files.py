"""Files by suffix: read as they are, row by row; written whole or not at all."""

import csv
import gzip
import io
import itertools
import secrets
import sys
import warnings
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd

from callplan.errors import Refused

SUFFIXES = (".csv", ".csv.gz", ".parquet", ".xlsx")

# The first bytes by which a file shows what it is.
_MAGIC = {b"PK\x03\x04": ".xlsx", b"PAR1": ".parquet", b"\x1f\x8b": ".csv.gz", b"\xd0\xcf\x11\xe0": ".xls"}
_EXCEL_ROWS = 1_048_575
_UNNAMED = "unnamed column "


def suffix(path: str | Path) -> str:
    """Return the suffix that tells the format, or refuse one that none of ours is.

    >>> suffix("calls.csv.gz")
    '.csv.gz'
    """
    name = Path(path).name.lower()
    for known in SUFFIXES:
        if name.endswith(known):
            return known
    raise Refused(
        str(path), "the suffix names no format that is read or written", f"use {', '.join(SUFFIXES)}"
    )


def first_bytes(path: Path, count: int) -> bytes:
    """Return the bytes that a file begins with, or refuse one that is not there, not readable or empty."""
    try:
        with path.open("rb") as file:
            head = file.read(count)
    except FileNotFoundError:
        raise Refused(str(path), "no such file", "check the name and the folder") from None
    except OSError as fault:
        raise Refused(str(path), f"cannot be read ({fault.strerror})", "give a readable file") from None
    if not head:
        raise Refused(path.name, "the file is empty", "export it again")
    return head


def load(path: str | Path, text: Collection[str] = ()) -> pd.DataFrame:
    """Read a file as it stands; the index holds the row numbers an editor or Excel shows.

    Columns named in `text` stay text; others become numbers where every cell is one. Only an empty
    cell is empty: "NA" and "null" are text. `-` reads CSV from standard input.
    """
    if str(path) == "-":
        return _numbered(_load_csv(sys.stdin.buffer, "standard input", text))
    path, kind = Path(path), suffix(path)
    head = first_bytes(path, 4)
    seen = _MAGIC.get(head, _MAGIC.get(head[:2], ".csv"))
    if seen != kind:
        content = "not" if seen == ".csv" else f"{seen[1:]}, not"
        raise Refused(path.name, f"the content is {content} {kind[1:]}", "rename or save it anew")
    if kind == ".parquet":
        frame = _load_parquet(path)
    elif kind == ".xlsx":
        frame = _load_excel(path, text)
    elif kind == ".csv.gz":
        with gzip.open(path) as packed:
            frame = _load_csv(packed, path.name, text)
    else:
        with path.open("rb") as plain:
            frame = _load_csv(plain, path.name, text)
    return _numbered(frame)


def _numbered(frame: pd.DataFrame) -> pd.DataFrame:
    """Give rows the numbers an editor shows (the header is row 1), and leave out blank ones."""
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    blank = [name for name in frame if str(name).startswith(_UNNAMED) and frame[name].isna().all()]
    return frame.drop(columns=blank).dropna(how="all")


def _names(header: Sequence[object], source: str) -> list[str]:
    """Return the column names that the first row gives, each once."""
    names = ["" if cell is None else str(cell).strip() for cell in header]
    if not any(names):
        raise Refused(f"{source}, row 1", "no column names", "name the columns in the first row")
    twice = [name for name in names if name and names.count(name) > 1]
    if twice:
        raise Refused(f"{source}, row 1", f"two columns are called {twice[0]!r}", "rename or delete one")
    return [name or f"{_UNNAMED}{number}" for number, name in enumerate(names, start=1)]


def _load_csv(file: IO[bytes] | gzip.GzipFile, source: str, text: Collection[str]) -> pd.DataFrame:
    try:
        content = file.read()
    except (EOFError, OSError, zlib.error) as fault:
        raise Refused(source, f"cannot be read ({fault})", "the file is damaged: export it again") from None
    decoded = _decoded(content, source)
    _, header = next(_rows(decoded, source))
    other = [mark for mark in ";\t|" if len(header) == 1 and mark in header[0]]
    if other:
        raise Refused(
            f"{source}, row 1", f"cells parted by {other[0]!r}", "save it as CSV with commas, decimal points"
        )
    names = _names(header, source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            # pandas 2 needs to be told to read numbers exactly; 3.1 always does, and says so.
            warnings.filterwarnings("ignore", "The 'float_precision' argument is deprecated")
            frame = pd.read_csv(
                io.BytesIO(content),
                names=names,
                header=0,
                dtype=dict.fromkeys(text, str),
                keep_default_na=False,
                na_values=[""],
                skip_blank_lines=False,
                index_col=False,
                encoding="utf-8-sig",
                float_precision="round_trip",
                low_memory=False,
            )
    except (pd.errors.ParserError, pd.errors.ParserWarning):
        raise _ragged(decoded, source, len(names)) from None
    # pandas fills short rows up: they show by an empty last cell.
    if frame[names[-1]].isna().any():
        _refuse_short_rows(decoded, source, len(names))
    return frame


def _decoded(content: bytes, source: str) -> str:
    """Return the text of a CSV, or refuse one in another encoding."""
    try:
        decoded = content.decode("utf-8-sig")
        damage = content.find(b"\0")
    except UnicodeDecodeError as fault:
        damage = fault.start
    if damage >= 0:
        row = content.count(b"\n", 0, damage) + 1
        raise Refused(f"{source}, row {row}", "not UTF-8 text", "save it as CSV UTF-8")
    if not decoded.strip():
        raise Refused(source, "the file is empty", "export it again")
    return decoded


def _rows(decoded: str, source: str) -> Iterator[tuple[int, list[str]]]:
    """Give the cells of each row, blank ones too, with the row's number."""
    row = 0
    try:
        for row, cells in enumerate(csv.reader(io.StringIO(decoded, newline="")), start=1):
            yield row, cells
    except csv.Error:  # a cell without end
        raise _open_quote(source, row + 1) from None


def _ragged(decoded: str, source: str, width: int) -> Refused:
    """Find the first row that has more cells than the header, or whose quotation mark stays open."""
    row = 1
    for row, cells in _rows(decoded, source):
        if len(cells) > width:
            return _misfit(source, row, cells, width)
    return _open_quote(source, row)


def _refuse_short_rows(decoded: str, source: str, width: int) -> None:
    for row, cells in _rows(decoded, source):
        if len(cells) < width and any(cells):
            raise _misfit(source, row, cells, width)


def _misfit(source: str, row: int, cells: list[str], width: int) -> Refused:
    found = f"{len(cells)} cells under {width} column names"
    return Refused(f"{source}, row {row}", found, "every row needs as many cells as the header")


def _open_quote(source: str, row: int) -> Refused:
    return Refused(f"{source}, row {row}", "a quotation mark is not closed", "mend or delete it")


def _load_excel(path: Path, text: Collection[str]) -> pd.DataFrame:
    """Read the first sheet. Faulty cells such as #N/A come as text, so that they are not taken for empty."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and the like, which are not read
            with closing(openpyxl.load_workbook(path, read_only=True, data_only=True)) as book:
                sheet = book.worksheets[0]
                sheet.reset_dimensions()  # some programs state them wrongly
                rows = list(sheet.iter_rows(values_only=True))
    except Exception as fault:  # openpyxl has a dozen ways to fail on what is no workbook
        raise Refused(path.name, f"not an Excel workbook ({fault})", "save it anew as .xlsx") from None
    if not any(rows):
        raise Refused(path.name, "the first sheet is empty", "put the table on the first sheet")
    columns = list(itertools.zip_longest(*rows))  # rows end with their last filled cell
    names = _names([cells[0] for cells in columns], path.name)
    return pd.DataFrame(
        {
            name: pd.Series(
                [None if cell == "" else cell for cell in cells[1:]], dtype=object if name in text else None
            )
            for name, cells in zip(names, columns, strict=True)
        }
    )


def _load_parquet(path: Path) -> pd.DataFrame:
    try:
        frame = pd.read_parquet(path, engine="pyarrow")
    except (OSError, ValueError) as fault:
        raise Refused(path.name, f"not a Parquet file ({fault})", "export it again") from None
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    return frame.set_axis(_names(list(frame), path.name), axis=1)


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, which replaces it when the block ends without a fault."""
    if not Path(path).parent.is_dir():
        raise Refused(str(path), f"there is no folder {Path(path).parent}", "make it first")
    target = Path(path).resolve()  # where a link leads: the link stays
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        part.touch(exist_ok=False)
        yield part
        if target.exists():
            part.chmod(target.stat().st_mode)
        part.replace(target)
    except OSError as fault:
        raise Refused(str(path), f"cannot be written ({fault.strerror})", "choose another place") from fault
    finally:
        part.unlink(missing_ok=True)


def save(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a frame in the format of the suffix; the same frame gives the same bytes."""
    kind = suffix(path)
    with replacing(path) as part:
        if kind == ".parquet":
            frame.to_parquet(part, engine="pyarrow", index=False)
        elif kind == ".xlsx":
            _save_excel(frame, part, Path(path).name)
        elif kind == ".csv.gz":
            # Without a time stamp inside, the same table packs to the same bytes.
            with part.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                save_csv(frame, packed)
        else:
            with part.open("wb") as file:
                save_csv(frame, file)


def save_csv(frame: pd.DataFrame, file: IO[bytes] | gzip.GzipFile) -> None:
    """Write a frame as UTF-8 CSV to an open file, lines ended the same on every system."""
    file.write(_with_text_for_instants(frame).to_csv(index=False, lineterminator="\n").encode())


def _with_text_for_instants(frame: pd.DataFrame) -> pd.DataFrame:
    """Write instants as text with their offset: a few, many times over, so each but once."""
    texts = {}
    for name in frame.select_dtypes("datetimetz"):
        which, instants = pd.factorize(frame[name])
        # An empty cell has the code -1, which finds the last text.
        texts[name] = np.array([*map(str, instants), None], dtype=object)[which]
    return frame.assign(**texts)


def _save_excel(frame: pd.DataFrame, part: Path, name: str) -> None:
    import xlsxwriter

    if len(frame) > _EXCEL_ROWS:
        raise Refused(name, f"{len(frame):,} rows do not fit a sheet", "write .csv.gz or .parquet")
    with xlsxwriter.Workbook(part) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 (Excel's dates have no zone)
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        # Excel knows no time zones: an instant goes in as text with its offset, and nothing is lost.
        for column, (title, cells) in enumerate(_with_text_for_instants(frame).items()):
            sheet.write_string(0, column, str(title))
            for row, cell in enumerate(cells.tolist(), start=1):
                if _write_cell(sheet, row, column, cell) != 0:
                    where, found = f"{name}, row {row + 1}, column {title}", "a text too long for a cell"
                    raise Refused(where, found, "write .csv.gz or .parquet")


def _write_cell(sheet: Any, row: int, column: int, cell: Any) -> int:
    """Write numbers as numbers and all else as text, so that no text becomes a formula; 0 if it fits."""
    if pd.isna(cell):
        return 0
    if isinstance(cell, int | float) and abs(cell) < np.inf:
        return sheet.write(row, column, cell)
    return sheet.write_string(row, column, str(cell))
