"""What is counted of a month, and may be charged."""

from dataclasses import dataclass

import numpy as np

from quoting.cost import handling_min
from quoting.cost.items import Months, column
from quoting.terms.terms import Terms


@dataclass(frozen=True, eq=False)
class Usage:
    """What each month uses; arrays of shape (..., months).

    `calls` are offered, `handled` answered. `productive_h` are paid hours less shrinkage: logged in and
    ready, be there a call or not. `handling_min` are minutes of talk, hold and after-call work.
    `successes` are those of an outbound funnel; 0 where the terms have none.
    """

    seats: np.ndarray
    calls: np.ndarray
    handled: np.ndarray
    paid_h: np.ndarray
    productive_h: np.ndarray
    handling_min: np.ndarray
    fte: np.ndarray
    successes: np.ndarray


def usage_of(months: Months, terms: Terms) -> Usage:
    """Return what months of a quote use: the columns of `QUOTE_MONTHS`, a frame or arrays by name.

    In an outbound quote a call is a record of the list, tried as often as its funnel says, and a success
    is a sale.
    """
    paid_h, calls = column(months, "paid_h"), column(months, "calls")
    funnel = terms.direction.outbound
    sold = funnel.reached * funnel.introduced * funnel.sales if funnel else 0.0
    return Usage(
        seats=column(months, "seats"),
        calls=calls,
        handled=column(months, "handled"),
        paid_h=paid_h,
        productive_h=paid_h * (1 - terms.staff.shrinkage),
        handling_min=handling_min(months),
        fte=column(months, "fte"),
        successes=calls * sold,
    )
