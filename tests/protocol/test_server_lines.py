"""Small verbs, long lines, many commands in one piece, and how a session ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol import replies
from smtplab.protocol.mail import Buffers
from smtplab.protocol.policy import Policy
from smtplab.protocol.server import Close, Deliver, ServerSession
from smtplab.protocol.states import State
from tests.protocol import strategies
from tests.protocol.conftest import Play
from tests.protocol.dialogues import EHLO, ENVELOPE, USERS, Driver

# The small verbs


def test_rset_clears_the_mail_transaction(play: Play) -> None:
    driver = play(
        ENVELOPE
        + """
        C: RSET
        S: {RESET}
        C: RCPT TO:<test02@coremail.cn>
        S: {MAIL_FIRST}
        """
    )
    assert driver.session.buffers == Buffers()


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("NOOP", "OK"),
        ("NOOP are you there", "OK"),
        ("VRFY test02", "CANNOT_VERIFY"),
        ("EXPN everybody", "NOT_IMPLEMENTED"),
        ("RSET", "RESET"),
    ],
)
def test_small_verb_is_answered_before_ehlo_too(play: Play, line: str, reply: str) -> None:
    play(f"""
        S: {{GREETING}}
        C: {line}
        S: {{{reply}}}
        """)


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("NOOP", "OK"),
        ("VRFY test02", "CANNOT_VERIFY"),
        ("EXPN everybody", "NOT_IMPLEMENTED"),
        ("XFOO", "UNKNOWN_COMMAND"),
        ("", "UNKNOWN_COMMAND"),
        ("VRFY", "VRFY_SYNTAX"),
        ("RSET now", "NO_ARGUMENT_ALLOWED"),
        ("QUIT now", "NO_ARGUMENT_ALLOWED"),
        ("MAIL FROM", "MAIL_SYNTAX"),
        ("RCPT TO:<a b@example.org>", "BAD_RECIPIENT"),
        (r"\xff\xfe", "UNKNOWN_COMMAND"),
        (r"NO\0OP", "UNKNOWN_COMMAND"),
    ],
)
def test_small_verb_or_error_leaves_the_mail_transaction_as_it_is(play: Play, line: str, reply: str) -> None:
    driver = play(
        ENVELOPE
        + f"""
        C: {line}
        S: {{{reply}}}
        C: DATA
        S: {{START_MAIL_INPUT}}
        C: .
        S: {{QUEUED_1}}
        """
    )
    assert driver.mails[0].forward_paths == ("test02@coremail.cn",)


@pytest.mark.parametrize("topic", ["", " MAIL"])
@pytest.mark.parametrize(
    ("policy", "more"),
    [
        pytest.param(Policy(extensions=frozenset()), set(), id="no extension"),
        pytest.param(Policy(passwords=USERS), {"AUTH", "BDAT"}, id="users"),
        pytest.param(Policy(starttls=True), {"STARTTLS", "BDAT"}, id="a certificate"),
    ],
)
def test_help_lists_the_verbs_that_work(topic: str, policy: Policy, more: set[str]) -> None:
    reply = replies.parse_reply(Driver(policy).feed(f"HELP{topic}\r\n".encode()))
    verbs = set(reply.lines[1].split())
    assert reply.code == 214
    assert verbs == {"EHLO", "HELO", "MAIL", "RCPT", "DATA", "RSET", "VRFY", "NOOP", "HELP", "QUIT"} | more


def test_quit_amid_a_mail_transaction_closes_and_delivers_nothing(play: Play) -> None:
    driver = play(
        ENVELOPE
        + """
        C: QUIT
        S: {BYE}
        """
    )
    assert driver.closed
    assert driver.mails == []


def test_quit_whatever_follows_is_not_answered(play: Play) -> None:
    play("""
        S: {GREETING}
        C: QUIT
        S: {BYE}
        C: NOOP
        """)


# Lines that are too long


@pytest.mark.parametrize("size", [12287, 12288, 50_000])
def test_line_over_the_limit_is_500_and_the_next_is_read(play: Play, size: int) -> None:
    play(f"""
        S: {{GREETING}}
        C: {"x" * size}
        S: {{LINE_TOO_LONG}}
        C: NOOP
        S: {{OK}}
        """)


def test_line_at_the_limit_is_read(play: Play) -> None:
    play(f"""
        S: {{GREETING}}
        C: NOOP {"x" * (12288 - 7)}
        S: {{OK}}
        """)


# Several commands in one piece (RFC 2920)


def test_pipelining_each_command_gets_its_reply_in_order(play: Play) -> None:
    driver = play(
        EHLO
        + """
        C: MAIL FROM:<test01@coremail.cn>
        C: RCPT TO:<test02@coremail.cn>
        C: RCPT TO:<nobody@coremail.cn>
        C: DATA
        S: {SENDER_OK}
        S: {RECIPIENT_OK}
        S: {NO_SUCH_MAILBOX}
        S: {START_MAIL_INPUT}
        C: one
        C: .
        C: MAIL FROM:<>
        C: RCPT TO:<test02@coremail.cn>
        C: DATA
        S: {QUEUED_1}
        S: {SENDER_OK}
        S: {RECIPIENT_OK}
        S: {START_MAIL_INPUT}
        C: two
        C: .
        C: QUIT
        S: {QUEUED_2}
        S: {BYE}
        """,
        mailboxes={"test02@coremail.cn"},
    )
    assert [mail.content for mail in driver.mails] == [b"one\r\n", b"two\r\n"]


def test_pipelining_data_after_refused_recipients_is_refused_and_what_follows_is_commands(play: Play) -> None:
    play(
        EHLO
        + """
        C: MAIL FROM:<test01@coremail.cn>
        C: RCPT TO:<nobody@coremail.cn>
        C: DATA
        C: RSET
        S: {SENDER_OK}
        S: {NO_SUCH_MAILBOX}
        S: {RCPT_FIRST}
        S: {RESET}
        """,
        mailboxes={"test02@coremail.cn"},
    )


def test_pipelining_replies_leave_together_up_to_the_delivery() -> None:
    session = ServerSession(Policy())
    session.greet()
    session.receive(b"EHLO a\r\n")
    outputs = session.receive(b"MAIL FROM:<>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n.\r\nRSET\r\nQUIT\r\n")
    assert [type(output) for output in outputs] == [bytes, Deliver]
    assert [type(output) for output in session.delivered(replies.queued("1"))] == [bytes, Close]


AT_ONCE = {
    "EHLO": b"EHLO a\r\n",
    "HELO": b"HELO a\r\n",
    "DATA": b"DATA\r\n",
    "VRFY": b"VRFY a\r\n",
    "EXPN": b"EXPN a\r\n",
    "NOOP": b"NOOP\r\n",
    "HELP": b"HELP\r\n",
    "unknown": b"XFOO\r\n",
    "no verb": b"\xff\r\n",
    "too long": b"x" * 20000 + b"\r\n",
}


@pytest.mark.parametrize("line", AT_ONCE.values(), ids=AT_ONCE)
def test_pipelining_no_reply_waits_that_must_leave_at_once(line: bytes) -> None:
    """With those before it, and without those behind it."""
    session = ServerSession(Policy())
    session.greet()
    session.receive(b"EHLO a\r\n")
    first, second = session.receive(b"RSET\r\nRSET\r\n" + line + b"RSET\r\n")
    assert isinstance(first, bytes)
    assert first.startswith(bytes(replies.RESET) * 2)
    assert second == bytes(replies.RESET)


def test_pipelining_nothing_is_read_until_the_message_is_stored() -> None:
    session = ServerSession(Policy())
    session.greet()
    session.receive(b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n.\r\n")
    assert session.receive(b"QUIT\r\n") == []
    assert session.state is State.MAIL_DATA
    assert session.delivered(replies.queued("1")) == [bytes(replies.queued("1")) + bytes(replies.BYE), Close()]


# The end


def test_close_says_421_once() -> None:
    session = ServerSession(Policy())
    session.greet()
    assert session.close(replies.SHUTTING_DOWN) == [bytes(replies.SHUTTING_DOWN), Close()]
    assert session.close(replies.SHUTTING_DOWN) == []
    assert session.receive(b"NOOP\r\n") == []


def test_close_amid_mail_data_delivers_nothing() -> None:
    driver = Driver()
    driver.feed(b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nhalf")
    assert driver.perform(driver.session.close(replies.IDLE_TOO_LONG)) == bytes(replies.IDLE_TOO_LONG)
    assert driver.feed(b"\r\n.\r\n") == b""
    assert driver.mails == []


def test_errors_over_the_limit_end_the_session_with_421(play: Play) -> None:
    driver = play(
        """
        S: {GREETING}
        C: X1
        S: {UNKNOWN_COMMAND}
        C: DATA
        S: {EHLO_FIRST}
        C: NOOP
        S: {OK}
        C: EHLO
        S: {TOO_MANY_ERRORS}
        C: NOOP
        """,
        errors_limit=2,
    )
    assert driver.closed


def test_recipients_that_do_not_exist_are_no_errors_that_end_the_session(play: Play) -> None:
    driver = play(
        EHLO
        + """
        C: MAIL FROM:<>
        S: {SENDER_OK}
        C: RCPT TO:<gone@coremail.cn>
        S: {NO_SUCH_MAILBOX}
        C: RCPT TO:<gone@coremail.cn>
        S: {NO_SUCH_MAILBOX}
        C: RCPT TO:<test02@coremail.cn>
        S: {RECIPIENT_OK}
        """,
        errors_limit=1,
        mailboxes=frozenset({"test02@coremail.cn"}),
    )
    assert not driver.closed


# Whatever comes


@given(st.lists(strategies.octets, max_size=4), st.data())
def test_session_any_octets_give_the_same_however_they_are_cut(pieces: list[bytes], data: st.DataObject) -> None:
    opening = data.draw(st.sampled_from([b"", b"EHLO a\r\n", b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@c.example>\r\n"]))
    octets = opening + b"".join(pieces)
    whole, cut = (Driver(Policy(passwords=USERS, size_limit=20)) for _ in range(2))
    whole.feed(octets)
    for piece in data.draw(strategies.cut(octets)):
        cut.feed(piece)
    assert (cut.said, cut.mails, cut.session.state) == (whole.said, whole.mails, whole.session.state)


@given(st.lists(strategies.octets, max_size=4))
def test_session_any_octets_are_answered_in_whole_replies(pieces: list[bytes]) -> None:
    driver = Driver(Policy(passwords=USERS))
    for piece in pieces:
        for line in driver.feed(piece).split(b"\r\n")[:-1]:
            assert line[:3].isdigit()
            assert line[3:4] in (b" ", b"-")
