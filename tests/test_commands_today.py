"""The commands of the day and the year: from files and from the store, what they write and refuse."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from callplan.hours import OpeningHours
from callplan.intervals import grid
from callplan.tables import BALANCE, DEVIATIONS, HISTORY, SUGGESTIONS, TODAY, read, write
from cli import main

ZONE = "Europe/Paris"
SETTINGS = f"""
zone = "{ZONE}"
model = "mean_of_4"
[calendar.hours]
mon-fri = "09:00-17:00"
[queues.sales]
service_level = 0.8
within_s = 20
shrinkage = 0.2
aht_s = 240
patience_s = 180
[shifts]
cost_per_h = 20.0
under_cost_per_h = 90.0
[shifts.contracts.FT]
lengths_h = [8.0]
[hiring.contracts.FT]
monthly_attrition = 0.03
training_weeks = 2
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with settings, eight weeks of calls, a forecast and a requirement of the next."""
    monkeypatch.chdir(tmp_path)
    Path("site.toml").write_text(SETTINGS, encoding="utf-8")
    start = grid(
        date(2024, 3, 4), date(2024, 4, 26), 30, ZONE, OpeningHours.parse({"mon-fri": "09:00-17:00"})
    )
    offered = np.random.default_rng(0).poisson(40, len(start)).astype(float)
    write(pd.DataFrame({"queue": "sales", "start": start, "minutes": 30, "offered": offered}), "history.csv")
    assert run("forecast", "history.csv", "--days", "5", "-o", "forecast.csv").exit_code == 0
    assert run("staff", "forecast.csv", "-o", "requirement.csv").exit_code == 0
    today = start[start.dt.date == date(2024, 4, 26)] + pd.Timedelta(days=4)
    rows = pd.DataFrame({"queue": "sales", "start": today, "minutes": 30, "offered": 55.0})
    write(rows[rows["start"].dt.hour < 11], "today.csv")
    return tmp_path


def test_a_day_from_files(site: Path) -> None:
    done = run(
        "intraday", "forecast.csv", "today.csv", "--now", "2024-04-30T11:00", "--requirement",
        "requirement.csv", "--suggestions", "do.csv", "--figure", "day.png", "-o", "day.csv",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    rows = read("day.csv", TODAY, ZONE)
    assert (rows["state"] == "over").sum() == 4
    found = read("do.csv", SUGGESTIONS, ZONE)
    assert (found["gain"] > 0).all()
    assert "sales at 11:00: 220 calls came" in done.stderr
    assert f"1. {found['what'].iloc[0]}" in done.stderr
    assert Path("day.png").stat().st_size > 10_000


def test_a_day_from_the_store(site: Path) -> None:
    for name in ("history.csv", "today.csv"):
        assert run("import", name, "--who", "ann").exit_code == 0
    given = ("--now", "2024-04-30T11:00", "--requirement", "requirement.csv", "--format", "csv")
    stored = run("intraday", "forecast.csv", *given)
    assert stored.exit_code == 0, stored.output
    assert stored.stdout == run("intraday", "forecast.csv", "today.csv", *given).stdout


def test_a_day_without_anybody_is_refused(site: Path) -> None:
    done = run("intraday", "forecast.csv", "today.csv", "--now", "2024-04-30T11:00")
    assert done.exit_code == 1
    assert "neither roster, coverage nor requirement" in done.stderr
    done = run(
        "intraday", "forecast.csv", "today.csv", "--now", "2024-04-30T11:00", "--requirement",
        "requirement.csv", "--log", "log.csv",
    )  # fmt: skip
    assert done.exit_code == 1
    assert "no roster to hold it against" in done.stderr


@pytest.mark.usefixtures("brief_search")
def test_a_day_with_a_roster_and_a_log(site: Path) -> None:
    rows = [f"P{number:02},FT,sales" for number in range(14)]
    Path("people.csv").write_text("\n".join(["person,contract,skills", *rows, ""]), encoding="utf-8")
    made = run(
        "schedule", "requirement.csv", "--people", "people.csv", "--to", "roster", "--time-limit", "20"
    )
    assert made.exit_code == 0, made.output
    shifts = pd.read_csv("roster/shifts.csv")
    first = shifts[shifts["start"].str.startswith("2024-04-30")].iloc[0]
    log = pd.DataFrame(
        {"person": [first["person"]], "start": [first["start"]], "duration": ["1:30:00"], "state": ["Ready"]}
    )
    log.to_csv("log.csv", index=False)
    Path("states.toml").write_text('[states]\nReady = "work"\n', encoding="utf-8")
    said = ("--states", "states.toml", "--now", "2024-04-30T11:00")
    done = run("intraday", "forecast.csv", "today.csv", "--roster", "roster", "--log", "log.csv", *said)
    assert done.exit_code == 0, done.output
    assert "Adherence" in done.stderr
    kept = run(
        "adherence",
        "roster",
        "log.csv",
        "--states",
        "states.toml",
        "--deviations",
        "off.csv",
        "--format",
        "json",
    )
    assert kept.exit_code == 0, kept.output
    row = next(row for row in json.loads(kept.stdout) if row["person"] == first["person"])
    assert row["worked_min"] == 90
    assert read("off.csv", DEVIATIONS, ZONE)["found"].iloc[0] == "off"


def test_a_year_from_files_and_from_the_store(site: Path) -> None:
    Path("capacity.toml").write_text(
        "full_time_h = 38.0\noverflow_per_h = 60.0\n[headcount]\nFT = 20\n[season.leave]\nmay = 0.1\n",
        encoding="utf-8",
    )
    given = ("--weeks", "6", "--terms", "capacity.toml")
    done = run(
        "capacity", "history.csv", *given, "--figure", "year.png", "--workbook", "year.xlsx", "-o", "year.csv"
    )
    assert done.exit_code == 0, done.output
    rows = read("year.csv", BALANCE, ZONE)
    assert len(rows) == 6
    assert rows["start"].iloc[0] == pd.Timestamp("2024-04-29", tz=ZONE)
    assert "FTE are hours / 38 h" in done.stderr
    assert "Attrition of FT: 3% of those employed" in done.stderr
    assert Path("year.png").exists()
    assert Path("year.xlsx").exists()
    assert run("import", "history.csv", "--who", "ann").exit_code == 0
    stored = run("capacity", *given, "--format", "csv")
    assert stored.exit_code == 0, stored.output
    assert stored.stdout == run("capacity", "history.csv", *given, "--format", "csv").stdout
    more = run(
        "capacity", "history.csv", *given, "--headcount", "FT", "60", "--of", "ways", "--format", "json"
    )
    assert json.loads(more.stdout)[0]["hires"] == 0
    none = run("capacity", "history.csv", *given, "--headcount", "FT", "60", "--of", "late")
    assert none.exit_code == 1
    assert "there is no table late" in none.stderr


def test_leave_and_absence_from_records(site: Path) -> None:
    days = pd.date_range("2024-01-01", "2024-12-31")
    rows = pd.DataFrame({"start": days.strftime("%Y-%m-%d"), "planned_h": 100.0, "absent_h": 10.0})
    rows.to_csv("absences.csv", index=False)
    done = run(
        "capacity", "history.csv", "--weeks", "3", "--headcount", "FT", "20", "--absences", "absences.csv",
        "--format", "json",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert all(row["absence"] == pytest.approx(0.1) for row in json.loads(done.stdout))


def test_without_hiring_there_is_the_need_alone(site: Path) -> None:
    settings = SETTINGS.split("[hiring")[0]
    Path("site.toml").write_text(settings, encoding="utf-8")
    done = run("capacity", "history.csv", "--weeks", "2", "--figure", "x.png", "--format", "json")
    assert done.exit_code == 0, done.output
    assert [row["queue"] for row in json.loads(done.stdout)] == ["sales", "sales"]
    assert "the need alone is planned" in done.stderr
    assert not Path("x.png").exists()
    assert run("capacity", "history.csv", "--weeks", "2", "--of", "balance").exit_code == 1


def test_a_slip_in_the_terms_is_refused_with_the_nearest(site: Path) -> None:
    Path("capacity.toml").write_text("gap_at_mots = 2\n", encoding="utf-8")
    done = run("capacity", "history.csv", "--terms", "capacity.toml")
    assert done.exit_code == 1
    assert "did you mean gap_at_most" in done.stderr


def test_an_empty_store_is_refused(site: Path) -> None:
    done = run("capacity", "--weeks", "2")
    assert done.exit_code == 1
    assert "no store is there yet" in done.stderr
    assert read("history.csv", HISTORY, ZONE)["offered"].sum() > 0
