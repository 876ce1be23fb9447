"""Make the pictures of docs/gallery.md: real widgets in a real JupyterLab, clicked as a learner would.

    python3 tools/gallery.py [NAME ...]      all pictures, or those that are named

Needs chromium and the packages for the tests. What is shown is run anew each time, so only times and ports differ.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, Locator, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from anywhere

from smtplab.views.palette import INKS
from tests.browser.captures import write
from tests.browser.conftest import FLAGS
from tests.browser.jupyterlab import ROOT, Notebook, Server, serve
from tests.browser.test_packet_browser_hostile import session

PICTURES: Final = ROOT / "docs" / "pictures"
CHROMIUM: Final = "/usr/bin/chromium"
SCALE: Final = 1.5  # image pixels for each pixel of the page
COLOURS: Final = 128  # of a picture, so that it stays small
LARGEST: Final = 150_000  # octets
DARK: Final = "JupyterLab Dark"
THEME: Final = "async name => await window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})"

SEND: Final = """
import logging
from email.message import EmailMessage
from smtplab import *
mail = EmailMessage()
mail["From"] = "Test One <test01@coremail.cn>"
mail["To"] = "test02@coremail.cn"
mail["Subject"] = "First mail"
mail.set_content("Hello,\\n.this line begins with a dot\\nand that is all.\\n")
mail.add_alternative("<h2>Hello</h2><p>in <b style='color:#a8480f'>HTML</b></p>", subtype="html")
mail.add_attachment(b"PNG", maintype="image", subtype="png", filename="picture.png")
server = Server(users={"test01@coremail.cn": "password01"}, mailboxes=["test02@coremail.cn"]).start()
with Capture(server) as capture:
    with Client(server) as client:
        client.ehlo("TINY-DESKTOP")
        client.auth("LOGIN", "test01@coremail.cn", "password01")
        client.mail("test01@coremail.cn")
        client.rcpt("test02@coremail.cn")
        try:
            client.rcpt("nobody@coremail.cn")
        except SmtpError:
            pass
        client.data(mail)
"""
SESSIONS: Final = """
import threading
def session(number):
    with Client(server) as client:
        client.ehlo(f"client{number}.example")
        client.send_message("test01@coremail.cn", ["test02@coremail.cn"], "Subject: hello\\n\\nhello\\n")
threads = [threading.Thread(target=session, args=(number,)) for number in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


@dataclass(frozen=True)
class Picture:
    """One picture. code: the last cell. shows: the selector of what is cut out. act: what is clicked before."""

    name: str
    code: str
    shows: str
    act: Callable[[Locator], None] = lambda shown: None
    theme: str = "JupyterLab Light"
    wide: int = 1250
    scale: float = SCALE


def go_to(phase: str) -> Callable[[Locator], None]:
    """Click the tab of a phase in the workbench, and then a field among the octets."""

    def act(shown: Locator) -> None:
        shown.locator(f".smtplab-tab-{phase}").click()
        shown.page.wait_for_timeout(700)
        shown.locator(".smtplab-octets .smtplab-f4").first.click()

    return act


def predict(shown: Locator) -> None:
    """Go to the AUTH exchange by predictions, one of them wrong."""
    for digit in ("2", "3", "2"):
        shown.locator(".smtplab-last").click()
        shown.locator(f".smtplab-predict-{digit}").click()
        shown.page.wait_for_timeout(300)
    shown.locator(".smtplab-last").click()


def talk(shown: Locator) -> None:
    """Type the beginning of a session."""
    for line in ("EHLO TINY-DESKTOP", "MAIL FROM:<test01@coremail.cn>", "RCPT TO:<nobody@coremail.cn>", "DATA"):
        shown.locator(".smtplab-line-box textarea").focus()
        shown.page.keyboard.type(line)
        shown.page.keyboard.press("Enter")
        shown.page.wait_for_timeout(400)


def choose(name: str) -> Callable[[Locator], None]:
    """Press a button that says something."""
    return lambda shown: shown.get_by_role("button", name=name).first.click()


def look_into(shown: Locator) -> None:
    """Filter a capture, and point at a field."""
    shown.locator(".smtplab-filter input").fill("smtp.req or smtp.response.code >= 400")
    shown.page.keyboard.press("Enter")
    expect(shown.locator(".smtplab-status")).to_contain_text("pass the filter")
    shown.locator(".smtplab-list option", has_text="RCPT TO").first.click()
    expect(shown.locator(".smtplab-tree")).to_contain_text("forward-path")
    shown.locator(".smtplab-octets .smtplab-f4").first.click()


def wait(shown: Locator) -> None:
    """Let all sessions be drawn."""
    shown.page.wait_for_timeout(6000)


WORKBENCH: Final = "workbench(capture.transcript)"
ALL: Final = (
    Picture("workbench", WORKBENCH, ".smtplab-workbench", go_to("RCPT")),
    Picture("workbench-dark", WORKBENCH, ".smtplab-workbench", go_to("MAIL"), DARK),
    Picture("stepper-predict", "stepper(capture.transcript, predict=True)", ".smtplab-stepper", predict, wide=1000),
    Picture("packet-browser", "browser(capture.transcript)", ".smtplab-browser", look_into),
    Picture("console", "console(server)", ".smtplab-console", talk, wide=1100),
    Picture("knobs", "knobs(server)", ".smtplab-knobs", wide=1000),
    Picture(
        "live-ladder",
        f"shown = live_ladder(server)\ndisplay(shown)\n{SESSIONS}",
        ".smtplab-live-ladder",
        wait,
        wide=900,
    ),
    Picture("letter", "letter(capture.transcript)", ".smtplab-letter", wide=1000),
    Picture("timing", "timing(capture.transcript)", ".jp-RenderedSVG img", wide=800),
    Picture("states", "states(capture.transcript)", ".jp-RenderedSVG img", wide=800),
    Picture("inbox", "inbox(server)", ".smtplab-inbox", choose("HTML"), wide=900),
    Picture("hostile", 'workbench("hostile.pcapng")', ".smtplab-workbench", go_to("MAIL"), wide=1100, scale=1.2),
)


def main() -> int:
    """Give the exit status: 1 when a picture is larger than it may be."""
    parser = argparse.ArgumentParser(description="Make the pictures of docs/gallery.md.")
    parser.add_argument("names", nargs="*", help="of pictures; all if none is given")
    names = parser.parse_args().names or [picture.name for picture in ALL]
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, serve(Path(home), ROOT / "notebooks") as server:
        write(server.folder / "hostile.pcapng", [session()])
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            sizes = [taken(picture, browser, server) for picture in ALL if picture.name in names]
            browser.close()
    return 1 if max(sizes, default=0) > LARGEST else 0


def taken(picture: Picture, browser: Browser, server: Server) -> int:
    """Take one picture, and give its size in octets."""
    context = browser.new_context(
        viewport={"width": picture.wide + 160, "height": 1500}, device_scale_factor=picture.scale, locale="en"
    )
    notebook = Notebook(context.new_page(), server)
    try:
        notebook.open(notebook.write(f"{picture.name}.ipynb", SEND, picture.code))
        notebook.page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
        notebook.page.evaluate(THEME, picture.theme)
        assert notebook.run_all() == []
        shown = notebook.find(f".jp-OutputArea {picture.shows}")
        picture.act(shown)
        notebook.page.mouse.move(0, 0)
        notebook.page.wait_for_timeout(1000)
        size = kept(shown.screenshot(), PICTURES / f"{picture.name}.png")
    finally:
        context.close()
    print(f"{picture.name}: {size:,} octets")
    return size


def kept(octets: bytes, path: Path) -> int:
    """Keep a picture with few colours, and give its size in octets."""
    image = Image.open(BytesIO(octets)).convert("RGB")
    colours = (image.quantize(COLOURS).getpalette() or [])[: 3 * COLOURS]
    for colour in INKS["error"]:  # it is rare, and must not become another that is not
        colours += bytes.fromhex(colour[1:])
    few = Image.new("P", (1, 1))
    few.putpalette(colours)
    image.quantize(palette=few, dither=Image.Dither.NONE).save(path, optimize=True)
    return path.stat().st_size


if __name__ == "__main__":
    sys.exit(main())
