"""Profit in money, as a share of the price and of the cost."""

from dataclasses import dataclass

import numpy as np

from quoting.terms.money import Price


@dataclass(frozen=True, eq=False)
class Earned:
    """What is left of a revenue: money, its share of the revenue (margin) and of the cost (markup)."""

    profit: np.ndarray
    margin: np.ndarray
    markup: np.ndarray


def margin_of(revenue: float | np.ndarray, cost: float | np.ndarray) -> Earned:
    """Return what revenues leave over costs, of any shapes that fit each other. Shares of nothing are NaN.

    >>> earned = margin_of(233_864.81, 194_887.34)
    >>> [f"{value:.4f}" for value in (earned.profit, earned.margin, earned.markup)]
    ['38977.4700', '0.1667', '0.2000']
    """
    profit = np.subtract(revenue, cost)
    return Earned(profit, _share(profit, revenue), _share(profit, cost))


def _share(part: np.ndarray, whole: float | np.ndarray) -> np.ndarray:
    wholes = np.asarray(whole, dtype=float)
    return part / np.where(wholes > 0, wholes, np.nan)


def floor_price(price: Price, cost: float) -> float | None:
    """Return the least price of a cost: that of the floor's markup or margin; None without a floor.

    >>> round(floor_price(Price(basis="margin", rate=0.2, floor=0.1), 900.0), 2)
    1000.0
    """
    return None if price.floor is None else price.replace(rate=price.floor).of(cost)
