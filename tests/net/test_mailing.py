"""Whole mails: one, and several in a row, with the envelope of each right behind the message before it."""

import socket
from typing import BinaryIO

import pytest

from smtplab.net.client import Client
from smtplab.net.dialogue import ServerGone
from smtplab.net.memory import MemoryServer
from smtplab.net.server import Server
from smtplab.protocol.client import MessageRefused, RecipientRefused, SenderRefused, SmtpError
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.hooks import Refuse
from smtplab.protocol.replies import Reply
from smtplab.protocol.sending import CannotSend
from smtplab.protocol.states import END_OF_DATA, State
from tests.net.scripted import Script, serving

ONE, TWO, NOBODY = "test01@coremail.cn", "test02@coremail.cn", "nobody@coremail.cn"
TEXT = b"Subject: x\r\n\r\n..\r\n"
BINARY = b"Subject: x\r\n\r\n\0\n"
NO = Reply(550, "5.7.1", "No")

LOCK_STEP = [extension for extension in OFFERED if extension != "PIPELINING"]
WAYS = pytest.mark.parametrize("extensions", [OFFERED, LOCK_STEP], ids=["pipelined", "lock-step"])
MESSAGES = pytest.mark.parametrize("message", [TEXT, BINARY], ids=["text", "binary"])


def sent(server: MemoryServer, *mails: tuple[str, list[str], bytes]) -> list[dict[str, Exception]]:
    """Send them in one go, see that the session can go on, and give those that missed each."""
    with Client(server) as client:
        client.ehlo("client.example")
        missed = client.send_messages(mails)
        assert client.state is State.READY
        assert client.noop().code == 250
    return missed


def kinds(missed: list[dict[str, Exception]]) -> list[dict[str, type[Exception]]]:
    return [{path: type(error) for path, error in each.items()} for each in missed]


@WAYS
@MESSAGES
def test_send_messages_delivers_them_in_order(extensions: list[str], message: bytes) -> None:
    server = MemoryServer(extensions=extensions)
    assert sent(server, *[(f"{number}@coremail.cn", [ONE, TWO], message) for number in range(5)]) == [{}] * 5
    assert [mail.reverse_path for mail in server.mails] == [f"{number}@coremail.cn" for number in range(5)]
    assert {(mail.forward_paths, mail.content) for mail in server.mails} == {((ONE, TWO), message)}


def test_send_messages_none_is_nothing() -> None:
    assert sent(MemoryServer()) == []


@WAYS
@MESSAGES
def test_send_messages_tells_who_missed_which(extensions: list[str], message: bytes) -> None:
    server = MemoryServer(mailboxes=[ONE, TWO], extensions=extensions, hooks=[Refuse("MAIL", NO, about="bad")])
    missed = sent(
        server,
        (ONE, [NOBODY, TWO], message),
        ("bad@coremail.cn", [ONE, TWO], message),
        (ONE, [NOBODY], message),
        (ONE, [TWO, NOBODY, ONE], message),
    )
    assert kinds(missed) == [
        {NOBODY: RecipientRefused},
        {ONE: SenderRefused, TWO: SenderRefused},
        {NOBODY: RecipientRefused},
        {NOBODY: RecipientRefused},
    ]
    assert [mail.forward_paths for mail in server.mails] == [(TWO,), (TWO, ONE)]


@WAYS
@MESSAGES
@pytest.mark.parametrize("verb", ["DATA", "BDAT", END_OF_DATA])
def test_send_messages_goes_on_after_one_that_was_refused(extensions: list[str], message: bytes, verb: str) -> None:
    server = MemoryServer(extensions=extensions, hooks=[Refuse(verb, NO, times=1)])
    missed = sent(server, (ONE, [TWO], message), (TWO, [ONE], message))
    by_bdat = message == BINARY
    refused = by_bdat if verb == "BDAT" else not by_bdat
    assert kinds(missed) == [{TWO: MessageRefused} if refused else {}, {}]
    assert len(server.mails) == 2 - refused


@WAYS
def test_send_message_tries_each_recipient_though_one_comes_twice(extensions: list[str]) -> None:
    server = MemoryServer(mailboxes=[TWO], extensions=extensions)
    with Client(server) as client:
        client.ehlo("client.example")
        refused = client.send_message(ONE, [NOBODY, TWO, NOBODY], TEXT)
    assert list(refused) == [NOBODY]
    assert server.mails[0].forward_paths == (TWO,)


def test_send_messages_needs_what_is_offered_before_anything_is_sent() -> None:
    server = MemoryServer(size_limit=100)
    with Client(server) as client:
        client.ehlo("client.example")
        with pytest.raises(CannotSend):
            client.send_messages([(ONE, [TWO], TEXT), (ONE, [TWO], TEXT + b"x" * 100)])
        assert client.state is State.READY
    assert server.mails == []


def test_send_messages_writes_each_envelope_right_behind_the_message_before_it() -> None:
    server, writes = MemoryServer(), []
    server.taps.append(lambda _client, _server, happening, octets: writes.append((happening, octets)))
    with Client(server) as client:
        client.ehlo("client.example")
        writes.clear()
        client.send_messages([(ONE, [TWO], b"a\r\n"), (TWO, [ONE], b"b\r\n")])
    written = [octets.split(b"\r\n")[:-1] for happening, octets in writes if happening == "client"]
    assert written == [
        [b"MAIL FROM:<%b> SIZE=3" % ONE.encode(), b"RCPT TO:<%b>" % TWO.encode(), b"DATA"],
        [b"a", b".", b"MAIL FROM:<%b> SIZE=3" % TWO.encode(), b"RCPT TO:<%b>" % ONE.encode(), b"DATA"],
        [b"b", b"."],
        [b"QUIT"],
    ]


def test_send_message_to_more_than_fit_into_a_group_does_not_wait_for_ever() -> None:
    recipients = [f"{number:05}@coremail.cn" for number in range(20_000)]
    with Server(discard=True, recipients_limit=len(recipients)) as server, Client(server, timeout=10) as client:
        client.ehlo("client.example")
        assert client.send_message(ONE, recipients, TEXT) == {}


# Servers of another kind


def answering(*replies: bytes) -> Script:
    """Greet, offer PIPELINING, and answer each line with the next of these, whatever it is; "" answers nothing."""

    def script(connection: socket.socket, lines: BinaryIO) -> None:
        connection.sendall(b"220 hello\r\n")
        for reply in (b"250-hello\r\n250 PIPELINING\r\n", *replies):
            if not lines.readline():
                return
            connection.sendall(reply)

    return script


OK, DATA_OK, NOT_YOU = b"250 OK\r\n", b"354 go on\r\n", b"550 no\r\n"


def missed_at(script: Script, mails: int) -> list[dict[str, Exception]]:
    with serving(script) as address:
        client = Client(address, timeout=5)
        client.connect()
        client.ehlo("client.example")
        try:
            return client.send_messages([(ONE, [TWO], b"")] * mails)
        finally:
            client.close()


def test_send_messages_sends_an_empty_one_to_a_server_that_asks_for_it_for_nobody() -> None:
    first = [OK, NOT_YOU, DATA_OK, b"554 nobody\r\n"]
    missed = missed_at(answering(*first, OK, OK, DATA_OK, OK), mails=2)
    assert kinds(missed) == [{TWO: RecipientRefused}, {}]


def test_send_messages_resets_where_data_was_refused() -> None:
    script = answering(OK, OK, b"451 not now\r\n", OK, OK, OK, DATA_OK, OK)  # MAIL RCPT DATA, RSET, MAIL RCPT DATA, dot
    assert kinds(missed_at(script, mails=2)) == [{TWO: MessageRefused}, {}]


def test_send_message_that_can_be_neither_sent_nor_reset_ends() -> None:
    script = answering(OK, OK, b"451 not now\r\n", *[b"500 what\r\n"] * 9)
    assert kinds(missed_at(script, mails=1)) == [{TWO: MessageRefused}]


def test_send_messages_believes_no_250_to_data() -> None:
    missed = missed_at(answering(OK, OK, OK, OK, OK, OK, DATA_OK, OK), mails=2)
    assert kinds(missed) == [{TWO: MessageRefused}, {}]


@pytest.mark.parametrize(
    ("replies", "error"),
    [
        pytest.param([b"421 bye\r\n"], SenderRefused, id="MAIL"),
        pytest.param([OK, b"421 bye\r\n"], RecipientRefused, id="RCPT"),
        pytest.param([OK, OK, b"421 bye\r\n"], MessageRefused, id="DATA"),
        pytest.param([OK, OK, DATA_OK, b"421 bye\r\n"], MessageRefused, id="the message"),
    ],
)
def test_send_messages_after_a_421_all_others_miss_theirs(replies: list[bytes], error: type[SmtpError]) -> None:
    first, *others = missed_at(answering(*replies), mails=3)
    assert kinds([first]) == [{TWO: error}]
    assert [type(each[TWO]) for each in others] == [ServerGone, ServerGone]


def test_send_messages_connection_lost_tells_which_mails_went() -> None:
    taken = [OK, OK, DATA_OK, OK]
    missed = missed_at(answering(*taken, OK, OK), mails=3)
    assert kinds(missed) == [{}, {TWO: ServerGone}, {TWO: ServerGone}]
