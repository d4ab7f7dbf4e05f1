"""Fixtures that several rooms share, and the one switch that rewrites golden files."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, Quad, parse

import kg.build
import kg.feeds
from kg import loading
from kg.build import build_at, build_folder, fill
from kg.derive import derive
from kg.factsheet import TABLES, canonical
from kg.graph import Graph
from kg.resources import ontology_dir
from kg.snapshots import entities_table, write_folder
from kg.store.embedded import EmbeddedStore
from kg.terms import ONTOLOGY_GRAPH, PREFIXES
from kg.triples import quads

# The known prefixes, declared as Turtle, TriG and SPARQL read them.
DECLARED = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())

GOLDEN = Path(__file__).parent / "golden"
CHECKOUT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="rewrite the files in tests/golden; read the diff")


@pytest.fixture
def golden(request):
    """Compares text with a file in tests/golden, or writes that file under `--update-golden`."""

    def compare(name, text):
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.is_file(), f"tests/golden/{name} is missing; make it with pytest --update-golden"
        wanted = path.read_bytes().decode("utf-8")
        assert text == wanted, f"differs from tests/golden/{name}; if that is meant: pytest --update-golden, and read the diff"

    return compare


def graph_at(facts):
    """The graph of a facts folder, derived facts included, in memory."""
    store = EmbeddedStore.in_memory()
    fill(store, facts)
    return Graph(store)


@pytest.fixture(scope="session")
def graph_of_records():
    """The graph of records as feeds give them, `graph_of_records(source, entity, event)`, derived facts included."""
    ontology = NamedNode(ONTOLOGY_GRAPH)
    terms = [Quad(q.subject, q.predicate, q.object, ontology) for q in parse(path=str(ontology_dir() / "governance.ttl"))]

    def build(*records):
        store = EmbeddedStore.in_memory([*terms, *quads(records)])
        derive(store)
        return Graph(store)

    return build


@pytest.fixture
def empty_store():
    return EmbeddedStore.in_memory()


@pytest.fixture
def write_facts(tmp_path):
    """Writes fact files, `{"projects/x": text}`, into a facts folder of the test's own; returns the folder."""

    def write(files):
        root = tmp_path / "facts"
        for name, text in files.items():
            path = root / f"{name}.toml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return root

    return write


@pytest.fixture
def graph_of(write_facts):
    """The graph of the fact files given, `{"projects/x": text}`, derived facts included."""
    return lambda files: graph_at(write_facts(files))


PAGE = {
    "id": "page",
    "url": "https://example.org/page",
    "title": "A page",
    "kind": "news",
    "publisher": "Example",
    "read": "2026-11-23",
}


@pytest.fixture
def told(graph_of):
    """The graph of a few facts that one page tells, small enough to draw: `told(acme="company", widget=[(table, keys), …])`.

    A list makes a project, a kind makes an organization, and a tuple of a kind and tables one of which more is told. A key
    that Python reserves ends in an underscore; an event without a name is named after its table and place. `page_kind` and
    `published` are the kind and the day of the page.
    """

    def tell(*, page_kind=PAGE["kind"], published=None, **entities):
        files, dated = {}, {"published": published} if published else {}
        for slug, what in entities.items():
            kind, *rows = [None, *what] if isinstance(what, list) else [what] if isinstance(what, str) else what
            folder = "organizations" if kind else "projects"
            data = {
                "id": slug,
                "name": slug.title(),
                **({"kind": kind} if kind else {}),
                **({"source": [{**PAGE, "kind": page_kind, **dated}]} if rows else {}),
            }
            for number, (table, keys) in enumerate(rows, 1):
                is_event = any(k.name == "event" for k in TABLES[folder][table].keys)
                named = {"event": f"{table.replace('_', '-')}-{number}"} if is_event else {}
                row = {**named, **{k.removesuffix("_"): v for k, v in keys.items()}, "sources": ["page"]}
                data.setdefault(table, []).append(row)
            files[f"{folder}/{slug}"] = canonical(data, folder)
        return graph_of(files)

    return tell


@pytest.fixture(scope="session")
def built_graph():
    """The graph of the bundled facts."""
    store = EmbeddedStore.in_memory()
    fill(store)
    return Graph(store)


@pytest.fixture(scope="session")
def built_folder(tmp_path_factory):
    """A store folder, made as `kg build --store FOLDER` makes it."""
    folder = tmp_path_factory.mktemp("built") / "graph"
    build_folder(folder)
    return folder


@pytest.fixture
def private_env(tmp_path):
    """The environment of a user who never ran kg: a home and a cache of the test's own, the checkout's code."""
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "SYSTEMROOT", "TMPDIR", "TEMP"}}
    places = {
        "HOME": str(tmp_path / "home"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_DATA_HOME": "",
        "PYTHONPATH": str(CHECKOUT),
    }
    return {**kept, **places, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}


@pytest.fixture
def run_kg(private_env, tmp_path):
    """Runs `kg` as a process of its own, away from the checkout; a keyword in capitals is set in its environment."""

    def run(*args, input=None, cwd=tmp_path, timeout=60, **env):
        environment = {**private_env, **{k: str(v) for k, v in env.items()}}
        command = [sys.executable, "-m", "kg", *map(str, args)]
        return subprocess.run(command, input=input, capture_output=True, env=environment, cwd=cwd, timeout=timeout, check=False)

    return run


_SOURCE = """
[[source]]
id = "{id}"
url = "https://acme.example/{id}"
title = "A page"
kind = "announcement"
publisher = "Acme"
published = "2020-05-04"
read = "2024-01-01"
"""


@pytest.fixture(scope="session")
def facts_of_weaver():
    """Acme and Bolt gave Weaver to Harbour, which is part of Umbrella; Acme keeps Loom. In canonical form."""
    harbour = 'id = "harbour"\nname = "Harbour Foundation"\nkind = "foundation"\n' + _SOURCE.format(id="home")
    weaver = 'id = "weaver"\nname = "Weaver"\n' + _SOURCE.format(id="news")
    loom = 'id = "loom"\nname = "Loom"\n' + _SOURCE.format(id="loom")
    return {
        "organizations/acme": 'id = "acme"\nname = "Acme"\nkind = "company"\n',
        "organizations/bolt": 'id = "bolt"\nname = "Bolt"\nkind = "company"\n',
        "organizations/umbrella": 'id = "umbrella"\nname = "Umbrella Foundation"\nkind = "foundation"\n',
        "organizations/harbour": f'{harbour}\n[[affiliation]]\nparent = "umbrella"\nsources = ["home"]\n',
        "projects/weaver": f'{weaver}\n[[donation]]\nevent = "to-harbour"\nfrom = ["acme", "bolt"]\n'
        'donor_basis = "transfer"\nto = "harbour"\naccepted = "2020-05"\nsources = ["news"]\n',
        "projects/loom": f'{loom}\n[[holding]]\nby = "acme"\nrole = "legal-home"\nas_of = "2024-01-01"\nsources = ["loom"]\n',
    }


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory, facts_of_weaver):
    """A store folder with the graph of Weaver in it, for what does not depend on what a graph holds."""
    folder = tmp_path_factory.mktemp("small")
    for name, text in facts_of_weaver.items():
        path = folder / "facts" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    build_at(folder / "graph-weaver", folder / "facts")
    (folder / "current").write_text("graph-weaver\n")
    return folder


def example_of(query):
    """The values that the header's example gives, by parameter."""
    return dict(part.split("=", 1) for part in query.example.split())


def of_rdflib(term):
    """A term of rdflib as one of ours."""
    match term:
        case None:
            return None
        case rdflib.URIRef():
            return NamedNode(str(term))
        case rdflib.Literal(language=str(language)):
            return Literal(str(term), language=language)
        case rdflib.Literal(datatype=rdflib.URIRef() as datatype):
            return Literal(str(term), datatype=NamedNode(str(datatype)))
    return Literal(str(term))


def landscape_of(*projects, members=(), broken=""):
    """The text of a landscape: the projects it hosts, and its members."""
    hosted = [
        {"name": name, "project": "graduated", "repo_url": f"https://git.example/{name}", "extra": {"accepted": "2021-03-04"}}
        for name in projects
    ]
    listed = [{"name": name, "crunchbase": f"https://www.crunchbase.com/organization/{name.lower()}"} for name in members]
    groups = [("Tools", "All", hosted), ("Members", "Gold", listed)]
    categories = [{"name": c, "subcategories": [{"name": s, "items": items}]} for c, s, items in groups if items]
    # Every JSON text is YAML; a line an item is what editors of landscapes see.
    return json.dumps({"landscape": categories}, indent=1) + broken + "\n"


_FEEDS = """
read = "2024-01-01"

[[source]]
id = "harbour-landscape"
feed = "landscape"
title = "Harbour landscape"
publisher = "Harbour Foundation"
page = "https://harbour.example/landscape"
url = "{address}/harbour.yml"
revision = "one"
day = "2023-12-31"
licence = "Apache-2.0"
minimum = {{ members = 2 }}
settings = {{ host = "harbour" }}

[[source]]
id = "guild-landscape"
feed = "landscape"
title = "Landscape of the Loom Guild"
publisher = "Loom Guild"
page = "https://guild.example/landscape"
url = "{address}/guild.yml"
licence = "Apache-2.0"
ship = false
settings = {{ host_name = "Loom Guild" }}

[[source]]
id = "attic"
feed = "apache"
title = "Projects in the Attic"
publisher = "Apache Software Foundation"
page = "https://attic.example"
licence = "Apache-2.0"
ship = false

[[source]]
id = "wikidata"
feed = "wikidata"
title = "Wikidata"
publisher = "Wikimedia Foundation"
page = "https://www.wikidata.org/"
url = "{address}/sparql"
licence = "CC0-1.0"
ship = false
"""


class Release:
    """Facts and sources that stand for those that ship: Weaver's, and the landscape of Harbour, Acme and Bolt its members."""

    def __init__(self, facts, work, monkeypatch):
        self.facts = facts
        self.work = work
        self.monkeypatch = monkeypatch

    def publish_at(self, address):
        """Where the sources are published, from now on."""
        (self.facts / "feeds.toml").write_text(_FEEDS.format(address=address), encoding="utf-8")
        kg.feeds.feed_sources.cache_clear()

    def write(self, name, content):
        """A file of the user's own."""
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


@pytest.fixture
def release(tmp_path, monkeypatch, facts_of_weaver):
    """Has kg believe that it ships few facts, so that a graph is made in a moment; the user's folders are the test's own."""
    facts, work = tmp_path / "release", tmp_path / "work"
    apache = 'id = "apache-software-foundation"\nname = "Apache Software Foundation"\nkind = "foundation"\n'
    for name, text in {**facts_of_weaver, "organizations/apache-software-foundation": apache}.items():
        path = facts / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    work.mkdir()
    made = Release(facts, work, monkeypatch)
    for variable in ("XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    monkeypatch.delenv("KG_STORE", raising=False)
    monkeypatch.setattr(kg.build, "FACTS", facts)
    monkeypatch.setattr(kg.feeds, "FACTS", facts)
    made.publish_at("http://127.0.0.1:9")
    source = kg.feeds.feed_sources()["harbour-landscape"]
    path = made.write("shipped.yml", landscape_of("Weaver", members=("Acme", "Bolt", "Cord")))
    registry = loading.curated_registry(facts)
    records = loading.read_records(source, path, registry, loading.reading_of(source, path))
    write_folder(facts / "snapshots" / source.id, loading.source_of(source), records)
    (facts / "snapshots" / "entities.tsv").write_text(entities_table(registry.entities()), encoding="utf-8")
    yield made
    kg.feeds.feed_sources.cache_clear()


def oxigraph_binary():
    """The server that the package `oxigraph` installs beside the interpreter."""
    return shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")


@pytest.fixture(scope="session")
def serve_folder():
    """Starts a read-only Oxigraph server over the folder of a generation; all stop with the session."""
    binary = oxigraph_binary()
    if binary is None:
        if os.environ.get("CI") == "true":
            pytest.fail("the server of the package `oxigraph` is missing; pip install '.[test]'")
        pytest.skip("the server of the package `oxigraph` is missing; pip install '.[test]'")
    servers = []

    def start(folder):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        command = [binary, "serve-read-only", "--location", str(folder), "--bind", f"127.0.0.1:{port}"]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        servers.append(server)
        for line in server.stderr:  # it says when it listens; a server that dies instead closes the pipe
            if "Listening" in line:
                return f"http://127.0.0.1:{port}/query"
        raise AssertionError(f"the Oxigraph server did not start: exit code {server.wait()}")

    yield start
    for server in servers:
        server.kill()
        server.wait()
        server.stderr.close()
