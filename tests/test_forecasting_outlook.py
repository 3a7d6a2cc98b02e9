"""What a forecast says of its queues: what is left out, what is odd, and how explain agrees with it."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Refused, Remark
from callplan.hours import OpeningHours
from callplan.intervals import grid, observed_hours
from forecasting import Calendar, bands, explain, forecast

ZONE = "Europe/Paris"
OFFICE = OpeningHours.parse({"mon-fri": "09:00-18:00"})


def history(first: str, last: str, queue: str = "sales", hours: OpeningHours = OFFICE) -> pd.DataFrame:
    start = grid(date.fromisoformat(first), date.fromisoformat(last), 60, ZONE, hours)
    calls = np.random.default_rng(4).poisson(50 + 5.0 * (start.dt.day_of_week == 0))
    return pd.DataFrame({"queue": queue, "start": start, "minutes": 60, "offered": calls.astype(float)})


YEAR = history("2024-01-01", "2025-03-14")
WEEKS = history("2024-01-15", "2024-03-15")


def test_a_new_queue_does_not_stop_the_others() -> None:
    new = history("2024-03-13", "2024-03-15", queue="new")
    with pytest.warns(Remark, match="left out: queue new: 3 days of history"):
        ahead = forecast(pd.concat([WEEKS, new]), 7)
    assert set(ahead["queue"]) == {"sales"}
    with pytest.raises(Refused, match="queue new: 3 days of history"):
        forecast(new, 7)


@pytest.mark.parametrize(
    ("rows", "days", "said"),
    [
        (WEEKS.assign(offered=0.0), 7, "every count is 0"),
        (WEEKS, 90, "90 days ahead are forecast from 61 days"),
        (
            pd.concat([WEEKS, history("2024-03-18", "2024-06-28", queue="other")]),
            7,
            "sales: the last count is of 2024-03-15; does the queue still exist",
        ),
    ],
)
def test_what_is_odd_is_remarked(rows: pd.DataFrame, days: int, said: str) -> None:
    with pytest.warns(Remark, match=said):
        forecast(rows, days, model="mean_of_4")


def test_a_holiday_never_counted_is_remarked_and_one_counted_is_not() -> None:
    with pytest.warns(Remark) as caught:
        forecast(YEAR, 60, calendar=Calendar("FR"))
    texts = " ".join(str(warning.message) for warning in caught)
    assert "Labor Day" not in texts
    spring = YEAR[(YEAR["start"].dt.strftime("%m-%d") != "05-01")]
    with pytest.warns(Remark, match="2025-05-01 is Labor Day, forecast like the holidays counted so far"):
        forecast(spring, 60, calendar=Calendar("FR"))


def test_hours_never_open_before_get_the_calls_of_the_nearest() -> None:
    longer = Calendar(hours=OpeningHours.parse({"mon-fri": "08:00-20:00"}))
    for model in ("auto", "mean_of_8", "gaussian_process"):
        with pytest.warns(Remark, match="without any history"):
            ahead = forecast(WEEKS, 7, model=model, calendar=longer)
        by_hour = ahead.groupby(ahead["start"].dt.hour)["calls"].mean()
        assert by_hour[8] == pytest.approx(by_hour[9], rel=0.05)
        assert by_hour[19] == pytest.approx(by_hour[17], rel=0.05)


def test_a_day_is_forecast_alike_however_far_one_looks() -> None:
    half_a_year = YEAR[YEAR["start"] < "2024-07-01"]
    near, far = (forecast(half_a_year, days, model="gaussian_process") for days in (7, 364))
    np.testing.assert_allclose(far["calls"][: len(near)], near["calls"], rtol=1e-9)


@pytest.mark.parametrize("model", ["auto", "mean_of_8", "gaussian_process"])
def test_explain_ends_with_the_forecast_of_the_day(model: str) -> None:
    ahead = forecast(YEAR, 7, model=model, calendar=Calendar("FR"))
    for day in ("2025-03-17", "2025-03-20"):
        effects = explain(YEAR, "sales", day, model=model, calendar=Calendar("FR"))
        said = ahead.loc[ahead["start"].dt.strftime("%Y-%m-%d") == day, "calls"].sum()
        assert effects[-1].calls == pytest.approx(said, rel=1e-8)


def test_quantiles_named_twice_are_refused() -> None:
    with pytest.raises(Refused, match="one is given twice"):
        bands(WEEKS, 7, quantiles=(0.1, 0.1))


def test_a_weekday_worked_once_stays_closed_and_longer_hours_count_from_the_second_week() -> None:
    once = history("2024-02-10", "2024-02-10", hours=OpeningHours.parse({"sat": "09:00-18:00"}))
    late = history("2024-03-04", "2024-03-15", hours=OpeningHours.parse({"mon-fri": "18:00-20:00"}))
    rows = pd.concat([WEEKS, once, late]).sort_values("start", ignore_index=True)
    hours = observed_hours(rows)
    assert hours.on(date(2024, 3, 16)) == ()
    assert hours.on(date(2024, 3, 18)) == ((540, 1200),)
