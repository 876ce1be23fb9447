"""Lesson 12, the capstone: a file of strangers' sessions, of which nobody tells what is in it."""

from typing import Final

from smtplab.lessons.capstone.digest import AttachmentsDigest
from smtplab.lessons.capstone.incident import IncidentsFrame
from smtplab.lessons.capstone.inventory import HIDDEN, Inventory, inventory
from smtplab.lessons.capstone.passwords import Passwords
from smtplab.lessons.capstone.readers import BlindReader, unnamed
from smtplab.lessons.questions import Prediction, Recall
from smtplab.protocol.transactions import transactions
from smtplab.protocol.transcript import Transcript

EXERCISES: Final = (Inventory, AttachmentsDigest, Passwords, BlindReader, IncidentsFrame)

CLAIMS: Final = ("C10", "C24", "C32", "C43")  # judged before: here by the wire of strangers

RECALL: Final = (
    Recall(
        "A capture shows no SMTP at port 2526. What does Wireshark need?",
        ("to be told to decode it so", "the server's address", "a capture filter"),
        "It goes by the port: *Decode As*, or `-d tcp.port==2526,smtp`.",
    ),
    Recall(
        "Which octets of a mail are not those that its sender wrote?",
        ("the dots that were doubled", "the base64", "each CRLF"),
        "A line that begins with a dot gets another, and loses it again. RFC 5321 §4.5.2.",
    ),
    Recall(
        "Who gets a mail?",
        ("whom RCPT names", "whom To names", "whom To, Cc and Bcc name"),
        "The header does not steer it. RFC 5321 §7.2.",
    ),
    Recall(
        "STARTTLS was answered 220. What may the server still know of what was said before?",
        ("nothing", "the envelope", "the name of the client"),
        "All of it has to be forgotten. RFC 3207 §4.2.",
    ),
    Recall(
        "RCPT is answered 451. What does the server expect?",
        ("that the client comes back", "another recipient", "that the sender is told"),
        "4 is “not now”. RFC 5321 §4.2.1.",
    ),
)


# What the wire says. Where the capture does not hold it, each raises LookupError or StopIteration.

KNOWN_PORTS: Final = (25, 465, 587)


def _seen_by_wireshark(transcript: Transcript) -> str:
    ports = {row.port for row in inventory(transcript).values()}
    if not ports:
        raise LookupError
    return "all of them" if ports <= set(KNOWN_PORTS) else "those at known ports"


def _seen_of_hidden(transcript: Transcript) -> str:
    hidden = next(number for number, row in inventory(transcript).items() if row.tls and row.outcome == HIDDEN)
    first = next(entry for entry in transcript.stream(hidden) if entry.decoded)
    return {"client hello": "its handshake, and records"}[first.decoded[0][0]]


def _named(transcript: Transcript) -> str:
    if not transactions(transcript):
        raise LookupError
    return "somebody gets one unnamed" if unnamed(transcript) else "their readers, all of them"


PREDICTIONS: Final = (
    Prediction(
        "Ten connections are in a file. Of how many does Wireshark's filter `smtp` show lines, as long as nobody tells "
        "it anything?",
        ("all of them", "those at known ports", "the one that came first"),
        _seen_by_wireshark,
    ),
    Prediction(
        "Of one session the keys are in the file, of another they are not. What is seen of the other?",
        ("nothing at all", "its handshake, and records", "its commands, but no mail"),
        _seen_of_hidden,
    ),
    Prediction(
        "To and Cc of all the mails in the file: whom do they name?",
        ("their readers, all of them", "somebody gets one unnamed", "nobody who gets one"),
        _named,
    ),
)
