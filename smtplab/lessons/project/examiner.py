"""Does a server do what a case asks? One driver for all cases: it says the steps, and compares what comes."""

import re
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Final, NoReturn

from smtplab.lessons.project.hosting import Hosted, Program
from smtplab.lessons.project.line import PACE, PATIENCE, Ended, Line, Silent
from smtplab.lessons.project.site import Mail
from smtplab.lessons.project.steps import (
    Again,
    Case,
    Closed,
    Delivered,
    Handshake,
    Lists,
    Over,
    Reads,
    Say,
    Silence,
    Step,
)
from smtplab.lessons.project.tape import Tape
from smtplab.net.networks import LOOPBACK
from smtplab.protocol.octets import count, printable
from smtplab.protocol.text import cut

SHOWN: Final = 60  # columns of a line that is told
RUBBISH: Final = b"What is this?\r\n"  # where a ClientHello should come

_REPLY_LINE = re.compile(rb"[2-5]\d\d([ -][^\r\n]*)?\r?\n", re.DOTALL)


class Failed(Exception):
    """The server did not do what the case asks. Its text says what it did."""


class TimedOut(Failed):
    """It did not answer in time."""


class Enough(Exception):
    """The case is over, and passed, before its last step."""


class Examination:
    """One case at one server. names: what stands in braces. tape: records it; `clients` are its ends there."""

    def __init__(self, case: Case, server: Hosted | Program, names: Mapping[str, str], tape: Tape) -> None:
        self.case = case
        self.clients: list[tuple[str, int]] = []
        self._server = server
        self._names = names
        self._tape = tape
        self._reply = b""  # the last one
        self._asked = "the connection"
        self._line: Line | None = None

    def run(self) -> None:
        """Do what the case says. Raises `Failed`."""
        try:
            self._line = self._connected()
            with suppress(Enough):
                for step in self.case.steps:
                    self._do(self._line, step)
            if self.case.delivers is not None:
                self._check_delivery(self.case.delivers)
        finally:
            if self._line is not None:
                self._line.close()

    def _connected(self) -> Line:
        try:
            connection = LOOPBACK.connect(*self._server.address, PATIENCE)
        except OSError as error:
            raise TimedOut(f"The connection failed ({printable(str(error).encode())}).") from None
        line = Line(connection, "client", self._tape.record)
        self.clients.append(line.client)
        return line

    def _do(self, line: Line, step: Step) -> None:
        match step:
            case Say():
                self._say(line, step)
            case Silence():
                if not line.is_silent():
                    self._fail(f"{step.why}, and the server said `{shown(line.heard)}`.")
            case Closed():
                self._await_end(line)
            case Handshake():
                self._handshake(line, step.broken)
            case Again():
                line.close()
                self._asked, self._line = "the next connection", self._connected()
            case Over():
                if self._reply.startswith(step.code.encode()):
                    raise Enough
            case Lists():
                self._check_list(step)
            case Reads():
                if not re.fullmatch(step.pattern.format_map(self._names).encode("latin-1"), self._reply, re.DOTALL):
                    self._fail(f"To {self._asked} must come {step.words}, and it was `{shown(self._reply)}`.")

    def _say(self, line: Line, step: Say) -> None:
        octets = self._octets(step.octets)
        if octets:
            self._asked = asked(octets)
        for piece in (octets[i : i + 1] for i in range(len(octets))) if step.split else (octets,):
            line.send(piece)
            if step.split:
                time.sleep(PACE)
        for number, wanted in enumerate(step.replies, 1):
            of = f", as reply {number} of {len(step.replies)}" if len(step.replies) > 1 else ""
            self._expect(line, wanted, of)

    def _expect(self, line: Line, wanted: str, of: str) -> None:
        want = f"To {self._asked} must come {in_words(wanted)}{of}"
        try:
            self._reply = reply_from(line)
        except Ended:
            self._fail(f"{want}, and the server closed the connection.")
        except Silent:
            raise TimedOut(f"{want}, and nothing came in {PATIENCE:g} second.") from None
        except ssl.SSLError as error:
            self._fail(f"{want}, and something came that is no TLS: {error.reason}.")
        if not fits(self._reply, wanted):
            self._fail(f"{want}, and it was `{shown(self._reply)}`.")

    def _fail(self, why: str) -> NoReturn:
        raise Failed(why) from None

    def _await_end(self, line: Line) -> None:
        try:
            line.read()
        except Ended:
            return
        except Silent:
            raise TimedOut(f"After {self._asked} the server must close the connection, and keeps it open.") from None
        self._fail(f"After {self._asked} the server must close the connection, and said `{shown(line.heard)}`.")

    def _handshake(self, line: Line, broken: bool) -> None:
        if broken:
            line.send(RUBBISH)
            return
        context = ssl.create_default_context(cadata=self._server.authority)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.keylog_filename = str(self._tape.key_log)
        try:
            line.handshake(context, self._names["domain"])
        except Silent:
            raise TimedOut("TLS must begin after the 220, and nothing came to the ClientHello.") from None
        except Ended:
            self._fail("TLS must begin after the 220, and the server closed the connection.")
        except ssl.SSLError as error:
            self._fail(
                f"TLS must begin after the 220, with the certificate of the site, and it failed: {error.reason}."
            )

    def _check_list(self, lists: Lists) -> None:
        listed = [line[4:].strip().upper() for line in self._reply.decode("latin-1").splitlines()[1:]]
        for keyword in self._filled(lists.offered):
            first, *parameters = keyword.upper().split()
            if not any(words[:1] == [first] and set(parameters) <= set(words) for words in map(str.split, listed)):
                self._fail(f"The reply to EHLO must list `{keyword}`, and it lists {_listed(listed)}.")
        for keyword in lists.hidden:
            if any(line.split(" ")[0] == keyword for line in listed):
                self._fail(f"The reply to EHLO must not list `{keyword}` here, and does.")

    # What was delivered

    def _check_delivery(self, wanted: tuple[Delivered, ...]) -> None:
        right = [
            Mail(
                self._filled([each.reverse_path])[0],
                tuple(self._filled(each.forward_paths)),
                self._octets(each.message),
            )
            for each in wanted
        ]
        found = self._server.delivered()
        if self._server.knows_envelopes and len(found) != len(right):
            self._fail(f"{count(len(right), 'mail')} must be delivered, and it were {len(found)}.")
        if not right and found:
            self._fail("Nothing must be delivered, and a mail was.")
        for mail in right:
            if not any((b"\r\n" + each.message).endswith(b"\r\n" + mail.message) for each in found):
                self._fail(_difference(mail.message, found))
        if self._server.knows_envelopes:
            for mail, each in zip(right, found, strict=True):
                self._check_envelope(mail, each)

    def _check_envelope(self, right: Mail, found: Mail) -> None:
        if found.reverse_path != right.reverse_path:
            self._fail(f"The reverse-path is `<{right.reverse_path}>`, and `<{cut(found.reverse_path, SHOWN)}>` came.")
        if sorted(map(str.lower, found.forward_paths)) != sorted(map(str.lower, right.forward_paths)):
            names = ", ".join(found.forward_paths) or "nobody"
            self._fail(
                f"The mail is for {', '.join(right.forward_paths)}, and it was delivered to {cut(names, SHOWN)}."
            )

    def _octets(self, text: str) -> bytes:
        return text.format_map(self._names).encode("latin-1")

    def _filled(self, texts: tuple[str, ...] | list[str]) -> list[str]:
        return [text.format_map(self._names) for text in texts]


def reply_from(line: Line) -> bytes:
    """Take one reply, of all its lines. What is no reply is one line. Raises as `Line.line` does."""
    deadline = time.monotonic() + PATIENCE
    reply = b""
    while True:
        said = line.line(max(deadline - time.monotonic(), 0.001))
        reply += said
        if not _REPLY_LINE.fullmatch(said) or said[3:4] != b"-":
            return reply


def fits(reply: bytes, wanted: str) -> bool:
    """Tell whether a reply is one of those that are wanted: "250 5yz"."""
    lines = reply.splitlines(keepends=True)
    if not all(_REPLY_LINE.fullmatch(line) and line[:3] == lines[0][:3] for line in lines):
        return False
    code = lines[0][:3].decode("ascii")
    return any(code == each or (each.endswith("yz") and code[0] == each[0]) for each in wanted.split())


def in_words(wanted: str) -> str:
    """Say which replies are wanted: "500, 501 or 502"."""
    *first, last = wanted.split()
    return f"{', '.join(first)} or {last}" if first else last


def asked(octets: bytes) -> str:
    """Say what a server was asked by these octets: their first line, or how many there are."""
    lines = octets.splitlines()
    if octets.endswith(b"\r\n.\r\n"):
        return "the end of the mail"
    if len(lines) > 1:
        return f"`{shown(lines[0])}` and what follows it"
    return f"`{shown(octets)}`" if len(octets) < 2 * SHOWN else f"a line of {len(octets)} octets"


def shown(octets: bytes) -> str:
    """Show the beginning of what was said, in one line."""
    return cut(printable(octets.removesuffix(b"\r\n")), SHOWN).replace("`", "'")


def _listed(lines: list[str]) -> str:
    return f"`{cut(', '.join(lines), SHOWN)}`" if lines else "nothing"


def _difference(right: bytes, found: list[Mail]) -> str:
    if not found:
        return "A mail must be delivered, and none was."
    own, its = right.splitlines(keepends=True), found[0].message.splitlines(keepends=True)[-right.count(b"\n") :]
    for wanted, came in zip(own, [*its, *[b""] * len(own)], strict=False):
        if wanted != came:
            return f"The delivered mail is another one: instead of the line `{shown(wanted)}` it has `{shown(came)}`."
    return "The delivered mail is another one: it is longer than what was sent."
