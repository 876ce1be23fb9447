"""Claims that lesson 06 judges: about what a 250 promises."""

from typing import Final

from smtplab.lessons.article.evidence import either, reply_to, smtp
from smtplab.lessons.claims import Claim
from smtplab.protocol.states import END_OF_DATA

CLAIMS: Final = {
    "C03": Claim(
        says="Recipients are named, in most cases confirmed to exist, and then the text is transferred.",
        letter="I",
        right="A server may look them up at RCPT, or after the text, or not at all: one that passes mail on cannot. "
        "Then a notice says it later.",
        sections=smtp("3.3", "6.1", "4.2.5", "3.6.2", "3.6.3"),
        hint="Was nobody confirmed to exist before the relay took his mail? When did the sender hear of it?",
        frames=either(reply_to("RCPT"), reply_to(END_OF_DATA)),
    ),
    "C25": Claim(
        says="RCPT names a recipient, and the server's 250 confirms that this succeeded.",
        letter="I",
        right="It says that the server takes the recipient: not that there is a mailbox, and not that mail will be in "
        "it. And 250 is one reply of many: here RCPT was answered 451, 452 and 550 as well.",
        sections=smtp("3.3", "4.3.2", "4.2.3", "4.2.2", "4.2.5", "6.1", "4.1.1.3"),
        hint="Find all replies to RCPT in your capture. And what did the relay say about nobody?",
        frames=reply_to("RCPT"),
    ),
    "C41": Claim(
        says="The mail is found in the mailbox, so the operation has succeeded.",
        letter="T",
        right="Nothing else proves it. 235 says who logged in, 250 who answers for the mail from now on.",
        sections=smtp("4.2.5", "6.1"),
        hint="Which reply would have proven it? A server says the same 250 of a mail that nobody will ever read.",
    ),
}
