"""A server is told to behave otherwise while it runs: who comes from now on finds it so, who is there does not."""

from typing import Any

import pytest

from smtplab.net.client import Client
from smtplab.net.server import Server
from smtplab.protocol.client import SmtpError
from smtplab.protocol.hooks import Refuse
from smtplab.protocol.replies import Reply

BLANK = "MAIL FROM: <test01@coremail.cn>"


def answers(server: Server, line: str) -> int:
    """Say EHLO and one line on a new connection, and give the code of the reply."""
    with Client(server) as client:
        client.ehlo()
        return client.send_line(line).code


def test_deviation_switched_on_holds_for_the_next_connection() -> None:
    with Server() as server:
        assert answers(server, BLANK) == 501
        server.change(lax=["blank-after-colon"])
        assert answers(server, BLANK) == 250
        server.change(lax=[])
        assert answers(server, BLANK) == 501


def test_open_connection_keeps_what_it_found() -> None:
    with Server() as server, Client(server) as client:
        client.ehlo()
        server.change(lax=["blank-after-colon"])
        assert client.send_line(BLANK).code == 501


def test_choices_that_are_not_named_stay() -> None:
    server = Server(users={"test01": "password01"}, greeting="hello", size_limit=99)
    server.change(auth_required=True)
    assert (server.policy.greeting, server.policy.size_limit, server.policy.auth_required) == ("hello", 99, True)
    assert server.policy.passwords == {"test01": "password01"}


def test_tls_switched_on_while_it_runs_can_be_used_at_once() -> None:
    with Server() as server:
        with Client(server) as client:
            client.ehlo()
            assert "STARTTLS" not in client.extensions
        server.change(tls="starttls")
        with Client(server) as client:
            client.introduce(tls="required")
            assert client.tls.startswith("TLS")


def test_tls_can_be_implicit_and_then_off_again() -> None:
    with Server() as server:
        server.change(tls="implicit")
        with Client(server, implicit_tls=True) as client:
            client.ehlo()
        server.change(tls="none")
        assert answers(server, "NOOP") == 250


def test_handshake_that_began_in_clear_text_ends_so_though_tls_is_implicit_now() -> None:
    with Server(tls="starttls") as server, Client(server) as client:
        client.ehlo()
        server.change(tls="implicit")
        client.starttls()
        assert client.ehlo().code == 250


def test_fault_switched_on_and_off() -> None:
    with Server() as server:
        server.change(hooks=[Refuse("NOOP", Reply(450, "4.0.0", "Not now"))])
        assert answers(server, "NOOP") == 450
        server.change(hooks=[])
        assert answers(server, "NOOP") == 250


@pytest.mark.parametrize(
    ("choice", "error", "words"),
    [
        pytest.param({"size_limit": 0}, ValueError, "size_limit is 0: it has to be 1 or more", id="size"),
        pytest.param({"lax": ["everything"]}, ValueError, "unknown deviation 'everything'", id="deviation"),
        pytest.param({"extensions": ["TURN"]}, ValueError, "unknown extension 'TURN'", id="extension"),
        pytest.param({"mechanisms": ["NTLM"]}, ValueError, "unknown mechanism 'NTLM'", id="mechanism"),
        pytest.param({"tls": "ssl"}, ValueError, "unknown kind of TLS 'ssl'", id="TLS"),
        pytest.param({"starttls": True}, TypeError, "follows from other choices", id="what follows"),
        pytest.param({"colour": "red"}, TypeError, "colour", id="no choice at all"),
    ],
)
def test_wrong_choice_is_refused_and_changes_nothing(
    choice: dict[str, Any], error: type[Exception], words: str
) -> None:
    server = Server()
    before = server.policy
    with pytest.raises(error, match=words):
        server.change(greeting="other", **choice)
    assert server.policy is before
    assert server.tls == "none"


def test_watchers_hear_of_choices_and_of_mail() -> None:
    heard: list[str] = []
    with Server() as server:
        server.watchers.append(lambda: heard.append("!"))
        server.change(greeting="other")
        assert heard == ["!"]
        with Client(server) as client:
            client.ehlo()
            client.send_message("test01@coremail.cn", ["test02@coremail.cn"], "Subject: a\n\nb\n")
        assert heard == ["!", "!"]


def test_watcher_hears_nothing_of_mail_that_was_refused() -> None:
    heard: list[str] = []
    with Server(mailboxes=["test02@coremail.cn"]) as server:
        server.watchers.append(lambda: heard.append("!"))
        with Client(server) as client:
            client.ehlo()
            with pytest.raises(SmtpError):
                client.send_message("test01@coremail.cn", ["nobody@coremail.cn"], "Subject: a\n\nb\n")
    assert heard == []
