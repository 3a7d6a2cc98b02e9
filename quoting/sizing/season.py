"""How the months of a term differ: growth, and the season."""

import numpy as np

from quoting.terms.terms import Terms


def month_factors(terms: Terms) -> np.ndarray:
    """Return what each active month has of the mean month: growth × the weight of its calendar month.

    Growth compounds by the month, from the first of the term on: (1 + growth)^(months / 12). A target of
    sales is the same every month.

    >>> from quoting.terms.template import DEMO_QUOTE
    >>> terms = Terms.from_toml(DEMO_QUOTE)
    >>> alike = {"months": (), "peak_month": None, "peak_month_factor": None}
    >>> growing = terms.traffic.replace(growth_a_year=0.21, **alike)
    >>> month_factors(terms.replace(traffic=growing))[[0, 6]].round(3).tolist()
    [1.0, 1.1]
    """
    term, traffic = terms.term, terms.traffic
    if terms.direction.way == "outbound":
        return np.ones(len(term.calendar))
    begin = term.start.year * 12 + term.start.month
    since = np.array([day.year * 12 + day.month - begin for day in term.calendar])
    weights = month_weights(terms)[[day.month - 1 for day in term.calendar]]
    return (1 + traffic.growth_a_year) ** (since / 12) * weights


def month_weights(terms: Terms) -> np.ndarray:
    """Return twelve weights from January, of mean 1; a peak month takes its part from all others alike."""
    traffic = terms.traffic
    if traffic.months:
        return np.array(traffic.months) * 12 / sum(traffic.months)
    weights = np.ones(12)
    if traffic.peak_month is not None and traffic.peak_month_factor is not None:
        weights[:] = (12 - traffic.peak_month_factor) / 11
        weights[traffic.peak_month - 1] = traffic.peak_month_factor
    return weights
