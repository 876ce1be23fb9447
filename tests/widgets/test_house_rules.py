"""What holds for every widget: no protocol in it, no name of ipywidgets' hidden, nothing kept in the module."""

import ast
import importlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from ipywidgets import VBox, Widget

from smtplab.net.server import Server
from smtplab.protocol.transcript import Transcript
from smtplab.widgets.console import Console
from smtplab.widgets.inbox import Inbox
from smtplab.widgets.knobs import Knobs
from smtplab.widgets.letter import letter
from smtplab.widgets.live import Live
from smtplab.widgets.live_ladder import LiveLadder
from tests.test_floors import imported_in
from tests.widgets.controls import inside

FOLDER = Path(__file__).resolve().parents[2] / "smtplab" / "widgets"
MODULES = [pytest.param(path, id=path.stem) for path in sorted(FOLDER.glob("*.py"))]

# What a widget may know of the protocol: data that is to be shown, names of choices, and how octets become text.
DATA = {"commands", "extensions", "fields", "hooks", "octets", "states", "text", "transactions", "transcript"}
# Who opens sockets or reads mail does it on a lower floor.
WORLD = {"socket", "ssl", "smtplib", "asyncio", "email", "subprocess", "requests", "urllib"}


@pytest.mark.parametrize("module", MODULES)
def test_module_knows_only_data_of_the_protocol(module: Path) -> None:
    names = set(imported_in(module.read_text()))
    known = {name.split(".")[2] for name in names if name.startswith("smtplab.protocol.")}
    assert known - DATA == set()
    assert WORLD & {name.partition(".")[0] for name in names} == set()


@pytest.mark.parametrize("module", MODULES)
def test_module_keeps_nothing_that_changes(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text())):
        assert not isinstance(node, ast.Global)


@pytest.mark.parametrize("module", MODULES)
def test_widget_hides_no_name_of_its_makers(module: Path) -> None:
    """A method such as `_send`, which ipywidgets has too, breaks a widget in a notebook and nowhere else."""
    loaded = importlib.import_module(
        f"smtplab.widgets.{module.stem}" if module.stem != "__init__" else "smtplab.widgets"
    )
    theirs = set(dir(VBox)) | set(vars(VBox()))
    allowed = {"close", "_repr_mimebundle_"}
    for made in vars(loaded).values():
        if isinstance(made, type) and issubclass(made, Widget) and made.__module__ == loaded.__name__:
            own = {name for name in vars(made) if callable(vars(made)[name]) or isinstance(vars(made)[name], property)}
            assert {name for name in own if not name.startswith("__")} & theirs - allowed == set()


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda server: Console("127.0.0.1", 1), id="console of a stranger"),
        pytest.param(Console, id="console"),
        pytest.param(Inbox, id="inbox"),
        pytest.param(Knobs, id="knobs"),
        pytest.param(lambda server: letter(Transcript()), id="letter"),
        pytest.param(LiveLadder, id="live ladder"),
    ],
)
def test_style_sheet_is_whole_and_reaches_no_further_than_the_lab(make: Callable[[Server], Live]) -> None:
    made = make(Server())
    for sheet in (part.value for part in inside(made) if "smtplab-style" in part._dom_classes):
        assert sheet.count("{") == sheet.count("}")
        rules = re.sub(
            r"@media[^{]*\{(.*?\})\}|@keyframes[^{]*\{.*?\}\}", r"\1", sheet[len("<style>") : -len("</style>")]
        )
        selectors = [rule.split("{")[0].strip() for rule in rules.split("}") if rule.strip()]
        assert [selector for selector in selectors if ".smtplab-" not in selector] == []
    made.close()
