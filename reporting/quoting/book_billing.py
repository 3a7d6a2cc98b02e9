"""The sheet of billing methods: the rate that each asks for the same price, and what it leaves."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from reporting.quoting.book_cost import TIMES
from reporting.quoting.book_page import FIRST, GREY, TOTAL, Ledger, Page, letters
from reporting.quoting.book_ways import COUNT, Solved

# The lines of prices: the column of the table, what it is, how it is written, its formula. In braces are
# the cells of other lines of the same method. What has none here is a matter of the method.
_PRICE_OF = 'IF(price_basis="markup",{{cost}}*(1+{share}),{{cost}}/(1-{share}))'
_LINES = (
    ("rate", "Rate", "rate", ""),
    ("asked", "Price asked: cost at the markup or margin", "money", _PRICE_OF.format(share="price_rate")),
    ("revenue", "Revenue over the term", "money", ""),
    ("cost", "Cost over the term", "money", ""),
    ("profit", "Profit", "money", "{revenue}-{cost}"),
    ("margin", "Margin: profit / revenue", "share", 'IF({revenue}>0,{profit}/{revenue},"")'),
    ("markup", "Markup: profit / cost", "share", 'IF({cost}>0,{profit}/{cost},"")'),
    ("discounted_rate", "Rate less the discount", "rate", "{rate}*(1-discount)"),
    ("after_discount", "Revenue after discount", "money", "{revenue}*(1-discount)"),
    ("profit_after", "Profit after discount", "money", "{after_discount}-{cost}"),
    (
        "margin_after",
        "Margin after discount",
        "share",
        'IF({after_discount}>0,{profit_after}/{after_discount},"")',
    ),
    ("markup_after", "Markup after discount", "share", 'IF({cost}>0,{profit_after}/{cost},"")'),
    ("floor", "Floor price", "money", _PRICE_OF.format(share="price_floor")),
    ("above_floor", "Reaches the floor", "text", 'IF({after_discount}>={floor}*(1-1E-12),"yes","no")'),
    ("add_ons", "Add-ons", "money", ""),
    ("tax", "Tax", "money", "({after_discount}+{add_ons})*tax_rate"),
    ("with_tax", "With add-ons and tax", "money", "{after_discount}+{add_ons}+{tax}"),
)
_BOLD = {"rate", "revenue", "after_discount", "with_tax"}
_SPREAD = (
    ("revenue_sd", "Standard deviation of the revenue"),
    ("revenue_p10", "1 of 10 below"),
    ("revenue_p90", "9 of 10 below"),
)
_OF_A_RENTED_SEAT = ("term", "month", "seat_month")


def write_billing(
    ledger: Ledger,
    months: pd.DataFrame,
    prices: pd.DataFrame,
    fees: Sequence[np.ndarray],
    terms: Mapping[str, Any],
) -> None:
    """Write what each method asks at the same markup or margin, and its fees by month."""
    lead = (
        "Solved rates earn the price asked; a rate that was given shows what it leaves. Nothing is rounded."
    )
    page = Page(ledger, "Billing methods", lead, {0: 46, 1: 12, TOTAL: 18})
    page.sheet.set_column(FIRST, FIRST + max(len(ledger.months), len(prices)), 18)
    billings = [Solved(n, billing, months) for n, billing in enumerate(terms["billing"], 1)]
    _write_heads(page, billings, prices)
    first = page.row
    for column, (billing, row) in enumerate(
        zip(billings, prices.itertuples(index=False), strict=True), TOTAL
    ):
        _write_prices(page, column, first, _formulas(billing, terms["price"]), row, terms["price"])
    page.row = first
    for _, what, kind, _ in _LINES:
        page.cell(0, what)
        page.cell(1, {"share": "share", "text": ""}.get(kind, ledger.currency), font_color=GREY)
        page.row += 1
    if prices["revenue_sd"].notna().any():
        _write_chance(page, prices)
    page.head("Fees by month, before discount")
    page.months(freeze=False)
    top = page.row
    for billing, fee in zip(billings, fees, strict=True):
        for line in billing.lines(ledger.values[f"asked_{billing.n}"]):
            page.line(line.label, "", line.values, line.formula, name=line.name, kind="rate")
        page.line(billing.label, ledger.currency, fee, billing.fee, name=f"fee_{billing.n}", total="SUM")
    if page.row > top + len(billings):
        page.say(
            "The least candidate earns the price: months lift off their least fee one after the other.",
            font_color=GREY,
        )


def _write_heads(page: Page, billings: Sequence[Solved], prices: pd.DataFrame) -> None:
    """Write a column's heading for each method: what it is called, what it charges, what one rate is for."""
    wrapped: dict[str, Any] = {"text_wrap": True, "valign": "top", "align": "right", "indent": 1}
    bands: tuple[tuple[int, list[str], dict[str, Any]], ...] = (
        (18, [billing.label for billing in billings], {"bold": True}),
        (80, prices["what"], {"font_color": GREY, "font_size": 9}),
        (30, [f"rate of each {unit}" for unit in prices["rate_unit"]], {"bottom": 1}),
    )
    for height, texts, dress in bands:
        page.sheet.set_row(page.row, height)
        page.cell(0, "", **dress)
        page.cell(1, "", **dress)
        for column, text in enumerate(texts, TOTAL):
            page.cell(column, text, **wrapped, **dress)
        page.row += 1
    page.sheet.freeze_panes(page.row, TOTAL)


def _write_prices(
    page: Page, column: int, first: int, formulas: Mapping[str, str], row: Any, price: Mapping[str, Any]
) -> None:
    """Write one method's column: the rate, and what is left of its revenue before and after the discount."""
    markup = price["basis"] == "markup"
    asked = row.cost * (1 + price["rate"]) if markup else row.cost / (1 - price["rate"])
    at = {name: f"{letters(column)}{first + place}" for place, (name, *_) in enumerate(_LINES, 1)}
    for place, (name, _, kind, _) in enumerate(_LINES):
        page.row = first + place
        formula = f"={formulas[name].format(**at)}" if formulas[name] else ""
        value = asked if name == "asked" else getattr(row, name)
        page.cell(column, value, kind, formula, align="right", bold=name in _BOLD)
        page.name(f"{name}_{row.n}", page.row, column, value)


def _formulas(billing: Solved, price: Mapping[str, Any]) -> dict[str, str]:
    """Return the formula of each line for one method."""
    rental = billing.billing["method"] == "seat_rental"
    formulas = {name: formula for name, _, _, formula in _LINES} | {
        "rate": billing.rate[1:],
        "revenue": f"fee_{billing.n}_total",
        "cost": "place_cost_total*(1+contingency)" if rental else "cost_total",
        "add_ons": _add_ons(price["add_ons"], rental=rental),
    }
    if price["floor"] is None:
        formulas |= {"floor": "", "above_floor": ""}
    return formulas


def _add_ons(lines: Sequence[Mapping[str, Any]], *, rental: bool) -> str:
    """Return the fees of the add-on lines over the term; a rented seat takes those of places and months."""
    parts = []
    for n, line in enumerate(lines, 1):
        if rental and line["per"] not in _OF_A_RENTED_SEAT:
            continue
        times = {"term": "1", "month": COUNT}.get(line["per"], f"SUM({TIMES[line['per']]}_months)")
        parts.append(f"add_on_{n}*{times}")
    return "+".join(parts) or "0"


def _write_chance(page: Page, prices: pd.DataFrame) -> None:
    page.head("What chance alone does to a commission over the term (held)")
    for name, what in _SPREAD:
        page.cell(0, what)
        page.cell(1, page.ledger.currency, font_color=GREY)
        for column, value in enumerate(prices[name], TOTAL):
            page.cell(column, value, "money")
        page.row += 1
