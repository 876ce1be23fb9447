"""The client's half: what it writes, what it makes of replies, and what it does not put up with."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol import client, commands
from smtplab.protocol.client import Answer, ClientSession, NotSmtp, ServerNotProven, SmtpError, parse_extensions, refuse
from smtplab.protocol.commands import Bdat, Ehlo, Helo, Mail, Noop, Rcpt
from smtplab.protocol.replies import Reply, parse_reply
from smtplab.protocol.states import BDAT_LAST, END_OF_DATA, GREETING, State
from tests.protocol import strategies


def greeted() -> ClientSession:
    session = ClientSession()
    session.receive(b"220 mail.coremail.cn ready\r\n")
    return session


def introduced() -> ClientSession:
    session = greeted()
    session.send(Ehlo("client.example"))
    session.receive(b"250-mail.coremail.cn\r\n250-SIZE 1000\r\n250-auth LOGIN PLAIN\r\n250 PIPELINING\r\n")
    return session


# Waiting for replies


def test_session_waits_for_the_greeting_first() -> None:
    session = ClientSession()
    assert session.is_waiting
    assert session.receive(b"220 hi\r\n") == [Answer(GREETING, Reply(220, "", "hi"))]
    assert not session.is_waiting
    assert session.state is State.GREETED


def test_session_refused_greeting_leaves_only_quit() -> None:
    session = ClientSession()
    session.receive(b"554 go away\r\n")
    assert session.state is State.REFUSED


def test_send_gives_the_line_and_waits_for_its_reply() -> None:
    session = greeted()
    assert session.send(Noop()) == b"NOOP\r\n"
    assert session.is_waiting
    assert session.receive(b"250 OK\r\n") == [Answer("NOOP", Reply(250, "", "OK"))]


def test_send_several_commands_pair_with_replies_in_order() -> None:
    session = introduced()
    for command in (Mail(""), Rcpt("a@example.org"), Rcpt("b@example.org"), commands.DATA):
        session.send(command)
    answers = session.receive(b"250 OK\r\n550 no\r\n250 OK\r\n354 go on\r\n")
    assert [(answer.verb, answer.reply.code) for answer in answers] == [
        ("MAIL", 250),
        ("RCPT", 550),
        ("RCPT", 250),
        ("DATA", 354),
    ]
    assert session.state is State.MAIL_DATA


def test_send_mail_data_is_transparent_and_answered() -> None:
    session = introduced()
    session.state = State.MAIL_DATA
    assert session.send_mail_data(b".\r\n") == b"..\r\n.\r\n"
    assert session.receive(b"250 OK\r\n") == [Answer(END_OF_DATA, Reply(250, "", "OK"))]
    assert session.state is State.READY


def test_send_line_dot_amid_mail_data_is_its_end() -> None:
    session = introduced()
    session.state = State.MAIL_DATA
    assert session.send_line(b"Subject: x") == b"Subject: x\r\n"
    assert not session.is_waiting
    assert session.send_line(b".") == b".\r\n"
    assert session.receive(b"250 OK\r\n") == [Answer(END_OF_DATA, Reply(250, "", "OK"))]


@pytest.mark.parametrize(
    ("command", "verb", "state"), [(Bdat(3), "BDAT", State.CHUNKS), (Bdat(3, last=True), BDAT_LAST, State.READY)]
)
def test_send_last_chunk_ends_the_transaction(command: Bdat, verb: str, state: State) -> None:
    session = introduced()
    session.state = State.RECIPIENTS
    session.send(command)
    assert session.receive(b"250 OK\r\n") == [Answer(verb, Reply(250, "", "OK"))]
    assert session.state is state


def test_receive_reply_nobody_asked_for_answers_nothing() -> None:
    session = introduced()
    assert session.receive(b"421 shutting down\r\n") == [Answer("", Reply(421, "", "shutting down"))]
    assert session.state is State.CLOSED


@given(st.data())
def test_receive_replies_are_the_same_however_they_are_cut(data: st.DataObject) -> None:
    octets = b"220 hi\r\n250-a\r\n250-b\r\n250 c\r\n550 5.1.1 no\r\n"
    session, answers = ClientSession(), []
    for piece in data.draw(strategies.cut(octets)):
        answers += session.receive(piece)
    assert answers == ClientSession().receive(octets)
    assert len(answers) == 3


@given(strategies.octets)
def test_receive_any_octets_raise_nothing_but_not_smtp(octets: bytes) -> None:
    with contextlib.suppress(NotSmtp):
        ClientSession().receive(octets)


@pytest.mark.parametrize(
    "octets", [b"HTTP/1.1 400 Bad Request\r\n", b"\r\n", b"220 hi\n", b"220-a\r\n221 b\r\n", b"\x15\x03\x01\x00\x02\n"]
)
def test_receive_what_is_no_reply_is_not_smtp(octets: bytes) -> None:
    with pytest.raises(NotSmtp, match="no reply of SMTP"):
        ClientSession().receive(octets)


@pytest.mark.parametrize("piece", [b"x" * 1000, b"250-x\r\n" * 100])
def test_receive_reply_without_end_is_given_up(piece: bytes) -> None:
    session = ClientSession()
    for _ in range(client.REPLY_LIMIT // len(piece)):
        assert session.receive(piece) == []
    with pytest.raises(NotSmtp, match="a reply without end"):
        session.receive(piece)


# EHLO


def test_ehlo_extensions_are_known_by_keyword() -> None:
    assert introduced().extensions == {"SIZE": "1000", "AUTH": "LOGIN PLAIN", "PIPELINING": ""}


def test_helo_has_no_extensions() -> None:
    session = introduced()
    session.send(Helo("client.example"))
    session.receive(b"250-mail\r\n250 SIZE 1000\r\n")
    assert session.extensions == {}


def test_ehlo_refused_keeps_what_was_known() -> None:
    session = introduced()
    session.send(Ehlo("a_b"))
    session.receive(b"501 no\r\n")
    assert "SIZE" in session.extensions


def test_parse_extensions_skips_the_server_name() -> None:
    assert parse_extensions(Reply(250, "", "PIPELINING hello\nSIZE")) == {"SIZE": ""}


def test_parse_extensions_skips_an_empty_line() -> None:
    assert parse_extensions(Reply(250, "", "smtp-sink\nDSN\n")) == {"DSN": ""}


# AUTH: an exchange is replies of the server, each with what the client says to it


def exchange(session: ClientSession, line: bytes, *said: bytes) -> list[bytes]:
    """Give what the client says, beginning with `line`, when the server says `said`."""
    lines = [line]
    for reply in said:
        (answer,) = session.receive(reply)
        if answer.reply.code == 334:
            lines.append(session.respond(answer.reply))
    return lines


def test_auth_plain_sends_its_response_at_once() -> None:
    session = introduced()
    assert session.begin_auth("PLAIN", "tim", "secret") == b"AUTH PLAIN AHRpbQBzZWNyZXQ=\r\n"
    (answer,) = session.receive(b"235 OK\r\n")
    session.end_auth(answer.reply)
    assert session.state is State.READY


def test_auth_plain_waits_to_be_asked_where_that_is_wanted() -> None:
    session = introduced()
    line = session.begin_auth("PLAIN", "tim", "secret", initial_response=False)
    assert exchange(session, line, b"334 \r\n", b"235 OK\r\n") == [b"AUTH PLAIN\r\n", b"AHRpbQBzZWNyZXQ=\r\n"]


def test_auth_plain_that_fits_no_command_line_waits_to_be_asked() -> None:
    assert introduced().begin_auth("PLAIN", "tim", "s" * 500) == b"AUTH PLAIN\r\n"


def test_auth_login_answers_two_questions() -> None:
    session = introduced()
    line = session.begin_auth("LOGIN", "tim", "secret")
    said = exchange(session, line, b"334 VXNlcm5hbWU6\r\n", b"334 UGFzc3dvcmQ6\r\n", b"235 OK\r\n")
    assert said == [b"AUTH LOGIN\r\n", b"dGlt\r\n", b"c2VjcmV0\r\n"]
    assert session.cancelled == ""


@pytest.mark.parametrize(
    "challenges",
    [
        pytest.param([b"334 a\r\n"], id="no base64"),
        pytest.param([b"334 \xff\r\n"], id="not ASCII"),
        pytest.param(
            [b"334 VXNlcm5hbWU6\r\n", b"334 UGFzc3dvcmQ6\r\n", b"334 TW9yZT8=\r\n"], id="one question too many"
        ),
    ],
)
def test_auth_challenge_without_answer_cancels(challenges: list[bytes]) -> None:
    session = introduced()
    line = session.begin_auth("LOGIN", "tim", "secret")
    assert exchange(session, line, *challenges)[-1] == b"*\r\n"
    assert session.cancelled
    session.receive(b"501 cancelled\r\n")
    assert session.state is State.READY


def test_auth_challenge_nobody_asked_for_cancels() -> None:
    session = introduced()
    assert session.respond(Reply(334, "", "")) == b"*\r\n"


def test_auth_challenge_after_the_cancelling_is_not_smtp() -> None:
    """A server that goes on asking would otherwise be answered for ever."""
    session = introduced()
    line = session.begin_auth("LOGIN", "tim", "secret")
    with pytest.raises(NotSmtp, match="cancelled"):
        exchange(session, line, b"334 ?\r\n", b"334 ?\r\n")


def test_auth_yes_before_the_end_of_the_mechanism_is_no_proof() -> None:
    session = introduced()
    session.begin_auth("LOGIN", "tim", "secret")
    (answer,) = session.receive(b"235 OK\r\n")
    with pytest.raises(ServerNotProven):
        session.end_auth(answer.reply)


def test_auth_unknown_mechanism_is_an_error_that_names_the_known() -> None:
    with pytest.raises(ValueError, match="LOGIN"):
        introduced().begin_auth("XNOSUCH", "tim", "secret")


# TLS


def test_tls_started_forgets_what_was_said_in_clear_text() -> None:
    session = introduced()
    session.send(commands.STARTTLS)
    session.receive(b"220 go\r\n")
    session.tls_started()
    assert (session.state, session.extensions) == (State.GREETED, {})


def test_tls_started_more_in_clear_text_is_not_smtp() -> None:
    session = introduced()
    session.send(commands.STARTTLS)
    session.receive(b"220 go\r\n250 inj")
    with pytest.raises(NotSmtp, match="clear text"):
        session.tls_started()


# Refusals


@pytest.mark.parametrize("verb", client.REFUSALS)
def test_refuse_error_is_of_the_kind_of_its_verb(verb: str) -> None:
    error = refuse(Answer(verb, Reply(550, "5.1.1", "no")), "what was said")
    assert type(error) is client.REFUSALS[verb]
    assert (error.reply, error.said) == (Reply(550, "5.1.1", "no"), "what was said")
    assert str(error) == "what was said was answered: 550 5.1.1 no"


def test_refuse_other_verb_is_a_plain_error() -> None:
    error = refuse(Answer("NOOP", Reply(421, "", "bye")))
    assert type(error) is SmtpError
    assert str(error) == "421 bye"


@pytest.mark.parametrize("verb", ["BDAT", BDAT_LAST, "DATA", END_OF_DATA])
def test_refuse_message_by_any_way_is_a_message_refused(verb: str) -> None:
    assert isinstance(refuse(Answer(verb, Reply(552, "", "no"))), client.MessageRefused)


@pytest.mark.parametrize(
    ("verb", "code", "positive"),
    [
        (GREETING, 220, True),
        ("MAIL", 250, True),
        ("QUIT", 221, True),
        ("AUTH", 235, True),
        ("AUTH", 334, True),
        ("DATA", 354, True),
        ("DATA", 250, False),
        ("MAIL", 354, False),
        ("EHLO", 334, False),
        ("DATA", 451, False),
        ("", 550, False),
    ],
)
def test_answer_is_positive_only_if_it_is_what_was_asked_for(verb: str, code: int, positive: bool) -> None:
    assert Answer(verb, parse_reply(b"%d x\r\n" % code)).is_positive is positive
