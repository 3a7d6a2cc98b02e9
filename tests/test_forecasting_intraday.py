"""The rest of a day: exact laws, a simulation, what must never happen, and refusals."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused, Remark
from callplan.intervals import grid
from callplan.tables import FORECAST, HISTORY, check
from forecasting import accuracy, forecast, update
from forecasting.doubt.counts import quantile
from forecasting.intraday.posterior import Prior, busier, prior_of_band

ZONE = "Europe/Paris"
DAY = pd.Timestamp("2024-05-06").date()
PRIOR = Prior(0.02, 0.5)
CLOCK = np.arange(8.0, 20.0, 0.5)
MORNING, LATER = CLOCK[:8], CLOCK[8:]


def table(
    mean: np.ndarray, *, queue="sales", variance=0.02, own=0.5, day=DAY, first: int = 8
) -> pd.DataFrame:
    """Return a forecast of half hours from an hour on, its band that of the doubt given."""
    start = grid(day, day, 30, ZONE)
    start = start[start.dt.hour >= first].iloc[: len(mean)].array
    doubt = variance + own / mean
    return check(
        pd.DataFrame(
            {
                "queue": queue,
                "start": start,
                "minutes": 30,
                "model": "auto",
                "cutoff": pd.Timestamp("2024-03-01", tz=ZONE),
                "calls": mean,
                "calls_lo": quantile(mean, doubt, 0.1),
                "calls_hi": quantile(mean, doubt, 0.9),
                "level": 0.8,
                "aht_s": 240.0,
            }
        ),
        FORECAST,
    )


def came(morning: pd.DataFrame, offered: np.ndarray | float) -> pd.DataFrame:
    """Return the whole day's history with these counts."""
    return check(morning[["queue", "start", "minutes"]].assign(offered=offered), HISTORY)


SHAPE = np.concatenate([np.linspace(40, 120, 8), np.linspace(120, 30, 16)])
FORECAST_OF_DAY = table(SHAPE)


def at(clock: str) -> str:
    return f"{DAY} {clock}"


def test_two_intervals_and_a_third_as_the_precision_matrix_has_it() -> None:
    # The law of (x1, x2, x3) and of y = x + noise, from the precision and not the covariance matrix.
    hours, mean, counts = np.array([9.0, 10.0, 13.0]), np.array([80.0, 120.0]), np.array([88.0, 126.0])
    gap = np.abs(np.subtract.outer(hours, hours))
    precision = np.linalg.inv(0.02 * np.exp(-gap / 8.0)) + np.diag([*(mean / 1.5), 0.0])
    expected = np.linalg.solve(precision, [*(mean / 1.5 * (counts / mean - 1)), 0.0])
    more, variance = busier(PRIOR, hours[:2], mean, counts, hours)
    np.testing.assert_allclose(more, expected)
    np.testing.assert_allclose(variance, np.linalg.inv(precision).diagonal())


def test_a_gamma_level_all_day_is_found_as_bayes_has_it() -> None:
    # One level for the whole day: all at one time. Gamma prior of mean 1 and Poisson calls.
    rng, shape, mean = np.random.default_rng(1), 50.0, np.array([20.0, 60.0, 120.0])
    hours, prior = np.full(3, 9.0), Prior(1 / shape, 0.0)
    levels = rng.gamma(shape, 1 / shape, size=2000)
    counts = rng.poisson(np.multiply.outer(levels, mean))
    found = np.array([np.ravel(busier(prior, hours, mean, row, hours[:1])) for row in counts])
    exact = (shape + counts.sum(axis=1)) / (shape + mean.sum())
    # But for the intervals held to be too far off to be true, the very same.
    off = np.abs(1 + found[:, 0] - exact)
    assert np.quantile(off, 0.95) < 1e-9
    assert off.max() < 0.05
    np.testing.assert_allclose(found[:, 1], 1 / (shape + mean.sum()))
    assert np.mean(np.abs(1 + found[:, 0] - levels)) < 0.6 * np.mean(np.abs(1 - levels))


def drawn(days: int, seed: int) -> np.ndarray:
    """Return how busy the half hours of some days are, drawn from the law that the update assumes."""
    law = np.linalg.cholesky(0.02 * np.exp(-np.abs(np.subtract.outer(CLOCK, CLOCK)) / 8.0))
    return np.exp(np.random.default_rng(seed).normal(size=(days, 24)) @ law.T - 0.01)


def test_days_drawn_from_the_law_are_as_near_as_the_variance_says() -> None:
    busy = drawn(600, seed=2)
    counts = np.random.default_rng(3).poisson(SHAPE * busy)
    prior = Prior(0.02, 0.0)
    found = [busier(prior, MORNING, SHAPE[:8], row[:8].astype(float), LATER) for row in counts]
    squares = np.mean([(1 + more - row[8:]) ** 2 for (more, _), row in zip(found, busy, strict=True)], axis=0)
    np.testing.assert_allclose(squares, found[0][1], rtol=0.2)
    assert squares[0] < 0.4 * prior.variance


def test_the_band_holds_what_it_promises() -> None:
    queues = [f"q{number:02}" for number in range(60)]
    morning = pd.concat([table(SHAPE, own=0.0, queue=queue) for queue in queues], ignore_index=True)
    mean = (SHAPE * drawn(60, seed=4)).ravel()
    today = came(morning, np.random.default_rng(5).poisson(mean))
    both = update(morning, today, at("12:00")).merge(today, on=["queue", "start"])
    held = (both["calls_lo"] <= both["offered"]) & (both["offered"] <= both["calls_hi"])
    assert len(both) == 60 * 16
    # Days hang together within themselves: 60 of them are worth some 300 intervals.
    assert held.mean() == pytest.approx(0.8, abs=0.05)


@given(
    st.floats(0.001, 0.2),
    st.floats(0.0, 3.0),
    st.lists(st.floats(5.0, 2000.0), min_size=4, max_size=30),
)
def test_the_band_gives_back_the_doubt_it_was_made_of(
    variance: float, own: float, means: list[float]
) -> None:
    mean = np.array(means)
    found = prior_of_band(mean, quantile(mean, variance + own / mean, 0.9), 0.9)
    # Where all intervals are alike the two cannot be told apart: their sum is what counts.
    np.testing.assert_allclose(
        found.variance * mean**2 + found.own * mean, variance * mean**2 + own * mean, rtol=0.02, atol=0.5
    )


@pytest.mark.parametrize("clock", ["08:30", "12:00", "19:30"])
def test_a_morning_as_forecast_leaves_the_rest_as_it_was(clock: str) -> None:
    rest = update(FORECAST_OF_DAY, came(FORECAST_OF_DAY, SHAPE), at(clock))
    same = FORECAST_OF_DAY[FORECAST_OF_DAY["start"] >= pd.Timestamp(at(clock), tz=ZONE)]
    np.testing.assert_allclose(rest["calls"], same["calls"])
    assert list(rest["start"]) == list(same["start"])
    assert ((rest["calls_hi"] - rest["calls_lo"]).to_numpy() < same["calls_hi"] - same["calls_lo"]).all()
    assert (rest["aht_s"] == 240).all()


COUNTS = st.lists(st.integers(1, 400), min_size=8, max_size=8)


@given(COUNTS, st.integers(0, 7), st.integers(1, 300))
def test_more_calls_are_never_fewer_ahead(counts: list[int], place: int, more: int) -> None:
    mean, fewer = SHAPE[:8], np.array(counts, float)
    raised = fewer + more * (np.arange(8) == place)
    before, after = (busier(PRIOR, MORNING, mean, values, LATER)[0] for values in (fewer, raised))
    assert (after >= before - 1e-9).all()


@given(st.lists(st.integers(0, 5000), min_size=8, max_size=8))
def test_the_rest_stays_between_the_least_and_the_most_that_came(counts: list[int]) -> None:
    ratio = np.array(counts) / SHAPE[:8] - 1
    more, variance = busier(PRIOR, MORNING, SHAPE[:8], np.array(counts, float), LATER)
    assert (more >= min(ratio.min(), 0) - 1e-9).all()
    assert (more <= max(ratio.max(), 0) + 1e-9).all()
    assert (more >= -1).all()
    assert ((variance >= 0) & (variance <= PRIOR.variance)).all()


def test_few_calls_move_little_and_many_move_much() -> None:
    moved = []
    for due in (12.0, 5000.0):
        morning = table(np.full(24, due), variance=0.02, own=0.0)
        rest = update(morning, came(morning, 1.25 * due), at("08:30"))
        moved.append(rest["calls"].iloc[0] / due - 1)
    # One half hour: 0.25 τ² e^(-½/8) / (τ² + 1/due), by hand.
    assert moved[0] == pytest.approx(0.25 * 0.02 * np.exp(-1 / 16) / (0.02 + 1 / 12), rel=0.02)
    assert moved[1] > 0.22


def test_the_band_narrows_as_the_day_goes_on() -> None:
    today, last = came(FORECAST_OF_DAY, SHAPE), FORECAST_OF_DAY["start"].iloc[-1]
    clocks = [f"{hour:02}:00" for hour in range(9, 20)]
    widths = []
    for clock in clocks:
        row = update(FORECAST_OF_DAY, today, at(clock)).set_index("start").loc[last]
        widths.append(row["calls_hi"] - row["calls_lo"])
    assert (np.diff(widths) < 0).all()


def test_one_absurd_interval_is_not_believed_and_a_busy_day_is() -> None:
    usual = busier(PRIOR, MORNING, SHAPE[:8], SHAPE[:8], LATER)[0]
    spike = SHAPE[:8] * np.where(np.arange(8) == 3, 50.0, 1.0)
    assert np.abs(busier(PRIOR, MORNING, SHAPE[:8], spike, LATER)[0] - usual).max() < 0.1
    # Ten times more than the band allows for, yet every interval says so.
    assert busier(PRIOR, MORNING, SHAPE[:8], 2.4 * SHAPE[:8], LATER)[0][0] > 1


def test_an_outage_tells_nothing_of_the_rest() -> None:
    counts = 1.2 * SHAPE
    down = np.isin(np.arange(24), [2, 3, 4])
    zeros = came(FORECAST_OF_DAY, np.where(down, 0.0, counts))
    gap = came(FORECAST_OF_DAY, np.where(down, np.nan, counts))
    with pytest.warns(Remark, match=r"no call in 3 intervals from 09:00 where \d+ were due"):
        found = update(FORECAST_OF_DAY, zeros, at("12:00"))
    with pytest.warns(Remark, match="3 of 8 intervals so far have no count"):
        unknown = update(FORECAST_OF_DAY, gap, at("12:00"))
    with pytest.warns(Remark, match="3 of 8"):
        absent = update(FORECAST_OF_DAY, gap[gap["offered"].notna()], at("12:00"))
    pd.testing.assert_frame_equal(found, unknown)
    pd.testing.assert_frame_equal(absent, unknown)
    assert (found["calls"] > FORECAST_OF_DAY["calls"].iloc[8:].to_numpy()).all()


@pytest.mark.filterwarnings("error")
def test_zeros_where_few_calls_are_due_are_zeros() -> None:
    morning = table(np.full(24, 2.0))
    assert (update(morning, came(morning, 0.0), at("12:00"))["calls"] < 2).all()


@pytest.mark.filterwarnings("error")
def test_nothing_after_now_is_looked_at_and_the_interval_in_progress_is_forecast_whole() -> None:
    today = came(FORECAST_OF_DAY, 1.3 * SHAPE)
    rest = update(FORECAST_OF_DAY, today, at("12:10"))
    spoilt = today.assign(offered=today["offered"].where(today["start"] < at("12:00"), 9999.0))
    pd.testing.assert_frame_equal(rest, update(FORECAST_OF_DAY, spoilt, at("12:10")))
    assert rest["start"].iloc[0] == pd.Timestamp(at("12:00"), tz=ZONE)
    assert (rest["cutoff"] == pd.Timestamp(at("12:10"), tz=ZONE)).all()
    abroad = today.assign(start=today["start"].dt.tz_convert("UTC"))
    pd.testing.assert_frame_equal(rest, update(FORECAST_OF_DAY, abroad, at("10:10+00:00")))
    on_time = update(FORECAST_OF_DAY, today, pd.Timestamp(at("12:00"), tz=ZONE))
    np.testing.assert_array_equal(rest["calls"], on_time["calls"])


def test_no_count_yet_is_the_morning_s_forecast() -> None:
    none = came(FORECAST_OF_DAY, SHAPE).iloc[:0]
    with pytest.warns(Remark, match="sales: no count until 07:00 to go by"):
        rest = update(FORECAST_OF_DAY, none, at("07:00"))
    columns = ["start", "calls", "calls_lo", "calls_hi", "aht_s", "level"]
    pd.testing.assert_frame_equal(rest[columns], FORECAST_OF_DAY[columns])
    assert set(rest["model"]) == {"auto + today"}


@pytest.mark.filterwarnings("ignore::callplan.errors.Remark")
def test_queues_and_days_do_not_mix() -> None:
    other = table(3 * SHAPE, queue="office", variance=0.05)
    tomorrow = table(SHAPE, day=pd.Timestamp("2024-05-07").date())
    both = pd.concat([FORECAST_OF_DAY, other, tomorrow])
    today = pd.concat([came(FORECAST_OF_DAY, 1.3 * SHAPE), came(other, 2 * SHAPE), came(tomorrow, 0.0)])
    rest = update(both, today.sample(frac=1, random_state=1), at("12:00"))
    alone = [
        update(one, came(one, x * SHAPE), at("12:00")) for one, x in ((other, 2), (FORECAST_OF_DAY, 1.3))
    ]
    pd.testing.assert_frame_equal(rest, pd.concat(alone, ignore_index=True))
    pd.testing.assert_frame_equal(rest, check(rest, FORECAST))


def test_what_is_left_out_is_said() -> None:
    today = pd.concat([came(FORECAST_OF_DAY, SHAPE), came(table(SHAPE, queue="office"), SHAPE)])
    with pytest.warns(Remark, match="office: counted today, but not forecast"):
        update(FORECAST_OF_DAY, today, at("12:00"))
    yesterday = today.assign(start=today["start"] - pd.Timedelta(days=1))[today["queue"] == "sales"]
    with pytest.warns(Remark, match="24 rows are of other days"):
        update(FORECAST_OF_DAY, yesterday, at("12:00"))


@pytest.mark.parametrize(("day", "slots"), [("2024-03-31", 46), ("2024-10-27", 50)])
def test_days_on_which_the_clock_changes(day: str, slots: int) -> None:
    date = pd.Timestamp(day).date()
    morning = table(np.full(slots, 60.0), own=0.0, day=date, first=0)
    rest = update(morning, came(morning, 90.0), f"{day} 06:00")
    assert len(morning) == slots
    assert len(rest) == 36
    # It is the time gone by that counts, and not what the clock says: an hour less or more.
    hours = np.arange(slots - 36) / 2
    mean = np.full(len(hours), 60.0)
    more, _ = busier(Prior(0.02, 0.0), hours, mean, 1.5 * mean, hours[-1:] + 0.5)
    assert rest["calls"].iloc[0] == pytest.approx(60 * (1 + more[0]), rel=0.002)


def test_the_update_stands_beside_the_morning_in_accuracy() -> None:
    today = came(FORECAST_OF_DAY, 1.3 * SHAPE)
    rest = update(FORECAST_OF_DAY, today, at("12:00"))
    found = accuracy(today, pd.concat([FORECAST_OF_DAY, rest])).set_index("model")
    assert list(found.index) == ["auto", "auto + today"]
    assert found.loc["auto + today", "wape"] < 0.7 * found.loc["auto", "wape"]
    with pytest.raises(Refused, match="an update already; give the forecast of the morning"):
        update(rest, today, at("15:00"))


def test_a_forecast_of_ours_is_updated() -> None:
    start = pd.date_range("2024-03-04 08:00", "2024-05-07", freq="30min", tz=ZONE)
    start = start[(start.hour >= 8) & (start.hour < 20)]
    offered = np.random.default_rng(3).poisson(np.tile(SHAPE, len(start) // 24))
    history = pd.DataFrame(
        {"queue": "sales", "start": start, "minutes": 30, "offered": offered.astype(float)}
    )
    before = history[history["start"] < str(DAY)]
    morning = forecast(before, 1, model="mean_of_4")
    rest = update(morning, history[history["start"] >= str(DAY)], at("13:00"))
    np.testing.assert_allclose(rest["calls"], SHAPE[10:], rtol=0.2)


@pytest.mark.parametrize(
    ("change", "now", "said"),
    [
        ({}, "2024-05-08 10:00", "now: found 2024-05-08 10:00, and the forecast has no interval of that day"),
        ({}, at("20:00"), "the day's last interval ends at 20:00"),
        ({}, "2024-02-01 10:00", "the forecast has seen calls until 2024-03-01"),
        ({}, "10:00", "now: found '10:00'; give an instant"),
        ({}, "2024-10-27 02:30", "with its offset where the clock shows it twice"),
        ({}, None, "now: found None"),
        ({"calls_hi": np.nan}, at("10:00"), "forecast: rows without a band"),
        ({"model": [*["auto"] * 23, "other"]}, at("10:00"), "forecast: 2 models and cutoffs"),
    ],
)
def test_what_cannot_be_updated_is_refused(change: dict, now: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as caught:
        update(FORECAST_OF_DAY.assign(**change), came(FORECAST_OF_DAY, SHAPE), now)
    assert "\n" not in str(caught.value)


def test_counts_that_do_not_fit_are_refused() -> None:
    today = came(FORECAST_OF_DAY, SHAPE)
    with pytest.raises(Refused, match=r"today, row 24, columns queue, start: .* keep one of them"):
        update(FORECAST_OF_DAY, pd.concat([today, today]).reset_index(drop=True), at("12:00"))
    with pytest.raises(Refused, match="queue sales: intervals of 15 minutes, 30 in the forecast"):
        update(FORECAST_OF_DAY, today.assign(minutes=15), at("12:00"))


def test_a_day_beyond_what_is_followed_is_said() -> None:
    odd = came(FORECAST_OF_DAY, 5 * SHAPE)
    with pytest.warns(Remark, match="calls so far where .* were due, further off than such days"):
        update(FORECAST_OF_DAY, odd, at("11:00"))
    with warnings.catch_warnings():
        warnings.simplefilter("error", Remark)
        update(FORECAST_OF_DAY, came(FORECAST_OF_DAY, 1.1 * SHAPE), at("11:00"))
