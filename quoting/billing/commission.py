"""How far a commission scatters by chance alone."""

from dataclasses import dataclass

import numpy as np

from quoting.billing.methods import successes
from quoting.billing.usage import Usage


@dataclass(frozen=True)
class Spread:
    """A commission over the term: its mean, standard deviation and quantiles, in money."""

    mean: float
    sd: float
    p10: float
    p50: float
    p90: float


def commission_spread(usage: Usage, *, rate: float, success: float | None = None) -> Spread:
    """Return how the commission of the term is spread if each call succeeds by itself, by the same chance.

    Successes are binomial in the calls of the term, rounded to a whole number; calls are as expected:
    the doubt of the volume comes on top. `usage` has arrays of shape (months,).

    >>> import numpy as np
    >>> usage = Usage(*[np.array([500.0, 500.0])] * 8)
    >>> commission_spread(usage, rate=10.0, success=0.2)
    Spread(mean=2000.0, sd=126.49..., p10=1840.0, p50=2000.0, p90=2160.0)
    """
    from scipy.stats import binom

    tries = usage.handled.sum()
    share = successes(usage, success).sum() / tries if tries > 0 else 0.0
    chance = binom(round(tries), share)
    low, middle, high = (float(rate * chance.ppf(q)) for q in (0.1, 0.5, 0.9))
    return Spread(float(rate * tries * share), float(rate * chance.std()), low, middle, high)


def drawn_successes(usage: Usage, rng: np.random.Generator, *, success: float | None = None) -> np.ndarray:
    """Return successes by month drawn by chance, (..., months): binomial in the month's handled calls.

    Each call succeeds by itself, by the same chance; calls are rounded to whole ones.

    >>> usage = Usage(*[np.full(4, 500.0)] * 8)
    >>> drawn = drawn_successes(usage, np.random.default_rng(1), success=0.2)
    >>> bool((drawn != 100).any()), bool((abs(drawn - 100) < 50).all())
    (True, True)
    """
    tries, expected = usage.handled, successes(usage, success)
    share = np.divide(expected, tries, out=np.zeros(tries.shape), where=tries > 0)
    return rng.binomial(np.rint(tries).astype(int), np.minimum(share, 1.0)).astype(float)
