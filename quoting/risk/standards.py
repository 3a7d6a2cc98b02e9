"""The same quote under another standard: its seats, people, cost and price."""

from typing import Any

import numpy as np
import pandas as pd

from callplan.errors import Refused
from erlang import Target
from quoting.cost import build_up
from quoting.sizing import Efficiency, agents_by_volume, people
from quoting.terms.factors import Standard
from quoting.terms.terms import Terms


def under(terms: Terms, target: Target) -> Terms:
    """Return the terms with these goals alone; credits are left out, as they speak of the asked ones.

    Raises `Refused` for an outbound quote: nobody waits there.
    """
    if terms.direction.way == "outbound":
        found = "outbound: nobody waits for an answer"
        raise Refused("direction.way", found, "ask for this of an inbound quote")
    goals = target.goals()
    if target.service_level is not None:
        goals["within_s"] = target.within_s
    return terms.replace(standard=Standard(**goals, convention=target.convention), sla=None)


def sized(terms: Terms, efficiency: Efficiency, change: float = 0.0) -> dict[str, Any]:
    """Return agents, seats, hours, FTE, cost and price of some terms; hours and FTE are means of the months.

    `change` is one of the volume, as a share. The price is that of `terms.price`, before a discount.
    """
    by_volume = agents_by_volume(terms, change)
    carried = by_volume.carried(0)
    months = people(by_volume.agent_h[0], by_volume.agents[0], terms, efficiency, carried)
    cost = _total(months, terms)
    return {
        "agents": months["agents"].max(),
        "seats": months["seats"].max(),
        "agent_h": months["agent_h"].mean(),
        "fte": months["fte"].mean(),
        "calls": months["calls"].mean(),
        "cost": cost,
        "price": terms.price.of(cost),
    }


def _total(months: pd.DataFrame, terms: Terms) -> float:
    return float(np.sum([item.amount for item in build_up(months, terms)]))
