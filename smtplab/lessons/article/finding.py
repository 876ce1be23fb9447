"""Claims that lesson 09 judges: about ports, MX, and where SMTP is met."""

from typing import Final

from smtplab.lessons.article.evidence import frames_of, smtp
from smtplab.lessons.claims import Claim, Section
from smtplab.lessons.rehearsal import CLIENT
from smtplab.protocol.transcript import Entry


def _is_hello_of_a_server(entry: Entry) -> bool:
    """Find who introduces itself and is no mail client."""
    return entry.party == "client" and entry.verb in ("EHLO", "HELO") and entry.argument != CLIENT.encode()


CLAIMS: Final = {
    "C05": Claim(
        says="SMTP uses TCP port 25.",
        letter="I",
        right="25 is for servers that hand on mail to each other. Users hand in theirs at 587 (RFC 6409) or, inside "
        "TLS from the start, at 465 (RFC 8314), where they have to log in.",
        sections=(*smtp("4.5.4.2"), Section("6409"), Section("8314")),
        hint="You asked three doors. Where would a server of another domain knock, and where a mail client?",
    ),
    "C06": Claim(
        says="To find the mail server of a domain, DNS must have an MX record for it.",
        letter="I",
        right="Servers that pass mail on ask for MX. If there is none, the domain's own address will do; a null MX "
        "says that no mail is taken (RFC 7505). A mail client asks for neither: it is told its server by name.",
        sections=(*smtp("5.1", "3.6.2", "3.6.3"), Section("7505")),
        hint="Which of your three domains had no MX record, and got its mail? And what did the client ask?",
    ),
    "C08": Claim(
        says="Outside of mail clients, SMTP is hardly met.",
        letter="F",
        right="Each hop from server to server is SMTP; of this mail's connections one alone came from a mail client. "
        "Printers, shops, and every program that reports by mail speak it as well.",
        sections=smtp("2.1", "2.3.10", "3.6.2"),
        hint="Who says EHLO in your capture? Go through all its connections.",
        frames=frames_of(_is_hello_of_a_server),
    ),
}
