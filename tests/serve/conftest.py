"""A real `kg serve` process, and plain HTTP to it."""

import http.client
import json
import re
import signal
import subprocess
import sys
import threading
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest

from kg.store.embedded import EmbeddedStore
from kg.store.generations import make_generation
from tests.conftest import DECLARED


class Answer:
    """A response: status, headers in lower case, body."""

    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode()

    @property
    def type(self):
        return self.headers.get("content-type", "").split(";")[0]

    def json(self):
        return json.loads(self.body)


class Served:
    """A running `kg serve`."""

    def __init__(self, process):
        self.process = process
        self.log = []
        for line in process.stderr:
            self.log.append(line)
            if found := re.search(r"serving .* at (http://127\.0\.0\.1:(\d+))/", line):
                break
        else:
            raise AssertionError(f"kg serve did not start: {''.join(self.log)}")
        self.url, self.port = found.group(1), int(found.group(2))
        self._reader = threading.Thread(target=lambda: self.log.extend(process.stderr), daemon=True)
        self._reader.start()

    def ask(self, path, *, method="GET", body=None, headers=None, timeout=60):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def query(self, text, accept="application/sparql-results+json", **more):
        given = more.pop("params", [])
        path = "/sparql?" + urlencode([("query", text), *given], quote_via=quote)
        return self.ask(path, headers={"Accept": accept, **more.pop("headers", {})}, **more)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        code = self.process.wait(30)
        self._reader.join(10)
        self.process.stderr.close()
        return code


@pytest.fixture(scope="session")
def start_server(tmp_path_factory):
    """Starts `kg serve` over a store folder, on a free port of loopback; all stop with the session."""
    running = []

    def start(folder, *options):
        command = [sys.executable, "-m", "kg", "serve", "--store", str(folder), "--port", "0", *map(str, options)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        running.append(process)
        return Served(process)

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
            process.wait()
            process.stderr.close()


DATA = "http://example.org/data"

_GRAPHS = DECLARED + "".join(
    f"\nGRAPH <{DATA}{n}> {{ <{DATA}{n}> a foaf:Document ; rdfs:label 'Graph {n}' }}" for n in (1, 2, 3)
)


@pytest.fixture(scope="session")
def three_graphs(tmp_path_factory):
    """A store folder of three graphs, each of which says of itself that it is a document."""
    folder = tmp_path_factory.mktemp("three") / "graph"
    quads = list(ox.parse(_GRAPHS.encode(), format=ox.RdfFormat.TRIG))
    make_generation(folder, "1", lambda path: EmbeddedStore.write(path, EmbeddedStore.in_memory(quads)))
    return folder


@pytest.fixture(scope="session")
def server(start_server, three_graphs):
    """`kg serve` over the three graphs."""
    return start_server(three_graphs)


@pytest.fixture(scope="session")
def weaver(start_server, small_folder):
    """`kg serve` over the graph of Weaver."""
    return start_server(small_folder)


@pytest.fixture(scope="session")
def bundled(start_server, built_folder):
    """`kg serve` over the graph of the bundled facts."""
    return start_server(built_folder)
