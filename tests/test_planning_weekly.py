"""The weekly run: what it uses, says and leaves out; scenarios beside it."""

import dataclasses
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Refused
from callplan.intervals import local_day
from callplan.store import Store, open_store
from callplan.tables import TABLES, check
from planning import Override, Site, add_override, forecast_site, publish, summarise
from planning.promised import summarise_week
from planning.scenarios import Scenario, WhatIf, pooled_bands, pooled_forecast, pooled_site
from planning.week_bands import moved
from planning.weekly import Week, plan_from_store, plan_week
from reporting.parts import PARTS
from reporting.weekly import describe_promise
from reporting.words import day

ZONE = "Europe/Paris"
START = "2024-05-06"
NOW = datetime(2024, 5, 3, tzinfo=UTC)
WEEKS = 25


def history_of(name: str, size: float, seed: int) -> pd.DataFrame:
    """Return eight weeks of a queue open on weekdays from 8 to 16, and the first two days planned."""
    start = pd.Series(pd.date_range("2024-03-11 08:00", "2024-05-07 15:00", freq="h", tz=ZONE))
    start = start[(start.dt.day_of_week < 5) & start.dt.hour.between(8, 15)].reset_index(drop=True)
    calls = np.random.default_rng(seed).poisson(size, len(start)).astype(float)
    return pd.DataFrame({"queue": name, "start": start, "minutes": 60, "offered": calls, "aht_s": 300.0})


@pytest.fixture(scope="module")
def history() -> pd.DataFrame:
    return pd.concat([history_of("sales", 60, 1), history_of("support", 30, 2)], ignore_index=True)


@pytest.fixture(scope="module")
def site() -> Site:
    queue = {"service_level": 0.8, "within_s": 20, "shrinkage": 0.2, "patience_s": 180, "aht_s": 300}
    shifts = {
        "lengths_h": [4, 8],
        "meal_min": 0,
        "start_every_min": 60,
        "contracts": {"FT": {"lengths_h": [8], "cost_per_h": 2.0}},
    }
    queues = {"sales": queue, "support": {**queue, "asa_s": 40}}
    return Site.from_dict(
        {"zone": ZONE, "minutes": 60, "model": "mean_of_8", "queues": queues, "shifts": shifts}, "site.toml"
    )


@pytest.fixture(scope="module")
def what_if() -> WhatIf:
    scenarios = {
        "busy": {"volume": 0.2},
        "slow": {"aht_more_s": 60, "queues": ["sales"]},
        "one team": {"pool": ["sales", "support"]},
        "evening": {"hours": {"mon-fri": "08:00-18:00"}},
    }
    return WhatIf.from_dict({"scenarios": scenarios}, "scenarios.toml")


@pytest.fixture(scope="module")
def week(history: pd.DataFrame, site: Site, what_if: WhatIf) -> Week:
    return plan_week(history, site, start=START, what_if=what_if, weeks=WEEKS)


@pytest.fixture
def store(tmp_path: Path, history: pd.DataFrame) -> Iterator[Store]:
    with open_store(tmp_path / "store.duckdb") as store:
        put(store, history[local_day(history["start"]) < pd.Timestamp(START)])
        yield store


def put(store: Store, rows: pd.DataFrame) -> None:
    digest = f"{len(rows)}{rows['offered'].sum()}"
    store.put_history([rows], file="calls.csv", digest=digest, profile="generic", who="w", now=NOW)


def base(week: Week, queue: str = "sales") -> pd.Series:
    return row_of(week, "the plan", "as planned", queue)


def row_of(week: Week, scenario: str, roster: str, queue: str = "sales") -> pd.Series:
    rows = week.scenarios.set_index(["scenario", "roster", "queue"])
    return rows.loc[(scenario, roster, queue)]


def test_every_table_is_one_that_callplan_knows_and_a_folder_can_hold(week: Week) -> None:
    for name, table in week.tables().items():
        assert name in PARTS
        if len(table):
            check(table, PARTS[name].table)
    assert {"promise", "at_risk", "scenarios", "bands", "forecast", "days"} <= set(week.tables())
    assert PARTS["promise"].table is TABLES["promise"]


def test_what_came_after_the_start_is_not_looked_at(history: pd.DataFrame, site: Site, week: Week) -> None:
    before = history[local_day(history["start"]) < pd.Timestamp(START)]
    again = plan_week(before, site, start=START, weeks=WEEKS)
    pd.testing.assert_frame_equal(again.promise, week.promise)
    assert week.plan.history["start"].max() < pd.Timestamp(START, tz=ZONE)


def test_the_promise_lies_below_the_plan_that_knows_no_doubt(week: Week) -> None:
    days = week.plan.days[week.plan.days["queue"] == "sales"]
    planned = (days["service_level"] * days["calls"]).sum() / days["calls"].sum()
    assert base(week)["service_level"] < planned
    assert base(week)["p10"] < base(week)["service_level"] < base(week)["p90"] + 0.02


def test_hours_and_money_are_those_of_the_shifts(week: Week) -> None:
    shifts = week.plan.shift_plan[week.plan.shift_plan["queue"] == "sales"]
    paid_h = (shifts["heads"] * shifts["paid_h"]).sum()
    assert base(week)["paid_h"] == pytest.approx(paid_h)
    assert base(week)["cost"] == pytest.approx(paid_h * 1.0)
    coverage = week.plan.coverage[week.plan.coverage["queue"] == "sales"]
    assert base(week)["staffed_h"] == pytest.approx(coverage["staffed"].sum())


def test_a_head_more_helps_and_costs_the_open_hours(week: Week) -> None:
    more, fewer = (row_of(week, "the plan", f"one head {which}") for which in ("more", "fewer"))
    open_h = len(week.plan.coverage[week.plan.coverage["queue"] == "sales"])
    assert more["paid_h"] - base(week)["paid_h"] == pytest.approx(open_h)
    assert base(week)["paid_h"] - fewer["paid_h"] == pytest.approx(open_h)
    assert fewer["service_level"] < base(week)["service_level"] < more["service_level"]


def test_scenarios_stand_as_planned_and_anew(week: Week) -> None:
    kept, anew = (row_of(week, "busy", roster) for roster in ("as planned", "planned anew"))
    assert kept["calls"] == pytest.approx(1.2 * base(week)["calls"])
    assert kept["paid_h"] == base(week)["paid_h"]
    assert kept["service_level"] < base(week)["service_level"] - 0.05
    assert anew["paid_h"] > base(week)["paid_h"]
    assert anew["service_level"] > kept["service_level"]


def test_a_scenario_of_one_queue_leaves_the_other_alone(week: Week) -> None:
    slow = row_of(week, "slow", "as planned", "support")
    assert slow["aht_s"] == pytest.approx(300)
    assert row_of(week, "slow", "as planned")["aht_s"] == pytest.approx(360)
    assert slow["service_level"] == pytest.approx(base(week, "support")["service_level"])


def test_queues_pooled_need_fewer_hours_for_the_same_calls(week: Week) -> None:
    pooled = row_of(week, "one team", "planned anew", "sales + support")
    apart = base(week), base(week, "support")
    assert pooled["calls"] == pytest.approx(sum(row["calls"] for row in apart))
    assert pooled["staffed_h"] < sum(row["staffed_h"] for row in apart)
    assert not ((week.scenarios["scenario"] == "one team") & (week.scenarios["roster"] == "as planned")).any()


def test_other_hours_are_forecast_anew(week: Week) -> None:
    evening = row_of(week, "evening", "planned anew")
    assert evening["calls"] > 1.1 * base(week)["calls"]
    # It is said of the scenario; the plan itself has no such times.
    said = [remark for remark in week.remarks if "without any history" in remark]
    assert len(said) == 2
    assert all(remark.startswith("what if evening: ") for remark in said)


def test_the_summary_says_promise_money_heads_risk_and_scenarios(week: Week) -> None:
    text = "\n".join(summarise_week(week))
    for words in (
        "Promise, sales: ",
        "within 20 s",
        "paid ones",
        "Weakest day",
        "one head more gives",
        "one head fewer gives",
        "Most at risk",
        "sales: It takes ",
        "support: What if busy, as planned",
        "sales + support: What if one team, planned anew",
        "Goal average speed of answer at most 40 s",
    ):
        assert words in text
    assert f"{base(week)['service_level']:.1%}" in text


def test_several_queues_are_summed_up_first(week: Week) -> None:
    rows = week.scenarios
    is_plan = (rows["scenario"] == "the plan") & (rows["roster"] == "as planned")
    plan = rows[is_plan & rows["queue"].isin(week.promise["queue"])]
    first, second = summarise_week(week)[:2]
    assert first.startswith(f"All {len(plan)} queues: {plan['paid_h'].sum():,.0f} paid hours")
    assert second.startswith("Each service level is met over the week with a chance of")
    worse = rows.assign(chance=rows["chance"].where(~(is_plan & (rows["queue"] == "sales")), 0.004))
    second = summarise_week(replace(week, scenarios=worse))[1]
    assert second == "Service level in doubt, by its chance to be met over the week: sales (under 1%)."


def with_chance(week: Week, queue: str, day: str, chance: float) -> Week:
    """Return the week with another chance to meet the service level on one day."""
    rows = week.promise
    own = (rows["queue"] == queue) & (rows["by"] == "day") & (rows["measure"] == "service_level")
    own &= rows["start"] == pd.Timestamp(day, tz=ZONE)
    assert own.sum() == 1
    return replace(week, promise=rows.assign(chance=rows["chance"].where(~own, chance)))


def test_days_in_doubt_of_a_week_that_is_not_are_named(week: Week) -> None:
    sure = replace(week, promise=week.promise.assign(chance=0.995))
    assert not any("single days" in line for line in summarise_week(sure))
    changed = with_chance(with_chance(sure, "support", "2024-05-07", 0.5), "sales", "2024-05-06", 0.004)
    _, second, third = summarise_week(changed)[:3]
    assert second.startswith("Each service level is met over the week")
    assert third == "In doubt on single days: sales Mon 06 May (under 1%), support Tue 07 May (50%)."


def test_the_weakest_day_and_the_least_likely_one_are_told_apart(week: Week) -> None:
    rows = week.promise[(week.promise["by"] == "day") & (week.promise["measure"] == "service_level")]
    own = rows[rows["queue"] == "sales"].set_index("start")["expected"]
    weakest, other = f"{own.idxmin():%Y-%m-%d}", f"{own.idxmax():%Y-%m-%d}"
    changed = with_chance(with_chance(week, "sales", weakest, 0.9), "sales", other, 0.3)
    lines = summarise_week(changed)
    (said,) = (line for line in lines if line.startswith("sales: Weakest day"))
    assert f"{own.idxmin():%a %d %b}: {own.min():.1%} (" in said
    assert said.endswith("met with a chance of 90%.")
    assert f"sales: Least likely to meet its goal: {own.idxmax():%a %d %b} (30%)." in lines
    caption = describe_promise(changed.promise[changed.promise["queue"] == "sales"])
    assert f"the weakest, {day(own.idxmin())}, in 8 of 10 cases" in caption
    assert caption.endswith(f"least likely to meet the goal is {day(own.idxmax())}, 30%.")
    same = summarise_week(with_chance(week, "sales", weakest, 0.0))
    assert not any(line.startswith("sales: Least likely") for line in same)


def test_progress_says_a_growing_share(history: pd.DataFrame, site: Site, what_if: WhatIf) -> None:
    said: list[tuple[str, float]] = []
    plan_week(history, site, start=START, what_if=what_if, weeks=25, progress=lambda *one: said.append(one))
    shares = [share for _, share in said]
    assert (shares[0], shares[-1]) == (pytest.approx(0, abs=0.2), 1)
    assert (np.diff(shares) > -0.02).all()
    # The plan has a share of its own, told by the clock, so that the time left can be said.
    of_plan = shares[: [line for line, _ in said].index("playing the weeks that may come")]
    assert len(of_plan) >= 3
    assert of_plan[-1] > 0
    assert "what if: one team" in {line for line, _ in said}


def test_the_same_store_gives_the_same_week(store: Store, site: Site) -> None:
    one, other = (plan_from_store(store, site, weeks=WEEKS) for _ in range(2))
    assert one.plan.start.isoformat() == "2024-05-04"
    for name, table in one.tables().items():
        pd.testing.assert_frame_equal(table, other.tables()[name])
    assert one.remarks == other.remarks


def test_overrides_of_the_store_move_forecast_and_bands_alike(store: Store, site: Site) -> None:
    plain = plan_from_store(store, site, start=START, weeks=WEEKS)
    layer = Override(queue="sales", first=START, last=START, kind="percent", amount=0.5, reason="mailing")
    add_override(store, site, layer, who="w", now=NOW)
    raised = plan_from_store(store, site, start=START, weeks=WEEKS)
    assert len(raised.tables()["overrides"]) == 1
    for span, factor in (("interval", 1.5), ("day", 1.5)):
        before, after = (
            week.bands[(week.bands["queue"] == "sales") & (week.bands["span"] == span)]
            for week in (plain, raised)
        )
        monday = local_day(before["start"]) == pd.Timestamp(START)
        ratio = after["calls"].to_numpy() / before["calls"].to_numpy()
        assert ratio[monday.to_numpy()] == pytest.approx(factor)
        assert ratio[~monday.to_numpy()] == pytest.approx(1)
    of_week = raised.bands[(raised.bands["queue"] == "sales") & (raised.bands["span"] == "week")]
    assert (of_week["calls"].to_numpy() > plain.bands.loc[of_week.index, "calls"].to_numpy()).all()


def test_bands_move_by_nothing_where_nothing_is_laid_over(week: Week) -> None:
    pd.testing.assert_frame_equal(
        moved(week.bands, week.plan.forecast, week.plan.forecast).sort_index(), week.bands, check_exact=False
    )


def test_last_week_is_tracked_where_it_was_published(store: Store, site: Site, history: pd.DataFrame) -> None:
    unpublished = plan_from_store(store, site, start=START, weeks=WEEKS)
    assert "last week is not tracked: no forecast was published" in unpublished.remarks
    seen = history[local_day(history["start"]) < pd.Timestamp("2024-04-29")]
    publish(store, site, forecast_site(seen, site, days=7, start="2024-04-29"), who="w", now=NOW)
    later = plan_from_store(store, site, start="2024-05-15", weeks=WEEKS)
    published = "no published day; published are 2024-04-29 to 2024-05-03"
    assert f"last week is not tracked: {published}" in later.remarks
    tracked = plan_from_store(store, site, start=START, weeks=WEEKS)
    assert set(tracked.last_week["ledger"]["queue"]) == {"sales", "support"}
    assert any(line.startswith("Last week: ") for line in summarise_week(tracked))


def test_a_week_without_history_is_said(store: Store, site: Site) -> None:
    late = plan_from_store(store, site, start="2024-05-20", weeks=WEEKS)
    assert any("no count in the week before 2024-05-20" in remark for remark in late.remarks)


def test_a_queue_new_this_week_is_left_out_and_said(store: Store, site: Site) -> None:
    fresh = history_of("fresh", 20, 3)
    day = local_day(fresh["start"])
    put(store, fresh[(day >= pd.Timestamp("2024-05-02")) & (day < pd.Timestamp(START))])
    left_out = plan_from_store(store, site, start=START, weeks=WEEKS)
    assert any("fresh is in the store, but not in site.toml" in remark for remark in left_out.remarks)
    known = site.replace(queues={**site.queues, "fresh": site.queue("sales")})
    new = plan_from_store(store, known, start=START, weeks=WEEKS)
    assert any("fresh has 4 days of history" in remark for remark in new.remarks)
    assert "fresh" not in set(new.promise["queue"])


def test_an_empty_store_is_refused(tmp_path: Path, site: Site) -> None:
    with open_store(tmp_path / "empty.duckdb") as store, pytest.raises(Refused, match="no history"):
        plan_from_store(store, site)


def people_of(skills: str, count: int) -> pd.DataFrame:
    return pd.DataFrame({"person": [f"p{i:02}" for i in range(count)], "contract": "FT", "skills": skills})


@pytest.mark.usefixtures("brief_search")
def test_a_roster_of_people_is_promised_and_priced_by_their_contracts(
    history: pd.DataFrame, site: Site
) -> None:
    people = people_of("sales|support", 16)
    week = plan_week(history, site, start=START, people=people, weeks=WEEKS)
    assert week.plan.roster is not None
    shifts = week.plan.roster.schedule.shifts
    rows = week.scenarios[week.scenarios["roster"] == "as planned"]
    assert rows["paid_h"].sum() == pytest.approx(shifts["paid_h"].sum())
    assert rows["cost"].sum() == pytest.approx(2 * shifts["paid_h"].sum())
    assert (rows["service_level"] > 0.3).all()


@pytest.mark.usefixtures("brief_search")
def test_hours_and_money_of_a_roster_go_to_the_queues_that_its_people_serve(
    history: pd.DataFrame, site: Site, what_if: WhatIf
) -> None:
    contracts = {**site.shifts.contracts, "PT": site.shifts.contracts["FT"].replace(cost_per_h=1.0)}
    site = site.replace(shifts=site.shifts.replace(contracts=contracts))
    alone = people_of("sales", 12).assign(contract="PT")
    both = people_of("sales|support", 8).assign(person=[f"q{i}" for i in range(8)])
    people = pd.concat([alone, both], ignore_index=True)
    busy = WhatIf(scenarios={"busy": what_if.scenarios["busy"]})
    week = plan_week(history, site, start=START, people=people, what_if=busy, weeks=WEEKS)
    assert week.plan.roster is not None
    # Without meals all that is paid is worked: by hand, from the activities and the two prices.
    work = week.plan.roster.schedule.activities
    work = work[work["activity"] == "work"]
    hours = (work["end"] - work["start"]) / pd.Timedelta(hours=1)
    cost = hours * np.where(work["person"].isin(alone["person"]), 1.0, 2.0)
    days = week.plan.days.groupby("queue")["paid_h"].sum()
    for name in ("sales", "support"):
        own = work["queue"] == name
        assert days[name] == pytest.approx(hours[own].sum())
        assert base(week, name)["paid_h"] == pytest.approx(hours[own].sum())
        assert base(week, name)["cost"] == pytest.approx(cost[own].sum())
        assert row_of(week, "busy", "as planned", name)["cost"] == pytest.approx(cost[own].sum())
    # Both prices are in it.
    assert base(week)["cost"] < 2 * base(week)["paid_h"] - 1
    against = "each in one queue; they stand against named people, some of them in several queues."
    assert f"Planned anew are shifts without names, {against}" in summarise_week(week)


@pytest.mark.parametrize(
    ("earliest", "leave"), [(None, "2024-05-06..2024-05-12"), ("20:00", None)], ids=["on leave", "closed"]
)
@pytest.mark.usefixtures("brief_search")
def test_a_roster_without_a_shift_is_promised_with_nobody_at_work(
    history: pd.DataFrame, site: Site, earliest: str | None, leave: str | None
) -> None:
    night = site.shifts.contracts["FT"].replace(lengths_h=[4], **({"earliest": earliest} if earliest else {}))
    site = site.replace(shifts=site.shifts.replace(contracts={"FT": night}))
    people = people_of("sales|support", 1).assign(leave=leave)
    week = plan_week(history, site, start=START, people=people, weeks=WEEKS)
    assert week.plan.roster is not None
    assert week.plan.roster.schedule.shifts.empty
    for name in ("sales", "support"):
        assert f"queue {name}: the schedule covers no open interval, and nobody answers" in week.remarks
        row = base(week, name)
        assert (row["service_level"], row["paid_h"], row["cost"]) == (0, 0, 0)
    assert any("0 shifts, 0 paid hours for" in line for line in summarise(week.plan))
    speed = "Goal average speed of answer at most 40 s: not known, for nobody answers"
    lines = summarise_week(week)
    assert any(speed in line for line in lines)
    assert not any("nan" in line for line in lines)


@pytest.mark.usefixtures("brief_search")
def test_a_roster_that_covers_no_open_hour_of_a_queue_is_said(history: pd.DataFrame, site: Site) -> None:
    away = people_of("support", 1).assign(person="away", leave="2024-05-06..2024-05-12")
    people = pd.concat([people_of("sales", 8), away], ignore_index=True)
    week = plan_week(history, site, start=START, people=people, weeks=WEEKS)
    assert any("support: the schedule covers no open interval" in remark for remark in week.remarks)
    assert base(week, "support")["service_level"] == 0


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ({}, "nothing is otherwise; give volume, aht_more_s, patience_s, shrinkage, hours or pool"),
        ({"queues": ["sales"]}, "nothing is otherwise"),
        ({"volume": -1}, "volume"),
        ({"pool": ["sales"]}, "two queues or more"),
        ({"volum": 0.1}, "did you mean volume"),
        ({"hours": {"mon": "9-17"}}, "hours"),
    ],
)
def test_scenarios_that_say_nothing_or_wrong_are_refused(content: dict, match: str) -> None:
    with pytest.raises(Refused, match=match):
        WhatIf.from_dict({"scenarios": {"x": content}}, "scenarios.toml")


def test_a_file_of_scenarios_that_is_missing_or_lacks_them_names_the_page_that_shows_one(
    tmp_path: Path,
) -> None:
    with pytest.raises(Refused, match=r"no such file; docs/weekly\.md shows one"):
        WhatIf.from_toml(tmp_path / "nope.toml")
    with pytest.raises(Refused, match=r"add it \(docs/weekly\.md shows every key\)"):
        WhatIf.from_dict({}, "scenarios.toml")


def test_a_scenario_of_an_unknown_queue_is_refused_before_any_work(history: pd.DataFrame, site: Site) -> None:
    wrong = WhatIf(scenarios={"x": Scenario(volume=0.1, queues=("sale",))})
    with pytest.raises(Refused, match="did you mean sales"):
        plan_week(history, site, what_if=wrong)


def test_less_time_than_none_is_refused(week: Week, site: Site) -> None:
    with pytest.raises(Refused, match="no time at all"):
        Scenario(aht_more_s=-300).forecast(week.plan.forecast, site)


def test_pooling_keeps_calls_and_work_and_narrows_the_doubt(week: Week, site: Site) -> None:
    pool, name = ("sales", "support"), "sales + support"
    longer = week.plan.forecast.assign(aht_s=np.where(week.plan.forecast["queue"] == "sales", 200.0, 400.0))
    one = pooled_forecast(longer, pool, name)
    assert one["calls"].sum() == pytest.approx(longer["calls"].sum())
    assert (one["calls"] * one["aht_s"]).sum() == pytest.approx((longer["calls"] * longer["aht_s"]).sum())
    bands = pooled_bands(week.bands, pool, name)
    width = {}
    for key, table in (("apart", week.bands), ("pooled", bands)):
        day = table[table["span"] == "day"].pivot_table(
            index=["queue", "start"], columns="quantile", values="calls"
        )
        width[key] = (day[0.9] - day[0.1]).groupby("start").sum()
    assert (width["pooled"] < width["apart"]).all()
    assert (width["pooled"] > width["apart"] / np.sqrt(2) - 1e-9).all()
    assert set(pooled_site(site, pool)[0].queues) == {name}
    assert dataclasses.is_dataclass(week)
