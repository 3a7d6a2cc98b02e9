"""The counts and durations of an export's rows, with what its source leaves out put back."""

import numpy as np

from callplan.plausible import LONGEST_AHT_S
from intake.numbers import durations, numbers, shares
from intake.profile import COUNTS, PARTS, Part
from intake.rows import Rows

_COUNT = "a count is 0 or more; leave the cell empty where it is unknown"
_GIVE = {"within_s": "within_s (--within 20)", "short_s": "short_s (--short 5)"}
# No queue has as many calls in an interval, and no handled call is as short.
_MOST_CALLS, _SHORTEST_AHT_S = 1e7, 1.0
_SECONDS = "write seconds, or 00:04:00; leave the cell empty where it is unknown"


def measures(rows: Rows, within_s: float | None, short_s: float | None) -> dict[str, np.ndarray]:
    """Return the columns of the history that the rows give, NaN where one is unknown."""
    found = {ours: _sum(rows, ours, count=True) for ours in COUNTS if ours in rows.columns}
    if "offered" not in found:
        found["offered"] = found["handled"] + found["abandoned"]
    _thresholds(rows, found, within_s, short_s)
    if "service_level" in rows.columns and "answered_within" not in found:
        _answered_within(rows, found)
    found |= _handling(rows, found)
    if "aht_s" in found:
        _refuse_odd(rows, found)
    if "wait_s" in rows.columns:
        found["wait_s"] = _total(rows, "wait_s", _calls(found))
    return found


def _sum(rows: Rows, ours: str, *, count: bool = False) -> np.ndarray:
    """Return a column, or the sum of those it is made of; faulty rows are refused."""
    total = np.zeros(len(rows.good))
    for name in rows.columns[ours]:
        cells = rows.batch.cells[name]
        marks, unit = rows.settled.marks, rows.profile.columns[ours].unit
        known = numbers(cells, marks) if count else durations(cells, marks, unit)
        bad = ~(known >= 0) | np.isinf(known)
        if bad.any():
            rows.refuse(cells.take(bad, False), name, _COUNT if count else _SECONDS)
        if count and (known > _MOST_CALLS).any():
            do = "no interval has ten million calls; see if it is a number of something else"
            rows.refuse(cells.take(known > _MOST_CALLS, False), name, do)
        total += cells.take(known, np.nan)
    return total


def _calls(found: dict[str, np.ndarray]) -> np.ndarray:
    """Return the calls that averages are over: handled, or what is left of those offered."""
    if "handled" in found:
        return found["handled"]
    return found["offered"] - found["abandoned"] if "abandoned" in found else found["offered"]


def _total(rows: Rows, ours: str, calls: np.ndarray) -> np.ndarray:
    """Return seconds in total; of an average, times the calls that it is over."""
    seconds = _sum(rows, ours)
    if not rows.profile.columns[ours].average:
        return seconds
    return np.where(calls == 0, 0.0, seconds * calls)


def _handling(rows: Rows, found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return talk, hold, after-call work and the average handling time, as far as they are known."""
    lacking = [part for part in rows.profile.needs if part not in rows.columns]
    given = [ours for ours in ("talk_s", "handle_s", "aht_s") if ours in rows.columns]
    if lacking and given == ["talk_s"]:
        _lacks(rows, rows.columns["talk_s"][0], lacking)
        return {}
    calls = _calls(found)
    parts: dict[str, np.ndarray] = {part: _total(rows, part, calls) for part in PARTS if part in rows.columns}
    whole = next((ours for ours in ("handle_s", "aht_s") if ours in rows.columns), None)
    if whole is None:
        if not {"talk_s", "acw_s"} <= set(parts):
            return parts
        aht_s = _per_call(np.sum(list(parts.values()), axis=0), calls)
        _remark_on_gaps(rows, parts, aht_s, calls)
        return parts | {"aht_s": aht_s}
    name = rows.columns[whole][0]
    covers = rows.profile.columns[whole].covers
    seconds = _total(rows, whole, calls) if whole == "handle_s" else _sum(rows, whole) * calls
    left_out = [part for part in PARTS if part not in covers]
    if [part for part in left_out if part not in parts]:
        _lacks(rows, name, [part for part in left_out if part not in parts])
        return {}
    if "talk_s" not in parts and left_out:
        # Hold that is inside and known is taken out; the rest is talk.
        parts["talk_s"] = seconds - sum(parts[part] for part in covers if part in parts)
        rows.refuse(parts["talk_s"] < 0, name, "it holds the hold time, and so cannot be below it")
    if whole == "aht_s" and not left_out:
        return parts | {"aht_s": np.where(calls == 0, np.nan, _sum(rows, whole))}
    aht_s = _per_call(seconds + sum(parts[part] for part in left_out), calls)
    if left_out:
        _remark_on_gaps(rows, {whole: seconds} | {part: parts[part] for part in left_out}, aht_s, calls)
    return parts | {"aht_s": aht_s}


def _refuse_odd(rows: Rows, found: dict[str, np.ndarray]) -> None:
    """Refuse handling times that no handled call has: minutes or milliseconds taken for seconds."""
    name = next(rows.columns[ours][0] for ours in ("aht_s", "handle_s", "talk_s") if ours in rows.columns)
    aht_s, calls = found["aht_s"], _calls(found)
    # Of calls offered, with none handled, 0 s are no fault.
    least = 0.0 if {"handled", "abandoned"} & set(found) else np.nextafter(0.0, 1.0)
    odd = (calls > 0) & ((aht_s > LONGEST_AHT_S) | ((aht_s >= least) & (aht_s < _SHORTEST_AHT_S)))
    said = [f"a handling time of {seconds:,g} s a call" for seconds in aht_s[odd & rows.good]]
    rows.refuse(odd, name, "it is 1 s to 4 h; say the unit (ms, min, h) in a profile", said)


def _remark_on_gaps(rows: Rows, seconds: dict[str, np.ndarray], aht_s: np.ndarray, calls: np.ndarray) -> None:
    """Remark where a handling time is empty because but a part of it is."""
    lost = rows.good & np.isnan(aht_s) & (calls > 0)
    known = np.any([~np.isnan(values) for values in seconds.values()], axis=0)
    for part, values in seconds.items():
        if (lost & known & np.isnan(values)).any():
            name = rows.columns[part][0]
            rows.reading.remark(
                f"where {name} is empty so is the handling time, though other parts are known"
            )


def _lacks(rows: Rows, name: str, lacking: list[Part]) -> None:
    words = {"hold_s": "hold", "acw_s": "after-call work", "talk_s": "talk"}
    left_out = " and ".join(words[part] for part in lacking)
    rows.reading.remark(
        f"no handling times: {name} leaves {left_out} out, and the file has no column for it; export it too"
    )


def _per_call(seconds: np.ndarray, calls: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(calls > 0, seconds / calls, np.nan)


def _answered_within(rows: Rows, found: dict[str, np.ndarray]) -> None:
    """Turn a service level back into the calls that were answered in time."""
    cells, name = rows.cells("service_level"), rows.columns["service_level"][0]
    assert cells is not None
    known = shares(cells, rows.settled.marks, rows.settled.share_whole)
    rows.refuse(cells.take(~((known >= 0) & (known <= 1)), False), name, "write a share as 81.2% or 0.812")
    of = rows.profile.service_level_of
    base = _calls(found) if of == "handled" else found["offered"]
    share = cells.take(known, np.nan)
    # Calls are whole: a share of one decimal gives them back up to 500 or so.
    found["answered_within"] = np.where(base == 0, 0.0, np.round(share * base))
    rows.reading.remark(f"answered_within is {name}, taken as a share of calls {of}, times these calls")


def _thresholds(
    rows: Rows, found: dict[str, np.ndarray], within_s: float | None, short_s: float | None
) -> None:
    """Add the seconds that `answered_within` and `short_abandoned` are about."""
    for ours, given, about in (
        ("within_s", within_s, ("answered_within", "abandoned_within", "service_level")),
        ("short_s", short_s, ("short_abandoned",)),
    ):
        if not any(column in found or column in rows.columns for column in about):
            continue
        cells = rows.cells(ours)
        if cells is not None:
            seconds = durations(cells, rows.settled.marks)
            # A column of that name may hold the level that was reached: 81.2%, not the 20 seconds.
            if np.all(np.isnan(seconds) | (seconds % 1 == 0)) and not np.isnan(seconds).all():
                found[ours] = cells.take(seconds, np.nan)
                continue
            rows.reading.remark(f"{rows.columns[ours][0]} holds no whole seconds, and is left out")
        if given is not None:
            found[ours] = np.full(len(rows.good), float(given))
        else:
            rows.reading.remark(f"{about[0]}: within how many seconds is not known; give {_GIVE[ours]}")
