"""A requirement played through by simulation, each queue with its own goal and callers."""

import warnings

import pandas as pd

import erlang
from callplan.errors import Remark
from callplan.tables import REQUIREMENT, SIMULATION, check
from planning.site import Site
from planning.steps import Progress, as_staffed

# Where a queue has no threshold of its own, service is counted within so many seconds.
_WITHIN_S = 20.0
# A service level that lies so far from the expected one has another cause than chance.
_FAR = 0.1


def simulate_site(
    requirement: pd.DataFrame,
    site: Site,
    *,
    replications: int = 200,
    seed: int = 0,
    aht_cv: float | None = None,
    day_spread: float = 0.0,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Return what the calls of each interval meet when a requirement's agents answer them.

    The callers are those that the requirement was made for (`as_staffed`). `expected` is the service
    level that it states, `service_level` what the simulation finds, with its 95% confidence limits.
    Calls are drawn at the forecast's mean, with `day_spread` at a rate that differs from day to day, in
    all queues alike; handling times are exponential, or lognormal of coefficient of variation `aht_cv`.
    A queue without a threshold of its own is counted within 20 s. Each queue is played by itself, so
    that its numbers do not depend on the others.
    """
    requirement = check(requirement, REQUIREMENT, zone=site.zone)
    site = as_staffed(site, requirement)
    parts = []
    for name, rows in requirement.groupby("queue"):
        queue = site.queue(str(name))
        within_s = _WITHIN_S if queue.within_s is None else queue.within_s
        if progress:
            progress(f"{name}: playing its calls {replications} times")
        played = erlang.simulate_staffed(
            rows,
            patience_s=queue.patience_s,
            within_s=within_s,
            lines=queue.lines,
            aht_cv=aht_cv,
            replications=replications,
            seed=seed,
            day_spread=day_spread,
            convention=queue.convention,
        ).intervals
        stated = rows[["queue", "start", "calls", "agents", "service_level"]]
        played = played.assign(
            abandoned=played["abandoned_share"],
            blocked=played["blocked"] / played["offered"].where(played["offered"] > 0),
            within_s=within_s,
            convention=queue.convention,
            replications=replications,
        ).merge(stated.rename(columns={"service_level": "expected"}), on=["queue", "start"])
        parts.append(played[SIMULATION.names()])
    result = check(pd.concat(parts), SIMULATION)
    if aht_cv is None and not day_spread:
        _remark_on_misfits(result)
    return result


def _remark_on_misfits(played: pd.DataFrame) -> None:
    """Remark on a queue where what callers meet is far from what the requirement says."""
    known = played.dropna(subset=["service_level"])
    for name, rows in known.groupby("queue"):
        expected, found = (
            (rows[column] * rows["calls"]).sum() / rows["calls"].sum()
            for column in ("expected", "service_level")
        )
        if abs(expected - found) > _FAR:
            why = "it was sized for other callers, or interval by interval (staff with --repair)"
            warnings.warn(
                f"queue {name}: {expected:.0%} expected, {found:.0%} simulated: {why}", Remark, stacklevel=3
            )
