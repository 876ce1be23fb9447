"""What does an SPF record say? Its terms, read by the grammar of RFC 7208 §12, before any of them is looked at."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final

VERSION: Final = "v=spf1"

# macro-expand = ( "%{" macro-letter transformers *delimiter "}" ) / "%%" / "%_" / "%-"
# Of the letters, c, r and t are for explanations alone (§7.2). A number of parts must not be 0 (§7.3).
MACRO: Final = (
    r"%(?:\{(?P<letter>[slodiphv])(?P<parts>0*[1-9]\d*)?(?P<reverse>r?)(?P<cut>[-.+,/_=]*)\}|(?P<sign>[%_-]))"
)
_ANY_MACRO = re.sub(r"\?P<\w+>", "?:", MACRO)

# macro-string = *( macro-expand / macro-literal ); macro-literal = %x21-24 / %x26-7E
_MACRO_STRING = rf"(?:{_ANY_MACRO}|[!-$&-~])*"

# domain-spec = macro-string domain-end; domain-end = ( "." toplabel [ "." ] ) / macro-expand
_TOP_LABEL = r"(?:[a-z0-9]*[a-z][a-z0-9]*|[a-z0-9]+-[a-z0-9-]*[a-z0-9])"
_DOMAIN_SPEC = rf"(?P<domain>{_MACRO_STRING}(?:\.{_TOP_LABEL}\.?|{_ANY_MACRO}))"

# ip4-cidr-length = "/" ("0" / %x31-39 0*1DIGIT); dual-cidr-length = [ ip4-cidr-length ] [ "/" ip6-cidr-length ]
_IP4_LENGTH = r"(?:/(?P<length4>0|[1-9]\d?))?"
_IP6_LENGTH = r"(?:/(?P<length6>0|[1-9]\d{0,2}))?"
_DUAL_LENGTH = rf"{_IP4_LENGTH}(?:/{_IP6_LENGTH.removesuffix('?')})?"

_ARGUMENTS: Final = {
    "all": "",
    "include": f":{_DOMAIN_SPEC}",
    "a": f"(?::{_DOMAIN_SPEC})?{_DUAL_LENGTH}",
    "mx": f"(?::{_DOMAIN_SPEC})?{_DUAL_LENGTH}",
    "ptr": f"(?::{_DOMAIN_SPEC})?",
    "ip4": rf":(?P<network>[\d.]+){_IP4_LENGTH}",
    "ip6": rf":(?P<network>[0-9a-f:.]+){_IP6_LENGTH}",
    "exists": f":{_DOMAIN_SPEC}",
}
_DIRECTIVE = re.compile(r"(?P<qualifier>[-+?~]?)(?P<mechanism>[a-z][a-z0-9]*)(?P<argument>(?:[:/].*)?)", re.I)
_MECHANISMS = {name: re.compile(argument, re.I) for name, argument in _ARGUMENTS.items()}
_MODIFIER = re.compile(rf"(?P<name>[a-z][a-z0-9_.-]*)=(?P<value>{_MACRO_STRING})", re.I)
_REDIRECT = re.compile(_DOMAIN_SPEC, re.I)

LONGEST: Final = {"length4": 32, "length6": 128}  # bits of an address


class BadRecord(ValueError):
    """A record that breaks the grammar. One wrong term makes all of it wrong (§4.6)."""


@dataclass(frozen=True, slots=True)
class Directive:
    """One mechanism and what follows from its match.

    text: as it was written. qualifier: "+", "-", "~" or "?". domain: a domain-spec, with macros; "" for the domain
    whose record it is. network: of ip4 and ip6. length4, length6: how many bits of an address count.
    """

    text: str
    qualifier: str
    mechanism: str
    domain: str = ""
    network: str = ""
    length4: int = LONGEST["length4"]
    length6: int = LONGEST["length6"]


@dataclass(frozen=True, slots=True)
class Record:
    """The terms of a record, in order. redirect: a domain-spec, "" where there is none."""

    directives: tuple[Directive, ...]
    redirect: str = ""


def is_record(text: str) -> bool:
    """Tell whether a TXT record is one of SPF: "v=spf10" is not (§4.5)."""
    return text.split(" ")[0].lower() == VERSION


def parse(text: str) -> Record:
    """Read a record that `is_record`. Raises `BadRecord`, naming the term.

    Explanations (exp=) and unknown modifiers are read and left out. RFC 7208 §4.6, §12.
    """
    directives: list[Directive] = []
    modifiers: dict[str, str] = {}
    for term in text.split(" ")[1:]:
        if modifier := _MODIFIER.fullmatch(term):
            name = modifier["name"].lower()
            if name in ("redirect", "exp"):
                if name in modifiers or not _REDIRECT.fullmatch(modifier["value"]):
                    raise BadRecord(term)
                modifiers[name] = modifier["value"]
        elif term:
            directives.append(_directive(term))
    has_all = any(directive.mechanism == "all" for directive in directives)
    return Record(tuple(directives), "" if has_all else modifiers.get("redirect", ""))


def _directive(term: str) -> Directive:
    found = _DIRECTIVE.fullmatch(term)
    mechanism = found["mechanism"].lower() if found else ""
    argument = _MECHANISMS[mechanism].fullmatch(found["argument"]) if found and mechanism in _MECHANISMS else None
    if found is None or argument is None:
        raise BadRecord(term)
    named = argument.groupdict(default="")
    network, lengths = named.get("network", ""), [int(named.get(name) or most) for name, most in LONGEST.items()]
    if not _is_network(mechanism, network, *lengths):
        raise BadRecord(term)
    return Directive(term, found["qualifier"] or "+", mechanism, named.get("domain", ""), network, *lengths)


def _is_network(mechanism: str, network: str, length4: int, length6: int) -> bool:
    """Tell whether the argument of ip4 or ip6 is an address, and no length is longer than one."""
    try:
        match mechanism:
            case "ip4":
                IPv4Address(network)
            case "ip6":
                IPv6Address(network)
    except ValueError:
        return False
    return length4 <= LONGEST["length4"] and length6 <= LONGEST["length6"]
