"""What does the server ask in AUTH LOGIN? Two questions, which somebody has glued together."""

from random import Random
from typing import Any, ClassVar

from smtplab.lessons.exercises import Exercise, Wrong, at, in_order, say_back
from smtplab.lessons.functions import line_of
from smtplab.protocol.auth import encode
from smtplab.protocol.transcript import Entry


class SplitChallenges(Exercise):
    """Take two challenges apart. The first has a length that base64 needs no padding for, so nothing shows the seam."""

    form = 'the two questions as texts, such as `("who?", "why?")`'
    hints = (
        "Undo the base64 of the whole: `base64.b64decode(...)`. Then find where the second question begins.",
        "Look at each character of what comes out. The colons belong to the questions, and so does upper case.",
    )
    FIRST: ClassVar = ("User name", "Username:", "USERNAME:", "login:", "username:")  # their lengths divide by three
    SECOND: ClassVar = ("password:", "Password:", "PASSWORD:", "Passwort:", "Password")

    def prepare(self, variant: Random) -> None:
        self._prompts = variant.choice(self.FIRST), variant.choice(self.SECOND)

    @property
    def _line(self) -> str:
        return encode("".join(self._prompts).encode())

    @property
    def question(self) -> str:
        return f"Which two questions are glued together in `334 {self._line}`?"

    def solve(self) -> tuple[str, str]:
        return self._prompts

    def judge(self, answer: Any) -> str:
        if isinstance(answer, (str, bytes)) and answer.strip():
            raise Wrong("That is one text. AUTH LOGIN asks twice, and 334 came twice: these are two questions.")
        first, second = map(line_of, in_order(answer, len(self._prompts)))
        if (first, second) != self._prompts:
            raise Wrong(self._why_not(first, second))
        asked = [entry for entry in self.transcript if _is_question(entry)]
        self.first(_is_question, "AUTH LOGIN in it")
        where = " and ".join(at(entry) for entry in asked[:2])
        return (
            f"In your capture the server asks twice too, in {where}: one challenge in each 334 (RFC 4954 §4). "
            f"{len(first)} octets fill {len(encode(first.encode()))} characters of base64 exactly, so no = shows "
            "where the first ends."
        )

    def _why_not(self, first: str, second: str) -> str:
        if [first, second] == [encode(prompt.encode()) for prompt in self._prompts]:
            return "Cut at the right place, but still in base64: what do the two say?"
        bare = [prompt.rstrip(":") for prompt in self._prompts]
        if [first.rstrip(":"), second.rstrip(":")] == bare:
            return "Nearly. The article leaves something out in the same place: look at the last octet of each."
        if [first.lower(), second.lower()] == [prompt.lower() for prompt in self._prompts]:
            return "Small and capital letters are different octets. Which are these?"
        if first + second == "".join(self._prompts):
            return "The octets are right, and the seam is not there: each of the two is a question."
        return f"Glued together, these two would be `334 {say_back(encode((first + second).encode()))}`."


def _is_question(entry: Entry) -> bool:
    return entry.code == 334 and [name for name, _ in entry.decoded] == ["challenge"] and entry.decoded[0][1].isascii()
