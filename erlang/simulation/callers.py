"""Who calls, how often, how long, how patiently, and who answers: what a simulation is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from callplan.errors import Refused

# One number, or a sequence of one for each interval; kept as a tuple.
PerInterval = Any


@dataclass(frozen=True)
class Exponential:
    """Exponential times of that mean in seconds: one, or one for each interval.

    A plain number says the same: `aht_s=180` is `aht_s=Exponential(180)`.
    """

    mean_s: PerInterval

    def __post_init__(self) -> None:
        _keep(self, "mean_s", _per_interval("mean_s", self.mean_s, above_zero=True, endless=True))

    def draw(self, rng: np.random.Generator, interval: np.ndarray) -> np.ndarray:
        """Draw the seconds of calls that come in these intervals."""
        return at(self.mean_s, interval) * rng.standard_exponential(len(interval))

    def mean(self) -> float:
        """Return the mean of the intervals' means, in seconds."""
        return float(np.mean(self.mean_s))


@dataclass(frozen=True)
class Lognormal:
    """Lognormal times of that mean in seconds (one, or one for each interval); `cv` is deviation / mean.

    Handling times are nearly lognormal in call centres [1]_, with a cv near 1. A cv of 0: all alike.

    >>> Lognormal(mean_s=180, cv=-1)
    Traceback (most recent call last):
    callplan.errors.Refused: cv: found -1; it must be 0 or more

    References
    ----------
    .. [1] L. Brown et al. (2005), Statistical analysis of a telephone call center, JASA 100(469).
    """

    mean_s: PerInterval
    cv: float

    def __post_init__(self) -> None:
        _keep(self, "mean_s", _per_interval("mean_s", self.mean_s, above_zero=True))
        number("cv", self.cv)

    def draw(self, rng: np.random.Generator, interval: np.ndarray) -> np.ndarray:
        """Draw the seconds of calls that come in these intervals."""
        variance = np.log1p(self.cv**2)
        return at(self.mean_s, interval) * rng.lognormal(-variance / 2, np.sqrt(variance), len(interval))

    def mean(self) -> float:
        """Return the mean of the intervals' means, in seconds."""
        return float(np.mean(self.mean_s))


@dataclass(frozen=True)
class Observed:
    """Times as they were observed, in seconds: each draw is one of them, all alike probable.

    Waits of those who hung up are not patience: the patience of those who were answered was longer.
    """

    seconds: PerInterval

    def __post_init__(self) -> None:
        _keep(self, "seconds", _per_interval("seconds", self.seconds))

    def draw(self, rng: np.random.Generator, interval: np.ndarray) -> np.ndarray:
        """Draw the seconds of calls that come in these intervals."""
        return rng.choice(np.array(self.seconds), len(interval))

    def mean(self) -> float:
        """Return the mean of what was observed, in seconds."""
        return float(np.mean(self.seconds))


Times = Exponential | Lognormal | Observed


@dataclass(frozen=True)
class CallbackOffer:
    """A callback, offered to callers who have waited `after_s` seconds; `share` of them accept.

    They hang up, and `delay_s` seconds later an agent is to ring them back: they join the end of
    their queue. A share `failed` does not pick up, which takes an agent `failed_s` seconds.
    """

    share: float
    after_s: float = 0.0
    delay_s: float = 1800.0
    failed: float = 0.0
    failed_s: float = 30.0

    def __post_init__(self) -> None:
        for name in ("share", "failed"):
            if number(name, getattr(self, name)) > 1:
                raise Refused(name, f"found {getattr(self, name):g}", "a share lies between 0 and 1")
        for name in ("after_s", "delay_s", "failed_s"):
            number(name, getattr(self, name))


@dataclass(frozen=True)
class CallType:
    """Calls of one queue.

    `calls` is how many are expected in an interval: one number, or one for each interval. `aht_s` and
    `patience_s` are such means too, in seconds (then times are exponential), or `Lognormal`, or
    `Observed`. Without patience callers never hang up. A service level counts `within_s` seconds.
    The lowest `priority` goes first where the routing is by priority. A call that finds all `lines`
    of its queue taken, by talking or waiting callers, is blocked; None: there is always one more.

    >>> CallType("sales", calls=-5, aht_s=180)
    Traceback (most recent call last):
    callplan.errors.Refused: queue sales, calls: found -5; it must be 0 or more
    """

    name: str
    calls: PerInterval
    aht_s: PerInterval | Times
    patience_s: PerInterval | Times | None = None
    within_s: float = 20.0
    priority: int = 1
    lines: int | None = None
    callback: CallbackOffer | None = None

    def __post_init__(self) -> None:
        where = f"queue {self.name}"
        _keep(self, "calls", _per_interval(f"{where}, calls", self.calls))
        aht_s = self.aht_s.mean_s if isinstance(self.aht_s, Exponential) else self.aht_s
        _keep(self, "aht_s", _times(f"{where}, aht_s", aht_s))
        if self.patience_s is not None:
            _keep(self, "patience_s", _times(f"{where}, patience_s", self.patience_s, endless=True))
        number(f"{where}, within_s", self.within_s, endless=True)
        if self.lines is not None and number(f"{where}, lines", self.lines, endless=True) % 1 > 0:
            raise Refused(f"{where}, lines", f"found {self.lines:g}", "lines are whole")
        if number(f"{where}, priority", self.priority) % 1 > 0:
            raise Refused(
                f"{where}, priority", f"found {self.priority:g}", "priorities are whole: 1 goes first"
            )
        if not isinstance(self.callback, CallbackOffer | None):
            raise Refused(f"{where}, callback", f"found {self.callback!r}", "give a CallbackOffer, or None")


@dataclass(frozen=True)
class Team:
    """Agents who answer the same queues.

    `skills` names the queues, the preferred one first; `agents` is how many are on the phones: one
    whole number, or one for each interval.

    >>> Team("night", skills=["sales"], agents=2.5)
    Traceback (most recent call last):
    callplan.errors.Refused: team night, agents: found 2.5; agents are whole in a simulation
    """

    name: str
    skills: Sequence[str]
    agents: PerInterval

    def __post_init__(self) -> None:
        where = f"team {self.name}"
        if isinstance(self.skills, str) or not self.skills:
            raise Refused(f"{where}, skills", f"found {self.skills!r}", "give a list of queues")
        if len(set(self.skills)) < len(self.skills):
            raise Refused(f"{where}, skills", "one queue twice", "name each queue once")
        agents = _per_interval(f"{where}, agents", self.agents)
        for found in agents:
            if found != int(found):
                raise Refused(f"{where}, agents", f"found {found:g}", "agents are whole in a simulation")
        _keep(self, "skills", tuple(self.skills))
        _keep(self, "agents", agents)


def at(values: Any, interval: np.ndarray) -> Any:
    """Return what holds in these intervals, of one value or one for each interval."""
    return values[0] if len(values) == 1 else np.array(values)[interval]


def number(where: str, value: Any, *, endless: bool = False) -> float:
    """Return a number that is 0 or more, finite unless `endless`; refuse any other."""
    if np.ndim(value):
        raise Refused(where, f"found {value!r}", "give one number")
    return _per_interval(where, value, endless=endless)[0]


def _per_interval(
    where: str, values: Any, *, above_zero: bool = False, endless: bool = False
) -> tuple[float, ...]:
    """Return one or several numbers as a tuple; refuse what is none, or out of range."""
    try:
        # None, text, truth values: numpy would make a number of each.
        if values is None or np.asarray(values).dtype.kind in "SUMmbc":
            raise TypeError
        array = np.atleast_1d(np.asarray(values, dtype=float))
    except (TypeError, ValueError):
        raise Refused(where, f"found {values!r}", "give a number, or one for each interval") from None
    if array.ndim != 1 or not len(array):
        raise Refused(where, f"an array of shape {array.shape}", "give a number, or one for each interval")
    for bad, least in ((np.isnan(array), "a number is needed"), (array < 0, "it must be 0 or more")):
        if bad.any():
            raise Refused(where, f"found {array[bad][0]:g}", least)
    if above_zero and (array == 0).any():
        raise Refused(where, "found 0", "it must be above 0")
    if not endless and np.isinf(array).any():
        raise Refused(where, "found inf", "a finite number is needed")
    return tuple(array.tolist())


def _times(where: str, value: Any, *, endless: bool = False) -> Times:
    """Return times as they are, and plain means as exponential ones."""
    if isinstance(value, Exponential | Lognormal | Observed):
        return value
    return Exponential(_per_interval(where, value, above_zero=True, endless=endless))


def _keep(owner: object, name: str, value: object) -> None:
    """Set a checked value in a frozen object."""
    object.__setattr__(owner, name, value)
