"""The workbook of a quote: recalculated by LibreOffice it says what the code says, unchanged and changed."""

import copy
import datetime as dt
import math
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl.workbook import Workbook

from callplan.errors import Refused
from callplan.tables import (
    BINDING_GOALS,
    BREAK_EVEN,
    POOL_SAVING,
    QUOTE_MARGIN,
    QUOTE_WORKLOAD,
    SERVICE_LADDER,
    SIZING_METHODS,
    TORNADO,
    TWO_WAY,
    Table,
    check,
)
from quoting import Terms
from quoting.assumptions import assumptions
from quoting.billing import fees, prices, usage_of
from quoting.cost import cost
from quoting.sizing import Sizing, size
from reporting.quoting.book import SHEETS, write_quote_book
from reporting.quoting.book_assumptions import LIVE

ROOT = Path(__file__).parent
TERMS = tomllib.loads((ROOT / "data" / "quote_every_method.toml").read_text(encoding="utf-8"))
# Of the prices, what is text or held.
HELD = ["n", "method", "rate_unit", "rate_is", "what", "revenue_sd", "revenue_p10", "revenue_p90"]
Quoted = tuple[Sizing, pd.DataFrame, pd.DataFrame, list[np.ndarray]]


def made(table: Table, rows: Iterator[dict[str, Any]]) -> pd.DataFrame:
    """Return a table that is held, so that any numbers do: those left out count up."""
    filled = {"number": 0.25, "whole": 7, "text": "so", "day": pd.Timestamp("2027-01-01")}
    frame = [{column.name: filled[column.dtype] for column in table.columns} | row for row in rows]
    return check(pd.DataFrame(frame), table)


def held(terms: Terms) -> dict[str, pd.DataFrame]:
    """Return the tables of which the workbook only shows the numbers."""
    named = [{"n": n, "method": billing.method} for n, billing in enumerate(terms.billing, 1)]
    drivers = enumerate(("volume", "aht"), 1)
    changes = (-0.2, 0.0, 0.2)
    return {
        "workload": made(QUOTE_WORKLOAD, iter([{"step": 1, "line": "as given"}])),
        "methods": made(SIZING_METHODS, iter([{"n": 1, "method": "=busy"}])),
        "tornado": made(
            TORNADO,
            ({**of, "rank": rank, "driver": driver, "change": change, "effect": -change * 100 / rank}
             for of, (rank, driver), change in product(named, drivers, changes)),
        ),
        "two_way": made(
            TWO_WAY,
            ({**of, "driver": driver, "volume": volume, "change": change, "margin": volume - change}
             for of, driver, volume, change in product(named, ("aht", "shrinkage"), changes, changes)),
        ),
        "margin": made(
            QUOTE_MARGIN, ({**of, "measure": name} for of, name in product(named, ("profit", "margin")))
        ),
        "break_even": made(BREAK_EVEN, ({**of, "other": 0, "crossing": 1} for of in named)),
        "ladder": made(SERVICE_LADDER, ({"rung": n, "goal": f"{80 + n}/20"} for n in (1, 2))),
        "goals": made(BINDING_GOALS, ({"step": n, "binds": "yes", "goal": "asa_s"} for n in (1, 2))),
    }  # fmt: skip


# What a reviewer changes, by its key in quote.toml; `volume` is the cell on the Summary.
CASES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "margin": {"price.rate": 0.25},
    "shrinkage": {"staff.shrinkage": 0.36},
    "volume": {"volume": 0.12},
    "all three": {"price.rate": 0.25, "staff.shrinkage": 0.36, "volume": 0.12},
    "least volume": {"volume": -0.3},
    "much": {
        "time_band.holidays_a_year": 13.0, "other.special_training_h": 31.0, "staff.full_time_h": 40.0,
        "staff.contract_h": 24.5,
        "staff.schedule_efficiency": 0.79, "staff.spare_seats": 0.2, "staff.attrition": 0.04,
        "staff.attrition_per": "month", "staff.training_weeks": 3.5, "staff.training_passed": 0.8,
        "staff.ramp_weeks": 6.0, "staff.ramp_share": 0.5, "staff.leader_span": 6.0,
        "staff.support_span": 20.0, "cost.burden": 0.3, "cost.night_premium": 0.4,
        "cost.weekend_premium": 0.6, "cost.holiday_premium": 1.5,
        "cost.recruiting_per_hire": 611.0, "cost.training_per_hire": 455.0, "cost.leader_per_month": 4321.0,
        "cost.support_per_month": 3210.0, "cost.seat_per_month": 188.0, "cost.licence_per_seat_month": 71.0,
        "cost.telecom_per_min": 0.02, "cost.setup": 12345.0, "cost.contingency": 0.05, "cost.tax": 0.07,
        "price.basis": "markup", "price.rate": 0.31, "price.discount": 0.11, "price.floor": 0.2,
    },
    "lists": {
        "cost.wages.1.per_h": 15.0, "cost.wages.2.per_h": 19.0,
        "cost.wages.1.share": 0.4, "cost.wages.2.share": 0.6,
        **{f"cost.lines.{n}.amount": 3.0 * n for n in range(1, 8)},
        **{f"price.add_ons.{n}.amount": 7.0 + n for n in range(1, 8)},
        **{f"billing.{n}.{key}": 0.93 * value for n, billing in enumerate(TERMS["billing"], 1)
           for key, value in billing.items() if key != "method"},
        "staff.attrition_convention": "simple",
    },
}  # fmt: skip
# Of the outbound quote, which says nothing of contracts.
SHORTER_WEEK = {"staff.full_time_h": 35.0}
# A rest of the fee that alone earns more than the price.
TOO_MUCH = {"billing.2.base": 1e6, "billing.4.minimum": 1e6, "billing.12.additional": 1e6}


def terms_of(changes: dict[str, Any]) -> Terms:
    """Return the terms with those figures changed."""
    content = copy.deepcopy(TERMS)
    for key, value in changes.items():
        if key == "volume":
            content["traffic"]["calls"] *= 1 + value
            continue
        *places, last = key.split(".")
        table: Any = content
        for place in places:
            table = table[int(place) - 1] if place.isdigit() else table[place]
        table[last] = value
    return Terms.from_dict(content, "the tests")


def cell_of(key: str) -> str:
    """Return the name of the cell in which a figure stands."""
    place = "".join(re.findall(r"\.(\d+)\.", key))
    return "volume_change" if key == "volume" else LIVE[re.sub(r"\d+", "#", key)][0].replace("#", place)


def quoted(terms: Terms) -> Quoted:
    """Return what the code says of those terms."""
    sizing = size(terms)
    costs = cost(sizing.months, terms)
    priced, usage = prices(sizing.months, costs, terms), usage_of(sizing.months, terms)
    charged = [
        fees(billing, usage, rate) for billing, rate in zip(terms.billing, priced["rate"], strict=True)
    ]
    return sizing, costs, priced, charged


def write(path: Path, terms: Terms, pool: dict[str, pd.DataFrame] | None = None) -> Path:
    sizing, costs, priced, charged = quoted(terms)
    write_quote_book(
        path, title="A quote", terms=terms.model_dump(), efficiency=sizing.efficiency.share,
        assumptions=assumptions(terms), months=sizing.months, by_volume=vars(sizing.by_volume),
        requirement=sizing.requirement, costs=costs, prices=priced, fees=charged, pool=pool, **held(terms),
    )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("book") / "quote.xlsx", terms_of({}))


class Numbers:
    """A workbook's cells by the names that formulas call them."""

    def __init__(self, named: Workbook, book: Workbook) -> None:
        self.named, self.book = named, book

    def _place(self, name: str) -> tuple[str, str]:
        sheet, place = self.named.defined_names[name].attr_text.rsplit("!", 1)
        return sheet.strip("'"), place.replace("$", "")

    def cell(self, name: str) -> Any:
        sheet, place = self._place(name)
        return self.book[sheet][place]

    def months(self, name: str) -> list[Any]:
        sheet, span = self._place(f"{name}_months")
        return [cell.value for cell in self.book[sheet][span][0]]


def near(found: Any, meant: Any) -> bool:
    if isinstance(meant, str) or meant is None or isinstance(found, str) or found is None:
        return (found or None) == (meant or None)
    if isinstance(meant, dt.datetime):
        return bool(found == meant)
    return math.isclose(found, meant, rel_tol=1e-9, abs_tol=1e-7)


def alike(found: Iterable[Any], meant: Iterable[Any]) -> bool:
    return all(near(one, other) for one, other in zip(found, meant, strict=True))


def formulas(book: Path) -> Iterator[tuple[str, str, str]]:
    for sheet in openpyxl.load_workbook(book):
        for row in sheet.iter_rows():
            yield from ((sheet.title, cell.coordinate, cell.value) for cell in row if cell.data_type == "f")


@pytest.fixture(scope="module")
def outbound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workbook without support, floor, lines and convention, and with successes of a funnel."""
    terms = Terms.from_toml(ROOT.parent / "quoting" / "terms" / "demo_outbound.toml")
    return write(tmp_path_factory.mktemp("book") / "outbound.xlsx", terms)


@pytest.fixture(scope="module")
def changed(book: Path, outbound: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Numbers]:
    """Return the workbook as LibreOffice computes it after each of the changes, by the name of the case."""
    assert shutil.which("soffice"), "LibreOffice is missing: apt-get install libreoffice-calc-nogui"
    folder = tmp_path_factory.mktemp("changed")
    before, files = {}, []
    others = {"too much": TOO_MUCH, "outbound": {}, "outbound, shorter week": SHORTER_WEEK}
    for case, changes in (CASES | others).items():
        before[case] = openpyxl.load_workbook(outbound if case.startswith("outbound") else book)
        for key, value in changes.items():
            Numbers(before[case], before[case]).cell(cell_of(key)).value = value
        # Saved by openpyxl no formula has a number any more: LibreOffice must compute every one.
        files.append(folder / f"{case}.xlsx")
        before[case].save(files[-1])
    profile, out = f"-env:UserInstallation={(folder / 'profile').as_uri()}", folder / "out"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", *map(str, (out, *files))]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return {
        case: Numbers(named, openpyxl.load_workbook(out / f"{case}.xlsx", data_only=True))
        for case, named in before.items()
    }


@pytest.mark.parametrize(("case", "many"), [("nothing", 700), ("outbound", 400)])
def test_unchanged_every_formula_gives_the_number_that_stands_beside_it(
    case: str, many: int, book: Path, outbound: Path, changed: dict[str, Numbers]
) -> None:
    path = outbound if case == "outbound" else book
    now, beside = changed[case], openpyxl.load_workbook(path, data_only=True)
    places = list(formulas(path))
    assert len(places) > many
    for sheet, place, formula in places:
        found, meant = now.book[sheet][place].value, beside[sheet][place].value
        assert near(found, meant), f"{sheet}, {place}: {formula} gives {found}, not {meant}"
    assert now.cell("figures_changed").value == 0


@pytest.mark.parametrize("case", CASES)
def test_changed_cells_give_what_the_code_gives_under_the_changed_terms(
    case: str, changed: dict[str, Numbers]
) -> None:
    now = changed[case]
    sizing, costs, priced, charged = quoted(terms_of(CASES[case]))
    for name in sizing.months.columns.drop(["start", "aht_s"]):
        assert alike(now.months(name), sizing.months[name]), name
    assert alike(now.months("cost"), costs.groupby("start")["amount"].sum())
    for row, fee in zip(priced.itertuples(index=False), charged, strict=True):
        assert alike(now.months(f"fee_{row.n}"), fee), row.method
        for name in priced.columns.drop(HELD):
            assert near(now.cell(f"{name}_{row.n}").value, getattr(row, name)), (row.method, name)
    lines = {
        row[0].value: row[2].value for row in now.book["Cost build-up"].iter_rows(min_row=7) if row[1].value
    }
    for line, amounts in costs.groupby("line")["amount"]:
        assert near(lines[line[:1].upper() + line[1:]], amounts.sum()), line
    assert (now.cell("figures_changed").value > 0) == bool(CASES[case])


def test_without_contract_hours_heads_follow_the_full_time_week(changed: dict[str, Numbers]) -> None:
    before, now = changed["outbound"], changed["outbound, shorter week"]
    longer = [38 / 35 * fte for fte in before.months("fte")]
    assert alike(now.months("heads"), longer)
    assert alike(now.months("fte"), longer)


def test_no_rate_is_said_where_the_rest_of_the_fee_earns_more_than_the_price(
    changed: dict[str, Numbers],
) -> None:
    assert [changed["too much"].cell(f"rate_{n}").value for n in (2, 4, 12)] == ["#N/A"] * 3
    with pytest.raises(Refused, match="base_plus_overage: it earns"):
        quoted(terms_of(TOO_MUCH))


def test_the_same_quote_gives_the_same_bytes(book: Path, tmp_path: Path) -> None:
    assert write(tmp_path / "again.xlsx", terms_of({})).read_bytes() == book.read_bytes()


def test_the_sheets_stand_in_their_order_and_a_portfolio_only_where_there_is_one(
    book: Path, tmp_path: Path
) -> None:
    saving = made(POOL_SAVING, iter([{"step": 1, "way": "=separate"}, {"step": 3}]))
    pooled = openpyxl.load_workbook(write(tmp_path / "pooled.xlsx", terms_of({}), {"pool_saving": saving}))
    assert pooled.sheetnames == list(SHEETS)
    assert "=separate" in [cell.value for row in pooled["Portfolio"] for cell in row]
    assert openpyxl.load_workbook(book).sheetnames == [name for name in SHEETS if name != "Portfolio"]


def test_what_people_wrote_is_text_and_never_a_formula(book: Path) -> None:
    said = {"=HYPERLINK(1)", "=cmd", "=orders", "=1+2", "=own", "=on", "=busy", "=busy: so"}
    opened = openpyxl.load_workbook(book)
    cells = [cell for sheet in opened for row in sheet for cell in row if cell.value is not None]
    assert said <= {cell.value for cell in cells if cell.data_type == "s"}
    assert opened["Summary"]["A2"].value.startswith("=1+1, for @SUM(A1).")
    assert opened["Summary"]["A2"].data_type == "s"
    assert not said & {cell.value for cell in cells if cell.data_type == "f"}


def test_a_cell_that_may_be_changed_is_marked_unlocked_named_and_used(book: Path) -> None:
    opened = openpyxl.load_workbook(book)
    used = set(re.findall(r"[a-z_]\w*", " ".join(formula for *_, formula in formulas(book))))
    free: set[str] = set()
    for sheet in opened:
        assert sheet.protection.sheet
        for row in sheet:
            for cell in row:
                marked = cell.fill.fgColor.rgb == "FFFFF2CC"
                assert marked == (not cell.protection.locked), (sheet.title, cell.coordinate)
                if marked and sheet.title == "Assumptions":
                    free.add(f"{sheet.title}!{cell.coordinate}")
    names = {
        defined.attr_text.replace("$", "").replace("'", ""): name
        for name, defined in opened.defined_names.items()
    }
    assert {names[place] for place in free} <= used
    numbered = {name.replace("#", str(n)) for name, *_ in LIVE.values() for n in range(15)}
    assert {names[place] for place in free} == numbered & set(opened.defined_names)
    assert Numbers(opened, opened).cell("volume_change").protection.locked is False


def test_only_volumes_that_were_sized_can_be_chosen(book: Path) -> None:
    opened = openpyxl.load_workbook(book)
    numbers = Numbers(opened, opened)
    place = numbers.cell("volume_change").coordinate
    rules = opened["Summary"].data_validations.dataValidation
    assert [rule.formula1 for rule in rules if place in rule.sqref] == ["volume_changes"]
    sheet, span = numbers._place("volume_changes")
    assert [cell.value for (cell,) in opened[sheet][span]] == [n / 100 for n in range(-30, 31)]


def test_the_hiring_plan_hires_whole_people_and_enough_of_them(book: Path) -> None:
    sheet = openpyxl.load_workbook(book, data_only=True)["Hiring plan"]
    rows = {row[0].value: [cell.value for cell in row[3:8]] for row in sheet.iter_rows() if row[0].value}
    months = quoted(terms_of({}))[0].months
    assert all(value == int(value) for value in rows["To hire"] + rows["Heads needed"])
    # From April to June nobody works: of those hired before, rounded up, nobody is left in July.
    assert months["begins_anew"].tolist() == [1, 0, 0, 1, 0]
    for team in (slice(0, 3), slice(3, 5)):
        short = np.cumsum(rows["To hire"][team]) - np.cumsum(months["hires"].iloc[team])
        assert short.min() > -1e-9
        assert short.max() < 1
    assert rows["Their class begins"] == [start - dt.timedelta(days=14) for start in months["start"]]
