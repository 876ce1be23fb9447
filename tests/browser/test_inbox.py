"""A learner looks at mail that arrives, some of it from somebody who means no good."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.jupyterlab import Notebook, Server, exactly, new_page

SERVER = '''
from email.message import EmailMessage
from smtplab import Client, Server, inbox
server = Server(mailboxes=["test01@coremail.cn", "test02@coremail.cn"]).start()
HTML = """
<p style="background:url(http://127.0.0.2:9/style.png)">Hello <b>you</b>
<a href="http://127.0.0.2:9/link">click</a><a href="javascript:parent.ran=1" autofocus>me</a>
<img src="http://127.0.0.2:9/picture.png" onerror="parent.ran=1"><img src=x onerror="window.ran=1">
<script>parent.ran=1;window.ran=1;top.ran=1</script><svg onload="parent.ran=1"></svg>
<meta http-equiv="refresh" content="0;url=http://127.0.0.2:9/refresh"><iframe src="http://127.0.0.2:9/frame"></iframe>
<link rel="stylesheet" href="http://127.0.0.2:9/style.css"><form action="http://127.0.0.2:9/form"><input></form></p>
"></iframe><script>window.ran=1</script>
"""
def mail(subject, to="test02@coremail.cn"):
    message = EmailMessage()
    message["From"] = "<script>window.ran=1</script> <test01@coremail.cn>"
    message["To"] = to
    message["Subject"] = subject
    message.set_content("plain <img src=x onerror=window.ran=1> \\x1b[31m \\u202etxt\\n.dot\\n")
    message.add_alternative(HTML, subtype="html")
    message.add_attachment(b"PNG", maintype="image", subtype="png", filename="x<img src=x onerror=window.ran=1>.png")
    with Client(server) as client:
        client.ehlo()
        client.send_message("test01@coremail.cn", [to], message)
'''
INBOX = "post = inbox(server)\npost"
CELL = 1


@pytest.fixture(scope="module")
def opened(browser: Browser, server: Server) -> Iterator[Notebook]:
    """Give a notebook with a server and its inbox."""
    with new_page(browser, server) as notebook:
        notebook.open(notebook.write("inbox.ipynb", SERVER, INBOX))
        assert notebook.run_all() == []
        yield notebook


@pytest.fixture
def inbox(opened: Notebook) -> Locator:
    """Give the inbox of a server without mail: its cell is run again for each test."""
    opened.ask("[box.clear() for box in server.mailboxes.values()]")
    opened.run(CELL)
    found = opened.find(".smtplab-inbox")
    expect(found.locator(".smtplab-message").first).to_contain_text("no message")
    return found


def part(inbox: Locator, name: str) -> Locator:
    return inbox.locator(f".smtplab-{name}").first


def view(inbox: Locator, name: str) -> Locator:
    return part(inbox, "view").get_by_role("button", name=exactly(name))


def press(inbox: Locator, name: str, way: str) -> None:
    if way == "mouse":
        part(inbox, name).click()
    else:
        part(inbox, name).focus()
        inbox.page.keyboard.press(way)


def test_mail_that_arrives_is_shown_without_a_click(opened: Notebook, inbox: Locator) -> None:
    opened.ask("mail('first')")
    expect(part(inbox, "message")).to_contain_text("first")
    expect(part(inbox, "mailboxes").locator("option:checked")).to_have_text("test02@coremail.cn (1)")
    opened.ask("mail('second')")
    expect(part(inbox, "message")).to_contain_text("second")
    assert opened.ask("post.post.message().values('Subject')") == "['second']"


def test_mailbox_and_message_are_chosen_by_mouse(opened: Notebook, inbox: Locator) -> None:
    for subject, to in (("one", "test02"), ("two", "test02"), ("three", "test01")):
        opened.ask(f"mail({subject!r}, '{to}@coremail.cn')")
    expect(part(inbox, "message")).to_contain_text("three")
    part(inbox, "mailboxes").locator("select").select_option("test02@coremail.cn (2)")
    expect(part(inbox, "message")).to_contain_text("two")
    part(inbox, "messages").locator("option").nth(1).click()
    expect(part(inbox, "message")).to_contain_text("one")
    assert opened.ask("post.post.mailbox, post.post.message().values('Subject')") == ("('test02@coremail.cn', ['one'])")


@pytest.mark.parametrize("way", ["mouse", "Enter", "Space"])
def test_buttons_go_through_mailboxes_and_messages(opened: Notebook, inbox: Locator, way: str) -> None:
    for subject, to in (("one", "test02"), ("two", "test02"), ("three", "test01")):
        opened.ask(f"mail({subject!r}, '{to}@coremail.cn')")
    expect(part(inbox, "message")).to_contain_text("three")
    for name, subject in (("next-mailbox", "two"), ("older", "one"), ("newer", "two"), ("next-mailbox", "three")):
        press(inbox, name, way)
        expect(part(inbox, "message")).to_contain_text(subject)


@pytest.mark.parametrize("way", ["mouse", "Enter"])
def test_mail_of_others_is_found_by_refreshing(opened: Notebook, inbox: Locator, way: str) -> None:
    opened.ask("server.mailboxes.deliver({'test01@coremail.cn': b'Subject: from elsewhere\\r\\n\\r\\n'})")
    press(inbox, "refresh", way)
    expect(part(inbox, "message")).to_contain_text("from elsewhere")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("letter", "plain <img src=x onerror=window.ran=1>", id="letter"),
        pytest.param("header", "Received", id="header"),
        pytest.param("source", "Content-Type: multipart/alternative", id="source"),
        pytest.param("parts", "“x<img src=x onerror=window.ran=1>.png”", id="parts"),
    ],
)
@pytest.mark.parametrize("way", ["mouse", "Enter", "Space"])
def test_message_is_looked_at_in_each_way(opened: Notebook, inbox: Locator, name: str, words: str, way: str) -> None:
    opened.ask("mail('<script>window.ran=1</script>')")
    expect(part(inbox, "message")).to_contain_text("<script>")
    if way == "mouse":
        view(inbox, name).click()
    else:
        view(inbox, name).focus()
        opened.page.keyboard.press(way)
    expect(part(inbox, "message")).to_contain_text(words)
    assert part(inbox, "message").locator("script, img, svg, iframe").count() == 0
    opened.screenshot(f"inbox-{name}")


def test_html_of_a_stranger_is_seen_and_can_do_nothing(opened: Notebook, inbox: Locator) -> None:
    opened.ask("mail('rich')")
    view(inbox, "HTML").click()
    frame = part(inbox, "message").frame_locator("iframe")
    expect(frame.locator("b")).to_have_text("you")
    expect(part(inbox, "message")).to_contain_text("left out: 2 links, 2 pictures, 2 scripts")
    for link in frame.locator("a").all():
        link.click()
    opened.page.wait_for_timeout(500)
    expect(frame.locator("b")).to_have_text("you")
    assert opened.page.evaluate("window.ran") is None
    assert opened.outside == []
    assert frame.locator("[href], [src], [onerror], script, img").count() == 0
    assert part(inbox, "message").locator("iframe").get_attribute("sandbox") == ""
    opened.screenshot("inbox-HTML")
    for name in ("letter", "header", "source", "parts"):
        view(inbox, name).click()
        expect(part(inbox, "view").locator(".mod-active")).to_have_text(name)
    opened.page.wait_for_timeout(300)
    assert opened.page.evaluate("window.ran") is None


def test_long_subject_fits_a_narrow_page(opened: Notebook, inbox: Locator) -> None:
    opened.ask("mail('a subject of three hundred letters ' * 9)")
    expect(part(inbox, "message")).to_contain_text("a subject of three")
    opened.page.set_viewport_size({"width": 900, "height": 768})
    try:
        inbox.scroll_into_view_if_needed()
        opened.screenshot("inbox-narrow")
        for name in ("lists", "message"):
            assert part(inbox, name).evaluate("box => box.scrollWidth <= box.clientWidth")
        expect(part(inbox, "messages").locator("option")).to_have_css("text-overflow", "ellipsis")
    finally:
        opened.page.set_viewport_size({"width": 1366, "height": 768})


def test_control_characters_are_shown_and_not_obeyed(opened: Notebook, inbox: Locator) -> None:
    opened.ask("mail('controls')")
    expect(part(inbox, "message")).to_contain_text(r"\x1b[31m \u{202e}txt")


def test_every_control_has_a_name(inbox: Locator) -> None:
    for control in inbox.locator("select, button").all():
        assert control.evaluate("element => element.labels?.[0]?.innerText || element.innerText").strip()


def test_twenty_runs_of_the_cell_leave_what_one_does(opened: Notebook, inbox: Locator) -> None:
    counts = "(len(__import__('ipywidgets').widgets.widget._instances), len(server.watchers))"
    before = opened.ask(counts)
    for _ in range(20):
        opened.run(CELL)
    assert opened.ask(counts) == before


def test_page_complains_of_nothing(opened: Notebook, inbox: Locator) -> None:
    opened.ask("mail('last')")
    expect(part(inbox, "message")).to_contain_text("last")
    assert [
        line for line in opened.complaints if "sandboxed" not in line and "Content Security Policy" not in line
    ] == []
