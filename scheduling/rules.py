"""What a shift may look like: lengths, starts, the meal, and what an hour costs."""

from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator

from callplan.errors import Refused
from callplan.settings import Settings

Hours = Annotated[float, Field(gt=0, le=24)]


@dataclass(frozen=True)
class Shape:
    """A shift without its start: how long, and when its meal comes, in minutes since it began.

    >>> Shape(length_min=510, meal_after_min=240, meal_min=30).name
    '8.5h, meal after 4h'
    """

    length_min: int
    meal_after_min: int = 0
    meal_min: int = 0  # 0 is a shift without a meal

    @property
    def name(self) -> str:
        """What the shift is called."""
        meal = f", meal after {self.meal_after_min / 60:g}h" if self.meal_min else ""
        return f"{self.length_min / 60:g}h{meal}"

    @property
    def paid_h(self) -> float:
        """Paid hours: all but the meal."""
        return (self.length_min - self.meal_min) / 60

    def at_work(self, minutes: int) -> list[int]:
        """Return which intervals since the shift's start are worked: all but the meal's."""
        meal = range(self.meal_after_min, self.meal_after_min + self.meal_min)
        return [begun // minutes for begun in range(0, self.length_min, minutes) if begun not in meal]


class Rules(Settings):
    """The `[shifts]` table of `site.toml`. Lengths are hours present, the unpaid meal included.

    All times are elapsed ones: an 8.5 h shift lasts 8.5 hours on the day the clock changes too.

    >>> [shape.name for shape in Rules(lengths_h=(4, 8.5), meal_latest_h=4).shapes(minutes=30)]
    ['4h', '8.5h, meal after 3h', '8.5h, meal after 3.5h', '8.5h, meal after 4h']
    """

    # Hours present of the shifts there are.
    lengths_h: Annotated[tuple[Hours, ...], Field(min_length=1)] = (4.0, 6.0, 8.5)
    # Shifts begin when the queue opens, and at these steps of the clock, counted from midnight.
    start_every_min: int = Field(default=30, gt=0, le=1440)
    # The unpaid meal; 0 is none.
    meal_min: int = Field(default=30, ge=0, le=240)
    # Shifts of at least this length have a meal.
    meal_from_h: Hours = 6.0
    # The meal begins between these hours of the shift, and ends before the shift does.
    meal_earliest_h: Hours = 3.0
    meal_latest_h: Hours = 5.0
    # What one paid hour costs, and what one hour of one agent too few costs, in the same money.
    cost_per_h: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    under_cost_per_h: float = Field(default=10.0, gt=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(set(self._lengths_min())) < len(self.lengths_h):
            raise Refused("lengths_h", f"found {_listed(self.lengths_h)}", "name each length once")
        if 1440 % self.start_every_min:
            raise Refused(
                "start_every_min", f"{self.start_every_min} does not divide a day", "use 15, 30 or 60"
            )
        if self.under_cost_per_h <= self.cost_per_h:
            raise Refused(
                "under_cost_per_h",
                f"{self.under_cost_per_h:g} is not more than cost_per_h, {self.cost_per_h:g}",
                "raise it: at that price nobody would be scheduled",
            )
        with_meal = [length for length in self._lengths_min() if self._has_meal(length)]
        if with_meal:
            self._check_window(min(with_meal))
        return self

    def _check_window(self, shortest_min: int) -> None:
        """Refuse a meal window in which the shortest shift with a meal cannot have it."""
        if self.meal_latest_h < self.meal_earliest_h:
            raise Refused(
                "meal_latest_h",
                f"{self.meal_latest_h:g} is before meal_earliest_h, {self.meal_earliest_h:g}",
                "swap them",
            )
        if _minutes(self.meal_earliest_h) + self.meal_min >= shortest_min:
            raise Refused(
                "meal_earliest_h",
                f"a meal of {self.meal_min} min after {self.meal_earliest_h:g} h does not end before a "
                f"shift of {shortest_min / 60:g} h",
                "begin the meal earlier, or raise meal_from_h",
            )

    def shapes(self, minutes: int) -> tuple[Shape, ...]:
        """Return every shift there is, on a grid of intervals of so many minutes.

        Raises `Refused` where `check_grid` does.
        """
        self.check_grid(minutes)
        shapes = []
        for length in self._lengths_min():
            if not self._has_meal(length):
                shapes.append(Shape(length))
                continue
            latest = min(_minutes(self.meal_latest_h), length - self.meal_min - 1)
            for after in range(_minutes(self.meal_earliest_h), latest + 1, minutes):
                shapes.append(Shape(length, after, self.meal_min))
        return tuple(shapes)

    def check_grid(self, minutes: int) -> None:
        """Refuse a length or a time that does not fit intervals of so many minutes, by its field's name."""
        used: dict[str, tuple[float, ...]] = {"lengths_h": self.lengths_h}
        # Steps finer than the grid come to every interval.
        if minutes % self.start_every_min:
            used["start_every_min"] = (self.start_every_min,)
        if any(self._has_meal(length) for length in self._lengths_min()):
            used |= {
                "meal_min": (self.meal_min,),
                "meal_earliest_h": (self.meal_earliest_h,),
                "meal_latest_h": (self.meal_latest_h,),
            }
        for field, values in used.items():
            in_hours = field.endswith("_h")
            for value in values:
                if (_minutes(value) if in_hours else value) % minutes:
                    step = f"{minutes / 60:g} h" if in_hours else f"{minutes} min"
                    raise Refused(
                        f"shifts.{field}",
                        f"{value:g} does not fit intervals of {minutes} minutes",
                        f"use steps of {step}, or shorter intervals",
                    )

    def _lengths_min(self) -> list[int]:
        return [_minutes(length) for length in self.lengths_h]

    def _has_meal(self, length_min: int) -> bool:
        return self.meal_min > 0 and length_min >= _minutes(self.meal_from_h)


def _minutes(hours: float) -> int:
    return round(hours * 60)


def _listed(numbers: tuple[float, ...]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)
