"""Claims that lesson 04 judges: about MAIL and RCPT."""

from typing import Final

from smtplab.lessons.article.evidence import command, either, reply_to, smtp
from smtplab.lessons.claims import Claim

CLAIMS: Final = {
    "C23": Claim(
        says="MAIL FROM declares the sender of the mail, and 250 confirms it.",
        letter="I",
        right="It names the reverse-path: where notices of failure go. That may be `<>`, and need be neither the From "
        "of the mail nor who logged in; 250 says that the server goes on with it, not that it is true.",
        sections=smtp("3.3", "4.5.5", "4.1.1.2", "7.2", "7.1", "4.4"),
        hint="How many names for the sender can you find in the first mail of your capture?",
        frames=either(command("MAIL"), reply_to("MAIL")),
    ),
    "C24": Claim(
        says="RCPT TO declares the recipient of the mail.",
        letter="I",
        right="One recipient, and the command comes once for each. Whom To, Cc and Bcc name makes no difference.",
        sections=smtp("3.3", "7.2", "4.1.1.3"),
        hint="How many RCPT has the first mail of your capture, and whom does its To name?",
        frames=either(command("RCPT"), reply_to("RCPT")),
    ),
}
