"""What is attached to a message? Each file with its name, its type, and the digest of its very octets."""

from dataclasses import dataclass
from hashlib import sha256

from smtplab.protocol.mime.entity import MESSAGE, Entity, read_entity


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part of a message that is a file, its encoding undone.

    name: as the message gives it, "" where it gives none: text from outside, and no path to write to.
    """

    name: str
    media_type: str
    octets: bytes

    @property
    def sha256(self) -> str:
        """The digest in hexadecimal."""
        return sha256(self.octets).hexdigest()


def attachments(content: bytes) -> list[Attachment]:
    """Give what is attached, in order; a message that is attached comes before what is attached to it.

    content: the octets of the message, dots unstuffed.
    """
    return [
        Attachment(entity.filename, entity.media_type, entity.content())
        for entity in read_entity(content).walk()
        if is_attached(entity)
    ]


def is_attached(entity: Entity) -> bool:
    """A part that says so, or has a name, or is neither text nor a frame for other parts (RFC 2183 §2.1, §2.3)."""
    if entity.delimiters:
        return False
    is_file = not entity.media_type.startswith(("text/", "multipart/", "message/"))
    return entity.disposition == "attachment" or bool(entity.filename) or is_file or entity.media_type == MESSAGE
