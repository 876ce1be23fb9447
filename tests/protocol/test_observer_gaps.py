"""What the observer makes of a dialogue of which the capture misses something."""

import pytest

from smtplab.protocol.observer import Observer
from smtplab.protocol.states import State
from smtplab.protocol.transcript import Entry, Kind, Party

PARTIES: dict[str, Party] = {"C": "client", "S": "server"}

UP_TO_RCPT = ["S: 220 x", "C: EHLO y", "S: 250 x", "C: MAIL FROM:<a@x>", "S: 250 OK", "C: RCPT TO:<b@x>", "S: 250 OK"]
REST = ["C: QUIT", "S: 221 bye"]


def heard(lines: list[str], *, from_start: bool = False) -> tuple[Observer, list[Entry]]:
    """Let an observer hear lines such as "C: QUIT"; "C? 6" are 6 octets that are missing."""
    observer = Observer(from_start=from_start)
    entries: list[Entry] = []
    for line in lines:
        party, rest = PARTIES[line[0]], line[3:]
        if line[1] == "?":
            entries += observer.skip(party, int(rest))
        else:
            entries += observer.receive(party, rest.encode() + b"\r\n")
    return observer, entries + observer.close()


def answers(entries: list[Entry]) -> list[tuple[int | None, str | None]]:
    """Say what each reply answers."""
    return [(entry.code, entry.answers) for entry in entries if entry.kind is Kind.REPLY]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            ["S: 220 x", "C: EHLO y", "S? 9", "C: NOOP", "S: 250 OK"],
            [(220, "GREETING"), (250, "NOOP")],
            id="reply lost, and the client went on",
        ),
        pytest.param(
            ["S: 220 x", "C: EHLO y", "S: 250 x", "C: NOOP", "C: RSET", "S? 9", "S: 250 OK"],
            [(220, "GREETING"), (250, "EHLO"), (250, "RSET")],
            id="one of two replies lost",
        ),
        pytest.param(["S? 9", "C: EHLO y", "S: 250 x"], [(250, "EHLO")], id="greeting lost"),
        pytest.param(
            ["S: 220 x", "C? 8", "S: 250 x", "C: NOOP", "S: 250 OK"],
            [(220, "GREETING"), (250, None), (250, "NOOP")],
            id="command lost",
        ),
        pytest.param(
            [*UP_TO_RCPT, "C? 6", "S: 354 go", "C: Hi.", "C: .", "S: 250 OK", *REST],
            [(220, "GREETING"), (250, "EHLO"), (250, "MAIL"), (250, "RCPT"), (354, "DATA"), (250, "END-OF-DATA"),
             (221, "QUIT")],
            id="DATA lost",
        ),
        pytest.param(
            [*UP_TO_RCPT[:-1], "S? 8", "C? 6", "S: 354 go", "C: Hi.", "C: .", "S: 250 OK"],
            [(220, "GREETING"), (250, "EHLO"), (250, "MAIL"), (354, "DATA"), (250, "END-OF-DATA")],
            id="a reply and DATA lost",
        ),
        pytest.param(
            [*UP_TO_RCPT, "C: XEXCH50 2 2", "S: 354 go", "C: NOOP", "S: 250 OK"],
            [(220, "GREETING"), (250, "EHLO"), (250, "MAIL"), (250, "RCPT"), (354, "XEXCH50"), (250, "NOOP")],
            id="354 to a command that is no standard",
        ),
    ],
)  # fmt: skip
def test_replies_find_their_commands_behind_a_gap(
    lines: list[str], expected: list[tuple[int | None, str | None]]
) -> None:
    assert answers(heard(lines)[1]) == expected


@pytest.mark.parametrize(
    ("lines", "kinds"),
    [
        pytest.param(
            ["C: DATA", "S? 8", "C: Hi.", "C: .", "S: 250 OK", *REST],
            ["command", "gap", "mail data", "end of data", "reply", "command", "reply"],
            id="354 lost",
        ),
        pytest.param(
            ["C: DATA", "S: 354 go", "C: Hi.", "C? 3", "S: 250 OK", *REST],
            ["command", "reply", "mail data", "gap", "reply", "command", "reply"],
            id="end mark lost",
        ),
        pytest.param(
            ["C: DATA", "S: 354 go", "C: Hi", "C? 9", "C: you.", "C: .", "S: 250 OK", *REST],
            ["command", "reply", "mail data", "gap", "mail data", "end of data", "reply", "command", "reply"],
            id="amid the message",
        ),
        pytest.param(
            ["C: DATA", "S: 354 go", "C: Hi.", "C: .", "S? 8", *REST],
            ["command", "reply", "mail data", "end of data", "gap", "command", "reply"],
            id="last reply lost",
        ),
        pytest.param(
            ["C: DATA", "C? 9", "S? 8", "S: 250 OK", *REST],
            ["command", "gap", "gap", "reply", "command", "reply"],
            id="354 and the message lost",
        ),
    ],
)
def test_message_ends_where_it_ended_behind_a_gap(lines: list[str], kinds: list[str]) -> None:
    observer, entries = heard([*UP_TO_RCPT, *lines])
    assert [entry.kind.value for entry in entries[len(UP_TO_RCPT) :]] == kinds
    assert observer.state is State.CLOSED


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            ["C: EHLO y", "S: 554 wait", "S: 550 no", *REST],
            [(554, "GREETING"), (550, "EHLO"), (221, "QUIT")],
            id="refused who spoke first",
        ),
        pytest.param(
            ["C: STARTTLS", "S: 220 x", "S: 502 no"],
            [(220, "GREETING"), (502, "STARTTLS")],
            id="greeted who spoke first",
        ),
        pytest.param(["S? 9", "C: EHLO y", "S: 554 no"], [(554, "EHLO")], id="greeting lost"),
        pytest.param(["C: EHLO y", "S: 250 x"], [(250, "EHLO")], id="greeting lost unnoticed"),
    ],
)
def test_first_reply_is_the_greeting_where_the_start_was_seen(
    lines: list[str], expected: list[tuple[int | None, str | None]]
) -> None:
    assert answers(heard(lines, from_start=True)[1]) == expected


@pytest.mark.parametrize(("greeting", "from_start"), [("", True), ("220 hi\r\n", False)], ids=["start", "greeting"])
def test_gibberish_of_the_client_is_not_held_where_nothing_is_missing(greeting: str, from_start: bool) -> None:
    observer = Observer(from_start=from_start)
    observer.receive("server", greeting.encode())
    (entry,) = observer.receive("client", b"GET / HTTP/1.1\r\n")
    assert (entry.kind, entry.verb) == (Kind.COMMAND, "GET")


def test_rest_of_a_message_with_which_the_capture_begins_continues_it() -> None:
    _, entries = heard(["C: more: text", "C: .", "S: 250 OK"])
    assert [entry.continues for entry in entries] == [True, False, False]


@pytest.mark.parametrize(
    ("lines", "kinds"),
    [
        pytest.param(
            ["C: BDAT 999999 LAST", "S: 552 too much", "C: NOOP", "S: 250 OK", *REST],
            ["command", "reply", "command", "reply", "command", "reply"],
            id="replies go on",
        ),
        pytest.param(
            ["C: BDAT 999999 LAST", "S: 552 too much", "C: text", "S: 421 bye"],
            ["command", "reply", "reply", "chunk"],
            id="the server goes",
        ),
    ],
)
def test_chunk_ends_where_a_server_that_refused_it_answers_more_than_it_was_asked(
    lines: list[str], kinds: list[str]
) -> None:
    _, entries = heard([*UP_TO_RCPT, *lines])
    assert [entry.kind.value for entry in entries[len(UP_TO_RCPT) :]] == kinds


def test_421_amid_mail_data_makes_no_end_of_a_dot_between_bare_line_ends() -> None:
    _, entries = heard([*UP_TO_RCPT, "C: DATA", "S: 354 go", "C: half\n.\nmore", "S: 421 too slow"])
    assert [entry.octets for entry in entries[-2:]] == [b"half\n.\nmore\r\n", b"421 too slow\r\n"]


def test_gap_amid_tls_is_not_searched_for_mail_data() -> None:
    record = b"\x17\x03\x03\x00\x05\n.\r\nx"
    observer = Observer()
    entries = observer.receive("client", record) + observer.skip("client", 9)
    entries += observer.receive("client", b"ab\n.\r\n") + observer.skip("server", 9)
    entries += observer.receive("client", record) + observer.close()
    assert Kind.MAIL_DATA not in {entry.kind for entry in entries}
    assert observer.state is State.CONNECTED
