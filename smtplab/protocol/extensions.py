"""What can a server do beyond the minimum? The service extensions, and the parameters that they bring.

A parameter is right only if its extension was offered and the client said EHLO; else it is answered 555 (RFC 5321
§4.1.1.11).
"""

import re
from collections.abc import Mapping
from typing import Final

from smtplab.protocol import replies
from smtplab.protocol.replies import Reply

# In the order in which they are announced.
OFFERED: Final = (
    "PIPELINING",  # RFC 2920
    "SIZE",  # RFC 1870
    "STARTTLS",  # RFC 3207
    "8BITMIME",  # RFC 6152
    "AUTH",  # RFC 4954
    "ENHANCEDSTATUSCODES",  # RFC 2034
    "CHUNKING",  # RFC 3030
    "BINARYMIME",  # RFC 3030
    "SMTPUTF8",  # RFC 6531
    "DSN",  # RFC 3461
    "LIMITS",  # RFC 9422
    "HELP",  # RFC 5321 §4.1.1.8
)

# xtext = *( xchar / hexchar ), RFC 3461 §4
XTEXT: Final = r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})"
# Before it is encoded, what DSN names has to be printable, blanks among it (RFC 3461 §4.2, §4.4).
PRINTABLE_XTEXT: Final = r"(?:[!-*,-<>-~]|\+(?:09|[2-6][0-9A-F]|7[0-9A-E]))"


def _value(pattern: str) -> "re.Pattern[str]":
    return re.compile(pattern, re.IGNORECASE)


Parameters = Mapping[str, tuple[tuple[str, "re.Pattern[str]"], ...]]

# By keyword: which extension brings it, and what its value must then look like.
MAIL_PARAMETERS: Final[Parameters] = {
    "SIZE": (("SIZE", _value(r"[0-9]{1,20}")),),  # RFC 1870 §4
    "BODY": (("8BITMIME", _value("7BIT|8BITMIME")), ("BINARYMIME", _value("BINARYMIME"))),  # RFC 6152 §2, RFC 3030 §3
    "AUTH": (("AUTH", re.compile(rf"<>|{XTEXT}{{1,500}}")),),  # RFC 4954 §5
    "SMTPUTF8": (("SMTPUTF8", _value("")),),  # RFC 6531 §3.4: it takes no value
    "RET": (("DSN", _value("FULL|HDRS")),),  # RFC 3461 §4.3
    "ENVID": (("DSN", re.compile(rf"{PRINTABLE_XTEXT}{{1,100}}")),),  # RFC 3461 §4.4
}
RCPT_PARAMETERS: Final[Parameters] = {
    # RFC 3461 §4.1: NEVER stands alone.
    "NOTIFY": (("DSN", _value("NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY))*")),),
    "ORCPT": (("DSN", re.compile(rf"[A-Za-z0-9-]+;{PRINTABLE_XTEXT}{{1,500}}")),),  # RFC 3461 §4.2
}


def refuse_parameters(given: Mapping[str, str], known: Parameters, offered: frozenset[str]) -> Reply | None:
    """Give the reply to parameters that cannot be taken, or None where all can.

    given: values by keyword in upper case. offered: the extensions that hold in this session.
    Replies 555 for one that is not known here, 501 for a wrong value.
    """
    for keyword, value in given.items():
        patterns = [pattern for extension, pattern in known.get(keyword, ()) if extension in offered]
        if not patterns:
            return replies.UNKNOWN_PARAMETER
        if not any(pattern.fullmatch(value) for pattern in patterns):
            return replies.BAD_PARAMETER
    return None
