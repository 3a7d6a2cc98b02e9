"""The simulation against the formulas, in the cases that have one: each is the other's witness."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from erlang import CONVENTIONS, performance
from erlang.simulation.callers import CallType, Lognormal, Observed, Team
from erlang.simulation.simulate import Simulation, simulate

DATA = Path(__file__).parent / "data"
# Half hours of one load, end to end, as one long interval.
LONG = 300


def steady(call_types: list[CallType], teams: list[Team], **options: object) -> Simulation:
    """Simulate six days of one load, forty times over; `calls` are those of half an hour."""
    long = [replace(call_type, calls=LONG * call_type.calls[0]) for call_type in call_types]
    return simulate(
        long, teams, minutes=30 * LONG, warm_up_min=300, **{"replications": 40, "seed": 7, **options}
    )


def near(row: object, name: str, exact: float, width: float) -> None:
    """Hold that the interval for 95% is narrow, and that the exact value lies within twice its width."""
    value, low, high = row[name], row[f"{name}_lo"], row[f"{name}_hi"]
    half = max(high - value, value - low)
    assert 0 < half <= width, (name, half)
    assert abs(value - exact) <= 2 * half, (name, value, exact, half)


@pytest.mark.parametrize(("agents", "calls", "aht_s"), [(14, 100, 180), (6, 27, 300), (1, 5, 200)])
def test_patient_callers_wait_as_erlang_says(agents: int, calls: float, aht_s: float) -> None:
    exact = performance(agents, calls * aht_s / 1800, aht_s, 20)
    result = steady([CallType("q", calls, aht_s)], [Team("t", ["q"], agents)])
    row = result.queues.iloc[0]
    near(row, "service_level", exact.service_level, 0.01)
    near(row, "asa_s", exact.asa_s, 0.07 * exact.asa_s)
    assert row["p_wait"] == pytest.approx(exact.p_wait, abs=0.01)
    assert result.teams["occupancy"][0] == pytest.approx(exact.occupancy, abs=0.006)
    assert row["abandoned"] == row["blocked"] == 0


@pytest.mark.parametrize("convention", [name for name in CONVENTIONS if name != "virtual"])
def test_impatient_callers_fare_as_palm_says_under_every_convention(convention: str) -> None:
    exact = performance(10, 10, 180, 20, patience_s=60, convention=convention)
    result = steady([CallType("q", 100, 180, 60)], [Team("t", ["q"], 10)], convention=convention)
    row = result.queues.iloc[0]
    near(row, "service_level", exact.service_level, 0.004)
    near(row, "asa_s", exact.asa_s, 0.2)
    near(row, "abandoned_share", exact.abandoned, 0.004)
    assert row["p_wait"] == pytest.approx(exact.p_wait, abs=0.005)
    assert result.teams["occupancy"][0] == pytest.approx(exact.occupancy, abs=0.003)


def with_lines(table: str, names: list[str]) -> list[dict[str, float]]:
    with (DATA / table).open() as file:
        return [
            {name: float(value) for name, value in row.items() if name != "id"}
            for row in csv.DictReader(file)
            if row["id"] in names
        ]


@pytest.mark.parametrize(
    "row",
    with_lines("erlang_mmnk.csv", ["mmnk-004", "mmnk-005", "mmnk-009"])
    + with_lines("erlang_mmnk_m.csv", ["mmnk_m-002", "mmnk_m-003", "mmnk_m-007"]),
)
def test_a_call_that_finds_all_lines_taken_is_blocked(row: dict[str, float]) -> None:
    calls = row["a"] * 1800 / row["aht_s"]
    call_type = CallType("q", calls, row["aht_s"], row.get("patience_s"), row["T_s"], lines=row["K"])
    result = steady([call_type], [Team("t", ["q"], row["n"])])
    found = result.queues.iloc[0]
    near(found, "service_level", row["sl_offered"], 0.01)
    assert found["blocked"] / found["offered"] == pytest.approx(row["p_block"], abs=0.006)
    assert found["p_wait"] == pytest.approx(row["p_wait_offered"], abs=0.012)
    assert found["abandoned_share"] == pytest.approx(row.get("p_abandon_offered", 0.0), abs=0.006)
    assert result.teams["occupancy"][0] == pytest.approx(row["occupancy"], abs=0.008)


SAMPLE = (20.0, 40.0, 40.0, 60.0, 90.0, 150.0, 600.0)


@pytest.mark.parametrize(
    ("aht_s", "mean", "cv"),
    [
        (Lognormal(200, 1.5), 200, 1.5),
        (Lognormal(200, 0), 200, 0),
        (Observed(SAMPLE), np.mean(SAMPLE), np.std(SAMPLE) / np.mean(SAMPLE)),
    ],
)
def test_one_agent_with_any_handling_times_as_pollaczek_and_khinchine_say(
    aht_s: Lognormal | Observed, mean: float, cv: float
) -> None:
    """The mean wait is λ E[S²] / 2(1 - ρ)."""
    busy = 0.6
    exact = busy * mean * (1 + cv**2) / (2 * (1 - busy))
    result = steady([CallType("q", 1800 * busy / mean, aht_s)], [Team("t", ["q"], 1)], replications=150)
    row = result.queues.iloc[0]
    near(row, "asa_s", exact, 0.05 * exact)
    assert row["p_wait"] == pytest.approx(busy, abs=0.01)


def test_patience_of_any_kind_thins_the_queue() -> None:
    """With patience that never varies, all who are answered waited less, and the others just that long."""
    result = simulate(
        [CallType("q", 200, 180, Lognormal(30, 0))], [Team("t", ["q"], 10)], replications=5, records=True
    )
    calls = result.records
    assert (calls.loc[calls["outcome"] == "abandoned", "waited_s"].round(9) == 30).all()
    assert (calls.loc[calls["outcome"] == "answered", "waited_s"] < 30).all()
    drawn = simulate(
        [CallType("q", 200, Observed(SAMPLE), Observed([7, 31]))], [Team("t", ["q"], 3)], records=True
    ).records
    assert set(drawn.loc[drawn["outcome"] == "abandoned", "waited_s"]) == {7, 31}
    assert set(drawn["handle_s"].dropna()) == set(SAMPLE)
    shares = drawn["handle_s"].value_counts(normalize=True)
    assert shares[40.0] == pytest.approx(2 / 7, abs=0.02)


SALES = CallType("sales", 60, 180, 60)
SERVICE = CallType("service", 40, 180, 60, within_s=30)


def test_two_queues_with_a_team_each_are_two_queues() -> None:
    alone = steady([SALES], [Team("s", ["sales"], 6)])
    both = steady([SALES, SERVICE], [Team("s", ["sales"], 6), Team("t", ["service"], 4)])
    assert both.queues.iloc[0].to_dict() == alone.queues.iloc[0].to_dict()
    exact = performance(4, 4, 180, 30, patience_s=60)
    near(both.queues.iloc[1], "service_level", exact.service_level, 0.006)


@pytest.mark.parametrize("routing", ["longest_wait", "priority"])
def test_two_queues_with_one_team_for_both_are_one_queue(routing: str) -> None:
    """By the longest wait each fares as the whole; by priority the whole fares the same, not each."""
    first, second = replace(SALES, within_s=30), replace(SERVICE, priority=2)
    result = steady([first, second], [Team("all", ["sales", "service"], 10)], routing=routing)
    exact = performance(10, 10, 180, 30, patience_s=60)
    if routing == "longest_wait":
        for _, row in result.queues.iterrows():
            near(row, "service_level", exact.service_level, 0.006)
    else:
        level = result.queues["service_level"]
        assert level[0] > exact.service_level + 0.03 > level[1] + 0.06
    lost = result.queues["abandoned"].sum() / result.queues["offered"].sum()
    assert lost == pytest.approx(exact.abandoned, abs=0.003)


def test_the_interval_for_95_percent_holds_the_exact_value_in_19_of_20_runs() -> None:
    exact = performance(10, 10, 180, 20, patience_s=60).service_level
    calls, team = CallType("q", 100, 180, 60), Team("t", ["q"], 10)
    held = 0
    for seed in range(200):
        row = simulate([calls], [team], warm_up_min=30, replications=10, seed=seed).queues.iloc[0]
        held += row["service_level_lo"] <= exact <= row["service_level_hi"]
    assert 0.91 <= held / 200 <= 0.985


def test_a_day_rate_of_its_own_spreads_the_volume() -> None:
    """The variance of a day's calls is that of Poisson and of the rate: m + (m × spread)²."""
    call_types = [replace(SALES, calls=200), replace(SERVICE, calls=300)]
    teams = [Team("all", ["sales", "service"], 60)]
    drawn = simulate(call_types, teams, replications=1000, day_spread=0.2, seed=3, records=True).records
    volume = drawn.groupby(["replication", "queue"]).size().unstack()
    assert volume.mean().tolist() == pytest.approx([200, 300], rel=0.03)
    assert volume.var().tolist() == pytest.approx([200 + 40**2, 300 + 60**2], rel=0.15)
    # The factor is common to all queues of a day.
    assert volume.cov().iloc[0, 1] == pytest.approx(40 * 60, rel=0.15)


def test_arrivals_are_poisson_at_the_rate_of_their_interval() -> None:
    drawn = simulate(
        [CallType("q", [10, 0, 30], 60)], [Team("t", ["q"], 9)], minutes=15, replications=1000, records=True
    ).records
    counts = np.stack(
        [
            np.histogram(calls["arrived_s"], [0, 900, 1800, 2700])[0]
            for _, calls in drawn.groupby("replication")
        ]
    )
    assert counts.mean(axis=0) == pytest.approx([10, 0, 30], rel=0.03)
    assert counts.var(axis=0) == pytest.approx([10, 0, 30], rel=0.1)
    assert drawn["arrived_s"].mod(900).mean() == pytest.approx(450, rel=0.02)
