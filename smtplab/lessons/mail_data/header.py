"""What does a header have to hold, and where does it end?"""

import email
import email.policy
from random import Random
from typing import Any, ClassVar, Final

from smtplab.lessons.exercises import Exercise, Unreadable, Wrong, number_of, say_back, text_of
from smtplab.lessons.rehearsal import mailboxes
from smtplab.lessons.verdicts import Lettered
from smtplab.protocol.findings import findings
from smtplab.protocol.mime.header import header_fields
from smtplab.protocol.transcript import Entry, Kind, Transcript

MANDATORY: Final = ("Date", "From")
EMPTY: Final = "(an empty line)"


def _octets(lines: list[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode()


def _missing(header: list[str]) -> list[str]:
    """Name the mandatory fields that a header lacks, as the lab's own findings do."""
    entry = Entry(party="client", kind=Kind.MAIL_DATA, octets=_octets([*header, "", "Hello."]))
    rules = {finding.rule for finding in findings(Transcript((entry,)))}
    return [name for name in MANDATORY if f"no {name}" in rules]


class MissingField(Exercise):
    """Name the field that a header must have and has not. What the lab points out in a capture judges."""

    form = 'the name of a header field, such as `"Subject"`'
    hints = (
        "RFC 5322 §3.6 has a table with the least number of times for each field: for two of them it is 1.",
        "When was it written, and by whom? Everything else is optional.",
    )

    def prepare(self, variant: Random) -> None:
        author, reader = mailboxes(variant)
        self._left_out = variant.choice(MANDATORY[::-1])
        fields = {
            "Date": "Mon, 24 Nov 2025 09:00:00 +0000",
            "From": f"<{author}>",
            "Sender": f"<{author}>",
            "To": f"<{reader}>",
            "Subject": variant.choice(("telnet test mail", "The list", "Room 12")),
            "Message-ID": f"<{variant.randint(1000, 9999)}@lab.example>",
        }
        optional = variant.sample([name for name in fields if name not in MANDATORY], 3)
        names = [name for name in (*MANDATORY, *optional) if name != self._left_out]
        self._header = [f"{name}: {fields[name]}" for name in variant.sample(names, len(names))]

    @property
    def question(self) -> str:
        return "Which field must this header have, and has not?"

    @property
    def lines(self) -> Lettered:
        return Lettered(self._header)

    def solve(self) -> str:
        (missing,) = _missing(self._header)
        return missing

    def judge(self, answer: Any) -> str:
        said = text_of(answer).partition(":")[0].strip().lower()
        if not said:
            raise Unreadable
        if "," in said or " " in said:
            raise Unreadable("One field is missing, and one name is asked for.")
        right = self.solve()
        if said != right.lower():
            raise Wrong(self._why_not(said))
        return (
            f"{right} is one of the two that every message must have (RFC 5322 §3.6). A submission server may add what "
            "is missing (RFC 6409); no other server should touch the header."
        )

    def _why_not(self, said: str) -> str:
        present = {line.partition(":")[0].lower() for line in self._header}
        if said in present:
            return "That one is there: look again."
        if said == "message-id":
            return "Message-ID is missing, and it should be there (RFC 5322 §3.6.4). But what must be there?"
        if said in ("to", "cc", "bcc", "subject", "sender", "reply-to"):
            return "That field is optional: a message without it is a message."
        return f"`{say_back(said)}` is not in the table of RFC 5322 §3.6 with a least number of 1."


class FieldsFound(Exercise):
    """Count the header fields that a reader finds. Python's reader and the lab's own judge, and agree."""

    form = "a number"
    hints = (
        "An empty line ends the header, wherever it stands (RFC 5322 §2.1). What follows is body, whatever it is like.",
        "A line that begins with a blank belongs to the field above it (RFC 5322 §2.2.3), and is no field itself.",
    )
    FIELDS: ClassVar = (
        "Subject: telnet test mail",
        'From:"test01"<test01@coremail.cn>',
        'To:"test02"<test02@coremail.cn>',
        "Date: Mon, 24 Nov 2025 09:00:00 +0000",
        "Message-ID: <typed@coremail.cn>",
    )
    FOLD: ClassVar = " (typed by hand)"

    def prepare(self, variant: Random) -> None:
        lines = [self.FIELDS[0], *variant.sample(self.FIELDS[1:], 3)]
        empty = variant.choice((0, 0, 2, 3))
        fold = variant.choice((1, None))
        self._lines = [*lines[:empty], "", *lines[empty:], "", "Hello: this is the body."]
        if fold is not None:
            self._lines.insert(self._lines.index(lines[0]) + 1, self.FOLD)

    @property
    def question(self) -> str:
        return "How many header fields does a reader find in this message?"

    @property
    def lines(self) -> Lettered:
        return Lettered([line or EMPTY for line in self._lines])

    def solve(self) -> int:
        octets = _octets(self._lines)
        found = len(list(header_fields(octets, 0, len(octets))))
        assert found == len(email.message_from_bytes(octets, policy=email.policy.default))
        return found

    def judge(self, answer: Any) -> str:
        said, right = number_of(answer), self.solve()
        first = self.lines.letters[self._lines.index("")]
        if said != right:
            raise Wrong(self._why_not(said, first))
        return (
            f"Line {first} is empty, and ends the header (RFC 5322 §2.1). Python's reader and the lab's own find "
            f"{right}; all that stands below is body, and no mail program shows it as Subject or From."
        )

    def _why_not(self, said: int, first: str) -> str:
        like_fields = sum(":" in line and not line.startswith(" ") for line in self._lines[:-1])
        if said in (like_fields, like_fields + 1):
            return f"So many lines look like fields. But line {first} is empty: what does that say?"
        if said == self._lines.index(""):
            return "Not every line above the first empty one is a field: one of them goes on with another."
        return f"Count the fields that stand above line {first}."
