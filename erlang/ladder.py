"""What service costs: each further agent's worth, and the team of each goal beside another."""

# So that `help` shows the names of types, not all that they stand for.
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from callplan.errors import Refused
from erlang.arguments import broadcast
from erlang.performance import performance
from erlang.targets import Target, required_agents

_MEASURES = ("service_level", "asa_s", "abandoned", "occupancy", "blocked")


def marginal(
    load: float,
    aht_s: float,
    within_s: float,
    *,
    agents: int | None = None,
    steps: int = 8,
    patience_s: float | None = None,
    lines: float | None = None,
    convention: str = "offered",
) -> list[dict[str, Any]]:
    """Return what each further agent buys: a row for every team from `agents` on, `steps` of them.

    `load` is in erlangs, `aht_s`, `within_s` and `patience_s` in seconds, as in `performance`. By
    default the first team is the smallest above the load: without patience any smaller one is
    overrun.

    A row holds `agents`, `within_s`, `convention`, `service_level`, `asa_s`, `abandoned`, `occupancy` and
    `blocked`, and of each measure what is gained against one agent fewer (`service_level_gain`,
    `asa_s_gain`, ...): a gain is positive where a share of calls more is answered in time, seconds,
    hang-ups or blocked calls are saved, agents are less busy. Against an endless wait the gain is endless.

    >>> for row in marginal(10, 180, 20, agents=12, steps=3):
    ...     print(row["agents"], f"{row['service_level']:.1%} (+{row['service_level_gain']:.1%})")
    12 64.0% (+25.1%)
    13 79.6% (+15.5%)
    14 88.8% (+9.3%)
    """
    _refuse_several(load=load, aht_s=aht_s, within_s=within_s, patience_s=patience_s, lines=lines)
    if not _whole(steps) or steps < 1:
        raise Refused("steps", f"found {steps!r}", "give a whole number, 1 or more")
    if agents is not None and (not _whole(agents) or agents < 1):
        raise Refused("agents", f"found {agents!r}", "give a whole number, 1 or more")
    # From one fewer on: the first row is held against it.
    (erlangs,) = broadcast(load=load)
    n = (int(erlangs) if agents is None else agents - 1) + np.arange(steps + 1)
    result = performance(n, load, aht_s, within_s, patience_s=patience_s, lines=lines, convention=convention)
    rows: list[dict[str, Any]] = [
        {"agents": int(team), "within_s": float(within_s), "convention": convention} for team in n[1:]
    ]
    for name in _MEASURES:
        values = getattr(result, name)
        sign = 1 if name == "service_level" else -1
        with np.errstate(invalid="ignore"):  # two endless waits: nothing is gained
            better = np.where(values[1:] == values[:-1], 0.0, sign * (values[1:] - values[:-1]))
        for row, value, gain in zip(rows, values[1:], better, strict=True):
            row[name] = float(value)
            row[f"{name}_gain"] = float(gain)
    return rows


def ladder(
    load: float,
    aht_s: float,
    *,
    goals: Sequence[str] = ("80/20", "90/20", "95/15", "98/15"),
    patience_s: float | None = None,
    lines: float | None = None,
    convention: str = "offered",
) -> list[dict[str, Any]]:
    """Return the smallest team for each goal, what it gives, and how many agents it needs beyond the first.

    `load` is in erlangs, `aht_s` and `patience_s` in seconds, `goals` are service levels as `Target.parse`
    reads them, `convention` is how they are counted. A row holds `goal`, `convention`, `agents`,
    `service_level`, `asa_s`, `abandoned`, `occupancy`, `blocked` and `more`, the agents above those of the
    first goal. A later goal that no team reaches on these lines has None for all but its name.

    >>> for row in ladder(10, 180):
    ...     print(row["goal"], row["agents"], f"{row['service_level']:.1%}", f"+{row['more']}")
    80/20 14 88.8% +0
    90/20 15 94.1% +1
    95/15 16 96.5% +2
    98/15 17 98.3% +3
    """
    _refuse_several(load=load, aht_s=aht_s, patience_s=patience_s, lines=lines)
    if not isinstance(goals, Sequence) or isinstance(goals, str) or not goals:
        raise Refused("goals", f"found {goals!r}", "give a list of service levels, such as 80/20")
    rows: list[dict[str, Any]] = []
    for goal in goals:
        target = Target.parse(goal, convention)
        queue: dict[str, Any] = {"load": load, "aht_s": aht_s, "patience_s": patience_s, "lines": lines}
        try:
            agents = int(required_agents(target=target, **queue))
        except Refused:
            if not rows:
                raise
            # Out of reach of any team on these lines, which says as much as a number.
            rows.append({**dict.fromkeys(rows[0]), "goal": goal, "convention": convention})
            continue
        result = performance(agents, within_s=target.within_s or 0.0, convention=convention, **queue)
        measures = {name: float(getattr(result, name)) for name in _MEASURES}
        more = agents - rows[0]["agents"] if rows else 0
        rows.append({"goal": goal, "convention": convention, "agents": agents, **measures, "more": more})
    return rows


def _whole(number: object) -> bool:
    return isinstance(number, int | np.integer) and not isinstance(number, bool)


def _refuse_several(**arguments: float | None) -> None:
    """Refuse, by its name, what is not one number: the tables are those of one queue."""
    for name, argument in arguments.items():
        if argument is not None and (np.ndim(argument) or np.isnan(broadcast(**{name: argument})[0])):
            raise Refused(name, f"found {argument!r}", "give one number")
