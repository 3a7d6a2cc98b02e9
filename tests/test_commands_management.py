"""The commands of the management report and the scorecard, from files to files."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from callplan.store import open_store
from cli import main
from planning import Site, forecast_site, publish

SITE = """
zone = "Europe/Paris"
model = "mean_of_4"
[calendar.hours]
mon-fri = "09:00-11:00"
[queues.sales]
service_level = 0.8
within_s = 20
shrinkage = 0.3
aht_s = 240
"""
NOW = ["--now", "2024-05-20T08:00"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CALLPLAN_STORE", raising=False)
    (tmp_path / "site.toml").write_text(SITE, encoding="utf-8")
    history().to_csv(tmp_path / "history.csv", index=False)
    return tmp_path


def history() -> pd.DataFrame:
    start = pd.date_range("2024-03-04 09:00", "2024-05-17 10:30", freq="30min", tz="Europe/Paris")
    start = start[(start.hour >= 9) & (start.hour < 11) & (start.day_of_week < 5)]
    rows = pd.DataFrame({"queue": "sales", "start": start, "minutes": 30, "offered": 20.0, "handled": 18.0})
    return rows.assign(answered_within=15.0, within_s=20.0)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_a_report_from_a_template_to_page_and_workbook(folder: Path) -> None:
    assert run("management-report", "--init").exit_code == 0
    assert run("management-report", "--init").exit_code == 1
    done = run("management-report", "--history", "history.csv", "--period", "2024-W19", *NOW)
    assert done.exit_code == 0, done.output
    assert "400 calls were offered and 90.0% of them answered" in done.stdout
    assert "0 of 1 goals were met, 1 missed" in done.stdout
    assert (folder / "report-2024-05-06.html").is_file()
    assert (folder / "report-2024-05-06.xlsx").is_file()


def test_the_language_and_the_files_are_as_said(folder: Path) -> None:
    (folder / "report.toml").write_text('client = "银行"\noutlook_weeks = 0\n', encoding="utf-8")
    asked = ["--language", "zh", "--page", "p.html", "--workbook", "w.xlsx", "--period", "2024-W19"]
    done = run("management-report", "report.toml", "--history", "history.csv", *asked, *NOW)
    assert done.exit_code == 0, done.output
    assert "呼入 400 通" in done.stdout
    assert "管理报告：银行" in (folder / "p.html").read_text(encoding="utf-8")
    assert not list(folder.glob("report-*"))


def test_the_store_brings_history_and_what_was_published(folder: Path) -> None:
    site = Site.from_toml("site.toml")
    before, all_ = history()[lambda rows: rows["start"] < "2024-05-06"], history()
    with open_store(folder / "callplan.duckdb") as store:
        friday = datetime(2024, 5, 3, 16, tzinfo=UTC)
        store.put_history([before], file="a", digest="a", profile="generic", who="ann", now=friday)
        publish(store, site, forecast_site(before, site, days=7, start="2024-05-06"), who="ann", now=friday)
        later = datetime(2024, 5, 19, tzinfo=UTC)
        store.put_history([all_], file="b", digest="b", profile="generic", who="ann", now=later)
    (folder / "report.toml").write_text('client = "Bank"\noutlook_weeks = 0\n', encoding="utf-8")
    done = run("management-report", "--period", "2024-W19", *NOW)
    assert done.exit_code == 0, done.output
    assert "as they stood when each day began" in done.stdout
    page = (folder / "report-2024-05-06.html").read_text(encoding="utf-8")
    assert "WAPE" in page


def test_files_beside_the_settings_are_read(folder: Path) -> None:
    (folder / "report.toml").write_text(
        'client = "Bank"\noutlook_weeks = 0\nexclusions = "x.csv"\noutbound = "o.csv"\n'
        '[[goals]]\nfigure = "service_level"\ntarget = 0.7\nwithin_s = 20\n'
        '[passed_through]\ncases = "c.csv"\n',
        encoding="utf-8",
    )
    (folder / "x.csv").write_text("start,end,reason\n2024-05-06 09:00,2024-05-06 10:00,line down\n")
    (folder / "o.csv").write_text("date,list,attempts,reached\n2024-05-06,spring,100,40\n")
    (folder / "c.csv").write_text("kind,cases\nlost card,3\n")
    done = run("management-report", "--history", "history.csv", "--period", "2024-W19", *NOW)
    assert done.exit_code == 0, done.output
    page = (folder / "report-2024-05-06.html").read_text(encoding="utf-8")
    for said in ("line down", "spring", "lost card", "Contact rate"):
        assert said in page
    (folder / "x.csv").write_text("start,end,reason\n")
    assert run("management-report", "--history", "history.csv", "--period", "2024-W19", *NOW).exit_code == 0
    (folder / "c.csv").unlink()
    gone = run("management-report", "--history", "history.csv", "--period", "2024-W19", *NOW)
    assert gone.exit_code == 1
    assert "no such file" in gone.output


def test_outbound_calls_of_other_days_are_left_out_and_a_review_is_shown(folder: Path) -> None:
    (folder / "report.toml").write_text(
        'client = "Bank"\noutlook_weeks = 0\noutbound = "o.csv"\noutbound_review = "r.csv"\n'
    )
    (folder / "r.csv").write_text(
        "date,who,reviewed,found,agreed\n2024-05-08,Ann,spring,late calls fail,no call after 17:00\n"
        "2024-04-01,Ann,spring,another month,none\n"
    )
    asked = ["management-report", "--history", "history.csv", "--period", "2024-W19", *NOW]
    (folder / "o.csv").write_text("date,list,attempts,reached\n2024-01-06,spring,100,40\n")
    done = run(*asked)
    assert done.exit_code == 0, done.output
    assert "Outbound: no result from Mon 6 May 2024 to Sun 12 May 2024" in done.stdout
    assert 'id="outbound"' not in (folder / "report-2024-05-06.html").read_text(encoding="utf-8")
    (folder / "o.csv").write_text("date,list,attempts,reached\n")
    assert "Outbound: no result" in run(*asked).stdout
    (folder / "o.csv").write_text("date,list,attempts,reached\n2024-05-06,spring,100,40\n")
    assert run(*asked).exit_code == 0
    page = (folder / "report-2024-05-06.html").read_text(encoding="utf-8")
    assert "no call after 17:00" in page
    assert "another month" not in page
    (folder / "r.csv").write_text("date,who,reviewed\n")
    assert run(*asked).exit_code == 0
    page = (folder / "report-2024-05-06.html").read_text(encoding="utf-8")
    assert "No notes on this period were supplied" in page
    (folder / "o.csv").write_text("date,list,attempts,reached\n2024-05-06,spring,100,140\n")
    refused = run(*asked)
    assert refused.exit_code == 1
    assert "outbound, 2024-05-06, spring, column reached: 140 reached of 100 attempts" in refused.output


def test_days_that_are_not_over_are_refused_in_one_line(folder: Path) -> None:
    (folder / "report.toml").write_text('client = "Bank"\n', encoding="utf-8")
    done = run("management-report", "--history", "history.csv", "--period", "2024-W22", *NOW)
    assert done.exit_code == 1
    assert "none of these days is over" in done.output
    assert "Traceback" not in done.output


def test_a_scorecard_from_files_to_scores(folder: Path) -> None:
    assert run("scorecard", "--init").exit_code == 0
    table = "date,offered,handled,handle_s\n2026-03-02,100,95,22800\n"
    for name in ("vendor_a.csv", "vendor_b.csv"):
        (folder / name).write_text(table)
    done = run("scorecard", "--page", "s.html", "--workbook", "s.xlsx", "--format", "csv")
    assert done.exit_code == 0, done.output
    assert "Vendor A,2026-03-01,total,2026-03-01,,,1.0,100.0," in done.stdout
    assert (folder / "s.html").is_file()
    assert (folder / "s.xlsx").is_file()
