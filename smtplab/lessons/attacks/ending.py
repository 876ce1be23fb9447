r"""Where does a mail end? The learner writes the one comparison on which it all hangs, and it is driven.

The cases go from the simplest to what is drawn; the simplest that fails is told.
"""

from collections.abc import Callable
from random import Random
from typing import Any, Final

from smtplab.lessons.exercises import Exercise, Wrong
from smtplab.lessons.functions import call, function_of, kind_of
from smtplab.protocol.lines import Inbox

CASES: Final = (
    b"Hello.\r\n.\r\n",
    b"Hello.\r\n",
    b"Hello.\r\n.",
    b"",
    b"Hello.\r\n.\r\nMAIL FROM:<a@lab.example>\r\n",
    b".\r\n",
    b"Hello.\n.\nMAIL FROM:<a@lab.example>\r\n",
    b"Hello.\n.\r\nMAIL FROM:<a@lab.example>\r\n",
    b"Hello.\r\n.\nMAIL FROM:<a@lab.example>\r\n",
    b"Hello.\r.\rMAIL FROM:<a@lab.example>\r\n",
    b"Hello.\n.\r\nMAIL FROM:<a@lab.example>\r\nDATA\r\nText\r\n.\r\n",
    b"One\r\n..\r\nTwo\r\n.\r\n",
    b"..\r\n.\r\n",
    b"One.\r\n\r\n.\r\n\r\n.\r\n",
)
MARK: Final = b"\r\n.\r\n"
LAX_MARKS: Final = (b"\n.\n", b"\n.\r\n", b"\r.\r")
PIECES: Final = (b"\r\n", b"\r\n", b".", b".", b"\n", b"\r", b"a")
DRAWN: Final = 200
NO_LIMIT: Final = 10**6


class EndOfData(Exercise):
    """Write the function that finds the end of the mail data. It is tried on what smugglers send, and on much else."""

    form = "a function from octets to a number, or to None"
    hints = (
        "Five octets, and no others: CR LF dot CR LF. Look for them as octets, not for lines that some library splits.",
        "`octets.find(mark)` gives where they begin, or -1; the number wanted goes to their end. And a mail of "
        "nothing: the first CRLF is then that of the DATA line, which is not among these octets.",
    )

    def prepare(self, variant: Random) -> None:
        drawn = (b"".join(variant.choices(PIECES, k=variant.randint(1, 12))) for _ in range(DRAWN))
        self._cases = [*CASES, *sorted(drawn, key=len)]

    def solve(self) -> Callable[[bytes], int | None]:
        return end_of_data

    def judge(self, answer: Any) -> str:
        function = function_of(answer)
        for octets in self._cases:
            given, right = call(function, octets, shown=f"`{octets!r}`"), _end(octets)
            if given is not None and type(given) is not int:
                raise Wrong(f"For `{octets!r}` it gives {kind_of(given)}: a number or None is wanted.")
            if given != right:
                raise Wrong(f"For `{octets!r}` it gives {given}, and right is {right}. {_why_not(octets, given)}")
        return (
            f"Right for {len(self._cases)} cases: one mark, the same for everybody, and nothing is smuggled past a "
            "server that has it. RFC 5321 §4.1.1.4: LF dot LF “MUST NOT be treated as equivalent”."
        )


def _end(octets: bytes) -> int | None:
    """Ask the lab's own server."""
    inbox = Inbox()
    inbox.add(octets)
    return None if inbox.take_mail_data(NO_LIMIT) is None else len(octets) - len(inbox)


def _why_not(octets: bytes, given: int | None) -> str:
    if given is None:
        if octets.startswith(b".\r\n"):
            return "A mail of nothing: the CRLF before the dot came with the DATA line."
        if octets == CASES[0]:
            return "The mail is whole. Does the function `return` what it finds?"
        return "The mail is whole, and the sender waits for a reply, for ever."
    right = _end(octets)
    said = b"\r\n" + octets[: max(given, 0)]  # behind the CRLF of the DATA line
    if said.endswith(LAX_MARKS) and not said.endswith(MARK):
        return f"A strict neighbour does not see an end in `{said[-5:]!r}`: here a mail can be smuggled in."
    if right is None:
        nowhere = "`find` gives -1 where it finds nothing. " if given in (-1, -1 + len(MARK)) else ""
        return f"{nowhere}There is no end here, and the mail goes on."
    if given < right:
        begins = octets.startswith(MARK, given)
        return "There the end mark begins, and it belongs to the mail." if begins else "There is no end so early."
    return "It reads past the end of the mail: what follows are commands."


def end_of_data(octets: bytes) -> int | None:
    """Give how many octets belong to the mail, end mark included; None where it goes on."""
    if octets.startswith(b".\r\n"):
        return 3
    start = octets.find(b"\r\n.\r\n")
    return None if start < 0 else start + 5
