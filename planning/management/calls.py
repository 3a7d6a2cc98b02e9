"""The calls that a report is about: the rows of a queue, or of all together, and the intervals due."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from callplan.errors import Refused, nearest
from callplan.intervals import grid, local_day, observed_hours, one_grid
from callplan.tables import EXCLUSIONS, check
from planning.figures import Lacking, expression_of, measured, prepared
from planning.management.period import Period, edges
from planning.site import Site

# What stands for all queues together.
TOGETHER = "*"
# Says to which group each instant belongs.
Grouping = Callable[[pd.Series], pd.Series]


@dataclass(frozen=True, eq=False)
class Calls:
    """Rows of a history and the intervals that were due (queue, start, reason where excluded)."""

    name: str
    rows: pd.DataFrame
    due: pd.DataFrame

    def within(self, first: date, last: date, zone: str) -> "Calls":
        """Return those of some local days, both included."""
        begin, end = edges(first, last, zone)
        rows, due = (
            table[(table["start"] >= begin) & (table["start"] < end)] for table in (self.rows, self.due)
        )
        return Calls(self.name, rows, due)

    def counting(self) -> "Calls":
        """Return those that no exclusion touches."""
        due = self.due[self.due["reason"].isna()]
        rows = self.rows.merge(due[["queue", "start"]], on=["queue", "start"])
        return Calls(self.name, rows, due)

    def measured(
        self, figures: Sequence[str], by: Grouping, convention: str
    ) -> tuple[pd.DataFrame, list[Lacking]]:
        """Compute figures over groups of the rows; a figure that one of several queues lacks is lacking."""
        lacking = {one.figure: one for one in self._lacking(figures, convention)}
        due = self.due.groupby(by(self.due["start"])).size()
        wanted = [name for name in figures if name not in lacking]
        table, _ = measured(self.rows, wanted, by(self.rows["start"]), due, convention)
        return table.assign(queue=self.name), list(lacking.values())

    def _lacking(self, figures: Sequence[str], convention: str) -> list[Lacking]:
        found = []
        for name in figures:
            for _, own in self.rows.groupby("queue"):
                expression = expression_of(own, name, convention)
                if isinstance(expression, Lacking):
                    found.append(expression)
                    break
        return found


def calls_of(history: pd.DataFrame, site: Site, name: str, last: date) -> Calls:
    """Return the calls of one queue up to a day, and what was due from its first day on.

    Hours are the site's, or as its history shows them. An interval outside of them that has calls, in the IVR
    perhaps, was due too; one without any is left out.
    """
    rows = prepared(history[history["queue"] == name])
    hours = site.calendar_of(name).hours or observed_hours(rows)
    first = local_day(rows["start"]).min().date()
    open_ = grid(first, last, one_grid(rows), site.zone, hours)
    came = (rows.reindex(columns=["offered", "ivr", "blocked"]) > 0).any(axis=1)
    starts = pd.concat([open_, rows.loc[came, "start"]]).drop_duplicates().sort_values()
    due = pd.DataFrame({"queue": name, "start": starts.array, "minutes": one_grid(rows), "reason": None})
    return Calls(name, rows[rows["start"].isin(due["start"])], due.astype({"reason": object}))


def together(queues: Sequence[Calls]) -> Calls:
    """Return the calls of several queues as one."""
    rows, due = ([getattr(one, part) for one in queues] for part in ("rows", "due"))
    return Calls(TOGETHER, pd.concat(rows, ignore_index=True), pd.concat(due, ignore_index=True))


def excluded(calls: Calls, exclusions: pd.DataFrame | None) -> Calls:
    """Return the calls with the reason of the first exclusion that touches an interval beside it."""
    if exclusions is None:
        return calls
    due = calls.due.copy()
    ends = due["start"] + pd.to_timedelta(due["minutes"], unit="min")
    for row in exclusions.to_dict("records"):
        mine = row.get("queue") in (None, "", "all", calls.name) or pd.isna(row.get("queue"))
        if mine:
            touched = (due["start"] < row["end"]) & (ends > row["start"]) & due["reason"].isna()
            due.loc[touched, "reason"] = row["reason"]
    return Calls(calls.name, calls.rows, due)


def known_exclusions(exclusions: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Check exclusions (table `EXCLUSIONS`): each ends after it begins, and names a queue there is."""
    rows = check(exclusions, EXCLUSIONS, zone=site.zone)
    for row in rows.to_dict("records"):
        where = f"exclusions, {row['start']:%Y-%m-%d %H:%M}"
        if row["end"] <= row["start"]:
            raise Refused(where, f"it ends at {row['end']:%Y-%m-%d %H:%M}", "let it end after it begins")
        name = row.get("queue")
        if not pd.isna(name) and name not in ("", "all", *site.queues):
            raise Refused(where, f"no queue {name!r}", nearest(name, site.queues))
    return rows


def by_day(starts: pd.Series) -> pd.Series:
    """Group by local day, named by its midnight without a zone."""
    return local_day(starts)


def by_week(starts: pd.Series) -> pd.Series:
    """Group by week, named by its Monday."""
    days = local_day(starts)
    return days - pd.to_timedelta(days.dt.day_of_week, unit="D")


def by_month(starts: pd.Series) -> pd.Series:
    """Group by month, named by its first day."""
    days = local_day(starts)
    return days - pd.to_timedelta(days.dt.day - 1, unit="D")


def whole_spans(period: Period, first: date, kind: str, most: int) -> tuple[date, date] | None:
    """Return from when to when whole weeks (months) reach back from the end of a period, `most` of them.

    None begins before `first`. None where not a single one is whole.
    """
    day, after = timedelta(days=1), period.last + timedelta(days=1)
    if kind == "week":
        end = after - timedelta(days=after.weekday())
        starts = [end - timedelta(weeks=back) for back in range(1, most + 1)]
    else:
        end = after.replace(day=1)
        starts, start = [], end
        for _ in range(most):
            start = (start - day).replace(day=1)
            starts.append(start)
    whole = [start for start in starts if start >= first]
    return (min(whole), end - day) if whole else None
