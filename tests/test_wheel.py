"""What is installed is what is here: the wheel, put into an environment of its own, runs a real command."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, without a network."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out], cwd=ROOT, check=True
    )
    return next(out.glob("*.whl"))


def test_the_wheel_holds_the_rooms_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    tops = {name.split("/")[0] for name in names}
    assert tops == {
        "cli.py",
        "commands",
        "callplan",
        "intake",
        "forecasting",
        "erlang",
        "scheduling",
        "planning",
        "quoting",
        "reporting",
    }
    for data in (
        "planning/template.toml",
        "planning/template_queue.toml",
        "planning/demo.toml",
        "quoting/terms/template.toml",
        "quoting/terms/demo.toml",
        "quoting/portfolio/demo.toml",
        "reporting/quoting/offer.html.j2",
        "reporting/quoting/languages/zh.toml",
    ):
        assert data in names
    assert any(name.startswith("reporting/") and name.endswith(".j2") for name in names)


def test_the_installed_wheel_runs_a_real_command(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "elsewhere"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    python = home / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "uv", "pip", "install", "--offline", "--no-deps", "--python", python, wheel],
        check=True,
    )
    # The packages callplan needs come from here; on this path its own checkout does not.
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    environment = {**os.environ, "PYTHONPATH": packages}

    def run(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            arguments, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )

    where = run(
        str(python),
        "-c",
        "import cli, callplan, planning; print(cli.__file__, callplan.__file__, planning.__file__)",
    )
    assert all(path.startswith(str(home)) for path in where.stdout.split())
    answer = run(
        str(home / "bin" / "callplan"),
        "erlang",
        "100",
        "--minutes",
        "30",
        "--aht",
        "180",
        "--service",
        "80/20",
        "--shrinkage",
        "0.3",
    )
    for part in ("14", "88.84%", "20"):
        assert part in answer.stdout
    run(str(home / "bin" / "callplan"), "init", "--zone", "Europe/Paris")
    assert "[queues.sales]" in (tmp_path / "site.toml").read_text()
