"""The year ahead: what each week needs, who is there, and when whom to hire so that the gap stays small."""

from planning.capacity.capacity import CapacityPlan, capacity
from planning.capacity.season import estimate_season
from planning.capacity.terms import Capacity, Season, monthly_attrition, yearly_attrition

__all__ = [
    "Capacity",
    "CapacityPlan",
    "Season",
    "capacity",
    "estimate_season",
    "monthly_attrition",
    "yearly_attrition",
]
