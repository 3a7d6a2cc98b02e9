"""The settings of one client's report: `report.toml`."""

from collections import Counter
from datetime import date
from pathlib import Path, PurePath
from typing import Literal, Self

from pydantic import Field, StrictBool, field_validator, model_validator

from callplan.errors import Refused
from callplan.settings import Settings
from planning.management.period import Period
from planning.outbound import OutboundTargets
from planning.sla import Fee, Goal

_TEMPLATE = Path(__file__).parent / "template.toml"


class PassedThrough(Settings):
    """Files of the client's own that are shown as they are, in the folder of the settings."""

    query_types: str = ""
    cases: str = ""
    sources: str = ""
    complaints: str = ""

    @field_validator("*")
    @classmethod
    def _stands_beside(cls, name: str) -> str:
        return beside(name)

    def named(self) -> dict[str, str]:
        """Return the files that are named."""
        return {section: name for section, name in self.__dict__.items() if name}


class ReportSettings(Settings):
    """One client's report: whom it is for, which queues, goals, fee, exclusions, files, language.

    Files are named by their place in the folder of the settings.

    >>> settings = ReportSettings(client="Bank", goals=({"figure": "asa_s", "target": 15},))
    >>> settings.goals[0].met_by(14.0)
    True
    """

    client: str = Field(min_length=1)
    language: Literal["en", "zh"] = "en"
    period: str = "month"
    queues: tuple[str, ...] = ()
    conventions: StrictBool = False
    outlook_weeks: int = Field(default=13, ge=0, le=52)
    exclusions: str = ""
    forecast: str = ""
    outbound: str = ""
    outbound_review: str = ""
    goals: tuple[Goal, ...] = ()
    fee: Fee = Fee()
    passed_through: PassedThrough = PassedThrough()
    outbound_targets: OutboundTargets = OutboundTargets()

    @field_validator("period")
    @classmethod
    def _period_is_one(cls, period: str) -> str:
        try:
            Period.read(period, date(2000, 1, 1))
        except Refused as fault:
            raise Refused("", fault.found, fault.do) from None
        return period

    @field_validator("exclusions", "forecast", "outbound", "outbound_review")
    @classmethod
    def _stands_beside(cls, name: str) -> str:
        return beside(name)

    @model_validator(mode="after")
    def _goals_are_apart(self) -> Self:
        counted = Counter((goal.figure, goal.queue, goal.together, goal.valid_from) for goal in self.goals)
        for (figure, queue, _, day), times in counted.items():
            if times > 1:
                of = f" of {queue}" if queue else ""
                raise Refused("goals", f"{times} goals for {figure}{of} from {day}", "keep one")
        return self


def beside(name: str) -> str:
    """Return the name of a file that stands in the folder of the settings, or refuse it."""
    if PurePath(name).is_absolute() or ".." in PurePath(name).parts:
        raise Refused("", f"found {name!r}", "name a file in the folder of these settings")
    return name


def report_template() -> str:
    """Return the text of a commented `report.toml`.

    >>> "[[goals]]" in report_template()
    True
    """
    return _TEMPLATE.read_text(encoding="utf-8")
