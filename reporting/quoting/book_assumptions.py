"""The sheet of assumptions: one cell each, with its unit, what kind of figure it is, and who said so."""

import re
from typing import Any

import pandas as pd

from reporting.quoting.book_page import GREY, INPUT, Ledger, Page, kind_of
from reporting.words import missing

# Figures that formulas follow: key -> name in formulas, what it is, how it is written. `#` counts from 1.
LIVE = {
    "time_band.holidays_a_year": ("holidays_a_year", "Public holidays a year", "mean"),
    "other.special_training_h": ("special_training_h", "Special training of a hire", "mean"),
    "staff.shrinkage": ("shrinkage", "Shrinkage: paid time away from the phones", "share"),
    "staff.full_time_h": ("full_time_h", "Full-time week", "mean"),
    "staff.contract_h": ("contract_h", "Contract week of a head, the mean", "mean"),
    "staff.schedule_efficiency": ("schedule_efficiency", "Scheduled hours that the need can use", "share"),
    "staff.spare_seats": ("spare_seats", "Spare seats", "share"),
    "staff.attrition": ("attrition", "Attrition: leavers / mean heads", "share"),
    "staff.attrition_per": ("attrition_per", "Attrition is given per", "text"),
    "staff.attrition_convention": ("attrition_convention", "Yearly attrition made monthly", "text"),
    "staff.training_weeks": ("training_weeks", "Training of a hire", "mean"),
    "staff.training_passed": ("training_passed", "Hires who pass the training", "share"),
    "staff.ramp_weeks": ("ramp_weeks", "Ramp after training", "mean"),
    "staff.ramp_share": ("ramp_share", "Work given in the ramp", "share"),
    "staff.leader_span": ("leader_span", "Agents to a team leader", "mean"),
    "staff.support_span": ("support_span", "Agents to one of support", "mean"),
    "cost.wages.#.share": ("wage_#_share", "Wage #: share", "share"),
    "cost.wages.#.per_h": ("wage_#_per_h", "Wage #: an hour", "money"),
    "cost.burden": ("burden", "Burden: what an employer pays beyond wages", "share"),
    "cost.night_premium": ("night_premium", "Premium for nights", "share"),
    "cost.weekend_premium": ("weekend_premium", "Premium for Saturdays and Sundays", "share"),
    "cost.holiday_premium": ("holiday_premium", "Premium for public holidays", "share"),
    "cost.recruiting_per_hire": ("recruiting_per_hire", "Recruiting", "money"),
    "cost.training_per_hire": ("training_per_hire", "Training, beside the wages", "money"),
    "cost.leader_per_month": ("leader_per_month", "Team leader", "money"),
    "cost.support_per_month": ("support_per_month", "Support", "money"),
    "cost.seat_per_month": ("seat_per_month", "Seat", "money"),
    "cost.licence_per_seat_month": ("licence_per_seat_month", "Licence", "money"),
    "cost.telecom_per_min": ("telecom_per_min", "Telecom", "rate"),
    "cost.setup": ("setup", "Set-up, spread over the term", "money"),
    "cost.lines.#.amount": ("cost_line_#", "Own line #: amount", "money"),
    "cost.contingency": ("contingency", "Contingency", "share"),
    "cost.tax": ("tax_rate", "Tax on the price", "share"),
    "price.basis": ("price_basis", "Profit is a markup (of cost) or a margin (of price)", "text"),
    "price.rate": ("price_rate", "Markup or margin", "share"),
    "price.discount": ("discount", "Discount", "share"),
    "price.floor": ("price_floor", "Least markup or margin that may be left", "share"),
    "price.add_ons.#.amount": ("add_on_#", "Add-on #: amount", "money"),
    "billing.#.rate": ("billing_#_given", "Billing #: rate given", "rate"),
    "billing.#.minimum": ("billing_#_minimum", "Billing #: minimum", "fine"),
    "billing.#.base": ("billing_#_base", "Billing #: base fee", "money"),
    "billing.#.included": ("billing_#_included", "Billing #: included", "fine"),
    "billing.#.baseline": ("billing_#_baseline", "Billing #: baseline", "fine"),
    "billing.#.band": ("billing_#_band", "Billing #: dead band", "share"),
    "billing.#.additional": ("billing_#_additional", "Billing #: charge for each above the band", "rate"),
    "billing.#.reduced": ("billing_#_reduced", "Billing #: credit for each below the band", "rate"),
    "billing.#.success": ("billing_#_success", "Billing #: successes", "share"),
}
# Formulas use these, but they are held: the team was sized by them.
_HELD = {f"direction.outbound.{name}": f"outbound_{name}" for name in ("reached", "introduced", "sales")}
_CHOICES = {
    "staff.attrition_per": ["month", "year"],
    "staff.attrition_convention": ["simple", "compound"],
    "price.basis": ["markup", "margin"],
}
_BELOW_1 = {"staff.shrinkage", "staff.attrition", "cost.contingency", "cost.tax", "price.discount"}
_AT_MOST_1 = {"staff.spare_seats", "billing.#.band"}
_ABOVE_0_AT_MOST_1 = {
    "staff.schedule_efficiency", "staff.training_passed", "staff.ramp_share", "billing.#.success",
}  # fmt: skip
_ABOVE_0 = {
    "staff.full_time_h", "staff.contract_h", "staff.leader_span", "staff.support_span", "billing.#.baseline",
}  # fmt: skip
_KINDS = {"client_estimate": "client's estimate", "our_forecast": "our forecast"}
# Units at the end of a key, and what is written otherwise than it is spelt there.
_UNITS = ("_per_h", "_per_month", "_s", "_h", "_min", "_days")
_WORDS = {"aht": "AHT", "asa": "ASA", "ivr": "IVR", "sla": "SLA", "a year": "each year", "fte": "FTE"}
_ITEMS = {
    "calls_a_week": "Calls a week", "aht_s": "AHT, s", "busy_hour_factor": "Busiest hour, share of a day",
    "doubt": "Doubt of the volume, one standard deviation, share", "sales_a_month": "Sales a month",
}  # fmt: skip
# What fits a line of the value's column.
_LETTERS = 30
_HEADS = ("Group", "What", "Value", "Unit", "Kind", "Source", "Who said so", "Date", "In quote.toml")
_WIDTHS = {0: 13, 1: 48, 2: 30, 3: 28, 4: 17, 5: 44, 6: 28, 7: 13, 8: 34}


def write_assumptions(
    ledger: Ledger, assumptions: pd.DataFrame, efficiency: float, figures: pd.DataFrame | None
) -> None:
    """Write a row for each figure of the terms; those that formulas follow are named and may be changed.

    `efficiency` is that of the schedule: the terms may only say that it is measured.
    """
    lead = "Coloured cells may be changed: all sheets follow. The others are held: to change one, size anew."
    page = Page(ledger, "Assumptions", lead, _WIDTHS)
    page.sheet.repeat_rows(page.row)
    page.top([(head, "number" if head == "Value" else "text") for head in _HEADS])
    page.sheet.freeze_panes(page.row, 3)
    group = assumptions["group"].iloc[0]
    for row in assumptions.itertuples(index=False):
        page.row += row.group != group
        group = row.group
        if row.key == "staff.schedule_efficiency" and missing(row.number):
            said = "shift plans of a typical week, under staff.shifts"
            row = row._replace(number=efficiency, kind="measured", source=said)
        _write_row(page, row)
    if figures is not None:
        _write_figures(page, figures)


def _write_figures(page: Page, figures: pd.DataFrame) -> None:
    """Write what several have said of the traffic, and on which of it the quote rests."""
    page.head("Traffic: a client's estimates, our forecast and what was measured, side by side (held)")
    page.top([(head, "number" if head == "Value" else "text") for head in ("Quoted on", *_HEADS[1:8])])
    for row in figures.itertuples(index=False):
        page.cell(0, row.used)
        page.cell(1, _ITEMS.get(row.item) or _label(row.item))
        page.cell(2, row.value, kind_of(row.value))
        for column, text in enumerate((_KINDS.get(row.kind, row.kind), row.source, row.who, row.date), 4):
            page.cell(column, text)
        page.row += 1


def _write_row(page: Page, row: Any) -> None:
    pattern = re.sub(r"\.\d+(?=\.|$)", ".#", row.key)
    place = "".join(re.findall(r"\.(\d+)\.", row.key)[:1])
    value: Any = row.value if missing(row.number) else float(row.number)
    if pattern in LIVE:
        name, label, kind = (text.replace("#", place) for text in LIVE[pattern])
        page.cell(2, value, kind, align="right", **INPUT)
        page.name(name, page.row, 2, value)
        page.sheet.data_validation(page.row, 2, page.row, 2, _allowed(pattern, page.row + 1))
    else:
        label = _label(row.key)
        kind = (
            "text" if isinstance(value, str) else "share" if row.unit.startswith("share") else kind_of(value)
        )
        page.cell(2, value, kind, text_wrap=True, valign="top", align="left" if kind == "text" else "right")
        if kind == "text" and len(value) > _LETTERS:
            page.sheet.set_row(page.row, 15 * -(-len(value) // _LETTERS))
        if row.key in _HELD:
            page.name(_HELD[row.key], page.row, 2, value)
    page.cell(0, row.group.replace("_", " ").capitalize(), valign="top")
    said = _KINDS.get(row.kind, row.kind)
    if missing(row.number) and row.kind == "assumption" and pattern not in LIVE:
        said = "text"
    for column, text in enumerate((row.unit, said, row.source, row.who), 3):
        page.cell(column, text, valign="top")
    page.cell(1, label, valign="top")
    page.cell(7, row.date, "day", align="left", valign="top")
    page.cell(8, row.key, font_color=GREY, valign="top")
    page.row += 1


def _label(key: str) -> str:
    """Return a key as people read it, without its unit, which has a column of its own.

    >>> _label("traffic.aht_s"), _label("staff.shifts.lengths_h.2"), _label("in_house.wage_per_h")
    ('AHT', 'Shifts: lengths, 2', 'Wage')
    """
    path = key if key.startswith("billing.") else key.partition(".")[2] or key
    for ending in _UNITS:
        path = re.sub(rf"{ending}(?=\.|$)", "", path)
    words = re.sub(r"\.(\d+)", r", \1", path).replace(".", ": ").replace("_", " ")
    for word, written in _WORDS.items():
        words = re.sub(rf"\b{word}\b", written, words)
    return words[:1].upper() + words[1:]


def _allowed(pattern: str, row: int) -> dict[str, Any]:
    """Return the rule that refuses in a cell of that row what the terms would refuse in the file."""
    if pattern in ("price.rate", "price.floor"):
        # A margin leaves a cost, a markup may be anything.
        return {"validate": "custom", "value": f'=AND(C{row}>=0,OR(price_basis="markup",C{row}<1))'}
    if pattern in _CHOICES:
        return {"validate": "list", "source": _CHOICES[pattern]}
    if pattern in _ABOVE_0:
        return {"validate": "decimal", "criteria": ">", "value": 0}
    if pattern in _BELOW_1 | _AT_MOST_1 | _ABOVE_0_AT_MOST_1:
        least = 1e-6 if pattern in _ABOVE_0_AT_MOST_1 else 0
        most = 1 - 1e-6 if pattern in _BELOW_1 else 1
        return {"validate": "decimal", "criteria": "between", "minimum": least, "maximum": most}
    return {"validate": "decimal", "criteria": ">=", "value": 0}
