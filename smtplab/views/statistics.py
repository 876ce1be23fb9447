"""What does a whole connection come to? Counts, waiting times, mails with their outcomes, and what was open to all.

As text for people, and as JSON for programs: one object a line for each connection, of kind "stats". Unlike the other
views these tell times and frame numbers, since that is what they are about. Passwords are masked in both.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final

from smtplab.protocol.auth import SECRETS
from smtplab.protocol.findings import Finding
from smtplab.protocol.mime.attachments import attachments
from smtplab.protocol.octets import count
from smtplab.protocol.replies import meaning_of_code
from smtplab.protocol.sessions import Session, sessions
from smtplab.protocol.states import BDAT_LAST, END_OF_DATA, GREETING
from smtplab.protocol.text import MASK, safe
from smtplab.protocol.transactions import Transaction
from smtplab.protocol.transcript import Entry, Transcript
from smtplab.views.summary import clock

MOMENTS: Final = {GREETING: "greeting", END_OF_DATA: "end of mail data", BDAT_LAST: "last chunk", "": "(no command)"}
FRAMES: Final = 8  # that are named of a rule broken often
NULL_PATH: Final = "<>"


def statistics_text(transcript: Transcript) -> str:
    """Write it for people, a block for each connection."""
    blocks = ("\n".join(_block(session)) for session in sessions(transcript))
    return "\n\n".join(blocks) or "[nothing was said]"


def _block(session: Session) -> Iterator[str]:
    stream = session.stream
    opened = ", opened with a key" if session.opened else ""
    replies = f"{session.replies:,} {'reply' if session.replies == 1 else 'replies'}"
    trips = count(session.round_trips, "round trip")
    yield f"stream {stream.number}: {stream.client} to {stream.server}, {session.protection}{opened}"
    yield f"  {count(session.commands, 'command')}, {replies}, {trips}, {clock(session.seconds, session.seconds)}"
    yield from _section("response times", _wait_lines(session))
    for number, transaction in enumerate(session.transactions, 1):
        yield from _section(f"transaction {number}: {_outcome(transaction)}", _mail_lines(transaction))
    yield from _section("open to all who listened", _clear_lines(session))
    yield from _section("findings", _finding_lines(session.findings))


def _section(heading: str, lines: Iterable[str]) -> Iterator[str]:
    """Give a heading and its lines, indented; nothing where there are none."""
    for number, line in enumerate(lines):
        if number == 0:
            yield f"  {heading}"
        yield f"    {line}"


def _at(frame: int | None) -> str:
    return "" if frame is None else f"frame {frame}"


def _wait_lines(session: Session) -> Iterator[str]:
    if session.overall is None:
        return
    longest = session.overall.worst
    yield f"{'':<18}{'count':>5}{'median':>12}{'worst':>12}"
    for waits in (*session.waits, session.overall):
        verb = "all" if waits is session.overall else safe(MOMENTS.get(waits.verb, waits.verb))
        median, worst = clock(waits.median, longest), clock(waits.worst, longest)
        yield f"{verb:<18}{waits.count:>5}{median:>12}{worst:>12}  {_at(waits.frame)}".rstrip()


def _outcome(transaction: Transaction) -> str:
    at = _at(transaction.frame)
    return f"{transaction.outcome} in {at}" if at else transaction.outcome


def _mail_lines(transaction: Transaction) -> Iterator[str]:
    path = transaction.reverse_path
    yield f"from        {'not in the capture' if path is None else safe(path) or NULL_PATH}"
    for number, (forward_path, code) in enumerate(transaction.recipients):
        said = "no reply" if code is None else f"{code}, {meaning_of_code(code)[0]}"
        yield f"{'' if number else 'to':<12}{safe(forward_path)}: {said}"
    if (content := transaction.content) is not None:
        # A digest is that of the message that was sent, so of half a message there is none.
        digest = transaction.lack or f"sha256 {sha256(content).hexdigest()}"
        yield f"message     {count(len(content), 'octet')}, {digest}"
        for attached in attachments(content):
            name = safe(attached.name) or "without a name"
            size = count(len(attached.octets), "octet")
            digest = "" if transaction.lack else f", sha256 {attached.sha256}"
            yield f"attachment  {name}: {safe(attached.media_type)}, {size}{digest}"


def _clear_lines(session: Session) -> Iterator[str]:
    for entry in session.secrets:
        told = ", ".join(f"{name} {value}" for name, value in _told(entry).items())
        yield f"{_at(entry.frame):<12}{told}".lstrip()
    sizes = [len(mail.content or b"") for mail in session.transactions if mail.pieces is not None and not mail.tls]
    if sizes:
        yield f"{count(len(sizes), 'message')}, {count(sum(sizes), 'octet')}"


def _told(entry: Entry) -> dict[str, str]:
    """Give what an entry told about a user, by name, secrets masked."""
    return {name: MASK if name in SECRETS else f"“{safe(value)}”" for name, value in entry.decoded if value}


def _finding_lines(findings: Iterable[tuple[Entry, Finding]]) -> Iterator[str]:
    """Give each rule that was broken once, with the frames in which it was."""
    frames: dict[tuple[str, str, str], list[int | None]] = {}
    for entry, finding in findings:
        frames.setdefault((finding.rule, finding.meaning, finding.source), []).append(entry.frame)
    for (rule, meaning, source), found in frames.items():
        yield f"{rule}: {meaning} ({source}){_where(found)}"


def _where(frames: list[int | None]) -> str:
    known = [str(frame) for frame in frames if frame is not None]
    more = f" and {len(known) - FRAMES:,} more" if len(known) > FRAMES else ""
    return f", frame{'' if len(known) == 1 else 's'} {', '.join(known[:FRAMES])}{more}" if known else ""
