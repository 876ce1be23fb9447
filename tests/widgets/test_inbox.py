"""The inbox, as a kernel sees it."""

import re
from collections.abc import Iterator

import pytest

from smtplab.net.client import Client
from smtplab.net.server import Server
from smtplab.widgets.inbox import VIEWS, Inbox, inbox
from tests.widgets.controls import named, seen, shows, until

MESSAGE = (
    "From: test01@coremail.cn\nSubject: <script>alert(1)</script> {number}\n"
    "Content-Type: text/html\n\n<p>rich<img src=x onerror=alert(1)></p>\n"
)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(mailboxes=["test01@coremail.cn", "test02@coremail.cn"]) as server:
        yield server


@pytest.fixture
def made(server: Server) -> Iterator[Inbox]:
    made = inbox(server)
    yield made
    made.close()


def mail(server: Server, *to: str, number: int = 1) -> None:
    with Client(server) as client:
        client.ehlo()
        client.send_message("test01@coremail.cn", to or ["test02@coremail.cn"], MESSAGE.format(number=number))


def test_mail_that_comes_in_is_shown_without_a_click(made: Inbox, server: Server) -> None:
    assert named(made, "mailboxes").options == (
        ("test01@coremail.cn (0)", "test01@coremail.cn"),
        ("test02@coremail.cn (0)", "test02@coremail.cn"),
    )
    mail(server)
    shows(made, "message", "&lt;script&gt;alert(1)&lt;/script&gt; 1")
    assert named(made, "mailboxes").value == "test02@coremail.cn"
    assert named(made, "mailboxes").options[1][0] == "test02@coremail.cn (1)"
    assert named(made, "messages").options[0][0].endswith("<script>alert(1)</script> 1")


def test_message_that_is_selected_is_said_aloud(made: Inbox, server: Server) -> None:
    mail(server)
    shows(made, "message", '<span role="status" class="smtplab-aloud">1 message in test02@coremail.cn: ')
    shows(made, "message", "&lt;script&gt;alert(1)&lt;/script&gt; 1</span>")


def test_mailbox_and_message_are_chosen(made: Inbox, server: Server) -> None:
    for number in (1, 2):
        mail(server, number=number)
    mail(server, "test01@coremail.cn", number=3)
    shows(made, "message", "&lt;/script&gt; 3")
    named(made, "mailboxes").value = "test02@coremail.cn"
    shows(made, "message", "&lt;/script&gt; 2")
    named(made, "messages").index = 1
    shows(made, "message", "&lt;/script&gt; 1")
    mail(server, number=4)
    until(lambda: len(named(made, "messages").options) == 3)
    assert "&lt;/script&gt; 1" in seen(made, "message")


@pytest.mark.parametrize(
    ("view", "words"),
    [
        pytest.param("letter", "HTML alone", id="letter"),
        pytest.param("header", "Received", id="header"),
        pytest.param("source", "&lt;img src=x onerror=alert(1)&gt;", id="source"),
        pytest.param("HTML", 'sandbox=""', id="HTML"),
        pytest.param("parts", "text/html", id="parts"),
    ],
)
def test_message_is_looked_at_in_each_way(made: Inbox, server: Server, view: str, words: str) -> None:
    mail(server)
    named(made, "view").value = view
    shows(made, "message", words)
    assert not re.search(r"<(script|img)", seen(made, "message"))


def test_every_view_has_a_test() -> None:
    assert set(VIEWS) == {"letter", "header", "source", "HTML", "parts"}


def test_mail_of_others_is_found_by_refreshing(made: Inbox, server: Server) -> None:
    server.mailboxes.deliver({"test01@coremail.cn": b"Subject: from elsewhere\r\n\r\n"})
    named(made, "refresh").click()
    shows(made, "message", "from elsewhere")


def test_nothing_is_asked_again_and_again(made: Inbox, monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    asked: list[str] = []
    boxes = made.post.boxes

    def counted() -> list[tuple[str, int]]:
        asked.append("!")
        return boxes()

    monkeypatch.setattr(made.post, "boxes", counted)
    until(lambda: made._painter._thread is None)
    assert asked == []
    mail(server)
    until(lambda: made._painter._thread is None)
    assert 0 < len(asked) < 10


def test_reader_without_a_kernel_sees_mailboxes_and_a_message(made: Inbox, server: Server) -> None:
    assert made._repr_mimebundle_()["text/plain"] == "test01@coremail.cn: 0\ntest02@coremail.cn: 0"
    mail(server)
    shows(made, "message", "script")
    bundle = made._repr_mimebundle_()
    assert bundle["text/plain"] == "test01@coremail.cn: 0\ntest02@coremail.cn: 1"
    assert "&lt;script&gt;" in bundle["text/html"]
    assert not re.search(r"<(script|img|iframe)", bundle["text/html"])


def test_closed_it_watches_no_more(server: Server) -> None:
    inbox(server).close()
    assert server.watchers == []
