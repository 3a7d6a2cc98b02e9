"""The terminal door: each command reads tables, calls one public function, and writes tables.

Only click is imported here; a command imports what it needs, so that `callplan --help` answers at once.
"""

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callplan.errors import CallplanError, Refused, Remark

if TYPE_CHECKING:
    import pandas as pd

    from planning import Site

TABLE_FILE = click.Path(dir_okay=False, allow_dash=True)
DAY = click.DateTime(["%Y-%m-%d"])


class Commands(click.Group):
    """Commands whose failures are one line on stderr, with an exit code of their own."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command, then say what it remarked and why it failed, if it did."""
        try:
            with remarks_on_stderr():
                return super().invoke(ctx)
        except CallplanError as fault:
            click.echo(f"callplan: {fault}", err=True)
            ctx.exit(fault.exit_code)
        except (PermissionError, FileNotFoundError, NotADirectoryError) as fault:
            click.echo(f"callplan: {fault.filename}: {fault.strerror}; choose another place", err=True)
            ctx.exit(Refused.exit_code)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """List the commands in the order of the chain, not of the alphabet."""
        return list(self.commands)


@contextmanager
def remarks_on_stderr() -> Iterator[None]:
    """Keep the remarks made inside, each once, and print them at the end; other warnings are not ours."""
    remarks: dict[str, None] = {}

    def keep(message: Warning | str, category: type[Warning], *_where: Any) -> None:
        if issubclass(category, Remark):
            remarks[str(message)] = None

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", Remark)
        warnings.showwarning = keep  # type: ignore[assignment]
        try:
            yield
        finally:
            for remark in remarks:
                click.echo(f"remark: {remark}", err=True)


def example(line: str) -> str:
    """Show a command line below a command's help, never wrapped; the tests run it."""
    return f"\b\nExample:\n  {line}"


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="callplan")
def main() -> None:
    """Forecast calls, staff them, schedule the shifts, and keep the score.

    The chain is history -> forecast -> requirement -> schedule -> accuracy: each command reads a table
    (a file, or - for standard input) and writes the next one. `callplan columns` names every column.
    """


def with_site(command: Callable) -> Callable:
    """Give a command the settings of the site."""
    option = click.option(
        "--site",
        "site_file",
        default="site.toml",
        show_default=True,
        help="Settings of the site (`callplan init` writes one).",
    )
    return option(command)


def with_format(command: Callable) -> Callable:
    """Give a command the formats of its output on stdout."""
    option = click.option(
        "--format",
        "style",
        type=click.Choice(["table", "csv", "json"]),
        help="What to print.  [default: table at a terminal, csv in a pipe]",
    )
    return option(command)


def with_output(command: Callable) -> Callable:
    """Give a command the choice of a file instead of stdout."""
    option = click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False),
        help="Write to this file (.csv, .csv.gz, .parquet, .xlsx) instead of printing.",
    )
    return option(with_format(command))


with_seed = click.option("--seed", default=0, show_default=True, help="Seed of whatever draws lots.")


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show on stderr what is being done: a moving line at a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty():
        yield lambda line: click.echo(line, err=True)
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield status.update


def put(table: "pd.DataFrame | list[dict[str, Any]]", style: str | None, output: str | None = None) -> None:
    """Write a table to a file, or print it."""
    if output is not None:
        from callplan.tables import write

        _refuse_overwriting_input(output)
        write(table, output)
        click.echo(f"{output}: {len(table):,} rows", err=True)
        return
    from reporting.terminal import show

    show(table, style or ("table" if sys.stdout.isatty() else "csv"))  # type: ignore[arg-type]


def _refuse_overwriting_input(output: str) -> None:
    """Refuse to write over a file that the same command reads, or writes something else to."""
    named = [value for value in click.get_current_context().params.values() if isinstance(value, str)]
    if sum(Path(value).resolve() == Path(output).resolve() for value in named) > 1:
        raise Refused(output, "is named twice in this command", "write to a file of its own")


def read_site(site_file: str) -> "Site":
    """Read the settings of the site."""
    from planning import Site

    return Site.from_toml(site_file)


@main.command(epilog=example("callplan init --zone Europe/Paris --queue sales"))
@click.argument("folder", default=".", type=click.Path(file_okay=False))
@click.option("--zone", default="", help="Time zone of the site, such as Europe/Paris.")
@click.option(
    "--queue", "queues", multiple=True, default=["sales"], show_default=True, help="A queue; repeat."
)
def init(folder: str, zone: str, queues: tuple[str, ...]) -> None:
    """Write a commented site.toml into FOLDER."""
    from callplan.files import replacing
    from callplan.intervals import named_zone
    from planning.template import site_template

    path = Path(folder) / "site.toml"
    if path.exists():
        raise Refused(str(path), "is there already", "edit it, or choose another folder")
    if zone:
        named_zone(zone, "--zone")
    if len(set(queues)) < len(queues) or "" in queues:
        raise Refused("--queue", f"found {', '.join(map(repr, queues))}", "name each queue once")
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as part:
        part.write_text(site_template(zone, queues), encoding="utf-8")
    click.echo(
        f"{path}: written; " + ("see its goals" if zone else "set its zone") + ", then forecast", err=True
    )


@main.command(epilog=example("callplan forecast history.csv --days 7 -o forecast.csv"))
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


@main.command(epilog=example("callplan backtest history.csv --origins 3 --model mean_of_8 -o backtest.csv"))
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


@main.command(epilog=example("callplan staff forecast.csv -o requirement.csv"))
@click.argument("forecast", type=TABLE_FILE)
@click.option("--service", help="Goal as percent/seconds, such as 80/20.  [default: as in site.toml]")
@click.option(
    "--shrinkage", type=float, help="Share of rostered time off the phones.  [default: as in site.toml]"
)
@click.option(
    "--patience", "patience_s", type=float, help="Mean patience, seconds.  [default: as in site.toml]"
)
@click.option(
    "--aht", "aht_s", type=float, help="Handling time where FORECAST has none.  [default: as in site.toml]"
)
@with_site
@with_output
def staff(
    forecast: str, service: str | None, site_file: str, style: str | None, output: str | None, **changes: Any
) -> None:
    """Turn FORECAST into the agents that each interval needs."""
    from callplan.tables import FORECAST, read
    from erlang import Target
    from planning import staff_site

    if service is not None:
        goal = Target.parse(service)
        changes |= {"service_level": goal.service_level, "within_s": goal.within_s}
    site = read_site(site_file).with_queues(**changes)
    put(staff_site(read(forecast, FORECAST, site.zone), site), style, output)


@main.command(epilog=example("callplan schedule requirement.csv -o shift_plan.csv --coverage coverage.csv"))
@click.argument("requirement", type=TABLE_FILE)
@click.option("--coverage", type=click.Path(dir_okay=False), help="Also write needed against staffed here.")
@click.option("--time-limit", "time_limit_s", default=60.0, show_default=True, help="Seconds for each queue.")
@with_seed
@with_site
@with_output
def schedule(
    requirement: str, coverage: str | None, time_limit_s: float, seed: int, site_file: str, **out: Any
) -> None:
    """Cover REQUIREMENT with shifts at the least paid hours."""
    from callplan.tables import REQUIREMENT, read
    from planning import expected_service
    from scheduling import schedule as cover

    site = read_site(site_file)
    needed = read(requirement, REQUIREMENT, site.zone)
    with progress() as say:
        say("shifts")
        found = cover(needed, site.shifts, seed=seed, time_limit_s=time_limit_s)
    for outcome in found.outcome:
        click.echo(str(outcome), err=True)
    put(found.shift_plan, **out)
    if coverage is not None:
        put(expected_service(found.coverage, needed, site), None, coverage)


@main.command(epilog=example("callplan plan history.csv --start 2003-10-13 --days 5 -o week"))
@click.argument("history", type=TABLE_FILE)
@click.option("--start", type=DAY, help="First day of the plan.  [default: the day after the history's last]")
@click.option("--days", default=7, show_default=True, help="How many days to plan.")
@click.option(
    "-o", "--output", default="plan", show_default=True, help="Folder for tables, workbook and report."
)
@with_seed
@with_site
def plan(history: str, start: Any, days: int, output: str, seed: int, site_file: str) -> None:
    """Forecast, staff and schedule days at once.

    What HISTORY holds from START on is not planned with: it is the truth the plan is held against.
    """
    from planning import read_history

    site = read_site(site_file)
    _run(
        read_history(history, site),
        site,
        Path(site_file).read_text(encoding="utf-8"),
        start and start.date(),
        days,
        seed,
        output,
    )


@main.command(epilog=example("callplan demo -o demo"))
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

    _run(
        bank_calls(),
        Site.from_toml(DEMO_SITE),
        DEMO_SITE.read_text(encoding="utf-8"),
        date(2003, 10, 20),
        5,
        0,
        output,
    )


def _run(
    history: "pd.DataFrame", site: "Site", site_toml: str, start: Any, days: int, seed: int, folder: str
) -> None:
    """Plan, compare with what came if it did, write the folder, say what it came to."""
    import planning
    from reporting.folder import write_folder

    with progress() as say:
        week = planning.plan(history, site, start=start, days=days, seed=seed, progress=say)
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
            site_toml=site_toml,
            goal=site.goals(),
            tolerance=site.tolerance,
        )
    for remark in week.remarks:
        click.echo(f"remark: {remark}", err=True)
    click.echo(
        "\n".join([*summary, f"The report is {Path(folder) / 'report.html'}; the tables stand beside it."])
    )


@main.command(epilog=example("callplan accuracy actual.csv forecast.csv"))
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


@main.command(epilog=example("callplan report week"))
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
def report(folder: str) -> None:
    """Draw report.html and plan.xlsx anew.

    They show the tables in FOLDER, whichever are there.
    """
    from reporting.folder import read_folder
    from reporting.report import write_report
    from reporting.workbook import write_workbook

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


@main.command(epilog=example("callplan erlang 100 --minutes 30 --aht 180 --service 80/20 --shrinkage 0.3"))
@click.argument("calls", type=float)
@click.option("--minutes", type=float, required=True, help="Length of the interval in which they come.")
@click.option("--aht", "aht_s", type=float, required=True, help="Average handling time, seconds.")
@click.option("--service", required=True, help="Goal as percent/seconds, such as 80/20.")
@click.option(
    "--convention", default="offered", show_default=True, help="How hang-ups count in the service level."
)
@click.option("--shrinkage", default=0.0, show_default=True, help="Share of rostered time off the phones.")
@click.option(
    "--patience", "patience_s", type=float, help="Mean patience, seconds.  [default: nobody hangs up]"
)
@with_format
def erlang(
    calls: float,
    minutes: float,
    aht_s: float,
    service: str,
    convention: str,
    style: str | None,
    **people: Any,
) -> None:
    """Answer how many agents CALLS in one interval need."""
    from erlang import Target, require_one

    answer = require_one(calls, minutes, aht_s, Target.parse(service, convention), **people)
    put([answer], style or "table")


@main.command(epilog=example("callplan columns requirement"))
@click.argument("table", required=False)
@with_format
def columns(table: str | None, style: str | None) -> None:
    """Describe the columns of TABLE, or of every one."""
    from callplan.schema import describe

    put(describe(table), style)


if __name__ == "__main__":
    main()
