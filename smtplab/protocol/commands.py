"""What can a client say? One frozen dataclass for each command, with its strict reading and its writing.

`parse_command` reads a line; `bytes(command)` writes it. A line that is wrong raises `SyntaxRefused` with the very
reply that the server then sends. Whether a command may come now is not asked here: that is the table in `states`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Final

from smtplab.protocol import grammar, replies
from smtplab.protocol.replies import Reply

COMMAND_LINE_LIMIT: Final = 512  # octets with CRLF, §4.5.3.1.4

_VERB = re.compile(rb"([A-Za-z][A-Za-z0-9-]*)(?: (.*))?", re.DOTALL)
# A quantifier with a second + gives nothing back: without that, some lines would take for ever to refuse.
_PATH_ARGUMENT = re.compile(
    rb"(FROM|TO)([ \t]*:[ \t]*)(<(?:\"(?:[^\"\\]|\\.)*+\"|[^>\"]++)*+>)(.*)", re.DOTALL | re.IGNORECASE
)
_WORD = re.compile(rb"[!-~]+")


class Lax(StrEnum):
    """Deviations from the standard that real servers have, for the lessons that show what comes of them."""

    BLANK_AFTER_COLON = "blank-after-colon"  # take `MAIL FROM: <a@example.org>` (§3.3 forbids it)
    BARE_LF = "bare-lf"  # take LF alone for the end of a line, of mail data too (§2.3.8 forbids it)
    OCTETS_BEFORE_TLS = "octets-before-tls"  # obey inside TLS what came in clear text before (RFC 3207 §4.2 forbids it)


STRICT: Final[frozenset[Lax]] = frozenset()


class SyntaxRefused(ValueError):
    """A line that is no correct command. `reply` is what the server answers."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.text)
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Ehlo:
    """Introduce the client and ask for the list of extensions. RFC 5321 §4.1.1.1."""

    verb: ClassVar = "EHLO"
    domain: str

    def __bytes__(self) -> bytes:
        return f"EHLO {self.domain}".encode()


@dataclass(frozen=True, slots=True)
class Helo:
    """Introduce the client, and no more: the older form. RFC 5321 §4.1.1.1."""

    verb: ClassVar = "HELO"
    domain: str

    def __bytes__(self) -> bytes:
        return f"HELO {self.domain}".encode()


@dataclass(frozen=True, slots=True)
class Auth:
    """Prove who the user is. `initial_response` is still base64; None where there is none. RFC 4954 §4."""

    verb: ClassVar = "AUTH"
    mechanism: str
    initial_response: str | None = None

    def __bytes__(self) -> bytes:
        return " ".join(filter(None, ("AUTH", self.mechanism, self.initial_response))).encode()


@dataclass(frozen=True, slots=True)
class Mail:
    """Open a mail transaction. `reverse_path` is a mailbox without brackets, "" for `<>`. RFC 5321 §4.1.1.2."""

    verb: ClassVar = "MAIL"
    reverse_path: str
    parameters: dict[str, str] = field(default_factory=dict)

    def __bytes__(self) -> bytes:
        return f"MAIL FROM:<{self.reverse_path}>{_written(self.parameters)}".encode()


@dataclass(frozen=True, slots=True)
class Rcpt:
    """Add one recipient. `forward_path` is a mailbox without brackets, or `Postmaster`. RFC 5321 §4.1.1.3."""

    verb: ClassVar = "RCPT"
    forward_path: str
    parameters: dict[str, str] = field(default_factory=dict)

    def __bytes__(self) -> bytes:
        return f"RCPT TO:<{self.forward_path}>{_written(self.parameters)}".encode()


@dataclass(frozen=True, slots=True)
class Bdat:
    """Send one chunk of `size` octets, which follow the line. RFC 3030 §2."""

    verb: ClassVar = "BDAT"
    size: int
    last: bool = False

    def __bytes__(self) -> bytes:
        return f"BDAT {self.size}{' LAST' if self.last else ''}".encode()


@dataclass(frozen=True, slots=True)
class Vrfy:
    """Ask whether there is such a user or mailbox. RFC 5321 §4.1.1.6."""

    verb: ClassVar = "VRFY"
    name: str

    def __bytes__(self) -> bytes:
        return f"VRFY {self.name}".encode()


@dataclass(frozen=True, slots=True)
class Expn:
    """Ask who is on a mailing list. RFC 5321 §4.1.1.7."""

    verb: ClassVar = "EXPN"
    name: str

    def __bytes__(self) -> bytes:
        return f"EXPN {self.name}".encode()


@dataclass(frozen=True, slots=True)
class Help:
    """Ask for help about a topic, or in general. RFC 5321 §4.1.1.8."""

    verb: ClassVar = "HELP"
    topic: str = ""

    def __bytes__(self) -> bytes:
        return f"HELP {self.topic}".rstrip().encode()


@dataclass(frozen=True, slots=True)
class Noop:
    """Ask for nothing but a 250. A string may follow and is ignored. RFC 5321 §4.1.1.9."""

    verb: ClassVar = "NOOP"
    ignored: str = ""

    def __bytes__(self) -> bytes:
        return f"NOOP {self.ignored}".rstrip().encode()


@dataclass(frozen=True, slots=True)
class Bare:
    """A command that takes no argument: DATA, RSET and QUIT (RFC 5321 §4.1.1), STARTTLS (RFC 3207 §4)."""

    verb: str

    def __bytes__(self) -> bytes:
        return self.verb.encode()


DATA: Final = Bare("DATA")
RSET: Final = Bare("RSET")
QUIT: Final = Bare("QUIT")
STARTTLS: Final = Bare("STARTTLS")

Command = Ehlo | Helo | Auth | Mail | Rcpt | Bdat | Vrfy | Expn | Help | Noop | Bare


def parse_command(line: bytes, lax: frozenset[Lax] = STRICT) -> Command:
    """Read one command line, given without its CRLF.

    White space before the line's end is let pass (§4.1.1), and verbs are known in any case (§2.4). Raises
    `SyntaxRefused` with the reply to send: 500 for an unknown verb, 501 for a wrong argument.
    """
    match = _VERB.fullmatch(line.rstrip(b" \t"))
    if match is None:
        raise SyntaxRefused(replies.UNKNOWN_COMMAND)
    verb = match[1].decode("ascii").upper()
    if verb not in _PARSERS:
        raise SyntaxRefused(replies.UNKNOWN_COMMAND)
    return _PARSERS[verb](verb, match[2] or b"", lax)


def _ehlo(_verb: str, argument: bytes, _lax: frozenset[Lax]) -> Command:
    if not (grammar.is_domain(argument) or grammar.is_address_literal(argument)):
        raise SyntaxRefused(replies.EHLO_SYNTAX)
    return Ehlo(argument.decode("ascii"))


def _helo(_verb: str, argument: bytes, _lax: frozenset[Lax]) -> Command:
    # §4.1.1.1 gives HELO a domain alone; §4.1.3 lets a host without a name use a literal wherever a domain may stand.
    if not (grammar.is_domain(argument) or grammar.is_address_literal(argument)):
        raise SyntaxRefused(replies.HELO_SYNTAX)
    return Helo(argument.decode("ascii"))


def _auth(_verb: str, argument: bytes, _lax: frozenset[Lax]) -> Command:
    words = argument.split(b" ")
    if len(words) > 2 or not all(map(_WORD.fullmatch, words)):
        raise SyntaxRefused(replies.AUTH_SYNTAX)
    mechanism, *rest = (word.decode("ascii") for word in words)
    return Auth(mechanism.upper(), *rest)


def _mail(_verb: str, argument: bytes, lax: frozenset[Lax]) -> Command:
    path, parameters = _split_path(argument, b"FROM", replies.MAIL_SYNTAX, lax)
    if path == b"<>":
        return Mail("", parameters)
    return Mail(_mailbox(path, replies.BAD_SENDER), parameters)


def _rcpt(_verb: str, argument: bytes, lax: frozenset[Lax]) -> Command:
    path, parameters = _split_path(argument, b"TO", replies.RCPT_SYNTAX, lax)
    if path.lower() == b"<postmaster>":  # the one mailbox that needs no domain (§4.1.1.3, §4.5.1)
        return Rcpt(path[1:-1].decode("ascii"), parameters)
    return Rcpt(_mailbox(path, replies.BAD_RECIPIENT), parameters)


def _split_path(argument: bytes, keyword: bytes, syntax: Reply, lax: frozenset[Lax]) -> tuple[bytes, dict[str, str]]:
    """Split `FROM:<path> parameters` into the path with its brackets and the parameters."""
    match = _PATH_ARGUMENT.fullmatch(argument)
    if match is None or match[1].upper() != keyword:
        raise SyntaxRefused(syntax)
    if match[2] != b":" and Lax.BLANK_AFTER_COLON not in lax:
        raise SyntaxRefused(replies.BLANK_AFTER_COLON)
    if match[4] and not match[4].startswith(b" "):
        raise SyntaxRefused(syntax)
    try:
        return match[3], grammar.parse_parameters(match[4])
    except ValueError:
        raise SyntaxRefused(replies.BAD_PARAMETER) from None


def _mailbox(path: bytes, bad: Reply) -> str:
    try:
        return grammar.parse_path(path)
    except grammar.TooLong:
        raise SyntaxRefused(replies.PATH_TOO_LONG) from None
    except ValueError:
        raise SyntaxRefused(bad) from None


def _bdat(_verb: str, argument: bytes, _lax: frozenset[Lax]) -> Command:
    match = re.fullmatch(rb"([0-9]{1,20})( LAST)?", argument, re.IGNORECASE)
    if match is None:
        raise SyntaxRefused(replies.BDAT_SYNTAX)
    return Bdat(int(match[1]), match[2] is not None)


def _vrfy(_verb: str, argument: bytes, _lax: frozenset[Lax]) -> Command:
    return Vrfy(_text(argument, replies.VRFY_SYNTAX))


def _expn(_verb: str, argument: bytes, _lax: frozenset[Lax]) -> Command:
    return Expn(_text(argument, replies.EXPN_SYNTAX))


def _help(_verb: str, argument: bytes, _lax: frozenset[Lax]) -> Command:
    return Help(argument.decode("ascii", "backslashreplace"))


def _noop(_verb: str, argument: bytes, _lax: frozenset[Lax]) -> Command:
    return Noop(argument.decode("ascii", "backslashreplace"))


def _bare(verb: str, argument: bytes, _lax: frozenset[Lax]) -> Command:
    if argument:
        raise SyntaxRefused(replies.NO_ARGUMENT_ALLOWED)
    return Bare(verb)


def _text(argument: bytes, syntax: Reply) -> str:
    try:
        text = argument.decode("utf-8")
    except UnicodeDecodeError:
        raise SyntaxRefused(syntax) from None
    if not text:  # more than ASCII is a name, too (RFC 6531 §3.7.4.2)
        raise SyntaxRefused(syntax)
    return text


def _written(parameters: dict[str, str]) -> str:
    return "".join(f" {keyword}={value}" if value else f" {keyword}" for keyword, value in parameters.items())


_PARSERS: Final[dict[str, Callable[[str, bytes, frozenset[Lax]], Command]]] = {
    "EHLO": _ehlo,
    "HELO": _helo,
    "AUTH": _auth,
    "MAIL": _mail,
    "RCPT": _rcpt,
    "DATA": _bare,
    "BDAT": _bdat,
    "RSET": _bare,
    "VRFY": _vrfy,
    "EXPN": _expn,
    "HELP": _help,
    "NOOP": _noop,
    "QUIT": _bare,
    "STARTTLS": _bare,
}
VERBS: Final = tuple(_PARSERS)
