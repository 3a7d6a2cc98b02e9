"""Futures of a quote: factors drawn by chance for what its terms assume.

Every factor is gamma distributed with mean 1, so a mean stays what was quoted and no draw is negative;
its standard deviation is the doubt that the terms state. Rates of calls are gamma distributed in
`erlang.rate_quantile` too [1]_.

References
----------
.. [1] G. Jongbloed, G. Koole (2001), Managing uncertainty in call centres using Poisson mixtures,
   Applied Stochastic Models in Business and Industry 17(4).
"""

from dataclasses import dataclass

import numpy as np

from callplan import arguments
from quoting.terms.terms import Terms

# A month strays from the level of its term half as far as the level may be off: nobody states this
# figure, and it must neither vanish (then no credit is ever due) nor outweigh what was stated.
MONTH_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class Draws:
    """Factors on what the quote assumes: (draws,) for the whole term, `months` (draws, months)."""

    volume: np.ndarray
    aht: np.ndarray
    shrinkage: np.ndarray
    attrition: np.ndarray
    wages: np.ndarray
    months: np.ndarray


def draw(terms: Terms, *, doubt: float, seed: int) -> Draws:
    """Return `terms.risk.draws` futures; the same seed gives the same ones.

    The volume of the whole term has a factor of standard deviation `doubt`, a share, and each month one of
    its own, half as wide. Handling time, shrinkage, attrition and wages have one factor for the term.
    """
    rng = np.random.default_rng(arguments.seed(seed))
    count, months = terms.risk.draws, len(terms.term.calendar)
    return Draws(
        volume=_factors(rng, doubt, count),
        aht=_factors(rng, terms.traffic.aht_doubt, count),
        shrinkage=_factors(rng, terms.risk.shrinkage, count),
        attrition=_factors(rng, terms.risk.attrition, count),
        wages=_factors(rng, terms.risk.wages, count),
        months=_factors(rng, MONTH_SHARE * doubt, (count, months)),
    )


def drawn_how(terms: Terms, doubt: float) -> str:
    """Return how futures are drawn, in a sentence.

    >>> from quoting.terms.template import DEMO_QUOTE
    >>> drawn_how(Terms.from_toml(DEMO_QUOTE), 0.1)[:84]
    'Chances are those of 2,000 futures, drawn with one standard deviation of the volume '
    """
    risk, traffic = terms.risk, terms.traffic
    said = [
        f"Chances are those of {risk.draws:,} futures, drawn with one standard deviation of the volume of "
        f"{doubt:.1%} over the term and of {MONTH_SHARE * doubt:.1%} by month, of AHT "
        f"{traffic.aht_doubt:.1%}, shrinkage {risk.shrinkage:.1%}, attrition {risk.attrition:.1%} and wages "
        f"{risk.wages:.1%} of themselves. Staff follow all but the month's own volume, which moves its "
        "service level, credits and bonus."
    ]
    if any(billing.method == "commission" for billing in terms.billing):
        said.append("Of a commission each call succeeds by itself: successes of a month are binomial.")
    if terms.sla is not None:
        said.append(
            "Profit and margin among the chances are after credits and bonus, those as quoted too: there the "
            "service level is the one that the team is sized for. Tables of prices are before them."
        )
    return " ".join(said)


def _factors(rng: np.random.Generator, deviation: float, size: int | tuple[int, ...]) -> np.ndarray:
    if deviation == 0:
        return np.ones(size)
    shape = deviation**-2
    return rng.gamma(shape, size=size) / shape
