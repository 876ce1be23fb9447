"""Capture files for the tests of widgets: sessions of which each line is written by hand."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from smtplab.capture.save import save
from smtplab.capture.synthesis import Happening, synthesised
from smtplab.protocol.transcript import Party
from tests.views.sessions import PARTIES

SERVER = ("127.0.0.1", 2525)
FIRST_PORT = 40_000
BEGIN = 1_700_000_000_000_000_000  # nanoseconds since 1970
MILLISECOND = 1_000_000

Said = tuple[Party, bytes]


def said(script: str) -> list[Said]:
    r"""Read a session such as those in `tests.views.sessions`: `\r\n` and `\xNN` stand for octets, CRLF is added."""
    lines = [line for line in script.splitlines() if line]
    octets = (
        line[3:].encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1") for line in lines
    )
    return [(PARTIES[line[0]], each + b"\r\n") for line, each in zip(lines, octets, strict=True)]


def write(path: Path, sessions: Iterable[list[Said]]) -> Path:
    """Write sessions as a pcapng file, each in a connection of its own, one after the other, a line a millisecond."""
    time = BEGIN
    happenings: list[Happening] = []
    for number, session in enumerate(sessions):
        happenings += _happenings(session, FIRST_PORT + number, time)
        time = happenings[-1].time + MILLISECOND
    save(path, synthesised(happenings))
    return path


def _happenings(session: list[Said], port: int, time: int) -> Iterator[Happening]:
    ends = ("127.0.0.1", port), SERVER
    yield Happening(*ends, "open", b"", time)
    for party, octets in session:
        time += MILLISECOND
        yield Happening(*ends, party, octets, time)
    yield Happening(*ends, "client closed", b"", time + MILLISECOND)
    yield Happening(*ends, "server closed", b"", time + 2 * MILLISECOND)
