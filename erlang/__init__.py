"""Forecast -> requirement: queueing formulas, goals, the smallest team, and the simulation as a witness."""

from erlang.callbacks import Callbacks, with_callbacks
from erlang.callers import CallbackOffer, CallType, Exponential, Lognormal, Observed, Team
from erlang.chat import ChatPerformance, chat_performance, required_chat_agents
from erlang.crosstraining import TeamSizes, size_teams
from erlang.day import DayPerformance, day_performance
from erlang.deferred import WorkedOff, required_deferred, work_off
from erlang.doubt import rate_quantile
from erlang.formulas import erlang_b, erlang_c, offered_load
from erlang.ladder import ladder, marginal
from erlang.lag import lagged_load
from erlang.limits import garnett, halfin_whitt, square_root_staffing
from erlang.measures import abandonment, asa_s, occupancy, queue_length, service_level, wait_quantile_s
from erlang.outbound import Dialling, Outbound, outbound_agents, outbound_hours, outbound_records
from erlang.performance import Performance, performance
from erlang.queues import CONVENTIONS
from erlang.replications import Simulation
from erlang.requirement import require, require_one
from erlang.simulation import simulate, simulate_staffed
from erlang.targets import Target, required_agents, rostered, smallest_team
from erlang.trunks import required_lines

__all__ = [
    "CONVENTIONS",
    "CallType",
    "CallbackOffer",
    "Callbacks",
    "ChatPerformance",
    "DayPerformance",
    "Dialling",
    "Exponential",
    "Lognormal",
    "Observed",
    "Outbound",
    "Performance",
    "Simulation",
    "Target",
    "Team",
    "TeamSizes",
    "WorkedOff",
    "abandonment",
    "asa_s",
    "chat_performance",
    "day_performance",
    "erlang_b",
    "erlang_c",
    "garnett",
    "halfin_whitt",
    "ladder",
    "lagged_load",
    "marginal",
    "occupancy",
    "offered_load",
    "outbound_agents",
    "outbound_hours",
    "outbound_records",
    "performance",
    "queue_length",
    "rate_quantile",
    "require",
    "require_one",
    "required_agents",
    "required_chat_agents",
    "required_deferred",
    "required_lines",
    "rostered",
    "service_level",
    "simulate",
    "simulate_staffed",
    "size_teams",
    "smallest_team",
    "square_root_staffing",
    "wait_quantile_s",
    "with_callbacks",
    "work_off",
]
