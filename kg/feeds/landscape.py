"""Landscapes in the format of the CNCF (landscape.yml): hosted projects with their stages, listed owners, members by tier.

What an item is shows in its keys: a level or a day of acceptance makes a hosted project, a category of members a member, a
repository with an owner a project of somebody else's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from kg.claims import Claim, Named, Stated, entry, membership, stage_entered, stage_seen
from kg.errors import FeedError
from kg.feeds._landscape_items import Item, landscape_items, names_of_members, repository_key, shared_repositories
from kg.feeds.bodies import (
    COMPANY_TIERS,
    MEMBER_SUFFIXES,
    ROLE_SUFFIXES,
    TIERS,
    body_by_id,
    body_named,
    body_of,
    crunchbase_id,
    is_foundation,
    is_nobody,
    member_named,
    plain_name,
    web_address,
)
from kg.feeds.reading import Fields, Reading
from kg.names import slugify

_LINUX_FOUNDATION = "The Linux Foundation"
_GROUP = "Project Group / "
_MEMBERSHIP = "Project Membership / "
_MEMBERS = re.compile(r"\bmembers?\b", re.IGNORECASE)

# Level words of the family. A source adds its own in the setting `levels`; '' stands for a word that is no level there.
LEVELS = {
    "archived": "archived",
    "at_large": "at-large",
    "foundation": "foundation-project",
    "foundationproject": "foundation-project",
    "graduated": "graduated",
    "growth": "growth",
    "impact": "impact",
    "incubating": "incubating",
    "incubation": "incubating",
    "sandbox": "sandbox",
    "working-group": "working-group",
}
_STAGES = ("incubating", "graduated", "archived")

_PAGE = "another page about it"
_FEED = "what people post about it"
_SHOWN = "how the item is shown"
_TEXT = "a description"
IGNORED = {
    "item": "a mark without a value",
    "logo": "a picture",
    "description": _TEXT,
    "twitter": _FEED,
    "facebook": _FEED,
    "bluesky_url": _FEED,
    "linkedin": _PAGE,
    "stock_ticker": "a number of the stock exchange; the company has its id",
    "enduser": "a company that sells no such software; its tier says so",
    "joined": "when it was added to a list that is none of members",
    "additional_repos": "more repositories; the first is the main one",
    "project_org": "where more repositories lie",
    "branch": "which branch to show",
    "allow_duplicate_repo": "permission for the check of the list",
    "unnamed_organization": "how the item is shown; members without a name are left out by it",
    "open_source": "whether to show it as open source",
    "url_for_bestpractices": _PAGE,
    "second_path": "where else the item is shown",
    "slug": _SHOWN,
    "license": "a licence of what is told nothing else of",
    "homepage_url": "a page of what is told nothing else of",
    "repo_url": "a repository of what is told nothing else of",
    "crunchbase": "the owner of what is told nothing else of",
    "organization": "the owner of what is told nothing else of",
    "project": "a level of a member",
}
IGNORED_EXTRA = {
    "annual_review_date": "a review that changed no stage",
    "annual_review_url": _PAGE,
    "annotations": _SHOWN,
    "audits": "reviews of security",
    "clomonitor_name": "the id of a second entry",
    "cncf_tags": _SHOWN,
    "ai": _SHOWN,
    "hide_license": _SHOWN,
    "training_certifications": "what a partner teaches",
    "training_type": "what a partner teaches",
    "specification": "whether it is a specification",
    "details": _TEXT,
    "lfx_slug": "the id of a working group or foundation that is no project",
    "project": "a stray key",
    "accepted": "when a foundation began, or was taken in: the list does not say which",
    "incubating": "a stage of what is not hosted",
    "graduated": "a stage of what is not hosted",
    "archived": "a stage of what is not hosted",
    "documentation_ul": _PAGE,
    "url_for_bestpractices": _PAGE,
    "package_manager_url": _PAGE,
    "other_links": _PAGE,
    "chat_channel": _FEED,
    "chat": _FEED,
    "wiki": _PAGE,
    "documentation": _PAGE,
    "introduction_course": _PAGE,
    "developer_course": _PAGE,
    "GitHub": _PAGE,
    "Git": _PAGE,
    "Download": _PAGE,
    "Repository": _PAGE,
    "Forum URL": _PAGE,
    "Repo URL": _PAGE,
    "Source Repository": _PAGE,
    "LinkedIn": _PAGE,
    "Wiki": _PAGE,
}
_FORGES = re.compile(
    r"(?:git|gitlab|review|gerrit)\..+|(?:.+\.)?(?:gitcode|gitee)\.com|opendev\.org|codeberg\.org|bitbucket\.org"
)
_SPDX = re.compile(r"(?:[A-Za-z0-9]+-)+[A-Za-z0-9.]*\d[A-Za-z0-9.+-]*|MIT|ISC|Zlib|Unlicense|NCSA|PostgreSQL|0BSD")


def read(reading: Reading) -> Iterator[Stated]:
    """Yield what each item says; the order is that of the file."""
    yield from _Landscape(reading).stated()


class _Landscape:
    """One reading: whose list it is, and by hashes, so that a long list takes little room, what was told already."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        settings = reading.settings
        if slug := settings.get("host"):
            self.host = body_of(str(slug))
        else:
            if "host_name" not in settings:
                raise FeedError(
                    f"{reading.path}: does not say whose list it is; name the foundation with --host, by its id or its name"
                    " (in feeds.toml: the setting host or host_name)"
                )
            self.host = Named(str(settings.get("host_kind", "Foundation")), str(settings["host_name"]))
        self.levels = LEVELS | dict(settings.get("levels", {}))
        self.project_categories = frozenset(settings.get("projects", ()))
        self.companies = bool(settings.get("companies", True))
        # By foundation that is older than its place in this list: the last day that is not its own acceptance, but its joining.
        self.joined = {body_named(name): str(day) for name, day in settings.get("joined", {}).items()}
        # By project, as written: the foundation that took it in on the day listed, where it is listed under a later one.
        self.earlier = {name: body_of(str(slug)) for name, slug in settings.get("earlier", {}).items()}
        # By project, as written: a listed day that cannot be.
        self.slips = {name: str(day) for name, day in settings.get("slips", {}).items()}
        # Ids of owners that are the project itself, and by project a licence that is not that of the whole.
        self.themselves = frozenset(settings.get("themselves", ()))
        self.wrong_licences = dict(settings.get("wrong_licences", {}))
        self.shared: set[int] = set()
        self.told: set[int] = set()
        self.stray_members: dict[str, str] = {}

    def stated(self) -> Iterator[Stated]:
        reading = self.reading
        for item in landscape_items(reading):
            if not reading.records:
                self.shared = shared_repositories(reading.path)
            reading.records += 1
            place = f"{item.category} / {item.subcategory} / line {item.line}"
            try:
                # A list, so that an item that is refused half-way says nothing.
                claims = list(self._item(item, place))
            except ValueError as error:
                reading.skip(place, str(error))
                continue
            yield from claims
        if not reading.records:
            raise FeedError(f"{reading.path}: holds no item; fetch it again")
        listed = names_of_members(reading.path) if self.stray_members else Counter()
        for place, name in self.stray_members.items():
            if listed[name] > 1:
                reading.merged += 1
            else:
                reading.skip(place, "named a member outside the list of members, and not in that")

    def _item(self, item: Item, place: str) -> Iterator[Stated]:
        fields = self.reading.fields(item.data, place)
        if not isinstance(item.data, dict):
            return
        written = fields.text("name")
        if not written:
            self.reading.skip(place, "has no name")
            return
        place = f"{item.category} / {item.subcategory} / {written}"
        fields.place = place
        name, suffix = plain_name(written)
        extra = fields.mapping("extra")
        if _MEMBERS.search(item.category):
            yield from self._member(fields, name, item.subcategory)
        elif suffix in MEMBER_SUFFIXES:
            self.stray_members[place] = name.casefold()
        elif suffix in ROLE_SUFFIXES:
            self.reading.skip(place, "a company or the like in the role that its name ends with: nothing that kg tells")
        else:
            yield from self._project(fields, extra, name, item.category)
        fields.done(IGNORED)
        _drop_pages(extra)
        extra.done(IGNORED_EXTRA)

    def _member(self, fields: Fields, name: str, tier: str) -> Iterator[Stated]:
        """An entry of the list of members: a member of the host, and of each foundation that `second_path` names.

        Where another source tells of members, only who it is.
        """
        reading, place = self.reading, fields.place
        reading.counts["member entries"] += 1
        reading.counts[f"{tier} entries"] += 1
        homepage, crunchbase = fields.text("homepage_url"), crunchbase_id(fields.text("crunchbase"))
        joined = fields.date("joined")
        paths = fields.items("second_path")
        fields.raw("organization")  # the same name again
        if reason := is_nobody(name):
            reading.skip(place, reason)
            return
        code = TIERS.get(tier.casefold(), "")
        if not code:
            reading.unknown.setdefault(f"tier {tier}", []).append(place)
        key = hash((name.casefold(), crunchbase, tier))
        if key in self.told:
            reading.merged += 1
            return
        self.told.add(key)
        company = self.companies and code in COMPANY_TIERS
        holder = member_named(name, company=company, crunchbase=crunchbase, homepage=homepage)
        reading.counts["members"] += 1
        reading.counts["joined dates"] += joined is not None
        if reading.settings.get("members"):
            reading.ignored["joined: the day of joining, and the tier of today: another source has tiers with their days"] += 1
            yield holder
        else:
            claim = membership(self.host, holder, place, tier=code, start=joined, seen=reading.day)
            yield claim if code else replace(claim, values=(("level", tier),))
        for path in paths:
            if isinstance(path, str) and path.startswith(_MEMBERSHIP):
                reading.counts["memberships of foundations"] += 1
                # The tier is that of the host; nothing is said of the tier in the other.
                if (body := path.removeprefix(_MEMBERSHIP)) != _LINUX_FOUNDATION:
                    yield membership(body_named(body), holder, place, seen=reading.day)

    def _project(self, fields: Fields, extra: Fields, name: str, category: str) -> Iterator[Claim]:
        """An entry outside the lists of members: a hosted project, a foundation within the host, or somebody's project."""
        reading, place = self.reading, fields.place
        word, owner = fields.text("project"), self._owner(fields)
        level = self.levels.get(word, word)
        repository, homepage = fields.text("repo_url"), fields.text("homepage_url")
        host, grouped = self._home(fields.items("second_path"))
        parent = extra.text("parent_project")
        hosted = bool(level) or category in self.project_categories
        if not hosted and extra.data.get("accepted") and parent:
            extra.raw("accepted")
            reading.skip(f"{place}: accepted", "the day of the project that it is a part of")
        elif not hosted and extra.data.get("accepted"):
            # The day may be left on what is not hosted; then the list names an owner other than the host.
            hosted = not owner or _same(owner, self.host)
            if not hosted:
                reading.skip(
                    f"{place}: accepted", "the day of acceptance of what has no level, and another owner than the host"
                )
        if hosted and grouped and is_foundation(name):
            body = body_named(name)
            if _same(body, host):  # a foundation and the fund that pays for it
                reading.merged += 1
                return
            reading.counts["foundations"] += 1
            links = (("organization", body), ("parentOrganization", host))
            yield Claim("Affiliation", "{organization}-affiliation-{parentOrganization}", links, place, as_of=reading.day)
            return
        if not hosted and not repository:
            reading.skip(place, "neither hosted, nor a member, nor a project with a repository")
            return
        seen = hash(name.casefold())
        hosted_here = hash((seen, "hosted"))
        if hosted:
            if hosted_here in self.told:
                reading.merged += 1
                return
            self.told.add(hosted_here)
        elif not owner:
            self._ownerless(seen, place)
            return
        elif hash((seen, owner.name)) in self.told or (hosted_here in self.told and _same(owner, self.host)):
            reading.merged += 1
            return
        project = self._named(extra, name, repository, homepage)
        self.told.add(seen)
        if hosted:
            reading.counts["hosted projects"] += 1
            yield from self._hosting(extra, project, host, word, level, place)
        if owner and not (hosted and _same(owner, self.host)):
            self.told.add(hash((seen, owner.name)))
            reading.counts["listed owners"] += 1
            links_ = (("project", project), ("steward", owner), ("role", "listed-owner"))
            yield Claim("Stewardship", "{project}-stewardship-{steward}-listed-owner", links_, place, as_of=reading.day)
        if parent:
            links = (("project", project), ("parentProject", Named("Project", parent)))
            yield Claim("Subproject", "{project}-part-of-{parentProject}", links, place, as_of=reading.day)
        if claim := self._licence(fields.text("license"), project, place):
            yield claim

    def _ownerless(self, seen: int, place: str) -> None:
        if seen in self.told:
            self.reading.merged += 1
        else:
            self.reading.skip(place, "a project that is not hosted, and of which no organization is named as the owner")

    def _hosting(self, extra: Fields, project: Named, host: Named, word: str, level: str, place: str) -> Iterator[Claim]:
        """What a list says of a project of its own: the entry, the stages and their days, the stage now."""
        reading, counts = self.reading, self.reading.counts
        accepted = extra.date("accepted")
        if accepted and str(accepted) <= self.joined.get(host, ""):
            reading.skip(f"{place}: accepted", "the day that its foundation came with its projects")
            accepted = None
        if accepted and str(accepted) == self.slips.get(project.name):
            reading.skip(f"{place}: accepted", f"{accepted}: a slip of the list")
            accepted = None
        counts["accepted dates"] += accepted is not None
        if accepted and (first := self.earlier.get(project.name)):
            yield entry(project, first, place, ("accepted", accepted))
            accepted = None  # when it came from there to the host, the list does not tell
        yield entry(project, host, place, *((("accepted", accepted),) if accepted else ()))
        for stage in _STAGES:
            if entered := extra.date(stage):
                counts[f"{stage} dates"] += 1
                yield stage_entered(project, host, self.levels.get(stage) or stage, place, ("occurred", entered))
        if not level:
            return
        counts[f"{level} projects"] += 1
        if word in self.levels:
            yield stage_seen(project, host, level, place, reading.day)
            return
        # A word of a ladder we do not know is kept as it stands, and reported.
        reading.unknown.setdefault(f"project: {word}", []).append(place)
        links = (("project", project), ("byOrganization", host))
        id_ = f"{{project}}-level-{{byOrganization}}-{slugify(word) or 'other'}"
        yield Claim("MaturityPeriod", id_, links, place, values=(("level", word),), as_of=reading.day)

    def _home(self, paths: list[Any]) -> tuple[Named, bool]:
        """The foundation that hosts an item, and whether the list is of a host with foundations inside."""
        groups = [p.removeprefix(_GROUP) for p in paths if isinstance(p, str) and p.startswith(_GROUP)]
        inside = self.host.slug == "linux-foundation"
        return (body_named(groups[0]) if groups else self.host), inside

    def _owner(self, fields: Fields) -> Named | None:
        """The organization that an item names as the owner. One without an identifier may be a person, and is left out."""
        said = fields.raw("organization")
        id_ = crunchbase_id(fields.text("crunchbase"))
        name = ""
        if isinstance(said, str):
            id_ = id_ or crunchbase_id(said)
        elif isinstance(said, dict):
            name = " ".join(str(said.get("name") or "").split())
        if not id_:
            if said:
                self.reading.ignored["organization without an identifier: it may be a person"] += 1
            return None
        if id_ in self.themselves:
            self.reading.ignored["crunchbase: the project itself, under another of its names"] += 1
            return None
        return body_by_id(id_) or Named("Organization", name or id_, (("crunchbase", id_),))

    def _named(self, extra: Fields, name: str, repository: str, homepage: str) -> Named:
        ids = []
        if (url := _repository(repository)) and hash(repository_key(repository)) not in self.shared:
            ids.append(("repository", url))
        for scheme, key in (("lfx", "lfx_slug"), ("clomonitor", "clomonitor_name")):
            if value := extra.text(key):
                ids.append((scheme, value))
        return Named("Project", name, tuple(ids), homepage=web_address(homepage))

    def _licence(self, text: str, project: Named, place: str) -> Claim | None:
        if not text:
            return None
        if self.wrong_licences.get(project.name) == text:
            self.reading.skip(f"{place}: license", f"{text}: of a part of it alone, or of before")
            return None
        if not _SPDX.fullmatch(text):
            self.reading.ignored[f"license {text}: no single SPDX identifier"] += 1
            return None
        self.reading.counts["licences"] += 1
        id_ = f"{{project}}-license-{slugify(text)}"
        values = (("licenseExpression", text),)
        return Claim("LicensePeriod", id_, (("project", project),), place, values=values, as_of=self.reading.day)


def _same(one: Named, other: Named) -> bool:
    return (one.slug, one.name) == (other.slug, other.name)


def _drop_pages(extra: Fields) -> None:
    """Leave out the addresses of pages and the summaries, which have as many keys as editors had ideas."""
    for key in [key for key in extra.data if key.endswith("_url") or key.startswith("summary_")]:
        extra.raw(key)
        extra.reading.ignored["addresses of pages, and summaries"] += 1


def _repository(url: str) -> str:
    """The address of a repository, '' for that of an organization, a part of a repository or a website.

    >>> _repository("https://github.com/Acme/tool/"), _repository("https://github.com/acme"), _repository("https://carvel.dev/")
    ('https://github.com/Acme/tool', '', '')
    """
    try:
        address = urlsplit(url)
        host = (address.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    parts = [part for part in address.path.removesuffix(".git").split("/") if part]
    if address.query or address.fragment or not web_address(url):
        return ""
    if host == "github.com":
        right = len(parts) == 2 and parts[0] not in {"orgs", "organizations"}
    else:
        right = len(parts) >= 2 and bool(_FORGES.fullmatch(host))
    return f"{address.scheme}://{address.netloc}/{'/'.join(parts)}" if right else ""
