"""TLS keys inside a capture file: decryption secrets blocks."""

import struct
from pathlib import Path

import pytest

from smtplab.capture.dissect import dissect
from smtplab.capture.files import read_frames
from smtplab.capture.frame import BrokenCapture
from tests.capture.packets import RAW_IP, block, interface, packet, section
from tests.capture.tls.talks import GREETED, implicit
from tests.capture.tls.test_opening import said

TLS, SSH = 0x544C534B, 0x5353484B


def secrets(octets: bytes, kind: int = TLS, order: str = "<", length: int | None = None) -> bytes:
    return block(10, struct.pack(order + "II", kind, len(octets) if length is None else length) + octets, order)


def learnt(path: Path) -> list[bytes]:
    told: list[bytes] = []
    for _ in read_frames(path, told.append):
        pass
    return told


@pytest.mark.parametrize("order", ["<", ">"], ids=["little endian", "big endian"])
@pytest.mark.parametrize("octets", [b"", b"x", b"keys\n", b"k" * 2_000_000], ids=len)
def test_key_log_is_told_as_it_is(order: str, octets: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    path.write_bytes(section(order) + secrets(octets, order=order))
    assert learnt(path) == [octets]


def test_secrets_of_other_protocols_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    path.write_bytes(section() + secrets(b"ssh", SSH) + secrets(b"tls"))
    assert learnt(path) == [b"tls"]


def test_secrets_come_before_the_frames_behind_them(tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    path.write_bytes(
        section() + interface(link_type=RAW_IP) + secrets(b"1") + packet(b"x") + secrets(b"2") + packet(b"y")
    )
    told: list[bytes] = []
    assert [(frame.number, list(told)) for frame in read_frames(path, told.append)] == [(1, [b"1"]), (2, [b"1", b"2"])]


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(block(10, b"\0\0\0\0"), id="too short"),
        pytest.param(secrets(b"keys", length=9), id="a length that lies"),
        pytest.param(secrets(b"keys", length=0xFFFFFFFF), id="a giant length"),
        pytest.param(struct.pack("<II", 10, 1 << 30), id="a giant block"),
    ],
)
def test_broken_secrets_are_told(octets: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    path.write_bytes(section() + octets)
    with pytest.raises(BrokenCapture):
        learnt(path)


@pytest.mark.parametrize("order", ["<", ">"], ids=["little endian", "big endian"])
def test_session_is_opened_with_the_secrets_in_its_file(order: str, tmp_path: Path) -> None:
    talk = implicit()
    frames = b"".join(packet(frame.octets, frame.time, order) for frame in talk.frames)
    path = tmp_path / "x.pcapng"
    path.write_bytes(section(order) + secrets(talk.keys, order=order) + interface(order, RAW_IP) + frames)
    assert said(dissect(path)) == list(GREETED)


def test_secrets_of_the_file_and_a_key_log_go_together(tmp_path: Path) -> None:
    talk = implicit()
    first, *rest = [line for line in talk.keys.splitlines(keepends=True) if not line.startswith(b"#")]
    frames = b"".join(packet(frame.octets) for frame in talk.frames)
    path = tmp_path / "x.pcapng"
    path.write_bytes(section() + secrets(first) + interface(link_type=RAW_IP) + frames)
    (tmp_path / "keys").write_bytes(b"".join(rest))
    assert said(dissect(path, keylog=tmp_path / "keys")) == list(GREETED)
