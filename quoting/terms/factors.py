"""Seven of the eight groups of price factors, each a table of `quote.toml`; the eighth is the traffic."""

import datetime as dt
import re
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from callplan.errors import Refused
from callplan.hours import OpeningHours
from erlang import Target
from quoting.terms.group import Day, Group, Text, Texts


class Funnel(Group):
    """From a list to a sale, for outbound: shares of those before, and seconds of each step.

    `target_sales` a month sizes the team; `sales` of those introduced is the success that is aimed at.
    """

    list_size: int = Field(ge=1)
    criteria: str = ""
    calling_method: str = ""
    attempts_each: float = Field(default=1.0, ge=1)
    reached: float = Field(gt=0, le=1)
    introduced: float = Field(gt=0, le=1)
    sales: float = Field(gt=0, le=1)
    attempt_s: float = Field(gt=0)
    talk_s: float = Field(gt=0)
    wrap_s: float = Field(default=0.0, ge=0)
    target_sales: float = Field(gt=0)


class Direction(Group):
    """Which way the calls go; `outbound` is the funnel of an outbound quote."""

    way: Literal["inbound", "outbound"]
    outbound: Funnel | None = None

    @model_validator(mode="after")
    def _funnel_of_outbound(self) -> Self:
        if (self.way == "outbound") != (self.outbound is not None):
            do = "add [direction.outbound]" if self.way == "outbound" else "leave [direction.outbound] out"
            raise Refused("outbound", f"way is {self.way!r}", do)
        return self


class ServiceType(Group):
    """What the service is: texts for the service plan."""

    kind: Text
    process: Texts = ()
    scope: Texts = ()
    answering: Texts = ()


class Term(Group):
    """How long the contract runs; `active_months` (1 to 12) are those in which an intermittent one works.

    >>> term = Term(kind="intermittent", start=dt.date(2027, 10, 1), months=4, active_months=(11, 12))
    >>> [f"{month:%Y-%m}" for month in term.calendar]
    ['2027-11', '2027-12']
    """

    kind: Literal["long", "short", "intermittent"]
    start: Day
    months: int = Field(ge=1, le=120)
    active_months: tuple[int, ...] = ()

    @model_validator(mode="after")
    def _active_months(self) -> Self:
        if self.start.day != 1:
            raise Refused("start", f"found {self.start}", "a term has whole months: give the first of one")
        if any(not 1 <= month <= 12 for month in self.active_months):
            raise Refused("active_months", f"found {list(self.active_months)}", "months are 1 to 12")
        if (self.kind == "intermittent") != bool(self.active_months):
            named = self.kind == "intermittent"
            do = "name the months, as [11, 12, 1]" if named else "leave active_months out"
            raise Refused("active_months", f"the term is {self.kind}", do)
        if not self.calendar:
            found = f"none of {list(self.active_months)} in {self.months} months from {self.start}"
            raise Refused("active_months", found, "name months of the term, or lengthen it")
        return self

    @cached_property
    def calendar(self) -> tuple[dt.date, ...]:
        """The first day of each month of the term in which work is done."""
        first = self.start.year * 12 + self.start.month - 1
        months = (dt.date(n // 12, n % 12 + 1, 1) for n in range(first, first + self.months))
        return tuple(day for day in months if not self.active_months or day.month in self.active_months)


class TimeBand(Group):
    """When calls are answered; an overflow takes what comes above `above_calls` in an interval.

    `night` is from one time of day to another, over midnight where they lie so.
    """

    kind: Literal["7x24", "office", "off_hours", "overflow"]
    hours: OpeningHours | None = None
    above_calls: float | None = Field(default=None, gt=0)
    night: tuple[str, str] = ("22:00", "06:00")
    holidays_a_year: float = Field(default=0.0, ge=0, le=366)

    @field_validator("hours", mode="before")
    @classmethod
    def _parsed(cls, hours: Any) -> Any:
        return OpeningHours.parse(hours) if isinstance(hours, dict) else hours

    @field_validator("night")
    @classmethod
    def _on_the_clock(cls, night: tuple[str, str]) -> tuple[str, str]:
        for text in night:
            if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d|24:00", text):
                raise Refused("", f"found {text!r}", 'give two times of day, as ["22:00", "06:00"]')
        if night[0] == night[1]:
            raise Refused("", f"from {night[0]} to {night[1]}", "a night ends at another time than it begins")
        return night

    @model_validator(mode="after")
    def _hours_of_the_band(self) -> Self:
        if (self.kind == "7x24") != (self.hours is None):
            found, do = "without hours", 'add hours = { mon-fri = "09:00-18:00" }'
            if self.hours is not None:
                found, do = "with hours of its own", "leave hours out, or name another kind"
            raise Refused("hours", f"the band is {self.kind}, {found}", do)
        if self.hours is not None and not any(self.hours.week):
            raise Refused("hours", "the band covers no opening hour", "open at least one weekday")
        if self.hours is not None and self.hours.dates:
            do = "a quote is for a typical week: leave dates out"
            raise Refused("hours.dates", f"found {len(self.hours.dates)} dates", do)
        if (self.kind == "overflow") != (self.above_calls is not None):
            do = "give above_calls" if self.kind == "overflow" else "leave above_calls out"
            raise Refused("above_calls", f"the band is {self.kind}", do)
        return self

    @cached_property
    def week(self) -> OpeningHours:
        """The opening hours; day and night where none are given."""
        return self.hours or OpeningHours.parse({"mon-sun": "00:00-24:00"})


class Integration(Group):
    """How the service is joined to the client's: texts for the service plan; its cost is in `[cost]`."""

    systems: Texts = ()
    access: Text
    transfer: str = ""
    recording_retention_days: int | None = Field(default=None, ge=0)


class Standard(Group):
    """The goals asked, each with its seconds.

    `world_class` is ASA under 15 s, abandonment under 2%, and a service level of 98% in seconds that the
    client names.

    >>> Standard(preset="world_class")
    Traceback (most recent call last):
    callplan.errors.Refused: within_s: 98% comes without its seconds; ask the client within how many
    """

    preset: Literal["world_class"] | None = None
    service_level: float | None = None
    within_s: float | None = None
    asa_s: float | None = None
    abandoned: float | None = None
    occupancy: float | None = None
    convention: str = "offered"

    @model_validator(mode="after")
    def _goals_are_sound(self) -> Self:
        try:
            target = self.target
        except Refused as fault:
            raise Refused(fault.where.removeprefix("target").lstrip(", "), fault.found, fault.do) from None
        if self.within_s is not None and target.service_level is None:
            do = "give service_level, or leave within_s out"
            raise Refused("within_s", f"{self.within_s:g} s without a service level", do)
        return self

    @cached_property
    def target(self) -> Target:
        """The goals that a team must meet."""
        names = ("service_level", "within_s", "asa_s", "abandoned", "occupancy")
        goals = {name: getattr(self, name) for name in names}
        if self.preset == "world_class":
            if self.within_s is None:
                raise Refused("within_s", "98% comes without its seconds", "ask the client within how many")
            world = {"service_level": 0.98, "asa_s": 15.0, "abandoned": 0.02}
            goals |= {name: value for name, value in world.items() if goals[name] is None}
        return Target(**goals, convention=self.convention)


class Other(Group):
    """What else moves the price: texts for the service plan, and hours of special training a head."""

    skills: Texts = Field(min_length=1)
    languages: Texts = ()
    education: str = ""
    special_training: Texts = ()
    special_training_h: float = Field(default=0.0, ge=0)
