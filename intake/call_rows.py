"""A batch of a log of calls -> one row a call: when it arrived, was answered and ended."""

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from callplan.instants import Dst
from callplan.intervals import named_zone, pandas_zone
from intake.cells import Cells
from intake.clocks import NONE
from intake.numbers import durations
from intake.passings import OR_AS_RECORDED, localised
from intake.rows import Rows
from intake.times import walls

_YES = r"^(1|1\.0|y|yes|true|t|x|abandon(ed)?|aban(doned call)?|abn|hang ?up|lost|是|已放弃|放弃|排队放弃)$"
_NO = r"^(0|0\.0|n|no|false|f|answered|handled|completed?|agent|served|否|已接听|接听)$"
_SECONDS = ("wait_s", "talk_s", "hold_s", "acw_s")


def call_rows(rows: Rows, queue: str | None, clock: ZoneInfo, zone: str, dst: Dst) -> pd.DataFrame:
    """Return the good calls of a batch, labelled by row: `queue`, and `arrival`, `answer`, `end` as instants.

    Where the log has waits and talking times instead, answer and end are counted from the arrival. An
    answer or end without a date is on the day of the arrival, or after its midnight.
    """
    found = {"queue": pd.Series(rows.queues(queue), dtype=object)}
    arrival = _instants(rows, "arrival", clock, dst)
    seconds = {name: _seconds(rows, name) for name in _SECONDS if name in rows.columns}
    hung_up, at = _abandoned(rows, clock, dst, arrival)
    answer = _instants(rows, "answer", clock, dst, arrival)
    end = _instants(rows, "end", clock, dst, arrival).fillna(at)
    if "wait_s" in seconds:
        waited = arrival + pd.to_timedelta(seconds["wait_s"], unit="s")
        if "answer" not in rows.columns:
            answer = waited.mask(hung_up.eq(True))
        end = end.fillna(waited.where(answer.isna()))
    if "talk_s" in seconds:
        spoken = seconds["talk_s"] + (seconds["hold_s"].fillna(0) if "hold_s" in seconds else 0)
        end = end.fillna(answer + pd.to_timedelta(spoken, unit="s"))
    found |= {"arrival": arrival, "answer": answer, "end": end}
    if "abandoned" in rows.columns:
        found["abandoned"] = hung_up
    found |= {name: column for name, column in seconds.items() if name != "wait_s"}
    if (channel := rows.texts("channel")) is not None:
        found["channel"] = pd.Series(channel, dtype=object)
    frame = pd.DataFrame(found).set_axis(rows.batch.rows, axis=0)[rows.good]
    site = pandas_zone(named_zone(zone))
    return frame.assign(**{name: frame[name].dt.tz_convert(site) for name in ("arrival", "answer", "end")})


def _instants(rows: Rows, ours: str, clock: ZoneInfo, dst: Dst, after: pd.Series | None = None) -> pd.Series:
    """Return a column as instants in UTC; what the clock showed twice is the first time after the arrival."""
    if ours not in rows.columns:
        return pd.Series(pd.NaT, range(len(rows.good)), dtype="datetime64[us, UTC]")
    local = None
    if after is not None:
        local = (
            after.dt.tz_convert(pandas_zone(clock))
            .dt.tz_localize(None)
            .to_numpy("datetime64[us]")
            .astype(np.int64)
        )
    said = walls(rows, ours, required=after is None, dated_by="date" if after is None else None, after=local)
    times = localised(said.wall, said.aware, clock)
    unclear = times.isna() & (said.wall != NONE)
    if not unclear.any():
        return times
    if after is None and dst == "refuse":
        do = f"export it in UTC or with offsets, {OR_AS_RECORDED}"
        rows.refuse(unclear.to_numpy(), rows.columns[ours][0], do)
        return times
    first, second = (
        pd.Series(said.wall.astype("datetime64[us]"))
        .dt.tz_localize(
            pandas_zone(clock), ambiguous=np.full(len(times), passing), nonexistent="shift_forward"
        )
        .dt.tz_convert("UTC")
        for passing in (True, False)
    )
    if after is None:
        rows.reading.remark(f"times that the clock of {clock} showed twice are taken for its first passing")
        return times.fillna(first)
    return times.fillna(first.where(first >= after, second))


def _seconds(rows: Rows, ours: str) -> pd.Series:
    cells, name = rows.cells(ours), rows.columns[ours][0]
    assert cells is not None
    known = durations(cells, rows.settled.marks, rows.profile.columns[ours].unit)
    rows.refuse(cells.take(~(known >= 0), False), name, "write seconds, or 00:04:00")
    return pd.Series(cells.take(known, np.nan))


def _abandoned(rows: Rows, clock: ZoneInfo, dst: Dst, arrival: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return whether callers hung up (None: the log does not say), and when, where the column holds times."""
    cells = rows.cells("abandoned")
    never = pd.Series(pd.NaT, arrival.index, dtype="datetime64[us, UTC]")
    if cells is None:
        return pd.Series(None, arrival.index, dtype=object), never
    yes, no = _says(cells, _YES), _says(cells, _NO)
    if cells.text.filter(pc.match_substring(cells.text, ":")):
        at = _instants(rows, "abandoned", clock, dst, arrival)
        return at.notna().astype(object), at
    said = pd.Series(None, arrival.index, dtype=object).mask(yes, True).mask(no, False)
    rows.refuse((cells.code >= 0) & ~yes & ~no, rows.columns["abandoned"][0], "say yes or no, or when")
    return said, never


def _says(cells: Cells, pattern: str) -> np.ndarray:
    said = pc.match_substring_regex(pc.utf8_lower(cells.text), pattern).to_numpy(zero_copy_only=False)
    return cells.take(said, False)
