"""Where is the learner's server? A function that is given each connection, or a program that listens by itself."""

import socket
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from smtplab.lessons.project.site import AUTHORITY, Mail, Site, mails_in, write
from smtplab.lessons.project.workers import GRACE, UNENDING, Worker
from smtplab.net.networks import LOOPBACK, Address

Serve = Callable[..., Any]

SOON: Final = 0.02  # seconds that a function has to end which has not ended by itself before


class Hosted:
    """A server that is a function, on a port of its own. It is called with each connection, and with the site."""

    def __init__(self, serve: Serve, site: Site) -> None:
        self._serve = serve
        self._site = site
        self._folder = tempfile.TemporaryDirectory(prefix="smtplab-")
        write(site, Path(self._folder.name))
        self.authority = (Path(self._folder.name) / AUTHORITY).read_text(encoding="ascii")
        self._listening = LOOPBACK.listen("127.0.0.1", 0)
        self.address: Address = self._listening.getsockname()[:2]
        self._workers: list[tuple[Worker, socket.socket]] = []
        self._hiring = threading.Lock()  # a worker may be done before it is noted down
        self._is_unending = False  # once it was, nobody waits for long again
        self._door = threading.Thread(target=self._accept, name="the grader's door", daemon=True)
        self._door.start()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener is closed
            while True:
                connection, _ = self._listening.accept()
                with self._hiring:
                    self._workers.append((Worker(self._run, connection), connection))

    def _run(self, connection: socket.socket) -> None:
        try:
            self._serve(connection, self._site)
        finally:
            with suppress(OSError):  # so that the grader sees the end, whoever else still holds the connection
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def begin(self) -> None:
        """Begin a case: nothing is delivered yet."""
        self._site.delivered.clear()

    def end(self, *, must_be_over: bool = False) -> str:
        """End what still runs, and say how the function failed in this case; "" where it did not.

        must_be_over: it fails where it has not ended by itself.
        """
        with self._hiring:
            hired, self._workers = self._workers, []
        workers = [worker for worker, _ in hired]
        for worker, connection in hired:
            worker.stop(GRACE if must_be_over or not self._is_unending else SOON)
            connection.close()  # a worker that is stopped at its very beginning, or end, does not come to that
        self._is_unending |= any(worker.failure == UNENDING for worker in workers)
        failures = [worker.failure for worker in workers if worker.failure != UNENDING or must_be_over]
        return next(filter(None, failures), "")

    def delivered(self) -> list[Mail]:
        """Give the mails that were delivered in this case."""
        return list(self._site.delivered)

    @property
    def knows_envelopes(self) -> bool:
        """Whether a mail comes with its reverse-path and forward-paths."""
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._door.join()  # who was let in last is known then, and sent away as well
        self.end()
        self._folder.cleanup()


class Program:
    """A server that runs already, and delivers into a folder. Raises FileNotFoundError where that is no site's folder.

    A file in `mails` has the message at its end; what the server put on top of it, such as Received, does not count.
    """

    knows_envelopes = False

    def __init__(self, address: Address, folder: Path) -> None:
        self.address = address
        self.authority = (folder / AUTHORITY).read_text(encoding="ascii")
        self._folder = folder
        self._known: set[Path] = set()

    def begin(self) -> None:
        """Begin a case: what is there already was delivered before."""
        self._known = set(mails_in(self._folder))

    def end(self, *, must_be_over: bool = False) -> str:
        """Say nothing: how a program of somebody's failed can be seen where it runs."""
        return ""

    def delivered(self) -> list[Mail]:
        """Give the messages that are new in the folder. A server may write one file for each mailbox."""
        messages = [message for path, message in mails_in(self._folder).items() if path not in self._known]
        return [Mail("", (), message) for message in messages]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        pass
