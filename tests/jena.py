"""Apache Jena's command line as Debian packages it: a reader of statements that is not ours."""

import shutil
import subprocess
import zipfile
from pathlib import Path

from tests.servers import absent

JARS = Path("/usr/share/java")
PARTS = """
    arq base cmds core dboe-base dboe-index dboe-storage dboe-trans-data dboe-transaction iri rdfconnection shacl shex tdb tdb2
"""
OTHERS = """
    commons-cli commons-codec commons-compress commons-csv commons-io commons-lang3 dexx.collection gson guava httpclient
    httpclient-cache httpcore jackson-annotations jackson-core jackson-databind jakarta.json-api jsonld-java protobuf slf4j-api
    slf4j-simple thrift titanium-json-ld
"""
_MESSAGES = "org/apache/jena/ext/xerces/"


def jena(folder, command, *words):
    """Run a command of Jena's (`riotcmd.riot`, `tdb2.tdbloader`) in a folder of the test's."""
    jars = [JARS / f"{name}.jar" for name in (*(f"jena-{part}" for part in PARTS.split()), *OTHERS.split())]
    if shutil.which("java") is None or not all(jar.is_file() for jar in jars):
        absent("Jena is missing: apt-get install --no-install-recommends default-jre-headless libapache-jena-java")
    path = ":".join(map(str, (_messages(folder, JARS / "jena-core.jar"), *jars)))
    return subprocess.run(["java", "-cp", path, command, *words], check=False, capture_output=True, text=True, cwd=folder)


def _messages(folder, core):
    """Debian renamed the packages of the Xerces in it, but not the folders of its messages; without them nothing starts."""
    root = folder / "messages"
    with zipfile.ZipFile(core) as jar:
        for name in jar.namelist():
            if name.startswith(_MESSAGES) and name.endswith(".properties"):
                target = root / "xerces" / name.removeprefix(_MESSAGES)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(jar.read(name))
    return root
