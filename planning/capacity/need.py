"""What each week needs: the forecast of a year, its band as far as it could be tried, and the FTE for it."""

import warnings
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

import forecasting
from callplan.errors import Refused, Remark
from callplan.intervals import first_instants, local_day
from callplan.tables import NEED, TRIED, check
from planning.site import Site
from planning.steps import Progress, bands_site, forecast_site, staff_site

# Weeks ahead that are judged together, the last of each.
_REACHES = (13, 26, 52)
# A forecast of the past must have seen so many days, and so few weeks tell nothing of a band.
_LEAST_SEEN, _LEAST_TRIED = 182, 8
# So many past forecasts are made at most, and so many weeks apart at least.
_ORIGINS, _APART = 6, 4


@dataclass(frozen=True, eq=False)
class Needed:
    """Each week's need, how such forecasts have done, the hours of each day, and what can be said of it."""

    need: pd.DataFrame
    tried: pd.DataFrame
    day_h: pd.Series  # rostered hours by local day, all queues
    said: tuple[str, ...]


def needed(
    history: pd.DataFrame,
    site: Site,
    first: date,
    weeks: int,
    full_time_h: float,
    *,
    seed: int,
    progress: Progress | None = None,
) -> Needed:
    """Forecast so many weeks from a Monday on, and staff every interval, at both ends of the band too."""
    tell = progress or (lambda _: None)
    tell(f"forecast of {weeks} weeks")
    forecast = forecast_site(history, site, days=7 * weeks, start=first, seed=seed)
    tell("past forecasts as far ahead")
    tried = pd.concat(
        [_tried(history, site, str(name), first, weeks, seed) for name in forecast["queue"].unique()]
    )
    tell("bands of weeks")
    table = _calls(forecast, site, first).merge(
        _bands(history, site, first, weeks, seed), on=["queue", "start"]
    )
    tried = _laid(tried, table, site.level)
    low, high = (
        table["calls"] * (1 + side * _least(table, tried, end)) for side, end in ((-1, "down"), (1, "up"))
    )
    table["calls_lo"] = np.minimum(table["calls_lo"], low).clip(0)
    table["calls_hi"] = np.maximum(table["calls_hi"], high)
    tell("requirement")
    required = staff_site(forecast, site)
    table = table.merge(_hours(required, first), on=["queue", "start"])
    for end in ("lo", "hi"):
        agent_h = _hours(staff_site(_at_end(forecast, table, end, first), site), first)
        table[f"required_fte_{end}"] = agent_h["required_h"].to_numpy() / full_time_h
    table["required_fte"], table["level"] = table["required_h"] / full_time_h, site.level
    table["start"] = first_instants(table["start"], forecast["start"].dt.tz)
    return Needed(
        check(table[NEED.names()], NEED),
        check(tried[TRIED.names()], TRIED),
        _by_day(required, first, weeks),
        tuple(_said(history, tried, site, first)),
    )


def _week_of(starts: pd.Series, first: date) -> pd.Series:
    """Return the Monday of each instant, as a naive midnight."""
    weeks = (local_day(starts) - pd.Timestamp(first)).dt.days // 7
    return pd.Timestamp(first) + pd.to_timedelta(7 * weeks, unit="D")


def _calls(forecast: pd.DataFrame, site: Site, first: date) -> pd.DataFrame:
    """Return calls, handling time and open days by queue and week."""
    aht_s = forecast["aht_s"].fillna(forecast["queue"].map({n: q.aht_s for n, q in site.queues.items()}))
    rows = forecast.assign(
        start=_week_of(forecast["start"], first),
        seconds=(forecast["calls"] * aht_s.astype(float)).where(forecast["calls"] > 0, 0.0),
        day=local_day(forecast["start"]),
    )
    groups = rows.groupby(["queue", "start"])
    table = groups[["calls", "seconds"]].sum().assign(open_days=groups["day"].nunique()).reset_index()
    table["aht_s"] = table["seconds"] / table["calls"].where(table["calls"] > 0)
    return table


def _bands(history: pd.DataFrame, site: Site, first: date, weeks: int, seed: int) -> pd.DataFrame:
    """Return the model's own band of each week."""
    ends = (round((1 - site.level) / 2, 6), round((1 + site.level) / 2, 6))
    with warnings.catch_warnings():
        # The forecast has said all of it.
        warnings.simplefilter("ignore", Remark)
        rows = bands_site(
            history, site, days=7 * weeks, spans=["week"], quantiles=ends, start=first, seed=seed
        )
    rows = rows.assign(start=_week_of(rows["start"], first))
    wide = rows.pivot_table("calls", ["queue", "start"], "quantile").reset_index()
    return wide.set_axis(["queue", "start", "calls_lo", "calls_hi"], axis=1)


def _hours(required: pd.DataFrame, first: date) -> pd.DataFrame:
    """Return agent hours and rostered hours by queue and week; nothing is rounded up but the agents."""
    agent_h = required["agents"] * required["minutes"] / 60
    rows = required.assign(
        start=_week_of(required["start"], first),
        agent_h=agent_h,
        required_h=agent_h / (1 - required["shrinkage"]),
    )
    return rows.groupby(["queue", "start"])[["agent_h", "required_h"]].sum().reset_index()


def _by_day(required: pd.DataFrame, first: date, weeks: int) -> pd.Series:
    hours = required["agents"] * required["minutes"] / 60 / (1 - required["shrinkage"])
    days = pd.date_range(first, periods=7 * weeks)
    return hours.groupby(local_day(required["start"])).sum().reindex(days, fill_value=0.0)


def _at_end(forecast: pd.DataFrame, table: pd.DataFrame, end: str, first: date) -> pd.DataFrame:
    """Return the forecast with every interval at the same share of its week's band."""
    week = forecast[["queue"]].assign(start=_week_of(forecast["start"], first))
    found = week.merge(table, on=["queue", "start"], how="left")
    share = (found[f"calls_{end}"] / found["calls"].where(found["calls"] > 0)).fillna(1.0).to_numpy()
    columns = {name: forecast[name] * share for name in ("calls", "calls_lo", "calls_hi")}
    return forecast.assign(**columns)


def _tried(history: pd.DataFrame, site: Site, name: str, first: date, weeks: int, seed: int) -> pd.DataFrame:
    """Return forecasts of past weeks beside what came (relative errors), as far ahead as there is history."""
    rows = history[(history["queue"] == name) & (local_day(history["start"]) < pd.Timestamp(first))]
    begin, end = local_day(rows["start"]).min(), pd.Timestamp(first)
    last = end - pd.Timedelta(weeks=2)
    earliest = begin + pd.Timedelta(days=_LEAST_SEEN)
    earliest += pd.Timedelta(days=-earliest.day_of_week % 7)
    step = max(_APART, -(-int((last - earliest).days // 7 + 1) // _ORIGINS)) if last >= earliest else _APART
    origins = pd.date_range(earliest, last, freq=f"{7 * step}D")
    parts = []
    for origin in origins:
        days = min(7 * weeks, (end - origin).days)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Remark)
            past = forecasting.forecast(
                rows,
                days=days,
                start=origin.date(),
                model=site.model,
                calendar=site.calendar_of(name),
                level=site.level,
                seed=seed,
            )
            parts.append(_errors(rows, past, origin))
    found = (
        pd.concat(parts) if parts else pd.DataFrame(columns=["weeks_ahead", "calls", "offered"], dtype=float)
    )
    return found.assign(queue=name)


def _errors(rows: pd.DataFrame, past: pd.DataFrame, origin: pd.Timestamp) -> pd.DataFrame:
    """Return the weeks that were counted nearly whole: forecast and count of the intervals in both."""
    both = past[["start", "calls"]].merge(rows[["start", "offered"]], on="start", how="left")
    both["weeks_ahead"] = (local_day(both["start"]) - origin).dt.days // 7 + 1
    counted = both["offered"].notna()
    whole = counted.groupby(both["weeks_ahead"]).transform("mean") >= 0.9
    weeks = both[whole & counted].groupby("weeks_ahead")[["calls", "offered"]].sum()
    return weeks[weeks["offered"] > 0].reset_index()


def _laid(errors: pd.DataFrame, table: pd.DataFrame, level: float) -> pd.DataFrame:
    """Sum the trials up by reach (table `TRIED`), with how far the misses of each lay the band at least.

    Down and up are those ends of what came, as a share of the forecast, between which `level` of it lies;
    a band never grows narrower with the weeks ahead.
    """
    rows = []
    for name, weeks in table.groupby("queue"):
        calls = weeks["calls"].where(weeks["calls"] > 0)
        own = {"down": 1 - weeks["calls_lo"] / calls, "up": weeks["calls_hi"] / calls - 1}
        least, near = dict.fromkeys(own, 0.0), 1
        for until in (reach for reach in _REACHES if near <= len(weeks)):
            found = errors[(errors["queue"] == name) & errors["weeks_ahead"].between(near, until)]
            missed = found["offered"] / found["calls"].where(found["calls"] > 0) - 1
            enough = len(found) >= _LEAST_TRIED
            band = {end: float(share.iloc[near - 1 : until].median()) for end, share in own.items()}
            if enough:
                least["down"] = max(least["down"], -float(missed.quantile((1 - level) / 2)))
                least["up"] = max(least["up"], float(missed.quantile((1 + level) / 2)))
            total = found["offered"].sum() if enough else np.nan
            rows.append(
                {
                    "queue": name,
                    "weeks_ahead": near,
                    "until": min(until, len(weeks)),
                    "n": len(found),
                    "wape": (found["calls"] - found["offered"]).abs().sum() / total,
                    "bias": (found["calls"] - found["offered"]).sum() / total,
                    "held": float(missed.between(-band["down"], band["up"]).mean()) if enough else np.nan,
                    **{f"band_{end}": max(least[end], band[end]) for end in least},
                    **{f"least_{end}": least[end] for end in least},
                }
            )
            near = until + 1
    return pd.DataFrame(rows)


def _least(table: pd.DataFrame, tried: pd.DataFrame, end: str) -> np.ndarray:
    """Return how far each week's band reaches at least, as a share of its calls."""
    ahead = table.groupby("queue").cumcount() + 1
    result = np.zeros(len(table))
    for row in tried.to_dict("records"):
        here = (table["queue"] == row["queue"]) & (ahead >= row["weeks_ahead"])
        result[here.to_numpy()] = row[f"least_{end}"]
    return result


def _said(history: pd.DataFrame, tried: pd.DataFrame, site: Site, first: date) -> list[str]:
    """Say what the forecast of a year can know, and what it cannot."""
    lines = []
    for name, rows in tried.groupby("queue"):
        own = history[history["queue"] == name]
        days = (pd.Timestamp(first) - local_day(own["start"]).min()).days
        if days < 371:
            season = "no week of the year was seen before: the outlook cannot know its season"
        elif days < 2 * 365:
            season = "each week of the year was seen once: nobody can tell that year's own from the season's"
        else:
            season = f"each week of the year was seen {days // 365} times"
        lines.append(f"{name}: {days} days of history; {season}.")
        for row in rows.to_dict("records"):
            span = f"{name}, {row['weeks_ahead']} to {row['until']} weeks ahead"
            if np.isnan(row["wape"]):
                lines.append(
                    f"{span}: {row['n']} past weeks could be tried so far ahead, too few; the band says "
                    "no more than that of nearer weeks does."
                )
            else:
                lines.append(
                    f"{span}: in {row['n']} trials on past weeks the forecast missed by {row['wape']:.1%} "
                    f"(WAPE), bias {row['bias']:+.1%}; the model's own {site.level:.0%} band would have held "
                    f"{row['held']:.0%} of them; -{row['band_down']:.0%} to +{row['band_up']:.0%} is laid."
                )
    return lines


def monday_after(history: pd.DataFrame, start: date | None) -> date:
    """Return the Monday to begin with: the one on or after `start`, or after the history's last day."""
    day = pd.Timestamp(start) if start else local_day(history["start"]).max() + pd.Timedelta(days=1)
    return (day + pd.Timedelta(days=-day.day_of_week % 7)).date()


def refuse_unseen(history: pd.DataFrame, first: date) -> None:
    """Refuse to begin before the history does."""
    day = local_day(history["start"]).min()
    if day >= pd.Timestamp(first):
        raise Refused(f"start {first}", f"the history begins on {day:%Y-%m-%d}", "plan later weeks")
