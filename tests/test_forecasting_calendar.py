"""Days known beforehand: holidays as official lists have them, working days as numpy counts them."""

import os
import subprocess
import sys
from dataclasses import fields
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from callplan.errors import Refused
from callplan.hours import OpeningHours
from forecasting.calendar.calendar import Calendar
from forecasting.calendar.daybook import DayBook, daybook

# Countries of several weekends and habits; holidays are made up for in China, and move in Israel.
PLACES = [(None, None), ("FR", None), ("DE", "BY"), ("US", "NY"), ("IL", None), ("CN", None), ("AE", None)]


def book(country: str | None, first: str, last: str, subdivision: str | None = None) -> DayBook:
    return daybook(Calendar(country=country, subdivision=subdivision), "sales", pd.date_range(first, last))


def shown(days: pd.DatetimeIndex, names: np.ndarray) -> dict[str, str]:
    """Return the names by month and day, where there is one."""
    return {f"{day:%m-%d}": name for day, name in zip(days, names, strict=True) if name}


def picked(days: pd.DatetimeIndex, which: np.ndarray) -> list[str]:
    return [f"{day:%m-%d}" for day in days[which]]


# ── holidays as they were ─────────────────────────────────────────────────────────────────────────

FRANCE_2012 = {
    "01-01": "New Year's Day",
    "04-09": "Easter Monday",
    "05-01": "Labor Day",
    "05-08": "Victory Day",
    "05-17": "Ascension Day",
    "05-28": "Whit Monday",
    "07-14": "National Day",
    "08-15": "Assumption Day",
    "11-01": "All Saints' Day",
    "11-11": "Armistice Day",
    "12-25": "Christmas Day",
}
UNITED_STATES_2003 = {
    "01-01": "New Year's Day",
    "01-20": "Martin Luther King Jr. Day",
    "02-17": "Washington's Birthday",
    "05-26": "Memorial Day",
    "07-04": "Independence Day",
    "09-01": "Labor Day",
    "10-13": "Columbus Day",
    "11-11": "Veterans Day",
    "11-27": "Thanksgiving Day",
    "12-25": "Christmas Day",
}
ISRAEL_1999 = {
    "04-01": "Pesach",
    "04-07": "Seventh day of Pesach",
    "04-21": "Independence Day",
    "05-21": "Shavuot",
    "09-11": "Rosh Hashanah",
    "09-12": "Rosh Hashanah",
    "09-20": "Yom Kippur",
    "09-25": "Sukkot",
    "10-02": "Simchat Torah / Shemini Atzeret",
}


@pytest.mark.parametrize(
    ("country", "year", "official"),
    [("FR", 2012, FRANCE_2012), ("US", 2003, UNITED_STATES_2003), ("IL", 1999, ISRAEL_1999)],
)
def test_public_holidays_of_a_year(country: str, year: int, official: dict[str, str]) -> None:
    of_year = book(country, f"{year}-01-01", f"{year}-12-31")
    assert list(shown(of_year.days, of_year.holiday)) == list(official)
    named = Calendar(country).holidays(of_year.days[0].date(), of_year.days[-1].date())
    assert [named.get(day.date(), "") for day in of_year.days] == of_year.holiday.tolist()
    if country != "FR":  # its names are not the same in every version of the package
        assert shown(of_year.days, of_year.holiday) == official


def test_the_days_of_israel_that_are_kept_though_no_holidays() -> None:
    spring = book("IL", "1999-03-01", "1999-04-30")
    kept = shown(spring.days, spring.observance)
    assert kept["03-02"] == "Purim"
    intermediate = {day for day, name in kept.items() if name == "Pesach holiday"}
    assert intermediate == {"04-02", "04-03", "04-04", "04-05", "04-06"}
    assert not (spring.observance != "")[spring.holiday != ""].any()
    # Friday and Saturday are the weekend there.
    assert spring.working_day[spring.days.get_loc("1999-03-05")] == 0
    assert spring.working_day[spring.days.get_loc("1999-03-07")] == 5


def test_subdivisions_have_days_of_their_own() -> None:
    federal, bavaria = (book("DE", "2024-01-01", "2024-12-31", place) for place in (None, "BY"))
    more = set(shown(bavaria.days, bavaria.holiday)) - set(shown(federal.days, federal.holiday))
    assert more == {"01-06", "05-30", "11-01"}
    assert shown(bavaria.days, bavaria.observance) == {"08-15": "Assumption Day"}
    # Summer holidays of Bavaria, as its ministry set them: 29 July to 9 September.
    summer = picked(bavaria.days, bavaria.school_holiday == "Summer Break")
    assert (summer[0], summer[-1], len(summer)) == ("07-29", "09-09", 43)
    assert not (federal.school_holiday != "").any()


def test_france_keeps_no_days_but_its_holidays() -> None:
    assert not (book("FR", "2010-01-01", "2014-12-31").observance != "").any()


def test_days_that_are_only_marked_are_left_out() -> None:
    names = set(book("US", "2024-01-01", "2024-12-31").observance) - {""}
    assert "Halloween" not in names
    assert names <= {"Christmas Eve"}


def test_china_works_on_weekend_days_in_exchange() -> None:
    of_year = book("CN", "2024-01-01", "2024-12-31")
    official = ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"]
    assert picked(of_year.days, of_year.makeup) == official
    assert (of_year.working_day[of_year.makeup] > 0).all()
    assert of_year.days[of_year.makeup].day_of_week.isin([5, 6]).all()
    # The days off that were exchanged are called after the holiday that they make longer.
    named = shown(of_year.days, of_year.holiday)
    assert named["02-15"] == named["02-16"] == named["02-10"] == "Chinese New Year (Spring Festival)"
    assert named["10-07"] == named["10-04"] == named["10-01"] == "National Day"
    assert "Day off" not in named.values()


def test_an_exchange_across_the_new_year_is_known_in_december() -> None:
    december = book("CN", "2006-12-01", "2006-12-31")
    assert picked(december.days, december.makeup) == ["12-30", "12-31"]


def test_a_weekend_that_was_moved() -> None:
    old, new = (book("AE", f"{year}-06-01", f"{year}-06-26") for year in (2021, 2023))
    assert set(old.days[old.working_day == 0].day_of_week) == {4, 5}
    assert set(new.days[new.working_day == 0].day_of_week) == {5, 6}


def test_a_holiday_has_the_same_name_every_year() -> None:
    of_years = book("US", "2019-01-01", "2022-12-31")
    days = of_years.days[of_years.holiday == "Independence Day"]
    # 4 July 2020 was a Saturday and 2021 a Sunday: the day beside it was off too.
    assert [f"{day:%Y-%m-%d}" for day in days] == [
        *("2019-07-04", "2020-07-03", "2020-07-04", "2021-07-04", "2021-07-05", "2022-07-04"),
    ]
    japan = book("JP", "2024-05-01", "2024-05-07")
    assert japan.holiday[-2] == "Children's Day"  # a substitute, called after the Sunday it stands for
    korea = book("KR", "2024-05-05", "2024-05-06")
    assert korea.holiday.tolist() == ["Children's Day"] * 2
    both = book("FR", "2008-05-01", "2008-05-01").holiday[0]
    assert both == "Ascension Day; Labor Day"


@pytest.mark.parametrize("language", ["he_IL.UTF-8", "fr_FR.UTF-8", "C"])
def test_names_do_not_depend_on_the_machine(language: str) -> None:
    script = (
        "from forecasting.calendar.calendar import Calendar; from datetime import date;"
        "print(*Calendar('IL').holidays(date(1999, 4, 1), date(1999, 4, 30)).values(), sep=', ')"
    )
    environment = {**os.environ, "LANGUAGE": language, "LANG": language, "LC_ALL": language}
    run = [sys.executable, "-c", script]
    said = subprocess.run(run, capture_output=True, text=True, env=environment, check=True).stdout
    assert said.strip() == "Pesach, Seventh day of Pesach, Independence Day"


# ── around holidays ───────────────────────────────────────────────────────────────────────────────


def test_the_days_around_holidays() -> None:
    of_year = book("FR", "2012-01-01", "2012-12-31")
    bridges = ["04-30", "05-07", "05-18", "11-02", "12-24", "12-31"]
    assert picked(of_year.days, of_year.bridge) == bridges
    assert of_year.before[of_year.days.get_loc("2012-05-16")] == "Ascension Day"
    assert of_year.after[of_year.days.get_loc("2012-05-18")] == "Ascension Day"
    # The last day of the year is before a holiday of the next.
    assert of_year.before[-1] == "New Year's Day"
    united = book("US", "2003-11-24", "2003-12-05")
    assert united.since_holiday.tolist() == [0, 0, 0, 0, 1, 0, 0, 2, 3, 4, 5, 0]
    assert united.until_holiday.tolist() == [3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    assert united.kind().tolist() == ["", "", "before", "public", "bridge", *[""] * 7]


def test_a_holiday_of_the_weekend_makes_no_bridge_and_starts_no_count() -> None:
    # 11 November 2012 was a Sunday.
    november = book("FR", "2012-11-09", "2012-11-16")
    assert november.holiday[2] == "Armistice Day"
    assert not november.since_holiday.any()
    assert not november.bridge.any()
    assert november.after[3] == "Armistice Day"


def test_without_a_country_days_are_weekdays() -> None:
    plain = book(None, "2024-05-01", "2024-05-31")
    assert not (plain.holiday != "").any()
    assert plain.working_day.max() == 23
    assert plain.working_day[:7].tolist() == [1, 2, 3, 0, 0, 4, 5]
    assert plain.working_days_left[-3:].tolist() == [3, 2, 1]
    assert plain.effect.tolist() == [1.0] * 31


# ── whatever the days ─────────────────────────────────────────────────────────────────────────────

SPANS = st.tuples(st.sampled_from(PLACES), st.dates(date(1998, 1, 1), date(2027, 1, 1)), st.integers(1, 120))


def of_span(span: tuple[tuple[str | None, str | None], date, int]) -> DayBook:
    (country, subdivision), first, n = span
    days = pd.date_range(first, periods=n)
    return daybook(Calendar(country=country, subdivision=subdivision), "sales", days)


@given(SPANS, st.data())
def test_what_is_said_of_a_day_does_not_depend_on_the_days_asked_for(
    span: tuple, data: st.DataObject
) -> None:
    place, first, n = span
    skip = data.draw(st.integers(0, n - 1))
    part = data.draw(st.integers(1, n - skip))
    whole = of_span(span)[skip : skip + part]
    alone = of_span((place, first + timedelta(days=skip), part))
    assert len(alone) == part
    for field in fields(DayBook):
        assert getattr(whole, field.name).tolist() == getattr(alone, field.name).tolist(), field.name


@given(SPANS)
def test_working_days_of_a_month_are_those_that_numpy_counts(span: tuple) -> None:
    here = of_span(span)
    (country, subdivision), _, _ = span
    for number, left, day, made_up in zip(
        here.working_day, here.working_days_left, here.days, here.makeup, strict=True
    ):
        assert (number == 0) == (left == 0)
        if country in ("AE", "CN") or number == 0 or made_up:
            continue
        first, last = day.replace(day=1).date(), (day + pd.offsets.MonthEnd(0)).date()
        off = list(Calendar(country=country, subdivision=subdivision).holidays(first, last))
        mask = "1111001" if country == "IL" else "1111100"
        after = last + timedelta(days=1)
        assert number == np.busday_count(first, day.date() + timedelta(days=1), mask, off)
        assert left == np.busday_count(day.date(), after, mask, off)


@given(SPANS)
def test_numbers_of_working_days_add_up_in_every_month(span: tuple) -> None:
    here = of_span(span)
    working = here.working_day > 0
    sizes = (here.working_day + here.working_days_left - 1)[working]
    months = here.days.strftime("%Y-%m")[working]
    assert pd.Series(sizes).groupby(months).nunique().le(1).all()
    # Day after day the number goes up by one, but where a month begins.
    up = np.diff(here.working_day[working])
    assert ((up == 1) | (here.working_day[working][1:] == 1)).all()


def walked(here: DayBook, country: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Return which days are worked, and which are holidays of the working week, as told by weekday."""
    weekend = here.days.day_of_week.isin([4, 5] if country == "IL" else [5, 6])
    return (here.holiday == "") & (~weekend | here.makeup), (here.holiday != "") & ~weekend


@given(SPANS)
def test_days_since_and_until_a_holiday_as_walked_day_by_day(span: tuple) -> None:
    here, (place, first, n) = of_span(span), span
    assume(place[0] != "AE")  # its weekend was moved
    wide = of_span((place, first - timedelta(days=40), n + 80))
    working, shut = walked(wide, place[0])
    assert ((here.working_day > 0) == working[40:-40]).all()
    for step, told in ((-1, here.since_holiday), (1, here.until_holiday)):
        for day, said in enumerate(told, start=40):
            at, passed = day + step, 1
            while passed <= 5 and not shut[at]:
                passed += working[at]
                at += step
            assert said == (passed if working[day] and passed <= 5 else 0), wide.days[day]


@given(SPANS)
def test_a_bridge_lies_between_days_off_and_beside_a_holiday(span: tuple) -> None:
    here, country = of_span(span), span[0][0]
    assume(country != "AE")
    working, shut = walked(here, country)
    for at in range(1, len(here) - 1):
        alone = working[at] and not working[at - 1] and not working[at + 1]
        assert here.bridge[at] == (alone and (shut[at - 1] or shut[at + 1])), here.days[at]


# ── the calendar and what it refuses ──────────────────────────────────────────────────────────────


def test_a_calendar_is_frozen_hashable_and_replaceable() -> None:
    calendar = Calendar("FR", hours=OpeningHours.parse({"mon": "09:00-17:00"}))
    assert calendar == calendar.replace()
    assert hash(calendar) == hash(calendar.replace())
    assert calendar.replace(country="DE") == Calendar("DE", hours=calendar.hours)
    assert len({calendar, calendar.replace(), calendar.replace(hours=None)}) == 2
    with pytest.raises(ValueError, match="frozen"):
        calendar.country = "DE"


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"country": "France"}, "country: unknown country 'France'; did you mean FR?"),
        ({"country": "fr"}, "country: unknown country 'fr'; did you mean FR?"),
        ({"country": "United Kingdom"}, "country: unknown country 'United Kingdom'; did you mean GB?"),
        ({"country": "germny"}, "country: unknown country 'germny'; did you mean DE?"),
        (
            {"country": "DE", "subdivision": "by"},
            "subdivision: unknown subdivision 'by' of DE; did you mean BY?",
        ),
        (
            {"subdivision": "NY"},
            "subdivision: found 'NY' without a country; name the country too",
        ),
    ],
)
def test_what_is_not_known_is_refused_with_the_one_meant(settings: dict[str, str], line: str) -> None:
    with pytest.raises(Refused) as refused:
        Calendar(**settings)
    assert str(refused.value) == line


@pytest.mark.parametrize(
    "days",
    [
        pd.DatetimeIndex([]),
        pd.date_range("2024-05-06", periods=3, tz="Europe/Paris"),
        pd.DatetimeIndex(["2024-05-06", "2024-05-08"]),
        pd.date_range("2024-05-06 09:00", periods=3),
    ],
    ids=["none", "in a zone", "a gap", "not at midnight"],
)
def test_days_of_a_book_are_consecutive_midnights(days: pd.DatetimeIndex) -> None:
    with pytest.raises(Refused, match=r"^days: .*; give consecutive days as naive midnights$"):
        daybook(Calendar("FR"), "sales", days)


def test_a_book_that_queues_share_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        book("FR", "2024-05-06", "2024-05-12").working_day[0] = 9


def test_no_events_may_be_said_in_two_ways() -> None:
    assert Calendar("FR", events=None) == Calendar("FR") == Calendar("FR", events=[])
