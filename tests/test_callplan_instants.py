"""Times become instants without a guess; around a change of the clock, against Python's own calendar."""

import warnings
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callplan import instants
from callplan.errors import Refused, Remark
from callplan.intervals import grid

ZONES = ["America/New_York", "Europe/Paris", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Jerusalem"]


def parse(
    times: list[object], zone: str | None = "America/New_York", dst: instants.Dst = "refuse", **others: object
) -> pd.DataFrame:
    """Parse the column `start` of rows that are numbered as in a file."""
    frame = pd.DataFrame({"queue": "q", **others, "start": pd.Series(times, dtype=object)})
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return instants.parse(frame, "start", zone, dst, ("queue", "start"), "calls.csv")


def recorded(times: list[str], zone: str = "America/New_York") -> tuple[list[str], list[str]]:
    """Return the instants kept `as_recorded`, and the remarks."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        frame = parse(list(times), zone, "as_recorded")
    assert all(warning.category is Remark for warning in caught)
    return [str(start) for start in frame["start"]], [str(warning.message) for warning in caught]


# ── times that say what they mean ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "2003-10-26 03:30-05:00",
        "2003-10-26T03:30-05:00",
        "2003-10-26 03:30:00-0500",
        "2003-10-26 03:30:00.000-05",
        "2003-10-26 03:30 -05:00",
        "2003-10-26T08:30Z",
        "2003-10-26 08:30:00 Z",
        "20031026T0330-0500",
        "2003-10-26 14:00+05:30",
        "2003-10-26 03:30",
        "2003-10-26 3:30",
        "2003/10/26 03:30:00",
        " 2003-10-26 03:30 ",
        datetime(2003, 10, 26, 3, 30),  # noqa: DTZ001 (a cell of Excel)
    ],
)
def test_iso_times_are_read(text: object) -> None:
    (start,) = parse([text])["start"]
    assert str(start) == "2003-10-26 03:30:00-05:00"
    assert start.unit == "us"


def test_a_date_alone_is_its_midnight() -> None:
    assert parse(["2003-10-26", date(2003, 10, 27)])["start"].map(str).tolist() == [
        "2003-10-26 00:00:00-04:00",
        "2003-10-27 00:00:00-05:00",
    ]


def test_an_offset_settles_the_doubled_hour() -> None:
    starts = parse(["2003-10-26 01:30-04:00", "2003-10-26 01:30-05:00", "2003-10-26 02:00"])["start"]
    assert starts.map(str).tolist() == [
        "2003-10-26 01:30:00-04:00",
        "2003-10-26 01:30:00-05:00",
        "2003-10-26 02:00:00-05:00",
    ]
    assert str(starts.dt.tz) == "America/New_York"


@given(
    st.sampled_from(ZONES),
    st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1)), min_size=1),  # noqa: DTZ001
)
def test_any_instant_written_with_its_offset_is_read_back(zone: str, times: list[datetime]) -> None:
    local = [time.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)) for time in times]
    assert parse([str(time) for time in local], zone)["start"].map(str).tolist() == list(map(str, local))


def test_empty_cells_stay_empty() -> None:
    starts = parse(["2003-10-26 03:30", None, np.nan])["start"]
    assert starts.isna().tolist() == [False, True, True]
    assert parse([None, None], zone=None)["start"].isna().all()


def test_instants_are_brought_to_the_zone_named() -> None:
    instant = pd.Timestamp("2003-10-26 08:30", tz="UTC")
    frame = pd.DataFrame({"start": pd.Series([instant])})
    there = instants.parse(frame, "start", "Asia/Kolkata", "refuse", ("start",), "x")["start"]
    assert str(there[0]) == "2003-10-26 14:00:00+05:30"
    assert instants.parse(frame, "start", None, "refuse", ("start",), "x")["start"].equals(frame["start"])


def test_naive_times_of_a_parquet_file_are_local_ones() -> None:
    frame = pd.DataFrame({"start": pd.to_datetime(["2003-10-26 03:30", None])})
    starts = instants.parse(frame, "start", "America/New_York", "refuse", ("start",), "x")["start"]
    assert str(starts[0]) == "2003-10-26 03:30:00-05:00"
    assert pd.isna(starts[1])


# ── times that do not ─────────────────────────────────────────────────────────────────────────────

WRITE = "write times as 2003-10-26 01:30, the year first"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("05/06/2024 09:00", "found '05/06/2024 09:00', which can be read day first and month first"),
        ("05.06.2024", "found '05.06.2024', which can be read day first and month first"),
        ("5-6-24", "found '5-6-24', which can be read day first and month first"),
        ("12/12/2024", "found '12/12/2024', which can be read day first and month first"),
        ("13/12/2024", "found '13/12/2024'"),
        ("12/13/2024 09:00", "found '12/13/2024 09:00'"),
        ("2024", "found '2024'"),
        ("2024-05", "found '2024-05'"),
        ("45418.375", "found '45418.375'"),
        ("09:00", "found '09:00'"),
        ("2024-05-06 24:00", "found '2024-05-06 24:00'"),
        ("2024-02-30", "found '2024-02-30'"),
        ("2024-05-06 09:00 EST", "found '2024-05-06 09:00 EST'"),
        ("2024-05-06 09:00 PM", "found '2024-05-06 09:00 PM'"),
        ("2024-05-06 09", "found '2024-05-06 09'"),
        ("9999-12-31", "found '9999-12-31'"),
        ("0001-01-01", "found '0001-01-01'"),
        ("now", "found 'now'"),
        ("today", "found 'today'"),
        ("nan", "found 'nan'"),
        ("NaT", "found 'NaT'"),
        ("soon", "found 'soon'"),
        (45418, "found '45418'"),
    ],
)
def test_what_is_no_iso_time_is_refused_with_its_row(text: object, found: str) -> None:
    with pytest.raises(Refused) as refused:
        parse([None, "2003-10-26 03:30", "2003-10-26 03:30", text, "also bad"])
    assert str(refused.value) == f"calls.csv, row 5, column start: {found}; {WRITE}"


def test_a_time_needs_a_zone() -> None:
    offset = " (an offset changes with the clock, and names no zone)"
    for text, why in (("2003-10-26 03:30", ""), ("2003-10-26 03:30-05:00", offset)):
        with pytest.raises(Refused) as refused:
            parse([None, text], zone=None)
        assert str(refused.value) == (
            f"calls.csv, row 3, column start: found '{text}', and no time zone; "
            f'name the site\'s, as in zone="Europe/Paris"{why}'
        )
    with pytest.raises(Refused, match=r"zone: unknown time zone 'Paris'; did you mean Europe/Paris\?"):
        parse(["2003-10-26 03:30"], zone="Paris")


@pytest.mark.parametrize(
    ("zone", "text", "what"),
    [
        ("America/New_York", "2003-04-06 02:00", "does not exist"),
        ("America/New_York", "2003-04-06 02:59", "does not exist"),
        ("America/New_York", "2003-10-26 01:00", "came twice"),
        ("Australia/Lord_Howe", "2024-10-06 02:15", "does not exist"),
        ("Australia/Lord_Howe", "2024-04-07 01:45", "came twice"),
        ("America/Sao_Paulo", "2017-10-15 00:00", "does not exist"),
        ("America/Havana", "2024-11-03 00:30", "came twice"),
    ],
)
def test_a_time_its_clock_showed_never_or_twice_is_refused(zone: str, text: str, what: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(["2003-10-25 12:00", text, "2003-10-26 01:00"], zone)
    assert str(refused.value) == (
        f"calls.csv, row 3, column start: {text} {what} in {zone} (the clock was changed); "
        'write its offset, or choose dst = "as_recorded"'
    )


@pytest.mark.parametrize(
    "text", ["2003-04-06 01:59", "2003-04-06 03:00", "2003-10-26 00:59", "2003-10-26 02:00"]
)
def test_times_beside_the_change_are_plain(text: str) -> None:
    assert [start.tz_localize(None) for start in parse([text])["start"]] == [pd.Timestamp(text)]


# ── as recorded ───────────────────────────────────────────────────────────────────────────────────

CHANGES = st.sampled_from(
    [
        ("America/New_York", date(2003, 4, 6), 30),
        ("America/New_York", date(2003, 10, 26), 30),
        ("Europe/Paris", date(2024, 10, 27), 60),
        ("Australia/Lord_Howe", date(2024, 4, 7), 15),
        ("Australia/Lord_Howe", date(2024, 10, 6), 15),
        ("Asia/Jerusalem", date(2024, 10, 27), 15),
        ("America/Havana", date(2024, 11, 3), 60),
        ("America/Sao_Paulo", date(2017, 10, 15), 30),
        ("Asia/Kolkata", date(2024, 3, 31), 30),
    ]
)


def twice(start: pd.Timestamp) -> bool:
    """Tell whether the clock showed that time twice, by Python's own calendar."""
    wall = start.to_pydatetime().replace(tzinfo=ZoneInfo(str(start.tz)))
    return wall.replace(fold=0).utcoffset() > wall.replace(fold=1).utcoffset()


@given(CHANGES)
def test_a_clock_that_was_changed_on_time_lost_nothing(change: tuple[str, date, int]) -> None:
    zone, day, minutes = change
    starts = grid(day, day, minutes, zone)
    kept, remarks = recorded([f"{start:%Y-%m-%d %H:%M}" for start in starts], zone)
    assert kept == starts.map(str).tolist()
    doubled = [row for row, start in enumerate(starts, start=2) if twice(start)]
    assert [int(remark.split("row ")[1].split(",")[0]) for remark in remarks] == doubled


@given(CHANGES)
def test_a_clock_that_was_not_changed_keeps_what_has_a_place(change: tuple[str, date, int]) -> None:
    zone, day, minutes = change
    wall = pd.date_range(day, periods=1440 // minutes, freq=f"{minutes}min")
    starts = grid(day, day, minutes, zone)
    kept, remarks = recorded([f"{time:%Y-%m-%d %H:%M}" for time in wall], zone)
    # In spring the hour that never was is left out, in autumn the second passing has no row.
    passed = starts.dt.tz_localize(None).duplicated()
    assert kept == starts[~passed].map(str).tolist()
    shown = set(starts.dt.tz_localize(None))
    never = [row for row, time in enumerate(wall, start=2) if time not in shown]
    doubled = [row for row, start in enumerate(starts[~passed], start=2) if twice(start)]
    assert [int(remark.split("row ")[1].split(",")[0]) for remark in remarks] == never + doubled
    assert all("left out: its instant has a row already" in remark for remark in remarks[: len(never)])


@settings(max_examples=10)
@given(st.permutations(["01:00", "01:30", "02:00", "02:30"]))
def test_an_hour_that_never_was_moves_where_there_is_room(clock: list[str]) -> None:
    kept, remarks = recorded([f"2003-04-06 {time}" for time in clock])
    moved = {
        "01:00": "01:00:00-05:00",
        "01:30": "01:30:00-05:00",
        "02:00": "03:00:00-04:00",
        "02:30": "03:30:00-04:00",
    }
    assert kept == [f"2003-04-06 {moved[time]}" for time in clock]
    assert len(remarks) == 2


def test_every_row_touched_is_remarked() -> None:
    spring = ["2003-04-06 01:30", "2003-04-06 02:00", "2003-04-06 02:30", "2003-04-06 03:30"]
    autumn = ["2003-10-26 01:00", "2003-10-26 01:30", "2003-10-26 01:00", "2003-10-26 02:00"]
    kept, remarks = recorded(spring + autumn)
    assert kept == [
        "2003-04-06 01:30:00-05:00",
        "2003-04-06 03:00:00-04:00",
        "2003-04-06 03:30:00-04:00",
        "2003-10-26 01:00:00-04:00",
        "2003-10-26 01:30:00-04:00",
        "2003-10-26 01:00:00-05:00",
        "2003-10-26 02:00:00-05:00",
    ]
    place = "calls.csv, row {}, column start: {} in America/New_York; {}"
    assert remarks == [
        place.format(3, "2003-04-06 02:00 does not exist", "kept as 2003-04-06 03:00-0400"),
        place.format(4, "2003-04-06 02:30 does not exist", "left out: its instant has a row already"),
        place.format(6, "2003-10-26 01:00 came twice", "kept as its first passing"),
        place.format(7, "2003-10-26 01:30 came twice", "kept as the first passing"),
        place.format(8, "2003-10-26 01:00 came twice", "kept as its second passing"),
    ]


def test_rows_left_out_keep_the_numbers_of_the_others() -> None:
    with pytest.warns(Remark):
        frame = parse(["2003-04-06 02:30", "2003-04-06 03:30", None], dst="as_recorded")
    assert frame.index.tolist() == [3, 4]


def test_each_queue_has_its_own_doubled_hour() -> None:
    with pytest.warns(Remark):
        frame = parse(["2003-10-26 01:00"] * 4, dst="as_recorded", queue=["a", "b", "a", "b"])
    assert [f"{row.queue} {row.start:%z}" for row in frame.itertuples()] == [
        "a -0400",
        "b -0400",
        "a -0500",
        "b -0500",
    ]


def test_what_is_recorded_too_often_is_left_for_the_check_to_refuse() -> None:
    kept, _ = recorded(["2003-10-26 01:00"] * 3)
    assert kept == ["2003-10-26 01:00:00-04:00", *["2003-10-26 01:00:00-05:00"] * 2]
    kept, _ = recorded(["2003-04-06 02:00"] * 2)
    assert kept == ["2003-04-06 03:00:00-04:00"] * 2


def test_an_empty_cell_is_not_touched() -> None:
    with pytest.warns(Remark) as remarks:
        frame = parse([None, "2003-10-26 01:00"], dst="as_recorded")
    assert frame["start"].isna().tolist() == [True, False]
    assert len(remarks) == 1


@pytest.mark.filterwarnings("error")
def test_as_recorded_says_nothing_where_nothing_was_touched() -> None:
    assert len(parse(["2003-04-06 01:30", "2003-10-26 01:00-04:00"], dst="as_recorded")) == 2
