"""Two quotes side by side: where their terms differ, and what that makes of the results."""

from collections.abc import Mapping

import pandas as pd

from callplan.errors import Refused
from callplan.tables import QUOTE_COMPARED, QUOTE_DIFFERENCES, check
from quoting.assumptions import assumptions
from quoting.terms.terms import Terms


def compare(a: Terms, b: Terms) -> pd.DataFrame:
    """Return the figures and texts in which the terms of two quotes differ: table `QUOTE_DIFFERENCES`.

    What only one of them has is listed, and so is a figure that somebody else said, or on another day.
    `said_a` and `said_b` are kind, who, source and date. Terms that do not differ give a table without
    rows. Raises `Refused` where the currencies differ.
    """
    if a.currency != b.currency:
        found = f"one quote is in {a.currency}, the other in {b.currency}"
        raise Refused("currency", found, "bring both into one currency")
    both = _told(a).merge(_told(b), on="key", how="outer", suffixes=("_a", "_b"))
    texts = both[["value_a", "said_a", "unit_a", "value_b", "said_b", "unit_b"]].fillna("")
    same = (texts["value_a"] == texts["value_b"]) & (texts["said_a"] == texts["said_b"])
    differ = both[~same].sort_values(["n_a", "n_b"], ignore_index=True)
    if differ.empty:
        return pd.DataFrame(columns=QUOTE_DIFFERENCES.names())
    rows = differ.rename(columns={"value_a": "a", "value_b": "b"}).assign(
        n=differ.index + 1,
        unit=differ["unit_a"].fillna(differ["unit_b"]),
        **_apart(differ["number_a"], differ["number_b"]),
    )
    return check(rows[QUOTE_DIFFERENCES.names()], QUOTE_DIFFERENCES)


def compare_results(a: Mapping[str, float], b: Mapping[str, float]) -> pd.DataFrame:
    """Return results of two quotes side by side, in the order of the first: table `QUOTE_COMPARED`.

    A result that only one of them has stands alone. The share is of the first's size, empty where that is 0.

    >>> compare_results({"seats": 20, "margin": 0.2}, {"seats": 22, "margin": 0.15})[["what", "difference"]]
         what  difference
    0   seats        2.00
    1  margin       -0.05
    """
    names = [*a, *(name for name in b if name not in a)]
    first, second = (pd.Series(results, dtype=float).reindex(names) for results in (a, b))
    rows = pd.DataFrame({"n": range(1, len(names) + 1), "what": names, "a": first.array, "b": second.array})
    return check(rows.assign(**_apart(rows["a"], rows["b"])), QUOTE_COMPARED)


def _told(terms: Terms) -> pd.DataFrame:
    """Return the assumptions with all that was said of each in one text."""
    rows = assumptions(terms)
    said = rows[["kind", "who", "source"]].assign(date=rows["date"].dt.strftime("%Y-%m-%d"))
    return rows.assign(
        said=[", ".join(cell for cell in row if isinstance(cell, str)) for row in said.to_numpy()]
    )


def _apart(a: pd.Series, b: pd.Series) -> dict[str, pd.Series]:
    difference = b - a
    return {"difference": difference, "share": difference / a.abs().where(a != 0)}
