"""Can you write a client that pipelines? It is let loose on the lab's server, and its capture is read."""

from collections.abc import Callable
from random import Random
from typing import Any, ClassVar, Final

from smtplab.capture.record import Capture
from smtplab.lessons.exercises import Exercise, Wrong
from smtplab.lessons.functions import call, function_of
from smtplab.lessons.pipelining.cast import PIPELINED
from smtplab.lessons.rehearsal import CLIENT, DOMAINS, LOCAL_PARTS, in_one_line
from smtplab.net.memory import CLIENT_HOST, MemoryConnection, MemoryServer
from smtplab.protocol.exchanges import Exchange, exchanges
from smtplab.protocol.states import END_OF_DATA, GREETING
from smtplab.protocol.transcript import Transcript

PATIENCE: Final = 100  # replies that a learner's function may ask for


def send(say: Callable[[str], None], hear: Callable[[], int], sender: str, recipients: list[str], message: str) -> None:
    """Send a mail in two round trips, whatever the number of recipients."""
    lines = [f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{each}>" for each in recipients), "DATA"]
    say("".join(f"{line}\r\n" for line in lines))
    codes = [hear() for _ in lines]
    if codes[-1] == 354:
        say(f"{message}.\r\n")
        hear()


class Silence(Exception):
    """A reply is waited for, and none is on its way."""


class Line:
    """What a learner's function talks through: a connection to a server of its own, EHLO said already."""

    def __init__(self, recipients: list[str]) -> None:
        self.server = MemoryServer(mailboxes=recipients, extensions=PIPELINED)
        self.silent = False
        self._capture = Capture(self.server, live=False).start()
        self._connection = MemoryConnection(self.server, (CLIENT_HOST, 49152))
        self._unsent = b""
        self._heard = b""
        self._left = PATIENCE
        self.hear()
        self.say(f"EHLO {CLIENT}\r\n")
        self.hear()

    def say(self, octets: Any) -> None:
        """Send octets, or a text of ASCII. They are on the way until a reply is waited for."""
        self._unsent += octets.encode() if isinstance(octets, str) else bytes(octets)

    def _arrive(self) -> None:
        if self._unsent:
            octets, self._unsent = self._unsent, b""
            self._connection.sendall(octets)

    def hear(self) -> int:
        """Wait for the next reply, and give its code. Raises `Silence` where none will come."""
        self._left -= 1
        while not (reply := self._next_reply()):
            self._arrive()
            try:
                octets = self._connection.recv(65536)
            except TimeoutError:
                octets = b""
            if not octets or self._left < 0:
                self.silent = True
                raise Silence("no reply is on its way")
            self._heard += octets
        return int(reply[:3])

    def _next_reply(self) -> bytes:
        """Take one reply, of all its lines, from what was heard; b"" where it is not whole."""
        lines = self._heard.splitlines(keepends=True)
        for number, line in enumerate(lines, 1):
            if line.endswith(b"\r\n") and line[3:4] != b"-":
                self._heard = b"".join(lines[number:])
                return line
        return b""

    def close(self) -> Transcript:
        """Hang up, and give what was said."""
        self._arrive()
        self._connection.close()
        self._capture.stop()
        return self._capture.transcript


class WritePipelined(Exercise):
    """Write a function that sends a mail in two round trips. Its capture is judged."""

    form = "a function that takes say, hear, sender, recipients and message"
    hints = (
        "Join MAIL, one RCPT for each recipient and DATA into one text, each line with CRLF, and `say` it at once. "
        "Then `hear()` as often as there were lines.",
        "The last of those codes answers DATA. Only if it is 354 say the message, with `.\\r\\n` behind it, and hear "
        "once more.",
    )
    MESSAGE: ClassVar = "Subject: Hello\r\n\r\nHello to all of you.\r\n"

    def prepare(self, variant: Random) -> None:
        names = variant.sample(LOCAL_PARTS, 5)
        self._sender = f"{names[0]}@{variant.choice(DOMAINS)}"
        self._recipients = [f"{name}@{variant.choice(DOMAINS)}" for name in names[1:]]

    def solve(self) -> Callable[..., None]:
        return send

    def judge(self, answer: Any) -> str:
        function = function_of(answer)
        for known in (self._recipients, self._recipients[:-1]):
            line, said = self._run(function, known)
            _check_delivery(line, known, said)
        line, said = self._run(function, [])
        if line.server.mails or any(each.verb == END_OF_DATA or not each.verb for each in said):
            raise Wrong("All recipients were refused and DATA was answered 503; the mail was sent all the same.")
        return (
            "Four recipients, and two round trips after EHLO: one for the envelope, one for the mail. It goes on when "
            "one recipient is refused, and stops when all are. RFC 2920 §3.1."
        )

    def _run(self, function: Callable[..., Any], known: list[str]) -> tuple[Line, list[Exchange]]:
        """Let the function send to all recipients, of whom the server knows some, and give what was said after EHLO."""
        line = Line(known)
        arguments = line.say, line.hear, self._sender, list(self._recipients), self.MESSAGE
        shown = f"{len(self._recipients)} recipients, {len(self._recipients) - len(known)} of them refused,"
        try:
            call(function, *arguments, shown=shown)
        except Wrong:
            if line.silent:
                raise Wrong(
                    f"With {shown} it waits for a reply that never comes. "
                    "Has it ended each line with CRLF, and the mail with a dot?"
                ) from None
            raise
        finally:
            transcript = line.close()
        return line, [each for each in exchanges(transcript) if each.verb not in (GREETING, "EHLO")]


def _waits(said: list[Exchange]) -> int:
    return len({each.trip for each in said})


def _check_delivery(line: Line, known: list[str], said: list[Exchange]) -> None:
    """Raise `Wrong` unless the mail is there, once, for all whom the server knows, and came in two round trips."""
    bad = next(
        (each.reply for each in said if each.reply and (each.reply.code or 0) // 100 == 5 and each.verb != "RCPT"), None
    )
    if bad is not None:
        raise Wrong(f"To what it said in the phase {bad.phase or '?'} the server answered `{in_one_line(bad.octets)}`.")
    if not line.server.mails and any(each.reply and each.reply.code == 354 for each in said):
        raise Wrong(
            "The server said 354, and the mail did not come. The last code of the group decides, whatever became of "
            "single recipients; and `hear()` gives a number, not a text."
        )
    if not line.server.mails:
        raise Wrong(f"The server would have taken a mail for {len(known)} recipients, and has none.")
    (mail, *more) = line.server.mails
    if more:
        raise Wrong(f"The server has {len(line.server.mails)} mails from it: one transaction is enough for all.")
    if sorted(mail.forward_paths) != sorted(known):
        raise Wrong(
            f"The mail went to {len(mail.forward_paths)} recipients, and the server would have taken {len(known)}."
        )
    if mail.content.decode() != WritePipelined.MESSAGE:
        raise Wrong("The mail arrived, but it is another one: compare its last lines.")
    if _waits(said) > 2:
        raise Wrong(f"It works, and takes {_waits(said)} round trips after EHLO: it waits where it need not.")
