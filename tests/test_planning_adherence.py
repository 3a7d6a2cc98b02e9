"""Adherence and conformance: days worked out by hand, and minute by minute."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused, Remark
from callplan.tables import ADHERENCE, DEVIATIONS, check
from planning.adherence import States, adherence

ZONE = "Europe/Paris"
STATES = States(states={"Ready": "work", "Lunch": "break", "Class": "training", "Out": "off"})


def at(clock: str, day: str = "2024-05-06") -> pd.Timestamp:
    return pd.Timestamp(f"{day} {clock}", tz=ZONE)


def plan(*people: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return shifts from 9 to 17 with a meal from 12:00 to 12:30."""
    shifts = pd.DataFrame(
        [
            {"person": p, "start": at("09:00"), "end": at("17:00"), "shift": "8h", "paid_h": 7.5}
            for p in people
        ]
    )
    pieces = (("09:00", "12:00", "work"), ("12:00", "12:30", "meal"), ("12:30", "17:00", "work"))
    activities = [
        {"person": p, "start": at(start), "end": at(end), "activity": what}
        for p in people
        for start, end, what in pieces
    ]
    return shifts, pd.DataFrame(activities)


def logged(*rows: tuple[str, str, str], person: str = "Ann") -> pd.DataFrame:
    return pd.DataFrame(
        [{"person": person, "start": at(start), "end": at(end), "state": state} for start, end, state in rows]
    )


def test_a_day_by_hand():
    log = logged(("09:10", "12:00", "Ready"), ("12:00", "12:45", "Lunch"), ("12:45", "17:20", "Ready"))
    found = adherence(*plan("Ann"), log, STATES)
    row = check(found.people, ADHERENCE).iloc[0]
    # Ten minutes late and a quarter of an hour too long at table; 170 + 275 minutes worked of 450.
    assert row["planned_min"] == 480
    assert row["kept_min"] == 455
    assert row["adherence"] == pytest.approx(455 / 480)
    assert (row["planned_work_min"], row["worked_min"]) == (450, 445)
    assert row["conformance"] == pytest.approx(445 / 450)
    missed = check(found.deviations, DEVIATIONS)
    assert missed[["minutes_off", "planned", "found"]].to_numpy().tolist() == [
        [15, "work", "break"],
        [10, "work", "off"],
    ]
    assert found.in_words() == "Adherence 94.8%, conformance 98.9%, over 1 days of people."


def test_who_comes_an_hour_late_and_stays_longer_conforms_and_does_not_adhere():
    log = logged(("10:00", "12:00", "Ready"), ("12:00", "12:30", "Lunch"), ("12:30", "18:00", "Ready"))
    row = adherence(*plan("Ann"), log, STATES).people.iloc[0]
    assert row["conformance"] == 1.0
    assert row["adherence"] == pytest.approx(420 / 480)


def test_who_keeps_to_the_plan_has_no_deviation():
    log = logged(("09:00", "12:00", "Ready"), ("12:00", "12:30", "Lunch"), ("12:30", "17:00", "Ready"))
    found = adherence(*plan("Ann"), log, STATES)
    assert found.people["adherence"].tolist() == [1.0]
    assert found.deviations.empty


def test_a_day_half_over_counts_as_far_as_it_is():
    log = logged(("09:30", "11:00", "Ready"))
    row = adherence(*plan("Ann"), log, STATES, until=at("10:30")).people.iloc[0]
    assert row["planned_min"] == 90
    assert row["adherence"] == pytest.approx(60 / 90)


@pytest.mark.parametrize("form", ["duration", "next"])
def test_an_end_may_be_a_duration_or_the_next_row(form):
    whole = logged(("09:00", "12:00", "Ready"), ("12:00", "12:30", "Lunch"), ("12:30", "17:00", "Ready"))
    log = whole.drop(columns="end")
    if form == "duration":
        log["duration"] = ["10800", "30:00", "04:30:00"]
        found = adherence(*plan("Ann"), log, STATES)
    else:
        found = adherence(*plan("Ann"), log, STATES, until=at("17:00"))
    assert found.people["adherence"].tolist() == [1.0]


def test_a_row_may_say_its_kind_itself():
    log = logged(("09:00", "17:00", "Code 7")).assign(kind="work")
    row = adherence(*plan("Ann"), log).people.iloc[0]
    assert row["adherence"] == pytest.approx(450 / 480)
    assert row["conformance"] == pytest.approx(480 / 450)


def test_rows_that_run_into_the_next_are_cut_and_said():
    log = logged(("09:00", "12:10", "Ready"), ("12:00", "12:30", "Lunch"), ("12:30", "17:00", "Ready"))
    with pytest.warns(Remark, match="1 rows run into the next"):
        found = adherence(*plan("Ann"), log, STATES)
    assert found.people["adherence"].tolist() == [1.0]


def test_no_log_is_not_absence():
    log = logged(("09:00", "17:00", "Ready"))
    with pytest.warns(Remark, match="1 of 2 days of people have no log"):
        found = adherence(*plan("Ann", "Bo"), log, STATES)
    bo = found.people.set_index("person").loc["Bo"]
    assert bo[["adherence", "conformance", "worked_min"]].isna().all()
    assert bo["planned_min"] == 480
    assert "over 1 days" in found.in_words()


def test_a_night_belongs_to_the_day_on_which_it_begins():
    nights = [(at("22:00", f"2024-05-0{d}"), at("06:00", f"2024-05-0{d + 1}")) for d in (6, 7)]
    shifts = pd.DataFrame(
        [{"person": "Ann", "start": s, "end": e, "shift": "8h", "paid_h": 8.0} for s, e in nights]
    )
    activities = shifts[["person", "start", "end"]].assign(activity="work")
    log = activities.drop(columns="activity").assign(state="Ready")
    found = adherence(shifts, activities, log, STATES).people
    assert found["worked_min"].tolist() == [480, 480]
    assert found["conformance"].tolist() == [1.0, 1.0]


def test_leave_counts_in_neither():
    shifts, activities = plan("Ann")
    activities.loc[2, "activity"] = "leave"
    log = logged(("09:00", "12:00", "Ready"), ("12:00", "12:30", "Lunch"))
    row = adherence(shifts, activities, log, STATES).people.iloc[0]
    assert (row["planned_min"], row["adherence"], row["conformance"]) == (210, 1.0, 1.0)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"state": "Redy"}, "nobody says what 'Redy' is"),
        ({"person": "Anne"}, "'Anne' has no shift; did you mean Ann"),
        ({"end": at("08:00")}, "it ends before it starts"),
        ({"kind": "wrk", "state": "x"}, "found kind 'wrk'"),
    ],
)
def test_a_log_that_cannot_be_read_is_refused(change, match):
    with pytest.raises(Refused, match=match):
        adherence(*plan("Ann"), logged(("09:00", "17:00", "Ready")).assign(**change), STATES)


def test_a_log_of_other_days_is_refused():
    log = logged(("09:00", "17:00", "Ready"))
    for name in ("start", "end"):
        log[name] += pd.Timedelta(days=30)
    with pytest.raises(Refused, match="give the log of days with shifts"):
        adherence(*plan("Ann"), log, STATES)


@pytest.mark.parametrize("text", ["4:61", "a", "1:2:3:4", "-5"])
def test_a_duration_that_is_none_is_refused(text):
    log = logged(("09:00", "17:00", "Ready")).drop(columns="end").assign(duration=text)
    with pytest.raises(Refused, match="write 240, 4:00 or 00:04:00"):
        adherence(*plan("Ann"), log, STATES)


@given(st.lists(st.sampled_from(["Ready", "Lunch", "Class", "Out", None]), min_size=40, max_size=40))
def test_minute_by_minute(states):
    """Quarters of an hour from 8 to 18, each in a state, or without a row."""
    if not any(states):
        return
    start = [at("08:00") + pd.Timedelta(minutes=15 * step) for step in range(40)]
    log = pd.DataFrame({"person": "Ann", "start": start, "state": states})
    log = log.assign(end=log["start"] + pd.Timedelta(minutes=15)).dropna(subset="state")
    shifts, activities = plan("Ann")
    known = log[(log["end"] > at("09:00")) & (log["start"] < at("17:00"))]
    if known.empty:
        return
    row = adherence(shifts, activities, log, STATES).people.iloc[0]
    kinds = np.array([STATES.states.get(state, "off") if state else "off" for state in states])
    planned = np.full(40, "", dtype=object)
    planned[4:36] = "work"
    planned[16:18] = "break"
    due = planned != ""
    assert row["adherence"] == pytest.approx((kinds[due] == planned[due]).mean())
    worked = np.isin(kinds, ["work", "training"]).sum() * 15
    assert row["worked_min"] == worked
    assert row["conformance"] == pytest.approx(worked / 450)
