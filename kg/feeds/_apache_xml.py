"""Reads the XML of the Apache Software Foundation: RDF descriptions of committees and projects, and their addresses."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from kg.errors import FeedError
from kg.feeds._apache_names import ASF_ID, NO_PROJECTS, PERSON, Register
from kg.feeds.reading import Reading

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DOAP = "{http://usefulinc.com/ns/doap#}"
_ASFEXT = "{http://projects.apache.org/ns/asfext#}"

_READ_TAGS = {_ASFEXT + "name", "{http://xmlns.com/foaf/0.1/}homepage"}
_IGNORED_TAGS = {_ASFEXT + "charter": "free text", _ASFEXT + "member": PERSON, _ASFEXT + "chair": PERSON}


def parse_xml(path: Path) -> ElementTree.Element:
    """The root of an XML file. Raises FeedError where it is none, or declares entities, which nobody needs here."""
    text = path.read_bytes()
    if b"<!ENTITY" in text:
        raise FeedError(f"{path}: declares XML entities; take the published file, which has none")
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise FeedError(f"{path}: is no whole XML file: {error}; fetch it again") from error


def merge_descriptions(reading: Reading, register: Register) -> None:
    """Merge the RDF descriptions of committees into the register, and account for those of projects."""
    kinds = {"committees": "committee descriptions", "committees-retired": "retired committee descriptions"}
    for folder, count in kinds.items():
        for path in sorted(reading.file(f"doap/{folder}").glob("*.rdf")):
            reading.records += 1
            reading.counts[count] += 1
            place = f"doap/{folder}/{path.name}"
            try:
                committee = parse_xml(path).find(_ASFEXT + "pmc")
            except FeedError as error:
                reading.skip(place, f"is no whole XML file: {error.__cause__}")
                continue
            asf_id = "" if committee is None else committee.get(_RDF + "about", "")
            if committee is None or not ASF_ID.fullmatch(asf_id):
                reading.skip(place, "describes no committee")
                continue
            for tag in committee:
                if tag.tag in _IGNORED_TAGS:
                    reading.ignored[tag.tag] += 1
                elif tag.tag not in _READ_TAGS:
                    reading.unknown.setdefault(tag.tag, []).append(place)
            if asf_id not in NO_PROJECTS:
                register.add(asf_id, " ".join((committee.findtext(_ASFEXT + "name") or asf_id).split()))
            reading.merged += 1
    for path in sorted(reading.file("doap/projects-override").glob("*.rdf")):
        reading.records += 1
        reading.counts["project overrides"] += 1
        try:
            project = parse_xml(path).find(_DOAP + "Project")
        except FeedError as error:
            reading.skip(f"doap/projects-override/{path.name}", f"is no whole XML file: {error.__cause__}")
            continue
        name = "" if project is None else " ".join((project.findtext(_DOAP + "name") or "").split())
        if project is None or name.casefold() not in register.by_name:
            reading.skip(f"doap/projects-override/{path.name}", "describes no project of this folder")
            continue
        reading.ignored["doap: what projects.json has from it"] += len(project) - 1
        reading.merged += 1


def count_addresses(reading: Reading) -> None:
    """Count the addresses of descriptions. A misspelt element is shown, never dropped in silence."""
    for name in ("committees", "projects"):
        root = parse_xml(reading.file(f"doap/{name}.xml"))
        for number, element in enumerate(root, 1):
            reading.records += 1
            if element.tag == "location":
                reading.counts[f"addresses of {name}"] += 1
                reading.ignored["location"] += 1
            else:
                reading.skip(f"doap/{name}.xml: entry {number}", f"<{element.tag}> is no <location>")
