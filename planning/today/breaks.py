"""Meals and rests that could be moved inside their windows, so that heads are there when calls are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from callplan.errors import Refused
from callplan.tables import ACTIVITIES, check
from planning.rosters import Roster
from planning.today.day import QueueDay
from planning.today.presence import Span, heads_at_work, time_of, work_of
from scheduling.rules import Rules
from scheduling.shapes import Break, shape, step_min

_SAME = 1e-9


@dataclass(frozen=True, eq=False)
class Move:
    """One break begun at another time: whose, which, and the change of heads of each queue."""

    person: str
    kind: str
    begin: pd.Timestamp
    end: pd.Timestamp
    to: pd.Timestamp
    change: Mapping[str, np.ndarray]


def break_moves(roster: Roster, days: Mapping[str, QueueDay], now: pd.Timestamp) -> Iterator[Move]:
    """Yield every other time at which a break that has not begun may be, by the contract's windows.

    The order of the breaks of a shift, and their lengths, stay. Fixed shifts of a template keep theirs; so
    do shifts of other breaks than their contract gives them. No interval falls below `heads_at_least`.
    """
    rules = roster.site.shifts
    contracts = roster.people.set_index("person")["contract"]
    minutes = int(next(iter(days.values())).rows["minutes"].iloc[0])
    activities = dict(list(roster.schedule.activities.groupby("person")))
    shifts = roster.schedule.shifts
    running = shifts[(shifts["end"] > now) & (shifts["start"] < _end_of(days))]
    for row in running.to_dict("records"):
        contract = rules.contracts[contracts[row["person"]]]
        if contract.templates or row["person"] not in activities:
            continue
        own = activities[row["person"]]
        own = own[(own["start"] >= row["start"]) & (own["end"] <= row["end"])]
        windows = _windows(contract.under(rules), row, own, minutes)
        yield from _of_shift(row, own, windows, days, now, step_min(contract.under(rules), minutes))


def moved(activities: pd.DataFrame, move: Move) -> pd.DataFrame:
    """Return the table `ACTIVITIES` with a break moved."""
    mine = activities["person"] == move.person
    work = activities["activity"] == "work"
    spans = shifted(work_of(activities[mine & work]), move.begin, move.end, move.to)
    worked = pd.DataFrame(spans, columns=["start", "end", "queue"]).assign(
        person=move.person, activity="work"
    )
    rest = activities[~(mine & work)].copy()
    pause = mine & (activities["start"] == move.begin) & (activities["activity"] == move.kind)
    rest.loc[pause[rest.index], ["start", "end"]] = [move.to, move.to + (move.end - move.begin)]
    return check(pd.concat([rest, worked]), ACTIVITIES)


def shifted(spans: list[Span], begin: pd.Timestamp, end: pd.Timestamp, to: pd.Timestamp) -> list[Span]:
    """Return spans of work with the break from `begin` to `end` begun at `to`.

    Where the break was, the work before it goes on, or that after it begins earlier.
    """
    by = next((span for span in spans if span[1] == begin), None) or next(
        (span for span in spans if span[0] == end), None
    )
    filled = sorted([*spans, (begin, end, by[2])] if by else spans, key=lambda span: span[0])
    until = to + (end - begin)
    parts: list[Span] = []
    for first, last, queue in filled:
        for left, right in ((first, min(last, to)), (max(first, until), last)):
            if left < right and parts and parts[-1][1:] == (left, queue):
                parts[-1] = (parts[-1][0], right, queue)
            elif left < right:
                parts.append((left, right, queue))
    return parts


def _end_of(days: Mapping[str, QueueDay]) -> pd.Timestamp:
    return max(day.ends.max() for day in days.values())


def _windows(own: Rules, shift: dict, activities: pd.DataFrame, minutes: int) -> list[tuple[dict, Break]]:
    """Return each break of a shift with its window; none where they are not those of the contract."""
    length = round((shift["end"] - shift["start"]) / pd.Timedelta(minutes=1))
    pauses = activities[activities["activity"].isin(["meal", "rest"])].to_dict("records")
    try:
        known = shape(own, length, step_min(own, minutes)).breaks
    except Refused:  # a length that the contract has not, such as one with overtime
        return []
    same = len(known) == len(pauses) and all(
        pause["activity"] == rule.kind
        and pause["end"] - pause["start"] == pd.Timedelta(minutes=rule.length_min)
        for pause, rule in zip(pauses, known, strict=True)
    )
    return list(zip(pauses, known, strict=True)) if same else []


def _of_shift(
    shift: dict,
    activities: pd.DataFrame,
    windows: list[tuple[dict, Break]],
    days: Mapping[str, QueueDay],
    now: pd.Timestamp,
    step: int,
) -> Iterator[Move]:
    """Yield the moves of one shift's breaks."""
    before = work_of(activities)
    for pause, rule in windows:
        if pause["start"] < now:
            continue
        for after_min in range(rule.earliest_min, rule.latest_min + 1, step):
            to = shift["start"] + pd.Timedelta(minutes=after_min)
            if to < now or to == pause["start"]:
                continue
            after = shifted(before, pause["start"], pause["end"], to)
            if time_of(after) != time_of(before):  # it would lie over another break
                continue
            change = {name: _heads(after, day) - _heads(before, day) for name, day in days.items()}
            if all(_keeps_floor(day, change[name]) for name, day in days.items()):
                yield Move(shift["person"], rule.kind, pause["start"], pause["end"], to, change)


def _heads(spans: list[Span], day: QueueDay) -> np.ndarray:
    return heads_at_work(spans, day.name, day.starts, day.rows["minutes"])


def _keeps_floor(day: QueueDay, change: np.ndarray) -> bool:
    lower = change < -_SAME
    return bool((day.present + change >= day.rows["floor"] - _SAME)[lower].all())
