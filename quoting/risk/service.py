"""What callers get when a month brings other calls than its team was sized for.

A team's measures are worked out once at many loads and read between them. The points are even in the spare
agents over the square root of the load: on that scale teams of all sizes bend alike [1]_.

References
----------
.. [1] S. Halfin, W. Whitt (1981), Heavy-traffic limits for queues with many exponential servers, Operations
   Research 29(3): 567-588.
"""

from dataclasses import dataclass

import numpy as np

from erlang import offered_load, performance
from quoting.risk.between import between
from quoting.sizing.arrivals import arrivals
from quoting.sizing.teams import team_of
from quoting.sizing.workload import work_of
from quoting.terms.terms import Terms

SURPRISES = np.linspace(0.5, 1.8, 53)
# (agents - load) / √load, closer together where a queue without patience begins to grow.
_SPARE = np.concatenate(
    [np.linspace(-40, -2, 380, False), np.linspace(-2, 3, 250, False), np.linspace(3, 8, 51)]
)


@dataclass(frozen=True, eq=False)
class Service:
    """Shares of the typical week's calls, by what it was sized for and by what came instead.

    `levels` (L,) are volumes that teams are sized for, as shares of the typical week; `surprises` (S,) what
    comes, as a share of that. `in_time` and `answered` (L, S) are weighted by calls.
    """

    levels: np.ndarray
    surprises: np.ndarray
    in_time: np.ndarray
    answered: np.ndarray

    def at(self, level: np.ndarray, surprise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the shares answered in time, and answered at all, between the points of the table.

        What lies beyond its edges is read at the edge.
        """
        table = np.stack([self.in_time, self.answered], axis=-1)
        shares = between((self.levels, self.surprises), table, (level, surprise))
        return shares[..., 0], shares[..., 1]


def service_by_load(terms: Terms, levels: np.ndarray) -> Service:
    """Return the service of the typical week when sized for each of `levels`, and something else comes.

    Every interval keeps the team that its goals ask for at that level, while `SURPRISES` of the calls come.
    Without a patience a load that reaches the team gives its interval a service level of 0 (Erlang C).
    The share in time is NaN where the goals name no seconds, or where nobody calls in.
    """
    levels = np.unique(np.asarray(levels, dtype=float))
    shape = (len(levels), len(SURPRISES), -1)
    if terms.direction.way == "outbound":
        return Service(levels, SURPRISES, np.full(shape[:2], np.nan), np.ones(shape[:2]))
    came = arrivals(terms)
    sized = team_of(came, work_of(came, terms, levels), terms)
    work = work_of(came, terms, np.multiply.outer(levels, SURPRISES).ravel())
    calls = work.calls.reshape(shape)
    load = offered_load(calls, work.aht_s, came.minutes)
    shares = _shares(sized.agents[:, None], load, work.aht_s, terms)
    weighted = (calls[..., None] * shares).sum(axis=2) / calls.sum(axis=2)[..., None]
    return Service(levels, SURPRISES, weighted[..., 0], weighted[..., 1])


def _shares(agents: np.ndarray, load: np.ndarray, aht_s: float, terms: Terms) -> np.ndarray:
    """Return the shares answered in time and at all (..., 2): 0.002 off at most below 1,000 agents."""
    target = terms.standard.target
    teams, place = np.unique(np.maximum(agents, 1), return_inverse=True)
    spare = (agents - load) / np.sqrt(np.maximum(load, 1e-9))
    points = _SPARE[max(np.searchsorted(_SPARE, spare.min()) - 1, 0) :]
    # The load a of n agents that leaves b √a of them to spare.
    at = ((np.sqrt(points**2 + 4 * teams[:, None]) - points) / 2) ** 2
    result = performance(
        teams[:, None],
        at,
        aht_s,
        np.nan if target.within_s is None else target.within_s,
        patience_s=terms.traffic.patience_s,
        convention=target.convention,
    )
    table = np.stack([result.service_level, 1 - np.asarray(result.abandoned)], axis=-1)
    position = np.interp(spare, points, np.arange(len(points)))
    left = np.minimum(position.astype(int), len(points) - 2)
    above, row = (position - left)[..., None], place.reshape(agents.shape)
    return np.asarray(table[row, left] * (1 - above) + table[row, left + 1] * above)
