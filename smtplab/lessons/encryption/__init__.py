"""Lesson 08, TLS: two ways into it, what is seen from outside, and what a client has to insist on."""

from typing import Final

from smtplab.lessons.encryption.clear_text import LastClearLine
from smtplab.lessons.encryption.lists import DifferingExtensions
from smtplab.lessons.encryption.opened import PasswordInside
from smtplab.lessons.encryption.second_hello import WhyEhloTwice
from smtplab.lessons.encryption.settings import JudgeSettings
from smtplab.lessons.questions import Prediction, Recall
from smtplab.protocol.client import parse_extensions
from smtplab.protocol.replies import Reply
from smtplab.protocol.transcript import Entry, Kind, Transcript

EXERCISES: Final = (LastClearLine, WhyEhloTwice, DifferingExtensions, PasswordInside, JudgeSettings)

CLAIMS: Final = ("C10", "C22", "C44", "C45", "C46")

RECALL: Final = (
    Recall(
        "A server takes no password in clear text, and a client says AUTH all the same. Which code tells it?",
        ("538", "535", "354"),
        "Encryption is required first. RFC 4954 §6.",
    ),
    Recall(
        "235 came. What is proven?",
        ("who the user is", "who the server is", "that nobody listens"),
        "An impostor can say 235 to everybody. RFC 4954 §9 asks for TLS around it.",
    ),
    Recall(
        "By which mechanism does a listener get the password itself?",
        ("PLAIN", "CRAM-MD5", "SCRAM-SHA-256"),
        "It is base64 and no more; so is LOGIN. RFC 4616 §2.",
    ),
    Recall(
        "Where does a client read what a server can do beyond the basics?",
        ("in the reply to EHLO", "in the greeting", "in the reply to HELO"),
        "One line for each extension. RFC 5321 §4.1.1.1.",
    ),
    Recall(
        "A relay has taken a mail with 250. Who has read it, or could have?",
        ("the relay, and whoever is asked next", "nobody but the recipient", "the recipient's server alone"),
        "Each server on the way has the whole mail. RFC 5321 §2.1, §7.1.",
    ),
)


# What the wire says. Where the capture does not hold it, each raises LookupError or StopIteration.


def _begins(transcript: Transcript) -> int:
    """Give the index of the first TLS record."""
    return next(index for index, entry in enumerate(transcript) if entry.kind is Kind.TLS)


def _last_in_clear(transcript: Transcript) -> str:
    last = transcript[_begins(transcript) - 1]
    return "the 220 that answers STARTTLS" if (last.answers, last.code) == ("STARTTLS", 220) else str(last.verb)


def _first_inside(transcript: Transcript) -> str:
    first = next(entry for entry in transcript if entry.tls)
    return {"greeting": "another 220", "EHLO": "another EHLO", "AUTH": "AUTH"}[first.phase]


def _list(entry: Entry) -> set[str]:
    return set(parse_extensions(entry.message)) if isinstance(entry.message, Reply) else set()


def _gone(transcript: Transcript) -> str:
    lists = [_list(entry) for entry in transcript if entry.answers == "EHLO"]
    return ", ".join(sorted(lists[0] - lists[1]))


PREDICTIONS: Final = (
    Prediction(
        "A session begins in clear text, and goes over to TLS. Which is the last line that an onlooker can read?",
        ("STARTTLS", "the 220 that answers STARTTLS", "AUTH"),
        _last_in_clear,
    ),
    Prediction(
        "The TLS handshake is done. What is the first line inside?",
        ("another 220", "another EHLO", "AUTH"),
        _first_inside,
    ),
    Prediction(
        "The reply to EHLO lists extensions, before TLS and inside. Which of them is gone inside?",
        ("AUTH", "SIZE", "STARTTLS"),
        _gone,
    ),
)
