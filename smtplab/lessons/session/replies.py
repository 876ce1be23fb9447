"""Which command does a reply belong to?"""

from random import Random
from typing import Any, ClassVar

from smtplab.lessons.exercises import Exercise, Unreadable, Wrong, at, text_of
from smtplab.protocol.states import END_OF_DATA
from smtplab.protocol.transcript import Entry

# What can be answered, as the learner says it, and as the transcript names it.
ANSWERED = {"the dot": END_OF_DATA} | {verb: verb for verb in ("EHLO", "HELO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT")}


class WhatA250Answers(Exercise):
    """Say which command a 250 of the own capture answers."""

    form = "one of " + ", ".join(f'`"{name}"`' for name in ANSWERED)
    hints = (
        "Every command gets exactly one reply, in the order of the commands. Read upwards from the 250.",
        "DATA was answered by 354 already. What has the client sent since?",
    )
    FROM_THE_END: ClassVar = {"last": -1, "last but one": -2, "last but two": -3}

    def prepare(self, variant: Random) -> None:
        self._which = variant.choice(list(self.FROM_THE_END))

    @property
    def question(self) -> str:
        return f"The {self._which} 250 in your capture: what does it answer?"

    def _reply(self) -> Entry:
        self.first(lambda entry: entry.code == 250, "250")
        found = [entry for entry in self.transcript if entry.code == 250]
        return found[max(self.FROM_THE_END[self._which], -len(found))]

    def solve(self) -> str:
        answers = self._reply().answers
        return next((name for name, verb in ANSWERED.items() if verb == answers), str(answers))

    def judge(self, answer: Any) -> str:
        said = _what(text_of(answer))
        if said != self.solve():
            raise Wrong(_why_not(said))
        where = at(self._reply()).capitalize()
        return f"{where} answers {said}: one reply to each command, in order. RFC 5321 §4.2, §4.3.2."


def _what(said: str) -> str:
    """Read what is answered: a verb, with or without the rest of its line, or the dot under one of its names."""
    verb = said.upper().partition(" ")[0]
    if said.lower().startswith(("the dot", "dot", ".", "end of data")):
        return "the dot"
    if verb not in ANSWERED:
        raise Unreadable
    return verb


def _why_not(said: str) -> str:
    match said:
        case "QUIT":
            return "QUIT is answered by 221, and by nothing before it (RFC 5321 §4.1.1.10)."
        case "DATA":
            return "DATA is answered by 354, go on. A 250 would say that it is done (RFC 5321 §4.2.1)."
        case "AUTH":
            return "AUTH is answered by 334 as long as it goes on, and then by 235 (RFC 4954 §4)."
        case _:
            return f"There can be a 250 for {said}, but this is another one."
