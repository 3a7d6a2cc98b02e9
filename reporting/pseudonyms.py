"""People under pseudonyms: P001, P002 and so on in every table, the names in a key of their own."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from callplan import tables as floor
from callplan.errors import Refused, nearest
from callplan.tables import Column, Table
from reporting.parts import INPUTS, ROSTER

PSEUDONYMS = Table(
    "pseudonyms",
    "Who is meant by which pseudonym: for the planner's eyes alone.",
    ("person",),
    (
        Column("person", "text", "", "the name"),
        Column("pseudonym", "text", "", "what stands for it: P and a number"),
    ),
)

# Columns that hold a person's name and nothing else.
_NAMES = ("person", "with")
# Words of the site's own, in which a name could only be found by chance.
_TERMS = ("queue", "shift", "activity", "contract", "skills", "status", "solver", "stopped_by")


def draw_pseudonyms(people: Iterable[str], *, seed: int, known: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the key: one row for each person, with a pseudonym drawn by lot.

    Who has a pseudonym in `known`, an earlier key, keeps it, and the others get the numbers that
    follow. Who knows the people and the seed can draw the same key: keep the seed as secret as the key.

    >>> key = draw_pseudonyms(["Ana", "Bo"], seed=1)
    >>> sorted(key["pseudonym"])
    ['P001', 'P002']
    >>> draw_pseudonyms(["Cy", "Ana"], seed=2, known=key)["pseudonym"].iloc[-1]
    'P003'
    """
    pseudonym = {} if known is None else _pseudonyms(known)
    new = sorted(set(people) - set(pseudonym))
    used = [int(word[1:]) for word in pseudonym.values() if re.fullmatch(r"P\d+", word)]
    numbers = max(used, default=0) + 1 + np.random.default_rng(seed).permutation(len(new))
    pseudonym |= {person: f"P{number:03d}" for person, number in zip(new, numbers, strict=True)}
    return floor.check(pd.DataFrame({"person": list(pseudonym), "pseudonym": pseudonym.values()}), PSEUDONYMS)


def write_key(key: pd.DataFrame, path: str | Path) -> None:
    """Write the key to a file that nobody else on the machine may read; not beside what is handed on."""
    path = Path(path)
    if path.parent.is_dir():
        # A file in the way gives its rights to the one that replaces it.
        path.touch()
        path.chmod(0o600)
    floor.write(key, path)


def read_key(path: str | Path) -> pd.DataFrame:
    """Read a key that `write_key` has written."""
    return floor.read(path, PSEUDONYMS)


def pseudonymise(tables: Mapping[str, pd.DataFrame], key: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tables with pseudonyms for people, also where a sentence names them.

    `tables` are called as in `reporting.parts`. Columns of the user's own are left out, for nothing
    tells what they say of a person. Raises `Refused` for a person whom the key lacks.

    >>> key = pd.DataFrame({"person": ["Ana", "Bo"], "pseudonym": ["P002", "P001"]})
    >>> found = pd.DataFrame({"person": ["Ana"], "found": ["Ana rests 9 h, Bo 12 h"]})
    >>> pseudonymise({"broken": found}, key)["broken"].to_dict("records")
    [{'person': 'P002', 'found': 'P002 rests 9 h, P001 12 h'}]
    """
    return {name: _of_table(name, table, key) for name, table in tables.items()}


def without_names(text: str, key: pd.DataFrame) -> str:
    """Return a text with pseudonyms where it names people of the key.

    >>> without_names("Ana, not Anabel", pd.DataFrame({"person": ["Ana"], "pseudonym": ["P001"]}))
    'P001, not Anabel'
    """
    return _rewritten([text], key)[text]


def _of_table(name: str, table: pd.DataFrame, key: pd.DataFrame) -> pd.DataFrame:
    parts = ROSTER | INPUTS
    if name not in parts:
        raise Refused("tables", f"unknown table {name!r}", nearest(name, parts))
    of = parts[name].table
    # A name that is part of the key tells rows apart; of all the others only sentences speak of people.
    texts = [column.name for column in of.columns if column.dtype == "text" and column.name in table]
    result = table[[column for column in of.names() if column in table]].copy()
    for column in texts:
        if column in _NAMES:
            result[column] = _renamed(table[column], key, name)
        elif column not in (*of.key, *_TERMS):
            cells = table[column]
            result[column] = cells.map(_rewritten(cells.dropna().unique(), key), na_action="ignore")
    return result.sort_values([column for column in of.key if column in result], ignore_index=True)


def _renamed(names: pd.Series, key: pd.DataFrame, table: str) -> pd.Series:
    pseudonym = _pseudonyms(key)
    unknown = names[names.notna() & ~names.isin(list(pseudonym))]
    if len(unknown):
        raise Refused(
            f"{table}, row {unknown.index[0]}, column {names.name}",
            f"{unknown.iloc[0]!r} has no pseudonym",
            "draw the key for all people: draw_pseudonyms(people, seed=..., known=key)",
        )
    return names.map(pseudonym, na_action="ignore")


def _rewritten(texts: Iterable[str], key: pd.DataFrame) -> dict[str, str]:
    """Return each text with the names in it replaced, the longer of two names first."""
    pseudonym = _pseudonyms(key)
    longest_first = sorted(pseudonym, key=lambda name: (-len(name), name))
    names = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    return {text: names.sub(lambda match: pseudonym[match[0]], text) for text in texts}


def _pseudonyms(key: pd.DataFrame) -> dict[str, str]:
    return dict(zip(key["person"], key["pseudonym"], strict=True))
