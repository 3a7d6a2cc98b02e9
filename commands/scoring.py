"""Commands that hold forecasts against what came: backtest, update, accuracy, workload."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from commands.door import (
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
    Instant,
    calls_of,
    refuse_several,
    site_with,
    with_calendar,
    with_history,
    with_level,
    with_queues,
)

if TYPE_CHECKING:
    import pandas as pd

    from planning import Site

LEVELS = ("interval", "day", "week")
with_levels = click.option(
    "--by",
    "levels",
    multiple=True,
    default=LEVELS,
    show_default=True,
    help="interval, day, week, month or quarter; repeat.",
)


@click.command(epilog=example("callplan backtest history.csv --origins 3 --model mean_of_8 -o backtest.csv"))
@with_calls
@click.option("--days", default=7, show_default=True, help="Days to forecast from each origin.")
@click.option(
    "--origins", default=4, show_default=True, help="How many origins, a week apart, up to the end."
)
@click.option(
    "--model",
    "models",
    multiple=True,
    help="A model to try, or all; repeat.  [default: the site's, seasonal_naive and mean_of_8]",
)
@with_level
@with_history
@click.option(
    "--figure", type=PICTURE, help="Draw their errors by lead and level above the noise floor here."
)
@with_seed
@with_site
@with_output
def backtest(
    history: str | None,
    store_at: str | None,
    days: int,
    origins: int,
    models: tuple[str, ...],
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
    """Forecast weeks that HISTORY already knows.

    Without a file HISTORY is what the site's store holds.

    Each is forecast as if it were still to come. The result is a forecast with a cutoff for each
    origin; `callplan accuracy` scores it.
    """
    from forecasting import MODELS
    from planning import backtest_site

    site = site_with(site_file, queues, **settings)
    calls = calls_kept(history, queues, store_at, site, site_file)
    refuse_several(calls, figure)
    wanted = tuple(MODELS) if "all" in models else models
    with progress() as say, workers(jobs) as pool:
        tried = backtest_site(
            calls, site, days=days, origins=origins, models=wanted, seed=seed, clean=clean,
            progress=say, executor=pool,
        )  # fmt: skip
    if figure is not None:
        _draw_scores(_scores_of(calls, tried, site), figure)
    put(tried, style, output)


@click.command(epilog=example("callplan update forecast.csv actual.csv --now 2003-10-13T12:00 -o rest.csv"))
@click.argument("forecast", type=TABLE_FILE)
@click.argument("today", type=TABLE_FILE)
@click.option("--now", type=Instant(), help="The time it is.  [default: the end of TODAY's last interval]")
@with_queues
@with_site
@with_output
def update(
    forecast: str,
    today: str,
    now: Any,
    queues: tuple[str, ...],
    site_file: str,
    **out: Any,
) -> None:
    """Forecast the rest of a day anew.

    FORECAST holds the day as forecast before, with its band, and TODAY the calls that have come so far.
    """
    import pandas as pd

    from forecasting import update as forecast_rest

    site = site_with(site_file, queues)
    calls, ahead = calls_of(today, site, queues), _read_forecast(forecast, site, queues)
    last_end = calls["start"].max() + pd.Timedelta(minutes=site.minutes)
    put(forecast_rest(ahead, calls, now or last_end), **out)


@click.command(epilog=example("callplan accuracy actual.csv forecast.csv"))
@click.argument("history", type=TABLE_FILE)
@click.argument("forecast", type=TABLE_FILE)
@with_levels
@click.option(
    "--tolerance", type=float, help="Share of the actual that counts as a hit.  [default: as in site.toml]"
)
@with_calendar
@click.option(
    "--figure", type=PICTURE, help="Draw errors by lead and level above the noise floor here (.png, .svg)."
)
@with_site
@with_output
def accuracy(
    history: str,
    forecast: str,
    levels: tuple[str, ...],
    queues: tuple[str, ...],
    figure: str | None,
    site_file: str,
    style: str | None,
    output: str | None,
    **settings: Any,
) -> None:
    """Score FORECAST against what came.

    Beside each measure stands what chance alone leaves to a perfect forecast.

    HISTORY holds what came; with the weeks before as well, MASE and the queue's own noise floor are
    filled in.
    """
    site = site_with(site_file, queues, **settings)
    calls, ahead = calls_of(history, site, queues), _read_forecast(forecast, site, queues)
    refuse_several(ahead, figure)
    scores = _scores_of(calls, ahead, site, levels)
    if figure is not None:
        _draw_scores(scores, figure)
    put(scores, style, output)


@click.command(epilog=example("callplan workload history.csv forecast.csv --by day"))
@click.argument("history", type=TABLE_FILE)
@click.argument("forecast", type=TABLE_FILE)
@with_levels
@with_queues
@with_site
@with_output
def workload(
    history: str,
    forecast: str,
    levels: tuple[str, ...],
    queues: tuple[str, ...],
    site_file: str,
    **out: Any,
) -> None:
    """Split the error of the workload of FORECAST.

    The workload is calls × handling time: how much of its error is that of the calls, and how much that
    of the handling time. HISTORY holds what came, with handling times.
    """
    import pandas as pd

    from forecasting import workload_errors

    site = site_with(site_file, queues)
    calls, ahead = calls_of(history, site, queues), _read_forecast(forecast, site, queues)
    put(pd.concat([workload_errors(calls, ahead, by=by) for by in levels], ignore_index=True), **out)


def _read_forecast(path: str, site: "Site", queues: Sequence[str]) -> "pd.DataFrame":
    from callplan.tables import FORECAST, read

    ahead = read(path, FORECAST, site.zone)
    return ahead[ahead["queue"].isin(queues)] if queues else ahead


def _scores_of(
    history: "pd.DataFrame", forecast: "pd.DataFrame", site: "Site", levels: Sequence[str] = LEVELS
) -> "pd.DataFrame":
    """Return how good a forecast was at some levels, with the tolerance and the calendar of the site."""
    import pandas as pd

    from forecasting import accuracy as score

    scores = [
        score(history, forecast, by=by, tolerance=site.tolerance, calendar=site.calendar) for by in levels
    ]
    return pd.concat(scores, ignore_index=True)


def _draw_scores(scores: "pd.DataFrame", path: str) -> None:
    from reporting.forecasting import plot_accuracy

    draw(plot_accuracy(scores), path)
