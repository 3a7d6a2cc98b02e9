"""Volumes at which two ways of billing cost the client the same, and at which one leaves no profit."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, groupby, pairwise

import numpy as np
import pandas as pd

from callplan.tables import BREAK_EVEN, check
from quoting.risk.futures import costs_of, fees_of, future
from quoting.risk.weeks import weeks_by_level
from quoting.sizing import Sizing, month_factors
from quoting.terms.terms import Terms

# Volumes that are sized, every whole percent; money that is the same but for doubles' noise.
_CHANGES = np.arange(-50, 101) / 100
_ALIKE = 1e-9
# So many volumes in a row tell who is dearer; fewer are a step of whole seats and leaders.
_SETTLED = 5


@dataclass(frozen=True)
class _Meeting:
    """Where two amounts of money meet, from one place in `_CHANGES` to another, and which is more around."""

    first: float
    last: float
    below: int
    """1 where the first amount is more below, -1 where the other is, 0 where nothing was looked at."""
    above: int
    alike: bool = True
    """Whether they are alike in between, or change places to and fro."""


def break_even(sizing: Sizing, prices: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """Return where prices meet each other and their costs, from -50% to +100% of the volume: `BREAK_EVEN`.

    Rates are those of `prices` (table `QUOTE_PRICES`), the discount taken off. Staff follow: every whole
    percent of the volume is sized anew, and a crossing is told to the nearest of them, its calls to three
    figures. Seats and leaders move in steps of one, and so do money and who is dearer: fewer than five
    percent in a row are no side of their own, but part of a stretch in which the two change places. At the
    quoted volume all methods meet whose rates were solved. Credits and bonus are left out. A seat rented
    without its agent is another service: it is held against its own cost alone.

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
    levels = np.multiply.outer(1 + _CHANGES, month_factors(terms))
    made = future(weeks_by_level(terms, levels).at(levels), terms, sizing.efficiency)
    fees = fees_of(made.usage, terms, prices["rate"])
    money = np.array([fee.sum(axis=1) for fee in fees] + list(costs_of(made.months, terms)))
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
            **_where(meeting, calls),
            "what": _told(
                meeting, terms.billing[one].method, terms.billing[other].method if other < count else ""
            ),
        }
        for one, other in pairs
        for crossing, meeting in enumerate(_meetings(money[one], money[other]), 1)
    ]
    return check(pd.DataFrame(rows), BREAK_EVEN)


def _meetings(one: np.ndarray, other: np.ndarray) -> Iterator[_Meeting]:
    """Yield the meetings of two amounts by volume; where there is none, one that says which is more."""
    gap = one - other
    gap[np.abs(gap) <= _ALIKE * np.abs(one)] = 0.0
    signs = np.sign(gap).astype(int)
    runs = [(sign, [*run]) for sign, run in groupby(range(len(signs)), key=lambda place: signs[place])]
    if len(runs) == 1:
        yield _Meeting(np.nan, np.nan, int(signs[0]), int(signs[0]))
        return
    ends = (runs[0], runs[-1])
    sides = [run for run in runs if run[0] and (run in ends or len(run[1]) >= _SETTLED)]
    # Where they are alike at an end, nobody looked beyond it.
    sides = [
        *([(0, [-1])] if signs[0] == 0 else []),
        *sides,
        *([(0, [len(signs)])] if signs[-1] == 0 else []),
    ]
    for (below, lower), (above, upper) in pairwise(sides):
        first, last = lower[-1] + 1, upper[0] - 1
        if first > last:
            root = last + gap[last] / (gap[last] - gap[first])
            yield _Meeting(root, root, below, above)
        else:
            yield _Meeting(first, last, below, above, alike=not signs[first : last + 1].any())


def _where(meeting: _Meeting, calls: np.ndarray) -> dict[str, float]:
    """Return from where to where two are alike, or change places, and the calls of a month at the first."""
    if np.isnan(meeting.first):
        return dict.fromkeys(("change", "until", "calls"), np.nan)
    change, until = (float(_CHANGES[round(place)]) for place in (meeting.first, meeting.last))
    at = float(np.interp(meeting.first, np.arange(len(calls)), calls))
    return {"change": change, "until": until, "calls": float(f"{at:.3g}")}


def _told(meeting: _Meeting, one: str, other: str) -> str:
    """Return the meeting in words; `other` is empty where the cost is met."""
    words = {1: f"{other} costs less", -1: f"{one} costs less", 0: "they are alike"}
    if not other:
        words = {1: "a profit", -1: "a loss", 0: "neither profit nor loss"}
    if np.isnan(meeting.first):
        none = "none in this range" if meeting.above else "at every volume"
        return f"{none}, -50% to +100%: {words[meeting.above]}"
    said = []
    if meeting.first != meeting.last:
        until = _CHANGES[round(meeting.last)]
        how = "alike" if meeting.alike else "to and fro"
        said.append(f"{how} from here to {until:+.0%}" if until else f"{how} from here to 0%")
    if meeting.below == meeting.above != 0:
        return "; ".join([*(said or ["they meet"]), f"on both sides: {words[meeting.below]}"])
    sides = (("below", meeting.below), ("above", meeting.above))
    return "; ".join([*said, *(f"{side}: {words[sign]}" for side, sign in sides if sign)])
