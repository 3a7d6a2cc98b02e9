"""The worked examples that the definitions of this trade stand on."""

import numpy as np
import pytest
from scipy.optimize import brentq

from callplan.errors import Refused
from erlang import (
    CONVENTIONS,
    Target,
    abandonment,
    asa_s,
    erlang_c,
    occupancy,
    offered_load,
    performance,
    require_one,
    required_agents,
    rostered,
    service_level,
    smallest_team,
)

GOAL = Target(service_level=0.8, within_s=20)


def test_a_hundred_calls_in_half_an_hour() -> None:
    load = offered_load(calls=100, aht_s=180, minutes=30)
    agents = required_agents(load, 180, GOAL)
    result = performance(agents, load, 180, 20)
    assert (load, agents, rostered(agents, 0.3)) == (10, 14, 20)
    assert f"{result.service_level:.2%} {result.occupancy:.2%} {result.p_wait:.2%}" == "88.84% 71.43% 17.41%"
    assert f"{result.asa_s:.1f}" == "7.8"


def test_the_same_in_one_call() -> None:
    answer = require_one(100, 30, 180, GOAL, shrinkage=0.3)
    assert (answer["load"], answer["agents"], answer["rostered"], answer["set_by"]) == (
        10,
        14,
        20,
        "service_level",
    )
    assert f"{answer['service_level']:.2%} {answer['occupancy']:.2%} {answer['p_wait']:.2%}" == (
        "88.84% 71.43% 17.41%"
    )
    assert (f"{answer['asa_s']:.1f}", answer["abandoned"]) == ("7.8", 0)


@pytest.mark.parametrize(
    ("agents", "p_wait", "level", "asa"),
    [
        (34, "86.86", "20.1", "156.3"),
        (35, "69.65", "43.4", "50.1"),
        (36, "55.19", "60.5", "24.8"),
        (37, "43.18", "72.7", "14.1"),
    ],
)
def test_a_thousand_calls_an_hour(agents: int, p_wait: str, level: str, asa: str) -> None:
    load = offered_load(1000, 120, 60)
    assert f"{100 * erlang_c(agents, load):.2f}" == p_wait
    assert f"{100 * service_level(agents, load, 120, 15):.1f}" == level
    assert f"{asa_s(agents, load, 120):.1f}" == asa


def test_one_agent_less_misses_the_goal() -> None:
    assert f"{service_level(13, 10, 180, 20):.2%}" == "79.56%"
    assert required_agents(10, 180, GOAL) == 14


@pytest.mark.parametrize(
    ("convention", "heads"),
    [
        ("offered", 177),
        ("abandon_positive", 161),
        ("abandon_ignored", 165),
        # Not in the definitions, but between those: answered within 20 s counts in all of them.
        ("answered", 163),
        ("short_positive", 171),
        ("net_offered", 173),
        ("virtual", 168),
    ],
)
def test_the_convention_decides_heads(convention: str, heads: int) -> None:
    target = Target(service_level=0.8, within_s=20, convention=convention)
    assert required_agents(200, 300, target, patience_s=60) == heads


def test_conventions_from_counts() -> None:
    """Each convention is a fraction of the same four counts, which three of them reveal."""
    levels = {name: service_level(177, 200, 300, 20, patience_s=60, convention=name) for name in CONVENTIONS}
    abandoned = abandonment(177, 200, 300, patience_s=60)
    within = levels["offered"]
    gone = levels["abandon_positive"] - within
    short = levels["short_positive"] - within
    assert 0 < short < gone < abandoned
    assert levels["answered"] == pytest.approx(within / (1 - abandoned))
    assert levels["abandon_ignored"] == pytest.approx(within / (1 - gone))
    assert levels["net_offered"] == pytest.approx(within / (1 - short))
    # A caller who never hangs up and those who do see the same queue; only the latter may leave it.
    assert within < levels["virtual"] < within + gone


def test_ceil_comes_last_and_exactly() -> None:
    assert rostered(21, 0.3) == 30
    assert required_agents(35.7, 300, Target(occupancy=0.85)) == 42
    assert required_agents(35.7, 300, Target(occupancy=0.85), patience_s=np.inf) == 42
    # Shares that no decimal writes: a third and three sevenths.
    assert (rostered(7, 2 / 3), rostered(3, 4 / 7)) == (21, 7)
    # Parts of shrinkage compound.
    assert f"{1 - (1 - 0.103) * (1 - 0.14):.2%}" == "22.86%"
    assert rostered(100, 1 - (1 - 0.103) * (1 - 0.14)) == 130


@pytest.mark.parametrize(
    ("load", "agents", "before", "after"),
    [(10, 14, "89", "84"), (100, 107, "82", "37"), (200, 208, "81", "0")],
)
def test_five_percent_more_calls_cost_large_pools_more(
    load: float, agents: int, before: str, after: str
) -> None:
    assert required_agents(load, 180, GOAL) == agents
    level = 100 * service_level(agents, [load, 1.05 * load], 180, 20)
    assert [f"{value:.0f}" for value in level] == [before, after]


@pytest.mark.parametrize(("agents", "after"), [(50, ".709"), (200, ".618")])
def test_five_percent_more_calls_with_patience(agents: int, after: str) -> None:
    """The load at which 80% are just answered in time, and 5% more."""
    exact = brentq(lambda load: service_level(agents, load, 300, 20, patience_s=180) - 0.8, 1, 300)
    assert f"{service_level(agents, 1.05 * exact, 300, 20, patience_s=180):.3f}"[1:] == after


def test_a_day_hour_by_hour() -> None:
    """2,000 calls a day: the peak and the weekly hours, open twelve hours and round the clock."""
    profile = "0.5 0.4 0.3 0.3 0.4 0.6 1.2 2.8 6 9 10 8.6 6.4 6.8 8.2 8.4 7.6 6.2 4.8 4 3.2 2.2 1.3 0.8"
    percent = np.array(profile.split(), dtype=float)
    agents = required_agents(offered_load(2000 * percent / 100, 240, 60), 240, GOAL)
    weekly = 7 * agents / (1 - 0.3) / 40
    assert agents.max() == agents[8:20].max() == 17
    assert (f"{weekly[8:20].sum():.1f}", f"{weekly.sum():.1f}") == ("39.5", "50.0")


def test_the_goal_that_sets_the_number_is_named() -> None:
    load = [0, 0.2, 10, 100]
    goals = Target(service_level=0.8, within_s=20, occupancy=0.85)
    agents, set_by = smallest_team(load, 180, goals)
    assert agents.tolist() == [0, 1, 14, 118]
    # At 0.2 erlangs one agent answers 82% in time: nothing asks for more than being there.
    assert set_by.tolist() == ["no calls", "load", "service_level", "occupancy"]


def test_occupancy_counts_the_load_that_is_carried() -> None:
    assert occupancy(14, 10) == pytest.approx(10 / 14)
    # The single measures take the arguments of `performance`.
    assert asa_s(14, 10, 180, 20) == asa_s(14, 10, 180)
    assert abandonment(14, 10, 180, 20, patience_s=60) == abandonment(14, 10, 180, patience_s=60)
    assert f"{occupancy(50, 48, 60, patience_s=120):.2%}" == "93.03%"
    carried = 48 * (1 - abandonment(50, 48, 60, patience_s=120))
    assert occupancy(50, 48, 60, patience_s=120) == pytest.approx(carried / 50)


def test_abandonment_needs_a_patience() -> None:
    with pytest.raises(Refused, match="no patience is known; give patience_s"):
        required_agents(10, 180, Target(abandoned=0.03))
