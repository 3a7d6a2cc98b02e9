"""What a miss cost: heads by a formula of the test's own, parts that add up, money, service levels."""

import math
import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from callplan.hours import OpeningHours
from callplan.intervals import grid
from callplan.store import open_store
from planning import Site, publish, staff_site, track
from planning.ledger.cost import costs
from planning.ledger.summary import _cost

ZONE = "Europe/Paris"
HOURS = OpeningHours.parse({"mon": "09:00-11:00"})
SITE = Site.from_dict(
    {
        "zone": ZONE,
        "currency": "EUR",
        "calendar": {"hours": {"mon": "09:00-11:00"}},
        "queues": {"sales": {"service_level": 0.8, "within_s": 20, "shrinkage": 0.3, "lag": False}},
        "shifts": {
            "cost_per_h": 2.0,
            "under_cost_per_h": 10.0,
            "queues": {"sales": {"under_cost_per_h": 30.0}},
        },
    },
    "site.toml",
)
NOW = datetime(2024, 5, 3, 16, tzinfo=ZoneInfo(ZONE))
LATER = datetime(2025, 1, 1, tzinfo=ZoneInfo(ZONE))


def served(agents, calls, aht_s):
    """Erlang C by its sum: the share answered within 20 s in half an hour."""
    load = calls * aht_s / 1800
    if agents <= load:
        return 0.0
    terms = [load**n / math.factorial(n) for n in range(agents)]
    last = load**agents / math.factorial(agents) * agents / (agents - load)
    waits = last / (sum(terms) + last)
    return 1 - waits * math.exp(-(agents - load) * 20 / aht_s)


def heads(calls, aht_s):
    """The fewest rostered heads that answer 80% within 20 s, at 30% shrinkage."""
    agents = next(n for n in range(1, 200) if served(n, calls, aht_s) >= 0.8)
    return math.ceil(agents / 0.7 - 1e-9)


SAID = [(100.0, 180.0)] * 4
CAME = [(100.0, 180.0), (120.0, 180.0), (80.0, 180.0), (100.0, 240.0)]


@pytest.fixture
def starts():
    return grid(date(2024, 5, 6), date(2024, 5, 6), 30, ZONE, HOURS)


@pytest.fixture
def store(tmp_path, starts):
    calls, aht_s = zip(*CAME, strict=True)
    rows = pd.DataFrame({"queue": "sales", "start": starts, "minutes": 30, "offered": calls, "aht_s": aht_s})
    with open_store(tmp_path / "store.duckdb") as store:
        store.put_history([rows], file="a.csv", digest="0", profile="generic", who="ann", now=LATER)
        yield store


@pytest.fixture
def forecast(starts):
    calls, aht_s = zip(*SAID, strict=True)
    rows = pd.DataFrame({"queue": "sales", "start": starts, "minutes": 30, "model": "m", "calls": calls})
    cutoff = pd.Timestamp("2024-04-29 11:00", tz=ZONE)
    return rows.assign(cutoff=cutoff, calls_lo=0.0, calls_hi=200.0, level=0.8, aht_s=aht_s)


def tracked(store, forecast, site=SITE, **published):
    with pytest.warns(match="no naive forecast"):
        publish(store, site, forecast, who="ann", now=NOW, **published)
    ledger = track(store, site, now=LATER)
    return ledger, ledger.ledger[ledger.ledger["by"] == "interval"].reset_index(drop=True)


def test_the_arithmetic_of_the_test_is_that_of_the_books():
    assert served(14, 100, 180) == pytest.approx(0.8884, abs=5e-5)
    assert heads(100, 180) == 20


def test_hours_over_and_short_are_those_that_the_calls_would_have_asked_for(store, forecast):
    ledger, rows = tracked(store, forecast)
    miss = [(heads(*said) - heads(*came)) / 2 for said, came in zip(SAID, CAME, strict=True)]
    assert sorted(np.sign(miss)) == [-1, -1, 0, 1]
    assert list(rows["over_h"]) == [max(hours, 0) for hours in miss]
    assert list(rows["short_h"]) == [max(-hours, 0) for hours in miss]
    # Calls alone were off in the second and third, handling times in the fourth.
    assert list(rows["volume_h"]) == [0, miss[1], miss[2], 0]
    assert list(rows["aht_h"]) == [0, 0, 0, miss[3]]
    assert list(rows["cost"]) == [max(hours, 0) * 2 + max(-hours, 0) * 30 for hours in miss]
    (day,) = ledger.ledger[ledger.ledger["by"] == "day"].to_dict("records")
    for column in ("over_h", "short_h", "volume_h", "aht_h", "cost"):
        assert day[column] == rows[column].sum()
    # 400 calls each way: the day's handling times are means over calls.
    assert day["aht_s"] == 180
    assert day["aht_came_s"] == pytest.approx((300 * 180 + 100 * 240) / 400)
    assert any(f"{day['cost']:,.0f} EUR" in line for line in ledger.verdicts)


def test_an_hour_over_costs_its_price_too(store, forecast):
    dearer = SITE.replace(shifts=SITE.shifts.replace(over_cost_per_h=5.0))
    _, rows = tracked(store, forecast, dearer)
    assert list(rows["cost"]) == list(rows["over_h"] * 7 + rows["short_h"] * 30)


def test_service_levels_are_those_of_the_roster_that_was_published(store, forecast, starts):
    staffed = [20.0, 20.0, 30.0, 10.0]
    coverage = pd.DataFrame({"queue": "sales", "start": starts, "minutes": 30, "needed": 20.0})
    coverage = coverage.assign(staffed=staffed, over=[0, 0, 10, 0], under=[0, 0, 0, 10])
    ledger, rows = tracked(store, forecast, schedule={"coverage": coverage})
    agents = [14, 14, 21, 7]
    planned = [served(n, *said) for n, said in zip(agents, SAID, strict=True)]
    given = [served(n, *came) for n, came in zip(agents, CAME, strict=True)]
    assert list(rows["planned_service_level"]) == pytest.approx(planned)
    assert list(rows["service_level"]) == pytest.approx(given)
    (day,) = ledger.ledger[ledger.ledger["by"] == "day"].to_dict("records")
    assert day["planned_service_level"] == pytest.approx(np.mean(planned))
    assert day["service_level"] == pytest.approx(np.average(given, weights=[calls for calls, _ in CAME]))
    assert not ledger.remarks
    # In the fourth the forecast explains some of the heads that lacked, the roster the rest, at 30 an hour.
    lacking = heads(*CAME[3]) - 10
    worst = ledger.worst.iloc[0]
    assert worst["start"] == starts.iloc[3]
    assert worst["cost"] == pytest.approx(lacking / 2 * 30)
    assert worst["cause"] == f"the roster was {lacking:.1f} heads short, the calls were right"


def test_without_a_roster_they_rest_on_the_requirement_and_without_that_on_the_goals(store, forecast):
    needed = staff_site(forecast, SITE)
    ledger, rows = tracked(store, forecast, requirement=needed.assign(agents=15))
    assert list(rows["planned_service_level"]) == pytest.approx([served(15, 100, 180)] * 4)
    assert ledger.remarks == (
        "sales: no roster was published: there service levels rest on the agents that the requirement asks "
        "for",
    )
    # The heads are those of the goals, whatever the requirement says.
    assert rows["over_h"].sum() == (heads(100, 180) - heads(80, 180)) / 2


def test_the_goals_are_those_that_the_requirement_was_made_with(store, forecast):
    stricter = SITE.replace(queues={"sales": SITE.queue("sales").replace(service_level=0.95)})
    _, rows = tracked(store, forecast, requirement=staff_site(forecast, stricter))
    agents = next(n for n in range(1, 99) if served(n, 100, 180) >= 0.95)
    assert list(rows["planned_service_level"]) == pytest.approx([served(agents, 100, 180)] * 4)
    again, rows = (lambda ledger: (ledger, ledger.ledger))(track(store, SITE, now=LATER))
    assert again.remarks
    stricter_heads = [
        math.ceil(next(n for n in range(1, 99) if served(n, *one) >= 0.95) / 0.7 - 1e-9) for one in CAME
    ]
    miss = (math.ceil(agents / 0.7 - 1e-9) * 4 - sum(stricter_heads)) / 2
    day = rows[rows["by"] == "day"].iloc[0]
    assert day["over_h"] - day["short_h"] == miss


def test_a_margin_for_doubt_is_no_miss(store, forecast):
    careful = SITE.replace(queues={"sales": SITE.queue("sales").replace(confidence=0.95)})
    needed = staff_site(forecast, careful)
    assert needed["rostered"].min() > heads(100, 180)
    _, rows = tracked(store, forecast, careful, requirement=needed)
    miss = [(heads(*said) - heads(*came)) / 2 for said, came in zip(SAID, CAME, strict=True)]
    assert list(rows["over_h"] - rows["short_h"]) == miss


def test_without_a_handling_time_costs_are_not_known(store, forecast):
    ledger, rows = tracked(store, forecast.assign(aht_s=np.nan))
    assert rows["over_h"].isna().all()
    assert rows["service_level"].isna().all()
    assert ledger.remarks == (
        "sales: no handling time is known, so that costs are not: set aht_s in site.toml",
    )
    assert not any("agent-hours" in line for line in ledger.verdicts)
    # The costliest are then those that missed most.
    assert list(ledger.worst["error"].abs()) == [20.0, 20.0]


def test_parts_add_up_to_the_miss_whatever_comes():
    rng = np.random.default_rng(3)
    week = grid(date(2024, 5, 6), date(2024, 5, 6), 30, ZONE, OpeningHours.parse({"mon": "00:00-24:00"}))
    n = len(week)
    site = SITE.replace(queues={"sales": SITE.queue("sales").replace(lag=True, patience_s=120.0)})
    rows = pd.DataFrame({"queue": "sales", "start": week, "minutes": 30, "version": 1, "model": "m"})
    rows = rows.assign(
        cutoff=week.iloc[0], calls=rng.uniform(0, 200, n), calls_lo=np.nan, calls_hi=np.nan, level=np.nan
    ).assign(
        aht_s=rng.uniform(100, 400, n), offered=rng.poisson(100, n) * 1.0, aht_came_s=rng.uniform(5, 900, n)
    )
    rows.loc[3, "offered"] = np.nan
    rows.loc[4, ["offered", "aht_came_s"]] = [0.0, np.nan]
    rows.loc[5, ["calls", "aht_s", "offered", "aht_came_s"]] = [0.0, np.nan, 0.0, np.nan]
    found = costs(rows, pd.DataFrame(), pd.DataFrame(), site)
    known = found.drop(index=3)
    np.testing.assert_array_equal(known["volume_h"] + known["aht_h"], known["over_h"] - known["short_h"])
    assert found.loc[3].isna().all()
    assert (known[["over_h", "short_h"]].min(axis=1) == 0).all()
    assert known.loc[5, ["over_h", "short_h", "cost"]].tolist() == [0, 0, 0]
    # The heads themselves are those of the chain.
    plan = staff_site(
        rows.assign(aht_s=rows["aht_s"].fillna(1.0)).drop(columns="version"),
        site.with_queues(aht_as_given=True),
    )
    ideal = staff_site(
        rows.assign(
            calls=rows["offered"].fillna(rows["calls"]),
            aht_s=rows["aht_came_s"].fillna(rows["aht_s"]).fillna(1.0),
        ).drop(columns="version"),
        site.with_queues(aht_as_given=True),
    )
    miss = (plan["rostered"] - ideal["rostered"]).drop(index=3) / 2
    np.testing.assert_array_equal(known["over_h"] - known["short_h"], miss)


def test_a_handling_time_that_nobody_measured_has_no_effect_told(tmp_path, starts, forecast):
    calls, aht_s = zip(*CAME, strict=True)
    rows = pd.DataFrame({"queue": "sales", "start": starts, "minutes": 30, "offered": calls, "aht_s": aht_s})
    for name, missing in (("some", [3]), ("all", [0, 1, 2, 3])):
        counted = rows.copy()
        counted.loc[missing, "aht_s"] = np.nan
        with open_store(tmp_path / f"{name}.duckdb") as store:
            store.put_history([counted], file="a", digest="0", profile="generic", who="ann", now=LATER)
            ledger, found = tracked(store, forecast)
        assert found.loc[missing, "aht_h"].isna().all()
        assert found.drop(index=missing)["aht_h"].notna().all()
        assert f"sales: {len(missing)} intervals had no handling time; the forecast's was taken" in "".join(
            ledger.remarks
        )
        # All that is known of the miss is then of the calls.
        miss = found["over_h"] - found["short_h"]
        assert list(found["volume_h"][missing]) == list(miss[missing])
    (day,) = ledger.ledger[ledger.ledger["by"] == "day"].to_dict("records")
    assert np.isnan(day["aht_h"])
    assert any("the handling times that came are not known" in line for line in ledger.verdicts)


@pytest.mark.parametrize(
    ("over", "short", "volume", "aht", "said"),
    [
        (34.25, 244.35, -203.85, -6.25, "calls have -204.0 h, handling times -6.2 h"),
        (0.25, 0.25, 0.0, 0.0, "calls have +0.0 h, handling times +0.0 h"),
        (10.04, 0.04, -0.04, 10.04, "calls have +0.0 h, handling times +10.0 h"),
    ],
)
def test_the_parts_shown_add_up_to_the_difference_shown(over, short, volume, aht, said):
    day = pd.DataFrame([{"over_h": over, "short_h": short, "volume_h": volume, "aht_h": aht, "cost": 1.0}])
    day = day.assign(planned_service_level=np.nan, service_level=np.nan, calls=1.0, offered=1.0)
    (line,) = _cost(day, SITE)
    assert line.endswith(f"{said}.")
    shown = [float(number.replace(",", "")) for number in re.findall(r"[+-]?\d+\.\d", line)]
    assert shown[0] - shown[1] == pytest.approx(shown[2] + shown[3])
