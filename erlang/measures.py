"""The single measures of `erlang.performance`, each worked out by itself."""

# So that `help` shows the names of types, not all that they stand for.
from __future__ import annotations

from numpy.typing import ArrayLike

from erlang.arguments import Values
from erlang.performance import measured


def service_level(
    agents: ArrayLike,
    load: ArrayLike,
    aht_s: ArrayLike,
    within_s: ArrayLike,
    *,
    patience_s: ArrayLike | None = None,
    lines: ArrayLike | None = None,
    redial: ArrayLike = 0.0,
    convention: str = "offered",
    short_s: float = 5.0,
) -> Values:
    """Return the share of calls answered within `within_s` seconds; arguments as in `performance`.

    >>> f"{service_level(agents=14, load=10, aht_s=180, within_s=20):.2%}"
    '88.84%'
    """
    return measured(
        ["service_level"],
        agents,
        load,
        aht_s,
        within_s,
        patience_s,
        lines,
        redial,
        convention=convention,
        short_s=short_s,
    )[0]


def asa_s(
    agents: ArrayLike,
    load: ArrayLike,
    aht_s: ArrayLike,
    within_s: ArrayLike = 0.0,
    *,
    patience_s: ArrayLike | None = None,
    lines: ArrayLike | None = None,
    redial: ArrayLike = 0.0,
    convention: str = "offered",
    short_s: float = 5.0,
) -> Values:
    """Return the average speed of answer in seconds: the mean wait of answered calls.

    The arguments are those of `performance`; `within_s` and the convention change nothing here.

    >>> round(float(asa_s(agents=14, load=10, aht_s=180)), 1)
    7.8
    """
    return measured(
        ["asa_s"],
        agents,
        load,
        aht_s,
        within_s,
        patience_s,
        lines,
        redial,
        convention=convention,
        short_s=short_s,
    )[0]


def occupancy(
    agents: ArrayLike,
    load: ArrayLike,
    aht_s: ArrayLike = 1.0,
    within_s: ArrayLike = 0.0,
    *,
    patience_s: ArrayLike | None = None,
    lines: ArrayLike | None = None,
    redial: ArrayLike = 0.0,
    convention: str = "offered",
    short_s: float = 5.0,
) -> Values:
    """Return carried load / agents; where nobody hangs up the handling time does not matter.

    The arguments are those of `performance`; `within_s` and the convention change nothing here.

    >>> round(float(occupancy(agents=14, load=10)), 4)
    0.7143
    """
    return measured(
        ["occupancy"],
        agents,
        load,
        aht_s,
        within_s,
        patience_s,
        lines,
        redial,
        convention=convention,
        short_s=short_s,
    )[0]


def abandonment(
    agents: ArrayLike,
    load: ArrayLike,
    aht_s: ArrayLike,
    within_s: ArrayLike = 0.0,
    *,
    patience_s: ArrayLike | None = None,
    lines: ArrayLike | None = None,
    redial: ArrayLike = 0.0,
    convention: str = "offered",
    short_s: float = 5.0,
) -> Values:
    """Return the share of calls that hang up while they wait: none where nobody is impatient.

    The arguments are those of `performance`; `within_s` and the convention change nothing here.
    Garnett, Mandelbaum and Reiman (2002): 50 agents, 48 calls a minute of a minute each, patience
    two minutes lose 3.1%.

    >>> f"{abandonment(agents=50, load=48, aht_s=60, patience_s=120):.1%}"
    '3.1%'
    """
    return measured(
        ["abandoned"],
        agents,
        load,
        aht_s,
        within_s,
        patience_s,
        lines,
        redial,
        convention=convention,
        short_s=short_s,
    )[0]


def queue_length(
    agents: ArrayLike,
    load: ArrayLike,
    aht_s: ArrayLike,
    within_s: ArrayLike = 0.0,
    *,
    patience_s: ArrayLike | None = None,
    lines: ArrayLike | None = None,
    redial: ArrayLike = 0.0,
    convention: str = "offered",
    short_s: float = 5.0,
) -> Values:
    """Return the mean number of callers who wait.

    The arguments are those of `performance`; `within_s` and the convention change nothing here.

    >>> round(float(queue_length(agents=14, load=10, aht_s=180)), 3)
    0.435
    """
    return measured(
        ["queue_length"],
        agents,
        load,
        aht_s,
        within_s,
        patience_s,
        lines,
        redial,
        convention=convention,
        short_s=short_s,
    )[0]


def wait_quantile_s(
    agents: ArrayLike,
    load: ArrayLike,
    aht_s: ArrayLike,
    share: ArrayLike,
    *,
    patience_s: ArrayLike | None = None,
    lines: ArrayLike | None = None,
) -> Values:
    """Return the seconds that the wait of this share of callers would not exceed if they never hung up.

    It is the answer time under which the service level of the convention `virtual` is `share`: 0 where
    so many find an agent at once, endless where so many are never answered.

    >>> round(float(wait_quantile_s(agents=14, load=10, aht_s=180, share=0.9)), 1)
    25.0
    """
    return measured(["wait_quantile_s"], agents, load, aht_s, 0.0, patience_s, lines, 0.0, share=share)[0]
