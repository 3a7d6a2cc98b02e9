"""Agents who hold several chats: reference values, exact arithmetic, and what must always hold."""

import csv
import math
from dataclasses import astuple
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from callplan.errors import Refused
from erlang import CONVENTIONS, Target, performance, required_agents
from erlang.channels.chat import chat_performance, required_chat_agents

checked = settings(max_examples=100, deadline=None, derandomize=True)

DATA = Path(__file__).parent / "data" / "erlang_chat.csv"
with DATA.open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))
MEASURES = {
    "p_wait": "p_wait",
    "p_abandon": "abandoned",
    "wait_all_s": "wait_all_s",
    "sl_offered": "service_level",
    "agents_busy_fraction": "occupancy",
    "chats_per_agent": "chats_per_agent",
}

# Handle times that grow with the chats held, as they do.
handling = st.tuples(st.floats(30, 900), st.lists(st.floats(1, 1.6), max_size=3)).map(
    lambda drawn: list(np.cumprod([drawn[0], *drawn[1]]))
)
patiences = st.one_of(st.floats(5, 1e4), st.just(math.inf))


def test_no_row_got_lost() -> None:
    assert len(ROWS) == 6


@pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in ROWS])
def test_every_row_of_the_reference_values(row: dict[str, str]) -> None:
    n, per_hour, patience_s, within_s = (
        float(row[name]) for name in ("n", "chats_per_hour", "patience_s", "T_s")
    )
    aht_s = [float(seconds) for seconds in row["aht_by_concurrency_s"].split("|")]
    result = chat_performance(n, per_hour, aht_s, within_s, patience_s=patience_s)
    for column, measure in MEASURES.items():
        assert getattr(result, measure) == pytest.approx(float(row[column]), rel=1e-10, abs=0), measure


def by_hand(n: int, per_s: Fraction, aht_s: list[int], patience_s: int, n_queue: int) -> dict[str, Fraction]:
    """Follow each agent's chats in exact fractions, up to a queue of `n_queue`."""
    held = [0] * n
    weight, states = Fraction(1), []
    for chats in range(n * len(aht_s) + n_queue + 1):
        queue = max(chats - n * len(aht_s), 0)
        if chats:
            if not queue:
                held[held.index(min(held))] += 1
            ending = sum(Fraction(k, aht_s[k - 1]) for k in held if k)
            weight *= per_s / (ending + Fraction(queue, patience_s))
        states.append((weight, sum(k > 0 for k in held), sum(held), queue, chats >= n * len(aht_s)))
    total = sum(state[0] for state in states)

    def mean(column: int) -> Fraction:
        return sum(state[0] * state[column] for state in states) / total

    return {
        "occupancy": mean(1) / n,
        "chats_per_agent": mean(2) / n,
        "queue_length": mean(3),
        "p_wait": mean(4),
        "abandoned": mean(3) / patience_s / per_s,
        "wait_all_s": mean(3) / per_s,
    }


@pytest.mark.parametrize(
    ("n", "per_hour", "aht_s"),
    [
        (1, 20, [200, 300]),
        (3, 40, [300, 450]),
        (2, 90, [120, 180, 260, 500]),
        (4, 10, [700]),
        (3, 60, [300, 900]),
    ],
)
def test_small_teams_agree_with_exact_arithmetic(n: int, per_hour: int, aht_s: list[int]) -> None:
    result = chat_performance(n, per_hour, aht_s, 20, patience_s=100)
    exact = by_hand(n, Fraction(per_hour, 3600), aht_s, 100, n_queue=60)
    for name, value in exact.items():
        assert getattr(result, name) == pytest.approx(float(value), rel=1e-12), name


@pytest.mark.parametrize("within_s", [0, 15, 200])
def test_the_service_level_is_that_of_the_queue_followed_in_time(within_s: float) -> None:
    n, per_s, aht_s, patience_s, n_queue = 2, 0.04, [90, 150], 60, 80
    result = chat_performance(n, per_s * 3600, aht_s, within_s, patience_s=patience_s)
    full = n * 2 / 150
    # A chat that finds q before it in the queue moves up as one of them, or of those in hand, ends.
    moves = np.diag([-(full + (q + 1) / patience_s) for q in range(n_queue)])
    for q in range(1, n_queue):
        moves[q, q - 1] = full + q / patience_s
    to_be_served = np.zeros(n_queue)
    to_be_served[0] = full
    after = np.linalg.solve(moves, (expm(moves * within_s) - np.eye(n_queue)) @ to_be_served)
    ratio = np.cumprod([1, *(per_s / (full + q / patience_s) for q in range(1, n_queue))])
    finds = result.p_wait * ratio / ratio.sum()
    assert result.service_level == pytest.approx(1 - result.p_wait + finds @ after, rel=1e-10)


@checked
@given(
    n=st.integers(0, 60),
    ratio=st.floats(0, 1.5),
    aht_s=st.floats(20, 900),
    patience_s=patiences,
    convention=st.sampled_from(CONVENTIONS),
)
def test_one_chat_at_a_time_is_a_call(
    n: int, ratio: float, aht_s: float, patience_s: float, convention: str
) -> None:
    load = ratio * max(n, 1)
    chats = chat_performance(
        n, load / aht_s * 3600, [aht_s], 20, patience_s=patience_s, convention=convention
    )
    # The load as the chats make it, so that rounding cannot move it across the agents.
    load = load / aht_s * 3600 / 3600 * aht_s
    calls = performance(n, load, aht_s, 20, patience_s=patience_s, convention=convention)
    near = {"rel": 1e-9, "abs": 1e-12}
    for name in ("p_wait", "service_level", "asa_s", "abandoned", "queue_length", "occupancy"):
        assert getattr(chats, name) == pytest.approx(getattr(calls, name), **near), name
    assert chats.chats_per_agent == pytest.approx(chats.occupancy, **near)


@checked
@given(n=st.integers(1, 40), ratio=st.floats(0.05, 1.5), most=st.integers(2, 5), patience_s=patiences)
def test_chats_that_do_not_slow_each_other_down_are_more_agents(
    n: int, ratio: float, most: int, patience_s: float
) -> None:
    load = ratio * n * most
    chats = chat_performance(n, load * 12, [300] * most, 30, patience_s=patience_s)
    calls = performance(n * most, load * 12 / 3600 * 300, 300, 30, patience_s=patience_s)
    for name in ("p_wait", "service_level", "asa_s", "abandoned", "queue_length"):
        assert getattr(chats, name) == pytest.approx(getattr(calls, name), rel=1e-9, abs=1e-12), name
    assert chats.chats_per_agent == pytest.approx(calls.occupancy * most, rel=1e-9)
    assert chats.occupancy >= calls.occupancy - 1e-12


@checked
@given(
    n=st.integers(1, 60),
    aht_s=handling,
    ratio=st.floats(0.05, 1.6),
    patience_s=patiences,
    more=st.floats(1.001, 1.5),
)
def test_more_chats_are_served_worse(
    n: int, aht_s: list[float], ratio: float, patience_s: float, more: float
) -> None:
    per_hour = ratio * n * len(aht_s) / aht_s[-1] * 3600
    calm, busy = (
        chat_performance(n, volume, aht_s, 30, patience_s=patience_s)
        for volume in (per_hour, per_hour * more)
    )
    assert busy.service_level <= calm.service_level + 1e-11
    for name in ("p_wait", "abandoned", "occupancy", "chats_per_agent", "queue_length", "wait_all_s"):
        few, many = getattr(calm, name), getattr(busy, name)
        assert few == many or few <= many * (1 + 1e-11) + 1e-11, name
    assert 0 <= busy.occupancy <= 1 + 1e-12
    assert busy.occupancy * (1 - 1e-12) <= busy.chats_per_agent <= len(aht_s) + 1e-12


@checked
@given(
    aht_s=handling,
    per_hour=st.floats(0.5, 400),
    patience_s=patiences,
    goals=st.sampled_from(
        [
            {"service_level": 0.8, "within_s": 20},
            {"service_level": 0.95, "within_s": 60, "convention": "abandon_positive"},
            {"asa_s": 15, "occupancy": 0.8},
            {"p_wait": 0.1},
        ]
    ),
)
def test_the_smallest_team_meets_all_goals_and_one_agent_less_does_not(
    aht_s: list[float], per_hour: float, patience_s: float, goals: dict
) -> None:
    target = Target(**goals)
    agents = required_chat_agents(per_hour, aht_s, target, patience_s=patience_s)

    def meets(n: int) -> bool:
        result = chat_performance(
            n, per_hour, aht_s, target.within_s or 0, patience_s=patience_s, convention=target.convention
        )
        return all(
            getattr(result, name) >= goal - 1e-11
            if name == "service_level"
            else getattr(result, name) <= goal + 1e-11
            for name, goal in target.goals().items()
        )

    assert agents >= 1
    assert meets(agents)
    assert agents == 1 or not meets(agents - 1)


def test_teams_of_one_chat_at_a_time_are_those_for_calls() -> None:
    per_hour = np.array([0, 1, 40, 250, 2000])
    target = Target(service_level=0.8, within_s=20)
    for patience_s in (None, 60):
        teams = required_chat_agents(per_hour, [240], target, patience_s=patience_s)
        assert teams.tolist() == required_agents(per_hour / 15, 240, target, patience_s=patience_s).tolist()
        assert teams.dtype.kind == "i"
    assert required_chat_agents(0, [240, 300], target) == 0
    lost = required_chat_agents(100, [240, 300], Target(abandoned=0.02), patience_s=60)
    assert chat_performance([lost, lost - 1], 100, [240, 300], 0, patience_s=60).abandoned[1] > 0.02


def test_endless_patience_is_the_limit_of_a_long_one() -> None:
    endless = chat_performance(20, 240, [480, 600, 780], 30)
    long = chat_performance(20, 240, [480, 600, 780], 30, patience_s=1e14)
    assert astuple(endless) == pytest.approx(astuple(long), rel=1e-8, abs=1e-8)


def test_large_teams_neither_overflow_nor_lose_digits() -> None:
    """400 agents of four chats each, where one chat takes as long as four: Erlang's own formulas say it."""
    for ratio in (0.3, 0.98, 1.02, 3.0):
        load = 1600 * ratio
        chats = chat_performance(400, load * 12, [300] * 4, 30, patience_s=90)
        calls = performance(1600, load, 300, 30, patience_s=90)
        assert chats.p_wait == pytest.approx(calls.p_wait, rel=1e-10, abs=1e-300)
        assert chats.service_level == pytest.approx(calls.service_level, abs=1e-12)
    assert not np.isnan(astuple(chat_performance(500, [1, 1e7], [300, 900, 3000], 30, patience_s=60))).any()


def test_edges() -> None:
    growing = chat_performance([4, 0], [200, 5], [300, 400], 30)
    assert growing.p_wait.tolist() == growing.occupancy.tolist() == [1, 1]
    assert growing.service_level.tolist() == growing.abandoned.tolist() == [0, 0]
    assert np.isinf([growing.asa_s, growing.wait_all_s, growing.queue_length]).all()
    assert growing.chats_per_agent.tolist() == [2, 2]

    nobody = chat_performance([5, 0], 0, [300, 400], 0, patience_s=[[60], [np.inf]])
    assert (nobody.service_level == 1).all()
    for name in (
        "p_wait",
        "asa_s",
        "wait_all_s",
        "abandoned",
        "queue_length",
        "occupancy",
        "chats_per_agent",
    ):
        assert (getattr(nobody, name) == 0).all(), name

    no_agent = chat_performance(0, 60, [300, 400], 30, patience_s=90)
    assert (no_agent.p_wait, no_agent.service_level, no_agent.abandoned) == (1, 0, pytest.approx(1))
    assert no_agent.wait_all_s == pytest.approx(90)

    for row in range(4):
        arguments = [np.full(2, value) for value in (5.0, 60.0, 30.0, 90.0)]
        arguments[row][1] = np.nan
        n, per_hour, within_s, patience_s = arguments
        result = chat_performance(n, per_hour, [300, 400], within_s, patience_s=patience_s)
        assert np.isnan(result.service_level).tolist() == [False, True]
        assert not np.isnan([field[0] for field in astuple(result)]).any()


def test_arrays_equal_the_loop_over_scalars() -> None:
    agents, per_hour = np.array([[3], [8], [20]]), np.array([5.0, 60.0, 200.0])
    patience_s = np.array([60, np.inf, 120])
    together = chat_performance(agents, per_hour, [240, 300, 390], 20, patience_s=patience_s)
    for i, j in np.ndindex(3, 3):
        alone = chat_performance(agents[i, 0], per_hour[j], [240, 300, 390], 20, patience_s=patience_s[j])
        assert [field[i, j] for field in astuple(together)] == list(astuple(alone))


def test_bad_input_is_refused_by_name() -> None:
    good = {"agents": 5, "chats_per_hour": 60, "aht_by_concurrency_s": [300, 400], "within_s": 30}
    for name, value, says in [
        ("agents", -1, "found -1"),
        ("agents", 4.5, "found 4.5; give whole agents"),
        ("chats_per_hour", -3, "found -3"),
        ("aht_by_concurrency_s", [], r"found \[\]; list the seconds"),
        ("aht_by_concurrency_s", 300, "found 300; list the seconds"),
        ("aht_by_concurrency_s", [300, 0], "found 0; it must be above 0"),
        ("aht_by_concurrency_s", [300, np.nan], r"found \[300, nan\]; list the seconds"),
        ("aht_by_concurrency_s", [300, np.inf], "found inf; a finite number"),
        ("within_s", -1, "found -1"),
        ("patience_s", 0, "found 0; it must be above 0"),
        ("convention", "ofered", "found 'ofered'; did you mean offered"),
    ]:
        with pytest.raises(Refused, match=f"^{name}: {says}"):
            chat_performance(**{**good, name: value})
    with pytest.raises(Refused, match=r"^target, abandoned: no patience is known"):
        required_chat_agents(60, [300], Target(abandoned=0.05))
    with pytest.raises(Refused, match=r"^chats_per_hour: found NaN; give a number"):
        required_chat_agents([60, np.nan], [300], Target(p_wait=0.1))
    with pytest.raises(Refused, match=r"^patience_s: found 0; "):
        required_chat_agents(60, [300], Target(p_wait=0.1), patience_s=0)
    with pytest.raises(Refused, match=r"^target: found '80/20'; give a Target"):
        required_chat_agents(60, [300], "80/20")


def test_a_goal_met_by_short_abandons_is_asked_again_after_the_others() -> None:
    goals = {"service_level": 0.8, "within_s": 0, "convention": "short_positive"}
    chats = {"chats_per_hour": 806, "aht_by_concurrency_s": [120, 156], "patience_s": 3}
    teams = np.arange(1, 12)
    seen = chat_performance(teams, within_s=0, convention="short_positive", **chats)
    both = (seen.service_level >= 0.8) & (seen.abandoned <= 0.9)
    assert required_chat_agents(target=Target(**goals, abandoned=0.9), **chats) == teams[both][0] == 8
    assert required_chat_agents(target=Target(**goals), **chats) == 1


def test_an_unknown_answer_time_leaves_the_rest_known() -> None:
    for agents in (0, 1, 8):
        seen = chat_performance(agents, 60, [300, 400], np.nan)
        assert np.isnan(seen.service_level)
        assert not np.isnan(seen.p_wait)
