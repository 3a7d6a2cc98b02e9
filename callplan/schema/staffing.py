"""What a forecast needs and the plan around it: agents, simulated service, days, assumptions."""

from math import inf

from callplan.schema.columns import AHT, CALLS, MINUTES, QUEUE, START, Column, Table, optional

REQUIREMENT = Table(
    "requirement",
    "Agents and rostered heads that an interval needs, and the service they give.",
    ("queue", "start"),
    (
        QUEUE,
        START,
        MINUTES,
        CALLS,
        AHT,
        Column("load", "number", "erlangs", "offered load: calls × AHT / seconds of the interval"),
        optional("sized_load", "erlangs", "load the team is sized for: after the lag, at the confidence"),
        Column("agents", "whole", "agents", "on the phones"),
        Column("rostered", "whole", "heads", "scheduled: agents / (1 - shrinkage), rounded up last"),
        Column("service_level", "number", "share", "expected service level with those agents", high=1),
        optional("service_level_lo", "share", "service level if calls come at the band's upper end", high=1),
        optional("service_level_hi", "share", "service level if calls come at the band's lower end", high=1),
        Column("asa_s", "number", "s", "average speed of answer"),
        Column("occupancy", "number", "share", "carried load / agents", high=1),
        Column("abandoned", "number", "share", "share of offered calls that hang up", high=1),
        optional("blocked", "share", "share of offered calls refused for want of a line", high=1),
        Column("set_by", "text", "", "the goal that fixed the number of agents"),
        optional("goal", "", "what the team is to meet, and how the service level counts", "text"),
        optional("service_goal", "share", "share of calls to be answered within `within_s`", high=1),
        optional("within_s", "s", "the threshold of the service level"),
        optional("convention", "", "how hang-ups count in the service level", "text"),
        optional("patience_s", "s", "mean patience of callers; empty: nobody hangs up"),
        optional("lines", "lines", "calls the queue holds, talking and waiting; empty: any number"),
        optional("shrinkage", "share", "share of rostered time off the phones", high=1),
    ),
)
SERVICE = Table(
    "service",
    "What any number of rostered heads would give the callers of an interval.",
    ("queue", "start", "heads"),
    (
        QUEUE,
        START,
        Column("heads", "whole", "heads", "rostered heads at work; fewer than the least here serve nobody"),
        Column("service_level", "number", "share", "expected service level with them", high=1),
    ),
)
SIMULATION = Table(
    "simulation",
    "What callers met when the calls of a requirement were played one by one, many times.",
    ("queue", "start"),
    (
        QUEUE,
        START,
        MINUTES,
        CALLS,
        Column("agents", "whole", "agents", "on the phones"),
        Column("expected", "number", "share", "service level that the requirement states", high=1),
        Column("service_level", "number", "share", "service level found", empty=True, high=1),
        optional("service_level_lo", "share", "lower 95% limit of the service level found", high=1),
        optional("service_level_hi", "share", "upper 95% limit of the service level found", high=1),
        Column("asa_s", "number", "s", "average speed of answer", empty=True),
        Column("abandoned", "number", "share", "share of offered calls that hang up", empty=True, high=1),
        Column("blocked", "number", "share", "share of offered calls without a line", empty=True, high=1),
        Column("p_wait", "number", "share", "share of offered calls that wait", empty=True, high=1),
        Column("within_s", "number", "s", "the threshold of the service level"),
        Column("convention", "text", "", "how hang-ups count in the service level"),
        Column("replications", "whole", "times", "how often the calls were played"),
    ),
)
DAYS = Table(
    "days",
    "A plan day by day, and, once the day has been, what came of it.",
    ("queue", "start"),
    (
        QUEUE,
        Column("start", "instant", "", "the day's first instant, in the site's time zone"),
        CALLS,
        Column("needed_h", "number", "h", "rostered hours that the requirement asks for"),
        Column("staffed_h", "number", "h", "rostered hours that the schedule has at work"),
        Column("paid_h", "number", "h", "paid hours of the shifts that begin on the day"),
        optional("service_level", "share", "expected with the schedule, weighted by calls", high=1),
        optional("met", "share", "share of intervals expected to meet the goal", high=1),
        optional("offered", "calls", "what came"),
        Column("error", "number", "calls", "forecast - actual", required=False, empty=True, low=-inf),
        optional("delivered", "share", "service level the schedule would have given those calls", high=1),
        optional("delivered_met", "share", "share of intervals that would have met the goal", high=1),
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
