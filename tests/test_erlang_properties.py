"""What must hold for any queue, whatever its numbers."""

import math
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erlang import (
    CONVENTIONS,
    Performance,
    erlang_b,
    erlang_c,
    offered_load,
    performance,
    service_level,
)

# The same examples every time: a test that fails today fails tomorrow.
checked = settings(max_examples=100, deadline=None, derandomize=True)

loads = st.floats(0.01, 300)
agents_near = st.floats(0.5, 1.6)  # as a multiple of the load
handling = st.floats(10, 2000)
patiences = st.floats(2, 1e5)
any_patience = st.one_of(patiences, st.just(math.inf))
waits = st.one_of(st.just(0.0), st.floats(0.1, 900))
conventions = st.sampled_from(CONVENTIONS)

# What rounding may add to a quantity that does not change.
SLACK = 1e-11


def ordered(before: Performance, after: Performance, rising: str, falling: str) -> None:
    """Hold that measures rise, or fall, from one queue to another."""
    for names, sign in ((rising, 1), (falling, -1)):
        for name in names.split():
            first, second = getattr(before, name), getattr(after, name)
            if first != second:  # both may be endless
                assert sign * (second - first) >= -SLACK * max(1.0, first), name


@checked
@given(
    load=loads,
    ratio=agents_near,
    more=st.floats(0.01, 5),
    aht_s=handling,
    patience_s=any_patience,
    within_s=waits,
)
def test_more_agents_serve_better(
    load: float, ratio: float, more: float, aht_s: float, patience_s: float, within_s: float
) -> None:
    few, many = (
        performance(n, load, aht_s, within_s, patience_s=patience_s)
        for n in (ratio * load, ratio * load + more)
    )
    ordered(few, many, "service_level", "p_wait asa_s occupancy abandoned queue_length")


@checked
@given(
    agents=st.floats(0.5, 300),
    ratio=agents_near,
    more=st.floats(1e-4, 0.5),
    aht_s=handling,
    patience_s=any_patience,
)
def test_more_calls_are_served_worse(
    agents: float, ratio: float, more: float, aht_s: float, patience_s: float
) -> None:
    calm, busy = (
        performance(agents, load, aht_s, 20, patience_s=patience_s)
        for load in (agents / ratio, agents / ratio * (1 + more))
    )
    ordered(calm, busy, "p_wait asa_s occupancy abandoned queue_length", "service_level")


@checked
@given(load=loads, ratio=agents_near, aht_s=handling, patience_s=patiences, longer=st.floats(1.01, 50))
def test_more_patience_loses_fewer_and_lets_them_wait(
    load: float, ratio: float, aht_s: float, patience_s: float, longer: float
) -> None:
    hasty, patient, endless = (
        performance(ratio * load, load, aht_s, 20, patience_s=p, convention="virtual")
        for p in (patience_s, longer * patience_s, None)
    )
    for before, after in ((hasty, patient), (patient, endless)):
        ordered(before, after, "p_wait asa_s occupancy queue_length", "abandoned service_level")


@checked
@given(
    convention=conventions,
    load=loads,
    agents=st.integers(0, 400),
    patience_s=patiences,
    within_s=st.floats(5, 900),
)
def test_every_convention_rises_with_agents_and_stays_a_share(
    convention: str, load: float, agents: int, patience_s: float, within_s: float
) -> None:
    low, high = service_level(
        [agents, agents + 1], load, 300, within_s, patience_s=patience_s, convention=convention
    )
    assert 0 <= low <= high + SLACK <= 1 + SLACK


@checked
@given(
    convention=conventions,
    load=loads,
    ratio=agents_near,
    patience_s=patiences,
    within_s=waits,
    more=st.floats(0.1, 99),
)
def test_a_longer_wait_counts_more_calls(
    convention: str, load: float, ratio: float, patience_s: float, within_s: float, more: float
) -> None:
    short, long = service_level(
        ratio * load, load, 300, [within_s, within_s + more], patience_s=patience_s, convention=convention
    )
    assert short <= long + SLACK


@checked
@given(agents=st.floats(0.001, 500), load=st.floats(1e-6, 600))
def test_shares_are_shares_and_erlang_c_is_above_b(agents: float, load: float) -> None:
    blocked, waiting = erlang_b(agents, load), erlang_c(agents, load)
    assert 0 <= blocked <= waiting <= 1
    # Wherever callers wait, but not for ever, the chance to wait lies between.
    assert blocked - SLACK <= performance(agents, load, 300, 0, patience_s=200).p_wait <= waiting + SLACK


@checked
@given(load=loads, agents=st.integers(1, 400), part=st.floats(0.01, 0.99), patience_s=any_patience)
def test_fractional_agents_lie_between_whole_ones(
    load: float, agents: int, part: float, patience_s: float
) -> None:
    below, between, above = (
        performance(n, load, 240, 20, patience_s=patience_s) for n in (agents, agents + part, agents + 1)
    )
    for first, second in ((below, between), (between, above)):
        ordered(first, second, "service_level", "p_wait asa_s occupancy abandoned queue_length")
    assert erlang_b(agents + 1, load) <= erlang_b(agents + part, load) <= erlang_b(agents, load)


@checked
@given(load=st.floats(1, 300), ratio=st.floats(1.05, 2), aht_s=handling, within_s=waits)
def test_endless_patience_is_the_limit_of_a_long_one(
    load: float, ratio: float, aht_s: float, within_s: float
) -> None:
    limit = performance(ratio * load, load, aht_s, within_s)
    near = performance(ratio * load, load, aht_s, within_s, patience_s=1e14)
    assert astuple(near) == pytest.approx(astuple(limit), rel=1e-6, abs=1e-6)


@checked
@given(load=loads, ratio=agents_near, aht_s=handling)
def test_without_patience_a_call_that_cannot_start_is_lost(load: float, ratio: float, aht_s: float) -> None:
    """Erlang A falls to Erlang B."""
    result = performance(ratio * load, load, aht_s, 20, patience_s=1e-9)
    blocked = erlang_b(ratio * load, load)
    assert (result.p_wait, result.abandoned) == pytest.approx((blocked, blocked), abs=1e-8)


@checked
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 50), st.floats(0, 40), handling, any_patience, waits), min_size=1, max_size=6
    ),
    convention=conventions,
)
def test_arrays_equal_the_loop_over_scalars(rows: list[tuple], convention: str) -> None:
    n, a, aht_s, patience_s, within_s = np.array(rows, dtype=float).T
    together = performance(n, a, aht_s, within_s, patience_s=patience_s, convention=convention)
    for i in range(len(rows)):
        alone = performance(
            n[i], a[i], aht_s[i], within_s[i], patience_s=patience_s[i], convention=convention
        )
        here = [field[i] for field in astuple(together)]
        assert here == pytest.approx(astuple(alone), rel=1e-12, abs=1e-15)
        assert all(np.ndim(value) == 0 and not np.isnan(value) for value in astuple(alone))


@checked
@given(
    load=loads,
    ratio=agents_near,
    aht_s=handling,
    patience_s=any_patience,
    within_s=waits,
    convention=conventions,
)
def test_minutes_or_seconds(
    load: float, ratio: float, aht_s: float, patience_s: float, within_s: float, convention: str
) -> None:
    in_seconds, in_minutes = (
        performance(
            ratio * load,
            load,
            aht_s / unit,
            within_s / unit,
            patience_s=patience_s / unit,
            convention=convention,
            short_s=5 / unit,
        )
        for unit in (1, 60)
    )
    assert in_minutes.asa_s * 60 == pytest.approx(in_seconds.asa_s, rel=1e-9)
    for name in ("p_wait", "service_level", "occupancy", "abandoned", "queue_length"):
        assert getattr(in_minutes, name) == pytest.approx(getattr(in_seconds, name), rel=1e-9, abs=1e-12), (
            name
        )


@checked
@given(calls=st.floats(0, 1e5), aht_s=st.floats(0, 5000), minutes=st.sampled_from([15, 30, 60]))
def test_offered_load_is_work_over_time(calls: float, aht_s: float, minutes: int) -> None:
    assert offered_load(calls, aht_s, minutes) * minutes * 60 == pytest.approx(calls * aht_s, rel=1e-14)


@checked
@given(load=loads, aht_s=handling, patience_s=any_patience, row=st.integers(0, 4))
def test_nan_comes_out_only_where_it_went_in(load: float, aht_s: float, patience_s: float, row: int) -> None:
    arguments = [np.full(2, value) for value in (load * 1.2, load, aht_s, 20.0, patience_s)]
    arguments[row][1] = np.nan
    n, a, handling_s, within_s, patience = arguments
    result = performance(n, a, handling_s, within_s, patience_s=patience)
    assert not np.isnan([field[0] for field in astuple(result)]).any()
    assert np.isnan(result.service_level[1])
    assert (np.isnan(erlang_b(n, a)) == np.isnan(n + a)).all()
    assert (np.isnan(erlang_c(n, a)) == np.isnan(n + a)).all()
