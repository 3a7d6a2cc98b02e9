"""Text files as batches of rows: any separator, any of the usual encodings, lines that are no rows."""

import gzip
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv

from callplan.errors import Refused
from intake.cells import of_arrow
from intake.encodings import encoding_of, opened
from intake.headers import LINES, Header, Wanted
from intake.profile import Tied
from intake.sources import Batch, Misfit, split
from intake.totals import says_totals

SEPARATORS = (",", ";", "\t", "|")
# At most some 200,000 rows, of usual exports 70,000.
_BLOCK_BYTES = 1 << 22


class TextSource:
    """A CSV file and its like; `.gz` is unpacked on the way."""

    def __init__(self, path: Path, wanted: Wanted, encoding: str | None) -> None:
        self.path = path
        self.encoding, remark = encoding_of(path, encoding)
        self.remarks: tuple[str, ...] = (remark,) if remark else ()
        with opened(path) as file:
            head = file.read(1 << 18).decode(self.encoding, "ignore")
        if not head.strip("\ufeff \t\r\n"):
            raise Refused(path.name, "the file is empty", "export it again")
        # The last of the lines may be cut in half.
        self._lines = "".join(head.splitlines(keepends=True)[: 2 * LINES])
        self.separator, self.header = self._header(wanted)
        # Rows may be wider than the header, by separators at their ends.
        rows = split(self._lines, self.separator)[self.header.row :]
        width = Counter(len(cells) for cells in rows if len(cells) > 1).most_common(1)
        self._width = max(len(self.header.columns), width[0][0] if width else 0)

    def _header(self, wanted: Wanted) -> tuple[str, Header]:
        """Return the separator under which a header is found; the one that explains most, or the fault."""
        found: list[tuple[int, str, Header]] = []
        faults: list[tuple[int, Refused]] = []
        for separator in SEPARATORS:
            rows = split(self._lines, separator)[:LINES]
            try:
                header = wanted.header(rows)
            except Tied:
                raise
            except Refused as fault:
                faults.append((max(map(len, rows), default=0), fault))
            else:
                explained = len(
                    {name for names in header.profile.resolve(header.columns).values() for name in names}
                )
                found.append((explained, separator, header))
        if not found:
            raise max(faults, key=lambda fault: fault[0])[1]
        _, separator, header = max(found, key=lambda one: one[0])
        return separator, header

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """Give the rows below the header, of the columns named."""
        names = [f"{place}" for place in range(self._width)]
        places = {name: str(self.header.columns.index(name)) for name in columns}
        misfits: list[Misfit] = []
        wrong: list[int] = []

        def no_row(row: Any) -> str:
            misfits.append(_misfit(row, self.separator))
            wrong.append(row.number)
            return "skip"

        at = self.header.row + 1
        try:
            for block in self._blocks(names, list(places.values()), no_row):
                rows = _numbers(at, len(block), wrong)
                at = int(rows[-1]) + 1 if len(rows) else at
                ahead = [misfit for misfit in misfits if misfit.row >= at]
                due = tuple(misfit for misfit in misfits if misfit.row < at)
                misfits[:] = ahead
                yield Batch(
                    rows, {name: of_arrow(block.column(place)) for name, place in places.items()}, due
                )
        except pa.ArrowInvalid as fault:
            if "Empty CSV" not in str(fault):
                where = f"{self.path.name}, from row {at}"
                raise Refused(
                    where, f"cannot be read as a table ({fault})", "see if a quotation mark is open"
                ) from None
        except (EOFError, gzip.BadGzipFile, OSError) as fault:
            raise Refused(
                self.path.name, f"cannot be read ({fault})", "the file is damaged: export it again"
            ) from None
        yield Batch(np.empty(0, np.int64), {}, tuple(misfits))

    def _blocks(self, names: list[str], wanted: list[str], no_row: Any) -> Iterator[pa.RecordBatch]:
        kinds = dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string()))
        with opened(self.path) as file:
            yield from pcsv.open_csv(
                file,
                pcsv.ReadOptions(
                    column_names=names,
                    skip_rows=self.header.row,
                    use_threads=False,
                    block_size=_BLOCK_BYTES,
                    encoding="utf8" if self.encoding.startswith("utf-8") else self.encoding,
                ),
                pcsv.ParseOptions(
                    delimiter=self.separator,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=no_row,
                ),
                pcsv.ConvertOptions(
                    column_types=kinds, include_columns=wanted, strings_can_be_null=False, check_utf8=False
                ),
            )


def _numbers(first: int, count: int, wrong: list[int]) -> np.ndarray:
    """Return the numbers of the next rows, those left out for being no rows."""
    skipped = [number for number in wrong if number >= first]
    return np.setdiff1d(np.arange(first, first + count + len(skipped)), skipped)[:count]


def _misfit(row: Any, separator: str) -> Misfit:
    filled = [cell.strip('" ') for cell in row.text.split(separator) if cell.strip('" ')]
    if row.text.count('"') % 2:
        found = "a quotation mark is not closed"
    else:
        found = f"{row.actual_columns} cells under {row.expected_columns} column names"
    # Lines below a table, and totals that fill but a few of its columns.
    is_line = len(filled) <= 1 or (row.actual_columns < row.expected_columns and says_totals(filled[0]))
    return Misfit(row.number, found, is_line=is_line and "\n" not in row.text)
