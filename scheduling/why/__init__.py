"""Why a schedule is short, or cannot be, and the cheapest ways out."""

from scheduling.why.conflicts import why

__all__ = ["why"]
