"""Which packets carried these octets? What one party sent and the observer has not made entries of yet."""

import re
from collections import deque
from dataclasses import dataclass
from typing import Final

from smtplab.protocol.lines import END_MARK

LAX_END_MARK: Final = re.compile(rb"(?:\A|(?<=\n))\.\r?\n")
_REPLY_LINE = re.compile(rb"\d{3}(?:([ -])[^\n]*|\r?)\n")


@dataclass(frozen=True, slots=True)
class Taken:
    """Octets with the time at which they were complete, and the numbers of their frames."""

    octets: bytes
    time: float
    frames: tuple[int, ...]


class Flow:
    """The octets of one party, in order, each piece with its time and its frame.

    `lax` is set once the server has shown that it takes a dot between two LFs for the end of the mail data.
    """

    def __init__(self) -> None:
        self.octets = bytearray()
        self.lax = False
        self._pieces: deque[tuple[int, float, int | None]] = deque()
        self._searched = 0
        self._searched_for_lax_end = 0

    def __len__(self) -> int:
        return len(self.octets)

    def add(self, octets: bytes, time: float, frame: int | None) -> None:
        """Append what one packet carried."""
        if octets:
            self.octets += octets
            self._pieces.append((len(octets), time, frame))

    def take(self, size: int) -> Taken:
        """Take the first `size` octets out."""
        octets = bytes(self.octets[:size])
        del self.octets[:size]
        self._searched = self._searched_for_lax_end = 0
        frames: set[int] = set()
        complete = self._pieces[0][1] if size > 0 else 0.0
        while size > 0:
            length, time, frame = self._pieces.popleft()
            complete = max(complete, time)  # a segment that came late may stand before one that came early
            if frame is not None:
                frames.add(frame)
            if length > size:
                self._pieces.appendleft((length - size, time, frame))
            size -= length
        return Taken(octets, complete, tuple(sorted(frames)))

    def take_line(self) -> Taken | None:
        """Take one line with its end, CRLF or LF alone, or None until there is one."""
        end = self.octets.find(b"\n", self._searched)
        if end < 0:
            self._searched = len(self.octets)
            return None
        return self.take(end + 1)

    def take_reply(self) -> Taken | None:
        """Take one reply with all its lines, or one line that belongs to none, or None until it is whole."""
        start = self._searched
        while (end := self.octets.find(b"\n", start)) >= 0:
            match = _REPLY_LINE.match(self.octets, start)
            if match is None and start > 0:  # the reply breaks off, and something else begins
                return self.take(start)
            if match is None or match[1] != b"-":
                return self.take(end + 1)
            start = end + 1
        self._searched = start
        return None

    def find_mail_data_end(self) -> int | None:
        """Where the mail data ends and the line with the dot begins, or None until that line is here."""
        if self.octets.startswith(END_MARK[2:]):
            return 0
        if self.lax:
            return self._find_lax_end()
        start = self.octets.find(END_MARK, max(0, self._searched - len(END_MARK)))
        self._searched = len(self.octets)
        return start + 2 if start >= 0 else None

    def has_lax_end_mark(self) -> bool:
        """Tell whether a dot stands alone between line ends of any kind."""
        return self._find_lax_end() is not None

    def _find_lax_end(self) -> int | None:
        # What was searched is not searched again, but for a dot and a CR that may be half of an end mark.
        match = LAX_END_MARK.search(self.octets, max(0, self._searched_for_lax_end - 2))
        self._searched_for_lax_end = match.start() if match else len(self.octets)
        return match.start() if match else None
