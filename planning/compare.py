"""A plan side by side with itself, a head more or fewer, and with scenarios (table `SCENARIOS`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from callplan.intervals import local_day
from planning.days import by_day, paid_work
from planning.draws import QUANTILES, SPANS
from planning.plan import Plan
from planning.promise import COMPARED, PAIRED, Weeks, meets, play_site
from planning.scenarios import Scenario, pooled_bands, pooled_forecast, pooled_site
from planning.service import schedule_site
from planning.site import Site
from planning.steps import bands_site, forecast_site, staff_site

AS_PLANNED, ANEW, THE_PLAN = "as planned", "planned anew", "the plan"
HEADS = {1: "one head more", -1: "one head fewer"}
_MOVED = ("service_level", "p10", "p90", "chance", "abandoned")


@dataclass(frozen=True, eq=False)
class Comparison:
    """A plan, its bands, and how often it is played; `played` is told of calls as in `play_site`."""

    planned: Plan
    bands: pd.DataFrame
    weeks: int
    seed: int
    played: Callable[[float], None]

    def whole(self) -> dict[str, Weeks]:
        """Play the plan."""
        return self._play(
            self.planned.forecast, self.bands, self.planned.coverage, self.planned.site, self.weeks
        )

    def with_heads(self) -> dict[int, dict[str, Weeks]]:
        """Play fewer of the same weeks with a head more (1) and a head fewer (-1) in every interval."""
        count = min(self.weeks, PAIRED)
        one = self.planned.forecast, self.bands, self.planned.coverage, self.planned.site, count
        return {more: self._play(*one, heads_more=more) for more in HEADS}

    def _play(
        self,
        forecast: pd.DataFrame,
        bands: pd.DataFrame,
        coverage: pd.DataFrame,
        site: Site,
        weeks: int,
        heads_more: int = 0,
    ) -> dict[str, Weeks]:
        asked: dict[str, Any] = {"weeks": weeks, "heads_more": heads_more, "seed": self.seed}
        return play_site(forecast, bands, coverage, site, played=self.played, **asked)

    def scenario(self, name: str, scenario: Scenario) -> list[dict]:
        """Return the rows of a scenario: the schedule as planned, where it fits, and one planned anew.

        Opening hours other than the plan's are forecast anew, without overrides; what is planned anew is a
        shift plan.
        """
        planned, count = self.planned, min(self.weeks, COMPARED)
        site, forecast, bands = scenario.site(planned.site), planned.forecast, self.bands
        if scenario.hours is not None:
            forecast, bands = self._opened(site)
        forecast, bands = scenario.forecast(forecast, site), scenario.bands(bands, site)
        rows = []
        if not scenario.replans:
            played = self._play(forecast, bands, planned.coverage, site, count)
            rows += rows_of(name, AS_PLANNED, played, paid_of(planned.days), prices_of(planned))
        if scenario.pool:
            site, pooled = pooled_site(site, scenario.pool)
            forecast = pooled_forecast(forecast, scenario.pool, pooled)
            bands = pooled_bands(bands, scenario.pool, pooled)
        requirement = staff_site(forecast, site)
        schedule = schedule_site(requirement, site, seed=self.seed)
        coverage = schedule.coverage.assign(service_level=np.nan)
        days = by_day(site, requirement, coverage, schedule.shift_plan)
        played = self._play(forecast, bands, coverage, site, count)
        prices = dict.fromkeys(played, site.shifts.cost_per_h)
        return rows + rows_of(name, ANEW, played, paid_of(days), prices)

    def _opened(self, site: Site) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return forecast and bands under other opening hours."""
        planned = self.planned
        days = (local_day(planned.requirement["start"]).max() - pd.Timestamp(planned.start)).days + 1
        asked: dict[str, Any] = {"days": days, "start": planned.start, "seed": self.seed}
        forecast = forecast_site(planned.history, site, **asked)
        return forecast, bands_site(planned.history, site, spans=SPANS, quantiles=QUANTILES, **asked)


def paid_of(days: pd.DataFrame) -> pd.Series:
    """Return the paid hours of each queue."""
    return days.groupby("queue")["paid_h"].sum()


def prices_of(planned: Plan) -> dict[str, float]:
    """Return what a paid hour of each queue costs; of a roster by the contracts of those who serve it."""
    rules = planned.site.shifts
    prices = {str(name): rules.cost_per_h for name in planned.forecast["queue"].unique()}
    if planned.roster is None or planned.roster.schedule.shifts.empty:
        return prices
    work = paid_work(planned.roster.schedule)
    contract = work["person"].map(planned.roster.people.set_index("person")["contract"])
    own = {name: own.cost_per_h for name, own in rules.contracts.items() if own.cost_per_h is not None}
    work["cost"] = work["paid_h"] * contract.map(own).astype(float).fillna(rules.cost_per_h)
    sums = work.groupby("queue")[["cost", "paid_h"]].sum()
    return {**prices, **(sums["cost"] / sums["paid_h"]).to_dict()}


def rows_of_plan(
    planned: Plan, played: Mapping[str, Weeks], other: Mapping[int, Mapping[str, Weeks]]
) -> list[dict]:
    """Return the rows of the plan itself, and of it with a head more and a head fewer in every interval.

    Their levels are the plan's own, moved by what the head does to the weeks that both were played on.
    """
    paid, prices = paid_of(planned.days), prices_of(planned)
    rows = rows_of(THE_PLAN, AS_PLANNED, played, paid, prices)
    plain = list(rows)
    for more, words in HEADS.items():
        shared = {name: own.first(len(other[more][name].counted)) for name, own in played.items()}
        before = rows_of(THE_PLAN, words, shared, paid, prices)
        changed_h = pd.Series({name: _changed_h(own.rows, more) for name, own in played.items()})
        after = rows_of(THE_PLAN, words, other[more], paid.add(changed_h, fill_value=0.0), prices)
        for whole, old, new in zip(plain, before, after, strict=True):
            level = {name: np.clip(whole[name] + new[name] - old[name], 0, 1) for name in _MOVED}
            rows.append({**new, **level, "staffed_h": whole["staffed_h"] + changed_h[new["queue"]]})
    return rows


def _changed_h(rows: pd.DataFrame, more: int) -> float:
    """Return the hours that a head more or fewer makes; where nobody is, none can be taken away."""
    heads = np.maximum(rows["staffed"] + more, 0) - rows["staffed"]
    return float((heads * rows["minutes"]).sum() / 60)


def rows_of(
    scenario: str,
    roster: str,
    played: Mapping[str, Weeks],
    paid: pd.Series,
    prices: Mapping[str, float],
) -> list[dict]:
    """Return a row of the table `SCENARIOS` for each queue played; `prices` are those of a paid hour."""
    rows = []
    for name, weeks in played.items():
        level = weeks.measures(np.ones(len(weeks.rows), bool))["service_level"]
        level = level[~np.isnan(level)]
        low, high = np.quantile(level, [0.1, 0.9]) if len(level) else (np.nan, np.nan)
        calls, goal, paid_h = weeks.rows["calls"], weeks.queue.service_level, float(paid.get(name, 0.0))
        total, offered = calls.sum(), weeks.offered.sum()
        rows.append(
            {
                "scenario": scenario,
                "roster": roster,
                "queue": name,
                "calls": total,
                "aht_s": (calls * weeks.rows["aht_s"].fillna(0.0)).sum() / total if total else np.nan,
                "staffed_h": (weeks.rows["staffed"] * weeks.rows["minutes"]).sum() / 60,
                "paid_h": paid_h,
                "cost": paid_h * prices[name],
                "service_level": weeks.level(),
                "p10": low,
                "p90": high,
                "service_goal": goal,
                "chance": meets("service_level", level, goal),
                "abandoned": weeks.abandoned.sum() / offered if offered else np.nan,
            }
        )
    return rows
