"""Price lists of what a client may ask for: other service levels, other volumes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from callplan.tables import QUOTE_GROWTH, SERVICE_LADDER, check
from erlang import Target
from quoting.risk.standards import sized, under
from quoting.sizing import Sizing
from quoting.terms.terms import Terms

GOALS = ("80/20", "90/20", "95/15", "98/15")


def service_ladder(sizing: Sizing, terms: Terms, goals: Sequence[str] = GOALS) -> pd.DataFrame:
    """Return the price of each service level (percent/seconds), a table `SERVICE_LADDER`.

    Each stands alone, in the place of all goals of the quote, counted by the quote's convention; schedule
    efficiency and all else stay. Prices are those of the cost at the quoted markup or margin, whatever the
    billing method, before a discount and without tax.

    Raises `Refused` for an outbound quote.

    >>> from quoting.sizing import Efficiency, size
    >>> from quoting.terms.template import DEMO_QUOTE
    >>> terms = Terms.from_toml(DEMO_QUOTE)
    >>> sizing = size(terms, Efficiency(0.9))
    >>> ladder = service_ladder(sizing, terms)
    >>> ladder["goal"].tolist(), bool(ladder["price"].is_monotonic_increasing)
    (['80/20', '90/20', '95/15', '98/15'], True)
    """
    convention = terms.standard.convention
    rows = [
        {
            "rung": rung,
            "goal": goal,
            "convention": convention,
            **sized(under(terms, Target.parse(goal, convention)), sizing.efficiency),
        }
        for rung, goal in enumerate(goals, 1)
    ]
    table = pd.DataFrame(rows)
    table["per_call"] = table["price"] / (table.pop("calls") * len(terms.term.calendar))
    table["more"] = table["price"] - table["price"].iloc[0]
    table["more_share"] = table["more"] / table["price"].iloc[0]
    return check(table, SERVICE_LADDER)


def growth(
    sizing: Sizing, terms: Terms, changes: Sequence[float] = (0.0, 0.1, 0.2, 0.3, 0.5, 1.0)
) -> pd.DataFrame:
    """Return seats, people and price if the volume grows by `changes`, a table `QUOTE_GROWTH`.

    Every interval is sized anew; seats grow by less than calls, as larger teams are busier.

    >>> from quoting.sizing import Efficiency, size
    >>> from quoting.terms.template import DEMO_QUOTE
    >>> terms = Terms.from_toml(DEMO_QUOTE)
    >>> sizing = size(terms, Efficiency(0.9))
    >>> growth(sizing, terms, [0.0, 0.2])["more_seats"].iloc[0]
    np.int64(0)
    """
    rows = [{"change": change, **sized(terms, sizing.efficiency, change)} for change in sorted(changes)]
    table = pd.DataFrame(rows)
    table["more_seats"] = table["seats"] - sizing.months["seats"].max()
    table["per_agent"] = np.divide(table["calls"], table["agent_h"])
    return check(table.drop(columns="cost"), QUOTE_GROWTH)
