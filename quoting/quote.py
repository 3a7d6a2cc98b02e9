"""A quote worked out: terms -> seats and hours -> cost -> price, and what may come otherwise."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from quoting.assumptions import assumptions
from quoting.benefit import benefit
from quoting.billing import fees, prices, usage_of
from quoting.cost import cost, cost_summary
from quoting.outbound import OutboundPlan, outbound_plan
from quoting.risk import (
    binding_goal,
    break_even,
    drawn_how,
    growth,
    service_ladder,
    simulate_margin,
    tornado,
    two_way,
)
from quoting.sizing import Sizing, size
from quoting.terms.terms import Terms

Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Quote:
    """A quote: what it rests on, what it takes, what it costs, how it is charged, and how sure that is.

    The tables are those of `callplan.tables`: `assumptions` QUOTE_ASSUMPTIONS, `costs` QUOTE_COSTS, `prices`
    QUOTE_PRICES, `benefit` QUOTE_BENEFIT, `tornado` TORNADO, `two_way` TWO_WAY, `margin` QUOTE_MARGIN,
    `break_even` BREAK_EVEN, `growth` QUOTE_GROWTH; of an inbound quote `ladder` SERVICE_LADDER and `goals`
    BINDING_GOALS, of an outbound one its `funnel`. `fees` are what each billing method charges by month,
    before discount. Money is in the quote's currency, not rounded.
    """

    terms: Terms
    sizing: Sizing
    assumptions: pd.DataFrame = field(repr=False)
    costs: pd.DataFrame = field(repr=False)
    prices: pd.DataFrame = field(repr=False)
    fees: tuple[np.ndarray, ...] = field(repr=False)
    benefit: pd.DataFrame = field(repr=False)
    tornado: pd.DataFrame = field(repr=False)
    two_way: pd.DataFrame = field(repr=False)
    margin: pd.DataFrame = field(repr=False)
    break_even: pd.DataFrame = field(repr=False)
    growth: pd.DataFrame | None = field(repr=False)
    ladder: pd.DataFrame | None = field(repr=False)
    goals: pd.DataFrame | None = field(repr=False)
    funnel: OutboundPlan | None = field(repr=False)
    seed: int = 0

    @property
    def conventions(self) -> tuple[str, ...]:
        """The conventions that the numbers follow, a sentence or two each."""
        return (*self.sizing.conventions, drawn_how(self.terms, self.sizing.doubt))

    def headline(self) -> dict[str, float]:
        """Return the figures that stand for the quote; prices are those of its first billing method."""
        months, first = self.sizing.months, self.prices.iloc[0]
        return {
            "calls a month": float(months["calls"].mean()),
            "agents at the peak": float(months["agents"].max()),
            "seats": float(months["seats"].max()),
            "FTE, mean of the months": float(months["fte"].mean()),
            "FTE, most": float(months["fte"].max()),
            "hires over the term": float(months["hires"].sum()),
            "schedule efficiency": self.sizing.efficiency.share,
            "cost over the term": float(self.costs["amount"].sum()),
            "price over the term": float(first["after_discount"]),
            "price a handled call": float(first["after_discount"] / months["handled"].sum()),
            "profit over the term": float(first["profit_after"]),
            "margin": float(first["margin_after"]),
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table of the quote by name."""
        found = {
            "assumptions": self.assumptions,
            "figures": self.sizing.figures,
            "workload": self.sizing.workload,
            "week": self.sizing.week,
            "requirement": self.sizing.requirement,
            "methods": self.sizing.methods,
            "months": self.sizing.months,
            "costs": self.costs,
            "cost_summary": cost_summary(self.costs),
            "prices": self.prices,
            "benefit": self.benefit,
            "tornado": self.tornado,
            "two_way": self.two_way,
            "margin": self.margin,
            "break_even": self.break_even,
            "growth": self.growth,
            "ladder": self.ladder,
            "goals": self.goals,
            "funnel": None if self.funnel is None else self.funnel.funnel,
        }
        return {name: table for name, table in found.items() if table is not None}


def quote(terms: Terms, *, seed: int = 0, progress: Progress | None = None) -> Quote:
    """Work out a quote from its terms: seats, hours and people, cost, price by billing method, and risk.

    `progress` is told what is being done. The same terms and seed give the same quote. Raises `Refused` where
    the terms cannot be met: no rate earns the price, a list is too short, no shift fits the opening hours.

    >>> from quoting.terms.template import DEMO_OUTBOUND
    >>> found = quote(Terms.from_toml(DEMO_OUTBOUND))
    >>> bool((found.prices["margin"] > 0).all()), "funnel" in found.tables(), found.ladder is None
    (True, True, True)
    """
    tell = progress or (lambda _: None)
    inbound = Terms.expect(terms, "terms").direction.way == "inbound"
    # A list that is too short is refused before the work.
    funnel = None if inbound else outbound_plan(terms)
    sizing = size(terms, progress=progress)
    tell("cost and prices")
    costs = cost(sizing.months, terms)
    priced = prices(sizing.months, costs, terms)
    first = priced.iloc[0]
    tell("what may come otherwise")
    return Quote(
        terms=terms,
        sizing=sizing,
        assumptions=assumptions(terms),
        costs=costs,
        prices=priced,
        fees=_fees(terms, sizing, priced),
        benefit=benefit(sizing.months, terms, float(first["after_discount"] + first["add_ons"])),
        tornado=tornado(sizing, priced, terms),
        two_way=two_way(sizing, priced, terms),
        margin=simulate_margin(sizing, priced, terms, seed=seed),
        break_even=break_even(sizing, priced, terms),
        growth=growth(sizing, terms) if inbound else None,
        ladder=service_ladder(sizing, terms) if inbound else None,
        goals=binding_goal(sizing, terms) if inbound else None,
        funnel=funnel,
        seed=seed,
    )


def _fees(terms: Terms, sizing: Sizing, priced: pd.DataFrame) -> tuple[np.ndarray, ...]:
    """Return what each billing method charges by month, before discount."""
    usage = usage_of(sizing.months, terms)
    return tuple(
        fees(billing, usage, float(rate)) for billing, rate in zip(terms.billing, priced["rate"], strict=True)
    )
