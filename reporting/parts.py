"""The tables that a plan, a ledger and a roster are made of: their names in order, and what each one is."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from callplan.errors import Refused, nearest
from callplan.intervals import local_day
from callplan.tables import (
    ACCURACY,
    ACTIVITIES,
    ALARMS,
    ASSUMPTIONS,
    AT_RISK,
    BANDS,
    BROKEN,
    CHANGES,
    CONFLICTS,
    COVERAGE,
    DAYS,
    DUTIES,
    ERRORS,
    FORECAST,
    HISTORY,
    LEDGER,
    OFFERS,
    OUTCOME,
    OVERRIDES,
    PEOPLE,
    PROMISE,
    REQUIREMENT,
    SCENARIOS,
    SHIFT_PLAN,
    SHIFTS,
    VALUE_ADDED,
    WORST,
    Table,
)

# The service level to meet: one for all queues, or one a queue.
Goal = float | Mapping[str, float | None] | None


@dataclass(frozen=True)
class Part:
    """One table of a plan or a roster: which of `callplan.tables` it is, and its title for people."""

    table: Table
    title: str


PARTS = {
    "assumptions": Part(ASSUMPTIONS, "Assumptions"),
    "days": Part(DAYS, "Days"),
    "promise": Part(PROMISE, "Promise"),
    "at_risk": Part(AT_RISK, "At risk"),
    "scenarios": Part(SCENARIOS, "What if"),
    "history": Part(HISTORY, "History"),
    "forecast": Part(FORECAST, "Forecast"),
    "bands": Part(BANDS, "Bands"),
    "overrides": Part(OVERRIDES, "Overrides"),
    "accuracy": Part(ACCURACY, "Accuracy"),
    "errors": Part(ERRORS, "Errors"),
    "requirement": Part(REQUIREMENT, "Requirement"),
    "shift_plan": Part(SHIFT_PLAN, "Shifts"),
    "coverage": Part(COVERAGE, "Coverage"),
    "outcome": Part(OUTCOME, "Outcome"),
    "actual": Part(HISTORY, "Actual"),
    "delivered": Part(COVERAGE, "Delivered"),
    "ledger": Part(LEDGER, "Ledger"),
    "value_added": Part(VALUE_ADDED, "Value added"),
    "worst": Part(WORST, "Worst intervals"),
    "alarms": Part(ALARMS, "Alarms"),
}
ROSTER = {
    "outcome": Part(OUTCOME, "Outcome"),
    "duties": Part(DUTIES, "Duties"),
    "broken": Part(BROKEN, "Broken rules"),
    "conflicts": Part(CONFLICTS, "Conflicts"),
    "changes": Part(CHANGES, "Changes"),
    "offers": Part(OFFERS, "Offers"),
    "coverage": Part(COVERAGE, "Coverage"),
    "shift_plan": Part(SHIFT_PLAN, "Shift plan"),
    "shifts": Part(SHIFTS, "Shifts"),
    "activities": Part(ACTIVITIES, "Activities"),
}
# What a roster was made from: it stands beside it, so that it can be changed later.
INPUTS = {
    "requirement": Part(REQUIREMENT, "Requirement"),
    "people": Part(PEOPLE, "People"),
    "previous": Part(SHIFTS, "Weeks before"),
}


def present(tables: Mapping[str, pd.DataFrame], parts: Mapping[str, Part] = PARTS) -> dict[str, pd.DataFrame]:
    """Return the tables that have rows, in the order of the parts; refuse a name that is none of them."""
    for name in tables:
        if name not in parts:
            raise Refused("tables", f"unknown table {name!r}", nearest(name, parts))
    return {name: tables[name] for name in parts if name in tables and len(tables[name])}


def by_queue(tables: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, pd.DataFrame]]:
    """Split tables by queue, the queues in the order of their names.

    >>> table = pd.DataFrame({"queue": ["sales", "help"], "calls": [1, 2]})
    >>> [(queue, list(parts["forecast"]["calls"])) for queue, parts in by_queue({"forecast": table}).items()]
    [('help', [2]), ('sales', [1])]
    """
    queues = sorted({queue for table in tables.values() for queue in table["queue"]})
    split = {
        queue: {name: table[table["queue"] == queue] for name, table in tables.items()} for queue in queues
    }
    return {
        queue: {name: rows.reset_index(drop=True) for name, rows in parts.items() if len(rows)}
        for queue, parts in split.items()
    }


def busiest_day(shift_plan: pd.DataFrame) -> pd.DataFrame:
    """Return the shifts that begin on the day with most heads, in the order people come."""
    days = local_day(shift_plan["start"])
    busiest = shift_plan["heads"].groupby(days).sum().idxmax()
    return shift_plan[days == busiest].sort_values(["start", "end", "shift"], ignore_index=True)
