"""How a quote is charged: the ways of billing, the rate that earns a price, the table of prices."""

from quoting.billing.commission import Spread, commission_spread, drawn_successes
from quoting.billing.margins import Earned, floor_price, margin_of
from quoting.billing.methods import (
    base_plus_overage,
    commission,
    dead_band,
    fte_month,
    handling_minute,
    hourly,
    minimum_volume,
    per_call,
    per_call_minimum,
    per_seat_month,
    productive_hour,
    project,
    seat_rental,
)
from quoting.billing.prices import prices
from quoting.billing.rates import WAYS, Way, fees, rate_for
from quoting.billing.sla import settle
from quoting.billing.usage import Usage, usage_of

__all__ = [
    "WAYS",
    "Earned",
    "Spread",
    "Usage",
    "Way",
    "base_plus_overage",
    "commission",
    "commission_spread",
    "dead_band",
    "drawn_successes",
    "fees",
    "floor_price",
    "fte_month",
    "handling_minute",
    "hourly",
    "margin_of",
    "minimum_volume",
    "per_call",
    "per_call_minimum",
    "per_seat_month",
    "prices",
    "productive_hour",
    "project",
    "rate_for",
    "seat_rental",
    "settle",
    "usage_of",
]
