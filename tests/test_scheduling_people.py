"""People: what a row becomes, and every row that cannot be used refused by its number and column."""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused, Remark
from callplan.tables import write
from scheduling import entries
from scheduling.people import Person, check_openings, crew, horizon, read_people
from scheduling.rules import Rules

MONDAY = date(2024, 5, 6)
DAYS = [MONDAY + timedelta(days=step) for step in range(14)]
RULES = Rules.from_dict(
    {
        "contracts": {
            "FT": {"lengths_h": [8.5], "days_per_week_min": 2, "hours_per_week_max": 40},
            "PT": {"lengths_h": [4.0, 6.5]},
            "NIGHT": {"templates": ["N"]},
        },
        "templates": {"N": "22:00-26:00,26:30-30:30"},
        "queues": {"support": {"least_level": 2}, "back": {}},
    },
    "site.toml",
)
QUEUES = ["sales", "support"]


def table(**cells: object) -> pd.DataFrame:
    """Return two people as read from a file: Ann in row 2, with the cells given, and Bob in row 3."""
    ann = {"person": "Ann", "contract": "FT", "skills": "sales", **cells}
    bob = {"person": "Bob", "contract": "PT", "skills": "sales|support:2"}
    return pd.DataFrame([ann, bob], index=[2, 3])


def ann(**cells: object) -> Person:
    return crew(table(**cells), RULES, queues=QUEUES, days=DAYS)[0]


def test_a_row_becomes_a_person() -> None:
    person = ann(
        skills="sales:3; support:1, back",
        available="07:00-17:00",
        sat="off",
        leave="2024-05-06|2024-05-08..2024-05-10",
        training="2024-05-13",
        days_off="sun|2024-05-10|2024-05-14",
        prefers="Early",
        fixed="2024-05-07 08:00-16:30",
        days_per_week=4.0,
        hours_per_week_max="32",
    )
    assert (person.name, person.row, person.contract, person.prefers) == ("Ann", 2, "FT", "early")
    # Support asks for level 2, and back is not of this roster.
    assert person.skills == {"sales": 3}
    assert person.windows == (*[(420, 1020)] * 5, None, (420, 1020))
    assert person.leave == {date(2024, 5, day) for day in (6, 8, 9, 10)}
    assert person.training == {date(2024, 5, 13)}
    assert person.training_h == 8
    assert person.wishes_off == {date(2024, 5, day) for day in (12, 14, 19)}, "10 May is leave"
    assert [tuple(map(str, shift)) for shift in person.fixed] == [
        ("2024-05-07 08:00:00", "2024-05-07 16:30:00")
    ]
    assert (person.terms.days_per_week, person.terms.hours_per_week_max, person.terms.meal_min) == (4, 32, 30)


def test_a_row_without_wishes_is_free_at_any_time() -> None:
    person = ann()
    assert person.windows == ((0, 2880),) * 7
    assert not any([person.leave, person.training, person.wishes_off, person.prefers, person.fixed])
    assert (person.terms.days_per_week, person.terms.rest_h) == (5, 11.0)


def test_people_come_in_order_with_the_rows_they_had() -> None:
    found = crew(table().iloc[::-1], RULES, queues=QUEUES, days=DAYS)
    assert [(person.name, person.row) for person in found] == [("Ann", 2), ("Bob", 3)]


FAULTS = {
    "contract": [
        ({"contract": "FTE"}, "unknown contract 'FTE'; did you mean FT?"),
        ({"contract": None}, "an empty cell"),
    ],
    "skills": [
        ({"skills": "sale"}, "unknown skill 'sale'; did you mean sales?"),
        ({"skills": "sales:high"}, "found level 'high'; give a whole number of at least 1, as in support:2"),
        ({"skills": "sales:0"}, "found level '0'"),
        ({"skills": "sales|sales:2"}, "sales stands twice"),
        ({"skills": "support:1"}, "support:1 serves no queue that is open; it takes sales:1, support:2"),
        ({"skills": "back"}, "serves no queue that is open"),
    ],
    "leave": [
        ({"leave": "2024-05-20"}, "2024-05-20 is outside the horizon; it runs from 2024-05-06 to 2024-05-19"),
        ({"leave": "2024-05-01..2024-05-05"}, "is outside the horizon"),
        ({"leave": "6.5.2024"}, "found '6.5.2024'; write days as 2024-05-06, the year first"),
        ({"leave": "2024-05-32"}, "found '2024-05-32'; write days as"),
        ({"leave": "2024-05-10..2024-05-08"}, "ends before it begins; swap the two dates"),
    ],
    "training": [
        ({"training": "2024-04-06"}, "is outside the horizon"),
        ({"training": "2024-05-06", "leave": "2024-05-06"}, "2024-05-06 is a day of leave too"),
    ],
    "days_off": [
        ({"days_off": "friday"}, "unknown weekday 'friday'; did you mean fri?"),
        ({"days_off": "2024-13-01"}, "found '2024-13-01'"),
    ],
    "prefers": [({"prefers": "erly"}, "found 'erly'; did you mean early?")],
    "available": [
        ({"available": "7 to 5"}, "found '7 to 5'; write times as \"07:00-17:00\", or off, or any")
    ],
    "wed": [
        ({"wed": "of"}, "found 'of'"),
        ({"wed": "25:00-26:00"}, "'25:00-26:00' is not on the clock"),
        ({"wed": "07:00-32:00"}, "is not on the clock"),
    ],
    "days_per_week": [
        ({"days_per_week": 4.5}, "a whole number is needed"),
        ({"days_per_week": 9}, "found 9; it must be at most 7"),
        ({"days_per_week": 0}, "it must be at least 1"),
    ],
    "hours_per_week_min": [
        ({"hours_per_week_min": 41}, "FT: 41 is above hours_per_week_max, 40"),
        ({"hours_per_week_min": 30, "hours_per_week_max": 20}, "FT: 30 is above hours_per_week_max, 20"),
        (
            {"hours_per_week_min": 30, "days_per_week": 3},
            "30 h cannot be worked: 3 days of at most 8 paid hours",
        ),
        ({"hours_per_week_min": "many"}, "found 'many'; a number is needed"),
    ],
    "hours_per_week_max": [
        ({"hours_per_week_max": 7}, "FT: 7 h are less than the shortest shift's 8"),
        ({"hours_per_week_max": 200}, "found 200; it must be at most 168"),
    ],
    "fixed": [
        ({"fixed": "2024-05-06"}, "write fixed shifts as 2024-05-06 09:00-17:30"),
        ({"fixed": "2024-05-20 09:00-17:30"}, "2024-05-20 09:00-17:30 is outside the horizon"),
        ({"fixed": "2024-05-06 09:00-17:00"}, "is no shift of FT; its shifts last 8.5 h"),
        ({"fixed": "2024-05-06 09:00-17:30", "leave": "2024-05-06"}, "is on a day of leave or training"),
        ({"fixed": "2024-05-06 09:00-17:30", "training": "2024-05-06"}, "is on a day of leave or training"),
        ({"fixed": "2024-05-06 09:00-17:30", "mon": "off"}, "is not within the hours available"),
        (
            {"fixed": "2024-05-06 09:00-17:30", "available": "09:30-19:00"},
            "is not within the hours available",
        ),
        ({"fixed": "2024-05-06 09:00-17:30|2024-05-06 10:00-18:30"}, "10:00-18:30 is the second of its day"),
    ],
}


@pytest.mark.parametrize(
    ("column", "cells", "message"),
    [(column, cells, message) for column, faults in FAULTS.items() for cells, message in faults],
)
def test_a_row_that_cannot_be_used_is_refused_with_its_place(column: str, cells: dict, message: str) -> None:
    with pytest.raises(Refused) as fault:
        ann(**cells)
    assert str(fault.value).startswith(f"people, row 2, column {column}: ")
    assert message in str(fault.value)
    assert "\n" not in str(fault.value)


def test_nobody_stands_twice() -> None:
    with pytest.raises(
        Refused, match=r"people, row 3, columns person: Bob stands in row 2 too; keep one of them"
    ):
        ann(person="Bob")


def test_a_queue_that_nobody_may_serve() -> None:
    both = table(skills="support").assign(skills=["support:2", "support:2"])
    with pytest.raises(Refused, match=r"people: nobody may serve sales; give somebody the skill sales"):
        crew(both, RULES, queues=QUEUES, days=DAYS)
    low = table().assign(skills="sales|support")
    with pytest.raises(Refused, match=r"nobody may serve support; give somebody the skill support:2"):
        crew(low, RULES, queues=QUEUES, days=DAYS)


def test_a_site_without_contracts_is_told_to_add_one() -> None:
    with pytest.raises(Refused, match=r"unknown contract 'FT'; add \[shifts.contracts.FT\]"):
        crew(table(), Rules(), queues=QUEUES, days=DAYS)


def test_leave_that_reaches_beyond_the_horizon_is_cut_there() -> None:
    assert ann(leave="2024-05-18..2024-06-02").leave == {date(2024, 5, 18), date(2024, 5, 19)}


def test_a_column_that_looks_like_one_of_ours_is_remarked() -> None:
    with pytest.warns(Remark, match="column 'availability' is not read; rename it if it is 'available'"):
        ann(availability="early")


@pytest.mark.parametrize(
    ("cells", "monday"),
    [
        # A free Monday reaches as far into Tuesday as Tuesday is free from midnight on.
        ({}, (0, 2880)),
        ({"tue": "off"}, (0, 1440)),
        ({"tue": "07:00-17:00"}, (0, 1440)),
        ({"tue": "00:00-06:00"}, (0, 1800)),
        ({"mon": "22:00-06:00", "tue": "off"}, (1320, 1800)),
        ({"mon": "07:00-26:00"}, (420, 1560)),
        ({"available": "off", "mon": "any"}, (0, 1440)),
        ({"available": "07:00-17:00", "mon": "any", "tue": "00:00-24:00"}, (0, 2880)),
    ],
)
def test_the_window_of_a_day(cells: dict, monday: tuple[int, int]) -> None:
    assert ann(**cells).windows[0] == monday


def test_fixed_shifts_over_midnight_end_on_the_next_day() -> None:
    person = ann(contract="NIGHT", fixed="2024-05-07 22:00-06:30|2024-05-06 22:00-06:30")
    assert [str(end) for _, end in person.fixed] == ["2024-05-07 06:30:00", "2024-05-08 06:30:00"]


@given(
    days=st.sets(st.sampled_from(DAYS), min_size=1),
    mark=st.sampled_from("|;,"),
)
def test_days_are_read_however_they_are_parted_and_joined(days: set[date], mark: str) -> None:
    singly = mark.join(str(day) for day in sorted(days))
    first, last = min(days), max(days)
    assert entries.dates(singly, DAYS) == days == entries.wishes(singly, DAYS)
    assert entries.dates(f"{first}..{last}", DAYS) == {day for day in DAYS if first <= day <= last}


def test_weekdays_are_all_of_them_in_the_horizon() -> None:
    assert entries.wishes("Mon", DAYS) == {MONDAY, MONDAY + timedelta(days=7)}
    assert entries.wishes("2025-01-01", DAYS) == set(), "a wish beyond the horizon is no fault"


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_rows_keep_their_numbers_from_the_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"people{suffix}"
    frame = table(leave="2024-05-06", days_per_week=4).iloc[::-1].assign(contract=["PT", "FTT"])
    write(frame, path)
    people = read_people(path)
    assert dict(zip(people["person"], people.index, strict=True)) == {"Ann": 3, "Bob": 2}
    with pytest.raises(Refused, match=r"people, row 3, column contract: unknown contract 'FTT'"):
        crew(people, RULES, queues=QUEUES, days=DAYS)


def test_a_day_that_excel_keeps_as_a_date_is_read(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (
        ["person", "contract", "skills", "leave"],
        ["Ann", "FT", "sales|support:2", pd.Timestamp("2024-05-06").to_pydatetime()],
    ):
        book.active.append(row)
    book.save(tmp_path / "people.xlsx")
    (person,) = crew(read_people(tmp_path / "people.xlsx"), RULES, queues=QUEUES, days=DAYS)
    assert person.leave == {MONDAY}


def test_a_file_that_is_no_table_of_people(tmp_path: Path) -> None:
    write(table().drop(columns="skills"), tmp_path / "people.csv")
    with pytest.raises(Refused, match=r"people.csv: no column 'skills'"):
        read_people(tmp_path / "people.csv")


def starts(*spans: tuple[str, str], queue: str = "sales") -> pd.DataFrame:
    edges = [pd.date_range(*span, freq="30min", tz="Europe/Paris", inclusive="left") for span in spans]
    start = pd.Series(edges[0].append(edges[1:]))
    return pd.DataFrame({"queue": queue, "start": start, "minutes": 30, "rostered": 1})


@pytest.mark.parametrize(("last", "end"), [(9, 9), (10, 12), (11, 12), (12, 12), (13, 13)])
def test_the_horizon_is_whole_days_and_the_weekend_that_follows(last: int, end: int) -> None:
    rows = starts(("2024-05-06 09:00", f"2024-05-{last:02} 17:00"))
    assert horizon(rows) == [date(2024, 5, day) for day in range(6, end + 1)]


def test_a_contract_whose_shifts_fit_no_opening() -> None:
    everyone = crew(table(skills="sales"), RULES, queues=["sales"], days=DAYS)
    short = starts(("2024-05-06 09:00", "2024-05-06 13:00"), ("2024-05-06 14:00", "2024-05-06 20:00"))
    message = (
        "people, row 2, column contract: FT has no shift of at most 6 h, the longest opening of sales; "
        "its shortest has 8.5 h: add a shorter one"
    )
    with pytest.raises(Refused) as fault:
        check_openings(everyone, RULES, short)
    assert str(fault.value) == message
    # Bob's shifts of 4 h do; and where another queue of Ann's is open in between, hers do too.
    check_openings(everyone[1:], RULES, short)
    both = pd.concat([short, starts(("2024-05-06 13:00", "2024-05-06 18:00"), queue="support")])
    open_all_day = crew(table(skills="sales|support:2"), RULES, queues=QUEUES, days=DAYS)
    check_openings(open_all_day, RULES, both)
