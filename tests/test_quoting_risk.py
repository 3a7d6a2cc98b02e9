"""What-ifs of a quote: the arithmetic against the quote's own, the tornado against quotes made anew."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quoting import Terms
from quoting.billing import fees, prices, usage_of
from quoting.cost import build_up, cost
from quoting.risk import tornado, two_way
from quoting.risk.futures import costs_of, fees_of, future, share_of
from quoting.risk.weeks import weeks_by_level
from quoting.sizing import Sizing, agents_by_volume, month_factors, people, size
from quoting.terms.template import DEMO_OUTBOUND

TERMS = Terms.from_toml(Path(__file__).with_name("data") / "quote_risk.toml")


@pytest.fixture(scope="module")
def quoted() -> tuple[Sizing, pd.DataFrame]:
    sizing = size(TERMS)
    return sizing, prices(sizing.months, cost(sizing.months, TERMS), TERMS)


def anew(**changes: float) -> Terms:
    """Return the terms with one figure changed where it stands, as somebody would in `quote.toml`."""
    terms, factor = TERMS, {driver: 1 + change for driver, change in changes.items()}
    if "volume" in factor:
        calls = (terms.traffic.calls or 0.0) * factor["volume"]
        terms = terms.replace(traffic=terms.traffic.replace(calls=calls))
    if "aht" in factor:
        aht_s = (terms.traffic.aht_s or 0.0) * factor["aht"]
        terms = terms.replace(traffic=terms.traffic.replace(aht_s=aht_s))
    if "wages" in factor:
        wages = [wage.replace(per_h=wage.per_h * factor["wages"]) for wage in terms.cost.wages]
        terms = terms.replace(cost=terms.cost.replace(wages=tuple(wages)))
    for name in ("shrinkage", "attrition"):
        if name in factor:
            share = getattr(terms.staff, name) * factor[name]
            terms = terms.replace(staff=terms.staff.replace(**{name: share}))
    return terms


def full_path(terms: Terms, rates: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return revenue and cost of each method by the quote's own chain, at rates that are held."""
    by_volume = agents_by_volume(terms)
    months = people(by_volume.agent_h[0], by_volume.agents[0], terms, 0.85, by_volume.carried(0))
    costs, usage = cost(months, terms), usage_of(months, terms)
    place = costs.loc[costs["group"] == "place", "amount"].sum() * (1 + terms.cost.contingency)
    whole = costs["amount"].sum()
    off = 1 - terms.price.discount
    revenue = [off * fees(b, usage, r).sum() for b, r in zip(terms.billing, rates, strict=True)]
    return np.array(revenue), np.array([place if b.method == "seat_rental" else whole for b in terms.billing])


# ── the arithmetic on arrays ──────────────────────────────────────────────────────────────────────


def test_a_future_as_quoted_is_the_table_of_months(quoted: tuple[Sizing, pd.DataFrame]) -> None:
    sizing, _ = quoted
    levels = month_factors(TERMS)
    made = future(weeks_by_level(TERMS, levels).at(levels), TERMS, sizing.efficiency)
    for name, column in made.months.items():
        np.testing.assert_allclose(column, sizing.months[name], rtol=1e-9, err_msg=name)


@settings(max_examples=15, deadline=None)
@given(
    shrinkage=st.floats(-0.5, 1.0),
    attrition=st.floats(-1.0, 1.5),
    volume=st.floats(-0.6, 1.0),
    aht=st.floats(-0.3, 0.5),
)
def test_several_futures_at_once_are_people_counted_one_by_one(
    shrinkage: float, attrition: float, volume: float, aht: float
) -> None:
    terms = anew(shrinkage=shrinkage, attrition=attrition, volume=volume, aht=aht)
    by_volume = agents_by_volume(terms)
    one = people(by_volume.agent_h[0], by_volume.agents[0], terms, 0.85, by_volume.carried(0))
    factors = np.array([1.0, 1 + volume])
    levels = np.multiply.outer(factors, month_factors(TERMS))
    weeks = weeks_by_level(TERMS, levels, [1.0, 1 + aht]).at(levels, [[1.0], [1 + aht]])
    both = future(weeks, TERMS, 0.85, shrinkage=[1.0, 1 + shrinkage], attrition=[1.0, 1 + attrition])
    for name, column in both.months.items():
        np.testing.assert_allclose(column[1], one[name], rtol=1e-6, atol=1e-9, err_msg=name)
    np.testing.assert_allclose(both.usage.productive_h[1], usage_of(one, terms).productive_h, rtol=1e-9)


@pytest.mark.parametrize("contract_h", [None, 26.0])
def test_a_future_with_gaps_begins_anew_as_people_do(contract_h: float | None) -> None:
    term = TERMS.term.replace(kind="intermittent", months=24, active_months=(1, 6, 12))
    terms = TERMS.replace(term=term, staff=TERMS.staff.replace(contract_h=contract_h))
    by_volume = agents_by_volume(terms)
    one = people(by_volume.agent_h[0], by_volume.agents[0], terms, 0.85, by_volume.carried(0))
    assert one["begins_anew"].sum() > 2
    levels = month_factors(terms)
    made = future(weeks_by_level(terms, levels).at(levels), terms, 0.85)
    for name, column in made.months.items():
        np.testing.assert_allclose(column, one[name], rtol=1e-9, err_msg=name)


def test_a_share_stays_below_what_would_leave_nobody() -> None:
    assert share_of(0.3, 10.0) == 0.95
    assert share_of(0.97, 1.5) == 0.97
    assert share_of(0.97, 0.5) == 0.485


def test_a_rented_seat_costs_its_place_alone(quoted: tuple[Sizing, pd.DataFrame]) -> None:
    sizing, table = quoted
    levels = month_factors(TERMS)
    made = future(weeks_by_level(TERMS, levels).at(levels), TERMS, sizing.efficiency)
    np.testing.assert_allclose(costs_of(made.months, TERMS), table["cost"], rtol=1e-12)
    charged = [month.sum() for month in fees_of(made.usage, TERMS, table["rate"])]
    np.testing.assert_allclose(charged, table["after_discount"], rtol=1e-12)


# ── tornado ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("driver", ["volume", "aht", "shrinkage", "attrition", "wages"])
@pytest.mark.parametrize("change", [-0.2, 0.1])
def test_the_tornado_is_the_quote_made_anew_at_its_old_rates(
    quoted: tuple[Sizing, pd.DataFrame], driver: str, change: float
) -> None:
    sizing, table = quoted
    bars = tornado(sizing, table, TERMS)
    bars = bars[(bars["driver"] == driver) & (bars["change"] == change)].sort_values("n")
    revenue, spent = full_path(anew(**{driver: change}), table["rate"])
    np.testing.assert_allclose(bars["revenue"], revenue, rtol=1e-9)
    np.testing.assert_allclose(bars["cost"], spent, rtol=1e-9)
    np.testing.assert_allclose(bars["margin"], (revenue - spent) / revenue, rtol=1e-7)
    np.testing.assert_allclose(bars["effect"], revenue - spent - table["profit_after"], rtol=1e-6, atol=1e-3)


def test_the_widest_bar_stands_first(quoted: tuple[Sizing, pd.DataFrame]) -> None:
    sizing, table = quoted
    bars = tornado(sizing, table, TERMS)
    for _, of_method in bars.groupby("n"):
        widest = of_method["effect"].abs().groupby(of_method["rank"]).max()
        assert widest.is_monotonic_decreasing
        assert widest.index.tolist() == [1, 2, 3, 4, 5]
    assert bars.groupby(["n", "rank"])["driver"].nunique().eq(1).all()


def test_a_fixed_sum_bears_the_volume_and_a_price_by_the_hour_does_not(
    quoted: tuple[Sizing, pd.DataFrame],
) -> None:
    sizing, table = quoted
    bars = tornado(sizing, table, TERMS)
    more = bars[(bars["driver"] == "volume") & (bars["change"] == 0.2)].set_index("method")
    less = bars[(bars["driver"] == "volume") & (bars["change"] == -0.2)].set_index("method")
    assert more.loc["project", "effect"] < 0 < less.loc["project", "effect"]
    assert less.loc["hourly", "effect"] < 0 < more.loc["hourly", "effect"]
    # The fixed sum earns the same, so the whole change of cost is its own.
    own_cost = table.set_index("method").loc["project", "cost"]
    assert more.loc["project", "effect"] == pytest.approx(own_cost - more.loc["project", "cost"])


def test_dearer_wages_take_the_same_from_every_method(quoted: tuple[Sizing, pd.DataFrame]) -> None:
    sizing, table = quoted
    wages = cost(sizing.months, TERMS).query("group == 'wages'")["amount"].sum()
    bars = tornado(sizing, table, TERMS, changes=[0.1]).query("driver == 'wages' and method != 'seat_rental'")
    assert bars["effect"].to_numpy() == pytest.approx(-0.1 * wages * (1 + TERMS.cost.contingency))


def test_the_tornado_of_an_outbound_quote_holds_its_rates() -> None:
    terms = Terms.from_toml(DEMO_OUTBOUND)
    sizing = size(terms)
    table = prices(sizing.months, cost(sizing.months, terms), terms)
    bars = tornado(sizing, table, terms, changes=[0.25]).set_index(["method", "driver"])
    base = table.set_index("method")["after_discount"]
    assert bars.loc[("commission", "volume"), "revenue"] == pytest.approx(1.25 * base["commission"])
    assert bars.loc[("project", "volume"), "revenue"] == pytest.approx(base["project"])
    assert bars.loc[("commission", "aht"), "revenue"] == pytest.approx(base["commission"])


# ── two ways ──────────────────────────────────────────────────────────────────────────────────────


def test_the_middle_of_a_two_way_table_is_the_quote(quoted: tuple[Sizing, pd.DataFrame]) -> None:
    sizing, table = quoted
    ways = two_way(sizing, table, TERMS)
    middle = ways.query("volume == 0 and change == 0")
    for driver in ("aht", "shrinkage"):
        np.testing.assert_allclose(
            middle.loc[middle["driver"] == driver, "profit"], table["profit_after"], rtol=1e-9
        )
    assert len(ways) == len(TERMS.billing) * 2 * 25


@pytest.mark.parametrize("driver", ["aht", "shrinkage"])
def test_a_corner_of_a_two_way_table_is_the_quote_made_anew(
    quoted: tuple[Sizing, pd.DataFrame], driver: str
) -> None:
    sizing, table = quoted
    corner: dict[str, Any] = {"volume": -0.2, driver: 0.2}
    revenue, spent = full_path(anew(**corner), table["rate"])
    ways = two_way(sizing, table, TERMS, changes=[-0.2, 0.2])
    found = ways.query("driver == @driver and volume == -0.2 and change == 0.2")
    np.testing.assert_allclose(found["profit"], revenue - spent, rtol=1e-7)


def test_a_cost_is_summed_in_the_order_of_the_build_up_to_the_last_digit() -> None:
    # Another order of the groups, as that of a set, gives other last digits and so other bytes.
    levels = np.multiply.outer(np.random.default_rng(1).uniform(0.5, 1.5, 200), month_factors(TERMS))
    months = future(weeks_by_level(TERMS, levels).at(levels), TERMS, 0.85).months
    by_group: dict[str, list[np.ndarray]] = {}
    for item in build_up(months, TERMS):
        by_group.setdefault(item.group, []).append(item.amount)
    assert len(by_group) > 4
    sums = {group: np.sum(amounts, axis=0).sum(axis=-1) for group, amounts in by_group.items()}
    wages, _ = sums.pop("wages"), sums.pop("contingency")
    in_order = (wages + sum(sums.values())) * (1 + TERMS.cost.contingency)
    whole = [n for n, billing in enumerate(TERMS.billing) if billing.method != "seat_rental"]
    assert (costs_of(months, TERMS)[whole[0]] == in_order).all()
    backwards = (wages + sum(reversed(sums.values()))) * (1 + TERMS.cost.contingency)
    assert (backwards != in_order).any()
