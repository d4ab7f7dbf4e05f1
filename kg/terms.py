"""Namespaces, prefixes, and the one place where IRIs are minted and shortened.

>>> curie(org_iri("google"))
'o:google'
>>> expand("p:pytorch")
'https://w3id.org/osgov/id/project/pytorch'
"""

from __future__ import annotations

import re

BASE = "https://w3id.org/osgov/"
ONTOLOGY = BASE + "ns"
OSGOV = BASE + "ns#"
VOCAB = BASE + "vocab/"
GRAPH = BASE + "graph/"
SHAPES = BASE + "shapes#"
PROJECT = BASE + "id/project/"
ORG_ID = BASE + "id/org/"
EVENT = BASE + "id/event/"
RELATION = BASE + "id/relation/"
OBSERVATION = BASE + "id/observation/"
SOURCE = BASE + "id/source/"
ASSESSMENT = BASE + "id/assessment/"
CONFLICT = BASE + "id/conflict/"
IDENTIFICATION = BASE + "id/identification/"

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCT = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"
ORG = "http://www.w3.org/ns/org#"
DOAP = "http://usefulinc.com/ns/doap#"
SCHEMA = "https://schema.org/"
FOAF = "http://xmlns.com/foaf/0.1/"
SPDX = "https://spdx.org/licenses/"

# `org:` is W3C's vocabulary in every query anyone has seen; our own data go by one letter.
PREFIXES: dict[str, str] = {
    "osgov": OSGOV,
    "v": VOCAB,
    "g": GRAPH,
    "p": PROJECT,
    "o": ORG_ID,
    "e": EVENT,
    "r": RELATION,
    "m": OBSERVATION,
    "src": SOURCE,
    "a": ASSESSMENT,
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "skos": SKOS,
    "dct": DCT,
    "prov": PROV,
    "org": ORG,
    "doap": DOAP,
    "schema": SCHEMA,
    "foaf": FOAF,
    "spdx": SPDX,
}

DERIVED_GRAPH = GRAPH + "derived"
CURATED_GRAPH = GRAPH + "kg-facts"
ONTOLOGY_GRAPH = GRAPH + "ontology"

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?\Z")


def project_iri(slug: str) -> str:
    """The IRI of a project, from its slug."""
    return PROJECT + slug


def org_iri(slug: str) -> str:
    """The IRI of an organization, from its slug."""
    return ORG_ID + slug


def graph_iri(source: str) -> str:
    """The IRI of the named graph that holds what one source says."""
    return GRAPH + source


def slug_of(iri: str) -> str:
    """The last part of one of our IRIs.

    >>> slug_of("https://w3id.org/osgov/id/org/cncf")
    'cncf'
    """
    return iri.rsplit("/", 1)[-1].rsplit("#", 1)[-1]


def curie(iri: str) -> str:
    """The IRI shortened by a known prefix, or the IRI itself where none fits or the rest is no plain local name."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            local = iri[len(namespace) :]
            if _LOCAL.match(local):
                return f"{prefix}:{local}"
    return iri


def expand(text: str) -> str | None:
    """The IRI a CURIE with a known prefix stands for, or the text itself when it is an absolute IRI; else None."""
    prefix, colon, local = text.partition(":")
    if colon and prefix in PREFIXES and not local.startswith("//"):
        return PREFIXES[prefix] + local
    return text if re.match(r"[a-z][a-z0-9+.-]*://\S+\Z", text) else None
