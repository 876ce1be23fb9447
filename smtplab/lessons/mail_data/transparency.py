"""How can a line that is a single dot be sent? The learner writes both halves of it, and they are tried."""

from collections.abc import Callable
from random import Random
from typing import Any, Final

from smtplab.lessons.exercises import Exercise, Unanswered, Unreadable, Wrong
from smtplab.lessons.functions import call, function_of, kind_of
from smtplab.protocol import mail

# The simplest first: what fails is told of the simplest that does.
CONTENTS: Final = (
    b"Hello.\r\n",
    b".\r\n",
    b".profile\r\n",
    b"..\r\n",
    b"One\r\n.\r\nTwo\r\n",
    b"One\r\n...\r\n.\r\n",
    b"1.5\r\nand ...\r\n",
    b"\r\n.\r\n\r\n",
    b"\n.\n\r\n",
)
DRAWN: Final = 200

Change = Callable[[bytes], bytes]


class Transparency(Exercise):
    """Write `stuff` and `unstuff`. Tried on what is hard, and on lines that are drawn; the simplest failure is told."""

    form = "two functions from octets to octets, as `(stuff, unstuff)`"
    hints = (
        "Only the first octet of a line counts. The first line has no CRLF before it, so it is a case of its own.",
        r'`content.replace(b"\r\n.", b"\r\n..")` doubles the dot of every line but the first. Back: one dot less, '
        "never more (RFC 5321 §4.5.2).",
    )

    def prepare(self, variant: Random) -> None:
        drawn = (_drawn(variant) for _ in range(DRAWN))
        self._contents = [*CONTENTS, *sorted(drawn, key=len)]

    def solve(self) -> tuple[Change, Change]:
        return stuff, unstuff

    def judge(self, answer: Any) -> str:
        if not isinstance(answer, (tuple, list)) or len(answer) != 2:
            raise Unreadable
        first, second = map(function_of, answer)
        done = self._try("stuff", first), self._try("unstuff", second)
        if not any(done):
            raise Unanswered
        if not all(done):
            raise Wrong("One of the two is right. The other still returns the dots.")
        return (
            f"For {len(self._contents)} contents the wire is right, and what comes out is what went in. So every text "
            "can be sent, a lone dot too, and no line of it ends the mail. RFC 5321 §4.5.2."
        )

    def _try(self, name: str, function: Callable[..., Any]) -> bool:
        """Compare a function with the core's on all contents; False where it is still the stub."""
        try:
            for content in self._contents:
                taken, right = content, mail.stuff(content)
                if name == "unstuff":
                    taken, right = right, taken
                _compare(name, function, taken, right)
        except Unanswered:
            return False
        return True


def _drawn(variant: Random) -> bytes:
    lines = (variant.choice((b"", b".", b"..", b".a", b"a.", b"a")) for _ in range(variant.randint(1, 6)))
    return b"".join(line + b"\r\n" for line in lines)


def _compare(name: str, function: Callable[..., Any], octets: bytes, right: bytes) -> None:
    given = call(function, octets, shown=f"`{octets!r}` in `{name}`")
    if isinstance(given, bytearray):
        given = bytes(given)
    if not isinstance(given, bytes):
        raise Wrong(f"`{name}` returned {kind_of(given)}. Octets were asked for.")
    if given != right:
        slip = _slip(octets, given, right)
        raise Wrong(f"For `{octets!r}` `{name}` gives `{given[:60]!r}`, and right is `{right!r}`.{slip and ' '}{slip}")


def _slip(octets: bytes, given: bytes, right: bytes) -> str:
    """Name a mistake that is often made; "" where it is another."""
    if given == right + b".\r\n":
        return "The line that ends the mail is not asked for."
    if b"\n" in octets.replace(b"\r\n", b""):
        return "LF alone ends no line here, though `splitlines` takes it for an end."
    return ""


def stuff(content: bytes) -> bytes:
    """Double the dot of each line that begins with one."""
    doubled = content.replace(b"\r\n.", b"\r\n..")
    return b"." + doubled if content.startswith(b".") else doubled


def unstuff(wire: bytes) -> bytes:
    """Take one dot off each line that begins with one."""
    single = wire.replace(b"\r\n.", b"\r\n")
    return single[1:] if wire.startswith(b".") else single
