"""Which of the queues a row of numbers is, and how service levels are counted.

Callers who find no agent wait for as long as it takes (Erlang C), hang up (Erlang A), or may find no line
to wait on (M/M/n/K, with patience and without).
"""

from collections.abc import Iterator

import numpy as np

from erlang.queues.endless import PatientQueue
from erlang.queues.lines import LimitedQueue
from erlang.queues.patience import ImpatientQueue

CONVENTIONS = (
    "offered",  # answered within T / offered
    "answered",  # answered within T / answered
    "abandon_positive",  # (answered within T + abandoned within T) / offered
    "abandon_ignored",  # answered within T / (offered - abandoned within T)
    "short_positive",  # (answered within T + short abandons) / offered
    "net_offered",  # answered within T / (offered - short abandons)
    "virtual",  # chance that a caller who never hangs up waits at most T
)

Queue = PatientQueue | ImpatientQueue | LimitedQueue


def queues(
    n: np.ndarray,
    a: np.ndarray,
    aht_s: np.ndarray,
    patience_s: np.ndarray,
    lines: np.ndarray | float = np.inf,
) -> Iterator[tuple[np.ndarray, Queue]]:
    """Split float arrays of one shape by what happens to callers who find no agent."""
    k = np.broadcast_to(lines, n.shape)
    patient, endless = np.isinf(patience_s), np.isinf(k)
    if (rows := patient & endless).any():
        yield rows, PatientQueue.of(n[rows], a[rows], aht_s[rows])
    if (rows := ~patient & endless).any():
        yield rows, ImpatientQueue.of(n[rows], a[rows], aht_s[rows], patience_s[rows])
    if (rows := patient & ~endless).any():
        yield rows, LimitedQueue.limited(n[rows], a[rows], aht_s[rows], None, k[rows])
    if (rows := ~patient & ~endless).any():
        yield rows, LimitedQueue.limited(n[rows], a[rows], aht_s[rows], patience_s[rows], k[rows])
