"""What does `import smtplab` cost? Nearly nothing, so that the command line answers at once."""

import subprocess
import sys
import time

import pytest

HEAVY = ("scapy", "matplotlib", "numpy", "ipywidgets", "IPython", "asyncio", "ssl", "email", "hypothesis")


def test_import_loads_nothing_heavy() -> None:
    code = f"import sys, smtplab; print(*[name for name in {HEAVY} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert loaded.split() == []


def test_import_takes_less_than_150_milliseconds() -> None:
    assert quickest("import smtplab") - quickest("pass") < 0.150


@pytest.mark.parametrize(
    "name",
    [
        *("Server", "Client", "Capture", "ladder", "timing", "states", "stepper", "dissect", "browser"),
        *("console", "inbox", "knobs", "letter", "live_ladder", "workbench"),
    ],
)
def test_face_offers_each_name_of_the_lab(name: str) -> None:
    code = f"import smtplab; assert callable(smtplab.{name}); assert {name!r} in dir(smtplab)"
    subprocess.run([sys.executable, "-c", code], check=True)


def quickest(code: str) -> float:
    """Give the seconds that a fresh interpreter takes for some code, the best of seven."""
    return min(seconds(code) for _ in range(7))


def seconds(code: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - began
