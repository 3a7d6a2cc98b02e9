"""One thing at a time, or two: what the quote earns at its rates if they come otherwise."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd

from callplan.tables import TORNADO, TWO_WAY, check
from quoting.billing import margin_of
from quoting.risk.futures import costs_of, fees_of, future
from quoting.risk.weeks import weeks_by_level
from quoting.sizing import Sizing, month_factors
from quoting.terms.terms import Terms

DRIVERS = ("volume", "aht", "shrinkage", "attrition", "wages")
CHANGES = (-0.2, -0.1, 0.1, 0.2)
BESIDE_VOLUME = ("aht", "shrinkage")


def tornado(
    sizing: Sizing, prices: pd.DataFrame, terms: Terms, changes: Sequence[float] = CHANGES
) -> pd.DataFrame:
    """Return what each billing method earns if one thing differs, a table `TORNADO`.

    The rates are those of `prices` (table `QUOTE_PRICES`), held. Each change is a share of the figure itself:
    10% more of a shrinkage of 30% is 33%. Staff follow: the week is sized anew at the changed volume or
    handling time, the schedule efficiency stays. Wages are those of agents, attrition is that of a month.
    Credits and bonus are left out, since a team sized anew meets its goals. Drivers are ranked by their
    widest effect on the profit of each method.

    >>> from quoting.billing import prices
    >>> from quoting.cost import cost
    >>> from quoting.sizing import Efficiency, size
    >>> from quoting.terms.template import DEMO_OUTBOUND
    >>> terms = Terms.from_toml(DEMO_OUTBOUND)
    >>> sizing = size(terms, Efficiency(0.9))
    >>> table = prices(sizing.months, cost(sizing.months, terms), terms)
    >>> bars = tornado(sizing, table, terms, changes=[-0.1, 0.1])
    >>> sorted(bars["driver"].unique())
    ['aht', 'attrition', 'shrinkage', 'volume', 'wages']
    """
    cases = [{}, *({driver: change} for driver, change in product(DRIVERS, changes))]
    table = _earned(cases, sizing, prices, terms)
    quoted = table[table["driver"] == ""].set_index("n")["profit"]
    table["effect"] = table["profit"] - table["n"].map(quoted)
    table = table[table["driver"] != ""]
    widest = table["effect"].abs().groupby([table["n"], table["driver"]], sort=False).max()
    ranks = widest.groupby("n").rank(method="first", ascending=False).rename("rank")
    return check(table.join(ranks, on=["n", "driver"]).drop(columns="volume"), TORNADO)


def two_way(
    sizing: Sizing,
    prices: pd.DataFrame,
    terms: Terms,
    changes: Sequence[float] = (-0.2, -0.1, 0.0, 0.1, 0.2),
) -> pd.DataFrame:
    """Return what each billing method earns if the volume and one thing more differ, a table `TWO_WAY`.

    The other is the handling time or the shrinkage; all else as in `tornado`.
    """
    cases = [
        {"volume": volume, driver: change}
        for driver, volume, change in product(BESIDE_VOLUME, changes, changes)
    ]
    table = _earned(cases, sizing, prices, terms)
    return check(table.drop(columns=["revenue", "cost"]), TWO_WAY)


def _earned(
    cases: Sequence[dict[str, float]], sizing: Sizing, prices: pd.DataFrame, terms: Terms
) -> pd.DataFrame:
    """Return what each case comes to by method; `driver` is the last thing that a case names."""
    factors = 1 + pd.DataFrame(cases, columns=list(DRIVERS)).fillna(0.0)
    said = pd.DataFrame(
        {
            "volume": [case.get("volume", 0.0) for case in cases],
            "driver": [next(reversed(case), "") for case in cases],
            "change": [next(reversed(case.values()), 0.0) for case in cases],
        }
    )
    tables = [
        _priced(said.loc[rows.index], rows, sizing, prices, terms)
        for _, rows in factors.groupby("aht", sort=False)
    ]
    return pd.concat(tables, ignore_index=True).sort_values("n", kind="stable", ignore_index=True)


def _priced(
    said: pd.DataFrame, factors: pd.DataFrame, sizing: Sizing, prices: pd.DataFrame, terms: Terms
) -> pd.DataFrame:
    """Return the cases of one handling time by method."""
    of = {name: factors[name].to_numpy() for name in DRIVERS}
    levels = np.multiply.outer(of["volume"], month_factors(terms))
    weeks = weeks_by_level(terms, levels, of["aht"]).at(levels, of["aht"][:, None])
    came = future(weeks, terms, sizing.efficiency, shrinkage=of["shrinkage"], attrition=of["attrition"])
    costs = costs_of(came.months, terms, wages=of["wages"])
    charged = fees_of(came.usage, terms, prices["rate"])
    tables = []
    for n, (billing, cost, by_month) in enumerate(zip(terms.billing, costs, charged, strict=True), 1):
        earned = margin_of(revenue := by_month.sum(axis=-1), cost)
        figures = {"revenue": revenue, "cost": cost, "profit": earned.profit, "margin": earned.margin}
        tables.append(said.assign(n=n, method=billing.method, **figures))
    return pd.concat(tables)
