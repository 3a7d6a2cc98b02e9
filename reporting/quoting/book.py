"""A quote as a workbook that a reviewer can change: live formulas, each with the number of the code."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from reporting.quoting.book_assumptions import write_assumptions
from reporting.quoting.book_billing import write_billing
from reporting.quoting.book_cost import write_cost
from reporting.quoting.book_page import Ledger
from reporting.quoting.book_people import write_hiring, write_people
from reporting.quoting.book_pool import write_pool
from reporting.quoting.book_risk import write_changes, write_ladder, write_sensitivity
from reporting.quoting.book_summary import write_summary
from reporting.quoting.book_volume import BY_VOLUME, write_by_volume, write_requirement, write_volume
from reporting.sheets import new_book

SHEETS = (
    "Summary", "Assumptions", "Volume", "Requirement", "Seats and FTE", "Cost build-up", "Billing methods",
    "Sensitivity", "Service-level ladder", "Hiring plan", "Portfolio", "Change log", BY_VOLUME,
)  # fmt: skip


def write_quote_book(
    path: str | Path,
    *,
    title: str,
    terms: Mapping[str, Any],
    assumptions: pd.DataFrame,
    efficiency: float,
    months: pd.DataFrame,
    by_volume: Mapping[str, np.ndarray],
    workload: pd.DataFrame,
    methods: pd.DataFrame,
    requirement: pd.DataFrame,
    costs: pd.DataFrame,
    prices: pd.DataFrame,
    fees: Sequence[np.ndarray],
    tornado: pd.DataFrame,
    two_way: pd.DataFrame,
    margin: pd.DataFrame,
    break_even: pd.DataFrame,
    ladder: pd.DataFrame | None = None,
    goals: pd.DataFrame | None = None,
    figures: pd.DataFrame | None = None,
    growth: pd.DataFrame | None = None,
    benefit: pd.DataFrame | None = None,
    pool: Mapping[str, pd.DataFrame] | None = None,
    conventions: Sequence[str] = (),
) -> None:
    """Write a quote as one Excel workbook; the same input gives the same bytes.

    `terms` are those of the quote as plain nested values, `efficiency` that of its schedule. The frames are
    tables of `callplan.tables`: assumptions QUOTE_ASSUMPTIONS, months QUOTE_MONTHS, workload QUOTE_WORKLOAD,
    methods SIZING_METHODS, requirement QUOTE_REQUIREMENT, costs QUOTE_COSTS, prices QUOTE_PRICES, tornado
    TORNADO, two_way TWO_WAY, margin QUOTE_MARGIN, break_even BREAK_EVEN, ladder SERVICE_LADDER, goals
    BINDING_GOALS, figures QUOTE_FIGURES, growth QUOTE_GROWTH, benefit QUOTE_BENEFIT, and in `pool` those of
    a portfolio, by the names of their tables. An outbound quote has no ladder and no
    goals. `by_volume` has `changes` (shares, ascending, 0 among them)
    and, changes × months, `agent_h`, `agents`, `calls`, `handled`, `handling_h`, `night_share` and
    `weekend_share`. `fees` are money by method and month. `conventions` are sentences for the Summary.

    Volume, rates, wages, premiums, shrinkage, attrition, training, spans, discount, tax and profit are cells
    that formulas follow; what was sized or drawn by chance is held, and says so.
    """
    with new_book(path, title) as book:
        for name in SHEETS:
            if name != "Portfolio" or pool:
                book.add_worksheet(name)
        starts = pd.DatetimeIndex(months["start"]).date
        ledger = Ledger(book, list(starts), terms["currency"])
        write_assumptions(ledger, assumptions, efficiency, figures)
        write_by_volume(ledger, by_volume)
        write_volume(ledger, months, by_volume, workload)
        write_requirement(ledger, requirement)
        write_people(ledger, months, methods, support=terms["staff"]["support_span"] is not None)
        write_cost(ledger, costs, terms["cost"])
        write_billing(ledger, months, prices, fees, terms)
        write_sensitivity(ledger, tornado, two_way, margin, break_even, growth)
        write_ladder(ledger, ladder, goals)
        write_hiring(ledger, months)
        if pool:
            write_pool(ledger, pool)
        write_changes(ledger, terms["changes"], terms["by"], terms["date"])
        write_summary(ledger, title, terms, prices, margin, goals, benefit, conventions)
