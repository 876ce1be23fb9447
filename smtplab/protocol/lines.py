"""Where does a line end, and where the mail data? Octets come in as they like; lines and messages go out whole.

Only CRLF ends a line (RFC 5321 §2.3.8). A server that also takes a bare LF, or a dot between two of them, can be made
to see two messages where its neighbour saw one: that attack is called SMTP smuggling (CVE-2023-51764 and others).
"""

import re
from typing import Final

from smtplab.protocol.mail import unstuff

END_MARK: Final = b"\r\n.\r\n"
LAX_END_MARK: Final = re.compile(rb"\n\.\r?\n")


class LineTooLong(ValueError):
    """A line is over its limit. Its octets are dropped up to its end, and the next line is read as usual."""


class Inbox:
    """The octets that one party sent and nobody has read yet.

    bare_lf: take LF alone as the end of a line too, as some servers do.
    """

    def __init__(self, *, bare_lf: bool = False) -> None:
        self._octets = bytearray()
        self._searched = 0  # so many octets are known to hold no end: without this, a slow sender costs n² steps
        self._dropping = False  # inside a line that is too long
        self._data_size = 0
        self._bare_lf = bare_lf
        self._line_end = b"\n" if bare_lf else b"\r\n"

    def __len__(self) -> int:
        return len(self._octets)

    def add(self, octets: bytes | memoryview) -> None:
        """Take in a copy of what arrived."""
        self._octets += octets

    def clear(self) -> None:
        """Forget everything unread."""
        self._drop(len(self._octets))

    def take(self, size: int) -> bytes:
        """Give the first `size` octets, or as many as there are."""
        octets = bytes(self._octets[:size])
        self._drop(size)
        return octets

    def take_line(self, limit: int) -> bytes | None:
        """Give the next line without its end, or None until it is whole.

        limit: octets, line end included. Raises `LineTooLong` when a line is over it; at most `limit` octets of it are
        kept, so a line without end fills no memory.
        """
        end = self._octets.find(self._line_end, self._searched)
        if end < 0:
            self._wait_for_line_end(limit)
            return None
        size = end + len(self._line_end)
        line = bytes(self._octets[:end])
        self._drop(size)
        if self._dropping or size > limit:
            self._dropping = False
            raise LineTooLong
        return line.removesuffix(b"\r") if self._bare_lf else line

    def _wait_for_line_end(self, limit: int) -> None:
        if len(self._octets) > limit:
            self._dropping = True
            self._drop(len(self._octets) - 1)  # the last may be the CR of CRLF
        self._searched = max(0, len(self._octets) - 1)

    def _drop(self, size: int) -> None:
        del self._octets[:size]
        self._searched = 0

    def take_mail_data(self, limit: int) -> tuple[bytes | None, int] | None:
        """Give content and size of the mail data, dots unstuffed and end mark taken off, or None until it is whole.

        limit: octets of content; content over it is dropped, and None stands in its place.
        RFC 5321 §4.1.1.4, §4.5.2; stuffed dots do not count (RFC 1870 §3).
        """
        found = self._find_end_mark()
        if found is None:
            self._wait_for_end_mark(limit)
            return None
        end, after = found
        size = self._data_size + end
        content = self._unstuffed(end) if self._data_size == 0 else None
        self._data_size = 0
        self._drop(after)
        return content if content is not None and len(content) <= limit else None, size

    def _find_end_mark(self) -> tuple[int, int] | None:
        """Where the content ends, its last CRLF included, and where the end mark does."""
        # The end mark begins with the CRLF that ended the line before: after 354 that is the DATA line's own.
        if self._data_size == 0 and self._octets.startswith((b".\r\n", b".\n") if self._bare_lf else b".\r\n"):
            return 0, self._octets.index(b"\n") + 1
        if self._bare_lf:
            match = LAX_END_MARK.search(self._octets, self._searched)
            return (match.start() + 1, match.end()) if match else None
        start = self._octets.find(END_MARK, self._searched)
        return (start + 2, start + len(END_MARK)) if start >= 0 else None

    def _unstuffed(self, end: int) -> bytes:
        with memoryview(self._octets) as octets:  # a slice of the bytearray itself would be one more copy
            wire = bytes(octets[:end])
        return re.sub(rb"(?m)^\.", b"", wire) if self._bare_lf else unstuff(wire)

    def _wait_for_end_mark(self, limit: int) -> None:
        keep = len(END_MARK) - 1
        # A stuffed dot is at most a third of its line, as in "..\n": over this, the content is over the limit.
        if self._data_size + len(self._octets) > limit * 3 // 2 + keep:
            self._data_size += max(0, len(self._octets) - keep)
            self._drop(max(0, len(self._octets) - keep))
        self._searched = max(0, len(self._octets) - keep)
