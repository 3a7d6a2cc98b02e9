"""The doors of forecasting: forecast with its options, bands, repairs, estimate, backtest, scores, update."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

import forecasting
from callplan.hours import OpeningHours
from callplan.intervals import grid, local_day
from callplan.tables import FORECAST, HISTORY, REPAIRS, read, write
from cli import main
from planning import PLAIN_MODELS

ZONE = "Europe/Paris"
HOURS = OpeningHours.parse({"mon-fri": "09:00-17:00"})
QUICK = ("--model", "mean_of_8")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def done(*arguments: str) -> Result:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result


def json_of(*arguments: str) -> list[dict]:
    return json.loads(done(*arguments, "--format", "json").stdout)


def refusal(*arguments: str) -> str:
    """Return the one line with which a command refuses."""
    result = run(*arguments)
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("callplan: ")]
    return line.removeprefix("callplan: ")


def forecast_days(*options: str) -> pd.Series:
    """Return the calls forecast by queue and day."""
    done("forecast", "history.csv", "-o", "ahead.csv", *options)
    ahead = read("ahead.csv", FORECAST, ZONE)
    day = local_day(ahead["start"]).dt.strftime("%m-%d")
    return ahead.groupby([ahead["queue"], day])["calls"].sum()


def set_in_site(*lines: str) -> None:
    """Replace lines of site.toml, given as what stands there and what is to."""
    text = Path("site.toml").read_text(encoding="utf-8")
    for old, new in zip(lines[::2], lines[1::2], strict=True):
        assert old in text
        text = text.replace(old, new, 1)
    Path("site.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with a site.toml and history.csv, twelve weeks of two queues, one with an outage."""
    monkeypatch.chdir(tmp_path)
    done("init", "--zone", ZONE, "--queue", "sales", "--queue", "help")
    set_in_site("minutes = 30", "minutes = 60")
    start = grid(date(2024, 2, 5), date(2024, 4, 26), 60, ZONE, HOURS)
    rng = np.random.default_rng(0)
    parts = [
        pd.DataFrame(
            {"queue": queue, "start": start, "minutes": 60, "offered": rng.poisson(calls, len(start))}
        )
        for queue, calls in (("sales", 90), ("help", 40))
    ]
    history = pd.concat(parts, ignore_index=True).assign(aht_s=240.0)
    outage = (history["queue"] == "sales") & (local_day(history["start"]) == "2024-04-23")
    history.loc[outage, "offered"] = 0
    write(history, "history.csv")
    return tmp_path


def test_forecast_learns_around_an_outage_unless_told_not_to(site: Path) -> None:
    rows = json_of("repairs", "history.csv")
    assert [(row["queue"], row["reason"], row["offered"]) for row in rows] == [("sales", "outage", 0.0)]
    assert rows[0]["usual"] == pytest.approx(720, rel=0.1)
    clean, all_of_it = forecast_days(*QUICK), forecast_days(*QUICK, "--no-clean")
    assert clean["sales", "04-30"] == pytest.approx(720, rel=0.05)
    assert all_of_it["sales", "04-30"] == pytest.approx(720 * 7 / 8, rel=0.05)
    assert (clean["help"] == all_of_it["help"]).all()


def test_options_say_which_queue_days_level_and_model(site: Path) -> None:
    asked = ("--queue", "help", "--level", "0.5", "--days", "2", "--start", "2024-04-25", *QUICK)
    done("forecast", "history.csv", *asked, "-o", "ahead.csv")
    ahead = read("ahead.csv", FORECAST, ZONE)
    assert set(ahead["queue"]) == {"help"}
    assert set(ahead["level"]) == {0.5}
    assert set(ahead["model"]) == {"mean_of_8"}
    assert sorted(set(ahead["start"].dt.strftime("%m-%d"))) == ["04-25", "04-26"]
    whole = done("forecast", "history.csv", *QUICK)
    assert "remark" not in done("forecast", "history.csv", "--queue", "help", *QUICK).stderr
    assert whole.stdout.count("\nsales,") == whole.stdout.count("\nhelp,") == 40


def test_events_of_a_file_move_their_own_queue(site: Path) -> None:
    Path("days.csv").write_text("name,date,queue,effect\nmailing,2024-04-30,sales,+50%\n", encoding="utf-8")
    usual, moved = forecast_days(*QUICK), forecast_days(*QUICK, "--events", "days.csv")
    assert moved["sales", "04-30"] == pytest.approx(1.5 * usual["sales", "04-30"])
    assert moved.drop(("sales", "04-30")).equals(usual.drop(("sales", "04-30")))
    # The same in site.toml, beside which the file stands; an option wins over it.
    set_in_site("# events =", "events =")
    Path("days.csv").rename("events.csv")
    assert forecast_days(*QUICK).equals(moved)
    Path("none.csv").write_text("name,date,effect\nmailing,2024-05-01,0.5\n", encoding="utf-8")
    other = forecast_days(*QUICK, "--events", "none.csv")
    assert other["sales", "04-30"] == usual["sales", "04-30"]
    assert other["help", "05-01"] == pytest.approx(usual["help", "05-01"] / 2)
    assert forecast_days(*QUICK, "--queue", "help").equals(usual[["help"]])


def test_a_plan_takes_its_events_along(site: Path) -> None:
    shifts = ("# lengths_h = [4.0, 6.0, 8.5]", "lengths_h = [4.0, 8.0]", "# meal_min = 30", "meal_min = 0")
    set_in_site("# events =", "events =", '# model = "auto"', 'model = "mean_of_8"', *shifts)
    Path("events.csv").write_text("name,date\nsale,2024-03-05\nsale,2024-04-30\n", encoding="utf-8")
    done("plan", "history.csv", "--days", "5", "-o", "week")
    assert Path("week/events.csv").read_bytes() == Path("events.csv").read_bytes()
    done("report", "week")


def test_holidays_of_the_option_win_over_those_of_the_site(site: Path) -> None:
    def reasons(*options: str) -> set[str]:
        done("repairs", "history.csv", "--queue", "help", "-o", "repairs.csv", *options)
        return set(read("repairs.csv", REPAIRS, ZONE)["reason"])

    assert reasons("--country", "FR") == {"holiday: Easter Monday"}
    set_in_site('# country = "FR"', 'country = "DE"', '# subdivision = ""', 'subdivision = "BY"')
    assert reasons() == {"holiday: Good Friday", "holiday: Easter Monday"}
    # The region goes with the country that it lies in.
    assert reasons("--country", "FR") == {"holiday: Easter Monday"}


def test_several_processes_say_the_same(site: Path) -> None:
    alone = done("forecast", "history.csv", "--days", "3", *QUICK)
    shared = done("forecast", "history.csv", "--days", "3", "--jobs", "2", *QUICK)
    assert shared.stdout == alone.stdout
    assert "sales: mean_of_8 from 2024-04-27, 2 of 2" in shared.stderr


def test_bands_of_days_are_narrower_than_the_sum_of_those_of_intervals(site: Path) -> None:
    rows = pd.DataFrame(json_of("bands", "history.csv", "--queue", "sales", *QUICK))
    assert set(rows["span"]) == {"interval", "day", "week"}
    wide = rows.pivot_table("calls", ["span", "start"], "quantile")
    assert list(wide.columns) == [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975]
    assert (np.diff(wide, axis=1) >= 0).all()
    width = wide[0.9] - wide[0.1]
    assert width["interval"].sum() > width["day"].sum() > width["week"].sum()
    asked = json_of("bands", "history.csv", "--span", "week", "--quantile", "0.8", *QUICK)
    assert [(row["queue"], row["span"], row["quantile"]) for row in asked] == [
        ("help", "week", 0.8), ("sales", "week", 0.8)
    ]  # fmt: skip


def test_backtest_and_accuracy_by_queue(site: Path) -> None:
    tried = json_of("backtest", "history.csv", "--origins", "1", "--queue", "help", "--days", "5")
    assert {row["model"] for row in tried} == {"auto", *PLAIN_MODELS}
    done("backtest", "history.csv", "--origins", "3", *QUICK, "-o", "tried.csv")
    scores = json_of("accuracy", "history.csv", "tried.csv", "--queue", "sales", "--by", "day")
    assert [(row["queue"], row["by"], row["n"]) for row in scores] == [("sales", "day", 15)]
    # What the calendar knows of the days is said where the error stands.
    Path("days.csv").write_text("name,date\ndown,2024-04-23\n", encoding="utf-8")
    (named,) = json_of("accuracy", "history.csv", "tried.csv", "--queue", "sales", "--by", "day",
                       "--events", "days.csv")  # fmt: skip
    assert "down" in named["verdict"]
    assert "down" not in scores[0]["verdict"]


def test_all_models_are_tried_when_asked_for(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {name: forecasting.MODELS[name] for name in ("mean_of_4", "seasonal_naive")}
    monkeypatch.setattr(forecasting, "MODELS", quick)
    tried = json_of("backtest", "history.csv", "--origins", "1", "--model", "all")
    assert {row["model"] for row in tried} == set(quick)


def test_workload_errors_add_up(site: Path) -> None:
    done("backtest", "history.csv", "--origins", "2", *QUICK, "-o", "tried.csv")
    rows = pd.DataFrame(json_of("workload", "history.csv", "tried.csv", "--by", "day", "--by", "week"))
    assert list(rows["by"]) == ["day", "day", "week", "week"]
    assert (rows["volume_part"] + rows["aht_part"]).to_numpy() == pytest.approx(rows["wape"].to_numpy())
    assert (rows["aht_wape"] < 1e-9).all()


def test_update_forecasts_what_is_left_of_the_day(site: Path) -> None:
    done("forecast", "history.csv", "--start", "2024-04-25", "--days", "1", *QUICK, "-o", "ahead.csv")
    history = read("history.csv", HISTORY, ZONE)
    today = history[local_day(history["start"]) == "2024-04-25"]
    twice = today.assign(offered=2 * today["offered"])
    write(twice[twice["start"].dt.hour < 12], "today.csv")
    rest = json_of("update", "ahead.csv", "today.csv", "--queue", "sales")
    assert [row["start"][11:16] for row in rest] == ["12:00", "13:00", "14:00", "15:00", "16:00"]
    assert {row["model"] for row in rest} == {"mean_of_8 + today"}
    morning = read("ahead.csv", FORECAST, ZONE)
    assert rest[0]["calls"] > 1.02 * morning.loc[morning["queue"] == "sales", "calls"].iloc[3]
    earlier = json_of("update", "ahead.csv", "today.csv", "--queue", "sales", "--now", "2024-04-25T10:00")
    assert earlier[0]["start"].startswith("2024-04-25T10:00")


CLAIM = ("estimate", "help", "--start", "2024-05-01", "--days", "31")


def test_an_estimate_adds_up_and_is_corrected_by_calls(site: Path) -> None:
    month = json_of(*CLAIM, "--calls-per-month", "6000", "--profile", "office", "--aht", "300")
    assert sum(row["calls"] for row in month) == pytest.approx(6000)
    assert {row["aht_s"] for row in month} == {300}
    assert {row["model"] for row in month} == {"estimate"}
    french = json_of(*CLAIM, "--calls-per-month", "6000", "--profile", "office", "--country", "FR")
    assert len(french) < len(month)
    assert sum(row["calls"] for row in french) == pytest.approx(6000)
    # Some 320 calls a day came: twice of what the client says.
    asked = (*CLAIM, "--calls-per-day", "160", "--profile-of", "history.csv", "sales")
    claimed = json_of(*asked)
    taught = json_of(*asked, "--history", "history.csv")
    days = len({row["start"][:10] for row in claimed})
    assert sum(row["calls"] for row in claimed) / days == pytest.approx(160, rel=0.01)
    assert sum(row["calls"] for row in taught) / days == pytest.approx(320, rel=0.05)
    done(*asked, "-o", "estimate.csv")
    done("staff", "estimate.csv", "--aht", "240", "-o", "requirement.csv")


@pytest.mark.parametrize(
    "command",
    [
        ("forecast", "history.csv", "--queue", "help", *QUICK, "--figure"),
        ("forecast", "history.csv", "--queue", "help", *QUICK, "--heat-map"),
        ("bands", "history.csv", "--queue", "help", *QUICK, "--span", "day", "--figure"),
        ("repairs", "history.csv", "--queue", "sales", "--figure"),
        ("backtest", "history.csv", "--queue", "help", *QUICK, "--origins", "1", "--figure"),
        (*CLAIM, "--calls-per-day", "160", "--profile", "flat", "--figure"),
    ],
    ids=lambda command: f"{command[0]} {command[-1]}",
)
def test_a_figure_is_the_same_bytes_again(site: Path, command: tuple[str, ...]) -> None:
    drawn = []
    for name in ("a.png", "b.png"):
        assert f"{name}: written" in done(*command, name).stderr
        drawn.append(Path(name).read_bytes())
    assert drawn[0] == drawn[1]
    assert drawn[0].startswith(b"\x89PNG")


def test_accuracy_draws_its_scores(site: Path) -> None:
    done("backtest", "history.csv", "--origins", "1", *QUICK, "-o", "tried.csv")
    done("accuracy", "history.csv", "tried.csv", "--queue", "help", "--figure", "scores.svg")
    assert Path("scores.svg").read_bytes().startswith(b"<?xml")


@pytest.mark.parametrize("name", ["forecast", "bands", "repairs", "backtest"])
def test_one_picture_has_one_queue(site: Path, name: str) -> None:
    said = refusal(name, "history.csv", "--figure", "a.png")
    assert said == "--figure: there are several queues; draw one: add --queue NAME"
    assert not Path("a.png").exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name,date\nsale,30.04.2024\n", "days.csv, row 2, column date: found '30.04.2024'; write days as"),
        ("name,date\nsale,2024-02-30\n", "days.csv, row 2, column date: found '2024-02-30'"),
        ("name,day\nsale,2024-04-30\n", "days.csv: no column 'date'"),
        (
            "name,date,queue\nsale,2024-04-30,sale\n",
            "days.csv, sale of 2024-04-30: unknown queue 'sale'; did",
        ),
        ("name,date,effect\nsale,2024-04-30,20\n", "days.csv, row 2, column effect: found '20'; write +20%"),
        ("name,date,until\nsale,2024-04-30,2024-04-29\n", "days.csv, row 2, column until: 2024-04-29 lies"),
        ("name,date\nsale,2024-04-30\nsale,2024-04-30\n", "days.csv, row 3, columns name, date"),
        ("", "days.csv: the file is empty"),
    ],
)
@pytest.mark.parametrize("as_option", [True, False])
def test_events_that_cannot_be_right_get_one_line(site: Path, text: str, says: str, as_option: bool) -> None:
    Path("days.csv").write_text(text, encoding="utf-8")
    if not as_option:
        set_in_site('# events = "events.csv"', 'events = "days.csv"')
    options = ("--events", "days.csv") if as_option else ()
    assert refusal("forecast", "history.csv", "-o", "ahead.csv", *options).startswith(says)
    assert not Path("ahead.csv").exists()


A_DAY = (*CLAIM, "--calls-per-day", "9")


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("forecast", "--events", "none.csv"), "none.csv: no such file"),
        (("forecast", "--country", "Germany"), "country: unknown country 'Germany'; did you mean DE?"),
        (("repairs", "--country", "DE", "--subdivision", "BZ"), "subdivision: unknown subdivision 'BZ' of"),
        (("forecast", "--subdivision", "BY"), "subdivision: found 'BY' without a country"),
        (("forecast", "--queue", "sale"), "queues: no queue 'sale'; did you mean sales?"),
        (("forecast", "--model", "meanof8"), "model: unknown model 'meanof8'; did you mean mean_of_8?"),
        (("backtest", "--origins", "99", *QUICK), "origin 2022-06-0"),
        (("bands", "--quantile", "90", *QUICK), "quantiles: found 90; a share between 0 and 1"),
        (("bands", "--span", "dya", *QUICK), "spans: unknown span 'dya'; did you mean day?"),
    ],
)
def test_options_that_cannot_be_right_get_one_line(site: Path, command: tuple[str, ...], says: str) -> None:
    assert refusal(*command, "history.csv").startswith(says)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (A_DAY, "--profile and --profile-of: neither is given"),
        (
            (*A_DAY, "--profile", "flat", "--profile-of", "history.csv", "sales"),
            "--profile and --profile-of: both",
        ),
        ((*A_DAY, "--profile", "flt"), "--profile: unknown profile 'flt'; did you mean flat?"),
        ((*A_DAY, "--profile-of", "history.csv", "sal"), "queue: no history of 'sal'; did you mean sales?"),
        ((*CLAIM, "--profile", "flat"), "found no figure; give one of calls_per_month"),
        (("estimate", "hlp", *A_DAY[2:], "--profile", "flat"), "queues: no queue 'hlp'; did you mean help?"),
    ],
)
def test_an_estimate_that_cannot_be_right_gets_one_line(
    site: Path, command: tuple[str, ...], says: str
) -> None:
    assert refusal(*command).startswith(says)


def test_a_queue_that_the_history_lacks_is_named(site: Path) -> None:
    history = read("history.csv", HISTORY, ZONE)
    write(history[history["queue"] == "help"], "help.csv")
    said = refusal("forecast", "help.csv", "--queue", "sales")
    assert said == "--queue: no row of 'sales' in help.csv; choose from help"


@pytest.mark.parametrize("path", ["../events.csv", "/srv/events.csv"])
def test_events_of_a_site_stand_in_its_folder(site: Path, path: str) -> None:
    set_in_site('# events = "events.csv"', f'events = "{path}"')
    assert refusal("forecast", "history.csv") == (
        f"site.toml, events: found '{path}'; name a file in the folder of these settings"
    )


def test_the_help_names_every_profile_of_the_library() -> None:
    shown = " ".join(done("estimate", "--help").stdout.split())
    assert all(name in shown for name in forecasting.profiles())
