"""From traffic to seats, hours and people: how many agents every interval needs, and what that takes."""

from quoting.sizing.agents import ByVolume, Carried, agents_by_volume, requirement, typical_week
from quoting.sizing.conventions import conventions
from quoting.sizing.effects import workload
from quoting.sizing.efficiency import Efficiency, efficiency
from quoting.sizing.figures import figures, volume_doubt
from quoting.sizing.methods import methods
from quoting.sizing.people import people
from quoting.sizing.season import month_factors
from quoting.sizing.size import CHANGES, Sizing, size

__all__ = [
    "CHANGES",
    "ByVolume",
    "Carried",
    "Efficiency",
    "Sizing",
    "agents_by_volume",
    "conventions",
    "efficiency",
    "figures",
    "methods",
    "month_factors",
    "people",
    "requirement",
    "size",
    "typical_week",
    "volume_doubt",
    "workload",
]
