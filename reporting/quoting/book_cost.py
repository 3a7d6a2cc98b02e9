"""The sheet of the cost build-up: a line each, by month, and what the groups and all come to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from reporting.quoting.book_page import TOTAL, Ledger, Page
from reporting.sheets import RED

# What a line of the user's own is multiplied by in a month.
TIMES = {
    "term": "1/COUNT(seats_months)", "month": "1", "seat_month": "seats", "fte_month": "fte", "hire": "hires",
    "call": "handled", "paid_h": "paid_h",
}  # fmt: skip
_COLOURS = ("#0072B2", "#56B4E9", "#009E73", "#E69F00", "#CC79A7", "#5F6670", "#D55E00")


def write_cost(ledger: Ledger, costs: pd.DataFrame, cost: Mapping[str, Any]) -> None:
    """Write the build-up; `cost` is the table `[cost]` of the terms, as plain values."""
    lead = f"In {ledger.currency}, without tax; every figure comes from Assumptions and Seats and FTE."
    page = Page(ledger, "Cost build-up", lead)
    _write_wages(page, cost["wages"])
    page.months()
    first = page.row + 1
    groups: dict[str, list[int]] = {}
    for (_, line), formula in zip(costs.groupby("step"), _formulas(cost, first), strict=True):
        group = line["group"].iloc[0]
        row = page.line(_capital(line["line"].iloc[0]), group, line["amount"], formula, total="SUM")
        groups.setdefault(group, []).append(row + 1)
    in_all = costs.groupby("start")["amount"].sum()
    formula = f"=SUM({{here}}{first}:{{here}}{page.row})"
    page.line("Cost", ledger.currency, in_all, formula, name="cost", total="SUM", bold=True)
    _write_groups(page, groups, costs.groupby(["group", "start"])["amount"].sum())


def _write_wages(page: Page, wages: Sequence[Mapping[str, Any]]) -> None:
    """Write what comes of all wages, and the sum of their shares, which a reviewer may upset."""
    mean = sum(wage["share"] * wage["per_h"] for wage in wages)
    numbers = range(1, len(wages) + 1)
    page.cell(0, "Mean wage of an hour")
    page.cell(TOTAL, mean, "rate", "=" + "+".join(f"wage_{n}_share*wage_{n}_per_h" for n in numbers))
    page.name("mean_wage_per_h", page.row, TOTAL, mean)
    page.row += 1
    page.cell(0, "Shares of all wages: 100%, or the cost is wrong")
    formula = "=" + "+".join(f"wage_{n}_share" for n in numbers)
    page.cell(TOTAL, sum(wage["share"] for wage in wages), "share", formula)
    wrong = {"type": "cell", "criteria": "not between", "minimum": 1 - 1e-6, "maximum": 1 + 1e-6}
    page.sheet.conditional_format(
        page.row, TOTAL, page.row, TOTAL, {**wrong, "format": page.ledger.formats(**RED)}
    )
    page.row += 2


def _write_groups(page: Page, groups: Mapping[str, Sequence[int]], amounts: pd.Series) -> None:
    """Write what each group comes to, the rows of its lines being known, and draw the groups stacked."""
    page.head("By group")
    chart = page.ledger.book.add_chart({"type": "column", "subtype": "stacked"})
    for (group, rows), colour in zip(groups.items(), _COLOURS, strict=False):
        formula = f"=SUM({{here}}{rows[0]}:{{here}}{rows[-1]})"
        label, name = _capital(group), f"{group.replace('-', '_')}_cost"
        row = page.line(label, page.ledger.currency, amounts[group], formula, name=name, total="SUM")
        chart.add_series(page.series(label, row, fill={"color": colour}, gap=40))
    shares = ", ".join(f"{group} {amounts[group].sum() / amounts.sum():.0%}" for group in groups)
    page.chart(chart, "Cost by group", page.ledger.currency, f"Cost by month, stacked: {shares}.")


def _formulas(cost: Mapping[str, Any], top: int) -> Iterator[str]:
    """Give the formula of each line in the order of the build-up; the first stands in the row `top`."""
    wages = len(cost["wages"])
    yield from (f"=paid_h*wage_{n}_share*wage_{n}_per_h" for n in range(1, wages + 1))
    yield "=training_h*mean_wage_per_h"
    yield "=ramp_lost_h*mean_wage_per_h"
    yield from (
        f"=paid_h*{band}_share*mean_wage_per_h*{band}_premium" for band in ("night", "weekend", "holiday")
    )
    burdened = top + wages + 4
    yield f"=SUM({{here}}{top}:{{here}}{burdened})*burden"
    yield "=hires*recruiting_per_hire"
    yield "=hires*training_per_hire"
    yield "=leaders*leader_per_month"
    yield "=support*support_per_month"
    yield "=seats*seat_per_month"
    yield "=seats*licence_per_seat_month"
    yield "=handling_h*60*telecom_per_min"
    yield "=setup/COUNT(seats_months)"
    for n, line in enumerate(cost["lines"], 1):
        yield f"=cost_line_{n}*{TIMES[line['per']]}"
    before = burdened + 9 + len(cost["lines"])
    yield f"=SUM({{here}}{top}:{{here}}{before})*contingency"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
