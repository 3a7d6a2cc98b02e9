"""Whole teams of one and of several skills, sized by simulation.

An agent of two skills is not one agent for each of two queues: while one queue has the agent, the
other has not. No formula says what such agents are worth in general, so every plan here is simulated.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

import numpy as np

from callplan.errors import Infeasible, Refused
from erlang.simulation.callers import CallType, Team, number
from erlang.simulation.simulate import simulate
from erlang.targets import Target, required_agents

if TYPE_CHECKING:
    import pandas as pd

# The column of a simulation that a goal is about, and whether more of it is better.
_GOALS = {
    "service_level": ("service_level", True),
    "asa_s": ("asa_s", False),
    "abandoned": ("abandoned_share", False),
    "p_wait": ("p_wait", False),
}

Agents = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class TeamSizes:
    """The cheapest teams found, what they give each queue, and what teams of one skill would need.

    `queues` is the table of the simulation, with 95% confidence limits. `separate` is the smallest team
    for each queue if no agent had a second skill, sized by the same simulation, and `separate_cost` what
    these cost, each in the cheapest team that has the skill: what `cost` is less is what a second skill
    is worth. `simulated` counts the simulations that the search took.
    """

    agents: dict[str, int]
    cost: float
    queues: "pd.DataFrame"
    separate: dict[str, int]
    separate_cost: float
    simulated: int


def size_teams(
    call_types: Sequence[CallType],
    skills: Mapping[str, Sequence[str]],
    target: Target | Mapping[str, Target],
    *,
    cost: Mapping[str, float] | None = None,
    minutes: float = 60.0,
    hours: float = 40.0,
    replications: int = 20,
    seed: int = 0,
    routing: str = "longest_wait",
) -> TeamSizes:
    """Return the cheapest whole teams with which every queue meets its goals under a load that lasts.

    `skills` names the queues of each team, the preferred one first; `target` holds for all queues, or
    is a mapping by queue; `cost` is that of one agent of each team (1 where it is not given). The
    `calls` of a queue are those of `minutes`: a plan is judged by `replications` runs of `hours` at that
    rate, after two hours of warming up, always with the same callers.

    A goal is met if the simulated share or mean meets it. The search starts once with each queue in
    its cheapest team, and twice for each team of several skills: with half the agents of its queues in
    that team, and with all. As long as that is cheaper and meets all goals it takes one or two agents
    away and puts none, one or two into other teams; of plans that cost the same, fewer skills are
    cheaper. What it ends with cannot be bettered by such a step. It takes for granted that a plan with
    fewer agents in some teams, and more in none, gives no better service.

    >>> call_types = [CallType("sales", 40, 300, 120), CallType("service", 40, 300, 120)]
    >>> skills = {"sales": ["sales"], "service": ["service"], "both": ["sales", "service"]}
    >>> found = size_teams(call_types, skills, Target.parse("80/20"), cost={"both": 1.1}, hours=20)
    >>> found.agents, found.separate
    ({'sales': 3, 'service': 3, 'both': 3}, {'sales': 5, 'service': 5})
    """
    if not call_types:
        raise Refused("call_types", "none", "give at least one")
    for where, value in (("minutes", minutes), ("hours", hours)):
        if not number(where, value):
            raise Refused(where, "found 0", "it must be above 0")
    names = [call_type.name for call_type in call_types]
    targets = {name: _goals_of(name, target) for name in names}
    prices = _prices(skills, cost)
    options: dict[str, Any] = {
        "minutes": 60.0 * hours,
        "warm_up_min": 120.0,
        "seed": seed,
        "routing": routing,
    }
    options["convention"] = _one_convention(targets)
    lasting = [_lasting(call_type, targets[call_type.name], hours * 60 / minutes) for call_type in call_types]
    alone = _Trials(lasting, {name: [name] for name in names}, targets, replications, options)
    separate = _cheapest(alone, alone.grown(_by_formula(lasting, targets, hours)), [1.0] * len(names))
    trials = _Trials(lasting, skills, targets, replications, options)
    starts = _starts(dict(zip(names, separate, strict=True)), skills, prices)
    found = [_cheapest(trials, trials.grown(start), prices) for start in starts]
    agents = min(found, key=lambda plan: _sum(prices, plan))
    return TeamSizes(
        dict(zip(skills, agents, strict=True)),
        round(_sum(prices, agents), 6),
        trials.play(agents, replications).reset_index(),
        dict(zip(names, separate, strict=True)),
        round(_sum(prices, starts[0]), 6),
        len(alone.played) + len(trials.played),
    )


@dataclass
class _Trials:
    """Plans that were simulated, each with the same callers."""

    call_types: Sequence[CallType]
    skills: Mapping[str, Sequence[str]]
    targets: Mapping[str, Target]
    replications: int
    options: dict[str, Any]
    played: "dict[tuple[Agents, int], pd.DataFrame]" = field(default_factory=dict)
    failed: list[Agents] = field(default_factory=list)

    def play(self, agents: Agents, replications: int) -> "pd.DataFrame":
        """Return what each queue gets from so many agents in each team."""
        if (agents, replications) not in self.played:
            teams = [Team(name, self.skills[name], n) for name, n in zip(self.skills, agents, strict=True)]
            result = simulate(self.call_types, teams, replications=replications, **self.options)
            self.played[agents, replications] = result.queues.set_index("queue")
        return self.played[agents, replications]

    def meets(self, agents: Agents) -> bool:
        """Tell whether every queue meets its goals; less than what failed is not tried.

        A fifth of the runs is enough to see that a plan fails by far.
        """
        if any(np.all(np.less_equal(agents, few)) for few in self.failed):
            return False
        fifth = max(2, self.replications // 5)
        met = not self.short_of(agents, fifth, doubt=2.0) and not self.short_of(agents)
        if not met:
            self.failed.append(agents)
        return met

    def short_of(self, agents: Agents, replications: int | None = None, doubt: float = 0.0) -> list[str]:
        """Return the queues that miss a goal by more than `doubt` times their confidence interval."""
        rows = self.play(agents, replications or self.replications)
        return [name for name, target in self.targets.items() if not _met(rows.loc[name], target, doubt)]

    def grown(self, agents: Agents) -> Agents:
        """Return the agents, with more in the first team of each queue that misses a goal until none does."""
        while short := self.short_of(agents):
            rows = self.play(agents, self.replications)
            for name in short:
                if rows.loc[name, "p_wait"] == 0:
                    raise Infeasible(
                        f"queue {name}: nobody waits, and a goal is missed; more agents cannot help"
                    )
                team = next(i for i, skills in enumerate(self.skills.values()) if name in skills)
                agents = (*agents[:team], agents[team] + 1, *agents[team + 1 :])
        return agents


def _cheapest(trials: _Trials, agents: Agents, prices: Sequence[float]) -> Agents:
    """Return, from a plan that meets all goals, one from which no step to a cheaper one does."""
    while True:
        better = next((plan for plan in _steps(agents, prices) if trials.meets(plan)), None)
        if better is None:
            return agents
        agents = better


def _steps(agents: Agents, prices: Sequence[float]) -> Iterator[Agents]:
    """Yield cheaper plans: one or two agents fewer, and none, one or two more elsewhere."""
    teams = range(len(agents))
    for fewer, more in ((1, 0), (1, 1), (2, 1), (2, 2), (1, 2)):
        for out in combinations_with_replacement(teams, fewer):
            for into in combinations_with_replacement(teams, more):
                plan = list(agents)
                for team in out:
                    plan[team] -= 1
                for team in into:
                    plan[team] += 1
                cheaper = _sum(prices, plan) < _sum(prices, agents) * (1 - 1e-12)
                if cheaper and min(plan) >= 0 and not set(out) & set(into):
                    yield tuple(plan)


def _met(row: "pd.Series", target: Target, doubt: float) -> bool:
    """Tell whether a queue meets its goals; one without calls does."""
    for goal, limit in target.goals().items():
        column, more_is_better = _GOALS[goal]
        high, low = row[f"{column}_hi"], row[f"{column}_lo"]
        if more_is_better and row[column] + doubt * (high - row[column]) < limit:
            return False
        if not more_is_better and row[column] - doubt * (row[column] - low) > limit:
            return False
    return True


def _goals_of(name: str, target: Target | Mapping[str, Target]) -> Target:
    if isinstance(target, Mapping):
        if name not in target:
            raise Refused("target", f"nothing for queue {name}", "give each queue its own, or one for all")
        target = target[name]
    if target.occupancy is not None:
        raise Refused("target, occupancy", "a cap on the time of agents", "give goals that a queue can meet")
    if any(np.ndim(limit) for limit in (*target.goals().values(), target.within_s)):
        raise Refused("target", "several goals for one queue", "give one number for each goal")
    return target


def _one_convention(targets: Mapping[str, Target]) -> str:
    conventions = sorted({target.convention for target in targets.values()})
    if len(conventions) > 1:
        raise Refused("target, convention", f"found {' and '.join(conventions)}", "count all queues alike")
    return conventions[0]


def _prices(skills: Mapping[str, Sequence[str]], cost: Mapping[str, float] | None) -> list[float]:
    """Return the cost of one agent of each team, a trifle more for each skill."""
    for name in cost or {}:
        if name not in skills:
            raise Refused("cost", f"found {name!r}, which is no team", f"choose from {', '.join(skills)}")
    prices = [number(f"cost, {name}", (cost or {}).get(name, 1.0)) for name in skills]
    if 0 in prices:
        raise Refused("cost", "found 0", "it must be above 0: agents without a cost are endless")
    # Of plans that cost the same, fewer skills are cheaper.
    return [price * (1 + 1e-9 * len(names)) for price, names in zip(prices, skills.values(), strict=True)]


def _starts(
    separate: Mapping[str, int], skills: Mapping[str, Sequence[str]], prices: Sequence[float]
) -> list[Agents]:
    """Return plans: each queue in its cheapest team; for each wide team half, then all, of its queues."""
    home = {}
    for queue in separate:
        able = [team for team, names in enumerate(skills.values()) if queue in names]
        if not able:
            raise Refused("skills", f"no team for queue {queue}", "give the skill to one")
        home[queue] = min(able, key=lambda team: prices[team])

    def plan(wide: int | None, share: float) -> Agents:
        agents = [0] * len(skills)
        for queue, needed in separate.items():
            moved = round(share * needed) if wide is not None and queue in list(skills.values())[wide] else 0
            agents[home[queue]] += needed - moved
            if wide is not None:
                agents[wide] += moved
        return tuple(agents)

    wide_teams = [team for team, names in enumerate(skills.values()) if len(names) > 1]
    return [plan(None, 0.0), *(plan(team, share) for team in wide_teams for share in (0.5, 1.0))]


def _lasting(call_type: CallType, target: Target, intervals: float) -> CallType:
    """Return a queue's calls over the whole run, counted by the seconds of its target."""
    if len(call_type.calls) > 1:
        raise Refused(f"queue {call_type.name}, calls", "several intervals", "give the one that lasts")
    within_s: Any = call_type.within_s if target.within_s is None else target.within_s
    return replace(call_type, calls=call_type.calls[0] * intervals, within_s=within_s)


def _by_formula(call_types: Sequence[CallType], targets: Mapping[str, Target], hours: float) -> Agents:
    """Return a team for each queue by the formulas, as if all its times were exponential."""
    sizes = []
    for call_type in call_types:
        aht_s = call_type.aht_s.mean()
        patience_s = np.inf if call_type.patience_s is None else call_type.patience_s.mean()
        load = call_type.calls[0] * aht_s / (hours * 3600)
        target = targets[call_type.name]
        sizes.append(int(required_agents(load, aht_s, target, patience_s=patience_s)))
    return tuple(sizes)


def _sum(prices: Sequence[float], agents: Sequence[int]) -> float:
    return float(np.dot(prices, agents))
