"""Cost of a quote: a quarter added up by hand, exact fractions, and what each factor moves."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.tables import QUOTE_COST_SUMMARY, QUOTE_COSTS, QUOTE_MONTHS, check, read
from quoting.cost import build_up, cost, cost_summary, handling_min, quantity_of
from quoting.terms.terms import Terms

DATA = Path(__file__).parent / "data"
# January of the quarter, by hand: 2,000 paid hours, 960 of training, 240 of ramp; mean wage 11.
JANUARY = {
    "wages: basic": 15_000,  # 1,500 h at 10
    "wages: senior": 7_000,  # 500 h at 14
    "wages in training": 10_560,
    "wages lost in the ramp": 2_640,
    "night premium": 550,  # 200 h at 2.75
    "weekend premium": 2_200,  # 400 h at 5.50
    "holiday premium": 440,  # 40 h at 11
    "burden": 7_678,  # 20% of 38,390
    "recruiting": 3_600,
    "training": 2_400,
    "leaders": 3_000,
    "support": 2_500,
    "seats": 2_000,
    "licences": 500,
    "telecom": 384,  # 38,400 min
    "set-up": 2_000,  # a third of 6,000
    "reports": 400,
    "numbers": 480,  # 9,600 calls
    "contingency": 3_166.60,  # 5% of 63,332
}


@pytest.fixture(scope="module")
def terms() -> Terms:
    return Terms.from_toml(DATA / "quote_money.toml")


@pytest.fixture(scope="module")
def months() -> pd.DataFrame:
    return read(DATA / "quote_money_months.csv", QUOTE_MONTHS)


def test_january_is_what_it_is_by_hand(months: pd.DataFrame, terms: Terms) -> None:
    costs = cost(months, terms)
    january = costs[costs["start"] == "2027-01-01"]
    assert dict(zip(january["line"], january["amount"], strict=True)) == pytest.approx(JANUARY, rel=1e-12)
    assert january["amount"].sum() == pytest.approx(66_498.60, rel=1e-12)


def test_the_term_adds_up_in_exact_fractions(months: pd.DataFrame, terms: Terms) -> None:
    def exact(name: str) -> list[Fraction]:
        return [Fraction(str(value)) for value in months[name]]

    total = Fraction(6000)
    for row in range(3):
        one = {name: exact(name)[row] for name in months.select_dtypes("number")}
        premium = sum(
            one[f"{band}_share"] * Fraction(rate)
            for band, rate in (("night", "0.25"), ("weekend", "0.5"), ("holiday", "1"))
        )
        wages = (
            (one["paid_h"] * (1 + premium) + one["training_h"] + one["ramp_lost_h"]) * 11 * Fraction("1.2")
        )
        total += wages + one["hires"] * 500 + one["leaders"] * 3000 + one["support"] * 2500
        total += one["seats"] * 250 + one["handled"] * one["aht_s"] / 60 / 100
        total += 400 + one["handled"] / 20
    total *= Fraction("1.05")
    assert cost(months, terms)["amount"].sum() == pytest.approx(float(total), rel=1e-13)


def test_each_amount_is_its_quantity_times_its_rate(months: pd.DataFrame, terms: Terms) -> None:
    costs = cost(months, terms)
    check(costs, QUOTE_COSTS)
    np.testing.assert_allclose(costs["amount"], costs["quantity"] * costs["rate"], rtol=1e-15)
    assert len(costs) == len(JANUARY) * 3, "a row for each line and month"


def test_a_line_without_a_rate_stands_in_the_build_up(months: pd.DataFrame, terms: Terms) -> None:
    free = terms.replace(cost=terms.cost.replace(licence_per_seat_month=0.0))
    licences = cost(months, free).query("line == 'licences'")
    assert licences["quantity"].tolist() == [10, 11, 9]
    assert (licences["amount"] == 0).all()


def test_the_summary_adds_up_at_each_level(months: pd.DataFrame, terms: Terms) -> None:
    costs = cost(months, terms)
    summary = cost_summary(costs)
    check(summary, QUOTE_COST_SUMMARY)
    total = costs["amount"].sum()
    for by in ("line", "group", "total"):
        rows = summary[summary["by"] == by]
        assert rows["amount"].sum() == pytest.approx(total, rel=1e-12)
        assert rows["share"].sum() == pytest.approx(1, rel=1e-12)
    groups = summary[summary["by"] == "group"]["name"].tolist()
    assert groups == ["wages", "people", "place", "telecom", "set-up", "own", "contingency"]
    place = summary.query("by == 'group' and name == 'place'")["amount"].item()
    assert place == 30 * 250


@pytest.mark.parametrize(
    ("per", "by_hand"),
    [
        ("term", [1 / 3] * 3),
        ("month", [1, 1, 1]),
        ("seat_month", [10, 11, 9]),
        ("fte_month", [12, 13.5, 10.5]),
        ("hire", [12, 2, 0]),
        ("call", [9600, 10500, 7800]),
        ("paid_h", [2000, 2250, 1750]),
    ],
)
def test_a_line_of_the_users_own_is_counted_by_what_it_is_paid_for(
    months: pd.DataFrame, per: str, by_hand: list[float]
) -> None:
    np.testing.assert_allclose(quantity_of(per, months), by_hand)


def test_a_month_without_calls_costs_no_telecom(months: pd.DataFrame) -> None:
    idle = months.assign(handled=[9600, 0, 7800], aht_s=[240, np.nan, 250])
    assert handling_min(idle).tolist() == [38_400, 0, 32_500]


def test_arrays_of_many_futures_cost_what_each_costs_alone(months: pd.DataFrame, terms: Terms) -> None:
    futures = {name: np.stack([months[name], 2 * months[name]]) for name in months.select_dtypes("number")}
    together = sum(item.amount for item in build_up(futures, terms))
    for row in range(2):
        alone = months.assign(**{name: values[row] for name, values in futures.items()})
        by_month = sum(item.amount for item in build_up(alone, terms))
        np.testing.assert_allclose(together[row], by_month, rtol=1e-14)


@given(
    factor=st.floats(1.001, 3),
    name=st.sampled_from(
        [
            "burden",
            "night_premium",
            "recruiting_per_hire",
            "seat_per_month",
            "setup",
            "telecom_per_min",
            "contingency",
        ]
    ),
)
def test_what_is_dearer_costs_more_and_moves_no_quantity_of_work(
    months: pd.DataFrame, terms: Terms, factor: float, name: str
) -> None:
    dearer = terms.replace(cost=terms.cost.replace(**{name: getattr(terms.cost, name) * factor}))
    before, after = cost(months, terms), cost(months, dearer)
    assert after["amount"].sum() > before["amount"].sum()
    work = before["unit"] != "money"
    pd.testing.assert_series_equal(before.loc[work, "quantity"], after.loc[work, "quantity"])
