"""The terminal door: what commands print, how they end, what bad input gets."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import click
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from callplan.hours import OpeningHours
from callplan.intervals import grid
from callplan.tables import FORECAST, HISTORY, REQUIREMENT, SHIFT_PLAN, read, write
from cli import main
from commands.door import every_command

ZONE = "Europe/Paris"
HEADER = "queue,start,minutes,offered\n"


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with a site.toml and twelve weeks of calls in history.csv."""
    monkeypatch.chdir(tmp_path)
    assert run("init", "--zone", ZONE, "--queue", "sales").exit_code == 0
    settings = Path("site.toml").read_text(encoding="utf-8").replace("# aht_s = 240", "aht_s = 240")
    Path("site.toml").write_text(settings, encoding="utf-8")
    hours = OpeningHours.parse({"mon-fri": "09:00-17:00"})
    start = grid(date(2003, 7, 28), date(2003, 10, 17), 30, ZONE, hours)
    offered = np.random.default_rng(0).poisson(30, len(start)).astype(float)
    write(pd.DataFrame({"queue": "sales", "start": start, "minutes": 30, "offered": offered}), "history.csv")
    return tmp_path


def test_the_chain_command_by_command(site: Path) -> None:
    assert run("forecast", "history.csv", "--model", "mean_of_4", "-o", "forecast.csv").exit_code == 0
    assert run("staff", "forecast.csv", "-o", "requirement.parquet").exit_code == 0
    done = run("schedule", "requirement.parquet", "-o", "shift_plan.xlsx", "--coverage", "coverage.csv")
    assert done.exit_code == 0, done.output
    forecast = read("forecast.csv", FORECAST, ZONE)
    assert forecast["start"].dt.date.min() == date(2003, 10, 20)
    requirement = read("requirement.parquet", REQUIREMENT, ZONE)
    assert (requirement["service_level"] >= 0.8).all()
    assert read("shift_plan.xlsx", SHIFT_PLAN, ZONE)["heads"].sum() > 0
    assert sorted(os.listdir()) == [
        "coverage.csv", "forecast.csv", "history.csv", "requirement.parquet", "shift_plan.xlsx", "site.toml"
    ]  # fmt: skip


def test_tables_pass_through_a_pipe(site: Path) -> None:
    ahead = run("forecast", "history.csv", "--model", "mean_of_4", "--format", "csv")
    staffed = run("staff", "-", "--format", "csv", stdin=ahead.stdout)
    assert staffed.exit_code == 0
    assert staffed.stdout.startswith("queue,start,minutes,calls,aht_s,load,sized_load,agents,rostered,")


def test_stdout_holds_the_table_alone(site: Path) -> None:
    done = run("forecast", "history.csv", "--format", "json")
    rows = json.loads(done.stdout)
    assert rows[0]["start"].startswith("2003-10-20T09:00:00+02:00")
    assert "remark: sales: auto weighs" in done.stderr


def test_options_of_staff_win_over_the_site(site: Path) -> None:
    run("forecast", "history.csv", "--model", "mean_of_4", "-o", "forecast.csv")

    def heads(*options: str) -> float:
        done = run("staff", "forecast.csv", "--format", "json", *options)
        return sum(row["rostered"] for row in json.loads(done.stdout))

    usual = heads()
    assert heads("--service", "95/10") > usual
    assert heads("--shrinkage", "0.1") < usual
    assert heads("--patience", "60") < usual


def test_accuracy_and_backtest(site: Path) -> None:
    tried = run(
        "backtest",
        "history.csv",
        "--origins",
        "2",
        "--model",
        "mean_of_4",
        "--model",
        "mean_of_8",
        "--format",
        "csv",
    )
    assert tried.exit_code == 0, tried.output
    scored = run("accuracy", "history.csv", "-", "--by", "day", "--format", "json", stdin=tried.stdout)
    rows = json.loads(scored.stdout)
    assert [row["model"] for row in rows] == ["mean_of_4", "mean_of_8"]
    assert all(row["by"] == "day" and row["n"] == 10 and row["mase"] > 0 for row in rows)


def test_a_plan_and_what_came(site: Path) -> None:
    done = run("plan", "history.csv", "--start", "2003-10-13", "--days", "5", "-o", "week")
    assert done.exit_code == 0, done.output
    for name in (
        "forecast",
        "requirement",
        "shift_plan",
        "coverage",
        "days",
        "errors",
        "accuracy",
        "delivered",
        "actual",
    ):
        assert (site / "week" / f"{name}.csv").exists()
    assert "Then" in done.stdout
    before = {path.name: path.read_bytes() for path in (site / "week").iterdir()}
    assert run("report", "week").exit_code == 0
    assert run("plan", "history.csv", "--start", "2003-10-13", "--days", "5", "-o", "week").exit_code == 0
    assert before == {path.name: path.read_bytes() for path in (site / "week").iterdir()}
    # Of days still to come there is a plan and no review.
    ahead = run("plan", "history.csv", "--start", "2003-10-20", "--days", "5", "-o", "ahead")
    assert ahead.exit_code == 0
    assert "Then" not in ahead.stdout
    assert not (site / "ahead" / "errors.csv").exists()


def test_erlang_answers() -> None:
    question = [
        "erlang",
        "100",
        "--minutes",
        "30",
        "--aht",
        "180",
        "--service",
        "80/20",
        "--shrinkage",
        "0.3",
    ]
    shown = run(*question).stdout
    for part in ("14", "88.84%", "20"):
        assert part in shown
    answer = json.loads(run(*question, "--format", "json").stdout)[0]
    assert (answer["agents"], answer["rostered"], round(answer["service_level"], 4)) == (14, 20, 0.8884)
    patient = json.loads(run(*question, "--patience", "60", "--format", "json").stdout)[0]
    assert patient["agents"] < 14
    assert patient["abandoned"] > 0


def test_columns_describes_every_table_or_one() -> None:
    rows = json.loads(run("columns", "history", "--format", "json").stdout)
    assert [row["column"] for row in rows][:4] == ["queue", "start", "minutes", "offered"]
    everything = json.loads(run("columns", "--format", "json").stdout)
    assert {"history", "forecast", "requirement", "shift_plan"} <= {row["table"] for row in everything}
    wrong = run("columns", "histroy")
    assert (wrong.exit_code, wrong.stderr) == (
        1,
        "callplan: table: unknown table 'histroy'; did you mean history?\n",
    )


def test_init_writes_once_and_only_a_zone_that_exists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    wrong = run("init", "--zone", "Europe/Pariss")
    assert (wrong.exit_code, os.listdir()) == (1, [])
    assert "did you mean Europe/Paris?" in wrong.stderr
    assert run("init", "new/place", "--queue", 'odd "name".x').exit_code == 0
    assert run("init", "new/place").exit_code == 1
    refused = run("forecast", "nothing.csv", "--site", "new/place/site.toml")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("callplan: site.toml, zone: no time zone; name the site's own")


def rows(*lines: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        (folder / "bad.csv").write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")

    return spoil


def settings(old: str, new: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        text = (folder / "site.toml").read_text(encoding="utf-8")
        assert old in text
        (folder / "site.toml").write_text(text.replace(old, new), encoding="utf-8")
        (folder / "bad.csv").write_bytes((folder / "history.csv").read_bytes())

    return spoil


def content(name: str, data: bytes) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        (folder / name).write_bytes(data)

    return spoil


GOOD = "sales,2003-10-20 09:00,30,12"
BAD_INPUT = {
    "missing column": (
        content("bad.csv", b"queue,start,minutes\ns,2003-10-20 09:00,30\n"),
        "bad.csv: no column 'offered'",
    ),
    "text in a number": (
        rows(GOOD, "sales,2003-10-20 09:30,30,many"),
        "bad.csv, row 3, column offered: found 'many'; a number",
    ),
    "negative count": (
        rows(GOOD, "sales,2003-10-20 09:30,30,-4"),
        "bad.csv, row 3, column offered: found -4; it must be at least 0",
    ),
    "duplicate": (rows(GOOD, GOOD), "bad.csv, row 3, columns queue, start: sales, 2003-10-20 09:00"),
    "off the grid": (rows(GOOD, "sales,2003-10-20 09:40,30,1"), "bad.csv, row 3, column start: "),
    "nonexistent time": (
        rows("sales,2003-03-30 02:30,30,1"),
        "bad.csv, row 2, column start: 2003-03-30 02:30 does not exist",
    ),
    "doubled time": (
        rows("sales,2003-10-26 02:30,30,1"),
        "bad.csv, row 2, column start: 2003-10-26 02:30 came twice",
    ),
    "ambiguous date": (
        rows("sales,03/04/2003 09:00,30,1"),
        "bad.csv, row 2, column start: found '03/04/2003 09:00'",
    ),
    "empty file": (content("bad.csv", b""), "bad.csv: the file is empty"),
    "header alone": (rows(), "bad.csv: no rows"),
    "not what it says": (
        content("bad.csv", b"PK\x03\x04 and so on"),
        "bad.csv: the content is xlsx, not csv",
    ),
    "no zone": (settings(f'zone = "{ZONE}"', 'zone = ""'), "site.toml, zone: no time zone"),
    "unknown key": (
        settings("shrinkage = 0.30", "shrinkag = 0.30"),
        "site.toml, queues.sales.shrinkag: unknown key",
    ),
    "target above 100%": (settings("service_level = 0.80", "service_level = 80"), "site.toml, queues.sales"),
    "goal without seconds": (settings("within_s = 20", ""), "site.toml, queues.sales"),
    "queue not in site.toml": (
        rows("sale,2003-10-20 09:00,30,12"),
        "queues: no queue 'sale'; did you mean sales?",
    ),
    "broken toml": (settings('name = "My site"', 'name = "My site'), "site.toml: not valid TOML"),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_gets_one_line_and_writes_nothing(site: Path, case: str) -> None:
    spoil, message = BAD_INPUT[case]
    spoil(site)
    before = sorted(os.listdir())
    done = run("forecast", "bad.csv", "-o", "out.csv")
    assert done.exit_code == 1
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith(f"callplan: {message}")
    assert sorted(os.listdir()) == before


def test_an_unsorted_file_is_sorted_silently(site: Path) -> None:
    history = pd.read_csv("history.csv")
    history.iloc[::-1].to_csv("backwards.csv", index=False)
    usual = run("forecast", "history.csv", "--model", "mean_of_4", "--format", "csv")
    assert run("forecast", "backwards.csv", "--model", "mean_of_4", "--format", "csv").output == usual.output


def test_as_recorded_keeps_and_reports_each_row(site: Path) -> None:
    settings('# dst = "refuse"', 'dst = "as_recorded"')(site)
    history = read("history.csv", HISTORY, ZONE)
    history = history.assign(start=history["start"].dt.tz_localize(None).astype(str))
    odd = pd.DataFrame(
        {"queue": "sales", "start": ["2003-03-30 02:30", "2002-10-27 02:30"], "minutes": 30, "offered": 1.0}
    )
    pd.concat([history, odd]).to_csv("odd.csv", index=False)
    done = run("accuracy", "odd.csv", "odd.csv")
    assert done.stderr.count("remark: odd.csv, row ") == 2
    assert "2003-03-30 02:30 does not exist" in done.stderr
    assert "2002-10-27 02:30 came twice" in done.stderr


def test_a_broken_output_leaves_the_old_one(site: Path) -> None:
    run("forecast", "history.csv", "--model", "mean_of_4", "-o", "forecast.csv")
    before = Path("forecast.csv").read_bytes()
    assert run("forecast", "history.csv", "--model", "nonsense", "-o", "forecast.csv").exit_code == 1
    assert run("forecast", "history.csv", "--model", "mean_of_4", "-o", "no/such/folder.csv").exit_code == 1
    assert Path("forecast.csv").read_bytes() == before


def test_usage_ends_with_2() -> None:
    assert run("erlang").exit_code == 2
    assert run("forecats").exit_code == 2


def test_no_shift_fits_ends_with_3(site: Path) -> None:
    run("forecast", "history.csv", "--model", "mean_of_4", "-o", "forecast.csv")
    requirement = run("staff", "forecast.csv", "--format", "csv").stdout
    # One open half hour: no shift is that short.
    Path("short.csv").write_text("".join(requirement.splitlines(keepends=True)[:2]), encoding="utf-8")
    done = run("schedule", "short.csv", "-o", "shift_plan.csv")
    assert done.exit_code == 3
    assert len([line for line in done.stderr.splitlines() if line.startswith("callplan: ")]) == 1
    assert not Path("shift_plan.csv").exists()


def test_every_command_has_help_and_an_example() -> None:
    for name, command in every_command(main):
        assert command.help, name
        assert all(line.startswith(f"callplan {name}") for line in examples_of(command))
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.help, f"{name} {parameter.name}"


def examples_of(command: click.Command) -> list[str]:
    return [line.strip() for line in (command.epilog or "").split("Example:\n")[1].splitlines()]


CONTRACTS = """
[shifts.contracts.FT40]
lengths_h = [8.0]
[shifts.contracts.PT20]
lengths_h = [4.0]
[hiring.contracts.FT40]
monthly_attrition = 0.03
"""


@pytest.mark.usefixtures("brief_search")
def test_every_example_runs(site: Path) -> None:
    (site / "site.toml").rename("kept.toml")
    with Path("kept.toml").open("a", encoding="utf-8") as settings_file:
        settings_file.write(CONTRACTS)
    rows = [f"P{number:02},{'PT20' if number % 3 else 'FT40'},sales" for number in range(1, 13)]
    Path("people.csv").write_text("\n".join(["person,contract,skills", *rows, ""]), encoding="utf-8")
    states = "person,start,duration,state,kind\nP01,2003-10-20 09:00,4:00:00,ready,work\n"
    Path("states.csv").write_text(states, encoding="utf-8")
    history = read("history.csv", HISTORY, ZONE)
    write(history[history["start"] >= "2003-10-13"], "actual.csv")
    write(history, "all.csv")
    for name, command in every_command(main):
        if name == "override add":
            # The examples from here on look back at a week: here that is the one in actual.csv.
            write(history[history["start"] < "2003-10-13"], "history.csv")
            assert run("forecast", "history.csv", "--model", "mean_of_4", "-o", "forecast.csv").exit_code == 0
            assert run("staff", "forecast.csv", "--aht", "240", "-o", "requirement.csv").exit_code == 0
        if name == "workload":
            write(history.assign(aht_s=240.0), "history.csv")
        for line in examples_of(command):
            done = run(*shlex.split(line)[1:])
            assert done.exit_code == 0, f"{line}: {done.output}"
        if name == "init":
            (site / "kept.toml").replace("site.toml")


def test_help_answers_without_slow_imports() -> None:
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "cli", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    assert not any(f" {name}\n" in loaded for name in ("numpy", "pandas", "scipy", "pulp", "matplotlib"))
