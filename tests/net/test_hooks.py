"""Servers that fail on purpose, on real sockets: replies that come late, or not at all."""

import time

import pytest

from smtplab.net.client import Client, ServerGone
from smtplab.net.server import Server
from smtplab.protocol.client import RecipientRefused, SmtpError
from smtplab.protocol.hooks import Delay, DropConnection, Refuse
from smtplab.protocol.replies import Reply
from smtplab.protocol.states import END_OF_DATA, GREETING
from tests.net.talker import ENVELOPE, Talker, crlf, mail

pytestmark = pytest.mark.usefixtures("leaves_nothing")

RECIPIENT = "test02@coremail.cn"


def test_delay_makes_one_client_wait_and_no_other() -> None:
    with Server(hooks=[Delay("NOOP", 0.4)]) as server, Talker(server) as slow, Talker(server) as quick:
        begun = time.monotonic()
        slow.send(b"NOOP\r\n")
        assert quick.say("HELP") == [214]
        assert time.monotonic() - begun < 0.4
        assert slow.replies(1) == [250]
        assert time.monotonic() - begun >= 0.4


def test_delay_keeps_the_order_of_replies() -> None:
    with Server(hooks=[Delay("NOOP", 0.1)]) as server, Talker(server) as talker:
        talker.send(b"HELP\r\nNOOP\r\nVRFY x\r\nNOOP\r\nQUIT\r\n")
        assert talker.replies(5) == [214, 250, 252, 250, 221]
        assert talker.at_end()


def test_delay_half_close_all_replies_still_come() -> None:
    with Server(hooks=[Delay("MAIL", 0.1), Delay(END_OF_DATA, 0.1)]) as server, Talker(server) as talker:
        talker.send(crlf([*ENVELOPE, "DATA", "Subject: x", "."]))
        talker.finish()
        assert talker.replies(5) == [250, 250, 250, 354, 250]
        assert talker.at_end()
    assert len(server.mailboxes[RECIPIENT]) == 1


def test_delay_client_that_vanishes_meanwhile_does_no_harm() -> None:
    with Server(hooks=[Delay("NOOP", 0.1)]) as server:
        for reset in (False, True):
            talker = Talker(server)
            talker.send(b"NOOP\r\n")
            talker.close(reset=reset)
        time.sleep(0.3)
        with Talker(server) as other:
            assert other.say("HELP") == [214]


def test_delay_server_stops_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtplab.net.server.STOP_TIMEOUT", 0.3)
    with Server(hooks=[Delay("NOOP", 60)]) as server:
        talker = Talker(server)
        talker.send(b"NOOP\r\n")
        time.sleep(0.1)
    talker.close()


def test_drop_after_the_dot_is_how_a_mail_comes_twice() -> None:
    with Server(hooks=[DropConnection(END_OF_DATA)]) as server:
        for _ in range(2):
            with Talker(server) as talker:
                talker.send(mail("Subject: twice"))
                talker.at_end()
    assert len(server.mailboxes[RECIPIENT]) == 2


def test_drop_is_a_server_gone_for_the_client() -> None:
    with Server(hooks=[DropConnection("MAIL")]) as server:
        client = Client(server)
        client.connect()
        client.ehlo()
        with pytest.raises(ServerGone):
            client.mail("")


def test_refuse_is_the_error_of_its_phase() -> None:
    hooks = [Refuse("RCPT", Reply(450, "4.2.1", "Mailbox is busy"), times=1)]
    with Server(hooks=hooks) as server, Client(server) as client:
        client.ehlo()
        client.mail("")
        with pytest.raises(RecipientRefused, match=r"450 4\.2\.1 Mailbox is busy"):
            client.rcpt(RECIPIENT)
        assert client.rcpt(RECIPIENT).code == 250


def test_refuse_the_greeting_turns_clients_away() -> None:
    hook = Refuse(GREETING, Reply(554, "", "no service"))
    with Server(hooks=[hook]) as server, pytest.raises(SmtpError, match="554 no service"):
        Client(server).connect()
