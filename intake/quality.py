"""How far a history can be trusted, queue by queue and week by week, and why not."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from callplan.hours import OpeningHours
from callplan.intervals import first_instants, local_day
from callplan.tables import HISTORY, QUALITY, check
from intake.quality_signs import aht_outliers, levels, suspicious_zeros
from intake.quality_weeks import Edges, Weeks, edges_of

GRADES = "ABCD"
# A week stays sound (A), usable (B), doubtful (C) up to this share of its usual calls lost or in doubt.
_SHARES = (0.005, 0.1, 2 / 3)
# A week's calls off the usual by these factors are remarkable (B), doubtful (C), not to be used (D).
_FACTORS = (2.0, 4.0, 10.0)
# Whole days at fault that are named.
_MOST_DAYS = 3


def quality(
    history: pd.DataFrame,
    *,
    hours: Mapping[str, OpeningHours] | None = None,
    duplicates: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the table `quality`: for each queue and week what is wrong with its rows, and a grade.

    `hours` are opening hours by queue, whose `dates` say when it is closed; a queue without any is taken to
    be open where more than half of the same weekdays within eight weeks have a row. Weeks at the ends
    count what lies between the first and the last row. `duplicates` (queue, start, count) are rows of the
    file that said an interval once more, as reading an export counts them.

    *missing*: due, and without a row or with an empty count. *zeros*: runs of 0 that chance does
    not give (under one such run in a hundred files) where calls always come, at the level of the rest of
    their day. *handled_above*: parts above their whole, by more than rounding: more handled than offered,
    handled and abandoned above offered, more answered in time than handled. *aht_outliers*: eight of the
    queue's own deviations from the usual handling time of that weekday and time, for so many calls, and
    twice or half of it. *level*: the week's calls / the usual, whole days beside the same weekdays of six
    weeks on either side.

    The grade is that of the share of the week's usual calls that is lost or in doubt: A up to 0.5%, B up to
    10%, C up to two thirds, D above: do not forecast from it. Anything but a gap makes at best a B. So do
    handling times that more than 0.5% of the calls handled lack (10% of those offered, where handled is not
    known) in a queue that has such times. So does a new level from this week on, and a week at less than
    half or more than twice the weeks before, those after and both, where the queue's weeks do not vary as
    much anyway; four times off is a C, ten times a D.

    Intervals are of 15, 30 or 60 minutes, one length a queue; other histories are `Refused`.

    >>> start = pd.date_range("2024-01-01", periods=8 * 336, freq="30min", tz="Europe/Paris")
    >>> history = pd.DataFrame({"queue": "sales", "start": start, "minutes": 30, "offered": 20.0})
    >>> history.loc[1358:1361, "offered"] = 0
    >>> table = quality(history)
    >>> "".join(table["grade"]), table["why"][4]
    ('AAAABAAA', 'zeros where calls always come: 4, first 2024-01-29 07:00')
    """
    history = check(history, HISTORY)
    edges = edges_of(history)
    parts = [
        _weeks_of(
            str(queue), rows, edges[int(rows["minutes"].iloc[0])], (hours or {}).get(str(queue)), duplicates
        )
        for queue, rows in history.groupby("queue", observed=True)
    ]
    return check(pd.concat(parts, ignore_index=True), QUALITY)


def _weeks_of(
    queue: str, rows: pd.DataFrame, edges: Edges, hours: OpeningHours | None, duplicates: pd.DataFrame | None
) -> pd.DataFrame:
    """Return the rows of `quality` of one queue."""
    weeks = Weeks.of(rows, edges, hours)
    signs = {
        "missing": weeks.due & ~np.isfinite(weeks.offered),
        "zeros": suspicious_zeros(weeks),
        "handled_above": np.any([np.zeros_like(weeks.due), *(n > 0 for n in weeks.excess.values())], axis=0),
        "aht_outliers": aht_outliers(weeks),
    }
    level, off, shift = levels(weeks)
    table = pd.DataFrame(
        {
            "queue": queue,
            "start": first_instants(weeks.edges.mondays, rows["start"].dt.tz),
            "due": weeks.by_week(weeks.due).astype(int),
            **{name: weeks.by_week(at).astype(int) for name, at in signs.items()},
            "duplicates": _duplicates(queue, weeks, duplicates),
            "level": level,
        }
    )
    odd = np.searchsorted(np.log(_FACTORS), off)
    found = table[["zeros", "handled_above", "aht_outliers", "duplicates"]].sum(axis=1).to_numpy() > 0
    lost = np.searchsorted(_SHARES, _doubted_share(weeks, signs))
    unsaid = _aht_missing(weeks)
    grade = np.maximum.reduce([lost, odd, found, unsaid, shift != 1]).astype(int)
    why = [""] * weeks.count
    for week in np.flatnonzero(grade).tolist():
        said = _said(table.iloc[week], weeks, signs, week)
        levelled = _said_of_level(float(level[week]), odd[week] > 0, float(shift[week]))
        times = [_said_of_aht(weeks, week)] if unsaid[week] else []
        why[week] = "; ".join([*said, *times, *levelled])
    return table.assign(grade=[GRADES[place] for place in grade], why=why)


def _doubted_share(weeks: Weeks, signs: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return which share of each week's usual calls is lost or in doubt."""
    lost = signs["missing"] | signs["zeros"] | signs["aht_outliers"]
    # Of parts above their whole only what is too much is in doubt.
    most = np.max([np.zeros(len(lost)), *weeks.excess.values()], axis=0)
    excess = np.where(lost, 0.0, most)
    doubted = weeks.by_week(np.where(lost, weeks.weight, excess))
    whole = weeks.by_week(np.where(weeks.due, weeks.weight, 0.0))
    return np.divide(doubted, whole, out=np.zeros(weeks.count), where=whole > 0)


def _aht_missing(weeks: Weeks) -> np.ndarray:
    """Tell the weeks in which too many calls have no handling time, in a queue that has such times."""
    without = weeks.by_week(np.where(weeks.lacks_aht, weeks.calls, 0.0))
    known = np.isfinite(weeks.calls) & weeks.due
    calls = weeks.by_week(np.where(known, weeks.calls, 0.0))
    # Of offered calls some were abandoned, and have none.
    handled = np.isfinite(weeks.handled).any()
    return without > (_SHARES[0] if handled else _SHARES[1]) * calls


def _said_of_aht(weeks: Weeks, week: int) -> str:
    at = weeks.lacks_aht & (weeks.edges.week == week)
    first = weeks.edges.starts.iloc[int(at.argmax())]
    return f"no handling time: {int(at.sum())} intervals with calls, first {first:%Y-%m-%d %H:%M}"


def _duplicates(queue: str, weeks: Weeks, duplicates: pd.DataFrame | None) -> np.ndarray:
    """Return how many rows of each week said an interval once more."""
    result = np.zeros(weeks.count, dtype=int)
    if duplicates is None or duplicates.empty:
        return result
    rows = duplicates[duplicates["queue"] == queue]
    if rows.empty:
        return result
    starts = rows["start"].dt.tz_convert(weeks.edges.starts.dt.tz)
    week = (local_day(starts) - weeks.edges.mondays.iloc[0]).dt.days.to_numpy() // 7
    inside = (week >= 0) & (week < weeks.count)
    np.add.at(result, week[inside], rows["count"].to_numpy(dtype=int)[inside])
    return result


def _said(row: pd.Series, weeks: Weeks, signs: Mapping[str, np.ndarray], week: int) -> Iterator[str]:
    """Yield what is wrong with the rows of a week, each with the first place."""
    of_week = weeks.edges.week == week
    said = {
        "missing": f"missing: {row['missing']} of {row['due']} intervals",
        "zeros": f"zeros where calls always come: {row['zeros']}",
        "aht_outliers": f"handling times far from the usual: {row['aht_outliers']}",
    }
    places = {words: signs[name] & of_week for name, words in said.items() if row[name]}
    for words, excess in weeks.excess.items():
        if (at := (excess > 0) & of_week).any():
            places[f"{words}: {int(at.sum())}"] = at
    for words, at in places.items():
        first = weeks.edges.starts.iloc[int(at.argmax())]
        yield f"{words}, first {first:%Y-%m-%d %H:%M}{_whole_days(weeks, at, of_week)}"
    if row["duplicates"]:
        yield f"rows that said an interval once more: {row['duplicates']}"


def _said_of_level(level: float, odd: bool, shift: float) -> Iterator[str]:
    """Yield what is remarkable about a week's calls as a whole."""
    if shift != 1:
        yield f"from here on calls are at {shift:.0%} of the weeks before"
    if odd:
        yield f"calls are at {level:.0%} of the usual"


def _whole_days(weeks: Weeks, at: np.ndarray, of_week: np.ndarray) -> str:
    """Name the days of which all due intervals are concerned; they may have been closed."""
    concerned, due = (np.bincount(weeks.day[edges], minlength=1) for edges in (at, weeks.due & of_week))
    whole = [int(day) for day in np.flatnonzero(concerned) if concerned[day] == due[day]]
    if not whole:
        return ""
    days = [f"{weeks.edges.mondays.iloc[0] + pd.Timedelta(days=day):%Y-%m-%d}" for day in whole]
    rest = f" and {len(days) - _MOST_DAYS} days more" if len(days) > _MOST_DAYS else ""
    return f" (all of {', '.join(days[:_MOST_DAYS])}{rest}: closed?)"
