"""Tables on the terminal: rounded for people, whole for programs."""

import json
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pandas as pd
import pytest

from callplan import tables
from callplan.files import save
from callplan.intervals import named_zone
from reporting.parts import PARTS
from reporting.terminal import MOST_ROWS, show
from reporting.words import WORDS, decimals, shown, unit

PARIS = timezone(timedelta(hours=2))


@pytest.fixture
def frame():
    start = pd.date_range("2024-10-27 01:00", periods=3, freq="h", tz=named_zone("Europe/Paris"))
    return pd.DataFrame({"queue": "sales", "start": start, "offered": [1234.5, float("nan"), 0.0]})


def test_table_is_rounded_and_says_once_what_never_changes(frame, capsys):
    show(frame)
    out, err = capsys.readouterr()
    assert [line.split() for line in out.splitlines()] == [
        ["queue", "sales"],
        ["start", "offered"],
        ["─" * 36],
        # The hour that comes twice is told apart by its offset.
        ["Sun", "2024-10-27", "01:00", "+0200", "1,234"],
        ["Sun", "2024-10-27", "02:00", "+0200", "–"],
        ["Sun", "2024-10-27", "02:00", "+0100", "0"],
    ]
    assert err == ""


def test_one_record_stands_upright(capsys):
    show([{"agents": 14, "service_level": 0.8884, "asa_s": 7.83, "set_by": "[b]goal"}])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [
        ["agents", "14", "agents"],
        ["service_level", "88.84%"],
        ["asa_s", "7.83", "s"],
        ["set_by", "[b]goal"],
    ]


def test_a_long_table_is_cut_and_says_so(capsys):
    show([{"n": n, "twice": 2 * n} for n in range(MOST_ROWS + 1200)])
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == MOST_ROWS + 2
    assert err == "1,200 of 1,260 rows are left out; --format csv shows all, -o FILE writes them.\n"


def test_a_wide_table_is_never_cut_short(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    show([{f"column_{n}": 1234567 + n + row for n in range(30)} for row in range(2)])
    assert "1,234,596" in capsys.readouterr().out


def test_nothing_to_show(capsys):
    show([])
    assert capsys.readouterr() == ("", "No rows.\n")
    show([], "json")
    assert json.loads(capsys.readouterr().out) == []
    show([], "csv")
    assert capsys.readouterr().out == ""


def test_json_has_instants_with_offset_and_null_for_nothing(frame, capsys):
    show(frame.assign(end=pd.Series(pd.NaT, frame.index)), "json")
    records = json.loads(capsys.readouterr().out)
    assert records[0] == {
        "queue": "sales", "start": "2024-10-27T01:00:00+02:00", "offered": 1234.5, "end": None,
    }  # fmt: skip
    assert records[1]["offered"] is None
    show([{"start": datetime(2024, 5, 6, 9, tzinfo=PARIS), "asa_s": float("nan")}], "json")
    assert json.loads(capsys.readouterr().out) == [{"start": "2024-05-06T09:00:00+02:00", "asa_s": None}]


def test_csv_of_a_frame_is_the_file_itself(frame, capsysbinary, tmp_path):
    show(frame, "csv")
    save(frame, tmp_path / "table.csv")
    assert capsysbinary.readouterr().out == (tmp_path / "table.csv").read_bytes()


def test_csv_of_records(capsys):
    show([{"queue": 'a "b", c', "asa_s": float("nan")}, {"queue": "d", "asa_s": 1.5}], "csv")
    assert capsys.readouterr().out == 'queue,asa_s\n"a ""b"", c",\nd,1.5\n'


def test_records_need_no_pandas():
    program = (
        "import sys; from reporting.terminal import show\n"
        "for format in ('table', 'csv', 'json'): show([{'agents': 14}, {'agents': 15}], format)\n"
        "assert not {'pandas', 'numpy', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)


def test_every_column_of_every_table_has_a_heading_and_its_unit():
    for part in PARTS.values():
        names = part.table.names()
        for column in part.table.columns:
            assert column.name in WORDS
            assert unit(column.name, names) == column.unit, f"{part.table.name}.{column.name}"
    assert unit("abandoned", tables.REQUIREMENT.names()) == "share"
    assert unit("abandoned", tables.HISTORY.names()) == "calls"


@pytest.mark.parametrize(
    ("values", "of", "expected"),
    [
        ([0.004, -0.0004, 1], "share", ["0.4%", "0.0%", "100.0%"]),
        ([3, 14], "heads", ["3", "14"]),
        ([3.25, 14], "erlangs", ["3.2", "14.0"]),
        ([1.236, 0.1], "ratio", ["1.24", "0.10"]),
        ([1234.5, None, float("nan")], "calls", ["1,234", "–", "–"]),
        (["text", 2.0], "", ["text", "2"]),
        ([], "calls", []),
    ],
)
def test_values_of_a_column_are_written_alike(values, of, expected):
    assert shown(values, of) == expected


def test_a_sign_is_shown_where_it_matters():
    assert shown([5, -3, 0], "calls", signed=True) == ["+5", "-3", "0"]
    assert decimals([99.96]) == 1
