"""What is said to a server is read along at its sockets."""

from smtplab.net.client import Client
from smtplab.net.overheard import KEPT, Overheard
from smtplab.net.server import Server


def mail(server: Server) -> None:
    with Client(server) as client:
        client.ehlo()
        client.send_message("test01@coremail.cn", ["test02@coremail.cn"], "Subject: a\n\nb\n")


def test_session_is_read_from_greeting_to_end() -> None:
    with Server() as server:
        overheard = Overheard(server, lambda: None)
        mail(server)
    verbs = [entry.verb for entry in overheard.transcript if entry.party == "client"]
    assert verbs == ["EHLO", "MAIL", "RCPT", "DATA", "DATA", "END-OF-DATA", "QUIT"]
    assert overheard.transcript[0].code == 220
    assert overheard.open == frozenset()


def test_each_session_is_a_stream_and_open_while_it_runs() -> None:
    with Server() as server:
        overheard = Overheard(server, lambda: None)
        with Client(server), Client(server) as second:
            second.ehlo()
            assert overheard.open == {0, 1}
            assert [stream.number for stream in overheard.transcript.streams] == [0, 1]
            assert len(overheard.transcript.stream(1)) == 3


def test_entries_of_all_sessions_are_in_order_of_time() -> None:
    with Server() as server:
        overheard = Overheard(server, lambda: None)
        with Client(server) as first, Client(server) as second:
            for client in (first, second, first):
                client.ehlo()
    times = [entry.time for entry in overheard.transcript]
    assert times == sorted(times)
    assert {entry.stream for entry in overheard.transcript[2:8]} == {0, 1}


def test_changed_is_called_for_each_happening() -> None:
    heard: list[str] = []
    with Server() as server:
        Overheard(server, lambda: heard.append("!"))
        with Client(server) as client:
            before = len(heard)
            client.noop()
            assert len(heard) == before + 2


def test_session_that_had_begun_before_is_left_out() -> None:
    with Server() as server, Client(server) as client:
        overheard = Overheard(server, lambda: None)
        client.ehlo()
        assert len(overheard.transcript) == 0


def test_closed_it_hears_nothing_more() -> None:
    with Server() as server:
        overheard = Overheard(server, lambda: None)
        overheard.close()
        overheard.close()
        mail(server)
        assert server.taps == []
    assert len(overheard.transcript) == 0


def test_oldest_sessions_are_forgotten() -> None:
    with Server() as server:
        overheard = Overheard(server, lambda: None)
        for _ in range(KEPT + 3):
            with Client(server):
                pass
    numbers = [stream.number for stream in overheard.transcript.streams]
    assert (overheard.forgotten, numbers[0], numbers[-1], len(numbers)) == (3, 3, KEPT + 2, KEPT)
