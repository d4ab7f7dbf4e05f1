"""Whether the licences that the graph tells of are approved by the Open Source Initiative, for the graph to answer by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Quad

from kg import terms as t
from kg.licenses import is_osi_approved
from kg.store import Store, texts
from kg.triples import osgov

GRAPH = NamedNode(t.DERIVED_GRAPH)

# For each property that has a licence: the one that says whether it is approved.
FLAGS = {"fromLicense": "fromOsiApproved", "toLicense": "toOsiApproved", "licenseExpression": "osiApproved"}


def osi_flags(store: Store) -> Iterator[Quad]:
    """A flag beside each licence on which the licence list of SPDX has a word; where it has none, nothing is said.

    Where sources name several licences for the same thing, there is a flag only if it is the same for all of them.
    """
    for licence, flag in FLAGS.items():
        answers: dict[str, set[bool | None]] = defaultdict(set)
        for thing, expression in texts(store, f"SELECT ?thing ?licence {{ ?thing osgov:{licence} ?licence }}"):
            answers[thing].add(is_osi_approved(expression))
        for thing, found in sorted(answers.items()):
            answer = found.pop()
            if answer is not None and not found:
                yield Quad(NamedNode(thing), osgov(flag), Literal(answer), GRAPH)
