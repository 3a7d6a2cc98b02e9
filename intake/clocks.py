"""Dates and times of day out of text: what the clock showed, in every spelling but a guessed one."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from intake.cells import Cells

Order = Literal["dmy", "mdy", "ymd"]
ORDERS: tuple[Order, ...] = ("dmy", "mdy", "ymd")

_MONTHS = pa.array(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
_WEEKDAY = r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? +"
_NAMED_FIRST = r"^([a-z]{3,9})\.?[ -](\d{1,2}),?[ -]+(\d{4})"  # May 6, 2024
_DATE = (
    r"^(?:(?P<y>\d{4})(?P<mo>\d{2})(?P<d>\d{2})|"
    r"(?P<a>\d{1,4})[-/. ]+(?P<b>\d{1,2}|[a-z]{3,9})\.?,?[-/. ]+(?P<c>\d{4}|\d{1,2}))(?:[t ,]+(?P<rest>.*))?$"
)
_SERIAL = r"^[2-6]\d{4}(\.\d+)?$"  # days since 1899-12-30: 1954 to 2091
_FRACTION = r"^0?\.\d+$"  # of a day
_EPOCH = r"^1\d{9}(\d{3})?$"  # seconds, or milliseconds, since 1970 began in UTC
_TIME = (
    r"(?P<{0}h>\d{{1,2}})(?::(?P<{0}m>[0-5]\d))?(?::(?P<{0}s>[0-5]\d(?:[.,]\d{{1,9}})?))?"
    r" ?(?:(?P<{0}ap>[ap])\.?m\.?)?"
)
_ONE_TIME = "^" + _TIME.format("") + r" ?(?:(?P<zulu>z|utc|gmt)|(?P<sign>[+-])(?P<oh>\d\d):?(?P<om>\d\d)?)?$"
# 09:00-09:30, 09:00 to 09:30; the end may carry a date of its own.
_SPAN = (
    "^" + _TIME.format("") + r" ?(?P<zulu>z)? ?(?:-|–|—|~|/|to|until|至|到) ?(?:[\d/.-]{8,10}[t ])?"
    "" + _TIME.format("to_") + "z?$"
)

_DIGITS = ((r"^(\d)$", r"0:0\1"), (r"^(\d\d)$", r"0:\1"), (r"^(\d{1,2}?)(\d\d)$", r"\1:\2"))
_HOURS = ((r"^(\d{1,2})$", r"\1:00"),)

_NO_YEARS = (1, 1601, 1753, 1899, 1900)
MINUTE = 60_000_000
_DAY = 1440 * MINUTE
NONE = np.iinfo(np.int64).min
"""Stands where nothing was read."""


@dataclass(frozen=True)
class Spelling:
    """How a file as a whole writes its times."""

    order: Order | None = None
    """What 05/06/2024 means; None: no such date is read."""
    hour_alone: bool = False
    """9 is nine o'clock, and not nine minutes past midnight as in 9, 39, 109."""
    offsets: bool = False
    """03:30-04:00 is a time and its offset from UTC, and not half an hour."""


@dataclass(frozen=True)
class Moments:
    """What each different cell says of a time, in microseconds; `NONE` where it does not say it."""

    day: np.ndarray
    """The date, since 1970-01-01."""
    clock: np.ndarray
    """The time of day."""
    length: np.ndarray
    """How long a label such as 09:00-09:30 lasts."""
    offset: np.ndarray
    """The distance from UTC that the cell itself gives."""


def moments(cells: Cells, spelling: Spelling) -> Moments:
    """Read each different cell as a date, a time of day, a span of the day, or a date with one of them.

    >>> from intake.cells import of_values
    >>> found = moments(of_values(["6-May-2024 9:30 PM", "09:00 - 09:30"]), Spelling())
    >>> [day != NONE for day in found.day.tolist()], [clock // 60_000_000 for clock in found.clock.tolist()]
    ([True, False], [1290, 540])
    """
    text = _plain(cells.text)
    parts = _fields(text, _DATE)
    dated = (_whole(parts["a"]) >= 0) | (_whole(parts["y"]) >= 0)
    # A cell without a date is a time of day, if anything.
    rest = pc.if_else(pa.array(dated), parts["rest"], text)
    # Of a log's many times few are of another date, or another time of day.
    code, rests = _each_once(rest)
    clock, length, offset = (known[code] for known in _clocks(rests, spelling))
    day = _days(parts, spelling.order)
    day[_not_empty(rest) & (clock == NONE)] = NONE
    found = Moments(day, clock, length, offset)
    _put_numbers(found, text)
    _put_typed(found, cells.typed)
    return found


def orders(text: pa.StringArray) -> np.ndarray:
    """Return for each text which of `ORDERS` read a date in it: one column each.

    All are False where there is no date, or where every order reads the same: the year first, a month by
    name, 5/5/2024.
    """
    parts = _fields(_plain(text), _DATE)
    a, b = _whole(parts["a"]), _whole(parts["b"])
    long = {name: pc.equal(pc.utf8_length(parts[name]), 4).to_numpy(zero_copy_only=False) for name in "ac"}
    told = long["a"] | (b < 0) | ((a == b) & long["c"])
    found = np.column_stack([_days(parts, order) != NONE for order in ORDERS])
    return found & ~told[:, None]


def _plain(text: pa.StringArray) -> pa.StringArray:
    """Return the texts in one spelling: lower case, Chinese dates with hyphens, no weekday in front."""
    text = pc.utf8_lower(text)
    if not pc.all(pc.string_is_ascii(text), min_count=0).as_py():
        text = pc.replace_substring_regex(text, "[年月](\\d)", r"-\1")
        text = pc.replace_substring_regex(text, "[日号] ?", " ")
        text = pc.replace_substring_regex(text, "上午 ?([\\d:]+)", r"\1 am")
        text = pc.replace_substring_regex(text, "(?:下午|晚上|中午) ?([\\d:]+)", r"\1 pm")
        text = pc.utf8_trim_whitespace(pc.replace_substring_regex(text, "[\u00a0\u202f]", " "))
    text = pc.replace_substring_regex(text, _WEEKDAY, "")
    return pc.replace_substring_regex(text, _NAMED_FIRST, r"\2 \1 \3")


def _fields(text: pa.StringArray, pattern: str) -> dict[str, pa.StringArray]:
    """Return the named parts of a pattern, empty where it does not match."""
    found = pc.extract_regex(text, pattern)
    return {name.name: pc.fill_null(part, "") for name, part in zip(found.type, found.flatten(), strict=True)}


def _whole(part: pa.StringArray) -> np.ndarray:
    """Return digits as whole numbers, -1 where there are none."""
    digits = pc.if_else(pc.match_substring_regex(part, r"^\d+$"), part, "-1")
    return pc.cast(digits, pa.int64()).to_numpy(zero_copy_only=False).copy()


def _each_once(text: pa.StringArray) -> tuple[np.ndarray, pa.StringArray]:
    """Return the different texts, and which of them each is."""
    known = text.dictionary_encode()
    return known.indices.to_numpy(zero_copy_only=False), known.dictionary


def _days(parts: dict[str, pa.StringArray], order: Order | None) -> np.ndarray:
    """Return dates in microseconds, NONE where there is none, or none under that order."""
    numbers = [parts[name] for name in ("y", "mo", "d", "a", "b", "c")]
    code, _ = _each_once(pc.binary_join_element_wise(*numbers, "|"))
    first = np.unique(code, return_index=True)[1]
    return _known_days({name: part.take(pa.array(first)) for name, part in parts.items()}, order)[code]


def _known_days(parts: dict[str, pa.StringArray], order: Order | None) -> np.ndarray:
    a, b, c = (_whole(parts[name]) for name in "abc")
    digits = pc.utf8_length(parts["a"]).to_numpy(zero_copy_only=False)
    named = pc.index_in(pc.utf8_slice_codeunits(parts["b"], 0, 3), value_set=_MONTHS)
    month_name = pc.fill_null(named, -1).to_numpy(zero_copy_only=False) + 1
    b = np.where(month_name > 0, month_name, b)
    year_first = digits >= 3
    by_order = {"dmy": (c, b, a), "mdy": (c, a, b), "ymd": (a, b, c), None: (np.full_like(a, -1),) * 3}
    year, month, day = (part.copy() for part in by_order[order])
    for rows, found in ((month_name > 0, (c, b, a)), (year_first, (a, b, c))):
        for ours, theirs in zip((year, month, day), found, strict=True):
            ours[rows] = theirs[rows]
    year[(year >= 0) & (year < 100)] += 2000
    compact = _whole(parts["y"]) >= 0
    for ours, name in ((year, "y"), (month, "mo"), (day, "d")):
        ours[compact] = _whole(parts[name])[compact]
    return _civil(year, month, day)


def _civil(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Return the days since 1970 in microseconds, NONE where the calendar has no such day.

    `_NO_YEARS` are where programs put times that have no date.
    """
    good = (year > 0) & (year < 10_000) & ~np.isin(year, _NO_YEARS)
    good &= (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    months = np.where(good, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (np.where(good, day, 1) - 1)
    good &= days.astype("datetime64[M]") == months
    return np.where(good, days.astype(np.int64) * _DAY, NONE)


def _clocks(text: pa.StringArray, spelling: Spelling) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return times of day, lengths of spans and offsets from UTC, in microseconds."""
    # 930 and 0930 are what the clock shows without its colon.
    for digits, shown in _HOURS if spelling.hour_alone else _DIGITS:
        text = pc.replace_substring_regex(text, digits, shown)
    one, span = _fields(text, _ONE_TIME), _fields(text, _SPAN)
    clock, first, last = _time_of_day(one), _time_of_day(span), _time_of_day(span, "to_")
    length = (last - first) % _DAY
    # 09:00-09:29 and 09:00:00-09:29:59 are half an hour too.
    length += -length % (5 * MINUTE) * (-length % (5 * MINUTE) <= MINUTE)
    away = pc.equal(one["sign"], "-").to_numpy(zero_copy_only=False)
    is_span = (first != NONE) & (last != NONE) & ~(away & (clock != NONE) & spelling.offsets)
    sign = np.where(away, -1, 1)
    far = sign * (np.maximum(_whole(one["oh"]), 0) * 60 + np.maximum(_whole(one["om"]), 0)) * MINUTE
    has = _not_empty(one["zulu"]) | _not_empty(one["sign"])
    offset = np.where(is_span, np.where(_not_empty(span["zulu"]), 0, NONE), np.where(has, far, NONE))
    return np.where(is_span, first, clock), np.where(is_span, length, NONE), offset


def _not_empty(part: pa.StringArray) -> np.ndarray:
    return pc.not_equal(part, "").to_numpy(zero_copy_only=False)


def _time_of_day(parts: dict[str, pa.StringArray], which: str = "") -> np.ndarray:
    """Return microseconds since midnight; 24:00 is a whole day of them."""
    h, m, ap = _whole(parts[f"{which}h"]), np.maximum(_whole(parts[f"{which}m"]), 0), parts[f"{which}ap"]
    s = pc.replace_substring(pc.if_else(pc.equal(parts[f"{which}s"], ""), "0", parts[f"{which}s"]), ",", ".")
    micro = (pc.cast(s, pa.float64()).to_numpy(zero_copy_only=False) * 1e6).round().astype(np.int64)
    half = _not_empty(ap)
    good = np.where(half, (h >= 1) & (h <= 12), (h >= 0) & ((h < 24) | ((h == 24) & (m == 0) & (micro == 0))))
    # Without minutes, only 9 am is a time: a lone 9 is not.
    good &= half | (_whole(parts[f"{which}m"]) >= 0)
    h = np.where(half, h % 12 + 12 * pc.equal(ap, "p").to_numpy(zero_copy_only=False), h)
    return np.where(good, (h * 60 + m) * 60_000_000 + micro, NONE)


def _put_numbers(found: Moments, text: pa.StringArray) -> None:
    """Put in what is written as a number: Excel's days since 1899-12-30, and seconds since 1970."""
    serial = pc.match_substring_regex(text, _SERIAL).to_numpy(zero_copy_only=False)
    for place in np.flatnonzero(serial):
        _put_serial(found, int(place), float(text[int(place)].as_py()))
    for place in np.flatnonzero(pc.match_substring_regex(text, _FRACTION).to_numpy(zero_copy_only=False)):
        found.clock[place] = round(float(text[int(place)].as_py()) * 86400) * 1_000_000
    epoch = pc.match_substring_regex(text, _EPOCH).to_numpy(zero_copy_only=False)
    if epoch.any():
        value = pc.cast(text.filter(pa.array(epoch)), pa.int64()).to_numpy(zero_copy_only=False)
        micro = np.where(value < 10**10, value * 1_000_000, value * 1000)
        found.day[epoch], found.clock[epoch], found.offset[epoch] = micro - micro % _DAY, micro % _DAY, 0


def _put_serial(found: Moments, place: int, days: float) -> None:
    # Excel keeps 15 digits: times are whole to the second only after rounding.
    seconds = round(days * 86400)
    found.day[place] = (seconds // 86400 - 25569) * _DAY
    found.clock[place] = seconds % 86400 * 1_000_000 if days % 1 else NONE


def _put_typed(found: Moments, typed: np.ndarray | None) -> None:
    """Put in dates and times that the file keeps as such."""
    for place, value in enumerate(() if typed is None else typed):
        if isinstance(value, datetime) and value.year > 1900:
            wall = value.replace(tzinfo=None)
            since = (wall - datetime(1970, 1, 1)) // timedelta(microseconds=1)  # noqa: DTZ001
            # Excel's own rounding again: half a second off is none.
            since = round(since / 1_000_000) * 1_000_000 if value.tzinfo is None else since
            found.day[place], found.clock[place] = since - since % _DAY, since % _DAY
            away = value.utcoffset()
            found.offset[place] = NONE if away is None else away // timedelta(microseconds=1)
        elif isinstance(value, date) and not isinstance(value, datetime) and value.year > 1900:
            found.day[place] = (value - date(1970, 1, 1)).days * _DAY
            found.clock[place] = NONE
        elif isinstance(value, timedelta | time | date):
            found.clock[place] = _of_day(value)
        elif isinstance(value, float) and 0 <= value < 1:
            found.clock[place] = round(value * 86400) * 1_000_000


def _of_day(value: Any) -> int:
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)
    if not isinstance(value, time | datetime):  # a date in 1900 is Excel's 1, a whole day: 24:00
        return _DAY
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000
