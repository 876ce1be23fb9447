"""What does the key Enter become? Octets from several programs, and how often a strict server answers them."""

from random import Random
from typing import Any, ClassVar

from smtplab.lessons.exercises import Exercise, Wrong, numbers_in_order
from smtplab.lessons.rehearsal import CLIENT
from smtplab.lessons.verdicts import Lettered
from smtplab.protocol.policy import Policy
from smtplab.protocol.server import ServerSession


class BytesOfEnter(Exercise):
    """Say how many replies some octets bring. A strict server hears them."""

    form = "the number of replies to each, in the order of the lines, as a list"
    hints = (
        "`0d` is CR and `0a` is LF. A server answers lines, not keys: find the places where one line ends.",
        "Only `0d 0a` ends a line (RFC 5321 §2.3.8), even an empty one. CR or LF alone ends nothing, and the server "
        "waits for more.",
    )
    ENDS: ClassVar = {
        "{0}\r\n": "",
        "{0}\n": "LF alone ends no line: the server waits.",
        "{0}\r": "CR alone ends no line: the server waits.",
        "{0}\r\0": "CR and NUL end no line: the server waits.",
        "{0}\n{0}\r\n": "Between the two stands LF alone, so this is one line, and no command.",
        "{0}\r\n{0}\r\n": "Each CRLF ends a line.",
        "{0}\r\n\r\n": "An empty line is a line, and no command: it is answered, too.",
    }

    def prepare(self, variant: Random) -> None:
        verb = variant.choice(("NOOP", "RSET", "HELP"))
        plain, lf, *others = self.ENDS
        self._drawn = variant.sample(drawn := [plain, lf, *variant.sample(others, 3)], len(drawn))
        self._octets = [each.format(verb).encode() for each in self._drawn]

    @property
    def lines(self) -> Lettered:
        return Lettered([octets.hex(" ") for octets in self._octets])

    def solve(self) -> list[int]:
        return [_replies(octets) for octets in self._octets]

    def judge(self, answer: Any) -> str:
        right = self.solve()
        numbers = numbers_in_order(answer, len(right))
        for letter, said, number, drawn in zip(self.lines.letters, numbers, right, self._drawn, strict=True):
            if said != number:
                why = self.ENDS[drawn] or "Here is one whole line."
                raise Wrong(f"{letter}: not {said}. {why}")
        return "So often the strict server replies. Nothing but CRLF ends a line (RFC 5321 §2.3.8)."


def _replies(octets: bytes) -> int:
    """Count the replies of a server that was introduced and then hears these octets."""
    session = ServerSession(Policy())
    session.greet()
    session.receive(f"EHLO {CLIENT}\r\n".encode())
    return sum(isinstance(output, bytes) for output in session.receive(octets))
