"""Lesson 09, finding the server: who looks up MX, what the answer means, and how a mail hops from host to host."""

from typing import Final

from smtplab.lessons.finding.cast import MX1, MX2
from smtplab.lessons.finding.fates import Fates
from smtplab.lessons.finding.hops import CountHops, takers
from smtplab.lessons.finding.lookups import WhoAsksForMx
from smtplab.lessons.finding.mending import MendZone
from smtplab.lessons.finding.order import AttemptOrder
from smtplab.lessons.questions import Prediction, Recall
from smtplab.protocol.states import END_OF_DATA, GREETING
from smtplab.protocol.transcript import Transcript

EXERCISES: Final = (AttemptOrder, Fates, MendZone, CountHops, WhoAsksForMx)

CLAIMS: Final = ("C05", "C06", "C08")

RECALL: Final = (
    Recall(
        "A server says 421 instead of its greeting. What does a relay make of it?",
        ("not now: the mail waits, or goes to another host", "never: the mail goes back", "the mail was taken"),
        "4 is transient, whatever stands behind it. RFC 5321 §4.2.1.",
    ),
    Recall(
        "A queue holds a mail that it could not hand over. Whose duty is it?",
        ("that of the host that said 250 to the dot", "the sender's", "the recipient's"),
        "It delivers, or tells the sender. RFC 5321 §4.2.5, §6.1.",
    ),
    Recall(
        "Where does a notice of failure go?",
        ("to the reverse-path", "to From", "to the host that refused"),
        "It travels as a mail of its own. RFC 5321 §3.6.3.",
    ),
    Recall(
        "A client is set up for port 465. What is its first octet on the wire?",
        ("one of TLS", "the E of EHLO", "none: the server speaks first"),
        "TLS begins at once, and the greeting comes inside it (RFC 8314).",
    ),
    Recall(
        "Which commands tell a server where a mail is to go?",
        ("RCPT alone", "MAIL and RCPT", "DATA, by its field To"),
        "Routing goes by the domain of the forward-path. RFC 5321 §3.3.",
    ),
)


# What the wire says. Where the capture does not hold it, each raises LookupError or StopIteration.


def _after_421(transcript: Transcript) -> str:
    refused = next(entry.stream for entry in transcript if (entry.answers, entry.code) == (GREETING, 421))
    after = next(entry for entry in transcript if entry.stream > refused and entry.answers == GREETING)
    return "asks mx2" if after.code == 220 else "waits half an hour, and asks mx1 again"


def _times_taken(transcript: Transcript) -> str:
    taken = [entry for entry in transcript if (entry.answers, entry.code) == (END_OF_DATA, 250)]
    return {1: "once", 2: "twice", 3: "three times"}[len(taken)]


def _from_mx2(transcript: Transcript) -> str:
    taken = takers(transcript)
    later = [name for name, entry in taken.items() if entry.stream > taken[MX2].stream]
    return "to mx1" if later == [MX1] else "into its own mailboxes"


PREDICTIONS: Final = (
    Prediction(
        "north.example has two MX records: 10 for mx1, 20 for mx2. mx1 says 421. What does the relay do next?",
        ("asks mx2", "waits half an hour, and asks mx1 again", "asks the address of north.example itself"),
        _after_421,
    ),
    Prediction(
        "On its way from the client to the mailbox: how often is the mail taken over with a 250 to its dot?",
        ("once", "twice", "three times"),
        _times_taken,
    ),
    Prediction(
        "mx2 has the mail, and mx1 is up again. Where does mx2 put it?",
        ("into its own mailboxes", "to mx1", "back to the relay"),
        _from_mx2,
    ),
)
