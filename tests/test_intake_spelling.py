"""A history that is written as each system writes it comes back the same."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake import history_of

ZONE = "America/Chicago"


@st.composite
def histories(draw: st.DrawFn) -> pd.DataFrame:
    """Draw whole half-hours of two queues, among them the doubled hours of 3 November 2024."""
    day = draw(st.sampled_from(["2024-05-31", "2024-03-10", "2024-11-03"]))
    slots = draw(st.lists(st.integers(0, 95), min_size=1, max_size=8, unique=True))
    first = pd.Timestamp(day, tz=ZONE).tz_convert("UTC")
    doubled = [2, 3, 4, 5] if day == "2024-11-03" else []
    starts = [first + pd.Timedelta(minutes=30 * slot) for slot in sorted({*slots, *doubled})]
    rows = []
    for queue in ("Nord", "Süd & Co"):
        for start in starts:
            handled, late, gone = (draw(st.integers(0, 2000)) for _ in range(3))
            seconds = [draw(st.integers(0, 500)) * (handled + late) for _ in range(4)]
            rows.append((queue, start, handled, late, gone, *seconds))
    names = ["queue", "start", "short", "long", "gone", "talk_s", "hold_s", "acw_s", "wait_s"]
    frame = pd.DataFrame(rows, columns=names)
    frame["handled"] = frame["short"] + frame["long"]
    frame["offered"] = frame["handled"] + frame["gone"]
    frame["per_call"] = frame["handled"].where(frame["handled"] > 0)
    frame["handle_s"] = frame["talk_s"] + frame["hold_s"] + frame["acw_s"]
    frame["local"] = frame["start"].dt.tz_convert(ZONE).dt.tz_localize(None)
    return frame


def clock(seconds: pd.Series) -> pd.Series:
    return seconds.map(
        lambda s: "" if pd.isna(s) else f"{int(s) // 3600}:{int(s) // 60 % 60:02}:{int(s) % 60:02}"
    )


def avaya(h: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "row_date": h["local"].dt.strftime("%m/%d/%Y"),
            "starttime": h["local"].dt.hour * 100 + h["local"].dt.minute,
            "intrvl": 30,
            "split": h["queue"],
            "callsoffered": h["offered"],
            "acdcalls": h["handled"],
            "abncalls": h["gone"],
            "acceptable": h["short"],
            "servicelevel": 20,
            "anstime": h["wait_s"],
            "acdtime": h["talk_s"],
            "holdtime": h["hold_s"],
            "acwtime": h["acw_s"],
        }
    )


def genesys(h: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Interval Start": h["start"].dt.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "Queue": h["queue"],
            "Media Type": "Voice",
            "Offered": h["offered"],
            "Interactions Handled": h["handled"],
            "Total Handle Time (Seconds)": h["handle_s"],
        }
    )


def amazon(h: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "QueueName": h["queue"],
            "TimeStamp": h["start"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "IntervalDuration": "30mins",
            "IncomingContactVolume": h["offered"],
            "AverageHandleTime": h["handle_s"] / h["per_call"],
            "ContactsHandled": h["handled"],
        }
    )


def cisco(h: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "csq_name": h["queue"],
            "interval_start": h["local"].dt.strftime("%d-%b-%Y %I:%M:%S %p"),
            "calls_presented": h["offered"],
            "calls_handled": h["handled"],
            "calls_abandoned": h["gone"],
            "avg_handle_time": clock(h["handle_s"] / h["per_call"]),
            "avg_speed_answer": clock(h["wait_s"] / h["per_call"]),
        }
    )


def nice(h: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "DateTime": h["local"].dt.strftime("%Y-%m-%d %H:%M"),
            "QueueValue": h["queue"],
            "HandledShort": h["short"],
            "HandledLong": h["long"],
            "AbandonedShort": 0,
            "AbandonedLong": h["gone"],
            "HandleTime": h["talk_s"] + h["hold_s"],
            "HoldTime": h["hold_s"],
            "WorkTime": h["acw_s"],
            "QueueDelayTime": h["wait_s"],
        }
    )


def five9(h: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Skill": h["queue"],
            "Date": h["local"].dt.strftime("%B %d, %Y"),
            "Time": h["local"].dt.strftime("%I:%M %p"),
            "Calls Inbound": h["offered"],
            "Calls Handled": h["handled"],
            "Calls Abandoned": h["gone"],
            "Avg Handle Time (sec)": h["handle_s"] / h["per_call"],
        }
    )


def generic(h: pd.DataFrame) -> pd.DataFrame:
    span = (
        h["local"].dt.strftime("%H:%M") + " - " + (h["local"] + pd.Timedelta(minutes=30)).dt.strftime("%H:%M")
    )
    return pd.DataFrame(
        {
            "日期": h["local"].dt.strftime("%Y年%m月%d日"),
            "时间段": span,
            "队列": h["queue"],
            "来电量": h["offered"],
            "接听量": h["handled"],
            "放弃量": h["gone"],
            "平均处理时长": clock(h["handle_s"] / h["per_call"]),
        }
    )


@pytest.mark.parametrize("write", [avaya, genesys, amazon, cisco, nice, five9, generic])
def test_it_comes_back(write: Callable[[pd.DataFrame], pd.DataFrame], tmp_path: Path) -> None:
    @settings(max_examples=8)
    @given(histories())
    def check(history: pd.DataFrame) -> None:
        text = io.StringIO()
        write(history).to_csv(text, index=False)
        path = tmp_path / "export.csv"
        path.write_text(text.getvalue(), encoding="utf-8-sig")
        found, read = history_of(path, zone=ZONE, minutes=30, date_order="mdy")
        due = history.sort_values(["queue", "start"], ignore_index=True)
        assert (read.rows_refused, read.rows_kept) == (0, len(due))
        assert found["queue"].tolist() == due["queue"].tolist()
        assert found["start"].tolist() == due["start"].tolist()
        for ours, theirs in {"offered": "offered", "handled": "handled", "abandoned": "gone"}.items():
            assert ours not in found or found[ours].tolist() == due[theirs].tolist()
        for part in {"talk_s", "hold_s", "acw_s", "wait_s"} & set(found):
            assert np.allclose(found[part], due[part])
        assert np.allclose(found["aht_s"], due["handle_s"] / due["per_call"], equal_nan=True)
        if "answered_within" in found:
            assert found["answered_within"].tolist() == due["short"].tolist()

    check()
