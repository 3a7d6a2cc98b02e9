"""How fast the simulation is: at least 100 times the calls per second of ciw on the same queues.

    python benchmarks/simulation_speed.py [--quick]

Both simulate M/M/n+M, ciw after a short run that warms it and callplan once it is compiled, up to the
shares of calls answered in time and hung up, twice in turn, and the better time counts. What each finds
stands beside the exact value. Exits 1 where a target is missed, or what was found is not that value.
"""

import argparse
import sys
import time
from collections.abc import Callable

import ciw

from erlang import performance
from erlang.simulation.callers import CallType, Team
from erlang.simulation.simulate import simulate

TARGET = 100
AHT_S, PATIENCE_S, WITHIN_S = 300.0, 120.0, 20.0
# Agents and load: a small team, a usual one, a large one; all a little short of agents.
CASES = [(10, 10.0), (50, 50.0), (200, 205.0)]

# Calls, service level, share that hangs up.
Found = tuple[int, float, float]


def by_ciw(agents: int, load: float, hours: float) -> Found:
    """Simulate with ciw, one day after the other in one run."""
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(load / AHT_S)],
        service_distributions=[ciw.dists.Exponential(1 / AHT_S)],
        reneging_time_distributions=[ciw.dists.Exponential(1 / PATIENCE_S)],
        number_of_servers=[agents],
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(hours * 3600)
    records = simulation.get_all_records(only=["service", "renege"])
    answered = [record.waiting_time for record in records if record.record_type == "service"]
    in_time = sum(wait_s <= WITHIN_S for wait_s in answered)
    return len(records), in_time / len(records), 1 - len(answered) / len(records)


def by_callplan(agents: int, load: float, hours: float) -> Found:
    """Simulate with callplan: twenty times the hours, in runs of 40,000 calls."""
    calls = hours * 3600 * load / AHT_S
    runs = max(2, round(20 * calls / 40_000))
    call_type = CallType("calls", 20 * calls / runs, AHT_S, PATIENCE_S, WITHIN_S)
    team = Team("team", ["calls"], agents)
    result = simulate([call_type], [team], minutes=20 * hours * 60 / runs, replications=runs, seed=1)
    row = result.queues.iloc[0]
    return round(runs * row["offered"]), row["service_level"], row["abandoned_share"]


def timed(simulator: Callable[[int, float, float], Found], *case: float) -> tuple[float, Found]:
    """Return the calls per second, and what was found."""
    begun = time.perf_counter()
    found = simulator(*case)
    return found[0] / (time.perf_counter() - begun), found


def main() -> int:
    """Print both rates, their ratio and what both found, and tell whether the target is met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="50,000 calls by ciw instead of 200,000")
    calls = 50_000 if parser.parse_args().quick else 200_000
    missed = 0
    begun = time.perf_counter()
    by_callplan(10, 10.0, 10)
    print(f"loaded, or compiled and kept, in {time.perf_counter() - begun:.1f} s\n")
    print(f"{'agents':>6}{'load':>7}{'ciw/s':>9}{'callplan/s':>12}{'ratio':>7}{'target':>8}", end="")
    print(f"{'':>10}{'service level':^24}{'abandoned':^24}")
    print(f"{'':>59}" + f"{'ciw':>8}{'callplan':>9}{'exact':>7}" * 2)
    for agents, load in CASES:
        hours = calls * AHT_S / load / 3600
        by_ciw(agents, load, hours / 20)
        turns = [timed(simulator, agents, load, hours) for simulator in (by_ciw, by_callplan) * 2]
        (slow, peer), (fast, ours) = max(turns[::2]), max(turns[1::2])
        exact = performance(agents, load, AHT_S, WITHIN_S, patience_s=PATIENCE_S)
        rows = [(peer[i], ours[i], value) for i, value in ((1, exact.service_level), (2, exact.abandoned))]
        agree = all(abs(value - row[2]) < 0.02 for row in rows for value in row[:2])
        verdict = "met" if fast >= TARGET * slow and agree else "MISSED"
        missed += verdict == "MISSED"
        print(f"{agents:>6}{load:>7.0f}{slow:>9,.0f}{fast:>12,.0f}{fast / slow:>7.0f}{TARGET:>8}", end="")
        print(f"  {verdict:<8}" + "".join(f"{a:>8.4f}{b:>9.4f}{c:>7.4f}" for a, b, c in rows))
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
