"""Where a line ends, and where the mail data: at every cut, at every limit, and for every trick that is known."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.auth import AUTH_LINE_LIMIT
from smtplab.protocol.commands import COMMAND_LINE_LIMIT
from smtplab.protocol.lines import Inbox, LineTooLong
from smtplab.protocol.mail import mail_data
from tests.protocol import strategies

LIMITS = [COMMAND_LINE_LIMIT, AUTH_LINE_LIMIT]

# Octets that stand where some server takes them for an end mark, though only CRLF . CRLF is one.
SMUGGLED = [
    b"\n.\n",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r.\r",
    b"\r\n.\r",
    b"\r.\r\n",
    b"\r\n\0.\r\n",
    b"\n\r.\r\n",
    b"\r\n.\0\r\n",
    b"\r\n. \r\n",
    b"\r\n.\r\r\n",
]
# And those that a server falls for which takes LF alone for the end of a line.
FALLEN_FOR = [b"\n.\n", b"\n.\r\n", b"\r\n.\n"]


def lines_of(inbox: Inbox, limit: int) -> list[bytes | None]:
    """Take out all lines there are; None stands for one that was too long."""
    lines: list[bytes | None] = []
    while True:
        try:
            line = inbox.take_line(limit)
        except LineTooLong:
            lines.append(None)
            continue
        if line is None:
            return lines
        lines.append(line)


def filled(octets: bytes, *, bare_lf: bool = False) -> Inbox:
    inbox = Inbox(bare_lf=bare_lf)
    inbox.add(octets)
    return inbox


@pytest.mark.parametrize(
    ("octets", "lines"),
    [
        pytest.param(b"", [], id="nothing"),
        pytest.param(b"NOOP", [], id="no end"),
        pytest.param(b"NOOP\r", [], id="half an end"),
        pytest.param(b"NOOP\r\n", [b"NOOP"], id="one line"),
        pytest.param(b"\r\n", [b""], id="empty line"),
        pytest.param(b"NOOP\r\nQUIT\r\n", [b"NOOP", b"QUIT"], id="two lines"),
        pytest.param(b"a\nb\r\n", [b"a\nb"], id="bare LF"),
        pytest.param(b"a\rb\r\n", [b"a\rb"], id="bare CR"),
        pytest.param(b"a\r\r\n", [b"a\r"], id="CR before CRLF"),
        pytest.param(b"a\n\r\n", [b"a\n"], id="LF before CRLF"),
    ],
)
def test_take_line_ends_at_crlf_only(octets: bytes, lines: list[bytes]) -> None:
    assert lines_of(filled(octets), 512) == lines


@pytest.mark.parametrize(
    ("octets", "lines"),
    [
        pytest.param(b"NOOP\nQUIT\r\n", [b"NOOP", b"QUIT"], id="LF and CRLF"),
        pytest.param(b"\n\r\n", [b"", b""], id="empty lines"),
        pytest.param(b"a\rb\n", [b"a\rb"], id="bare CR"),
    ],
)
def test_take_line_bare_lf_ends_at_lf_too(octets: bytes, lines: list[bytes]) -> None:
    assert lines_of(filled(octets, bare_lf=True), 512) == lines


@pytest.mark.parametrize("limit", LIMITS)
def test_take_line_exactly_at_the_limit_is_taken(limit: int) -> None:
    line = b"x" * (limit - 2)
    assert lines_of(filled(line + b"\r\nNOOP\r\n"), limit) == [line, b"NOOP"]


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("over", [1, 2, 3, 100_000])
def test_take_line_over_the_limit_is_dropped_and_the_next_is_read(limit: int, over: int) -> None:
    assert lines_of(filled(b"x" * (limit - 2 + over) + b"\r\nNOOP\r\n"), limit) == [None, b"NOOP"]


@pytest.mark.parametrize("over", [0, 1, 2, 3, 1000])
@pytest.mark.parametrize("size", [1, 7, 511, 512, 513, 514])
def test_take_line_limit_is_the_same_in_pieces_of_any_size(over: int, size: int) -> None:
    octets = b"x" * (510 + over) + b"\r\nNOOP\r\n"
    inbox, lines = Inbox(), []
    for start in range(0, len(octets), size):
        inbox.add(octets[start : start + size])
        lines += lines_of(inbox, 512)
    assert lines == [None if over else b"x" * 510, b"NOOP"]


def test_take_line_without_end_fills_no_memory() -> None:
    inbox = Inbox()
    for _ in range(1000):
        inbox.add(b"x" * 1000)
        assert inbox.take_line(512) is None
        assert len(inbox) <= 1
    inbox.add(b"\r\nNOOP\r\n")
    assert lines_of(inbox, 512) == [None, b"NOOP"]


def test_take_line_dropped_line_ends_at_a_crlf_that_was_cut() -> None:
    inbox = filled(b"x" * 600 + b"\r")
    assert inbox.take_line(512) is None
    inbox.add(b"\nNOOP\r\n")
    assert lines_of(inbox, 512) == [None, b"NOOP"]


@given(strategies.octets, st.data(), st.booleans())
def test_take_line_gives_the_same_lines_however_they_are_cut(octets: bytes, data: st.DataObject, bare_lf: bool) -> None:
    inbox, lines = Inbox(bare_lf=bare_lf), []
    for piece in data.draw(strategies.cut(octets)):
        inbox.add(piece)
        lines += lines_of(inbox, 10)
    assert lines == lines_of(filled(octets, bare_lf=bare_lf), 10)


def take_all(octets: bytes, *, limit: int = 1000, bare_lf: bool = False) -> tuple[bytes | None, bytes]:
    """Take the mail data out, and give it with whatever is left behind it."""
    inbox = filled(octets, bare_lf=bare_lf)
    taken = inbox.take_mail_data(limit)
    assert taken is not None
    return taken[0], inbox.take(len(inbox))


@pytest.mark.parametrize(
    ("wire", "content"),
    [
        pytest.param(b".\r\n", b"", id="empty"),
        pytest.param(b"a\r\n.\r\n", b"a\r\n", id="one line"),
        pytest.param(b"\r\n.\r\n", b"\r\n", id="one empty line"),
        pytest.param(b"..\r\n.\r\n", b".\r\n", id="one dot"),
        pytest.param(b"a\r\n..\r\n...\r\n.\r\n", b"a\r\n.\r\n..\r\n", id="dots"),
        pytest.param(b".a\r\n.\r\n", b"a\r\n", id="a dot that nobody stuffed"),
        pytest.param(b"a\0\xff\r\n.\r\n", b"a\0\xff\r\n", id="any octets"),
    ],
)
def test_take_mail_data_is_content_without_stuffed_dots(wire: bytes, content: bytes) -> None:
    assert take_all(wire + b"QUIT\r\n") == (content, b"QUIT\r\n")


@pytest.mark.parametrize("cut", range(len(b"text\r\n.\r\nQUIT\r\n") + 1))
def test_take_mail_data_end_mark_is_found_at_every_cut(cut: int) -> None:
    octets = b"text\r\n.\r\nQUIT\r\n"
    inbox = filled(octets[:cut])
    taken = inbox.take_mail_data(1000)
    assert (taken is None) is (cut < len(b"text\r\n.\r\n"))
    inbox.add(octets[cut:])
    assert taken or inbox.take_mail_data(1000) == (b"text\r\n", 6)
    assert inbox.take_line(512) == b"QUIT"


@pytest.mark.parametrize("trick", SMUGGLED, ids=repr)
def test_take_mail_data_strict_only_crlf_dot_crlf_ends_it(trick: bytes) -> None:
    content, rest = take_all(b"a" + trick + b"MAIL FROM:<evil@example.org>\r\n.\r\n")
    assert rest == b""
    assert content is not None
    assert content.endswith(b"MAIL FROM:<evil@example.org>\r\n")


@pytest.mark.parametrize("trick", FALLEN_FOR, ids=repr)
def test_take_mail_data_bare_lf_is_fallen_for(trick: bytes) -> None:
    smuggled = b"MAIL FROM:<evil@example.org>\r\n.\r\n"
    content, rest = take_all(b"a" + trick + smuggled, bare_lf=True)
    assert content == b"a" + trick[: trick.index(b".")]
    assert rest == smuggled


@pytest.mark.parametrize(
    "trick", [trick for trick in SMUGGLED if trick not in FALLEN_FOR and b"\n.\r\n" not in trick], ids=repr
)
def test_take_mail_data_bare_lf_falls_for_nothing_else(trick: bytes) -> None:
    _, rest = take_all(b"a" + trick + b"QUIT\r\n.\r\n", bare_lf=True)
    assert rest == b""


@pytest.mark.parametrize(
    ("wire", "content"),
    [
        pytest.param(b".\n", b"", id="empty"),
        pytest.param(b".\r\n", b"", id="empty, CRLF"),
        pytest.param(b"..a\n..b\n.\n", b".a\n.b\n", id="dots unstuffed after LF"),
        pytest.param(b"..a\r\nb\r\n.\r\n", b".a\r\nb\r\n", id="dots unstuffed after CRLF"),
    ],
)
def test_take_mail_data_bare_lf_has_lines_that_end_in_lf(wire: bytes, content: bytes) -> None:
    assert take_all(wire, bare_lf=True) == (content, b"")


@pytest.mark.parametrize("limit", [0, 10, 1000])
def test_take_mail_data_content_exactly_at_the_limit_is_taken(limit: int) -> None:
    content = b"x" * (limit - 2) + b"\r\n" if limit else b""
    assert take_all(mail_data(content), limit=limit) == (content, b"")


@pytest.mark.parametrize("limit", [0, 10, 1000])
def test_take_mail_data_content_over_the_limit_is_dropped_and_counted(limit: int) -> None:
    inbox = filled(b"x" * (limit - 1) + b"\r\n" * (2 if not limit else 1) + b".\r\nQUIT\r\n")
    taken = inbox.take_mail_data(limit)
    assert taken is not None
    assert taken[0] is None
    assert taken[1] > limit
    assert inbox.take_line(512) == b"QUIT"


def test_take_mail_data_stuffed_dots_do_not_count_for_the_limit() -> None:
    """RFC 1870 §3: the size is that of the message, doubled dots not counted."""
    content = b".\r\n" * 100
    assert take_all(mail_data(content), limit=len(content)) == (content, b"")
    assert take_all(mail_data(content + b".\r\n"), limit=len(content)) == (None, b"")


def test_take_mail_data_over_the_limit_fills_no_memory() -> None:
    inbox = Inbox()
    for _ in range(1000):
        inbox.add(b"x" * 998 + b"\r\n")
        assert inbox.take_mail_data(10_000) is None
        assert len(inbox) <= 20_000
    inbox.add(b".\r\nQUIT\r\n")
    assert inbox.take_mail_data(10_000) == (None, 1_000_000)
    assert inbox.take_line(512) == b"QUIT"


@given(strategies.octets, st.data(), st.booleans(), st.integers(0, 60))
def test_take_mail_data_gives_the_same_however_it_is_cut(
    octets: bytes, data: st.DataObject, bare_lf: bool, limit: int
) -> None:
    octets += b"\r\n.\r\n"
    inbox, taken = Inbox(bare_lf=bare_lf), None
    pieces = iter(data.draw(strategies.cut(octets)))
    while taken is None:
        inbox.add(next(pieces))
        taken = inbox.take_mail_data(limit)
    rest = inbox.take(len(inbox)) + b"".join(pieces)
    assert (taken[0], rest) == take_all(octets, limit=limit, bare_lf=bare_lf)


@given(strategies.octets)
def test_take_mail_data_gives_what_mail_data_was_given(content: bytes) -> None:
    whole = content if content.endswith(b"\r\n") or not content else content + b"\r\n"
    assert take_all(mail_data(content)) == (whole, b"")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("take", ["take_line", "take_mail_data"])
def test_inbox_slow_sender_costs_no_square_of_time(take: str) -> None:
    inbox = Inbox()
    for octet in itertools.repeat(b"x", 200_000):
        inbox.add(octet)
        assert getattr(inbox, take)(10**6) is None


def test_clear_forgets_what_is_unread() -> None:
    inbox = filled(b"NOOP\r\nQUIT\r\nhalf")
    assert inbox.take_line(512) == b"NOOP"
    inbox.clear()
    inbox.add(b"RSET\r\n")
    assert inbox.take_line(512) == b"RSET"


def test_take_gives_octets_by_number_as_far_as_there_are_any() -> None:
    inbox = filled(b"abcdeNOOP\r\n")
    assert inbox.take(0) == b""
    assert inbox.take(5) == b"abcde"
    assert inbox.take_line(512) == b"NOOP"
    assert inbox.take(5) == b""
