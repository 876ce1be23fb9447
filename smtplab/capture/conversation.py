"""Is this TCP stream SMTP, and who is the client?

The port answers the first question, or else what the two sides say first, inside TLS too where there is a key, and
inside a tunnel. The SYN answers the second; where the capture began later, the port does, or that a server speaks in
reply codes. What was said before the answers were known is held.
"""

import re
from collections.abc import Collection
from typing import Final

from smtplab.capture.frame import SECOND
from smtplab.capture.link import ACK, CWR, ECE, FIN, PSH, RST, SYN, URG
from smtplab.capture.order import Part
from smtplab.capture.streams import Control, TcpStream
from smtplab.capture.tls.key_log import KeyLog
from smtplab.capture.tls.observer import TlsObserver
from smtplab.capture.tunnel import Held, cut_off, find_opening
from smtplab.protocol.observer import looks_like_smtp
from smtplab.protocol.tls.hello import client_random_in
from smtplab.protocol.transcript import Entry, Party, Segment, Stream
from smtplab.protocol.tunnels import Unfinished

SMTP_PORTS: Final = frozenset({25, 465, 587, 2525})

ENOUGH: Final = 5  # octets of each side that tell SMTP from anything else: "220 x", "EHLO "
AT_MOST: Final = 4096  # octets of one side to wait for the other to speak
FLAGS: Final = {FIN: "FIN", SYN: "SYN", RST: "RST", PSH: "PSH", ACK: "ACK", URG: "URG", ECE: "ECE", CWR: "CWR"}

_REPLY = re.compile(rb"[2-5]\d\d[ \-]")


class Conversation:
    """One TCP stream, read as SMTP if it is SMTP.

    start: the time of the capture's first packet, in nanoseconds since 1970; times of entries count from it. keys: with
    which TLS is opened.
    """

    def __init__(self, stream: TcpStream, start: int, ports: Collection[int], keys: KeyLog) -> None:
        self.stream = stream
        self._keys = keys
        self._on_trial = False  # at an unusual port, until it is known what TLS hides
        self._entries: list[Entry] = []
        self._start = start
        self._observer: TlsObserver | None = None
        self._latest = 0  # frame
        self._place: dict[tuple[Party, int], int] = {}  # (party, frame) -> the later frame that it comes after
        self._held: Held = []
        self._heard = (bytearray(), bytearray())
        self._may_be_tunnel = True
        self._ports = ports
        at_port = [side for side, end in enumerate(stream.ends) if end.port in ports]
        self._at_port = bool(at_port)
        self._client = stream.opener
        if self._client is None and len(at_port) == 1:
            self._client = 1 - at_port[0]

    @property
    def is_smtp(self) -> bool:
        """Whether it was found to be SMTP, by now."""
        return self._observer is not None and not self._on_trial

    def add(self, side: int, part: Part) -> None:
        """Take in what comes next."""
        if self._observer is not None:
            self._read(self._observer, side, part)
            return
        self._held.append((side, part))
        self._heard[side].extend(part.octets)
        if self._may_be_tunnel and not self._settle_tunnel():
            return
        if min(map(len, self._heard)) >= ENOUGH or max(map(len, self._heard)) > AT_MOST or self._at_port:
            self._decide()

    def close(self) -> None:
        """End the connection, or the capture."""
        if self._observer is None:
            self._decide()
        if self._observer is not None:
            self._entries += self._observer.close()
            if self._on_trial:
                self._judge()

    def entries(self) -> list[tuple[int, Entry]]:
        """Give the entries, each with its place in the capture: the frame with which all that came before it was there.

        That is its own last frame, or a later one where the capture has frames out of order. Entries of one place come
        in the order of the conversation.
        """
        if not self._place:
            return [(entry.frames[-1], entry) for entry in self._entries]
        return [(max(self._place.get((entry.party, f), f) for f in entry.frames), entry) for entry in self._entries]

    def endpoints(self) -> Stream:
        """Say between whom it is."""
        client = self._client or 0
        return Stream(self.stream.number, str(self.stream.ends[client]), str(self.stream.ends[1 - client]))

    def segments(self) -> list[Segment]:
        """Give the segments that opened and closed the connection, oldest first."""
        return [self._segment(control) for control in self.stream.controls]

    def _settle_tunnel(self) -> bool:
        """Take out what opens a tunnel, if this is one. False while that cannot be told."""
        try:
            found = find_opening(self._held, (0, 1) if self._client is None else (self._client,))
        except Unfinished:
            if max(map(len, self._heard)) <= AT_MOST:
                return False
            found = None
        self._may_be_tunnel = False
        if found is not None:
            self._client, opened = found
            self._entries, self._held = cut_off(self._held, *found, self.stream.number, self._seconds)
            for side, heard in enumerate(self._heard):
                heard[:] = b"".join(part.octets for sender, part in self._held if sender == side)
            self._at_port |= opened.port in self._ports
        return True

    def _decide(self) -> None:
        """Find out whether it is SMTP from what was heard; if not, hear no more."""
        first, second = map(bytes, self._heard)
        if self._at_port:
            if self._client is None:
                self._client = 1 if _REPLY.match(first) or (second and not _REPLY.match(second)) else 0
        elif self._client != 1 and looks_like_smtp(first, second):
            self._client = 0
        elif self._client != 0 and looks_like_smtp(second, first):
            self._client = 1
        elif (opener := self._opener_of_tls()) is not None:
            self._client, self._on_trial = opener, True
        else:
            self._ignore()
            return
        self._begin()

    def _opener_of_tls(self) -> int | None:
        """Say which side opened a TLS session of which a key is known; None where none did."""
        opened = (side for side in (0, 1) if self._keys.has(client_random_in(bytes(self._heard[side][:64]))))
        return next((side for side in opened if self._client in (None, side)), None)

    def _judge(self) -> None:
        """End the trial with the first thing that the client says inside TLS: it must introduce itself (§3.1)."""
        said = (entry for entry in self._entries if entry.tls and entry.party == "client")
        if (first := next(said, None)) is not None:
            self._on_trial = False
            if first.verb not in ("EHLO", "HELO", "LHLO"):
                self._ignore()

    def _ignore(self) -> None:
        self.stream.ignored = True
        self._observer = None
        self._held.clear()
        self._entries.clear()

    def _begin(self) -> None:
        self._observer = TlsObserver(self.stream.number, self._keys, from_start=self.stream.opener is not None)
        held, self._held = self._held, []
        for side, part in held:
            self._read(self._observer, side, part)

    def _read(self, observer: TlsObserver, side: int, part: Part) -> None:
        party, time = self._party(side), self._seconds(part.time)
        if part.number < self._latest:
            self._place[party, part.number] = self._latest
        self._latest = max(self._latest, part.number)
        if part.missing:
            self._entries += observer.skip(party, part.missing, time, part.number)
        else:
            self._entries += observer.receive(party, part.octets, time, part.number)
        if self._on_trial:
            self._judge()

    def _segment(self, control: Control) -> Segment:
        flags = ", ".join(name for flag, name in FLAGS.items() if control.flags & flag)
        return Segment(
            self.stream.number, self._party(control.side), flags, self._seconds(control.time), control.number
        )

    def _party(self, side: int) -> Party:
        return "client" if side == (self._client or 0) else "server"

    def _seconds(self, time: int) -> float:
        return (time - self._start) / SECOND
