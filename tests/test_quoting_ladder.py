"""Price lists of standards: against the worked example, formulas by hand, and the quote's own sizing."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from callplan.errors import Refused
from erlang import Target, required_agents
from quoting import Terms
from quoting.cost import cost
from quoting.risk import binding_goal, growth, service_ladder
from quoting.sizing import Sizing, size
from quoting.terms.factors import Direction, Funnel, Standard, Term

TERMS = Terms.from_toml(Path(__file__).with_name("data") / "quote_risk.toml")


def example(**hours: str) -> Terms:
    """Return the worked example: 2,000 calls a day, sized hour by hour at 240 s."""
    traffic = TERMS.traffic
    band: dict[str, Any] = {"kind": "office", "hours": hours} if hours else {"kind": "7x24"}
    return TERMS.replace(
        term=Term(kind="short", start=TERMS.term.start, months=1),
        time_band=type(TERMS.time_band)(**band),
        traffic=type(traffic)(
            calls=2000, per="day", within="all_hours", aht_s=240, minutes=60, profile=traffic.profile
        ),
        staff=TERMS.staff.replace(schedule_efficiency=1.0, spare_seats=0.0),
        billing=({"method": "project"},),
    )


def flat(standard: Standard, patience_s: float | None = None, erlangs: float = 10.0) -> tuple[Sizing, Terms]:
    """Return a quote with the same load, in calls of 180 s, in every half hour of a month."""
    terms = example()
    shares: dict[str, Any] = {"calls": 480 * erlangs, "aht_s": 180, "profile": (1 / 24,) * 24, "minutes": 30}
    traffic = terms.traffic.replace(**shares, patience_s=patience_s)
    terms = terms.replace(traffic=traffic, standard=standard, sla=None)
    return size(terms), terms


# ── the ladder ────────────────────────────────────────────────────────────────────────────────────


def test_the_worked_example_day_and_night() -> None:
    terms = example()
    rungs = service_ladder(size(terms), terms).set_index("goal")
    assert rungs.loc["80/20", "seats"] == 17
    assert rungs.loc["98/15", "seats"] == 22
    # 200 calls of 240 s come in the busiest hour.
    teams = [int(required_agents(200 * 240 / 3600, 240, Target.parse(goal))) for goal in rungs.index]
    assert rungs["agents"].tolist() == teams
    assert rungs.loc["80/20", "fte"] == pytest.approx(50.0, abs=0.05)


def test_the_worked_example_from_eight_to_eight() -> None:
    terms = example(**{"mon-sun": "08:00-20:00"})
    rungs = service_ladder(size(terms), terms).set_index("goal")
    assert rungs.loc["80/20", "seats"] == 17
    assert rungs.loc["80/20", "fte"] == pytest.approx(39.5, abs=0.05)


def test_each_rung_is_the_smallest_team_of_every_interval() -> None:
    sizing, terms = flat(Standard(service_level=0.8, within_s=20))
    rungs = service_ladder(sizing, terms)
    assert rungs["agents"].tolist() == [14, 15, 16, 17]
    np.testing.assert_allclose(rungs["agent_h"], rungs["agents"] * 24 * 365 / 12)


def test_the_rung_that_is_quoted_has_the_price_of_the_quote() -> None:
    sizing = size(TERMS)
    first = service_ladder(sizing, TERMS).iloc[0]
    spent = cost(sizing.months, TERMS)["amount"].sum()
    assert first["cost"] == pytest.approx(spent, rel=1e-12)
    assert first["price"] == pytest.approx(spent / 0.8, rel=1e-12)
    assert first["per_call"] == pytest.approx(spent / 0.8 / sizing.months["calls"].sum(), rel=1e-12)
    assert (first["more"], first["more_share"]) == (0, 0)


def test_a_better_level_costs_more_and_keeps_the_convention() -> None:
    patient = TERMS.traffic.replace(patience_s=90.0)
    prices = {}
    for convention in ("offered", "abandon_positive"):
        standard = TERMS.standard.replace(convention=convention)
        terms = TERMS.replace(traffic=patient, standard=standard)
        rungs = service_ladder(size(terms), terms)
        assert rungs["price"].is_monotonic_increasing
        assert set(rungs["convention"]) == {convention}
        np.testing.assert_allclose(rungs["more_share"], rungs["price"] / rungs["price"].iloc[0] - 1)
        prices[convention] = rungs["price"].to_numpy()
    # Who hangs up early counts for the team in the one, against it in the other.
    assert (prices["abandon_positive"] < prices["offered"]).all()


# ── goals ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_goal_binds_that_asks_for_most_agents() -> None:
    # 10 erlangs: 14 agents for 80/20, 16 below an occupancy of 65%.
    sizing, terms = flat(Standard(service_level=0.8, within_s=20, occupancy=0.65))
    table = binding_goal(sizing, terms).set_index(["case", "goal"])
    assert table["agents"].to_dict() == {
        ("all", "all"): 16,
        ("alone", "service_level"): 14,
        ("alone", "occupancy"): 16,
        ("without", "service_level"): 16,
        ("without", "occupancy"): 14,
        ("relaxed", "service_level"): 16,
        ("relaxed", "occupancy"): 15,
        ("80/20", "service_level"): 14,
    }
    alone = table.loc["alone"]
    assert alone["binds"].to_dict() == {"service_level": "no", "occupancy": "yes"}
    assert alone["intervals"].to_dict() == {"service_level": 0.0, "occupancy": 1.0}
    assert table.loc[("relaxed", "occupancy"), "target"] == "80/20 offered, occupancy at most 70%"
    dropped, eighty = table.loc[("without", "occupancy")], table.loc[("80/20", "service_level")]
    assert dropped["saved"] == pytest.approx(table["price"].iloc[0] - eighty["price"])
    assert dropped["saved_share"] == pytest.approx(dropped["saved"] / table["price"].iloc[0])
    assert table.loc[("without", "service_level"), "saved"] == 0


def test_the_world_class_preset_stands_beside_80_20() -> None:
    sizing, terms = flat(Standard(preset="world_class", within_s=20), patience_s=120.0)
    table = binding_goal(sizing, terms).set_index(["case", "goal"])
    world, eighty = table.loc[("all", "all")], table.loc[("80/20", "service_level")]
    target = terms.standard.target
    assert world["agents"] == required_agents(10, 180, target, patience_s=120)
    assert world["target"] == "98/20 offered, ASA at most 15 s, abandoned at most 2%"
    assert eighty["saved"] > 0
    assert table.loc["alone", "binds"].to_dict() == {"service_level": "yes", "asa_s": "no", "abandoned": "no"}
    # Goals that do not bind can be dropped, and save nothing.
    assert table.loc[("without", "asa_s"), "saved"] == 0
    assert table.loc[("relaxed", "service_level"), "saved"] > 0


def test_a_single_goal_has_no_others_to_be_without() -> None:
    sizing, terms = flat(Standard(asa_s=15.0))
    table = binding_goal(sizing, terms)
    assert table["case"].tolist() == ["all", "alone", "relaxed", "80/20"]
    assert table["agents"].is_monotonic_decreasing or table["agents"].iloc[3] >= table["agents"].iloc[2]
    assert table["binds"].iloc[1] == "yes"


def test_a_goal_sets_an_interval_where_no_other_asks_for_more() -> None:
    # At 10 erlangs 80/20 and an ASA of 12 s both need 14 agents: each sets every interval, and both bind.
    sizing, terms = flat(Standard(service_level=0.8, within_s=20, asa_s=12.0))
    alone = binding_goal(sizing, terms).set_index(["case", "goal"]).loc["alone"]
    assert alone["agents"].tolist() == [14, 14]
    assert alone["intervals"].tolist() == [1.0, 1.0]
    assert alone["binds"].tolist() == ["yes", "yes"]
    # Where more sit there than any goal asks for, no goal sets anything.
    terms = terms.replace(staff=terms.staff.replace(minimum_agents=20))
    assert binding_goal(size(terms), terms).query("case == 'alone'")["intervals"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("door", [service_ladder, binding_goal])
def test_an_outbound_quote_has_no_ladder(door: Any) -> None:
    funnel = Funnel(
        list_size=100_000, reached=0.5, introduced=0.5, sales=0.2, attempt_s=40, talk_s=200, target_sales=100
    )
    terms = TERMS.replace(
        direction=Direction(way="outbound", outbound=funnel),
        traffic=type(TERMS.traffic)(),
        standard=Standard(occupancy=0.8),
        sla=None,
    )
    with pytest.raises(Refused, match=r"direction\.way: outbound: nobody waits"):
        door(size(terms), terms)


# ── growth ────────────────────────────────────────────────────────────────────────────────────────


def test_growth_starts_from_the_quote_and_seats_grow_by_less_than_calls() -> None:
    sizing, terms = flat(Standard(service_level=0.8, within_s=20))
    table = growth(sizing, terms, [1.0, 0.0, 0.5]).set_index("change")
    target = terms.standard.target
    assert table["agents"].tolist() == required_agents([10, 15, 20], 180, target).tolist()
    assert table["seats"].loc[0.0] == sizing.months["seats"].max()
    assert table["more_seats"].tolist() == (table["seats"] - 14).tolist()
    assert table["per_agent"].is_monotonic_increasing
    assert table["per_agent"].loc[0.0] == pytest.approx(200 / 14)
    assert table["price"].loc[0.0] == pytest.approx(cost(sizing.months, terms)["amount"].sum() / 0.8)
