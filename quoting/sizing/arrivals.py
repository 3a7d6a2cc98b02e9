"""When calls come to a client in a typical week, by interval, before anything is done to them.

A typical week is one of the mean month, before growth; a month has 365 / 84 weeks, a year 365 / 7. Of a
week only the open intervals are looked at. Calls that come outside them are lost, or are among the open
ones already, as `traffic.within` says.
"""

from dataclasses import dataclass

import numpy as np

from callplan.errors import Refused
from callplan.hours import WEEKDAYS
from forecasting import Profile
from quoting.terms.terms import Terms
from quoting.terms.traffic import Traffic

WEEKS_A_MONTH, WEEKS_A_YEAR = 365 / 84, 365 / 7


@dataclass(frozen=True, eq=False)
class Arrivals:
    """Calls of a typical week by open interval, arrays of one length; no factor of the workload is in."""

    weekday: np.ndarray
    minute: np.ndarray
    """Left edges, in minutes after midnight."""
    minutes: int
    calls: np.ndarray
    aht_s: float
    days: int
    """Open days of the week."""
    day_calls: float
    """Calls of the mean open day, those outside the opening hours counted where the figure counts them."""
    lost: float = 0.0
    """The share of calls that come outside the opening hours."""

    def of_hour(self) -> np.ndarray:
        """Return the calls of each hour of the clock on the mean open day: 24 numbers."""
        return np.bincount(self.minute // 60, self.calls, minlength=24) / self.days

    @property
    def busy_hour_factor(self) -> float:
        """The share of the mean open day's calls that come in its busiest open hour."""
        return float(self.of_hour().max() / self.day_calls)


def arrivals(terms: Terms) -> Arrivals:
    """Return the calls of a typical week, from the client's figure, from its history or from the funnel.

    Raises `Refused` where opening hours lie off the grid of intervals, or no call comes in them.
    """
    traffic, is_open = terms.traffic, opening(terms)
    if terms.direction.way == "outbound":
        return _of_records(terms, is_open)
    if traffic.history:
        return _seen(terms, is_open)
    share, of_days, days = _shares(traffic, is_open)
    total = week_figure(traffic, days)
    aht_s = float(traffic.aht_s or np.nan)
    return _of_week(traffic, is_open, total * share, aht_s, days, total * of_days / days, 1 - share.sum())


def _of_records(terms: Terms, is_open: np.ndarray) -> Arrivals:
    """Return the records to call, spread evenly over the open hours; each takes all its attempts."""
    # Here, for it counts weeks as this module does.
    from quoting.outbound import outbound_plan

    plan = outbound_plan(terms)
    week, days = plan.records / WEEKS_A_MONTH, int(is_open.any(axis=1).sum())
    record_s = plan.hours * 3600 / plan.records * (terms.standard.target.occupancy or 1.0)
    return _of_week(terms.traffic, is_open, is_open * (week / is_open.sum()), record_s, days, week / days)


def _seen(terms: Terms, is_open: np.ndarray) -> Arrivals:
    """Return what the history shows of the open intervals; a handling time that is given stands."""
    # Here, for a figure needs no forecast.
    from quoting.sizing.measured import measured

    seen = measured(terms)
    inside = np.where(is_open, seen.calls, 0.0)
    _refuse_silence(inside, "the history")
    days = is_open.any(axis=1) & (seen.calls.sum(axis=1) > 0)
    lost = 1 - inside.sum() / seen.calls.sum()
    day_calls = seen.calls[days].sum() / days.sum()
    aht_s = terms.traffic.aht_s or seen.aht_s
    if np.isnan(aht_s):
        raise Refused("traffic.aht_s", "the history has no handling times", "give aht_s")
    return _of_week(terms.traffic, is_open, inside, aht_s, int(days.sum()), day_calls, lost)


def opening(terms: Terms) -> np.ndarray:
    """Return which intervals of a week are open: weekdays × intervals of the day, true or false."""
    minutes, hours = terms.traffic.minutes, terms.time_band.week.week
    is_open = np.zeros((7, 1440 // minutes), dtype=bool)
    for weekday, spans in enumerate(hours):
        for first, last in spans:
            off = next((edge for edge in (first, last) if edge % minutes), None)
            if off is not None:
                clock = f"{off // 60:02}:{off % 60:02}"
                found = f"{WEEKDAYS[weekday]} has {clock}, off intervals of {minutes} minutes"
                fits = next((length for length in (30, 15) if off % length == 0), None)
                do = f"set traffic.minutes = {fits}" if fits else "open and close at quarters of an hour"
                raise Refused("time_band.hours", found, do)
            is_open[weekday, first // minutes : last // minutes] = True
    return is_open


def week_figure(traffic: Traffic, open_days: int) -> float:
    """Return the client's figure as calls a week; a day's is that of the mean open day.

    >>> week_figure(Traffic(calls=600, per="day", within="open_hours", aht_s=240, profile="office"), 5)
    3000.0
    """
    weeks = {"day": 1 / open_days, "week": 1.0, "month": WEEKS_A_MONTH, "year": WEEKS_A_YEAR}
    return float(traffic.calls or 0.0) / weeks[traffic.per or "week"]


def profile_of(traffic: Traffic) -> Profile:
    """Return the profile: the shares given, or one of the library, with its own weekdays where none are."""
    if isinstance(traffic.profile, str):
        named = Profile.named(traffic.profile, "traffic.profile")
        return named.replace(week=traffic.weekdays) if "weekdays" in traffic.model_fields_set else named
    return Profile(name="given", week=traffic.weekdays, days=(traffic.profile or (1.0,) * 24,))


def _shares(traffic: Traffic, is_open: np.ndarray) -> tuple[np.ndarray, float, int]:
    """Return each interval's share of the week's figure, that of all open days, and how many they are.

    A weekday without weight, or without calls on the clock, is closed.
    """
    cells = profile_of(traffic).cells(traffic.minutes)
    day = is_open.any(axis=1) & (cells.sum(axis=1) > 0)
    inside = np.where(is_open, cells, 0.0)
    _refuse_silence(
        inside, f"profile {traffic.profile}" if isinstance(traffic.profile, str) else "the profile"
    )
    if traffic.within == "all_hours":
        whole = cells[day].sum() if traffic.per == "day" else cells.sum()
        return inside / whole, float(cells[day].sum() / whole), int(day.sum())
    silent = day & (inside.sum(axis=1) == 0)
    if silent.any():
        found = f"the profile has no calls in the hours of {WEEKDAYS[silent.argmax()]}"
        raise Refused("traffic.profile", found, "choose another profile, or see time_band.hours")
    # A day's calls come in its open hours.
    kept = np.divide(cells.sum(axis=1), inside.sum(axis=1), out=np.zeros(7), where=day)
    share = inside * kept[:, None]
    return share / share.sum(), 1.0, int(day.sum())


def _refuse_silence(inside: np.ndarray, what: str) -> None:
    if inside.sum() == 0:
        raise Refused("time_band.hours", f"{what} has no calls in them", "see the hours and the profile")


def _of_week(
    traffic: Traffic,
    is_open: np.ndarray,
    calls: np.ndarray,
    aht_s: float,
    days: int,
    day_calls: float,
    lost: float = 0.0,
) -> Arrivals:
    weekday, place = np.nonzero(is_open)
    times = (weekday, place * traffic.minutes, traffic.minutes)
    return Arrivals(*times, calls[is_open], aht_s, days, float(day_calls), float(lost))
