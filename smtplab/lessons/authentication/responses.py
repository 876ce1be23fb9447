"""What does a client answer? Responses that the learner makes, and the lab's server judges."""

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Final, NamedTuple

from smtplab.lessons.authentication.words import WORDS
from smtplab.lessons.exercises import Exercise, Unreadable, Wrong, say_back
from smtplab.lessons.functions import call, function_of, kind_of, line_of
from smtplab.lessons.rehearsal import HOSTS, Rehearsal, in_one_line, mailboxes
from smtplab.protocol.auth import decode, encode
from smtplab.protocol.auth.cram import digest

SUCCESS: Final = b"235"

OCTETS_AS_TEXT: Final = ("b'", 'b"')
NO_TEXT: Final = "`b'...'` is how Python writes octets: `.decode()` makes a text of them, without the b and the quotes."


class PlainResponse(Exercise):
    """Write the response of PLAIN for a user. The lab's server judges: it is told so, and says 235 or not."""

    form = 'the text that stands behind `AUTH PLAIN `, such as `"AGEAYg=="`'
    hints = (
        "PLAIN is one message: an identity that may be empty, NUL, the user name, NUL, the password (RFC 4616 §2). "
        "The octets of `plain[3]` in the notebook show one.",
        r'In Python: `base64.b64encode(b"\0" + user + b"\0" + password)`, with both as octets.',
    )

    def prepare(self, variant: Random) -> None:
        self._user, _ = mailboxes(variant)
        self._password = variant.choice(WORDS)

    @property
    def question(self) -> str:
        return f"Log in as `{self._user}` with the password `{self._password}`: what stands behind `AUTH PLAIN `?"

    def solve(self) -> str:
        return encode(f"\0{self._user}\0{self._password}".encode())

    def judge(self, answer: Any) -> str:
        line = re.sub(r"(?i)^AUTH\s+PLAIN\s+", "", line_of(answer))
        if not line:
            raise Unreadable
        server = Rehearsal("EHLO", users={self._user: self._password}, mechanisms=("PLAIN",))
        reply = server.say(f"AUTH PLAIN {line}")
        if not reply.startswith(SUCCESS):
            raise Wrong(f"To this the lab's server says `{in_one_line(reply)}`. {self._why_not(line)}")
        return (
            f"The lab's server says `{in_one_line(reply)}`. The whole exchange takes one line, and whoever hears it "
            "has the password. RFC 4616 §2, RFC 4954 §4."
        )

    def _why_not(self, line: str) -> str:
        if line.startswith(OCTETS_AS_TEXT):
            return NO_TEXT
        try:
            message = decode(line.encode())
        except ValueError:
            return "On the wire it has to be base64, all of it in one go."
        if b"\\0" in message:
            return "A backslash and a 0 stand in it where NUL should be, which is one octet."
        if b"\0" not in message:
            return f"Undone, it is `{say_back(message)}`: nothing stands between the parts, and it should be NUL."
        if message.count(b"\0") == 1:
            return (
                "There is one NUL in it, and there have to be two: before the name stands an identity, which may be "
                "empty, and a NUL behind it."
            )
        return f"Undone, it is `{say_back(message)}`. Which user, and which password?"


class CramCase(NamedTuple):
    """A user with a password, and what the challenge is made of."""

    user: str
    password: str
    nonce: str
    domain: str


# The example of RFC 2195 §2, whose digest is b913a602c7eda7a495b4e6e7334d3890.
EXAMPLE: Final = CramCase("tim", "tanstaaftanstaaf", "1896.697170952", "postoffice.reston.mci.net")


class CramResponse(Exercise):
    """Write a function that answers a challenge. It logs in at servers that have never seen it."""

    form = "a function that takes user, password and challenge, and returns one line of text"
    hints = (
        "Undo the base64 of the challenge. Its digest, keyed with the password, is "
        '`hmac.new(key, text, "md5").hexdigest()`, where both arguments are octets.',
        "The line is base64 of the user name, a blank, and the 32 digits in lower case (RFC 2195 §2).",
    )

    def prepare(self, variant: Random) -> None:
        self._cases = [EXAMPLE]
        for _ in range(3):
            user, _ = mailboxes(variant)
            nonce = f"{variant.randint(1000, 9999)}.{variant.randint(10**9, 2 * 10**9)}"
            self._cases.append(CramCase(user, variant.choice(WORDS), nonce, variant.choice(HOSTS)))

    def solve(self) -> Callable[[str, str, str], str]:
        return respond

    def judge(self, answer: Any) -> str:
        function = function_of(answer)
        for case in self._cases:
            _log_in(function, case)
        return (
            "It gives the digest of RFC 2195 §2, and logs in at three servers, each with a challenge of its own. The "
            "password was never said; who listens has something to try guesses on (§4)."
        )


def _log_in(function: Callable[..., Any], case: CramCase) -> None:
    server = Rehearsal(
        "EHLO",
        users={case.user: case.password},
        mechanisms=("CRAM-MD5",),
        nonce=lambda: case.nonce,
        domain=case.domain,
    )
    challenge = server.say("AUTH CRAM-MD5").split()[1].decode()
    shown = f"user `{case.user}`, password `{case.password}` and challenge `{challenge}`"
    given = call(function, case.user, case.password, challenge, shown=shown)
    try:
        line = line_of(given)
    except Unreadable:
        raise Wrong(f"For {shown} it returned {kind_of(given)}. One line of text was asked for.") from None
    reply = server.say(line)
    if not reply.startswith(SUCCESS):
        why = next(_mistakes(line, case, challenge))
        raise Wrong(f"For {shown} it gave a line to which the lab's server says `{in_one_line(reply)}`. {why}")


def _mistakes(line: str, case: CramCase, challenge: str) -> Iterator[str]:
    """Say what may be wrong with a line, the likeliest last."""
    if line.startswith(OCTETS_AS_TEXT):
        yield NO_TEXT
    try:
        said = decode(line.encode()).decode()
    except ValueError:
        yield "On the wire the line is base64 of name, blank and digest."
        return
    name, blank, heard = said.rpartition(" ")
    key, text = case.password.encode(), decode(challenge.encode())
    if not blank:
        yield f"Undone, it is `{say_back(said)}`: the name and a blank belong before the digest."
    if name != case.user:
        yield f"The name in it is `{say_back(name)}`."
    if said.removeprefix(f"{name} ").startswith(OCTETS_AS_TEXT) or " b'" in said:
        yield "`digest()` gives 16 octets. `hexdigest()` gives the 32 digits that are wanted."
    if heard.lower() == hmac.new(key, text, "md5").hexdigest():
        yield "The digest is right, but its letters have to be small ones."
    if heard == hmac.new(key, challenge.encode(), "md5").hexdigest():
        yield "You took the digest of the challenge as it travels: undo its base64 first."
    if heard == hmac.new(text, key, "md5").hexdigest():
        yield "The password is the key, and the challenge is the text: not the other way round."
    if heard in (hashlib.md5(key + text).hexdigest(), hashlib.md5(text + key).hexdigest()):
        yield "That is MD5 of both together. Keyed MD5 takes two rounds: `hmac.new`."
    yield f"The digest in it is `{say_back(heard)}`, and right is `{digest(case.password, text).decode()}`."


def respond(user: str, password: str, challenge: str) -> str:
    """Give the line that answers a challenge of CRAM-MD5, which comes in base64 too."""
    digest = hmac.new(password.encode(), b64decode(challenge), "md5").hexdigest()
    return b64encode(f"{user} {digest}".encode()).decode()
