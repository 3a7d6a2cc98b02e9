"""Teams by formula: each client's own, and those that clients share, interval by interval.

A shared team takes calls in the order in which they come, so that all wait alike, and it must meet
every client's goals. Its load is the sum of theirs, its handling time the mean of all calls; who hangs
up does so at the mean rate of all who wait. With unlike handling times that mean is no exponential time
any more, and the formula is only near: `quoting.portfolio.witness` judges it.
"""

from collections.abc import Sequence

import numpy as np

from erlang import required_agents
from quoting.portfolio.clients import Pool
from quoting.portfolio.demand import Demand, demands
from quoting.portfolio.doubt import kept


def separate(pool: Pool) -> np.ndarray:
    """Return the agents of every client's own team, clients × intervals of the week, whole.

    >>> pool = Pool.from_dict({"name": "two", "currency": "EUR", "minutes": 60, "clients": {
    ...     name: {"calls": 150, "aht_s": 240, "service_level": 0.8, "within_s": 20} for name in "ab"}}, "")
    >>> separate(pool)[:, 0]
    array([14, 14])
    """
    return np.stack([team(kept([demand], pool)) for demand in demands(pool)])


def shared(pool: Pool) -> np.ndarray:
    """Return the agents of the team that all clients share, by interval of the week, whole.

    >>> client = {"calls": 150, "aht_s": 240, "service_level": 0.8, "within_s": 20}
    >>> ten = {name: client for name in "abcdefghij"}
    >>> pool = Pool.from_dict({"name": "ten", "currency": "EUR", "minutes": 60, "clients": ten}, "")
    >>> int(shared(pool)[0])
    108
    """
    return team(kept(demands(pool), pool))


def team(clients: Sequence[Demand]) -> np.ndarray:
    """Return the smallest team for the calls of these clients together, (S,)."""
    calls = np.stack([client.calls for client in clients])
    load, aht_s, patience_s = mixed(clients)
    agents = np.max([client.minimum for client in clients], axis=0)
    held = {client.target for client in clients}
    for target in sorted(held, key=str):
        waiting = calls[[client.target == target for client in clients]].sum(axis=0) > 0
        needed = required_agents(
            np.where(waiting, load, 0.0),
            np.where(waiting, aht_s, 1.0),
            target,
            patience_s=patience_s,
        )
        agents = np.maximum(agents, needed)
    return agents


def mixed(clients: Sequence[Demand]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the load, the mean handling time and the mean patience of all calls, by interval."""
    calls = np.stack([client.calls for client in clients])
    total = calls.sum(axis=0)
    seconds = sum(client.calls * client.aht_s for client in clients)
    # Callers hang up at the rate 1 / patience: of a mixture the rate is the mean of theirs.
    rates = np.array([1 / client.patience_s if client.patience_s else 0.0 for client in clients])
    some, hanging_up = np.where(total > 0, total, 1.0), rates @ calls
    endless = np.full(len(total), np.inf)
    patience_s = np.divide(some, hanging_up, out=endless, where=hanging_up > 0)
    return seconds / (60 * clients[0].minutes), np.where(total > 0, seconds / some, 1.0), patience_s


def hours(agents: np.ndarray, minutes: int) -> float:
    """Return the staffed hours of a week."""
    return float(agents.sum()) * minutes / 60


def cost_per_h(clients: Sequence[Demand], own_h: np.ndarray, shared_cost: float | None) -> float:
    """Return what an agent of these clients' team costs an hour; 1 where nothing is priced: hours."""
    if clients[0].cost_per_agent_h is None:
        return 1.0
    if shared_cost is not None and len(clients) > 1:
        return shared_cost
    costs = np.array([client.cost_per_agent_h for client in clients], dtype=float)
    return float(costs @ own_h / own_h.sum())


def members(clients: Sequence[Demand], number: int) -> list[Demand]:
    """Return the set of clients of this number: bit i says client i is in it."""
    return [client for i, client in enumerate(clients) if number >> i & 1]


def hours_of_sets(pool: Pool, clients: Sequence[Demand]) -> np.ndarray:
    """Return the staffed hours a week of a shared team for every set of clients, (2^n,), by formula."""
    found = np.zeros(2 ** len(clients))
    for number in range(1, len(found)):
        found[number] = hours(team(kept(members(clients, number), pool)), pool.minutes)
    return found


def costs_of_sets(clients: Sequence[Demand], staffed_h: np.ndarray, shared_cost: float | None) -> np.ndarray:
    """Return what the hours of every set of clients cost, (2^n,): in money where clients have costs."""
    own_h = staffed_h[1 << np.arange(len(clients))]
    costs = np.zeros(len(staffed_h))
    for number in range(1, len(costs)):
        inside = [bool(number >> i & 1) for i in range(len(clients))]
        costs[number] = staffed_h[number] * cost_per_h(members(clients, number), own_h[inside], shared_cost)
    return costs
