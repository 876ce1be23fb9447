"""Lesson 02, by hand: what goes out when somebody types, and what a strict and a lax server make of it."""

from typing import Final

from smtplab.lessons.by_hand.enter import BytesOfEnter
from smtplab.lessons.by_hand.mailbox import DeliverByHand
from smtplab.lessons.by_hand.mending import MendTranscript
from smtplab.lessons.by_hand.order import EhloAmid, OutOfOrder
from smtplab.lessons.questions import Prediction, Recall
from smtplab.protocol.mime.header import header_fields
from smtplab.protocol.transactions import transactions
from smtplab.protocol.transcript import Transcript

EXERCISES: Final = (DeliverByHand, MendTranscript, OutOfOrder, EhloAmid, BytesOfEnter)

CLAIMS: Final = ("C04", "C36", "C38", "C39", "C41")

RECALL: Final = (
    Recall(
        "What does EHLO ask for, beside saying who the client is?",
        ("the list of extensions", "the password", "the list of mailboxes"),
        "Each further line of the reply is a keyword. RFC 5321 §4.1.1.1.",
    ),
    Recall(
        "What does a hyphen behind the code of a reply say?",
        ("more lines follow", "the reply is negative", "the text is for people"),
        "The last line has a blank there. RFC 5321 §4.2.1.",
    ),
    Recall(
        "An error has come, 503. What has it changed in the session?",
        ("nothing", "all is forgotten", "the connection is closed"),
        "The client may go on with what was right before. RFC 5321 §4.1.4.",
    ),
    Recall(
        "The last 250 before 221: what does it answer?",
        ("the dot that ends the mail", "QUIT", "DATA"),
        "DATA has 354 and QUIT has 221. RFC 5321 §4.1.1.4.",
    ),
    Recall(
        "Which octets end each line?",
        ("CR and LF", "LF", "NUL"),
        "`0d 0a`, whatever the system of either side. RFC 5321 §2.3.8.",
    ),
)


# What the wire says. Where the capture does not hold it, each raises LookupError or StopIteration.

BEGINS_ANEW: Final = "250, and it begins anew"


def _ehlo_after_helo(transcript: Transcript) -> str:
    helo = next(entry for entry in transcript if entry.answers == "HELO")
    ehlo = next(entry for entry in transcript.stream(helo.stream) if entry.answers == "EHLO")
    return {250: BEGINS_ANEW, 503: "503, bad sequence"}.get(ehlo.code or 0, str(ehlo.code))


def _blank(transcript: Transcript) -> str:
    code = next(entry.code for entry in transcript if entry.answers == "MAIL")
    return {250: "250, done", 501: "501, syntax error"}.get(code or 0, str(code))


def _fields(transcript: Transcript) -> str:
    content = next(mail.content for mail in transactions(transcript) if mail.accepted) or b""
    found = len(list(header_fields(content, 0, len(content))))
    return {0: "none", 3: "all three"}.get(found, str(found))


PREDICTIONS: Final = (
    Prediction(
        "HELO has been said. What is the reply to EHLO now?",
        (BEGINS_ANEW, "503, bad sequence", "250, without a list"),
        _ehlo_after_helo,
    ),
    Prediction(
        "What does the strict server say to `MAIL FROM: <test01@coremail.cn>`?",
        ("250, done", "501, syntax error", "550, no such mailbox"),
        _blank,
    ),
    Prediction(
        "The lax server takes the mail. How many of the fields Subject, From and To are found in its header?",
        ("all three", "only the Subject", "none"),
        _fields,
    ),
)
