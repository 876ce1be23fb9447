"""Claims that lesson 01 judges: about the phases of a session, and about EHLO and HELO."""

from typing import Final

from smtplab.lessons.article.evidence import command, either, reply_to, smtp
from smtplab.lessons.claims import Claim, Section
from smtplab.protocol.states import END_OF_DATA, GREETING

CLAIMS: Final = {
    "C01": Claim(
        says="SMTP is the standard for transferring mail.",
        letter="T",
        right="And of nothing more: RFC 5322 says what a message looks like, RFC 6409 how a user hands one in.",
        sections=(*smtp("1.1", "2.1"), Section("5321")),
        hint="Which standard says what SMTP is for? Its first section does.",
    ),
    "C07": Claim(
        says="Whether it reads mail by POP3 or IMAP4, every mail client sends by SMTP.",
        letter="I",
        right="Most do. A web page, a client of an Exchange server and one that speaks JMAP (RFC 8621) do not.",
        sections=(Section("8621"), Section("1939"), Section("9051"), *smtp("2.1")),
        hint="Think of a mail client in a browser. Which RFC is about reading or sending mail in another way?",
    ),
    "C13": Claim(
        says="The code 220 says that the connection is established.",
        letter="I",
        right="The connection stood three frames before. 220 says that the service is ready; "
        "a server that does not want to talk says 554 on the same connection.",
        sections=(*smtp("3.1", "4.2.3", "4.3.1", "4.2"), Section("3207", "4")),
        hint="What had happened before the 220 was sent? The list of reply codes says what 220 means.",
        frames=reply_to(GREETING),
    ),
    "C14": Claim(
        says="The word Anti-spam in the greeting shows that a spam filter guards this server.",
        letter="F",
        right="The text behind the code is for people, and anybody may write anything there. "
        "The lab's server has no spam filter and says it too.",
        sections=smtp("3.1", "4.2", "7.5"),
        hint="What may stand in the text of a greeting, and who checks it?",
        frames=reply_to(GREETING),
    ),
    "C15": Claim(
        says="After the greeting the client sends EHLO or HELO.",
        letter="T",
        right="EHLO as a rule. HELO is the older form, for clients that want no extension.",
        sections=smtp("3.2", "4.1.1.1", "4.1.4", "2.2.1"),
        hint="What must come before a mail transaction?",
        frames=command("EHLO", "HELO"),
    ),
    "C16": Claim(
        says="The argument is the client's domain name or host name.",
        letter="I",
        right="It is the full domain name, and for a host without one an address literal. `TINY-DESKTOP` is neither.",
        sections=smtp("2.3.5", "4.1.4", "4.1.1.1", "4.1.3"),
        hint="Could anybody on the Internet look up the name in your capture?",
        frames=command("EHLO", "HELO"),
    ),
    "C17": Claim(
        says="Its purpose is to declare who the client is.",
        letter="I",
        right="It is a claim, and nobody proves it: a server may compare name and address, "
        "but must not refuse mail since they differ.",
        sections=smtp("4.1.4", "4.1.1.1", "3.2"),
        hint="May a server refuse a client whose name does not fit its address?",
        frames=command("EHLO", "HELO"),
    ),
    "C18": Claim(
        says="The difference: EHLO carries authentication, HELO does not.",
        letter="F",
        right="EHLO asks for the list of extensions. AUTH is one of them, and a command of its own.",
        sections=(*smtp("2.2.1", "3.2", "4.1.1.1"), Section("4954", "4"), Section("4954", "3")),
        hint="Which command carries the user's name? Look at the octets of EHLO.",
        frames=command("EHLO", "AUTH"),
    ),
    "C19": Claim(
        says="So EHLO is more secure.",
        letter="F",
        right="Both go in clear text, and whoever sits between can strike a line from the list. "
        "EHLO only makes AUTH and STARTTLS possible.",
        sections=(Section("3207", "6"), Section("4954", "9"), *smtp("7.1")),
        hint="Can the password be read in your capture? EHLO came before it.",
        frames=command("EHLO", "AUTH"),
    ),
    "C20": Claim(
        says="EHLO brings the ways of authentication, HELO just 250 OK.",
        letter="I",
        right="EHLO brings all the extensions, AUTH only where it is offered. HELO never brings a list.",
        sections=(*smtp("3.2", "4.1.1.1", "2.2.1"), Section("4954", "3")),
        hint="Which lines of the reply to EHLO are about something else?",
        frames=reply_to("EHLO", "HELO"),
    ),
    "C30": Claim(
        says="When the client has got the code 254, it sends the content of the mail.",
        letter="F",
        right="It is 354. The first digit decides: 3 is “go on”, 2 would be “done”. There is no 254.",
        sections=smtp("4.2.1", "4.2.3", "4.1.1.4", "3.3", "4.3.2", "4.2.2"),
        hint="Find the reply to DATA in your capture.",
        frames=reply_to("DATA"),
    ),
    "C34": Claim(
        says="After the content the client sends QUIT.",
        letter="I",
        right="It waits for the reply to the content, and then says QUIT, or MAIL for another mail. "
        "Only with PIPELINING may it say QUIT at once (RFC 2920 §3.1).",
        sections=(*smtp("4.3.1", "4.1.1.10", "4.1.4", "4.2.5", "4.1.1.4"), Section("2920", "3.1")),
        hint="What stands between the content and QUIT in your capture?",
        frames=either(reply_to(END_OF_DATA), command("QUIT")),
    ),
    "C35": Claim(
        says="Having received the data, the server sends 250, and then 221 to end the session.",
        letter="I",
        right="Each is the reply to something else: 250 to the line with the dot, and with it the server takes the "
        "responsibility for the mail; 221 to QUIT. Without QUIT there is no 221.",
        sections=smtp("4.2.5", "6.1", "4.1.1.10", "4.1.1.4", "4.2.3", "4.2", "4.3.2"),
        hint="What stands between 250 and 221 in your capture?",
        frames=either(reply_to(END_OF_DATA), reply_to("QUIT")),
    ),
}
