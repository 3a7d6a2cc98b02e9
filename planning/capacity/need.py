"""What each week needs: the forecast of a year, its band as far as it could be tried, and the FTE for it."""

import warnings
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from callplan.errors import Refused, Remark
from callplan.intervals import first_instants, local_day
from callplan.tables import NEED, check
from planning.site import Site
from planning.steps import Progress, bands_site, forecast_site, staff_site
from planning.trials import past_weeks, widened


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
    missed = past_weeks(history, site, [str(name) for name in forecast["queue"].unique()], first, weeks, seed)
    tell("bands of weeks")
    table = _calls(forecast, site, first).merge(
        _bands(history, site, first, weeks, seed), on=["queue", "start"]
    )
    table, tried = widened(table, missed, site.level)
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
        tried,
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
