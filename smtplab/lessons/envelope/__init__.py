"""Lesson 04, envelope and header: who decides where a mail goes, who hears of its failure, and who is only named."""

from typing import Final

from smtplab.lessons.envelope.blind import WithoutBcc
from smtplab.lessons.envelope.bounces import ReturnPath, WhoIsTold
from smtplab.lessons.envelope.names import OnlyInTheEnvelope
from smtplab.lessons.envelope.reading import ReadEnvelope
from smtplab.lessons.questions import Prediction, Recall
from smtplab.protocol.transactions import transactions
from smtplab.protocol.transcript import Transcript
from smtplab.views.layers import Layers

EXERCISES: Final = (ReadEnvelope, OnlyInTheEnvelope, WithoutBcc, WhoIsTold, ReturnPath)

CLAIMS: Final = ("C23", "C24")

RECALL: Final = (
    Recall(
        "A user logs in by AUTH PLAIN, without TLS. What does somebody who listens have?",
        ("the password", "something to try guesses on", "nothing"),
        "PLAIN says it, and base64 hides nothing. RFC 4616 §5.",
    ),
    Recall(
        "And after CRAM-MD5?",
        ("something to try guesses on", "the password", "nothing"),
        "Challenge and digest: each word of a list can be tried on them. RFC 2195 §4.",
    ),
    Recall(
        "The server said 235. What has it proven to the user?",
        ("nothing", "its name", "that it knows the password"),
        "An impostor says 235 to everybody. Only TLS, or a mechanism like SCRAM, lets the server prove something.",
    ),
    Recall(
        "What stands behind the code 334?",
        ("a challenge in base64", "a sentence for people", "the number of tries left"),
        "And nothing else may stand there. RFC 4954 §4.",
    ),
    Recall(
        "In which order do the commands of a mail transaction come?",
        ("MAIL, RCPT, DATA", "RCPT, MAIL, DATA", "MAIL, DATA, RCPT"),
        "Sender, recipients, message. RFC 5321 §3.3.",
    ),
)


# What the wire says. Where the capture does not hold it, each raises LookupError or StopIteration.


def _first(transcript: Transcript) -> Layers:
    layers = Layers(next(iter(transactions(transcript))))
    if not layers.transaction.accepted:
        raise LookupError
    return layers


def _whose_mailbox(transcript: Transcript) -> str:
    mentions = _first(transcript).mentions
    named_and_told = [mention for mention in mentions if mention.fields and mention.rcpt and not mention.refused]
    return "that of To" if named_and_told else "those that RCPT names"


def _one_refused(transcript: Transcript) -> str:
    refused = [mention.refused for mention in _first(transcript).mentions if mention.rcpt]
    if not any(refused):
        raise LookupError
    return "nobody gets it" if all(refused) else "the others get it"


def _three_names(transcript: Transcript) -> str:
    layers = _first(transcript)
    user = next(value for entry in transcript for name, value in entry.decoded if name == "username")
    authors = [address.mailbox for address in layers.message.addresses("From")]
    names = {user, layers.transaction.reverse_path, *authors}
    return "no: all three may differ" if len(names) == 3 else "yes: they are one"


PREDICTIONS: Final = (
    Prediction(
        "To names Alice, RCPT names Bob and Carol. Whose mailbox fills?",
        ("that of To", "those that RCPT names", "all three"),
        _whose_mailbox,
    ),
    Prediction(
        "Of three recipients one does not exist, and RCPT is answered 550 for it. Who gets the mail?",
        ("the others get it", "nobody gets it", "it waits until the address is mended"),
        _one_refused,
    ),
    Prediction(
        "The user logs in, MAIL names a sender, and From names one. Does the server want them to be the same?",
        ("yes: they are one", "yes: MAIL and From at least", "no: all three may differ"),
        _three_names,
    ),
)
