"""A calendar file says of a person's shifts what the tables say, and says it again under the same name."""

from datetime import UTC, date, datetime, timedelta, timezone

import icalendar
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused
from reporting.calendars import file_names, write_calendars

ZONE = "Europe/Paris"
NOW = datetime(2024, 10, 1, 12, tzinfo=UTC)


def times(*clocks):
    return pd.Series([pd.Timestamp(clock) for clock in clocks]).dt.tz_localize(ZONE)


@pytest.fixture
def shifts():
    """A night over the hour that comes twice, and a day; each of eight hours and a half."""
    start = times("2024-10-26 22:00", "2024-10-28 09:00", "2024-10-28 09:00")
    end = start + pd.Timedelta(hours=8.5)
    people = ["Ana; Silva, née Øst", "Ana; Silva, née Øst", "王伟"]
    return pd.DataFrame({"person": people, "start": start, "end": end, "shift": "8.5 h", "paid_h": 8.0})


@pytest.fixture
def activities(shifts):
    night, day, other = shifts.to_dict("records")
    meal, half = night["start"] + pd.Timedelta(hours=4), pd.Timedelta(minutes=30)
    free, then = times("2024-10-29", "2024-10-30")
    rows = [
        (night["person"], night["start"], meal, "work", "sales"),
        (night["person"], meal, meal + half, "meal", None),
        (night["person"], meal + half, night["end"], "work", "help"),
        (day["person"], day["start"], day["end"], "work", "sales"),
        (day["person"], free, then, "leave", None),
        (other["person"], other["start"], other["end"], "work", "help"),
        ("Zoë", free, then, "training", None),
    ]
    return pd.DataFrame(rows, columns=["person", "start", "end", "activity", "queue"])


def events(path):
    return icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")


def test_round_trip(shifts, activities, tmp_path):
    paths = write_calendars(shifts, activities, tmp_path / "ics", now=NOW)
    assert [path.name for path in paths] == ["Ana_Silva_née_Øst.ics", "Zoë.ics", "王伟.ics"]
    assert sorted(paths) == sorted((tmp_path / "ics").iterdir())
    night, day, leave = events(paths[0])
    for event, shift in zip((night, day), shifts.to_dict("records"), strict=False):
        assert event["dtstart"].dt == shift["start"]
        assert event["dtend"].dt == shift["end"]
        assert event["dtstamp"].dt == NOW
        assert event["dtend"].dt - event["dtstart"].dt == timedelta(hours=8.5)
    assert str(night["description"]).split("\n") == [
        "Paid: 8 h. Times of Europe/Paris:",
        "22:00–02:00 sales",
        "02:00–02:30 meal",  # the second 02:00 of that night's clock would be an hour on
        "02:30–05:30 help",
    ]
    assert str(day["description"]).split("\n")[1:] == ["09:00–17:30 sales"]
    assert (str(day["summary"]), str(leave["summary"])) == ("Shift 8.5 h", "Leave")
    assert (leave["dtstart"].dt, leave["dtend"].dt) == (date(2024, 10, 29), date(2024, 10, 30))
    (training,) = events(paths[1])
    assert str(training["summary"]) == "Training"
    calendar = icalendar.Calendar.from_ical(paths[0].read_bytes())
    assert str(calendar["x-wr-calname"]) == "Roster of Ana; Silva, née Øst"
    assert b"DTSTART:20241026T200000Z\r\n" in paths[0].read_bytes()
    assert max(map(len, paths[0].read_bytes().split(b"\r\n"))) <= 75


def test_an_event_is_known_again_when_it_ends_later(shifts, activities, tmp_path):
    later = shifts.assign(end=shifts["end"] + pd.Timedelta(hours=1))
    first = write_calendars(shifts, activities, tmp_path / "one", now=NOW)
    second = write_calendars(later, activities, tmp_path / "two", now=NOW + timedelta(days=1))
    known = [[str(event["uid"]) for path in paths for event in events(path)] for paths in (first, second)]
    assert known[0] == known[1]
    assert len(set(known[0])) == 5
    assert events(second[0])[0]["dtstamp"].dt == NOW + timedelta(days=1)
    moved = shifts.assign(start=shifts["start"] - pd.Timedelta(hours=1))
    third = write_calendars(moved, activities, tmp_path / "three", now=NOW)
    assert str(events(third[0])[0]["uid"]) not in known[0]


def test_same_input_same_bytes(shifts, activities, tmp_path):
    mixed = shifts.sample(frac=1, random_state=1), activities.sample(frac=1, random_state=1)
    one = write_calendars(shifts, activities, tmp_path / "one", now=NOW)
    two = write_calendars(*mixed, tmp_path / "two", now=NOW.astimezone(timezone(timedelta(hours=8))))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
    # Written over, and nothing left beside.
    assert write_calendars(shifts, activities, tmp_path / "one", now=NOW) == one
    assert len(list((tmp_path / "one").iterdir())) == 3


def test_refusals(shifts, activities, tmp_path):
    with pytest.raises(Refused, match="no time zone"):
        write_calendars(shifts, activities, tmp_path, now=NOW.replace(tzinfo=None))
    with pytest.raises(Refused, match="make it first"):
        write_calendars(shifts, activities, tmp_path / "no" / "where", now=NOW)
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="not a folder"):
        write_calendars(shifts, activities, tmp_path / "file", now=NOW)


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ("../../etc/passwd", "etc_passwd.ics"),
        ("Ana\\Bo: <x>|?*\n", "Ana_Bo_x.ics"),
        ("CON", "_CON.ics"),
        ("lpt1.old", "_lpt1.old.ics"),
        ("राम कुमार", "राम_कुमार.ics"),
        ("e\u0301va", "\u00e9va.ics"),
        ("...", "_.ics"),
        ("-rf", "rf.ics"),
        ("é" * 300, "é" * 100 + ".ics"),
    ],
)
def test_file_names_are_safe(person, name):
    assert file_names([person]) == {person: name}


def test_who_comes_or_goes_leaves_others_files_alone():
    alone, crowd = file_names(["Bo/A", "Bo A"]), file_names(["Bo/A", "Bo A", "BO_A", "Cy"])
    assert alone.items() <= crowd.items()
    assert len({name.casefold() for name in crowd.values()}) == 4
    assert crowd["Cy"] == "Cy.ics"


@given(st.sets(st.text(min_size=1, max_size=6), max_size=8))
def test_no_two_people_share_a_file(people):
    names = list(file_names(people).values())
    assert len({name.casefold() for name in names}) == len(people)
    for name in names:
        assert not set(name) & set('/\\:*?"<>|\0\n\r\t ')
        assert name[0] not in ".-"
        assert len(name.encode()) <= 255
