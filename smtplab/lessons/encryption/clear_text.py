"""Where does clear text end? A session with STARTTLS, line by line."""

from random import Random
from typing import Any

from smtplab.lessons.authentication.words import WORDS
from smtplab.lessons.encryption.rehearsed import NOT_NOW, Rehearsed
from smtplab.lessons.exercises import Exercise, Unreadable, Wrong, at, letters_of
from smtplab.lessons.rehearsal import CLIENT, HOSTS, mailboxes
from smtplab.lessons.verdicts import Lettered
from smtplab.protocol.auth import encode
from smtplab.protocol.hooks import Refuse
from smtplab.protocol.policy import Policy


class LastClearLine(Exercise):
    """Name the last line that an onlooker can read. The lab's server says the lines."""

    form = 'one letter, such as `"C"`'
    hints = (
        "TLS begins when both sides know that it does. Which line tells the client?",
        "Not every reply to STARTTLS lets it begin: 220 does, 454 does not (RFC 3207 §4).",
    )

    def prepare(self, variant: Random) -> None:
        user, _ = mailboxes(variant)
        password = variant.choice(WORDS)
        response = encode(f"\0{user}\0{password}".encode())
        hooks = (Refuse("STARTTLS", NOT_NOW, times=1),) if variant.random() < 0.5 else ()
        policy = Policy(
            domain=variant.choice(HOSTS),
            passwords={user: password},
            starttls=True,
            auth_inside_tls=True,
            extensions=frozenset({"SIZE", "STARTTLS", "AUTH"}),
            hooks=hooks,
        )
        between = [
            *(["STARTTLS"] if hooks else []),
            *variant.sample(("NOOP", "AUTH PLAIN", "RSET"), variant.randint(0, 2)),
        ]
        talk = Rehearsed(policy)
        for line in (
            f"EHLO {CLIENT}",
            *variant.sample(between, len(between)),
            "STARTTLS",
            f"EHLO {CLIENT}",
            f"AUTH PLAIN {response}",
            "QUIT",
        ):
            talk.say(line)
        self._said = talk.lines

    @property
    def question(self) -> str:
        return "Here is all that was said in a session, outside TLS and inside. Which is the last line in clear text?"

    @property
    def lines(self) -> Lettered:
        return Lettered(list(map(str, self._said)))

    @property
    def _last(self) -> int:
        return sum(not line.inside for line in self._said) - 1

    def solve(self) -> str:
        return self.lines.letters[self._last]

    def judge(self, answer: Any) -> str:
        letters = letters_of(answer, self.lines)
        if len(letters) != 1:
            raise Unreadable("One line is the last, and one letter names it.")
        index = self.lines.letters.index(letters)
        if index != self._last:
            raise Wrong(f"{letters}: {self._why_not(index)}")
        go = self.first(
            lambda entry: (entry.answers, entry.code) == ("STARTTLS", 220), "STARTTLS that was answered 220"
        )
        return (
            f"The 220 that lets TLS begin is itself in clear text; in your capture it is in {at(go)}. What an onlooker "
            "sees after it are records. RFC 3207 §4."
        )

    def _why_not(self, index: int) -> str:
        line, following = self._said[index], self._said[index + 1 : index + 2]
        if line.inside:
            return "this went through TLS already. The handshake stands before it, and is not among these lines."
        if line.said.startswith(b"STARTTLS"):
            return "the client cannot know yet what the server makes of it: 220 lets TLS begin, and 454 does not."
        if line.said.startswith(b"454"):
            return "454 says that TLS does not begin, so the session goes on in clear text."
        return f"the next line is `{str(*following)}`, and an onlooker reads that as well."
