"""The sheets of people: seats, hours and FTE by month, two ways of sizing, and whom to hire when."""

import numpy as np
import pandas as pd

from reporting.quoting.book_page import TOTAL, Column, Ledger, Page

_METHODS = (
    Column("method", "Way of sizing"),
    Column("factor", "Busiest hour / day", "share"),
    Column("calls", "Calls, busiest hour", "mean"),
    Column("load", "Erlangs", "fine"),
    Column("agents", "Agents", "count"),
    Column("seats", "Seats", "count"),
    Column("staffed_h", "Staffed hours a week", "mean"),
    Column("fte", "FTE", "fine"),
)


def whole(value: str) -> str:
    """Return the formula of the next whole number; what only a double is above a whole number stays there."""
    return f"ROUNDUP(ROUND({value},9),0)"


def write_people(ledger: Ledger, months: pd.DataFrame, methods: pd.DataFrame, *, support: bool) -> None:
    """Write how hours on the phones become paid hours, FTE, heads, hires, leaders and support."""
    lead = (
        "Seats are positions at the peak, spare ones counted; FTE are paid hours; heads are people, as means."
    )
    page = Page(ledger, "Seats and FTE", lead)
    _constants(page)
    page.months()
    page.line("Agents at the peak", "agents", months["agents"], "=agents", kind="count", total="MAX")
    formula = f"={whole('agents*(1+spare_seats)')}"
    page.line("Seats", "seats", months["seats"], formula, name="seats", kind="count", total="MAX", bold=True)
    page.line("Hours on the phones", "h", months["agent_h"], "=agent_h", kind="mean", total="SUM")
    formula = "=agent_h/(1-shrinkage)/schedule_efficiency"
    page.line("Paid hours", "h", months["paid_h"], formula, name="paid_h", kind="mean", total="SUM")
    formula = "=paid_h/(full_time_h*weeks_a_month)"
    page.line("FTE", "FTE", months["fte"], formula, name="fte", kind="fine", total="AVERAGE", bold=True)
    page.line("Heads", "people", months["heads"], "=fte", name="heads", kind="fine", total="AVERAGE")
    before = np.concatenate([[0.0], months["heads"].to_numpy()[:-1]])
    formula = f"={{left}}{page.row}"
    page.line("Heads, month before", "people", before, formula, first="=0", name="heads_before", kind="fine")
    formula = "=attrition_a_month*(heads+heads_before)/2"
    first = "=attrition_a_month*heads"
    page.line(
        "Leavers", "people", months["leavers"], formula, first=first, name="leavers", kind="fine", total="SUM"
    )
    formula = "=MAX(0,heads-heads_before+leavers)/training_passed"
    page.line("Hires", "people", months["hires"], formula, name="hires", kind="fine", total="SUM")
    formula = "=hires*(training_weeks*full_time_h+special_training_h)"
    page.line(
        "Hours in training", "h", months["training_h"], formula, name="training_h", kind="mean", total="SUM"
    )
    formula = "=hires*training_passed*ramp_weeks*full_time_h*(1-ramp_share)"
    page.line(
        "Hours lost in the ramp",
        "h",
        months["ramp_lost_h"],
        formula,
        name="ramp_lost_h",
        kind="mean",
        total="SUM",
    )
    formula = f"={whole('fte/leader_span')}"
    page.line("Team leaders", "people", months["leaders"], formula, name="leaders", kind="count", total="MAX")
    formula = f"={whole('fte/support_span')}" if support else ""
    page.line("Support", "people", months["support"], formula, name="support", kind="count", total="MAX")
    formula = "=MIN(holidays_a_year/365,1)"
    page.line(
        "Hours on public holidays",
        "share",
        months["holiday_share"],
        formula,
        name="holiday_share",
        kind="share",
    )
    page.head("Two ways of sizing, and why they differ (held)")
    page.table(methods, _METHODS)
    page.row += 1
    for row in methods.itertuples(index=False):
        page.paragraph(f"{row.method[:1].upper()}{row.method[1:]}: {row.reason}")


def _constants(page: Page) -> None:
    page.cell(0, "Weeks in a month (365 / 12 days, all months alike)")
    page.cell(TOTAL, 365 / 84, "rate", "=365/84")
    page.name("weeks_a_month", page.row, TOTAL, 365 / 84)
    page.row += 1
    page.cell(0, "Attrition a month")
    values = page.ledger.values
    a_year = values["attrition"]
    # Where attrition is given by the month there may be no convention; it would be simple.
    compound = 'IF(attrition_convention="simple",attrition/12,1-(1-attrition)^(1/12))'
    said = compound if "attrition_convention" in values else "attrition/12"
    simple = values.get("attrition_convention") != "compound"
    monthly = a_year / 12 if simple else 1 - (1 - a_year) ** (1 / 12)
    monthly = a_year if values["attrition_per"] == "month" else monthly
    formula = f'=IF(attrition_per="month",attrition,{said})'
    page.cell(TOTAL, monthly, "percent", formula)
    page.name("attrition_a_month", page.row, TOTAL, monthly)
    page.row += 2


def write_hiring(ledger: Ledger, months: pd.DataFrame) -> None:
    """Write heads and hires as whole people, month by month, with what the hires cost beside their wages."""
    page = Page(
        ledger, "Hiring plan", "Whole people: heads needed, who leaves, and how many begin in each month."
    )
    page.months()
    heads, hires = months["heads"].to_numpy(), months["hires"].to_numpy()
    people = np.ceil(np.round(heads, 9))
    begun = np.ceil(np.round(np.cumsum(hires), 9))
    rows = {
        "Heads needed": page.line(
            "Heads needed", "people", people, f"={whole('heads')}", kind="count", total="MAX", bold=True
        )
    }
    page.line("Leavers, mean", "people", months["leavers"], "=leavers", kind="fine", total="SUM")
    page.line("Hires, mean", "people", hires, "=hires", kind="fine", total="SUM")
    up_to_now = f"={{left}}{page.row + 1}+hires"
    page.line(
        "Hires since the start, mean", "people", np.cumsum(hires), up_to_now, first="=hires", kind="fine"
    )
    row = page.row
    page.line("Hires since the start", "people", begun, f"={whole(f'{{here}}{row}')}", kind="count")
    rows["To begin"] = page.line(
        "To begin", "people", np.diff(begun, prepend=0), f"={{here}}{row + 1}-{{left}}{row + 1}",
        first=f"={{here}}{row + 1}", kind="count", total="SUM", bold=True,
    )  # fmt: skip
    page.line("Hours in training", "h", months["training_h"], "=training_h", kind="mean", total="SUM")
    page.line("Hours lost in the ramp", "h", months["ramp_lost_h"], "=ramp_lost_h", kind="mean", total="SUM")
    each = ledger.values["recruiting_per_hire"] + ledger.values["training_per_hire"]
    formula = "=hires*(recruiting_per_hire+training_per_hire)"
    page.line(
        "Recruiting and training, beside the wages", ledger.currency, hires * each, formula, total="SUM"
    )
    chart = ledger.book.add_chart({"type": "column"})
    for (name, at), colour in zip(rows.items(), ("#9CCFEF", "#D55E00"), strict=True):
        chart.add_series(page.series(name, at, fill={"color": colour}, gap=60))
    text = (
        f"Heads needed, at most {people.max():,.0f}, and people who begin, {begun[-1]:,.0f} in all, by month."
    )
    page.chart(chart, "Heads needed, and people who begin", "people", text)
