"""The console, as a kernel sees it."""

import threading
from collections.abc import Iterator

import pytest
from ipywidgets.widgets.widget import _instances

from smtplab.net.server import Server
from smtplab.protocol.states import State
from smtplab.widgets.console import NOTHING_TYPED, Console, console
from tests.widgets.controls import enter, named, seen, shows, until

CONTROLS = (
    *("connect", "disconnect", "tls", "passwords", "line-box", "line-end", "send", "earlier", "later", "drawer"),
    *(
        "mailboxes",
        "messages",
        "refresh",
        "message-box",
        "send-message",
        "plain",
        "base64",
        "encode",
        "decode",
        "use",
        "strictness",
    ),
)
PANES = ("status", "dialogue", "place", "chart", "message", "base64-remark", "code")

# The session that the article shows, as one would paste it line by line: comments, and the call of telnet, left out.
ARTICLE = """\
HELO TINY-DESKTOP
EHLO TINY-DESKTOP
AUTH LOGIN
dGVzdDAxQGNvcmVtYWlsLmNu
cGFzc3dvcmQwMQ==

MAIL FROM: <test01@coremail.cn>
RCPT TO: <test02@coremail.cn>
DATA

Subject: telnet test mail
From:"test01"<test01@coremail.cn>
To:"test02"<test02@coremail.cn>

Hello,
This is a smtp test via telnet.
Goodbye.

.
QUIT"""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(users={"test01@coremail.cn": "password01"}, mailboxes=["test02@coremail.cn"]) as server:
        yield server


@pytest.fixture
def box(server: Server) -> Iterator[Console]:
    made = console(server)
    shows(made, "dialogue", "220 ")
    yield made
    made.close()


def type_line(box: Console, line: str, answer: str = "") -> None:
    """Type a line and wait for words of the answer to it."""
    before = seen(box, "dialogue").count("smtplab-server")
    enter(box.line, line)
    if answer:
        until(lambda: seen(box, "dialogue").count("smtplab-server") > before and answer in seen(box, "dialogue"))


def test_every_control_and_pane_has_its_class(box: Console) -> None:
    assert all(named(box, name) for name in (*CONTROLS, *PANES))


def test_greeting_is_there_and_the_state_is_lit(box: Console) -> None:
    shows(box, "place", "greeted <b>◀ now</b>")
    assert "● <b>connected</b>" in seen(box, "status")


def test_line_is_sent_and_answered(box: Console) -> None:
    type_line(box, "EHLO TINY-DESKTOP", "250-PIPELINING")
    shows(box, "place", "ready <b>◀ now</b>")
    assert "EHLO TINY-DESKTOP" in seen(box, "dialogue")


def test_bare_lf_on_a_strict_server_waits_and_is_marked(box: Console) -> None:
    named(box, "line-end").value = "LF"
    type_line(box, "NOOP")
    shows(box, "dialogue", 'smtplab-odd">LF<')
    shows(box, "status", "the server has not answered yet")


def test_message_box_sends_its_lines_as_they_are(box: Console, server: Server) -> None:
    for line in ("EHLO a", "MAIL FROM:<test01@coremail.cn>", "RCPT TO:<test02@coremail.cn>"):
        type_line(box, line, "250 ")
    type_line(box, "DATA", "354 ")
    named(box, "message-box").value = "Subject: by hand\n\n..a dot\n.\n"
    named(box, "send-message").click()
    shows(box, "dialogue", "Queued")
    [mail] = server.mailboxes["test02@coremail.cn"]
    assert mail.get_payload() == ".a dot\n"
    until(lambda: len(named(box, "messages").options) == 1)


def test_password_is_masked_until_it_is_asked_for(box: Console) -> None:
    for line, answer in (("EHLO a", "250"), ("AUTH LOGIN", "username"), ("dGVzdDAxQGNvcmVtYWlsLmNu", "Password")):
        type_line(box, line, answer)
    type_line(box, "cGFzc3dvcmQwMQ==", "235")
    assert "cGFzc3dvcmQwMQ" not in seen(box, "dialogue") + str(box._repr_mimebundle_())
    until(lambda: box.line.text.value == "")
    named(box, "passwords").value = True
    shows(box, "dialogue", "cGFzc3dvcmQwMQ==")


def test_last_reply_is_said_aloud(box: Console) -> None:
    enter(box.line, "NOOP")
    shows(box, "status", '<span role="status" class="smtplab-aloud">server: 250 2.0.0 ')


def test_base64_helper_goes_both_ways_and_into_the_line(box: Console) -> None:
    named(box, "plain").value = "test01@coremail.cn"
    named(box, "encode").click()
    named(box, "use").click()
    assert box.line.line == named(box, "base64").value == "dGVzdDAxQGNvcmVtYWlsLmNu"
    named(box, "base64").value = "cGFzc3dvcmQwMQ=="
    named(box, "decode").click()
    assert named(box, "plain").value == "password01"
    named(box, "base64").value = "%"
    named(box, "decode").click()
    assert "no base64" in seen(box, "base64-remark")


def test_history_offers_what_was_typed(box: Console) -> None:
    type_line(box, "NOOP", "250")
    until(lambda: box.typist.history == ["NOOP"])
    until(lambda: box._painter._thread is None)
    named(box, "earlier").click()
    assert box.line.line == "NOOP"


def test_server_that_closes_is_told_and_can_be_connected_to_again(box: Console) -> None:
    type_line(box, "QUIT")
    shows(box, "status", "the server closed the connection")
    assert (named(box, "connect").disabled, named(box, "disconnect").disabled) == (False, True)
    named(box, "connect").click()
    shows(box, "dialogue", "connection 2")
    shows(box, "status", "connected")


def test_disconnect_closes_without_a_word(box: Console, server: Server) -> None:
    named(box, "disconnect").click()
    shows(box, "status", "closed here")
    until(lambda: server.connections == set())


def test_tls_is_begun_by_hand(box: Console, server: Server) -> None:
    assert named(box, "tls").disabled
    named(box, "tls-kind").value = "starttls"
    named(box, "disconnect").click()
    named(box, "connect").click()
    shows(box, "dialogue", "connection 2")
    type_line(box, "STARTTLS", "Ready to start TLS")
    until(lambda: not named(box, "tls").disabled)
    named(box, "tls").click()
    shows(box, "status", "inside TLSv1")
    shows(box, "place", "greeted <b>◀ now</b>")


def test_knob_turned_holds_for_the_next_connection(box: Console) -> None:
    named(box, "lax-blank-after-colon").value = True
    type_line(box, "EHLO a", "250")
    type_line(box, "MAIL FROM: <test01@coremail.cn>", "501")
    named(box, "disconnect").click()
    named(box, "connect").click()
    shows(box, "dialogue", "connection 2")
    type_line(box, "EHLO a", "250")
    type_line(box, "MAIL FROM: <test01@coremail.cn>", "Sender accepted")


def test_one_drawer_is_open_at_a_time(box: Console) -> None:
    drawers = named(box, "drawer")
    for name in drawers.options:
        drawers.value = name
        until(lambda: [key for key, drawer in box._drawers.items() if drawer.layout.display is None] == [name])  # noqa: B023
    drawers.value = "state chart"
    shows(box, "chart", "<svg")


def test_typing_and_drawing_do_not_wait_for_each_other(box: Console) -> None:
    drawing = threading.Thread(target=lambda: [box.draw() for _ in range(150)])
    drawing.start()
    for number in range(150):
        enter(box.line, f"NOOP {number}")
    drawing.join(10)
    assert not drawing.is_alive()
    until(lambda: len(box.typist.hand.now.transcript) == 301)


def test_stranger_has_no_mailboxes_and_no_knobs(server: Server) -> None:
    box = console(server.host, server.port)
    shows(box, "dialogue", "220 ")
    assert list(named(box, "drawer").options) == ["message", "base64", "state chart"]
    box.close()


def test_nobody_there_is_said_in_words(server: Server) -> None:
    server.stop()
    box = console(server)
    shows(box, "status", "nobody listens")
    box.close()


def test_hostile_lines_become_no_markup(box: Console) -> None:
    type_line(box, r"<script>alert(1)</script><img src=x onerror=alert(1)>\x1b[31m\x00", "500")
    dialogue = seen(box, "dialogue")
    assert "&lt;script&gt;" in dialogue
    assert "<script" not in dialogue + str(box._repr_mimebundle_()["text/html"])
    assert "<img" not in dialogue
    assert "\\x1b[31m\\x00" in dialogue


def test_fallback_is_the_same_in_every_run_and_tells_the_order(box: Console) -> None:
    bundle = box._repr_mimebundle_()
    assert bundle["text/plain"] == NOTHING_TYPED
    assert "which command may come when" in bundle["text/html"]
    assert "127.0.0.1" not in bundle["text/html"]


def test_fallback_has_what_was_said(box: Console) -> None:
    type_line(box, "NOOP", "250")
    assert box._repr_mimebundle_()["text/plain"].endswith("NOOP      S: 250 2.0.0 OK [CR LF]")


def test_twenty_consoles_leave_nothing_behind(server: Server) -> None:
    widgets, threads = set(_instances), set(threading.enumerate())
    for _ in range(20):
        box = console(server)
        shows(box, "dialogue", "220 ")
        box.close()
        box.close()
    until(lambda: server.connections == set())
    assert set(_instances) == widgets
    assert set(threading.enumerate()) <= threads
    assert (server.watchers, server.taps) == ([], [])


@pytest.mark.parametrize("lax", [False, True], ids=["strict", "lax"])
def test_session_of_the_article_delivers_on_a_lax_server_alone(lax: bool, server: Server) -> None:
    server.change(lax=["blank-after-colon"] if lax else [])
    box = console(server)
    shows(box, "dialogue", "220 ")
    for line in ARTICLE.split("\n"):
        answered = line == "." or box.typist.hand.now.state is not State.MAIL_DATA
        before = len(box.typist.hand.now.transcript)
        enter(box.line, line)
        until(lambda: not answered or len(box.typist.hand.now.transcript) > before + 1)  # noqa: B023
    shows(box, "status", "the server closed the connection")
    assert len(server.mailboxes["test02@coremail.cn"]) == lax
    assert ("501 5.5.4 No blank" in box.text()) is not lax
    box.close()
