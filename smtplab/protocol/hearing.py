"""What is heard of one connection: the octets that both parties said, and how entries are made of them.

It is what the reading of both sides rests on, in `client_side` and `observer`.
"""

from collections.abc import Iterable

from smtplab.protocol import auth
from smtplab.protocol.commands import Command
from smtplab.protocol.flow import Flow, Taken
from smtplab.protocol.pairing import Pairing
from smtplab.protocol.replies import Reply
from smtplab.protocol.states import CONNECTED, END_OF_DATA, MAIL_DATA, TLS_HANDSHAKE, State
from smtplab.protocol.transcript import Entry, Kind, Party


class Hearing:
    """Both sides of a connection, with what the server has still to answer. For the arguments see `Observer`."""

    def __init__(
        self,
        stream: int = 0,
        *,
        inside_tls: bool = False,
        state: State = CONNECTED,
        unanswered: Iterable[str] = (),
        from_start: bool = False,
    ) -> None:
        self.state = state
        self._stream = stream
        self._inside_tls = inside_tls
        self._client = Flow()
        self._server = Flow()
        self._pairing = Pairing(unanswered, greeted=state is not CONNECTED, from_start=from_start)
        self._asked = self._pairing.asked
        self.behind_starttls: tuple[str, ...] = ()
        self._tls = False
        self._closing = False
        self._doubts = True  # whether it waits to see which of two end marks the server means
        self._reply_lost = False  # just now
        self._server_lost = False  # octets of it are missing since its last reply
        self._client_lost = state is CONNECTED and not from_start  # likewise, since it was last understood
        self._chunk = 0  # octets of a BDAT chunk still to come
        self._has_hole = False  # the message that is being sent
        self._auth = auth.Listener()

    def _flow(self, party: Party) -> Flow:
        return self._client if party == "client" else self._server

    def _waits_for_reply(self) -> bool:
        # What somebody put behind STARTTLS gets no reply before TLS, whatever it is.
        return self._pairing.waits and self.state is not TLS_HANDSHAKE

    def _flush(self, party: Party) -> list[Entry]:
        """Give the octets of a party that never became whole."""
        flow = self._flow(party)
        if not flow:
            return []
        kind = Kind.TLS if self._tls else Kind.UNKNOWN
        if party == "client" and self.state is MAIL_DATA and END_OF_DATA not in self._asked:
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
