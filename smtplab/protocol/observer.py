"""What did they say to each other? The core as a listener between a client and a server.

An `Observer` reads the octets of both directions of one connection, in the order in which they went by, and gives the
entries of the transcript. It refuses nothing: whatever a stranger's client and server did, all their octets come out as
entries. Where the two disagree with the standard, the server's reply is believed, since it tells what the server took
the octets for.

Some octets of the client cannot be understood before the server has answered: after DATA they are the message if the
reply is 354 and commands if not, and likewise after AUTH and STARTTLS. They are held until then.
"""

import re
from typing import Final

from smtplab.protocol.client_side import ClientSide
from smtplab.protocol.fields import verb_of
from smtplab.protocol.flow import Taken
from smtplab.protocol.leniency import read_reply, state_after
from smtplab.protocol.pairing import TELLING, begins_with_command
from smtplab.protocol.states import (
    AUTHENTICATING,
    BDAT_LAST,
    CONNECTED,
    END_OF_DATA,
    GREETING,
    MAIL_DATA,
    READY,
    TLS_HANDSHAKE,
)
from smtplab.protocol.tls.names import TLS_HEADER
from smtplab.protocol.transcript import Entry, Kind, Party

# A server that answers BDAT with one of these has not understood how many octets follow, so none do.
CHUNK_NOT_UNDERSTOOD: Final = frozenset({500, 501, 502, 521})

_REPLY = re.compile(rb"\d{3}[ \-\r\n]")
_TLS_RECORD = re.compile(rb"[\x14-\x17]\x03[\x00-\x04]", re.DOTALL)


def looks_like_smtp(client: bytes, server: bytes) -> bool:
    """Tell from the first octets of each party whether a connection on an unusual port is SMTP.

    The client must introduce itself, and the server, if it is heard at all, must greet: a 220 alone could be FTP's.
    """
    introduced = verb_of(client) in ("EHLO", "HELO", "LHLO")
    return introduced and (not server or server[:3] in (b"220", b"554"))


class Observer(ClientSide):
    """Reads one connection. `stream` is the number that its entries carry.

    inside_tls: it hears what was inside TLS. state: where the session stands in the beginning: it goes on as after a
    greeting where TLS began with STARTTLS (RFC 3207 §4.2). unanswered: verbs that the server has still to answer.
    from_start: whether the connection was seen to be opened; else the capture may have begun amid anything.

    `behind_starttls` are the verbs that came between STARTTLS and TLS. A server forgets them, or answers them inside.
    """

    def receive(self, party: Party, octets: bytes, time: float = 0.0, frame: int | None = None) -> list[Entry]:
        """Take in octets of one party, in their TCP order, and give the entries that are now whole.

        time: seconds since the first packet. frame: the number of the packet that carried them.
        """
        return self.receive_taken(party, Taken(octets, time, () if frame is None else (frame,)))

    def receive_taken(self, party: Party, taken: Taken) -> list[Entry]:
        """Take in octets that several packets may have carried together, as they carry a TLS record."""
        self._flow(party).add_taken(taken)
        if taken.octets and self._reply_lost:
            self._settle_lost_replies(party)
        return self._read("server" if party == "client" else "client")

    def skip(self, party: Party, missing: int, time: float = 0.0, frame: int | None = None) -> list[Entry]:
        """Note that `missing` octets of a party are not in the capture, and give the entries that end there."""
        self._doubts = False
        if self._reply_lost:
            self._settle_lost_replies(party)
        self._settle_dot()
        if self._is_puzzled and self._client.has_lax_end_mark():
            self._understand()
        entries = self._read() + self._flush(party)
        gap = Taken(b"", time, () if frame is None else (frame,))
        entries.append(self._entry(party, Kind.GAP, gap, missing=missing))
        if party == "client":
            self._has_hole = self._chunk > 0 or self.state is MAIL_DATA or self._waits_for_reply()
            self._chunk = max(0, self._chunk - missing)
            self._client_lost = self._client.torn = True
            self._auth.begin(b"")  # nobody knows whether the next response is a name or a password
            return entries + self._read()
        self._pairing.greeted = self._reply_lost = self._server_lost = True
        if self._client and self._waits_for_reply():
            self._assume_reply()
        return entries + self._read()

    def close(self) -> list[Entry]:
        """End the connection, or the capture, and give what is left as it stands."""
        self._doubts = False
        self._settle_dot()
        entries = self._read()
        while self._client and (self._is_puzzled or self._waits_for_reply()):
            if self._is_puzzled:
                self._understand()
            else:
                self._assume_reply()
            entries += self._read()
        if self.state is MAIL_DATA and not self._pairing.greeted and self._client.has_lax_end_mark():
            self._client.lax = True  # no server is there to say what it took for the end, so the likeliest is taken
            entries += self._read()
        self._closing = True
        return entries + self._flush("client") + self._read() + self._flush("server")

    # Reading on, as far as it goes

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

    def _assume_reply(self) -> None:
        """Take it that the server, which is not in the capture here, said yes, unless the client shows it did not."""
        verb = self._asked[-1]
        self._pairing.forget()
        self._server_lost = self._reply_lost = False
        if verb == "DATA" and begins_with_command(self._client.octets):
            return
        if verb == "AUTH":
            says_command = verb_of(bytes(self._client.octets[:10])) in ("AUTH", "EHLO", "HELO", "MAIL", "QUIT")
            self.state = READY if says_command or self._auth.is_over else AUTHENTICATING
        else:
            self.state = MAIL_DATA if verb == "DATA" else TLS_HANDSHAKE

    def _settle_lost_replies(self, speaker: Party) -> None:
        self._reply_lost = False
        if speaker == "client" and self._waits_for_reply():
            self._assume_reply()
        elif END_OF_DATA in self._pairing.settle(speaker, asked_more=self._client_lost):
            self.state = READY

    # The server's side

    def _next_of_server(self) -> Entry | None:
        end = self._server.find_reply_end()
        if end is None:
            return None
        code = int(self._server.octets[:3]) if _REPLY.match(self._server.octets) else 0
        if self._client and self._sheds_light(code) and (entry := self._next_of_client()):
            return entry
        if self.state is MAIL_DATA and not self._asked and not self._closing:
            self._settle_dot()
            if self._shows_end(end, code):
                return self._take_mail_data()
            end_mark_is_lost = self._client_lost and not self._client
            if not end_mark_is_lost and code != 354:
                return None  # said before the last of the mail data came, for which it waits
        return self._reply(self._server.take(end))

    def _sheds_light(self, code: int) -> bool:
        """Whether a reply tells what octets of the client are that were held; then they are held no more."""
        if self._chunk and not self._asked and code != 421:
            self._chunk = 0  # it answers more than it was asked, so it has read commands in what was no chunk
            return True
        if self._is_puzzled and (not self._asked or code in TELLING):
            self._understand(code)
            return True
        return False

    def _settle_dot(self) -> None:
        """Believe the dot that begins torn octets if there is no other: more was expected to come, and did not."""
        if self._client.torn and self._client.find_mail_data_end() is None:
            self._client.torn = False

    def _shows_end(self, end: int, code: int) -> bool:
        """Whether a reply to mail data shows that the server has seen its end, be it a lax one.

        end: where the reply ends. 421 shows nothing: it may be the wait for the end that takes too long (§3.8).
        """
        if self._client.lax or self._client.find_mail_data_end() is None:
            if not self._client.has_lax_end_mark() or (code == 421 and not self._client.lax):
                return False
            self._client.lax = True  # it answers, so it has seen an end: the lesson on smuggling is about this
            return True
        if self.is_in_doubt and end < len(self._server):
            self._client.lax = True  # it answers twice: it has seen an end before the end mark
        return True

    def _reply(self, reply: Taken) -> Entry:
        if not _REPLY.match(reply.octets):
            self._reply_lost = self._server_lost  # the rest of it: who speaks next tells whether it was all
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
        """Say what a reply answers. One that names a command which the capture missed tells what was in the gap."""
        self._server_lost = self._reply_lost = False
        told = TELLING.get(code)
        was_asked = told is None or self._pairing.has_asked(told)
        answers = self._pairing.answer(code, self.state)
        if answers == GREETING or (answers == told and not was_asked):
            self._client_lost = False
        return answers

    # TLS, which looks alike from either side

    def _tls_begins(self, party: Party) -> bool:
        """Whether the octets are a TLS record where one may begin: at the start (RFC 8314 §3.3), or after STARTTLS."""
        expected = self.state is TLS_HANDSHAKE or (self.state is CONNECTED and not self._asked)
        self._tls = expected and _TLS_RECORD.match(self._flow(party).octets) is not None
        if self._tls and self._asked:
            self.behind_starttls = tuple(self._asked)
            self._pairing.forget()
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
