"""Commands as lines and as values: one table for reading and writing, one of lines that are wrong, one for `Lax`."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol import replies
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
    Lax,
    Mail,
    Noop,
    Rcpt,
    SyntaxRefused,
    Vrfy,
    parse_command,
)
from smtplab.protocol.replies import Reply
from tests.protocol import strategies

# Read this way and written this way.
PAIRS = [
    (b"EHLO TINY-DESKTOP", Ehlo("TINY-DESKTOP")),
    (b"EHLO [127.0.0.1]", Ehlo("[127.0.0.1]")),
    (b"EHLO [IPv6:::1]", Ehlo("[IPv6:::1]")),
    (b"HELO client.example", Helo("client.example")),
    (b"HELO [127.0.0.1]", Helo("[127.0.0.1]")),
    (b"AUTH LOGIN", Auth("LOGIN")),
    (b"AUTH PLAIN AHRlc3QwMQBwYXNzd29yZDAx", Auth("PLAIN", "AHRlc3QwMQBwYXNzd29yZDAx")),
    (b"AUTH PLAIN =", Auth("PLAIN", "=")),
    (b"MAIL FROM:<test01@coremail.cn>", Mail("test01@coremail.cn")),
    (b"MAIL FROM:<>", Mail("")),
    (b'MAIL FROM:<"a > b"@example.org>', Mail('"a > b"@example.org')),
    (b"MAIL FROM:<a@example.org> SIZE=1000", Mail("a@example.org", {"SIZE": "1000"})),
    (b"MAIL FROM:<> BODY=8BITMIME SMTPUTF8", Mail("", {"BODY": "8BITMIME", "SMTPUTF8": ""})),
    (b"RCPT TO:<test02@coremail.cn>", Rcpt("test02@coremail.cn")),
    (b"RCPT TO:<Postmaster>", Rcpt("Postmaster")),
    ("MAIL FROM:<jörg@exämple.org> SMTPUTF8".encode(), Mail("jörg@exämple.org", {"SMTPUTF8": ""})),
    ("RCPT TO:<δοκιμή@example.org>".encode(), Rcpt("δοκιμή@example.org")),
    ("VRFY jörg SMTPUTF8".encode(), Vrfy("jörg SMTPUTF8")),
    ("VRFY jörg".encode(), Vrfy("jörg")),
    (b"RCPT TO:<a@example.org> NOTIFY=NEVER", Rcpt("a@example.org", {"NOTIFY": "NEVER"})),
    (b"BDAT 1000", Bdat(1000)),
    (b"BDAT 0 LAST", Bdat(0, last=True)),
    (b"VRFY test02", Vrfy("test02")),
    (b"EXPN everybody", Expn("everybody")),
    (b"HELP", Help()),
    (b"HELP MAIL", Help("MAIL")),
    (b"NOOP", Noop()),
    (b"NOOP are you there", Noop("are you there")),
    (b"DATA", DATA),
    (b"RSET", RSET),
    (b"QUIT", QUIT),
    (b"STARTTLS", STARTTLS),
]

# Read, though nobody writes them so.
VARIANTS = [
    (b"ehlo client.example", Ehlo("client.example")),
    (b"EhLo client.example", Ehlo("client.example")),
    (b"QUIT ", QUIT),
    (b"DATA \t ", DATA),
    (b"NOOP ", Noop()),
    (b"NOOP \xff", Noop("\\xff")),
    (b"HELP \xff", Help("\\xff")),
    (b"AUTH plain", Auth("PLAIN")),
    (b"AUTH PLAIN ", Auth("PLAIN")),
    (b"mail from:<a@example.org>", Mail("a@example.org")),
    (b"MAIL FROM:<a@example.org> ", Mail("a@example.org")),
    (b"MAIL FROM:<a@example.org>  size=1", Mail("a@example.org", {"SIZE": "1"})),
    (b"MAIL FROM:<@r.example,@s.example:a@example.org>", Mail("a@example.org")),
    (b"rcpt to:<postMASTER>", Rcpt("postMASTER")),
    (b"RCPT TO:<@r.example:a@example.org>", Rcpt("a@example.org")),
    (b"bdat 5 last", Bdat(5, last=True)),
]

WRONG = [
    (b"", replies.UNKNOWN_COMMAND),
    (b"   ", replies.UNKNOWN_COMMAND),
    (b" NOOP", replies.UNKNOWN_COMMAND),
    (b"XFOO", replies.UNKNOWN_COMMAND),
    (b"MAILFROM:<a@example.org>", replies.UNKNOWN_COMMAND),
    (b"NOOP\tx", replies.UNKNOWN_COMMAND),
    (b"NOOP\rNOOP", replies.UNKNOWN_COMMAND),
    (b"NOOP\nNOOP", replies.UNKNOWN_COMMAND),
    (b"\x80\x81", replies.UNKNOWN_COMMAND),
    (b"\x16\x03\x01", replies.UNKNOWN_COMMAND),
    (b"EHLO", replies.EHLO_SYNTAX),
    (b"EHLO a b", replies.EHLO_SYNTAX),
    (b"EHLO a_b", replies.EHLO_SYNTAX),
    (b"EHLO [::1]", replies.EHLO_SYNTAX),
    (b"HELO", replies.HELO_SYNTAX),
    (b"HELO -", replies.HELO_SYNTAX),
    (b"AUTH", replies.AUTH_SYNTAX),
    (b"AUTH LOGIN a b", replies.AUTH_SYNTAX),
    (b"AUTH  LOGIN", replies.AUTH_SYNTAX),
    (b"AUTH LOGIN \xff", replies.AUTH_SYNTAX),
    (b"MAIL", replies.MAIL_SYNTAX),
    (b"MAIL FROM", replies.MAIL_SYNTAX),
    (b"MAIL <a@example.org>", replies.MAIL_SYNTAX),
    (b"MAIL TO:<a@example.org>", replies.MAIL_SYNTAX),
    (b"MAIL FROM:a@example.org", replies.MAIL_SYNTAX),
    (b"MAIL FROM:<a@example.org", replies.MAIL_SYNTAX),
    (b"MAIL FROM:<a@example.org>SIZE=1", replies.MAIL_SYNTAX),
    (b"MAIL FROM: <a@example.org>", replies.BLANK_AFTER_COLON),
    (b"MAIL FROM :<a@example.org>", replies.BLANK_AFTER_COLON),
    (b"RCPT TO:\t<a@example.org>", replies.BLANK_AFTER_COLON),
    (b"MAIL FROM:<a@b@example.org>", replies.BAD_SENDER),
    (b"MAIL FROM:<a b@example.org>", replies.BAD_SENDER),
    (b"MAIL FROM:<a\rb@example.org>", replies.BAD_SENDER),
    (b"MAIL FROM:<a\0b@example.org>", replies.BAD_SENDER),
    (b"MAIL FROM:<postmaster>", replies.BAD_SENDER),
    (b"MAIL FROM:<a@[1.2.3]>", replies.BAD_SENDER),
    (b"MAIL FROM:<j\xf6rg@example.org>", replies.BAD_SENDER),
    (b"MAIL FROM:<" + b"l" * 65 + b"@example.org>", replies.PATH_TOO_LONG),
    (b"MAIL FROM:<a@example.org> SIZE=", replies.BAD_PARAMETER),
    (b"MAIL FROM:<a@example.org> SIZE=1 SIZE=1", replies.BAD_PARAMETER),
    (b"RCPT", replies.RCPT_SYNTAX),
    (b"RCPT FROM:<a@example.org>", replies.RCPT_SYNTAX),
    (b"RCPT TO:<>", replies.BAD_RECIPIENT),
    (b"RCPT TO:<a>", replies.BAD_RECIPIENT),
    (b"RCPT TO:<a@" + b"d" * 253 + b">", replies.PATH_TOO_LONG),
    (b"RCPT TO:<a@example.org> =", replies.BAD_PARAMETER),
    (b"BDAT", replies.BDAT_SYNTAX),
    (b"BDAT -1", replies.BDAT_SYNTAX),
    (b"BDAT 1 FIRST", replies.BDAT_SYNTAX),
    (b"BDAT " + b"1" * 21, replies.BDAT_SYNTAX),
    (b"VRFY", replies.VRFY_SYNTAX),
    (b"VRFY \xff", replies.VRFY_SYNTAX),
    (b"VRFY j\xf6rg", replies.VRFY_SYNTAX),
    (b"EXPN", replies.EXPN_SYNTAX),
    (b"DATA now", replies.NO_ARGUMENT_ALLOWED),
    (b"RSET x", replies.NO_ARGUMENT_ALLOWED),
    (b"QUIT now", replies.NO_ARGUMENT_ALLOWED),
    (b"STARTTLS 1.3", replies.NO_ARGUMENT_ALLOWED),
]

# What a server takes only if it was told to by this name.
LAX = [
    (Lax.BLANK_AFTER_COLON, b"MAIL FROM: <a@example.org>", Mail("a@example.org")),
    (Lax.BLANK_AFTER_COLON, b"MAIL FROM:  <>", Mail("")),
    (Lax.BLANK_AFTER_COLON, b"MAIL FROM : <a@example.org> SIZE=1", Mail("a@example.org", {"SIZE": "1"})),
    (Lax.BLANK_AFTER_COLON, b"RCPT TO: <a@example.org>", Rcpt("a@example.org")),
]


def line_ids(table: list[tuple[bytes, object]]) -> list[str]:
    return [repr(line[:40])[2:-1] or "empty" for line, _ in table]


@pytest.mark.parametrize(("line", "command"), PAIRS, ids=line_ids([*PAIRS]))
def test_parse_command_line_gives_its_value(line: bytes, command: Command) -> None:
    assert parse_command(line) == command


@pytest.mark.parametrize(("line", "command"), PAIRS, ids=line_ids([*PAIRS]))
def test_command_value_writes_its_line(line: bytes, command: Command) -> None:
    assert bytes(command) == line


@pytest.mark.parametrize(("line", "command"), VARIANTS, ids=line_ids([*VARIANTS]))
def test_parse_command_variant_gives_the_same_value(line: bytes, command: Command) -> None:
    assert parse_command(line) == command


@pytest.mark.parametrize(("line", "reply"), WRONG, ids=line_ids([*WRONG]))
def test_parse_command_wrong_line_is_refused_with_its_reply(line: bytes, reply: Reply) -> None:
    with pytest.raises(SyntaxRefused) as refused:
        parse_command(line)
    assert refused.value.reply is reply


@pytest.mark.parametrize(("name", "line", "command"), LAX)
def test_parse_command_lax_by_name_takes_the_deviation(name: Lax, line: bytes, command: Command) -> None:
    assert parse_command(line, frozenset({name})) == command


@pytest.mark.parametrize(("name", "line", "command"), LAX)
def test_parse_command_lax_by_another_name_refuses_it(name: Lax, line: bytes, command: Command) -> None:
    with pytest.raises(SyntaxRefused):
        parse_command(line, frozenset(Lax) - {name})


@pytest.mark.parametrize(("line", "reply"), WRONG, ids=line_ids([*WRONG]))
def test_parse_command_lax_refuses_whatever_it_does_not_name(line: bytes, reply: Reply) -> None:
    if reply is replies.BLANK_AFTER_COLON:
        assert parse_command(line, frozenset({Lax.BLANK_AFTER_COLON}))
    else:
        with pytest.raises(SyntaxRefused):
            parse_command(line, frozenset(Lax))


@given(strategies.commands)
def test_parse_command_reads_what_it_writes(command: Command) -> None:
    assert parse_command(bytes(command)) == command


@given(
    st.one_of(
        strategies.octets,
        st.builds(
            bytes.__add__,
            st.sampled_from([b"MAIL FROM:<", b"RCPT TO:<", b"AUTH ", b"BDAT ", b"VRFY "]),
            strategies.octets,
        ),
    )
)
def test_parse_command_any_octets_raise_nothing_but_syntax_refused(line: bytes) -> None:
    for lax in (frozenset[Lax](), frozenset(Lax)):
        with contextlib.suppress(SyntaxRefused):
            assert parse_command(line, lax).verb in line.decode("latin-1").upper()


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"MAIL FROM:<" + b'"a"' * 4000, id="quotes"),
        pytest.param(b"MAIL FROM:<" + b"a." * 6000 + b"@>", id="dots"),
        pytest.param(b"MAIL FROM:<@" + b"a," * 6000 + b">", id="source route"),
        pytest.param(b"EHLO " + b"a-" * 6000, id="hyphens"),
        pytest.param(b"EHLO " + b"a." * 6000, id="labels"),
        pytest.param(b"MAIL FROM:<>" + b" A" * 6000, id="parameters"),
    ],
)
def test_parse_command_longest_line_takes_no_time(line: bytes) -> None:
    for _ in range(20):
        with pytest.raises(SyntaxRefused):
            parse_command(line)
