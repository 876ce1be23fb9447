"""What stands in a ladder, before it is drawn."""

from dataclasses import replace

from smtplab.protocol.transcript import Entry, Kind, Segment, Transcript
from smtplab.views.rows import Lane, groups, lanes
from tests.views.sessions import ORDINARY, PIPELINED, heard, together


def lane_of(transcript: Transcript, *, tcp: bool = True) -> Lane:
    [lane] = lanes(transcript, tcp=tcp)
    return lane


def test_consecutive_rows_of_a_phase_share_a_band() -> None:
    phases = [(band.phase, len(band.rows)) for band in lane_of(heard(ORDINARY)).bands]
    assert phases == [
        ("TCP", 3),
        ("greeting", 1),
        ("EHLO", 2),
        ("AUTH", 6),
        ("MAIL", 2),
        ("RCPT", 2),
        ("DATA", 5),
        ("QUIT", 2),
        ("TCP", 2),
    ]


def test_tcp_can_be_hidden_as_a_display_filter_does() -> None:
    assert "TCP" not in {band.phase for band in lane_of(heard(ORDINARY), tcp=False).bands}


def test_every_entry_has_a_row_with_its_index() -> None:
    rows = lane_of(heard(ORDINARY)).rows
    assert [row.index for row in rows if row.index is not None] == list(range(20))


def test_rows_that_one_frame_brought_are_a_group() -> None:
    sizes = [len(group) for group in groups(lane_of(heard(PIPELINED), tcp=False).rows)]
    assert sizes == [1, 1, 1, 4, 4]


def test_rows_without_a_frame_are_no_group() -> None:
    transcript = heard(PIPELINED)
    without = replace(transcript, entries=tuple(replace(entry, frames=()) for entry in transcript), segments=())
    assert all(len(group) == 1 for group in groups(lane_of(without).rows))


def test_fin_comes_after_what_its_frame_carried() -> None:
    last = Entry(party="server", kind=Kind.REPLY, octets=b"221 Bye\r\n", time=1.0, frames=(9,), answers="QUIT")
    with_fin = Transcript((last,), segments=(Segment(0, "server", "FIN, ACK", 1.0, 9),))
    assert [row.summary.said for row in lane_of(with_fin).rows] == ["221 Bye", "FIN, ACK"]


def test_reset_and_negative_replies_are_errors_by_name() -> None:
    transcript = heard("S: 220 a\nC: NOOP\nS: 450 busy\nC: NOOP\nS: 550 no")
    reset = replace(transcript, segments=(Segment(0, "server", "RST, ACK", 2.0, 20),))
    assert [row.error for row in lane_of(reset).rows] == ["", "", "transient", "", "permanent", "connection reset"]


def test_parties_are_named_as_they_name_themselves() -> None:
    lane = lane_of(heard(ORDINARY))
    assert lane.names == ("TINY-DESKTOP", "mail.coremail.cn")
    assert lane.endpoints == ("127.0.0.1:40312", "127.0.0.1:2525")


def test_server_that_refuses_has_no_name() -> None:
    assert lane_of(heard("S: 554 mail.example.org no service here")).names == ("", "")


def test_each_connection_has_a_lane() -> None:
    both = lanes(together(heard("S: 220 one"), heard("S: 220 two", stream=2)), tcp=True)
    assert [(lane.number, lane.names[1]) for lane in both] == [(0, "one"), (2, "two")]


def test_connection_with_nothing_to_show_has_no_lane() -> None:
    silent = replace(heard("S: 220 one"), entries=())
    assert len(lanes(silent, tcp=True)) == 1
    assert lanes(silent, tcp=False) == []
