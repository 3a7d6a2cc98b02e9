"""How near forecasts came: WAPE, and of bands the coverage, interval score and pinball loss.

References
----------
.. [1] T. Gneiting, A. E. Raftery (2007), Strictly proper scoring rules, prediction, and estimation, JASA 102.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

QUANTILES = (0.025, 0.1, 0.9, 0.975)
# Nominal coverage -> where its ends stand among the quantiles.
BANDS = {0.8: (1, 2), 0.95: (0, 3)}
LEAST_WEEKS = 5


def wape(rows: pd.DataFrame) -> float:
    """Return sum|forecast - offered| / sum offered over all origins, queue by queue; then their mean."""
    miss = (rows["calls"] - rows["offered"]).abs().groupby(rows["queue"]).sum()
    return float((miss / rows["offered"].groupby(rows["queue"]).sum()).mean())


def noise_floor(rows: pd.DataFrame) -> float:
    """Return the WAPE that chance alone leaves: Poisson counts, by the normal law, as if their means."""
    noise = np.sqrt(2 * rows["offered"] / np.pi).groupby(rows["queue"]).sum()
    return float((noise / rows["offered"].groupby(rows["queue"]).sum()).mean())


@dataclass(frozen=True)
class BandScore:
    """What a band of one nominal coverage turned out to be."""

    nominal: float
    n: int
    coverage: float
    low: float
    high: float
    """The 95% confidence interval of the coverage, weeks taken as wholes."""
    interval_score: float
    """The mean interval score (Winkler's) [1]_ as a multiple of the mean count."""

    @property
    def nominal_inside(self) -> bool:
        """Whether the nominal coverage lies in the confidence interval of that found."""
        return self.low <= self.nominal <= self.high


def band_score(rows: pd.DataFrame, quantiles: np.ndarray, nominal: float) -> BandScore:
    """Score one band: rows with `offered` and `origin`, and their quantiles (rows × `QUANTILES`)."""
    low, high = (quantiles[:, i] for i in BANDS[nominal])
    offered = rows["offered"].to_numpy()
    hit = (low <= offered) & (offered <= high)
    below, above = np.maximum(low - offered, 0), np.maximum(offered - high, 0)
    score = high - low + 2 / (1 - nominal) * (below + above)
    ends = clustered(hit, rows["origin"].to_numpy())
    return BandScore(nominal, len(hit), hit.mean(), *ends, score.mean() / offered.mean())


def pinball(rows: pd.DataFrame, quantiles: np.ndarray) -> float:
    """Return the mean pinball loss over `QUANTILES` as a multiple of the mean count."""
    over = rows["offered"].to_numpy()[:, None] - quantiles
    levels = np.array(QUANTILES)
    return float(np.maximum(levels * over, (levels - 1) * over).mean() / rows["offered"].mean())


def clustered(hit: np.ndarray, week: np.ndarray) -> tuple[float, float]:
    """Return the 95% confidence interval of a share whose rows come in weeks that hang together.

    The share is a ratio of weekly sums; its variance is that of the weeks' residuals, and Student's t has
    a degree less than there are weeks. Where all rows are alike a week is one trial. Fewer than
    `LEAST_WEEKS` tell nothing.
    """
    weeks = pd.DataFrame({"hits": hit, "n": 1.0}).groupby(week).sum()
    share, count = hit.mean(), len(weeks)
    if count < LEAST_WEEKS:
        return 0.0, 1.0
    if share in (0, 1):
        reach = 1 - 0.05 ** (1 / count)
    else:
        residual = weeks["hits"] - share * weeks["n"]
        error = np.sqrt(count / (count - 1) * (residual**2).sum()) / weeks["n"].sum()
        reach = stats.t.ppf(0.975, count - 1) * error
    return max(share - reach, 0.0), min(share + reach, 1.0)
