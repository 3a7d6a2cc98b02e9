"""Chat: agents who hold several conversations at once.

A conversation lasts the longer the more of them its agent holds: `aht_by_concurrency_s` is the handle
time while an agent holds 1, 2, ... chats [1]_ [2]_. A new chat goes to the agent who holds fewest, and
the team is taken to stay balanced, so that its state is one number, the chats in hand and in queue:
a birth-death chain [3]_ in which chats end at a total rate of Σ k / AHT(k) over the agents, k the
number that each holds.

Once every agent is full that rate is the same however long the queue. From there on this is the
queue of agents × c servers with handle time AHT(c): with patience Erlang A, without it Erlang C.
Only the chance to find the team full is the chain's own; it is worked out in logarithms, so that
teams of any size neither overflow nor vanish.

References
----------
.. [1] J. Luo, J. Zhang (2013), Staffing and control of instant messaging contact centers,
   Operations Research 61(2).
.. [2] T. Tezcan, J. Zhang (2014), Routing and staffing in customer service chat systems with
   impatient customers, Operations Research 62(4).
.. [3] L. Kleinrock (1975), Queueing Systems, volume 1, chapter 3.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logsumexp

from callplan.errors import Refused, nearest
from erlang.arguments import Values, broadcast, refuse_zero, unwrapped
from erlang.channels.intervals import known
from erlang.performance import CONVENTIONS, Queue, queues
from erlang.queues.endless import PatientQueue
from erlang.targets import Target
from erlang.teams.goals import Case
from erlang.teams.search import gallop, together


@dataclass(frozen=True)
class ChatPerformance:
    """Measures of the same shape as the arguments; shares are of all chats, 0 to 1."""

    p_wait: Values
    service_level: Values
    asa_s: Values
    """Mean wait of answered chats."""
    wait_all_s: Values
    """Mean time in queue of all chats, those given up included."""
    abandoned: Values
    queue_length: Values
    occupancy: Values
    """Share of agents who hold at least one chat."""
    chats_per_agent: Values
    """Mean number of chats that an agent holds, idle agents included."""


def chat_performance(
    agents: ArrayLike,
    chats_per_hour: ArrayLike,
    aht_by_concurrency_s: ArrayLike,
    within_s: ArrayLike,
    *,
    patience_s: ArrayLike | None = None,
    convention: str = "offered",
) -> ChatPerformance:
    """Return every measure of a team of whole `agents` who each hold several chats at once.

    `aht_by_concurrency_s` is the handle time in seconds while an agent holds 1, 2, ... chats; its
    length is the most that one may hold. The other parameters are scalars or arrays that broadcast:
    `within_s` and the mean `patience_s` in seconds (None or endless: nobody gives up), `convention`
    one of `CONVENTIONS`. With one chat at a time this is Erlang A, or C.

    Without patience, chats that come as fast as a full team can end them make a queue that only
    grows: service level 0, waits endless. With no chats, nobody waits.

    >>> result = chat_performance(5, 90, [300, 360, 450], within_s=30, patience_s=180)
    >>> f"{result.service_level:.1%} answered in time, {result.chats_per_agent:.2f} chats each"
    '94.9% answered in time, 1.82 chats each'
    """
    if convention not in CONVENTIONS:
        raise Refused("convention", f"found {convention!r}", nearest(convention, CONVENTIONS))
    handling_s = _handling(aht_by_concurrency_s)
    endless = np.inf if patience_s is None else patience_s
    arrays = broadcast(agents=agents, chats_per_hour=chats_per_hour, within_s=within_s, patience_s=endless)
    shape = arrays[0].shape
    n, per_hour, within, patience = (array.ravel() for array in arrays)
    refuse_zero(patience_s=patience)
    if (part := n[n % 1 > 0]).size:
        raise Refused("agents", f"found {part[0]:g}", "give whole agents: chats are held by heads")
    # Once every agent is full: agents × c servers of the longest handle time.
    arrivals, last_s = per_hour / 3600, np.full(n.size, handling_s[-1])
    result = np.empty((8, n.size))
    for rows, full_team in queues(n * len(handling_s), arrivals * last_s, last_s, patience):
        chain = [_until_full(*row, handling_s) for row in zip(n[rows], arrivals[rows], strict=True)]
        log_odds, busy, held = np.array(chain).T
        queue = _entered(full_team, log_odds)
        result[0, rows] = queue.p_wait
        result[1, rows] = queue.service_level(within[rows], convention, 5.0)
        result[2, rows] = queue.asa_s()
        result[3, rows] = queue.queue_length() / np.where(arrivals[rows] == 0, 1.0, arrivals[rows])
        result[4, rows] = queue.abandoned()
        result[5, rows] = queue.queue_length()
        result[6, rows] = (1 - queue.p_wait) * busy + queue.p_wait
        result[7, rows] = (1 - queue.p_wait) * held + queue.p_wait * len(handling_s)
    result[1, np.isnan(within)] = np.nan
    return ChatPerformance(*(unwrapped(row.reshape(shape)) for row in result))


def required_chat_agents(
    chats_per_hour: ArrayLike,
    aht_by_concurrency_s: ArrayLike,
    target: Target,
    *,
    patience_s: ArrayLike | None = None,
) -> Values:
    """Return the smallest whole team that meets every goal of `target`; 0 where no chats come.

    The arguments are those of `chat_performance`; the occupancy goal caps the share of agents who hold
    at least one chat. The team found meets the goals and one agent fewer does not.

    >>> target = Target(service_level=0.9, within_s=30)
    >>> int(required_chat_agents(90, [300, 360, 450], target, patience_s=180))
    5
    >>> int(required_chat_agents(90, [300], target, patience_s=180))
    11
    """
    if not isinstance(target, Target):
        raise Refused("target", f"found {target!r}", 'give a Target, such as Target.parse("80/20")')
    handling_s = _handling(aht_by_concurrency_s)
    if target.abandoned is not None and patience_s is None:
        raise Refused(
            "target, abandoned", "no patience is known", "give patience_s: without it nobody gives up"
        )
    arrays = known(
        chats_per_hour=chats_per_hour,
        patience_s=np.inf if patience_s is None else patience_s,
        within_s=0.0 if target.within_s is None else target.within_s,
        **target.goals(),
    )
    shape = arrays[0].shape
    per_hour, patience, within, *limits = (array.ravel() for array in arrays)
    refuse_zero(patience_s=patience)
    come = per_hour > 0
    load, last_s = per_hour / 3600 * handling_s[-1], np.full(per_hour.size, handling_s[-1])
    endless = np.full(per_hour.size, np.inf)
    # A full team must end more chats than come, unless those who wait give up.
    agents = np.where(np.isinf(patience), np.floor(load / len(handling_s)) + 1, 1).astype("int64")[come]
    cases = [
        _ChatCase(goal, target.convention, limit, within, load, last_s, patience, endless, handling_s)
        for goal, limit in zip(target.goals(), limits, strict=True)
    ]
    least = np.zeros(per_hour.size, dtype="int64")
    least[come], _ = together([case.rows(come) for case in cases], agents, gallop)
    return unwrapped(least.reshape(shape))


@dataclass(frozen=True)
class _ChatCase(Case):
    """A goal for teams who chat; the load is what the chats would be if all agents were full."""

    handling_s: np.ndarray

    def measure(self, agents: np.ndarray) -> np.ndarray:
        """Return what the goal is about, for so many agents in each row."""
        result = chat_performance(
            agents,
            self.load / self.aht_s * 3600,
            self.handling_s,
            self.within_s,
            patience_s=self.patience_s,
            convention=self.convention,
        )
        return getattr(result, self.goal)


def _handling(aht_by_concurrency_s: ArrayLike) -> np.ndarray:
    """Return the handle times by chats held as an array, refused by name where they are none."""
    (handling_s,) = broadcast(aht_by_concurrency_s=aht_by_concurrency_s)
    name = "aht_by_concurrency_s"
    if handling_s.ndim != 1 or not handling_s.size or np.isnan(handling_s).any():
        raise Refused(name, f"found {aht_by_concurrency_s!r}", "list the seconds with 1, 2, ... chats held")
    refuse_zero(aht_by_concurrency_s=handling_s)
    return handling_s


def _entered(queue: Queue, log_odds: np.ndarray) -> Queue:
    """Return the queue in front of a full team with the chance to meet one that the chain below gives.

    `log_odds` is the logarithm of P(full, nobody waiting) / P(not full).
    """
    with np.errstate(all="ignore"):
        if isinstance(queue, PatientQueue):
            log_queueing = np.where(queue.n <= queue.a, np.inf, -np.log1p(-queue.a / queue.n))
        else:
            log_queueing = np.log(queue.whole) - queue.hill.log(-queue.hill.top)
        odds = np.where(queue.a == 0, -np.inf, log_odds + log_queueing)
    if isinstance(queue, PatientQueue):
        return replace(queue, p_wait=expit(odds))
    return replace(queue, busy=expit(odds), idle=expit(-odds))


def _until_full(n: float, per_s: float, handling_s: np.ndarray) -> tuple[float, float, float]:
    """Follow the chain from no chat to every agent full and nobody waiting.

    Return the logarithm of P(full) / P(not full) in it and, while the team is not full, the share of
    agents who are busy and the mean number of chats that each holds.
    """
    if np.isnan(n) or n == 0:
        return np.inf + n, 0.0, 0.0
    most = len(handling_s)
    chats = np.arange(n * most + 1)
    # Balanced: some agents hold `low` chats, the others one more.
    low = chats // n
    with_more = chats - low * n
    ending = np.append(np.arange(most + 1) / np.append(1.0, handling_s), 0.0)  # by chats held
    low = low.astype(int)
    rate = (n - with_more) * ending[low] + with_more * ending[low + 1]
    with np.errstate(divide="ignore"):
        steps = np.log(per_s / rate[1:])
    # Summed twice, the second time from the top on: so the likely states carry small logarithms.
    top = np.append(0.0, np.cumsum(steps)).max()
    log_weight = np.cumsum(np.append(-top, steps))
    before = log_weight[:-1]
    total = logsumexp(before)
    chance = np.exp(before - total)
    return log_weight[-1] - total, chance @ np.minimum(chats[:-1], n) / n, chance @ chats[:-1] / n
