"""What did they say to each other? The core as a listener between a client and a server.

An `Observer` reads the octets of both directions of one connection, in the order in which they went by, and gives the
entries of the transcript. It refuses nothing: whatever a stranger's client and server did, all their octets come out as
entries. Where the two disagree with the standard, the server's reply is believed, since it tells what the server took
the octets for.

Some octets of the client cannot be understood before the server has answered: after DATA they are the message if the
reply is 354 and commands if not, and likewise after AUTH and STARTTLS. They are held until then.
"""

import re
from collections import deque
from collections.abc import Iterable
from typing import Final

from smtplab.protocol import auth
from smtplab.protocol.commands import Bdat, Command
from smtplab.protocol.fields import argument_of, verb_of
from smtplab.protocol.flow import Flow, Taken
from smtplab.protocol.leniency import read_command, read_reply, state_after
from smtplab.protocol.replies import Reply
from smtplab.protocol.states import (
    AUTHENTICATING,
    BDAT_LAST,
    CONNECTED,
    END_OF_DATA,
    GREETING,
    MAIL_DATA,
    READY,
    TLS_HANDSHAKE,
    TRANSITIONS,
    State,
)
from smtplab.protocol.tls.names import TLS_HEADER
from smtplab.protocol.transcript import Entry, Kind, Party

# After these the reply decides what the client's next octets are.
DECIDED_BY_REPLY: Final = frozenset({"AUTH", "DATA", "STARTTLS"})

# A server that answers BDAT with one of these has not understood how many octets follow, so none do.
CHUNK_NOT_UNDERSTOOD: Final = frozenset({500, 501, 502, 521})

STANDARD_VERBS: Final = frozenset(verb for _, verb in TRANSITIONS)

_REPLY = re.compile(rb"\d{3}[ \-\r\n]")
_TLS_RECORD = re.compile(rb"[\x14-\x17]\x03[\x00-\x04]", re.DOTALL)


def looks_like_smtp(client: bytes, server: bytes) -> bool:
    """Tell from the first octets of each party whether a connection on an unusual port is SMTP.

    The client must introduce itself, and the server, if it is heard at all, must greet: a 220 alone could be FTP's.
    """
    introduced = verb_of(client) in ("EHLO", "HELO")
    return introduced and (not server or server[:3] in (b"220", b"554"))


class Observer:
    """Reads one connection. `stream` is the number that its entries carry.

    inside_tls: it hears what was inside TLS. state: where the session stands in the beginning: it goes on as after a
    greeting where TLS began with STARTTLS (RFC 3207 §4.2). unanswered: verbs that the server has still to answer.

    `behind_starttls` are the verbs that came between STARTTLS and TLS. A server forgets them, or answers them inside.
    """

    def __init__(
        self,
        stream: int = 0,
        *,
        inside_tls: bool = False,
        state: State = CONNECTED,
        unanswered: Iterable[str] = (),
    ) -> None:
        self.state = state
        self._stream = stream
        self._inside_tls = inside_tls
        self._client = Flow()
        self._server = Flow()
        self._unanswered = deque(unanswered)  # what the server has still to answer, oldest first; "" for no command
        self.behind_starttls: tuple[str, ...] = ()
        self._greeted = state is not CONNECTED
        self._tls = False
        self._closing = False
        self._doubts = True  # whether it waits to see which of two end marks the server means
        self._reply_lost = False  # just now
        self._end_mark_may_be_lost = False  # of the mail data that is being sent
        self._chunk = 0  # octets of a BDAT chunk still to come
        self._has_hole = False  # the message that is being sent
        self._auth = auth.Listener()

    def receive(self, party: Party, octets: bytes, time: float = 0.0, frame: int | None = None) -> list[Entry]:
        """Take in octets of one party, in their TCP order, and give the entries that are now whole.

        time: seconds since the first packet. frame: the number of the packet that carried them.
        """
        return self.receive_taken(party, Taken(octets, time, () if frame is None else (frame,)))

    def receive_taken(self, party: Party, taken: Taken) -> list[Entry]:
        """Take in octets that several packets may have carried together, as they carry a TLS record."""
        if taken.octets and self._reply_lost:
            self._settle_lost_replies(party)
        self._flow(party).add_taken(taken)
        return self._read("server" if party == "client" else "client")

    def skip(self, party: Party, missing: int, time: float = 0.0, frame: int | None = None) -> list[Entry]:
        """Note that `missing` octets of a party are not in the capture, and give the entries that end there."""
        self._doubts = False
        if self._reply_lost:
            self._settle_lost_replies(party)
        entries = self._read() + self._flush(party)
        gap = Taken(b"", time, () if frame is None else (frame,))
        entries.append(self._entry(party, Kind.GAP, gap, missing=missing))
        if party == "client":
            self._has_hole = self._chunk > 0 or self.state is MAIL_DATA or self._waits_for_reply()
            self._chunk = max(0, self._chunk - missing)
            self._end_mark_may_be_lost = self.state is MAIL_DATA or self._waits_for_reply()
            return entries + self._read()
        self._greeted = self._reply_lost = True
        if self._waits_for_reply():
            self._assume_reply()
        return entries + self._read()

    def close(self) -> list[Entry]:
        """End the connection, or the capture, and give what is left as it stands."""
        self._doubts = False
        entries = self._read()
        while self._waits_for_reply() and self._client:
            self._assume_reply()
            entries += self._read()
        if self.state is MAIL_DATA and not self._greeted and self._client.has_lax_end_mark():
            self._client.lax = True  # no server is there to say what it took for the end, so the likeliest is taken
            entries += self._read()
        self._closing = True
        return entries + self._flush("client") + self._read() + self._flush("server")

    # Reading on, as far as it goes

    def _flow(self, party: Party) -> Flow:
        return self._client if party == "client" else self._server

    def _read(self, first: Party = "client") -> list[Entry]:
        """Give the entries that are whole. What `first` said was held while the other spoke, so it is older."""
        second: Party = "server" if first == "client" else "client"
        entries: list[Entry] = []
        while self._client.octets or self._server.octets:
            entry = self._next(first) or self._next(second)
            if entry is None:
                break
            entries.append(entry)
        return entries

    def _next(self, party: Party) -> Entry | None:
        if not self._flow(party).octets or (party == "client" and self._waits_for_reply()):
            return None
        if self._tls or self._tls_begins(party):
            return self._tls_record(party)
        return self._next_of_client() if party == "client" else self._next_of_server()

    def _waits_for_reply(self) -> bool:
        # What somebody put behind STARTTLS gets no reply before TLS, whatever it is.
        return bool(self._unanswered) and self._unanswered[-1] in DECIDED_BY_REPLY and self.state is not TLS_HANDSHAKE

    def _assume_reply(self) -> None:
        """Take it that the server, which the capture does not hold here, said yes to what it was asked."""
        verb = self._unanswered[-1]
        self._unanswered.clear()
        if verb == "AUTH":
            says_command = verb_of(bytes(self._client.octets[:10])) in ("AUTH", "EHLO", "HELO", "MAIL", "QUIT")
            self.state = READY if says_command or self._auth.is_over else AUTHENTICATING
        else:
            self.state = MAIL_DATA if verb == "DATA" else TLS_HANDSHAKE

    def _settle_lost_replies(self, speaker: Party) -> None:
        """Decide which commands were answered by replies that are not in the capture: all, if the client goes on.

        If the server does, it has still to answer the last one; without pipelining there is no other.
        """
        self._reply_lost = False
        answered = len(self._unanswered) - (speaker == "server")
        for _ in range(answered):
            if self._unanswered.popleft() == END_OF_DATA:
                self.state = READY

    # The client's side

    def _next_of_client(self) -> Entry | None:
        if self._chunk:
            return self._take_chunk()
        if self.state is MAIL_DATA and END_OF_DATA not in self._unanswered:
            return self._take_mail_data()
        line = self._client.take_line()
        if line is None:
            return None
        return self._auth_line(line) if self.state is AUTHENTICATING else self._command(line)

    def _command(self, line: Taken) -> Entry:
        self._end_mark_may_be_lost = self._has_hole = False
        verb = verb_of(line.octets)
        command = read_command(line.octets)
        if isinstance(command, Bdat):
            self._chunk = command.size
            self._unanswered.append(BDAT_LAST if command.last else "BDAT")
        else:
            self._unanswered.append(verb)
        kind = Kind.COMMAND if verb else Kind.UNKNOWN
        decoded = self._auth.begin(argument_of(line.octets)) if verb == "AUTH" else ()
        return self._entry("client", kind, line, message=command, decoded=decoded)

    def _auth_line(self, line: Taken) -> Entry:
        self._unanswered.append("AUTH")
        return self._entry("client", Kind.AUTH, line, decoded=self._auth.response(line.octets.rstrip(b"\r\n")))

    def _take_chunk(self) -> Entry | None:
        if len(self._client) < self._chunk:
            return None
        size, self._chunk = self._chunk, 0
        return self._entry("client", Kind.CHUNK, self._client.take(size))

    def _take_mail_data(self) -> Entry | None:
        """Give the mail data up to the end mark; or the end mark itself, where nothing stands before it."""
        end = self._client.find_mail_data_end()
        if end is None or self.is_in_doubt:
            return None
        if end > 0:
            return self._entry("client", Kind.MAIL_DATA, self._client.take(end))
        self._unanswered.append(END_OF_DATA)
        self._end_mark_may_be_lost = False
        return self._entry("client", Kind.END_OF_DATA, self._client.take(self._client.octets.index(b"\n") + 1))

    @property
    def is_in_doubt(self) -> bool:
        """Whether the mail data may have ended before its end mark. The next replies, or commands, will show it.

        A server that takes a dot between LFs for the end answers more than once, though the client has said no more.
        Nobody waits for that unless a command stands behind such a dot: else nothing was meant to be smuggled.
        """
        if not self._doubts or self._client.lax:
            return False
        start = self._client.find_early_end()
        return start is not None and verb_of(bytes(self._client.octets[start : start + 10])) in STANDARD_VERBS

    # The server's side

    def _next_of_server(self) -> Entry | None:
        end = self._server.find_reply_end()
        if end is None:
            return None
        if self.state is MAIL_DATA and not self._unanswered and not self._closing:
            if self._client.find_mail_data_end() is not None and not self._client.lax:
                if self.is_in_doubt:
                    if end == len(self._server):
                        return None
                    self._client.lax = True  # it answers twice: it has seen an end before the end mark
                return self._take_mail_data()
            if self._client.has_lax_end_mark():
                self._client.lax = True  # it answers, so it has seen an end: the lesson on smuggling is about this
                return self._take_mail_data()
            end_mark_is_lost = self._end_mark_may_be_lost and not self._client
            if not end_mark_is_lost and not self._server.octets.startswith(b"354"):
                return None  # said before the last of the mail data came, for which it waits
        return self._reply(self._server.take(end))

    def _reply(self, reply: Taken) -> Entry:
        if not _REPLY.match(reply.octets):
            return self._entry("server", Kind.UNKNOWN, reply)
        code = int(reply.octets[:3])
        answers = self._answered_by(code)
        if answers in ("BDAT", BDAT_LAST) and code in CHUNK_NOT_UNDERSTOOD:
            self._chunk = 0
        decoded = self._auth.challenge(reply.octets[4:].rstrip(b"\r\n")) if code == 334 and answers == "AUTH" else ()
        before, self.state = self.state, state_after(self.state, answers or "", code)
        said = read_reply(reply.octets)
        return self._entry("server", Kind.REPLY, reply, message=said, answers=answers, decoded=decoded, before=before)

    def _answered_by(self, code: int) -> str | None:
        """Which command or moment a reply with this code answers: they come in the order of the commands (§4.3.1)."""
        if not self._greeted:
            self._greeted = True
            asked = self._unanswered[0] if self._unanswered else None
            if (code == 220 and asked != "STARTTLS") or (code in (421, 554) and asked is None):
                return GREETING
        if code == 354 and (not self._unanswered or self._unanswered[0] in STANDARD_VERBS):
            while self._unanswered and self._unanswered.popleft() != "DATA":
                pass  # the capture missed the reply to this one: nothing but DATA is answered with 354 (§4.3.2)
            return "DATA"
        if self._unanswered:
            return self._unanswered.popleft() or None
        return END_OF_DATA if self.state is MAIL_DATA else None

    # TLS, leftovers, entries

    def _tls_begins(self, party: Party) -> bool:
        """Whether the octets are a TLS record where one may begin: at the start (RFC 8314 §3.3), or after STARTTLS."""
        expected = self.state is TLS_HANDSHAKE or (self.state is CONNECTED and not self._unanswered)
        self._tls = expected and _TLS_RECORD.match(self._flow(party).octets) is not None
        if self._tls and self._unanswered:
            self.behind_starttls = tuple(self._unanswered)
            self._unanswered.clear()
        return self._tls

    def _tls_record(self, party: Party) -> Entry | None:
        flow = self._flow(party)
        if len(flow) < TLS_HEADER:
            return None
        if not _TLS_RECORD.match(flow.octets):
            if party == "server" and _REPLY.match(flow.octets):  # it has not taken the client's octets for TLS
                return self._next_of_server()
            start = flow.find(_TLS_RECORD, 3)  # after a gap, the rest of a record stands before the next one
            return None if start is None else self._entry(party, Kind.UNKNOWN, flow.take(start))
        size = TLS_HEADER + int.from_bytes(flow.octets[3:5], "big")
        return self._entry(party, Kind.TLS, flow.take(size)) if len(flow) >= size else None

    def _flush(self, party: Party) -> list[Entry]:
        """Give the octets of a party that never became whole."""
        flow = self._flow(party)
        if not flow:
            return []
        kind = Kind.TLS if self._tls else Kind.UNKNOWN
        if party == "client" and self.state is MAIL_DATA and END_OF_DATA not in self._unanswered:
            kind = Kind.MAIL_DATA
        elif party == "client" and self._chunk:
            kind = Kind.CHUNK
            self._chunk = max(0, self._chunk - len(flow))
        return [self._entry(party, kind, flow.take(len(flow)))]

    def _entry(
        self,
        party: Party,
        kind: Kind,
        taken: Taken,
        *,
        message: Command | Reply | None = None,
        answers: str | None = None,
        decoded: auth.Decoded = (),
        missing: int = 0,
        before: State | None = None,
    ) -> Entry:
        return Entry(
            party=party,
            kind=kind,
            octets=taken.octets,
            time=taken.time,
            frames=taken.frames,
            stream=self._stream,
            message=message,
            answers=answers,
            decoded=decoded,
            missing=missing,
            continues=self._has_hole and kind in (Kind.MAIL_DATA, Kind.CHUNK),
            tls=self._inside_tls,
            before=before or self.state,
            after=self.state,
        )
