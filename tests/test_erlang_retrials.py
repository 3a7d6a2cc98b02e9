"""Callers who call again: the reference values, the balance of attempts, and where it has no end."""

import csv
from collections.abc import Callable
from math import inf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused
from erlang import performance, service_level

Row = dict[str, str]


def each_row(name: str, n_rows: int) -> Callable:
    """Run a test once for every row of a file of reference values."""
    with (Path(__file__).parent / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == n_rows
    return pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in table])


def numbers(row: Row, *names: str) -> list[float]:
    return [float(row[name]) for name in names]


@each_row("erlang_retrials", 8)
def test_erlang_x(row: Row) -> None:
    n, a, aht_s, patience_s, within_s, redial = numbers(
        row, "n", "a_fresh", "aht_s", "patience_s", "T_s", "redial_prob"
    )
    lines = float(row["K"]) if row["K"] else None
    arguments = {"patience_s": patience_s, "lines": lines, "redial": redial}
    result = performance(n, a, aht_s, within_s, **arguments)
    for name, column in {
        "attempts": "attempt_inflation",
        "blocked": "p_block_per_attempt",
        "abandoned": "p_abandon_per_attempt",
        "service_level": "sl_offered_per_attempt",
        "occupancy": "occupancy",
    }.items():
        assert getattr(result, name) == pytest.approx(float(row[column]), rel=0, abs=1e-10), name
    accepted = 1 - result.blocked
    virtual = service_level(n, a, aht_s, within_s, convention="virtual", **arguments)
    assert virtual == pytest.approx(float(row["sl_virtual_accepted"]) * accepted, rel=0, abs=1e-10)
    wait_s = result.queue_length * aht_s / (a * result.attempts * accepted)
    assert wait_s == pytest.approx(float(row["wait_accepted_s"]), rel=1e-10)
    served = result.attempts * (1 - result.blocked - result.abandoned)
    assert served == pytest.approx(float(row["p_eventually_served"]), rel=0, abs=1e-10)


@given(
    agents=st.floats(0.5, 100),
    ratio=st.floats(0.3, 3),
    places=st.one_of(st.integers(0, 50), st.just(inf)),
    patience_s=st.floats(5, 5000),
    redial=st.floats(0, 0.999),
)
def test_attempts_are_calls_and_those_that_come_again(
    agents: float, ratio: float, places: float, patience_s: float, redial: float
) -> None:
    lines = agents + places
    result = performance(agents, ratio * agents, 300, 20, patience_s=patience_s, lines=lines, redial=redial)
    lost = result.blocked + result.abandoned
    assert result.attempts == pytest.approx(1 + redial * result.attempts * lost, rel=1e-10)
    # The measures are those of that many attempts that nobody repeats.
    alone = performance(agents, ratio * agents * result.attempts, 300, 20, patience_s=patience_s, lines=lines)
    assert result.service_level == pytest.approx(alone.service_level, abs=1e-12)
    assert alone.attempts == 1


@given(
    agents=st.integers(1, 60), ratio=st.floats(0.3, 1.5), redial=st.floats(0, 0.9), more=st.floats(0.01, 0.1)
)
def test_more_redials_crowd_the_queue(agents: int, ratio: float, redial: float, more: float) -> None:
    few, many = (
        performance(agents, ratio * agents, 300, 20, patience_s=90, lines=agents + 5, redial=r)
        for r in (redial, redial + more)
    )
    assert many.attempts >= few.attempts
    assert many.service_level <= few.service_level + 1e-11
    assert many.occupancy >= few.occupancy - 1e-11


def test_where_no_call_is_lost_nobody_calls_again() -> None:
    again, once = (performance([10, 10, 0], [8, 12, 0], 300, 20, redial=r) for r in (1.0, 0.0))
    assert (
        again == pytest.approx(once) if isinstance(again, float) else vars(again).keys() == vars(once).keys()
    )
    for name, values in vars(again).items():
        assert values.tolist() == getattr(once, name).tolist()
    assert performance(5, 0, 300, 20, patience_s=60, redial=1).attempts == 1


def test_callers_who_never_give_up_are_all_served_if_agents_can() -> None:
    result = performance(10, [1, 8, 9.9], 300, 20, patience_s=60, lines=12, redial=1)
    served = result.attempts * (1 - result.blocked - result.abandoned)
    assert served == pytest.approx(1, abs=1e-11)
    assert result.occupancy == pytest.approx([0.1, 0.8, 0.99], abs=1e-11)


@pytest.mark.parametrize(("agents", "load"), [(10, 10), (10, 12), (0, 1)])
def test_callers_who_never_give_up_and_cannot_be_served(agents: int, load: float) -> None:
    limited = performance(agents, load, 300, 20, patience_s=60, lines=12, redial=1)
    endless = performance(agents, load, 300, 20, patience_s=60, redial=1)
    for result in (limited, endless):
        assert (result.attempts, result.occupancy) == (inf, pytest.approx(1))
        assert result.service_level == pytest.approx(0, abs=1e-12)
    assert (limited.blocked, limited.abandoned) == pytest.approx((1, 0), abs=1e-12)
    assert (endless.blocked, endless.abandoned, endless.p_wait) == pytest.approx((0, 1, 1), abs=1e-12)
    assert (endless.asa_s, endless.queue_length) == (inf, inf)


def test_a_share_of_redials() -> None:
    with pytest.raises(Refused, match=r"^redial: found 1.5; a share lies between 0 and 1"):
        performance(10, 8, 300, 20, redial=1.5)
    with pytest.raises(Refused, match=r"^redial: found -0.5; it must be 0 or more"):
        performance(10, 8, 300, 20, redial=-0.5)
    result = performance(10, 12, 300, 20, patience_s=60, redial=[0.5, np.nan])
    assert np.isnan(result.attempts).tolist() == [False, True]
    assert np.isnan(result.service_level).tolist() == [False, True]
