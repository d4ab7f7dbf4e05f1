"""What `kg show` and `kg why` tell of one entity: named queries put together, section by section."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kg import catalog
from kg.graph import Graph, Table
from kg.lookup import Match
from kg.ondays import certainties
from kg.render import render, text_of
from kg.store import texts
from kg.terms import BASE, CURATED_GRAPH, PROJECT, curie, slug_of

# (title, named query, parameter that takes the entity, fixed parameters)
Section = tuple[str, str, str, dict[str, str]]

PROJECT_SECTIONS: tuple[Section, ...] = (
    ("Held by", "stewardship", "project", {}),
    ("Levels", "levels", "about", {}),
    ("Moves", "moves", "about", {"all_kinds": "yes"}),
    ("Stages", "stages", "about", {}),
    ("Renames", "renames", "about", {}),
    ("Refusals", "refusals", "about", {}),
    ("Licences", "licences", "about", {}),
    ("Licence changes", "relicensings", "about", {}),
    ("Forks", "forks", "about", {}),
    ("Claims", "claims", "about", {}),
    ("Computed", "assessments", "about", {}),
)
ORGANIZATION_SECTIONS: tuple[Section, ...] = (
    ("What happened to it", "identity-changes", "about", {}),
    ("Legal form", "legal-forms", "about", {}),
    ("Part of, and parts", "affiliations", "about", {}),
    ("Control", "controllers", "about", {}),
    ("Gave", "moves", "donor", {"all_kinds": "yes"}),
    ("Received", "moves", "to", {"all_kinds": "yes"}),
    ("Keeps", "nonmoves", "vendor", {}),
    ("Members and board", "members", "of", {}),
    ("Charter", "charter-rules", "of", {}),
    ("Member of", "members", "member", {}),
    ("Computed", "assessments", "about", {}),
)


@dataclass(slots=True)
class Profile:
    """An entity with its identity and its sections, empty ones included."""

    match: Match
    identity: dict[str, Any]
    headline: str
    sections: list[tuple[str, catalog.NamedQuery, Table]]

    def render(self, format: str, *, width: int, colour: bool) -> str:
        """As text: an object in JSON; headed tables on a terminal and in Markdown; else one line a value."""
        match format:
            case "json":
                import json

                return json.dumps(self.as_dict(), ensure_ascii=False, indent=2) + "\n"
            case "jsonl":
                import json

                return json.dumps(self.as_dict(), ensure_ascii=False) + "\n"
            case "table" | "markdown":
                return self._headed(format, width, colour)
        rows = [
            {"section": "Identity", "row": 1, "column": k, "value": "; ".join(v) if isinstance(v, list) else v}
            for k, v in self.identity.items()
            if v
        ]
        rows += [
            {"section": title, "row": number, "column": column, "value": text_of(row[column])}
            for title, _, table in self.sections
            for number, row in enumerate(table, 1)
            for column in table.columns
            if text_of(row[column])
        ]
        return render(("section", "row", "column", "value"), rows, format)

    def as_dict(self) -> dict[str, Any]:
        """Identity, headline and sections, each a list of rows, under keys in lower case with underscores."""
        return {
            **self.identity,
            "summary": self.headline,
            **{title.lower().replace(" ", "_"): list(table) for title, _, table in self.sections},
        }

    def _headed(self, format: str, width: int, colour: bool) -> str:
        markdown = format == "markdown"
        head = f"{self.match.name} ({self.match.kind})"
        lines = [f"# {head}\n" if markdown else head]
        for key in ("iri", "aliases", "former_names", "homepage", "repository", "wikidata"):
            if self.identity[key]:
                value = self.identity[key]
                shown = ", ".join(value) if isinstance(value, list) else value
                lines.append(f"{'- ' if markdown else '  '}{key.replace('_', ' ')}: {shown}")
        if self.headline:
            lines.append(("\n" if markdown else "  ") + self.headline)
        text = "\n".join(lines) + "\n"
        for title, query, table in self.sections:
            if not table:
                continue
            usual = [c for c in table.columns if c not in query.below and (c != "certainty" or any(row[c] for row in table))]
            columns = [*(query.visible(table) or usual), *query.below]
            below = () if markdown else query.below
            text += f"\n{'## ' if markdown else ''}{title}\n" + ("\n" if markdown else "")
            text += render(columns, table, format, width=width, colour=colour, below=below)
        return text


def profile(graph: Graph, name: str) -> Profile:
    """The profile of the entity a name means; of a graph as of a day, all of it as of that day, with certainties.

    Raises NotFound or Ambiguous.
    """
    match = graph.resolve(name)
    is_project = match.iri.startswith(PROJECT)
    sections = []
    for title, usual, parameter, fixed in PROJECT_SECTIONS if is_project else ORGANIZATION_SECTIONS:
        query_name, values = usual, {parameter: match.iri, **fixed}
        if graph.as_of and query_name == "stewardship":
            query_name = "holders"  # whether it has ended by now is no matter on another day
        sections.append((title, catalog.load(query_name), graph.run(query_name, values)))
    tables = {title: table for title, _, table in sections}
    told = _of_project(tables, graph.as_of) if is_project else _of_organization(tables, match.id, graph.as_of)
    return Profile(match, _identity(graph, match), told, sections)


def _identity(graph: Graph, match: Match) -> dict[str, Any]:
    rows = texts(
        graph.store,
        "SELECT ?p ?o { VALUES ?p { skos:altLabel schema:url osgov:repository osgov:wikidataId }"
        f" <{match.iri}> ?p ?o }} ORDER BY ?p STR(?o)",
    )
    found: dict[str, list[str]] = {}
    for property_, value in rows:
        found.setdefault(curie(property_), []).append(value)
    former = (
        f"SELECT DISTINCT ?name {{ ?e osgov:project|osgov:organization <{match.iri}> ; osgov:formerName ?name }} ORDER BY ?name"
    )
    return {
        "name": match.name,
        "id": match.id,
        "iri": match.iri,
        "kind": match.kind,
        "aliases": found.get("skos:altLabel", []),
        "former_names": [name for (name,) in texts(graph.store, former)],
        "homepage": "".join(found.get("schema:url", [])[:1]),
        # Sources spell one address in small and in capital letters: the first of a spelling is shown.
        "repository": list({url.casefold(): url for url in reversed(found.get("osgov:repository", []))}.values())[::-1],
        "wikidata": "".join(found.get("osgov:wikidataId", [])[:1]),
    }


def _of_project(tables: dict[str, Table], day: str | None) -> str:
    """One sentence on who holds a project and at which level it is, and as of when; '' where no holder is known."""
    home = [row for row in tables["Held by"] if row["role"] == "legal home"]
    if day:
        named = " or ".join(f"{row['holder']} ({row['certainty']})" for row in home)
        levels = [f"{row['level']} at {row['foundation']} ({row['certainty']})" for row in tables["Levels"]]
        return f"On {day} held by {named}{'; ' + ' or '.join(levels) if levels else ''}." if home else ""
    now = [row for row in home if row["status"] == "holds"]
    if not now:
        return ""
    seen = max((row["seen"] or "" for row in now), default="")
    since = max((row["starts_no_later"] or "" for row in now), default="")
    when = f", seen {seen}" if seen else f", since {since} at the latest" if since else ""
    levels = [_since(row) for row in tables["Levels"] if not row["ends_no_later"]]
    return f"Held by {' + '.join(row['holder'] for row in now)}{when}{''.join('; ' + level for level in levels)}."


def _since(level: dict[str, Any]) -> str:
    """A level that a project is at, and since when."""
    first, last = level["starts_no_earlier"], level["starts_no_later"]
    when = f" since {last}{'' if first == last else ' at the latest'}" if last else ""
    return f"{level['level']} at {level['foundation']}{when}"


def _of_organization(tables: dict[str, Table], id_: str, day: str | None) -> str:
    """One sentence on who controls an organization and what it is part of; '' where neither is known."""
    above = [
        (f"{words} {row[other]}", row)
        for title, words, other in (("Control", "controlled by", "controller"), ("Part of, and parts", "part of", "parent"))
        for row in tables[title]
        if row["organization_id"] == id_
    ]
    if day:
        told = list(dict.fromkeys(f"{words} ({row['certainty']})" for words, row in above))
        return f"On {day} {', '.join(told)}." if told else ""
    told = list(dict.fromkeys(words for words, row in above if not (row.get("ends_no_later") or row.get("until"))))
    sentence = ", ".join(told)
    return f"{sentence[:1].upper()}{sentence[1:]}." if told else ""


def evidence(graph: Graph, name: str) -> Table:
    """Every stated fact on the entity with all its sources, then each computed verdict with the facts it rests on.

    Columns: `fact`, `property`, `value`, `basis` (stated or derived), `sources` (addresses; for a derived one the facts),
    `documents` (publisher and title of each source), `read` (the last day one of them was read). Of a graph as of a day only
    what can have happened by then and what can have been so, with `certainty`.
    """
    match = graph.resolve(name)
    columns = ("fact", "property", "value", "basis", "sources", "documents", "read", *(("certainty",) if graph.as_of else ()))
    stated: dict[tuple[str, str, str], dict[str, Any]] = {}
    on_day = certainties(graph.store, match.iri, graph.as_of) if graph.as_of else {}
    for row in graph.run("facts", {"about": match.iri}):
        if graph.as_of and row["fact"] not in on_day:
            continue
        key = (curie(row["fact"]), row["property"], row["value"])
        fact = stated.setdefault(key, dict(zip(columns, (*key, "stated", [], [], None, on_day.get(row["fact"])), strict=False)))
        fact["sources"].append(row["url"])
        fact["documents"].append(f"{row['publisher']}: {row['source']}")
        fact["read"] = max(filter(None, [fact["read"], row["read"]]), default=None)
    rows = list(stated.values())
    for row in graph.run("assessments", {"about": match.iri}):
        facts = [curie(fact) for fact in row["rests_on"]]
        values: tuple[Any, ...] = (curie(match.iri), row["criterion"], row["result"], "derived", facts, [], None, None)
        rows.append(dict(zip(columns, values, strict=False)))
    return Table(columns, rows)


def identifications(graph: Graph, name: str) -> Table:
    """What was found to be the entity a name means: each name as written, the key that joined it, and the source.

    First the names that were curated, with the key `curated`; see `queries/identity.rq` for the rest.
    """
    match = graph.resolve(name)
    found = graph.run("identity", {"about": match.iri})
    labels = f"SELECT ?name {{ GRAPH <{CURATED_GRAPH}> {{ <{match.iri}> skos:altLabel ?name }} }} ORDER BY ?name"
    source = slug_of(CURATED_GRAPH)
    curated = [(slug_of(match.iri), name, "curated", source, [BASE]) for (name,) in texts(graph.store, labels)]
    return Table(found.columns, [*(dict(zip(found.columns, row, strict=True)) for row in curated), *found])
