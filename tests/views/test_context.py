"""What belongs to an entry: its answer, its connection, its sign."""

import pytest

from smtplab.protocol.transcript import Stream, Transcript
from smtplab.views.context import Answer, Context, shortened
from tests.views.sessions import ORDINARY, PIPELINED, heard, together

EHLO, EHLO_REPLY, MAIL_DATA, END_OF_DATA, QUEUED = 1, 2, 15, 16, 17


@pytest.fixture(scope="module")
def context() -> Context:
    return Context(heard(ORDINARY))


@pytest.mark.parametrize(
    ("endpoint", "shown"),
    [
        ("192.0.2.25:25", "192.0.2.25:25"),
        ("[2001:db8::25]:2525", "[2001:db8::25]:2525"),
        ("[2001:db8:1111:2222:3333:4444:5555:6666]:40000", "[2001:db8:11…6666]:40000"),
        ("[2001:db8:1111:2222:3333:4444:5555:7777]:40001", "[2001:db8:11…7777]:40001"),
    ],
)
def test_endpoint_that_is_long_keeps_its_port(endpoint: str, shown: str) -> None:
    assert shortened(endpoint, 24) == shown


def test_command_knows_its_reply_and_the_time_between_them(context: Context) -> None:
    assert context.answers[EHLO].place == EHLO_REPLY
    assert context.answers[EHLO].seconds == pytest.approx(0.001)


def test_reply_knows_its_command(context: Context) -> None:
    assert context.questions[EHLO_REPLY] == Answer(EHLO, context.answers[EHLO].seconds)


def test_message_and_its_end_mark_have_one_reply(context: Context) -> None:
    assert context.answers[MAIL_DATA].place == context.answers[END_OF_DATA].place == QUEUED
    assert context.questions[QUEUED].place == END_OF_DATA


def test_greeting_answers_nothing(context: Context) -> None:
    assert 0 not in context.questions


def test_equal_entries_of_two_connections_are_told_apart() -> None:
    one = heard("S: 220 a\nC: NOOP\nS: 250 b")
    context = Context(Transcript(one.entries + heard("S: 220 a\nC: NOOP\nS: 250 b", stream=1).entries))
    assert (context.answers[1].place, context.answers[4].place) == (2, 5)


def test_endpoints_are_source_and_destination(context: Context) -> None:
    client, server = "127.0.0.1:40312", "127.0.0.1:2525"
    assert context.endpoints(context.transcript[EHLO]) == (client, server)
    assert context.endpoints(context.transcript[EHLO_REPLY]) == (server, client)


def test_endpoints_that_nobody_knows_are_named_by_their_part() -> None:
    transcript = Transcript(heard("S: 220 a").entries, (Stream(7, "a:1", "b:2"),))
    assert Context(transcript).endpoints(transcript[0]) == ("server", "client")


def test_sign_tells_negative_replies_from_findings() -> None:
    context = Context(together(heard(PIPELINED), heard("S: 220 a\nC: EHLO nodot", stream=1)))
    signs = {context.mark(index) for index in range(len(context.transcript))}
    assert signs == {"", "✕", "!"}
    assert [str(e.octets[:3], "ascii") for i, e in enumerate(context.transcript) if context.mark(i) == "✕"] == ["550"]
