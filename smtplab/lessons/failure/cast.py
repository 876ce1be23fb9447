"""Three mails for lesson 06, and the misfortunes that wait for them."""

from datetime import UTC, datetime
from typing import Final

from smtplab.protocol.replies import Reply

NINE: Final = datetime(2025, 11, 24, 9, 0, 0, tzinfo=UTC)
SENDER: Final = "test01@coremail.cn"
TEST02, FULL, NOBODY = "test02@coremail.cn", "full@coremail.cn", "nobody@coremail.cn"
MAILBOXES: Final = (SENDER, TEST02, FULL)  # nobody has none

MAILBOX_FULL: Final = Reply(452, "4.2.2", "The mailbox is full")


def letter(recipient: str) -> str:
    """Write a mail to somebody."""
    return (
        "Date: Mon, 24 Nov 2025 09:00:00 +0000\r\n"
        f'From: "test01" <{SENDER}>\r\n'
        f"To: <{recipient}>\r\n"
        "Subject: Will it arrive?\r\n"
        f"Message-ID: <{recipient.partition('@')[0]}@relay.lab.example>\r\n"
        "\r\n"
        "Tell me when you have this.\r\n"
    )
