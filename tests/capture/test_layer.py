from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.compat import raw
from scapy.layers.inet import IP, TCP
from scapy.packet import Packet, Raw
from scapy.sendrecv import sniff
from scapy.sessions import TCPSession

from smtplab.capture.frame import Frame
from smtplab.capture.layer import SMTPCommand, SMTPReplyLine, SMTPRequest, SMTPResponse, bind_port, packets_of

CLIENT, SERVER = 50000, 25


def dissected(payload: bytes, source: int, destination: int) -> Packet:
    return TCP(raw(TCP(sport=source, dport=destination)) + payload)


def from_client(payload: bytes) -> Packet:
    return dissected(payload, CLIENT, SERVER)


def from_server(payload: bytes) -> Packet:
    return dissected(payload, SERVER, CLIENT)


@pytest.mark.parametrize(
    ("octets", "fields"),
    [
        (b"QUIT\r\n", [b"QUIT", b"", b"", b"\r\n"]),
        (b"ehlo TINY-DESKTOP\r\n", [b"ehlo", b" ", b"TINY-DESKTOP", b"\r\n"]),
        (b"MAIL FROM:<a@b> SIZE=1\r\n", [b"MAIL", b" ", b"FROM:<a@b> SIZE=1", b"\r\n"]),
        (b"RSET \t\r\n", [b"RSET", b" \t", b"", b"\r\n"]),
        (b"AUTH PLAIN AAA=\r\n", [b"AUTH", b" ", b"PLAIN AAA=", b"\r\n"]),
    ],
)
def test_request_command_line_has_verb_and_argument(octets: bytes, fields: list[bytes]) -> None:
    [command] = from_client(octets)[SMTPRequest].commands
    assert [command.verb, command.blank, command.argument, command.line_end] == fields


def test_request_pipelined_group_has_each_command() -> None:
    packet = from_client(b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n")
    assert [command.verb for command in packet[SMTPRequest].commands] == [b"MAIL", b"RCPT", b"DATA"]


def test_request_what_is_no_command_is_raw() -> None:
    packet = from_client(b"DATA\r\nSubject: x\r\n")
    assert [command.verb for command in packet[SMTPRequest].commands] == [b"DATA"]
    assert packet[Raw].load == b"Subject: x\r\n"


@pytest.mark.parametrize(
    "octets", [b"dGVzdDAx\r\n", b"Subject: x\r\n", b"DATAX\r\n", b"NOOP", b"NOOP\n", b"\x16\x03\x01"]
)
def test_request_without_a_command_is_not_made(octets: bytes) -> None:
    packet = from_client(octets)
    assert SMTPRequest not in packet
    assert packet[Raw].load == octets


def test_response_reply_has_code_and_text_of_each_line() -> None:
    packet = from_server(b"250-mail.coremail.cn\r\n250-\r\n250 AUTH LOGIN\r\n")
    lines = [(line.code, line.mark, line.text) for line in packet[SMTPResponse].lines]
    assert lines == [(b"250", b"-", b"mail.coremail.cn"), (b"250", b"-", b""), (b"250", b" ", b"AUTH LOGIN")]


def test_response_code_alone_is_a_line() -> None:
    [line] = from_server(b"250\r\n")[SMTPResponse].lines
    assert (line.code, line.mark, line.text) == (b"250", b"", b"")


@pytest.mark.parametrize("octets", [b"250-half a li", b"hello\r\n", b"2500\r\n", b"650 x\r\n"])
def test_response_without_a_reply_line_is_not_made(octets: bytes) -> None:
    assert SMTPResponse not in from_server(octets)


lines = st.sampled_from(
    [
        b"NOOP\r\n",
        b"mail FROM:<a@b>\r\n",
        b"250-x\r\n",
        b"250 y\r\n",
        b"354\r\n",
        b".\r\n",
        b"QUIT \r\n",
        b"\r\n",
        b"RSET\n",
    ]
)
payloads = st.lists(lines | st.binary(max_size=20)).map(b"".join)


@given(payloads, st.sampled_from([(CLIENT, SERVER), (SERVER, CLIENT)]))
def test_layer_octets_survive_any_payload(payload: bytes, ports: tuple[int, int]) -> None:
    packet = dissected(payload, *ports)
    assert raw(packet)[20:] == payload
    packet.clear_cache()  # so that the octets come from the fields
    assert raw(packet)[20:] == payload


def test_layer_very_many_lines_are_no_problem() -> None:
    octets = b"NOOP\r\n" * 10_000
    assert len(from_client(octets)[SMTPRequest].commands) == 10_000


def test_layer_shows_verb_and_argument() -> None:
    shown = str(from_client(b"RCPT TO:<test02@coremail.cn>\r\n").show(dump=True))
    assert "verb      = b'RCPT'" in shown
    assert "argument  = b'TO:<test02@coremail.cn>'" in shown


def test_layer_summary_is_safe_to_print() -> None:
    assert from_server(b"250-\x1b[2J\r\n250 x\r\n").summary().endswith(r"/ 250-\x1b[2J (+1 lines)")


def test_layer_crafted_session_gets_the_port() -> None:
    request = IP() / TCP(sport=CLIENT) / SMTPRequest(commands=[SMTPCommand(verb="HELO", blank=" ", argument="x")])
    assert request[TCP].dport == 25
    assert raw(request)[40:] == b"HELO x\r\n"
    response = TCP(dport=CLIENT) / SMTPResponse(lines=[SMTPReplyLine(text="ok")])
    assert (response.sport, raw(response)[20:]) == (25, b"250 ok\r\n")


def test_bind_port_makes_the_lab_port_smtp() -> None:
    assert SMTPRequest not in dissected(b"NOOP\r\n", CLIENT, 40404)
    bind_port(40404)
    bind_port(40404)
    assert SMTPRequest in dissected(b"NOOP\r\n", CLIENT, 40404)
    assert SMTPResponse in dissected(b"250 x\r\n", 40404, CLIENT)
    assert len([layer for fields, layer in TCP.payload_guess if fields == {"dport": 40404}]) == 1


def stream(*segments: tuple[int, bytes]) -> list[Packet]:
    """Give the packets of a conversation: who says what, in segments."""
    said = {CLIENT: 1000, SERVER: 5000}
    packets: list[Packet] = []
    for port, octets in segments:
        other = SERVER if port == CLIENT else CLIENT
        packets.append(IP(raw(IP() / TCP(sport=port, dport=other, seq=said[port], flags="PA") / Raw(octets))))
        said[port] += len(octets)
    return packets


def reassembled(packets: list[Packet]) -> Iterable[Packet]:
    return [packet[TCP].payload for packet in sniff(offline=packets, session=TCPSession)]


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_tcp_session_puts_split_lines_together(size: int) -> None:
    reply, command = b"250-mail.example\r\n250-SIZE\r\n250 HELP\r\n", b"MAIL FROM:<a@b>\r\n"
    cut = [
        (port, octets[i : i + size])
        for port, octets in ((SERVER, reply), (CLIENT, command))
        for i in range(0, len(octets), size)
    ]
    response, request = reassembled(stream(*cut))
    assert [line.text for line in response.lines] == [b"mail.example", b"SIZE", b"HELP"]
    assert request.commands[0].argument == b"FROM:<a@b>"


def test_tcp_session_after_354_waits_for_the_end_of_mail_data() -> None:
    answer, data, quit_ = reassembled(
        stream(
            (SERVER, b"354 go on\r\n"),
            (CLIENT, b"Subject: x\r\n"),
            (CLIENT, b"NOOP is no command here\r\n"),
            (CLIENT, b".\r"),
            (CLIENT, b"\n"),
            (CLIENT, b"QUIT\r\n"),
        )
    )
    assert isinstance(answer, SMTPResponse)
    assert data.load == b"Subject: x\r\nNOOP is no command here\r\n.\r\n"
    assert quit_.commands[0].verb == b"QUIT"


def test_tcp_session_gives_the_pipelined_command_after_mail_data() -> None:
    _, data = reassembled(stream((SERVER, b"354 go on\r\n"), (CLIENT, b"x\r\n.\r\nQUIT\r\n")))
    assert data.load == b"x\r\n.\r\n"
    assert data.payload.commands[0].verb == b"QUIT"


def test_packets_of_keep_octets_and_nanoseconds() -> None:
    octets = bytes(12) + b"\x08\x00" + raw(IP() / TCP(dport=25) / Raw(b"QUIT\r\n"))
    [packet] = packets_of([Frame(1, 1_700_000_000_123_456_789, 1, octets, len(octets))])
    assert raw(packet) == octets
    assert str(packet.time) == "1700000000.123456789"
    assert packet[SMTPRequest].commands[0].verb == b"QUIT"
