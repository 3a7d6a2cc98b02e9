"""The sheet of a portfolio: headings in words, the pool's currency, only intervals in which calls come."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from callplan.tables import TABLES
from quoting.portfolio.clients import Pool
from quoting.portfolio.demand import demands
from quoting.portfolio.pooling import Pooled
from quoting.portfolio.split import split
from quoting.portfolio.studies import correlation_study, overflow
from quoting.portfolio.teams import separate, shared
from reporting.quoting.book_page import Ledger
from reporting.quoting.book_pool import _COLUMNS, write_pool


def pooled(**client: float) -> dict[str, pd.DataFrame]:
    """Return the tables of a pool that take no simulation, as `Pooled` hands them out."""
    one = {"calls": 60, "aht_s": 300, "service_level": 0.8, "within_s": 20, **client}
    hours = {"hours": {"mon": "09:00-12:00"}}
    pool = Pool.from_dict(
        {"name": "two", "currency": "SEK", "minutes": 60, "volume_sd": 0.1}
        | {"clients": {"a": one | hours, "b": one | hours}},
        "pool.toml",
    )
    both = demands(pool)
    minute = pd.Series(range(0, 7 * 1440, 60))
    week = pd.DataFrame({"weekday": minute // 1440, "minute": minute % 1440})
    week["load"], week["separate"] = both[0].load() + both[1].load(), separate(pool).sum(axis=0)
    week["shared"] = week["simulated"] = shared(pool)
    cost = [100.0 if client.get("cost_per_agent_h") else float("nan")]
    found = Pooled(
        name="two",
        currency="SEK",
        clients=pd.DataFrame(
            {"client": ["a"], "weekday": [0], "minute": [540], "load": [5.0], "shared": [0.8]}
        ),
        saving=pd.DataFrame({"by": ["formula"], "way": ["one shared team"], "cost": cost}),
        week=week,
        by_aht=pd.DataFrame({"goals": ["held"], "ratio": [2.0]}),
        by_correlation=correlation_study(pool),
        overflow=overflow(pool, "a", [30]),
        split=split(pool),
        remarks=(),
        seed=0,
    )
    return found.tables()


def written(path: Path, tables: dict[str, pd.DataFrame]) -> list[tuple[object, ...]]:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Portfolio")
        write_pool(Ledger(book, [], "EUR"), tables)
    return list(openpyxl.load_workbook(path)["Portfolio"].values)


def test_headings_are_words_with_the_currency_of_the_pool(tmp_path: Path) -> None:
    cells = {str(cell) for row in written(tmp_path / "a.xlsx", pooled(cost_per_agent_h=20)) for cell in row}
    assert {"Cost a week, SEK", "Pays by Shapley value, SEK"} <= cells
    assert not any("EUR" in cell or "money" in cell or "_" in cell.replace("volume_sd", "") for cell in cells)


def test_without_costs_it_is_in_hours(tmp_path: Path) -> None:
    cells = {str(cell) for row in written(tmp_path / "a.xlsx", pooled()) for cell in row}
    assert "Pays by Shapley value, hours" in cells
    assert not any("SEK" in cell or "EUR" in cell for cell in cells)


def test_the_week_has_only_intervals_with_calls(tmp_path: Path) -> None:
    rows = written(tmp_path / "a.xlsx", {"pool_week": pooled()["pool_week"]})
    assert [row[:2] for row in rows if row[0] == "Mon"] == [("Mon", f"{hour:02}:00") for hour in (9, 10, 11)]
    assert not any(row[0] in ("Tue", "Sun") for row in rows)


@pytest.mark.parametrize("name", [name for name in TABLES if name.startswith("pool_")])
def test_every_column_of_a_pool_has_a_heading(name: str) -> None:
    left_out = {"step"} if name == "pool_saving" else set()
    assert {column for column, _, _ in _COLUMNS[name]} == set(TABLES[name].names()) - left_out
