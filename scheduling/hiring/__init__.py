"""Hiring: whom to employ, under which contract and from when, so that the coming weeks are covered."""

from scheduling.hiring.mix import HiringPlan, hiring_mix
from scheduling.hiring.terms import Hiring, Terms

__all__ = ["Hiring", "HiringPlan", "Terms", "hiring_mix"]
