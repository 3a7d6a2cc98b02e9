"""The `[shifts]` table of `site.toml`: what a shift may look like, and what covering or missing costs."""

from collections.abc import Collection, Iterable
from datetime import time
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StrictBool, model_validator

from callplan.errors import Refused
from callplan.hours import WEEKDAYS
from callplan.settings import Settings
from scheduling.clock import Clock, between, minute, minutes_of
from scheduling.contracts import Contract, Roster, check_contracts
from scheduling.templates import TemplateText

Hours = Annotated[float, Field(gt=0, le=24)]
Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Lengths = Annotated[tuple[Hours, ...], Field(min_length=1)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Kind(Settings):
    """One kind of shift, where kinds differ in their lengths: `[[shifts.kinds]]`."""

    earliest_start: Clock
    latest_start: Clock
    lengths_h: Lengths


class Band(Settings):
    """Hours that cost more, such as nights: `[[shifts.bands]]`. Its days are those on which an hour lies."""

    # `from` is a word of Python's own: there it is called `from_`.
    model_config = ConfigDict(populate_by_name=True)

    name: str
    from_: Clock = Field(alias="from")
    to: Clock
    days: tuple[Weekday, ...] = WEEKDAYS  # type: ignore[assignment]
    surcharge: Price

    def holds(self, weekday: int, moment: int) -> bool:
        """Say whether a minute of a day costs more; Monday is 0."""
        return WEEKDAYS[weekday] in self.days and between(moment, self.from_, self.to)


class QueueRules(Settings):
    """What differs for one queue: `[shifts.queues.NAME]`."""

    under_cost_per_h: Price | None = None
    over_cost_per_h: Price | None = None
    heads_at_least: int | None = Field(default=None, ge=0)
    # Of named people: the least level of skill that may serve the queue.
    least_level: int = Field(default=1, ge=1)
    # false: only shared teams serve it.
    dedicated: StrictBool = True


class Team(Settings):
    """Heads who serve several queues, one at a time: `[shifts.teams.NAME]`."""

    queues: Annotated[tuple[str, ...], Field(min_length=1)]
    cost_per_h: Price | None = None
    heads_at_most: int | None = Field(default=None, ge=0)


class Rules(Settings):
    """The `[shifts]` table of `site.toml`. Lengths are hours present, an unpaid meal included.

    All times are elapsed ones: an 8.5 h shift lasts 8.5 hours on the day the clock changes too.

    >>> Rules(lengths_h=(4, 8.5)).has_meal(510), Rules(lengths_h=(4, 8.5)).has_meal(240)
    (True, False)
    """

    # Hours present of the shifts there are.
    lengths_h: Lengths = (4.0, 6.0, 8.5)
    # Shifts begin when the queue opens, and at these steps of the clock, counted from midnight.
    start_every_min: int = Field(default=30, gt=0, le=1440)
    # No shift begins before, or after.
    earliest_start: Clock | None = None
    latest_start: Clock | None = None
    # Kinds of shifts, each with its own lengths and starts, instead of the three before.
    kinds: tuple[Kind, ...] = ()
    # false: every shift ends by the midnight after it began.
    overnight: StrictBool = True
    # How many different clock times there may be at which shifts of one team begin.
    starts_at_most: int | None = Field(default=None, ge=1)
    # What each kind of shift (start by the clock, length) costs that a team works at all: few kinds are
    # easy to publish.
    template_cost: Price = 0.0
    # The plan is one week, or several, that come again and again: the last night ends in the first morning.
    cyclic: StrictBool = False

    # The meal; 0 is none.
    meal_min: int = Field(default=30, ge=0, le=240)
    # Shifts of at least this length have a meal.
    meal_from_h: Hours = 6.0
    # The meal begins between these hours of the shift, and ends before the shift does.
    meal_earliest_h: Hours = 3.0
    meal_latest_h: Hours = 5.0
    meal_paid: StrictBool = False
    # Short paid rests: each begins in its window of hours since the shift's start; negative: before its end.
    rests_h: tuple[tuple[float, float], ...] = ()
    rest_min: int = Field(default=15, gt=0, le=60)
    rests_from_h: Hours = 6.0

    # What one paid hour costs, one hour of one head too few, and one of one too many, in the same money.
    cost_per_h: Price = 1.0
    under_cost_per_h: Price = 10.0
    over_cost_per_h: Price = 0.0
    # So many heads are at work in every open interval, whatever is needed.
    heads_at_least: int = Field(default=0, ge=0)
    # Paid hours of a shift beyond these cost the surcharge more.
    overtime_from_h: Hours | None = None
    overtime_surcharge: Price = 0.5
    bands: tuple[Band, ...] = ()

    # interval: every interval has its rostered heads. day: every day as a whole meets its service level,
    # and no interval falls below the floor.
    cover: Literal["interval", "day"] = "interval"
    day_floor: float = Field(default=0.5, ge=0, lt=1)

    queues: dict[str, QueueRules] = Field(default_factory=dict)
    teams: dict[str, Team] = Field(default_factory=dict)

    # For named people: fixed shifts by name, contracts by name, and the rules of every roster.
    templates: dict[str, TemplateText] = Field(default_factory=dict)
    contracts: dict[str, Contract] = Field(default_factory=dict)
    roster: Roster = Roster()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for lengths in (self.lengths_h, *(kind.lengths_h for kind in self.kinds)):
            if len({minutes_of(length) for length in lengths}) < len(lengths):
                raise Refused("lengths_h", f"found {_listed(lengths)}", "name each length once")
        if 1440 % self.start_every_min:
            raise Refused(
                "start_every_min", f"{self.start_every_min} does not divide a day", "use 15, 30 or 60"
            )
        with_meal = [length for length in self.lengths_min() if self.has_meal(length)]
        if with_meal:
            self._check_meal(min(with_meal))
        for first, last in self.rests_h:
            if last < first:
                raise Refused("rests_h", f"[{first:g}, {last:g}] ends before it begins", "swap the two")
        self._check_prices()
        check_contracts(self.contracts, self)
        return self

    def _check_prices(self) -> None:
        """Refuse prices at which nobody, or any number of heads, would be scheduled, and unserved queues."""
        prices: dict[str, Rules | QueueRules] = {
            "": self,
            **{f"queues.{name}.": self.queue(name) for name in self.queues},
        }
        for where, priced in prices.items():
            under = priced.under_cost_per_h or 0.0
            if under <= self.cost_per_h:
                raise Refused(
                    f"{where}under_cost_per_h",
                    f"{under:g} is not more than cost_per_h, {self.cost_per_h:g}",
                    "raise it: at that price nobody would be scheduled",
                )
            if not self.cost_per_h and not priced.over_cost_per_h:
                raise Refused(
                    "cost_per_h", "0, and heads too many cost nothing", f"give it, or {where}over_cost_per_h"
                )
        served = {queue for team in self.teams.values() for queue in team.queues}
        for name, queue in self.queues.items():
            if not queue.dedicated and name not in served:
                raise Refused(
                    f"queues.{name}.dedicated",
                    "false, and no team serves it",
                    f"name {name} in a team's queues",
                )

    def _check_meal(self, shortest_min: int) -> None:
        """Refuse a meal window in which the shortest shift with a meal cannot have it."""
        if self.meal_latest_h < self.meal_earliest_h:
            raise Refused(
                "meal_latest_h",
                f"{self.meal_latest_h:g} is before meal_earliest_h, {self.meal_earliest_h:g}",
                "swap them",
            )
        if minutes_of(self.meal_earliest_h) + self.meal_min >= shortest_min:
            raise Refused(
                "meal_earliest_h",
                f"a meal of {self.meal_min} min after {self.meal_earliest_h:g} h does not end before a "
                f"shift of {shortest_min / 60:g} h",
                "begin the meal earlier, or raise meal_from_h",
            )

    def lengths_min(self) -> list[int]:
        """Return every length present that a shift may have, in minutes, the shortest first."""
        lists: Iterable[Lengths] = [kind.lengths_h for kind in self.kinds] or [self.lengths_h]
        return sorted({minutes_of(length) for lengths in lists for length in lengths})

    def may_begin(self, moment: int, length_min: int) -> bool:
        """Say whether a shift of a length may begin at a minute of the day, steps of the clock left aside."""
        if self.kinds:
            return any(
                length_min in map(minutes_of, kind.lengths_h)
                and _from_to(moment, kind.earliest_start, kind.latest_start)
                for kind in self.kinds
            )
        return _from_to(moment, self.earliest_start or time(0), self.latest_start or time(23, 59))

    def has_meal(self, length_min: int) -> bool:
        """Say whether a shift of so many minutes has a meal."""
        return self.meal_min > 0 and length_min >= minutes_of(self.meal_from_h)

    def has_rests(self, length_min: int) -> bool:
        """Say whether a shift of so many minutes has rests."""
        return bool(self.rests_h) and length_min >= minutes_of(self.rests_from_h)

    def only(self, names: Collection[str]) -> Self:
        """Return the same rules for some of the queues alone, and what is left of shared teams."""
        queues = {name: queue for name, queue in self.queues.items() if name in names}
        left = {name: tuple(q for q in team.queues if q in names) for name, team in self.teams.items()}
        teams = {name: self.teams[name].replace(queues=served) for name, served in left.items() if served}
        return self.replace(queues=queues, teams=teams)

    def queue(self, name: str) -> QueueRules:
        """Return what holds for a queue: its own settings, and the general ones where it has none."""
        general = ("under_cost_per_h", "over_cost_per_h", "heads_at_least")
        own = self.queues.get(name, QueueRules())
        return own.replace(**{key: getattr(self, key) for key in general if getattr(own, key) is None})


def _from_to(moment: int, first: time, last: time) -> bool:
    """Say whether a minute of the day lies from `first` to `last`, both included."""
    return (moment - minute(first)) % 1440 <= (minute(last) - minute(first)) % 1440


def _listed(numbers: tuple[float, ...]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)
