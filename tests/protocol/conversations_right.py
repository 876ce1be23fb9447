"""Conversations as they should be, each with what an observer tells of it."""

from typing import Final

from tests.protocol.conversations import ADDRESSED, ASKED, ENVELOPE, OPENED, OPENING, QUIT

MAILS: Final[dict[str, tuple[str, list[str]]]] = {
    "a mail": (
        OPENING
        + ENVELOPE
        + r"""
        C: DATA
        S: 354 go on
        C: Subject: x
        C:
        C: ..dot
        C: .
        S: 250 OK
        C: QUIT
        S: 221 Bye
        """,
        [
            *OPENED,
            *ADDRESSED,
            *ASKED,
            r"C mail data Subject: x\r\n\r\n..dot\r\n",
            r"C end of data .\r\n",
            "S 250 to END-OF-DATA -> READY",
            *QUIT,
        ],
    ),
    "an empty mail": (
        OPENING + ENVELOPE + "C: DATA\nS: 354 go on\nC: .\nS: 250 OK",
        [*OPENED, *ADDRESSED, *ASKED, r"C end of data .\r\n", "S 250 to END-OF-DATA -> READY"],
    ),
    "DATA refused, commands follow": (
        OPENING + "C: DATA\nS: 503 no\nC: RSET\nS: 250 OK\nC: QUIT\nS: 221 Bye",
        [*OPENED, "C DATA", "S 503 to DATA", "C RSET", "S 250 to RSET", *QUIT],
    ),
    "DATA refused, the message follows all the same": (
        OPENING
        + "C: DATA\nC: Subject: x\nC:\nC: .\nC: QUIT\nS: 503 no\nS: 500 what\nS: 500 what\nS: 500 .\nS: 221 Bye",
        [
            *OPENED,
            "C DATA",
            "S 503 to DATA",
            "C SUBJECT",
            r"C unknown \r\n",
            r"C unknown .\r\n",
            "C QUIT",
            "S 500 to SUBJECT",
            "S 500 to nothing",
            "S 500 to nothing",
            "S 221 to QUIT -> CLOSED",
        ],
    ),
    "a pipelined group": (
        OPENING
        + """
        C: MAIL FROM:<a@example.org>
        C: RCPT TO:<b@example.org>
        C: RCPT TO:<c@example.org>
        C: DATA
        S: 250 OK
        S: 550 no
        S: 250 OK
        S: 354 go on
        """,
        [
            *OPENED,
            *["C MAIL", "C RCPT", "C RCPT", "C DATA"],
            "S 250 to MAIL -> SENDER",
            "S 550 to RCPT",
            "S 250 to RCPT -> RECIPIENTS",
            "S 354 to DATA -> MAIL_DATA",
        ],
    ),
    "a pipelined group, all recipients refused": (
        OPENING
        + """
        C: MAIL FROM:<a@example.org>
        C: RCPT TO:<b@example.org>
        C: DATA
        C: RSET
        S: 250 OK
        S: 550 no
        S: 554 no recipients
        S: 250 OK
        """,
        [
            *OPENED,
            *["C MAIL", "C RCPT", "C DATA"],
            *["S 250 to MAIL -> SENDER", "S 550 to RCPT", "S 554 to DATA", "C RSET", "S 250 to RSET -> READY"],
        ],
    ),
    "pipelined behind the end of mail data": (
        OPENING
        + ENVELOPE
        + """
        C: DATA
        S: 354 go on
        C: one
        C: .
        C: MAIL FROM:<>
        C: RCPT TO:<b@example.org>
        C: DATA
        S: 250 OK
        S: 250 OK
        S: 250 OK
        S: 354 go on
        C: two
        C: .
        C: QUIT
        S: 250 OK
        S: 221 Bye
        """,
        [
            *OPENED,
            *ADDRESSED,
            *ASKED,
            *[r"C mail data one\r\n", r"C end of data .\r\n", "C MAIL", "C RCPT", "C DATA"],
            *["S 250 to END-OF-DATA -> READY", "S 250 to MAIL -> SENDER", "S 250 to RCPT -> RECIPIENTS"],
            "S 354 to DATA -> MAIL_DATA",
            *[r"C mail data two\r\n", r"C end of data .\r\n", "C QUIT"],
            *["S 250 to END-OF-DATA -> READY", "S 221 to QUIT -> CLOSED"],
        ],
    ),
    "a session that is too short": ("S: 554 go away\nC: QUIT\nS: 221 Bye", ["S 554 to GREETING -> REFUSED", *QUIT]),
    "a refused EHLO, then HELO": (
        "S: 220 hi\nC: EHLO a\nS: 502 no\nC: HELO a\nS: 250 hello",
        ["S 220 to GREETING -> GREETED", "C EHLO", "S 502 to EHLO", "C HELO", "S 250 to HELO -> READY"],
    ),
    "421 at any time": (OPENING + "S: 421 shutting down", [*OPENED, "S 421 to nothing -> CLOSED"]),
    "421 amid the mail data": (
        OPENING + ENVELOPE + "C: DATA\nS: 354 go on\nC: half\nS: 421 shutting down\nC: more",
        [
            *OPENED,
            *ADDRESSED,
            *ASKED,
            r"C mail data half\r\nmore\r\n",
            "S 421 to END-OF-DATA -> CLOSED",
        ],
    ),
    "a reply before the end of the mail data waits for it": (
        OPENING + ENVELOPE + "C: DATA\nS: 354 go on\nC: half\nS: 552 too much\nC: more\nC: .\nC: QUIT\nS: 221 Bye",
        [
            *OPENED,
            *ADDRESSED,
            *ASKED,
            r"C mail data half\r\nmore\r\n",
            r"C end of data .\r\n",
            "S 552 to END-OF-DATA -> READY",
            *QUIT,
        ],
    ),
    "a reply to mail data that never ends": (
        OPENING + ENVELOPE + "C: DATA\nS: 354 go on\nC: half\nS: 552 too much",
        [*OPENED, *ADDRESSED, *ASKED, r"C mail data half\r\n", "S 552 to END-OF-DATA -> READY"],
    ),
    "mail data cut off": (
        OPENING + ENVELOPE + "C: DATA\nS: 354 go on\nc: ha",
        [*OPENED, *ADDRESSED, *ASKED, "C mail data ha"],
    ),
}

CHUNKS_AND_TLS: Final[dict[str, tuple[str, list[str]]]] = {
    "BDAT": (
        OPENING
        + ENVELOPE
        + r"""
        c: BDAT 5\r\none\r\n
        S: 250 OK
        c: BDAT 5 LAST\r\ntwo\r\n
        S: 250 OK
        """,
        [
            *OPENED,
            *ADDRESSED,
            "C BDAT",
            r"C chunk one\r\n",
            "S 250 to BDAT -> CHUNKS",
            "C BDAT",
            r"C chunk two\r\n",
            "S 250 to BDAT LAST -> READY",
        ],
    ),
    "BDAT pipelined, with commands inside the chunk": (
        OPENING
        + ENVELOPE
        + r"""
        c: BDAT 6\r\nQUIT\r\nBDAT 0 LAST\r\nQUIT\r\n
        S: 250 OK
        S: 250 OK
        S: 221 Bye
        """,
        [
            *OPENED,
            *ADDRESSED,
            "C BDAT",
            r"C chunk QUIT\r\n",
            "C BDAT",
            "C QUIT",
            "S 250 to BDAT -> CHUNKS",
            "S 250 to BDAT LAST -> READY",
            "S 221 to QUIT -> CLOSED",
        ],
    ),
    "BDAT refused after its chunk": (
        OPENING
        + r"""
        c: BDAT 3\r\nabc
        S: 503 no
        C: RSET
        S: 250 OK
        """,
        [*OPENED, "C BDAT", "C chunk abc", "S 503 to BDAT", "C RSET", "S 250 to RSET"],
    ),
    "BDAT failed, then RSET": (
        OPENING + ENVELOPE + "c: BDAT 3\\r\\nabc\nS: 552 no\nC: RSET\nS: 250 OK",
        [*OPENED, *ADDRESSED, "C BDAT", "C chunk abc", "S 552 to BDAT -> CHUNKS", "C RSET", "S 250 to RSET -> READY"],
    ),
    "BDAT not understood, so that no chunk follows": (
        OPENING + "C: BDAT 100\nS: 502 no\nC: NOOP\nS: 250 OK",
        [*OPENED, "C BDAT", "S 502 to BDAT", "C NOOP", "S 250 to NOOP"],
    ),
    "BDAT without a right size": (
        OPENING + "C: BDAT many\nS: 501 no\nC: NOOP\nS: 250 OK",
        [*OPENED, "C BDAT", "S 501 to BDAT", "C NOOP", "S 250 to NOOP"],
    ),
    "BDAT cut off": (OPENING + "c: BDAT 9\\r\\nabc", [*OPENED, "C BDAT", "C chunk abc"]),
    "STARTTLS and TLS": (
        OPENING
        + r"""
        C: STARTTLS
        S: 220 go
        c: \x16\x03\x01\x00\x03abc
        s: \x16\x03\x03\x00\x02de\x17\x03\x03\x00\x01f
        c: \x17\x03\x03\x00\x00
        """,
        [
            *OPENED,
            "C STARTTLS",
            "S 220 to STARTTLS -> TLS_HANDSHAKE",
            r"C tls \x16\x03\x01\x00\x03abc",
            r"S tls \x16\x03\x03\x00\x02de",
            r"S tls \x17\x03\x03\x00\x01f",
            r"C tls \x17\x03\x03\x00\x00",
        ],
    ),
    "STARTTLS not followed by TLS": (
        OPENING + "C: STARTTLS\nS: 220 go\nC: EHLO a\nS: 250 hello",
        [*OPENED, "C STARTTLS", "S 220 to STARTTLS -> TLS_HANDSHAKE", "C EHLO", "S 250 to EHLO -> READY"],
    ),
    "STARTTLS refused": (
        OPENING + "C: STARTTLS\nS: 454 not now\nC: QUIT\nS: 221 Bye",
        [*OPENED, "C STARTTLS", "S 454 to STARTTLS", *QUIT],
    ),
    "STARTTLS with a command behind it in clear text": (
        OPENING + "c: STARTTLS\\r\\nNOOP\\r\\n\nS: 220 go\nS: 250 OK",
        [*OPENED, "C STARTTLS", "S 220 to STARTTLS -> TLS_HANDSHAKE", "C NOOP", "S 250 to NOOP"],
    ),
    "TLS from the beginning": (
        r"""
        c: \x16\x03\x01\x00\x01a
        s: \x16\x03\x03\x00\x01b\x15\x03\x03\x00\x01
        """,
        [r"C tls \x16\x03\x01\x00\x01a", r"S tls \x16\x03\x03\x00\x01b", r"S tls \x15\x03\x03\x00\x01"],
    ),
    "TLS at a server that speaks SMTP": (
        "c: \\x16\\x03\\x01\\x00\\x01a\nS: 220 hi\nS: 500 what",
        [r"C tls \x16\x03\x01\x00\x01a", "S 220 to GREETING -> GREETED", "S 500 to nothing"],
    ),
}
