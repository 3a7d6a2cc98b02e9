"""How long callers wait before they hang up, from calls one by one.

Whoever is answered would have waited longer still: their patience is censored.

References
----------
.. [1] E. L. Kaplan, P. Meier (1958), Nonparametric Estimation from Incomplete Observations, Journal of the
   American Statistical Association 53.
.. [2] L. Brown, N. Gans, A. Mandelbaum, A. Sakov, H. Shen, S. Zeltyn, L. Zhao (2005), Statistical Analysis
   of a Telephone Call Center: A Queueing-Science Perspective, Journal of the American Statistical
   Association 100, section 5.
"""

import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd

from callplan.errors import Refused, Remark
from callplan.tables import PATIENCE, check
from intake.call_outcomes import MICRO, outcomes
from intake.call_sums import Sums

# 95% of a normal distribution lie within so many deviations.
_NORMAL_95 = 1.959964


class Waits:
    """How many callers of each queue were answered, and hung up, after which wait.

    Whole seconds take little room, so that it holds the waits of a log that is read in batches.
    """

    def __init__(self) -> None:
        self._sums = Sums(["queue", "wait_us"])

    @classmethod
    def of(cls, calls: pd.DataFrame) -> "Waits":
        """Return the waits of a log of calls, its columns as in `intake.call_log.CallTally`."""
        waits = cls()
        sound, faults = outcomes(calls)
        if len(faults):
            first = faults.iloc[0]
            where = f"first row {first['row']}, column {first['column']}: {first['found']}"
            warnings.warn(
                f"{len(faults):,} of {len(calls):,} calls are left out, {where}", Remark, stacklevel=3
            )
        waits.add(sound)
        return waits

    def add(self, calls: pd.DataFrame) -> None:
        """Add calls as `intake.call_outcomes` gives them; only those answered or abandoned count."""
        counted = calls[calls["answered"] | calls["abandoned"]]
        if not counted.empty:
            columns = counted[["queue", "wait_us", "answered", "abandoned"]]
            self._sums.add(columns.astype({"answered": "int64", "abandoned": "int64"}))

    def by_queue(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Yield each queue and its waits in order: `wait_us` (`nan`: unknown), `answered`, `abandoned`."""
        total = self._sums.total()
        if total.empty:
            raise Refused("calls", "no call was answered or abandoned", "give the calls of some days")
        for queue, rows in total.groupby("queue"):
            yield str(queue), rows.drop(columns="queue").reset_index(drop=True)


def patience(calls: pd.DataFrame | Waits) -> pd.DataFrame:
    """Return the table `patience` of a log of calls.

    Calls count that waited, or hung up at once. `patience_s` is all their waiting / the hang-ups: the most
    likely mean of exponential patience where answered calls are censored, and the right `patience_s` of
    Erlang A [2]_. `median_s` is where the curve of Kaplan and Meier [1]_ first reaches a half; empty where
    the longest waits did not show it. Both are empty where nobody hung up.

    >>> at = pd.Series(pd.Timestamp("2024-05-06 09:00", tz="Europe/Paris")).repeat(3).reset_index(drop=True)
    >>> after = lambda seconds: at + pd.to_timedelta(pd.Series(seconds), unit="s")
    >>> calls = pd.DataFrame({"queue": "sales", "arrival": at, "answer": after([50, None, None]),
    ...                       "end": after([150, 20, 30])})
    >>> patience(calls).to_dict("records")
    [{'queue': 'sales', 'calls': 3, 'abandoned': 2, 'patience_s': 50.0, 'median_s': 30.0}]
    """
    rows = []
    for queue, waits in _waits(calls).by_queue():
        known = waits[waits["wait_us"].notna()]
        lost = int(waits["abandoned"].sum() - known["abandoned"].sum())
        if lost:
            text = f"{queue}: {lost:,} abandoned calls have no end, and do not count for patience"
            warnings.warn(text, Remark, stacklevel=2)
        known = known[(known["wait_us"] > 0) | (known["abandoned"] > 0)]
        # Who is answered at once says nothing of patience, even where others hang up at once.
        count = np.where(known["wait_us"] > 0, known["answered"], 0) + known["abandoned"]
        gone = int(known["abandoned"].sum())
        total_s = float((known["wait_us"] * count).sum()) / MICRO
        still = kaplan_meier(known["answered"] + known["abandoned"], known["abandoned"])
        half = known["wait_us"].to_numpy()[still <= 0.5 + 1e-12]
        rows.append(
            {
                "queue": queue,
                "calls": int(count.sum()),
                "abandoned": gone,
                "patience_s": total_s / gone if gone else np.nan,
                "median_s": half[0] / MICRO if half.size else np.nan,
            }
        )
    return check(pd.DataFrame(rows), PATIENCE)


def survival(calls: pd.DataFrame | Waits) -> pd.DataFrame:
    """Return which share of callers would still wait, had nobody answered: Kaplan and Meier's curve [1]_.

    A row stands at 0 s and at every wait after which someone hung up: `queue`, `wait_s`, `waiting` (the
    share), `waiting_lo`, `waiting_hi` (95% limits by Greenwood's formula, empty where nobody is left),
    `at_risk` (calls that waited as long), `abandoned` (after just so long). Of equal waits hang-ups come
    first.
    """
    parts = []
    for queue, waits in _waits(calls).by_queue():
        known = waits[waits["wait_us"].notna()]
        count, gone = known["answered"] + known["abandoned"], known["abandoned"].to_numpy(dtype=float)
        at_risk = _at_risk(count)
        still = kaplan_meier(count, known["abandoned"])
        left = np.where(at_risk > gone, at_risk - gone, np.nan)
        deviation = still * np.sqrt(np.cumsum(gone / (at_risk * left)))
        curve = pd.DataFrame(
            {
                "queue": queue,
                "wait_s": known["wait_us"] / MICRO,
                "waiting": still,
                "waiting_lo": np.clip(still - _NORMAL_95 * deviation, 0, 1),
                "waiting_hi": np.clip(still + _NORMAL_95 * deviation, 0, 1),
                "at_risk": at_risk.astype("int64"),
                "abandoned": known["abandoned"],
            }
        )
        curve = curve[curve["abandoned"] > 0]
        if curve.empty or curve["wait_s"].iloc[0] > 0:
            start = {"wait_s": 0.0, "waiting": 1.0, "waiting_lo": 1.0, "waiting_hi": 1.0}
            all_ = int(count.sum())
            first = pd.DataFrame([{"queue": queue, **start, "at_risk": all_, "abandoned": 0}])
            curve = pd.concat([first, curve]) if len(curve) else first
        parts.append(curve)
    return pd.concat(parts, ignore_index=True)


def _waits(calls: pd.DataFrame | Waits) -> Waits:
    return calls if isinstance(calls, Waits) else Waits.of(calls)


def _at_risk(count: pd.Series) -> np.ndarray:
    """Return how many calls waited as long as each wait, or longer."""
    return count.to_numpy(dtype=float)[::-1].cumsum()[::-1]


def kaplan_meier(count: pd.Series, events: pd.Series) -> np.ndarray:
    """Return the share for which the event has not come after each wait, from the calls and events of each.

    The waits are in order. Calls without the event are censored, and of equal waits the events come first.

    >>> kaplan_meier(pd.Series([1, 1, 1]), events=pd.Series([1, 0, 1]))
    array([0.66666667, 0.66666667, 0.        ])
    """
    return np.cumprod(1 - events.to_numpy(dtype=float) / _at_risk(count))
