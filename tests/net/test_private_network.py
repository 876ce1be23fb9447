"""A network of the lab's own: what can be done in there, who cannot come in, and that nothing of it stays."""

import errno
import gc
import os
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from smtplab.net import private_network
from smtplab.net.client import Client
from smtplab.net.networks import LOOPBACK, Network
from smtplab.net.private_network import PrivateNetwork, shared
from smtplab.net.server import Server
from tests.conftest import Run

DENIED = "this system gives no private network"


@pytest.fixture(autouse=True)
def _nobody_shares_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin without the network that this process has: captures of lessons may still hold it."""
    monkeypatch.setattr(private_network, "_shared", weakref.WeakValueDictionary())


@pytest.fixture
def network(private_network: None) -> Iterator[PrivateNetwork]:
    yield (opened := PrivateNetwork())
    opened.close()


def helpers() -> set[str]:
    """Name the helper processes that this process has, by their ids, but for those that only garbage still holds."""
    gc.collect()
    children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {child for each in children for child in each.read_text().split() if b"private_helper" in command(child)}


def command(process: str) -> bytes:
    with suppress(OSError):
        return Path("/proc", process, "cmdline").read_bytes()
    return b""


# What can be done in there


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_private_network_carries_octets(network: PrivateNetwork, host: str) -> None:
    with (
        closing(network.listen(host, 0)) as listening,
        closing(network.connect(host, listening.getsockname()[1], 5)) as client,
        listening.accept()[0] as server,
    ):
        client.sendall(b"NOOP\r\n")
        assert server.recv(100) == b"NOOP\r\n"


def test_private_network_cannot_be_reached_from_outside(network: PrivateNetwork) -> None:
    with closing(network.listen("127.0.0.1", 0)) as listening, pytest.raises(ConnectionRefusedError):
        LOOPBACK.connect("127.0.0.1", listening.getsockname()[1], 5)


def test_private_network_has_no_way_out(network: PrivateNetwork) -> None:
    with closing(LOOPBACK.listen("127.0.0.1", 0)) as listening, pytest.raises(ConnectionRefusedError):
        network.connect("127.0.0.1", listening.getsockname()[1], 5)
    with pytest.raises(OSError, match="unreachable"):
        network.connect("192.0.2.1", 25, 5, allow_remote=True)


def test_private_networks_are_apart(network: PrivateNetwork) -> None:
    other = PrivateNetwork()
    with closing(network.listen("127.0.0.1", 25)), pytest.raises(ConnectionRefusedError):
        other.connect("127.0.0.1", 25, 5)
    other.close()


def test_private_network_refuses_what_any_network_does(network: PrivateNetwork) -> None:
    with pytest.raises(PermissionError, match="not loopback"):
        network.listen("0.0.0.0", 25)
    with closing(network.listen("127.0.0.1", 25)), pytest.raises(OSError, match="something else listens there already"):
        network.listen("127.0.0.1", 25)
    with pytest.raises(OSError, match="port 65536: ports go from"):
        network.listen("127.0.0.1", 65536)
    with pytest.raises(OSError, match="Address family not supported") as refused:
        network.new_socket(4711, socket.SOCK_STREAM)
    assert refused.value.errno == errno.EAFNOSUPPORT
    network.listen("127.0.0.1", 25).close()  # it took no harm


def test_private_network_sockets_are_not_inherited(network: PrivateNetwork) -> None:
    with closing(network.new_socket(socket.AF_INET, socket.SOCK_STREAM)) as made:
        assert not made.get_inheritable()


def test_private_network_serves_several_threads_at_once(network: PrivateNetwork) -> None:
    families = [socket.AF_INET, socket.AF_INET6, socket.AF_UNIX] * 10
    made: dict[int, socket.AddressFamily] = {}

    def make(number: int) -> None:
        with closing(network.new_socket(families[number], socket.SOCK_STREAM)) as one:
            made[number] = one.family

    threads = [threading.Thread(target=make, args=(number,)) for number in range(len(families))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == dict(enumerate(families))


# A server in it


def test_server_in_a_private_network_listens_on_port_25(private_network: None) -> None:
    with Server(network="private", port=25) as server, Client(server) as client:
        assert client.ehlo().code == 250
        assert server.port == 25


def test_server_without_any_right_listens_on_port_25(private_network: None, without_rights: Run) -> None:
    done = without_rights(
        "from smtplab import Client, Server\n"
        "with Server(network='private', port=25) as server, Client(server) as client:\n"
        "    print(server.port, client.ehlo().code)\n"
    )
    assert (done.stdout, done.stderr) == ("25 250\n", "")


def test_server_in_a_private_network_says_so(private_network: None) -> None:
    server = Server(network="private")
    assert repr(server) == "Server(mail.coremail.cn on 127.0.0.1, not running)"
    with server:
        assert repr(server) == "Server(mail.coremail.cn on 127.0.0.1 in a private network, running)"
        with pytest.raises(ConnectionRefusedError):
            Client("127.0.0.1", server.port).connect()
    assert server.network is LOOPBACK


def test_servers_in_the_private_network_of_a_process_meet(private_network: None) -> None:
    with Server(network="private") as one, Server(network="private") as other:
        assert one.network is other.network
        assert one.port != other.port


def test_server_in_a_given_network_stays_there(network: PrivateNetwork) -> None:
    server = Server(network=network)
    for _ in range(2):
        with server, Client(server):
            assert server.network is network


def test_server_by_itself_is_on_loopback() -> None:
    with Server() as server, Client("127.0.0.1", server.port):
        assert server.network is LOOPBACK


def test_server_that_joins_is_found_from_both_sides(private_network: None) -> None:
    with Server(host="127.0.0.2") as server:
        server.join_private_network()
        with Client(server) as inside, Client("127.0.0.2", server.port) as outside:
            assert (inside.ehlo().code, outside.ehlo().code) == (250, 250)
        with pytest.raises(ConnectionRefusedError), Client(Elsewhere(server)):
            pass


class Elsewhere:
    """A server as it would be in another private network."""

    def __init__(self, server: Server) -> None:
        self.host, self.port, self.network = server.host, server.port, PrivateNetwork()


@pytest.mark.parametrize("where", ["loopback", "private"])
def test_server_told_where_to_be_does_not_join(where: str, private_network: None) -> None:
    with Server(network=where) as server, pytest.raises(PermissionError, match="was told in which network to be"):  # type: ignore[arg-type]
        server.join_private_network()


def test_server_joins_only_while_it_runs() -> None:
    with pytest.raises(RuntimeError, match="start it first"):
        Server().join_private_network()


def test_server_in_an_unknown_network_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown network 'nowhere': there are auto, loopback, private"):
        Server(network="nowhere")  # type: ignore[arg-type]


# The end


def test_shared_network_is_one_and_ends_when_nobody_holds_it(private_network: None) -> None:
    before = helpers()
    network = shared()
    assert shared() is network
    assert len(helpers() - before) == 1
    del network
    assert helpers() == before


def test_private_network_twenty_times_leaves_nothing_behind(private_network: None) -> None:
    processes, threads, descriptors = helpers(), threading.enumerate(), os.listdir("/dev/fd")
    for _ in range(20):
        with Server(network="private", port=25) as server, Client(server) as client:
            client.noop()
    assert helpers() == processes  # and a socket that was forgotten would raise its ResourceWarning
    assert threading.enumerate() == threads
    assert len(os.listdir("/dev/fd")) == len(descriptors)


def test_private_network_that_has_ended_gives_no_more_sockets(private_network: None) -> None:
    network = PrivateNetwork()
    with closing(network.listen("127.0.0.1", 0)) as listening:
        connection = network.connect("127.0.0.1", listening.getsockname()[1], 5)
        network.close()
        network.close()
        with closing(connection), listening.accept()[0]:  # those that there are live on
            pass
    with pytest.raises(OSError, match="the private network has ended"):
        network.connect("127.0.0.1", 25, 5)


def test_helper_that_was_killed_is_an_error_and_no_hang(network: PrivateNetwork) -> None:
    network.helper.kill()
    network.helper.wait()
    with pytest.raises(OSError, match="the private network has ended"):
        network.new_socket(socket.AF_INET, socket.SOCK_STREAM)


BEGIN_AND = """
import os, signal, sys
from smtplab.net.private_network import PrivateNetwork, shared
network = shared()
print(network.helper.pid, flush=True)
"""


@pytest.mark.parametrize(
    "end",
    [
        pytest.param("os.kill(os.getpid(), signal.SIGKILL)", id="killed"),
        pytest.param("os._exit(0)", id="without clearing up"),
        pytest.param("sys.exit()", id="in order"),
        pytest.param("network = None; sys.exit()", id="after the network"),
        pytest.param("os.fork() or sys.exit(); sys.exit()", id="in order, and a fork of it"),
    ],
)
def test_helper_ends_with_its_parent(private_network: None, end: str) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", BEGIN_AND + end], capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    deadline = time.monotonic() + 10
    while b"private_helper" in command(done.stdout.strip()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert b"private_helper" not in command(done.stdout.strip())


def test_helper_outlives_the_interruption_of_a_cell(private_network: None) -> None:
    interrupt = """
signal.signal(signal.SIGINT, lambda *_: print("interrupted", flush=True))
os.killpg(os.getpgrp(), signal.SIGINT)
network.listen("127.0.0.1", 25).close()
"""
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", BEGIN_AND + interrupt],
        capture_output=True,
        text=True,
        timeout=60,
        start_new_session=True,
    )
    assert (done.stdout.split()[1:], done.stderr) == (["interrupted"], "")


def test_fork_begins_a_shared_network_of_its_own(private_network: None) -> None:
    ask = """
child = os.fork()
print(shared() is network, flush=True)
if child:
    os.waitpid(child, 0)
    network.listen("127.0.0.1", 25).close()
"""
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", BEGIN_AND + ask], capture_output=True, text=True, timeout=60
    )
    assert (sorted(done.stdout.split()[1:]), done.stderr) == (["False", "True"], "")


# Systems that give none


HELPER_THAT = """
import importlib.util, socket, sys, time
spec = importlib.util.spec_from_file_location("private_helper", {helper!r})
private_helper = importlib.util.module_from_spec(spec)
spec.loader.exec_module(private_helper)
def refuse(*_):
    raise PermissionError(1, "Operation not permitted")
{change}
private_helper.main(socket.socket(fileno=int(sys.argv[1])))
"""

WAYS = {
    "no user namespaces": ("private_helper.enter_network = refuse", "Operation not permitted"),
    "no rights in one": ("private_helper.fcntl.ioctl = refuse", "Operation not permitted"),
    "helper ended by the system": ("sys.exit()", "its helper ended at once"),
    "helper hangs": ("time.sleep(60)", "timed out"),
}


@pytest.fixture
def denied(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Let the system deny a private network in one of these ways, and give the reason that it will name."""
    change, reason = WAYS[request.param]
    helper = tmp_path / "private_helper.py"
    helper.write_text(HELPER_THAT.format(helper=str(private_network.HELPER), change=change))
    monkeypatch.setattr(private_network, "HELPER", helper)
    monkeypatch.setattr(private_network, "TIMEOUT", 1.0 if "hang" in request.param else private_network.TIMEOUT)
    monkeypatch.setattr(private_network, "_refusals", [])
    return reason


@pytest.mark.parametrize("denied", WAYS, indirect=True)
def test_private_network_denied_says_why_and_leaves_nothing(denied: str) -> None:
    before, descriptors = helpers(), os.listdir("/dev/fd")
    with pytest.raises(PermissionError, match=f"^{DENIED} .*{denied}"):
        PrivateNetwork()
    assert helpers() == before
    assert len(os.listdir("/dev/fd")) == len(descriptors)


@pytest.mark.parametrize("denied", WAYS, indirect=True)
def test_server_denied_a_private_network_is_an_error(denied: str) -> None:
    with pytest.raises(PermissionError, match=DENIED):
        Server(network="private").start()


def test_private_network_where_no_helper_can_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    descriptors = os.listdir("/dev/fd")
    monkeypatch.setattr(sys, "executable", "/nowhere/python3")
    with pytest.raises(PermissionError, match=rf"{DENIED} \(its helper cannot start: .*/nowhere/python3"):
        PrivateNetwork()
    assert len(os.listdir("/dev/fd")) == len(descriptors)


def test_private_network_beyond_linux_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(PermissionError, match=rf"{DENIED} \(only Linux does\)"):
        PrivateNetwork()


@pytest.mark.parametrize("denied", ["no user namespaces"], indirect=True)
def test_shared_network_denied_once_is_not_tried_again(denied: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        with pytest.raises(PermissionError, match=denied):
            shared()
        monkeypatch.setattr(private_network, "_started", None)  # a second try would fail by it


def test_networks_have_one_face() -> None:
    assert issubclass(PrivateNetwork, Network)
    assert (PrivateNetwork.name, PrivateNetwork.source) == ("private", "private network")
    assert (LOOPBACK.name, LOOPBACK.source) == ("loopback", "live")
