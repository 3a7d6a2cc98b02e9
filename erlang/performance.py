"""What a team of some size gives its callers: one function for every measure, under a named convention.

Without patience callers wait for as long as it takes (Erlang C), with it they hang up (Erlang A).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from callplan.errors import Refused, nearest
from erlang.arguments import Values, broadcast, refuse_zero, unwrapped
from erlang.endless import PatientQueue
from erlang.patience import ImpatientQueue

CONVENTIONS = (
    "offered",  # answered within T / offered
    "answered",  # answered within T / answered
    "abandon_positive",  # (answered within T + abandoned within T) / offered
    "abandon_ignored",  # answered within T / (offered - abandoned within T)
    "short_positive",  # (answered within T + short abandons) / offered
    "net_offered",  # answered within T / (offered - short abandons)
    "virtual",  # chance that a caller who never hangs up waits at most T
)


@dataclass(frozen=True)
class Performance:
    """Measures of the same shape as the arguments; shares are of all calls, 0 to 1."""

    p_wait: Values
    service_level: Values
    asa_s: Values
    occupancy: Values
    abandoned: Values
    queue_length: Values


def performance(
    agents: ArrayLike,
    load: ArrayLike,
    aht_s: ArrayLike,
    within_s: ArrayLike,
    *,
    patience_s: ArrayLike | None = None,
    convention: str = "offered",
    short_s: float = 5.0,
) -> Performance:
    """Return every measure of `agents` (whole or fractional) under `load` erlangs.

    Parameters are scalars or arrays that broadcast: `aht_s` and `within_s` in seconds,
    `patience_s` the mean patience (None or endless: nobody hangs up), `convention` one of
    `CONVENTIONS`, `short_s` the limit of a short abandon.

    ASA is the mean wait of answered calls. Without patience a load that reaches the agents gives a
    queue that only grows: everyone waits, service level 0, ASA endless. With no calls, nobody waits.

    >>> result = performance(agents=14, load=10, aht_s=180, within_s=20)
    >>> f"{result.service_level:.2%} {result.asa_s:.1f} s {result.occupancy:.2%}"
    '88.84% 7.8 s 71.43%'
    >>> result = performance(agents=177, load=200, aht_s=300, within_s=20, patience_s=60)
    >>> f"{result.service_level:.1%} answered in time, {result.abandoned:.1%} hung up"
    '80.2% answered in time, 12.4% hung up'
    """
    if convention not in CONVENTIONS:
        raise Refused("convention", f"found {convention!r}", nearest(convention, CONVENTIONS))
    endless = np.inf if patience_s is None else patience_s
    n, a, aht, within, patience = broadcast(
        agents=agents, load=load, aht_s=aht_s, within_s=within_s, patience_s=endless
    )
    refuse_zero(aht_s=aht, patience_s=patience)
    broadcast(short_s=short_s)
    shape = n.shape
    n, a, aht, within, patience = (array.ravel() for array in (n, a, aht, within, patience))
    result = np.empty((6, n.size))
    for rows, queue in queues(n, a, aht, patience):
        result[0, rows] = queue.p_wait
        result[1, rows] = queue.service_level(within[rows], convention, short_s)
        result[2, rows] = queue.asa_s()
        result[3, rows] = queue.occupancy()
        result[4, rows] = queue.abandoned()
        result[5, rows] = queue.queue_length()
    return Performance(*(unwrapped(row.reshape(shape)) for row in result))


def queues(
    n: np.ndarray, a: np.ndarray, aht_s: np.ndarray, patience_s: np.ndarray
) -> Iterator[tuple[np.ndarray, PatientQueue | ImpatientQueue]]:
    """Split float arrays of one shape into the rows where nobody hangs up and the others."""
    patient = np.isinf(patience_s)
    if patient.any():
        yield patient, PatientQueue.of(n[patient], a[patient], aht_s[patient])
    if not patient.all():
        hasty = ~patient
        yield hasty, ImpatientQueue.of(n[hasty], a[hasty], aht_s[hasty], patience_s[hasty])


def service_level(
    agents: ArrayLike,
    load: ArrayLike,
    aht_s: ArrayLike,
    within_s: ArrayLike,
    *,
    patience_s: ArrayLike | None = None,
    convention: str = "offered",
) -> Values:
    """Return the share of calls answered within `within_s` seconds; arguments as in `performance`.

    >>> f"{service_level(agents=14, load=10, aht_s=180, within_s=20):.2%}"
    '88.84%'
    """
    return performance(
        agents, load, aht_s, within_s, patience_s=patience_s, convention=convention
    ).service_level


def asa_s(
    agents: ArrayLike,
    load: ArrayLike,
    aht_s: ArrayLike,
    within_s: ArrayLike = 0.0,
    *,
    patience_s: ArrayLike | None = None,
    convention: str = "offered",
) -> Values:
    """Return the average speed of answer in seconds: the mean wait of answered calls.

    The arguments are those of `performance`; `within_s` and `convention` change nothing here.

    >>> round(float(asa_s(agents=14, load=10, aht_s=180)), 1)
    7.8
    """
    return performance(agents, load, aht_s, within_s, patience_s=patience_s, convention=convention).asa_s


def occupancy(
    agents: ArrayLike,
    load: ArrayLike,
    aht_s: ArrayLike = 1.0,
    within_s: ArrayLike = 0.0,
    *,
    patience_s: ArrayLike | None = None,
    convention: str = "offered",
) -> Values:
    """Return carried load / agents; where nobody hangs up the handling time does not matter.

    The arguments are those of `performance`; `within_s` and `convention` change nothing here.

    >>> round(float(occupancy(agents=14, load=10)), 4)
    0.7143
    """
    return performance(agents, load, aht_s, within_s, patience_s=patience_s, convention=convention).occupancy


def abandonment(
    agents: ArrayLike,
    load: ArrayLike,
    aht_s: ArrayLike,
    within_s: ArrayLike = 0.0,
    *,
    patience_s: ArrayLike | None = None,
    convention: str = "offered",
) -> Values:
    """Return the share of calls that hang up while they wait: none where nobody is impatient.

    The arguments are those of `performance`; `within_s` and `convention` change nothing here.
    Garnett, Mandelbaum and Reiman (2002): 50 agents, 48 calls a minute of a minute each, patience
    two minutes lose 3.1%.

    >>> f"{abandonment(agents=50, load=48, aht_s=60, patience_s=120):.1%}"
    '3.1%'
    """
    return performance(agents, load, aht_s, within_s, patience_s=patience_s, convention=convention).abandoned
