"""The client: what each of its methods does, and how what it was given arrives."""

from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest

from smtplab.net.client import Client
from smtplab.net.mailing import octets_of_message
from smtplab.net.server import Server
from smtplab.protocol.client import (
    AuthenticationRefused,
    RecipientRefused,
    SenderRefused,
    SmtpError,
)
from smtplab.protocol.commands import Noop
from smtplab.protocol.states import State
from smtplab.protocol.transcript import Entry
from tests.net.talker import messages

pytestmark = pytest.mark.usefixtures("leaves_nothing")

ONE, TWO = "test01@coremail.cn", "test02@coremail.cn"
SLOW = 0.3  # seconds of time-out where a server says nothing


@pytest.fixture
def server(leaves_nothing: None) -> Iterator[Server]:
    with Server({ONE: "password01"}, mailboxes=[TWO], size_limit=1000) as running:
        yield running


# The article's session, a step at a time


def test_client_sends_a_mail_a_step_at_a_time(server: Server) -> None:
    with Client(server) as client:
        assert client.greeting is not None
        codes = [
            client.greeting.code,
            client.ehlo("TINY-DESKTOP").code,
            client.auth("LOGIN", ONE, "password01").code,
            client.mail(ONE).code,
            client.rcpt(TWO).code,
            client.data("Subject: hello\n\nbody\n").code,
            client.quit().code,
        ]
        assert codes == [220, 250, 235, 250, 250, 250, 221]
        assert client.state is State.CLOSED
    (message,) = messages(server, TWO)
    assert (message["Subject"], message.get_content()) == ("hello", "body\n")
    assert "from TINY-DESKTOP" in message["Received"]
    assert "with ESMTPA " in message["Received"]


def test_client_small_verbs_have_a_method_each(server: Server) -> None:
    with Client(server) as client:
        assert client.helo().code == 250
        assert client.extensions == {}
        codes = [client.noop().code, client.vrfy(ONE).code, client.help().code, client.rset().code]
        assert codes == [250, 252, 214, 250]
        with pytest.raises(SmtpError, match="EXPN all was answered: 502"):
            client.expn("all")


def test_client_left_without_quit_says_it(server: Server) -> None:
    said: list[Entry] = []
    with Client(server, listener=said.append) as client:
        client.ehlo()
    assert (said[-2].verb, said[-1].code) == ("QUIT", 221)
    assert client.state is State.CLOSED


def test_client_without_a_name_says_its_address(server: Server) -> None:
    said: list[Entry] = []
    with Client(server, listener=said.append) as client:
        client.introduce()
    assert (said[1].verb, said[1].argument) == ("EHLO", b"[127.0.0.1]")


def test_client_left_by_an_error_says_quit_all_the_same(server: Server) -> None:
    said: list[Entry] = []
    with pytest.raises(RuntimeError, match="mine"), Client(server, listener=said.append):
        raise RuntimeError("mine")
    assert (said[-2].verb, said[-1].code) == ("QUIT", 221)


def test_client_left_while_a_reply_is_to_come_says_no_quit(server: Server) -> None:
    def interrupted(client: Client) -> None:
        client.send(client.octets_of(Noop()), "NOOP")
        raise KeyboardInterrupt

    said: list[Entry] = []
    with pytest.raises(KeyboardInterrupt), Client(server, listener=said.append) as client:
        interrupted(client)
    assert "QUIT" not in [entry.verb for entry in said if entry.party == "client"]


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda client: client.ehlo("a_b"), id="EHLO refused"),
        pytest.param(lambda client: client.introduce(tls="required"), id="no STARTTLS"),
        pytest.param(lambda client: (client.ehlo(), client.mail("no address")), id="MAIL refused"),
        pytest.param(lambda client: (client.ehlo(), client.auth("PLAIN", ONE, "wrong")), id="AUTH refused"),
        pytest.param(lambda client: (client.ehlo(), client.send_message(ONE, [TWO], b"x" * 2000)), id="too large"),
    ],
)
def test_client_that_is_refused_says_quit(server: Server, act: Callable[[Client], object]) -> None:
    said: list[Entry] = []
    with pytest.raises((SmtpError, ValueError)), Client(server, listener=said.append) as client:
        act(client)
    assert (said[-2].verb, said[-1].code) == ("QUIT", 221)


@pytest.mark.parametrize("lines", [["AUTH LOGIN"], ["MAIL FROM:<>", f"RCPT TO:<{TWO}>", "DATA"]], ids=["AUTH", "DATA"])
def test_client_left_where_no_quit_would_be_read_just_goes(server: Server, lines: list[str]) -> None:
    said: list[Entry] = []
    with Client(server, listener=said.append, timeout=5) as client:
        client.ehlo()
        for line in lines:
            client.send_line(line)
    assert said[-1].code in (334, 354)
    assert len(server.mailboxes[TWO]) == 0


def test_client_listener_is_given_each_entry(server: Server) -> None:
    said: list[Entry] = []
    with Client(server, listener=said.append) as client:
        client.ehlo()
        client.send_message(ONE, [TWO], "Subject: x\n\n")
    verbs = [entry.verb for entry in said if entry.party == "client"]
    assert verbs == ["EHLO", "MAIL", "RCPT", "DATA", "DATA", "END-OF-DATA", "QUIT"]


def test_client_connects_from_the_address_that_it_is_given(server: Server) -> None:
    with Client(server, source="127.0.0.8") as client:
        client.helo()
        client.send_message(ONE, [TWO], "Subject: x\n\n")
    (mail,) = server.mailboxes[TWO]
    assert "[127.0.0.8]" in mail["Received"]


def test_client_repr_says_where_the_session_stands(server: Server) -> None:
    client = Client(server)
    assert repr(client) == "Client(127.0.0.1, connected)"
    with client:
        assert repr(client) == "Client(127.0.0.1, greeted)"


def test_client_can_connect_again(server: Server) -> None:
    client = Client(server)
    for _ in range(2):
        with client:
            client.ehlo()
            assert client.state is State.READY


def test_client_connected_twice_is_refused(server: Server) -> None:
    with Client(server) as client, pytest.raises(RuntimeError, match="connected already"):
        client.connect()


def test_client_closed_twice_is_closed_once(server: Server) -> None:
    client = Client(server)
    client.connect()
    client.close()
    client.close()


def test_client_by_host_needs_a_port() -> None:
    with pytest.raises(ValueError, match=r"a host needs a port, as in Client\('127.0.0.1', 2525\)"):
        Client("127.0.0.1")


def test_client_by_host_and_port_connects(server: Server) -> None:
    with Client("127.0.0.1", server.port) as client:
        assert client.noop().code == 250


# Messages

MESSAGES = [
    pytest.param("Subject: x\n\n.\n..\nlast", b"Subject: x\r\n\r\n.\r\n..\r\nlast\r\n", id="str with dots"),
    pytest.param("Subject: x\r\n\r\na\rb\n", b"Subject: x\r\n\r\na\r\nb\r\n", id="str with all line ends"),
    pytest.param(b".\r\n.x\r\n", b".\r\n.x\r\n", id="bytes with dots"),
    pytest.param(b"a\nb\rc", b"a\nb\rc\r\n", id="bytes as they are"),
    pytest.param(b"", b"", id="nothing"),
    pytest.param("Grüße\n", "Grüße\r\n".encode(), id="str that is not ASCII"),
]


@pytest.mark.parametrize(("message", "content"), MESSAGES)
def test_data_message_arrives_as_it_is(server: Server, message: str | bytes, content: bytes) -> None:
    with Client(server) as client:
        client.ehlo()
        client.mail(ONE)
        client.rcpt(TWO)
        client.data(message)
    assert stored(server).endswith(b"\r\n" + content)


def test_data_email_message_arrives_whole(server: Server) -> None:
    message = EmailMessage()
    message["Subject"] = "Grüße"
    message.set_content(".\n..\nfoo\n")
    with Client(server) as client:
        client.ehlo()
        client.mail(ONE)
        client.rcpt(TWO)
        client.data(message)
    (arrived,) = messages(server, TWO)
    assert (arrived["Subject"], arrived.get_content()) == ("Grüße", ".\n..\nfoo\n")


@pytest.mark.parametrize("field", ["From", "Reply-To", "Cc"])
def test_email_message_has_no_encoded_word_in_an_address(field: str) -> None:
    message = EmailMessage()
    message[field] = "Jörg <jörg@exämple.org>"
    message["Subject"] = "Grüße"
    assert f"{field}: Jörg <jörg@exämple.org>\r\nSubject: Grüße\r\n".encode() in octets_of_message(message)


def test_email_message_of_ascii_addresses_has_an_ascii_header() -> None:
    message = EmailMessage()
    message["From"] = '"Jörg" <joerg@example.org>'
    assert octets_of_message(message).isascii()


def stored(server: Server) -> bytes:
    (file,) = server.mailboxes.directory.glob("*/new/*")
    return file.read_bytes()


# A whole mail for several


def test_send_message_gives_those_that_were_refused(server: Server) -> None:
    with Client(server) as client:
        client.ehlo()
        refused = client.send_message(ONE, [TWO, "nobody@coremail.cn", ONE], "Subject: x\n\n")
    assert list(refused) == ["nobody@coremail.cn"]
    assert isinstance(refused["nobody@coremail.cn"], RecipientRefused)
    assert {name: len(box) for name, box in server.mailboxes.items()} == {ONE: 1, TWO: 1}


@pytest.mark.parametrize("hello", ["ehlo", "helo"], ids=["pipelined", "lock-step"])
def test_send_message_nobody_gets_raises_and_the_session_goes_on(server: Server, hello: str) -> None:
    with Client(server) as client:
        getattr(client, hello)()
        with pytest.raises(RecipientRefused, match="nobody"):
            client.send_message(ONE, ["nobody@coremail.cn"], "Subject: x\n\n")
        assert client.state is State.READY
        assert client.send_message(ONE, [TWO], "Subject: x\n\n") == {}


@pytest.mark.parametrize("hello", ["ehlo", "helo"], ids=["pipelined", "lock-step"])
def test_send_message_sender_refused_raises_and_the_session_goes_on(server: Server, hello: str) -> None:
    with Client(server) as client:
        getattr(client, hello)()
        with pytest.raises(SenderRefused):
            client.send_message("a b@example.org", [TWO], "Subject: x\n\n")
        assert client.send_message(ONE, [TWO], "Subject: x\n\n") == {}


def test_send_message_without_recipients_is_an_error(server: Server) -> None:
    with Client(server) as client, pytest.raises(ValueError, match="needs a recipient"):
        client.send_message(ONE, [], "x")


def test_send_message_in_chunks_leaves_the_session_ready(server: Server) -> None:
    with Client(server) as client:
        client.ehlo()
        for _ in range(2):
            assert client.send_message(ONE, [TWO], b"Subject: x\r\n\r\na\0b\n") == {}
            assert client.state is State.READY
    assert len(server.mailboxes[TWO]) == 2


# Commands in arguments


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.ehlo("a\r\nMAIL FROM:<>"),
        lambda client: client.helo("a\nb"),
        lambda client: client.mail("a@example.org>\r\nRCPT TO:<b@example.org"),
        lambda client: client.mail("a@example.org", size="1\r\nDATA"),
        lambda client: client.rcpt("b@example.org>\r\nDATA\r\n"),
        lambda client: client.vrfy("a\rb"),
        lambda client: client.expn("a\nb"),
        lambda client: client.help("a\nb"),
        lambda client: client.send_message("a\r\n", [TWO], "x"),
        lambda client: client.send_message(ONE, [TWO, "b\r\nDATA"], "x"),
    ],
    ids=["ehlo", "helo", "mail", "parameter", "rcpt", "vrfy", "expn", "help", "sender", "recipient"],
)
def test_argument_with_a_command_in_it_is_refused_and_nothing_is_said(
    server: Server, call: Callable[[Client], object]
) -> None:
    with Client(server) as client:
        client.ehlo()
        with pytest.raises(ValueError, match="a command is one line, and this is more"):
            call(client)
        assert client.noop().code == 250
        assert client.state is State.READY


def test_password_with_line_ends_is_only_a_wrong_password(server: Server) -> None:
    with Client(server) as client:
        client.ehlo()
        with pytest.raises(AuthenticationRefused):
            client.auth("LOGIN", ONE, "a\r\nQUIT\r\n")
        assert client.noop().code == 250


def test_reply_that_nobody_has_waited_for_is_more(server: Server) -> None:
    with Client(server) as client:
        client.ehlo()
        client.mail(ONE)
        client.send(b"RSET\r\nRSET\r\n", "two commands")  # whose replies may leave together (RFC 2920 §3.2)
        client.answer("the first")
        assert client.has_more
        client.answer("the second")
        assert not client.has_more
