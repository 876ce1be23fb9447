"""Which keys are known? A key log holds the secrets of TLS sessions, one to a line.

    CLIENT_RANDOM <client random> <master secret>                      TLS 1.2 and before
    CLIENT_HANDSHAKE_TRAFFIC_SECRET <client random> <secret>           TLS 1.3, and four more labels like it

Both values are in hexadecimal. The client random is what the client hello of the session begins with, so a log may hold
any number of sessions.

RFC 9850. The labels are those of Mozilla's NSS, which wrote such files first.
"""

import re
from os import PathLike
from pathlib import Path
from typing import Final

LABELS: Final = frozenset(
    {
        "CLIENT_RANDOM",
        "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
        "SERVER_HANDSHAKE_TRAFFIC_SECRET",
        "CLIENT_TRAFFIC_SECRET_0",
        "SERVER_TRAFFIC_SECRET_0",
    }
)
_LINE = re.compile(rb"^([A-Z_0-9]+) ([0-9a-fA-F]{64}) ((?:[0-9a-fA-F]{2}){32,64})[ \t]*\r?$", re.MULTILINE)


class NotAKeyLog(ValueError):
    """There is no key in the file. The message is one line and says what to do."""


class KeyLog:
    """The secrets that are known; more may be added at any time."""

    def __init__(self) -> None:
        self._secrets: dict[tuple[str, bytes], bytes] = {}
        self._sessions: set[bytes] = set()

    def __bool__(self) -> bool:
        """Whether any is known."""
        return bool(self._secrets)

    def add(self, log: bytes) -> None:
        """Take in the lines of a log. Comments, other labels, and a last line that is half written are left out."""
        for label, client_random, secret in _LINE.findall(log):
            if (name := label.decode("ascii")) in LABELS:
                session = bytes.fromhex(client_random.decode("ascii"))
                self._secrets[name, session] = bytes.fromhex(secret.decode("ascii"))
                self._sessions.add(session)

    def has(self, client_random: bytes) -> bool:
        """Whether anything is known of the session that began with this client random."""
        return client_random in self._sessions

    def secret(self, label: str, client_random: bytes) -> bytes | None:
        """Give a secret of a session, or None where it is not known."""
        return self._secrets.get((label, client_random))


def read_key_log(path: str | PathLike[str]) -> KeyLog:
    """Read a key log file; an empty one is fine. Raises OSError when it cannot be read, NotAKeyLog when it is none."""
    octets = Path(path).read_bytes()
    keys = KeyLog()
    keys.add(octets)
    if octets.strip() and not keys:
        raise NotAKeyLog(f"{path}: no TLS key in it; give a file as SSLKEYLOGFILE or Python's keylog_filename makes it")
    return keys
