"""The day as it runs: reforecast, who is short or spare when, and what a supervisor could do about it."""

from planning.today.intraday import Intraday, intraday
from planning.today.measures import Measures

__all__ = ["Intraday", "Measures", "intraday"]
