"""What a client was promised: goals with the day from which they hold, credits, bonus and their caps.

A credit or a bonus is a share of the fee of the period. Of several tiers that a value has passed the
farthest speaks alone; they do not add up. A goal that stood for a part of the period counts with that part
of its days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Self

import pandas as pd
from pydantic import BeforeValidator, Field, field_validator, model_validator

from callplan.errors import Refused, nearest
from callplan.settings import Settings
from planning.figures import CONVENTIONS, FIGURES


def _day(said: Any) -> Any:
    try:
        return date.fromisoformat(said) if isinstance(said, str) else said
    except ValueError:
        raise Refused("", f"found {said!r}", "write the date as 2026-10-15") from None


# The first day of a goal or a metric.
Day = Annotated[date, BeforeValidator(_day)]


class Tier(Settings):
    """A credit where the value is worse than `at`, or a bonus where it is at least as good as `at`."""

    at: float
    share: float = Field(gt=0, le=1)


class Goal(Settings):
    """One goal: a figure of the report, its target, whom it concerns, and from which day on.

    Without `queue` it holds for each queue apart, with `together` for all of them taken together. A goal
    of the same figure and queue with a later `valid_from` takes its place from that day on.

    >>> Goal(figure="service_level", target=0.8, within_s=20, valid_from="2026-01-01").at_least
    True
    """

    figure: str
    target: float
    valid_from: Day = date(1900, 1, 1)
    queue: str = ""
    together: bool = False
    within_s: float | None = Field(default=None, gt=0)
    convention: str = "offered"
    credits: tuple[Tier, ...] = ()
    bonus: tuple[Tier, ...] = ()

    @field_validator("figure")
    @classmethod
    def _figure_is_known(cls, figure: str) -> str:
        scored = [name for name, one in FIGURES.items() if one.better]
        if figure not in scored:
            raise Refused("", f"no goal can be set for {figure!r}", nearest(figure, scored))
        return figure

    @field_validator("convention")
    @classmethod
    def _convention_is_known(cls, convention: str) -> str:
        if convention not in CONVENTIONS:
            found = f"a history cannot be counted by {convention!r}"
            raise Refused("", found, nearest(convention, CONVENTIONS))
        return convention

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        level = self.figure == "service_level"
        if level and self.within_s is None:
            raise Refused("within_s", "a service level without its seconds", "add within_s = 20")
        if not level and {"within_s", "convention"} & self.model_fields_set:
            raise Refused("within_s", f"{self.figure} has no threshold", "delete within_s and convention")
        if FIGURES[self.figure].kind == "share" and not 0 < self.target <= 1:
            raise Refused("target", f"found {self.target:g}", "a share lies between 0 and 1: 80% is 0.8")
        if self.target < 0:
            raise Refused("target", f"found {self.target:g}", "it must be at least 0")
        if self.queue and self.together:
            raise Refused("together", "beside a queue", "delete one of them")
        for name, side in (("credits", -1), ("bonus", 1)):
            self._in_order(name, side)
        return self

    def _in_order(self, name: str, side: int) -> None:
        """Refuse tiers on the wrong side of the target, or that pay less the farther they lie."""
        sign = side if self.at_least else -side
        tiers: tuple[Tier, ...] = getattr(self, name)
        for tier in tiers:
            if sign * (tier.at - self.target) < 0:
                wrong = "better" if side < 0 else "worse"
                found = f"at {tier.at:g}, {wrong} than the target {self.target:g}"
                raise Refused(name, found, "see the tier, or the target")
        farther = sorted(tiers, key=lambda tier: sign * tier.at)
        shares = [tier.share for tier in farther]
        if len({tier.at for tier in tiers}) < len(tiers) or shares != sorted(shares):
            raise Refused(name, f"shares {shares} going away from the target", "let them grow")

    @property
    def at_least(self) -> bool:
        """Whether the value is to be at least the target, not at most."""
        return FIGURES[self.figure].better == "high"

    def met_by(self, value: float) -> bool:
        """Tell whether a value reaches the goal; a sum that is short by a rounding of the machine does."""
        return _reaches(value, self.target, self.at_least)

    def credit_of(self, value: float) -> float:
        """Return the share of the fee that is owed back for a value; 0 where it is missing.

        >>> tiers = ({"at": 0.8, "share": 0.02}, {"at": 0.7, "share": 0.05})
        >>> goal = Goal(figure="service_level", target=0.8, within_s=20, credits=tiers)
        >>> [goal.credit_of(value) for value in (0.8, 0.75, 0.6)]
        [0.0, 0.02, 0.05]
        """
        if value != value:
            return 0.0
        return max((t.share for t in self.credits if not _reaches(value, t.at, self.at_least)), default=0.0)

    def bonus_of(self, value: float) -> float:
        """Return the share of the fee that is earned on top for a value; 0 where it is missing."""
        if value != value:
            return 0.0
        return max((t.share for t in self.bonus if _reaches(value, t.at, self.at_least)), default=0.0)


def _reaches(value: float, at: float, at_least: bool) -> bool:
    slack = 1e-9 * max(1.0, abs(at))
    return value >= at - slack if at_least else value <= at + slack


class Fee(Settings):
    """The fee of one period, and the shares of it that credits and bonus come to at most."""

    amount: float = Field(default=0.0, ge=0)
    credit_cap: float = Field(default=1.0, gt=0, le=1)
    bonus_cap: float = Field(default=1.0, gt=0, le=1)


@dataclass(frozen=True)
class Settlement:
    """What all goals of a period come to: shares of the fee before and after the caps, and the money."""

    credit: float
    bonus: float
    credit_capped: float
    bonus_capped: float
    amount: float

    @property
    def money(self) -> float:
        """What the fee changes by: bonus less credits."""
        return self.amount * (self.bonus_capped - self.credit_capped)


def settle(credits: Sequence[float], bonus: Sequence[float], fee: Fee) -> Settlement:
    """Add up credits and bonus, each no further than its cap.

    >>> settle([0.5, 0.25], [0.25], Fee(amount=1000, credit_cap=0.5)).money
    -250.0
    """
    owed, earned = sum(credits), sum(bonus)
    capped = min(owed, fee.credit_cap), min(earned, fee.bonus_cap)
    return Settlement(owed, earned, *capped, fee.amount)


def spans_of(goals: Sequence[Goal], first: date, last: date) -> list[tuple[Goal, date, date]]:
    """Return which goal stands when between two days, of goals of one figure and one queue.

    >>> early, late = (Goal(figure="asa_s", target=t, valid_from=d)
    ...                for t, d in ((20, "2026-01-01"), (15, "2026-03-11")))
    >>> [(goal.target, str(a), str(b))
    ...  for goal, a, b in spans_of([late, early], date(2026, 3, 1), date(2026, 3, 31))]
    [(20.0, '2026-03-01', '2026-03-10'), (15.0, '2026-03-11', '2026-03-31')]
    """
    ordered = sorted(goals, key=lambda goal: goal.valid_from)
    ends: list[Any] = [goal.valid_from for goal in ordered[1:]] + [last + pd.Timedelta(days=1)]
    spans = []
    for goal, next_from in zip(ordered, ends, strict=True):
        begin, end = max(first, goal.valid_from), min(last, next_from - pd.Timedelta(days=1))
        if begin <= end:
            spans.append((goal, begin, end))
    return spans
