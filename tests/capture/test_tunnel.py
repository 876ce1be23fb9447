"""SMTP that goes through a proxy: the tunnel's opening is told apart from what goes through it, at any port."""

import pytest

from smtplab.capture.dissect import transcript_of
from smtplab.capture.link import Endpoint
from smtplab.protocol.transcript import Entry, Kind, Transcript
from tests.capture.packets import CLIENT, ONE_MAIL, SERVER, Talk
from tests.protocol.test_tunnels import CONNECT, HTTP, HTTP_LOGIN, LOGIN, SCRIPTS, SOCKS4, SOCKS5, Script

PROXY = SERVER._replace(port=1080)
SMTP = Talk().open().say(ONE_MAIL)


def through(script: Script, *, opened: bool = True, proxy: Endpoint = PROXY) -> Talk:
    """Talk to a proxy. opened: with a handshake."""
    talk = Talk(CLIENT, proxy)
    if opened:
        talk.open()
    for side, octets in script:
        talk.send(side, octets)
    return talk


def told(talk: Talk, ports: tuple[int, ...] = ()) -> Transcript:
    return transcript_of(talk.frames, "test", ports)


def said(entries: tuple[Entry, ...]) -> list[tuple[str, str, bytes]]:
    return [(entry.party, str(entry.kind), entry.octets) for entry in entries]


PLAIN = said(transcript_of(SMTP.frames, "test").entries)


@pytest.mark.parametrize(("script", "target"), SCRIPTS)
@pytest.mark.parametrize("opened", [True, False], ids=["handshake", "no handshake"])
@pytest.mark.parametrize("ports", [(), (1080,)], ids=["port unknown", "port named"])
def test_smtp_inside_a_tunnel_is_read_as_outside(
    script: Script, target: str, opened: bool, ports: tuple[int, ...]
) -> None:
    transcript = told(through(script, opened=opened).say(ONE_MAIL), ports)
    count = len(script)
    assert said(transcript.entries[:count]) == [(side, "unknown", octets) for side, octets in script]
    assert said(transcript.entries[count:]) == PLAIN


def test_endpoints_are_those_of_tcp() -> None:
    (stream,) = told(through(SOCKS5).say(ONE_MAIL)).streams
    assert (stream.client, stream.server) == (str(CLIENT), str(PROXY))


def test_messages_of_the_opening_have_their_frames_and_times() -> None:
    transcript = told(through(SOCKS5).say(ONE_MAIL))
    assert [entry.frames for entry in transcript[:6]] == [(number,) for number in range(4, 10)]
    assert [round(entry.time, 3) for entry in transcript[:4]] == [0.003, 0.004, 0.005, 0.006]


def test_greeting_in_one_segment_with_the_answer_of_the_proxy_is_cut_off() -> None:
    talk = through([HTTP[0], ("server", HTTP[1][1] + b"220 mail.example.com ready\r\n")]).say(ONE_MAIL[1:])
    transcript = told(talk)
    assert said(transcript.entries)[2:] == PLAIN
    assert transcript[1].frames == transcript[2].frames


def test_opening_in_many_small_segments_is_found() -> None:
    talk = through([(side, bytes([octet])) for side, octets in LOGIN for octet in octets]).say(ONE_MAIL)
    assert said(told(talk).entries[: len(LOGIN)]) == [(side, "unknown", octets) for side, octets in LOGIN]


def test_tunnel_to_a_port_of_smtp_is_smtp_even_if_only_the_server_speaks() -> None:
    transcript = told(through([*SOCKS4, ("server", b"421 not now\r\n")]))
    assert [entry.kind for entry in transcript] == [Kind.UNKNOWN, Kind.UNKNOWN, Kind.REPLY]


NO_SMTP = [
    pytest.param([*HTTP, ("client", b"GET / HTTP/1.1\r\n\r\n"), ("server", b"HTTP/1.1 200\r\n\r\n")], id="HTTP inside"),
    pytest.param([HTTP[0], ("server", b"HTTP/1.1 403 No\r\n\r\n"), ("client", b"EHLO a\r\n")], id="refused"),
    pytest.param([HTTP[0]], id="never answered"),
]


@pytest.mark.parametrize("script", NO_SMTP)
def test_tunnel_without_smtp_is_left_out(script: Script) -> None:
    elsewhere = [(side, octets.replace(b":25", b":80")) for side, octets in script]
    assert not told(through(elsewhere)).entries


def test_opening_with_a_hole_in_it_is_none() -> None:
    talk = through(SOCKS5[:2])
    talk.lose("client", SOCKS5[2][1])
    talk.send("server", SOCKS5[3][1])
    assert not told(talk.say(ONE_MAIL)).entries


def test_connect_that_goes_on_for_ever_is_given_up() -> None:
    talk = through([("client", CONNECT[:-2])])
    for _ in range(10):
        talk.send("client", b"X: " + b"a" * 1000 + b"\r\n")
    assert not told(talk).entries


def test_client_that_is_asked_for_a_password_is_shown_without_it() -> None:
    text = str(told(through(HTTP_LOGIN).say(ONE_MAIL)))
    assert "secret" not in text
    assert "dGltOnNlY3JldA==" not in text
    assert text.startswith("          C: [HTTP CONNECT to mail.example.com:25]\n")
