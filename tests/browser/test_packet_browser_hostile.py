"""A stranger's capture tries to run scripts, to break out and to deceive: nothing runs, and every octet is shown."""

import re
from base64 import b64encode
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from smtplab.capture.dissect import dissect
from smtplab.protocol.transcript import Kind, Transcript
from smtplab.widgets.browsing import WINDOW
from tests.browser.captures import Said, write
from tests.browser.jupyterlab import Notebook, Server, new_page

HOSTILE = (
    b"<script>window.smtplabRan=1</script><img src=//127.0.0.2:9/x onerror=window.smtplabRan=1>"
    b"<svg/onload=window.smtplabRan=1>\"'><style>*{display:none}</style></details></pre></div>&lt;i&gt;"
    b"\x1b[31m\x1b]0;title\x07\xe2\x80\xae\xe2\x81\xa6\x00\x08\xff"
)
# What must stand in the page as words of an escape, and never as itself.
DECEIVING = "\x00\x07\x08\x1b\u202e\u2066"
RAN = "() => 'smtplabRan' in window"
OCTETS = """octets => {
  const lines = document.querySelector('.smtplab-octets pre').innerText.split('\\n');
  return lines.map(line => line.slice(6, 55).replaceAll(' ', '')).join('') === octets;
}"""
BROUGHT_IN = ":is(script,img,svg,iframe,object,embed,a,form,[onerror],[onload])"
NAME = "<img src=x onerror=window.smtplabRan=1>.pcapng"  # of the file


def session() -> list[Said]:
    """Put the hostile octets wherever there is a field."""
    client = (
        *(
            b"EHLO %b",
            b"AUTH LOGIN " + b64encode(HOSTILE),
            b64encode(HOSTILE),
            b"AUTH %b %b",
            b"%b",
            b"XX %b",
            b"VRFY %b",
        ),
        *(b"MAIL FROM:<%b@%b> SIZE=%b %b=%b", b"RCPT TO:<@%b:%b> ORCPT=%b", b"BDAT %b", b"DATA"),
    )
    letter = (
        b"Subject: %b\r\nSubject: =?utf-8?b?" + b64encode(HOSTILE) + b'?=\r\nFrom: "%b" <%b@%b>\r\n'
        b"Content-Type: multipart/mixed; boundary=b; x=%b\r\n\r\n--b\r\nContent-Type: text/html; charset=%b\r\n"
        b"Content-Disposition: attachment; filename=%b\r\n%b: %b\r\n\r\n%b\r\n..%b\r\n--b--\r\n."
    )
    said: list[Said] = [("server", b"220 %b %b")]
    for command in client:
        said += [
            ("client", command),
            ("server", b"334 " + b64encode(HOSTILE) if b"AUTH L" in command else b"250-%b\r\n250 %b"),
        ]
    said[-1] = ("server", b"354 %b")
    said += [("client", letter), ("server", b"550 5.7.1 %b"), ("client", b"STARTTLS"), ("server", b"220 2.0.0 %b")]
    said = [(party, octets.replace(b"%b", HOSTILE) + b"\r\n") for party, octets in said]
    record = b"\x16\x03\x01" + len(HOSTILE).to_bytes(2, "big") + HOSTILE
    return [*said, ("client", record), ("server", record)]


@pytest.fixture(scope="module")
def transcript(server: Server) -> Transcript:
    """Give what the capture holds, as it is read without a browser."""
    return dissect(write(server.folder / NAME, [session()]))


@pytest.fixture(scope="module")
def lab(browser: Browser, server: Server, transcript: Transcript) -> Iterator[Notebook]:
    """Give a notebook with a browser of the capture, and with what is left of it without a kernel."""
    cells = (
        f"from IPython.display import HTML\nfrom smtplab import browser\nshown = browser({NAME!r})\nshown",
        "HTML(shown._repr_mimebundle_()['text/html'])",
    )
    with new_page(browser, server) as notebook:
        notebook.open(notebook.write("hostile.ipynb", *cells))
        assert notebook.run_all() == []
        yield notebook


@pytest.fixture
def shown(lab: Notebook) -> Locator:
    return lab.find(".smtplab-browser")


def assert_nothing_ran(lab: Notebook, shown: Locator) -> None:
    assert lab.page.evaluate(RAN) is False
    assert shown.locator(BROUGHT_IN).count() == 0
    assert lab.outside == []
    assert lab.complaints == []
    assert not re.search(f"[{DECEIVING}]", shown.inner_text())


def test_page_would_notice_a_script(lab: Notebook) -> None:
    lab.page.evaluate(
        "() => document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=window.smtplabTried=1>')"
    )
    lab.page.wait_for_function("() => 'smtplabTried' in window")
    lab.complaints.clear()  # of the picture that is not there


def test_every_entry_shows_its_very_octets_and_runs_nothing(
    lab: Notebook, shown: Locator, transcript: Transcript
) -> None:
    assert {entry.kind for entry in transcript} >= {Kind.COMMAND, Kind.AUTH, Kind.REPLY, Kind.MAIL_DATA, Kind.TLS}
    assert sum(entry.octets.count(b"<script>") for entry in transcript) > 40
    for index, entry in enumerate(transcript):
        shown.locator(".smtplab-list option").nth(index).click()
        expect(shown.locator(".smtplab-tree")).to_contain_text(f"entry {index + 1} ")
        lab.page.wait_for_function(OCTETS, arg=entry.octets[:WINDOW].hex())
        shown.locator(".smtplab-tree details").evaluate_all("found => found.forEach(each => each.open = true)")
        assert_nothing_ran(lab, shown)
    lab.screenshot("packet-browser-hostile")


def test_list_is_text_that_says_what_was_sent(shown: Locator) -> None:
    greeting = shown.locator(".smtplab-list option").first.inner_text().replace("\xa0", " ")
    assert "220 <script>window.smtplabRan=1</script><img src=//" in greeting


def test_connection_that_is_followed_runs_nothing(lab: Notebook, shown: Locator) -> None:
    shown.locator(".smtplab-follow").click()
    expect(shown.locator(".smtplab-stream")).to_contain_text("C:EHLO <script>window.smtplabRan=1</script>")
    assert_nothing_ran(lab, shown)
    shown.locator(".smtplab-follow").click()
    expect(shown.locator(".smtplab-stream")).to_be_hidden()


@pytest.mark.parametrize(
    "expression", ['smtp.x == "%s"', "%s", 'smtp.response matches "%s("', 'imf.subject contains "%s"']
)
def test_hostile_filter_runs_nothing(lab: Notebook, shown: Locator, expression: str) -> None:
    text = HOSTILE.decode("utf-8", "ignore").replace("\x00", "")
    shown.locator(".smtplab-filter input").fill(expression.replace("%s", text))
    shown.page.keyboard.press("Enter")
    expect(shown.locator(".smtplab-remarks")).to_contain_text(re.compile("at character|pass the filter"))
    assert_nothing_ran(lab, shown)
    shown.locator(".smtplab-clear").click()
    expect(shown.locator(".smtplab-filter input")).to_have_value("")


def test_table_without_a_kernel_runs_nothing(lab: Notebook) -> None:
    table = lab.find(".smtplab-listing")
    table.locator("details").evaluate_all("found => found.forEach(each => each.open = true)")
    expect(table).to_contain_text("<script>window.smtplabRan=1</script>")
    assert_nothing_ran(lab, table)
    lab.screenshot("packet-browser-without-kernel")
