"""Query text before it runs: known prefixes added where they are used, errors shown with line, caret and the nearest name."""

from __future__ import annotations

import re

from kg.terms import PREFIXES

# Strings, IRIs and comments hide what looks like a prefix inside them.
_OPAQUE = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
    r"|<[^<>\"{}|^`\\\s]*>|#[^\n]*",
    re.DOTALL,
)
_PREFIX_USE = re.compile(r"(?<![\w?$:@-])([A-Za-z][\w.-]*)?:(?=[\w%\\:-]|\s|[;,.)\]}^|/+*!]|$)")
_DECLARED = re.compile(r"\bPREFIX\s+([A-Za-z][\w.-]*)?\s*:", re.IGNORECASE)


def blank_out(text: str) -> str:
    """The query with strings, IRIs and comments turned to spaces, every other character in its place.

    >>> blank_out('SELECT ?x { ?x a <http://a#b> } # foo:bar').rstrip()
    'SELECT ?x { ?x a              }'
    """
    return _OPAQUE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def undeclared_prefixes(text: str) -> list[str]:
    """The prefixes a query uses and does not declare, in order of use.

    >>> undeclared_prefixes("PREFIX a: <http://a> SELECT ?x { ?x a:b osgov:c , 'v:d' }")
    ['osgov']
    """
    bare = blank_out(text)
    declared = {m.group(1) or "" for m in _DECLARED.finditer(bare)}
    return list(dict.fromkeys(p for m in _PREFIX_USE.finditer(bare) if (p := m.group(1) or "") not in declared and p != "_"))


def with_prefixes(text: str) -> str:
    """The query made self-contained: a PREFIX line for each known prefix it uses and does not declare."""
    missing = [p for p in undeclared_prefixes(text) if p in PREFIXES]
    return "".join(f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in sorted(missing)) + text


def explain_syntax_error(text: str, message: str) -> str:
    """The engine's complaint with the line, a caret, and the nearest known prefix where one is unknown."""
    import difflib

    position = re.search(r"\bat (\d+):(\d+)", message)
    unknown = [p for p in undeclared_prefixes(text) if p not in PREFIXES]
    lines = text.splitlines() or [""]
    if unknown:
        prefix = unknown[0]
        found = re.search(rf"(?<![\w?$:@-]){re.escape(prefix)}:", blank_out(text))
        offset = found.start() if found else 0
        line = text.count("\n", 0, offset) + 1
        column = offset - (text.rfind("\n", 0, offset) + 1) + 1
        near = difflib.get_close_matches(prefix, PREFIXES, n=1, cutoff=0.5)
        reason = f"unknown prefix {prefix + ':'!r}"
        advice = (f"did you mean {near[0] + ':'!r}? " if near else "") + "declare it with PREFIX, or see `kg schema --prefixes`"
    elif position:
        line, column = int(position.group(1)), int(position.group(2))
        reason = "syntax error" + (f": {_expected(message)}" if _expected(message) else "")
        advice = _keyword_advice(lines[min(line, len(lines)) - 1], column)
    else:
        return f"the query is not valid SPARQL: {message}"
    shown = lines[min(line, len(lines)) - 1].replace("\t", " ")
    number = f"{line} | "
    return (
        f"line {line}, column {column}: {reason}\n  {number}{shown}\n  {' ' * (len(number) + column - 1)}^\n{advice}".rstrip()
    )


def _expected(message: str) -> str:
    expected = message.partition("expected ")[2]
    return f"expected {expected}" if expected and "[" not in expected and len(expected) < 120 else ""


_KEYWORDS = tuple(
    """
    SELECT DISTINCT REDUCED CONSTRUCT DESCRIBE ASK WHERE FROM NAMED OPTIONAL FILTER UNION MINUS GRAPH SERVICE BIND VALUES EXISTS
    NOT IN AS GROUP BY HAVING ORDER ASC DESC LIMIT OFFSET PREFIX BASE COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT SEPARATOR UNDEF
    BOUND COALESCE IF STR LANG DATATYPE IRI REGEX CONTAINS STRSTARTS STRENDS LCASE UCASE REPLACE SUBSTR STRLEN YEAR MONTH DAY
    NOW TRUE FALSE A
    """.split()  # noqa: SIM905
)


def _keyword_advice(line: str, column: int) -> str:
    """A word near the error that is nearly, but not quite, a keyword."""
    import difflib

    words = sorted(re.finditer(r"(?<![?$:<\w])[A-Za-z_]{2,}(?!\w|:)", line), key=lambda m: abs(m.start() - (column - 1)))
    for word in words[:3]:
        upper = word.group().upper()
        near = difflib.get_close_matches(upper, _KEYWORDS, n=1, cutoff=0.75)
        if upper not in _KEYWORDS and near:
            return f"did you mean {near[0]} instead of {word.group()!r}?"
    return "see https://www.w3.org/TR/sparql11-query/ for the grammar, `kg queries` for examples that run"
