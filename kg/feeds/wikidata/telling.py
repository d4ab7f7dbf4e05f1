"""What a page of Wikidata's statements says in our words: names, claims, and a tally of what was left out and why."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from kg.claims import Claim, Named, Stated
from kg.dates import PartialDate
from kg.feeds.reading import Reading
from kg.feeds.wikidata.asking import DATED, END, POINT, ROLES, START, WD, Statement

_TIME = re.compile(r"\+?(\d{4})-(\d\d)-(\d\d)T")
_JULIAN = WD + "Q1985786"

_NARROWING = {
    "P518": "applies to a part",
    "P400": "on one platform",
    "P306": "on one operating system",
    "P348": "of one version",
    "P642": "of something",
    "P1480": "circumstances: circa, presumably",
    "P5102": "nature: disputed, allegedly",
    "P1310": "disputed by",
}
_IGNORED = {
    "P17": "country of the value",
    "P276": "place of the value",
    "P366": "use of a repository",
    "P407": "language of a name or page",
    "P1107": "share owned",
    "P1319": "earliest date: bounds are not stated dates",
    "P1326": "latest date: bounds are not stated dates",
    "P1534": "why it ended",
    "P1545": "place in a list",
    "P1810": "name used by the source; may be a person's",
    "P1932": "name used by the source; may be a person's",
    "P2241": "why it is deprecated",
    "P2868": "role of the item",
    "P3831": "role of the value",
    "P7452": "why it is preferred",
    "P8423": "version control system of a repository",
    "P10627": "web interface of a repository",
}

# Pages of one person: an address there is a handle.
_PERSONAL = re.compile(
    r"(^|\.)(twitter|x|facebook|linkedin|instagram|threads|reddit|t|bsky|medium|patreon)\.(com|net|me|app)$|mastodon|^fosstodon\."
)


def stated(page: dict[str, Any], reading: Reading) -> Iterator[Stated]:
    """The names and claims of one page, and their tally: the same from the endpoint as from the file of finished pages."""
    of: dict[str, list[Statement]] = defaultdict(list)
    for data in page["statements"]:
        of[data["item"]].append(Statement(**data))
    reader = _Page(page, reading)
    for qid in page["items"]:
        reading.counts["items"] += 1
        kind = page["kinds"][qid]
        reason = {
            "": "is neither software nor an organization by its class",
            "mixed": "is software and an organization by its classes; say in the settings which we hold it to be",
            "person": "is a person",
        }.get(kind, "" if qid in page["names"] else "has no English name")
        if reason:
            reading.skip(qid, reason)
            continue
        reading.counts["projects" if kind == "Project" else "organizations"] += 1
        yield from reader.item(qid, of[qid])


class _Page:
    def __init__(self, page: dict[str, Any], reading: Reading) -> None:
        self.page = page
        self.reading = reading
        self.day = PartialDate(page["day"])
        self.seen: set[Claim] = set()
        self.terms: set[tuple[str, str, str]] = set()

    def item(self, qid: str, statements: list[Statement]) -> Iterator[Stated]:
        preferred = {s.pid for s in statements if s.rank == "Preferred"}
        best = {s.id for s in statements if s.rank == ("Preferred" if s.pid in preferred else "Normal")}
        usable = [s for s in statements if self._is_usable(s)]
        repositories, aliases = [], []
        for s in usable:
            if s.pid == "P1324" and self._is_current(s, best):
                repositories.append(s.value)
            elif s.pid == "P1448":
                aliases.append(" ".join(s.value.split()))
        subject = self._named(qid, repositories, aliases)
        yield subject
        for s in usable:
            try:
                claims = list(self._claims(s, subject, s.id in best))
            except ValueError as error:
                self.reading.skip(s.place, str(error))
                continue
            for claim in claims:
                if (said := replace(claim, reference="")) in self.seen:
                    self.reading.merged += 1
                    continue
                self.seen.add(said)
                self.reading.counts[_COUNTED[s.pid]] += 1
                yield claim

    def _is_usable(self, s: Statement) -> bool:
        """Whether the statement has a value that it states plainly; why not is counted, and what is lost by it is noted."""
        counts = self.reading.counts
        self.reading.records += 1
        counts["statements"] += 1
        for name in s.qualifiers:
            if name in _IGNORED:
                self.reading.ignored[name] += 1
            elif name not in {START, END, POINT, *_NARROWING}:
                self.reading.unknown.setdefault(f"qualifier {name}", []).append(s.place)
        match s.without:
            case "deprecated":
                counts["deprecated statements"] += 1
                self.reading.skip(s.place, "is deprecated")
            case "no value" | "unknown value":
                counts["statements without a value"] += 1
                self.reading.skip(s.place, f"has {s.without}" if s.without == "no value" else f"has an {s.without}")
            case "person":
                counts["values that are people"] += 1
                self.reading.skip(s.place, "the value is a person")
            case "unknown kind":
                counts["values of unknown kind"] += 1
                self.reading.skip(s.place, "the value is not known to be an organization")
            case _:
                narrowing = [f"{name} ({_NARROWING[name]})" for name in s.qualifiers if name in _NARROWING]
                if not narrowing:
                    return True
                self.reading.skip(s.place, f"holds only in part or with reserve: {', '.join(narrowing)}")
        return False

    def _is_current(self, s: Statement, best: set[str]) -> bool:
        # Identity joins by repositories: one that was given up may be another's by now.
        if s.id not in best or END in s.times:
            self.reading.skip(s.place, "is no longer the repository")
        elif not re.match(r"https?://[^\s<>\"{}|\\^`]+\Z", s.value):
            self.reading.skip(s.place, "is a repository without a web address")
        else:
            self.reading.counts["repositories"] += 1
            return True
        return False

    def _named(self, qid: str, repositories: Iterable[str] = (), aliases: Iterable[str] = ()) -> Named:
        name, kind = self.page["names"][qid], self.page["kinds"][qid]
        ids = (("wikidata", qid), *(("repository", url) for url in sorted(set(repositories))))
        return Named("Organization" if kind == "mixed" else kind, name, ids, tuple(sorted({*aliases} - {name, ""})))

    def _claims(self, s: Statement, subject: Named, is_best: bool) -> Iterator[Claim]:
        if s.pid in {"P1324", "P1448"}:
            return
        if s.pid in DATED:
            yield from self._event(s, subject, is_best)
            return
        values: tuple[tuple[str, str], ...] = ()
        links: tuple[tuple[str, Named | str], ...] = (("project", subject),)
        if s.pid == "P275":
            values = (("licenseExpression", self._licence(s)),)
            kind, parts = (
                "LicensePeriod",
                ["{project}-licenseperiod", re.sub(r"[^a-z0-9]+", "-", values[0][1].lower()).strip("-")],
            )
        else:
            if s.value not in self.page["names"]:
                raise ValueError("the value has no English name")
            if s.value == s.item:
                raise ValueError("the value is the item itself")
            other = self._named(s.value)
            kind, parts, links = _relation(s.pid, subject, other)
        start, end, seen = self._period(s, is_best)
        # A holding is not named by its start (see kg.curated), unless the same body holds it twice.
        term = (s.item, s.pid, s.value)
        if start and (kind != "Stewardship" or term in self.terms):
            parts.append(str(start))
        self.terms.add(term)
        reference = self._reference(s)
        yield Claim(kind, "-".join(parts), links, s.place, values=values, start=start, end=end, as_of=seen, reference=reference)

    def _event(self, s: Statement, subject: Named, is_best: bool) -> Iterator[Claim]:
        if subject.kind == "Project":
            # A first release, a first commit, an announcement: no event that we have.
            self.reading.counts["inceptions of projects left out"] += 1
            return
        if not is_best:
            raise ValueError("another date is preferred to it")
        date, reason = _date(s.times.get(s.pid, [["", "", ""]]))
        if date is None:
            raise ValueError(reason)
        kind, name = ("Founding", "founding") if s.pid == "P571" else ("Dissolution", "dissolution")
        yield Claim(
            kind,
            f"{{organization}}-{name}",
            (("organization", subject),),
            s.place,
            dates=(("occurred", date),),
            reference=self._reference(s),
        )

    def _licence(self, s: Statement) -> str:
        found = self.page["spdx"].get(s.value, [])
        if len(found) != 1:
            self.reading.counts["licences without an SPDX id"] += 1
            raise ValueError(f"the licence {s.value} has {'several SPDX ids' if found else 'no SPDX id'}")
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.+-]*", found[0]):
            raise ValueError(f"{found[0]!r}, given for the licence {s.value}, is no SPDX id")
        return str(found[0])

    def _period(self, s: Statement, is_best: bool) -> tuple[PartialDate | None, PartialDate | None, PartialDate | None]:
        """From when, until when, seen when. Raises ValueError where it ended, but when is not told well enough."""
        start, why = _date(s.times.get(START, []))
        if why:
            self.reading.skip(f"{s.place}: {START}", why)
        end, why = _date(s.times.get(END, []))
        if why:
            # Without its end it would be read as going on.
            raise ValueError(f"has ended, but {why}")
        seen, why = _date(s.times.get(POINT, []))
        if why:
            self.reading.skip(f"{s.place}: {POINT}", why)
        if seen is None and not why and end is None and is_best:
            seen = self.day  # Wikidata shows it today, and nothing better
        return start, end, seen

    def _reference(self, s: Statement) -> str:
        """The page on which the statement rests, the first of several; never a person's own page."""
        pages = [url for url in s.references if re.match(r"https?://[^\s<>\"]+\Z", url)]
        public = [url for url in pages if not _is_personal(url)]
        self.reading.counts["statements with a reference"] += bool(public)
        self.reading.counts["references to personal pages left out"] += len(pages) - len(public)
        self.reading.counts["further references left out"] += max(0, len(public) - 1)
        return public[0] if public else ""


_COUNTED = {
    "P178": "developers",
    "P126": "maintainers",
    "P127": "owners",
    "P859": "sponsors",
    "P749": "parents",
    "P275": "licences",
    "P571": "foundings",
    "P576": "dissolutions",
}


def _relation(pid: str, subject: Named, other: Named) -> tuple[str, list[str], tuple[tuple[str, Named | str], ...]]:
    """The kind of relation, the parts of its id, and its links."""
    if subject.kind == "Project":
        role = ROLES[pid]
        return (
            "Stewardship",
            ["{project}-stewardship-{steward}", role],
            (("project", subject), ("steward", other), ("role", role)),
        )
    if pid == "P859":
        return "Sponsorship", ["{body}-sponsorship-{holder}"], (("body", subject), ("holder", other))
    # A parent decides where either is a company; of others it is the umbrella.
    if "Company" in {subject.kind, other.kind}:
        return "Control", ["{controlled}-control-{controller}"], (("controlled", subject), ("controller", other))
    of = (("organization", subject), ("parentOrganization", other))
    return "Affiliation", ["{organization}-affiliation-{parentOrganization}"], of


def _date(times: list[list[str]]) -> tuple[PartialDate | None, str]:
    """A date of Wikidata as precise as it is stated, or why it cannot be had; neither where there is none.

    >>> _date([["2013-05-01T00:00:00Z", "10", ""]])[0], _date([["2013-01-01T00:00:00Z", "9", ""]])[0]
    (PartialDate(text='2013-05'), PartialDate(text='2013'))
    """
    found, reason = set(), ""
    for text, precision, calendar in times:
        match = _TIME.match(text)
        if not text:
            reason = "the date is not known"
        elif not precision.isdigit() or int(precision) < 9:
            reason = "the date is less precise than a year"
        elif not match:
            reason = "the date lies before our era, or is no date"
        elif calendar == _JULIAN:
            reason = "the date is in the Julian calendar"
        else:
            try:
                found.add(PartialDate("-".join(match.groups()[: min(int(precision), 11) - 8])))
            except ValueError as error:
                reason = str(error)
    if len(found) == 1 and not reason:
        return found.pop(), ""
    return None, reason or ("there are several dates" if found else "")


def _is_personal(url: str) -> bool:
    parts = urlsplit(url)
    return bool(_PERSONAL.search(parts.hostname or "")) or "@" in url or "/~" in parts.path
