"""The forecast of a history: its days, its numbers, its refusals."""

import re
import warnings
from concurrent.futures import ProcessPoolExecutor
from datetime import date

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Refused, Remark
from callplan.hours import OpeningHours
from callplan.intervals import grid
from callplan.tables import FORECAST, HISTORY, check
from forecasting import (
    MODELS,
    Calendar,
    backtest,
    forecast,
    handling_time,
    known_model,
)

ZONE = "Europe/Paris"
WEEKDAY_SHAPE = np.array([1.2, 1.0, 0.95, 1.0, 1.1, 0.5, 0.3])


def made_up(first: date, last: date, *, level: float = 100.0, hours: str = "08:00-20:00") -> pd.DataFrame:
    """Return a history of Poisson counts with a weekly rhythm, open every day."""
    start = grid(first, last, 30, ZONE, OpeningHours.parse({"mon-sun": hours}))
    mean = level * WEEKDAY_SHAPE[start.dt.day_of_week] * (1 + np.sin(start.dt.hour / 24 * np.pi))
    offered = np.random.default_rng(1).poisson(mean).astype(float)
    return pd.DataFrame({"queue": "sales", "start": start, "minutes": 30, "offered": offered})


HISTORY_2024 = made_up(date(2024, 2, 5), date(2024, 4, 28))


def test_the_mean_models_are_what_their_names_say() -> None:
    history = HISTORY_2024.set_index("start")["offered"]
    at = pd.Timestamp("2024-04-29 10:00", tz=ZONE)
    past = [history[at - pd.DateOffset(weeks=week)] for week in range(1, 9)]
    for model, k in (("seasonal_naive", 1), ("mean_of_4", 4), ("mean_of_8", 8)):
        ahead = forecast(HISTORY_2024, 1, model=model).set_index("start")["calls"]
        assert ahead[at] == pytest.approx(np.mean(past[:k]))


def test_auto_says_how_it_weighs_its_models() -> None:
    with pytest.warns(Remark, match="sales: auto weighs ") as caught:
        forecast(HISTORY_2024, 7)
    remark = next(str(warning.message) for warning in caught if "auto weighs" in str(warning.message))
    shares = {name: int(share) for name, share in re.findall(r"(\w+) (\d+)%", remark)}
    assert list(shares) == ["gaussian_process", "calendar_svd", "mean_of_8"]
    assert 99 <= sum(shares.values()) <= 101
    assert remark.endswith("as the last 10 weeks taught")


def test_closed_intervals_have_no_rows_and_special_days_count() -> None:
    hours = {"mon-fri": "08:00-20:00", "dates": {"2024-05-01": "closed", "2024-05-02": "10:00-12:00"}}
    ahead = forecast(HISTORY_2024, 7, model="mean_of_4", calendar=Calendar(hours=OpeningHours.parse(hours)))
    by_day = ahead["start"].dt.date.value_counts().to_dict()
    assert by_day == {date(2024, 4, 29): 24, date(2024, 4, 30): 24, date(2024, 5, 2): 4, date(2024, 5, 3): 24}


@pytest.mark.parametrize(
    ("last", "day", "slots"), [("2024-03-30", "2024-03-31", 46), ("2024-10-26", "2024-10-27", 50)]
)
def test_days_on_which_the_clock_changes(last: str, day: str, slots: int) -> None:
    end = date.fromisoformat(last)
    history = made_up(end - pd.Timedelta(days=41).to_pytimedelta(), end, hours="00:00-24:00")
    ahead = forecast(history, 1, model="mean_of_4")
    assert len(ahead) == slots
    assert set(ahead["start"].dt.date) == {date.fromisoformat(day)}
    assert ahead["calls"].min() > 0


def test_missing_is_not_zero() -> None:
    gap = HISTORY_2024["start"].dt.date == date(2024, 4, 22)
    with_gap = HISTORY_2024.assign(offered=HISTORY_2024["offered"].where(~gap))
    absent = HISTORY_2024[~gap]
    for history in (with_gap, absent):
        monday = forecast(history, 1, model="seasonal_naive")["calls"].sum()
        week_before = HISTORY_2024.loc[HISTORY_2024["start"].dt.date == date(2024, 4, 15), "offered"].sum()
        assert monday == week_before


def test_a_holiday_teaches_nothing_of_its_weekday() -> None:
    # Easter Monday, 2024-04-01, all but empty.
    easter = HISTORY_2024["start"].dt.date == date(2024, 4, 1)
    quiet = HISTORY_2024.assign(offered=HISTORY_2024["offered"].where(~easter, 1.0))
    calendar = Calendar(country="FR")
    # Cleaning finds the odd day even without a calendar.
    unaware = forecast(quiet, 1, model="mean_of_4", clean=False)["calls"].sum()
    aware = forecast(quiet, 1, model="mean_of_4", calendar=calendar)["calls"].sum()
    assert unaware < 0.8 * aware
    assert aware == pytest.approx(forecast(HISTORY_2024[~easter], 1, model="mean_of_4")["calls"].sum())


def test_several_queues_follow_the_last_day_of_all() -> None:
    weekdays = HISTORY_2024[HISTORY_2024["start"].dt.day_of_week < 5].assign(queue="office")
    ahead = forecast(check(pd.concat([HISTORY_2024, weekdays]), HISTORY), 7, model="mean_of_4")
    days = ahead.groupby("queue")["start"].agg(lambda starts: starts.dt.date.nunique())
    assert days.to_dict() == {"office": 5, "sales": 7}
    assert ahead["start"].dt.date.min() == date(2024, 4, 29)


def test_handling_times_are_weighted_by_handled_calls_and_parts_win() -> None:
    n = len(HISTORY_2024)
    handled = np.where(np.arange(n) % 2 == 0, 90.0, 10.0)
    totals = HISTORY_2024.assign(
        handled=handled, talk_s=handled * 150, hold_s=handled * 20, acw_s=handled * 30, aht_s=999.0
    )
    assert np.allclose(forecast(totals, 1, model="mean_of_4")["aht_s"], 200)
    plain = HISTORY_2024.assign(handled=handled, aht_s=np.where(handled == 90, 200.0, 400.0))
    by_slot = forecast(plain, 1, model="mean_of_4")["aht_s"]
    # Rows alternate between 90 calls of 200 s and 10 of 400 s: 24 slots a day keep them apart.
    assert by_slot.between(200, 400).all()
    assert by_slot.iloc[0] < 215 < 320 < by_slot.iloc[1]
    assert forecast(HISTORY_2024, 1, model="mean_of_4")["aht_s"].isna().all()


def test_a_handling_time_as_given_counts_where_the_totals_are_empty() -> None:
    given = HISTORY_2024.assign(aht_s=300.0)
    empty = given.assign(handled=np.nan, talk_s=np.nan, acw_s=np.nan)
    for history in (
        given,
        given.assign(handled=np.nan),
        empty,
        given.assign(handled=50.0, talk_s=np.nan, acw_s=1.0),
    ):
        assert np.allclose(forecast(history, 1, model="mean_of_4")["aht_s"], 300)


def test_handling_time_row_by_row() -> None:
    rows = pd.DataFrame(
        {
            "offered": [10.0, 20.0, 30.0, 40.0],
            "handled": [8.0, np.nan, 0.0, 5.0],
            "talk_s": [800.0, np.nan, 0.0, 1000.0],
            "acw_s": [160.0, np.nan, 0.0, np.nan],
            "aht_s": [999.0, 200.0, np.nan, 210.0],
        }
    )
    aht_s, calls = handling_time(rows)
    assert aht_s.fillna(-1).tolist() == [120, 200, -1, 210]
    assert calls.tolist() == [8, 20, 0, 5]


def test_a_backtest_sees_nothing_from_its_origin_on() -> None:
    origins = [date(2024, 4, 8), date(2024, 4, 22)]
    tried = backtest(HISTORY_2024, 7, origins=origins, models=["mean_of_4", "seasonal_naive"])
    spoilt = HISTORY_2024.assign(
        offered=HISTORY_2024["offered"].where(HISTORY_2024["start"] < "2024-04-22", 0.0)
    )
    pd.testing.assert_frame_equal(
        tried, backtest(spoilt, 7, origins=origins, models=["mean_of_4", "seasonal_naive"])
    )
    assert tried["cutoff"].nunique() == 2
    last = tried[(tried["cutoff"] == tried["cutoff"].max()) & (tried["model"] == "mean_of_4")]
    before = HISTORY_2024[HISTORY_2024["start"] < "2024-04-22"]
    assert list(last["calls"]) == list(forecast(before, 7, model="mean_of_4")["calls"])


def test_auto_sees_nothing_from_its_origin_on() -> None:
    origin = "2024-04-15"
    tried = backtest(HISTORY_2024, 7, origins=[origin])
    busy = HISTORY_2024["offered"].where(HISTORY_2024["start"] < origin, 1000.0)
    pd.testing.assert_frame_equal(tried, backtest(HISTORY_2024.assign(offered=busy), 7, origins=[origin]))


def test_an_executor_changes_neither_numbers_nor_remarks() -> None:
    short = HISTORY_2024[HISTORY_2024["start"] >= "2024-03-18"]
    history = check(pd.concat([short, short.assign(queue="office", offered=short["offered"] / 5)]), HISTORY)
    with warnings.catch_warnings(record=True) as alone:
        warnings.simplefilter("always", Remark)
        one_by_one = forecast(history, 7)
    with ProcessPoolExecutor(2) as executor, warnings.catch_warnings(record=True) as together:
        warnings.simplefilter("always", Remark)
        side_by_side = forecast(history, 7, executor=executor)
    pd.testing.assert_frame_equal(one_by_one, side_by_side, check_exact=True)
    assert [str(remark.message) for remark in alone] == [str(remark.message) for remark in together]
    assert len(alone) == 2


def test_counted_origins_are_weekly_and_end_with_the_history() -> None:
    tried = backtest(HISTORY_2024, 7, origins=3, models=["seasonal_naive"])
    firsts = tried.groupby("cutoff")["start"].min().dt.date.tolist()
    assert firsts == [date(2024, 4, 8), date(2024, 4, 15), date(2024, 4, 22)]
    assert tried["start"].max() == HISTORY_2024["start"].max()


def test_origins_may_be_counted_by_any_whole_number_and_days_given_as_text() -> None:
    tried = backtest(HISTORY_2024, np.int64(7), origins=np.int64(2), models=["seasonal_naive"])
    pd.testing.assert_frame_equal(tried, backtest(HISTORY_2024, 7, origins=2, models=["seasonal_naive"]))
    named = backtest(HISTORY_2024, 7, origins=["2024-04-15", "2024-04-22"], models=["seasonal_naive"])
    pd.testing.assert_frame_equal(tried, named)
    # A time of the first day is that day: none of its own hours are looked at.
    at_ten = forecast(HISTORY_2024, 2, start="2024-04-22 10:00", model="seasonal_naive")
    pd.testing.assert_frame_equal(
        at_ten, forecast(HISTORY_2024, 2, start=date(2024, 4, 22), model="seasonal_naive")
    )


def test_a_forecast_may_begin_after_a_gap() -> None:
    friday = HISTORY_2024[HISTORY_2024["start"] < "2024-04-27"]
    ahead = forecast(friday, 2, start=date(2024, 4, 29), model="mean_of_4")
    assert sorted(set(ahead["start"].dt.date)) == [date(2024, 4, 29), date(2024, 4, 30)]


def test_little_history_is_remarked_or_refused() -> None:
    ten_days = HISTORY_2024[HISTORY_2024["start"] < "2024-02-15"]
    with pytest.warns(Remark, match="sales: 10 days of history are too few"):
        ahead = forecast(ten_days, 7)
    assert len(ahead) == 7 * 24
    three_days = HISTORY_2024[HISTORY_2024["start"] < "2024-02-08"]
    with pytest.raises(Refused, match="queue sales: 3 days of history; give 7 days at least"):
        forecast(three_days, 7)


def test_all_zeros_stay_zero() -> None:
    ahead = forecast(HISTORY_2024.assign(offered=0.0), 7, model="mean_of_8")
    assert (ahead[["calls", "calls_lo", "calls_hi"]] == 0).all().all()
    assert check(ahead, FORECAST) is not None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"days": 0}, "days: found 0; give a whole number of at least 1"),
        ({"days": 7.5}, "days: found 7.5; give a whole number of at least 1"),
        ({"days": 7, "seed": -1, "model": "prophet"}, "seed: found -1; give a whole number from 0"),
        ({"days": 7, "seed": -1}, "seed: found -1; give a whole number from 0"),
        ({"days": 7, "start": "soon"}, "start: found 'soon'; give a day"),
        (
            {"days": 7, "calendar": {"country": "FR"}},
            r"calendar: found a dict; give Calendar\(...\)",
        ),
        ({"days": 7, "level": 80}, "level: found 80; a share between 0 and 1"),
        ({"days": 7, "model": "prophets"}, "model: unknown model 'prophets'; did you mean prophet"),
        ({"days": 7, "start": date(2024, 1, 1)}, "start 2024-01-01: the history begins on 2024-02-05"),
    ],
)
def test_refusals(arguments: dict, message: str) -> None:
    with pytest.raises(Refused, match=message):
        forecast(HISTORY_2024, **arguments)


def test_backtest_refusals() -> None:
    with pytest.raises(Refused, match="origin 2024-02-10: 5 days of history before it"):
        backtest(HISTORY_2024, 7, origins=[date(2024, 2, 10)])
    with pytest.raises(Refused, match="origins: found 0"):
        backtest(HISTORY_2024, 7, origins=0)
    with pytest.raises(Refused, match=r"origins: found 2.0; give a whole number"):
        backtest(HISTORY_2024, 7, origins=2.0)
    with pytest.raises(Refused, match="origins: found 'soon'; give a day"):
        backtest(HISTORY_2024, 7, origins=["soon"])
    with pytest.raises(Refused, match="seed: found -1"):
        backtest(HISTORY_2024, 7, origins=1, models=["prophet"], seed=-1)
    with pytest.raises(Refused, match="models: unknown model 'prophets'; did you mean prophet"):
        backtest(HISTORY_2024, 7, origins=1, models=["mean_of_4", "prophets"])
    with pytest.raises(Refused, match="models: found none; choose from seasonal_naive, mean_of_4"):
        backtest(HISTORY_2024, 7, origins=1, models=[])


def test_every_name_of_a_model_is_known_before_a_forecast() -> None:
    assert [known_model(name) for name in MODELS] == list(MODELS)
    with pytest.raises(Refused) as refused:
        known_model("atuo", "")
    assert str(refused.value) == "unknown model 'atuo'; did you mean auto?"


def test_a_part_above_its_whole_is_remarked_once() -> None:
    odd = HISTORY_2024.assign(handled=HISTORY_2024["offered"] + (HISTORY_2024.index < 2))
    said = r"sales: handled is above offered in 2 intervals \(first 2024-02-05 08:00:00\+01:00: \d+ of \d+\)"
    with pytest.warns(Remark, match=said):
        forecast(odd, 7, model="mean_of_4")
    with pytest.warns(Remark, match=said) as caught:
        backtest(odd, 7, origins=2, models=["mean_of_4", "mean_of_8"])
    assert len(caught) == 1
    # What comes from the start on is not looked at.
    later = HISTORY_2024.assign(handled=HISTORY_2024["offered"] + (HISTORY_2024["start"] >= "2024-04-22"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        forecast(later, 7, start=date(2024, 4, 22), model="mean_of_4")


def test_the_country_may_be_given_first() -> None:
    assert Calendar("FR") == Calendar(country="FR")
    assert Calendar("FR", subdivision="57").replace(country="FR").subdivision == "57"
    assert Calendar("FR").replace(country=None) == Calendar()
    with pytest.raises(Refused, match="country: unknown country 'XX'"):
        Calendar("XX")


@pytest.mark.parametrize(
    ("settings_", "message"),
    [
        ({"country": "XX"}, "unknown country 'XX'"),
        ({"country": "FR", "subdivision": "Parisien"}, "unknown subdivision 'Parisien' of FR"),
        ({"subdivision": "NY"}, "without a country"),
    ],
)
def test_unknown_countries_are_refused(settings_: dict, message: str) -> None:
    with pytest.raises(Refused, match=message):
        Calendar(**settings_)


def test_hours_without_history_and_holidays_to_come_are_remarked() -> None:
    hours = OpeningHours.parse({"mon-sun": "08:00-21:00"})
    calendar = Calendar(country="FR", hours=hours)
    with pytest.warns(Remark) as caught:
        forecast(HISTORY_2024, 7, model="mean_of_4", calendar=calendar)
    said = [str(remark.message) for remark in caught]
    assert any("14 intervals lie at times of the week without any history" in line for line in said)
    assert any("2024-05-01 is" in line and "forecast like any Wednesday" in line for line in said)


def test_a_history_without_any_count_is_refused() -> None:
    with pytest.raises(Refused, match="queue sales: no interval with a count"):
        forecast(HISTORY_2024.assign(offered=np.nan), 7)
