"""Lesson 05, DATA: how a message goes over a wire that knows lines only, and what else is in it."""

from typing import Final

from smtplab.lessons.mail_data.encodings import Base64Size, EncodedWord
from smtplab.lessons.mail_data.header import FieldsFound, MissingField
from smtplab.lessons.mail_data.transparency import Transparency
from smtplab.lessons.questions import Prediction, Recall
from smtplab.protocol.mime.attachments import attachments
from smtplab.protocol.mime.header import header_fields
from smtplab.protocol.transactions import transactions
from smtplab.protocol.transcript import Kind, Transcript

EXERCISES: Final = (Transparency, MissingField, FieldsFound, Base64Size, EncodedWord)

CLAIMS: Final = ("C02", "C26", "C27", "C28", "C29", "C31", "C32", "C33", "C39", "C40")

RECALL: Final = (
    Recall(
        "A mail cannot be delivered. To whom goes the notice?",
        ("to the reverse-path of MAIL", "to From", "to who logged in"),
        "MAIL says where notices go. RFC 5321 §3.3, §3.6.3.",
    ),
    Recall(
        "What says `MAIL FROM:<>`?",
        ("nobody is to be notified of this mail", "the sender is unknown", "the mail is to be thrown away"),
        "The null reverse-path is that of notices. RFC 5321 §4.5.5.",
    ),
    Recall(
        "Who takes Bcc out of a message?",
        ("whoever sends it", "the first server", "the last server"),
        "A server writes what it gets into the mailbox, below its trace fields. RFC 5321 §7.2.",
    ),
    Recall(
        "One of three RCPT was answered 550. What becomes of the mail?",
        ("two recipients get it", "nobody gets it", "it is tried again"),
        "The reply is about this recipient alone. RFC 5321 §3.3.",
    ),
    Recall(
        "What does 354 ask the client for?",
        ("the message", "another recipient", "nothing: it says done"),
        "3yz: go on. RFC 5321 §4.2.1.",
    ),
)


# What the wire says. Where the capture does not hold it, each raises LookupError or StopIteration.


def _in_pieces(transcript: Transcript) -> str:
    mails = [transaction.content for transaction in transactions(transcript)][:3]
    if len(mails) < 3:
        raise LookupError
    return "the same mail three times" if len(set(mails)) == 1 else "mails that differ"


def _picture(transcript: Transcript) -> str:
    content = next(
        transaction.content for transaction in transactions(transcript) if attachments(transaction.content or b"")
    )
    assert content is not None
    return "as lines of letters and digits" if content.isascii() else "as the octets that it has"


def _after_an_empty_line(transcript: Transcript) -> str:
    content = next(
        entry.octets for entry in transcript if entry.kind is Kind.MAIL_DATA and entry.octets.startswith(b"\r\n")
    )
    return str(len(list(header_fields(content, 0, len(content)))))


PREDICTIONS: Final = (
    Prediction(
        "The same mail is sent in 1, in 3, and in 200 TCP segments. What does the server store?",
        ("the same mail three times", "mails that differ", "one mail, one in 3 parts, one in 200"),
        _in_pieces,
    ),
    Prediction(
        "A picture is attached. How does it go over the wire?",
        ("as the octets that it has", "as lines of letters and digits", "in a connection of its own"),
        _picture,
    ),
    Prediction(
        "The article types an empty line after DATA, then Subject, From and To. How many header fields has that mail?",
        ("3", "2", "0"),
        _after_an_empty_line,
    ),
)
