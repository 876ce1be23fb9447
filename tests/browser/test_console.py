"""A learner types to a server in a notebook: with the keyboard, with the mouse, and whatever comes to mind."""

import re
import statistics
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.jupyterlab import Notebook, Server, exactly, new_page
from tests.widgets.test_console import ARTICLE

SERVER = """
from smtplab import Server, console
server = Server(users={"test01@coremail.cn": "password01"}, mailboxes=["test02@coremail.cn"]).start()
"""
CONSOLE = "box = console(server)\nbox"
CELL = 1
STATE = "box.typist.hand.now.state.value"
SENT = "b''.join(entry.octets for entry in box.typist.hand.now.transcript if entry.party == 'client')"

BUSY = 3
LIMITS = {200: 0.100, 5_000: 0.200}  # seconds from Enter to a changed dialogue, by entries: the median

# Everything that would run, if anything did.
HOSTILE = (
    "<script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 1'>",
    "<svg onload='window.ran = 1'>",
    "\"><iframe srcdoc='<script>parent.ran = 1</script>'></iframe>",
    r"\x1b[31mred\x1b]0;title\x07",
    r"\x00\xff\xe2\x80\xaeevil",
    "</style></code></td><b onmouseover='window.ran = 1'>x",
)

# Seconds from Enter in the line box until another dialogue is painted.
LATENCY = """async () => {
  const input = document.querySelector('.smtplab-line-box textarea');
  const pane = document.querySelector('.smtplab-dialogue .widget-html-content');
  input.focus();
  const changed = new Promise(resolve => {
    const observer = new MutationObserver(() => { observer.disconnect(); requestAnimationFrame(resolve); });
    observer.observe(pane, {childList: true, subtree: true, characterData: true});
  });
  const began = performance.now();
  input.value += 'NOOP\\n';
  input.dispatchEvent(new Event('input', {bubbles: true}));
  await changed;
  return (performance.now() - began) / 1000;
}"""


@pytest.fixture(scope="module")
def opened(browser: Browser, server: Server) -> Iterator[Notebook]:
    """Give a notebook with a server and a console."""
    with new_page(browser, server) as notebook:
        notebook.open(notebook.write("console.ipynb", SERVER, CONSOLE))
        notebook.page.set_viewport_size({"width": 1366, "height": 1000})
        assert notebook.run_all() == []
        yield notebook


@pytest.fixture
def console(opened: Notebook) -> Locator:
    """Give a console that was just connected: its cell is run again for each test."""
    opened.ask("server.change(lax=[], tls='none', hooks=[])")
    opened.run(CELL)
    console = opened.find(".smtplab-console")
    expect(part(console, "dialogue")).to_contain_text("220 mail.coremail.cn")
    return console


def part(console: Locator, name: str) -> Locator:
    return console.locator(f".smtplab-{name}").first


def line_box(console: Locator) -> Locator:
    return console.get_by_role("textbox", name="line")


def type_line(console: Locator, line: str, answer: str = "") -> None:
    """Type a line as fingers do, and wait for the answer."""
    line_box(console).focus()
    console.page.keyboard.type(line)
    console.page.keyboard.press("Enter")
    if answer:
        expect(part(console, "dialogue")).to_contain_text(answer)


def press(console: Locator, name: str, key: str) -> None:
    """Press a key on a button or a check box."""
    control = part(console, name)
    (control if control.evaluate("element => element.tagName") == "BUTTON" else control.locator("input")).focus()
    console.page.keyboard.press(key)


def test_page_asks_nothing_of_the_outside_and_complains_of_nothing(opened: Notebook, console: Locator) -> None:
    type_line(console, "EHLO TINY-DESKTOP", "250 HELP")
    assert opened.outside == []
    assert opened.complaints == []


def test_line_that_is_typed_is_answered_and_moves_the_state(opened: Notebook, console: Locator) -> None:
    type_line(console, "EHLO TINY-DESKTOP", "250 HELP")
    expect(console.locator("[aria-current=step]")).to_have_text("ready ◀ now")
    assert opened.ask(STATE) == "'ready'"
    until_kernel_says(opened, SENT, r"b'EHLO TINY-DESKTOP\r\n'")


def test_letters_that_are_shortcuts_of_the_notebook_stay_in_the_box(opened: Notebook, console: Locator) -> None:
    type_line(console, "abdmyxzcvs00 DD", "500 ")
    until_kernel_says(opened, SENT, r"b'abdmyxzcvs00 DD\r\n'")
    assert opened.page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.length") == 2


def test_leaving_the_box_sends_nothing_and_the_button_does(opened: Notebook, console: Locator) -> None:
    line_box(console).fill("NOOP")
    part(console, "status").click()
    opened.page.wait_for_timeout(500)
    assert opened.ask(SENT) == "b''"
    part(console, "send").click()
    expect(part(console, "dialogue")).to_contain_text("250 2.0.0 OK")
    until_kernel_says(opened, SENT, r"b'NOOP\r\n'")


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_send_takes_keys(opened: Notebook, console: Locator, key: str) -> None:
    line_box(console).fill("NOOP")
    press(console, "send", key)
    expect(part(console, "dialogue")).to_contain_text("250 2.0.0 OK")
    until_kernel_says(opened, SENT, r"b'NOOP\r\n'")


def test_empty_line_is_a_line_too(opened: Notebook, console: Locator) -> None:
    type_line(console, "", "500 ")
    until_kernel_says(opened, SENT, r"b'\r\n'")


@pytest.mark.parametrize(
    ("end", "octets"), [("CR LF", rb"NOOP\r\n"), ("LF", rb"NOOP\n"), ("CR", rb"NOOP\r"), ("none", b"NOOP")]
)
def test_line_end_is_chosen_by_mouse(opened: Notebook, console: Locator, end: str, octets: bytes) -> None:
    part(console, "line-end").get_by_role("button", name=exactly(end)).click()
    type_line(console, "NOOP")
    unread = "b''.join(octets for _, octets in box.typist.hand.now.unread)"
    until_kernel_says(opened, f"{SENT} + {unread}", str(octets).replace(r"\\", "\\"))


def test_line_end_is_chosen_by_keyboard_and_shown(opened: Notebook, console: Locator) -> None:
    part(console, "line-end").get_by_role("button", name=exactly("LF")).focus()
    opened.page.keyboard.press("Space")
    type_line(console, "NOOP")
    expect(console.locator(".smtplab-dialogue .smtplab-odd")).to_have_text("LF")
    expect(part(console, "status")).to_contain_text("has not answered yet")
    opened.screenshot("console-bare-lf")


def test_earlier_lines_come_back_by_mouse_and_keyboard(opened: Notebook, console: Locator) -> None:
    for line in ("EHLO a", "NOOP", "RSET"):
        type_line(console, line, line)
    part(console, "earlier").click()
    expect(line_box(console)).to_have_value("RSET")
    press(console, "earlier", "Enter")
    expect(line_box(console)).to_have_value("NOOP")
    press(console, "later", "Space")
    expect(line_box(console)).to_have_value("RSET")
    part(console, "later").click()
    expect(line_box(console)).to_have_value("")


def test_raw_octets_are_sent_and_shown(opened: Notebook, console: Locator) -> None:
    type_line(console, r"\x00\xfe", "500 ")
    until_kernel_says(opened, SENT, r"b'\x00\xfe\r\n'")
    expect(part(console, "dialogue")).to_contain_text(r"\x00\xfe")


def test_password_is_shown_when_asked_for_by_mouse_and_keyboard(opened: Notebook, console: Locator) -> None:
    for line, answer in (("EHLO a", "HELP"), ("AUTH LOGIN", "username"), ("dGVzdDAxQGNvcmVtYWlsLmNu", "Password")):
        type_line(console, line, answer)
    type_line(console, "cGFzc3dvcmQwMQ==", "235")
    dialogue = part(console, "dialogue")
    expect(dialogue).to_contain_text("••••••••")
    expect(dialogue).not_to_contain_text("cGFzc3dvcmQwMQ")
    expect(line_box(console)).to_have_value("")
    press(console, "passwords", "Space")
    expect(dialogue).to_contain_text("cGFzc3dvcmQwMQ==")
    part(console, "passwords").locator("input").click()
    expect(dialogue).not_to_contain_text("cGFzc3dvcmQwMQ")
    opened.screenshot("console-auth")


def test_connection_is_closed_and_opened_by_mouse_and_keyboard(opened: Notebook, console: Locator) -> None:
    status, dialogue = part(console, "status"), part(console, "dialogue")
    part(console, "disconnect").click()
    expect(status).to_contain_text("not connected closed here")
    assert opened.ask("len(server.connections)") == "0"
    part(console, "connect").click()
    expect(dialogue).to_contain_text("connection 2")
    press(console, "disconnect", "Enter")
    expect(status).to_contain_text("not connected")
    press(console, "connect", "Space")
    expect(dialogue).to_contain_text("connection 3")
    expect(status).to_contain_text("connected 127.0.0.1")


def test_server_that_closes_is_told(opened: Notebook, console: Locator) -> None:
    type_line(console, "QUIT", "221 ")
    expect(part(console, "status")).to_contain_text("the server closed the connection")
    expect(console.locator("[aria-current=step]")).to_have_text("closed ◀ now")


@pytest.mark.parametrize("way", ["mouse", "Enter"])
def test_tls_is_begun_by_hand(opened: Notebook, console: Locator, way: str) -> None:
    opened.ask("server.change(tls='starttls')")
    part(console, "disconnect").click()
    part(console, "connect").click()
    expect(part(console, "dialogue")).to_contain_text("connection 2")
    expect(part(console, "tls")).to_be_disabled()
    type_line(console, "STARTTLS", "Ready to start TLS")
    expect(part(console, "tls")).to_be_enabled()
    part(console, "tls").click() if way == "mouse" else press(console, "tls", way)
    expect(part(console, "status")).to_contain_text("inside TLSv1")
    type_line(console, "EHLO a", "250 HELP")
    assert opened.ask("box.typist.hand.now.transcript[-1].tls") == "True"
    opened.screenshot("console-tls")


def test_mail_is_sent_by_hand_and_lies_in_the_mailbox_below(opened: Notebook, console: Locator) -> None:
    opened.ask("[box.clear() for box in server.mailboxes.values()]")
    for line in ("EHLO a", "MAIL FROM:<test01@coremail.cn>", "RCPT TO:<test02@coremail.cn>"):
        type_line(console, line, line)
    type_line(console, "DATA", "354 ")
    drawer(console, "message").click()
    box = console.get_by_role("textbox", name="mail data")
    box.fill("Subject: by hand <b>\n\n..dot\n")
    box.press("End")
    console.page.keyboard.type(".")
    part(console, "send-message").click()
    expect(part(console, "dialogue")).to_contain_text("Queued")
    opened.screenshot("console-message")
    drawer(console, "mailboxes").click()
    expect(part(console, "message")).to_contain_text("by hand <b>")
    expect(part(console, "message")).to_contain_text(".dot")
    assert opened.ask("[len(box) for box in server.mailboxes.values()]") == "[0, 1]"
    opened.screenshot("console-mailbox")


def test_message_is_sent_by_keyboard(opened: Notebook, console: Locator) -> None:
    drawer(console, "message").focus()
    opened.page.keyboard.press("Space")
    console.get_by_role("textbox", name="mail data").fill("NOOP\nRSET")
    press(console, "send-message", "Enter")
    expect(part(console, "dialogue")).to_contain_text("Reset")
    until_kernel_says(opened, SENT, r"b'NOOP\r\nRSET\r\n'")


def keep_busy(kernel: Notebook) -> None:
    kernel.ask("__import__('asyncio').get_running_loop().call_later(0.1, __import__('time').sleep, 1.5)")
    kernel.page.wait_for_timeout(200)


def test_line_is_sent_whole_while_the_kernel_is_busy(opened: Notebook, console: Locator) -> None:
    keep_busy(opened)
    line_box(console).press_sequentially("NOOP and more")
    part(console, "send").click()
    until_kernel_says(opened, SENT, r"b'NOOP and more\r\n'")


def test_message_is_sent_whole_while_the_kernel_is_busy(opened: Notebook, console: Locator) -> None:
    drawer(console, "message").click()
    keep_busy(opened)
    console.get_by_role("textbox", name="mail data").press_sequentially("NOOP\nRSET")
    part(console, "send-message").click()
    until_kernel_says(opened, SENT, r"b'NOOP\r\nRSET\r\n'")


def test_base64_helper_works_by_mouse_and_keyboard(opened: Notebook, console: Locator) -> None:
    drawer(console, "base64").click()
    plain, base64 = (console.get_by_role("textbox", name=name, exact=True) for name in ("text", "base64"))
    plain.fill("test01@coremail.cn")
    part(console, "encode").click()
    expect(base64).to_have_value("dGVzdDAxQGNvcmVtYWlsLmNu")
    press(console, "use", "Enter")
    expect(line_box(console)).to_have_value("dGVzdDAxQGNvcmVtYWlsLmNu")
    base64.fill("cGFzc3dvcmQwMQ==")
    press(console, "decode", "Space")
    expect(plain).to_have_value("password01")
    base64.fill("%")
    part(console, "decode").click()
    expect(part(console, "base64-remark")).to_contain_text("no base64")
    opened.screenshot("console-base64")


def test_drawers_are_opened_one_at_a_time(opened: Notebook, console: Locator) -> None:
    shown = {
        "message": "message-box",
        "base64": "plain",
        "state chart": "chart",
        "knobs": "knobs",
        "mailboxes": "inbox",
    }
    for name in shown:
        drawer(console, name).click()
        for other, inside in shown.items():
            expect(part(console, inside)).to_be_visible(visible=other == name)
    drawer(console, "state chart").focus()
    opened.page.keyboard.press("Enter")
    expect(part(console, "chart").locator("#state-greeted")).to_be_visible()
    opened.screenshot("console-state-chart")


def test_knobs_hold_for_the_next_connection(opened: Notebook, console: Locator) -> None:
    drawer(console, "knobs").click()
    part(console, "strictness").get_by_role("button", name="lax").click()
    expect(part(console, "code")).to_contain_text("blank-after-colon")
    part(console, "disconnect").click()
    part(console, "connect").click()
    type_line(console, "EHLO a", "HELP")
    type_line(console, "MAIL FROM: <test01@coremail.cn>", "Sender accepted")
    opened.screenshot("console-knobs")


def test_session_of_the_article_is_pasted_line_by_line(opened: Notebook, console: Locator) -> None:
    opened.ask("[box.clear() for box in server.mailboxes.values()]")
    opened.ask("server.change(lax=['blank-after-colon'])")
    part(console, "disconnect").click()
    part(console, "connect").click()
    expect(part(console, "dialogue")).to_contain_text("connection 2")
    for line in ARTICLE.split("\n"):
        line_box(console).focus()
        opened.page.keyboard.insert_text(line)
        opened.page.keyboard.press("Enter")
    expect(part(console, "status")).to_contain_text("the server closed the connection")
    assert opened.ask("[len(box) for box in server.mailboxes.values()]") == "[0, 1]"
    opened.screenshot("console-article")


def test_session_of_the_article_is_pasted_at_once(opened: Notebook, console: Locator) -> None:
    opened.ask("[box.clear() for box in server.mailboxes.values()]")
    opened.ask("server.change(lax=['blank-after-colon'])")
    part(console, "disconnect").click()
    part(console, "connect").click()
    expect(part(console, "dialogue")).to_contain_text("connection 2")
    line_box(console).focus()
    opened.page.keyboard.insert_text(ARTICLE + "\n")
    expect(part(console, "status")).to_contain_text("the server closed the connection")
    assert opened.ask("[len(box) for box in server.mailboxes.values()]") == "[0, 1]"


def test_lines_that_follow_each_other_quickly_are_all_sent_as_they_were_typed(
    opened: Notebook, console: Locator
) -> None:
    line_box(console).focus()
    for number in range(30):
        opened.page.keyboard.type(f"NOOP {number}")
        opened.page.keyboard.press("Enter")
    until_kernel_says(opened, "len(box.typist.hand.now.transcript)", "61")
    assert opened.ask(SENT) == (repr("".join(f"NOOP {number}\r\n" for number in range(30)).encode()))


def test_arrow_up_brings_a_line_back_and_enter_sends_it_again(opened: Notebook, console: Locator) -> None:
    for line in ("NOOP", "RSET"):
        type_line(console, line, line)
    opened.page.keyboard.press("ArrowUp")
    opened.page.keyboard.press("ArrowUp")
    opened.page.keyboard.press("Enter")
    until_kernel_says(opened, SENT, r"b'NOOP\r\nRSET\r\nNOOP\r\n'")
    expect(line_box(console)).to_have_value("")


def test_nothing_that_is_typed_or_answered_runs(opened: Notebook, console: Locator) -> None:
    for line in HOSTILE:
        type_line(console, line, "500 ")
    opened.screenshot("console-hostile")
    type_line(console, "EHLO a", "HELP")
    type_line(console, "VRFY <img/src=x/onerror=window.ran=1>")
    for name in ("message", "base64", "state chart", "knobs", "mailboxes"):
        drawer(console, name).click()
    opened.page.wait_for_timeout(300)
    assert opened.page.evaluate("window.ran") is None
    assert opened.page.title().startswith("console") or "title" not in opened.page.title()
    dialogue = part(console, "dialogue")
    assert dialogue.locator("script, img, iframe, svg, [onerror], [onload], [onmouseover]").count() == 0
    for words in ("<script>window.ran = 1</script>", r"\x1b[31mred\x1b]0;title\x07", r"\x00\xff\u{202e}evil"):
        expect(dialogue).to_contain_text(words)
    assert not re.search("[\x00\x1b\u202e]", dialogue.inner_text())


def test_hostile_greeting_of_a_stranger_runs_nothing(opened: Notebook, console: Locator) -> None:
    opened.ask("server.change(greeting='<script>window.ran = 1</script><img src=x onerror=window.ran=1>')")
    part(console, "disconnect").click()
    part(console, "connect").click()
    expect(part(console, "dialogue")).to_contain_text("<script>window.ran = 1</script><img src=x")
    opened.ask("server.change(greeting='ready')")
    assert opened.page.evaluate("window.ran") is None


def test_every_control_has_a_name_and_none_is_out_of_reach(console: Locator) -> None:
    for name in ("message", "base64", "knobs", "mailboxes"):
        drawer(console, name).click()
        for control in console.locator("button, input, textarea, select").all():
            if control.is_visible():
                named = "element => element.labels?.[0]?.innerText || element.innerText || element.title"
                assert control.evaluate(named).strip(), control.evaluate("element => element.outerHTML")
                assert control.evaluate("element => element.tabIndex") >= 0


@pytest.mark.parametrize("entries", LIMITS)
def test_answer_is_in_the_page_soon_after_enter(opened: Notebook, console: Locator, entries: int) -> None:
    opened.ask(f"box.typist.hand.say(b'NOOP\\r\\n' * {entries // 2})")
    until_kernel_says(opened, f"len(box.typist.hand.now.transcript) > {entries}", "True")
    expect(part(console, "dialogue").locator("tr")).to_have_count(202)
    took = [opened.page.evaluate(LATENCY) for _ in range(15)]
    print(f"\n{entries:>7,} entries: from Enter to a changed dialogue {statistics.median(took) * 1000:.0f} ms", end="")
    # The line above tells the figure; a machine that is busy with other things may take its time.
    assert statistics.median(took) < BUSY * LIMITS[entries]


def test_dark_theme_is_dark(opened: Notebook, console: Locator) -> None:
    theme = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
    type_line(console, "EHLO a", "HELP")
    type_line(console, "MAIL FROM: <a@b>", "501")
    opened.page.evaluate(theme, "JupyterLab Dark")
    expect(opened.page.locator("#jupyterlab-splash")).to_have_count(0)
    expect(part(console, "place").locator(".smtplab-here")).to_have_css("background-color", "rgb(122, 92, 0)")
    opened.screenshot("console-dark")
    opened.page.evaluate(theme, "JupyterLab Light")
    expect(part(console, "place").locator(".smtplab-here")).to_have_css("background-color", "rgb(255, 226, 122)")


def test_narrow_page_hides_nothing(opened: Notebook, console: Locator) -> None:
    opened.page.set_viewport_size({"width": 800, "height": 1000})
    opened.page.evaluate("window.jupyterapp.shell.collapseLeft()")
    for name in ("line-box", "send", "line-end", "connect"):
        expect(part(console, name)).to_be_visible()
    opened.screenshot("console-narrow")
    opened.page.evaluate("window.jupyterapp.shell.expandLeft()")
    opened.page.set_viewport_size({"width": 1366, "height": 1000})


def test_twenty_runs_of_the_cell_leave_what_one_does(opened: Notebook, console: Locator) -> None:
    counts = (
        "(len(__import__('ipywidgets').widgets.widget._instances), len(__import__('comm').get_comm_manager().comms), "
        "sorted(t.name for t in __import__('threading').enumerate() if 'smtplab' in t.name), len(server.connections), "
        "len(server.watchers), len(server.taps), sum('socket' in __import__('os').readlink(f'/proc/self/fd/{fd}') "
        "for fd in __import__('os').listdir('/proc/self/fd') if __import__('os').path.exists(f'/proc/self/fd/{fd}')))"
    )
    before = settled(opened, counts)
    for _ in range(20):
        opened.run(CELL)
        expect(part(opened.find(".smtplab-console"), "dialogue")).to_contain_text("220 ")
    assert settled(opened, counts) == before


def until_kernel_says(opened: Notebook, expression: str, words: str) -> None:
    """Ask until it is so, for five seconds."""
    for _ in range(50):
        if (said := opened.ask(expression)) == words:
            return
        opened.page.wait_for_timeout(100)
    assert said == words


def settled(opened: Notebook, expression: str) -> str:
    """Give what the kernel says when it says the same twice: connections take a moment to end."""
    said = [opened.ask(expression)]
    for _ in range(20):
        opened.page.wait_for_timeout(200)
        said.append(opened.ask(expression))
        if said[-1] == said[-2]:
            break
    return said[-1]


def drawer(console: Locator, name: str) -> Locator:
    return part(console, "drawer").get_by_role("button", name=exactly(name))
