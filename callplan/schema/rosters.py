"""Named people: who they are, what a roster asks of them, and what may be changed in it."""

from math import inf

from callplan.schema.columns import END, PERSON, QUEUE, Column, Table, optional

_CONTRACT = Column("contract", "text", "", "the contract, as the site's settings name it")
_DAY = Column("start", "instant", "", "the day's first instant, in the site's time zone")
_COST = Column("cost", "number", "money", "what it costs, in the money of `cost_per_h`", low=-inf)

PEOPLE = Table(
    "people",
    "Who can be rostered. Lists are parted by | ; or , and days written as dates, the year first.",
    ("person",),
    (
        PERSON,
        _CONTRACT,
        Column(
            "skills",
            "text",
            "",
            "queues served, each with a level if not 1: `sales|support:2`, higher is better",
        ),
        optional("available", "", "when on days that have no column, or an empty cell, of their own", "text"),
        *(
            optional(day, "", "when on the weekday: `07:00-17:00`, `off`; empty: as `available` says", "text")
            for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        ),
        optional("leave", "", "days of leave: `2024-05-06|2024-05-08..2024-05-10`", "text"),
        optional("training", "", "days of training, written the same", "text"),
        optional("days_off", "", "wishes: dates, ranges of them, or weekdays such as `fri`", "text"),
        optional("prefers", "", "shifts wished for: early, mid, late; empty: any", "text"),
        optional("fixed", "", "shifts that must stand: `2024-05-06 09:00-17:30`", "text"),
        optional("days_per_week", "days", "most days a week, instead of the contract's", high=7),
        optional("hours_per_week_min", "h", "least paid hours a week, instead of the contract's", high=168),
        optional("hours_per_week_max", "h", "most paid hours a week, instead of the contract's", high=168),
    ),
)
DUTIES = Table(
    "duties",
    "What a roster asks of each person, so that it can be seen to be fair.",
    ("person",),
    (
        PERSON,
        _CONTRACT,
        Column("shifts", "whole", "shifts", "shifts worked"),
        Column("paid_h", "number", "h", "paid hours of the shifts"),
        Column("nights", "whole", "shifts", "night shifts"),
        Column("weekends", "whole", "weekends", "weekends with a shift that begins on Saturday or Sunday"),
        Column("late_ends", "whole", "shifts", "shifts that end after the hour that `late_end` names"),
        Column("wishes", "whole", "wishes", "days off wished for, and each shift of who prefers a kind"),
        Column("wishes_met", "whole", "wishes", "those of them that were granted"),
    ),
)
BROKEN = Table(
    "broken",
    "Rules that a roster breaks, each where it does.",
    ("rule", "person", "start", "queue"),
    (
        Column("rule", "text", "", "the rule's name"),
        optional("person", "", "whom it concerns; empty: nobody by name", "text"),
        Column("start", "instant", "", "the shift, day, week or interval in which it is broken"),
        optional("queue", "", "the queue it concerns; empty: none", "text"),
        Column("found", "text", "", "what was found"),
        Column("price", "number", "money", "what this break costs; empty: the rule is hard", empty=True),
    ),
)
CHANGES = Table(
    "changes",
    "What a new roster changes for whom, day by day.",
    ("person", "start"),
    (
        PERSON,
        _DAY,
        Column("before", "text", "", "the shift as published, in words, or off"),
        Column("after", "text", "", "the shift now, in words, or off"),
        Column("reason", "text", "", "why it was changed"),
    ),
)
OFFERS = Table(
    "offers",
    "What could mend a day: overtime, an extra shift, time off or a swap.",
    ("rank",),
    (
        Column("rank", "whole", "place", "the best is 1"),
        PERSON,
        Column("start", "instant", "", "when it would begin"),
        Column("kind", "text", "", "overtime, extra shift, time off or swap"),
        END,
        Column("hours", "number", "h", "paid hours more, or fewer (negative)", low=-inf),
        Column("gain_h", "number", "h", "hours of shortage or surplus of one agent that it mends", low=-inf),
        _COST,
        optional("with", "", "who swaps with the person", "text"),
        optional("in_exchange", "", "the shift of another day that is given for it", "text"),
    ),
)
CONFLICTS = Table(
    "conflicts",
    "Why a schedule is short, or cannot be, and the cheapest ways out.",
    ("trouble", "rank"),
    (
        Column("trouble", "whole", "place", "which trouble it is; the worst is 1"),
        Column("rank", "whole", "place", "among the ways out of the same trouble; the cheapest is 1"),
        QUEUE,
        optional("person", "", "who cannot keep all of their own rules; empty: a shortage", "text"),
        Column("start", "instant", "", "from when, in the site's time zone"),
        END,
        Column(
            "short",
            "number",
            "heads",
            "agents missing, on average from `start` to `end`; empty: people in conflict with themselves",
            empty=True,
        ),
        Column("because", "text", "", "the rules, people and days that are in the way"),
        Column("way_out", "text", "", "what would mend it"),
        Column("mends_h", "number", "h", "hours of shortage of one agent that it mends, at any time"),
        _COST,
    ),
)
