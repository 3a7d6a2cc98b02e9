"""The ledger: what was published beside what came, and what the difference cost."""

from math import inf

from callplan.schema.columns import BY, MODEL, QUEUE, VERDICT, Column, Table, optional

LEDGER = Table(
    "ledger",
    "Each published forecast beside what came, and what the miss cost. Error is forecast - actual.",
    ("queue", "by", "start", "lead_days"),
    (
        QUEUE,
        BY,
        Column("start", "instant", "", "left edge of the interval, day, week or month"),
        Column("lead_days", "whole", "days", "days from the cutoff to the day it begins; the next day is 1"),
        MODEL,
        Column("calls", "number", "calls", "calls that the published forecast said"),
        Column("offered", "number", "calls", "what came"),
        Column("error", "number", "calls", "forecast - actual", low=-inf),
        Column("share", "number", "share", "error / actual; empty where nothing came", empty=True, low=-inf),
        Column("tolerance", "number", "share", "the tolerance of the queue"),
        Column("within", "whole", "0 or 1", "1 if |error| is within the tolerance of the actual", high=1),
        Column("floor", "number", "calls", "mean absolute error that Poisson chance leaves"),
        optional("own_floor", "calls", "the same with the history's own dispersion"),
        VERDICT,
        optional("aht_s", "s", "handling time that was forecast"),
        optional("aht_came_s", "s", "handling time that came"),
        Column(
            "over_h",
            "number",
            "h",
            "paid agent-hours that fewer calls, or shorter ones, did not need",
            empty=True,
        ),
        Column("short_h", "number", "h", "paid agent-hours that were lacking", empty=True),
        Column("volume_h", "number", "h", "what calls have of over_h - short_h", False, True, -inf),
        Column("aht_h", "number", "h", "what handling times have of it", False, True, -inf),
        Column("cost", "number", "money", "over_h and short_h at the site's rates", empty=True),
        optional("planned_service_level", "share", "what the roster was to give under the forecast", high=1),
        optional("service_level", "share", "what it gave under the calls that came", high=1),
    ),
)
VALUE_ADDED = Table(
    "value_added",
    "What each step of the forecast added: naive, statistical, override, published.",
    ("queue", "by", "step"),
    (
        QUEUE,
        BY,
        Column("step", "text", "", "naive, statistical, override or published"),
        Column("n", "whole", "rows", "forecasts compared"),
        Column("wape", "number", "share", "Σ|error| / Σ actual", empty=True),
        Column("bias", "number", "share", "Σ error / Σ actual: + is over-forecast", empty=True, low=-inf),
        Column("hit_rate", "number", "share", "share of rows within the tolerance", high=1),
        Column(
            "added",
            "number",
            "share",
            "WAPE of the step before - its own; empty: the first",
            False,
            True,
            -inf,
        ),
    ),
)
WORST = Table(
    "worst",
    "The intervals whose misses cost most, each with its cause.",
    ("rank",),
    (
        Column("rank", "whole", "place", "the costliest is 1"),
        QUEUE,
        Column("start", "instant", "", "left edge of the interval, in the site's time zone"),
        Column("calls", "number", "calls", "calls that the published forecast said"),
        Column("offered", "number", "calls", "what came"),
        Column("error", "number", "calls", "forecast - actual", low=-inf),
        Column("cost", "number", "money", "what the miss, and a roster too short, cost", empty=True),
        Column("service_level", "number", "share", "what the roster gave", False, True, high=1),
        Column("cause", "text", "", "event, outage, drift, chance or unknown, in words"),
    ),
)
ALARMS = Table(
    "alarms",
    "Forecasts that drift: errors that lean one way for longer than chance allows.",
    ("queue", "start"),
    (
        QUEUE,
        Column("start", "instant", "", "the day on which it shows, first instant"),
        Column("since", "instant", "", "the day from which the errors lean, first instant"),
        Column("until", "instant", "", "the last day on which they were seen to, first instant"),
        Column("lean", "text", "", "over (forecast too high) or under"),
        Column("share", "number", "share", "Σ error / Σ actual of these days", low=-inf),
        Column("days", "whole", "days", "so many of them were ordinary ones, which alone count"),
        Column("text", "text", "", "the alarm in words"),
    ),
)
