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
        "Seats are positions at the peak, spare ones counted; FTE are full-time weeks; heads are people, as "
        "means."
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
    formula = "=paid_h/(contract_h*weeks_a_month)"
    page.line("Heads", "people", months["heads"], formula, name="heads", kind="fine", total="AVERAGE")
    _turnover(page, months)
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


def _turnover(page: Page, months: pd.DataFrame) -> None:
    """Write who leaves and is hired, and their hours; a month that begins anew has nobody before it."""
    anew = months["begins_anew"].to_numpy()
    label = "Begins anew: the month before is not worked"
    page.line(label, "1 or 0, held", anew, name="begins_anew", kind="count")
    before = np.where(anew, 0.0, months["heads"].shift(fill_value=0.0))
    formula = f"=IF(begins_anew=1,0,{{left}}{page.row - 1})"
    page.line("Heads, month before", "people", before, formula, first="=0", name="heads_before", kind="fine")
    formula = "=attrition_a_month*IF(begins_anew=1,heads,(heads+heads_before)/2)"
    page.line("Leavers", "people", months["leavers"], formula, name="leavers", kind="fine", total="SUM")
    formula = "=MAX(0,heads-heads_before+leavers)/training_passed"
    page.line("Hires", "people", months["hires"], formula, name="hires", kind="fine", total="SUM")
    training = "=hires*(training_weeks*contract_h+special_training_h)"
    ramp = "=hires*training_passed*ramp_weeks*contract_h*(1-ramp_share)"
    for label, name, formula in (
        ("Hours in training", "training_h", training),
        ("Hours lost in the ramp", "ramp_lost_h", ramp),
    ):
        page.line(label, "h", months[name], formula, name=name, kind="mean", total="SUM")


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
    page.row += 1
    if "contract_h" not in values:
        page.cell(0, "Contract week of a head: as the full-time week")
        page.cell(TOTAL, values["full_time_h"], "mean", "=full_time_h")
        page.name("contract_h", page.row, TOTAL, values["full_time_h"])
        page.row += 1
    page.row += 1


def write_hiring(ledger: Ledger, months: pd.DataFrame) -> None:
    """Write heads and hires as whole people, month by month, with what the hires cost beside their wages."""
    page = Page(
        ledger,
        "Hiring plan",
        "Whole people: heads needed, who leaves, whom to hire for each month, and when their class begins.",
    )
    page.months()
    hires, anew = months["hires"].to_numpy(), months["begins_anew"].to_numpy()
    people = np.ceil(months["heads"].to_numpy().round(9))
    # A team that begins anew takes nobody over, not even the part of a person rounded up before.
    since = months["hires"].groupby(anew.cumsum()).cumsum().to_numpy()
    begun = np.ceil(since.round(9))
    begin = np.where(anew, begun, np.diff(begun, prepend=0))
    rows = {
        "Heads needed": page.line(
            "Heads needed", "people", people, f"={whole('heads')}", kind="count", total="MAX", bold=True
        )
    }
    page.line("Leavers, mean", "people", months["leavers"], "=leavers", kind="fine", total="SUM")
    page.line("Hires, mean", "people", hires, "=hires", kind="fine", total="SUM")
    up_to_now = f"=IF(begins_anew=1,0,{{left}}{page.row + 1})+hires"
    page.line("Hires since the team began, mean", "people", since, up_to_now, first="=hires", kind="fine")
    row = page.row
    page.line("Hires since the team began", "people", begun, f"={whole(f'{{here}}{row}')}", kind="count")
    rows["To hire"] = page.line(
        "To hire", "people", begin, f"={{here}}{row + 1}-IF(begins_anew=1,0,{{left}}{row + 1})",
        first=f"={{here}}{row + 1}", kind="count", total="SUM", bold=True,
    )  # fmt: skip
    _class_begins(page, months)
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
        f"Heads needed, at most {people.max():,.0f}, and people to hire, {begin.sum():,.0f} in all, by month."
    )
    page.chart(chart, "Heads needed, and people to hire", "people", text)


def _class_begins(page: Page, months: pd.DataFrame) -> None:
    """Write the day on which the class of each month begins, as days of a workbook count."""
    days = (months["class_begins"] - pd.Timestamp("1899-12-30")) / pd.Timedelta(days=1)
    formula = f"={{here}}{page.header + 1}-{whole('7*training_weeks')}"
    page.line("Their class begins", "day", days.to_numpy(), formula, name="class_begins", kind="day")
