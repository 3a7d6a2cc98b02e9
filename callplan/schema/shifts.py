"""Schedules: which shifts, who works them, what they cover, how they were found."""

from callplan.schema.columns import END, MINUTES, PAID, PERSON, QUEUE, SHIFT, START, Column, Table, optional

SHIFT_PLAN = Table(
    "shift_plan",
    "How many work which shift, nobody named.",
    ("queue", "start", "shift"),
    (
        Column("queue", "text", "", "the queue it works for, or the team that several queues share"),
        Column("start", "instant", "", "when the shift begins"),
        SHIFT,
        END,
        Column("heads", "whole", "heads", "how many work it"),
        PAID,
        optional("meal_start", "", "when the meal begins", "instant"),
        optional("meal_end", "", "when the meal ends", "instant"),
        optional("rests_after", "", "hours of the shift after which a rest begins, parted by |", "text"),
    ),
)
SHIFTS = Table(
    "shifts",
    "Who works when.",
    ("person", "start"),
    (PERSON, Column("start", "instant", "", "when the shift begins"), END, SHIFT, PAID),
)
ACTIVITIES = Table(
    "activities",
    "What a person does inside a shift.",
    ("person", "start"),
    (
        PERSON,
        Column("start", "instant", "", "when the activity begins"),
        END,
        Column("activity", "text", "", "work, meal, rest, training or leave"),
        optional("queue", "", "the queue worked for", "text"),
    ),
)
COVERAGE = Table(
    "coverage",
    "The schedule against the requirement.",
    ("queue", "start"),
    (
        QUEUE,
        START,
        MINUTES,
        Column("needed", "number", "heads", "rostered heads the requirement asks for"),
        Column("staffed", "number", "heads", "heads the schedule has at work, breaks left out: the mean"),
        Column("over", "number", "heads", "staffed above needed"),
        Column("under", "number", "heads", "needed above staffed"),
        optional("service_level", "share", "expected service level with the staffed heads", high=1),
    ),
)
OUTCOME = Table(
    "outcome",
    "How a schedule was found, and how near the best possible it is proven to be.",
    ("queue",),
    (
        QUEUE,
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
