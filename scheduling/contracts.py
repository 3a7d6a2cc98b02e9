"""What named people are owed: the contracts there are, and the rules that hold for every roster."""

from collections.abc import Mapping
from datetime import time
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import AfterValidator, Field, StrictBool, model_validator

from callplan.errors import Refused, nearest
from callplan.settings import Settings
from scheduling.clock import DAY_MIN, Clock, minute, minutes_of

if TYPE_CHECKING:
    from scheduling.rules import Rules

Hours = Annotated[float, Field(gt=0, le=24)]
WeekHours = Annotated[float, Field(ge=0, le=168)]
Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]
KINDS = ("early", "mid", "late", "night")


def _kind(name: str) -> str:
    if name not in KINDS:
        raise Refused("", f"unknown kind of shift {name!r}", nearest(name, KINDS))
    return name


Kind = Annotated[str, AfterValidator(_kind)]

# The rules that a price may soften, and those that it may not.
PRICEABLE = (
    *("rest", "days_in_a_row", "days_off_joined", "weekends_in_four", "starts_within", "nights_in_a_row"),
    *("hours_per_week", "hours_per_week_min", "hours_per_period", "days_per_week", "days_per_week_min"),
    *("forbidden", "fixed", "floor"),
)
HARD = ("one_shift_a_day", "leave", "skill", "availability", "limits", "shape")

_MEAL = ("meal_min", "meal_from_h", "meal_earliest_h", "meal_latest_h")


class Contract(Settings):
    """One `[shifts.contracts.NAME]`: hours, days and shifts of the people under it.

    What it leaves out comes from the general rules. A person on leave for some days of a week works so
    many days fewer than `days_per_week`, never below 0; the least days (rounded down) and hours shrink in
    that proportion. Training days count as worked, each for the shortest shift's paid hours. Most hours
    and days hold in weeks that the horizon cuts too, together with the shifts before it; least ones hold
    in full weeks alone.

    >>> Contract(hours_per_week_min=30, hours_per_week_max=20)
    Traceback (most recent call last):
    callplan.errors.Refused: hours_per_week_min: 30 is above hours_per_week_max, 20; lower it, or raise that
    """

    # Days a week.
    days_per_week: int = Field(default=5, ge=1, le=7)
    days_per_week_min: int = Field(default=0, ge=0, le=7)
    # Hours present of the shifts there are, the meal included; or fixed shifts by name instead.
    lengths_h: Annotated[tuple[Hours, ...], Field(min_length=1)] | None = None
    templates: tuple[str, ...] = ()
    # Paid hours a week.
    hours_per_week_min: WeekHours = 0.0
    hours_per_week_max: WeekHours | None = None
    # The meal, as in the general rules.
    meal_min: int | None = Field(default=None, ge=0, le=240)
    meal_from_h: Hours | None = None
    meal_earliest_h: Hours | None = None
    meal_latest_h: Hours | None = None
    # Present only between these times of one day, as minors are.
    earliest: Clock | None = None
    latest: Clock | None = None
    # false: no night shifts.
    nights: StrictBool = True
    # Instead of the roster's.
    rest_h: Hours | None = None
    days_in_a_row: int | None = Field(default=None, ge=1)
    # What one paid hour costs.
    cost_per_h: Price | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        most = {"days_per_week": self.days_per_week, "hours_per_week_max": self.hours_per_week_max}
        for least, key in (
            ("days_per_week_min", "days_per_week"),
            ("hours_per_week_min", "hours_per_week_max"),
        ):
            limit, found = most[key], getattr(self, least)
            if limit is not None and found > limit:
                raise Refused(least, f"{found:g} is above {key}, {limit:g}", "lower it, or raise that")
        if self.templates and self.lengths_h:
            raise Refused("templates", "fixed shifts beside lengths_h", "keep one of the two")
        first, last = self.window_min
        if last <= first:
            raise Refused("latest", f"{last // 60:02}:{last % 60:02} is not after earliest", "swap them")
        return self

    @property
    def window_min(self) -> tuple[int, int]:
        """From when to when the person may be present, in minutes of the day; 2880 is no limit."""
        latest = None if self.latest is None else minute(self.latest) or DAY_MIN
        unlimited = self.earliest is None and latest is None
        return minute(self.earliest or time(0)), latest or (2 * DAY_MIN if unlimited else DAY_MIN)

    def under(self, rules: "Rules") -> "Rules":
        """Return the general rules with this contract's lengths and meal: what its shifts obey."""
        changes = {key: getattr(self, key) for key in ("lengths_h", *_MEAL) if getattr(self, key) is not None}
        return rules.replace(contracts={}, kinds=(), **changes)

    def resolved(self, rules: "Rules", **overrides: Any) -> "Contract":
        """Return the contract with a person's overrides, and the general rules where it leaves something out.

        Raises `Refused` where a template is unknown, a meal does not fit, or the hours cannot be worked.
        """
        for name in self.templates:
            if name not in rules.templates:
                raise Refused("templates", f"unknown template {name!r}", nearest(name, rules.templates))
        if rules.kinds and not (self.lengths_h or self.templates):
            raise Refused(
                "lengths_h", "left out, and the general shifts are of several kinds", "name them here"
            )
        general = self.under(rules)
        filled = {
            **{key: getattr(general, key) for key in _MEAL},
            "lengths_h": None if self.templates else general.lengths_h,
            "rest_h": self.rest_h or rules.roster.rest_h,
            "days_in_a_row": self.days_in_a_row or rules.roster.days_in_a_row,
            "cost_per_h": rules.cost_per_h if self.cost_per_h is None else self.cost_per_h,
        }
        days = overrides.get("days_per_week", self.days_per_week)
        least = min(self.days_per_week_min, days)
        terms = self.replace(**{**filled, "days_per_week_min": least, **overrides})
        terms.check_hours(rules)
        return terms

    def paid_hours(self, rules: "Rules") -> list[float]:
        """Return the paid hours of the shifts there are, the fewest first."""
        if self.templates:
            return sorted(rules.templates[name].paid_h(meal_paid=rules.meal_paid) for name in self.templates)
        general = self.under(rules)
        unpaid = 0 if rules.meal_paid else general.meal_min
        lengths = general.lengths_min()
        return sorted((length - (unpaid if general.has_meal(length) else 0)) / 60 for length in lengths)

    def check_hours(self, rules: "Rules") -> None:
        """Refuse hours of a week that no number of this contract's shifts can meet."""
        paid = self.paid_hours(rules)
        most = self.days_per_week * paid[-1]
        if self.hours_per_week_min > most + 1e-9:
            raise Refused(
                "hours_per_week_min",
                f"{self.hours_per_week_min:g} h cannot be worked: {self.days_per_week} days of at most "
                f"{paid[-1]:g} paid hours are {most:g}",
                "lower it, or allow longer shifts or more days",
            )
        if self.hours_per_week_max is not None and self.hours_per_week_max < paid[0] - 1e-9:
            raise Refused(
                "hours_per_week_max",
                f"{self.hours_per_week_max:g} h are less than the shortest shift's {paid[0]:g}",
                "raise it, or allow shorter shifts",
            )


class Roster(Settings):
    """`[shifts.roster]`: rules for named people. Weeks are Monday to Sunday, a shift is of the day it begins.

    A rule in `prices` may be broken at that price each time; the others are hard. One time is: for
    `rest` and `forbidden` two shifts, for `days_in_a_row` and `nights_in_a_row` each one beyond, for
    `days_off_joined` and `starts_within` a week, for `weekends_in_four` a weekend too many among four in a
    row that end inside the horizon, for hours and days of a week or period each hour or day beyond, or
    short, for `fixed` a shift missing, for `floor` a head missing in an interval.

    >>> Roster(prices={"days_of_joined": 5.0})
    Traceback (most recent call last):
    callplan.errors.Refused: prices.days_of_joined: no rule 'days_of_joined'; did you mean days_off_joined?
    """

    # Elapsed hours between the end of a shift and the start of the next.
    rest_h: Hours = 11.0
    # Days worked one after the other; leave and days off end a row, training does not.
    days_in_a_row: int = Field(default=6, ge=1)
    # Every full week has so many days off in a row.
    days_off_joined: int | None = Field(default=None, ge=1, le=7)
    # Of any four weekends in a row at most so many are worked: a shift begins on Saturday or Sunday.
    weekends_in_four: int | None = Field(default=None, ge=0, le=4)
    # All starts of a week lie within so many minutes of the clock, round midnight too.
    starts_within_min: int | None = Field(default=None, ge=0, lt=DAY_MIN)
    # Night shifts on days in a row.
    nights_in_a_row: int | None = Field(default=None, ge=1)
    # Paid hours in any so many weeks in a row.
    hours_per_period: float | None = Field(default=None, gt=0)
    period_weeks: int = Field(default=4, ge=1)
    # Kinds of shifts of which the second may not follow the first on the next day.
    forbidden: tuple[tuple[Kind, Kind], ...] = ()
    # A shift is early, late or, between the two, mid by its start.
    early_before: Clock = time(9)
    late_from: Clock = time(12)
    # A shift that ends after this, or on the next day, has a late end; "24:00" is the next day alone.
    late_end: Clock = time(20)
    # A shift with so many hours of presence in between, by the clock, is a night: that is its kind.
    night_from: Clock = time(23)
    night_to: Clock = time(6)
    night_h: Hours = 3.0
    # One wish not granted; and for each person this times the square of the nights, of the weekends, of the
    # late ends and of the wishes not granted.
    wish_cost: Price = 0.5
    fair_cost: Price = 0.1
    # One hour times the square of the heads too few or too many: what cannot be avoided is spread evenly.
    uneven_cost_per_h: Price = 0.0
    prices: dict[str, Price] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for rule in self.prices:
            if rule in HARD:
                raise Refused(f"prices.{rule}", f"{rule} is always hard", "leave it out")
            if rule not in PRICEABLE:
                raise Refused(f"prices.{rule}", f"no rule {rule!r}", nearest(rule, PRICEABLE))
        if self.late_from < self.early_before:
            raise Refused("late_from", f"{self.late_from:%H:%M} is before early_before", "swap the two")
        night = (minute(self.night_to) - minute(self.night_from)) % DAY_MIN or DAY_MIN
        if minutes_of(self.night_h) > night:
            raise Refused(
                "night_h", f"{self.night_h:g} h is more than the night has, {night / 60:g} h", "lower it"
            )
        return self


def check_contracts(contracts: Mapping[str, Contract], rules: "Rules") -> None:
    """Refuse a contract that the general rules do not fit, by its key."""
    for name, contract in contracts.items():
        try:
            contract.resolved(rules)
        except Refused as fault:
            raise Refused(f"contracts.{name}.{fault.where}", fault.found, fault.do) from None
