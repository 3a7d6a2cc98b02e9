"""A pool worked out: separate teams against a shared one, by formula and by simulation."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from callplan.arguments import seed as checked_seed
from callplan.errors import Refused, Remark
from callplan.tables import POOL_CLIENTS, POOL_SAVING, POOL_WEEK, check
from quoting.portfolio.clients import Pool
from quoting.portfolio.demand import Demand, demands
from quoting.portfolio.doubt import kept, sized_for
from quoting.portfolio.split import MOST_CLIENTS, Split, split
from quoting.portfolio.studies import NOISE, aht_study, busiest, correlation_study, overflow, reverses_at
from quoting.portfolio.teams import cost_per_h, hours, team
from quoting.portfolio.weeks import CALLS, Progress, Weeks
from quoting.portfolio.witness import Witness, missed, play, smallest

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
        return {name: _in(self.currency, table) for name, table in found.items() if table is not None}


def _in(currency: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the currency of its money beside it, for who draws it."""
    told = table.copy()
    told.attrs["currency"] = currency
    return told


def pool(terms: Pool, seed: int = 0, progress: Progress | None = None) -> Pooled:
    """Work out what the clients of a pool save if they share agents, and what each is to pay.

    By formula (`quoting.portfolio.teams`) and by simulation, which has every client's own handling times,
    patience and goals (`quoting.portfolio.witness`). For calls of one kind the formula is exact, so that
    separate teams are those of the formula in both; simulated is their busiest interval, as a check. All
    intervals of the shared team are simulated, the largest with most calls. Where volumes are in doubt all
    these teams are for the volume that is kept with the pool's `confidence`; handling times and overflow
    are studied at the mean. The split rests on the formula unless the team of all or of some clients misses
    goals by it, or the simulation takes more hours: then on the simulation. The same seed gives the same
    result.

    Remarks where pooling takes more hours, or misses a client's goals if it is sized by formula.
    """
    terms, tell = Pool.expect(terms, "terms"), progress or (lambda _: None)
    clients, lot = demands(terms), checked_seed(seed)
    apart, joint = [kept([client], terms)[0] for client in clients], kept(clients, terms)
    own, together = np.stack([team([client]) for client in apart]), team(joint)
    tell("separate teams")
    alone = [_alone(client, agents, lot) for client, agents in zip(apart, own, strict=True)]
    weeks, place = Weeks(lot, tell), busiest(joint)
    simulated = weeks.simulated(joint)
    by_formula = play(joint, place, int(together[place]), calls=CALLS, seed=lot)
    late = missed(joint, by_formula, "service_level_hi")
    tell("unlike handling times")
    by_aht = aht_study(terms, calls=CALLS / 2, seed=lot)
    saving = _saving(terms, clients, own, together, simulated)
    tell("split of the saving")
    denied = bool(late) or simulated.sum() > together.sum()
    shares, unsplit = _shares(terms, weeks, hours(simulated, terms.minutes), denied)
    remarks = (*_remarks(terms, saving, by_aht, late, by_formula), *unsplit)
    for remark in remarks:
        warnings.warn(remark, Remark, stacklevel=2)
    return Pooled(
        name=terms.name,
        currency=terms.currency,
        clients=_clients(clients, own, alone, weeks.service(joint), place, late),
        saving=saving,
        week=_week(clients, own, together, simulated),
        by_aht=by_aht,
        by_correlation=correlation_study(terms) if terms.volume_sd else None,
        overflow=_overflows(terms),
        split=shares,
        remarks=remarks,
        seed=lot,
    )


def lacking(terms: Pool) -> dict[str, str]:
    """Return the tables that `pool` will not have of these terms, each with what to do to have it.

    >>> from quoting.portfolio.clients import DEMO_POOL
    >>> demo = Pool.from_toml(DEMO_POOL)
    >>> lacking(demo), lacking(Pool(name="mean", currency="EUR", clients=demo.clients))
    ({}, {'pool_correlation': 'give volume_sd, as 0.1'})
    """
    found = {}
    if not terms.volume_sd:
        found["pool_correlation"] = "give volume_sd, as 0.1"
    if all(client.overflow_above is None for client in terms.clients.values()):
        found["pool_overflow"] = "give a client overflow_above"
    if len(terms.clients) > MOST_CLIENTS:
        found["pool_split"] = f"put like clients together, to {MOST_CLIENTS} at most"
    return found


def _shares(
    terms: Pool, weeks: Weeks, together_h: float, denied: bool
) -> tuple[Split | None, tuple[str, ...]]:
    """Return the split, and why there is none; by simulation where a team by formula misses goals."""
    if len(terms.clients) > MOST_CLIENTS:
        found = f"{len(terms.clients)} clients, so the saving is not split: put like clients together"
        return None, (f"{terms.name}: {found}, to {MOST_CLIENTS} at most",)
    clients = demands(terms)
    if not denied and not weeks.misses_goals(terms, clients):
        return split(terms), ()
    try:
        return split(terms, together_h, weeks.hours_of_sets(terms, clients)), ()
    except Refused as fault:
        return None, (f"{terms.name}: {fault.found}: {fault.do}",)


def _overflows(terms: Pool) -> pd.DataFrame | None:
    limits = {name: one.overflow_above for name, one in terms.clients.items()}
    tables = [overflow(terms, name, [above]) for name, above in limits.items() if above is not None]
    return pd.concat(tables, ignore_index=True) if tables else None


def _alone(client: Demand, agents: np.ndarray, seed: int) -> Witness:
    """Return a client's own team, simulated where it is largest."""
    place = busiest([client])
    return smallest([client], place, int(agents[place]), calls=CALLS / 4, seed=seed)


def _clients(
    clients: Sequence[Demand],
    own: np.ndarray,
    alone: Sequence[Witness],
    service: Sequence[Witness | None],
    place: int,
    late: Sequence[str],
) -> pd.DataFrame:
    rows = []
    for client, agents, by_itself in zip(clients, own, alone, strict=True):
        peak = busiest([client])
        most = place if client.calls[place] > 0 else peak
        found = service[most]
        assert found is not None
        shared = found.service.set_index("client").loc[client.client]
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


def _over_the_week(client: Demand, service: Sequence[Witness | None]) -> float:
    """Return the service level of a client's calls of all intervals in which any were played."""
    level = np.full(len(client.calls), np.nan)
    for place, found in enumerate(service):
        if found is not None and client.calls[place] > 0:
            level[place] = found.service.set_index("client").loc[client.client, "service_level"]
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
                    "sized_for": sized_for(terms),
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
    return tuple(told)
