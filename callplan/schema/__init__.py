"""The tables that travel between rooms, as data: every column with its type, unit and meaning.

One description of each serves `callplan.tables`, `docs/nomenclature.md` and `callplan columns`. Every
time is a time-zone-aware left edge in the site's zone, every frame tidy, its keys columns, sorted by them.
"""

from callplan.errors import Refused, nearest
from callplan.schema.calls import BANDS, EVENTS, FORECAST, HISTORY, REPAIRS
from callplan.schema.capacity_plan import ABSENCES, BALANCE, LATE, NEED, TRIED, WAYS
from callplan.schema.columns import Column, Dtype, Table
from callplan.schema.hiring import CAPACITY, HIRING
from callplan.schema.kept import (
    IMPORTS,
    NOTES,
    OVERRIDES,
    PATIENCE,
    QUALITY,
    REFUSED,
    REPLACED,
    STEPS,
    VERSIONS,
)
from callplan.schema.ledger import ALARMS, LEDGER, VALUE_ADDED, WORST
from callplan.schema.management import (
    ATTAINMENT,
    COMPLIANCE,
    EXCLUSIONS,
    FIGURES,
    OUTBOUND,
    OUTLOOK,
    PATTERN,
    REVIEW,
    SCORES,
    YEARS,
)
from callplan.schema.promise import AT_RISK, PROMISE, SCENARIOS
from callplan.schema.quote_money import (
    ACTUALS,
    QUOTE_ACTUAL,
    QUOTE_BENEFIT,
    QUOTE_COST_SUMMARY,
    QUOTE_COSTS,
    QUOTE_PRICES,
)
from callplan.schema.quote_pool import (
    POOL_AHT,
    POOL_CLIENTS,
    POOL_CORRELATION,
    POOL_OVERFLOW,
    POOL_SAVING,
    POOL_SPLIT,
    POOL_WEEK,
    QUOTE_FUNNEL,
)
from callplan.schema.quote_risk import (
    BINDING_GOALS,
    BREAK_EVEN,
    QUOTE_GROWTH,
    QUOTE_MARGIN,
    SERVICE_LADDER,
    TORNADO,
    TWO_WAY,
)
from callplan.schema.quote_sizing import (
    QUOTE_FIGURES,
    QUOTE_MONTHS,
    QUOTE_REQUIREMENT,
    QUOTE_WEEK,
    QUOTE_WORKLOAD,
    SIZING_METHODS,
)
from callplan.schema.quote_terms import QUOTE_ASSUMPTIONS, QUOTE_COMPARED, QUOTE_DIFFERENCES
from callplan.schema.rosters import BROKEN, CHANGES, CONFLICTS, DUTIES, OFFERS, PEOPLE
from callplan.schema.scores import ACCURACY, ERRORS, WORKLOAD
from callplan.schema.shifts import ACTIVITIES, COVERAGE, OUTCOME, SHIFT_PLAN, SHIFTS
from callplan.schema.staffing import ASSUMPTIONS, DAYS, REQUIREMENT, SERVICE, SIMULATION
from callplan.schema.today import ADHERENCE, DEVIATIONS, STATE_LOG, SUGGESTIONS, TODAY

__all__ = [
    "ABSENCES",
    "ACCURACY",
    "ACTIVITIES",
    "ACTUALS",
    "ADHERENCE",
    "ALARMS",
    "ASSUMPTIONS",
    "ATTAINMENT",
    "AT_RISK",
    "BALANCE",
    "BANDS",
    "BINDING_GOALS",
    "BREAK_EVEN",
    "BROKEN",
    "CAPACITY",
    "CHANGES",
    "COMPLIANCE",
    "CONFLICTS",
    "COVERAGE",
    "DAYS",
    "DEVIATIONS",
    "DUTIES",
    "ERRORS",
    "EVENTS",
    "EXCLUSIONS",
    "FIGURES",
    "FORECAST",
    "HIRING",
    "HISTORY",
    "IMPORTS",
    "LATE",
    "LEDGER",
    "NEED",
    "NOTES",
    "OFFERS",
    "OUTBOUND",
    "OUTCOME",
    "OUTLOOK",
    "OVERRIDES",
    "PATIENCE",
    "PATTERN",
    "PEOPLE",
    "POOL_AHT",
    "POOL_CLIENTS",
    "POOL_CORRELATION",
    "POOL_OVERFLOW",
    "POOL_SAVING",
    "POOL_SPLIT",
    "POOL_WEEK",
    "PROMISE",
    "QUALITY",
    "QUOTE_ACTUAL",
    "QUOTE_ASSUMPTIONS",
    "QUOTE_BENEFIT",
    "QUOTE_COMPARED",
    "QUOTE_COSTS",
    "QUOTE_COST_SUMMARY",
    "QUOTE_DIFFERENCES",
    "QUOTE_FIGURES",
    "QUOTE_FUNNEL",
    "QUOTE_GROWTH",
    "QUOTE_MARGIN",
    "QUOTE_MONTHS",
    "QUOTE_PRICES",
    "QUOTE_REQUIREMENT",
    "QUOTE_WEEK",
    "QUOTE_WORKLOAD",
    "REFUSED",
    "REPAIRS",
    "REPLACED",
    "REQUIREMENT",
    "REVIEW",
    "SCENARIOS",
    "SCORES",
    "SERVICE",
    "SERVICE_LADDER",
    "SHIFTS",
    "SHIFT_PLAN",
    "SIMULATION",
    "SIZING_METHODS",
    "STATE_LOG",
    "STEPS",
    "SUGGESTIONS",
    "TABLES",
    "TODAY",
    "TORNADO",
    "TRIED",
    "TWO_WAY",
    "VALUE_ADDED",
    "VERSIONS",
    "WAYS",
    "WORKLOAD",
    "WORST",
    "YEARS",
    "Column",
    "Dtype",
    "Table",
    "describe",
]

TABLES = {
    table.name: table
    for table in (
        HISTORY, REPAIRS, FORECAST, BANDS, REQUIREMENT, SERVICE, SHIFT_PLAN, SHIFTS, ACTIVITIES, COVERAGE,
        ERRORS, ACCURACY, WORKLOAD, DAYS, ASSUMPTIONS, OUTCOME, SIMULATION, EVENTS, PEOPLE, DUTIES, BROKEN,
        CHANGES, OFFERS, CONFLICTS, HIRING, CAPACITY, IMPORTS, REPLACED, REFUSED, QUALITY, PATIENCE, VERSIONS,
        STEPS, OVERRIDES, NOTES, LEDGER, VALUE_ADDED, WORST, ALARMS,
        PROMISE, AT_RISK, SCENARIOS,
        FIGURES, PATTERN, EXCLUSIONS, ATTAINMENT, COMPLIANCE, YEARS, OUTLOOK, OUTBOUND, REVIEW, SCORES,
        TODAY, SUGGESTIONS, STATE_LOG, ADHERENCE, DEVIATIONS, NEED, BALANCE, LATE, WAYS, TRIED, ABSENCES,
        QUOTE_COSTS, QUOTE_COST_SUMMARY, QUOTE_PRICES, QUOTE_BENEFIT, ACTUALS, QUOTE_ACTUAL,
        QUOTE_WEEK, QUOTE_REQUIREMENT, QUOTE_MONTHS, SIZING_METHODS, QUOTE_WORKLOAD, QUOTE_FIGURES,
        POOL_CLIENTS, POOL_SAVING, POOL_WEEK, POOL_SPLIT, POOL_AHT, POOL_CORRELATION, POOL_OVERFLOW,
        QUOTE_FUNNEL,
        TORNADO, TWO_WAY, QUOTE_MARGIN, BREAK_EVEN, SERVICE_LADDER, BINDING_GOALS, QUOTE_GROWTH,
        QUOTE_ASSUMPTIONS, QUOTE_DIFFERENCES, QUOTE_COMPARED,
    )
}  # fmt: skip


def describe(name: str | None = None) -> list[dict[str, str]]:
    """Return the columns of a table, or of every one, as records for people.

    >>> [record["column"] for record in describe("history")][:4]
    ['queue', 'start', 'minutes', 'offered']
    """
    if name is not None and name not in TABLES:
        raise Refused("table", f"unknown table {name!r}", nearest(name, TABLES))
    return [
        {
            "table": table.name,
            "column": column.name,
            "type": column.dtype,
            "unit": column.unit,
            "required": "yes" if column.required else "no",
            "meaning": column.meaning,
        }
        for table in ([TABLES[name]] if name else TABLES.values())
        for column in table.columns
    ]
