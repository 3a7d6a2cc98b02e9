"""The tables that travel between rooms, as data: every column with its type, unit and meaning.

One description of each serves `callplan.tables`, `docs/nomenclature.md` and `callplan columns`. Every
time is a time-zone-aware left edge in the site's zone, every frame tidy, its keys columns, sorted by them.
"""

from dataclasses import dataclass, field
from math import inf
from typing import Literal

from callplan.errors import Refused, nearest

Dtype = Literal["text", "instant", "day", "whole", "number"]


@dataclass(frozen=True)
class Column:
    """One column: what it is called, holds and means."""

    name: str
    dtype: Dtype
    unit: str
    meaning: str
    required: bool = True
    empty: bool = False  # may a cell be empty?
    low: float = 0.0
    high: float = inf


@dataclass(frozen=True)
class Table:
    """One table: rows are unique on `key`, or on so much of it as there is, and sorted by it."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...] = field(repr=False)
    parts: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Pairs of columns of which the first is a part of the second, and so never above it."""

    def names(self) -> list[str]:
        """Return the column names in their order."""
        return [column.name for column in self.columns]


def _optional(name: str, unit: str, meaning: str, dtype: Dtype = "number", high: float = inf) -> Column:
    return Column(name, dtype, unit, meaning, required=False, empty=True, high=high)


_QUEUE = Column("queue", "text", "", "the queue: calls that one team answers for one reason")
_START = Column("start", "instant", "", "left edge of the interval, in the site's time zone")
_END = Column("end", "instant", "", "the moment it ends")
_MINUTES = Column("minutes", "whole", "min", "length of the interval", low=1)
_MODEL = Column("model", "text", "", "the forecasting model, named by its method")
_CUTOFF = Column("cutoff", "instant", "", "the last instant the model saw; a backtest has many cutoffs")
_CALLS = Column("calls", "number", "calls", "calls forecast to be offered (the mean)")
_BY = Column("by", "text", "", "the level: interval, day, week, month or quarter")
_AHT = Column("aht_s", "number", "s", "average handling time: talk, hold and after-call work", empty=True)
_SHIFT = Column("shift", "text", "", "what the shift is called: its length, and when its meal comes")
_PERSON = Column("person", "text", "", "who works")
_PAID = Column("paid_h", "number", "h", "paid hours of one such shift, unpaid meal left out")
_VERDICT = Column("verdict", "text", "", "what kind of miss it was, in words")

HISTORY = Table(
    "history",
    "What came, by interval. A row absent in open hours, or an empty count, is missing: not zero.",
    ("queue", "start"),
    (
        _QUEUE,
        _START,
        _MINUTES,
        Column("offered", "number", "calls", "handled and abandoned, counted where they arrived", empty=True),
        _optional("handled", "calls", "answered by an agent"),
        _optional("abandoned", "calls", "hung up while waiting for an agent"),
        _optional("answered_within", "calls", "answered within `within_s`"),
        _optional("abandoned_within", "calls", "abandoned within `within_s`"),
        _optional("within_s", "s", "the threshold of the two columns before"),
        _optional("short_abandoned", "calls", "abandoned within `short_s`"),
        _optional("short_s", "s", "the threshold of a short abandon"),
        _optional("talk_s", "s", "talking, summed over handled calls"),
        _optional("hold_s", "s", "callers on hold, summed over handled calls"),
        _optional("acw_s", "s", "after-call work, summed over handled calls"),
        _optional("aht_s", "s", "average handling time: (talk + hold + after-call work) / handled"),
        _optional("wait_s", "s", "waiting for an answer, summed over handled calls"),
        _optional("ivr", "calls", "contained in the IVR: not offered"),
        _optional("blocked", "calls", "refused for want of a line: not offered"),
        _optional("transferred", "calls", "handed on by an agent"),
        _optional("channel", "", "voice, chat, mail or another channel", "text"),
    ),
    parts=(
        ("handled", "offered"),
        ("abandoned", "offered"),
        ("answered_within", "handled"),
        ("abandoned_within", "abandoned"),
        ("short_abandoned", "abandoned"),
    ),
)
FORECAST = Table(
    "forecast",
    "What will be offered, with the band the count will fall in.",
    ("queue", "start", "model", "cutoff"),
    (
        _QUEUE,
        _START,
        _MODEL,
        _CUTOFF,
        _MINUTES,
        _CALLS,
        Column("calls_lo", "number", "calls", "lower end of the band", empty=True),
        Column("calls_hi", "number", "calls", "upper end of the band", empty=True),
        Column("level", "number", "share", "share of counts that fall in the band", empty=True, high=1),
        _AHT,
    ),
)
REPAIRS = Table(
    "repairs",
    "What of a history a forecast does not learn from, or learns apart, and why.",
    ("queue", "start"),
    (
        _QUEUE,
        _START,
        _END,
        Column("reason", "text", "", "gap, outage, outlier, holiday, bridge day or event, with its name"),
        Column("offered", "number", "calls", "what the history says came; empty in a gap", empty=True),
        Column("usual", "number", "calls", "what comes on the same weekdays nearby", empty=True),
    ),
)
BANDS = Table(
    "bands",
    "Quantiles of what will be offered. Bands of days and weeks are not sums of interval bands.",
    ("queue", "span", "start", "model", "cutoff", "quantile"),
    (
        _QUEUE,
        Column("span", "text", "", "interval, day, week or month"),
        Column("start", "instant", "", "left edge of the span, in the site's time zone"),
        _MODEL,
        _CUTOFF,
        Column("quantile", "number", "share", "chance that at most `calls` are offered", high=1),
        _CALLS,
    ),
)
REQUIREMENT = Table(
    "requirement",
    "Agents and rostered heads that an interval needs, and the service they give.",
    ("queue", "start"),
    (
        _QUEUE,
        _START,
        _MINUTES,
        _CALLS,
        _AHT,
        Column("load", "number", "erlangs", "offered load: calls × AHT / seconds of the interval"),
        _optional("sized_load", "erlangs", "load the team is sized for: after the lag, at the confidence"),
        Column("agents", "whole", "agents", "on the phones"),
        Column("rostered", "whole", "heads", "scheduled: agents / (1 - shrinkage), rounded up last"),
        Column("service_level", "number", "share", "expected service level with those agents", high=1),
        _optional("service_level_lo", "share", "service level if calls come at the band's upper end", high=1),
        _optional("service_level_hi", "share", "service level if calls come at the band's lower end", high=1),
        Column("asa_s", "number", "s", "average speed of answer"),
        Column("occupancy", "number", "share", "carried load / agents", high=1),
        Column("abandoned", "number", "share", "share of offered calls that hang up", high=1),
        _optional("blocked", "share", "share of offered calls refused for want of a line", high=1),
        Column("set_by", "text", "", "the goal that fixed the number of agents"),
        _optional("goal", "", "what the team is to meet, and how the service level counts", "text"),
        _optional("service_goal", "share", "share of calls to be answered within `within_s`", high=1),
        _optional("within_s", "s", "the threshold of the service level"),
        _optional("convention", "", "how hang-ups count in the service level", "text"),
        _optional("patience_s", "s", "mean patience of callers; empty: nobody hangs up"),
        _optional("lines", "lines", "calls the queue holds, talking and waiting; empty: any number"),
        _optional("shrinkage", "share", "share of rostered time off the phones", high=1),
    ),
)
SIMULATION = Table(
    "simulation",
    "What callers met when the calls of a requirement were played one by one, many times.",
    ("queue", "start"),
    (
        _QUEUE,
        _START,
        _MINUTES,
        _CALLS,
        Column("agents", "whole", "agents", "on the phones"),
        Column("expected", "number", "share", "service level that the requirement states", high=1),
        Column("service_level", "number", "share", "service level found", empty=True, high=1),
        _optional("service_level_lo", "share", "lower 95% limit of the service level found", high=1),
        _optional("service_level_hi", "share", "upper 95% limit of the service level found", high=1),
        Column("asa_s", "number", "s", "average speed of answer", empty=True),
        Column("abandoned", "number", "share", "share of offered calls that hang up", empty=True, high=1),
        Column("blocked", "number", "share", "share of offered calls without a line", empty=True, high=1),
        Column("p_wait", "number", "share", "share of offered calls that wait", empty=True, high=1),
        Column("within_s", "number", "s", "the threshold of the service level"),
        Column("convention", "text", "", "how hang-ups count in the service level"),
        Column("replications", "whole", "times", "how often the calls were played"),
    ),
)
SHIFT_PLAN = Table(
    "shift_plan",
    "How many work which shift, nobody named.",
    ("queue", "start", "shift"),
    (
        _QUEUE,
        Column("start", "instant", "", "when the shift begins"),
        _SHIFT,
        _END,
        Column("heads", "whole", "heads", "how many work it"),
        _PAID,
        _optional("meal_start", "", "when the meal begins", "instant"),
        _optional("meal_end", "", "when the meal ends", "instant"),
    ),
)
SHIFTS = Table(
    "shifts",
    "Who works when.",
    ("person", "start"),
    (_PERSON, Column("start", "instant", "", "when the shift begins"), _END, _SHIFT, _PAID),
)
ACTIVITIES = Table(
    "activities",
    "What a person does inside a shift.",
    ("person", "start"),
    (
        _PERSON,
        Column("start", "instant", "", "when the activity begins"),
        _END,
        Column("activity", "text", "", "work, meal, rest, training or leave"),
        _optional("queue", "", "the queue worked for", "text"),
    ),
)
COVERAGE = Table(
    "coverage",
    "The schedule against the requirement.",
    ("queue", "start"),
    (
        _QUEUE,
        _START,
        _MINUTES,
        Column("needed", "whole", "heads", "rostered heads the requirement asks for"),
        Column("staffed", "whole", "heads", "heads the schedule has at work, meals left out"),
        Column("over", "whole", "heads", "staffed above needed"),
        Column("under", "whole", "heads", "needed above staffed"),
        _optional("service_level", "share", "expected service level with the staffed heads", high=1),
    ),
)
ERRORS = Table(
    "errors",
    "Each forecast beside what came. Error is forecast - actual: + is over-forecast.",
    ("queue", "by", "start", "model", "lead_days"),
    (
        _QUEUE,
        _BY,
        Column("start", "instant", "", "left edge of the interval, day, week, month or quarter"),
        _MODEL,
        Column("lead_days", "whole", "days", "days from the cutoff to the day it begins; the next day is 1"),
        _CALLS,
        Column("offered", "number", "calls", "what came"),
        Column("error", "number", "calls", "forecast - actual", low=-inf),
        Column(
            "floor",
            "number",
            "calls",
            "mean absolute error that Poisson chance leaves, about √(2 × mean / π)",
        ),
        _optional(
            "own_floor", "calls", "the same with the history's own dispersion; empty: too little history"
        ),
        Column("within", "whole", "0 or 1", "1 if |error| is within the tolerance of the actual", high=1),
        _VERDICT,
    ),
)
ACCURACY = Table(
    "accuracy",
    "How good a model was, by level and lead.",
    ("queue", "by", "model", "lead_days"),
    (
        _QUEUE,
        _BY,
        _MODEL,
        Column(
            "lead_days", "whole", "days", "leads up to this many days, in steps of a week: 7 is days 1 to 7"
        ),
        Column("n", "whole", "rows", "forecasts compared"),
        Column("wape", "number", "share", "Σ|error| / Σ actual", empty=True),
        Column("bias", "number", "share", "Σ error / Σ actual: + is over-forecast", empty=True, low=-inf),
        Column(
            "mase", "number", "ratio", "mean |error| / mean |error| of the same weekday last week", empty=True
        ),
        Column("hit_rate", "number", "share", "share of rows within the tolerance", high=1),
        Column(
            "noise_floor",
            "number",
            "share",
            "WAPE that Poisson chance leaves, about Σ√(2 × mean / π) / Σ actual",
            empty=True,
        ),
        _optional(
            "own_noise_floor",
            "share",
            "the same with the history's own dispersion; empty: too little history",
        ),
        Column(
            "attainable",
            "number",
            "share",
            "hit rate of a forecast that knows the true mean, if chance is Poisson",
            empty=True,
            high=1,
        ),
        _optional("own_attainable", "share", "the same with the history's own dispersion", high=1),
        _VERDICT,
    ),
)
WORKLOAD = Table(
    "workload",
    "How far the forecast workload (calls × handling time) was off, and which of the two did it.",
    ("queue", "by", "model", "lead_days"),
    (
        _QUEUE,
        _BY,
        _MODEL,
        Column(
            "lead_days", "whole", "days", "leads up to this many days, in steps of a week: 7 is days 1 to 7"
        ),
        Column("n", "whole", "rows", "forecasts compared"),
        Column("workload_h", "number", "h", "actual workload: Σ offered × AHT"),
        Column("wape", "number", "share", "Σ|error of the workload| / Σ workload", empty=True),
        Column("volume_part", "number", "share", "what calls have of the WAPE", empty=True, low=-inf),
        Column("aht_part", "number", "share", "what handling times have of the WAPE", empty=True, low=-inf),
        Column("bias", "number", "share", "Σ error / Σ workload: + is over-forecast", empty=True, low=-inf),
        Column("volume_bias", "number", "share", "what calls have of the bias", empty=True, low=-inf),
        Column("aht_bias", "number", "share", "what handling times have of the bias", empty=True, low=-inf),
        Column(
            "aht_wape", "number", "share", "Σ|error of AHT| / Σ AHT, weighted by calls handled", empty=True
        ),
    ),
)
DAYS = Table(
    "days",
    "A plan day by day, and, once the day has been, what came of it.",
    ("queue", "start"),
    (
        _QUEUE,
        Column("start", "instant", "", "the day's first instant, in the site's time zone"),
        _CALLS,
        Column("needed_h", "number", "h", "rostered hours that the requirement asks for"),
        Column("staffed_h", "number", "h", "rostered hours that the schedule has at work"),
        Column("paid_h", "number", "h", "paid hours of the shifts that begin on the day"),
        _optional("service_level", "share", "expected with the schedule, weighted by calls", high=1),
        _optional("met", "share", "share of intervals expected to meet the goal", high=1),
        _optional("offered", "calls", "what came"),
        Column("error", "number", "calls", "forecast - actual", required=False, empty=True, low=-inf),
        _optional("delivered", "share", "service level the schedule would have given those calls", high=1),
        _optional("delivered_met", "share", "share of intervals that would have met the goal", high=1),
    ),
)
ASSUMPTIONS = Table(
    "assumptions",
    "What a plan takes as given, and who says so.",
    ("queue", "item"),
    (
        Column("queue", "text", "", "the queue it holds for; `all` where it holds for every one"),
        Column("item", "text", "", "what is assumed"),
        Column("value", "text", "", "with its unit"),
        Column("source", "text", "", "where it comes from: site.toml, the history, or the model"),
    ),
)
OUTCOME = Table(
    "outcome",
    "How a schedule was found, and how near the best possible it is proven to be.",
    ("queue",),
    (
        _QUEUE,
        Column(
            "status", "text", "", "optimal: proven to be the cheapest; feasible: a plan without that proof"
        ),
        Column("cost", "number", "money", "paid hours and priced shortfall"),
        Column("bound", "number", "money", "no schedule under these rules costs less"),
        Column("gap", "number", "share", "(cost - bound) / cost"),
        Column("solver", "text", "", "the program that solved it"),
        Column(
            "stopped_by",
            "text",
            "",
            "optimal; gap: near enough to the bound; days: planned day by day, and near it; clock: time up",
        ),
    ),
)
EVENTS = Table(
    "events",
    "Days that are known beforehand to differ, such as a sale or a mailing; holidays are known already.",
    ("name", "date", "queue"),
    (
        Column("name", "text", "", "what happens; days of one name are taken for alike"),
        Column("date", "day", "", "the day, or the first of them, the year first"),
        _optional("queue", "", "the queue it concerns; empty, or `all`: every one", "text"),
        _optional("until", "", "the last day; empty: the same as `date`", "day"),
        _optional(
            "effect",
            "",
            "factor on the day's calls, such as 1.2, +20% or -15%; empty: learned from the history",
            "text",
        ),
    ),
)
TABLES = {
    table.name: table
    for table in (
        HISTORY, REPAIRS, FORECAST, BANDS, REQUIREMENT, SHIFT_PLAN, SHIFTS, ACTIVITIES, COVERAGE, ERRORS,
        ACCURACY, WORKLOAD, DAYS, ASSUMPTIONS, OUTCOME, SIMULATION, EVENTS,
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
