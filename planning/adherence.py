"""Adherence and conformance: how near people kept to their plan, from a log of what they did.

Adherence is the share of the planned minutes that were spent in the planned state: it asks whether people
are there when they are needed. Conformance is worked minutes / planned minutes of work: it asks whether
they work as much as planned, at whatever time. Who comes an hour late and stays an hour longer conforms
by 100% and adheres by less [1]_. Leave counts in neither.

References
----------
.. [1] B. Cleveland, D. Harne (eds., 2004), Call Center Management Dictionary, ICMI Press: "adherence to
   schedule" and "conformance".
"""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field

from callplan.errors import Refused, Remark, nearest
from callplan.intervals import first_instants, local_day
from callplan.settings import Settings
from callplan.tables import ACTIVITIES, ADHERENCE, DEVIATIONS, SHIFTS, STATE_LOG, check

Kind = Literal["work", "break", "training", "off"]
KINDS = ("work", "break", "training", "off")
_PLANNED = {"work": "work", "meal": "break", "rest": "break", "training": "training"}
# From, until, what.
Spans = list[tuple[pd.Timestamp, pd.Timestamp, str]]
CONVENTIONS = (
    "Adherence: minutes in the planned state / planned minutes (work, breaks, training; leave left out).",
    "Conformance: minutes worked, at whatever time of the day / minutes of work planned; training is work.",
    "Time without a row in the log of a person who has others that day is off.",
)


class States(Settings):
    """What the states of a log are: `[states]`, a state's name = work, break, training or off.

    >>> States(states={"Available": "work", "Lunch": "brake"})
    Traceback (most recent call last):
    callplan.errors.Refused: states.Lunch: found 'brake'; it must be 'work', 'break', 'training' or 'off'
    """

    states: dict[str, Kind] = Field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Adherence:
    """By person and day (`ADHERENCE`), where most was missed (`DEVIATIONS`), and what the figures mean."""

    people: pd.DataFrame
    deviations: pd.DataFrame
    conventions: tuple[str, ...] = field(default=CONVENTIONS, repr=False)

    def in_words(self) -> str:
        """Say both figures over all people and days that have a log."""
        known = self.people[self.people["adherence"].notna()]
        if known.empty:
            return "Nobody who was planned has a log."
        kept = known["kept_min"].sum() / known["planned_min"].sum()
        work = known["planned_work_min"].sum()
        worked = f"{known['worked_min'].sum() / work:.1%}" if work > 0 else "unknown"
        return f"Adherence {kept:.1%}, conformance {worked}, over {len(known):,} days of people."


def adherence(
    shifts: pd.DataFrame,
    activities: pd.DataFrame,
    log: pd.DataFrame,
    states: States | None = None,
    *,
    until: datetime | None = None,
) -> Adherence:
    """Hold a log of states (table `STATE_LOG`) against the shifts and activities of a roster.

    Days are those of the shifts that begin on them, as far as they are over by `until`, and that the log
    reaches at all. A state is what `states` says, or the log's own column `kind`. A row without an end and
    without a duration lasts until the person's next. A person without any row on a day has no figures
    there: a missing log is not absence, and is remarked. Work logged outside a shift counts for the shift's
    day if it lies within that day or the shift.

    Raises `Refused` for a state that nobody says what it is, and for people whom the roster has not.

    Eight hours planned; an hour late, and an hour longer:

    >>> nine, ten, late, later = pd.to_datetime(
    ...     ["2024-05-06 09:00", "2024-05-06 10:00", "2024-05-06 17:00", "2024-05-06 18:00"]
    ... ).tz_localize("Europe/Paris")
    >>> shifts = pd.DataFrame({"person": ["Ann"], "start": nine, "end": late, "shift": "8h", "paid_h": 8.0})
    >>> plan = shifts[["person", "start", "end"]].assign(activity="work")
    >>> log = pd.DataFrame({"person": ["Ann"], "start": ten, "end": later, "state": "Ready"})
    >>> found = adherence(shifts, plan, log, States(states={"Ready": "work"}))
    >>> found.people[["adherence", "conformance"]].iloc[0].tolist()
    [0.875, 1.0]
    """
    shifts, activities = check(shifts, SHIFTS), check(activities, ACTIVITIES)
    zone = shifts["start"].dt.tz
    entries = _entries(check(log, STATE_LOG, zone=str(zone)), states or States(), until)
    for name in entries["person"].unique():
        if name not in set(shifts["person"]):
            raise Refused("log, person", f"{name!r} has no shift", nearest(name, shifts["person"].unique()))
    first, last = entries["start"].min(), entries["end"].max()
    due = shifts[(shifts["end"] > first) & (shifts["start"] < last)].reset_index(drop=True)
    if due.empty:
        raise Refused("log", f"it runs from {first} to {last}", "give the log of days with shifts")
    due = due.assign(day=first_instants(local_day(due["start"]), zone))
    planned, found = dict(list(activities.groupby("person"))), dict(list(entries.groupby("person")))
    rows, deviations = [], []
    for (person, day), of_day in due.groupby(["person", "day"]):
        plan = _plan(planned.get(person), of_day, until)
        if not plan:
            continue
        row, missed = _day_of(str(person), day, plan, _log_of(found.get(person), of_day, day, due))
        rows.append(row)
        deviations += missed
    if not rows:
        raise Refused("log", "no shift is under way by then", "give a later time")
    people = check(pd.DataFrame(rows), ADHERENCE)
    unknown = people["adherence"].isna().sum()
    if unknown:
        text = f"{unknown} of {len(people)} days of people have no log: left empty, for missing is not absent"
        warnings.warn(text, Remark, stacklevel=2)
    return Adherence(people, _ranked(deviations))


def _entries(log: pd.DataFrame, states: States, until: datetime | None) -> pd.DataFrame:
    """Return the log with an end and a kind for each row, none running into the person's next."""
    log = log.sort_values(["person", "start"], ignore_index=True)
    following = log.groupby("person")["start"].shift(-1)
    end = log["end"] if "end" in log else pd.Series(pd.NaT, log.index, dtype=log["start"].dtype)
    if "duration" in log:
        end = end.fillna(log["start"] + pd.to_timedelta(_seconds(log["duration"]), unit="s"))
    end = end.fillna(following)
    if until is not None:
        end = end.fillna(pd.Timestamp(until).tz_convert(log["start"].dt.tz))
    open_ends, runs_on = int(end.isna().sum()), int((end > following).sum())
    if open_ends:
        warnings.warn(f"log: {open_ends} last rows without an end are left out", Remark, stacklevel=3)
    if runs_on:
        text = f"log: {runs_on} rows run into the next of the same person, and are cut there"
        warnings.warn(text, Remark, stacklevel=3)
    end = end.where(~(end > following), following)
    backwards = end < log["start"]
    if backwards.any():
        row = log[backwards].iloc[0]
        raise Refused(f"log, {row['person']}, {row['start']}", "it ends before it starts", "see its end")
    kept = log.assign(end=end, kind=_kinds(log, states))
    return kept[kept["end"] > kept["start"]]


def _kinds(log: pd.DataFrame, states: States) -> pd.Series:
    kind = log["state"].map(states.states).astype(object)
    if "kind" in log:
        kind = kind.where(kind.notna(), log["kind"])
    for name, said in zip(log["state"], kind, strict=True):
        if pd.isna(said):
            do = f'say it in [states], as in {name!r} = "work", or in a column kind'
            raise Refused("log, state", f"nobody says what {name!r} is", do)
        if said not in KINDS:
            raise Refused(f"log, state {name}", f"found kind {said!r}", nearest(str(said), KINDS))
    return kind


def _seconds(texts: pd.Series) -> pd.Series:
    """Return durations written as 240, 4:00 or 00:04:00 in seconds."""

    def one(text: object) -> float:
        if pd.isna(text) or str(text).strip() == "":
            return np.nan
        parts = str(text).strip().split(":")
        try:
            numbers = [float(part) for part in parts]
        except ValueError:
            numbers = []
        if not 1 <= len(numbers) <= 3 or min(numbers) < 0 or any(number >= 60 for number in numbers[1:]):
            raise Refused("log, column duration", f"found {text!r}", "write 240, 4:00 or 00:04:00")
        return sum(number * 60**place for place, number in enumerate(reversed(numbers)))

    return texts.map(one).astype(float)


def _plan(activities: pd.DataFrame | None, shifts: pd.DataFrame, until: datetime | None) -> Spans:
    """Return what was planned inside shifts, so far as it is over; a shift without activities is work."""
    spans: Spans = []
    for shift in shifts.to_dict("records"):
        own: Spans = []
        if activities is not None:
            inside = activities[(activities["start"] >= shift["start"]) & (activities["end"] <= shift["end"])]
            own = list(zip(inside["start"], inside["end"], inside["activity"], strict=True))
        spans += own or [(shift["start"], shift["end"], "work")]
    cut = [
        (start, end if until is None else min(end, pd.Timestamp(until)), what) for start, end, what in spans
    ]
    return [(start, end, _PLANNED[what]) for start, end, what in cut if what in _PLANNED and start < end]


def _log_of(
    entries: pd.DataFrame | None, shifts: pd.DataFrame, day: pd.Timestamp, every: pd.DataFrame
) -> Spans:
    """Return what a person did on the day, or during the shifts that begin on it.

    The end of a night shift that began the day before belongs to that day.
    """
    if entries is None:
        return []
    earlier = every[(every["person"] == shifts["person"].iloc[0]) & (every["start"] < day)]
    begin = max([day, *earlier["end"].tail(1)])
    end = max((day + pd.Timedelta(hours=36)).normalize(), shifts["end"].max())
    own = entries[(entries["end"] > begin) & (entries["start"] < end)]
    return [
        (max(start, begin), min(stop, end), kind)
        for start, stop, kind in zip(own["start"], own["end"], own["kind"], strict=True)
    ]


def _day_of(person: str, day: pd.Timestamp, plan: Spans, log: Spans) -> tuple[dict, list[dict]]:
    """Return a person's figures of one day, and the stretches in which another state was found."""
    row: dict = {"person": person, "start": day, "planned_min": _minutes(plan)}
    row["planned_work_min"] = _minutes(span for span in plan if span[2] in ("work", "training"))
    row |= dict.fromkeys(("kept_min", "adherence", "worked_min", "conformance"), np.nan)
    if not log:
        return row, []
    missed = list(_deviations(plan, log))
    row["kept_min"] = row["planned_min"] - _minutes((start, end, "") for start, end, *_ in missed)
    row["adherence"] = min(max(row["kept_min"] / row["planned_min"], 0.0), 1.0)
    row["worked_min"] = _minutes(span for span in log if span[2] in ("work", "training"))
    if row["planned_work_min"] > 0:
        row["conformance"] = row["worked_min"] / row["planned_work_min"]
    names = ("start", "end", "planned", "found")
    return row, [{"person": person, **dict(zip(names, stretch, strict=True))} for stretch in missed]


def _minutes(spans: Iterable[tuple[pd.Timestamp, pd.Timestamp, str]]) -> float:
    return sum((end - start) / pd.Timedelta(minutes=1) for start, end, _ in spans)


def _deviations(plan: Spans, log: Spans) -> Iterable[tuple[pd.Timestamp, pd.Timestamp, str, str]]:
    """Yield the stretches of the plan in which the log says something else; no row there is off."""
    for begin, end, planned in plan:
        inside = [(max(start, begin), min(stop, end), kind) for start, stop, kind in log]
        at = begin
        found: list[tuple[pd.Timestamp, pd.Timestamp, str]] = []
        for start, stop, kind in (span for span in inside if span[0] < span[1]):
            if start > at:
                found.append((at, start, "off"))
            found.append((start, stop, kind))
            at = stop
        if at < end:
            found.append((at, end, "off"))
        yield from ((start, stop, planned, kind) for start, stop, kind in _joined(found) if kind != planned)


def _joined(spans: Spans) -> Spans:
    """Return spans in order, those of one kind that touch as one."""
    joined: Spans = []
    for start, end, kind in spans:
        if joined and joined[-1][1] == start and joined[-1][2] == kind:
            joined[-1] = (joined[-1][0], end, kind)
        else:
            joined.append((start, end, kind))
    return joined


def _ranked(deviations: Sequence[Mapping]) -> pd.DataFrame:
    if not deviations:
        return pd.DataFrame(columns=DEVIATIONS.names())
    rows = pd.DataFrame(deviations)
    rows["minutes_off"] = (rows["end"] - rows["start"]) / pd.Timedelta(minutes=1)
    rows = rows.sort_values(["minutes_off", "start", "person"], ascending=[False, True, True], kind="stable")
    return check(rows.assign(rank=np.arange(1, len(rows) + 1)), DEVIATIONS)
