"""More heads, or fewer: overtime, extra shifts and time off, of named people or of anybody."""

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from callplan.hours import WEEKDAYS
from callplan.intervals import local_day
from planning.rosters import Roster
from planning.today.day import QueueDay
from planning.today.presence import Span, heads_at_work, time_of, without, work_of
from scheduling import offers, take
from scheduling.clock import DAY_MIN
from scheduling.entries import window
from scheduling.people import crew, horizon
from scheduling.rules import Rules

_SAME = 1e-6
_KINDS = ("overtime", "extra shift", "time off")
# Nobody is asked in for less, or sent home for less.
_LEAST_H = 1.0


def staff_offers(
    roster: Roster, days: Mapping[str, QueueDay], now: pd.Timestamp, most: int
) -> Iterator[tuple[dict[str, Any], dict[str, np.ndarray]]]:
    """Yield the offers of the rest of the day, at most so many of a kind, with their change of heads.

    They are those of `scheduling.offers` against the need as it is now, so none breaks a hard rule; what
    is over has what it had. Who is off today is offered shifts that begin from now on alone. The change is
    that of the person asked: all others serve the queues they serve. Work that is more is for the queue
    whose shortage it mends most, or else in which most calls are answered in time: `serves` in the row.
    """
    today = now.tz_localize(None).normalize()
    week, previous = _week_of(roster, today)
    demand = _demand(days, week)
    people = _from_now(roster, week, now)
    given = (demand, roster.site.shifts, people)
    found = offers(week, today, *given, previous=previous)
    # Nobody is sent home from a day that misses its goal as it is.
    spare = any(day.level() >= (day.queue.service_level or 0.0) for day in days.values())
    found = found[(found["start"] >= now) & found["kind"].isin(_KINDS if spare else _KINDS[:2])]
    everyone = crew(people, roster.site.shifts, queues=sorted(set(demand["queue"])), days=horizon(demand))
    skills = {person.name: [name for name in days if name in person.skills] for person in everyone}
    for kind, rows in found.groupby("kind"):
        for offer in rows.head(most).to_dict("records"):
            taken = take(week, offer, *given, previous=previous)
            was, then = (_work(table.activities, offer["person"]) for table in (week, taken))
            (had, more), (lost, less) = (_from(now, without(*pair)) for pair in ((then, was), (was, then)))
            # A break that is over can be had neither again nor later.
            if had != lost:
                continue
            serves = None if kind == "time off" else _best_of(skills[offer["person"]], more, days)
            more = [(begin, end, serves or queue) for begin, end, queue in more]
            change = {name: _heads(more, day) - _heads(less, day) for name, day in days.items()}
            # Who serves none of the queues looked at changes nothing.
            if any(heads.any() for heads in change.values()):
                yield {**offer, "serves": serves}, change


def _heads(spans: list[Span], day: QueueDay) -> np.ndarray:
    return heads_at_work(spans, day.name, day.starts, day.rows["minutes"])


def _best_of(queues: list[str], more: list[Span], days: Mapping[str, QueueDay]) -> str | None:
    """Return the queue in which more work mends most shortage, or else has most calls answered in time."""

    def does(name: str) -> tuple[float, float]:
        day = days[name]
        heads = _heads([(begin, end, name) for begin, end, _ in more], day)
        short = np.maximum(day.rows["needed"] - day.present, 0.0) * day.ahead
        mended = np.minimum(heads, short) @ day.rows["minutes"]
        return round(float(mended), 6), float(day.gains([heads])[0] * day.calls.sum())

    return max(queues, key=does, default=None)


def _work(activities: pd.DataFrame, person: str) -> list[Span]:
    return work_of(activities[activities["person"] == person])


def _from(now: pd.Timestamp, spans: list[Span]) -> tuple[pd.Timedelta, list[Span]]:
    """Return how long spans are before now, and what comes after."""
    ahead = [(max(begin, now), end, queue) for begin, end, queue in spans if end > now]
    return time_of(spans) - time_of(ahead), ahead


def _week_of(roster: Roster, today: pd.Timestamp) -> tuple[SimpleNamespace, pd.DataFrame | None]:
    """Return the roster's tables of the week of today, and the shifts of the weeks before."""
    monday = today - pd.Timedelta(days=today.day_of_week)

    def inside(table: pd.DataFrame) -> pd.Series:
        return local_day(table["start"]).between(monday, monday + pd.Timedelta(days=6))

    shifts, activities = roster.schedule.shifts, roster.schedule.activities
    earlier = [shifts[local_day(shifts["start"]) < monday], roster.previous]
    before = [table for table in earlier if table is not None and len(table)]
    # What is done in the first hours of Monday belongs to a shift of the week before.
    of_week = activities[inside(activities)]
    week = SimpleNamespace(
        shifts=shifts[inside(shifts)].reset_index(drop=True),
        activities=of_week.reset_index(drop=True),
        requirement=roster.requirement[inside(roster.requirement)],
    )
    return week, pd.concat(before, ignore_index=True) if before else None


def _demand(days: Mapping[str, QueueDay], week: SimpleNamespace) -> pd.DataFrame:
    """Return the week's need: of today that of now, and of what is over what was there."""
    columns = ["queue", "start", "minutes", "rostered"]
    parts = [
        day.rows[["start", "minutes"]].assign(
            queue=name, rostered=np.where(day.ahead, day.rows["needed"], day.present)
        )
        for name, day in days.items()
    ]
    now = pd.concat(parts)[columns]
    old = week.requirement[columns]
    others = old.merge(now[["queue", "start"]], on=["queue", "start"], how="left", indicator=True)
    return pd.concat([old[(others["_merge"] == "left_only").to_numpy()], now], ignore_index=True)


def _from_now(roster: Roster, week: SimpleNamespace, now: pd.Timestamp) -> pd.DataFrame:
    """Return the people, those who are off today available from now on alone."""
    today, people = now.tz_localize(None).normalize(), roster.people.copy()
    on_shift = set(week.shifts.loc[local_day(week.shifts["start"]) == today, "person"])
    weekday = WEEKDAYS[today.day_of_week]
    own = people[weekday] if weekday in people else pd.Series(None, people.index, dtype=object)
    general = people["available"] if "available" in people else pd.Series(None, people.index, dtype=object)
    stated = own.astype(object).where(own.notna(), general.astype(object))
    minute = now.hour * 60 + now.minute + (now.second > 0)
    people[weekday] = [
        text if person in on_shift else _later(None if pd.isna(text) else text, minute)
        for person, text in zip(people["person"], stated, strict=True)
    ]
    return people


def _later(text: str | None, minute: int) -> str:
    """Return when somebody is available from a minute of the day on."""
    spans = window(text or "any")
    if spans is None or max(spans[0], minute) >= spans[1]:
        return "off"
    first = max(spans[0], minute)
    last = min(spans[1], first + DAY_MIN) % DAY_MIN
    return f"{first // 60:02}:{first % 60:02}-{last // 60:02}:{last % 60:02}"


def head_changes(day: QueueDay, rules: Rules) -> Iterator[tuple[dict[str, Any], np.ndarray]]:
    """Yield what could be asked of anybody, where no roster says who is there.

    More heads for each stretch that is short, as many as it is short of on average, at least one; fewer for
    each stretch of an hour or more with a head to spare all the time.
    """
    gap = (day.present - day.rows["needed"].to_numpy(float)) * day.ahead
    for kind, here in (("overtime", gap < -_SAME), ("time off", (gap >= 1 - _SAME) & day.ahead)):
        for first, last in _stretches(here, day):
            start, end = max(day.starts.iloc[first], day.now), day.ends.iloc[last - 1]
            share = day.overlap(start, end)
            hours = (share * day.rows["minutes"].to_numpy() / 60)[first:last]
            if kind == "time off":
                heads = -int(np.floor(gap[first:last].min() + _SAME))
            else:
                heads = max(1, round(float(-gap[first:last] @ hours / hours.sum())))
            if hours.sum() < _LEAST_H and kind == "time off":
                continue
            beyond = rules.overtime_surcharge if heads > 0 and rules.overtime_from_h is not None else 0.0
            paid_h = float(heads * hours.sum())
            offer = {
                "person": None,
                "kind": kind,
                "start": start,
                "end": end,
                "hours": paid_h,
                "cost": paid_h * rules.cost_per_h * (1 + beyond),
                "heads": heads,
            }
            yield offer, heads * share


def _stretches(here: np.ndarray, day: QueueDay) -> Iterator[tuple[int, int]]:
    """Yield the runs of intervals that touch, first and one after the last."""
    touches = np.append(False, (day.starts.to_numpy()[1:] == day.ends.to_numpy()[:-1]))
    first: int | None = None
    for place in range(len(here) + 1):
        inside = place < len(here) and bool(here[place])
        if first is not None and (not inside or not touches[place]):
            yield first, place
            first = None
        if inside and first is None:
            first = place
