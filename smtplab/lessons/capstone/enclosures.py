"""What is attached? A small picture or a text, which differ with the seed in every octet that matters."""

import struct
import zlib
from base64 import encodebytes
from dataclasses import dataclass
from random import Random
from typing import Final

SIDE: Final = 40  # pixels: as base64 it fills several segments
ROWS: Final = 60  # of the list

PART: Final = """\
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="{boundary}"

--{boundary}
Content-Type: text/plain

{body}
--{boundary}
Content-Type: {media_type}; name="{name}"
Content-Disposition: attachment; filename="{name}"
Content-Transfer-Encoding: {encoding}

{content}
--{boundary}--
"""


@dataclass(frozen=True)
class Enclosure:
    """A file to be attached. octets: its own, with CRLF at the end of each line where it is a text."""

    name: str
    media_type: str
    octets: bytes

    def within(self, mail: str) -> str:
        """Put the file into a mail: a text as it is, anything else in base64 (RFC 2045 §6.8)."""
        header, _, body = mail.partition("\n\n")
        is_text = self.media_type.startswith("text/")
        # The line end before a boundary belongs to the boundary (RFC 2046).
        content = self.octets.decode().replace("\r\n", "\n") if is_text else encodebytes(self.octets).decode().rstrip()
        part = PART.format(
            boundary="=_part_1",
            body=body,
            media_type=self.media_type,
            name=self.name,
            encoding="7bit" if is_text else "base64",
            content=content,
        )
        return f"{header}\n{part}"


def enclosed(variant: Random) -> Enclosure:
    """Draw a picture or a text."""
    if variant.random() < 0.5:
        return Enclosure(f"plan{variant.randint(10, 99)}.png", "image/png", picture(variant))
    return Enclosure(f"list{variant.randint(10, 99)}.txt", "text/plain", listed(variant))


def listed(variant: Random) -> bytes:
    """Write a list in which lines begin with a dot, which is doubled on the wire (RFC 5321 §4.5.2)."""
    rows = (f"{'.' * (row % 3)}shelf {row:02}  {variant.randrange(10**40):040}" for row in range(1, ROWS + 1))
    return "".join(f"{row}\r\n" for row in rows).encode()


def picture(variant: Random) -> bytes:
    """Paint a picture as PNG. It is not compressed, so that it has the same octets with every library."""
    colours = [bytes(variant.randrange(256) for _ in range(3)) for _ in range(5)]
    cells = [[variant.choice(colours) for _ in range(5)] for _ in range(5)]
    pixels = b"".join(
        b"\0" + b"".join(cells[row * 5 // SIDE][column * 5 // SIDE] for column in range(SIDE)) for row in range(SIDE)
    )
    header = struct.pack("!IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)  # eight bits each of red, green and blue
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels, 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))
