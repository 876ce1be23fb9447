"""How many mails does one letter become? For four pairs of servers, which are then really asked."""

from random import Random
from typing import Any

from smtplab.lessons.attacks.smuggling import FIRSTS, SECONDS, stored
from smtplab.lessons.exercises import Exercise, Wrong, numbers_in_order
from smtplab.lessons.verdicts import Lettered

HIDDEN = {1: "another mail", 2: "two more mails, each of them behind the same octets"}
STRICT_TO_LAX = ("strict", "lax")


class MessagesStored(Exercise):
    """Count the mails that the second server of each pair stores. Real servers judge."""

    form = "four numbers in the order of the lines, such as `[1, 2, 1, 1]`"
    hints = (
        "Ask of each server in turn: does it take these octets for an end? If the first does, the rest is commands to "
        "it, from Mallory, who may not write as her boss.",
        "A mail gets through only where the first server reads on and the second does not: strict, then lax. And only "
        "if the octets arrive as they were.",
    )

    def prepare(self, variant: Random) -> None:
        self._trick = variant.choice((b"\n.\n", b"\n.\r\n"))
        self._smuggled = variant.choice(tuple(HIDDEN))
        others = [(first, second) for first in FIRSTS for second in SECONDS if (first, second) != STRICT_TO_LAX]
        self._pairs = variant.sample([STRICT_TO_LAX, *variant.sample(others, 3)], 4)

    @property
    def question(self) -> str:
        return (
            f"Mallory's letter holds `{self._trick.decode('ascii').encode('unicode_escape').decode()}`, and behind it "
            f"{HIDDEN[self._smuggled]}, in her boss's name. How many mails does the second server store?"
        )

    @property
    def lines(self) -> Lettered:
        return Lettered([f"first server {first} → second server {second}" for first, second in self._pairs])

    def solve(self) -> list[int]:
        return [stored(first, second, self._trick, self._smuggled) for first, second in self._pairs]

    def judge(self, answer: Any) -> str:
        counts = numbers_in_order(answer, len(self._pairs))
        for letter, pair, said, right in zip(self.lines.letters, self._pairs, counts, self.solve(), strict=True):
            if said != right:
                raise Wrong(f"{letter}: not {said}. {_why(*pair)}")
        return (
            "So it was on two real servers each time. The danger is not that a server is lax, but that two do not "
            "agree; who is strict on both sides, taking and passing on, is safe from all others. RFC 5321 §2.3.8, "
            "§4.1.1.4."
        )


def _why(first: str, second: str) -> str:
    """Say what happens at a pair, without the number."""
    if first == "lax":
        return (
            "The first server takes the octets for the end itself. What follows are commands to it, and it checks "
            "them: MAIL with another's name is answered 550."
        )
    if first != "strict":
        return "The first server makes CRLF of each line end, and then doubles the dot, as of any line that is one."
    if second == "strict":
        return "Both take the octets for text: they agree."
    return "The first server reads on, the second does not. Whose commands are those, for the second?"
