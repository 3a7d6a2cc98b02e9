"""The grid of intervals in a site's time zone: opening hours, due rows, totals of longer intervals.

Three states are never confused: *closed* (no row is due), *missing* (a row is due and absent, or
empty) and *zero* (no call came).
"""

import itertools
import math
import re
import warnings
import zoneinfo
from collections.abc import Mapping
from datetime import date, timedelta, tzinfo
from typing import Any, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from callplan.errors import Refused, Remark, closest, nearest
from callplan.settings import Settings

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
GRIDS = (15, 30, 60)

# Opening spans of one day, as (first, last) minutes after midnight: ((420, 1260),) is 07:00-21:00.
Spans = tuple[tuple[int, int], ...]

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


class OpeningHours(Settings):
    """When a queue is open: spans by weekday, and dates that differ from their weekday.

    In `site.toml` a table of weekdays (`mon`, or `mon-fri`), each with spans of local time, and
    under `dates` the exceptions. A weekday that is not named is closed.

    >>> hours = OpeningHours.parse({"mon-fri": "07:00-21:00", "dates": {"2003-12-25": "closed"}})
    >>> hours.on(date(2003, 12, 24)), hours.on(date(2003, 12, 25))
    (((420, 1260),), ())
    """

    week: tuple[Spans, ...] = Field(min_length=7, max_length=7)
    dates: dict[date, Spans] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _from_toml(cls, content: Any) -> Any:
        if not isinstance(content, Mapping) or isinstance(content.get("week"), tuple):
            return content
        week: list[Spans] = [()] * 7
        # Ranges first, so that a single day, wherever it stands, has the last word.
        for key in sorted(content.keys() - {"dates"}, key=lambda key: (-len(_weekdays(key)), key)):
            for weekday in _weekdays(key):
                week[weekday] = _spans(content[key], key)
        dates = content.get("dates", {})
        if not isinstance(dates, Mapping):
            raise Refused("dates", f"found {dates!r}", 'make it a table: "2003-12-25" = "closed"')
        return {
            "week": tuple(week),
            "dates": {_date(day): _spans(spans, f"dates.{day}") for day, spans in dates.items()},
        }

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for spans in (*self.week, *self.dates.values()):
            edges = [0, *itertools.chain(*spans), 1440]
            if edges != sorted(edges) or any(first == last for first, last in spans):
                raise Refused("", f"found {spans}", "give minutes after midnight, in order")
        return self

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
    first, dash, last = (part.strip() for part in key.lower().partition("-"))
    for name in (first, last if dash else first):
        if name not in WEEKDAYS:
            raise Refused(key, f"unknown weekday {name!r}", nearest(name, WEEKDAYS))
    begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    return [(begin + step) % 7 for step in range((end - begin) % 7 + 1)]


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
        if last > 1440 or m1 > 59 or m2 > 59:
            raise Refused(where, f"{part.strip()!r} is not on the clock", advice)
        if first >= last:
            raise Refused(
                where,
                f"{part.strip()!r} ends before it begins",
                "split it at midnight: to 24:00, and from 00:00 on the next day",
            )
        spans.append((first, last))
    spans.sort()
    if any(later[0] < earlier[1] for earlier, later in itertools.pairwise(spans)):
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
    if isinstance(zone, str):
        zone = named_zone(zone)
    if last < first:
        raise Refused("days", f"the last day {last} lies before the first {first}", "swap them")
    starts = _edges(first, last, minutes, zone)
    return starts if hours is None else starts[hours.is_open(starts, minutes)].reset_index(drop=True)


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
        of_weekday = seen[seen["day"].dt.day_of_week == weekday]
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
    zone, days = history["start"].dt.tz, local_day(history["start"])
    span = days.min().date(), days.max().date()
    edges = _edges(*span, minutes, zone)
    parts = _edges(*span, lengths[0], zone)
    if hours is not None:
        parts = parts[hours.is_open(parts, lengths[0])]
    due = lengths[0] * np.bincount(_inside(parts, edges), minlength=len(edges))

    calls = history["handled"].fillna(history["offered"]) if "handled" in history else history["offered"]
    rows = history.assign(
        start=edges.iloc[_inside(history["start"], edges)].array,
        present=history["minutes"] * history["offered"].notna(),
        due=due[_inside(history["start"], edges)],
    )
    totals = [column for column in TOTALS if column in rows]
    if "aht_s" in rows:
        # Seconds add up, averages do not; where no call came there are none.
        rows = rows.assign(_calls=calls, _seconds=(rows["aht_s"] * calls).mask(calls == 0, 0.0))
        totals += ["_calls", "_seconds"]
    groups = rows.groupby(["queue", "start"], observed=True)
    full = groups["present"].sum() >= groups["due"].first()
    whole = groups[totals].count().eq(groups.size(), axis=0).mul(full, axis=0)
    result = groups[totals].sum().where(whole)
    if "aht_s" in rows:
        result["aht_s"] = result["_seconds"] / result["_calls"]
    for column in ("within_s", "short_s", "channel"):
        if column in rows:
            _refuse_varying(rows, column)
            result[column] = groups[column].first()
    result = result.assign(minutes=minutes).reset_index()
    return result[[column for column in history.columns if column in result]]


def _inside(instants: pd.Series, edges: pd.Series) -> np.ndarray:
    """Return the number of the interval that each instant lies in."""
    return edges.searchsorted(instants, side="right") - 1


def _refuse_varying(rows: pd.DataFrame, column: str) -> None:
    """Refuse several values of what must not vary inside a queue, such as the seconds of `within_s`."""
    values = rows.groupby("queue", observed=True)[column].nunique()
    if (values > 1).any():
        queue = values.index[values > 1][0]
        raise Refused(f"queue {queue}, column {column}", "several values", "aggregate each value apart")
