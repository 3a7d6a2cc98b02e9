"""The days that differ: public holidays by country, events of one's own, and when a queue is open."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from pydantic import field_validator, model_validator

from callplan.errors import Refused, nearest
from callplan.hours import OpeningHours
from callplan.settings import Settings
from forecasting.calendar.country import country_days, refuse_unknown
from forecasting.calendar.events import Event


class Calendar(Settings):
    """What is known of days beforehand: `country` and `subdivision` (ISO codes), events, opening hours.

    `events` are the user's own (`read_events` reads a file of them). Two of one name may not meet on a
    day in the same queue, for their effects would count twice.

    >>> Calendar("US").holidays(date(2003, 10, 1), date(2003, 10, 31))
    {datetime.date(2003, 10, 13): 'Columbus Day'}
    """

    country: str | None = None
    subdivision: str | None = None
    events: tuple[Event, ...] = ()
    hours: OpeningHours | None = None

    def __init__(self, /, country: str | None = None, **fields: Any) -> None:
        # The country may be given first, without its name.
        super().__init__(**({} if country is None else {"country": country}), **fields)

    @field_validator("events", mode="before")
    @classmethod
    def _none_are_none(cls, events: Any) -> Any:
        return () if events is None else events

    @model_validator(mode="after")
    def _country_is_known(self) -> "Calendar":
        if self.country is not None:
            refuse_unknown(self.country, self.subdivision)
        elif self.subdivision is not None:
            raise Refused(
                "subdivision", f"found {self.subdivision!r} without a country", "name the country too"
            )
        return self

    @model_validator(mode="after")
    def _events_do_not_meet(self) -> "Calendar":
        taken: dict[tuple[str, date], set[str | None]] = {}
        for event in self.events:
            for step in range((event.last - event.date).days + 1):
                day = event.date + timedelta(days=step)
                queues = taken.setdefault((event.name, day), set())
                if queues and (event.queue is None or queues & {event.queue, None}):
                    found = f"{event.name!r} is there twice on {day} for {event.queue or 'a queue'}"
                    raise Refused("events", found, "keep one, or give them different names")
                queues.add(event.queue)
        return self

    def for_queue(self, queue: str, known: Collection[str] = ()) -> "Calendar":
        """Return the calendar of one queue: of the events its own, and those of every queue.

        Where the `known` queues are given, an event of a queue that is not among them is refused.

        >>> sale = Event(name="sale", date="2024-11-29", queue="sales")
        >>> Calendar(events=(sale,)).for_queue("billing").events
        ()
        >>> Calendar(events=(sale,)).for_queue("billing", known=["sale", "billing"])
        Traceback (most recent call last):
        callplan.errors.Refused: events, sale of 2024-11-29: unknown queue 'sales'; did you mean sale?
        """
        for event in self.events:
            if known and event.queue is not None and event.queue not in known:
                where = f"events, {event.name} of {event.date}"
                raise Refused(where, f"unknown queue {event.queue!r}", nearest(event.queue, known))
        return self.replace(events=tuple(event for event in self.events if event.queue in (None, queue)))

    def holidays(self, first: date, last: date) -> dict[date, str]:
        """Return the public holidays from `first` to `last`, by date; none without a country.

        A holiday is called the same every year: not "(observed)", and in English where there is one.
        """
        known = country_days(self.country, self.subdivision, first.year, last.year).holidays
        return {day: name for day, name in known.items() if first <= day <= last}
