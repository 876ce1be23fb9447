"""Which settings of a mail client keep a password, and from whom? RFC 8314 has a verdict on each."""

from random import Random
from typing import Any, Final, NamedTuple

from smtplab.lessons.exercises import Exercise, Unreadable, Wrong, in_order
from smtplab.lessons.verdicts import Lettered

WORDS: Final = ("good", "clear", "strippable", "unproven")


class Setting(NamedTuple):
    """How a mail client may be set up to hand in mail.

    tls: as in `Client.introduce`, or "implicit". verify: whether it checks the certificate. verdict: one of `WORDS`.
    """

    says: str
    tls: str
    verify: bool
    verdict: str


SETTINGS: Final = (
    Setting("port 465, TLS from the start, certificate checked", "implicit", True, "good"),
    Setting("port 587, STARTTLS always, certificate checked", "required", True, "good"),
    Setting("port 587, no encryption, “secure password” (CRAM-MD5)", "never", True, "clear"),
    Setting("port 25, no encryption", "never", True, "clear"),
    Setting("port 587, STARTTLS if available, certificate checked", "opportunistic", True, "strippable"),
    Setting("port 25, “try TLS first, else without”, certificate checked", "opportunistic", True, "strippable"),
    Setting("port 465, TLS from the start, all certificates accepted", "implicit", False, "unproven"),
    Setting("port 587, STARTTLS always, all certificates accepted", "required", False, "unproven"),
)

# What to think of again, by the verdict that is right.
AGAIN: Final = {
    "good": "Nobody reads along, nobody can take TLS away, and the server has to prove who it is. What is missing?",
    "clear": "Nothing is encrypted here. Even where the password is not said, the mail is.",
    "strippable": "What does this client do when somebody strikes the line STARTTLS from the list?",
    "unproven": "There is always TLS here. But with whom?",
}


class JudgeSettings(Exercise):
    """Judge four settings, as RFC 8314 does."""

    form = "four words in the order of the lines, such as `" + str(list(WORDS)).replace("'", '"') + "`"
    hints = (
        "Ask three things of each: is there TLS at all? Does the client stop if it cannot be had? Does it stop if the "
        "certificate is not right?",
        "The port decides nothing. “If available” means that whoever sits between decides; “all certificates” means "
        "that an impostor's will do.",
    )

    def prepare(self, variant: Random) -> None:
        drawn = [variant.choice([each for each in SETTINGS if each.verdict == word]) for word in WORDS[:1]]
        others = [each for each in SETTINGS if each not in drawn]
        self._settings = variant.sample([*drawn, *variant.sample(others, 3)], 4)

    @property
    def question(self) -> str:
        return (
            "`good`: RFC 8314 wants it so. `clear`: a listener reads all. `strippable`: somebody who changes one line "
            "can read it all. `unproven`: so can an impostor."
        )

    @property
    def lines(self) -> Lettered:
        return Lettered([setting.says for setting in self._settings])

    def solve(self) -> list[str]:
        return [setting.verdict for setting in self._settings]

    def judge(self, answer: Any) -> str:
        said = [_word(each) for each in in_order(answer, len(self._settings))]
        for letter, word, right in zip(self.lines.letters, said, self.solve(), strict=True):
            if word != right:
                raise Wrong(f"{letter}: not {word}. {AGAIN[right]}")
        return (
            "So says RFC 8314: clear text is obsolete, and a session counts as confidential only if TLS is required "
            "and the certificate is right. Then 587 is as good as 465; TLS from the start is preferred, having less to "
            "get wrong. RFC 3207 §6."
        )


def _word(given: object) -> str:
    if not isinstance(given, str) or given.strip().lower() not in WORDS:
        raise Unreadable
    return given.strip().lower()
