"""Forecast -> requirement: queueing formulas, goals, the smallest team, and the simulation as a witness."""

from erlang.channels.callbacks import Callbacks, with_callbacks
from erlang.channels.chat import ChatPerformance, chat_performance, required_chat_agents
from erlang.channels.deferred import WorkedOff, required_deferred, work_off
from erlang.channels.outbound import Dialling, Outbound, outbound_agents, outbound_hours, outbound_records
from erlang.day.check import DayPerformance, day_performance
from erlang.doubt import rate_quantile
from erlang.formulas import erlang_b, erlang_c, offered_load
from erlang.ladder import ladder, marginal
from erlang.lag import lagged_load
from erlang.measures import abandonment, asa_s, occupancy, queue_length, service_level, wait_quantile_s
from erlang.performance import Performance, performance
from erlang.queues import CONVENTIONS
from erlang.queues.limits import garnett, halfin_whitt, square_root_staffing
from erlang.queues.trunks import required_lines
from erlang.requirement import require, require_one, swing_of
from erlang.simulation.callers import CallbackOffer, CallType, Exponential, Lognormal, Observed, Team
from erlang.simulation.crosstraining import TeamSizes, size_teams
from erlang.simulation.replications import Simulation
from erlang.simulation.simulate import simulate, simulate_staffed
from erlang.swing import Swing
from erlang.targets import Target, required_agents, rostered, smallest_team

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
    "Swing",
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
    "swing_of",
    "wait_quantile_s",
    "with_callbacks",
    "work_off",
]
