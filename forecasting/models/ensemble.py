"""Ensembles: the mean of several models, weighted alike, or as the weeks before have taught.

References
----------
.. [1] J. Kivinen, M. K. Warmuth (1997), Exponentiated gradient versus gradient descent for linear
   predictors, Information and Computation 132(1).
"""

import itertools
from functools import lru_cache

import numpy as np

from forecasting.history.panel import Panel
from forecasting.models.calendar_svd import calendar_svd
from forecasting.models.gaussian_process import gaussian_process
from forecasting.models.weekdays import mean_of_8

MEMBERS = {"gaussian_process": gaussian_process, "calendar_svd": calendar_svd, "mean_of_8": mean_of_8}
# What is believed before any week has been scored, and how fast a week changes that.
_PRIOR = np.array([0.8, 0.1, 0.1])
_LEARNING_RATE = 5.0


def ensemble(panel: Panel, origins: np.ndarray, days: int, seed: int) -> np.ndarray:
    """Return the mean of the members' forecasts, all weighted alike."""
    return _members(panel, tuple(origins), days, seed).mean(axis=0)


def online_ensemble(panel: Panel, origins: np.ndarray, days: int, seed: int) -> np.ndarray:
    """Return the members' forecasts, weighted by how they did from the origins before.

    From origin to origin the weights move along the gradient of the error, and stay on the simplex:
    exponentiated gradient [1]_. Only what came before an origin has a say in its weights. Holidays, the
    days around them and events are the Gaussian process's alone.
    """
    said = _members(panel, tuple(origins), days, seed)
    mixed = np.einsum("om,modt->odt", member_weights(panel, origins, days, seed), said)
    # Weights are taught by ordinary weeks; what a rare day brings the first member alone has learned.
    rare = np.array([panel.book.rare()[origin : origin + days] for origin in origins])
    return np.where(rare[:, :, None], said[0], mixed)


def member_weights(panel: Panel, origins: np.ndarray, days: int, seed: int) -> np.ndarray:
    """Return the weight of each member at each origin (origins × members)."""
    said = _members(panel, tuple(origins), days, seed)
    weights = [_PRIOR]
    for place, (origin, following) in enumerate(itertools.pairwise(origins)):
        span = min(days, following - origin)
        came, theirs = panel.came[origin : origin + span], said[:, place, :span]
        weights.append(_learned(weights[-1], came, theirs))
    return np.array(weights)


def _learned(weights: np.ndarray, came: np.ndarray, said: np.ndarray) -> np.ndarray:
    """Return the weights after what came is held against what was said (members × days × slots)."""
    known = np.isfinite(came)
    total = came[known].sum()
    if not total > 0:
        return weights
    theirs = said[:, known]
    gradient = theirs @ np.sign(weights @ theirs - came[known]) / total
    moved = weights * np.exp(-_LEARNING_RATE * (gradient - gradient.min()))
    return moved / moved.sum()


# Asked for by the model and for the remark on its weights.
@lru_cache(maxsize=1)
def _members(panel: Panel, origins: tuple[int, ...], days: int, seed: int) -> np.ndarray:
    return np.array([model(panel, np.array(origins), days, seed) for model in MEMBERS.values()])
