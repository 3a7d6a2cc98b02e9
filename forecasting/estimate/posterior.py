"""What calls teach about an estimate: of its level, and of its profile.

References
----------
.. [1] A. Gelman, J. B. Carlin, H. S. Stern, D. B. Dunson, A. Vehtari, D. B. Rubin (2013), Bayesian Data
   Analysis, 3rd edition: sections 2.6 (gamma prior of a Poisson rate) and 3.4 (Dirichlet prior of shares).
.. [2] P. McCullagh, J. A. Nelder (1989), Generalized Linear Models, 2nd edition, section 6.2: counts of a
   known over-dispersion count for so many times fewer.
"""

import numpy as np

# How far a week's calls lie from the level, and an interval's share from its usual one, beyond what
# chance explains: one standard deviation. No number of calls in one week teaches more than this.
WEEK_SD = 0.05
SHARE_SD = 0.1


def posterior_figure(figure: float, doubt: float, came: np.ndarray, share: np.ndarray) -> tuple[float, float]:
    """Return the posterior mean of a figure, and its variance as a share of the mean squared.

    `came` are the calls of weeks, `share` what each week has of the figure. The prior is gamma, of mean
    `figure` and standard deviation `doubt` × figure; a week of mean μ has variance μ + (5% μ)², and so
    counts 1 + 5%² μ times less than a Poisson count would [1]_ [2]_.

    >>> mean, variance = posterior_figure(1000.0, 0.2, np.array([1200.0]), np.array([1.0]))
    >>> round(mean), round(variance**0.5, 3)
    (1182, 0.055)
    """
    fewer = 1 + WEEK_SD**2 * came.sum() / share.sum() * share
    shape = 1 / doubt**2 + (came / fewer).sum()
    rate = 1 / (doubt**2 * figure) + (share / fewer).sum()
    return float(shape / rate), float(1 / shape)


def posterior_week(
    prior: np.ndarray, doubt: float, came: np.ndarray, times: np.ndarray
) -> tuple[np.ndarray, float]:
    """Return the posterior shares of the week's intervals, and their mean relative variance.

    `came` are the calls that came in each, over the `times` it was counted. The prior is Dirichlet, of
    concentration open intervals / doubt², which gives an interval's share that doubt; counts of e calls
    a time count 1 + 10%² e times less than chance alone would have them [1]_ [2]_.
    """
    weeks = (prior * times).sum()
    if came.sum() == 0 or weeks == 0:
        return prior, doubt**2
    a_week = came.sum() / weeks
    mean = a_week / ((prior > 0) | (times > 0)).sum()
    # The concentration in weeks of calls, so that times counted more often than others weigh more.
    worth = (1 + SHARE_SD**2 * mean) / mean / doubt**2
    shares = (worth * prior + came / a_week) / (worth + times)
    return shares / shares.sum(), doubt**2 * worth / (worth + weeks)
