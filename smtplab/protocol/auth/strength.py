"""How good is each mechanism? What a lesson can show as a table."""

from typing import Final, NamedTuple


class Strength(NamedTuple):
    """heard: what somebody who listens outside TLS has then. kept: what the server has to keep of each user.

    proves_server: whether the client learns that the server knows the password too.
    """

    heard: str
    kept: str
    proves_server: bool
    verdict: str
    source: str


# Best first.
STRENGTH: Final = {
    "SCRAM-SHA-256": Strength(
        "something to try guesses on, slowly",
        "keys, salted and hashed thousands of times, with which nobody can log in",
        True,
        "The best of the four. Outside TLS a weak password can still be guessed from what was heard.",
        "RFC 5802 §9, RFC 7677",
    ),
    "CRAM-MD5": Strength(
        "something to try guesses on, fast",
        "the password, or what is as good as it",
        False,
        "Better than saying the password in clear text, and outdated: whoever steals the server's list has everything.",
        "RFC 2195 §4, RFC 4954 §4",
    ),
    "PLAIN": Strength(
        "the password",
        "a hash of the password will do",
        False,
        "Good inside TLS, and there every server must know it; outside TLS it should not even be offered.",
        "RFC 4616 §5, RFC 4954 §4, §9",
    ),
    "LOGIN": Strength(
        "the password",
        "a hash of the password will do",
        False,
        "As PLAIN, in two steps more. No standard has it; it is offered for the sake of old clients.",
        "RFC 4954 §9",
    ),
}
