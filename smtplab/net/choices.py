"""Are these choices that a server has? Names from outside are looked up here, so that a slip is told at once."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

from smtplab.protocol.auth import SERVER_MECHANISMS
from smtplab.protocol.commands import Lax
from smtplab.protocol.extensions import OFFERED

TLS_KINDS: Final = ("none", "starttls", "implicit")
# What a `Policy` has and a server decides for itself: both follow from other choices.
NO_CHOICES: Final = frozenset({"mailboxes", "starttls"})


def known(what: str, names: Iterable[str], there_are: Collection[str]) -> tuple[str, ...]:
    """Give names that are all known. Raises ValueError, saying which there are, for one that is not."""
    given = tuple(names)
    for name in given:
        if name not in there_are:
            raise ValueError(f"unknown {what} {name!r}: there are {', '.join(there_are)}")
    return given


def deviations(names: Iterable[str]) -> frozenset[Lax]:
    """Give deviations by name. Raises ValueError for an unknown one."""
    return frozenset(map(Lax, known("deviation", names, [str(name) for name in Lax])))


_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "extensions": lambda names: frozenset(known("extension", names, OFFERED)),
    "mechanisms": lambda names: known("mechanism", names, SERVER_MECHANISMS),
    "lax": deviations,
    "hooks": tuple,
    "size_limit": lambda octets: _positive("size_limit", octets),  # "SIZE 0" would say that there is none (RFC 1870 §4)
}


def checked(choices: Mapping[str, Any]) -> dict[str, Any]:
    """Give choices as a `Policy` keeps them. Raises ValueError for unknown names in them, TypeError for no choice."""
    for name in NO_CHOICES & choices.keys():
        raise TypeError(f"{name!r} follows from other choices of a server")
    return {name: _READERS.get(name, _as_it_is)(value) for name, value in choices.items()}


def _positive(what: str, number: int) -> int:
    if number < 1:
        raise ValueError(f"{what} is {number}: it has to be 1 or more")
    return number


def _as_it_is(value: Any) -> Any:
    return value
