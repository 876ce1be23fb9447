"""Mail hosts for the tests of the queue: real servers that greylist or pass on, and one that says what it is told."""

import socket
import threading
from collections import defaultdict
from collections.abc import Iterable
from contextlib import ExitStack, closing, suppress
from types import TracebackType
from typing import Any, Self

from smtplab.net.queue import Queue
from smtplab.net.server import Server
from smtplab.protocol import replies, trace
from smtplab.protocol.mail import MailObject
from smtplab.protocol.replies import Reply
from smtplab.protocol.server import ServerSession


def common_port(*addresses: str) -> int:
    """Find a port that is free at all these addresses, since a queue asks all hosts at one."""
    while True:
        with ExitStack() as held, suppress(OSError):
            port = 0
            for address in addresses:
                family = socket.AF_INET6 if ":" in address else socket.AF_INET
                probe = held.enter_context(closing(socket.socket(family)))
                probe.bind((address, port))
                port = probe.getsockname()[1]
            return port


class Relay(Server):
    """Passes on what it takes, by a queue of its own, with a trace field on top."""

    def __init__(self, queue: Queue, **settings: Any) -> None:
        super().__init__(**settings)
        self.queue = queue

    def store(self, mail: MailObject, session: ServerSession, client_address: str) -> Reply:
        received = trace.received(session.client_domain, client_address, self.policy.domain, "ESMTP", "1", self.clock())
        return replies.queued(
            self.queue.put(MailObject(mail.reverse_path, mail.recipients, received + mail.content, mail.parameters))
        )


DROP = ""  # a "reply": the connection is closed instead

ORDINARY = {
    "greeting": "220 scripted.test",
    "EHLO": "250-scripted.test\r\n250-8BITMIME\r\n250 SIZE",
    "HELO": "250 scripted.test",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "DATA": "354 Go on",
    "message": "250 Taken",
    "QUIT": "221 Bye",
}


class Scripted:
    """A server that says what it is told: `script` gives the replies to each verb, one after another in all sessions.

    Then come ordinary ones. `lines` lists the commands, `taken` the messages that it got, and `accepted` the
    forward-paths for which it said 250 to a message.
    """

    def __init__(self, host: str, port: int, **script: Iterable[str]) -> None:
        self.script = defaultdict(list, {verb: list(said) for verb, said in script.items()})
        self.taken: list[bytes] = []
        self.accepted: list[str] = []
        self.lines: list[str] = []
        self._listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, suppress(ConnectionError):
                    self._session(connection)

    def _session(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        with closing(stream):
            verb, forward_paths = "greeting", list[str]()
            while verb:
                said = self.script[verb].pop(0) if self.script[verb] else ORDINARY.get(verb, "500 What?")
                if said == DROP:
                    return
                if said.startswith("250") and verb == "RCPT":
                    forward_paths.append(self.lines[-1].partition("<")[2].partition(">")[0])
                if said.startswith("250") and verb == "message":
                    self.accepted += forward_paths
                connection.sendall(said.encode("utf-8", "surrogateescape") + b"\r\n")
                if said.startswith(("421", "221")):
                    return
                verb = self._message(stream) if said.startswith("354") else self._line(stream)

    def _line(self, stream: Any) -> str:
        line = stream.readline().decode().strip()
        self.lines.append(line)
        return str(line.partition(" ")[0])

    def _message(self, stream: Any) -> str:
        lines = []
        while (line := stream.readline()) != b".\r\n":
            if not line:
                return ""
            lines.append(line)
        self.taken.append(b"".join(line.removeprefix(b".") for line in lines))
        return "message"
