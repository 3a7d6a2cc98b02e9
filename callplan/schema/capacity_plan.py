"""The year ahead by week: what calls need, who is there, what fills the gap, what lateness costs."""

from math import inf

from callplan.schema.columns import AHT, QUEUE, Column, Table, optional

_MONDAY = Column("start", "instant", "", "first instant of the week's Monday, in the site's time zone")
_CONTRACT = Column("contract", "text", "", "the contract, as the site's settings name it")

NEED = Table(
    "need",
    "What each week's calls need, as a forecast and its requirement say.",
    ("queue", "start"),
    (
        QUEUE,
        _MONDAY,
        Column("open_days", "whole", "days", "days with an open interval", high=7),
        Column("calls", "number", "calls", "calls forecast to be offered (the mean)"),
        Column("calls_lo", "number", "calls", "lower end of the week's band"),
        Column("calls_hi", "number", "calls", "upper end of the week's band"),
        Column("level", "number", "share", "share of weeks that fall in the band", high=1),
        AHT,
        Column("agent_h", "number", "h", "hours of agents on the phones"),
        Column("required_h", "number", "h", "rostered hours: agent_h / (1 - shrinkage)"),
        Column("required_fte", "number", "FTE", "required_h / full-time hours of a week"),
        Column("required_fte_lo", "number", "FTE", "the same if calls come at the band's lower end"),
        Column("required_fte_hi", "number", "FTE", "the same if calls come at the band's upper end"),
    ),
)
BALANCE = Table(
    "balance",
    "Each week's need beside who is there, what fills the gap, and what it costs.",
    ("start",),
    (
        _MONDAY,
        Column("required_fte", "number", "FTE", "what all queues need together"),
        Column("heads", "number", "heads", "employed in the week, learners too; means, for some leave"),
        Column("hires", "whole", "people", "who begin on the Monday"),
        Column("in_training", "number", "heads", "those in training: paid, and not productive"),
        Column("leavers", "number", "heads", "who leave at the week's end"),
        Column("productive_fte", "number", "FTE", "heads by their share of full work and of full-time hours"),
        Column("leave", "number", "share", "share of productive hours lost to leave", high=1),
        Column("absence", "number", "share", "share of what leave spares lost to absence", high=1),
        Column("available_fte", "number", "FTE", "productive_fte × (1 - leave) × (1 - absence)"),
        Column("gap_fte", "number", "FTE", "available - required: + is too many", low=-inf),
        Column("overtime_fte", "number", "FTE", "overtime worked, at most a share of those available"),
        Column("overflow_fte", "number", "FTE", "hours bought outside"),
        Column("short_fte", "number", "FTE", "still short beyond the gap that is allowed"),
        Column("people_cost", "number", "money", "pay, hiring, leaving and dismissing"),
        Column("overtime_cost", "number", "money", "pay of overtime"),
        Column("overflow_cost", "number", "money", "price of the hours bought outside"),
        Column("cost", "number", "money", "the three together"),
    ),
)
LATE = Table(
    "late",
    "What it costs if one class begins some weeks late, all else as planned.",
    ("contract", "start", "weeks_late"),
    (
        _CONTRACT,
        Column("start", "instant", "", "the Monday on which the class is to begin"),
        Column("weeks_late", "whole", "weeks", "how much later it begins"),
        Column("people", "whole", "people", "who are in the class"),
        Column("paid_more", "number", "money", "overtime and overflow more, less pay saved", low=-inf),
        Column("short_more", "number", "FTE weeks", "short beyond the gap allowed, more", low=-inf),
        Column("cost", "number", "money", "paid_more, and the price of the hours short", low=-inf),
    ),
)
WAYS = Table(
    "ways",
    "Ways to close the gap, beside each other: hiring as planned, or nobody hired.",
    ("way",),
    (
        Column("way", "text", "", "which way"),
        Column("hires", "whole", "people", "hired over all weeks"),
        Column("overtime_h", "number", "h", "hours of overtime"),
        Column("overflow_h", "number", "h", "hours bought outside"),
        Column("short_weeks", "whole", "weeks", "weeks short beyond the gap allowed"),
        Column("short_most", "number", "FTE", "the most that a week is short beyond it"),
        Column("paid", "number", "money", "people, overtime and overflow"),
        Column("cost", "number", "money", "what is paid, and the price of the hours short"),
    ),
)
TRIED = Table(
    "tried",
    "How forecasts so many weeks ahead have done on weeks of the history that they had not seen.",
    ("queue", "weeks_ahead"),
    (
        QUEUE,
        Column("weeks_ahead", "whole", "weeks", "the nearest of these weeks"),
        Column("until", "whole", "weeks", "the farthest of them"),
        Column("n", "whole", "weeks", "weeks of the history that could be tried"),
        optional("wape", "share", "Σ|error| / Σ actual; empty: none could be tried"),
        Column("bias", "number", "share", "Σ error / Σ actual", required=False, empty=True, low=-inf),
        optional("held", "share", "share of them that the model's own band would have held", high=1),
        Column("band_down", "number", "share", "how far the band reaches down, as a share of the calls"),
        Column("band_up", "number", "share", "how far it reaches up"),
    ),
)
ABSENCES = Table(
    "absences",
    "Hours planned and lost by day, to read leave and absence by weekday and month from.",
    ("start",),
    (
        Column("start", "instant", "", "the day's first instant, in the site's time zone"),
        Column("planned_h", "number", "h", "hours that people were due to work, leave included"),
        optional("leave_h", "h", "of them on leave"),
        Column("absent_h", "number", "h", "of them lost to sickness and other absence"),
    ),
)
