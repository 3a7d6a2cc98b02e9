"""What became of simulated calls, counted by interval, and how far chance may have moved it."""

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

if TYPE_CHECKING:
    import pandas as pd

# In the order in which the event loop and the count know them.
OUTCOMES = ("waiting", "answered", "abandoned", "blocked", "called_back", "callback_failed")
MEASURES = (
    *OUTCOMES,
    "waited",  # not answered at once, and not blocked
    "answered_within",
    "abandoned_within",
    "short_abandoned",
    "wait_s",  # waiting, summed over answered calls
)


def measures(sums: np.ndarray, convention: str) -> "pd.DataFrame":
    """Return, for sums of replications by rows by `MEASURES`, means and shares of each row.

    Counts are means of a replication. A share is the sum over all replications of its numerator
    over that of its denominator, and its 95% confidence interval is that of a ratio of means
    (delta method, Student's t): NaN of a single replication, or where no call came.
    """
    import pandas as pd

    offered = sums[:, :, : len(OUTCOMES)].sum(axis=2)
    of = dict(zip(MEASURES, np.moveaxis(sums, 2, 0), strict=True))
    columns = {"offered": offered.mean(axis=0), **{name: of[name].mean(axis=0) for name in OUTCOMES[1:]}}
    for name, numerator, denominator, most in (
        ("service_level", *_service_level(of, offered, convention), 1.0),
        ("asa_s", of["wait_s"], of["answered"], np.inf),
        ("abandoned_share", of["abandoned"], offered, 1.0),
        ("p_wait", of["waited"], offered, 1.0),
    ):
        value, half = ratio(numerator, denominator)
        columns[name] = value
        columns[f"{name}_lo"] = np.maximum(value - half, 0.0)
        columns[f"{name}_hi"] = np.minimum(value + half, most)
    return pd.DataFrame(columns)


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ratio of the sums over replications, and half the width of its 95% interval."""
    n = len(numerator)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = numerator.sum(axis=0) / denominator.sum(axis=0)
        residual = numerator - value * denominator
        error = np.sqrt((residual**2).sum(axis=0) / ((n - 1) * n)) / denominator.mean(axis=0)
        return value, stdtrit(n - 1, 0.975) * error


def _service_level(
    of: dict[str, np.ndarray], offered: np.ndarray, convention: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return numerator and denominator of a service level, by replication and row."""
    good = of["answered_within"]
    if convention == "answered":
        return good, of["answered"]
    gone = of["abandoned_within" if convention.startswith("abandon") else "short_abandoned"]
    if convention in ("abandon_positive", "short_positive"):
        return good + gone, offered
    return good, offered - gone if convention in ("abandon_ignored", "net_offered") else offered
