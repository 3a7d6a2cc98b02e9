"""How good forecasts were."""

from math import inf

from callplan.schema.columns import BY, CALLS, MODEL, QUEUE, VERDICT, Column, Table, optional

ERRORS = Table(
    "errors",
    "Each forecast beside what came. Error is forecast - actual: + is over-forecast.",
    ("queue", "by", "start", "model", "lead_days"),
    (
        QUEUE,
        BY,
        Column("start", "instant", "", "left edge of the interval, day, week, month or quarter"),
        MODEL,
        Column("lead_days", "whole", "days", "days from the cutoff to the day it begins; the next day is 1"),
        CALLS,
        Column("offered", "number", "calls", "what came"),
        Column("error", "number", "calls", "forecast - actual", low=-inf),
        Column(
            "floor",
            "number",
            "calls",
            "mean absolute error that Poisson chance leaves, about √(2 × mean / π)",
        ),
        optional(
            "own_floor", "calls", "the same with the history's own dispersion; empty: too little history"
        ),
        Column("within", "whole", "0 or 1", "1 if |error| is within the tolerance of the actual", high=1),
        VERDICT,
    ),
)
ACCURACY = Table(
    "accuracy",
    "How good a model was, by level and lead.",
    ("queue", "by", "model", "lead_days"),
    (
        QUEUE,
        BY,
        MODEL,
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
        optional(
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
        optional("own_attainable", "share", "the same with the history's own dispersion", high=1),
        VERDICT,
    ),
)
WORKLOAD = Table(
    "workload",
    "How far the forecast workload (calls × handling time) was off, and which of the two did it.",
    ("queue", "by", "model", "lead_days"),
    (
        QUEUE,
        BY,
        MODEL,
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
