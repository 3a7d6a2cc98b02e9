"""Figures hold what the tables hold, one queue each; their sentences say the same."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Refused
from callplan.hours import OpeningHours
from callplan.intervals import grid
from reporting import captions, figures
from reporting.axis import OpenTime
from reporting.pictures import drawn

HOURS = OpeningHours.parse({"mon-sun": "08:00-12:00"})


def intervals(first=date(2024, 5, 6), last=date(2024, 5, 7), hours=HOURS, **columns):
    """Hourly rows of one queue, in Paris."""
    start = grid(first, last, 60, "Europe/Paris", hours)
    count = np.arange(len(start))
    rows = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60})
    return rows.assign(**{name: make(count) for name, make in columns.items()})


@pytest.fixture
def forecast():
    rows = intervals(calls=lambda n: 20.0 + n, calls_lo=lambda n: 15.0 + n, calls_hi=lambda n: 26.0 + n)
    return rows.assign(model="mean_of_4", cutoff=rows["start"].iloc[0], level=0.8, aht_s=200.0)


@pytest.fixture
def coverage():
    rows = intervals(needed=lambda n: 5 + n, staffed=lambda n: 6 + n % 5, service_level=lambda n: n / 8)
    spare = rows["staffed"] - rows["needed"]
    return rows.assign(over=spare.clip(lower=0), under=(-spare).clip(lower=0))


@pytest.fixture
def errors():
    start = pd.date_range("2024-05-06", periods=3, freq="D", tz="Europe/Paris")
    days = pd.DataFrame({"queue": "sales", "by": "day", "start": start, "model": "m", "lead_days": [1, 2, 3]})
    days = days.assign(calls=[104.0, 90.0, 50.0], offered=[100.0, 100.0, 0.0], floor=[8.0, 8.0, 0.0])
    days = days.assign(error=days["calls"] - days["offered"], within=[1, 0, 0], verdict="")
    return pd.concat([days, days.assign(by="week").head(1)], ignore_index=True)


@pytest.fixture
def shift_plan():
    at = pd.to_datetime(["2024-05-06 06:30", "2024-05-07 08:00", "2024-05-07 22:00"]).tz_localize(
        "Europe/Paris"
    )
    plan = pd.DataFrame({"queue": "sales", "start": at, "shift": ["4 h", "8 h", "8 h"], "heads": [2, 5, 3]})
    plan["paid_h"] = [4.0, 8.0, 8.0]
    plan["end"] = plan["start"] + pd.to_timedelta(plan["paid_h"] + [0, 0.5, 0], unit="h")
    plan["meal_start"] = plan["start"].where(plan["heads"] == 5) + pd.Timedelta(hours=4)
    plan["meal_end"] = plan["meal_start"] + pd.Timedelta(minutes=30)
    return plan


def line(ax, label):
    (found,) = [found for found in ax.lines if found.get_label() == label]
    values = np.asarray(found.get_ydata(), dtype=float)
    return list(values[~np.isnan(values)])


def steps(ax, label):
    (found,) = [found for found in ax.patches if found.get_label() == label]
    values = found.get_data().values
    return list(values[~np.isnan(values)])


def test_forecast_draws_mean_band_history_and_what_came(forecast):
    actual = intervals(offered=lambda n: 21.0 + n)
    history = intervals(first=date(2024, 4, 30), last=date(2024, 5, 5), offered=lambda n: 30.0 + n)
    ax = figures.plot_forecast(forecast, actual, history)
    assert line(ax, "forecast") == list(forecast["calls"])
    assert line(ax, "what came") == list(actual["offered"])
    # As many days of history as there are days forecast.
    assert line(ax, "history") == list(history["offered"].tail(8))
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        "Sat 4 May", "Sun 5 May", "Mon 6 May", "Tue 7 May",
    ]  # fmt: skip
    assert ax.get_ylabel() == "calls in 60 minutes"


def test_more_than_four_weeks_are_drawn_by_day(forecast):
    rows = intervals(last=date(2024, 6, 9), calls=lambda n: 20.0 + n % 4)
    ahead = rows.assign(model="auto", cutoff=rows["start"].iloc[0], calls_lo=1.0, calls_hi=99.0, level=0.8)
    gap = rows["start"].dt.date == date(2024, 5, 9)
    came = rows.drop(columns="calls").assign(offered=np.where(gap, np.nan, 30.0))
    ax = figures.plot_forecast(ahead, actual=came)
    said, counted = (line.get_ydata() for line in ax.get_lines())
    assert len(said) == 35
    assert set(said) == {20 + 21 + 22 + 23}
    # A day without a count leaves a gap: it is not zero.
    assert np.isnan(counted[3])
    assert set(np.delete(counted, 3)) == {120}
    assert not ax.collections


def test_forecast_says_what_is_not_counted(forecast):
    actual = intervals(offered=lambda n: np.where(n == 2, np.nan, 10.0))
    text = captions.describe_forecast(forecast, actual)
    assert text == (
        "188 calls are forecast for Mon 6 May to Tue 7 May, most at Tue 7 May 11:00 (27 in 60 minutes); "
        "70 came in the 7 of 8 intervals that were counted."
    )


def test_requirement():
    table = intervals(load=lambda n: 4.0 + n, agents=lambda n: 6 + n, rostered=lambda n: 9 + n)
    ax = figures.plot_requirement(table)
    assert steps(ax, "on the phones") == list(table["agents"])
    assert steps(ax, "rostered") == list(table["rostered"])
    assert line(ax, "load in erlangs") == list(table["load"])
    assert captions.describe_requirement(table) == (
        "Between 9 and 16 rostered heads are needed for Mon 6 May to Tue 7 May, most at Tue 7 May 11:00: "
        "13 on the phones for a load of 11.0 erlangs."
    )


def test_coverage_colours_over_and_under(coverage):
    ax = figures.plot_coverage(coverage)
    assert steps(ax, "needed") == list(coverage["needed"])
    assert steps(ax, "staffed") == list(coverage["staffed"])
    for label in ("over", "under"):
        (patch,) = [patch for patch in ax.patches if patch.get_label() == label]
        values, _, baseline = patch.get_data()
        height = values - baseline
        assert list(height[~np.isnan(height)]) == list(coverage[label])
    assert "at most 4 heads are short, at Tue 7 May 09:00" in captions.describe_coverage(coverage)


def test_service_level_beside_the_goal(coverage):
    delivered = coverage.assign(service_level=0.5)
    ax = figures.plot_service_level(coverage, delivered, goal=0.8)
    assert steps(ax, "planned") == list(coverage["service_level"])
    assert line(ax, "delivered") == [0.5] * 8
    assert line(ax, "goal 80%") == [0.8, 0.8]
    assert "between 0% and 88% (1 of 8 meet 80%)" in captions.describe_service_level(coverage, delivered, 0.8)
    with pytest.raises(Refused, match="service_level"):
        figures.plot_service_level(coverage.drop(columns="service_level"))


def test_errors_are_percent_of_what_came(errors):
    ax = figures.plot_errors(errors)
    heights = {bars.get_label(): [bar.get_height() for bar in bars] for bars in ax.containers}
    assert heights["error within it"] == pytest.approx([0.04, np.nan, np.nan], nan_ok=True)
    # No call came on the third day, so its error is no share of anything.
    assert heights["error beyond it"] == pytest.approx([np.nan, -0.1, np.nan], nan_ok=True)
    days = errors[errors["by"] == "day"]
    assert captions.describe_errors(days) == (
        "The error of a day lies between −10.0% and +4.0%; 1 of 3 days are within ±5%."
    )
    assert captions.describe_errors(days.tail(1)).startswith("No calls came")


def test_shift_plan_draws_the_busiest_day_with_its_meals(shift_plan):
    ax = figures.plot_shift_plan(shift_plan)
    assert ax.get_title("left") == "sales: heads at work on Tue 7 May"
    spans = [[path.get_extents().width for path in bars.get_paths()] for bars in ax.collections]
    assert spans == [[4, 4], [8]]  # hours at work: before and after the meal, and a night without one
    assert ax.get_ylim() == (8, 0)
    assert captions.describe_shift_plan(shift_plan) == (
        "On Tue 7 May, 8 heads work, the first from 08:00, the last until 06:00."
    )


def test_days_show_hours_and_service_level():
    start = pd.date_range("2024-05-06", periods=2, freq="D", tz="Europe/Paris")
    days = pd.DataFrame({"queue": "sales", "start": start, "calls": 90.0, "needed_h": [30.0, 40.0]})
    days = days.assign(
        staffed_h=[31.0, 39.0], paid_h=[33.0, 42.0], service_level=0.81, delivered=[0.7, np.nan]
    )
    ax = figures.plot_days(days)
    assert [bar.get_height() for bar in ax.containers[0]] == [31.0, 39.0]
    assert [bar.get_height() for bar in ax.containers[1]] == [33.0, 42.0]
    names = [label.get_text() for label in ax.get_xticklabels()]
    assert names == ["Mon 6 May\n81.0% planned\n70.0% delivered", "Tue 7 May\n81.0% planned\n– delivered"]
    assert "70 hours are needed, 70 staffed and 75 paid" in captions.describe_days(days)


def test_draws_into_the_axes_given(forecast):
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    assert figures.plot_forecast(forecast, ax=ax) is ax


@pytest.mark.parametrize(
    ("plot", "table"),
    [
        (figures.plot_forecast, "forecast"),
        (figures.plot_coverage, "coverage"),
        (figures.plot_errors, "errors"),
        (figures.plot_shift_plan, "shift_plan"),
    ],
)
def test_refuses_what_one_picture_cannot_show(plot, table, request):
    rows = request.getfixturevalue(table)
    with pytest.raises(Refused, match=r"several queues \(help, sales\)"):
        plot(pd.concat([rows, rows.assign(queue="help")]))
    with pytest.raises(Refused, match="several rows for one start"):
        plot(pd.concat([rows, rows]))
    with pytest.raises(Refused, match="no rows"):
        plot(rows.iloc[:0])


def test_closed_nights_are_narrow_gaps_and_time_runs_through_a_clock_change():
    open_day = OpenTime(intervals(offered=lambda n: n * 1.0))
    assert open_day.shut.tolist() == [False, False, False, False, True, False, False, False]
    assert open_day.edges.tolist() == [0, 60, 120, 180, 240, 300, 360, 420, 480, 540]
    # 25 hours on the day the clock goes back, without a gap or an overlap.
    autumn = OpenTime(intervals(date(2024, 10, 27), date(2024, 10, 27), hours=None))
    assert not autumn.shut.any()
    assert autumn.rights[-1] == 25 * 60


def test_a_long_axis_names_some_weeks_only():
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    OpenTime(intervals(date(2024, 1, 1), date(2024, 5, 31))).draw(ax)
    named = [label.get_text() for label in ax.get_xticklabels() if label.get_text()]
    assert named[:2] == ["Mon 1 Jan", "Mon 22 Jan"]
    assert len(named) <= 9


def test_a_drawing_is_text_and_the_same_twice(forecast):
    named = forecast.assign(queue='<b>&"x $y$ 客服')
    first, again = (drawn(figures.plot_forecast(named), 'A "sentence" & more').svg for _ in range(2))
    assert first == again
    assert first.startswith('<svg viewBox="0 0 ')
    assert 'role="img" aria-label="A &quot;sentence&quot; &amp; more"' in first
    assert '&lt;b&gt;&amp;"x $y$ 客服: calls forecast</text>' in first
    assert "http" not in first
    assert "<style" not in first
