"""From a list to a sale: what a month's target of sales takes, and how far chance moves what comes of it.

A record is a person on the list, tried `attempts_each` times on average; `reached` of all are reached,
`introduced` of those hear the offer, `sales` of those buy. So many sales need so many records, and these
so many hours; agents dial when they are free, so that nobody queues (`erlang.outbound_hours`). Whether a
record ends in a sale is taken to be independent of the others: a month's sales are binomial.
"""

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import pandas as pd
from scipy.stats import binom

from callplan.errors import Refused
from callplan.tables import QUOTE_FUNNEL, check
from erlang import Dialling, outbound_agents, outbound_hours
from quoting.sizing.arrivals import WEEKS_A_MONTH
from quoting.terms.factors import Funnel
from quoting.terms.terms import Terms

# A list that is long enough but for rounding is long enough.
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class OutboundPlan:
    """What a target of sales takes, and what may come of it.

    `funnel` is a table `QUOTE_FUNNEL`. A month takes `records` and `hours` of agents on the phones; `agents`
    of them, whole, are there in all open hours. The list lasts `list_months`, and yields `list_sales` on
    average. Of the whole records of a month `sales_sd` is the standard deviation of sales, `sales_p10`,
    `sales_p50` and `sales_p90` are what 1, 5 and 9 of 10 such months do not exceed, and `chance` that of
    reaching the target.
    """

    funnel: pd.DataFrame
    records: float
    hours: float
    agents: int
    list_months: float
    list_sales: float
    sales_sd: float
    sales_p10: int
    sales_p50: int
    sales_p90: int
    chance: float


def outbound_plan(terms: Terms) -> OutboundPlan:
    """Return what the target of an outbound quote takes a month; every active month has the same target.

    A goal for the occupancy caps the time at which agents are busy.

    Raises `Refused` where the terms are inbound, or the list is too short for the target over the term.

    >>> from quoting.terms.template import DEMO_OUTBOUND
    >>> plan = outbound_plan(Terms.from_toml(DEMO_OUTBOUND))
    >>> f"{plan.records:,.0f} records a month, {plan.agents} agents, a list for {plan.list_months:.1f} months"
    '12,025 records a month, 4 agents, a list for 6.2 months'
    """
    funnel = terms.direction.outbound
    if funnel is None:
        raise Refused("direction.way", "found 'inbound'", "outbound work needs [direction.outbound]")
    success = funnel.reached * funnel.introduced * funnel.sales
    records = funnel.target_sales / success
    _refuse_short_list(funnel, records, len(terms.term.calendar))
    dialling = _dialling(funnel, terms.standard.target.occupancy or 1.0)
    open_h = sum(last - first for spans in terms.time_band.week.week for first, last in spans) / 60
    sales = binom(ceil(records * (1 - _ROUNDING)), success)
    return OutboundPlan(
        funnel=_steps(funnel, records, dialling.occupancy),
        records=records,
        hours=float(outbound_hours(records, dialling).hours),
        agents=int(outbound_agents(records, open_h * WEEKS_A_MONTH, dialling)),
        list_months=funnel.list_size / records,
        list_sales=funnel.list_size * success,
        sales_sd=float(sales.std()),
        sales_p10=int(sales.ppf(0.1)),
        sales_p50=int(sales.ppf(0.5)),
        sales_p90=int(sales.ppf(0.9)),
        chance=float(sales.sf(ceil(funnel.target_sales) - 1)),
    )


def _refuse_short_list(funnel: Funnel, records: float, months: int) -> None:
    if records * months <= funnel.list_size * (1 + _ROUNDING):
        return
    missing = ceil(records * months * (1 - _ROUNDING)) - funnel.list_size
    most = floor(1000 * funnel.target_sales * funnel.list_size / (records * months)) / 1000
    raise Refused(
        "direction.outbound.list_size",
        f"{funnel.list_size:,} records last for {funnel.list_size / records:.1f} of {months} active months",
        f"find {missing:,} more for {funnel.target_sales:g} sales a month, or lower target_sales to {most:g}",
    )


def _dialling(funnel: Funnel, occupancy: float) -> Dialling:
    """Return the work of a record, all its attempts taken as one."""
    tried_s = funnel.attempts_each * funnel.attempt_s
    talked_s = funnel.talk_s + funnel.wrap_s
    return Dialling(
        contact_rate=funnel.reached,
        attempts=1,
        contact_s=tried_s + talked_s,
        no_contact_s=tried_s,
        occupancy=occupancy,
    )


def _steps(funnel: Funnel, records: float, occupancy: float) -> pd.DataFrame:
    """Return the funnel step by step; the time between calls is shared out by the time of work."""
    share = np.array([1.0, funnel.attempts_each, funnel.reached, funnel.introduced, funnel.sales])
    # Attempts are made on the way: what is reached is a share of the records.
    quantity = np.cumprod(np.where(np.arange(5) == 1, 1.0, share))
    quantity[1] = funnel.attempts_each
    seconds = np.array([0.0, funnel.attempt_s, funnel.talk_s + funnel.wrap_s, 0.0, 0.0])
    table = {
        "step": np.arange(1, 6),
        "what": ["records", "attempts", "reached", "introduced", "sales"],
        "a_month": records * quantity,
        "share": share,
        "hours": records * quantity * seconds / 3600 / occupancy,
        "in_list": funnel.list_size * quantity,
    }
    return check(pd.DataFrame(table), QUOTE_FUNNEL)
