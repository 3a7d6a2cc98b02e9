"""Commands from history to forecast, and back: forecast, backtest, accuracy."""

from typing import Any

import click

from commands.door import (
    DAY,
    TABLE_FILE,
    example,
    progress,
    put,
    read_site,
    with_output,
    with_seed,
    with_site,
)


@click.command(epilog=example("callplan forecast history.csv --days 7 -o forecast.csv"))
@click.argument("history", type=TABLE_FILE)
@click.option("--days", default=7, show_default=True, help="How many days to forecast.")
@click.option("--start", type=DAY, help="First day.  [default: the day after the history's last]")
@click.option("--model", help="A model's name, or auto.  [default: as in site.toml]")
@click.option("--level", type=float, help="Share of counts the band is to hold.  [default: as in site.toml]")
@with_seed
@with_site
@with_output
def forecast(
    history: str,
    days: int,
    start: Any,
    model: str | None,
    level: float | None,
    seed: int,
    site_file: str,
    **out: Any,
) -> None:
    """Forecast the days after HISTORY, with a band."""
    from planning import forecast_site, read_history

    site = read_site(site_file)
    changes = {name: value for name, value in (("model", model), ("level", level)) if value is not None}
    site = site.replace(**changes)
    calls = read_history(history, site)
    with progress() as say:
        ahead = forecast_site(calls, site, days=days, start=start and start.date(), seed=seed, progress=say)
    put(ahead, **out)


@click.command(epilog=example("callplan backtest history.csv --origins 3 --model mean_of_8 -o backtest.csv"))
@click.argument("history", type=TABLE_FILE)
@click.option("--days", default=7, show_default=True, help="Days to forecast from each origin.")
@click.option(
    "--origins", default=4, show_default=True, help="How many origins, a week apart, up to the end."
)
@click.option("--model", "models", multiple=True, help="A model to try; repeat.  [default: every one]")
@with_seed
@with_site
@with_output
def backtest(
    history: str, days: int, origins: int, models: tuple[str, ...], seed: int, site_file: str, **out: Any
) -> None:
    """Forecast weeks that HISTORY already knows.

    Each is forecast as if it were still to come. The result is a forecast with a cutoff for each
    origin; `callplan accuracy` scores it.
    """
    from planning import backtest_site, read_history

    site = read_site(site_file)
    calls = read_history(history, site)
    with progress() as say:
        tried = backtest_site(calls, site, days=days, origins=origins, models=models, seed=seed, progress=say)
    put(tried, **out)


@click.command(epilog=example("callplan accuracy actual.csv forecast.csv"))
@click.argument("history", type=TABLE_FILE)
@click.argument("forecast", type=TABLE_FILE)
@click.option(
    "--by",
    "levels",
    multiple=True,
    default=["interval", "day", "week"],
    show_default=True,
    help="Level; repeat.",
)
@click.option(
    "--tolerance", type=float, help="Share of the actual that counts as a hit.  [default: as in site.toml]"
)
@with_site
@with_output
def accuracy(
    history: str, forecast: str, levels: tuple[str, ...], tolerance: float | None, site_file: str, **out: Any
) -> None:
    """Score FORECAST against what came.

    Beside each measure stands what chance alone leaves to a perfect forecast.

    HISTORY holds what came; with the weeks before as well, MASE is filled in.
    """
    import pandas as pd

    from callplan.tables import FORECAST, read
    from forecasting import accuracy as score
    from planning import read_history

    site = read_site(site_file)
    calls, ahead = read_history(history, site), read(forecast, FORECAST, site.zone)
    within = site.tolerance if tolerance is None else tolerance
    scores = [score(calls, ahead, by=by, tolerance=within, calendar=site.calendar) for by in levels]
    put(pd.concat(scores, ignore_index=True), **out)
