"""The `[hiring]` table of `site.toml`: whom to hire, how fast they learn, how many leave, at what cost."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from callplan.errors import Refused
from callplan.settings import Settings

Price = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Weeks = Annotated[int, Field(ge=0)]
Heads = Annotated[int, Field(ge=1)]

MONTH_DAYS = 365.25 / 12


class Terms(Settings):
    """Hiring under one contract: `[hiring.contracts.NAME]`; its shifts stand in `[shifts.contracts.NAME]`.

    Attrition is monthly: of the people employed when a month begins, the share that has left when it
    ends. In each week the same share of those still there leaves, learners as well as others, after
    the week's work. A yearly figure of leavers over average heads is, divided by 12, close to it.

    >>> terms = Terms(monthly_attrition=0.03, training_weeks=4, ramp=(0.5, 0.8))
    >>> terms.convention
    '3% of those employed when a month begins have left when it ends: 0.698% in each week'
    """

    # Another name of the contract among [shifts.contracts]; left out: the table's own name.
    contract: str = ""
    # The queues that its people can all serve, one call at a time; left out: every queue.
    queues: tuple[str, ...] = ()
    monthly_attrition: float = Field(ge=0, lt=1)
    # Weeks of recruiting before the first class can begin.
    recruiting_weeks: Weeks = 0
    # Weeks of training: paid, and not productive.
    training_weeks: Weeks = 0
    # Share of full work done in each week after the training.
    ramp: tuple[Share, ...] = ()
    # A class has at least and at most so many people; in so many weeks in a row one may begin.
    class_least: Heads = 1
    class_most: Heads = 20
    class_every_weeks: Heads = 1
    cost_per_hire: Price = 0.0
    # What each person who leaves costs, and what a dismissal does. Without its price there is none.
    leaving_cost: Price = 0.0
    dismissal_cost: Price | None = None
    heads_at_most: float | None = Field(default=None, ge=0)
    # Of all people employed, at least and at most this share is under the contract.
    share_least: Share = 0.0
    share_most: Share = 1.0

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for least, most in (("class_least", "class_most"), ("share_least", "share_most")):
            low, high = getattr(self, least), getattr(self, most)
            if low > high:
                raise Refused(least, f"{low:g} is above {most}, {high:g}", "lower it, or raise the other")
        return self

    @property
    def weekly_attrition(self) -> float:
        """Share of the people employed in a week who leave at its end."""
        return float(1 - (1 - self.monthly_attrition) ** (7 / MONTH_DAYS))

    @property
    def convention(self) -> str:
        """What the attrition means, in words."""
        return (
            f"{100 * self.monthly_attrition:.3g}% of those employed when a month begins have left when it "
            f"ends: {self.weekly_attrition:.3%} in each week"
        )


class Hiring(Settings):
    """The `[hiring]` table of `site.toml`: the contracts under which people can be hired.

    >>> hiring = Hiring(contracts={"FT40": {"monthly_attrition": 0.03}})
    >>> hiring.contracts["FT40"].class_most
    20
    """

    contracts: dict[str, Terms] = Field(min_length=1)

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        least = sum(terms.share_least for terms in self.contracts.values())
        most = sum(terms.share_most for terms in self.contracts.values())
        if least > 1 + 1e-9:
            raise Refused("contracts", f"shares of at least {least:g} together", "lower one: all is 1")
        if most < 1 - 1e-9:
            raise Refused("contracts", f"shares of at most {most:g} together", "raise one: all is 1")
        return self
