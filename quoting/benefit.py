"""In-house against outsourced, and how much work people and seats do."""

from math import nan

import pandas as pd

from callplan.errors import Refused
from callplan.tables import QUOTE_BENEFIT, check
from quoting.cost.items import column
from quoting.sizing.arrivals import WEEKS_A_MONTH
from quoting.terms.terms import Terms

_MEASURES = (
    ("cost", "money", "over the term, without tax"),
    ("cost a month", "money", "mean of the months"),
    ("cost per handled call", "money", "cost / handled calls, a transferred one counted once"),
    ("cost per resolved call", "money", "cost / (handled calls × first-call resolution)"),
    ("paid hours a month", "h", "hours on the phones / (1 - shrinkage) / schedule efficiency"),
    ("FTE", "FTE", "paid hours a month / full-time hours of a month; a mean"),
    ("seats", "seats", "positions kept, spare ones counted; mean of the months"),
    ("calls per agent-hour", "calls", "handled calls / hours on the phones"),
    ("calls per paid hour", "calls", "handled calls / paid hours"),
    ("calls per seat-month", "calls", "handled calls / seats, by the month"),
    ("agents per 100 calls", "agents", "peak agents on the phones / 100 calls a day, a month being 365 / 12"),
)


def benefit(months: pd.DataFrame, terms: Terms, charged: float) -> pd.DataFrame:
    """Return the client's own cost beside what it is `charged` over the term, a table `QUOTE_BENEFIT`.

    `months` is a table `QUOTE_MONTHS`; `charged` is money without tax, after discount and with add-ons.
    In-house the same calls take the same hours on the phones and the same seats; the client's shrinkage
    and schedule efficiency make paid hours of them. They cost the wage, with burden and overhead as
    shares of it; seats and set-up are added. Without `terms.in_house` that column is empty.

    A transferred call is one call in all ratios, where `months` count each of its legs.

    Raises `Refused` where `charged` is no amount of money.
    """
    if not 0 <= charged < float("inf"):
        raise Refused("charged", f"found {charged}", "give what the client pays over the term")
    own, outsourced = terms.in_house, _values(charged, column(months, "paid_h").sum(), months, terms)
    in_house = [nan] * len(_MEASURES)
    if own is not None:
        paid_h = column(months, "agent_h").sum() / (1 - own.shrinkage) / own.schedule_efficiency
        wages = paid_h * own.wage_per_h * (1 + own.burden + own.overhead)
        cost = wages + column(months, "seats").sum() * own.seat_per_month + own.setup
        in_house = _values(cost, paid_h, months, terms)
    found = pd.DataFrame(_MEASURES, columns=["measure", "unit", "what"])
    found["n"] = range(1, len(found) + 1)
    found["in_house"], found["outsourced"] = in_house, outsourced
    found["difference"] = found["in_house"] - found["outsourced"]
    return check(found, QUOTE_BENEFIT)


def _values(cost: float, paid_h: float, months: pd.DataFrame, terms: Terms) -> list[float]:
    """Return the measures of one way of doing the work, in their order."""
    count, workload = len(months), terms.traffic.workload
    legs = 1 + workload.transferred
    handled, seat_months = column(months, "handled").sum() / legs, column(months, "seats").sum()
    a_day = column(months, "calls").mean() / legs / (7 * WEEKS_A_MONTH)
    values = [
        cost,
        cost / count,
        cost / handled,
        cost / (handled * workload.first_call_resolution),
        paid_h / count,
        paid_h / count / (terms.staff.full_time_h * WEEKS_A_MONTH),
        seat_months / count,
        handled / column(months, "agent_h").sum(),
        handled / paid_h,
        handled / seat_months,
        column(months, "agents").mean() / (a_day / 100),
    ]
    return [float(value) for value in values]
