"""The people of a roster: one `Person` a row of the table, and what cannot be used refused by its row."""

import warnings
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from callplan import files
from callplan.errors import Refused, Remark, closest, nearest
from callplan.hours import WEEKDAYS
from callplan.intervals import local_day
from callplan.tables import PEOPLE, REQUIREMENT, check
from scheduling import entries
from scheduling.contracts import Contract
from scheduling.entries import Window
from scheduling.rules import Rules

PREFERENCES = ("early", "mid", "late")
# What a roster is to cover. Heads may be fractions: a part of somebody is wanted less than a whole one.
DEMAND = replace(
    REQUIREMENT,
    columns=tuple(
        replace(column, dtype="number") if column.name == "rostered" else column
        for column in REQUIREMENT.columns
        if column.name in ("queue", "start", "minutes", "rostered")
    ),
)
_OVERRIDES = ("days_per_week", "hours_per_week_min", "hours_per_week_max")


@dataclass(frozen=True)
class Person:
    """Who can work, when and what; days are those of the horizon."""

    name: str
    row: Hashable  # the row's number in the file, or its index label
    contract: str
    terms: Contract  # with the row's own hours, and nothing of lengths, meal, rest or cost left out
    skills: Mapping[str, int]  # the level in each queue that the person may serve
    windows: tuple[Window, ...]  # Monday to Sunday: in which a shift that begins on the day must lie
    leave: frozenset[date]
    training: frozenset[date]
    training_h: float  # paid hours of a day of training: those of the shortest shift
    wishes_off: frozenset[date]  # days of leave and training left out
    prefers: str  # early, mid, late, or empty
    fixed: tuple[tuple[datetime, datetime], ...]  # start and end by the local clock


def read_people(path: str | Path) -> pd.DataFrame:
    """Read people from .csv, .csv.gz, .parquet or .xlsx; the index holds the rows' numbers in the file."""
    return _checked(files.load(path, PEOPLE.names()), Path(path).name)


def _checked(people: pd.DataFrame, source: str) -> pd.DataFrame:
    """Return the table checked and sorted, each row with the label it came with."""
    check(people, PEOPLE, source)
    rows = check(people.assign(_row=people.index), PEOPLE, source)
    return rows.set_index("_row").rename_axis(None)


def horizon(requirement: pd.DataFrame) -> list[date]:
    """Return the local days of a requirement, from its first to its last.

    One that ends on a Friday or Saturday goes on to Sunday: who closes for the weekend plans it too.

    >>> start = pd.to_datetime(["2024-05-06 09:00", "2024-05-10 17:30"]).tz_localize("Europe/Paris")
    >>> str(horizon(pd.DataFrame({"start": start}))[-1])
    '2024-05-12'
    """
    days = local_day(requirement["start"])
    first, last = days.min().date(), days.max().date()
    if last.weekday() in (4, 5):
        last += timedelta(days=6 - last.weekday())
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def crew(
    people: pd.DataFrame, rules: Rules, *, queues: Collection[str], days: Sequence[date]
) -> tuple[Person, ...]:
    """Return everyone of a table `people`, by name, for the queues and the days of a roster.

    Raises `Refused` with the row and the column for people who are unknown to the rules, or at odds with
    themselves, and for a queue that nobody may serve.

    >>> table = pd.DataFrame({"person": ["Ann"], "contract": ["FT"], "skills": ["sales:2"]})
    >>> rules = Rules(contracts={"FT": {"lengths_h": [8.5]}})
    >>> ann, = crew(table, rules, queues=["sales"], days=[date(2024, 5, 6)])
    >>> ann.skills, ann.terms.meal_min
    ({'sales': 2}, 30)
    """
    source = PEOPLE.name
    table = _checked(people, source)
    _remark_on_slips(table)
    everyone = []
    for label, cells in zip(table.index, table.to_dict("records"), strict=True):
        row = _Row(
            f"{source}, row {label}", {key: None if pd.isna(cell) else cell for key, cell in cells.items()}
        )
        everyone.append(_person(label, row, rules, queues, days))
    for queue in queues:
        if not any(queue in person.skills for person in everyone):
            level = rules.queue(queue).least_level
            skill = queue if level == 1 else f"{queue}:{level}"
            raise Refused(source, f"nobody may serve {queue}", f"give somebody the skill {skill}")
    return tuple(everyone)


@dataclass(frozen=True)
class _Row:
    """A row's cells, empty ones None, and where it stands."""

    where: str
    cells: dict[Any, Any]

    def __getitem__(self, column: str) -> Any:
        return self.cells.get(column)

    def refused(self, column: str, found: str, do: str) -> Refused:
        return Refused(f"{self.where}, column {column}", found, do)

    def read(self, column: str, reader: Any, *arguments: Any) -> Any:
        """Return a cell as `reader` reads it, and add its place to a refusal."""
        try:
            return reader(self[column], *arguments)
        except Refused as fault:
            raise self.refused(column, fault.found, fault.do) from None


def _person(
    label: Hashable, row: _Row, rules: Rules, queues: Collection[str], days: Sequence[date]
) -> Person:
    terms = _terms(row, rules)
    leave, training = (row.read(column, entries.dates, days) for column in ("leave", "training"))
    both = leave & training
    if both:
        raise row.refused("training", f"{min(both)} is a day of leave too", "keep one of the two")
    prefers = (row["prefers"] or "").lower()
    if prefers and prefers not in PREFERENCES:
        raise row.refused("prefers", f"found {prefers!r}", nearest(prefers, PREFERENCES))
    person = Person(
        name=row["person"],
        row=label,
        contract=row["contract"],
        terms=terms,
        skills=_skills(row, rules, queues),
        windows=_windows(row),
        leave=frozenset(leave),
        training=frozenset(training),
        training_h=terms.paid_hours(rules)[0],
        wishes_off=frozenset(row.read("days_off", entries.wishes, days) - leave - training),
        prefers=prefers,
        fixed=row.read("fixed", entries.fixed),
    )
    _check_fixed(person, row, rules, days)
    return person


def _terms(row: _Row, rules: Rules) -> Contract:
    """Return the row's contract with its own days and hours."""
    name = row["contract"]
    if name not in rules.contracts:
        raise row.refused(
            "contract",
            f"unknown contract {name!r}",
            nearest(name, rules.contracts) if rules.contracts else f"add [shifts.contracts.{name}]",
        )
    own = {key: row[key] for key in _OVERRIDES if row[key] is not None}
    try:
        return rules.contracts[name].resolved(rules, **own)
    except Refused as fault:
        column = fault.where if fault.where in own else "contract"
        raise row.refused(column, f"{name}: {fault.found}", fault.do) from None


def _skills(row: _Row, rules: Rules, queues: Collection[str]) -> dict[str, int]:
    """Return the levels in those queues that the person may serve."""
    levels = row.read(
        "skills", entries.skills, [*queues, *(name for name in rules.queues if name not in queues)]
    )
    serves = {
        queue: level
        for queue, level in levels.items()
        if queue in queues and level >= rules.queue(queue).least_level
    }
    if not serves:
        needed = ", ".join(f"{queue}:{rules.queue(queue).least_level}" for queue in queues)
        raise row.refused("skills", f"{row['skills']} serves no queue that is open", f"it takes {needed}")
    return serves


def _windows(row: _Row) -> tuple[Window, ...]:
    """Return the week's windows, having read each cell by itself for the sake of its place."""
    for column in ("available", *WEEKDAYS):
        if row[column]:
            row.read(column, entries.window)
    return entries.week(row["available"], [row[weekday] for weekday in WEEKDAYS])


def _check_fixed(person: Person, row: _Row, rules: Rules, days: Sequence[date]) -> None:
    """Refuse fixed shifts that the same row, or the contract, says cannot be."""
    horizon_days, seen = set(days), set()
    lengths = _lengths_min(person.terms, rules)
    for start, end in person.fixed:
        day, shown = start.date(), f"{start:%Y-%m-%d %H:%M}-{end:%H:%M}"
        window = person.windows[day.weekday()]
        begins = start.hour * 60 + start.minute
        length = round((end - start).total_seconds() / 60)
        for bad, found, do in (
            (day not in horizon_days, "is outside the horizon", f"it runs from {days[0]} to {days[-1]}"),
            (
                day in person.leave | person.training,
                "is on a day of leave or training",
                "drop one of the two",
            ),
            (day in seen, "is the second of its day", "keep one of them"),
            # Over a night the clock may be changed, and the hours that pass are others.
            (
                end.date() == day and length not in lengths,
                f"is no shift of {person.contract}",
                "its shifts last " + ", ".join(f"{minutes / 60:g}" for minutes in lengths) + " h",
            ),
            (
                not window or begins < window[0] or begins + length > window[1],
                "is not within the hours available",
                "widen those of that weekday",
            ),
        ):
            if bad:
                raise row.refused("fixed", f"{shown} {found}", do)
        seen.add(day)


def _lengths_min(terms: Contract, rules: Rules) -> list[int]:
    if terms.templates:
        return sorted({rules.templates[name].length_min for name in terms.templates})
    return terms.under(rules).lengths_min()


def _remark_on_slips(table: pd.DataFrame) -> None:
    """Remark on a column of the user's own that looks like one of ours, such as `availability`."""
    free = [name for name in PEOPLE.names() if name not in table]
    for name in table:
        meant = closest(str(name), free) if name not in PEOPLE.names() else None
        if meant:
            warnings.warn(
                f"people: column {name!r} is not read; rename it if it is {meant!r}", Remark, stacklevel=3
            )


def check_openings(everyone: Sequence[Person], rules: Rules, requirement: pd.DataFrame) -> None:
    """Refuse the first person none of whose shifts fits into an opening of the queues they serve."""
    seen = set()
    for person in everyone:
        kind = (person.contract, frozenset(person.skills))
        if kind in seen:
            continue
        seen.add(kind)
        longest = _longest_opening_min(requirement[requirement["queue"].isin(list(person.skills))])
        shortest = min(_lengths_min(person.terms, rules))
        if shortest > longest:
            raise Refused(
                f"{PEOPLE.name}, row {person.row}, column contract",
                f"{person.contract} has no shift of at most {longest / 60:g} h, the longest opening of "
                + ", ".join(person.skills),
                f"its shortest has {shortest / 60:g} h: add a shorter one",
            )


def _longest_opening_min(rows: pd.DataFrame) -> float:
    """Return the minutes of the longest span in which one queue or another is open all the time."""
    opens = rows[["start", "minutes"]].drop_duplicates().sort_values("start")
    ends = opens["start"] + pd.to_timedelta(opens["minutes"], unit="min")
    piece = (opens["start"] > ends.cummax().shift()).cumsum()
    spans = ends.groupby(piece).max() - opens["start"].groupby(piece).min()
    return float(spans.max() / pd.Timedelta(minutes=1))
