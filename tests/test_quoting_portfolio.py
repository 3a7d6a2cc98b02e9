"""Pools of clients: what they bring, their teams by formula and by simulation, what the saving hangs on."""

import shutil
import tomllib
import warnings
from math import exp, lgamma, log
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callplan.errors import Refused, Remark
from erlang import CallType, Target, required_agents, size_teams
from quoting.portfolio import pooling, weeks
from quoting.portfolio.clients import DEMO_POOL, Client, Pool, pool_template
from quoting.portfolio.demand import Demand, demands
from quoting.portfolio.doubt import kept, shared_doubt
from quoting.portfolio.pooling import Pooled, lacking, pool
from quoting.portfolio.studies import (
    aht_study,
    busiest,
    correlation_study,
    overflow,
    reverses_at,
)
from quoting.portfolio.teams import hours, mixed, separate, shared, team
from quoting.portfolio.witness import missed, play, smallest
from quoting.sizing.agents import typical_week
from quoting.terms.template import DEMO_OUTBOUND, DEMO_QUOTE
from quoting.terms.terms import Terms

TEN = {name: {"calls": 150, "aht_s": 240, "service_level": 0.8, "within_s": 20} for name in "abcdefghij"}
# Short calls with a strict goal, and long ones with an easy goal.
FAST = {"calls": 400, "aht_s": 45, "service_level": 0.95, "within_s": 5}
SLOW = {"calls": 180, "aht_s": 1200, "service_level": 0.7, "within_s": 600}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Play fewer calls than for a number that is to be stated."""
    monkeypatch.setattr(pooling, "CALLS", 40_000.0)
    monkeypatch.setattr(weeks, "CALLS", 40_000.0)
    monkeypatch.setattr(weeks, "_LEAST_CALLS", 3_000.0)
    monkeypatch.setattr(weeks, "_WEEK_CALLS", 300_000.0)


def of(clients: dict[str, Any], **keys: Any) -> Pool:
    head = {"name": "test", "currency": "EUR", "minutes": 60}
    return Pool.from_dict({**head, **keys, "clients": clients}, "pool.toml")


def quietly(terms: Pool, seed: int = 0) -> Pooled:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Remark)
        return pool(terms, seed)


# ── ten clients of ten erlangs ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("aht_s", [240, 300])
def test_ten_clients_of_ten_erlangs_by_formula(aht_s: float) -> None:
    ten = of({name: client | {"calls": 36000 / aht_s, "aht_s": aht_s} for name, client in TEN.items()})
    assert separate(ten).sum(axis=0).tolist() == [140] * 168
    assert shared(ten).tolist() == [108] * 168


def test_ten_clients_of_ten_erlangs_by_simulation() -> None:
    clients = demands(of(TEN))
    # Looked for from two agents beside the formula's, on either side.
    assert smallest(clients[:1], 0, 16, calls=200_000, seed=3).agents == 14
    assert smallest(clients[:1], 0, 12, calls=200_000, seed=3).agents == 14
    assert smallest(clients, 0, 106, calls=1_500_000, seed=3).agents == 108
    assert smallest(clients, 0, 110, calls=1_500_000, seed=3).agents == 108


def test_the_search_finds_its_way_from_far_off() -> None:
    client = demands(of(TEN))[:1]
    assert [smallest(client, 0, start, calls=100_000, seed=3).agents for start in (1, 40)] == [14, 14]


@pytest.mark.usefixtures("quick")
def test_a_client_that_hardly_ever_calls_does_not_set_the_team() -> None:
    rare = TEN["a"] | {"calls": 0.001}
    result = quietly(of({"rare": rare, "often": TEN["a"]}))
    rows = result.clients.set_index("client")
    assert rows.loc["rare", ["agents", "agents_simulated"]].tolist() == [1, 1]
    assert result.saving.set_index(["by", "step"]).loc[("simulation", 3), "agents"] == 14
    # With a goal that is strict, and not only by chance, it does.
    strict = quietly(
        of({"rare": rare | {"calls": 1, "service_level": 0.95, "within_s": 5}, "often": TEN["a"]})
    )
    assert strict.saving.set_index(["by", "step"]).loc[("simulation", 3), "agents"] in (16, 17)


def test_a_pool_of_ten_is_worked_out() -> None:
    with pytest.warns(Remark, match="10 clients, so the saving is not split"):
        ten = pool(of(TEN), seed=1)
    agents = ten.saving.set_index(["by", "step"])["agents"]
    assert [agents["formula", 1], agents["formula", 3]] == [140, 108]
    assert [ten.clients["agents_simulated"].sum(), agents["simulation", 3]] == [140, 108]
    assert ten.split is None
    assert (ten.clients["by_formula"] == "met").all()
    # All wait in one line, so that all are served alike.
    assert ten.clients["shared"].max() - ten.clients["shared"].min() < 0.01
    assert (ten.clients["shared"] - 0.8314).abs().max() < 0.03
    assert ten.saving["saved"].iloc[2] == pytest.approx(1 - 108 / 140)


# ── unlike calls ──────────────────────────────────────────────────────────────────────────────────


def test_unlike_clients_need_more_agents_together_than_apart() -> None:
    clients = demands(of({"fast": FAST, "slow": SLOW}))
    assert [int(team([client])[0]) for client in clients] == [10, 62]
    apart = [smallest([client], 0, 62, calls=100_000, seed=5).agents for client in clients]
    assert sum(apart) <= 74
    # With as many agents as both have apart the short calls are served far worse than promised.
    served = play(clients, 0, 72, calls=300_000, seed=5).set_index("client")
    assert served.loc["fast", "service_level_hi"] < 0.85
    assert missed(clients, play(clients, 0, 75, calls=300_000, seed=5)) == ["fast"]
    assert smallest(clients, 0, 80, calls=300_000, seed=5).agents > 75


@pytest.mark.usefixtures("quick")
def test_a_pool_that_does_not_pay_says_so() -> None:
    with pytest.warns(
        Remark, match=r"by simulation pooling takes \+1,\d\d\d\.0 hours a week and \+\d+ agents"
    ):
        worse = pool(of({"fast": FAST, "slow": SLOW}))
    row = worse.saving.set_index(["by", "step"]).loc[("simulation", 3)]
    assert row["agents_saved"] < 0
    assert row["staffed_h_saved"] < 0
    assert row["saved"] < 0
    assert worse.split is not None
    assert not worse.split.in_core
    assert any("too unlike" in remark for remark in worse.remarks)


def test_the_saving_turns_as_handling_times_grow_apart() -> None:
    """The same loads and goals as multiples of the handling time: separate teams never change."""
    easy = {"service_level": 0.8, "within_s": 60, "aht_s": 240}
    two = of({"fast": {"calls": 75, **easy}, "slow": {"calls": 600, **easy}})
    study = aht_study(two, (1, 4, 64), calls=400_000, seed=1)
    rows = study[study["goals"] == "in proportion"]
    assert set(rows["separate"]) == {rows["separate"].iloc[0]}
    saved = rows["saved_simulated"].tolist()
    assert saved[0] > 0 > saved[-1]
    assert saved == sorted(saved, reverse=True)
    assert reverses_at(study)["in proportion"] == 64
    # A caller's seconds held, sharing still saves, but less.
    held = study[study["goals"] == "held"]["saved_simulated"]
    assert held.iloc[0] == saved[0]
    assert held.min() >= 0
    np.testing.assert_allclose(rows["longest_s"] / rows["shortest_s"], rows["ratio"])


def test_a_team_sized_by_formula_can_miss_a_goal_where_calls_are_unlike() -> None:
    two = {
        "fast": {"calls": 300, "aht_s": 60, "service_level": 0.8, "within_s": 20},
        "slow": {"calls": 40, "aht_s": 1800, "service_level": 0.8, "within_s": 20},
    }
    clients = demands(of(two))
    by_formula = int(team(clients)[0])
    assert missed(clients, play(clients, 0, by_formula, calls=1_000_000, seed=1)) == ["fast", "slow"]
    assert missed(clients, play(clients, 0, by_formula, calls=100, seed=1), "service_level_hi") == []
    assert smallest(clients, 0, by_formula, calls=1_000_000, seed=1).agents == by_formula + 1


def test_sizing_by_simulation_agrees_with_teams_of_one_skill_sized_elsewhere() -> None:
    goal = Target(service_level=0.8, within_s=20)
    two = of(
        {
            "a": {"calls": 60, "aht_s": 300, "patience_s": 120, "service_level": 0.8, "within_s": 20},
            "b": {"calls": 40, "aht_s": 200, "service_level": 0.8, "within_s": 20},
        }
    )
    call_types = [CallType("a", 60, 300, 120), CallType("b", 40, 200)]
    witness = size_teams(call_types, {"both": ["a", "b"]}, goal, hours=400, seed=2)
    assert smallest(demands(two), 0, 9, calls=400_000, seed=4).agents == witness.agents["both"]


def test_every_goal_is_held_and_each_client_by_its_own_convention() -> None:
    two = of(
        {
            "a": {"calls": 60, "aht_s": 300, "patience_s": 60, "asa_s": 5, "abandoned": 0.02},
            "b": {"calls": 60, "aht_s": 300, "patience_s": 60, "convention": "answered", "occupancy": 0.6}
            | {"service_level": 0.8, "within_s": 20},
        }
    )
    clients = demands(two)
    found = smallest(clients, 0, 10, calls=200_000, seed=1)
    served = found.service.set_index("client")
    assert found.agents == 17  # 10 erlangs at 60% at most
    assert served["occupancy"].max() <= 0.6
    assert served.loc["a", "asa_s"] <= 5
    assert missed(clients, play(clients, 0, 12, calls=200_000, seed=1)) == ["a", "b"]
    answered = play(clients, 0, 8, calls=200_000, seed=1).set_index("client")["service_level"]
    assert answered["b"] > answered["a"] + 0.05, "of those answered more are in time than of all"


# ── the formula ───────────────────────────────────────────────────────────────────────────────────


def a_demand(name: str, calls: float, aht_s: float, **keys: Any) -> Demand:
    goal = keys.pop("target", Target(service_level=0.8, within_s=20))
    return Demand(name, 60, np.array([calls]), np.array([aht_s]), np.array([0]), goal, **keys)


def test_a_mixture_by_hand() -> None:
    a, b = a_demand("a", 30, 120, patience_s=60), a_demand("b", 10, 360)
    load, aht_s, patience_s = mixed([a, b])
    assert load[0] == pytest.approx((30 * 120 + 10 * 360) / 3600)
    assert aht_s[0] == pytest.approx(180)
    assert patience_s[0] == pytest.approx(80), "three of four callers hang up at a rate of 1 / 60"


@given(
    loads=st.lists(st.floats(0.2, 40), min_size=2, max_size=5),
    aht_s=st.floats(60, 900),
    goal=st.sampled_from([(0.8, 20), (0.9, 10), (0.7, 60)]),
)
@settings(max_examples=50, deadline=None)
def test_like_clients_never_need_more_together(
    loads: list[float], aht_s: float, goal: tuple[float, float]
) -> None:
    target = Target(service_level=goal[0], within_s=goal[1])
    clients = [a_demand(str(i), a * 3600 / aht_s, aht_s, target=target) for i, a in enumerate(loads)]
    together = int(team(clients)[0])
    assert together <= sum(int(team([client])[0]) for client in clients)
    assert together == required_agents(sum(loads), aht_s, target)


def test_a_goal_binds_only_while_its_client_calls() -> None:
    strict = Target(service_level=0.95, within_s=5)
    a = Demand("a", 60, np.array([60.0, 60.0]), np.full(2, 300.0), np.array([0, 0]), Target(asa_s=120.0))
    b = Demand("b", 60, np.array([0.0, 6.0]), np.full(2, 300.0), np.array([3, 0]), strict)
    assert team([a, b]).tolist() == [team([a])[0], required_agents(5.5, 300, strict)]
    idle = a.of(np.zeros(2))
    assert team([idle, b]).tolist() == [3, team([b])[1]], "at least those who must be there"


# ── hours and seats ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("quick")
def test_clients_of_other_hours_share_seats_without_sharing_agents() -> None:
    goal = {"aht_s": 240, "service_level": 0.8, "within_s": 20, "calls": 150, "cost_per_agent_h": 20}
    two = of(
        {
            "day": {**goal, "hours": {"mon-sun": "08:00-16:00"}},
            "eve": {**goal, "hours": {"mon-sun": "16:00-22:00"}},
        }
    )
    done = quietly(two)
    rows = done.saving[done.saving["by"] == "formula"].set_index("step")
    assert rows["agents"].tolist() == [28, 14, 14]
    assert rows["staffed_h"].tolist() == [14 * 7 * 14.0] * 3, "they never meet, so that no hour is saved"
    assert rows["cost"].tolist() == [20 * 14 * 7 * 14.0] * 3
    assert done.week.groupby("minute")["shared"].max()[[420, 480, 1260, 1320]].tolist() == [0, 14, 14, 0]


@pytest.mark.usefixtures("quick")
def test_the_same_seed_gives_the_same_pool() -> None:
    two = of({"a": FAST | {"hours": {"mon": "08:00-10:00"}}, "b": SLOW}, volume_sd=0.1)
    runs = [quietly(two, 7), quietly(two, 7), quietly(two, 8)]
    for name in ("clients", "saving", "week", "by_aht", "by_correlation"):
        pd.testing.assert_frame_equal(getattr(runs[0], name), getattr(runs[1], name))
    assert runs[0].clients["shared"].tolist() != runs[2].clients["shared"].tolist()
    assert runs[0].remarks == runs[1].remarks


@pytest.mark.usefixtures("quick")
def test_the_demo_is_worked_out() -> None:
    demo = Pool.from_toml(DEMO_POOL)
    one = quietly(demo, 7)
    assert one.split is not None
    # What the shared team costs by formula, or by simulation where that misses goals, is what is split.
    cost = one.saving.set_index(["by", "step"])["cost"]
    by = "simulation" if one.split.rests_on.startswith("by simulation") else "formula"
    assert one.split.together == pytest.approx(cost[by, 3])
    assert one.split.clients["shapley"].sum() == pytest.approx(cost[by, 3])
    # The doubt of the volumes is in all teams alike.
    at = one.by_correlation.set_index("correlation").loc[0.3]  # type: ignore[union-attr]
    rows = one.saving.set_index(["by", "step"])
    assert [at["separate"], at["shared"]] == [rows.loc[("formula", step), "agents"] for step in (1, 3)]
    assert [at["separate_h"], at["shared_h"]] == [rows.loc[("formula", n), "staffed_h"] for n in (1, 3)]
    assert set(one.saving["sized_for"]) == {"volumes kept with a chance of 90% (sd 10%, correlation 0.3)"}
    assert lacking(demo) == {}
    assert one.split.alone == pytest.approx(cost["formula", 1])
    own, together = separate(demo), shared(demo)
    assert one.saving["agents"].tolist()[:3] == [own.max(axis=1).sum(), own.sum(axis=0).max(), together.max()]
    assert one.week["separate"].sum() == own.sum()
    assert one.saving["staffed_h"].iloc[2] == hours(together, 30)
    # A goal is met where the shared team is sized by simulation.
    promised = pd.Series({"energy": 0.8, "shop": 0.8, "television": 0.75})
    assert (one.clients.set_index("client")["shared"] >= promised).all()


# ── doubt of volumes ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("correlation", [-0.2, 0.0, 0.4, 1.0])
def test_the_doubt_of_a_sum_is_that_of_drawn_volumes(correlation: float) -> None:
    loads, sd = np.array([5.0, 10.0, 25.0]), 0.2
    clients = [a_demand(str(i), a * 10, 360) for i, a in enumerate(loads)]
    spread = sd**2 * (np.full((3, 3), correlation) + (1 - correlation) * np.eye(3)) * np.outer(loads, loads)
    drawn = np.random.default_rng(1).multivariate_normal(loads, spread, 200_000).sum(axis=1)
    assert sd * shared_doubt(clients, correlation)[0] == pytest.approx(drawn.std() / loads.sum(), rel=0.01)


def test_of_like_doubts_nothing_is_saved_and_of_unlike_ones_most() -> None:
    ten = of(TEN, volume_sd=0.2, correlation=0.5)
    study = correlation_study(ten).set_index("correlation")
    sure, z = shared(of(TEN)), 1.2815515655

    def raised(factor: float) -> int:
        return int(team([client.of(client.calls * factor) for client in demands(ten)])[0])

    assert study.loc[1.0, "shared"] == raised(1 + z * 0.2)
    assert study.loc[0.0, "shared"] == raised(1 + z * 0.2 / 10**0.5)
    assert study["shared"].is_monotonic_increasing
    assert study["saved_h"].is_monotonic_decreasing
    assert set(study["separate"]) == {study["separate"].iloc[0]}
    assert study.loc[0.0, "doubt_saved"] > 0.6 > 0.15 > study.loc[1.0, "doubt_saved"]
    assert study.loc[0.5, "doubt_shared_h"] == study.loc[0.5, "shared_h"] - hours(sure, 60)
    with pytest.raises(Refused, match="no doubt of the volumes"):
        correlation_study(of(TEN))


@pytest.mark.usefixtures("quick")
def test_volumes_in_doubt_together_leave_less_of_the_saving() -> None:
    clients = {name: GOOD | {"calls": 75, "hours": {"mon": "09:00-12:00"}} for name in "abc"}
    mean, apart, alike = (
        quietly(of(clients, minutes=30, **keys)).saving.set_index(["by", "step"])["agents"]
        for keys in ({}, {"volume_sd": 0.15}, {"volume_sd": 0.15, "correlation": 1})
    )
    for by in ("formula", "simulation"):
        assert mean[by, 1] < apart[by, 1] == alike[by, 1], "each alone doubts alike"
        assert mean[by, 3] < apart[by, 3] < alike[by, 3]


def test_a_pool_says_beforehand_which_tables_it_will_not_have() -> None:
    ten = of(TEN)
    assert lacking(ten) == {
        "pool_correlation": "give volume_sd, as 0.1",
        "pool_overflow": "give a client overflow_above",
        "pool_split": "put like clients together, to 8 at most",
    }


def test_kept_volumes_are_those_of_the_doubt() -> None:
    two = of({"a": GOOD, "b": GOOD}, volume_sd=0.2, confidence=0.9)
    factor = 1 + 1.2815515655 * 0.2 / 2**0.5
    assert [client.calls[0] for client in kept(demands(two), two)] == pytest.approx([40 * factor] * 2)
    assert kept(demands(two), two, 1.0)[0].calls[0] == pytest.approx(40 * (1 + 1.2815515655 * 0.2))
    assert kept(demands(two)[:1], two)[0].calls[0] == pytest.approx(40 * (1 + 1.2815515655 * 0.2))


# ── overflow ──────────────────────────────────────────────────────────────────────────────────────


def test_overflow_by_hand_and_at_its_ends() -> None:
    goal = {"aht_s": 240, "service_level": 0.8, "within_s": 20, "minimum_agents": 0}
    two = of({"a": {**goal, "calls": 150}, "b": {**goal, "calls": 300}})
    table = overflow(two, "a", [75, 150, 1000]).set_index("above_calls")
    target = Target(service_level=0.8, within_s=20)
    assert table.loc[75, ["own", "pool"]].tolist() == required_agents([5, 25], 240, target).tolist()
    # At the mean half of the intervals have more: exactly, 150 × P(N = 150) a Poisson count.
    at_the_mean = exp(150 * log(150) - 150 - lgamma(151))
    assert table["overflow"].tolist() == pytest.approx([0.5, at_the_mean, 0])
    assert table.loc[1000, "saved_h"] == 0, "nothing flows over"
    apart, together = required_agents([10, 20], 240, target).sum(), required_agents(30, 240, target)
    assert table["pooled_h"].tolist() == [168 * (apart - together)] * 3
    staffed = table.loc[150, ["own", "pool"]].sum() * 168
    assert table.loc[150, ["staffed_h", "saved_h"]].tolist() == [staffed, 168 * apart - staffed]
    with pytest.raises(Refused, match="choose from a, b"):
        overflow(two, "c", [10])
    with pytest.raises(Refused, match="above_calls: found 0"):
        overflow(two, "a", [0])


# ── what a client brings ──────────────────────────────────────────────────────────────────────────


def test_a_day_is_spread_over_its_open_hours() -> None:
    goal: dict[str, Any] = {"aht_s": 240, "service_level": 0.8, "within_s": 20}
    weights = (1,) * 12 + (3,) * 12
    two = of(
        {
            "own": {"calls_per_day": 120, "profile": weights, "weekdays": (2, 1, 1, 1, 1, 0, 6), **goal}
            | {"hours": {"mon-fri": "10:00-14:00"}},
            "named": {"calls_per_day": 500, "profile": "office", **goal},
        }
    )
    own, named = (demand.calls.reshape(7, 24) for demand in demands(two))
    assert own.sum() == pytest.approx(5 * 120), "a mean open day has the figure; Sunday is closed"
    np.testing.assert_allclose(own.sum(axis=1), [200, 100, 100, 100, 100, 0, 0])
    np.testing.assert_allclose(own[0, 10:14], np.array([1, 1, 3, 3]) * 25)
    assert np.count_nonzero(own) == 20
    spread = Client(calls_per_day=500, profile="office", **goal).spread
    assert spread is not None
    shares = spread.cells(60)
    np.testing.assert_allclose(named / named.sum(), shares, atol=1e-12)
    assert named.sum() == pytest.approx(500 * np.count_nonzero(shares.sum(axis=1)))
    # Where it is closed nobody need be there; where it is open somebody is.
    assert demands(two)[0].minimum.reshape(7, 24).sum() == 20


def test_the_busiest_interval_is_the_one_of_the_largest_team() -> None:
    calls = np.array([10.0, 200.0, 201.0, 50.0])
    assert busiest([Demand("a", 60, calls, np.full(4, 240.0), np.zeros(4, int), Target(asa_s=30.0))]) == 2


# ── clients with a quote ──────────────────────────────────────────────────────────────────────────


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(DEMO_QUOTE, tmp_path / "a.toml")
    shutil.copy(DEMO_OUTBOUND, tmp_path / "out.toml")
    return tmp_path


def written(folder: Path, quote: str = "a.toml", currency: str = "EUR", minutes: int = 30) -> Path:
    path = folder / "pool.toml"
    path.write_text(
        f'name = "two"\ncurrency = "{currency}"\nminutes = {minutes}\n[clients.a]\nquote = "{quote}"\n'
        "[clients.b]\ncalls = 40\naht_s = 240\nservice_level = 0.8\nwithin_s = 20\ncost_per_agent_h = 20\n",
        encoding="utf-8",
    )
    return path


def test_a_client_by_its_quote(folder: Path) -> None:
    terms, client = Terms.from_toml(folder / "a.toml"), demands(Pool.from_toml(written(folder)))[0]
    week = typical_week(terms)
    assert client.calls.sum() == pytest.approx(week["calls"].sum())
    first = week.iloc[0]
    place = int(first["weekday"] * 1440 + first["minute"]) // 30
    assert client.calls[place] == first["calls"]
    assert client.target == terms.standard.target
    assert client.patience_s == terms.traffic.patience_s
    assert (client.minimum > 0).sum() == len(week)
    wages = sum(wage.share * wage.per_h for wage in terms.cost.wages) * (1 + terms.cost.burden)
    assert client.cost_per_agent_h == pytest.approx(wages / (1 - terms.staff.shrinkage))
    assert Pool.from_toml(written(folder)).replace(volume_sd=0.1).quote_file("a") == folder / "a.toml"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            {"currency": "USD"},
            "^pool.toml, clients.a.quote: a.toml is in EUR, the pool in USD; bring all to one currency",
        ),
        ({"minutes": 60}, "intervals of 30 minutes, the pool of 60"),
        ({"quote": "out.toml"}, "out.toml is outbound"),
        ({"quote": "none.toml"}, "none.toml: no such file"),
        ({"quote": "../a.toml"}, "name a file in the folder"),
    ],
)
def test_a_quote_that_does_not_fit_is_refused(folder: Path, keys: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        demands(Pool.from_toml(written(folder, **keys)))


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────

GOOD = {"calls": 40, "aht_s": 240, "service_level": 0.8, "within_s": 20}


@pytest.mark.parametrize(
    ("client", "said"),
    [
        ({"aht_s": -240}, r"clients.b.aht_s: found -240; it must be greater than 0"),
        ({"aht_s": 4}, "a handling time of 4 s, below 10 s"),
        ({"calls": None}, "clients.b.calls: neither is given"),
        ({"calls_per_day": 10, "profile": "office"}, "clients.b.calls: both are given"),
        ({"calls": None, "calls_per_day": 10}, "give the profile of a day"),
        ({"calls": None, "calls_per_day": 10, "profile": "ofice"}, "did you mean office"),
        (
            {"calls": None, "calls_per_day": 10, "profile": (1,) * 23},
            "clients.b.profile: rows of other lengths",
        ),
        ({"weekdays": (1,) * 7}, "no profile of weights"),
        ({"service_level": 80}, "clients.b.service_level: found 80"),
        ({"service_level": 1.0}, "no team answers every call in time"),
        ({"within_s": None}, "a service level of 80% without its seconds"),
        ({"service_level": None, "within_s": None}, "clients.b: no goal"),
        ({"service_level": None, "preset": "world_class", "within_s": None}, "98% comes without its seconds"),
        ({"abandoned": 0.05}, "clients.b.patience_s: a goal for hanging up without a patience"),
        ({"convention": "virtual"}, "clients.b.convention: found 'virtual'"),
        ({"hours": {}}, "clients.b.hours: no opening hour"),
        (
            {"hours": {"tue": "09:30-12:00"}},
            "pool.toml, clients.b.hours.tue: 09:30 is off intervals of 60 minutes; set minutes = 30",
        ),
        ({"hours": {"tue": "09:00-12:10"}}, "12:10 is off .*; open and close at quarters of an hour"),
        ({"hours": {"mun": "08:00-10:00"}}, "clients.b.hours.mun: unknown weekday"),
        ({"cost_per_agent_h": 0}, "clients.b.cost_per_agent_h: found 0"),
        ({"overflow_above": -1}, "clients.b.overflow_above: found -1"),
        ({"currency": "USD"}, "clients.b.currency: found 'USD' in a .* in EUR"),
        ({"cals": 3}, "clients.b.cals: unknown key 'cals'; did you mean calls"),
        ({"quote": "b.toml"}, "beside b.toml, which says it too; leave it out"),
        ({"aht_s": "?"}, "clients.b.aht_s: found '\\?'; fill it in"),
    ],
)
def test_a_faulty_client_is_refused_by_its_key(client: dict[str, Any], said: str) -> None:
    faulty = {key: value for key, value in (GOOD | client).items() if value is not None}
    with pytest.raises(Refused, match=said) as fault:
        demands(of({"a": GOOD, "b": faulty}))
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"clients": {"a": GOOD}}, "pool.toml, clients: found 1; a pool has two or more"),
        ({"currency": "Euro"}, "currency: found 'Euro'"),
        ({"minutes": 20}, "minutes: found 20"),
        ({"correlation": 1.5}, "correlation: found 1.5"),
        ({"correlation": -1, "clients": dict.fromkeys("abc", GOOD)}, "-0.50 or more"),
        ({"volume_sd": 30}, "30% is 0.3"),
        ({"confidence": 1}, "confidence: found 1"),
        ({"correlation": 0.3}, "pool.toml, correlation: no doubt of the volumes .*; give volume_sd"),
        ({"correlation": 0.3, "volume_sd": 0}, "pool.toml, correlation: no doubt of the volumes"),
        ({"confidence": 0.8}, "pool.toml, confidence: no doubt of the volumes"),
        (
            {"clients": {"a": GOOD, "b": GOOD | {"cost_per_agent_h": 20}}},
            "clients.a.cost_per_agent_h: this key is",
        ),
    ],
)
def test_a_faulty_pool_is_refused_by_its_key(keys: dict[str, Any], said: str) -> None:
    content = {"name": "test", "currency": "EUR", "minutes": 60, "clients": {"a": GOOD, "b": GOOD}}
    with pytest.raises(Refused, match=said):
        Pool.from_dict(content | keys, "pool.toml")


def test_hours_without_calls_are_refused() -> None:
    night = GOOD | {"calls_per_day": 10, "profile": "office", "hours": {"mon": "02:00-03:00"}}
    del night["calls"]
    with pytest.raises(Refused, match=r"^pool.toml, clients.b.hours: the profile has no calls in them"):
        demands(of({"a": GOOD, "b": night}))


# ── the template ──────────────────────────────────────────────────────────────────────────────────


def test_the_template_is_not_filled_in_and_names_every_key() -> None:
    text = pool_template()
    with pytest.raises(Refused, match="fill it in"):
        Pool.from_dict(tomllib.loads(text), "pool.toml")
    for key in {*Pool.model_fields, *Client.model_fields}:
        assert f"{key} = " in text or f"[{key}." in text, key
    kept = {"minimum_agents", "preset", "convention", "aht_as_given"}
    figures = [line for line in text.splitlines() if " = " in line.split("#  ")[0] and '"?"' not in line]
    assert all(
        any(key in line for key in kept)
        for line in figures
        if line.lstrip("# ").split(" = ")[0].isidentifier()
    )


def test_the_template_once_filled_in_is_a_pool(folder: Path) -> None:
    given = {
        "name": '"two"',
        "currency": '"EUR"',
        "minutes": "30",
        "calls_per_day": "900",
        "profile": '"office"',
    }
    given |= {"aht_s": "240", "service_level": "0.8", "within_s": "20", "quote": '"a.toml"'}
    lines = []
    for line in pool_template().splitlines():
        key = line.split(" = ")[0]
        lines.append(line.replace('"?"', given[key], 1) if key in given else line)
    lines.append("cost_per_agent_h = 22.5")
    text = "\n".join(lines).replace("\nwithin_s = 20", "\nwithin_s = 20\ncost_per_agent_h = 20")
    (folder / "pool.toml").write_text(text, encoding="utf-8")
    assert [demand.client for demand in demands(Pool.from_toml(folder / "pool.toml"))] == ["first", "second"]
