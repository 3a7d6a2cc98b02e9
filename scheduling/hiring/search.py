"""Two programs that ask each other: whom to hire at guessed costs of the weeks, and what these cost then.

The first knows the weeks by cuts alone, so its optimum is a bound; every cover of a week adds a cut, which
serves the others too. Once the guesses are right the plan is the cheapest.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np

from callplan.errors import Infeasible
from scheduling.hiring.decision import Decision, decide
from scheduling.hiring.heads import Heads, Intake
from scheduling.hiring.week import Demand, Week, cover_week, cut_at
from scheduling.solver import SAME

# The search stops at a plan that costs at most this share more than the bound.
GAP = 0.001
# In a round so many weeks are looked at, spread over the horizon.
LOOKED_AT = 6


@dataclass(frozen=True, eq=False)
class Found:
    """The best plan found: heads, what their weeks cover, its cost, and what no plan costs less than."""

    heads: Heads
    weeks: list[Week] = field(repr=False)
    cost: float
    bound: float
    solver: str
    timed_out: bool = False
    seconds: float = 0.0


class _Rounds:
    """The cuts found so far, by week, and the clock."""

    def __init__(self, demand: Demand, intake: Intake, seed: int, time_limit_s: float) -> None:
        self.demand, self.intake, self.seed = demand, intake, seed
        self.began, self.time_limit_s = time.perf_counter(), time_limit_s
        # What a week costs if each head at work saves the whole price of a shortfall.
        dearest = np.repeat(demand.most_paid[:, None], demand.need.shape[2], axis=1)
        first = cut_at(dearest, [0.0] * len(intake.crews), intake.crews)
        self.cuts = [[first] for _ in range(intake.weeks)]

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began

    def decide(self, *, whole: bool) -> Decision | None:
        # Time that is up is up for good; a little more finds the plan that all this was for.
        left_s = max(self.time_limit_s - self.seconds, 0.1 * self.time_limit_s)
        return decide(
            self.intake,
            self.demand.need,
            self.cuts,
            whole=whole,
            gap=GAP / 2,
            seed=self.seed,
            time_limit_s=left_s,
        )

    def cover(self, decision: Decision, weeks: Iterable[int]) -> list[Week]:
        """Cover those weeks with the heads decided on; keep their cuts where they tell something new."""
        heads = decision.heads.productive
        covered = [
            cover_week(
                self.demand,
                week,
                heads[:, week],
                self.intake.crews,
                seed=self.seed,
                time_limit_s=self.time_limit_s,
            )
            for week in weeks
        ]
        small = GAP / 100 * max(decision.bound, 0.0) / self.intake.weeks
        for done in covered:
            for week, guessed in enumerate(decision.beyond):
                if done.cut.least(self.demand.need[:, week], heads[:, week]) > guessed + small:
                    self.cuts[week].append(done.cut)
        return covered


def search(demand: Demand, intake: Intake, *, seed: int, time_limit_s: float) -> Found:
    """Return the cheapest plan, proven to be within `GAP` of it unless time is up.

    The first rounds allow fractions of people, for such are soon decided, and look at some weeks each.
    """
    rounds = _Rounds(demand, intake, seed, time_limit_s)
    _approach(rounds)
    found: Found | None = None
    bound = -np.inf
    while (decision := rounds.decide(whole=True)) is not None:
        weeks = rounds.cover(decision, range(intake.weeks))
        cost = float(intake.cost(decision.heads).sum() + sum(week.cost for week in weeks))
        bound = max(bound, decision.bound)
        if found is None or cost < found.cost:
            found = Found(decision.heads, weeks, cost, bound, decision.solver)
        found = replace(found, bound=bound, timed_out=rounds.seconds > time_limit_s, seconds=rounds.seconds)
        if found.timed_out or found.cost - bound <= GAP * found.cost + SAME:
            return found
    if found is None:
        raise Infeasible(f"hiring: no plan found in {time_limit_s:.3g} s; give it more time")
    return replace(found, timed_out=True, seconds=rounds.seconds)


def _approach(rounds: _Rounds) -> None:
    """Gather cuts, some weeks a turn, until these cost about what was guessed, or half the time is up."""
    weeks = rounds.intake.weeks
    step = -(-weeks // LOOKED_AT)
    for turn in count():
        decision = rounds.decide(whole=False)
        if decision is None:
            return
        looked_at = range(turn % step, weeks, step)
        covered = rounds.cover(decision, looked_at)
        missed = sum(week.cost for week in covered) - decision.beyond[looked_at].sum()
        if missed * step <= GAP / 4 * decision.bound or rounds.seconds > rounds.time_limit_s / 2:
            return
