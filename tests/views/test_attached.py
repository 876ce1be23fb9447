"""What came along with the mails of a transcript: files with their digests, and pictures that are harmless."""

import re
from dataclasses import replace
from hashlib import sha256
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.observer import Observer
from smtplab.protocol.transcript import Kind, Stream, Transcript
from smtplab.views.attached import PICTURE_LIMIT, attached
from tests.views.sessions import MAIL, heard

GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"


def sent(*messages: bytes) -> Transcript:
    observer = Observer()
    entries = observer.receive("server", b"220 ready\r\n")
    for message in messages:
        for line, reply in ((b"MAIL FROM:<>", b"250 OK"), (b"RCPT TO:<a@b.example>", b"250 OK"), (b"DATA", b"354 Go")):
            entries += observer.receive("client", line + b"\r\n") + observer.receive("server", reply + b"\r\n")
        entries += observer.receive("client", message + b"\r\n.\r\n") + observer.receive("server", b"250 OK\r\n")
    return Transcript(tuple(entries), (Stream(0, "192.0.2.1:1", "192.0.2.2:25"),))


def a_file(media_type: str, octets: str, name: str = "a file") -> bytes:
    return (
        f"Content-Type: {media_type}\r\nContent-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n{octets}'
    ).encode()


def test_files_are_listed_with_their_mails_and_digests() -> None:
    view = attached(sent(b"Subject: none\r\n\r\nHello", a_file("application/zip", "SGVsbG8=")))
    assert view.text().splitlines() == [
        "mail 2: a file",
        "  application/zip, 5 octets",
        f"  SHA-256 {sha256(b'Hello').hexdigest()}",
    ]


def test_file_of_a_mail_that_is_not_whole_has_no_digest() -> None:
    whole = sent(a_file("application/zip", "SGVsbG8="))
    cut = replace(whole, entries=tuple(entry for entry in whole if entry.kind is not Kind.END_OF_DATA))
    assert attached(cut).text().splitlines()[-1] == "  no digest, since the mail is not whole: its end was not seen"


def test_file_without_a_name_says_so() -> None:
    assert "mail 1: (no name)" in attached(sent(b"Content-Type: image/gif\r\n\r\n" + GIF)).text()


def test_nothing_attached_is_said() -> None:
    view = attached(replace(heard(MAIL), streams=(Stream(0, "a:1", "b:2"),)))
    assert view.text() == "[nothing is attached]"
    assert "nothing is attached" in view.html()


def test_picture_is_shown_from_the_octets_of_the_mail() -> None:
    html = attached(sent(a_file("image/gif", "R0lGODlhAQABAAAAADs="))).html()
    assert 'src="data:image/gif;base64,R0lGODlhAQABAAAAADs="' in html


@pytest.mark.parametrize("media_type", ["image/svg+xml", "text/html", "application/pdf", "image/png; x=y, z"])
def test_what_could_do_more_than_be_looked_at_is_not_shown(media_type: str) -> None:
    html = attached(sent(a_file(media_type, "PHN2Zz4="))).html()
    assert ("<img" in html) == media_type.startswith("image/png")


def test_picture_that_is_too_large_is_only_named() -> None:
    large = a_file("image/png", "A" * (PICTURE_LIMIT // 3 * 4 + 8))
    assert "<img" not in attached(sent(large)).html()


def test_names_of_strangers_are_escaped_and_cut() -> None:
    html = attached(sent(a_file("image/gif", "AAAA", "<script>" + "x" * 200))).html()
    assert "<script>" not in html
    assert "x" * 100 not in html


def test_view_is_shown_as_text_and_html() -> None:
    view = attached(sent(a_file("image/gif", "AAAA")))
    assert view._repr_mimebundle_() == {"text/plain": view.text(), "text/html": view.html()}


@given(octets=st.binary(max_size=200))
def test_anything_that_was_captured_can_be_shown(octets: bytes) -> None:
    view = attached(sent(b'Content-Type: image/png; name="' + octets + b'"\r\n\r\n' + octets))
    xml = re.sub(r"<style>.*?</style>", "", view.html())
    ElementTree.fromstring(re.sub(r"(<br|<img[^>]*)>", r"\1/>", xml))
    assert all(map(str.isprintable, view.text().split("\n")))
