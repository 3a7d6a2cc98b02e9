"""The ledger: which forecast speaks, how near it came, by level and lead; what is not scored."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Refused
from callplan.hours import OpeningHours
from callplan.intervals import grid
from callplan.store import open_store
from callplan.tables import TABLES, check
from forecasting import Calendar, Event
from planning import Override, Site, add_override, publish, track

ZONE = "Europe/Paris"
SITE = Site.from_dict(
    {
        "zone": ZONE,
        "minutes": 60,
        "calendar": {"hours": {"mon-sun": "09:00-11:00"}},
        "queues": {
            "sales": {"service_level": 0.8, "within_s": 20, "shrinkage": 0.3, "aht_s": 240},
            "help": {"service_level": 0.8, "within_s": 20, "shrinkage": 0.3, "aht_s": 240, "tolerance": 0.2},
        },
    },
    "site.toml",
)
MONDAY = date(2024, 5, 6)
LATER = pd.Timestamp("2025-01-01", tz=ZONE).to_pydatetime()


def at(text):
    return pd.Timestamp(text, tz=ZONE).to_pydatetime()


def edges(first, days, minutes=60):
    last = (pd.Timestamp(first) + pd.Timedelta(days=days - 1)).date()
    return grid(first, last, minutes, ZONE, OpeningHours.parse({"mon-sun": "09:00-11:00"}))


def a_forecast(start, calls, cutoff, queue="sales", **columns):
    rows = pd.DataFrame({"queue": queue, "start": start, "minutes": 60, "model": "m", "calls": calls})
    rows = rows.assign(cutoff=pd.Timestamp(cutoff, tz=ZONE), calls_lo=np.nan, calls_hi=np.nan, level=np.nan)
    return rows.assign(**{"aht_s": 240.0, **columns})


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "store.duckdb") as store:
        yield store


def came(store, start, offered, queue="sales", **columns):
    rows = pd.DataFrame({"queue": queue, "start": start, "minutes": 60, "offered": offered}).assign(**columns)
    digest = str(len(store.imports()))
    store.put_history([rows], file="a.csv", digest=digest, profile="generic", who="ann", now=LATER)


def put(store, forecast, now="2024-05-03 16:00", site=SITE, **changes):
    return publish(store, site, forecast, who="ann", now=at(now), **changes)


def level(ledger, by):
    return ledger.ledger[ledger.ledger["by"] == by].reset_index(drop=True)


@pytest.mark.filterwarnings("ignore:no naive forecast")
class TestHandMade:
    """Everything of six days that can be computed by hand."""

    said = (3533.0, 2455.0, 2611.0, 2990.0, 2935.0, 1028.0)
    came = (3601.0, 2544.0, 2723.0, 3111.0, 3078.0, 1103.0)

    site = SITE.replace(calendar=Calendar(hours=OpeningHours.parse({"mon-sat": "09:00-10:00"})))

    @pytest.fixture
    def ledger(self, store):
        start = edges(MONDAY, 6).iloc[::2]
        put(store, a_forecast(start, self.said, "2024-05-05 11:00"), "2024-05-05 16:00", self.site)
        came(store, start, self.came)
        return track(store, self.site, now=LATER)

    def test_the_six_days_of_the_definitions(self, ledger):
        days = level(ledger, "day")
        error = np.array(self.said) - np.array(self.came)
        assert list(days["error"]) == pytest.approx(list(error))
        assert list(days["share"]) == pytest.approx(list(error / np.array(self.came)))
        assert days["share"].abs().mean() == pytest.approx(0.0414, abs=5e-5)
        row = ledger.accuracy.set_index("by").loc["day"]
        assert row["wape"] == pytest.approx(0.0376, abs=5e-5)
        assert row["bias"] == pytest.approx(-0.0376, abs=5e-5)
        # All but the last day are within 5%: 1028 is 6.8% below 1103.
        assert list(days["within"]) == [1, 1, 1, 1, 1, 0]
        assert row["hit_rate"] == pytest.approx(5 / 6)
        assert row["verdict"] == "bias: under on 6 of 6 days"
        # Poisson: the mean absolute deviation of a count of m calls is about √(2 m / π).
        assert list(days["floor"]) == pytest.approx(list(np.sqrt(2 * np.array(self.came) / np.pi)), rel=0.01)
        # The week is whole, and one of several of its month: Sundays are closed.
        assert level(ledger, "week")["verdict"].tolist() == ["within tolerance"]
        assert level(ledger, "month")["verdict"].tolist() == ["within tolerance (6 of 27 open days)"]
        months = ledger.accuracy[ledger.accuracy["by"] == "month"]["verdict"]
        assert months.tolist() == ["within tolerance (6 of 27 open days)"]

    def test_leads_run_from_the_cutoff_to_the_day(self, ledger):
        assert list(level(ledger, "day")["lead_days"]) == [1, 2, 3, 4, 5, 6]
        (week,) = level(ledger, "week").to_dict("records")
        (month,) = level(ledger, "month").to_dict("records")
        # A week and a month have the lead of their first day.
        assert (week["lead_days"], month["lead_days"]) == (7, 7)
        assert week["start"] == pd.Timestamp("2024-05-06", tz=ZONE)
        assert month["start"] == pd.Timestamp("2024-05-01", tz=ZONE)
        assert week["error"] == month["error"] == sum(self.said) - sum(self.came)

    def test_outside_the_tolerance(self, ledger):
        outside = ledger.outside("day")
        assert list(outside["start"].dt.day) == [11]
        assert ledger.outside_in_words("day") == (
            "1 of 6 days are outside the tolerance, 0 of them within what chance leaves"
        )
        assert ledger.outside_in_words("week") == "0 of 1 weeks are outside the tolerance"
        with pytest.raises(Refused, match="unknown level 'days'; did you mean day"):
            ledger.outside("days")

    def test_it_is_said_in_lines(self, ledger):
        assert ledger.verdicts[0] == (
            "sales, Mon 6 May 2024 to Sat 11 May 2024: 16,160 calls came, the published forecast was "
            "3.8% too low."
        )
        assert (
            "By day it missed by 3.8%, of which chance alone leaves 1.5%; 5 of 6 days were within ±5%"
            in (ledger.verdicts[2])
        )


def test_each_step_is_measured_by_the_same_calls(store):
    # Four weeks of 100 calls an hour, the last of them 90; then 120 came on Monday, 100 on other days.
    past = edges(date(2024, 4, 8), 28)
    weekly = np.where(past.dt.strftime("%m-%d") >= "04-29", 90.0, 100.0)
    came(store, past, weekly)
    start = edges(MONDAY, 7)
    mailing = Override(queue="sales", first=MONDAY, last=MONDAY, kind="percent", amount=0.2, reason="mailing")
    add_override(store, SITE, mailing, who="ann", now=LATER)
    stat = a_forecast(start, 97.5, "2024-05-05 11:00")
    monday = (start.dt.day == 6).to_numpy()
    put(store, stat, "2024-05-05 16:00", final=stat.assign(calls=np.where(monday, 118.0, 99.0)))
    came(store, start, np.where(monday, 120.0, 100.0))
    ledger = track(store, SITE, now=LATER)
    by_day = ledger.value_added[ledger.value_added["by"] == "day"].set_index("step")
    total = 2 * (120 + 6 * 100)
    wape = {
        "naive": 2 * (30 + 6 * 10) / total,
        "statistical": 2 * (22.5 + 6 * 2.5) / total,
        "override": 2 * (3 + 6 * 2.5) / total,
        "published": 2 * (2 + 6 * 1) / total,
    }
    assert by_day["wape"].to_dict() == pytest.approx(wape)
    steps = list(wape)
    for step, before in zip(steps[1:], steps, strict=False):
        assert by_day["added"][step] == pytest.approx(wape[before] - wape[step])
    assert np.isnan(by_day["added"]["naive"])
    assert by_day["hit_rate"].to_dict() == pytest.approx(
        {"naive": 0, "statistical": 6 / 7, "override": 1, "published": 1}
    )
    # The steps stand in the order of the chain.
    assert list(ledger.value_added["step"][:4]) == steps
    assert list(ledger.value_added["by"].unique()) == ["interval", "day", "week", "month"]
    # What is published is what the ledger scores.
    (row,) = ledger.accuracy[ledger.accuracy["by"] == "day"].to_dict("records")
    assert row["wape"] == pytest.approx(wape["published"])


@pytest.mark.filterwarnings("ignore:no naive forecast")
class TestWhatSpeaks:
    """Of several versions that which stood when the day began."""

    def calls(self, store, now=LATER):
        return list(level(track(store, SITE, now=now), "day")["calls"])

    def test_a_version_speaks_of_the_days_that_began_before_it_was_replaced(self, store):
        start = edges(MONDAY, 7)
        came(store, start, 100.0)
        put(store, a_forecast(start, 100.0, "2024-05-03 11:00"))
        second = a_forecast(edges(date(2024, 5, 9), 4), 90.0, "2024-05-08 11:00")
        put(store, second, "2024-05-08 15:00", replace=True)
        assert self.calls(store) == [200.0] * 3 + [180.0] * 4
        # Replaced as a whole on Wednesday, it still speaks of Monday to Wednesday.
        whole = a_forecast(start, 80.0, "2024-05-03 11:00")
        with pytest.warns(match="published after its first day"):
            put(store, whole, "2024-05-10 08:00", replace=True)
        ledger = track(store, SITE, now=LATER)
        assert list(level(ledger, "day")["calls"]) == [200.0] * 3 + [180.0] * 2 + [160.0] * 2
        assert list(level(ledger, "day")["lead_days"]) == [3, 4, 5, 1, 2, 8, 9]
        # A week that several versions say has the lead of its first day, and one row.
        (week,) = level(ledger, "week").to_dict("records")
        assert (week["calls"], week["lead_days"]) == (1280.0, 7)

    @pytest.mark.filterwarnings("ignore:published after")
    def test_what_was_published_late_speaks_for_want_of_anything_before(self, store):
        start = edges(MONDAY, 3)
        came(store, start, 100.0)
        put(store, a_forecast(start, 100.0, "2024-05-03 11:00"), "2024-05-07 08:00")
        put(store, a_forecast(start, 50.0, "2024-05-03 11:00"), "2024-05-20 08:00", replace=True)
        assert self.calls(store) == [200.0, 200.0, 200.0]
        late = track(store, SITE, now=LATER).remarks[0]
        assert "published after they began" in late
        assert "2 days from 2024-05-06 to 2024-05-07" in late

    def test_days_that_are_not_over_are_said_not_scored(self, store):
        start = edges(MONDAY, 7)
        came(store, start, 100.0)
        put(store, a_forecast(start, 100.0, "2024-05-03 11:00"))
        ledger = track(store, SITE, now=at("2024-05-08 10:30"))
        assert len(level(ledger, "day")) == 2
        assert ledger.remarks[0] == "not over yet, and not scored: 5 days from 2024-05-08 to 2024-05-12"
        assert len(level(track(store, SITE, now=at("2024-05-09 00:00")), "day")) == 3
        with pytest.raises(Refused, match="the first of them ends on 2024-05-07 00:00"):
            track(store, SITE, now=at("2024-05-06 10:30"))

    def test_days_can_be_chosen(self, store):
        start = edges(MONDAY, 7)
        came(store, start, 100.0)
        put(store, a_forecast(start, 100.0, "2024-05-03 11:00"))
        days = level(track(store, SITE, since="2024-05-08", until=date(2024, 5, 9), now=LATER), "day")
        assert list(days["start"].dt.day) == [8, 9]
        with pytest.raises(Refused, match="published are 2024-05-06 to 2024-05-12; choose other days"):
            track(store, SITE, since="2024-06-01", now=LATER)

    def test_days_without_a_count_are_said_not_scored(self, store):
        start = edges(MONDAY, 4)
        day = start.dt.day
        here = (day == 6) | ((day == 9) & (start.dt.hour == 9))
        came(store, start[here], 100.0)
        put(store, a_forecast(start, 100.0, "2024-05-03 11:00"))
        ledger = track(store, SITE, now=LATER)
        days = level(ledger, "day")
        assert list(days["start"].dt.day) == [6, 9]
        # Of Thursday one of two hours is compared with its own forecast.
        assert list(days["calls"]) == [200.0, 100.0]
        assert ledger.remarks[:3] == (
            "help: nothing published",
            "sales: no count in the history, and not scored: 2 days from 2024-05-07 to 2024-05-08",
            "sales: 1 intervals of days that are scored have no count, and are left out",
        )

    def test_a_closed_day_has_nothing_to_say(self, store):
        site = SITE.replace(calendar=Calendar(hours=OpeningHours.parse({"mon-sat": "09:00-11:00"})))
        start = edges(MONDAY, 8)
        start = start[start.dt.day_of_week < 6].reset_index(drop=True)
        came(store, start, 100.0)
        put(store, a_forecast(start, 100.0, "2024-05-03 11:00"), site=site)
        assert len(level(track(store, site, now=LATER), "day")) == 7
        with pytest.raises(Refused, match="no interval of those days was published"):
            track(store, site, since="2024-05-12", until="2024-05-12", now=LATER)

    def test_nothing_to_score_is_refused(self, store):
        with pytest.raises(Refused, match="no forecast was published; `callplan publish` keeps one"):
            track(store, SITE, now=LATER)
        put(store, a_forecast(edges(MONDAY, 4), 100.0, "2024-05-03 11:00"))
        with pytest.raises(Refused, match="no count in the history, and not scored: 4 days from 2024-05-06"):
            track(store, SITE, now=LATER)
        with pytest.raises(Refused, match="without a time zone"):
            track(store, SITE, now=pd.Timestamp("2024-06-01").to_pydatetime())


@pytest.mark.filterwarnings("ignore:no naive forecast")
def test_each_queue_has_its_tolerance_and_its_rows(store):
    start = edges(MONDAY, 7)
    both = pd.concat([a_forecast(start, 90.0, "2024-05-03 11:00", queue) for queue in ("help", "sales")])
    put(store, both)
    for queue in ("help", "sales"):
        came(store, start, 100.0, queue)
    ledger = track(store, SITE, now=LATER)
    days = level(ledger, "day").groupby("queue")[["within", "tolerance"]].first()
    assert days["within"].to_dict() == {"help": 1, "sales": 0}
    assert days["tolerance"].to_dict() == {"help": 0.2, "sales": 0.05}
    assert set(ledger.outside("day")["queue"]) == {"sales"}
    # Tracked alone, a queue has the same rows.
    alone = ledger.ledger[ledger.ledger["queue"] == "sales"].reset_index(drop=True)
    assert len(alone) == 14 + 7 + 1 + 1


@pytest.mark.filterwarnings("ignore:no naive forecast")
def test_sums_by_level_and_lead_are_those_of_plain_pandas(store):
    rng = np.random.default_rng(4)
    start = edges(MONDAY, 28)
    offered, said = rng.poisson(100, len(start)) * 1.0, rng.uniform(80, 120, len(start))
    came(store, start, offered)
    put(store, a_forecast(start, said, "2024-05-05 11:00"), "2024-05-05 16:00")
    ledger = track(store, SITE, now=LATER)
    rows = pd.DataFrame({"start": start.dt.tz_localize(None), "error": said - offered, "offered": offered})
    for by, rule in (("day", "D"), ("week", "W-SUN"), ("month", "M")):
        sums = rows.groupby(rows["start"].dt.to_period(rule))[["error", "offered"]].sum()
        found = level(ledger, by)
        np.testing.assert_allclose(found["error"], sums["error"])
        np.testing.assert_allclose(found["offered"], sums["offered"])
        np.testing.assert_array_equal(found["within"], sums["error"].abs() <= 0.05 * sums["offered"])
    assert list(level(ledger, "day")["lead_days"]) == list(range(1, 29))
    assert list(level(ledger, "week")["lead_days"]) == [7, 14, 21, 28]
    weeks = ledger.accuracy[ledger.accuracy["by"] == "interval"].set_index("lead_days")["wape"]
    of_week = (
        rows["error"].abs().groupby(np.arange(56) // 14).sum()
        / rows["offered"].groupby(np.arange(56) // 14).sum()
    )
    assert list(weeks.index) == [7, 14, 21, 28]
    np.testing.assert_allclose(weeks, of_week)


@pytest.mark.filterwarnings("ignore:no naive forecast")
class TestCauses:
    """Why the worst intervals missed, and what raises an alarm."""

    site = SITE.replace(
        calendar=Calendar(
            hours=SITE.calendar.hours, events=(Event(name="sale", date="2024-05-30", until="2024-06-01"),)
        )
    )

    def tracked(self, store, offered, said=400.0, **changes):
        start = edges(MONDAY, 28)
        came(store, start, offered)
        put(store, a_forecast(start, said, "2024-05-05 11:00"), "2024-05-05 16:00", site=self.site, **changes)
        return track(store, self.site, now=LATER)

    def calm(self):
        start = edges(MONDAY, 28)
        return start, np.where(np.arange(len(start)) % 2 == 0, 405.0, 395.0)

    def test_outages_events_and_chance_have_their_names_and_raise_no_alarm(self, store):
        start, offered = self.calm()
        day, hour = start.dt.day.to_numpy(), start.dt.hour.to_numpy()
        # Days on end, which would be a drift if nothing explained them.
        offered[(day >= 14) & (day <= 16)] = 0.0
        offered[(day >= 30) | (day == 1)] = 800.0
        offered[(day == 20) & (hour == 9)] = 430.0
        ledger = self.tracked(store, offered)
        assert ledger.alarms.empty
        cause = ledger.worst.set_index(ledger.worst["start"].dt.strftime("%d %H"))["cause"]
        assert cause["14 10"] == "outage: no call in 6 intervals"
        assert cause["30 09"] == cause["30 10"] == "event: sale"
        assert cause["20 09"] == "chance: within noise"
        assert list(ledger.worst["rank"]) == list(range(1, len(ledger.worst) + 1))
        assert ledger.worst["cost"].is_monotonic_decreasing

    def test_a_drift_is_told_and_named_as_a_cause(self, store):
        start, offered = self.calm()
        offered[start.dt.day.to_numpy() >= 20] += 80.0
        ledger = self.tracked(store, offered)
        (alarm,) = ledger.alarms.to_dict("records")
        assert alarm["lean"] == "under"
        assert alarm["since"] == pd.Timestamp("2024-05-20", tz=ZONE)
        assert alarm["start"] <= pd.Timestamp("2024-05-23", tz=ZONE)
        assert ledger.worst["cause"].iloc[0].startswith("drift: under by 16.7% since 2024-05-20")
        assert any(line.startswith("Drift: sales: from Mon 20 May 2024 to") for line in ledger.verdicts)

    def test_what_nothing_explains_is_said_so(self, store):
        start, offered = self.calm()
        offered[(start.dt.day == 20) & (start.dt.hour == 9)] = 520.0
        ledger = self.tracked(store, offered)
        assert ledger.worst["cause"].iloc[0] == "beyond noise, cause unknown"


@pytest.mark.filterwarnings("ignore:no naive forecast")
def test_the_ledger_holds_across_a_change_of_the_clock(store):
    # 27 October 2024 has 25 hours; all of them are open.
    site = SITE.replace(calendar=Calendar(hours=OpeningHours.parse({"mon-sun": "00:00-24:00"})))
    start = grid(date(2024, 10, 26), date(2024, 10, 28), 60, ZONE)
    came(store, start, 100.0)
    put(store, a_forecast(start, 104.0, "2024-10-25 20:00"), "2024-10-25 21:00", site=site)
    days = level(track(store, site, now=LATER), "day")
    assert list(days["offered"]) == [2400.0, 2500.0, 2400.0]
    assert list(days["start"].dt.strftime("%d %H:%M %z")) == [
        "26 00:00 +0200", "27 00:00 +0200", "28 00:00 +0100",
    ]  # fmt: skip


@pytest.mark.filterwarnings("ignore:no naive forecast")
def test_a_site_that_changed_leaves_out_what_it_cannot_hold_against_its_counts(store):
    start = edges(MONDAY, 3)
    for queue in ("help", "sales"):
        put(store, a_forecast(start, 100.0, "2024-05-03 11:00", queue))
        came(store, start, 100.0, queue)
    left = track(store, SITE.only(["sales"]), now=LATER)
    assert set(left.ledger["queue"]) == {"sales"}
    # Tracked alone a queue is no less of the site: nothing is said of the others.
    assert not any("help" in remark for remark in left.remarks)
    chat = SITE.replace(queues={"chat": SITE.queue("sales")})
    with pytest.raises(Refused, match="published are only help, sales"):
        track(store, chat, now=LATER)
    halved = SITE.replace(minutes=30)
    with pytest.raises(Refused, match="sales: published in other intervals than the site's 30 minutes"):
        track(store, halved, now=LATER)


@pytest.mark.filterwarnings("ignore:no naive forecast")
@pytest.mark.filterwarnings("ignore:intervals are summed")
def test_shorter_intervals_of_the_store_are_summed_to_the_sites(store):
    hours, quarters = edges(MONDAY, 2), edges(MONDAY, 2, 15)
    put(store, a_forecast(hours, 100.0, "2024-05-03 11:00"))
    came(store, quarters, np.arange(16.0), minutes=15)
    days = level(track(store, SITE, now=LATER), "interval")
    assert list(days["offered"]) == [0 + 1 + 2 + 3, 4 + 5 + 6 + 7, 8 + 9 + 10 + 11, 12 + 13 + 14 + 15]


@pytest.mark.filterwarnings("ignore:no naive forecast")
def test_tables_of_a_ledger_are_tables_of_the_schema(store):
    start = edges(MONDAY, 7)
    came(store, start, 100.0)
    put(store, a_forecast(start, 110.0, "2024-05-03 11:00"))
    ledger = track(store, SITE, now=LATER)
    assert list(ledger.tables()) == ["ledger", "accuracy", "value_added", "worst", "alarms"]
    # What changes nothing adds 0, without a sign.
    added = ledger.value_added["added"].dropna()
    assert (added == 0).all()
    assert not np.signbit(added).any()
    for name, table in ledger.tables().items():
        if len(table):
            # The steps stand in their own order, all else in that of the key.
            ordered = (
                table.sort_values(list(TABLES[name].key), ignore_index=True)
                if name == "value_added"
                else table
            )
            pd.testing.assert_frame_equal(check(table, TABLES[name]), ordered)
        else:
            assert list(table) == TABLES[name].names()


@pytest.mark.filterwarnings("ignore:no naive forecast")
class TestWhatIsMissing:
    """Parts of days, weeks and queues that were not published, not counted or not over."""

    def test_calls_that_no_forecast_spoke_of_are_said(self, store):
        # The site once opened at 10:00 alone; calls came from 9:00 on.
        late = SITE.replace(calendar=Calendar(hours=OpeningHours.parse({"mon-sun": "10:00-11:00"})))
        start = edges(MONDAY, 7)
        came(store, start, np.where(start.dt.hour == 9, 40.0, 100.0))
        put(store, a_forecast(start[start.dt.hour == 10], 95.0, "2024-05-03 11:00"), site=late)
        ledger = track(store, SITE, now=LATER)
        said = "sales: 280 calls came in 7 intervals that no forecast spoke of, and are not compared"
        assert any(remark.startswith(said) for remark in ledger.remarks)
        assert ledger.verdicts[0] == (
            "sales, Mon 6 May 2024 to Sun 12 May 2024: 700 calls came in the intervals that were forecast "
            "(280 more in others), the published forecast was 5.0% too low."
        )

    def test_days_that_are_not_scored_are_no_gap_in_their_month(self, store):
        start = edges(MONDAY, 21)
        counted = (start.dt.day < 13) | (start.dt.day == 20)
        came(store, start[counted], 100.0)
        put(store, a_forecast(start, 80.0, "2024-05-03 11:00"))
        ledger = track(store, SITE, now=at("2024-05-26 10:00"))
        weeks = level(ledger, "week")["verdict"]
        assert weeks.tolist() == ["under-forecast", "under-forecast (1 of 7 days)"]
        assert level(ledger, "month")["verdict"].tolist() == ["under-forecast (8 of 31 days)"]
        of = ledger.accuracy.set_index(["by", "lead_days"])["verdict"]
        assert of["month", 7] == "bias: under on 8 of 8 days (8 of 31 days)"
        assert not of.str.startswith("data").any()

    def test_weeks_in_part_are_counted_where_several_share_a_lead(self, store):
        for week, days in enumerate((7, 4)):
            monday = MONDAY + timedelta(days=7 * week)
            start = edges(monday, 7)
            came(store, start[start.dt.day_of_week < days], 100.0)
            put(store, a_forecast(start, 80.0, f"{monday - timedelta(days=1)} 11:00"), f"{monday} 00:00")
        ledger = track(store, SITE, now=LATER)
        (verdict,) = ledger.accuracy[ledger.accuracy["by"] == "week"]["verdict"]
        assert verdict == "bias: under on 11 of 11 days (1 of 2 weeks in part)"

    def test_queues_and_days_that_were_never_published_are_said(self, store):
        start = edges(MONDAY, 7)
        for first in (MONDAY, MONDAY + timedelta(days=14)):
            week = edges(first, 7)
            put(store, a_forecast(week, 100.0, "2024-05-03 11:00"))
            came(store, week, 100.0)
        ledger = track(store, SITE, now=LATER)
        assert ledger.remarks[:2] == (
            "sales: not published: 7 days from 2024-05-13 to 2024-05-19",
            "help: nothing published",
        )
        # Closed days are none that anybody would publish.
        weekdays = SITE.replace(calendar=Calendar(hours=OpeningHours.parse({"mon-fri": "09:00-11:00"})))
        ledger = track(store, weekdays, now=LATER)
        assert ledger.remarks[0] == "sales: not published: 5 days from 2024-05-13 to 2024-05-17"
        assert len(level(track(store, SITE, until=start.iloc[-1].date(), now=LATER), "day")) == 7


@pytest.mark.filterwarnings("ignore:no naive forecast")
@pytest.mark.filterwarnings("ignore:the overrides that stand")
class TestOverrides:
    """An override that made it worse is named before the event; one that helped is not."""

    site = SITE.replace(
        calendar=Calendar(hours=SITE.calendar.hours, events=(Event(name="fair", date="2024-05-08"),))
    )

    def tracked(self, store, amount, **changes):
        start = edges(MONDAY, 7)
        day = start.dt.day
        came(store, start, np.where(day == 8, 500.0, 400.0))
        fair = Override(
            queue="sales", first="2024-05-08", last="2024-05-08", kind="percent", amount=amount, reason="shut"
        )
        number = add_override(store, self.site, fair, who="ann", now=at("2024-05-03 12:00"))
        statistical = a_forecast(start, 400.0, "2024-05-03 11:00")
        put(store, statistical, site=self.site, **changes)
        store.undo_override(number, who="ann", now=at("2024-05-20 12:00"))
        ledger = track(store, self.site, now=LATER)
        return ledger.worst["cause"].tolist()

    def test_one_that_made_it_worse_is_the_cause(self, store):
        assert self.tracked(store, -0.5) == ["override 1 (shut)"] * 2

    def test_one_that_helped_is_not(self, store):
        assert self.tracked(store, 0.1) == ["event: fair"] * 2

    def test_one_that_was_mended_by_hand_is_not(self, store):
        final = a_forecast(edges(MONDAY, 7), 400.0, "2024-05-03 11:00")
        assert self.tracked(store, -0.5, final=final) == ["event: fair"] * 2

    def test_one_of_later_is_not(self, store):
        start = edges(MONDAY, 7)
        came(store, start, np.where(start.dt.day == 8, 500.0, 400.0))
        said = a_forecast(start, 400.0, "2024-05-03 11:00")
        once = Override(
            queue="sales", first="2024-05-08", last="2024-05-08", kind="add", amount=-60, reason="shut"
        )
        add_override(store, self.site, once, who="ann", now=at("2024-05-03 12:00"))
        put(store, said, site=self.site)
        late = once.replace(reason="too late")
        add_override(store, self.site, late, who="ann", now=at("2024-05-10 12:00"))
        ledger = track(store, self.site, now=LATER)
        assert ledger.worst["cause"].tolist() == ["override 1 (shut)"] * 2


@pytest.mark.filterwarnings("ignore:no naive forecast")
def test_a_holiday_that_holds_most_of_the_error_is_named_at_every_level(store):
    # Sums of such fractions differ in their last digit: the day's calls are all its event's nevertheless.
    hours = OpeningHours.parse({"mon-sun": "08:00-20:00"})
    site = SITE.replace(calendar=Calendar(hours=hours, events=(Event(name="fair", date="2024-05-10"),)))
    start = grid(MONDAY, date(2024, 5, 12), 60, ZONE, hours)
    rng = np.random.default_rng(5)
    on = (start.dt.day == 10).to_numpy()
    said = np.where(on, rng.uniform(1, 3, len(start)) / 3, 70.0)
    came(store, start, np.where(on, 70.0, 71.0))
    put(store, a_forecast(start, said, "2024-05-03 11:00"), site=site)
    ledger = track(store, site, now=LATER)
    days = level(ledger, "day").set_index("start")["verdict"]
    assert days[pd.Timestamp("2024-05-10", tz=ZONE)] == "event: fair"
    of = ledger.accuracy[ledger.accuracy["lead_days"] == 7].set_index("by")["verdict"]
    for by in ("interval", "day"):
        assert "on fair" in of[by], by
    assert level(ledger, "week")["verdict"].tolist() == ["event: fair"]


@pytest.mark.filterwarnings("ignore:no naive forecast")
def test_a_part_of_a_week_within_noise_counts_as_such(store):
    start = edges(MONDAY, 7)
    came(store, start[:2], 50.0)
    put(store, a_forecast(start, 54.0, "2024-05-03 11:00"))
    ledger = track(store, SITE, now=LATER)
    assert level(ledger, "week")["verdict"].tolist() == ["within noise (1 of 7 days)"]
    assert ledger.outside_in_words("week").endswith("1 of them within what chance leaves")
