"""What a quote says, in lines that a pricing team would say aloud."""

import numpy as np
import pandas as pd

from callplan.money import cents
from quoting.assumptions import text_of
from quoting.quote import Quote

_GOALS = {"asa_s": "ASA", "p_wait": "chance to wait", "abandoned": "abandonment"}


def summarise_quote(quote: Quote) -> list[str]:
    """Return a quote in plain lines: what it takes, what it costs and is charged, and how sure that is."""
    return [*_size(quote), *_money(quote), *_methods(quote), *_standard(quote)]


def _size(quote: Quote) -> list[str]:
    months, terms = quote.sizing.months, quote.terms
    busiest = months.loc[months["fte"].idxmax()]
    target = "" if quote.funnel else f", {terms.standard.target}"
    lines = [
        f"{terms.name}, for {terms.client}: {_volume(quote)}{target}.",
        f"{months['seats'].max():,.0f} seats ({months['agents'].max():,.0f} agents at the peak) and "
        f"{months['fte'].mean():,.1f} FTE on average, {busiest['fte']:,.1f} in {busiest['start']:%B %Y}; "
        f"{np.ceil(months['hires'].sum() - 1e-9):,.0f} hires over {len(months)} months.",
        f"Schedule efficiency {quote.sizing.efficiency.share:.1%}: {quote.sizing.efficiency.said}.",
    ]
    if quote.funnel is None:
        for row in quote.sizing.methods.iloc[:-1].to_dict("records"):
            lines.append(f"By {row['method']}: {row['seats']} seats. {row['reason']}.")
    else:
        plan = quote.funnel
        lines.append(
            f"The list lasts {plan.list_months:,.1f} months; in 8 of 10 months it gives {plan.sales_p10:,} "
            f"to {plan.sales_p90:,} sales."
        )
    return lines


def _volume(quote: Quote) -> str:
    """Say what was given of the volume, what of it reaches agents, and why the two differ."""
    traffic, mean = quote.terms.traffic, quote.sizing.months["calls"].mean()
    if quote.funnel:
        return f"{mean:,.0f} records a month"
    if traffic.history:
        known = quote.sizing.figures.query("item == 'calls_a_week' and used == 'yes'")
        given = f"{known['value'].iloc[0]:,.0f} calls a week by our forecast"
    else:
        given = f"{text_of(traffic.calls)} calls a {traffic.per} given"
    steps = quote.sizing.workload
    moved = steps["calls"].diff().abs() > 1e-6 * steps["calls"].max()
    why = [line.partition(":")[0] for line in steps.loc[moved, "line"]]
    why += ["growth"] if traffic.growth_a_year else []
    why += ["unlike months"] if traffic.months or traffic.peak_month else []
    if ", " in steps["line"].iloc[0]:
        why.insert(0, "outside the opening hours")
    reasons = f" ({', '.join(why)})" if why else ""
    return f"{given}; {mean:,.0f} a month reach agents in a mean month of the term{reasons}"


def _money(quote: Quote) -> list[str]:
    price, currency = quote.terms.price, quote.terms.currency
    cost = float(quote.costs["amount"].sum())
    asked = f"{cents(price.of(cost)):,.2f} at a {price.basis} of {100 * price.rate:.4g}%"
    less = cents(price.of(cost) * (1 - price.discount))
    off = f", {less:,.2f} less the discount of {100 * price.discount:.4g}%" if price.discount else ""
    return [f"Cost {cents(cost):,.2f} {currency} over the term; price {asked}{off}, without tax."]


def _methods(quote: Quote) -> list[str]:
    """Say the rate of each billing method, the margin that one given leaves, and what chance makes of it."""
    of = quote.margin.set_index(["n", "measure"])
    lines = []
    for row in quote.prices.to_dict("records"):
        margin = row["margin_after"]
        left = ", which earns nothing" if np.isnan(margin) else f", which leaves a margin of {margin:.1%}"
        unit = row["rate_unit"].replace("call", "record") if quote.funnel else row["rate_unit"]
        below = ", BELOW THE FLOOR" if row["above_floor"] == "no" else ""
        # A rate for a minute or a call may be far below one unit of money.
        rate = f"{row['rate']:,.4f}" if row["rate"] < 10 else f"{cents(row['rate']):,.2f}"
        low, high = of.loc[(row["n"], "margin"), ["p10", "p90"]]
        span = "" if np.isnan(low) else f"in 8 of 10 futures a margin of {low:.1%} to {high:.1%}, "
        method = row["method"].replace("_", " ").replace("fte", "FTE")
        lines.append(
            f"{row['n']}. {method}: {rate} per {unit}, {row['rate_is']}"
            f"{left if row['rate_is'] == 'given' else ''}{below}; {span}"
            f"a loss in {of.loc[(row['n'], 'profit'), 'chance']:.1%} of all futures."
        )
    return lines


def _standard(quote: Quote) -> list[str]:
    """Say which goal binds, and what other service levels would cost."""
    if quote.goals is None or quote.ladder is None:
        return []
    lines, currency = [], quote.terms.currency
    binding = quote.goals.loc[quote.goals["binds"] == "yes", "goal"].tolist()
    if binding:
        words = " and ".join(_GOALS.get(goal, goal.replace("_", " ")) for goal in binding)
        lines.append(f"The goal that binds: {words}.")
    relaxed: pd.DataFrame = quote.goals[(quote.goals["case"] == "relaxed") & (quote.goals["saved"] > 0)]
    lines += [
        f"Relaxed to {row['target']} the price falls by {row['saved']:,.0f} {currency}, "
        f"{row['saved_share']:.1%} of it."
        for row in relaxed.to_dict("records")
    ]
    ladder = ", ".join(f"{row.goal} {row.price:,.0f}" for row in quote.ladder.itertuples(index=False))
    return [*lines, f"Price by service level alone: {ladder} {currency}."]
