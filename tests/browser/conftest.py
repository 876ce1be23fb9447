"""A browser, a JupyterLab and an open notebook for the tests of this folder."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.jupyterlab import ROOT, Notebook, Server, new_page, serve

# As root, as in containers, chromium refuses its sandbox. The rest keeps it from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser(program: Callable[[str], str]) -> Iterator[Browser]:
    """Give the system's chromium."""
    chromium = program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a JupyterLab on a copy of the lessons."""
    with serve(tmp_path_factory.mktemp("jupyter"), ROOT / "notebooks") as server:
        yield server


@pytest.fixture
def notebook(browser: Browser, server: Server) -> Iterator[Notebook]:
    """Give a notebook that is not open yet, in a page of its own."""
    with new_page(browser, server) as notebook:
        yield notebook
