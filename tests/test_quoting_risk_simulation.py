"""Futures drawn by chance: against closed forms, the full path draw by draw, and published service."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from callplan.tables import write
from erlang import abandonment, offered_load, required_agents, service_level
from quoting import Terms
from quoting.billing import fees, prices, settle, usage_of
from quoting.cost import cost
from quoting.risk import drawn_how, simulate_margin, tornado
from quoting.risk.draws import Draws, draw
from quoting.risk.service import service_by_load
from quoting.sizing import Sizing, agents_by_volume, month_factors, people, size, typical_week
from quoting.terms.factors import Standard
from quoting.terms.money import Billing, Risk, Sla, Step
from quoting.terms.template import DEMO_OUTBOUND

TERMS = Terms.from_toml(Path(__file__).with_name("data") / "quote_risk.toml")
KNOWN = Risk(shrinkage=0, attrition=0, wages=0, draws=2000)


def quoted(terms: Terms) -> tuple[Sizing, pd.DataFrame]:
    sizing = size(terms)
    return sizing, prices(sizing.months, cost(sizing.months, terms), terms)


def rows(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    return table[table["measure"] == measure].set_index("method")


# ── draws ─────────────────────────────────────────────────────────────────────────────────────────


def test_draws_have_the_mean_and_the_spread_that_the_terms_state() -> None:
    terms = TERMS.replace(risk=Risk(draws=40_000, shrinkage=0.1, attrition=0.2, wages=0.03))
    drawn = draw(terms, doubt=0.3, seed=5)
    for factor, spread in (
        (drawn.volume, 0.3),
        (drawn.months, 0.15),
        (drawn.aht, 0.05),
        (drawn.shrinkage, 0.1),
        (drawn.attrition, 0.2),
        (drawn.wages, 0.03),
    ):
        assert factor.mean() == pytest.approx(1, abs=4 * spread / 200)
        assert factor.std() == pytest.approx(spread, rel=0.03)
        assert factor.min() > 0
    assert drawn.months.shape == (40_000, 12)
    together = np.corrcoef(np.column_stack([drawn.volume, drawn.aht, drawn.months[:, :2]]), rowvar=False)
    assert np.abs(together - np.eye(4)).max() < 0.02


def test_what_is_not_in_doubt_is_not_drawn() -> None:
    drawn = draw(TERMS.replace(risk=KNOWN), doubt=0.1, seed=1)
    assert (drawn.shrinkage == 1).all()
    assert (drawn.attrition == 1).all()
    assert (drawn.wages == 1).all()
    assert drawn.volume.std() > 0.05


# ── service by load ───────────────────────────────────────────────────────────────────────────────


def flat(calls_a_half_hour: float, patience_s: float | None = None, goal: str = "80/20") -> Terms:
    """Return terms under which the same calls of 180 s come in every half hour, day and night."""
    level, seconds = (float(part) for part in goal.split("/"))
    return TERMS.replace(
        time_band=type(TERMS.time_band)(kind="7x24"),
        traffic=type(TERMS.traffic)(
            calls=48 * calls_a_half_hour,
            per="day",
            within="all_hours",
            aht_s=180,
            profile=(1 / 24,) * 24,
            patience_s=patience_s,
        ),
        standard=Standard(service_level=level / 100, within_s=seconds),
    )


@pytest.mark.parametrize(
    ("load", "agents", "as_sized", "five_more"), [(10, 14, 0.89, 0.84), (100, 107, 0.82, 0.37)]
)
def test_five_percent_more_calls_cost_a_large_team_more(
    load: float, agents: int, as_sized: float, five_more: float
) -> None:
    # Published: staffed for 80/20 at 180 s, +5% volume takes 14 agents to 84%, 107 agents to 37%.
    assert required_agents(load, 180, flat(10).standard.target) == agents
    service = service_by_load(flat(10 * load), np.array([1.0, 1.1]))
    in_time, answered = service.at(np.array([1.0, 1.0]), np.array([1.0, 1.05]))
    assert in_time == pytest.approx([as_sized, five_more], abs=0.01)
    assert answered.tolist() == [1.0, 1.0]


def test_service_is_that_of_each_interval_weighted_by_its_calls() -> None:
    terms = TERMS.replace(traffic=TERMS.traffic.replace(patience_s=90.0))
    sizing = size(terms)
    calls, aht_s = sizing.week["calls"].to_numpy(), sizing.week["aht_s"].to_numpy()
    load = offered_load(calls, aht_s, 30)
    agents = required_agents(1.2 * load, aht_s, terms.standard.target, patience_s=90.0)
    came = 1.2 * 1.1 * load
    in_time, answered = service_by_load(terms, np.array([0.9, 1.2])).at(np.array(1.2), np.array(1.1))
    level = service_level(agents, came, aht_s, 20, patience_s=90.0)
    assert in_time == pytest.approx(np.average(level, weights=calls), abs=1e-3)
    hung_up = abandonment(agents, came, aht_s, patience_s=90.0)
    assert answered == pytest.approx(1 - np.average(hung_up, weights=calls), abs=1e-3)


@pytest.mark.parametrize("erlangs", [0.3, 3.0, 30.0, 300.0, 900.0])
@pytest.mark.parametrize("patience_s", [None, 60.0])
def test_a_team_of_any_size_is_read_as_the_formulas_have_it(erlangs: float, patience_s: float | None) -> None:
    terms = flat(10 * erlangs, patience_s)
    service = service_by_load(terms, np.array([1.0]))
    team = required_agents(erlangs, 180, terms.standard.target, patience_s=patience_s)
    loads = erlangs * service.surprises
    in_time = service_level(team, loads, 180, 20, patience_s=patience_s)
    np.testing.assert_allclose(service.in_time[0], in_time, atol=2e-3)
    hung_up = abandonment(team, loads, 180, patience_s=patience_s)
    np.testing.assert_allclose(service.answered[0], 1 - np.asarray(hung_up), atol=2e-3)


def test_beyond_its_edges_the_table_is_read_at_the_edge() -> None:
    service = service_by_load(TERMS, np.array([0.9, 1.1]))
    assert service.at(np.array(5.0), np.array(9.0)) == service.at(np.array(1.1), service.surprises[-1])


# ── the simulation ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("patience_s", [None, 120.0])
def test_nothing_drawn_is_the_table_of_prices(patience_s: float | None) -> None:
    terms = TERMS.replace(sla=None, traffic=TERMS.traffic.replace(patience_s=patience_s))
    sizing, table = quoted(terms)
    found = simulate_margin(sizing, table, terms, seed=1)
    profits = found[found["measure"] == "profit"]
    np.testing.assert_allclose(profits["quoted"], table["profit_after"], rtol=1e-6)
    assert set(found["measure"]) == {"profit", "margin", "service_level"}
    level = found.set_index("measure").loc["service_level", "quoted"]
    assert TERMS.standard.service_level is not None
    assert TERMS.standard.service_level < level < 0.9


def test_the_same_seed_gives_the_same_table() -> None:
    sizing, table = quoted(TERMS)
    one, again, other = (simulate_margin(sizing, table, TERMS, seed=seed) for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(one, again, check_exact=True)
    assert (one["mean"] != other["mean"]).any()


def test_a_linear_case_has_the_mean_and_variance_of_its_closed_form() -> None:
    # So many agents at least that staff never move: profit is linear in the calls. For factors V of the term
    # and E of each month, the variance of the sum of V x E x calls is (1 + v2) e2 x sum of squares
    # + v2 x square of sum.
    terms = TERMS.replace(
        staff=TERMS.staff.replace(minimum_agents=200),
        traffic=TERMS.traffic.replace(aht_doubt=0.0, doubt=0.1),
        risk=KNOWN.replace(draws=20_000),
        sla=None,
    )
    sizing, table = quoted(terms)
    found = rows(simulate_margin(sizing, table, terms, seed=2), "profit")
    calls = sizing.months["calls"].to_numpy()
    per_call = table.set_index("method").loc["per_call", "rate"] * (1 - terms.price.discount)
    each = per_call - 240 / 60 * terms.cost.telecom_per_min * (1 + terms.cost.contingency)
    v2, e2 = 0.1**2, 0.05**2
    variance = each**2 * ((1 + v2) * e2 * (calls**2).sum() + v2 * calls.sum() ** 2)
    quote = table.set_index("method").loc["per_call", "profit_after"]
    deviation = np.sqrt(variance)
    assert found.loc["per_call", "mean"] == pytest.approx(quote, abs=4 * deviation / np.sqrt(20_000))
    # A gamma factor of this doubt is near to normal: p10 and p90 lie some 1.28 deviations off.
    width = found.loc["per_call", "p90"] - found.loc["per_call", "p10"]
    assert width == pytest.approx(2 * 1.2816 * deviation, rel=0.03)


def one_by_one(terms: Terms, rates: pd.Series, drawn: Draws, n: int) -> np.ndarray:
    """Return profit and credits of draw `n` by method, by the quote's own chain and the formulas."""
    traffic, staff = terms.traffic, terms.staff
    changed = terms.replace(
        traffic=traffic.replace(calls=traffic.calls * drawn.volume[n], aht_s=traffic.aht_s * drawn.aht[n]),
        staff=staff.replace(
            shrinkage=staff.shrinkage * drawn.shrinkage[n], attrition=staff.attrition * drawn.attrition[n]
        ),
        cost=terms.cost.replace(
            wages=tuple(w.replace(per_h=w.per_h * drawn.wages[n]) for w in terms.cost.wages)
        ),
    )
    sized = agents_by_volume(changed)
    months = people(sized.agent_h[0], sized.agents[0], changed, 0.85, sized.carried(0))
    months[["calls", "handled"]] = months[["calls", "handled"]].mul(drawn.months[n], axis=0)
    costs, usage = cost(months, changed), usage_of(months, changed)
    levels = []
    week = typical_week(changed)
    for factor, surprise in zip(month_factors(changed), drawn.months[n], strict=True):
        load = offered_load(week["calls"] * factor, week["aht_s"], week["minutes"])
        agents = required_agents(load, week["aht_s"], terms.standard.target)
        came = service_level(agents, load * surprise, week["aht_s"], 20)
        levels.append(np.average(came, weights=week["calls"]))
    found = []
    place = costs.loc[costs["group"] == "place", "amount"].sum() * (1 + terms.cost.contingency)
    for billing, rate in zip(terms.billing, rates, strict=True):
        charged = (1 - terms.price.discount) * fees(billing, usage, rate)
        assert terms.sla is not None
        credit, bonus = settle(charged, np.array(levels), terms.sla)
        if billing.method == "seat_rental":
            found.append((charged.sum() - place, 0.0))
        else:
            found.append(((charged - credit + bonus).sum() - costs["amount"].sum(), credit.sum()))
    return np.array(found)


def test_the_quick_way_is_the_full_path_draw_by_draw() -> None:
    terms = TERMS.replace(risk=Risk(draws=100))
    sizing, table = quoted(terms)
    drawn = draw(terms, doubt=sizing.doubt, seed=7)
    slow = np.array([one_by_one(terms, table["rate"], drawn, n) for n in range(100)])
    found = simulate_margin(sizing, table, terms, seed=7)
    price = table["after_discount"].to_numpy()
    for place, measure in enumerate(("profit", "credits")):
        quick = found[found["measure"] == measure].set_index("n")
        for n in quick.index:
            of_method = slow[:, n - 1, place]
            # A seat more or less in a month sways a draw, and not the mean.
            assert quick.loc[n, "mean"] == pytest.approx(of_method.mean(), abs=0.001 * price[n - 1])
            expected = np.quantile(of_method, [0.1, 0.5, 0.9])
            near = 0.006 * price[n - 1]
            assert quick.loc[n, ["p10", "p50", "p90"]].tolist() == pytest.approx(expected, abs=near)


def test_credits_are_owed_for_months_that_bring_more_than_was_staffed() -> None:
    sizing, table = quoted(TERMS)
    found = simulate_margin(sizing, table, TERMS, seed=1)
    credits = rows(found, "credits")
    assert (credits["quoted"] == 0).all()
    assert (credits["p90"] > 0).all()
    assert "seat_rental" not in credits.index
    still = TERMS.replace(traffic=TERMS.traffic.replace(doubt=0.001))
    sizing, table = quoted(still)
    assert (rows(simulate_margin(sizing, table, still, seed=1), "credits")["mean"] == 0).all()


def test_a_fixed_sum_scatters_more_than_an_hourly_rate() -> None:
    sizing, table = quoted(TERMS)
    margins = rows(simulate_margin(sizing, table, TERMS, seed=1), "margin")
    width = margins["p90"] - margins["p10"]
    assert width["project"] > width["per_call"] > width["productive_hour"]
    assert margins.loc["project", "chance"] > margins.loc["productive_hour", "chance"]


def test_more_doubt_of_the_volume_spreads_the_margin_of_a_fixed_sum() -> None:
    widths = []
    for doubt in (0.05, 0.3):
        terms = TERMS.replace(traffic=TERMS.traffic.replace(doubt=doubt))
        margin = rows(simulate_margin(*quoted(terms), terms, seed=1), "margin").loc["project"]
        widths.append(margin["p90"] - margin["p10"])
    assert widths[1] > 2 * widths[0]


def test_a_month_without_calls_and_an_overflow_go_through() -> None:
    weights = (1.0,) * 11 + (0.0,)
    idle = TERMS.replace(
        traffic=TERMS.traffic.replace(months=weights, peak_month=None, peak_month_factor=None)
    )
    band = TERMS.time_band
    over = TERMS.replace(time_band=band.replace(kind="overflow", above_calls=40.0))
    for terms in (idle, over):
        billing = tuple(way for way in terms.billing if way.method in ("per_call", "seat_rental", "project"))
        billing = tuple(way.replace(base=None) for way in billing)
        terms = terms.replace(staff=terms.staff.replace(minimum_agents=0), sla=None, billing=billing)
        sizing, table = quoted(terms)
        found = simulate_margin(sizing, table, terms, seed=1)
        profits = found[found["measure"] == "profit"]
        np.testing.assert_allclose(profits["quoted"], table["profit_after"], rtol=1e-6)
        assert found[["mean", "p10", "p50", "p90"]].notna().all(axis=None)


def test_nobody_waits_for_an_outbound_call() -> None:
    terms = Terms.from_toml(DEMO_OUTBOUND)
    sizing, table = quoted(terms)
    found = simulate_margin(sizing, table, terms, seed=1)
    assert set(found["measure"]) == {"profit", "margin"}
    profits = found[found["measure"] == "profit"]
    np.testing.assert_allclose(profits["quoted"], table["profit_after"], rtol=1e-6)


def test_work_for_nothing_has_no_margin_and_a_sure_loss() -> None:
    terms = TERMS.replace(billing=(Billing(method="per_call", rate=0.0),), sla=None)
    sizing, table = quoted(terms)
    found = simulate_margin(sizing, table, terms, seed=1).set_index("measure")
    assert found.loc["margin", ["quoted", "mean", "p10", "p90"]].isna().all()
    assert found.loc["profit", "chance"] == 1
    assert tornado(sizing, table, terms)["margin"].isna().all()


def test_a_history_brings_its_own_doubt(tmp_path: Path) -> None:
    # Twelve weeks, each alike but for chance of some tenth of the volume.
    start = pd.date_range("2026-08-03", "2026-10-25 23:00", freq="h", tz="Europe/Paris")
    start = start[(start.day_of_week < 5) & (start.hour >= 8) & (start.hour < 20)]
    of_week = np.random.default_rng(1).normal(1, 0.1, 12)
    offered = np.round(60 * of_week[(start.day_of_year - start.day_of_year[0]) // 7])
    table = {"queue": "shop", "start": start, "minutes": 60, "offered": offered, "aht_s": 200.0}
    write(pd.DataFrame(table), tmp_path / "calls.csv")
    terms = TERMS.replace(
        traffic=type(TERMS.traffic)(history="calls.csv", zone="Europe/Paris", minutes=60),
        billing=(Billing(method="per_call"), Billing(method="project")),
        sla=None,
    )
    terms._folder = tmp_path
    sizing, asked = quoted(terms)
    assert sizing.doubt != terms.traffic.doubt
    found = simulate_margin(sizing, asked, terms, seed=1)
    wider = terms.replace(traffic=terms.traffic.replace(doubt=3 * sizing.doubt))
    doubted, _ = quoted(wider)
    more = simulate_margin(doubted, asked, wider, seed=1)
    narrow, wide = (rows(one, "profit").eval("p90 - p10")["project"] for one in (found, more))
    assert wide > 1.5 * narrow > 0
    profits = found[found["measure"] == "profit"]
    np.testing.assert_allclose(profits["quoted"], asked["profit_after"], rtol=1e-6)


def test_without_any_doubt_every_draw_is_the_quote() -> None:
    terms = TERMS.replace(risk=KNOWN, traffic=TERMS.traffic.replace(aht_doubt=0.0))
    sizing, table = quoted(terms)
    found = simulate_margin(replace(sizing, doubt=0.0), table, terms, seed=1)
    found = found[found["method"] != "commission"]
    for name in ("mean", "p10", "p50", "p90"):
        np.testing.assert_allclose(found[name], found["quoted"], rtol=1e-9, atol=1e-9)


# ── the chance of a success ───────────────────────────────────────────────────────────────────────


def test_a_commission_without_any_other_doubt_scatters_as_its_successes_do() -> None:
    terms = TERMS.replace(
        billing=(Billing(method="commission", success=0.02), Billing(method="per_call")),
        risk=KNOWN.replace(draws=20_000),
        traffic=TERMS.traffic.replace(aht_doubt=0.0),
        sla=None,
    )
    sizing, table = quoted(terms)
    found = rows(simulate_margin(replace(sizing, doubt=0.0), table, terms, seed=1), "profit")
    row, of = found.loc["commission"], table.set_index("method").loc["commission"]
    assert row["quoted"] == pytest.approx(of["profit_after"])
    off = 1 - terms.price.discount
    sd = off * of["revenue_sd"]
    assert row["mean"] == pytest.approx(row["quoted"], abs=4 * sd / np.sqrt(20_000))
    assert row["p10"] == pytest.approx(off * of["revenue_p10"] - of["cost"], abs=0.05 * sd)
    assert row["p90"] == pytest.approx(off * of["revenue_p90"] - of["cost"], abs=0.05 * sd)
    # What is paid by the call is sure.
    assert found.loc["per_call", "p10"] == pytest.approx(found.loc["per_call", "p90"])


def test_a_commission_is_less_sure_than_a_price_by_call() -> None:
    terms = Terms.from_toml(DEMO_OUTBOUND)
    terms = terms.replace(billing=(Billing(method="commission"), Billing(method="per_call")))
    sizing, table = quoted(terms)
    found = rows(simulate_margin(sizing, table, terms, seed=1), "profit")
    # Of the same volume, in other months: the variances of volume and of success add up.
    width = (found["p90"] - found["p10"]) / (2 * 1.2816)
    of_success = table.set_index("method").loc["commission", "revenue_sd"] * (1 - terms.price.discount)
    assert width["commission"] > width["per_call"]
    assert width["commission"] == pytest.approx(np.hypot(width["per_call"], of_success), rel=0.05)


def test_a_commission_changes_no_draw_of_the_others() -> None:
    ways = (Billing(method="per_call"), Billing(method="project"))
    found = []
    for billing in (ways, (*ways, Billing(method="commission", success=0.1))):
        terms = TERMS.replace(billing=billing)
        found.append(simulate_margin(*quoted(terms), terms, seed=1).query("method != 'commission'"))
    pd.testing.assert_frame_equal(*(table.reset_index(drop=True) for table in found), check_exact=True)


# ── what is said ──────────────────────────────────────────────────────────────────────────────────


def test_as_quoted_is_the_price_after_credits_and_bonus_and_that_is_said() -> None:
    sla = Sla(bonuses=(Step(above=0.81, share=0.01),), cap=0.05)
    terms = TERMS.replace(sla=sla)
    sizing, table = quoted(terms)
    found = simulate_margin(sizing, table, terms, seed=1)
    of, priced = (
        frame.set_index("method").loc["project"] for frame in (rows(found, "bonus").reset_index(), table)
    )
    profit = rows(found, "profit").loc["project", "quoted"]
    assert of["quoted"] == pytest.approx(0.01 * priced["after_discount"])
    assert profit == pytest.approx(priced["profit_after"] + of["quoted"], rel=1e-6)
    assert "after credits and bonus" in drawn_how(terms, 0.1)
    assert "after credits and bonus" not in drawn_how(terms.replace(sla=None), 0.1)


def test_only_with_a_commission_its_successes_are_spoken_of() -> None:
    assert "binomial" in drawn_how(TERMS, 0.1)
    assert "binomial" not in drawn_how(TERMS.replace(billing=(Billing(method="project"),)), 0.1)
