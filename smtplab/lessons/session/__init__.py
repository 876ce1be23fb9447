"""Lesson 01, the session phase by phase: what is asked, and which claims of the article are judged."""

from typing import Final

from smtplab.lessons.questions import Prediction, Recall
from smtplab.lessons.session.hello import EhloArguments, LostAfterHelo, ReadKeywords
from smtplab.lessons.session.order import InOrder
from smtplab.lessons.session.replies import WhatA250Answers
from smtplab.protocol.states import END_OF_DATA
from smtplab.protocol.text import lines_of
from smtplab.protocol.transcript import Transcript

EXERCISES: Final = (InOrder, WhatA250Answers, LostAfterHelo, EhloArguments, ReadKeywords)

CLAIMS: Final = ("C01", "C07", "C13", "C14", "C15", "C16", "C17", "C18", "C19", "C20", "C30", "C34", "C35")

RECALL: Final = (
    Recall(
        "Who speaks first in an SMTP session?",
        ("the server", "the client", "whoever is ready first"),
        "A server that is ready says 220, and the client waits for it. RFC 5321 §3.1.",
    ),
    Recall(
        "Which digits begin the server's reply to DATA?",
        ("354", "250", "254"),
        "3 asks for more: go on. RFC 5321 §4.2.1.",
    ),
    Recall(
        "What ends the mail data?",
        ("a line that is a single dot", "an empty line", "QUIT"),
        "The empty line ends the header only. RFC 5321 §4.1.1.4.",
    ),
    Recall(
        "What does Wireshark's display filter `smtp` leave out?",
        ("frames without SMTP in them", "passwords", "what the client sends"),
        "The handshake and bare acknowledgements are captured, and not shown.",
    ),
    Recall(
        "AUTH LOGIN sends the password in base64. Who can read it?",
        ("everybody who sees the packets", "the server alone", "nobody"),
        "Base64 is an alphabet, not a cipher. RFC 4954 §9 asks for TLS around it.",
    ),
)


# What the wire says. Where the capture does not hold it, each raises LookupError or StopIteration.


def _lines_after_helo(transcript: Transcript) -> str:
    reply = next(entry for entry in transcript if entry.answers == "HELO")
    return "one" if len(lines_of(reply.octets)) == 1 else "as many as EHLO"


def _auth_after_helo(transcript: Transcript) -> str:
    stream = next(entry.stream for entry in transcript if entry.verb == "HELO")
    code = next(entry.code for entry in transcript if entry.stream == stream and entry.answers == "AUTH")
    return {235: "235, done", 334: "334, go on", 503: "503, bad sequence"}.get(code or 0, str(code))


def _last_250(transcript: Transcript) -> str:
    answers = [entry.answers for entry in transcript if entry.code == 250][-1]
    return "the dot that ends the mail" if answers == END_OF_DATA else str(answers)


PREDICTIONS: Final = (
    Prediction(
        "EHLO is answered by a list, one extension a line. How many lines does HELO get?",
        ("one", "as many as EHLO", "none"),
        _lines_after_helo,
    ),
    Prediction(
        "A client that said HELO says `AUTH LOGIN`. What is the reply?",
        ("235, done", "334, go on", "503, bad sequence"),
        _auth_after_helo,
    ),
    Prediction(
        "Shortly before the 221 there is a 250. What does it answer?",
        ("QUIT", "DATA", "the dot that ends the mail"),
        _last_250,
    ),
)
