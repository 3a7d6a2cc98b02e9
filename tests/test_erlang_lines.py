"""A finite number of lines: the reference values, exact fractions states, integrals, limits, flows."""

import csv
from collections.abc import Callable
from fractions import Fraction
from math import ceil, inf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.linalg import expm
from scipy.special import gammaincc

from callplan.errors import Refused
from erlang import (
    CONVENTIONS,
    abandonment,
    asa_s,
    erlang_b,
    occupancy,
    performance,
    queue_length,
    required_lines,
    service_level,
    wait_quantile_s,
)

Row = dict[str, str]


def each_row(name: str, n_rows: int) -> Callable:
    """Run a test once for every row of a file of reference values."""
    with (Path(__file__).parent / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == n_rows
    return pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in table])


def numbers(row: Row, *names: str) -> list[float]:
    return [float(row[name]) for name in names]


MEASURES = ["p_wait", "service_level", "asa_s", "occupancy", "abandoned", "queue_length", "blocked"]


@each_row("erlang_mmnk", 15)
def test_lines_without_patience(row: Row) -> None:
    n, lines, a, aht_s, within_s = numbers(row, "n", "K", "a", "aht_s", "T_s")
    result = performance(n, a, aht_s, within_s, lines=lines)
    assert result.blocked == pytest.approx(float(row["p_block"]), rel=0, abs=1e-10)
    assert result.p_wait == pytest.approx(float(row["p_wait_offered"]), rel=0, abs=1e-10)
    assert result.occupancy == pytest.approx(float(row["occupancy"]), rel=0, abs=1e-10)
    assert result.asa_s == pytest.approx(float(row["wait_accepted_s"]), rel=1e-10)
    assert result.queue_length == pytest.approx(float(row["lq"]), rel=1e-10)
    assert result.service_level == pytest.approx(float(row["sl_offered"]), rel=0, abs=1e-10)
    accepted = service_level(n, a, aht_s, within_s, lines=lines, convention="answered")
    assert accepted == pytest.approx(float(row["sl_accepted"]), rel=0, abs=1e-10)
    assert (result.abandoned, result.attempts) == (0, 1)


@each_row("erlang_mmnk_m", 14)
def test_lines_with_patience(row: Row) -> None:
    n, lines, a, aht_s, patience_s, within_s = numbers(row, "n", "K", "a", "aht_s", "patience_s", "T_s")
    result = performance(n, a, aht_s, within_s, patience_s=patience_s, lines=lines)
    assert result.blocked == pytest.approx(float(row["p_block"]), rel=0, abs=1e-10)
    assert result.p_wait == pytest.approx(float(row["p_wait_offered"]), rel=0, abs=1e-10)
    assert result.abandoned == pytest.approx(float(row["p_abandon_offered"]), rel=0, abs=1e-10)
    assert result.occupancy == pytest.approx(float(row["occupancy"]), rel=0, abs=1e-10)
    assert result.queue_length == pytest.approx(float(row["lq"]), rel=1e-10)
    assert result.service_level == pytest.approx(float(row["sl_offered"]), rel=0, abs=1e-10)
    accepted = 1 - result.blocked
    assert result.queue_length * aht_s / (a * accepted) == pytest.approx(
        float(row["wait_accepted_s"]), rel=1e-10
    )
    virtual = service_level(n, a, aht_s, within_s, patience_s=patience_s, lines=lines, convention="virtual")
    assert virtual == pytest.approx(float(row["sl_virtual_accepted"]) * accepted, rel=0, abs=1e-10)


def states(n: int, a: Fraction, places: int, theta: Fraction) -> tuple[list[Fraction], Fraction]:
    """Return the weights of the states n, n + 1 .., and of all below n; n weighs 1."""
    waiting, below = [Fraction(1)], Fraction(1)
    for j in range(1, places + 1):
        waiting.append(waiting[-1] * a / (n + j * theta))
    for k in range(1, n + 1):
        below = 1 + below * k / a
    inverse_b = below
    return waiting, inverse_b - 1


@pytest.mark.parametrize("theta", ["0", "1/1000000", "3", "300"])  # AHT / patience
@pytest.mark.parametrize(
    ("n", "a", "places"),
    [
        (1, "1/2", 1),
        (3, "3", 4),
        (10, "8", 40),
        (10, "10", 100),
        (10, "1000", 5),
        (30, "33", 7),
        (30, "33", 9),
        (60, "62", 300),
        (2, "100000", 90),
    ],
)
def test_every_state_in_exact_fractions(n: int, a: str, places: int, theta: str) -> None:
    """A call with j ahead of it waits for departures at the rates n + θ, n + 2θ .. n + (j + 1) θ."""
    load, hang = Fraction(a), Fraction(theta)
    waiting, below = states(n, load, places, hang)
    total = below + sum(waiting)
    queue = sum(j * w for j, w in enumerate(waiting)) / total
    answered, waited, steps = below, Fraction(0), Fraction(0)
    for j, weight in enumerate(waiting[:-1]):
        steps += 1 / (n + (j + 1) * hang)
        served = weight * n / (n + (j + 1) * hang)
        answered += served
        waited += served * steps
    patience_s = float(300 / hang) if hang else None
    result = performance(n, float(load), 300, 20, patience_s=patience_s, lines=n + places)
    assert result.blocked == pytest.approx(float(waiting[-1] / total), rel=0, abs=1e-11)
    assert result.p_wait == pytest.approx(float(sum(waiting[:-1]) / total), rel=0, abs=1e-11)
    assert result.abandoned == pytest.approx(float(queue * hang / load), rel=0, abs=1e-11)
    assert result.occupancy == pytest.approx(float(load * answered / total / n), rel=0, abs=1e-11)
    assert result.queue_length == pytest.approx(float(queue), rel=1e-10)
    assert result.asa_s == pytest.approx(float(300 * waited / answered), rel=1e-10)


@pytest.mark.parametrize(("n", "a", "places"), [(3, 4, 5), (10, 9, 2), (6, 20, 12)])
@pytest.mark.parametrize("within_s", [0, 3, 20, 200])
def test_every_convention_by_following_a_call(n: int, a: int, places: int, within_s: float) -> None:
    """It moves up when an agent ends a call or one ahead hangs up; it is answered, or hangs up itself."""
    aht_s, patience_s = 240.0, 90.0
    waiting, below = states(n, Fraction(a), places, Fraction(240, 90))
    start = np.array([float(w / (below + sum(waiting))) for w in waiting[:-1]] + [0, 0])
    blocked = float(waiting[-1] / (below + sum(waiting)))

    def after(t_s: float, rate: float) -> tuple[float, float]:
        """Return the shares answered and gone within t, where this call hangs up at a rate."""
        moves = np.zeros((places + 2, places + 2))
        for k in range(places):
            moves[k, k - 1 if k else places] = n / aht_s + k / patience_s
            moves[k, places + 1] = rate
            moves[k, k] = -moves[k].sum()
        answered, gone = (start @ expm(moves * t_s))[-2:]
        return 1 - blocked - start.sum() + answered, gone

    served, gone = after(within_s, 1 / patience_s)
    short = after(5, 1 / patience_s)[1]
    expected = {
        "offered": served,
        "answered": served / after(1e5, 1 / patience_s)[0],
        "abandon_positive": served + gone,
        "abandon_ignored": served / (1 - gone),
        "short_positive": served + short,
        "net_offered": served / (1 - short),
        "virtual": after(within_s, 0)[0],
    }
    assert set(expected) == set(CONVENTIONS)
    for convention, share in expected.items():
        level = service_level(
            n, a, aht_s, within_s, patience_s=patience_s, lines=n + places, convention=convention
        )
        assert level == pytest.approx(share, abs=1e-11), convention


@pytest.mark.parametrize("patience_s", [inf, 60.0, 3000.0])
@pytest.mark.parametrize(
    ("n", "a", "places"), [(9.5, 10.0, 2.5), (0.4, 3.0, 1.2), (30.25, 33.0, 8.5), (5.0, 4.0, 0.5)]
)
def test_fractional_agents_and_places_by_the_density_of_the_wait(
    n: float, a: float, places: float, patience_s: float
) -> None:
    aht_s, within_s = 300.0, 20.0
    theta = aht_s / patience_s

    def gone(u: float) -> float:
        return -np.expm1(-theta * u) / theta if theta else u

    def density(s: float) -> float:  # u = s^4 takes the edge off v = 0
        u = s**4
        z = a * gone(u)
        return np.exp(-n * u + z) * gammaincc(places, z) * 4 * s**3

    def integral(weight, until: float) -> float:
        ends = [x**0.25 for x in (1e-4, 0.01, 0.1, 0.5, 2, 10) if x < until]
        return quad(lambda s: density(s) * weight(s**4), 0, until**0.25, points=ends, limit=500, epsabs=0)[0]

    ever = 60 / n
    below = 1 / erlang_b(n, a) - 1
    accepted = n * integral(lambda _: 1.0, ever)
    reached = n * integral(lambda u: np.exp(-theta * u), ever)
    total = below + 1 + a * reached / n
    result = performance(n, a, aht_s, within_s, patience_s=patience_s, lines=n + places)
    assert result.p_wait == pytest.approx(accepted / total, rel=1e-7)
    assert result.blocked == pytest.approx((total - below - accepted) / total, rel=1e-7)
    assert result.occupancy == pytest.approx(a * (below + reached) / total / n, rel=1e-7)
    assert result.queue_length == pytest.approx(n * a * integral(gone, ever) / total, rel=1e-7)
    in_time = below + n * integral(lambda u: np.exp(-theta * u), within_s / aht_s)
    assert result.service_level == pytest.approx(in_time / total, rel=1e-7)


queues_of_a_site = given(
    agents=st.floats(0.5, 200),
    ratio=st.floats(0.3, 3),
    places=st.one_of(st.integers(0, 200), st.floats(0.1, 30)),
    patience_s=st.one_of(st.none(), st.floats(2, 1e5)),
    within_s=st.one_of(st.just(0.0), st.floats(0.1, 900)),
)


@queues_of_a_site
def test_every_call_ends_somewhere_and_littles_law(
    agents: float, ratio: float, places: float, patience_s: float | None, within_s: float
) -> None:
    load, lines = ratio * agents, agents + places
    result = performance(agents, load, 300, within_s, patience_s=patience_s, lines=lines)
    carried = result.occupancy * agents
    assert carried + load * (result.blocked + result.abandoned) == pytest.approx(load, rel=1e-11)
    if patience_s:
        lost = load / 300 * result.abandoned * patience_s
        assert result.queue_length == pytest.approx(lost, rel=1e-10, abs=1e-13)
    else:
        assert result.queue_length == pytest.approx(carried / 300 * result.asa_s, rel=1e-10, abs=1e-13)
    levels = [
        service_level(agents, load, 300, within_s, patience_s=patience_s, lines=lines, convention=c)
        for c in CONVENTIONS
    ]
    assert all(0 <= level <= 1 for level in levels)
    assert levels[0] == result.service_level
    assert max(levels[0], levels[-1]) <= 1 - result.blocked + 1e-12


@queues_of_a_site
def test_more_lines_block_fewer_and_let_more_wait(
    agents: float, ratio: float, places: float, patience_s: float | None, within_s: float
) -> None:
    few, more, endless = (
        performance(agents, ratio * agents, 300, within_s, patience_s=patience_s, lines=agents + m)
        for m in (places, places + 1, inf)
    )
    for before, after in ((few, more), (more, endless)):
        assert after.blocked <= before.blocked + 1e-12
        for name in ("p_wait", "abandoned", "occupancy", "asa_s", "queue_length"):
            first, second = getattr(before, name), getattr(after, name)
            assert second >= first - 1e-11 * max(1.0, first), name


@queues_of_a_site
def test_more_agents_on_the_same_lines_answer_sooner(
    agents: float, ratio: float, places: float, patience_s: float | None, within_s: float
) -> None:
    assume(places >= 1)
    few, more = (
        performance(n, ratio * agents, 300, within_s, patience_s=patience_s, lines=agents + places)
        for n in (agents, agents + 1)
    )
    assert more.service_level >= few.service_level - 1e-11
    # Callers who are served may hold their line for longer than those who hang up.
    brief = patience_s is None or patience_s >= 300
    for name in ("abandoned", "asa_s", "queue_length", *(["blocked"] if brief else [])):
        first, second = getattr(few, name), getattr(more, name)
        assert second <= first + 1e-11 * max(1.0, first), name


@pytest.mark.parametrize("patience_s", [None, 120.0])
@pytest.mark.parametrize("agents", [14, 9.5, 100])
def test_many_lines_are_endless_lines(agents: float, patience_s: float | None) -> None:
    limit = performance(agents, 0.9 * agents, 300, 20, patience_s=patience_s)
    for lines in (agents + 2000, 1e9):
        near = performance(agents, 0.9 * agents, 300, 20, patience_s=patience_s, lines=lines)
        for name in MEASURES:
            assert getattr(near, name) == pytest.approx(getattr(limit, name), rel=1e-11, abs=1e-13), name


def test_long_patience_is_endless_patience() -> None:
    near, limit = (performance(10, [8, 10, 12], 300, 20, patience_s=p, lines=25) for p in (1e14, None))
    for name in MEASURES:
        assert getattr(near, name) == pytest.approx(getattr(limit, name), rel=1e-9, abs=1e-9), name


@pytest.mark.parametrize("patience_s", [None, 60.0])
@pytest.mark.parametrize("agents", [0.5, 3, 17.25])
def test_no_place_is_erlang_b(agents: float, patience_s: float | None) -> None:
    result = performance(agents, [0.5, 5, 50], 300, [0, 20, inf], patience_s=patience_s, lines=agents)
    blocked = erlang_b(agents, [0.5, 5, 50])
    assert result.blocked == pytest.approx(blocked, rel=1e-13)
    assert result.service_level == pytest.approx(1 - blocked, abs=1e-14)
    for name in ("p_wait", "asa_s", "abandoned", "queue_length"):
        assert (getattr(result, name) == 0).all()


def test_agents_without_a_line_are_idle() -> None:
    few, many = (performance(n, 8, 300, 20, patience_s=60, lines=6) for n in (6, 10))
    assert many.occupancy == pytest.approx(few.occupancy * 6 / 10)
    for name in set(MEASURES) - {"occupancy"}:
        assert getattr(many, name) == getattr(few, name)


def test_edges_of_lines() -> None:
    for patience_s in (None, 60.0):
        empty = performance(10, 0, 300, 20, patience_s=patience_s, lines=[0, 5, 10, 20])
        assert (empty.service_level == 1).all()
        for name in set(MEASURES) - {"service_level"}:
            assert (getattr(empty, name) == 0).all(), name
        nobody = performance(10, 8, 300, 20, patience_s=patience_s, lines=0)
        assert (nobody.blocked, nobody.service_level, nobody.occupancy, nobody.queue_length) == (1, 0, 0, 0)
        assert nobody.asa_s == inf
    # No agent, no patience: all places are taken for ever. With patience places come free.
    stuck = performance(0, 8, 300, 20, lines=[0, 5, 1e9])
    assert (stuck.blocked == 1).all()
    assert stuck.queue_length.tolist() == [0, 5, 1e9]
    leaving = performance(0, 2, 300, 20, patience_s=300, lines=2)
    assert (leaving.blocked, leaving.abandoned) == pytest.approx((2 / 5, 3 / 5), rel=1e-13)
    assert (leaving.service_level, leaving.asa_s) == (0, inf)


def test_no_wait_and_any_wait() -> None:
    at_once, ever = performance(10, 9, 300, 0, lines=15), performance(10, 9, 300, inf, lines=15)
    assert at_once.service_level == pytest.approx(1 - at_once.p_wait - at_once.blocked, abs=1e-14)
    assert ever.service_level == pytest.approx(1 - ever.blocked, abs=1e-14)
    assert performance(10, 9, 1e-3, 20, lines=15).service_level == pytest.approx(1 - ever.blocked, abs=1e-14)


def test_a_hundred_thousand_erlangs_on_as_many_lines() -> None:
    """At load = agents every place weighs as much as the full house: 1/B - 1 + 501 states."""
    result = performance(1e5, 1e5, 300, 20, lines=1e5 + 500)
    weights = 1 / erlang_b(1e5, 1e5) - 1 + 501
    assert (result.blocked, result.p_wait) == pytest.approx((1 / weights, 500 / weights), rel=1e-10)
    assert result.queue_length == pytest.approx(500 * 501 / 2 / weights, rel=1e-10)
    assert result.asa_s == pytest.approx(300 / 1e5 * 500 * 501 / 2 / (weights - 1), rel=1e-10)


def test_single_measures_are_those_of_performance() -> None:
    arguments = {"patience_s": [60, inf], "lines": 18, "redial": 0.3}
    result = performance(12, [10, 14], 240, 20, **arguments)
    singles = {"service_level": service_level, "asa_s": asa_s, "occupancy": occupancy,
               "abandoned": abandonment, "queue_length": queue_length}  # fmt: skip
    for name, single in singles.items():
        assert single(12, [10, 14], 240, 20, **arguments).tolist() == getattr(result, name).tolist()


@given(
    agents=st.floats(0.5, 150),
    ratio=st.floats(0.3, 2),
    places=st.one_of(st.just(inf), st.floats(0.5, 100)),
    patience_s=st.one_of(st.none(), st.floats(2, 1e6)),
    share=st.floats(0.01, 0.999),
)
def test_the_quantile_is_where_the_virtual_service_level_is_the_share(
    agents: float, ratio: float, places: float, patience_s: float | None, share: float
) -> None:
    arguments = {"patience_s": patience_s, "lines": agents + places}
    wait_s = wait_quantile_s(agents, ratio * agents, 300, share, **arguments)
    level = service_level(agents, ratio * agents, 300, wait_s, convention="virtual", **arguments)
    if wait_s == 0:
        assert level >= share
    elif wait_s == inf:
        assert level <= share
    else:
        assert level == pytest.approx(share, abs=1e-12)


def test_waits_at_the_ends() -> None:
    assert wait_quantile_s(14, 10, 180, [0, 0.5, 1]).tolist() == [0, 0, inf]
    assert wait_quantile_s(14, 10, 180, 1, lines=14) == inf
    assert wait_quantile_s(14, 0, 180, [0.5, 1], patience_s=60).tolist() == [0, 0]
    assert wait_quantile_s(10, 10, 180, [0, 0.1]).tolist() == [0, inf]
    assert wait_quantile_s(0, 10, 180, 0.1, patience_s=60) == inf
    # Erlang C: the wait of those that wait is exponential with mean 180 / 4 s.
    p_wait = performance(14, 10, 180, 0).p_wait
    assert wait_quantile_s(14, 10, 180, 0.95) == pytest.approx(180 / 4 * np.log(p_wait / 0.05))
    assert np.isnan(wait_quantile_s(14, 10, 180, np.nan, patience_s=[None or inf, 60])).all()


def exact_blocked(n: int, a: Fraction, lines: int) -> Fraction:
    waiting, below = states(n, a, lines - n, Fraction(0))
    return waiting[-1] / (below + sum(waiting))


@pytest.mark.parametrize("share", ["1/2", "1/10", "1/100", "1/8"])
@pytest.mark.parametrize("load", ["1/2", "1", "7", "19", "20", "41/2"])
def test_lines_by_trying_one_after_the_other(load: str, share: str) -> None:
    a, limit = Fraction(load), Fraction(share)
    trunks = next(k for k in range(1000) if exact_blocked(k, a, k) <= limit)
    assert required_lines(float(a), 180, float(limit)) == trunks
    for n in (1, 7, 20):
        if a > n and 1 - n / a >= limit:
            with pytest.raises(Refused, match=r"^blocked: .*give more agents"):
                required_lines(float(a), 180, float(limit), agents=n)
        else:
            lines = next(k for k in range(n, 1000) if exact_blocked(n, a, k) <= limit)
            assert required_lines(float(a), 180, float(limit), agents=n) == lines


@given(agents=st.floats(0.5, 300), ratio=st.floats(0.3, 1.1), blocked=st.floats(0.001, 0.5))
def test_one_line_fewer_blocks_more(agents: float, ratio: float, blocked: float) -> None:
    assume(1 - 1 / ratio < 0.99 * blocked)
    load = agents * ratio
    lines = required_lines(load, 300, blocked, agents=agents)
    assert performance(agents, load, 300, 0, lines=lines).blocked <= blocked + 1e-12
    assert (
        lines == ceil(agents) or performance(agents, load, 300, 0, lines=lines - 1).blocked > blocked - 1e-12
    )


def test_lines_for_no_calls_and_for_many() -> None:
    assert required_lines([0, 84, 1e5], 180, 0.01).tolist() == [0, 100, 99_092]
    assert required_lines(0, 180, 0.01, agents=[0, 2.5, 3]).tolist() == [0, 3, 3]
    assert required_lines(10, 180, 1) == 0
    # At load = agents each place weighs as much as the last: 1 / (1/B - 1 + m + 1).
    assert required_lines(1, 180, 1e-6, agents=1) == 999_999


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"blocked": 0}, "blocked: found 0; it must be above 0"),
        ({"blocked": 1.5}, "blocked: found 1.5; a share lies between 0 and 1"),
        ({"load": np.nan}, "load: found NaN; give a number"),
        ({"aht_s": 0}, "aht_s: found 0; "),
        ({"agents": -1}, "agents: found -1; "),
        (
            {"agents": 8, "blocked": 0.2},
            "blocked: found 0.2 with 8 agents for 10 erlangs; .*more than 0.2 on",
        ),
        ({"agents": 0, "blocked": 1}, "blocked: found 1 with 0 agents"),
    ],
)
def test_lines_that_cannot_be_found(arguments: dict[str, float], says: str) -> None:
    with pytest.raises(Refused, match=f"^{says}"):
        required_lines(**{"load": 10, "aht_s": 180, "blocked": 0.1, **arguments})


def test_bad_lines_and_shares_are_refused_by_name() -> None:
    with pytest.raises(Refused, match=r"^lines: found -1; it must be 0 or more"):
        performance(10, 8, 300, 20, lines=-1)
    with pytest.raises(Refused, match=r"^share: found 80; a share lies between 0 and 1"):
        wait_quantile_s(10, 8, 300, 80)
    assert np.isnan(performance(10, 8, 300, 20, lines=np.nan).blocked)


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_an_endless_threshold_without_patience_leaves_the_blocked_alone(convention: str) -> None:
    result = performance(3, 0.5, 3000, np.inf, lines=5, convention=convention)
    short = convention == "answered"
    assert result.service_level == pytest.approx(1.0 if short else 1 - result.blocked, abs=1e-12)
