"""Who strikes Bcc out? The one who sends, since nobody after that does."""

import email.policy
from collections.abc import Callable
from email import message_from_bytes, message_from_string
from email.message import EmailMessage
from random import Random
from typing import Any, Final

from smtplab.lessons.exercises import Exercise, Wrong, say_back
from smtplab.lessons.functions import call, function_of, kind_of
from smtplab.lessons.rehearsal import mailboxes

# Bcc in the ways that it is met: folded, in small letters, with a comma in a name, and not at all.
MESSAGES: Final = (
    "From: <{one}>\nTo: <{two}>\nBcc: <{three}>\nSubject: One\n\nBcc: nobody\n",
    'From: <{one}>\nTo: "Two, A." <{two}>\nbcc: "Three, B." <{three}>,\n <{four}>\nSubject: Folded\n\nHello.\n',
    "From: <{one}>\nTo: <{two}>, <{three}>\nCc: <{four}>\nSubject: None\n\nHello.\n",
    "Bcc: <{three}>\nFrom: <{one}>\nCc: <{two}>\nSubject: No To\n\nHello.\n\n.\n",
)


class WithoutBcc(Exercise):
    """Write what a sending program does with To, Cc and Bcc. Tried on messages that it has not seen."""

    form = "a function that takes an EmailMessage, and returns the list of its recipients and the message to send"
    hints = (
        "All of To, Cc and Bcc become recipients. `message[name].addresses` has them taken apart, and `.addr_spec` of "
        "each is the address; a field that is not there is None.",
        'After that, `del message["Bcc"]`. Names may hold commas, so do not split at those.',
    )

    def prepare(self, variant: Random) -> None:
        names = dict(zip(("one", "two", "three", "four"), (*mailboxes(variant), *mailboxes(variant)), strict=True))
        self._messages = [text.format(**names) for text in variant.sample(MESSAGES, len(MESSAGES))]

    def solve(self) -> Callable[[EmailMessage], tuple[list[str], EmailMessage]]:
        return hand_in

    def judge(self, answer: Any) -> str:
        function = function_of(answer)
        for text in self._messages:
            _try(function, text)
        return (
            f"For {len(self._messages)} messages all recipients are there, and no Bcc goes over the wire. RCPT says "
            "it, the header does not: RFC 5321 §7.2 calls that a blind copy."
        )


def _try(function: Callable[..., Any], text: str) -> None:
    message = _read(text)
    header = text.partition("\n\n")[0].replace("\n", " ⏎ ")
    shown = f"`{header}`"
    recipients, given = _taken_apart(call(function, _read(text), shown=shown), shown)
    right = set(hand_in(_read(text))[0])
    missing, strange = right - set(recipients), set(recipients) - right
    if missing:
        raise Wrong(f"For {shown} `{min(missing)}` is not among the recipients, and so gets nothing.")
    if strange:
        raise Wrong(f"For {shown} `{say_back(min(strange))}` is among the recipients, and should not be.")
    if given["Bcc"] is not None:
        raise Wrong(f"For {shown} Bcc is still in the message: everybody who gets it can read it.")
    if given.get_content() != message.get_content():
        raise Wrong(f"For {shown} the body is another than before.")
    if lost := {name.lower() for name in message} - {"bcc"} - {name.lower() for name in given}:
        raise Wrong(f"For {shown} the field {min(lost).title()} is lost.")


def _read(text: str) -> EmailMessage:
    return message_from_string(text, policy=email.policy.default)


def _taken_apart(given: Any, shown: str) -> tuple[list[str], EmailMessage]:
    """Read what the function returned: a pair, whose message may be a text or octets too."""
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise Wrong(f"For {shown} it returned {kind_of(given)}. A pair was asked for.")
    recipients, message = given
    if isinstance(message, str):
        message = _read(message)
    if isinstance(message, bytes):
        message = message_from_bytes(message, policy=email.policy.default)
    if not isinstance(message, EmailMessage):
        raise Wrong(f"For {shown} the second of the pair is a {type(message).__name__}, and no message.")
    if isinstance(recipients, str) or not all(isinstance(each, str) for each in recipients):
        raise Wrong(f"For {shown} the first of the pair is no list of addresses.")
    recipients = [each.strip() for each in recipients]
    if more := [each for each in recipients if "<" in each[1:] or "," in each]:
        raise Wrong(f"For {shown} `{say_back(more[0])}` is not one address alone, and a RCPT takes no more.")
    return [each.removeprefix("<").removesuffix(">") for each in recipients], message


def hand_in(message: EmailMessage) -> tuple[list[str], EmailMessage]:
    """Give all recipients of a message, and the message without Bcc."""
    fields = [message[name] for name in ("To", "Cc", "Bcc") if message[name] is not None]
    recipients = [address.addr_spec for field in fields for address in field.addresses]
    del message["Bcc"]
    return recipients, message
