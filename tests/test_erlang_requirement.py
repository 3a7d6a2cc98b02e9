"""From a forecast to a requirement, on a forecast that fits a screen."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from callplan.errors import Refused
from callplan.tables import FORECAST, REQUIREMENT, check
from erlang import (
    Swing,
    Target,
    performance,
    rate_quantile,
    require,
    require_one,
    required_agents,
    rostered,
)

ZONE = "Europe/Paris"
GOAL = Target(service_level=0.8, within_s=20)


def forecast(**columns: object) -> pd.DataFrame:
    """Return two queues: sales at 9:00, 9:30 and 10:00, service at 9:00; `columns` replace its own."""
    start = pd.to_datetime([f"2024-05-06 {t}" for t in ("09:00", "09:30", "10:00", "09:00")])
    frame = pd.DataFrame(
        {
            "queue": ["sales", "sales", "sales", "service"],
            "start": start.tz_localize(ZONE),
            "model": "m",
            "cutoff": pd.Timestamp("2024-05-06", tz=ZONE),
            "minutes": 30,
            "calls": [100.0, 120.0, 0.0, 40.0],
            "calls_lo": [80.0, 100.0, 0.0, 30.0],
            "calls_hi": [115.0, 150.0, 2.0, np.nan],
            "level": 0.8,
            "aht_s": [180.0, 200.0, np.nan, 420.0],
        }
    )
    return frame.assign(**columns)


def test_the_requirement_is_a_table_of_its_kind() -> None:
    result = require(forecast(), GOAL, shrinkage=0.3)
    assert list(result) == REQUIREMENT.names()
    pd.testing.assert_frame_equal(result, check(result, REQUIREMENT))
    kept = ["queue", "start", "minutes", "calls", "aht_s"]
    pd.testing.assert_frame_equal(result[kept], check(forecast(), FORECAST)[kept])


def test_the_worked_example_is_its_first_row() -> None:
    first = require(forecast(), GOAL, shrinkage=0.3).iloc[0]
    assert (first["load"], first["agents"], first["rostered"], first["set_by"]) == (
        10,
        14,
        20,
        "service_level",
    )
    assert (
        f"{first['service_level']:.2%} {first['occupancy']:.2%} {first['asa_s']:.1f}" == "88.84% 71.43% 7.8"
    )


@pytest.mark.parametrize("patience_s", [None, 120.0])
@pytest.mark.parametrize("convention", ["offered", "abandon_ignored"])
def test_columns_are_what_the_formulas_say(patience_s: float | None, convention: str) -> None:
    target = Target(service_level=0.85, within_s=15, convention=convention)
    result = require(forecast(), target, shrinkage=0.25, patience_s=patience_s, lag=False)
    aht_s = result["aht_s"].fillna(1)
    load = result["calls"] * aht_s / 1800

    def at(volume: pd.Series) -> np.ndarray:
        return performance(
            result["agents"], volume * aht_s / 1800, aht_s, 15, patience_s=patience_s, convention=convention
        ).service_level

    measures = performance(result["agents"], load, aht_s, 15, patience_s=patience_s, convention=convention)
    np.testing.assert_allclose(result["load"], load)
    np.testing.assert_array_equal(result["sized_load"], result["load"])
    np.testing.assert_array_equal(
        result["agents"], required_agents(load, aht_s, target, patience_s=patience_s)
    )
    np.testing.assert_array_equal(result["rostered"], rostered(result["agents"], 0.25))
    for name in ("service_level", "asa_s", "occupancy", "abandoned"):
        np.testing.assert_allclose(result[name], getattr(measures, name), rtol=1e-12)
    # More calls, less service: the upper end of the band is the lower end of the service level.
    ours = check(forecast(), FORECAST)
    np.testing.assert_allclose(result["service_level_lo"], at(ours["calls_hi"]), rtol=1e-12)
    np.testing.assert_allclose(result["service_level_hi"], at(ours["calls_lo"]), rtol=1e-12)
    busy = result["calls"] > 0
    assert (result["service_level_lo"] < result["service_level"])[
        busy & result["service_level_lo"].notna()
    ].all()
    assert (result["service_level_hi"] > result["service_level"])[busy].all()
    assert result["service_level_lo"].isna().tolist() == [False, False, False, True]


@pytest.mark.parametrize("confidence", [None, 0.8])
def test_the_team_follows_the_load_with_the_delay_of_the_handle_time(confidence: float | None) -> None:
    """200 s of the half hour at 9:30 still carry the load of 9:00; service is a queue by itself."""
    ahead = forecast(calls_hi=[115.0, 150.0, 2.0, 52.0])
    result = require(ahead, GOAL, patience_s=120, confidence=confidence)
    calls = np.array([100.0, 120, 0, 40])
    volume = calls if confidence is None else rate_quantile(calls, ahead["calls_hi"], 0.8, confidence)
    own = volume * [180, 200, 1, 420] / 1800
    expected = [own[0], (200 * own[0] + 1600 * own[1]) / 1800, 0, own[3]]
    np.testing.assert_allclose(result["sized_load"], expected)
    aht_s = [180.0, 200, 1, 420]

    def level(agents: int) -> float:
        """200 of 1800 s are under the load of 9:00, the others under that of 9:30."""
        early, late = (performance(agents, load, 200, 20, patience_s=120).service_level for load in own[:2])
        return (200 * early + 1600 * late) / 1800

    team = result["agents"]
    assert level(team[1] - 1) < 0.8 <= level(team[1])
    if confidence is None:
        assert result["service_level"][1] == pytest.approx(level(team[1]))
    steady = [0, 3]
    np.testing.assert_array_equal(
        team[steady], required_agents(own[steady], np.array(aht_s)[steady], GOAL, patience_s=120)
    )
    np.testing.assert_allclose(result["load"], calls * aht_s / 1800)


def test_a_confidence_is_met_at_that_quantile_and_exceeds_the_goal_at_the_mean() -> None:
    bold, sure = (
        require(forecast(calls_hi=[130.0, 150.0, 2.0, 60.0]), GOAL, confidence=c) for c in (None, 0.9)
    )
    busy = sure["calls"] > 0
    assert (sure["agents"] > bold["agents"])[busy].all()
    assert (sure["service_level"] > bold["service_level"])[busy].all()
    rate = rate_quantile(sure["calls"], np.array([130.0, 150, 2, 60]), 0.8, 0.9)
    aht_s = sure["aht_s"].fillna(1).to_numpy()
    load = Swing.of(rate[:3] * aht_s[:3] / 1800, aht_s[:3], np.full(3, 30.0), 1800.0 * np.arange(3), lag=True)
    assert (load.service_level(sure["agents"][:3], aht_s[:3], GOAL) >= 0.8).all()


@pytest.mark.parametrize("confidence", [0.6, 0.8, 0.95])
def test_a_confidence_is_the_share_of_days_that_meet_the_goal(confidence: float) -> None:
    """Days are drawn whose rate is off by a gamma factor, the band being that of their counts."""
    lots, spread, mean = np.random.default_rng(3), 0.1, np.array([300.0, 400, 500, 450, 350])
    start = pd.date_range("2024-05-06 09:00", periods=5, freq="30min", tz=ZONE)
    deviation = np.sqrt(mean + (spread * mean) ** 2)
    ahead = pd.DataFrame({"queue": "sales", "start": start, "model": "m", "minutes": 30, "calls": mean})
    ahead["cutoff"], ahead["level"], ahead["aht_s"] = start[0], 0.8, 240.0
    ahead["calls_lo"], ahead["calls_hi"] = mean - norm.ppf(0.9) * deviation, mean + norm.ppf(0.9) * deviation
    team = require(ahead, GOAL, patience_s=120, confidence=confidence)["agents"].to_numpy()
    days = lots.gamma(spread**-2, spread**2, 2000)[:, None] * mean
    aht_s, minutes, start_s = np.full(5, 240.0), np.full(5, 30.0), 1800.0 * np.arange(5)
    loads = [Swing.of(day * 240 / 1800, aht_s, minutes, start_s, lag=True) for day in days]
    level = np.array([load.service_level(team, aht_s, GOAL, patience_s=120) for load in loads])
    met = (level >= 0.8).mean(axis=0)
    # A whole agent more than the goal asks for meets it on a few days more.
    assert ((met > confidence - 0.03) & (met < confidence + 0.06)).all(), met
    assert ((level * days).sum(axis=1) / days.sum(axis=1) >= 0.8).mean() > confidence - 0.03


def test_a_confidence_needs_a_band() -> None:
    with pytest.raises(Refused, match=r"^forecast, queue service, start 2024-05-06 09:00:00\+02:00: no band"):
        require(forecast(), GOAL, confidence=0.8)


def test_lines_count_blocked_calls_as_not_answered() -> None:
    free, tight = (require(forecast(), GOAL, lines=lines) for lines in (None, 18))
    busy = free["calls"] > 0
    assert (tight["service_level"] >= 0.8)[busy].all()
    assert (tight["asa_s"] < free["asa_s"])[busy & (tight["agents"] >= free["agents"])].all()
    measures = performance(tight["agents"], tight["sized_load"], tight["aht_s"].fillna(1), 20, lines=18)
    np.testing.assert_allclose(tight["blocked"], measures.blocked)
    assert (tight["blocked"] > 0)[busy].all()


def test_the_goal_is_said_with_its_convention() -> None:
    target = Target(service_level=0.8, within_s=20, convention="abandon_ignored")
    assert set(require(forecast(), target, patience_s=60)["goal"]) == {"80/20 abandon_ignored"}


def test_a_goal_in_words_is_refused() -> None:
    with pytest.raises(Refused, match=r"^target: found '80/20'; give a Target"):
        require(forecast(), "80/20")


def test_without_a_band_its_columns_are_empty() -> None:
    bare = require(forecast(calls_lo=np.nan, calls_hi=np.nan, level=np.nan), GOAL)
    assert bare[["service_level_lo", "service_level_hi"]].isna().all(axis=None)
    full = require(forecast(), GOAL)
    pd.testing.assert_series_equal(bare["agents"], full["agents"])


@pytest.mark.parametrize("aht_s", [np.nan, 0.0, 240.0])
def test_without_calls_nobody_is_needed(aht_s: float) -> None:
    """And no handling time: an interval without calls has none to measure."""
    row = require(forecast(aht_s=[180.0, 200.0, aht_s, 420.0]), GOAL, shrinkage=0.3).iloc[2]
    assert (row["load"], row["agents"], row["rostered"], row["set_by"]) == (0, 0, 0, "no calls")
    assert (row["service_level"], row["asa_s"], row["occupancy"], row["abandoned"]) == (1, 0, 0, 0)
    # Two calls at the upper end would find nobody.
    assert (row["service_level_lo"], row["service_level_hi"]) == (0, 1)


def test_the_goal_that_sets_each_interval_is_named() -> None:
    target = Target(service_level=0.8, within_s=20, occupancy=0.76, abandoned=0.5)
    result = require(forecast(calls=[100.0, 120.0, 0.0, 0.001]), target, patience_s=600)
    assert result["set_by"].tolist() == ["service_level", "occupancy", "no calls", "load"]


def test_one_interval_by_itself() -> None:
    target = Target(service_level=0.8, within_s=20, asa_s=15)
    whole = require(forecast(), target, shrinkage=0.3, patience_s=300, lag=False).iloc[1]
    alone = require_one(120, 30, 200, target, shrinkage=0.3, patience_s=300)
    shared = set(alone) & set(whole.index)
    # None in a table is empty.
    assert alone["lines"] is None
    assert np.isnan(whole["lines"])
    shared.remove("lines")
    assert {name: alone[name] for name in shared} == pytest.approx({name: whole[name] for name in shared})
    assert shared >= {
        "load",
        "agents",
        "rostered",
        "service_level",
        "asa_s",
        "occupancy",
        "abandoned",
        "set_by",
    }


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        (
            {"aht_s": [180.0, 200.0, 200.0, np.nan]},
            "forecast, queue service, column aht_s: no handling time; give",
        ),
        ({"aht_s": [180.0, 0.0, 200.0, 420.0]}, "forecast, queue sales, column aht_s: found 0; give"),
        (
            {"calls": [100.0, -1.0, 0.0, 40.0]},
            "forecast, row 1, column calls: found -1; it must be at least 0",
        ),
    ],
)
def test_what_cannot_be_staffed_is_refused(columns: dict[str, object], says: str) -> None:
    with pytest.raises(Refused, match=f"^{says}"):
        require(forecast(**columns), GOAL)


def test_several_models_are_refused() -> None:
    """One interval cannot be staffed for two forecasts of it."""
    models = pd.concat([forecast(), forecast(model="other")])
    with pytest.raises(Refused, match=r"^forecast: several versions \(m, other; 1 cutoffs\); keep one model"):
        require(models.reset_index(drop=True), GOAL)
    later = pd.concat([forecast(), forecast(cutoff=pd.Timestamp("2024-05-05", tz=ZONE))])
    with pytest.raises(Refused, match=r"^forecast: several versions \(m; 2 cutoffs\); keep one model"):
        require(later.reset_index(drop=True), GOAL)


def test_goals_and_settings_that_cannot_be_met_are_refused() -> None:
    with pytest.raises(Refused, match=r"^target, abandoned: no patience is known"):
        require(forecast(), Target(abandoned=0.03))
    with pytest.raises(Refused, match=r"^shrinkage: found 1; "):
        require(forecast(), GOAL, shrinkage=1.0)
    with pytest.raises(Refused, match=r"^patience_s: found 0; "):
        require(forecast(), GOAL, patience_s=0)


@pytest.mark.parametrize("convention", ["offered", "abandon_positive", "virtual"])
@pytest.mark.parametrize("patience_s", [5.0, 60.0, 1e9])
def test_overloaded_on_purpose_it_is_still_a_table(convention: str, patience_s: float) -> None:
    """Teams below the load, shares at their very ends: rounding must not push one past them."""
    target = Target(service_level=0.05, within_s=20, convention=convention)
    result = require(forecast(calls=[9000.0, 700.0, 0.0, 3.0]), target, patience_s=patience_s)
    assert result["occupancy"].between(0, 1).all()
    assert np.isfinite(result["asa_s"]).all()
