"""Numbers, durations and shares in the spellings of the field."""

# ruff: noqa: DTZ001 (what a file holds has no zone)
from datetime import date, datetime, time, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.cells import EMPTY, of_arrow, of_values
from intake.numbers import Marks, durations, interval_minutes, numbers, shares


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("240", 240),
        ("4:00", 240),
        (":45", 45),
        ("00:04:00", 240),
        ("0:04:00.5", 240.5),
        ("27:30:00", 99_000),
        ("75:30", 4_530),
        ("1 day, 00:00:10", 86_410),
        ("2 days 03:00:00", 183_600),
        ("1.00:00:10", 86_410),
        ("240s", 240),
        ("240 sec", 240),
        ("4m 0s", 240),
        ("4 min", 240),
        ("1h 2m 3s", 3_723),
        ("PT4M", 240),
        ("PT1H30M", 5_400),
        ("240000ms", 240),
        ("4分0秒", 240),
        ("1,240.5", 1_240.5),
        (timedelta(days=1, seconds=10), 86_410),
        (time(0, 4), 240),
        (datetime(1900, 1, 1, 1), 90_000),
        (date(1900, 1, 1), 86_400),
        (240, 240),
        (240.0, 240),
    ],
)
def test_a_duration_in_every_spelling(text: object, seconds: float) -> None:
    assert durations(of_values([text]), Marks()).tolist() == [seconds]


@pytest.mark.parametrize(
    "text", ["abc", "00:75:00", "4:75", "4:0:0:0", "s", "4 fortnights", datetime(2024, 5, 6)]
)
def test_what_is_no_duration(text: object) -> None:
    assert np.isnan(durations(of_values([text]), Marks())).all()


@given(st.integers(0, 10 * 86_400))
def test_seconds_come_back_from_every_way_to_write_them(seconds: int) -> None:
    days, rest = divmod(seconds, 86_400)
    hours, minutes = divmod(rest // 60, 60)
    spelt = [
        str(seconds),
        f"{seconds // 60}:{seconds % 60:02}",
        f"{seconds // 3600}:{minutes:02}:{seconds % 60:02}",
        f"{days} days, {hours:02}:{minutes:02}:{seconds % 60:02}",
        f"{seconds // 3600}h {minutes}m {seconds % 60}s",
        f"{seconds * 1000} ms",
        f"PT{seconds // 3600}H{minutes}M{seconds % 60}S",
        timedelta(seconds=seconds),
    ]
    assert durations(of_values(spelt), Marks())[of_values(spelt).code].tolist() == [seconds] * len(spelt)


@pytest.mark.parametrize(("unit", "factor"), [("ms", 0.001), ("s", 1), ("min", 60), ("h", 3600)])
def test_a_plain_number_has_the_unit_of_the_profile_and_a_clock_its_own(unit: str, factor: float) -> None:
    assert durations(of_values(["3", "00:04:00", 3]), Marks(), unit).tolist() == [3 * factor, 240, 3 * factor]


def test_numbers_by_the_marks_of_the_file() -> None:
    point, comma = Marks("."), Marks(",")
    cells = of_values(["1,234", "1.234", "12,5", "12.5", "1 234 567", "1'234", "1 234", "-3", "1e3", "x"])
    assert np.array_equal(
        numbers(cells, point),
        [1234, 1.234, np.nan, 12.5, 1_234_567, 1234, 1234, -3, 1000, np.nan],
        equal_nan=True,
    )
    assert np.array_equal(
        numbers(cells, comma),
        [1.234, 1234, 12.5, np.nan, 1_234_567, 1234, 1234, -3, 1000, np.nan],
        equal_nan=True,
    )


@given(st.floats(0, 1e9).map(lambda value: round(value, 2)))
def test_a_number_comes_back_with_either_decimal_mark(value: float) -> None:
    english = f"{value:,.2f}"
    german = english.replace(",", " ").replace(".", ",").replace(" ", ".")
    assert numbers(of_values([english]), Marks(".")).tolist() == [value]
    assert numbers(of_values([german]), Marks(",")).tolist() == [value]


@given(st.integers(0, 1000))
def test_a_share_comes_back_from_every_way_to_write_it(thousandths: int) -> None:
    tenths = thousandths / 10
    found = shares(of_values([f"{tenths}%", f"{tenths} %", f"{tenths}"]), Marks(), whole=100)
    assert np.allclose(found, thousandths / 1000, atol=1e-12)
    assert np.allclose(shares(of_values([f"{thousandths / 1000}"]), Marks(), 1), thousandths / 1000)


def test_interval_lengths() -> None:
    words = ["30", "30mins", "30 min", "PT30M", "00:30", "0:30:00", "1800 s", "Half hour"]
    assert interval_minutes(of_values(words), Marks()).tolist() == [30] * len(words)
    assert interval_minutes(of_values(["hourly", "daily", "15"]), Marks()).tolist() == [60, 1440, 15]


def test_empty_is_empty_in_every_spelling_and_zero_is_not() -> None:
    texts = [*EMPTY, "N/A", "NULL", "  ", "0", "0.0"]
    dictionary = pa.array(texts).dictionary_encode()
    for cells in (of_values(texts), of_arrow(dictionary)):
        assert (cells.code[:-2] == -1).all()
        assert (cells.code[-2:] >= 0).all()
    assert of_values([None, 0, False, 1, True]).code.tolist() == [-1, 1, 2, 3, 4]
