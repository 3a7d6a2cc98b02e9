"""What things cost and how they are charged: `[cost]`, `[price]`, `[[billing]]`, `[sla]`, `[risk]` ..."""

import itertools
from typing import Literal, Self

from pydantic import Field, model_validator

from callplan.errors import Refused, nearest
from quoting.terms.group import Addition, Group, Money, Part, Share, Text


class Wage(Group):
    """What an hour of one skill costs, and the share of paid hours that it works."""

    skill: Text
    share: float = Field(gt=0, le=1)
    per_h: float = Field(gt=0)


class Line(Group):
    """A cost or an add-on fee of the user's own."""

    name: Text
    amount: Money
    per: Literal["term", "month", "seat_month", "fte_month", "hire", "call", "paid_h"]


class Cost(Group):
    """Every figure is the user's, in the quote's currency and without tax.

    Premiums are shares of a wage: of hours in the night, on Saturdays and Sundays, on public holidays.
    `burden` is a share of wages: what an employer pays beyond them. `telecom_per_min` is of handling.
    `setup` is spread over the term. `contingency` is a share of all other cost; `tax` one of the price.
    """

    wages: tuple[Wage, ...] = Field(min_length=1)
    burden: Part = 0.0
    night_premium: Part = 0.0
    weekend_premium: Part = 0.0
    holiday_premium: Addition = 0.0
    recruiting_per_hire: Money = 0.0
    training_per_hire: Money = 0.0
    leader_per_month: Money = 0.0
    support_per_month: Money = 0.0
    seat_per_month: Money = 0.0
    licence_per_seat_month: Money = 0.0
    telecom_per_min: Money = 0.0
    setup: Money = 0.0
    lines: tuple[Line, ...] = ()
    contingency: Share = 0.0
    tax: Share = 0.0

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        total = sum(wage.share for wage in self.wages)
        if abs(total - 1) > 1e-6:
            raise Refused("wages", f"their shares add up to {total:g}", "make them add up to 1")
        return self


class Price(Group):
    """What is earned on top of cost: `rate` is a share of the cost (markup) or of the price (margin).

    `discount` is a share of the price; `floor` the least markup or margin, of the same basis, that may
    be left.
    """

    basis: Literal["markup", "margin"]
    rate: Addition
    discount: Share = 0.0
    floor: Addition | None = None
    add_ons: tuple[Line, ...] = ()

    @model_validator(mode="after")
    def _a_margin_leaves_a_cost(self) -> Self:
        for name in ("rate", "floor"):
            value = getattr(self, name)
            if self.basis == "margin" and value is not None and value >= 1:
                raise Refused(name, f"found a margin of {value:.0%}", "a margin is below 100%: 20% is 0.2")
        if self.floor is not None and self.floor > self.rate:
            found = f"a floor of {self.floor:g} above the {self.basis} of {self.rate:g}"
            raise Refused("floor", found, "lower the floor, or ask for more")
        return self

    def of(self, cost: float) -> float:
        """Return the price of a cost, before any discount.

        >>> print(f"{Price(basis='markup', rate=0.2).of(194887.34):.3f}")
        233864.808
        >>> print(f"{Price(basis='margin', rate=0.2).of(194887.34):.3f}")
        243609.175
        """
        return cost * (1 + self.rate) if self.basis == "markup" else cost / (1 - self.rate)


Method = Literal[
    "per_seat_month", "base_plus_overage", "per_call", "per_call_minimum", "commission", "seat_rental",
    "hourly", "fte_month", "project", "productive_hour", "handling_minute", "dead_band", "minimum_volume",
]  # fmt: skip

# What each method must be given, and what it can be given besides its rate.
NEEDS: dict[str, tuple[str, ...]] = {
    "base_plus_overage": ("base", "included"),
    "per_call_minimum": ("minimum",),
    "dead_band": ("baseline", "band"),
    "minimum_volume": ("minimum",),
}
TAKES: dict[str, tuple[str, ...]] = {
    "per_seat_month": ("minimum",),
    "per_call": ("base",),
    "commission": ("success",),
    "dead_band": ("additional", "reduced"),
}


class Billing(Group):
    """One way of charging.

    A rate left out is the one that earns the price; one given shows the margin that it leaves.

    >>> Billing(method="minimum_volume")
    Traceback (most recent call last):
    callplan.errors.Refused: minimum: this key is missing; minimum_volume needs it
    """

    method: Method
    rate: Money | None = None
    minimum: Money | None = None
    base: Money | None = None
    included: Money | None = None
    baseline: float | None = Field(default=None, gt=0)
    band: float | None = Field(default=None, gt=0, lt=1)
    additional: Money | None = None
    reduced: Money | None = None
    success: float | None = Field(default=None, gt=0, le=1)

    @model_validator(mode="after")
    def _keys_of_the_method(self) -> Self:
        needed = NEEDS.get(self.method, ())
        for key in needed:
            if getattr(self, key) is None:
                raise Refused(key, "this key is missing", f"{self.method} needs it")
        known = ("method", "rate", *needed, *TAKES.get(self.method, ()))
        for key in type(self).model_fields:
            if key not in known and getattr(self, key) is not None:
                raise Refused(key, f"{self.method} does not use it", nearest(key, known[1:]))
        return self


class Step(Group):
    """A service level reached, and what it moves: + a bonus, - a credit, as a share of the month's fee."""

    below: float | None = Field(default=None, gt=0, le=1)
    above: float | None = Field(default=None, gt=0, lt=1)
    share: float = Field(gt=0, le=1)


class Sla(Group):
    """Credits and bonus on the month's fee, both capped as shares of it.

    A month below several steps' service levels pays the credit of the lowest, one above several earns the
    bonus of the highest: so each further step must move more than the one before it.
    """

    credits: tuple[Step, ...] = ()
    bonuses: tuple[Step, ...] = ()
    cap: float = Field(gt=0, le=1)

    @model_validator(mode="after")
    def _steps_in_order(self) -> Self:
        if not self.credits and not self.bonuses:
            raise Refused("credits", "neither credits nor bonuses", "give a step, or leave [sla] out")
        for kind, side, other in (("credits", "below", "above"), ("bonuses", "above", "below")):
            steps: tuple[Step, ...] = getattr(self, kind)
            for n, step in enumerate(steps):
                if getattr(step, side) is None or getattr(step, other) is not None:
                    found = f"a step without {side}" if getattr(step, side) is None else f"found {other}"
                    raise Refused(f"{kind}.{n}", found, f"{kind} have {side} and share")
            further = sorted(steps, key=lambda step: getattr(step, side), reverse=kind == "credits")
            for one, next_one in itertools.pairwise(further):
                if getattr(one, side) == getattr(next_one, side) or one.share >= next_one.share:
                    found = f"{side} {getattr(next_one, side):g} moves {next_one.share:g}, no more than "
                    found += f"{side} {getattr(one, side):g} ({one.share:g})"
                    raise Refused(kind, found, "a step further from the goal moves more")
        lowest_bonus = min((step.above for step in self.bonuses if step.above), default=1.0)
        highest_credit = max((step.below for step in self.credits if step.below), default=0.0)
        if highest_credit > lowest_bonus:
            found = f"a bonus above {lowest_bonus:g}, a credit below {highest_credit:g}"
            raise Refused("bonuses", found, "let bonuses begin where credits end")
        return self


class Risk(Group):
    """One standard deviation of each, as a share of the figure itself; `draws` of the simulation."""

    shrinkage: Part = 0.1
    attrition: Part = 0.2
    wages: Part = 0.03
    draws: int = Field(default=2000, ge=100, le=100_000)


class InHouse(Group):
    """What the client pays when it does the work itself, for comparison."""

    wage_per_h: float = Field(gt=0)
    burden: Part = 0.0
    overhead: Addition = 0.0
    shrinkage: Share
    seat_per_month: Money = 0.0
    setup: Money = 0.0
    schedule_efficiency: float = Field(default=1.0, gt=0, le=1)
