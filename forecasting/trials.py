"""What models would have said in the last weeks: by this one is chosen, and its band drawn."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import nbinom, poisson

from forecasting.models import MODELS
from forecasting.panel import Panel

_WEEKS = 4
# What a model needs to have seen before it is asked.
LEAST_DAYS = 14


@dataclass(frozen=True)
class Trial:
    """One model's forecasts of the last weeks, interval by interval, each made a week ahead."""

    model: str
    actual: np.ndarray
    said: np.ndarray

    def wape(self) -> float:
        """Return Σ|error| / Σ actual; 0 where nothing came."""
        came = self.actual.sum()
        return float(np.abs(self.said - self.actual).sum() / came) if came > 0 else 0.0

    def over_dispersion(self) -> float:
        """Return φ of the variance mean + φ mean², by moments; 0 where chance alone explains the errors."""
        squares = (self.said**2).sum()
        if squares == 0:
            return 0.0
        return max(0.0, float(((self.actual - self.said) ** 2 - self.said).sum() / squares))


def run_trials(panel: Panel, models: list[str], seed: int) -> list[Trial]:
    """Return a trial of each model over up to four last weeks; an empty one where history is too short."""
    weeks = min(_WEEKS, max(0, (len(panel.days) - LEAST_DAYS) // 7))
    pasts = [panel.ago(back=7 * week, days=7) for week in range(1, weeks + 1)]
    return [_trial(pasts, model, seed) for model in models]


def _trial(pasts: list[tuple[Panel, np.ndarray]], model: str, seed: int) -> Trial:
    actual, said = [np.empty(0)], [np.empty(0)]
    for then, came in pasts:
        known = np.isfinite(came)
        actual.append(came[known])
        said.append(MODELS[model](then, seed)[known])
    return Trial(model, np.concatenate(actual), np.concatenate(said))


def count_quantile(mean: np.ndarray, over_dispersion: float, share: float) -> np.ndarray:
    """Return a quantile of counts with that mean: negative binomial, Poisson without over-dispersion."""
    if over_dispersion < 1e-9:
        return poisson.ppf(share, mean)
    return nbinom.ppf(share, 1 / over_dispersion, 1 / (1 + over_dispersion * mean))
