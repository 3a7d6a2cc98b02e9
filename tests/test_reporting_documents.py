"""The workbook, the report and the folder of a plan: what is in them, and that nothing is left half done."""

import hashlib
from datetime import date, datetime
from html.parser import HTMLParser

import numpy as np
import openpyxl
import pandas as pd
import pytest

from callplan import tables as floor
from callplan.errors import Refused
from callplan.hours import OpeningHours
from callplan.intervals import grid
from reporting import folder as folders
from reporting.folder import read_folder, write_folder
from reporting.grids import by_clock
from reporting.parts import PARTS, present
from reporting.report import write_report
from reporting.workbook import write_workbook

ZONE = "America/New_York"
ODD = '<b>&"x'


def one_queue(queue, calls):
    """All tables of a plan for two days, of which one has 25 hours; the numbers are made up."""
    days = (date(2003, 10, 25), date(2003, 10, 26))
    start = grid(*days, 60, ZONE, OpeningHours.parse({"mon-sun": "00:00-06:00"}))
    n = np.arange(len(start))
    rows = pd.DataFrame({"queue": queue, "start": start, "minutes": 60})
    day = pd.DataFrame(
        {"queue": queue, "start": pd.to_datetime([*days]).tz_localize(ZONE), "calls": [9.5, 7.0]}
    )
    needed, staffed = 5 + n % 3, 5 + n % 4
    coverage = rows.assign(needed=needed, staffed=staffed, service_level=0.5 + n / 30)
    coverage["over"] = (coverage["staffed"] - coverage["needed"]).clip(lower=0)
    coverage["under"] = (coverage["needed"] - coverage["staffed"]).clip(lower=0)
    by_day = day.assign(by="day", model="mean_of_4", lead_days=[1, 2], offered=[9.0, 8.0], floor=2.5)
    by_day = by_day.assign(error=by_day["calls"] - by_day["offered"], within=0, verdict="within noise")
    forecast = rows.assign(calls=calls + n, calls_lo=calls + n - 5, calls_hi=calls + n + 5.5, level=0.8)
    shift = {"shift": "3 h", "end": start[:2] + pd.Timedelta(hours=3), "heads": [4, 0], "paid_h": 3.0}
    found = {"status": "feasible", "cost": 120.0, "bound": 119.0, "gap": 0.0083, "solver": "HiGHS"}
    return {
        "assumptions": pd.DataFrame([{"queue": queue, "item": "patience", "value": "180 s", "source": "us"}]),
        "days": day.assign(
            needed_h=30.0, staffed_h=31.5, paid_h=33.0, service_level=0.81, met=0.9,
            offered=[9.0, np.nan], error=[0.5, np.nan], delivered=[0.7, np.nan], delivered_met=[0.5, np.nan],
        ),
        "history": rows.assign(start=start - pd.Timedelta(days=7), offered=calls * 1.0, channel="voice"),
        "forecast": forecast.assign(model="mean_of_4", cutoff=start[0], aht_s=240.0),
        "accuracy": pd.DataFrame({
            "queue": queue, "by": ["interval", "week"], "model": "mean_of_4", "lead_days": 7, "n": 9,
            "wape": 0.0648, "bias": -0.011, "mase": [0.78, np.nan], "hit_rate": 0.5, "noise_floor": 0.023,
            "attainable": 0.88, "verdict": "beyond noise, no steady bias",
        }),
        "errors": pd.concat([by_day, by_day.head(1).assign(by="week", lead_days=7)]),
        "requirement": rows.assign(
            calls=calls + n, aht_s=240.0, load=2.5, agents=4, rostered=needed, service_level=0.8, asa_s=7.8,
            occupancy=0.6, abandoned=0.02, set_by="service_level",
        ),
        "shift_plan": rows[["queue", "start"]].head(2).assign(**shift),
        "coverage": coverage,
        "outcome": pd.DataFrame([{"queue": queue, **found, "stopped_by": "the gap reached"}]),
        "actual": rows.assign(offered=np.where(n == 3, np.nan, calls + 2.0)),
        "delivered": coverage.assign(service_level=0.25),
        **promised(rows, day, forecast),
        **ledger(by_day),
    }  # fmt: skip


def promised(rows, day, forecast):
    """What those days promise: two measures, the interval most at risk, two scenarios, bands, an override."""
    queue, start = rows["queue"].iloc[0], rows["start"]
    goal = {"p10": 0.7, "p50": 0.8, "p90": 0.9, "limit": 0.8, "chance": 0.5}
    said = day.assign(by="day", measure="service_level", expected=[0.78, np.nan], **goal)
    waited = day.head(1).assign(by="week", measure="asa_s", expected=25.0, p10=9.0, p50=20.0, p90=50.0)
    risky = rows.head(1).assign(rank=1, calls=9.0, staffed=5.0, service_level=0.6, chance=0.4, late=3.5)
    level = {"service_level": [0.78, 0.7], "p10": 0.65, "p90": 0.85, "chance": 0.4, "abandoned": 0.04}
    hours = {"calls": 16.5, "aht_s": 240.0, "staffed_h": 63.0, "paid_h": 66.0, "cost": 66.0}
    laid = {"override": 1 + (queue == "bank"), "queue": queue, "kind": "percent", "amount": 0.1}
    of_interval = {"quantile": 0.1, "model": "mean_of_4", "cutoff": start[0]}
    return {
        "promise": pd.concat([said, waited]),
        "at_risk": risky.assign(one_more=0.7, one_fewer=0.5),
        "scenarios": pd.DataFrame({"scenario": ["the plan", "busy"], "roster": "as planned"}).assign(
            queue=queue, service_goal=0.8, **hours, **level
        ),
        "bands": forecast[["queue", "start", "calls"]].assign(span="interval", **of_interval),
        "overrides": pd.DataFrame([{**laid, "reason": "mailing", "who": "me", "at": start[0]}]).assign(
            first=date(2003, 10, 25), last=date(2003, 10, 25)
        ),
    }


def ledger(by_day):
    """The ledger's tables of those days, and of the week that they lie in."""
    costs = {"over_h": 0.5, "short_h": 0.0, "volume_h": 0.25, "aht_h": 0.25, "cost": 1.0}
    rows = by_day.assign(share=by_day["error"] / by_day["offered"], tolerance=0.05, own_floor=3.0, **costs)
    rows = rows.assign(
        aht_s=240.0, aht_came_s=[250.0, np.nan], planned_service_level=0.8, service_level=[0.7, np.nan]
    )
    steps = {"n": 2, "wape": [0.2, 0.1, 0.1, 0.09], "bias": -0.01, "hit_rate": 0.5}
    queue, day = by_day["queue"].iloc[0], by_day["start"]
    worst = {"rank": 1 + (queue == "bank"), "queue": queue, "start": day[0], "calls": 9.5, "offered": 9.0}
    drift = {"queue": queue, "start": day[1], "since": day[0], "until": day[1], "lean": "over", "share": 0.1}
    return {
        "ledger": pd.concat([rows, rows.head(1).assign(by="week", lead_days=7)]),
        "value_added": pd.DataFrame(
            {"step": ["naive", "statistical", "override", "published"], **steps}
        ).assign(queue=queue, by="day", added=[np.nan, 0.1, 0.0, 0.01]),
        "worst": pd.DataFrame(
            [{**worst, "error": 0.5, "cost": 1.0, "service_level": 0.7, "cause": "event: sale"}]
        ),
        "alarms": pd.DataFrame([{**drift, "days": 2, "text": "it ran too high"}]),
    }


@pytest.fixture(scope="module")
def plan():
    """The plan of two queues, one of them oddly named."""
    parts = [one_queue("bank", 100), one_queue(ODD, 10)]
    whole = {name: pd.concat([part[name] for part in parts], ignore_index=True) for name in PARTS}
    return {name: floor.check(table, PARTS[name].table) for name, table in whole.items()}


TEXTS = {"title": "Plan & <title>", "summary": ["bank: 1,234 calls are forecast.", "<i>=1+1</i>"]}


class Page(HTMLParser):
    """The elements of a page, its text, and the headings of its tables."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.links, self.ids, self.labels, self.open, self.text = [], [], [], [], [], {}
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        named = dict(attrs)
        self.links += [
            named[name] for name in ("src", "href", "xlink:href", "action", "data") if name in named
        ]
        self.ids += [named["id"]] if "id" in named else []
        if tag == "svg":
            assert named["role"] == "img"
            self.labels.append(named["aria-label"])
        self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if data.strip():
            self.text.setdefault(self.open[-1] if self.open else "", []).append(data.strip())


@pytest.fixture(scope="module")
def html(plan, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(plan, path, **TEXTS, remarks=["mind <this>"], goal={"bank": 0.8, ODD: None})
    return path.read_text(encoding="utf-8")


def test_report_needs_nothing_from_elsewhere(html):
    page = Page(html)
    assert {"script", "link", "iframe", "img", "object"}.isdisjoint(page.tags)
    assert page.links
    assert all(link.startswith("#") for link in page.links)
    assert "@import" not in html
    assert "url(" not in html.replace("url(#", "")
    assert all(link[1:] in page.ids for link in page.links)


def test_report_has_every_section_in_order(html):
    assert Page(html).text["h2"] == [
        "Summary", "Assumptions", "Forecast", "Requirement", "Schedule", "The promise", "What if",
        "What then came", "The ledger", "How to read this",
    ]  # fmt: skip


def test_report_speaks_of_both_queues_and_escapes_what_it_is_given(html):
    page = Page(html)
    assert page.text["h1"] == ["Plan & <title>"]
    assert page.text["h3"] == ["Remarks", *[ODD, "bank"] * 7]
    assert page.text["li"] == [*TEXTS["summary"], "mind <this>"]
    assert "b" not in page.tags
    assert "i" not in page.tags
    assert any(text.startswith(f"{ODD}: ") for text in page.text["text"])
    assert len(page.labels) == 11 * 2
    assert len(set(page.ids)) == len(page.ids)


def test_report_uses_no_raw_column_name_as_heading(html):
    headings = Page(html).text["th"]
    raw = {column.name for part in PARTS.values() for column in part.table.columns if "_" in column.name}
    assert raw.isdisjoint(headings)
    assert "Noise floor" in headings


def test_report_is_the_same_twice(plan, html, tmp_path):
    path = tmp_path / "again.html"
    write_report(plan, path, **TEXTS, remarks=["mind <this>"], goal={"bank": 0.8, ODD: None})
    assert path.read_text(encoding="utf-8") == html
    assert len(html) < 500_000


def test_report_of_some_tables_leaves_out_the_other_sections(plan, tmp_path):
    path = tmp_path / "report.html"
    write_report({"coverage": plan["coverage"]}, path, **TEXTS, goal=0.8)
    page = Page(path.read_text(encoding="utf-8"))
    assert page.text["h2"] == ["Summary", "Schedule", "How to read this"]
    assert "WAPE" not in page.text["dt"]
    write_report({}, path, **TEXTS)
    assert Page(path.read_text(encoding="utf-8")).text["h2"] == ["Summary", "How to read this"]


def test_report_leaves_the_intervals_of_a_long_plan_to_the_workbook(tmp_path):
    start = grid(
        date(2024, 1, 1), date(2024, 1, 31), 60, ZONE, OpeningHours.parse({"mon-sun": "09:00-11:00"})
    )
    rows = pd.DataFrame({"queue": "q", "start": start, "minutes": 60, "needed": 2, "staffed": 3, "over": 1})
    write_report({"coverage": rows.assign(under=0)}, tmp_path / "report.html", **TEXTS)
    headings = Page((tmp_path / "report.html").read_text(encoding="utf-8")).text["th"]
    assert "Sun 14 Jan" in headings
    assert "Mon 15 Jan" not in headings


def test_a_name_that_is_no_table_of_a_plan_is_refused(plan):
    with pytest.raises(Refused, match="did you mean forecast"):
        present({"forecasts": plan["forecast"]})


def test_a_doubled_hour_has_a_row_of_its_own(plan):
    forecast = plan["forecast"]
    table = by_clock(forecast[forecast["queue"] == "bank"], "calls", "Forecast")
    assert table.caption == "Forecast, calls"
    assert [name for name, _ in table.headings] == ["Time", "Sat 25 Oct", "Sun 26 Oct"]
    shown = {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}
    assert shown["01:00"] == ["101", "107"]
    assert shown["01:00 again"] == ["", "108"]


@pytest.fixture(scope="module")
def book(plan, tmp_path_factory):
    path = tmp_path_factory.mktemp("workbook") / "plan.xlsx"
    write_workbook(plan, path, **TEXTS)
    return openpyxl.load_workbook(path)


def test_workbook_has_the_tables_in_the_chains_order(book):
    assert book.sheetnames == [
        "Summary", "Charts", "Days", "Promise", "At risk", "What if", "History", "Forecast", "Bands",
        "Overrides", "Accuracy", "Errors", "Requirement", "Shifts", "Coverage",
        "Outcome", "Actual", "Delivered", "Ledger", "Value added", "Worst intervals", "Alarms",
    ]  # fmt: skip
    summary = [[cell.value for cell in row] for row in book["Summary"]]
    assert summary[0][0] == "Plan & <title>"
    assert [summary[2][0], summary[3][0]] == TEXTS["summary"]
    assert summary[6] == ["Queue", "What is assumed", "Value", "Source"]
    assert summary[7] == [ODD, "patience", "180 s", "us"]
    assert len(book["Charts"]._charts) == 4


@pytest.mark.parametrize("name", [name for name in PARTS if name != "assumptions"])
def test_cells_equal_the_table(book, plan, name):
    table = plan[name]
    sheet = book[PARTS[name].title]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert len(cells) == len(table)
    place = 0
    for column in table.columns:
        found = [row[place] for row in cells]
        place += 1
        if isinstance(table[column].dtype, pd.DatetimeTZDtype):
            offsets = [row[place] for row in cells]
            place += 1
            back = [pd.Timestamp(f"{t.isoformat()}{o}") for t, o in zip(found, offsets, strict=True)]
            assert back == list(table[column])
        else:
            assert found == [None if pd.isna(value) else value for value in table[column]]


def test_dates_are_local_and_tell_the_doubled_hour_apart(book):
    rows = list(book["Coverage"].iter_rows(min_row=2, values_only=True))
    doubled = [row[2] for row in rows if row[0] == "bank" and row[1] == datetime(2003, 10, 26, 1)]  # noqa: DTZ001
    assert doubled == ["-04:00", "-05:00"]
    assert book["Coverage"]["B2"].is_date


def test_a_sheet_is_ready_for_work(book):
    sheet = book["Coverage"]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:I27"
    assert sheet["I2"].number_format == "0.0%"
    assert [cell.value for cell in sheet[1]][4] == "Needed (heads)"
    assert "rostered heads the requirement asks for" in sheet["E1"].comment.text.lower()
    assert len(sheet.conditional_formatting) == 2
    # Beside the forecast stands what came.
    forecast = [cell.value for cell in book["Forecast"][1]]
    assert forecast[-1] == "Came (calls)"


def test_a_ledgers_intervals_are_left_to_its_csv_file(plan, tmp_path):
    ledger = plan["ledger"]
    many = pd.concat([ledger, ledger[ledger["by"] == "day"].assign(by="interval")])
    write_workbook({"ledger": many}, tmp_path / "w.xlsx", **TEXTS)
    sheet = openpyxl.load_workbook(tmp_path / "w.xlsx")["Ledger"]
    assert [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)] == list(ledger["by"])


def test_workbook_is_the_same_twice(plan, tmp_path):
    digests = set()
    for name in ("one.xlsx", "two.xlsx"):
        write_workbook(plan, tmp_path / name, **TEXTS)
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(digests) == 1


FOLDER = {**TEXTS, "remarks": ["one thing", "two\nlines"], "site_toml": "zone = 'x'\n", "goal": 0.8}


@pytest.fixture(scope="module")
def folder(plan, tmp_path_factory):
    """A folder with the whole plan, alone in its own folder."""
    path = tmp_path_factory.mktemp("folder") / "plan"
    write_folder(plan, path, **FOLDER)
    return path


@pytest.fixture
def small(plan):
    return {name: plan[name] for name in ("history", "outcome")}


def test_folder_round_trip(plan, folder):
    again, summary, remarks = read_folder(folder, ZONE)
    assert list(again) == list(plan)
    for name, table in plan.items():
        pd.testing.assert_frame_equal(again[name], table)
    assert summary == tuple(TEXTS["summary"])
    assert remarks == ("one thing", "two lines")
    written = {path.name for path in folder.iterdir()}
    assert written == {f"{name}.csv" for name in plan} | {
        "summary.txt", "remarks.txt", "site.toml", "plan.xlsx", "report.html",
    }  # fmt: skip
    assert [path.name for path in folder.parent.iterdir()] == ["plan"]


def test_report_and_workbook_can_be_made_again_from_the_folder(folder, tmp_path):
    tables, summary, remarks = read_folder(folder, ZONE)
    write_report(
        tables, tmp_path / "r.html", title=TEXTS["title"], summary=summary, remarks=remarks, goal=0.8
    )
    write_workbook(tables, tmp_path / "w.xlsx", title=TEXTS["title"], summary=summary)
    assert (tmp_path / "w.xlsx").read_bytes() == (folder / "plan.xlsx").read_bytes()
    # A remark is one line in its file.
    first = (folder / "report.html").read_text(encoding="utf-8")
    assert (tmp_path / "r.html").read_text(encoding="utf-8") == first.replace("two\nlines", "two lines")


def test_a_new_plan_replaces_the_old_and_leaves_the_users_files(small, tmp_path):
    write_folder(small, tmp_path, **FOLDER)
    (tmp_path / "notes.csv").write_text("mine")
    write_folder({"outcome": small["outcome"]}, tmp_path, **TEXTS)
    assert {path.name for path in tmp_path.iterdir()} == {
        "outcome.csv", "summary.txt", "site.toml", "plan.xlsx", "report.html", "notes.csv", "history.old.csv",
        "remarks.old.txt",
    }  # fmt: skip
    assert (tmp_path / "notes.csv").read_text() == "mine"


def test_a_users_own_file_is_never_overwritten(small, tmp_path):
    (tmp_path / "history.csv").write_text("mine")
    with pytest.raises(Refused, match=r"history\.csv: a file that no plan has written"):
        write_folder(small, tmp_path, **FOLDER)
    assert [path.name for path in tmp_path.iterdir()] == ["history.csv"]
    # One that is the same may stay where it is.
    floor.write(small["history"], tmp_path / "history.csv")
    write_folder(small, tmp_path, **FOLDER)
    assert (tmp_path / "report.html").exists()


@pytest.mark.parametrize("step", ["write_workbook", "write_report"])
def test_nothing_is_written_when_a_step_fails(small, tmp_path, monkeypatch, step):
    def fail(*_, **__):
        raise OSError("disk full")

    write_folder({"outcome": small["outcome"]}, tmp_path / "old", **TEXTS)
    before = {path.name: path.read_bytes() for path in (tmp_path / "old").iterdir()}
    monkeypatch.setattr(folders, step, fail)
    for name in ("old", "new"):
        with pytest.raises(OSError, match="disk full"):
            write_folder(small, tmp_path / name, **FOLDER)
    assert {path.name: path.read_bytes() for path in (tmp_path / "old").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_folders_that_cannot_be(small, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="not a folder"):
        write_folder(small, tmp_path / "file", **FOLDER)
    with pytest.raises(Refused, match="make it first"):
        write_folder(small, tmp_path / "no" / "where", **FOLDER)
    with pytest.raises(Refused, match="no table of a plan"):
        read_folder(tmp_path, ZONE)
