"""Outbound calls as a client reads them: daily progress, result classes, rates against targets, lists."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import pandas as pd
from pydantic import Field

from callplan.errors import Refused, Remark
from callplan.settings import Settings
from callplan.tables import OUTBOUND, check
from planning.expressions import Expression
from planning.outbound_review import Review, Wanted, notes_within, review_of

# Of whoever was reached, and of the attempts that reached nobody.
REACHED_CLASSES = ("success", "failure", "considering", "undecided")
OTHER_CLASSES = ("wrong_number", "not_reached")
CLASSES = (*REACHED_CLASSES, *OTHER_CLASSES)
RATES = {
    "contact_rate": "sum(reached) / sum(attempts)",
    "introduction_rate": "sum(introduced) / sum(reached)",
    "sales_rate": "sum(sales) / sum(introduced)",
}
_COUNTS = ("attempts", "reached", "introduced", "sales")
# Each is a part of the one before.
_FUNNEL = tuple(pairwise(_COUNTS))
_LIST_COUNTS = ("records", "added", "removed")


class OutboundTargets(Settings):
    """The rates that outbound calls are to reach, as shares; those left out have no target."""

    contact_rate: float | None = Field(default=None, gt=0, le=1)
    introduction_rate: float | None = Field(default=None, gt=0, le=1)
    sales_rate: float | None = Field(default=None, gt=0, le=1)


@dataclass(frozen=True, eq=False)
class OutboundReport:
    """Outbound results of some days: by day, by class, the rates, the lists.

    `rates` has the columns rate, value, numerator, denominator, formula, target and met (1, 0, or empty
    without a target), `lists` how each list stood at its last day; `lacking` the columns that are not there.
    `unequal` has a row for each count that its classes do not add up to: whole, rows, and of the first of
    those rows date, list, classes (their sum) and counted.
    """

    days: pd.DataFrame
    classes: pd.DataFrame
    rates: pd.DataFrame
    lists: pd.DataFrame
    review: Review
    unequal: pd.DataFrame
    lacking: tuple[str, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name."""
        return {name: table for name, table in vars(self).items() if isinstance(table, pd.DataFrame)}


def outbound_report(
    results: pd.DataFrame,
    first: date,
    last: date,
    targets: OutboundTargets | None = None,
    notes: pd.DataFrame | None = None,
) -> OutboundReport:
    """Report the outbound results (table `OUTBOUND`) of the days from `first` to `last`, both included.

    A count that a row lacks is missing: it is left out of sums, and of both sides of a rate. `notes` are what
    people reviewed (table `REVIEW`). Raises `Refused` where no row lies in those days, or one has more
    contacts than calls, introductions than contacts, or sales than introductions; a remark names days whose
    classes do not add up to the calls made.

    >>> results = pd.DataFrame({"date": ["2026-03-02"], "list": ["spring"], "attempts": [100.0],
    ...                         "reached": [40.0], "introduced": [20.0], "sales": [5.0]})
    >>> outbound_report(results, date(2026, 3, 1), date(2026, 3, 31)).rates["value"].tolist()
    [0.4, 0.5, 0.25]
    """
    rows = check(results, OUTBOUND)
    rows = rows[(rows["date"] >= pd.Timestamp(first)) & (rows["date"] <= pd.Timestamp(last))]
    if rows.empty:
        raise Refused("outbound", f"no row from {first} to {last}", "give the results of those days")
    _refuse_more_than_whole(rows)
    unequal = _unequal(rows)
    _remark_on(unequal)
    targets = targets or OutboundTargets()
    named = (*_COUNTS, *CLASSES, *_LIST_COUNTS)
    known = [name for name in named if name in rows and rows[name].notna().any()]
    expressions = {rate: Expression.read(text, rate) for rate, text in RATES.items()}
    rated = {rate: one for rate, one in expressions.items() if set(one.columns) <= set(known)}
    wanted = {rate: (one, getattr(targets, rate)) for rate, one in rated.items()}
    return OutboundReport(
        days=_by_day(rows, known, rated),
        classes=_classes(rows, known),
        rates=_rates(rows, wanted),
        lists=_lists(rows, known, rated),
        review=review_of(rows, wanted, None if notes is None else notes_within(notes, first, last)),
        unequal=unequal,
        lacking=tuple(name for name in named if name not in known),
    )


def _by_day(rows: pd.DataFrame, known: list[str], rated: Mapping[str, Expression]) -> pd.DataFrame:
    """Sum the counts of each day over its lists, with the rates of the day and the calls made so far."""
    counts = [name for name in known if name in _COUNTS]
    days = rows.groupby("date")[counts].sum(min_count=1)
    days = _with_rates(days, rows, rows["date"], rated)
    if "attempts" in days:
        days["attempts_so_far"] = days["attempts"].cumsum()
    return days.reset_index()


def _classes(rows: pd.DataFrame, known: list[str]) -> pd.DataFrame:
    """Return the calls of each result class, and their share of all attempts that have a class."""
    counts = pd.Series({name: rows[name].sum() for name in CLASSES if name in known}, dtype=float)
    total = counts.sum()
    shares = counts / total if total > 0 else counts * float("nan")
    return pd.DataFrame({"result": counts.index, "calls": counts.to_numpy(), "share": shares.to_numpy()})


def _rates(rows: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    found = []
    for rate, (expression, target) in wanted.items():
        value = expression.of(rows)
        met = None if target is None or value.value != value.value else float(value.value >= target)
        found.append({"rate": rate, **vars(value), "formula": expression.text, "target": target, "met": met})
    columns = ["rate", "value", "numerator", "denominator", "formula", "target", "met"]
    return pd.DataFrame(found, columns=columns).astype({"target": float, "met": float})


def _lists(rows: pd.DataFrame, known: list[str], rated: Mapping[str, Expression]) -> pd.DataFrame:
    """Return each list: its days, calls, rates, what was added and removed, what it held at its last day."""
    groups = rows.sort_values("date").groupby("list")
    result = pd.DataFrame({"first": groups["date"].min(), "last": groups["date"].max()})
    for name in ("attempts", "reached", "added", "removed"):
        if name in known:
            result[name] = groups[name].sum(min_count=1)
    if "records" in known:
        result["records"] = groups["records"].last()
    return _with_rates(result, rows, rows["list"], rated).reset_index()


def _with_rates(
    table: pd.DataFrame, rows: pd.DataFrame, group: pd.Series, expressions: Mapping[str, Expression]
) -> pd.DataFrame:
    """Return a table of groups with the rates of each."""
    for rate, expression in expressions.items():
        table[rate] = expression.by(rows, group)["value"]
    return table


def _refuse_more_than_whole(rows: pd.DataFrame) -> None:
    """Refuse the first row with more of a part than there is of its whole."""
    for whole, part in _FUNNEL:
        if {whole, part} <= set(rows) and (above := rows[part] > rows[whole]).any():
            row = rows[above].iloc[0]
            raise Refused(
                f"outbound, {row['date']:%Y-%m-%d}, {row['list']}, column {part}",
                f"{row[part]:g} {part} of {row[whole]:g} {whole}",
                f"correct the row: {part} are among the {whole}",
            )


def _unequal(rows: pd.DataFrame) -> pd.DataFrame:
    """Return which counts their classes do not add up to: all of them, or those counted if they are more."""
    found = []
    for whole, classes in (("reached", REACHED_CLASSES), ("attempts", CLASSES)):
        there = [name for name in classes if name in rows]
        over = rows[there].sum(axis=1, skipna=len(there) < len(classes)) - rows[whole]
        wrong = over.abs() > 0.5 if len(there) == len(classes) else over > 0.5
        if wrong.any():
            first, counted = rows[wrong].iloc[0], rows.loc[wrong, whole].iloc[0]
            of = {"date": first["date"], "list": first["list"], "classes": counted + over[wrong].iloc[0]}
            found.append({"whole": whole, "rows": int(wrong.sum()), **of, "counted": counted})
    return pd.DataFrame(found, columns=["whole", "rows", "date", "list", "classes", "counted"])


def _remark_on(unequal: pd.DataFrame) -> None:
    for row in unequal.to_dict("records"):
        warnings.warn(
            f"outbound: the classes do not add up to {row['whole']} in {row['rows']} rows (first "
            f"{row['date']:%Y-%m-%d}, {row['list']}: {row['classes']:g} of {row['counted']:g})",
            Remark,
            stacklevel=3,
        )
