"""What a finished schedule promises: service with its band, intervals at risk, scenarios side by side."""

from callplan.schema.columns import AHT, CALLS, MINUTES, QUEUE, START, Column, Table, optional

_LEVEL = Column("service_level", "number", "share", "expected service level", empty=True, high=1)
_LOW = Column("p10", "number", "share or s", "1 of 10 weeks drawn lies below", empty=True)
_MIDDLE = Column("p50", "number", "share or s", "half of the weeks drawn lie below", empty=True)
_HIGH = Column("p90", "number", "share or s", "9 of 10 weeks drawn lie below", empty=True)
_LIMIT = optional("limit", "share or s", "the goal for it")

PROMISE = Table(
    "promise",
    "What a schedule will give callers by day and week, played under the forecast's doubt and absence.",
    ("queue", "by", "start", "measure"),
    (
        QUEUE,
        Column("by", "text", "", "the level: day, or week from Monday"),
        Column("start", "instant", "", "its first instant, in the site's time zone"),
        Column("measure", "text", "", "service_level, abandoned, asa_s, p_wait or occupancy"),
        CALLS,
        Column("expected", "number", "share or s", "the measure over all weeks drawn", empty=True),
        _LOW,
        _MIDDLE,
        _HIGH,
        _LIMIT,
        optional("chance", "share", "share of the weeks drawn that meet the goal", high=1),
    ),
)
AT_RISK = Table(
    "at_risk",
    "The intervals of a schedule where most calls are expected to wait too long.",
    ("queue", "start"),
    (
        QUEUE,
        START,
        Column("rank", "whole", "place", "1 is most at risk"),
        MINUTES,
        CALLS,
        Column("staffed", "number", "heads", "rostered heads at work"),
        _LEVEL,
        optional("chance", "share", "share of the weeks drawn in which the interval meets the goal", high=1),
        Column("late", "number", "calls", "calls expected not to be answered in time"),
        optional("one_more", "share", "service level with one rostered head more", high=1),
        optional("one_fewer", "share", "service level with one rostered head fewer", high=1),
    ),
)
SCENARIOS = Table(
    "scenarios",
    "What the days planned come to, as planned and if things were otherwise.",
    ("scenario", "roster", "queue"),
    (
        Column("scenario", "text", "", "its name; `the plan` is the plan itself"),
        Column("roster", "text", "", "as planned, one head more, one head fewer, or planned anew"),
        QUEUE,
        CALLS,
        AHT,
        Column("staffed_h", "number", "h", "rostered hours at work"),
        Column("paid_h", "number", "h", "paid hours"),
        Column("cost", "number", "money", "paid hours at their price; surcharges are left out"),
        _LEVEL,
        _LOW,
        _HIGH,
        optional("service_goal", "share", "share of calls to be answered in time", high=1),
        optional("chance", "share", "share of the weeks drawn that meet the goal", high=1),
        Column("abandoned", "number", "share", "share of offered calls that hang up", empty=True, high=1),
    ),
)
