"""Real packets for those who may not capture on loopback: from a private network, or made from what the sockets saw."""

import errno
import gc
import os
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from smtplab.capture.files import read_frames
from smtplab.capture.record import Capture
from smtplab.net import private_network as networks
from smtplab.net.client import Client
from smtplab.net.networks import Network
from smtplab.net.private_network import PrivateNetwork
from smtplab.net.server import Server
from tests.conftest import Run

USER, OTHER, PASSWORD = "test01@coremail.cn", "test02@coremail.cn", "password01"
SESSION = ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]  # the commands of `send_mail`
MESSAGE = "Subject: a mail\r\n\r\n" + "A line of it.\r\n" * 300
ETHERNET_FRAME = 1514  # octets: 1500 of the MTU, and the Ethernet header


@pytest.fixture
def no_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system refuse packet sockets on the machine's own network, as it does to an ordinary user."""

    def refuse(_: Network, family: int, kind: int, protocol: int = 0) -> socket.socket:
        if family == socket.AF_PACKET:
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
        return socket.socket(family, kind, protocol)

    monkeypatch.setattr(Network, "new_socket", refuse)


@pytest.fixture
def denied(monkeypatch: pytest.MonkeyPatch, no_rights: None) -> None:
    """Let the system refuse a private network too."""
    monkeypatch.setattr(networks, "_refusals", ["this system gives no private network (unshare: not permitted)"])
    monkeypatch.setattr(networks, "_shared", {})


def send_mail(server: Server, messages: int = 1, message: str | bytes = MESSAGE) -> None:
    with Client(server) as client:
        client.ehlo("TINY-DESKTOP")
        for _ in range(messages):
            client.mail(USER)
            client.rcpt(OTHER)
            client.data(message)


def commands(capture: Capture) -> list[str | None]:
    return [entry.verb for entry in capture.transcript if entry.kind == "command"]


LESSON = """
from smtplab import Capture, Client, Server
USERS = {"test01@coremail.cn": "password01"}
with Server(users=USERS) as server, Capture(server) as capture, Client(server) as client:
    client.ehlo("TINY-DESKTOP")
    client.auth("LOGIN", "test01@coremail.cn", "password01")
    client.mail("test01@coremail.cn")
    client.rcpt("test02@coremail.cn")
    client.data("Subject: a mail")
    client.quit()
print(capture.source, *[segment.flags for segment in capture.transcript.segments], sep="; ")
print(*[entry.phase for entry in capture.transcript if entry.party == "client"], capture.lost)
"""
WHOLE_SESSION = "EHLO AUTH AUTH AUTH MAIL RCPT DATA DATA DATA QUIT 0"


def test_lesson_without_any_right_has_real_packets(private_network: None, without_rights: Run) -> None:
    done = without_rights(LESSON)
    expected = f"private network; SYN; SYN, ACK; ACK; FIN, ACK; FIN, ACK\n{WHOLE_SESSION}\n"
    assert (done.stdout, done.stderr) == (expected, "")


LIVE = """
from smtplab import Capture, Client, Server
with Server() as server, Capture(server, live=True) as capture, Client(server):
    pass
print(capture.source)
"""


def test_capture_live_without_any_right_is_in_a_private_network(private_network: None, without_rights: Run) -> None:
    done = without_rights(LIVE)
    assert (done.stdout, done.stderr) == ("private network\n", "")


DENY = """
from smtplab.net import private_network
private_network.HELPER = "/nowhere"
"""


def test_lesson_denied_a_private_network_is_recorded_at_the_socket(without_rights: Run) -> None:
    done = without_rights(DENY + LESSON)
    expected = f"recorded at the socket; SYN; SYN, ACK; ACK; FIN, ACK; FIN, ACK\n{WHOLE_SESSION}\n"
    assert (done.stdout, done.stderr) == (expected, "")


def test_capture_live_denied_a_private_network_says_what_to_do(without_rights: Run) -> None:
    done = without_rights(DENY + LIVE)
    *_, last = done.stderr.splitlines()
    assert last.startswith("PermissionError: this user may not capture packets: run as root, or")
    assert "; this system gives no private network (its helper ended at once); " in last
    assert last.endswith("or leave `live` out, to see what the sockets saw")


DEMO = """
import sys, tempfile
from smtplab.cli import main
with tempfile.TemporaryDirectory() as folder:
    sys.exit(main(["demo", "-o", folder]))
"""


def test_demo_without_any_right_has_real_packets(private_network: None, without_rights: Run) -> None:
    done = without_rights(DEMO)
    assert "packets: private network\n" in done.stdout
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("live", [None, True])
def test_capture_of_a_server_in_a_private_network_is_there(private_network: None, live: bool | None) -> None:
    with Server(network="private", port=25) as server, Capture(server, live) as capture:
        send_mail(server)
    assert (capture.source, capture.transcript.source, capture.lost) == ("private network", "private network", 0)
    assert commands(capture) == SESSION
    assert [segment.flags for segment in capture.transcript.segments][3:] == ["FIN, ACK", "FIN, ACK"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_capture_without_rights_is_in_a_private_network(private_network: None, no_rights: None, host: str) -> None:
    with Server(host=host) as server, Capture(server) as capture:
        assert "in a private network" in repr(server)
        send_mail(server)
    assert capture.source == "private network"
    assert commands(capture) == SESSION


def test_capture_of_a_large_mail_has_ethernet_frames_and_loses_none(private_network: None, no_rights: None) -> None:
    message = b"Subject: large\r\n\r\n" + (b"x" * 76 + b"\r\n") * 50_000
    with Server(discard=True) as server, Capture(server) as capture:
        send_mail(server, message=message)
    assert max(len(frame.octets) for frame in capture.frames) == ETHERNET_FRAME
    assert capture.lost == 0
    said = b"".join(entry.octets for entry in capture.transcript if entry.kind == "mail data")
    assert said == message


def test_capture_without_rights_of_a_server_told_to_be_on_loopback_is_recorded(no_rights: None) -> None:
    with Server(network="loopback") as server, Capture(server) as capture:
        send_mail(server)
    assert capture.source == "recorded at the socket"
    assert commands(capture) == SESSION


def test_capture_denied_a_private_network_is_recorded(denied: None) -> None:
    with Server() as server, Capture(server) as capture:
        send_mail(server)
    assert capture.source == "recorded at the socket"
    assert commands(capture) == SESSION


def test_capture_where_the_port_is_taken_in_the_private_network_is_recorded(
    private_network: None, no_rights: None
) -> None:
    with Server() as server, Server(network="private", port=server.port), Capture(server) as capture:
        send_mail(server)
    assert capture.source == "recorded at the socket"
    assert len(capture.transcript.streams) == 1


def test_capture_where_packet_sockets_are_refused_everywhere_is_recorded(
    private_network: None, no_rights: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PrivateNetwork, "new_socket", refuse_packets(PrivateNetwork.new_socket))
    with Server() as server, Capture(server) as capture:
        send_mail(server)
    assert capture.source == "recorded at the socket"
    assert commands(capture) == SESSION


def refuse_packets(new_socket: Callable[..., socket.socket]) -> Callable[..., socket.socket]:
    def refuse(network: Network, family: int, kind: int, protocol: int = 0) -> socket.socket:
        if family == socket.AF_PACKET:
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
        return new_socket(network, family, kind, protocol)

    return refuse


def test_capture_on_a_system_that_cannot_is_recorded(may_capture: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtplab.capture.loopback.PACKET_IGNORE_OUTGOING", 12345)
    with Server() as server, Capture(server) as capture:
        send_mail(server)
        with pytest.raises(OSError, match="Protocol not available"):
            Capture(server, live=True).start()
    assert capture.source == "recorded at the socket"
    assert commands(capture) == SESSION


# Those who come past the private network


def test_capture_with_a_stranger_in_it_is_recorded_whole(private_network: None, no_rights: None) -> None:
    with Server() as server, Capture(server) as capture:
        send_mail(server)
        assert (len(capture.frames) > 0, capture.source) == (True, "private network")
        with Client("127.0.0.1", server.port) as stranger:
            stranger.ehlo("stranger.example")
        send_mail(server)
    assert capture.source == capture.transcript.source == "recorded at the socket"
    assert len(capture.transcript.streams) == 3
    assert commands(capture).count("EHLO") == 3


def test_capture_of_a_client_that_was_there_before_is_recorded(private_network: None, no_rights: None) -> None:
    with Server() as server, Client(server) as client, Capture(server) as capture:
        client.noop()
        client.quit()
    assert capture.source == "recorded at the socket"
    assert commands(capture) == ["NOOP", "QUIT"]


def test_capture_only_live_leaves_a_stranger_out(private_network: None, no_rights: None) -> None:
    with Server() as server, Capture(server, live=True) as capture:
        send_mail(server)
        with Client("127.0.0.1", server.port) as stranger:
            stranger.ehlo("stranger.example")
    assert capture.source == "private network"
    assert commands(capture) == SESSION


def test_captures_one_after_another_and_at_once_hear_the_same(private_network: None, no_rights: None) -> None:
    with Server() as server:
        with Capture(server) as first:
            send_mail(server)
        with Capture(server) as second, Capture(server, live=False) as sockets:
            send_mail(server, messages=2)
    assert (first.source, second.source, sockets.source) == (
        "private network",
        "private network",
        "recorded at the socket",
    )
    assert len(first.transcript.streams) == len(second.transcript.streams) == 1
    assert [entry.octets for entry in second.transcript] == [entry.octets for entry in sockets.transcript]


def test_capture_with_a_connection_left_open_ends_in_time(private_network: None, no_rights: None) -> None:
    with Server() as server:
        began = time.monotonic()
        with Capture(server) as capture:
            left_open = Client(server)
            left_open.connect()
            left_open.noop()
        assert 1 <= time.monotonic() - began < 3
        left_open.close()
    assert capture.source == "private network"
    assert commands(capture) == ["NOOP"]


# What is left


def test_capture_in_a_private_network_twenty_times_leaves_nothing_behind(
    private_network: None, no_rights: None
) -> None:
    gc.collect()
    threads, descriptors, processes = threading.enumerate(), os.listdir("/dev/fd"), children()
    for _ in range(20):
        with Server() as server, Capture(server) as capture:
            send_mail(server)
        assert capture.source == "private network"
    gc.collect()  # a socket that was forgotten would raise its ResourceWarning here
    assert threading.enumerate() == threads
    assert len(os.listdir("/dev/fd")) == len(descriptors)
    assert children() == processes


def children() -> set[str]:
    lists = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {child for each in lists for child in each.read_text().split()}


def test_save_names_the_private_network(private_network: None, no_rights: None, tmp_path: Path) -> None:
    with Server() as server, Capture(server) as capture:
        send_mail(server)
    saved = capture.save(tmp_path / "session.pcapng")
    assert [frame.time for frame in read_frames(saved.path)] == [frame.time for frame in capture.frames]
    assert b"private network" in Path(saved.path).read_bytes()


HUNDRED = (
    LESSON.partition("USERS")[0]
    + """
import sys
from pathlib import Path
from smtplab.capture.link import FIN, segment_of

def session(server):
    with Client(server) as client:
        client.ehlo("TINY-DESKTOP")
        for _ in range(5):
            client.mail("test01@coremail.cn")
            client.rcpt("test02@coremail.cn")
            client.data("A line of it.\\r\\n" * 300)

def sent_again(server):
    counters = Path(f"/proc/{server.network.helper.pid}/net/snmp").read_text().splitlines()
    names, values = [line.split() for line in counters if line.startswith("Tcp:")]
    return int(values[names.index("RetransSegs")])

whole = 0
for _ in range(100):
    with Server(discard=True) as server, Capture(server) as capture:
        session(server)
    verbs = [entry.verb for entry in capture.transcript if entry.party == "client" and entry.kind == "command"]
    flags = [segment.flags for segment in capture.transcript.segments]
    assert verbs == ["EHLO", *["MAIL", "RCPT", "DATA"] * 5, "QUIT"], verbs
    assert flags == ["SYN", "SYN, ACK", "ACK", "FIN, ACK", "FIN, ACK"], flags
    assert (capture.source, capture.lost) == ("private network", 0)
    whole += 1
with Server(discard=True) as server, Capture(server) as capture:
    for _ in range(100):
        session(server)
    again = sent_again(server)
ends = {(s.source, s.destination) for s in map(segment_of, capture.frames) if s is not None and s.flags & FIN}
capture.save(sys.argv[1])
print(whole, len(capture.transcript.streams), len(ends), capture.source, capture.lost, again)
"""
)


@pytest.mark.slow
def test_hundred_sessions_without_any_right_are_whole(
    private_network: None, without_rights: Run, program: Callable[[str], str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        saved = Path(folder, "sessions.pcapng")
        done = without_rights(HUNDRED, str(saved))
        assert done.stderr == ""
        *found, sent_again = done.stdout.split()
        assert found == ["100", "100", "200", "private", "network", "0"]
        command = [program("tshark"), "-r", str(saved), "-Y", "tcp.analysis.flags"]
        flags = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert len(flags.splitlines()) <= 2 * int(sent_again)  # a busy machine makes TCP send segments again
