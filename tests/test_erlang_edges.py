"""The ends of every scale, and what is refused."""

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
    occupancy,
    offered_load,
    performance,
    required_agents,
    rostered,
    service_level,
    smallest_team,
)

GOAL = Target(service_level=0.8, within_s=20)
PATIENCE = pytest.mark.parametrize("patience_s", [None, np.inf, 1e9, 120.0, 1.0])

# p_wait, service_level, asa_s, occupancy, abandoned, queue_length
NOBODY_CALLS = (0, 1, 0, 0, 0, 0)


@PATIENCE
@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("agents", [0, 0.5, 20])
def test_without_calls_nobody_waits(agents: float, convention: str, patience_s: float | None) -> None:
    result = performance(agents, 0, 300, 20, patience_s=patience_s, convention=convention)
    assert astuple(result) == NOBODY_CALLS
    assert required_agents(0, 300, GOAL, patience_s=patience_s) == 0


def test_without_agents_nobody_is_served() -> None:
    assert astuple(performance(0, 5, 300, 20)) == (1, 0, np.inf, 1, 0, np.inf)
    # All of those who call wait, and hang up: 5 × 120 / 300 of them at a time.
    assert astuple(performance(0, 5, 300, 20, patience_s=120)) == (1, 0, np.inf, 1, 1, 2)
    assert (erlang_b(0, 5), erlang_c(0, 5), erlang_b(0, 0), erlang_c(0, 0)) == (1, 1, 1, 0)


@pytest.mark.parametrize(
    ("agents", "load"), [(1, 1), (10, 10), (10, 12), (1000, 1000.5), (10, 1e5), (0.5, 3)]
)
def test_a_load_that_reaches_the_agents_waits_for_ever(agents: float, load: float) -> None:
    for patience_s in (None, np.inf):
        result = performance(agents, load, 300, 20, patience_s=patience_s)
        assert astuple(result) == (1, 0, np.inf, 1, 0, np.inf)


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


def test_occupancy_never_passes_one() -> None:
    """Rounding must not lift it: a table holds shares of at most 1."""
    agents, load, patience_s = np.meshgrid([1.0, 7, 33, 450], [40.0, 700, 12345.6], [3.0, 60, 1e4, 1e9])
    assert occupancy(agents, load, 300, patience_s=patience_s).max() <= 1


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


@pytest.mark.parametrize("name", ["agents", "load", "aht_s", "within_s", "patience_s", "short_s"])
def test_a_negative_argument_is_refused_by_name(name: str) -> None:
    arguments = {"agents": 14, "load": 10, "aht_s": 180, "within_s": 20, "patience_s": 60, "short_s": 5}
    with pytest.raises(Refused, match=f"^{name}: found -2; it must be 0 or more"):
        performance(**{**arguments, name: -2})


@pytest.mark.parametrize("name", ["agents", "load", "aht_s"])
@pytest.mark.parametrize(("value", "found"), [("many", "'many'"), (None, "None"), (np.inf, "inf")])
def test_what_is_no_finite_number_is_refused_by_name(name: str, value: object, found: str) -> None:
    with pytest.raises(Refused, match=f"^{name}: found {found}; "):
        performance(**{"agents": 14, "load": 10, "aht_s": 180, "within_s": 20, name: value})


def test_other_arguments_are_refused_by_name() -> None:
    with pytest.raises(Refused, match=r"^calls: found -1"):
        offered_load(-1, 180, 30)
    with pytest.raises(Refused, match=r"^minutes: found 0; it must be above 0"):
        offered_load(10, 180, 0)
    with pytest.raises(Refused, match=r"^agents: found -1"):
        erlang_b(-1, 10)
    with pytest.raises(Refused, match=r"^load: found -1"):
        erlang_c(10, [3, -1])
    with pytest.raises(
        Refused, match=r"^arguments: shapes agents \(2,\), load \(3,\); give arrays of one shape"
    ):
        erlang_c([1, 2], [1, 2, 3])


@pytest.mark.parametrize("name", ["aht_s", "patience_s"])
def test_zero_seconds_are_refused_by_name(name: str) -> None:
    arguments = {"aht_s": 180, "patience_s": 60, name: 0}
    with pytest.raises(Refused, match=f"^{name}: found 0; it must be above 0"):
        performance(14, 10, within_s=20, **arguments)
    with pytest.raises(Refused, match=f"^{name}: found 0; it must be above 0"):
        required_agents(10, target=GOAL, **arguments)


@pytest.mark.parametrize("name", ["load", "aht_s", "patience_s"])
def test_no_team_is_sized_for_an_unknown(name: str) -> None:
    with pytest.raises(Refused, match=f"^{name}: found NaN; give a number"):
        required_agents(**{"load": 10, "aht_s": 180, "target": GOAL, "patience_s": 60, name: np.nan})


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("Offered", "did you mean offered"),
        ("abandon_ignore", "did you mean abandon_ignored"),
        ("sla", "choose from offered, answered, "),
    ],
)
def test_an_unknown_convention_gets_advice(written: str, advice: str) -> None:
    with pytest.raises(Refused, match=f"^convention: found '{written}'; {advice}"):
        performance(14, 10, 180, 20, convention=written)
    with pytest.raises(Refused, match=f"^target, convention: found '{written}'; {advice}"):
        Target(service_level=0.8, within_s=20, convention=written)


@pytest.mark.parametrize(
    ("goals", "says"),
    [
        ({"service_level": 0.98}, "target: a service level of 98% without its seconds; give within_s"),
        ({}, "target: no goal; give one, such as service_level=0.8, within_s=20"),
        ({"within_s": 20}, "target: no goal; "),
        ({"service_level": 1.2, "within_s": 20}, "target, service_level: found 1.2; .*80% is 0.8"),
        ({"service_level": 80, "within_s": 20}, "target, service_level: found 80; .*80% is 0.8"),
        ({"service_level": 0, "within_s": 20}, "target, service_level: found 0; "),
        ({"service_level": 1, "within_s": 20}, "target, service_level: found 1; .*say 0.99"),
        ({"service_level": np.nan, "within_s": 20}, "target, service_level: found nan; "),
        ({"service_level": 0.8, "within_s": -1}, "target, within_s: found -1; "),
        ({"asa_s": -5}, "target, asa_s: found -5; "),
        ({"asa_s": 0}, "target, asa_s: found 0; .*say 1"),
        ({"abandoned": 3}, "target, abandoned: found 3; "),
        ({"occupancy": 85}, "target, occupancy: found 85; "),
        ({"p_wait": -0.1}, "target, p_wait: found -0.1; "),
    ],
)
def test_targets_that_are_refused(goals: dict[str, float], says: str) -> None:
    with pytest.raises(Refused, match=f"^{says}"):
        Target(**goals)


@pytest.mark.parametrize("text", ["80/20", "80%/20s", " 80 % / 20 ", "80.0/20.0"])
def test_targets_as_planners_say_them(text: str) -> None:
    assert Target.parse(text, "answered") == Target(0.8, 20, convention="answered")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("120/20", "found 120%; it must be below 100%"),
        ("100/20", "found 100%; it must be below 100%"),
        ("80", "found '80'; say percent and seconds: 80/20"),
        ("-80/20", "found '-80/20'; say percent and seconds"),
        ("80/20/10", "found '80/20/10'; say percent and seconds"),
    ],
)
def test_targets_that_no_planner_says(text: str, says: str) -> None:
    with pytest.raises(Refused, match=f"^service level: {says}"):
        Target.parse(text)


def test_shrinkage_is_a_share_below_one() -> None:
    for shrinkage in (1, 1.3, 30):
        with pytest.raises(Refused, match=f"^shrinkage: found {shrinkage}; a share below 1: 30% is 0.3"):
            rostered(14, shrinkage)
    with pytest.raises(Refused, match=r"^shrinkage: found -0.1; it must be 0 or more"):
        rostered(14, -0.1)
    with pytest.raises(Refused, match=r"^agents: found NaN; "):
        rostered([14, np.nan], 0.3)
    assert (rostered(0, 0.3), rostered(14, 0)) == (0, 14)


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
