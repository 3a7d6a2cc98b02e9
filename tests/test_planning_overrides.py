"""Overrides: a layer on a forecast, by queue, days and hours; what each kind does, what is refused."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused, Remark
from callplan.hours import OpeningHours
from callplan.intervals import grid
from callplan.store import open_store
from callplan.tables import FORECAST, check
from planning import Site
from planning.overrides import Override, add_override, apply

ZONE = "Europe/Paris"
HOURS = {"mon-fri": "09:00-12:00"}
NOW = datetime(2024, 5, 1, tzinfo=UTC)
SITE = Site.from_dict(
    {
        "zone": ZONE,
        "calendar": {"hours": HOURS},
        "queues": {"sales": {"service_level": 0.8, "within_s": 20, "shrinkage": 0.3}},
    },
    "site.toml",
)
BAND = ["calls", "calls_lo", "calls_hi"]


def a_forecast(calls=(10.0, 20.0, 30.0), last=date(2024, 5, 7)):
    """Monday 6 May and Tuesday 7 May 2024, 09:00 to 12:00 by the hour, the same calls on both days."""
    start = grid(date(2024, 5, 6), last, 60, ZONE, OpeningHours.parse(HOURS))
    calls = np.resize(np.array(calls), len(start))
    return pd.DataFrame(
        {"queue": "sales", "start": start, "minutes": 60, "model": "m", "cutoff": start[0], "calls": calls}
    ).assign(calls_lo=lambda rows: rows["calls"] / 2, calls_hi=lambda rows: rows["calls"] + 5,
             level=0.8, aht_s=240.0)  # fmt: skip


def an_override(**changes):
    plain = {"queue": "sales", "first": "2024-05-06", "last": "2024-05-06", "kind": "percent", "amount": 0.1}
    return Override(**{**plain, "reason": "mailing", **changes})


def table(*overrides, **columns):
    rows = [override.model_dump() | {"override": i} for i, override in enumerate(overrides, 1)]
    return pd.DataFrame(rows, columns=["override", *Override.model_fields]).assign(**columns)


def calls_after(*overrides, forecast=None):
    return list(apply(a_forecast() if forecast is None else forecast, table(*overrides))["calls"])


def test_percent_multiplies_mean_and_band():
    before = a_forecast()
    after = apply(before, table(an_override(amount=-0.5)))
    np.testing.assert_allclose(after[BAND].iloc[:3], before[BAND].iloc[:3] * 0.5)
    pd.testing.assert_frame_equal(after.iloc[3:], check(before, FORECAST).iloc[3:])
    assert list(before["calls"]) == [10.0, 20.0, 30.0] * 2


def test_add_and_set_work_on_each_day_in_proportion():
    both = {"last": "2024-05-07"}
    assert calls_after(an_override(kind="add", amount=12, **both)) == [12.0, 24.0, 36.0] * 2
    assert calls_after(an_override(kind="set", amount=120, **both)) == [20.0, 40.0, 60.0] * 2
    # Only the hours named: 09:00 and 10:00 have 30 calls together.
    early = an_override(kind="add", amount=15, hours="09:00-11:00")
    assert calls_after(early) == [15.0, 30.0, 30.0, 10.0, 20.0, 30.0]
    # A minute of an interval is enough.
    assert calls_after(an_override(amount=1, hours="10:59-11:30")) == [10.0, 40.0, 60.0, 10.0, 20.0, 30.0]


def test_calls_never_fall_below_nothing():
    assert calls_after(an_override(kind="add", amount=-100)) == [0.0, 0.0, 0.0, 10.0, 20.0, 30.0]
    assert calls_after(an_override(amount=-1)) == [0.0, 0.0, 0.0, 10.0, 20.0, 30.0]


def test_where_nothing_is_forecast_calls_are_spread_evenly():
    none = a_forecast(calls=(0.0,)).assign(calls_lo=0.0, calls_hi=1.0)
    after = apply(none, table(an_override(kind="set", amount=30)))
    assert list(after["calls"]) == [10.0] * 3 + [0.0] * 3
    assert list(after["calls_hi"]) == [11.0] * 3 + [1.0] * 3


def test_later_overrides_work_on_earlier_ones_and_undone_ones_are_left_out():
    tenth, add = an_override(), an_override(kind="add", amount=66)
    assert calls_after(tenth, add)[:3] == pytest.approx([22.0, 44.0, 66.0])
    assert calls_after(add, tenth)[:3] == pytest.approx([23.1, 46.2, 69.3])
    rows = table(tenth, add, undone=[pd.Timestamp(NOW), pd.NaT])
    assert list(apply(a_forecast(), rows)["calls"])[:3] == pytest.approx([21.0, 42.0, 63.0])
    # The order is that of the numbers, not of the rows.
    assert list(apply(a_forecast(), table(tenth, add)[::-1])["calls"])[:3] == pytest.approx([22, 44, 66])


def test_another_queue_and_other_days_are_left_alone():
    other = an_override(first="2024-05-10", last="2024-05-12", amount=1)
    assert calls_after(other) == [10.0, 20.0, 30.0] * 2
    two = pd.concat([a_forecast(), a_forecast().assign(queue="help")])
    after = apply(two, table(an_override(queue="help", amount=1))).set_index("queue")["calls"]
    assert list(after["sales"]) == [10.0, 20.0, 30.0] * 2
    assert list(after["help"]) == [20.0, 40.0, 60.0, 10.0, 20.0, 30.0]


def test_an_override_that_touches_nothing_open_is_remarked():
    with pytest.warns(Remark, match=r"sales, 2024-05-06, 13:00-14:00 \(mailing\) touches no open interval"):
        assert calls_after(an_override(hours="13:00-14:00")) == [10.0, 20.0, 30.0] * 2


kinds = st.one_of(
    st.tuples(st.just("percent"), st.floats(-1, 2)),
    st.tuples(st.just("add"), st.floats(-80, 80)),
    st.tuples(st.just("set"), st.floats(0, 200)),
)


@given(
    calls=st.lists(st.floats(0, 50).map(lambda x: round(x, 2)), min_size=9, max_size=9),
    laid=st.lists(st.tuples(kinds, st.integers(0, 2), st.integers(0, 2)), max_size=4),
)
def test_each_kind_does_what_a_plain_loop_does(calls, laid):
    forecast = a_forecast(calls, date(2024, 5, 8))
    overrides, plain = [], [calls[3 * day : 3 * day + 3] for day in range(3)]
    for (kind, amount), day, hour in laid:
        on = date(2024, 5, 6 + day)
        hours = f"{9 + hour:02d}:00-12:00"
        overrides.append(an_override(first=on, last=on, kind=kind, amount=amount, hours=hours))
        here = plain[day][hour:]
        if kind == "percent":
            here = [one * (1 + amount) for one in here]
        else:
            wanted = max(0.0, amount + (sum(here) if kind == "add" else 0.0))
            here = [one * wanted / sum(here) if sum(here) > 0 else wanted / len(here) for one in here]
        plain[day] = plain[day][:hour] + here
    after = apply(forecast, table(*overrides)) if overrides else forecast
    np.testing.assert_allclose(after["calls"], np.concatenate(plain), atol=1e-9)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"amount": -1.2}, "amount: -120%; no day has fewer than no calls"),
        ({"amount": 10.0}, r"amount: \+1,000%; \+10% is 0.1"),
        ({"kind": "set", "amount": -5.0}, "amount: set to -5 calls"),
        ({"kind": "times"}, "kind"),
        ({"last": "2024-05-05"}, "last: 2024-05-05 lies before the first day"),
        ({"reason": "  "}, "reason: no reason; say in a few words why"),
        ({"hours": "12:00-09:00"}, "hours: '12:00-09:00' ends before it begins"),
        ({"hours": "noon"}, "hours: found 'noon'"),
        ({"hours": "closed"}, "hours: found 'closed'; give spans such as 09:00-12:00"),
    ],
)
def test_faulty_overrides_are_refused(changes, message):
    with pytest.raises(Refused, match=message):
        an_override(**changes)


def test_the_store_keeps_an_override_and_undoes_it(tmp_path):
    with open_store(tmp_path / "store.duckdb") as store:
        number = add_override(store, SITE, an_override(hours="09:00-11:00"), who="ann", now=NOW)
        assert list(apply(a_forecast(), store.overrides())["calls"])[:3] == [11.0, 22.0, 30.0]
        store.undo_override(number, who="ben", now=NOW)
        pd.testing.assert_frame_equal(apply(a_forecast(), store.overrides()), apply(a_forecast(), table()))


def test_a_queue_or_hours_that_the_site_does_not_know_are_refused(tmp_path):
    with open_store(tmp_path / "store.duckdb") as store:
        with pytest.raises(Refused, match=r"no queue 'sale'; did you mean sales\?"):
            add_override(store, SITE, an_override(queue="sale"), who="ann", now=NOW)
        for closed in ({"hours": "13:00-15:00"}, {"first": "2024-05-11", "last": "2024-05-12"}):
            with pytest.raises(Refused, match="sales is closed then, all through"):
                add_override(store, SITE, an_override(**closed), who="ann", now=NOW)
        assert store.overrides().empty


def test_hours_that_the_site_does_not_state_are_read_off_the_history(tmp_path):
    site = SITE.replace(calendar=SITE.calendar.replace(hours=None))
    start = grid(date(2024, 4, 1), date(2024, 4, 30), 60, ZONE, OpeningHours.parse(HOURS))
    history = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "offered": 10.0})
    with open_store(tmp_path / "store.duckdb") as store:
        # With nothing known of the hours, the planner's word stands.
        assert add_override(store, site, an_override(hours="13:00-15:00"), who="ann", now=NOW) == 1
        store.put_history([history], file="a.csv", digest="0", profile="generic", who="ann", now=NOW)
        assert add_override(store, site, an_override(hours="09:00-10:00"), who="ann", now=NOW) == 2
        with pytest.raises(Refused, match="closed then"):
            add_override(store, site, an_override(hours="13:00-15:00"), who="ann", now=NOW)


def test_each_forecast_of_a_backtest_is_changed_by_itself():
    two = pd.concat([a_forecast(), a_forecast().assign(model="other", calls=1.0)])
    after = apply(two, table(an_override(kind="set", amount=120))).set_index("model")["calls"]
    assert list(after["m"]) == [20.0, 40.0, 60.0, 10.0, 20.0, 30.0]
    assert list(after["other"]) == [40.0, 40.0, 40.0, 1.0, 1.0, 1.0]
