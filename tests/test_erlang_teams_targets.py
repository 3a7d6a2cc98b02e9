"""What a target may be: goals of numbers or arrays, and what is refused."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callplan.errors import Refused
from erlang import Target, required_agents, smallest_team

GOAL = Target(service_level=0.8, within_s=20)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    rows=st.lists(
        st.tuples(
            st.floats(0, 80), st.floats(30, 900), st.floats(0.3, 0.97), st.floats(0, 90), st.floats(5, 900)
        ),
        min_size=1,
        max_size=7,
    ),
    patient=st.booleans(),
    convention=st.sampled_from(["offered", "answered", "abandon_ignored"]),
)
def test_a_goal_for_each_load_equals_the_loop(rows: list[tuple], patient: bool, convention: str) -> None:
    load, aht_s, share, within_s, patience_s = np.array(rows).T
    patience = None if patient else patience_s
    together, set_by = smallest_team(
        load,
        aht_s,
        Target(service_level=share, within_s=within_s, occupancy=share, convention=convention),
        patience_s=patience,
    )
    for i in range(len(rows)):
        alone = Target(share[i], within_s[i], occupancy=share[i], convention=convention)
        assert (together[i], set_by[i]) == smallest_team(
            load[i], aht_s[i], alone, patience_s=None if patient else patience_s[i]
        )


def test_goals_broadcast_with_the_loads() -> None:
    loads, shares = np.array([10.0, 20.0, 30.0]), np.array([[0.5], [0.8], [0.9], [0.98]])
    agents = required_agents(loads, 180, Target(service_level=shares, within_s=20))
    assert agents.shape == (4, 3)
    assert (np.diff(agents, axis=0) > 0).all()
    assert agents[1].tolist() == [required_agents(load, 180, GOAL) for load in loads]
    assert required_agents(10, 180, Target(asa_s=[30, 10, 5])).shape == (3,)
    with pytest.raises(Refused, match=r"shapes load \(3,\), .* service_level \(2,\)"):
        required_agents(loads, 180, Target(service_level=[0.8, 0.9], within_s=20))


def test_lists_and_series_are_goals_too() -> None:
    pandas = pytest.importorskip("pandas")
    for goals in ([0.8, 0.9], pandas.Series([0.8, 0.9]), np.array([0.8, 0.9], dtype="float32")):
        agents = required_agents([10, 10], 180, Target(service_level=goals, within_s=20))
        assert agents.tolist() == [14, 15]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Target("80", 20), "target, service_level: found '80'; give a number"),
        (lambda: Target(0.8, "20"), "target, within_s: found '20'; give a number"),
        (lambda: Target(service_level=["0.8"], within_s=20), r"target, service_level: found \['0.8'\]; "),
        (lambda: Target(asa_s=True), "target, asa_s: found True; "),
        (lambda: Target(occupancy=[]), r"target, occupancy: found \[\]; "),
        (lambda: Target(p_wait=np.nan), "target, p_wait: found nan; a share"),
        (lambda: Target(p_wait=[0.2, np.nan]), "target, p_wait: found nan; a share"),
        (
            lambda: Target(service_level=[0.8, 80], within_s=20),
            "target, service_level: found 80; .*80% is 0.8",
        ),
        (lambda: Target(service_level=[0.8, 1], within_s=20), "target, service_level: found 1; .*say 0.99"),
        (lambda: Target(service_level=[0.9, 0.8]), "target: a service level of 90% without its seconds"),
        (lambda: Target(asa_s=[3, 0]), "target, asa_s: found 0; .*say 1"),
        (lambda: Target(0.8, [20, -1]), "target, within_s: found -1; seconds are 0 or more"),
        (lambda: Target(0.8, 20, convention=7), "target, convention: found 7; choose from offered, "),
        (lambda: Target.parse(80), "service level: found 80; say percent and seconds: 80/20"),
        (lambda: required_agents(10, 180, "80/20"), r"target: found '80/20'; .*Target.parse\(\"80/20\"\)"),
        (lambda: smallest_team(10, 180, 0.8), "target: found 0.8; give a Target"),
        (lambda: required_agents(10, 180, GOAL, lines=0), "lines: found 0; it must be above 0"),
        (lambda: required_agents(10, 180, GOAL, lines=np.nan), "lines: found NaN; give a number"),
        (lambda: required_agents(10, 180, GOAL, lines=-1), "lines: found -1; it must be 0 or more"),
    ],
)
def test_what_is_no_goal_is_refused_in_one_line(make: Callable[[], object], says: str) -> None:
    with pytest.raises(Refused, match=f"^{says}") as refused:
        make()
    assert "\n" not in str(refused.value)


def test_a_target_of_numbers_is_a_key() -> None:
    assert {GOAL: "phone"}[Target.parse("80/20")] == "phone"
    assert Target(0.8, 20) != Target(0.8, 21)


def test_a_target_says_itself_as_a_planner_would() -> None:
    assert str(Target.parse("80/20", "answered")) == "80/20 answered"
    assert str(Target(asa_s=10, abandoned=0.05)) == "ASA at most 10 s, abandoned at most 5%"
    assert str(Target(p_wait=0.2)) == "chance to wait at most 20%"
    assert str(Target(service_level=[0.8, 0.9], within_s=[20, 20])) == "80 to 90/20 offered"


def test_no_load_at_all_needs_no_team() -> None:
    agents, set_by = smallest_team(np.zeros((2, 3)), 180, GOAL)
    assert agents.tolist() == [[0] * 3] * 2
    assert set(set_by.ravel()) == {"no calls"}
    assert required_agents([], 180, GOAL).shape == (0,)
