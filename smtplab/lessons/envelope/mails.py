"""Four mails for lesson 04. Whom they name, and whom they go to, are two questions: the lesson answers the second."""

from typing import Final

ALICE, BOB, CAROL = "alice@lab.example", "bob@lab.example", "carol@lab.example"
NOBODY: Final = "nobody@lab.example"  # has no mailbox
BOUNCES: Final = "bounces@lab.example"  # where notices of failure are read
PEOPLE: Final = (ALICE, BOB, CAROL, BOUNCES)

LETTER: Final = f"""\
Date: Mon, 24 Nov 2025 09:00:00 +0000
From: "Carol" <{CAROL}>
To: "Alice" <{ALICE}>
Subject: A letter
Message-ID: <letter@lab.example>

Dear Alice,
this is for you.
"""

QUIET: Final = f"""\
Date: Mon, 24 Nov 2025 09:10:00 +0000
From: "Alice" <{ALICE}>
To: "Carol" <{CAROL}>
Subject: A quiet copy
Message-ID: <quiet@lab.example>

Shall we meet at ten?
"""

SLIP: Final = f"""\
Date: Mon, 24 Nov 2025 09:20:00 +0000
From: "Alice" <{ALICE}>
To: "Carol" <{CAROL}>
Bcc: "Bob" <{BOB}>
Subject: A slip
Message-ID: <slip@lab.example>

Shall we meet at ten?
"""

NOTICE: Final = f"""\
Date: Mon, 24 Nov 2025 09:30:00 +0000
From: Mail delivery <postmaster@coremail.cn>
To: <{BOUNCES}>
Subject: Undelivered mail
Message-ID: <notice@coremail.cn>

There is no mailbox {NOBODY}.
"""
