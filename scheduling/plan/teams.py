"""Who may work which shift: a queue's own heads, and teams that several queues share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from callplan.errors import Refused
from scheduling.plan.axis import Axis, Demand
from scheduling.rules import Rules
from scheduling.shapes import Shape


@dataclass(frozen=True, eq=False)
class Crew:
    """Heads of one kind: the queues they serve, one at a time, and when one of them is open."""

    name: str
    queues: tuple[int, ...]  # numbers of demands
    shared: bool  # false: a queue's own, who do nothing else
    cost_per_h: float
    heads_at_most: int | None
    is_open: np.ndarray

    def openings(self, axis: Axis) -> np.ndarray:
        """Return for how many slots from each on somebody is unbrokenly needed; 0 where all is closed."""
        turns = 2 if axis.cyclic else 1
        unbroken = np.zeros(len(axis) * turns + 1, int)
        for slot in range(len(axis) * turns - 1, -1, -1):
            unbroken[slot] = unbroken[slot + 1] + 1 if self.is_open[slot % len(axis)] else 0
        return np.minimum(unbroken[: len(axis)], len(axis))


def groups(queues: Sequence[str], rules: Rules) -> list[list[str]]:
    """Return the queues in groups that share no team, so that each is planned for itself."""
    together = [{queue} for queue in queues]
    for team in rules.teams.values():
        joined = [group for group in together if group & set(team.queues)]
        if joined:
            together = [group for group in together if group not in joined] + [set().union(*joined)]
    return sorted(sorted(group) for group in together)


def crews(demands: Sequence[Demand], rules: Rules) -> list[Crew]:
    """Return the heads that serve some queues: each queue's own first, then the shared teams."""
    names = [demand.queue for demand in demands]
    found = [
        Crew(demand.queue, (number,), False, rules.cost_per_h, None, demand.is_open)
        for number, demand in enumerate(demands)
        if demand.rules.dedicated
    ]
    for name, team in rules.teams.items():
        served = tuple(names.index(queue) for queue in team.queues if queue in names)
        if name in names:
            raise Refused(f"shifts.teams.{name}", "a queue has the same name", "give the team another")
        if served:
            is_open = np.any([demands[number].is_open for number in served], axis=0)
            cost = rules.cost_per_h if team.cost_per_h is None else team.cost_per_h
            found.append(Crew(name, served, True, cost, team.heads_at_most, is_open))
    return found


def starts(crew: Crew, shape: Shape, axis: Axis, rules: Rules) -> list[int]:
    """Return the slots in which a crew's shifts of a shape may begin.

    On the steps of the clock, and when it opens; inside one unbroken opening, and inside the rules.
    """
    unbroken, clock = crew.openings(axis), axis.clock
    length = shape.length_min // axis.step_min
    # A slot before which all is closed; the first of a plan that does not come again, too.
    opens = unbroken > 0
    opens &= np.roll(unbroken, 1) == 0
    if not axis.cyclic:
        opens[0] = unbroken[0] > 0
    allowed = (clock % rules.start_every_min == 0) | opens
    allowed &= unbroken >= length
    if not rules.overnight:
        days = axis.days
        last = (np.arange(len(axis)) + length - 1) % len(axis)
        allowed &= days[last] == days
    return [
        int(slot) for slot in np.flatnonzero(allowed) if rules.may_begin(int(clock[slot]), shape.length_min)
    ]
