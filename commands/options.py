"""Options that several commands share, and the sites and histories they come to."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from callplan.errors import Refused, nearest
from commands.door import DAY, read_site

if TYPE_CHECKING:
    import pandas as pd

    from planning import Site

CONVENTION = (
    "How hang-ups count in the service level: offered, answered, abandon_positive, abandon_ignored, "
    "short_positive, net_offered or virtual."
)
AS_IN_SITE = "  [default: as in site.toml]"
AS_STAFFED = "  [default: as the requirement was made]"

with_queues = click.option("--queue", "queues", multiple=True, help="Take this queue alone; repeat.")
with_model = click.option("--model", help=f"A model's name, or auto.{AS_IN_SITE}")
with_level = click.option("--level", type=float, help=f"Share of counts the band is to hold.{AS_IN_SITE}")


class Instant(click.ParamType):
    """A time as tables write it: 2003-10-20 11:00, with seconds and an offset from UTC or without."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the time, aware of its offset if it has one."""
        try:
            return value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time such as 2003-10-20T11:00", param, ctx)


def with_country(command: Callable) -> Callable:
    """Give a command the public holidays."""
    options = [
        click.option("--country", help=f"Public holidays of this country, by ISO code.{AS_IN_SITE}"),
        click.option("--subdivision", help=f"Its state or region, by ISO code.{AS_IN_SITE}"),
    ]
    return with_all(options, command)


def with_calendar(command: Callable) -> Callable:
    """Give a command its queues, and the days that are known beforehand to differ."""
    events = click.option(
        "--events",
        type=click.Path(dir_okay=False),
        help="A file of your own days that differ: name, date, and if you like until, queue and effect "
        f"(1.2, +20%, -15%; empty: learned).{AS_IN_SITE}",
    )
    return with_queues(events(with_country(command)))


def with_history(command: Callable) -> Callable:
    """Give a command what it learns from a history with."""
    options = [
        click.option(
            "--clean/--no-clean",
            default=True,
            show_default=True,
            help="Learn around what `callplan repairs` lists (outages, outliers, ...), or from all as it is.",
        ),
        click.option(
            "--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes to work with."
        ),
    ]
    return with_calendar(with_all(options, command))


def with_days(command: Callable) -> Callable:
    """Give a command the days to forecast."""
    options = [
        click.option("--days", default=7, show_default=True, help="How many days to forecast."),
        click.option("--start", type=DAY, help="First day.  [default: the day after the history's last]"),
    ]
    return with_all(options, command)


def with_goals(command: Callable) -> Callable:
    """Give a command the goals that may stand beside a service level; the team then meets all."""
    options = [
        click.option("--asa", "asa_s", type=float, help="Longest average speed of answer, seconds."),
        click.option("--abandoned", type=float, help="Largest share that hangs up, such as 0.05."),
        click.option("--occupancy", type=float, help="Cap on busy time, such as 0.85."),
        click.option("--p-wait", type=float, help="Largest share that has to wait, such as 0.2."),
    ]
    return with_all(options, command)


def with_callers(default: str) -> Callable[[Callable], Callable]:
    """Give a command the service level, and what is known of those who call."""
    options = [
        click.option("--service", help=f"Goal of every queue as percent/seconds, such as 80/20.{default}"),
        click.option("--convention", help=f"{CONVENTION}{default}"),
        click.option("--patience", "patience_s", type=float, help=f"Mean patience, seconds.{default}"),
        click.option("--lines", type=int, help=f"Calls a queue holds, talking and waiting.{default}"),
    ]
    return partial(with_all, options)


def with_staffing(command: Callable) -> Callable:
    """Give a command everything that decides how many agents a forecast needs."""
    options = [
        click.option("--shrinkage", type=float, help=f"Share of rostered time off the phones.{AS_IN_SITE}"),
        click.option(
            "--confidence",
            type=float,
            help=f"Share of days on which an interval is to meet the goal, such as 0.8.{AS_IN_SITE}",
        ),
        click.option(
            "--lag/--no-lag",
            default=None,
            help=f"Follow the load with the delay of the handle time.{AS_IN_SITE}",
        ),
        click.option(
            "--aht", "aht_s", type=float, help="Handling time in seconds, instead of the forecast's."
        ),
        click.option(
            "--aht-as-given", is_flag=True, default=None, help="Take a handling time below 10 s or above 4 h."
        ),
    ]
    return with_callers(AS_IN_SITE)(with_goals(with_all(options, command)))


def with_all(options: Sequence[Callable], command: Callable) -> Callable:
    """Give a command these options, shown in this order."""
    for option in reversed(options):
        command = option(command)
    return command


def site_with(
    site_file: str,
    queues: tuple[str, ...] = (),
    events: str | None = None,
    country: str | None = None,
    subdivision: str | None = None,
    **changes: Any,
) -> "Site":
    """Read the site, with what the options say instead."""
    site = read_site(site_file)
    site = site.replace(**{name: value for name, value in changes.items() if value is not None})
    # A region of the site's country is none of another's.
    days = {"country": country, "subdivision": subdivision} if country else {"subdivision": subdivision}
    if country or subdivision:
        site = site.replace(calendar=site.calendar.replace(**days))
    site = site.with_events(events) if events else site
    return site.only(queues) if queues else site


def calls_of(history: str, site: "Site", queues: tuple[str, ...] = ()) -> "pd.DataFrame":
    """Read a history, or the rows of these queues in it."""
    from planning import read_history

    return only(read_history(history, site), queues, history)


def only(calls: "pd.DataFrame", queues: tuple[str, ...], source: str) -> "pd.DataFrame":
    """Return the rows of these queues, or all where none is named."""
    for name in queues:
        if name not in set(calls["queue"]):
            found = f"no row of {name!r} in {source}"
            raise Refused("--queue", found, nearest(name, calls["queue"].unique()))
    return calls[calls["queue"].isin(queues)] if queues else calls


def refuse_several(table: "pd.DataFrame", *pictures: str | None) -> None:
    """Refuse to draw several queues in one picture, before any work is done for it."""
    if any(pictures) and len(table["queue"].unique()) > 1:
        raise Refused("--figure", "there are several queues", "draw one: add --queue NAME")
