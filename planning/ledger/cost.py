"""What a miss cost: agent-hours over and short, calls and handling times apart, money, service level.

N(calls, handling time) are the rostered heads that one queue's goals ask for. Of the miss
N(f, a) - N(F, A), f and a forecast, F and A what came, the calls have

    ½ [N(f, a) - N(F, a)] + ½ [N(f, A) - N(F, A)]

and the handling times the rest, ½ [N(f, a) - N(f, A)] + ½ [N(F, a) - N(F, A)]: each is what the one changes,
averaged over the order in which the two are mended (the Shapley value of two [1]_). Heads are whole, and the
two parts still add up to the miss exactly.

References
----------
.. [1] L. S. Shapley (1953), A value for n-person games, Contributions to the Theory of Games 2.
"""

import pandas as pd

from callplan.tables import FORECAST
from planning.service import expected_service
from planning.site import Site
from planning.steps import as_staffed, staff_site

COSTS = [
    *("over_h", "short_h", "volume_h", "aht_h", "cost"),
    *("planned_service_level", "service_level", "roster_h", "lacking", "staffing"),
]
ROSTER, REQUIREMENT, NEEDED = "roster", "requirement", "goals"
_GOALS = ["service_goal", "within_s", "convention", "patience_s", "lines", "shrinkage"]


def costs(rows: pd.DataFrame, requirement: pd.DataFrame, coverage: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Return the costs of each of one queue's intervals: `COSTS`, empty where nothing was counted.

    `rows` have what was published (calls, aht_s) and what came (offered, aht_came_s), in the order of
    time. Goals, callers and shrinkage are those of the requirement that was published with a version,
    and today's of the site where there was none. The margin that a confidence adds is no miss, and left
    out. Where the handling time of what came is not known the forecast's stands in: `aht_h` is empty, and
    `volume_h` the whole miss. `roster_h` are the hours that the roster lacked of what the calls that came
    needed, beyond what the miss explains; `staffing` tells what the service levels rest on: the roster,
    the requirement's agents where no roster was published, or those that the goals ask for where neither
    was.
    """
    parts = []
    for group in _alike(rows, requirement):
        own = requirement[requirement["version"].isin(group["version"])] if len(requirement) else requirement
        parts.append(_costs(group, own, coverage, _sized_for(site, str(rows["queue"].iloc[0]), own)))
    return pd.concat(parts).sort_index()


def _alike(rows: pd.DataFrame, requirement: pd.DataFrame) -> list[pd.DataFrame]:
    """Split intervals by the goals that the requirement of their version was made with."""
    goals = [name for name in _GOALS if name in requirement]
    if requirement.empty or not goals:
        return [rows]
    made_with = requirement.drop_duplicates("version").set_index("version")[goals].astype(str)
    of_version = made_with.agg("|".join, axis=1)
    return [part for _, part in rows.groupby(rows["version"].map(of_version).fillna(""))]


def _sized_for(site: Site, name: str, requirement: pd.DataFrame) -> Site:
    """Return the site with this queue alone, as its requirement was made: without any margin for doubt."""
    own = site.only([name])
    if len(requirement):
        own = as_staffed(own, requirement)
    return own.replace(queues={name: own.queue(name).replace(confidence=None, aht_as_given=True)})


def _costs(rows: pd.DataFrame, requirement: pd.DataFrame, coverage: pd.DataFrame, site: Site) -> pd.DataFrame:
    name = str(rows["queue"].iloc[0])
    known = (rows["aht_s"] > 0) | ((rows["calls"] == 0) & (rows["offered"].fillna(0) == 0))
    result = pd.DataFrame(index=rows.index, columns=COSTS, dtype=float)
    result["staffing"] = pd.Series(None, index=rows.index, dtype=object)
    if not known.all() and site.queue(name).aht_s is None:
        return result
    # Where no call is due and none came, any handling time will do.
    aht_s = rows["aht_s"].where(rows["aht_s"] > 0, site.queue(name).aht_s or 1.0)
    said = rows[FORECAST.names()].assign(aht_s=aht_s)
    # Where nothing is known of what came, the forecast stands in, and the row is emptied below.
    counted = rows["offered"].notna()
    calls, aht_s = rows["offered"].fillna(said["calls"]), rows["aht_came_s"].fillna(said["aht_s"])
    came = said.assign(calls=calls, aht_s=aht_s)
    plan = staff_site(said, site)
    ideal = staff_site(came, site)
    heads = {
        "fa": plan["rostered"],
        "FA": ideal["rostered"],
        "Fa": staff_site(said.assign(calls=calls), site)["rostered"],
        "fA": staff_site(said.assign(aht_s=aht_s), site)["rostered"],
    }
    hours = rows["minutes"].to_numpy() / 60
    n = {key: number.to_numpy() * hours for key, number in heads.items()}
    miss = pd.Series(n["fa"] - n["FA"], rows.index)
    result["over_h"], result["short_h"] = miss.clip(lower=0), (-miss).clip(lower=0)
    result["volume_h"] = (n["fa"] - n["Fa"] + n["fA"] - n["FA"]) / 2
    result["aht_h"] = (n["fa"] - n["fA"] + n["Fa"] - n["FA"]) / 2
    staffed = _staffed(rows, plan, requirement, coverage, site.queue(name).shrinkage)
    for column, calls_table in (("planned_service_level", said), ("service_level", came)):
        result[column] = expected_service(staffed, calls_table, site)["service_level"].to_numpy()
    lacking = (heads["FA"].to_numpy() - staffed["staffed"]).clip(lower=0)
    # Without a roster nobody knows whom it lacked.
    result["lacking"] = lacking.where(staffed["staffing"] == ROSTER, 0.0).to_numpy()
    result["roster_h"] = (result["lacking"] * hours - result["short_h"]).clip(lower=0)
    result["cost"] = _money(result["over_h"], result["short_h"], name, site)
    result["staffing"] = staffed["staffing"].to_numpy()
    result.loc[~counted, COSTS] = None
    result.loc[untimed(rows), "aht_h"] = None
    return result


def untimed(rows: pd.DataFrame) -> pd.Series:
    """Tell in which intervals calls came and nobody knows how long they took."""
    return (rows["offered"] > 0) & rows["aht_came_s"].isna()


def _staffed(
    rows: pd.DataFrame,
    plan: pd.DataFrame,
    requirement: pd.DataFrame,
    coverage: pd.DataFrame,
    shrinkage: float,
) -> pd.DataFrame:
    """Return the heads at work in each interval as a coverage, and what tells it."""
    result = plan[["queue", "start", "minutes"]].assign(needed=plan["rostered"].astype(float))
    result["staffed"], result["staffing"] = plan["agents"] / (1 - shrinkage), NEEDED
    key = ["start", "version"]
    place = pd.MultiIndex.from_frame(rows[key])
    if len(requirement):
        agents = requirement.set_index(key)["agents"].reindex(place).to_numpy() / (1 - shrinkage)
        result = _where_known(result, agents, REQUIREMENT)
    if len(coverage):
        heads = coverage.set_index(key)["staffed"].reindex(place).to_numpy(dtype=float)
        result = _where_known(result, heads, ROSTER)
    return result.assign(over=0.0, under=0.0)


def _where_known(staffed: pd.DataFrame, heads: pd.Series, of: str) -> pd.DataFrame:
    known = pd.notna(heads)
    return staffed.assign(
        staffed=staffed["staffed"].where(~known, heads), staffing=staffed["staffing"].where(~known, of)
    )


def _money(over_h: pd.Series, short_h: pd.Series, name: str, site: Site) -> pd.Series:
    """Price hours over as paid ones that are too many, hours short as ones in which a head is missing."""
    rates = site.shifts.queue(name)
    over = site.shifts.cost_per_h + (rates.over_cost_per_h or 0.0)
    return over_h * over + short_h * (rates.under_cost_per_h or 0.0)


def by_span(rows: pd.DataFrame, of: pd.Series) -> pd.DataFrame:
    """Sum the costs of intervals to those of the spans that they lie in; empty where nothing was counted.

    Service levels and handling times are means weighted by the calls they are of.
    """
    counted = rows[rows["offered"].notna()]
    groups = of[counted.index]
    sums = counted.groupby(groups)[["over_h", "short_h", "volume_h", "aht_h", "cost"]].sum(min_count=1)
    for column, weight in (
        ("aht_s", "calls"),
        ("aht_came_s", "handled"),
        ("planned_service_level", "calls"),
        ("service_level", "offered"),
    ):
        known = counted[column].notna() & counted[weight].notna()
        mass = counted[weight].where(known)
        total = mass.groupby(groups).sum()
        sums[column] = (counted[column] * mass).groupby(groups).sum() / total.where(total > 0)
    return sums.rename_axis("start").reset_index()
