"""The error of the workload: by hand, by a retelling in loops, and the identities that it must keep."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused, Remark
from callplan.tables import WORKLOAD, check
from forecasting.accuracy.levels import LEVELS
from forecasting.accuracy.workload import workload_errors

ZONE = "Europe/Paris"
PARTS = ["wape", "volume_part", "aht_part", "bias", "volume_bias", "aht_bias", "aht_wape"]


def pair(
    said: list[tuple[float, float]], came: list[tuple[float, float]], *, cutoff: str = "2024-05-06"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a history and a forecast of consecutive hours from Monday 6 May 2024, each (calls, aht_s)."""
    start = pd.date_range("2024-05-06 00:00", periods=len(said), freq="h", tz=ZONE)
    calls, aht_s = np.array(said, dtype=float).T
    offered, came_aht_s = np.array(came, dtype=float).T
    keys = {"queue": "sales", "start": start, "minutes": 60}
    history = pd.DataFrame({**keys, "offered": offered, "aht_s": came_aht_s})
    band = {"calls_lo": 0.0, "calls_hi": 9999.0, "level": 0.8, "model": "m"}
    return history, pd.DataFrame(
        {**keys, **band, "cutoff": pd.Timestamp(cutoff, tz=ZONE), "calls": calls, "aht_s": aht_s}
    )


def only(history: pd.DataFrame, forecast: pd.DataFrame, by: str = "interval") -> pd.Series:
    table = workload_errors(history, forecast, by=by)
    assert len(table) == 1
    assert check(table, WORKLOAD).equals(table)
    return table.iloc[0]


def test_by_hand() -> None:
    row = only(*pair([(110, 190), (50, 240)], [(100, 200), (60, 220)]))
    # Errors of 900 and -1,200 s of 33,200 s; the midpoints are 1,950 - 1,050 and -2,300 + 1,100.
    assert row["workload_h"] == pytest.approx(33_200 / 3600)
    assert row[PARTS].to_numpy(float) * 33_200 == pytest.approx(
        [2100, 1950 + 2300, -1050 - 1100, -300, 1950 - 2300, -1050 + 1100, 33_200 * 2200 / 33_200]
    )
    assert (row["n"], row["lead_days"], row["model"], row["by"]) == (2, 7, "m", "interval")


def test_a_day_has_one_handling_time() -> None:
    # 100 calls of 100 s and 300 of 200 s are 175 s a call, not 150; 300 and 100 were said, so 125 s.
    history, forecast = pair([(300, 100), (100, 200)], [(100, 100), (300, 200)])
    day = only(history, forecast, "day")
    assert day["volume_bias"] == pytest.approx(0)
    assert day["aht_bias"] * 70_000 == pytest.approx((125 - 175) * 400)
    # The handling times themselves were right.
    assert day["aht_wape"] == 0
    interval = only(history, forecast)
    assert interval[["aht_bias", "aht_part"]].tolist() == [0, 0]
    assert interval["volume_bias"] == pytest.approx(day["bias"])


@pytest.mark.parametrize("by", LEVELS)
def test_only_one_of_the_two_was_off(by: str) -> None:
    history, forecast = pair([(110, 200)] * 40, [(100, 200)] * 40)
    assert only(history, forecast, by)[PARTS].tolist() == pytest.approx([0.1, 0.1, 0, 0.1, 0.1, 0, 0])
    history, forecast = pair([(100, 180)] * 40, [(100, 200)] * 40)
    assert only(history, forecast, by)[PARTS].tolist() == pytest.approx([0.1, 0, 0.1, -0.1, 0, -0.1, 0.1])


def retold(history: pd.DataFrame, forecast: pd.DataFrame, by: str) -> list[float]:
    """Return the seven shares by loops over periods."""
    clock = forecast["start"].dt.tz_localize(None)
    period = (
        clock if by == "interval" else clock.dt.strftime({"day": "%F", "week": "%G-%V", "month": "%Y-%m"}[by])
    )
    totals = dict.fromkeys(PARTS, 0.0)
    work = 0.0
    for name in period.unique():
        rows = (period == name).to_numpy()
        f, a = forecast["calls"].to_numpy()[rows], forecast["aht_s"].to_numpy()[rows]
        came, came_s = history["offered"].to_numpy()[rows], history["aht_s"].to_numpy()[rows]
        error = f @ a - came @ came_s
        volume = (f.sum() - came.sum()) * (f @ a / f.sum() + came @ came_s / came.sum()) / 2
        sign = np.sign(error)
        work += came @ came_s
        new = [abs(error), sign * volume, sign * (error - volume), error, volume, error - volume]
        new.append(abs(came @ (a - came_s)))
        for part, value in zip(PARTS, new, strict=True):
            totals[part] += value
    return [value / work for value in totals.values()]


@given(data=st.data(), by=st.sampled_from(["interval", "day", "week", "month"]))
def test_against_a_retelling_and_its_identities(data: st.DataObject, by: str) -> None:
    cells = st.tuples(st.floats(1, 1000), st.floats(10, 1000))
    n = data.draw(st.integers(1, 60))
    rows = st.lists(cells, min_size=n, max_size=n)
    history, forecast = pair(data.draw(rows), data.draw(rows))
    if by == "week":
        forecast["cutoff"] -= pd.Timedelta(days=1)
    row = only(history, forecast, by)
    assert row[PARTS].tolist() == pytest.approx(retold(history, forecast, by), rel=1e-9, abs=1e-9)
    assert row["wape"] == pytest.approx(row["volume_part"] + row["aht_part"], abs=1e-12)
    assert row["bias"] == pytest.approx(row["volume_bias"] + row["aht_bias"], abs=1e-12)
    # One workload, one bias: by day they are what they are by interval.
    other = only(history, forecast, "day")
    assert row[["workload_h", "bias"]].tolist() == pytest.approx(
        other[["workload_h", "bias"]].tolist(), abs=1e-9
    )


def test_the_own_error_of_the_handling_time_is_weighted_by_handled_calls() -> None:
    history, forecast = pair([(100, 210), (100, 300)], [(100, 200), (100, 200)])
    history["handled"] = [90.0, 10.0]
    assert only(history, forecast)["aht_wape"] == pytest.approx((90 * 10 + 10 * 100) / (100 * 200))
    # Parts of the workload are of all calls offered.
    assert only(history, forecast)["aht_bias"] == pytest.approx((100 * 10 + 100 * 100) / (200 * 200))


def test_intervals_without_a_call() -> None:
    history, forecast = pair([(10, 200), (0, 200), (20, 100)], [(0, np.nan), (0, np.nan), (20, 100)])
    row = only(history, forecast)
    assert row["n"] == 3
    assert row[PARTS].tolist() == pytest.approx([1, 1, 0, 1, 1, 0, 0])
    nothing = only(*pair([(10, 200)], [(0, np.nan)]))
    assert nothing[PARTS].isna().all()
    assert nothing["workload_h"] == 0
    # Nothing was said, 20 calls came: the calls were off, not their handling time.
    unsaid = only(*pair([(0, 300)], [(20, 100)]))
    assert unsaid[PARTS].tolist() == pytest.approx([1, 1, 0, -1, -1, 0, 2])


def test_what_cannot_be_compared_is_remarked() -> None:
    history, forecast = pair(
        [(10, 200), (10, 200), (10, np.nan), (10, 200)],
        [(np.nan, 200), (10, np.nan), (10, 200), (10, 100)],
    )
    with pytest.warns(Remark, match="3 of 4 forecast intervals have no count or no handling time") as caught:
        row = only(history, forecast)
    assert caught[0].filename == __file__
    assert (row["n"], row["bias"]) == (1, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        only(history.iloc[3:], forecast.iloc[3:])
    with pytest.raises(Refused, match="no interval with calls and handling times in both"):
        workload_errors(history.drop(columns="aht_s"), forecast)
    with pytest.raises(Refused, match="by: unknown level 'days'; did you mean day"):
        workload_errors(history, forecast, by="days")


def test_queues_models_and_leads_stand_apart() -> None:
    history, forecast = pair([(100 + hour % 7, 200) for hour in range(24 * 14)], [(100, 200)] * 24 * 14)
    other = history.assign(queue="billing", aht_s=400.0)
    both = pd.concat([history, other])
    said = pd.concat([forecast, forecast.assign(model="n", calls=100.0), forecast.assign(queue="billing")])
    table = workload_errors(both, said, by="day")
    assert table[["queue", "model", "lead_days"]].values.tolist() == [
        ["billing", "m", 7], ["billing", "m", 14], ["sales", "m", 7], ["sales", "m", 14], ["sales", "n", 7],
        ["sales", "n", 14],
    ]  # fmt: skip
    assert table["n"].tolist() == [7] * 6
    assert (table["wape"] > 0).tolist() == [True] * 4 + [False] * 2
    assert table.loc[table["queue"] == "billing", "aht_bias"].max() < 0


def test_of_several_cutoffs_as_far_back_the_latest_speaks() -> None:
    history, early = pair([(90, 200)], [(100, 200)], cutoff="2024-05-05 12:00")
    late = early.assign(calls=105.0, cutoff=pd.Timestamp("2024-05-05 18:00", tz=ZONE))
    row = only(history, pd.concat([early, late]))
    assert (row["n"], row["bias"]) == (1, pytest.approx(0.05))
    # By week Monday's forecast for Monday and Sunday's are of one lead: the later speaks.
    assert only(history, pd.concat([late, early]), "week")["bias"] == pytest.approx(0.05)
