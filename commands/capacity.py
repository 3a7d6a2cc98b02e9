"""The command of the year: capacity."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callplan.errors import Refused, Remark
from commands.door import (
    DAY,
    PICTURE,
    TABLE_FILE,
    OutputFile,
    draw,
    example,
    progress,
    put,
    with_output,
    with_seed,
    with_site,
)
from commands.keeping import calls_kept, with_store
from commands.options import site_with, with_calendar, with_model

if TYPE_CHECKING:
    from planning import Site
    from planning.capacity import Capacity, CapacityPlan

_WORKBOOK = OutputFile(".xlsx")
_TABLES = ("need", "balance", "hires", "late", "ways", "tried")


@click.command(epilog=example("callplan capacity history.csv --weeks 13 --headcount FT40 8"))
@click.argument("history", type=TABLE_FILE, required=False)
@click.option("--weeks", default=52, show_default=True, help="How many weeks, each from Monday.")
@click.option("--start", type=DAY, help="Begin with the Monday on or after.  [default: after the history]")
@click.option(
    "--terms",
    "terms_file",
    type=TABLE_FILE,
    help="A TOML file: headcount, attrition, leave and absence, gap, overtime, overflow (docs/capacity.md).",
)
@click.option(
    "--headcount",
    type=(str, float),
    multiple=True,
    metavar="CONTRACT PEOPLE",
    help="How many people are there now, all in full work; repeat.",
)
@click.option(
    "--gap",
    "gap_at_most",
    type=float,
    help="FTE by which a week may be short.  [default: as in --terms, or 0]",
)
@click.option("--overflow", "overflow_per_h", type=float, help="Price of an agent's hour bought outside.")
@click.option("--overtime", "overtime_most", type=float, help="Most overtime, as a share of the hours there.")
@click.option("--full-time", "full_time_h", type=float, help="Hours of a full-time week.")
@click.option(
    "--absences",
    type=TABLE_FILE,
    help="Read leave and absence from this table: start, planned_h, leave_h, absent_h.",
)
@with_model
@with_calendar
@click.option(
    "--of", "what", type=click.Choice(_TABLES), help="The table to print.  [default: balance, or need]"
)
@click.option("--figure", type=PICTURE, help="Draw FTE required and available here (.png, .svg).")
@click.option("--workbook", type=_WORKBOOK, help="Write a workbook, weeks across, here.")
@with_seed
@with_store
@with_site
@with_output
def capacity(
    history: str | None,
    weeks: int,
    start: Any,
    what: str | None,
    queues: tuple[str, ...],
    seed: int,
    store_at: str | None,
    site_file: str,
    style: str | None,
    output: str | None,
    figure: str | None,
    workbook: str | None,
    model: str | None,
    events: str | None,
    country: str | None,
    subdivision: str | None,
    **terms: Any,
) -> None:
    """Plan the capacity of a quarter or a year.

    By week: the calls forecast after HISTORY (or what the store holds), the FTE that they need and those
    there are, when to start which class, and what overtime, overflow and lateness cost.
    """
    from planning.capacity import capacity as plan_of

    site = site_with(site_file, queues, events, country, subdivision, model=model)
    given = _terms(site, **terms)
    calls = calls_kept(history, queues, store_at, site, site_file)
    with progress() as say:
        plan = plan_of(calls, site, given, weeks=weeks, start=start and start.date(), seed=seed, progress=say)
    for line in (*plan.conventions, *plan.summary):
        click.echo(line, err=True)
    _draw_and_write(plan, site, figure, workbook)
    tables = plan.tables()
    name = what or ("balance" if "balance" in tables else "need")
    if name not in tables:
        raise Refused("--of", f"there is no table {name}", f"choose from {', '.join(tables)}")
    put(tables[name], style, output)


def _terms(
    site: "Site",
    terms_file: str | None,
    headcount: tuple[tuple[str, float], ...],
    absences: str | None,
    **changes: Any,
) -> "Capacity":
    """Read the terms, with what the options say instead."""
    from planning.capacity import Capacity, estimate_season

    terms = Capacity.from_toml(terms_file) if terms_file else Capacity()
    given = {name: value for name, value in changes.items() if value is not None}
    if headcount:
        given["headcount"] = {**terms.headcount, **dict(headcount)}
    if absences is not None:
        from callplan.tables import ABSENCES, read

        given["season"] = estimate_season(read(absences, ABSENCES, site.zone))
    return terms.replace(**given)


def _draw_and_write(plan: "CapacityPlan", site: "Site", figure: str | None, workbook: str | None) -> None:
    """Draw the picture and write the workbook, where they are asked for."""
    from reporting.capacity import plot_capacity, write_capacity_workbook

    if figure is not None and plan.balance is None:
        warnings.warn("no figure is drawn: it shows heads beside the need", Remark, stacklevel=2)
    elif figure is not None:
        draw(plot_capacity(plan.balance, plan.need), figure)
    if workbook is not None:
        title = f"{site.name}: capacity"
        write_capacity_workbook(
            plan.tables(), workbook, title=title, summary=plan.summary, conventions=plan.conventions
        )
        click.echo(f"{Path(workbook)}: written", err=True)
