"""What turns agents on the phones into people: the table `[staff]`."""

from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from callplan.errors import Refused, nearest
from quoting.terms.group import Group, Part, Share
from scheduling import Rules


class Staff(Group):
    """What one paid hour gives, who leads whom, who leaves and comes.

    `shrinkage` is the share of paid time away from the phones. `full_time_h` are the paid hours a week of
    one FTE, `contract_h` those of one head, the mean of all contracts. `schedule_efficiency` is the share of
    scheduled hours that the requirement can use, or "measured": then shift plans are built for a typical
    week under `shifts`. `spare_seats` is a share of the peak's positions. `attrition` is a share a month or
    a year (`attrition_per`), of the mean heads; a yearly figure is made monthly as `attrition_convention`
    says: simple, a twelfth; compound, 1 - (1 - a)^(1/12). Of those hired `training_passed` stay; they train
    `training_weeks`, then give `ramp_share` of full work for `ramp_weeks`. `leader_span` and `support_span`
    are agents' FTE to one leader, to one of support.
    """

    shrinkage: Share
    full_time_h: float = Field(gt=0, le=168)
    contract_h: float | None = Field(default=None, gt=0, le=168)
    schedule_efficiency: float | Literal["measured"] = "measured"
    minimum_agents: int = Field(default=1, ge=0)
    spare_seats: Part = 0.0
    attrition: float = Field(ge=0)
    attrition_per: Literal["month", "year"]
    attrition_convention: Literal["simple", "compound"] = "simple"
    training_weeks: float = Field(default=0.0, ge=0, le=52)
    training_passed: float = Field(default=1.0, gt=0, le=1)
    ramp_weeks: float = Field(default=0.0, ge=0, le=52)
    ramp_share: float = Field(default=1.0, gt=0, le=1)
    leader_span: float = Field(gt=0)
    support_span: float | None = Field(default=None, gt=0)
    shifts: Rules = Rules()

    @field_validator("schedule_efficiency", mode="before")
    @classmethod
    def _a_share_or_measured(cls, efficiency: Any) -> Any:
        # Here, because pydantic would name both types that it may have in the place of the fault.
        if isinstance(efficiency, int | float) and not isinstance(efficiency, bool):
            if not 0 < efficiency <= 1:
                slip = f": {efficiency:g}% is {efficiency / 100:g}" if 1 < efficiency <= 100 else ""
                raise Refused("", f"found {efficiency:g}", f'a share above 0, at most 1, or "measured"{slip}')
        elif efficiency != "measured":
            do = nearest(str(efficiency), ["measured"]) + ", or give a share such as 0.9"
            raise Refused("", f"found {efficiency!r}", do)
        return efficiency

    @property
    def head_h(self) -> float:
        """Paid hours a week of one head: those of the contracts, by default the full-time week."""
        return self.full_time_h if self.contract_h is None else self.contract_h

    @model_validator(mode="after")
    def _somebody_stays(self) -> Self:
        if self.attrition < 1:
            return self
        do = "a share below 1" + (f": {self.attrition:g}% is {self.attrition / 100:g}" * (self.attrition > 3))
        if self.attrition_per == "year" and self.attrition <= 3:
            month = f'attrition = {self.attrition / 12:.3g}, attrition_per = "month"'
            do = f"give it by month: a twelfth of it is {month}"
        raise Refused("attrition", f"found {self.attrition:g} a {self.attrition_per}", do)

    @property
    def attrition_a_month(self) -> float:
        """The share of the mean heads that leaves in a month."""
        if self.attrition_per == "month":
            return self.attrition
        if self.attrition_convention == "simple":
            return self.attrition / 12
        return float(1 - (1 - self.attrition) ** (1 / 12))
