"""Write the generated pages: docs/nomenclature.md from the tables, docs/cli.md from the commands.

`make docs` runs it; a test fails where a page is not what it would write.
"""

import sys
from pathlib import Path

import click

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent))

from callplan.schema import TABLES  # noqa: E402
from cli import main  # noqa: E402
from commands.door import every_command  # noqa: E402


def nomenclature() -> str:
    """Return the page that names every table and column."""
    lines = [
        "# Nomenclature",
        "",
        "Every table and column, written from `callplan/schema/` by `make docs`; `callplan columns` prints",
        "the same. Columns marked ? are optional. Times are in the site's time zone, shares from 0 to 1.",
    ]
    for table in TABLES.values():
        lines += ["", f"## {table.name}", "", table.meaning, "", f"Key: {', '.join(table.key)}.", ""]
        lines += ["| column | type | unit | meaning |", "|---|---|---|---|"]
        for column in table.columns:
            mark = "" if column.required else "?"
            lines.append(f"| `{column.name}`{mark} | {column.dtype} | {column.unit} | {column.meaning} |")
    return "\n".join(lines) + "\n"


def commands() -> str:
    """Return the page that shows every command's help."""
    lines = ["# Commands", "", "Every command's help, written from `commands/` by `make docs`."]
    # With the group's own settings, as a call has them: a command keeps the help option it first shows.
    context = click.Context(main, info_name="callplan", terminal_width=100, **main.context_settings)
    lines += ["", "## callplan", "", "```text", main.get_help(context), "```"]
    for name, command in every_command(main):
        inner = click.Context(
            command, parent=context, info_name=name, terminal_width=100, max_content_width=100
        )
        lines += ["", f"## callplan {name}", "", "```text", command.get_help(inner), "```"]
    return "\n".join(lines) + "\n"


PAGES = {"nomenclature.md": nomenclature, "cli.md": commands}

if __name__ == "__main__":
    for page, content in PAGES.items():
        (DOCS / page).write_text(content(), encoding="utf-8")
