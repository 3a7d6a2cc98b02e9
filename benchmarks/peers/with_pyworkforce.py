"""pyworkforce's MinRequiredResources on a need of half hours; run by itself, for its solver and ours clash.

Reads [need, seconds] as JSON from standard input; prints status, hours and seconds.
"""

import json
import sys
import time

import numpy as np
from pyworkforce.scheduling import MinRequiredResources


def menu(slots: int) -> dict[str, list[int]]:
    """Return every shift of 4 to 10 hours that fits so many half hours; from 6 hours on with each meal."""
    shifts = {}
    for length in range(8, 21):
        meals = range(6, min(10, length - 2) + 1) if length >= 12 else [None]
        for first in range(slots - length + 1):
            for meal in meals:
                worked = np.zeros(slots, int)
                worked[first : first + length] = 1
                if meal is not None:
                    worked[first + meal] = 0
                shifts[f"{first} {length} {meal}"] = worked.tolist()
    return shifts


def main() -> None:
    """Cover the need, as one day of many periods; the costs are half hours, whole numbers as it asks."""
    need, limit_s = json.load(sys.stdin)
    shifts = menu(len(need))
    begun = time.perf_counter()
    found = MinRequiredResources(
        num_days=1,
        periods=len(need),
        shifts_coverage=shifts,
        required_resources=[need],
        max_period_concurrency=10 * max(need),
        max_shift_concurrency=max(need),
        cost_dict={name: sum(worked) for name, worked in shifts.items()},
        max_search_time=limit_s,
    ).solve()
    print(json.dumps([found["status"], found["cost"] / 2, time.perf_counter() - begun]))


if __name__ == "__main__":
    main()
