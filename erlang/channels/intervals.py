"""How sums over a day take their arguments: known numbers, one for each interval.

Where one interval carries over to the next, one unknown would make all that follows unknown.
"""

import numpy as np
from numpy.typing import ArrayLike

from callplan.errors import Refused
from erlang.arguments import broadcast, refuse_zero


def known(**arguments: ArrayLike) -> list[np.ndarray]:
    """Return the arguments as float arrays of one shape; a negative number and NaN are refused by name."""
    arrays = broadcast(**arguments)
    for name, array in zip(arguments, arrays, strict=True):
        if np.isnan(array).any():
            raise Refused(name, "found NaN", "give a number")
    return arrays


def over_intervals(**arguments: ArrayLike) -> list[np.ndarray]:
    """Return the arguments as float arrays over the same consecutive intervals.

    An interval of no `minutes` and work of no `aht_s` are refused.
    """
    arrays = [np.atleast_1d(array) for array in known(**arguments)]
    shape = arrays[0].shape
    if len(shape) > 1 or 0 in shape:
        first = next(iter(arguments))
        raise Refused(first, f"found an array of shape {shape}", "give one number for each interval")
    named = dict(zip(arguments, arrays, strict=True))
    refuse_zero(minutes=named["minutes"], aht_s=named["aht_s"])
    return arrays
