"""What breaks a rule here, and which? What an expert would point at in a transcript, each with its section.

A finding is about one entry. Some name a mistake, some only what was there for everybody to read; the words say which.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from smtplab.protocol import fields, grammar
from smtplab.protocol.commands import COMMAND_LINE_LIMIT, VERBS, Mail
from smtplab.protocol.mail import unstuff
from smtplab.protocol.replies import REPLY_LINE_LIMIT, Reply
from smtplab.protocol.sending import TEXT_LINE_LIMIT
from smtplab.protocol.states import CONNECTED, END_OF_DATA, SENDER, TLS_HANDSHAKE, TRANSITIONS
from smtplab.protocol.transcript import Entry, Kind, Transcript


@dataclass(frozen=True, slots=True)
class Finding:
    """index: of the entry in the transcript. rule: a short name. meaning: one sentence. source: where it is written."""

    index: int
    rule: str
    meaning: str
    source: str


@dataclass
class _Stream:
    """What has to be remembered of a connection to judge what comes next.

    ended: of mail data, whether its end mark follows, with nothing missing between them.
    """

    tls_promised: bool = False
    body: str = ""
    ended: bool = False


Judgement = tuple[str, str, str]  # rule, meaning, source
Judge = Callable[[Entry, _Stream], Iterator[Judgement]]

_STRAY_BLANK = re.compile(rb"(?:FROM|TO)(?:[ \t]+:|:[ \t]+)", re.IGNORECASE)
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_HEADER_NAME = re.compile(rb"(?m)^([!-9;-~]+)[ \t]*:")
_LIMITS: Final = {
    Kind.COMMAND: (COMMAND_LINE_LIMIT, "RFC 5321 §4.5.3.1.4"),
    Kind.REPLY: (REPLY_LINE_LIMIT, "RFC 5321 §4.5.3.1.5"),
    Kind.MAIL_DATA: (TEXT_LINE_LIMIT, "RFC 5321 §4.5.3.1.6"),
}
# RFC 5322 §3.6: the two fields that every message must have.
_MANDATORY: Final = (b"date", b"from")


def findings(transcript: Transcript) -> list[Finding]:
    """Give what is to be said about each entry, in order of the entries."""
    streams: dict[int, _Stream] = {}
    ended = _ended(transcript)
    found = []
    for index, entry in enumerate(transcript):
        if entry.stream not in streams:
            streams[entry.stream] = _Stream()
        memory = streams[entry.stream]
        memory.ended = index in ended
        for judge in JUDGES[entry.kind]:
            for judgement in judge(entry, memory):
                found.append(Finding(index, *judgement))
    return found


def _ended(transcript: Transcript) -> set[int]:
    """Give the indices of mail data behind which nothing is missing: the end mark follows."""
    ended = set()
    latest: dict[int, int] = {}
    for index, entry in enumerate(transcript):
        if entry.kind is Kind.MAIL_DATA:
            latest[entry.stream] = index
        elif entry.kind is Kind.END_OF_DATA and entry.stream in latest:
            ended.add(latest.pop(entry.stream))
        elif entry.kind is Kind.GAP and entry.party == "client":
            latest.pop(entry.stream, None)
    return ended


def _line_ends(entry: Entry, _memory: _Stream) -> Iterator[Judgement]:
    line_ends = entry.octets.count(b"\r\n")
    if entry.octets.count(b"\n") > line_ends:
        yield "bare LF", "LF alone is no line end; a server that takes it for one can be tricked", "RFC 5321 §2.3.8"
    if entry.octets.count(b"\r") > line_ends:
        yield "bare CR", "CR alone must not be sent", "RFC 5321 §2.3.8"


def _line_lengths(entry: Entry, _memory: _Stream) -> Iterator[Judgement]:
    limit, source = _LIMITS[entry.kind]
    if len(entry.octets) <= limit or entry.verb == "AUTH":
        return
    if not _has_longer_line(entry.octets, limit - 1):
        return
    octets = unstuff(entry.octets) if entry.kind is Kind.MAIL_DATA else entry.octets  # a stuffed dot is not counted
    longest = max(map(len, octets.split(b"\n"))) + 1
    if longest > limit:
        yield "line too long", f"a line of {longest} octets, where {limit} are allowed", source


def _has_longer_line(octets: bytes, size: int) -> bool:
    """Tell whether a line has more than `size` octets before its LF. Most lines need not be looked at for that."""
    start = 0
    while len(octets) - start > size:
        start = octets.rfind(b"\n", start, start + size + 1) + 1
        if start == 0:
            return True
    return False


def _commands(entry: Entry, _memory: _Stream) -> Iterator[Judgement]:
    verb = entry.verb
    if verb in ("MAIL", "RCPT") and _STRAY_BLANK.match(entry.argument):
        yield "blank beside the colon", "no blank may stand beside the colon", "RFC 5321 §3.3"
    if verb in ("EHLO", "HELO"):
        domain = entry.argument
        if not (grammar.is_domain(domain) or grammar.is_address_literal(domain)):
            yield "no domain", "the client names itself by no domain and no address literal", "RFC 5321 §4.1.1.1"
        elif b"." not in domain and not domain.startswith(b"["):
            yield "name without a dot", "the name is not fully qualified", "RFC 5321 §2.3.5"
    if verb not in fields.VERBS:
        yield "unknown verb", "no standard known here defines this verb", "RFC 5321 §4.1.1"


def _order(entry: Entry, memory: _Stream) -> Iterator[Judgement]:
    """A command that the server says comes at the wrong time, or that it takes though it does."""
    if entry.answers not in VERBS or entry.before is CONNECTED:
        return
    if (entry.before, entry.answers) not in TRANSITIONS and entry.code is not None and entry.code < 400:
        yield "order not kept", f"{entry.answers} was taken in a state in which it has no place", "RFC 5321 §4.1.4"


def _replies(entry: Entry, _memory: _Stream) -> Iterator[Judgement]:
    if not isinstance(entry.message, Reply):
        yield "malformed reply", "the lines do not make one reply", "RFC 5321 §4.2"
    if entry.code is not None and not (200 <= entry.code < 600 and entry.code // 10 % 10 <= 5):
        yield "no such code", "the digits of a reply code are 2 to 5, 0 to 5 and 0 to 9", "RFC 5321 §4.2"


def _clear_text(entry: Entry, _memory: _Stream) -> Iterator[Judgement]:
    names = [name for name, _ in entry.decoded if "password" in name]
    if entry.party == "client" and names and not entry.tls:
        yield "password in clear text", "base64 hides nothing: anybody on the way can read it", "RFC 4954 §9"


def _tls(entry: Entry, memory: _Stream) -> Iterator[Judgement]:
    if memory.tls_promised and entry.party == "client":
        memory.tls_promised = False
        if entry.kind is not Kind.TLS:
            yield "no TLS after all", "STARTTLS was accepted, and the client went on in clear text", "RFC 3207 §4"
    if entry.after is TLS_HANDSHAKE and entry.kind is Kind.REPLY:
        memory.tls_promised = True


def _announced(entry: Entry, memory: _Stream) -> Iterator[Judgement]:
    if isinstance(entry.message, Mail):
        memory.body = entry.message.parameters.get("BODY", "").upper()
    if entry.message is None and entry.verb == "BDAT":
        yield "malformed BDAT", "the size of the chunk is not to be read", "RFC 3030 §2"


def _message(entry: Entry, memory: _Stream) -> Iterator[Judgement]:
    if b"\0" in entry.octets:
        yield "NUL", "the octet 0 must not stand in a message", "RFC 5322 §4"
    if not entry.octets.isascii() and memory.body not in ("8BITMIME", "BINARYMIME"):
        yield "8-bit octets unannounced", "octets over 127 need BODY=8BITMIME", "RFC 5321 §2.4"


def _header(entry: Entry, memory: _Stream) -> Iterator[Judgement]:
    """Of a message with a gap, the header is judged if all of it stands before that."""
    if entry.continues:
        return
    if entry.octets.startswith((b"\r\n", b"\n")):
        yield "empty header", "the message begins with an empty line, so it has no header", "RFC 5322 §2.1"
        return
    header_end = _HEADER_END.search(entry.octets)
    if header_end is None and not memory.ended:
        return
    header = entry.octets[: header_end.start()] if header_end else entry.octets
    present = {match[1].lower() for match in _HEADER_NAME.finditer(header)}
    for name in _MANDATORY:
        if name not in present:
            yield f"no {name.decode().title()}", "every message must have this header field", "RFC 5322 §3.6"


def _nobody(entry: Entry, memory: _Stream) -> Iterator[Judgement]:
    if entry.answers == "DATA" and entry.code == 354 and entry.before is SENDER:
        yield "message for nobody", "354 though no recipient was accepted", "RFC 5321 §3.3"
    if entry.answers == END_OF_DATA and entry.code is not None and 300 <= entry.code < 400:
        yield "no answer", "the end of the mail data is answered by yes or no", "RFC 5321 §4.3.2"


JUDGES: Final[dict[Kind, tuple[Judge, ...]]] = {
    Kind.COMMAND: (_line_ends, _line_lengths, _commands, _clear_text, _tls, _announced),
    Kind.REPLY: (_line_ends, _line_lengths, _order, _replies, _tls, _nobody),
    Kind.AUTH: (_line_ends, _clear_text, _tls),
    Kind.MAIL_DATA: (_line_ends, _line_lengths, _tls, _message, _header),
    Kind.END_OF_DATA: (_line_ends, _tls),
    Kind.CHUNK: (_tls,),
    Kind.TLS: (_tls,),
    Kind.GAP: (_tls,),
    Kind.UNKNOWN: (_line_ends, _tls),
}
