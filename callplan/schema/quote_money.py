"""The money of a quote: what it costs by month, what each way of charging asks, and what came of it."""

from math import inf

from callplan.schema.columns import Column, Table, optional

_MONTH = Column("start", "day", "", "first day of the month")
_GROUP = Column("group", "text", "", "wages, people, place, telecom, set-up, own or contingency")


def _signed(name: str, unit: str, meaning: str) -> Column:
    return Column(name, "number", unit, meaning, required=False, empty=True, low=-inf)


QUOTE_COSTS = Table(
    "quote_costs",
    "What a quote costs, line by line and month by month: quantity × rate, without tax.",
    ("step", "start"),
    (
        Column("step", "whole", "number", "place of the line in the build-up, from 1"),
        _MONTH,
        Column("line", "text", "", "what is paid for"),
        _GROUP,
        Column("quantity", "number", "unit", "how much of it the month takes, in the row's unit"),
        Column("unit", "text", "", "what the quantity counts; money: the amounts that a share is taken of"),
        Column("rate", "number", "money", "what one of the unit costs; of money, the share"),
        Column("amount", "number", "money", "quantity × rate"),
    ),
)
QUOTE_COST_SUMMARY = Table(
    "quote_cost_summary",
    "What a quote costs over its term: by line, by group, and in all.",
    ("by", "step"),
    (
        Column("by", "text", "", "line, group or total"),
        Column("step", "whole", "number", "place in the build-up, from 1", low=1),
        Column("name", "text", "", "the line, the group, or total"),
        Column("group", "text", "", "the group that a line belongs to", required=False, empty=True),
        Column("amount", "number", "money", "over the term"),
        Column("share", "number", "share", "of all cost", high=1),
    ),
)
QUOTE_PRICES = Table(
    "quote_prices",
    "What each way of charging asks over the term for the same service, and the margin it leaves.",
    ("n",),
    (
        Column("n", "whole", "number", "place in the terms, from 1", low=1),
        Column("method", "text", "", "the way of charging, by its name in the terms"),
        Column("rate_unit", "text", "", "what one rate is paid for"),
        Column("rate", "number", "money", "the rate: solved for the price, or as the terms give it"),
        Column("rate_is", "text", "", "solved, or given"),
        Column("revenue", "number", "money", "fees over the term, before discount, add-ons and tax"),
        Column("cost", "number", "money", "over the term; of a rented seat, without its agent"),
        Column("profit", "number", "money", "revenue - cost", low=-inf),
        _signed("margin", "share", "profit / revenue; empty: no revenue"),
        _signed("markup", "share", "profit / cost; empty: no cost"),
        Column("discounted_rate", "number", "money", "the rate less the discount"),
        Column("after_discount", "number", "money", "revenue × (1 - discount)"),
        Column("profit_after", "number", "money", "after_discount - cost", low=-inf),
        _signed("margin_after", "share", "profit_after / after_discount"),
        _signed("markup_after", "share", "profit_after / cost"),
        optional("floor", "money", "the least price: cost at the floor's markup or margin; empty: no floor"),
        Column("above_floor", "text", "", "does after_discount reach the floor: yes, no or no floor"),
        Column("add_ons", "number", "money", "add-on fees over the term, not discounted"),
        Column("tax", "number", "money", "tax on after_discount and add_ons"),
        Column("with_tax", "number", "money", "after_discount + add_ons + tax"),
        optional("revenue_sd", "money", "standard deviation of the revenue, where chance decides it"),
        optional("revenue_p10", "money", "the revenue that one term in ten does not exceed"),
        optional("revenue_p90", "money", "the revenue that nine terms in ten do not exceed"),
        Column("what", "text", "", "the way of charging in words, with its figures"),
    ),
)
QUOTE_BENEFIT = Table(
    "quote_benefit",
    "In-house against outsourced for the same hours on the phones: cost, and ratios of work to people.",
    ("n",),
    (
        Column("n", "whole", "number", "order of the rows, from 1", low=1),
        Column("measure", "text", "", "what is measured"),
        Column("unit", "text", "", "its unit"),
        _signed("in_house", "unit", "if the client does the work itself; empty: not asked"),
        Column("outsourced", "number", "unit", "as quoted, without tax"),
        _signed("difference", "unit", "in_house - outsourced: + is saved"),
        Column("what", "text", "", "how it is counted"),
    ),
)
ACTUALS = Table(
    "actuals",
    "What a quoted service did in each month, to hold against the quote.",
    ("month",),
    (
        Column("month", "day", "", "first day of the month"),
        Column("calls", "number", "calls", "offered"),
        Column("aht_s", "number", "s", "average handling time of those calls"),
        Column("paid_h", "number", "h", "hours paid to agents"),
        Column("cost", "number", "money", "what the month cost, without tax"),
        Column("revenue", "number", "money", "what the month was charged, without tax"),
        optional("handled", "calls", "calls handled"),
        optional("seats", "seats", "seats kept"),
    ),
)
QUOTE_ACTUAL = Table(
    "quote_actual",
    "Actual against quoted by month, and what explains the hours and the cost.",
    ("start", "step"),
    (
        _MONTH,
        Column("step", "whole", "number", "order of the measures, from 1", low=1),
        Column("measure", "text", "", "calls, handled, aht_s, seats, paid_h, cost, revenue or profit"),
        Column(
            "quoted", "number", "unit", "as the quote has it, in the measure's unit", empty=True, low=-inf
        ),
        _signed("actual", "unit", "what came; empty: not known"),
        _signed("difference", "unit", "actual - quoted"),
        _signed("by_volume", "unit", "of it, by calls more or fewer"),
        _signed("by_aht", "unit", "of it, by calls longer or shorter"),
        _signed("by_hours", "unit", "of it, by paid hours more or fewer for the work"),
        _signed("by_wage", "unit", "of it, by the cost of a paid hour"),
    ),
)
