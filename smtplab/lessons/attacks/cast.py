"""Who attacks whom? A user of one provider, her boss's name, and somebody at another provider.

Mallory has an account like everybody else. The first server takes mail of its users alone, and lets each of them send
under the own name only; the second takes mail for its own users, from any server.
"""

from typing import Final

from smtplab.lessons.cast import USERS

MALLORY: Final = "mallory@coremail.cn"
PASSWORD: Final = "lemon-tree"
BOSS: Final = "boss@coremail.cn"
OFFICE: Final = "office@north.example"
ACCOUNTS: Final = {**USERS, MALLORY: PASSWORD}

FIRST: Final = "mail.coremail.cn"
SECOND: Final = "mail.north.example"
