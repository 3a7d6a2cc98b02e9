"""What is to be changed in a published roster: who is away, who swaps, what must stay."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from callplan.errors import Refused, nearest
from callplan.settings import Settings
from scheduling.contracts import Price


class Absence(Settings):
    """Whole local days on which somebody is away: `[[absences]]`, both days included."""

    # `from` is a word of Python's own: there it is called `from_`.
    model_config = ConfigDict(populate_by_name=True)

    person: str
    from_: date = Field(alias="from")
    until: date
    reason: Literal["sick", "leave"] = "sick"

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until < self.from_:
            raise Refused("until", f"{self.until} is before from, {self.from_}", "swap the two dates")
        return self


class Swap(Settings):
    """Two people who each work what the other had, on one day or on two: `[[swaps]]`."""

    # `with` is a word of Python's own: there it is called `with_`.
    model_config = ConfigDict(populate_by_name=True)

    person: str
    day: date
    with_: str = Field(alias="with")
    # The day of the other's shift, where it is another day.
    their_day: date | None = None

    @model_validator(mode="after")
    def _of_two(self) -> Self:
        if self.person == self.with_:
            raise Refused("with", f"{self.with_} swaps with nobody else", "name another person")
        return self

    @property
    def days(self) -> set[date]:
        """The days on which the two exchange what they have."""
        return {self.day, self.their_day or self.day}


class DayOff(Settings):
    """A day on which somebody asks not to work: `[[days_off]]`. The hours are owed still."""

    person: str
    day: date


class Change(Settings):
    """What is to be changed in a published roster. New demand is no part of it: that is the new requirement.

    >>> Change(absences=[{"person": "Ann", "from": "2024-05-06", "until": "2024-05-05"}])
    Traceback (most recent call last):
    callplan.errors.Refused: absences.0.until: 2024-05-05 is before from, 2024-05-06; swap the two dates
    """

    absences: tuple[Absence, ...] = ()
    swaps: tuple[Swap, ...] = ()
    days_off: tuple[DayOff, ...] = ()
    # Their days stay as published; absences, swaps and days off that are asked for go before.
    locked_people: tuple[str, ...] = ()
    locked_days: tuple[date, ...] = ()
    # What it costs to change one day of one person, beside what the roster costs. Left out, it is what one
    # hour of a head missing costs in the dearest queue: a day is changed only where that saves more.
    change_cost: Price | None = None

    def check(self, names: Collection[str], days: Sequence[date]) -> None:
        """Refuse people and days that are not of the roster."""
        for where, person in (
            *((f"absences.{n}.person", entry.person) for n, entry in enumerate(self.absences)),
            *((f"swaps.{n}.person", entry.person) for n, entry in enumerate(self.swaps)),
            *((f"swaps.{n}.with", entry.with_) for n, entry in enumerate(self.swaps)),
            *((f"days_off.{n}.person", entry.person) for n, entry in enumerate(self.days_off)),
            *(("locked_people", person) for person in self.locked_people),
        ):
            if person not in names:
                raise Refused(f"change, {where}", f"unknown person {person!r}", nearest(person, names))
        dated = [
            *((f"swaps.{n}", day) for n, entry in enumerate(self.swaps) for day in sorted(entry.days)),
            *((f"days_off.{n}.day", entry.day) for n, entry in enumerate(self.days_off)),
            *(("locked_days", day) for day in self.locked_days),
            # An absence may begin before the roster, or end after it.
            *((f"absences.{n}.until", min(entry.until, days[-1])) for n, entry in enumerate(self.absences)),
            *((f"absences.{n}.from", max(entry.from_, days[0])) for n, entry in enumerate(self.absences)),
        ]
        for where, day in dated:
            if not days[0] <= day <= days[-1]:
                found = f"{day} is outside the roster"
                raise Refused(f"change, {where}", found, f"it runs from {days[0]} to {days[-1]}")
