"""The ends of every scale."""

from dataclasses import astuple
from fractions import Fraction

import numpy as np
import pytest

from callplan.errors import Refused
from erlang import (
    CONVENTIONS,
    Target,
    abandonment,
    erlang_b,
    erlang_c,
    offered_load,
    performance,
    required_agents,
    rostered,
    service_level,
    smallest_team,
    wait_quantile_s,
)

GOAL = Target(service_level=0.8, within_s=20)
PATIENCE = pytest.mark.parametrize("patience_s", [None, np.inf, 1e9, 120.0, 1.0])

# p_wait, service_level, asa_s, occupancy, abandoned, queue_length
NOBODY_CALLS = (0, 1, 0, 0, 0, 0, 0, 1)


@PATIENCE
@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("agents", [0, 0.5, 20])
def test_without_calls_nobody_waits(agents: float, convention: str, patience_s: float | None) -> None:
    for within_s in (0, 20, np.inf):
        result = performance(agents, 0, 300, within_s, patience_s=patience_s, convention=convention)
        assert astuple(result) == NOBODY_CALLS
    assert required_agents(0, 300, GOAL, patience_s=patience_s) == 0


def test_without_agents_nobody_is_served() -> None:
    assert astuple(performance(0, 5, 300, 20)) == (1, 0, np.inf, 1, 0, np.inf, 0, 1)
    # All of those who call wait, and hang up: 5 × 120 / 300 of them at a time.
    result = performance(0, 5, 300, 20, patience_s=120)
    assert astuple(result) == pytest.approx((1, 0, np.inf, 1, 1, 2, 0, 1), rel=1e-12)
    assert (erlang_b(0, 5), erlang_c(0, 5), erlang_b(0, 0), erlang_c(0, 0)) == (1, 1, 1, 0)


@pytest.mark.parametrize(
    ("agents", "load"), [(1, 1), (10, 10), (10, 12), (1000, 1000.5), (10, 1e5), (0.5, 3)]
)
def test_a_load_that_reaches_the_agents_waits_for_ever(agents: float, load: float) -> None:
    for patience_s in (None, np.inf):
        result = performance(agents, load, 300, 20, patience_s=patience_s)
        assert astuple(result) == (1, 0, np.inf, 1, 0, np.inf, 0, 1)


@pytest.mark.parametrize(("agents", "load"), [(10, 10.5), (100, 130), (10, 1e4), (1, 1e5)])
def test_in_overload_the_surplus_hangs_up(agents: int, load: float) -> None:
    """However patient callers are, only as many are served as agents can."""
    result = performance(agents, load, 300, 20, patience_s=1e9)
    assert result.abandoned == pytest.approx(1 - agents / load, rel=1e-6)
    assert (result.occupancy, result.p_wait) == pytest.approx((1, 1), abs=1e-9)
    assert result.service_level == pytest.approx(0, abs=1e-9)
    # The answered waited until enough of those beside them had gone: patience × log(load / agents).
    assert result.asa_s == pytest.approx(1e9 * np.log(load / agents), rel=1e-5)


@pytest.mark.parametrize("load", [0.01, 0.5, 9.99, 80.0])
def test_long_patience_without_overload_is_erlang_c(load: float) -> None:
    agents = np.array([1.2, 2, 5]) * load
    near, limit = (performance(agents, load, 300, 20, patience_s=p) for p in (1e15, None))
    for name in ("p_wait", "service_level", "asa_s", "occupancy", "abandoned"):
        assert getattr(near, name) == pytest.approx(getattr(limit, name), rel=1e-5, abs=1e-9), name


def test_a_second_of_patience() -> None:
    result = performance(10, 10, 300, 20, patience_s=1)
    assert result.abandoned == pytest.approx(erlang_b(10, 10), rel=0.01)
    assert 0 < result.asa_s < 1
    assert service_level(10, 10, 300, 20, patience_s=1) == pytest.approx(1 - result.abandoned, abs=1e-7)


@PATIENCE
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_waits_of_nothing_and_of_for_ever(convention: str, patience_s: float | None) -> None:
    arguments = {"agents": 12, "load": 10, "aht_s": 300, "patience_s": patience_s}
    at_once, ever = (
        performance(**arguments, within_s=t, convention=convention, short_s=0.0) for t in (0, np.inf)
    )
    assert at_once.service_level == pytest.approx(
        (1 - at_once.p_wait) / (1 - at_once.abandoned * (convention == "answered")), abs=1e-12
    )
    lost = ever.abandoned if convention in ("offered", "short_positive", "net_offered") else 0
    assert ever.service_level == pytest.approx(1 - lost, abs=1e-12)


def test_a_millisecond_of_handling() -> None:
    quick, slow = performance(14, 10, 1e-3, 20), performance(14, 10, 180, 20)
    assert (quick.p_wait, quick.service_level) == (slow.p_wait, 1)
    assert quick.asa_s == pytest.approx(slow.asa_s * 1e-3 / 180)
    # Beside such calls an hour of patience is endless.
    assert performance(14, 10, 1e-3, 20, patience_s=3600).p_wait == pytest.approx(slow.p_wait, rel=1e-6)


def test_a_hundred_thousand_erlangs() -> None:
    assert required_agents(1e5, 300, GOAL) == 100_023
    # So large a team has no chance left in it: one call in five hangs up, after 60 × log(1 / 0.8) s.
    assert required_agents(1e5, 300, GOAL, patience_s=60) == 80_000
    result = performance(80_000, 1e5, 300, 20, patience_s=60)
    assert (result.service_level, result.abandoned) == pytest.approx((0.8, 0.2), abs=1e-12)
    assert result.asa_s == pytest.approx(60 * np.log(1.25), rel=1e-3)
    assert erlang_b(1e5, 1e5) == pytest.approx(np.sqrt(2 / np.pi / 1e5), rel=2e-3)


@pytest.mark.parametrize("load", [1e-12, 1e-6, 1e-3])
def test_tiny_loads(load: float) -> None:
    """Who finds the only agent busy waits for what remains of one call, or hangs up before."""
    patient, hasty = performance(1, load, 300, 20), performance(1, load, 300, 20, patience_s=300)
    assert patient.p_wait == pytest.approx(load, rel=2e-3)
    assert patient.asa_s == pytest.approx(load * 300, rel=2e-3)
    assert hasty.abandoned == pytest.approx(load / 2, rel=2e-3)
    assert required_agents(load, 300, GOAL) == required_agents(load, 300, GOAL, patience_s=60) == 1


@pytest.mark.parametrize(("agents", "load"), [(20, "1e-6"), (40, "1/50"), (60, "3"), (1, "1e-9")])
def test_erlang_b_far_below_one(agents: int, load: str) -> None:
    blocked = Fraction(1)
    for n in range(1, agents + 1):
        blocked = Fraction(load) * blocked / (n + Fraction(load) * blocked)
    assert erlang_b(agents, float(Fraction(load))) == pytest.approx(float(blocked), rel=1e-12, abs=0)


@pytest.mark.parametrize("load", [1e4, 1e5])
def test_erlang_b_far_above_the_lines(load: float) -> None:
    """A scalar and an array alike; to the second order B = 1 - n/a + n/a²."""
    expected = 1 - 50 / load + 50 / load**2
    assert erlang_b(50, load) == pytest.approx(expected, rel=1e-7)
    assert erlang_b([50, 60], load)[0] == erlang_b(50, load)


def test_shares_stay_shares() -> None:
    """Rounding must not push one past its end: a table holds shares of 0 to 1."""
    agents, ratio, patience_s, within_s = np.meshgrid(
        [1, 2, 9, 57, 450],
        [0.01, 0.2, 0.63, 0.9, 1, 1.001, 7, 900],
        np.geomspace(1, 1e9, 10),
        [0, 5, *np.geomspace(1, 1e4, 9)],
    )
    for convention in CONVENTIONS:
        result = performance(
            agents, agents * ratio, 300, within_s, patience_s=patience_s, convention=convention
        )
        for share in (result.p_wait, result.service_level, result.occupancy, result.abandoned):
            assert 0 <= share.min() <= share.max() <= 1, convention


def test_long_arrays_equal_the_loop_over_scalars() -> None:
    load = np.linspace(0.1, 90, 1000)
    together = performance(50, load, 300, 20, patience_s=120)
    alone = [performance(50, a, 300, 20, patience_s=120) for a in load]
    for name in ("p_wait", "service_level", "asa_s", "abandoned"):
        assert getattr(together, name) == pytest.approx([getattr(one, name) for one in alone], rel=1e-12)


@pytest.mark.parametrize(("agents", "load"), [(np.nan, 0), (0, np.nan), (np.nan, 5), (5, np.nan)])
def test_an_unknown_stays_unknown_at_the_ends(agents: float, load: float) -> None:
    assert np.isnan(erlang_b(agents, load))
    assert np.isnan(erlang_c(agents, load))
    for patience_s in (60, None):
        assert np.isnan(astuple(performance(agents, load, 300, 20, patience_s=patience_s))).all()


def test_scalars_in_scalars_out() -> None:
    for value in (
        offered_load(100, 180, 30),
        erlang_b(14, 10),
        erlang_b(2, 1e5),
        erlang_c(14, 10),
        abandonment(14, 10, 180, patience_s=60),
        *astuple(performance(14, 10, 180, 20, patience_s=60)),
        required_agents(10, 180, GOAL),
        rostered(14, 0.3),
        *smallest_team(10, 180, GOAL)[:1],
    ):
        assert np.ndim(value) == 0
        assert np.isscalar(value)
    assert isinstance(smallest_team(10, 180, GOAL)[1], str)


def test_shapes_broadcast() -> None:
    agents, load = np.array([[10], [20], [30]]), np.array([8, 9])
    result = performance(agents, load, 180, 20, patience_s=[60, np.inf])
    assert result.p_wait.shape == (3, 2)
    assert result.asa_s[2, 1] == performance(30, 9, 180, 20).asa_s
    assert required_agents(np.ones((2, 3)), 180, GOAL).shape == (2, 3)
    assert performance([], [], [], []).asa_s.shape == required_agents([], 180, GOAL).shape == (0,)


def test_where_calls_come_somebody_is_there() -> None:
    """A goal that takes hanging up for good could be met by nobody at all."""
    nobody = service_level(0, 10, 300, 20, patience_s=5, convention="abandon_positive")
    assert nobody > 0.98
    generous = Target(service_level=0.8, within_s=20, convention="abandon_positive")
    agents, set_by = smallest_team([0, 10], 300, generous, patience_s=5)
    assert (agents.tolist(), set_by.tolist()) == ([0, 1], ["no calls", "load"])
    assert required_agents(10, 300, Target(occupancy=1), patience_s=60) == 1


def test_the_hardest_goals_still_end() -> None:
    assert service_level(required_agents(10, 300, Target(0.999999, 0)), 10, 300, 0) >= 0.999999
    strict = Target(asa_s=1e-6, p_wait=1e-9, occupancy=0.01)
    assert required_agents(10, 300, strict) == required_agents(10, 300, strict, patience_s=60) == 1000


def test_the_smallest_chances_keep_their_order() -> None:
    """Erlang C is above Erlang B down to the last numbers that a double holds."""
    assert 0 < erlang_b(150, 0.5) < erlang_c(150, 0.5) < 1e-300


@pytest.mark.parametrize("lines", [None, 3, 12])
@PATIENCE
@pytest.mark.parametrize(("agents", "load"), [(0, 0), (0, 5), (5, 0), (5, 5), (5, 7), (5, 3)])
def test_an_unknown_stays_unknown_in_every_queue(
    agents: float, load: float, patience_s: float | None, lines: float | None
) -> None:
    known = {"agents": agents, "load": load, "aht_s": 300, "patience_s": patience_s, "lines": lines}
    for convention in CONVENTIONS:
        assert np.isnan(service_level(**known, within_s=np.nan, convention=convention))
    result = performance(**known, within_s=np.nan)
    assert not np.isnan([result.p_wait, result.asa_s, result.occupancy, result.blocked]).any()
    for name in ("aht_s", "patience_s", "lines", "redial"):
        assert np.isnan(astuple(performance(**{**known, "within_s": 20, name: np.nan}))).all(), name
    assert np.isnan(wait_quantile_s(**known, share=np.nan))


@pytest.mark.parametrize(("agents", "load"), [(8490, 12185.365813242002), (3805, 6254.962676718212)])
def test_erlang_b_far_out_in_the_overload(agents: int, load: float) -> None:
    """By Erlang's recursion, which forgets its rounding as it goes."""
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    assert erlang_b(agents, load) == pytest.approx(blocked, rel=8e-12, abs=0)


@pytest.mark.parametrize("lines", [None, 11, 50, 84])
@PATIENCE
def test_no_share_of_the_calls_waits_not_at_all(patience_s: float | None, lines: float | None) -> None:
    agents, load = np.array([1, 4, 5, 11, 31]), np.array([3.528, 10.2, 12.8, 4.57, 65.054])
    quantiles = wait_quantile_s(agents, load, 300, 0, patience_s=patience_s, lines=lines)
    assert quantiles.tolist() == [0, 0, 0, 0, 0]


def test_no_calls_need_no_handling_time() -> None:
    for queue in ({}, {"patience_s": 60}, {"lines": 12}, {"patience_s": 60, "lines": 12}):
        assert astuple(performance(5, 0, 0, 20, **queue)) == NOBODY_CALLS
        assert required_agents([0, 10], [0, 180], Target(0.5, 20), **queue)[0] == 0
        assert required_agents(0, 0, GOAL, **queue) == 0
        for load in (10, [0, 10]):
            with pytest.raises(Refused, match=r"^aht_s: found 0; it must be above 0"):
                performance(5, load, 0, 20, **queue)
            with pytest.raises(Refused, match=r"^aht_s: found 0; it must be above 0"):
                required_agents(load, 0, GOAL, **queue)
