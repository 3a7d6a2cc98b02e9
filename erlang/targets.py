"""The smallest team for a set of goals, and the heads to roster for it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from callplan.errors import Refused, nearest
from erlang.arguments import Values, broadcast, refuse_zero, unwrapped
from erlang.performance import CONVENTIONS, queues

# A goal met to twelve digits is met: doubles carry little more.
_MET = 1 + 1e-12


@dataclass(frozen=True)
class Target:
    """Goals for a queue; a team must meet every one that is given.

    `service_level` is the share of calls answered within `within_s` seconds under `convention`,
    `asa_s` the longest average speed of answer, `abandoned` the largest share that hangs up,
    `occupancy` the cap on busy time, `p_wait` the largest chance to wait. Shares are 0 to 1.

    >>> Target(service_level=0.98)
    Traceback (most recent call last):
    callplan.errors.Refused: target: a service level of 98% without its seconds; give within_s
    """

    service_level: float | None = None
    within_s: float | None = None
    asa_s: float | None = None
    abandoned: float | None = None
    occupancy: float | None = None
    p_wait: float | None = None
    convention: str = "offered"

    def __post_init__(self) -> None:
        for name in ("service_level", "abandoned", "occupancy", "p_wait"):
            share = getattr(self, name)
            if share is not None and not 0 < share <= 1:
                raise Refused(
                    f"target, {name}", f"found {share:g}", "a share lies between 0 and 1: 80% is 0.8"
                )
        if self.service_level == 1:
            raise Refused("target, service_level", "found 1", "no team answers every call in time: say 0.99")
        for name in ("within_s", "asa_s"):
            seconds = getattr(self, name)
            if seconds is not None and not seconds >= 0:
                raise Refused(f"target, {name}", f"found {seconds:g}", "seconds are 0 or more")
        if self.asa_s == 0:
            raise Refused("target, asa_s", "found 0", "no team answers every call at once: say 1")
        if self.convention not in CONVENTIONS:
            raise Refused(
                "target, convention", f"found {self.convention!r}", nearest(self.convention, CONVENTIONS)
            )
        if self.service_level is not None and self.within_s is None:
            share = f"{100 * self.service_level:g}%"
            raise Refused("target", f"a service level of {share} without its seconds", "give within_s")
        if not self.goals():
            raise Refused("target", "no goal", "give one, such as service_level=0.8, within_s=20")

    @classmethod
    def parse(cls, text: str, convention: str = "offered") -> "Target":
        """Read a service level as planners say it: percent, slash, seconds.

        >>> Target.parse("80/20").within_s
        20.0
        """
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*%?\s*/\s*(\d+(?:\.\d+)?)\s*s?\s*", text)
        if not match:
            raise Refused("service level", f"found {text!r}", "say percent and seconds: 80/20")
        percent, seconds = match.groups()
        if float(percent) >= 100:
            raise Refused("service level", f"found {percent}%", "it must be below 100%")
        if float(percent) < 1:
            raise Refused("service level", f"found {percent}%", "say percent and seconds: 80/20")
        return cls(service_level=float(percent) / 100, within_s=float(seconds), convention=convention)

    def goals(self) -> dict[str, float]:
        """Return the goals that are given, by name."""
        names = [f.name for f in fields(self) if f.name not in ("within_s", "convention")]
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}


def required_agents(
    load: ArrayLike, aht_s: ArrayLike, target: Target, *, patience_s: ArrayLike | None = None
) -> Values:
    """Return the smallest whole number of agents that meets every goal; 0 where no calls come.

    Without patience it is above the load; where callers hang up it may lie below, but not under 1.

    >>> int(required_agents(load=10, aht_s=180, target=Target(service_level=0.8, within_s=20)))
    14
    >>> int(required_agents(35.7, 300, Target(occupancy=0.85)))
    42
    """
    return smallest_team(load, aht_s, target, patience_s=patience_s)[0]


def smallest_team(
    load: ArrayLike, aht_s: ArrayLike, target: Target, *, patience_s: ArrayLike | None = None
) -> tuple[Values, Values]:
    """Return the smallest team and the goal that set it: `load` where any team that may be meets all.

    >>> agents, set_by = smallest_team(10, 180, Target(service_level=0.8, within_s=20, occupancy=0.65))
    >>> int(agents), str(set_by)
    (16, 'occupancy')
    """
    if target.abandoned is not None and patience_s is None:
        raise Refused(
            "target, abandoned", "no patience is known", "give patience_s: without it nobody hangs up"
        )
    endless = np.inf if patience_s is None else patience_s
    arrays = broadcast(load=load, aht_s=aht_s, patience_s=endless)
    shape = arrays[0].shape
    a, aht, patience = (array.ravel() for array in arrays)
    for name, values in (("load", a), ("aht_s", aht), ("patience_s", patience)):
        if np.isnan(values).any():
            raise Refused(name, "found NaN", "give a number: no team can be sized for an unknown")
    refuse_zero(aht_s=aht, patience_s=patience)
    calls = a > 0
    # A queue of endless patience needs more agents than erlangs; the impatient thin it out, but
    # where calls come somebody must be there, even if a goal counts those who soon hang up as good.
    agents = np.where(calls, np.where(np.isinf(patience), np.floor(a) + 1, 1), 0).astype("int64")
    set_by = np.where(calls, "load", "no calls").astype(object)
    for goal, limit in target.goals().items():
        least = agents.copy()
        if goal == "occupancy":
            never = calls & np.isinf(patience)
            least[never] = np.maximum(agents[never], ceil_ratio(a[never], np.full(never.sum(), limit)))
            open_rows = np.flatnonzero(calls & ~never)
        else:
            open_rows = np.flatnonzero(calls)
        meets = _goal(goal, limit, target, a, aht, patience)
        least[open_rows] = _least(meets, agents[open_rows], open_rows)
        set_by[least > agents] = goal
        agents = least
    return unwrapped(agents.reshape(shape)), unwrapped(set_by.reshape(shape))


def rostered(agents: ArrayLike, shrinkage: ArrayLike) -> Values:
    """Return the heads to roster: agents / (1 - shrinkage), rounded up, exact in decimals.

    21 / (1 - 0.3) is 30; in doubles it is a little more, and rounding that up would give 31.

    >>> int(rostered(agents=14, shrinkage=0.3)), int(rostered(21, 0.3))
    (20, 30)
    """
    n, share = broadcast(agents=agents, shrinkage=shrinkage)
    for name, values in (("agents", n), ("shrinkage", share)):
        if np.isnan(values).any():
            raise Refused(name, "found NaN", "give a number: no heads can be counted for an unknown")
    if (share >= 1).any():
        raise Refused("shrinkage", f"found {share[share >= 1].flat[0]:g}", "a share below 1: 30% is 0.3")
    return unwrapped(ceil_ratio(n.ravel(), 1 - share.ravel()).reshape(n.shape))


def ceil_ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Round numerator / denominator up as their decimals say, not as doubles make of it.

    A double is off by some 1e-16 of itself, and more after 1 - 0.9999: what is within 1e-10 of a
    whole number is that number. Stated decimals never come so near to another one.
    """
    return np.ceil(numerator / denominator * (1 - 1e-10)).astype("int64")


# Tells for whole numbers of agents, in the rows named, whether they meet a goal.
Meets = Callable[[np.ndarray, np.ndarray], np.ndarray]


def _goal(
    goal: str, limit: float, target: Target, a: np.ndarray, aht_s: np.ndarray, patience_s: np.ndarray
) -> Meets:
    """Return the test of one goal."""

    def meets(agents: np.ndarray, rows: np.ndarray) -> np.ndarray:
        met = np.empty(len(rows), dtype=bool)
        for part, queue in queues(agents.astype(float), a[rows], aht_s[rows], patience_s[rows]):
            if goal == "service_level":
                within = np.full(part.sum(), float(target.within_s or 0.0))
                met[part] = queue.service_level(within, target.convention, 5.0) * _MET >= limit
            elif goal == "p_wait":
                met[part] = queue.p_wait <= limit * _MET
            else:
                met[part] = getattr(queue, goal)() <= limit * _MET
        return met

    return meets


def _least(meets: Meets, low: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return for each row the smallest count from `low` on that meets: gallop, then halve."""
    fails, high = low - 1, low.copy()
    searching = np.flatnonzero(~meets(high, rows))
    step = 1
    while len(searching):
        fails[searching] = high[searching]
        high[searching] += step
        step *= 2
        searching = searching[~meets(high[searching], rows[searching])]
    while len(between := np.flatnonzero(high - fails > 1)):
        middle = (fails[between] + high[between]) // 2
        met = meets(middle, rows[between])
        high[between[met]] = middle[met]
        fails[between[~met]] = middle[~met]
    return high
