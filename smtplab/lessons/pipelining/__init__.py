"""Lesson 07, time: what distance costs, and what PIPELINING saves of it."""

from typing import Final

from smtplab.lessons.pipelining.counting import CountTrips, PriceOfARecipient
from smtplab.lessons.pipelining.groups import LegalGroups
from smtplab.lessons.pipelining.refusals import AfterTheGroup
from smtplab.lessons.pipelining.sending import WritePipelined
from smtplab.lessons.questions import Prediction, Recall
from smtplab.protocol.transcript import Transcript
from smtplab.views.growth import LOCK_STEP, PIPELINED, points

EXERCISES: Final = (CountTrips, PriceOfARecipient, LegalGroups, WritePipelined, AfterTheGroup)

CLAIMS: Final = ("C34",)

RECALL: Final = (
    Recall(
        "RCPT is answered 451. What does a client do?",
        ("tries again later", "tells the sender that it failed", "tries again at once"),
        "Not now: the same may succeed later, after 30 minutes or more. RFC 5321 §4.2.1, §4.5.4.1.",
    ),
    Recall(
        "Which lost reply makes a mail come twice?",
        ("the one to the dot", "the one to RCPT", "the one to QUIT"),
        "The server has the mail, and the client does not know. RFC 5321 §6.1.",
    ),
    Recall(
        "How many replies does a client get to one command?",
        ("one", "one for each line", "as many as the server likes"),
        "One, of one or more lines, in the order of the commands. RFC 5321 §4.2.",
    ),
    Recall(
        "What does 354 ask for?",
        ("the mail, and a dot at its end", "another recipient", "the password"),
        "3 is “go on”. RFC 5321 §4.1.1.4.",
    ),
    Recall(
        "Where does a client learn which extensions a server has?",
        ("from the reply to EHLO", "from the greeting", "from HELP"),
        "One keyword on each line. RFC 5321 §4.1.1.1.",
    ),
)


# What the wire says. Where the capture does not hold it, each raises LookupError or StopIteration.


def _trips(transcript: Transcript, manner: str) -> str:
    return str(next(each.trips for each in points(transcript, 1) if each.manner == manner and each.recipients == 10))


def _saved(transcript: Transcript) -> str:
    found = {each.manner for each in points(transcript, 1)}
    octets = [
        sum(len(entry.octets) for entry in transcript.stream(stream.number) if entry.party == "client")
        for stream in transcript.streams
    ]
    if found != {LOCK_STEP, PIPELINED}:
        raise LookupError
    return "waiting" if len(set(octets)) == 1 else "octets"


PREDICTIONS: Final = (
    Prediction(
        "A mail to ten recipients, each command sent when the reply to the last one is there. How many round trips "
        "until the mail is taken?",
        ("5", "10", "15"),
        lambda transcript: _trips(transcript, LOCK_STEP),
    ),
    Prediction(
        "The same mail, and the client sends what it can at once. How many now?",
        ("1", "4", "10"),
        lambda transcript: _trips(transcript, PIPELINED),
    ),
    Prediction("What has it saved?", ("octets", "replies", "waiting"), _saved),
)
