"""Conversations that are wrong, cut or heard in part, each with what an observer tells of it."""

from typing import Final

from tests.protocol.conversations import ADDRESSED, ASKED, ENVELOPE, OPENED, OPENING, QUIT

ODD: Final[dict[str, tuple[str, list[str]]]] = {
    "bare LF": (
        r"""
        s: 220 hi\n
        c: EHLO a\n
        s: 250-hello\n250 SIZE\n
        c: MAIL FROM:<a@example.org>\n
        s: 250 OK\n
        c: RCPT TO:<b@example.org>\n
        s: 250 OK\n
        c: DATA\n
        s: 354 go on\n
        c: Subject: x\n\n..x\n.\n
        s: 250 OK\n
        c: QUIT\n
        s: 221 Bye\n
        """,
        [
            *OPENED,
            *ADDRESSED,
            *ASKED,
            r"C mail data Subject: x\n\n..x\n",
            r"C end of data .\n",
            "S 250 to END-OF-DATA -> READY",
            *QUIT,
        ],
    ),
    "bare LF around a dot, of which a strict server takes no notice": (
        OPENING
        + ENVELOPE
        + r"""
        C: DATA
        S: 354 go on
        c: a\n.\nb\r\n.\r\n
        S: 250 OK
        """,
        [
            *OPENED,
            *ADDRESSED,
            *ASKED,
            r"C mail data a\n.\nb\r\n",
            r"C end of data .\r\n",
            "S 250 to END-OF-DATA -> READY",
        ],
    ),
    "bare LF before a dot, sent at once with what is smuggled behind it to a lax server": (
        OPENING
        + ENVELOPE
        + r"""
        C: DATA
        S: 354 go on
        c: a\n.\r\nMAIL FROM:<evil@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nb\r\n.\r\n
        s: 250 OK\r\n250 OK\r\n250 OK\r\n354 go on\r\n
        S: 250 OK
        C: QUIT
        S: 221 Bye
        """,
        [
            *OPENED,
            *ADDRESSED,
            *ASKED,
            r"C mail data a\n",
            r"C end of data .\r\n",
            "C MAIL",
            "C RCPT",
            "C DATA",
            "S 250 to END-OF-DATA -> READY",
            "S 250 to MAIL -> SENDER",
            "S 250 to RCPT -> RECIPIENTS",
            "S 354 to DATA -> MAIL_DATA",
            r"C mail data b\r\n",
            r"C end of data .\r\n",
            "S 250 to END-OF-DATA -> READY",
            *QUIT,
        ],
    ),
    "bare LF before a dot, sent at once to a strict server": (
        OPENING
        + ENVELOPE
        + r"""
        C: DATA
        S: 354 go on
        c: a\n.\r\nMAIL FROM:<evil@example.org>\r\n.\r\n
        S: 250 OK
        C: QUIT
        S: 221 Bye
        """,
        [
            *OPENED,
            *ADDRESSED,
            *ASKED,
            r"C mail data a\n.\r\nMAIL FROM:<evil@example.org>\r\n",
            r"C end of data .\r\n",
            "S 250 to END-OF-DATA -> READY",
            *QUIT,
        ],
    ),
    "bare LF around a dot, for which a lax server falls": (
        OPENING
        + ENVELOPE
        + r"""
        C: DATA
        S: 354 go on
        c: a\n.\n
        S: 250 OK
        C: MAIL FROM:<evil@example.org>
        S: 250 OK
        """,
        [
            *OPENED,
            *ADDRESSED,
            *ASKED,
            r"C mail data a\n",
            r"C end of data .\n",
            "S 250 to END-OF-DATA -> READY",
            "C MAIL",
            "S 250 to MAIL -> SENDER",
        ],
    ),
    "the client speaks first": (
        "C: EHLO a\nS: 220 hi\nS: 250 hello",
        ["C EHLO", "S 220 to GREETING -> GREETED", "S 250 to EHLO -> READY"],
    ),
    "only the client is heard": (
        """
        C: EHLO a
        C: AUTH PLAIN AHRpbQBzZWNyZXQ=
        C: MAIL FROM:<a@example.org>
        C: RCPT TO:<b@example.org>
        C: DATA
        C: Subject: x
        C: .
        C: QUIT
        """,
        [
            "C EHLO",
            "C AUTH authorization identity= username=tim password=secret",
            "C MAIL",
            "C RCPT",
            "C DATA",
            r"C mail data Subject: x\r\n",
            r"C end of data .\r\n",
            "C QUIT",
        ],
    ),
    "only the client is heard, in AUTH LOGIN": (
        "C: EHLO a\nC: AUTH LOGIN\nC: dGlt\nC: c2VjcmV0\nC: MAIL FROM:<>",
        [
            "C EHLO",
            "C AUTH",
            r"C auth dGlt\r\n username=tim",
            r"C auth c2VjcmV0\r\n password=secret",
            "C MAIL",
        ],
    ),
    "only the server is heard": (
        "S: 220 hi\nS: 250 hello\nS: 250 OK\nS: 354 go on\nS: 250 OK\nS: 221 Bye",
        [
            "S 220 to GREETING -> GREETED",
            "S 250 to nothing",
            "S 250 to nothing",
            "S 354 to DATA -> MAIL_DATA",
            "S 250 to END-OF-DATA -> READY",
            "S 221 to nothing",
        ],
    ),
    "only the client is heard, and it ends its lines in LF": (
        r"c: EHLO a\nDATA\nx\n.\nQUIT\n",
        ["C EHLO", "C DATA", r"C mail data x\n", r"C end of data .\n", "C QUIT"],
    ),
    "from the middle": (
        "C: RCPT TO:<b@example.org>\nS: 250 OK\nC: DATA\nS: 354 go on\nC: x\nC: .\nS: 250 OK",
        [
            "C RCPT",
            "S 250 to RCPT -> RECIPIENTS",
            *ASKED,
            r"C mail data x\r\n",
            r"C end of data .\r\n",
            "S 250 to END-OF-DATA -> READY",
        ],
    ),
    "from the middle, after STARTTLS was asked for": (
        "C: STARTTLS\nS: 220 go\nc: \\x16\\x03\\x01\\x00\\x01a",
        ["C STARTTLS", "S 220 to STARTTLS -> TLS_HANDSHAKE", r"C tls \x16\x03\x01\x00\x01a"],
    ),
    "a server that takes what the table forbids": (
        "S: 220 hi\nC: MAIL FROM:<a@example.org>\nS: 250 OK\nC: DATA\nS: 354 go on\nC: x\nC: .\nS: 250 OK",
        [
            "S 220 to GREETING -> GREETED",
            "C MAIL",
            "S 250 to MAIL -> SENDER",
            *ASKED,
            r"C mail data x\r\n",
            r"C end of data .\r\n",
            "S 250 to END-OF-DATA -> READY",
        ],
    ),
    "unknown verbs, empty lines and rubbish": (
        OPENING + "C: XFOO bar\nS: 500 no\nC:\nS: 500 no\nC: \\xff\\x00\nS: 500 no\ns: what?\\r\\n",
        [
            *OPENED,
            "C XFOO",
            "S 500 to XFOO",
            r"C unknown \r\n",
            "S 500 to nothing",
            r"C unknown \xff\x00\r\n",
            "S 500 to nothing",
            r"S unknown what?\r\n",
        ],
    ),
    "a reply that breaks off": (
        OPENING + "C: NOOP\nS: 250-one\nS: what?\nC: NOOP\nS: 250 OK",
        [*OPENED, "C NOOP", "S 250 to NOOP", r"S unknown what?\r\n", "C NOOP", "S 250 to NOOP"],
    ),
    "a command and a reply that are cut off": (
        OPENING + "c: NOO\ns: 25",
        [*OPENED, "C unknown NOO", "S unknown 25"],
    ),
    "a 354 though two replies before it are not in the capture": (
        OPENING + "C: MAIL FROM:<a@example.org>\nC: RCPT TO:<b@example.org>\nC: DATA\nS: 354 go on\nC: .\nS: 250 OK",
        [
            *OPENED,
            *["C MAIL", "C RCPT", "C DATA", "S 354 to DATA -> MAIL_DATA", r"C end of data .\r\n"],
            "S 250 to END-OF-DATA -> READY",
        ],
    ),
    "a reply nobody asked for": (OPENING + "S: 250 surprise", [*OPENED, "S 250 to nothing"]),
}

# And with octets missing, which cannot be cut just anywhere.
GAPS: Final[dict[str, tuple[str, list[str]]]] = {
    "a gap in a command": (
        OPENING + "c: MAIL FR\nC- 10\nc: org>\\r\\n\nS: 250 OK",
        [*OPENED, "C unknown MAIL FR", "C gap 10", "C ORG", "S 250 to ORG"],
    ),
    "a gap in a reply": (
        OPENING + "C: NOOP\ns: 250-o\nS- 5\nS: 250 OK\nC: NOOP\nS: 250 OK",
        [*OPENED, "C NOOP", "S unknown 250-o", "S gap 5", "S 250 to NOOP", "C NOOP", "S 250 to NOOP"],
    ),
    "a gap in the mail data": (
        OPENING + ENVELOPE + "C: DATA\nS: 354 go on\nc: one\nC- 100\nC: two\nC: .\nS: 250 OK",
        [
            *OPENED,
            *ADDRESSED,
            *ASKED,
            "C mail data one",
            "C gap 100",
            r"C mail data two\r\n",
            r"C end of data .\r\n",
            "S 250 to END-OF-DATA -> READY",
        ],
    ),
    "a gap that holds the end of the mail data": (
        OPENING + ENVELOPE + "C: DATA\nS: 354 go on\nc: one\nC- 100\nS: 250 OK\nC: QUIT\nS: 221 Bye",
        [
            *OPENED,
            *ADDRESSED,
            *ASKED,
            "C mail data one",
            "C gap 100",
            "S 250 to END-OF-DATA -> READY",
            *QUIT,
        ],
    ),
    "a gap in a chunk": (
        OPENING + ENVELOPE + "c: BDAT 10 LAST\\r\\nabc\nC- 4\nc: xyz\nS: 250 OK\nC: QUIT\nS: 221 Bye",
        [
            *OPENED,
            *ADDRESSED,
            "C BDAT",
            "C chunk abc",
            "C gap 4",
            "C chunk xyz",
            "S 250 to BDAT LAST -> READY",
            *QUIT,
        ],
    ),
    "the greeting is missing": ("S- 20\nC: EHLO a\nS: 250 hello", ["S gap 20", "C EHLO", "S 250 to EHLO -> READY"]),
    "the 354 is missing": (
        OPENING + ENVELOPE + "C: DATA\nS- 10\nC: x\nC: .\nS: 250 OK\nC: QUIT\nS: 221 Bye",
        [
            *OPENED,
            *ADDRESSED,
            "C DATA",
            "S gap 10",
            r"C mail data x\r\n",
            r"C end of data .\r\n",
            "S 250 to END-OF-DATA -> READY",
            *QUIT,
        ],
    ),
    "the 334 is missing": (
        OPENING + "C: AUTH LOGIN\nS- 10\nC: dGlt\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 OK",
        [
            *OPENED,
            "C AUTH",
            "S gap 10",
            r"C auth dGlt\r\n username=tim",
            "S 334 to AUTH challenge=Password:",
            r"C auth c2VjcmV0\r\n password=secret",
            "S 235 to AUTH -> READY",
        ],
    ),
    "the 235 is missing": (
        OPENING + "C: AUTH PLAIN AHRpbQBzZWNyZXQ=\nS- 10\nC: MAIL FROM:<>\nS: 250 OK",
        [
            *OPENED,
            "C AUTH authorization identity= username=tim password=secret",
            "S gap 10",
            "C MAIL",
            "S 250 to MAIL -> SENDER",
        ],
    ),
    "the reply to STARTTLS is missing": (
        OPENING + "C: STARTTLS\nS- 10\nc: \\x16\\x03\\x01\\x00\\x01a",
        [*OPENED, "C STARTTLS", "S gap 10", r"C tls \x16\x03\x01\x00\x01a"],
    ),
    "commands behind STARTTLS, which nobody answers before TLS": (
        OPENING + "C: STARTTLS\nS: 220 go\nC: AUTH PLAIN\nC: DATA\nc: \\x16\\x03\\x01\\x00\\x01a",
        [
            *OPENED,
            "C STARTTLS",
            "S 220 to STARTTLS -> TLS_HANDSHAKE",
            "C AUTH",
            "C DATA",
            r"C tls \x16\x03\x01\x00\x01a",
        ],
    ),
    "a gap inside TLS, and the next record is found": (
        "c: \\x16\\x03\\x01\\x00\\x0aabc\nC- 20\nc: xyz\\x17\\x03\\x03\\x00\\x01a\nc: \\x17\\x03\\x03\\x00\\x01b",
        [
            r"C tls \x16\x03\x01\x00\nabc",
            "C gap 20",
            "C unknown xyz",
            r"C tls \x17\x03\x03\x00\x01a",
            r"C tls \x17\x03\x03\x00\x01b",
        ],
    ),
}
