"""Profiles: what ships, how an export is recognised, and what each source leaves out."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from callplan.errors import Refused
from intake import Profile, Reading, history_of, profiles, read_export, recognise
from intake.profile import fold

Write = Callable[[str, str | bytes], Path]
ZONE = "Europe/Paris"

# Each system's columns, and a row of them.
SEEN = {
    "avaya_cms": (
        "row_date,starttime,intrvl,split,callsoffered,acdcalls,abncalls,acceptable,servicelevel,anstime,abntime,acdtime,holdtime,acwtime",
        "5/31/2024,930,30,12,11,10,1,8,20,90,15,1800,200,300",
    ),
    "genesys_cloud": (
        "Interval Start,Queue,Media Type,Offered,Interactions Handled,Total Handle Time (Seconds)",
        "2024-05-31T07:30:00Z,12,Voice,11,10,2300",
    ),
    "genesys_cloud_view": (
        "Interval Start,Interval End,Media Type,Queue Name,Offer,Answer,Abandon,Avg Handle",
        "5/31/24 9:30 AM,5/31/24 10:00 AM,voice,12,11,10,1,230000",
    ),
    "amazon_connect": (
        "QueueName,TimeStamp,IntervalDuration,IncomingContactVolume,AverageHandleTime,ContactsHandled",
        "12,2024-05-31T07:30:00Z,30mins,11,230,10",
    ),
    "cisco_uccx": (
        "csq_name,interval_start,interval_end,calls_presented,calls_handled,calls_abandoned,avg_handle_time,avg_speed_answer",
        "12,2024-05-31 09:30:00,2024-05-31 10:00:00,11,10,1,00:03:50,9",
    ),
    "nice_iex": (
        "DateTime,QueueValue,HandledShort,HandledLong,AbandonedShort,AbandonedLong,HandleTime,HoldTime,WorkTime,QueueDelayTime",
        "2024-05-31 09:30,12,8,2,0,1,2000,200,300,90",
    ),
    "five9": (
        "Skill,Date,Time,Calls Inbound,Calls Handled,Calls Abandoned,Avg Handle Time (sec)",
        "12,05/31/2024,09:30,11,10,1,230",
    ),
    "generic": ("queue,start,minutes,offered,handled,aht_s", "12,2024-05-31 09:30,30,11,10,230"),
}


def read(a_file: Write, header: str, *rows: str, **how: object) -> tuple[pd.DataFrame, Reading]:
    path = a_file("export.csv", "\n".join([header, *rows]))
    return history_of(path, **{"zone": ZONE, "minutes": 30, **how})


@pytest.mark.parametrize("name", SEEN)
def test_each_system_is_recognised_and_gives_the_same_interval(a_file: Write, name: str) -> None:
    header, row = SEEN[name]
    assert recognise(header.split(",")).name == name
    found, refused = read(a_file, header, row)
    assert refused.rows_refused == 0
    kept = found.iloc[0]
    assert (kept["queue"], str(kept["start"]), kept["minutes"]) == ("12", "2024-05-31 09:30:00+02:00", 30)
    assert (kept["offered"], kept["handled"], kept["aht_s"]) == (11, 10, 230)


def test_the_names_of_a_column_differ_in_case_and_blanks() -> None:
    header = [name.upper().replace("_", " ") for name in SEEN["cisco_uccx"][0].split(",")]
    assert recognise(header).name == "cisco_uccx"
    assert fold(" Avg  Handle-Time (sec)") == "avghandletimesec"
    assert fold("Abandon %") != fold("Abandon")


def test_avaya_leaves_hold_out_of_acdtime(a_file: Write) -> None:
    found, said = read(a_file, *SEEN["avaya_cms"])
    assert found[["talk_s", "hold_s", "acw_s", "wait_s"]].values.tolist() == [[1800, 200, 300, 90]]
    assert found[["answered_within", "within_s"]].values.tolist() == [[8, 20]]
    assert any("in the interval in which it ends" in remark for remark in said.remarks)
    header, row = (",".join(line.split(",")[:12]) for line in SEEN["avaya_cms"])
    found, said = read(a_file, header, row)
    assert not {"aht_s", "talk_s"} & set(found)
    assert any("acdtime leaves hold and after-call work out" in remark for remark in said.remarks)


def test_avayas_threshold_may_hold_the_level_instead(a_file: Write) -> None:
    header, row = SEEN["avaya_cms"]
    found, said = read(a_file, header, row.replace(",20,", ",81.2%,"))
    assert "within_s" not in found
    assert found["answered_within"].tolist() == [8]
    assert any("servicelevel holds no whole seconds" in remark for remark in said.remarks)


def test_nice_leaves_after_call_work_out_of_handle_time(a_file: Write) -> None:
    header, row = SEEN["nice_iex"]
    found, _ = read(a_file, header, row)
    assert found[["abandoned", "answered_within", "abandoned_within"]].values.tolist() == [[1, 8, 0]]
    assert found[["talk_s", "hold_s", "acw_s", "wait_s"]].values.tolist() == [[1800, 200, 300, 90]]
    without = header.replace(",WorkTime", ",Other")
    found, said = read(a_file, without, row)
    assert "aht_s" not in found
    assert any("HandleTime leaves after-call work out" in remark for remark in said.remarks)
    _, said = read(a_file, header, row, row.replace("2000,200", "200,2000"))
    assert said.refused[["row", "column"]].values.tolist() == [[3, "HandleTime"]]


def test_averages_become_totals_again(a_file: Write) -> None:
    found, _ = read(a_file, *SEEN["cisco_uccx"])
    assert found["wait_s"].tolist() == [90]
    header = "csq_name,start_time,calls_presented,calls_handled,avg_talk_time,avg_hold_time,avg_work_time"
    found, _ = read(a_file, header, "q,2024-05-31 09:30,11,10,180,20,30", "q,2024-05-31 10:00,1,0,0,0,0")
    assert found[["talk_s", "hold_s", "acw_s"]].values.tolist() == [[1800, 200, 300], [0, 0, 0]]
    assert found["aht_s"].tolist()[0] == 230
    assert found["aht_s"].isna().tolist() == [False, True]  # no call, no average


def test_media_and_skills_of_genesys_are_queues_of_their_own(a_file: Write) -> None:
    header = "Interval Start UTC Date,Queue,Media Type,Skill Set,Language,Offered,"
    header += "Interactions Handled,Total Handle Time (Seconds)"
    at = "2024-05-31T07:30:00Z,Q"
    rows = f"{at},Voice,,,5,4,400", f"{at},Chat,,,3,3,300", f"{at},Voice,billing|||refund,Spanish,2,2,200"
    found, said = read(a_file, header, *rows)
    assert found[["queue", "offered", "channel"]].values.tolist() == [
        ["Q", 5, "Voice"],
        ["Q / Chat", 3, "Chat"],
        ["Q / billing|||refund / Spanish", 2, "Voice"],
    ]
    assert any("Media Type" in remark for remark in said.remarks)


def test_amazons_times_are_utc(a_file: Write) -> None:
    header, row = SEEN["amazon_connect"]
    found, _ = read(a_file, header, row.replace("Z", ""))
    assert str(found["start"].iloc[0]) == "2024-05-31 09:30:00+02:00"


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("日期,时间段,队列,来电量,接听量,放弃量", "2024-05-31,09:30-10:00,甲,11,10,1"),
        ("统计日期,时段,技能组,呼入量,接通量,放弃数", "2024/5/31,09:30-10:00,甲,11,10,1"),
        ("Date,Interval,Skill,Calls Offered,Answered,Abandons", "31 May 2024,09:30,甲,11,10,1"),
        ("Split,Date/Time,Volume,ACD Calls,Lost", "甲,31/05/2024 09:30,11,10,1"),
        ("queue;timestamp;handled;abandoned", "甲;2024-05-31 09:30;10;1"),
    ],
)
def test_generic_names_in_use(a_file: Write, header: str, row: str) -> None:
    found, _ = read(a_file, header, row)
    assert found[["queue", "offered", "handled", "abandoned"]].values.tolist() == [["甲", 11, 10, 1]]
    assert str(found["start"].iloc[0]) == "2024-05-31 09:30:00+02:00"


MINE = """
name = "mine"
title = "Our own export"
marks = ["when", "who"]
label = "end"
minutes = 15
decimal = ","
totals = ["Overall result"]
service_level_of = "handled"
within_s = 30

[columns]
queue = "who"
start = ["when", "at"]
handled = { add = ["in time", "late"] }
abandoned = "gone"
talk_s = { column = "talk", unit = "min", average = true }
acw_s = { column = "after", unit = "ms" }
service_level = "level"
"""


def test_a_profile_of_ones_own_without_code(a_file: Write) -> None:
    mine = Profile.from_toml(a_file("mine.toml", MINE))
    rows = (
        "who;when;in time;late;gone;talk;after;level",
        "a;31.05.2024 09:45;6;4;1;2,5;60000;60 %",
        "Overall result;;6;4;1;;;",
    )
    found, said = read(a_file, *rows, profiles=[mine], minutes=None)
    assert found.drop(columns=["start"]).iloc[0].to_dict() == {
        "queue": "a",
        "minutes": 15,
        "offered": 11,
        "handled": 10,
        "abandoned": 1,
        "answered_within": 6,
        "within_s": 30,
        "talk_s": 1500,
        "acw_s": 60,
        "aht_s": 156,
    }
    assert str(found["start"].iloc[0]) == "2024-05-31 09:30:00+02:00"
    assert said.totals_skipped == 1
    assert read(a_file, *rows, profile=mine, minutes=None)[0].equals(found)


def test_own_profiles_come_first_and_two_alike_are_refused(a_file: Write) -> None:
    header = SEEN["five9"][0].split(",")
    mine = Profile(
        name="mine", columns={"queue": "Skill", "date": "Date", "start": "Time", "offered": "Calls Inbound"}
    )
    assert recognise(header).name == "five9"
    assert recognise(header, [mine]).name == "mine"
    with pytest.raises(Refused, match="mine and other fit them equally well"):
        recognise(header, [mine, mine.replace(name="other")])
    with pytest.raises(Refused, match="equally well; name the profile"):
        read(a_file, *SEEN["five9"], profiles=[mine, mine.replace(name="other")])
    assert (
        read_export(
            a_file("e.csv", "\n".join(SEEN["five9"])),
            zone=ZONE,
            profiles=[mine, mine.replace(name="other")],
            profile="other",
        ).profile.name
        == "other"
    )


def test_a_profile_by_name(a_file: Write) -> None:
    path = a_file("export.csv", "\n".join(SEEN["five9"]))
    assert read_export(path, zone=ZONE, profile="generic").profile.name == "generic"
    with pytest.raises(Refused, match="unknown profile 'five'; did you mean five9"):
        read_export(path, zone=ZONE, profile="five")
    with pytest.raises(Refused, match=r"avaya_cms needs the column 'acdcalls'.*there are: Skill, Date, Time"):
        read_export(path, zone=ZONE, profile="avaya_cms")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("handled =", "handeld =", "unknown column 'handeld'; did you mean handled"),
        ('label = "end"', 'label = "middle"', "label"),
        ('unit = "min"', 'unit = "minutes"', "unit"),
        ("marks =", "mark =", "unknown key 'mark'; did you mean marks"),
        ('{ add = ["in time", "late"] }', "{ add = [] }", "neither column nor add"),
        ("minutes = 15", "minutes = 0", "minutes"),
        ('name = "mine"', "", "name"),
    ],
)
def test_a_faulty_profile_is_refused_with_its_key(a_file: Write, old: str, new: str, said: str) -> None:
    assert old in MINE
    with pytest.raises(Refused, match=said):
        Profile.from_toml(a_file("mine.toml", MINE.replace(old, new)))


def test_the_page_about_imports_shows_a_profile_that_works(a_file: Write) -> None:
    page = (Path(__file__).parents[1] / "docs" / "import.md").read_text(encoding="utf-8")
    mine = Profile.from_toml(a_file("mine.toml", page.split("```toml\n")[1].split("```")[0]))
    header = "Gruppe;Datum;Uhrzeit;Anrufe gesamt;sofort angenommen;spaeter angenommen;"
    header += "Gespraech;Nachbearbeitung;Servicelevel"
    rows = "a;31.05.2024;10:00;12;6;4;2,5;600;60 %", "Gesamtergebnis;;;12;6;4;;;"
    found, read_ = read(a_file, header, *rows, profiles=[mine], minutes=None)
    assert found[["offered", "handled", "talk_s", "aht_s", "answered_within"]].values.tolist() == [
        [12, 10, 1500, 210, 6]
    ]
    assert str(found["start"].iloc[0]) == "2024-05-31 09:30:00+02:00"
    assert read_.totals_skipped == 1
    for name in profiles():
        assert f"`{name}`" in page


def test_every_profile_that_ships_says_what_it_is() -> None:
    assert set(profiles()) == set(SEEN) | {"call_log"}
    for name, profile in profiles().items():
        assert profile.name == name
        assert profile.title
