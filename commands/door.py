"""What all commands share: how they fail, where they write, what they show while they work."""

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callplan.errors import CallplanError, Refused, Remark

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd
    from matplotlib.axes import Axes

    from planning import Site


class OutputFile(click.ParamType):
    """A file to write: refused before any work if its suffix, its folder or its name cannot be."""

    name = "file"

    def __init__(self, *suffixes: str) -> None:
        self.suffixes = suffixes

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002
        """Return the path as it was given."""
        path = Path(value)
        if not path.name.lower().endswith(self.suffixes):
            raise Refused(value or "''", "the suffix names no format", f"use {', '.join(self.suffixes)}")
        if path.is_dir():
            raise Refused(value, "is a folder", "name a file in it")
        if not path.parent.is_dir():
            raise Refused(value, f"there is no folder {path.parent}", "make it first")
        if ctx is not None:
            _refuse_naming_twice(value, ctx, 0)
        return value


TABLE = OutputFile(".csv", ".csv.gz", ".parquet", ".xlsx")
PICTURE = OutputFile(".png", ".svg")
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


def every_command(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Give every command by its name, in order, and instead of a group those in it."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from every_command(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


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


def example(*lines: str) -> str:
    """Show command lines below a command's help, never wrapped; the tests run them."""
    return "\n  ".join(["\b\nExample:", *lines])


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
        type=TABLE,
        help="Write to this file (.csv, .csv.gz, .parquet, .xlsx) instead of printing.",
    )
    return option(with_format(command))


with_seed = click.option("--seed", default=0, show_default=True, help="The same seed, the same numbers.")


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show on stderr what is being done: a moving line at a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty():
        yield lambda line: click.echo(line, err=True)
        return
    from rich.console import Console

    with Console(stderr=True).status("working") as status:
        yield status.update


@contextmanager
def workers(jobs: int) -> Iterator["Executor | None"]:
    """Give work to so many processes; one needs none beside this."""
    if jobs == 1:
        yield None
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Begun anew rather than forked: the line of progress is drawn by a thread, whose locks a fork would copy.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield pool


def put(table: "pd.DataFrame | list[dict[str, Any]]", style: str | None, output: str | None = None) -> None:
    """Write a table to a file, or print it."""
    if output is not None:
        from callplan.tables import write

        _refuse_naming_twice(output, click.get_current_context(), 1)
        write(table, output)
        click.echo(f"{output}: {len(table):,} rows", err=True)
        return
    from reporting.terminal import show

    show(table, style or ("table" if sys.stdout.isatty() else "csv"))  # type: ignore[arg-type]


def draw(ax: "Axes", path: str) -> None:
    """Write a picture in the format of its suffix; the same picture is the same bytes."""
    from reporting.pictures import save_picture

    _refuse_naming_twice(path, click.get_current_context(), 1)
    save_picture(ax.figure, path)
    click.echo(f"{path}: written", err=True)


def _refuse_naming_twice(output: str, ctx: click.Context, known: int) -> None:
    """Refuse to write over a file that the command reads, or writes something else to.

    `known` is how often its parameters name the file when all is well.
    """
    named = [value for value in ctx.params.values() if isinstance(value, str)]
    if sum(Path(value).resolve() == Path(output).resolve() for value in named) > known:
        raise Refused(output, "is named twice in this command", "write to a file of its own")


def read_site(site_file: str) -> "Site":
    """Read the settings of the site."""
    from planning import Site

    return Site.from_toml(site_file)
