"""Who signed a mail, and is it still what was signed? DKIM, by the library dkimpy, with the lab's own name server."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple, Protocol

import dkim

from smtplab.lessons.origin.cast import SELECTOR, SIGNED_AT
from smtplab.lessons.origin.keys import Key
from smtplab.protocol.routing import LookupFailed, NoSuchDomain
from smtplab.protocol.tags import parse_tags

SIGNED_FIELDS: Final = ("from", "to", "subject", "date", "message-id")
FIELD: Final = "dkim-signature"
MALFORMED: Final = "it is malformed"


class Names(Protocol):
    """Who is asked for keys. Gives [] where there is nothing, and raises `NoSuchDomain` or `LookupFailed`."""

    def texts(self, name: str) -> list[str]: ...


class Signature(NamedTuple):
    """One signature of a mail: who claims to have signed (d=), what came of the check, and why it failed."""

    domain: str
    result: str
    because: str = ""


class _Signer(dkim.DKIM):  # type: ignore[misc]  # it has no types
    """Signs at a time that is given: the library would write down the time of now."""

    def gen_header(self, fields: list[tuple[bytes, bytes]], *arguments: Any, **options: Any) -> bytes:
        fields = [(name, b"%d" % SIGNED_AT if name == b"t" else value) for name, value in fields]
        signature: bytes = super().gen_header(fields, *arguments, **options)
        return signature


def sign(message: bytes, domain: str, key: Key, canonicalization: str = "relaxed/relaxed") -> bytes:
    """Put a signature on top of a mail.

    canonicalization: for the header and for the body, each simple or relaxed. RFC 6376 §3.4, §5.
    """
    signature: bytes = _Signer(message).sign(
        SELECTOR.encode(),
        domain.encode(),
        key.private,
        canonicalize=tuple(canonicalization.encode().split(b"/")),
        include_headers=SIGNED_FIELDS,
    )
    return signature + message


def signatures(message: bytes, names: Names) -> list[Signature]:
    """Check every signature of a mail, the topmost first. Raises nothing, whatever the mail is. RFC 6376 §6.1."""
    try:
        fields = [value for name, value in dkim.rfc822_parse(message)[0] if name.decode().lower() == FIELD]
    except (dkim.DKIMException, IndexError):
        return []
    return [_checked(message, number, field, names) for number, field in enumerate(fields)]


def _checked(message: bytes, number: int, field: bytes, names: Names) -> Signature:
    keys = _Keys(names)
    try:
        domain = parse_tags(field.decode("ascii", "replace")).get("d", "")
        is_good = dkim.DKIM(message).verify(number, keys.text)
    except ValueError:
        return Signature("", "permerror", MALFORMED)
    except dkim.DKIMException as error:  # the library has one kind of error, and tells by words what is wrong
        changed = str(error).startswith("body hash")
        return (
            Signature(domain, "fail", "the body was changed") if changed else Signature(domain, "permerror", MALFORMED)
        )
    if keys.trouble:
        return Signature(domain, *keys.trouble)
    return Signature(domain, "pass") if is_good else Signature(domain, "fail", "the header was changed")


class _Keys:
    """Gives the library the keys that it asks for, and remembers why one could not be had: it only says no."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.trouble: tuple[str, str] | None = None

    def text(self, name: bytes, timeout: float = 0) -> bytes | None:
        """Give the record at a name."""
        try:
            found: Iterable[str] = self._names.texts(name.decode("ascii", "replace"))
        except NoSuchDomain:
            found = ()
        except LookupFailed as failed:
            self.trouble = ("temperror", str(failed))
            return None
        record = next(iter(found), None)
        if record is None:
            self.trouble = ("permerror", "there is no such key")
        return None if record is None else record.encode()
