"""Actual against quoted, month by month, and what explains the difference."""

from itertools import pairwise
from math import nan

import numpy as np
import pandas as pd

from callplan.errors import Refused
from callplan.tables import ACTUALS, QUOTE_ACTUAL, check

_MEASURES = ("calls", "handled", "aht_s", "seats", "paid_h", "cost", "revenue", "profit")
_EFFECTS = ("by_volume", "by_aht", "by_hours", "by_wage")


def quoted_by_month(months: pd.DataFrame, costs: pd.DataFrame, fees: np.ndarray) -> pd.DataFrame:
    """Return the quote by month as `against` takes it: `QUOTE_MONTHS` with columns cost and revenue.

    `costs` is a table `QUOTE_COSTS`, `fees` what each month is charged, shape (months,).
    """
    cost = costs.groupby("start")["amount"].sum()
    return months.assign(cost=months["start"].map(cost), revenue=fees)


def against(quote_months: pd.DataFrame, actual: pd.DataFrame) -> pd.DataFrame:
    """Return actual against quoted for the months of `actual`, a table `QUOTE_ACTUAL`.

    `quote_months` has start, calls, handled, aht_s, seats, paid_h, cost and revenue; see
    `quoted_by_month`. `actual` is a table `ACTUALS`, read by `callplan.tables.read(path, ACTUALS)`.

    Paid hours are calls × AHT × hours paid for an hour of work, and cost is hours × cost of an hour. One
    after the other becomes the actual one, in this order: what each step adds is its effect, and they add
    up to the difference. So fixed cost spread over more calls shows as a cheaper hour. Where a month was
    quoted, or came, without a call or an hour, its difference is not taken apart.

    Raises `Refused` for a month that was not quoted, and for calls without a handling time.

    Ten per cent more calls, as long as quoted, in proportionally more hours, each 2% dearer:

    >>> quoted = pd.DataFrame({"start": [pd.Timestamp("2027-01-01")], "calls": 1000, "handled": 980,
    ...                        "seats": 5, "aht_s": 240, "paid_h": 100, "cost": 2000, "revenue": 2400})
    >>> came = pd.DataFrame({"month": ["2027-01-01"], "calls": 1100, "aht_s": 240, "paid_h": 110,
    ...                      "cost": 2244, "revenue": 2600})
    >>> found = against(quoted, came)
    >>> cost = found[found["measure"] == "cost"].iloc[0]
    >>> [round(float(cost[name])) for name in ("difference", "by_volume", "by_aht", "by_hours", "by_wage")]
    [244, 200, 0, 0, 44]
    """
    actual = check(actual, ACTUALS, "actual")
    starts = pd.to_datetime(quote_months["start"]).tolist()
    rows = []
    for _, came in actual.iterrows():
        month = f"{came['month']:%Y-%m-%d}"
        if came["month"] not in starts:
            do = "give the first day of one that was quoted"
            raise Refused("actual, column month", f"{month} is not a month of the quote", do)
        if came["calls"] > 0 and came["aht_s"] == 0:
            raise Refused(f"actual, {month}, column aht_s", "calls of 0 s", "give their handling time")
        rows += _month(quote_months.iloc[starts.index(came["month"])], came)
    return check(pd.DataFrame(rows), QUOTE_ACTUAL)


def _month(quoted: pd.Series, came: pd.Series) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    both = [_with_profit(quoted), _with_profit(came)]
    effects = _effects(*both)
    for step, measure in enumerate(_MEASURES, 1):
        was, is_now = (values.get(measure, nan) for values in both)
        row = {"start": came["month"], "step": step, "measure": measure, "quoted": was, "actual": is_now}
        rows.append({**row, "difference": is_now - was, **effects.get(measure, dict.fromkeys(_EFFECTS, nan))})
    return rows


def _with_profit(month: pd.Series) -> dict[str, float]:
    values = {name: float(month[name]) for name in _MEASURES if name in month}
    return {**values, "profit": values["revenue"] - values["cost"]}


def _effects(was: dict[str, float], is_now: dict[str, float]) -> dict[str, dict[str, float]]:
    """Return what each effect adds to paid hours and to cost."""
    if min(was["calls"] * was["aht_s"], was["paid_h"], is_now["calls"], is_now["paid_h"]) <= 0:
        return {}
    volume = is_now["calls"] / was["calls"]
    longer = is_now["aht_s"] / was["aht_s"]
    hours = [was["paid_h"], was["paid_h"] * volume, was["paid_h"] * volume * longer, is_now["paid_h"]]
    per_h = was["cost"] / was["paid_h"]
    steps = {
        "paid_h": [*hours, is_now["paid_h"]],
        "cost": [was["cost"], *(h * per_h for h in hours[1:]), is_now["cost"]],
    }
    return {
        measure: {
            name: after - before for name, (before, after) in zip(_EFFECTS, pairwise(chain), strict=True)
        }
        for measure, chain in steps.items()
    }
