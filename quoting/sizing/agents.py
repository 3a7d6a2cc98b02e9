"""Agents by interval and month: the smallest team that meets every goal, at any volume."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from callplan.errors import Refused
from callplan.tables import QUOTE_REQUIREMENT, QUOTE_WEEK, check
from erlang import performance
from quoting.sizing.arrivals import WEEKS_A_MONTH, Arrivals, arrivals
from quoting.sizing.season import month_factors
from quoting.sizing.teams import handled_of, team_of
from quoting.sizing.workload import work_of
from quoting.terms.terms import Terms


@dataclass(frozen=True, eq=False)
class Carried:
    """What a team handles by month (M,), and when: shares of its hours on the phones."""

    calls: np.ndarray
    handled: np.ndarray
    handling_h: np.ndarray
    night_share: np.ndarray
    weekend_share: np.ndarray


@dataclass(frozen=True, eq=False)
class ByVolume:
    """A quote at other volumes: `changes` (C,) are shares of the volume, all others changes × months."""

    changes: np.ndarray
    agent_h: np.ndarray
    """Hours on the phones, all tiers."""
    agents: np.ndarray
    """Concurrent at the peak, whole."""
    calls: np.ndarray
    handled: np.ndarray
    handling_h: np.ndarray
    """Hours in which calls are handled."""
    night_share: np.ndarray
    weekend_share: np.ndarray

    def carried(self, row: int) -> Carried:
        """Return what is handled at one of the changes."""
        names = ("calls", "handled", "handling_h", "night_share", "weekend_share")
        return Carried(*(getattr(self, name)[row] for name in names))


def typical_week(terms: Terms) -> pd.DataFrame:
    """Return the calls of a typical week after the workload's factors (table `QUOTE_WEEK`).

    It is a week of the mean month, before growth.

    >>> from quoting.terms.template import DEMO_QUOTE
    >>> typical_week(Terms.from_toml(DEMO_QUOTE)).columns.tolist()
    ['weekday', 'minute', 'minutes', 'calls', 'aht_s']
    """
    came = arrivals(terms)
    work = work_of(came, terms, np.ones(1))
    table = {"minutes": came.minutes, "calls": work.calls[0], "aht_s": work.aht_s}
    return check(pd.DataFrame({"weekday": came.weekday, "minute": came.minute, **table}), QUOTE_WEEK)


def agents_by_volume(terms: Terms, changes: ArrayLike = 0.0, *, aht_change: float = 0.0) -> ByVolume:
    """Size a quote anew for other volumes: 0 is the quote's, -0.3 has 30% fewer calls in every interval.

    Each interval is sized by itself, as if its load had always lasted (SIPP): Erlang C, or Erlang A with a
    patience; never below `staff.minimum_agents`. `aht_change` changes all handling times besides.

    >>> from quoting.terms.template import DEMO_QUOTE
    >>> sized = agents_by_volume(Terms.from_toml(DEMO_QUOTE), [-0.3, 0.0])
    >>> bool((sized.agents[0] < sized.agents[1]).all()), (sized.calls[0] / sized.calls[1]).round(9).max()
    (True, np.float64(0.7))
    """
    shares = np.atleast_1d(np.asarray(changes, dtype=float))
    for name, least in (("changes", shares.min()), ("aht_change", aht_change)):
        if not least >= -1:
            raise Refused(name, f"found {least:g}", "a change is at least -1: 30% less is -0.3")
    factors = np.multiply.outer(1 + shares, month_factors(terms))
    # Months and changes of the same volume are sized once.
    levels, place = np.unique(factors, return_inverse=True)
    place = place.reshape(factors.shape)
    came, aht = arrivals(terms), 1 + aht_change
    work = work_of(came, terms, levels)
    team = team_of(came, work, terms, aht)
    handled, agents = handled_of(team, work, terms, aht), team.agents + team.second_tier
    seconds = (handled * work.aht_s + work.escalated * work.escalated_aht_s) * aht
    hours = came.minutes / 60

    def by_month(values: np.ndarray) -> np.ndarray:
        """Sum the intervals of each week, and its weeks to a month."""
        return values.sum(axis=1)[place] * WEEKS_A_MONTH

    agent_h = by_month(agents) * hours
    some = np.where(agent_h > 0, agent_h, 1.0)
    return ByVolume(
        changes=shares,
        agent_h=agent_h,
        agents=agents.max(axis=1)[place],
        calls=by_month(work.calls),
        handled=by_month(handled),
        handling_h=by_month(seconds) / 3600,
        night_share=by_month(agents * _in_the_night(came, terms)) * hours / some,
        weekend_share=by_month(agents * (came.weekday >= 5)) * hours / some,
    )


def requirement(terms: Terms, factor: float | None = None) -> pd.DataFrame:
    """Return the agents of each interval of a typical week (table `QUOTE_REQUIREMENT`).

    `factor` is on the mean month's volume; by default that of the busiest month. Measures of service are
    those of the first tier; an outbound quote has none.
    """
    factors = np.array([month_factors(terms).max() if factor is None else factor])
    came, target = arrivals(terms), terms.standard.target
    work = work_of(came, terms, factors)
    team = team_of(came, work, terms)
    load, agents = team.load[0], team.agents[0]
    if terms.direction.way == "outbound":
        measures: dict[str, Any] = dict.fromkeys(("service_level", "asa_s", "abandoned"), np.nan)
        measures["occupancy"] = np.divide(load, agents, out=np.zeros_like(load), where=agents > 0)
    else:
        within_s = np.nan if target.within_s is None else target.within_s
        callers: dict[str, Any] = {"patience_s": terms.traffic.patience_s, "convention": target.convention}
        result = performance(agents, load, work.aht_s, within_s, **callers)
        measures = {
            name: getattr(result, name) for name in ("service_level", "asa_s", "occupancy", "abandoned")
        }
    columns = {
        "weekday": came.weekday,
        "minute": came.minute,
        "minutes": came.minutes,
        "calls": work.calls[0],
        "aht_s": work.aht_s,
        "load": load,
        "agents": agents + team.second_tier[0],
        "second_tier": team.second_tier[0],
        **measures,
        "set_by": team.set_by[0],
    }
    return check(pd.DataFrame(columns), QUOTE_REQUIREMENT)


def _in_the_night(came: Arrivals, terms: Terms) -> np.ndarray:
    """Return the share of each interval that lies in the night."""
    begin, end = (int(clock[:-3]) * 60 + int(clock[-2:]) for clock in terms.time_band.night)
    clock = np.arange(1440)
    night = (clock - begin) % 1440 < (end - begin) % 1440
    return night.reshape(-1, came.minutes).mean(axis=1)[came.minute // came.minutes]
