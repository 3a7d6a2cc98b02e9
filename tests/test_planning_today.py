"""The day: service recomputed by other means, breaks moved and verified, callbacks and messages by hand."""

import warnings
from datetime import date
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused, Remark
from callplan.hours import OpeningHours
from callplan.intervals import grid, local_day
from callplan.tables import SUGGESTIONS, TODAY, check
from erlang import asa_s, service_level
from planning import Roster, Site, expected_service, roster_site, staff_site
from planning.today import Intraday, Measures, intraday
from planning.today.breaks import break_moves, moved, shifted
from planning.today.callers import calls_at_goal
from planning.today.intraday import _day, _rows, _with_need
from planning.today.presence import heads_at_work, work_of
from scheduling import take, verify
from scheduling.roster import search

ZONE = "Europe/Paris"
NOW = "2024-05-07 10:10"
QUEUE = {"service_level": 0.8, "within_s": 20, "shrinkage": 0.1, "aht_s": 240, "patience_s": 180}


def site_of(**queue) -> Site:
    return Site.from_dict(
        {
            "zone": ZONE,
            "queues": {"sales": {**QUEUE, **queue}},
            "calendar": {"hours": {"mon-fri": "08:00-18:00"}},
            "shifts": {
                "rests_h": [[1, 3]],
                "cost_per_h": 20.0,
                "under_cost_per_h": 200.0,
                "contracts": {"FT": {"lengths_h": [8.5]}, "PT": {"lengths_h": [5]}},
            },
        },
        "site.toml",
    )


def forecast_of(scale: float = 1.0) -> pd.DataFrame:
    """Return the forecast of Tuesday and Wednesday, busiest at 11 and at 15."""
    hours = OpeningHours.parse({"mon-fri": "08:00-18:00"})
    start = grid(date(2024, 5, 7), date(2024, 5, 8), 30, ZONE, hours)
    hour = start.dt.hour + start.dt.minute / 60
    calls = scale * (10 + 45 * np.exp(-((hour - 11) ** 2) / 3) + 35 * np.exp(-((hour - 15) ** 2) / 4))
    return pd.DataFrame(
        {
            "queue": "sales",
            "start": start,
            "minutes": 30,
            "model": "auto",
            "cutoff": pd.Timestamp("2024-05-06 20:00", tz=ZONE),
            "calls": calls,
            "calls_lo": 0.75 * calls,
            "calls_hi": 1.25 * calls,
            "level": 0.8,
            "aht_s": 240.0,
        }
    )


def today_of(forecast: pd.DataFrame, factor: float = 1.3, until: str = "10:00") -> pd.DataFrame:
    rows = forecast[forecast["start"] < pd.Timestamp(f"2024-05-07 {until}", tz=ZONE)]
    return rows[["queue", "start", "minutes"]].assign(offered=(rows["calls"] * factor).round())


def coverage_of(forecast: pd.DataFrame, site: Site, lack: float = 0.0) -> pd.DataFrame:
    needed = staff_site(forecast, site)
    rows = needed[["queue", "start", "minutes"]].assign(needed=needed["rostered"])
    rows["staffed"] = (rows["needed"] - lack).clip(lower=0)
    return rows.assign(over=0.0, under=max(lack, 0.0))


@cache
def rostered(seed: int = 0) -> tuple[Roster, pd.DataFrame]:
    """Return a roster of twelve people made for the forecast, and the forecast."""
    forecast, site = forecast_of(), site_of()
    people = pd.DataFrame(
        {
            "person": [f"P{number:02}" for number in range(14)],
            "contract": ["FT" if number % 3 else "PT" for number in range(14)],
            "skills": "sales",
        }
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "LEVELS", 6)
        return roster_site(staff_site(forecast, site), site, people, seed=seed), forecast


def of_day(found: Intraday) -> pd.Series:
    return local_day(found.intervals["start"])


def day_level(found: Intraday) -> float:
    rows = found.intervals
    return float((rows["calls"] * rows["service_level"]).sum() / rows["calls"].sum())


def test_the_tables_are_what_they_say_and_the_day_adds_up():
    forecast, site = forecast_of(), site_of()
    found = intraday(forecast, today_of(forecast), site, now=NOW, coverage=coverage_of(forecast, site, 1.0))
    rows = found.intervals
    check(rows, TODAY)
    check(found.suggestions, SUGGESTIONS)
    assert (of_day(found) == pd.Timestamp("2024-05-07")).all()
    assert len(rows) == 20
    # What is over is what came; the interval in progress is still to come, and expected to be busier.
    over = rows["state"] == "over"
    assert over.sum() == 4
    assert (rows.loc[over, "calls"] == rows.loc[over, "came"]).all()
    assert rows.loc[~over, "came"].isna().all()
    assert (rows.loc[~over, "calls"] > rows.loc[~over, "morning"]).all()
    assert np.allclose(rows["present"] - rows["needed"], rows["spare"] - rows["short"])
    assert (rows[["short", "spare"]].min(axis=1) == 0).all()
    before = found.suggestions["before"]
    assert (before == before.iloc[0]).all()
    assert before.iloc[0] == pytest.approx(day_level(found))
    assert f"{before.iloc[0]:.1%}" in found.summary[0]


def test_the_service_level_is_that_of_the_chain():
    forecast, site = forecast_of(), site_of()
    found = intraday(forecast, today_of(forecast), site, now=NOW, coverage=coverage_of(forecast, site, 2.0))
    rows = found.intervals
    calls = rows[["queue", "start", "calls"]].assign(aht_s=240.0)
    table = rows[["queue", "start", "minutes"]].assign(
        needed=rows["needed"], staffed=rows["present"], over=0.0, under=0.0
    )
    assert np.allclose(expected_service(table, calls, site)["service_level"], rows["service_level"])
    more = found.suggestions[found.suggestions["kind"] == "overtime"].iloc[0]
    heads = int(more["what"].split()[0])
    inside = np.clip(
        (
            np.minimum(rows["start"] + pd.Timedelta(minutes=30), more["end"])
            - np.maximum(rows["start"], more["start"])
        )
        / pd.Timedelta(minutes=30),
        0,
        1,
    )
    after = expected_service(table.assign(staffed=rows["present"] + heads * inside), calls, site)
    level = (after["service_level"] * rows["calls"]).sum() / rows["calls"].sum()
    assert more["after"] == pytest.approx(level, abs=1e-9)
    assert more["hours"] == pytest.approx(heads * inside.sum() / 2)
    assert more["cost"] == pytest.approx(20.0 * more["hours"])


def test_answers_that_were_counted_count():
    forecast, site = forecast_of(), site_of()
    today = today_of(forecast).assign(answered_within=5.0, within_s=20.0)
    given = {"now": NOW, "coverage": coverage_of(forecast, site)}
    found = intraday(forecast, today, site, **given)
    rows = found.intervals[found.intervals["state"] == "counted"]
    assert len(rows) == 4
    assert np.allclose(rows["service_level"], 5 / rows["came"])
    with pytest.warns(Remark, match="not counted as the goal counts them"):
        other = intraday(forecast, today.assign(within_s=30.0), site, **given)
    assert "counted" not in set(other.intervals["state"])
    with pytest.warns(Remark, match="not counted as the goal counts them"):
        intraday(forecast, today, site_of(convention="answered"), **given)


def test_missing_is_not_zero():
    forecast, site = forecast_of(), site_of()
    today = today_of(forecast)
    today.loc[1, "offered"] = np.nan
    with pytest.warns(Remark, match="have no count"):
        found = intraday(forecast, today, site, now=NOW, coverage=coverage_of(forecast, site))
    row = found.intervals.iloc[1]
    assert np.isnan(row["came"])
    assert row["calls"] == row["morning"] > 0


def test_who_is_there_may_be_said_in_three_ways():
    roster, forecast = rostered()
    site, today = site_of(), today_of(forecast)
    by_roster = intraday(forecast, today, site, now=NOW, roster=roster)
    by_coverage = intraday(forecast, today, site, now=NOW, coverage=roster.schedule.coverage)
    assert np.allclose(by_roster.intervals["present"], by_coverage.intervals["present"])
    met = intraday(forecast, today, site, now=NOW, requirement=roster.requirement)
    due = roster.requirement[local_day(roster.requirement["start"]) == "2024-05-07"]
    assert met.intervals["present"].tolist() == due["rostered"].tolist()
    # Goals are those that the requirement was made with.
    strict = staff_site(forecast, site_of(service_level=0.95))
    needed = intraday(forecast, today, site, now=NOW, requirement=strict).intervals["needed"]
    assert (needed >= met.intervals["needed"]).all()
    assert needed.sum() > met.intervals["needed"].sum()


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({}, "neither roster, coverage nor requirement"),
        ({"now": "2024-05-07 18:00"}, "nothing is left"),
        ({"now": "2024-05-09 10:00"}, "no interval of that day"),
    ],
)
def test_what_cannot_be_is_refused(given, match):
    forecast, site = forecast_of(), site_of()
    coverage = {} if not given else {"coverage": coverage_of(forecast, site)}
    with pytest.raises(Refused, match=match):
        intraday(forecast, today_of(forecast), site, **{"now": NOW, **coverage, **given})


def test_a_roster_or_a_coverage_of_other_days_is_refused():
    roster, forecast = rostered()
    site = site_of()
    later = forecast.assign(
        start=forecast["start"] + pd.Timedelta(days=7), cutoff=forecast["cutoff"] + pd.Timedelta(days=7)
    )
    given = {"today": today_of(forecast)[:0], "site": site, "now": "2024-05-14 10:10"}
    with pytest.raises(Refused, match="nobody works on 2024-05-14"):
        intraday(later, roster=roster, **given)
    with pytest.raises(Refused, match="no interval of 2024-05-14"):
        intraday(later, coverage=coverage_of(forecast, site), **given)
    short = coverage_of(later, site)
    with pytest.warns(Remark, match="nobody is said to be there in 1 intervals"):
        found = intraday(later, coverage=short.drop(index=3), **given)
    assert found.intervals["present"].iloc[3] == 0


def test_a_queue_without_a_service_goal_is_refused():
    forecast = forecast_of()
    site = site_of(service_level=None, within_s=None, asa_s=30)
    with pytest.raises(Refused, match="no goal for the service level"):
        intraday(forecast, today_of(forecast), site, now=NOW, coverage=coverage_of(forecast, site_of()))


def test_nobody_is_sent_home_from_a_day_that_would_miss_its_goal():
    forecast, site = forecast_of(), site_of()
    spare = intraday(
        forecast, today_of(forecast, 1.0), site, now=NOW, coverage=coverage_of(forecast, site, -3.0)
    )
    home = spare.suggestions[spare.suggestions["kind"] == "time off"]
    assert len(home) > 0
    assert (home["after"] >= 0.8).all()
    assert (home[["hours", "cost"]] < 0).all(axis=None)
    full = coverage_of(forecast, site, 4.0)
    full.loc[full["start"].dt.hour >= 16, "staffed"] += 8
    bad = intraday(forecast, today_of(forecast), site, now=NOW, coverage=full)
    assert bad.suggestions["before"].iloc[0] < 0.8
    assert bad.intervals["spare"].max() > 2
    assert "time off" not in set(bad.suggestions["kind"])


def days_of(forecast: pd.DataFrame, site: Site, present, factor: float = 1.3):
    """Return the day as the suggestions see it."""
    from forecasting import update

    today = today_of(forecast, factor)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Remark)
        rest = update(forecast, today, NOW)
    at = rest["cutoff"].iloc[0]
    rows = _with_need(_rows(forecast, rest, today, at, site), rest, site)
    rows["present"] = present(rows)
    return _day("sales", rows, site, today, at)


def test_calls_at_the_goal_are_just_so_many():
    forecast, site = forecast_of(), site_of()
    day = days_of(forecast, site, lambda rows: rows["needed"] - 2)
    calls = calls_at_goal(day)

    def level(volume):
        return service_level(day.present * 0.9, volume * 240 / 1800, 240, 20, patience_s=180)

    assert np.allclose(level(calls), 0.8, atol=1e-6)
    assert (level(calls * 1.01) < 0.8).all()


def test_callbacks_lose_no_call_and_are_made_later():
    forecast, site = forecast_of(), site_of()
    coverage = coverage_of(forecast, site)
    coverage.loc[coverage["start"].dt.hour < 12, "staffed"] -= 3
    coverage.loc[coverage["start"].dt.hour >= 16, "staffed"] += 3
    given = {"now": NOW, "coverage": coverage}
    found = intraday(forecast, today_of(forecast), site, **given, measures=Measures(callback_share=1.0))
    row = found.suggestions[found.suggestions["kind"] == "callbacks"].iloc[0]
    assert row["gain"] > 0.01
    assert row["start"] == pd.Timestamp(NOW, tz=ZONE)
    assert row["calls"] > 1
    half = intraday(forecast, today_of(forecast), site, **given, measures=Measures(callback_share=0.2))
    fewer = half.suggestions[half.suggestions["kind"] == "callbacks"].iloc[0]
    assert 0 < fewer["gain"] < row["gain"]
    none = intraday(forecast, today_of(forecast), site, **given, measures=Measures(callback_share=0.0))
    assert "callbacks" not in set(none.suggestions["kind"])
    soon = Measures(callback_share=1.0, callback_within_s=1800)
    at_once = intraday(forecast, today_of(forecast), site, **given, measures=soon)
    gains = at_once.suggestions.loc[at_once.suggestions["kind"] == "callbacks", "gain"]
    assert gains.empty or gains.iloc[0] < row["gain"]


def test_a_message_turns_callers_away_and_says_how_they_count():
    forecast, site = forecast_of(), site_of()
    coverage = coverage_of(forecast, site, 4.0)
    said = {"message_above_s": 30.0, "message_share": 0.25, "callback_share": 0.0}
    rows = {}
    for counts in ("abandoned", "deflected"):
        measures = Measures(**said, message_counts=counts)
        found = intraday(forecast, today_of(forecast), site, now=NOW, coverage=coverage, measures=measures)
        rows[counts] = found.suggestions[found.suggestions["kind"] == "message"].iloc[0]
        assert counts in rows[counts]["what"]
    total = found.intervals["calls"].sum()
    turned = rows["abandoned"]["calls"]
    assert turned == rows["deflected"]["calls"] > 0
    # The same answered in time: over all calls, or over those that stay.
    answered = rows["abandoned"]["after"] * total
    assert rows["deflected"]["after"] == pytest.approx(answered / (total - turned))
    patient = Measures(message_above_s=10_000.0, callback_share=0.0)
    found = intraday(forecast, today_of(forecast), site, now=NOW, coverage=coverage, measures=patient)
    assert "message" not in set(found.suggestions["kind"])


@pytest.mark.parametrize(("lack", "long"), [(2.0, 0), (4.0, 10), (5.0, 14)])
def test_a_message_comes_up_where_callers_wait_above_a_minute_and_does_what_it_says(lack, long):
    forecast, site = forecast_of(), site_of()
    found = intraday(forecast, today_of(forecast), site, now=NOW, coverage=coverage_of(forecast, site, lack))
    rows = found.intervals
    load = rows["calls"] * 240 / 1800
    wait_s = pd.Series(asa_s(rows["present"] * 0.9, load, 240, patience_s=180), rows.index)
    waits = (wait_s > 60) & (rows["state"] == "to come")
    assert waits.sum() == long
    said = found.suggestions[found.suggestions["kind"] == "message"].to_dict("records")
    assert len(said) == (long > 0)
    for row in said:
        assert row["start"] == max(rows.loc[waits, "start"].iloc[0], pd.Timestamp(NOW, tz=ZONE))
        assert row["end"] == rows.loc[waits, "start"].iloc[-1] + pd.Timedelta(minutes=30)
        assert f"as expected in {long} intervals" in row["what"]
        # A tenth of those callers leaves, and counts as not answered; the others find shorter queues.
        stay = rows["calls"] * np.where(waits, 0.9, 1.0)
        assert row["calls"] == pytest.approx((rows["calls"] - stay).sum())
        table = rows[["queue", "start", "minutes"]].assign(
            needed=rows["needed"], staffed=rows["present"], over=0.0, under=0.0
        )
        calls = rows[["queue", "start"]].assign(calls=stay, aht_s=240.0)
        level = expected_service(table, calls, site)["service_level"]
        assert row["after"] == pytest.approx((level * stay).sum() / rows["calls"].sum(), abs=1e-9)
        assert row["gain"] > 0.01


def test_every_move_of_a_break_keeps_the_rules_and_counts_right():
    roster, forecast = rostered()
    day = days_of(forecast, roster.site, lambda rows: presence(roster, rows))
    moves = list(break_moves(roster, {"sales": day}, pd.Timestamp(NOW, tz=ZONE)))
    assert {move.kind for move in moves} == {"meal", "rest"}
    base = broken(roster, roster.schedule.activities)
    for move in moves[:: max(1, len(moves) // 12)]:
        assert move.begin >= pd.Timestamp(NOW, tz=ZONE)
        assert move.to >= pd.Timestamp(NOW, tz=ZONE)
        activities = moved(roster.schedule.activities, move)
        assert broken(roster, activities) == base
        heads = heads_at_work(work_of(activities), "sales", day.starts, day.rows["minutes"])
        assert np.allclose(heads - day.present, move.change["sales"])


def presence(roster: Roster, rows: pd.DataFrame) -> np.ndarray:
    return heads_at_work(work_of(roster.schedule.activities), "sales", rows["start"], rows["minutes"])


def broken(roster: Roster, activities: pd.DataFrame) -> int:
    from dataclasses import replace

    schedule = replace(roster.schedule, activities=activities)
    verdict = verify(schedule, roster.people, roster.site.shifts, requirement=roster.requirement)
    # The table coverage is of the roster before: its own rule is left aside.
    return int((verdict.broken["rule"] != "coverage").sum())


def test_the_best_move_is_the_best_of_all():
    roster, forecast = rostered()
    today = today_of(forecast, 1.6)
    found = intraday(forecast, today, roster.site, now=NOW, roster=roster, measures=Measures(most=50))
    moves = found.suggestions[found.suggestions["kind"] == "move a break"]
    assert len(moves) > 0
    assert moves["person"].is_unique
    rows = found.intervals
    calls = rows[["queue", "start", "calls"]].assign(aht_s=240.0)
    day = days_of(forecast, roster.site, lambda table: presence(roster, table), 1.6)
    best = 0.0
    for move in break_moves(roster, {"sales": day}, pd.Timestamp(NOW, tz=ZONE)):
        table = rows[["queue", "start", "minutes"]].assign(
            needed=rows["needed"], staffed=rows["present"] + move.change["sales"], over=0.0, under=0.0
        )
        level = expected_service(table, calls, roster.site)["service_level"]
        best = max(best, float((level * rows["calls"]).sum() / rows["calls"].sum()))
    assert moves["after"].iloc[0] == pytest.approx(best, abs=1e-9)


def from_now(roster: Roster, row: dict, activities: pd.DataFrame) -> pd.DataFrame:
    """Return what all do, from now on `row`'s person as `activities` say, time more for the row's queue."""
    now, was = pd.Timestamp(NOW, tz=ZONE), roster.schedule.activities
    mine = was["person"] == row["person"]
    before = was[mine & (was["start"] < now)].assign(end=lambda rows: rows["end"].clip(upper=now))
    after = activities[(activities["person"] == row["person"]) & (activities["end"] > now)]
    steps = []
    for piece in after[after["activity"] == "work"].to_dict("records"):
        for start in pd.date_range(max(piece["start"], now), piece["end"], freq="5min", inclusive="left"):
            there = was[mine & (was["activity"] == "work") & (was["start"] <= start) & (was["end"] > start)]
            queue = there["queue"].iloc[0] if len(there) else row["queue"]
            steps.append({**piece, "start": start, "end": start + pd.Timedelta(minutes=5), "queue": queue})
    return pd.concat([was[~mine], before, pd.DataFrame(steps, columns=was.columns)], ignore_index=True)


def levels_with(activities: pd.DataFrame, found: Intraday, forecast: pd.DataFrame, site: Site) -> pd.Series:
    """Return each queue's service level of the day if people do that."""
    levels = {}
    for queue, rows in found.intervals.groupby("queue"):
        heads = heads_at_work(work_of(activities), queue, rows["start"], rows["minutes"])
        table = rows[["queue", "start", "minutes"]].assign(needed=0.0, staffed=heads, over=0.0, under=0.0)
        calls = rows[["queue", "start", "calls"]].merge(forecast[["queue", "start", "aht_s"]])
        level = expected_service(table, calls, site)["service_level"].to_numpy()
        levels[queue] = float(rows["calls"] @ level / rows["calls"].sum())
    return pd.Series(levels)


def worked(activities: pd.DataFrame, row: dict) -> pd.Timedelta:
    own = activities[(activities["person"] == row["person"]) & (activities["activity"] == "work")]
    return (own["end"] - own["start"])[local_day(own["start"]) == "2024-05-07"].sum()


def staff_rows(found: Intraday) -> list[dict]:
    table = found.suggestions
    return table[table["kind"].isin(["overtime", "extra shift", "time off"])].to_dict("records")


@pytest.mark.parametrize(("seed", "factor"), [(1, 1.6), (2, 1.2)])
def test_offers_are_of_the_rest_of_the_day_and_do_what_they_say(seed, factor):
    roster, forecast = rostered(seed)
    given = (forecast, today_of(forecast, factor), roster.site)
    found = intraday(*given, now=NOW, roster=roster)
    named = [row for row in staff_rows(found) if row["kind"] != "time off"]
    assert len(named) > 0
    rows = found.intervals
    demand = roster.requirement.copy()
    need = demand["start"].map(rows.set_index("start")["needed"])
    over = demand["start"].map(rows.set_index("start")["state"]) != "to come"
    there = demand["start"].map(rows.set_index("start")["present"])
    demand["rostered"] = need.where(~over, there).fillna(demand["rostered"]).astype(float)
    # Who is off that day is asked for shifts from then on alone.
    shifts = roster.schedule.shifts
    on_shift = shifts.loc[local_day(shifts["start"]) == "2024-05-07", "person"]
    people = roster.people.assign(tue=None)
    people.loc[~people["person"].isin(on_shift), "tue"] = "10:10-10:10"
    for row in named:
        assert row["start"] >= pd.Timestamp(NOW, tz=ZONE)
        assert row["gain"] > 0
        offer = {name: row[name] for name in ("person", "start", "end", "kind")}
        after = take(roster.schedule, offer, demand, roster.site.shifts, people)
        then = from_now(roster, row, after.activities)
        level = levels_with(then, found, forecast, roster.site)["sales"]
        assert row["after"] == pytest.approx(level, abs=1e-9)
        # No break is had twice, and none is left out.
        assert worked(then, row) == worked(after.activities, row)


@cache
def rostered_for_two(seed: int) -> tuple[Roster, pd.DataFrame]:
    """Return a day's roster of people who serve sales, help or both, without breaks, and the forecast."""
    random = np.random.default_rng(seed)
    rules = {"lengths_h": [5, 6], "meal_min": 0, "cost_per_h": 20.0, "under_cost_per_h": 200.0}
    site = Site.from_dict(
        {
            "zone": ZONE,
            "queues": {"sales": QUEUE, "help": {**QUEUE, "aht_s": 300}},
            "calendar": {"hours": {"mon-fri": "08:00-18:00"}},
            "shifts": {**rules, "contracts": {"FT": {}}},
        },
        "site.toml",
    )
    one = forecast_of(random.uniform(0.4, 0.7))
    two = forecast_of(random.uniform(0.2, 0.4)).assign(queue="help", aht_s=300.0)
    forecast = pd.concat([table[table["start"].dt.day == 7] for table in (one, two)], ignore_index=True)
    skills = random.choice(["sales", "sales", "help", "sales|help"], 18)
    people = pd.DataFrame({"person": [f"P{n:02}" for n in range(18)], "contract": "FT", "skills": skills})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "LEVELS", 6)
        return roster_site(staff_site(forecast, site), site, people), forecast


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_an_offer_does_for_each_queue_what_it_does_alone(seed):
    roster, forecast = rostered_for_two(seed)
    factors = np.random.default_rng(seed).uniform(0.7, 1.5, 2)
    today = pd.concat(
        [today_of(rows, factor) for factor, (_, rows) in zip(factors, forecast.groupby("queue"), strict=True)]
    )
    given = (forecast, today, roster.site)
    found = intraday(*given, now=NOW, roster=roster, measures=Measures(most=10))
    before = levels_with(roster.schedule.activities, found, forecast, roster.site)
    skills = roster.people.set_index("person")["skills"]
    offered, activities = staff_rows(found), roster.schedule.activities
    assert len(offered) > 0
    for row in offered:
        queues = skills[row["person"]].split("|")
        assert row["queue"] in queues
        if row["kind"] != "time off":
            assert f": {row['kind']} for {row['queue']} from" in row["what"]
        assert (row["gain"] < 0) == (row["kind"] == "time off")
        then = activities[activities["person"] == row["person"]]
        if row["kind"] == "time off":
            stays = then[then["start"] < row["start"]]
            then = stays.assign(end=stays["end"].clip(upper=row["start"]))
        else:
            then = pd.concat([then, pd.DataFrame([{**row, "activity": "work"}])[list(then)]])
        after = levels_with(from_now(roster, row, then), found, forecast, roster.site)
        assert row["before"] == pytest.approx(before[row["queue"]], abs=1e-9)
        assert row["after"] == pytest.approx(after[row["queue"]], abs=1e-9)
        for queue in before.index.drop(row["queue"]):
            said = f"; also {queue} {before[queue]:.1%} to {after[queue]:.1%}"
            assert (said in row["what"]) == (f"{before[queue]:.1%}" != f"{after[queue]:.1%}")
            # Who does not serve a queue does nothing for it.
            assert queue in queues or after[queue] == pytest.approx(before[queue], abs=1e-12)


def test_of_a_roster_for_two_queues_one_can_be_looked_at():
    roster, forecast = rostered_for_two(0)
    today = today_of(forecast, 1.5)
    only, calls = (table[table["queue"] == "help"] for table in (forecast, today))
    site = roster.site.replace(queues={"help": roster.site.queue("help")})
    found = intraday(only, calls, site, now=NOW, roster=roster)
    both = intraday(forecast, today, roster.site, now=NOW, roster=roster)
    rows = both.intervals[both.intervals["queue"] == "help"].reset_index(drop=True)
    pd.testing.assert_frame_equal(found.intervals, rows)
    skills = roster.people.set_index("person")["skills"]
    named = staff_rows(found)
    assert len(named) > 0
    assert all("help" in skills[row["person"]] and row["gain"] != 0 for row in named)


def test_the_same_day_gives_the_same_tables():
    roster, forecast = rostered()
    first, second = (
        intraday(forecast, today_of(forecast), roster.site, now=NOW, roster=roster) for _ in range(2)
    )
    pd.testing.assert_frame_equal(first.suggestions, second.suggestions)
    assert first.summary == second.summary


@given(st.integers(0, 7), st.integers(0, 10))
def test_a_break_moved_inside_the_work_keeps_the_hours(begin, to):
    day = pd.Timestamp("2024-05-07 08:00", tz=ZONE)

    def at(slot: int) -> pd.Timestamp:
        return day + pd.Timedelta(minutes=15 * slot)

    # Work of 12 quarters for two queues, with a break of one at `begin`.
    pieces = [(0, 5, "a"), (5, 12, "b")]
    spans = [
        (at(max(first, low)), at(min(last, high)), queue)
        for first, last, queue in pieces
        for low, high in ((0, begin), (begin + 1, 12))
        if max(first, low) < min(last, high)
    ]
    after = shifted(spans, at(begin), at(begin + 1), at(to))
    slots = {slot for first, last, _ in after for slot in range(12) if first <= at(slot) < last}
    assert slots == set(range(12)) - {to}
    assert all(left[1] <= right[0] for left, right in pairwise(after))


def test_a_day_that_nobody_counted_yet_is_said_so():
    forecast, site = forecast_of(), site_of()
    with pytest.warns(Remark, match="no count until"):
        found = intraday(
            forecast, today_of(forecast)[:0], site, now=NOW, coverage=coverage_of(forecast, site)
        )
    assert "sales at 10:10: nothing is counted;" in found.summary[0]
    assert found.intervals["came"].isna().all()
    assert found.intervals["calls"].tolist() == found.intervals["morning"].tolist()


def test_a_second_queue_is_weighed_by_itself():
    site = site_of()
    both = site.replace(queues={**site.queues, "help": site.queue("sales")})
    forecast = pd.concat([forecast_of(), forecast_of(0.5).assign(queue="help")])
    coverage = coverage_of(forecast, both)
    short = (coverage["queue"] == "help") & (coverage["start"].dt.hour >= 12)
    coverage.loc[short, "staffed"] -= 2
    today = today_of(forecast_of())
    with pytest.warns(Remark, match="help: no count until"):
        found = intraday(forecast, today, both, now=NOW, coverage=coverage)
    alone = intraday(forecast_of(), today, site, now=NOW, coverage=coverage[coverage["queue"] == "sales"])
    rows = found.intervals[found.intervals["queue"] == "sales"].reset_index(drop=True)
    pd.testing.assert_frame_equal(rows, alone.intervals)
    more = found.suggestions[found.suggestions["queue"] == "help"]
    assert more["kind"].iloc[0] == "overtime"
    assert len(found.summary) == 2 + len(found.suggestions)
