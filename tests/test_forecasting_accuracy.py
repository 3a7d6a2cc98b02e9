"""Errors and accuracy: a worked vector, a retelling in a few lines, levels, leads and verdicts."""

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Refused
from forecasting import Calendar, accuracy, errors

ZONE = "Europe/Paris"


def pair(
    calls: list[float],
    offered: list[float],
    *,
    first: str = "2024-05-06",
    cutoff: str | None = None,
    minutes: int = 60,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a history and a forecast of one interval a day, at 09:00."""
    start = pd.date_range(f"{first} 09:00", periods=len(calls), freq="D", tz=ZONE)
    history = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "offered": offered})
    seen = pd.Timestamp(cutoff or first, tz=ZONE)
    forecast = pd.DataFrame(
        {"queue": "sales", "start": start, "model": "m", "cutoff": seen, "minutes": minutes}
    )
    return history, forecast.assign(calls=calls, calls_lo=0.0, calls_hi=9999.0, level=0.8, aht_s=200.0)


SIX_DAYS = pair(
    [3533.0, 2455.0, 2611.0, 2990.0, 2935.0, 1028.0], [3601.0, 2544.0, 2723.0, 3111.0, 3078.0, 1103.0]
)


@pytest.mark.parametrize("by", ["interval", "day"])
def test_the_worked_vector(by: str) -> None:
    row = accuracy(*SIX_DAYS, by=by).iloc[0]
    assert f"{row['wape']:.2%} {row['bias']:.2%}" == "3.76% -3.76%"
    assert (row["n"], row["lead_days"], row["model"]) == (6, 7, "m")
    assert row["verdict"] == "bias: under on 6 of 6 days"


def test_against_a_retelling() -> None:
    history, forecast = SIX_DAYS
    row = accuracy(history, forecast, by="day", tolerance=0.04).iloc[0]
    f, a = forecast["calls"].to_numpy(), history["offered"].to_numpy()
    assert row["wape"] == pytest.approx(np.abs(f - a).sum() / a.sum())
    assert row["hit_rate"] == pytest.approx((np.abs(f - a) <= 0.04 * a).mean())
    assert row["noise_floor"] == pytest.approx(np.sqrt(2 * a / np.pi).sum() / a.sum())


@pytest.mark.parametrize(("calls", "share"), [(100, "38%"), (200, "52%"), (1000, "89%")])
def test_what_a_perfect_forecast_attains(calls: float, share: str) -> None:
    row = accuracy(*pair([calls], [calls])).iloc[0]
    assert f"{row['attainable']:.0%}" == share


def test_attainable_against_a_simulation() -> None:
    drawn = np.random.default_rng(0).poisson(1000, 200_000)
    row = accuracy(*pair([1000.0], [1000.0])).iloc[0]
    assert row["attainable"] == pytest.approx((np.abs(drawn - 1000) <= 50).mean(), abs=0.01)


def test_the_floor_is_what_chance_leaves() -> None:
    drawn = np.random.default_rng(0).poisson(400, 200_000)
    floor = errors(*pair([400.0], [400.0]))["floor"].iloc[0]
    assert floor == pytest.approx(np.abs(drawn - 400).mean(), rel=0.01)


def test_levels_sum_before_they_compare() -> None:
    history, forecast = pair([110.0, 90.0] * 7, [100.0] * 14)
    assert accuracy(history, forecast)["wape"].iloc[0] == pytest.approx(0.1)
    week = errors(history, forecast, by="week")
    assert list(week["start"].dt.date.astype(str)) == ["2024-05-06", "2024-05-13"]
    assert list(week["error"]) == [10.0, -10.0]
    assert list(week["lead_days"]) == [7, 14]
    month = errors(history, forecast, by="month")
    assert month[["calls", "offered"]].to_numpy().sum() == 2800
    quarter = errors(history, forecast, by="quarter")
    assert set(quarter["start"].dt.date.astype(str)) == {"2024-04-01"}


def test_leads_are_counted_in_local_days() -> None:
    history, forecast = pair([100.0] * 9, [100.0] * 9)
    assert list(errors(history, forecast)["lead_days"]) == list(range(1, 10))
    assert list(accuracy(history, forecast)["lead_days"]) == [7, 14]
    # A cutoff on Friday evening lies three days before Monday.
    _, after_weekend = pair([100.0], [100.0], cutoff="2024-05-03 21:00")
    assert errors(history, after_weekend)["lead_days"].tolist() == [3]


def test_of_several_cutoffs_as_far_back_the_latest_speaks() -> None:
    history, early = pair([90.0], [100.0], cutoff="2024-05-05 12:00")
    _, late = pair([105.0], [100.0], cutoff="2024-05-05 18:00")
    assert errors(history, pd.concat([early, late]))["calls"].tolist() == [105.0]


def test_weekly_cutoffs_add_up_to_a_month() -> None:
    history, first = pair([100.0] * 7, [90.0] * 7)
    later_history, second = pair([100.0] * 7, [110.0] * 7, first="2024-05-13")
    month = errors(pd.concat([history, later_history]), pd.concat([first, second]), by="month")
    assert month[["calls", "offered", "lead_days"]].values.tolist() == [[1400.0, 1400.0, 7]]


def test_missing_counts_are_not_compared() -> None:
    history, forecast = pair([100.0, 100.0], [100.0, np.nan])
    assert len(errors(history, forecast)) == 1


def test_mase_divides_by_last_week_as_it_was_before_the_cutoff() -> None:
    history, forecast = pair([120.0] * 7, [100.0] * 7)
    before, _ = pair([0.0] * 14, [50.0] * 7 + [60.0] * 7, first="2024-04-22")
    row = accuracy(pd.concat([before, history]), forecast).iloc[0]
    assert row["mase"] == pytest.approx(20 / 10)
    assert np.isnan(accuracy(history, forecast)["mase"].iloc[0])


@pytest.mark.parametrize(
    ("calls", "offered", "verdict"),
    [
        (1000.0, 1010.0, "within tolerance"),
        (100.0, 108.0, "within noise"),
        (1200.0, 1000.0, "over-forecast"),
        (800.0, 1000.0, "under-forecast"),
    ],
)
def test_verdicts_of_single_misses(calls: float, offered: float, verdict: str) -> None:
    assert errors(*pair([calls], [offered]))["verdict"].tolist() == [verdict]


def test_a_miss_on_a_holiday_is_an_event() -> None:
    rows = errors(*pair([1000.0], [200.0], first="2024-05-08"), by="day", calendar=Calendar(country="FR"))
    assert rows["verdict"].str.startswith("event: ").all()


def test_verdicts_of_many() -> None:
    mean = np.full(60, 400.0)
    drawn = np.random.default_rng(5).poisson(mean).astype(float)
    assert accuracy(*pair(mean.tolist(), drawn.tolist()))["verdict"].iloc[0] == "within noise"
    wild = np.where(np.arange(60) % 2 == 0, 500.0, 300.0)
    assert accuracy(*pair(mean.tolist(), wild.tolist()))["verdict"].iloc[0] == "beyond noise, no steady bias"


def test_without_any_call_no_share_of_calls_is_claimed() -> None:
    row = accuracy(*pair([5.0, 5.0], [0.0, 0.0])).iloc[0]
    assert row[["wape", "bias", "noise_floor", "attainable"]].isna().all()
    assert row["hit_rate"] == 0
    # One call is enough.
    assert accuracy(*pair([5.0, 5.0], [0.0, 1.0])).iloc[0]["attainable"] > 0


def test_counts_that_came_as_text_are_numbers_all_the_same() -> None:
    history, forecast = pair([120.0] * 7, [100.0] * 7)
    before, _ = pair([0.0] * 14, [50.0] * 7 + [60.0] * 7, first="2024-04-22")
    whole = pd.concat([before, history], ignore_index=True)
    as_text = whole.assign(offered=whole["offered"].map("{:g}".format))
    pd.testing.assert_frame_equal(
        accuracy(as_text, forecast.assign(calls="120")), accuracy(whole, forecast), check_exact=True
    )
    with pytest.raises(Refused, match="history, row 0, column offered: found 'many'"):
        accuracy(whole.assign(offered="many"), forecast)


def test_refusals() -> None:
    history, forecast = SIX_DAYS
    with pytest.raises(Refused, match="unknown level 'days'; did you mean day"):
        errors(history, forecast, by="days")
    with pytest.raises(Refused, match="tolerance: found 5"):
        errors(history, forecast, tolerance=5)
    elsewhere = history.assign(start=history["start"] + pd.Timedelta(days=365))
    with pytest.raises(Refused, match="no interval in both"):
        errors(elsewhere, forecast)
