"""What the tests know of lesson 04: the capture that its notebook makes, and typical mistakes."""

from email.message import EmailMessage
from typing import Any

from smtplab.capture.record import Capture
from smtplab.lessons.cast import EXTENSIONS, USERS, clock
from smtplab.lessons.envelope.mails import ALICE, BOB, BOUNCES, CAROL, LETTER, NOBODY, NOTICE, PEOPLE, QUIET, SLIP
from smtplab.lessons.envelope.names import OnlyInTheEnvelope
from smtplab.lessons.exercises import Exercise
from smtplab.net.client import Client
from smtplab.net.server import Server

TEST01, _ = USERS


def capture() -> Capture:
    with (
        Server(users=USERS, mailboxes=PEOPLE, extensions=EXTENSIONS, clock=clock) as server,
        Capture(server, live=False) as capture,
        Client(server) as client,
    ):
        client.ehlo("TINY-DESKTOP")
        client.auth("LOGIN", TEST01, USERS[TEST01])
        client.send_message(BOUNCES, [BOB, CAROL, NOBODY], LETTER)
        client.send_message(ALICE, [CAROL, BOB], QUIET)
        client.send_message(ALICE, [CAROL, BOB], SLIP)
        client.send_message("", [BOUNCES], NOTICE)
    return capture


def mistaken_envelopes(exercise: Exercise) -> list[Any]:
    reverse_path, recipient = exercise.solve()
    transcript = exercise.transcript
    mail = next(entry.octets.decode() for entry in transcript if entry.kind == "mail data")
    author, named = (mail.partition(f"{field}: <")[2].partition(">")[0] for field in ("From", "To"))
    user = next(value for entry in transcript for name, value in entry.decoded if name == "username")
    unknown = next(entry.argument.decode() for entry in transcript if entry.verb == "RCPT").partition("<")[2][:-1]
    return [
        (author, named),
        (author, recipient),
        (reverse_path, named),
        (user, recipient),
        (reverse_path, unknown),
        (recipient, reverse_path),
        (reverse_path, reverse_path),
        (reverse_path, "somebody@else.example"),
    ]


def mistaken_deliveries(exercise: Exercise) -> list[Any]:
    assert isinstance(exercise, OnlyInTheEnvelope)
    named, recipient = exercise._named, exercise._recipient

    def sends(recipients: list[str], header: str) -> Any:
        return lambda client: client.send_message(named, recipients, f"{header}\n\nHello.\n")

    def stops_before_the_end(client: Client) -> None:
        client.mail(named)
        client.rcpt(recipient)

    def raises(client: Client) -> None:
        client.rcpt(recipient)

    return [
        sends([named], f"To: <{named}>"),  # who is named gets it
        sends([named], f"To: <{recipient}>"),  # the other way round
        sends([recipient], f"To: <{recipient}>"),
        sends([recipient], f"To: <{named}>\nBcc: <{recipient}>"),
        sends([recipient], f"To: <{named}>, <{recipient}>"),
        sends([recipient], "Subject: Hello"),
        sends([recipient], f"\nTo: <{named}>"),  # an empty line before the header
        sends([recipient], f"To: <{named}>\nCc: <third@lab.example>"),
        lambda client: None,
        stops_before_the_end,
        raises,
        lambda: None,
        lambda client: exit(),
    ]


def mistaken_copies(_exercise: Exercise) -> list[Any]:
    def addresses(message: EmailMessage, *names: str) -> list[str]:
        fields = [message[name] for name in names if message[name] is not None]
        return [address.addr_spec for field in fields for address in field.addresses]

    def without_to(message: EmailMessage) -> Any:
        del message["Bcc"], message["To"]
        return addresses(message, "Cc"), message

    def without_copies(message: EmailMessage) -> Any:
        del message["Bcc"]
        return addresses(message, "To", "Cc"), message

    def split_at_commas(message: EmailMessage) -> Any:
        found = [part.strip(" <>") for name in ("To", "Cc", "Bcc") for part in str(message[name] or "").split(",")]
        del message["Bcc"]
        return [each for each in found if each], message

    def without_body(message: EmailMessage) -> Any:
        found = addresses(message, "To", "Cc", "Bcc")
        del message["Bcc"]
        message.set_content("")
        return found, message

    def without_subject(message: EmailMessage) -> Any:
        found = addresses(message, "To", "Cc", "Bcc")
        del message["Bcc"], message["Subject"]
        return found, message

    return [
        lambda message: (addresses(message, "To", "Cc", "Bcc"), message),  # Bcc left in
        without_copies,
        without_to,
        split_at_commas,
        without_body,
        without_subject,
        lambda message: ([], message),
        lambda message: message,
        lambda message: None,
        lambda message: (["a@lab.example"], None),
        lambda message: ("a@lab.example", message),
        lambda message: message["Nothing"].addresses,
        lambda message: exit(),
    ]


def mistaken_notices(exercise: Exercise) -> list[Any]:
    right, lines = exercise.solve(), exercise.lines
    assert lines is not None
    authors = [line.partition("From: <")[2].partition(">")[0] for line in lines.lines]
    recipients = [line.partition("RCPT TO:<")[2].partition(">")[0] for line in lines.lines]
    return [
        recipients,
        ["nobody"] * 3,
        [author if path == "nobody" else path for author, path in zip(authors, right, strict=True)],
        [path if path == "nobody" else recipient for recipient, path in zip(recipients, right, strict=True)],
        ["test01@coremail.cn", *right[1:]],
    ]


def mistaken_paths(exercise: Exercise) -> list[Any]:
    others = (f"<{address}>" for address in (TEST01, BOB, CAROL, ALICE, BOUNCES, "postmaster@coremail.cn"))
    return [other for other in ("<>", *others) if other != exercise.solve()]


MISTAKES = {
    1: mistaken_envelopes,
    2: mistaken_deliveries,
    3: mistaken_copies,
    4: mistaken_notices,
    5: mistaken_paths,
}
