"""Calls: what came, what will come, and the days that differ."""

from callplan.schema.columns import (
    AHT,
    CALLS,
    CUTOFF,
    END,
    MINUTES,
    MODEL,
    QUEUE,
    START,
    Column,
    Table,
    optional,
)

HISTORY = Table(
    "history",
    "What came, by interval. A row absent in open hours, or an empty count, is missing: not zero.",
    ("queue", "start"),
    (
        QUEUE,
        START,
        MINUTES,
        Column("offered", "number", "calls", "handled and abandoned, counted where they arrived", empty=True),
        optional("handled", "calls", "answered by an agent"),
        optional("abandoned", "calls", "hung up while waiting for an agent"),
        optional("answered_within", "calls", "answered within `within_s`"),
        optional("abandoned_within", "calls", "abandoned within `within_s`"),
        optional("within_s", "s", "the threshold of the two columns before"),
        optional("short_abandoned", "calls", "abandoned within `short_s`"),
        optional("short_s", "s", "the threshold of a short abandon"),
        optional("talk_s", "s", "talking, summed over handled calls"),
        optional("hold_s", "s", "callers on hold, summed over handled calls"),
        optional("acw_s", "s", "after-call work, summed over handled calls"),
        optional("aht_s", "s", "average handling time: (talk + hold + after-call work) / handled"),
        optional("wait_s", "s", "waiting for an answer, summed over handled calls"),
        optional("ivr", "calls", "contained in the IVR: not offered"),
        optional("blocked", "calls", "refused for want of a line: not offered"),
        optional("transferred", "calls", "handed on by an agent"),
        optional("channel", "", "voice, chat, mail or another channel", "text"),
    ),
    parts=(
        ("handled", "offered"),
        ("abandoned", "offered"),
        ("answered_within", "handled"),
        ("abandoned_within", "abandoned"),
        ("short_abandoned", "abandoned"),
    ),
)
REPAIRS = Table(
    "repairs",
    "What of a history a forecast does not learn from, or learns apart, and why.",
    ("queue", "start"),
    (
        QUEUE,
        START,
        END,
        Column("reason", "text", "", "gap, outage, outlier, holiday, bridge day or event, with its name"),
        Column("offered", "number", "calls", "what the history says came; empty in a gap", empty=True),
        Column("usual", "number", "calls", "what comes on the same weekdays nearby", empty=True),
    ),
)
FORECAST = Table(
    "forecast",
    "What will be offered, with the band the count will fall in.",
    ("queue", "start", "model", "cutoff"),
    (
        QUEUE,
        START,
        MODEL,
        CUTOFF,
        MINUTES,
        CALLS,
        Column("calls_lo", "number", "calls", "lower end of the band", empty=True),
        Column("calls_hi", "number", "calls", "upper end of the band", empty=True),
        Column("level", "number", "share", "share of counts that fall in the band", empty=True, high=1),
        AHT,
    ),
)
BANDS = Table(
    "bands",
    "Quantiles of what will be offered. Bands of days and weeks are not sums of interval bands.",
    ("queue", "span", "start", "model", "cutoff", "quantile"),
    (
        QUEUE,
        Column("span", "text", "", "interval, day, week or month"),
        Column("start", "instant", "", "left edge of the span, in the site's time zone"),
        MODEL,
        CUTOFF,
        Column("quantile", "number", "share", "chance that at most `calls` are offered", high=1),
        CALLS,
    ),
)
EVENTS = Table(
    "events",
    "Days that are known beforehand to differ, such as a sale or a mailing; holidays are known already.",
    ("name", "date", "queue"),
    (
        Column("name", "text", "", "what happens; days of one name are taken for alike"),
        Column("date", "day", "", "the day, or the first of them, the year first"),
        optional("queue", "", "the queue it concerns; empty, or `all`: every one", "text"),
        optional("until", "", "the last day; empty: the same as `date`", "day"),
        optional(
            "effect",
            "",
            "factor on the day's calls, such as 1.2, +20% or -15%; empty: learned from the history",
            "text",
        ),
    ),
)
