"""The grid of intervals in a site's time zone: due rows, observed hours, totals of longer intervals.

Three states are never confused: *closed* (no row is due), *missing* (a row is due and absent, or
empty) and *zero* (no call came).
"""

import math
import warnings
import zoneinfo
from datetime import date, timedelta, tzinfo

import numpy as np
import pandas as pd

from callplan.errors import Refused, Remark, closest
from callplan.hours import OpeningHours, Spans

GRIDS = (15, 30, 60)

# Columns of a history that are totals, and so add up over time.
TOTALS = [
    *("offered", "handled", "abandoned", "answered_within", "abandoned_within", "short_abandoned"),
    *("talk_s", "hold_s", "acw_s", "wait_s", "ivr", "blocked", "transferred"),
]


def named_zone(name: str, where: str = "zone") -> zoneinfo.ZoneInfo:
    """Return the time zone of that IANA name, or refuse with the nearest one.

    >>> named_zone("Europe/Paris")
    zoneinfo.ZoneInfo(key='Europe/Paris')
    """
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        known = sorted(zoneinfo.available_timezones())
        town = f"/{name}".replace(" ", "_").lower()
        meant = next((zone for zone in known if zone.lower().endswith(town)), closest(name, known))
        advice = f"did you mean {meant}?" if meant else "name it as Europe/Paris or America/New_York"
        raise Refused(where, f"unknown time zone {name!r}", advice) from None


def pandas_zone(zone: tzinfo) -> str | tzinfo:
    """Return a time zone as pandas knows it best: by name.

    pandas 2 has time zones of its own, is slow with Python's, and takes the two for different.
    """
    return getattr(zone, "key", None) or zone


def local_day(starts: pd.Series) -> pd.Series:
    """Return the local calendar day of each instant, as a naive midnight (some days have none)."""
    return starts.dt.tz_localize(None).dt.normalize()


def first_instants(days: pd.Series, zone: tzinfo) -> pd.Series:
    """Return when each local day, given as a naive midnight, begins in a zone.

    It is the first time that the clock shows: 01:00 where 00:00 is skipped, the first of two midnights.
    """
    return days.dt.tz_localize(
        pandas_zone(zone), ambiguous=np.ones(len(days), dtype=bool), nonexistent="shift_forward"
    ).dt.as_unit("us")


def minute_of_day(starts: pd.Series) -> pd.Series:
    """Return the minutes on the local clock since 00:00."""
    return starts.dt.hour * 60 + starts.dt.minute


def is_open(hours: OpeningHours, starts: pd.Series, minutes: int) -> np.ndarray:
    """Tell which intervals, given by their left edges, have at least one open minute."""
    days, clock = local_day(starts), minute_of_day(starts).to_numpy()
    result = np.zeros(len(starts), dtype=bool)
    code, unique_days = pd.factorize(days)
    spans = [hours.on(day.date()) for day in pd.DatetimeIndex(unique_days)]
    for kind in set(spans):
        rows = np.array([day_spans == kind for day_spans in spans])[code]
        for first, last in kind:
            result |= rows & (clock < last) & (clock + minutes > first)
    return result


def grid(
    first: date, last: date, minutes: int, zone: str | tzinfo, hours: OpeningHours | None = None
) -> pd.Series:
    """Return the left edges of all open intervals of the local days `first` to `last`.

    `zone` is an IANA name or a tzinfo. Without `hours` the whole day counts: 48 half-hours, 46 on
    the day the clock goes forward, 50 on the day it goes back.

    >>> [len(grid(date(2003, m, d), date(2003, m, d), 30, "America/New_York"))
    ...  for m, d in ((4, 5), (4, 6), (10, 26))]
    [48, 46, 50]
    """
    if minutes not in GRIDS:
        raise Refused("minutes", f"found {minutes}", "the grid is 15, 30 or 60 minutes")
    if isinstance(zone, str):
        zone = named_zone(zone)
    if last < first:
        raise Refused("days", f"the last day {last} lies before the first {first}", "swap them")
    starts = _edges(first, last, minutes, zone)
    return starts if hours is None else starts[is_open(hours, starts, minutes)].reset_index(drop=True)


def _edges(first: date, last: date, minutes: int, zone: tzinfo) -> pd.Series:
    """Return every left edge that the local clock shows from the first day to the last.

    Where a clock is changed by half an hour, 60-minute intervals still begin on the hour: the one
    in between is longer.
    """
    midnights = pd.Series(pd.DatetimeIndex([first, last + timedelta(days=1)]))
    begin, end = first_instants(midnights, zone).dt.tz_convert("UTC")
    # Steps are steps of time, not of the clock, so the doubled hour has its own intervals.
    steps = pd.date_range(begin, end, freq=f"{math.gcd(minutes, 15)}min", inclusive="left")
    starts = pd.Series(steps.as_unit("us").tz_convert(pandas_zone(zone)), name="start")
    return starts[minute_of_day(starts) % minutes == 0].reset_index(drop=True)


def complete(history: pd.DataFrame, hours: OpeningHours | None = None) -> pd.DataFrame:
    """Return a history with one row for each due interval, its counts empty where it is missing.

    Each queue runs from its first to its last day. Rows in closed hours are left out, with a
    remark if calls are lost by that. A missing row has no count: it is not zero.
    """
    parts = []
    for queue, rows in history.groupby("queue"):
        minutes = one_grid(rows)
        days = local_day(rows["start"])
        due = grid(days.iloc[0].date(), days.iloc[-1].date(), minutes, rows["start"].dt.tz, hours)
        place = pd.Index(rows["start"]).get_indexer(due)
        outside = rows.drop(index=rows.index[place[place >= 0]])
        if outside["offered"].sum() > 0:
            warnings.warn(
                f"{queue}: {outside['offered'].sum():,.0f} calls in {len(outside)} closed intervals are left "
                f"out (first {outside['start'].iloc[0]}); widen the opening hours to keep them",
                Remark,
                stacklevel=2,
            )
        # No row has the label -1: such intervals are missing.
        full = rows.reset_index(drop=True).reindex(place).reset_index(drop=True)
        parts.append(full.assign(queue=queue, start=due, minutes=minutes))
    return pd.concat(parts, ignore_index=True)


def observed_hours(rows: pd.DataFrame, weeks: int = 8) -> OpeningHours:
    """Return the opening hours that one queue's history shows, for want of stated ones.

    An interval of a weekday counts as open when at least half of its last `weeks` weeks have a row
    there, or both of the last two. A week without any row at all is missing, and does not count.
    """
    minutes = one_grid(rows)
    days = local_day(rows["start"])
    day = (days - days.min()).dt.days.to_numpy()
    has_row = np.zeros((day.max() + 1, 1440), dtype=bool)
    has_row[day, minute_of_day(rows["start"])] = True
    # From the last day back, in weeks; one without any row is missing, not closed.
    place = len(has_row) - 1 - np.arange(len(has_row))
    of_week = np.bincount(place // 7, has_row.any(axis=1)) > 0
    there = of_week[place // 7]
    weekday_of = (days.min().day_of_week + np.arange(len(has_row))) % 7
    week: list[Spans] = []
    for weekday in range(7):
        recent = has_row[(weekday_of == weekday) & there][-weeks:]
        often, lately = recent.sum(axis=0) * 2 >= len(recent), recent[-2:].sum(axis=0) == 2
        clocks = np.flatnonzero((often & recent.any(axis=0)) | lately).tolist()
        week.append(_joined([(clock, clock + minutes) for clock in clocks]))
    return OpeningHours(week=tuple(week))


def _joined(spans: list[tuple[int, int]]) -> Spans:
    """Join spans that touch."""
    joined: list[tuple[int, int]] = []
    for first, last in spans:
        if joined and joined[-1][1] == first:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return tuple(joined)


def one_grid(rows: pd.DataFrame) -> int:
    """Return the interval length of one queue's rows, or refuse where there are several."""
    lengths = rows["minutes"].unique()
    if len(lengths) > 1:
        raise Refused(
            f"queue {rows['queue'].iloc[0]}",
            f"intervals of {' and '.join(str(n) for n in sorted(lengths))} minutes",
            f"bring all to one length first: aggregate(history, {max(lengths)})",
        )
    return int(lengths[0])


def aggregate(history: pd.DataFrame, minutes: int, hours: OpeningHours | None = None) -> pd.DataFrame:
    """Sum a history to longer intervals: 5 to 30, 30 to 60, never the other way.

    Totals add up; `aht_s` is weighted by handled calls (by offered where handled is unknown).
    Where a part is missing the whole is missing, for a sum over what is left would be too low;
    parts outside `hours` are not due. Columns of the user's own are kept if they are not numbers and
    do not vary inside a longer interval; a remark names those left out.

    >>> start = pd.date_range("2024-05-06 09:00", periods=2, freq="30min", tz="Europe/Paris")
    >>> half_hours = pd.DataFrame({"queue": "sales", "start": start, "minutes": 30,
    ...                            "offered": [10.0, 30.0], "aht_s": [100.0, 200.0]})
    >>> aggregate(half_hours, 60)[["minutes", "offered", "aht_s"]].to_dict("records")
    [{'minutes': 60, 'offered': 40.0, 'aht_s': 175.0}]
    """
    lengths = sorted(int(length) for length in history["minutes"].unique())
    if minutes not in GRIDS or any(minutes % length for length in lengths):
        raise Refused(
            "aggregate",
            f"intervals of {' and '.join(map(str, lengths))} minutes cannot become {minutes}-minute ones",
            "choose 15, 30 or 60, a multiple of what there is: calls cannot be split again",
        )
    zone, days = history["start"].dt.tz, local_day(history["start"])
    span = days.min().date(), days.max().date()
    edges, parts = (_edges(*span, length, zone) for length in (minutes, lengths[0]))
    if hours is not None:
        parts = parts[is_open(hours, parts, lengths[0])]
    due = lengths[0] * np.bincount(_inside(parts, edges), minlength=len(edges))

    calls = history["handled"].fillna(history["offered"]) if "handled" in history else history["offered"]
    rows = history.assign(
        start=edges.iloc[_inside(history["start"], edges)].array,
        _present=history["minutes"] * history["offered"].notna(),
        _due=due[_inside(history["start"], edges)],
    )
    totals = [column for column in TOTALS if column in rows]
    if "aht_s" in rows:
        # Seconds add up, averages do not; where no call came there are none.
        rows = rows.assign(_calls=calls, _seconds=(rows["aht_s"] * calls).mask(calls == 0, 0.0))
        totals += ["_calls", "_seconds"]
    groups = rows.groupby(["queue", "start"], observed=True)
    full = groups["_present"].sum() >= groups["_due"].first()
    whole = groups[totals].count().eq(groups.size(), axis=0).mul(full, axis=0)
    result = groups[totals].sum().where(whole)
    if "aht_s" in rows:
        result["aht_s"] = result["_seconds"] / result["_calls"]
    for column in ("within_s", "short_s", "channel"):
        if column in rows:
            _refuse_varying(rows, column)
            result[column] = groups[column].first()
    own = [name for name in history if name not in (*result, "queue", "start", "minutes")]
    kept = _what_describes(rows, own, minutes)
    result = result.assign(minutes=minutes, **groups[kept].first()).reset_index()
    return result[[column for column in history.columns if column in result]]


def _what_describes(rows: pd.DataFrame, own: list[str], minutes: int) -> list[str]:
    """Return those of the user's own columns that longer intervals can keep; remark on the others."""
    key = ["queue", "start"]
    groups = len(rows[key].drop_duplicates())
    kept = [
        name
        for name in own
        # A number may be a total, an average or a label: nothing tells.
        if rows[name].dtype.kind not in "iufc" and len(rows[[*key, name]].drop_duplicates()) == groups
    ]
    lost = [str(name) for name in own if name not in kept]
    if lost:
        text = (
            f"{', '.join(lost)}: left out of intervals of {minutes} minutes, for nothing tells how to sum it"
        )
        warnings.warn(text, Remark, stacklevel=3)
    return kept


def _inside(instants: pd.Series, edges: pd.Series) -> np.ndarray:
    """Return the number of the interval that each instant lies in."""
    return edges.searchsorted(instants, side="right") - 1


def _refuse_varying(rows: pd.DataFrame, column: str) -> None:
    """Refuse several values of what must not vary inside a queue, such as the seconds of `within_s`."""
    values = rows.groupby("queue", observed=True)[column].nunique()
    if (values > 1).any():
        queue = values.index[values > 1][0]
        raise Refused(f"queue {queue}, column {column}", "several values", "aggregate each value apart")
