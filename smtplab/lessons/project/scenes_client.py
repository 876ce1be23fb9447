"""Stages C1 to C3: what a client says to an ordinary server, and to one that knows no EHLO or speaks in pieces."""

from typing import Final

from smtplab.lessons.project.scenes import DONE, HEADER, LATER, MESSAGE, Scene

ENVELOPE: Final = ("MAIL", "RCPT", "DATA")

C1: Final = (
    Scene(
        "C1.1",
        "the client waits for the greeting",
        "RFC 5321 §3.1",
        "The server speaks first, and may take its time.",
        fates=(),
        holds=("greeting",),
    ),
    Scene(
        "C1.2",
        "it says EHLO, and QUIT in the end",
        "RFC 5321 §4.1.1.10",
        "A client that just hangs up leaves the server in doubt.",
        fates=(),
        must_say=("EHLO", "QUIT"),
    ),
    Scene(
        "C1.3",
        "it waits for the reply to QUIT",
        "RFC 5321 §4.1.1.10",
        "The connection is the server's to close; who goes before the 221 may reset it.",
        fates=(),
        holds=("QUIT",),
    ),
    Scene(
        "C1.4",
        "a greeting of two lines",
        "RFC 5321 §4.2.1",
        "A hyphen behind the code: another line follows.",
        {"greeting": "220-mx.example welcomes you\r\n220 and is ready"},
        fates=(),
        holds=("EHLO",),
    ),
    Scene(
        "C1.5",
        "the greeting is 554",
        "RFC 5321 §3.1",
        "A server may have no service for you. Say QUIT, and nothing else.",
        {"greeting": "554 No SMTP service here"},
        fates=(),
        must_not_say=("MAIL",),
    ),
)

C2: Final = (
    Scene(
        "C2.1", "one mail, as it was given", "RFC 5321 §3.3", "MAIL, RCPT, DATA, the mail, a dot.", must_say=ENVELOPE
    ),
    Scene(
        "C2.2",
        "three recipients",
        "RFC 5321 §3.3",
        "One RCPT for each recipient, and one DATA for all.",
        fates=(DONE * 3,),
        recipients=3,
    ),
    Scene(
        "C2.3",
        "it waits for the 354",
        "RFC 5321 §3.3",
        "Without 354 no mail: what comes too early is read as commands.",
        holds=("DATA",),
    ),
    Scene(
        "C2.4",
        "PIPELINING is not offered: one command at a time",
        "RFC 2920 §3.1",
        "What is not in EHLO's list must not be used.",
        holds=("EHLO", "MAIL", "RCPT"),
    ),
    Scene(
        "C2.5",
        "lines that begin with dots",
        "RFC 5321 §4.5.2",
        "Each line that begins with a dot gets another one. Else the first lone dot ends the mail.",
        message=HEADER + b"one\r\n.\r\n.two\r\n..three\r\nfour.\r\n",
        arrives=HEADER + b"one\r\n.\r\n.two\r\n..three\r\nfour.\r\n",
    ),
    Scene(
        "C2.6",
        "the first line begins with a dot",
        "RFC 5321 §4.5.2",
        "There is no CRLF before the first line, and it is a line nevertheless.",
        message=b".first: line\r\n\r\nHello.\r\n",
        arrives=b".first: line\r\n\r\nHello.\r\n",
    ),
    Scene(
        "C2.7",
        "the last line has no CRLF",
        "RFC 5321 §4.1.1.4",
        "The dot must stand on a line of its own.",
        message=MESSAGE.removesuffix(b"\r\n"),
    ),
    Scene(
        "C2.8",
        "empty lines at the end stay",
        "RFC 5321 §4.1.1.4",
        "The CRLF before the dot belongs to the message: one that is there is enough, and two are two.",
        message=MESSAGE + b"\r\n\r\n",
        arrives=MESSAGE + b"\r\n\r\n",
    ),
    Scene(
        "C2.9",
        "a mail whose lines end with LF",
        "RFC 5321 §2.3.8",
        "A file of Linux is no mail yet: on the wire each line ends with CRLF.",
        message=MESSAGE.replace(b"\r\n", b"\n"),
    ),
    Scene(
        "C2.10",
        "the null reverse-path",
        "RFC 5321 §4.5.5",
        "`MAIL FROM:<>` is what a notice of failure begins with.",
        reverse_path="",
    ),
    Scene(
        "C2.11",
        "a line of 1,000 octets, and octets over 127",
        "RFC 5321 §4.5.3.1.6",
        "A message is octets, and its lines may be as long as that.",
        {"EHLO": "250-mx.example\r\n250 8BITMIME"},
        message=HEADER + "Grüße\r\n".encode() + b"y" * 998 + b"\r\n",
        arrives=HEADER + "Grüße\r\n".encode() + b"y" * 998 + b"\r\n",
    ),
)

C3: Final = (
    Scene(
        "C3.1",
        "EHLO is answered 502: HELO, and the mail all the same",
        "RFC 5321 §3.2",
        "An old server knows no EHLO. It takes mail nevertheless.",
        {"EHLO": "502 Command not implemented"},
        must_say=("EHLO", "HELO", "MAIL"),
    ),
    Scene(
        "C3.2",
        "EHLO is answered 500: likewise",
        "RFC 5321 §3.2",
        "500 says: I do not know this verb. HELO is another one.",
        {"EHLO": "500 What is that?"},
        must_say=("EHLO", "HELO", "MAIL"),
    ),
    Scene(
        "C3.3",
        "all replies come octet by octet",
        "RFC 5321 §2.3.8",
        "One read is not one reply: collect octets until CRLF is there.",
        split=True,
    ),
    Scene(
        "C3.4",
        "a list of six lines, octet by octet",
        "RFC 5321 §4.2.1",
        "It ends with the line that has no hyphen, and not where a read ends.",
        {"EHLO": "250-mx.example\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250-HELP\r\n250-VRFY\r\n250 ETRN"},
        split=True,
    ),
    Scene(
        "C3.5",
        "replies of several lines to MAIL, RCPT and the dot",
        "RFC 5321 §4.2.1",
        "Any reply may have several lines.",
        {"MAIL": "250-I see\r\n250 fine", "RCPT": "250-him?\r\n250 yes", ".": "250-taken\r\n250 for good"},
    ),
    Scene(
        "C3.6",
        "a code alone, without a blank and a word",
        "RFC 5321 §4.2",
        "The text is for people, and may be missing.",
        {"MAIL": "250", "RCPT": "250", "DATA": "354", ".": "250"},
    ),
    Scene(
        "C3.7",
        "two replies in one segment",
        "RFC 5321 §4.3.1",
        "What is behind the first reply is the next one: here a 421, which says that the server goes.",
        {"MAIL": "250 OK\r\n421 I have to go"},
        (LATER,),
        arrives=None,
    ),
)
