"""A queue that is killed at any moment, and the one that carries on. RFC 5321 §4.2.5, §6.1: nothing may be lost."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from smtplab.net.networks import Address
from smtplab.net.server import Server
from smtplab.net.taps import Happening
from tests.net.crashing import HOSTS, NINE, new_queue
from tests.net.relays import common_port

ROOT = Path(__file__).resolve().parents[2]
BOB, ALICE = "bob@coremail.cn", "alice@home.test"


class Hosts:
    """The two mail hosts: one that knows only bob, and alice's home, to which the notification about the other goes."""

    def __init__(self, port: int, stack: ExitStack) -> None:
        self.port = port
        self.away = stack.enter_context(Server(host=HOSTS["coremail.cn"], port=port, mailboxes=[BOB]))
        self.home = stack.enter_context(Server(host=HOSTS["home.test"], port=port, mailboxes=[ALICE]))

    def copies(self) -> tuple[int, int]:
        """Count what bob has of the mail, and alice of notifications that her mail did not reach the other."""
        for notice in self.home.mailboxes[ALICE]:
            assert "Final-Recipient: rfc822; nobody@coremail.cn" in notice.as_string()
            assert BOB not in str(notice.get_payload(1))  # the fields
        return len(self.away.mailboxes[BOB]), len(self.home.mailboxes[ALICE])


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    with ExitStack() as stack:
        yield Hosts(common_port(*HOSTS.values()), stack)


def start(directory: Path, hosts: Hosts, number: int = 0) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.net.crashing", str(directory), str(hosts.port), str(number)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def carry_on(directory: Path, hosts: Hosts) -> None:
    """Do what the killed queue has left, a week of it."""
    with new_queue(directory, hosts.port) as queue:
        queue.run(NINE + timedelta(days=7))
        assert len(queue) == 0
    assert [path.name for path in directory.iterdir()] == ["lock"]


# What the operations on the disk are for, by their numbers: three write a file (flush, rename, flush the directory),
# three remove a mail. Then the copies of mail and notification in the end, if the process is killed instead of the
# operation. There are two where a 250 had come, and was not on the disk yet: nobody could know of it.
OPERATIONS = [
    (range(1, 4), "write the content", (0, 0)),
    (range(4, 6), "write the envelope", (0, 0)),
    (range(6, 7), "the mail is in the queue, though nobody was told so", (1, 1)),
    (range(7, 9), "note that it is delivered to the one, and refused for the other", (2, 1)),
    (range(9, 10), "flush that note", (1, 1)),
    (range(10, 16), "write the notification", (1, 1)),
    (range(16, 19), "note that the notification is written", (1, 1)),
    (range(19, 22), "remove the mail", (1, 1)),
    (range(22, 24), "note that the notification is delivered", (1, 2)),
    (range(24, 25), "flush that note", (1, 1)),
    (range(25, 28), "remove the notification", (1, 1)),
]
KILLED = [
    pytest.param(number, copies, id=f"{number}, {what}") for numbers, what, copies in OPERATIONS for number in numbers
]


@pytest.mark.parametrize(("number", "copies"), KILLED)
def test_queue_killed_at_an_operation_on_the_disk_loses_nothing(
    hosts: Hosts, tmp_path: Path, number: int, copies: tuple[int, int]
) -> None:
    with start(tmp_path, hosts, number) as process:
        said = process.communicate(timeout=60)[0]
    assert process.returncode == -signal.SIGKILL
    assert said == ("" if number < 7 else "taken\n")
    carry_on(tmp_path, hosts)
    assert hosts.copies() == copies


def test_queue_that_is_not_killed_has_no_further_operations(hosts: Hosts, tmp_path: Path) -> None:
    with start(tmp_path, hosts, len(KILLED) + 1) as process:
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert hosts.copies() == (1, 1)


@pytest.mark.parametrize(
    ("party", "octets", "copies"),
    [
        pytest.param("client", b"EHLO", 1, id="at EHLO"),
        pytest.param("client", b"MAIL", 1, id="at MAIL"),
        pytest.param("client", b"RCPT", 1, id="at RCPT"),
        pytest.param("client", b"DATA", 1, id="at DATA"),
        pytest.param("client", b"Subject", 2, id="with the message on its way"),
        pytest.param("server", b"250 2.0.0 Queued", 2, id="with the reply to the message on its way"),
        pytest.param("client", b"QUIT", 1, id="at QUIT"),
    ],
)
def test_queue_killed_in_a_session_sends_a_second_copy_only_if_the_250_was_lost(
    hosts: Hosts, tmp_path: Path, party: Happening, octets: bytes, copies: int
) -> None:
    def kill(_client: Address, _server: Address, happening: Happening, said: bytes) -> None:
        if happening == party and said.startswith(octets) and process.poll() is None:
            process.kill()
            process.wait()

    hosts.away.taps.append(kill)
    with start(tmp_path, hosts) as process:
        process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    carry_on(tmp_path, hosts)
    assert hosts.copies() == (copies, 1)
