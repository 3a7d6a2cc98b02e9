"""A shift without its start: how long it lasts, and in which windows its breaks begin."""

from dataclasses import dataclass, replace
from math import gcd
from typing import Literal

from callplan.errors import Refused
from scheduling.clock import minutes_of
from scheduling.rules import Rules

# Shifts are not planned on a finer grid than this.
FINEST_MIN = 5


@dataclass(frozen=True)
class Break:
    """One break of a shift; its window is in minutes since the shift began, both ends included."""

    kind: Literal["meal", "rest", "leave"]  # leave: of who went in the middle of a shift
    length_min: int
    earliest_min: int
    latest_min: int
    paid: bool


@dataclass(frozen=True)
class Shape:
    """A shift without its start. Breaks stand in their order, and their windows never overlap."""

    length_min: int
    breaks: tuple[Break, ...] = ()

    @property
    def paid_h(self) -> float:
        """Paid hours: all but unpaid breaks."""
        return (self.length_min - sum(pause.length_min for pause in self.breaks if not pause.paid)) / 60

    def name(self, begun_min: tuple[int, ...]) -> str:
        """Return what the shift is called with its breaks begun at these minutes.

        >>> Shape(510, (Break("meal", 30, 180, 300, False),)).name((240,))
        '8.5h, meal after 4h'
        """
        parts = [f"{self.length_min / 60:g}h"]
        for kind in ("meal", "rest"):
            after = [
                f"{begun / 60:g}h"
                for pause, begun in zip(self.breaks, begun_min, strict=True)
                if pause.kind == kind
            ]
            if after:
                parts.append(f"{kind} after {' and '.join(after)}")
        return ", ".join(parts)


def step_min(rules: Rules, minutes: int) -> int:
    """Return the grid on which shifts are planned, in minutes: intervals, or parts that breaks fit.

    Refuses lengths and times that do not fit it, by the field's name.

    >>> step_min(Rules(), 30), step_min(Rules(rests_h=((1, 3),)), 30)
    (30, 15)
    """
    lengths = rules.lengths_min()
    meals, rests = any(map(rules.has_meal, lengths)), any(map(rules.has_rests, lengths))
    step = gcd(minutes, rules.meal_min if meals else 0, rules.rest_min if rests else 0)
    used: dict[str, tuple[float, ...]] = {"lengths_h": tuple(length / 60 for length in lengths)}
    # Steps finer than the grid come to every part of it.
    if step % rules.start_every_min:
        used["start_every_min"] = (rules.start_every_min,)
    if meals:
        used |= {
            "meal_min": (rules.meal_min,),
            "meal_earliest_h": (rules.meal_earliest_h,),
            "meal_latest_h": (rules.meal_latest_h,),
        }
    if rests:
        used |= {
            "rest_min": (rules.rest_min,),
            "rests_h": tuple(edge for window in rules.rests_h for edge in window),
        }
    if step < FINEST_MIN:
        step = minutes
    for field, values in used.items():
        in_hours = field.endswith("_h")
        for value in values:
            if (minutes_of(value) if in_hours else value) % step:
                unit = f"{step / 60:g} h" if in_hours else f"{step} min"
                raise Refused(
                    f"shifts.{field}",
                    f"{value:g} does not fit intervals of {step} minutes",
                    f"use steps of {unit}, or shorter intervals",
                )
    return step


def shape(rules: Rules, length_min: int, step: int) -> Shape:
    """Return the shift of a length, its breaks' windows on a grid of so many minutes.

    Where the windows of two breaks overlap, they part in the middle of what they share: so breaks can
    be planned apart, and never meet.

    >>> [(pause.earliest_min, pause.latest_min) for pause in shape(Rules(rests_h=((1, 3),)), 360, 15).breaks]
    [(60, 165), (180, 300)]
    """
    breaks = _meal(rules, length_min, step) + _rests(rules, length_min)
    breaks.sort(key=lambda pause: (pause.earliest_min, pause.latest_min))
    for number in range(1, len(breaks)):
        before, after = breaks[number - 1 : number + 1]
        shared = before.latest_min + before.length_min - after.earliest_min
        if shared > 0:
            middle = after.earliest_min + shared // 2 // step * step
            middle = min(max(middle, before.earliest_min + before.length_min), after.latest_min)
            breaks[number - 1] = replace(
                before, latest_min=min(before.latest_min, middle - before.length_min)
            )
            breaks[number] = replace(after, earliest_min=max(after.earliest_min, middle))
    for pause in breaks:
        if pause.latest_min < pause.earliest_min or pause.latest_min + pause.length_min > length_min:
            field = "meal_earliest_h" if pause.kind == "meal" else "rests_h"
            raise Refused(
                f"shifts.{field}",
                f"no room for a {pause.kind} of {pause.length_min} min in a shift of {length_min / 60:g} h",
                f"widen its window, or give only longer shifts a {pause.kind}",
            )
    return Shape(length_min, tuple(breaks))


def _meal(rules: Rules, length_min: int, step: int) -> list[Break]:
    if not rules.has_meal(length_min):
        return []
    latest = min(minutes_of(rules.meal_latest_h), length_min - rules.meal_min - 1) // step * step
    return [Break("meal", rules.meal_min, minutes_of(rules.meal_earliest_h), latest, rules.meal_paid)]


def _rests(rules: Rules, length_min: int) -> list[Break]:
    if not rules.has_rests(length_min):
        return []
    windows = [[minutes_of(edge) + length_min * (edge < 0) for edge in window] for window in rules.rests_h]
    return [Break("rest", rules.rest_min, first, last, paid=True) for first, last in windows]
