"""How one connection ends, well or badly, and that it does not trouble the others."""

import time
from collections.abc import Iterator

import pytest

from smtplab.net.server import Server
from tests.net.talker import ENVELOPE, Talker, crlf, mail, messages

pytestmark = pytest.mark.usefixtures("leaves_nothing")


@pytest.fixture
def server(leaves_nothing: None) -> Iterator[Server]:
    with Server({"test01@coremail.cn": "password01"}) as running:
        yield running


def delivered(server: Server) -> int:
    return len(server.mailboxes["test02@coremail.cn"])


# Ends that are as they should be


def test_quit_is_answered_and_then_the_server_closes(server: Server) -> None:
    with Talker(server) as talker:
        assert talker.say("QUIT") == [221]
        assert talker.at_end()


def test_half_close_all_replies_still_come(server: Server) -> None:
    with Talker(server) as talker:
        talker.send(mail("Subject: x"))
        talker.finish()
        assert talker.replies(6) == [250, 250, 250, 354, 250, 221]
        assert talker.at_end()
    assert delivered(server) == 1


def test_half_close_without_quit_all_replies_still_come(server: Server) -> None:
    with Talker(server) as talker:
        talker.send(crlf([*ENVELOPE, "DATA", "Subject: x", "."]))
        talker.finish()
        assert talker.replies(5) == [250, 250, 250, 354, 250]
        assert talker.at_end()
    assert delivered(server) == 1


def test_half_close_many_replies_still_come(server: Server) -> None:
    with Talker(server, buffer=4096) as talker:
        talker.send(b"HELP\r\n" * 2000)
        talker.finish()
        time.sleep(0.2)
        assert set(talker.replies(2000)) == {214}
        assert talker.at_end()


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_octets_in_pieces_of_any_size_are_understood(server: Server, size: int) -> None:
    octets = mail("Subject: x", "", "..dot")
    with Talker(server) as talker:
        for start in range(0, len(octets), size):
            talker.send(octets[start : start + size])
        assert talker.replies(6) == [250, 250, 250, 354, 250, 221]
    (message,) = messages(server, "test02@coremail.cn")
    assert message.get_content() == ".dot\n"


# Clients that vanish

PHASES = {
    "connected": b"",
    "amid EHLO": b"EHLO cli",
    "after EHLO": crlf(ENVELOPE[:1]),
    "amid AUTH": crlf([ENVELOPE[0], "AUTH LOGIN"]),
    "after MAIL": crlf(ENVELOPE[:2]),
    "after RCPT": crlf(ENVELOPE),
    "after DATA": crlf([*ENVELOPE, "DATA"]),
    "amid the mail data": crlf([*ENVELOPE, "DATA", "half"]),
    "before the last CRLF": crlf([*ENVELOPE, "DATA", "half"]) + b".",
    "amid a chunk": crlf([*ENVELOPE, "BDAT 100"]) + b"half",
}


@pytest.mark.parametrize("reset", [False, True], ids=["FIN", "RST"])
@pytest.mark.parametrize("octets", PHASES.values(), ids=PHASES)
def test_client_that_vanishes_leaves_the_server_well_and_no_mail(server: Server, octets: bytes, reset: bool) -> None:
    for wait in (0, 0.02):
        talker = Talker(server)
        talker.send(octets)
        time.sleep(wait)
        talker.close(reset=reset)
    with Talker(server) as other:
        assert other.say("NOOP") == [250]
    assert delivered(server) == 0


def test_client_that_vanishes_after_the_dot_has_sent_its_mail(server: Server) -> None:
    with Talker(server) as talker:
        talker.send(crlf([*ENVELOPE, "DATA", "Subject: x", "."]))
    deadline = time.monotonic() + 5
    while not delivered(server) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert delivered(server) == 1


def test_client_that_does_not_speak_smtp_is_answered_and_closed_on(server: Server) -> None:
    with Talker(server) as talker:
        talker.send(b"GET / HTTP/1.1\r\n" * 102)
        assert set(talker.replies(100)) == {500}
        assert talker.reply().startswith(b"421 4.7.0 ")
        assert talker.at_end()


# Clients that are slow


def test_client_that_stalls_does_not_block_another(server: Server) -> None:
    with Talker(server) as stalled, Talker(server) as other:
        stalled.send(crlf([*ENVELOPE, "DATA", "half"]))
        other.send(mail("Subject: x"))
        assert other.replies(6)[-1] == 221


def test_client_that_reads_no_replies_is_read_from_no_more_and_served_when_it_does(server: Server) -> None:
    with Talker(server, timeout=1, buffer=4096) as talker:
        sent = talker.fill()
        assert sent < 2**23
        talker.socket.settimeout(10)
        assert set(talker.replies(sent // 6)) == {250}


def test_client_that_reads_no_replies_does_not_block_another(server: Server) -> None:
    with Talker(server, timeout=1, buffer=4096) as deaf, Talker(server, timeout=3) as other:
        deaf.fill()
        assert other.say("NOOP", "QUIT") == [250, 221]


def test_client_that_reads_late_and_says_no_more_hears_all_replies(server: Server) -> None:
    with Talker(server, timeout=1, buffer=4096) as talker:
        sent = talker.fill()
        talker.finish()
        talker.socket.settimeout(10)
        assert set(talker.replies(sent // 6)) == {250}
        assert talker.at_end()


def test_client_that_stalls_is_told_421_after_the_idle_timeout() -> None:
    with Server(idle_timeout=0.2) as server, Talker(server) as talker:
        begun = time.monotonic()
        assert talker.reply() == b"421 4.4.2 Nothing was heard for too long, closing the connection\r\n"
        assert talker.at_end()
        assert 0.15 < time.monotonic() - begun < 2


def test_client_that_says_something_now_and_then_is_not_idle() -> None:
    with Server(idle_timeout=0.4) as server, Talker(server) as talker:
        for _ in range(6):
            time.sleep(0.15)
            assert talker.say("NOOP") == [250]


def test_client_that_reads_nothing_is_dropped_after_the_idle_timeout() -> None:
    with Server(idle_timeout=0.3) as server:
        talker = Talker(server, timeout=0.5, buffer=4096)
        talker.fill()
        deadline = time.monotonic() + 3
        while server.connections and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not server.connections
        talker.close()
