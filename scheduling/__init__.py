"""Requirement to schedule: which shifts start when, who works them, what becomes of both.

Every schedule covers each interval at least cost, and says how near to the least possible it is.
"""

from scheduling.changes import Change
from scheduling.hiring import Hiring, HiringPlan, hiring_mix
from scheduling.people import read_people
from scheduling.results import Outcome, Schedule
from scheduling.roster.offers import offers, take
from scheduling.roster.reschedule import Rescheduled, reschedule
from scheduling.rules import Rules
from scheduling.schedule import schedule
from scheduling.shapes import step_min
from scheduling.verify import Verdict, verify
from scheduling.why import why

__all__ = [
    "Change",
    "Hiring",
    "HiringPlan",
    "Outcome",
    "Rescheduled",
    "Rules",
    "Schedule",
    "Verdict",
    "hiring_mix",
    "offers",
    "read_people",
    "reschedule",
    "schedule",
    "step_min",
    "take",
    "verify",
    "why",
]
