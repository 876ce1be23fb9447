"""What may any octets do to those who read them? Nothing: these raise where a promise about that is broken.

Each target takes octets that somebody made up. `__main__` has atheris make up better and better ones; a test gives them
the ones that are kept in `corpus`.
"""

import json
import tempfile
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Final

from smtplab.capture.conversation import Conversation
from smtplab.capture.dissect import dissect
from smtplab.capture.frame import NotACapture
from smtplab.capture.link import Endpoint
from smtplab.capture.order import Part
from smtplab.capture.streams import TcpStream
from smtplab.capture.tls.key_log import KeyLog
from smtplab.protocol.fields import Field, tile
from smtplab.protocol.mime.attachments import attachments
from smtplab.protocol.octets import UNSAFE_CATEGORIES
from smtplab.protocol.transactions import transactions
from smtplab.protocol.transcript import Entry, Kind, Transcript
from smtplab.views.html_mail import tamed
from smtplab.views.message import Message
from smtplab.views.records import json_lines
from smtplab.views.statistics import statistics_text

CLIENT, SERVER = Endpoint(bytes(4), 50000), Endpoint(bytes(4), 25)
END_OF_PIECE: Final = b"\0"
GAPS: Final = {b"c": 0, b"s": 1}  # what is missing of whom; in capitals, what was said


def capture(octets: bytes) -> None:
    """Read a capture file: every octet in it that is SMTP is explained, or it is refused in one line."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(octets)
        try:
            transcript = dissect(file.name)
        except NotACapture as refusal:
            transcript = Transcript(problem=str(refusal))
    assert "\n" not in transcript.problem
    read(transcript)


def conversation(octets: bytes) -> None:
    """Read a conversation in pieces: C or S and what that party says, c or s where the same is missing, then NUL."""
    heard = Conversation(TcpStream(0, CLIENT, SERVER), 0, {SERVER.port}, KeyLog())
    said = [0, 0]
    for number, piece in enumerate(octets.split(END_OF_PIECE), 1):
        who, what = piece[:1], piece[1:]
        side = 1 if who in b"Ss" else 0
        if what:
            is_gap = who in GAPS
            heard.add(side, Part(b"" if is_gap else what, len(what) if is_gap else 0, number, number))
            said[side] += len(what)
    heard.close()
    entries = tuple(entry for _, entry in heard.entries())
    if heard.is_smtp:
        given = [sum(len(e.octets) + e.missing for e in entries if e.party == party) for party in ("client", "server")]
        assert given == said or any(entry.kind is Kind.TLS for entry in entries)
        read(Transcript(entries, streams=(heard.endpoints(),)))


def message(octets: bytes) -> None:
    """Read a message, as DATA sends it and as BDAT does."""
    for kind in (Kind.MAIL_DATA, Kind.CHUNK):
        check_tiles(tile(kind, octets, None, ()), octets)
    read_message(octets)


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    "capture": capture,
    "conversation": conversation,
    "message": message,
}


def read(transcript: Transcript) -> None:
    """Do with a transcript all that the command line does."""
    assert is_safe(str(transcript))
    for entry, line in zip(transcript, json_lines(transcript), strict=True):
        assert json.loads(line)["octets"] == len(entry.octets)
        check_entry(entry)
    assert is_safe(statistics_text(transcript))
    for transaction in transactions(transcript):
        read_message(transaction.content or b"")


def check_entry(entry: Entry) -> None:
    """Each entry is octets that were carried, all of them explained, or a gap."""
    assert bool(entry.octets) != bool(entry.missing)
    assert list(entry.frames) == sorted(set(entry.frames))
    check_tiles(entry.fields, entry.octets)


def check_tiles(fields: tuple[Field, ...], octets: bytes) -> None:
    """The fields touch each other from the first octet to the last, and their values are safe to show."""
    edges = [0, *(field.stop for field in fields)]
    assert [field.start for field in fields] == edges[:-1]
    assert edges[-1] == len(octets)
    assert all(is_safe(field.value) for field in fields)


def is_safe(text: str) -> bool:
    """Tell whether a text of one or more lines can be shown: see `printable`."""
    return all(
        line.isprintable() or UNSAFE_CATEGORIES.isdisjoint(map(unicodedata.category, line)) for line in text.split("\n")
    )


def read_message(octets: bytes) -> None:
    """Show a message, with what is attached to it, and its HTML made harmless."""
    shown = Message(octets)
    assert all(is_safe(part.name) and is_safe(str(part)) for part in shown.parts)
    assert all(is_safe(field.name) and is_safe(field.value) for field in shown.fields)
    assert all(len(attachment.sha256) == 64 for attachment in attachments(octets))
    for part in shown.parts:
        assert "<script" not in tamed(part.text).html.lower()
