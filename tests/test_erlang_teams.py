"""What must hold for the smallest team and the heads to roster, whatever the goals."""

import math
from fractions import Fraction

from hypothesis import example, given, settings
from hypothesis import strategies as st

from erlang import CONVENTIONS, Target, performance, required_agents, rostered, smallest_team

# The same examples every time: a test that fails today fails tomorrow.
checked = settings(max_examples=100, deadline=None, derandomize=True)

handling = st.floats(10, 2000)
any_patience = st.one_of(st.floats(2, 1e5), st.just(math.inf))
targets = st.builds(
    Target,
    service_level=st.sampled_from([0.5, 0.8, 0.95]),
    within_s=st.sampled_from([0.0, 10.0, 60.0]),
    asa_s=st.none() | st.floats(1, 60),
    occupancy=st.none() | st.sampled_from([0.6, 0.85, 0.9]),
    p_wait=st.none() | st.floats(0.05, 0.6),
    convention=st.sampled_from(CONVENTIONS),
)
small_loads = st.floats(0.01, 60)


def meets(agents: int, load: float, aht_s: float, target: Target, patience_s: float) -> bool:
    result = performance(
        agents, load, aht_s, target.within_s, patience_s=patience_s, convention=target.convention
    )
    caps = target.goals()
    return result.service_level >= caps.pop("service_level") - 1e-11 and all(
        getattr(result, name) <= cap + 1e-11 for name, cap in caps.items()
    )


@checked
@given(load=small_loads, aht_s=handling, target=targets, patience_s=any_patience)
def test_the_smallest_team_meets_all_goals_and_one_agent_less_does_not(
    load: float, aht_s: float, target: Target, patience_s: float
) -> None:
    agents = required_agents(load, aht_s, target, patience_s=patience_s)
    least = 1 if math.isfinite(patience_s) else math.floor(load) + 1
    assert agents >= least
    assert meets(agents, load, aht_s, target, patience_s)
    assert agents == least or not meets(agents - 1, load, aht_s, target, patience_s)


@checked
@given(load=small_loads, aht_s=handling, target=targets, patience_s=any_patience)
def test_all_goals_together_need_what_the_hardest_needs(
    load: float, aht_s: float, target: Target, patience_s: float
) -> None:
    agents, set_by = smallest_team(load, aht_s, target, patience_s=patience_s)
    alone = {
        goal: required_agents(
            load,
            aht_s,
            Target(**{goal: limit}, within_s=target.within_s, convention=target.convention),
            patience_s=patience_s,
        )
        for goal, limit in target.goals().items()
    }
    assert agents == max(alone.values())
    assert set_by == "load" or alone[set_by] == agents


@checked
@given(load=st.lists(small_loads, min_size=1, max_size=5), target=targets, patience_s=any_patience)
def test_teams_for_arrays_equal_the_loop(load: list[float], target: Target, patience_s: float) -> None:
    together = required_agents(load, 200, target, patience_s=patience_s)
    assert together.tolist() == [required_agents(a, 200, target, patience_s=patience_s) for a in load]
    assert together.dtype.kind == "i"


@settings(checked, max_examples=300)
@given(agents=st.integers(0, 5000), places=st.integers(1, 5), digits=st.integers(0, 10**5 - 1))
@example(agents=21, places=1, digits=3)
@example(agents=33, places=2, digits=34)
def test_rostered_is_the_exact_ceiling(agents: int, places: int, digits: int) -> None:
    shrinkage = Fraction(digits % 10**places, 10**places)
    assert rostered(agents, float(shrinkage)) == math.ceil(agents / (1 - shrinkage))


@settings(checked, max_examples=300)
@given(load=st.integers(1, 10**6), cap=st.integers(1, 100))
@example(load=35_700, cap=85)
def test_an_occupancy_cap_is_the_exact_ceiling(load: int, cap: int) -> None:
    erlangs, share = Fraction(load, 1000), Fraction(cap, 100)
    needed = required_agents(float(erlangs), 300, Target(occupancy=float(share)))
    assert needed == max(math.ceil(erlangs / share), math.floor(erlangs) + 1)
