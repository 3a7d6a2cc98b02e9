"""What all tables of `quote.toml` have in common."""

import datetime as dt
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from callplan.errors import Refused
from callplan.settings import Settings


class Group(Settings):
    """Base of the tables of `quote.toml`."""

    written_by: ClassVar[str] = "callplan quote --init"


def _at_most_thrice(share: float) -> float:
    if share > 3:
        slip = f": {share:g}% is {share / 100:g}" if share <= 300 else ""
        raise Refused("", f"found {share:g}", f"a share, at most 3 (300%){slip}")
    return share


def _day(day: Any) -> dt.date:
    """Read a day as TOML has it, or as text; pydantic itself takes a number for seconds."""
    if isinstance(day, dt.date) and not isinstance(day, dt.datetime):
        return day
    try:
        return dt.date.fromisoformat(day)
    except (TypeError, ValueError):
        raise Refused("", f"found {day!r}", "write the day as 2003-12-25") from None


Share = Annotated[float, Field(ge=0, lt=1)]
"""A part of a whole that must leave something."""
Part = Annotated[float, Field(ge=0, le=1)]
"""A part of a whole, perhaps all of it."""
Addition = Annotated[float, Field(ge=0), AfterValidator(_at_most_thrice)]
"""What comes on top, as a share of it: public holidays are paid threefold in some countries."""
Money = Annotated[float, Field(ge=0)]
"""An amount in the quote's currency."""
Day = Annotated[dt.date, BeforeValidator(_day)]
"""A day, written 2003-12-25."""
Text = Annotated[str, Field(min_length=1)]
"""A text that says something."""
Texts = tuple[Text, ...]
