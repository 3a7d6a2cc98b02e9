"""The smallest team of each interval that meets every goal."""

from dataclasses import dataclass

import numpy as np

from erlang import abandonment, offered_load, smallest_team
from erlang.teams.search import ceil_ratio
from quoting.sizing.arrivals import Arrivals
from quoting.sizing.workload import Work
from quoting.terms.terms import Terms

_NODES = 16


@dataclass(frozen=True, eq=False)
class Team:
    """Teams by volume and interval."""

    load: np.ndarray
    agents: np.ndarray
    second_tier: np.ndarray
    set_by: np.ndarray


def team_of(came: Arrivals, work: Work, terms: Terms, aht: float = 1.0) -> Team:
    """Return the smallest teams for the work: of an outbound quote those that are busy as the goal allows."""
    load = offered_load(work.calls, work.aht_s * aht, came.minutes)
    agents, set_by = _smallest(load, work.aht_s * aht, terms)
    second = np.zeros_like(agents)
    if work.escalated.any():
        second_load = offered_load(work.escalated, work.escalated_aht_s * aht, came.minutes)
        second = _smallest(second_load, work.escalated_aht_s * aht, terms)[0]
    least = terms.staff.minimum_agents
    return Team(load, np.maximum(agents, least), second, np.where(agents < least, "minimum_agents", set_by))


def handled_of(team: Team, work: Work, terms: Terms, aht: float = 1.0) -> np.ndarray:
    """Return the calls of each interval that do not hang up."""
    patience_s = terms.traffic.patience_s
    if patience_s is None or terms.direction.way == "outbound":
        return work.calls
    return work.calls * (1 - hanging_up(team.agents, team.load, work.aht_s * aht, patience_s))


def hanging_up(agents: np.ndarray, load: np.ndarray, aht_s: float, patience_s: float) -> np.ndarray:
    """Return `erlang.abandonment` of many loads on few numbers of agents, to some nine digits.

    For each number of agents it is worked out at Chebyshev's nodes of its loads, and read between them by
    the barycentric formula: it is smooth in the load.
    """
    teams, place = np.unique(agents, return_inverse=True)
    place = place.reshape(agents.shape)
    low, high = np.full(len(teams), np.inf), np.zeros(len(teams))
    np.minimum.at(low, place, load)
    np.maximum.at(high, place, load)
    middle, half = (low + high) / 2, (high - low) / 2
    angles = np.pi * (np.arange(_NODES) + 0.5) / _NODES
    nodes, weights = np.cos(angles), np.sin(angles) * (-1.0) ** np.arange(_NODES)
    at = middle[:, None] + half[:, None] * nodes
    shares = abandonment(teams[:, None], at, aht_s, patience_s=patience_s)
    x = (load - middle[place]) / np.where(half > 0, half, 1.0)[place]
    above, below = np.zeros(load.shape), np.zeros(load.shape)
    for node, weight, share in zip(nodes, weights, shares.T, strict=True):
        gap = x - node
        # On a node itself the formula's own limit.
        part = weight / np.where(np.abs(gap) < 1e-12, 1e-12, gap)
        above += part * share[place]
        below += part
    return np.clip(above / below, 0.0, 1.0)


def _smallest(load: np.ndarray, aht_s: float, terms: Terms) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest teams, and what set each; nobody waits for an outbound call."""
    target = terms.standard.target
    if terms.direction.way == "outbound":
        busy = target.occupancy or 1.0
        by = "load" if target.occupancy is None else "occupancy"
        return ceil_ratio(load, np.full_like(load, busy)), np.where(load > 0, by, "no calls")
    return smallest_team(load, aht_s, target, patience_s=terms.traffic.patience_s)
