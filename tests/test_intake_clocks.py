"""Dates and times of day in the spellings of the field, and the order of a date proven or left open."""

# ruff: noqa: DTZ001, DTZ007 (what a file holds has no zone)
from datetime import date, datetime, time, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.cells import of_values
from intake.clocks import MINUTE, NONE, ORDERS, Spelling, moments, orders

DAY = date(2024, 5, 6)
EPOCH = datetime(1970, 1, 1)


def read(value: object, **spelling: object) -> tuple[date | None, int | None, int | None, int | None]:
    """Return the date, and the minutes of the clock, of a span and of an offset that a cell says."""
    said = moments(of_values([value]), Spelling(**spelling))  # type: ignore[arg-type]
    day, *rest = (
        None if values[0] == NONE else int(values[0]) // MINUTE
        for values in (said.day, said.clock, said.length, said.offset)
    )
    return (None if day is None else (EPOCH + timedelta(minutes=day)).date(), *rest)  # type: ignore[return-value]


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-06 09:30",
        "2024/5/6 9:30:00",
        "2024-05-06T09:30:00.000",
        "06-May-2024 09:30",
        "6 May 2024, 9:30 AM",
        "May 6, 2024 9:30 a.m.",
        "Monday, May 6, 2024 09:30",
        "Mon 06/05/2024 09:30",
        "06.05.2024 09:30",
        "6/5/24 9:30 AM",
        "20240506 0930",
        "2024年5月6日 9:30",
        "2024年5月6日 上午9:30",
        "45418.395833333336",
        datetime(2024, 5, 6, 9, 30),
        datetime(2024, 5, 6, 9, 29, 59, 999_999),  # as Excel rounds it
        45418.395833333336,
    ],
)
def test_a_time_in_every_spelling(text: object) -> None:
    assert read(text, order="dmy") == (DAY, 570, None, None)


@pytest.mark.parametrize(
    "text", ["2024-05-06", "20240506", "06-May-2024", "45418", DAY, datetime(2024, 5, 6)]
)
def test_a_date_alone(text: object) -> None:
    assert read(text)[0] == DAY
    assert read(text)[1] in (None, 0)


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("9:30", 570),
        ("09:30:00", 570),
        ("930", 570),
        ("0930", 570),
        ("0", 0),
        ("30", 30),
        ("2330", 1410),
        ("12:15 AM", 15),
        ("12:15 PM", 735),
        ("9 PM", 1260),
        ("下午3:00", 900),
        ("24:00", 1440),
        ("0.375", 540),
        (0.375, 540),
        (time(9, 30), 570),
        (timedelta(hours=9.5), 570),
        (930.0, 570),
    ],
)
def test_a_time_of_day(text: object, minute: int) -> None:
    assert read(text) == (None, minute, None, None)


def test_an_hour_alone_where_the_file_numbers_hours() -> None:
    assert read("9") == (None, 9, None, None)
    assert read("9", hour_alone=True) == (None, 540, None, None)


@pytest.mark.parametrize(
    "text",
    [
        "09:00-09:30",
        "09:00 - 09:30",
        "9:00 AM - 9:30 AM",
        "09:00–09:30",
        "09:00 to 09:30",
        "09:00-09:29",
        "09:00~09:30",
    ],
)
def test_a_span_names_its_start_and_length(text: str) -> None:
    assert read(text) == (None, 540, 30, None)


def test_spans_with_dates_and_over_midnight() -> None:
    assert read("2024-05-06 09:00 - 09:30") == (DAY, 540, 30, None)
    assert read("2024-05-06T09:00:00Z/2024-05-06T09:30:00Z") == (DAY, 540, 30, 0)
    assert read("23:30-24:00")[1:3] == read("23:30-00:00")[1:3] == (1410, 30)


def test_offsets() -> None:
    assert read("2024-05-06T09:30:00Z") == (DAY, 570, None, 0)
    assert read("2024-05-06T09:30:00+02:00") == (DAY, 570, None, 120)
    assert read("2024-05-06 09:30:00-0400", offsets=True) == (DAY, 570, None, -240)
    assert read("1714987800") == read("1714987800000") == (DAY, 570, None, 0)


@pytest.mark.parametrize(
    "text",
    ["32/13/2024", "2024-02-30", "25:00", "9:60", "13:00 PM", "abc", "2024-05", "6/5", "24:30", "240506"],
)
def test_what_is_no_time(text: str) -> None:
    assert read(text, order="dmy")[:2] == (None, None)


def test_no_date_is_read_whose_order_is_open() -> None:
    assert read("05/06/2024")[0] is None
    assert read("05/06/2024", order="dmy")[0] == date(2024, 6, 5)
    assert read("05/06/2024", order="mdy")[0] == date(2024, 5, 6)
    assert read("24/06/05", order="ymd")[0] == date(2024, 6, 5)


@given(st.dates(date(1990, 1, 1), date(2069, 12, 31)), st.times())
def test_dates_come_back_from_every_way_to_write_them(day: date, clock: time) -> None:
    minute = clock.hour * 60 + clock.minute
    at = f"{clock:%H:%M}"
    ways = {
        "dmy": f"{day:%d/%m/%Y} {at}",
        "mdy": f"{day:%m/%d/%Y} {clock:%I:%M %p}",
        "ymd": f"{day:%Y-%m-%d} {at}:00",
        None: f"{day:%d-%b-%Y} {at}",
    }
    for order, text in ways.items():
        assert read(text, order=order) == (day, minute, None, None)


@given(st.dates(date(2000, 1, 1), date(2069, 12, 31)))
def test_the_orders_that_a_date_allows_are_those_by_which_python_reads_one(day: date) -> None:
    for form in ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%y-%m-%d"):
        text = day.strftime(form)
        long = form.endswith("Y")
        expected = set()
        for order, pattern in zip(
            ORDERS, ("%d{0}%m{0}%{1}", "%m{0}%d{0}%{1}", "%{1}{0}%m{0}%d"), strict=True
        ):
            try:
                datetime.strptime(text, pattern.format(form[2], "Y" if long else "y"))
                expected.add(order)
            except ValueError:
                continue
        if long:
            expected -= {"ymd"}
        if long and day.day == day.month:
            expected = set()
        found = orders(pa.array([text]))[0]
        assert {order for order, allowed in zip(ORDERS, found, strict=True) if allowed} == expected


def test_dates_that_say_their_order_themselves_prove_none() -> None:
    told = ["2024-05-06", "06-May-2024", "5/5/2024", "20240506", "abc", "2024/13/01"]
    assert not orders(pa.array(told)).any()
    assert np.array_equal(orders(pa.array(["25/12/2024"])), [[True, False, False]])
