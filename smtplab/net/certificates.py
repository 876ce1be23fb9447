"""Who vouches for the lab's server? A certificate authority of its own, which nobody else trusts.

It is made when it is needed, and lives as long as the server; `kept` makes one that stays, so that `smtplab send` in
one shell can check the server that runs in another.
"""

import os
import ssl
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

import trustme

# Every name and address by which a client on this machine may have asked for the server.
LOCAL_NAMES: Final = ("localhost", "127.0.0.1", "::1")
FILES: Final = ("certificate.pem", "key.pem")


class Authority:
    """A certificate authority. `pem` is its certificate, as text that a client can be told to trust."""

    def __init__(self, made: "trustme.CA | None" = None) -> None:
        self._made = made or trustme.CA(organization_name="smtplab")
        self.pem = self._made.cert_pem.bytes().decode("ascii")

    def certify(self, context: ssl.SSLContext, domain: str) -> None:
        """Give a server's context a certificate for its domain, and for this machine."""
        self._made.issue_cert(domain, *LOCAL_NAMES).configure_cert(context)

    @classmethod
    def kept(cls, directory: Path) -> "Authority":
        """Give the authority that is kept in `directory`, made with the first use. Only its owner can read the key."""
        if not directory.exists():
            _make(directory)
        certificate, key = ((directory / name).read_bytes() for name in FILES)
        return cls(trustme.CA.from_pem(certificate, key))


def _make(directory: Path) -> None:
    """Make an authority, whole or not at all: two servers may start at once, and must then use the same."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.parent) as scratch:
        new = trustme.CA(organization_name="smtplab")
        made = Path(scratch) / directory.name
        made.mkdir(mode=0o700)
        new.cert_pem.write_to_path(made / FILES[0])
        new.private_key_pem.write_to_path(made / FILES[1])
        with suppress(OSError):  # the other server was faster
            made.rename(directory)


def kept_directory() -> Path:
    """Give the directory in which this user's authority is kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "smtplab" / "authority"


def kept_pem() -> str | None:
    """Give the certificate of this user's authority, or None where there is none."""
    path = kept_directory() / FILES[0]
    return path.read_text(encoding="ascii") if path.exists() else None
