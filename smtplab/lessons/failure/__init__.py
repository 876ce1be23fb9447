"""Lesson 06, when it fails: what a client does after each reply, and what a queue owes to the sender."""

from typing import Final

from smtplab.lessons.failure.fates import HowManyCopies, WhichBounced
from smtplab.lessons.failure.retries import NextTry, PassGreylister
from smtplab.lessons.failure.sorting import SortReplies
from smtplab.lessons.questions import Prediction, Recall
from smtplab.protocol.transactions import Transaction, all_transactions
from smtplab.protocol.transcript import Transcript

EXERCISES: Final = (SortReplies, NextTry, WhichBounced, HowManyCopies, PassGreylister)

CLAIMS: Final = ("C03", "C25", "C30", "C35", "C41")

RECALL: Final = (
    Recall(
        "A mail cannot be delivered. To whom does the notice go?",
        ("to whom MAIL names", "to whom From names", "to whoever logged in"),
        "The reverse-path is there for it. RFC 5321 §3.6.3.",
    ),
    Recall(
        "What does `MAIL FROM:<>` say?",
        ("nobody is to be told of a failure", "the sender is secret", "the sender is to be guessed from the header"),
        "A notice is sent like that, so that no notice is ever sent about a notice. RFC 5321 §4.5.5.",
    ),
    Recall(
        "One of three RCPT is answered 550. What of the other two recipients?",
        ("they get the mail", "nobody gets it", "the server asks what to do"),
        "Each RCPT has its own reply, and DATA goes to those that were accepted. RFC 5321 §3.3.",
    ),
    Recall(
        "What does a client double so that no line of a mail ends it too early?",
        ("a dot at the beginning of a line", "each CRLF", "each dot"),
        "The server takes it away again. RFC 5321 §4.5.2.",
    ),
    Recall(
        "Which reply says that a server answers for the mail from now on?",
        ("the 250 after the dot", "the 250 after RCPT", "the 354"),
        "It takes the responsibility for the mail with it. RFC 5321 §4.2.5.",
    ),
)


# What the wire says. Where the capture does not hold it, each raises LookupError or StopIteration.


def _tried(transcript: Transcript, code: int) -> list[Transaction]:
    """Give what was done for the first recipient that was answered with this code, from that reply on."""
    found = all_transactions(transcript)
    first = next(number for number, each in enumerate(found) if code in [said for _, said in each.recipients])
    path = found[first].recipients[0][0]
    return [each for each in found[first:] if path in [forward for forward, _ in each.recipients]]


def _after_451(transcript: Transcript) -> str:
    return "says the same again later" if len(_tried(transcript, 451)) > 1 else "tells the sender that it failed"


def _after_550(transcript: Transcript) -> str:
    return "says the same again later" if len(_tried(transcript, 550)) > 1 else "tells the sender that it failed"


def _messages_sent(transcript: Transcript) -> str:
    lost = next(each for each in all_transactions(transcript) if each.pieces and each.code is None)
    path = lost.recipients[0][0]
    sent = [
        each
        for each in all_transactions(transcript)
        if each.pieces and path in [forward for forward, _ in each.recipients]
    ]
    return {1: "one", 2: "two"}[len(sent)]


AFTER: Final = ("says the same again later", "tells the sender that it failed", "forgets the mail")

PREDICTIONS: Final = (
    Prediction("A relay passes a mail on, and RCPT is answered 451. What does the relay do?", AFTER, _after_451),
    Prediction("The same mail at the next try: now it is 550. And now?", AFTER, _after_550),
    Prediction(
        "The whole mail was sent, the dot too. Then the connection breaks, before any reply. How many copies will the "
        "mailbox have?",
        ("none", "one", "two"),
        _messages_sent,
    ),
)
