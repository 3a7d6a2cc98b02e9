"""Commands of the reports that clients get: the management report, and the KPI scorecard."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from callplan.errors import Refused
from commands.door import OutputFile, example, progress, read_site, with_output, with_seed, with_site
from commands.keeping import moment, opened, with_store
from commands.options import Instant

if TYPE_CHECKING:
    import pandas as pd

    from callplan.store import Store
    from planning import Site
    from planning.management import ManagementReport

LANGUAGE = click.Choice(["en", "zh"])
with_language = click.option("--language", type=LANGUAGE, help="en or zh.  [default: as in the settings]")
with_page = click.option("--page", type=OutputFile(".html"), help="Write the page here.")
with_book = click.option("--workbook", type=OutputFile(".xlsx"), help="Write the workbook here.")


@click.command(
    "management-report",
    epilog=example(
        "callplan management-report --init -o report.toml",
        "callplan management-report report.toml --history history.csv --period 2003-09 --page september.html",
    ),
)
@click.argument("settings_file", metavar="SETTINGS", default="report.toml")
@click.option("--init", is_flag=True, help="Write a commented report.toml instead.")
@click.option("-o", "--output", type=OutputFile(".toml"), help="With --init: the file.  [default: SETTINGS]")
@click.option("--history", type=click.Path(dir_okay=False), help="The history.  [default: the site's store]")
@click.option(
    "--period", help='"week" or "month" that is over, or 2026-10, 2026-W43.  [default: as in SETTINGS]'
)
@click.option("--now", type=Instant(), help="Days not over by then are left out.  [default: by the clock]")
@with_language
@with_page
@with_book
@with_seed
@with_store
@with_site
def management_report(
    settings_file: str,
    init: bool,
    output: str | None,
    history: str | None,
    period: str | None,
    now: datetime | None,
    language: str | None,
    page: str | None,
    workbook: str | None,
    seed: int,
    store_at: str | None,
    site_file: str,
) -> None:
    """Report a client's week or month: figures, goals, credits, accuracy, outlook.

    SETTINGS say for whom, and by which goals. Written are a page (.html) and a workbook (.xlsx), beside
    SETTINGS unless named.
    """
    from planning.management import ReportSettings, management_report, read_given, report_template

    if init:
        _write_new(output or settings_file, report_template())
        return
    site, settings = read_site(site_file), ReportSettings.from_toml(settings_file)
    at = moment(now, site)
    with progress() as say:

        def report(calls: "pd.DataFrame", store: "Store | None") -> "ManagementReport":
            given = read_given(settings, Path(settings_file).parent, site, store)
            return management_report(
                calls, site, settings, now=at, given=given, period=period, seed=seed, progress=say
            )

        found = _with_calls(report, history, store_at, site, site_file)
        say("the pages")
        names = _names(settings_file, f"{found.period.first:%Y-%m-%d}", page, workbook)
        _write(found, language or settings.language, *names)


def _with_calls(
    report: "Callable[[pd.DataFrame, Store | None], ManagementReport]",
    history: str | None,
    store_at: str | None,
    site: "Site",
    site_file: str,
) -> "ManagementReport":
    """Report on the history of a file, or on that of the store with what was published."""
    from planning import read_history

    if history is not None:
        return report(read_history(history, site), None)
    with opened(store_at, site, site_file) as store:
        calls = store.history(zone=site.zone)
        if calls.empty:
            raise Refused("the store", "no history", "`callplan import` brings one, or give --history")
        return report(calls, store)


def _names(settings_file: str, which: str, page: str | None, workbook: str | None) -> tuple[str, str]:
    """Return the files to write: those named, or else beside the settings, by the first day."""
    stem = Path(settings_file).with_suffix("")
    return page or f"{stem}-{which}.html", workbook or f"{stem}-{which}.xlsx"


def _write(report: "ManagementReport", language: str, page: str, workbook: str) -> None:
    from reporting.management import management_document, write_management_page, write_management_workbook

    document = management_document(report, language)
    write_management_page(document, page)
    write_management_workbook(document, workbook)
    for line in (*document.summary, *document.notes):
        click.echo(line)
    click.echo(f"{page}\n{workbook}", err=True)


def _write_new(path: str, text: str) -> None:
    """Write settings to fill in, where no file is yet."""
    from callplan.files import replacing

    if Path(path).exists():
        raise Refused(path, "is there already", "delete it first, or name another with -o")
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
    click.echo(f"{path}: fill in what differs", err=True)


@click.command(epilog=example("callplan scorecard --init"))
@click.argument("settings_file", metavar="SETTINGS", default="scorecard.toml")
@click.option("--init", is_flag=True, help="Write a commented scorecard.toml instead.")
@with_language
@with_page
@with_book
@with_output
def scorecard(
    settings_file: str,
    init: bool,
    language: str | None,
    page: str | None,
    workbook: str | None,
    style: str | None,
    output: str | None,
) -> None:
    """Score clients or vendors by formulas of your own, with targets and weights.

    SETTINGS name a table for each of them and the metrics. Formulas are arithmetic over columns; nothing in
    them is ever run as a program.
    """
    from commands.door import put
    from planning.scorecard import Scorecard, read_subject, scorecard, scorecard_template

    if init:
        _write_new(settings_file, scorecard_template())
        return
    settings = Scorecard.from_toml(settings_file)
    folder = Path(settings_file).parent
    tables = {name: read_subject(folder / file) for name, file in settings.subjects.items()}
    scores = scorecard(settings, tables)
    if page or workbook:
        from reporting.management import (
            scorecard_document,
            write_management_page,
            write_management_workbook,
        )

        formulas = {metric.name: metric.formula for metric in settings.metrics}
        document = scorecard_document(
            scores, formulas, settings.by, settings.most, language or settings.language
        )
        if page:
            write_management_page(document, page)
        if workbook:
            write_management_workbook(document, workbook)
    put(scores, style, output)
