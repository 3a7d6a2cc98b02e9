"""Fixed shifts by name: spans at work as clock times, with the meals between them."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BeforeValidator

from callplan.errors import Refused
from scheduling.clock import DAY_MIN

_SPAN = re.compile(r"(\d\d?):([0-5]\d)-(\d\d?):([0-5]\d)")


@dataclass(frozen=True)
class Template:
    """A shift that always looks the same: (from, to) at work, in minutes after the midnight of its day.

    >>> early = template("07:00-11:00, 11:30-15:30")
    >>> early.meals, early.length_min, early.paid_h(meal_paid=False)
    (((660, 690),), 510, 8.0)
    """

    spans: tuple[tuple[int, int], ...]

    @property
    def start_min(self) -> int:
        """When it begins, in minutes after midnight."""
        return self.spans[0][0]

    @property
    def length_min(self) -> int:
        """Minutes present, meals included."""
        return self.spans[-1][1] - self.start_min

    @property
    def meals(self) -> tuple[tuple[int, int], ...]:
        """The gaps between the spans, in minutes after midnight."""
        return tuple((end, begin) for (_, end), (begin, _) in pairwise(self.spans))

    def paid_h(self, *, meal_paid: bool) -> float:
        """Paid hours: those at work, and those present if meals are paid."""
        at_work = sum(end - begin for begin, end in self.spans)
        return (self.length_min if meal_paid else at_work) / 60


def template(text: Any) -> Template:
    """Read `07:00-11:00,11:30-15:30`; beyond 24:00 is the next day, as in `22:00-26:00,26:30-30:30`."""
    if isinstance(text, Template):
        return text
    advice = 'write spans at work in order, such as "07:00-11:00,11:30-15:30"; 26:00 is 02:00 the next day'
    parts = [_SPAN.fullmatch(part.strip()) for part in text.split(",")] if isinstance(text, str) else [None]
    spans = []
    for part in parts:
        if not part:
            raise Refused("", f"found {text!r}", advice)
        h1, m1, h2, m2 = map(int, part.groups())
        spans.append((h1 * 60 + m1, h2 * 60 + m2))
    edges = [edge for span in spans for edge in span]
    if any(later <= earlier for earlier, later in pairwise(edges)):
        raise Refused("", f"found {text!r}, which is not in order", advice)
    if edges[0] >= DAY_MIN or edges[-1] - edges[0] > DAY_MIN:
        raise Refused("", f"found {text!r}, which is not a shift of one day", advice)
    return Template(tuple(spans))


TemplateText = Annotated[Template, BeforeValidator(template)]
