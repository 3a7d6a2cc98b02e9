"""What a quote costs and earns if things come otherwise: its arithmetic on arrays of many futures."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import SupportsFloat

import numpy as np
from numpy.typing import ArrayLike

from erlang.teams.search import ceil_ratio
from quoting.billing import Usage, drawn_successes, fees, usage_of
from quoting.cost import Item, build_up
from quoting.sizing.arrivals import WEEKS_A_MONTH
from quoting.sizing.people import turnover
from quoting.terms.terms import Terms

# No more of paid time, or of the heads of a month, may be away or leave, however far a draw goes.
_MOST = 0.95


@dataclass(frozen=True, eq=False)
class Future:
    """Months of a quote (..., months) under the shrinkage that came: columns of `QUOTE_MONTHS`, and usage."""

    months: Mapping[str, np.ndarray]
    usage: Usage

    @property
    def shape(self) -> tuple[int, ...]:
        """The futures, and the months of each."""
        return self.usage.calls.shape


def share_of(share: float, factor: ArrayLike) -> np.ndarray:
    """Return a share times a factor, at most 95%, or the share itself where it is above.

    >>> share_of(0.3, [1.0, 1.2, 4.0]).round(4).tolist()
    [0.3, 0.36, 0.95]
    """
    return np.minimum(share * np.asarray(factor, dtype=float), max(share, _MOST))


def future(
    weeks: Mapping[str, np.ndarray],
    terms: Terms,
    efficiency: SupportsFloat,
    *,
    shrinkage: ArrayLike = 1.0,
    attrition: ArrayLike = 1.0,
) -> Future:
    """Return the months that follow from what `Weeks.at` gives, as `quoting.sizing.people` counts them.

    `shrinkage` and `attrition` are factors (...) on those of the terms, one a future. The peak is rounded to
    whole agents, as between two sized volumes it is not.
    """
    staff = terms.staff
    away, leaving = (
        np.expand_dims(share_of(share, factor), -1)
        for share, factor in ((staff.shrinkage, shrinkage), (staff.attrition_a_month, attrition))
    )
    paid_h = weeks["agent_h"] / (1 - away) / float(efficiency)
    fte = paid_h / (staff.full_time_h * WEEKS_A_MONTH)
    _, coming = turnover(paid_h / (staff.head_h * WEEKS_A_MONTH), leaving, terms.term)
    hires = coming / staff.training_passed
    learnt_h = staff.training_weeks * staff.head_h + terms.other.special_training_h
    lost_h = staff.ramp_weeks * staff.head_h * (1 - staff.ramp_share)
    agents = np.rint(weeks["agents"])
    some = weeks["handled"] > 0
    aht_s = np.divide(weeks["handling_h"] * 3600, weeks["handled"], out=np.zeros(some.shape), where=some)
    holidays = min(terms.time_band.holidays_a_year / 365, 1.0)
    months = {
        **{name: weeks[name] for name in ("calls", "handled", "agent_h", "night_share", "weekend_share")},
        "aht_s": aht_s,
        "agents": agents,
        "seats": ceil_ratio(agents * (1 + terms.staff.spare_seats), np.ones(agents.shape)),
        "paid_h": paid_h,
        "fte": fte,
        "hires": hires,
        "training_h": hires * learnt_h,
        "ramp_lost_h": coming * lost_h,
        "leaders": _led(fte, staff.leader_span),
        "support": _led(fte, staff.support_span),
        "holiday_share": np.full(fte.shape, holidays),
    }
    return Future(months, replace(usage_of(months, terms), productive_h=paid_h * (1 - away)))


def costs_of(
    months: Mapping[str, np.ndarray], terms: Terms, *, wages: ArrayLike = 1.0
) -> tuple[np.ndarray, ...]:
    """Return the cost (...) over the term of each of `terms.billing`; `wages` (...) multiply agents' wages.

    The cost of a rented seat is that of places alone, as in the table of prices.
    """
    items, wage = build_up(months, terms), np.asarray(wages, dtype=float)
    # In the order of the build-up: sums of doubles must come out the same each time.
    groups = {name: _over_the_term(items, name) for name in dict.fromkeys(item.group for item in items)}
    others = sum(money for name, money in groups.items() if name not in ("wages", "contingency"))
    contingency = 1 + terms.cost.contingency
    whole = (groups["wages"] * wage + others) * contingency
    rented = groups["place"] * contingency
    return tuple(rented if billing.method == "seat_rental" else whole for billing in terms.billing)


def fees_of(
    usage: Usage, terms: Terms, rates: ArrayLike, chance: np.random.Generator | None = None
) -> tuple[np.ndarray, ...]:
    """Return what each of `terms.billing` charges by month, (..., months), the discount taken off.

    With a `chance` the successes of a commission are drawn by it, else they are as many as expected.
    """
    off, charged = 1 - terms.price.discount, []
    for billing, rate in zip(terms.billing, np.asarray(rates, dtype=float), strict=True):
        if chance is not None and billing.method == "commission":
            charged.append(off * float(rate) * drawn_successes(usage, chance, success=billing.success))
        else:
            charged.append(off * fees(billing, usage, float(rate)))
    return tuple(charged)


def _over_the_term(items: tuple[Item, ...], group: str) -> np.ndarray:
    return np.sum([item.amount for item in items if item.group == group], axis=0).sum(axis=-1)


def _led(fte: np.ndarray, span: float | None) -> np.ndarray:
    return np.zeros(fte.shape) if span is None else ceil_ratio(fte, np.full(fte.shape, span))
