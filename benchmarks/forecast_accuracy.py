"""How near forecasts come, 1 and 4 weeks ahead, beside Prophet, statsforecast and LightGBM.

    python benchmarks/forecast_accuracy.py [--quick] [--no-peers] [--zone Z --country C --dst D FILE ...]

Every method is given all days before an origin, forecasts once, and is scored on the days that follow:
WAPE = sum|forecast - offered| / sum offered over all origins, the mean over queues. Half hours with a
count are scored, and one that a method takes for closed is forecast as 0. Without files it runs on the
demo's bank, and on two data sets that do not come with the project where they are; in the French one a
row that a queue lacks is zero calls.
Of a FILE (columns queue, start, minutes, offered) the origins are the Mondays of its last quarter.
`ratio` is to auto's WAPE at the same origins: slow methods are tried at every fourth.

Exits 1 where a target is missed, 2 where there is nothing to read. With --quick callplan's fast methods
run from all origins, one week ahead, and the fast peers from a few.
"""

import argparse
import io
import multiprocessing
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout, suppress
from pathlib import Path

import numpy as np
import pandas as pd
from peers import with_lightgbm, with_prophet, with_statsforecast
from peers.band_table import print_bands
from peers.cases import DATA, Case, case_of, known_cases
from peers.past import Past
from peers.scores import noise_floor, wape

import forecasting
from callplan.errors import Refused, Remark

AUTO, YARDSTICK = "auto", "mean_of_8"
AHEAD = {"1 week": 7, "4 weeks": 28}
PEERS: dict[str, Callable[[list[Past]], Iterator[np.ndarray]]] = {
    "Prophet, day totals": lambda given: (with_prophet.by_day(past)[0] for past in given),
    "Prophet, half hours": lambda given: (with_prophet.by_half_hour(past)[0] for past in given),
    "statsforecast AutoETS": lambda given: iter(with_statsforecast.forecast(given, "AutoETS")[0]),
    "statsforecast MSTL": lambda given: iter(with_statsforecast.forecast(given, "MSTL")[0]),
    "LightGBM": lambda given: (with_lightgbm.forecast(past) for past in given),
}
# These take a second or more a forecast: tried at every fourth origin, one week ahead.
SLOW = {
    *("holt_winters", "structural", "sarima", "prophet", "prophet_intervals", "boosting"),
    *("Prophet, half hours", "statsforecast MSTL"),
}
SLOW_EVERY = 4
# In the quick mode: these methods alone, the peers among them at every so many origins.
QUICK = (AUTO, YARDSTICK, "seasonal_naive", "statsforecast AutoETS", "LightGBM")
QUICK_EVERY = 8

# The scored half hours of each method (with `origin`, `offered` and `calls`), one week and four ahead.
Results = dict[str, dict[str, pd.DataFrame]]


def say(text: str) -> None:
    """Show how far the work is, on standard error."""
    print(f"\r{text[:78]:<78}", end="", file=sys.stderr, flush=True)


def joined(case: Case, origins: list[pd.Timestamp], days: int, calls: Callable) -> pd.DataFrame:
    """Return the half hours scored at those origins, with what `calls(queue, origin, truth)` says of them."""
    parts = []
    for origin in origins:
        for queue in case.queues:
            truth = case.truth(queue, origin, days)
            parts.append(truth.assign(origin=origin, calls=calls(queue, origin, truth)))
    return pd.concat(parts, ignore_index=True)


def ours(case: Case, model: str, days: int, every: int = 1) -> pd.DataFrame:
    """Return the scored half hours with one of callplan's forecasts of them, at every so many origins."""
    origins = case.fitting(days)[::every]
    ahead = forecasting.backtest(
        case.table(),
        days,
        origins=[origin.date() for origin in origins],
        models=[model],
        calendar=case.calendar,
        progress=lambda line: say(f"{case.name}, {days} days: {line}"),
    )
    # Cutoffs and origins go up together.
    number = ahead["cutoff"].rank(method="dense").astype(int) - 1
    found = {key: rows.set_index("start")["calls"] for key, rows in ahead.groupby([number, "queue"])}

    def calls(queue: str, origin: pd.Timestamp, truth: pd.DataFrame) -> np.ndarray:
        return found[origins.index(origin), queue].reindex(truth["start"]).fillna(0).to_numpy()

    return joined(case, origins, days, calls)


def theirs(case: Case, peer: str, days: int, every: int = 1) -> pd.DataFrame:
    """Return the scored half hours with a peer's forecasts of them, at every so many origins."""
    origins = case.fitting(days)[::every]
    given = [case.past(queue, origin, days) for origin in origins for queue in case.queues]
    say(f"{case.name}, {days} days: {peer}, {len(given)} fits")
    answers = PEERS[peer](given)

    def calls(_queue: str, origin: pd.Timestamp, truth: pd.DataFrame) -> np.ndarray:
        return next(answers)[(truth["day"] - origin).dt.days, truth["slot"]]

    return joined(case, origins, days, calls)


def methods(quick: bool, peers: bool) -> list[str]:
    """Return what is tried: callplan's methods, `auto` and the yardstick first, and the peers."""
    others = [name for name in forecasting.MODELS if name not in (AUTO, YARDSTICK)]
    every = [AUTO, YARDSTICK, *others, *(PEERS if peers else ())]
    return [name for name in every if not quick or name in QUICK]


def run_methods(case: Case, names: list[str], quick: bool) -> tuple[Results, dict[str, str]]:
    """Return what every method forecast, and of those that are not installed why."""
    results: Results = {}
    absent = {}
    for name in names:
        run, every = theirs if name in PEERS else ours, SLOW_EVERY if name in SLOW else 1
        if quick and name in PEERS:
            every = QUICK_EVERY
        far = name not in SLOW and not quick
        try:
            results[name] = {
                label: run(case, name, days, every)
                for label, days in AHEAD.items()
                if case.fitting(days) and (days == 7 or far)
            }
        except (ImportError, with_statsforecast.NotInstalledError) as fault:
            absent[name] = str(fault)
    say("")
    return results, absent


def at_origins_of(rows: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the origins that others have too."""
    return rows[rows["origin"].isin(others["origin"])]


def ratio(results: Results, name: str, label: str) -> float:
    """Return a method's WAPE as a multiple of auto's at the same origins."""
    rows = results[name][label]
    return wape(rows) / wape(at_origins_of(results[AUTO][label], rows))


def print_methods(case: Case, results: Results, absent: dict[str, str]) -> None:
    """Print each method's WAPE and ratio, and what chance alone would leave."""
    queues = "1 queue" if len(case.queues) == 1 else f"the mean of {len(case.queues)} queues"
    print(f"\n{case.name}: {queues}, WAPE in percent")
    print(f"{'method':<24}" + "".join(f"{'origins':>9}{label:>9}{'ratio':>7}" for label in AHEAD))
    for name, by_label in results.items():
        line = f"{name:<24}"
        for label, rows in by_label.items():
            line += (
                f"{rows['origin'].nunique():>9}{100 * wape(rows):>9.2f}{ratio(results, name, label):>7.2f}"
            )
        print(line)
    floors = (100 * noise_floor(rows) for rows in results[AUTO].values())
    print(f"{'noise floor':<24}" + "".join(f"{'':>9}{floor:>9.2f}{'':>7}" for floor in floors).rstrip())
    for peer, why in absent.items():
        print(f"{peer:<24}  not installed: {why}")


def verdict(case: Case, results: Results) -> bool:
    """Print what `auto` is to reach, and whether it did; return whether all that counts is met."""
    found, met = 100 * wape(results[AUTO]["1 week"]), True
    if case.target is not None:
        met = found <= case.target
        word = "met" if met else "MISSED"
        print(f"auto {found:.2f}, target {case.target:g} (ambition {case.ambition:g}): {word}")
    for label in results[AUTO]:
        rivals = [name for name in (YARDSTICK, *PEERS) if label in results.get(name, {})]
        nearest = min(rivals, key=lambda name: ratio(results, name, label))
        least = ratio(results, nearest, label)
        # Four weeks ahead it is only told.
        counts = label == "1 week"
        print(f"{label} ahead, the best other: {nearest}, {least:.2f} times auto's", end="")
        print(f": {'met' if least > 1 else 'MISSED'}" if counts else "")
        met &= least > 1 or not counts
    return met


def report(case: Case, quick: bool, peers: bool) -> tuple[str, bool]:
    """Return all that is to be printed of a case, and whether its targets are met."""
    warnings.simplefilter("ignore", Remark)
    with redirect_stdout(io.StringIO()) as text:
        results, absent = run_methods(case, methods(quick, peers), quick)
        print_methods(case, results, absent)
        met = verdict(case, results)
        print_bands(case, results[AUTO]["1 week"], None if quick or not peers else SLOW_EVERY, say)
    return text.getvalue(), met


def cases(arguments: argparse.Namespace) -> list[Case]:
    """Return what to run on; end with 2 where there is nothing."""
    if not arguments.files:
        if not DATA.is_dir():
            print("two of the data sets are not here: the demo's bank alone (or give files, see --help)")
        return known_cases()
    if arguments.zone is None:
        print("files need their time zone: --zone Europe/Paris", file=sys.stderr)
        sys.exit(2)
    try:
        found = [case_of(file, arguments.zone, arguments.country, arguments.dst) for file in arguments.files]
    except Refused as fault:
        print(fault, file=sys.stderr)
        sys.exit(2)
    return found


def main() -> int:
    """Run everything; return what to exit with."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="histories to run on instead")
    parser.add_argument("--zone", help="the files' time zone, as Europe/Paris")
    parser.add_argument("--country", help="the country of the files' public holidays, as FR")
    parser.add_argument("--dst", default="refuse", choices=("refuse", "as_recorded"))
    parser.add_argument("--quick", action="store_true", help="the fastest methods, peers from few origins")
    parser.add_argument("--no-peers", action="store_true", help="callplan's own methods alone")
    arguments = parser.parse_args()
    if arguments.quick:
        print("quick: the fastest methods alone, peers from every eighth origin")
    tried = cases(arguments)
    if not arguments.no_peers:
        # Once, before several processes ask for it; each of them says why where it cannot be made.
        with suppress(with_statsforecast.NotInstalledError):
            with_statsforecast.environment()
    all_met = True
    # The cores go to the histories, the longest first.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        jobs = {
            case.name: pool.submit(report, case, arguments.quick, not arguments.no_peers)
            for case in sorted(tried, key=lambda case: -len(case.history))
        }
        for case in tried:
            text, met = jobs[case.name].result()
            print(text, end="", flush=True)
            all_met &= met
    return int(not all_met)


if __name__ == "__main__":
    sys.exit(main())
