"""Goals for a queue, the smallest team that meets them, and the heads to roster for it."""

# So that `help` shows the names of types, not all that they stand for.
from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from callplan.errors import Refused, nearest
from erlang.arguments import Values, broadcast, refuse_zero, unwrapped
from erlang.queues import CONVENTIONS
from erlang.teams import thresholds
from erlang.teams.goals import Case
from erlang.teams.search import ceil_ratio

_SHARES = ("service_level", "abandoned", "occupancy", "p_wait")


@dataclass(frozen=True)
class Target:
    """Goals for a queue; a team must meet every one that is given.

    `service_level` is the share of calls answered within `within_s` seconds under `convention`,
    `asa_s` the longest average speed of answer, `abandoned` the largest share that hangs up,
    `occupancy` the cap on busy time, `p_wait` the largest chance to wait. Shares are 0 to 1. Each is
    a number, or an array with a goal for each load.

    >>> print(Target(service_level=0.8, within_s=20, occupancy=0.85))
    80/20 offered, occupancy at most 85%
    >>> Target(service_level=0.98)
    Traceback (most recent call last):
    callplan.errors.Refused: target: a service level of 98% without its seconds; give within_s
    """

    service_level: Values | None = None
    within_s: Values | None = None
    asa_s: Values | None = None
    abandoned: Values | None = None
    occupancy: Values | None = None
    p_wait: Values | None = None
    convention: str = "offered"

    def __post_init__(self) -> None:
        for name in (field.name for field in fields(self) if field.name != "convention"):
            given = getattr(self, name)
            if given is not None:
                object.__setattr__(self, name, _goal(name, given))
        if self.convention not in CONVENTIONS:
            advice = nearest(str(self.convention), CONVENTIONS)
            raise Refused("target, convention", f"found {self.convention!r}", advice)
        if self.service_level is not None and self.within_s is None:
            share = f"{100 * np.ravel(self.service_level)[0]:g}%"
            raise Refused("target", f"a service level of {share} without its seconds", "give within_s")
        if not self.goals():
            raise Refused("target", "no goal", "give one, such as service_level=0.8, within_s=20")

    @classmethod
    def parse(cls, text: str, convention: str = "offered") -> Target:
        """Read a service level as planners say it: percent, slash, seconds.

        >>> Target.parse("80/20").within_s
        20.0
        """
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*%?\s*/\s*(\d+(?:\.\d+)?)\s*s?\s*", str(text))
        if not match:
            raise Refused("service level", f"found {text!r}", "say percent and seconds: 80/20")
        percent, seconds = match.groups()
        if float(percent) >= 100:
            raise Refused("service level", f"found {percent}%", "it must be below 100%")
        if float(percent) < 1:
            raise Refused("service level", f"found {percent}%", "say percent and seconds: 80/20")
        return cls(service_level=float(percent) / 100, within_s=float(seconds), convention=convention)

    def goals(self) -> dict[str, Any]:
        """Return the goals that are given, by name."""
        names = [f.name for f in fields(self) if f.name not in ("within_s", "convention")]
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}

    def __str__(self) -> str:
        """Say the goals as a planner would."""
        said = {name: _range(limit, 1 if name == "asa_s" else 100) for name, limit in self.goals().items()}
        words = {"asa_s": "ASA at most {} s", "p_wait": "chance to wait at most {}%"}
        if self.within_s is not None:
            words["service_level"] = f"{{}}/{_range(self.within_s, 1)} {self.convention}"
        return ", ".join(words.get(name, f"{name} at most {{}}%").format(text) for name, text in said.items())


def _goal(name: str, given: ArrayLike) -> Any:
    """Return a goal as a float or an array of floats; refuse what no team can be held to."""
    where = f"target, {name}"
    array = np.asarray(given)
    if array.dtype.kind not in "iuf" or not array.size:
        raise Refused(where, f"found {given!r}", "give a number or an array of numbers")
    good, advice = array >= 0, "seconds are 0 or more"
    if name in _SHARES:
        good, advice = (array > 0) & (array <= 1), "a share lies between 0 and 1: 80% is 0.8"
    if good.all() and name == "service_level":
        good, advice = array < 1, "no team answers every call in time: say 0.99"
    if good.all() and name == "asa_s":
        good, advice = array > 0, "no team answers every call at once: say 1"
        if good.all():
            good, advice = np.isfinite(array), "an endless wait is no goal: leave it out"
    if not good.all():
        raise Refused(where, f"found {array[~good].flat[0]:g}", advice)
    return array.astype(float) if array.ndim else float(array)


def _range(values: ArrayLike, unit: float) -> str:
    least, most = (round(unit * float(end), 6) for end in (np.min(values), np.max(values)))
    return f"{least:g}" if least == most else f"{least:g} to {most:g}"


def required_agents(
    load: ArrayLike,
    aht_s: ArrayLike,
    target: Target,
    *,
    patience_s: ArrayLike | None = None,
    lines: ArrayLike | None = None,
) -> Values:
    """Return the smallest whole number of agents that meets every goal; 0 where no calls come.

    Parameters are scalars or arrays that broadcast, the target's goals with them: `load` in erlangs,
    `aht_s` and the mean patience in seconds (None or endless: nobody hangs up), `lines` the calls
    that can be there at once, talking or waiting (None or endless: any number).

    Without patience the team is above the load. Where callers hang up, or lines are full, it may
    lie below, but not under 1.

    With lines a blocked call counts against the service level, and agents beyond the lines help
    nobody: what the lines cannot reach is refused. The chance to wait is judged among accepted
    calls, because among all it falls where a team is so small that most are blocked.

    >>> int(required_agents(load=10, aht_s=180, target=Target(service_level=0.8, within_s=20)))
    14
    >>> int(required_agents(35.7, 300, Target(occupancy=0.85)))
    42
    >>> required_agents([10, 10, 50], 180, Target(service_level=[0.8, 0.9, 0.8], within_s=[20, 10, 20]))
    array([14, 15, 56])
    """
    return unwrapped(_team(load, aht_s, target, patience_s, lines, tell=False)[0])


def smallest_team(
    load: ArrayLike,
    aht_s: ArrayLike,
    target: Target,
    *,
    patience_s: ArrayLike | None = None,
    lines: ArrayLike | None = None,
) -> tuple[Values, Values]:
    """Return the smallest team and the goal that set it: `load` where any team that may be meets all.

    Arguments are those of `required_agents`. Of goals that need the same number the first in the
    order of `Target` is named.

    >>> agents, set_by = smallest_team(10, 180, Target(service_level=0.8, within_s=20, occupancy=0.65))
    >>> int(agents), str(set_by)
    (16, 'occupancy')
    """
    agents, reason = _team(load, aht_s, target, patience_s, lines, tell=True)
    names = np.array(["no calls", "load", *target.goals()], dtype=object)
    return unwrapped(agents), unwrapped(names[reason])


def _team(
    load: ArrayLike,
    aht_s: ArrayLike,
    target: Target,
    patience_s: ArrayLike | None,
    lines: ArrayLike | None,
    tell: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest teams and, to `tell` them, their reasons: 0 no calls, else as `search.teams`."""
    if not isinstance(target, Target):
        raise Refused("target", f"found {target!r}", 'give a Target, such as Target.parse("80/20")')
    if target.abandoned is not None and patience_s is None:
        raise Refused(
            "target, abandoned", "no patience is known", "give patience_s: without it nobody hangs up"
        )
    columns, shape = _columns(
        load=load,
        aht_s=aht_s,
        patience_s=np.inf if patience_s is None else patience_s,
        lines=np.inf if lines is None else lines,
        within_s=0.0 if target.within_s is None else target.within_s,
        **target.goals(),
    )
    queues = {name: columns.pop(name) for name in ("load", "aht_s", "patience_s", "lines", "within_s")}
    cases = [Case(goal=goal, convention=target.convention, limit=columns[goal], **queues) for goal in columns]
    called = queues["load"] > 0
    if called.all() and called.size:
        agents, reason = thresholds.teams(cases, tell)
    else:
        agents, reason = np.zeros(len(called), dtype="int64"), np.zeros(len(called), dtype="int8")
        if called.any():
            agents[called], reason[called] = thresholds.teams([case.rows(called) for case in cases], tell)
    return agents.reshape(shape), reason.reshape(shape)


def _columns(**arguments: ArrayLike) -> tuple[dict[str, np.ndarray], tuple[int, ...]]:
    """Return the arguments as columns of one length, and the shape they broadcast to."""
    arrays = broadcast(**arguments)
    columns: dict[str, np.ndarray] = {}
    for name, array in zip(arguments, arrays, strict=True):
        # A scalar stays one in memory, spread over the rows: what all rows share is worked out once.
        shared = array.size > 0 and not any(array.strides)
        values = array.flat[:1] if shared else array.ravel()
        if np.isnan(values).any():
            raise Refused(name, "found NaN", "give a number: no team can be sized for an unknown")
        if name == "aht_s" and (values == 0).any():  # where no call comes, none takes any time
            refuse_zero(aht_s=array.ravel()[columns["load"] > 0])
        if name in ("patience_s", "lines"):
            refuse_zero(**{name: values})
        columns[name] = np.broadcast_to(values, array.size) if shared else values
    return columns, arrays[0].shape


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
