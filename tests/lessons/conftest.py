"""What the tests of the lessons share: the captures that the notebooks make, and the texts of the standards."""

import os
from pathlib import Path

import pytest

from smtplab.capture.record import Capture
from smtplab.lessons.cast import EXTENSIONS, MAIL, USERS, clock
from smtplab.net.client import Client
from smtplab.net.server import Server

TEST01, TEST02 = USERS


@pytest.fixture(scope="session")
def captures() -> dict[str, Capture]:
    """Give the capture of each lesson, made as its notebook makes it."""
    return {"00": first_capture(live=False), "01": both_hellos()}


@pytest.fixture(scope="session")
def rfcs() -> dict[str, str]:
    """Give the text of each RFC at hand, by number."""
    folder = Path(os.environ.get("SMTPLAB_RFCS", Path(__file__).resolve().parents[3] / "shared" / "rfc"))
    if not folder.is_dir():
        pytest.skip(f"no RFCs at {folder}; SMTPLAB_RFCS can name another folder")
    return {path.stem.removeprefix("rfc"): path.read_text(errors="replace") for path in folder.glob("rfc*.txt")}


def first_capture(*, live: bool | None) -> Capture:
    """Make the capture of lesson 00."""
    with Server(users=USERS) as server, Capture(server, live) as capture, Client(server) as client:
        client.ehlo("TINY-DESKTOP")
        client.auth("LOGIN", TEST01, USERS[TEST01])
        client.mail(TEST01)
        client.rcpt(TEST02)
        client.data(MAIL)
        client.quit()
    return capture


def both_hellos() -> Capture:
    """Make the capture of lesson 01: the same mail by EHLO and by HELO."""
    with Server(users=USERS, extensions=EXTENSIONS, clock=clock) as server, Capture(server, live=False) as capture:
        with Client(server) as client:
            client.ehlo("TINY-DESKTOP")
            client.auth("LOGIN", TEST01, USERS[TEST01])
            client.send_message(TEST01, [TEST02], MAIL)
        with Client(server) as client:
            client.helo("TINY-DESKTOP")
            client.send_line("AUTH LOGIN")
            client.send_message(TEST01, [TEST02], MAIL)
    return capture
