"""What one head under a contract can do in a week: every shift there is, as hours at work by slot.

A week is local, Monday to Sunday, in slots of the requirement's intervals, and comes round: a shift that
runs over Sunday's midnight is at work early on Monday.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from callplan.errors import Infeasible, Refused, nearest
from scheduling.clock import DAY_MIN, between, minutes_of
from scheduling.contracts import Contract
from scheduling.hiring.terms import Terms
from scheduling.rules import Rules
from scheduling.shapes import Shape, shape, step_min

WEEK_MIN = 7 * DAY_MIN


@dataclass(frozen=True, eq=False)
class Crew:
    """The heads under one contract, as a week sees them; arrays have a row for each shift."""

    name: str
    pools: tuple[int, ...]  # the pools of queues that its heads can serve
    at_work: np.ndarray = field(repr=False)  # by slot, the share of it
    day: np.ndarray = field(repr=False)  # on which the shift begins; Monday is 0
    paid_h: np.ndarray = field(repr=False)
    surcharge: np.ndarray = field(repr=False)  # money beyond `cost_per_h`: nights, overtime
    days_per_week: int
    least_h: float  # paid to each head every week, worked or not
    most_h: float  # paid hours of a week at most
    cost_per_h: float

    def worth(self, prices: np.ndarray, hour_price: float = 0.0) -> float:
        """Return the most that a head can earn in a week which pays so much for each slot at work.

        `hour_price` is taken off for each paid hour worked, and given back for those that the week
        has. Whatever it is, no head is worth more, by weak duality; at the best one, none is worth less.

        >>> import numpy as np
        >>> two = Crew("FT", (0,), np.eye(3), np.array([0, 1, 1]), np.ones(3), np.zeros(3), 1, 1.0, 1.0, 1.0)
        >>> two.worth(np.array([5.0, 4.0, 7.0]))
        7.0
        """
        gains = self.at_work @ prices - self.surcharge - hour_price * self.paid_h
        best = np.zeros(7)
        np.maximum.at(best, self.day, gains)
        days = np.sort(best)[-self.days_per_week :].sum()
        beyond_h = (self.most_h - self.least_h) * max(hour_price - self.cost_per_h, 0.0)
        return float(days + self.least_h * hour_price + beyond_h)

    def full_week_h(self, minutes: int) -> float:
        """Return the hours at work that a head can give in a week."""
        work_h = self.at_work.sum(axis=1) * minutes / 60
        return float(min(self.days_per_week * work_h.max(), self.most_h * (work_h / self.paid_h).max()))


@dataclass(frozen=True)
class _Shift:
    """A shift on the week's clock: minutes since Monday, and the share of each minute at work."""

    start_min: int
    at_work: np.ndarray
    paid_h: float


def crew(name: str, terms: Terms, rules: Rules, is_open: np.ndarray, pools: tuple[int, ...]) -> Crew:
    """Return what the heads of a contract can do where `is_open` says, slot by slot, that work can be.

    A meal or rest is spread evenly over the times at which it may be. That is one of the plans which
    the rules allow, so what covers here covers there too.
    """
    contract = _contract(name, terms, rules)
    minutes = WEEK_MIN // len(is_open)
    shifts, rows = [], []
    for shift in _shifts(contract, rules, is_open, minutes):
        row = _by_slot(shift, minutes)
        if is_open[row[1] > 0].all():
            shifts.append(shift)
            rows.append(row)
    if not shifts:
        raise Infeasible(
            f"hiring.contracts.{name}: no shift of the contract fits the opening; add a shorter length"
        )
    at_work = np.array(rows)[:, 0]
    paid_h = np.array([shift.paid_h for shift in shifts])
    cost_per_h = rules.cost_per_h if contract.cost_per_h is None else contract.cost_per_h
    beyond = np.maximum(paid_h - (rules.overtime_from_h or np.inf), 0.0) * rules.overtime_surcharge
    # Paid hours lie where the work does.
    bands = paid_h * (at_work @ _surcharges(rules, len(is_open), minutes)) / at_work.sum(axis=1)
    most_h = min(contract.hours_per_week_max or np.inf, contract.days_per_week * paid_h.max())
    least_h = contract.hours_per_week_min or most_h
    return Crew(
        name,
        pools,
        at_work,
        np.array([shift.start_min // DAY_MIN for shift in shifts]),
        paid_h,
        cost_per_h * (beyond + bands),
        contract.days_per_week,
        least_h=least_h,
        most_h=max(least_h, most_h),
        cost_per_h=cost_per_h,
    )


def _contract(name: str, terms: Terms, rules: Rules) -> Contract:
    title = terms.contract or name
    if title not in rules.contracts:
        where = f"hiring.contracts.{name}" + (".contract" if terms.contract else "")
        there = nearest(title, rules.contracts) if rules.contracts else "add [shifts.contracts.NAME]"
        raise Refused(where, f"no contract {title!r} in [shifts.contracts]", there)
    return rules.contracts[title]


def _shifts(contract: Contract, rules: Rules, is_open: np.ndarray, minutes: int) -> Iterator[_Shift]:
    """Yield every shift of the contract that may begin in the week, as the clock alone allows it."""
    first, last = contract.window_min
    for at_work, paid_h, starts in _menu(contract, rules, is_open, minutes):
        for start in starts:
            begin, end = start % DAY_MIN, start % DAY_MIN + len(at_work)
            allowed = first <= begin and end <= last and (rules.overnight or end <= DAY_MIN)
            if allowed and (contract.nights or not _is_night(begin, end, rules)):
                yield _Shift(start, at_work, paid_h)


def _menu(
    contract: Contract, rules: Rules, is_open: np.ndarray, minutes: int
) -> Iterator[tuple[np.ndarray, float, list[int]]]:
    """Yield each template or length: the share of its minutes at work, its paid hours, its starts."""
    for name in contract.templates:
        fixed = rules.templates[name]
        at_work = np.zeros(fixed.length_min)
        for begin, end in fixed.spans:
            at_work[begin - fixed.start_min : end - fixed.start_min] = 1.0
        starts = [day * DAY_MIN + fixed.start_min for day in range(7)]
        yield at_work, fixed.paid_h(meal_paid=rules.meal_paid), starts
    if contract.templates:
        return
    own = contract.under(rules)
    step = step_min(own, minutes)
    edges = np.arange(0, WEEK_MIN, minutes)
    begins = (edges % rules.start_every_min == 0) | ~np.roll(is_open, 1)
    for length in own.lengths_min():
        kind = shape(own, length, step)
        starts = [edge for edge in edges[begins & is_open].tolist() if own.may_begin(edge % DAY_MIN, length)]
        yield _spread(kind, step), kind.paid_h, starts


def _spread(kind: Shape, step: int) -> np.ndarray:
    """Return the share of each minute of a shift at work, its breaks spread over their windows."""
    at_work = np.ones(kind.length_min)
    for pause in kind.breaks:
        begins = range(pause.earliest_min, pause.latest_min + 1, step)
        for begin in begins:
            at_work[begin : begin + pause.length_min] -= 1 / len(begins)
    return np.maximum(at_work, 0.0)


def _is_night(moment: int, end: int, rules: Rules) -> bool:
    roster = rules.roster
    night = sum(between(at % DAY_MIN, roster.night_from, roster.night_to) for at in range(moment, end))
    return night >= minutes_of(roster.night_h)


def _by_slot(shift: _Shift, minutes: int) -> np.ndarray:
    """Return the shares of each slot of the week at work, and present."""
    offset = shift.start_min % minutes
    rows = np.zeros((2, WEEK_MIN))
    rows[0, : len(shift.at_work)] = shift.at_work
    rows[1, : len(shift.at_work)] = 1.0
    by_slot = np.roll(rows, offset, axis=1).reshape(2, -1, minutes).mean(axis=2)
    return np.roll(by_slot, shift.start_min // minutes, axis=1)


def _surcharges(rules: Rules, slots: int, minutes: int) -> np.ndarray:
    """Return by slot what share of `cost_per_h` a paid hour costs beyond it, as at the slot's start."""
    starts = range(0, slots * minutes, minutes)
    return np.array(
        [
            sum(band.surcharge for band in rules.bands if band.holds(start // DAY_MIN, start % DAY_MIN))
            for start in starts
        ]
    )
