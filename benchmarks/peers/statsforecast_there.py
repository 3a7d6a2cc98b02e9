"""Runs in the peers' environment: reads tasks and series from a folder, writes the forecasts there."""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from statsforecast.models import MSTL, AutoETS


def model(method: str, seasons: list[int]) -> AutoETS | MSTL:
    """Return a model of that name, as its package sets it by default."""
    if method == "AutoETS":
        return AutoETS(season_length=seasons[0])
    return MSTL(season_length=seasons)


def main(folder: Path, method: str) -> None:
    """Do the tasks, and write means and CPU-seconds."""
    tasks = pd.read_csv(folder / "tasks.csv", dtype={"seasons": str})
    calls = {
        task: rows.to_numpy(float)
        for task, rows in pd.read_parquet(folder / "series.parquet").groupby("task")["calls"]
    }
    # The first fit compiles or loads; its seconds are nobody's.
    model(method, [7]).fit(np.random.default_rng(1).poisson(20, 100).astype(float))
    parts, seconds = [], []
    for row in tasks.itertuples():
        begun = time.process_time()
        fitted = model(method, [int(length) for length in row.seasons.split()]).fit(calls[row.task])
        mean = fitted.predict(row.steps)["mean"]
        seconds.append(time.process_time() - begun)
        parts.append(pd.DataFrame({"task": row.task, "calls": mean}))
        print(f"\rstatsforecast {len(seconds)}/{len(tasks)}", end="", file=sys.stderr)
    print(file=sys.stderr)
    pd.concat(parts).to_parquet(folder / "answer.parquet", index=False)
    pd.DataFrame({"cpu_s": seconds}).to_csv(folder / "seconds.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
