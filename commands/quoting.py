"""The commands of a quote: quote, pool."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from callplan.errors import Refused, nearest
from commands.door import (
    DAY,
    TABLE_FILE,
    example,
    progress,
    put,
    with_output,
    with_seed,
)

if TYPE_CHECKING:
    import pandas as pd

    from quoting import Pooled, Quote

# What a quote can be asked for, and the options that go with it.
_GO_WITH = {
    "--init": {"init", "demo", "outbound"},
    "--compare": {"compare", "seed", "style", "output"},
    "--actual": {"actual", "method", "seed", "style", "output"},
    "one table (--of, --format, -o)": {"what", "seed", "style", "output"},
    "the whole folder": {"folder", "pool_file", "valid_until", "seed"},
}
_POOL_TABLES = ("saving", "clients", "split", "week", "aht", "correlation", "overflow")


@click.command(epilog=example("callplan quote --init --demo quote.toml", "callplan quote quote.toml"))
@click.argument("files", nargs=-1, type=TABLE_FILE)
@click.option("--init", is_flag=True, help="Write a commented quote.toml, to be filled in.")
@click.option("--demo", is_flag=True, help="With --init: one that is filled with invented figures.")
@click.option("--outbound", is_flag=True, help="With --init --demo: an example of calls that are made.")
@click.option("--compare", is_flag=True, help="Hold two quotes side by side.")
@click.option(
    "--pool", "pool_file", type=TABLE_FILE, help="Put this portfolio (pool.toml) into the workbook."
)
@click.option(
    "--actual",
    type=TABLE_FILE,
    help="Print actual against quoted: a table of month, calls, aht_s, paid_h, cost, revenue.",
)
@click.option(
    "--method", default=1, show_default=True, help="With --actual: the billing method, by its place."
)
@click.option(
    "--of",
    "what",
    metavar="TABLE",
    help="Print one table of the quote, such as prices or months, and write no folder.",
)
@click.option("--valid-until", type=DAY, help="The last day on which the offer may be taken.")
@click.option("--folder", type=click.Path(file_okay=False), help="Write here.  [default: the file's name]")
@with_seed
@with_output
def quote(
    files: tuple[str, ...],
    init: bool,
    demo: bool,
    outbound: bool,
    compare: bool,
    pool_file: str | None,
    actual: str | None,
    method: int,
    what: str | None,
    valid_until: datetime | None,
    folder: str | None,
    seed: int,
    style: str | None,
    output: str | None,
) -> None:
    """Price seats: FILE (quote.toml) becomes a folder of workbook, offer, service plan and tables.

    Says what the quote takes and costs, its rate under every billing method, and how sure the margin is.
    """
    wanted = (init or demo or outbound, compare, actual is not None, what or style or output)
    asked = next((name for name, is_so in zip(_GO_WITH, wanted, strict=False) if is_so), "the whole folder")
    _refuse_idle(asked, _GO_WITH[asked])
    if asked == "--init":
        if outbound and not demo:
            raise Refused("--outbound", "only the example has two kinds", "add --demo, or leave it out")
        _write_template(files, "quote_outbound.toml" if outbound else "quote.toml", demo=demo)
    elif compare:
        _compare(files, seed, style, output)
    else:
        (file,) = _named(files, 1, "name one quote.toml, or --init to begin one")
        found = _worked_out(file, seed, valid_until)
        if actual is not None:
            put(_against(found, actual, method), style, output)
        elif asked == "the whole folder":
            _write(found, Path(file), Path(folder or Path(file).stem), pool_file, valid_until)
        else:
            put(_table(found, what or "prices"), style, output)


def _refuse_idle(asked: str, useful: set[str]) -> None:
    """Refuse an option that was given and would change nothing."""
    context = click.get_current_context()
    for option in context.command.params:
        name = option.name or ""
        given = context.get_parameter_source(name) is not ParameterSource.DEFAULT
        if isinstance(option, click.Option) and given and name not in useful:
            raise Refused(option.opts[-1], f"has no use with {asked}", "leave one of them out")


def _write_template(files: tuple[str, ...], name: str, *, demo: bool) -> None:
    """Write a commented file of settings, empty or as an example; never over one that is there."""
    from callplan.files import replacing
    from quoting import DEMO_OUTBOUND, DEMO_POOL, DEMO_QUOTE, pool_template, quote_template

    path = Path(_named(files or (name,), 1, "name one file to write")[0])
    if path.exists():
        raise Refused(str(path), "is there already", "edit it, or name another")
    example_file, template = {
        "quote.toml": (DEMO_QUOTE, quote_template),
        "quote_outbound.toml": (DEMO_OUTBOUND, quote_template),
        "pool.toml": (DEMO_POOL, pool_template),
    }[name]
    with replacing(path) as part:
        part.write_text(example_file.read_text("utf-8") if demo else template(), encoding="utf-8")
    command = "pool" if name == "pool.toml" else "quote"
    then = "see what it holds" if demo else 'fill in each "?"'
    click.echo(f"{path}: written; {then}, then `callplan {command} {path}`", err=True)


def _named(files: tuple[str, ...], count: int, do: str) -> tuple[str, ...]:
    if len(files) != count:
        raise Refused("FILE", f"{len(files)} named", do)
    return files


def _worked_out(file: str, seed: int, valid_until: datetime | None = None) -> "Quote":
    from quoting import Terms, quote

    terms = Terms.from_toml(file)
    if valid_until is not None and valid_until.date() < terms.date:
        found = f"{valid_until:%Y-%m-%d} is before the quote's date, {terms.date}"
        raise Refused("--valid-until", found, "give that day, or a later one")
    history = str(terms.history_file or file)
    try:
        with progress() as say:
            return quote(terms, seed=seed, progress=say)
    except Refused as fault:
        # A key of the terms needs its file's name; a place in the history has its own.
        if fault.where.startswith((history, Path(history).name)):
            raise
        where = ", ".join(filter(None, (Path(file).name, fault.where)))
        raise Refused(where, fault.found, fault.do) from None


def _compare(files: tuple[str, ...], seed: int, style: str | None, output: str | None) -> None:
    """Print the results of two quotes, or write them to a file, then print the terms in which they differ."""
    from quoting import Terms, compare, compare_results

    a, b = _named(files, 2, "name two quotes: --compare a.toml b.toml")
    differences = compare(Terms.from_toml(a), Terms.from_toml(b))
    first, second = _worked_out(a, seed), _worked_out(b, seed)
    put(compare_results(first.headline(), second.headline()), style, output)
    if output is None:
        click.echo()
    put(differences, style)


def _table(found: "Quote", name: str) -> "pd.DataFrame":
    tables = found.tables()
    if name not in tables:
        raise Refused("--of", f"the quote has no table {name!r}", nearest(name, tables))
    return tables[name]


def _against(found: "Quote", actual: str, method: int) -> "pd.DataFrame":
    """Hold what came against the quote, charged by one of its methods."""
    from callplan.tables import ACTUALS, read
    from quoting import against, quoted_by_month

    if not 1 <= method <= len(found.fees):
        raise Refused("--method", f"found {method}", f"the quote has {len(found.fees)} billing methods")
    charged = found.fees[method - 1] * (1 - found.terms.price.discount)
    return against(quoted_by_month(found.sizing.months, found.costs, charged), read(actual, ACTUALS))


def _write(found: "Quote", file: Path, folder: Path, pool_file: str | None, until: datetime | None) -> None:
    """Write the folder of a quote, and print what it says."""
    from quoting.summary import summarise_quote
    from reporting.quoting.folder import CLIENT, WORKBOOK, write_quote_folder

    inputs = {"quote.toml": file.read_bytes()}
    if found.terms.history_file is not None:
        inputs[found.terms.traffic.history] = found.terms.history_file.read_bytes()
    book = _book(found)
    if pool_file is not None:
        book["pool"] = _pooled(pool_file, found.seed).tables()
        inputs["pool.toml"] = Path(pool_file).read_bytes()
    lines = summarise_quote(found)
    valid_until = until and until.date()
    write_quote_folder(book, found.tables(), folder, summary=lines, inputs=inputs, valid_until=valid_until)
    click.echo("\n".join(lines))
    click.echo(f"The workbook is {folder / WORKBOOK}; what the client may read stands in {folder / CLIENT}.")


def _book(found: "Quote") -> dict[str, Any]:
    """Return what the workbook is written from."""
    sizing = found.sizing
    return {
        "title": found.terms.name,
        "terms": found.terms.model_dump(),
        "assumptions": found.assumptions,
        "efficiency": sizing.efficiency.share,
        "months": sizing.months,
        "by_volume": vars(sizing.by_volume),
        "workload": sizing.workload,
        "methods": sizing.methods,
        "requirement": sizing.requirement,
        "costs": found.costs,
        "prices": found.prices,
        "fees": found.fees,
        "tornado": found.tornado,
        "two_way": found.two_way,
        "margin": found.margin,
        "break_even": found.break_even,
        "ladder": found.ladder,
        "goals": found.goals,
        "figures": sizing.figures,
        "growth": found.growth,
        "benefit": found.benefit,
        "conventions": found.conventions,
    }


@click.command(epilog=example("callplan pool --init --demo pool.toml", "callplan pool pool.toml"))
@click.argument("file", type=TABLE_FILE, default="pool.toml")
@click.option("--init", is_flag=True, help="Write a commented pool.toml, to be filled in.")
@click.option("--demo", is_flag=True, help="With --init: one that is filled with invented figures.")
@click.option(
    "--of", "what", type=click.Choice(_POOL_TABLES), default="saving", show_default=True, help="The table."
)
@with_seed
@with_output
def pool(
    file: str, init: bool, demo: bool, what: str, seed: int, style: str | None, output: str | None
) -> None:
    """Say what clients save who share agents, and how to split it; FILE is a pool.toml."""
    if init or demo:
        _refuse_idle("--init", {"init", "demo"})
        _write_template((file,), "pool.toml", demo=demo)
        return
    found = _pooled(file, seed, f"pool_{what}")
    if found.split is not None:
        click.echo(found.split, err=True)
    tables = found.tables()
    if f"pool_{what}" not in tables:
        raise Refused("--of", f"this pool has no table {what}", "the remark says why; choose another")
    put(tables[f"pool_{what}"], style, output)


def _pooled(file: str, seed: int, needed: str = "") -> "Pooled":
    """Work out a pool; a table that is needed, and cannot come of these terms, is refused beforehand."""
    from quoting import Pool, lacking, pool

    terms = Pool.from_toml(file)
    if needed in (missing := lacking(terms)):
        raise Refused("--of", f"this pool has no table {needed.removeprefix('pool_')}", missing[needed])
    with progress() as say:
        return pool(terms, seed, say)
