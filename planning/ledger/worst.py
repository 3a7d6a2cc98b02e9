"""The intervals whose misses cost most, and why."""

import numpy as np
import pandas as pd

from forecasting.accuracy.verdicts import named_days
from planning.drift import drift
from planning.ledger.standing import Spoken
from planning.overrides import named
from planning.publishing import OVERRIDE, STATISTICAL
from planning.site import Site

_MOST = 20
# Heads short by less than this are a rounding of means.
_HEADS = 0.5


def names_of(rows: pd.DataFrame, site: Site) -> np.ndarray:
    """Return what the calendar calls each row's day in one queue: an event, a holiday, the day beside one."""
    return named_days(rows, site.calendar_of(str(rows["queue"].iloc[0])))


def alarms_of(by_day: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Return the alarms of one queue; `names` tells what its days are called, by their first instant."""
    explained = by_day["verdict"].str.startswith(("data", "event")).to_numpy()
    named = (by_day["start"].map(names).fillna("") != "").to_numpy()
    return drift(by_day, explained | named)


def worst_of(rows: pd.DataFrame, alarms: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Return the costliest intervals of one queue (columns of table `WORST`, without the rank).

    `rows` are its counted intervals with their costs and verdicts, what the calendar calls their days, and
    the override that made each worse, if one did (`worsened`). A roster that was short of what the calls
    needed costs too, where the forecast does not explain it.
    """
    name = str(rows["queue"].iloc[0])
    under = site.shifts.queue(name).under_cost_per_h or 0.0
    priced = rows.assign(cost=rows["cost"] + rows["roster_h"] * under)
    order = ["cost", "absolute"]
    costly = priced.assign(absolute=priced["error"].abs()).sort_values(order, ascending=False, kind="stable")
    worst = costly[(costly["cost"] > 0) | (costly["cost"].isna() & (costly["absolute"] > 0))].head(_MOST)
    cause = [_cause(row, alarms) for row in worst.to_dict("records")]
    columns = ["queue", "start", "calls", "offered", "error", "cost", "service_level"]
    return worst[columns].assign(cause=cause)


def worsened(rows: pd.DataFrame, spoke: Spoken, overrides: pd.DataFrame) -> np.ndarray:
    """Name the override that made each counted interval worse than the statistical forecast, if one did."""
    names = np.full(len(rows), "", dtype=object)
    if overrides.empty:
        return names
    said = spoke.steps.pivot_table(index=["version", "start"], columns="step", values="calls")
    if not {STATISTICAL, OVERRIDE} <= set(said):
        return names
    said = said.reindex(pd.MultiIndex.from_frame(rows[["version", "start"]]))
    off = said[[STATISTICAL, OVERRIDE]].sub(rows["offered"].to_numpy(), axis=0).abs().to_numpy()
    missed = (rows["calls"] - rows["offered"]).abs().to_numpy()
    worse = (off[:, 1] > off[:, 0]) & (missed > off[:, 0])
    for version in rows.loc[worse, "version"].unique():
        here = worse & (rows["version"] == version).to_numpy()
        names[here] = named(rows[here], overrides, spoke.published.loc[version])
    return names


def ranked(worst: pd.DataFrame) -> pd.DataFrame:
    """Return the costliest of all queues, the first first."""
    error = worst["error"].abs()
    order = worst.assign(absolute=error).sort_values(["cost", "absolute"], ascending=False, kind="stable")
    kept = order.drop(columns="absolute").head(_MOST)
    return kept.assign(rank=np.arange(1, len(kept) + 1))


def _cause(row: dict, alarms: pd.DataFrame) -> str:
    """Say why an interval missed: the first of outage, override, event, short roster, drift, chance."""
    verdict = row["verdict"]
    if verdict.startswith("data"):
        return f"outage: {verdict.removeprefix('data: ')}"
    if row["override"]:
        return str(row["override"])
    if row["name"]:
        return f"event: {row['name']}"
    right = verdict in ("within tolerance", "within noise")
    if right and row["lacking"] >= _HEADS and row["roster_h"] > 0:
        return f"the roster was {row['lacking']:,.1f} heads short, the calls were right"
    lean = "over" if row["error"] > 0 else "under"
    for alarm in alarms.to_dict("records"):
        if alarm["lean"] == lean and alarm["since"] <= row["start"] < alarm["until"] + pd.Timedelta(days=1):
            return f"drift: {lean} by {abs(alarm['share']):.1%} since {alarm['since']:%Y-%m-%d}"
    return f"chance: {verdict}" if right else "beyond noise, cause unknown"
