"""What the tests of the lessons share: the captures that the notebooks make, and the texts of the standards."""

import os
from pathlib import Path

import pytest

from smtplab.capture.record import Capture
from tests.lessons.known import CAPTURES


@pytest.fixture(scope="session")
def captures() -> dict[str, Capture]:
    """Give the capture of each lesson."""
    return {name: make() for name, make in CAPTURES.items()}


@pytest.fixture(scope="session")
def rfcs() -> dict[str, str]:
    """Give the text of each RFC at hand, by number."""
    folder = Path(os.environ.get("SMTPLAB_RFCS", Path(__file__).resolve().parents[3] / "shared" / "rfc"))
    if not folder.is_dir():
        pytest.skip(f"no RFCs at {folder}; SMTPLAB_RFCS can name another folder")
    return {path.stem.removeprefix("rfc"): path.read_text(errors="replace") for path in folder.glob("rfc*.txt")}
