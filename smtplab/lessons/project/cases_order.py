"""Stage S3: whatever comes in the wrong order or form, and how long things may be."""

from typing import Final

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
    Say,
    content,
    say,
)

LONG_LOCAL_PART: Final = "x" * 64  # RFC 5321 §4.5.3.1.1
LONG_LINE: Final = "y" * 998  # with its CRLF as long as a line may be (§4.5.3.1.6)
LARGE: Final = HEADER + ("z" * 62 + "\r\n") * 1024  # more than 64 K octets (§4.5.3.1.7)
MANY: Final = 100  # recipients that a server must take (§4.5.3.1.8)


def _refused(number: int, title: str, line: str, codes: str, section: str, belief: str, *before: Say) -> Case:
    """A line that must be refused, after which the session goes on."""
    return Case(
        f"S3.{number}",
        title,
        (*(before or HELLO), say(line, codes), say("NOOP", "250")),
        f"RFC 5321 §{section}",
        belief,
    )


S3: Final = (
    _refused(1, "MAIL before EHLO", "MAIL FROM:<{sender}>", "503", "4.1.4", "A session begins with EHLO.", GREETED),
    _refused(2, "RCPT before MAIL", "RCPT TO:<{alice}>", "503", "3.3", "Without MAIL there is no transaction."),
    _refused(
        3, "MAIL twice", "MAIL FROM:<x@y.example>", "503", "4.1.4", "A second MAIL is no correction.", *HELLO, MAIL
    ),
    _refused(4, "DATA before RCPT", "DATA", "503 554", "3.3", "354 says: I have somebody to give it to.", *HELLO, MAIL),
    _refused(
        5,
        "DATA after all recipients were refused",
        "DATA",
        "503 554",
        "3.3",
        "That RCPT was said is not enough: one must have been accepted.",
        *HELLO,
        MAIL,
        say("RCPT TO:<{stranger}>", "5yz"),
    ),
    Case(
        "S3.6",
        "RSET ends the transaction",
        (*ENVELOPE, say("RSET", "250"), say("RCPT TO:<{alice}>", "503"), MAIL, say("DATA", "503 554")),
        "RFC 5321 §4.1.1.5",
        "RSET forgets the sender and all recipients.",
    ),
    Case(
        "S3.7",
        "EHLO amid a transaction ends it",
        (*ENVELOPE, EHLO, say("DATA", "503 554"), MAIL),
        "RFC 5321 §4.1.4",
        "A later EHLO clears all buffers, as RSET does.",
    ),
    _refused(
        8, "a verb that does not exist", "JUMP high", "500 502", "4.2.4", "An error is no end: say so, and go on."
    ),
    _refused(9, "an empty line", "", "500 501 502", "4.2.4", "Each line is answered, even an empty one."),
    Case(
        "S3.10",
        "NOOP, with and without a word",
        (*HELLO, say("NOOP", "250"), say("NOOP of any kind", "250")),
        "RFC 5321 §4.1.1.9",
        "NOOP may have a parameter, which is ignored.",
    ),
    Case(
        "S3.11",
        "VRFY is known",
        (*HELLO, say("VRFY {alice}", "250 251 252 502 550 551 553"), say("NOOP", "250")),
        "RFC 5321 §4.5.1",
        "VRFY belongs to what every server knows: 252 says that it does not tell.",
    ),
    _refused(12, "EHLO without an argument", "EHLO", "501", "4.1.1.1", "The name is no matter of choice.", GREETED),
    _refused(13, "MAIL without brackets", "MAIL FROM:{sender}", "501", "4.1.2", "`<` and `>` belong to the path."),
    _refused(14, "a blank after the colon", "MAIL FROM: <{sender}>", "501", "3.3", "No blank beside the colon."),
    _refused(
        15,
        "a parameter that nobody offered",
        "MAIL FROM:<{sender}> COLOUR=red",
        "555",
        "4.1.1.11",
        "What a server does not understand it must not pass over.",
    ),
    _refused(
        16,
        "RCPT without a domain",
        "RCPT TO:<{alice_local}>",
        "501 550 553",
        "4.1.2",
        "A name alone is no mailbox: only Postmaster is.",
        *HELLO,
        MAIL,
    ),
    _refused(
        17, "DATA with an argument", "DATA now", "501", "4.3.2", "DATA takes nothing: who says more errs.", *ENVELOPE
    ),
    Case(
        "S3.18",
        "after an error the transaction goes on",
        (*HELLO, MAIL, say("JUMP", "500 502"), RCPT, say("RCPT TO:alice", "5yz"), DATA, content(MESSAGE)),
        "RFC 5321 §4.1.4",
        "After a refused command the server stays in the same state.",
        (Delivered(MESSAGE),),
    ),
    Case(
        "S3.19",
        "mail from:, Rcpt To:, data",
        (
            *HELLO,
            say("mail from:<{sender}>", "250"),
            say("Rcpt To:<{alice}>", "250"),
            say("data", "354"),
            content(MESSAGE),
        ),
        "RFC 5321 §2.4",
        "The words FROM and TO are the same in capital and in small letters, too.",
        (Delivered(MESSAGE),),
    ),
    Case(
        "S3.20",
        "a command line of 512 octets",
        (*HELLO, say(f"NOOP {'n' * 505}", "250 501")),
        "RFC 5321 §4.5.3.1.4",
        "So long may a line be, its CRLF counted.",
    ),
    Case(
        "S3.21",
        "a line of 70,000 octets gets one reply",
        (*HELLO, say(f"NOOP {'n' * 70_000}", "250 500 501"), say("RSET", "250")),
        "RFC 5321 §4.5.3.1.9",
        "A line that is cut in two is answered twice, and all replies after it are one too late.",
    ),
    Case(
        "S3.22",
        "a local-part of 64 octets",
        (*HELLO, say(f"MAIL FROM:<{LONG_LOCAL_PART}@client.example>", "250")),
        "RFC 5321 §4.5.3.1.1",
        "So long may a local-part be.",
    ),
    Case(
        "S3.23",
        "100 recipients",
        (*HELLO, MAIL, *[RCPT] * MANY, DATA, content(MESSAGE)),
        "RFC 5321 §4.5.3.1.8",
        "So many must be taken at least.",
    ),
    Case(
        "S3.24",
        "a line of 1,000 octets in a mail",
        (*ENVELOPE, DATA, content(f"{MESSAGE}{LONG_LINE}\r\n")),
        "RFC 5321 §4.5.3.1.6",
        "So long may a line of text be, its CRLF counted.",
        (Delivered(f"{MESSAGE}{LONG_LINE}\r\n"),),
    ),
    Case(
        "S3.25",
        "a mail of more than 64 K",
        (*ENVELOPE, DATA, content(LARGE)),
        "RFC 5321 §4.5.3.1.7",
        "So large may a mail be, and it comes in many reads.",
        (Delivered(LARGE),),
    ),
)
