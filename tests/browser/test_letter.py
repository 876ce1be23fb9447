"""A learner sets the envelope of a mail beside its letter."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.jupyterlab import Notebook, Server, new_page

MAILS = """
from email.message import EmailMessage
from smtplab import Capture, Client, Server, letter
def message(subject, to):
    made = EmailMessage()
    made["From"] = "测试 <test01@coremail.cn>"
    made["To"] = to
    made["Cc"] = "carol@example.org"
    made["Subject"] = subject
    made.set_content("Hello,\\n.a line with a dot\\n.\\n<img src=x onerror=window.ran=1>\\n")
    made.add_attachment(b"PNG", maintype="image", subtype="png", filename="x<img src=x onerror=window.ran=1>.png")
    return made
with Server(mailboxes=["test02@coremail.cn", "bob@example.org"]) as server, Capture(server, live=False) as capture:
    with Client(server) as client:
        client.ehlo("TINY-DESKTOP")
        client.send_message("bounces@coremail.cn", ["test02@coremail.cn", "bob@example.org", "nobody@example.org"],
                            message("First <script>window.ran=1</script>", "test02@coremail.cn"))
        client.send_message("", ["bob@example.org"], message("Second", "test02@coremail.cn"))
"""
LETTER = "shown = letter(capture.transcript)\nshown"
CELL = 1


@pytest.fixture(scope="module")
def opened(browser: Browser, server: Server) -> Iterator[Notebook]:
    """Give a notebook in which two mails were sent."""
    with new_page(browser, server) as notebook:
        notebook.open(notebook.write("letter.ipynb", MAILS, LETTER))
        assert notebook.run_all() == []
        yield notebook


@pytest.fixture
def letter(opened: Notebook) -> Locator:
    """Give the widget, at its first mail."""
    opened.run(CELL)
    found = opened.find(".smtplab-letter")
    expect(found).to_contain_text("1 of 2")
    return found


def part(letter: Locator, name: str) -> Locator:
    return letter.locator(f".smtplab-{name}").first


def press(control: Locator, way: str) -> None:
    if way == "mouse":
        control.click()
    else:
        control.focus()
        control.page.keyboard.press(way)


def test_envelope_and_letter_stand_side_by_side(opened: Notebook, letter: Locator) -> None:
    envelope, sheet = part(letter, "envelope"), part(letter, "sheet")
    expect(envelope).to_contain_text("<bounces@coremail.cn>")
    expect(envelope).to_contain_text("<nobody@example.org> ✕ 550")
    expect(sheet).to_contain_text("测试 <test01@coremail.cn>")
    left, right = envelope.bounding_box(), sheet.bounding_box()
    assert left
    assert right
    assert left["x"] + left["width"] <= right["x"]
    assert left["y"] == right["y"]
    expect(part(letter, "who")).to_contain_text("gets a copy that does not name it, as with Bcc")
    opened.screenshot("letter")


@pytest.mark.parametrize("way", ["mouse", "Enter", "Space"])
def test_next_and_previous_mail_are_shown(opened: Notebook, letter: Locator, way: str) -> None:
    press(part(letter, "next"), way)
    expect(letter).to_contain_text("2 of 2")
    expect(letter).to_contain_text("nobody is told")
    press(part(letter, "previous"), way)
    expect(letter).to_contain_text("1 of 2")
    assert opened.ask("shown._number") == "1"


@pytest.mark.parametrize("way", ["mouse", "Enter", "Space"])
@pytest.mark.parametrize(("view", "words"), [("MIME parts", "multipart/mixed"), ("dots", "on the wire")])
def test_mail_is_looked_at_in_each_way(opened: Notebook, letter: Locator, view: str, words: str, way: str) -> None:
    press(part(letter, "view").get_by_role("button", name=view), way)
    expect(part(letter, "mail-view")).to_contain_text(words)
    opened.screenshot(f"letter-{view.replace(' ', '-')}")


def test_doubled_dots_move_in(letter: Locator) -> None:
    part(letter, "view").get_by_role("button", name="dots").click()
    expect(letter.locator(".smtplab-dot")).to_have_count(2)
    expect(letter.locator(".smtplab-dot").first).to_have_css("animation-name", "smtplab-dot")


def test_nothing_that_was_sent_runs(opened: Notebook, letter: Locator) -> None:
    for view in ("MIME parts", "dots", "envelope and letter"):
        part(letter, "view").get_by_role("button", name=view).click()
        expect(part(letter, "view").locator(".mod-active")).to_have_text(view)
    opened.page.wait_for_timeout(300)
    assert opened.page.evaluate("window.ran") is None
    assert letter.locator("script, img").count() == 0
    expect(letter).to_contain_text("First <script>window.ran=1</script>")


def test_twenty_runs_of_the_cell_leave_what_one_does(opened: Notebook, letter: Locator) -> None:
    counts = "len(__import__('ipywidgets').widgets.widget._instances)"
    before = opened.ask(counts)
    for _ in range(20):
        opened.run(CELL)
    assert opened.ask(counts) == before


def test_page_asks_nothing_of_the_outside_and_complains_of_nothing(opened: Notebook, letter: Locator) -> None:
    expect(letter).to_be_visible()
    assert opened.outside == []
    assert opened.complaints == []
