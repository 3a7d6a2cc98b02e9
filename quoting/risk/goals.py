"""Which of several goals binds: each alone, all but one, one relaxed, and 80/20 beside."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from callplan.tables import BINDING_GOALS, check
from erlang import Target
from quoting.risk.standards import sized, under
from quoting.sizing import Sizing, requirement
from quoting.terms.terms import Terms


def binding_goal(sizing: Sizing, terms: Terms) -> pd.DataFrame:
    """Return what each goal asks by itself, and what it saves to relax or drop it, a table `BINDING_GOALS`.

    The goal binds that alone needs most hours of agents; several do where they need the same. `intervals` is
    the share of open intervals of the busiest month's week whose team it sets: no other goal alone asks for
    more there, nor does the load or the least team. Relaxed is a service level or an occupancy by 5 points,
    an ASA or a share of hang-ups by half of itself, the other goals as asked. Savings are against the price
    of all goals; below 0 is dearer. 80/20 alone stands last. Schedule efficiency is the quote's.

    Raises `Refused` for an outbound quote.

    >>> from quoting.sizing import Efficiency, size
    >>> from quoting.terms.template import DEMO_QUOTE
    >>> terms = Terms.from_toml(DEMO_QUOTE)
    >>> sizing = size(terms, Efficiency(0.9))
    >>> binding_goal(sizing, terms)["case"].iloc[0]
    'all'
    """
    cases = list(_cases(terms.standard.target))
    rows = [
        {
            "step": step,
            "case": case,
            "goal": goal,
            "target": str(target),
            **sized(under(terms, target), sizing.efficiency),
        }
        for step, (case, goal, target) in enumerate(cases, 1)
    ]
    table = pd.DataFrame(rows).drop(columns="calls")
    alone = table["case"] == "alone"
    most = table.loc[alone, "agent_h"].max()
    table["binds"] = (table["agent_h"] >= most * (1 - 1e-12)).map({True: "yes", False: "no"}).where(alone)
    table["intervals"] = [
        _sets(sizing, under(terms, target)) if case == "alone" else None for case, _, target in cases
    ]
    table["saved"] = table["price"].iloc[0] - table["price"]
    table["saved_share"] = table["saved"] / table["price"].iloc[0]
    return check(table, BINDING_GOALS)


def _sets(sizing: Sizing, alone: Terms) -> float:
    """Return the share of intervals whose team is that of one goal alone."""
    team, by_one = sizing.requirement, requirement(alone)
    by_a_goal = ~team["set_by"].isin(["no calls", "load", "minimum_agents"])
    return float((by_a_goal & (by_one["agents"] == team["agents"])).mean())


def _cases(asked: Target) -> Iterator[tuple[str, str, Target]]:
    """Yield each case, the goal that it is about, and the goals that are left."""
    goals = asked.goals()
    yield "all", "all", asked
    for goal in goals:
        yield "alone", goal, _asked(asked, {goal: goals[goal]})
    if len(goals) > 1:
        for goal in goals:
            yield "without", goal, _asked(asked, {name: goals[name] for name in goals if name != goal})
    for goal, limit in goals.items():
        yield "relaxed", goal, _asked(asked, {**goals, goal: _relaxed(goal, limit)})
    yield "80/20", "service_level", Target.parse("80/20", asked.convention)


def _asked(asked: Target, goals: dict[str, Any]) -> Target:
    return Target(**goals, within_s=asked.within_s, convention=asked.convention)


def _relaxed(goal: str, limit: float) -> float:
    match goal:
        case "service_level":
            return max(limit - 0.05, limit / 2)
        case "occupancy":
            return min(limit + 0.05, 1.0)
        case "abandoned":
            return min(1.5 * limit, 1.0)
        case _:
            return 1.5 * limit
