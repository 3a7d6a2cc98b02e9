"""The band as a distribution of the rate: a confidence is met on that share of days."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from callplan.errors import Refused
from erlang.doubt import rate_quantile


@pytest.mark.parametrize("confidence", [0.1, 0.5, 0.8, 0.95])
@pytest.mark.parametrize(("calls", "spread"), [(20, 0.4), (150, 0.15), (2000, 0.05)])
def test_drawn_days_stay_below_it_as_often_as_asked(calls: float, spread: float, confidence: float) -> None:
    """Days are drawn as the text says, rates and counts; the band is measured on the counts."""
    lots = np.random.default_rng(1)
    rates = lots.gamma(spread**-2, calls * spread**2, 200_000)
    counts = lots.poisson(rates)
    calls_hi = calls + norm.ppf(0.9) * counts.std()
    asked = rate_quantile(calls, calls_hi, 0.8, confidence)
    assert (rates <= asked).mean() == pytest.approx(confidence, abs=0.006)


def test_a_band_no_wider_than_chance_leaves_no_doubt() -> None:
    narrow = 100 + norm.ppf(0.9) * 9.9
    assert rate_quantile(100, narrow, 0.8, 0.95) == 100
    assert rate_quantile(0, 3, 0.8, 0.95) == 0


@given(st.floats(1, 5000), st.floats(0.05, 1), st.floats(0.5, 0.99), st.floats(0.01, 0.98))
def test_more_confidence_asks_for_more_calls(
    calls: float, wide: float, level: float, confidence: float
) -> None:
    less, more = (rate_quantile(calls, calls * (1 + wide), level, c) for c in (confidence, confidence + 0.01))
    assert 0 <= less <= more


def test_without_a_band_it_is_unknown() -> None:
    assert np.isnan(rate_quantile(100, np.nan, 0.8, 0.9))


@pytest.mark.parametrize("confidence", [0, 1, 80, -0.1])
def test_a_confidence_is_a_share(confidence: float) -> None:
    with pytest.raises(Refused, match=r"^confidence: found "):
        rate_quantile(100, 120, 0.8, confidence)


def test_a_level_that_is_no_share_is_refused() -> None:
    for level in (0, 1, 80):
        with pytest.raises(Refused, match=rf"^level: found {level}; a share between 0 and 1: 80% is 0.8"):
            rate_quantile(100, 130, level, 0.8)
    for confidence in ("0.8", None):
        with pytest.raises(Refused, match=r"^confidence: found .*; give a number"):
            rate_quantile(100, 130, 0.8, confidence)
    with pytest.raises(Refused, match=r"^confidence: found \[0.8, 0.9\]; a share"):
        rate_quantile(100, 130, 0.8, [0.8, 0.9])
    assert np.isnan(rate_quantile(100, 130, [np.nan, 0.8], 0.8)).tolist() == [True, False]
    assert np.isnan(rate_quantile([100, 100], [90, np.nan], 0.8, 0.8)).tolist() == [False, True]
