"""The chain: history -> forecast -> requirement -> schedule, for one span of days."""

import dataclasses
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pandas as pd

import erlang
import forecasting
import scheduling
from callplan.errors import Refused
from callplan.intervals import local_day
from callplan.tables import ASSUMPTIONS, COVERAGE, HISTORY, OUTCOME, check
from planning.days import by_day
from planning.service import service_levels
from planning.site import Queue, Site

# Called with a line that says what is being done.
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """A planned span of days: each room's table, and what was assumed and remarked on the way."""

    site: Site
    start: date
    n_days: int
    history: pd.DataFrame
    forecast: pd.DataFrame
    requirement: pd.DataFrame
    shift_plan: pd.DataFrame
    coverage: pd.DataFrame
    days: pd.DataFrame
    outcome: pd.DataFrame
    assumptions: pd.DataFrame
    remarks: tuple[str, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name, in the order of the chain."""
        frames = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return {name: frame for name, frame in frames.items() if isinstance(frame, pd.DataFrame)}


def plan(
    history: pd.DataFrame,
    site: Site,
    *,
    start: date,
    days: int = 7,
    seed: int = 0,
    progress: Progress | None = None,
) -> Plan:
    """Plan the `days` local days from `start` on, from what came before that day.

    Later rows of the history are not looked at. Each queue of the history needs its settings in the
    site; handling times that the history lacks come from there, and are listed as assumptions.

    Raises `Refused` where something is missing, `Infeasible` where no schedule can exist.
    """
    history = check(history, HISTORY)
    seen = history[local_day(history["start"]) < pd.Timestamp(start)]
    if seen.empty:
        first = local_day(history["start"]).min()
        raise Refused(f"start {start}", f"the history begins on {first:%Y-%m-%d}", "plan a later day")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        chains = [
            _plan_queue(str(name), rows, site, start, days, seed, progress)
            for name, rows in seen.groupby("queue")
        ]
    tables = {name: pd.concat([chain[name] for chain in chains], ignore_index=True) for name in chains[0]}
    return Plan(
        site=site,
        start=start,
        n_days=days,
        history=seen.reset_index(drop=True),
        **tables,
        days=by_day(site, tables["requirement"], tables["coverage"], tables["shift_plan"]),
        remarks=tuple(dict.fromkeys(str(warning.message) for warning in caught)),
    )


def _plan_queue(
    name: str, rows: pd.DataFrame, site: Site, start: date, days: int, seed: int, progress: Progress | None
) -> dict[str, pd.DataFrame]:
    """Take one queue through the chain, and return its part of each table."""
    queue = site.queue(name)
    forecast = forecasting.backtest(
        rows,
        days,
        origins=[start],
        models=[site.model],
        calendar=site.calendar_of(name),
        level=site.level,
        seed=seed,
        progress=progress,
    )
    from_history = forecast["aht_s"].notna().all()
    forecast["aht_s"] = handling_times(forecast["aht_s"], name, queue)
    requirement = erlang.require(
        forecast, queue.target, shrinkage=queue.shrinkage, patience_s=queue.patience_s
    )
    if progress:
        progress(f"shifts of {name}")
    schedule = scheduling.schedule(requirement, site.shifts, seed=seed)
    coverage = schedule.coverage.merge(requirement[["queue", "start", "calls", "aht_s"]])
    coverage["service_level"] = service_levels(coverage, coverage["calls"], coverage["aht_s"], queue)
    return {
        "forecast": forecast,
        "requirement": requirement,
        "shift_plan": schedule.shift_plan,
        "coverage": check(coverage.drop(columns=["calls", "aht_s"]), COVERAGE),
        "outcome": check(schedule.outcome_table(), OUTCOME),
        "assumptions": check(_assumptions(name, queue, site, from_history), ASSUMPTIONS),
    }


def handling_times(aht_s: pd.Series, name: str, queue: Queue) -> pd.Series:
    """Return handling times with the queue's own where the history has none."""
    if aht_s.isna().any() and queue.aht_s is None:
        raise Refused(
            f"queue {name}", "the history has no handling time", f"set aht_s in [queues.{name}] of site.toml"
        )
    return aht_s if queue.aht_s is None else aht_s.fillna(queue.aht_s)


def _assumptions(name: str, queue: Queue, site: Site, from_history: bool) -> pd.DataFrame:
    """List what the plan of a queue takes as given."""
    goals = {goal: f"{value:g}" for goal, value in queue.target.goals().items()}
    if queue.service_level is not None:
        goals["service_level"] = f"{queue.service_level:.0%} within {queue.within_s:g} s ({queue.convention})"
    rows = [(f"goal: {goal}", value, "site.toml") for goal, value in goals.items()]
    rows += [
        ("shrinkage", f"{queue.shrinkage:.1%}", "site.toml"),
        ("patience", "endless" if queue.patience_s is None else f"{queue.patience_s:g} s", "site.toml"),
        (
            "handling time",
            "by time of day" if from_history else f"{queue.aht_s:g} s",
            "history" if from_history else "site.toml: the history has none",
        ),
        *((f"note {i}", note, "site.toml") for i, note in enumerate(site.notes, 1)),
    ]
    return pd.DataFrame(rows, columns=["item", "value", "source"]).assign(queue=name)
