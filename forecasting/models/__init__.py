"""Forecasting models, each a function of the same shape, named by its method.

A model takes a panel, origins (places of days in it, in their order), how many days to forecast from
each, and a seed. It returns the mean calls (origins × days × slots). From an origin it forecasts by what
came before; only the panel's repairs, and what stands for a gap, know the later days too.
"""

from collections.abc import Callable

import numpy as np

from forecasting.history.panel import Panel
from forecasting.models.boosting import boosting
from forecasting.models.calendar_svd import calendar_svd
from forecasting.models.ensemble import ensemble, online_ensemble
from forecasting.models.gaussian_process import gaussian_process
from forecasting.models.poisson import poisson
from forecasting.models.prophet import prophet, prophet_intervals
from forecasting.models.state_space import holt_winters, sarima, structural
from forecasting.models.weekdays import mean_of_4, mean_of_8, seasonal_naive

Model = Callable[[Panel, np.ndarray, int, int], np.ndarray]

AUTO = "auto"
MODELS: dict[str, Model] = {
    "seasonal_naive": seasonal_naive,
    "mean_of_4": mean_of_4,
    "mean_of_8": mean_of_8,
    "holt_winters": holt_winters,
    "structural": structural,
    "sarima": sarima,
    "prophet": prophet,
    "prophet_intervals": prophet_intervals,
    "poisson": poisson,
    "boosting": boosting,
    "calendar_svd": calendar_svd,
    "gaussian_process": gaussian_process,
    "ensemble": ensemble,
    "online_ensemble": online_ensemble,
    AUTO: online_ensemble,
}
# Models that know nothing of holidays to come.
HOLIDAY_BLIND = ("seasonal_naive", "mean_of_4", "mean_of_8", "holt_winters", "structural", "sarima")
# Models that fit anew for each origin, and so are tried from a few origins only.
FITTED_ANEW = ("holt_winters", "structural", "sarima", "prophet", "prophet_intervals", "boosting")
