"""What the lag is worth: the spread of service between intervals falls by 40% or more, at next to no cost.

    python benchmarks/lag_spread.py [--quick]

A made-up day of half hours with a morning rise, a lunch dip and an evening fall, at three sizes. It is
staffed interval by interval (SIPP) and with the lag of the handle time; the transient equations say what
callers then get. The spread is the standard deviation of the service level over the intervals, without
the first two: those begin with an empty house either way. The smallest size has no target: there the step
from one whole agent to the next spreads service more than the lag can mend. Exits 1 on a missed target.
"""

import argparse
import sys

import numpy as np
import pandas as pd

from erlang import Target, day_performance, require

LEAST_SAVED, MOST_COST = 0.4, 0.01
AHT_S, PATIENCE_S, GOAL = 300.0, 180.0, Target(service_level=0.8, within_s=20)
RISE = [35, 50, 66, 80, 90, 96, 100, 98, 94, 88, 80, 72, 70, 75]
FALL = [82, 86, 84, 78, 70, 62, 54, 46, 40, 34, 30, 27, 24, 22]
SHAPE = np.array(RISE + FALL) / 100
# The busiest half hour in erlangs; the target holds from the second on.
PEAKS = (30, 100, 200, 400)


def day(peak: float) -> pd.DataFrame:
    """Return the forecast of a day whose busiest half hour offers `peak` erlangs."""
    start = pd.date_range("2024-05-06 07:00", periods=len(SHAPE), freq="30min", tz="Europe/Paris")
    calls = SHAPE * peak * 1800 / AHT_S
    rows = pd.DataFrame({"queue": "made up", "start": start, "model": "given", "minutes": 30, "calls": calls})
    return rows.assign(cutoff=start[0], aht_s=AHT_S, calls_lo=np.nan, calls_hi=np.nan, level=np.nan)


def main() -> int:
    """Print both spreads, what the lag saves and costs, and whether the targets are met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="the same: it takes seconds")
    parser.parse_args()
    missed = 0
    print(
        f"{'erlangs':>7}{'lowest':>9}{'spread':>8}{'lowest':>9}{'spread':>8}{'saved':>8}{'target':>8}{'cost':>8}{'target':>8}"
    )
    print(f"{'':>7}{'SIPP':^17}{'lag':^17}")
    for peak in PEAKS:
        ahead = day(peak)
        found = {}
        for lag in (False, True):
            staffed = require(ahead, GOAL, patience_s=PATIENCE_S, lag=lag)
            got = day_performance(staffed, ahead, GOAL, patience_s=PATIENCE_S)
            level = got.intervals["service_level"].iloc[2:]
            found[lag] = level.min(), level.std(), got.agent_hours
        (low, spread, hours), (low_lag, spread_lag, hours_lag) = found[False], found[True]
        saved, cost = 1 - spread_lag / spread, hours_lag / hours - 1
        verdict = "met" if saved >= LEAST_SAVED and cost <= MOST_COST else "MISSED"
        verdict = "" if peak == PEAKS[0] else verdict
        missed += verdict == "MISSED"
        print(
            f"{peak:>7}{low:>9.1%}{spread:>8.3f}{low_lag:>9.1%}{spread_lag:>8.3f}{saved:>8.0%}{LEAST_SAVED:>8.0%}"
            f"{cost:>8.1%}{MOST_COST:>8.1%}  {verdict}"
        )
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
