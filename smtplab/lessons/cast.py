"""Who is on the stage? The names of the article that the lab grew from, its mail, and a clock that stands still.

What is fixed here makes two runs of a lesson print the same, to the octet.
"""

from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

SENDER, RECIPIENT = "test01@coremail.cn", "test02@coremail.cn"
USERS: Final = MappingProxyType({SENDER: "password01", RECIPIENT: "password02"})

# What a plain server of some years ago offers. The lab's server offers more, which later lessons are about.
EXTENSIONS: Final = ("SIZE", "8BITMIME", "AUTH", "ENHANCEDSTATUSCODES", "HELP")

MAIL: Final = """\
Date: Mon, 24 Nov 2025 09:00:00 +0000
From: "test01" <test01@coremail.cn>
To: "test02" <test02@coremail.cn>
Subject: A first mail
Message-ID: <first@coremail.cn>

Hello,
this mail was captured on its way.
Goodbye.
"""


def clock() -> datetime:
    """Give the same time always, for `Server(clock=clock)`: it is what Received fields say."""
    return datetime(2025, 11, 24, 9, 0, 0, tzinfo=UTC)


def nonce() -> str:
    """Give the same text always, for `Server(nonce=nonce)`. A real server must never do that: nonces are used once."""
    return "1896.1763974800"


def client_nonce() -> str:
    """Give the same text always, for `client.auth(..., nonce=client_nonce)`."""
    return "rOprNGfwEbeRWgbN"
