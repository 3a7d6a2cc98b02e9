"""How long a Monday takes: a week from raw exports to the report, as `callplan plan` does it.

    python benchmarks/weekly.py [--quick] [--keep FOLDER]

One queue, the bank's calls of 2003, with a shift plan; and six queues, those of the assistance company, with
50 named people each. A new folder holds a year of calls as a queueing system exports them, the last week in
a file of its own, `site.toml` and people; the time is that of one command, on the clock: both files imported
into an empty store, forecast, staffed, scheduled, played, and written as tables, workbook and report. Calls
of those companies are read where they are, else made up. Exits 1 where a week takes longer than 30 s with one
queue, or 180 s with six. --quick takes the one queue alone. --keep keeps the folders, to be looked at.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# This folder holds a program called like a room, and Python would look here for it first.
HERE = Path(__file__).resolve().parent
sys.path = [*(folder for folder in sys.path if Path(folder).resolve() != HERE), str(HERE)]

import pandas as pd  # noqa: E402
from chain import assistance, made_up  # noqa: E402
from peers.cases import DATA, load  # noqa: E402
from tracking import export  # noqa: E402

from callplan.intervals import local_day  # noqa: E402

CALLPLAN = str(Path(sys.executable).parent / "callplan")
PEOPLE = 50  # of each queue
QUEUE = """
[queues."{name}"]
service_level = 0.8
within_s = 20
shrinkage = 0.3
patience_s = 180
"""
CONTRACTS = """
[shifts.contracts.full]
days_per_week = 5
lengths_h = [8.5]
meal_earliest_h = 3.5
meal_latest_h = 4.5

[shifts.contracts.part]
days_per_week = 5
lengths_h = [4.0, 5.0]
"""


def lay_out(folder: Path, history: pd.DataFrame, zone: str, monday: str, *, named: bool) -> list[str]:
    """Write exports, settings and people into a folder; return the command that plans the week."""
    day, first = local_day(history["start"]), pd.Timestamp(monday)
    last_week = first - pd.Timedelta(weeks=1)
    export(history[day < last_week], folder / "calls_before.csv")
    export(history[(day >= last_week) & (day < first)], folder / "calls_last_week.csv")
    queues = sorted(history["queue"].unique())
    settings = f'zone = "{zone}"\ndst = "as_recorded"\n' + "".join(QUEUE.format(name=name) for name in queues)
    (folder / "site.toml").write_text(settings + CONTRACTS)
    command = [CALLPLAN, "plan", "--start", monday]
    command += ["--import", "calls_before.csv", "--import", "calls_last_week.csv"]
    if named:
        people = [
            {
                "person": f"{name}-{n:02}",
                "contract": "part" if n % 5 == 0 else "full",
                "skills": name,
            }
            for name in queues
            for n in range(1, PEOPLE + 1)
        ]
        pd.DataFrame(people).to_csv(folder / "people.csv", index=False)
        command += ["--people", "people.csv"]
    return command


def cases() -> list[tuple[str, pd.DataFrame, str, str, bool, float]]:
    """Return name, calls, zone, Monday, whether people are named, and the seconds that it may take."""
    if not DATA.is_dir():
        calls, monday = made_up(), "2012-11-05"
        large = calls[calls["queue"] == "large"]
        six = pd.concat([calls.assign(queue=calls["queue"] + f" {n}") for n in range(1, 4)])
        return [
            ("made up, one queue", large, "Europe/Paris", monday, False, 30.0),
            ("made up, six queues", six, "Europe/Paris", monday, True, 180.0),
        ]
    bank = load(DATA / "bank_2003.csv", "America/New_York")
    return [
        ("bank, one queue", bank, "America/New_York", "2003-10-20", False, 30.0),
        ("assistance, six queues", assistance(), "Europe/Paris", "2012-11-05", True, 180.0),
    ]


def main() -> int:
    """Plan each week, print its seconds beside the target, and say whether all were met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    missed = 0
    print(f"{'week':<26}{'queues':>7}{'people':>7}{'seconds':>9}  target")
    with tempfile.TemporaryDirectory() as elsewhere:
        for name, history, zone, monday, named, limit in cases()[: 1 if asked.quick else None]:
            folder = (asked.keep or Path(elsewhere)) / name.replace(", ", "-").replace(" ", "-")
            folder.mkdir(parents=True)
            command = lay_out(folder, history, zone, monday, named=named)
            begun = time.perf_counter()
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            seconds = time.perf_counter() - begun
            if done.returncode:
                print(done.stderr, file=sys.stderr)
                return 2
            queues = history["queue"].nunique()
            verdict = f"{limit:g} s: {'met' if seconds <= limit else 'MISSED'}"
            missed += seconds > limit
            people = PEOPLE * queues if named else 0
            print(f"{name:<26}{queues:>7}{people:>7}{seconds:>9.1f}  {verdict}", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
