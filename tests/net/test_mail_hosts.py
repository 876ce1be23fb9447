"""Our client sends to the mail hosts of the world: what postfix and Exim deliver is what was sent, octet for octet."""

import ssl
from collections.abc import Callable, Iterator

import pytest

from smtplab.net.client import Client
from smtplab.protocol.client import AuthenticationRefused, RecipientRefused, SenderRefused
from smtplab.protocol.sending import CannotSend
from smtplab.protocol.transcript import Entry
from tests.net.mail_hosts import PASSWORD, SIZE_LIMIT, USER, MailHost, exim, postfix
from tests.net.test_peers import LETTER, RECIPIENT

ASCII_LETTER = LETTER.decode().encode("ascii", "replace")
UTF8_LETTER = LETTER.replace(b"Subject: dots", "Subject: Grüße".encode())


@pytest.fixture(scope="module", params=[postfix, exim], ids=["postfix", "exim"])
def host(request: pytest.FixtureRequest, program: Callable[[str], str]) -> Iterator[MailHost]:
    with request.param(program) as running:
        yield running


@pytest.fixture(scope="module")
def exim_host(program: Callable[[str], str]) -> Iterator[MailHost]:
    with exim(program) as running:
        yield running


def test_plain_mail_arrives_step_by_step(host: MailHost) -> None:
    with Client("127.0.0.1", host.port) as client:
        client.helo("client.example")
        client.mail(USER)
        client.rcpt(RECIPIENT)
        client.data(ASCII_LETTER)
    assert host.delivered() == ASCII_LETTER


def test_pipelined_8bit_mail_of_announced_size_arrives_with_each_recipient(host: MailHost) -> None:
    said: list[Entry] = []
    with Client("127.0.0.1", host.port, listener=said.append) as client:
        client.ehlo("client.example")
        assert {"PIPELINING", "8BITMIME", "SIZE"} <= client.extensions.keys()
        assert client.send_message(USER, [RECIPIENT, "test03@coremail.cn"], LETTER) == {}
    (mail,) = [entry.argument for entry in said if entry.verb == "MAIL" and entry.party == "client"]
    assert mail == b"FROM:<%b> SIZE=%d BODY=8BITMIME" % (USER.encode(), len(LETTER))
    assert [host.delivered(), host.delivered()] == [LETTER, LETTER]


def test_mails_of_one_session_arrive_in_order(host: MailHost) -> None:
    letters = [LETTER.replace(b"dots", b"mail %d" % number) for number in range(3)]
    with Client("127.0.0.1", host.port) as client:
        client.ehlo("client.example")
        assert client.send_messages((USER, [RECIPIENT], letter) for letter in letters) == [{}, {}, {}]
    assert sorted(host.delivered() for _ in letters) == sorted(letters)


def test_mail_with_utf8_in_address_and_header_arrives(host: MailHost) -> None:
    with Client("127.0.0.1", host.port) as client:
        client.ehlo("client.example")
        assert "SMTPUTF8" in client.extensions
        assert client.send_message(USER, ["grüße@coremail.cn"], UTF8_LETTER) == {}
    assert host.delivered() == UTF8_LETTER


def test_mail_arrives_inside_tls(host: MailHost) -> None:
    with Client("127.0.0.1", host.port, authority=host.authority) as client:
        client.introduce("client.example", tls="required")
        assert client.tls.startswith("TLSv1.")
        assert client.send_message(USER, [RECIPIENT], LETTER) == {}
    assert host.delivered() == LETTER


def test_host_of_an_unknown_authority_is_not_trusted(host: MailHost) -> None:
    client = Client("127.0.0.1", host.port)
    client.connect()
    with pytest.raises(ssl.SSLCertVerificationError):
        client.introduce("client.example", tls="required")


def test_mail_over_the_size_limit_is_refused_before_it_is_sent(host: MailHost) -> None:
    with Client("127.0.0.1", host.port) as client:
        client.ehlo("client.example")
        assert client.extensions["SIZE"] == str(SIZE_LIMIT)
        with pytest.raises(SenderRefused) as refused:
            client.mail(USER, size=SIZE_LIMIT + 1)
        assert refused.value.reply.code == 552
        with pytest.raises(CannotSend):
            client.send_message(USER, [RECIPIENT], ASCII_LETTER + b"x\r\n" * SIZE_LIMIT)


def test_mail_for_elsewhere_is_refused(host: MailHost) -> None:
    with Client("127.0.0.1", host.port) as client:
        client.ehlo("client.example")
        with pytest.raises(RecipientRefused):
            client.send_message(USER, ["somebody@elsewhere.example"], ASCII_LETTER)


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_exim_believes_the_password_and_no_other(exim_host: MailHost, mechanism: str) -> None:
    with Client("127.0.0.1", exim_host.port) as client:
        client.ehlo("client.example")
        with pytest.raises(AuthenticationRefused):
            client.auth(mechanism, USER, "wrong")
        assert client.auth(mechanism, USER, PASSWORD).code == 235
        assert client.send_message(USER, [RECIPIENT], LETTER) == {}
    assert exim_host.delivered() == LETTER
