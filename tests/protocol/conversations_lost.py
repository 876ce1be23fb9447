"""Conversations that are told right though the capture misses part of them, or begins amid one."""

from typing import Final

from tests.protocol.conversations import ADDRESSED, ASKED, ENVELOPE, OPENED, OPENING, QUIT

MAIL: Final = "C: MAIL FROM:<a@example.org>\nS: 250 OK\n"
MAILED: Final = ["C MAIL", "S 250 to MAIL -> SENDER"]
SENDING: Final = OPENING + ENVELOPE + "C: DATA\nS: 354 go on\n"
SENT: Final = [*OPENED, *ADDRESSED, *ASKED]
BYE: Final = "C: QUIT\nS: 221 Bye\n"
ENDED: Final = [r"C end of data .\r\n", "S 250 to END-OF-DATA -> READY"]

LOST_IN_AUTH: Final[dict[str, tuple[str, list[str]]]] = {
    "AUTH is missing": (
        OPENING + "C- 12\nS: 334 VXNlcm5hbWU6\nC: dGlt\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 OK\n" + MAIL,
        [
            *OPENED,
            "C gap 12",
            "S 334 to AUTH challenge=Username: -> AUTHENTICATING",
            r"C auth dGlt\r\n response=tim",
            "S 334 to AUTH challenge=Password:",
            r"C auth c2VjcmV0\r\n response=secret",
            "S 235 to AUTH -> READY",
            *MAILED,
        ],
    ),
    "AUTH and the first 334 are missing": (
        OPENING + "C- 12\nS- 18\nC: dGlt\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 535 no",
        [
            *OPENED,
            "C gap 12",
            "S gap 18",
            r"C auth dGlt\r\n response=tim",
            "S 334 to AUTH challenge=Password:",
            r"C auth c2VjcmV0\r\n response=secret",
            "S 535 to AUTH -> READY",
        ],
    ),
    "the name is missing, so the password is not told for it": (
        OPENING + "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC- 6\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 OK",
        [
            *OPENED,
            "C AUTH",
            "S 334 to AUTH challenge=Username: -> AUTHENTICATING",
            "C gap 6",
            "S 334 to AUTH challenge=Password:",
            r"C auth c2VjcmV0\r\n response=secret",
            "S 235 to AUTH -> READY",
        ],
    ),
    "the password is missing": (
        OPENING + "C: AUTH LOGIN dGlt\nS: 334 UGFzc3dvcmQ6\nC- 10\nS: 235 OK\n" + MAIL,
        [
            *OPENED,
            "C AUTH username=tim",
            "S 334 to AUTH challenge=Password: -> AUTHENTICATING",
            "C gap 10",
            "S 235 to AUTH -> READY",
            *MAILED,
        ],
    ),
    "the password is missing, and was refused": (
        OPENING + "C: AUTH LOGIN dGlt\nS: 334 UGFzc3dvcmQ6\nC- 10\nS: 501 no\n" + BYE,
        [
            *OPENED,
            "C AUTH username=tim",
            "S 334 to AUTH challenge=Password: -> AUTHENTICATING",
            "C gap 10",
            "S 501 to AUTH -> READY",
            *QUIT,
        ],
    ),
    "the password and the 235 are missing": (
        OPENING + "C: AUTH LOGIN dGlt\nS: 334 UGFzc3dvcmQ6\nC- 10\nS- 8\n" + MAIL,
        [
            *OPENED,
            "C AUTH username=tim",
            "S 334 to AUTH challenge=Password: -> AUTHENTICATING",
            "C gap 10",
            "S gap 8",
            *MAILED,
        ],
    ),
    "the 235 and the next command are missing": (
        OPENING + "C: AUTH LOGIN dGlt\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nC- 10\nS- 8\nS: 250 OK\nC: NOOP\nS: 250 OK",
        [
            *OPENED,
            "C AUTH username=tim",
            "S 334 to AUTH challenge=Password: -> AUTHENTICATING",
            r"C auth c2VjcmV0\r\n password=secret",
            "C gap 10",
            "S gap 8",
            "S 250 to nothing",
            "C NOOP",
            "S 250 to NOOP",
        ],
    ),
    "part of a response is missing that came before it was asked for": (
        OPENING + "C: AUTH LOGIN dGlt\nC- 4\nC: cmV0\nS: 334 UGFzc3dvcmQ6\nS: 235 OK",
        [
            *OPENED,
            "C AUTH username=tim",
            "C gap 4",
            "S 334 to AUTH challenge=Password: -> AUTHENTICATING",
            r"C auth cmV0\r\n response=ret",
            "S 235 to AUTH -> READY",
        ],
    ),
    "it begins with a password": (
        "C: c2VjcmV0\nS: 235 OK\n" + MAIL,
        [r"C auth c2VjcmV0\r\n response=secret", "S 235 to AUTH -> READY", *MAILED],
    ),
    "it begins with a password that is refused": (
        "C: c2VjcmV0\nS: 535 no\n",
        [r"C auth c2VjcmV0\r\n response=secret", "S 535 to AUTH -> READY"],
    ),
    "it begins with a challenge": (
        "S: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 OK\n",
        [
            "S 334 to AUTH challenge=Password: -> AUTHENTICATING",
            r"C auth c2VjcmV0\r\n response=secret",
            "S 235 to AUTH -> READY",
        ],
    ),
}

LOST_AROUND_A_MESSAGE: Final[dict[str, tuple[str, list[str]]]] = {
    "it begins amid a message": (
        "C: Subject: x\nC:\nC: text\nC: .\nS: 250 OK\n" + MAIL,
        [r"C mail data Subject: x\r\n\r\ntext\r\n", *ENDED, *MAILED],
    ),
    "it begins amid a message, and no server is heard": (
        "C: text\nC: .\nC: QUIT\n",
        [r"C mail data text\r\n", r"C end of data .\r\n", "C QUIT"],
    ),
    "it begins amid a message, of which more is missing, and the reply to it": (
        "C: text\nC- 5\nC: more\nC: .\nS- 8\n" + MAIL,
        [r"C unknown text\r\n", "C gap 5", r"C mail data more\r\n", r"C end of data .\r\n", "S gap 8", *MAILED],
    ),
    "it begins with the end mark": ("C: .\nS: 250 OK\n" + BYE, [*ENDED, *QUIT]),
    "it begins with a command that is no standard": (
        "C: XFOO\nS: 250 OK\n" + BYE,
        ["C XFOO", "S 250 to XFOO", *QUIT],
    ),
    "it begins amid a command, and no server is heard": (
        "C: example.org>\nC: DATA\nC: text\nC: .\nC: QUIT\n",
        ["C EXAMPLE", "C DATA", r"C mail data text\r\n", r"C end of data .\r\n", "C QUIT"],
    ),
    "a gap amid a group of commands, and one reply before it": (
        OPENING + "C: NOOP\nc: MAIL F\nC- 8\nC: org>\nC: RSET\nS: 250 OK\nS: 250 OK\nS: 250 OK",
        [
            *[*OPENED, "C NOOP", "C unknown MAIL F", "C gap 8", "S 250 to NOOP"],
            *["C ORG", "C RSET", "S 250 to ORG", "S 250 to RSET"],
        ],
    ),
    "DATA and 354 are missing": (
        OPENING + ENVELOPE + "C- 6\nS- 8\nC: text\nC: .\nS: 250 OK\n" + BYE,
        [*OPENED, *ADDRESSED, "C gap 6", "S gap 8", r"C mail data text\r\n", *ENDED, *QUIT],
    ),
    "the end mark and the reply to it are missing": (
        SENDING + "C: text\nC- 3\nS- 8\n" + MAIL + BYE,
        [*SENT, r"C mail data text\r\n", "C gap 3", "S gap 8", *MAILED, *QUIT],
    ),
    "the reply to the message and the next command are missing": (
        SENDING + "C: .\nC- 9\nS- 8\nS: 250 OK\n" + BYE,
        [*SENT, r"C end of data .\r\n", "C gap 9", "S gap 8", "S 250 to nothing", *QUIT],
    ),
    "a gap amid a group of commands, and no reply before the last": (
        OPENING + "C: MAIL FROM:<a@example.org>\nc: RCPT TO\nC- 9\nC: org>\nC: DATA\nS: 354 go on\nC: .\nS: 250 OK",
        [
            *[*OPENED, "C MAIL", "C unknown RCPT TO", "C gap 9", "C ORG", "C DATA"],
            *["S 354 to DATA -> MAIL_DATA", *ENDED],
        ],
    ),
    "DATA is missing, and the server does not wait for the end": (
        OPENING + ENVELOPE + "C- 6\nS: 354 go on\nS: 421 too slow\nC: text",
        [
            *[*OPENED, *ADDRESSED, "C gap 6", "S 354 to DATA -> MAIL_DATA"],
            *[r"C mail data text\r\n", "S 421 to END-OF-DATA -> CLOSED"],
        ],
    ),
    "a line like a command behind a gap in the message": (
        SENDING + "C: text\nC- 9\nC: QUIT\nC: .\nS: 250 OK\n" + BYE,
        [*SENT, r"C mail data text\r\n", "C gap 9", r"C mail data QUIT\r\n", *ENDED, *QUIT],
    ),
    "the 354 is missing, and a line like a command stands behind a gap in the message": (
        OPENING + ENVELOPE + "C: DATA\nS- 8\nC: text\nC- 9\nC: QUIT\nC: .\nS: 250 OK\n" + BYE,
        [
            *[*OPENED, *ADDRESSED, "C DATA", "S gap 8", r"C mail data text\r\n", "C gap 9"],
            *[r"C mail data QUIT\r\n", *ENDED, *QUIT],
        ],
    ),
    "part of the message and of the reply to it are missing": (
        SENDING + "C: text\nC- 9\nC: more\nC: .\nS- 5\nS: 250 OK\n" + BYE,
        [*SENT, r"C mail data text\r\n", "C gap 9", r"C mail data more\r\n", ENDED[0], "S gap 5", ENDED[1], *QUIT],
    ),
    "part of a chunk and of the reply to it are missing": (
        OPENING + ENVELOPE + "c: BDAT 10 LAST\\r\\nabc\nC- 4\nc: xyz\nS- 5\nS: 250 OK\n" + BYE,
        [
            *[*OPENED, *ADDRESSED, "C BDAT", "C chunk abc", "C gap 4", "C chunk xyz"],
            *["S gap 5", "S 250 to BDAT LAST -> READY", *QUIT],
        ],
    ),
    "a reply and the next command are missing": (
        OPENING + "C: MAIL FROM:<a@example.org>\nS- 8\nC- 9\nS: 550 no\n" + BYE,
        [*OPENED, "C MAIL", "S gap 8", "C gap 9", "S 550 to nothing", *QUIT],
    ),
    "a dot behind a gap, which ends a sentence": (
        SENDING + "c: the\nC- 5\nC: .\nC: and more\nC: .\nS: 250 OK\n" + BYE,
        [*SENT, "C mail data the", "C gap 5", r"C mail data .\r\nand more\r\n", *ENDED, *QUIT],
    ),
    "a dot behind a gap, which the server takes for the end": (
        SENDING + "c: the\nC- 5\nC: .\nS: 250 OK\n" + BYE,
        [*SENT, "C mail data the", "C gap 5", *ENDED, *QUIT],
    ),
    "a dot behind a gap, and a command behind it": (
        SENDING + "c: the\nC- 5\nC: .\nC: NOOP\n",
        [*SENT, "C mail data the", "C gap 5", r"C end of data .\r\n", "C NOOP"],
    ),
}

ENDED_LINE: Final = r"C end of data .\r\n"
LOST_REPLIES: Final[dict[str, tuple[str, list[str]]]] = {
    "the reply to DATA is missing, and commands follow": (
        OPENING + ENVELOPE + "C: DATA\nS- 8\nC: RSET\nS: 250 OK\n" + BYE,
        [*OPENED, *ADDRESSED, "C DATA", "S gap 8", "C RSET", "S 250 to RSET -> READY", *QUIT],
    ),
    "the first octets of a reply are missing, and the client goes on": (
        SENDING + "C: .\nS- 4\nS: OK\n" + MAIL + BYE,
        [*SENT, ENDED_LINE, "S gap 4", r"S unknown OK\r\n", *MAILED, *QUIT],
    ),
    "the first octets of 354 are missing": (
        OPENING + ENVELOPE + "C: DATA\nS- 4\nS: go on\nC: text\nC: .\nS: 250 OK\n",
        [*OPENED, *ADDRESSED, "C DATA", "S gap 4", r"S unknown go on\r\n", r"C mail data text\r\n", *ENDED],
    ),
    "the 354 is missing, for which the client did not wait": (
        OPENING + ENVELOPE + "C: DATA\nC: text\nC: .\nS- 8\nS: 250 OK\n",
        [*OPENED, *ADDRESSED, "C DATA", "S gap 8", r"C mail data text\r\n", *ENDED],
    ),
    "the middle of a reply is missing, and its last lines are not": (
        "S: 220 a\nC: EHLO b\ns: 250-a\nS- 9\nS: ING\nS: 250 SIZE\n" + BYE,
        [
            *["S 220 to GREETING -> GREETED", "C EHLO", "S unknown 250-a", "S gap 9", r"S unknown ING\r\n"],
            *["S 250 to EHLO -> READY", *QUIT],
        ],
    ),
    "one of the replies to a group is missing": (
        OPENING
        + "C: MAIL FROM:<>\nC: RCPT TO:<a>\nC: RCPT TO:<b>\nC: DATA\nS- 8\nS: 550 no\nS: 354 go on\nC: .\nS: 250 OK",
        [
            *[*OPENED, "C MAIL", "C RCPT", "C RCPT", "C DATA", "S gap 8"],
            *["S 550 to nothing", "S 354 to DATA -> MAIL_DATA", *ENDED],
        ],
    ),
    "replies to a message and to the group behind it are missing": (
        SENDING + "C: .\nC: MAIL FROM:<>\nC: RCPT TO:<a>\nC: RCPT TO:<b>\nS- 8\nS: 550 no\nS: 250 OK\n" + BYE,
        [
            *[*SENT, ENDED_LINE, "C MAIL", "C RCPT", "C RCPT", "S gap 8"],
            *["S 550 to nothing", "S 250 to nothing", "C QUIT", "S 221 to QUIT -> CLOSED"],
        ],
    ),
    "as many replies came as could, so that what follows is sure again": (
        OPENING + "C: NOOP\nC: RSET\nC: NOOP\nS- 8\nS: 250 OK\nS: 250 OK\n" + MAIL,
        [*OPENED, "C NOOP", "C RSET", "C NOOP", "S gap 8", "S 250 to nothing", "S 250 to nothing", *MAILED],
    ),
}
