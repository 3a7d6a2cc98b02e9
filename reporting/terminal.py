"""A table on the terminal: for people, as CSV or as JSON. Starts fast: pandas only where it is needed."""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from reporting.words import missing, shown, unit

if TYPE_CHECKING:
    import pandas as pd

Format = Literal["table", "csv", "json"]

# People read a screen or two; who needs all rows asks for another format.
MOST_ROWS = 60


def show(rows: "pd.DataFrame | Sequence[Mapping[str, Any]]", format: Format = "table") -> None:
    """Write a table, or records that have the same keys, to standard output.

    `table` is for people: numbers are rounded and long tables cut, which standard error says.
    `csv` and `json` hold everything: instants with their offset, an empty cell as nothing or null.

    >>> show([{"agents": 14, "service_level": 0.8884, "asa_s": 7.83}], "json")
    [
      {"agents": 14, "service_level": 0.8884, "asa_s": 7.83}
    ]
    """
    if format == "csv":
        _write_csv(rows)
        return
    if not isinstance(rows, Sequence):
        rows = [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]
    if format == "json":
        _write_json(rows)
    else:
        _write_table(rows)


def _write_csv(rows: "pd.DataFrame | Sequence[Mapping[str, Any]]") -> None:
    sys.stdout.flush()
    if not isinstance(rows, Sequence):
        from callplan.files import save_csv

        save_csv(rows, sys.stdout.buffer)
    elif rows:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(rows[0])
        for row in rows:
            writer.writerow("" if missing(value) else value for value in row.values())
    sys.stdout.flush()


def _write_json(rows: Sequence[Mapping[str, Any]]) -> None:
    """Write a record a line, so that the lines can be searched too."""
    records = [
        json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False) for row in rows
    ]
    print("[" + ",".join(f"\n  {record}" for record in records) + ("\n]" if records else "]"))


def _plain(value: Any) -> Any:
    """Return a value that JSON knows."""
    if missing(value):
        return None
    if isinstance(value, datetime):
        return value.isoformat()
    # Numbers of numpy become Python's own.
    return value.item() if hasattr(value, "item") else value


def _write_table(rows: Sequence[Mapping[str, Any]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    if not rows:
        print("no rows", file=sys.stderr)
        return
    cut = rows[:MOST_ROWS]
    columns = {name: [row.get(name) for row in cut] for name in rows[0]}
    same = {name: values for name, values in columns.items() if len(cut) > 2 and len(set(values)) == 1}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    ...
