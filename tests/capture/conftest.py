"""What the tests of captures share."""

import socket
import sys

import pytest


@pytest.fixture(scope="session")
def may_capture() -> None:
    """Skip where this user may not capture packets, or the system is not Linux."""
    if sys.platform != "linux":
        pytest.skip("live capture is tested on Linux only")
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()
    except PermissionError:
        pytest.skip("capturing packets needs CAP_NET_RAW")
