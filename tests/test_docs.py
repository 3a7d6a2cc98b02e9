"""What is written is run: every command and snippet of the pages, and the pages that are generated."""

import re
import runpy
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
GENERATED = runpy.run_path(str(ROOT / "docs" / "generate.py"))["PAGES"]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


@pytest.mark.parametrize("page", GENERATED)
def test_generated_pages_are_fresh(page: str) -> None:
    assert (ROOT / "docs" / page).read_text(encoding="utf-8") == GENERATED[page](), "run `make docs`"


@pytest.mark.usefixtures("brief_search")
def test_the_commands_of_the_readme_run_one_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    demo = runner.invoke(main, ["demo"])
    assert demo.exit_code == 0
    # What the page shows of the demo is what it prints.
    shown = next(block for block in blocks(ROOT / "README.md", "text") if "calls forecast" in block)
    assert shown == demo.stdout
    # The people and the contracts that the page shows are those that its commands read.
    (people,), (contracts,) = (blocks(ROOT / "README.md", language) for language in ("csv", "toml"))
    Path("people.csv").write_text(people, encoding="utf-8")
    lines = [line for block in blocks(ROOT / "README.md", "console") for line in block.splitlines()]
    assert sum(line.startswith("$ callplan") for line in lines) >= 7
    for line in lines:
        done = runner.invoke(main, shlex.split(line.removeprefix("$ callplan ")))
        assert done.exit_code == 0, f"{line}: {done.output}"
        if line.startswith("$ callplan init"):
            with Path("site.toml").open("a", encoding="utf-8") as site:
                site.write(contracts)
    assert {"report.html", "plan.xlsx"} <= {path.name for path in tmp_path.iterdir()}
    assert {"roster.xlsx", "gantt.png", "changes.csv"} <= {path.name for path in Path("roster2").iterdir()}


def test_the_commands_of_the_weekly_cycle_run_one_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CALLPLAN_STORE", raising=False)
    runner = CliRunner()
    runner.invoke(main, ["demo"])
    runner.invoke(main, ["init", "--zone", "America/New_York", "--country", "US", "--queue", "bank"])
    lines = [
        line for block in blocks(ROOT / "docs" / "tracking.md", "console") for line in block.splitlines()
    ]
    assert sum(line.startswith("$ callplan") for line in lines) >= 7
    for line in lines:
        done = runner.invoke(main, shlex.split(line.removeprefix("$ callplan ")))
        # One day of the example is outside the tolerance.
        assert done.exit_code == (4 if "--fail-outside" in line else 0), f"{line}: {done.output}"


def test_the_commands_of_quoting_run_one_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    page = blocks(ROOT / "docs" / "quoting.md", "console")
    lines = [line for block in page for line in block.splitlines()]
    assert sum(line.startswith("$ callplan") for line in lines) >= 7
    for line in lines:
        done = runner.invoke(main, shlex.split(line.removeprefix("$ callplan ")))
        assert done.exit_code == 0, f"{line}: {done.output}"
    assert {"quote.xlsx", "for_the_client", "tables"} <= {path.name for path in Path("with_pool").iterdir()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_snippets_run(page: Path) -> None:
    for snippet in blocks(page, "python"):
        exec(compile(snippet, str(page), "exec"), {})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_and_links_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^(?: {4})?make (\w+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert link.startswith("http") or (page.parent / link).exists(), link


def test_python_files_named_in_the_pages_exist() -> None:
    for page in PAGES:
        for path in re.findall(
            r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|toml|ipynb))`", page.read_text(encoding="utf-8")
        ):
            assert (ROOT / path).exists(), f"{page.name}: {path}"
