"""What a year's plan takes as given: heads, attrition, leave, absence, overtime and overflow."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from callplan.errors import Refused, nearest
from callplan.hours import WEEKDAYS
from callplan.settings import Settings
from scheduling import Hiring

Convention = Literal["compound", "simple"]
Share = Annotated[float, Field(ge=0, lt=1)]
Price = Annotated[float, Field(ge=0)]
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def yearly_attrition(monthly: float, convention: Convention) -> float:
    """Return a year's attrition from a month's: × 12 (simple), or 1 - (1 - monthly)^12 (compound).

    Simple counts leavers over average heads while each who leaves is replaced, and may be above 1.
    Compound is the share of those there at first who are gone after the year.

    >>> yearly_attrition(0.03, "simple"), round(yearly_attrition(0.03, "compound"), 4)
    (0.36, 0.3062)
    """
    return 12 * monthly if convention == "simple" else float(1 - (1 - monthly) ** 12)


def monthly_attrition(yearly: float, convention: Convention) -> float:
    """Return a month's attrition from a year's: the inverse of `yearly_attrition`.

    >>> monthly_attrition(0.36, "simple"), round(monthly_attrition(0.36, "compound"), 4)
    (0.03, 0.0365)
    """
    return yearly / 12 if convention == "simple" else float(1 - (1 - yearly) ** (1 / 12))


class Season(Settings):
    """Hours that people are away beyond the shrinkage of the queues: what stands here is not to stand there.

    `leave` is the share of hours on leave in a month; `absence` the share of the others that is lost on a
    weekday, `absence_season` the factor on it in a month. What is not named is none, and a factor of 1.

    >>> Season(leave={"august": 0.2})
    Traceback (most recent call last):
    callplan.errors.Refused: leave: unknown month 'august'; did you mean aug?
    """

    leave: dict[str, Share] = Field(default_factory=dict)
    absence: dict[str, Share] = Field(default_factory=dict)
    absence_season: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        for where, names, known, what in (
            ("leave", self.leave, MONTHS, "month"),
            ("absence", self.absence, WEEKDAYS, "weekday"),
            ("absence_season", self.absence_season, MONTHS, "month"),
        ):
            for name in names:
                if name not in known:
                    raise Refused(where, f"unknown {what} {name!r}", nearest(name, known))
        most = max(self.absence.values(), default=0.0) * max(self.absence_season.values(), default=1.0)
        if most >= 1:
            raise Refused("absence_season", f"an absence of {most:.0%} on some day", "lower the factor")
        return self


class Capacity(Settings):
    """What a capacity plan takes as given, in a TOML file of its own; contracts stand in `[hiring]`.

    >>> Capacity(headcount={"FT40": 30}, overflow_per_h=45).gap_at_most
    0.0
    """

    # Paid hours of a full-time week; left out: the longest among the hiring contracts, or 40.
    full_time_h: float | None = Field(default=None, gt=0, le=168)
    # FTE by which a week may be short without anything being done about it.
    gap_at_most: float = Field(default=0.0, ge=0)
    # People there now, by contract, all in full work.
    headcount: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    # A year's attrition by contract, instead of `monthly_attrition` in [hiring], and what a year's means.
    attrition: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    convention: Convention = "compound"
    # Overtime: at most this share of the hours available, paid with `overtime_surcharge` of [shifts].
    overtime_most: Share = 0.0
    # Price of an agent's hour bought outside; left out: none can be bought.
    overflow_per_h: Price | None = None
    season: Season = Season()

    @model_validator(mode="after")
    def _a_year_leaves_some(self) -> Self:
        for name, yearly in self.attrition.items():
            if monthly_attrition(yearly, "simple") >= 1 or (self.convention == "compound" and yearly >= 1):
                raise Refused(
                    f"attrition.{name}",
                    f"found {yearly:g}",
                    'it must be below 1, or say convention = "simple"',
                )
        return self

    def hiring(self, hiring: Hiring) -> Hiring:
        """Return the terms of hiring with the year's attrition where it is given here."""
        for where, names in (("attrition", self.attrition), ("headcount", self.headcount)):
            for name in names:
                if name not in hiring.contracts:
                    raise Refused(where, f"no contract {name!r} in [hiring]", nearest(name, hiring.contracts))
        contracts = dict(hiring.contracts)
        for name, yearly in self.attrition.items():
            monthly = monthly_attrition(yearly, self.convention)
            contracts[name] = contracts[name].replace(monthly_attrition=monthly)
        return hiring.replace(contracts=contracts)
