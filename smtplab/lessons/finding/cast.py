"""The hosts of lesson 09, what the domain name system says of them, and the mail that passes over them."""

from types import MappingProxyType
from typing import Any, Final

from smtplab.lessons.cast import USERS
from smtplab.protocol.hooks import Refuse
from smtplab.protocol.replies import Reply
from smtplab.protocol.states import GREETING

SENDER: Final = "test01@coremail.cn"
RECIPIENT: Final = "bob@north.example"
SMTP, MAIL = "smtp.coremail.cn", "mail.coremail.cn"
MX1, MX2 = "mx1.north.example", "mx2.north.example"

# The sender's side, which is the same in all zones of the lesson.
SENDERS: Final = """\
coremail.cn.         MX  10 mail.coremail.cn.
mail.coremail.cn.    A   127.0.0.3
smtp.coremail.cn.    A   127.0.0.2
"""
ZONE: Final = (
    SENDERS
    + """\
north.example.       MX  10 mx1.north.example.
north.example.       MX  20 mx2.north.example.
north.example.       A   127.0.0.6
mx1.north.example.   A   127.0.0.4
mx2.north.example.   A   127.0.0.5
"""
)

# What each host does, as a `town.Town` takes it. At 127.0.0.6 there is a web site, and nobody who takes mail.
HOSTS: Final = MappingProxyType[str, dict[str, Any]](
    {
        SMTP: {"users": dict(USERS), "auth_required": True},
        MAIL: {"delivers": ["coremail.cn"]},
        MX1: {"delivers": ["north.example"]},
        MX2: {"passes_on": ["north.example"]},
    }
)

CLOSED: Final = Refuse(GREETING, Reply(421, "4.3.2", "Closed for repair"))

# Three domains, at whose own address sits a host that would take any mail.
THREE_FATES: Final = """\
plain.example.       A   127.0.0.4
both.example.        A   127.0.0.4
both.example.        MX  10 mx.both.example.
mx.both.example.     A   127.0.0.5
null.example.        A   127.0.0.4
null.example.        MX  0 .
"""
THREE: Final = ("plain.example", "both.example", "null.example")
THREE_HOSTS: Final = MappingProxyType[str, dict[str, Any]](
    {
        SMTP: {},
        MAIL: {"delivers": ["coremail.cn"]},
        "plain.example": {"delivers": THREE},
        "mx.both.example": {"delivers": THREE},
    }
)


def letter(recipient: str) -> str:
    """Write a mail to somebody."""
    return (
        "Date: Mon, 24 Nov 2025 09:00:00 +0000\r\n"
        f'From: "test01" <{SENDER}>\r\n'
        f"To: <{recipient}>\r\n"
        "Subject: Which way?\r\n"
        "Message-ID: <which.way@coremail.cn>\r\n"
        "\r\n"
        "Read the header of this mail from below.\r\n"
    )
