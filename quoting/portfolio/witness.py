"""The witness of a pool: calls of every client played with its own handling time, patience and goals.

Calls are taken in the order in which they come, whoever calls. An interval is played as if its calls
went on coming: like the formulas, but with no mean handling time for all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import pandas as pd

from callplan.errors import Infeasible
from erlang import CallType, Team, simulate
from quoting.portfolio.demand import Demand

_REPLICATIONS = 10
_COLUMNS = [
    "client",
    "calls",
    "service_level",
    "service_level_lo",
    "service_level_hi",
    "asa_s",
    "abandoned",
    "p_wait",
    "occupancy",
]
# The measures that a goal holds from above; the service level is held from below.
_AT_MOST = ("asa_s", "abandoned", "p_wait", "occupancy")


@dataclass(frozen=True, eq=False)
class Witness:
    """The smallest team that meets every client's goals when it is played, and what it gives them.

    `service` has a row for each client: calls of a replication, service_level with its 95% confidence
    limits, asa_s, abandoned, p_wait (shares of its calls), and the team's occupancy.
    """

    agents: int
    service: pd.DataFrame


def smallest(clients: Sequence[Demand], interval: int, start: int, *, calls: float, seed: int) -> Witness:
    """Return the smallest shared team of one interval of the week, looked for from `start` on.

    Every trial plays some `calls` in all, always the same ones; a goal is met if the simulated share or
    mean meets it, so that a goal which is only just met may come out one agent apart.
    """
    played: dict[int, pd.DataFrame] = {}

    def meets(agents: int) -> bool:
        played[agents] = play(clients, interval, agents, calls=calls, seed=seed)
        return not missed(clients, played[agents])

    least = _least(clients, interval)
    enough, step = max(start, least), 1
    too_few = least - 1
    while not meets(enough):
        if not played[enough]["p_wait"].any():
            raise Infeasible("pool: nobody waits, and a goal is missed; more agents cannot help")
        too_few, enough, step = enough, enough + step, 2 * step
    step = 1
    while enough - too_few > 1:
        # Near the start first, then by halves.
        tried = max(enough - step, (enough + too_few) // 2)
        if meets(tried):
            enough, step = tried, 2 * step
        else:
            too_few = tried
    return Witness(enough, played[enough])


def _least(clients: Sequence[Demand], interval: int) -> int:
    """Return the team below which none is tried: where nobody hangs up it must be above the load."""
    kept = max(1, *(int(client.minimum[interval]) for client in clients))
    patient = [client for client in clients if client.patience_s is None]
    return max(kept, int(sum(client.load()[interval] for client in patient)) + 1 if patient else 1)


def play(clients: Sequence[Demand], interval: int, agents: int, *, calls: float, seed: int) -> pd.DataFrame:
    """Return what each client gets of so many shared agents in one interval of the week that lasts."""
    calling = [client for client in clients if client.calls[interval] > 0]
    per_h = sum(client.calls[interval] for client in calling) * 60 / clients[0].minutes
    hours = calls / per_h / _REPLICATIONS
    call_types = [
        CallType(
            client.client,
            calls=client.calls[interval] * hours * 60 / client.minutes,
            aht_s=client.aht_s[interval],
            patience_s=client.patience_s,
            within_s=20.0 if client.target.within_s is None else client.target.within_s,
        )
        for client in calling
    ]
    longest_min = max(client.aht_s[interval] for client in calling) / 60
    parts = []
    for convention in sorted({client.target.convention for client in calling}):
        result = simulate(
            call_types,
            [Team("shared", [client.client for client in calling], agents)],
            minutes=60 * hours,
            warm_up_min=max(120.0, 20 * longest_min),
            replications=_REPLICATIONS,
            seed=seed,
            convention=convention,
        )
        counted = [client.target.convention == convention for client in calling]
        parts.append(result.queues[counted].assign(occupancy=result.teams["occupancy"].iloc[0]))
    # In the order of the clients, whatever their conventions; `abandoned` is a share here, not a count.
    table = pd.concat(parts).sort_index(ignore_index=True).drop(columns="abandoned")
    return table.rename(columns={"queue": "client", "abandoned_share": "abandoned", "offered": "calls"})[
        _COLUMNS
    ]


def missed(clients: Sequence[Demand], service: pd.DataFrame, by: str = "service_level") -> list[str]:
    """Return the clients that miss a goal; `by` "service_level_hi" those whose level chance cannot excuse."""
    rows = service.set_index("client")
    calling = [client for client in clients if client.client in rows.index]
    return [client.client for client in calling if not _meets(client, rows.loc[client.client], by)]


def _meets(client: Demand, row: pd.Series, by: str) -> bool:
    goals = client.target.goals()
    if not row["calls"]:
        return True
    # All wait in one line: what a client of few calls happens to get beside the others is chance.
    chance = sqrt(row["service_level"] * (1 - row["service_level"]) / (row["calls"] * _REPLICATIONS))
    if row[by] + chance < goals.get("service_level", 0.0):
        return False
    return not any(name in goals and row[name] > goals[name] for name in _AT_MOST)
