"""Odd histories: each gives a sane forecast, remarked where need be, or one line of refusal."""

import time
import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from callplan.errors import Refused, Remark
from callplan.hours import OpeningHours
from callplan.intervals import grid
from callplan.tables import HISTORY, check, write
from cli import main
from forecasting import Calendar, Event, backtest, bands, forecast, repairs

WEEKDAYS = np.array([1.2, 1.0, 0.95, 1.0, 1.1, 0.5, 0.3])
DAY = 80 * 12


def history(
    first: str, last: str, level: float = 80.0, hours: str = "mon-sun", minutes: int = 60
) -> pd.DataFrame:
    """Return Poisson counts, open from 08:00 to 20:00, a level of calls an hour on the mean weekday."""
    opening = OpeningHours.parse({hours: "08:00-20:00"})
    start = grid(date.fromisoformat(first), date.fromisoformat(last), minutes, "Europe/Paris", opening)
    mean = level * WEEKDAYS[start.dt.day_of_week] / WEEKDAYS.mean() * minutes / 60
    offered = np.random.default_rng(1).poisson(mean).astype(float)
    return pd.DataFrame({"queue": "sales", "start": start, "minutes": minutes, "offered": offered})


EIGHT_WEEKS = history("2024-03-04", "2024-04-28")
DAYS_OF = EIGHT_WEEKS["start"].dt.date.astype(str)


def at_ten(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["start"].dt.hour == 10]


def spread_out(calls: int) -> pd.DataFrame:
    """Return so many single calls over a year, and nothing between them."""
    year = history("2023-05-01", "2024-04-28", 0)
    offered = np.zeros(len(year))
    offered[np.random.default_rng(2).choice(len(year), calls, replace=False)] = 1
    return year.assign(offered=offered)


# A history, and the calls a day that it leads to expect.
ODD: dict[str, tuple[Callable[[], pd.DataFrame], float]] = {
    "7 days": (lambda: history("2024-03-04", "2024-03-10"), DAY),
    "8 days": (lambda: history("2024-03-04", "2024-03-11"), DAY),
    "13 days": (lambda: history("2024-03-04", "2024-03-16"), DAY),
    "14 days": (lambda: history("2024-03-04", "2024-03-17"), DAY),
    "15 days": (lambda: history("2024-03-04", "2024-03-18"), DAY),
    "all zeros": (lambda: EIGHT_WEEKS.assign(offered=0.0), 0),
    "one open interval a day": (lambda: at_ten(EIGHT_WEEKS), 80),
    "a constant series": (lambda: EIGHT_WEEKS.assign(offered=40.0), 480),
    "two weeks unknown": (
        lambda: EIGHT_WEEKS.assign(
            offered=EIGHT_WEEKS["offered"].where(~DAYS_OF.between("2024-03-25", "2024-04-07"))
        ),
        DAY,
    ),
    "the last two weeks unknown": (
        lambda: EIGHT_WEEKS.assign(offered=EIGHT_WEEKS["offered"].where(DAYS_OF < "2024-04-15")),
        DAY,
    ),
    "ten years of nothing between": (
        lambda: pd.concat([history("2014-02-03", "2014-03-02"), EIGHT_WEEKS], ignore_index=True),
        DAY,
    ),
    "one call a day": (lambda: spread_out(364), 1),
    "one call a week": (lambda: spread_out(52), 1 / 7),
    "open on Tuesdays": (
        lambda: history("2023-11-06", "2024-04-28", hours="tue"),
        DAY * 1.0 / WEEKDAYS.mean(),
    ),
    "a million an hour": (lambda: history("2024-03-04", "2024-04-28", 1e6), 1.2e7),
    "by the quarter of an hour": (lambda: history("2024-03-04", "2024-04-28", minutes=15), DAY),
}


@pytest.mark.parametrize("case", ODD)
@pytest.mark.parametrize("model", ["auto", "poisson", "mean_of_8"])
def test_an_odd_history_gives_a_sane_forecast(
    case: str, model: str, capfd: pytest.CaptureFixture[str]
) -> None:
    made, a_day = ODD[case]
    rows = made()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", Remark)
        ahead = forecast(rows, 7, model=model)
    # LAPACK complains at the terminal itself.
    assert capfd.readouterr() == ("", "")
    numbers = ahead[["calls", "calls_lo", "calls_hi"]].to_numpy()
    assert np.isfinite(numbers).all()
    assert (numbers >= 0).all()
    mean = ahead["calls"].sum() / ahead["start"].dt.date.nunique()
    # A few calls say little of their mean.
    assert mean == pytest.approx(a_day, rel=0.1 if a_day > 5 else 0.8)


@pytest.mark.parametrize("case", ["7 days", "all zeros", "ten years of nothing between", "one call a week"])
def test_an_odd_history_has_bands_repairs_and_a_past(case: str) -> None:
    rows = ODD[case][0]()
    table = bands(rows, 7, spans=("interval", "day", "week", "month"))
    assert np.isfinite(table["calls"]).all()
    assert (table["calls"] >= 0).all()
    assert set(repairs(rows)["reason"] if len(repairs(rows)) else ()) <= {"gap", "outlier", "outage"}
    if case == "7 days":
        with pytest.raises(Refused, match="0 days of history before it; choose fewer or later origins"):
            backtest(rows, 7, origins=1)
    else:
        assert (backtest(rows, 7, origins=1, models=["mean_of_8"])["calls"] >= 0).all()


def test_ten_years_of_nothing_cost_no_more_than_seconds() -> None:
    begun = time.process_time()
    forecast(ODD["ten years of nothing between"][0](), 7)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("days", [1, 364])
def test_a_horizon_of_a_day_and_of_a_year(days: int) -> None:
    ahead = forecast(EIGHT_WEEKS, days)
    assert len(ahead) == 12 * days
    monday = ahead[ahead["start"].dt.day_of_week == 0]
    usual = EIGHT_WEEKS.loc[EIGHT_WEEKS["start"].dt.day_of_week == 0, "offered"].mean()
    assert monday["calls"].mean() == pytest.approx(usual, rel=0.1)


@pytest.mark.parametrize(("last", "slots"), [("2024-03-30", 23), ("2024-10-26", 25)])
def test_days_of_23_and_of_25_hours(last: str, slots: int) -> None:
    first = (pd.Timestamp(last) - pd.Timedelta(days=41)).date()
    hours = OpeningHours.parse({"mon-sun": "00:00-24:00"})
    start = grid(first, date.fromisoformat(last), 60, "Europe/Paris", hours)
    rows = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "offered": 40.0})
    ahead = forecast(rows, 1)
    assert len(ahead) == slots
    assert np.allclose(ahead["calls"], 40, rtol=0.02)


def test_a_queue_that_opens_later_is_forecast_from_its_own_days() -> None:
    later = EIGHT_WEEKS[DAYS_OF >= "2024-04-01"].assign(queue="late")
    ahead = forecast(check(pd.concat([EIGHT_WEEKS, later]), HISTORY), 7)
    by_queue = ahead.groupby("queue")["calls"].sum()
    assert by_queue["late"] == pytest.approx(by_queue["sales"], rel=0.05)
    alone = forecast(later, 7)
    assert ahead.loc[ahead["queue"] == "late", "calls"].tolist() == alone["calls"].tolist()


def test_less_than_two_weeks_are_remarked_and_less_than_one_is_refused() -> None:
    with pytest.warns(Remark, match="sales: 8 days of history are too few to try models"):
        forecast(ODD["8 days"][0](), 7)
    with pytest.raises(Refused, match="queue sales: 3 days of history; give 7 days at least"):
        forecast(history("2024-03-04", "2024-03-06"), 7)


def test_an_event_out_of_reach_changes_nothing_and_one_never_seen_is_remarked() -> None:
    plain = forecast(EIGHT_WEEKS, 7, model="mean_of_8")
    far = Calendar(
        events=(Event(name="sale", date="2031-01-01"), Event(name="strike", date="1999-01-01", effect=0.1))
    )
    pd.testing.assert_frame_equal(plain, forecast(EIGHT_WEEKS, 7, model="mean_of_8", calendar=far))
    near = Calendar(events=(Event(name="sale", date="2024-05-02"),))
    with pytest.warns(Remark, match="event sale of 2024-05-02 has no effect given and never came"):
        unsure = forecast(EIGHT_WEEKS, 7, model="mean_of_8", calendar=near)
    assert unsure["calls"].tolist() == plain["calls"].tolist()
    # It may bring anything, and its band says so.
    of_day = plain["start"].dt.day == 2
    assert (unsure["calls_hi"] > plain["calls_hi"])[of_day].all()
    assert unsure[~of_day].equals(plain[~of_day])
    known = Calendar(events=(Event(name="sale", date="2024-05-02", effect="+20%"),))
    lifted = forecast(EIGHT_WEEKS, 7, model="mean_of_8", calendar=known)
    factor = np.where(plain["start"].dt.day == 2, 1.2, 1.0)
    assert np.allclose(lifted["calls"], factor * plain["calls"])


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Return a function that runs a command on a history, in a folder with a site."""
    monkeypatch.chdir(tmp_path)
    CliRunner().invoke(main, ["init"])
    site = Path("site.toml")
    site.write_text(
        site.read_text().replace('zone = ""', 'zone = "Europe/Paris"').replace("minutes = 30", "minutes = 60")
    )
    Path("far.csv").write_text("name,date\nsale,2031-01-01\n")
    Path("vague.csv").write_text("name,date,effect\nsale,2024-05-01,20\n")

    def run(command: str, rows: pd.DataFrame, *options: str) -> Result:
        write(check(rows, HISTORY), "history.csv")
        return CliRunner().invoke(main, [command, "history.csv", "--model", "mean_of_8", *options])

    return run


@pytest.mark.parametrize(
    "case", ["8 days", "all zeros", "ten years of nothing between", "one open interval a day"]
)
@pytest.mark.parametrize("command", ["forecast", "bands"])
def test_a_command_on_an_odd_history(call: Callable[..., Result], command: str, case: str) -> None:
    result = call(command, ODD[case][0](), "--format", "csv")
    assert result.exit_code == 0, result.output
    assert "Traceback" not in result.output
    assert "Warning" not in result.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--days", "0"), "days: found 0; give a whole number of at least 1"),
        (("--country", "France"), "country: unknown country 'France'; did you mean FR?"),
        (
            ("--country", "FR", "--subdivision", "Bretagne"),
            "unknown subdivision 'Bretagne' of FR; choose from",
        ),
        (("--events", "vague.csv"), "vague.csv, row 2, column effect: found '20'; write +20%"),
        (("--model", "boostin"), "model: unknown model 'boostin'; did you mean boosting?"),
        (("--start", "2020-01-01"), "start 2020-01-01: the history begins on 2024-03-04; choose a later day"),
    ],
)
def test_a_command_refuses_in_one_line(call: Callable[..., Result], options: tuple, said: str) -> None:
    result = call("forecast", EIGHT_WEEKS, *options)
    assert result.exit_code == 1
    refusal = [line for line in result.stderr.splitlines() if line.startswith("callplan: ")]
    assert len(refusal) == 1
    assert said in refusal[0]


def test_a_command_takes_events_out_of_reach_and_refuses_a_row_that_is_there_twice(
    call: Callable[..., Result],
) -> None:
    assert call("forecast", EIGHT_WEEKS, "--events", "far.csv").exit_code == 0
    lines = Path("history.csv").read_text().splitlines()
    Path("twice.csv").write_text("\n".join([*lines, lines[1]]))
    result = CliRunner().invoke(main, ["forecast", "twice.csv"])
    assert result.exit_code == 1
    assert "stands in row 2 too; keep one of them" in result.stderr
