"""Teams of one and of several skills, against every cheaper plan there is, and against the formulas."""

from itertools import product

import pytest

from callplan.errors import Infeasible, Refused
from erlang import Target, required_agents
from erlang.simulation.callers import CallType, Lognormal, Team
from erlang.simulation.crosstraining import TeamSizes, size_teams
from erlang.simulation.simulate import simulate

A, B = CallType("a", 20, 300, 120), CallType("b", 30, 240, 200)
SKILLS = {"a": ["a"], "b": ["b"], "both": ["a", "b"]}
GOAL = Target(service_level=0.8, within_s=20)
SHORT = {"hours": 10, "seed": 3}


def plan(call_types: list[CallType], skills: dict[str, list[str]], agents: dict[str, int]) -> list[float]:
    """Return the service levels of a plan, simulated as `size_teams` says that it does."""
    long = [CallType(c.name, 10 * c.calls[0], c.aht_s, c.patience_s) for c in call_types]
    teams = [Team(name, skills[name], n) for name, n in agents.items()]
    result = simulate(long, teams, minutes=600, warm_up_min=120, replications=20, seed=3)
    return result.queues["service_level"].tolist()


@pytest.mark.parametrize("price", [1.0, 1.3])
def test_no_cheaper_plan_meets_the_goals(price: float) -> None:
    found = size_teams([A, B], SKILLS, GOAL, cost={"both": price}, **SHORT)
    assert found.cost == pytest.approx(found.agents["a"] + found.agents["b"] + price * found.agents["both"])
    assert plan([A, B], SKILLS, found.agents) == found.queues["service_level"].tolist()
    assert min(found.queues["service_level"]) >= 0.8
    cheaper = [
        (a, b, both)
        for a, b, both in product(range(5), range(5), range(8))
        if found.cost - 1.3 <= a + b + price * both < found.cost - 1e-9
    ]
    assert len(cheaper) > 10
    for agents in cheaper:
        assert min(plan([A, B], SKILLS, dict(zip(SKILLS, agents, strict=True)))) < 0.8, agents


def test_a_second_skill_saves_agents_until_it_costs_too_much() -> None:
    cheap, dear = (size_teams([A, B], SKILLS, GOAL, cost={"both": price}, **SHORT) for price in (1.01, 2.0))
    assert dear.agents == {**dear.separate, "both": 0}
    assert dear.cost == dear.separate_cost == sum(dear.separate.values())
    assert cheap.cost < cheap.separate_cost
    assert cheap.separate == dear.separate


def test_teams_of_one_skill_are_those_of_the_formula() -> None:
    """A service level of 0.7 is far from what whole agents give, so that chance decides nothing."""
    target = {"a": Target(service_level=0.7, within_s=20), "b": Target(asa_s=25)}
    found = size_teams([A, B], {"a": ["a"], "b": ["b"]}, target, **SHORT)
    exact = {
        "a": required_agents(20 / 12, 300, target["a"], patience_s=120),
        "b": required_agents(2, 240, target["b"], patience_s=200),
    }
    assert found.agents == found.separate == exact


def test_one_team_for_all_is_one_queue() -> None:
    same = CallType("c", 30, 300, 120)
    found = size_teams([A, same], {"all": ["a", "c"]}, GOAL, **SHORT)
    assert found.agents == {"all": required_agents(50 / 12, 300, GOAL, patience_s=120)}
    assert found.cost < found.separate_cost


def test_the_same_seed_finds_the_same_teams() -> None:
    one, other = (size_teams([A, B], SKILLS, GOAL, **SHORT) for _ in range(2))
    assert (one.agents, one.simulated) == (other.agents, other.simulated)
    assert one.queues.equals(other.queues)


def test_long_calls_of_unlike_length_need_more_than_the_formula_for_short_ones() -> None:
    """Where handling times vary more than exponential ones, patient callers wait longer."""
    even = CallType("q", 40, 300)
    spread = CallType("q", 40, Lognormal(300, 2.5))
    target, skills = Target(asa_s=20), {"q": ["q"]}
    assert (
        size_teams([spread], skills, target, hours=40).agents["q"]
        > (size_teams([even], skills, target, hours=40).agents["q"])
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"call_types": []}, "call_types: none; "),
        ({"target": {"a": GOAL}}, "target: nothing for queue b; "),
        ({"target": Target(occupancy=0.8)}, "target, occupancy: "),
        ({"target": Target(asa_s=[20, 30])}, "target: several goals for one queue; "),
        (
            {"target": {"a": GOAL, "b": Target(service_level=0.8, within_s=20, convention="answered")}},
            "target, convention: found answered and offered; ",
        ),
        ({"cost": {"c": 2}}, "cost: found 'c', which is no team; "),
        ({"cost": {"both": 0}}, "cost: found 0; "),
        ({"cost": {"both": -1}}, "cost, both: found -1; "),
        ({"skills": {"a": ["a"]}}, "skills: no team for queue b; "),
        ({"call_types": [A, CallType("b", [1, 2], 60)]}, "queue b, calls: several intervals; "),
        ({"hours": 0}, "hours: found 0; "),
        ({"minutes": 0}, "minutes: found 0; "),
    ],
)
def test_a_sizing_refuses_by_name(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(Refused) as refused:
        size_teams(**{"call_types": [A, B], "skills": SKILLS, "target": GOAL, **SHORT, **arguments})
    assert str(refused.value).startswith(message)


def test_what_no_agents_can_mend_is_said() -> None:
    """Two lines for four calls at a time: agents that nobody waits for do not help."""
    with pytest.raises(Infeasible, match="queue a: nobody waits, and a goal is missed"):
        size_teams([CallType("a", 48, 300, 120, lines=2)], {"a": ["a"]}, GOAL, **SHORT)
    assert isinstance(size_teams([A], {"a": ["a"]}, GOAL, **SHORT), TeamSizes)
