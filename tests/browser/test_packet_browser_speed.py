"""How long does it take from a click to the changed picture, and what is left of twenty runs of a cell?

The times are printed as a table (`pytest -s` shows it) and kept beside the screenshots.
"""

import time
from collections.abc import Callable, Iterator
from statistics import median

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.captures import said, write
from tests.browser.jupyterlab import SCREENSHOTS, Notebook, Server, new_page
from tests.views.sessions import ORDINARY

ENTRIES = 20  # of one session
SIZES = (200, 5_000)
BUSY = 3
LIMITS = {200: 100, 5_000: 200}  # milliseconds, the median from click to changed picture
FILTERING = 2  # times as much, since the whole list changes
TIMES = 20
SECONDS_TO_OPEN = 2.0
FRAME = 1000 / 60  # milliseconds between two pictures of a screen

# From the press of a button or key until what it changed is painted.
STOPWATCH = """() => {
  const begin = () => {
    const began = performance.now();
    window.took = new Promise(done => {
      const watch = new MutationObserver(() => {
        watch.disconnect();
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
      });
      for (const pane of document.querySelectorAll('.smtplab-octets, .smtplab-status'))
        watch.observe(pane, {childList: true, subtree: true});
    });
  };
  for (const event of ['mousedown', 'keydown']) document.addEventListener(event, begin, true);
}"""
FRAMES = """() => {
  window.frames_ = [];
  let last = performance.now();
  const next = now => { window.frames_.push(now - last); last = now; requestAnimationFrame(next); };
  requestAnimationFrame(next);
}"""


@pytest.fixture(scope="module")
def lab(browser: Browser, server: Server) -> Iterator[Notebook]:
    """Give a notebook that can open captures of 200 and of 5,000 entries."""
    cells = ["from smtplab import browser, dissect"]
    for size in SIZES:
        write(server.folder / f"{size}.pcapng", [said(ORDINARY)] * (size // ENTRIES))
        cells.append(f'browser("{size}.pcapng")')
    cells.append("import gc, threading; from comm import get_comm_manager")
    with new_page(browser, server) as notebook:
        notebook.open(notebook.write("speed.ipynb", *cells))
        assert notebook.run_all() == []
        notebook.page.set_viewport_size({"width": 1366, "height": 900})
        notebook.page.evaluate(STOPWATCH)
        yield notebook


@pytest.fixture(scope="module")
def table() -> Iterator[list[str]]:
    """Collect the rows of the table, print it, and keep it."""
    rows = [f"{'entries':>7}  {'what':<12}{'median':>10}{'worst':>10}"]
    yield rows
    written = "\n".join(rows)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    (SCREENSHOTS / "packet-browser-latency.txt").write_text(written + "\n")
    print(f"\n{written}")


def measure(shown: Locator, times: int, act: Callable[[int], object]) -> list[float]:
    """Do something so many times, and give the milliseconds until its picture was there."""
    took = []
    for number in range(times):
        act(number)
        took.append(shown.page.evaluate("() => window.took"))
    return took


def row(size: int, what: str, took: list[float]) -> str:
    return f"{size:>7,}  {what:<12}{median(took):>7.0f} ms{max(took):>7.0f} ms"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("what", ["row", "next", "page", "filter"])
def test_picture_follows_the_click(lab: Notebook, table: list[str], size: int, what: str) -> None:
    shown = lab.page.locator(".smtplab-browser").nth(SIZES.index(size))
    shown.scroll_into_view_if_needed()
    expressions = ("smtp.req", "smtp.response.code >= 300")

    def turn(number: int) -> None:
        name = "next-page" if number % 2 == 0 else "previous-page"
        shown.locator(f".smtplab-{name}").click()

    def apply(number: int) -> None:
        shown.locator(".smtplab-filter input").fill(expressions[number % 2])
        shown.page.keyboard.press("Enter")

    acts: dict[str, Callable[[int], object]] = {
        "row": lambda number: shown.locator(".smtplab-list option").nth(1 + number % 12).click(),
        "next": lambda number: shown.locator(".smtplab-next").click(),
        "page": turn,
        "filter": apply,
    }
    if what == "page" and size == 200:
        expect(shown.locator(".smtplab-next-page")).to_be_hidden()
        return
    took = measure(shown, TIMES, acts[what])
    table.append(row(size, what, took))
    # The table above tells the figure; a machine that is busy with other things may take its time.
    assert median(took) < BUSY * LIMITS[size] * (FILTERING if what == "filter" else 1)
    shown.locator(".smtplab-clear").click()
    expect(shown.locator(".smtplab-filter input")).to_have_value("")


def test_large_capture_opens_in_two_seconds(lab: Notebook, table: list[str]) -> None:
    began = time.perf_counter()
    lab.run(2)
    shown = lab.page.locator(".smtplab-browser").nth(1)
    expect(shown.locator(".smtplab-list option")).to_have_count(200)
    expect(shown.locator(".smtplab-tree")).to_contain_text("entry 1 ")
    took = time.perf_counter() - began
    table.append(row(5_000, "opening", [1000 * took]))
    assert took < SECONDS_TO_OPEN


def test_list_of_a_large_capture_scrolls_smoothly(lab: Notebook, table: list[str]) -> None:
    shown = lab.page.locator(".smtplab-browser").nth(1)
    shown.scroll_into_view_if_needed()
    shown.locator(".smtplab-list").hover()
    lab.page.evaluate(FRAMES)
    for _ in range(60):
        lab.page.mouse.wheel(0, 50)
        lab.page.wait_for_timeout(FRAME)
    frames = sorted(lab.page.evaluate("() => window.frames_"))
    assert shown.locator("select").evaluate("list => list.scrollTop") > 1000
    table.append(row(5_000, "scrolling", frames))
    assert frames[int(0.95 * len(frames))] < 2.5 * FRAME


def test_twenty_runs_of_a_cell_leave_what_one_leaves(lab: Notebook) -> None:
    left = "(gc.collect() and 0, len(get_comm_manager().comms), threading.active_count())"
    lab.run(1)
    one = lab.ask(left)
    for _ in range(20):
        lab.run(1)
    assert lab.ask(left) == one
    assert lab.page.locator(".smtplab-browser").count() == len(SIZES)
    shown = lab.page.locator(".smtplab-browser").first
    shown.locator(".smtplab-next").click()
    expect(shown.locator(".smtplab-tree")).to_contain_text("entry 2 ")
    assert lab.complaints == []
