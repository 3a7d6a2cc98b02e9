"""A requirement played through by simulation, each queue with its own goal and callers."""

import pandas as pd

import erlang
from callplan.tables import REQUIREMENT, check
from planning.site import Site
from planning.steps import Progress


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

    `expected` is the service level that the requirement states, `service_level` what the simulation
    finds, with its 95% confidence limits. Calls are drawn at the forecast's mean, with `day_spread` at a
    rate that differs from day to day; handling times are exponential, or lognormal of coefficient of
    variation `aht_cv`. A queue without a threshold of its own is counted within 20 s.
    """
    parts = []
    for name, rows in check(requirement, REQUIREMENT).groupby("queue"):
        if progress:
            progress(f"{name}: {replications} times through")
        queue = site.queue(str(name))
        played = erlang.simulate_staffed(
            rows,
            patience_s=queue.patience_s,
            within_s=20.0 if queue.within_s is None else queue.within_s,
            lines=queue.lines,
            aht_cv=aht_cv,
            replications=replications,
            seed=seed,
            day_spread=day_spread,
            convention=queue.convention,
        ).intervals
        parts.append(
            played.assign(
                **rows.set_index(played.index)[["calls", "agents", "service_level"]].rename(
                    columns={"service_level": "expected"}
                )
            )
        )
    columns = [
        "queue",
        "start",
        "minutes",
        "calls",
        "agents",
        "expected",
        "service_level",
        "service_level_lo",
    ]
    columns += ["service_level_hi", "asa_s", "abandoned_share", "p_wait"]
    return pd.concat(parts, ignore_index=True)[columns]
