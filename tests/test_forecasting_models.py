"""The forecasting models, each on days of known truth, and what the Gaussian process is made of."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from callplan.errors import Refused
from forecasting import MODELS, Calendar, Event, daybook
from forecasting.history.cleaning import clean
from forecasting.history.panel import Panel, raw_panel
from forecasting.history.profile import day_totals
from forecasting.models import AUTO, FITTED_ANEW, HOLIDAY_BLIND
from forecasting.models.ensemble import MEMBERS, member_weights
from forecasting.models.kernels import shape_parts, summed, total_parts
from forecasting.models.regression import likely_step, regress, robust_noise

# The library's own business, said of its own code.
pytestmark = pytest.mark.filterwarnings("ignore:.*inplace keyword")
WEEKDAYS = np.array([1.2, 1.0, 0.95, 1.0, 1.1, 0.5, 0.3])
# Open from 08:00 to 20:00, by the hour.
OPEN = slice(8, 20)
SHAPE = 1 + np.sin(np.arange(8, 20) / 24 * np.pi)
QUICK = [name for name in MODELS if name not in FITTED_ANEW]


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    # As `forecast` does: threads of linear algebra only wait for each other on small matrices.
    with threadpool_limits(1):
        yield


def days_from(first: str, past: int, days: int = 7) -> pd.DatetimeIndex:
    return pd.date_range(first, periods=past + days)


def truth(days: pd.DatetimeIndex, level: float | np.ndarray = 100.0) -> np.ndarray:
    """Return the mean calls of each day and hour, 0 where closed."""
    result = np.zeros((len(days), 24))
    result[:, OPEN] = (level * WEEKDAYS[days.day_of_week])[:, None] * SHAPE
    return result


def seen(mean: np.ndarray, days: pd.DatetimeIndex, ahead: int, calendar: Calendar | None = None) -> Panel:
    """Return the cleaned panel of counts with these means, the last `ahead` days yet to come."""
    counts = np.random.default_rng(1).poisson(mean[: len(days) - ahead]).astype(float)
    counts[:, [*range(OPEN.start), *range(OPEN.stop, 24)]] = np.nan
    return clean(raw_panel(daybook(calendar or Calendar(), "sales", days), counts, 60))[0]


def said(model: str, panel: Panel, days: int = 7) -> np.ndarray:
    """Return a model's forecast of the days after the panel, open hours."""
    return MODELS[model](panel, np.array([panel.past]), days, 0)[0][:, OPEN]


DAYS = days_from("2024-02-05", 84)
PANEL = seen(truth(DAYS), DAYS, 7)


@pytest.mark.parametrize("model", QUICK)
def test_a_quick_model_comes_near_a_known_truth(model: str) -> None:
    means = truth(DAYS)[-7:, OPEN]
    result = said(model, PANEL)
    limit = 0.1 if model == "seasonal_naive" else 0.06
    assert np.abs(result - means).sum() / means.sum() < limit
    assert (result >= 0).all()
    assert result.tobytes() == said(model, PANEL).tobytes()


def test_a_slow_model_comes_near_a_known_truth_and_keeps_the_calls_of_shorter_days() -> None:
    days = days_from("2024-02-05", 42)
    mean = truth(days)
    panel = seen(mean, days, 7)
    saturday = np.flatnonzero(panel.weekday[:42] == 5)
    short = panel.usable.copy()
    short[saturday, 14:] = np.nan
    for model in FITTED_ANEW:
        result = said(model, panel)
        assert np.abs(result - mean[-7:, OPEN]).sum() / mean[-7:].sum() < 0.1, model
        if model != "prophet_intervals":
            shorter = said(model, replace(panel, usable=short, counts=short))
            assert shorter[5, :6].sum() == pytest.approx(mean[-2, 8:14].sum(), rel=0.15), model


@pytest.mark.parametrize("model", QUICK)
def test_a_day_of_shorter_hours_keeps_all_its_calls(model: str) -> None:
    short = PANEL.usable.copy()
    short[PANEL.weekday[: PANEL.past] == 5, 14:] = np.nan
    result = said(model, replace(PANEL, usable=short, counts=short))
    assert result[5, :6].sum() == pytest.approx(truth(DAYS)[-2, 8:14].sum(), rel=0.1)


@pytest.mark.parametrize("model", [*QUICK, "boosting", "holt_winters"])
def test_what_comes_after_an_origin_has_no_say_in_its_forecast(model: str) -> None:
    origins = PANEL.past - np.array([21, 14, 7])
    later = np.where(np.arange(PANEL.past)[:, None] < origins[0], PANEL.usable, 1.5 * PANEL.usable)
    as_it_was = MODELS[model](PANEL, origins, 7, 0)[0]
    otherwise = MODELS[model](replace(PANEL, usable=later, counts=later), origins, 7, 0)[0]
    # Which days are odd, and what fills a gap, the first two judge by the whole history, as cleaning does.
    hindsight = 0.02 if model in {"gaussian_process", "calendar_svd", *ENSEMBLES} else 0.0
    assert np.abs(otherwise - as_it_was).sum() <= hindsight * as_it_was.sum()


ENSEMBLES = ("ensemble", "online_ensemble", AUTO)


@pytest.mark.parametrize("model", QUICK)
def test_a_withheld_week_is_a_gap_and_not_a_week_without_calls(model: str) -> None:
    counts = PANEL.usable.copy()
    counts[-21:-14] = np.nan
    ordinary = PANEL.ordinary & np.isfinite(counts).any(axis=1)
    gap = replace(PANEL, usable=counts, counts=counts, ordinary=ordinary)
    assert said(model, gap).sum() == pytest.approx(said(model, PANEL).sum(), rel=0.02)


def test_a_tenfold_ramp_is_followed() -> None:
    days = days_from("2023-10-02", 364)
    mean = truth(days, 20.0 * 10 ** (np.arange(len(days)) / 364))
    panel, came = seen(mean, days, 7), mean[-7:].sum()
    # 4.5% a week; the Gaussian process takes part of a change for a passing one.
    behind = {
        model: 1 - said(model, panel).sum() / came for model in ("gaussian_process", "poisson", "boosting")
    }
    assert behind["gaussian_process"] < 0.25
    assert behind["poisson"] < 0.12
    assert abs(behind["boosting"]) < 0.05


@pytest.mark.parametrize("model", ["gaussian_process", "poisson", "boosting", "calendar_svd", "prophet"])
def test_a_public_holiday_of_last_year_is_known_this_year(model: str) -> None:
    # Until the day before Bastille Day, with a country whose holidays bring a third of the calls.
    days = pd.date_range("2022-07-04", "2023-07-16")
    calendar = Calendar("FR")
    quiet = np.where(daybook(calendar, "sales", days).holiday != "", 0.3, 1.0)
    panel = seen(truth(days, 100 * quiet), days, 3, calendar)
    assert model not in HOLIDAY_BLIND
    result = said(model, panel, 3).sum(axis=1)
    assert result[0] == pytest.approx(0.3 * 110 * SHAPE.sum(), rel=0.3)
    assert result[1] == pytest.approx(50 * SHAPE.sum(), rel=0.15)


def test_the_gaussian_process_knows_the_very_holiday() -> None:
    # Christmas brings a tenth, other holidays half.
    days = pd.date_range("2021-11-01", "2022-12-25")
    calendar = Calendar("US")
    name = daybook(calendar, "sales", days).holiday
    quiet = np.select([name == "Christmas Day", name != ""], [0.1, 0.5], 1.0)
    panel = seen(truth(days, 100 * quiet), days, 1, calendar)
    sunday = 0.3 * 100 * SHAPE.sum()
    assert said("gaussian_process", panel, 1).sum() < 0.35 * sunday


def test_the_gaussian_process_knows_last_years_season() -> None:
    days = pd.date_range("2022-01-03", "2023-07-30")
    july = np.where(days.month == 7, 0.7, 1.0)
    # On the eve of July, two weeks ahead.
    until = days[days < "2023-07-15"]
    plain, lower = (seen(truth(until, level), until, 14) for level in (100.0, 100 * july[: len(until)]))
    after = [said("gaussian_process", panel, 14).sum() for panel in (lower, plain)]
    # One July alone teaches part of it.
    assert 0.7 * after[1] < after[0] < 0.96 * after[1]


@pytest.mark.parametrize("model", ["gaussian_process", "poisson"])
def test_an_event_is_learned_from_its_like(model: str) -> None:
    sales = tuple(Event(name="sale", date=day) for day in ("2024-02-22", "2024-03-21", "2024-04-30"))
    calendar = Calendar(events=sales)
    extra = np.array([1.5 if names else 1.0 for names in daybook(calendar, "sales", DAYS).events])
    panel = seen(truth(DAYS, 100 * extra), DAYS, 7, calendar)
    assert said(model, panel)[1].sum() == pytest.approx(1.5 * 100 * SHAPE.sum(), rel=0.15)


@pytest.mark.parametrize("model", QUICK)
@pytest.mark.parametrize("level", [0.0, 1 / SHAPE.sum(), 1e6])
def test_any_volume_keeps_its_total(model: str, level: float) -> None:
    panel = seen(truth(DAYS, level), DAYS, 7)
    # 84 days of a call a day leave the mean 8 weeks ago 20% in doubt.
    near = 0.02 if level > 1 else 0.6
    weekly = np.nansum(panel.counts) / 12
    if model != "seasonal_naive" or level != 1 / SHAPE.sum():
        assert said(model, panel).sum() == pytest.approx(weekly, rel=near)


def test_poisson_regression_on_a_plain_rhythm_gives_it_back() -> None:
    mean = truth(DAYS)
    counts = np.where(mean > 0, mean, np.nan)[:84]
    panel = raw_panel(daybook(Calendar(), "sales", DAYS), counts, 60)
    assert np.allclose(said("poisson", panel), mean[-7:, OPEN], rtol=0.005)


def test_poisson_regression_of_sums_is_that_of_every_count() -> None:
    """Second witness: statsmodels on all rows, the weekday's effect alone."""
    import statsmodels.api as sm

    # A single slot has no time of day; equal levels are an offset of 1.
    days = days_from("2024-02-05", 7 * 40)
    counts = np.full((280, 24), np.nan)
    counts[:, 9] = np.random.default_rng(2).poisson(1000 * WEEKDAYS[days.day_of_week[:280]])
    panel = raw_panel(daybook(Calendar(), "sales", days), counts, 60)
    result = MODELS["poisson"](panel, np.array([280]), 7, 0)[0][:, 9]
    weight = 0.5 ** ((280 - np.arange(280)) / 91)
    design = (panel.weekday[:280, None] == np.arange(7)).astype(float)
    every = sm.GLM(counts[:, 9], design, sm.families.Poisson(), freq_weights=weight).fit()
    assert result == pytest.approx(np.exp(every.params), rel=0.02)


def test_boosting_asks_for_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(
        Refused, match=r"model boosting: LightGBM is not installed; pip install 'callplan\[boost"
    ):
        said("boosting", PANEL)


def test_auto_needs_nothing_that_does_not_come_along() -> None:
    assert MODELS[AUTO] is MODELS["online_ensemble"]
    assert "boosting" not in MEMBERS


def test_ensembles_are_weighted_means_of_their_members() -> None:
    origins = PANEL.past - np.array([14, 7, 0])
    members = np.array([model(PANEL, origins, 7, 0) for model in MEMBERS.values()])
    assert np.allclose(MODELS["ensemble"](PANEL, origins, 7, 0), members.mean(axis=0))
    weights = member_weights(PANEL, origins, 7, 0)
    assert np.allclose(weights.sum(axis=1), 1)
    assert (weights > 0).all()
    by_hand = sum(weights[:, m, None, None] * members[m] for m in range(len(members)))
    assert np.allclose(MODELS["online_ensemble"](PANEL, origins, 7, 0), by_hand)


def test_an_ensemble_learns_who_is_right() -> None:
    # The level has doubled: the mean of eight weeks is the last to notice.
    days = days_from("2024-02-05", 84)
    panel = seen(truth(days, np.where(np.arange(91) < 50, 100.0, 200.0)), days, 7)
    weights = member_weights(panel, panel.past - 7 * np.arange(5, -1, -1), 7, 0)
    assert weights[-1, 2] < weights[0, 2]


BOOK = daybook(Calendar("FR"), "sales", pd.date_range("2023-01-02", periods=420))


def test_one_factorisation_serves_every_origin() -> None:
    kernel = summed(total_parts(BOOK, len(BOOK), 0.01))
    rng = np.random.default_rng(5)
    places = np.flatnonzero(rng.random(400) < 0.9)
    values, noise = rng.normal(size=(len(places), 3)), rng.uniform(0.01, 0.1, len(places))
    rolling = regress(kernel, noise, values, places, slice(200, None))
    for origin in (200, 307, 400):
        known = int(np.searchsorted(places, origin))
        before, asked = places[:known], np.arange(origin, origin + 20)
        inverse = np.linalg.inv(kernel[np.ix_(before, before)] + np.diag(noise[:known]))
        weights = kernel[np.ix_(asked, before)] @ inverse
        window = slice(origin - 200, origin - 180)
        assert np.allclose(rolling.mean(known, window), weights @ values[:known], atol=1e-6)
        left = kernel[np.ix_(asked, asked)] - weights @ kernel[np.ix_(before, asked)]
        assert np.allclose(rolling.covariance(known, window), left, atol=1e-6)


def test_an_outlier_alone_is_trusted_less() -> None:
    kernel = summed(total_parts(BOOK, len(BOOK), 0.01))[:120, :120]
    rng = np.random.default_rng(6)
    noise = np.full(120, 0.09**2)
    values = rng.multivariate_normal(np.zeros(120), kernel + np.diag(noise))
    values[60] += 2.0
    raised = robust_noise(kernel, noise, values, np.arange(120))
    assert raised[60] > 100 * noise[60]
    assert (np.delete(raised, 60) < raised[60] / 20).all()
    # Left out by hand, it lies as far off as it seems.
    others = np.delete(np.arange(120), 60)
    weights = np.linalg.solve(kernel[np.ix_(others, others)] + np.diag(noise[others]), kernel[others, 60])
    score = abs(values[60] - weights @ values[others]) / np.sqrt(
        kernel[60, 60] - weights @ kernel[others, 60] + noise[60]
    )
    once = noise[60] * (score / 3) ** 4
    assert raised[60] == pytest.approx(once, rel=0.3)
    assert robust_noise(kernel, noise[:0], values[:0], np.arange(0)).size == 0


@settings(max_examples=15)
@given(
    country=st.sampled_from([None, "FR", "US", "IL", "JP", "CN", "AE"]),
    first=st.dates(date(1995, 1, 1), date(2035, 1, 1)),
    n=st.sampled_from([1, 2, 40, 150, 380]),
    event=st.integers(0, 400),
)
def test_kernels_are_covariances_on_any_calendar(
    country: str | None, first: date, n: int, event: int
) -> None:
    days = pd.date_range(first, periods=n)
    sale = Event(name="sale", date=(days[0] + pd.Timedelta(days=event)).date())
    book = daybook(Calendar(country, events=(sale,)), "sales", days)
    for parts in (total_parts(book, n, 0.03, n // 2), shape_parts(book, n)):
        kernel = summed(parts)
        assert np.array_equal(kernel, kernel.T)
        assert np.linalg.eigvalsh(kernel)[0] > -1e-8 * np.trace(kernel)


def test_a_level_that_moved_for_good_is_believed_within_weeks() -> None:
    panel, _ = level_that_moves(days=400, since=21)
    expected = MODELS["gaussian_process"](panel, np.array([panel.past]), 7, 0)[0].sum()
    assert expected == pytest.approx(7 * 2000, rel=0.08)
    slow = MODELS["mean_of_8"](panel, np.array([panel.past]), 7, 0)[0].sum()
    assert slow < 0.8 * expected


def test_a_step_is_found_where_it_is_and_only_where_one_is() -> None:
    panel, quiet = level_that_moves(days=400, since=21), level_that_moves(days=400, since=0)
    for (one, _), day in ((panel, 379), (quiet, None)):
        logs = np.log(day_totals(one))
        kernel = summed(total_parts(one.book[: one.past], one.past, 0.01))
        noise = np.full(one.past, 0.09**2)
        found = likely_step(kernel, noise, logs - logs.mean(), np.arange(one.past))
        assert found == (None if day is None else pytest.approx(day, abs=2))


def level_that_moves(days: int, since: int) -> tuple[Panel, np.ndarray]:
    """Return a panel of 1,000 calls a day, 2,000 in its last `since` days."""
    book = daybook(Calendar(), "sales", pd.date_range("2023-01-02", periods=days + 7))
    level = np.where(np.arange(days) >= days - since, 2000.0, 1000.0)
    counts = np.random.default_rng(1).poisson(np.repeat(level[:, None] / 24, 24, axis=1)).astype(float)
    return raw_panel(book, counts, 60), counts
