"""Commands that join the chain: init, plan, demo, report, columns."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callplan.errors import Refused
from commands.door import (
    DAY,
    TABLE_FILE,
    example,
    progress,
    put,
    read_site,
    with_format,
    with_seed,
    with_site,
)
from commands.keeping import with_store, with_who
from commands.weekly import NOT_GIVEN, Asked, inputs_of, refuse_of_store, run_week

# Options of `callplan plan` that need the store.
OF_STORE = ("people", "previous", "what_if")

if TYPE_CHECKING:
    import pandas as pd

    from planning import Site


@click.command(epilog=example("callplan init --zone Europe/Paris --country FR --queue sales"))
@click.argument("folder", default=".", type=click.Path(file_okay=False))
@click.option("--zone", default="", help="Time zone of the site, such as Europe/Paris.")
@click.option(
    "--queue", "queues", multiple=True, default=["sales"], show_default=True, help="A queue; repeat."
)
@click.option("--country", help="Country whose public holidays count, by its ISO code, such as FR.")
def init(folder: str, zone: str, queues: tuple[str, ...], country: str | None) -> None:
    """Write a commented site.toml into FOLDER."""
    from callplan.files import replacing
    from callplan.intervals import named_zone
    from planning.template import site_template

    path = Path(folder) / "site.toml"
    if path.exists():
        raise Refused(str(path), "is there already", "edit it, or choose another folder")
    if zone:
        named_zone(zone, "--zone")
    if country:
        from forecasting import Calendar

        Calendar(country)
    if len(set(queues)) < len(queues) or "" in queues:
        raise Refused("--queue", f"found {', '.join(map(repr, queues))}", "name each queue once")
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as part:
        part.write_text(site_template(zone, queues, country), encoding="utf-8")
    still = "set its zone" if not zone else "see its goals" if country else "see its goals and country"
    click.echo(f"{path}: written; {still}, then forecast", err=True)


@click.command(
    epilog=example(
        "callplan plan history.csv --start 2003-10-13 --days 5 -o week",
        "callplan plan --import history.csv --start 2003-10-13 --days 5",
    )
)
@click.argument("history", type=TABLE_FILE, required=False)
@click.option("--start", type=DAY, help="First day of the plan.  [default: the day after the history's last]")
@click.option("--days", default=7, show_default=True, help="How many days to plan.")
@click.option(
    "--import", "files", multiple=True, type=click.Path(dir_okay=False), help="Import this first; repeat."
)
@click.option("--people", type=TABLE_FILE, help="Who can work: makes a roster instead of a shift plan.")
@click.option("--previous", type=TABLE_FILE, help="Their shifts of the weeks before: rules hold across.")
@click.option("--what-if", type=click.Path(dir_okay=False), help="Scenarios to lay beside it (.toml).")
@click.option(
    "--time-limit",
    "time_limit_s",
    type=float,
    help="Seconds that the search for shifts may take.  [default: 60 for each queue; with people 60, and 3 "
    "for each]",
)
@click.option(
    "-o",
    "--output",
    help="Folder for tables, workbook and report.  [default: plan; from the store plan/ and the first day]",
)
@with_seed
@with_who
@with_store
@with_site
def plan(history: str | None, start: Any, output: str | None, site_file: str, **given: Any) -> None:
    """Forecast, staff and schedule days at once.

    Without HISTORY it is the weekly run, from the site's store: import what is new, track last week,
    forecast with events and overrides, staff, schedule, and play the finished schedule as the weeks
    may come, to say what service it will give with its band. What HISTORY holds from START on is not
    planned with: it is the truth the plan is held against.
    """
    site, first = read_site(site_file), start and start.date()
    if history is None:
        run_week(Asked(start=first, output=output, **given), site, site_file)
        return
    refuse_of_store(history, **{"import": given["files"]}, **{name: given[name] for name in OF_STORE})
    _plan_alone(history, site, Path(site_file), Path(output or "plan"), start=first, **given)


def _plan_alone(history: str, site: "Site", site_file: Path, folder: Path, **asked: Any) -> None:
    """Plan with one history alone."""
    from planning import read_history

    inputs = inputs_of(site, site_file, folder, NOT_GIVEN)
    options = {name: asked[name] for name in ("start", "days", "seed", "time_limit_s")}
    _run(read_history(history, site), site, folder, inputs, **options)


@click.command(epilog=example("callplan demo -o demo"))
@click.option(
    "-o", "--output", default="demo", show_default=True, help="Folder for tables, workbook and report."
)
def demo(output: str) -> None:
    """Plan a week of a real bank's calls.

    The week is hidden, planned from what came before, then compared with what really came.
    """
    from datetime import date

    from intake import bank_calls
    from planning import DEMO_SITE, Site

    inputs = {"site.toml": DEMO_SITE.read_bytes()}
    _run(bank_calls(), Site.from_toml(DEMO_SITE), Path(output), inputs, start=date(2003, 10, 20), days=5)


def _run(
    history: "pd.DataFrame", site: "Site", folder: Path, inputs: Mapping[str, bytes | None], **options: Any
) -> None:
    """Plan, compare with what came if it did, write the folder, say what it came to."""
    import planning
    from reporting.folder import write_folder

    with progress() as say:
        week = planning.plan(history, site, **options, progress=say)
        came = planning.review(week, history) if planning.has_come(week, history) else None
        say("report")
        tables = week.tables() | (came.tables() if came else {})
        summary = planning.summarise(week, came)
        write_folder(
            tables,
            folder,
            title=site.name,
            summary=summary,
            remarks=week.remarks,
            goal=site.goals(),
            tolerance=site.tolerance,
            inputs=inputs,
        )
    for remark in week.remarks:
        click.echo(f"remark: {remark}", err=True)
    click.echo("\n".join([*summary, f"The report is {folder / 'report.html'}; the tables stand beside it."]))


@click.command(epilog=example("callplan report week"))
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
def report(folder: str) -> None:
    """Draw report.html and plan.xlsx anew.

    They show the tables in FOLDER, whichever are there.
    """
    from reporting.folder import read_folder, settle
    from reporting.report import write_report
    from reporting.workbook import write_workbook

    settle(folder)
    site = read_site(str(Path(folder) / "site.toml"))
    tables, summary, remarks = read_folder(folder, site.zone)
    book, page = Path(folder) / "plan.xlsx", Path(folder) / "report.html"
    with progress() as say:
        say("report")
        write_workbook(tables, book, title=site.name, summary=summary)
        write_report(
            tables,
            page,
            title=site.name,
            summary=summary,
            remarks=remarks,
            goal=site.goals(),
            tolerance=site.tolerance,
        )
    click.echo(f"{book}\n{page}", err=True)


@click.command(epilog=example("callplan columns requirement"))
@click.argument("table", required=False)
@with_format
def columns(table: str | None, style: str | None) -> None:
    """Describe the columns of TABLE, or of every one."""
    from callplan.schema import describe

    put(describe(table), style)
