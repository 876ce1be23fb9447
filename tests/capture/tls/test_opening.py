"""TLS sessions of OpenSSL, opened with their keys, and what is left of them where something is missing."""

import ssl
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtplab.capture.dissect import transcript_of
from smtplab.capture.frame import Frame
from smtplab.capture.link import Endpoint
from smtplab.capture.tls.key_log import KeyLog
from smtplab.protocol.states import State
from smtplab.protocol.text import record_said
from smtplab.protocol.transcript import Entry, Kind, Transcript
from tests.capture.packets import SERVER, numbered
from tests.capture.tls.talks import (
    BEFORE,
    GREETED,
    INSIDE,
    TLS_1_2,
    TLS_1_3,
    VERSIONS,
    TlsTalk,
    implicit,
    starttls,
)

ODD_SERVER = Endpoint(SERVER.address, 8465)
each_version = pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)


def read(frames: Iterable[Frame], keys: bytes = b"", ports: tuple[int, ...] = ()) -> Transcript:
    known = KeyLog()
    known.add(keys)
    return transcript_of(numbered(frames), "test", ports, known)


def opened(talk: TlsTalk) -> Transcript:
    return read(talk.frames, talk.keys)


def said(entries: Iterable[Entry]) -> list[str]:
    """Write what is no TLS record in short: who, and what, or how much is missing."""
    return [f"{entry.party[0].upper()}: {_line(entry)}" for entry in entries if entry.kind is not Kind.TLS]


def _line(entry: Entry) -> str:
    return entry.octets.decode("latin-1").removesuffix("\r\n") or str(entry.missing)


def records(entries: Iterable[Entry]) -> list[str]:
    """Write the TLS records in short."""
    return [f"{e.party[0].upper()}: {', '.join(record_said(e))}" for e in entries if e.kind is Kind.TLS]


def assert_tiled(entries: Iterable[Entry]) -> None:
    for entry in entries:
        edges = [0, *(field.stop for field in entry.fields)]
        assert [field.start for field in entry.fields] == edges[:-1]
        assert edges[-1] == len(entry.octets)


@each_version
def test_implicit_tls_with_its_keys_is_the_dialogue(version: ssl.TLSVersion) -> None:
    transcript = opened(implicit(version))
    assert said(transcript) == list(GREETED)
    assert [entry.tls for entry in transcript if entry.kind is not Kind.TLS] == [True] * len(GREETED)
    assert_tiled(transcript)


@each_version
def test_starttls_with_its_keys_goes_on_where_the_clear_text_ended(version: ssl.TLSVersion) -> None:
    transcript = opened(starttls(version))
    assert said(transcript) == [*BEFORE, *INSIDE]
    assert [entry.tls for entry in transcript if entry.kind is not Kind.TLS] == [False] * 3 + [True] * len(INSIDE)
    ehlo = next(entry for entry in transcript if entry.verb == "EHLO")
    assert ehlo.before is State.GREETED
    assert_tiled(transcript)


def test_handshake_of_1_3_stays_explained_in_its_place() -> None:
    transcript = opened(starttls(TLS_1_3))
    kinds = [entry.kind is Kind.TLS for entry in transcript]
    assert kinds == [False] * 3 + [True] * 11 + [False] * len(INSIDE) + [True]
    assert records(transcript) == [
        "C: client hello: SNI mail.example.com, offers TLS 1.3",
        "S: server hello: TLS 1.3, TLS_AES_256_GCM_SHA384",
        "S: change cipher spec",
        "S: encrypted extensions",
        "S: certificate: mail.example.com, 127.0.0.1",
        "S: certificate verify",
        "S: finished",
        "C: change cipher spec",
        "C: finished",
        "S: new session ticket",
        "S: new session ticket",
        "S: alert: close notify",
    ]


def test_handshake_of_1_2_stays_explained_in_its_place() -> None:
    assert records(opened(implicit(TLS_1_2))) == [
        "C: client hello: SNI mail.example.com, offers TLS 1.2 at most",
        "S: server hello: TLS 1.2, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "S: certificate: mail.example.com, 127.0.0.1",
        "S: server key exchange",
        "S: server hello done",
        "C: client key exchange",
        "C: change cipher spec",
        "C: finished",
        "S: new session ticket",
        "S: change cipher spec",
        "S: finished",
        "S: alert: close notify",
    ]


def test_server_that_asks_for_another_hello_is_followed() -> None:
    transcript = opened(TlsTalk(curve="secp384r1").handshake().say(GREETED).close())
    assert records(transcript)[:6] == [
        "C: client hello: SNI mail.example.com, offers TLS 1.3",
        "S: server hello: asks for another client hello, TLS 1.3, TLS_AES_256_GCM_SHA384",
        "S: change cipher spec",
        "C: change cipher spec",
        "C: client hello: SNI mail.example.com, offers TLS 1.3",
        "S: server hello: TLS 1.3, TLS_AES_256_GCM_SHA384",
    ]
    assert said(transcript) == list(GREETED)


@each_version
def test_client_may_have_a_certificate_too(version: ssl.TLSVersion) -> None:
    transcript = opened(TlsTalk(version, mutual=True).handshake().say(GREETED).close())
    assert "C: certificate: mail.example.com, 127.0.0.1" in records(transcript)
    assert "S: certificate request" in records(transcript)
    assert said(transcript) == list(GREETED)


CIPHERS_OF_1_2 = [
    "AES128-SHA",
    "AES256-SHA256",
    "ECDHE-RSA-AES256-SHA",
    "ECDHE-RSA-AES128-SHA256",
    "ECDHE-RSA-AES256-SHA384",
    "ECDHE-ECDSA-AES256-SHA384",
    "AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "AES256-CCM",
    "ECDHE-ECDSA-AES128-CCM",
    "ECDHE-ECDSA-AES128-CCM8",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
]


@pytest.mark.parametrize("cipher", CIPHERS_OF_1_2)
def test_every_cipher_suite_of_1_2_is_opened(cipher: str) -> None:
    transcript = opened(implicit(TLS_1_2, cipher))
    assert said(transcript) == list(GREETED)
    assert "hidden" not in "".join(records(transcript))


@each_version
def test_no_keys_leaves_what_follows_the_handshake_hidden(version: ssl.TLSVersion) -> None:
    transcript = read(starttls(version).frames)
    assert said(transcript) == list(BEFORE)
    hidden = [record for record in records(transcript) if "hidden" in record]
    assert len(hidden) == len(INSIDE) + (8 if version is TLS_1_3 else 3)
    assert set(hidden) <= {
        "C: hidden record",
        "S: hidden record",
        "C: hidden handshake",
        "S: hidden handshake",
        "C: hidden application data",
        "S: hidden application data",
        "S: hidden alert",
    }
    assert not any(entry.tls for entry in transcript)
    assert_tiled(transcript)


@each_version
def test_keys_of_another_session_are_told_to_be_no_use(version: ssl.TLSVersion) -> None:
    transcript = read(starttls(version).frames, implicit(version).keys)
    assert said(transcript) == list(BEFORE)
    hidden = {record[3:] for record in records(transcript) if "hidden" in record}
    assert {record.partition(": ")[2] for record in hidden} == {"the key log has no key of this session"}


@each_version
def test_keys_that_are_wrong_open_nothing(version: ssl.TLSVersion) -> None:
    talk = starttls(version)
    wrong = b"\n".join(line[:-8] + b"00000000" for line in talk.keys.splitlines())
    transcript = read(talk.frames, wrong)
    assert said(transcript) == list(BEFORE)
    hidden = {record[3:] for record in records(transcript) if "hidden" in record}
    assert {record.partition(": ")[2] for record in hidden} == {"the key does not fit"}


def test_version_that_is_not_opened_is_told(recwarn: pytest.WarningsRecorder) -> None:
    talk = implicit(ssl.TLSVersion(0x0302), "AES128-SHA")
    recwarn.clear()  # Python warns of TLS 1.1, as it should
    assert "S: hidden application data: TLS 1.1 is not opened here" in records(opened(talk))


def test_cipher_suite_that_is_not_opened_is_told() -> None:
    talk = implicit(TLS_1_2, "CAMELLIA128-SHA")
    assert "S: hidden application data: 0x0041 is not opened here" in records(opened(talk))


def lines_with(talk: TlsTalk, *labels: str) -> bytes:
    return b"\n".join(line for line in talk.keys.splitlines() if line.startswith(tuple(map(str.encode, labels))))


def test_keys_of_the_handshake_alone_open_the_handshake() -> None:
    talk = implicit(TLS_1_3)
    transcript = read(talk.frames, lines_with(talk, "CLIENT_HANDSHAKE", "SERVER_HANDSHAKE"))
    assert "S: certificate: mail.example.com, 127.0.0.1" in records(transcript)
    assert "S: hidden record: there is no key for it" in records(transcript)
    assert said(transcript) == []


def test_keys_of_what_follows_the_handshake_alone_open_that() -> None:
    talk = implicit(TLS_1_3)
    transcript = read(talk.frames, lines_with(talk, "CLIENT_TRAFFIC", "SERVER_TRAFFIC"))
    assert said(transcript) == list(GREETED)


def test_keys_of_one_party_open_what_that_party_said() -> None:
    talk = implicit(TLS_1_3)
    transcript = read(talk.frames, lines_with(talk, "SERVER"))
    assert said(transcript) == [line for line in GREETED if line.startswith("S: ")]
    assert_tiled(transcript)


# Cut otherwise


@each_version
def test_record_has_the_frames_that_carried_it(version: ssl.TLSVersion) -> None:
    talk = TlsTalk(version).handshake()
    sealed = talk.sealed("server", b"220 mail.example.com ready\r\n")
    begin = len(talk.frames) + 1
    for part in (sealed[:3], sealed[3:20], sealed[20:]):
        talk.talk.send("server", part)
    (greeting,) = (entry for entry in opened(talk) if entry.tls)
    assert greeting.frames == (begin, begin + 1, begin + 2)
    assert greeting.time == pytest.approx((begin + 1) / 1000)


@each_version
def test_line_may_be_in_several_records(version: ssl.TLSVersion) -> None:
    talk = TlsTalk(version).handshake()
    begin = len(talk.frames) + 1
    for part in (b"220 mail.exam", b"ple.com ready\r", b"\n"):
        talk.talk.send("server", talk.sealed("server", part))
    (greeting,) = (entry for entry in opened(talk) if entry.tls)
    assert (greeting.octets, greeting.frames) == (b"220 mail.example.com ready\r\n", (begin, begin + 1, begin + 2))


@each_version
def test_records_may_share_a_packet(version: ssl.TLSVersion) -> None:
    talk = TlsTalk(version).handshake().say(GREETED[:3])
    begin = len(talk.frames) + 1
    talk.talk.send(
        "client", talk.sealed("client", b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n") + talk.sealed("client", b"DATA\r\n")
    )
    pipelined = [entry for entry in opened(talk) if entry.tls][3:]
    assert [(entry.verb, entry.frames) for entry in pipelined] == [(v, (begin,)) for v in ("MAIL", "RCPT", "DATA")]


def test_large_message_in_many_records_is_whole() -> None:
    body = "".join(f"line {number}\r\n" for number in range(10_000))
    dialogue = [*GREETED[:9], f"C: {body.rstrip()}", *GREETED[10:]]
    talk = TlsTalk().handshake()
    for line in dialogue:
        sealed = talk.sealed("client" if line[0] == "C" else "server", line[3:].encode() + b"\r\n")
        for start in range(0, len(sealed), 1460):
            talk.talk.send("client" if line[0] == "C" else "server", sealed[start : start + 1460])
    (mail,) = (entry for entry in opened(talk) if entry.kind is Kind.MAIL_DATA)
    assert mail.octets == body.encode()


# Something missing


def without(frames: list[Frame], *numbers: int) -> list[Frame]:
    return [frame for frame in frames if frame.number not in numbers]


def frame_of(transcript: Transcript, verb: str, party: str = "client") -> int:
    (found,) = (entry.frame for entry in transcript if entry.tls and entry.verb == verb and entry.party == party)
    assert found is not None
    return found


@each_version
def test_lost_record_is_a_gap_and_the_next_one_opens(version: ssl.TLSVersion) -> None:
    talk = implicit(version)
    lost = frame_of(opened(talk), "MAIL")
    transcript = read(without(talk.frames, lost), talk.keys)
    assert [line.rstrip("0123456789") for line in said(transcript)] == [
        line if "MAIL" not in line else "C: " for line in GREETED
    ]
    assert [entry.kind for entry in transcript if entry.missing] == [Kind.GAP]
    assert_tiled(transcript)


@each_version
def test_gap_in_a_record_hides_that_record_alone(version: ssl.TLSVersion) -> None:
    talk = TlsTalk(version).handshake().say(GREETED[:3])
    sealed = talk.sealed("client", b"MAIL FROM:<a@example.com>\r\n")
    talk.talk.send("client", sealed[:20])
    talk.talk.lose("client", sealed[20:30])
    talk.talk.send("client", sealed[30:])
    talk.say(GREETED[4:])
    transcript = opened(talk)
    assert [entry.verb for entry in transcript if entry.tls] == [
        *("GREETING", "EHLO", "EHLO", None, "RCPT", "RCPT", "DATA", "DATA", "DATA"),
        *("END-OF-DATA", "END-OF-DATA", "QUIT", "QUIT"),
    ]
    place = next(place for place, entry in enumerate(transcript) if entry.missing)
    assert [entry.missing or record_said(entry) for entry in transcript[place - 1 : place + 2]] == [
        ["torn record"],
        10,
        ["rest of a torn record"],
    ]
    assert_tiled(transcript)


@each_version
def test_gap_in_a_chunk_does_not_shift_what_follows(version: ssl.TLSVersion) -> None:
    talk = TlsTalk(version).handshake().say([*GREETED[:7], "C: BDAT 4000 LAST"])
    sealed = talk.sealed("client", b"x" * 4000)
    talk.talk.send("client", sealed[:1000])
    talk.talk.lose("client", sealed[1000:2000])
    talk.talk.send("client", sealed[2000:])
    talk.say(["S: 250 2.0.0 OK", "C: QUIT", "S: 221 bye"])
    assert [entry.verb for entry in opened(talk) if entry.tls][-4:] == ["BDAT", "BDAT LAST", "QUIT", "QUIT"]


def test_damaged_record_stays_hidden_and_the_next_one_opens() -> None:
    talk = TlsTalk().handshake().say(GREETED[:3])
    sealed = talk.sealed("client", b"NOOP\r\n")
    talk.talk.send("client", sealed[:-1] + bytes([sealed[-1] ^ 1]))
    talk.say(["S: 250 OK", "C: QUIT", "S: 221 bye"])
    transcript = opened(talk)
    assert "C: hidden record: the key does not fit" in records(transcript)
    assert said(transcript)[-2:] == ["C: QUIT", "S: 221 bye"]


def test_finished_lost_is_gone_over() -> None:
    talk = implicit(TLS_1_3)
    (flight,) = (
        entry.frame for entry in opened(talk) if entry.decoded == (("finished", ""),) and entry.party == "client"
    )
    transcript = read(without(talk.frames, flight or 0), talk.keys)
    assert [line for line in said(transcript) if not line[3:].isdecimal()] == list(GREETED)


@each_version
def test_without_the_client_hello_all_is_hidden(version: ssl.TLSVersion) -> None:
    talk = implicit(version)
    transcript = read(without(talk.frames, 4), talk.keys)
    assert not any(entry.tls for entry in transcript)
    assert "the hellos are not in the capture" in "".join(records(transcript))
    assert_tiled(transcript)


@each_version
def test_capture_that_ends_inside_a_record_keeps_what_was_said_before(version: ssl.TLSVersion) -> None:
    talk = implicit(version, dialogue=GREETED[:4])
    last = next(frame for frame in talk.frames if frame.number == frame_of(opened(talk), "MAIL"))
    cut = last._replace(octets=last.octets[:-4])
    transcript = read([*talk.frames[: last.number - 1], cut], talk.keys)
    assert said(transcript)[:3] == list(GREETED[:3])
    assert_tiled(transcript)


@each_version
def test_segments_in_any_order_give_the_same(version: ssl.TLSVersion) -> None:
    talk = starttls(version)
    swapped = list(talk.frames)
    for place in (12, 16, 20):
        swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
    assert said(read(swapped, talk.keys)) == [*BEFORE, *INSIDE]


# Where it is, and what it hides


def test_port_does_not_matter_where_a_key_is_known() -> None:
    talk = TlsTalk(server=ODD_SERVER).handshake().say(GREETED).close()
    assert said(opened(talk)) == list(GREETED)
    assert len(read(talk.frames)) == 0
    assert len(read(talk.frames, ports=(8465,))) > 0


def test_client_is_found_without_a_syn() -> None:
    talk = TlsTalk(server=ODD_SERVER).handshake().say(GREETED).close()
    assert said(read(talk.frames[3:], talk.keys)) == list(GREETED)


@pytest.mark.parametrize(
    "dialogue",
    [
        pytest.param(["C: GET / HTTP/1.1", "S: HTTP/1.1 200 OK"], id="HTTP"),
        pytest.param(["S: 220 ready", "C: USER test01", "S: 331 password?"], id="FTP"),
        pytest.param(["S: * OK ready", "C: a1 LOGIN x y"], id="IMAP"),
        pytest.param([], id="nothing"),
        pytest.param(["S: 220 mail.example.com ready"], id="a greeting alone"),
    ],
)
def test_what_is_no_smtp_inside_is_left_out(dialogue: list[str]) -> None:
    web = TlsTalk(server=ODD_SERVER).handshake().say(dialogue).close()
    mail = TlsTalk(client=Endpoint(SERVER.address, 6), first=100).handshake().say(GREETED).close()
    transcript = read([*web.frames, *mail.frames], web.keys + mail.keys)
    assert said(transcript) == list(GREETED)
    assert [stream.number for stream in transcript.streams] == [1]


def test_passwords_inside_are_masked_and_no_reproach() -> None:
    from smtplab.protocol.findings import findings

    plain = "C: AUTH PLAIN AHRlc3QwMUBjb3JlbWFpbC5jbgBwYXNzd29yZDAx"
    inside = opened(TlsTalk().handshake().say([*GREETED[:3], plain, "S: 235 2.7.0 OK"]).close())
    assert "password01" not in str(inside)
    assert "AHRlc3QwMUBjb3JlbWFpbC5jbgBwYXNzd29yZDAx" not in str(inside)
    assert "password in clear text" not in {finding.rule for finding in findings(inside)}


# Anything at all


@st.composite
def spoilt(draw: st.DrawFn, frames: list[Frame]) -> list[Frame]:
    """Lose, repeat, swap, cut and change packets."""
    drawn = list(frames)
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(3, len(drawn) - 1))
        octets = drawn[place].octets
        match draw(st.sampled_from(["lose", "repeat", "swap", "cut", "change"])):
            case "lose" if len(drawn) > 5:
                del drawn[place]
            case "repeat":
                drawn.insert(place, drawn[place])
            case "swap":
                drawn[place - 1], drawn[place] = drawn[place], drawn[place - 1]
            case "cut":
                drawn[place] = drawn[place]._replace(octets=octets[: draw(st.integers(0, len(octets)))])
            case _:
                at = draw(st.integers(40, max(40, len(octets) - 1)))
                changed = octets[:at] + draw(st.binary(max_size=3)) + octets[at + 1 :]
                drawn[place] = drawn[place]._replace(octets=changed[: len(octets)])
    return drawn


@each_version
@settings(max_examples=150)
@given(data=st.data())
def test_spoilt_sessions_are_read_without_complaint(version: ssl.TLSVersion, data: st.DataObject) -> None:
    talk = SPOILT[version]
    transcript = read(data.draw(spoilt(talk.frames)), talk.keys)
    assert_tiled(transcript)
    assert str(transcript)


SPOILT = {TLS_1_2: starttls(TLS_1_2), TLS_1_3: starttls(TLS_1_3)}


PUT_BEHIND = (
    *BEFORE[:1],
    "C: EHLO client.example",
    "S: 250-mail.example.com",
    "S: 250 STARTTLS",
    *BEFORE[1:],
    "C: NOOP",
)


def test_reply_inside_to_a_command_from_before_is_told_to_be_one() -> None:
    talk = TlsTalk(server=SERVER)
    talk.talk.say(PUT_BEHIND)
    talk.handshake().say(("S: 250 OK", "C: EHLO client.example", "S: 250 mail.example.com")).close()
    replies = [(entry.answers, entry.tls) for entry in opened(talk) if entry.kind is Kind.REPLY]
    assert replies[-2:] == [("NOOP", True), ("EHLO", True)]


def test_command_from_before_that_is_forgotten_is_not_waited_for_inside() -> None:
    talk = TlsTalk(server=SERVER)
    talk.talk.say(PUT_BEHIND)
    talk.handshake().say(("C: EHLO client.example", "S: 250 mail.example.com")).close()
    replies = [(entry.answers, entry.tls) for entry in opened(talk) if entry.kind is Kind.REPLY]
    assert replies[-1] == ("EHLO", True)
