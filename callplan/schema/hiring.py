"""Hiring by week: who is employed under which contract, and what that covers."""

from callplan.schema.columns import Column, Table

_MONDAY = Column("start", "instant", "", "first instant of the week's Monday, in the site's time zone")

HIRING = Table(
    "hiring",
    "Whom to hire under which contract, week by week. Those who leave are means, so heads are too.",
    ("contract", "start"),
    (
        Column("contract", "text", "", "the contract, as the site's settings name it"),
        _MONDAY,
        Column("hires", "whole", "people", "who begin on the Monday"),
        Column("dismissed", "whole", "people", "dismissed on the Monday"),
        Column("heads", "number", "heads", "employed in the week, learners too"),
        Column("in_training", "number", "heads", "those in training: paid, and not productive"),
        Column("productive", "number", "heads", "counted by their share of full work"),
        Column("leavers", "number", "heads", "who leave at the week's end, nobody having dismissed them"),
        Column("cost", "number", "money", "pay, hiring, leaving and dismissing"),
    ),
)
CAPACITY = Table(
    "capacity",
    "What the heads of a hiring plan cover, week by week.",
    ("start",),
    (
        _MONDAY,
        Column("needed_h", "number", "h", "hours of one agent that the requirement asks for"),
        Column("productive_h", "number", "h", "hours at work that the productive heads can give"),
        Column("short_h", "number", "h", "needed hours that no shift covers"),
        Column("over_h", "number", "h", "productive hours beyond those that cover a need"),
        Column("cost", "number", "money", "all contracts' cost, and the price of the short hours"),
    ),
)
