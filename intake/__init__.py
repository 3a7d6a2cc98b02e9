"""Exports of other systems -> history."""

from intake.bank_calls import bank_calls
from intake.call_log import CallTally, aggregate_calls
from intake.export import Export, history_of, read_export
from intake.profile import Profile, profiles, recognise
from intake.reading import Reading

__all__ = [
    "CallTally",
    "Export",
    "Profile",
    "Reading",
    "aggregate_calls",
    "bank_calls",
    "history_of",
    "profiles",
    "read_export",
    "recognise",
]
