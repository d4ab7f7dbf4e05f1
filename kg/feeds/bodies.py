"""How the Linux Foundation family names things: its foundations and their identifiers, tiers of members, suffixes of names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from kg.claims import Named
from kg.records import IDENTIFIERS


@dataclass(frozen=True, slots=True)
class Body:
    """A foundation we know: its slug, its name, the Crunchbase ids it has had (the last first), its names in lists."""

    slug: str
    name: str
    ids: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()


# Those with a file in kg/facts/organizations. An id that was renamed stays here: its change is no transfer.
BODIES = (
    Body("academy-software-foundation", "Academy Software Foundation", (), ("Academy Software Foundation (ASWF)",)),
    Body("agentic-ai-foundation", "Agentic AI Foundation", (), ("Agentic AI Foundation (AAIF)",)),
    Body("apache-software-foundation", "Apache Software Foundation", ("apache",)),
    Body("ceph-foundation", "Ceph Foundation", ("ceph-foundation",)),
    Body("chips-alliance", "CHIPS Alliance", (), ("CHIPS Alliance Fund",)),
    Body("cloud-foundry-foundation", "Cloud Foundry Foundation", ("cloud-foundry",), ("Cloud Foundry Foundation (CFF)",)),
    Body(
        "cncf",
        "Cloud Native Computing Foundation",
        ("cloud-native-computing-foundation",),
        ("Cloud Native Computing Foundation (CNCF)",),
    ),
    Body(
        "confidential-computing-consortium",
        "Confidential Computing Consortium",
        (),
        ("Confidential Computing Consortium (CCC)",),
    ),
    Body(
        "continuous-delivery-foundation",
        "Continuous Delivery Foundation",
        ("continuous-delivery-foundation-cdf",),
        ("Continuous Delivery Foundation (CDF)",),
    ),
    Body("daos-foundation", "DAOS Foundation"),
    Body("ebpf-foundation", "eBPF Foundation"),
    Body("eclipse-foundation", "Eclipse Foundation", ("eclipse-foundation",)),
    Body("finops-foundation", "FinOps Foundation"),
    Body("finos", "FINOS", (), ("FINOS (The Fintech Open Source Foundation)",)),
    Body("graphql-foundation", "GraphQL Foundation", ("graphql-foundation",)),
    Body(
        "high-performance-software-foundation",
        "High Performance Software Foundation",
        (),
        ("High Performance Software Foundation (HPSF)",),
    ),
    Body("js-foundation", "JS Foundation", ("js-foundation",)),
    Body("jupyter-foundation", "Jupyter Foundation"),
    Body("lf-ai-data", "LF AI & Data", ("lf-artificial-intelligence-foundation", "lf-deep-learning-foundation")),
    Body("lf-decentralized-trust", "LF Decentralized Trust", ("hyperledger-2",)),
    Body("lf-edge", "LF Edge", ("lf-edge", "linux-foundation-edge")),
    Body("lf-energy", "LF Energy", (), ("LF Energy (LFE)",)),
    Body("lf-networking", "LF Networking", ("lf-networking",), ("LF Networking (LFN)",)),
    Body("lf-projects", "LF Projects, LLC"),
    Body("linux-foundation", "Linux Foundation", ("linux-foundation", "the-linux-foundation"), ("The Linux Foundation",)),
    Body("linux-foundation-europe", "Linux Foundation Europe"),
    Body("open-3d-foundation", "Open 3D Foundation"),
    Body("open-container-initiative", "Open Container Initiative", (), ("Open Container Initiative (OCI)",)),
    Body("open-mainframe-project", "Open Mainframe Project", ("open-mainframe-project",), ("Open Mainframe Project (OMP)",)),
    Body("openapi-initiative", "OpenAPI Initiative"),
    Body(
        "openinfra-foundation",
        "OpenInfra Foundation",
        ("open-infrastructure-foundation", "openstack"),
        ("OpenInfra Foundation (OIF)",),
    ),
    Body("openjs-foundation", "OpenJS Foundation", ("open-js-foundation",)),
    Body("opensearch-software-foundation", "OpenSearch Software Foundation"),
    Body("openssf", "Open Source Security Foundation", (), ("Open Source Security Foundation (OpenSSF)",)),
    Body("overture-maps-foundation", "Overture Maps Foundation", (), ("Overture Maps Foundation Fund",)),
    Body("presto-foundation", "Presto Foundation", ("presto-foundation",), ("The Presto Foundation",)),
    Body("pytorch-foundation", "PyTorch Foundation", ("pytorch",)),
    Body("react-foundation", "React Foundation"),
    Body("risc-v-international", "RISC-V International"),
    Body("sel4-foundation", "seL4 Foundation"),
    Body("sonic-foundation", "SONiC Foundation", (), ("SONiC Fund",)),
    # Presto's first own foundation, renamed with its project in 2020.
    Body("trino-software-foundation", "Trino Software Foundation", ("presto-software-foundation",)),
    Body("x402-foundation", "x402 Foundation"),
)
_BY_SLUG = {body.slug: body for body in BODIES}
_BY_NAME = {name: body for body in BODIES for name in (body.name, *body.listed)}
_BY_ID = {id_: body for body in BODIES for id_ in body.ids}

# Foundations by what they do, whose names do not say so.
_FOUNDATIONS_BY_NAME = frozenset({
    "Alliance for Open Media (AOM)",
    "Code Aurora Forum (CAF)",
    "Core Infrastructure Initiative (CII)",
    "Dronecode Project, Inc.",
    "Internet Security Research Group (ISRG)",
    "JDF International",
    "LF Energy Standards and Specifications (LFESS)",
    "LF Public Health (LFPH)",
    "Post-Quantum Cryptography Alliance",
    "Sustainable & Scalable Infrastructure Alliance Fund",
    "TODO Group",
    "Tazama Anti-Financial Crime Series",
    "The ITAM Forum",
})  # fmt: skip
_FOUNDATION = re.compile(r"\b(Foundation|Consortium|Fund|LLC)( \([^()]+\))?\Z|\(AOUSD\)\Z")
_ACRONYM = re.compile(r"(.+\S) \(([A-Z][A-Za-z0-9]*)\)\Z")

# What lists add to names to say why somebody is in them.
MEMBER_SUFFIXES = frozenset({"member", "supporter", "contributor"})
ROLE_SUFFIXES = frozenset({"adopter", "associate", "hcsp", "hosting", "htp", "kcntp", "kcsp"})
_OTHER_SUFFIXES = frozenset({"wasm", "signed with"})
_SUFFIX = re.compile(r"(.*\S)\s*\(([A-Za-z ]+)\)\Z", re.DOTALL)

TIERS = {
    "academic": "academic",
    "academic institution": "academic",
    "associate": "associate",
    "community": "community",
    "contributing": "contributing",
    "end user": "end-user",
    "end user supporter": "end-user",
    "end user supporter and contributor": "end-user",
    "founding": "founding",
    "general": "general",
    "gold": "gold",
    "nonprofit": "nonprofit",
    "participating": "participating",
    "platinum": "platinum",
    "premier": "premier",
    "premier board": "premier",
    "premier tsc": "premier",
    "silver": "silver",
    "startup": "startup",
    "strategic": "strategic",
    "strategic start-up": "startup",
}
# Tiers that the family sells to companies alone. Universities and public bodies are found among end users and strategic ones.
COMPANY_TIERS = frozenset({"general", "gold", "platinum", "premier", "silver", "startup"})

_CRUNCHBASE = re.compile(r"https?://(?:www\.)?crunchbase\.com/(?:organization/)+([^/?#\s]+)/*(?:[?#]\S*)?\Z", re.IGNORECASE)
_DOMAIN = re.compile(IDENTIFIERS["domain"].pattern)
# Hosts at which many have a page: they tell nobody apart.
_SHARED_HOSTS = frozenset(
    "crunchbase.com facebook.com github.com gitlab.com linkedin.com medium.com sites.google.com twitter.com x.com".split()  # noqa: SIM905
)


def body_of(slug: str) -> Named:
    """The foundation of ours that has a slug."""
    body = _BY_SLUG.get(slug)
    ids = (("crunchbase", body.ids[0]),) if body and body.ids else ()
    return Named("Foundation", body.name if body else slug, ids, slug=slug)


def body_by_id(crunchbase: str) -> Named | None:
    """The foundation of ours that has, or had, a Crunchbase id."""
    body = _BY_ID.get(crunchbase)
    return body_of(body.slug) if body else None


@lru_cache(maxsize=512)
def body_named(name: str) -> Named:
    """The body that a list names as one to which projects or members belong.

    >>> body_named("Cloud Native Computing Foundation (CNCF)").slug
    'cncf'
    >>> body_named("Xen Project").kind, body_named("TARS Foundation").kind
    ('Organization', 'Foundation')
    >>> body_named("Decentralized Identity Foundation (DIF)").aliases
    ('DIF',)
    """
    if body := _BY_NAME.get(name):
        return body_of(body.slug)
    kind = "Foundation" if is_foundation(name) else "Organization"
    acronym = _ACRONYM.match(name)
    return Named(kind, acronym[1], aliases=(acronym[2],)) if acronym else Named(kind, name)


def is_foundation(name: str) -> bool:
    """Whether an entry of a list of projects is a foundation, fund or the like, and no project.

    >>> is_foundation("LF Edge"), is_foundation("Ultra Ethernet Consortium Fund"), is_foundation("Zephyr Project")
    (True, True, False)
    """
    return name in _BY_NAME or name in _FOUNDATIONS_BY_NAME or bool(_FOUNDATION.search(name))


def plain_name(name: str) -> tuple[str, str]:
    """A name without the suffix that the list put there, and the suffix.

    >>> plain_name("Upbound (Member)"), plain_name("The Update Framework (TUF)")
    (('Upbound', 'member'), ('The Update Framework (TUF)', ''))
    """
    match = _SUFFIX.match(name)
    if match and (suffix := match[2].strip().casefold()) in MEMBER_SUFFIXES | ROLE_SUFFIXES | _OTHER_SUFFIXES:
        return match[1], suffix
    return name, ""


def is_nobody(name: str) -> str:
    """Why a name of a member is no organization's: the reason, '' where it is one's."""
    if name.casefold().startswith("non-public organization"):
        return "an organization that does not wish to be named"
    if "do not use" in name.casefold():
        return "a test record, marked as not to be used"
    return ""


def crunchbase_id(url: str) -> str:
    """The id in the address of a Crunchbase page of an organization, '' where it is none.

    >>> crunchbase_id("https://www.crunchbase.com/organization/catalyst-by-zoho?utm_source=cncf")
    'catalyst-by-zoho'
    """
    match = _CRUNCHBASE.match(url)
    return match[1] if match else ""


def domain_of(url: str) -> str:
    """The host of a home page without www, '' where many share it.

    >>> domain_of("https://www.RedHat.com/en"), domain_of("https://github.com/acme")
    ('redhat.com', '')
    """
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    return host if _DOMAIN.fullmatch(host) and host not in _SHARED_HOSTS else ""


def member_named(name: str, *, company: bool, crunchbase: str = "", homepage: str = "") -> Named:
    """An organization in a list of members, with what tells it apart."""
    ids = [("crunchbase", crunchbase)] if crunchbase else []
    if domain := domain_of(homepage):
        ids.append(("domain", domain))
    return Named("Company" if company else "Organization", name, tuple(ids), homepage=web_address(homepage))


def web_address(text: str) -> str:
    """The text if it is a web address, else ''."""
    return text if re.match(r"https?://\S+\Z", text) else ""
