"""What was said inside? A stranger's session in TLS, whose keys are at hand."""

from base64 import b64encode
from contextlib import suppress
from random import Random
from typing import Any

from smtplab.capture.record import Capture
from smtplab.lessons.authentication.words import WORDS
from smtplab.lessons.exercises import Unreadable, Wrong, say_back
from smtplab.lessons.functions import line_of
from smtplab.lessons.rehearsal import HOSTS, mailboxes
from smtplab.lessons.strangers import StrangersExercise
from smtplab.net.client import Client
from smtplab.net.server import Server
from smtplab.protocol.auth import encode
from smtplab.protocol.client import AuthenticationRefused


class PasswordInside(StrangersExercise):
    """Read the password out of a capture that carries the keys of its session. One was tried before that is wrong."""

    form = 'the password, such as `"secret"`'
    hints = (
        "Find the AUTH that was answered 235. `entry.octets` holds what the transcript masks.",
        "Undo the base64 of its last line: `base64.b64decode(...)`. PLAIN puts NUL before the name and the password.",
    )

    def prepare(self, variant: Random) -> None:
        self._user, _ = mailboxes(variant)
        self._refused, self._password = variant.sample(WORDS, 2)
        self._mechanism = variant.choice(("PLAIN", "LOGIN"))
        self._domain = variant.choice(HOSTS)

    def record(self) -> Capture:
        server = Server(
            {self._user: self._password},
            discard=True,
            tls="starttls",
            auth_inside_tls=True,
            mechanisms=(self._mechanism,),
            domain=self._domain,
            extensions=("AUTH", "STARTTLS"),
        )
        with server, Capture(server, live=False) as capture, Client(server) as client:
            client.introduce("TINY-DESKTOP", tls="required")
            with suppress(AuthenticationRefused):
                client.auth(self._mechanism, self._user, self._refused)
            client.auth(self._mechanism, self._user, self._password)
        return capture

    def solve(self) -> str:
        return self._password

    def judge(self, answer: Any) -> str:
        said = line_of(answer)
        if not said:
            raise Unreadable
        if said != self._password:
            raise Wrong(self._why_not(said))
        return (
            "Inside TLS a password goes by as it does without: base64, and no more. TLS hides the line, not the "
            "password; whoever has the keys of the session reads all of it. RFC 4954 §4, §9."
        )

    def _why_not(self, said: str) -> str:
        encoded = [b64encode(self._password.encode()).decode(), encode(f"\0{self._user}\0{self._password}".encode())]
        if said in encoded:
            return "That is the right line, still in base64. Undo it."
        if self._password in said and self._user in said:
            return "The password is in there, and something else too."
        if said == self._refused:
            return "Somebody tried this one, and the server said 535 to it."
        if said == self._user:
            return "That is the user's name."
        return f"Nobody says `{say_back(said)}` in this session."
