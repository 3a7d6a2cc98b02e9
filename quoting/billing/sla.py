"""Credits and bonus that a service level moves on a month's fee."""

import numpy as np

from quoting.terms.money import Sla


def settle(fees: np.ndarray, service_level: np.ndarray, sla: Sla) -> tuple[np.ndarray, np.ndarray]:
    """Return credits and bonus by month as money, none negative; shape (..., months).

    A credit is due where the service level is below its step, a bonus where it is above its step. Of
    several steps passed the largest share alone counts; they do not add up. Neither side is more than
    `cap` of the month's fee. A month without a service level (NaN) moves nothing.

    >>> sla = Sla(credits=[{"below": 0.8, "share": 0.05}, {"below": 0.7, "share": 0.2}],
    ...           bonuses=[{"above": 0.9, "share": 0.02}], cap=0.1)
    >>> credits, bonus = settle(np.full(4, 1000.0), np.array([0.95, 0.8, 0.75, 0.6]), sla)
    >>> credits.tolist(), bonus.tolist()
    ([0.0, 0.0, 50.0, 100.0], [20.0, 0.0, 0.0, 0.0])
    """
    level = np.asarray(service_level, dtype=float)
    owed, earned = np.zeros(level.shape), np.zeros(level.shape)
    for step in sla.credits:
        owed = np.where(level < (step.below or 0), np.maximum(owed, step.share), owed)
    for step in sla.bonuses:
        earned = np.where(level > (step.above or 1), np.maximum(earned, step.share), earned)
    return fees * np.minimum(owed, sla.cap), fees * np.minimum(earned, sla.cap)
