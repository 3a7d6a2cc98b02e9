"""Events are read as they are written or refused with their row; each acts on its own days and queues."""

import warnings
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callplan.errors import Refused, Remark
from callplan.tables import EVENTS, check, write
from forecasting.calendar.calendar import Calendar
from forecasting.calendar.daybook import daybook, remark_on_events
from forecasting.calendar.events import Event, read_events

Write = Callable[[str, str | bytes], Path]

FILE = """name,date,until,queue,effect
sale,2024-11-29,2024-12-02,sales,+20%
mailing,2024-05-06,,,1.2
mailing,2024-06-03,,all,
strike,2024-06-03,,billing,-15%
"""
READ = (
    Event(name="mailing", date=date(2024, 5, 6), effect=1.2),
    Event(name="mailing", date=date(2024, 6, 3)),
    Event(name="sale", date=date(2024, 11, 29), until=date(2024, 12, 2), queue="sales", effect=1.2),
    Event(name="strike", date=date(2024, 6, 3), queue="billing", effect=0.85),
)


# ── reading ───────────────────────────────────────────────────────────────────────────────────────


def test_a_file_of_events_is_read(a_file: Write) -> None:
    assert read_events(a_file("events.csv", FILE)) == READ


def test_only_names_and_dates_are_needed(a_file: Write) -> None:
    assert read_events(a_file("e.csv", "name,date\nsale,2024-11-29\n")) == (
        Event(name="sale", date=date(2024, 11, 29)),
    )


def test_one_name_may_differ_by_queue(a_file: Write) -> None:
    path = a_file("e.csv", "name,date,queue,effect\nsale,2024-11-29,b,2\nsale,2024-11-29,a,1.5\n")
    assert [(event.queue, event.effect) for event in read_events(path)] == [("a", 1.5), ("b", 2.0)]


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet", ".xlsx"])
def test_events_are_the_same_from_every_format(suffix: str, a_file: Write, tmp_path: Path) -> None:
    rows = [
        {"name": event.name, "date": event.date, "until": event.until, "queue": event.queue or "all"}
        | {"effect": event.effect}
        for event in READ
    ]
    write(check(pd.DataFrame(rows), EVENTS), tmp_path / f"e{suffix}")
    assert read_events(tmp_path / f"e{suffix}") == READ


def workbook(path: Path, effect: object, number_format: str = "General") -> Path:
    """Write a workbook of one event, typed in as a planner does."""
    book = openpyxl.Workbook()
    book.active.append(["name", "date", "effect"])
    book.active.append(["sale", datetime(2024, 11, 29), effect])  # noqa: DTZ001 (a cell of Excel)
    book.active["C2"].number_format = number_format
    book.save(path)
    return path


def test_excel_cells_are_read_as_excel_shows_them(tmp_path: Path) -> None:
    (factor,) = read_events(workbook(tmp_path / "a.xlsx", 1.2))
    assert (factor.effect, factor.date) == (1.2, date(2024, 11, 29))
    assert read_events(workbook(tmp_path / "b.xlsx", "+20%"))[0].effect == 1.2
    assert read_events(workbook(tmp_path / "c.xlsx", -0.15, "0%"))[0].effect == 0.85
    assert read_events(workbook(tmp_path / "d.xlsx", 0.8))[0].effect == 0.8
    # Typed as +20%, Excel keeps 0.2 and shows 20%: neither says a fifth more or a fifth of it.
    with pytest.raises(Refused) as refused:
        read_events(workbook(tmp_path / "e.xlsx", 0.2, "0.0%"))
    assert str(refused.value) == f"e.xlsx, row 2, column effect: found '20%'; {WHICH}"


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        *[("1.2", 1.2), ("0.85", 0.85), ("1", 1.0), (" 2 ", 2.0), ("4.99", 4.99)],
        *[("+20%", 1.2), ("-15%", 0.85), ("+7.5 %", 1.075), ("−15%", 0.85), ("+900%", 10.0), ("-99%", 0.01)],
    ],
)
def test_an_effect_is_a_factor_or_a_signed_percentage(text: str, factor: float) -> None:
    assert Event(name="sale", date="2024-11-29", effect=text).effect == factor


@given(st.integers(-99, 900))
def test_a_percentage_is_exactly_the_factor_it_says(percent: int) -> None:
    event = Event(name="sale", date="2024-11-29", effect=f"{percent:+d}%")
    assert event.effect == (100 + percent) / 100


# ── refusing to read ──────────────────────────────────────────────────────────────────────────────

WHICH = "say which way: +20% or -20%, as a text, or the factor such as 1.2"
FORM = "write a factor such as 1.2, or +20% or -15%"
RANGE = "a factor lies above 0 and at most at 10; a day without calls is closed in the hours"
PERCENTAGE = "found '20'; write +20% for a percentage; a factor, such as 1.2, is below 5"
FIRST = "the day, or the first of them, the year first"
YEAR_FIRST = "write days as 2003-10-26, the year first"


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ("sale,2024-11-29,,,20", f"effect: {PERCENTAGE}"),
        (
            "sale,2024-11-29,,,5",
            "effect: found '5'; write +5% for a percentage; a factor, such as 1.2, is below 5",
        ),
        ("sale,2024-11-29,,,20%", f"effect: found '20%'; {WHICH}"),
        ("sale,2024-11-29,,,0.0", f"effect: found '0.0'; {RANGE}"),
        ("sale,2024-11-29,,,-100%", f"effect: found '-100%'; {RANGE}"),
        ("sale,2024-11-29,,,+2000%", f"effect: found '+2000%'; {RANGE}"),
        ("sale,2024-11-29,,,-0.2", f"effect: found '-0.2'; {FORM}"),
        ("sale,2024-11-29,,,+20", f"effect: found '+20'; {FORM}"),
        ("sale,2024-11-29,,,\"1,2\"", f"effect: found '1,2'; {FORM}"),
        ("sale,2024-11-29,,,much", f"effect: found 'much'; {FORM}"),
        ("sale,2024-11-29,,,nan", f"effect: found 'nan'; {FORM}"),
        (
            "sale,06/05/2024,,,",
            f"date: found '06/05/2024', which can be read day first and month first; {YEAR_FIRST}",
        ),
        ("sale,29.11.2024,,,", f"date: found '29.11.2024'; {YEAR_FIRST}"),
        ("sale,2024-02-30,,,", f"date: found '2024-02-30'; {YEAR_FIRST}"),
        ("sale,45625,,,", f"date: found '45625'; {YEAR_FIRST}"),
        ("sale,2024-11-29 09:00,,,", "date: found '2024-11-29 09:00'; give the day alone"),
        ("sale,,,,", f"date: an empty cell; every row needs one: {FIRST}"),
        ("sale,2024-11-29,05/06/24,,", "until: found '05/06/24', which can be read day first and month "
         f"first; {YEAR_FIRST}"),
        ("sale,2024-11-29,2024-11-28,,", "until: 2024-11-28 lies before the date 2024-11-29; swap them"),
        (
            ",2024-11-29,,,",
            "name: an empty cell; every row needs one: what happens; days of one name are taken for alike",
        ),
        (
            "fair,2024-01-01,,,",
            "columns name, date, queue: fair, 2024-01-01 00:00:00 stands in row 2 too; keep one of them",
        ),
    ],
)  # fmt: skip
def test_a_fault_is_refused_with_its_row_and_column(a_file: Write, row: str, line: str) -> None:
    # The faulty row is the third of the file, though it comes first by its date.
    path = a_file("e.csv", f"name,date,until,queue,effect\nfair,2024-01-01,,,\n{row}\n")
    with pytest.raises(Refused) as refused:
        read_events(path)
    place = "" if line.startswith("columns") else "column "
    assert str(refused.value) == f"e.csv, row 3, {place}{line}"


def test_rows_keep_their_numbers_though_events_are_sorted(a_file: Write) -> None:
    path = a_file("e.csv", "name,date,effect\nzoo,2024-01-01,20\nfair,2024-01-01,\n")
    with pytest.raises(Refused, match=r"^e\.csv, row 2, column effect: found '20'"):
        read_events(path)


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("name,day", "no column 'date' (there are: name, day); add it, or rename yours"),
        ("name,date,effects", "unknown column 'effects'; did you mean effect?"),
        ("name,date,Queue", "unknown column 'Queue'; did you mean queue?"),
    ],
)
def test_columns_that_are_missing_or_misspelt_are_refused(a_file: Write, header: str, line: str) -> None:
    cells = ",".join(["sale", "2024-11-29", "1.2"][: header.count(",") + 1])
    with pytest.raises(Refused) as refused:
        read_events(a_file("e.csv", f"{header}\n{cells}\n"))
    assert str(refused.value) == f"e.csv: {line}"


# ── events made in code ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"name": " "}, "name: it is empty; name the event"),
        ({"date": "tomorrow"}, "date: found 'tomorrow'; give a day, such as 2024-05-06"),
        ({"date": 20241129}, "date: found 20241129; give a day, such as 2024-05-06"),
        ({"until": "2024-11-28"}, "until: 2024-11-28 lies before the date 2024-11-29; swap them"),
        ({"effect": 20}, "effect: found 20; it must be at most 10"),
        ({"effect": 0}, "effect: found 0; it must be greater than 0"),
        ({"effect": -0.15}, "effect: found -0.15; it must be greater than 0"),
        ({"effect": float("nan")}, "effect: found nan; a finite number is needed"),
        ({"effects": 1.2}, "effects: unknown key 'effects'; did you mean effect?"),
    ],
)
def test_an_event_checks_itself(fields: dict[str, object], line: str) -> None:
    with pytest.raises(Refused) as refused:
        Event(**{"name": "sale", "date": "2024-11-29", **fields})
    assert str(refused.value) == line


def test_events_in_a_calendar_as_toml_has_them() -> None:
    content = {"country": "FR", "events": [{"name": "sale", "date": date(2024, 11, 29), "effect": "+20%"}]}
    calendar = Calendar.from_dict(content, "site.toml")
    assert calendar.events == (Event(name="sale", date="2024-11-29", effect=1.2),)
    with pytest.raises(Refused, match=r"^site\.toml, events\.0\.effect: found '20'; write \+20%"):
        Calendar.from_dict({"events": [{"name": "s", "date": "2024-11-29", "effect": "20"}]}, "site.toml")


def test_calendars_of_the_same_events_are_equal() -> None:
    one, other = Calendar("FR", events=READ), Calendar("FR", events=list(READ))
    assert one == other
    assert hash(one) == hash(other)
    assert one.replace(events=()) == Calendar("FR")
    assert one != one.replace(events=READ[:2])
    assert one.replace(country="DE").events == READ


# ── events on days ────────────────────────────────────────────────────────────────────────────────


def test_events_act_on_their_days_and_queues() -> None:
    calendar = Calendar(events=READ)
    june = pd.date_range("2024-06-01", "2024-06-05")
    sales, billing = (daybook(calendar, queue, june) for queue in ("sales", "billing"))
    assert sales.events.tolist() == billing.events.tolist() == [(), (), ("mailing",), (), ()]
    assert sales.effect.tolist() == [1.0] * 5
    assert billing.effect.tolist() == [1.0, 1.0, 0.85, 1.0, 1.0]
    winter = daybook(calendar, "sales", pd.date_range("2024-11-28", "2024-12-01"))
    assert winter.effect.tolist() == [1.0, 1.2, 1.2, 1.2]
    assert winter[1:3].effect.tolist() == [1.2, 1.2]


def test_effects_of_several_events_multiply() -> None:
    fair = Event(name="fair", date="2024-11-25", until="2025-01-10", effect=2.0)
    calendar = Calendar(
        events=(*READ, fair, Event(name="tv", date="2024-11-30"), Event(name="ad", date="2024-11-30"))
    )
    days = daybook(calendar, "sales", pd.date_range("2024-11-28", "2024-11-30"))
    assert days.effect.tolist() == [2.0, 2.4, 2.4]
    assert days.events[2] == ("ad", "tv")


DAYS = st.dates(date(2024, 1, 1), date(2024, 3, 1))


@given(
    st.lists(
        st.tuples(
            DAYS, st.integers(0, 40), st.sampled_from([None, "a", "b"]), st.sampled_from([None, 0.5, 1.5])
        )
    ),
    DAYS,
    st.integers(1, 60),
)
def test_every_day_holds_what_falls_on_it(rows: list[tuple], first: date, n: int) -> None:
    events = tuple(
        Event(name=f"e{i:02}", date=day, until=day + pd.Timedelta(days=length), queue=queue, effect=effect)
        for i, (day, length, queue, effect) in enumerate(rows)
    )
    book = daybook(Calendar(events=events), "a", pd.date_range(first, periods=n))
    for day, names, effect in zip(book.days.date, book.events, book.effect, strict=True):
        mine = [e for e in events if e.queue != "b" and e.date <= day <= e.last]
        expected = 1.0
        for event in mine:
            expected *= event.effect or 1.0
        assert effect == pytest.approx(expected)
        assert names == tuple(e.name for e in mine if e.effect is None)


@pytest.mark.parametrize(
    ("queues", "meets"),
    [((None, None), True), (("a", "a"), True), ((None, "a"), True), (("a", None), True), (("a", "b"), False)],
)
def test_events_of_one_name_may_not_meet_in_a_queue(
    queues: tuple[str | None, str | None], meets: bool
) -> None:
    first = Event(name="sale", date="2024-11-25", until="2024-11-29", queue=queues[0])
    second = Event(name="sale", date="2024-11-29", queue=queues[1], effect=1.5)
    assert Calendar(events=(first, second.replace(date="2024-11-30"))).events
    assert Calendar(events=(first, second.replace(name="other"))).events
    if meets:
        with pytest.raises(Refused, match="events: 'sale' is there twice on 2024-11-29"):
            Calendar(events=(first, second))
    else:
        assert Calendar(events=(first, second)).events == (first, second)


def test_a_calendar_for_one_queue_holds_its_events() -> None:
    calendar = Calendar("FR", events=READ)
    assert calendar.for_queue("sales") == calendar.replace(events=READ[:3])
    assert calendar.for_queue("other", known=["other", "sales", "billing"]).events == READ[:2]
    with pytest.raises(Refused) as refused:
        calendar.for_queue("sales", known=["sales", "biling"])
    assert str(refused.value) == (
        "events, strike of 2024-06-03: unknown queue 'billing'; did you mean biling?"
    )


def test_an_event_that_nothing_can_teach_is_remarked() -> None:
    stated, once, later = (
        Event(name=name, date=day, effect=effect)
        for name, day, effect in (
            ("stated", "2024-06-03", 1.5),
            ("once", "2024-06-04", None),
            ("new", "2024-06-05", None),
        )
    )
    before = Event(name="once", date="2024-05-04")
    calendar = Calendar(events=(stated, once, later, before))
    book = daybook(calendar, "sales", pd.date_range("2024-05-01", "2024-06-30"))
    with pytest.warns(Remark) as remarks:
        remark_on_events("sales", book[:31], book[31:])
    assert [str(remark.message) for remark in remarks] == [
        "queue sales: event new of 2024-06-05 has no effect given and never came in the history: "
        "it changes nothing; give its effect, such as +20%"
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        remark_on_events("sales", book, book[:31])
