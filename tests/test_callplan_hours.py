"""Opening hours: weekdays, ranges of them, dates, and everything that cannot be read."""

from datetime import date

import pytest

from callplan.errors import Refused
from callplan.hours import WEEKDAYS, OpeningHours

DAY, CLOSED = ((540, 1020),), ()


@pytest.mark.parametrize(
    ("content", "week"),
    [
        ({}, [CLOSED] * 7),
        ({"tue": "09:00-17:00"}, [CLOSED, DAY, *[CLOSED] * 5]),
        ({" Mon - FRI ": "9:00 - 17:00"}, [*[DAY] * 5, CLOSED, CLOSED]),
        ({"sat-mon": "09:00-17:00"}, [DAY, *[CLOSED] * 4, DAY, DAY]),
        ({"tue-mon": "09:00-17:00"}, [DAY] * 7),
        ({"fri-fri": "09:00-17:00"}, [*[CLOSED] * 4, DAY, CLOSED, CLOSED]),
        ({"fri": "closed", "mon-sun": "09:00-17:00"}, [*[DAY] * 4, CLOSED, DAY, DAY]),
        ({"mon-sun": "09:00-17:00", "sun": "Closed"}, [*[DAY] * 6, CLOSED]),
        ({"mon": "13:00-24:00, 00:00-12:00"}, [((0, 720), (780, 1440)), *[CLOSED] * 6]),
        ({"mon": "00:00-12:00, 12:00-24:00"}, [((0, 720), (720, 1440)), *[CLOSED] * 6]),
    ],
)
def test_weekdays_and_ranges_of_them(content: dict[str, str], week: list[object]) -> None:
    assert list(OpeningHours.parse(content).week) == week


def test_a_date_differs_from_its_weekday() -> None:
    hours = OpeningHours.parse({"mon-sun": "09:00-17:00", "dates": {"2003-12-25": "closed"}})
    assert hours.on(date(2003, 12, 25)) == CLOSED
    assert hours.on(date(2003, 12, 26)) == DAY


SPANS = 'write spans such as "07:00-21:00" or "08:00-12:00, 13:00-24:00", or "closed"'
SPLIT = "split it at midnight: to 24:00, and from 00:00 on the next day"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ({"mom": "closed"}, "mom: unknown weekday 'mom'; did you mean mon?"),
        ({"mon-": "closed"}, f"mon-: unknown weekday ''; choose from {', '.join(WEEKDAYS)}"),
        ({"mon-wed-fri": "closed"}, "mon-wed-fri: unknown weekday 'wed-fri'; did you mean wed?"),
        ({"week": "closed"}, f"week: unknown weekday 'week'; choose from {', '.join(WEEKDAYS)}"),
        ({"mon": 9}, f"mon: found 9; {SPANS}"),
        ({"mon": ""}, f"mon: found ''; {SPANS}"),
        ({"mon": "9-17"}, f"mon: found '9-17'; {SPANS}"),
        ({"mon": "08:00-12:00,"}, f"mon: found '08:00-12:00,'; {SPANS}"),
        ({"mon": "22:00-06:00"}, f"mon: '22:00-06:00' ends before it begins; {SPLIT}"),
        ({"mon": "09:00-09:00"}, f"mon: '09:00-09:00' ends before it begins; {SPLIT}"),
        ({"mon": "09:00-24:01"}, f"mon: '09:00-24:01' is not on the clock; {SPANS}"),
        ({"mon": "09:60-10:00"}, f"mon: '09:60-10:00' is not on the clock; {SPANS}"),
        ({"mon": "09:00-10:60"}, f"mon: '09:00-10:60' is not on the clock; {SPANS}"),
        (
            {"mon": "08:00-12:00, 11:59-13:00"},
            "mon: found '08:00-12:00, 11:59-13:00'; the spans overlap: join them",
        ),
        (
            {"dates": {"25.12.2003": "closed"}},
            "dates.25.12.2003: found '25.12.2003'; write the date as 2003-12-25",
        ),
        ({"dates": {"2003-12-25": "shut"}}, f"dates.2003-12-25: found 'shut'; {SPANS}"),
        (
            {"dates": ["2003-12-25"]},
            'dates: found [\'2003-12-25\']; make it a table: "2003-12-25" = "closed"',
        ),
    ],
)
def test_opening_hours_that_cannot_be_read_are_refused(content: dict[str, object], line: str) -> None:
    with pytest.raises(Refused) as refused:
        OpeningHours.parse(content)
    assert str(refused.value) == f"hours, {line}"


@pytest.mark.parametrize(
    "spans", [((900, 800),), ((1, 1),), ((0, 1441),), ((-1, 5),), ((5, 9), (8, 10)), ((5, 6), (1, 2))]
)
def test_opening_hours_made_in_code_are_checked_too(spans: tuple[tuple[int, int], ...]) -> None:
    for made in ({"week": (spans, *[()] * 6)}, {"week": ((),) * 7, "dates": {date(2024, 5, 6): spans}}):
        with pytest.raises(Refused, match="give minutes after midnight, in order"):
            OpeningHours(**made)
    for days in (6, 8):
        with pytest.raises(Refused, match="week"):
            OpeningHours(week=((),) * days)


def test_opening_hours_are_frozen_hashable_and_replaceable() -> None:
    hours = OpeningHours.parse({"mon": "09:00-17:00", "dates": {"2003-12-25": "closed"}})
    assert hash(hours) == hash(hours.replace())
    assert hours.replace(dates={}) == OpeningHours.parse({"mon": "09:00-17:00"})
    assert hours.replace(week=((),) * 7).dates == hours.dates
