"""Options that commands of staffing share: goals, callers, and everything that decides a team."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import click

CONVENTION = (
    "How hang-ups count in the service level: offered, answered, abandon_positive, abandon_ignored, "
    "short_positive, net_offered or virtual."
)
AS_IN_SITE = "  [default: as in site.toml]"
AS_STAFFED = "  [default: as the requirement was made]"


class Instant(click.ParamType):
    """A time as tables write it: 2003-10-20 11:00, with seconds and an offset from UTC or without."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the time, aware of its offset if it has one."""
        try:
            return value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time such as 2003-10-20T11:00", param, ctx)


def with_goals(command: Callable) -> Callable:
    """Give a command the goals that may stand beside a service level; the team then meets all."""
    options = [
        click.option("--asa", "asa_s", type=float, help="Longest average speed of answer, seconds."),
        click.option("--abandoned", type=float, help="Largest share that hangs up, such as 0.05."),
        click.option("--occupancy", type=float, help="Cap on busy time, such as 0.85."),
        click.option("--p-wait", type=float, help="Largest share that has to wait, such as 0.2."),
    ]
    return _with_all(options, command)


def with_callers(default: str) -> Callable[[Callable], Callable]:
    """Give a command the service level, and what is known of those who call."""
    options = [
        click.option("--service", help=f"Goal of every queue as percent/seconds, such as 80/20.{default}"),
        click.option("--convention", help=f"{CONVENTION}{default}"),
        click.option("--patience", "patience_s", type=float, help=f"Mean patience, seconds.{default}"),
        click.option("--lines", type=int, help=f"Calls a queue holds, talking and waiting.{default}"),
    ]
    return partial(_with_all, options)


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
    return with_callers(AS_IN_SITE)(with_goals(_with_all(options, command)))


def _with_all(options: Sequence[Callable], command: Callable) -> Callable:
    """Give a command these options, shown in this order."""
    for option in reversed(options):
        command = option(command)
    return command
