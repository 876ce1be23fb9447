"""What can a server do beyond the minimum? The service extensions, and the MAIL parameters that they bring.

A parameter is right only if its extension was offered and the client said EHLO; else it is answered 555 (RFC 5321
§4.1.1.11).
"""

import re
from typing import Final

from smtplab.protocol import replies
from smtplab.protocol.replies import Reply

# In the order in which they are announced.
OFFERED: Final = ("PIPELINING", "SIZE", "8BITMIME", "AUTH", "ENHANCEDSTATUSCODES", "HELP")

# MAIL parameter: the extension that it belongs to, and what its value must look like.
MAIL_PARAMETERS: Final = {
    "SIZE": ("SIZE", re.compile(r"[0-9]{1,20}")),  # RFC 1870 §4
    "BODY": ("8BITMIME", re.compile(r"7BIT|8BITMIME", re.IGNORECASE)),  # RFC 6152 §2
    "AUTH": ("AUTH", re.compile(r"<>|(?:[!-*,-<>-~]|\+[0-9A-F]{2})+")),  # xtext, RFC 4954 §5
}


def refuse_mail_parameters(parameters: dict[str, str], offered: frozenset[str], size_limit: int) -> Reply | None:
    """Give the reply to MAIL parameters that cannot be taken, or None where all can.

    parameters: by keyword in upper case. offered: the extensions that hold in this session. size_limit: octets.
    Replies 555 for one that is not known, 501 for a wrong value, 552 for an announced size over the limit.
    """
    for keyword, value in parameters.items():
        extension, pattern = MAIL_PARAMETERS.get(keyword, ("", re.compile("")))
        if extension not in offered:
            return replies.UNKNOWN_PARAMETER
        if not pattern.fullmatch(value):
            return replies.BAD_PARAMETER
        if keyword == "SIZE" and int(value) > size_limit:
            return replies.TOO_MUCH_DATA  # RFC 1870 §6.1: say so now, before the client sends it all
    return None
