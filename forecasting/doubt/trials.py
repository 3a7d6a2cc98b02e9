"""What a model would have said in the weeks before: from these errors its doubt is measured."""

from dataclasses import dataclass

import numpy as np

from forecasting.history.panel import Panel
from forecasting.models import FITTED_ANEW, MODELS

# What a model needs to have seen before it is tried.
LEAST_DAYS = 14
# Weekly origins tried, and of models that are fitted anew for each of them.
_WEEKS, _FEW_WEEKS = 26, 4
# Leads beyond are not tried: their doubt is what the leads before lead to expect.
_LONGEST_LEAD = 28


@dataclass(frozen=True, eq=False)
class Trials:
    """Forecasts of days that have been, each from a day a week after the one before."""

    origins: np.ndarray
    said: np.ndarray
    """Mean calls (origins × days × slots)."""
    came: np.ndarray
    """What came (the same shape), NaN where unknown, not yet, or lost in an outage."""


def forecast_and_try(panel: Panel, model: str, days: int, seed: int) -> tuple[np.ndarray, Trials]:
    """Return a model's forecast of the days to come (days × slots), and its trials over the weeks before."""
    weeks = min(_FEW_WEEKS if model in FITTED_ANEW else _WEEKS, max(0, (panel.past - LEAST_DAYS) // 7))
    origins = panel.past - 7 * np.arange(weeks, -1, -1)
    said = MODELS[model](panel, origins, days, seed)
    lead = min(days, _LONGEST_LEAD)
    known = np.full((panel.past + lead, panel.counts.shape[1]), np.nan)
    known[: panel.past] = panel.came
    came = np.array([known[origin : origin + lead] for origin in origins[:-1]])
    return said[-1], Trials(origins[:-1], said[:-1, :lead], came.reshape(-1, lead, known.shape[1]))
