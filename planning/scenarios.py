"""What if things were otherwise: named scenarios in TOML, each the site and its forecast, changed."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from callplan.errors import Refused
from callplan.hours import OpeningHours
from callplan.settings import Settings
from callplan.tables import BANDS, FORECAST, check
from planning.site import Site


class Scenario(Settings):
    """One `[scenarios."its name"]`: what is otherwise, in all queues or those that `queues` names.

    `volume` is the share of calls more (0.1: +10%), `aht_more_s` the seconds that calls last longer,
    `patience_s` and `shrinkage` stand instead of the queue's own, `hours` instead of its opening hours.
    `pool` names queues that become one: its settings are those of the first, its handling time the mean
    over their calls, and their doubts are taken as independent.

    >>> Scenario(volume=0.1, aht_more_s=20).replans
    False
    """

    volume: float = Field(default=0.0, gt=-1)
    aht_more_s: float = 0.0
    patience_s: float | None = Field(default=None, gt=0)
    shrinkage: float | None = Field(default=None, ge=0, lt=1)
    hours: OpeningHours | None = None
    pool: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set - {"queues"}:
            do = "give volume, aht_more_s, patience_s, shrinkage, hours or pool"
            raise Refused("", "nothing is otherwise", do)
        if len(set(self.pool)) != len(self.pool) or len(self.pool) == 1:
            found = f"found {', '.join(self.pool)}"
            raise Refused("pool", found, "name two queues or more, each once")
        return self

    @property
    def replans(self) -> bool:
        """Whether the roster as planned does not fit: there are other intervals, or other queues."""
        return self.hours is not None or bool(self.pool)

    def concerns(self, site: Site) -> tuple[str, ...]:
        """Return the queues that differ."""
        return self.queues or tuple(site.queues)

    def site(self, site: Site) -> Site:
        """Return the site with callers, agents and opening hours as they would be; queues apart still."""
        changes = {"patience_s": self.patience_s, "shrinkage": self.shrinkage, "hours": self.hours}
        given = {name: value for name, value in changes.items() if value is not None}
        named = self.concerns(site)
        queues = {
            name: queue.replace(**given) if name in named else queue for name, queue in site.queues.items()
        }
        return site.replace(queues=queues)

    def forecast(self, forecast: pd.DataFrame, site: Site) -> pd.DataFrame:
        """Return a forecast with calls and handling times as they would be."""
        own = forecast["queue"].isin(self.concerns(site))
        counts = ["calls", "calls_lo", "calls_hi"]
        factor = np.where(own, 1 + self.volume, 1.0)
        aht_s = forecast["aht_s"] + np.where(own, self.aht_more_s, 0.0)
        if (aht_s <= 0).any():
            raise Refused("aht_more_s", f"{self.aht_more_s:g} leaves no time at all", "take less away")
        changed = {name: forecast[name] * factor for name in counts}
        return forecast.assign(aht_s=aht_s, **changed)

    def bands(self, bands: pd.DataFrame, site: Site) -> pd.DataFrame:
        """Return the forecast's bands as they would be."""
        own = bands["queue"].isin(self.concerns(site))
        return bands.assign(calls=bands["calls"] * np.where(own, 1 + self.volume, 1.0))


class WhatIf(Settings):
    """The file of `callplan plan --what-if`."""

    shown_in: ClassVar[str] = "docs/weekly.md"

    scenarios: Annotated[dict[str, Scenario], Field(min_length=1)]

    def check_against(self, site: Site) -> None:
        """Refuse a scenario that names a queue which the site does not have."""
        for name, scenario in self.scenarios.items():
            for queue in (*scenario.pool, *scenario.queues):
                try:
                    site.queue(queue)
                except Refused as fault:
                    raise Refused(f"scenarios.{name}", fault.found, fault.do) from None


def pooled_site(site: Site, pool: tuple[str, ...]) -> tuple[Site, str]:
    """Return the site with some queues as one, and its name: `sales + support`.

    Rules of shifts that name one of the pooled queues, and teams that serve one, are left out.
    """
    name = " + ".join(pool)
    rest = {queue: own for queue, own in site.queues.items() if queue not in pool}
    teams = [team for team, of in site.shifts.teams.items() if set(of.queues) & set(pool)]
    shifts = site.shifts.replace(
        queues={queue: own for queue, own in site.shifts.queues.items() if queue in rest},
        teams={team: of for team, of in site.shifts.teams.items() if team not in teams},
    )
    events = tuple(event for event in site.calendar.events if event.queue in (None, *rest))
    calendar = site.calendar.replace(events=events)
    queues = {**rest, name: site.queue(pool[0])}
    return site.replace(queues=queues, shifts=shifts, calendar=calendar), name


def pooled_forecast(forecast: pd.DataFrame, pool: tuple[str, ...], name: str) -> pd.DataFrame:
    """Return a forecast with some queues as one.

    Means add up; the distance of a band's ends from the mean adds up in squares.
    """
    own = forecast["queue"].isin(pool)
    rows = forecast[own].assign(
        seconds=lambda rows: rows["calls"] * rows["aht_s"],
        below=lambda rows: (rows["calls"] - rows["calls_lo"]) ** 2,
        above=lambda rows: (rows["calls_hi"] - rows["calls"]) ** 2,
    )
    kept: Mapping[str, Any] = {"minutes": "first", "model": "first", "cutoff": "max", "level": "first"}
    sums = dict.fromkeys(("calls", "seconds", "below", "above"), "sum")
    one = rows.groupby("start", as_index=False).agg({**kept, **sums, "aht_s": "mean"})
    one["aht_s"] = (one["seconds"] / one["calls"].where(one["calls"] > 0)).fillna(one["aht_s"])
    one["calls_lo"] = (one["calls"] - np.sqrt(one["below"])).clip(lower=0)
    one["calls_hi"] = one["calls"] + np.sqrt(one["above"])
    both = pd.concat([forecast[~own], one.assign(queue=name)[forecast.columns]])
    return check(both, FORECAST)


def pooled_bands(bands: pd.DataFrame, pool: tuple[str, ...], name: str) -> pd.DataFrame:
    """Return bands with some queues as one: medians add up, distances from them in squares."""
    own = bands["queue"].isin(pool)
    key = ["queue", "span", "start", "model", "cutoff"]
    rows = bands[own]
    middle = rows[rows["quantile"] == 0.5].set_index(key)["calls"].rename("middle")
    rows = rows.join(middle, on=key)
    rows = rows.assign(off=rows["calls"] - rows["middle"])
    rows["squares"] = rows["off"] ** 2 * np.sign(rows["off"])
    one = rows.groupby(["span", "start", "quantile"], as_index=False).agg(
        {"middle": "sum", "squares": "sum", "model": "first", "cutoff": "max"}
    )
    distance = np.sign(one["squares"]) * np.sqrt(one["squares"].abs())
    one["calls"] = (one["middle"] + distance).clip(lower=0)
    both = pd.concat([bands[~own], one.assign(queue=name)[bands.columns]])
    return check(both, BANDS)
