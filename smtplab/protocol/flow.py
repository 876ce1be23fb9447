"""Which packets carried these octets? What one party sent and the observer has not made entries of yet."""

import re
from collections import deque
from typing import Final, NamedTuple

from smtplab.protocol.lines import END_MARK

LAX_END_MARK: Final = re.compile(rb"(?:\A|(?<=\n))\.\r?\n")
_STRICT_END_MARK: Final = re.compile(re.escape(END_MARK))
_LINE_END: Final = re.compile(rb"\n")
_REPLY_LINE: Final = re.compile(rb"\d{3}(?:([ -])[^\n]*|\r?)\n")


class Taken(NamedTuple):
    """Octets with the time at which they were complete, and the numbers of their frames."""

    octets: bytes
    time: float
    frames: tuple[int, ...]


class Flow:
    """The octets of one party, in order, each piece with its time and its frame.

    `lax` is set once the server has shown that it takes a dot between two LFs for the end of the mail data. `torn` is
    set where octets are missing before the first one, so that it may stand amid a line; taking any ends that.
    """

    def __init__(self) -> None:
        self.octets = bytearray()
        self.lax = False
        self.torn = False
        self._pieces: deque[tuple[int, float, tuple[int, ...]]] = deque()
        self._searched: dict[re.Pattern[bytes], int] = {}  # so many octets are known to hold no match
        self._replied = 0  # whole lines of a reply that has more
        self._early_end: int | None = None
        self._early_end_known = False  # until octets come or go

    def __len__(self) -> int:
        return len(self.octets)

    def add(self, octets: bytes, time: float, frame: int | None) -> None:
        """Append what one packet carried."""
        self.add_taken(Taken(octets, time, () if frame is None else (frame,)))

    def add_taken(self, taken: Taken) -> None:
        """Append what several packets carried together, as they carry a TLS record."""
        if taken.octets:
            self._early_end_known = False
            self.octets += taken.octets
            self._pieces.append((len(taken.octets), taken.time, taken.frames))

    def take(self, size: int) -> Taken:
        """Take the first `size` octets out."""
        octets = bytes(self.octets[:size])
        del self.octets[:size]
        self._searched.clear()
        self._replied = 0
        self._early_end_known = False
        if size == 0:
            return Taken(b"", 0.0, ())
        self.torn = False
        length, complete, carriers = self._pieces[0]
        if size == length:
            self._pieces.popleft()
            return Taken(octets, complete, carriers)
        if size < length:  # as with most replies to a group of commands: one packet carried several
            self._pieces[0] = (length - size, complete, carriers)
            return Taken(octets, complete, carriers)
        frames: set[int] = set()
        while size > 0:
            length, time, carriers = self._pieces.popleft()
            complete = max(complete, time)  # a segment that came late may stand before one that came early
            frames.update(carriers)
            if length > size:
                self._pieces.appendleft((length - size, time, carriers))
            size -= length
        return Taken(octets, complete, tuple(sorted(frames)))

    def take_line(self) -> Taken | None:
        """Take one line with its end, CRLF or LF alone, or None until there is one."""
        end = self.find(_LINE_END, 1)
        return None if end is None else self.take(end + 1)

    def take_reply(self) -> Taken | None:
        """Take one reply, or None until it is whole."""
        end = self.find_reply_end()
        return None if end is None else self.take(end)

    def find_reply_end(self) -> int | None:
        """Where one reply with all its lines ends, or one line that belongs to none, or None until it is whole."""
        start = self._replied
        while (end := self.octets.find(b"\n", max(start, self._searched.get(_LINE_END, 0)))) >= 0:
            match = _REPLY_LINE.match(self.octets, start)
            if match is None and start > 0:  # the reply breaks off, and something else begins
                return start
            if match is None or match[1] != b"-":
                return end + 1
            start = end + 1
        self._replied, self._searched[_LINE_END] = start, len(self.octets)
        return None

    def find_mail_data_end(self) -> int | None:
        """Where the mail data ends and the line with the dot begins, or None until that line is here.

        A dot that stands first in torn octets is not believed, since it may end a sentence.
        """
        if self.lax:
            return self.find(LAX_END_MARK, 3)
        if self.begins_with_dot and not self.torn:
            return 0
        end = self.find(_STRICT_END_MARK, len(END_MARK))
        return None if end is None else end + 2

    @property
    def begins_with_dot(self) -> bool:
        """Whether the first line is that which ends mail data."""
        return self.octets.startswith(END_MARK[2:])

    def find_early_end(self) -> int | None:
        """Where a lax server reads on after mail data that a strict one reads up to the last octet here, or None.

        So it was sent at once, and holds a dot with a bare LF at it: all behind that is commands to a lax server. The
        answer is remembered, since it is asked for with each segment of the server.
        """
        if not self._early_end_known:
            self._early_end, self._early_end_known = self._search_early_end(), True
        return self._early_end

    def _search_early_end(self) -> int | None:
        end = self.find_mail_data_end()
        if end is None or len(self.octets) != end + len(END_MARK) - 2:
            return None
        if self.octets.find(b"\n.\n", 0, end) < 0 and self.octets.find(b"\n.\r\n", 0, len(self.octets) - 1) < 0:
            return None
        match = LAX_END_MARK.search(self.octets, 0, end)
        return match.end() if match else None

    def has_lax_end_mark(self) -> bool:
        """Tell whether a dot stands alone between line ends of any kind."""
        return self.find(LAX_END_MARK, 3) is not None

    def find(self, pattern: re.Pattern[bytes], size: int) -> int | None:
        """Where the first match begins, or None. What was searched before is not searched again.

        size: octets of the longest match, so that one which comes in pieces is found.
        """
        match = pattern.search(self.octets, max(0, self._searched.get(pattern, 0) - size))
        self._searched[pattern] = match.start() if match else len(self.octets)
        return match.start() if match else None
