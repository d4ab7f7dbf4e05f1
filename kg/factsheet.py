"""The form of a fact file: which tables and keys it may have, in which order, and its canonical text.

`TABLES` is the only list of fields: the reader, the checker, the canonical writer and the reference page all use it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table: its type, what it means, and the property it becomes in the graph ('' for identity)."""

    name: str
    type: str
    about: str
    required: bool = False
    property: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of table: the class of record it becomes, and its keys in canonical order."""

    record: str
    about: str
    keys: tuple[Key, ...]


_EVENT = Key(
    "event", "slug", "names this event within the file; two tables of one event are two sources' word on it", required=True
)
_DATES = (
    Key("proposed", "date", "when it was asked for, applied for or said to be intended: it had not come about"),
    Key("announced", "date", "when it was made public"),
    Key("accepted", "date", "when the recipient accepted or entered it"),
    Key("effective", "date", "when it took effect or was completed"),
    Key("occurred", "date", "when it happened, where the source says no more"),
)
_INTERVAL = (
    Key("from", "date", "first day of the state"),
    Key("until", "date", "first day on which it no longer held"),
    Key("as_of", "date", "a day on which the source shows it, when it says neither"),
)
_END = (
    Key("note", "text", "what a reader should know, in our own words"),
    Key("sources", "sources", "ids of sources declared in this file", required=True),
)


def _event(record: str, about: str, *keys: Key) -> Table:
    return Table(record, about, (_EVENT, *keys, *_DATES, *_END))


def _relation(record: str, about: str, *keys: Key) -> Table:
    return Table(record, about, (*keys, *_INTERVAL, *_END))


IDENTITY: dict[str, tuple[Key, ...]] = {
    "projects": (
        Key("id", "slug", "the slug, the same as the file's name; never reused, kept through renames", required=True),
        Key("name", "text", "the name in use", required=True),
        Key("aliases", "texts", "other and former names"),
        Key("homepage", "url", "its own page"),
        Key("repositories", "urls", "its main repositories"),
        Key("github_org", "text", "its organization on GitHub"),
        Key("wikidata_id", "qid", "its Wikidata item"),
    ),
    "organizations": (
        Key("id", "slug", "the slug, the same as the file's name; never reused, kept through renames", required=True),
        Key("name", "text", "the name in use", required=True),
        Key("kind", "kind", "company, foundation, public-body or community", required=True),
        Key("aliases", "texts", "other and former names"),
        Key("homepage", "url", "its own page"),
        Key("github_org", "text", "its organization on GitHub"),
        Key("wikidata_id", "qid", "its Wikidata item"),
    ),
}

SOURCE_TABLE = Table(
    "Source",
    "a document this file cites; the same id means the same document in every file",
    (
        Key("id", "slug", "names the source; also its named graph", required=True),
        Key("url", "url", "where to read it", required=True),
        Key("title", "text", "its title", required=True),
        Key("kind", "source-kind", "what sort of document it is", required=True),
        Key("publisher", "text", "the organization that publishes it", required=True),
        Key("published", "date", "when it was published, where it says so"),
        Key("read", "date", "the day it was read", required=True),
    ),
)

_FROM = Key("from", "orgs", "the donors; left out where no source names one", property="fromOrganization")
_DONOR_BASIS = Key(
    "donor_basis",
    "code:donor-basis",
    "`transfer`: the source says they gave it; `origin`: that they created it",
    property="donorBasis",
)
_ORIGINATORS = Key(
    "originators", "orgs", "who created it, where the source names them and another gave it", property="originator"
)
_TO = Key("to", "org", "the recipient", required=True, property="toOrganization")
_TO_IF_NAMED = Key("to", "org", "the recipient; left out where the source does not name it", property="toOrganization")

TABLES: dict[str, dict[str, Table]] = {
    "projects": {
        "opening": _event(
            "OpenSourcing",
            "first release as open source",
            Key("origin", "code:origin", "what sort of body began the project", property="originKind"),
            Key("by", "orgs", "who released it", property="byOrganization"),
        ),
        "donation": _event(
            "Donation",
            "a whole project given to an organization",
            _FROM,
            _DONOR_BASIS,
            _ORIGINATORS,
            _TO_IF_NAMED,
            Key("assets", "codes:asset", "which parts moved, where the source says so", property="transferredAsset"),
        ),
        "spin_out": _event(
            "SpinOut",
            "a whole project given to a foundation founded to receive it",
            _FROM,
            _DONOR_BASIS,
            _ORIGINATORS,
            _TO_IF_NAMED,
            Key("assets", "codes:asset", "which parts moved, where the source says so", property="transferredAsset"),
        ),
        "code_grant": _event(
            "CodeGrant",
            "code given to this existing project",
            Key("code", "text", "what the code was called", required=True, property="grantedCode"),
            _FROM,
            _DONOR_BASIS,
            _ORIGINATORS,
            _TO,
        ),
        "transfer": _event(
            "InterFoundationTransfer",
            "a move from one foundation to another",
            Key("from", "orgs", "the foundation it left", required=True, property="fromOrganization"),
            _TO,
        ),
        "trademark_transfer": _event(
            "TrademarkTransfer",
            "the mark alone given to an organization",
            Key("from", "orgs", "the former holders of the mark", property="fromOrganization"),
            _TO,
        ),
        "fork": _event(
            "ForkEvent",
            "the start of this project as a fork",
            Key("of", "project", "the project forked", required=True, property="forkOf"),
            Key("away_from", "org", "the vendor that kept the original", property="awayFrom"),
            Key("to", "org", "the organization that took the fork in", property="toOrganization"),
        ),
        "stage": _event(
            "MaturityChange",
            "entry into a stage of a foundation's ladder",
            Key("by", "org", "the foundation", required=True, property="byOrganization"),
            Key("stage", "code:stage", "the stage entered", required=True, property="toStage"),
        ),
        "relicensing": _event(
            "Relicensing",
            "a change of licence",
            Key("by", "org", "who changed it", property="byOrganization"),
            Key("from_license", "spdx", "SPDX expression before", property="fromLicense"),
            Key("to_license", "spdx", "SPDX expression after", required=True, property="toLicense"),
        ),
        "rename": _event(
            "ProjectRename",
            "a change of name",
            Key("former", "text", "the name before", required=True, property="formerName"),
            Key("new", "text", "the name after", required=True, property="newName"),
        ),
        "refusal": _event(
            "Refusal",
            "a statement that the project will not be given away",
            Key("by", "org", "who refused", required=True, property="byOrganization"),
        ),
        "holding": _relation(
            "Stewardship",
            "an organization holds the project in a role",
            Key("by", "org", "the holder", required=True, property="steward"),
            Key("role", "code:role", "in which role", required=True, property="role"),
        ),
        "metric": Table(
            "Observation",
            "a number published about the project",
            (
                Key("id", "slug", "names the observation", required=True),
                Key("variable", "code:metric", "what was counted", required=True, property="variableMeasured"),
                Key("value", "number", "the number; a share is between 0 and 1", required=True, property="value"),
                Key("from", "date", "first period counted"),
                Key("until", "date", "last period counted"),
                Key("claimed_by", "org", "whose claim the source reports", property="claimedBy"),
                *_END,
            ),
        ),
    },
    "organizations": {
        "founding": _event("Founding", "its founding", Key("founders", "orgs", "who founded it", property="founder")),
        "legal_form": _relation(
            "LegalStatus",
            "its legal form",
            Key("form", "code:legal", "the form", required=True, property="legalForm"),
            Key("jurisdiction", "text", "ISO 3166 code of the place of registration", property="jurisdiction"),
        ),
        "affiliation": _relation(
            "Affiliation",
            "it is part of another organization",
            Key("parent", "org", "the umbrella", required=True, property="parentOrganization"),
        ),
        "member": _relation(
            "Membership",
            "an organization is a member of it",
            Key("organization", "org", "the member", required=True, property="holder"),
            Key("tier", "code:tier", "the class of membership", property="tier"),
        ),
        "board_seats": _relation(
            "BoardSeats",
            "an organization holds seats on its board (counts, never names)",
            Key("holder", "org", "the organization", required=True, property="holder"),
            Key("voting_seats", "integer", "how many votes", required=True, property="votingSeats"),
        ),
        "charter_rule": _relation(
            "CharterRule",
            "what its charter says of power",
            Key("rule", "code:rule", "the kind of rule", required=True, property="ruleKind"),
            Key("organ", "code:organ", "the body it binds", required=True, property="organ"),
            Key("article", "text", "where in the document", property="article"),
            Key(
                "max_representatives",
                "integer",
                "most representatives per group of related companies",
                property="maxRepresentativesPerGroup",
            ),
            Key("max_share", "number", "largest share of votes one group may hold, 0 to 1", property="maxShare"),
            Key("board_size", "integer", "voting seats in all, where stated", property="boardSize"),
            Key(
                "holder",
                "org",
                "the organization the rule names: the holder of marks, the company with a right",
                property="ruleParty",
            ),
        ),
        "acquisition": _event(
            "Acquisition", "it was bought", Key("by", "org", "the buyer", required=True, property="acquirer")
        ),
        "merger": _event(
            "OrganizationMerger",
            "it merged into another",
            Key("into", "org", "the organization that goes on", required=True, property="mergedInto"),
        ),
        "rename": _event(
            "OrganizationRename",
            "a change of name",
            Key("former", "text", "the name before", required=True, property="formerName"),
            Key("new", "text", "the name after", required=True, property="newName"),
        ),
        "control": _relation(
            "Control",
            "a company controls it",
            Key("by", "org", "the controlling organization", required=True, property="controller"),
        ),
    },
}


def tables_of(folder: str) -> dict[str, Table]:
    """The tables a file in `projects` or `organizations` may have, `source` first, in canonical order."""
    return {"source": SOURCE_TABLE, **TABLES[folder]}


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _name(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _quoted(key)


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_name(k)} = {_literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        inline = "[" + ", ".join(_literal(v) for v in value) + "]"
        return inline if len(inline) <= 110 else "[\n" + "".join(f"  {_literal(v)},\n" for v in value) + "]"
    return _quoted(str(value))


def _lines(row: Data, order: list[str]) -> str:
    return "".join(f"{_name(k)} = {_literal(row[k])}\n" for k in _ordered(row, order))


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def canonical(data: Data, folder: str) -> str:
    """The canonical text of a fact file: keys in the order of `TABLES`, one blank line between tables, LF, UTF-8.

    Keys and tables that are not in the list keep their place at the end, so that nothing is lost before it is reported.
    """
    identity = [k.name for k in IDENTITY[folder]]
    plain = {k: v for k, v in data.items() if not _is_tables(v)}
    blocks = [_lines(plain, identity)]
    specs = tables_of(folder)
    for name in _ordered({k: v for k, v in data.items() if k not in plain}, list(specs)):
        order = [k.name for k in specs[name].keys] if name in specs else []
        blocks.extend(f"[[{_name(name)}]]\n{_lines(row, order)}" for row in data[name])
    return "\n".join(blocks)


def _ordered(data: Data, order: list[str]) -> list[str]:
    return [k for k in order if k in data] + [k for k in data if k not in order]
