"""One session, record by record, also of a kind that no OpenSSL would send."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtplab.capture.link import segment_of
from smtplab.capture.tls.direction import MAX_FAILURES, MAX_LOST, MAX_MESSAGE, Direction
from smtplab.capture.tls.key_log import KeyLog
from smtplab.capture.tls.session import Opened, Session
from smtplab.protocol.tls.names import TLS_HEADER
from smtplab.protocol.transcript import Party
from tests.capture.tls.talks import TLS_1_2, TLS_1_3, TlsTalk, implicit
from tests.protocol.tls.test_certificate import der
from tests.protocol.tls.test_fields import message, record
from tests.protocol.tls.test_hello import client_hello, server_hello
from tests.protocol.tls.test_messages import older

Records = list[tuple[Party, bytes]]


def keys_of(*talks: TlsTalk) -> KeyLog:
    keys = KeyLog()
    for talk in talks:
        keys.add(talk.keys)
    return keys


def records_of(talk: TlsTalk) -> Records:
    """Cut what each party sent into records."""
    found: Records = []
    for frame in talk.frames:
        segment = segment_of(frame)
        assert segment is not None
        party: Party = "client" if segment.source == talk.client else "server"
        octets = segment.payload
        while octets:
            size = TLS_HEADER + struct.unpack_from("!H", octets, 3)[0]
            found.append((party, octets[:size]))
            octets = octets[size:]
    return found


def test_message_may_go_on_over_many_records() -> None:
    octets = message(11, older(der("mail.example.com")))
    session = Session(KeyLog())
    parts = [octets[start : start + 100] for start in range(0, len(octets), 100)]
    says = [session.receive("server", record(22, part)).says for part in parts]
    assert says[0] == (("certificate", "begins"),)
    assert set(says[1:-1]) == {(("certificate", "continues"),)}
    assert says[-1] == (("certificate", "mail.example.com"),)


def test_record_may_end_one_message_and_begin_another() -> None:
    octets = message(14, b"") + message(20, b"x" * 12)
    session = Session(KeyLog())
    assert session.receive("server", record(22, octets[:6])).says == (("server hello done", ""), ("finished", "begins"))
    assert session.receive("server", record(22, octets[6:])).says == (("finished", ""),)


def test_message_that_claims_to_be_giant_is_not_waited_for() -> None:
    session = Session(KeyLog())
    giant = bytes([11]) + (MAX_MESSAGE + 1).to_bytes(3, "big")
    assert session.receive("server", record(22, giant)).says == (("unknown message", ""),)
    assert session.receive("server", record(22, message(14, b""))).says == (("server hello done", ""),)


@pytest.mark.parametrize(
    ("octets", "opened"),
    [
        pytest.param(record(22, b""), Opened(()), id="no message"),
        pytest.param(record(20, b"\x01"), Opened((("change cipher spec", ""),)), id="change cipher spec"),
        pytest.param(record(21, b"\x02\x28"), Opened((("alert", "fatal: handshake failure"),)), id="alert"),
        pytest.param(record(23, b"x"), Opened((("hidden application data", ""),), hidden=True), id="data too early"),
        pytest.param(record(99, b"x"), Opened((("hidden record", ""),), hidden=True), id="unknown type"),
    ],
)
def test_first_record_of_any_type(octets: bytes, opened: Opened) -> None:
    assert Session(KeyLog()).receive("client", octets) == opened


def test_hellos_that_are_malformed_change_nothing() -> None:
    session = Session(KeyLog())
    assert session.receive("client", record(22, message(1, client_hello()[:-1]))).says == (
        ("client hello", "malformed"),
    )
    assert session.receive("server", record(22, message(2, server_hello()[:-1]))).says == (
        ("server hello", "malformed"),
    )
    assert session.receive("server", record(23, b"x")).says == (("hidden application data", ""),)


class NeverOpens:
    """A key that fits no record."""

    overhead = 17

    def __init__(self) -> None:
        self.tried = 0

    def open(self, _record: bytes, _number: int) -> None:
        self.tried += 1


def test_key_that_does_not_fit_is_given_up() -> None:
    """Or else each record of a long session would be tried with every number that it may have."""
    opener, direction = NeverOpens(), Direction()
    direction.encrypt([opener])
    for _ in range(10 * MAX_FAILURES):
        direction.lose(100_000)
        assert direction.open(record(23, b"x" * 100)) is None
    assert opener.tried <= (MAX_FAILURES + 1) * (MAX_LOST + 1)
    assert direction.opener is None


TALKS = [implicit(TLS_1_2), implicit(TLS_1_3), implicit(TLS_1_2, "ECDHE-ECDSA-AES128-SHA")]
REAL = [each for talk in TALKS for each in records_of(talk)]
PARTIES: st.SearchStrategy[Party] = st.sampled_from(["client", "server"])
HELLOS = [record(22, message(1, client_hello())), record(22, message(2, server_hello())), record(20, b"\x01")]


@st.composite
def changed(draw: st.DrawFn) -> tuple[Party, bytes]:
    party, octets = draw(st.sampled_from(REAL))
    place = draw(st.integers(TLS_HEADER, max(TLS_HEADER, len(octets) - 1)))
    return party, octets[:place] + draw(st.binary(max_size=3)) + octets[place:]


RECORDS = st.one_of(
    st.sampled_from(REAL),
    changed(),
    st.tuples(PARTIES, st.sampled_from(HELLOS)),
    st.tuples(PARTIES, st.builds(record, st.integers(19, 24), st.binary(max_size=100))),
)


@settings(max_examples=300)
@given(st.lists(RECORDS, max_size=30), st.data())
def test_any_records_in_any_order_are_received(records: Records, data: st.DataObject) -> None:
    session = Session(keys_of(*TALKS))
    for party, octets in records:
        opened = session.receive(party, octets)
        assert opened.data or opened.says or octets[TLS_HEADER:] == b""
        if data.draw(st.booleans()):
            session.lose(party, data.draw(st.integers(1, 100_000)))
        assert session.size_inside(party, len(octets)) > 0
