"""How a tunnel is opened: by SOCKS4, SOCKS5 and CONNECT, in pieces, with passwords, and refused."""

from base64 import b64encode
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.fields import Field, tile
from smtplab.protocol.text import dialogue_lines
from smtplab.protocol.transcript import Entry, Kind
from smtplab.protocol.tunnels import NoTunnel, Unfinished, explain, opening
from smtplab.views.summary import summary
from tests.protocol.fields import assert_tiled

Side = Literal["client", "server"]
Script = list[tuple[Side, bytes]]

NAME = b"\x05\x01\x00\x03\x10mail.example.com\x00\x19"
GRANTED = b"\x05\x00\x00\x01\xc0\x00\x02\x01\x13\x88"
CONNECT = b"CONNECT mail.example.com:25 HTTP/1.1\r\nHost: mail.example.com:25\r\n\r\n"
CREDENTIALS = b"Proxy-Authorization: Basic " + b64encode(b"tim:secret") + b"\r\n"

SOCKS5: Script = [("client", b"\x05\x01\x00"), ("server", b"\x05\x00"), ("client", NAME), ("server", GRANTED)]
LOGIN: Script = [
    ("client", b"\x05\x02\x00\x02"),
    ("server", b"\x05\x02"),
    ("client", b"\x01\x03tim\x06secret"),
    ("server", b"\x01\x00"),
    ("client", NAME),
    ("server", GRANTED),
]
IPV6: Script = [
    ("client", b"\x05\x01\x00"),
    ("server", b"\x05\x00"),
    ("client", b"\x05\x01\x00\x04" + bytes(15) + b"\x01\x00\x19"),
    ("server", b"\x05\x00\x00\x04" + bytes(18)),
]
SOCKS4: Script = [("client", b"\x04\x01\x00\x19\xc0\x00\x02\x19tim\0"), ("server", b"\0\x5a" + bytes(6))]
SOCKS4A: Script = [("client", b"\x04\x01\x00\x19\0\0\0\x01\0mail.example.com\0"), ("server", b"\0\x5a" + bytes(6))]
HTTP: Script = [("client", CONNECT), ("server", b"HTTP/1.1 200 Connection established\r\n\r\n")]
HTTP_LOGIN: Script = [
    ("client", CONNECT),
    ("server", b"HTTP/1.1 407 Who?\r\nContent-Length: 4\r\n\r\nWho?"),
    ("client", CONNECT[:-2] + CREDENTIALS + b"\r\n"),
    ("server", b"HTTP/1.0 200\r\n\r\n"),
]
PROXY_4: Script = [("client", b"PROXY TCP4 192.0.2.7 192.0.2.25 56324 25\r\n")]
PROXY_UNKNOWN: Script = [("client", b"PROXY UNKNOWN ::1 ::2 3 4\r\n")]
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
PROXY_BINARY_4: Script = [("client", SIGNATURE + b"\x21\x11\0\x0f\xc0\0\2\7\xc0\0\2\x19\xdc\4\0\x19\4\0\0")]
PROXY_BINARY_6: Script = [("client", SIGNATURE + b"\x21\x21\0\x24" + bytes(31) + b"\1\xdc\4\0\x19")]
PROXY_LOCAL: Script = [("client", SIGNATURE + b"\x20\0\0\0")]

SCRIPTS = [
    pytest.param(SOCKS5, "mail.example.com:25", id="SOCKS5"),
    pytest.param(LOGIN, "mail.example.com:25", id="SOCKS5 with a password"),
    pytest.param(IPV6, "[::1]:25", id="SOCKS5 to IPv6"),
    pytest.param(SOCKS4, "192.0.2.25:25", id="SOCKS4"),
    pytest.param(SOCKS4A, "mail.example.com:25", id="SOCKS4A"),
    pytest.param(HTTP, "mail.example.com:25", id="HTTP"),
    pytest.param(HTTP_LOGIN, "mail.example.com:25", id="HTTP, asked who it is first"),
    pytest.param(PROXY_4, "192.0.2.25:25", id="PROXY"),
    pytest.param(PROXY_UNKNOWN, "", id="PROXY, unknown client"),
    pytest.param(PROXY_BINARY_4, "192.0.2.25:25", id="PROXY in octets, with more"),
    pytest.param(PROXY_BINARY_6, "[::1]:25", id="PROXY in octets, IPv6"),
    pytest.param(PROXY_LOCAL, "", id="PROXY in octets, for itself"),
]


def said_by(script: Script, side: Side) -> bytes:
    return b"".join(octets for sender, octets in script if sender == side)


@pytest.mark.parametrize(("script", "target"), SCRIPTS)
@pytest.mark.parametrize(("client", "server"), [(b"", b""), (b"EHLO a\r\n", b"220 b\r\n")], ids=["alone", "with SMTP"])
def test_opening_finds_the_messages_and_the_target(script: Script, target: str, client: bytes, server: bytes) -> None:
    opened = opening(said_by(script, "client") + client, said_by(script, "server") + server)
    assert opened.messages == [(side, len(octets)) for side, octets in script]
    assert opened.target == target
    assert opened.size("client") == len(said_by(script, "client"))


@pytest.mark.parametrize(("script", "target"), SCRIPTS)
def test_opening_that_goes_on_is_unfinished_wherever_it_is_cut(script: Script, target: str) -> None:
    for number, (side, octets) in enumerate(script):
        before = {party: said_by(script[:number], party) for party in ("client", "server")}
        for size in range(len(octets)):
            heard = before | {side: before[side] + octets[:size]}
            with pytest.raises(Unfinished):
                opening(heard["client"], heard["server"])


NO_TUNNELS = [
    pytest.param(b"", b"220 a\r\n", id="the server speaks first"),
    pytest.param(b"EHLO a\r\n", b"", id="SMTP"),
    pytest.param(b"GET / HTTP/1.1\r\n", b"", id="another request of HTTP"),
    pytest.param(b"CONNECT a\r\n\r\n", b"", id="CONNECT without a version"),
    pytest.param(CONNECT, b"220 a\r\n", id="CONNECT to an SMTP server"),
    pytest.param(CONNECT, b"HTTP/1.1\r\n\r\n", id="a response without a code"),
    pytest.param(b"PROXY NOBODY\r\n", b"", id="PROXY, no such family"),
    pytest.param(b"PROXY TCP4 " + b"1" * 200, b"", id="PROXY, a line without end"),
    pytest.param(SIGNATURE + b"\x31", b"", id="PROXY in octets, another version"),
    pytest.param(b"\r\n\r\nNOOP", b"", id="empty lines"),
    pytest.param(b"\x05\x01\x00", b"\x05\xff", id="SOCKS5, no method"),
    pytest.param(b"\x05\x01\x01", b"\x05\x01", id="SOCKS5 with GSSAPI, which hides the rest"),
    pytest.param(b"\x05\x01\x02\x01\x01a\x01b", b"\x05\x02\x01\x01", id="SOCKS5, password refused"),
    pytest.param(b"\x05\x01\x00" + NAME, b"\x05\x00\x05\x05\x00\x01" + bytes(6), id="SOCKS5, connection refused"),
    pytest.param(b"\x05\x01\x00\x05\x01\x07", b"\x05\x00", id="SOCKS5, reserved octet in use"),
    pytest.param(b"\x05\x01\x00\x05\x01\x00\x09", b"\x05\x00", id="SOCKS5, unknown address type"),
    pytest.param(SOCKS4[0][1], b"\0\x5b" + bytes(6), id="SOCKS4, refused"),
    pytest.param(SOCKS4[0][1], b"\0\x01" + bytes(6), id="SOCKS4, no such answer"),
    pytest.param(b"\x04\x09", b"", id="SOCKS4, no such command"),
    pytest.param(b"\x04\x01\x00\x19\xc0\x00\x02\x19" + b"a" * 300, b"", id="SOCKS4, a user without end"),
]


@pytest.mark.parametrize(("client", "server"), NO_TUNNELS)
def test_opening_of_anything_else_is_no_tunnel(client: bytes, server: bytes) -> None:
    with pytest.raises(NoTunnel):
        opening(client, server)


def entry(side: Side, octets: bytes) -> Entry:
    return Entry(party=side, kind=Kind.UNKNOWN, octets=octets)


@pytest.mark.parametrize(("script", "target"), SCRIPTS)
def test_each_octet_of_an_opening_has_a_name(script: Script, target: str) -> None:
    for side, octets in script:
        fields = entry(side, octets).fields
        assert_tiled(fields, octets)
        assert "not understood" not in {field.name for field in fields}


def values(fields: tuple[Field, ...]) -> dict[str, str]:
    return {field.name: field.value for field in fields}


def test_fields_of_a_request_say_what_is_asked_for() -> None:
    fields = values(entry("client", NAME).fields)
    assert (fields["command"], fields["address"], fields["port"]) == ("CONNECT", "mail.example.com", "25")


def test_credentials_of_a_proxy_are_decoded() -> None:
    field = next(field for field in entry("client", HTTP_LOGIN[2][1]).fields if "tim" in field.value)
    assert field.value == "tim:secret"
    assert "not encrypted" in field.meaning


@pytest.mark.parametrize(
    ("credentials", "value"),
    [
        pytest.param(b"Basic A", "Basic A", id="no base64"),
        pytest.param(b"Digest a=b", "Digest a=b", id="another way"),
        pytest.param(b"", None, id="none"),
    ],
)
def test_credentials_that_are_not_to_be_decoded_stay_as_they_are(credentials: bytes, value: str | None) -> None:
    request = CONNECT[:-2] + b"Proxy-Authorization: " + credentials + b"\r\n\r\n"
    found = [field.value for field in entry("client", request).fields if field.name == "header field value"]
    assert found[1:] == ([] if value is None else [value])


@pytest.mark.parametrize(
    ("side", "octets", "said"),
    [
        pytest.param(
            "client",
            b"\x05\x02\x00\x02",
            "[SOCKS5 greeting: offers no authentication, username and password]",
            id="greeting",
        ),
        pytest.param("server", b"\x05\x02", "[SOCKS5 choice: username and password]", id="choice"),
        pytest.param("client", LOGIN[2][1], "[SOCKS5 username tim and password]", id="password"),
        pytest.param("server", b"\x01\x00", "[SOCKS5 password accepted]", id="verdict"),
        pytest.param("client", NAME, "[SOCKS5 CONNECT to mail.example.com:25]", id="request"),
        pytest.param("server", GRANTED, "[SOCKS5 reply: succeeded]", id="reply"),
        pytest.param("client", SOCKS4[0][1], "[SOCKS4 CONNECT to 192.0.2.25:25]", id="SOCKS4 request"),
        pytest.param("server", SOCKS4[1][1], "[SOCKS4 reply: granted]", id="SOCKS4 reply"),
        pytest.param("client", PROXY_4[0][1], "[PROXY header: the client is 192.0.2.7:56324]", id="PROXY"),
        pytest.param("client", PROXY_UNKNOWN[0][1], "[PROXY header: unknown client]", id="PROXY unknown"),
        pytest.param(
            "client", PROXY_BINARY_4[0][1], "[PROXY header: the client is 192.0.2.7:56324]", id="PROXY octets"
        ),
        pytest.param("client", PROXY_LOCAL[0][1], "[PROXY header: LOCAL]", id="PROXY local"),
        pytest.param("client", HTTP_LOGIN[2][1], "[HTTP CONNECT to mail.example.com:25]", id="HTTP request"),
        pytest.param("server", HTTP[1][1], "[HTTP 200 Connection established]", id="HTTP response"),
        pytest.param("server", b"\x05\x01\x02", "[not SMTP, 3 octets] \\x05\\x01\\x02", id="something else"),
    ],
)
def test_text_says_what_opens_a_tunnel_and_no_password(side: Side, octets: bytes, said: str) -> None:
    assert [line.text for line in dialogue_lines([entry(side, octets)])] == [said]
    assert summary(entry(side, octets)).said in (said, "\\x05\\x01\\x02")


@given(
    st.sampled_from(["client", "server"]),
    st.sampled_from([b"", b"\x05", b"\x04\x01", b"\x01", CONNECT[:30], b"HTTP/1.1 ", b"PROXY ", SIGNATURE + b"\x21"]),
    st.binary(),
)
def test_any_octets_are_tiled_and_explained_or_not(side: Side, start: bytes, rest: bytes) -> None:
    octets = start + rest
    assert_tiled(tile(Kind.UNKNOWN, octets, None, (), party=side), octets)
    message = explain(side, octets)
    assert message is None or message.size == len(octets)
