"""Requirement -> schedule: shift rules, and the linear program that covers a requirement with shifts."""

from scheduling.rules import Rules
from scheduling.schedule import Outcome, Schedule, schedule
from scheduling.solver import Solution, solve

__all__ = ["Outcome", "Rules", "Schedule", "Solution", "schedule", "solve"]
