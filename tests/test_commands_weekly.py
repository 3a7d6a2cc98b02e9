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


@pytest.mark.usefixtures("brief_search")
def test_inputs_that_are_not_used_again_are_set_aside(site_folder: Path) -> None:
    (site_folder / "site.toml").write_text('events = "events.csv"\n' + SITE)
    (site_folder / "events.csv").write_text("name,date,effect\nsale,2024-05-07,+20%\n")
    all_of_it = ("--people", "people.csv", "--what-if", "scenarios.toml", "-o", "week")
    assert run(*WEEK, *all_of_it).exit_code == 0
    written = files(site_folder / "week")
    inputs = {"people.csv", "scenarios.toml", "events.csv"}
    assert inputs <= set(written)
    (site_folder / "site.toml").write_text(SITE)
    assert run(*WEEK, "-o", "week").exit_code == 0
    left = files(site_folder / "week")
    assert not inputs & set(left)
    for name, aside in (
        ("people.csv", "people.old.csv"),
        ("scenarios.toml", "scenarios.old.toml"),
        ("events.csv", "events.old.csv"),
        ("roster/shifts.csv", "roster.old/shifts.csv"),
    ):
        assert left[aside] == written[name]
    assert not (site_folder / "week" / "roster").exists()
    # What has a history alone takes no run of the store along.
    assert run("calls.csv", "--start", "2024-05-03", "--days", "1", "-o", "week").exit_code == 0
    assert not (site_folder / "week" / "run.txt").exists()


def test_events_do_not_take_the_place_of_a_table(site_folder: Path) -> None:
    (site_folder / "site.toml").write_text('events = "days.csv"\n' + SITE)
    (site_folder / "days.csv").write_text("name,date,effect\nsale,2024-05-07,+20%\n")
    refused = run(*WEEK, "-o", "week")
    assert refused.exit_code == 1
    assert "days.csv: the plan has a file of that name; rename yours" in refused.output


def test_in_the_folder_of_the_settings_inputs_stay_where_they_are(site_folder: Path) -> None:
    assert run(*WEEK, "--what-if", "scenarios.toml", "-o", ".").exit_code == 0
    assert run(*WEEK, "-o", ".").exit_code == 0
    assert (site_folder / "scenarios.toml").read_text() == SCENARIOS
    assert (site_folder / "people.csv").exists()


@pytest.mark.usefixtures("site_folder")
def test_a_roster_cut_by_the_clock_is_remarked() -> None:
    result = run(*WEEK, "--people", "people.csv", "-o", "week", "--time-limit", "0.01")
    assert result.exit_code == 0, result.output
    assert "was cut by the clock, and another run may find others; give it more time" in result.output
    assert "time_limit_s = 0.01" in Path("week/run.txt").read_text()


def test_events_and_overrides_stand_among_the_assumptions(site_folder: Path) -> None:
    (site_folder / "site.toml").write_text('events = "events.csv"\n' + SITE)
    days = "sale,2024-05-07,+20%\nsale,2024-04-09,+20%\nstrike,2024-05-08,\nstrike,2024-04-10,\n"
    (site_folder / "events.csv").write_text(f"name,date,effect\n{days}")
    assert CliRunner().invoke(main, ["import", "calls.csv", "--who", "me"]).exit_code == 0
    for first, amount in (
        ("2024-05-06", "--percent=10"),
        ("2024-05-09", "--add=-5"),
        ("2024-06-03", "--set=9"),
    ):
        words = ["override", "add", "sales", "--first", first, amount, "--reason", "mailing", "--who", "me"]
        given = CliRunner().invoke(main, words)
        assert given.exit_code == 0, given.output
    assert run(*WEEK, "-o", "week").exit_code == 0
    tables, _, _ = read_folder(site_folder / "week", ZONE)
    rows = tables["assumptions"].set_index("item")[["value", "source"]]
    said = {item: tuple(row) for item, row in rows.iterrows() if str(item).startswith(("event", "override"))}
    assert said == {
        "event: sale, 2024-05-07": ("calls +20%", "events.csv"),
        "event: strike, 2024-05-08": ("as learned from earlier ones", "events.csv"),
        "override 1": ("+10%, 2024-05-06 (mailing)", "the store"),
        "override 2": ("-5 calls a day, 2024-05-09 (mailing)", "the store"),
    }
    assert "strike, 2024-05-08" in (site_folder / "week" / "report.html").read_text()


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
