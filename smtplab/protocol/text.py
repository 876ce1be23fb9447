"""How does a transcript read as plain text? One line of text for each line that was said.

    EHLO      C: EHLO TINY-DESKTOP
    EHLO      S: 250-mail.coremail.cn

Words of our own stand in square brackets, everything else was on the wire. There are no times, ports or frame numbers
in it, so that two runs of one session give one text. Passwords are masked, in base64 too, unless they are asked for:
base64 hides nothing (RFC 4954 §9), and a text is easily passed on.
"""

import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import Final, NamedTuple

from smtplab.protocol.auth import CANCEL, EMPTY_INITIAL_RESPONSE, SECRETS
from smtplab.protocol.octets import count, printable
from smtplab.protocol.tls.names import RECORD_TYPES
from smtplab.protocol.transcript import Entry, Kind, Party, Transcript
from smtplab.protocol.tunnels import explain

COLUMNS: Final = 100  # of one line, before it is cut
MAIL_LINES: Final = 12  # of one message, before the rest is only counted
MASK: Final = "•" * 8  # one length for all, so that it does not tell how long a password is
IN_TLS: Final = "in TLS"  # where a view marks what was inside it
NO_RESPONSE: Final = (b"", CANCEL, EMPTY_INITIAL_RESPONSE.encode())


class Line(NamedTuple):
    """One line of the dialogue.

    note: what its base64 says, or that something is masked. error: the class of a negative reply. tls: see `Entry`.
    """

    phase: str
    party: Party
    text: str
    note: str = ""
    error: str = ""
    tls: bool = False


def transcript_text(transcript: Transcript, *, passwords: bool = False, mail_lines: int = MAIL_LINES) -> str:
    """Write the dialogue, the phase beside each line, one stream after the other.

    passwords: show them instead of masking them. mail_lines: how many lines of a message are shown before the rest is
    only counted.
    """
    blocks = [
        "\n".join(_written(dialogue_lines(entries, passwords=passwords, mail_lines=mail_lines)))
        for _, entries in by_stream(transcript)
    ]
    if len(blocks) > 1:
        headings = (f"stream {number}" for number, _ in by_stream(transcript))
        blocks = [f"{heading}\n{block}" for heading, block in zip(headings, blocks, strict=True)]
    if transcript.problem:
        blocks.append(f"[reading stopped here: {safe(transcript.problem)}]")
    return "\n\n".join(blocks) or "[nothing was said]"


def by_stream(transcript: Transcript) -> list[tuple[int, list[Entry]]]:
    """Give the entries of each stream that has any, with its number, ascending."""
    grouped: dict[int, list[Entry]] = {}
    for entry in transcript:
        grouped.setdefault(entry.stream, []).append(entry)
    return sorted(grouped.items())


def dialogue_lines(entries: list[Entry], *, passwords: bool = False, mail_lines: int = MAIL_LINES) -> Iterator[Line]:
    """Give the lines of these entries, oldest first. TLS records that one party sent in a row share lines."""
    for (party, is_tls), run in groupby(entries, lambda entry: (entry.party, entry.kind is Kind.TLS)):
        if is_tls:
            yield from (Line("TLS", party, text) for text in _record_lines(run))
            continue
        for entry in run:
            for text, note in _said(entry, passwords, mail_lines):
                yield Line(entry.phase, party, text, cut(note, COLUMNS), error_word(entry), entry.tls)


def _written(lines: Iterator[Line]) -> Iterator[str]:
    for line in lines:
        note = f"   {line.note}" if line.note else ""
        yield f"{cut(line.phase, 9):<10}{line.party[0].upper()}: {line.text}{note}".rstrip()


def _said(entry: Entry, passwords: bool, mail_lines: int) -> Iterator[tuple[str, str]]:
    """Give the lines of one entry as (text, note)."""
    match entry.kind:
        case Kind.MAIL_DATA:
            yield from ((text, "") for text in _shortened(entry.octets, mail_lines))
        case Kind.CHUNK:
            yield f"[chunk of {count(len(entry.octets), 'octet')}]", ""
        case Kind.GAP:
            yield f"[{count(entry.missing, 'octet')} missing from the capture]", ""
        case Kind.UNKNOWN:
            yield tunnel_said(entry) or f"[not SMTP, {count(len(entry.octets), 'octet')}] {shown(entry.octets)}", ""
        case Kind.REPLY:
            *first, last = lines_of(entry.octets)
            yield from ((shown(line), "") for line in first)
            yield shown(last), decoded_note(entry)
        case _:
            yield said_line(entry, passwords=passwords), decoded_note(entry, passwords=passwords)


def said_line(entry: Entry, *, passwords: bool = False) -> str:
    """Give the one line of a command, an AUTH line or an end mark without its CRLF, what is secret in it masked."""
    line = lines_of(entry.octets)[0]
    secret = b"" if passwords else _secret(entry)
    return shown(line.removesuffix(secret)) + MASK if secret else shown(line)


def decoded_note(entry: Entry, *, passwords: bool = False) -> str:
    """Say what the base64 of an AUTH line or of a challenge says, in quotation marks; "" where there is none."""
    hidden = frozenset[str]() if passwords else SECRETS
    pairs = [(name, value) for name, value in entry.decoded if value]
    if not pairs:
        return "(not base64)" if not passwords and _secret(entry) else ""
    if len(pairs) == 1 and pairs[0][0] in hidden:
        return f"({pairs[0][0]})"
    if [name for name, _ in pairs] in (["challenge"], ["username"], ["password"]):  # those of LOGIN: the order tells
        return f"“{safe(pairs[0][1])}”"
    return ", ".join(f"{name} {MASK if name in hidden else f'“{safe(value)}”'}" for name, value in pairs)


def _secret(entry: Entry) -> bytes:
    """Give the end of a line that is a response in AUTH, unless it is known to tell nothing but a name.

    What is no base64 is secret as well: it may be a password that somebody typed as it is.
    """
    line = lines_of(entry.octets)[0]
    if entry.kind is Kind.AUTH:
        response = line
    elif entry.kind is Kind.COMMAND and entry.verb == "AUTH":
        response = b" ".join(line.split(b" ")[2:])
    else:
        return b""
    tells_names = entry.decoded and SECRETS.isdisjoint(name for name, _ in entry.decoded)
    return b"" if tells_names or response.strip() in NO_RESPONSE else response


def tunnel_said(entry: Entry) -> str:
    """Say in brackets, and without a password, what opens a tunnel; "" for anything else."""
    message = explain(entry.party, entry.octets)
    return f"[{cut(safe(message.said), COLUMNS)}]" if message else ""


def error_word(entry: Entry) -> str:
    """Name the class of a negative reply, transient (4yz) or permanent (5yz); "" for others (RFC 5321 §4.2.1)."""
    code = entry.code or 0
    return "" if code < 400 else "transient" if code < 500 else "permanent"


def _shortened(octets: bytes, limit: int) -> Iterator[str]:
    lines = lines_of(octets)
    # A remainder of one line takes no more room than the sentence that would replace it.
    kept = lines if len(lines) <= limit + 1 else lines[:limit]
    yield from map(shown, kept)
    if len(kept) < len(lines):
        yield f"[… {len(lines) - len(kept):,} more lines, {len(octets):,} octets in all]"


def lines_of(octets: bytes) -> list[bytes]:
    """Split octets into lines, without CRLF; a bare LF, which is no line end in SMTP, stays at the end of its line."""
    *whole, rest = octets.split(b"\n")
    lines = [line[:-1] if line.endswith(b"\r") else line + b"\n" for line in whole]
    return [*lines, rest] if rest or not lines else lines


def shown(octets: bytes) -> str:
    """Show octets as text in one line of at most `COLUMNS` columns."""
    return cut(printable(octets[: 4 * (COLUMNS + 1)]), COLUMNS)  # a character takes up to four octets


def safe(text: str) -> str:
    """Show a text from outside, as `printable` shows octets."""
    return printable(text.encode("utf-8", "backslashreplace"))


def _record_lines(run: Iterator[Entry]) -> Iterator[str]:
    """Say what TLS records hold, each thing once. How many there are, and how long, may differ from run to run."""
    line = ""
    for said in dict.fromkeys(said for entry in run for said in record_said(entry)):
        if line and len(line) + len(said) > COLUMNS:
            yield f"[{line}]"
            line = ""
        line += f"; {said}" if line else said
    yield f"[{line}]"


def record_said(entry: Entry) -> list[str]:
    """Say what a TLS record holds, a thing at a time; where nobody has looked, its content type (RFC 8446 §5.1)."""
    if not entry.decoded:
        return [f"TLS {RECORD_TYPES.get(entry.octets[0], 'record') if entry.octets else 'record'}"]
    return [cut(safe(f"{name}: {value}" if value else name), COLUMNS) for name, value in entry.decoded]


def width(text: str) -> int:
    """Give the columns that a text takes in a fixed-width face: two for each wide character."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def cut(text: str, columns: int) -> str:
    """Shorten a text to so many columns, the last of them an ellipsis, if it is longer."""
    if len(text) <= columns and width(text) <= columns:
        return text
    kept, room = 0, columns - 1
    while (room := room - width(text[kept])) >= 0:
        kept += 1
    return f"{text[:kept].rstrip()}…"
