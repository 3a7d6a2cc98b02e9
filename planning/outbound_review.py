"""Outbound calls reviewed: what people noted, and how the rates of the days and the lists left look."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from callplan.tables import REVIEW, check
from planning.expressions import Expression
from scheduling.results import no_rows

# Each rate with the share that it is to reach, or None.
Wanted = Mapping[str, tuple[Expression, float | None]]


_SOLD = Expression.read("sum(sales) / sum(attempts)")


@dataclass(frozen=True, eq=False)
class Review:
    """What people noted (table `REVIEW`), and what the counts say.

    `rates` has a row a rate: target, the best and the worst day with their values, value_early and value_late
    (the first and the second half of the days), days, and days_met where there is a target. `left` has a row
    a list: records at its last day, attempts_a_day, days_left until each of them is called once more, and
    sales_left as the calls made until now have brought.
    """

    notes: pd.DataFrame
    rates: pd.DataFrame
    left: pd.DataFrame


def notes_within(notes: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """Return the notes (table `REVIEW`) on days from `first` to `last`, both included."""
    rows = check(notes, REVIEW)
    until = rows["until"].fillna(rows["date"]) if "until" in rows else rows["date"]
    mine = (rows["date"] <= pd.Timestamp(last)) & (until >= pd.Timestamp(first))
    return rows[mine].reset_index(drop=True)


def review_of(rows: pd.DataFrame, wanted: Wanted, notes: pd.DataFrame | None) -> Review:
    """Review the results of some days (table `OUTBOUND`)."""
    return Review(no_rows(REVIEW) if notes is None else notes, _rates(rows, wanted), _left(rows))


def _rates(rows: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    days = rows["date"].drop_duplicates().sort_values()
    early = rows["date"].isin(days.iloc[: (len(days) + 1) // 2])
    found = []
    for rate, (expression, target) in wanted.items():
        by_day = expression.by(rows, rows["date"])["value"].dropna()
        if by_day.empty:
            continue
        best, worst = by_day.idxmax(), by_day.idxmin()
        found.append(
            {
                "rate": rate,
                "target": np.nan if target is None else target,
                **{"best_day": best, "best": by_day[best], "worst_day": worst, "worst": by_day[worst]},
                "value_early": expression.of(rows[early]).value,
                "value_late": expression.of(rows[~early]).value,
                "days_met": np.nan if target is None else float((by_day >= target).sum()),
                "days": len(by_day),
            }
        )
    columns = ["rate", "target", "best_day", "best", "worst_day", "worst"]
    return pd.DataFrame(found, columns=[*columns, "value_early", "value_late", "days_met", "days"])


def _left(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how long each list lasts if every record left is called once, and what that may bring."""
    columns = ["list", "records", "attempts_a_day", "days_left", "sales_left"]
    if not {"records", "attempts", "sales"} <= set(rows):
        return pd.DataFrame(columns=columns)
    groups = rows.sort_values("date").groupby("list")
    table = groups["records"].last().to_frame().assign(attempts_a_day=groups["attempts"].mean())
    table["days_left"] = table["records"] / table["attempts_a_day"].where(table["attempts_a_day"] > 0)
    sold = _SOLD.by(rows, rows["list"])["value"]
    return table.assign(sales_left=table["records"] * sold).reset_index()[columns]
