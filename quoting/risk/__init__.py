"""What may come otherwise than quoted, and what the standard that is asked costs."""

from quoting.risk.draws import drawn_how
from quoting.risk.even import break_even
from quoting.risk.goals import binding_goal
from quoting.risk.ladder import growth, service_ladder
from quoting.risk.simulation import simulate_margin
from quoting.risk.tornado import tornado, two_way

__all__ = [
    "binding_goal",
    "break_even",
    "drawn_how",
    "growth",
    "service_ladder",
    "simulate_margin",
    "tornado",
    "two_way",
]
