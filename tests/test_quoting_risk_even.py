"""Break-even volumes: against crossings found by hand, and against the quote sized anew around them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from quoting import Terms
from quoting.billing import fees, prices, usage_of
from quoting.cost import cost
from quoting.risk import break_even
from quoting.sizing import Sizing, agents_by_volume, people, size
from quoting.terms.money import Billing
from quoting.terms.template import DEMO_OUTBOUND

TERMS = Terms.from_toml(Path(__file__).with_name("data") / "quote_risk.toml").replace(sla=None)


def priced(*billing: Billing, terms: Terms = TERMS) -> tuple[Sizing, pd.DataFrame, Terms]:
    terms = terms.replace(billing=billing or terms.billing, price=terms.price.replace(discount=0.0))
    sizing = size(terms)
    return sizing, prices(sizing.months, cost(sizing.months, terms), terms), terms


def even(*billing: Billing, terms: Terms = TERMS) -> pd.DataFrame:
    return break_even(*priced(*billing, terms=terms)).set_index(["n", "other", "crossing"])


def profit(terms: Terms, change: float, rate: float) -> float:
    """Return the profit of the first method at a volume that is sized anew."""
    sized = agents_by_volume(terms, change)
    months = people(sized.agent_h[0], sized.agents[0], terms, 0.85, sized.carried(0))
    charged = fees(terms.billing[0], usage_of(months, terms), rate)
    return float(charged.sum() - cost(months, terms)["amount"].sum())


def test_a_fixed_sum_meets_a_price_by_call_where_hand_and_division_say() -> None:
    sizing, table, terms = priced(Billing(method="project"), Billing(method="per_call", rate=3.0))
    found = break_even(sizing, table, terms).set_index(["n", "other"]).loc[(1, 2)]
    calls = sizing.months["handled"].sum()
    by_hand = table["revenue"].iloc[0] / (3.0 * calls) - 1
    assert found["change"] == pytest.approx(by_hand, abs=1e-9)
    assert found["calls"] == pytest.approx(sizing.months["calls"].mean() * (1 + by_hand))
    assert found["what"] == "below: per_call costs less; above: project costs less"


def test_a_base_meets_a_price_by_call_alone() -> None:
    found = even(
        Billing(method="per_call", rate=2.0, base=30_000),
        Billing(method="minimum_volume", rate=3.0, minimum=0),
    )
    # 30,000 a month and 2 a call against 3 a call: alike at 30,000 calls of each mean month.
    assert found.loc[(1, 2, 1), "calls"] == pytest.approx(30_000, rel=1e-9)


def test_methods_of_solved_rates_meet_at_the_quoted_volume() -> None:
    found = even(Billing(method="project"), Billing(method="per_call"), Billing(method="hourly"))
    for pair in ((1, 2), (1, 3), (2, 3)):
        assert 0.0 in found.loc[pair, "change"].tolist()


def test_where_two_never_meet_none_is_said() -> None:
    found = even(Billing(method="per_call", rate=2.0), Billing(method="minimum_volume", rate=3.0, minimum=0))
    assert np.isnan(found.loc[(1, 2, 1), "change"])
    assert found.loc[(1, 2, 1), "what"] == "none in this range, -50% to +100%: per_call costs less"


def test_two_names_of_one_price_are_alike_at_every_volume() -> None:
    found = even(Billing(method="per_call", rate=2.0), Billing(method="minimum_volume", rate=2.0, minimum=0))
    assert found.loc[(1, 2, 1), "what"] == "at every volume, -50% to +100%: they are alike"


def test_a_stretch_in_which_two_are_alike_is_one_crossing() -> None:
    # Calls are the same in every month; within 10% of the baseline the fee is the fixed sum.
    flat = TERMS.traffic.replace(growth_a_year=0.0, peak_month=None, peak_month_factor=None)
    terms = TERMS.replace(traffic=flat)
    calls = size(terms).months["calls"].iloc[0]
    band = Billing(method="dead_band", rate=100_000, baseline=calls, band=0.1)
    found = even(Billing(method="project", rate=1_200_000), band, terms=terms)
    assert found.loc[(1, 2), "change"].tolist() == [-0.1]
    what = "alike from here to +10.0%; below: dead_band costs less; above: project costs less"
    assert found.loc[(1, 2, 1), "what"] == what


def test_the_volume_that_leaves_no_profit_lies_between_a_profit_and_a_loss() -> None:
    sizing, table, terms = priced(Billing(method="project"))
    found = break_even(sizing, table, terms).iloc[0]
    assert (found["other"], found["other_method"]) == (0, "cost")
    assert found["what"] == "below: a profit; above: a loss"
    rate = table["rate"].iloc[0]
    assert profit(terms, found["change"] - 0.02, rate) > 0 > profit(terms, found["change"] + 0.02, rate)
    # Half way between two volumes that are sized the straight line is off by little.
    assert abs(profit(terms, found["change"], rate)) < 0.01 * table["revenue"].iloc[0]


def test_a_rented_seat_is_held_against_its_own_cost_alone() -> None:
    found = even(Billing(method="seat_rental"), Billing(method="project"))
    assert sorted(found.index.droplevel(2).unique()) == [(1, 0), (2, 0)]


def test_every_pair_and_every_method_is_there() -> None:
    found = even()
    count = len(TERMS.billing)
    pairs = (count - 1) * (count - 2) // 2 + count
    assert len(found.index.droplevel(2).unique()) == pairs


def test_an_outbound_quote_has_volumes_too() -> None:
    sizing, table, terms = priced(terms=Terms.from_toml(DEMO_OUTBOUND))
    found = break_even(sizing, table, terms)
    assert set(found["n"]) == set(table["n"])
