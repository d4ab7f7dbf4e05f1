"""Two ways to run the command line: inside this process, and on a terminal of its own."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

import pytest
from click.testing import CliRunner

from kg.cli import root


@pytest.fixture(scope="session")
def store_folder(built_folder):
    """The store that `kg` is asked about."""
    return built_folder


@pytest.fixture
def kg(store_folder):
    """Runs `kg` in this process on the store folder; an unexpected exception fails the test."""

    def run(*args, input=None, **env):
        given = {"KG_STORE": str(store_folder), "NO_COLOR": None, "COLUMNS": "100", **env}
        return CliRunner().invoke(root, list(map(str, args)), input=input, env=given, catch_exceptions=False, prog_name="kg")

    return run


@pytest.fixture
def kg_on_terminal(private_env, store_folder, tmp_path):
    """Runs `kg` with a terminal as stdout, so many columns wide; returns exit code, stdout, stderr."""

    def run(*args, columns=100, **env):
        terminal, stdout = pty.openpty()
        fcntl.ioctl(stdout, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        environment = {**private_env, "KG_STORE": str(store_folder), **env}
        with (tmp_path / "stderr").open("wb") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", "kg", *args],
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                env=environment,
                cwd=tmp_path,
            )
            os.close(stdout)
            seen = _read_all(terminal)
            code = process.wait(60)
        return code, seen.decode().replace("\r\n", "\n"), (tmp_path / "stderr").read_text("utf-8")

    return run


def _read_all(terminal):
    parts = []
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other side of a terminal is closed
            part = b""
        if not part:
            os.close(terminal)
            return b"".join(parts)
        parts.append(part)


@pytest.fixture(scope="module")
def address(built_folder, serve_folder):
    """The bundled graph behind a SPARQL endpoint."""
    return serve_folder(built_folder / (built_folder / "current").read_text().split()[0])
