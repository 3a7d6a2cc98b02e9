"""Arguments of public functions: whatever counts as their kind is taken, all else refused by name."""

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from callplan.arguments import day, seed, whole
from callplan.errors import Refused


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3)])
def test_whatever_counts_is_a_whole_number(value: object) -> None:
    assert whole("days", value, 3, 3) == 3
    assert type(whole("days", value, 1)) is int


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (2.0, "2.0"),
        (np.float64(2), "2.0"),
        (np.int64(-1), "-1"),
        ("7", "'7'"),
        (None, "None"),
        ([], "[]"),
    ],
)
def test_what_is_no_whole_number_is_refused(value: object, shown: str) -> None:
    with pytest.raises(Refused) as refused:
        whole("days", value, 1)
    assert str(refused.value) == f"days: found {shown}; give a whole number of at least 1"


def test_seeds_fit_every_library() -> None:
    assert (seed(0), seed(2**31 - 1)) == (0, 2147483647)
    for value in (-1, 2**31, 0.5):
        with pytest.raises(Refused) as refused:
            seed(value)
        assert str(refused.value) == f"seed: found {value}; give a whole number from 0 to 2147483647"


@pytest.mark.parametrize(
    "value",
    [
        "2024-05-06",
        "2024-05-06 23:30",
        date(2024, 5, 6),
        datetime(2024, 5, 6, 23, 30),  # noqa: DTZ001
        pd.Timestamp("2024-05-06 23:30", tz="America/New_York"),
        np.datetime64("2024-05-06T23:30"),
    ],
)
def test_a_day_may_be_given_in_many_ways(value: object) -> None:
    assert day("start", value) == date(2024, 5, 6)
    assert type(day("start", value)) is date


@pytest.mark.parametrize(
    "value", ["soon", "2024-02-30", "", 5, 20240506, pd.NaT, np.datetime64("NaT", "D"), [], None]
)
def test_what_is_no_day_is_refused(value: object) -> None:
    with pytest.raises(Refused, match=r"^start: found .*; give a day, such as 2024-05-06$"):
        day("start", value)
