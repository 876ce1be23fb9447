"""Who is the hostile server? It plays a scene to a learner's client, and takes down what the client said."""

import re
import ssl
import time
from collections import Counter
from contextlib import suppress
from typing import Final

from smtplab.lessons.project.line import PACE, Ended, Line, Silent
from smtplab.lessons.project.scenes import GOODBYE, Scene

ORDINARY: Final = {
    "greeting": "220 mx.example ready",
    "EHLO": "250-mx.example\r\n250 8BITMIME",
    "HELO": "250 mx.example",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "DATA": "354 End data with <CRLF>.<CRLF>",
    ".": "250 Taken",
    "RSET": "250 OK",
    "NOOP": "250 OK",
    "QUIT": "221 Bye",
    "STARTTLS": "220 Go ahead",
}
OFFERS_TLS: Final = "250-mx.example\r\n250-8BITMIME\r\n250 STARTTLS"
NOT_SMTP: Final = "500 That is no command"

_PATH: Final = re.compile(rb"(?:MAIL FROM|RCPT TO):<([^>]*)>( .*)?", re.IGNORECASE)
_END: Final = re.compile(rb"(?:\A|\r\n)\.\r\n")


class Actor:
    """Plays one scene, on one connection or several.

    said: verbs in order, "TLS MAIL" for one inside TLS. messages: those that came, without their stuffed dots, each
    with its paths. early: the verb before whose reply the client went on. strange: the first line that was no command.
    """

    def __init__(self, scene: Scene, context: ssl.SSLContext) -> None:
        self.scene = scene
        self.said: list[str] = []
        self.messages: list[tuple[bytes, tuple[bytes, ...]]] = []
        self.early = ""
        self.strange = b""
        self._context = context
        self._times: Counter[str] = Counter()
        self._paths: list[bytes] = []

    def play(self, line: Line) -> None:
        """Play on this connection until one of both ends it."""
        with suppress(Ended, Silent, ssl.SSLError):
            verb = "greeting"
            while self._replies(line, verb):
                verb = self._heard(line)
        line.close()

    def _heard(self, line: Line) -> str:
        """Wait for a command, and give its verb; "" for what is none."""
        octets = line.line()
        verb = octets[:4].upper().decode("latin-1") if octets[:8].upper() != b"STARTTLS" else "STARTTLS"
        path = _PATH.fullmatch(octets.removesuffix(b"\r\n"))
        known = verb in ORDINARY and octets.endswith(b"\r\n") and (verb not in ("MAIL", "RCPT") or path is not None)
        if not known:
            self.strange = self.strange or octets
            return ""
        if path is not None:
            self._paths = [path[1]] if verb == "MAIL" else [*self._paths, path[1]]
        self.said.append(f"TLS {verb}" if line.in_tls else verb)
        return verb

    def _replies(self, line: Line, verb: str) -> bool:
        """Reply to a verb, and do what follows from it. Tells whether the session goes on."""
        if verb in self.scene.holds and not line.is_silent():
            self.early = self.early or verb
        if verb == "QUIT" and line.has_ended:
            self.early = self.early or verb
        reply = self._reply(verb, line.in_tls)
        if reply == GOODBYE:
            return False
        behind = self.scene.injected if verb == "STARTTLS" else b""
        self._send(line, f"{reply}\r\n".encode("ascii") + behind)
        if verb == "STARTTLS" and reply.startswith("220"):
            line.handshake(self._context)
        if verb == "DATA" and reply.startswith("354"):
            self._take_mail(line)
            return self._replies(line, ".")
        return verb != "QUIT" and "421" not in [part[:3] for part in reply.split("\r\n")]

    def _reply(self, verb: str, in_tls: bool) -> str:
        ordinary = OFFERS_TLS if verb == "EHLO" and self.scene.tls and not in_tls else ORDINARY.get(verb, NOT_SMTP)
        replies = self.scene.says.get(f"TLS {verb}" if in_tls and verb == "EHLO" else verb, ordinary)
        said = self._times[verb]
        self._times[verb] += 1
        return replies if isinstance(replies, str) else replies[min(said, len(replies) - 1)]

    def _send(self, line: Line, octets: bytes) -> None:
        if not self.scene.split:
            line.send(octets)
            return
        for number in range(len(octets)):
            line.send(octets[number : number + 1])
            time.sleep(PACE)

    def _take_mail(self, line: Line) -> None:
        while (end := _END.search(line.heard)) is None:
            line.read()
        content = line.heard[: end.start() + 2] if line.heard[end.start() :].startswith(b"\r\n") else b""
        line.heard = line.heard[end.end() :]
        unstuffed = re.sub(rb"(\A|\r\n)\.", rb"\1", content)
        self.messages.append((unstuffed, tuple(self._paths)))
