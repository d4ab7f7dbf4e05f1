"""Reads the Stackalytics list of employers: one organization under its many names, and the domains of its mail.

The list calls everyone a company, universities and Debian among them: no kind is read from it. Persons, whom the published
file lists too, are never read.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kg.claims import Named, Stated
from kg.errors import FeedError
from kg.feeds.reading import Reading

_IGNORED = {
    "users": "persons",
    "repos": "repositories of one foundation, told better by itself",
    "project_sources": "where repositories are found, no facts",
    "module_groups": "groups of repositories for statistics",
    "releases": "dates of releases",
    "mail_lists": "addresses of mailing lists",
    "member_lists": "an address of a list of members, not the list",
    "project_types": "groups of repositories for statistics",
}

# What follows the comma in one name: `Canonical, Ltd.`
_LEGAL_TAIL = re.compile(r"(?:inc|ltd|llc|limited|gmbh|bv|s\.\s?r\.\s?o|a\.\s?s)\b\.?", re.IGNORECASE)

# A domain under which anybody can register: `ac.th`.
_SHARED_DOMAIN = re.compile(r"(?:ac|co|com|edu|gov|ne|net|or|org)\.[a-z]{2}")

# Aliases that are somebody else, or a part with a life of its own: joining by them would make one of two.
_OTHERS = {
    "Alibaba": ("Alibaba Cloud", "阿里云", "阿里云计算有限公司"),
    "Baidu": ("Baidu Cloud", "百度云"),
    "Bytedance": ("Toutiao", "今日头条"),
    "China Unicom": ("China Unicom Cloud Data Co. Ltd.", "联通云数据有限公司"),
    "ChinaNetCenter": ("China Cache",),
    "Cloudrity": ("Viettel Cyber Security Company",),
    "Colt": ("KVH", "KVH Co., Ltd."),
    "Dell EMC": (
        "Dell", "Dell EMC - previously Cloudscaling", "Dell International Services", "Dell Services",
        "Dell Services Tata Consultancy Services Deutsche Bank", "Dell Software Zhuhai", "Dell Support Number",
        "dell computer company", "EMC", "EMC - ETD", "EMC - ScaleIO", "EMC IT Solutions Ltd", "EMC {code}", "EMC.com",
        "Office of The CTO EMC Corporation", "VCE - EMC",
    ),
    "FPT Software": ("FPT Group",),
    "Fujitsu": ("FUJITSU HOKURIKU SYSTEMS LIMITED",),
    "HPE": (
        "China HP", "HP Cloud", "HP Cloud OS", "HP Costa Rica", "HP ES GD China", "HP Helion", "HP Helion Public Cloud",
        "HP India software Operation", "HP Japan", "HP Korea", "HP Labs", "HP Networking", "HP R and D", "HP Software",
        "HP Storage Division", "HP cloud services", "Hewlett Packard Romania", "Hewlett-Packard Helion",
        "Hewlett-Packard India Software Operations", "Hewlett-Packard Singapore Pte",
        "Hewlett-PackardHP India Software Operations",
    ),
    "Hitachi": ("Hitachi Data Systems", "Hitachi Vantara"),
    "IBM": ("IBM Softlayer",),
    "Intel": ("Intel Security", "Intern at intel"),
    "Motorola": ("Motorola Solutions",),
    "NTT": (
        "NTT Communications", "NTT Comware Corporation", "NTT DATA", "NTT DATA INTELLILINK CORPORATION",
        "NTT DATA INTELLILINK Corpration",
    ),
    "Nebula": ("Nebulaworks",),
    "Deutsche Telekom": ("OpenTelekomCloud", "T-Systems"),
    "OVH": ("RunAbove",),
    "QingCloud Technologies Corp": ("KubeSphere",),
    "Red Hat": ("eNovance",),
    "SG.Cloud": ("Beijing China-Power Information Technology CO.,LTD", "zhongdianpuhua"),
    "SINA": ("SINA Weibo Fund",),
    "Samsung": ("Samsung Electronics", "Samsung India Software Operations", "Samsung SDS"),
    "Sberbank": ("Sberbank Technologies",),
    "SwiftStack": ("SwifStack Ancestry.com",),
    "Tata": ("Tata Consultancy Services", "Tata Consultancy Services Limited"),
    "VMware": ("CYSO VMWARE DHPA",),
    "Virtuozzo": ("OpenVZ",),
}  # fmt: skip


@dataclass(slots=True)
class _Employer:
    """One organization of the list, with what several records of its name say together."""

    name: str
    place: str
    aliases: dict[str, None] = field(default_factory=dict)
    domains: dict[str, None] = field(default_factory=dict)


def read(reading: Reading) -> Iterator[Stated]:
    """The organizations of the list, each with its other names and its domains."""
    employers = _employers(reading)
    owners = Counter(domain for one in employers for domain in one.domains)
    names = Counter(name for one in employers for name in {n.casefold() for n in (one.name, *one.aliases)})
    for one in employers:
        domains = [d for d in one.domains if _is_own_domain(d, owners, one.place, reading)]
        aliases = [a for a in one.aliases if _is_other_name(a, one, names, reading)]
        try:
            yield Named("Organization", one.name, tuple(("domain", d) for d in domains), tuple(aliases))
        except ValueError as error:
            reading.skip(one.place, str(error))
            continue
        reading.counts["organizations"] += 1
        reading.counts["aliases"] += len(aliases)
        reading.counts["domains"] += len(domains)


def _employers(reading: Reading) -> list[_Employer]:
    found: dict[str, _Employer] = {}
    for index, record in enumerate(_companies(reading)):
        reading.records += 1
        fields = reading.fields(record, f"companies[{index}]")
        name, aliases, domains = fields.text("company_name"), fields.items("aliases"), fields.items("domains")
        fields.done()
        reading.counts["domains read"] += len([d for d in domains if d])
        if not name:
            reading.skip(fields.place, "has no name")
        elif name.startswith("*"):
            reading.skip(f"{fields.place}: {name}", "stands for those without an employer")
            reading.counts["aliases of no employer"] += len(aliases)
        else:
            reading.counts["aliases read"] += len(aliases)
            one = found.setdefault(name.casefold(), _Employer(name, f"{fields.place}: {name}"))
            reading.merged += one.place != f"{fields.place}: {name}"
            one.aliases |= dict.fromkeys(" ".join(str(a).split()) for a in aliases if a)
            one.domains |= dict.fromkeys(str(d).strip().lower() for d in domains if d)
    return list(found.values())


def _companies(reading: Reading) -> list[Any]:
    path = reading.file(reading.path.name)
    try:
        data = json.loads(path.read_text("utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise FeedError(f"{path}: is no JSON: {error}; fetch default_data.json again") from error
    companies = data.get("companies") if isinstance(data, dict) else None
    if not isinstance(companies, list) or not companies:
        raise FeedError(f"{path}: has no list `companies`; give the file default_data.json of Stackalytics")
    for key in data:
        if key in _IGNORED:
            reading.ignored[key] += 1
        elif key != "companies":
            reading.unknown.setdefault(key, []).append(path.name)
    return companies


def _is_own_domain(domain: str, owners: Counter[str], place: str, reading: Reading) -> bool:
    reason = ""
    if owners[domain] > 1:
        reason = "a domain of two organizations: given to neither"
    elif _SHARED_DOMAIN.fullmatch(domain):
        reason = "a domain under which anybody registers"
    elif not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain):
        reason = "is no domain"
    if reason:
        reading.skip(f"{place}: {domain}", reason)
    return not reason


def _is_other_name(alias: str, one: _Employer, names: Counter[str], reading: Reading) -> bool:
    if alias == one.name:
        reading.counts["aliases that are the name"] += 1
        return False
    reason = ""
    if len(re.findall(r"\w", alias)) < 2:
        reason = "an alias of one letter or none"
    elif alias in _OTHERS.get(one.name, ()):
        reason = "an alias that is somebody else, or a part with a life of its own"
    elif ";" in alias or any(not _LEGAL_TAIL.match(part.strip()) for part in alias.split(",")[1:]):
        reason = "an alias that may be several names in one"
    elif names[alias.casefold()] > 1:
        reason = "an alias of two organizations: given to neither"
    if reason:
        reading.skip(f"{one.place}: {alias}", reason)
    return not reason
