"""What can somebody do who sits between client and server, as long as they speak in clear text? Anything.

Here are the three things that are done to STARTTLS. A `Tamperer` does one of them to one connection; octets come in as
they like. From TLS on, and from the first command that belongs to no opening, all goes through as it is.
RFC 3207 §6.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from smtplab.protocol.fields import verb_of
from smtplab.protocol.flow import Flow
from smtplab.protocol.leniency import read_reply
from smtplab.protocol.replies import Reply

OPENING: Final = frozenset({"EHLO", "HELO", "STARTTLS", "NOOP", "RSET"})
HELD_LIMIT: Final = 2**16  # octets of a line or a reply that does not end: nobody here waits for more
TLS_RECORD: Final = b"\x16"  # the type of a first record: handshake


class Passed(NamedTuple):
    """What becomes of a line of the client: `on` goes to the server, `back` to the client as if the server said it."""

    on: bytes
    back: bytes = b""


class Tampering:
    """Changes nothing: those below override one of the two methods."""

    def command(self, line: bytes) -> Passed:
        """Give what becomes of a line of the client, given with its end."""
        return Passed(line)

    def reply(self, octets: bytes) -> bytes:
        """Give what becomes of a reply of the server, with all its lines."""
        return octets


@dataclass(frozen=True)
class Strike(Tampering):
    """Strike the line with this keyword from the reply to EHLO."""

    keyword: str

    def reply(self, octets: bytes) -> bytes:
        """Strike it; a reply without it stays as it is, to the octet."""
        reply = read_reply(octets)
        if reply is None:
            return octets
        first, *rest = reply.lines
        kept = [line for line in rest if line.partition(" ")[0].upper() != self.keyword]
        if len(kept) == len(rest):
            return octets
        return bytes(Reply(reply.code, reply.enhanced, "\n".join((first, *kept))))


@dataclass(frozen=True)
class Answer(Tampering):
    """Answer a command in the server's place, which never gets it."""

    verb: str
    answer: Reply

    def command(self, line: bytes) -> Passed:
        """Give the answer back."""
        return Passed(b"", bytes(self.answer)) if verb_of(line) == self.verb else Passed(line)


@dataclass(frozen=True)
class Append(Tampering):
    """Put octets right behind a command of the client, as if the client had said them."""

    verb: str
    octets: bytes

    def command(self, line: bytes) -> Passed:
        """Append them."""
        return Passed(line + self.octets) if verb_of(line) == self.verb else Passed(line)


class Tamperer:
    """Sits in the middle of one connection."""

    def __init__(self, tampering: Tampering) -> None:
        self._tampering = tampering
        self._client = Flow()
        self._server = Flow()
        self._lets_through = False

    def client(self, octets: bytes) -> Passed:
        """Take in octets of the client, b"" for their end, and give what goes on and what goes back."""
        self._client.add(octets, 0.0, None)
        on, back = b"", b""
        while not self._is_through(self._client, octets) and (line := self._client.take_line()) is not None:
            passed, verb = self._tampering.command(line.octets), verb_of(line.octets)
            on, back = on + passed.on, back + passed.back
            self._lets_through = verb not in OPENING or (verb == "STARTTLS" and not passed.back)
        return Passed(on + self._rest(self._client), back)

    def server(self, octets: bytes) -> bytes:
        """Take in octets of the server, b"" for their end, and give what goes on."""
        self._server.add(octets, 0.0, None)
        said = b""
        while not self._is_through(self._server, octets) and (reply := self._server.take_reply()) is not None:
            said += self._tampering.reply(reply.octets)
        return said + self._rest(self._server)

    def _is_through(self, flow: Flow, latest: bytes) -> bool:
        """Tell whether all goes through as it is: TLS has begun, or may, or there is nothing to wait for."""
        self._lets_through |= not latest or len(flow) > HELD_LIMIT or flow.octets.startswith(TLS_RECORD)
        return self._lets_through

    def _rest(self, flow: Flow) -> bytes:
        return flow.take(len(flow)).octets if self._lets_through else b""
