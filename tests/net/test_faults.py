"""Each fault that can be switched on by name does what its words say."""

import pytest

from smtplab.net.client import Client, ServerGone
from smtplab.net.faults import FAULTS, Fault
from smtplab.net.server import Server
from smtplab.protocol.client import SmtpError
from smtplab.protocol.hooks import Hook


def hook(name: str) -> Hook:
    [fault] = [fault for fault in FAULTS if fault.name == name]
    return fault.make()


def mail(server: Server) -> None:
    with Client(server) as client:
        client.ehlo()
        client.send_message("test01@coremail.cn", ["test02@coremail.cn"], "Subject: a\n\nb\n")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        pytest.param("no service", 554, id="no service"),
        pytest.param("greylisting", 451, id="greylisting"),
        pytest.param("disk full", 451, id="disk full"),
        pytest.param("no such mailbox", 550, id="no such mailbox"),
    ],
)
def test_fault_is_answered_with_its_code_and_nothing_is_stored(name: str, code: int) -> None:
    with Server(hooks=[hook(name)]) as server:
        with pytest.raises(SmtpError) as refusal:
            mail(server)
        assert refusal.value.reply.code == code
        assert len(server.mailboxes["test02@coremail.cn"]) == 0


def test_lost_reply_stores_the_message_each_time() -> None:
    with Server(hooks=[hook("lost reply")]) as server:
        for _ in "ab":
            with pytest.raises(ServerGone):
                mail(server)
        assert len(server.mailboxes["test02@coremail.cn"]) == 2


def test_other_words_keep_the_codes() -> None:
    with Server(hooks=[hook("other words")]) as server, Client(server) as client:
        client.ehlo()
        assert (client.noop().code, client.noop().text) == (250, "Whatever you say")


@pytest.mark.slow
def test_slow_server_answers_rcpt_late() -> None:
    with Server(hooks=[hook("slow")]) as server, Client(server, timeout=0.5) as client:
        client.ehlo()
        client.mail("a@example.org")
        with pytest.raises(TimeoutError):
            client.rcpt("b@example.org")
        client.close()


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_hook_is_a_fresh_one_each_time(fault: Fault) -> None:
    assert fault.make() is not fault.make()
