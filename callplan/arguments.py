"""Arguments of public functions: taken as their kind, or refused by name."""

import numbers
import operator
from datetime import date, datetime
from typing import Any

import numpy as np

from callplan.errors import Refused


def whole(name: str, value: Any, low: int, high: int | None = None) -> int:
    """Return a whole number of at least `low` and at most `high`, whatever counts as one.

    >>> whole("days", np.int64(7), 1)
    7
    >>> whole("seed", -1, 0, 9)
    Traceback (most recent call last):
    callplan.errors.Refused: seed: found -1; give a whole number from 0 to 9
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = low - 1
    if number < low or (high is not None and number > high):
        found = value if isinstance(value, numbers.Number) else repr(value)
        limits = f"of at least {low}" if high is None else f"from {low} to {high}"
        raise Refused(name, f"found {found}", f"give a whole number {limits}")
    return number


def seed(value: Any) -> int:
    """Return a seed that every library which draws lots can take."""
    return whole("seed", value, 0, 2**31 - 1)


def day(name: str, value: Any) -> date:
    """Return a day given as a date, a time of it, or ISO text.

    >>> day("start", "2024-05-06")
    datetime.date(2024, 5, 6)
    """
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[D]").item()
    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value).date()
        return date(value.year, value.month, value.day)
    except (AttributeError, TypeError, ValueError):
        raise Refused(name, f"found {value!r}", "give a day, such as 2024-05-06") from None
