"""Which file was attached? Told by its SHA-256, which is another one as soon as one octet is."""

from base64 import b64encode
from hashlib import sha256
from typing import Any

from smtplab.lessons.capstone.about import AboutTheFile
from smtplab.lessons.exercises import Unreadable, Wrong, at, say_back, text_of
from smtplab.protocol.mail import stuff
from smtplab.protocol.mime.attachments import Attachment, attachments
from smtplab.protocol.transactions import transactions
from smtplab.protocol.transcript import Entry, Kind

DIGITS = 64


class AttachmentsDigest(AboutTheFile):
    """Give the SHA-256 of the one attachment in the file."""

    form = 'the digest in hexadecimal, such as `"e3b0c442..."` with all of its 64 digits'
    hints = (
        "Which mail has a `multipart` in its Content-Type? Its dots have to be unstuffed, its encoding undone.",
        "`transactions` of `smtplab.protocol.transactions` gives the mails with `content`, `attachments` of "
        "`smtplab.protocol.mime.attachments` the files in one, each with its `octets`.",
    )

    @property
    def _stream(self) -> int:
        return self._file.stream_of("attached")

    @property
    def _content(self) -> bytes:
        (mail,) = transactions(self.transcript.stream(self._stream))
        assert mail.content is not None
        return mail.content

    @property
    def _attachment(self) -> Attachment:
        (attached,) = attachments(self._content)
        return attached

    @property
    def _mail_data(self) -> Entry:
        return self.entry(self._stream, lambda entry: entry.kind is Kind.MAIL_DATA)

    def solve(self) -> str:
        return self._attachment.sha256

    def judge(self, answer: Any) -> str:
        said = text_of(answer).lower().removeprefix("0x").replace(":", "")
        if len(said) != DIGITS or not set(said) <= set("0123456789abcdef"):
            raise Unreadable
        if said != self.solve():
            raise Wrong(self._why_not(said))
        attached, mail = self._attachment, self._mail_data
        return (
            f"`{attached.name}`, {len(attached.octets):,} octets. It came in {len(mail.frames)} segments, up to "
            f"{at(mail)}, of which two had changed places: TCP's sequence numbers put them right (RFC 9293)."
        )

    def _why_not(self, said: str) -> str:
        content, octets = self._content, self._attachment.octets
        wire = self._mail_data.octets
        mistaken = {
            _digest(content): "That is the whole message, its header too.",
            _digest(wire): "That is the mail data as it was on the wire, header and doubled dots included.",
            _digest(b64encode(octets)): "That is the base64, in one line. Undo it.",
            _digest(_encoded(content)): "That is the base64 as it stands in the message. Undo it.",
            _digest(stuff(octets)): "Some lines have a dot too many: that was doubled on the wire (RFC 5321 §4.5.2).",
            _digest(octets.replace(b"\r\n", b"\n")): "The lines end in CRLF (RFC 5321 §2.3.8); you have LF alone.",
            _digest(octets + b"\r\n"): "You have the line end before the boundary too, which is part of it (RFC 2046).",
        }
        if said in mistaken:
            return mistaken[said]
        return (
            f"`{say_back(said[:16])}…` is not the file in stream {self._stream}, whose mail ends with "
            f"{at(self._mail_data)}. Have you its very octets, and in their order?"
        )


def _digest(octets: bytes) -> str:
    return sha256(octets).hexdigest()


def _encoded(content: bytes) -> bytes:
    """Give what stands in the last part of a message, up to its boundary."""
    part = content.rpartition(b"\r\n\r\n")[2] if content.count(b"\r\n\r\n") else content
    return part.partition(b"\r\n--")[0]
