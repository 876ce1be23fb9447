"""Do SPF or DKIM speak of the domain that people see? DMARC, which asks that of the From field (RFC 9989).

SPF and DKIM each prove a domain, and do not say which one a reader ought to see. DMARC does: one of the two must have
passed for the domain in From, or for one of the same organization. What to do if not, the domain itself publishes.

Left out are reports, and `np`, the wish for subdomains that do not exist.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, Protocol, cast

from smtplab.protocol.routing import LookupFailed, NoSuchDomain
from smtplab.protocol.tags import parse_tags

LABELS_LIMIT: Final = 8  # labels of a name that is walked up one by one; of a longer one all but seven are skipped

Policy = Literal["none", "quarantine", "reject"]
Result = Literal["none", "pass", "fail", "temperror"]

MILDER: Final[dict[Policy, Policy]] = {"reject": "quarantine", "quarantine": "none", "none": "none"}


class Names(Protocol):
    """Who is asked. Gives [] where there is nothing, and raises `NoSuchDomain` or `LookupFailed`."""

    def texts(self, name: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Record:
    """What a domain publishes at `_dmarc.` before its name.

    policy: what it wants to happen to mail that fails. subdomains: the same for the domains below it, which publish
    nothing. strict_spf, strict_dkim: whether domains must be equal. suffix: "y" for a domain under which others
    register theirs, "n" for one that is nobody's subdomain, "u" where it does not say. testing: `t=y`.
    """

    domain: str
    policy: Policy
    subdomains: Policy
    strict_spf: bool = False
    strict_dkim: bool = False
    suffix: str = "u"
    testing: bool = False

    def policy_for(self, author_domain: str) -> Policy:
        """Give what is asked for mail of a domain that this record is for; one step less while it is tested."""
        wanted = self.policy if author_domain == self.domain else self.subdomains
        return MILDER[wanted] if self.testing else wanted


class Verdict(NamedTuple):
    """What DMARC says, whose policy it is, and what that policy asks to be done: "none" where the mail passed."""

    result: Result
    domain: str
    policy: Policy
    wish: Policy


def evaluate(author_domain: str, spf_domain: str | None, dkim_domains: Collection[str], names: Names) -> Verdict:
    """Judge a mail by the domain in its From field.

    spf_domain: the domain for which SPF passed, None where it did not. dkim_domains: those whose signatures are good.
    RFC 9989.
    """
    author_domain = author_domain.lower()
    try:
        record = find_record(author_domain, names)
        if record is None:
            return Verdict("none", author_domain, "none", "none")
        passed = spf_domain is not None and is_aligned(spf_domain, author_domain, record.strict_spf, names)
        passed = passed or any(is_aligned(each, author_domain, record.strict_dkim, names) for each in dkim_domains)
    except LookupFailed:
        return Verdict("temperror", author_domain, "none", "none")
    policy = record.policy_for(author_domain)
    return Verdict("pass", record.domain, policy, "none") if passed else Verdict("fail", record.domain, policy, policy)


def is_aligned(proven: str, author_domain: str, strict: bool, names: Names) -> bool:
    """Tell whether a domain that was proven speaks for the one in From: strict, if equal; else, if of one organization.

    RFC 9989.
    """
    proven, author_domain = proven.lower(), author_domain.lower()
    if strict or proven == author_domain:
        return proven == author_domain
    return organizational_domain(proven, names) == organizational_domain(author_domain, names)


def find_record(domain: str, names: Names) -> Record | None:
    """Find the record for a domain: its own, else that of its organization, else that of the suffix above it."""
    records = _walk(domain, names)
    if not records or records[0].domain == domain:
        return records[0] if records else None
    organization = _organization(domain, records)
    at_organization = (record for record in records if record.domain == organization)
    return next(at_organization, next((record for record in records if record.suffix == "y"), None))


def organizational_domain(domain: str, names: Names) -> str:
    """Give the domain that stands for the whole organization, found by a walk up the tree of names."""
    return _organization(domain, _walk(domain, names))


def _organization(domain: str, records: list[Record]) -> str:
    """Choose among the records on the way up, the lowest first: the last, unless one of them says where to stop."""
    for record in records:
        if record.suffix == "n":
            return record.domain
        if record.suffix == "y" and record.domain != domain:
            below = domain.removesuffix(f".{record.domain}").rpartition(".")[2]
            return f"{below}.{record.domain}"
    return records[-1].domain if records else domain


def _walk(domain: str, names: Names) -> list[Record]:
    """Ask for the records of a name and of those above it, the lowest first."""
    found: list[Record] = []
    labels = domain.split(".")
    while labels and not (found and found[-1].suffix in "yn"):
        record = _record(".".join(labels), names)
        found += [record] if record else []
        labels = labels[1:] if len(labels) <= LABELS_LIMIT else labels[1 - LABELS_LIMIT :]
    return found


def _record(domain: str, names: Names) -> Record | None:
    """Read the record of one name; None where there is none, more than one, or one that makes no sense."""
    try:
        found = [text for text in names.texts(f"_dmarc.{domain}") if _is_record(text)]
    except NoSuchDomain:
        return None
    return parse(domain, found[0]) if len(found) == 1 else None


def _is_record(text: str) -> bool:
    """Tell whether a TXT record is one of DMARC: the version comes first, and is all that counts."""
    name, _, value = text.partition(";")[0].partition("=")
    return (name.strip(), value.strip()) == ("v", "DMARC1")


def parse(domain: str, text: str) -> Record | None:
    """Read a record; None where it is no list of tags. A policy that nobody knows is "none"."""
    try:
        tags = parse_tags(text)
    except ValueError:
        return None
    policy = _policy(tags.get("p", ""))
    return Record(
        domain,
        policy,
        _policy(tags["sp"]) if "sp" in tags else policy,
        strict_spf=tags.get("aspf", "r").lower() == "s",
        strict_dkim=tags.get("adkim", "r").lower() == "s",
        suffix=tags.get("psd", "u").lower(),
        testing=tags.get("t", "n").lower() == "y",
    )


def _policy(word: str) -> Policy:
    return cast(Policy, word.lower()) if word.lower() in MILDER else "none"
