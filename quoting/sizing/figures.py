"""What is known of a quote's traffic, who says so, and which figure it rests on."""

from typing import Any

import numpy as np
import pandas as pd

from callplan.tables import QUOTE_FIGURES, check
from quoting.sizing.arrivals import arrivals, week_figure
from quoting.sizing.measured import measured
from quoting.terms.terms import Terms


def volume_doubt(terms: Terms) -> float:
    """Return one standard deviation of the volume, as a share: as given, or as the history's band says."""
    if terms.traffic.history and "doubt" not in terms.traffic.model_fields_set:
        return measured(terms).doubt
    return terms.traffic.doubt


def figures(terms: Terms) -> pd.DataFrame:
    """Return the figures of the traffic with kind, source and date (table `QUOTE_FIGURES`).

    A client's figure and our forecast stand beside each other and are never mixed: `used` says which of
    them the quote rests on. With a history that is our forecast of the volume; a handling time or a doubt
    that is given stands. Calls of a week are those of all hours that the figure counts. Busy-hour factors
    are for comparison: a quote rests on its intervals.
    """
    if terms.direction.outbound is not None:
        target, doubt = terms.direction.outbound.target_sales, terms.traffic.doubt
        sales = _said(terms, "direction.outbound.target_sales", "sales_a_month", target)
        rows = [sales, _said(terms, "traffic.doubt", "doubt", doubt)]
    else:
        rows = _of_calls(terms)
    table = pd.DataFrame(rows).dropna(subset="value").sort_values("item", kind="stable")
    return check(table.assign(n=np.arange(1, len(table) + 1)), QUOTE_FIGURES)


def _of_calls(terms: Terms) -> list[dict[str, Any]]:
    """Return what was said of the calls, and beside it what a history or a profile shows."""
    traffic, came = terms.traffic, arrivals(terms)
    seen = measured(terms) if traffic.history else None
    rows = []
    if traffic.calls is not None:
        week = week_figure(traffic, came.days)
        rows.append(_said(terms, "traffic.calls", "calls_a_week", week, used=seen is None))
    for item, used in (("aht_s", True), ("busy_hour_factor", False), ("doubt", True)):
        value = getattr(traffic, item)
        if value is not None and (item != "doubt" or seen is None or "doubt" in traffic.model_fields_set):
            rows.append(_said(terms, f"traffic.{item}", item, value, used=used))
    if seen is None:
        rows.append(_said(terms, "traffic.profile", "busy_hour_factor", came.busy_hour_factor, used=False))
    else:
        given = [row["item"] for row in rows if row["used"] == "yes"]
        source = f"{traffic.history} from {seen.first:%Y-%m-%d}"
        # A history that ends at midnight ends with the day before.
        last = seen.cutoff - pd.Timedelta(minutes=1)
        about = {"who": terms.by, "source": source, "date": f"{last:%Y-%m-%d}"}
        for item, kind, value in (
            ("calls_a_week", "our_forecast", seen.calls.sum()),
            ("aht_s", "measured", seen.aht_s),
            ("busy_hour_factor", "measured", came.busy_hour_factor),
            ("doubt", "our_forecast", seen.doubt),
        ):
            used = item not in (*given, "busy_hour_factor")
            rows.append(
                {"item": item, "kind": kind, "value": value, "used": "yes" if used else "no", **about}
            )
    return rows


def _said(terms: Terms, key: str, item: str, value: float, *, used: bool = True) -> dict[str, Any]:
    """Return a figure of the terms with what was said of it."""
    said = terms.said_of(key)
    day = None if said.date is None else f"{said.date:%Y-%m-%d}"
    about = {"kind": said.kind, "who": said.who or None, "source": said.source or None, "date": day}
    return {"item": item, "value": value, "used": "yes" if used else "no", **about}
