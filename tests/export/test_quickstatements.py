"""What Wikidata could be told: facts of others, with a reference, about things that it has."""

import re

import pyoxigraph as ox
import pytest

from kg.export.quickstatements import lines
from kg.resources import ontology_dir, queries_dir
from kg.store.embedded import EmbeddedStore
from tests.conftest import DECLARED

FACTS = DECLARED + (
    """
    g:page prov:wasDerivedFrom src:page ; osgov:readOn "2026-11-23"^^xsd:date .
    src:page schema:url <https://example.org/page> .
    g:item prov:wasDerivedFrom src:item ; osgov:readOn "2026-11-24"^^xsd:date .
    src:item schema:url <https://www.wikidata.org/wiki/Q1> .
    o:loom osgov:wikidataId "Q1" . o:guild osgov:wikidataId "Q2" .

    GRAPH g:page {
      e:loom-founding a osgov:Founding ; osgov:organization o:loom ; osgov:founder o:acme .
      e:loom-founding osgov:occurredOn "2014-03"^^xsd:gYearMonth .
      e:guild-founding a osgov:Founding ; osgov:organization o:guild ; osgov:founder o:loom .
      e:guild-founding osgov:occurredOn "1999-06-30"^^xsd:date .
      e:acme-founding a osgov:Founding ; osgov:organization o:acme ; osgov:occurredOn "1901"^^xsd:gYear .
      r:part a osgov:Affiliation ; osgov:organization o:loom ; osgov:parentOrganization o:guild .
      r:member a osgov:Membership ; osgov:holder o:guild ; osgov:body o:loom .
    }
    GRAPH g:item { e:guild-founding osgov:occurredOn "1999"^^xsd:gYear }
    GRAPH g:nowhere { r:part a osgov:Affiliation ; osgov:organization o:loom ; osgov:parentOrganization o:guild }
    """
)
REFERENCE = '\tS854\t"https://example.org/page"\tS813\t+2026-11-23T00:00:00Z/11'


def said_of(more=""):
    quads = list(ox.parse((FACTS + more).encode(), format=ox.RdfFormat.TRIG))
    graph = ox.NamedNode("https://w3id.org/osgov/graph/about")
    named = [q if q.graph_name != ox.DefaultGraph() else ox.Quad(*q.triple, graph) for q in quads]
    return lines(EmbeddedStore.in_memory(named))


def test_facts_between_things_with_items_are_told_once_a_document_with_it_and_the_day_it_was_read():
    assert said_of() == [
        f"Q1\tP571\t+2014-03-00T00:00:00Z/10{REFERENCE}",
        f"Q1\tP749\tQ2{REFERENCE}",
        f"Q2\tP112\tQ1{REFERENCE}",
        f"Q2\tP463\tQ1{REFERENCE}",
    ]


def test_what_a_document_of_wikidata_states_too_is_not_told_back():
    assert not [line for line in said_of() if line.startswith("Q2\tP571")]


@pytest.mark.parametrize(
    "end", ['osgov:endsNoLater "2020-01-01"^^xsd:date', 'osgov:endsNoEarlier "2020-01-01"^^xsd:date', "osgov:endedBy e:x"]
)
def test_what_has_ended_is_not_told(end):
    assert not [line for line in said_of(f"r:member {end} .") if "P463" in line]


def test_the_properties_are_those_that_the_alignments_name():
    asked = set(re.findall(r'"(P\d+)"', (queries_dir() / "frames" / "quickstatements.rq").read_text("utf-8")))
    named = set(re.findall(r"wd:(P\d+)\b", (ontology_dir() / "alignments.ttl").read_text("utf-8")))
    assert asked
    assert asked <= named


def test_lines_of_the_shipped_graph_are_as_quickstatements_reads_them(built_graph):
    date = r"\+\d{4}-\d\d-\d\dT00:00:00Z/(9|10|11)"
    form = re.compile(rf'Q\d+\tP\d+\t(Q\d+|{date})\tS854\t"https?://[^"\s]+"\tS813\t\+\d{{4}}-\d\d-\d\dT00:00:00Z/11')
    found = lines(built_graph.store)
    assert len(found) > 40
    assert [line for line in found if not form.fullmatch(line)] == []
    assert 0 < len(lines(built_graph.store, as_of="2005-12-31")) < len(found)
