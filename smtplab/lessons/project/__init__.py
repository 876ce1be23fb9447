"""Lesson 13, the project: your own server and client, graded over sockets, with a ladder of whatever goes wrong."""

from typing import Final

from smtplab.lessons.project.exercises import ExpectTheWorst, LockTheDoor, MindTheDots, SendMail, TakeMail
from smtplab.lessons.questions import Prediction, Recall
from smtplab.protocol.transcript import Transcript

EXERCISES: Final = (TakeMail, MindTheDots, LockTheDoor, SendMail, ExpectTheWorst)

CLAIMS: Final = ("C12", "C13", "C28", "C35")

RECALL: Final = (
    Recall(
        "Who speaks first on a new connection?",
        ("the server", "the client", "whoever is faster"),
        "It greets with 220, or refuses with 554. RFC 5321 §3.1.",
    ),
    Recall(
        "The server reads `..x` in a mail. Which line is that?",
        (".x", "..x", "x"),
        "Of the dots that begin a line, one is taken away. RFC 5321 §4.5.2.",
    ),
    Recall(
        "DATA comes, and all RCPT before it were refused. What is a good reply?",
        ("503 or 554", "354", "250"),
        "354 would promise to take a mail for nobody. RFC 5321 §3.3.",
    ),
    Recall(
        "RCPT is answered 450. What becomes of this recipient?",
        ("later", "never", "done"),
        "4yz: not now. RFC 5321 §4.2.1.",
    ),
    Recall(
        "TLS begins. What does the server still know of what the client said before?",
        ("nothing", "its name", "its name and the envelope"),
        "What came in clear text may have come from anybody. RFC 3207 §4.2.",
    ),
)


# What the wire says. Where the capture does not hold it, each raises LookupError or StopIteration.


def _reply_to(transcript: Transcript, said: bytes) -> str:
    """Give the code of the reply to a line."""
    entries = iter(transcript)
    stream = next(entry.stream for entry in entries if entry.party == "client" and entry.octets == said)
    return str(next(entry.code for entry in entries if entry.stream == stream and entry.code))


def _replies_to_pieces(transcript: Transcript) -> str:
    """Count the replies to a QUIT that came in pieces."""
    stream = next(entry.stream for entry in transcript if entry.verb == "QUIT" and len(entry.frames) > 1)
    replies = [entry for entry in transcript if entry.stream == stream and entry.answers == "QUIT"]
    return {0: "none", 1: "one", 6: "six"}[len(replies)]


PREDICTIONS: Final = (
    Prediction(
        "The server to begin with is told `EHLO client.example`. What does it reply?",
        ("250", "500", "503"),
        lambda transcript: _reply_to(transcript, b"EHLO client.example\r\n"),
    ),
    Prediction(
        "And to `quit`, in small letters?", ("221", "500", "502"), lambda transcript: _reply_to(transcript, b"quit\r\n")
    ),
    Prediction(
        "`QUIT` and its CRLF come in six segments of one octet. How many replies follow?",
        ("none", "one", "six"),
        _replies_to_pieces,
    ),
)
