"""The table of prices: every method at the same margin, discount, floor, add-ons and tax."""

import warnings
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused, Remark
from callplan.tables import QUOTE_MONTHS, QUOTE_PRICES, check, read
from quoting.billing import fees, floor_price, prices, usage_of
from quoting.cost import cost
from quoting.terms.factors import Direction, Funnel
from quoting.terms.money import Billing, Line, Price
from quoting.terms.terms import Terms
from quoting.terms.traffic import Traffic, Workload

DATA = Path(__file__).parent / "data"
# What the quarter costs: see test_quoting_cost.py.
COST = 160_532.40
EVERY = (
    Billing(method="per_seat_month", minimum=10),
    Billing(method="base_plus_overage", base=20_000, included=8000),
    Billing(method="per_call", base=5000),
    Billing(method="per_call_minimum", minimum=40_000),
    Billing(method="commission", success=0.1),
    Billing(method="seat_rental"),
    Billing(method="hourly"),
    Billing(method="fte_month"),
    Billing(method="project"),
    Billing(method="productive_hour"),
    Billing(method="handling_minute"),
    Billing(method="dead_band", baseline=10_000, band=0.05, additional=5, reduced=4),
    Billing(method="minimum_volume", minimum=9000),
)


@pytest.fixture(scope="module")
def terms() -> Terms:
    return Terms.from_toml(DATA / "quote_money.toml").replace(billing=EVERY)


@pytest.fixture(scope="module")
def months() -> pd.DataFrame:
    return read(DATA / "quote_money_months.csv", QUOTE_MONTHS)


def priced(months: pd.DataFrame, terms: Terms, **price: object) -> pd.DataFrame:
    terms = terms.replace(price=terms.price.replace(**price))
    return prices(months, cost(months, terms), terms).set_index("method")


@pytest.mark.parametrize("basis", ["markup", "margin"])
def test_every_method_earns_the_same_markup_or_margin(months: pd.DataFrame, terms: Terms, basis: str) -> None:
    found = priced(months, terms, basis=basis)
    check(found.reset_index(), QUOTE_PRICES)
    assert found.index.tolist() == [billing.method for billing in EVERY]
    assert found[basis].tolist() == pytest.approx([0.2] * len(EVERY), abs=1e-12)
    whole = found.drop(index="seat_rental")
    price = COST * 1.2 if basis == "markup" else COST / 0.8
    assert whole["cost"].tolist() == pytest.approx([COST] * len(whole))
    assert whole["revenue"].tolist() == pytest.approx([price] * len(whole))
    assert found["profit"].tolist() == pytest.approx((found["revenue"] - found["cost"]).tolist())
    assert (found["rate_is"] == "solved").all()


def test_rates_by_hand(months: pd.DataFrame, terms: Terms) -> None:
    rate, price = priced(months, terms)["rate"], COST * 1.2
    assert rate["per_seat_month"] == pytest.approx(price / (10 + 11 + 10))
    assert rate["base_plus_overage"] == pytest.approx((price - 60_000) / (1600 + 2500))
    assert rate["per_call"] == pytest.approx((price - 15_000) / 27_900)
    assert rate["commission"] == pytest.approx(price / 2790)
    assert rate["hourly"] == pytest.approx(price / 6000)
    assert rate["productive_hour"] == pytest.approx(price / 4200)
    assert rate["handling_minute"] == pytest.approx(price / (38_400 + 42_000 + 32_500))
    assert rate["project"] == pytest.approx(price)
    # February: 500 calls above 10,500. March: 1,500 below 9,500.
    assert rate["dead_band"] == pytest.approx((price - 2500 + 6000) / 3)
    assert rate["minimum_volume"] == pytest.approx(price / (9600 + 10_500 + 9000))


def test_a_rented_seat_costs_its_place_alone(months: pd.DataFrame, terms: Terms) -> None:
    rental = priced(months, terms).loc["seat_rental"]
    place = 30 * 250 * 1.05
    assert rental["cost"] == pytest.approx(place)
    assert rental["rate"] == pytest.approx(place * 1.2 / 30)
    assert "without its agent" in rental["what"]


def test_a_given_rate_shows_the_margin_it_leaves(months: pd.DataFrame, terms: Terms) -> None:
    given = terms.replace(billing=(Billing(method="hourly", rate=25),))
    found = priced(months, given).loc["hourly"]
    assert found["rate_is"] == "given"
    assert found["revenue"] == 150_000
    assert found["profit"] == pytest.approx(150_000 - COST)
    assert found["margin"] == pytest.approx(1 - COST / 150_000)
    assert found["markup"] == pytest.approx(150_000 / COST - 1)


def test_the_discount_comes_off_the_price_and_its_margin(months: pd.DataFrame, terms: Terms) -> None:
    found = priced(months, terms, discount=0.1).loc["per_call"]
    after = COST * 1.2 * 0.9
    assert found["revenue"] == pytest.approx(COST * 1.2)
    assert found["after_discount"] == pytest.approx(after)
    assert found["margin_after"] == pytest.approx(1 - COST / after)
    assert found["markup_after"] == pytest.approx(0.08)
    assert found["discounted_rate"] == pytest.approx(found["rate"] * 0.9)


@pytest.mark.parametrize(("discount", "above"), [(0.05, "yes"), (0.125, "yes"), (0.13, "no")])
def test_a_discounted_price_below_the_floor_is_marked(
    months: pd.DataFrame, terms: Terms, discount: float, above: str
) -> None:
    # 20% less 12.5% leaves a markup of 5%, the floor itself.
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always", Remark)
        found = priced(months, terms, discount=discount, floor=0.05)
    assert set(found["above_floor"]) == {above}
    assert found.loc["hourly", "floor"] == pytest.approx(COST * 1.05)
    assert ("below the floor" in str([str(one.message) for one in remarks])) == (above == "no")


@given(rate=st.floats(0, 0.9), part=st.floats(0, 1), basis=st.sampled_from(["markup", "margin"]))
def test_a_discount_down_to_the_floor_itself_is_not_below_it(
    months: pd.DataFrame, terms: Terms, rate: float, part: float, basis: str
) -> None:
    price = Price(basis=basis, rate=rate, floor=rate * part)
    discount = max(0.0, 1 - floor_price(price, 1.0) / price.of(1.0))
    hourly = terms.replace(billing=(Billing(method="hourly"),))
    found = priced(months, hourly, **{**dict(price), "discount": discount})
    assert set(found["above_floor"]) == {"yes"}


def test_without_a_floor_there_is_none(months: pd.DataFrame, terms: Terms) -> None:
    found = priced(months, terms, discount=0.9)
    assert set(found["above_floor"]) == {"no floor"}
    assert found["floor"].isna().all()
    assert floor_price(Price(basis="margin", rate=0.3), 100) is None


def test_add_ons_and_tax_come_on_top(months: pd.DataFrame, terms: Terms) -> None:
    lines = (
        Line(name="monthly review", amount=1000, per="month"),
        Line(name="third language", amount=0.5, per="call"),
    )
    with_them, without = priced(months, terms, add_ons=lines), priced(months, terms)
    pd.testing.assert_series_equal(with_them["rate"], without["rate"])
    pd.testing.assert_series_equal(with_them["margin"], without["margin"])
    hourly, rental = with_them.loc["hourly"], with_them.loc["seat_rental"]
    assert hourly["add_ons"] == pytest.approx(3000 + 13_950)
    assert hourly["tax"] == pytest.approx(0.2 * (COST * 1.2 + 16_950))
    assert hourly["with_tax"] == pytest.approx(1.2 * (COST * 1.2 + 16_950))
    assert rental["add_ons"] == 3000, "nobody answers calls on a rented seat"


def test_only_a_commission_is_left_to_chance(months: pd.DataFrame, terms: Terms) -> None:
    found = priced(months, terms)
    assert found["revenue_sd"].notna().to_dict() == {m: m == "commission" for m in found.index}
    row = found.loc["commission"]
    assert row["revenue_sd"] == pytest.approx(row["rate"] * (27_900 * 0.1 * 0.9) ** 0.5)
    assert row["revenue_p10"] < row["revenue"] < row["revenue_p90"]


def test_a_price_that_no_rate_earns_is_refused_with_its_method(months: pd.DataFrame, terms: Terms) -> None:
    fine, dear = (Billing(method="per_call_minimum", minimum=minimum) for minimum in (10, 100_000))
    with pytest.raises(Refused, match=r"billing\.2, per_call_minimum: it earns 300,000\.00"):
        priced(months, terms.replace(billing=(fine, dear)))


def test_fees_by_month_add_up_to_the_revenue(months: pd.DataFrame, terms: Terms) -> None:
    found, usage = priced(months, terms), usage_of(months, terms)
    for billing in EVERY:
        by_month = fees(billing, usage, found.loc[billing.method, "rate"])
        assert by_month.shape == (3,)
        assert by_month.sum() == pytest.approx(found.loc[billing.method, "revenue"])


def test_the_figures_of_a_method_stand_in_its_words(months: pd.DataFrame, terms: Terms) -> None:
    what = priced(months, terms)["what"]
    assert "base 20,000, included 8,000" in what["base_plus_overage"]
    assert "(" not in what["hourly"]


def test_successes_of_an_outbound_quote_are_the_sales_of_its_funnel(
    months: pd.DataFrame, terms: Terms
) -> None:
    funnel = Funnel(
        list_size=50_000,
        criteria="adults",
        calling_method="preview",
        reached=0.5,
        introduced=0.4,
        sales=0.1,
        attempt_s=30,
        talk_s=200,
        target_sales=200,
    )
    outbound = terms.replace(
        direction=Direction(way="outbound", outbound=funnel),
        traffic=Traffic(),
        billing=(Billing(method="commission"),),
    )
    # A record in fifty is a sale: 2% of 10,000, 11,000 and 8,000.
    assert usage_of(months, outbound).successes.tolist() == pytest.approx([200, 220, 160])
    assert priced(months, outbound).loc["commission", "rate"] == pytest.approx(COST * 1.2 / 580)


def test_where_calls_are_counted_it_is_said_that_a_transferred_one_is_two(
    months: pd.DataFrame, terms: Terms
) -> None:
    legs = terms.traffic.replace(workload=Workload(transferred=0.15, transfer_aht_s=240))
    found = priced(months, terms.replace(traffic=legs))["what"].str.contains(
        "a transferred call counts as two"
    )
    by_call = {
        "base_plus_overage",
        "per_call",
        "per_call_minimum",
        "commission",
        "dead_band",
        "minimum_volume",
    }
    assert set(found.index[found]) == by_call
    assert not priced(months, terms)["what"].str.contains("transferred").any()
