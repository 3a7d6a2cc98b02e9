"""From a traffic estimate to a priced seat quote: terms -> seats -> hours -> cost -> price."""

from quoting.actual import against, quoted_by_month
from quoting.assumptions import assumptions
from quoting.benefit import benefit
from quoting.billing import (
    Usage,
    base_plus_overage,
    commission,
    commission_spread,
    dead_band,
    fees,
    fte_month,
    handling_minute,
    hourly,
    minimum_volume,
    per_call,
    per_call_minimum,
    per_seat_month,
    prices,
    productive_hour,
    project,
    rate_for,
    seat_rental,
    settle,
    usage_of,
)
from quoting.compare import compare, compare_results
from quoting.cost import cost, cost_summary
from quoting.outbound import OutboundPlan, outbound_plan
from quoting.portfolio.clients import DEMO_POOL, Pool, pool_template
from quoting.portfolio.pooling import Pooled, lacking, pool
from quoting.portfolio.split import Split, shapley, split
from quoting.quote import Quote, quote
from quoting.risk import (
    binding_goal,
    break_even,
    growth,
    service_ladder,
    simulate_margin,
    tornado,
    two_way,
)
from quoting.sizing import Efficiency, Sizing, agents_by_volume, efficiency, people, requirement, size
from quoting.terms.template import DEMO_OUTBOUND, DEMO_QUOTE, quote_template
from quoting.terms.terms import Terms

__all__ = [
    "DEMO_OUTBOUND",
    "DEMO_POOL",
    "DEMO_QUOTE",
    "Efficiency",
    "OutboundPlan",
    "Pool",
    "Pooled",
    "Quote",
    "Sizing",
    "Split",
    "Terms",
    "Usage",
    "against",
    "agents_by_volume",
    "assumptions",
    "base_plus_overage",
    "benefit",
    "binding_goal",
    "break_even",
    "commission",
    "commission_spread",
    "compare",
    "compare_results",
    "cost",
    "cost_summary",
    "dead_band",
    "efficiency",
    "fees",
    "fte_month",
    "growth",
    "handling_minute",
    "hourly",
    "lacking",
    "minimum_volume",
    "outbound_plan",
    "people",
    "per_call",
    "per_call_minimum",
    "per_seat_month",
    "pool",
    "pool_template",
    "prices",
    "productive_hour",
    "project",
    "quote",
    "quote_template",
    "quoted_by_month",
    "rate_for",
    "requirement",
    "seat_rental",
    "service_ladder",
    "settle",
    "shapley",
    "simulate_margin",
    "size",
    "split",
    "tornado",
    "two_way",
    "usage_of",
]
