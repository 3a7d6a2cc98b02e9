"""From a list to a sale: the funnel by hand, its hours by another way, sales by exact arithmetic."""

from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callplan.errors import Refused
from erlang import Dialling, outbound_hours
from quoting.outbound import outbound_plan
from quoting.sizing.agents import agents_by_volume, typical_week
from quoting.terms.template import DEMO_OUTBOUND, DEMO_QUOTE
from quoting.terms.terms import Terms

# 10,000 people; 40 of 100 are reached, half of them hear the offer, a fifth of those buy: 4 of 100.
PLAIN = {
    "list_size": 10_000,
    "attempts_each": 2.5,
    "reached": 0.4,
    "introduced": 0.5,
    "sales": 0.2,
    "attempt_s": 30,
    "talk_s": 180,
    "wrap_s": 60,
    "target_sales": 40,
}


def terms(occupancy: float = 1.0, **changes: Any) -> Terms:
    demo = Terms.from_toml(DEMO_OUTBOUND)
    assert demo.direction.outbound is not None
    funnel = demo.direction.outbound.replace(**(PLAIN | changes))
    return demo.replace(
        direction=demo.direction.replace(outbound=funnel), standard=demo.standard.replace(occupancy=occupancy)
    )


def test_a_funnel_by_hand() -> None:
    plan = outbound_plan(terms())
    steps = plan.funnel.set_index("what")
    assert plan.records == pytest.approx(1000)
    expected = {"records": 1000, "attempts": 2500, "reached": 400, "introduced": 200, "sales": 40}
    assert steps["a_month"].to_dict() == pytest.approx(expected)
    assert steps["in_list"].to_dict() == pytest.approx({what: 10 * n for what, n in expected.items()})
    assert steps["share"].tolist() == [1, 2.5, 0.4, 0.5, 0.2]
    # 2,500 tries of 30 s, 400 contacts of 240 s.
    assert steps.loc[["attempts", "reached"], "hours"].tolist() == pytest.approx([2500 / 120, 400 / 15])
    assert plan.hours == pytest.approx(47.5)
    assert plan.list_months == pytest.approx(10)
    assert plan.list_sales == pytest.approx(400)
    assert outbound_plan(terms(occupancy=0.8)).hours == pytest.approx(47.5 / 0.8)


def test_each_active_month_of_the_term_is_the_same_month() -> None:
    assert len(terms().term.calendar) == 6
    assert outbound_plan(terms(list_size=6_000)).list_months == pytest.approx(6)


def test_the_hours_are_those_of_geometric_tries() -> None:
    """A record given up after four tries, each of which reaches three in ten."""
    tries = Dialling(contact_rate=0.3, attempts=4, contact_s=30 + 240, no_contact_s=30)
    plan = outbound_plan(terms(reached=tries.reached(), attempts_each=tries.tries_per_record()))
    assert plan.hours == pytest.approx(float(outbound_hours(plan.records, tries).hours))


@given(
    target=st.floats(5, 400),
    occupancy=st.floats(0.5, 1),
    attempts=st.floats(1, 5),
    reached=st.floats(0.05, 1),
)
@settings(max_examples=30, deadline=None)
def test_the_agents_are_those_of_the_sizing(
    target: float, occupancy: float, attempts: float, reached: float
) -> None:
    given_terms = terms(
        occupancy, list_size=10**9, target_sales=target, attempts_each=attempts, reached=reached
    )
    plan = outbound_plan(given_terms)
    assert agents_by_volume(given_terms).agents.max() == max(plan.agents, given_terms.staff.minimum_agents)
    week = typical_week(given_terms)
    assert week["calls"].sum() * 365 / 84 == pytest.approx(plan.records)
    work_h = (week["calls"] * week["aht_s"]).sum() / 3600 * 365 / 84
    assert work_h / occupancy == pytest.approx(plan.hours) == plan.funnel["hours"].sum()


def test_the_spread_of_sales_is_exact() -> None:
    plan = outbound_plan(terms())
    n, p = 1000, Fraction(4, 100)
    chance = [comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(80)]
    below = np.cumsum([float(c) for c in chance])
    assert plan.chance == pytest.approx(1 - below[39])
    assert [plan.sales_p10, plan.sales_p50, plan.sales_p90] == [
        int(np.searchsorted(below, share)) for share in (0.1, 0.5, 0.9)
    ]
    assert plan.sales_sd == pytest.approx((1000 * 0.04 * 0.96) ** 0.5)


def test_a_sure_sale_has_no_spread() -> None:
    plan = outbound_plan(terms(reached=1, introduced=1, sales=1))
    assert (plan.sales_sd, plan.sales_p10, plan.sales_p90, plan.chance) == (0, 40, 40, 1)
    assert plan.records == 40


def test_a_list_too_short_for_the_term_is_refused_with_what_is_missing() -> None:
    with pytest.raises(Refused) as fault:
        outbound_plan(terms(list_size=4_500))
    assert str(fault.value) == (
        "direction.outbound.list_size: 4,500 records last for 4.5 of 6 active months; "
        "find 1,500 more for 40 sales a month, or lower target_sales to 30"
    )
    outbound_plan(terms(list_size=6_000))
    outbound_plan(terms(list_size=4_500, target_sales=30))
    with pytest.raises(Refused, match="find 1 more"):
        outbound_plan(terms(list_size=5_999))


@given(size=st.integers(50, 5000), target=st.floats(1, 500), sales=st.floats(0.01, 1))
@settings(max_examples=50, deadline=None)
def test_what_a_refusal_advises_is_accepted(size: int, target: float, sales: float) -> None:
    changes = {"list_size": size, "target_sales": target, "sales": sales}
    try:
        outbound_plan(terms(**changes))
    except Refused as fault:
        words = fault.do.split()
        missing, lower = int(words[1].replace(",", "")), float(words[-1])
        outbound_plan(terms(**changes | {"list_size": size + missing}))
        if lower > 0:
            outbound_plan(terms(**changes | {"target_sales": lower}))
        with pytest.raises(Refused):
            outbound_plan(terms(**changes | {"list_size": size + missing - 1}))


def test_the_demo_has_people_enough() -> None:
    plan = outbound_plan(Terms.from_toml(DEMO_OUTBOUND))
    assert plan.list_months >= 6
    assert plan.sales_p10 < 250 < plan.sales_p90


def test_an_inbound_quote_is_refused() -> None:
    with pytest.raises(Refused, match=r"direction\.way: found 'inbound'"):
        outbound_plan(Terms.from_toml(DEMO_QUOTE))
