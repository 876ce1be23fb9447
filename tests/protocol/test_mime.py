"""What is inside a message: parts, parameters, encoded-words, attachments; as Python's own `email` reads it too."""

import base64
import binascii
import email
from email import base64mime, quoprimime
from email.message import EmailMessage, Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.mime.attachments import Attachment, attachments
from smtplab.protocol.mime.charsets import _CODECS, is_known, to_text
from smtplab.protocol.mime.entity import Entity, read_entity
from smtplab.protocol.mime.parameters import joined, parameters_in
from smtplab.protocol.mime.transfer import decode_base64, decoded
from smtplab.protocol.mime.words import decode_words


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        pytest.param(b"plain", "plain", id="none"),
        pytest.param(b"=?utf-8?q?a_b=C3=BC?=", "a bü", id="Q"),
        pytest.param(b"=?UTF-8?B?w7w?=", "ü", id="B without padding"),
        pytest.param(b"=?gb2312?b?xOM=?=\r\n =?gb2312?b?usM=?= x", "你好 x", id="two of them joined"),
        pytest.param(b"=?utf-8*en?q?a?=", "a", id="with a language"),
        pytest.param(b"=?nothing?q?=FF?=", "\\xff", id="unknown charset"),
        pytest.param(b"=?utf-8?b?A?=", "=?utf-8?b?A?=", id="no base64"),
        pytest.param(b"=?utf-8?x?a?=", "=?utf-8?x?a?=", id="unknown encoding"),
        pytest.param("grün".encode(), "grün", id="UTF-8 as it is"),
    ],
)
def test_decode_words_reads_text_of_a_header(octets: bytes, text: str) -> None:
    assert decode_words(octets) == text


@given(st.text(max_size=30), st.sampled_from(["utf-8", "utf-16", "gb18030"]))
def test_decode_words_undoes_what_python_encodes(text: str, charset: str) -> None:
    octets = text.encode(charset, "surrogatepass")
    for header_encode in (base64mime.header_encode, quoprimime.header_encode):
        assert decode_words(header_encode(octets, charset).encode()) == to_text(octets, charset)


def parameters(octets: bytes) -> dict[str, str]:
    return joined(list(parameters_in(octets, 0, len(octets))))


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        pytest.param(b"a/b", {}, id="none"),
        pytest.param(b'; A="b;c" ; d = e', {"a": "b;c", "d": "e"}, id="two"),
        pytest.param(b"; charset=us-ascii (plain)", {"charset": "us-ascii"}, id="a comment"),
        pytest.param(b"; f=a b (1).txt", {"f": "a b (1).txt"}, id="blanks and brackets in a value"),
        pytest.param(rb'; a="\"b\\"', {"a": '"b\\'}, id="quoted pairs"),
        pytest.param(b'; a="b', {"a": "b"}, id="a quote that is not closed"),
        pytest.param(b"; a*=utf-8'en'%C3%BC%", {"a": "ü%"}, id="RFC 2231 with a charset"),
        pytest.param(b"; a*1=c; a*0=b; a*10=d", {"a": "bcd"}, id="RFC 2231 in sections"),
        pytest.param(b"; a*0*=utf-8''%C3; a*1*=%BC; a*2=%20", {"a": "ü%20"}, id="RFC 2231 with both"),
        pytest.param(b"; a=b; a=c", {"a": "b"}, id="the first counts"),
        pytest.param(b'; a="=?utf-8?q?=C3=BC?="', {"a": "ü"}, id="encoded-word where none belongs"),
    ],
)
def test_parameters_are_read(octets: bytes, expected: dict[str, str]) -> None:
    assert parameters(octets) == expected


@pytest.mark.parametrize(
    "charset", ["utf-8", "ISO-8859-1", "windows-1252", "gbk", "Big5", "shift_jis", "koi8-u", "utf8"]
)
def test_charsets_of_mail_are_known(charset: str) -> None:
    assert is_known(charset)


@pytest.mark.parametrize("charset", ["iso88591", "ISO_8859-1", "latin1"])
def test_charset_has_many_spellings(charset: str) -> None:
    assert to_text(b"\xfc", charset) == "ü"


@given(st.sampled_from(sorted(_CODECS)), st.binary())
def test_any_octets_are_well_formed_text_in_any_charset(charset: str, octets: bytes) -> None:
    text = to_text(octets, charset)
    assert text.encode().decode() == text


def test_half_of_a_surrogate_pair_is_shown_as_such() -> None:
    assert to_text(b"+2AA-", "utf-7") == "\\ud800"


@pytest.mark.parametrize(
    "name", ["hex", "zip", "bz2", "rot13", "idna", "punycode", "unicode_escape", "mbcs", "", "x" * 9999]
)
def test_codecs_that_are_no_charsets_are_not(name: str) -> None:
    assert not is_known(name)
    assert to_text(b"61\xff", name) == "61\\xff"


@given(st.binary())
def test_decoded_undoes_what_was_encoded(octets: bytes) -> None:
    assert decoded(base64.encodebytes(octets), "base64") == octets
    # Not quopri.encodestring: it takes the octets for text, and makes the line ends in them alike.
    assert decoded(binascii.b2a_qp(octets, istext=False), "quoted-printable") == octets
    assert decoded(octets, "8bit") == octets


def test_base64_of_an_impossible_length_is_refused() -> None:
    with pytest.raises(ValueError, match="base64"):
        decode_base64(b"AAAAA")


ATTACHED = EmailMessage()
ATTACHED["Subject"] = "inside"
ATTACHED.set_content("hello")
ATTACHED.add_attachment(b"\0\1\2", maintype="image", subtype="png", filename="grün.png")
MAIL = EmailMessage()
MAIL["Subject"] = "outside"
MAIL.set_content("see below")
MAIL.add_attachment(ATTACHED)
MAIL.add_attachment("text\r\n", filename="notes.txt")
MAIL.add_attachment(b"%PDF", maintype="application", subtype="pdf")


def test_attachments_are_found_with_those_of_an_attached_message() -> None:
    content = MAIL.as_bytes().replace(b"\n", b"\r\n")
    found = attachments(content)
    assert [(each.name, each.media_type) for each in found] == [
        *[("", "message/rfc822"), ("grün.png", "image/png"), ("notes.txt", "text/plain"), ("", "application/pdf")]
    ]
    assert found[0].octets == ATTACHED.as_bytes().replace(b"\n", b"\r\n")
    assert [each.octets for each in found[1:]] == [b"\0\1\2", b"text\r\n", b"%PDF"]


def test_attachment_has_the_digest_of_its_decoded_octets() -> None:
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # of "abc", FIPS 180-2
    assert Attachment("", "", b"abc").sha256 == known


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"Subject: a\r\n\r\nhello", id="text"),
        pytest.param(b"Content-Type: text/html\r\n\r\n<p>", id="HTML"),
        pytest.param(b"Content-Type: multipart/mixed\r\n\r\nhello", id="multipart without boundary"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_is_to_be_read_is_no_attachment(content: bytes) -> None:
    assert attachments(content) == []


leaves = st.binary(max_size=20).map(lambda octets: part("application/octet-stream", octets, "base64"))
texts = st.sampled_from([b"a", b"--", b"--x", b"\r\n--y--", b"", b"--b0x"]).map(lambda text: part("text/plain", text))


def part(media_type: str, body: bytes, encoding: str = "7bit") -> bytes:
    octets = base64.encodebytes(body).rstrip(b"\n") if encoding == "base64" else body
    return f"Content-Type: {media_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + octets


def multipart(parts: list[bytes]) -> bytes:
    """Join parts by a boundary that is longer than any inside."""
    boundary = b"b%d" % max([0, *(octets.count(b"boundary=") for octets in parts)])
    joined_parts = b"".join(b"--" + boundary + b"\r\n" + octets + b"\r\n" for octets in parts)
    header = b"Content-Type: multipart/mixed; boundary=" + boundary + b"\r\n\r\n"
    return header + joined_parts + b"--" + boundary + b"--\r\n"


@given(st.recursive(leaves | texts, lambda inner: st.lists(inner, min_size=1, max_size=3).map(multipart), max_leaves=8))
def test_parts_are_those_that_python_finds(content: bytes) -> None:
    ours, theirs = list(read_entity(content).walk()), list(email.message_from_bytes(content).walk())
    assert [entity.media_type for entity in ours] == [message.get_content_type() for message in theirs]
    assert [bodies_of(entity) for entity in ours] == [payload_of(message) for message in theirs]


def bodies_of(entity: Entity) -> bytes | None:
    return None if entity.parts else entity.content()


def payload_of(message: Message) -> object:
    return None if message.is_multipart() else message.get_payload(decode=True)
