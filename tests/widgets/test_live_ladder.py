"""The live ladder, as a kernel sees it."""

import re
import threading
from collections.abc import Iterator

import pytest
from ipywidgets.widgets.widget import _instances

from smtplab.net.client import Client
from smtplab.net.server import Server
from smtplab.widgets.following import AS_IT_COMES
from smtplab.widgets.live_ladder import LiveLadder, live_ladder
from tests.widgets.controls import named, seen, shows, until


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def live(server: Server) -> Iterator[LiveLadder]:
    live = live_ladder(server)
    yield live
    live.close()


def session(server: Server, domain: str = "a.example") -> None:
    with Client(server) as client:
        client.ehlo(domain)


def arrows(live: LiveLadder) -> int:
    return len(re.findall(r'<g id="entry-', seen(live, "ladder")))


def test_session_draws_itself_arrow_by_arrow(live: LiveLadder, server: Server) -> None:
    pictures: list[int] = []
    named(live, "ladder").observe(lambda _: pictures.append(arrows(live)), "value")
    session(server)
    until(lambda: pictures[-1:] == [5])
    assert pictures == [1, 2, 3, 4, 5]


def test_session_is_drawn_while_it_runs(live: LiveLadder, server: Server) -> None:
    with Client(server) as client:
        shows(live, "ladder", "220 ")
        shows(live, "told", "1 session running")
        client.ehlo("a.example")
        shows(live, "ladder", "EHLO a.example")
    shows(live, "ladder", "221 ")
    shows(live, "told", "0 sessions running")


def test_one_session_needs_no_small_ladders_and_two_have_them(live: LiveLadder, server: Server) -> None:
    session(server)
    shows(live, "ladder", "221 ")
    assert (seen(live, "sessions"), named(live, "sessions").layout.display) == ("", "none")
    session(server)
    shows(live, "sessions", 'id="session-1"')
    assert named(live, "sessions").layout.display is None


def test_parallel_sessions_are_all_drawn(live: LiveLadder, server: Server) -> None:
    named(live, "pace").value = AS_IT_COMES
    threads = [threading.Thread(target=session, args=(server,)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until(lambda: seen(live, "sessions").count('id="session-') == 12)
    shows(live, "told", "0 sessions running")


def test_buttons_choose_the_session(live: LiveLadder, server: Server) -> None:
    named(live, "pace").value = AS_IT_COMES
    for number in range(3):
        session(server, f"client{number}.example")
    shows(live, "ladder", "client2.example")
    for name, domain in (("earlier", "client1"), ("earlier", "client0"), ("later", "client1"), ("newest", "client2")):
        named(live, name).click()
        shows(live, "ladder", f"{domain}.example")


def test_again_draws_it_once_more(live: LiveLadder, server: Server) -> None:
    session(server)
    until(lambda: arrows(live) == 5)
    named(live, "again").click()
    until(lambda: arrows(live) < 5)
    until(lambda: arrows(live) == 5)


def test_pace_is_changed_while_it_draws(live: LiveLadder, server: Server) -> None:
    session(server)
    named(live, "pace").value = AS_IT_COMES
    until(lambda: arrows(live) == 5)


def test_hostile_octets_become_no_markup(live: LiveLadder, server: Server) -> None:
    named(live, "pace").value = AS_IT_COMES
    with Client(server) as client:
        client.send_line(b"<script>alert(1)</script><img src=x onerror=alert(1)>\x1b\x00")
    shows(live, "ladder", "&lt;script&gt;")
    assert not re.search(r"<(script|img)|\x1b|\x00", seen(live, "ladder"))


def test_reader_without_a_kernel_sees_the_ladder(live: LiveLadder, server: Server) -> None:
    assert "draws itself" in live._repr_mimebundle_()["text/html"]
    assert live._repr_mimebundle_()["text/plain"] == "[nothing was said]"
    session(server)
    assert "<svg" in live._repr_mimebundle_()["text/html"]
    assert "EHLO a.example" in live._repr_mimebundle_()["text/plain"]


def test_twenty_ladders_leave_nothing_behind(server: Server) -> None:
    widgets, threads = set(_instances), set(threading.enumerate())
    for _ in range(20):
        live = live_ladder(server)
        session(server)
        live.close()
    assert set(_instances) == widgets
    assert set(threading.enumerate()) <= threads
    assert server.taps == []
