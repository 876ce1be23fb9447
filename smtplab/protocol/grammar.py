"""Which octets are a domain, a mailbox, a path? The ABNF of RFC 5321 §4.1.2 and §4.1.3, as regular expressions.

Each expression stands under the rule that it writes down. They are of `bytes`, since the wire carries octets. Octets
over 127 are UTF-8 of RFC 6531 §3.3; whether such an address may be used is a question of the extension, and not asked
here.
"""

import re
from ipaddress import IPv4Address, IPv6Address
from typing import Final

LOCAL_PART_LIMIT: Final = 64  # octets, §4.5.3.1.1
DOMAIN_LIMIT: Final = 255  # octets, §4.5.3.1.2
PATH_LIMIT: Final = 256  # octets with the angle brackets, §4.5.3.1.3

# Let-dig = ALPHA / DIGIT
# Ldh-str = *( ALPHA / DIGIT / "-" ) Let-dig
# sub-domain = Let-dig [Ldh-str]
# Domain = sub-domain *("." sub-domain)
# sub-domain =/ U-label (RFC 6531 §3.3)
SUB_DOMAIN: Final = rb"[A-Za-z0-9\x80-\xff](?:[A-Za-z0-9\x80-\xff-]*[A-Za-z0-9\x80-\xff])?"
DOMAIN: Final = rb"%b(?:\.%b)*" % (SUB_DOMAIN, SUB_DOMAIN)

# address-literal = "[" ( IPv4-address-literal / IPv6-address-literal / General-address-literal ) "]"
# dcontent = %d33-90 / %d94-126
ADDRESS_LITERAL: Final = rb"\[[!-Z^-~]+\]"

# Dot-string = Atom *("." Atom); atext is RFC 5322 §3.2.3's
# atext =/ UTF8-non-ascii (RFC 6531 §3.3)
ATOM: Final = rb"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\x80-\xff]+"
DOT_STRING: Final = rb"%b(?:\.%b)*" % (ATOM, ATOM)

# Quoted-string = DQUOTE *QcontentSMTP DQUOTE
# qtextSMTP = %d32-33 / %d35-91 / %d93-126; quoted-pairSMTP = %d92 %d32-126
# qtextSMTP =/ UTF8-non-ascii (RFC 6531 §3.3)
QUOTED_STRING: Final = rb'"(?:[ !#-\[\]-~\x80-\xff]|\\[ -~])*"'

# Mailbox = Local-part "@" ( Domain / address-literal )
LOCAL_PART: Final = rb"(?:%b|%b)" % (DOT_STRING, QUOTED_STRING)
MAILBOX: Final = rb"(?P<local_part>%b)@(?P<domain>%b|%b)" % (LOCAL_PART, DOMAIN, ADDRESS_LITERAL)

# A-d-l = At-domain *( "," At-domain ); this "source route" MUST be accepted and SHOULD be ignored
SOURCE_ROUTE: Final = rb"@%b(?:,@%b)*:" % (DOMAIN, DOMAIN)

# Path = "<" [ A-d-l ":" ] Mailbox ">"
PATH: Final = rb"<(?:%b)?(?P<mailbox>%b)>" % (SOURCE_ROUTE, MAILBOX)

# esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-"); esmtp-value = 1*(%d33-60 / %d62-126)
PARAMETER: Final = rb"(?P<keyword>[A-Za-z0-9][A-Za-z0-9-]*)(?:=(?P<value>[!-<>-~]+))?"

_DOMAIN = re.compile(DOMAIN)
_LITERAL = re.compile(ADDRESS_LITERAL)
_MAILBOX = re.compile(MAILBOX)
_PATH = re.compile(PATH)
_PARAMETER = re.compile(PARAMETER)
_IPV4 = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_GENERAL_LITERAL = re.compile(rb"[A-Za-z0-9-]*[A-Za-z0-9]:[!-Z^-~]+")


class TooLong(ValueError):
    """A part of an address is well formed, but over its limit (§4.5.3.1)."""


def is_domain(octets: bytes) -> bool:
    """Tell whether these octets are a domain: letters, digits and inner hyphens, 1 to 255 octets (§4.1.2)."""
    return octets.isascii() and len(octets) <= DOMAIN_LIMIT and _DOMAIN.fullmatch(octets) is not None


def is_address_literal(octets: bytes) -> bool:
    """Tell whether these octets are an address literal such as `[192.0.2.1]` or `[IPv6:2001:db8::1]` (§4.1.3)."""
    if _LITERAL.fullmatch(octets) is None:
        return False
    inside = octets[1:-1].decode("ascii")
    try:
        read_address(inside)
    except ValueError:
        is_ipv6 = inside[:5].lower() == "ipv6:"
        return not is_ipv6 and _GENERAL_LITERAL.fullmatch(octets[1:-1]) is not None
    return True


def read_address(inside: str) -> IPv4Address | IPv6Address:
    """Read what is between the brackets of an IPv4 or IPv6 literal (§4.1.3). Raises ValueError for anything else."""
    if inside[:5].lower() != "ipv6:":
        return _read_ipv4(inside)
    address = inside[5:]
    head, colon, tail = address.rpartition(":")
    has_ipv4 = "." in tail
    groups = len(list(filter(None, address.split(":")))) + has_ipv4
    # A zone such as `%eth0` means something on one machine alone; "::" stands for two groups at least.
    if "%" in address or ("::" in address and groups > 6):
        raise ValueError("not an IPv6 address literal")
    return IPv6Address(f"{head}{colon}{_read_ipv4(tail) if has_ipv4 else tail}")


def _read_ipv4(address: str) -> IPv4Address:
    if _IPV4.fullmatch(address) is None:
        raise ValueError("not an IPv4 address literal")
    return IPv4Address(".".join(str(int(number)) for number in address.split(".")))  # Snum may begin with zeros


def parse_mailbox(octets: bytes) -> str:
    """Give the mailbox that stands in these octets, without angle brackets.

    Raises ValueError when they are none, and `TooLong` when one of its parts is over its limit.
    RFC 5321 §4.1.2.
    """
    return _checked(_MAILBOX.fullmatch(octets), octets)


def parse_path(octets: bytes) -> str:
    """Give the mailbox inside a path such as `<a@example.org>`, its source route dropped (§4.1.2, Appendix C).

    Raises ValueError when the octets are no path, and `TooLong` when it or one of its parts is over its limit.
    """
    if len(octets) > PATH_LIMIT and _PATH.fullmatch(octets):
        raise TooLong("path")
    return _checked(_PATH.fullmatch(octets), octets)


def _checked(match: re.Match[bytes] | None, octets: bytes) -> str:
    if match is None:
        raise ValueError("not a mailbox")
    local_part, domain = match["local_part"], match["domain"]
    if len(local_part) > LOCAL_PART_LIMIT or len(domain) > DOMAIN_LIMIT:
        raise TooLong("local-part or domain")
    if domain.startswith(b"[") and not is_address_literal(domain):
        raise ValueError("not an address literal")
    return b"@".join((local_part, domain)).decode("utf-8")


def split_mailbox(mailbox: str) -> tuple[str, str]:
    """Split a mailbox at its last "@" into local-part and domain; the domain of a bare local-part is ""."""
    local_part, at, domain = mailbox.rpartition("@")
    return (local_part, domain) if at else (mailbox, "")


def same_mailbox(mailbox: str) -> str:
    r"""Give the form in which two mailboxes are compared: quoting undone, domain in lower case.

    `"test01"@EXAMPLE.org` and `test01@example.org` are one mailbox: all quoted forms are equivalent (§4.1.2) and
    domains know no case (§2.4). The local-part keeps its case, which only its own host may interpret (§2.4), but for
    `postmaster`, which is known in any case (§4.5.1).
    """
    local_part, domain = split_mailbox(mailbox)
    if local_part.startswith('"') and local_part.endswith('"') and len(local_part) > 1:
        local_part = re.sub(r"\\(.)", r"\1", local_part[1:-1])
    if local_part.lower() == "postmaster":
        local_part = "postmaster"
    return f"{local_part}@{domain.lower()}" if domain else local_part


def parse_parameters(octets: bytes) -> dict[str, str]:
    """Give the parameters of a MAIL or RCPT command, by keyword in upper case; "" for one without a value.

    Takes what follows the path, its leading blank included. Raises ValueError when one is malformed or comes twice.
    RFC 5321 §4.1.2 (esmtp-param).
    """
    parameters: dict[str, str] = {}
    for word in filter(None, octets.split(b" ")):
        match = _PARAMETER.fullmatch(word)
        if match is None:
            raise ValueError("not a parameter")
        keyword = match["keyword"].decode("ascii").upper()
        if keyword in parameters:
            raise ValueError("the same parameter twice")
        parameters[keyword] = (match["value"] or b"").decode("ascii")
    return parameters
