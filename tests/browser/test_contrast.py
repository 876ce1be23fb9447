"""A reader with weak eyes looks at every widget, in light and in dark: each text stands out from what is behind it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.captures import said, write
from tests.browser.jupyterlab import Notebook, Server, exactly, new_page
from tests.browser.test_without_a_mouse import CELLS, WIDGETS, widget
from tests.views.sessions import ORDINARY, PLAIN

LEAST = 4.5  # WCAG 2.1 §1.4.3, which leaves out controls that cannot be used at the moment
THEMES = ("JupyterLab Light", "JupyterLab Dark")
CHANGE = "async name => await window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})"

# The texts of a widget that stand out less. Behind a text of a picture are the boxes that were drawn before it.
FAINT = """(widget, least) => {
  const parsed = colour => {
    const numbers = (colour.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
    return [...numbers.slice(0, 3), numbers[3] ?? 1];
  };
  const over = (above, below) => [...[0, 1, 2].map(i => above[i] * above[3] + below[i] * (1 - above[3])), 1];
  const linear = part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  const light = colour => {
    const [red, green, blue] = colour.map(part => linear(part / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [less, more] = [light(one), light(other)].sort((a, b) => a - b);
    return (more + 0.05) / (less + 0.05);
  };
  const behind = element => {
    const below = element.parentElement ? behind(element.parentElement) : [255, 255, 255, 1];
    const look = getComputedStyle(element);
    const image = look.backgroundImage.match(/gradient\\((rgba?\\([^)]*\\))/);
    const colour = over(parsed(look.backgroundColor), below);
    return image ? over(parsed(image[1]), colour) : colour;
  };
  const boxes = text => {
    const at = text.getBoundingClientRect(), x = at.left + at.width / 2, y = at.top + at.height / 2;
    const before = [...text.ownerSVGElement.querySelectorAll('rect')].filter(box => {
      const place = box.getBoundingClientRect();
      const holds = place.left <= x && x <= place.right && place.top <= y && y <= place.bottom;
      return holds && box.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
    });
    return before.reduce((below, box) => {
      const look = getComputedStyle(box), colour = parsed(look.fill);
      return look.fill === 'none' ? below : over([...colour.slice(0, 3), colour[3] * look.fillOpacity], below);
    }, behind(text.ownerSVGElement.parentElement));
  };
  const faint = [];
  for (const element of widget.querySelectorAll('*')) {
    const words = [...element.childNodes].filter(node => node.nodeType === 3).map(node => node.data).join('').trim();
    const text = words || element.placeholder || '';
    if (!text || element.matches('style, :disabled, .smtplab-over *') || !element.checkVisibility()) continue;
    const drawn = element instanceof SVGElement;
    const look = getComputedStyle(element, words || drawn ? null : '::placeholder');
    const ground = drawn ? boxes(element) : behind(element);
    const ink = over(parsed(drawn ? look.fill : look.webkitTextFillColor), ground);
    if (contrast(ink, ground) < least) faint.push(`${text.slice(0, 40)}: ${contrast(ink, ground).toFixed(2)}`);
  }
  return faint;
}"""


@pytest.fixture(scope="module", params=THEMES)
def lab(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[Notebook]:
    """Give a notebook with every widget in it, in one theme."""
    write(server.folder / "heard.pcapng", map(said, (ORDINARY, PLAIN)))
    with new_page(browser, server) as notebook:
        notebook.open(notebook.write(f"contrast-{request.param[-4:].strip()}.ipynb", *CELLS))
        notebook.page.evaluate(CHANGE, request.param)
        assert notebook.run_all() == []
        yield notebook
        notebook.page.evaluate(CHANGE, THEMES[0])


@pytest.mark.parametrize("name", WIDGETS)
def test_text_stands_out(lab: Notebook, name: str) -> None:
    shown = widget(lab, name)
    for button in WIDGETS[name] or ("",):
        if button:
            shown.get_by_role("button", name=exactly(button)).first.click()
            expect(shown.locator(".mod-active").get_by_text(button, exact=True).first).to_be_visible()
        assert shown.evaluate(FAINT, LEAST) == []


def test_text_that_is_faint_is_found(lab: Notebook) -> None:
    shown = widget(lab, "knobs")
    shown.evaluate("widget => widget.insertAdjacentHTML('beforeend', '<p style=\"color:#777;background:#888\">x</p>')")
    found = shown.evaluate(FAINT, LEAST)
    shown.evaluate("widget => widget.lastElementChild.remove()")
    assert found == ["x: 1.26"]
