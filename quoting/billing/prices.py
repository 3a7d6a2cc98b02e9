"""The table of prices: every way of billing that the terms ask for, at the same markup or margin."""

import warnings
from typing import Any

import numpy as np
import pandas as pd

from callplan.errors import Refused, Remark
from callplan.tables import QUOTE_PRICES, check
from quoting.billing.commission import commission_spread
from quoting.billing.margins import floor_price, margin_of
from quoting.billing.rates import WAYS, fees, figures, rate_for
from quoting.billing.usage import Usage, usage_of
from quoting.cost import quantity_of
from quoting.cost.items import Months
from quoting.terms.money import Billing
from quoting.terms.terms import Terms

_OF_A_RENTED_SEAT = ("term", "month", "seat_month")


def prices(months: pd.DataFrame, costs: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """Return what each of `terms.billing` asks over the term, a table `QUOTE_PRICES`.

    `months` and `costs` are tables `QUOTE_MONTHS` and `QUOTE_COSTS`. A rate left out is solved so that
    revenue is `terms.price.of(cost)`, the same for all methods; one given shows the margin it leaves. The
    discount comes off all fees, a base or a minimum as well as the rate. The floor is the price at the
    floor's markup or margin; a discounted price below it is marked, and remarked on. Add-ons come on top
    of the price, neither discounted nor counted in the margins. Tax is put on all of it, and is neither
    cost nor revenue.

    The cost of a rented seat is that of group "place" with its part of the contingency; of the add-ons it
    takes those per term, month and seat.

    Raises `Refused` where no rate earns the price.
    """
    usage = usage_of(months, terms)
    rows = []
    for n, billing in enumerate(terms.billing, 1):
        try:
            rows.append({"n": n, **_price(billing, usage, months, costs, terms)})
        except Refused as fault:
            raise Refused(f"billing.{n}, {fault.where}", fault.found, fault.do) from None
    found = check(pd.DataFrame(rows), QUOTE_PRICES)
    below = found.loc[found["above_floor"] == "no", "method"]
    if len(below):
        methods = ", ".join(below)
        text = f"after the discount these are below the floor of the price: {methods}; see above_floor"
        warnings.warn(text, Remark, stacklevel=2)
    return found


def _price(
    billing: Billing, usage: Usage, months: Months, costs: pd.DataFrame, terms: Terms
) -> dict[str, Any]:
    way, price = WAYS[billing.method], terms.price
    cost = _cost_of(billing, costs, terms)
    rate = rate_for(billing, usage, price.of(cost)) if billing.rate is None else billing.rate
    revenue = float(fees(billing, usage, rate).sum())
    after = revenue * (1 - price.discount)
    before_and_after = margin_of(np.array([revenue, after]), cost)
    floor, add_ons = floor_price(price, cost), _add_ons(billing, months, terms)
    tax = (after + add_ons) * terms.cost.tax
    row = {
        "method": billing.method,
        "rate_unit": way.rate_unit,
        "rate": rate,
        "rate_is": "solved" if billing.rate is None else "given",
        "revenue": revenue,
        "cost": cost,
        "discounted_rate": rate * (1 - price.discount),
        "after_discount": after,
        "floor": np.nan if floor is None else floor,
        # A cent's fraction of doubles must not turn the floor itself into a price below it.
        "above_floor": "no floor" if floor is None else "yes" if after >= floor * (1 - 1e-12) else "no",
        "add_ons": add_ons,
        "tax": tax,
        "with_tax": after + add_ons + tax,
        "what": _in_words(billing, terms),
        **_spread(billing, usage, rate),
    }
    for name in ("profit", "margin", "markup"):
        row[name], row[f"{name}_after"] = getattr(before_and_after, name)
    return row


def _cost_of(billing: Billing, costs: pd.DataFrame, terms: Terms) -> float:
    """Return the cost that a way of billing has to earn over the term."""
    if billing.method != "seat_rental":
        return float(costs["amount"].sum())
    place = costs.loc[costs["group"] == "place", "amount"].sum()
    return float(place * (1 + terms.cost.contingency))


def _add_ons(billing: Billing, months: Months, terms: Terms) -> float:
    lines = [
        line
        for line in terms.price.add_ons
        if billing.method != "seat_rental" or line.per in _OF_A_RENTED_SEAT
    ]
    return float(sum((quantity_of(line.per, months) * line.amount).sum() for line in lines))


def _spread(billing: Billing, usage: Usage, rate: float) -> dict[str, float]:
    if billing.method != "commission":
        return dict.fromkeys(("revenue_sd", "revenue_p10", "revenue_p90"), np.nan)
    spread = commission_spread(usage, rate=rate, **figures(billing))
    return {"revenue_sd": spread.sd, "revenue_p10": spread.p10, "revenue_p90": spread.p90}


def _in_words(billing: Billing, terms: Terms) -> str:
    given = ", ".join(f"{name} {value:,g}" for name, value in figures(billing).items())
    way = WAYS[billing.method]
    what = f"{way.what} ({given})" if given else way.what
    legs = way.by_call and terms.traffic.workload.transferred > 0
    return f"{what}; a transferred call counts as two" if legs else what
