"""The witness: a roster judged from its finished tables, by code of its own."""

from scheduling.verify.verdict import Verdict, verify

__all__ = ["Verdict", "verify"]
