"""What happened in each connection, in numbers? Who spoke, how long they waited, which mails went over, what was open.

Which reply belongs to which command is the matter of `exchanges`, which mails there were that of `transactions`, and
what breaks a rule that of `findings`; here it all comes together.
"""

from dataclasses import dataclass
from itertools import groupby
from statistics import median
from typing import Final

from smtplab.protocol.exchanges import Exchange, exchanges, handshakes, round_trips
from smtplab.protocol.findings import Finding, findings
from smtplab.protocol.text import by_stream
from smtplab.protocol.transactions import Transaction, all_transactions
from smtplab.protocol.transcript import Entry, Kind, Stream, Transcript
from smtplab.protocol.tunnels import explain

CLEAR: Final = "clear text"
STARTTLS: Final = "clear text, then TLS"
IMPLICIT: Final = "TLS from the start"
DIGITS: Final = 9  # of a time in seconds: no capture is finer, and what is equal shall be equal


@dataclass(frozen=True, slots=True)
class Waits:
    """How long the replies to a verb took, in seconds. frame: of the slowest one, None where nothing was captured."""

    verb: str
    count: int
    median: float
    worst: float
    frame: int | None


@dataclass(frozen=True, slots=True)
class Session:
    """One connection.

    protection: `CLEAR`, `STARTTLS` or `IMPLICIT`. opened: whether what was inside TLS could be read.
    seconds: from its SYN, or the first entry, to the last. waits: by verb, in the order of their first use. overall:
    over all of them; None where no reply was timed. secrets: the entries that told anybody who listened about a user, a
    password among it or not. findings: with the entry that each is about.
    """

    stream: Stream
    protection: str
    opened: bool
    commands: int
    replies: int
    round_trips: int
    seconds: float
    waits: tuple[Waits, ...]
    overall: Waits | None
    transactions: tuple[Transaction, ...]
    secrets: tuple[Entry, ...]
    findings: tuple[tuple[Entry, Finding], ...]


def sessions(transcript: Transcript) -> list[Session]:
    """Give what happened in each connection in which something was said, in the order of their numbers."""
    streams = {stream.number: stream for stream in transcript.streams}
    asked = {number: list(run) for number, run in groupby(exchanges(transcript), lambda exchange: exchange.stream)}
    mails = {number: tuple(run) for number, run in groupby(all_transactions(transcript), lambda mail: mail.stream)}
    begun = {number: opened.syn for number, opened in handshakes(transcript).items()}
    found: dict[int, list[tuple[Entry, Finding]]] = {}
    for finding in findings(transcript):
        entry = transcript[finding.index]
        found.setdefault(entry.stream, []).append((entry, finding))
    return [
        Session(
            stream=streams.get(number, Stream(number, "", "")),
            protection=_protection(entries),
            opened=any(entry.tls for entry in entries),
            commands=sum(entry.kind is Kind.COMMAND for entry in entries),
            replies=sum(entry.kind is Kind.REPLY for entry in entries),
            round_trips=round_trips(asked.get(number, [])),
            seconds=max(entry.time for entry in entries) - begun.get(number, min(entry.time for entry in entries)),
            waits=_waits_by_verb(asked.get(number, [])),
            overall=_waits("", asked.get(number, [])),
            transactions=mails.get(number, ()),
            secrets=tuple(entry for entry in entries if tells_about_user(entry) and not entry.tls),
            findings=tuple(found.get(number, ())),
        )
        for number, entries in by_stream(transcript)
    ]


def tells_about_user(entry: Entry) -> bool:
    """Tell whether an entry of the client names a user, or proves to be one."""
    return entry.party == "client" and entry.kind in (Kind.COMMAND, Kind.AUTH) and any(v for _, v in entry.decoded)


def _protection(entries: list[Entry]) -> str:
    """Say what hid the session. What opens a tunnel belongs to no session."""
    said = [entry for entry in entries if entry.kind is not Kind.UNKNOWN or explain(entry.party, entry.octets) is None]
    if not any(entry.kind is Kind.TLS or entry.tls for entry in said):
        return CLEAR
    return IMPLICIT if said[0].kind is Kind.TLS else STARTTLS


def _waits_by_verb(asked: list[Exchange]) -> tuple[Waits, ...]:
    by_verb: dict[str, list[Exchange]] = {}
    for exchange in asked:
        by_verb.setdefault(exchange.verb, []).append(exchange)
    waits = (_waits(verb, found) for verb, found in by_verb.items())
    return tuple(wait for wait in waits if wait)


def _waits(verb: str, asked: list[Exchange]) -> Waits | None:
    times = [(exchange.response_time, exchange.reply.frame) for exchange in asked if exchange.reply]
    timed = [(round(seconds, DIGITS), frame) for seconds, frame in times if seconds is not None]
    if not timed:
        return None
    worst, frame = max(timed, key=lambda pair: pair[0])
    return Waits(verb, len(timed), median(seconds for seconds, _ in timed), worst, frame)
