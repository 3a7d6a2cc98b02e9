"""Service levels of a log of calls: at any T, under every convention."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from callplan.errors import Refused, nearest
from intake.call_outcomes import MICRO
from intake.patience import Waits, kaplan_meier

CONVENTIONS = (
    *("offered", "answered", "abandon_positive", "abandon_ignored", "short_positive", "net_offered"),
    "virtual",
)


def service_levels(
    calls: pd.DataFrame | Waits,
    within_s: Sequence[float],
    *,
    convention: str | None = None,
    short_s: float = 5.0,
) -> pd.DataFrame:
    """Return `queue`, `within_s`, `convention`, `service_level` of a log, for each T and each convention.

    `offered`: answered within T / (answered + abandoned). `answered`: / answered. `abandon_positive`: who
    hangs up within T counts as served. `abandon_ignored`: and does not count at all. `short_positive`,
    `net_offered`: the same of hang-ups within `short_s`. `virtual`: the chance that a caller who never
    hangs up waits at most T, by the curve of Kaplan and Meier with hang-ups censored. Times are in seconds.

    A level is empty where no call counts, and, but for the first two, where the log does not tell how long
    some waited who hung up. An unknown convention is `Refused`.

    >>> at = pd.Series(pd.Timestamp("2024-05-06 09:00", tz="Europe/Paris")).repeat(4).reset_index(drop=True)
    >>> after = lambda seconds: at + pd.to_timedelta(pd.Series(seconds), unit="s")
    >>> calls = pd.DataFrame({"queue": "sales", "arrival": at, "answer": after([5, 15, 30, None]),
    ...                       "end": after([99, 99, 99, 3])})
    >>> levels = service_levels(calls, [20])
    >>> {row.convention: round(row.service_level, 3) for row in levels.itertuples()}
    {'offered': 0.5, 'answered': 0.667, 'abandon_positive': 0.75, 'abandon_ignored': 0.667,
     'short_positive': 0.75, 'net_offered': 0.667, 'virtual': 0.667}
    """
    if convention is not None and convention not in CONVENTIONS:
        raise Refused("convention", f"found {convention!r}", nearest(convention, CONVENTIONS))
    waits = calls if isinstance(calls, Waits) else Waits.of(calls)
    rows = []
    for queue, of_queue in waits.by_queue():
        short = of_queue["wait_us"] <= round(short_s * MICRO)
        for seconds in within_s:
            within = of_queue["wait_us"] <= round(seconds * MICRO)
            for name, level in _levels(of_queue, within.to_numpy(), short.to_numpy()).items():
                if convention in (None, name):
                    rows.append((queue, float(seconds), name, level))
    return pd.DataFrame(rows, columns=["queue", "within_s", "convention", "service_level"])


def _levels(waits: pd.DataFrame, within: np.ndarray, short: np.ndarray) -> dict[str, float]:
    answered, abandoned = (waits[name].to_numpy() for name in ("answered", "abandoned"))
    offered, good = answered.sum() + abandoned.sum(), answered[within].sum()
    lost, gone_early = abandoned[within].sum(), abandoned[short].sum()
    shares = {
        "offered": (good, offered),
        "answered": (good, answered.sum()),
        "abandon_positive": (good + lost, offered),
        "abandon_ignored": (good, offered - lost),
        "short_positive": (good + gone_early, offered),
        "net_offered": (good, offered - gone_early),
    }
    levels = {name: float(part / whole) if whole else np.nan for name, (part, whole) in shares.items()}
    levels["virtual"] = _virtual(waits, within) if answered.any() else np.nan
    if waits["wait_us"].isna().any():
        levels |= dict.fromkeys(CONVENTIONS[2:], np.nan)
    return levels


def _virtual(waits: pd.DataFrame, within: np.ndarray) -> float:
    still = kaplan_meier(waits["answered"] + waits["abandoned"], waits["answered"])
    return 1 - float(still[within][-1]) if within.any() else 0.0
