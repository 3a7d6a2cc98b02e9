"""What the formulas tend to as teams grow: β, the spare agents in units of the square root of the load.

With n = a + β √a agents for a load of a, and a ever larger, the chance to wait tends to a number
between 0 and 1 that depends on β alone [1]_, and with patience on how it compares with the handle
time [2]_. So the spare agents grow with the square root of the load, and one β serves teams of all
sizes alike.

References
----------
.. [1] S. Halfin, W. Whitt (1981), Heavy-traffic limits for queues with many exponential servers,
   Operations Research 29(3), proposition 1.
.. [2] O. Garnett, A. Mandelbaum, M. Reiman (2002), Designing a call center with impatient
   customers, Manufacturing & Service Operations Management 4(3), theorem 4.
"""

# So that `help` shows the names of types, not all that they stand for.
from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfcx

from erlang.arguments import Values, broadcast, floats, refuse_zero, unwrapped

# From here on the hazard above its argument is taken from a continued fraction: the plain difference
# would lose digits, and so many terms carry all of them.
_FAR, _TERMS = 4.0, 60


def square_root_staffing(load: ArrayLike, beta: ArrayLike) -> Values:
    """Return load + β √load, the square-root rule: a fractional number of agents, never below 0.

    `load` is in erlangs; a β of 0 staffs the load itself, one below 0 less.

    >>> float(square_root_staffing(load=100, beta=0.5))
    105.0
    """
    b, a = _signed(beta, load=load)
    return unwrapped(np.maximum(a + b * np.sqrt(a), 0.0))


def halfin_whitt(beta: ArrayLike) -> Values:
    """Return the limit of Erlang C's chance to wait: 1 / (1 + β Φ(β)/φ(β)) [1]_.

    Φ and φ are the normal distribution and its density. 1 where β is 0 or below: the queue only grows.

    >>> round(float(halfin_whitt(beta=0.5)), 4)
    0.5045
    """
    (b,) = _signed(beta)
    # φ/Φ at β is the hazard at -β.
    with np.errstate(all="ignore"):
        p_wait = np.where(b > 0, 1 / (1 + b / _hazard(-b)), 1.0)
    return unwrapped(p_wait + 0 * b)


def garnett(beta: ArrayLike, theta_over_mu: ArrayLike) -> tuple[Values, Values]:
    """Return the limits of Erlang A: the chance to wait, and √agents × the share that hangs up [2]_.

    `theta_over_mu` is the handle time / the mean patience, above 0. With h the hazard of the normal
    distribution, q its square root and x = β / q, the chance to wait is 1 / (1 + q h(x)/h(-β)), and of
    those that wait a share of q (h(x) - x) / √agents hangs up. β may be negative: the impatient thin
    out a queue that would grow.

    >>> p_wait, lost = garnett(beta=0, theta_over_mu=1)
    >>> round(float(p_wait), 4), round(float(lost), 4)
    (0.5, 0.3989)
    """
    b, ratio = _signed(beta, theta_over_mu=theta_over_mu)
    refuse_zero(theta_over_mu=ratio)
    root = np.sqrt(ratio)
    x = b / root
    with np.errstate(all="ignore"):
        p_wait = 1 / (1 + root * _hazard(x) / _hazard(-b))
        lost = p_wait * root * _hazard_above(x)
    return unwrapped(p_wait), unwrapped(lost)


def _signed(beta: ArrayLike, **others: ArrayLike) -> list[np.ndarray]:
    """Return β, which unlike all other arguments may be negative, and the others, broadcast."""
    b = floats("beta", beta)
    arrays = broadcast(beta=np.abs(b), **others)
    return [np.copysign(arrays[0], b), *arrays[1:]]


def _hazard(x: np.ndarray) -> np.ndarray:
    """Return φ(x) / (1 - Φ(x)), from the scaled error function: no tail is too far."""
    return np.sqrt(2 / np.pi) / erfcx(x / np.sqrt(2))


def _hazard_above(x: np.ndarray) -> np.ndarray:
    """Return the hazard at x less x, which falls as 1/x: far out by Laplace's continued fraction."""
    far = np.maximum(x, _FAR)
    fraction = far
    for term in range(_TERMS, 1, -1):
        fraction = far + term / fraction
    return np.where(x > _FAR, 1 / fraction, _hazard(x) - x)
