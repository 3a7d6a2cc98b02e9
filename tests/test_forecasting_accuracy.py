"""Errors and accuracy: a worked vector, a retelling in a few lines, levels, leads and verdicts."""

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from callplan.errors import Refused, Remark
from callplan.intervals import grid, local_day
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
    # So many calls that the exact floor is the rule of thumb.
    assert row["noise_floor"] == pytest.approx(np.sqrt(2 * a / np.pi).sum() / a.sum(), rel=1e-4)


@pytest.mark.parametrize(("calls", "share"), [(100, "38%"), (200, "52%"), (1000, "88%")])
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


def test_a_month_that_one_forecast_says_is_one_row() -> None:
    history, forecast = pair([120.0] * 15 + [80.0] * 15, [100.0] * 30, first="2024-06-01")
    month = errors(history, forecast, by="month")
    assert month[["calls", "offered", "lead_days"]].values.tolist() == [[3000.0, 3000.0, 7]]
    assert accuracy(history, forecast, by="month")["wape"].tolist() == [0]


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
    assert accuracy(*pair([5.0, 5.0], [0.0, 1.0])).iloc[0]["wape"] == 9


def test_where_nothing_came_only_a_forecast_of_nothing_is_a_hit() -> None:
    assert errors(*pair([0.0, 0.001], [0.0, 0.0]))["within"].tolist() == [1, 0]


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


def drawn(seed: int, zone: str = ZONE, weeks: int = 10) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two queues open day and night from 2 September 2024, and two weekly forecasts of two models.

    The clock goes back in the first forecast week: 27 October, a Sunday.
    """
    random = np.random.default_rng(seed)
    start = grid(pd.Timestamp("2024-09-02").date(), pd.Timestamp("2024-11-10").date(), 60, zone)
    mean = 40 + 30 * np.sin(start.dt.hour * np.pi / 12) - 10 * (start.dt.day_of_week > 4)
    parts = [
        pd.DataFrame({"queue": queue, "start": start, "minutes": 60, "offered": random.poisson(size * mean)})
        for queue, size in (("sales", 1.0), ("claims", 0.2))
    ]
    history = pd.concat(parts, ignore_index=True).astype({"offered": float})
    forecasts = []
    for first in ("2024-10-21", "2024-10-28"):
        cutoff = pd.Timestamp(first, tz=zone)
        rows = history[(history["start"] >= cutoff) & (history["start"] < cutoff + pd.Timedelta(days=14))]
        for model in ("m", "n"):
            calls = (rows["offered"] * random.normal(1.02, 0.1, len(rows))).clip(lower=0)
            forecasts.append(rows.drop(columns="offered").assign(model=model, cutoff=cutoff, calls=calls))
    forecast = pd.concat(forecasts, ignore_index=True)
    return history, forecast.assign(calls_lo=0.0, calls_hi=9999.0, level=0.8, aht_s=200.0)


@pytest.mark.parametrize("by", ["interval", "day", "week"])
def test_every_measure_retold_row_by_row(by: str) -> None:
    history, forecast = drawn(0)
    told = accuracy(history, forecast, by=by).set_index(["queue", "model", "lead_days"])
    both = forecast.merge(history, on=["queue", "start"])
    day = both["start"].dt.tz_localize(None).dt.normalize()
    lead = (day - both["cutoff"].dt.tz_localize(None).dt.normalize()).dt.days + 1
    both["weeks"] = np.where(lead <= 7, 7, 14)
    begin = {"interval": both["start"], "day": day, "week": day - pd.to_timedelta(day.dt.day_of_week, "D")}
    both["begin"] = begin[by]
    # Both weeks of the second cutoff and the second week of the first stand at their own lead.
    for key, rows in both.groupby(["queue", "model", "weeks"]):
        sums = rows.groupby("begin")[["calls", "offered"]].sum()
        f, a = sums["calls"], sums["offered"]
        row = told.loc[key]
        assert row["n"] == len(sums)
        assert row["wape"] == pytest.approx((f - a).abs().sum() / a.sum())
        assert row["bias"] == pytest.approx((f - a).sum() / a.sum())
        assert row["hit_rate"] == pytest.approx(((f - a).abs() <= 0.05 * a).mean())
        past = history[(history["queue"] == key[0]) & (history["start"] < forecast["cutoff"].min())]
        size = {"interval": 1, "day": 24, "week": 168}[by]
        counts = past["offered"].to_numpy().reshape(-1, size).sum(axis=1)
        naive = np.abs(counts[168 // size :] - counts[: -168 // size]).mean()
        assert row["mase"] == pytest.approx((f - a).abs().mean() / naive)


def test_months_and_quarters_have_no_naive_forecast() -> None:
    history, forecast = drawn(0)
    assert accuracy(history, forecast, by="month")["mase"].isna().all()


def test_a_perfect_forecast_stands_at_its_floors() -> None:
    random = np.random.default_rng(3)
    start = grid(pd.Timestamp("2023-01-02").date(), pd.Timestamp("2024-12-29").date(), 60, "UTC")
    mean = (60 + 50 * np.sin(start.dt.hour * np.pi / 12)).to_numpy()
    counts = random.poisson(random.gamma(20, 1 / 20, len(mean)) * mean).astype(float)
    history = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "offered": counts})
    cutoff = pd.Timestamp("2024-01-01", tz="UTC")
    forecast = history.drop(columns="offered").assign(
        calls=mean, calls_lo=0.0, calls_hi=9999.0, level=0.8, aht_s=200.0, model="m", cutoff=cutoff
    )
    forecast = forecast[forecast["start"] >= cutoff]
    each = errors(history, forecast)
    assert each["own_floor"].sum() == pytest.approx(each["error"].abs().sum(), rel=0.03)
    assert each["floor"].sum() < 0.75 * each["own_floor"].sum()
    rows = accuracy(history, forecast)
    assert (rows["own_attainable"] * rows["n"]).sum() / rows["n"].sum() == pytest.approx(
        each["within"].mean(), abs=0.01
    )
    assert (rows["verdict"] == "within noise").mean() > 0.9
    # The 1.96 standard deviations of a row leave one in twenty outside.
    assert each["verdict"].isin(["over-forecast", "under-forecast"]).mean() == pytest.approx(0.05, abs=0.01)


def test_only_what_came_before_the_first_cutoff_tells_the_noise() -> None:
    history, forecast = drawn(1)
    later = history["start"] >= forecast["cutoff"].min()
    wild = history.assign(offered=history["offered"].where(~later, history["offered"] * 3))
    floors = [errors(each, forecast)["own_floor"].notna().all() for each in (history, wild)]
    assert floors == [True, True]
    before = errors(history[~later | (history["start"] < "2024-10-22")], forecast)
    whole = errors(history, forecast)
    of_day = before.merge(whole, on=["queue", "start", "model", "lead_days"], suffixes=("", "_whole"))
    assert len(of_day) == len(before)
    np.testing.assert_array_equal(of_day["own_floor"], of_day["own_floor_whole"])
    short = history[history["start"] >= "2024-10-07"]
    assert errors(short, forecast)["own_floor"].isna().all()
    assert accuracy(short, forecast)[["own_noise_floor", "own_attainable"]].isna().all().all()


def test_the_day_of_25_hours() -> None:
    history, forecast = drawn(0)
    first = forecast[(forecast["cutoff"] == forecast["cutoff"].min()) & (forecast["model"] == "m")]
    each = errors(history, first)
    long = each[(local_day(each["start"]) == "2024-10-27") & (each["queue"] == "sales")]
    assert len(long) == 25
    assert long["lead_days"].unique().tolist() == [7]
    assert list(long["start"].dt.hour[:4]) == [0, 1, 2, 2]
    day = errors(history, first, by="day")
    day = day[(local_day(day["start"]) == "2024-10-27") & (day["queue"] == "sales")]
    assert day["offered"].tolist() == [long["offered"].sum()]


def test_forecasts_without_a_count_are_remarked() -> None:
    history, forecast = pair([100.0] * 3, [100.0, np.nan, 100.0])
    with pytest.warns(Remark, match="1 of 3 forecast intervals have no count"):
        errors(history, forecast)


@settings(max_examples=10)
@given(st.integers(0, 20), st.floats(0.1, 50))
def test_scaling_both_leaves_shares_as_they_are(seed: int, factor: float) -> None:
    history, forecast = drawn(seed)
    scaled = accuracy(
        history.assign(offered=history["offered"] * factor), forecast.assign(calls=forecast["calls"] * factor)
    )
    plain = accuracy(history, forecast)
    same = ["queue", "model", "lead_days", "n", "wape", "bias", "mase", "hit_rate"]
    # A hit on the very edge may fall to either side.
    pd.testing.assert_frame_equal(scaled[same], plain[same], rtol=1e-9, atol=0.01)


@settings(max_examples=10)
@given(st.integers(0, 20), st.sampled_from(["interval", "day", "week"]))
def test_new_names_of_queues_only_rename(seed: int, by: str) -> None:
    history, forecast = drawn(seed)
    # The order turns round as well.
    names = {"sales": "a", "claims": "b"}
    renamed = accuracy(history.replace({"queue": names}), forecast.replace({"queue": names}), by=by)
    plain = accuracy(history, forecast, by=by).replace({"queue": names})
    plain = plain.sort_values(["queue", "by", "model", "lead_days"], ignore_index=True)
    pd.testing.assert_frame_equal(renamed, plain)


@settings(max_examples=10)
@given(st.integers(0, 20), st.integers(-60, 60), st.sampled_from(["interval", "day", "week"]))
def test_whole_weeks_later_all_is_the_same_but_the_dates(seed: int, weeks: int, by: str) -> None:
    history, forecast = drawn(seed, zone="UTC")
    by_weeks = pd.Timedelta(weeks=weeks)
    moved = forecast.assign(start=forecast["start"] + by_weeks, cutoff=forecast["cutoff"] + by_weeks)
    later = history.assign(start=history["start"] + by_weeks)
    then, now = errors(later, moved, by=by), errors(history, forecast, by=by)
    back = then["start"].sub(by_weeks).dt.as_unit("us")
    pd.testing.assert_frame_equal(then.assign(start=back), now)
    pd.testing.assert_frame_equal(accuracy(later, moved, by=by), accuracy(history, forecast, by=by))


def test_refusals() -> None:
    history, forecast = SIX_DAYS
    with pytest.raises(Refused, match="unknown level 'days'; did you mean day"):
        errors(history, forecast, by="days")
    with pytest.raises(Refused, match="tolerance: found 5"):
        errors(history, forecast, tolerance=5)
    elsewhere = history.assign(start=history["start"] + pd.Timedelta(days=365))
    with pytest.raises(Refused, match="no interval in both"):
        errors(elsewhere, forecast)
