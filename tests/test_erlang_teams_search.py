"""Every quick way to a team against the plain one: gallop from the smallest team on."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callplan.errors import Refused
from erlang import CONVENTIONS, Target, performance, required_agents, smallest_team
from erlang.formulas import blocking
from erlang.teams import climb, search, thresholds
from erlang.teams.goals import Case
from erlang.teams.rough import RoughCase

GOALS = {
    "service_level": (0.3, 0.97),
    "asa_s": (1.0, 90.0),
    "abandoned": (0.01, 0.3),
    "occupancy": (0.4, 0.98),
    "p_wait": (0.01, 0.7),
}


def a_case(goal: str, count: int, *, patient: bool, convention: str = "offered", most: float = 300) -> Case:
    """Return queues that differ in everything."""
    rng = np.random.default_rng(7)
    low, high = GOALS[goal]
    return Case(
        goal=goal,
        convention=convention,
        limit=rng.uniform(low, high, count),
        within_s=rng.choice([0.0, 5.0, 20.0, 90.0], count),
        load=np.exp(rng.uniform(np.log(0.02), np.log(most), count)),
        aht_s=np.exp(rng.uniform(np.log(20), np.log(2000), count)),
        patience_s=np.full(count, np.inf) if patient else np.exp(rng.uniform(np.log(5), np.log(5000), count)),
        lines=np.full(count, np.inf),
    )


def smallest_possible(case: Case) -> np.ndarray:
    return np.where(case.endless, np.floor(case.load) + 1, 1).astype("int64")


def one_target(case: Case, **same: float) -> Case:
    """Return the loads of a case under one goal, spread over the rows as the public functions do it."""
    shared = {"limit": case.limit[0], "within_s": 20.0, "aht_s": 180.0, "patience_s": np.inf, "lines": np.inf}
    columns = {
        name: np.broadcast_to(float(value), case.load.shape) for name, value in (shared | same).items()
    }
    return Case(goal=case.goal, convention=case.convention, load=case.load, **columns)


@pytest.mark.parametrize("goal", ["service_level", "p_wait", "asa_s", "occupancy"])
def test_patient_callers(goal: str) -> None:
    case = a_case(goal, 1500, patient=True)
    low = smallest_possible(case)
    assert climb.applies(case) == (goal in ("service_level", "p_wait"))
    assert search.least(case, low).tolist() == search.gallop(case, low).tolist()


@pytest.mark.parametrize("goal", ["asa_s", "abandoned", "occupancy", "p_wait", *CONVENTIONS])
def test_impatient_callers(goal: str) -> None:
    if goal in CONVENTIONS:
        case = a_case("service_level", 400, patient=False, convention=goal)
    else:
        case = a_case(goal, 400, patient=False)
    low = smallest_possible(case)
    assert search.least(case, low).tolist() == search.gallop(case, low).tolist()


def test_loads_too_large_to_climb_to() -> None:
    case = a_case("service_level", 60, patient=True, most=1e5)
    low = smallest_possible(case)
    assert not climb.applies(case)
    assert search.least(case, low).tolist() == search.gallop(case, low).tolist()


def test_a_search_starts_where_another_goal_left_off() -> None:
    for patient in (True, False):
        case = a_case("service_level", 200, patient=patient)
        alone = search.least(case, smallest_possible(case))
        low = np.maximum(alone + np.arange(len(alone)) % 5 - 2, smallest_possible(case))
        assert search.least(case, low).tolist() == np.maximum(alone, low).tolist()


def test_a_row_on_its_threshold_is_judged_by_the_exact_formula() -> None:
    """Goals that some team just meets, and goals that it just misses by more than doubles lose."""
    for patient in (True, False):
        case = a_case("service_level", 300, patient=patient, most=100)
        agents = search.least(case, smallest_possible(case)) + 1
        reached = case.measure(agents)
        inside = (reached < 0.95) & (reached > 0.05)
        for by, more in ((0.0, 0), (1e-10, 1), (-1e-10, 0)):
            columns = {
                name: getattr(case, name)[inside] for name in ("within_s", "load", "aht_s", "patience_s")
            }
            near = Case(
                goal=case.goal,
                convention=case.convention,
                limit=reached[inside] + by,
                lines=case.lines[inside],
                **columns,
            )
            expected = agents[inside] + more
            assert search.least(near, smallest_possible(near)).tolist() == expected.tolist()


@pytest.mark.parametrize("goal", list(GOALS))
def test_a_rough_look_errs_far_less_than_what_it_calls_close(goal: str) -> None:
    conventions = CONVENTIONS if goal == "service_level" else ["offered"]
    for convention in conventions:
        case = a_case(goal, 4000, patient=False, convention=convention, most=3000)
        agents = np.maximum(np.round(case.load * np.linspace(0.5, 1.5, 4000)), 1).astype("int64")
        rough = RoughCase.of(case)
        near, exact = case.distance(rough.measure(agents)), case.distance(case.measure(agents))
        decided = np.flatnonzero(~rough.too_close(agents, np.abs(near)) & (np.abs(exact) < 3))
        assert len(decided) > 300
        # Where a rough look decides it is on the right side, and was ten times as far from the goal.
        assert (np.sign(near[decided]) == np.sign(exact[decided])).all()
        assert (np.abs(near - exact)[decided] < 0.3 * np.abs(near)[decided]).all()


def test_the_climb_starts_from_erlang_b() -> None:
    load = np.linspace(0.01, 400.99, 4001)
    start = climb._start(
        Case("p_wait", "offered", *(np.full(len(load), x) for x in (0.5, 0.0)), load, *[load] * 3),
        0,
        climb._polynomials(401),
    )
    assert start[4] * blocking(np.floor(load) + 1, load) == pytest.approx(1, rel=1e-5)


@pytest.mark.parametrize("patience_s", [np.inf, 60.0])
@pytest.mark.parametrize("goal", list(GOALS))
def test_one_target_by_its_table(goal: str, patience_s: float) -> None:
    if goal == "abandoned" and np.isinf(patience_s):
        return
    case = one_target(a_case(goal, 4000, patient=True, most=80), patience_s=patience_s)
    agents, reason = thresholds.teams([case], tell=True)
    plain, why = search.teams([case])
    assert agents.tolist() == plain.tolist()
    assert reason.tolist() == why.tolist()


def test_one_target_of_several_goals_and_hours_without_calls() -> None:
    rng = np.random.default_rng(3)
    loads = np.where(rng.random((50, 96)) < 0.2, 0.0, rng.uniform(0, 60, (50, 96)))
    target = Target(service_level=0.8, within_s=20, asa_s=12, occupancy=0.85, p_wait=0.3)
    for patience_s in (None, 90):
        agents, set_by = smallest_team(loads, 240, target, patience_s=patience_s)
        for row in range(0, 50, 7):
            few, why = smallest_team(loads[row, :20], 240, target, patience_s=patience_s)
            assert agents[row, :20].tolist() == few.tolist()
            assert set_by[row, :20].tolist() == why.tolist()
        assert {"no calls", "service_level"} < set(set_by.ravel())
        assert (agents == required_agents(loads, 240, target, patience_s=patience_s)).all()


def test_loads_on_the_thresholds_of_a_table() -> None:
    """Decimals that a cap meets exactly, and loads within a billionth of what a team can carry."""
    decimals = np.arange(1, 6001) / 100
    agents = required_agents(decimals, 180, Target(occupancy=0.85))
    exact = np.maximum(-(-np.arange(1, 6001) // 85), np.floor(decimals) + 1)
    assert (agents == exact).all()
    assert agents[849] == 10

    case = one_target(a_case("service_level", 4000, patient=True, most=80))
    low, high = case.load.min(), case.load.max()
    meets, fails = thresholds._bounds(case.rows(slice(0, 1)), np.arange(1, 90), low, high)
    found = (meets > 0) & (fails < np.inf)
    assert found.sum() > 60
    assert (fails[found] / meets[found] - 1 < 2e-9).all()
    inside = np.linspace(meets[found], fails[found], 5).ravel()
    loads = np.concatenate([case.load, inside, meets[found] * (1 - 1e-8), fails[found] * (1 + 1e-8)])
    target = Target(service_level=case.limit[0], within_s=20)
    agents = required_agents(loads, 180, target)
    assert agents[4000:].tolist() == [required_agents(load, 180, target) for load in loads[4000:]]


def test_a_table_is_no_help_where_a_larger_load_may_meet_the_goal_again() -> None:
    lines = one_target(a_case("abandoned", 10, patient=True), lines=20.0, patience_s=60.0)
    assert not thresholds._load_decides([lines])
    short = one_target(
        a_case("service_level", 10, patient=True, convention="short_positive"), patience_s=60.0
    )
    assert not thresholds._load_decides([short])
    loads = np.linspace(0.1, 60, 3000)
    agents = required_agents(loads, 180, Target(abandoned=0.02), patience_s=60, lines=20)
    one_by_one = [
        required_agents(a, 180, Target(abandoned=0.02), patience_s=60, lines=20) for a in loads[::300]
    ]
    assert agents[::300].tolist() == one_by_one


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    load=st.floats(0.05, 60),
    aht_s=st.floats(30, 900),
    lines=st.integers(1, 90),
    patience_s=st.none() | st.floats(5, 900),
    goal=st.sampled_from(["service_level", "asa_s", "occupancy", "p_wait"]),
    place=st.floats(0, 1),
    convention=st.sampled_from(CONVENTIONS),
)
def test_with_lines_the_team_is_the_smallest_of_all_that_there_are(
    load: float,
    aht_s: float,
    lines: int,
    patience_s: float | None,
    goal: str,
    place: float,
    convention: str,
) -> None:
    low, high = GOALS[goal]
    limit = low + place * (high - low)
    target = Target(**{goal: limit}, within_s=20, convention=convention)
    teams = np.arange(1, 250)
    result = performance(teams, load, aht_s, 20, patience_s=patience_s, lines=lines, convention=convention)
    value = getattr(result, goal)
    if goal == "p_wait":
        value = value / (1 - result.blocked)
    meets = value >= limit if goal == "service_level" else value <= limit
    if meets.any():
        agents = required_agents(load, aht_s, target, patience_s=patience_s, lines=lines)
        assert agents == teams[meets][0]
        # Where who hangs up counts as good, or not at all, more agents may serve worse again.
        assert meets[agents - 1 :].all() or (patience_s and convention not in ("offered", "answered"))
    else:
        with pytest.raises(
            Refused, match=rf"^target, service_level: .* {lines} lines reach .* give more lines"
        ):
            required_agents(load, aht_s, target, patience_s=patience_s, lines=lines)


def test_what_lines_cannot_reach_says_what_they_can() -> None:
    target = Target.parse("95/20")
    with pytest.raises(Refused, match="12 lines reach 88% at most"):
        required_agents(10, 180, target, lines=12)
    best = performance(12, 10, 180, 20, lines=12).service_level
    assert 0.88 <= best < 0.881
    assert required_agents(10, 180, Target(service_level=best - 1e-9, within_s=20), lines=12) == 12


def test_lines_without_patience_need_no_more_agents_than_erlangs() -> None:
    assert required_agents(50, 180, Target(service_level=0.1, within_s=600), lines=60) < 50


def test_one_target_with_lines_by_its_table() -> None:
    loads = np.linspace(0.5, 15, 700)
    target = Target.parse("80/20")
    agents = required_agents(loads, 180, target, lines=30, patience_s=120)
    assert agents[::50].tolist() == [
        required_agents(a, 180, target, lines=30, patience_s=120) for a in loads[::50]
    ]


def tried_one_by_one(load: float, aht_s: float, target: Target, most: int, **queue: float) -> int:
    """Return the first team, from one agent on, that meets every goal."""
    for agents in range(1, most):
        seen = performance(agents, load, aht_s, target.within_s, convention=target.convention, **queue)
        caps = {name: limit for name, limit in target.goals().items() if name != "service_level"}
        capped = all(getattr(seen, name) <= limit for name, limit in caps.items())
        if seen.service_level >= target.service_level and capped:
            return agents
    raise LookupError(target)


@pytest.mark.parametrize(
    ("load", "aht_s", "goals", "queue", "agents"),
    [
        # Four agents answer late those whom two, and eight, do not: a later goal asked for the four.
        (8.15, 1, {"service_level": 0.6, "within_s": 0.5, "abandoned": 0.6}, {"patience_s": 4}, 8),
        (27.07, 30, {"service_level": 0.7, "within_s": 1, "asa_s": 5}, {"patience_s": 4, "lines": 101}, 16),
    ],
)
def test_a_goal_met_by_short_abandons_is_asked_again_after_the_others(
    load: float, aht_s: float, goals: dict[str, float], queue: dict[str, float], agents: int
) -> None:
    target = Target(**goals, convention="short_positive")
    assert required_agents(load, aht_s, target, **queue) == agents
    assert tried_one_by_one(load, aht_s, target, 40, **queue) == agents
    # Each goal for itself is met by fewer.
    first = Target(goals["service_level"], goals["within_s"], convention="short_positive")
    assert required_agents(load, aht_s, first, **queue) < agents
    assert smallest_team(load, aht_s, target, **queue)[1] == "service_level"
    together = required_agents([load, load, 0], aht_s, target, **queue)
    assert together.tolist() == [agents, agents, 0]


@pytest.mark.parametrize(
    ("convention", "level", "load", "aht_s", "patience_s", "lines"),
    [
        ("net_offered", 0.999998, 0.2215, 300, 1.0, 5),
        ("abandon_positive", 0.8, 3.17, 300, 0.5, 3),
        ("abandon_ignored", 0.99, 19.34, 300, 3.0, 27),
        ("short_positive", 0.8, 2.15, 300, 0.5, 2),
        ("virtual", 0.995, 3.0, 1, 0.5, 7),
    ],
)
def test_agents_on_every_line_may_block_more_than_fewer_do(
    convention: str, level: float, load: float, aht_s: float, patience_s: float, lines: int
) -> None:
    """Who waits and hangs up leaves the line to others, who is served keeps it."""
    target, queue = Target(level, 5, convention=convention), {"patience_s": patience_s, "lines": lines}
    agents = required_agents(load, aht_s, target, **queue)
    assert agents == tried_one_by_one(load, aht_s, target, lines + 1, **queue)
    assert performance(lines, load, aht_s, 5, convention=convention, **queue).service_level < level
    with pytest.raises(Refused, match=r"^target, service_level: .* lines reach .*% at most; give more lines"):
        required_agents(load, aht_s, Target(0.9999999999, 0, convention=convention), **queue)


@pytest.mark.parametrize("convention", ["short_positive", "net_offered", "abandon_ignored", "virtual"])
@pytest.mark.parametrize("lines", [None, 24])
def test_the_hasty_get_the_smallest_team_of_all(convention: str, lines: int | None) -> None:
    rng = np.random.default_rng(11)
    for _ in range(25):
        load, patience_s = rng.uniform(1, 12), rng.choice([0.5, 1, 2, 4])
        target = Target(
            rng.choice([0.5, 0.7, 0.9]), rng.choice([0, 1, 4]), convention=convention, abandoned=0.6
        )
        queue = {"patience_s": patience_s, "lines": lines}
        assert required_agents(load, 60, target, **queue) == tried_one_by_one(load, 60, target, 60, **queue)
