"""Two quotes side by side."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused
from callplan.tables import QUOTE_DIFFERENCES, check
from quoting.compare import compare, compare_results
from quoting.terms.said import Said
from quoting.terms.template import DEMO_OUTBOUND, DEMO_QUOTE
from quoting.terms.terms import Terms


@pytest.fixture(scope="module")
def quote() -> Terms:
    return Terms.from_toml(DEMO_QUOTE)


def test_terms_do_not_differ_from_themselves(quote: Terms) -> None:
    none = compare(quote, Terms.from_toml(DEMO_QUOTE))
    assert none.empty
    assert list(none) == QUOTE_DIFFERENCES.names()


def test_a_changed_figure_is_listed_with_its_change(quote: Terms) -> None:
    other = quote.replace(
        traffic=quote.traffic.replace(calls=66_000),
        staff=quote.staff.replace(shrinkage=0.27, schedule_efficiency=0.9),
    )
    found = compare(quote, other)
    pd.testing.assert_frame_equal(check(found, QUOTE_DIFFERENCES), found)
    assert found["key"].tolist()[:3] == ["traffic.calls", "staff.shrinkage", "staff.schedule_efficiency"]
    calls, shrinkage, efficiency = found.head(3).to_dict("records")
    assert (calls["a"], calls["b"], calls["difference"], calls["share"]) == ("60,000", "66,000", 6000, 0.1)
    assert calls["unit"] == "calls"
    assert shrinkage["difference"] == pytest.approx(-0.03)
    assert shrinkage["share"] == pytest.approx(-0.1)
    assert (efficiency["a"], efficiency["b"]) == ("measured", "0.9")
    assert np.isnan(efficiency["difference"])
    # The shifts play no part where the efficiency is given: the default rows of the first are gone.
    assert found["key"].tolist()[3:] == ["staff.shifts.start_every_min"]


def test_a_figure_said_by_another_is_listed(quote: Terms) -> None:
    said = {**quote.said, "traffic.aht_s": Said(who="the new team", source="invented")}
    (row,) = compare(quote, quote.replace(said=said)).to_dict("records")
    assert (row["key"], row["a"], row["b"], row["difference"]) == ("traffic.aht_s", "210", "210", 0)
    assert row["said_a"] == "measured, Example Shop, ACD export, invented, 2026-10-15"
    assert row["said_b"] == "assumption, the new team, invented, 2026-11-02"


def test_what_only_one_of_them_has_is_listed(quote: Terms) -> None:
    without = quote.replace(sla=None)
    left, right = compare(quote, without), compare(without, quote)
    assert left["key"].tolist() == right["key"].tolist()
    assert left["key"].str.startswith("sla.").all()
    assert left["b"].isna().all()
    assert right["a"].isna().all()
    assert left["a"].tolist() == right["b"].tolist()
    assert left["unit"].tolist() == right["unit"].tolist()


def test_either_way_round_differences_change_their_sign(quote: Terms) -> None:
    other = Terms.from_toml(DEMO_OUTBOUND)
    one, two = (
        found.set_index("key").sort_index() for found in (compare(quote, other), compare(other, quote))
    )
    assert list(one.index) == list(two.index)
    np.testing.assert_allclose(one["difference"], -two["difference"])


def test_quotes_in_two_currencies_are_not_compared(quote: Terms) -> None:
    with pytest.raises(Refused) as fault:
        compare(quote, quote.replace(currency="USD"))
    assert str(fault.value) == (
        "currency: one quote is in EUR, the other in USD; bring both into one currency"
    )


def test_results_keep_their_order_and_a_lonely_one_stands_alone() -> None:
    table = compare_results({"seats": 20, "cost": 0.0, "fte": 39.5}, {"fte": 50.0, "cost": 4, "price": 9})
    assert table["what"].tolist() == ["seats", "cost", "fte", "price"]
    assert table["n"].tolist() == [1, 2, 3, 4]
    np.testing.assert_array_equal(table["difference"], [np.nan, 4, 10.5, np.nan])
    np.testing.assert_allclose(table["share"], [np.nan, np.nan, 10.5 / 39.5, np.nan])


def test_a_loss_that_shrinks_has_a_share_above_0() -> None:
    (row,) = compare_results({"profit": -200.0}, {"profit": -150.0}).to_dict("records")
    assert (row["difference"], row["share"]) == (50, 0.25)


@given(st.floats(1e-6, 1e9), st.floats(-1e9, 1e9))
def test_the_share_brings_one_to_the_other(a: float, b: float) -> None:
    (row,) = compare_results({"price": a}, {"price": b}).to_dict("records")
    assert a * (1 + row["share"]) == pytest.approx(b, rel=1e-6, abs=1e-6)
