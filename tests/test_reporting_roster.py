"""A small roster made by hand: its workbook and its Gantt hold what its tables hold."""

import hashlib
from datetime import date

import numpy as np
import openpyxl
import pandas as pd
import pytest
from matplotlib.figure import Figure

from callplan import tables as floor
from callplan.errors import Refused
from callplan.intervals import grid
from reporting import captions
from reporting.figures import plot_coverage
from reporting.gantt import plot_day
from reporting.parts import ROSTER
from reporting.roster import at_work, day_bounds
from reporting.roster_workbook import write_roster_workbook
from reporting.words import WORDS, unit

# What openpyxl does not read.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")

ZONE = "Europe/Paris"
# The clock goes back in the night to Sunday the 27th.
FIRST, LAST = date(2024, 10, 21), date(2024, 11, 3)
PEOPLE = [
    "Ana Silva",
    "=1+1",
    "Cem Ölmez",
    "Dee",
    "Eve",
    "Fay",
    "Gus",
    "Hal",
    "Ida",
    "Jo",
    "王伟",
    "O'Neil, Kim",
]


def at(day, clock):
    """The instant at which the clock shows so many minutes on the n-th day."""
    return pd.Timestamp(FIRST).tz_localize(ZONE) + pd.DateOffset(days=day, minutes=clock)


@pytest.fixture(scope="module")
def roster():
    """12 people, two weeks: earlies, mids and lates for sales and help, and a night shift each day."""
    shifts, doings = [], []
    for n, person in enumerate(PEOPLE):
        for day in range(14):
            if (n, day) in ((2, 1), (4, 8)):
                away = "leave" if n == 2 else "training"
                doings.append((person, at(day, 0), at(day + 1, 0), away, None))
            elif (day + n) % 7 < 5:
                night = n >= 10
                start = at(day, 22 * 60 if night else (7 * 60, 9 * 60, 13 * 60 + 30)[n % 3])
                meal, end = start + pd.Timedelta(hours=4), start + pd.Timedelta(hours=8.5)
                shifts.append((person, start, end, "8.5 h, meal at 4", 8.0))
                half, quarter = pd.Timedelta(minutes=30), pd.Timedelta(minutes=15)
                queue, other = ("sales", "help") if n % 2 else ("help", "sales")
                edges = [start, start + 4 * half, start + 4 * half + quarter, meal, meal + half, end]
                kinds = [("work", queue), ("rest", None), ("work", queue), ("meal", None), ("work", other)]
                doings += [
                    (person, *span, *kind) for *span, kind in zip(edges, edges[1:], kinds, strict=False)
                ]
    tables = {
        "shifts": pd.DataFrame(shifts, columns=["person", "start", "end", "shift", "paid_h"]),
        "activities": pd.DataFrame(doings, columns=["person", "start", "end", "activity", "queue"]),
    }
    tables["coverage"] = cover(tables["activities"])
    tables["duties"] = pd.DataFrame(
        {
            "person": PEOPLE, "contract": "FT40", "shifts": 10, "paid_h": 80.0, "nights": [0] * 10 + [10, 10],
            "weekends": 1, "late_ends": [0, 0, 10] * 4, "wishes": 2, "wishes_met": [1, 2] * 6,
        }
    )  # fmt: skip
    found = {"status": "feasible", "cost": 1020.0, "bound": 1000.0, "gap": 0.0196, "solver": "HiGHS"}
    tables["outcome"] = pd.DataFrame([{"queue": "all", **found, "stopped_by": "steps"}])
    rested = {"rule": "rest", "person": PEOPLE[0], "start": at(3, 420), "queue": None, "price": np.nan}
    tables["broken"] = pd.DataFrame([{**rested, "found": "Ana Silva rests 9 h"}])
    return {name: floor.check(table, floor.TABLES[name], zone=ZONE) for name, table in tables.items()}


def cover(doings):
    """Half-hours of two queues, open day and night: the mean of heads at work, beside a need of 2."""
    start, parts = grid(FIRST, LAST, 30, ZONE), []
    for queue in ("help", "sales"):
        rows = doings[doings["queue"] == queue]
        quarters = [edge + pd.Timedelta(minutes=minutes) for edge in start for minutes in (0, 15)]
        heads = [((rows["start"] <= edge) & (rows["end"] > edge)).sum() for edge in quarters]
        staffed = np.array(heads).reshape(-1, 2).mean(axis=1)
        spare = staffed - 2
        part = pd.DataFrame({"queue": queue, "start": start, "minutes": 30, "needed": 2})
        parts.append(part.assign(staffed=staffed, over=spare.clip(min=0), under=(-spare).clip(min=0)))
    return pd.concat(parts, ignore_index=True)


TEXTS = {"title": "Roster", "summary": ["12 people, two weeks.", "=1+1"]}


@pytest.fixture(scope="module")
def path(roster, tmp_path_factory):
    path = tmp_path_factory.mktemp("roster") / "roster.xlsx"
    write_roster_workbook(roster, path, **TEXTS)
    return path


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


def text(value):
    return "" if value is None else str(value)


def test_sheets_in_the_order_of_use(book, roster):
    days = [f"{day:%a} {day.day} {day:%b}" for day in pd.date_range(FIRST, LAST)]
    tables = ["Duties", "Broken rules", "Coverage", "Shifts"]
    assert book.sheetnames == ["Summary", "People", "Hours", "Charts", *tables, *days]
    summary = [[text(cell.value) for cell in row] for row in book["Summary"]]
    assert [row[0] for row in summary[:4]] == ["Roster", "", "12 people, two weeks.", "=1+1"]
    assert summary[7][:3] == ["all", "feasible", "1020"]
    # A chart for each queue and week.
    assert len(book["Charts"]._charts) == 4
    assert "Ana Silva rests 9 h" in [cell.value for cell in book["Broken rules"][2]]
    assert len(book["Duties"].conditional_formatting) == 3


def test_people_by_day(book, roster):
    sheet = book["People"]
    assert sheet.freeze_panes == "D5"
    rows = {row[0].value: row[3:17] for row in sheet.iter_rows(min_row=5)}
    assert sorted(rows) == sorted(PEOPLE)
    expected = {(row.person, row.start.date()): row for row in roster["shifts"].itertuples()}
    for person, cells in rows.items():
        for day, cell in zip(pd.date_range(FIRST, LAST), cells, strict=True):
            shift = expected.get((person, day.date()))
            if shift is not None:
                assert cell.value == f"{shift.start:%H:%M}–{shift.end:%H:%M}"
    filled = [cell.value for cells in rows.values() for cell in cells if cell.value]
    assert sorted(value for value in filled if ":" not in value) == ["leave", "training"]
    assert len(filled) == len(expected) + 2
    # Half past five by the clock that was put back at three.
    assert rows["王伟"][5].value == "22:00–05:30"
    assert rows["Cem Ölmez"][1].value == "leave"


def test_a_shift_is_coloured_by_when_it_begins(book, roster, tmp_path):
    legend = {cell.value: cell.fill.fgColor.rgb for cell in book["People"][1] if cell.value}
    kinds = ["early, from 04:00", "mid, from 09:00", "late, from 12:00", "night, from 20:00"]
    assert list(legend)[1:] == [*kinds, "training", "leave", "weekend"]
    colours = {}
    for row in book["People"].iter_rows(min_row=5, min_col=4):
        for cell in row:
            colours.setdefault(text(cell.value)[:5], set()).add(cell.fill.fgColor.rgb)
    at_times = dict(zip(["07:00", "09:00", "13:30", "22:00"], kinds, strict=True))
    for clock, kind in at_times.items():
        assert colours[clock] == {legend[kind]}
    assert colours["leave"] == {legend["leave"]}
    assert len({*legend.values()}) == len(legend)
    weekend = {cell.value for cell in book["People"][2] if cell.fill.fgColor.rgb == legend["weekend"]}
    assert weekend == {"Sat 26 Oct", "Sun 27 Oct", "Sat 2 Nov", "Sun 3 Nov"}
    # Kinds of another site; what begins before the first belongs to the last.
    write_roster_workbook(roster, tmp_path / "x.xlsx", **TEXTS, kinds={"day": "08:00", "rest": "20:00"})
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["People"]
    begins = {text(cell.value)[:5]: cell.fill.fgColor.rgb for row in sheet["D5:Q16"] for cell in row}
    assert begins["07:00"] == begins["22:00"] != begins["09:00"] == begins["13:30"]


def test_totals_are_formulas_over_all_people_and_days(book, path, roster):
    worked_out = openpyxl.load_workbook(path, data_only=True)
    by_person = roster["shifts"].groupby("person")["paid_h"].agg(["size", "sum"])
    by_day = roster["shifts"].groupby(roster["shifts"]["start"].dt.date)["paid_h"].agg(["size", "sum"])
    for name, count in (("People", 'COUNTIF({},"*:*")'), ("Hours", "COUNT({})")):
        sheet, values = book[name], worked_out[name]
        for row in range(5, 17):
            assert sheet.cell(row, 2).value == "=" + count.format(f"D{row}:Q{row}")
            assert sheet.cell(row, 3).value == f"=SUM(Hours!D{row}:Q{row})"
            found = values.cell(row, 2).value, values.cell(row, 3).value
            assert found == tuple(by_person.loc[sheet.cell(row, 1).value])
        assert sheet["D3"].value == "=" + count.format("D5:D16")
        assert sheet["Q4"].value == "=SUM(Hours!Q5:Q16)"
        assert [cell.value for cell in values[3][3:17]] == list(by_day["size"])
        assert [cell.value for cell in values[4][3:17]] == list(by_day["sum"])
        assert (sheet["B3"].value, sheet["C4"].value) == ("=SUM(B5:B16)", "=SUM(C5:C16)")
        assert (values["B3"].value, values["C4"].value) == (len(roster["shifts"]), by_day["sum"].sum())
    paid = [cell.value for row in book["Hours"]["D5:Q16"] for cell in row if cell.value is not None]
    assert paid == [8.0] * len(roster["shifts"])


@pytest.mark.parametrize("day", [date(2024, 10, 26), date(2024, 10, 27), date(2024, 11, 3)])
def test_a_day_shows_each_person_and_interval(book, roster, day):
    sheet = book[f"{day:%a} {day.day} {day:%b}"]
    first, last = day_bounds(day, roster["shifts"]["start"])
    edges = pd.date_range(first, last, freq="15min", inclusive="left")
    assert len(edges) == (100 if day.day == 27 else 96)
    doings = roster["activities"].query("activity in ('work', 'meal', 'rest')")
    doings = doings[(doings["end"] > first) & (doings["start"] < last)]
    letters = {"help": "A", "sales": "B", None: ""}
    shown = {row[0].value: [text(cell.value) for cell in row[2:]] for row in sheet.iter_rows(min_row=11)}
    assert shown.keys() == set(doings["person"])
    for person, cells in shown.items():
        own = doings[doings["person"] == person]
        for edge, cell in zip(edges, cells, strict=True):
            now = own[(own["start"] <= edge) & (own["end"] > edge)]
            expected = [
                letters[row.queue] if row.activity == "work" else row.activity[0] for row in now.itertuples()
            ]
            assert [cell] == (expected or [""])
    # The first to start are on top: whoever came the night before.
    begins = doings.groupby("person")["start"].min()
    assert list(shown) == sorted(shown, key=lambda person: (begins[person] > first, begins[person], person))


def test_a_day_shows_what_each_queue_needs_and_has(book, roster):
    sheet = book["Sun 27 Oct"]
    hours = [cell.value for cell in sheet[2][2:] if cell.value]
    assert hours == ["00", "01", "02", "02", *(f"{hour:02}" for hour in range(3, 24))]
    coverage = roster["coverage"][roster["coverage"]["start"].dt.date == date(2024, 10, 27)]
    for queue, top in (("help", 3), ("sales", 7)):
        assert sheet.cell(top, 1).value.endswith(f"  {queue}")
        rows = coverage[coverage["queue"] == queue]
        for row, count in enumerate(("needed", "staffed", "over", "under"), start=top):
            assert sheet.cell(row, 2).value == count
            # Two quarters to the half-hour.
            found = [cell.value for cell in sheet[row][2:102:2]]
            blank = None if count in ("over", "under") else 0
            assert found == [heads or blank for heads in rows[count]]
    assert sheet.freeze_panes == "C11"


def test_minutes_off_the_grid_and_more_queues(roster, tmp_path):
    begin, end = at(0, 9 * 60 + 7), at(0, 10 * 60)
    shift = pd.DataFrame({"person": ["Ana"], "start": begin, "end": end, "shift": "short", "paid_h": 0.9})
    need = roster["coverage"].query("queue == 'help'")
    tables = {
        "shifts": shift,
        "activities": shift[["person", "start", "end"]].assign(activity="work", queue="c"),
        "coverage": pd.concat([need.assign(queue=queue) for queue in "abc"], ignore_index=True),
    }
    write_roster_workbook(tables, tmp_path / "x.xlsx", **TEXTS)
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    sheet = book["Mon 21 Oct"]
    # Columns of five minutes; each shows what goes on where it begins.
    cells = [cell.value for cell in sheet[15]]
    assert cells[:2] == ["Ana", "09:07–10:00"]
    assert [place for place, cell in enumerate(cells[2:]) if cell == "C"] == list(range(110, 120))
    # The counts of three queues would leave no room for people.
    assert sheet.freeze_panes == "C3"
    assert len(book["Charts"]._charts) == 6
    # Nobody works on the other days.
    assert book["Tue 22 Oct"]["A15"].value is None


def test_workbook_is_the_same_twice(roster, path, tmp_path):
    write_roster_workbook(roster, tmp_path / "again.xlsx", **TEXTS)
    digests = {hashlib.sha256(file.read_bytes()).hexdigest() for file in (path, tmp_path / "again.xlsx")}
    assert len(digests) == 1


def test_what_no_roster_has_is_refused(roster, tmp_path):
    with pytest.raises(Refused, match="did you mean shifts"):
        write_roster_workbook({**roster, "shift": roster["shifts"]}, tmp_path / "x.xlsx", **TEXTS)
    some = {**roster, "activities": roster["activities"][:0]}
    with pytest.raises(Refused, match="activities: no rows"):
        write_roster_workbook(some, tmp_path / "x.xlsx", **TEXTS)
    assert not list(tmp_path.iterdir())


def test_every_column_has_a_heading_and_its_unit():
    for part in ROSTER.values():
        for column in part.table.columns:
            assert column.name in WORDS
            assert unit(column.name, part.table.names()) == column.unit, f"{part.table.name}.{column.name}"


def bars(ax):
    """Every bar: its row, the hours it spans, what it is."""
    found = [(group.get_label(), bar) for group in ax.containers for bar in group]
    return sorted(
        (round(bar.get_y() + bar.get_height() / 2), bar.get_x(), bar.get_x() + bar.get_width(), label)
        for label, bar in found
    )


def test_gantt_draws_everyone_at_work_on_the_day(roster):
    day = date(2024, 10, 26)
    ax = plot_day(roster["shifts"], roster["activities"], day)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["O'Neil, Kim", "王伟", "Dee", "Gus", "Jo", "Eve", "Cem Ölmez", "Fay"]
    drawn = bars(ax)
    # A night that began the day before is drawn from midnight, the next one to its end.
    kim = [span for row, *span in drawn if row == 0]
    assert (kim[0][0], kim[-1][1]) == (0, 30.5)
    assert [tuple(span) for row, *span in drawn if row == 2] == [
        (7, 9, "sales"), (9, 9.25, "rest"), (9.25, 11, "sales"), (11, 11.5, "meal"), (11.5, 15.5, "help"),
    ]  # fmt: skip
    # The clock goes back: two hours on from 02:00 it is 03:00.
    ticks = dict(zip(ax.get_xticks(), (label.get_text() for label in ax.get_xticklabels()), strict=True))
    assert (ticks[26], ticks[28]) == ("02:00", "03:00")
    assert captions.describe_day(roster["shifts"], roster["activities"], day) == (
        "On Sat 26 Oct, 8 people work, the first from 00:00, the last until 05:30."
    )


def test_a_day_ends_where_the_next_one_begins():
    """Three shifts that touch: the day before, over this midnight, and from the next midnight on."""
    edges = [at(0, 16 * 60), at(1, 0), at(1, 9 * 60), at(2, 0), at(2, 8 * 60)]
    spans = [edges[:2], [at(0, 22 * 60), at(1, 6 * 60)], edges[1:3], edges[3:]]
    shifts = pd.DataFrame(spans, columns=["start", "end"]).assign(person=list("ABCD"), shift="", paid_h=8.0)
    doings = shifts[["person", "start", "end"]].assign(activity="work", queue="q")
    evening = doings.iloc[[1]].assign(end=at(1, 0))
    doings = pd.concat([doings.drop(index=1), evening, evening.assign(start=at(1, 0), end=at(1, 360))])
    rows = at_work(shifts, doings, at(1, 0), at(2, 0))
    assert list(rows["person"]) == ["B", "C"]
    assert list(rows["start"]) == [at(1, 0), at(1, 0)]
    assert at_work(shifts, doings, at(0, 0), at(1, 0))["person"].tolist() == ["A", "B", "B"]
    # Work that runs over midnight unbroken is drawn from midnight.
    whole = shifts[["person", "start", "end"]].assign(activity="work", queue="q")
    assert bars(plot_day(shifts, whole, at(1, 0).date()))[0] == (0, 0, 6, "q")
    said = captions.describe_day(shifts, whole, at(1, 0).date())
    assert said == "On Tue 22 Oct, 2 people work, the first from 00:00, the last until 09:00."


def test_gantt_counts_who_is_away_and_draws_into_the_axes_given(roster):
    ax = Figure().subplots()
    assert plot_day(roster["shifts"], roster["activities"], date(2024, 10, 22), ax) is ax
    assert ax.get_title("left").endswith("at work, 1 on leave")
    text = captions.describe_day(roster["shifts"], roster["activities"], date(2024, 10, 29))
    assert text.endswith(", 1 in training.")
    with pytest.raises(Refused, match="nobody works on 2025-01-01"):
        plot_day(roster["shifts"], roster["activities"], date(2025, 1, 1))


def test_gantt_of_many_leaves_out_names_and_gaps(roster):
    day = roster["shifts"]["start"].dt.date == date(2024, 10, 24)
    some = roster["shifts"][day]
    many = pd.concat([some.assign(person=some["person"] + f" {n}") for n in range(40)])
    doings = roster["activities"]
    doings = pd.concat([doings.assign(person=doings["person"] + f" {n}") for n in range(40)])
    ax = plot_day(many, doings, date(2024, 10, 24))
    assert not ax.get_yticklabels()
    assert ax.get_ylabel() == f"{len(many)} people, the first to start on top"
    assert ax.patches[0].get_height() == 1
    assert ax.figure.get_size_inches()[1] == 12


def test_work_for_no_queue_is_drawn_too(roster):
    doings = roster["activities"].drop(columns="queue")
    ax = plot_day(roster["shifts"], doings, date(2024, 10, 24))
    assert {group.get_label() for group in ax.containers} == {"work", "meal", "rest"}


def test_over_weeks_the_need_is_a_fine_line(roster):
    coverage = roster["coverage"].query("queue == 'help'")
    widths = []
    for rows in (coverage, coverage.head(500)):
        ax = plot_coverage(rows)
        widths += [patch.get_linewidth() for patch in ax.patches if patch.get_label() == "needed"]
    assert widths == [0.3, 1]


def test_coverage_of_means_is_said_without_idle_digits(roster):
    coverage = roster["coverage"].query("queue == 'help'").assign(under=0.0, over=0.0)
    coverage.loc[coverage.index[3], "under"] = 1.5
    said = captions.describe_coverage(coverage)
    assert "at most 1.5 heads are short" in said
    coverage.loc[coverage.index[3], "under"] = 2.0
    assert "at most 2 heads are short" in captions.describe_coverage(coverage)
