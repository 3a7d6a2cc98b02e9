"""What a management report is made of: its figures, goals held and missed, outbound results, scores."""

from math import inf

from callplan.schema.columns import END, MINUTES, QUEUE, START, Column, Table, optional

FIGURES = Table(
    "figures",
    "The figures of a management report, each with what it divides by what.",
    ("queue", "by", "start", "figure"),
    (
        QUEUE,
        Column("by", "text", "", "period, day, week or month"),
        Column("start", "instant", "", "left edge of the period, day, week or month"),
        Column("figure", "text", "", "which figure, such as service_level or aht_s"),
        Column("value", "number", "as the figure", "numerator / denominator", empty=True, low=-inf),
        Column("numerator", "number", "as the figure", "what is divided, or the sum", empty=True, low=-inf),
        Column("denominator", "number", "as the figure", "by what; empty: a sum", empty=True, low=-inf),
        Column("formula", "text", "", "the expression over the columns of the history"),
        Column("intervals", "whole", "intervals", "those whose columns are all known: they alone count"),
        Column("due", "whole", "intervals", "those that were open"),
    ),
)
PATTERN = Table(
    "pattern",
    "When calls come: the mean of the days counted, by weekday and time of day.",
    ("queue", "weekday", "clock"),
    (
        QUEUE,
        Column("weekday", "whole", "0 to 6", "Monday is 0", high=6),
        Column("clock", "text", "", "local time at which the interval begins"),
        MINUTES,
        Column("start", "instant", "", "the first such interval of the period"),
        Column("offered", "number", "calls", "mean of the days that were counted", empty=True),
        Column("days", "whole", "days", "so many days were counted"),
    ),
)
EXCLUSIONS = Table(
    "exclusions",
    "What does not count towards a goal, and why: every interval that it touches is left out.",
    ("start", "end", "queue"),
    (
        Column("start", "instant", "", "from this moment on"),
        END,
        Column("reason", "text", "", "why: the client reads it"),
        optional("queue", "", "the queue it concerns; empty, or `all`: every one", "text"),
    ),
)
ATTAINMENT = Table(
    "attainment",
    "Each goal in each open interval: met, missed, excluded, no calls, or missing.",
    ("queue", "goal", "start"),
    (
        QUEUE,
        Column("goal", "text", "", "the figure that the goal is about"),
        START,
        MINUTES,
        Column("target", "number", "as the figure", "the goal of that day"),
        Column("value", "number", "as the figure", "what was reached", empty=True, low=-inf),
        Column("calls", "number", "calls", "calls offered", empty=True),
        Column("state", "text", "", "met, missed, excluded, no calls or missing"),
        optional("reason", "", "why it is excluded", "text"),
    ),
)
COMPLIANCE = Table(
    "compliance",
    "Each goal over the days of the period on which it stood: reached or not, credit and bonus.",
    ("queue", "goal", "first"),
    (
        QUEUE,
        Column("goal", "text", "", "the figure that the goal is about"),
        Column("first", "day", "", "the first of those days"),
        Column("last", "day", "", "the last of them"),
        Column("target", "number", "as the figure", "the goal"),
        Column(
            "value", "number", "as the figure", "what was reached, exclusions left out", False, True, -inf
        ),
        Column("with_all", "number", "as the figure", "the same with nothing left out", False, True, -inf),
        Column("numerator", "number", "as the figure", "what is divided", False, True, -inf),
        Column("denominator", "number", "as the figure", "by what", False, True, -inf),
        Column("state", "text", "", "met, missed or missing"),
        Column("met", "whole", "intervals", "intervals that met it"),
        Column("missed", "whole", "intervals", "intervals that missed it"),
        Column("excluded", "whole", "intervals", "intervals left out"),
        Column("quiet", "whole", "intervals", "intervals without calls"),
        Column("missing", "whole", "intervals", "open intervals that nobody counted"),
        Column("credit", "number", "share", "share of the fee that is owed back", high=1),
        Column("bonus", "number", "share", "share of the fee that is earned on top", high=1),
        optional("within_s", "s", "the threshold of a service level"),
        optional("convention", "", "how hang-ups count", "text"),
    ),
)
YEARS = Table(
    "years",
    "The period beside the same one a year before.",
    ("queue", "first"),
    (
        QUEUE,
        Column("first", "day", "", "the first day, this year"),
        Column("first_before", "day", "", "the first day, a year before"),
        Column("offered", "number", "calls", "what came"),
        Column("before", "number", "calls", "what came a year before", empty=True),
        Column("change", "number", "share", "offered / before - 1", False, True, -inf),
    ),
)
OUTLOOK = Table(
    "outlook",
    "The weeks to come, as forecast when the period ended.",
    ("queue", "start"),
    (
        QUEUE,
        Column("start", "instant", "", "the Monday with which the week begins, first instant"),
        Column("calls", "number", "calls", "calls forecast (the mean)"),
        Column("calls_lo", "number", "calls", "lower end of the band", empty=True),
        Column("calls_hi", "number", "calls", "upper end of the band", empty=True),
        Column("level", "number", "share", "share of weeks that fall in the band", empty=True, high=1),
    ),
)
OUTBOUND = Table(
    "outbound",
    "Results of outbound calls, by day and list.",
    ("date", "list"),
    (
        Column("date", "day", "", "the local day, the year first"),
        Column("list", "text", "", "the list that was called"),
        Column("attempts", "number", "calls", "calls that were made", empty=True),
        Column("reached", "number", "contacts", "calls that reached who was wanted", empty=True),
        optional("success", "contacts", "reached: said yes"),
        optional("failure", "contacts", "reached: said no"),
        optional("considering", "contacts", "reached: wants to think about it"),
        optional("undecided", "contacts", "reached: no answer either way"),
        optional("wrong_number", "calls", "not reached: another's number, or none"),
        optional("not_reached", "calls", "nobody answered, or not the one wanted"),
        optional("introduced", "contacts", "reached, and the offer was introduced"),
        optional("sales", "contacts", "introduced, and bought"),
        optional("records", "records", "records on the list at the end of the day"),
        optional("added", "records", "records that came to the list on that day"),
        optional("removed", "records", "records that left it, done or struck out"),
    ),
    parts=(("reached", "attempts"), ("introduced", "reached"), ("sales", "introduced")),
)
REVIEW = Table(
    "outbound_review",
    "Notes on outbound calls as somebody reviewed them: what was looked at, found and agreed.",
    ("date", "who", "reviewed"),
    (
        Column("date", "day", "", "the local day, or the first day of what was reviewed, the year first"),
        Column("who", "text", "", "who reviewed it"),
        Column("reviewed", "text", "", "what was reviewed: a list, a day, calls listened to"),
        optional("until", "", "the last day of what was reviewed; empty: that one day", "day"),
        optional("found", "", "what was found", "text"),
        optional("agreed", "", "what was agreed: who does what by when", "text"),
    ),
)
SCORES = Table(
    "scores",
    "Each metric of each subject (a client, a vendor), by span: value, target, weight, score.",
    ("subject", "start", "metric", "first"),
    (
        Column("subject", "text", "", "who is scored: a client, a vendor, a site or a queue"),
        Column("start", "day", "", "the first day of the week or month"),
        Column("metric", "text", "", "the metric, or `total`: all of them, weighted"),
        Column("first", "day", "", "the first day of the part of the span in which this target held"),
        Column("value", "number", "as the metric", "what the expression gives", False, True, -inf),
        Column("target", "number", "as the metric", "the target", False, True, -inf),
        Column("weight", "number", "share", "its weight in that part", high=1),
        Column("score", "number", "points", "100 at the target; for `total` the weighted mean", False, True),
        Column(
            "change",
            "number",
            "points",
            "score - the one before it, of the span or part before",
            False,
            True,
            -inf,
        ),
    ),
)
