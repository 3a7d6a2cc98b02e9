"""Publishing: what is frozen with a forecast, and what is refused."""

import hashlib
import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from callplan.errors import Refused, Remark
from callplan.hours import OpeningHours
from callplan.intervals import grid
from callplan.store import open_store
from forecasting import Calendar
from planning import Site, forecast_site, schedule_site, staff_site
from planning.overrides import Override, add_override
from planning.publishing import input_digest, publish

ZONE = "Europe/Paris"
HOURS = {"mon-fri": "09:00-12:00"}
SITE = Site.from_dict(
    {
        "zone": ZONE,
        "minutes": 60,
        "model": "mean_of_4",
        "calendar": {"hours": HOURS},
        "shifts": {"lengths_h": [3.0]},
        "queues": {
            "sales": {"service_level": 0.8, "within_s": 20, "shrinkage": 0.3, "aht_s": 240},
            "help": {"service_level": 0.8, "within_s": 20, "shrinkage": 0.3, "aht_s": 300},
        },
    },
    "site.toml",
)
FRIDAY = pd.Timestamp("2024-05-03 16:00", tz=ZONE)
MAILING = Override(
    queue="sales", first="2024-05-06", last="2024-05-06", kind="percent", amount=0.5, reason="mailing"
)


def a_history():
    """Five weeks of both queues up to Friday 3 May 2024, each with 10 calls an hour more than the last."""
    start = grid(date(2024, 4, 1), date(2024, 5, 3), 60, ZONE, OpeningHours.parse(HOURS))
    week = (start - start.iloc[0]).dt.days // 7
    calls = 60.0 + 10 * week
    parts = [
        pd.DataFrame({"queue": queue, "start": start, "minutes": 60, "offered": calls})
        for queue in SITE.queues
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "store.duckdb") as store:
        store.put_history(
            [a_history()], file="a.csv", digest="0", profile="generic", who="ann", now=FRIDAY.to_pydatetime()
        )
        yield store


@pytest.fixture(scope="module")
def forecast():
    """The week from Monday 6 May: the mean of the last four, 85 calls an hour."""
    return forecast_site(a_history(), SITE, start="2024-05-06", days=5)


def put(store, forecast, **changes):
    given = {"who": "ann", "now": FRIDAY.to_pydatetime(), **changes}
    return publish(store, given.pop("site", SITE), forecast, **given)


def step(store, name, number=1):
    steps = store.version_table(number, "steps", zone=ZONE)
    return steps[steps["step"] == name].reset_index(drop=True)


def test_a_version_says_how_its_forecast_came(store, forecast):
    assert put(store, forecast) == 1
    (row,) = store.versions().to_dict("records")
    assert row["queues"] == "help|sales"
    assert (row["first"], row["last"]) == (pd.Timestamp("2024-05-06"), pd.Timestamp("2024-05-10"))
    assert row["cutoff"] == pd.Timestamp("2024-05-03 12:00", tz=ZONE)
    assert (row["model"], row["who"], row["at"]) == ("mean_of_4", "ann", FRIDAY)
    assert json.loads(row["settings"])["queues"]["sales"]["aht_s"] == 240
    # The digest, by hand: CSV of the rows before the cutoff, in UTC.
    lines = [
        f"{row.queue},{row.start.tz_convert('UTC'):%Y-%m-%dT%H:%M:%SZ},60,{row.offered}\n"
        for row in a_history().sort_values(["queue", "start"]).itertuples()
    ]
    text = "queue,start,minutes,offered\n" + "".join(lines)
    assert row["input"] == hashlib.sha256(text.encode()).hexdigest()


def test_each_step_is_kept(store, forecast):
    add_override(store, SITE, MAILING, who="ann", now=FRIDAY.to_pydatetime())
    final = forecast.assign(calls=np.where(forecast["queue"] == "help", 1.0, forecast["calls"]))
    put(store, forecast, final=final)
    monday = forecast["start"].dt.day_of_week == 0
    sales = (forecast["queue"] == "sales").to_numpy()
    # The last week had 100 calls an hour, and 85 is the mean of four.
    np.testing.assert_allclose(step(store, "naive")["calls"], 100.0)
    np.testing.assert_allclose(step(store, "statistical")["calls"], 85.0)
    np.testing.assert_allclose(step(store, "override")["calls"], np.where(sales & monday, 127.5, 85.0))
    np.testing.assert_allclose(step(store, "published")["calls"], np.where(sales, 85.0, 1.0))
    kept = store.version_table(1, "forecast", zone=ZONE)
    np.testing.assert_allclose(kept["calls"], np.where(sales, 85.0, 1.0))
    assert (kept["cutoff"] == forecast["cutoff"].iloc[0]).all()


def test_without_a_hand_at_it_what_is_published_is_the_override(store, forecast):
    number = add_override(store, SITE, MAILING, who="ann", now=FRIDAY.to_pydatetime())
    with pytest.warns(Remark, match="the overrides that stand make 2,678 calls of the 2,550 forecast"):
        put(store, forecast)
    pd.testing.assert_series_equal(step(store, "published")["calls"], step(store, "override")["calls"])
    # Undone later, it is no longer laid over the next; what was published stays.
    store.undo_override(number, who="ann", now=FRIDAY.to_pydatetime())
    put(store, forecast, replace=True)
    assert step(store, "published")["calls"].max() == pytest.approx(127.5)
    assert step(store, "published", 2)["calls"].max() == pytest.approx(85.0)


def test_requirement_and_schedule_are_kept_beside_it(store, forecast):
    needed = staff_site(forecast, SITE)
    schedule = schedule_site(needed, SITE)
    tables = {name: getattr(schedule, name) for name in ("shift_plan", "coverage", "shifts")}
    put(store, forecast, requirement=needed, schedule=tables)
    kept = store.version_table(1, "coverage", zone=ZONE)
    pd.testing.assert_series_equal(kept["staffed"], schedule.coverage["staffed"])
    assert list(store.version_table(1, "requirement", zone=ZONE)["rostered"]) == list(needed["rostered"])
    assert len(store.version_table(1, "shift_plan", zone=ZONE)) == len(schedule.shift_plan)
    # A table without rows is not kept: nobody is named.
    assert store.version_table(1, "shifts", zone=ZONE) is None


def test_a_week_is_published_once(store, forecast):
    put(store, forecast)
    with pytest.raises(Refused, match="published by ann at 2024-05-03"):
        put(store, forecast, who="ben")
    assert put(store, forecast, who="ben", replace=True) == 2
    assert list(store.versions()["replaced_by"].fillna(0)) == [2, 0]


def test_the_digest_tells_one_changed_count_and_nothing_else():
    history = a_history()
    digest = input_digest(history)
    shuffled = history.sample(frac=1, random_state=1)
    assert input_digest(shuffled.assign(start=shuffled["start"].dt.tz_convert("UTC"))) == digest
    assert input_digest(history.assign(handled=np.nan)) == digest
    changed = history.copy()
    changed.loc[0, "offered"] += 1
    assert input_digest(changed) != digest
    assert input_digest(history.iloc[1:]) != digest


def two_cutoffs(rows):
    again = rows.assign(
        start=rows["start"] + pd.Timedelta(days=7), cutoff=rows["cutoff"] + pd.Timedelta(hours=1)
    )
    return pd.concat([rows, again])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda rows: pd.concat([rows, rows.assign(model="naive")]),
            r"2 models \(mean_of_4, naive\); keep one",
        ),
        (two_cutoffs, "2 cutoffs, as a backtest has; keep the rows of one"),
        (lambda rows: rows.assign(queue="sale"), "no queue 'sale'"),
        (
            lambda rows: rows.assign(cutoff=pd.Timestamp("2024-05-07 09:00", tz=ZONE)),
            "made from history up to 2024-05-07 09:00, though it begins at 2024-05-06 09:00",
        ),
        (lambda rows: rows.assign(minutes=30), "intervals of 30 minutes, the site has 60"),
    ],
)
def test_a_forecast_that_cannot_be_used_is_refused(store, forecast, change, message):
    sales = forecast[forecast["queue"] == "sales"]
    with pytest.raises(Refused, match=message):
        put(store, change(sales))
    assert store.versions().empty


def test_what_belongs_to_other_days_is_refused(store, forecast):
    needed = staff_site(forecast, SITE)
    coverage = schedule_site(needed, SITE).coverage
    later = pd.Timedelta(days=7)
    with pytest.raises(Refused, match="requirement: help at 2024-05-13 09:00 is not forecast"):
        put(store, forecast, requirement=needed.assign(start=needed["start"] + later))
    with pytest.raises(Refused, match="coverage: help at 2024-05-13 09:00 is not forecast"):
        put(store, forecast, schedule={"coverage": coverage.assign(start=coverage["start"] + later)})
    with pytest.raises(Refused, match=r"final: lacks help at 2024-05-06 09:00 \(1 such intervals\)"):
        put(store, forecast, final=forecast.iloc[1:])
    with pytest.raises(Refused, match="a table 'rota'; give any of shifts"):
        put(store, forecast, schedule={"rota": coverage})
    with pytest.raises(Refused, match="who: nobody"):
        put(store, forecast, who=" ")
    with pytest.raises(Refused, match="without a time zone"):
        put(store, forecast, now=FRIDAY.tz_localize(None).to_pydatetime())
    assert store.versions().empty


def test_what_a_planner_should_know_is_remarked(store, forecast, tmp_path):
    with pytest.warns(Remark, match="published after its first day, 2024-05-06, began"):
        put(store, forecast, now=pd.Timestamp("2024-05-07 09:00", tz=ZONE).to_pydatetime())
    needed = staff_site(forecast.assign(calls=forecast["calls"] * 2), SITE)
    with pytest.warns(Remark, match="the requirement was made for 5,100 calls, and 2,550 are published"):
        put(store, forecast, requirement=needed, replace=True)
    with open_store(tmp_path / "empty.duckdb") as empty:
        with pytest.warns(Remark, match="no naive forecast stands beside this one"):
            put(empty, forecast)
        assert set(empty.version_table(1, "steps", zone=ZONE)["step"]) == {
            "statistical", "override", "published",
        }  # fmt: skip


def test_a_forecast_with_holes_is_refused(store, forecast):
    sales = forecast[forecast["queue"] == "sales"]
    monday, tuesday = (sales["start"].dt.day_of_week == day for day in (0, 1))
    hole = sales.drop(index=sales.index[1:3])
    found = r"forecast, queue sales: lacks 2 of 15 open intervals, on 1 day; the first at 2024-05-06 10:00"
    with pytest.raises(Refused, match=found):
        put(store, hole)
    with pytest.raises(
        Refused, match="lacks 3 of 15 open intervals, on 1 day; the first at 2024-05-07 09:00"
    ):
        put(store, sales[~tuesday])
    assert store.versions().empty
    # What is closed lacks nothing.
    shut = SITE.replace(calendar=Calendar(hours=OpeningHours.parse({**HOURS, "tue": "closed"})))
    assert put(store, sales[~tuesday], site=shut) == 1
    # What lay before the cutoff is over.
    noon = sales.assign(cutoff=pd.Timestamp("2024-05-06 11:00", tz=ZONE))
    afternoon = pd.Timestamp("2024-05-06 11:00", tz=ZONE).to_pydatetime()
    late = noon[~monday | (noon["start"].dt.hour == 11)]
    with pytest.warns(Remark, match="published after its first day"):
        assert put(store, late, site=SITE, now=afternoon, replace=True) == 2


def test_where_hours_are_read_off_the_history_holes_are_remarked(store, forecast):
    open_ended = SITE.replace(calendar=Calendar())
    sales = forecast[forecast["queue"] == "sales"]
    with pytest.warns(Remark, match="sales: the forecast lacks 2 of 15 open intervals, on 1 day"):
        put(store, sales.drop(index=sales.index[1:3]), site=open_ended)


def test_no_password_is_kept(store, forecast):
    put(store, forecast, site=SITE.replace(store="postgresql://ann:secret@host/calls"))
    settings = store.versions()["settings"].iloc[0]
    assert "secret" not in settings
    assert "store" not in json.loads(settings)
