"""A fair split of what a shared team costs.

The Shapley value [1]_ gives each client the mean of what it adds to the cost, over all orders in which
the clients could have joined. It adds up to the cost, treats like clients alike, and a client that adds
the same cost whoever is there pays that. A split is in the core [2]_ if no set of clients pays more
than it would in a team of its own; where pooling does not pay for some of them, there may be none.

References
----------
.. [1] L. S. Shapley (1953), A value for n-person games, Contributions to the Theory of Games II.
.. [2] H. P. Young (1985), Cost allocation: methods, principles, applications, North-Holland.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial, log2

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from callplan.errors import Refused
from callplan.tables import POOL_SPLIT, check
from quoting.portfolio.clients import Pool
from quoting.portfolio.demand import Demand, demands
from quoting.portfolio.doubt import sized_for
from quoting.portfolio.teams import costs_of_sets, hours_of_sets

MOST_CLIENTS = 8

# Sums of money or hours that are equal differ by less than this share of the whole.
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Split:
    """What each client pays of a shared team.

    `clients` is a table `POOL_SPLIT`, in money a week, or in staffed hours where clients have no costs
    (`unit`). `alone` and `together` are what all cost in teams of their own, and in one. `rests_on` says
    whether that is by formula or by simulation, and for which volumes. `in_core` says whether no set of
    clients pays more by the Shapley value than it would in a team of its own, else `objects` names the one
    that pays most too much, and `by` how much that is; `proportional_in_core` says the same of the split
    by load. Both are None where teams of fewer clients are only estimated.
    """

    clients: pd.DataFrame
    unit: str
    alone: float
    together: float
    rests_on: str
    in_core: bool | None
    objects: tuple[str, ...]
    by: float
    proportional_in_core: bool | None

    def __str__(self) -> str:
        """Say what the split comes to, and whether all can agree to it."""
        own = "a team of their own" if len(self.objects) > 1 else "a team of its own"
        core = "nobody pays more than without the others"
        if self.in_core is None:
            core = "whether some would do better without the others is not known"
        elif not self.in_core:
            core = f"{' and '.join(self.objects)} would pay {self.by:,.2f} less without the others, in {own}"
        costs = f"{self.alone:,.2f} {self.unit} a week apart, {self.together:,.2f} together"
        return f"{costs}, {self.rests_on}; {core}"


def split(pool: Pool, together_h: float | None = None, hours_of_all_sets: np.ndarray | None = None) -> Split:
    """Return what each client pays of the shared team, by the Shapley value and by load.

    Exact, over all sets of up to eight clients, each sized by formula over the week. Where a simulation says
    that the shared team needs other hours, `together_h`, those are shared out, with the simulated
    `hours_of_all_sets`; without these the saving of every set by formula is scaled as that of all is, so
    that the value is scaled as well.

    Raises `Refused` for more than eight clients, and where a saving is to be scaled that there is not.

    >>> from quoting.portfolio.clients import DEMO_POOL
    >>> found = split(Pool.from_toml(DEMO_POOL))
    >>> found.clients["shapley_saves"].round(2).tolist(), found.in_core
    ([1904.19, 2453.31, 2040.43], True)
    """
    if len(pool.clients) > MOST_CLIENTS:
        raise Refused(
            pool.where("clients"),
            f"{len(pool.clients)} clients: an exact split looks at every set of up to {MOST_CLIENTS}",
            "put clients with like calls, handling times and goals together as one",
        )
    clients = demands(pool)
    by_formula = hours_of_sets(pool, clients)
    staffed_h = by_formula if hours_of_all_sets is None else hours_of_all_sets
    costs = costs_of_sets(clients, staffed_h, pool.cost_per_agent_h)
    known = together_h is None or hours_of_all_sets is not None
    if together_h is not None and not known:
        costs = _scaled(pool, costs, costs[-1] * together_h / by_formula[-1])
    formula = float(costs_of_sets(clients, by_formula, pool.cost_per_agent_h)[-1])
    return _split(pool, clients, costs, known, _basis(pool, formula, together_h, known))


def _basis(pool: Pool, formula: float, together_h: float | None, known: bool) -> str:
    if together_h is None:
        return f"by formula for {sized_for(pool)}"
    smaller = "" if known else ", smaller teams in proportion"
    missed = f"teams sized by formula ({formula:,.2f} together) miss goals"
    return f"by simulation for {sized_for(pool)}{smaller}, as {missed}"


def _scaled(pool: Pool, costs: np.ndarray, together: float) -> np.ndarray:
    """Return the costs of all sets with their savings scaled, so that all together cost so much."""
    inside = np.arange(len(costs))[:, None] >> np.arange(len(pool.clients)) & 1
    alone = inside @ costs[1 << np.arange(len(pool.clients))]
    saved, left = alone - costs, alone[-1] - together
    if min(saved[-1], left) <= _ROUNDING * costs.max():
        do = "keep unlike clients apart, or name fewer, whose sets are simulated"
        raise Refused(pool.where("clients"), "a shared team saves nothing that could be split", do)
    return np.asarray(alone - saved * left / saved[-1])


def _split(pool: Pool, clients: Sequence[Demand], costs: np.ndarray, known: bool, rests_on: str) -> Split:
    alone = costs[1 << np.arange(len(clients))]
    load = np.array([client.load().sum() for client in clients])
    fair, by_load = shapley(costs), costs[-1] * load / load.sum()
    excess = _excess(fair, costs)
    worst = int(excess.argmax())
    bearable = _ROUNDING * costs.max()
    objects = known and bool(excess[worst] > bearable)
    table = pd.DataFrame(
        {
            "client": [client.client for client in clients],
            "alone": alone,
            "load_share": load / load.sum(),
            "by_load": by_load,
            "by_load_saves": alone - by_load,
            "shapley": fair,
            "shapley_saves": alone - fair,
        }
    )
    return Split(
        clients=check(table, POOL_SPLIT),
        unit=pool.currency if clients[0].cost_per_agent_h is not None else "staffed hours",
        alone=float(alone.sum()),
        together=float(costs[-1]),
        rests_on=rests_on,
        in_core=not objects if known else None,
        objects=tuple(c.client for i, c in enumerate(clients) if objects and worst >> i & 1),
        by=float(excess[worst]) if objects else 0.0,
        proportional_in_core=bool(_excess(by_load, costs).max() <= bearable) if known else None,
    )


def shapley(costs: ArrayLike) -> np.ndarray:
    """Return the Shapley value of each of n players, (n,), of the costs of all 2^n sets of them.

    The cost at place m is that of the players whose bits are set in m: at 5 that of the first and the
    third; at 0 it is 0. Three who fly together, for whom a runway must be as long as the longest needs:

    >>> runway = [0, 8, 11, 11, 13, 13, 13, 13]
    >>> shapley(runway).round(4).tolist()
    [2.6667, 4.1667, 6.1667]
    """
    cost = np.asarray(costs, dtype=float)
    players = round(log2(max(cost.size, 1)))
    if cost.ndim != 1 or cost.size < 2 or cost.size != 2**players:
        raise Refused("costs", f"an array of shape {cost.shape}", "give the cost of each of the 2^n sets")
    if cost[0] != 0 or not np.isfinite(cost).all():
        raise Refused("costs", f"found {cost[0]:g} for nobody", "finite costs, and 0 for nobody")
    sets = np.arange(cost.size)
    members = np.array([number.bit_count() for number in sets.tolist()])
    chance = [factorial(m) * factorial(players - m - 1) / factorial(players) for m in range(players)]
    value = np.zeros(players)
    for player in range(players):
        before = sets[(sets >> player & 1) == 0]
        value[player] = np.take(chance, members[before]) @ (cost[before | 1 << player] - cost[before])
    return value


def _excess(payments: Sequence[float] | np.ndarray, costs: np.ndarray) -> np.ndarray:
    """Return what each set of clients pays beyond its own cost; of nobody, and of all, none."""
    inside = np.arange(len(costs))[:, None] >> np.arange(len(payments)) & 1
    excess = inside @ np.asarray(payments) - costs
    excess[[0, -1]] = 0.0
    return excess
