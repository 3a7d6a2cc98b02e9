"""The build-up as a table, and its summary over the term."""

import numpy as np
import pandas as pd

from callplan.tables import QUOTE_COST_SUMMARY, QUOTE_COSTS, check
from quoting.cost.items import build_up
from quoting.terms.terms import Terms


def cost(months: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """Return what the service costs, a table `QUOTE_COSTS`: a row for each line and month.

    `months` is a table `QUOTE_MONTHS`. Amounts are quantity × rate, in the quote's currency, not rounded
    and without tax, which is put on the price. See `build_up` for the lines and their conventions.
    """
    start = months["start"].to_numpy()
    lines = [
        pd.DataFrame(
            {
                "step": step,
                "start": start,
                "line": item.line,
                "group": item.group,
                "quantity": item.quantity,
                "unit": item.unit,
                "rate": item.rate,
                "amount": item.amount,
            }
        )
        for step, item in enumerate(build_up(months, terms), 1)
    ]
    return check(pd.concat(lines, ignore_index=True), QUOTE_COSTS)


def cost_summary(costs: pd.DataFrame) -> pd.DataFrame:
    """Return what a table `QUOTE_COSTS` comes to over the term, a table `QUOTE_COST_SUMMARY`.

    Each line, each group and the total have a row of their own, with the share of all cost.
    """
    lines = costs.groupby("step", as_index=False).agg(
        name=("line", "first"), group=("group", "first"), amount=("amount", "sum")
    )
    groups = (
        costs.groupby("group", sort=False, as_index=False)["amount"].sum().rename(columns={"group": "name"})
    )
    whole = pd.DataFrame({"name": ["total"], "amount": [costs["amount"].sum()]})
    parts = [
        part.assign(by=by, step=np.arange(1, len(part) + 1))
        for by, part in (("line", lines), ("group", groups), ("total", whole))
    ]
    found = pd.concat(parts, ignore_index=True)
    found["share"] = found["amount"] / found["amount"].iloc[-1]
    return check(found, QUOTE_COST_SUMMARY)
