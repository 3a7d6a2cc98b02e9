"""A quote's typical week at many volumes: sized once at some, read between them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from quoting.risk.between import between
from quoting.sizing import agents_by_volume, month_factors
from quoting.terms.factors import Term
from quoting.terms.terms import Terms

_MEASURES = ("agent_h", "agents", "calls", "handled", "handling_h", "night_share", "weekend_share")


@dataclass(frozen=True, eq=False)
class Weeks:
    """Months of one typical week, by `levels` (L,) of its volume and by factors `aht` (A,) of its AHT.

    A level is a share of the mean month before growth. `measures` (L, A, ...) are those of `ByVolume`.
    """

    levels: np.ndarray
    aht: np.ndarray
    measures: np.ndarray

    def at(self, level: ArrayLike, aht: ArrayLike = 1.0) -> dict[str, np.ndarray]:
        """Return what a month comes to, by name, in the arguments' common shape.

        Exact where it was sized, else linear between: then `agents` are not whole.
        """
        found = between((self.levels, self.aht), self.measures, (level, aht))
        return dict(zip(_MEASURES, np.moveaxis(found, -1, 0), strict=True))


def weeks_by_level(terms: Terms, levels: ArrayLike, aht: ArrayLike = 1.0) -> Weeks:
    """Size the typical week for each of the levels and factors of handling time."""
    month = _one_month(terms)
    nodes, times = np.unique(levels), np.unique(aht)
    changes = nodes / month_factors(month)[0] - 1
    sized = [agents_by_volume(month, changes, aht_change=factor - 1) for factor in times]
    measures = [[getattr(by_volume, name)[:, 0] for name in _MEASURES] for by_volume in sized]
    return Weeks(nodes, times, np.moveaxis(np.array(measures), 2, 0))


def _one_month(terms: Terms) -> Terms:
    """Return the terms for their busiest month alone, before growth."""
    busiest = terms.term.calendar[month_factors(terms).argmax()]
    return terms.replace(term=Term(kind="short", start=busiest, months=1))
