"""One table in every format, encoding and separator that exports come in."""

# ruff: noqa: DTZ001 (what a file holds has no zone)
import gzip
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from callplan.errors import Refused
from intake import history_of, read_export

Write = Callable[[str, str | bytes], Path]
ZONE = "Europe/Paris"
HEADER = ["queue", "date", "time", "calls", "aht"]
ROWS = [
    ["Société générale", "2024-05-06", "09:00", 10, 100],
    ["Vertrieb Süd", "2024-05-06", "09:30", 20, 150.5],
]


def text(separator: str = ",", rows: list[list[object]] = ROWS) -> str:
    return "".join(separator.join(map(str, row)) + "\r\n" for row in [HEADER, *rows])


def values(path: Path, **how: object) -> list[list[object]]:
    """Return what the file at `path` says, in the words of ROWS."""
    history, _ = history_of(path, zone=ZONE, **how)
    starts = history["start"].dt
    found = zip(
        history["queue"],
        starts.strftime("%Y-%m-%d"),
        starts.strftime("%H:%M"),
        history["offered"],
        history["aht_s"],
        strict=True,
    )
    return [list(row) for row in found]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]
)
def test_encodings(a_file: Write, encoding: str) -> None:
    assert values(a_file("export.csv", text().encode(encoding))) == ROWS


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-16"])
def test_chinese(a_file: Write, encoding: str) -> None:
    header = "日期,时间段,技能组,来电量,接听量,放弃量,平均处理时长"
    content = f"{header}\n2024年5月6日,09:00-09:30,售前咨询,120,110,10,00:04:00\n"
    found, _ = history_of(a_file("导出.csv", content.encode(encoding)), zone="Asia/Shanghai")
    assert found[["queue", "minutes", "offered", "handled", "abandoned", "aht_s"]].values.tolist() == [
        ["售前咨询", 30, 120, 110, 10, 240]
    ]


def test_a_doubtful_encoding_is_said_and_can_be_named(a_file: Write) -> None:
    western = a_file("export.csv", text().encode("cp1252"))
    assert any("read as cp1252" in remark for remark in read_export(western, zone=ZONE).read.remarks)
    named = read_export(western, zone=ZONE, encoding="latin-1")
    assert not any("read as" in remark for remark in named.read.remarks)
    proven = read_export(a_file("proven.csv", text()), zone=ZONE)
    assert not any("read as" in remark for remark in proven.read.remarks)
    with pytest.raises(Refused, match="it is not utf-8 text"):
        read_export(western, zone=ZONE, encoding="utf-8")
    with pytest.raises(Refused, match="unknown encoding 'klingon'"):
        read_export(western, zone=ZONE, encoding="klingon")
    with pytest.raises(Refused, match="damaged further down"):
        read_export(a_file("cut.csv", text().encode("utf-8-sig") + b"\xff"), zone=ZONE)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators(a_file: Write, separator: str) -> None:
    assert values(a_file("export.txt", text(separator))) == ROWS


def test_decimal_commas_between_semicolons_and_the_line_that_excel_adds(a_file: Write) -> None:
    content = "sep=;\r\n" + text(";").replace(".", ",")
    assert values(a_file("export.csv", content)) == ROWS


def test_gzip_by_its_content_and_not_by_its_name(a_file: Write) -> None:
    packed = gzip.compress(text().encode())
    assert values(a_file("export.csv.gz", packed)) == values(a_file("export.csv", packed)) == ROWS
    with pytest.raises(Refused, match="the file is damaged"):
        values(a_file("cut.csv.gz", packed[:-20]))


def test_quoted_cells_may_hold_separators_and_lines(a_file: Write) -> None:
    rows = [
        ['"A, B"', "2024-05-06", "09:00", 1, 2],
        ['"A\nB"', "2024-05-06", "09:30", 3, 4],
        ['"say ""hi"""', "2024-05-06", "10:00", 5, 6],
    ]
    found = values(a_file("export.csv", text(rows=rows)))
    assert sorted(row[0] for row in found) == ["A\nB", "A, B", 'say "hi"']


def workbook(path: Path, sheets: dict[str, list[list[object]]], date_1904: bool = False) -> Path:
    """Write a workbook whose times are real times of Excel's."""
    with xlsxwriter.Workbook(path, {"date_1904": date_1904}) as book:
        day, at, span = (
            book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "hh:mm", "[h]:mm:ss")
        )
        both = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(number, place, cell, day if cell.time() == time() else both)
                    elif isinstance(cell, time):
                        sheet.write_datetime(number, place, cell, at)
                    elif isinstance(cell, timedelta):
                        sheet.write_datetime(number, place, cell, span)
                    else:
                        sheet.write(number, place, cell)
    return path


@pytest.mark.parametrize("date_1904", [False, True])
def test_a_workbook_with_real_dates_times_and_durations(tmp_path: Path, date_1904: bool) -> None:
    day = datetime(2024, 5, 6)
    rows = [
        ["A", day, time(9), 1210, timedelta(seconds=240)],
        ["A", day, time(9, 30), 3, timedelta(seconds=187.5)],
        ["A", "Total", None, 1213, None],
    ]
    path = workbook(tmp_path / "export.xlsx", {"S": [HEADER, *rows]}, date_1904)
    assert values(path) == [["A", "2024-05-06", "09:00", 1210, 240], ["A", "2024-05-06", "09:30", 3, 187.5]]


def test_a_workbook_with_serial_numbers_and_texts(tmp_path: Path) -> None:
    rows = [
        ["A", 45418, 0.375, 1, 240],
        ["A", 45418, 0.395833333333333, 2, "4:00"],
        ["A", "2024-05-06", "10:00", 3, "00:04:00"],
    ]
    path = workbook(tmp_path / "export.xlsx", {"S": [HEADER, *rows]})
    assert [row[2:] for row in values(path)] == [["09:00", 1, 240], ["09:30", 2, 240], ["10:00", 3, 240]]


def test_durations_over_a_day_in_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "export.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["queue", "start", "calls", "wait time", "talk time"])
        page.write_row(1, 0, ["A", "2024-05-06 09:30", 9])
        for place, form in enumerate(("hh:mm:ss", "[h]:mm:ss"), start=3):
            page.write_number(1, place, 1.5, book.add_format({"num_format": form}))
    found, _ = history_of(path, zone=ZONE)
    assert found[["wait_s", "talk_s"]].values.tolist() == [[129_600, 129_600]]


def test_24_hours_in_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "export.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["queue", "date", "interval end", "calls"])
        page.write_string(1, 0, "A")
        page.write_datetime(1, 1, datetime(2024, 5, 6), book.add_format({"num_format": "yyyy-mm-dd"}))
        page.write_number(1, 2, 1.0, book.add_format({"num_format": "hh:mm"}))
        page.write_number(1, 3, 7)
    found, _ = history_of(path, zone=ZONE, minutes=30)
    assert str(found["start"].iloc[0]) == "2024-05-06 23:30:00+02:00"


def test_one_column_of_excel_times(tmp_path: Path) -> None:
    rows = [["A", datetime(2024, 6, 5, 9, 30), 1], ["A", 45448.4166666667, 2]]
    path = workbook(tmp_path / "export.xlsx", {"S": [["queue", "start", "calls"], *rows]})
    found, _ = history_of(path, zone=ZONE)
    assert found["start"].dt.strftime("%Y-%m-%d %H:%M").tolist() == ["2024-06-05 09:30", "2024-06-05 10:00"]


def test_the_table_may_stand_on_the_second_sheet_below_titles(tmp_path: Path) -> None:
    table = [
        ["Report"],
        [],
        [None, *HEADER],
        [None, *ROWS[0]],
        [None, "A", "2024-05-06", "09:30", -1, 2],
        ["end"],
    ]
    path = workbook(tmp_path / "export.xlsx", {"Notes": [["nothing", "here"]], "Data": table})
    found, read = history_of(path, zone=ZONE)
    assert found["queue"].tolist() == ["Société générale"]
    assert "read from the sheet 'Data' of 2" in read.remarks
    assert read.refused["row"].tolist() == [5]  # as Excel counts
    empty = workbook(tmp_path / "none.xlsx", {"Notes": [["nothing", "here"]], "More": []})
    with pytest.raises(Refused, match=r"there are: nothing, here"):
        read_export(empty, zone=ZONE)


def test_a_workbook_of_the_old_kind() -> None:
    path = Path(__file__).parent / "data" / "export.xls"
    assert path.read_bytes()[:4] == b"\xd0\xcf\x11\xe0"
    assert values(path) == [
        ["Süd", "2024-05-06", "09:00", 1210, 240],
        ["Süd", "2024-05-06", "09:30", 3, 187.5],
    ]


def test_parquet_with_its_own_types(tmp_path: Path) -> None:
    path = tmp_path / "export.parquet"
    starts = pd.to_datetime(["2024-05-06 07:00", "2024-05-06 07:30"])
    frame = pd.DataFrame(
        {"queue": ["A", "B"], "start": starts.tz_localize("UTC"), "calls": [10, 20], "aht": [100, 150.5]}
    )
    frame.to_parquet(path)
    expected = [["A", "2024-05-06", "09:00", 10, 100], ["B", "2024-05-06", "09:30", 20, 150.5]]
    assert values(path) == expected
    local = frame.assign(
        start=frame["start"].dt.tz_convert(ZONE).dt.tz_localize(None), queue=frame["queue"].astype("category")
    )
    local.to_parquet(path)
    assert values(path) == expected
    frame.rename(columns={"calls": " Calls  offered"}).to_parquet(path)
    assert values(path) == expected
    frame.assign(calls=[10, -1]).to_parquet(path)
    assert history_of(path, zone=ZONE)[1].refused["row"].tolist() == [3]


def test_what_callplan_writes_is_read_again(
    tmp_path: Path, tiny_history: pd.DataFrame, tiny_zone: str
) -> None:
    from callplan.tables import write

    for name in ("history.csv", "history.csv.gz", "history.parquet", "history.xlsx"):
        write(tiny_history, tmp_path / name)
        found, read = history_of(tmp_path / name, zone=tiny_zone)
        pd.testing.assert_frame_equal(found, tiny_history.assign(queue=found["queue"]), check_dtype=False)
        assert read.remarks == []
