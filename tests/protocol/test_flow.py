import pytest

from smtplab.protocol.flow import Flow, Taken


def flow_of(*pieces: tuple[bytes, float, int | None]) -> Flow:
    flow = Flow()
    for octets, time, frame in pieces:
        flow.add(octets, time, frame)
    return flow


def test_taken_octets_have_the_frames_that_carried_them() -> None:
    flow = flow_of((b"EH", 1.0, 3), (b"LO x\r\nQU", 2.0, 5), (b"IT\r\n", 3.0, 6))
    assert flow.take_line() == Taken(b"EHLO x\r\n", 2.0, (3, 5))
    assert flow.take_line() == Taken(b"QUIT\r\n", 3.0, (5, 6))


def test_line_is_complete_with_the_latest_of_its_frames() -> None:
    assert flow_of((b"EH", 2.0, 5), (b"LO x\r\n", 1.0, 4)).take_line() == Taken(b"EHLO x\r\n", 2.0, (4, 5))


def test_time_before_the_first_packet_is_kept() -> None:
    assert flow_of((b"x\n", -0.5, 2)).take_line() == Taken(b"x\n", -0.5, (2,))


@pytest.mark.parametrize("end", [b".\r\n", b".\n"])
@pytest.mark.parametrize("before", [b"", b"Hi.\n", b"Hi.\r\n"])
def test_lax_end_is_found_an_octet_at_a_time(before: bytes, end: bytes) -> None:
    flow = Flow()
    flow.lax = True
    for octet in before + end:
        assert flow.find_mail_data_end() is None
        flow.add(bytes([octet]), 0.0, None)
    assert flow.find_mail_data_end() == len(before)


def test_lax_end_is_looked_for_anew_after_something_was_taken() -> None:
    flow = flow_of((b"a\n.\nb", 0.0, None))
    assert flow.has_lax_end_mark()
    flow.take(4)
    assert not flow.has_lax_end_mark()
    flow.add(b"\n.\n", 0.0, None)
    assert flow.has_lax_end_mark()


def test_take_nothing_gives_nothing_and_leaves_all() -> None:
    flow = Flow()
    flow.add(b"ab", 1.0, 1)
    assert flow.take(0) == Taken(b"", 0.0, ())
    assert flow.take(2) == Taken(b"ab", 1.0, (1,))


def test_dot_that_begins_torn_octets_is_no_end_mark() -> None:
    flow = flow_of((b".\r\nmore\r\n", 0.0, None))
    flow.torn = True
    assert flow.find_mail_data_end() is None
    flow.add(b".\r\n", 0.0, None)
    assert flow.find_mail_data_end() == len(b".\r\nmore\r\n")
    flow.take(len(b".\r\nmore\r\n"))
    assert flow.find_mail_data_end() == 0


def test_early_end_is_looked_for_anew_when_octets_come_or_go() -> None:
    flow = flow_of((b"a\n.\nb\r\n", 0.0, None))
    assert flow.find_early_end() is None
    flow.add(b".\r\n", 0.0, None)
    assert flow.find_early_end() == 4
    flow.take(4)
    assert flow.find_early_end() is None
