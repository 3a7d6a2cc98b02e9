"""What a quote rests on, figure by figure, and how two quotes differ."""

from math import inf

from callplan.schema.columns import Column, Table, optional

_KEY = Column("key", "text", "", "the figure, as it is named in quote.toml; lists count from 1")
_UNIT = optional("unit", "", "what the figure counts; empty where it is a text", dtype="text")

QUOTE_ASSUMPTIONS = Table(
    "quote_assumptions",
    "Every figure and text of a quote's terms, with who said it.",
    ("n",),
    (
        Column("n", "whole", "place", "its place in the list", low=1),
        Column("group", "text", "", "the table of quote.toml that it stands in"),
        _KEY,
        Column("value", "text", "", "as a text"),
        Column(
            "number", "number", "its unit", "as a number, if it is one", required=False, empty=True, low=-inf
        ),
        _UNIT,
        Column("kind", "text", "", "client_estimate, our_forecast, measured, contract or assumption"),
        optional("who", "", "who said it", dtype="text"),
        optional("source", "", "where it stands", dtype="text"),
        optional("date", "", "the day of its source", dtype="day"),
    ),
)
QUOTE_DIFFERENCES = Table(
    "quote_differences",
    "The figures and texts in which the terms of two quotes differ.",
    ("n",),
    (
        Column("n", "whole", "place", "its place in the list", low=1),
        _KEY,
        optional("a", "", "what the first quote has; empty where it has nothing", dtype="text"),
        optional("b", "", "what the second quote has", dtype="text"),
        Column(
            "difference", "number", "its unit", "b - a, of two numbers", required=False, empty=True, low=-inf
        ),
        Column("share", "number", "share", "difference / |a|", required=False, empty=True, low=-inf),
        _UNIT,
        optional("said_a", "", "kind, who, source and date of the first", dtype="text"),
        optional("said_b", "", "the same of the second", dtype="text"),
    ),
)
QUOTE_COMPARED = Table(
    "quote_compared",
    "The results of two quotes side by side.",
    ("n",),
    (
        Column("n", "whole", "place", "its place in the list", low=1),
        Column("what", "text", "", "the result, such as seats, cost or price"),
        Column("a", "number", "its unit", "of the first quote", required=False, empty=True, low=-inf),
        Column("b", "number", "its unit", "of the second quote", required=False, empty=True, low=-inf),
        Column("difference", "number", "its unit", "b - a", required=False, empty=True, low=-inf),
        Column("share", "number", "share", "difference / |a|", required=False, empty=True, low=-inf),
    ),
)
