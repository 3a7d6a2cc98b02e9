"""Which shifts there are, and what they cost: the `[shifts]` of a site."""

from dataclasses import dataclass

from pydantic import Field, model_validator

from callplan.errors import Refused
from callplan.settings import Settings


@dataclass(frozen=True)
class Shape:
    """One kind of shift, in intervals of the grid: its length, and where in it the meal lies."""

    slots: int
    meal_after: int = 0
    meal_slots: int = 0

    def works(self, slot: int) -> bool:
        """Tell whether the shift is at work in its slot of that number, counted from 0."""
        return not self.meal_after <= slot < self.meal_after + self.meal_slots

    def paid_slots(self) -> int:
        """Return how many slots are paid: all but the meal."""
        return self.slots - self.meal_slots

    def name(self, minutes: int) -> str:
        """Return what planners call it.

        >>> Shape(slots=17, meal_after=8, meal_slots=1).name(minutes=30)
        '8.5 h, meal after 4 h'
        """
        length = f"{self.slots * minutes / 60:g} h"
        return f"{length}, meal after {self.meal_after * minutes / 60:g} h" if self.meal_slots else length


class Rules(Settings):
    """Shift rules and costs. Lengths are hours present, the unpaid meal included.

    A shift begins on the step `start_every_min`, counted from local midnight. From `meal_from_h` on
    it holds one unpaid meal of `meal_min`, which begins between `meal_earliest_h` and
    `meal_latest_h` after the shift does. Costs are in the site's currency: `cost_per_h` for a paid
    hour, `under_cost_per_h` for an hour in which one head is missing.

    >>> [shape.name(30) for shape in Rules(lengths_h=(4, 6), meal_latest_h=3.5).shapes(minutes=30)]
    ['4 h', '6 h, meal after 3 h', '6 h, meal after 3.5 h']
    """

    lengths_h: tuple[float, ...] = Field(default=(4.0, 6.0, 8.5), min_length=1)
    start_every_min: int = Field(default=30, gt=0)
    meal_min: int = Field(default=30, ge=0)
    meal_from_h: float = Field(default=6.0, gt=0)
    meal_earliest_h: float = Field(default=3.0, gt=0)
    meal_latest_h: float = Field(default=5.0, gt=0)
    cost_per_h: float = Field(default=1.0, gt=0)
    under_cost_per_h: float = Field(default=10.0, gt=0)

    @model_validator(mode="after")
    def _is_consistent(self) -> "Rules":
        for length in self.lengths_h:
            if not 0 < length <= 24:
                raise Refused(
                    "lengths_h", f"found {length:g}", "a shift lasts more than 0 and at most 24 hours"
                )
        if 1440 % self.start_every_min:
            raise Refused(
                "start_every_min", f"found {self.start_every_min}", "choose a step that divides a day"
            )
        if self.meal_latest_h < self.meal_earliest_h:
            found = f"{self.meal_latest_h:g} lies before meal_earliest_h, {self.meal_earliest_h:g}"
            raise Refused("meal_latest_h", found, "swap them")
        for length in self.lengths_h:
            if self._has_meal(length) and self.meal_earliest_h + self.meal_min / 60 >= length:
                found = f"{self.meal_earliest_h:g} leaves no work after the meal of a shift of {length:g} h"
                raise Refused("meal_earliest_h", found, "begin the meal earlier, or raise meal_from_h")
        if self.under_cost_per_h <= self.cost_per_h:
            found = f"{self.under_cost_per_h:g} is no more than a paid hour costs"
            raise Refused(
                "under_cost_per_h", found, "price a missing head higher, or nobody is ever scheduled"
            )
        return self

    def _has_meal(self, length_h: float) -> bool:
        return self.meal_min > 0 and length_h >= self.meal_from_h

    def shapes(self, minutes: int) -> list[Shape]:
        """Return every kind of shift on a grid of `minutes`, or refuse a rule that does not fit it."""
        if self.start_every_min % minutes and minutes % self.start_every_min:
            raise Refused(
                "start_every_min", f"found {self.start_every_min}", f"it must fit {minutes}-minute intervals"
            )
        result = []
        for length in sorted(set(self.lengths_h)):
            slots = _slots("lengths_h", length * 60, minutes)
            if not self._has_meal(length):
                result.append(Shape(slots))
                continue
            meal = _slots("meal_min", self.meal_min, minutes)
            first = _slots("meal_earliest_h", self.meal_earliest_h * 60, minutes)
            last = min(_slots("meal_latest_h", self.meal_latest_h * 60, minutes), slots - meal - 1)
            result += [Shape(slots, after, meal) for after in range(first, last + 1)]
        return result


def _slots(name: str, length_min: float, minutes: int) -> int:
    """Return a length in intervals of the grid, or refuse one that is no whole number of them."""
    if length_min % minutes:
        raise Refused(
            name, f"{length_min:g} minutes", f"it must be a multiple of the interval, {minutes} minutes"
        )
    return int(length_min // minutes)
