"""How much of the sessions is drawn by now, and which one is followed."""

from collections.abc import Iterator

import pytest

from smtplab.net.client import Client
from smtplab.net.overheard import Overheard
from smtplab.net.server import Server
from smtplab.widgets.following import AS_IT_COMES, CATCHING_UP, ONE_BY_ONE, TAIL, Following


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


def following(server: Server, pace: str = AS_IT_COMES) -> Following:
    return Following(Overheard(server, lambda: None), pace)


def session(server: Server, noops: int = 0) -> None:
    with Client(server) as client:
        client.ehlo()
        for _ in range(noops):
            client.noop()


def test_before_any_session_there_is_nothing(server: Server) -> None:
    shown = following(server).next()
    assert (shown.followed, len(shown.ladder), shown.behind) == (None, 0, 0)


def test_as_it_comes_all_is_drawn_at_once(server: Server) -> None:
    follower = following(server)
    session(server)
    shown = follower.next()
    assert (shown.followed, len(shown.ladder), shown.behind) == (0, 5, 0)


def test_one_by_one_each_picture_has_one_arrow_more(server: Server) -> None:
    follower = following(server, ONE_BY_ONE)
    session(server)
    pictures = [follower.next() for _ in range(6)]
    assert [len(shown.ladder) for shown in pictures] == [1, 2, 3, 4, 5, 5]
    assert [shown.behind for shown in pictures] == [4, 3, 2, 1, 0, 0]


def test_one_by_one_a_long_backlog_is_caught_up_with(server: Server) -> None:
    follower = following(server, ONE_BY_ONE)
    session(server, noops=300)
    pictures = 0
    while follower.next().behind:
        pictures += 1
    assert CATCHING_UP < pictures < 7 * CATCHING_UP


def test_all_is_drawn_anew_when_it_is_asked_for(server: Server) -> None:
    follower = following(server, ONE_BY_ONE)
    session(server)
    while follower.next().behind:
        pass
    follower.forget()
    assert len(follower.next().ladder) == 1


def test_newest_session_is_followed_until_one_is_chosen(server: Server) -> None:
    follower = following(server)
    for number in range(3):
        session(server)
        assert follower.next().followed == number
    follower.choose(1)
    session(server)
    assert follower.next().followed == 1
    follower.choose(None)
    assert follower.next().followed == 3


def test_step_goes_from_session_to_session_and_no_further(server: Server) -> None:
    follower = following(server)
    follower.step(1)
    for _ in range(3):
        session(server)
    followed = []
    for by in (-1, -1, -1, 1, 1, 1):
        follower.step(by)
        followed.append(follower.next().followed)
    assert followed == [1, 0, 0, 1, 2, 2]


def test_long_session_shows_its_end(server: Server) -> None:
    follower = following(server)
    session(server, noops=100)
    shown = follower.next()
    assert (len(shown.ladder), shown.left_out) == (TAIL, 205 - TAIL)


def test_sessions_that_run_are_named(server: Server) -> None:
    follower = following(server)
    with Client(server) as client:
        client.noop()
        assert follower.next().running == {0}
