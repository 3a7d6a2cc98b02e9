"""Tables: described as data, checked cell by cell, and the same again after any of the four formats."""

import io
import sys
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused, Remark
from callplan.intervals import grid
from callplan.tables import (
    HISTORY,
    REQUIREMENT,
    SHIFT_PLAN,
    TABLES,
    Column,
    Table,
    check,
    read,
    remark_on_parts,
    write,
)

Write = Callable[[str, str | bytes], Path]
SUFFIXES = [".csv", ".csv.gz", ".parquet", ".xlsx"]

# ── the description ───────────────────────────────────────────────────────────────────────────────


def test_the_tables_of_the_house_are_there() -> None:
    assert {name: table.key for name, table in TABLES.items()}.items() >= {
        "history": ("queue", "start"),
        "forecast": ("queue", "start", "model", "cutoff"),
        "bands": ("queue", "span", "start", "model", "cutoff", "quantile"),
        "requirement": ("queue", "start"),
        "shift_plan": ("queue", "start", "shift"),
        "shifts": ("person", "start"),
        "activities": ("person", "start"),
        "coverage": ("queue", "start"),
        "errors": ("queue", "by", "start", "model", "lead_days"),
        "accuracy": ("queue", "by", "model", "lead_days"),
    }.items()


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_is_described_whole(table: Table) -> None:
    columns = {column.name: column for column in table.columns}
    assert len(columns) == len(table.columns), "a name stands twice"
    assert "\n" not in table.meaning
    assert table.meaning.endswith(".")
    assert columns[table.key[0]].required
    for name in table.key:
        assert columns[name].required != columns[name].empty, "what may be left out may be empty"
    for column in table.columns:
        assert column.meaning
        assert "\n" not in column.meaning
        assert column.dtype in ("text", "instant", "day", "whole", "number")
        assert not (column.dtype == "whole" and column.empty), "a whole number has no way to be empty"
        assert bool(column.unit) == (column.dtype in ("whole", "number"))
        if column.name.endswith("_s"):
            assert column.unit == "s"
        if column.name.endswith("_h"):
            assert column.unit == "h"


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_table_with_minutes_says_of_which_queue_and_when(table: Table) -> None:
    names = set(table.names())
    assert "minutes" not in names or {"queue", "start"} <= names or {"weekday", "minute"} <= names


def specimen(table: Table, *, optional: bool) -> pd.DataFrame:
    """Return three rows of a table, its optional columns half empty or left out."""

    def cells(column: Column) -> list[object]:
        match column.dtype:
            case "instant":
                whole = pd.date_range("2024-10-27 01:00", periods=3, freq="30min", tz="Europe/Paris").tolist()
            case "day":
                last = 8 if column.name == table.key[-1] else 7
                whole = [date(2024, 5, 6), date(2024, 5, 7), date(2024, 5, last)]
            case "whole":
                alone = column.name in ("minutes", table.key[-1])
                numbered = [30, 30, 30] if column.name == "minutes" else [1, 2, 3]
                whole = numbered if alone or column.name == "trouble" else [0, 1, 1]
            case "number":
                whole = [0.0, 0.1, 1.0]
            case _:
                whole = ["007", "NA", '=é, "ü"']
        return [None, *whole[1:]] if optional and column.empty else whole

    chosen = [column for column in table.columns if optional or column.required]
    return check(pd.DataFrame({column.name: cells(column) for column in chosen}), table)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("optional", [True, False], ids=["all columns", "required columns"])
@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_table_survives_every_format(table: Table, optional: bool, suffix: str, tmp_path: Path) -> None:
    frame = specimen(table, optional=optional)
    write(frame, tmp_path / f"t{suffix}")
    pd.testing.assert_frame_equal(read(tmp_path / f"t{suffix}", table, "Europe/Paris"), frame)


# ── the round trip ────────────────────────────────────────────────────────────────────────────────

ZONES = {
    "America/New_York": [date(2003, 4, 6), date(2003, 10, 26)],
    "Europe/Paris": [date(2024, 3, 31), date(2024, 10, 27)],
    "Asia/Kolkata": [date(2024, 3, 31)],
    "Australia/Lord_Howe": [date(2024, 4, 7), date(2024, 10, 6)],
    "Asia/Jerusalem": [date(2024, 3, 29), date(2024, 10, 27)],
    "America/Sao_Paulo": [date(2017, 10, 15), date(2018, 2, 17)],
}
AWKWARD = [
    "007",
    "7",
    "1e5",
    "NA",
    "null",
    "nan",
    "None",
    "TRUE",
    "=1+1",
    "{=1}",
    "+1",
    "-1",
    "@x",
    "a,b",
    'a "b"',
]
AWKWARD += [
    " a ",
    "a\nb",
    "été",
    "客服",
    "😀",
    "2024-05-06",
    "#N/A",
    "_x0041_",
    "http://a.b",
    "'",
    "\ufeff",
    "\u2028",
]
# All but what no workbook holds (control characters) and no encoding (lone surrogates).
names = st.sampled_from(AWKWARD) | st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], include_characters="\t\n"), min_size=1, max_size=8
)
counts = st.none() | st.integers(0, 10**6) | st.floats(0, 1e12)


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, pd.DataFrame]:
    """Return a zone and a history around a change of its clock."""
    zone = draw(st.sampled_from(sorted(ZONES)))
    day = draw(st.sampled_from(ZONES[zone]))
    minutes = draw(st.sampled_from([15, 30, 60]))
    starts = grid(day - timedelta(days=1), day + timedelta(days=1), minutes, zone)
    keys = st.tuples(names, st.integers(0, len(starts) - 1))
    rows = draw(st.lists(keys, min_size=1, max_size=12, unique=True))
    frame = pd.DataFrame(
        {
            "queue": [queue for queue, _ in rows],
            "start": starts.iloc[[number for _, number in rows]].array,
            "minutes": minutes,
            "offered": [draw(counts) for _ in rows],
            "aht_s": [draw(counts) for _ in rows],
        }
    )
    if draw(st.booleans()):
        frame["channel"] = [draw(st.none() | names) for _ in rows]
    return zone, frame


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(histories())
def test_a_history_is_the_same_after_the_round_trip(suffix: str, instance: tuple[str, pd.DataFrame]) -> None:
    zone, history = instance
    frame = check(history, HISTORY)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"t{suffix}"
        write(frame, path)
        back = read(path, HISTORY, zone)
    assert back["start"].tolist() == frame["start"].tolist()
    assert str(back["start"].dt.tz) == zone
    assert back["minutes"].tolist() == frame["minutes"].tolist()
    assert back["queue"].tolist() == frame["queue"].tolist()
    # A workbook keeps 16 digits of a number, the others all.
    rtol = 1e-15 if suffix == ".xlsx" else 0
    pd.testing.assert_frame_equal(back, frame, rtol=rtol, atol=0)


@given(histories())
def test_checking_twice_changes_nothing(instance: tuple[str, pd.DataFrame]) -> None:
    frame = check(instance[1], HISTORY)
    pd.testing.assert_frame_equal(check(frame, HISTORY), frame)
    assert frame["queue"].tolist() == sorted(frame["queue"])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_writing_what_was_read_gives_the_same_bytes(
    tiny_history: pd.DataFrame, tiny_zone: str, tmp_path: Path, suffix: str
) -> None:
    write(check(tiny_history, HISTORY), tmp_path / f"a{suffix}")
    write(read(tmp_path / f"a{suffix}", HISTORY, tiny_zone), tmp_path / f"b{suffix}")
    assert (tmp_path / f"b{suffix}").read_bytes() == (tmp_path / f"a{suffix}").read_bytes()


def test_parquet_knows_its_zone_and_takes_another(tiny_history: pd.DataFrame, tmp_path: Path) -> None:
    write(tiny_history, tmp_path / "t.parquet")
    assert str(read(tmp_path / "t.parquet", HISTORY)["start"].dt.tz) == "Europe/Paris"
    there = read(tmp_path / "t.parquet", HISTORY, "Asia/Kolkata")["start"]
    assert str(there[0]) == "2024-05-06 12:30:00+05:30"


def test_the_tiny_csv_is_the_tiny_history(
    tiny_history: pd.DataFrame, tiny_csv: str, tiny_zone: str, a_file: Write
) -> None:
    pd.testing.assert_frame_equal(
        read(a_file("t.csv", tiny_csv), HISTORY, tiny_zone), check(tiny_history, HISTORY)
    )


def test_an_excel_sheet_typed_by_hand_is_read(tiny_history: pd.DataFrame, tmp_path: Path) -> None:
    typed = tiny_history.assign(start=tiny_history["start"].dt.tz_localize(None), queue=7)
    typed.to_excel(tmp_path / "t.xlsx", index=False)
    pd.testing.assert_frame_equal(
        read(tmp_path / "t.xlsx", HISTORY, "Europe/Paris"), check(tiny_history.assign(queue="7"), HISTORY)
    )


def test_an_unsorted_file_with_columns_of_its_own_is_put_in_order(tiny_csv: str, a_file: Write) -> None:
    header, *rows = tiny_csv.splitlines()
    mixed = "\n".join([f"site,{header}", *(f"Lyon,{row}" for row in reversed(rows))])
    frame = read(a_file("t.csv", mixed), HISTORY, "Europe/Paris")
    assert list(frame) == ["queue", "start", "minutes", "offered", "aht_s", "site"]
    assert frame["start"].is_monotonic_increasing
    assert frame.index.tolist() == [0, 1, 2, 3]
    assert frame["site"].tolist() == ["Lyon"] * 4


# ── what check() makes of a frame ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("dtype", ["category", "string", "object"])
def test_text_is_text_whatever_pandas_calls_it(tiny_history: pd.DataFrame, dtype: str) -> None:
    plain = check(tiny_history.assign(channel=["voice", None, "", "chat"]), HISTORY)
    given = tiny_history.assign(channel=["voice", None, "", "chat"]).astype(
        {"queue": dtype, "channel": dtype}
    )
    pd.testing.assert_frame_equal(check(given, HISTORY), plain)
    assert plain["channel"].isna().tolist() == [False, True, True, False]


def test_numbers_are_text_where_text_is_due(tiny_history: pd.DataFrame) -> None:
    assert check(tiny_history.assign(queue=[10, 9, 9, 9]), HISTORY)["queue"].tolist() == ["10", "9", "9", "9"]


@pytest.mark.parametrize(
    "cells",
    [
        pd.array([10, 30, None, 0], dtype="Int64"),
        pd.array([10, 30, None, 0], dtype="Float64"),
        ["10", " 30", None, "0e0"],
        pd.Categorical([10, 30, None, 0]),
    ],
    ids=["Int64", "Float64", "text", "category"],
)
def test_numbers_are_floats_whatever_pandas_calls_them(tiny_history: pd.DataFrame, cells: object) -> None:
    offered = check(tiny_history.assign(offered=cells), HISTORY)["offered"]
    assert offered.dtype == "float64"
    assert offered.fillna(-1).tolist() == [10, 30, -1, 0]


def test_whole_numbers_are_integers(tiny_history: pd.DataFrame) -> None:
    assert check(tiny_history.assign(minutes=[30.0, "30", 30, 30]), HISTORY)["minutes"].dtype == "int64"


@pytest.mark.parametrize("empty", [None, np.nan, pd.NaT, pd.NA, ""])
def test_an_empty_optional_text_is_empty_in_one_way(tiny_history: pd.DataFrame, empty: object) -> None:
    channel = check(tiny_history.assign(channel=[empty] * 4), HISTORY)["channel"]
    assert channel.tolist() == [None] * 4
    assert channel.dtype == object


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("empty", [None, np.nan, pd.NaT])
def test_an_optional_time_may_be_empty_throughout(tmp_path: Path, empty: object, suffix: str) -> None:
    frame = specimen(SHIFT_PLAN, optional=True).assign(meal_start=empty, meal_end=empty)
    checked = check(frame, SHIFT_PLAN)
    assert checked["meal_start"].dtype == checked["start"].dtype
    write(frame, tmp_path / f"t{suffix}")
    pd.testing.assert_frame_equal(read(tmp_path / f"t{suffix}", SHIFT_PLAN, "Europe/Paris"), checked)


def test_all_times_of_a_table_are_in_the_zone_of_the_first() -> None:
    frame = specimen(SHIFT_PLAN, optional=True)
    abroad = frame.assign(end=frame["end"].dt.tz_convert("Asia/Kolkata").dt.as_unit("ns"))
    pd.testing.assert_frame_equal(check(abroad, SHIFT_PLAN), frame)


def test_all_times_of_a_table_come_to_the_zone_that_is_named() -> None:
    frame = specimen(SHIFT_PLAN, optional=True)
    abroad = frame.assign(start=frame["start"].dt.tz_convert("Asia/Kolkata"))
    pd.testing.assert_frame_equal(check(abroad, SHIFT_PLAN, zone="Europe/Paris"), frame)
    with pytest.raises(Refused, match="unknown time zone 'Paris'"):
        check(frame, SHIFT_PLAN, zone="Paris")


def test_a_zone_in_which_the_intervals_do_not_fit_is_refused(tiny_history: pd.DataFrame) -> None:
    hourly = tiny_history[tiny_history["start"].dt.minute == 0].assign(minutes=60)
    with pytest.raises(Refused, match="12:30:00 is off the grid of 60 minutes"):
        check(hourly, HISTORY, zone="Asia/Kolkata")


CONTRADICTIONS = {
    ("handled", "offered"): {"handled": [10.0, 31.0, 1.0, 20.0]},
    ("abandoned", "offered"): {"abandoned": [10.0, 31.0, 1.0, np.nan]},
    ("answered_within", "handled"): {
        "handled": [9.0, 28.0, 0.0, 1.0],
        "answered_within": [9.0, 31.0, 1.0, 0.0],
    },
    ("abandoned_within", "abandoned"): {
        "abandoned": [9.0, 28.0, 0.0, np.nan],
        "abandoned_within": [9.0, 31.0, 1.0, 0.0],
    },
    ("short_abandoned", "abandoned"): {
        "abandoned": [9.0, 28.0, 0.0, 1.0],
        "short_abandoned": [9.0, 31.0, 1.0, np.nan],
    },
}


@pytest.mark.parametrize(("names", "columns"), CONTRADICTIONS.items(), ids=lambda names: str(names)[:40])
def test_a_part_above_its_whole_is_remarked(
    tiny_history: pd.DataFrame, names: tuple[str, str], columns: dict[str, list[float]]
) -> None:
    part, whole = names
    frame = check(tiny_history.assign(**columns), HISTORY)
    with pytest.warns(Remark) as remarks:
        remark_on_parts(pd.concat([frame, frame.assign(queue="late", **{part: 0.0})]), HISTORY)
    of = columns.get(whole, [0, 30.0])[1]
    assert [str(remark.message) for remark in remarks] == [
        f"sales: {part} is above {whole} in 2 intervals (first 2024-05-06 09:30:00+02:00: 31 of {of:g}); "
        "see how they are counted"
    ]


@pytest.mark.filterwarnings("error")
def test_parts_that_make_their_whole_are_not_remarked(tiny_history: pd.DataFrame) -> None:
    remark_on_parts(tiny_history.assign(handled=tiny_history["offered"]), HISTORY)
    remark_on_parts(tiny_history, HISTORY)


def test_parts_are_columns_of_their_table() -> None:
    for table in TABLES.values():
        assert {name for pair in table.parts for name in pair} <= set(table.names())


@pytest.mark.parametrize(
    "index",
    [[0, 0, 0, 0], ["b", "a", "b", "a"], pd.MultiIndex.from_product([[1, 2], [3, 4]])],
    ids=["the same label", "text", "two levels"],
)
def test_any_index_will_do(tiny_history: pd.DataFrame, index: object) -> None:
    plain = check(tiny_history.assign(site="Lyon"), HISTORY)
    pd.testing.assert_frame_equal(check(tiny_history.assign(site="Lyon").set_axis(index), HISTORY), plain)


def test_the_frame_given_is_left_as_it_was(tiny_history: pd.DataFrame) -> None:
    before = tiny_history.iloc[::-1].copy()
    given = before.copy()
    check(given, HISTORY)
    pd.testing.assert_frame_equal(given, before)


@pytest.mark.parametrize(
    "name",
    [
        "site",
        "day",
        "notes",
        "holiday",
        "calls",
        "answered",
        "abandoned_by",
        "abandoned_pct",
        "service_level",
        5,
    ],
)
def test_columns_of_the_users_own_are_kept(tiny_history: pd.DataFrame, name: object) -> None:
    own = tiny_history.assign(own=1).rename(columns={"own": name})
    assert list(check(own, HISTORY)) == [*tiny_history.columns, name]


# ── what check() refuses ──────────────────────────────────────────────────────────────────────────


def paris(*clock: str) -> pd.Series:
    return pd.Series(pd.DatetimeIndex([f"2024-05-06 {time}" for time in clock], tz="Europe/Paris"))


HOURS = ("09:00", "09:30", "10:00", "11:00")
UNKNOWN = "leave the cell empty where it is unknown"
REFUSED = {
    "a missing column": (
        {"minutes": None},
        "history: no column 'minutes' (there are: queue, start, offered, aht_s); add it, or rename yours",
    ),
    "a name in capitals": (
        {"offered": None, "Offered": 1},
        "history: no column 'offered' (there are: queue, start, minutes, aht_s, Offered); "
        "rename 'Offered' to 'offered'",
    ),
    "a name without unit": (
        {"aht_s": None, "aht": 1},
        "history: unknown column 'aht'; did you mean aht_s?",
    ),
    "text in a number": (
        {"offered": [1, 2, "a lot", 4]},
        f"history, row 2, column offered: found 'a lot'; a number is needed; {UNKNOWN}",
    ),
    "a decimal comma": (
        {"aht_s": ["1,5"] * 4},
        f"history, row 0, column aht_s: found '1,5'; a number is needed; {UNKNOWN}",
    ),
    "text in a whole number": (
        {"minutes": [30, "half an hour", 30, 30]},
        "history, row 1, column minutes: found 'half an hour'; a number is needed",
    ),
    "truth for a number": (
        {"offered": [True, False, True, True]},
        f"history, row 0, column offered: found 'True'; a number is needed; {UNKNOWN}",
    ),
    "a duration for a number": (
        {"aht_s": pd.to_timedelta([100] * 4, unit="s")},
        f"history, row 0, column aht_s: found '0 days 00:01:40'; a number is needed; {UNKNOWN}",
    ),
    "a time for a number": (
        {"aht_s": pd.to_datetime(["2024-05-06"] * 4)},
        f"history, row 0, column aht_s: found '2024-05-06 00:00:00'; a number is needed; {UNKNOWN}",
    ),
    "a negative count": (
        {"offered": [1.0, -3, -4, 2]},
        "history, row 1, column offered: found -3; it must be at least 0",
    ),
    "a large negative count, in full": (
        {"offered": [-12345678.5] * 4},
        "history, row 0, column offered: found -12345678.5; it must be at least 0",
    ),
    "an infinite number": (
        {"offered": [1.0, 2, 3, np.inf]},
        "history, row 3, column offered: found inf; a finite number is needed",
    ),
    "part of a minute": (
        {"minutes": [30, 30, 30.5, 30]},
        "history, row 2, column minutes: found 30.5; a whole number is needed",
    ),
    "no minute": (
        {"minutes": 0},
        "history, row 0, column minutes: found 0; it must be at least 1",
    ),
    "an empty cell": (
        {"minutes": [30, None, 30, 30]},
        "history, row 1, column minutes: an empty cell; every row needs one: length of the interval",
    ),
    "an empty text": (
        {"queue": ["sales", "sales", "", "sales"]},
        "history, row 2, column queue: an empty cell; "
        "every row needs one: the queue: calls that one team answers for one reason",
    ),
    "a control character": (
        {"queue": ["sales", "sa\rles", "sa\x07les", "sales"]},
        "history, row 1, column queue: found 'sa\\rles'; delete the control character",
    ),
    "a naive time": (
        {"start": pd.to_datetime(["2024-05-06 09:00"] * 4)},
        "history, row 0, column start: found '2024-05-06 09:00:00'; localise it: .dt.tz_localize(zone)",
    ),
    "a time that is text": (
        {"start": ["2024-05-06 09:00"] * 4},
        "history, row 0, column start: found '2024-05-06 09:00'; "
        "make it a time: pd.to_datetime(...), then .dt.tz_localize(zone)",
    ),
    "times of several zones": (
        {"start": [paris(*HOURS[:2])[0], *paris(*HOURS[1:]).dt.tz_convert("Asia/Kolkata")]},
        "history, row 0, column start: found '2024-05-06 09:00:00+02:00'; "
        "bring all to one time zone: pd.to_datetime(..., utc=True).dt.tz_convert(zone)",
    ),
    "a duplicate": (
        {"start": paris("09:00", "09:30", "10:00", "09:30")},
        "history, row 3, columns queue, start: "
        "sales, 2024-05-06 09:30:00+02:00 stands in row 1 too; keep one of them",
    ),
    "an interval off the grid": (
        {"start": paris("09:00", "09:30", "10:10", "11:00")},
        "history, row 2, column start: 2024-05-06 10:10:00 is off the grid of 30 minutes; "
        "give left edges counted from midnight",
    ),
    "seconds": (
        {"start": paris("09:00", "09:30:01", "10:00", "11:00")},
        "history, row 1, column start: 2024-05-06 09:30:01 is off the grid of 30 minutes; "
        "give left edges counted from midnight",
    ),
    "parts of a second": (
        {"start": paris("09:00", "09:30", "10:00", "11:00:00.5")},
        "history, row 3, column start: 2024-05-06 11:00:00 is off the grid of 30 minutes; "
        "give left edges counted from midnight",
    ),
    "minutes that do not divide a day": (
        {"start": paris("00:00", "07:00", "14:00", "21:00"), "minutes": 420},
        "history, row 0, column start: 2024-05-06 00:00:00 is off the grid of 420 minutes; "
        "give left edges counted from midnight",
    ),
    "an interval that reaches into the next": (
        {"minutes": [60, 30, 30, 30], "start": paris("09:00", "09:30", "11:00", "12:00")},
        "history, row 0, column minutes: the interval reaches into the next one; keep one length",
    ),
}


@pytest.mark.parametrize(("change", "line"), REFUSED.values(), ids=REFUSED)
def test_check_refuses(tiny_history: pd.DataFrame, change: dict[str, object], line: str) -> None:
    frame = tiny_history.drop(columns=[name for name, cells in change.items() if cells is None])
    frame = frame.assign(**{name: cells for name, cells in change.items() if cells is not None})
    with pytest.raises(Refused) as refused:
        check(frame, HISTORY)
    assert str(refused.value) == line
    # Row labels, however odd, and the name of the source take the place of ours.
    frame.index = pd.Index([7, 7, 8, 8])
    with pytest.raises(Refused) as refused:
        check(frame, HISTORY, "calls.csv")
    assert refused.value.where.split(", ")[0] == "calls.csv"
    if ", row " in line:
        number = int(line.split(", row ")[1][0])
        assert refused.value.where.split(", ")[1] == f"row {frame.index[number]}"


def test_check_refuses_a_name_that_stands_twice(tiny_history: pd.DataFrame) -> None:
    twice = pd.concat([tiny_history, tiny_history["offered"]], axis=1)
    with pytest.raises(Refused) as refused:
        check(twice, HISTORY)
    assert str(refused.value) == "history: two columns are called 'offered'; rename or delete one"


def test_check_refuses_no_columns() -> None:
    with pytest.raises(Refused) as refused:
        check(pd.DataFrame(), HISTORY)
    assert str(refused.value) == "history: no column 'queue' (there are: none); add it, or rename yours"


def test_check_refuses_no_rows(tiny_history: pd.DataFrame) -> None:
    with pytest.raises(Refused) as refused:
        check(tiny_history.head(0), HISTORY)
    assert str(refused.value) == "history: no rows; a history table needs at least one"


def test_check_refuses_a_share_above_one() -> None:
    frame = specimen(REQUIREMENT, optional=False)
    with pytest.raises(Refused) as refused:
        check(frame.assign(service_level=[0.8, 80.0, 0.8]), REQUIREMENT)
    assert str(refused.value) == (
        "requirement, row 1, column service_level: found 80; it must be at most 1: 85% is 0.85"
    )


def test_check_refuses_what_is_neither_0_nor_1() -> None:
    frame = specimen(TABLES["errors"], optional=False)
    with pytest.raises(Refused) as refused:
        check(frame.assign(within=[0, 1, 2]), TABLES["errors"])
    assert str(refused.value) == "errors, row 2, column within: found 2; it must be at most 1"


def test_lengths_may_differ_where_they_leave_room(tiny_history: pd.DataFrame) -> None:
    assert len(check(tiny_history.assign(minutes=[30, 30, 60, 15]), HISTORY)) == 4
    # And from queue to queue, be one of them inside the other.
    both = pd.concat([tiny_history, tiny_history.assign(queue="late", minutes=15)])
    assert len(check(both, HISTORY)) == 8


def test_a_doubled_hour_is_no_duplicate() -> None:
    day = date(2003, 10, 26)
    starts = grid(day, day, 30, "America/New_York")
    frame = pd.DataFrame({"queue": "q", "start": starts, "minutes": 30, "offered": 1})
    assert check(frame, HISTORY)["start"].tolist() == starts.tolist()


# ── what read() refuses ───────────────────────────────────────────────────────────────────────────

HEAD = "queue,start,minutes,offered\n"
GOOD = "q,2003-10-25 09:00,30,1\n"
UNREADABLE = {
    "no rows": (HEAD, "t.csv: no rows; a history table needs at least one"),
    "a missing column": (
        "queue,start,offered\nq,2003-10-25 09:00,1\n",
        "t.csv: no column 'minutes' (there are: queue, start, offered); add it, or rename yours",
    ),
    "a missing column, before any cell": (
        "queue,start,offered\nq,soon,many\n",
        "t.csv: no column 'minutes' (there are: queue, start, offered); add it, or rename yours",
    ),
    "text in a number": (
        HEAD + GOOD + "q,2003-10-25 09:30,30,NA\n",
        f"t.csv, row 3, column offered: found 'NA'; a number is needed; {UNKNOWN}",
    ),
    "a negative count, in a file out of order": (
        HEAD + GOOD + "q,2003-10-25 08:00,30,-3\n",
        "t.csv, row 3, column offered: found -3; it must be at least 0",
    ),
    "a duplicate": (
        HEAD + GOOD + "\n" + GOOD,
        "t.csv, row 4, columns queue, start: "
        "q, 2003-10-25 09:00:00-04:00 stands in row 2 too; keep one of them",
    ),
    "an interval off the grid": (
        HEAD + GOOD + "q,2003-10-25 09:40,30,1\n",
        "t.csv, row 3, column start: 2003-10-25 09:40:00 is off the grid of 30 minutes; "
        "give left edges counted from midnight",
    ),
    "an ambiguous date order": (
        HEAD + GOOD + "q,05/06/2003 09:00,30,1\n",
        "t.csv, row 3, column start: found '05/06/2003 09:00', which can be read day first and month first; "
        "write times as 2003-10-26 01:30, the year first",
    ),
    "a time that never was": (
        HEAD + GOOD + "q,2003-04-06 02:30,30,1\n",
        "t.csv, row 3, column start: 2003-04-06 02:30 does not exist in America/New_York "
        '(the clock was changed); write its offset, or choose dst = "as_recorded"',
    ),
    "a time that came twice": (
        HEAD + GOOD + "q,2003-10-26 01:30,30,1\n",
        "t.csv, row 3, column start: 2003-10-26 01:30 came twice in America/New_York "
        '(the clock was changed); write its offset, or choose dst = "as_recorded"',
    ),
    "an empty time": (
        HEAD + GOOD + "q,,30,1\n",
        "t.csv, row 3, column start: an empty cell; "
        "every row needs one: left edge of the interval, in the site's time zone",
    ),
    "an empty queue": (
        HEAD + GOOD + ",2003-10-26 00:30,30,1\n",
        "t.csv, row 3, column queue: an empty cell; "
        "every row needs one: the queue: calls that one team answers for one reason",
    ),
    "only empty times": (
        HEAD + "q,,30,1\n",
        "t.csv, row 2, column start: an empty cell; "
        "every row needs one: left edge of the interval, in the site's time zone",
    ),
}


@pytest.mark.parametrize(("content", "line"), UNREADABLE.values(), ids=UNREADABLE)
def test_read_refuses(a_file: Write, content: str, line: str) -> None:
    with pytest.raises(Refused) as refused:
        read(a_file("t.csv", content), HISTORY, "America/New_York")
    assert str(refused.value) == line
    assert refused.value.exit_code == 1


def test_standard_input_is_named_in_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((HEAD + "q,soon,30,1\n").encode())))
    with pytest.raises(Refused, match=r"^standard input, row 2, column start: found 'soon'; "):
        read("-", HISTORY, "America/New_York")


def test_read_refuses_a_time_without_zone(a_file: Write) -> None:
    with pytest.raises(Refused) as refused:
        read(a_file("t.csv", HEAD + GOOD), HISTORY)
    assert str(refused.value) == (
        "t.csv, row 2, column start: found '2003-10-25 09:00', and no time zone; "
        'name the site\'s, as in zone="Europe/Paris"'
    )


def test_what_was_written_with_offsets_is_read_with_its_zone_named(
    tiny_history: pd.DataFrame, tmp_path: Path
) -> None:
    write(tiny_history, tmp_path / "t.csv")
    with pytest.raises(Refused) as refused:
        read(tmp_path / "t.csv", HISTORY)
    assert str(refused.value) == (
        "t.csv, row 2, column start: found '2024-05-06 09:00:00+02:00', and no time zone; "
        'name the site\'s, as in zone="Europe/Paris" (an offset changes with the clock, and names no zone)'
    )


def test_read_keeps_what_was_recorded_and_remarks_it(a_file: Write) -> None:
    path = a_file(
        "t.csv", HEAD + "q,2003-10-26 01:30,30,1\nq,2003-10-26 01:30,30,2\nq,2003-04-06 02:30,30,3\n"
    )
    with pytest.warns(Remark) as remarks:
        frame = read(path, HISTORY, "America/New_York", dst="as_recorded")
    assert frame["start"].map(str).tolist() == [
        "2003-04-06 03:30:00-04:00",
        "2003-10-26 01:30:00-04:00",
        "2003-10-26 01:30:00-05:00",
    ]
    assert frame["offered"].tolist() == [3, 1, 2]
    assert [str(remark.message).split(",")[1] for remark in remarks] == [" row 2", " row 3", " row 4"]


def test_as_recorded_refuses_the_rest_as_ever(a_file: Write) -> None:
    path = a_file("t.csv", HEAD + ",2003-10-26 01:30,30,1\n" * 2)
    with pytest.warns(Remark), pytest.raises(Refused, match=r"^t\.csv, row 2, column queue: an empty cell; "):
        read(path, HISTORY, "America/New_York", dst="as_recorded")


def test_a_faulty_cell_of_excel_is_not_taken_for_an_empty_one(
    tiny_history: pd.DataFrame, tmp_path: Path
) -> None:
    cells = tiny_history.assign(start=tiny_history["start"].map(str), offered=["1", "#N/A", "", "2"])
    cells.to_excel(tmp_path / "t.xlsx", index=False)
    with pytest.raises(Refused) as refused:
        read(tmp_path / "t.xlsx", HISTORY, "Europe/Paris")
    assert str(refused.value) == (
        f"t.xlsx, row 3, column offered: found '#N/A'; a number is needed; {UNKNOWN}"
    )
