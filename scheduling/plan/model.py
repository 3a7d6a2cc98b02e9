"""The linear program of a plan: which shifts, how many heads on each, and when how many of them take a break.

One column for each start and length of a shift, one row for each slot: the heads at work there, and those
missing, are at least as many as needed (Dantzig 1954, "A comment on Edie's 'Traffic delays at toll booths'",
Journal of the Operations Research Society of America 2, 339-341). Breaks are counted by slot and not by
shift, as Bechtold and Jacobs do (1990, "Implicit modeling of flexible break assignments in optimal shift
scheduling", Management Science 36, 1339-1351): where all windows are of one width, a break that is dealt to
the shift whose window opened first always lies inside its window.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

import numpy as np

from scheduling.plan.axis import Axis, Demand
from scheduling.plan.program import Builder, Part, Program
from scheduling.plan.service import DayService
from scheduling.plan.teams import Crew, starts
from scheduling.rules import Rules
from scheduling.shapes import Shape, shape

Terms = list[tuple[int, float]]


@dataclass(frozen=True)
class Shift:
    """A shift that a crew may work, and the column of its heads."""

    crew: int
    slot: int
    shape: Shape
    column: int


@dataclass(frozen=True)
class Pool:
    """Breaks of one crew, as long as each other, whose windows are of one width: they are dealt in turn."""

    crew: int
    length: int  # in slots
    width: int  # slots after the first in which the break may begin
    paid: bool
    windows: dict[int, list[tuple[int, int]]] = field(
        default_factory=dict
    )  # by slot: shifts, number of break
    columns: dict[int, int] = field(default_factory=dict)  # by slot: breaks that begin there


@dataclass(frozen=True, eq=False)
class Model:
    """The program, and what its columns mean."""

    axis: Axis
    demands: Sequence[Demand]
    crews: Sequence[Crew]
    rules: Rules
    program: Program
    shifts: list[Shift]
    pools: list[Pool]
    split: dict[tuple[int, int], dict[int, int]]  # crew and queue: by slot, the heads given to it
    services: dict[int, DayService]


def build(
    axis: Axis,
    demands: Sequence[Demand],
    crews: Sequence[Crew],
    rules: Rules,
    services: dict[int, DayService],
) -> Model:
    """Put a group of queues into one program."""
    return _Drawing(axis, demands, crews, rules, services).model()


class _Drawing:
    """What is built up while the columns and rows are drawn."""

    def __init__(
        self,
        axis: Axis,
        demands: Sequence[Demand],
        crews: Sequence[Crew],
        rules: Rules,
        services: dict[int, DayService],
    ) -> None:
        self.axis, self.demands, self.crews, self.rules, self.services = axis, demands, crews, rules, services
        self.hours = axis.step_min / 60
        self.surcharge = axis.surcharge(rules.bands)
        self.builder = Builder()
        self.shifts: list[Shift] = []
        self.at_work: dict[tuple[int, int], Terms] = defaultdict(list)  # by crew and slot
        self.split: dict[tuple[int, int], dict[int, int]] = {}

    def model(self) -> Model:
        """Draw everything."""
        shapes = [shape(self.rules, length, self.axis.step_min) for length in self.rules.lengths_min()]
        for number, crew in enumerate(self.crews):
            for form in shapes:
                for slot in starts(crew, form, self.axis, self.rules):
                    self._shift(number, slot, form)
        pools = self._pools()
        self._choices()
        for number, crew in enumerate(self.crews):
            if crew.shared:
                self._share(number, crew)
        for number, demand in enumerate(self.demands):
            self._cover(number, demand)
        program = self.builder.program()
        return Model(
            self.axis,
            self.demands,
            self.crews,
            self.rules,
            program,
            self.shifts,
            pools,
            self.split,
            self.services,
        )

    def _slots(self, first: int, count: int) -> np.ndarray:
        return np.arange(first, first + count) % len(self.axis)

    def _shift(self, crew: int, slot: int, form: Shape) -> None:
        slots = self._slots(slot, form.length_min // self.axis.step_min)
        rules, price = self.rules, self.crews[crew].cost_per_h
        extra_h = self.surcharge[slots].sum() * self.hours
        if rules.overtime_from_h is not None:
            extra_h += max(form.paid_h - rules.overtime_from_h, 0.0) * rules.overtime_surcharge
        column = self.builder.column(Part.HEADS, slot, cost=price * (form.paid_h + extra_h))
        self.shifts.append(Shift(crew, slot, form, column))
        for at in slots.tolist():
            self.at_work[crew, at].append((column, 1.0))

    def _pools(self) -> list[Pool]:
        pools: dict[tuple[int, int, int, bool], Pool] = {}
        step = self.axis.step_min
        for number, shift in enumerate(self.shifts):
            for which, pause in enumerate(shift.shape.breaks):
                width = (pause.latest_min - pause.earliest_min) // step
                key = (shift.crew, pause.length_min // step, width, pause.paid)
                pool = pools.setdefault(key, Pool(*key))
                opens = (shift.slot + pause.earliest_min // step) % len(self.axis)
                pool.windows.setdefault(opens, []).append((number, which))
        for pool in pools.values():
            self._breaks(pool)
        return list(pools.values())

    def _breaks(self, pool: Pool) -> None:
        """Draw the breaks of a pool: each slot ends some of those that wait since their window opened."""
        windows: dict[int, Terms] = {
            slot: [(self.shifts[shift].column, -1.0) for shift, _ in opened]
            for slot, opened in pool.windows.items()
        }
        slots = sorted({int(slot) for opens in windows for slot in self._slots(opens, pool.width + 1)})
        waiting = {slot: self.builder.column(Part.DETAIL, slot) for slot in slots}
        price = 0.0 if pool.paid else self.crews[pool.crew].cost_per_h * self.hours
        for slot in slots:
            away = self._slots(slot, pool.length)
            column = self.builder.column(Part.DETAIL, slot, cost=-price * self.surcharge[away].sum())
            pool.columns[slot] = column
            for at in away.tolist():
                self.at_work[pool.crew, at].append((column, -1.0))
            before = (slot - 1) % len(self.axis) if self.axis.cyclic else slot - 1
            still = [(waiting[before], -1.0)] if before in waiting else []
            opened = windows.get(slot, [])
            self.builder.row([(waiting[slot], 1.0), (column, 1.0), *still, *opened], slot, least=0, most=0)
            # Who still waits after this slot has a window that is still open.
            recent = self._slots(slot - pool.width + 1, pool.width).tolist()
            open_still = [term for opens in recent for term in windows.get(opens, [])]
            self.builder.row([(waiting[slot], 1.0), *open_still], slot, most=0)

    def _choices(self) -> None:
        """Draw which templates are used, and at which clock times shifts begin at all."""
        clock = self.axis.clock
        if self.rules.template_cost:
            templates: dict[tuple[int, int, int], list[Shift]] = defaultdict(list)
            for shift in self.shifts:
                templates[shift.crew, int(clock[shift.slot]), shift.shape.length_min].append(shift)
            for kind in templates.values():
                chosen = self.builder.column(Part.CHOICE, -1, cost=self.rules.template_cost, upper=1)
                for shift in kind:
                    self._only_if(chosen, [shift])
        if self.rules.starts_at_most is not None:
            times: dict[tuple[int, int], dict[int, list[Shift]]] = defaultdict(lambda: defaultdict(list))
            for shift in self.shifts:
                times[shift.crew, int(clock[shift.slot])][shift.slot].append(shift)
            chosen_by_crew: dict[int, Terms] = defaultdict(list)
            for (crew, _), begun in times.items():
                chosen = self.builder.column(Part.CHOICE, -1, upper=1)
                chosen_by_crew[crew].append((chosen, 1.0))
                for together in begun.values():
                    self._only_if(chosen, together)
            for chosen_times in chosen_by_crew.values():
                self.builder.row(chosen_times, -1, most=self.rules.starts_at_most)

    def _only_if(self, chosen: int, shifts: list[Shift]) -> None:
        """Allow heads on some shifts of one start only if something is chosen."""
        longest = max(shift.shape.length_min for shift in shifts) // self.axis.step_min
        slots = self._slots(shifts[0].slot, longest)
        crew = self.crews[shifts[0].crew]
        most = self._useful(crew.queues, slots)
        # Part of the heads may be at a break: with k places for it, at least one of k.
        for shift in shifts:
            for pause in shift.shape.breaks:
                places = (pause.latest_min - pause.earliest_min) // pause.length_min + 1
                if places > 1:
                    most = max(most, ceil(most * places / (places - 1)) + 1)
        self.builder.row(
            [(chosen, -float(most)), *((shift.column, 1.0) for shift in shifts)], shifts[0].slot, most=0
        )

    def _useful(self, queues: tuple[int, ...], slots: np.ndarray) -> int:
        """Return how many heads at work are ever of use to some queues in some slots."""
        total = np.zeros(len(slots))
        for number in queues:
            demand = self.demands[number]
            need = np.maximum(demand.need, demand.rules.heads_at_least or 0)
            total += (self.services[number].most if number in self.services else need)[slots]
        return int(total.max())

    def _share(self, number: int, crew: Crew) -> None:
        """Draw to which queue the heads of a shared team are given, slot by slot."""
        for queue in crew.queues:
            self.split[number, queue] = {
                int(slot): self.builder.column(Part.DETAIL, int(slot))
                for slot in np.flatnonzero(self.demands[queue].is_open)
            }
        for slot in np.flatnonzero(crew.is_open).tolist():
            given = [self.split[number, queue].get(slot) for queue in crew.queues]
            terms = [(column, -1.0) for column in given if column is not None]
            self.builder.row([*self.at_work[number, slot], *terms], slot, least=0, most=0)
            if crew.heads_at_most is not None:
                self.builder.row([(column, 1.0) for column, _ in terms], slot, most=crew.heads_at_most)

    def _staffed(self, queue: int, slot: int) -> Terms:
        """Return the terms whose sum is the heads at work for a queue in a slot."""
        terms: Terms = []
        for number, crew in enumerate(self.crews):
            if crew.shared and queue in crew.queues:
                terms.append((self.split[number, queue][slot], 1.0))
            elif crew.queues == (queue,):
                terms += self.at_work[number, slot]
        return terms

    def _cover(self, number: int, demand: Demand) -> None:
        """Draw the rows that hold the heads at work against the need, the floor, and the day's service."""
        floor = demand.rules.heads_at_least or 0
        service = self.services.get(number)
        needs = demand.need if service is None else service.base
        extra = {} if service is None else service.draw(self.builder)
        for slot in np.flatnonzero(demand.is_open).tolist():
            need = int(needs[slot])
            terms = self._staffed(number, slot)
            spare = [(column, -1.0) for column in extra.get(slot, [])]
            under_cost = (demand.rules.under_cost_per_h or 0.0) * self.hours
            if need > floor:
                terms.append(
                    (self.builder.column(Part.AMOUNT, slot, cost=under_cost, upper=need - floor), 1.0)
                )
            over_cost = (demand.rules.over_cost_per_h or 0.0) * self.hours
            if over_cost:
                over = self.builder.column(Part.AMOUNT, slot, cost=over_cost, lower=max(floor - need, 0))
                self.builder.row([*terms, *spare, (over, -1.0)], slot, least=need, most=need)
            else:
                self.builder.row([*terms, *spare], slot, least=max(need, floor))
