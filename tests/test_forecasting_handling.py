"""The handling time to come: shapes found where there are any, and not where chance made them."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.hours import OpeningHours
from callplan.intervals import grid, minute_of_day
from forecasting.history import handling
from forecasting.history.handling import credible_factors, forecast_aht_s, handling_time
from forecasting.history.panel import Horizon

ZONE = "Europe/Paris"
HOURS = OpeningHours.parse({"mon-fri": "08:00-20:00", "sat": "08:00-14:00"})
MEAN_S = 240.0


def horizon(first: date = date(2024, 7, 1), last: date = date(2024, 7, 7)) -> Horizon:
    starts = grid(first, last, 30, ZONE, HOURS)
    day = (starts.dt.tz_localize(None).dt.normalize() - pd.Timestamp(first)).dt.days.to_numpy()
    return Horizon(starts, day, minute_of_day(starts).to_numpy() // 30, 30)


AHEAD = horizon()


def truth_of(starts: pd.Series, weekday_sd: float, both_sd: float, seed: int) -> np.ndarray:
    """Return a handling time that rises over the day, with factors of the weekday and of both."""
    rng = np.random.default_rng(seed)
    weekdays, both = 1 + weekday_sd * rng.normal(size=7), 1 + both_sd * rng.normal(size=(7, 48))
    slot, weekday = minute_of_day(starts).to_numpy() // 30, starts.dt.day_of_week.to_numpy()
    return MEAN_S * (1 + slot / 480) * weekdays[weekday] * both[weekday, slot]


def drawn(calls: float, weekday_sd: float, both_sd: float, seed: int, weeks: int = 16) -> pd.DataFrame:
    """Return weeks of Poisson calls of exponential length, with 3% from day to day."""
    rng = np.random.default_rng(1000 + seed)
    first = pd.Timestamp("2024-07-01") - pd.Timedelta(weeks=weeks)
    starts = grid(first.date(), date(2024, 6, 30), 30, ZONE, HOURS)
    true = truth_of(starts, weekday_sd, both_sd, seed)
    day = pd.factorize(starts.dt.date)[0]
    true *= np.exp(0.03 * rng.normal(size=day.max() + 1))[day]
    handled = rng.poisson(calls, len(starts)).astype(float)
    n = np.maximum(handled, 1)
    aht_s = np.where(handled > 0, rng.gamma(n, true / n), np.nan)
    return pd.DataFrame(
        {"queue": "q", "start": starts, "minutes": 30, "offered": handled, "handled": handled, "aht_s": aht_s}
    )


def by_time_of_day(rows: pd.DataFrame) -> np.ndarray:
    """Return the mean by interval alone, over the last eight weeks, drawn to the queue's by 50 calls."""
    rows = rows[rows["start"] > rows["start"].iloc[-1] - pd.Timedelta(weeks=8)].dropna()
    seconds, slot = rows["aht_s"] * rows["handled"], minute_of_day(rows["start"]) // 30
    overall = seconds.sum() / rows["handled"].sum()
    means = (seconds.groupby(slot).sum() + 50 * overall) / (rows["handled"].groupby(slot).sum() + 50)
    return means.reindex(AHEAD.slot).to_numpy()


def misses(calls: float, weekday_sd: float, both_sd: float) -> tuple[float, float]:
    """Return the mean |error| / truth of ours, and of the mean by time of day, over ten histories."""
    each = []
    for seed in range(10):
        rows, true = (
            drawn(calls, weekday_sd, both_sd, seed),
            truth_of(AHEAD.starts, weekday_sd, both_sd, seed),
        )
        each.append(
            [np.abs(said / true - 1).mean() for said in (forecast_aht_s(rows, AHEAD), by_time_of_day(rows))]
        )
    ours, plain = np.mean(each, axis=0)
    return ours, plain


@pytest.mark.parametrize(("calls", "gain"), [(3, 0.8), (20, 0.5), (300, 0.3)])
def test_it_finds_weekdays_that_differ(calls: float, gain: float) -> None:
    ours, plain = misses(calls, weekday_sd=0.08, both_sd=0.0)
    assert ours < gain * plain


@pytest.mark.parametrize(("calls", "gain"), [(20, 0.85), (300, 0.55)])
def test_it_finds_times_of_the_week_that_differ(calls: float, gain: float) -> None:
    ours, plain = misses(calls, weekday_sd=0.0, both_sd=0.08)
    assert ours < gain * plain


@pytest.mark.parametrize("calls", [1, 5, 20, 100, 1000])
def test_it_is_no_worse_where_weekdays_are_alike(calls: float) -> None:
    ours, plain = misses(calls, weekday_sd=0.0, both_sd=0.0)
    # Within a tenth of one percent of the handling time.
    assert ours < plain + 0.001


def test_the_credibility_of_equal_groups_is_that_of_the_analysis_of_variance() -> None:
    rng = np.random.default_rng(2)
    groups, times, calls = 12, 8, 40.0
    ratio = 1 + 0.1 * rng.normal(size=(groups, 1)) + 0.2 * rng.normal(size=(groups, times))
    ratio /= ratio.mean()
    code = np.repeat(np.arange(groups), times)
    n = groups * times
    factors = credible_factors(ratio.ravel(), np.full(n, calls), np.ones(n), code, np.arange(n))[:groups]
    means = ratio.mean(axis=1)
    within = ratio.var(axis=1, ddof=1).mean()
    between = means.var(ddof=1) - within / times
    assert between > 0
    assert factors == pytest.approx(1 + between / (between + within / times) * (means - 1))


def test_the_credibility_is_right_on_average() -> None:
    """Factors of known spread, few and many calls, fading weights: credibility leaves the least error."""
    rng = np.random.default_rng(4)
    errors = {0.0: 0.0, 0.5: 0.0, 1.0: 0.0, 2.0: 0.0}
    code = np.repeat(np.arange(200), 6)
    recency = np.tile(0.7 ** np.arange(6), 200)
    for _ in range(40):
        true = 1 + 0.1 * rng.normal(size=200)
        calls = rng.choice([2.0, 20.0, 200.0], 200)[code]
        ratio = true[code] + rng.normal(size=1200) / np.sqrt(calls)
        factors = credible_factors(ratio, calls, recency, code, np.arange(1200))[:200]
        for times in errors:
            errors[times] += np.square(1 + times * (factors - 1) - true).sum()
    assert min(errors, key=errors.__getitem__) == 1.0
    # The least that is possible where both variances, 0.01 and 1, are known.
    fade = 0.7 ** np.arange(6)
    effective = np.array([2.0, 20.0, 200.0]) * fade.sum() ** 2 / (fade**2).sum()
    least = 200 * 40 * np.mean(0.01 / (effective * 0.01 + 1))
    assert errors[1.0] == pytest.approx(least, rel=0.06)


@given(
    aht_s=st.floats(1, 1e4),
    calls=st.sampled_from([0.3, 5, 300]),
    seed=st.integers(0, 20),
    weeks=st.sampled_from([1, 2, 20]),
)
def test_of_a_constant_it_is_the_constant(aht_s: float, calls: float, seed: int, weeks: int) -> None:
    rows = drawn(calls, 0, 0, seed, weeks).assign(aht_s=aht_s)
    assert forecast_aht_s(rows, AHEAD) == pytest.approx(aht_s, rel=1e-9)


@given(times=st.floats(0.01, 100), seed=st.integers(0, 20))
def test_seconds_may_be_minutes_and_calls_may_not_be_scaled(times: float, seed: int) -> None:
    rows = drawn(10, 0.05, 0.05, seed)
    said = forecast_aht_s(rows, AHEAD)
    assert forecast_aht_s(rows.assign(aht_s=rows["aht_s"] * times), AHEAD) == pytest.approx(times * said)


def test_a_shape_without_noise_is_given_back() -> None:
    starts = drawn(10, 0, 0, 0)["start"]
    rows = drawn(10, 0, 0, 0).assign(aht_s=truth_of(starts, 0.1, 0.1, 5), offered=10.0, handled=10.0)
    assert forecast_aht_s(rows, AHEAD) == pytest.approx(truth_of(AHEAD.starts, 0.1, 0.1, 5), rel=1e-6)


def test_recent_weeks_weigh_more() -> None:
    rows = drawn(50, 0, 0, 0).assign(aht_s=200.0)
    last = rows["start"].max()
    age = (last - rows["start"]).dt.days
    changed = rows.assign(aht_s=np.where(age < 28, 300.0, 200.0))
    # Half of all weight lies in the last half-life of an endless history, a little more in 16 weeks.
    weight = 0.5 ** (age / 28)
    expected = np.average(changed["aht_s"], weights=weight * rows["handled"])
    assert forecast_aht_s(changed, AHEAD).mean() == pytest.approx(expected, rel=0.01)
    assert 250 < expected < 257


@pytest.mark.parametrize("calls", [1, 3])
def test_a_call_left_open_for_four_hours_does_no_great_harm(
    calls: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = drawn(calls, 0.05, 0, 1)
    at = rows.index[rows["start"] == pd.Timestamp("2024-06-27 10:00", tz=ZONE)][0]
    handled = max(rows.loc[at, "handled"], 1.0)
    spoilt = rows.copy()
    spoilt.loc[at, ["offered", "handled"]] = handled
    spoilt.loc[at, "aht_s"] = (14_400 + (handled - 1) * 240) / handled
    harm = np.abs(forecast_aht_s(spoilt, AHEAD) / forecast_aht_s(rows, AHEAD) - 1)
    assert (harm.max() < 0.3, harm.mean() < 0.03) == (True, True)
    monkeypatch.setattr(handling, "_CAP_SD", 1e9)
    uncapped = np.abs(forecast_aht_s(spoilt, AHEAD) / forecast_aht_s(rows, AHEAD) - 1)
    assert harm.mean() < 0.6 * uncapped.mean()


def test_evening_calls_of_twice_the_length_are_no_slip() -> None:
    rows = drawn(20, 0.05, 0, 1)
    evening = rows["start"].dt.hour >= 18
    long = forecast_aht_s(rows.assign(aht_s=rows["aht_s"].where(~evening, rows["aht_s"] * 2)), AHEAD)
    assert (long / forecast_aht_s(rows, AHEAD))[AHEAD.slot >= 36].mean() == pytest.approx(2, rel=0.03)


def test_rows_without_handled_calls() -> None:
    rows = drawn(10, 0.05, 0.05, 0)
    said = forecast_aht_s(rows, AHEAD)
    assert forecast_aht_s(rows.assign(handled=np.nan), AHEAD) == pytest.approx(said)
    assert forecast_aht_s(rows.drop(columns="handled"), AHEAD) == pytest.approx(said)
    assert np.isnan(forecast_aht_s(rows.assign(aht_s=np.nan), AHEAD)).all()
    assert np.isnan(forecast_aht_s(rows.drop(columns="aht_s"), AHEAD)).all()
    totals = rows.assign(talk_s=rows["aht_s"] * rows["handled"], acw_s=0.0, aht_s=np.nan)
    assert forecast_aht_s(totals, AHEAD) == pytest.approx(said)
    held = totals.assign(hold_s=np.where(rows["handled"] > 0, 30 * rows["handled"], np.nan))
    mean_s, calls = handling_time(held)
    assert mean_s.to_numpy() == pytest.approx(rows["aht_s"].to_numpy() + 30, nan_ok=True)
    assert calls.tolist() == rows["handled"].tolist()


def test_a_time_never_seen_takes_its_weekday_and_the_mean() -> None:
    rows = drawn(300, 0.1, 0, 3)
    afternoons = rows[rows["start"].dt.hour >= 12]
    said = pd.Series(forecast_aht_s(afternoons, AHEAD), AHEAD.starts)
    mornings = said[(said.index.hour < 12) & (said.index.day_of_week < 5)]
    by_day = mornings.groupby(mornings.index.day_of_week).agg(["min", "max"])
    assert by_day["min"].to_numpy() == pytest.approx(by_day["max"].to_numpy())
    true = truth_of(AHEAD.starts, 0.1, 0, 3)
    weekday = pd.Series(true, AHEAD.starts.dt.day_of_week).groupby(level=0).max()
    ranks = by_day["min"].rank().tolist()
    assert ranks == weekday.iloc[:5].rank().tolist()


def test_one_week_teaches_times_of_the_day_alone() -> None:
    said = forecast_aht_s(drawn(100, 0.2, 0.2, 0, weeks=1), AHEAD)
    weekday = AHEAD.starts.dt.day_of_week.to_numpy()
    assert said[weekday == 0] == pytest.approx(said[weekday == 1])
