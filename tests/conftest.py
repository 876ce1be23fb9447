"""What all tests share: where the strangers' captures are, and which programs a test may ask for."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# On a busy machine a slow example is no failure. In CI the same examples come every time.
settings.register_profile("smtplab", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("smtplab")


@pytest.fixture(scope="session")
def shared_captures() -> Path:
    """Give the folder of captures made by strangers: SMTPLAB_CAPTURES, else ../shared/captures beside the clone."""
    folder = Path(os.environ.get("SMTPLAB_CAPTURES", ROOT.parent / "shared" / "captures"))
    if not folder.is_dir():
        pytest.skip(f"no captures at {folder}; SMTPLAB_CAPTURES can name another folder")
    return folder


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Give a function that finds a program, skipping the test where there is none; in CI, where all are, it fails."""

    def find(name: str) -> str:
        path = shutil.which(name, path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
        if path is None:
            (pytest.fail if "CI" in os.environ else pytest.skip)(f"{name} is not installed")
        return path

    return find
