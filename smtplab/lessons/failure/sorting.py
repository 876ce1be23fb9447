"""What does a client do after a reply? The first digit tells, whatever the words say."""

from random import Random
from typing import Any, ClassVar, Final

from smtplab.lessons.exercises import Exercise, Wrong, by_name, letters_of
from smtplab.lessons.verdicts import Lettered

FATES: Final = {2: "done", 3: "go on", 4: "later", 5: "never"}


class SortReplies(Exercise):
    """Sort replies by what the client does next."""

    form = 'a dict of letters, such as `{"done": "AC", "go on": "B", "later": "DE", "never": "F"}`'
    hints = (
        "2: done. 3: go on. 4: not now, and the same may be said again later. 5: not this, and not later either. "
        "RFC 5321 §4.2.1.",
        "Cover the words with your thumb. A client that meets a code it does not know goes by the first digit as well.",
    )
    PLAIN: ClassVar = (
        "250 2.0.0 Queued as 7",
        "221 2.0.0 Bye",
        "235 2.7.0 Authentication successful",
        "251 2.1.5 User not local; will forward",
        "252 2.5.2 Cannot verify the user, but mail for it will be tried",
        "421 4.3.2 Server is shutting down, closing the connection",
        "450 4.2.1 Mailbox busy",
        "451 4.7.1 Greylisted: not seen before, try again later",
        "452 4.2.2 The mailbox is full",
        "503 5.5.1 Say MAIL first",
        "550 5.1.1 No such mailbox here",
        "553 5.1.3 Bad syntax of the recipient's address",
        "554 5.6.0 The message was not accepted",
    )
    GO_ON: ClassVar = ("354 End data with <CR><LF>.<CR><LF>", "334 UGFzc3dvcmQ6", "354 Error: nothing was sent so far")
    MISLEADING: ClassVar = (
        "250 Failure is not an option here",
        "250 Rejected nothing, refused nothing",
        "450 No such mailbox",
        "451 Never try this again",
        "550 Try again later",
        "554 Not now, come back tomorrow",
    )
    UNKNOWN: ClassVar = ("299 Strange but true", "459 Out of stamps", "471 Not in the mood", "571 Nobody wants this")

    def prepare(self, variant: Random) -> None:
        drawn = [variant.choice(self.GO_ON), *variant.sample(self.MISLEADING, 3), variant.choice(self.UNKNOWN)]
        drawn += variant.sample(self.PLAIN, 7)
        self._replies = variant.sample(drawn, 12)

    @property
    def lines(self) -> Lettered:
        return Lettered(self._replies)

    def solve(self) -> dict[str, str]:
        return {
            fate: "".join(letter for letter in self.lines.letters if self.lines[letter][0] == str(digit))
            for digit, fate in FATES.items()
        }

    def judge(self, answer: Any) -> str:
        said = {fate: letters_of(letters, self.lines) for fate, letters in by_name(answer, FATES.values()).items()}
        for fate, letters in said.items():
            for letter in letters:
                if letter not in self.solve()[fate]:
                    raise Wrong(f"{letter} is not “{fate}”. {self._why_not(letter)}")
        missing = len(self.lines) - sum(map(len, said.values()))
        if missing:
            verb = "is" if missing == 1 else "are"
            raise Wrong(f"Right as far as it goes, but {missing} of the {len(self.lines)} {verb} missing.")
        return (
            "By the first digit, as a client does: the words are for people, and may say anything. Of a code that it "
            "has never seen, a client knows enough by that digit. RFC 5321 §4.2, §4.2.1."
        )

    def _why_not(self, letter: str) -> str:
        line = self.lines[letter]
        if line in self.MISLEADING:
            return "Its words say so, and they decide nothing: read its first digit."
        if line in self.UNKNOWN:
            return "No list has this code. Its first digit is enough."
        return f"Its first digit is {line[0]}."
