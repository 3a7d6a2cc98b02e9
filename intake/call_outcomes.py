"""Calls one by one: what became of each, and which rows cannot be true."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from callplan.errors import Refused
from callplan.intervals import pandas_zone

_NEEDED = ("queue", "arrival", "answer", "end")
_INSTANTS = ("arrival", "answer", "end")
_SECONDS = ("talk_s", "hold_s", "acw_s")
# Times are held in microseconds, so that sums are exact and do not depend on the order of the calls.
MICRO = 1e6


def outcomes(calls: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what became of each call, and the rows that cannot be true.

    The first frame has `queue`, `arrival`, `answered`, `abandoned` (neither: see `intake.call_log`),
    `wait_us` until answer or hang-up, `talk_us`, `hold_us`, `acw_us` of answered calls, all `nan` where
    unknown, and `channel` if there is one. The second has `row` (the label), `column`, `found`, `do`.
    """
    typed = _typed(calls)
    faults = _faults(typed, calls)
    sound = typed.drop(index=faults["row"]) if len(faults) else typed
    answered = sound["answer"].notna()
    if "abandoned" in sound:
        said = sound["abandoned"]
        abandoned = ~answered & said.fillna(False).astype(bool)
        abandoned |= ~answered & said.isna() & sound["end"].notna()
    else:
        abandoned = ~answered & sound["end"].notna()
    wait = _between(sound, "arrival", "answer").where(answered, _between(sound, "arrival", "end"))
    talk, hold, acw = _handling(sound)
    result = {
        "queue": sound["queue"],
        "arrival": sound["arrival"],
        "answered": answered,
        "abandoned": abandoned,
        "wait_us": wait.where(answered | abandoned),
        "talk_us": talk.where(answered),
        "hold_us": hold.where(answered),
        "acw_us": acw.where(answered),
    }
    if "channel" in sound:
        result["channel"] = sound["channel"]
    return pd.DataFrame(result), faults


def _typed(calls: pd.DataFrame) -> pd.DataFrame:
    for name in _NEEDED:
        if name not in calls:
            there = ", ".join(map(str, calls.columns))
            raise Refused("calls", f"no column {name!r} (there are: {there})", "name the columns of the log")
    if calls.index.has_duplicates:
        raise Refused("calls", "row labels that occur twice", "number the rows: reset_index(drop=True)")
    typed: dict[str, pd.Series] = {}
    for name in _INSTANTS:
        cells = calls[name]
        if cells.isna().all() and name != "arrival":
            cells = pd.Series(pd.NaT, cells.index, dtype="datetime64[us, UTC]")
        elif not isinstance(cells.dtype, pd.DatetimeTZDtype):
            raise Refused(f"calls, column {name}", "no time zone", "localise it: .dt.tz_localize(zone)")
        typed[name] = cells.dt.tz_convert(pandas_zone(cells.dt.tz)).dt.as_unit("us")
    for name in _SECONDS:
        if name in calls:
            numbers = pd.to_numeric(calls[name], errors="coerce").astype(float)
            # What is no number is marked, to be refused by its row.
            typed[name] = numbers.mask(numbers.isna() & calls[name].notna(), -np.inf)
    if "abandoned" in calls:
        try:
            typed["abandoned"] = calls["abandoned"].astype("boolean")
        except (TypeError, ValueError):
            found = calls["abandoned"].dropna().iloc[0]
            raise Refused(
                "calls, column abandoned", f"found {found!r}", "make it True, False or empty"
            ) from None
    return calls.assign(**typed)


def _faults(calls: pd.DataFrame, written: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that cannot be true, each with its first fault, in the words of what was `written`."""
    parts, sound = [], np.ones(len(calls), dtype=bool)
    for bad, column, text, do in _tests(calls):
        new = sound & bad.to_numpy(dtype=bool)
        rows = written.loc[new, [*_NEEDED, column]]
        rows = rows.loc[:, ~rows.columns.duplicated()]
        found = [text.format(**row) for row in rows.to_dict("records")]
        parts.append(pd.DataFrame({"row": calls.index[new], "column": column, "found": found, "do": do}))
        sound &= ~new
    faults = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    return faults.iloc[calls.index.get_indexer(faults["row"]).argsort()].reset_index(drop=True)


def _tests(calls: pd.DataFrame) -> Iterator[tuple[pd.Series, str, str, str]]:
    """Yield which calls have a fault, in which column, what stands there and what to do."""
    arrival, answer, end = (calls[name] for name in _INSTANTS)
    clocks = "see which clocks wrote the two times"
    yield calls["queue"].isna() | (calls["queue"] == ""), "queue", "an empty cell", "name the call's queue"
    yield arrival.isna(), "arrival", "an empty cell", "a call needs the time of its arrival"
    yield answer < arrival, "answer", "answered {answer} before its arrival {arrival}", clocks
    yield end < answer, "end", "ended {end} before its answer {answer}", clocks
    yield end < arrival, "end", "ended {end} before its arrival {arrival}", clocks
    if "abandoned" in calls:
        both = calls["abandoned"].fillna(False).astype(bool) & answer.notna()
        yield both, "abandoned", "abandoned, and answered {answer}", "an answered call is not abandoned"
    for name in _SECONDS:
        if name in calls:
            beyond = (calls[name] < 0) | (calls[name] == np.inf)
            yield beyond, name, f"found {{{name}!r}}", "a duration is a number of seconds, 0 or more"
    if "hold_s" in calls:
        longer = MICRO * calls["hold_s"] > _between(calls, "answer", "end")
        if "talk_s" in calls:
            longer &= calls["talk_s"].isna()
        yield longer, "hold_s", "{hold_s} s on hold in a shorter call", clocks


def _handling(calls: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Return talk, hold and after-call work in microseconds.

    From answer to end is talk and hold together: of a call without talk what is not given as hold is talk.
    """
    unknown = pd.Series(np.nan, calls.index)
    talk, hold, acw = (
        (MICRO * calls[name]).round() if name in calls else unknown for name in ("talk_s", "hold_s", "acw_s")
    )
    whole = _between(calls, "answer", "end")
    if "hold_s" in calls:
        hold = hold.mask(hold.isna() & talk.isna() & whole.notna(), 0.0)
    return talk.fillna(whole - hold.fillna(0.0)), hold, acw


def _between(calls: pd.DataFrame, first: str, last: str) -> pd.Series:
    """Return the microseconds between two instants, `nan` where one is unknown."""
    span = calls[last].dt.tz_convert("UTC") - calls[first].dt.tz_convert("UTC")
    return span.dt.total_seconds().mul(MICRO).round()
