"""What a quote costs: a build-up of lines by month, each a quantity times a rate."""

from quoting.cost.cost import cost, cost_summary
from quoting.cost.items import Item, build_up, handling_min, quantity_of

__all__ = ["Item", "build_up", "cost", "cost_summary", "handling_min", "quantity_of"]
