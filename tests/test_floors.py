"""A module imports only from its own floor or a lower one: this reads every import, those inside functions too."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "smtplab"

# Which floors stand below each. The package's own modules, cli and __main__ with them, are the roof.
BELOW = {
    "protocol": set[str](),
    "net": {"protocol"},
    "capture": {"protocol"},
    "views": {"protocol", "net", "capture"},
    "widgets": {"protocol", "net", "capture", "views"},
    "lessons": {"protocol", "net", "capture", "views", "widgets"},
}
ROOF = "the roof"

# What protocol/ must not reach for: sockets, files, clocks, randomness, threads.
WORLD = {"socket", "ssl", "os", "pathlib", "time", "random", "secrets", "threading", "asyncio", "subprocess", "sys"}

MODULES = [pytest.param(path, id=str(path.relative_to(PACKAGE))) for path in sorted(PACKAGE.rglob("*.py"))]
PROTOCOL = [pytest.param(path, id=path.stem) for path in sorted((PACKAGE / "protocol").rglob("*.py"))]


@pytest.mark.parametrize("module", MODULES)
def test_module_imports_only_from_its_own_floor_or_a_lower_one(module: Path) -> None:
    floor = module.relative_to(PACKAGE).parts[0]
    allowed = BELOW[floor] | {floor} if floor in BELOW else {*BELOW, ROOF}
    higher = floors_in(module.read_text()) - allowed
    assert not higher, f"{module.relative_to(PACKAGE)} must not import from {', '.join(higher)}"


@pytest.mark.parametrize("module", PROTOCOL)
def test_protocol_reaches_for_nothing_in_the_world(module: Path) -> None:
    touched = WORLD & {name.partition(".")[0] for name in imported_in(module.read_text())}
    assert not touched, f"protocol/{module.name} must not import {', '.join(touched)}"


@pytest.mark.parametrize(
    ("source", "floors"),
    [
        pytest.param("import smtplab.net.server", {"net"}, id="import"),
        pytest.param("from smtplab.views import ladder", {"views"}, id="from"),
        pytest.param("from smtplab import capture", {"capture"}, id="a floor by name"),
        pytest.param("from smtplab import Server, cli", {ROOF}, id="the roof"),
        pytest.param("def f():\n    import smtplab.widgets", {"widgets"}, id="inside a function"),
        pytest.param("import os, scapy.all", set(), id="somebody else's"),
    ],
)
def test_floors_are_read_from_every_form_of_import(source: str, floors: set[str]) -> None:
    assert floors_in(source) == floors


def floors_in(source: str) -> set[str]:
    """Name the floors that a module imports from."""
    names = [name.split(".") for name in imported_in(source)]
    return {parts[1] if parts[1:] and parts[1] in BELOW else ROOF for parts in names if parts[0] == "smtplab"}


def imported_in(source: str) -> Iterator[str]:
    """Give the full name of whatever a module imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import: say the full name"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
