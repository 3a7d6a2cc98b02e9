"""How fast and how true the day check is: a second a day, each interval within 0.01 of the simulation.

    python benchmarks/day_check.py [--quick]

A day of 48 half-hours with two peaks is worked out at 50, 200 and 1,000 erlangs, staffed for 80/20 by
Erlang A interval by interval, then repaired at 100. Its service levels are held against replications of
the simulation; what is more than the half-width of their 95% confidence intervals counts as a difference.
Loading or compiling the equations is timed apart. Exits 1 where a target is missed.
"""

import argparse
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from erlang import Target, required_agents
from erlang.day.check import day_performance
from erlang.simulation.simulate import simulate_staffed

AHT_S, PATIENCE_S, GOAL = 300.0, 120.0, Target.parse("80/20")
PROFILE = np.concatenate(
    [np.linspace(0.3, 1, 12), np.linspace(1, 0.7, 12), np.linspace(0.7, 0.9, 12), np.linspace(0.9, 0.2, 12)]
)
SECONDS_A_DAY, LARGEST_DIFFERENCE, SECONDS_A_REPAIR = 1.0, 0.01, 3.0


def day(peak: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return forecast and plan of a day with that many erlangs at its peak."""
    load = peak * PROFILE
    start = pd.date_range("2024-05-06", periods=48, freq="30min", tz="Europe/Paris")
    forecast = pd.DataFrame(
        {"queue": "sales", "start": start, "minutes": 30, "calls": load * 1800 / AHT_S, "aht_s": AHT_S}
    )
    agents = required_agents(load, AHT_S, GOAL, patience_s=PATIENCE_S)
    return forecast, forecast[["queue", "start"]].assign(agents=agents)


def seconds(work: Callable[[], object], runs: int = 3) -> float:
    """Return the shortest time of some runs."""
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def difference(peak: float, replications: int) -> tuple[float, float, float]:
    """Return the largest difference from the simulation, that beyond its noise, and its widest noise."""
    forecast, plan = day(peak)
    found = day_performance(plan, forecast, GOAL, patience_s=PATIENCE_S).intervals
    seen = simulate_staffed(
        forecast.assign(agents=plan["agents"]),
        patience_s=PATIENCE_S,
        within_s=GOAL.within_s,
        replications=replications,
        seed=1,
    ).intervals
    apart = (found["service_level"] - seen["service_level"]).abs()
    noise = (seen["service_level_hi"] - seen["service_level_lo"]) / 2
    return apart.max(), (apart - noise).max(), noise.max()


def main() -> int:
    """Print each figure beside its target."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer replications of the simulation")
    quick, missed = parser.parse_args().quick, 0

    def row(name: str, value: float, target: float | None, note: str = "") -> None:
        nonlocal missed
        verdict = "" if target is None else "  met" if value <= target else "  MISSED"
        missed += verdict == "  MISSED"
        print(f"{name:<42}{value:>9.4f}{target or '':>8}{verdict}{note}", flush=True)

    print(f"{'figure':<42}{'value':>9}{'target':>8}")
    forecast, plan = day(50)
    row("first day of a process, 50 erlangs, s", seconds(lambda: check(plan, forecast), 1), None)
    for peak in (50, 200, 1000):
        forecast, plan = day(peak)
        row(f"a day of {peak:,} erlangs, s", seconds(lambda: check(plan, forecast)), SECONDS_A_DAY)  # noqa: B023
    forecast, plan = day(100)
    row(
        "repair of a day of 100 erlangs, s",
        seconds(lambda: check(plan, forecast, repair=True), 1),
        SECONDS_A_REPAIR,
    )
    for peak, replications in ((20, 16_000), (200, 5_000)):
        largest, beyond, noise = difference(peak, replications // (6 if quick else 1))
        note = f"  (largest {largest:.4f}, noise up to {noise:.4f})"
        row(f"beyond the noise, {peak} erlangs", beyond, LARGEST_DIFFERENCE, note)
    return int(missed > 0)


def check(plan: pd.DataFrame, forecast: pd.DataFrame, *, repair: bool = False) -> object:
    return day_performance(plan, forecast, GOAL, patience_s=PATIENCE_S, repair=repair)


if __name__ == "__main__":
    sys.exit(main())
