"""What a quote risks, and what its standard costs: tornado, chances, break-even volumes, price lists."""

from math import inf

from callplan.schema.columns import Column, Table

_N = Column("n", "whole", "place", "the billing method's place in the quote, from 1")
_METHOD = Column("method", "text", "", "the billing method")
_PROFIT = Column(
    "profit",
    "number",
    "money",
    "price less cost over the term at the quoted rates, no credit or bonus",
    low=-inf,
)
_MARGIN = Column("margin", "number", "share", "profit as a share of the price", empty=True, low=-inf, high=1)
_REVENUE = Column("revenue", "number", "money", "the price over the term, discounted, without tax")
_COST = Column("cost", "number", "money", "cost over the term")
_CALLS = Column("calls", "number", "calls", "calls of a mean month of the term, growth counted")
_AGENTS = Column("agents", "whole", "agents", "the most agents on the phones at once, in the peak month")
_SEATS = Column("seats", "whole", "seats", "positions of the peak month, spare ones counted")
_HOURS = Column("agent_h", "number", "h", "hours of agents on the phones in a mean month")
_FTE = Column("fte", "number", "FTE", "full-time equivalents paid, mean of the months")
_PRICE = Column("price", "number", "money", "price over the term, before a discount, without tax")


def _by(name: str) -> Column:
    return Column(name, "number", "share", "by how much it differs from the quote: -0.2 is 20% less", low=-1)


TORNADO = Table(
    "tornado",
    "What a quote earns at its rates, by billing method, if one thing comes otherwise and staff follow.",
    ("n", "rank", "change"),
    (
        _N,
        Column("rank", "whole", "place", "1 moves the profit of this method most"),
        _by("change"),
        _METHOD,
        Column("driver", "text", "", "what differs: volume, aht, shrinkage, attrition or wages"),
        _REVENUE,
        _COST,
        _PROFIT,
        _MARGIN,
        Column("effect", "number", "money", "profit less that of the quote", low=-inf),
    ),
)
TWO_WAY = Table(
    "two_way",
    "What a quote earns at its rates if volume and one thing more come otherwise, by billing method.",
    ("n", "driver", "volume", "change"),
    (
        _N,
        Column("driver", "text", "", "what differs beside the volume: aht or shrinkage"),
        _by("volume"),
        _by("change"),
        _METHOD,
        _PROFIT,
        _MARGIN,
    ),
)
QUOTE_MARGIN = Table(
    "quote_margin",
    "How profit, margin, credits and service of a quote scatter over futures drawn by chance.",
    ("n", "measure"),
    (
        Column("n", "whole", "place", "the billing method's place in the quote, from 1; 0 is all of them"),
        Column(
            "measure",
            "text",
            "",
            "profit or margin, after credits and bonus; credits, bonus or service_level: over the term",
        ),
        _METHOD,
        Column(
            "quoted",
            "number",
            "money or share",
            "nothing drawn: as the prices say, after credits and bonus of the service level sized for",
            empty=True,
            low=-inf,
        ),
        Column("mean", "number", "money or share", "mean of the draws", empty=True, low=-inf),
        Column("p10", "number", "money or share", "1 of 10 draws lies below", empty=True, low=-inf),
        Column("p50", "number", "money or share", "half of the draws lie below", empty=True, low=-inf),
        Column("p90", "number", "money or share", "9 of 10 draws lie below", empty=True, low=-inf),
        Column(
            "chance",
            "number",
            "share",
            "draws with a loss, a credit, a bonus, or service below its goal",
            high=1,
        ),
    ),
)
BREAK_EVEN = Table(
    "break_even",
    "Volumes at which two billing methods cost the client the same, or one leaves no profit.",
    ("n", "other", "crossing"),
    (
        _N,
        Column("other", "whole", "place", "the other method's place; 0 is the cost: here no profit is left"),
        Column("crossing", "whole", "place", "1, 2, ... by volume"),
        _METHOD,
        Column("other_method", "text", "", "the other method, or cost"),
        Column(
            "change",
            "number",
            "share",
            "volume against the quote, to the nearest percent",
            empty=True,
            low=-1,
        ),
        Column(
            "until",
            "number",
            "share",
            "to where they are alike or change places; else = change",
            empty=True,
            low=-1,
        ),
        Column("calls", "number", "calls", "calls of a mean month at change, to three figures", empty=True),
        Column("what", "text", "", "who is dearer on either side, or that none lies in this range"),
    ),
)
SERVICE_LADDER = Table(
    "service_ladder",
    "The price of each service level, all else as quoted.",
    ("rung",),
    (
        Column("rung", "whole", "place", "1 is what the others are held against", low=1),
        Column("goal", "text", "", "percent of calls and seconds"),
        Column("convention", "text", "", "how the service level is counted"),
        _AGENTS,
        _SEATS,
        _HOURS,
        _FTE,
        _COST,
        _PRICE,
        Column("per_call", "number", "money", "price by call offered to agents"),
        Column("more", "number", "money", "price above that of the first rung", low=-inf),
        Column("more_share", "number", "share", "the same as a share of the first rung's price", low=-1),
    ),
)
BINDING_GOALS = Table(
    "binding_goals",
    "What each goal asks by itself, which of them binds, and what it saves to relax or drop it.",
    ("step",),
    (
        Column("step", "whole", "place", "the order of the rows", low=1),
        Column("case", "text", "", "all goals, one alone, without one, one relaxed, or 80/20"),
        Column("goal", "text", "", "the goal that the row is about"),
        Column("target", "text", "", "the goals that the team is sized for"),
        Column("binds", "text", "", "yes where no other goal alone asks for more hours; else no", empty=True),
        Column(
            "intervals", "number", "share", "open intervals of the peak week that it sets", empty=True, high=1
        ),
        _AGENTS,
        _SEATS,
        _HOURS,
        _FTE,
        _COST,
        _PRICE,
        Column("saved", "number", "money", "what the price is below that of all goals", low=-inf),
        Column("saved_share", "number", "share", "the same as a share of it", low=-inf, high=1),
    ),
)
QUOTE_GROWTH = Table(
    "quote_growth",
    "Seats and people if the volume grows, sized anew.",
    ("change",),
    (
        _by("change"),
        _CALLS,
        _AGENTS,
        _SEATS,
        Column("more_seats", "whole", "seats", "seats beyond those quoted", low=-inf),
        _HOURS,
        _FTE,
        Column("per_agent", "number", "calls", "calls by hour of an agent on the phones"),
        _PRICE,
    ),
)
