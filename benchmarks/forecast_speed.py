"""What a year of 100 queues costs `auto`, beside one fit of Prophet and one of statsforecast's MSTL.

    python benchmarks/forecast_speed.py [--quick]

Choosing, calibrating, the forecast of a week and its bands are in the figure: one call of
`forecasting.forecast` at its defaults, with the calendar. Queues are made up: half hours with weekday
and day shapes, holidays, a level that drifts and counts that scatter more than Poisson's, 20 to 400
calls in a mean open half hour, one queue in three open round the clock. Seconds are those of the
processor, child processes too, after a first call that loads and compiles; the linear algebra of all is
held to one thread, for idle ones spin at the expense of the figure. The peers fit a queue that is open
round the clock, and the ratio is to what such a queue costs `auto`.

Exits 1 where a target is missed. --quick: fewer queues.
"""

import argparse
import os
import subprocess
import sys
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from peers import with_prophet, with_statsforecast
from peers.cases import Case, placed
from peers.past import Past

import forecasting
from callplan.errors import Remark
from callplan.intervals import grid, local_day, minute_of_day

ZONE, COUNTRY, LAST = "America/New_York", "US", "2024-12-29"
ROUND_THE_CLOCK = 3
"""Every so many queues one is open day and night."""
# CPU-seconds for 100 queues of a year; how many times faster a queue than one fit of a peer.
TARGET_S, AMBITION_S, TARGET_RATIO, AMBITION_RATIO = 60.0, 20.0, 20.0, 50.0
# Cost may grow by so much more than queues or years do: the seconds of a busy machine scatter by a fifth.
LINEAR = 1.5


def say(text: str) -> None:
    """Show how far the work is, on standard error."""
    print(f"\r{text[:78]:<78}", end="", file=sys.stderr, flush=True)


def cpu_s() -> float:
    """Return the processor's seconds of this process and of its children that have ended."""
    return sum(os.times()[:4])


def spent(call: Callable[[], object]) -> float:
    """Return the processor's seconds that a call takes."""
    begun = cpu_s()
    call()
    return cpu_s() - begun


def made_up(queues: int, years: int) -> pd.DataFrame:
    """Return the history of so many queues; of more queues the first are the same."""
    days = pd.date_range(end=LAST, periods=364 * years)
    starts = grid(days[0].date(), days[-1].date(), 30, ZONE)
    holidays = forecasting.Calendar(COUNTRY).holidays(days[0].date(), days[-1].date())
    is_holiday = np.isin(days.date, list(holidays))
    parts = []
    for number in range(queues):
        rng = np.random.default_rng([24, number])
        is_open, calls = one_queue(rng, starts, days, is_holiday, always=number % ROUND_THE_CLOCK == 0)
        rows = pd.DataFrame(
            {"queue": f"queue {number:03d}", "start": starts, "minutes": 30, "offered": calls}
        )
        parts.append(rows[is_open])
    return pd.concat(parts, ignore_index=True)


def one_queue(
    rng: np.random.Generator,
    starts: pd.Series,
    days: pd.DatetimeIndex,
    is_holiday: np.ndarray,
    *,
    always: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Return in which half hours a queue is open, and its calls: weekday × day shape × level."""
    weekday, hour = starts.dt.day_of_week.to_numpy(), minute_of_day(starts).to_numpy() / 60
    day = (local_day(starts) - days[0]).dt.days.to_numpy()
    is_open = np.full(len(starts), True) if always else (weekday < 5) & (hour >= 8) & (hour < 20)
    peaks = np.exp(-((hour - rng.normal(10.5, 0.7)) ** 2) / 8)
    peaks += rng.uniform(0.5, 1) * np.exp(-((hour - rng.normal(15.5, 1)) ** 2) / 10) + 0.08
    week = np.array([1.2, 1.05, 1.0, 0.98, 0.95, 0.5, 0.4]) * rng.normal(1, 0.05, 7)
    level = np.exp(np.cumsum(rng.normal(0, 0.02, len(days))) + rng.normal(0, 0.05, len(days)))
    mean = peaks * week[weekday] * (level * np.where(is_holiday, 0.45, 1))[day]
    mean *= np.exp(rng.uniform(np.log(20), np.log(400))) / mean[is_open].mean()
    # Gamma-Poisson: a half hour scatters by some 13% more than chance alone.
    return is_open, rng.poisson(mean * rng.gamma(60, 1 / 60, len(mean))).astype(float)


def auto_s(queues: int, years: int, *, round_the_clock: bool = False) -> float:
    """Return the processor's seconds of a week's forecast with bands, of some of the queues."""
    say(f"auto: {queues} queues, {years} years")
    history, calendar = made_up(queues, years), forecasting.Calendar(COUNTRY)
    if round_the_clock:
        history = history[history["queue"].isin(history["queue"].unique()[::ROUND_THE_CLOCK])]
    return spent(lambda: forecasting.forecast(history, days=7, calendar=calendar))


def one_past() -> Past:
    """Return a year of a queue that is open round the clock, as the peers are given it."""
    history = made_up(1, 1)
    origin = pd.Timestamp(LAST) + pd.Timedelta(days=1)
    return Case("made up", placed(history), COUNTRY, [origin]).past("queue 000", origin, 7)


def peers_s() -> dict[str, float | str]:
    """Return the processor's seconds of one fit of each peer, or why there is none."""
    past = one_past()
    seconds: dict[str, float | str] = {}
    say("Prophet, half hours: 1 fit")
    # A first one, of few days, loads what Prophet needs.
    with_prophet.by_half_hour(past.recent(14), (0.1, 0.9))
    seconds["Prophet, half hours, one fit"] = spent(lambda: with_prophet.fit_half_hours(past))
    both = spent(lambda: with_prophet.by_half_hour(past, (0.1, 0.9)))
    seconds["Prophet, with a week of bands"] = both
    say("statsforecast MSTL(48, 336): 1 fit")
    try:
        seconds["statsforecast MSTL, one fit"] = float(with_statsforecast.forecast([past], "MSTL")[1][0])
    except with_statsforecast.NotInstalledError as fault:
        seconds["statsforecast MSTL, one fit"] = f"not installed: {fault}"
    return seconds


def beside_peers(queues: int) -> bool:
    """Print what the queues cost, and how much more a peer's fit does; return whether targets are met."""
    total = auto_s(queues, 1)
    each = auto_s(4 * ROUND_THE_CLOCK, 1, round_the_clock=True) / 4
    target, ambition = TARGET_S * queues / 100, AMBITION_S * queues / 100
    met = total <= target
    seconds = peers_s()
    say("")
    print(f"{'what':<30}{'CPU s':>9}{'CPU s a queue':>15}{'ratio':>8}{'target':>8}{'ambition':>10}")
    print(f"{f'auto, {queues} queues x 1 year':<30}{total:>9.2f}{total / queues:>15.3f}{'':>8}", end="")
    print(f"{f'{target:g} s':>8}{f'{ambition:g} s':>10}  {'met' if met else 'MISSED'}")
    print(f"{'auto, a queue day and night':<30}{each:>9.3f}{each:>15.3f}{1:>8}")
    for name, cost in seconds.items():
        if isinstance(cost, str):
            print(f"{name:<30}  {cost}")
            continue
        print(f"{name:<30}{cost:>9.2f}{cost:>15.3f}{cost / each:>8.1f}", end="")
        if name.endswith("one fit"):
            near = cost / each >= TARGET_RATIO
            met &= near
            print(f"{TARGET_RATIO:>8g}{AMBITION_RATIO:>10g}  {'met' if near else 'MISSED'}", end="")
        print()
    return met


def growth(what: str, sizes: list[int], cost: Callable[[int], float]) -> bool:
    """Print what each size costs; return whether that grows no faster than the size."""
    seconds = [cost(size) for size in sizes]
    say("")
    print(f"\n{what:<10}{'CPU s':>9}{'times the first':>17}{'times its size':>16}{'at most':>9}")
    all_met = True
    for size, spent_s in zip(sizes, seconds, strict=True):
        times = spent_s / seconds[0]
        share = times / (size / sizes[0])
        met = share <= LINEAR
        all_met &= met
        print(
            f"{size:<10}{spent_s:>9.2f}{times:>17.2f}{share:>16.2f}{LINEAR:>9g}  {'met' if met else 'MISSED'}"
        )
    return all_met


def main() -> int:
    """Run everything; return what to exit with."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="20 queues; growth on few")
    quick = parser.parse_args().quick
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        # Only a new process heeds it.
        alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        return subprocess.run([sys.executable, *sys.argv], env=alone, check=False).returncode
    warnings.simplefilter("ignore", Remark)
    auto_s(1, 1)
    met = beside_peers(20 if quick else 100)
    met &= growth("queues", [5, 10, 20] if quick else [25, 50, 100], lambda queues: auto_s(queues, 1))
    met &= growth("years", [1, 2, 3], lambda years: auto_s(5 if quick else 25, years))
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
