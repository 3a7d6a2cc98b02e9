"""How many seats and hours a quote needs: its typical week, what each factor does, the people by month."""

from math import inf

from callplan.schema.columns import Column, Table, optional

_WEEKDAY = Column("weekday", "whole", "0 to 6", "Monday is 0", high=6)
_MINUTE = Column("minute", "whole", "min", "left edge of the interval, after midnight", high=1439)
_LENGTH = Column("minutes", "whole", "min", "length of the interval", low=1)
_HANDLING = Column("aht_s", "number", "s", "average handling time of those calls", empty=True)

QUOTE_WEEK = Table(
    "quote_week",
    "Calls of a quote's typical week: the mean month before growth, open intervals alone.",
    ("weekday", "minute"),
    (
        _WEEKDAY,
        _MINUTE,
        _LENGTH,
        Column("calls", "number", "calls", "that reach the team, repeats and transferred legs counted"),
        _HANDLING,
    ),
)
QUOTE_REQUIREMENT = Table(
    "quote_requirement",
    "Agents that each interval of a quote's typical week needs in its busiest month.",
    ("weekday", "minute"),
    (
        _WEEKDAY,
        _MINUTE,
        _LENGTH,
        Column("calls", "number", "calls", "that reach the team"),
        _HANDLING,
        Column("load", "number", "erlangs", "offered load: calls × AHT / seconds of the interval"),
        Column("agents", "whole", "agents", "on the phones, those of the second tier counted"),
        Column("second_tier", "whole", "agents", "of them, in the second tier"),
        Column("service_level", "number", "share", "expected; empty without its seconds", empty=True, high=1),
        Column("asa_s", "number", "s", "average speed of answer", empty=True),
        Column("occupancy", "number", "share", "carried load / agents of the first tier", empty=True, high=1),
        Column("abandoned", "number", "share", "share of calls that hang up", empty=True, high=1),
        Column("set_by", "text", "", "what fixed the number: a goal, the load, or minimum_agents"),
    ),
)
QUOTE_MONTHS = Table(
    "quote_months",
    "Seats, hours and people of a quote by month, a month being 365 / 84 weeks.",
    ("start",),
    (
        Column("start", "day", "", "first day of the month"),
        Column("calls", "number", "calls", "that reach the team, repeats and transferred legs counted"),
        Column("handled", "number", "calls", "calls less those that hang up"),
        Column("aht_s", "number", "s", "handling seconds of all tiers per handled call", empty=True),
        Column("agents", "whole", "agents", "on the phones at the peak"),
        Column("seats", "whole", "seats", "agents × (1 + spare_seats), rounded up"),
        Column("agent_h", "number", "h", "hours of agents on the phones"),
        Column("paid_h", "number", "h", "agent_h / (1 - shrinkage) / schedule efficiency"),
        Column("fte", "number", "FTE", "paid_h / (full-time hours a week × 365 / 84)"),
        Column("heads", "number", "heads", "who work: paid_h / (contract hours a week × 365 / 84); a mean"),
        Column("begins_anew", "whole", "0 or 1", "1: no month before it is worked, all are hired", high=1),
        Column("leavers", "number", "heads", "attrition × mean of these heads and those of the month before"),
        Column("hires", "number", "heads", "needed from this month, those counted who will not pass"),
        Column("class_begins", "day", "", "when their training begins: training_weeks before the month"),
        Column("training_h", "number", "h", "paid hours of that training, special training included"),
        Column("ramp_lost_h", "number", "h", "paid hours more, since newcomers give less than full work"),
        Column("leaders", "whole", "people", "fte / leader_span, rounded up"),
        Column("support", "whole", "people", "fte / support_span, rounded up; 0 without a span"),
        Column("night_share", "number", "share", "of agent_h, in the night", high=1),
        Column("weekend_share", "number", "share", "of agent_h, on Saturdays and Sundays", high=1),
        Column("holiday_share", "number", "share", "of agent_h: holidays_a_year / 365", high=1),
    ),
)
SIZING_METHODS = Table(
    "sizing_methods",
    "A quote's busiest month sized by the busy hour and by every interval, and why they differ.",
    ("n",),
    (
        Column("n", "whole", "count", "place in the list", low=1),
        Column("method", "text", "", "busy hour with a given or a measured factor, or every interval"),
        Column(
            "factor", "number", "share", "the busiest hour's share of a mean open day", empty=True, high=1
        ),
        Column("calls", "number", "calls an hour", "that reach the team in the busiest hour"),
        Column("load", "number", "erlangs", "offered load of the busiest hour, or interval"),
        Column("agents", "whole", "agents", "on the phones at the peak"),
        Column("seats", "whole", "seats", "with spare seats"),
        Column("staffed_h", "number", "h", "a week; by the busy hour: as if that team sat all open hours"),
        Column("fte", "number", "FTE", "staffed_h / (1 - shrinkage) / efficiency / full-time hours"),
        Column("reason", "text", "", "where the number comes from, and why it differs from the intervals'"),
    ),
)
QUOTE_WORKLOAD = Table(
    "quote_workload",
    "From the calls as given to the work of agents, one factor after the other, with its effect on seats.",
    ("step",),
    (
        Column("step", "whole", "count", "place in the chain", low=1),
        Column("line", "text", "", "what was done to the calls"),
        Column("calls", "number", "calls a month", "after this step, mean month before growth"),
        _HANDLING,
        Column(
            "agent_h",
            "number",
            "h",
            "what this step adds to a month's hours on the phones",
            empty=True,
            low=-inf,
        ),
        Column("seats", "number", "seats", "what this step adds to them", empty=True, low=-inf),
    ),
)
QUOTE_FIGURES = Table(
    "quote_figures",
    "What is known of the traffic, who says so, and which figure the quote rests on.",
    ("n",),
    (
        Column("n", "whole", "count", "place in the list", low=1),
        Column("item", "text", "", "what it is"),
        Column("kind", "text", "", "client_estimate, our_forecast, measured, contract or assumption"),
        Column("value", "number", "as the item", "the figure"),
        Column("used", "text", "", "yes: the quote rests on it; no: it stands beside"),
        optional("who", "", "who said so", "text"),
        optional("source", "", "where it stands, or what it was measured on", "text"),
        optional("date", "", "when it was said, or the last day that was seen", "text"),
    ),
)
