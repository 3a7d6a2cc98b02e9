"""`callplan plan` from the store: what it writes, twice the same, and what it refuses."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from cli import main
from commands.weekly import duration, with_time_left
from reporting.folder import read_folder

ZONE = "Europe/Paris"
SITE = """
name = "Weekly"
zone = "Europe/Paris"
minutes = 60
model = "mean_of_8"
[queues.sales]
service_level = 0.8
within_s = 20
shrinkage = 0.2
patience_s = 180
aht_s = 300
[shifts]
lengths_h = [4, 8]
meal_min = 0
start_every_min = 60
[shifts.contracts.FT]
lengths_h = [8]
"""
SCENARIOS = """
[scenarios."volume +10%"]
volume = 0.1
"""


@pytest.fixture
def site_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder: settings, four weeks of calls, people and scenarios."""
    start = pd.Series(pd.date_range("2024-04-08 08:00", "2024-05-03 15:00", freq="h", tz=ZONE))
    start = start[(start.dt.day_of_week < 5) & start.dt.hour.between(8, 15)].reset_index(drop=True)
    calls = np.random.default_rng(1).poisson(20, len(start))
    table = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "offered": calls})
    table.to_csv(tmp_path / "calls.csv", index=False)
    people = pd.DataFrame({"person": [f"p{i}" for i in range(8)], "contract": "FT", "skills": "sales"})
    people.to_csv(tmp_path / "people.csv", index=False)
    (tmp_path / "site.toml").write_text(SITE)
    (tmp_path / "scenarios.toml").write_text(SCENARIOS)
    monkeypatch.chdir(tmp_path)
    # A store made elsewhere would be taken instead.
    monkeypatch.delenv("CALLPLAN_STORE", raising=False)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["plan", *arguments])


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


WEEK = ("--import", "calls.csv", "--start", "2024-05-06", "--days", "5")


def test_a_week_from_the_store_is_written_to_its_date_and_again_the_same(site_folder: Path) -> None:
    first = run(*WEEK, "--what-if", "scenarios.toml", "--who", "me")
    assert first.exit_code == 0, first.output
    folder = site_folder / "plan" / "2024-05-06"
    written = files(folder)
    assert {"site.toml", "scenarios.toml", "run.txt", "report.html", "plan.xlsx"} <= set(written)
    assert {"promise.csv", "at_risk.csv", "scenarios.csv", "bands.csv", "history.csv"} <= set(written)
    tables, summary, remarks = read_folder(folder, ZONE)
    assert {"promise", "scenarios"} <= set(tables)
    assert summary[0].startswith("Promise, sales: ")
    assert any("last week is not tracked" in remark for remark in remarks)
    assert 'id="promise"' in written["report.html"].decode()
    assert "What if volume +10%, planned anew" in first.output
    again = run(*WEEK, "--what-if", "scenarios.toml", "--who", "me")
    assert "it was imported before" in again.output
    assert files(folder) == written


@pytest.mark.usefixtures("brief_search")
def test_with_people_the_roster_stands_in_a_folder_inside(site_folder: Path) -> None:
    result = run(*WEEK, "--people", "people.csv", "-o", "week")
    assert result.exit_code == 0, result.output
    written = files(site_folder / "week")
    assert {"roster/shifts.csv", "roster/people.csv", "roster/site.toml", "people.csv"} <= set(written)


def test_a_run_that_fails_leaves_the_last_good_one(
    site_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(*WEEK, "-o", "week").exit_code == 0
    before = files(site_folder / "week")

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("killed half way")

    monkeypatch.setattr("reporting.folder.write_report", broken)
    assert run("--start", "2024-05-06", "--seed", "1", "-o", "week").exit_code != 0
    assert files(site_folder / "week") == before


@pytest.mark.usefixtures("site_folder")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["calls.csv", "--people", "people.csv"], "--people"),
        (["calls.csv", "--import", "calls.csv"], "--import"),
        (["calls.csv", "--what-if", "scenarios.toml"], "--what-if"),
        (["--previous", "people.csv"], "give --people too"),
        ([], "no store is there yet"),
        (["--import", "absent.csv"], "absent.csv"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert said in result.output


def test_the_time_left_follows_from_the_share_done(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 30.0, 31.0, 120.0])
    monkeypatch.setattr("commands.weekly.time.monotonic", lambda: next(clock))
    said: list[str] = []
    pace = with_time_left(said.append)
    for line, done in (("shifts", 0.0), ("playing", 0.25), ("playing", 0.26), ("playing", 0.5)):
        pace(line, done)
    # What was said a second before is not said again.
    assert said == ["shifts", "playing; about 90 s left", "playing; about 2 min left"]
    assert duration(0.1) == "5 s"
