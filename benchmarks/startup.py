"""How soon a command answers: `--help` within 0.3 s, `erlang` within 0.7 s, the whole demo within 30 s.

    python benchmarks/startup.py [--quick]

Each command runs in a process of its own, as at a terminal, beside a bare start of Python and one
of pandas, which is what most tools of the field begin with. Exits 1 where a target is missed.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

BIN = Path(sys.executable).parent
ERLANG = ["erlang", "100", "--minutes", "30", "--aht", "180", "--service", "80/20", "--shrinkage", "0.3"]
CASES = [
    ("python -c pass", [sys.executable, "-c", "pass"], None),
    ("import pandas", [sys.executable, "-c", "import pandas"], None),
    ("callplan --help", [str(BIN / "callplan"), "--help"], 0.3),
    ("callplan erlang", [str(BIN / "callplan"), *ERLANG], 0.7),
    ("callplan demo", [str(BIN / "callplan"), "demo"], 30.0),
]


def seconds(command: list[str], runs: int) -> float:
    """Return the median wall-clock seconds of a command, after one run that warms the disk."""
    times = []
    with tempfile.TemporaryDirectory() as elsewhere:
        for _ in range(runs + 1):
            begun = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True, cwd=elsewhere)
            times.append(time.perf_counter() - begun)
    return median(times[1:])


def main() -> int:
    """Print each command's time, its ratio to a bare start, and whether it meets its target."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="2 runs of each instead of 11")
    runs = 2 if parser.parse_args().quick else 11
    bare, missed = None, 0
    print(f"{'command':<18}{'seconds':>9}{'ratio':>8}{'target':>8}")
    for name, command, target in CASES:
        took = seconds(command, runs)
        bare = bare or took
        verdict = "" if target is None else "  met" if took <= target else "  MISSED"
        missed += verdict == "  MISSED"
        print(f"{name:<18}{took:>9.3f}{took / bare:>8.1f}{target or '':>8}{verdict}")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
