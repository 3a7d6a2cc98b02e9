"""The group `[traffic]`: how many calls are expected, when they come, and how long they take."""

from pathlib import PurePath
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from callplan.errors import Refused
from callplan.plausible import refuse_odd_aht
from quoting.terms.group import Group, Part, Share

# How often a period comes in a month; more calls than this a month are a slip of some zeros.
_A_MONTH = {"day": 365 / 12, "week": 365 / 84, "month": 1.0, "year": 1 / 12}
_MOST_CALLS = 1e9


class Workload(Group):
    """What makes more or less work of a call; shares of calls.

    `ivr_contained` end in the IVR. `blocked` are those that found no line: what was counted is what got
    through. Of those not solved at the first call (1 - `first_call_resolution`) `repeating` call again.
    `transferred` are handled once more, by the same team, in `transfer_aht_s`. `escalated` go to a second
    tier, in `escalation_aht_s`. `called_back` take a callback off the peak.
    """

    ivr_contained: Share = 0.0
    blocked: Share = 0.0
    first_call_resolution: float = Field(default=1.0, gt=0, le=1)
    repeating: Share = 0.0
    transferred: Share = 0.0
    transfer_aht_s: float | None = Field(default=None, gt=0)
    escalated: Share = 0.0
    escalation_aht_s: float | None = Field(default=None, gt=0)
    called_back: Share = 0.0

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        for share, seconds in (("transferred", "transfer_aht_s"), ("escalated", "escalation_aht_s")):
            if getattr(self, share) > 0 and getattr(self, seconds) is None:
                raise Refused(seconds, f"{share} without a handling time", f"give {seconds}")
        if self.repeating > 0 and self.first_call_resolution == 1:
            found = "repeating, but every call is solved at the first"
            raise Refused("first_call_resolution", found, "give first_call_resolution, a share below 1")
        return self


class Traffic(Group):
    """The calls expected, from a figure or a `history` (a table `HISTORY`, as CSV beside `quote.toml`).

    Of an outbound quote the funnel of its direction has them: then neither is given.
    `calls` come `per` open day, week, month (365 / 12 days) or year, and are those of `within`: all 24
    hours, so that those outside the opening hours are lost, or the open hours. `profile` is the name of
    one of `forecasting.profiles()`, or 24, 48 or 96 shares (or percents) of a day from midnight;
    `weekdays` are seven weights from Monday, which take the place of a named profile's own.
    `busy_hour_factor` is the busiest hour's share of a day. `growth_a_year` compounds month by month from
    the start of the term. `months` are twelve weights from January, or `peak_month_factor` is what
    `peak_month` (1 to 12) has of a mean month. Beside a history a figure is shown, and not used.
    `doubt` and `aht_doubt` are one standard deviation, as shares. Times are in seconds.
    """

    calls: float | None = Field(default=None, gt=0)
    per: Literal["day", "week", "month", "year"] | None = None
    within: Literal["all_hours", "open_hours"] | None = None
    history: str = ""
    zone: str = ""
    aht_s: float | None = Field(default=None, gt=0)
    aht_as_given: bool = False
    patience_s: float | None = Field(default=None, gt=0)
    minutes: Literal[15, 30, 60] = 30
    profile: str | tuple[float, ...] | None = None
    weekdays: tuple[float, ...] = (1.0,) * 7
    busy_hour_factor: float | None = Field(default=None, gt=0, le=1)
    growth_a_year: float = Field(default=0.0, gt=-1, le=1)
    peak_month: int | None = Field(default=None, ge=1, le=12)
    peak_month_factor: float | None = Field(default=None, ge=1, le=12)
    months: tuple[float, ...] = ()
    doubt: float = Field(default=0.1, gt=0, le=1)
    aht_doubt: Part = 0.05
    workload: Workload = Workload()

    @field_validator("profile", mode="before")
    @classmethod
    def _shares_of_a_day(cls, profile: Any) -> Any:
        if profile is None or isinstance(profile, str):
            return profile
        if not isinstance(profile, list | tuple) or not all(_is_number(value) for value in profile):
            raise Refused("", f"found {profile!r}", "give the name of a profile, or a list of numbers")
        if len(profile) not in (24, 48, 96) or min(profile) < 0:
            found = f"found {len(profile)} values, the least {min(profile, default=0):g}"
            raise Refused("", found, "give 24, 48 or 96 of a day, none negative")
        total = sum(profile)
        if not any(abs(total - whole) <= 0.005 * whole for whole in (1, 100)):
            raise Refused("", f"they add up to {total:g}", "shares add up to 1, percents to 100")
        return tuple(value / total for value in profile)

    @field_validator("history")
    @classmethod
    def _stands_beside(cls, history: str) -> str:
        if PurePath(history).is_absolute() or ".." in PurePath(history).parts:
            raise Refused("", f"found {history!r}", "name a file in the folder of these settings")
        return history

    @field_validator("busy_hour_factor")
    @classmethod
    def _an_hour_of_a_day(cls, factor: float | None) -> float | None:
        if factor is not None and factor < 1 / 24:
            do = "the busiest hour has at least 1/24 of a day: 10% is 0.1"
            raise Refused("", f"found {factor:g}", do)
        return factor

    @model_validator(mode="after")
    def _keys_fit(self) -> Self:
        if self.calls is not None and self.per is None:
            raise Refused("per", "this key is missing", "say whether calls come per day, week, month or year")
        if self.calls is not None and self.calls * _A_MONTH[self.per or "month"] > _MOST_CALLS:
            found = f"found {self.calls:,.0f} a {self.per}"
            raise Refused("calls", found, "a quote is for a thousand million calls a month at most")
        if self.history and not self.zone:
            raise Refused("zone", "a history without its time zone", 'add it, as zone = "Europe/Paris"')
        if self.aht_s is not None and not self.aht_as_given:
            refuse_odd_aht(self.aht_s, "aht_s", "or set aht_as_given = true")
        for name, length in (("weekdays", 7), ("months", 12)):
            weights = getattr(self, name)
            given = name == "weekdays" or weights
            if given and (len(weights) != length or min(weights) < 0 or sum(weights) == 0):
                do = f"give {length} weights, not all 0, none negative"
                raise Refused(name, f"found {list(weights)}", do)
        if (self.peak_month is None) != (self.peak_month_factor is None):
            raise Refused("peak_month", "one of peak_month and peak_month_factor", "give both, or neither")
        if self.months and self.peak_month:
            raise Refused("months", "months and peak_month together", "give one of them")
        return self


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
