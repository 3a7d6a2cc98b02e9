"""The program that decides on hires: costs of people as they are, costs of weeks as the cuts say."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pulp

from callplan.errors import Infeasible
from scheduling.hiring.heads import Heads, Intake, week_pay
from scheduling.hiring.week import Cut, Sum, total
from scheduling.solver import solve


@dataclass(frozen=True, eq=False)
class Decision:
    """Hires and dismissals, what the cuts say that each week costs beyond, and the bound of it all."""

    heads: Heads
    beyond: np.ndarray  # by week
    bound: float
    solver: str


def decide(
    intake: Intake,
    need: np.ndarray,
    cuts: Sequence[Sequence[Cut]],
    *,
    whole: bool,
    gap: float,
    seed: int,
    time_limit_s: float,
) -> Decision | None:
    """Choose hires and dismissals at least cost, each week costing beyond them what its cuts say.

    `need` is pools x weeks x slots, `whole` asks for whole people. None where time ran out; raises
    `Infeasible` where shares, classes and most heads cannot all be kept.
    """
    program = _Program(intake, pulp.LpInteger if whole else pulp.LpContinuous)
    for week, of_week in enumerate(cuts):
        program.add_week(week, [(cut, cut.least(need[:, week], 0.0)) for cut in of_week])
    solution = solve(program.finished(), gap=gap, seed=seed, time_limit_s=time_limit_s)
    if solution.status == "infeasible":
        raise Infeasible(
            "hiring: no hires keep heads_at_most, shares and class sizes together; widen one of them"
        )
    if not solution.values:
        return None
    hires, dismissed = (
        np.array([[solution.values[week.name] for week in weeks] for weeks in people])
        for people in (program.hires, program.dismissed)
    )
    if whole:
        hires, dismissed = np.round(hires), np.round(dismissed)
    beyond = np.array([solution.values[week.name] for week in program.beyond])
    return Decision(intake.follow(hires, dismissed), beyond, solution.bound, solution.solver)


class _Program:
    """The program as it is put together. Lists of people are by crew, then by week."""

    def __init__(self, intake: Intake, kind: str) -> None:
        self.intake, self.kind = intake, kind
        self.problem = pulp.LpProblem("hiring", pulp.LpMinimize)
        self.cost = pulp.lpSum([])
        self.rows: list[pulp.LpConstraint] = []
        number = range(len(intake.crews))
        self.hires = [self._hires(crew) for crew in number]
        self.dismissed = [
            self._by_week(f"dismissed_{crew}", None if terms.dismissal_cost is not None else 0, kind)
            for crew, terms in enumerate(intake.terms)
        ]
        self.employed = [self._employed(crew) for crew in number]
        self.productive = [self._productive(crew) for crew in number]
        self.beyond: list[pulp.LpVariable] = []

    def add_week(self, week: int, cuts: Sequence[tuple[Cut, float]]) -> None:
        """Add what a week costs beyond its people: no less than any cut says. Its need makes part of each."""
        self.beyond.append(self.problem.add_variable(f"beyond_{week:03d}", 0))
        self.cost.addterm(self.beyond[week], 1.0)
        for cut, needed in cuts:
            saved = [
                (variable, factor * worth)
                for productive, worth in zip(self.productive, cut.worth.tolist(), strict=True)
                for variable, factor in productive[week]
            ]
            self.rows.append(total([(self.beyond[week], 1.0), *saved]) >= needed)

    def finished(self) -> pulp.LpProblem:
        """Return the problem with its rows."""
        self.problem += self.cost
        for row in [*self.rows, *self._shares()]:
            self.problem += row
        return self.problem

    def _by_week(
        self, name: str, most: float | None = None, kind: str = pulp.LpContinuous
    ) -> list[pulp.LpVariable]:
        weeks = range(self.intake.weeks)
        return [self.problem.add_variable(f"{name}_{week:03d}", 0, most, kind) for week in weeks]

    def _hires(self, crew: int) -> list[pulp.LpVariable]:
        """Return the people who begin, in classes of their sizes."""
        terms = self.intake.terms[crew]
        hires = self._by_week(f"hires_{crew}", terms.class_most, self.kind)
        self.rows += [early <= 0 for early in hires[: terms.recruiting_weeks]]
        if terms.class_least == terms.class_every_weeks == 1:
            return hires
        classes = self._by_week(f"class_{crew}", 1, self.kind)
        for week, (joining, begun) in enumerate(zip(hires, classes, strict=True)):
            self.rows.append(total([(joining, 1.0), (begun, -terms.class_most)]) <= 0)
            self.rows.append(total([(joining, 1.0), (begun, -terms.class_least)]) >= 0)
            self.rows.append(pulp.lpSum(classes[week : week + terms.class_every_weeks]) <= 1)
        return hires

    def _employed(self, crew: int) -> list[pulp.LpVariable]:
        """Return all heads, whom everything is paid for."""
        terms = self.intake.terms[crew]
        employed = self._by_week(f"employed_{crew}", terms.heads_at_most)
        for week, heads in enumerate(employed):
            self._balance(crew, employed, week, [(self.hires[crew][week], 1.0)])
            self.cost.addterm(heads, week_pay(terms, self.intake.crews[crew]))
            self.cost.addterm(self.hires[crew][week], terms.cost_per_hire)
            self.cost.addterm(self.dismissed[crew][week], terms.dismissal_cost or 0.0)
        return employed

    def _productive(self, crew: int) -> list[Sum]:
        """Return, as sums, the heads counted by their share of full work."""
        terms, hires = self.intake.terms[crew], self.hires[crew]
        stay, grown = 1 - terms.weekly_attrition, terms.training_weeks + len(terms.ramp)
        full = self._by_week(f"full_{crew}")
        productive = []
        for week, heads in enumerate(full):
            learned = [(hires[week - grown], stay**grown)] if week >= grown else []
            self._balance(crew, full, week, learned)
            ages = range(terms.training_weeks, min(grown, week + 1))
            learners = [
                (hires[week - age], terms.ramp[age - terms.training_weeks] * stay**age) for age in ages
            ]
            productive.append([(heads, 1.0), *learners])
        return productive

    def _balance(self, crew: int, heads: list[pulp.LpVariable], week: int, joining: Sum) -> None:
        """Heads are those who stayed and those who join, less those dismissed."""
        stay = 1 - self.intake.terms[crew].weekly_attrition
        stayed = [(heads[week - 1], stay)] if week else []
        changes = [*stayed, *joining, (self.dismissed[crew][week], -1.0), (heads[week], -1.0)]
        self.rows.append(total(changes) == (0.0 if week else -self.intake.headcount[crew]))

    def _shares(self) -> list[pulp.LpConstraint]:
        """Return what keeps each contract's share of all heads, from the week in which all can be hired."""
        rows = []
        for week in range(max(terms.recruiting_weeks for terms in self.intake.terms), self.intake.weeks):
            for own, terms in zip(self.employed, self.intake.terms, strict=True):
                least, most = (
                    total([(heads[week], float(heads is own) - share) for heads in self.employed])
                    for share in (terms.share_least, terms.share_most)
                )
                rows += [least >= 0] if terms.share_least > 0 else []
                rows += [most <= 0] if terms.share_most < 1 else []
        return rows
