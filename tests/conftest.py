"""What all tests share: where the strangers' captures are, and which programs a test may ask for."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
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


@pytest.fixture(scope="session")
def private_network() -> None:
    """Skip where the system gives no private network."""
    from smtplab.net.private_network import shared

    try:
        shared()
    except PermissionError as refusal:
        pytest.skip(str(refusal))


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def without_rights(program: Callable[[str], str]) -> Run:
    """Give a function that runs Python code, with its arguments, in a process without any capability.

    It is user nobody where the tests run as root and nobody may read what is needed; else it is whoever runs them.
    """
    command: list[str] = []
    if os.geteuid() == 0:
        nothing = [program("setpriv"), "--bounding-set=-all", "--inh-caps=-all"]
        nobody = [*nothing, "--reuid=65534", "--regid=65534", "--clear-groups"]
        command = nobody if _succeeds([*nobody, sys.executable, "-c", PROBE]) else nothing

    def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        python = [*command, sys.executable, "-X", "dev", "-W", "error", "-c", code, *arguments]
        return subprocess.run(python, capture_output=True, text=True, timeout=100, cwd=ROOT)

    return run


# The second Python is what a process starts that has no rights: setpriv itself still has them when it starts the first.
PROBE = "import subprocess, sys; subprocess.check_call([sys.executable, '-c', 'import smtplab.net.server, scapy.all'])"


def _succeeds(command: Sequence[str]) -> bool:
    return subprocess.run(command, capture_output=True, cwd=ROOT).returncode == 0
