"""What the observer makes of conversations: right ones, wrong ones, cut ones and those of which half is missing."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtplab.protocol.observer import Observer, looks_like_smtp
from smtplab.protocol.states import State
from smtplab.protocol.transcript import Entry, Kind
from tests.protocol import strategies
from tests.protocol.conversations import Heard, hear, parse, told
from tests.protocol.conversations_auth import AUTHS
from tests.protocol.conversations_lost import LOST_AROUND_A_MESSAGE, LOST_IN_AUTH, LOST_REPLIES
from tests.protocol.conversations_odd import GAPS, ODD
from tests.protocol.conversations_right import CHUNKS_AND_TLS, MAILS

CUTTABLE = MAILS | AUTHS | CHUNKS_AND_TLS | ODD
LOST = GAPS | LOST_IN_AUTH | LOST_AROUND_A_MESSAGE | LOST_REPLIES
CASES = [pytest.param(*case, id=name) for name, case in (CUTTABLE | LOST).items()]
CUT = [pytest.param(case[0], id=name) for name, case in CUTTABLE.items()]


@pytest.mark.parametrize(("conversation", "expected"), CASES)
def test_observer_makes_these_entries(conversation: str, expected: list[str]) -> None:
    assert told(hear(parse(conversation))) == expected


@pytest.mark.parametrize("conversation", CUT)
def test_observer_octet_by_octet_makes_the_same_entries(conversation: str) -> None:
    octets: list[Heard] = [
        (party, bytes([octet])) for party, said in parse(conversation) if isinstance(said, bytes) for octet in said
    ]
    assert without_frames(hear(octets)) == without_frames(hear(parse(conversation)))


@pytest.mark.parametrize("conversation", CUT)
@settings(max_examples=20)
@given(data=st.data())
def test_observer_any_cut_makes_the_same_entries(conversation: str, data: st.DataObject) -> None:
    heard = parse(conversation)
    pieces: list[Heard] = [
        (party, piece) for party, said in heard if isinstance(said, bytes) for piece in data.draw(strategies.cut(said))
    ]
    assert without_frames(hear(pieces)) == without_frames(hear(heard))


parties = st.sampled_from(["client", "server"])
whatever = st.lists(st.tuples(parties, st.one_of(strategies.octets, strategies.octets, st.integers(1, 9))), max_size=12)


@given(whatever)
def test_observer_gives_all_octets_of_each_party_in_their_order(heard: list[Heard]) -> None:
    entries = hear(heard)
    for party in ("client", "server"):
        said = [said for speaker, said in heard if speaker == party]
        given_back = [entry.missing or entry.octets for entry in entries if entry.party == party]
        assert joined(given_back) == joined(said)


@given(whatever)
def test_observer_only_replies_change_the_state(heard: list[Heard]) -> None:
    for entry in hear(heard):
        assert entry.kind is Kind.REPLY or entry.before is entry.after


@given(whatever, st.data())
def test_observer_any_octets_make_the_same_entries_however_they_are_cut(
    heard: list[Heard], data: st.DataObject
) -> None:
    pieces: list[Heard] = []
    for party, said in heard:
        if isinstance(said, int):
            pieces.append((party, said))
        else:
            pieces += [(party, piece) for piece in data.draw(strategies.cut(said))]
    assert without_frames(hear(pieces)) == without_frames(hear(heard))


def joined(parts: list[bytes | int]) -> list[bytes | int]:
    """Join octets that are not separated by a gap."""
    whole: list[bytes | int] = []
    for part in parts:
        if isinstance(part, bytes) and whole and isinstance(whole[-1], bytes):
            whole[-1] += part
        elif part:
            whole.append(part)
    return whole


def without_frames(entries: list[Entry]) -> list[Entry]:
    return [replace(entry, time=0.0, frames=()) for entry in entries]


def test_observer_entry_knows_its_frames_time_and_stream() -> None:
    observer = Observer(stream=3)
    entries = observer.receive("server", b"220 ", 0.1, 1) + observer.receive("server", b"hi\r\n250", 0.2, 2)
    assert [(entry.frames, entry.frame, entry.time, entry.stream) for entry in entries] == [((1, 2), 2, 0.2, 3)]
    (rest,) = observer.close()
    assert rest.frames == (2,)


def test_observer_without_frames_gives_entries_without() -> None:
    (entry,) = Observer().receive("server", b"220 hi\r\n")
    assert (entry.frames, entry.frame) == ((), None)


def test_observer_gap_has_the_frame_where_it_was_noticed() -> None:
    (gap,) = Observer().skip("client", 10, 0.5, 7)
    assert (gap.kind, gap.missing, gap.frames, gap.time, gap.octets) == (Kind.GAP, 10, (7,), 0.5, b"")


def test_observer_state_is_that_after_the_last_reply() -> None:
    observer = Observer()
    observer.receive("server", b"220 hi\r\n")
    observer.receive("client", b"EHLO a\r\n")
    states = [observer.state]
    observer.receive("server", b"250 hello\r\n")
    assert [*states, observer.state] == [State.GREETED, State.READY]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("opening", "party"),
    [
        pytest.param("", "client", id="a command without end"),
        pytest.param("", "server", id="a reply without end"),
        pytest.param("C: DATA\nS: 354 go on", "client", id="mail data"),
        pytest.param("C: DATA\nS: 354 go on\nS: 552 too much", "client", id="mail data that is answered early"),
        pytest.param("C: BDAT 10000000", "client", id="a chunk"),
        pytest.param("C: DATA", "client", id="what waits for the reply to DATA"),
        pytest.param(
            "C: DATA\nS: 354 go on\nc: " + r"x\r\n" * 300_000 + r"\n.\nRSET\r\n.\r\n",
            "server",
            id="a reply to mail data that may have ended early",
        ),
        pytest.param("C: text", "client", id="what may be mail data, or not"),
    ],
)
def test_observer_many_small_pieces_cost_no_square_of_time(opening: str, party: str) -> None:
    observer = Observer()
    for speaker, said in parse(opening):
        assert isinstance(said, bytes)
        observer.receive(speaker, said)
    for number in range(50_000):
        observer.receive("client" if party == "client" else "server", b"250-xxxxx" * 10, 0.0, number)
    observer.close()


@pytest.mark.parametrize(
    ("client", "server", "verdict"),
    [
        pytest.param(b"EHLO a\r\n", b"220 hi\r\n", True, id="EHLO"),
        pytest.param(b"helo a\r\n", b"220-hi\r\n", True, id="HELO"),
        pytest.param(b"EHLO a\r\n", b"554 no\r\n", True, id="refused"),
        pytest.param(b"EHLO a\r\n", b"", True, id="only the client"),
        pytest.param(b"USER a\r\n", b"220 hi\r\n", False, id="FTP"),
        pytest.param(b"GET / HTTP/1.1\r\n", b"HTTP/1.1 200 OK\r\n", False, id="HTTP"),
        pytest.param(b"EHLO a\r\n", b"+OK ready\r\n", False, id="EHLO at another kind of server"),
        pytest.param(b"", b"220 hi\r\n", False, id="only the server"),
    ],
)
def test_looks_like_smtp_goes_by_what_both_say_first(client: bytes, server: bytes, verdict: bool) -> None:
    assert looks_like_smtp(client, server) is verdict
