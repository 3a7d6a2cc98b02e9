"""A PostgreSQL server for the tests and benchmarks: of its own, on a free loopback port, gone afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

GET_IT = "PostgreSQL is not installed: apt install postgresql"
USER, PASSWORD = "planner", "se cret@1"


def binaries() -> Path | None:
    """Return the folder of `initdb`, which Debian keeps off the path."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).parent] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders and (folders[-1] / "initdb").exists() else None


@contextmanager
def server() -> Iterator[str]:
    """Run a server give the address of its database `postgres`."""
    programs = binaries()
    assert programs, GET_IT
    with tempfile.TemporaryDirectory(prefix="callplan-postgres-") as name:
        folder = Path(name)
        (folder / "password").write_text(PASSWORD)
        owner = _unprivileged()
        if owner:
            for path in (folder, folder / "password"):
                shutil.chown(path, owner)

        def run(program: str, *arguments: str) -> None:
            command = [str(programs / program), "-D", str(folder / "data"), *arguments]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=owner, cwd=folder)

        password = f"--pwfile={folder / 'password'}"
        run("initdb", "-U", USER, "-A", "scram-sha-256", password, "-E", "UTF8", "--locale=C", "--no-sync")
        port = _free_port()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        run("pg_ctl", "start", "-w", "-s", "-l", str(folder / "log"), "-o", options)
        try:
            yield f"postgresql://{USER}:{quote(PASSWORD)}@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "stop", "-s", "-m", "immediate")


def _unprivileged() -> str | None:
    """Return a user to run the server as: it refuses to be run by root."""
    if os.getuid():
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
