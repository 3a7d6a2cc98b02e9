"""Who may import whom (docs/architecture.md), and what may be imported where."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

MAY_IMPORT = {
    "callplan": set(),
    "intake": {"callplan"},
    "forecasting": {"callplan"},
    "erlang": {"callplan"},
    "scheduling": {"callplan"},
    "reporting": {"callplan"},
    "planning": {"callplan", "intake", "forecasting", "erlang", "scheduling"},
    "quoting": {"callplan", "forecasting", "erlang", "scheduling"},
    "commands": {
        *("callplan", "intake", "forecasting", "erlang", "scheduling", "planning", "quoting", "reporting")
    },
    "cli": {"commands"},
}
# Packages slow to import: never at the top of the door, or of a room that a quick command passes through.
SLOW = {"pandas", "statsmodels", "prophet", "matplotlib", "pulp", "scipy", "numpy", "rich", "holidays"}
# The formulas know numbers alone.
NUMBERS = {"numpy", "scipy", "callplan", "erlang"}
TABLES = {"requirement.py", "check.py"}
# The loops that numba compiles are modules of their own, which others import inside functions.
COMPILED = {"events.py", "counting.py", "pace.py", "transient.py"}
FORMULAS = [
    path
    for path in sorted((ROOT / "erlang").rglob("*.py"))
    if path.name not in TABLES | COMPILED and path.parent.name != "simulation"
]


def imports(path: Path, *, only_at_top: bool = False) -> set[str]:
    """Return the first names of all modules that a file imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if only_at_top else list(ast.walk(tree))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[0] for name in names}


def files(room: str) -> list[Path]:
    return [ROOT / "cli.py"] if room == "cli" else sorted((ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_the_rooms_it_may(room: str) -> None:
    assert files(room)
    for path in files(room):
        foreign = (imports(path) & set(MAY_IMPORT)) - MAY_IMPORT[room] - {room}
        assert not foreign, f"{path.relative_to(ROOT)} imports {foreign}"


def test_every_package_of_ours_is_a_room_that_is_shipped() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages == set(MAY_IMPORT) - {"cli"}
    shipped = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("only-include")[1].split("]")[0]
    assert all(f'"{package}"' in shipped for package in packages)


def test_the_door_imports_nothing_slow_at_its_top() -> None:
    for path in files("cli") + files("commands"):
        assert imports(path, only_at_top=True) & SLOW == set(), path.name


@pytest.mark.parametrize("path", FORMULAS, ids=lambda path: path.stem)
def test_the_formulas_know_numbers_alone(path: Path) -> None:
    assert imports(path) <= NUMBERS | sys.stdlib_module_names


@pytest.mark.parametrize(
    "path", [path for path in files("erlang") if path.name not in COMPILED], ids=lambda path: path.stem
)
def test_erlang_imports_pandas_and_numba_where_they_are_used(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = [node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert not imports(path, only_at_top=True) & {"pandas", "numba"}
    assert not [module for module in named if f"{module.split('.')[-1]}.py" in COMPILED]
