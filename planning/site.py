"""The settings of a site: one `site.toml` for zone, hours, queues, shifts and what things cost."""

from collections.abc import Collection
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any, Literal, Self

from pydantic import Field, StrictBool, field_validator, model_validator

from callplan.errors import Refused, nearest
from callplan.hours import OpeningHours
from callplan.instants import Dst
from callplan.intervals import named_zone
from callplan.plausible import refuse_odd_aht
from callplan.settings import Settings
from erlang import Target
from forecasting import AUTO, Calendar, known_model, read_events
from scheduling import Hiring, Rules


class Queue(Settings):
    """What one queue promises its callers, and what is known of calls and agents.

    The goals are those of `erlang.Target`. `shrinkage` is the share of rostered time away from the
    phones, breaks that the schedule places left out; `patience_s` the mean patience of callers
    (left out: they never hang up); `lines` how many calls the queue holds, talking and waiting (left
    out: any number); `lag` and `confidence` are those of `erlang.require`; `aht_s` is the handling
    time where the history has none, and one that looks like minutes, or like another unit, is refused
    unless `aht_as_given`; `tolerance` and `hours` hold where they differ from the site's.
    """

    service_level: float | None = None
    within_s: float | None = None
    asa_s: float | None = None
    abandoned: float | None = None
    occupancy: float | None = None
    p_wait: float | None = None
    convention: str = "offered"
    shrinkage: float = Field(ge=0, lt=1)
    patience_s: float | None = Field(default=None, gt=0)
    lines: int | None = Field(default=None, ge=1)
    lag: StrictBool = True
    confidence: float | None = Field(default=None, gt=0, lt=1)
    aht_s: float | None = Field(default=None, gt=0)
    aht_as_given: StrictBool = False
    tolerance: float | None = Field(default=None, gt=0, lt=1)
    hours: OpeningHours | None = None

    @model_validator(mode="after")
    def _goals_are_sound(self) -> "Queue":
        try:
            target = self.target
        except Refused as fault:
            # In settings the goals stand beside the others, not in a target of their own.
            raise Refused(fault.where.removeprefix("target").lstrip(", "), fault.found, fault.do) from None
        if target.abandoned is not None and self.patience_s is None:
            raise Refused("abandoned", "a goal for hanging up without a patience", "give patience_s")
        if self.aht_s is not None and not self.aht_as_given:
            refuse_odd_aht(self.aht_s, "aht_s", "or set aht_as_given = true (--aht-as-given)")
        return self

    @cached_property
    def target(self) -> Target:
        """The goals that a team for this queue must meet."""
        goals = ("service_level", "within_s", "asa_s", "abandoned", "occupancy", "p_wait", "convention")
        return Target(**{name: getattr(self, name) for name in goals})


class Site(Settings):
    """A site: where it is, what it answers, how it works; `notes` are repeated in every report.

    `events` names a file of events in the folder of the settings (`forecasting.read_events`), which
    `from_toml` reads into the calendar. `store` is a file in that folder, or the address of a PostgreSQL.

    >>> site = Site.from_dict({"zone": "Europe/Paris", "queues": {"sales": {
    ...     "service_level": 0.8, "within_s": 20, "shrinkage": 0.3}}}, "site.toml")
    >>> site.queue("sales").target.within_s
    20.0
    >>> site.queue("sale")
    Traceback (most recent call last):
    callplan.errors.Refused: queues: no queue 'sale'; did you mean sales?
    """

    name: str = "callplan"
    zone: str
    minutes: Literal[15, 30, 60] = 30
    dst: Dst = "refuse"
    currency: str = ""
    model: str = AUTO
    level: float = Field(default=0.8, gt=0, lt=1)
    tolerance: float = Field(default=0.05, gt=0, lt=1)
    events: str = ""
    store: str = Field(default="callplan.duckdb", min_length=1)
    calendar: Calendar = Calendar()
    queues: dict[str, Queue] = Field(min_length=1)
    shifts: Rules = Rules()
    hiring: Hiring | None = None
    notes: tuple[str, ...] = ()

    @field_validator("zone")
    @classmethod
    def _zone_is_known(cls, zone: str) -> str:
        if not zone:
            raise Refused("", "no time zone", 'name the site\'s own, e.g. zone = "Europe/Paris"')
        named_zone(zone, "")
        return zone

    @field_validator("model")
    @classmethod
    def _model_is_known(cls, model: str) -> str:
        return known_model(model, "")

    @field_validator("events")
    @classmethod
    def _events_stand_beside(cls, events: str) -> str:
        # A plan's folder takes the file along, so that it can be planned again from there.
        if PurePath(events).is_absolute() or ".." in PurePath(events).parts:
            raise Refused("", f"found {events!r}", "name a file in the folder of these settings")
        return events

    @model_validator(mode="after")
    def _queues_of_events_are_known(self) -> Self:
        self.calendar.for_queue("", known=self.queues)
        return self

    @model_validator(mode="after")
    def _queues_of_shifts_are_known(self) -> Self:
        named: dict[str, tuple[str, ...]]
        named = {f"shifts.queues.{name}": (name,) for name in self.shifts.queues}
        named |= {f"shifts.teams.{name}.queues": team.queues for name, team in self.shifts.teams.items()}
        for where, names in named.items():
            for name in names:
                if name not in self.queues:
                    raise Refused(where, f"no queue {name!r}", nearest(name, self.queues))
        return self

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Read and check a `site.toml`, and the file of events that it names."""
        site = super().from_toml(path)
        return site.with_events(Path(path).parent / site.events) if site.events else site

    def with_events(self, path: str | Path) -> Self:
        """Return the same site with the events of a file instead of its own."""
        events = read_events(path)
        try:
            return self.replace(calendar=self.calendar.replace(events=events))
        except Refused as fault:
            raise Refused(f"{Path(path).name}, {fault.where}", fault.found, fault.do) from None

    def queue(self, name: str) -> Queue:
        """Return the settings of a queue, or refuse with the nearest one there is."""
        if name not in self.queues:
            raise Refused("queues", f"no queue {name!r}", nearest(name, self.queues))
        return self.queues[name]

    def only(self, names: Collection[str]) -> Self:
        """Return the same site with some of its queues alone, and the events that concern them."""
        queues = {name: self.queue(name) for name in names}
        events = tuple(event for event in self.calendar.events if event.queue in (None, *queues))
        return self.replace(
            queues=queues, calendar=self.calendar.replace(events=events), shifts=self.shifts.only(queues)
        )

    def calendar_of(self, name: str) -> Calendar:
        """Return the calendar of a queue: the site's, with the queue's own opening hours if it has any.

        The site's special dates hold for every queue that does not state the same date itself.
        """
        hours, general = self.queue(name).hours, self.calendar.hours
        if hours is None:
            return self.calendar
        if general is not None:
            hours = hours.replace(dates={**general.dates, **hours.dates})
        return self.calendar.replace(hours=hours)

    def tolerance_of(self, name: str) -> float:
        """Return the share of the actual within which a forecast of the queue counts as a hit."""
        own = self.queue(name).tolerance
        return self.tolerance if own is None else own

    def hours(self) -> dict[str, OpeningHours]:
        """Return the opening hours of each queue that states any."""
        stated = {name: self.calendar_of(name).hours for name in self.queues}
        return {name: hours for name, hours in stated.items() if hours is not None}

    def goals(self) -> dict[str, float]:
        """Return the service level that each queue promises, where it promises one."""
        levels = {name: queue.service_level for name, queue in self.queues.items()}
        return {name: level for name, level in levels.items() if level is not None}

    def with_queues(self, **changes: Any) -> "Site":
        """Return the same site with some settings changed in every queue; None changes nothing."""
        given = {name: value for name, value in changes.items() if value is not None}
        return self.replace(queues={name: queue.replace(**given) for name, queue in self.queues.items()})
