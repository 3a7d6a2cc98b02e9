"""The lines of the build-up, as arrays by month."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from quoting.terms.money import Line
from quoting.terms.terms import Terms

Months = Mapping[str, Any]
"""The columns of `QUOTE_MONTHS`: a frame, or arrays by name of shape (..., months)."""


@dataclass(frozen=True, eq=False)
class Item:
    """One line of the build-up: `quantity` by month, shape (..., months), and what one `unit` costs."""

    line: str
    group: str
    unit: str
    quantity: np.ndarray
    rate: float

    @property
    def amount(self) -> np.ndarray:
        """Money by month."""
        return self.quantity * self.rate


def build_up(months: Months, terms: Terms) -> tuple[Item, ...]:
    """Return the lines of the build-up in their order, with quantities by month.

    Paid hours are split over skills by their shares; learners and those in their ramp are paid the mean
    wage. Premiums are paid on `paid_h` alone, each for its own share of hours: a Sunday night earns both.
    `burden` is a share of all wages and premiums; leaders and support cost what the terms say, burden
    included. Set-up is spread evenly over the months. Contingency is a share of all lines before it.
    Every line stands in the build-up, be its rate 0.
    """
    costs = terms.cost
    mean_wage = sum(wage.share * wage.per_h for wage in costs.wages)
    paid_h, hires, seats = (column(months, name) for name in ("paid_h", "hires", "seats"))
    wages = [
        *(Item(f"wages: {w.skill}", "wages", "paid h", paid_h * w.share, w.per_h) for w in costs.wages),
        Item("wages in training", "wages", "h", column(months, "training_h"), mean_wage),
        Item("wages lost in the ramp", "wages", "h", column(months, "ramp_lost_h"), mean_wage),
        *(
            Item(f"{band} premium", "wages", "h", paid_h * column(months, f"{band}_share"), mean_wage * share)
            for band, share in (
                ("night", costs.night_premium),
                ("weekend", costs.weekend_premium),
                ("holiday", costs.holiday_premium),
            )
        ),
    ]
    lines = [
        *wages,
        Item("burden", "wages", "money", total(wages), costs.burden),
        Item("recruiting", "people", "hire", hires, costs.recruiting_per_hire),
        Item("training", "people", "hire", hires, costs.training_per_hire),
        Item("leaders", "people", "leader month", column(months, "leaders"), costs.leader_per_month),
        Item("support", "people", "support month", column(months, "support"), costs.support_per_month),
        Item("seats", "place", "seat month", seats, costs.seat_per_month),
        Item("licences", "place", "seat month", seats, costs.licence_per_seat_month),
        Item("telecom", "telecom", "handling min", handling_min(months), costs.telecom_per_min),
        Item("set-up", "set-up", "term", quantity_of("term", months), costs.setup),
        *(Item(line.name, "own", *_own(line, months), line.amount) for line in costs.lines),
    ]
    return (*lines, Item("contingency", "contingency", "money", total(lines), costs.contingency))


def total(items: list[Item] | tuple[Item, ...]) -> np.ndarray:
    """Return the money of some lines together, by month."""
    return np.sum([item.amount for item in items], axis=0)


def quantity_of(per: str, months: Months) -> np.ndarray:
    """Return how often each month pays a line of the user's own, by what it is paid for.

    A line per term is spread evenly over the months; one per call is paid for each handled call.

    >>> quantity_of("term", {"handled": [500.0, 700.0]}), quantity_of("call", {"handled": [500.0, 700.0]})
    (array([0.5, 0.5]), array([500., 700.]))
    """
    handled = column(months, "handled")
    if per == "term":
        return np.full(handled.shape, 1 / handled.shape[-1])
    if per == "month":
        return np.ones(handled.shape)
    names = {
        "seat_month": "seats",
        "fte_month": "fte",
        "hire": "hires",
        "call": "handled",
        "paid_h": "paid_h",
    }
    return column(months, names[per])


def handling_min(months: Months) -> np.ndarray:
    """Return minutes of handling by month: handled × aht_s / 60, and 0 where nothing is handled.

    >>> handling_min({"handled": [500.0, 0.0], "aht_s": [240.0, float("nan")]})
    array([2000.,    0.])
    """
    handled = column(months, "handled")
    return np.where(handled > 0, handled * column(months, "aht_s") / 60, 0.0)


def column(months: Months, name: str) -> np.ndarray:
    """Return a column as numbers, shape (..., months)."""
    return np.asarray(months[name], dtype=float)


def _own(line: Line, months: Months) -> tuple[str, np.ndarray]:
    return line.per.replace("_", " "), quantity_of(line.per, months)
