"""Commands from forecast to requirement: staff, explain, simulate, erlang."""

from typing import TYPE_CHECKING, Any

import click

from callplan.errors import Refused
from commands.door import (
    PICTURE,
    TABLE_FILE,
    draw,
    example,
    progress,
    put,
    read_site,
    with_format,
    with_output,
    with_seed,
    with_site,
)
from commands.options import AS_STAFFED, CONVENTION, Instant, with_callers, with_goals, with_staffing

if TYPE_CHECKING:
    import pandas as pd

    from planning import Site


def _site_with(site_file: str, service: str | None, **changes: Any) -> "Site":
    """Read the site, with what the options change in every queue."""
    from erlang import Target

    if service is not None:
        goal = Target.parse(service)
        changes |= {"service_level": goal.service_level, "within_s": goal.within_s}
    return read_site(site_file).with_queues(**changes)


def _ahead(forecast: str, site: "Site", aht_s: float | None) -> "pd.DataFrame":
    """Read a forecast, with the handling time of the command line if it has one."""
    from callplan.tables import FORECAST, read

    ahead = read(forecast, FORECAST, site.zone)
    return ahead if aht_s is None else ahead.assign(aht_s=aht_s)


@click.command(epilog=example("callplan staff forecast.csv -o requirement.csv"))
@click.argument("forecast", type=TABLE_FILE)
@with_staffing
@click.option(
    "--repair",
    is_flag=True,
    help="Follow the day from border to border, and add or take away single agents until no interval is "
    "more than a point below its goal and none has an agent too many.",
)
@with_site
@with_output
def staff(
    forecast: str, site_file: str, repair: bool, style: str | None, output: str | None, **staffing: Any
) -> None:
    """Turn FORECAST into the agents that each interval needs."""
    from planning import staff_site

    site = _site_with(site_file, **staffing)
    ahead = _ahead(forecast, site, staffing["aht_s"])
    with progress() as say:
        needed = staff_site(ahead, site, repair=repair, progress=say)
    put(needed, style, output)


@click.command(epilog=example("callplan explain sales 2003-10-20T11:00 --forecast forecast.csv"))
@click.argument("queue")
@click.argument("start", type=Instant(), metavar="START")
@click.option(
    "--forecast", type=TABLE_FILE, default="forecast.csv", show_default=True, help="The forecast staffed."
)
@click.option(
    "--history", type=TABLE_FILE, help="The history it was made from: shows how the calls came about too."
)
@with_staffing
@with_site
@with_format
def explain(
    queue: str,
    start: Any,
    forecast: str,
    history: str | None,
    site_file: str,
    style: str | None,
    **staffing: Any,
) -> None:
    """Show how one interval's calls become agents.

    Every step from the calls of QUEUE in the interval that begins at START to erlangs, agents and
    rostered heads, with its numbers and the formula's name. With --history it begins with the level,
    weekday, holidays and trend that made the calls.
    """
    from dataclasses import asdict

    from planning import explain as steps_of
    from planning import read_history

    site = _site_with(site_file, **staffing)
    past = read_history(history, site) if history else None
    steps = steps_of(_ahead(forecast, site, staffing["aht_s"]), site, queue, start, history=past)
    if style is not None:
        put([asdict(step) for step in steps], style)
        return
    for step in steps:
        text = click.wrap_text(step.how, 100, f"{step.what:<11}", " " * 11)
        click.echo(f"{text}\n{'':<11}[{step.formula}]\n")


@click.command(epilog=example("callplan simulate requirement.csv --replications 100 --figure played.png"))
@click.argument("requirement", type=TABLE_FILE)
@click.option("--replications", default=200, show_default=True, help="How often the days are played.")
@click.option(
    "--aht-cv",
    type=float,
    help="Spread of handling times, deviation / mean (lognormal).  [default: exponential, whose spread is 1]",
)
@click.option(
    "--day-spread",
    default=0.0,
    show_default=True,
    help="Deviation of a day's volume from the forecast, as a share: 0.1 is 10%.",
)
@click.option("--figure", type=PICTURE, help="Draw expected and simulated here (.png, .svg).")
@with_callers(AS_STAFFED)
@with_seed
@with_site
@with_output
def simulate(
    requirement: str,
    replications: int,
    aht_cv: float | None,
    day_spread: float,
    figure: str | None,
    seed: int,
    site_file: str,
    style: str | None,
    output: str | None,
    **callers: Any,
) -> None:
    """Play REQUIREMENT call by call.

    A seeded simulation of the days with the agents of REQUIREMENT, many times over: the service level
    that callers meet in each interval, with its 95% limits, beside the one expected.
    """
    import pandas as pd

    from callplan.tables import REQUIREMENT, read
    from planning import simulate_site
    from reporting.staffing import plot_simulation

    site = _site_with(site_file, **callers)
    needed = _answering_others(read(requirement, REQUIREMENT, site.zone), **callers)
    if figure is not None and len(needed["queue"].unique()) > 1:
        raise Refused("--figure", "the requirement has several queues", "draw one: give its rows alone")
    with progress() as say:
        played = simulate_site(
            needed,
            site,
            replications=replications,
            seed=seed,
            aht_cv=aht_cv,
            day_spread=day_spread,
            progress=say,
        )
    if figure is not None:
        draw(plot_simulation(played, goal=needed.get("service_goal", pd.Series([None])).iloc[0]), figure)
    put(played, style, output)


def _answering_others(needed: "pd.DataFrame", service: str | None, **callers: Any) -> "pd.DataFrame":
    """Return a requirement as if it had been made for the callers of the command line."""
    from erlang import Target

    if service is not None:
        goal = Target.parse(service)
        callers |= {"service_goal": goal.service_level, "within_s": goal.within_s}
    return needed.assign(
        **{name: value for name, value in callers.items() if value is not None and name in needed}
    )


@click.command(epilog=example("callplan erlang 100 --minutes 30 --aht 180 --service 80/20 --shrinkage 0.3"))
@click.argument("calls", type=float)
@click.option("--minutes", type=float, required=True, help="Length of the interval in which they come.")
@click.option("--aht", "aht_s", type=float, required=True, help="Average handling time, seconds.")
@click.option("--service", required=True, help="Goal as percent/seconds, such as 80/20.")
@click.option("--convention", default="offered", show_default=True, help=CONVENTION)
@with_goals
@click.option("--shrinkage", default=0.0, show_default=True, help="Share of rostered time off the phones.")
@click.option(
    "--patience", "patience_s", type=float, help="Mean patience, seconds.  [default: nobody hangs up]"
)
@click.option("--lines", type=int, help="Calls the queue holds, talking and waiting.  [default: any number]")
@click.option("--ladder", is_flag=True, help="Show the agents for the goal, 90/20, 95/15 and 98/15.")
@click.option("--marginal", is_flag=True, help="Show what each agent more, or fewer, brings.")
@click.option(
    "--figure", type=PICTURE, help="Draw service, occupancy and lost calls against agents here (.png, .svg)."
)
@click.option("--aht-as-given", is_flag=True, help="Take a handling time below 10 s or above 4 h.")
@with_format
def erlang(
    calls: float,
    minutes: float,
    aht_s: float,
    service: str,
    convention: str,
    asa_s: float | None,
    abandoned: float | None,
    occupancy: float | None,
    p_wait: float | None,
    shrinkage: float,
    ladder: bool,
    marginal: bool,
    figure: str | None,
    aht_as_given: bool,
    style: str | None,
    **callers: Any,
) -> None:
    """Answer how many agents CALLS in one interval need."""
    from dataclasses import replace

    import erlang as formulas
    from callplan.plausible import refuse_odd_aht

    if not aht_as_given:
        refuse_odd_aht(aht_s, "--aht", "or add --aht-as-given")
    if ladder and marginal:
        raise Refused("--ladder and --marginal", "both are asked for", "ask for one at a time")
    target = replace(
        formulas.Target.parse(service, convention),
        asa_s=asa_s,
        abandoned=abandoned,
        occupancy=occupancy,
        p_wait=p_wait,
    )
    answer = formulas.require_one(calls, minutes, aht_s, target, shrinkage=shrinkage, **callers)
    if marginal or figure:
        around = max(answer["agents"] - 4, 1)
        rows = formulas.marginal(
            answer["load"], aht_s, target.within_s or 0.0, agents=around, convention=convention, **callers
        )
    if figure:
        from reporting.staffing import plot_marginal

        title = f"{calls:g} calls in {minutes:g} minutes, AHT {aht_s:g} s, {_who(**callers)}"
        draw(plot_marginal(rows, answer, title=title), figure)
    if marginal:
        put(rows, style or "table")
    elif ladder:
        goals = list(dict.fromkeys([service, "80/20", "90/20", "95/15", "98/15"]))
        put(
            formulas.ladder(answer["load"], aht_s, goals=goals, convention=convention, **callers),
            style or "table",
        )
    else:
        put([answer], style or "table")


def _who(patience_s: float | None, lines: int | None) -> str:
    """Say how callers wait."""
    patience = "nobody hangs up" if patience_s is None else f"patience {patience_s:g} s"
    return patience if lines is None else f"{patience}, {lines} lines"
