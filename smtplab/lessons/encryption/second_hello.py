"""Why does a client say EHLO twice? Sentences of which some are true."""

from random import Random
from typing import Any, Final, NamedTuple

from smtplab.lessons.exercises import Exercise, NoCapture, Wrong, at, some_letters_of
from smtplab.lessons.verdicts import Lettered


class Sentence(NamedTuple):
    """A sentence on the EHLO inside TLS, and what is said to who holds it for the opposite."""

    says: str
    is_true: bool
    because: str


SENTENCES: Final = (
    Sentence(
        "What the server said in clear text, somebody on the way could have changed: the client has to forget it.",
        True,
        "Anybody could have written that list. Should a client go by it?",
    ),
    Sentence(
        "The server has forgotten which name the client gave in the first EHLO.",
        True,
        "Somebody else could have said that name, too: both sides forget, not the client alone.",
    ),
    Sentence(
        "The list of extensions may be another one than before.",
        True,
        "Compare the two lists of your own capture.",
    ),
    Sentence(
        "The session stands where it stood right after the greeting.",
        True,
        "“Reset to the initial state”, says the RFC. Which state is that?",
    ),
    Sentence(
        "The server greets again with 220, and EHLO answers that.",
        False,
        "Look at what comes first inside TLS in your capture: after STARTTLS no server greets again.",
    ),
    Sentence(
        "TLS needs the name in EHLO to check the certificate.",
        False,
        "The handshake is over by then; and the certificate is about the server's name, EHLO about the client's.",
    ),
    Sentence(
        "The second list has STARTTLS in it again, in case TLS ends.",
        False,
        "A server must not offer STARTTLS inside TLS. And there is no way back to clear text.",
    ),
    Sentence(
        "The second EHLO proves that both sides have the same keys.",
        False,
        "That is done: the last messages of the handshake, called finished, prove it.",
    ),
    Sentence(
        "The first EHLO was refused, since it came before TLS.",
        False,
        "Look at its reply in your capture. Without it the client would not know that STARTTLS is offered.",
    ),
)


class WhyEhloTwice(Exercise):
    """Pick the true sentences."""

    form = 'letters, such as `"AC"`'
    hints = (
        "RFC 3207 §4.2 is short, and says what each side has to forget.",
        "Whatever was said before TLS, somebody else could have said or changed. What follows from that, for both?",
    )

    def prepare(self, variant: Random) -> None:
        right = [sentence for sentence in SENTENCES if sentence.is_true]
        wrong = [sentence for sentence in SENTENCES if not sentence.is_true]
        drawn = variant.sample(right, variant.randint(2, 3)) + variant.sample(wrong, 3)
        self._sentences = variant.sample(drawn, len(drawn))

    @property
    def lines(self) -> Lettered:
        return Lettered([sentence.says for sentence in self._sentences])

    def solve(self) -> str:
        return "".join(
            letter for letter, sentence in zip(self.lines.letters, self._sentences, strict=True) if sentence.is_true
        )

    def judge(self, answer: Any) -> str:
        said = some_letters_of(answer, self.lines)
        for letter, sentence in zip(self.lines.letters, self._sentences, strict=True):
            if letter in said and not sentence.is_true:
                raise Wrong(f"{letter}: {sentence.because}")
        missing = min(set(self.solve()) - set(said), default="")
        if missing:
            because = self._sentences[self.lines.letters.index(missing)].because
            raise Wrong(f"There is another one, among {self.lines.half(missing)}. {because}")
        hellos = [entry for entry in self.transcript if entry.verb == "EHLO" and entry.party == "client"]
        if len(hellos) < 2:
            raise NoCapture("Your capture has no second EHLO: give the one with STARTTLS, or run its cell again.")
        return (
            f"In your capture the client says it in {at(hellos[0])}, and again in {at(hellos[1])}: what was said "
            "before TLS does not count. RFC 3207 §4.2, §6."
        )
