"""The sheets that are held as at hand-over: sensitivity, service-level ladder, and what was changed when."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd

from reporting.quoting.book_page import INPUT, Column, Ledger, Page

_HELD = "As at hand-over: these were sized anew by the program, and do not follow changes made here."
# The same colours for the same margin in every table.
_COLOURS = {
    "type": "3_color_scale", "min_type": "num", "mid_type": "num", "max_type": "num",
    "min_value": -0.3, "mid_value": 0, "max_value": 0.3,
    "min_color": "#E69F00", "mid_color": "#FFFFFF", "max_color": "#56B4E9",
}  # fmt: skip
_RISK = (
    Column("method", "Billing method"),
    Column("measure", "Measure"),
    Column("quoted", "As quoted", "number"),
    Column("mean", "Mean", "number"),
    Column("p10", "1 of 10 below", "number"),
    Column("p50", "Half below", "number"),
    Column("p90", "9 of 10 below", "number"),
    Column("chance", "Chance of a loss, credit, bonus or miss", "share"),
)
_BREAK_EVEN = (
    Column("method", "Billing method"),
    Column("other_method", "Against"),
    Column("change", "Volume", "share"),
    Column("calls", "Calls a month", "count"),
    Column("what", "In words"),
)
_SIZED = (
    Column("agents", "Agents at the peak", "count"),
    Column("seats", "Seats", "count"),
    Column("agent_h", "Hours on the phones a month", "count"),
    Column("fte", "FTE", "mean"),
    Column("cost", "Cost", "money"),
    Column("price", "Price before discount", "money"),
)
_GROWTH = (
    Column("change", "Volume", "change"),
    Column("calls", "Calls a month", "count"),
    *(column for column in _SIZED if column.name != "cost"),
    Column("more_seats", "Seats more", "count"),
    Column("per_agent", "Calls an hour of an agent", "fine"),
)
_LADDER = (
    Column("goal", "Service level"),
    Column("convention", "Counted as"),
    *_SIZED,
    Column("per_call", "Price a call", "rate"),
    Column("more", "More than the first", "money"),
    Column("more_share", "More", "share"),
)
_GOALS = (
    Column("case", "Case"),
    Column("goal", "Goal"),
    Column("binds", "Binds"),
    Column("intervals", "Intervals that it sets", "share"),
    *_SIZED,
    Column("saved", "Saved", "money"),
    Column("saved_share", "Saved", "share"),
    Column("target", "Sized for"),
)
_EMPTY_ROWS = 15


def write_sensitivity(
    ledger: Ledger,
    tornado: pd.DataFrame,
    two_way: pd.DataFrame,
    margin: pd.DataFrame,
    break_even: pd.DataFrame,
    growth: pd.DataFrame | None,
) -> None:
    """Write what moves the profit and by how much, one thing at a time and two; chances; break-even."""
    page = Page(ledger, "Sensitivity", _HELD, {0: 30} | dict.fromkeys(range(1, 14), 19.0))
    first = tornado[tornado["n"] == tornado["n"].min()].sort_values("rank")
    page.head(f"Profit more or less if one thing comes otherwise: {_method(first)}")
    effects = _grid_of(first, "driver", "change", "effect").loc[first["driver"].unique()]
    _tornado(page, effects, *_grid(page, effects, "What differs", "money"))
    for driver in effects.index:
        page.head(f"Margin left by each method if this comes otherwise: {driver}")
        of = tornado[tornado["driver"] == driver]
        named = of.assign(method=of["n"].astype(str) + ". " + of["method"].map(_words))
        grid = _grid_of(named, "method", "change", "margin").loc[named["method"].unique()]
        _coloured(page, grid, "Billing method")
    for _, of in two_way.groupby("n"):
        page.head(
            f"Margin left if the volume (rows) and one thing more (columns) come otherwise: {_method(of)}"
        )
        _side_by_side(page, of)
    page.head("Profit, margin, credits and service over futures drawn by chance")
    row, _ = page.table(margin.assign(method=margin["method"].map(_words)), _RISK)
    _write_measures(page, margin, row)
    page.head("Volumes at which two methods cost the same, or one leaves no profit")
    named = {column: break_even[column].map(_words) for column in ("method", "other_method")}
    page.table(break_even.assign(**named), _BREAK_EVEN)
    if growth is not None:
        page.head("Seats, people and price if the volume grows")
        page.table(growth, _GROWTH)


def _grid_of(table: pd.DataFrame, rows: str, columns: str, values: str) -> pd.DataFrame:
    return table.pivot_table(values, rows, columns, dropna=False)


def _side_by_side(page: Page, two_way: pd.DataFrame) -> None:
    """Write the tables of one method beside each other."""
    top, column = page.row, 0
    for driver, of in two_way.groupby("driver"):
        page.row = top
        grid = _grid_of(of, "volume", "change", "margin")
        _coloured(page, grid, f"Volume, {driver}", column)
        column += len(grid.columns) + 2


def _coloured(page: Page, grid: pd.DataFrame, corner: str, column: int = 0) -> None:
    first, last = _grid(page, grid, corner, "share", column)
    page.sheet.conditional_format(first, column + 1, last, column + len(grid.columns), _COLOURS)


def _grid(page: Page, grid: pd.DataFrame, corner: str, kind: str, column: int = 0) -> tuple[int, int]:
    """Write a table of two ways, its columns shares of change; return its first and its last row."""
    page.cell(column, corner, bold=True, bottom=1, align="left")
    for place, change in enumerate(grid.columns, column + 1):
        page.cell(place, change, "change", bold=True, bottom=1)
    page.row += 1
    first = page.row
    for label, values in zip(grid.index, grid.to_numpy(), strict=True):
        page.cell(column, label, "text" if isinstance(label, str) else "change", align="left")
        for place, value in enumerate(values, column + 1):
            page.cell(place, value, kind)
        page.row += 1
    return first, page.row - 1


def _tornado(page: Page, effects: pd.DataFrame, first: int, last: int) -> None:
    """Draw the effect of the furthest changes as bars from the middle, the widest on top."""
    chart = page.ledger.book.add_chart({"type": "bar"})
    for column, colour in ((1, "#E69F00"), (len(effects.columns), "#56B4E9")):
        series = {
            "name": f"{effects.columns[column - 1]:+.0%}",
            "categories": [page.title, first, 0, last, 0],
            "values": [page.title, first, column, last, column],
            "fill": {"color": colour},
        }
        chart.add_series({**series, "gap": 40, "overlap": 100})
    widest = effects.index[0]
    most = effects.loc[widest].abs().max()
    text = f"Change of the profit by what differs; {widest} moves it most, by up to {most:,.0f}."
    page.chart(chart, "Profit more or less", "", text, by_month=False)
    # Excel counts bars from below, and the axis of a bar chart's numbers as its x.
    chart.set_x_axis({"num_format": "#,##0", "name": page.ledger.currency})
    chart.set_y_axis({"reverse": True, "label_position": "low"})


def _write_measures(page: Page, margin: pd.DataFrame, first: int) -> None:
    """Write money as money and shares as shares, in a table that holds both."""
    end = page.row
    for page.row, row in enumerate(margin.itertuples(index=False), first):
        kind = "share" if row.measure in ("margin", "service_level") else "money"
        for column, value in enumerate((row.quoted, row.mean, row.p10, row.p50, row.p90), 2):
            page.cell(column, value, kind)
    page.row = end


def write_ladder(ledger: Ledger, ladder: pd.DataFrame | None, goals: pd.DataFrame | None) -> None:
    """Write the price of each service level, and what each goal asks; an outbound quote has none."""
    page = Page(ledger, "Service-level ladder", _HELD, {0: 26, 1: 18} | dict.fromkeys(range(2, 13), 15.0))
    if ladder is None or goals is None:
        page.say("Outbound: nobody waits for an answer, so that there is no service level to price.")
        return
    first, last = page.table(ladder, _LADDER)
    column = [column.name for column in _LADDER].index("price")
    chart = ledger.book.add_chart({"type": "column"})
    spans = {name: [page.title, first, at, last, at] for name, at in (("categories", 0), ("values", column))}
    chart.add_series({"name": "Price before discount", "fill": {"color": "#0072B2"}, "gap": 80, **spans})
    text = "Price by service level: " + ", ".join(
        f"{row.goal} {row.price:,.0f}" for row in ladder.itertuples(index=False)
    )
    page.chart(chart, "Price by service level", ledger.currency, text, by_month=False)
    page.head("Which goal binds, and what it saves to relax it")
    page.table(goals.assign(goal=goals["goal"].map(_words)), _GOALS)


def write_changes(ledger: Ledger, changes: Sequence[str], by: str, date: dt.date) -> None:
    """Write what was changed before hand-over, and leave rows for what reviewers change."""
    page = Page(ledger, "Change log", "Write down here what you change, and why.", {0: 14, 1: 34, 2: 100})
    page.top((("Date", "text"), ("Who", "text"), ("What, from which value to which, and why", "text")))
    rows: list[tuple[Any, str, str]] = [(None, "", change) for change in changes]
    for day, who, what in [*rows, (date, by, "Handed over")]:
        page.cell(0, day, "day", align="left")
        page.cell(1, who)
        page.cell(2, what, text_wrap=True)
        page.row += 1
    for _ in range(_EMPTY_ROWS):
        page.cell(0, None, "day", align="left", **INPUT)
        page.cell(1, None, **INPUT)
        page.cell(2, None, text_wrap=True, **INPUT)
        page.row += 1


def _method(table: pd.DataFrame) -> str:
    return f"{table['n'].iloc[0]}. {_words(table['method'].iloc[0])}"


def _words(name: str) -> str:
    return name.replace("_", " ")
