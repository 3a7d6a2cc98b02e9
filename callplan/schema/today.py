"""The day as it runs: what came and will come, who is there, what could be done, who kept to the plan."""

from math import inf

from callplan.schema.columns import MINUTES, PERSON, QUEUE, START, Column, Table, optional

_LEVEL_AFTER = "the day's service level if it is done, all else as it is"

TODAY = Table(
    "today",
    "A day so far and to come: calls, heads needed and present, service.",
    ("queue", "start"),
    (
        QUEUE,
        START,
        MINUTES,
        Column("morning", "number", "calls", "calls as forecast before the day"),
        optional("came", "calls", "what came; empty: not over, or nobody counted"),
        Column("calls", "number", "calls", "what came, or what is expected now"),
        optional("calls_lo", "calls", "lower end of the band of what is expected now"),
        optional("calls_hi", "calls", "upper end of it"),
        Column("needed", "number", "heads", "rostered heads that those calls need"),
        Column("present", "number", "heads", "heads at work, breaks left out: the mean"),
        Column("short", "number", "heads", "needed above present"),
        Column("spare", "number", "heads", "present above needed"),
        optional("service_level", "share", "counted, or expected with the heads present", high=1),
        Column("state", "text", "", "counted: over, and its answers counted; over; to come"),
    ),
)
SUGGESTIONS = Table(
    "suggestions",
    "What a supervisor could do with the rest of the day, the best for the day's service level first.",
    ("rank",),
    (
        Column("rank", "whole", "place", "the best is 1"),
        QUEUE,
        Column("kind", "text", "", "move a break, overtime, extra shift, time off, callbacks or message"),
        optional("person", "", "whom it is asked of; empty: anybody", "text"),
        Column("start", "instant", "", "from when"),
        Column("end", "instant", "", "until when"),
        Column("what", "text", "", "the suggestion in words"),
        Column("hours", "number", "h", "paid hours more, or fewer", low=-inf),
        Column("cost", "number", "money", "what it costs, or saves", low=-inf),
        Column("calls", "number", "calls", "calls called back later, or turned away"),
        Column("before", "number", "share", "the day's service level as things stand", high=1),
        Column("after", "number", "share", _LEVEL_AFTER, high=1),
        Column("gain", "number", "share", "after - before", low=-1, high=1),
    ),
)
STATE_LOG = Table(
    "state_log",
    "What people did, as a telephone system logs it: a row a state.",
    ("person", "start"),
    (
        PERSON,
        Column("start", "instant", "", "when the state began"),
        Column("end", "instant", "", "when it ended", required=False, empty=True),
        optional("duration", "", "how long it lasted: seconds, 4:00 or 00:04:00, instead of `end`", "text"),
        Column("state", "text", "", "the state, as the system names it"),
        optional("kind", "", "work, break, training or off, where the settings do not say", "text"),
    ),
)
ADHERENCE = Table(
    "adherence",
    "How near people kept to their plan, by person and day.",
    ("person", "start"),
    (
        PERSON,
        Column("start", "instant", "", "the first instant of the day on which the shift begins"),
        Column("planned_min", "number", "min", "minutes of the shift, leave left out, as far as it is over"),
        Column("kept_min", "number", "min", "of them in the planned state", empty=True),
        Column("adherence", "number", "share", "kept_min / planned_min", empty=True, high=1),
        Column("planned_work_min", "number", "min", "minutes of work and training planned"),
        Column("worked_min", "number", "min", "minutes worked, at whatever time of the day", empty=True),
        optional("conformance", "share", "worked_min / planned_work_min; above 1: worked more"),
    ),
)
DEVIATIONS = Table(
    "deviations",
    "Stretches in another state than planned, the longest first.",
    ("rank",),
    (
        Column("rank", "whole", "place", "the longest is 1"),
        PERSON,
        Column("start", "instant", "", "from when"),
        Column("end", "instant", "", "until when"),
        Column("minutes_off", "number", "min", "how long"),
        Column("planned", "text", "", "what was planned: work, break, training"),
        Column("found", "text", "", "what the log says: work, break, training, off"),
    ),
)
