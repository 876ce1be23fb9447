"""Stages S4 and S5: what ends a line and a mail, and the extensions SIZE and PIPELINING."""

from typing import Final

from smtplab.lessons.project.cases_dialogue import QUIT
from smtplab.lessons.project.site import SIZE_LIMIT
from smtplab.lessons.project.steps import (
    DATA,
    EHLO,
    ENVELOPE,
    GREETED,
    HEADER,
    HELLO,
    MAIL,
    MESSAGE,
    RCPT,
    Case,
    Delivered,
    Lists,
    Reads,
    Say,
    Silence,
    content,
    say,
)

SMUGGLED: Final = "MAIL FROM:<{sender}>\r\nRCPT TO:<{bob}>\r\nDATA\r\nSubject: Smuggled\r\n\r\nOnce more.\r\n"
GROUP: Final = "MAIL FROM:<{sender}>\r\nRCPT TO:<{alice}>\r\nRCPT TO:<{bob}>\r\nDATA\r\n"
TOO_LARGE: Final = HEADER + ("z" * 62 + "\r\n") * (SIZE_LIMIT // 64 + 1)


def _stuffed(number: int, title: str, typed: str, wire: str, belief: str) -> Case:
    """Lines of a mail, as typed and as they are on the wire."""
    return Case(
        f"S4.{number}",
        title,
        (*ENVELOPE, DATA, content(HEADER + wire)),
        "RFC 5321 §4.5.2",
        belief,
        (Delivered(HEADER + typed),),
    )


def _no_end(number: int, title: str, mark: str) -> Case:
    """A line end that is none, with a dot behind it: the mail goes on. A server may refuse the mail in the end."""
    return Case(
        f"S4.{number}",
        title,
        (
            *ENVELOPE,
            DATA,
            Say(f"{MESSAGE.removesuffix(chr(13) + chr(10))}{mark}"),
            Silence(f"{title} ends no mail"),
            Say(f"{SMUGGLED}.\r\n", ("250 5yz",)),
            say("NOOP", "250"),
        ),
        "RFC 5321 §4.1.1.4",
        "Whoever takes LF or CR for a line end lets strangers smuggle a second mail into the first.",
    )


S4: Final = (
    _stuffed(1, "a line that begins with a dot", ".x\r\nend\r\n", "..x\r\nend\r\n", "Of two dots one is taken away."),
    _stuffed(2, "a line with nothing but a dot", "a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n", "`..` is a line of one dot."),
    _stuffed(3, "dots elsewhere in a line", "a..b\r\nc..\r\n", "a..b\r\nc..\r\n", "Only a first dot is taken away."),
    _stuffed(4, "three dots arrive as two", "..x\r\n", "...x\r\n", "One dot is taken away, and no more."),
    Case(
        "S4.5",
        "the first line of a mail begins with a dot",
        (*ENVELOPE, DATA, content("..first: x\r\n\r\nHello.\r\n")),
        "RFC 5321 §4.5.2",
        "There is no CRLF before the first line, and it is a line nevertheless.",
        (Delivered(".first: x\r\n\r\nHello.\r\n"),),
    ),
    Case(
        "S4.6",
        "the end mark comes octet by octet",
        (*ENVELOPE, DATA, Say(MESSAGE), Say(".\r\n", ("250",), split=True)),
        "RFC 5321 §4.1.1.4",
        "CRLF, dot, CRLF may be in five segments.",
        (Delivered(MESSAGE),),
    ),
    Case(
        "S4.7",
        "an empty mail: the dot comes at once",
        (*ENVELOPE, DATA, Say(".\r\n", ("250 5yz",)), say("NOOP", "250")),
        "RFC 5321 §4.1.1.4",
        "The CRLF before the dot may be that of DATA.",
    ),
    _no_end(8, "LF, dot, LF", "\n.\n"),
    _no_end(9, "LF, dot, CRLF", "\n.\r\n"),
    _no_end(10, "CR, dot, CR", "\r.\r"),
    _no_end(11, "CRLF, dot, LF", "\r\n.\n"),
    Case(
        "S4.12",
        "a command that ends with LF is not over",
        (*HELLO, Say("NOOP\n"), Silence("LF alone ends no line"), Say("\r\n", ("250 5yz",)), say("NOOP", "250")),
        "RFC 5321 §2.3.8",
        "LF is good enough for a file, and not for the wire.",
    ),
    Case(
        "S4.13",
        "octets over 127 arrive as they are",
        (*ENVELOPE, DATA, content(f"{MESSAGE}Gr\xfc\xdfe\r\n")),
        "RFC 5321 §2.4",
        "Who decodes a mail breaks it, or breaks down. A server passes octets on.",
        (Delivered(f"{MESSAGE}Gr\xfc\xdfe\r\n"),),
    ),
)

S5: Final = (
    Case(
        "S5.1",
        "the reply to EHLO lists SIZE, with the limit",
        (*HELLO, Lists(("SIZE {size}",))),
        "RFC 1870 §4",
        "SIZE without a number says nothing of the limit.",
    ),
    Case(
        "S5.2",
        "it lists PIPELINING",
        (*HELLO, Lists(("PIPELINING",))),
        "RFC 2920 §2",
        "What is not listed is not used.",
    ),
    Case(
        "S5.3",
        "its first line names the server, and all but the last have a hyphen",
        (*HELLO, Reads(r"250-{domain}[ \r][^\n]*\n(250-[^\n]*\n)*250 [^\n]*\n", "`250-{domain}` first, `250 ` last")),
        "RFC 5321 §4.2.1",
        "The hyphen says that another line follows, and the first line is no keyword.",
    ),
    Case(
        "S5.4",
        "MAIL with a size that is small enough",
        (*HELLO, say("MAIL FROM:<{sender}> SIZE=500", "250"), RCPT, DATA, content(MESSAGE)),
        "RFC 1870 §6",
        "Who lists SIZE must understand the parameter.",
        (Delivered(MESSAGE),),
    ),
    Case(
        "S5.5",
        "MAIL with a size over the limit",
        (*HELLO, say("MAIL FROM:<{sender}> SIZE={over}", "552"), say("RCPT TO:<{alice}>", "503")),
        "RFC 1870 §6.1",
        "The size is said first so that nobody sends the mail in vain.",
    ),
    Case(
        "S5.6",
        "MAIL with a size that is no number",
        (*HELLO, say("MAIL FROM:<{sender}> SIZE=large", "501"), MAIL),
        "RFC 1870 §6",
        "A parameter has a syntax, too.",
    ),
    Case(
        "S5.7",
        "a mail that is over the limit, though nobody said so",
        (*ENVELOPE, DATA, content(TOO_LARGE, "552"), say("NOOP", "250")),
        "RFC 1870 §6.3",
        "The mail is read to its end, and then refused. Who stops reading takes its lines for commands.",
        (),
    ),
    Case(
        "S5.8",
        "MAIL, two RCPT and DATA in one segment",
        (*HELLO, Say(GROUP, ("250", "250", "250", "354")), content(MESSAGE)),
        "RFC 2920 §3.2",
        "One read may be several lines. What is behind the first of them must not be lost.",
    ),
    Case(
        "S5.9",
        "the mail, the dot and QUIT in one segment",
        (*ENVELOPE, DATA, Say(f"{MESSAGE}.\r\nQUIT\r\n", ("250", "2yz"))),
        "RFC 2920 §3.1",
        "What stands behind the dot is the next command.",
        (Delivered(MESSAGE),),
    ),
    Case(
        "S5.10",
        "two mails, the second envelope right behind the first dot",
        (
            *ENVELOPE,
            DATA,
            Say(
                f"{MESSAGE}.\r\nMAIL FROM:<second@client.example>\r\nRCPT TO:<{{bob}}>\r\nDATA\r\n",
                ("250", "250", "250", "354"),
            ),
            content(f"{MESSAGE}The second.\r\n"),
        ),
        "RFC 2920 §3.1",
        "The replies come in the order of the commands.",
    ),
    Case(
        "S5.11",
        "a group whose recipients are all refused",
        (
            *HELLO,
            Say("MAIL FROM:<{sender}>\r\nRCPT TO:<{stranger}>\r\nDATA\r\n", ("250", "5yz", "503 554")),
            say("RSET", "250"),
            QUIT,
        ),
        "RFC 2920 §3.1",
        "A client that says 354 to itself sends a mail for nobody: the server must not.",
        (),
    ),
    Case(
        "S5.12",
        "a group, octet by octet",
        (
            GREETED,
            EHLO,
            Say("MAIL FROM:<{sender}>\r\nRCPT TO:<{alice}>\r\nRSET\r\n", ("250", "250", "250"), split=True),
        ),
        "RFC 2920 §3.2",
        "How the octets are cut does not matter.",
    ),
)
