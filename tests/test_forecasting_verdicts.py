"""Verdicts: each kind from a small made case, and which of two goes first."""

import numpy as np
import pandas as pd
import pytest

from forecasting import Calendar, accuracy, errors
from forecasting.calendar.events import Event

ZONE = "America/New_York"
HOURS = 10


def made(
    days: int = 5,
    *,
    first: str = "2024-11-25",
    calls: float = 100.0,
    factor: dict[str, float] | None = None,
    missing: dict[str, int] | None = None,
    seed: int | None = 0,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return counts of ten hours a day about a flat forecast.

    `factor` is one on the counts of a date, `missing` the number of its first hours without a count.
    """
    day = pd.date_range(first, periods=days)
    start = pd.DatetimeIndex(np.add.outer(day, pd.to_timedelta(np.arange(9, 9 + HOURS), "h")).ravel())
    date = start.strftime("%Y-%m-%d")
    mean = calls * date.map(lambda text: (factor or {}).get(text, 1.0)).to_numpy(dtype=float)
    counts = mean if seed is None else np.random.default_rng(seed).poisson(mean)
    lost = start.hour - 9 < date.map(lambda text: (missing or {}).get(text, 0)).to_numpy()
    start = start.tz_localize(ZONE)
    history = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "offered": counts * 1.0})
    history.loc[lost, "offered"] = np.nan
    forecast = history.drop(columns="offered").assign(
        calls=calls, calls_lo=0.0, calls_hi=9999.0, level=0.8, aht_s=200.0, model="m", cutoff=start[0]
    )
    return history, forecast


def by_day(*tables: pd.DataFrame, by: str = "day", **options: Calendar) -> list[str]:
    return errors(*tables, by=by, **options)["verdict"].tolist()


def overall(*tables: pd.DataFrame, by: str = "day", **options: Calendar) -> str:
    return accuracy(*tables, by=by, **options)["verdict"].iloc[0]


US = Calendar("US")
THANKSGIVING = {"2024-11-28": 0.4}


def test_chance_is_not_named_otherwise() -> None:
    tables = made(calls=20.0, seed=1)
    assert set(by_day(*tables, calendar=US)) <= {"within tolerance", "within noise"}
    assert overall(*tables, by="interval", calendar=US) == "within noise"


def test_all_within_tolerance() -> None:
    tables = made(seed=None)
    assert overall(*tables) == overall(*tables, by="interval") == "within tolerance"


def test_the_own_scatter_widens_the_noise() -> None:
    random = np.random.default_rng(1)
    history, forecast = made(days=140, calls=500.0)
    history["offered"] = random.poisson(random.gamma(25, 1 / 25, len(history)) * 500.0).astype(float)
    ahead = forecast[forecast["start"] >= "2025-03-30"]
    ahead = ahead.assign(cutoff=ahead["start"].iloc[0])
    assert overall(history, ahead, by="interval") == "within noise"
    assert errors(history, ahead)["verdict"].isin(["over-forecast", "under-forecast"]).mean() < 0.1
    alone = history[history["start"] >= "2025-03-30"]
    assert overall(alone, ahead, by="interval") == "beyond noise, no steady bias"
    assert errors(alone, ahead)["verdict"].isin(["over-forecast", "under-forecast"]).mean() > 0.5


def test_intervals_of_a_day_swing_together() -> None:
    random = np.random.default_rng(5)
    history, forecast = made(days=210, calls=500.0)
    days = np.repeat(random.gamma(25, 1 / 25, 210), HOURS)
    history["offered"] = random.poisson(days * 500.0).astype(float)
    weeks = []
    for first in pd.date_range("2025-03-03", periods=15, freq="7D", tz=ZONE):
        ahead = forecast[(forecast["start"] >= first) & (forecast["start"] < first + pd.Timedelta(days=7))]
        weeks.append(overall(history, ahead.assign(cutoff=first), by="interval"))
    # If they did not, one week in three would be beyond noise.
    assert weeks.count("beyond noise, no steady bias") <= 1


def test_a_holiday_is_named() -> None:
    tables = made(factor=THANKSGIVING)
    assert by_day(*tables, calendar=US)[3] == "event: Thanksgiving Day"
    assert by_day(*tables)[3] == "over-forecast"
    hours = errors(*tables, calendar=US)
    assert (hours["verdict"][30:40] == "event: Thanksgiving Day").all()
    assert not hours["verdict"][:20].str.startswith("event").any()


def test_the_days_beside_a_holiday_are_named() -> None:
    tables = made(factor={"2024-11-27": 1.5, "2024-11-28": 0.4, "2024-11-29": 0.6})
    told = by_day(*tables, calendar=Calendar("US", subdivision="NY"))
    assert told[2:4] == ["event: day before Thanksgiving Day", "event: Thanksgiving Day"]
    # A single working day between the holiday and the weekend.
    assert told[4] == "event: bridge day after Thanksgiving Day"


def test_an_event_of_ones_own_goes_before_the_calendar_and_keeps_to_its_queue() -> None:
    sale = Event(name="sale", date="2024-11-28", until="2024-11-29", queue="sales", effect="+20%")
    mailing = Event(name="mailing", date="2024-11-26", queue="claims")
    tables = made(factor={"2024-11-26": 1.5, "2024-11-28": 0.4, "2024-11-29": 1.6})
    told = by_day(*tables, calendar=Calendar("US", events=(sale, mailing)))
    assert told[1] == "under-forecast"
    assert told[3:] == ["event: sale", "event: sale"]


def test_a_week_is_named_by_the_day_that_most_of_its_miss_stands_on() -> None:
    tables = made(factor={"2024-11-28": 0.3, "2024-11-29": 0.8})
    assert by_day(*tables, by="week", calendar=US) == ["event: Thanksgiving Day"]
    # Where all days were as far off, the holiday does not explain it.
    tables = made(factor={f"2024-11-{day}": 0.7 for day in range(25, 30)})
    assert by_day(*tables, by="week", calendar=Calendar("US")) == ["over-forecast"]


def test_most_of_the_error_on_one_event() -> None:
    tables = made(days=14, factor=THANKSGIVING)
    each = errors(*tables, by="day", calendar=US)
    rows = each[each["lead_days"] <= 7]
    part = 100 * rows.loc[rows["verdict"].str.startswith("event"), "error"].abs().sum()
    shares = part / rows["offered"].sum(), 100 * rows["error"].abs().sum() / rows["offered"].sum()
    assert overall(*tables, calendar=US) == (
        f"event: {shares[0]:.1f} of {shares[1]:.1f} percentage points on Thanksgiving Day"
    )
    assert shares[0] > 0.6 * shares[1]
    assert overall(*tables) == "beyond noise, no steady bias"


def test_several_events_are_named_by_their_weight() -> None:
    events = tuple(Event(name=name, date=f"2024-11-{day}") for name, day in (("a", 25), ("b", 26), ("c", 27)))
    factor = {"2024-11-25": 1.3, "2024-11-26": 1.6, "2024-11-27": 1.9}
    two = {day: factor[day] for day in list(factor)[1:]}
    calendar = Calendar(events=events)
    assert overall(*made(7, factor=factor), calendar=calendar).endswith("on c, b and 1 more")
    assert overall(*made(7, factor=two), calendar=calendar).endswith("on c and b")


def test_missing_intervals_of_a_missed_day() -> None:
    tables = made(factor={"2024-11-26": 0.5}, missing={"2024-11-26": 4, "2024-11-27": 4})
    told = by_day(*tables)
    assert told[1] == "data: 4 of 10 intervals missing"
    # What is left of the other day was forecast well.
    assert told[2] in ("within tolerance", "within noise")
    hours = errors(*tables)["verdict"]
    assert (hours[10:16] == "data: 4 of 10 intervals missing").sum() >= 5
    assert overall(*tables).startswith("data: ")
    assert overall(*tables).endswith("percentage points on Tue 2024-11-26")
    assert overall(*tables, by="interval").endswith("percentage points on Tue 2024-11-26")


def test_a_gap_too_small_to_matter_explains_nothing() -> None:
    tables = made(days=7, factor={f"2024-11-{day}": 0.5 for day in range(25, 31)}, missing={"2024-11-26": 2})
    assert by_day(*tables, by="week") == ["over-forecast"]
    assert by_day(*made(factor={"2024-11-26": 0.5}, missing={"2024-11-26": 2}))[1] == (
        "data: 2 of 10 intervals missing"
    )


def test_a_whole_day_missing_is_seen_in_its_week() -> None:
    tables = made(factor={f"2024-11-{day}": 0.5 for day in range(25, 30)}, missing={"2024-11-26": 10})
    assert by_day(*tables, by="week") == ["data: 10 of 50 intervals missing"]
    assert len(by_day(*tables)) == 4
    assert overall(*tables, by="week").endswith("percentage points in 1 week")


def test_what_has_not_come_yet_is_no_gap() -> None:
    factor = {f"2024-11-{day}": 0.5 for day in range(25, 30)}
    tables = made(factor=factor, missing={"2024-11-28": 10, "2024-11-29": 10})
    assert by_day(*tables, by="week") == ["over-forecast"]


def outage(hours: slice, **options: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    history, forecast = made(**options)
    history.loc[history.index[hours], "offered"] = 0.0
    return history, forecast


def test_a_run_of_zeros_that_cannot_be_chance() -> None:
    tables = outage(slice(12, 18))
    told = errors(*tables)["verdict"]
    assert (told[12:18] == "data: no call in 6 intervals").all()
    assert not told.drop(range(12, 18)).str.startswith("data").any()
    assert by_day(*tables)[1] == "data: no call in 6 intervals"
    assert by_day(*tables, by="week") == ["data: no call in 6 intervals"]
    assert overall(*tables).endswith("percentage points on Tue 2024-11-26")
    assert errors(*outage(slice(12, 13)))["verdict"][12] == "data: no call in 1 interval"


@pytest.mark.parametrize(("hours", "kind"), [(6, False), (7, True)])
def test_how_long_zeros_may_be_chance(hours: int, kind: bool) -> None:
    # Two calls an hour: in six hours no call comes once in 160,000 times, in seven once in 1.2 million.
    tables = outage(slice(10, 10 + hours), calls=2.0)
    history, forecast = tables
    history.loc[9, "offered"] = history.loc[10 + hours, "offered"] = 2.0
    told = errors(history, forecast)["verdict"]
    # Each hour alone is within noise.
    assert (told[10 : 10 + hours] == ("data: no call in 7 intervals" if kind else "within noise")).all()


def test_a_run_goes_on_overnight_but_not_over_a_missing_count() -> None:
    history, forecast = outage(slice(17, 23))
    assert by_day(history, forecast)[1:3] == ["data: no call in 6 intervals"] * 2
    history.loc[20, "offered"] = np.nan
    assert by_day(history, forecast)[1:3] == ["data: no call in 3 intervals", "data: no call in 2 intervals"]


def test_a_named_day_without_any_call_was_closed() -> None:
    tables = outage(slice(30, 40))
    assert by_day(*tables)[3] == "data: no call in 10 intervals"
    assert by_day(*tables, calendar=US)[3] == "event: Thanksgiving Day"
    assert by_day(*outage(slice(30, 36)), calendar=US)[3] == "data: no call in 6 intervals"


def test_an_outage_too_short_to_explain_the_miss() -> None:
    tables = outage(slice(10, 11), factor={"2024-11-26": 0.5})
    assert by_day(*tables)[1] == "over-forecast"


def test_data_go_before_events_and_events_before_bias() -> None:
    history, forecast = outage(slice(0, 10), days=7, factor={f"2024-11-{d}": 0.9 for d in range(25, 31)})
    assert overall(history, forecast, calendar=US).startswith("data: ")
    factor = {f"2024-11-{d}": 0.93 for d in range(24, 31)} | {"2024-11-28": 0.2}
    tables = made(days=7, first="2024-11-24", factor=factor, seed=None)
    assert overall(*tables, calendar=US).startswith("event: ")
    assert overall(*tables) == "bias: over on 7 of 7 days"


@pytest.mark.parametrize("by", ["interval", "day", "week"])
def test_a_steady_bias_counts_days_at_every_level(by: str) -> None:
    tables = made(days=7, first="2024-11-18", factor={f"2024-11-{day}": 1.2 for day in range(18, 25)})
    assert overall(*tables, by=by) == "bias: under on 7 of 7 days"


def test_four_days_are_too_few_for_a_bias() -> None:
    factor = {f"2024-11-{day}": 1.2 for day in range(18, 22)}
    assert overall(*made(days=4, first="2024-11-18", factor=factor)) == "beyond noise, no steady bias"


def test_where_no_call_came_at_all_no_points_are_claimed() -> None:
    assert overall(*outage(slice(0, 50))) == "data: no call in 50 intervals"
