"""The mails of lesson 05: one with a picture, the one that the article types, and one full of dots."""

import struct
import zlib
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from smtplab.lessons.cast import RECIPIENT, SENDER

DATE: Final = "Mon, 24 Nov 2025 09:00:00 +0000"

# What the article types after DATA, the empty line before Subject included.
TYPED: Final = """\

Subject: telnet test mail
From:"test01"<test01@coremail.cn>
To:"test02"<test02@coremail.cn>

Hello,
This is a smtp test via telnet.
Goodbye.

"""

DOTS: Final = f"""\
Date: {DATE}
From: =?utf-8?Q?J=C3=BCrgen_Punkt?= <{SENDER}>
Subject: =?utf-8?B?UHVua3Rl?=

A dot:
.
And two, and a file:
..
.profile
"""

GREETING: Final = f"""\
Date: {DATE}
From: <{SENDER}>
To: <{RECIPIENT}>
Message-ID: <greeting@coremail.cn>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Grüße, 你好!
"""

# A line of it ends in LF alone, so it can go neither by DATA nor as 8BITMIME.
BINARY: Final = b"Subject: Not only lines\r\n\r\n.\n.\r\n"

_ROWS: Final = (
    "################",
    "##............##",
    "#.##........##.#",
    "#...##....##...#",
    "#.....####.....#",
    "#.......#......#",
    "#..............#",
    "#..............#",
    "#..............#",
    "################",
)


def picture() -> bytes:
    """Draw an envelope as a PNG file, of 16 by 10 dots, the same octets in each run."""
    width, height = len(_ROWS[0]), len(_ROWS)
    # Each row begins with a 0: no filter. In front of a dot there is 1 bit: black is 0.
    rows = b"".join(b"\0" + int(row.replace("#", "0").replace(".", "1"), 2).to_bytes(width // 8) for row in _ROWS)
    header = struct.pack("!IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", _stored(rows)) + _chunk(b"IEND", b"")


def _stored(octets: bytes) -> bytes:
    """Wrap octets as zlib does, without compression: how much it saves differs from version to version (RFC 1950)."""
    size = len(octets)
    return b"\x78\x01\x01" + struct.pack("<HH", size, size ^ 0xFFFF) + octets + struct.pack("!I", zlib.adler32(octets))


def _chunk(kind: bytes, octets: bytes) -> bytes:
    return struct.pack("!I", len(octets)) + kind + octets + struct.pack("!I", zlib.crc32(kind + octets))


def with_picture() -> EmailMessage:
    """Write a mail with a text and a picture, by Python's own library."""
    message = EmailMessage(policy=SMTP)
    message["Date"], message["From"], message["To"] = DATE, SENDER, RECIPIENT
    message["Subject"], message["Message-ID"] = "A picture", "<picture@coremail.cn>"
    message.set_content("Here is the envelope.\n")
    message.add_attachment(picture(), maintype="image", subtype="png", filename="envelope.png")
    message.set_boundary("the-seam")
    return message
