"""How sure a forecast is: its over-dispersion by lead, span and level, measured on rolling errors.

The day's total is in doubt, and with it all intervals of the day together; beyond that an interval
varies by itself. So a count's variance is mean + φ mean², where φ of an interval is

    scale × covariance of the day's logarithm + own / mean,

and that of a day, a week or a month follows from the covariance between its days. The covariance is
that of the Gaussian process, which knows how doubt grows with the lead and on rare days; `scale`, by
week of lead, and `own` bring it to the errors that the model made. Last, a factor by level lets as
many counts into a band as it promises: errors have longer tails than their variance tells.

References
----------
.. [1] T. Gneiting, A. E. Raftery (2007), Strictly proper scoring rules, prediction, and estimation,
   Journal of the American Statistical Association 102: calibration of bands.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from forecasting.doubt.counts import quantile, rank
from forecasting.doubt.trials import Trials
from forecasting.history.panel import Panel
from forecasting.models.gaussian_process import TOTAL_NOISE, regress_totals

# A day never seen the like of could be anything; its band says so up to a factor, not to absurdity.
_MOST_VARIANCE = 0.25
# Beyond this even the upper end of a band would lie below the mean.
_MOST_DISPERSION = 1.0
# Of a squared standard normal number.
_MEDIAN_SQUARE = 0.4549
_LEVELS = np.array([0.5, 0.8, 0.95])
_FACTORS = np.geomspace(0.1, 4.0, 6)
# Slots with fewer calls are closed in all but name: whatever the band, it holds them.
_LEAST_CALLS = 0.03
_RECENT_WEEKS, _MOST_INTERVALS = 13, 1500
# Between levels the factor is interpolated; so much more keeps the width growing there too.
_SLACK = 1.5
# How many weeks of errors the belief in the covariance as it is weighs.
_PRIOR_WEEKS = 1.0


@dataclass(frozen=True, eq=False)
class Doubt:
    """The over-dispersion of the days to come, and of their sums."""

    covariance: np.ndarray
    """Between the logarithms of the days to come (days × days)."""
    own: float
    tails: dict[str, np.ndarray]
    """For intervals, days and weeks: the factor on φ at each of the levels of `_LEVELS`."""

    def of_intervals(self, mean: np.ndarray, day: np.ndarray, share: float) -> np.ndarray:
        """Return a quantile of the calls of intervals, given their means and their days' places."""
        tail = self._tail("interval", share)
        of_day = np.minimum(tail * self.covariance.diagonal()[day], _MOST_DISPERSION)
        return quantile(mean, of_day + tail * self.own / np.maximum(mean, 1e-9), share)

    def of_sums(self, span: str, mean: np.ndarray, group: np.ndarray, share: float) -> np.ndarray:
        """Return a quantile of the calls of each group of days, given the days' means and groups 0, 1, ..."""
        member = group == np.arange(group.max() + 1)[:, None]
        total = member @ mean
        spread = np.einsum("gd,de,ge->g", member * mean, self.covariance, member * mean) + self.own * total
        relative = np.divide(spread, total**2, out=np.zeros_like(total), where=total > 0)
        return quantile(total, np.minimum(self._tail(span, share) * relative, _MOST_DISPERSION), share)

    def _tail(self, span: str, share: float) -> float:
        level = abs(2 * share - 1)
        return float(np.exp(np.interp(level, _LEVELS, np.log(self.tails[span]))))


def measure_doubt(panel: Panel, trials: Trials, days: int) -> Doubt:
    """Return the doubt of the next `days` days, as the model's trials show it."""
    first = int(trials.origins[0]) if len(trials.origins) else panel.past
    totals = regress_totals(panel, first)
    ahead = _bounded(totals.doubt(panel.past, days))
    if not len(trials.origins):
        return Doubt(ahead, 1.0, {span: np.ones(len(_LEVELS)) for span in ("interval", "day", "week")})
    lead = trials.said.shape[1]
    covariances = np.array([_bounded(totals.doubt(origin, lead)) for origin in trials.origins])
    tried = covariances.diagonal(axis1=1, axis2=2)
    known = np.isfinite(trials.came)
    said, came = (np.where(known, values, 0.0).sum(axis=2) for values in (trials.said, trials.came))
    due = known.any(axis=2) & (said > 1)
    trust = len(trials.origins) / (len(trials.origins) + _PRIOR_WEEKS)
    scale = _scale_by_day(said, came, tried, due, trust)
    of_day = tried * scale
    own = _own(trials, known, of_day)
    tails = {
        "interval": _tails(*_intervals(trials, known, of_day, own), trust),
        "day": _tails(came[due], said[due], of_day[due] + own / said[due], trust),
        "week": _tails(*_weeks(said, came, due, covariances, scale, own), trust),
    }
    # Beyond the leads tried the last one's scale goes on.
    root = np.sqrt(np.append(scale, np.full(max(0, days - lead), scale[-1]))[:days])
    return Doubt(ahead * np.multiply.outer(root, root), own, tails)


def _bounded(covariance: np.ndarray) -> np.ndarray:
    """Return a covariance with the day's own noise, each variance at most `_MOST_VARIANCE`."""
    whole = covariance + TOTAL_NOISE * np.eye(len(covariance))
    root = np.sqrt(np.minimum(1.0, _MOST_VARIANCE / whole.diagonal()))
    return whole * np.multiply.outer(root, root)


def _scale_by_day(
    said: np.ndarray, came: np.ndarray, variance: np.ndarray, due: np.ndarray, trust: float
) -> np.ndarray:
    """Return the factor that brings the variance to the errors of days, one for each week of lead."""
    squares = np.divide((came - said) ** 2, variance * said**2 + said, out=np.zeros_like(said), where=due)

    def factor(days: slice) -> float:
        seen = squares[:, days][due[:, days]]
        return float(np.median(seen)) / _MEDIAN_SQUARE if len(seen) >= 5 else np.nan

    lead = said.shape[1]
    overall = factor(slice(None))
    weeks = np.array([factor(slice(first, first + 7)) for first in range(0, lead, 7)])
    weeks = np.where(np.isnan(weeks), overall if np.isfinite(overall) else 1.0, weeks)
    return np.repeat(np.maximum(weeks, 1e-3) ** trust, 7)[:lead]


def _own(trials: Trials, known: np.ndarray, of_day: np.ndarray) -> float:
    """Return the variance that an interval has by itself, in parts of its mean, beyond Poisson."""
    busy = known & (trials.said > 0.5)
    if not busy.any():
        return 1.0
    mean, spread = trials.said[busy], np.broadcast_to(of_day[:, :, None], known.shape)[busy]
    squares = (trials.came[busy] - mean) ** 2
    tried = np.array([0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0])
    medians = [np.median(squares / (mean * (1 + own) + spread * mean**2)) for own in tried]
    return float(np.interp(-_MEDIAN_SQUARE, -np.array(medians), tried))


def _intervals(
    trials: Trials, known: np.ndarray, of_day: np.ndarray, own: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what came and was said in the intervals of the last trials, and their dispersion."""
    due = known & (trials.said > _LEAST_CALLS)
    due[:-_RECENT_WEEKS] = False
    # Of so many not every one is needed.
    thinned = np.flatnonzero(due)[:: 1 + int(due.sum()) // _MOST_INTERVALS]
    place = np.unravel_index(thinned, due.shape)
    means = trials.said[place]
    return trials.came[place], means, of_day[place[:2]] + own / means


def _weeks(
    said: np.ndarray,
    came: np.ndarray,
    due: np.ndarray,
    covariances: np.ndarray,
    scale: np.ndarray,
    own: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what came and was said in each week of lead of each trial, and the dispersion of its sum."""
    weeks = [slice(first, first + 7) for first in range(0, said.shape[1], 7)]
    root = said * np.sqrt(scale) * due
    spread = np.array(
        [np.einsum("od,ode,oe->o", root[:, w], covariances[:, w, w], root[:, w]) for w in weeks]
    )
    means, sums = (np.array([(values * due)[:, w].sum(axis=1) for w in weeks]) for values in (said, came))
    some = means > 1
    return sums[some], means[some], (spread[some] / means[some] + own) / means[some]


def _tails(came: np.ndarray, said: np.ndarray, dispersion: np.ndarray, trust: float) -> np.ndarray:
    """Return for each level the factor on the dispersion at which a band holds that share of what came."""
    if len(came) < 20:
        return np.ones(len(_LEVELS))
    off = np.array([2 * np.abs(rank(came, said, factor * dispersion) - 0.5) for factor in _FACTORS])
    held = np.maximum.accumulate((off[:, :, None] < _LEVELS).mean(axis=1), axis=0)
    fitting = [np.interp(level, held[:, j], np.log(_FACTORS)) for j, level in enumerate(_LEVELS)]
    return _widening(np.exp(trust * np.array(fitting)))


def _widening(factors: np.ndarray) -> np.ndarray:
    """Return the factors, raised where a band of a higher level would not hold that of a lower one."""
    width = ndtri((1 + _LEVELS) / 2)
    for place in range(1, len(factors)):
        least = factors[place - 1] * _SLACK * (width[place - 1] / width[place]) ** 2
        factors[place] = max(factors[place], least)
    return factors
