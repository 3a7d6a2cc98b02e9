"""The chain: one plan from history to days, held against what came; a site's settings."""

import dataclasses
import re
import warnings
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import forecasting
from callplan.errors import Refused
from callplan.hours import OpeningHours
from callplan.intervals import aggregate, grid
from callplan.tables import HISTORY as HISTORY_TABLE
from callplan.tables import TABLES, check
from erlang import Swing, performance, rostered
from planning import (
    DEMO_SITE,
    Plan,
    Review,
    Site,
    backtest_site,
    bands_site,
    expected_service,
    forecast_site,
    has_come,
    plan,
    read_history,
    repairs_site,
    review,
    site_template,
    staff_site,
    summarise,
)
from planning.steps import at_site
from scheduling import Rules
from scheduling.contracts import Contract
from scheduling.hiring.terms import Terms

ZONE = "Europe/Paris"
SETTINGS = {
    "zone": ZONE,
    "model": "mean_of_4",
    "notes": ["Made-up calls."],
    "calendar": {"hours": {"mon-fri": "08:00-18:00", "sat": "09:00-13:00"}},
    "queues": {
        "sales": {"service_level": 0.8, "within_s": 20, "shrinkage": 0.3, "patience_s": 120, "aht_s": 240},
        "support": {
            "asa_s": 30.0,
            "occupancy": 0.85,
            "shrinkage": 0.25,
            "hours": {"mon-fri": "08:00-18:00"},
        },
    },
}
SITE = Site.from_dict(SETTINGS, "site.toml")
START = date(2024, 4, 22)


def made_up_history() -> pd.DataFrame:
    """Return twelve weeks of two queues, one of them with handling times."""
    rng = np.random.default_rng(7)
    parts = []
    for name, level in (("sales", 60.0), ("support", 25.0)):
        hours = SITE.calendar_of(name).hours
        start = grid(date(2024, 2, 5), date(2024, 4, 28), 30, ZONE, hours)
        offered = rng.poisson(level, len(start)).astype(float)
        aht_s = np.nan if name == "sales" else 300.0
        parts.append(
            pd.DataFrame({"queue": name, "start": start, "minutes": 30, "offered": offered, "aht_s": aht_s})
        )
    return pd.concat(parts, ignore_index=True)


HISTORY = made_up_history()


@pytest.fixture(scope="module")
def week() -> Plan:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return plan(HISTORY, SITE, start=START, days=7)


@pytest.fixture(scope="module")
def came(week: Plan) -> Review:
    return review(week, HISTORY)


def test_every_table_of_a_plan_is_what_it_says(week: Plan, came: Review) -> None:
    for name, table in week.tables().items():
        pd.testing.assert_frame_equal(check(table, TABLES[name]), table)
    for name, table in came.tables().items():
        assert len(check(table, TABLES[{"actual": "history", "delivered": "coverage"}.get(name, name)]))


def test_a_plan_looks_at_nothing_from_its_start_on(week: Plan) -> None:
    later = HISTORY["start"] >= "2024-04-22"
    spoilt = plan(HISTORY.assign(offered=HISTORY["offered"].where(~later, 9999.0)), SITE, start=START)
    for name, table in week.tables().items():
        pd.testing.assert_frame_equal(table, spoilt.tables()[name])


def test_without_a_start_the_plan_follows_the_history() -> None:
    # The history ends on a Saturday, and Sunday is closed.
    week = plan(HISTORY, SITE, days=3)
    assert sorted(set(week.forecast["start"].dt.date)) == [date(2024, 4, 29), date(2024, 4, 30)]
    assert week.start == date(2024, 4, 28)


def test_each_queue_is_staffed_for_its_own_goals(week: Plan) -> None:
    for name, queue in SITE.queues.items():
        rows = week.requirement[week.requirement["queue"] == name]
        minutes, start_s = rows["minutes"].to_numpy(), rows["start"].to_numpy("datetime64[s]").astype(float)
        load = Swing.of(rows["load"].to_numpy(), rows["aht_s"].to_numpy(), minutes, start_s, lag=True)
        expected, _ = load.smallest_team(
            rows["aht_s"].to_numpy(), queue.target, patience_s=queue.patience_s, lines=None
        )
        assert rows["agents"].tolist() == expected.tolist()
        assert rows["rostered"].tolist() == rostered(expected, queue.shrinkage).tolist()
    sales = week.requirement[week.requirement["queue"] == "sales"]
    assert (sales["aht_s"] == 240).all()
    assert set(sales["start"].dt.day_of_week) == set(range(6))
    support = week.requirement[week.requirement["queue"] == "support"]
    assert np.allclose(support["aht_s"], 300)
    assert set(support["start"].dt.day_of_week) == set(range(5))
    assert set(support["set_by"]) <= {"asa_s", "occupancy"}


def test_the_service_of_the_scheduled_heads(week: Plan) -> None:
    rows = week.coverage.merge(week.requirement, on=["queue", "start", "minutes"], suffixes=("", "_needed"))
    before, sales = (rows[rows["queue"] == "sales"].iloc[i] for i in (4, 5))
    early, late = (
        performance(sales["staffed"] * 0.7, row["load"], 240, 20, patience_s=120).service_level
        for row in (before, sales)
    )
    assert sales["service_level"] == pytest.approx((240 * early + 1560 * late) / 1800)
    # Support has no goal of a service level, so none is claimed.
    assert rows.loc[rows["queue"] == "support", "service_level"].isna().all()


def test_days_sum_their_intervals(week: Plan, came: Review) -> None:
    monday = came.days.query("queue == 'sales'").iloc[0]
    its = came.delivered[came.delivered["start"].dt.date == START].query("queue == 'sales'")
    calls = came.actual[came.actual["start"].dt.date == START].query("queue == 'sales'")["offered"].to_numpy()
    assert monday["offered"] == calls.sum()
    assert monday["delivered"] == pytest.approx((its["service_level"] * calls).sum() / calls.sum())
    assert monday["delivered_met"] == pytest.approx((its["service_level"] >= 0.8).mean())
    assert monday["error"] == pytest.approx(monday["calls"] - monday["offered"])
    assert monday["staffed_h"] == its["staffed"].sum() / 2
    paid = week.shift_plan["heads"] * week.shift_plan["paid_h"]
    assert came.days["paid_h"].sum() == pytest.approx(paid.sum())


def test_a_missing_count_is_not_compared(week: Plan) -> None:
    gap = (HISTORY["queue"] == "sales") & (HISTORY["start"].dt.date == START)
    holed = review(week, HISTORY.assign(offered=HISTORY["offered"].where(~gap)))
    monday = holed.days.query("queue == 'sales'").iloc[0]
    assert np.isnan(monday["offered"])
    assert np.isnan(monday["delivered"])
    assert monday["service_level"] > 0.8


def test_actual_handling_times_count_where_they_are_known(week: Plan) -> None:
    usual = review(week, HISTORY).delivered
    slower = review(week, HISTORY.assign(aht_s=HISTORY["aht_s"].fillna(300.0))).delivered
    sales = usual["queue"] == "sales"
    assert (slower.loc[sales, "service_level"] < usual.loc[sales, "service_level"]).all()


def test_what_is_assumed_is_listed(week: Plan) -> None:
    said = {(row.queue, row.item): (row.value, row.source) for row in week.assumptions.itertuples()}
    assert said["all", "note 1"] == ("Made-up calls.", "site.toml")
    assert said["sales", "handling time"] == ("240 s", "site.toml, for the history has none")
    assert said["support", "handling time"] == ("by time of day", "history")
    assert said["sales", "goal: service level"][0] == "80% within 20 s, counted as offered"
    assert said["sales", "opening hours"] == ("as stated", "site.toml")
    assert said["support", "patience"][0] == "endless: nobody hangs up"


def test_the_summary_says_both_queues_and_what_came(week: Plan, came: Review) -> None:
    planned = summarise(week)
    assert sum(line.startswith(("sales, Mon 22 Apr", "support, Mon 22 Apr")) for line in planned) == 2
    assert not any("came" in line for line in planned)
    both = summarise(week, came)
    offered = came.actual.query("queue == 'sales'")["offered"].sum()
    assert any(line.startswith(f"Then {offered:,.0f} calls came") for line in both)


def test_a_what_if_is_a_replace(week: Plan) -> None:
    kinder = SITE.with_queues(service_level=0.95, within_s=10.0)
    assert staff_site(week.forecast, kinder)["agents"].sum() > week.requirement["agents"].sum()
    assert SITE.queue("sales").service_level == 0.8
    with pytest.raises((TypeError, ValueError)):
        SITE.queues["sales"].shrinkage = 0.1  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        week.start = date(2024, 1, 1)  # type: ignore[misc]


def test_steps_give_the_tables_of_the_plan(week: Plan) -> None:
    ahead = forecast_site(HISTORY, SITE, days=7, start=START)
    pd.testing.assert_frame_equal(ahead, week.forecast)
    pd.testing.assert_frame_equal(staff_site(ahead, SITE), week.requirement)
    pd.testing.assert_frame_equal(expected_service(week.coverage, week.requirement, SITE), week.coverage)


def test_quarter_hours_are_summed_to_the_sites_grid(tmp_path: Path) -> None:
    halves = HISTORY[HISTORY["queue"] == "sales"].drop(columns="aht_s")
    quarters = pd.concat(
        [halves, halves.assign(start=halves["start"] + pd.Timedelta(minutes=15))], ignore_index=True
    ).assign(minutes=15)
    quarters.to_csv(tmp_path / "quarters.csv", index=False)
    with pytest.warns(UserWarning, match="summed to 30 minutes"):
        summed = read_history(tmp_path / "quarters.csv", SITE)
    assert (summed["offered"].to_numpy() == 2 * halves["offered"].to_numpy()).all()


def as_elsewhere(history: pd.DataFrame) -> pd.DataFrame:
    """Return the same calls as another zone's clock shows them, by quarter hours."""
    abroad = history.assign(start=history["start"].dt.tz_convert("America/New_York"))
    quarters = [abroad, abroad.assign(start=abroad["start"] + pd.Timedelta(minutes=15))]
    return pd.concat(quarters, ignore_index=True).assign(
        minutes=15, offered=lambda rows: rows["offered"] / 2, aht_s=lambda rows: rows["aht_s"]
    )


@pytest.mark.filterwarnings("ignore::callplan.errors.Remark")
def test_a_history_is_brought_to_the_sites_zone_and_grid_wherever_it_comes_in(week: Plan) -> None:
    abroad = as_elsewhere(HISTORY)
    pd.testing.assert_frame_equal(at_site(abroad, SITE), check(HISTORY, HISTORY_TABLE))
    there = plan(abroad, SITE, start=START)
    for name, table in week.tables().items():
        pd.testing.assert_frame_equal(there.tables()[name], table)
    assert there.remarks == ("intervals are summed to 30 minutes, the site's",)
    pd.testing.assert_frame_equal(forecast_site(abroad, SITE, days=7, start=START), week.forecast)
    tried = backtest_site(HISTORY, SITE, days=7, origins=1, models=["mean_of_4"])
    pd.testing.assert_frame_equal(backtest_site(abroad, SITE, days=7, origins=1, models=["mean_of_4"]), tried)
    # A forecast from elsewhere is staffed in the site's zone.
    ahead = week.forecast
    moved = ahead.assign(start=ahead["start"].dt.tz_convert("Asia/Tokyo"))
    pd.testing.assert_frame_equal(staff_site(moved, SITE), week.requirement)


def test_a_history_that_cannot_be_the_sites_is_refused() -> None:
    hours = aggregate(check(HISTORY, HISTORY_TABLE), 60)
    for step in (
        lambda history: plan(history, SITE, start=START),
        lambda history: forecast_site(history, SITE, days=7),
        lambda history: backtest_site(history, SITE, days=7, origins=1),
    ):
        with pytest.raises(Refused) as refused:
            step(hours)
        assert str(refused.value) == (
            "history: intervals of 60 minutes, where the site has minutes = 30; "
            "set minutes to what there is: calls cannot be split"
        )
    indian = SITE.replace(zone="Asia/Kolkata", minutes=60)
    with pytest.raises(Refused, match="is off the grid of 60 minutes"):
        forecast_site(hours, indian, days=7)
    with pytest.raises(Refused, match=r"^site: found a dict; give Site\(...\)"):
        plan(HISTORY, {})  # type: ignore[arg-type]


def test_shifts_that_do_not_fit_the_sites_intervals_are_refused_before_the_work() -> None:
    done: list[str] = []
    hours = aggregate(check(HISTORY, HISTORY_TABLE), 60)
    uneven = SITE.replace(minutes=60, shifts=Rules(lengths_h=(4.0, 8.25)))
    with pytest.raises(Refused, match=r"shifts\.lengths_h: 8\.25 does not fit intervals of 30 minutes"):
        plan(hours, uneven, start=START, progress=done.append)
    assert done == []


def test_the_start_may_be_text(week: Plan) -> None:
    same = plan(HISTORY, SITE, start="2024-04-22")
    assert same.start == START
    pd.testing.assert_frame_equal(same.forecast, week.forecast)
    pd.testing.assert_frame_equal(forecast_site(HISTORY, SITE, days=7, start="2024-04-22"), week.forecast)
    with pytest.raises(Refused, match="start: found 'soon'; give a day"):
        plan(HISTORY, SITE, start="soon")
    with pytest.raises(Refused, match=r"days: found 0; give a whole number"):
        forecast_site(HISTORY, SITE, days=0)


def test_a_part_above_its_whole_is_among_a_plans_remarks() -> None:
    sales = HISTORY["queue"] == "sales"
    odd = HISTORY.assign(handled=HISTORY["offered"].where(~sales, 999.0))
    said = [line for line in plan(odd, SITE, start=START).remarks if "above" in line]
    assert len(said) == 1
    assert said[0].startswith("sales: handled is above offered in ")


def test_has_come(week: Plan) -> None:
    assert has_come(week, HISTORY)
    assert not has_come(week, HISTORY[HISTORY["start"] < "2024-04-22"])
    with pytest.raises(Refused, match="no call of the planned days"):
        review(week, HISTORY[HISTORY["start"] < "2024-04-22"])


def test_refusals() -> None:
    with pytest.raises(Refused, match="start 2024-01-01: the history begins on 2024-02-05"):
        plan(HISTORY, SITE, start=date(2024, 1, 1))
    with pytest.raises(Refused, match="no queue 'salez'; did you mean sales"):
        plan(HISTORY.replace({"queue": {"sales": "salez"}}), SITE, start=START)
    sales = {**SETTINGS["queues"]["sales"], "aht_s": None}
    without = Site.from_dict({**SETTINGS, "queues": {"sales": sales}}, "site.toml")
    says = "^queue sales: neither the forecast nor the site has a handling time; set aht_s"
    with pytest.raises(Refused, match=says):
        plan(HISTORY[HISTORY["queue"] == "sales"], without, start=START)


@pytest.mark.parametrize(
    ("queue", "message"),
    [
        ({"service_level": 1.2, "within_s": 20, "shrinkage": 0.3}, "service_level: found 1.2"),
        ({"service_level": 0.8, "shrinkage": 0.3}, "80% without its seconds"),
        ({"service_level": 0.8, "within_s": 20, "shrinkage": 1.0}, "shrinkage: found 1.0"),
        ({"service_level": 0.8, "within_s": 20}, "shrinkage: this key is missing"),
        ({"shrinkage": 0.3}, "no goal"),
        ({"abandoned": 0.05, "shrinkage": 0.3}, "without a patience"),
        ({"p_wait": 0.2, "shrinkage": 0.3, "convention": "ofered"}, "did you mean offered"),
        ({"p_wait": 0.2, "shrinkage": 0.3, "hours": {"mo": "08:00-18:00"}}, "unknown weekday 'mo'"),
        ({"p_wait": 0.2, "shrinkage": 0.3, "tolerance": 5}, "tolerance: found 5; it must be less than 1"),
    ],
)
def test_a_faulty_queue_is_refused_by_its_path(queue: dict, message: str) -> None:
    with pytest.raises(Refused, match=message) as refused:
        Site.from_dict({"zone": ZONE, "queues": {"sales": queue}}, "site.toml")
    assert str(refused.value).startswith("site.toml, queues.sales")


def test_the_template_shows_every_key_and_reads_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(site_template(ZONE, ["sales", 'odd "one".x']), encoding="utf-8")
    site = Site.from_toml(path)
    assert list(site.queues) == ["sales", 'odd "one".x']
    text = path.read_text(encoding="utf-8")
    kinds = [
        type(part) for part in (site, site.queue("sales"), site.shifts, site.shifts.roster, site.calendar)
    ]
    for settings in (*kinds, Contract, Terms):
        for key in settings.model_fields:
            assert f"{key} =" in text or f"[{key}" in text or f".{key}" in text, key
    # Every line that is commented out is a key with its default, or an example, and reads too.
    bare = re.sub(r"^# (?=\[|[\w-]+ = )", "", text, flags=re.MULTILINE)
    path.write_text(bare.replace('subdivision = ""', ""), encoding="utf-8")
    (tmp_path / "events.csv").write_text("name,date\nsale,2024-05-06\n", encoding="utf-8")
    bare_site = Site.from_toml(path)
    assert bare_site.queue("sales").aht_s == 240
    assert [event.name for event in bare_site.calendar.events] == ["sale"]


def test_the_demo_site_is_sound() -> None:
    site = Site.from_toml(DEMO_SITE)
    assert site.zone == "America/New_York"
    assert site.calendar.hours == OpeningHours.parse({"mon-fri": "07:00-21:00"})
    assert any("handled calls" in note for note in site.notes)


def test_dates_of_the_site_hold_for_queues_with_hours_of_their_own() -> None:
    hours = {**SETTINGS["calendar"]["hours"], "dates": {"2024-04-24": "closed"}}
    site = Site.from_dict({**SETTINGS, "calendar": {"hours": hours}}, "site.toml")
    assert site.calendar_of("support").hours.on(date(2024, 4, 24)) == ()
    assert site.calendar_of("support").hours.on(date(2024, 4, 25)) == ((480, 1080),)


def test_a_queue_closed_all_along_is_remarked_and_the_others_go_on() -> None:
    saturday = date(2024, 4, 27)
    with pytest.warns(UserWarning, match="queue support is closed on the days to forecast"):
        ahead = forecast_site(HISTORY, SITE, days=1, start=saturday)
    assert set(ahead["queue"]) == {"sales"}
    with pytest.raises(Refused, match="no queue is open in 1 days"):
        forecast_site(HISTORY, SITE, days=1, start=date(2024, 4, 28))


def test_the_summary_of_two_weeks_counts_both() -> None:
    long = plan(HISTORY, SITE, start=date(2024, 4, 15), days=14)
    lines = summarise(long, review(long, HISTORY))
    assert any("of 12 days were within" in line for line in lines)


def test_a_queue_whose_truth_is_missing_or_nothing_is_summed_up_all_the_same(week: Plan) -> None:
    came = HISTORY["start"] >= "2024-04-22"
    sales = HISTORY["queue"] == "sales"
    lines = summarise(week, review(week, HISTORY[~came | sales]))
    assert sum(line.startswith("Then") for line in lines) == 1
    closed = HISTORY.assign(offered=HISTORY["offered"].where(~(came & sales), 0.0))
    assert any(line.startswith("Then no call came") for line in summarise(week, review(week, closed)))


def test_a_queue_without_calls_before_the_start_is_remarked_and_the_others_go_on() -> None:
    young = HISTORY[(HISTORY["queue"] == "sales") | (HISTORY["start"] >= "2024-04-10")]
    with pytest.warns(UserWarning, match="queue support of the site has no history, and is left out"):
        ahead = forecast_site(young, SITE, days=7, start=date(2024, 4, 8))
    assert set(ahead["queue"]) == {"sales"}
    alone = forecast_site(
        HISTORY[HISTORY["queue"] == "sales"], SITE.only(["sales"]), days=7, start="2024-04-08"
    )
    pd.testing.assert_frame_equal(ahead, alone)


def test_events_concern_queues_that_there_are() -> None:
    sale = {"name": "sale", "date": "2024-05-06", "queue": "sales"}
    site = Site.from_dict({**SETTINGS, "calendar": {"events": [sale]}}, "site.toml")
    assert site.only(["support"]).calendar.events == ()
    assert site.only(["sales"]).calendar == site.calendar
    assert site.only(["sales"]).calendar_of("sales").events[0].name == "sale"
    with pytest.raises(Refused, match="sale of 2024-05-06: unknown queue 'sails'; did you mean sales"):
        Site.from_dict({**SETTINGS, "calendar": {"events": [{**sale, "queue": "sails"}]}}, "site.toml")


def test_bands_and_repairs_of_a_site_are_those_of_each_queue_in_its_hours() -> None:
    asked = {"days": 7, "start": START, "spans": ["week"], "quantiles": [0.1, 0.9]}
    found = bands_site(HISTORY, SITE, **asked)
    assert list(found["queue"]) == ["sales", "sales", "support", "support"]
    for name, rows in HISTORY.groupby("queue"):
        own = forecasting.bands(rows, model="mean_of_4", calendar=SITE.calendar_of(name), **asked)
        pd.testing.assert_frame_equal(found[found["queue"] == name].reset_index(drop=True), own)
        repaired = repairs_site(HISTORY.drop(index=rows.index[40:43]), SITE)
        assert (repaired["reason"] == "gap").sum() == 1
        assert set(repaired["queue"]) == {name}
