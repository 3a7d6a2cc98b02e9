"""The client's estimate: a figure without history, spread over days and intervals, then taught by calls."""

import warnings
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, field_validator, model_validator

from callplan import arguments
from callplan.errors import Refused, Remark
from callplan.hours import OpeningHours
from callplan.intervals import first_instants, grid, local_day, minute_of_day, named_zone, one_grid
from callplan.settings import Settings
from callplan.tables import FORECAST, HISTORY, check
from forecasting.accuracy.levels import local_period
from forecasting.calendar.calendar import Calendar
from forecasting.doubt.counts import quantile
from forecasting.estimate.arrivals import Profile, profiles
from forecasting.estimate.posterior import WEEK_SD, posterior_figure, posterior_week

MODEL = "estimate"


class Estimate(Settings):
    """What a client says will come to a queue: one of `calls_per_month`, `_week` and `_day`.

    A month's figure is what comes in a calendar month, however many days it has. A week's is that of a
    week without holidays, a day's its mean open day: there a holiday's calls are lost.
    `doubt` is one standard deviation of the figure, as a share of it, `profile_doubt` that of an
    interval's share under the profile: a name of `profiles()`, or what `profile_of` measures elsewhere.
    `holiday` is what a public holiday has of its weekday's calls (default: as the profile says), where
    0 is closed. `aht_s` is in seconds.

    >>> Estimate(queue="sales", calls_per_month=60_000, profile="office").figure
    (60000.0, 'month')
    """

    queue: str
    calls_per_month: float | None = Field(None, gt=0)
    calls_per_week: float | None = Field(None, gt=0)
    calls_per_day: float | None = Field(None, gt=0)
    profile: Profile
    doubt: float = Field(0.2, gt=0, le=2)
    profile_doubt: float = Field(0.3, gt=0, le=2)
    holiday: float | None = Field(None, ge=0, le=3)
    minutes: Literal[15, 30, 60] = 30
    aht_s: float | None = Field(None, gt=0)

    @field_validator("profile", mode="before")
    @classmethod
    def _by_name(cls, profile: Any) -> Any:
        return Profile.named(profile, "") if isinstance(profile, str) else profile

    @model_validator(mode="after")
    def _one_figure(self) -> Self:
        given = [span for span in ("month", "week", "day") if getattr(self, f"calls_per_{span}") is not None]
        if len(given) != 1:
            found = " and ".join(f"calls_per_{span}" for span in given) or "no figure"
            raise Refused("", f"found {found}", "give one of calls_per_month, calls_per_week, calls_per_day")
        return self

    @property
    def figure(self) -> tuple[float, str]:
        """Return the calls, and the span they are of: month, week or day."""
        spans = {"month": self.calls_per_month, "week": self.calls_per_week, "day": self.calls_per_day}
        return next((calls, span) for span, calls in spans.items() if calls is not None)


@dataclass(frozen=True)
class _Belief:
    """What is held of a queue: its figure, and each time's share of a week, with relative variances."""

    figure: float
    figure_variance: float
    week: np.ndarray
    share_variance: float
    weeks: int = 0
    """Weeks of calls it has been taught by."""

    def over_dispersion(self) -> float:
        """Return φ of a count's variance mean + φ mean²: the figure, the week and the share vary apart."""
        return (1 + self.figure_variance) * (1 + self.share_variance) * (1 + WEEK_SD**2) - 1


def spread(
    estimate: Estimate,
    start: date | str,
    days: int,
    *,
    zone: str,
    calendar: Calendar | None = None,
    history: pd.DataFrame | None = None,
    level: float = 0.8,
) -> pd.DataFrame:
    """Return an estimate as a forecast (table `FORECAST`, model `estimate`) of `days` local days.

    Weekdays share a figure by the profile, and a day's calls come in its open hours: the calendar's, or
    for want of them those in which the profile has calls. A month's open intervals add up to its figure.

    With the `history` that has arrived before `start` the figure is the posterior mean of a gamma prior
    under weekly totals, the profile that of a Dirichlet prior under the counts (`forecasting.posterior`);
    public holidays teach neither. A week's total is taken to vary by 5% beyond chance, an interval's
    share by 10%. All weeks count alike: after some two months `forecast` follows changes better. The
    cutoff is the end of the history, without one the start. Handling times stay the client's.

    The band is negative binomial, with the doubt that is left of the figure, the week and the profile.

    Raises `Refused` where no interval is open, or the profile has no calls in the open hours of a day.

    >>> client = Estimate(queue="sales", calls_per_week=7000, profile="flat", minutes=60)
    >>> spread(client, "2024-05-06", 1, zone="Europe/Paris")["calls"].sum().round(6)
    np.float64(1000.0)
    """
    estimate = Estimate.expect(estimate, "estimate")
    calendar = Calendar.expect(calendar or Calendar(), "calendar")
    first = arguments.day("start", start)
    last = first + timedelta(days=arguments.whole("days", days, 1) - 1)
    if not 0 < level < 1:
        raise Refused("level", f"found {level:g}", "a share between 0 and 1: 80% is 0.8")
    week = _within_hours(estimate, calendar.hours)
    belief = _Belief(estimate.figure[0], estimate.doubt**2, week, estimate.profile_doubt**2)
    cutoff = first_instants(pd.Series(pd.DatetimeIndex([first])), named_zone(zone)).iloc[0]
    if history is not None:
        rows = _arrived(check(history, HISTORY, zone=zone), estimate, first)
        cutoff = (rows["start"] + pd.to_timedelta(rows["minutes"], unit="min")).max()
        belief = _learnt(estimate, belief, rows, zone, calendar)
    _remark(estimate, belief)
    due = _due(estimate, belief.week, first, last, zone, calendar)
    if due.empty:
        raise Refused("forecast", f"no interval is open {first} to {last}", "see the opening hours")
    calls, phi = belief.figure * due["share"], np.array(belief.over_dispersion())
    result = due[["start"]].assign(
        queue=estimate.queue,
        model=MODEL,
        cutoff=cutoff,
        minutes=estimate.minutes,
        calls=calls,
        calls_lo=quantile(calls.to_numpy(), phi, (1 - level) / 2),
        calls_hi=quantile(calls.to_numpy(), phi, (1 + level) / 2),
        level=level,
        aht_s=np.nan if estimate.aht_s is None else estimate.aht_s,
    )
    return check(result[FORECAST.names()], FORECAST)


def _within_hours(estimate: Estimate, hours: OpeningHours | None) -> np.ndarray:
    """Return the profile's share of each time of the week, all of it in the opening hours."""
    week = estimate.profile.cells(estimate.minutes)
    if hours is None:
        return week
    clock = np.arange(0, 1440, estimate.minutes)
    is_open = np.zeros(week.shape, dtype=bool)
    for weekday, spans in enumerate(hours.week):
        for first, last in spans:
            is_open[weekday] |= (clock < last) & (clock + estimate.minutes > first)
    total, inside = week.sum(axis=1), np.where(is_open, week, 0)
    lost = is_open.any(axis=1) & (total > 0) & (inside.sum(axis=1) == 0)
    if lost.any():
        names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
        raise _no_calls(estimate, f"the hours of {names[lost.argmax()]}")
    if inside.sum() == 0:
        raise _no_calls(estimate, "the opening hours")
    kept = np.divide(total, inside.sum(axis=1), out=np.zeros(7), where=inside.sum(axis=1) > 0)
    inside *= kept[:, None]
    return inside / inside.sum()


def _no_calls(estimate: Estimate, where: str) -> Refused:
    found = f"profile {estimate.profile.name} has no calls in {where}"
    return Refused(f"queue {estimate.queue}", found, "choose another profile, or see the hours")


def _due(
    estimate: Estimate, week: np.ndarray, first: date, last: date, zone: str, calendar: Calendar
) -> pd.DataFrame:
    """Return the open intervals of the days: start, day, cell of the week, festive, share of the figure."""
    months = pd.PeriodIndex(pd.DatetimeIndex([first, last]), freq="M")
    # Whole months, for a month's figure is shared by all its days.
    reach = months[0].start_time.date(), months[1].end_time.date()
    starts = grid(*reach, estimate.minutes, zone, calendar.hours)
    day, weekday = local_day(starts), starts.dt.day_of_week.to_numpy()
    cell = weekday * week.shape[1] + minute_of_day(starts).to_numpy() // estimate.minutes
    festive = day.isin(pd.DatetimeIndex(list(calendar.holidays(*reach))))
    holiday = estimate.profile.holiday if estimate.holiday is None else estimate.holiday
    weight = pd.Series(week.ravel()[cell])
    total = weight.groupby(day).transform("sum")
    of_day = week.sum(axis=1)[weekday] * np.where(festive, holiday, 1.0)
    astray = (of_day > 0) & (total == 0)
    if astray.any():
        raise _no_calls(estimate, f"the hours of {day[astray].iloc[0]:%Y-%m-%d}")
    share = (of_day * weight / total).where(total > 0, 0.0)
    span = estimate.figure[1]
    if span == "day":
        share *= (week.sum(axis=1) > 0).sum()
    due = pd.DataFrame({"start": starts, "day": day, "cell": cell, "festive": festive, "share": share})
    due = due[(~festive | (holiday > 0)) & (calendar.hours is not None or weight > 0)].copy()
    if span == "month":
        due["share"] /= due.groupby(local_period(due["start"], "month"))["share"].transform("sum")
    return due[due["day"].between(pd.Timestamp(first), pd.Timestamp(last))].reset_index(drop=True)


def _arrived(history: pd.DataFrame, estimate: Estimate, first: date) -> pd.DataFrame:
    """Return the queue's rows before the first day."""
    before = local_day(history["start"]) < pd.Timestamp(first)
    rows = history[(history["queue"] == estimate.queue) & before]
    if rows.empty:
        found = f"no row of {estimate.queue} before {first}"
        raise Refused("history", found, "leave it out until calls have come")
    if one_grid(rows) != estimate.minutes:
        found = f"intervals of {one_grid(rows)} minutes, the estimate's have {estimate.minutes}"
        raise Refused(f"queue {estimate.queue}", found, "give both one length")
    return rows


def _learnt(estimate: Estimate, prior: _Belief, rows: pd.DataFrame, zone: str, calendar: Calendar) -> _Belief:
    """Return what is held after the calls of some rows."""
    span = rows["start"].iloc[0].date(), rows["start"].iloc[-1].date()
    due = _due(estimate, prior.week, *span, zone, calendar)
    lost = rows.loc[~rows["start"].isin(due["start"]), "offered"].sum()
    if lost > 0:
        text = (
            f"{estimate.queue}: {lost:,.0f} calls lie outside the hours of the calendar or of profile "
            f"{estimate.profile.name}, and teach nothing"
        )
        warnings.warn(text, Remark, stacklevel=3)
    seen = due[~due["festive"]].merge(rows.loc[rows["offered"].notna(), ["start", "offered"]], on="start")
    if seen["share"].sum() == 0:
        raise Refused(f"queue {estimate.queue}", "no count in an open interval", "see the opening hours")
    weekly = seen.groupby(local_period(seen["start"], "week"))[["offered", "share"]].sum()
    weekly = weekly[weekly["share"] > 0]
    came, share = weekly["offered"].to_numpy(), weekly["share"].to_numpy()
    size = prior.week.size
    counts = np.bincount(seen["cell"], seen["offered"], size), np.bincount(seen["cell"], minlength=size)
    week, left = posterior_week(prior.week.ravel(), estimate.profile_doubt, *counts)
    figure = posterior_figure(estimate.figure[0], estimate.doubt, came, share)
    return _Belief(*figure, week.reshape(prior.week.shape), left, len(weekly))


def _remark(estimate: Estimate, belief: _Belief) -> None:
    """Say what the forecast rests on."""
    figure, span = estimate.figure
    profile = estimate.profile
    assumed = ", an assumption" if profiles().get(profile.name) == profile else ""
    text = (
        f"{estimate.queue}: the client's estimate is {figure:,.0f} calls a {span}, taken as "
        f"±{estimate.doubt:.0%} (one standard deviation), spread by profile {profile.name}{assumed}"
    )
    if belief.weeks:
        sd = belief.figure_variance**0.5
        weeks = "1 week" if belief.weeks == 1 else f"{belief.weeks} weeks"
        text += f"; after calls in {weeks} it is {belief.figure:,.0f} ±{sd:.0%}"
    warnings.warn(text, Remark, stacklevel=3)
