"""Files are read as they stand, or refused in one line; written whole and always alike, or not at all."""

import gzip
import io
import os
import sys
import zipfile
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet
import pytest
import xlsxwriter

from callplan import files
from callplan.errors import Refused

Write = Callable[[str, str | bytes], Path]
FILES = ["t.csv", "t.csv.gz", "t.parquet", "t.xlsx"]


@pytest.fixture
def frame() -> pd.DataFrame:
    """Return every kind of column that is written."""
    instants = pd.DatetimeIndex(["2003-10-26 05:30", "2003-10-26 06:30", pd.NaT], tz="UTC").as_unit("us")
    return pd.DataFrame(
        {
            "queue": ["007", 'a "b", c', "=1+1"],
            "start": instants.tz_convert("America/New_York"),
            "minutes": [30, 30, 60],
            "offered": [0.1, np.nan, 1e6],
            "channel": pd.Series([None] * 3, dtype=object),
            "open": [True, False, True],
        }
    )


def workbook(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row, start=1):
            book.active.cell(number, column, cell)
    book.save(path)
    return path


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# ── reading ───────────────────────────────────────────────────────────────────────────────────────


def test_columns_named_text_stay_text_and_numbers_become_numbers(a_file: Write) -> None:
    path = a_file("t.csv", "queue,code,n\n007,007,007\nNA,1e5,\nnull,x,0.1\n=1+1,,2\n")
    frame = files.load(path, text=["queue"])
    assert frame["queue"].tolist() == ["007", "NA", "null", "=1+1"]
    assert frame["code"].fillna("empty").tolist() == ["007", "1e5", "x", "empty"]
    assert frame["n"].fillna(-1).tolist() == [7, -1, 0.1, 2]
    assert frame.index.tolist() == [2, 3, 4, 5]


def test_numbers_are_read_to_the_last_digit(a_file: Write) -> None:
    numbers = np.random.default_rng(1).lognormal(0, 20, 500).tolist()
    path = a_file("t.csv", "n\n" + "\n".join(map(repr, numbers)))
    assert files.load(path)["n"].tolist() == numbers


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "content",
    [
        b"queue,n\na,1\nb,2",
        b"\xef\xbb\xbfqueue,n\na,1\nb,2\n",
        b"queue,n\r\na,1\r\nb,2\r\n\r\n\r\n",
        b"queue,n\ra,1\rb,2\r",
        b' queue ,"n"\na,1\nb,2\n,\n',
        b"queue,n,\na,1,\nb,2,\n",
        b"queue,n\na,1\nb,2\n\n   \n".replace(b"   ", b""),
    ],
    ids=[
        "plain",
        "BOM",
        "CRLF and blank lines",
        "CR",
        "quotes, spaces, an empty row",
        "commas at the end",
        "end",
    ],
)
def test_csv_as_programs_write_it(a_file: Write, content: bytes) -> None:
    frame = files.load(a_file("t.csv", content), ["queue"])
    assert frame.to_dict("list") == {"queue": ["a", "b"], "n": [1, 2]}
    assert frame.index.tolist() == [2, 3]


def test_row_numbers_count_blank_rows(a_file: Write, tmp_path: Path) -> None:
    assert files.load(a_file("t.csv", "queue,n\n\na,1\n,\n\nb,2\n")).index.tolist() == [3, 6]
    path = workbook(tmp_path / "t.xlsx", ["queue", "n"], [], ["a", 1], [], [None, ""], ["b", 2])
    assert files.load(path).index.tolist() == [3, 6]


def test_a_column_without_name_is_kept_if_it_holds_something(a_file: Write) -> None:
    assert files.load(a_file("t.csv", ",n,\n0,1,\n1,2,\n")).to_dict("list") == {
        "unnamed column 1": [0, 1],
        "n": [1, 2],
    }


def test_a_named_column_is_kept_though_it_is_empty(a_file: Write) -> None:
    assert list(files.load(a_file("t.csv", "n,channel\n1,\n"))) == ["n", "channel"]


def test_standard_input_is_csv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"queue,n\n007,1\n")))
    assert files.load("-", ["queue"]).to_dict("list") == {"queue": ["007"], "n": [1]}
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(Refused, match=r"^standard input: the file is empty; export it again$"):
        files.load("-")


def test_a_suffix_in_capitals_is_the_same(a_file: Write) -> None:
    assert files.suffix("CALLS.CSV.GZ") == ".csv.gz"
    assert files.load(a_file("T.CSV", "n\n1\n"))["n"].tolist() == [1]


def test_excel_cells_are_what_they_are(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "t.xlsx",
        ["queue", "when", "n", "note", None],
        [7, datetime(2024, 5, 6, 9), 1, "x"],  # noqa: DTZ001 (a cell of Excel)
        ["007", "2024-05-06 09:30", 2.5, None],
        [7.5, None, None, time(0, 3, 20)],
        ["#N/A", None, None, "#DIV/0!"],
    )
    frame = files.load(path, ["queue", "when"])
    assert frame["queue"].map(str).tolist() == ["7", "007", "7.5", "#N/A"]
    assert frame["when"].map(str).tolist()[:2] == ["2024-05-06 09:00:00", "2024-05-06 09:30"]
    assert frame["n"].fillna(-1).tolist() == [1, 2.5, -1, -1]
    assert frame["note"].map(str).tolist() == ["x", "None", "00:03:20", "#DIV/0!"]  # a fault is not empty
    assert list(frame) == ["queue", "when", "n", "note"]


def test_only_the_first_sheet_is_read(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(workbook(tmp_path / "t.xlsx", ["n"], [1]))
    book.create_sheet("notes").append(["m"])
    book.save(tmp_path / "t.xlsx")
    assert files.load(tmp_path / "t.xlsx").to_dict("list") == {"n": [1]}


def test_whole_numbers_of_excel_stay_whole_as_text(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", ["channel", "n"], [7, 1], [None, 2])
    assert files.load(path, ["channel"])["channel"].tolist() == [7, None]


def test_a_formula_counts_for_its_value(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_string("A1", "n")
        sheet.write_formula("A2", "=1+1", None, 2)
    assert files.load(tmp_path / "t.xlsx").to_dict("list") == {"n": [2]}


@pytest.mark.filterwarnings("error")
def test_a_workbook_without_styles_and_with_a_wrong_size_is_read_without_a_word(tmp_path: Path) -> None:
    path = workbook(tmp_path / "right.xlsx", ["n", "m"], [1, 2])
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "t.xlsx", "w") as new:
        for part in old.infolist():
            content = old.read(part).replace(b'ref="A1:B2"', b'ref="A1"')
            if "styles" in part.filename:
                content = b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
            new.writestr(part.filename, content)
    assert files.load(tmp_path / "t.xlsx").to_dict("list") == {"n": [1], "m": [2]}


def test_columns_that_parquet_keeps_in_its_index_come_back(tmp_path: Path) -> None:
    pd.DataFrame({"queue": ["a"], "n": [1]}).set_index("queue").to_parquet(tmp_path / "t.parquet")
    frame = files.load(tmp_path / "t.parquet")
    assert frame.to_dict("list") == {"queue": ["a"], "n": [1]}
    assert frame.index.tolist() == [2]


# ── refusing to read ──────────────────────────────────────────────────────────────────────────────

PACKED = gzip.compress(b"queue,n\n" + b"a,1\n" * 1000, mtime=0)
CELLS = "every row needs as many cells as the header"


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("t.csv", b"", "t.csv: the file is empty; export it again"),
        ("t.xlsx", b"", "t.xlsx: the file is empty; export it again"),
        ("t.csv", b"\n \r\n", "t.csv: the file is empty; export it again"),
        ("t.csv", b"\xef\xbb\xbf", "t.csv: the file is empty; export it again"),
        ("t.csv.gz", gzip.compress(b"", mtime=0), "t.csv.gz: the file is empty; export it again"),
        ("t.csv", PACKED, "t.csv: the content is csv.gz, not csv; rename or save it anew"),
        ("t.csv", b"PK\x03\x04...", "t.csv: the content is xlsx, not csv; rename or save it anew"),
        ("t.csv", b"PAR1...", "t.csv: the content is parquet, not csv; rename or save it anew"),
        ("t.xlsx", b"\xd0\xcf\x11\xe0...", "t.xlsx: the content is xls, not xlsx; rename or save it anew"),
        ("t.xlsx", b"queue,n\n", "t.xlsx: the content is not xlsx; rename or save it anew"),
        ("t.csv.gz", b"queue,n\n", "t.csv.gz: the content is not csv.gz; rename or save it anew"),
        ("t.parquet", b"\0\0", "t.parquet: the content is not parquet; rename or save it anew"),
        (
            "t.csv.gz",
            PACKED[:-9],
            "t.csv.gz: cannot be read (Compressed file ended before the end-of-stream marker was reached); "
            "the file is damaged: export it again",
        ),
        ("t.csv", b"\nqueue,n\na,1\n", "t.csv, row 1: no column names; name the columns in the first row"),
        ("t.csv", b"n,m, n\n1,2,3\n", "t.csv, row 1: two columns are called 'n'; rename or delete one"),
        (
            "t.csv",
            b"queue;n\na;1,5\n",
            "t.csv, row 1: cells parted by ';'; save it as CSV with commas, decimal points",
        ),
        (
            "t.csv",
            b"queue\tn\na\t1\n",
            "t.csv, row 1: cells parted by '\\t'; save it as CSV with commas, decimal points",
        ),
        (
            "t.csv",
            "queue,n\na,1\ncafé,2\n".encode("latin-1"),
            "t.csv, row 3: not UTF-8 text; save it as CSV UTF-8",
        ),
        ("t.csv", "queue,n\na,1\n".encode("utf-16"), "t.csv, row 1: not UTF-8 text; save it as CSV UTF-8"),
        ("t.csv", "queue,n\na,1\n".encode("utf-16-le"), "t.csv, row 1: not UTF-8 text; save it as CSV UTF-8"),
        ("t.csv", b"queue,n\na,1\nb,2,3\n", f"t.csv, row 3: 3 cells under 2 column names; {CELLS}"),
        ("t.csv", b"queue,n\na,2,3\nb,1\n", f"t.csv, row 2: 3 cells under 2 column names; {CELLS}"),
        ("t.csv", b'queue,n\n"a\nb",1\n\nc,2\nd\n', f"t.csv, row 5: 1 cells under 2 column names; {CELLS}"),
        (
            "t.csv",
            b'queue,n\na,1\n"b,2\nc,3\n',
            "t.csv, row 3: a quotation mark is not closed; mend or delete it",
        ),
        (
            "t.csv",
            b'queue,n\na,1\n"' + b"b" * 200_000,
            "t.csv, row 3: a quotation mark is not closed; mend or delete it",
        ),
        ("t.csv", b'"queue,n\na,1\n', "t.csv, row 1: a quotation mark is not closed; mend or delete it"),
        (
            "t.csv",
            b'n,"' + b"b" * 200_000,
            "t.csv, row 1: a quotation mark is not closed; mend or delete it",
        ),
        ("t.txt", b"n\n1\n", None),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(
    a_file: Write, name: str, content: bytes, line: str | None
) -> None:
    path = a_file(name, content)
    with pytest.raises(Refused) as refused:
        files.load(path)
    use = f"{path}: the suffix names no format that is read or written; use .csv, .csv.gz, .parquet, .xlsx"
    assert str(refused.value) == (line or use)


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("t.xlsx", b"PK\x03\x04 no more", r"t\.xlsx: not an Excel workbook \(.*\); save it anew as \.xlsx"),
        ("t.parquet", b"PAR1 no more", r"t\.parquet: not a Parquet file \(.*\); export it again"),
        (
            "t.csv.gz",
            b"\x1f\x8b no more",
            r"t\.csv\.gz: cannot be read \(.*\); the file is damaged: export it again",
        ),
    ],
)
def test_a_damaged_file_is_refused(a_file: Write, name: str, content: bytes, line: str) -> None:
    with pytest.raises(Refused, match=f"^{line}$"):
        files.load(a_file(name, content))


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([], "t.xlsx: the first sheet is empty; put the table on the first sheet"),
        ([[], ["n"], [1]], "t.xlsx, row 1: no column names; name the columns in the first row"),
        ([["n", "n "], [1, 2]], "t.xlsx, row 1: two columns are called 'n'; rename or delete one"),
    ],
)
def test_an_excel_sheet_that_is_no_table_is_refused(
    tmp_path: Path, rows: list[list[object]], line: str
) -> None:
    with pytest.raises(Refused) as refused:
        files.load(workbook(tmp_path / "t.xlsx", *rows))
    assert str(refused.value) == line


def test_a_path_that_is_no_file_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "f.csv"
    folder.mkdir()
    with pytest.raises(Refused, match=r"f\.csv: cannot be read \(Is a directory\); give a readable file$"):
        files.load(folder)
    with pytest.raises(Refused, match=r"none\.csv: no such file; check the name and the folder$"):
        files.load(tmp_path / "none.csv")


# ── writing ───────────────────────────────────────────────────────────────────────────────────────


def test_csv_is_written_as_the_house_says(frame: pd.DataFrame, tmp_path: Path) -> None:
    files.save(frame, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == (
        b"queue,start,minutes,offered,channel,open\n"
        b"007,2003-10-26 01:30:00-04:00,30,0.1,,True\n"
        b'"a ""b"", c",2003-10-26 01:30:00-05:00,30,,,False\n'
        b"=1+1,,60,1000000.0,,True\n"
    )
    files.save(frame, tmp_path / "t.csv.gz")
    assert gzip.decompress((tmp_path / "t.csv.gz").read_bytes()) == (tmp_path / "t.csv").read_bytes()


def test_excel_holds_numbers_as_numbers_and_text_as_text(frame: pd.DataFrame, tmp_path: Path) -> None:
    frame.loc[0, "queue"] = "{=1+1}"
    files.save(frame.assign(wide=[np.inf, 1.0, 2.0]), tmp_path / "t.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows == [
        ["queue", "start", "minutes", "offered", "channel", "open", "wide"],
        ["{=1+1}", "2003-10-26 01:30:00-04:00", 30, 0.1, None, True, "inf"],
        ['a "b", c', "2003-10-26 01:30:00-05:00", 30, None, None, False, 1],
        ["=1+1", None, 60, 1000000, None, True, 2],
    ]
    assert [sheet.cell(row, 1).data_type for row in (2, 3, 4)] == ["s", "s", "s"]  # and not "f", a formula
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize("name", FILES)
def test_the_same_table_gives_the_same_bytes(frame: pd.DataFrame, tmp_path: Path, name: str) -> None:
    files.save(frame, tmp_path / name)
    files.save(frame.copy(), tmp_path / f"other.{name}")
    assert (tmp_path / f"other.{name}").read_bytes() == (tmp_path / name).read_bytes()


def test_no_file_says_when_it_was_written(frame: pd.DataFrame, tmp_path: Path) -> None:
    for name in FILES:
        files.save(frame, tmp_path / name)
    assert (tmp_path / "t.csv.gz").read_bytes()[3:8] == bytes(5)  # no name, and no time
    with zipfile.ZipFile(tmp_path / "t.xlsx") as packed:
        assert {part.date_time[0] for part in packed.infolist()} == {1980}
    stated = openpyxl.load_workbook(tmp_path / "t.xlsx").properties
    assert stated.created == stated.modified == datetime(2000, 1, 1)  # noqa: DTZ001 (Excel's have no zone)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "fault", [RuntimeError("no"), KeyboardInterrupt(), OSError(28, "No space left on device")]
)
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    frame: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, fault: BaseException
) -> None:
    path = tmp_path / name
    path.write_text("old")

    def half(*args: object, **_: object) -> None:
        part = next(p for p in tmp_path.iterdir() if p != path)
        part.write_text("half")
        raise fault

    target = "to_parquet" if name == "t.parquet" else "assign"  # what each format asks of a frame first
    monkeypatch.setattr(pd.DataFrame, target, half)
    expected = Refused if isinstance(fault, OSError) else type(fault)
    with pytest.raises(expected) as raised:
        files.save(frame, path)
    assert path.read_text() == "old"
    assert leftovers(tmp_path) == [name]
    if isinstance(fault, OSError):
        assert (
            str(raised.value) == f"{path}: cannot be written (No space left on device); choose another place"
        )


def test_nobody_sees_a_file_half_written(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    with files.replacing(path) as part:
        part.write_text("new")
        assert path.read_text() == "old"
        assert part.parent == tmp_path  # on the same disk, or it could not be renamed
    assert path.read_text() == "new"
    assert leftovers(tmp_path) == ["report.html"]


@pytest.mark.parametrize("name", FILES)
def test_a_file_in_the_way_is_replaced(frame: pd.DataFrame, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("old, and longer than the new one" * 1000)
    files.save(frame, tmp_path / name)
    back = files.load(tmp_path / name, ["queue"])
    assert back["queue"].tolist() == frame["queue"].tolist()
    assert list(back) == list(frame)
    assert leftovers(tmp_path) == [name]


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_a_new_file_has_the_usual_rights_and_an_old_one_keeps_its_own(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    path, plain = tmp_path / "t.csv", tmp_path / "plain"
    plain.touch()
    files.save(frame, path)
    assert path.stat().st_mode == plain.stat().st_mode
    path.chmod(0o600)
    files.save(frame, path)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.name != "posix", reason="links as POSIX has them")
def test_a_link_stays_a_link(frame: pd.DataFrame, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "t.csv").symlink_to(tmp_path / "real" / "r.csv")
    files.save(frame, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").is_symlink()
    assert leftovers(tmp_path / "real") == ["r.csv"]


def test_what_cannot_be_written_is_refused(frame: pd.DataFrame, tmp_path: Path) -> None:
    (tmp_path / "f.csv").mkdir()
    for path, line in [
        (
            tmp_path / "t.txt",
            "the suffix names no format that is read or written; use .csv, .csv.gz, .parquet, .xlsx",
        ),
        (tmp_path / "none" / "t.csv", f"there is no folder {tmp_path / 'none'}; make it first"),
        (tmp_path / "f.csv", "cannot be written (Is a directory); choose another place"),
    ]:
        with pytest.raises(Refused) as refused:
            files.save(frame, path)
        assert str(refused.value) == f"{path}: {line}"
    assert leftovers(tmp_path) == ["f.csv"]


def test_what_does_not_fit_a_sheet_is_refused(
    frame: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refused) as refused:
        files.save(frame.assign(queue=["a", "b" * 32_768, "c"]), tmp_path / "t.xlsx")
    assert str(refused.value) == (
        "t.xlsx, row 3, column queue: a text too long for a cell; write .csv.gz or .parquet"
    )
    monkeypatch.setattr(files, "_EXCEL_ROWS", 3)
    files.save(frame, tmp_path / "fits.xlsx")
    monkeypatch.setattr(files, "_EXCEL_ROWS", 2)
    with pytest.raises(Refused, match=r"^t\.xlsx: 3 rows do not fit a sheet; write \.csv\.gz or \.parquet$"):
        files.save(frame, tmp_path / "t.xlsx")
    assert leftovers(tmp_path) == ["fits.xlsx"]


def test_a_sheet_has_a_header_and_all_the_rows_that_excel_can_hold() -> None:
    assert 1 + files._EXCEL_ROWS == 2**20


def test_an_odd_index_is_not_written(frame: pd.DataFrame, tmp_path: Path) -> None:
    for name in FILES:
        files.save(frame.set_axis([3, 1, 1]), tmp_path / name)
        assert list(files.load(tmp_path / name)) == list(frame)
    assert pyarrow.parquet.read_schema(tmp_path / "t.parquet").names == list(frame)


def test_csv_can_be_written_to_an_open_file(frame: pd.DataFrame) -> None:
    out = io.BytesIO()
    files.save_csv(frame[["queue", "start"]].head(1), out)
    assert out.getvalue() == b"queue,start\n007,2003-10-26 01:30:00-04:00\n"
