"""Opening hours: spans of local time by weekday, and the dates that differ from theirs."""

import itertools
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Self

from pydantic import Field, model_validator

from callplan.errors import Refused, nearest
from callplan.settings import Settings

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# Opening spans of one day, as (first, last) minutes after midnight: ((420, 1260),) is 07:00-21:00.
Spans = tuple[tuple[int, int], ...]


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

    def on(self, day: date) -> Spans:
        """Return the opening spans of a local day."""
        return self.dates.get(day, self.week[day.weekday()])


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
