"""Calls one by one -> history: counted exactly, each where it arrived."""

import warnings
from collections.abc import Mapping
from datetime import tzinfo

import numpy as np
import pandas as pd

from callplan.errors import Refused, Remark
from callplan.hours import OpeningHours
from callplan.intervals import grid, local_day
from callplan.tables import HISTORY, check
from intake.call_hours import empty_intervals
from intake.call_outcomes import MICRO, outcomes
from intake.call_sums import Sums
from intake.patience import Waits

# Refused rows that are kept; all are counted.
_MOST_REFUSED = 1_000


def aggregate_calls(
    calls: pd.DataFrame,
    *,
    minutes: int,
    within_s: float,
    short_s: float = 5.0,
    hours: Mapping[str, OpeningHours] | None = None,
) -> pd.DataFrame:
    """Return the history of a log of calls, as `CallTally` counts it, with a remark on rows it refused.

    >>> at = pd.to_datetime(["2024-05-06 09:00", "2024-05-06 09:01", "2024-05-06 09:40"])
    >>> arrival = pd.Series(at).dt.tz_localize("Europe/Paris")
    >>> seconds = lambda values: arrival + pd.to_timedelta(pd.Series(values), unit="s")
    >>> calls = pd.DataFrame({"queue": "sales", "arrival": arrival, "answer": seconds([10, None, 30]),
    ...                       "end": seconds([110, 40, 230])})
    >>> history = aggregate_calls(calls, minutes=30, within_s=20)
    >>> history[["offered", "handled", "abandoned", "answered_within", "aht_s"]].to_dict("list")
    {'offered': [2.0, 1.0], 'handled': [1.0, 1.0], 'abandoned': [1.0, 0.0], 'answered_within': [1.0, 0.0],
     'aht_s': [100.0, 200.0]}
    """
    tally = CallTally(minutes, within_s, short_s)
    tally.add(calls)
    if tally.rows_refused:
        first = tally.refused.iloc[0]
        warnings.warn(
            f"{tally.rows_refused:,} of {tally.rows_read:,} calls are left out, first row {first['row']}, "
            f"column {first['column']}: {first['found']}; {first['do']}",
            Remark,
            stacklevel=2,
        )
    return tally.history(hours)


class CallTally:
    """A history that is counted from calls batch by batch, in the memory that its intervals need.

    Calls are rows with `queue`, `arrival`, `answer` (empty: not answered) and `end` (empty: unknown), all
    instants with a time zone, and perhaps `abandoned` (True, False, empty), `talk_s`, `hold_s`, `acw_s`,
    `channel`. Intervals are of `minutes`, in the time zone of the first arrivals.

    A call counts in the interval of its arrival. *Handled*: it has an answer. *Abandoned*: it has none, and
    says so, or says nothing and has an end. Neither (`apart`): it says that it was not abandoned,
    as blocked and diverted calls do, or it has no end, as those that still wait when the log is written.
    Such calls are not offered; they are counted and remarked. offered = handled + abandoned.

    `answered_within` and `abandoned_within` count waits of at most `within_s`, `short_abandoned` of at most
    `short_s`. `talk_s` is given or else from answer to end, less hold; `aht_s` is talk, hold and after-call
    work, as far as the log has them. Where a part is unknown of one call, the interval's total is.

    `refused` are rows that cannot be true (`row`, `column`, `found`, `do`; the first 1,000), `waits` how long
    callers waited, for `intake.patience`.
    """

    def __init__(self, minutes: int, within_s: float, short_s: float = 5.0) -> None:
        for name, seconds in (("within_s", within_s), ("short_s", short_s)):
            if not 0 <= seconds < np.inf:
                raise Refused(name, f"found {seconds}", "seconds are 0 or more")
        self.minutes, self.within_s, self.short_s = minutes, within_s, short_s
        self.rows_read = self.rows_refused = 0
        self.refused = pd.DataFrame(columns=["row", "column", "found", "do"])
        self.apart: dict[str, int] = {}
        self.waits = Waits()
        self._zone: tzinfo | None = None
        self._sums = Sums(["queue", "start"])
        self._channels: dict[str, set[str]] = {}

    def add(self, calls: pd.DataFrame) -> None:
        """Count a batch of calls; the labels of its index name refused rows."""
        if calls.empty:
            return
        sound, faults = outcomes(calls)
        self.rows_read += len(calls)
        self.rows_refused += len(faults)
        kept = faults.head(_MOST_REFUSED - len(self.refused))
        if len(kept):
            self.refused = pd.concat([self.refused, kept], ignore_index=True) if len(self.refused) else kept
        if sound.empty:
            return
        if self._zone is None:
            self._zone = sound["arrival"].dt.tz
        sound = sound.assign(arrival=sound["arrival"].dt.tz_convert(self._zone))
        apart = sound.loc[~sound["answered"] & ~sound["abandoned"], "queue"].value_counts()
        for queue, calls_apart in apart.items():
            self.apart[str(queue)] = self.apart.get(str(queue), 0) + int(calls_apart)
        if "channel" in sound:
            for queue, channels in sound.groupby("queue")["channel"]:
                self._channels.setdefault(str(queue), set()).update(channels.dropna().unique())
        self.waits.add(sound)
        self._sums.add(self._counted(sound))

    def _counted(self, calls: pd.DataFrame) -> pd.DataFrame:
        """Return one row a call: its interval, and what it adds to each column."""
        days = local_day(calls["arrival"])
        edges = grid(days.min().date(), days.max().date(), self.minutes, calls["arrival"].dt.tz)
        inside = edges.searchsorted(calls["arrival"], side="right") - 1
        answered, abandoned, wait = calls["answered"], calls["abandoned"], calls["wait_us"]
        columns = {
            "handled": answered,
            "abandoned": abandoned,
            "answered_within": answered & (wait <= round(self.within_s * MICRO)),
            "abandoned_within": abandoned & (wait <= round(self.within_s * MICRO)),
            "short_abandoned": abandoned & (wait <= round(self.short_s * MICRO)),
            "wait_unknown": abandoned & wait.isna(),
            "wait_us": wait.where(answered),
        }
        for part in ("talk", "hold", "acw"):
            columns[f"{part}_us"] = calls[f"{part}_us"]
            columns[f"{part}_unknown"] = answered & calls[f"{part}_us"].isna()
        numbers = {name: column.fillna(0).to_numpy(dtype=float) for name, column in columns.items()}
        return pd.DataFrame({"queue": calls["queue"].array, "start": edges.array[inside], **numbers})

    def history(self, hours: Mapping[str, OpeningHours] | None = None) -> pd.DataFrame:
        """Return the history of all calls added, with zeros where nobody called in open hours.

        A log of every call proves zeros between a queue's first and last call: in its `hours`, or else in
        those that the calls show (`intake.call_hours.empty_intervals` has the rule).
        """
        sums = self._sums.total()
        if not sums.empty:
            # Calls that were only diverted prove no open hours.
            sums = sums.assign(calls=sums["handled"] + sums["abandoned"]).query("calls > 0")
        self._remark()
        if sums.empty:
            raise Refused("calls", "no call was answered or abandoned", "see which calls were left out")
        parts = [
            self._with_zeros(rows, (hours or {}).get(str(queue))) for queue, rows in sums.groupby("queue")
        ]
        table = self._columns(pd.concat(parts, ignore_index=True))
        channel = {queue: next(iter(names)) for queue, names in self._channels.items() if len(names) == 1}
        if channel:
            table["channel"] = table["queue"].map(channel)
        return check(table, HISTORY)

    def _with_zeros(self, rows: pd.DataFrame, hours: OpeningHours | None) -> pd.DataFrame:
        empty = empty_intervals(rows, self.minutes, hours)
        zeros = pd.DataFrame(0.0, index=range(len(empty)), columns=rows.columns.drop(["queue", "start"]))
        added = zeros.assign(queue=rows["queue"].iloc[0], start=empty.array)
        return pd.concat([rows, added[rows.columns]], ignore_index=True) if len(added) else rows

    def _columns(self, sums: pd.DataFrame) -> pd.DataFrame:
        """Return the columns of a history; a total of which a part is unknown is empty."""
        handled = sums["handled"]
        table = sums[["queue", "start"]].assign(minutes=self.minutes, offered=sums["calls"])
        for name in ("handled", "abandoned", "answered_within"):
            table[name] = sums[name]
        for name in ("abandoned_within", "short_abandoned"):
            table[name] = sums[name].where(sums["wait_unknown"] == 0)
        table = table.assign(within_s=float(self.within_s), short_s=float(self.short_s))
        there = [part for part in ("talk", "hold", "acw") if (sums[f"{part}_unknown"] < handled).any()]
        for part in there:
            table[f"{part}_s"] = (sums[f"{part}_us"] / MICRO).where(sums[f"{part}_unknown"] == 0)
        if "talk" in there:
            seconds = table[[f"{part}_s" for part in there]].sum(axis=1, skipna=False)
            table["aht_s"] = (seconds / handled).where(handled > 0)
        return table.assign(wait_s=sums["wait_us"] / MICRO)

    def _remark(self) -> None:
        """Remark on calls that are not offered, and on queues of several channels."""
        if self.apart:
            queues = ", ".join(f"{queue} {count:,}" for queue, count in sorted(self.apart.items()))
            warnings.warn(
                f"calls neither answered nor abandoned are not offered: {queues} (blocked, diverted, still "
                "waiting when the log was written); where they hung up, give the end or say `abandoned`",
                Remark,
                stacklevel=3,
            )
        for queue, names in sorted(self._channels.items()):
            if len(names) > 1:
                text = f"{queue}: calls of several channels ({', '.join(sorted(names))}) are counted together"
                warnings.warn(f"{text}; give each a queue of its own", Remark, stacklevel=3)
