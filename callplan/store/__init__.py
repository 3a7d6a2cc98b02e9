"""What a site keeps: its history, what it published, what people laid over it and wrote beside it.

    with open_store("store.duckdb") as store:                       # or "postgresql://..."
        store.put_history([history], file="may.csv", digest=..., profile="generic", who="Ann", now=now)
        store.history(["sales"], since, until, zone="Europe/Paris")

The SQL is plain and the same for both databases; `layout.py` makes the tables from `callplan.schema`,
one for each table that is kept, under the same names and columns:

    layout                     one row: the number of this layout
    imports                    files that were imported, undone ones too
    history                    as in the schema, with the import that wrote each row
    history_before             rows of the history that an import replaced, as they were
    versions                   published forecasts
    steps, forecast, bands, requirement, shift_plan, shifts, activities, coverage, people
                               what belongs to a version, with its number
    overrides, notes           as in the schema

Instants are TIMESTAMPTZ, days DATE, whole numbers BIGINT, others DOUBLE PRECISION, texts TEXT. Columns
of the user's own are not kept. A missing cell is NULL, and an interval that is missing or closed has no
row: they come back as they went in.

How it holds:

- One writer at a time. Whoever comes second waits a little, is told why, and then refused. A DuckDB file
  is open only while it is read or written; several processes may read it at once. In PostgreSQL writers
  take one lock, and readers never wait.
- An import is put aside first, in a temporary table, and merged in one transaction: a process killed at
  any moment leaves all of a file or nothing of it.
- An import writes its number into each row that it adds or changes, and the rows before go to
  `history_before`. So the latest import can be undone exactly: delete its rows, put the former back.
- A value replaces another; an empty cell leaves what is there, for it says nothing.
- A day of a queue is published once. A version that replaces another takes over the days that both speak
  of; `versions.replaced_by` is filled when nothing of the older one stands.

`store.py` is the door; `imports.py` (with the SQL of `merge.py`), `versions.py` and `records.py` are its
drawers; `backend.py` says what they ask of a database, `duckdb_file.py` and `postgres.py` answer.
"""

from callplan.store.imports import Put
from callplan.store.store import Store, open_store

__all__ = ["Put", "Store", "open_store"]
