"""Today: the rest of the day forecast anew, staffed, held against who is there, and what could be done."""

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

import forecasting
from callplan.errors import Refused, Remark
from callplan.intervals import local_day
from callplan.tables import COVERAGE, FORECAST, HISTORY, REQUIREMENT, TODAY, check
from planning.rosters import Roster
from planning.site import Site
from planning.steps import as_staffed, staff_site
from planning.today.breaks import break_moves
from planning.today.callers import callbacks, message
from planning.today.day import COUNTED, OVER, TO_COME, QueueDay, counted_levels, refuse_without_goal
from planning.today.measures import Measures
from planning.today.presence import heads_at_work, work_of
from planning.today.ranking import in_words, ranked
from planning.today.staff import head_changes, staff_offers


@dataclass(frozen=True, eq=False)
class Intraday:
    """A day so far and to come (`TODAY`), what could be done (`SUGGESTIONS`), and both in words."""

    now: pd.Timestamp
    intervals: pd.DataFrame
    suggestions: pd.DataFrame
    forecast: pd.DataFrame = field(repr=False)
    summary: tuple[str, ...] = ()


def intraday(
    forecast: pd.DataFrame,
    today: pd.DataFrame,
    site: Site,
    *,
    now: datetime | str,
    roster: Roster | None = None,
    coverage: pd.DataFrame | None = None,
    requirement: pd.DataFrame | None = None,
    measures: Measures | None = None,
) -> Intraday:
    """Return where the rest of a day is short or spare, and what a supervisor could do about it.

    `forecast` is the morning's, `today` (table `HISTORY`, perhaps empty) what came, and `now` an instant,
    or a time by the forecast's clock: as `forecasting.update` has them, which forecasts the rest. Who is
    there a roster says, or a `coverage`, or else a `requirement` taken for met. Goals, callers and shrinkage
    are those that the requirement was made with, the roster's own if none is given, or else the site's.

    The day's service level is the mean over its calls: of intervals that are over as their answers were
    counted, where they were by the goal's own threshold; elsewhere as expected with the heads present
    (`planning.expected_service`). Each suggestion is weighed by itself. With a roster people are named:
    breaks move inside their windows, overtime, extra shifts and time off are those of `scheduling.offers`.

    Raises `Refused` where nobody is said to be there, or as `forecasting.update` does.

    A morning with more calls than forecast, and what one head more from 10 o'clock on would do:

    >>> site = Site.from_dict({"zone": "Europe/Paris", "minutes": 60, "queues": {"sales": {
    ...     "service_level": 0.8, "within_s": 20, "shrinkage": 0.3, "aht_s": 240}}}, "site.toml")
    >>> start = pd.date_range("2024-05-06 09:00", periods=3, freq="h", tz="Europe/Paris")
    >>> morning = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "model": "auto",
    ...     "cutoff": start[0], "calls": 200.0, "calls_lo": 165.0, "calls_hi": 236.0, "level": 0.8,
    ...     "aht_s": 240.0})
    >>> today = pd.DataFrame({"queue": "sales", "start": start[:1], "minutes": 60, "offered": [220.0]})
    >>> found = intraday(morning, today, site, now="2024-05-06 10:00", requirement=staff_site(morning, site))
    >>> found.intervals[["calls", "needed", "present", "state"]].round(1)
       calls  needed  present    state
    0  220.0    28.0     25.0     over
    1  213.0    26.0     25.0  to come
    2  211.5    26.0     25.0  to come
    >>> found.suggestions[["kind", "hours", "before", "after"]].round(3)
           kind  hours  before  after
    0  overtime    2.0   0.744  0.789
    """
    site = Site.expect(site, "site")
    forecast = check(forecast, FORECAST, zone=site.zone)
    rest = forecasting.update(forecast, today, now)
    at = rest["cutoff"].iloc[0]
    measures, needed = measures or Measures(), requirement
    if needed is None and roster is not None:
        needed = roster.requirement[roster.requirement["queue"].isin(forecast["queue"])]
    staffed = site if needed is None else as_staffed(site, check(needed, REQUIREMENT, zone=site.zone))
    rows = _rows(forecast, rest, today, at, staffed)
    rows = _with_need(rows, rest, staffed)
    rows["present"] = _present(rows, roster, coverage, needed)
    days = {str(name): _day(str(name), of, staffed, today, at) for name, of in rows.groupby("queue")}
    intervals = pd.concat([_table(day) for day in days.values()])
    ideas = [row for day in days.values() for row in _about_calls(day, measures)]
    if roster is not None:
        ideas += _of_people(roster, days, at, measures)
    else:
        ideas += [row for day in days.values() for row in _of_anybody(day, site)]
    suggestions = ranked(ideas, measures.most)
    return Intraday(at, check(intervals, TODAY), suggestions, rest, tuple(in_words(days, at, suggestions)))


def _rows(
    forecast: pd.DataFrame, rest: pd.DataFrame, today: pd.DataFrame, at: pd.Timestamp, site: Site
) -> pd.DataFrame:
    """Return the day's intervals with the morning's calls, what came, and what is expected now."""
    key = ["queue", "start"]
    rows = forecast[local_day(forecast["start"]) == at.tz_localize(None).normalize()]
    rows = rows[[*key, "minutes", "calls", "aht_s"]].rename(columns={"calls": "morning"})
    rows = rows.merge(rest[[*key, "calls", "calls_lo", "calls_hi"]], on=key, how="left")
    rows["came"] = np.nan
    ends = rows["start"] + pd.to_timedelta(rows["minutes"], unit="min")
    over = ends <= at
    if len(today):
        came = check(today, HISTORY, "today", zone=site.zone)[[*key, "offered"]]
        rows["came"] = rows.merge(came, on=key, how="left")["offered"].where(over)
    stated = rows["queue"].map({name: queue.aht_s for name, queue in site.queues.items()}).astype(float)
    rows["aht_s"] = rows["aht_s"].fillna(stated)
    # Missing is not zero: of what nobody counted the morning's forecast is the best there is.
    rows["calls"] = rows["came"].fillna(rows["morning"]).where(over, rows["calls"])
    return rows.assign(state=np.where(over, OVER, TO_COME))


def _with_need(rows: pd.DataFrame, rest: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Add the heads that the calls need: those to come in the light of the calls just before them."""
    first = rest[["model", "cutoff", "level"]].iloc[0].to_dict()
    table = rows.drop(columns=["morning", "came", "state"]).assign(**first)
    # Of what is over the count is known: its band is nothing.
    table = table.assign(
        calls_lo=table["calls_lo"].fillna(table["calls"]), calls_hi=table["calls_hi"].fillna(table["calls"])
    )
    required = staff_site(table, site)[["queue", "start", "rostered"]]
    return rows.merge(required.rename(columns={"rostered": "needed"}), on=["queue", "start"])


def _present(
    rows: pd.DataFrame, roster: Roster | None, coverage: pd.DataFrame | None, needed: pd.DataFrame | None
) -> np.ndarray:
    """Return the heads at work in each interval, or refuse where nobody says who is there."""
    if roster is not None:
        spans = work_of(roster.schedule.activities)
        parts = [
            pd.Series(heads_at_work(spans, str(name), of["start"], of["minutes"]), of.index)
            for name, of in rows.groupby("queue")
        ]
        heads, source = pd.concat(parts).reindex(rows.index), "roster"
        if not heads.any():
            raise Refused("roster", f"nobody works on {rows['start'].iloc[0]:%Y-%m-%d}", "give that day's")
    elif coverage is not None:
        table, source = check(coverage, COVERAGE, zone=str(rows["start"].dt.tz)), "coverage"
        heads = rows.merge(table[["queue", "start", "staffed"]], on=["queue", "start"], how="left")["staffed"]
    elif needed is not None:
        table, source = needed, "requirement"
        heads = rows.merge(table[["queue", "start", "rostered"]], on=["queue", "start"], how="left")[
            "rostered"
        ]
    else:
        raise Refused("who is there", "neither roster, coverage nor requirement", "give one of them")
    if heads.isna().all():
        raise Refused(source, f"it has no interval of {rows['start'].iloc[0]:%Y-%m-%d}", "give that day's")
    if heads.isna().any():
        text = f"{source}: nobody is said to be there in {heads.isna().sum()} intervals; taken for nobody"
        warnings.warn(text, Remark, stacklevel=3)
    return heads.fillna(0.0).to_numpy(float)


def _day(name: str, rows: pd.DataFrame, site: Site, today: pd.DataFrame, at: pd.Timestamp) -> QueueDay:
    queue = site.queue(name)
    refuse_without_goal(name, queue)
    rows = rows.reset_index(drop=True)
    counted = pd.Series(np.nan, rows.index)
    own = today[today["queue"] == name] if len(today) else today
    if len(own):
        levels = own[["start"]].assign(counted=counted_levels(own, queue, name).to_numpy())
        counted = rows.merge(levels, on="start", how="left")["counted"].where(rows["state"] == OVER)
    state = rows["state"].mask(counted.notna(), COUNTED)
    floor = site.shifts.queue(name).heads_at_least or 0
    return QueueDay(name, queue, rows.assign(counted=counted, state=state, floor=floor), at)


def _table(day: QueueDay) -> pd.DataFrame:
    gap = day.rows["present"] - day.rows["needed"]
    return day.rows.assign(
        queue=day.name,
        short=np.maximum(-gap, 0.0) + 0.0,
        spare=np.maximum(gap, 0.0),
        service_level=day.levels(),
    )[TODAY.names()]


def _about_calls(day: QueueDay, measures: Measures) -> Iterator[dict[str, Any]]:
    before = day.level()
    for row, after in (*callbacks(day, measures), *message(day, measures)):
        yield {**row, "queue": day.name, "before": before, "after": after, "goal": day.queue.service_level}


def _of_anybody(day: QueueDay, site: Site) -> Iterator[dict[str, Any]]:
    found = list(head_changes(day, site.shifts))
    before = day.level()
    for (row, _), gain in zip(found, day.gains([change for _, change in found]), strict=True):
        heads = abs(row.pop("heads"))
        people = "1 head" if heads == 1 else f"{heads} heads"
        verb = f"{people} more" if row["kind"] == "overtime" else f"send {people} home"
        what = f"{verb} from {row['start']:%H:%M} to {row['end']:%H:%M}"
        said = {"queue": day.name, "what": what, "calls": 0.0, "goal": day.queue.service_level}
        yield {**row, **said, "before": before, "after": before + gain}


def _of_people(
    roster: Roster, days: Mapping[str, QueueDay], at: pd.Timestamp, measures: Measures
) -> list[dict[str, Any]]:
    """Return what could be asked of the people of a roster: breaks, overtime, extra shifts, time off."""
    rows, changes = [], []
    for move in break_moves(roster, days, at):
        what = f"{move.person}: {move.kind} at {move.to:%H:%M} instead of {move.begin:%H:%M}"
        until = max(move.end, move.to + (move.end - move.begin))
        rows.append(
            {
                "kind": "move a break",
                "person": move.person,
                "start": min(move.begin, move.to),
                "end": until,
                "what": what,
                "hours": 0.0,
                "cost": 0.0,
            }
        )
        changes.append(move.change)
    for offer, change in staff_offers(roster, days, at, measures.most):
        span = f"{offer['start']:%H:%M} to {offer['end']:%H:%M}"
        row = {name: offer[name] for name in ("kind", "person", "start", "end", "hours", "cost")}
        serves = f" for {offer['serves']}" if offer["serves"] else ""
        rows.append({**row, "what": f"{offer['person']}: {offer['kind']}{serves} from {span}"})
        changes.append(change)
    return _weighed(rows, changes, days)


def _weighed(
    rows: list[dict[str, Any]], changes: list[Mapping[str, np.ndarray]], days: Mapping[str, QueueDay]
) -> list[dict[str, Any]]:
    """Give each row the queue it does most for or to, and that queue's service level before and after."""
    if not rows:
        return []
    gains = np.array([day.gains([change[name] for change in changes]) for name, day in days.items()])
    calls = np.array([day.calls.sum() for day in days.values()])
    before, names = np.array([day.level() for day in days.values()]), list(days)
    goals = [day.queue.service_level or 0.0 for day in days.values()]
    result = []
    for row, gain in zip(rows, gains.T, strict=True):
        answered, after = gain * calls, before + gain
        # Time off has no queue that it takes from miss its goal; nothing else takes more than it gives.
        fits = (after >= goals)[gain < 0].all() if row["kind"] == "time off" else answered.sum() > 0
        if not fits:
            continue
        queue = int(np.abs(answered).argmax())
        said = {"queue": names[queue], "calls": 0.0, "goal": goals[queue]}
        others = _others(names, before, after, queue)
        what = row["what"] + "".join(f"; also {text}" for text in others)
        result.append({**row, **said, "what": what, "before": before[queue], "after": after[queue]})
    return result


def _others(names: list[str], before: np.ndarray, after: np.ndarray, queue: int) -> Iterator[str]:
    """Yield the other queues whose service level changes by as much as is printed."""
    for place, name in enumerate(names):
        was, then = f"{before[place]:.1%}", f"{after[place]:.1%}"
        if place != queue and was != then:
            yield f"{name} {was} to {then}"
