"""How sure a forecast is: quantiles of counts, and bands that hold what they promise."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson
from threadpoolctl import threadpool_limits

from forecasting import Calendar, daybook
from forecasting.doubt.counts import at_most, quantile, rank
from forecasting.doubt.doubt import Doubt, measure_doubt
from forecasting.doubt.trials import forecast_and_try
from forecasting.history.panel import Panel, raw_panel

MEANS = st.floats(0.01, 1e5)


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    # As `forecast` does: threads of linear algebra only wait for each other on small matrices.
    with threadpool_limits(1):
        yield


@given(mean=MEANS, dispersion=st.floats(1e-4, 2.0), count=st.integers(0, 100_000))
def test_a_count_in_doubt_is_negative_binomial(mean: float, dispersion: float, count: int) -> None:
    theirs = nbinom(1 / dispersion, 1 / (1 + dispersion * mean))
    assert at_most(count, mean, dispersion) == pytest.approx(theirs.cdf(count), abs=1e-7)
    half = theirs.cdf(count - 1) + theirs.pmf(count) / 2
    assert rank(count, mean, dispersion) == pytest.approx(half, abs=1e-7)


@given(mean=st.floats(0.01, 1e4), count=st.integers(0, 10_000))
def test_a_count_without_doubt_is_poisson(mean: float, count: int) -> None:
    assert at_most(count, mean, 0.0) == pytest.approx(poisson(mean).cdf(count), abs=1e-9)


@given(mean=MEANS, dispersion=st.sampled_from([0.0, 0.001, 0.1, 1.0]), share=st.floats(0.01, 0.99))
def test_a_quantile_lies_within_half_a_call_of_the_whole_one(
    mean: float, dispersion: float, share: float
) -> None:
    law = nbinom(1 / dispersion, 1 / (1 + dispersion * mean)) if dispersion else poisson(mean)
    ours = float(quantile(np.array([mean]), np.array([dispersion]), share)[0])
    assert abs(ours - law.ppf(share)) <= 0.5 + 1e-9


@given(mean=MEANS, dispersion=st.floats(0, 1), low=st.floats(0.01, 0.5), high=st.floats(0.5, 0.99))
def test_quantiles_are_in_order_and_widen_with_doubt(
    mean: float, dispersion: float, low: float, high: float
) -> None:
    def at(share: float) -> float:
        return float(quantile(np.array([mean]), np.array([dispersion]), share)[0])

    assert 0 <= at(low) <= at(0.5) <= at(high)
    if mean > 50 and high > 0.9:
        assert at(high) <= float(quantile(np.array([mean]), np.array([dispersion + 0.1]), high)[0])


def test_a_band_holds_a_count_as_its_rank_says() -> None:
    mean, dispersion = 7.3, 0.2
    low, high = (float(quantile(np.array([mean]), np.array([dispersion]), share)[0]) for share in (0.1, 0.9))
    counts = np.arange(40)
    inside = (counts >= low) & (counts <= high)
    ranks = rank(counts, mean, dispersion)
    assert np.array_equal(inside, (ranks >= 0.1) & (ranks <= 0.9))


def made(days: int, day_effect: float, own: float, seed: int) -> tuple[Panel, np.ndarray]:
    """Return a panel of counts whose days vary by `day_effect`, and what comes after it."""
    book = daybook(Calendar(), "sales", pd.date_range("2023-01-02", periods=days))
    rng = np.random.default_rng(seed)
    mean = np.full((days, 24), np.nan)
    weekday = book.days.day_of_week.to_numpy()
    mean[:, 8:20] = 40 * np.array([1.2, 1, 1, 1, 1.1, 0.6, 0.4])[weekday][:, None] * np.linspace(0.7, 1.3, 12)
    busy = mean * rng.gamma(1 / day_effect**2, day_effect**2, (days, 1))
    counts = np.full(mean.shape, np.nan)
    known = np.isfinite(mean)
    counts[known] = rng.poisson(rng.gamma(busy[known] / own, own) if own else busy[known])
    return raw_panel(book, counts, 60), counts


def weeks_of(day_effect: float, own: float) -> Iterator[tuple[np.ndarray, Doubt, np.ndarray]]:
    """Yield means, doubt and what came (days × slots) of weeks that are forecast one by one."""
    for seed in range(2):
        panel, counts = made(7 * 60, day_effect, own, seed)
        for week in range(30, 60):
            before = panel.before(7 * week)
            mean, trials = forecast_and_try(before, "mean_of_8", 7, 0)
            yield mean, measure_doubt(before, trials, 7), counts[7 * week : 7 * week + 7]


@pytest.mark.parametrize(("day_effect", "own"), [(0.1, 0.0), (0.2, 1.0)])
def test_bands_hold_their_share_by_interval_day_and_week(day_effect: float, own: float) -> None:
    held: dict[tuple[str, float], list[float]] = {}
    for mean, doubt, came in weeks_of(day_effect, own):
        day, slot = np.nonzero(np.isfinite(came))
        mean = np.where(np.isfinite(came), mean, 0.0)
        for level in (0.8, 0.95):
            ends = (1 - level) / 2, (1 + level) / 2
            calls = mean[day, slot]
            spans = {
                "interval": (came[day, slot], [doubt.of_intervals(calls, day, share) for share in ends]),
                "day": (
                    np.nansum(came, axis=1),
                    [doubt.of_sums("day", mean.sum(axis=1), np.arange(7), share) for share in ends],
                ),
                "week": (
                    np.nansum(came),
                    [doubt.of_sums("week", mean.sum(axis=1), np.zeros(7, int), share) for share in ends],
                ),
            }
            for span, (calls_came, (low, high)) in spans.items():
                inside = (calls_came >= low) & (calls_came <= high)
                held.setdefault((span, level), []).append(float(np.mean(inside)))
    share = {key: np.mean(each) for key, each in held.items()}
    # 60 weeks: a share of 80% is known to 5% of weeks (one standard deviation), and to 2% of days.
    assert share["interval", 0.8] == pytest.approx(0.8, abs=0.04)
    assert share["interval", 0.95] == pytest.approx(0.95, abs=0.025)
    assert share["day", 0.8] == pytest.approx(0.8, abs=0.07)
    assert share["day", 0.95] == pytest.approx(0.95, abs=0.05)
    assert 0.65 <= share["week", 0.8] <= 0.97
    assert share["week", 0.95] >= 0.85


def test_what_varies_with_its_day_is_not_sure_by_the_day() -> None:
    """A day's band is narrower than the sum of its intervals', and wider than if they were independent."""
    panel, _ = made(7 * 40, 0.15, 0.0, 4)
    mean, trials = forecast_and_try(panel.before(7 * 39), "mean_of_8", 7, 0)
    doubt = measure_doubt(panel.before(7 * 39), trials, 7)
    day, slot = np.nonzero(mean > 0)
    calls = mean[day, slot]
    upper = doubt.of_intervals(calls, day, 0.9) - calls
    of_day = doubt.of_sums("day", mean.sum(axis=1), np.arange(7), 0.9) - mean.sum(axis=1)
    summed, independent = np.bincount(day, upper), np.sqrt(np.bincount(day, upper**2))
    assert (of_day < summed).all()
    assert (of_day > 1.5 * independent).all()
    week = doubt.of_sums("week", mean.sum(axis=1), np.zeros(7, int), 0.9)[0] - mean.sum()
    assert week < of_day.sum()


def test_the_doubt_of_days_that_vary_more_is_wider() -> None:
    widths = []
    for day_effect in (0.05, 0.1, 0.2):
        panel, _ = made(7 * 40, day_effect, 0.0, 5)
        mean, trials = forecast_and_try(panel.before(7 * 39), "mean_of_8", 7, 0)
        doubt = measure_doubt(panel.before(7 * 39), trials, 7)
        ends = [doubt.of_sums("day", mean.sum(axis=1), np.arange(7), share) for share in (0.1, 0.9)]
        widths.append(float((ends[1] - ends[0]).sum()))
    assert widths[0] < 0.8 * widths[1] < 0.8 * 0.8 * widths[2]


def test_a_history_too_short_to_try_still_has_bands() -> None:
    panel, _ = made(10, 0.1, 0.0, 6)
    mean, trials = forecast_and_try(panel.before(8), "mean_of_8", 2, 0)
    doubt = measure_doubt(panel.before(8), trials, 2)
    low, high = (doubt.of_sums("day", mean.sum(axis=1), np.arange(2), share) for share in (0.1, 0.9))
    assert (low < mean.sum(axis=1)).all()
    assert (high > mean.sum(axis=1)).all()


def test_quantiles_do_not_cross_where_weeks_alternate() -> None:
    book = daybook(Calendar(), "sales", pd.date_range("2023-01-02", periods=7 * 40 + 7))
    level = np.where(np.arange(7 * 40) // 7 % 2 == 0, 1.3, 0.7)
    panel = raw_panel(book, np.repeat(100 * level[:, None], 24, axis=1).round(), 60)
    mean, trials = forecast_and_try(panel, "mean_of_8", 7, 0)
    doubt = measure_doubt(panel, trials, 7)
    shares = np.linspace(0.01, 0.99, 99)
    day = np.array([doubt.of_sums("day", mean.sum(axis=1), np.arange(7), share) for share in shares])
    assert (np.diff(day, axis=0) >= 0).all()
