"""Where many functions of one number cross zero, all at once."""

from collections.abc import Callable

import numpy as np

Function = Callable[[np.ndarray], np.ndarray]


def crossing(function: Function, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return where each row of `function`, positive at `low` and not so at `high`, crosses zero.

    Chandrupatla's method [1]_: inverse quadratic interpolation where it can be trusted, halves elsewhere,
    to the last digits of a double.

    References
    ----------
    .. [1] T. R. Chandrupatla (1997), A new hybrid quadratic/bisection algorithm for finding the zero of a
       nonlinear function without using derivatives, Advances in Engineering Software 28(3).
    """
    a, b = np.array(high, dtype=float), np.array(low, dtype=float)
    # Rounding may leave a little more than nothing at `high`, which then is the crossing.
    fa, fb = np.minimum(function(a), 0.0), function(b)
    c, fc = a, fa
    t = np.full_like(a, 0.5)
    with np.errstate(all="ignore"):
        for _ in range(120):
            x = a + t * (b - a)
            fx = function(x)
            same = (fx > 0) == (fa > 0)
            c, fc = np.where(same, a, b), np.where(same, fa, fb)
            b, fb = np.where(same, b, a), np.where(same, fb, fa)
            a, fa = x, fx
            best = np.where(np.abs(fa) < np.abs(fb), a, b)
            least = 4e-16 * np.abs(best) / np.abs(b - a)
            if not ((least < 0.5) & (fa != 0) & (fb != 0)).any():
                break
            xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
            trusted = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
            guess = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
            t = np.where(trusted, np.clip(guess, np.minimum(least, 0.5), 1 - np.minimum(least, 0.5)), 0.5)
    return best
