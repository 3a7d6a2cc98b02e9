"""Ten ugly exports through the command, what is refused, repeated and undone; check, history, export."""

import io
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from click.testing import Result

from callplan.tables import HISTORY, IMPORTS, NOTES, QUALITY, read

SITE = """
zone = "Europe/Paris"

[queues.sales]
service_level = 0.8
within_s = 20
shrinkage = 0.3
"""

AVAYA = """Interval report, printed 31 May 2024
row_date,starttime,intrvl,split,callsoffered,acdcalls,abncalls,acceptable,servicelevel,anstime,abntime,acdtime,holdtime,acwtime
05/31/2024,0900,30,sales,11,10,1,8,20,100,12,2300,100,200
05/31/2024,0930,30,sales,"1,012",1000,12,900,20,9000,90,240000,4000,26000
Total,,,,"1,023",1010,13,908,,9100,102,242300,4100,26200
"""
GENESYS = """Interval Start\tQueue\tMedia Type\tOffered\tInteractions Handled\tTotal Handle Time (Seconds)
2024-05-31T07:00:00Z\tsales\tvoice\t11\t10\t2600
2024-05-31T07:30:00Z\tsales\tvoice\t\t\t
2024-05-31T07:30:00Z\tsales\tchat\t3\t3\t900
"""
AMAZON = """QueueName,TimeStamp,IntervalDuration,IncomingContactVolume,AverageHandleTime,ContactsHandled
sales,2024-05-31T07:00:00Z,30,11,260,10
sales,2024-05-31T07:30:00Z,30,4,100,3
"""
CISCO = """csq_name;start_time;calls_presented;calls_handled;calls_abandoned;avg_handle_time;avg_speed_answer
sales;31/05/2024 09:00-09:30;11;10;1;00:04:20;0:10
sales;31/05/2024 09:30-10:00;4;3;1;1:40;0:05
Summary;;15;13;2;;
"""
NICE = """DateTime,QueueValue,HandledShort,HandledLong,AbandonedShort,AbandonedLong,HandleTime,HoldTime,\
WorkTime,QueueDelayTime
2024-05-31 09:00,sales,8,2,1,0,2400,100,200,100
2024-05-31 09:30,sales,2,1,0,1,270,0,30,15
"""
FIVE9 = """Skill,Date,Time,Calls Inbound,Calls Handled,Calls Abandoned,Avg Handle Time (sec)
sales,05/06/2024,9:00 AM,11,10,1,260
sales,05/06/2024,1:30 PM,4,3,1,100
"""
CHINESE = """日期,时间段,队列,来电量,接听量,平均处理时长
2024年5月31日,09:00-09:30,客服,11,10,00:04:20
2024年5月31日,09:30-10:00,客服,,,
合计,,,11,10,
"""
# Labelled by the ends of the intervals; the night in which the clock goes back has two o'clock twice.
ENDS = """queue,date,interval end,offered
sales,2024-10-26,23:30,5
sales,2024-10-26,24:00,6
sales,2024-10-27,02:00,7
sales,2024-10-27,02:30,1
sales,2024-10-27,03:00,2
sales,2024-10-27,02:30,3
sales,2024-10-27,03:00,4
"""
LOG = """queue,arrival,answer,end,abandoned
sales,2024-05-31 09:00:05,2024-05-31 09:00:10,2024-05-31 09:04:10,no
sales,2024-05-31 09:10:00,,2024-05-31 09:11:00,yes
sales,2024-05-31 09:29:59,2024-05-31 09:30:29,2024-05-31 09:31:29,no
sales,2024-05-31 09:40:00,2024-05-31 09:39:00,2024-05-31 09:41:00,no
"""


def workbook() -> bytes:
    """Return a workbook with a cover, the table on its second sheet, Excel's own dates, and totals."""
    book = openpyxl.Workbook()
    book.active.append(["Printed for the monthly meeting"])
    sheet = book.create_sheet("data")
    sheet.append(["Queue", "Date", "Time", "Calls offered", "Handled", "AHT"])
    sheet.append(["sales", date(2024, 5, 31), time(9, 0), 11, 10, "4:20"])
    midnight = datetime(2024, 5, 31)  # noqa: DTZ001 (Excel knows no zones)
    sheet.append(["sales", midnight, time(9, 30), None, None, None])
    sheet.append(["Total", None, None, 11, 10, None])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


# Name: the file, what is said beside it, and what the store then holds: queue, local start, offered, AHT.
UGLY: dict[str, tuple[bytes, list[str], list[tuple[str, str, float | None, float | None]]]] = {
    "avaya.csv": (
        AVAYA.encode("latin-1"),
        [],
        [("sales", "05-31 09:00", 11, 260), ("sales", "05-31 09:30", 1012, 270)],
    ),
    "genesys.tsv": (
        GENESYS.encode("utf-16"),
        [],
        [
            ("sales", "05-31 09:00", 11, 260),
            ("sales", "05-31 09:30", None, None),
            ("sales / chat", "05-31 09:30", 3, 300),
        ],
    ),
    "amazon.csv": (
        AMAZON.encode("utf-8-sig"),
        [],
        [("sales", "05-31 09:00", 11, 260), ("sales", "05-31 09:30", 4, 100)],
    ),
    "cisco.csv": (
        CISCO.encode(),
        [],
        [("sales", "05-31 09:00", 11, 260), ("sales", "05-31 09:30", 4, 100)],
    ),
    "nice.csv": (
        NICE.encode(),
        ["--minutes", "30"],
        [("sales", "05-31 09:00", 11, 260), ("sales", "05-31 09:30", 4, 100)],
    ),
    "five9.csv": (
        FIVE9.encode(),
        ["--date-order", "mdy", "--minutes", "30"],
        [("sales", "05-06 09:00", 11, 260), ("sales", "05-06 13:30", 4, 100)],
    ),
    "chinese.csv": (
        CHINESE.encode("gbk"),
        [],
        [("客服", "05-31 09:00", 11, 260), ("客服", "05-31 09:30", None, None)],
    ),
    "report.xlsx": (
        workbook(),
        ["--minutes", "30"],
        [("sales", "05-31 09:00", 11, 260), ("sales", "05-31 09:30", None, None)],
    ),
    "ends.csv": (
        ENDS.encode(),
        ["--minutes", "30"],
        [
            ("sales", "10-26 23:00", 5, None),
            ("sales", "10-26 23:30", 6, None),
            ("sales", "10-27 01:30", 7, None),
            ("sales", "10-27 02:00", 1, None),
            ("sales", "10-27 02:30", 2, None),
            ("sales", "10-27 02:00", 3, None),
            ("sales", "10-27 02:30", 4, None),
        ],
    ),
    "log.csv": (
        LOG.encode(),
        ["--minutes", "30", "--within", "20"],
        [("sales", "05-31 09:00", 3, 150)],
    ),
}

Callplan = Callable[..., Result]


@pytest.fixture
def callplan(at_site: Callable[[str], Callplan]) -> Callplan:
    """Give the command in the folder of a site."""
    return at_site(SITE)


@pytest.mark.parametrize("name", UGLY)
def test_an_ugly_export_comes_in_as_it_was_meant(name: str, callplan: Callplan) -> None:
    content, options, expected = UGLY[name]
    Path(name).write_bytes(content)
    done = callplan("import", name, *options, "--who", "Ann")
    assert done.exit_code == (5 if name == "log.csv" else 0), done.stderr
    assert callplan("export", "history", "-o", "out.csv").exit_code == 0
    kept = read("out.csv", HISTORY, "Europe/Paris")
    aht = kept["aht_s"] if "aht_s" in kept else pd.Series([None] * len(kept))
    found = [
        (queue, f"{start:%m-%d %H:%M}", None if pd.isna(calls) else calls, None if pd.isna(aht_s) else aht_s)
        for queue, start, calls, aht_s in zip(kept["queue"], kept["start"], kept["offered"], aht, strict=True)
    ]
    assert found == expected


def test_what_cannot_be_read_both_ways_round_is_asked_for(callplan: Callplan) -> None:
    Path("five9.csv").write_text(FIVE9)
    done = callplan("import", "five9.csv", "--minutes", "30")
    assert done.exit_code == 1
    assert "05/06/2024" in done.stderr
    assert callplan("export", "history").exit_code == 1, "nothing was kept"


def test_a_faulty_row_is_refused_by_its_number_and_the_rest_is_kept(callplan: Callplan) -> None:
    Path("avaya.csv").write_text(AVAYA.replace("sales,11,10", "sales,-3,10"))
    done = callplan("import", "avaya.csv", "--refused", "refused.csv")
    assert done.exit_code == 5
    assert "avaya.csv, row 3, column callsoffered: found '-3'" in done.stderr
    assert "row_date" not in done.stdout
    assert pd.read_csv("refused.csv")[["row", "column"]].to_numpy().tolist() == [[3, "callsoffered"]]
    assert len(read_back(callplan)) == 1


def test_one_bad_file_does_not_keep_the_others_out(callplan: Callplan) -> None:
    Path("avaya.csv").write_text(AVAYA)
    done = callplan("import", "nothere.csv", "avaya.csv")
    assert done.exit_code == 5
    assert "nothere.csv: no such file" in done.stderr
    assert len(read_back(callplan)) == 2
    assert callplan("import", "nothere.csv", "norhere.csv").exit_code == 1


def test_importing_again_changes_nothing_and_a_later_value_is_said(callplan: Callplan) -> None:
    Path("amazon.csv").write_text(AMAZON)
    callplan("import", "amazon.csv")
    before = read_back(callplan)
    assert "imported before, as number 1" in callplan("import", "amazon.csv").stderr
    Path("later.csv").write_text(AMAZON.replace("30,11,", "30,12,"))
    done = callplan("import", "later.csv")
    assert "0 intervals added, 1 changed, 1 as before" in done.stderr
    assert "sales, 2024-05-31 09:00, offered: 11 replaced by 12" in done.stderr
    assert read_back(callplan)["offered"].tolist() == [12, 4]
    assert callplan("import", "--undo", "2").exit_code == 0
    pd.testing.assert_frame_equal(read_back(callplan), before)
    table = listed(callplan, "imports")
    assert table["added"].tolist() == [2, 0]
    assert table["undone"].notna().tolist() == [False, True]


def test_files_and_undo_are_one_or_the_other(callplan: Callplan) -> None:
    assert "both or neither" in callplan("import").stderr
    assert "both or neither" in callplan("import", "a.csv", "--undo", "1").stderr


def test_a_profile_of_the_site_is_found_by_its_name_and_by_itself(callplan: Callplan) -> None:
    Path("profiles").mkdir()
    Path("profiles/ours.toml").write_text(
        'name = "ours"\ntitle = "Our own"\nmarks = ["Anrufe da"]\n'
        '[columns]\nqueue = "Gruppe"\nstart = "Wann"\noffered = "Anrufe da"\n'
    )
    Path("ours.csv").write_text("Gruppe,Wann,Anrufe da\nsales,2024-05-31 09:00,7\nsales,2024-05-31 09:30,8\n")
    assert "profile ours" in callplan("import", "ours.csv").stderr
    assert "profile ours" in callplan("check", "ours.csv", "--profile", "ours").stderr
    assert "did you mean" in callplan("import", "ours.csv", "--profile", "avaya_cmss").stderr


def test_check_grades_without_keeping_and_draws(callplan: Callplan) -> None:
    Path("avaya.csv").write_text(AVAYA)
    done = callplan("check", "avaya.csv", "--figure", "quality.png", "-o", "quality.csv")
    assert done.exit_code == 0
    weeks = read("quality.csv", QUALITY, "Europe/Paris")
    assert weeks["grade"].tolist() == ["A"]
    assert Path("quality.png").read_bytes().startswith(b"\x89PNG")
    assert callplan("check").exit_code == 1, "nothing was kept"


def test_a_queue_that_the_site_does_not_know_is_kept_and_remarked(callplan: Callplan) -> None:
    Path("chinese.csv").write_bytes(CHINESE.encode("gbk"))
    assert "客服: no queue of site.toml yet" in callplan("import", "chinese.csv").stderr


def test_history_lists_queues_journal_and_notes(callplan: Callplan) -> None:
    Path("avaya.csv").write_text(AVAYA)
    callplan("import", "avaya.csv", "--who", "Ann", "--now", "2024-06-03T08:00")
    assert "sales,2024-05-31 09:00:00+02:00,2024-05-31 09:30:00+02:00,2,30" in callplan("history").stdout
    callplan("history", "--note", "line down", "--queue", "sales", "--day", "2024-05-31", "--who", "Bo")
    notes = listed(callplan, "notes", table=NOTES)
    assert notes[["queue", "text", "who"]].to_numpy().tolist() == [["sales", "line down", "Bo"]]
    assert "2024-06-03 08:00:00+02:00,Ann,import" in callplan("history", "--of", "journal").stdout
    assert callplan("history", "--note", "x", "--queue", "sale").exit_code == 1


def test_a_forecast_can_be_made_from_the_store(callplan: Callplan) -> None:
    start = pd.date_range("2024-04-01", "2024-04-28 23:30", freq="30min", tz="Europe/Paris")
    rows = pd.DataFrame({"queue": "sales", "start": start, "minutes": 30, "offered": 40.0})
    rows.to_csv("april.csv", index=False)
    assert "no store is there yet" in callplan("forecast", "--model", "mean_of_4").stderr
    callplan("import", "april.csv")
    from_file = callplan("forecast", "april.csv", "--model", "mean_of_4", "--format", "csv")
    from_store = callplan("forecast", "--model", "mean_of_4", "--format", "csv")
    assert from_store.exit_code == 0
    assert from_store.stdout == from_file.stdout
    assert callplan("forecast", "--queue", "sale").exit_code == 1


def read_back(callplan: Callplan) -> pd.DataFrame:
    """Return the history that the store holds."""
    assert callplan("export", "history", "-o", "back.csv").exit_code == 0
    return read("back.csv", HISTORY, "Europe/Paris")


def listed(callplan: Callplan, what: str, table: object = IMPORTS) -> pd.DataFrame:
    """Return what `history --of` lists."""
    assert callplan("history", "--of", what, "-o", "listed.csv").exit_code == 0
    return read("listed.csv", table, "Europe/Paris")  # type: ignore[arg-type]


def test_a_log_of_calls_tells_how_patient_callers_are(callplan: Callplan) -> None:
    Path("log.csv").write_text(LOG)
    # Waits of 5, 60 and 30 s, and one of the three hung up: 95 s of waiting for one hang-up.
    said = callplan("import", "log.csv", "--minutes", "30", "--within", "20").stderr
    assert "sales: 1 of 3 callers who waited hung up: patience_s = 95" in said


def test_a_store_is_made_by_who_brings_something(callplan: Callplan) -> None:
    for words in (["history"], ["check"], ["export", "history"], ["track"], ["override", "list"]):
        done = callplan(*words)
        assert done.exit_code == 1
        assert "callplan.duckdb: no store is there yet; callplan import FILES makes one" in done.stderr
    assert not Path("callplan.duckdb").exists()
    assert "postgresql://" in callplan("history", "--store", "mysql://host/base").stderr
    Path("junk.csv").write_bytes(b"")
    assert "no store of callplan" in callplan("history", "--store", "junk.csv").stderr


def test_a_day_in_shorter_intervals_does_not_spoil_the_grades(callplan: Callplan) -> None:
    for day, minutes in (("2024-05-30", 30), ("2024-05-31", 15)):
        start = pd.date_range(day, periods=1440 // minutes, freq=f"{minutes}min")
        rows = pd.DataFrame({"queue": "sales", "start": start, "minutes": minutes, "offered": 9.0})
        rows.to_csv("day.csv", index=False)
        assert callplan("import", "day.csv").exit_code == 0
    assert callplan("check", "-o", "quality.csv").exit_code == 0
    assert read("quality.csv", QUALITY, "Europe/Paris")["due"].tolist() == [96]


def test_a_name_in_other_letters_is_asked_after(callplan: Callplan) -> None:
    Path("avaya.csv").write_text(AVAYA.replace("sales", "Sales"))
    assert "Sales: no queue of site.toml yet; did you mean sales?" in callplan("import", "avaya.csv").stderr
