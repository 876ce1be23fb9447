"""Claims that lesson 02 judges: about telnet, and what the article types into it."""

from typing import Final

from smtplab.lessons.article.evidence import command, either, frames_of, reply_to, smtp
from smtplab.lessons.claims import Claim, Section
from smtplab.protocol.transcript import Entry


def _has_a_blank(entry: Entry) -> bool:
    """A MAIL or RCPT with a blank behind its colon."""
    return entry.party == "client" and entry.verb in ("MAIL", "RCPT") and b": <" in entry.octets


CLAIMS: Final = {
    "C04": Claim(
        says="Since SMTP is so simple and not encrypted, telnet can do the same to a mail server.",
        letter="I",
        right="In clear text, and mostly. Telnet is a protocol of its own (RFC 854), which doubles the octet 255. `nc "
        "-C` sends what is typed; inside TLS there is `openssl s_client -starttls smtp -crlf -quiet`.",
        sections=(Section("854"), Section("3207", "4"), *smtp("2.3.8")),
        hint="What would telnet do with a server that wants TLS? And who says that it sends what is typed?",
    ),
    "C36": Claim(
        says="Depending on the mail system, one types HELO or EHLO.",
        letter="I",
        right="EHLO, and HELO only if that is not understood or no extension is wanted. Both in a row are allowed; "
        "the second begins anew, as RSET does.",
        sections=smtp("3.2", "4.1.4", "4.1.1.1", "2.2.1"),
        hint="What did the server say to each of the two, and in which case does a client fall back on HELO?",
        frames=either(command("EHLO", "HELO"), reply_to("EHLO", "HELO")),
    ),
    "C38": Claim(
        says="One types `MAIL FROM: <test01@coremail.cn>`, and then `RCPT TO: <test02@coremail.cn>`.",
        letter="F",
        right="No blank may stand on either side of the colon. Many servers let it pass: “it worked” is not “it "
        "conforms”.",
        sections=smtp("3.3", "4.1.1.2", "4.1.1.3"),
        hint="The two servers do not agree about this line. Which one keeps to the standard?",
        frames=either(frames_of(_has_a_blank), reply_to("MAIL", "RCPT", code=501)),
    ),
}
