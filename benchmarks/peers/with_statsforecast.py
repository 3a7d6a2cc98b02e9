"""statsforecast in an environment of its own: AutoETS on day totals × the day's shape, MSTL on half hours."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from peers.past import Past

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parent / ".peers"


class NotInstalledError(Exception):
    """The peers' environment could not be made; says how to."""


def environment() -> Path:
    """Return the Python of the peers' environment, made first where it is missing or out of date."""
    python, stamp = ENVIRONMENT / "bin" / "python", ENVIRONMENT / "requirements.txt"
    asked = (HERE / "requirements.txt").read_text()
    if stamp.is_file() and stamp.read_text() == asked:
        return python
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.is_file() else shutil.which("uv") or "uv"
    print(f"making {ENVIRONMENT} (once) ...", file=sys.stderr)
    steps = (
        [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(ENVIRONMENT)],
        [uv, "pip", "install", "--quiet", "--python", str(python), "-r", str(HERE / "requirements.txt")],
    )
    for step in steps:
        try:
            run = subprocess.run(step, capture_output=True, text=True, check=False)
        except OSError as fault:
            raise NotInstalledError(f"{fault}") from None
        if run.returncode:
            why = " ".join(run.stderr.split())[:200]
            raise NotInstalledError(f"{' '.join(map(str, step))}: {why}")
    stamp.write_text(asked)
    return python


def series(past: Past, method: str) -> tuple[np.ndarray, list[int], int]:
    """Return the values, season lengths and steps ahead of a fit: open weekdays, gaps filled.

    A method is `AutoETS`, on day totals, or `MSTL`, on half hours.
    """
    filled, week = past.filled(), len(past.open_weekdays())
    steps = int(past.open_ahead().sum())
    if method == "AutoETS":
        return filled.sum(axis=1), [week], steps
    slots = np.flatnonzero(past.weekday_means().any(axis=0))
    return filled[:, slots].ravel(), [len(slots), len(slots) * week], steps * len(slots)


def unfolded(past: Past, method: str, values: np.ndarray) -> np.ndarray:
    """Return what statsforecast answered as days to come × slots."""
    if method == "AutoETS":
        return past.spread(values)
    result = np.zeros((len(past.ahead), past.counts.shape[1]))
    slots = np.flatnonzero(past.weekday_means().any(axis=0))
    due = np.flatnonzero(past.open_ahead())
    result[np.ix_(due, slots)] = np.maximum(values, 0).reshape(len(due), len(slots))
    return result


def forecast(given: list[Past], method: str) -> tuple[list[np.ndarray], np.ndarray]:
    """Return means of the days to come × slots of each past, and the CPU-seconds that each fit took.

    All run in one process, one after the other.
    """
    python = environment()
    asked, parts = [], []
    for number, past in enumerate(given):
        values, seasons, steps = series(past, method)
        asked.append({"task": number, "seasons": " ".join(map(str, seasons)), "steps": steps})
        parts.append(pd.DataFrame({"task": number, "calls": values}))
    with tempfile.TemporaryDirectory() as folder:
        pd.DataFrame(asked).to_csv(Path(folder, "tasks.csv"), index=False)
        pd.concat(parts).to_parquet(Path(folder, "series.parquet"), index=False)
        subprocess.run([python, HERE / "statsforecast_there.py", folder, method], check=True)
        answer = pd.read_parquet(Path(folder, "answer.parquet"))
        seconds = pd.read_csv(Path(folder, "seconds.csv"))["cpu_s"].to_numpy()
    answers = dict(tuple(answer.groupby("task")["calls"]))
    return [unfolded(past, method, answers[i].to_numpy()) for i, past in enumerate(given)], seconds
