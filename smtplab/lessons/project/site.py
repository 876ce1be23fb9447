"""What does a learner's server serve? Mailboxes, users and a certificate, other names for each seed.

A server that is a function is handed the `Site`. A program in any language finds the same in a folder: `site.json`, the
certificate beside it, and `mails/`, into which it puts each mail as a file.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

import trustme

from smtplab.lessons.rehearsal import DOMAINS, LOCAL_PARTS
from smtplab.net.certificates import LOCAL_NAMES

SIZE_LIMIT: Final = 100_000  # octets of a message; a server must take 64 K at least (RFC 5321 §4.5.3.1.7)
CERTIFICATE, SETTINGS, MAILS, AUTHORITY = "certificate.pem", "site.json", "mails", "authority.pem"


@dataclass(frozen=True)
class Mail:
    """A mail that a server has taken. message: as it was before the client stuffed its dots."""

    reverse_path: str
    forward_paths: tuple[str, ...]
    message: bytes


@dataclass
class Site:
    """What a server serves.

    domain: its name. mailboxes: those that exist. users: passwords by user name. size_limit: octets that a message may
    have. certificate: the path of a PEM file with certificate and key. stranger: a mailbox of this domain that does not
    exist. seed: whose site it is. `delivered` holds the mails that were handed to `deliver`.
    """

    domain: str
    mailboxes: tuple[str, ...]
    users: Mapping[str, str]
    stranger: str
    seed: str = "1"
    certificate: str = ""
    size_limit: int = SIZE_LIMIT
    delivered: list[Mail] = field(default_factory=list)

    def deliver(self, reverse_path: str, forward_paths: list[str], message: bytes) -> None:
        """Take a mail: from here on it is in the mailboxes. Raises TypeError for a message that is not octets."""
        if not isinstance(message, (bytes, bytearray)):
            raise TypeError(f"deliver takes the message as bytes, and not as {type(message).__name__}")
        if isinstance(forward_paths, str):
            raise TypeError("deliver takes a list of forward-paths, and not one alone")
        self.delivered.append(Mail(str(reverse_path), tuple(map(str, forward_paths)), bytes(message)))


def site_of(seed: object) -> Site:
    """Give the site of a learner, whose certificate is not written yet."""
    variant = Random(f"{seed}/site")
    domain = variant.choice(DOMAINS)
    *names, stranger = variant.sample(LOCAL_PARTS, 4)
    mailboxes = tuple(f"{name}@{domain}" for name in names)
    password = f"{variant.choice(['paper', 'window', 'garden'])}{variant.randrange(10, 100)}"
    return Site(domain, mailboxes, {mailboxes[0]: password}, f"{stranger}@{domain}", str(seed))


def site_in(folder: Path) -> Site:
    """Give the site that was written into a folder. Raises OSError or ValueError where none was."""
    settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    return site_of(settings["seed"])


def write(site: Site, folder: Path) -> None:
    """Write what a server needs, and the certificate of who vouches for it, into a folder, which may be there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MAILS).mkdir(exist_ok=True)
    site.certificate = str(folder / CERTIFICATE)
    authority = trustme.CA(organization_name="smtplab")
    write_certificate(authority, folder / CERTIFICATE, site.domain, *LOCAL_NAMES)
    authority.cert_pem.write_to_path(folder / AUTHORITY)
    settings = {
        "seed": site.seed,
        "domain": site.domain,
        "mailboxes": site.mailboxes,
        "users": dict(site.users),
        "size_limit": site.size_limit,
        "certificate": CERTIFICATE,
        "mails": MAILS,
    }
    (folder / SETTINGS).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def write_certificate(authority: trustme.CA, path: Path, *names: str) -> None:
    """Write a certificate for these names, with its key, into one PEM file."""
    authority.issue_cert(*names).private_key_and_cert_chain_pem.write_to_path(path)


def mails_in(folder: Path) -> dict[Path, bytes]:
    """Give the content of each file in `mails`, in folders within it too. Lines end in CRLF, whatever the file has."""
    found: dict[Path, bytes] = {}
    for path in sorted((folder / MAILS).rglob("*")):
        with suppress(OSError):  # a Maildir moves a file from tmp to new meanwhile
            if path.is_file():
                found[path] = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return found
