"""Logs of calls, a row a call: how their times and outcomes are written."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from callplan.errors import Refused
from intake import read_export

Write = Callable[[str, str | bytes], Path]
ZONE = "Europe/Paris"

# Two answered calls and two that hung up, as four logs write them.
LOGS = {
    "flag": """queue,arrival,answer,end,abandoned
a,2024-05-06 09:00:01,2024-05-06 09:00:11,2024-05-06 09:02:11,0
a,2024-05-06 09:01:00,,2024-05-06 09:01:30,1
a,2024-05-06 09:31:00,2024-05-06 09:31:40,2024-05-06 09:33:40,0
a,2024-05-06 23:59:50,,2024-05-07 00:00:10,1
""",
    "no flag, other names": """Queue Name;Arrival Time;Answered At;Hangup Time
a;06.05.2024 09:00:01;06.05.2024 09:00:11;06.05.2024 09:02:11
a;06.05.2024 09:01:00;-;06.05.2024 09:01:30
a;06.05.2024 09:31:00;06.05.2024 09:31:40;06.05.2024 09:33:40
a;06.05.2024 23:59:50;;07.05.2024 00:00:10
""",
    "waits and durations": """skill,call start,wait time,service time,outcome
a,2024-05-06T07:00:01Z,0:10,0:02:00,Answered
a,2024-05-06T07:01:00Z,30,,ABANDON
a,2024-05-06T07:31:00Z,40s,120,handled
a,2024-05-06T21:59:50Z,20,,abandoned
""",
    "clocks without dates": """队列,日期,进线时间,接听时间,挂机时间,是否放弃
a,2024年5月6日,09:00:01,09:00:11,09:02:11,否
a,2024年5月6日,09:01:00,,09:01:30,是
a,2024年5月6日,09:31:00,09:31:40,09:33:40,否
a,2024年5月6日,23:59:50,,00:00:10,是
""",
}


@pytest.mark.parametrize("name", LOGS)
def test_four_logs_of_the_same_calls(a_file: Write, name: str) -> None:
    path = a_file("log.csv", LOGS[name])
    order = "dmy" if "other" in name else None
    export = read_export(path, zone=ZONE, minutes=30, within_s=20, short_s=25, date_order=order)
    assert export.profile.name == "call_log"
    history = pd.concat(export.batches())
    busy = history[history["offered"] > 0]
    assert busy["start"].dt.strftime("%m-%d %H:%M").tolist() == ["05-06 09:00", "05-06 09:30", "05-06 23:30"]
    expected = {
        "offered": [2, 1, 1],
        "handled": [1, 1, 0],
        "abandoned": [1, 0, 1],
        "answered_within": [1, 0, 0],
        "abandoned_within": [0, 0, 1],
        "short_abandoned": [0, 0, 1],
        "wait_s": [10, 40, 0],
        "talk_s": [120, 120, 0],
    }
    assert busy[list(expected)].to_dict("list") == expected
    assert (set(busy["within_s"]), set(busy["short_s"])) == ({20}, {25})
    assert (export.read.rows_read, export.read.rows_kept) == (4, 4)


def test_calls_are_given_one_by_one_too(a_file: Write) -> None:
    export = read_export(a_file("log.csv", LOGS["flag"]), zone=ZONE)
    calls = pd.concat(export.calls())
    assert calls.index.tolist() == [2, 3, 4, 5]
    assert (calls["end"] - calls["arrival"]).dt.total_seconds().tolist() == [130, 30, 160, 20]
    assert calls["abandoned"].tolist() == [False, True, False, True]


def test_faulty_calls_are_refused_with_their_rows(a_file: Write) -> None:
    rows = (
        "a,2024-05-06 09:05,2024-05-06 09:04,2024-05-06 09:06,0",  # answered before it came
        "a,never,,2024-05-06 09:06,1",
        "a,2024-05-06 09:05,,2024-05-06 09:06,perhaps",
        "Total,,,,4",
        ",2024-05-06 09:05,,2024-05-06 09:06,1",
    )
    path = a_file("log.csv", LOGS["flag"] + "\n".join(rows))
    export = read_export(path, zone=ZONE, minutes=30, within_s=20)
    assert pd.concat(export.batches())["offered"].sum() == 4
    assert export.read.refused["row"].tolist() == [6, 7, 8, 10]
    assert (export.read.rows_read, export.read.rows_kept, export.read.totals_skipped) == (9, 4, 1)


def test_a_log_needs_to_be_told_how_to_count(a_file: Write) -> None:
    path = a_file("log.csv", LOGS["flag"])
    with pytest.raises(Refused, match=r"minutes \(--minutes 30\), and .*within_s \(--within 20\)"):
        list(read_export(path, zone=ZONE).batches())
    with pytest.raises(Refused, match=r"within_s \(--within 20\)"):
        list(read_export(path, zone=ZONE, minutes=30).batches())


def test_calls_in_the_doubled_hour(a_file: Write) -> None:
    log = """queue,arrival,answer,end
a,2024-10-27 01:59:00,2024-10-27 02:00:30,2024-10-27 02:05:00
a,2024-10-27 02:30:00,2024-10-27 02:31:00,2024-10-27 02:32:00
a,2024-10-27T02:59:00+02:00,2024-10-27 02:01:00,2024-10-27 02:02:00
"""
    path = a_file("log.csv", log)
    export = read_export(path, zone=ZONE)
    calls = pd.concat(export.calls())
    assert (calls["answer"] - calls["arrival"]).dt.total_seconds().tolist() == [90, 120]
    assert export.read.refused[["row", "column"]].values.tolist() == [[3, "arrival"]]
    export = read_export(path, zone=ZONE, dst="as_recorded")
    calls = pd.concat(export.calls())
    assert calls["arrival"].dt.strftime("%H:%M%z").tolist() == ["01:59+0200", "02:30+0200", "02:59+0200"]
    assert any("first passing" in remark for remark in export.read.remarks)
