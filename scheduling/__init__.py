"""Requirement to schedule: which shifts start when, so that every interval is covered at least cost."""

from scheduling.rules import Rules
from scheduling.shift_plan import Outcome, Schedule, schedule

__all__ = ["Outcome", "Rules", "Schedule", "schedule"]
