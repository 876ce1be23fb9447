"""Who is who in lesson 11: a mail host, a stranger, a relay that passes mail on, and a reader who believes a name."""

from typing import Final

MAIL_HOST: Final = "127.0.0.2"  # that of coremail.cn
RELAY_HOST: Final = "127.0.0.3"  # of lab.example: forwards mail, and has a mailing list
STRANGER: Final = "127.0.0.66"  # of blue.example, which is as good a domain as any

AUTHOR: Final = "test02@coremail.cn"
READER: Final = "reader@river.example"
JUNK: Final = "junk@river.example"
BOXES: Final = (READER, JUNK)

# What is in the domain name system from the start: who has which address, and not a word about who may send.
HOSTS: Final = f"""\
coremail.cn.        MX  10 mail.coremail.cn.
mail.coremail.cn.   A   {MAIL_HOST}
lab.example.        MX  10 relay.lab.example.
relay.lab.example.  A   {RELAY_HOST}
blue.example.       MX  10 pc.blue.example.
pc.blue.example.    A   {STRANGER}
"""

SIGNED_AT: Final = 1763974800  # 2025-11-24 09:00 UTC, in seconds: so that a signature is the same in each run
SELECTOR: Final = "nov25"


def letter(author: str = AUTHOR) -> bytes:
    """Write a mail that says who wrote it."""
    return (
        "Date: Mon, 24 Nov 2025 09:00:00 +0000\r\n"
        f"From: <{author}>\r\n"
        f"To: <{READER}>\r\n"
        "Subject: The key\r\n"
        f"Message-ID: <key@{author.rpartition('@')[2]}>\r\n"
        "\r\n"
        "Please leave the key under the mat.\r\n"
    ).encode()
