"""What a site keeps: imports and what they changed, published forecasts, overrides, notes."""

from math import inf

from callplan.schema.columns import CUTOFF, MODEL, QUEUE, START, Column, Table, optional

_WHO = Column("who", "text", "", "who did it")
_AT = Column("at", "instant", "", "when it was done")

IMPORTS = Table(
    "imports",
    "Files that were imported into the store, each wholly.",
    ("import",),
    (
        Column("import", "whole", "count", "the import's number, counted from 1"),
        Column("file", "text", "", "the file's name"),
        Column("digest", "text", "", "SHA-256 of its bytes"),
        Column("profile", "text", "", "the profile that it was read by"),
        Column("rows_read", "whole", "rows", "rows below the header"),
        Column("rows_refused", "whole", "rows", "rows that could not be used"),
        Column("added", "whole", "intervals", "intervals that the store did not hold"),
        Column("changed", "whole", "intervals", "intervals whose values it replaced"),
        Column("same", "whole", "intervals", "intervals that it held already, just so"),
        Column("first", "instant", "", "the first interval of the file"),
        Column("last", "instant", "", "its last interval"),
        _WHO,
        _AT,
        optional("undone_by", "", "who undid it; empty: it stands", "text"),
        optional("undone", "", "when it was undone; empty: it stands", "instant"),
    ),
)
REPLACED = Table(
    "replaced",
    "Values that a later import replaced.",
    ("import", "queue", "start", "column"),
    (
        Column("import", "whole", "count", "the number of the import that replaced it"),
        QUEUE,
        START,
        Column("column", "text", "", "the column of the history"),
        Column("before", "text", "", "what stood there; empty: nothing", empty=True),
        Column("after", "text", "", "what stands there now; empty: nothing", empty=True),
    ),
)
REFUSED = Table(
    "refused",
    "Rows of an export that could not be used, and why.",
    ("file", "row", "column"),
    (
        Column("file", "text", "", "the file's name"),
        Column("row", "whole", "count", "its row, as an editor or Excel counts them: the first is 1"),
        optional("column", "", "the column, by the file's own name; empty: the row as a whole", "text"),
        Column("found", "text", "", "what stands there"),
        Column("do", "text", "", "what to do about it"),
    ),
)
QUALITY = Table(
    "quality",
    "How far a queue's history can be trusted, week by week.",
    ("queue", "start"),
    (
        QUEUE,
        Column("start", "instant", "", "first instant of the week's Monday, in the site's time zone"),
        Column("due", "whole", "intervals", "open intervals of the week, so far as the file reaches"),
        Column("missing", "whole", "intervals", "those of them without a count"),
        Column("duplicates", "whole", "rows", "rows that said an interval once more"),
        Column(
            "zeros", "whole", "intervals", "zeros where calls always come: an outage, or a gap written as 0"
        ),
        Column("handled_above", "whole", "intervals", "intervals whose parts are above their whole"),
        Column(
            "aht_outliers", "whole", "intervals", "handling times far from the usual of their time of day"
        ),
        Column(
            "level", "number", "share", "the week's calls / the usual; empty: too little to tell", empty=True
        ),
        Column("grade", "text", "", "A (sound) to D (do not forecast from it)"),
        Column("why", "text", "", "what lowered the grade; empty: nothing", empty=True),
    ),
)
PATIENCE = Table(
    "patience",
    "How long callers wait before they hang up, estimated from calls one by one (Kaplan-Meier).",
    ("queue",),
    (
        QUEUE,
        Column("calls", "whole", "calls", "calls that waited"),
        Column("abandoned", "whole", "calls", "those of them that hung up"),
        Column("patience_s", "number", "s", "mean patience, hang-ups spread over all waiting", empty=True),
        Column(
            "median_s", "number", "s", "half of all callers hang up within it; empty: not seen", empty=True
        ),
    ),
)
VERSIONS = Table(
    "versions",
    "Forecasts that were published: frozen as what the roster was made from.",
    ("version",),
    (
        Column("version", "whole", "count", "the version's number, counted from 1"),
        Column("queues", "text", "", "the queues that it speaks of, parted by |"),
        Column("first", "day", "", "its first local day"),
        Column("last", "day", "", "its last local day"),
        MODEL,
        CUTOFF,
        Column("settings", "text", "", "the site's settings that made it, as JSON"),
        Column("input", "text", "", "SHA-256 of the history up to the cutoff"),
        _WHO,
        _AT,
        optional("replaced_by", "count", "the version published in its place; empty: it stands"),
    ),
)
STEPS = Table(
    "steps",
    "What each step of a published forecast said: the frozen evidence for forecast value added.",
    ("version", "queue", "start", "step"),
    (
        Column("version", "whole", "count", "the version's number"),
        QUEUE,
        START,
        Column("minutes", "whole", "min", "length of the interval", low=1),
        Column("step", "text", "", "naive, statistical, override or published"),
        Column("calls", "number", "calls", "calls forecast to be offered (the mean)"),
        optional("aht_s", "s", "average handling time forecast"),
    ),
)
OVERRIDES = Table(
    "overrides",
    "What planners lay over a statistical forecast. It is never mixed into it.",
    ("override",),
    (
        Column("override", "whole", "count", "the override's number, from 1; later ones work on earlier"),
        QUEUE,
        Column("first", "day", "", "its first local day"),
        Column("last", "day", "", "its last local day"),
        optional("hours", "", "spans of local time, such as 09:00-12:00; empty: the whole day", "text"),
        Column("kind", "text", "", "percent, add (calls a day) or set (calls a day)"),
        Column(
            "amount",
            "number",
            "share or calls",
            "percent: 0.1 is +10%; add, set: calls over those hours",
            low=-inf,
        ),
        Column("reason", "text", "", "why"),
        _WHO,
        _AT,
        optional("undone_by", "", "who undid it; empty: it stands", "text"),
        optional("undone", "", "when it was undone; empty: it stands", "instant"),
    ),
)
NOTES = Table(
    "notes",
    "What people wrote down beside the numbers.",
    ("note",),
    (
        Column("note", "whole", "count", "the note's number, counted from 1"),
        optional("queue", "", "the queue it is about; empty: all", "text"),
        optional("day", "", "the day it is about; empty: none", "day"),
        Column("text", "text", "", "what was written"),
        _WHO,
        _AT,
    ),
)
