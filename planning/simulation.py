"""A requirement played through by simulation, each queue with its own goal and callers."""

import warnings

import pandas as pd

import erlang
from callplan.errors import Remark
from callplan.tables import REQUIREMENT, check
from planning.site import Site
from planning.steps import Progress

# Where a queue has no threshold of its own, service is counted within so many seconds.
_WITHIN_S = 20.0
# A service level that lies so far from the expected one has another cause than chance or the hour.
_FAR = 0.1

_COLUMNS = [
    "queue",
    "start",
    "minutes",
    "calls",
    "agents",
    "expected",
    "service_level",
    "service_level_lo",
    "service_level_hi",
    "asa_s",
    "abandoned_share",
    "p_wait",
]


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
    requirement = check(requirement, REQUIREMENT, zone=site.zone)
    convention = requirement["queue"].map(lambda name: site.queue(name).convention)
    parts = []
    for named, rows in requirement.groupby(convention):
        queues = {name: site.queue(name) for name in rows["queue"].unique()}
        if progress:
            progress(f"{', '.join(queues)}: played {replications} times")
        played = erlang.simulate_staffed(
            rows,
            patience_s={name: queue.patience_s for name, queue in queues.items()},
            within_s={
                name: _WITHIN_S if queue.within_s is None else queue.within_s
                for name, queue in queues.items()
            },
            lines={name: queue.lines for name, queue in queues.items()},
            aht_cv=aht_cv,
            replications=replications,
            seed=seed,
            day_spread=day_spread,
            convention=str(named),
        )
        stated = rows[["queue", "start", "calls", "agents", "service_level"]]
        parts.append(
            played.intervals.merge(
                stated.rename(columns={"service_level": "expected"}), on=["queue", "start"]
            )
        )
    result = pd.concat(parts)[_COLUMNS].sort_values(["queue", "start"], ignore_index=True)
    _remark_on_misfits(result)
    return result


def _remark_on_misfits(played: pd.DataFrame) -> None:
    """Remark on a queue that was probably staffed for other callers than those simulated."""
    known = played.dropna(subset=["expected", "service_level"])
    for name, rows in known.groupby("queue"):
        expected, found = (
            (rows[column] * rows["calls"]).sum() / rows["calls"].sum()
            for column in ("expected", "service_level")
        )
        if abs(expected - found) > _FAR:
            warnings.warn(
                f"queue {name}: {expected:.0%} expected, {found:.0%} simulated: was it staffed for "
                "another patience or goal? Give both commands the same",
                Remark,
                stacklevel=3,
            )
