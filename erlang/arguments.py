"""How the formulas take their arguments: scalars or arrays, broadcast, a negative one refused by name."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from callplan.errors import Refused

# What a public formula returns: a float for scalars, an array for arrays.
Values = Any

# What may last for ever: everything else is a finite number.
_ENDLESS = ("within_s", "patience_s", "lines")


def broadcast(**arguments: ArrayLike) -> list[np.ndarray]:
    """Return the arguments as float arrays of one shape; NaN passes, a negative one is refused."""
    arrays = []
    for name, argument in arguments.items():
        array = floats(name, argument)
        if (array < 0).any():
            raise Refused(name, f"found {array[array < 0].flat[0]:g}", "it must be 0 or more")
        if name not in _ENDLESS and np.isinf(array).any():
            raise Refused(name, "found inf", "a finite number is needed")
        arrays.append(array)
    try:
        return list(np.broadcast_arrays(*arrays))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in zip(arguments, arrays, strict=True))
        raise Refused("arguments", f"shapes {shapes}", "give arrays of one shape, or scalars") from None


def floats(name: str, argument: ArrayLike) -> np.ndarray:
    """Return an argument as an array of floats, or refuse it by its name."""
    try:
        # None, text, dates and complex numbers, all of which numpy would make a number of.
        if argument is None or np.asarray(argument).dtype.kind in "SUMmc":
            raise TypeError
        return np.asarray(argument, dtype=float)
    except (TypeError, ValueError):
        raise Refused(name, f"found {argument!r}", "give a number or an array of numbers") from None


def refuse_zero(**arrays: np.ndarray) -> None:
    """Refuse, by its name, an array that holds a 0."""
    for name, array in arrays.items():
        if (array == 0).any():
            raise Refused(name, "found 0", "it must be above 0")


def refuse_above_one(**shares: np.ndarray) -> None:
    """Refuse, by its name, an array that holds a share above 1."""
    for name, array in shares.items():
        if (array > 1).any():
            raise Refused(
                name, f"found {array[array > 1].flat[0]:g}", "a share lies between 0 and 1: 80% is 0.8"
            )


def unwrapped(values: np.ndarray) -> Values:
    """Return an array of no dimension as the scalar that it holds."""
    return np.asarray(values)[()]
