"""What was said inside TLS? The entries of a conversation, its TLS records explained, and read on where they open.

Inside TLS is a session of its own, which another observer hears: with STARTTLS all that was said before is forgotten
(RFC 3207 §4.2). A record that was opened gives way to what was in it; one of the handshake, or one that stays hidden,
keeps its place.
"""

from dataclasses import replace

from smtplab.capture.tls.key_log import KeyLog
from smtplab.capture.tls.session import Session
from smtplab.protocol.flow import Taken
from smtplab.protocol.observer import Observer
from smtplab.protocol.states import State
from smtplab.protocol.tls.names import REST, TLS_HEADER, TORN
from smtplab.protocol.transcript import Entry, Kind, Party


class TlsObserver:
    """Reads one connection as an `Observer` does, and inside TLS too. stream: its number. keys: see `Session`.

    from_start: whether the connection was seen to be opened.
    """

    def __init__(self, stream: int, keys: KeyLog, *, from_start: bool = False) -> None:
        self._stream = stream
        self._keys = keys
        self._outside = Observer(stream, from_start=from_start)
        self._session: Session | None = None  # from the first record on
        self._inside: Observer | None = None  # from the first octets on that came out of one
        self._torn: dict[Party, int] = {"client": 0, "server": 0}  # octets of a torn record that are still to come

    def receive(self, party: Party, octets: bytes, time: float, frame: int) -> list[Entry]:
        """Take in octets, as an `Observer` does."""
        return self._look_inside(self._outside.receive(party, octets, time, frame))

    def skip(self, party: Party, missing: int, time: float, frame: int) -> list[Entry]:
        """Note that octets are not in the capture, as an `Observer` does."""
        return self._look_inside(self._outside.skip(party, missing, time, frame))

    def close(self) -> list[Entry]:
        """End the connection, or the capture, and give what is left."""
        left = self._look_inside(self._outside.close())
        return left + (self._inside.close() if self._inside is not None else [])

    def _look_inside(self, entries: list[Entry]) -> list[Entry]:
        """Take the next entries that were heard outside, and give those that stand in their place."""
        if self._session is None and not any(entry.kind is Kind.TLS for entry in entries):
            return entries
        return [given for entry in entries for given in self._read(entry)]

    def _read(self, entry: Entry) -> list[Entry]:
        if entry.kind is Kind.TLS:
            self._session = self._session or Session(self._keys)
            size = _size(entry.octets)
            if len(entry.octets) == size:
                return self._open(self._session, entry)
            self._torn[entry.party] = max(0, size - len(entry.octets))
            return [*self._lose(self._session, entry, size), replace(entry, decoded=((TORN, ""),))]
        if self._session is not None and entry.kind in (Kind.GAP, Kind.UNKNOWN):
            beyond = self._beyond_the_torn(entry)
            if entry.kind is Kind.UNKNOWN and not beyond:
                return [replace(entry, kind=Kind.TLS, decoded=((REST, ""),))]
            return [*self._lose(self._session, entry, beyond), entry]
        return [entry]

    def _open(self, session: Session, record: Entry) -> list[Entry]:
        self._torn[record.party] = 0
        opened = session.receive(record.party, record.octets)
        if opened.data:
            observer = self._observer(record)
            return observer.receive_taken(record.party, Taken(opened.data, record.time, record.frames))
        explained = replace(record, decoded=opened.says)
        return [*self._break_off(session, record, len(record.octets)), explained] if opened.hidden else [explained]

    def _observer(self, record: Entry) -> Observer:
        """Give who hears what is inside. record: the one that was opened."""
        if self._inside is None:
            begin = State.GREETED if record.before is State.TLS_HANDSHAKE else State.CONNECTED
            # A server that speaks first after STARTTLS has obeyed what came before TLS (CVE-2011-0411).
            unanswered = self._outside.behind_starttls if record.party == "server" else ()
            self._inside = Observer(self._stream, inside_tls=True, state=begin, unanswered=unanswered)
        return self._inside

    def _beyond_the_torn(self, entry: Entry) -> int:
        """Say how many octets are lost with a gap, or with what stands behind it, besides the record that it tore."""
        size = entry.missing or len(entry.octets)
        torn = min(size, self._torn[entry.party])
        self._torn[entry.party] -= torn
        return size - torn

    def _lose(self, session: Session, entry: Entry, size: int) -> list[Entry]:
        """Note that records of `size` octets are lost, and give what breaks off inside."""
        if not size:
            return []
        session.lose(entry.party, size)
        return self._break_off(session, entry, size)

    def _break_off(self, session: Session, entry: Entry, size: int) -> list[Entry]:
        """Give what breaks off inside where records of `size` octets are not to be read; the gap is seen outside."""
        if self._inside is None:
            return []
        lost = session.size_inside(entry.party, size)
        broken = self._inside.skip(entry.party, lost, entry.time, entry.frame)
        return [entry for entry in broken if entry.kind is not Kind.GAP]


def _size(octets: bytes) -> int:
    """Give the size of the record that begins with these octets; where its header is cut, the least that it can be."""
    return TLS_HEADER + int.from_bytes(octets[3:TLS_HEADER], "big") if len(octets) >= TLS_HEADER else TLS_HEADER
