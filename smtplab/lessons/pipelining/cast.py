"""A mail for many, and extensions with and without PIPELINING, for lesson 07."""

from typing import Final

SENDER: Final = "test01@coremail.cn"
LOCK_STEP: Final = ("SIZE",)
PIPELINED: Final = ("SIZE", "PIPELINING")

MAIL: Final = """\
Date: Mon, 24 Nov 2025 09:00:00 +0000
From: "test01" <test01@coremail.cn>
To: Everybody: ;
Subject: To all of you
Message-ID: <all@coremail.cn>

This went over the wire once.
"""


def readers(number: int) -> list[str]:
    """Give the mailboxes of so many readers."""
    return [f"reader{count:02}@coremail.cn" for count in range(1, number + 1)]
