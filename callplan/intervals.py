"""The grid of intervals in a site's time zone: opening hours, due rows, totals of longer intervals.

Three states are never confused: *closed* (no row is due), *missing* (a row is due and absent, or
empty) and *zero* (no call came).
"""

import re
import warnings
import zoneinfo
from collections.abc import Mapping
from datetime import date, tzinfo
from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from callplan.errors import Refused, Remark, nearest
from callplan.settings import Settings

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
GRIDS = (15, 30, 60)

# Opening spans of one day, as (first, last) minutes after midnight: ((420, 1260),) is 07:00-21:00.
Spans = tuple[tuple[int, int], ...]

# Columns of a history that are totals, and so add up over time.
TOTALS = (
    "offered handled abandoned answered_within abandoned_within short_abandoned "
    "talk_s hold_s acw_s wait_s ivr blocked transferred"
).split()


def named_zone(name: str, where: str = "zone") -> zoneinfo.ZoneInfo:
    """Return the time zone of that IANA name, or refuse with the nearest one.

    >>> named_zone("Europe/Paris")
    zoneinfo.ZoneInfo(key='Europe/Paris')
    """
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        known = sorted(zoneinfo.available_timezones())
        raise Refused(where, f"unknown time zone {name!r}", nearest(name, known)) from None


def local_day(starts: pd.Series) -> pd.Series:
    """Return the local calendar day of each instant, as a naive midnight (some days have none)."""
    return starts.dt.tz_localize(None).dt.normalize()


def minute_of_day(starts: pd.Series) -> pd.Series:
    """Return the minutes on the local clock since 00:00."""
    return starts.dt.hour * 60 + starts.dt.minute


class OpeningHours(Settings):
    """When a queue is open: spans by weekday, and dates that differ from their weekday.

    In `site.toml` a table of weekdays (`mon`, or `mon-fri`), each with spans of local time, and
    under `dates` the exceptions. A weekday that is not named is closed.

    >>> hours = OpeningHours.parse({"mon-fri": "07:00-21:00", "dates": {"2003-12-25": "closed"}})
    >>> hours.on(date(2003, 12, 24)), hours.on(date(2003, 12, 25))
    (((420, 1260),), ())
    """

    week: tuple[Spans, Spans, Spans, Spans, Spans, Spans, Spans]
    dates: dict[date, Spans] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _from_toml(cls, content: Any) -> Any:
        if not isinstance(content, Mapping) or "week" in content:
            return content
        week: list[Spans] = [()] * 7
        for key, spans in content.items():
            if key != "dates":
                for weekday in _weekdays(key):
                    week[weekday] = _spans(spans, key)
        dates = {_date(day): _spans(spans, f"dates.{day}") for day, spans in content.get("dates", {}).items()}
        return {"week": tuple(week), "dates": dates}

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> "OpeningHours":
        """Read opening hours as they stand in `site.toml`."""
        return cls.from_dict(dict(content), "hours")

    @classmethod
    def always(cls) -> "OpeningHours":
        """Return the hours of a queue that never closes."""
        return cls.parse({"mon-sun": "00:00-24:00"})

    def on(self, day: date) -> Spans:
        """Return the opening spans of a local day."""
        return self.dates.get(day, self.week[day.weekday()])

    def is_open(self, starts: pd.Series, minutes: int) -> np.ndarray:
        """Tell which intervals, given by their left edges, have at least one open minute."""
        days, clock = local_day(starts), minute_of_day(starts).to_numpy()
        result = np.zeros(len(starts), dtype=bool)
        code, unique_days = pd.factorize(days)
        spans = [self.on(day.date()) for day in pd.DatetimeIndex(unique_days)]
        for kind in set(spans):
            rows = np.array([day_spans == kind for day_spans in spans])[code]
            for first, last in kind:
                result |= rows & (clock < last) & (clock + minutes > first)
        return result


def _weekdays(key: str) -> list[int]:
    """Read `mon` or `mon-fri` as weekday numbers, Monday 0; `fri-mon` wraps round."""
    ends = key.lower().split("-")
    for name in ends:
        if name not in WEEKDAYS:
            raise Refused(key, f"unknown weekday {name!r}", nearest(name, WEEKDAYS))
    first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
    return [(first + step) % 7 for step in range((last - first) % 7 + 1)]


def _date(text: Any) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise Refused(f"dates.{text}", f"found {text!r}", "write the date as 2003-12-25") from None


def _spans(text: Any, where: str) -> Spans:
    """Read `07:00-12:00, 13:00-21:00` or `closed`."""
    advice = 'write spans such as "07:00-21:00" or "08:00-12:00, 13:00-24:00", or "closed"'
    if not isinstance(text, str):
        raise Refused(where, f"found {text!r}", advice)
    if text.strip().lower() == "closed":
        return ()
    spans = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)\s*", part)
        if not match:
            raise Refused(where, f"found {text!r}", advice)
        h1, m1, h2, m2 = (int(number) for number in match.groups())
        first, last = h1 * 60 + m1, h2 * 60 + m2
        if first >= last and last <= 1440:
            raise Refused(
                where,
                f"{part.strip()!r} ends before it begins",
                "split it at midnight: to 24:00, and from 00:00 on the next day",
            )
        if last > 1440 or m1 > 59 or m2 > 59:
            raise Refused(where, f"{part.strip()!r} is not on the clock", advice)
        spans.append((first, last))
    spans.sort()
    if any(later[0] < earlier[1] for earlier, later in zip(spans, spans[1:], strict=False)):
        raise Refused(where, f"found {text!r}", "the spans overlap: join them")
    return tuple(spans)


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
    zone = named_zone(zone) if isinstance(zone, str) else zone
    if last < first:
        raise Refused("days", f"the last day {last} lies before the first {first}", "swap them")
    # A day begins where the clock first shows it: at 01:00 where 00:00 is skipped.
    midnights = pd.date_range(first, pd.Timestamp(last) + pd.Timedelta(days=1), freq="D")
    edges = midnights.tz_localize(zone, ambiguous=np.ones(len(midnights), bool), nonexistent="shift_forward")
    # Steps are steps of time, not of the clock, so the doubled hour has its own intervals.
    utc = edges.tz_convert("UTC")
    starts = pd.date_range(utc[0], utc[-1], freq=f"{minutes}min", inclusive="left")
    local = pd.Series(starts.tz_convert(zone).as_unit("us"), name="start")
    if hours is None:
        return local
    return local[hours.is_open(local, minutes)].reset_index(drop=True)


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
        outside = rows.loc[~rows["start"].isin(due)]
        if outside["offered"].sum() > 0:
            warnings.warn(
                f"{queue}: {outside['offered'].sum():,.0f} calls in {len(outside)} closed intervals are left "
                f"out (first {outside['start'].iloc[0]}); widen the opening hours to keep them",
                Remark,
                stacklevel=2,
            )
        full = due.to_frame().merge(rows, on="start", how="left")
        parts.append(full.assign(queue=queue, minutes=minutes)[list(history.columns)])
    return pd.concat(parts, ignore_index=True)


def observed_hours(rows: pd.DataFrame, weeks: int = 8) -> OpeningHours:
    """Return the opening hours that one queue's history shows, for want of stated ones.

    An interval of a weekday counts as open when at least half of that weekday's last `weeks` days
    with any row have a row there.
    """
    minutes = one_grid(rows)
    days = local_day(rows["start"])
    seen = pd.DataFrame({"day": days, "clock": minute_of_day(rows["start"])})
    week: list[Spans] = []
    for weekday in range(7):
        of_weekday = seen[seen["day"].dt.weekday == weekday]
        recent = np.sort(of_weekday["day"].unique())[-weeks:]
        count = of_weekday[of_weekday["day"].isin(recent)].groupby("clock")["day"].nunique()
        clocks = sorted(count.index[count * 2 >= len(recent)])
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
    parts outside `hours` are not due.

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
    rows = history.assign(
        # Floored on the local clock: a zone may lie half an hour off, and days may have 23 hours.
        start=history["start"] - pd.to_timedelta(minute_of_day(history["start"]) % minutes, unit="min"),
        present=history["minutes"] * history["offered"].notna(),
    )
    keys = [rows["queue"], rows["start"]]
    totals = [column for column in TOTALS if column in rows]
    result = rows.groupby(["queue", "start"], as_index=False)[[*totals, "present"]].sum(min_count=1)
    short = result["present"] < _due_minutes(result["start"], minutes, lengths[0], hours)
    for column in totals:
        whole = rows[column].notna().groupby(keys).all().to_numpy()
        result.loc[~whole | short, column] = np.nan
    if "aht_s" in rows:
        weight = rows["handled"] if "handled" in rows else rows["offered"]
        seconds = (rows["aht_s"] * weight).groupby(keys).sum(min_count=1).to_numpy()
        calls = weight.where(rows["aht_s"].notna()).groupby(keys).sum().to_numpy()
        with np.errstate(invalid="ignore", divide="ignore"):
            result["aht_s"] = np.where(calls > 0, seconds / calls, np.nan)
    for column in ("within_s", "short_s", "channel"):
        if column in rows:
            result[column] = _constant(rows, column).groupby(keys).first().to_numpy()
    result["minutes"] = minutes
    return result[[column for column in history.columns if column in result]]


def _due_minutes(starts: pd.Series, minutes: int, part: int, hours: OpeningHours | None) -> np.ndarray:
    """Count the minutes of each long interval whose parts are open."""
    if hours is None:
        return np.full(len(starts), minutes)
    offsets = range(0, minutes, part)
    return sum(part * hours.is_open(starts + pd.Timedelta(minutes=step), part) for step in offsets)


def _constant(rows: pd.DataFrame, column: str) -> pd.Series:
    """Return a column that must not vary inside a queue, such as the seconds of `within_s`."""
    varying = rows.groupby("queue")[column].nunique()
    if (varying > 1).any():
        queue = varying.index[varying > 1][0]
        raise Refused(f"queue {queue}, column {column}", "several values", "aggregate each value apart")
    return rows[column]
