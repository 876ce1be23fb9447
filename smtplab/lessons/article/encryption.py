"""Claims that lesson 08 judges: about TLS."""

from typing import Final

from smtplab.lessons.article.evidence import command, either, frames_of, reply_to
from smtplab.lessons.claims import Claim, Section
from smtplab.protocol.transcript import Entry


def _names_the_version(entry: Entry) -> bool:
    return any(name == "server hello" for name, _ in entry.decoded)


def _offers_starttls(entry: Entry) -> bool:
    return entry.answers == "EHLO" and b"STARTTLS" in entry.octets.upper()


CLAIMS: Final = {
    "C44": Claim(
        says="Clear text being unsafe, plain SMTP is hardly used any more.",
        letter="I",
        right="For users who hand in mail that is good advice (RFC 8314). Between servers, at port 25, each session "
        "begins in clear text, and goes on so where no TLS is offered; MTA-STS (RFC 8461) and DANE (RFC 7672) can "
        "forbid that. A server that takes mail from everybody must not insist on STARTTLS.",
        sections=(
            Section("3207", "4"),
            Section("8314"),
            Section("7435"),
            Section("8461"),
            Section("7672"),
            Section("3207", "6"),
        ),
        hint="May the mail server of a domain refuse those who do not say STARTTLS? RFC 3207 has a MUST NOT on it.",
    ),
    "C45": Claim(
        says="SMTPS, at port 465, is encrypted by SSL, and not recommended.",
        letter="F",
        right="It is the same TLS as after STARTTLS, of the same version, from the first octet on. SSL is forbidden "
        "everywhere (RFC 7568), TLS 1.0 and 1.1 are too (RFC 8996), and RFC 8314 prefers port 465 for handing in mail.",
        sections=(Section("8314"), Section("8996"), Section("7568"), Section("8446")),
        hint="Which version do the server hellos of both captures name?",
        frames=frames_of(_names_the_version),
    ),
    "C46": Claim(
        says="STARTTLS, at port 587, is encrypted by TLS, and recommended.",
        letter="I",
        right="STARTTLS is a command, good at any port. It is as good as TLS from the start if the client insists on "
        "it and checks the certificate; if not, whoever can strike one line from a reply keeps all in clear text.",
        sections=(Section("3207", "6"), Section("3207", "4.3"), Section("3207", "4"), Section("8314")),
        hint="What would a client have done that did not find STARTTLS in the list?",
        frames=either(frames_of(_offers_starttls), command("STARTTLS"), reply_to("STARTTLS")),
    ),
}
