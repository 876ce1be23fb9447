r"""Conversations that an observer hears, as data, and what it makes of them, as lines of text.

    C: MAIL FROM:<test01@coremail.cn>
    S: 250 OK

`C:` and `S:` are one line, to which CRLF is added; `c:` and `s:` are octets that are sent as they stand. All know
Python's escapes. `C-` and `S-` with a number are octets that are missing from the capture.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from smtplab.protocol.observer import Observer
from smtplab.protocol.transcript import Entry, Kind, Party

# What one party sent, or how many octets of it are missing.
Heard = tuple[Party, bytes | int]

PARTIES: Final[dict[str, Party]] = {"C": "client", "S": "server"}

# How most conversations begin, and what is told of it.
OPENING: Final = """
    S: 220 mail.coremail.cn ready
    C: EHLO TINY-DESKTOP
    S: 250-mail.coremail.cn
    S: 250 PIPELINING
"""
OPENED: Final = ["S 220 to GREETING -> GREETED", "C EHLO", "S 250 to EHLO -> READY"]
ENVELOPE: Final = """
    C: MAIL FROM:<test01@coremail.cn>
    S: 250 OK
    C: RCPT TO:<test02@coremail.cn>
    S: 250 OK
"""
ADDRESSED: Final = ["C MAIL", "S 250 to MAIL -> SENDER", "C RCPT", "S 250 to RCPT -> RECIPIENTS"]
ASKED: Final = ["C DATA", "S 354 to DATA -> MAIL_DATA"]
QUIT: Final = ["C QUIT", "S 221 to QUIT -> CLOSED"]


def parse(conversation: str) -> list[Heard]:
    """Read a conversation."""
    return list(_parsed(conversation))


def _parsed(conversation: str) -> Iterator[Heard]:
    for letter, mark, text in re.findall(r"^ *([CcSs])([:-]) ?(.*)$", conversation, re.MULTILINE):
        party = PARTIES[letter.upper()]
        if mark == "-":
            yield party, int(text)
        else:
            octets = text.encode("latin-1").decode("unicode_escape").encode("latin-1")
            yield party, octets + b"\r\n" if letter.isupper() else octets


def hear(heard: Iterable[Heard]) -> list[Entry]:
    """Give the entries that an observer makes of it. Each piece is a frame of its own, numbered from 1."""
    observer = Observer()
    entries = []
    for number, (party, octets) in enumerate(heard, start=1):
        if isinstance(octets, int):
            entries += observer.skip(party, octets, number / 10, number)
        else:
            entries += observer.receive(party, octets, number / 10, number)
    return entries + observer.close()


def told(entries: Iterable[Entry]) -> list[str]:
    """Write each entry as one line: who, what, which verb, what it decodes to, and the state if that changed."""
    return list(map(_told, entries))


def _told(entry: Entry) -> str:
    words = [entry.party[0].upper()]
    match entry.kind:
        case Kind.COMMAND:
            words.append(entry.verb or "?")
        case Kind.REPLY:
            words += [str(entry.code), f"to {entry.answers}" if entry.answers else "to nothing"]
        case Kind.GAP:
            words += ["gap", str(entry.missing)]
        case _:
            words += [entry.kind, repr(entry.octets)[2:-1]]
    words += [f"{name}={value}" for name, value in entry.decoded]
    if entry.before is not entry.after:
        words += ["->", entry.after.name]
    return " ".join(words)
