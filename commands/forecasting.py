"""Commands from history to forecast: forecast, bands, repairs, estimate."""

from typing import TYPE_CHECKING, Any

import click

from callplan.errors import Refused
from commands.door import (
    DAY,
    PICTURE,
    TABLE_FILE,
    draw,
    example,
    progress,
    put,
    with_output,
    with_seed,
    with_site,
    workers,
)
from commands.keeping import calls_kept, with_calls
from commands.options import (
    AS_IN_SITE,
    calls_of,
    refuse_several,
    site_with,
    with_calendar,
    with_country,
    with_days,
    with_history,
    with_level,
    with_model,
)

if TYPE_CHECKING:
    from forecasting import Profile
    from planning import Site


@click.command(epilog=example("callplan forecast history.csv --days 7 -o forecast.csv"))
@with_calls
@with_days
@with_model
@with_level
@with_history
@click.option("--figure", type=PICTURE, help="Draw the forecast with its band here (.png, .svg).")
@click.option("--heat-map", type=PICTURE, help="Draw its calls by weekday and time of day here.")
@with_seed
@with_site
@with_output
def forecast(
    history: str | None,
    store_at: str | None,
    days: int,
    start: Any,
    clean: bool,
    jobs: int,
    figure: str | None,
    heat_map: str | None,
    seed: int,
    site_file: str,
    style: str | None,
    output: str | None,
    queues: tuple[str, ...],
    **settings: Any,
) -> None:
    """Forecast the days after HISTORY, with a band.

    Without a file HISTORY is what the site's store holds.
    """
    from planning import forecast_site
    from reporting.figures import plot_forecast
    from reporting.forecasting import plot_profile

    site = site_with(site_file, queues, **settings)
    calls = calls_kept(history, queues, store_at, site, site_file)
    refuse_several(calls, figure, heat_map)
    first = start and start.date()
    with progress() as say, workers(jobs) as pool:
        ahead = forecast_site(
            calls, site, days=days, start=first, seed=seed, clean=clean, progress=say, executor=pool
        )
    if figure is not None:
        draw(plot_forecast(ahead, history=calls[calls["start"] < ahead["start"].min()]), figure)
    if heat_map is not None:
        draw(plot_profile(ahead), heat_map)
    put(ahead, style, output)


@click.command(
    epilog=example("callplan bands history.csv --span day --span week --quantile 0.1 --quantile 0.9")
)
@with_calls
@with_days
@click.option(
    "--span",
    "spans",
    multiple=True,
    default=["interval", "day", "week"],
    show_default=True,
    help="interval, day, week, month or quarter; repeat.",
)
@click.option(
    "--quantile",
    "quantiles",
    type=float,
    multiple=True,
    default=[0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975],
    show_default=True,
    help="Chance that no more calls come, such as 0.9; repeat.",
)
@with_model
@with_history
@click.option(
    "--figure", type=PICTURE, help="Draw the first span's bands, one inside the other, here (.png, .svg)."
)
@with_seed
@with_site
@with_output
def bands(
    history: str | None,
    store_at: str | None,
    days: int,
    start: Any,
    spans: tuple[str, ...],
    quantiles: tuple[float, ...],
    clean: bool,
    jobs: int,
    figure: str | None,
    seed: int,
    site_file: str,
    style: str | None,
    output: str | None,
    queues: tuple[str, ...],
    **settings: Any,
) -> None:
    """Forecast the days after HISTORY as bands.

    Without a file HISTORY is what the site's store holds.

    How many calls come at most, with what chance: by interval, day, week or month. A day's are not the sums
    of its intervals', for its intervals go up and down together.
    """
    from planning import bands_site
    from reporting.forecasting import plot_bands

    site = site_with(site_file, queues, **settings)
    calls = calls_kept(history, queues, store_at, site, site_file)
    refuse_several(calls, figure)
    first = start and start.date()
    with progress() as say, workers(jobs) as pool:
        found = bands_site(
            calls, site, days=days, spans=spans, quantiles=quantiles, start=first, seed=seed, clean=clean,
            progress=say, executor=pool,
        )  # fmt: skip
    if figure is not None:
        draw(plot_bands(found, span=spans[0]), figure)
    put(found, style, output)


@click.command(epilog=example("callplan repairs history.csv --country FR"))
@with_calls
@with_calendar
@click.option(
    "--figure", type=PICTURE, help="Draw the history by day with its repairs marked here (.png, .svg)."
)
@with_site
@with_output
def repairs(
    history: str | None,
    store_at: str | None,
    queues: tuple[str, ...],
    figure: str | None,
    site_file: str,
    style: str | None,
    output: str | None,
    **calendar: Any,
) -> None:
    """List what of HISTORY a forecast does not learn from.

    Without a file HISTORY is what the site's store holds.

    Gaps, outages and outliers are learned around; holidays, bridge days and events teach their own kind
    alone. HISTORY itself stays as it is, and `callplan forecast --no-clean` learns from all of it.
    """
    from planning import repairs_site
    from reporting.forecasting import plot_repairs

    site = site_with(site_file, queues, **calendar)
    calls = calls_kept(history, queues, store_at, site, site_file)
    refuse_several(calls, figure)
    found = repairs_site(calls, site)
    if figure is not None:
        draw(plot_repairs(calls, found), figure)
    put(found, style, output)


@click.command(
    epilog=example(
        "callplan estimate sales --calls-per-month 60000 --profile office --start 2026-03-02 -o estimate.csv"
    )
)
@click.argument("queue")
@click.option("--calls-per-month", type=float, help="The client's figure for a calendar month,")
@click.option("--calls-per-week", type=float, help="or for a week without holidays,")
@click.option("--calls-per-day", type=float, help="or for a mean open day.")
@click.option(
    "--profile", help="How calls arrive: office, shop, service, evening or flat; plain assumptions, all."
)
@click.option(
    "--profile-of",
    type=(TABLE_FILE, str),
    metavar="HISTORY QUEUE",
    help="Or as those of another queue do, measured in its history.",
)
@click.option("--start", type=DAY, required=True, help="First day.")
@click.option("--days", default=7, show_default=True, help="How many days.")
@click.option(
    "--doubt",
    default=0.2,
    show_default=True,
    help="How far the figure may be off: one deviation, as a share.",
)
@click.option(
    "--profile-doubt",
    default=0.3,
    show_default=True,
    help="How far an interval's part of the calls may be off.",
)
@click.option(
    "--holiday",
    type=float,
    help="Part of its weekday's calls that a public holiday has.  [default: as the profile]",
)
@with_country
@click.option("--aht", "aht_s", type=float, help=f"Handling time, seconds.{AS_IN_SITE}")
@click.option("--history", type=TABLE_FILE, help="The calls that have come since: they correct the estimate.")
@with_level
@click.option("--figure", type=PICTURE, help="Draw its calls by weekday and time of day here (.png, .svg).")
@with_site
@with_output
def estimate(
    queue: str,
    profile: str | None,
    profile_of: tuple[str, str] | None,
    start: Any,
    days: int,
    country: str | None,
    subdivision: str | None,
    aht_s: float | None,
    history: str | None,
    level: float | None,
    figure: str | None,
    site_file: str,
    style: str | None,
    output: str | None,
    **said: Any,
) -> None:
    """Forecast QUEUE from a client's figure.

    For a queue without a history: the calls of a month, a week or a day, spread by an arrival profile,
    with a band for the doubt of both. `callplan staff` takes it like any forecast.
    """
    from forecasting import Estimate, spread
    from reporting.forecasting import plot_profile

    site = site_with(site_file, country=country, subdivision=subdivision, level=level)
    figures = {name: value for name, value in said.items() if value is not None}
    aht_s = site.queue(queue).aht_s if aht_s is None else aht_s
    shape = _shape(profile, profile_of, site)
    claim = Estimate(queue=queue, profile=shape, minutes=site.minutes, aht_s=aht_s, **figures)
    ahead = spread(
        claim,
        start.date(),
        days,
        zone=site.zone,
        calendar=site.calendar_of(queue),
        history=None if history is None else calls_of(history, site),
        level=site.level,
    )
    if figure is not None:
        draw(plot_profile(ahead), figure)
    put(ahead, style, output)


def _shape(profile: str | None, profile_of: tuple[str, str] | None, site: "Site") -> "Profile":
    """Return the arrival profile asked for: one of the library, or that of another queue's history."""
    import forecasting
    from callplan.tables import HISTORY, read

    if profile_of is None and profile is not None:
        return forecasting.Profile.named(profile, "--profile")
    if profile_of is None or profile is not None:
        found = "both are given" if profile else "neither is given"
        raise Refused("--profile and --profile-of", found, "say how calls arrive in one of both ways")
    history, queue = profile_of
    # The other queue is open as its own history shows.
    calendar = site.calendar.replace(hours=None)
    return forecasting.profile_of(read(history, HISTORY, site.zone, site.dst), queue, calendar)
