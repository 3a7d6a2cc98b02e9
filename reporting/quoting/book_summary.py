"""The first sheet: what the quote comes to now, what it was at hand-over, and the volume to try."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from reporting.quoting.book_page import GREY, INPUT, Column, Ledger, Page, in_words
from reporting.quoting.book_volume import BY_VOLUME

# What it is, its unit, its cell's name, how it is written.
_FIGURES = (
    ("Calls over the term", "calls", "calls_total", "count"),
    ("Calls handled over the term", "calls", "handled_total", "count"),
    ("Agents on the phones at the peak", "agents", "agents_total", "count"),
    ("Seats: positions at the peak, spare ones counted", "seats", "seats_total", "count"),
    ("Hours on the phones over the term", "h", "agent_h_total", "mean"),
    ("Paid hours over the term", "h", "paid_h_total", "mean"),
    ("FTE, mean of the months", "FTE", "fte_total", "fine"),
    ("Hires over the term", "people", "hires_total", "fine"),
    ("Cost over the term", "money", "cost_total", "money"),
    ("Price before discount", "money", "revenue_1", "money"),
    ("Price after discount", "money", "after_discount_1", "money"),
    ("Profit after discount", "money", "profit_after_1", "money"),
    ("Margin after discount", "share", "margin_after_1", "share"),
    ("Price with add-ons and tax", "money", "with_tax_1", "money"),
)
_NOW = ("Now", "As quoted", "Difference")
_RISK = ("profit", "margin", "credits", "bonus", "service_level")
_QUANTILES = ("1 of 10 below", "Half below", "9 of 10 below")
_QUANTILES = ("1 of 10 below", "Half below", "9 of 10 below")
_BENEFIT = (
    Column("measure", "In-house against outsourced (held)"),
    Column("unit", "Unit"),
    Column("in_house", "In-house", "fine"),
    Column("outsourced", "Outsourced", "fine"),
    Column("difference", "Difference", "fine"),
    Column("what", "How it is counted"),
)
_SHEETS = {
    "Assumptions": "every figure in a cell of its own, with unit, source and who said so",
    "Volume": "calls and hours by month",
    "Requirement": "agents by interval of a typical week, and the goal that fixed each number",
    "Seats and FTE": "from hours on the phones to seats, paid hours, FTE, heads and hires",
    "Cost build-up": "every line of cost by month",
    "Billing methods": "the rate that each way of charging asks, what it leaves, its fees by month",
    "Sensitivity": "what moves the profit, chances, break-even (held)",
    "Service-level ladder": "the price of each service level, and which goal binds (held)",
    "Hiring plan": "whole people by month",
    "Portfolio": "several clients on shared agents (held)",
    "Change log": "what was changed, by whom, and why",
    BY_VOLUME: "hours and agents at each volume from -30% to +30%, each sized anew",
}


def write_summary(
    ledger: Ledger,
    title: str,
    terms: Mapping[str, Any],
    prices: pd.DataFrame,
    margin: pd.DataFrame,
    goals: pd.DataFrame | None,
    benefit: pd.DataFrame | None,
    conventions: Sequence[str],
) -> None:
    """Write the summary; its numbers are those of the other sheets, which are written before it."""
    lead = (
        f"{terms['name']}, for {terms['client']}. All money in {ledger.currency}, without tax where not said."
    )
    page = Page(ledger, "Summary", lead, {0: 62, 1: 14, 2: 20, 3: 20, 4: 20, 5: 60}, title)
    _write_head(page, terms)
    rates = [
        (
            f"Rate of {row.n}. {in_words(row.method)}, each {row.rate_unit}",
            "money",
            f"rate_{row.n}",
            "rate",
        )
        for row in prices.itertuples(index=False)
    ]
    _write_figures(page, prices["method"].iloc[0], rates)
    _write_held(page, margin, goals)
    if benefit is not None:
        page.row += 1
        page.table(benefit.replace({"unit": {"money": ledger.currency}}), _BENEFIT)
    if conventions:
        page.head("How the numbers are counted")
        for line in conventions:
            page.paragraph(line, 5, 180)
    page.head("Sheets")
    link = ledger.formats(font_color="#0072B2", underline=1)
    for sheet, what in _SHEETS.items():
        if ledger.book.get_worksheet_by_name(sheet):
            page.sheet.write_url(page.row, 0, f"internal:'{sheet}'!A1", link, sheet)
            page.cell(1, what)
            page.row += 1


def _write_head(page: Page, terms: Mapping[str, Any]) -> None:
    first, last = page.ledger.months[0], page.ledger.months[-1]
    for label, said in (
        ("By", terms["by"]),
        ("Date", terms["date"]),
        ("Work from", first),
        ("To the month of", last),
        ("Months of work", len(page.ledger.months)),
    ):
        page.cell(0, label, font_color=GREY)
        kind = "day" if isinstance(said, dt.date) else "count" if isinstance(said, int) else "text"
        page.cell(1, said, kind, align="left")
        page.row += 1
    page.row += 1
    page.cell(0, "Cells of this colour may be changed", **INPUT)
    page.cell(1, "here and on the Assumptions; all sheets follow. The rest is locked, without a password.")
    page.row += 1
    page.cell(0, "Volume against the quote: a whole percent from -30% to +30%", bold=True)
    page.cell(1, 0.0, "change", bold=True, align="left", **INPUT)
    page.name("volume_change", page.row, 1, 0.0)
    rule = {
        "validate": "list",
        "source": "=volume_changes",
        "error_title": "Volume",
        "error_message": "A whole percent from -30% to +30%: these volumes were sized.",
    }
    page.sheet.data_validation(page.row, 1, page.row, 1, rule)
    page.row += 1


def _write_figures(page: Page, method: str, rates: list[tuple[str, str, str, str]]) -> None:
    """Write each figure now, at hand-over, and the difference; then whether any differs."""
    values = page.ledger.values
    page.head(f"What it comes to, charged by the first method: {in_words(method)}")
    page.top(
        (("", "text"), ("Unit", "text"), ("Now", "money"), ("As quoted", "money"), ("Difference", "money"))
    )
    first = page.row
    for label, unit, name, kind in (*_FIGURES, *rates):
        page.cell(0, label)
        page.cell(1, unit.replace("money", page.ledger.currency), font_color=GREY)
        page.cell(2, values[name], kind, f"={name}", bold=True)
        page.cell(3, values[name], kind)
        page.cell(4, 0.0, kind, f"=N(C{page.row + 1})-N(D{page.row + 1})")
        page.row += 1
    span = f"{first + 1}:{{}}{page.row}"
    far = f"SUMPRODUCT(--(ABS(E{span.format('E')})>1E-9*(1+ABS(D{span.format('D')}))))"
    page.cell(0, "Check: figures that differ from those of the program")
    page.cell(2, 0, "count", f"={far}", bold=True)
    page.cell(3, "as quoted", "text", f'=IF(C{page.row + 1}=0,"as quoted","changed")')
    page.name("figures_changed", page.row, 2, 0)
    page.sheet.conditional_format(
        page.row, 3, page.row, 3, {"type": "text", "criteria": "containing", "value": "changed",
                                   "format": page.ledger.formats(bg_color="#FFC7CE")}
    )  # fmt: skip
    page.row += 1


def _write_held(page: Page, margin: pd.DataFrame, goals: pd.DataFrame | None) -> None:
    """Write what chance does to the first method and to the service, and which goal binds."""
    first = margin[margin["n"] == 1]
    page.head(f"Chances, charged by the first method (held): {in_words(first['method'].iloc[0])}")
    page.top((("", "text"), ("Unit", "text"), *((head, "money") for head in _QUANTILES)))
    drawn = margin[margin["n"] <= 1].set_index("measure")
    for measure in (name for name in _RISK if name in drawn.index):
        kind = "share" if measure in ("margin", "service_level") else "money"
        page.cell(0, in_words(measure).capitalize())
        page.cell(1, "share" if kind == "share" else page.ledger.currency, font_color=GREY)
        for column, name in enumerate(("p10", "p50", "p90"), 2):
            page.cell(column, drawn.loc[measure, name], kind)
        page.row += 1
    binding = () if goals is None else goals.loc[goals["binds"] == "yes", "goal"].unique()
    if len(binding):
        page.row += 1
        page.cell(0, "Goal that binds (held)")
        page.cell(1, ", ".join(in_words(goal) for goal in binding))
        page.row += 1
