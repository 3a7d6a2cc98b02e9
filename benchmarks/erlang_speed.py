"""How fast teams are sized, beside pyworkforce: one target, all rows different, and with patience.

    python benchmarks/erlang_speed.py [--quick]

Loads are log-uniform on 1 to 500 erlangs. Our times are those of one call, whatever it compiles or
tabulates; the first line is a fresh process. The peer sizes one interval a call, in a process of its own: it
runs on a sample of the same rows, and its rate stands for all of them. It knows no patience: there
its Erlang C on the like rows is the measure. Integers are held against each other, and against the
reference files where they are. Exits 1 where a target is missed, 2 where the peer is not installed.
"""

import argparse
import csv
import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference" / "erlang"
# The reference's names of conventions.
CONVENTIONS = {
    "sl_offered": "offered",
    "sl_short_abandons_good": "abandon_positive",
    "sl_short_abandons_excluded": "abandon_ignored",
    "sl_of_answered": "answered",
    "sl_virtual": "virtual",
}
ASKED = ("load", "aht_s", "service_level", "within_s")
IMPORT_S, ONE_TARGET, DIFFERING, IMPATIENT = 1.0, 2000, 150, 25
FRESH = """
import time
begun = time.perf_counter()
from erlang import Target, required_agents
imported = time.perf_counter() - begun
required_agents([10.0, 20.0], [180.0, 240.0], Target(service_level=0.8, within_s=20))
print(imported, time.perf_counter() - begun - imported)
"""


def rows(count: int) -> dict[str, np.ndarray]:
    """Return queues that differ in everything; of more rows the first are the same."""
    load, aht_s, share, within_s, patience_s = np.random.default_rng(20).random((count, 5)).T
    return {
        "load": 500**load,
        "aht_s": 120 + 480 * aht_s,
        "service_level": 0.7 + 0.25 * share,
        "within_s": 5 + 55 * within_s,
        "patience_s": 30 + 570 * patience_s,
    }


def one_target(queues: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the same loads under 80/20 and one handling time."""
    same = {"aht_s": 180.0, "service_level": 0.8, "within_s": 20.0}
    return queues | {name: np.full(len(queues["load"]), value) for name, value in same.items()}


def small(count: int) -> dict[str, np.ndarray]:
    """Return few calls under easy goals: a single agent above the load is often enough, or none."""
    load, share, within_s = np.random.default_rng(21).random((count, 3)).T
    aht_s = np.full(count, 120.0)
    return {
        "load": 0.1 * 100**load,
        "aht_s": aht_s,
        "service_level": 0.5 + 0.3 * share,
        "within_s": 20 + 100 * within_s,
    }


def peer(count: int) -> None:
    """Print the peer's seconds and integers for the first rows of each kind, as JSON."""
    from pyworkforce.queuing import ErlangC

    answer = {}
    kinds = {"one": one_target(rows(count)), "differing": rows(count), "small": small(2000)}
    for name, queues in kinds.items():
        columns = (queues[key].tolist() for key in ASKED)
        cases = list(zip(*columns, strict=True))
        agents = []
        begun = time.thread_time()
        for load, aht_s, share, within_s in cases:
            minutes = aht_s / 60
            queue = ErlangC(transactions=load * 30 / minutes, asa=within_s / 60, aht=minutes, interval=30)
            agents.append(queue.required_positions(service_level=share, max_occupancy=1.0)["raw_positions"])
        answer[name] = {"seconds": time.thread_time() - begun, "agents": agents}
    print(json.dumps(answer))


def ours(queues: dict[str, np.ndarray], shared: bool, patience: bool) -> Callable[[], np.ndarray]:
    """Return the call that sizes these rows: scalars for what they share."""
    from erlang import Target, required_agents

    given = {name: values[0] if shared and name != "load" else values for name, values in queues.items()}

    def call() -> np.ndarray:
        target = Target(service_level=given["service_level"], within_s=given["within_s"])
        more = {"patience_s": given["patience_s"]} if patience else {}
        return required_agents(given["load"], given["aht_s"], target, **more)

    return call


def timed(call: Callable[[], np.ndarray], runs: int) -> tuple[np.ndarray, float]:
    """Return what a call gives, and the seconds of the processor in its fastest run.

    Those of this thread: numpy's own may spin for a while without doing anything.
    """
    seconds = []
    for _ in range(runs):
        begun = time.thread_time()
        agents = call()
        seconds.append(time.thread_time() - begun)
    return agents, min(seconds)


def fresh_process() -> bool:
    """Print what the first call of a fresh process costs, the best of three; return whether that will do."""
    runs = [
        subprocess.run([sys.executable, "-c", FRESH], check=True, capture_output=True, text=True).stdout
        for _ in range(3)
    ]
    imported, first = min(tuple(float(word) for word in run.split()) for run in runs)
    met = imported + first <= IMPORT_S
    print(f"fresh process: import {imported:.2f} s, first call {1000 * first:.1f} ms", end="; ")
    print(f"at most {IMPORT_S:g} s: {'met' if met else 'MISSED'}")
    return met


def differences(name: str, queues: dict[str, np.ndarray], mine: np.ndarray, theirs: list[int]) -> None:
    """Print where the peer's integers are others than ours, and what ours reach."""
    from erlang import service_level

    other = np.flatnonzero(mine[: len(theirs)] != theirs)
    print(f"{name}: the peer differs in {len(other)} of {len(theirs)} rows")
    for i in other[:3]:
        load, aht_s, share, within_s = (queues[key][i] for key in ASKED)
        reached = service_level(mine[i], load, aht_s, within_s)
        print(
            f"  {load:.4g} erlangs, AHT {aht_s:.0f} s, {share:.1%} in {within_s:.0f} s: peer {theirs[i]}, "
            f"ours {mine[i]} with {reached:.1%}"
        )


def reference() -> bool:
    """Hold our integers against the reference files; return whether all are the same."""
    if not REFERENCE.is_dir():
        print("reference files: not here")
        return True
    from erlang import Target, required_agents

    wrong = []
    for name in ("staffing_c", "staffing_a"):
        with (REFERENCE / f"{name}.csv").open(newline="") as file:
            lines = list(csv.DictReader(file))
        for line in lines:
            goals = {
                "service_level": line["sl_target"],
                "within_s": line["T_s"],
                "asa_s": line.get("asa_max_s"),
                "occupancy": line.get("occ_max"),
                "p_wait": line.get("pwait_max"),
                "abandoned": line.get("pab_max"),
            }
            target = Target(
                **{goal: float(text) for goal, text in goals.items() if text},
                convention=CONVENTIONS.get(line.get("convention", ""), "offered"),
            )
            patience_s = float(line["patience_s"]) if "patience_s" in line else None
            agents = required_agents(float(line["a"]), float(line["aht_s"]), target, patience_s=patience_s)
            if agents != int(line["agents"]):
                wrong.append(line["id"])
        print(f"reference {name}: {len(lines)} rows, {len(wrong)} others than ours {' '.join(wrong[:5])}")
    return not wrong


def races(sample: int) -> bool:
    """Print rows, rates and ratios, and the peer's other integers; return whether each target is met."""
    run = subprocess.run(
        [sys.executable, __file__, "--peer", str(sample)], check=True, capture_output=True, text=True
    )
    theirs = json.loads(run.stdout)
    differing = rows(1_000_000)
    same, few = one_target(differing), small(2000)
    agents = {"small": ours(few, shared=False, patience=False)()}
    print(f"the peer's rate is that of {sample:,} rows, ours that of all")
    print(f"{'case':<24}{'rows':>10}{'rows/s':>13}{'peer rows/s':>13}{'ratio':>9}{'target':>8}")
    all_met = True
    for case, kind, queues, target in (
        ("Erlang C, one target", "one", same, ONE_TARGET),
        ("Erlang C, all different", "differing", differing, DIFFERING),
        ("Erlang A, all different", "impatient", differing, IMPATIENT),
    ):
        call = ours(queues, shared=kind == "one", patience=kind == "impatient")
        agents[kind], seconds = timed(call, 3)
        its = theirs.get(kind, theirs["differing"])
        rate, its_rate = len(agents[kind]) / seconds, len(its["agents"]) / its["seconds"]
        met = rate >= target * its_rate
        all_met &= met
        print(f"{case:<24}{len(agents[kind]):>10,}{rate:>13,.0f}{its_rate:>13,.0f}", end="")
        print(f"{rate / its_rate:>9,.0f}{target:>8,}  {'met' if met else 'MISSED'}")
    differences("one target", same, agents["one"], theirs["one"]["agents"])
    differences("all different", differing, agents["differing"], theirs["differing"]["agents"])
    differences("few calls, easy goals", few, agents["small"], theirs["small"]["agents"])
    return all_met


def main() -> int:
    """Run everything; return what to exit with."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="the peer on 20,000 rows instead of 200,000")
    parser.add_argument("--peer", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        peer(arguments.peer)
        return 0
    if importlib.util.find_spec("pyworkforce") is None:
        print("pyworkforce is not installed; `make bench` installs it", file=sys.stderr)
        return 2
    all_met = fresh_process()
    all_met &= races(20_000 if arguments.quick else 200_000)
    all_met &= reference()
    return int(not all_met)


if __name__ == "__main__":
    sys.exit(main())
