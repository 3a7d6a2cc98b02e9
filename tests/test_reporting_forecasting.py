"""Figures of forecasting hold what the tables hold: repairs, bands, profiles, errors above the floor."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Refused
from callplan.hours import OpeningHours
from callplan.intervals import grid
from forecasting import Calendar, Event, repairs
from reporting.forecasting import plot_accuracy, plot_bands, plot_profile, plot_repairs

ZONE = "Europe/Paris"
HOURS = OpeningHours.parse({"mon-fri": "08:00-12:00"})


def a_history(first=date(2024, 4, 8), last=date(2024, 6, 14)):
    """Ten weeks of 100 calls an hour in four hours a day, Monday to Friday."""
    start = grid(first, last, 60, ZONE, HOURS)
    return pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "offered": 100.0})


def a_fan(span, starts, quantiles=(0.1, 0.25, 0.5, 0.75, 0.9)):
    """Bands whose quantile q has 100 q calls more than 50."""
    rows = [(start, share, 50 + 100 * share) for start in starts for share in quantiles]
    frame = pd.DataFrame(rows, columns=["start", "quantile", "calls"])
    return frame.assign(queue="sales", span=span, model="m", cutoff=starts[0])


def line(ax, label):
    (found,) = [found for found in ax.lines if found.get_label() == label]
    values = np.asarray(found.get_ydata(), dtype=float)
    return list(values[~np.isnan(values)])


def labels(ax):
    return ax.get_legend_handles_labels()[1]


def test_repairs_stand_beside_what_is_usual():
    history = a_history()
    day = history["start"].dt.strftime("%m-%d %H")
    history.loc[day.isin(["05-14 09", "05-14 10"]), "offered"] = 0.0
    history = history[~day.str.startswith(("05-22", "05-23"))]
    calendar = Calendar("FR", events=(Event(name="holiday sale", date="2024-06-04"),))
    history.loc[history["start"].dt.strftime("%m-%d") == "06-04", "offered"] = 150.0
    found = repairs(history, calendar)
    ax = plot_repairs(history, found)
    assert line(ax, "outage: 1 day") == [200.0]
    assert line(ax, "event: 1 day") == [600.0]
    # Two whole days without a count have no point, only what is usual.
    assert line(ax, "gap: 2 days") == []
    usual = [dashes.get_ydata() for dashes in ax.lines if dashes.get_marker() == "_"]
    assert list(np.concatenate(usual)) == [400.0] * 9
    assert line(ax, "holiday: 4 days") == [400.0] * 4
    assert line(ax, "bridge day: 1 day") == [400.0]
    assert len(line(ax, "a day's calls")) == 50 - 9
    assert ax.get_ylabel() == "calls a day"


def test_a_stretch_of_days_is_shared_as_their_weekdays_are():
    history = a_history()
    monday = history["start"].dt.day_of_week == 0
    history.loc[monday, "offered"] = 200.0
    start = pd.to_datetime(["2024-05-20 08:00"]).tz_localize(ZONE)
    end = pd.to_datetime(["2024-05-24 12:00"]).tz_localize(ZONE)
    stretch = pd.DataFrame({"queue": "sales", "start": start, "end": end, "reason": "gap", "usual": 2400.0})
    week = (history["start"] >= start[0]) & (history["start"] < end[0])
    ax = plot_repairs(history[~week], stretch.assign(offered=np.nan))
    dashes = next(found for found in ax.lines if found.get_marker() == "_")
    assert list(dashes.get_ydata()) == pytest.approx([800, 400, 400, 400, 400])


def test_a_history_without_repairs_is_drawn_too():
    history = a_history()
    found = repairs(history)
    assert found.empty
    ax = plot_repairs(history, found)
    assert labels(ax) == ["a day's calls"]
    assert line(ax, "a day's calls") == [400.0] * 50


@pytest.mark.parametrize(
    ("days", "names"),
    [
        (60, ["Mon 8 Apr", "Mon 15 Apr"]),
        (400, ["May\n2024", "Jun"]),
        (1500, ["Jul\n2024", "Jan\n2025"]),
    ],
)
def test_a_long_history_is_named_by_weeks_months_or_half_years(days, names):
    last = date(2024, 4, 8) + pd.Timedelta(days=days)
    ax = plot_repairs(a_history(last=last), repairs(a_history()))
    shown = [label.get_text() for label in ax.get_xticklabels()]
    assert shown[:2] == names
    assert len(shown) <= 14


def test_bands_by_interval_lie_one_inside_the_other():
    starts = grid(date(2024, 5, 6), date(2024, 5, 7), 60, ZONE, HOURS)
    actual = pd.DataFrame({"queue": "sales", "start": starts, "minutes": 60, "offered": 70.0})
    ax = plot_bands(a_fan("interval", list(starts)), actual)
    assert labels(ax) == ["80% of counts", "50% of counts", "median", "what came"]
    assert line(ax, "median") == [100.0] * 8
    assert line(ax, "what came") == [70.0] * 8
    for area, (low, high) in zip(ax.collections, [(60, 140), (75, 125)], strict=True):
        heights = np.concatenate([path.vertices[:, 1] for path in area.get_paths()])
        assert {low, high} == set(heights[np.isfinite(heights)].round(9))


def test_bands_by_day_are_boxes_and_longer_forecasts_are_drawn_by_day():
    days = pd.date_range("2024-05-06", periods=14, freq="D", tz=ZONE)
    hours = pd.date_range("2024-05-06", periods=14 * 24, freq="h", tz=ZONE)
    both = pd.concat([a_fan("day", list(days)), a_fan("interval", list(hours))])
    actual = pd.DataFrame({"queue": "sales", "start": hours, "minutes": 60, "offered": 4.0})
    ax = plot_bands(both, actual)
    assert ax.get_ylabel() == "calls a day"
    assert [len(bars) for bars in ax.containers] == [14, 14]
    assert {bar.get_height() for bar in ax.containers[0]} == {80.0}
    assert line(ax, "what came") == [96.0] * 14
    assert [label.get_text() for label in ax.get_xticklabels()] == ["Mon 6 May", "Mon 13 May"]
    assert plot_bands(both, span="interval").get_ylabel() == "calls an interval"
    month = plot_bands(a_fan("month", list(pd.date_range("2024-05-01", periods=2, freq="MS", tz=ZONE))))
    assert [label.get_text() for label in month.get_xticklabels()] == ["May 2024", "Jun 2024"]


def test_a_profile_is_the_mean_of_each_time_of_the_week():
    history = a_history()
    history["offered"] += 10 * history["start"].dt.day_of_week + history["start"].dt.hour
    history = history[history["start"].dt.strftime("%a %H") != "Wed 09"]
    ax = plot_profile(history)
    (mesh,) = [found for found in ax.collections if found.get_array() is not None]
    cells = mesh.get_array()
    assert cells.shape == (5, 4)
    assert cells[4, 3] == 100 + 40 + 11
    assert cells.mask.sum() == 1
    assert cells.mask[2, 1]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Mon", "Tue", "Wed", "Thu", "Fri"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["08", "09", "10", "11", "12"]
    ahead = history.rename(columns={"offered": "calls"})
    assert plot_profile(ahead).get_title("left") == "sales: when calls are forecast"


@pytest.fixture
def scores():
    rows = [(by, model, 7 * week, wape * week) for by in ("day", "interval") for week in (1, 2)
            for model, wape in (("naive", 0.10), ("auto", 0.05))]  # fmt: skip
    table = pd.DataFrame(rows, columns=["by", "model", "lead_days", "wape"])
    return table.assign(queue="sales", noise_floor=0.02, own_noise_floor=0.04)


def test_errors_stand_above_their_floors(scores):
    ax = plot_accuracy(scores)
    # The best model first, the floors last.
    assert labels(ax) == ["auto", "naive", "scatter of past weeks", "chance (Poisson)"]
    assert line(ax, "auto") == [0.05, 0.10]
    assert {bar.get_height() for bar in ax.containers[0]} == {0.02}
    own = next(found for found in ax.collections if found.get_label() == "scatter of past weeks")
    assert {point for path in own.get_paths() for point in path.vertices[:, 1]} == {0.04}
    assert [label.get_text() for label in ax.get_xticklabels()] == ["by interval", "by day"]
    assert [label.get_text() for label in ax.get_xticklabels(minor=True)] == ["1", "2", "1", "2"]
    alone = plot_accuracy(scores[scores["lead_days"] == 7].drop(columns="own_noise_floor"))
    assert labels(alone) == ["auto", "naive", "chance (Poisson)"]
    assert alone.get_title("left") == "sales: forecast error by level"


def test_refuses_what_one_picture_cannot_show(scores):
    history = a_history()
    with pytest.raises(Refused, match="several queues"):
        plot_repairs(pd.concat([history, history.assign(queue="help")]), repairs(history))
    with pytest.raises(Refused, match="several queues"):
        plot_accuracy(pd.concat([scores, scores.assign(queue="help")]))
    days = a_fan("day", list(pd.date_range("2024-05-06", periods=2, freq="D", tz=ZONE)))
    for plot, table in ((plot_accuracy, scores), (plot_profile, history), (plot_bands, days)):
        with pytest.raises(Refused, match="no rows"):
            plot(table.iloc[:0])
    with pytest.raises(Refused, match="bands by week: no rows"):
        plot_bands(days, span="week")
    with pytest.raises(Refused, match="several rows for one start"):
        plot_bands(pd.concat([days, days.assign(model="other")]))


def test_draws_into_the_axes_given(scores):
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    assert plot_accuracy(scores, ax=ax) is ax
    assert plot_profile(a_history(), ax=Figure().subplots()) is not ax
