"""Actual against quoted: effects by hand, that they add up, and rows that cannot be used."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused
from callplan.tables import ACTUALS, QUOTE_ACTUAL, QUOTE_MONTHS, check, read
from quoting.actual import against, quoted_by_month
from quoting.cost import cost
from quoting.terms.terms import Terms

DATA = Path(__file__).parent / "data"
HEAD = "month,calls,aht_s,paid_h,cost,revenue,handled,seats\n"
EFFECTS = ["by_volume", "by_aht", "by_hours", "by_wage"]


@pytest.fixture(scope="module")
def quoted() -> pd.DataFrame:
    months = read(DATA / "quote_money_months.csv", QUOTE_MONTHS)
    return quoted_by_month(
        months, cost(months, Terms.from_toml(DATA / "quote_money.toml")), np.array([80e3, 66e3, 47e3])
    )


@pytest.fixture
def came(tmp_path: Path) -> Callable[[str], pd.DataFrame]:
    """Read lines below the head of a table of actuals."""

    def from_lines(lines: str) -> pd.DataFrame:
        (tmp_path / "actual.csv").write_text(HEAD + lines, encoding="utf-8")
        return read(tmp_path / "actual.csv", ACTUALS)

    return from_lines


def test_the_quote_by_month_has_its_cost_and_revenue(quoted: pd.DataFrame) -> None:
    assert quoted["cost"].tolist() == pytest.approx([66_498.60, 54_853.575, 39_180.225])
    assert quoted["revenue"].tolist() == [80e3, 66e3, 47e3]


def test_january_taken_apart_by_hand(quoted: pd.DataFrame, came: Callable[[str], pd.DataFrame]) -> None:
    # A tenth more calls, 5% longer, in 2,400 hours instead of 2,310 for that work, an hour 2% dearer.
    per_h = 66_498.60 / 2000
    actual = came(f"2027-01-01,11000,252,2400,{2400 * per_h * 1.02!r},88000,10400,11\n")
    table = against(quoted, actual)
    check(table, QUOTE_ACTUAL)
    found = table.set_index("measure")
    assert found.index.tolist() == [
        "calls",
        "handled",
        "aht_s",
        "seats",
        "paid_h",
        "cost",
        "revenue",
        "profit",
    ]
    assert found.loc["paid_h", EFFECTS].tolist() == pytest.approx([200, 110, 90, 0])
    by_hand = [200 * per_h, 110 * per_h, 90 * per_h, 2400 * per_h * 0.02]
    assert found.loc["cost", EFFECTS].tolist() == pytest.approx(by_hand)
    assert found["difference"].round(6).to_dict() == pytest.approx(
        {
            "calls": 1000,
            "handled": 800,
            "aht_s": 12,
            "seats": 1,
            "paid_h": 400,
            "cost": 2400 * per_h * 1.02 - 66_498.60,
            "revenue": 8000,
            "profit": 8000 - (2400 * per_h * 1.02 - 66_498.60),
        },
        abs=1e-5,
    )


def test_what_was_not_recorded_is_empty(quoted: pd.DataFrame, came: Callable[[str], pd.DataFrame]) -> None:
    found = against(quoted, came("2027-02-01,11000,240,2250,55000,66000,,\n")).set_index("measure")
    assert found.loc[["handled", "seats"], "actual"].isna().all()
    assert found.loc["calls", "difference"] == 0


def test_a_month_without_calls_is_not_taken_apart(
    quoted: pd.DataFrame, came: Callable[[str], pd.DataFrame]
) -> None:
    found = against(quoted, came("2027-03-01,0,240,0,5000,0,0,9\n")).set_index("measure")
    assert found.loc["cost", "difference"] == pytest.approx(5000 - 39_180.225)
    assert found.loc["cost", EFFECTS].isna().all()


@given(
    st.tuples(*(st.floats(0.1, 1e6) for _ in range(8))),
)
def test_the_effects_add_up_to_the_difference(values: tuple[float, ...]) -> None:
    calls, aht_s, paid_h, money = values[:4]
    start = pd.Timestamp("2027-01-01")
    was = pd.DataFrame(
        [{"start": start, "calls": calls, "handled": calls, "aht_s": aht_s, "seats": 1, "paid_h": paid_h}]
    ).assign(cost=money, revenue=money)
    columns = dict(zip(("calls", "aht_s", "paid_h", "cost"), values[4:], strict=True))
    found = against(was, pd.DataFrame([{"month": start, **columns, "revenue": 1.0}])).set_index("measure")
    for measure in ("paid_h", "cost"):
        row = found.loc[measure]
        exact = Fraction(columns[measure]) - Fraction(values[2] if measure == "paid_h" else money)
        assert row["difference"] == pytest.approx(float(exact), rel=1e-12, abs=1e-9)
        size = row[EFFECTS].abs().sum()
        assert row[EFFECTS].sum() == pytest.approx(float(exact), rel=1e-9, abs=1e-12 * size + 1e-9)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("2027-01-01,-5,240,2000,66000,80000,,", "row 3, column calls: found -5"),
        ("2027-01-01,,240,2000,66000,80000,,", "row 3, column calls: an empty cell"),
        ("2027-01-01,10000,-240,2000,66000,80000,,", "row 3, column aht_s: found -240"),
        ("2027-01-01,10000,240,many,66000,80000,,", "row 3, column paid_h: found 'many'"),
        ("January,10000,240,2000,66000,80000,,", "row 3, column month"),
        ("2027-02-01,10000,240,2000,66000,80000,,", "stands in row 2 too"),
    ],
)
def test_a_bad_row_is_refused_by_its_number(
    came: Callable[[str], pd.DataFrame], line: str, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        came(f"2027-02-01,11000,240,2250,55000,66000,,\n{line}\n")


@pytest.mark.parametrize("month", ["2026-12-01", "2027-01-15"])
def test_a_month_that_was_not_quoted_is_refused(
    quoted: pd.DataFrame, came: Callable[[str], pd.DataFrame], month: str
) -> None:
    with pytest.raises(Refused, match=f"{month} is not a month of the quote"):
        against(quoted, came(f"{month},10000,240,2000,66000,80000,,\n"))


def test_calls_without_a_handling_time_are_refused(
    quoted: pd.DataFrame, came: Callable[[str], pd.DataFrame]
) -> None:
    with pytest.raises(Refused, match="2027-01-01, column aht_s: calls of 0 s"):
        against(quoted, came("2027-01-01,10000,0,2000,66000,80000,,\n"))
