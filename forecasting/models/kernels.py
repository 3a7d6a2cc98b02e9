"""How alike two days are expected to be: what the Gaussian process knows before it sees a call.

A kernel is a sum of parts, each the covariance of one effect between any two days of a day book.
Effects on day totals are in logarithms, so 0.1 is about 10%; those on the shape of a day are in
square roots of shares. One setting serves every queue: what a queue does not show, its data shrink.

References
----------
.. [1] C. E. Rasmussen, C. K. I. Williams (2006), Gaussian Processes for Machine Learning, chapter 4.
"""

from collections.abc import Iterator

import numpy as np
from scipy.linalg import toeplitz

from forecasting.calendar.daybook import DayBook

Part = tuple[str, np.ndarray]


def total_parts(book: DayBook, past: int, walk: float, step: int | None = None) -> Iterator[Part]:
    """Return the parts of the covariance of day totals, in logarithms, of which `past` days have been.

    `walk` is how far the level wanders in a day; on the day `step` it moved for good.
    """
    weekday = _same(book.days.day_of_week.to_numpy())
    yield "level", np.full((len(book), len(book)), 2.0**2)
    yield (
        "trend",
        walk**2 * np.minimum.outer(np.arange(len(book)), np.arange(len(book))) + 0.1**2 * _fading(book, 15),
    )
    yield "weekday", weekday * (1.0**2 + 0.1**2 * _fading(book, 60))
    yield "recent days", 0.08**2 * _fading(book, 2.8)
    yield "day of the month", 0.11**2 * _month(book, 3.0)
    if past > 366:
        yield "time of year", 0.05**2 * _year(book, 8) + 0.08**2 * _year(book, 30)
    if step is not None:
        yield "new level", 1.0**2 * _both(np.arange(len(book)) >= step)
    holiday = _named(book.holiday)
    if holiday.any():
        public = _both(book.holiday != "")
        yield "holiday", 3.5**2 * public + 0.6**2 * holiday + 0.3**2 * public * weekday
        near = 0.5**2 * (_both(book.before != "") + _named(book.before)) + 3.0**2 * _both(book.bridge)
        yield "near a holiday", near + 0.4**2 * _numbered(book.since_holiday)
    if (book.observance != "").any():
        yield "observance", 0.1**2 * (_both(book.observance != "") + _named(book.observance))
    if book.makeup.any():
        yield "make-up day", 1.0**2 * _both(book.makeup)
    for name, days in _events(book):
        yield f"event: {name}", 0.6**2 * _both(days)


def shape_parts(book: DayBook, past: int) -> Iterator[Part]:
    """Return the parts of the covariance of a slot's share of its day, in square roots of shares."""
    weekday = _same(book.days.day_of_week.to_numpy())
    working = book.working_day > 0
    yield "shape", 0.05**2 + 0.003**2 * _fading(book, 75)
    yield "weekday", weekday * (0.01**2 + 0.003**2 * _fading(book, 60)) + 0.01**2 * _same(working)
    yield "day of the month", 0.001**2 * _month(book, 0.7)
    if past > 366:
        yield "time of year", 0.002**2 * _year(book, 8)
    holiday = _named(book.holiday)
    if holiday.any():
        yield "holiday", 0.03**2 * _both(book.holiday != "") + 0.04**2 * holiday
    for name, days in _events(book):
        yield f"event: {name}", 0.025**2 * _both(days)


def summed(parts: Iterator[Part]) -> np.ndarray:
    """Return the sum of the parts."""
    total = None
    for _, part in parts:
        total = part if total is None else np.add(total, part, out=total)
    assert total is not None
    return total


def _events(book: DayBook) -> Iterator[Part]:
    """Return the days of each event to be learned, by name."""
    for name in sorted({name for names in book.events for name in names}):
        yield name, np.array([name in names for names in book.events])


def _fading(book: DayBook, days: float) -> np.ndarray:
    """Return e^(-|days apart| / days)."""
    return toeplitz(np.exp(-np.arange(len(book)) / days))


def _same(codes: np.ndarray) -> np.ndarray:
    return (codes[:, None] == codes).astype(float)


def _both(flag: np.ndarray) -> np.ndarray:
    return np.multiply.outer(flag, flag).astype(float)


def _named(names: np.ndarray) -> np.ndarray:
    """Tell which pairs of days have the same name."""
    return _numbered(np.unique(names.astype(str), return_inverse=True)[1] * (names != ""))


def _numbered(numbers: np.ndarray) -> np.ndarray:
    """Tell which pairs of days have the same number, 0 meaning none."""
    return _same(numbers) * (numbers > 0)


def _month(book: DayBook, width: float) -> np.ndarray:
    """Return how near two working days are in their months, counted from its begin and from its end."""
    return _near(book.working_day, width) + _near(book.working_days_left, width)


def _near(number: np.ndarray, width: float) -> np.ndarray:
    """Return e^(-½ (difference / width)²) between working days, 0 where one is none."""
    steps = np.arange(number.max() + 1)
    table = np.exp(-0.5 * (np.subtract.outer(steps, steps) / width) ** 2)
    table[0], table[:, 0] = 0, 0
    return table[number][:, number]


def _year(book: DayBook, days: float) -> np.ndarray:
    """Return how near two days are in their years: a periodic kernel of that width in days [1]_."""
    phase = 2 * np.pi * np.arange(len(book)) / 365.25
    return toeplitz(np.exp(-2 * np.sin(phase / 2) ** 2 / (2 * np.pi * days / 365.25) ** 2))
