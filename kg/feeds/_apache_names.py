"""What the Apache readers share: the foundation, names as its projects carry them, and where podlings and committees went."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kg.claims import Claim, Named, Stated, entry, stage_entered, stage_seen
from kg.dates import PartialDate
from kg.feeds.reading import Reading
from kg.records import IDENTIFIERS

ASF = Named("Foundation", "Apache Software Foundation", slug="apache-software-foundation")

PERSON = "names persons"
ASF_ID = re.compile(IDENTIFIERS["asf"].pattern)

# One project under two ASF ids. The first two changed as committees: the new one repeats the old one's month of establishment,
# and the Attic has no page on the old one. TomEE's committee repeats the month in which OpenEJB graduated. SensSoft changed
# during incubation, the others when they graduated.
SAME_PROJECT = {
    "isis": "causeway",
    "systemml": "systemds",
    "openejb": "tomee",
    "amber": "oltu",
    "beanvalidation": "bval",
    "lucene.net": "lucenenet",
    "openofficeorg": "openoffice",
    "senssoft": "flagon",
}

# Graduated into another project, and top-level years later or never: their end of incubation is no start as top-level.
NOT_TOP_LEVEL = frozenset(
    ["apollo", "hermes", "httpd-cli", "juddi", "merlin-developer", "nutch", "pig", "solr", "synapse", "tapestry", "tika"]
)

# The committees into which podlings went, by the name that a list shows, or the host of the address that it gives.
HOMES = {
    "ant": ("ant", "Apache Ant"),
    "bookkeeper": ("bookkeeper", "Apache BookKeeper"),
    "commons": ("commons", "Apache Commons"),
    "creadur": ("creadur", "Apache Creadur"),
    "db": ("db", "Apache DB"),
    "geronimo": ("geronimo", "Apache Geronimo"),
    "hive": ("hive", "Apache Hive"),
    "httpd": ("httpd", "Apache HTTP Server"),
    "jakarta": ("jakarta", "Apache Jakarta"),
    "logging": ("logging", "Apache Logging Services"),
    "lucene": ("lucene", "Apache Lucene"),
    "mina": ("mina", "Apache MINA"),
    "myfaces": ("myfaces", "Apache MyFaces"),
    "phoenix": ("phoenix", "Apache Phoenix"),
    "portals": ("portals", "Apache Portals"),
    "struts": ("struts", "Apache Struts"),
    "tuscany": ("tuscany", "Apache Tuscany"),
    "ws": ("webservices", "Apache Web Services"),
    "xml": ("xml", "Apache XML"),
    "axis": ("axis", "Apache Axis"),
}

# Committees that make no software: no projects.
NO_PROJECTS = frozenset(["attic", "incubator", "logodev", "logodevelopment"])

# Dissolved into the project that took them in; the other podlings went on as a part of theirs, under their own name.
DISSOLVED = frozenset(["batchee", "hcatalog", "webwork2"])

# Retired from incubation, and went on outside the foundation: the list names where.
DEPARTED = frozenset(["heraldry", "nmaven", "odftoolkit", "zipkin"])


@dataclass(frozen=True, slots=True)
class Podling:
    """A podling as one list shows it. `status` is `current`, `graduated` or `retired`; `went` says where it graduated to.

    `went` is `top-level`, `subproject` or `merged` (both with a `home`), or '' where the list does not say.
    """

    named: Named
    status: str
    start: PartialDate | None
    end: PartialDate | None
    place: str
    went: str = ""
    home: Named | None = None


class Register:
    """Every project of the folder by its ASF id: one `Named` each, however many files tell of it."""

    def __init__(self) -> None:
        self.names: dict[str, list[str]] = {}
        self.ids: dict[str, list[str]] = {}
        self.repositories: dict[str, list[str]] = {}
        self.homepages: dict[str, str] = {}
        self.by_name: dict[str, str] = {}

    def add(self, asf_id: str, name: str, homepage: str = "") -> None:
        """Note a name, and the homepage unless one is known."""
        key = SAME_PROJECT.get(asf_id, asf_id)
        names, ids = self.names.setdefault(key, []), self.ids.setdefault(key, [])
        if name not in names:
            names.append(name)
        if asf_id not in ids:
            ids.append(asf_id)
        if homepage:
            self.homepages.setdefault(key, homepage)
        self.by_name.setdefault(name.casefold(), key)

    def named(self, asf_id: str) -> Named:
        """The project of an id that was added. Raises ValueError for another."""
        key = SAME_PROJECT.get(asf_id, asf_id)
        if key not in self.names:
            raise ValueError(f"{asf_id!r} is an id without a name")
        repositories = tuple(("repository", url) for url in dict.fromkeys(self.repositories.get(key, [])))
        name, *others = self.names[key]
        return Named("Project", name, asf_ids(*self.ids[key]) + repositories, tuple(others), self.homepages.get(key, ""))


def podling_claims(reading: Reading, podling: Podling) -> Iterator[Stated]:
    """What a list says of a podling: entry, incubation, and how it ended; graduation and retirement are different events."""
    project, place, start, end = podling.named, podling.place, podling.start, podling.end
    if start and end and end.latest < start.earliest:
        reading.skip(place, "ends before it starts: its end is left out")
        end = None
    began = (("accepted", start),) if start else ()
    yield entry(project, ASF, place, *began)
    yield project
    yield stage_entered(project, ASF, "podling", place, *_occurred(start))
    if podling.status == "current":
        yield stage_seen(project, ASF, "podling", place, reading.day)
        return
    if start and end:
        links = (("project", project), ("byOrganization", ASF), ("stage", "podling"))
        yield Claim("MaturityPeriod", "{project}-level-{byOrganization}-{stage}", links, place, start=start, end=end)
    if podling.status == "retired":
        yield stage_entered(project, ASF, "retired", place, *_occurred(end))
    elif podling.went == "merged" and podling.home:
        yield podling.home
        merger = (("project", project), ("mergedIntoProject", podling.home))
        yield Claim("ProjectMerger", "{project}-merged-into-{mergedIntoProject}", merger, place, dates=_occurred(end))
    elif podling.went == "subproject" and podling.home:
        yield podling.home
        yield stage_entered(project, ASF, "subproject", place, *_occurred(end))
        yield part_of(project, podling.home, place, start=end)
    elif podling.went == "top-level":
        yield stage_entered(project, ASF, "top-level", place, *_occurred(end))


def part_of(
    project: Named,
    parent: Named,
    place: str,
    *,
    start: PartialDate | None = None,
    end: PartialDate | None = None,
    seen: PartialDate | None = None,
) -> Claim:
    """A project is part of another."""
    links = (("project", project), ("parentProject", parent))
    return Claim("Subproject", "{project}-part-of-{parentProject}", links, place, start=start, end=end, as_of=seen)


def renamed(project: Named, former: str, new: str, place: str, *dates: tuple[str, PartialDate]) -> Claim:
    """A project took another name."""
    slug = re.sub(r"[^a-z0-9]+", "-", new.lower()).strip("-")
    values = (("formerName", former), ("newName", new))
    return Claim("ProjectRename", "{project}-rename-to-" + slug, (("project", project),), place, dates=dates, values=values)


def home_named(host: str) -> Named | None:
    """The project of a host or short name of `HOMES`."""
    if host not in HOMES:
        return None
    asf_id, name = HOMES[host]
    return Named("Project", name, (("asf", asf_id),))


def full_name(name: str) -> str:
    """The name as the foundation's projects carry it: lists of podlings leave the first word out.

    >>> full_name("Kafka"), full_name("Apache Kafka (Incubating)")
    ('Apache Kafka', 'Apache Kafka')
    """
    name = name.removesuffix(" (Incubating)")
    return name if name.startswith("Apache ") else f"Apache {name}"


def asf_ids(*ids: str) -> tuple[tuple[str, str], ...]:
    """The ids as pairs for a `Named`, each once, with the later id of a project that has two; what is no ASF id is left out."""
    found = dict.fromkeys(one for asf_id in ids for one in (SAME_PROJECT.get(asf_id, asf_id), asf_id))
    return tuple(("asf", asf_id) for asf_id in found if ASF_ID.fullmatch(asf_id))


def _occurred(day: PartialDate | None) -> tuple[tuple[str, PartialDate], ...]:
    return (("occurred", day),) if day else ()
