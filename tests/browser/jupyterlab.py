"""JupyterLab as a learner meets it: a server of its own for the tests, and one notebook open in chromium."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import v4
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
SECONDS_TO_START = 60
SECONDS_TO_RUN = 60

# Its notice about new versions covers the outputs.
QUIET = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}

# By menu, "Run All" comes too early on a cold start: wait for each thing that has to be ready, and ask the application.
RUN_ALL = """async seconds => {
  const run = async () => {
    const app = window.jupyterapp;
    await app.restored;
    const panel = app.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.revealed;
    await app.commands.execute('notebook:run-all-cells');
    const cells = panel.content.model.sharedModel.cells;
    return cells.flatMap(cell => (cell.outputs || []).filter(output => output.output_type === 'error'));
  };
  const late = new Promise((_, reject) => setTimeout(() => reject(`not run in ${seconds} s`), seconds * 1000));
  return await Promise.race([run(), late]);
}"""

# Run one cell again, the one with this index, until its output is there.
RUN = """async index => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = index;
  notebook.deselectAll();
  await window.jupyterapp.commands.execute('notebook:run-cell');
}"""

# What the kernel says of an expression, without a cell.
ASK = """async expression => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({code: '', user_expressions: {it: expression}, store_history: false});
  const it = (await future.done).content.user_expressions.it;
  return it.status === 'ok' ? it.data['text/plain'] : `${it.ename}: ${it.evalue}`;
}"""

# JupyterLab takes cells that are far out of sight out of the page.
SHOW = """async index => await window.jupyterapp.shell.currentWidget.content.scrollToItem(index, 'start')"""
COUNT = "() => window.jupyterapp.shell.currentWidget.content.widgets.length"


def exactly(name: str) -> re.Pattern[str]:
    """Give what the name of a button has to be, whether or not it is the one that is chosen."""
    return re.compile(rf"^(chosen: *)?{re.escape(name)}$")


@dataclass(frozen=True)
class Server:
    """A JupyterLab that listens on loopback. address: ends in a slash; folder: what it serves."""

    address: str
    token: str
    folder: Path


@contextmanager
def serve(home: Path, notebooks: Path) -> Iterator[Server]:
    """Run JupyterLab on a copy of `notebooks`. Everything it reads and writes besides lies in `home`."""
    shutil.copytree(notebooks, folder := home / "notebooks")
    settings = home / "config" / "labconfig" / "page_config.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps(QUIET))
    options = ["--no-browser", "--allow-root", "--ServerApp.port=0", f"--ServerApp.root_dir={folder}"]
    command = [sys.executable, "-m", "jupyter", "lab", "--LabApp.expose_app_in_browser=True", *options]
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=os.environ | places(home), stdout=log, stderr=log)
    try:
        found = wait_for_address(server, home)
        yield Server(address=found["url"], token=found["token"], folder=folder)
    finally:
        server.terminate()
        server.wait(timeout=30)


def places(home: Path) -> dict[str, str]:
    """Name folders of its own for all that Jupyter keeps: a learner's settings neither help nor suffer."""
    jupyter = {f"JUPYTER_{name.upper()}_DIR": str(home / name) for name in ("config", "data", "runtime")}
    lab = {f"JUPYTERLAB_{name.upper()}_DIR": str(home / name) for name in ("settings", "workspaces")}
    return jupyter | lab | {"IPYTHONDIR": str(home / "ipython")}


def wait_for_address(server: subprocess.Popen[bytes], home: Path) -> dict[str, Any]:
    """Read where the server listens, and its token, from the file that it writes when it does."""
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and server.poll() is None:
        for path in (home / "runtime").glob("jpserver-*.json"):
            if text := path.read_text():
                found: dict[str, Any] = json.loads(text)
                return found
        time.sleep(0.1)
    raise TimeoutError(f"JupyterLab did not start:\n{(home / 'server.log').read_text()}")


@contextmanager
def new_page(browser: Browser, server: Server) -> Iterator["Notebook"]:
    """Give a notebook that is not open yet, in a page of its own with a laptop's size."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    yield Notebook(context.new_page(), server)
    context.close()


@dataclass
class Notebook:
    """One notebook, open in a page.

    outside: addresses that the page asked for and that are not the server's, in order; there should be none.
    complaints: errors that the page wrote to the console or did not catch.
    """

    page: Page
    server: Server
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def write(self, name: str, *sources: str) -> str:
        """Write a notebook with these cells into the server's folder, and give its name."""
        cells = [v4.new_code_cell(source.strip()) for source in sources]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        nbformat.write(v4.new_notebook(cells=cells, metadata=kernel), self.server.folder / name)
        return name

    def open(self, name: str) -> None:
        """Open a notebook of the server's folder, and listen to all that the page asks for and complains of."""
        self.page.on("request", lambda request: self._asked_for(request.url))
        self.page.on("websocket", lambda socket: self._asked_for(socket.url))
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(f"{self.server.address}lab/tree/{name}?reset&token={self.server.token}")
        self.page.wait_for_selector(".jp-Notebook")

    def run_all(self) -> list[dict[str, Any]]:
        """Run all cells to the end, and give the outputs that are errors."""
        errors: list[dict[str, Any]] = self.page.evaluate(RUN_ALL, SECONDS_TO_RUN)
        return errors

    def run(self, index: int) -> None:
        """Run one cell to its end."""
        self.page.evaluate(RUN, index)

    def ask(self, expression: str) -> str:
        """Give what the kernel makes of an expression, as `repr` writes it."""
        answer: str = self.page.evaluate(ASK, expression)
        return answer

    def find(self, selector: str) -> Locator:
        """Scroll until an element is in the page, and give the first of its kind."""
        found = self.page.locator(selector).first
        for index in range(self.page.evaluate(COUNT)):
            if found.count():
                break
            self.page.evaluate(SHOW, index)
        found.scroll_into_view_if_needed()
        return found

    def screenshot(self, name: str) -> None:
        """Keep what is on the screen in build/screenshots, for people to look at."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")

    def _asked_for(self, address: str) -> None:
        own = (self.server.address, self.server.address.replace("http", "ws", 1), "data:", "blob:")
        if not address.startswith(own):
            self.outside.append(address)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location.get('url')})")
