"""What chance leaves: counts drawn with a known mean and scatter, and what is found out about them."""

from collections.abc import Callable

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from scipy.stats import nbinom, poisson

from forecasting.accuracy.noise import (
    beside_weeks,
    likely_mean,
    mean_deviation,
    naive_error,
    own_dispersion,
    share_within,
)

SLOTS = 20
Factor = Callable[[np.ndarray], np.ndarray]


def drawn(
    mean: float,
    phi: float,
    weeks: int = 52,
    *,
    seed: int = 0,
    factor: Factor | None = None,
    daily: float = 0.0,
) -> pd.DataFrame:
    """Return a history of six days a week of 20 half-hours, with a profile and a slow season.

    `phi` scatters each interval alone, `daily` all intervals of a day together; `factor` is one by number
    of the day.
    """
    random = np.random.default_rng(seed)
    days = pd.date_range("2023-01-02", periods=7 * weeks)
    days = days[days.day_of_week < 6]
    number = np.arange(len(days))
    of_day = np.array([1.2, 1.1, 1.0, 1.0, 0.9, 0.5])[days.day_of_week] * (1 + 0.1 * np.sin(number / 40))
    if factor is not None:
        of_day = of_day * factor(number)
    if daily:
        of_day = of_day * random.gamma(1 / daily, daily, len(days))
    means = mean * of_day[:, None] * (1 + 0.5 * np.sin(np.arange(SLOTS)))
    if phi:
        means = random.gamma(1 / phi, phi, means.shape) * means
    clock = (9 * 60 + 30 * np.arange(SLOTS)).astype("timedelta64[m]")
    start = pd.DatetimeIndex((days.to_numpy()[:, None] + clock).ravel()).tz_localize("Europe/Paris")
    counts = random.poisson(means).ravel().astype(float)
    return pd.DataFrame({"queue": "sales", "start": start, "minutes": 30, "offered": counts})


def found(history: pd.DataFrame, by: str = "interval") -> float:
    return float(own_dispersion(beside_weeks(history), by)["sales"])


def floor_ratio(phi: float, true: float, mean: float) -> float:
    """Return by what factor a floor is out with one φ in place of another."""
    return np.sqrt((1 + phi * mean) / (1 + true * mean))


@pytest.mark.parametrize("mean", [5.0, 50.0, 500.0])
@pytest.mark.parametrize("phi", [0.0, 0.02, 0.1, 0.5])
def test_the_scatter_put_in_is_found(mean: float, phi: float) -> None:
    assert found(drawn(mean, phi)) == pytest.approx(phi, rel=0.1, abs=0.02 / mean + 0.005 * (mean < 50))


@pytest.mark.parametrize("mean", [5.0, 50.0, 500.0])
@pytest.mark.parametrize("phi", [0.0, 0.02, 0.1, 0.5])
@pytest.mark.parametrize(
    "factor",
    [
        lambda day: np.where((day >= 90) & (day < 96), 0.0, 1.0),
        lambda day: np.where(day % 36 == 4, 0.1, 1.0),
        lambda day: np.where(day < 100, 1.0, 2.0),
    ],
    ids=["a week of outage", "a holiday in six weeks", "a new level"],
)
def test_days_that_differ_do_not_ruin_it(mean: float, phi: float, factor: Factor) -> None:
    # Left in, the week of outage alone would widen the floor of 500 calls fivefold.
    assert floor_ratio(found(drawn(mean, phi, factor=factor)), phi, mean) == pytest.approx(1.0, abs=0.06)


def test_days_out_of_the_ordinary_are_left_out_even_where_no_interval_tells() -> None:
    # Of five expected calls none is nothing special; of a hundred a day it is.
    history = drawn(5.0, 0.0, weeks=16, factor=lambda day: np.where((day >= 42) & (day < 48), 0.0, 1.0))
    assert found(history) < 0.02


def test_left_in_they_would() -> None:
    history = drawn(500.0, 0.0, factor=lambda day: np.where((day >= 90) & (day < 96), 0.0, 1.0))
    rows = beside_weeks(history).dropna()
    square = (rows["offered"] - (rows["before"] + rows["after"]) / 2) ** 2 / 1.5
    naive = (square - rows["offered"]).sum() / (rows["offered"] ** 2).sum()
    assert floor_ratio(naive, 0.0, 500.0) > 2


@pytest.mark.parametrize("phi", [0.0, 0.01, 0.05])
def test_days_and_longer_levels_have_a_scatter_of_their_own(phi: float) -> None:
    history = drawn(50.0, 0.0, weeks=260, daily=phi)
    assert found(history, "day") == pytest.approx(phi, rel=0.12, abs=2e-4)
    # Six days of unlike weight scatter apart: Σ share² of the week's calls.
    share = np.array([1.2, 1.1, 1.0, 1.0, 0.9, 0.5]) / 5.7
    assert found(history, "week") == pytest.approx(phi * (share**2).sum(), rel=0.25, abs=2e-4)
    assert found(history, "month") == pytest.approx(found(history, "week") * 7 / 30.4375)
    assert found(history, "quarter") == pytest.approx(found(history, "week") * 7 / 91.3125)
    # Intervals that swing together do not scatter less each.
    assert found(history) == pytest.approx(phi, rel=0.15, abs=5e-4)


def test_single_intervals_scatter_less_by_day() -> None:
    assert found(drawn(50.0, 0.2, weeks=104), "day") < 0.2 / 10


@pytest.mark.parametrize(("weeks", "by"), [(2, "interval"), (3, "day"), (11, "week"), (11, "month")])
def test_too_short_a_history_has_none(weeks: int, by: str) -> None:
    assert np.isnan(own_dispersion(beside_weeks(drawn(50.0, 0.1, weeks)), by).get("sales", np.nan))


@pytest.mark.parametrize(("weeks", "by"), [(3, "interval"), (4, "day"), (12, "week"), (12, "quarter")])
def test_just_long_enough(weeks: int, by: str) -> None:
    assert np.isfinite(found(drawn(50.0, 0.1, weeks), by))


def test_queues_are_told_apart() -> None:
    calm, wild = drawn(50.0, 0.0), drawn(50.0, 0.3).assign(queue="wild")
    both = own_dispersion(beside_weeks(pd.concat([calm, wild], ignore_index=True)), "interval")
    assert both["sales"] == found(calm)
    assert both["wild"] == found(wild.assign(queue="sales"))


def test_a_queue_without_any_call_does_not_scatter() -> None:
    assert found(drawn(50.0, 0.0).assign(offered=0.0)) == 0


def test_weeks_are_counted_by_the_local_clock() -> None:
    # Three Sundays at 02:00 and 03:00 in Paris; on the last the clock shows 02:00 twice.
    times = ["13T02:00+02:00", "20T02:00+02:00", "27T02:00+02:00", "27T02:00+01:00", "27T03:00+01:00"]
    start = pd.to_datetime([f"2024-10-{time}" for time in times], utc=True).tz_convert("Europe/Paris")
    history = pd.DataFrame({"queue": "sales", "start": start, "offered": [1.0, 2.0, 3.0, 4.0, 5.0]})
    rows = beside_weeks(history)
    assert rows["offered"].tolist() == [1, 2, 3, 5]
    assert rows["before"].fillna(-1).tolist() == [-1, 1, 2, -1]
    assert rows["after"].fillna(-1).tolist() == [2, 3, -1, -1]


def test_missing_counts_have_no_neighbours() -> None:
    history = drawn(50.0, 0.0, weeks=3)
    history.loc[7, "offered"] = np.nan
    rows = beside_weeks(history)
    week = 6 * SLOTS
    assert 7 not in rows.index
    assert np.isnan(rows.loc[7 + week, "before"])
    assert rows["before"].notna().sum() == 2 * week - 1


@pytest.mark.parametrize("by", ["interval", "day", "week"])
def test_the_naive_error_is_that_of_last_week(by: str) -> None:
    history = drawn(50.0, 0.1, weeks=5)
    last_week = history["offered"].to_numpy()[: -6 * SLOTS]
    change = history["offered"].to_numpy()[6 * SLOTS :] - last_week
    size = {"interval": 1, "day": SLOTS, "week": 6 * SLOTS}[by]
    assert naive_error(beside_weeks(history), by)["sales"] == pytest.approx(
        np.abs(change.reshape(-1, size).sum(axis=1)).mean()
    )
    assert naive_error(beside_weeks(history), "month").empty


@given(st.floats(0.01, 3000), st.floats(0, 2))
def test_floors_against_the_sum_that_they_are(mean: float, phi: float) -> None:
    counts = np.arange(200_000)
    chance = poisson.pmf(counts, mean) if phi < 1e-9 else nbinom.pmf(counts, 1 / phi, 1 / (1 + phi * mean))
    deviation = mean_deviation(np.array([mean]), np.array([phi]))[0]
    assert deviation == pytest.approx((np.abs(counts - mean) * chance).sum(), rel=1e-6)
    within = share_within(np.array([mean]), np.array([phi]), 0.05)[0]
    assert within == pytest.approx(chance[np.abs(counts - mean) <= 0.05 * counts].sum(), abs=1e-9)


@pytest.mark.parametrize("mean", [0.25, 0.5, 1.0, 2.0, 5.0, 20.0, 400.0])
def test_the_likely_mean_gives_the_floor_that_the_true_one_has(mean: float) -> None:
    counts = pd.Series(np.random.default_rng(0).poisson(mean, 200_000).astype(float))
    true = mean_deviation(np.array([mean]), np.zeros(1))[0]

    def floor(calls: float) -> float:
        means = likely_mean(counts, pd.Series(calls, counts.index)).to_numpy()
        return mean_deviation(means, np.zeros(len(means))).mean()

    # The true floor has a dent at 1.0, which a guess of the mean cannot hit.
    assert floor(mean) == pytest.approx(true, rel=0.12)
    # A forecast out by a fifth is hardly felt.
    assert floor(1.2 * mean) == pytest.approx(floor(mean), rel=0.1)


def test_what_came_alone_would_not() -> None:
    counts = np.random.default_rng(0).poisson(0.5, 200_000)
    assert np.sqrt(2 * counts / np.pi).mean() < 0.6 * mean_deviation(np.array([0.5]), np.zeros(1))[0]


def test_unknown_scatter_leaves_no_floor() -> None:
    nothing = np.array([np.nan])
    assert np.isnan(mean_deviation(np.array([5.0]), nothing)[0])
    assert np.isnan(share_within(np.array([5.0]), nothing, 0.05)[0])
