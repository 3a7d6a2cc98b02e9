"""Clock times in settings, and how they lie on the day."""

import re
from datetime import time
from typing import Annotated, Any

from pydantic import BeforeValidator

from callplan.errors import Refused

DAY_MIN = 24 * 60


def _clock(text: Any) -> time:
    """Read `06:00`; a number would be read as seconds by pydantic itself."""
    if isinstance(text, time):
        return text
    match = re.fullmatch(r"(\d\d?):(\d\d)", text.strip()) if isinstance(text, str) else None
    if not match or int(match[1]) > 24 or int(match[2]) > 59 or match[0] > "24:00":
        raise Refused("", f"found {text!r}", 'write a time of day such as "06:00"')
    return time(int(match[1]) % 24, int(match[2]))


# A time of day, written "06:00"; "24:00" is midnight, as "00:00" is.
Clock = Annotated[time, BeforeValidator(_clock)]


def minute(clock: time) -> int:
    """Return the minutes after midnight.

    >>> minute(time(6, 30))
    390
    """
    return clock.hour * 60 + clock.minute


def minutes_of(hours: float) -> int:
    """Return hours as whole minutes."""
    return round(hours * 60)


def between(moment: int, first: time, last: time) -> bool:
    """Say whether a minute of the day lies from `first` to before `last`, over midnight where they do.

    >>> between(30, time(22), time(6)), between(360, time(22), time(6))
    (True, False)
    """
    begin, length = minute(first), (minute(last) - minute(first) - 1) % DAY_MIN + 1
    return (moment - begin) % DAY_MIN < length
