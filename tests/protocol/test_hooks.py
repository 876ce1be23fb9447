"""Servers that fail on purpose: each hook as it shows in a dialogue."""

import pytest

from smtplab.protocol import replies
from smtplab.protocol.hooks import Delay, Drop, DropConnection, Greylist, Hook, Pause, Refuse, Reword
from smtplab.protocol.policy import Policy
from smtplab.protocol.replies import Reply
from smtplab.protocol.server import Close, Deliver, ServerSession, Wait
from smtplab.protocol.states import END_OF_DATA, GREETING
from tests.protocol.conftest import Play
from tests.protocol.dialogues import DATA, EHLO, ENVELOPE

BUSY = Reply(450, "4.2.1", "busy")


def test_hook_of_its_own_does_nothing(play: Play) -> None:
    driver = play(DATA + "C: x\nC: .\nS: {QUEUED_1}\nC: QUIT\nS: {BYE}", hooks=(Hook(),))
    assert len(driver.mails) == 1


def test_refuse_some_times_then_lets_be_done(play: Play) -> None:
    play(
        EHLO
        + """
        C: MAIL FROM:<>
        S: 450 4.2.1 busy
        C: MAIL FROM:<>
        S: 450 4.2.1 busy
        C: MAIL FROM:<>
        S: {SENDER_OK}
        """,
        hooks=(Refuse("MAIL", BUSY, times=2),),
    )


def test_refuse_about_one_mailbox_leaves_the_others(play: Play) -> None:
    driver = play(
        ENVELOPE
        + """
        C: RCPT TO:<test03@coremail.cn>
        S: 450 4.2.1 busy
        C: NOOP
        S: {OK}
        """,
        hooks=(Refuse("RCPT", BUSY, about="test03"), Refuse("MAIL", BUSY, about="nobody")),
    )
    assert len(driver.session.buffers.recipients) == 1


def test_refuse_out_of_order_verb_is_still_503(play: Play) -> None:
    play(EHLO + "C: DATA\nS: {MAIL_FIRST}", hooks=(Refuse("DATA", BUSY),))


def test_refuse_the_end_of_data_delivers_nothing(play: Play) -> None:
    driver = play(
        DATA
        + """
        C: x
        C: .
        S: 450 4.2.1 busy
        C: DATA
        S: {MAIL_FIRST}
        """,
        hooks=(Refuse(END_OF_DATA, BUSY),),
    )
    assert driver.mails == []


def test_refuse_the_greeting_leaves_only_quit() -> None:
    session = ServerSession(Policy(hooks=(Refuse(GREETING, Reply(554, "5.3.2", "go away")),)))
    assert session.greet() == [b"554 5.3.2 go away\r\n"]
    assert session.receive(b"EHLO a\r\n")[0].startswith(b"503 ")  # type: ignore[union-attr]
    assert session.receive(b"QUIT\r\n")[-1] == Close()


def test_refuse_the_first_hook_that_answers_decides(play: Play) -> None:
    play(EHLO + "C: NOOP\nS: 450 4.2.1 busy", hooks=(Hook(), Refuse("NOOP", BUSY), Refuse("NOOP", Reply(550, "", "x"))))


def test_greylist_refuses_a_new_pair_until_it_is_old_enough() -> None:
    now = [0.0]
    session = ServerSession(Policy(hooks=(Greylist(60, lambda: now[0]),)))
    session.greet()

    def ask(recipient: str) -> str:
        session.receive(b"EHLO a\r\nMAIL FROM:<a@example.org>\r\n")
        (said,) = session.receive(f"RCPT TO:<{recipient}@example.org>\r\n".encode())
        assert isinstance(said, bytes)
        return said[:9].decode()

    codes = [ask("b")]
    now[0] = 59.9
    codes += [ask("b"), ask("c")]
    now[0] = 60
    codes += [ask("b"), ask("c")]
    assert codes == ["451 4.7.1", "451 4.7.1", "451 4.7.1", "250 2.1.5", "451 4.7.1"]


def test_delay_says_the_reply_after_a_wait() -> None:
    session = ServerSession(Policy(hooks=(Delay("NOOP", 1.5),)))
    session.greet()
    wait, ok, help_text = session.receive(b"NOOP\r\nHELP\r\n")
    assert (wait, ok) == (Wait(1.5), bytes(replies.OK))
    assert isinstance(help_text, bytes)
    assert help_text.startswith(b"214-")


def test_drop_connection_at_the_end_of_data_has_delivered() -> None:
    session = ServerSession(Policy(hooks=(DropConnection(END_OF_DATA),)))
    session.greet()
    outputs = session.receive(b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nx\r\n.\r\n")
    assert isinstance(outputs[-1], Deliver)
    assert session.delivered(Reply(250, "2.0.0", "Queued")) == [Close()]


def test_drop_connection_some_times_then_not() -> None:
    hook = DropConnection("NOOP", times=1)
    ok = Reply(250, "", "OK")
    assert [hook.manner("HELP", ok), hook.manner("NOOP", ok), hook.manner("NOOP", ok)] == [ok, Drop(), ok]


def test_reword_keeps_codes_challenges_and_lists() -> None:
    hook = Reword("bla")
    assert hook.manner("NOOP", Reply(250, "2.0.0", "OK")) == Reply(250, "2.0.0", "bla")
    for reply in (Reply(334, "", "VXNlcm5hbWU6"), Reply(250, "", "mail\nSIZE")):
        assert hook.manner("AUTH", reply) == reply


@pytest.mark.parametrize("verb", ["NOOP", "HELP"])
def test_delay_and_reword_go_together(verb: str) -> None:
    session = ServerSession(Policy(hooks=(Delay("NOOP", 1), Reword("bla"))))
    session.greet()
    outputs = session.receive(verb.encode() + b"\r\n")
    assert outputs[:-1] == ([Wait(1)] if verb == "NOOP" else [])
    assert Pause(BUSY, 1).reply is BUSY
