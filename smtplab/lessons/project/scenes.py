"""What is a case for a client? Data: what the server says to each command, and what must become of the mail.

A server of the lab, but a hostile one, plays the scene. Where a scene says nothing, it is an ordinary server that takes
every mail.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Fate = Literal["done", "later", "never"]
Certificate = Literal["right", "unknown", "other"]

DONE: Final[tuple[Fate, ...]] = ("done",)
LATER: Final[tuple[Fate, ...]] = ("later",)
NEVER: Final[tuple[Fate, ...]] = ("never",)

GOODBYE: Final = "!"  # instead of a reply: the server closes the connection
HEADER: Final = b"Date: Mon, 24 Nov 2025 09:00:00 +0000\r\nFrom: <sender@client.example>\r\nSubject: A scene\r\n\r\n"
MESSAGE: Final = HEADER + b"Hello,\r\nthis is the scene.\r\n"


@dataclass(frozen=True)
class Scene:
    """One thing that a client must do.

    name, title, section, belief: as those of a `steps.Case`.
    says: replies by verb, "greeting" or "." for the end of the mail, several in order, the last one again and again;
        "TLS EHLO" is for inside TLS. GOODBYE closes the connection, and so does any 421 when it was said.
    fates: what the client must give back for each recipient. Several sets of them where the standard leaves it open;
        none where only the dialogue matters, and not what becomes of the mail.
    recipients: how many. message: what the client is given. arrives: the message that must arrive; None: none.
    tls: whether the client is told to insist on TLS. certificate: which one the server has.
    split: the replies come octet by octet. holds: verbs after which the server waits, and the client must be silent.
    must_say, must_not_say: verbs in order, and such as must not come, in clear text where `tls` is set.
    injected: octets that come behind the 220 to STARTTLS, in clear text. absent: nobody listens at all.
    """

    name: str
    title: str
    section: str
    belief: str
    says: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    fates: tuple[tuple[Fate, ...], ...] = (DONE,)
    recipients: int = 1
    reverse_path: str = "sender@client.example"
    message: bytes = MESSAGE
    arrives: bytes | None = MESSAGE
    tls: bool = False
    certificate: Certificate = "right"
    split: bool = False
    holds: tuple[str, ...] = ()
    must_say: tuple[str, ...] = ()
    must_not_say: tuple[str, ...] = ()
    injected: bytes = b""
    absent: bool = False

    @property
    def stage(self) -> str:
        """The stage that the scene belongs to: "C2"."""
        return self.name.partition(".")[0]
