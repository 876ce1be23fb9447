"""What does %{ir} stand for? The macros of SPF, filled in with what is known of the mail (RFC 7208 §7)."""

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from typing import Final
from urllib.parse import quote

from smtplab.protocol.spf.record import MACRO

NAME_LIMIT: Final = 253  # characters of a domain name, §7.3
_SIGNS: Final = {"%": "%", "_": " ", "-": "%20"}
_MACRO = re.compile(MACRO, re.IGNORECASE)


def expand(spec: str, value: Callable[[str], str]) -> str:
    """Fill in a domain-spec, and cut labels from the left of what is too long for a name.

    value: gives what a macro letter, in lower case, stands for. RFC 7208 §7.3.
    """
    name = _MACRO.sub(lambda macro: _expansion(macro, value), spec)
    while len(name) > NAME_LIMIT and "." in name:
        name = name.partition(".")[2]
    return name


def _expansion(macro: re.Match[str], value: Callable[[str], str]) -> str:
    if macro["sign"]:
        return _SIGNS[macro["sign"]]
    parts = re.split(f"[{re.escape(macro['cut'] or '.')}]", value(macro["letter"].lower()))
    if macro["reverse"]:
        parts.reverse()
    text = ".".join(parts[-int(macro["parts"] or len(parts)) :])
    return quote(text, safe="") if macro["letter"].isupper() else text


def dotted(address: IPv4Address | IPv6Address) -> str:
    """Write an address for %{i}: an IPv6 one digit by digit, so that it can be reversed."""
    return str(address) if address.version == 4 else ".".join(address.exploded.replace(":", ""))
