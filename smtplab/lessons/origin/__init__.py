"""Lesson 11, who sent it: what SPF, DKIM and DMARC look at, what breaks them, and what they do not prove."""

from typing import Final

from smtplab.lessons.origin.addresses import SpfOfAddresses
from smtplab.lessons.origin.changes import WhatKills
from smtplab.lessons.origin.identities import WhoIsChecked
from smtplab.lessons.origin.reasons import WhySmuggledPasses
from smtplab.lessons.origin.wishes import SixVerdicts
from smtplab.lessons.questions import Prediction, Recall
from smtplab.protocol.states import END_OF_DATA
from smtplab.protocol.transcript import Transcript

EXERCISES: Final = (WhoIsChecked, SpfOfAddresses, WhatKills, SixVerdicts, WhySmuggledPasses)

CLAIMS: Final = ("C17", "C23", "C44")

RECALL: Final = (
    Recall(
        "What is the mailbox in MAIL FROM for?",
        ("notices of failure go there", "it proves who sent the mail", "the reader sees it as the sender"),
        "It is the reverse-path. RFC 5321 §3.3, §4.4.",
    ),
    Recall(
        "The name in EHLO does not fit the address that the client comes from. May a server refuse the mail for that?",
        ("no", "yes", "only at port 25"),
        "It may look, and must not refuse for it. RFC 5321 §4.1.4.",
    ),
    Recall(
        "Which records tell where the mail for a domain goes?",
        ("MX", "TXT", "PTR"),
        "MX, and the address of the domain itself where there are none. RFC 5321 §5.1.",
    ),
    Recall(
        "Two servers disagree about which octets end a mail. What can come of that?",
        ("one mail becomes two", "the mail is sent back", "the mail is encrypted twice"),
        "What the first takes for text, the second takes for commands: one mail more. RFC 5321 §2.3.8, §4.1.1.4.",
    ),
    Recall(
        "A mail passes three servers. Which of them write a Received field on top?",
        ("all three", "the first", "the last"),
        "Each one that takes it. RFC 5321 §4.4.",
    ),
)


# What the wire says. Where the capture does not hold it, each raises LookupError or StopIteration.


def _replies(transcript: Transcript, number: int) -> list[tuple[str, int]]:
    """Give what was said to each line in one connection: what it answers, and the code."""
    replies = [(entry.answers or "", entry.code) for entry in transcript.stream(number) if entry.code is not None]
    if not replies:
        raise LookupError(number)
    return replies


def _reply_to_mail(transcript: Transcript) -> str:
    return str(next(code for answers, code in _replies(transcript, 0) if answers == "MAIL"))


def _what_spf_changed(transcript: Transcript) -> str:
    before, after = (_replies(transcript, number) for number in (0, 1))
    changed = [answers for (answers, old), (_, new) in zip(before, after, strict=True) if old != new]
    return changed[0] if changed else "none"


def _refused_at(transcript: Transcript) -> str:
    refused = next(entry for entry in transcript if entry.code == 550)
    return "the dot" if refused.answers == END_OF_DATA else str(refused.answers)


PREDICTIONS: Final = (
    Prediction(
        "A stranger's machine says `EHLO mail.coremail.cn` and `MAIL FROM:<test02@coremail.cn>`. What answers MAIL?",
        ("250", "535", "550"),
        _reply_to_mail,
    ),
    Prediction(
        "Now coremail.cn publishes which hosts may send its mail, and our server asks. The stranger says the same "
        "again. To which line is the reply another one?",
        ("EHLO", "MAIL", "none"),
        _what_spf_changed,
    ),
    Prediction(
        "At last coremail.cn asks all servers to refuse what it did not send. Which line of the stranger is refused?",
        ("MAIL", "RCPT", "the dot"),
        _refused_at,
    ),
)
