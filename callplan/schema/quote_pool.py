"""What sharing agents between clients saves, who gains by it, and what a list of records takes."""

from math import inf

from callplan.schema.columns import AHT, Column, Table, optional

_CLIENT = Column("client", "text", "", "who the calls are for")
_AGENTS = "agents on the phones, whole, in the busiest interval"

POOL_CLIENTS = Table(
    "pool_clients",
    "Each client of a pool: its own team, and the shared one; without seconds of its own 20 s count. Calls "
    "and load are the mean; teams and service levels are for the volume that teams are sized for.",
    ("client",),
    (
        _CLIENT,
        Column("calls", "number", "calls", "calls of a typical week"),
        AHT,
        Column("load", "number", "erlangs", "load in the interval in which its own team is largest"),
        Column("weekday", "whole", "day", "the weekday of that interval, Monday 0", high=6),
        Column("minute", "whole", "min", "where on the clock that interval begins, from midnight", high=1439),
        Column("goals", "text", "", "what it was promised"),
        Column("agents", "whole", "agents", f"its own team by formula: {_AGENTS}"),
        Column("agents_simulated", "whole", "agents", f"its own team by simulation: {_AGENTS}"),
        Column("staffed_h", "number", "h", "hours a week of its own team on the phones, by formula"),
        optional("cost", "money", "what its own team costs a week"),
        Column("alone", "number", "share", "simulated service level of its own team at its busiest", high=1),
        Column(
            "shared",
            "number",
            "share",
            "simulated service level in the shared team at its busiest",
            empty=True,
            high=1,
        ),
        optional("shared_lo", "share", "lower end of its 95% confidence interval", high=1),
        optional("shared_hi", "share", "upper end of its 95% confidence interval", high=1),
        Column(
            "week",
            "number",
            "share",
            "simulated service level in the shared team over the week",
            empty=True,
            high=1,
        ),
        Column(
            "by_formula", "text", "", "met, or missed beyond doubt: its goals in a shared team by formula"
        ),
    ),
)
POOL_SAVING = Table(
    "pool_saving",
    "Separate teams, the same teams on shared seats, and one shared team.",
    ("by", "step"),
    (
        Column("by", "text", "", "formula or simulation"),
        Column("step", "whole", "number", "1 separate, 2 seats shared, 3 agents shared", low=1),
        Column("way", "text", "", "how the work is organised"),
        Column("sized_for", "text", "", "the volumes that all these teams are sized for"),
        Column(
            "agents", "whole", "agents", "most on the phones at once; separate: the sum of each client's most"
        ),
        Column("staffed_h", "number", "h", "hours a week on the phones"),
        optional("cost", "money", "what these hours cost"),
        Column("agents_saved", "whole", "agents", "fewer than separate teams need; below 0: more", low=-inf),
        Column("staffed_h_saved", "number", "h", "less than separate teams need; below 0: more", low=-inf),
        Column("cost_saved", "number", "money", "less than separate teams cost", False, True, -inf),
        Column("saved", "number", "share", "of the hours of separate teams; below 0: more", low=-inf),
    ),
)
POOL_WEEK = Table(
    "pool_week",
    "Agents of separate teams and of the shared one, by interval of a typical week; the load is the mean.",
    ("weekday", "minute"),
    (
        Column("weekday", "whole", "day", "Monday 0 to Sunday 6", high=6),
        Column("minute", "whole", "min", "where the interval begins, from midnight", high=1439),
        Column("load", "number", "erlangs", "load of all clients"),
        Column("separate", "whole", "agents", "all clients' own teams, by formula"),
        Column("shared", "whole", "agents", "the shared team, by formula"),
        Column("simulated", "whole", "agents", "the shared team, by simulation"),
    ),
)
POOL_SPLIT = Table(
    "pool_split",
    "What each client pays of a shared team, a week: by the Shapley value, and by load.",
    ("client",),
    (
        _CLIENT,
        Column("alone", "number", "money or h", "cost of its own team; hours where clients have no costs"),
        Column("load_share", "number", "share", "its part of all erlang hours", high=1),
        Column("by_load", "number", "money or h", "its part of the shared cost by load"),
        Column("by_load_saves", "number", "money or h", "less than alone; below 0: it pays more", low=-inf),
        Column("shapley", "number", "money or h", "its Shapley value of the shared cost", low=-inf),
        Column("shapley_saves", "number", "money or h", "less than alone; below 0: it pays more", low=-inf),
    ),
)
POOL_AHT = Table(
    "pool_aht",
    "What pooling saves if handling times were less or more alike, mean loads held; busiest interval.",
    ("goals", "ratio"),
    (
        Column("goals", "text", "", "the goals' seconds: held, or in proportion to the handling times"),
        Column("ratio", "number", "times", "the longest mean handling time over the shortest"),
        Column("shortest_s", "number", "s", "the shortest mean handling time"),
        Column("longest_s", "number", "s", "the longest mean handling time"),
        Column("separate", "whole", "agents", "all clients' own teams, by formula"),
        Column("shared", "whole", "agents", "the shared team, by formula"),
        Column("simulated", "whole", "agents", "the shared team, by simulation"),
        Column("saved", "whole", "agents", "separate - shared; below 0: pooling takes more", low=-inf),
        Column("saved_simulated", "whole", "agents", "separate - simulated", low=-inf),
    ),
)
POOL_CORRELATION = Table(
    "pool_correlation",
    "What pooling saves of agents kept for the doubt of volumes, by how far these doubts move together.",
    ("correlation",),
    (
        Column("correlation", "number", "share", "of the clients' volumes; 1: all err alike", low=-1, high=1),
        Column("separate", "whole", "agents", "all clients' own teams, for the volume kept with that chance"),
        Column("shared", "whole", "agents", "the shared team, for the volume kept with that chance"),
        Column("saved", "whole", "agents", "separate - shared", low=-inf),
        Column("separate_h", "number", "h", "hours a week of the clients' own teams"),
        Column("shared_h", "number", "h", "hours a week of the shared team"),
        Column("saved_h", "number", "h", "separate_h - shared_h", low=-inf),
        Column("doubt_separate_h", "number", "h", "of separate_h, what the doubt takes"),
        Column("doubt_shared_h", "number", "h", "of shared_h, what the doubt takes"),
        Column("doubt_saved", "number", "share", "part of doubt_separate_h that pooling saves", low=-inf),
    ),
)
POOL_OVERFLOW = Table(
    "pool_overflow",
    "A client keeps a team for its calls up to a number an interval; the others' team takes those above. At "
    "mean volumes.",
    ("client", "above_calls"),
    (
        _CLIENT,
        Column("above_calls", "number", "calls", "calls an interval that its own team takes"),
        Column("overflow", "number", "share", "of its calls, that go to the shared team", high=1),
        Column("own", "whole", "agents", f"its own team: {_AGENTS}"),
        Column("pool", "whole", "agents", f"the others' team: {_AGENTS}"),
        Column("staffed_h", "number", "h", "hours a week of both"),
        Column("saved_h", "number", "h", "less than with its own team for all its calls", low=-inf),
        Column("pooled_h", "number", "h", "what would be saved if all its calls were shared", low=-inf),
    ),
)
QUOTE_FUNNEL = Table(
    "quote_funnel",
    "From a list to a sale: what a month's target takes.",
    ("step",),
    (
        Column("step", "whole", "number", "1 records to 5 sales", low=1),
        Column("what", "text", "", "records, attempts, reached, introduced or sales"),
        Column("a_month", "number", "number", "how many a month, on average"),
        Column("share", "number", "number", "of the step before; of attempts: tries a record"),
        Column("hours", "number", "h", "agents' hours a month that it takes"),
        Column("in_list", "number", "number", "how many the whole list yields, on average"),
    ),
)
