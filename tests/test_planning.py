"""The chain: one plan from history to days, held against what came; a site's settings."""

import dataclasses
import re
import warnings
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Refused
from callplan.intervals import OpeningHours, grid
from callplan.tables import TABLES, check
from erlang import offered_load, performance, required_agents, rostered
from planning import (
    DEMO_SITE,
    Plan,
    Review,
    Site,
    expected_service,
    forecast_site,
    has_come,
    plan,
    read_history,
    review,
    site_template,
    staff_site,
    summarise,
)

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
    assert (week.start, week.n_days) == (date(2024, 4, 28), 3)


def test_each_queue_is_staffed_for_its_own_goals(week: Plan) -> None:
    for name, queue in SITE.queues.items():
        rows = week.requirement[week.requirement["queue"] == name]
        expected = required_agents(rows["load"], rows["aht_s"], queue.target, patience_s=queue.patience_s)
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
    sales = rows[rows["queue"] == "sales"].iloc[5]
    expected = performance(
        sales["staffed"] * 0.7, offered_load(sales["calls"], 240, 30), 240, 20, patience_s=120
    )
    assert sales["service_level"] == pytest.approx(expected.service_level)
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
    with pytest.raises(Refused, match=r"queue sales: neither history nor .* has a handling time; set aht_s"):
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
    for settings in (site, site.queue("sales"), site.shifts, site.calendar):
        for key in type(settings).model_fields:
            assert f"{key} =" in text or f"[{key}" in text or f".{key}" in text, key
    # Every line that is commented out is a key with its default, or an example, and reads too.
    bare = re.sub(r"^# (?=\[|[\w-]+ = )", "", text, flags=re.MULTILINE)
    path.write_text(bare.replace('subdivision = ""', ""), encoding="utf-8")
    assert Site.from_toml(path).queue("sales").aht_s == 240


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
