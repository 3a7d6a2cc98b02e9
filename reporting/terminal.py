"""A table on the terminal: for people, as CSV or as JSON. Starts fast: pandas only where it is needed."""

import csv
import json
import math
import sys
from collections.abc import Collection, Mapping, Sequence
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
    # Numbers of numpy become Python's own; JSON knows none without an end.
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write_table(rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        print("No rows.", file=sys.stderr)
        return
    if len(rows) == 1:
        _print(
            [("", False), ("", True), ("", False)],
            [
                (name, *_texts(name, [value], rows[0]), _unit(name, value, rows[0]))
                for name, value in rows[0].items()
            ],
        )
        return
    columns = {name: [row.get(name) for row in rows] for name in rows[0]}
    # What never changes is said once, above: that leaves room for what does.
    same = [name for name, values in columns.items() if len(set(map(str, values))) == 1]
    if same and len(same) < len(columns):
        print("; ".join(f"{name} {_texts(name, columns.pop(name)[:1], rows[0])[0]}" for name in same))
    texts = [_texts(name, values[:MOST_ROWS], rows[0]) for name, values in columns.items()]
    heads = [(name, not isinstance(values[0], str | datetime)) for name, values in columns.items()]
    _print(heads, list(zip(*texts, strict=True)))
    if len(rows) > MOST_ROWS:
        left_out = f"{len(rows) - MOST_ROWS:,} of {len(rows):,} rows are left out"
        print(f"{left_out}; --format csv shows all, -o FILE writes them.", file=sys.stderr)


def _texts(name: str, values: Sequence[Any], beside: Collection[str]) -> list[str]:
    """Write the values of a column for people; a clock's change shows by its offsets."""
    times = [value for value in values if isinstance(value, datetime) and not missing(value)]
    form = "%a %Y-%m-%d %H:%M" + (" %z" if len({time.utcoffset() for time in times}) > 1 else "")
    said = [value.strftime(form) if value in times else value for value in values] if times else values
    return shown(said, unit(name, beside), share_decimals=2)


def _unit(name: str, value: Any, beside: Collection[str]) -> str:
    """Return what to write behind a value that stands alone; a share shows its own sign."""
    said = unit(name, beside)
    return "" if said == "share" or missing(value) or isinstance(value, str) else said


def _print(heads: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]]) -> None:
    """Print rows of text under their heads, those of numbers at the right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    # A queue may be called [b]: what looks like markup is none. And rather a long line than a
    # number cut short: the width is more than any table needs.
    console = Console(file=sys.stdout, width=2000, markup=False, emoji=False, highlight=False)
    named = any(name for name, _ in heads)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, show_header=named)
    for name, number in heads:
        table.add_column(name, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row)
    console.print(table)
