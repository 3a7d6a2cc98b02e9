"""The Shapley value against brute force and hand-made games, and the split of a pool's cost."""

from itertools import combinations, permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callplan.errors import Refused, Remark
from quoting.portfolio import weeks
from quoting.portfolio.clients import Pool
from quoting.portfolio.demand import demands
from quoting.portfolio.pooling import pool
from quoting.portfolio.split import Split, shapley, split
from quoting.portfolio.teams import costs_of_sets, hours, hours_of_sets, team
from quoting.portfolio.weeks import Weeks

CLIENT = {"calls": 60, "aht_s": 300, "service_level": 0.8, "within_s": 20}


def of(clients: dict[str, Any], **keys: Any) -> Pool:
    return Pool.from_dict(
        {"name": "test", "currency": "EUR", "minutes": 60, **keys, "clients": clients}, "pool.toml"
    )


def paid(result: Split) -> dict[str, float]:
    return result.clients.set_index("client")["shapley"].to_dict()


def by_orders(costs: np.ndarray) -> np.ndarray:
    """Return the mean of what each adds, over all orders of joining."""
    players = len(costs).bit_length() - 1
    added = np.zeros(players)
    orders = list(permutations(range(players)))
    for order in orders:
        there = 0
        for player in order:
            added[player] += costs[there | 1 << player] - costs[there]
            there |= 1 << player
    return added / len(orders)


# ── the value ─────────────────────────────────────────────────────────────────────────────────────


def test_three_on_one_runway_by_hand() -> None:
    # The first 8 are shared by three, the next 3 by two, the last 2 are the third's own.
    runway = [0, 8, 11, 11, 13, 13, 13, 13]
    np.testing.assert_allclose(shapley(runway), [8 / 3, 8 / 3 + 3 / 2, 8 / 3 + 3 / 2 + 2])


def test_a_game_of_gloves() -> None:
    """One has a left glove, two have a right one; a pair is worth 1 (Shapley: 2/3, 1/6, 1/6)."""
    pairs = [0, 0, 0, 1, 0, 1, 0, 1]
    np.testing.assert_allclose(shapley(pairs), [2 / 3, 1 / 6, 1 / 6])


@given(st.lists(st.floats(-100, 100), min_size=15, max_size=15))
@settings(max_examples=30, deadline=None)
def test_brute_force_over_all_orders_of_four(values: list[float]) -> None:
    costs = np.array([0.0, *values])
    np.testing.assert_allclose(shapley(costs), by_orders(costs), atol=1e-9)


@given(st.integers(1, 8), st.integers(0, 2**31))
@settings(max_examples=30, deadline=None)
def test_its_axioms(players: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    costs, others = rng.normal(size=(2, 2**players))
    costs[0] = others[0] = 0.0
    value = shapley(costs)
    assert value.sum() == pytest.approx(costs[-1], abs=1e-9)
    np.testing.assert_allclose(shapley(costs + 2 * others), value + 2 * shapley(others), atol=1e-9)
    sets = np.arange(2**players)
    # One who adds 5 to whatever is there pays 5, and changes nothing for the others.
    dummy = np.concatenate([costs, costs + 5.0])
    np.testing.assert_allclose(shapley(dummy), [*value, 5.0], atol=1e-9)
    # Costs by the number of those inside: all are alike.
    size = np.array([int(number).bit_count() for number in sets])
    np.testing.assert_allclose(shapley(np.sqrt(size)), np.sqrt(players) / players)


@pytest.mark.parametrize("costs", [[], [0.0], [0, 1, 2], [[0, 1]], [1, 2], [0, np.nan], [0, np.inf]])
def test_costs_that_are_no_game_are_refused(costs: Any) -> None:
    with pytest.raises(Refused, match="costs: "):
        shapley(costs)


# ── the split of a pool ───────────────────────────────────────────────────────────────────────────


def test_like_clients_pay_alike_and_all_gain() -> None:
    result = split(of(dict.fromkeys("abcd", CLIENT)))
    assert result.unit == "staffed hours"
    assert result.alone == 4 * 8 * 168
    assert result.together == 25 * 168
    assert list(paid(result).values()) == pytest.approx([25 / 4 * 168] * 4)
    assert result.in_core
    assert result.proportional_in_core
    assert result.objects == ()
    assert str(result) == (
        "5,376.00 staffed hours a week apart, 4,200.00 together, by formula for mean volumes; "
        "nobody pays more than without the others"
    )


def test_two_clients_halve_what_they_save() -> None:
    small, large = (
        CLIENT | {"calls": 24, "cost_per_agent_h": 18},
        CLIENT | {"calls": 240, "cost_per_agent_h": 30},
    )
    terms = of({"small": small, "large": large})
    result, rows = split(terms), split(terms).clients.set_index("client")
    saved = result.alone - result.together
    assert saved > 0
    assert rows["shapley_saves"].tolist() == pytest.approx([saved / 2] * 2)
    assert rows["by_load"].sum() == pytest.approx(result.together)
    assert rows.loc["small", "load_share"] == pytest.approx(1 / 11)
    assert rows["by_load_saves"].sum() == pytest.approx(saved)
    own_h = np.array([hours(team([client]), 60) for client in demands(terms)])
    mean = own_h @ [18, 30] / own_h.sum()
    assert result.unit == "EUR"
    assert result.together == pytest.approx(hours(team(demands(terms)), 60) * mean)
    assert result.alone == pytest.approx(own_h @ [18, 30])


def test_a_client_that_never_meets_the_others_pays_its_own_cost() -> None:
    hours_of = {"a": "08:00-12:00", "b": "08:00-12:00", "night": "20:00-23:00"}
    result = split(of({name: CLIENT | {"hours": {"mon-sun": span}} for name, span in hours_of.items()}))
    rows = result.clients.set_index("client")
    assert rows.loc["night", "shapley"] == pytest.approx(rows.loc["night", "alone"]) == 8 * 21
    assert rows.loc["a", "shapley"] < rows.loc["a", "alone"]
    assert result.in_core


def test_who_loses_by_the_pool_is_named() -> None:
    fast = {"calls": 400, "aht_s": 45, "service_level": 0.95, "within_s": 5}
    slow = {"calls": 180, "aht_s": 1200, "service_level": 0.7, "within_s": 600}
    result = split(of({"fast": fast, "slow1": slow, "slow2": slow}))
    three = of({"fast": fast, "slow1": slow, "slow2": slow})
    costs = hours_of_sets(three, demands(three))
    value = shapley(costs)
    assert not result.in_core
    names = result.clients["client"].tolist()
    excess = {
        sum(1 << i for i in some): sum(value[i] for i in some) - costs[sum(1 << i for i in some)]
        for size in (1, 2)
        for some in combinations(range(3), size)
    }
    worst = max(excess, key=lambda number: excess[number])
    assert result.objects == tuple(name for i, name in enumerate(names) if worst >> i & 1)
    assert result.by == pytest.approx(excess[worst])
    assert f"{' and '.join(result.objects)} would pay" in str(result)


def test_dear_shared_agents_can_eat_up_the_saving() -> None:
    clients = dict.fromkeys("ab", CLIENT | {"cost_per_agent_h": 20})
    cheap, dear = split(of(clients)), split(of(clients, cost_per_agent_h=25))
    assert dear.alone == cheap.alone == 2 * 8 * 168 * 20
    assert dear.together == cheap.together * 25 / 20
    assert cheap.in_core
    assert not dear.in_core
    assert dear.objects in (("a",), ("b",))


def test_eight_clients_are_split_and_nine_are_refused() -> None:
    eight = {
        name: CLIENT | {"calls": 20 + 15 * n, "within_s": 10 + 5 * n} for n, name in enumerate("abcdefgh")
    }
    result = split(of(eight))
    assert sum(paid(result).values()) == pytest.approx(result.together)
    costs = hours_of_sets(of(eight), demands(of(eight)))
    assert len(costs) == 256
    assert costs[0b10100001] == hours(team([demands(of(eight))[i] for i in (0, 5, 7)]), 60)
    with pytest.raises(Refused, match=r"^pool.toml, clients: 9 clients.*put clients with like calls"):
        split(of(dict.fromkeys("abcdefghi", CLIENT)))


# ── where the simulation denies the formula ───────────────────────────────────────────────────────

# Calls of other lengths: the shared team of the last two by formula misses their goals.
UNLIKE = {
    name: {"calls": calls, "aht_s": aht_s, "service_level": 0.8, "within_s": 20, "cost_per_agent_h": 20}
    | {"hours": {"mon": "09:00-12:00"}}
    for name, calls, aht_s in (("mean", 75, 240), ("long", 30, 600), ("short", 200, 90))
}


def test_what_is_split_is_what_the_simulation_leaves() -> None:
    two = of({name: UNLIKE[name] for name in ("long", "short")}, minutes=30)
    with pytest.warns(Remark, match="misses the goals"):
        found = pool(two)
    cost = found.saving.set_index(["by", "step"])["cost"]
    assert [cost["formula", 3], cost["simulation", 3], cost["simulation", 1]] == [1440, 1500, 1620]
    result = found.split
    assert result is not None
    assert [result.alone, result.together] == [1620, 1500]
    assert paid(result) == pytest.approx({"long": 840 - 60, "short": 780 - 60})
    assert result.clients["by_load"].sum() == pytest.approx(1500)
    assert str(result).startswith(
        "1,620.00 EUR a week apart, 1,500.00 together, by simulation for mean volumes, as teams sized by "
        "formula (1,440.00 together) miss goals; nobody"
    )


def test_a_set_that_misses_its_goals_by_formula_is_simulated_too() -> None:
    three = of(UNLIKE, minutes=30)
    found = pool(three)
    result, clients = found.split, demands(three)
    assert result is not None
    assert result.rests_on.startswith("by simulation")
    # All three together are well sized by formula, the long and the short by themselves are not.
    costs = costs_of_sets(clients, hours_of_sets(three, clients), None)
    assert result.together == costs[-1] == found.saving.set_index(["by", "step"])["cost"]["simulation", 3]
    assert costs[0b110] == 1440
    simulated = [0, 840, 840, 1500, 780, 1440, 1500, 2100]
    fair = dict(zip(UNLIKE, by_orders(np.array(simulated, float)).tolist(), strict=True))
    assert paid(result) == pytest.approx(fair)


def test_too_many_sets_are_scaled_to_the_simulated_saving(monkeypatch: pytest.MonkeyPatch) -> None:
    four = of(
        {name: CLIENT | {"hours": {"tue-sun": "08:00-20:00"}} for name in "abc"}
        | {"night": CLIENT | {"hours": {"mon": "02:00-03:00"}}}
    )
    by_formula = split(four)
    left_h = (by_formula.alone + by_formula.together) / 2
    result = split(four, left_h)
    assert result.together == pytest.approx(left_h)
    rows, before = (one.clients.set_index("client") for one in (result, by_formula))
    assert rows["shapley"].sum() == pytest.approx(left_h)
    np.testing.assert_allclose(rows["shapley_saves"], before["shapley_saves"] / 2, atol=1e-9)
    assert rows.loc["night", "shapley"] == pytest.approx(8), "who meets nobody pays its own team"
    assert [result.in_core, result.proportional_in_core, result.objects] == [None, None, ()]
    assert "smaller teams in proportion" in str(result)
    assert "not known" in str(result)
    with pytest.raises(Refused, match=r"^pool.toml, clients: a shared team saves nothing"):
        split(four, by_formula.alone)
    monkeypatch.setattr(weeks, "_MOST_PLAYED", 0)
    assert Weeks(0, print).hours_of_sets(four, demands(four)) is None


def test_the_doubt_of_volumes_is_in_the_split() -> None:
    clients = {name: CLIENT | {"hours": {"mon": "09:00-12:00"}} for name in "abc"}
    mean, apart, alike = (
        split(of(clients, **keys)) for keys in ({}, {"volume_sd": 0.2}, {"volume_sd": 0.2, "correlation": 1})
    )
    assert mean.alone < apart.alone == alike.alone
    assert mean.together < apart.together < alike.together
    assert "kept with a chance of 90% (sd 20%, correlation 1)" in str(alike)
