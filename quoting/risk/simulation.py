"""Margin and credits under chance: futures drawn by a seed, priced at the quote's rates."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from callplan.tables import QUOTE_MARGIN, check
from quoting.billing import margin_of, settle
from quoting.risk.draws import Draws, draw
from quoting.risk.futures import costs_of, fees_of, future
from quoting.risk.service import Service, service_by_load
from quoting.risk.weeks import Weeks, weeks_by_level
from quoting.sizing import Sizing, month_factors
from quoting.terms.terms import Terms

QUANTILES = (0.1, 0.5, 0.9)
# So many volumes and handling times are sized beside the quote's, and so many teams served; between them
# it is linear. Against the full path a draw is off by some 0.3% of the price, either way.
_SIZED, _TIMES, _SERVED = 61, 9, 13
# Futures worked out at a time: it bounds the memory, not the draws.
_BLOCK = 4_000


@dataclass(frozen=True, eq=False)
class _Known:
    """What is worked out once for all draws."""

    terms: Terms
    efficiency: float
    rates: np.ndarray
    factors: np.ndarray
    weeks: Weeks
    service: Service


def simulate_margin(sizing: Sizing, prices: pd.DataFrame, terms: Terms, *, seed: int) -> pd.DataFrame:
    """Return how profit, margin and credits of each billing method scatter, a table `QUOTE_MARGIN`.

    `terms.risk.draws` futures are drawn (see `draw`); each is charged at the rates of `prices` (table
    `QUOTE_PRICES`). The term's own volume, handling time and shrinkage are seen in time: staff are what
    sizing gives at them, at the quote's schedule efficiency. What a month strays from the term's volume is
    not: its calls are charged and handled, but its team is that of the term's volume, and so the month's
    service level moves. That moves credits and bonus, which are taken off and put on the profit; who rents
    seats without agents is owed none.

    The service level is that of the typical week, weighted by calls, in every month. Successes of a
    commission are binomial in the calls of each month. `quoted` is the same path with nothing drawn: the
    profit and the margin of the table of prices, and with an `sla` less the credits and with the bonus of the
    service level that the team is sized for. Quantiles are interpolated linearly. `chance` is the share of
    draws with a loss, with any credit or bonus, or with a service level of the term below its goal.

    >>> from quoting.billing import prices
    >>> from quoting.cost import cost
    >>> from quoting.sizing import Efficiency, size
    >>> from quoting.terms.template import DEMO_OUTBOUND
    >>> terms = Terms.from_toml(DEMO_OUTBOUND)
    >>> sizing = size(terms, Efficiency(0.9))
    >>> table = prices(sizing.months, cost(sizing.months, terms), terms)
    >>> found = simulate_margin(sizing, table, terms, seed=1)
    >>> bool(((found["p10"] < found["p50"]) & (found["p50"] < found["p90"])).all())
    True
    """
    drawn, still = draw(terms, doubt=sizing.doubt, seed=seed), _still(terms)
    known = _known(sizing, prices, terms, drawn)
    quoted = {key: values[0] for key, values in _measures(known, still).items()}
    # A stream of its own, so that a commission changes no other draw.
    (chance,) = np.random.default_rng(seed).spawn(1)
    blocks = [_measures(known, block, chance) for block in _blocks(drawn)]
    futures = {key: np.concatenate([block[key] for block in blocks]) for key in quoted}
    rows = [
        {
            "n": n,
            "measure": measure,
            "method": terms.billing[n - 1].method if n else "all",
            "quoted": quoted[n, measure],
            "mean": values.mean(),
            **dict(zip(("p10", "p50", "p90"), np.quantile(values, QUANTILES), strict=True)),
            "chance": _chance(measure, values, terms),
        }
        for (n, measure), values in futures.items()
    ]
    return check(pd.DataFrame(rows), QUOTE_MARGIN)


def _known(sizing: Sizing, prices: pd.DataFrame, terms: Terms, drawn: Draws) -> _Known:
    factors = month_factors(terms)
    busy = factors[factors > 0]
    came = drawn.volume[:, None] * drawn.months
    least, most = min(came.min(), drawn.volume.min()), max(came.max(), drawn.volume.max())
    levels = np.linspace(least * factors.min(), most * factors.max(), _SIZED)
    times = np.linspace(drawn.aht.min(), drawn.aht.max(), _TIMES)
    sized = drawn.volume * drawn.aht
    served = np.linspace(sized.min() * busy.min(), sized.max() * busy.max(), _SERVED)
    return _Known(
        terms,
        float(sizing.efficiency),
        prices["rate"].to_numpy(),
        factors,
        weeks_by_level(terms, np.append(levels, factors), np.append(times, 1.0)),
        service_by_load(terms, np.append(served, busy)),
    )


def _still(terms: Terms) -> Draws:
    """Return one future in which all comes as quoted."""
    one = np.ones(1)
    return Draws(one, one, one, one, one, np.ones((1, len(terms.term.calendar))))


def _blocks(drawn: Draws) -> Iterator[Draws]:
    for first in range(0, len(drawn.volume), _BLOCK):
        yield Draws(**{name: values[first : first + _BLOCK] for name, values in vars(drawn).items()})


def _measures(
    known: _Known, drawn: Draws, chance: np.random.Generator | None = None
) -> dict[tuple[int, str], np.ndarray]:
    """Return each measure (draws,) by the method's place, 0 for all of them; see `fees_of` for `chance`."""
    terms = known.terms
    staffed, aht = drawn.volume[:, None] * known.factors, drawn.aht[:, None]
    in_time, answered = known.service.at(staffed * aht, drawn.months)
    as_sized = known.service.at(staffed * aht, np.ones(1))[1]
    weeks = known.weeks.at(staffed, aht)
    calls = known.weeks.at(staffed * drawn.months, aht)["calls"]
    # In a month without calls nothing is handled, be it 0 times anything.
    more = np.divide(calls, weeks["calls"], out=np.ones_like(calls), where=calls > 0) * answered / as_sized
    weeks |= {"calls": calls} | {name: weeks[name] * more for name in ("handled", "handling_h")}
    made = future(weeks, terms, known.efficiency, shrinkage=drawn.shrinkage, attrition=drawn.attrition)
    costs = costs_of(made.months, terms, wages=drawn.wages)
    found: dict[tuple[int, str], np.ndarray] = {}
    if np.isfinite(in_time).any():
        found[0, "service_level"] = (in_time * calls).sum(axis=1) / calls.sum(axis=1)
    charged = fees_of(made.usage, terms, known.rates, chance)
    for n, (fees, cost) in enumerate(zip(charged, costs, strict=True), 1):
        revenue = fees.sum(axis=1)
        if terms.sla is not None and terms.billing[n - 1].method != "seat_rental":
            moved = [money.sum(axis=1) for money in settle(fees, in_time, terms.sla)]
            found[n, "credits"], found[n, "bonus"] = moved
            revenue = revenue - moved[0] + moved[1]
        earned = margin_of(revenue, cost)
        found[n, "profit"], found[n, "margin"] = earned.profit, earned.margin
    return found


def _chance(measure: str, values: np.ndarray, terms: Terms) -> float:
    if measure in ("credits", "bonus"):
        return float((values > 0).mean())
    goal = terms.standard.target.service_level if measure == "service_level" else 0.0
    return float((values < (goal or 0.0)).mean())
