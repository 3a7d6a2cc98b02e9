"""What each further agent buys, and the teams of several goals side by side."""

import math

import numpy as np
import pytest

from callplan.errors import Refused
from erlang import Target, performance, required_agents
from erlang.ladder import ladder, marginal

MEASURES = ("service_level", "asa_s", "abandoned", "occupancy")
QUEUES = [{}, {"patience_s": 60}, {"lines": 16}, {"patience_s": 60, "lines": 16}]


@pytest.mark.parametrize("queue", QUEUES)
def test_a_row_for_every_team_holds_what_performance_says(queue: dict) -> None:
    rows = marginal(10, 180, 20, agents=9, steps=12, **queue)
    assert [row["agents"] for row in rows] == list(range(9, 21))
    for row in rows:
        here, fewer = (performance(row["agents"] - less, 10, 180, 20, **queue) for less in (0, 1))
        for name in MEASURES:
            assert row[name] == getattr(here, name)
            if math.isfinite(getattr(fewer, name)):
                gain = getattr(here, name) - getattr(fewer, name)
                assert row[f"{name}_gain"] == (gain if name == "service_level" else -gain)


@pytest.mark.parametrize("queue", QUEUES)
def test_no_further_agent_makes_it_worse_and_gains_add_up(queue: dict) -> None:
    rows = marginal(10, 180, 20, agents=11, steps=10, **queue)
    for name in MEASURES:
        gains = [row[f"{name}_gain"] for row in rows]
        assert min(gains) >= -1e-12
        rise = rows[-1][name] - rows[0][name]
        assert sum(gains[1:]) == pytest.approx(rise if name == "service_level" else -rise, abs=1e-12)
    assert sum(row["service_level_gain"] for row in rows) > 0


def test_the_first_team_is_the_smallest_above_the_load() -> None:
    assert marginal(10, 180, 20)[0]["agents"] == 11
    assert marginal(10.5, 180, 20, patience_s=60)[0]["agents"] == 11
    assert marginal(0.2, 180, 20, steps=2)[1]["agents"] == 2
    assert len(marginal(10, 180, 20)) == 8
    # Out of an overrun queue every wait is a gain without end; within one nothing is gained.
    overrun, first = marginal(10, 180, 20, agents=10, steps=2)
    assert (overrun["asa_s"], overrun["asa_s_gain"], overrun["service_level_gain"]) == (math.inf, 0.0, 0.0)
    assert first["asa_s_gain"] == math.inf
    assert first["service_level_gain"] == first["service_level"] > 0


@pytest.mark.parametrize("queue", [{}, {"patience_s": 60}, {"lines": 40}])
@pytest.mark.parametrize("convention", ["offered", "answered"])
def test_a_ladder_holds_the_smallest_team_of_each_goal(queue: dict, convention: str) -> None:
    rows = ladder(20, 240, convention=convention, **queue)
    assert [row["goal"] for row in rows] == ["80/20", "90/20", "95/15", "98/15"]
    agents = [row["agents"] for row in rows]
    assert agents == sorted(agents)
    assert [row["more"] for row in rows] == [team - agents[0] for team in agents]
    for row in rows:
        target = Target.parse(row["goal"], convention)
        assert row["agents"] == required_agents(20, 240, target, **queue)
        result = performance(row["agents"], 20, 240, target.within_s, convention=convention, **queue)
        assert [row[name] for name in MEASURES] == [getattr(result, name) for name in MEASURES]
        assert row["service_level"] >= target.service_level


def test_a_ladder_of_other_goals_may_go_down() -> None:
    rows = ladder(20, 240, goals=["90/10", "70/60"])
    assert rows[1]["more"] < 0
    assert all(type(row["agents"]) is int and type(row["asa_s"]) is float for row in rows)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"steps": 0}, "steps: found 0; give a whole number, 1 or more"),
        ({"steps": 2.5}, "steps: found 2.5; "),
        ({"agents": 0}, "agents: found 0; give a whole number"),
        ({"agents": True}, "agents: found True; "),
        ({"load": [10, 20]}, r"load: found \[10, 20\]; give one number"),
        ({"load": np.nan}, "load: found nan; give one number"),
        ({"load": "ten"}, "load: found 'ten'; give a number"),
        ({"load": -1}, "load: found -1; it must be 0 or more"),
        ({"patience_s": 0}, "patience_s: found 0; it must be above 0"),
        ({"convention": "sla"}, "convention: found 'sla'; "),
    ],
)
def test_what_makes_no_table_is_refused(arguments: dict, says: str) -> None:
    with pytest.raises(Refused, match=f"^{says}"):
        marginal(**{"load": 10, "aht_s": 180, "within_s": 20, **arguments})


def test_what_makes_no_ladder_is_refused() -> None:
    for goals in ("80/20", [], (), None):
        with pytest.raises(Refused, match=r"^goals: found .*; give a list of service levels"):
            ladder(10, 180, goals=goals)
    with pytest.raises(Refused, match=r"^service level: found '98%'"):
        ladder(10, 180, goals=["80/20", "98%"])
    with pytest.raises(Refused, match="lines reach"):
        ladder(10, 180, lines=8)


def test_a_rung_out_of_reach_is_shown_empty() -> None:
    rungs = ladder(10, 180, lines=15)
    assert [rung["agents"] is None for rung in rungs] == [False, False, False, True]
    assert rungs[-1]["goal"] == "98/15"
    with pytest.raises(Refused, match="more lines"):
        ladder(10, 180, goals=["98/15"], lines=15)
