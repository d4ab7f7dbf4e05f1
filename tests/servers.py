"""Real SPARQL servers for the tests: each on loopback, in a folder of its own, stopped at the end."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import HTTPError, URLError

import pytest

READY_WITHIN = 240  # seconds that a server may take to answer

VIRTUOSO_INI = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
NumberOfBuffers = 40000
MaxDirtyBuffers = 30000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = {rows}
"""


def absent(what):
    """End the test: fail in CI, where everything is there; skip elsewhere."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def _wait_for(address, server):
    """Until the server answers at the address, or has died."""
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except HTTPError as error:
            error.close()
            return
        except (URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"{server.args[0]} does not answer at {address}; exit code {server.poll()}")


def stop(server):
    """End a server at once."""
    server.kill()
    server.wait()


def oxigraph(folder, *flags):
    """A writable Oxigraph server over a new folder; its query address and its process."""
    binary = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
    if binary is None:
        absent("the server of the package `oxigraph` is missing; pip install '.[test]'")
    port = free_port()
    command = [binary, "serve", "--location", str(folder), "--bind", f"127.0.0.1:{port}", *flags]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}/query"
    _wait_for(address, server)
    return address, server


def virtuoso(folder, rows=1_000_000):
    """A Virtuoso over a new folder; its query address and its process. `dba`, password `dba`, may write."""
    binary = shutil.which("virtuoso-t")
    if binary is None:
        absent("virtuoso-t is missing; apt-get install virtuoso-opensource-7 virtuoso-opensource-7-bin")
    http = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "virtuoso.ini").write_text(VIRTUOSO_INI.format(folder=folder, sql=free_port(), http=http, rows=rows))
    address = f"http://127.0.0.1:{http}/sparql"
    return address, _virtuoso(binary, folder, address)


def again(address, server):
    """A server that has ended, started anew over its folder: Virtuoso 7.2.5 dies of a query now and then, under load."""
    folder = Path(server.args[2]).parent
    (folder / "virtuoso.lck").unlink(missing_ok=True)
    return _virtuoso(server.args[0], folder, address)


def _virtuoso(binary, folder, address):
    command = [binary, "+configfile", str(folder / "virtuoso.ini"), "+foreground"]
    with (folder / "out.log").open("ab") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    _wait_for(address, server)
    return server
