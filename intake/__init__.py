"""Exports of other systems -> history."""

from intake.bank_calls import bank_calls

__all__ = ["bank_calls"]
