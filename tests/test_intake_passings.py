"""The hour that is missing and the hour that is doubled, once a year each."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from callplan.intervals import grid
from intake import Profile, Reading, history_of

Write = Callable[[str, str | bytes], Path]
ZONE = "America/New_York"
FORWARD, BACK = "2024-03-10", "2024-11-03"


@pytest.fixture
def history(a_file: Write) -> Callable[..., tuple[pd.DataFrame, Reading]]:
    def read(*lines: str, **how: object) -> tuple[pd.DataFrame, Reading]:
        return history_of(a_file("export.csv", "\n".join(lines) + "\n"), zone=ZONE, minutes=30, **how)

    return read


History = Callable[..., tuple[pd.DataFrame, Reading]]


def a_day(
    day: str, header: str = "queue,start,calls", form: str = "%Y-%m-%d %H:%M", later_min: int = 0
) -> list[str]:
    """Return a day's intervals as the clock showed them, numbered in the order of time."""
    date = pd.Timestamp(day).date()
    edges = grid(date, date, 30, ZONE)
    shown = (edges.dt.tz_convert("UTC") + pd.Timedelta(minutes=later_min)).dt.tz_convert(ZONE)
    return [header, *(f"a,{text},{number}" for number, text in enumerate(shown.dt.strftime(form)))]


def edges(day: str) -> list[pd.Timestamp]:
    date = pd.Timestamp(day).date()
    return grid(date, date, 30, ZONE).tolist()


@pytest.mark.parametrize(("day", "intervals"), [(FORWARD, 46), (BACK, 50), ("2024-05-06", 48)])
def test_a_day_as_the_clock_showed_it_loses_nothing(history: History, day: str, intervals: int) -> None:
    found, read = history(*a_day(day))
    assert (len(found), read.rows_refused) == (intervals, 0)
    assert found["start"].tolist() == edges(day)
    assert found["offered"].tolist() == list(range(intervals))


@pytest.mark.parametrize("day", [FORWARD, BACK])
def test_nor_does_one_whose_labels_are_ends(history: History, day: str) -> None:
    found, read = history(*a_day(day, "queue,interval end,calls", later_min=30))
    assert read.refused.empty
    assert found["start"].tolist() == edges(day)
    assert found["offered"].tolist() == list(range(len(edges(day))))


def test_ends_that_are_starts_and_thirty_minutes_on_the_clock(history: History) -> None:
    """Some write 02:00-02:30 by its end without looking at the clock: 03:00 stands twice, not 02:00."""
    lines = a_day(BACK, "queue,interval end,calls")
    for place, line in enumerate(lines[1:], start=1):
        queue, start, calls = line.split(",")
        lines[place] = f"{queue},{pd.Timestamp(start) + pd.Timedelta(minutes=30):%Y-%m-%d %H:%M},{calls}"
    found, read = history(*lines)
    assert read.refused.empty
    assert found["start"].tolist() == edges(BACK)
    assert found["offered"].tolist() == list(range(50))


def test_every_queue_has_its_own_passings_also_of_spans(history: History) -> None:
    day = [line.replace("a,", "b,") for line in a_day(BACK)[1:]]
    found, _ = history(*a_day(BACK), *day)
    assert found.groupby("queue")["offered"].apply(list).tolist() == [list(range(50))] * 2
    spans = (
        f"a,{BACK},01:00-01:30,1",
        f"a,{BACK},01:30-02:00,2",
        f"a,{BACK},01:00-01:30,3",
        f"a,{BACK},01:30-02:00,4",
    )
    found, _ = history("queue,date,interval,calls", *spans)
    assert found["offered"].tolist() == [1, 2, 3, 4]
    assert found["start"].dt.strftime("%H:%M%z").tolist() == [
        "01:00-0400",
        "01:30-0400",
        "01:00-0500",
        "01:30-0500",
    ]


@pytest.mark.parametrize("header", ["queue,start,calls", "queue,interval end,calls"])
@pytest.mark.parametrize("minutes", [30, 60])
def test_an_export_that_runs_newest_first_has_its_passings_the_other_way_round(
    a_file: Write, header: str, minutes: int
) -> None:
    days = [pd.Timestamp(BACK).date()] * 2
    starts = grid(*days, minutes, ZONE)
    shown = starts + pd.Timedelta(minutes=minutes) if "end" in header else starts
    rows = [f"a,{at:%Y-%m-%d %H:%M},{number}" for number, at in enumerate(shown)]
    text = "\n".join([header, *rows[::-1]])
    found, read = history_of(a_file("export.csv", text), zone=ZONE, minutes=minutes)
    assert found["start"].tolist() == starts.tolist()
    assert found["offered"].tolist() == list(range(len(rows)))
    assert any("newest first" in remark for remark in read.remarks)


def test_rows_sorted_by_the_clock_do_not_tell_their_passings(history: History) -> None:
    lines = (
        "queue,start,calls",
        f"a,{BACK} 00:30,1",
        *(f"a,{BACK} 01:{m},{n}" for m in ("00", 30) for n in "32"),
    )
    found, read = history(*lines)
    assert found["offered"].tolist() == [1]
    assert read.refused["row"].tolist() == [3, 4, 5, 6]
    assert read.refused["do"].str.contains("does not tell which is the first").all()
    found, read = history(*lines, dst="as_recorded")
    assert found["offered"].tolist() == [1, 3, 3, 2, 2]
    assert any("taken in the order of the file (4 rows such)" in remark for remark in read.remarks)


def test_two_rows_alone_do_not_tell_either(history: History) -> None:
    _, read = history("queue,start,calls", f"a,{BACK} 01:00,1", f"a,{BACK} 01:00,2", f"b,{BACK} 09:00,2")
    assert read.refused["row"].tolist() == [2, 3]


def test_two_years_and_a_day_pasted_twice_are_in_order(history: History) -> None:
    later = a_day("2025-11-02")[1:]
    found, read = history(*a_day(BACK), *a_day(BACK)[1:], *later)
    assert found["start"].tolist() == edges(BACK) + edges("2025-11-02")
    assert found["offered"].tolist() == list(range(50)) * 2
    assert (read.rows_refused, int(read.duplicates["count"].sum())) == (0, 50)


def test_a_doubled_time_that_stands_once_is_refused_or_its_first_passing(history: History) -> None:
    lines = "queue,start,calls", f"a,{BACK} 00:30,1", f"a,{BACK} 01:30,2"
    found, read = history(*lines)
    assert len(found) == 1
    assert read.refused[["row", "column", "found"]].values.tolist() == [
        [3, "start", f"{BACK} 01:30 came twice in {ZONE} (the clock was changed)"]
    ]
    found, read = history(*lines, dst="as_recorded")
    assert found["start"].dt.strftime("%H:%M%z").tolist() == ["00:30-0400", "01:30-0400"]
    assert any("01:30" in remark and "first passing" in remark for remark in read.remarks)


def test_a_time_that_never_was_is_refused_or_kept_where_there_is_room(history: History) -> None:
    lines = "queue,start,calls", f"a,{FORWARD} 02:30,1", f"b,{FORWARD} 02:30,2", f"b,{FORWARD} 03:30,3"
    found, read = history(*lines)
    assert found["offered"].tolist() == [3]
    assert read.refused["row"].tolist() == [2, 3]
    assert read.refused["found"].str.contains("does not exist").all()
    found, read = history(*lines, dst="as_recorded")
    assert found["offered"].tolist() == [1, 3]
    assert found["start"].dt.strftime("%H:%M%z").tolist() == ["03:30-0400"] * 2
    assert read.refused["row"].tolist() == [3]


def test_offsets_decide(history: History) -> None:
    lines = (
        "queue,start,calls",
        f"a,{BACK}T01:30:00-05:00,2",
        f"a,{BACK}T05:30:00Z,1",
        f"a,{BACK} 03:00:00-05:00,3",
    )
    found, read = history(*lines)
    assert found["start"].dt.strftime("%H:%M%z").tolist() == ["01:30-0400", "01:30-0500", "03:00-0500"]
    assert (found["offered"].tolist(), read.rows_refused) == ([1, 2, 3], 0)


def test_an_offset_is_not_taken_for_a_span(history: History) -> None:
    lines = "queue,start,calls", f"a,{BACK} 03:30-05:00,1", f"a,{BACK} 04:30-05:00,2"
    assert history(*lines)[0]["start"].dt.strftime("%H:%M").tolist() == ["03:30", "04:30"]
    lines = "queue,start,calls", f"a,{BACK} 03:30-04:00,1", f"a,{BACK} 04:30-05:00,2"
    found, _ = history(*lines)
    assert found["start"].dt.strftime("%H:%M%z").tolist() == ["03:30-0500", "04:30-0500"]


def test_a_profile_may_have_the_zone_of_its_own_clock(history: History) -> None:
    mine = Profile(name="mine", zone="UTC", columns={"queue": "q", "start": "at", "offered": "n"})
    found, _ = history("q,at,n", f"a,{BACK} 05:30,1", f"a,{BACK} 06:30,2", profile=mine)
    assert found["start"].dt.strftime("%H:%M%z").tolist() == ["01:30-0400", "01:30-0500"]
