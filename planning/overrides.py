"""What planners lay over a forecast: a layer by queue, days and hours, each with its reason.

The forecast itself is left as it is: a layer is applied anew whenever it is asked for, so undoing one
leaves no trace in the numbers.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
import pandas as pd
from pydantic import field_validator, model_validator

from callplan.errors import Refused, Remark
from callplan.hours import OpeningHours
from callplan.intervals import is_open, local_day, observed_hours
from callplan.settings import Settings
from callplan.tables import FORECAST, check
from planning.site import Site

if TYPE_CHECKING:
    from callplan.store import Store

_BAND = ["calls", "calls_lo", "calls_hi"]
_WHOLE_DAY = "00:00-24:00"


class Override(Settings):
    """What a planner knows better, for one queue from `first` to `last`, both days included.

    `hours` are spans of local time such as `09:00-12:00, 14:00-16:00` (empty: the whole day); an interval
    that has a minute in them counts. `percent` multiplies every interval by 1 + `amount`, its band
    too: 0.1 is +10%. `add` and `set` change the calls of each day in those hours, by `amount` calls or
    to it.

    >>> Override(queue="sales", first="2024-05-06", last="2024-05-10", kind="percent", amount=0.1,
    ...          reason="mailing").amount
    0.1
    >>> Override(queue="sales", first="2024-05-06", last="2024-05-10", kind="percent", amount=-1.2,
    ...          reason="mailing")
    Traceback (most recent call last):
    callplan.errors.Refused: amount: -120%; no day has fewer than no calls: -100% is the least
    """

    queue: str
    first: date
    last: date
    hours: str = ""
    kind: Literal["percent", "add", "set"]
    amount: float
    reason: str

    @field_validator("hours")
    @classmethod
    def _hours_read(cls, hours: str) -> str:
        if hours and not _clock(hours).week[0]:
            raise Refused("", f"found {hours!r}", "give spans such as 09:00-12:00, or leave it out")
        return hours

    @field_validator("reason")
    @classmethod
    def _reason_is_given(cls, reason: str) -> str:
        if not reason.strip():
            raise Refused("", "no reason", "say in a few words why: somebody will ask")
        return reason

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.last < self.first:
            raise Refused("last", f"{self.last} lies before the first day, {self.first}", "swap them")
        if self.kind == "percent" and self.amount < -1:
            raise Refused(
                "amount", f"{self.amount:+.0%}", "no day has fewer than no calls: -100% is the least"
            )
        if self.kind == "percent" and self.amount > 2:
            raise Refused("amount", f"{self.amount:+,.0%}", "+10% is 0.1; for more than +200% set the calls")
        if self.kind == "set" and self.amount < 0:
            raise Refused("amount", f"set to {self.amount:g} calls", "a count is 0 or more")
        return self

    @property
    def name(self) -> str:
        """What it is called in a remark: `sales, 2024-05-06 to 2024-05-10 (mailing)`."""
        days = f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"
        return f"{self.queue}, {days}{f', {self.hours}' if self.hours else ''} ({self.reason})"

    @property
    def in_words(self) -> str:
        """What it does, when and why: `+10%, 2024-05-06 to 2024-05-10 (mailing)`."""
        does = {
            "percent": f"{100 * self.amount:+.3g}%",
            "add": f"{self.amount:+,.10g} calls a day",
            "set": f"{self.amount:,.10g} calls a day",
        }
        return f"{does[self.kind]}, {self.name.removeprefix(f'{self.queue}, ')}"


def add_override(store: Store, site: Site, override: Override, *, who: str, now: datetime) -> int:
    """Keep an override in the store and return its number; it stands until `Store.undo_override`.

    Raises `Refused` where the site has no such queue, or the queue is closed all through those hours: as
    the site says, or for want of that as the store's history shows.
    """
    Override.expect(override, "override")
    calendar, zone = site.calendar_of(override.queue), site.zone
    hours = calendar.hours
    if hours is None:
        history = store.history([override.queue], zone=zone)
        hours = None if history.empty else observed_hours(history)
    if hours is not None and not _touches(override, hours):
        found = f"{override.queue} is closed then, all through"
        raise Refused(f"override of {override.name}", found, "see the hours and the opening hours")
    return store.add_override({**override.model_dump(), "who": who, "at": now})


def _touches(override: Override, hours: OpeningHours) -> bool:
    """Tell whether any hour of an override is open."""
    spans = _clock(override.hours or _WHOLE_DAY).week[0]
    return any(
        first < closes and opens < last
        for day in pd.date_range(override.first, override.last)
        for opens, closes in hours.on(day.date())
        for first, last in spans
    )


def _clock(hours: str) -> OpeningHours:
    """Read spans of local time as the same hours of every day."""
    try:
        return OpeningHours.parse({"mon-sun": hours})
    except Refused as fault:
        raise Refused("", fault.found, fault.do) from None


def apply(forecast: pd.DataFrame, overrides: pd.DataFrame) -> pd.DataFrame:
    """Return a forecast (table `FORECAST`) with the overrides (table `OVERRIDES`) that stand laid over it.

    They are taken in the order of their numbers, each on the result of those before it; those that were
    undone are left out. The calls that `add` and `set` bring about in a day are spread over its hours in
    proportion to the forecast, band and all, and evenly where it is 0. No interval falls below 0.
    An override whose days are forecast but where nothing is open is remarked, and changes nothing.

    >>> start = pd.date_range("2024-05-06 09:00", periods=2, freq="h", tz="Europe/Paris")
    >>> forecast = pd.DataFrame({"queue": "sales", "start": start, "minutes": 60, "model": "m",
    ...     "cutoff": start[0], "calls": [10.0, 30.0], "calls_lo": [5.0, 20.0], "calls_hi": [15.0, 40.0],
    ...     "level": 0.8, "aht_s": 240.0})
    >>> one = Override(queue="sales", first="2024-05-06", last="2024-05-06", kind="add", amount=20,
    ...                reason="mailing")
    >>> apply(forecast, pd.DataFrame([one.model_dump() | {"override": 1}]))["calls"].tolist()
    [15.0, 45.0]
    """
    result = check(forecast, FORECAST)
    for _, override in _standing(overrides):
        rows = _covers(override, result)
        if rows.any():
            result.loc[rows, _BAND] = _laid(result[rows], override)
        else:
            _remark_if_idle(override, result)
    return result


def laid_over(forecast: pd.DataFrame, overrides: pd.DataFrame) -> list[tuple[int, Override]]:
    """Return the overrides that stand and change intervals of a forecast, with their numbers."""
    return [(number, one) for number, one in _standing(overrides) if _covers(one, forecast).any()]


def named(rows: pd.DataFrame, overrides: pd.DataFrame, at: datetime) -> np.ndarray:
    """Name for each row of a forecast the overrides that lay on it at a time: `override 3 (mailing)`.

    `rows` have queue, start and minutes; the name is empty where none did, and joins several.

    >>> rows = pd.DataFrame({"queue": "sales", "minutes": 60,
    ...     "start": pd.date_range("2024-05-06 09:00", periods=2, freq="h", tz="Europe/Paris")})
    >>> one = Override(queue="sales", first="2024-05-06", last="2024-05-06", hours="09:00-10:00", kind="add",
    ...                amount=20, reason="mailing")
    >>> friday = pd.Timestamp("2024-05-03 16:00", tz="Europe/Paris")
    >>> kept = pd.DataFrame([one.model_dump() | {"override": 1, "at": friday}])
    >>> named(rows, kept, friday).tolist()
    ['override 1 (mailing)', '']
    """
    names = np.full(len(rows), "", dtype=object)
    if overrides.empty:
        return names
    stood = overrides[overrides["at"] <= at]
    if "undone" in stood:
        # One that was undone later still lay on the forecast then.
        stood = stood.assign(undone=stood["undone"].where(stood["undone"] <= at))
    for number, override in _standing(stood):
        covered = _covers(override, rows)
        before = np.where(names[covered] == "", "", names[covered] + ", ")
        names[covered] = before + f"override {number} ({override.reason})"
    return names


def _standing(overrides: pd.DataFrame) -> Iterator[tuple[int, Override]]:
    """Return the overrides that were not undone and their numbers, in the order of these."""
    rows = overrides
    if "undone" in rows:
        rows = rows[rows["undone"].isna()]
    for row in rows.sort_values("override").to_dict("records"):
        fields = {name: row[name] for name in Override.model_fields if name in row}
        hours = fields.get("hours")
        first, last = (pd.Timestamp(fields[end]).date() for end in ("first", "last"))
        given = hours if isinstance(hours, str) else ""
        yield int(row["override"]), Override(**{**fields, "hours": given, "first": first, "last": last})


def _covers(override: Override, rows: pd.DataFrame) -> np.ndarray:
    """Tell which rows of a forecast an override speaks of."""
    own = (rows["queue"] == override.queue).to_numpy()
    days = local_day(rows["start"]).between(pd.Timestamp(override.first), pd.Timestamp(override.last))
    hours, minutes = _clock(override.hours or _WHOLE_DAY), int(rows["minutes"].iloc[0])
    return own & days.to_numpy() & is_open(hours, rows["start"], minutes)


def _remark_if_idle(override: Override, forecast: pd.DataFrame) -> None:
    """Say that an override changes nothing, though its days are forecast."""
    day = local_day(forecast.loc[forecast["queue"] == override.queue, "start"])
    if len(day) and day.min() <= pd.Timestamp(override.last) and day.max() >= pd.Timestamp(override.first):
        text = f"the override of {override.name} touches no open interval, and changes nothing"
        warnings.warn(text, Remark, stacklevel=3)


def _laid(rows: pd.DataFrame, override: Override) -> np.ndarray:
    """Return mean and band of the rows with the override laid over them."""
    band = rows[_BAND].to_numpy(float)
    if override.kind == "percent":
        return band * (1 + override.amount)
    # A backtest says a day several times: each model and cutoff by itself.
    days = [rows["model"], rows["cutoff"], local_day(rows["start"])]
    calls = rows["calls"].groupby(days).transform("sum").to_numpy()
    wanted = np.full(len(rows), override.amount) + (calls if override.kind == "add" else 0.0)
    wanted = np.maximum(wanted, 0.0)
    count = rows["calls"].groupby(days).transform("size").to_numpy()
    some = calls > 0
    factor = np.divide(wanted, calls, out=np.zeros_like(calls), where=some)
    evenly = wanted / count
    return np.where(some[:, None], band * factor[:, None], band + evenly[:, None])
