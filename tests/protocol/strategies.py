"""What hypothesis makes up: mailboxes, commands and octets."""

from typing import Any

from hypothesis import strategies as st

from smtplab.protocol.commands import (
    DATA,
    QUIT,
    RSET,
    STARTTLS,
    Auth,
    Bdat,
    Command,
    Ehlo,
    Expn,
    Helo,
    Help,
    Mail,
    Noop,
    Rcpt,
    Vrfy,
)
from smtplab.protocol.grammar import LOCAL_PART_LIMIT

# Octets that mean something in SMTP come more often than chance would bring them.
_MARKS = (b"\r\n", b"\r", b"\n", b".", b"\r\n.\r\n", b"\n.\n", b" ", b"-", b":", b"<", b">", b"@", b'"', b"\\", b"\0")
_LINES = (
    b"EHLO x\r\n",
    b"MAIL FROM:<",
    b"RCPT TO:<",
    b"DATA\r\n",
    b"AUTH LOGIN\r\n",
    b"*\r\n",
    b"STARTTLS\r\n",
    b"QUIT\r\n",
)
_CHUNKS = (b"BDAT 3\r\n", b"BDAT 2 LAST\r\n")
_REPLIES = (b"220 hi\r\n", b"250 ", b"250-", b"354 go\r\n", b"334 ")
_TLS = (
    b"STARTTLS\r\n",
    b"\x16\x03\x01\0\x03abc",
)
TELLING = st.sampled_from((*_MARKS, *_LINES, *_CHUNKS, *_REPLIES, *_TLS))
octets = st.lists(st.one_of(TELLING, st.binary(max_size=5)), max_size=20).map(b"".join)

labels = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9-]{0,8}[A-Za-z0-9])?", fullmatch=True)
domains = st.lists(labels, min_size=1, max_size=4).map(".".join)
literals = st.one_of(
    st.ip_addresses(v=4).map(lambda address: f"[{address}]"),
    st.ip_addresses(v=6).map(lambda address: f"[IPv6:{address}]"),
    st.just("[tag:whatever]"),
)
atoms = st.from_regex(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]{1,8}", fullmatch=True)
dot_strings = st.lists(atoms, min_size=1, max_size=4).map(".".join)
quoted_strings = st.from_regex(r'"([ !#-\[\]-~]|\\[ -~]){0,20}"', fullmatch=True)
local_parts = st.one_of(dot_strings, quoted_strings).filter(lambda text: len(text) <= LOCAL_PART_LIMIT)
mailboxes = st.builds("{}@{}".format, local_parts, st.one_of(domains, literals))

keywords = st.from_regex(r"[A-Z0-9][A-Z0-9-]{0,9}", fullmatch=True)
values = st.one_of(st.just(""), st.from_regex(r"[!-<>-~]{1,12}", fullmatch=True))
parameters = st.dictionaries(keywords, values, max_size=3)

printed = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20).map(lambda text: text.rstrip(" "))
words = st.from_regex(r"[!-~]{1,20}", fullmatch=True)

commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(Ehlo, st.one_of(domains, literals)),
    st.builds(Helo, st.one_of(domains, literals)),
    st.builds(Auth, words.map(str.upper), st.none() | words),
    st.builds(Mail, st.just("") | mailboxes, parameters),
    st.builds(Rcpt, st.sampled_from(["postmaster", "Postmaster"]) | mailboxes, parameters),
    st.builds(Bdat, st.integers(0, 10**20 - 1), st.booleans()),
    st.builds(Vrfy, printed.filter(bool)),
    st.builds(Expn, printed.filter(bool)),
    st.builds(Help, printed),
    st.builds(Noop, printed),
    st.sampled_from([DATA, RSET, QUIT, STARTTLS]),
)


@st.composite
def cut(draw: Any, whole: bytes) -> list[bytes]:
    """Cut octets into pieces, anywhere."""
    places = sorted(draw(st.sets(st.integers(0, len(whole)), max_size=8)))
    return [whole[start:stop] for start, stop in zip([0, *places], [*places, len(whole)], strict=True)]
