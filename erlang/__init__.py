"""Forecast -> requirement: queueing formulas, targets, and the smallest team that meets them."""

from erlang.formulas import erlang_b, erlang_c, offered_load
from erlang.performance import (
    CONVENTIONS,
    Performance,
    abandonment,
    asa_s,
    occupancy,
    performance,
    service_level,
)
from erlang.requirement import require, require_one
from erlang.targets import Target, required_agents, rostered, smallest_team

__all__ = [
    "CONVENTIONS",
    "Performance",
    "Target",
    "abandonment",
    "asa_s",
    "erlang_b",
    "erlang_c",
    "occupancy",
    "offered_load",
    "performance",
    "require",
    "require_one",
    "required_agents",
    "rostered",
    "service_level",
    "smallest_team",
]
