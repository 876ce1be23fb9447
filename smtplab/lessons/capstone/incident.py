"""Where is the incident? One frame in which an attack can be seen, and its name."""

from typing import Any, Final

from smtplab.lessons.capstone.about import AboutTheFile
from smtplab.lessons.capstone.incidents import BRUTE_FORCE, INCIDENTS, INJECTION, SMUGGLING
from smtplab.lessons.exercises import Unreadable, Wrong, at, number_of, text_of
from smtplab.protocol.transcript import Entry, Kind

WHAT_HELPS: Final = {
    BRUTE_FORCE: "A server may close on those who fail again and again, after some tries (RFC 4954 §9).",
    INJECTION: "The commands came in clear text, and inside TLS a server must not know of them (RFC 3207 §4.2).",
    SMUGGLING: "A server that takes LF for the end of a line lets others write its commands (RFC 5321 §2.3.8).",
}


class IncidentsFrame(AboutTheFile):
    """Name the incident, and the frame that shows it."""

    form = f"a name and a frame, such as `({BRUTE_FORCE!r}, 12)`; the names are {', '.join(INCIDENTS)}"
    hints = (
        "What does a client say that nobody says who only wants to send a mail? Look for many 535, for a frame that "
        "has more in it than STARTTLS, for commands where a message should be.",
        'In the browser, try the filters `smtp.response.code == 535` and `smtp.req.command == "STARTTLS"`; and count '
        "the mails of each stream.",
    )

    @property
    def _stream(self) -> int:
        return self._file.stream_of(self._file.incident)

    @property
    def _shown_by(self) -> Entry:
        """The entry that shows it: the 235 after many 535; STARTTLS with more behind it; a hidden MAIL."""
        entries = list(self.transcript.stream(self._stream))
        if self._file.incident == BRUTE_FORCE:
            return next(entry for entry in entries if entry.answers == "AUTH" and entry.code == 235)
        if self._file.incident == INJECTION:
            return next(entry for entry in entries if entry.verb == "STARTTLS")
        ends = {entry.frame for entry in entries if entry.kind is Kind.END_OF_DATA}
        return next(entry for entry in entries if entry.verb == "MAIL" and entry.frame in ends)

    def solve(self) -> tuple[str, int]:
        frame = self._shown_by.frame
        assert frame is not None
        return self._file.incident, frame

    def judge(self, answer: Any) -> str:
        name, frame = _pair_of(answer)
        right = self.solve()
        if name != right[0]:
            raise Wrong(self._why_not_name(name, frame))
        if frame != right[1]:
            raise Wrong(self._why_not_frame(frame))
        return f"{name.capitalize()}, in stream {self._stream}. {WHAT_HELPS[name]}"

    def _why_not_name(self, name: str, frame: int) -> str:
        if name == BRUTE_FORCE:
            failures = [entry for entry in self.transcript if entry.answers == "AUTH" and entry.code == 535]
            return f"One 535, in {at(failures[0])}, is a slip of the finger: who tries many passwords gets many."
        if name == INJECTION:
            starts = [entry for entry in self.transcript if entry.verb == "STARTTLS" and entry.party == "client"]
            alone = f"In {at(starts[0])} STARTTLS stands alone. " if starts else "Nobody says STARTTLS here. "
            return f"{alone}What is injected stands behind it in one frame."
        end = self.first(lambda entry: entry.kind is Kind.END_OF_DATA, "mail")
        return f"No mail here ends before its sender says so: the dot of {at(end)} stands between two CRLF."

    def _why_not_frame(self, frame: int) -> str:
        there = [entry for entry in self.transcript if entry.frame == frame]
        if not 1 <= frame <= self.transcript.packets:
            return f"{self._file.incident.capitalize()} it is. But the frames are 1 to {self.transcript.packets}."
        if not there:
            return f"{self._file.incident.capitalize()} it is. But no command, reply or mail ends in frame {frame}."
        if there[0].stream != self._stream:
            return f"{self._file.incident.capitalize()} it is. But frame {frame} is of stream {there[0].stream}."
        return {
            BRUTE_FORCE: "The stream is right. Which reply says that a guess was right?",
            INJECTION: "The stream is right. Which frame holds what the client does not know of?",
            SMUGGLING: "The stream is right. Which frame holds the end of a mail that its relay never ended?",
        }[self._file.incident]


def _pair_of(answer: object) -> tuple[str, int]:
    """Read a name and a number. Raises `Unreadable`."""
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        raise Unreadable
    said = text_of(answer[0]).lower().replace("-", " ").replace("_", " ")
    if said not in INCIDENTS:
        raise Unreadable
    return said, number_of(answer[1])
