"""What a history holds that no model should learn from: found where it is, and nowhere else."""

import numpy as np
import pandas as pd
import pytest

from callplan.hours import OpeningHours
from callplan.intervals import grid
from forecasting import Calendar, Event, daybook, forecast, repairs
from forecasting.history.cleaning import clean, usual_counts
from forecasting.history.panel import Panel, raw_panel

DAYS = pd.date_range("2024-01-01", periods=91)
MEAN = 50 * np.array([1.2, 1.0, 0.95, 1.0, 1.1, 0.5, 0.3])[DAYS.day_of_week][:, None] * np.linspace(1, 2, 24)
COUNTS = np.random.default_rng(7).poisson(MEAN).astype(float)


def panel_of(counts: np.ndarray, calendar: Calendar | None = None) -> Panel:
    return raw_panel(daybook(calendar or Calendar(), "sales", DAYS), counts, 60)


def reasons_of(counts: np.ndarray, calendar: Calendar | None = None) -> np.ndarray:
    return clean(panel_of(counts, calendar))[1]


def test_counts_that_vary_by_chance_alone_are_left_as_they_are() -> None:
    for seed in range(5):
        counts = np.random.default_rng(seed).poisson(MEAN).astype(float)
        panel, reasons = clean(panel_of(counts))
        assert (reasons == "").all()
        assert np.array_equal(panel.usable, counts)
        assert panel.ordinary.all()


def test_a_run_of_zeros_is_an_outage_where_dozens_are_usual() -> None:
    counts = COUNTS.copy()
    counts[40, 5:9] = 0
    panel, reasons = clean(panel_of(counts))
    assert (reasons[40, 5:9] == "outage").all()
    assert (reasons == "outage").sum() == 4
    assert np.isnan(panel.usable[40, 5:9]).all()
    assert panel.outage.sum() == 4
    # The rest of the day still teaches.
    assert panel.ordinary[40]


def test_zeros_are_no_outage_where_hardly_anyone_calls() -> None:
    counts = np.random.default_rng(8).poisson(np.full((91, 24), 0.05)).astype(float)
    assert (reasons_of(counts) == "").all()


def test_a_single_interval_far_off_its_day_is_an_outlier() -> None:
    counts = COUNTS.copy()
    counts[33, 10] *= 8
    reasons = reasons_of(counts)
    assert reasons[33, 10] == "outlier"
    assert (reasons != "").sum() == 1


@pytest.mark.parametrize("factor", [0.3, 2.5])
def test_a_day_far_off_its_weekday_is_an_outlier_and_five_are_a_new_level(factor: float) -> None:
    counts = COUNTS.copy()
    counts[44] = np.round(counts[44] * factor)
    panel, reasons = clean(panel_of(counts))
    assert (reasons[44] == "outlier: the day").all()
    assert (reasons != "").sum() == 24
    assert not panel.ordinary[44]
    moved = COUNTS.copy()
    moved[60:] = np.round(moved[60:] * factor)
    assert not (reasons_of(moved)[70:] == "outlier: the day").any()


def test_holidays_bridges_and_events_teach_their_own_kind() -> None:
    events = (Event(name="sale", date="2024-02-14"), Event(name="mailing", date="2024-02-20", effect=1.5))
    counts = COUNTS.copy()
    counts[50] = np.round(1.5 * counts[50])
    panel, reasons = clean(panel_of(counts, Calendar("US", events=events)))
    assert (reasons[0] == "holiday: New Year's Day").all()
    assert (reasons[44] == "event: sale").all()
    assert not panel.ordinary[[0, 44]].any()
    # A known effect is taken out, and the day is like any other.
    assert (reasons[50] == "").all()
    assert np.allclose(panel.usable[50], counts[50] / 1.5)
    assert panel.ordinary[50]


def test_an_odd_day_next_to_a_holiday_is_one_of_its_kind() -> None:
    # The day after Presidents' Day, Monday 19 February.
    counts = COUNTS.copy()
    counts[50] = np.round(1.8 * counts[50])
    assert (reasons_of(counts, Calendar("US"))[50] == "after a holiday").all()
    assert (reasons_of(counts)[50] == "outlier: the day").all()


def test_a_gap_is_named_and_nothing_else() -> None:
    counts = COUNTS.copy()
    counts[20:27] = np.nan
    reasons = reasons_of(counts)
    assert (reasons[20:27] == "gap").all()
    assert (reasons != "").sum() == 7 * 24


def test_the_usual_count_is_the_median_of_twelve_weekdays_nearby() -> None:
    counts = COUNTS.copy()
    counts[np.random.default_rng(9).random(counts.shape) < 0.2] = np.nan
    usual = usual_counts(panel_of(counts), counts)
    for day in (0, 8, 45, 90):
        near = [day + 7 * week for week in range(-6, 7) if week and 0 <= day + 7 * week < len(DAYS)]
        assert np.allclose(usual[day], np.nanmedian(counts[near], axis=0))


def history(counts: np.ndarray) -> pd.DataFrame:
    hours = OpeningHours.parse({"mon-sun": "00:00-24:00"})
    start = grid(DAYS[0].date(), DAYS[-1].date(), 60, "UTC", hours)
    return pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "offered": counts.ravel()})


def test_repairs_name_each_stretch_and_change_nothing() -> None:
    counts = COUNTS.copy()
    counts[40, 5:9] = 0
    counts[60, 3] = np.nan
    given = history(counts)
    before = given.copy()
    found = repairs(given)
    pd.testing.assert_frame_equal(given, before)
    assert found["reason"].tolist() == ["outage", "gap"]
    assert found["offered"].fillna(-1).tolist() == [0, -1]
    assert found["usual"].iloc[0] == pytest.approx(MEAN[40, 5:9].sum(), rel=0.1)
    assert found["end"].iloc[0] - found["start"].iloc[0] == pd.Timedelta(hours=4)


def test_a_history_without_fault_has_no_repairs() -> None:
    assert repairs(history(COUNTS)).empty


def test_a_forecast_learns_around_repairs_unless_told_not_to() -> None:
    spoilt = COUNTS.copy()
    spoilt[-7, 8:] = 0
    told = {clean: forecast(history(spoilt), 1, model="mean_of_4", clean=clean) for clean in (True, False)}
    sound = forecast(history(COUNTS), 1, model="mean_of_4")["calls"].sum()
    assert told[True]["calls"].sum() == pytest.approx(sound, rel=0.03)
    assert told[False]["calls"].sum() < 0.92 * sound
