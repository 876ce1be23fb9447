"""Lesson 10, attacks on the wire: a mail becomes two, words get into TLS, TLS is taken away, a server serves all."""

from typing import Final

from smtplab.lessons.attacks.ending import EndOfData
from smtplab.lessons.attacks.injection import FrameOfInjection
from smtplab.lessons.attacks.pairs import MessagesStored
from smtplab.lessons.attacks.relaying import RelayCases
from smtplab.lessons.attacks.stripping import SurvivingSettings
from smtplab.lessons.questions import Prediction, Recall
from smtplab.protocol.commands import Mail
from smtplab.protocol.states import END_OF_DATA
from smtplab.protocol.transcript import Kind, Transcript

EXERCISES: Final = (MessagesStored, EndOfData, FrameOfInjection, SurvivingSettings, RelayCases)

CLAIMS: Final = ("C19", "C28", "C46")

RECALL: Final = (
    Recall(
        "A line of a mail is a single dot. What goes over the wire?",
        ("two dots", "one dot", "nothing: it cannot be sent"),
        "A dot at the beginning of a line is doubled, and the server takes one off. RFC 5321 §4.5.2.",
    ),
    Recall(
        "STARTTLS was answered 220. What does the client know of the server's extensions?",
        ("nothing any more", "what EHLO listed", "that it has TLS and AUTH"),
        "All that was said before TLS is forgotten, so EHLO comes again. RFC 3207 §4.2.",
    ),
    Recall(
        "Where does a server look to see for whom a mail is?",
        ("into RCPT", "into To", "into the name of the connection"),
        "The envelope decides, and the header is for people. RFC 5321 §3.3, §7.2.",
    ),
    Recall(
        "A client may say several commands at once. How many replies does it get?",
        ("one for each command", "one for the group", "as many as the server likes"),
        "A server sees no group. It answers each line, in order. RFC 2920 §3.2.",
    ),
    Recall(
        "A server says 250 after the dot. What has it promised?",
        ("to deliver the mail, or to tell its sender", "that it is in the mailbox", "that the sender is real"),
        "It has taken the responsibility, and no more is said. RFC 5321 §4.2.5, §6.1.",
    ),
)


# What the wire says. Where the capture does not hold it, each raises LookupError or StopIteration.


def _stored(transcript: Transcript) -> str:
    taken = sum(entry.answers == END_OF_DATA and entry.code == 250 for entry in transcript)
    return {1: "one", 2: "two", 3: "three"}[taken]


def _last_sender(transcript: Transcript) -> str:
    return [entry.message.reverse_path for entry in transcript if isinstance(entry.message, Mail)][-1]


def _first_end(transcript: Transcript) -> str:
    index = next(index for index, entry in enumerate(transcript) if entry.kind is Kind.END_OF_DATA)
    octets = transcript[index - 1].octets[-2:] + transcript[index].octets
    return "CR LF . CR LF" if octets == b"\r\n.\r\n" else "LF . CR LF"


PREDICTIONS: Final = (
    Prediction(
        "A letter holds `\\n.\\r\\n`, with commands behind it. The first server takes that for text, the second for an "
        "end. How many mails does the second store?",
        ("one", "two", "three"),
        _stored,
    ),
    Prediction(
        "Mallory logs in, and the first server lets her write under her own name only. Whose name is in the last MAIL "
        "that the second server hears?",
        ("mallory@coremail.cn", "boss@coremail.cn"),
        _last_sender,
    ),
    Prediction(
        "By which octets does the first mail end, for the second server?",
        ("CR LF . CR LF", "LF . CR LF"),
        _first_end,
    ),
)
