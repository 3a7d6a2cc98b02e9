"""The doors of staffing: staff with its options, explain, simulate, erlang with its tables and figure."""

import json
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from callplan.hours import OpeningHours
from callplan.intervals import grid
from callplan.tables import REQUIREMENT, read, write
from cli import main
from erlang import erlang_c

ZONE = "Europe/Paris"
CASE = ("erlang", "100", "--minutes", "30", "--aht", "180", "--service", "80/20")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def json_of(*arguments: str) -> list[dict]:
    done = run(*arguments, "--format", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with a site.toml and the forecast of two mornings."""
    monkeypatch.chdir(tmp_path)
    assert run("init", "--zone", ZONE, "--queue", "sales").exit_code == 0
    start = grid(date(2024, 5, 6), date(2024, 5, 7), 30, ZONE, OpeningHours.parse({"mon-sun": "08:00-12:00"}))
    calls = [40.0, 60, 90, 110, 120, 110, 90, 70] * 2
    rows = pd.DataFrame(
        {"queue": "sales", "start": start, "model": "mean_of_4", "minutes": 30, "calls": calls}
    )
    rows["cutoff"], rows["level"], rows["aht_s"] = pd.Timestamp("2024-05-05", tz=ZONE), 0.8, 240.0
    rows["calls_lo"], rows["calls_hi"] = 0.8 * rows["calls"], 1.25 * rows["calls"]
    write(rows, "forecast.csv")
    return tmp_path


def staffed(*options: str) -> pd.DataFrame:
    done = run("staff", "forecast.csv", "-o", "requirement.csv", *options)
    assert done.exit_code == 0, done.output
    return read("requirement.csv", REQUIREMENT, ZONE)


def test_options_of_staff_change_what_they_say(folder: Path) -> None:
    plain = staffed()
    assert set(plain["goal"]) == {"80/20 offered"}
    patient = staffed("--patience", "60")
    assert patient["agents"].sum() < plain["agents"].sum()
    good = staffed("--patience", "60", "--convention", "abandon_positive")
    assert good["agents"].sum() < patient["agents"].sum()
    assert set(good["goal"]) == {"80/20 abandon_positive"}
    sure = staffed("--confidence", "0.9")
    assert (sure["agents"] > plain["agents"]).all()
    alone = staffed("--no-lag")
    assert (alone["sized_load"] == alone["load"]).all()
    assert (plain["sized_load"] != plain["load"]).any()
    assert staffed("--aht", "480")["load"].sum() == pytest.approx(2 * plain["load"].sum())
    assert (staffed("--lines", "30")["agents"] <= plain["agents"]).all()


def test_repair_says_what_it_cost_and_meets_the_goal(folder: Path) -> None:
    done = run("staff", "forecast.csv", "--patience", "120", "--repair", "-o", "requirement.csv")
    assert done.exit_code == 0, done.output
    assert re.search(
        r"remark: queue sales: repair: \d+ agent-intervals added, \d+ removed; [+-]", done.stderr
    )
    mended = read("requirement.csv", REQUIREMENT, ZONE)
    assert mended["service_level"].min() >= 0.79
    assert (mended["service_level_lo"] <= mended["service_level"]).all()
    assert (mended["service_level_hi"] >= mended["service_level"]).all()
    assert (mended["rostered"] >= mended["agents"] / 0.7 - 1e-9).all()


def test_a_repair_leaves_a_queue_with_lines_as_it_is(folder: Path) -> None:
    done = run("staff", "forecast.csv", "--lines", "40", "--repair", "-o", "requirement.csv")
    assert done.exit_code == 0, done.output
    assert "queue sales: left as it is, for the day check of a repair knows no lines" in done.stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--lines", "8"), "queue sales, target, service_level: "),
        (
            ("--aht", "4"),
            "aht_s: a handling time of 4 s, below 10 s; give seconds (4 min are 240), or set aht_as_given",
        ),
        (
            ("--aht", "20000"),
            "aht_s: a handling time of 20000 s, above 4 h; give seconds (20000 s are 5.56 h), or set",
        ),
        (("--service", "98%"), "service level: found '98%'; say percent and seconds: 80/20"),
        (("--convention", "answred"), "convention: found 'answred'; did you mean answered?"),
        (("--confidence", "1.5"), "confidence: found 1.5"),
        (("--shrinkage", "1"), "shrinkage: found 1"),
        (("--patience", "0"), "patience_s: found 0"),
    ],
)
def test_what_cannot_be_right_gets_one_line(folder: Path, options: tuple[str, ...], says: str) -> None:
    done = run("staff", "forecast.csv", "-o", "requirement.csv", *options)
    assert done.exit_code == 1
    lines = [line for line in done.stderr.splitlines() if line.startswith("callplan: ")]
    assert len(lines) == 1
    assert says in lines[0]
    assert not Path("requirement.csv").exists()


def test_a_forecast_in_minutes_is_noticed(folder: Path) -> None:
    text = Path("forecast.csv").read_text(encoding="utf-8")
    Path("forecast.csv").write_text(text.replace(",240.0", ",4.0"), encoding="utf-8")
    done = run("staff", "forecast.csv", "-o", "requirement.csv")
    assert done.exit_code == 1
    assert (
        "queue sales, column aht_s: a handling time of 4 s, below 10 s; give seconds (4 min are 240)"
        in done.stderr
    )


def test_an_odd_handling_time_is_taken_when_it_is_meant(folder: Path) -> None:
    assert staffed("--aht", "4", "--aht-as-given")["aht_s"].eq(4).all()
    assert json_of(*CASE[:4], "--aht", "4", *CASE[6:], "--aht-as-given")[0]["load"] == pytest.approx(
        100 * 4 / 1800
    )


def test_explain_goes_from_calls_to_heads_with_the_numbers_of_staff(folder: Path) -> None:
    needed = staffed("--patience", "120").iloc[2]
    done = run("explain", "sales", "2024-05-06 09:00", "--patience", "120")
    assert done.exit_code == 0, done.output
    text = " ".join(done.stdout.split())
    assert "sales, Mon 2024-05-06 09:00 to 09:30, UTC+0200 [local time, Europe/Paris]" in text
    assert "90 calls × 240 s / 1,800 s = 12 erlangs" in text
    assert "still that of before, 8 erlangs; then it is its own, 12 erlangs, for 26 minutes" in text
    assert "13.33% × " in text
    assert f"{needed['agents'] - 1} agents: " in text
    assert f"{needed['agents']} agents: {needed['service_level']:.1%} answered within 20 s" in text
    assert f"rounded up: {needed['rostered']} heads" in text
    for formula in (
        "offered load",
        "Green, Kolesar and Soares",
        "Erlang A (Palm 1957), patience 120 s",
        "shrinkage divides",
    ):
        assert formula in text
    steps = json_of("explain", "sales", "2024-05-06T08:00", "--no-lag", "--confidence", "0.8")
    assert [step["what"] for step in steps] == [
        "interval", "calls", "load", "doubt", "too few", "agents", "rostered", "service", "band"
    ]  # fmt: skip
    assert steps[4]["formula"] == "Erlang C (Erlang 1917)"


def test_explain_names_the_nearest_intervals(folder: Path) -> None:
    done = run("explain", "sales", "2024-05-06 09:10")
    assert done.exit_code == 1
    says = "no interval begins at 2024-05-06 09:10; try 2024-05-06T09:00+02:00 or 2024-05-06T09:30+02:00"
    assert says in done.stderr
    assert (
        run("explain", "sales", "2024-05-06 07:00:00+00:00").stdout
        == run("explain", "sales", "2024-05-06T09:00").stdout
    )
    assert run("explain", "sales", "nine").exit_code == 2
    assert "did you mean sales?" in run("explain", "sale", "2024-05-06 09:00").stderr


def test_simulate_finds_what_was_expected(folder: Path) -> None:
    staffed("--patience", "120")
    rows = json_of("simulate", "requirement.csv", "--patience", "120", "--replications", "150")
    played = pd.DataFrame(rows)
    assert len(played) == 16
    # Sized with the lag, most intervals are as expected; the opening is better, for it begins empty.
    assert (played["service_level"] - played["expected"]).abs().mean() < 0.05
    assert (played["service_level_lo"] <= played["service_level"]).all()
    again = json_of("simulate", "requirement.csv", "--patience", "120", "--replications", "150")
    assert again == rows
    assert (
        json_of("simulate", "requirement.csv", "--patience", "120", "--replications", "150", "--seed", "1")
        != rows
    )


def test_simulate_plays_the_callers_staffed_for_unless_others_are_named(folder: Path) -> None:
    """The site knows no patience: without the requirement's own, queues would only grow."""
    staffed("--patience", "30", "--service", "90/10", "--convention", "answered")
    done = run(
        "simulate", "requirement.csv", "--replications", "20", "--format", "json", "--figure", "played.png"
    )
    assert done.exit_code == 0, done.output
    played = json.loads(done.stdout)
    assert {(row["within_s"], row["convention"], row["replications"]) for row in played} == {
        (10, "answered", 20)
    }
    assert "remark" not in done.stderr
    others = run("simulate", "requirement.csv", "--replications", "20", "--patience", "1000")
    assert "was sized for other callers, or interval by interval" in others.stderr
    assert Path("played.png").read_bytes().startswith(b"\x89PNG")


def test_the_ladder_begins_with_the_goal_asked_for() -> None:
    rungs = json_of("erlang", "100", "--minutes", "30", "--aht", "180", "--service", "70/30", "--ladder")
    assert [rung["goal"] for rung in rungs] == ["70/30", "80/20", "90/20", "95/15", "98/15"]
    assert [rung["agents"] for rung in rungs[1:]] == [14, 15, 16, 17]
    assert rungs[0]["more"] == 0


def test_several_goals_are_met_at_once_and_the_one_that_decides_is_named(folder: Path) -> None:
    (answer,) = json_of(*CASE, "--asa", "3", "--occupancy", "0.9")
    assert (answer["agents"], answer["set_by"]) == (16, "asa_s")
    assert answer["asa_s"] <= 3 < erlang_c(15, 10) * 180 / 5
    needed = staffed("--occupancy", "0.5")
    assert set(needed["set_by"]) == {"occupancy"}
    assert (needed["agents"] >= needed["sized_load"] / 0.5 - 1e-9).all()


def test_marginal_holds_the_team_and_its_neighbours() -> None:
    rows = json_of(*CASE, "--marginal")
    by_agents = {row["agents"]: row for row in rows}
    assert set(range(12, 17)) <= set(by_agents)
    assert by_agents[14]["service_level"] == pytest.approx(0.8883500191)
    assert by_agents[14]["asa_s"] == pytest.approx(erlang_c(14, 10) * 180 / 4)
    assert rows[0]["convention"] == "offered"


@pytest.mark.parametrize(("name", "begins"), [("a.png", b"\x89PNG"), ("a.svg", b"<?xml")])
def test_the_figure_is_the_same_bytes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, begins: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    drawn = []
    for _ in range(2):
        assert run(*CASE, "--figure", name).exit_code == 0
        drawn.append(Path(name).read_bytes())
    assert drawn[0] == drawn[1]
    assert drawn[0].startswith(begins)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--ladder", "--marginal"), "--ladder and --marginal: both are asked for"),
        (("--figure", "team.gif"), "team.gif: the suffix names no format; use .png, .svg"),
        (("--figure", "nowhere/team.png"), "there is no folder nowhere"),
        (("--lines", "8"), "more lines"),
        (("--shrinkage", "1"), "shrinkage: found 1"),
    ],
)
def test_erlang_refuses_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*CASE, *options)
    assert done.exit_code == 1
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())
