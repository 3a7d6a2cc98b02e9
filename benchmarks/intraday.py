"""How near the forecast of the rest of a day comes, made anew at 8 to 16 h, beside the morning's.

    python benchmarks/intraday.py [--quick] [--zone Z --country C --dst D FILE ...]

Every week `auto` forecasts seven days; of each of these days the rest is updated by the calls until the
hour. WAPE = sum|forecast - offered| / sum offered of the intervals from the hour on, the mean over
queues, in percent. Beside `update` and the morning's forecast stand that forecast scaled by the ratio of
what came to what was due, and the penalised update of the scores of singular vectors (Shen and Huang
2008), with the number of vectors and the penalty that did best. `band` is the share of counts in the 80%
bands of the morning and of the update, and their mean width beside the morning's.

Exits 1 where the update is worse than the morning at noon, or by more than 1% at any hour; 2 where there
is nothing to read. With --quick few weeks are run, and noon alone counts.
"""

import argparse
import sys
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from peers.cases import Case, case_of, known_cases
from peers.past import Past
from peers.scores import wape

import forecasting
from callplan.errors import Refused, Remark
from callplan.intervals import local_day

HOURS = (8, 10, 12, 14, 16)
NOON, WORSE = 12, 1.01
METHODS = ("morning", "ratio", "svd", "update")
QUICK_EVERY = 8
# Of the singular vectors: how many, how many days of history, and the penalty as a multiple of what the
# scores' own variance would give.
VECTORS, DAYS, PENALTY = 3, 180, 2.0


def by_ratio(day: pd.DataFrame, seen: np.ndarray) -> np.ndarray:
    """Return the day's forecast scaled by what came over what was due."""
    due = day["calls"].to_numpy()
    return due * (day["offered"][seen].sum() / due[seen].sum() if due[seen].sum() > 0 else 1.0)


def vectors_of(past: Past) -> tuple[np.ndarray, np.ndarray, float]:
    """Return singular vectors of past days' roots about their weekday's, their variances, and the noise."""
    roots = np.sqrt(past.counts + 0.25)[-DAYS:]
    weekday = past.days.day_of_week.to_numpy()[-DAYS:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        usual = np.array([np.nanmedian(roots[weekday == number], axis=0) for number in range(7)])
        off = roots - usual[weekday]
        off = off[np.isfinite(off).sum(axis=1) > 3]
        off = np.nan_to_num(np.clip(off, -4 * np.nanstd(off), 4 * np.nanstd(off)))
    _, size, vectors = np.linalg.svd(off, full_matrices=False)
    variance = size**2 / len(off)
    noise = max(0.25, float(variance[VECTORS:].sum() / off.shape[1]))
    return vectors[:VECTORS], variance[:VECTORS], noise


def by_vectors(day: pd.DataFrame, seen: np.ndarray, past: tuple[np.ndarray, np.ndarray, float]) -> np.ndarray:
    """Return the day's forecast after a ridge regression of what came on the singular vectors."""
    vectors, variance, noise = past
    along = vectors[:, day["slot"]]
    said = np.sqrt(day["calls"].to_numpy() + 0.25)
    off = (np.sqrt(day["offered"].to_numpy() + 0.25) - said)[seen]
    matrix = along[:, seen] @ along[:, seen].T + PENALTY * noise * np.diag(1 / variance)
    scores = np.linalg.solve(matrix, along[:, seen] @ off)
    return np.maximum(np.maximum(said + scores @ along, 0) ** 2 - 0.25, 0)


def beside(rows: pd.DataFrame, seen: np.ndarray, vectors: dict[str, tuple]) -> pd.DataFrame:
    """Return the day's rows of all queues with what the other methods say of them."""
    parts = []
    for queue, of_queue in rows.groupby("queue"):
        known = seen[of_queue.index]
        svd = by_vectors(of_queue, known, vectors[queue])
        parts.append(of_queue.assign(ratio=by_ratio(of_queue, known), svd=svd))
    return pd.concat(parts)


def rest_of_days(case: Case, origin: pd.Timestamp, ahead: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the rest of each day and hour: what came, and what each method said."""
    vectors = {queue: vectors_of(case.past(queue, origin, 7)) for queue in case.queues}
    days = local_day(ahead["start"])
    for day in days[days.isin(case.history["day"])].unique():
        forecast = ahead[days == day]
        today = case.table()[case.history["day"] == day]
        rows = forecast.merge(case.history[["queue", "start", "slot", "offered"]], on=["queue", "start"])
        end = rows["start"].dt.tz_localize(None) + pd.to_timedelta(rows["minutes"], unit="min")
        for hour in HOURS:
            now = day + pd.Timedelta(hours=hour)
            begun = time.process_time()
            try:
                updated = forecasting.update(forecast, today, now.to_pydatetime())
            except Refused:  # the day is over
                continue
            spent = (time.process_time() - begun) / rows["queue"].nunique()
            ended = (end <= now).to_numpy()
            rest = beside(rows, ended & rows["offered"].notna().to_numpy(), vectors)[~ended]
            now_said = updated[["queue", "start", "calls", "calls_lo", "calls_hi"]]
            rest = rest.merge(now_said, on=["queue", "start"], suffixes=("", "_now"))
            yield rest.assign(hour=hour, spent=spent)


def run(case: Case) -> pd.DataFrame:
    """Return what was said and what came, of all days and hours."""
    warnings.simplefilter("ignore", Remark)
    origins = case.fitting(7)
    ahead = forecasting.backtest(
        case.table(), 7, origins=[origin.date() for origin in origins], calendar=case.calendar
    )
    number = ahead["cutoff"].rank(method="dense").astype(int) - 1
    parts = [
        rest for place, rows in ahead.groupby(number) for rest in rest_of_days(case, origins[place], rows)
    ]
    found = pd.concat(parts, ignore_index=True)
    return found[found["offered"].notna()].rename(columns={"calls": "morning", "calls_now": "update"})


def inside(rows: pd.DataFrame, suffix: str) -> float:
    low, high = rows[f"calls_lo{suffix}"], rows[f"calls_hi{suffix}"]
    return float(((low <= rows["offered"]) & (rows["offered"] <= high)).mean())


def report(case: Case, rows: pd.DataFrame, quick: bool) -> bool:
    """Print a case's table; return whether the update is good enough."""
    spent = 1e3 * rows["spent"].median()
    print(f"\n{case.name}, {rows['start'].dt.date.nunique()} days, {spent:.0f} ms of CPU a queue")
    print(f"{'hour':>4}" + "".join(f"{name:>9}" for name in METHODS), end="")
    print(f"{'update/morning':>16}{'band: morning':>15}{'update':>8}{'width':>7}")
    good = True
    for hour, of_hour in rows.groupby("hour"):
        found = {name: 100 * wape(of_hour.assign(calls=of_hour[name])) for name in METHODS}
        ratio = found["update"] / found["morning"]
        width = (of_hour["calls_hi_now"] - of_hour["calls_lo_now"]).sum()
        width /= (of_hour["calls_hi"] - of_hour["calls_lo"]).sum()
        print(f"{hour:>4}" + "".join(f"{value:>9.2f}" for value in found.values()), end="")
        print(f"{ratio:>16.3f}{inside(of_hour, ''):>15.1%}{inside(of_hour, '_now'):>8.1%}{width:>7.2f}")
        good &= ratio < 1 if hour == NOON else ratio <= WORSE or quick
    print("met" if good else "MISSED")
    return good


def cases(arguments: argparse.Namespace) -> list[Case]:
    """Return what to run on; end with 2 where there is nothing."""
    if not arguments.files:
        return known_cases()
    if arguments.zone is None:
        print("files need their time zone: --zone Europe/Paris", file=sys.stderr)
        sys.exit(2)
    try:
        return [case_of(file, arguments.zone, arguments.country, arguments.dst) for file in arguments.files]
    except Refused as fault:
        print(fault, file=sys.stderr)
        sys.exit(2)


def main() -> int:
    """Run everything; return what to exit with."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="histories to run on instead")
    parser.add_argument("--zone", help="the files' time zone, as Europe/Paris")
    parser.add_argument("--country", help="the country of the files' public holidays, as FR")
    parser.add_argument("--dst", default="refuse", choices=("refuse", "as_recorded"))
    parser.add_argument("--quick", action="store_true", help="few weeks")
    arguments = parser.parse_args()
    # The longest case first, so that two workers end together.
    tried = cases(arguments)[::-1]
    if arguments.quick:
        tried = [replace(case, origins=case.origins[::QUICK_EVERY]) for case in tried]
    with ProcessPoolExecutor() as pool:
        good = [
            report(case, rows, arguments.quick)
            for case, rows in zip(tried, pool.map(run, tried), strict=True)
        ]
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main())
