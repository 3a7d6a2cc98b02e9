"""Volumes at which two ways of billing cost the client the same, and at which one leaves no profit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, groupby

import numpy as np
import pandas as pd

from callplan.tables import BREAK_EVEN, check
from quoting.billing import usage_of
from quoting.risk.futures import costs_of, fees_of, future
from quoting.risk.weeks import weeks_by_level
from quoting.sizing import Sizing, month_factors
from quoting.terms.terms import Terms

# Volumes that are sized, and those that are looked at; money that is the same but for doubles' noise.
_SIZED = np.round(np.linspace(-0.5, 1.0, 16), 2)
_LOOKED_AT = np.round(np.linspace(-0.5, 1.0, 301), 3)
_ALIKE = 1e-9
_HALVINGS = 40


@dataclass(frozen=True, eq=False)
class _Curves:
    """Months of the volumes that were sized (volumes, months), and the rates that they are charged at."""

    months: Mapping[str, np.ndarray]
    terms: Terms
    rates: np.ndarray

    def at(self, changes: np.ndarray) -> np.ndarray:
        """Return the price of each method, then the cost of each, over the term: (2 × methods, changes)."""
        place = np.clip(np.searchsorted(_SIZED, changes, side="right") - 1, 0, len(_SIZED) - 2)
        above = ((changes - _SIZED[place]) / (_SIZED[place + 1] - _SIZED[place]))[:, None]
        between = {
            name: column[place] * (1 - above) + column[place + 1] * above
            for name, column in self.months.items()
        }
        fees = fees_of(usage_of(between, self.terms), self.terms, self.rates)
        return np.array([fee.sum(axis=-1) for fee in fees] + list(costs_of(between, self.terms)))


@dataclass(frozen=True)
class _Meeting:
    """Where two prices meet: at which change of the volume, until where, and who is dearer around it."""

    change: float
    until: float
    below: int
    """Just below: 1 where the first is dearer, -1 where the other is, 0 where nothing was looked at."""
    above: int


def break_even(sizing: Sizing, prices: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """Return where prices meet each other and their costs, from -50% to +100% of the volume: `BREAK_EVEN`.

    Rates are those of `prices` (table `QUOTE_PRICES`), the discount taken off. Staff follow the volume: it is
    sized at every tenth, and each column of the months is linear between, seats and leaders too, so that
    their steps of one are no crossings. At the quoted volume all methods meet whose rates were solved.
    Where two are alike over a stretch, that is one crossing, at its beginning. Credits and bonus are left
    out. A seat rented without its agent is another service: it is held against its own cost alone.

    >>> from quoting.billing import prices
    >>> from quoting.cost import cost
    >>> from quoting.sizing import Efficiency, size
    >>> from quoting.terms.template import DEMO_OUTBOUND
    >>> terms = Terms.from_toml(DEMO_OUTBOUND)
    >>> sizing = size(terms, Efficiency(0.9))
    >>> table = prices(sizing.months, cost(sizing.months, terms), terms)
    >>> found = break_even(sizing, table, terms)
    >>> 0.0 in found.query("method == 'commission' and other_method == 'project'")["change"].tolist()
    True
    """
    levels = np.multiply.outer(1 + _SIZED, month_factors(terms))
    made = future(weeks_by_level(terms, levels).at(levels), terms, sizing.efficiency)
    curves = _Curves(made.months, terms, prices["rate"].to_numpy())
    count, calls = len(terms.billing), made.months["calls"].mean(axis=1)
    whole = [n for n, billing in enumerate(terms.billing) if billing.method != "seat_rental"]
    pairs = [*combinations(whole, 2), *((n, n + count) for n in range(count))]
    rows = [
        {
            "n": one + 1,
            "other": other + 1 if other < count else 0,
            "crossing": crossing,
            "method": terms.billing[one].method,
            "other_method": terms.billing[other].method if other < count else "cost",
            **_told(meeting, terms.billing[one].method, terms.billing[other].method if other < count else ""),
        }
        for (one, other), meetings in zip(pairs, _meetings(curves, pairs), strict=True)
        for crossing, meeting in enumerate(meetings, 1)
    ]
    table = pd.DataFrame(rows)
    table["calls"] = np.interp(table["change"], _SIZED, calls)
    return check(table, BREAK_EVEN)


def _meetings(curves: _Curves, pairs: list[tuple[int, int]]) -> list[list[_Meeting]]:
    """Return the meetings of each pair by volume; where there is none, one that says who is dearer."""
    one, other = np.array(pairs).T
    money = curves.at(_LOOKED_AT)
    gap = money[one] - money[other]
    sign = np.sign(np.where(np.abs(gap) <= _ALIKE * np.abs(money[one]), 0.0, gap)).astype(int)
    pair, place = np.nonzero(sign[:, :-1] * sign[:, 1:] < 0)
    low, high = _LOOKED_AT[place], _LOOKED_AT[place + 1]
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        money = curves.at(middle)
        column = np.arange(len(middle))
        before = np.sign(money[one[pair], column] - money[other[pair], column]) == sign[pair, place]
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    roots = np.full(sign.shape, np.nan)
    roots[pair, place] = high
    return [list(_of_pair(*row)) for row in zip(sign, roots, strict=True)]


def _of_pair(signs: np.ndarray, roots: np.ndarray) -> Iterator[_Meeting]:
    """Yield the meetings of one pair: changes of sign, at the `roots` after their places, and runs of 0."""
    runs = [(int(sign), [*run]) for sign, run in groupby(range(len(signs)), key=lambda place: signs[place])]
    if len(runs) == 1:
        yield _Meeting(np.nan, np.nan, runs[0][0], runs[0][0])
    signed = [0, *(sign for sign, _ in runs), 0]
    for before, after, (sign, places) in zip(signed, signed[2:], runs, strict=False):
        if sign == 0 and len(runs) > 1:
            first, last = _LOOKED_AT[places[0]], _LOOKED_AT[places[-1]]
            yield _Meeting(float(first), float(last), before, after)
        elif after == -sign and sign:
            root = float(roots[places[-1]])
            yield _Meeting(root, root, sign, after)


def _told(meeting: _Meeting, one: str, other: str) -> dict[str, float | str]:
    """Return the change and its words; `other` is empty where the cost is met."""
    words = {1: f"{other} costs less", -1: f"{one} costs less", 0: "they are alike"}
    if not other:
        words = {1: "a profit", -1: "a loss", 0: "neither profit nor loss"}
    if np.isnan(meeting.change):
        none = "none in this range" if meeting.above else "at every volume"
        what = f"{none}, -50% to +100%: {words[meeting.above]}"
    else:
        alike = "" if meeting.until == meeting.change else f"alike from here to {meeting.until:+.1%}; "
        sides = (("below", meeting.below), ("above", meeting.above))
        what = alike + "; ".join(f"{side}: {words[sign]}" for side, sign in sides if sign)
    return {"change": meeting.change, "what": what}
