"""Lesson 03, AUTH: four mechanisms, what each gives to those who listen, and what none of them proves."""

from typing import Final

from smtplab.lessons.authentication.challenges import SplitChallenges
from smtplab.lessons.authentication.codes import AuthCodes
from smtplab.lessons.authentication.guessing import RecoverPassword
from smtplab.lessons.authentication.responses import CramResponse, PlainResponse
from smtplab.lessons.questions import Prediction, Recall
from smtplab.protocol.transcript import Entry, Transcript

EXERCISES: Final = (SplitChallenges, PlainResponse, CramResponse, RecoverPassword, AuthCodes)

CLAIMS: Final = ("C21", "C22", "C37", "C42", "C43")

RECALL: Final = (
    Recall(
        "How does a client learn which ways to log in a server has?",
        ("from a line of the reply to EHLO", "from the greeting", "by trying them"),
        "`250-AUTH` lists them, if the server offers AUTH at all. RFC 4954 §3.",
    ),
    Recall(
        "A client that said HELO says `AUTH LOGIN`. What does the lab's server answer?",
        ("503", "334", "235"),
        "AUTH belongs to an extension, and HELO brings none. RFC 5321 §2.2.1.",
    ),
    Recall(
        "What says the first digit 3 of a reply?",
        ("go on", "done", "try again later"),
        "It asks for more before anything is done. RFC 5321 §4.2.1.",
    ),
    Recall(
        "Which octets does the key Enter have to become on the wire?",
        ("0d 0a", "0a", "0d"),
        "CR and LF, both of them. RFC 5321 §2.3.8.",
    ),
    Recall(
        "A server took `MAIL FROM: <a@lab.example>`. Does that show that the line is right?",
        ("no: this server lets it pass", "yes: it said 250", "yes: the blank is optional"),
        "“It worked” is not “it conforms”: no blank may stand beside the colon. RFC 5321 §3.3.",
    ),
)


# What the wire says. Where the capture does not hold it, each raises LookupError or StopIteration.


def _sessions_with_a_password(transcript: Transcript) -> str:
    mechanisms = {entry.stream for entry in transcript if entry.verb == "AUTH" and entry.party == "client"}
    if not mechanisms:
        raise LookupError
    heard = {entry.stream for entry in transcript if any(name == "password" for name, _ in entry.decoded)}
    return {0: "in none", 2: "in two", len(mechanisms): "in all four"}[len(heard)]


def _lines_said(transcript: Transcript) -> str:
    lines = {mechanism: len(_said(transcript, mechanism)) for mechanism in ("LOGIN", "PLAIN")}
    return f"{lines['LOGIN']} for LOGIN, {lines['PLAIN']} for PLAIN"


def _said(transcript: Transcript, mechanism: str) -> list[Entry]:
    stream = next(
        entry.stream
        for entry in transcript
        if entry.verb == "AUTH" and entry.argument.split(b" ")[0] == mechanism.encode()
    )
    return [entry for entry in transcript.stream(stream) if entry.verb == "AUTH" and entry.party == "client"]


def _server_that_proves(transcript: Transcript) -> str:
    for mechanism in ("CRAM-MD5", "SCRAM-SHA-256"):
        stream = _said(transcript, mechanism)[0].stream
        names = {name for entry in transcript.stream(stream) for name, _ in entry.decoded}
        if "server signature" in names:
            return f"by {mechanism}"
    return "by none of them"


PREDICTIONS: Final = (
    Prediction(
        "Four clients log in, each by another mechanism. In how many of the four sessions does the password go over "
        "the wire?",
        ("in none", "in two", "in all four"),
        _sessions_with_a_password,
    ),
    Prediction(
        "How many lines does a client say to log in by LOGIN, and how many by PLAIN?",
        ("3 for LOGIN, 1 for PLAIN", "2 for LOGIN, 2 for PLAIN", "1 for LOGIN, 1 for PLAIN"),
        _lines_said,
    ),
    Prediction(
        "The user proves who it is. By which mechanism does the server prove something, too?",
        ("by CRAM-MD5", "by SCRAM-SHA-256", "by none of them"),
        _server_that_proves,
    ),
)
