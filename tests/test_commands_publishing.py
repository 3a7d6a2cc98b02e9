"""The weekly cycle through the commands: overrides, publishing, tracking, and what they refuse."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result

from callplan.tables import ACCURACY, FORECAST, LEDGER, OVERRIDES, VERSIONS, read, write

SITE = """
zone = "Europe/Paris"
model = "mean_of_4"

[calendar.hours]
mon-fri = "09:00-17:00"

[queues.sales]
service_level = 0.8
within_s = 20
shrinkage = 0.3
aht_s = 240
"""
Callplan = Callable[..., Result]


@pytest.fixture
def callplan(at_site: Callable[[str], Callplan]) -> Callplan:
    """Give the command where a site has four even weeks, a forecast of the fifth, and what came of it."""
    run = at_site(SITE)
    start = pd.date_range("2024-04-01 09:00", "2024-05-03 16:30", freq="30min", tz="Europe/Paris")
    start = start[(start.hour >= 9) & (start.hour < 17) & (start.day_of_week < 5)]
    rows = pd.DataFrame({"queue": "sales", "start": start, "minutes": 30, "offered": 60.0})
    came = rows["start"] >= "2024-04-29"
    rows.loc[came, "offered"] = 66.0
    write(rows[~came], "april.csv")
    write(rows[came], "came.csv")
    for words in ("import april.csv", "forecast --days 5 --start 2024-04-29 -o forecast.csv"):
        assert run(*words.split()).exit_code == 0
    return run


def publish(callplan: Callplan, *more: str, who: str = "Ann") -> Result:
    return callplan("publish", "forecast.csv", "--who", who, "--now", "2024-04-28T12:00", *more)


def test_an_override_is_laid_over_published_and_undone(callplan: Callplan) -> None:
    words = "--first 2024-04-30 --hours 09:00-12:00 --percent 10 --reason mailing --who Ann"
    added = callplan("override", "add", "sales", *words.split())
    assert added.stdout == "override 1 stands; take it back with: callplan override undo 1\n"
    callplan("override", "apply", "forecast.csv", "-o", "layered.csv")
    layered = read("layered.csv", FORECAST, "Europe/Paris").set_index("start")["calls"]
    assert layered.loc["2024-04-30 09:00+02:00"] == pytest.approx(66)
    assert layered.loc["2024-04-30 12:00+02:00"] == pytest.approx(60)
    assert publish(callplan).exit_code == 0
    assert callplan("override", "undo", "1", "--who", "Bo").exit_code == 0
    assert "+10.0%" in callplan("override", "list", "--format", "csv").stdout
    callplan("export", "overrides", "-o", "overrides.csv")
    overrides = read("overrides.csv", OVERRIDES, "Europe/Paris")
    assert overrides[["amount", "who", "undone_by"]].to_numpy().tolist() == [[0.1, "Ann", "Bo"]]
    callplan("export", "forecasts", "-o", "published.csv")
    published = pd.read_csv("published.csv")
    assert published["calls"].sum() == pytest.approx(80 * 60 + 6 * 6), "what was published stays"
    callplan("override", "apply", "forecast.csv", "-o", "plain.csv")
    assert read("plain.csv", FORECAST, "Europe/Paris")["calls"].sum() == pytest.approx(80 * 60)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--percent 5 --add 3", "--percent and --add"),
        ("", "none of them"),
        ("--percent -120", "-120%"),
        ("--percent 5 --hours 20:00-21:00", "closed"),
        ("--percent 5 --last 2024-04-01", "before the first day"),
        ("--percent 5 --hours noon", "noon"),
    ],
)
def test_an_override_that_cannot_be_is_refused(callplan: Callplan, words: str, said: str) -> None:
    days = ("--first", "2024-04-30", "--reason", "x")
    done = callplan("override", "add", "sales", *days, *words.split())
    assert done.exit_code == 1
    assert said in done.stderr
    assert callplan("override", "add", "sale", *days, "--percent", "5").exit_code == 1
    assert "No rows" in callplan("override", "list", "--format", "table").stderr


def test_the_second_to_publish_a_week_is_told_and_may_replace_it(callplan: Callplan) -> None:
    assert publish(callplan).stdout == "version 1: sales, 2024-04-29 to 2024-05-03, published by Ann\n"
    second = publish(callplan, who="Bo")
    assert second.exit_code == 1
    assert "published by Ann" in second.stderr
    assert publish(callplan, "--replace", who="Bo").exit_code == 0
    callplan("history", "--of", "versions", "-o", "versions.csv")
    versions = read("versions.csv", VERSIONS, "Europe/Paris")
    assert versions[["who", "replaced_by"]].fillna(0).to_numpy().tolist() == [["Ann", 2], ["Bo", 0]]


def test_the_ledger_scores_what_was_published(callplan: Callplan) -> None:
    callplan("staff", "forecast.csv", "-o", "requirement.csv")
    callplan("schedule", "requirement.csv", "-o", "shift_plan.csv", "--coverage", "coverage.csv")
    done = publish(callplan, "--requirement", "requirement.csv", "--coverage", "coverage.csv")
    assert done.exit_code == 0, done.stderr
    early = callplan("track", "--now", "2024-05-06T00:00")
    assert early.exit_code == 1
    assert "no count" in early.stderr
    callplan("import", "came.csv")
    track = ("track", "--now", "2024-05-06T00:00")
    assert callplan(*track, "--by", "day", "-o", "days.csv", "--figure", "days.png").exit_code == 0
    days = read("days.csv", LEDGER, "Europe/Paris")
    # 60 calls were forecast in each half hour, and 66 came: 96 fewer of 1,056 each day.
    assert days["error"].tolist() == pytest.approx([-96.0] * 5)
    assert days["share"].tolist() == pytest.approx([-1 / 11] * 5)
    assert (days["planned_service_level"] > 0.8).all()
    assert (days["service_level"] < days["planned_service_level"]).all()
    callplan(*track, "--of", "accuracy", "--by", "week", "-o", "week.csv")
    assert read("week.csv", ACCURACY, "Europe/Paris")["wape"].tolist() == pytest.approx([1 / 11])
    failed = callplan(*track, "--fail-outside", "day", "--to", "ledger")
    assert failed.exit_code == 4
    assert "5 of 5 days are outside the tolerance" in failed.stderr
    assert {"report.html", "ledger.csv", "plan.xlsx"} <= {path.name for path in Path("ledger").iterdir()}
    wider = Path("site.toml").read_text().replace("aht_s = 240", "aht_s = 240\ntolerance = 0.1")
    Path("site.toml").write_text(wider)
    assert callplan(*track, "--fail-outside", "day").exit_code == 0


def test_publishing_asks_for_one_schedule_and_one_forecast(callplan: Callplan) -> None:
    Path("roster").mkdir()
    both = publish(callplan, "--roster", "roster", "--coverage", "coverage.csv")
    assert "both are given" in both.stderr
    rows = read("forecast.csv", FORECAST, "Europe/Paris")
    write(pd.concat([rows, rows.assign(model="other")]), "two.csv")
    assert "2 models" in callplan("publish", "two.csv").stderr
