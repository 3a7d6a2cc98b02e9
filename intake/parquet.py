"""Parquet files as batches of rows."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from callplan.errors import Refused
from intake.cells import Cells, of_values
from intake.headers import Wanted
from intake.sources import BATCH_ROWS, Batch


class ParquetSource:
    """A Parquet file; its rows are numbered as if the names of its columns stood in row 1."""

    separator = ""
    remarks: tuple[str, ...] = ()

    def __init__(self, path: Path, wanted: Wanted) -> None:
        self.path = path
        try:
            self._names = pq.ParquetFile(path).schema_arrow.names
        except (OSError, ValueError) as fault:
            raise Refused(path.name, f"not a Parquet file ({fault})", "export it again") from None
        self.header = wanted.header([self._names])

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """Give the rows, of the columns named."""
        row = 2
        theirs = {name: self._names[self.header.columns.index(name)] for name in columns}
        for table in pq.ParquetFile(self.path).iter_batches(BATCH_ROWS, columns=list(theirs.values())):
            rows = np.arange(row, row + len(table))
            row += len(table)
            yield Batch(rows, {ours: _cells(table.column(name)) for ours, name in theirs.items()})


def _cells(column: pa.Array) -> Cells:
    """Return a column, each different value once."""
    known = column if isinstance(column, pa.DictionaryArray) else column.dictionary_encode()
    if pa.types.is_timestamp(known.dictionary.type):
        # Nanoseconds are not Python's; below a microsecond nothing is of interest.
        kind = pa.timestamp("us", known.dictionary.type.tz)
        known = pa.DictionaryArray.from_arrays(known.indices, known.dictionary.cast(kind, safe=False))
    cells = of_values(known.dictionary.to_pylist())
    index = known.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    raw = index if cells.raw is None else np.append(cells.raw, -1)[index]
    return Cells(np.append(cells.code, -1)[index], cells.text, cells.typed, raw)
