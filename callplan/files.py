"""Files by suffix: read as they are, row by row; written whole or not at all."""

import csv
import gzip
import io
import os
import sys
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

import pandas as pd

from callplan.errors import Refused

SUFFIXES = (".csv", ".csv.gz", ".parquet", ".xlsx")

# The first bytes by which a file shows what it is.
_MAGIC = {b"PK\x03\x04": ".xlsx", b"PAR1": ".parquet", b"\x1f\x8b": ".csv.gz", b"\xd0\xcf\x11\xe0": ".xls"}
_EXCEL_ROWS = 1_048_575


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


def load(path: str | Path, text: Collection[str] = ()) -> pd.DataFrame:
    """Read a file as it stands; the index holds the row numbers an editor or Excel shows.

    Columns named in `text` stay text; others become numbers where every cell is one. Only an empty
    cell is empty: "NA" and "null" are text. `-` reads CSV from standard input.
    """
    if str(path) == "-":
        return _numbered(_load_csv(sys.stdin.buffer, "standard input", text), "standard input")
    path, kind = Path(path), suffix(path)
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except FileNotFoundError:
        raise Refused(str(path), "no such file", "check the name and the folder") from None
    except OSError as fault:
        raise Refused(str(path), f"cannot be read ({fault.strerror})", "give a readable file") from None
    if not head:
        raise Refused(path.name, "the file is empty", "export it again")
    seen = _MAGIC.get(head, _MAGIC.get(head[:2], ".csv"))
    if seen != kind:
        raise Refused(
            path.name, f"the content is {seen[1:]}, the suffix says {kind[1:]}", "rename or save it anew"
        )
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
    return _numbered(frame, path.name)


def _numbered(frame: pd.DataFrame, source: str) -> pd.DataFrame:
    """Number the rows as an editor does (the header is row 1), leave out blank ones."""
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    frame.columns = [str(name).strip() for name in frame.columns]
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise Refused(source, f"two columns are called {twice[0]!r}", "rename or delete one")
    return frame.dropna(how="all")


def _load_csv(file: IO[bytes] | gzip.GzipFile, source: str, text: Collection[str]) -> pd.DataFrame:
    try:
        content = file.read()
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                io.BytesIO(content),
                dtype=dict.fromkeys(text, str),
                keep_default_na=False,
                na_values=[""],
                skip_blank_lines=False,
                index_col=False,
                encoding="utf-8-sig",
                float_precision="round_trip",
                low_memory=False,
            )
    except pd.errors.EmptyDataError:
        raise Refused(source, "the file is empty", "export it again") from None
    except UnicodeDecodeError as fault:
        raise Refused(source, f"not UTF-8 text ({fault.reason})", "save it as CSV UTF-8") from None
    except (pd.errors.ParserError, pd.errors.ParserWarning):
        raise _ragged(content, source) from None
    except (EOFError, OSError, zlib.error) as fault:
        raise Refused(source, f"cannot be read ({fault})", "the file is damaged: export it again") from None


def _ragged(content: bytes, source: str) -> Refused:
    """Find the first row that has more cells than the header."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    width = len(next(rows))
    for row in rows:
        if len(row) > width:
            where, found = f"{source}, row {rows.line_num}", f"{len(row)} cells under {width} column names"
            return Refused(where, found, "every row needs as many cells as the header")
    return Refused(source, "a quotation mark is not closed", "mend or delete it")


def _load_excel(path: Path, text: Collection[str]) -> pd.DataFrame:
    try:
        return pd.read_excel(
            path, dtype=dict.fromkeys(text, object), keep_default_na=False, na_values=[""], engine="openpyxl"
        )
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as fault:
        raise Refused(path.name, f"not an Excel workbook ({fault})", "save it anew as .xlsx") from None


def _load_parquet(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path, engine="pyarrow")
    except (OSError, ValueError) as fault:
        raise Refused(path.name, f"not a Parquet file ({fault})", "export it again") from None


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, which replaces it when the block ends without a fault."""
    path = Path(path)
    if not path.parent.is_dir():
        raise Refused(str(path), f"there is no folder {path.parent}", "make it first")
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


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
    file.write(frame.to_csv(index=False, lineterminator="\n").encode())


def _save_excel(frame: pd.DataFrame, part: Path, name: str) -> None:
    if len(frame) > _EXCEL_ROWS:
        raise Refused(name, f"{len(frame):,} rows do not fit a sheet", "write .csv.gz or .parquet")
    # Excel knows no time zones: an instant goes in as text with its offset, and nothing is lost.
    plain = frame.assign(
        **{c: frame[c].astype(str).where(frame[c].notna()) for c in frame.select_dtypes("datetimetz")}
    )
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with pd.ExcelWriter(part, engine="xlsxwriter", engine_kwargs={"options": options}) as writer:
        writer.book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001: Excel's dates have no zone
        plain.to_excel(writer, index=False, freeze_panes=(1, 0))
