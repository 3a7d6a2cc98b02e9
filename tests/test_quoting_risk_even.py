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


def test_a_fixed_sum_meets_a_price_by_call_where_hand_and_division_say() -> None:
    sizing, table, terms = priced(Billing(method="project"), Billing(method="per_call", rate=3.0))
    found = break_even(sizing, table, terms).set_index(["n", "other"]).loc[(1, 2)]
    calls = sizing.months["handled"].sum()
    by_hand = table["revenue"].iloc[0] / (3.0 * calls) - 1
    assert found["change"] == pytest.approx(by_hand, abs=0.005)
    assert found["calls"] == pytest.approx(sizing.months["calls"].mean() * (1 + by_hand), rel=0.005)
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
        assert ((found.loc[pair, "change"] <= 0) & (found.loc[pair, "until"] >= 0)).any()


def test_where_one_is_dearer_on_both_sides_they_meet_without_crossing() -> None:
    # A price by call is linear in the calls, the minimum bends it: above and below the quote it costs more.
    flat = TERMS.traffic.replace(growth_a_year=0.0, peak_month=None, peak_month_factor=None)
    terms = TERMS.replace(traffic=flat)
    calls = size(terms).months["calls"].iloc[0]
    kinked = Billing(
        method="dead_band", rate=3 * calls, baseline=calls, band=1e-9, additional=4.0, reduced=2.0
    )
    found = even(Billing(method="per_call", rate=3.0), kinked, terms=terms).loc[(1, 2)]
    assert found["change"].tolist() == [0.0]
    assert found["what"].tolist() == ["they meet; on both sides: per_call costs less"]


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
    what = "alike from here to +10%; below: dead_band costs less; above: project costs less"
    assert found.loc[(1, 2, 1), "what"] == what


def profits(sizing: Sizing, table: pd.DataFrame, terms: Terms) -> dict[tuple[int, int], float]:
    """Return the profit of each method at each whole percent, the quote sized anew by its own chain."""
    found = {}
    for percent in range(-50, 101):
        sized = agents_by_volume(terms, percent / 100)
        months = people(sized.agent_h[0], sized.agents[0], terms, sizing.efficiency, sized.carried(0))
        spent, usage = cost(months, terms)["amount"].sum(), usage_of(months, terms)
        for n, (billing, rate) in enumerate(zip(terms.billing, table["rate"], strict=True), 1):
            found[n, percent] = float(fees(billing, usage, rate).sum() - spent)
    return found


def test_profit_turns_into_loss_where_the_quote_sized_anew_says() -> None:
    # Fees by nothing, by calls beyond a base, by hours and by minutes. At the last two rates the work earns
    # its cost and little more: whole seats and leaders turn a profit into a loss again and again.
    overage = Billing(method="base_plus_overage", base=50_000, included=15_000)
    solved = (Billing(method="project"), overage, Billing(method="hourly"), Billing(method="handling_minute"))
    rates = priced(*solved)[1]["rate"]
    by_hour, by_minute = (
        way.replace(rate=rate * share)
        for way, rate, share in zip(solved[2:], rates[2:], (0.8, 0.82), strict=True)
    )
    sizing, table, terms = priced(*solved[:2], by_hour, by_minute)
    anew, found = profits(sizing, table, terms), break_even(sizing, table, terms)
    against_cost = found[found["other"] == 0].groupby("n")
    assert against_cost["change"].count().tolist()[:2] == [1, 1]
    assert (found["until"] > found["change"]).any()
    for n, of in against_cost:
        signs = {percent: np.sign(anew[n, percent]) for percent in range(-50, 101)}
        turns = [percent for percent in range(-50, 100) if signs[percent] != signs[percent + 1]]
        told = of[["change", "until"]].mul(100).round().to_numpy()
        # Each turn is told, to one percent, and each that is told is one.
        assert all(any(first - 1 <= turn <= last for first, last in told) for turn in turns)
        assert all(any(first - 1 <= turn <= last for turn in turns) for first, last in told)
        for (first, last), what in zip(told, of["what"], strict=True):
            below, above = signs[first - 1], signs[last + 1]
            sides = {(-1, 1): "below: a loss; above: a profit", (1, -1): "below: a profit; above: a loss"}
            assert what.endswith(sides[below, above])


def test_a_volume_is_told_to_the_percent_and_its_calls_to_three_figures() -> None:
    found = even().dropna(subset="change")
    for name in ("change", "until"):
        np.testing.assert_allclose(found[name] * 100, (found[name] * 100).round(), atol=1e-9)
    assert [float(f"{calls:.3g}") for calls in found["calls"]] == found["calls"].tolist()
    assert (found["until"] >= found["change"]).all()


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
