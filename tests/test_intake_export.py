"""Import traps, each on a small file written for it: what is read, what is refused, and what is said."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Refused, Remark
from callplan.schema import HISTORY, REFUSED
from callplan.tables import check
from intake import Export, Profile, Reading, history_of, read_export

Write = Callable[[str, str | bytes], Path]
ZONE = "Europe/Paris"


@pytest.fixture
def history(a_file: Write) -> Callable[..., tuple[pd.DataFrame, Reading]]:
    """Return a function that writes lines as a CSV file and reads it as a history."""

    def read(*lines: str, **how: object) -> tuple[pd.DataFrame, Reading]:
        path = a_file("export.csv", "\n".join(lines) + "\n")
        return history_of(path, **{"zone": ZONE, "queue": "sales", **how})

    return read


History = Callable[..., tuple[pd.DataFrame, Reading]]


def clock(history: pd.DataFrame) -> list[str]:
    return history["start"].dt.strftime("%Y-%m-%d %H:%M").tolist()


def test_the_small_file_that_everyone_has(history: History) -> None:
    found, read = history(
        "queue,start,minutes,offered,aht_s", "s,2024-05-06 09:00,30,10,100", "s,2024-05-06 09:30,30,,"
    )
    assert found.columns.tolist() == ["queue", "start", "minutes", "offered", "aht_s"]
    assert check(found, HISTORY).equals(found)
    assert clock(found) == ["2024-05-06 09:00", "2024-05-06 09:30"]
    assert (found["offered"].iloc[0], found["aht_s"].iloc[0]) == (10, 100)
    assert found[["offered", "aht_s"]].iloc[1].isna().all()  # missing, not zero
    assert (read.rows_read, read.rows_kept, read.rows_refused, read.remarks) == (2, 2, 0, [])


# Durations and shares


@pytest.mark.parametrize("spelt", ["240", "4:00", "00:04:00", "240s", "4m 0s", "0 days 00:04:00", '"240.0"'])
def test_durations_in_all_spellings(history: History, spelt: str) -> None:
    found, _ = history("date,time,calls,aht", f"2024-05-06,09:30,10,{spelt}")
    assert found["aht_s"].tolist() == [240]


def test_a_duration_of_more_than_a_day(history: History) -> None:
    found, _ = history(
        "date,time,calls,handled,talk time,hold time,acw",
        '2024-05-06,09:30,10,10,"1 day, 00:00:10",0:00,0:50',
    )
    assert found["talk_s"].tolist() == [86_410]
    assert found["aht_s"].tolist() == [8646]


@pytest.mark.parametrize("spelt", ["81.2%", "81.2 %", "81.2", "0.812"])
def test_a_service_level_gives_back_the_calls_answered_in_time(history: History, spelt: str) -> None:
    found, read = history("date,time,calls,service level", f"2024-05-06,09:30,250,{spelt}", within_s=20)
    assert found[["answered_within", "within_s"]].values.tolist() == [[203, 20]]
    assert any("service level" in remark for remark in read.remarks)


@pytest.mark.parametrize(
    ("shares", "answered", "read_as"),
    [
        (["1", "81.5", "90"], [2, 163, 180], "percent: 2 of 3"),
        (["1", "0.815", "0"], [200, 163, 0], "shares out of 1: 2 of 2"),
        (["90%", "0.815", "0.5"], [180, 163, 100], "shares out of 1: 2 of 2"),
        (["90.5%", "81", "70.5"], [181, 162, 141], "percent: 2 of 2"),
    ],
)
def test_bare_shares_are_out_of_what_most_of_the_column_shows(
    history: History, shares: list[str], answered: list[float], read_as: str
) -> None:
    rows = [f"2024-05-06,{9 + place}:00,200,{share}" for place, share in enumerate(shares)]
    found, read = history("date,time,calls,sl", *rows, within_s=20)
    assert found["answered_within"].tolist() == answered
    assert any(f"sl is read as {read_as}" in remark for remark in read.remarks)


def test_one_share_above_one_is_a_fault_of_its_row_alone(history: History) -> None:
    rows = "2024-05-06,09:00,100,0.81", "2024-05-06,09:30,100,0.90", "2024-05-06,10:00,100,1.02"
    found, read = history("date,time,calls,sl", *rows, within_s=20)
    assert found["answered_within"].tolist() == [81, 90]
    assert read.refused[["row", "column", "found"]].values.tolist() == [[4, "sl", "found '1.02'"]]


def test_a_share_above_one_is_refused(history: History) -> None:
    _, read = history(
        "date,time,calls,sl", "2024-05-06,09:30,200,120%", "2024-05-06,10:00,200,80%", within_s=20
    )
    assert read.refused[["row", "column", "found"]].values.tolist() == [[2, "sl", "found '120%'"]]


# Dates


def test_dates_that_no_other_proves_are_refused(history: History) -> None:
    with pytest.raises(
        Refused, match=r"row 2, column date: found '05/06/2024', which can be read day first and month first"
    ):
        history("date,time,calls", "05/06/2024,09:30,1", "06/06/2024,09:30,1")


def test_one_date_proves_the_order_of_all_and_it_is_said(history: History) -> None:
    found, read = history("date,time,calls", "05/06/2024,09:30,1", "25/06/2024,09:30,1")
    assert clock(found) == ["2024-06-05 09:30", "2024-06-25 09:30"]
    assert "dates are read as dmy, as '25/06/2024' (row 3, column date) shows" in read.remarks
    found, _ = history("date,time,calls", "05/06/2024,09:30,1", "06/25/2024,09:30,1")
    assert clock(found) == ["2024-05-06 09:30", "2024-06-25 09:30"]


def test_the_order_is_settled_before_the_first_batch(a_file: Write) -> None:
    day = [f"05/06/2024 {minute // 60:02}:{minute % 60:02}" for minute in range(0, 1440, 15)]
    lines = [f"q{queue},{at},1" for queue in range(6000) for at in day[:48]]
    path = a_file("long.csv", "\n".join(["queue,start,calls", *lines, "q0,25/06/2024 09:00,1"]))
    first = next(read_export(path, zone=ZONE).batches())
    assert first["start"].iloc[0] == pd.Timestamp("2024-06-05", tz=ZONE)
    assert len(first) < len(lines)


@pytest.mark.parametrize(("order", "day"), [("dmy", date(2024, 6, 5)), ("mdy", date(2024, 5, 6))])
def test_an_order_that_is_told_serves_where_none_is_proven(history: History, order: str, day: date) -> None:
    found, _ = history("date,time,calls", "05/06/2024,09:30,1", date_order=order)
    assert found["start"].iloc[0].date() == day


def test_an_order_that_the_file_contradicts_is_refused(history: History) -> None:
    with pytest.raises(
        Refused, match=r"row 3, column date: found '25/06/2024', which is no date in the order mdy"
    ):
        history("date,time,calls", "05/06/2024,09:30,1", "25/06/2024,09:30,1", date_order="mdy")


def test_dates_both_ways_round_are_refused(history: History) -> None:
    with pytest.raises(Refused, match="both ways round"):
        history("date,time,calls", "25/06/2024,09:30,1", "06/25/2024,09:30,1")


def test_two_digits_of_a_year_leave_more_open(history: History) -> None:
    with pytest.raises(Refused, match="day first and year first"):
        history("date,time,calls", "25/06/24,09:30,1")
    assert clock(history("date,time,calls", "25/06/24,09:30,1", date_order="dmy")[0]) == ["2024-06-25 09:30"]


def test_a_date_that_is_none_is_refused_alone(history: History) -> None:
    found, read = history(
        "date,time,calls", "32/13/2024,09:30,1", "25/06/2024,09:30,1", ",09:30,1", "25/06/2024,,1"
    )
    assert len(found) == 1
    assert read.refused["row"].tolist() == [2, 4, 5]
    assert read.refused["found"].tolist() == ["found '32/13/2024'", "an empty cell", "an empty cell"]


def test_month_names_need_no_order(history: History) -> None:
    assert clock(history("date,time,calls", "05-Jun-2024,9:30 PM,1")[0]) == ["2024-06-05 21:30"]


# Intervals and their labels


@pytest.mark.parametrize("label", ["09:00-09:30", "09:00 - 09:30", "9:00 AM - 9:30 AM"])
def test_a_label_that_is_a_span_gives_the_length(history: History, label: str) -> None:
    found, _ = history("date,interval,calls", f"2024-05-06,{label},7")
    assert (clock(found), found["minutes"].tolist()) == (["2024-05-06 09:00"], [30])


def test_labels_at_the_end_of_the_interval(history: History) -> None:
    rows = "2024-05-06 00:30,1", "2024-05-06 24:00,2", "2024-05-07 00:00,3"
    found, read = history("interval end,calls", *rows)
    assert clock(found) == ["2024-05-06 00:00", "2024-05-06 23:30"]
    assert found["offered"].tolist() == [1, 3]  # the same interval twice: the later counts
    assert read.duplicates[["queue", "count"]].values.tolist() == [["sales", 1]]


def test_a_profile_says_that_times_are_ends(history: History) -> None:
    mine = Profile(name="mine", label="end", minutes=15, columns={"start": "when", "offered": "n"})
    assert clock(history("when,n", "2024-05-06 09:15,1", profile=mine)[0]) == ["2024-05-06 09:00"]


def test_midnight_as_24_of_a_start(history: History) -> None:
    assert clock(history("date,time,calls", "2024-05-06,24:00,1", minutes=30)[0]) == ["2024-05-07 00:00"]


def test_two_columns_of_ends_give_the_length(history: History) -> None:
    found, _ = history("start time,end time,calls", "2024-05-06 23:45,2024-05-07 00:00,1")
    assert (clock(found), found["minutes"].tolist()) == (["2024-05-06 23:45"], [15])


def test_the_length_shows_in_the_times_or_is_asked_for(history: History) -> None:
    found, read = history("date,time,calls", "2024-05-06,09:00,1", "2024-05-06,09:15,1")
    assert found["minutes"].tolist() == [15, 15]
    assert any("15 minutes long" in remark for remark in read.remarks)
    with pytest.raises(Refused, match=r"180 minutes apart.*minutes \(--minutes 30\)"):
        history("date,time,calls", "2024-05-06,09:00,1")


@pytest.mark.parametrize("how", [{}, {"minutes": 30}])
def test_daily_totals_are_refused_whatever_length_is_told(history: History, how: dict[str, int]) -> None:
    with pytest.raises(Refused, match="daily totals cannot be used"):
        history("date,calls", "2024-05-06,100", "2024-05-07,110", **how)


def test_midnights_day_after_day_are_daily_totals_too(history: History) -> None:
    with pytest.raises(Refused, match="daily totals cannot be used"):
        history("start,calls", "2024-05-06 00:00:00,100", "2024-05-07 00:00:00,110")
    with pytest.raises(Refused, match=r"row 2, column start: .*daily totals cannot be used"):
        history("start,interval length,calls", "2024-05-06 00:00,daily,100")
    found, _ = history("start,calls", "2024-05-06 00:00,1", minutes=30)
    assert found["offered"].tolist() == [1]


def test_all_that_a_file_lacks_is_said_at_once(history: History) -> None:
    with pytest.raises(Refused, match=r"queue \(--queue sales\), and .*minutes \(--minutes 30\)"):
        history("date,time,calls", "2024-05-06,09:00,1", queue=None)
    with pytest.raises(Refused, match=r"date_order \(--date-order dmy or mdy\); .*queue \(--queue sales\)"):
        history("date,time,calls", "05/06/2024,09:00,1", queue=None)


@pytest.mark.parametrize(
    "profile",
    [
        "auto",
        Profile(
            name="mine",
            label="end",
            columns={"queue": "queue", "date": "date", "start": "end", "offered": "calls"},
        ),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_an_end_of_midnight_may_have_the_date_of_the_day_that_it_closes(
    history: History, profile: str | Profile, order: int
) -> None:
    ends = ["2024-05-06,23:00", "2024-05-06,23:30", "2024-05-06,00:00", "2024-05-07,00:30"][::order]
    rows = [f"{queue},{end},{place}" for place, end in enumerate(ends) for queue in "ab"]
    found, read = history("queue,date,end,calls", *rows, profile=profile)
    starts = ["2024-05-06 22:30", "2024-05-06 23:00", "2024-05-06 23:30", "2024-05-07 00:00"]
    assert clock(found) == starts * 2
    assert found["offered"].tolist() == list(range(4))[::order] * 2
    assert any("00:00 is the end of the day whose date it has" in remark for remark in read.remarks)


def test_an_end_of_midnight_in_one_column_too(history: History) -> None:
    rows = "2024-05-26 23:30,1", "2024-05-26 00:00,2", "2024-05-27 00:30,3"
    found, _ = history("interval end,calls", *rows)
    assert clock(found) == ["2024-05-26 23:00", "2024-05-26 23:30", "2024-05-27 00:00"]


@pytest.mark.parametrize(
    "ends",
    [
        ["2024-05-06,23:30", "2024-05-07,00:00", "2024-05-07,00:30"],
        ["2024-05-07,00:00", "2024-05-07,00:30", "2024-05-07,23:30"],
        ["2024-05-06,23:30", "2024-05-07,00:00", "2024-05-07,22:30"],  # open from ten to midnight
    ],
)
def test_an_end_of_midnight_with_the_date_that_begins_stays_so(history: History, ends: list[str]) -> None:
    found, read = history("date,end,calls", *[f"{end},1" for end in ends], minutes=30)
    at = ends.index("2024-05-07,00:00")
    assert clock(found)[at] == "2024-05-06 23:30"
    assert not any("00:00 is the end" in remark for remark in read.remarks)


def test_rows_off_the_grid_are_refused(history: History) -> None:
    _, read = history("start,calls", "2024-05-06 09:00,1", "2024-05-06 09:07,1", minutes=30)
    assert read.refused[["row", "found"]].values.tolist() == [[3, "2024-05-06 09:07:00 is off the grid"]]


def test_hours_numbered_from_0_to_23(history: History) -> None:
    found, _ = history("date,hour,calls", "2024-05-06,9,1", "2024-05-06,10,1")
    assert clock(found) == ["2024-05-06 09:00", "2024-05-06 10:00"]
    assert found["minutes"].tolist() == [60, 60]


def test_a_queue_with_intervals_of_several_lengths_is_refused_as_a_whole(history: History) -> None:
    rows = "a,2024-05-06 09:00,30,1", "b,2024-05-06 09:00,15,1", "a,2024-05-06 09:30,15,2"
    with pytest.raises(Refused, match=r"row 4, column minutes: the queue a has intervals of 30 and of 15"):
        history("queue,start,minutes,calls", *rows)
    assert len(history("queue,start,minutes,calls", *rows[:2])[0]) == 2


# Rows that are none


@pytest.mark.parametrize(
    "total", ["Total,,,50", "Grand Total:,,,50", ",,Subtotal,50", "合计,,,50", "a Total,,,50", "Total,50"]
)
def test_totals_are_no_intervals(history: History, total: str) -> None:
    found, read = history("queue,date,time,calls", "a,2024-05-06,09:30,50", total)
    assert found["offered"].tolist() == [50]
    assert (read.rows_read, read.rows_kept, read.totals_skipped, read.rows_refused) == (2, 1, 1, 0)


def test_totals_by_interval_over_all_queues(history: History) -> None:
    found, read = history("queue,start,calls", "a,2024-05-06 09:30,50", "Total,2024-05-06 09:30,50")
    assert (found["queue"].tolist(), read.totals_skipped) == (["a"], 1)


def test_a_queue_may_be_called_total_care(history: History) -> None:
    found, read = history("queue,start,calls", "Total Care,2024-05-06 09:30,50")
    assert (found["queue"].tolist(), read.totals_skipped) == (["Total Care"], 0)


def test_titles_above_and_lines_below(history: History) -> None:
    lines = "Interval report", "Printed 6 May 2024", "", "queue,start,calls", "a,2024-05-06 09:30,50", ""
    found, read = history(
        *lines, "queue,start,calls", "a,2024-05-06 10:00,-1", "a,2024-05-06 10:30,4", "Page 1 of 1"
    )
    assert found["offered"].tolist() == [50, 4]
    assert read.refused["row"].tolist() == [8]  # as an editor counts
    assert (read.rows_read, read.totals_skipped) == (5, 2)


# Numbers


def test_thousands_and_decimals_by_the_file_as_a_whole(history: History) -> None:
    found, read = history(
        "date;time;calls;aht", "2024-05-06;09:00;1.210;187,5", "2024-05-06;09:30;10;1.187,5"
    )
    assert found["offered"].tolist() == [1210, 10]
    assert found["aht_s"].tolist() == [187.5, 1187.5]
    assert any("decimal mark is a comma" in remark for remark in read.remarks)


def test_quoted_thousands_in_a_file_of_commas(history: History) -> None:
    found, _ = history("date,time,calls,aht", '2024-05-06,09:30,"1,210",187.5')
    assert found[["offered", "aht_s"]].values.tolist() == [[1210, 187.5]]


def test_marks_that_cannot_be_told_apart_are_refused(history: History) -> None:
    header, row = "date;time;calls;aht", "2024-05-06;09:30;1,234;12,5"
    with pytest.raises(Refused, match=r"found '1,234' beside '12,5' .*set decimal"):
        history(header, row)
    mine = Profile(
        name="mine",
        decimal=",",
        columns={"date": "date", "start": "time", "offered": "calls", "aht_s": "aht"},
    )
    assert history(header, row, profile=mine)[0][["offered", "aht_s"]].values.tolist() == [[1.234, 12.5]]


def test_negative_and_unreadable_counts_are_refused_with_their_rows(history: History) -> None:
    found, read = history(
        "queue,start,calls",
        "a,2024-05-06 09:00,-3",
        "a,2024-05-06 09:30,many",
        "a,2024-05-06 10:00,5",
        ",2024-05-06 10:30,1",
        queue=None,
    )
    assert found["offered"].tolist() == [5]
    assert read.refused.columns.tolist() == REFUSED.names()
    assert read.refused[["row", "column", "found"]].values.tolist() == [
        [2, "calls", "found '-3'"],
        [3, "calls", "found 'many'"],
        [5, "queue", "an empty cell"],
    ]
    check(read.refused, REFUSED)


@pytest.mark.parametrize("empty", ["", "-", "--", "N/A", "n/a", "NULL", "#N/A"])
def test_empty_is_missing_and_not_zero(history: History, empty: str) -> None:
    found, read = history("start,calls,aht", f"2024-05-06 09:00,{empty},{empty}", "2024-05-06 09:30,0,0")
    assert found["offered"].isna().tolist() == [True, False]
    assert found["offered"].iloc[1] == 0
    assert read.rows_refused == 0


def test_a_queue_may_be_called_na(history: History) -> None:
    rows = (
        "NA,2024-05-06 09:00,1",
        "None,2024-05-06 09:00,2",
        "N/A,2024-05-06 09:00,3",
        "-,2024-05-06 09:00,4",
    )
    found, read = history("queue,start,calls", *rows, queue=None, minutes=30)
    assert found["queue"].tolist() == ["NA", "None"]
    assert read.refused["row"].tolist() == [4, 5]


def test_midnights_beside_times_and_times_on_the_first_day_of_all(history: History) -> None:
    rows = "2024-05-06 00:00:00,1899-12-30 09:00:00,1", "2024-05-06 00:00:00,1900-01-01 09:30:00,2"
    assert clock(history("date,time,calls", *rows)[0]) == ["2024-05-06 09:00", "2024-05-06 09:30"]


def test_a_row_of_another_width_is_refused_and_empty_cells_at_its_end_are_not(history: History) -> None:
    rows = (
        "a,2024-05-06 09:00,1,,",
        "a,2024-05-06 09:30,2,,",
        "a,2024-05-06,10:00,3,4,5",
        'a,2024-05-06 10:30,"4,,',
    )
    found, read = history("queue,start,calls", *rows)
    assert found["offered"].tolist() == [1, 2]
    assert read.refused["row"].tolist() == [4, 5]
    assert read.refused["found"].tolist() == [
        "6 cells under 5 column names",
        "a quotation mark is not closed",
    ]


# Duplicates


def test_the_later_of_two_rows_counts(history: History) -> None:
    rows = "a,2024-05-06 09:00,1", "b,2024-05-06 09:00,2", "a,2024-05-06 09:00,3", "a,2024-05-06 09:00,4"
    found, read = history("queue,start,calls", *rows, minutes=30)
    assert found[["queue", "offered"]].values.tolist() == [["a", 4], ["b", 2]]
    assert read.duplicates[["queue", "count"]].values.tolist() == [["a", 2]]
    assert str(read.duplicates["start"].iloc[0]) == "2024-05-06 09:00:00+02:00"
    assert (read.rows_read, read.rows_kept) == (4, 2)


def test_duplicates_say_how_many_have_other_values(history: History) -> None:
    rows = "2024-05-06 09:00,1", "2024-05-06 09:00,2", "2024-05-06 09:30,3", "2024-05-06 09:30,3"
    _, read = history("start,calls", *rows)
    assert any("of these 2 intervals 1 had other values before" in remark for remark in read.remarks)


@pytest.mark.parametrize(("one", "other"), [("Ann", "Ben"), ("1001", "1002")])
def test_rows_by_agent_are_refused_and_not_overwritten(history: History, one: str, other: str) -> None:
    rows = f"{one},2024-05-06 09:00,10,5", f"{other},2024-05-06 09:00,20,6", f"{one},2024-05-06 09:30,1,7"
    with pytest.raises(Refused, match=f"row 3, column agent: '{other}', and '{one}' in row 2"):
        history("agent,start,calls,longest wait", *rows)


def test_other_measures_and_equal_values_tell_no_rows_apart(history: History) -> None:
    """A later row that corrects an earlier one has another longest wait too."""
    rows = "2024-05-06 09:00,10,5,x", "2024-05-06 09:00,20,0:06,x", "2024-05-06 09:30,1,7,x"
    found, read = history("start,calls,longest wait,note", *rows)
    assert found["offered"].tolist() == [20, 1]
    assert "not read: longest wait, note" in read.remarks
    same = "2024-05-06 09:00,10,first print", "2024-05-06 09:00,10,second print"
    assert history("start,calls,note", *same, minutes=30)[0]["offered"].tolist() == [10]


# Nonsense


@pytest.mark.parametrize("cells", ["20000000,1,200", "10,9,14401", "10,9,0.5", "10,9,0"])
def test_what_no_interval_holds_is_refused(history: History, cells: str) -> None:
    rows = f"2024-05-06 09:00,{cells}", "2024-05-06 09:30,10,9,14400", "2024-05-06 10:00,10,0,0"
    found, read = history("start,calls,handled,aht", *rows)
    assert (len(found), read.refused["row"].tolist()) == (2, [2])


def test_a_handling_time_of_nothing_is_no_fault_where_calls_may_all_have_hung_up(history: History) -> None:
    found, _ = history("start,calls,aht", "2024-05-06 09:00,3,0", minutes=30)
    assert len(found) == 1
    with pytest.raises(Refused, match="a handling time of 200,000 s a call"):
        history("start,calls,aht", "2024-05-06 09:00,3,200000", minutes=30)


def test_a_part_that_is_empty_empties_the_handling_time_and_it_is_said(history: History) -> None:
    rows = "2024-05-06 09:00,10,10,1000,100,200", "2024-05-06 09:30,10,10,1000,,200"
    found, read = history("start,calls,handled,talk time,hold time,acw", *rows)
    assert found["aht_s"].isna().tolist() == [False, True]
    said = [remark for remark in read.remarks if "so is the handling time" in remark]
    assert len(said) == 1
    assert said[0].startswith("where hold time is empty")


@pytest.mark.parametrize("year", ["1824", "1989", "2101", "9999"])
def test_dates_out_of_range_are_said_to_be(history: History, year: str) -> None:
    _, read = history("start,calls", f"{year}-05-06 09:00,1", "2024-05-06 09:30,1")
    assert read.refused[["row", "do"]].values.tolist() == [[2, "its date is out of range (1990 to 2100)"]]
    _, read = history("date,time,calls", f"{year}-05-06,09:00,1", "2024-05-06,09:30,1")
    assert read.refused[["row", "column"]].values.tolist() == [[2, "date"]]


def test_of_junk_little_is_shown(a_file: Write) -> None:
    with pytest.raises(Refused) as fault:
        history_of(a_file("junk.csv", "\x01\x02" * 300 + "\n"), zone=ZONE)
    assert len(str(fault.value)) < 300
    rows = f"queue,start,calls\na,2024-05-06 09:00,{'x' * 500}\na,2024-05-06 09:30,1\n"
    _, read = history_of(a_file("export.csv", rows), zone=ZONE)
    assert len(read.refused["found"].iloc[0]) < 60


# The file as a whole


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "the file is empty"),
        ("\n \n", "the file is empty"),
        (bytes(range(256)) * 20, "it is no text"),
        (b"PK\x03\x04 no workbook", "not an Excel workbook"),
        (b"PAR1 no table", "not a Parquet file"),
        (b"\x1f\x8b no gzip", "cannot be read"),
        ("a,b\n1,2\n", r"its columns are not known \(there are: a, b\)"),
        ("queue,start\na,2024-05-06 09:00\n", "lacks calls offered"),
        ("queue,start,calls\n", "no row that could be used"),
        ("queue,start,calls\nTotal,,5\n", "1 of totals"),
        ("queue,start,calls\na,2024-05-06 09:30,-5\n", "row 2, column calls: found '-5'"),
        ("date,time,calls\n2024-05-06,09:30,5\n", "no column for the queue"),
    ],
)
def test_a_file_that_is_useless_is_refused_as_a_whole(a_file: Write, content: str | bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        history_of(a_file("export.csv", content), zone=ZONE)


def test_no_zone_is_ever_guessed(a_file: Write) -> None:
    path = a_file("export.csv", "queue,start,calls\na,2024-05-06T09:30:00Z,5\n")
    with pytest.raises(Refused, match=r"zone \(--zone Europe/Paris\)"):
        read_export(path, zone=None)
    with pytest.raises(Refused, match="did you mean Europe/Paris"):
        read_export(path, zone="Paris")
    with pytest.raises(Refused, match="no such file"):
        read_export(path.with_name("other.csv"), zone=ZONE)
    with pytest.raises(Refused, match="choose from dmy"):
        read_export(path, zone=ZONE, date_order="ydm")  # type: ignore[arg-type]


def test_an_export_is_lazy_and_read_once(a_file: Write) -> None:
    export = read_export(a_file("export.csv", "queue,start,calls\na,2024-05-06 09:30,5\n"), zone=ZONE)
    assert isinstance(export, Export)
    assert (export.profile.name, export.zone, export.read.rows_read) == ("generic", ZONE, 0)
    assert "3 of its 3 columns" in export.why
    assert len(list(export.batches())) == 1
    assert export.read.rows_read == 1
    with pytest.raises(Refused, match="read already"):
        list(export.batches())


def test_remarks_are_warned_in_a_notebook(a_file: Write) -> None:
    path = a_file("export.csv", "queue,start,calls\na,2024-05-06 09:30,5\n")
    with pytest.warns(Remark, match=r"export.csv: intervals are 30 minutes long"):
        history_of(path, zone=ZONE)


def test_every_row_is_accounted_for_over_many_batches(a_file: Write) -> None:
    rng = np.random.default_rng(7)
    starts = pd.date_range("2024-01-01", periods=300, freq="30min").strftime("%Y-%m-%d %H:%M")
    lines = [
        f"q{queue:03},{at},{calls}"
        for queue in range(700)
        for at, calls in zip(starts, rng.integers(-2, 60, 300), strict=True)
    ]
    lines += [*lines[:500], "Total,,1"]
    path = a_file("long.csv", "\n".join(["queue,start,calls", *lines]))
    export = read_export(path, zone=ZONE)
    frames = list(export.batches())
    kept = pd.concat(frames).drop_duplicates(["queue", "start"], keep="last")
    negative = sum("-" in line.rsplit(",", 1)[1] for line in lines)
    read = export.read
    assert (read.rows_read, read.rows_refused, read.totals_skipped) == (len(lines), negative, 1)
    assert len(read.refused) == min(negative, 1000)
    assert read.rows_kept == len(kept)
    assert kept["offered"].sum() == sum(max(int(line.rsplit(",", 1)[1]), 0) for line in lines[:210_000])
