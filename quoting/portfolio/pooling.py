"""A pool worked out: separate teams against a shared one, by formula and by simulation."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from callplan.arguments import seed as checked_seed
from callplan.errors import Remark
from callplan.tables import POOL_CLIENTS, POOL_SAVING, POOL_WEEK, check
from quoting.portfolio.clients import Pool
from quoting.portfolio.demand import Demand, demands
from quoting.portfolio.split import MOST_CLIENTS, Split, split
from quoting.portfolio.studies import NOISE, aht_study, busiest, correlation_study, overflow, reverses_at
from quoting.portfolio.teams import cost_per_h, hours, team
from quoting.portfolio.witness import Witness, missed, play, smallest

Progress = Callable[[str], None]

# Calls that one trial of the simulation plays: where a number of agents is stated by itself, and of all
# the intervals of a week together, whose errors even out.
_CALLS, _WEEK_CALLS, _LEAST_CALLS = 1_000_000.0, 5_000_000.0, 30_000.0
# How often it is said how far the simulation is.
_WORDS = 10
_WAYS = ("separate teams", "separate teams on shared seats", "one shared team")


@dataclass(frozen=True, eq=False)
class Pooled:
    """What sharing agents comes to.

    `clients` is a table `POOL_CLIENTS`, `saving` one `POOL_SAVING`, `week` one `POOL_WEEK`, `by_aht` one
    `POOL_AHT`; `by_correlation` (`POOL_CORRELATION`) is there where volumes are in doubt, `overflow`
    (`POOL_OVERFLOW`) where a client has `overflow_above`, `split` for up to eight clients. `remarks` say
    where pooling makes things worse, and what is left out.
    """

    name: str
    currency: str
    clients: pd.DataFrame
    saving: pd.DataFrame
    week: pd.DataFrame
    by_aht: pd.DataFrame
    by_correlation: pd.DataFrame | None
    overflow: pd.DataFrame | None
    split: Split | None
    remarks: tuple[str, ...]
    seed: int

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table of the pool by the name of its kind."""
        found = {
            "pool_saving": self.saving,
            "pool_clients": self.clients,
            "pool_split": None if self.split is None else self.split.clients,
            "pool_week": self.week,
            "pool_aht": self.by_aht,
            "pool_correlation": self.by_correlation,
            "pool_overflow": self.overflow,
        }
        return {name: table for name, table in found.items() if table is not None}


def pool(terms: Pool, seed: int = 0, progress: Progress | None = None) -> Pooled:
    """Work out what the clients of a pool save if they share agents, and what each is to pay.

    By formula (`quoting.portfolio.teams`) and by simulation, which has every client's own handling times,
    patience and goals (`quoting.portfolio.witness`). For calls of one kind the formula is exact, so that
    separate teams are those of the formula in both; simulated is their busiest interval, as a check. All
    intervals of the shared team are simulated, the largest with most calls. The same seed gives the same
    result.

    Remarks where pooling takes more hours, or misses a client's goals if it is sized by formula.
    """
    terms, tell = Pool.expect(terms, "terms"), progress or (lambda _: None)
    clients, lot = demands(terms), checked_seed(seed)
    own, together = np.stack([team([client]) for client in clients]), team(clients)
    tell("separate teams")
    alone = [_alone(client, agents, lot) for client, agents in zip(clients, own, strict=True)]
    simulated, service = _simulated(clients, together, lot, tell)
    place = busiest(clients)
    by_formula = play(clients, place, int(together[place]), calls=_CALLS, seed=lot)
    late = missed(clients, by_formula, "service_level_hi")
    tell("unlike handling times")
    by_aht = aht_study(terms, calls=_CALLS / 2, seed=lot)
    saving = _saving(terms, clients, own, together, simulated)
    tell("split of the saving")
    remarks = _remarks(terms, saving, by_aht, late, by_formula)
    for remark in remarks:
        warnings.warn(remark, Remark, stacklevel=2)
    return Pooled(
        name=terms.name,
        currency=terms.currency,
        clients=_clients(clients, own, alone, service, place, late),
        saving=saving,
        week=_week(clients, own, together, simulated),
        by_aht=by_aht,
        by_correlation=correlation_study(terms) if terms.volume_sd else None,
        overflow=_overflows(terms),
        split=split(terms) if len(clients) <= MOST_CLIENTS else None,
        remarks=remarks,
        seed=lot,
    )


def _overflows(terms: Pool) -> pd.DataFrame | None:
    limits = {name: one.overflow_above for name, one in terms.clients.items()}
    tables = [overflow(terms, name, [above]) for name, above in limits.items() if above is not None]
    return pd.concat(tables, ignore_index=True) if tables else None


def _alone(client: Demand, agents: np.ndarray, seed: int) -> Witness:
    """Return a client's own team, simulated where it is largest."""
    place = busiest([client])
    return smallest([client], place, int(agents[place]), calls=_CALLS / 4, seed=seed)


def _simulated(
    clients: Sequence[Demand], agents: np.ndarray, seed: int, tell: Progress
) -> tuple[np.ndarray, dict[int, pd.DataFrame]]:
    """Return the shared team of every interval by simulation, and what clients get where calls come."""
    like = np.stack([row for client in clients for row in (client.calls, client.aht_s, client.minimum)])
    _, first, same = np.unique(like, axis=1, return_index=True, return_inverse=True)
    calling = [int(place) for place in first if any(client.calls[place] > 0 for client in clients)]
    largest = int(agents.max())
    sizes, service = agents[first].copy(), {}
    for done, place in enumerate(calling):
        if done % max(1, len(calling) // _WORDS) == 0:
            tell(f"shared team, {done / len(calling):.0%} of the week simulated")
        fair_share = min(max(_WEEK_CALLS / len(calling), _LEAST_CALLS), _CALLS)
        found = smallest(
            clients,
            place,
            int(agents[place]),
            calls=_CALLS if agents[place] == largest else fair_share,
            seed=(seed + place) % 2**31,
        )
        kind = int(same.ravel()[place])
        sizes[kind] = found.agents
        service[kind] = found.service.set_index("client")
    kinds = same.ravel().tolist()
    return sizes[kinds], {place: service[kind] for place, kind in enumerate(kinds) if kind in service}


def _clients(
    clients: Sequence[Demand],
    own: np.ndarray,
    alone: Sequence[Witness],
    service: dict[int, pd.DataFrame],
    place: int,
    late: Sequence[str],
) -> pd.DataFrame:
    rows = []
    for client, agents, by_itself in zip(clients, own, alone, strict=True):
        peak = busiest([client])
        most = place if client.calls[place] > 0 else peak
        shared = service[most].loc[client.client]
        staffed_h = hours(agents, client.minutes)
        cost = client.cost_per_agent_h
        rows.append(
            {
                "client": client.client,
                "calls": client.calls.sum(),
                "aht_s": client.calls @ client.aht_s / client.calls.sum(),
                "load": client.load()[peak],
                "weekday": peak * client.minutes // 1440,
                "minute": peak * client.minutes % 1440,
                "goals": str(client.target),
                "agents": agents.max(),
                "agents_simulated": by_itself.agents,
                "staffed_h": staffed_h,
                "cost": np.nan if cost is None else staffed_h * cost,
                "alone": by_itself.service["service_level"].iloc[0],
                "shared": shared["service_level"],
                "shared_lo": shared["service_level_lo"],
                "shared_hi": shared["service_level_hi"],
                "week": _over_the_week(client, service),
                "by_formula": "missed" if client.client in late else "met",
            }
        )
    return check(pd.DataFrame(rows), POOL_CLIENTS)


def _over_the_week(client: Demand, service: dict[int, pd.DataFrame]) -> float:
    """Return the service level of a client's calls of all intervals in which any were played."""
    level = np.full(len(client.calls), np.nan)
    for place, served in service.items():
        if client.calls[place] > 0:
            level[place] = served.loc[client.client, "service_level"]
    known = np.isfinite(level)
    calls = client.calls[known]
    return min(float(calls @ level[known] / calls.sum()), 1.0) if known.any() else np.nan


def _saving(
    terms: Pool,
    clients: Sequence[Demand],
    own: np.ndarray,
    together: np.ndarray,
    simulated: np.ndarray,
) -> pd.DataFrame:
    own_h = np.array([hours(agents, terms.minutes) for agents in own])
    priced = clients[0].cost_per_agent_h is not None
    apart_cost = cost_per_h(clients, own_h, None) if priced else np.nan
    shared_cost = cost_per_h(clients, own_h, terms.cost_per_agent_h) if priced else np.nan
    most, seats, rows = int(own.max(axis=1).sum()), int(own.sum(axis=0).max()), []
    for by, agents_of in (("formula", together), ("simulation", simulated)):
        ways = (
            (most, own_h.sum(), apart_cost),
            (seats, own_h.sum(), apart_cost),
            (int(agents_of.max()), hours(agents_of, terms.minutes), shared_cost),
        )
        for step, (agents, staffed_h, cost) in enumerate(ways, 1):
            rows.append(
                {
                    "by": by,
                    "step": step,
                    "way": _WAYS[step - 1],
                    "agents": agents,
                    "staffed_h": staffed_h,
                    "cost": staffed_h * cost,
                    "agents_saved": most - agents,
                    "staffed_h_saved": own_h.sum() - staffed_h,
                    "cost_saved": own_h.sum() * apart_cost - staffed_h * cost,
                    "saved": 1 - staffed_h / own_h.sum(),
                }
            )
    return check(pd.DataFrame(rows), POOL_SAVING)


def _week(
    clients: Sequence[Demand], own: np.ndarray, together: np.ndarray, simulated: np.ndarray
) -> pd.DataFrame:
    minute = np.arange(len(together)) * clients[0].minutes
    table = pd.DataFrame(
        {
            "weekday": minute // 1440,
            "minute": minute % 1440,
            "load": np.sum([client.load() for client in clients], axis=0),
            "separate": own.sum(axis=0),
            "shared": together,
            "simulated": simulated,
        }
    )
    return check(table, POOL_WEEK)


def _remarks(
    terms: Pool, saving: pd.DataFrame, by_aht: pd.DataFrame, late: Sequence[str], service: pd.DataFrame
) -> tuple[str, ...]:
    told = []
    shared = saving[saving["step"] == 3].set_index("by")
    for by, row in shared.iterrows():
        before = row["agents"] + row["agents_saved"]
        if row["saved"] < -NOISE or row["agents_saved"] < -NOISE * before:
            told.append(
                f"{terms.name}: by {by} pooling takes {-row['staffed_h_saved']:+,.1f} hours a week and "
                f"{-row['agents_saved']:+,.0f} agents at the peak against separate teams: everybody is given "
                "the strictest goal; keep unlike clients apart"
            )
    rows = service.set_index("client")
    for name in late:
        told.append(
            f"{terms.name}: sized by formula the shared team misses the goals of {name} in its busiest "
            f"interval (service level {rows.loc[name, 'service_level']:.1%}): handling times or patience "
            "differ; go by the simulation"
        )
    for goals, ratio in reverses_at(by_aht).items():
        told.append(
            f"{terms.name}: with these loads, and goals {goals}, pooling takes more agents at its busiest "
            + (
                f"once the longest handling time is {ratio:g} times the shortest"
                if ratio > 1
                else "even if all calls were alike long: the goals are too unlike"
            )
        )
    if len(terms.clients) > MOST_CLIENTS:
        told.append(
            f"{terms.name}: {len(terms.clients)} clients, so the saving is not split: put like clients "
            f"together, to {MOST_CLIENTS} at most"
        )
    return tuple(told)
