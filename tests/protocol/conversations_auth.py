"""AUTH exchanges, each with what an observer tells of it."""

from typing import Final

from tests.protocol.conversations import OPENED, OPENING

AUTHS: Final[dict[str, tuple[str, list[str]]]] = {
    "AUTH PLAIN at once": (
        OPENING + "C: AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\nS: 235 OK",
        [
            *OPENED,
            "C AUTH authorization identity= username=tim password=tanstaaftanstaaf",
            "S 235 to AUTH",
        ],
    ),
    "AUTH PLAIN when asked": (
        OPENING + "C: AUTH PLAIN\nS: 334 \nC: AHRpbQB0YW5zdGFhZnRhbnN0YWFm\nS: 235 OK",
        [
            *OPENED,
            "C AUTH",
            "S 334 to AUTH challenge= -> AUTHENTICATING",
            r"C auth AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n authorization identity= username=tim password=tanstaaftanstaaf",
            "S 235 to AUTH -> READY",
        ],
    ),
    "AUTH LOGIN": (
        OPENING + "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dGlt\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 OK",
        [
            *OPENED,
            "C AUTH",
            "S 334 to AUTH challenge=Username: -> AUTHENTICATING",
            r"C auth dGlt\r\n username=tim",
            "S 334 to AUTH challenge=Password:",
            r"C auth c2VjcmV0\r\n password=secret",
            "S 235 to AUTH -> READY",
        ],
    ),
    "AUTH LOGIN with the name at once": (
        OPENING + "C: AUTH LOGIN dGlt\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 535 no",
        [
            *OPENED,
            "C AUTH username=tim",
            "S 334 to AUTH challenge=Password: -> AUTHENTICATING",
            r"C auth c2VjcmV0\r\n password=secret",
            "S 535 to AUTH -> READY",
        ],
    ),
    "AUTH LOGIN with an empty name at once": (
        OPENING + "C: AUTH LOGIN =\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 535 no",
        [
            *OPENED,
            "C AUTH",
            "S 334 to AUTH challenge=Password: -> AUTHENTICATING",
            r"C auth c2VjcmV0\r\n password=secret",
            "S 535 to AUTH -> READY",
        ],
    ),
    "AUTH LOGIN written with two blanks": (
        OPENING + "C: auth  login\nS: 334 VXNlcm5hbWU6\nC: dGlt\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 OK",
        [
            *OPENED,
            "C AUTH",
            "S 334 to AUTH challenge=Username: -> AUTHENTICATING",
            r"C auth dGlt\r\n username=tim",
            "S 334 to AUTH challenge=Password:",
            r"C auth c2VjcmV0\r\n password=secret",
            "S 235 to AUTH -> READY",
        ],
    ),
    "AUTH cancelled, refused and tried again": (
        OPENING
        + """
        C: AUTH LOGIN
        S: 334 VXNlcm5hbWU6
        C: *
        S: 501 cancelled
        C: AUTH XTEST
        S: 504 unknown
        C: AUTH LOGIN
        S: 334 $$$
        C: dGlt
        S: 501 no
        """,
        [
            *OPENED,
            "C AUTH",
            "S 334 to AUTH challenge=Username: -> AUTHENTICATING",
            r"C auth *\r\n",
            "S 501 to AUTH -> READY",
            "C AUTH",
            "S 504 to AUTH",
            "C AUTH",
            "S 334 to AUTH -> AUTHENTICATING",
            r"C auth dGlt\r\n username=tim",
            "S 501 to AUTH -> READY",
        ],
    ),
    "AUTH answered 235 by a server that asks nothing": (
        OPENING + "C: AUTH LOGIN\nS: 235 OK",
        [*OPENED, "C AUTH", "S 235 to AUTH"],
    ),
}
