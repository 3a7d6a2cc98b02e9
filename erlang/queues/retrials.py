"""Erlang X: callers who are blocked or hang up, and call again.

A call and its redials come at different times, so that attempts arrive at random like fresh calls, only
more of them: with a share r of the lost attempts that come again, attempts = calls + r × lost ones [1]_ [2]_.
How many are lost depends in turn on how many come, and one number of attempts fits.

References
----------
.. [1] J. W. Cohen (1957), Basic problems of telephone traffic theory and the influence of repeated calls,
   Philips Telecommunication Review 18(2).
.. [2] S. Aguir, F. Karaesmen, O. Z. Akşin, F. Chauvet (2004), The impact of retrials on call center
   performance, OR Spectrum 26(3): the fixed point.
"""

from collections.abc import Callable

import numpy as np

from erlang.queues import queues
from erlang.queues.endless import PatientQueue
from erlang.queues.roots import crossing

# The share of attempts answered, under so many attempts a call in each row.
Answered = Callable[[np.ndarray], np.ndarray]


def attempts_per_call(
    n: np.ndarray, a: np.ndarray, aht_s: np.ndarray, patience_s: np.ndarray, k: np.ndarray, redial: np.ndarray
) -> np.ndarray:
    """Return the attempts per call: 1 where nobody calls again, or nobody needs to.

    They are endless where nobody gives up and the load reaches the agents.
    """
    attempts = np.ones_like(a) + 0 * redial
    again = (redial > 0) & (a > 0) & (np.isfinite(patience_s) | np.isfinite(k))
    endless = again & (redial == 1) & (a >= np.minimum(n, k))
    attempts[endless] = np.inf
    again &= ~endless
    if again.any():
        n, a, aht_s, patience_s, k = (array[again] for array in (n, a, aht_s, patience_s, k))

        def answered(x: np.ndarray) -> np.ndarray:
            share = np.empty_like(x)
            for rows, queue in queues(n, a * x, aht_s, patience_s, k):
                assert not isinstance(queue, PatientQueue)  # nobody is lost there
                share[rows] = queue.answered()
            return share

        attempts[again] = _fixed_point(answered, redial[again])
    return attempts


def _fixed_point(answered: Answered, redial: np.ndarray) -> np.ndarray:
    """Return x with x (1 - r × lost(x)) = 1.

    The left side, calls that are served or give up, only grows with the attempts: one x fits, at least 1
    and at most 1 / (1 - r).
    """

    def missing(x: np.ndarray) -> np.ndarray:
        return 1 - x * (1 - redial + redial * answered(x))

    fewest = np.ones_like(redial)
    most = 2 * fewest
    for _ in range(50):
        if not (short := missing(most) > 0).any():
            break
        most = np.where(short, 2 * most, most)
    return np.where(short, np.inf, np.where(missing(fewest) > 0, crossing(missing, fewest, most), fewest))
