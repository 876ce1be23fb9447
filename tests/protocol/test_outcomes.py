"""What a reply means for one recipient. RFC 5321 §4.2.1, §4.5.3.1.10."""

import pytest

from smtplab.protocol.outcomes import Outcome, later_one, of_reply
from smtplab.protocol.replies import Reply


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        pytest.param(Reply(250, "2.1.5", "OK"), "2.1.5", id="250"),
        pytest.param(Reply(250, "", "OK"), "2.0.0", id="250 without enhanced code"),
        pytest.param(Reply(451, "4.7.1", "Later"), "4.7.1", id="451"),
        pytest.param(Reply(421, "", "Bye"), "4.0.0", id="421"),
        pytest.param(Reply(550, "5.1.1", "No"), "5.1.1", id="550"),
        pytest.param(Reply(554, "4.7.1", "No"), "5.0.0", id="enhanced code of another class"),
        pytest.param(Reply(354, "", "Go on"), "4.0.0", id="intermediate"),
    ],
)
def test_reply_gives_a_status_of_its_class(reply: Reply, status: str) -> None:
    outcome = of_reply(reply, "mx1.test")
    assert (outcome.status, outcome.text, outcome.host, outcome.reply) == (status, reply.text, "mx1.test", reply)
    assert (outcome.is_delivered, outcome.is_transient) == (status[0] == "2", status[0] == "4")


def test_552_to_rcpt_is_too_many_recipients_and_passes() -> None:
    reply = Reply(552, "5.5.3", "Too many recipients")
    outcome = of_reply(reply, "mx1.test", to_rcpt=True)
    assert (outcome.status, outcome.ask_next) == ("4.5.3", True)
    assert of_reply(reply, "mx1.test").status == "5.5.3"


@pytest.mark.parametrize(("code", "ask_next"), [(250, False), (354, False), (451, True), (550, False)])
def test_transient_reply_lets_the_next_host_be_asked(code: int, ask_next: bool) -> None:
    assert of_reply(Reply(code, "", ""), "mx1.test").ask_next is ask_next


def test_reply_about_the_host_lets_the_next_be_asked() -> None:
    assert of_reply(Reply(554, "", "No SMTP service here"), "mx1.test", about_host=True).ask_next


BUSY = Outcome("4.3.2", "busy", ask_next=True)
CLOSED = Outcome("5.3.2", "no SMTP service here", ask_next=True)
REFUSED = Outcome("5.1.1", "no such mailbox")
TAKEN = Outcome("2.0.0", "taken")


@pytest.mark.parametrize(
    ("before", "now", "counts"),
    [
        pytest.param(None, CLOSED, CLOSED, id="only one"),
        pytest.param(BUSY, CLOSED, BUSY, id="an earlier host may still take it"),
        pytest.param(CLOSED, BUSY, BUSY, id="this host may still take it"),
        pytest.param(BUSY, REFUSED, REFUSED, id="refused for good"),
        pytest.param(BUSY, TAKEN, TAKEN, id="taken"),
        pytest.param(CLOSED, CLOSED, CLOSED, id="nobody takes it"),
    ],
)
def test_outcome_of_several_hosts_keeps_hope_while_one_may_take_it(
    before: Outcome | None, now: Outcome, counts: Outcome
) -> None:
    assert later_one(before, now) is counts
