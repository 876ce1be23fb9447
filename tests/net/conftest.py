"""What the tests of sockets share: nothing that a test starts may outlive it."""

import gc
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def leaves_no_directory(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Assert that no temporary directory is left when the test is over and its servers are gone."""
    scratch = tmp_path_factory.mktemp("scratch")
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    yield
    gc.collect()
    assert list(scratch.iterdir()) == []


@pytest.fixture
def leaves_nothing() -> Iterator[None]:
    """Assert that no thread and no socket is left when the test is over."""
    threads, sockets = threading.active_count(), _sockets()
    yield
    gc.collect()
    deadline = time.monotonic() + 5
    while (threading.active_count(), _sockets()) != (threads, sockets) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == threads
    assert _sockets() == sockets


def _sockets() -> int:
    """How many sockets and event queues this process has; 0 where the system does not tell."""
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        return 0
    kinds = (_target(descriptor) for descriptor in descriptors.iterdir())
    return sum(kind.startswith(("socket:", "anon_inode:[eventpoll]")) for kind in kinds)


def _target(descriptor: Path) -> str:
    try:
        return os.readlink(descriptor)
    except OSError:  # it was the one that lists the directory
        return ""
