"""What a pool's saving hangs on: how alike handling times are, how doubts of volumes move together."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from callplan.arguments import seed as checked_seed
from callplan.errors import Refused
from callplan.tables import POOL_AHT, POOL_CORRELATION, POOL_OVERFLOW, check
from erlang import Target
from quoting.portfolio.clients import Pool
from quoting.portfolio.demand import Demand, demands
from quoting.portfolio.doubt import kept
from quoting.portfolio.teams import hours, team
from quoting.portfolio.witness import smallest
from quoting.sizing.workload import excess

# What simulated teams may be off: so much more of agents, as a share, is no loss.
NOISE = 0.005
RATIOS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
GOALS = ("held", "in proportion")
CORRELATIONS = (0.0, 0.25, 0.5, 0.75, 1.0)


def aht_study(
    pool: Pool, ratios: Sequence[float] = RATIOS, *, calls: float = 500_000, seed: int = 0
) -> pd.DataFrame:
    """Return what pooling saves in the busiest interval, by how unlike handling times are (`POOL_AHT`).

    The clients keep their loads. In the order of their own handling times these are set evenly apart (as
    logarithms) around the mean weighed by load, the longest `ratio` times the shortest. The goals are held
    as they are, or their seconds, and patience, go in proportion to the handling time: then separate
    teams stay the same, and all that changes is what sharing does. Everybody in a shared team waits alike,
    so that the strictest goal holds for the longest calls too: that can take more agents than it saves [1]_.

    References
    ----------
    .. [1] D. R. Smith, W. Whitt (1981), Resource sharing for efficiency in traffic systems, Bell System
       Technical Journal 60(1).
    """
    clients = demands(pool)
    interval = busiest(clients)
    calling = [client for client in clients if client.calls[interval] > 0]
    rows = []
    for goals in GOALS:
        for ratio in ratios:
            if not ratio >= 1:
                raise Refused("ratios", f"found {ratio:g}", "the longest over the shortest is 1 or more")
            apart = _stretched(calling, interval, ratio, goals)
            shared = int(team(apart)[0])
            separate = sum(int(team([client])[0]) for client in apart)
            found = smallest(apart, 0, shared, calls=calls, seed=checked_seed(seed)).agents
            aht_s = [float(client.aht_s[0]) for client in apart]
            sizes = separate, shared, found, separate - shared, separate - found
            rows.append((goals, ratio, min(aht_s), max(aht_s), *sizes))
    return check(pd.DataFrame(rows, columns=POOL_AHT.names()), POOL_AHT)


def busiest(clients: Sequence[Demand]) -> int:
    """Return the interval of the week in which the shared team is largest, by load where several are."""
    agents, load = team(clients), np.sum([client.load() for client in clients], axis=0)
    return int(np.lexsort((-load, -agents))[0])


def _stretched(clients: Sequence[Demand], interval: int, ratio: float, goals: str) -> list[Demand]:
    """Return the clients of one interval, their handling times so far apart and their loads as they are."""
    load = np.array([client.load()[interval] for client in clients])
    aht_s = np.array([client.aht_s[interval] for client in clients])
    rank = np.argsort(np.argsort(aht_s, kind="stable"), kind="stable")
    # From -1/2 to 1/2; one client alone stays as it is.
    factor = ratio ** ((rank - (len(clients) - 1) / 2) / max(len(clients) - 1, 1))
    mean_s = load @ aht_s / load.sum()
    return [
        replace(
            client,
            calls=client.load()[[interval]] * 60 * client.minutes / (mean_s * own),
            aht_s=np.array([mean_s * own]),
            minimum=client.minimum[[interval]],
            target=_slower(client.target, 1.0 if goals == "held" else own),
            patience_s=client.patience_s and client.patience_s * (1.0 if goals == "held" else own),
        )
        for client, own in zip(clients, factor.tolist(), strict=True)
    ]


def _slower(target: Target, factor: float) -> Target:
    """Return the same goals with so many times their seconds."""
    seconds = {name: getattr(target, name) for name in ("within_s", "asa_s")}
    return replace(target, **{name: own * factor for name, own in seconds.items() if own is not None})


def correlation_study(pool: Pool, correlations: Sequence[float] = CORRELATIONS) -> pd.DataFrame:
    """Return what pooling saves of the agents kept for doubt, by correlation (`POOL_CORRELATION`).

    Teams are sized as everywhere (`quoting.portfolio.doubt`), for these correlations and the pool's own. Of
    n clients alike that share a team the sum doubts by √(ρ + (1 - ρ) / n) of what one does. Where ρ is 1
    that is all of it, and sharing saves what it does of any volume. Teams are whole, and small ones have
    slack that takes up some doubt: then less than nothing may be saved of what it takes.

    Raises `Refused` where the pool has no `volume_sd`.

    >>> from quoting.portfolio.clients import DEMO_POOL
    >>> study = correlation_study(Pool.from_toml(DEMO_POOL), [0, 1])
    >>> study.set_index("correlation")["saved_h"].is_monotonic_decreasing
    True
    """
    if not pool.volume_sd:
        raise Refused(pool.where("volume_sd"), "no doubt of the volumes", "give volume_sd, as 0.1")
    clients = demands(pool)
    own = np.stack([team(kept([client], pool)) for client in clients])
    own_h, separate = hours(own, pool.minutes), int(own.max(axis=1).sum())
    sure_h = sum(hours(team([client]), pool.minutes) for client in clients)
    doubt_own = own_h - sure_h
    rows = []
    for correlation in sorted({*correlations, pool.correlation}):
        shared = team(kept(clients, pool, correlation))
        shared_h, together = hours(shared, pool.minutes), int(shared.max())
        doubt_shared = shared_h - hours(team(clients), pool.minutes)
        saved = 1 - doubt_shared / doubt_own if doubt_own else 0.0
        agents = separate, together, separate - together
        rows.append((correlation, *agents, own_h, shared_h, own_h - shared_h, doubt_own, doubt_shared, saved))
    return check(pd.DataFrame(rows, columns=POOL_CORRELATION.names()), POOL_CORRELATION)


def overflow(pool: Pool, client: str, above_calls: Sequence[float]) -> pd.DataFrame:
    """Return what is saved if a client's calls above so many an interval go to the others (`POOL_OVERFLOW`).

    Calls come at random, so that some flow over where the mean does not reach the limit. The client keeps a
    team of its own for those below. Both teams are sized by formula, as if what flows over came at random
    too: it comes late in its intervals, so that the others need rather more than that.
    """
    if client not in pool.clients:
        raise Refused("client", f"found {client!r}", f"choose from {', '.join(pool.clients)}")
    everybody = demands(pool)
    others = [demand for demand in everybody if demand.client != client]
    (whole,) = (demand for demand in everybody if demand.client == client)
    apart_h = hours(team([whole]), pool.minutes) + hours(team(others), pool.minutes)
    pooled_h = hours(team(everybody), pool.minutes)
    rows = []
    for most in above_calls:
        if not most > 0:
            raise Refused("above_calls", f"found {most:g}", "it must be above 0")
        above = np.minimum(excess(whole.calls, most), whole.calls)
        own = team([whole.of(whole.calls - above)])
        # Where nothing flows over the others need not be there for this client.
        guest = replace(whole.of(above), minimum=np.zeros_like(whole.minimum))
        taken = team([*others, guest])
        staffed_h = hours(own, pool.minutes) + hours(taken, pool.minutes)
        sizes = above.sum() / whole.calls.sum(), own.max(), taken.max()
        rows.append((client, most, *sizes, staffed_h, apart_h - staffed_h, apart_h - pooled_h))
    return check(pd.DataFrame(rows, columns=POOL_OVERFLOW.names()), POOL_OVERFLOW)


def reverses_at(study: pd.DataFrame) -> dict[str, float]:
    """Return, by goals, the least ratio of an `aht_study` at which pooling takes more agents, if any."""
    losing = study[study["saved_simulated"] < -NOISE * study["separate"]]
    return {str(goals): float(ratio) for goals, ratio in losing.groupby("goals")["ratio"].min().items()}
