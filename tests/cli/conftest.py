"""What the tests of the command line share: a server in a process of its own, and a message in a file."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

MESSAGE = b"From: a@example.org\r\nSubject: by shell\r\n\r\n.A dot.\r\nGoodbye.\r\n"


class Served:
    """A running `smtplab serve`."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "smtplab", "serve", "--port", "0", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.first_line = self.process.stdout.readline()
        self.port = int(re.split(r":", self.first_line)[-1])
        self.address = f"127.0.0.1:{self.port}"

    def stop(self) -> tuple[int, str]:
        """End it as Ctrl-C does, and give its exit status and what it said on stderr."""
        self.process.terminate()
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    started: list[Served] = []

    def start(*arguments: str) -> Served:
        started.append(Served(*arguments))
        return started[-1]

    yield start
    for served in started:
        if served.process.poll() is None:
            served.stop()


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.eml"
    path.write_bytes(MESSAGE)
    return path
