"""What must hold of any forecast: calls scaled, shifted or renamed give a forecast that is so too."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from callplan.hours import OpeningHours
from callplan.intervals import grid
from forecasting import MODELS, Calendar, bands, daybook, forecast
from forecasting.history.panel import Panel, raw_panel
from forecasting.models import FITTED_ANEW

# Half of a factor times the calls is half of the calls: no constants, no logarithms.
LINEAR = ("seasonal_naive", "mean_of_4", "mean_of_8")
QUICK = [name for name in MODELS if name not in FITTED_ANEW]
WEEKDAYS = np.array([1.2, 1.0, 0.95, 1.0, 1.1, 0.5, 0.3])
HOURS = OpeningHours.parse({"mon-sun": "08:00-20:00"})


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    # As `forecast` does: threads of linear algebra only wait for each other on small matrices.
    with threadpool_limits(1):
        yield


def panel_of(first: date, factor: int = 1, weeks: int = 9) -> Panel:
    """Return weeks of counts from a Monday on, the same whenever they begin, a week to come."""
    days = pd.date_range(first, periods=7 * weeks + 7)
    mean = 200 * WEEKDAYS[days.day_of_week][:, None] * np.linspace(1, 2, 24)
    counts = factor * np.random.default_rng(3).poisson(mean)[:-7].astype(float)
    return raw_panel(daybook(Calendar(), "sales", days), counts, 60)


def said(model: str, panel: Panel) -> np.ndarray:
    return MODELS[model](panel, np.array([panel.past - 7, panel.past]), 7, 0)


MONDAY = date(2024, 1, 1)
PLAIN = {model: said(model, panel_of(MONDAY)) for model in QUICK}


@pytest.mark.parametrize("model", QUICK)
@settings(max_examples=5)
@given(factor=st.integers(2, 50))
def test_scaled_calls_scale_the_forecast(model: str, factor: int) -> None:
    scaled = said(model, panel_of(MONDAY, factor)) / factor
    # What is drawn to nothing by the noise of counts is drawn less where there are more of them.
    assert np.allclose(scaled, PLAIN[model], rtol=1e-9 if model in LINEAR else 0.1)
    assert scaled.sum() == pytest.approx(PLAIN[model].sum(), rel=0.02)


@pytest.mark.parametrize("model", QUICK)
@settings(max_examples=5)
@given(weeks=st.integers(-300, 300))
def test_a_shift_by_weeks_shifts_the_forecast(model: str, weeks: int) -> None:
    shifted = said(model, panel_of((pd.Timestamp(MONDAY) + pd.Timedelta(weeks=weeks)).date()))
    # The working days of the months fall elsewhere.
    assert np.allclose(shifted, PLAIN[model], rtol=1e-9 if model in {*LINEAR, "poisson"} else 0.1)
    assert shifted.sum() == pytest.approx(PLAIN[model].sum(), rel=0.03)


def history(level: float, seed: int = 1, queue: str = "sales", weeks: int = 6) -> pd.DataFrame:
    start = grid(date(2024, 2, 5), date(2024, 2, 5 + 7 - 1), 60, "UTC", HOURS)
    start = pd.concat([start + pd.Timedelta(weeks=week) for week in range(weeks)], ignore_index=True)
    mean = level * WEEKDAYS[start.dt.day_of_week] * (1 + np.sin(start.dt.hour / 24 * np.pi))
    offered = np.random.default_rng(seed).poisson(mean).astype(float)
    return pd.DataFrame({"queue": queue, "start": start, "minutes": 60, "offered": offered})


@settings(max_examples=4)
@given(names=st.lists(st.sampled_from("abcxyz"), min_size=2, max_size=2, unique=True))
def test_renamed_queues_are_renamed_in_the_forecast(names: list[str]) -> None:
    parts = [history(level, seed=place) for place, level in enumerate((30, 90))]
    renamed = pd.concat([part.assign(queue=name) for part, name in zip(parts, names, strict=True)])
    ahead = forecast(renamed, 7, model="poisson")
    for part, name in zip(parts, names, strict=True):
        alone = forecast(part, 7, model="poisson").drop(columns="queue")
        theirs = ahead[ahead["queue"] == name].drop(columns="queue").reset_index(drop=True)
        pd.testing.assert_frame_equal(theirs, alone, check_exact=True)


@settings(max_examples=6, phases=[Phase.explicit, Phase.generate])
@given(level=st.floats(0.1, 3000), seed=st.integers(0, 5), model=st.sampled_from(["auto", "poisson"]))
def test_bands_are_in_order_and_widen_with_their_share(level: float, seed: int, model: str) -> None:
    calls = history(level, seed)
    shares = (0.025, 0.1, 0.5, 0.9, 0.975)
    spans = ("interval", "day", "week")
    table = bands(calls, 7, spans=spans, quantiles=shares, model=model)
    by_share = table.pivot_table(index=["span", "start"], columns="quantile", values="calls")
    assert np.isfinite(by_share.to_numpy()).all()
    assert (by_share[0.025] >= 0).all()
    assert (np.diff(by_share.to_numpy(), axis=1) >= -1e-9).all()
    narrow, wide = (forecast(calls, 7, model=model, level=share) for share in (0.5, 0.95))
    assert (wide["calls_lo"] <= narrow["calls_lo"] + 1e-9).all()
    assert (wide["calls_hi"] >= narrow["calls_hi"] - 1e-9).all()
    # Errors of intervals cancel in part.
    width = (by_share[0.9] - by_share[0.1]).groupby("span").sum()
    assert width["day"] <= width["interval"]
    # Weeks are few, and how far their errors reach is measured apart from that of days.
    assert width["week"] <= 1.25 * width["day"]


@settings(max_examples=3)
@given(st.data())
def test_nothing_is_forecast_in_closed_hours_nor_below_zero(data: st.DataObject) -> None:
    first, last = data.draw(st.integers(0, 12)), data.draw(st.integers(13, 24))
    weekdays = data.draw(st.sampled_from(["mon-fri", "mon-sun", "tue-sat"]))
    hours = OpeningHours.parse({weekdays: f"{first:02}:00-{last:02}:00"})
    calendar = Calendar("FR", hours=hours)
    for model in ("auto", "mean_of_4"):
        ahead = forecast(history(3.0), 7, model=model, calendar=calendar)
        due = grid(date(2024, 3, 18), date(2024, 3, 24), 60, "UTC", hours)
        assert list(ahead["start"]) == list(due)
        assert (ahead[["calls", "calls_lo", "calls_hi"]] >= 0).all().all()
