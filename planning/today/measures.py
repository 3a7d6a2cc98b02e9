"""What a supervisor may do about the calls, and what callers are taken to do then."""

from typing import Annotated, Literal

from pydantic import Field

from callplan.settings import Settings

Share = Annotated[float, Field(ge=0, le=1)]


class Measures(Settings):
    """Callbacks and a message to those who wait. What callers do then is an assumption, not a finding.

    >>> Measures(callback_share=0.3).message_above_s
    60.0
    """

    # Of the callers beyond what the heads present can serve at the goal, the share that takes a callback,
    # and how long they wait for it at most, in seconds; left out: by the end of the day.
    callback_share: Share = 0.5
    callback_within_s: Annotated[float, Field(gt=0)] | None = None
    # A message is played in intervals in which callers are expected to wait longer, in seconds, on average;
    # this share of their callers then leaves, and counts as abandoned, or as never offered (deflected).
    message_above_s: Annotated[float, Field(gt=0)] = 60.0
    message_share: Share = 0.1
    message_counts: Literal["abandoned", "deflected"] = "abandoned"
    # At most so many suggestions of a kind.
    most: int = Field(default=5, ge=1)
