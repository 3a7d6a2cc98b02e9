"""The volume that teams are sized for, where it is in doubt.

Each client's volume is normal around its figure. A team is sized for the volume that is exceeded with the
chance 1 - `confidence`; of a shared team that is a volume of the sum, whose doubts partly even out.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtri

from quoting.portfolio.clients import Pool
from quoting.portfolio.demand import Demand


def kept(clients: Sequence[Demand], pool: Pool, correlation: float | None = None) -> list[Demand]:
    """Return the clients with the calls for which the team that they share is sized.

    As they are where the pool has no `volume_sd`; `correlation` is the pool's unless it is given.
    """
    if not pool.volume_sd:
        return list(clients)
    doubt = shared_doubt(clients, pool.correlation if correlation is None else correlation)
    factor = 1 + float(ndtri(pool.confidence)) * pool.volume_sd * doubt
    return [client.of(client.calls * factor) for client in clients]


def shared_doubt(clients: Sequence[Demand], correlation: float) -> np.ndarray:
    """Return, by interval, the standard deviation of the sum of volumes over that of a single one.

    Volumes are weighed by the work in them; 0 where no calls come.
    """
    load = np.stack([client.load() for client in clients])
    total = load.sum(axis=0)
    share = np.divide(load, total, out=np.zeros_like(load), where=total > 0)
    alone = (share**2).sum(axis=0)
    # (Σ w)² is 1: what is not a client with itself is a pair of two.
    return np.sqrt(np.maximum(alone + correlation * (share.sum(axis=0) - alone), 0.0))


def sized_for(pool: Pool) -> str:
    """Say for which volume the teams of a pool are.

    >>> pool = Pool.from_dict({"name": "two", "currency": "EUR", "volume_sd": 0.1, "correlation": 0.3,
    ...     "clients": {name: {"calls": 75, "aht_s": 240, "asa_s": 20} for name in "ab"}}, "")
    >>> sized_for(pool), sized_for(Pool(name="two", currency="EUR", clients=pool.clients))
    ('volumes kept with a chance of 90% (sd 10%, correlation 0.3)', 'mean volumes')
    """
    if not pool.volume_sd:
        return "mean volumes"
    doubt = f"sd {100 * pool.volume_sd:.3g}%, correlation {pool.correlation:g}"
    return f"volumes kept with a chance of {100 * pool.confidence:.4g}% ({doubt})"
